//! The filters together: in pipes with other tools, in the workflow script, and in the Makefile.

use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use crate::support::skip::skip;
use crate::support::{bash, bin, code, filter, read, root, run, sample, text};
use serde_json::Value;

fn soar(flags: &[&str]) -> Command {
    let mut command = Command::new(root().join("scripts/soar"));
    command.args(flags).current_dir(root()).env("SOAR_BIN", bin("soar-parse").parent().expect("a folder"));
    command
}

fn records(bytes: &[u8]) -> Vec<Value> {
    text(bytes).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn names(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn the_workflow_names_the_attackers_and_finds_their_open_ports() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("a report");
    // The attacker of the example is this address; the system picks a port that is free there.
    let listener = TcpListener::bind("127.0.0.66:0").expect("a loopback port");
    let port = listener.local_addr().expect("an address").port();
    let flags = format!("-p {port},1");
    let (dir, page) = (out.to_str().expect("UTF-8"), out.join("page.html"));
    let html = page.to_str().expect("UTF-8");
    let output =
        soar(&["-o", dir, "--html", html, "--scan-flags", &flags, "examples/access.log", "examples/auth.log"]).output().expect("it runs");
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));

    let hosts = records(&fs::read(out.join("hosts.ndjson")).expect("hosts"));
    let suspects: Vec<_> = hosts.iter().filter(|h| h["suspicious"] == true).collect();
    let shown: BTreeSet<_> = suspects
        .iter()
        .map(|h| (h["ip"].as_str().expect("ip"), h["rules"][0].as_str().expect("rule"), h["scan"]["status"].as_str().expect("status")))
        .collect();
    let expected = [
        ("127.0.0.66", "ssh_bruteforce", "complete"),
        ("203.0.113.77", "ssh_breakin", "out_of_scope"),
        ("203.0.113.9", "aggressive_bot", "out_of_scope"),
    ];
    assert_eq!(shown, BTreeSet::from(expected));
    let attacker = suspects.iter().find(|h| h["ip"] == "127.0.0.66").expect("the attacker");
    assert_eq!(attacker["scan"]["open_ports"], serde_json::json!([port]));
    assert_eq!(attacker["signals"]["ssh_failed"], 65, "62 lines, and one that stands for 3");
    assert!(hosts.iter().all(|h| h["ip"] != "192.0.2.200"), "a user name frames nobody");

    let mut rows = csv::Reader::from_path(out.join("rapport_securite.csv")).expect("CSV");
    assert_eq!(rows.headers().expect("a heading").iter().take(4).collect::<Vec<_>>(), ["ip", "score", "reason", "open_ports"]);
    let rows: Vec<_> = rows.records().map(|row| row.expect("a row")).collect();
    let row = rows.iter().find(|row| &row[0] == "127.0.0.66").expect("the attacker");
    assert_eq!((&row[1], &row[2], &row[3]), ("68", "SSH Failed", &*port.to_string()));
    assert!(fs::read(out.join("top5.png")).expect("a chart").starts_with(b"\x89PNG"));

    let said = text(&output.stdout);
    let first = said.lines().find(|line| line.contains("203.0.113.77")).expect("the break-in");
    assert!(first.contains("BREAK-IN") && said.find("203.0.113.77") < said.find("127.0.0.66"), "{said}");
    assert!(said.contains("2 of them out of scope") && said.contains(&port.to_string()), "{said}");
    assert!(said.contains("What was read\n  soar-parse: 328 lines (events: 264, without a signal: 63, of other programs: 1)\n"), "{said}");
    assert!(said.contains("  soar-scan: addresses scanned: 1, complete scans: 1, probes: 2, open ports: 1, closed ports: 1\n"), "{said}");
    // One story, once.
    assert_eq!(text(&output.stderr), "", "what the report says is not said beside it");
    let page = fs::read_to_string(page).expect("a page");
    for filter in ["soar-parse", "soar-score", "soar-scan"] {
        let heading = format!("<h3>{filter} {}, ", env!("CARGO_PKG_VERSION"));
        assert!(page.contains(&heading), "{heading}");
    }
    assert_eq!(names(folder.path()), BTreeSet::from(["a report".to_owned()]), "nothing is left beside the report");
}

