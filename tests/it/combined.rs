//! `soar-parse --hosts`: what soar-score makes of these hosts is what it makes of the events, byte for byte.

use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::support::followed_logs::{FollowedLogs, append};
use crate::support::{bash, bin, code, filter, run, text};

/// Messages of sshd and requests, with `IP` for who it was and `USER` for a name that anybody chose.
const LINES: &[&str] = &[
    "STAMP lab sshd[7]: Failed password for root from IP port 4711 ssh2",
    "STAMP lab sshd[7]: Failed password for root from IP port 4711 ssh2",
    "STAMP lab sshd[7]: Failed password for invalid user USER from IP port 4711 ssh2",
    "STAMP lab sshd[7]: Failed keyboard-interactive/pam for USER from IP port 4711 ssh2",
    "STAMP lab sshd[7]: Accepted password for USER from IP port 4711 ssh2",
    "STAMP lab sshd[7]: Accepted publickey for root from IP port 4711 ssh2: ED25519 SHA256:abc",
    "STAMP lab sshd[7]: message repeated 5 times: [ Failed password for USER from IP port 4711 ssh2]",
    "STAMP lab last message repeated 3 times",
    "STAMP lab sshd[7]: Invalid user USER from IP port 4711",
    "STAMP lab sshd[7]: Connection closed by IP port 4711 [preauth]",
    "STAMP lab dropbear[7]: Bad password attempt for 'root' from IP:4711",
    "STAMP lab dropbear[7]: Password auth succeeded for 'root' from IP:4711",
    "STAMP lab vsftpd[7]: [root] FAIL LOGIN: Client \"IP\"",
    "STAMP lab CRON[9]: (root) CMD (true)",
    "IP - - [DATE +0000] \"GET /a HTTP/1.1\" 404 5 \"-\" \"Mozilla/5.0\"",
    "IP - USER [DATE +0000] \"GET /USER?q=1 HTTP/1.1\" 404 5 \"-\" \"ExampleBot/1.0\"",
    "IP - - [DATE +0000] \"GET /.env HTTP/1.1\" 200 5 \"-\" \"Mozilla/5.0\"",
    "IP - - [DATE +0000] \"\\x16\\x03\" 400 5 \"-\" \"-\"",
    "no log at all",
];

/// Who it was, as logs have it.
const IPS: &[&str] =
    &["192.0.2.1", "192.0.2.2", "2001:db8::3", "2001:db8::4", "::ffff:192.0.2.1", "fe80::1%eth0", "client.example", "2001:DB8::3"];

/// Names that anybody chose, some of which are no UTF-8 or control terminals.
const USERS: &[&[u8]] = &[b"root", b"alice", b"a\\x22b", b"na\xc3\xafve", b"\xff\xfe", b"a\x1b[31mb", b"x y"];

fn line() -> impl Strategy<Value = Vec<u8>> {
    (select(LINES), select(IPS), select(USERS), prop_oneof![0..90_u32, 0..40_000_u32]).prop_map(|(line, ip, user, at)| {
        let clock = format!("{:02}:{:02}:{:02}", 10 + at / 3600, at / 60 % 60, at % 60);
        let line = line.replace("STAMP", &format!("Mar  1 {clock}")).replace("DATE", &format!("01/Mar/2026:{clock}")).replace("IP", ip);
        let mut out = Vec::new();
        for (nth, part) in line.split("USER").enumerate() {
            if nth > 0 {
                out.extend_from_slice(user);
            }
            out.extend_from_slice(part.as_bytes());
        }
        out.push(b'\n');
        out
    })
}

/// What soar-parse keeps, and what soar-score is asked.
const FLAGS: &[(&[&str], &[&str])] = &[
    (&[], &["--rule", "many=.ssh_failed > 9", "--weight", "http_bot=7"]),
    (&["--evidence", "1"], &["--evidence", "1"]),
    (&["--evidence", "0"], &["--evidence", "0"]),
    (&["--partial"], &["--partial", "--window", "20s", "--explain", "--rules", "strict"]),
    (&["--partial"], &["--window", "1m", "--allow", "192.0.2.2", "--rule", "r=.users > 1 or .paths > 1"]),
    (
        &["--partial", "--resolution", "1s"],
        &["--partial", "--resolution", "1s", "--window", "3s", "--group-v6", "64", "--rule", "r=.users > 2"],
    ),
    (&[], &["--group-v6", "64", "--max-age", "30s"]),
    (&["--timeline"], &["--timeline"]),
    (&["--timeline", "--partial"], &["--timeline", "--group-v6", "64", "--window", "20s", "--rules", "strict"]),
];

fn parse(folder: &Path, flags: &[&str], logs: &[&str]) -> Vec<u8> {
    let mut command = filter("soar-parse");
    let output = command.current_dir(folder).args(["-q", "--year", "2026"]).args(flags).args(logs).output().expect("it runs");
    assert!(matches!(code(&output), 0 | 1), "{}", text(&output.stderr));
    output.stdout
}

fn score(flags: &[&str], input: &[u8]) -> String {
    let output = run(filter("soar-score").arg("-q").args(flags), input);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    text(&output.stdout)
}

