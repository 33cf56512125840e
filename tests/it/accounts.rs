//! Accounts: who was tried and who got in, without telling what may be a password.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{bash, code, filter, read, root, run, text};

const LOG: &str = "\
Dec 10 06:55:48 lab sshd[1]: Failed password for root from 192.0.2.1 port 1000 ssh2
Dec 10 06:55:49 lab sshd[2]: Failed password for root from 192.0.2.2 port 1001 ssh2
Dec 10 06:55:50 lab sshd[2]: message repeated 3 times: [ Failed password for root from 192.0.2.2 port 1001 ssh2]
Dec 10 06:56:00 lab sshd[3]: Failed password for invalid user hunter2 from 192.0.2.3 port 1002 ssh2
Dec 10 06:56:01 lab sshd[3]: Connection closed by invalid user hunter2 192.0.2.3 port 1002 [preauth]
Dec 10 06:56:02 lab sshd[4]: Connection closed by authenticating user git 192.0.2.4 port 1003 [preauth]
Dec 10 06:57:00 lab sshd[5]: Failed password for alice from 198.51.100.7 port 1004 ssh2
Dec 10 06:57:09 lab sshd[5]: Accepted password for alice from 198.51.100.7 port 1004 ssh2
Dec 10 06:58:00 lab dropbear[6]: Bad password attempt for 'nobody' from 192.0.2.1:51820
Dec 10 06:58:09 lab dropbear[7]: Password auth succeeded for 'bob' from 198.51.100.8:51821
";

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).expect("accounts");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The accounts of `events`, the hosts, and what was said.
fn accounts(flags: &[&str], events: &[u8]) -> (Vec<Value>, Vec<u8>, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("accounts");
    let output = run(filter("soar-score").arg("--accounts").arg(&path).args(flags), events);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    (lines(&path), output.stdout, text(&output.stderr))
}

fn parse(log: &str) -> Vec<u8> {
    run(filter("soar-parse").args(["-q", "--year", "2025"]), log.as_bytes()).stdout
}

#[test]
fn users_that_got_in_or_exist_are_named_and_others_are_hashed() {
    let events = parse(LOG);
    let (accounts, hosts, said) = accounts(&[], &events);
    let brief = |account: &Value| {
        json!([account["user"], account["failures"], account["logins"], account["addresses"], account["services"], account["last_login"]])
    };
    let hunter = "f52fbd32b2b3b86f";
    assert_eq!(
        accounts.iter().map(brief).collect::<Vec<_>>(),
        [
            json!(["root", 5, 0, 2, ["sshd"], null]),
            json!(["alice", 1, 1, 1, ["sshd"], "2025-12-10T06:57:09Z"]),
            // By hash: git's, nobody's and hunter2's.
            json!([null, 1, 0, 1, ["dropbear"], null]),
            json!(["git", 1, 0, 1, ["sshd"], null]),
            json!([null, 1, 0, 1, ["sshd"], null]),
            json!(["bob", 0, 1, 1, ["dropbear"], "2025-12-10T06:58:09Z"]),
        ]
    );
    let of_hunter = accounts.iter().find(|account| account["user_hash"] == hunter).expect("the password that was typed as a name");
    assert_eq!(of_hunter["signals"], json!({ "ssh_failed": 1, "ssh_refused": 1 }));
    assert!(!accounts.iter().any(|account| account.to_string().contains("hunter2")));
    assert!(said.contains("; 6 accounts\n"), "{said}");
    let schema: Value = serde_json::from_slice(&read("schemas/account.schema.json")).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    assert!(accounts.iter().all(|account| schema.is_valid(account)), "{accounts:?}");
    // The hosts are what they are without.
    assert!(run(filter("soar-score").arg("-q"), &events).stdout == hosts);
    // What the documents say of a guess.
    assert_eq!(text(&bash("printf %s hunter2 | sha256sum | cut -c1-16").stdout).trim(), hunter);
}