#[test]
fn a_stage_that_fails_or_is_killed_leaves_the_old_files_and_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let path = out.to_str().expect("UTF-8");
    assert_eq!(code(&soar(&["-o", path, "examples/auth.log"]).output().expect("it runs")), 0);
    let before = fs::read(out.join("rapport_securite.csv")).expect("the report");

    let stages = folder.path().join("bin");
    fs::create_dir(&stages).expect("a folder");
    for (broken, with, exit) in [("soar-score", "kill -KILL $$", 137), ("soar-scan", "exit 2", 2), ("soar-report", "exit 3", 3)] {
        for name in crate::support::FILTERS {
            let stage = if name == broken { with.to_owned() } else { format!("exec {} \"$@\"", bin(name).display()) };
            fs::write(stages.join(name), format!("#!/bin/bash\n{stage}\n")).expect("a stage");
        }
        assert!(bash(&format!("chmod +x {}/*", stages.display())).status.success());
        let output = soar(&["-o", path, "examples/access.log"]).env("SOAR_BIN", &stages).output().expect("it runs");
        assert_eq!(code(&output), exit);
        assert!(
            text(&output.stderr).contains(&format!("soar: {broken} failed (exit {exit}); nothing was written")),
            "{}",
            text(&output.stderr)
        );
        assert_eq!(fs::read(out.join("rapport_securite.csv")).expect("the report"), before);
        assert_eq!(names(&out).iter().filter(|name| !name.starts_with('.')).count(), 3);
    }
    // tee says 1 where it cannot write, which is no "input was no good".
    fs::write(stages.join("tee"), "#!/bin/bash\ncat\nexit 1\n").expect("a tee");
    assert!(bash(&format!("chmod +x {}/tee", stages.display())).status.success());
    let path_with_tee = format!("{}:{}", stages.display(), crate::support::path());
    let output = soar(&["-o", path, "examples/access.log"]).env("PATH", path_with_tee).output().expect("it runs");
    assert_eq!(code(&output), 2, "{}", text(&output.stderr));
    assert_eq!(fs::read(out.join("rapport_securite.csv")).expect("the report"), before);
    for flags in [&["-o", path, "--scan-flags", "--dry-run", "examples/access.log"][..], &["-o", "", "examples/access.log"], &["-o", path]]
    {
        assert_eq!(code(&soar(flags).output().expect("it runs")), 2, "{flags:?}");
    }
    let dry = soar(&["--dry-run", &format!("-o={path}"), "examples/auth.log"]).output().expect("it runs");
    assert_eq!(code(&dry), 2, "-o takes no =");
    let dry = soar(&["--dry-run", "--scope=127.0.0.0/8", "-o", path, "examples/auth.log"]).output().expect("it runs");
    assert_eq!(text(&dry.stdout), "{\"ip\":\"127.0.0.66\",\"ports\":[20,21,22,23,80,443,3389]}\n");
    assert_eq!(fs::read(out.join("rapport_securite.csv")).expect("the report"), before);
    assert_eq!(code(&soar(&["-o", "/proc/no/such", "examples/access.log"]).output().expect("it runs")), 2);
    // Input that is no good is passed on as 1, and what was good is reported.
    let output = soar(&[
        "-o",
        path,
        "--parse-flags",
        "--strict -q",
        "--score-flags",
        "--rule 'any=.ssh_failed > 0'",
        "examples/auth.log",
        "Cargo.toml",
    ])
    .output()
    .expect("it runs");
    assert_eq!(code(&output), 1, "{}", text(&output.stderr));
    assert!(!text(&output.stderr).contains("soar-parse"), "-q reached the stage");
    assert!(text(&fs::read(out.join("rapport_securite.csv")).expect("the report")).contains(",any,"), "the quoted rule reached the stage");
}

