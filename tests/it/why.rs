//! `scripts/why`: the log lines behind a verdict, wherever they are by now, and a word for each that cannot be shown.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::support::{bash, bin, code, filter, root, run, text};

/// Somebody tries a password in the last hour of 2025 in New York, which is 2026 in UTC; the log has no years.
const LOG: &str = "Dec 31 23:30:00 h sshd[1]: Failed password for root from 192.0.2.1 port 22 ssh2
Dec 31 23:30:01 h sshd[2]: Failed password for root from 192.0.2.2 port 22 ssh2
Dec 31 23:30:02 h sshd[3]: Accepted password for root from 192.0.2.1 port 22 ssh2
";
/// The same address at the same line in another second: what is in `auth.log` after a rotation.
const NEXT: &str = "Dec 31 23:59:59 h sshd[9]: Failed password for root from 192.0.2.1 port 22 ssh2\n";
const FLAGS: [&str; 2] = ["--tz", "America/New_York"];

fn why(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(root().join("scripts/why"));
    command.args(args).current_dir(folder).env("SOAR_BIN", bin("soar-parse").parent().expect("a folder"));
    run(&mut command, b"")
}

/// Writes `log` as `auth.log` in a new folder, and `hosts` beside it.
fn scratch_folder(log: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("auth.log"), log).expect("written");
    let parse = filter("soar-parse").current_dir(&folder).args(["-q", "--year", "2025", "auth.log"]).args(FLAGS).output().expect("it runs");
    fs::write(folder.path().join("hosts"), run(filter("soar-score").arg("-q"), &parse.stdout).stdout).expect("written");
    folder
}

fn at(folder: &tempfile::TempDir, line: &str) {
    let done = bash(&format!("set -e; cd {}; {line}", folder.path().display()));
    assert!(done.status.success(), "{line}: {}", text(&done.stderr));
}

fn shown(place: &str, signal: &str, nth: usize) -> String {
    format!("{place} [{signal}] {}\n", LOG.lines().nth(nth).expect("a line"))
}