#[test]
fn no_order_no_thread_and_no_memory_changes_a_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    // More accounts than the least memory holds.
    let mut log = String::new();
    for n in 0..20_000_u32 {
        let (name, host) = (n.wrapping_mul(2_654_435_761) % 15_000, n.wrapping_mul(40_503) % 6_553);
        let invalid = if name % 3 == 0 { "" } else { "invalid user " };
        writeln!(
            log,
            "Dec 10 06:{:02}:{:02} lab sshd[1]: Failed password for {invalid}u{name} from 198.18.{}.{} port 1 ssh2",
            n / 60 % 60,
            n % 60,
            host >> 8,
            host & 255
        )
        .expect("a String takes all");
    }
    let events = parse(&log);
    let mut shuffled: Vec<_> = events.split_inclusive(|byte| *byte == b'\n').collect();
    fastrand::Rng::with_seed(7).shuffle(&mut shuffled);
    let shuffled = shuffled.concat();
    let mut first = None;
    for (flags, input) in
        [(&["--threads", "1"][..], &events), (&["--memory", "64M"], &events), (&["--memory", "64M"], &shuffled), (&[], &shuffled)]
    {
        let path = folder.path().join("accounts");
        let output = run(filter("soar-score").args(["-q", "--accounts"]).arg(&path).args(flags), input);
        assert_eq!(code(&output), 0, "{}", text(&output.stderr));
        let written = fs::read(&path).expect("accounts");
        assert!(*first.get_or_insert_with(|| written.clone()) == written, "{flags:?}");
    }
    let written = first.expect("a run");
    let names: std::collections::HashSet<u32> = (0..20_000_u32).map(|n| n.wrapping_mul(2_654_435_761) % 15_000).collect();
    assert_eq!(text(&written).lines().count(), names.len());
    // A name that may not be told is in no file.
    assert!(!text(&written).lines().any(|line| line.contains("\"user\":\"u1\"")) && text(&written).contains("\"user\":\"u3\""));
}

#[test]
fn a_name_that_would_disturb_a_terminal_or_a_page_is_told_without_harm() {
    let names = ["\u{1b}[2J", "a\u{202e}b", "<script>alert(1)</script>", "|x|y|", "=1+1", "a\nb", &"n".repeat(100_000)];
    let event = |name: &str| {
        let record = json!({
            "schema": "soar.event/1", "@timestamp": "2026-01-01T00:00:00Z", "event": { "dataset": "sshd.auth", "action": "ssh_login" },
            "source": { "ip": "192.0.2.1" }, "user": { "name": name }, "log": { "file": { "path": "a" }, "line": 1 }, "tags": ["ssh_failed"]
        });
        record.to_string()
    };
    let input = names.map(event).join("\n");
    let folder = tempfile::tempdir().expect("a folder");
    let (path, page) = (folder.path().join("accounts"), folder.path().join("page.html"));
    let scored = run(filter("soar-score").args(["-q", "--accounts"]).arg(&path), input.as_bytes());
    assert_eq!(code(&scored), 0);
    let bytes = text(&fs::read(&path).expect("accounts"));
    assert!(!bytes.contains(['\u{1b}', '\u{202e}']) && bytes.lines().count() == names.len());
    let mut told: Vec<_> = lines(&path).iter().map(|account| account["user"].as_str().expect("a name").to_owned()).collect();
    let mut expected = names.map(str::to_owned).to_vec();
    told.sort_unstable();
    expected.sort_unstable();
    assert_eq!(told, expected);
    let mut report = filter("soar-report");
    report.args(["--summary", "always", "--markdown", "-", "--accounts"]).arg(&path).arg("--html").arg(&page);
    let output = run(&mut report, &scored.stdout);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    let page = fs::read_to_string(page).expect("a page");
    for shown in [&text(&output.stdout), &text(&output.stderr), &page] {
        assert!(!shown.contains(['\u{1b}', '\u{202e}']) && shown.len() < 100_000, "{shown}");
    }
    assert!(!page.contains("<script>alert") && !text(&output.stdout).contains("<script>alert"));
    assert!(text(&output.stdout).contains("| \\|x\\|y\\| | sshd | 1 | 0 | 1 |"), "{}", text(&output.stdout));
}