#[test]
fn standard_tools_fit_between_the_stages() {
    let output = bash(
        "cd examples
         soar-parse -q auth.log | head -1 | jq -r .schema
         soar-parse -q auth.log | grep -c ssh_failed
         soar-parse -q auth.log | jq -r .source.ip | sort -u | wc -l
         soar-parse -q auth.log | jq -c 'select(.user.name==\"root\")' | soar-score -q | jq -sc 'map(.score)|add'
         soar-parse -q --all auth.log | jq -c 'select(.event.action==\"ssh_invalid_user\") | .tags=[\"tried_nobody\"]' | soar-score -q --weight tried_nobody=1 | jq -sc 'map(.signals.tried_nobody)|add'
         soar-parse -q auth.log | soar-score -q | jq -r 'select(.suspicious)|[.ip,.score]|@tsv'",
    );
    assert_eq!(text(&output.stderr), "");
    let root_failures = text(&bash("grep 'sshd.*Failed password for root from' examples/auth.log | grep -vc repeated").stdout);
    let root_failures: u64 = root_failures.trim().parse().expect("a number");
    let invalid = text(&bash("grep -c 'Invalid user' examples/auth.log").stdout);
    let expected = format!("soar.event/1\n130\n6\n{}\n{}\n127.0.0.66\t65\n203.0.113.77\t14\n", root_failures + 3, invalid.trim());
    assert_eq!(text(&output.stdout), expected);
}

#[test]
fn what_a_foreign_stage_adds_survives_the_scan_byte_for_byte() {
    let enrich = "import json,sys\nfor line in sys.stdin:\n  host=json.loads(line)\n  print(json.dumps({'asn': {'scan': [1, 2.50, 'é \\u2028']}, **host, 'note': ' }\"{ '}, ensure_ascii=(host['score'] % 2 == 0)))";
    let hosts = run(Command::new("python3").args(["-c", enrich]), &sample("soar-scan")).stdout;
    let scanned = run(filter("soar-scan").args(["-q", "-p", "1"]), &hosts);
    assert_eq!(code(&scanned), 0, "{}", text(&scanned.stderr));
    assert!(text(&hosts).contains("\"asn\": {\"scan\""));
    let mut suspects = 0;
    for (before, after) in text(&hosts).lines().zip(text(&scanned.stdout).lines()) {
        if before == after {
            continue;
        }
        suspects += 1;
        let place = after.rfind(",\"scan\":").expect("a scan");
        assert_eq!(format!("{}}}", &after[..place]), before);
    }
    assert_eq!((suspects, text(&scanned.stdout).lines().count()), (3, text(&hosts).lines().count()));
    // And the stages after it read the record all the same.
    assert_eq!(code(&run(filter("soar-report").arg("-q"), &scanned.stdout)), 0);
}

#[test]
fn a_scan_says_what_is_open_closed_and_unknown() {
    let open: Vec<_> = (0..5).map(|_| TcpListener::bind("127.0.0.77:0").expect("a port")).collect();
    let mut ports: Vec<_> = open.iter().map(|l| l.local_addr().expect("an address").port()).collect();
    ports.sort_unstable();
    // Ports below 1024 stay closed unless a service of this machine listens on all addresses.
    let closed: Vec<_> = (600..1000).filter(|&port| TcpListener::bind(("127.0.0.77", port)).is_ok()).take(300).collect();
    let all: Vec<_> = ports.iter().chain(&closed).map(u16::to_string).collect();
    let line = br#"{"schema":"soar.host/1","ip":"::ffff:127.0.0.77","suspicious":true}"#;
    // Far fewer descriptors than ports: no port may be lost.
    for descriptors in ["40", "1024"] {
        let limited = format!("ulimit -n {descriptors}; exec soar-scan -q --concurrency 400 -p {}", all.join(","));
        let mut command = Command::new("bash");
        let output = run(command.args(["-c", &limited]).env("PATH", crate::support::path()), line);
        let host = &records(&output.stdout)[0];
        let scan = &host["scan"];
        assert_eq!(scan["status"], "complete", "{host}");
        assert_eq!(scan["open_ports"], serde_json::json!(ports));
        assert_eq!((&scan["closed"], &scan["filtered"], &scan["unknown"]), (&closed.len().into(), &0.into(), &0.into()));
        assert_eq!(host["ip"], "::ffff:127.0.0.77", "the line is left as it was");
    }
}

