//! Lines as real servers, daemons and shippers write them: what each is taken for (`tests/heard`).
//!
//! A file there holds cases: `# about`, the flags (`$ `, an argument each; `? `, those that `--suggest` prints for these lines), and for each line of the log (`> `) what it is (`= `): address, status
//! or action, and the time where it matters; or the class of a line that is no event.

use std::io::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

/// A case.
#[derive(Debug, Default)]
struct Case {
    about: String,
    flags: Vec<String>,
    /// Whether `--suggest` gives the flags.
    is_suggested: bool,
    /// Each line, and what it is.
    lines: Vec<(String, String)>,
}

fn read_cases(name: &str) -> Vec<Case> {
    let path = format!("{}/tests/heard/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut cases: Vec<Case> = Vec::new();
    for row in text.lines() {
        let (mark, rest) = row.split_at_checked(2).unwrap_or_else(|| panic!("{name}: {row:?}"));
        if mark == "# " {
            cases.push(Case { about: rest.to_owned(), ..Case::default() });
            continue;
        }
        let case = cases.last_mut().expect("a case begins with what it is about");
        match mark {
            "$ " | "? " => {
                case.flags.push(rest.to_owned());
                case.is_suggested |= mark == "? ";
            }
            "> " => case.lines.push((rest.to_owned(), String::new())),
            "= " => rest.clone_into(&mut case.lines.last_mut().expect("a line").1),
            _ => panic!("{name}: {row:?}"),
        }
    }
    cases
}

/// What soar-parse with these flags writes of the lines of a case.
fn run(case: &Case, flags: &[&str]) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_soar-parse"));
    let command = command.args(flags);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("soar-parse runs");
    let text: String = case.lines.iter().flat_map(|(line, _)| [line.as_str(), "\n"]).collect();
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("it reads");
    child.wait_with_output().expect("soar-parse ends").stdout
}

/// The flags of a case as `--suggest` prints them, quoted for a shell.
fn quote_flags(case: &Case) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,=@%+".contains(c);
    let quote = |word: &String| if word.chars().all(is_plain) { word.clone() } else { format!("'{}'", word.replace('\'', r"'\''")) };
    case.flags.iter().map(quote).collect::<Vec<_>>().join(" ") + "\n"
}

/// What `soar-parse --trace=json --all` takes each line of a case for.
fn read_lines(case: &Case) -> Vec<String> {
    let flags: Vec<_> = ["--all", "--year", "2024", "--trace=json"].into_iter().chain(case.flags.iter().map(String::as_str)).collect();
    let output = run(case, &flags);
    let records = output.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
    let mut records: Vec<Value> = records.map(|line| serde_json::from_slice(line).expect("JSON")).collect();
    // Pieces of a line are told where the line ends.
    records.sort_by_key(|record| record["line"].as_u64());
    records.iter().map(show).collect()
}

fn show(record: &Value) -> String {
    let event = &record["event"];
    if event.is_null() {
        let class = record["class"].as_str().unwrap_or_default();
        return format!("{} ({})", if class == "other_program" { "other" } else { class }, record["reason"].as_str().unwrap_or_default());
    }
    let action = event["event"]["action"].as_str().unwrap_or_default();
    let outcome = event["event"]["outcome"].as_str().unwrap_or_default();
    let what = match (event["http"]["response"]["status_code"].as_u64(), action, outcome) {
        (Some(status), ..) => status.to_string(),
        (None, "login", "failure") => "login_failed".to_owned(),
        (None, "login", _) => "login_accepted".to_owned(),
        _ => action.to_owned(),
    };
    let client = event["source"]["ip"].as_str().unwrap_or("-");
    format!("{client} {what} {}", event["@timestamp"].as_str().unwrap_or_default())
}

