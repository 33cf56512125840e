//! `soar-score --against`: rules on what earlier hosts say; and `--near`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{code, filter, run, text};

const RULES: [&str; 6] = [
    "--rule",
    "new=.new",
    "--rule",
    "origin=.ssh_accepted > 0 and .new_network",
    "--rule",
    "old=.known_since and .known_since < \"2026-01-02\"",
];

fn host(ip: &str, accepted: u64, first: &str) -> String {
    format!(
        r#"{{"schema":"soar.host/1","ip":"{ip}","score":1,"suspicious":false,"rules":[],"signals":{{"ssh_failed":1,"http_404":0,"http_bot":0,"ssh_accepted":{accepted}}},"first_seen":"{first}T00:00:00Z","last_seen":"{first}T00:00:00Z"}}"#
    ) + "\n"
}

/// Hosts of an earlier run: a login from 192.0.2.0/24, and one who only failed.
fn old() -> [String; 2] {
    [host("192.0.2.1", 1, "2026-01-01"), host("198.51.100.1", 0, "2026-01-05")]
}

fn score(folder: &Path, flags: &[&str]) -> (i32, String, String) {
    let output = run(filter("soar-score").current_dir(folder).args(flags), b"");
    (code(&output), text(&output.stdout), text(&output.stderr))
}

fn verdicts(hosts: &str) -> Vec<String> {
    let mut told: Vec<_> = hosts
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .map(|host| format!("{} {}", host["ip"].as_str().expect("text"), host["rules"]))
        .collect();
    told.sort();
    told
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).expect("written");
    let [first, second] = old();
    write("old", [&*first, &*second].concat());
    write("old1", first);
    write("old2", second);
    let today = [host("192.0.2.1", 1, "2026-02-01"), host("192.0.2.9", 2, "2026-02-01"), host("198.51.100.1", 0, "2026-02-01")];
    let others = [host("198.51.100.1", 3, "2026-02-01"), host("203.0.113.5", 1, "2026-02-01")];
    write("a", today.concat());
    write("b", others.concat());
    folder
}