fn result(output: &Output) -> (i32, String, String) {
    (code(output), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_lines_are_shown_the_earliest_first() {
    let folder = scratch_folder(LOG);
    let next =
        "then, after the login of root at 2026-01-01T04:30:02Z (auth.log:3):\nnothing more of this address or account in these logs\n";
    let expected = shown("auth.log:1", "ssh_failed", 0) + &shown("auth.log:3", "ssh_accepted", 2) + next;
    let args = ["192.0.2.1", "hosts", FLAGS[0], FLAGS[1]];
    assert_eq!(result(&why(folder.path(), &args)), (0, expected.clone(), String::new()));
    // An address in another spelling, and hosts from stdin.
    let script = root().join("scripts/why");
    let line = format!("cd {}; {} ::ffff:192.0.2.1 - {} <hosts", folder.path().display(), script.display(), FLAGS.join(" "));
    assert_eq!(result(&bash(&line)), (0, expected, String::new()));
}

#[test]
fn a_rotated_or_compressed_log_is_found_by_what_is_in_it() {
    let args = ["192.0.2.2", "hosts", FLAGS[0], FLAGS[1]];
    for (turn, place) in [
        ("mv auth.log auth.log.1", "auth.log.1"),
        ("gzip auth.log; mv auth.log.gz auth.log.2", "auth.log.2"),
        ("(head -n1 auth.log | zstd -cq; tail -n+2 auth.log | zstd -cq) >auth.log.10.gz", "auth.log.10.gz"),
        ("bzip2 auth.log; mv auth.log.bz2 auth.log-20260101", "auth.log-20260101"),
        ("xz auth.log; mv auth.log.xz auth-20260101.log.gz", "auth-20260101.log.gz"),
        ("gzip auth.log; mv auth.log.gz auth.1.log", "auth.1.log"),
    ] {
        let folder = scratch_folder(LOG);
        at(&folder, &format!("{turn}; printf '{NEXT}{NEXT}' >auth.log; echo nothing >auth.log.3; mkdir auth.log.4"));
        let expected = shown(&format!("{place}:2 (was auth.log)"), "ssh_failed", 1);
        assert_eq!(result(&why(folder.path(), &args)), (0, expected, String::new()), "{turn}");
    }
    // The evidence may name a rotated file that was turned once more.
    let folder = scratch_folder(LOG);
    at(&folder, "sed -i 's/auth.log/auth.log.1/' hosts; gzip auth.log; mv auth.log.gz auth.log.2.gz");
    let expected = shown("auth.log.2.gz:2 (was auth.log.1)", "ssh_failed", 1);
    assert_eq!(result(&why(folder.path(), &args)), (0, expected, String::new()));
}

#[test]
fn a_line_of_another_time_is_not_taken_for_it() {
    let folder = scratch_folder(LOG);
    at(&folder, &format!("printf '{NEXT}{NEXT}{NEXT}' >auth.log"));
    let lost =
        |line: u8| format!("soar-why: cannot show auth.log:{line}: no such line any more that soar-parse reads so; looked in: auth.log\n");
    let output = why(folder.path(), &["192.0.2.1", "hosts", FLAGS[0], FLAGS[1]]);
    assert_eq!(result(&output), (1, String::new(), lost(1) + &lost(3)));
    // Without the flag of the first run the same lines mean another time.
    let folder = scratch_folder(LOG);
    assert_eq!(result(&why(folder.path(), &["192.0.2.2", "hosts"])), (1, String::new(), lost(2)));
}

#[test]
fn what_cannot_be_shown_is_said_place_by_place() {
    let folder = scratch_folder(LOG);
    let args = ["192.0.2.2", "hosts", FLAGS[0], FLAGS[1]];
    for (turn, said) in [
        ("sed -i 's/auth.log/-/' hosts", "-:2: from stdin, which nothing keeps (soar-parse --name says what it was)"),
        ("sed -i 's,\"-\",\"web1:/var/log/auth.log\",' hosts", "web1:/var/log/auth.log:2: on another host, web1"),
        ("sed -i 's,web1:/var/log/auth.log,/no/such.log,' hosts", "/no/such.log:2: no such file, and none that it was rotated to"),
    ] {
        at(&folder, turn);
        let output = why(folder.path(), &args);
        assert_eq!(result(&output), (1, String::new(), format!("soar-why: cannot show {said}\n")), "{turn}");
    }
    // A damaged log is said to be one; what lies behind the damage is lost.
    let folder = scratch_folder(LOG);
    at(&folder, "gzip -c auth.log | head -c 12 >auth.log.1; rm auth.log");
    let (code, shown, said) = result(&why(folder.path(), &args));
    assert_eq!((code, shown.as_str()), (1, ""));
    assert!(said.starts_with("soar-why: cannot read auth.log.1: ") && said.contains("cannot show auth.log:2: no such line"), "{said}");
    // One place is there, the other is not.
    let folder = scratch_folder(LOG);
    at(&folder, "sed -i '3d' auth.log");
    let output = why(folder.path(), &["192.0.2.1", "hosts", FLAGS[0], FLAGS[1]]);
    let lost = "soar-why: cannot show auth.log:3: no such line any more that soar-parse reads so; looked in: auth.log\n".to_owned();
    assert_eq!(result(&output), (1, shown_first(), lost));
}

fn shown_first() -> String {
    shown("auth.log:1", "ssh_failed", 0)
}

#[test]
fn the_address_and_the_hosts_in_the_wrong_order_are_told_apart() {
    let folder = scratch_folder(LOG);
    let (exit, _, said) = result(&why(folder.path(), &["hosts", "192.0.2.1"]));
    assert!(exit == 2 && said.starts_with("soar-why: the address comes first: ") && said.ends_with(" 192.0.2.1 hosts\n"), "{said}");
}

#[test]
fn lines_that_the_record_does_not_name_are_counted() {
    let line = |n: u8| format!("Dec 31 23:30:0{n} h sshd[1]: Failed password for root from 192.0.2.1 port 22 ssh2\n");
    let log = (0..9).map(line).collect::<Vec<_>>().concat();
    let folder = scratch_folder(&log);
    let (exit, shown, said) = result(&why(folder.path(), &["192.0.2.1", "hosts", FLAGS[0], FLAGS[1]]));
    assert_eq!((exit, said.as_str()), (0, ""));
    let not_shown = "shown: 3 of 9 ssh_failed; the record names the earliest lines, and a line may stand for several. For more, run soar (or soar-score) again with --evidence 9, or: grep -F 192.0.2.1 LOG\n";
    assert!(shown.lines().count() == 4 && shown.ends_with(not_shown), "{shown}");
    // A reader that leaves early is no failure.
    let script = root().join("scripts/why");
    let line = format!(
        "cd {}; {} 192.0.2.1 hosts {} 2>said | true; echo ${{PIPESTATUS[0]}}",
        folder.path().display(),
        script.display(),
        FLAGS.join(" ")
    );
    assert_eq!(text(&bash(&line).stdout), "0\n");
}

#[test]
fn a_name_that_is_relative_to_another_folder_is_said_to_be() {
    let folder = scratch_folder(LOG);
    at(&folder, "mkdir -p report/deep; mv hosts report/deep");
    let args = ["192.0.2.2", "hosts", FLAGS[0], FLAGS[1]];
    let lost = "soar-why: cannot show auth.log:2: no such file, and none that it was rotated to\nsoar-why: the name auth.log is relative";
    let output = why(&folder.path().join("report/deep"), &args);
    let home = folder.path().canonicalize().expect("a folder");
    assert_eq!(
        result(&output),
        (1, String::new(), format!("{lost} to another folder than this one: run soar-why from {}\n", home.display()))
    );
    // Where it lies nowhere above HOSTS, and where that came from stdin.
    at(&folder, "mv auth.log other");
    let output = why(&folder.path().join("report/deep"), &args);
    assert_eq!(result(&output).2, format!("{lost}: if soar-parse ran in another folder, run soar-why from there\n"));
}

#[test]
fn hostile_text_is_spelled_out_and_never_run() {
    let agent = "bot \u{1b}]0;x\u{7} \u{202e}\u{9b}2J \u{1f}é";
    let line = format!("192.0.2.7 - - [01/Jan/2026:00:00:00 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" \"{agent}\"\r\n");
    let folder = scratch_folder(&line);
    let expected = r#"auth.log:1 [http_bot] 192.0.2.7 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "bot \x1b]0;x\x07 \u{202e}\x9b2J \x1fé""#;
    assert_eq!(result(&why(folder.path(), &["192.0.2.7", "hosts"])), (0, format!("{expected}\n"), String::new()));
    // A record from elsewhere: sed would run this, a shell that, and a FIFO would wait for ever.
    let place = |file: &str, line: &str| format!(r#"{{"signal":"a","at":"2026-01-01T00:00:00Z","file":"{file}","line":{line}}}"#);
    let places = [
        place("auth.log", r#""1e touch pwned""#),
        place("$(touch pwned)", "1"),
        place("\\u001b[2J", "1"),
        place("fifo", "1"),
        place("-e.log", "1"),
    ];
    let record = format!(r#"{{"schema":"soar.host/1","ip":"192.0.2.7","evidence":[{}]}}"#, places.join(","));
    fs::write(folder.path().join("hosts"), record).expect("written");
    at(&folder, "mkfifo fifo; cp auth.log ./-e.log");
    let (code, shown, said) = result(&why(folder.path(), &["192.0.2.7", "hosts"]));
    assert_eq!((code, shown.starts_with("./-e.log:1 (was -e.log) [a] ")), (1, true), "{shown}");
    assert!(!folder.path().join("pwned").exists());
    assert!(said.contains("soar-why: one place of the record has no file, or no number of a line\n"), "{said}");
    assert!(said.contains("soar-why: cannot show \\x1b[2J:1: no such file") && said.contains("cannot show fifo:1: no such file"), "{said}");
}

#[test]
fn an_address_of_a_network_counts_for_it() {
    let folder = scratch_folder("Jan  1 00:00:00 h sshd[1]: Failed password for root from 2001:DB8::5 port 22 ssh2\n");
    at(&folder, r#"sed -i 's,"ip":"2001:db8::5","ip":"2001:db8::9"\,"network":"2001:db8::/64",;' hosts; sed -i 's,"ip":,"ip": ,' hosts"#);
    let place = "Jan  1 00:00:00 h sshd[1]: Failed password for root from 2001:DB8::5 port 22 ssh2";
    let output = why(folder.path(), &["2001:db8:0::9", "hosts", FLAGS[0], FLAGS[1]]);
    assert_eq!(result(&output), (0, format!("auth.log:1 [ssh_failed] {place}\n"), String::new()));
    at(&folder, "sed -i 's,::/64,:1::/64,' hosts");
    assert_eq!(code(&why(folder.path(), &["2001:db8::9", "hosts", FLAGS[0], FLAGS[1]])), 1);
    // What is no network is no file to be read, either.
    at(&folder, "sed -i 's,2001:db8:1::/64,list,' hosts; echo ::/0 >list");
    assert_eq!(code(&why(folder.path(), &["2001:db8::9", "hosts", FLAGS[0], FLAGS[1]])), 1);
}

#[test]
fn wrong_usage_is_exit_2_and_an_unknown_host_is_exit_1() {
    let folder = scratch_folder(LOG);
    for (args, exit, said) in [
        (&[][..], 2, "soar-why: no IP given (see --help)\n"),
        (&["--wrong"], 2, "soar-why: no IP given (see --help)\n"),
        (&["host.example", "hosts"], 2, "soar-why: not an address: host.example\n"),
        (&["192.0.2.1", "no/such"], 2, "soar-why: no/such: no such file; HOSTS is the output of soar-score (see --help)\n"),
        (&["192.0.2.1", "."], 2, "soar-why: .: is a folder\n"),
        (&["192.0.2.9", "hosts"], 1, "soar-why: no host 192.0.2.9 in hosts\n"),
    ] {
        assert_eq!(result(&why(folder.path(), args)), (exit, String::new(), said.to_owned()), "{args:?}");
    }
    let output = why(folder.path(), &["192.0.2.1", "hosts", "--no-such-flag"]);
    assert_eq!((code(&output), text(&output.stdout).as_str()), (2, ""));
    assert!(text(&output.stderr).contains("--no-such-flag"));
    at(&folder, "sed -i 's/,.evidence.:.*/}/' hosts");
    let said = "soar-why: the record of 192.0.2.1 names no line (soar-score --evidence 0?)\n".to_owned();
    assert_eq!(result(&why(folder.path(), &["192.0.2.1", "hosts"])), (1, String::new(), said));
    let help = why(folder.path(), &["--help"]);
    assert!(text(&help.stdout).starts_with(&format!("usage: {} IP [HOSTS", root().join("scripts/why").display())) && code(&help) == 0);
}

#[test]
fn what_came_after_a_login_is_told_with_its_lines() {
    const AUTH: &str = "2026-04-12T06:16:48+00:00 h sshd[1]: Failed password for backup from 203.0.113.77 port 1 ssh2
2026-04-12T06:17:29+00:00 h sshd[2]: Accepted password for backup from 203.0.113.77 port 2 ssh2
2026-04-12T06:17:29+00:00 h sshd[2]: pam_unix(sshd:session): session opened for user backup(uid=34) by backup(uid=0)
2026-04-12T06:18:00+00:00 h sudo:   backup : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh \x1b[2J
2026-04-12T06:18:01+00:00 h sudo: pam_unix(sudo:session): session opened for user root(uid=0) by backup(uid=34)
2026-04-12T06:18:02+00:00 h sudo:   alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh
2026-04-12T06:18:05+00:00 h su[44]: (to root) backup on pts/1
2026-04-12T06:18:09+00:00 h useradd[45]: new user: name=x, UID=0
2026-04-12T06:19:00+00:00 h sshd[7]: Accepted publickey for backup from 198.51.100.9 port 2 ssh2: ED25519 SHA256:abc
2026-04-12T06:20:00+00:00 h sshd[2]: pam_unix(sshd:session): session closed for user backup2
";
    const ACCESS: &str = "203.0.113.77 - - [12/Apr/2026:06:10:00 +0000] \"GET /before HTTP/1.1\" 404 5 \"-\" \"x\"
203.0.113.77 - - [12/Apr/2026:06:30:00 +0000] \"GET /after HTTP/1.1\" 200 5 \"-\" \"x\"
192.0.2.4 - - [12/Apr/2026:06:30:00 +0000] \"GET /other HTTP/1.1\" 404 5 \"-\" \"x\"
";
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("auth.log"), AUTH).expect("written");
    fs::write(folder.path().join("access.log"), ACCESS).expect("written");
    let parse = filter("soar-parse").current_dir(&folder).args(["-q", "auth.log", "access.log"]).output().expect("it runs");
    fs::write(folder.path().join("hosts"), run(filter("soar-score").arg("-q"), &parse.stdout).stdout).expect("written");
    let (exit, said, complaint) = result(&why(folder.path(), &["203.0.113.77", "hosts"]));
    assert_eq!((exit, complaint.as_str()), (0, ""));
    let (_, next) = said.split_once("then, after the login of backup at 2026-04-12T06:17:29Z (auth.log:2):\n").expect("what came next");
    let told: Vec<_> = next.lines().map(|line| line.split_inclusive(']').next().expect("a word")).collect();
    assert_eq!(
        told,
        [
            "auth.log:3 [session]",
            "auth.log:4 [sudo]",
            "auth.log:5 [sudo]",
            "auth.log:7 [su]",
            "auth.log:8 [accounts]",
            "auth.log:9 [login]",
            "access.log:2 [request]"
        ]
    );
    assert!(next.contains("\\x1b[2J") && !next.contains('\u{1b}'), "{next}");
}