#[test]
fn rejects_are_kept_byte_for_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    let long = [vec![b'x'; 3 << 20], b"\n".to_vec()].concat();
    let garbage = [b"one\r\n\xff\x00\n\n".to_vec(), long, b"no newline at the end".to_vec()].concat();
    let (source, rejects) = (folder.path().join("a.log"), folder.path().join("rejects"));
    fs::write(&source, &garbage).expect("written");
    for threads in ["1", "4"] {
        let output =
            filter("soar-parse").args(["-q", "--threads", threads, "--rejects"]).arg(&rejects).arg(&source).output().expect("it runs");
        assert_eq!(code(&output), 1);
        assert!(fs::read(&rejects).expect("rejects") == garbage, "not the same bytes");
    }
    // A log is evidence: no flag writes over it.
    for (name, flag) in [("soar-parse", "--rejects"), ("soar-report", "--csv")] {
        let output = filter(name).arg(flag).arg(&source).arg(&source).output().expect("it runs");
        assert_eq!(code(&output), 2, "{name}");
        assert!(fs::read(&source).expect("the log") == garbage, "{name} wrote over its input");
    }
    // Two files: the last line of the first stays a line of its own.
    let output = filter("soar-parse")
        .args(["-q", "--rejects"])
        .arg(&rejects)
        .arg(&source)
        .arg(&source)
        .arg(root().join("examples/auth.log"))
        .output()
        .expect("it runs");
    assert_eq!(code(&output), 0, "not every line was a reject");
    assert!(fs::read(&rejects).expect("rejects") == [&garbage[..], b"\n", &garbage[..]].concat(), "not the same bytes");
}

#[test]
fn gzip_is_found_by_its_magic_and_a_cut_one_is_used_as_far_as_it_goes() {
    let plain = run(filter("soar-parse").args(["-q", "--name", "x"]), &read("examples/auth.log")).stdout;
    let two_members = bash("(head -100 examples/auth.log | gzip; tail -n +101 examples/auth.log | gzip) | soar-parse -q --name x");
    assert_eq!(two_members.stdout, plain);
    let folder = tempfile::tempdir().expect("a folder");
    let cut = folder.path().join("auth.log.1.gz");
    for bytes in [2000, 2500, 3000, 3017] {
        assert!(bash(&format!("gzip -c examples/auth.log | head -c {bytes} > {}", cut.display())).status.success());
        let output = filter("soar-parse").args(["--name", "x"]).arg(&cut).output().expect("it runs");
        assert_eq!(code(&output), 2);
        assert!(!output.stdout.is_empty() && plain.starts_with(&output.stdout), "half a line was taken for a whole one");
        assert!(text(&output.stderr).contains(&format!("{}: ", cut.display())), "{}", text(&output.stderr));
    }
}

#[test]
fn real_output_of_every_stage_fits_its_schema() {
    let schema = |name: &str| {
        jsonschema::validator_for(&serde_json::from_slice(&read(&format!("schemas/{name}.schema.json"))).expect("JSON")).expect("a schema")
    };
    let (event, host) = (schema("event"), schema("host"));
    let events = run(filter("soar-parse").args(["-q", "--all"]), &sample("soar-parse")).stdout;
    let hosts = run(filter("soar-score").args(["-q", "--allow", "192.0.2.0/24", "--weight", "http_404=2"]), &events).stdout;
    let scanned = run(filter("soar-scan").args(["-q", "-p", "1"]), &hosts).stdout;
    for (validator, records_of) in [(&event, &events), (&host, &hosts), (&host, &scanned)] {
        let records = records(records_of);
        assert!(records.len() > 10);
        for record in records {
            let errors: Vec<_> = validator.iter_errors(&record).map(|e| e.to_string()).collect();
            assert!(errors.is_empty(), "{record}: {errors:?}");
        }
    }
    // A schema that accepts anything would prove nothing.
    assert!(!event.is_valid(&records(&hosts)[0]) && !host.is_valid(&records(&events)[0]));
}