fn check(name: &str, least: usize) {
    let (mut wrong, mut lines) = (String::new(), 0);
    for case in read_cases(name) {
        let found = read_lines(&case);
        if case.is_suggested {
            let suggested = String::from_utf8(run(&case, &["-q", "--suggest", "-"])).expect("UTF-8");
            if suggested != quote_flags(&case) {
                wrong.push_str(&format!("# {}\n  suggested: {suggested}", case.about));
            }
        }
        lines += case.lines.len();
        for (index, (line, wanted)) in case.lines.iter().enumerate() {
            let found = found.get(index).map_or("nothing", String::as_str);
            if !format!("{found} ").starts_with(&format!("{wanted} ")) {
                wrong.push_str(&format!("# {}\n> {line}\n= {wanted}\n  found: {found}\n", case.about));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(lines >= least, "{lines} lines");
}

#[test]
fn requests_are_read_as_servers_log_them() {
    check("web.txt", 90);
}

#[test]
fn messages_are_read_whatever_stands_around_them() {
    check("envelopes.txt", 60);
}

/// What users of `GoAccess`, `AWStats`, `CrowdSec`, Filebeat and Logstash reported as not read, with other addresses and names.
#[test]
fn requests_that_users_of_other_tools_reported_are_read_or_refused_for_a_reason() {
    check("reported-web.txt", 170);
}

/// What users of `GoAccess`, Vector, Loki, Fluent Bit, Filebeat, Kubernetes and of some eighty servers and services have in their logs.
#[test]
fn lines_of_servers_and_services_are_read_or_refused_for_a_reason() {
    check("reported-servers.txt", 240);
}

/// An engine rotates between two pieces of a line, whose rest is a line that a client wrote.
#[test]
fn the_first_entry_of_a_containers_file_frames_nobody() {
    const REST: &str = r#"203.0.113.66 - - [29/Nov/2024:10:00:00 +0000] "GET /no HTTP/1.1" 404 153 "-" "x""#;
    const WHOLE: &str = r#"192.0.2.11 - - [29/Nov/2024:10:00:01 +0000] "GET /no HTTP/1.1" 404 153 "-" "x""#;
    let folder = tempfile::tempdir().expect("a folder");
    let cri = |tag: &str, stream: &str, text: &str| format!("2024-11-29T10:00:00.123456789Z {stream} {tag} {text}\n");
    let docker = |text: &str, end: &str| {
        format!("{{\"log\":{},\"stream\":\"stdout\",\"time\":\"2024-11-29T10:00:00.1Z\"}}\n", Value::from(format!("{text}{end}")))
    };
    for (name, text, clients) in [
        ("0.log", cri("F", "stdout", REST) + &cri("F", "stdout", WHOLE), "192.0.2.11"),
        ("0.log.20241129-100000", cri("F", "stderr", "x") + &cri("F", "stdout", REST) + &cri("F", "stderr", WHOLE), "192.0.2.11"),
        ("0.log", cri("P", "stdout", "2") + &cri("F", "stdout", &REST[1..]) + &cri("F", "stdout", WHOLE), "192.0.2.11"),
        ("0123-json.log.1", docker(REST, "\n") + &docker(WHOLE, "\n"), "192.0.2.11"),
        ("web.log", cri("F", "stdout", WHOLE) + &cri("F", "stdout", WHOLE), "192.0.2.11 192.0.2.11"),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        let output = Command::new(env!("CARGO_BIN_EXE_soar-parse")).arg("--all").arg(&path).output().expect("soar-parse runs");
        let events = output.stdout.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
        let found: Vec<_> = events
            .map(|line| serde_json::from_slice::<Value>(line).expect("JSON")["source"]["ip"].as_str().expect("an address").to_owned())
            .collect();
        assert_eq!(found.join(" "), clients, "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The same of fail2ban, `SSHGuard`, Wazuh, `DenyHosts` and what ships and keeps their lines.
#[test]
fn messages_that_users_of_other_tools_reported_count_for_who_sent_them() {
    check("reported-auth.txt", 200);
}

/// Messages as the programs themselves word them, each written down before it was read.
#[test]
fn messages_are_read_in_each_wording_that_their_program_has() {
    check("wordings.txt", 170);
}

/// What users of `fail2ban`, `CrowdSec` and Wazuh reported of other services, and each branch of their filters.
#[test]
fn messages_of_services_that_users_of_other_tools_reported_count_for_who_sent_them() {
    check("reported-services.txt", 442);
}
