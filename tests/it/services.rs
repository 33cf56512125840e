//! Logs that real services wrote while they were attacked, held against what was done to them: `tests/services/NAME.log` and
//! `NAME.expected` (address, failed logins, accepted logins).

use std::collections::BTreeMap;
use std::path::Path;

use soar_light::parse::service::catalog::SHIPPED;
use soar_light::parse::service::definition::Definition;

use crate::support::{filter, root, text};

/// The service of a log that is called as it is, or as it is with more behind a dash.
fn service_of(name: &str) -> &'static Definition {
    match SHIPPED.iter().find(|file| file.name == name) {
        Some(file) => file.definition(),
        None => service_of(name.rsplit_once('-').unwrap_or_else(|| panic!("{name} is no service")).0),
    }
}

/// What is counted in a log of a service, `ADDRESS FAILED ACCEPTED`, and what is said of it.
pub fn counted_in(log: &Path, name: &str) -> (Vec<String>, String) {
    let service = service_of(name);
    let is_default = service.is_verified && service.lines.iter().all(|line| !line.is_forgeable);
    let flags = if is_default { vec![] } else { vec!["--services", service.name] };
    let output = filter("soar-parse").args(["-q", "--year", "2026"]).args(flags).arg(log).output().expect("it runs");
    let mut counts: BTreeMap<String, [u64; 2]> = BTreeMap::new();
    for line in text(&output.stdout).lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect("an event");
        let (Some(ip), Some(tags)) = (event["source"]["ip"].as_str(), event["tags"].as_array()) else { continue };
        let count = event["soar"]["count"].as_u64().unwrap_or(1);
        for (index, signal) in ["login_failed", "login_accepted"].into_iter().enumerate() {
            if tags.iter().any(|tag| tag == signal) {
                counts.entry(ip.to_owned()).or_default()[index] += count;
            }
        }
    }
    let mut given: Vec<_> = counts.iter().map(|(ip, [failed, accepted])| format!("{ip} {failed} {accepted}")).collect();
    given.sort_unstable();
    (given, text(&output.stderr))
}

/// What was done to a service, as a file says it; whoever did nothing that counts is left out.
pub fn done_to(expected: &Path) -> Vec<String> {
    let expected = std::fs::read_to_string(expected).expect("what was done");
    let is_told = |line: &&str| !line.starts_with('#') && !line.trim().is_empty() && !line.ends_with(" 0 0");
    let mut expected: Vec<_> = expected.lines().filter(is_told).map(str::to_owned).collect();
    expected.sort_unstable();
    expected
}