#[test]
fn make_redoes_only_what_is_out_of_date() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("out");
    let built = folder.path().join("built");
    let log = folder.path().join("auth.log");
    fs::copy(root().join("examples/auth.log"), &log).expect("copied");
    fs::write(&built, "").expect("written");
    let make = |flags: &str| {
        let line = format!(
            "make -s --trace report BIN={} BUILT={} OUT={} LOGS={} {flags} 2>&1 | grep -c 'soar-[a-z]* .*-- '",
            bin("soar-parse").parent().expect("a folder").display(),
            built.display(),
            out.display(),
            log.display(),
        );
        text(&bash(&line).stdout).trim().parse::<u32>().expect("a number")
    };
    assert_eq!(make(""), 4, "events, hosts, scan, report");
    assert_eq!(make(""), 0, "nothing changed");
    assert_eq!(make("SCORE_FLAGS=\"--rule 'r=.ssh_failed > 5'\""), 3, "a flag of the second stage changed");
    assert_eq!(make("SCORE_FLAGS=\"--rule 'r=.ssh_failed > 5'\" REPORT_FLAGS=-q"), 1, "a flag of the last stage changed");
    assert!(text(&fs::read(out.join("rapport_securite.csv")).expect("the report")).contains(",r,"));
    assert_eq!(make("LOGS=examples/auth.log"), 4, "other logs");
    assert_eq!(make("LOGS=examples/auth.log BIN=/no/such/folder"), 0, "nothing changed, so nothing is run");
    let broken = format!("make -s report BIN=/no/such/folder BUILT={} OUT={} LOGS=examples/access.log", built.display(), out.display());
    let before = fs::read(out.join("events.ndjson")).expect("events");
    assert!(!bash(&broken).status.success());
    assert_eq!(fs::read(out.join("events.ndjson")).expect("events"), before, "what is there is whole");
    assert_eq!(make("LOGS=examples/access.log"), 4, "and still counts as out of date");
    assert!(names(&out).iter().all(|name| !name.contains(".part")));
}

/// Real logs lie beside some checkouts and are never part of the repository: they are an extra, and their absence is said.
#[test]
fn real_logs_give_the_known_figures() {
    let data = root().join("../shared/data");
    let logs = ["OpenSSH_2k.log", "apache_combined_10k.log"].map(|name| data.join(name));
    if logs.iter().any(|log| !log.exists()) {
        return skip("real logs", "no ../shared/data beside the repository");
    }
    let parse = |logs: &[std::path::PathBuf], threads: &str| {
        filter("soar-parse").args(["-q", "--year", "2015", "--threads", threads]).args(logs).output().expect("it runs").stdout
    };
    let score = |input: &[u8], threads: &str| run(filter("soar-score").args(["-q", "--threads", threads]), input).stdout;
    let hosts = score(&parse(&logs, "1"), "1");
    assert!(score(&parse(&logs, "4"), "4") == hosts, "threads change no byte");
    let parts = logs.iter().map(|log| score(&parse(std::slice::from_ref(log), "2"), "2")).collect::<Vec<_>>().concat();
    assert!(score(&parts, "2") == hosts, "merged parts are one run");

    let hosts = records(&hosts);
    let total = |signal: &str| hosts.iter().map(|h| h["signals"][signal].as_u64().expect("a count")).sum::<u64>();
    assert_eq!((total("ssh_failed"), total("http_404")), (528, 213));
    assert_eq!(hosts.iter().filter(|h| h["score"] != 0).count(), 307);
    let brief = |h: &Value| {
        (h["ip"].as_str().expect("ip").to_owned(), h["score"].as_u64().expect("score"), h["reason"].as_str().expect("reason").to_owned())
    };
    assert_eq!((brief(&hosts[0]), &hosts[0]["suspicious"]), (("66.249.73.135".into(), 490, "http_bot".into()), &false.into()));
    let suspects: Vec<_> = hosts.iter().filter(|h| h["suspicious"] == true).map(brief).collect();
    let known = [("183.62.140.253", 286, "ssh_failed"), ("187.141.143.180", 80, "ssh_failed"), ("144.76.95.39", 41, "http_bot")];
    assert_eq!(suspects, known.map(|(ip, score, reason)| (ip.to_owned(), score, reason.to_owned())));
    assert_eq!(hosts.iter().find(|h| h["ip"] == "144.76.95.39").expect("the bot")["rules"], serde_json::json!(["aggressive_bot"]));
}
