//! `soar-parse --suggest`: what it prints is read by a shell, and reads the log.

use std::fs;

use crate::support::{bash, root, text};

#[test]
fn a_shell_takes_what_is_printed_and_every_line_is_read_then() {
    let folder = root().join("tests/cases/parse/suggest");
    let mut tried = 0;
    for file in fs::read_dir(folder).expect("a folder") {
        let path = file.expect("a file").path();
        let flags = fs::read_to_string(path.with_extension("stdout")).expect("flags");
        if path.extension().is_none_or(|ending| ending != "stdin") || flags.is_empty() {
            continue;
        }
        assert_eq!(flags.lines().count(), 1, "{flags}");
        let vouching = ["--program", "--trust", "--client-from"];
        assert!(!vouching.iter().any(|flag| flags.contains(flag)), "{flags}");
        let log = path.display();
        let line = format!(r#"flags=$(soar-parse -q --suggest '{log}') && eval "soar-parse --strict --all -q $flags '{log}'" | wc -l"#);
        let events = text(&bash(&format!("set -o pipefail; {line}")).stdout);
        let lines = fs::read_to_string(&path).expect("a log").lines().count();
        assert_eq!(events.trim(), lines.to_string(), "{log}: {flags}");
        tried += 1;
    }
    assert!(tried >= 3, "only {tried} cases print flags");
}

/// What `--suggest` prints for these logs, and what it says on stderr, in a folder of its own.
fn suggest(logs: &[(&str, &str)]) -> (String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in logs {
        fs::write(folder.path().join(name), text).expect("a log");
    }
    let mut soar_parse = crate::support::filter("soar-parse");
    let output = soar_parse.current_dir(&folder).arg("--suggest").args(logs.iter().map(|(name, _)| name)).output().expect("it runs");
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn several_logs_get_one_line_and_each_is_told_of() {
    let web = "2025-10-10T13:55:36+00:00 192.0.2.1 404 \"GET /a HTTP/1.1\" \"x y\" 0.002\n";
    let logins = "Jun  9 22:32:17 lab dropbear[7]: Bad password attempt for 'root' from 192.0.2.2:4711\n";
    let (flags, told) = suggest(&[("web", web), ("logins", logins)]);
    assert_eq!(flags, "--log-format '$time_iso8601 $remote_addr $status \"$request\" \"$http_x_other\" $request_time'\n");
    assert!(told.contains("\nsoar-parse:   web: 1 read, "), "{told}");
    assert!(told.contains("\nsoar-parse:   logins: 1 read, "), "{told}");
}

#[test]
fn a_format_and_a_service_may_be_needed_together() {
    let web = "2025-10-10T13:55:36+00:00 192.0.2.1 404 \"GET /a HTTP/1.1\" \"x y\" 0.002\n";
    let service = r#"{"reqId":"x","level":2,"time":"2024-06-09T22:32:17+00:00","remoteAddr":"192.0.2.57","user":"--","app":"core","method":"POST","url":"/login","message":"Login failed: bob (Remote IP: 192.0.2.57)","userAgent":"x","version":"28.0.1"}"#;
    let (flags, told) = suggest(&[("web", web), ("nextcloud.log", &format!("{service}\n"))]);
    assert!(flags.starts_with("--log-format '") && flags.ends_with("' --services nextcloud\n"), "{flags}{told}");
}

#[test]
fn an_unknown_message_of_a_known_program_is_not_read() {
    let line = "Jun  9 22:32:17 lab sshd[7]: words that sshd never wrote\n";
    let (flags, told) = suggest(&[("auth", line)]);
    assert_eq!(flags, "");
    assert!(told.contains("without flags: 0 read, 0 of other programs, 0 rejects, 1 unknown message\n"), "{told}");
}

#[test]
fn what_no_flags_read_is_told_by_what_it_is() {
    let json = "{\"who\":\"192.0.2.1\",\"code\":404}\n";
    let error = "2026/11/29 17:29:07 [error] 154#154: *4 user \"x\": password mismatch, client: 192.0.2.12, server: _, request: \"GET / HTTP/1.1\"\n";
    let other = "Nov 29 10:00:01 web kernel: new device\n";
    for (logs, flags, told) in [
        (&[("empty", "")][..], "", "there is no line to look at"),
        (
            &[("syslog", other)],
            "",
            "lines of other programs alone, with no login and no request: sshd writes to auth.log, secure or the journal",
        ),
        (
            &[("a.json", json)],
            "",
            "JSON with keys of its own (who, code): --json client=KEY,request=KEY,status=KEY names those of a request",
        ),
        (
            &[("error.log", &*error.repeat(9)), ("a.json", json)],
            "--services nginx-error\n",
            "nothing of a.json is read so; flags are for all logs of a run: --suggest each of them by itself",
        ),
    ] {
        let (printed, said) = suggest(logs);
        assert!(said.ends_with(&format!("soar-parse: {told}\n")), "{said}");
        assert_eq!(printed, flags, "{said}");
    }
}