#[test]
fn reports_show_who_was_tried_most_and_who_got_in() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().display();
    fs::write(folder.path().join("log"), LOG).expect("written");
    let line = format!(
        "soar-parse -q --year 2025 {at}/log | soar-score -q --accounts {at}/accounts | soar-report --accounts {at}/accounts --html {at}/page.html --markdown - --summary always"
    );
    let output = bash(&line);
    let said = text(&output.stderr);
    assert!(said.contains("Accounts tried most (failures): root (5), alice (1), # "), "{said}");
    assert!(said.contains("Accounts that logged in (failures): alice (1), bob (0)\n"), "{said}");
    let markdown = text(&output.stdout);
    assert!(markdown.contains("| root | sshd | 5 | 0 | 2 | 2025-12-10T06:55:50Z |  |\n"), "{markdown}");
    assert!(markdown.contains("| alice | sshd | 1 | 1 | 1 | 2025-12-10T06:57:09Z | 2025-12-10T06:57:09Z |\n"), "{markdown}");
    let page = fs::read_to_string(folder.path().join("page.html")).expect("a page");
    assert!(page.contains("id=\"accounts0\"") && page.contains("id=\"accounts1\"") && !page.contains("hunter2"));
    let wrong = run(filter("soar-report").arg("--accounts").arg(folder.path().join("log")), b"");
    assert_eq!(code(&wrong), 2);
    assert!(text(&wrong.stderr).contains("/log:1: --accounts: malformed record"), "{}", text(&wrong.stderr));
    // The workflow gives the flag to both stages.
    let soar = root().join("scripts/soar").display().to_string();
    let workflow = bash(&format!("cd {at} && {soar} --year 2025 --accounts a.ndjson log && cmp a.ndjson accounts"));
    assert!(code(&workflow) == 0 && text(&workflow.stdout).contains("root (5)"), "{} {}", text(&workflow.stdout), text(&workflow.stderr));
    let fast = bash(&format!("cd {at} && {soar} --fast --accounts a.ndjson log"));
    assert!(code(&fast) == 2 && text(&fast.stderr).contains("--fast counts before users are told apart"), "{}", text(&fast.stderr));
}

#[test]
fn a_key_changes_every_hash_and_what_is_wrong_with_it_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = folder.path().join("key");
    let events = parse(LOG);
    let hashes = |flags: &[&str]| accounts(flags, &events).0.iter().map(|account| account["user_hash"].to_string()).collect::<Vec<_>>();
    fs::write(&key, [7; 32]).expect("written");
    let flags = ["--accounts-key", key.to_str().expect("UTF-8")];
    let (plain, keyed) = (hashes(&[]), hashes(&flags));
    assert!(keyed.iter().all(|hash| !plain.contains(hash)) && keyed == hashes(&flags));
    fs::write(&key, [7; 15]).expect("written");
    for (flags, said) in [
        (&flags[..], "expected 16 bytes or more"),
        (&["--accounts-key", "/no/such"], "No such file"),
        (&["--groups", "a", "--live"], "cannot be used with"),
    ] {
        let output = run(filter("soar-score").arg("--accounts").arg(folder.path().join("x")).args(flags), b"");
        assert!(code(&output) == 2 && text(&output.stderr).contains(said), "{flags:?} {}", text(&output.stderr));
    }
    let alone = run(filter("soar-score").args(flags), b"");
    assert_eq!(code(&alone), 2);
}

#[test]
fn accounts_are_a_report_and_hosts_hold_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("accounts");
    let hosts = run(filter("soar-score").args(["-q", "--accounts"]).arg(&path), &parse(LOG)).stdout;
    let input = fs::read(&path).expect("accounts");
    for name in ["soar-score", "soar-scan", "soar-report"] {
        let output = run(&mut filter(name), &input);
        let said = "-:1: these are accounts (soar.account/1), a report: use soar-report --accounts\n";
        assert!(code(&output) == 2 && text(&output.stderr).contains(said), "{name}: {}", text(&output.stderr));
    }
    let (accounts, _, said) = accounts(&[], &hosts);
    assert!(accounts.is_empty());
    assert!(said.contains("--accounts: 6 hosts do not say who tried which user: accounts are of the events alone\n"), "{said}");
    // A log that names no user.
    let event = br#"{"schema":"soar.event/1","source":{"ip":"192.0.2.1"},"log":{"file":{"path":"a"},"line":1},"tags":["login_failed"]}"#;
    let (accounts, _, said) = self::accounts(&[], event);
    assert!(accounts.is_empty() && said.contains("--accounts: 1 event of a login names no user and is in no account\n"), "{said}");
}