proptest! {
    // Each case is a dozen processes.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn hosts_add_up_to_what_events_would(
        lines in vec(line(), 0..80), cut in any::<Index>(), flags in select(FLAGS), signals in select(&["default", "all"][..]),
        threads in 1..4_u8, since in select(&["1970-01-01", "2026-03-01T10:00:30Z"][..]),
    ) {
        let (keep, asked) = flags;
        let folder = tempfile::tempdir().expect("a folder");
        let cut = cut.index(lines.len() + 1);
        fs::write(folder.path().join("a.log"), lines[..cut].concat()).expect("written");
        fs::write(folder.path().join("b.log"), lines[cut..].concat()).expect("written");
        let threads = threads.to_string();
        let common = ["--signals", signals, "--threads", &threads, "--since", since];
        let events = |logs: &[&str]| parse(folder.path(), &common, logs);
        let hosts = |logs: &[&str]| parse(folder.path(), &[&common[..], &["--hosts"], keep].concat(), logs);
        let whole = score(asked, &events(&["a.log", "b.log"]));
        prop_assert_eq!(&score(asked, &hosts(&["a.log", "b.log"])), &whole);
        prop_assert_eq!(&score(asked, &[hosts(&["b.log"]), hosts(&["a.log"])].concat()), &whole);
        prop_assert_eq!(&score(asked, &[hosts(&["a.log"]), events(&["b.log"])].concat()), &whole);
        let schema = serde_json::from_slice(&crate::support::read("schemas/host.schema.json")).expect("JSON");
        let schema = jsonschema::validator_for(&schema).expect("a schema");
        for host in text(&hosts(&["a.log"])).lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")) {
            prop_assert!(schema.is_valid(&host), "{}", host);
        }
    }

    #[test]
    fn a_cursor_counts_every_line_once(lines in vec(line(), 1..60), cuts in vec(any::<Index>(), 0..4)) {
        let folder = tempfile::tempdir().expect("a folder");
        let log = folder.path().join("a.log");
        fs::write(&log, "").expect("written");
        let mut places: Vec<_> = cuts.iter().map(|cut| cut.index(lines.len() + 1)).collect();
        places.extend([0, lines.len()]);
        places.sort_unstable();
        let mut hosts = parse(folder.path(), &["--hosts", "--cursor", "cursor"], &["a.log"]);
        for ends in places.windows(2) {
            append(&log, lines[ends[0]..ends[1]].concat());
            hosts.extend(parse(folder.path(), &["--hosts", "--cursor", "cursor"], &["a.log"]));
        }
        prop_assert_eq!(score(&[], &hosts), score(&[], &parse(folder.path(), &[], &["a.log"])));
    }
}

#[test]
fn hosts_that_memory_has_no_room_for_leave_early_and_add_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let line = |n: u32| {
        format!(
            "2026-03-01T10:00:00Z lab sshd[7]: Failed password for root from 10.{}.{}.{} port 22 ssh2\n",
            n >> 16,
            n >> 8 & 255,
            n & 255
        )
    };
    let log: String = (0..2).flat_map(|_| (0..60_000).map(line)).collect();
    fs::write(folder.path().join("a.log"), log).expect("written");
    let whole = parse(folder.path(), &["--hosts"], &["a.log"]);
    assert_eq!(text(&whole).lines().count(), 60_000);
    let early = parse(folder.path(), &["--hosts", "--memory", "64M"], &["a.log"]);
    assert!(text(&early).lines().count() > 60_000, "some came twice");
    assert_eq!(early, parse(folder.path(), &["--hosts", "--memory", "64M", "--threads", "1"], &["a.log"]));
    let wanted = score(&[], &parse(folder.path(), &[], &["a.log"]));
    assert!(score(&[], &early) == wanted && score(&[], &whole) == wanted);
}

#[test]
fn what_was_not_delivered_is_counted_by_the_next_run() {
    let mut followed = FollowedLogs::new();
    (0..3).for_each(|_| drop(followed.log("a.log")));
    let failed = bash(&format!(
        "cd {}; {} -q --hosts --cursor cursor a.log > /dev/full",
        followed.folder.path().display(),
        bin("soar-parse").display()
    ));
    assert_eq!(code(&failed), 2, "{}", text(&failed.stderr));
    let hosts = followed.run(&["-q", "--hosts"], &["a.log"]);
    assert!(text(&hosts.stdout).contains("\"ssh_failed\":3"), "{}", text(&hosts.stdout));
    assert_eq!(text(&followed.run(&["-q", "--hosts"], &["a.log"]).stdout), "");
}

#[test]
fn a_merge_that_lacks_something_names_the_flag() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.log"), "2026-03-01T10:00:00Z lab sshd[7]: Failed password for root from 192.0.2.1 port 22 ssh2\n")
        .expect("written");
    let hosts = parse(folder.path(), &["--hosts"], &["a.log"]);
    for (flags, said) in [
        (&["--window", "1m"][..], "the host has no buckets, which windows need: write it with --partial"),
        (&["--rule", "r=.users > 1"], "the host has no list of users or paths, which a rule needs: write it with --partial"),
    ] {
        let output = run(filter("soar-score").args(flags), &hosts);
        assert_eq!((code(&output), text(&output.stdout)), (2, String::new()));
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    }
    for flags in [
        &["--evidence", "1"][..],
        &["--partial"],
        &["--memory", "1G"],
        &["--hosts", "--resolution", "1s"],
        &["--hosts", "--trace"],
        &["--hosts", "--memory", "1M"],
    ] {
        assert_eq!(code(&run(filter("soar-parse").args(flags), b"")), 2, "{flags:?}");
    }
}