#[test]
fn each_service_counts_what_was_done_to_it() {
    let folder = root().join("tests/services");
    let mut wrong = Vec::new();
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .expect("a folder")
        .filter_map(|entry| entry.expect("a file").file_name().to_str()?.strip_suffix(".log").map(str::to_owned))
        .collect();
    names.sort();
    assert!(names.len() >= 14, "{names:?}");
    for name in names {
        let log = folder.join(format!("{name}.log"));
        let (given, said) = counted_in(&log, &name);
        let expected = done_to(&folder.join(format!("{name}.expected")));
        if given != expected {
            wrong.push(format!("{name}: {given:?}, and not {expected:?}\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What `soar-parse` makes of `log`: dataset, address and line of each event, and what is said.
fn events(flags: &[&str], log: &str) -> (Vec<String>, String) {
    let output = crate::support::run(filter("soar-parse").args(["--year", "2026"]).args(flags), log.as_bytes());
    let told = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).expect("an event");
        let name = event["event"]["dataset"].as_str().unwrap_or_default().to_owned();
        format!("{name} {} {}", event["source"]["ip"].as_str().unwrap_or_default(), event["log"]["line"])
    };
    (text(&output.stdout).lines().map(told).collect(), text(&output.stderr))
}

const PASSED_ON: &str = "\
May 29 22:50:51 m mariadbd[1]: 2026-05-29 22:50:51 5 [Warning] Access denied for user 'root'@'192.0.2.9' (using password: YES)
May 29 22:50:52 m postgres[123]: 2026-05-29 22:50:51.123 UTC [123] 192.0.2.9 FATAL:  password authentication failed for user \"root\"
postgres-1  | 2026-05-29 22:50:51.123 UTC [123] 192.0.2.9 FATAL:  password authentication failed for user \"root\"
chat-1  | 2026-05-29 22:50:51.123 UTC [123] 192.0.2.9 FATAL:  password authentication failed for user \"root\"
";

#[test]
fn a_service_s_own_line_is_read_where_syslog_or_its_container_passes_it_on() {
    let (told, _) = events(&[], PASSED_ON);
    // Clients can write whole lines into MariaDB's file, so that is read only where it is named.
    assert_eq!(told, ["postgresql.auth 192.0.2.9 2", "postgresql.auth 192.0.2.9 3"]);
    let (told, _) = events(&["--services", "mariadb"], PASSED_ON);
    assert_eq!(told, ["mariadb.auth 192.0.2.9 1", "postgresql.auth 192.0.2.9 2", "postgresql.auth 192.0.2.9 3"]);
}

#[test]
fn a_container_is_called_like_its_program_with_what_compose_or_a_pod_adds() {
    let service = service_of("postgresql");
    for (name, is_own) in [
        ("postgres", true),
        ("postgres-1", true),
        ("postgres_12", true),
        ("pod/db-7d9f8b6c5d-abcde/postgres", true),
        ("postgres-", false),
        ("postgres1", false),
        ("postgres-a", false),
        ("chat-1", false),
        ("postgres/chat", false),
        ("1", false),
        ("", false),
    ] {
        assert_eq!(service.is_container(name.as_bytes()), is_own, "{name}");
    }
    // Any program may speak for it, and no container is called like it.
    assert!(["", "login", "pod/db/", "*"].iter().all(|name| !service_of("pam").is_container(name.as_bytes())));
}

/// A container of no known name was once taken for one of a service that any program may speak for.
#[test]
fn what_a_container_prints_in_the_name_of_pam_accuses_nobody() {
    let message = "Oct 10 13:55:36 lab login[7]: pam_unix(login:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.9  user=root";
    for (start, end) in [
        ("2025-10-10T11:55:36.123456789Z stdout F ", ""),
        ("chat-1  | ", ""),
        ("[pod/chat-1/chat] ", ""),
        (r#"{"log":""#, r#"\n","stream":"stdout","time":"2025-10-10T11:55:36.1Z"}"#),
        (r#"{"source_type":"docker_logs","stream":"stdout","message":""#, r#""}"#),
    ] {
        let (told, err) = events(&[], &format!("{start}{message}{end}\n"));
        assert!(told.is_empty() && err.contains("1 untrusted"), "{start}: {err}");
    }
}

#[test]
fn services_that_would_read_what_was_passed_over_are_named() {
    let log = "May 29 22:50:51 m webmin[1]: Invalid login as root from 192.0.2.9\n\
        May 29 22:50:51 m webmin[1]: Invalid login as root from 192.0.2.9\nMay 29 22:50:52 m CRON[2]: hello\nMay 29 22:50:52 m kernel: hello\n";
    let said = "2 lines of login services that are read only where they are named: --services webmin\n";
    let (told, err) = events(&[], log);
    assert!(told.is_empty() && err.contains(said), "{err}");
    let (told, err) = events(&["--services", "webmin"], log);
    assert!(told.len() == 2 && !err.contains("--services"), "{err}");
}

/// The time of a line of Exim's own file once was read as three words of a message that syslog passed on.
#[test]
fn program_reads_a_line_of_a_services_own_file_as_it_is_read_without() {
    let line =
        "2026-11-30 05:17:07 plain authenticator failed for (client) [192.0.2.1]: 535 Incorrect authentication data (set_id=alice)\n";
    let read = |flags: &[&str]| {
        let output = crate::support::run(filter("soar-parse").arg("-q").args(flags), line.as_bytes());
        text(&output.stdout)
    };
    assert!(read(&[]).contains("\"@timestamp\":\"2026-11-30T05:17:07Z\""), "{}", read(&[]));
    assert_eq!(read(&["--program", "exim"]), read(&[]));
}

#[test]
fn a_file_into_which_clients_can_write_is_read_only_where_it_is_asked_for() {
    let listed = text(&filter("soar-parse").arg("--list-services").output().expect("it runs").stdout);
    let page = std::fs::read_to_string(root().join("docs/services.md")).expect("the page");
    for (name, own, message) in [
        (
            "mariadb",
            "2026-05-29 22:50:51 5 [Warning] Access denied for user 'root'@'192.0.2.9' (using password: YES)",
            "May 29 22:50:51 m mariadbd[1]: Access denied for user 'root'@'192.0.2.9' (using password: YES)",
        ),
        (
            "nginx-error",
            r#"2026/05/29 22:50:51 [error] 12#12: *1 user "a": password mismatch, client: 192.0.2.9, server: x, request: "GET / HTTP/1.1", host: "x""#,
            r#"May 29 22:50:51 m nginx: *1 user "a": password mismatch, client: 192.0.2.9, server: x, request: "GET / HTTP/1.1", host: "x""#,
        ),
        (
            "xrdp",
            "[20260529-22:50:51] [INFO ] AUTHFAIL: user=bob ip=192.0.2.9 time=1780095051",
            "May 29 22:50:51 m xrdp-sesman[1]: [INFO ] AUTHFAIL: user=bob ip=192.0.2.9 time=1780095051",
        ),
    ] {
        let event = format!("{name}.auth 192.0.2.9 1");
        assert_eq!(events(&[], own).0, [""; 0], "{own}");
        assert_eq!(events(&["--services", name], own).0, [&*event], "{own}");
        assert_eq!(events(&[], message).0, [&*event], "{message}");
        let told = listed.split("\n\n").find(|told| told.starts_with(&format!("{name}\n"))).expect(name);
        assert!(told.contains("\n  read by default; its own file with --services;"), "{told}");
        assert!(told.contains("(clients can write lines into it: only with --services)"), "{told}");
        let row = page.lines().find(|line| line.starts_with(&format!("| `{name}` |"))).expect(name);
        assert!(row.contains("| by default; its own file with `--services` |"), "{row}");
    }
}