#[test]
fn what_is_new_is_a_matter_of_two_sets_of_hosts() {
    let folder = folder();
    let of = |flags: &[&str]| {
        let (code, out, err) = score(folder.path(), &[&["-q"], &RULES[..], flags].concat());
        assert_eq!(code, 0, "{err}");
        out
    };
    let whole = of(&["--against", "old", "a", "b"]);
    assert_eq!(
        verdicts(&whole),
        [r#"192.0.2.1 ["old"]"#, r#"192.0.2.9 ["new"]"#, r#"198.51.100.1 ["origin"]"#, r#"203.0.113.5 ["new","origin"]"#,]
    );
    fs::write(folder.path().join("merged"), of(&["a", "b"])).expect("written");
    for same in [
        &["--against", "old", "merged"][..],
        &["--against", "old2", "--against", "old1", "b", "a"],
        &["--against", "old", "--memory", "64M", "--threads", "1", "a", "b"],
    ] {
        assert_eq!(of(same), whole, "{same:?}");
    }
    let live = of(&["--live", "--against", "old", "b"]);
    assert_eq!(verdicts(&live), [r#"198.51.100.1 ["origin"]"#, r#"203.0.113.5 ["new","origin"]"#]);
    let explained = of(&["--explain", "--against", "old", "a"]);
    assert!(
        explained.contains(r#""saw":{"known_since":"2026-01-01T00:00:00Z"}"#) && explained.contains(r#""saw":{"new":true}"#),
        "{explained}"
    );
}

#[test]
fn without_earlier_hosts_nothing_is_new_and_a_rule_of_ones_own_is_warned_of() {
    let folder = folder();
    let (code, out, err) = score(folder.path(), &[&RULES[..], &["a"]].concat());
    assert_eq!((code, out.contains("\"suspicious\":true")), (0, false));
    assert!(err.contains("rule origin: new_network is known only with --against, so it is null"), "{err}");
    let strict = ["--rules", "strict", "--signals", "all"];
    fs::write(folder.path().join("hosts"), r#"{"schema":"soar.event/1","source":{"ip":"192.0.2.9"},"tags":["ssh_accepted"]}"#)
        .expect("written");
    let (_, out, err) = score(folder.path(), &[&strict[..], &["hosts"]].concat());
    assert!(!err.contains("--against") && out.contains("\"rules\":[]"), "{err}{out}");
    let (_, out, _) = score(folder.path(), &[&strict[..], &["--against", "old2", "hosts"]].concat());
    assert!(out.contains(r#""rules":["ssh_new_origin"]"#), "{out}");
    let (_, out, _) = score(folder.path(), &[&strict[..], &["--against", "old", "hosts"]].concat());
    assert!(out.contains("\"rules\":[]"), "{out}");
    let (_, _, err) = score(folder.path(), &["--against", "old", "a"]);
    assert!(err.contains("no rule reads new, new_network or known_since: --against changes nothing"), "{err}");
}

#[test]
fn a_file_of_something_else_is_refused() {
    let folder = folder();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    write("events", "{\"schema\":\"soar.event/1\",\"source\":{\"ip\":\"192.0.2.1\"},\"tags\":[\"ssh_failed\"]}\n");
    write("broken", &[&old()[0], "{\"schema\":\"soar.host/1\"}\n"].concat());
    write("alert", &old()[0].replace("\"score\"", "\"snapshot\":true,\"score\""));
    write("group", &old()[0].replace("\"score\"", "\"network\":\"192.0.2.0/24\",\"score\""));
    write("empty", "");
    for (file, said) in [
        ("events", "--against events: these are events; expected the hosts of an earlier run of soar-score"),
        ("broken", "--against broken:2: malformed record: missing field `ip`"),
        ("alert", "alert:1: an alert of --live is a snapshot"),
        ("group", "group:1: the host represents the network 192.0.2.0/24: --group-v4 24 is needed"),
        ("missing", "missing: "),
        ("-", "--against -: expected a file, since stdin is an input"),
    ] {
        let (code, out, err) = score(folder.path(), &["--rule", "r=.new", "--against", file, "a"]);
        assert_eq!((code, &*out), (2, ""), "{file}: {err}");
        assert!(err.contains(said), "{file}: {err}");
    }
    let (_, out, _) = score(folder.path(), &["-q", "--rule", "r=.new", "--against", "empty", "a"]);
    assert_eq!(out.matches("\"suspicious\":true").count(), 3, "before, nobody was known");
}

#[test]
fn a_host_near_a_threshold_says_what_would_flip_it() {
    let line = |ip: &str, signals: &str| format!("{{\"schema\":\"soar.host/1\",\"ip\":\"{ip}\",\"signals\":{{{signals}}}}}\n");
    let input = [
        line("192.0.2.1", r#""ssh_failed":48"#),
        line("192.0.2.2", r#""ssh_failed":47"#),
        line("192.0.2.3", r#""ssh_failed":51"#),
        line("192.0.2.4", r#""http_bot":9,"http_404":90"#),
        line("192.0.2.5", r#""http_bot":9,"http_404":8"#),
        line("192.0.2.6", r#""http_bot":9,"http_404":1"#),
        line("192.0.2.7", r#""login_failed":50"#),
    ]
    .concat();
    let near = |flags: &[&str], input: &str| {
        let output = run(filter("soar-score").args(flags).args(["--allow", "192.0.2.7"]), input.as_bytes());
        (text(&output.stdout), text(&output.stderr))
    };
    let (out, err) = near(&["--near", "3"], &input);
    let mut told: Vec<_> = out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        // In the order of their names, whatever a feature of serde_json makes of it.
        .map(|mut host| {
            host.sort_all_objects();
            host
        })
        .filter(|host| !host["near"].is_null())
        .map(|host| format!("{} {}", host["ip"].as_str().expect("text"), host["near"]))
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            r#"192.0.2.1 [{"flips_at":51,"key":"ssh_failed","rule":"ssh_bruteforce","value":48}]"#,
            r#"192.0.2.4 [{"flips_at":11,"key":"http_bot","rule":"aggressive_bot","value":9}]"#,
            r#"192.0.2.5 [{"flips_at":11,"key":"http_bot","rule":"aggressive_bot","value":9},{"flips_at":11,"key":"http_404","rule":"aggressive_bot","value":8}]"#,
        ]
    );
    assert!(err.contains("7 addresses, 1 suspicious; 3 more nearly (--near)"), "{err}");
    assert_eq!(near(&["-q", "--near", "3"], &out).0, out, "written anew");
    assert!(!near(&["-q"], &out).0.contains("near"), "and only if asked for");
    let (out, _) = near(&["-q", "--near", "1", "--rule", "r=.score < 48 and .zeta >= 1"], &input);
    assert!(out.lines().count() == 7 && !out.contains("near"), "a value that is not known is near nothing: {out}");
}
