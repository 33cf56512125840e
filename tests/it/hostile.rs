//! Records that were made to hurt: deep ones, ones with more than any of ours has. They cost their own line and nothing else.

use crate::support::{FILTERS, code, filter, run, text};
use serde_json::Value;

/// Keys under which a record of ours has a value, and one that it does not know.
const KEYS: [&str; 11] = ["x", "ip", "snapshot", "signals", "evidence", "partial", "alerted", "scan", "source", "tags", "enrich"];

#[test]
fn no_record_is_too_deep() {
    // A frame of 20 bytes would be too much for the stack of a thread.
    const DEPTH: usize = 100_000;
    let good = r#"{"schema":"soar.host/1","ip":"192.0.2.7","score":1,"suspicious":false,"rules":[],"signals":{"http_404":1}}"#;
    for name in &FILTERS[1..] {
        let mut input = Vec::new();
        for key in KEYS {
            for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
                let value = [&open.repeat(DEPTH), "1", &close.repeat(DEPTH)].concat();
                for kind in ["host", "event"].iter().filter(|kind| **kind == "host" || *name == "soar-score") {
                    input.extend(format!("{{\"schema\":\"soar.{kind}/1\",\"ip\":\"192.0.2.1\",\"{key}\":{value}}}\n").bytes());
                    input.extend(format!("{{\"{key}\":{value},\"schema\":\"soar.{kind}/1\"}}\n").bytes());
                }
            }
        }
        input.extend(good.bytes());
        let output = run(filter(name).arg("-q"), &input);
        assert_eq!(code(&output), 1, "{name}: {}", text(&output.stderr));
        assert!(text(&output.stdout).contains("192.0.2.7"), "{name}");
    }
}

#[test]
fn a_host_with_more_counts_than_signals_can_have_is_malformed() {
    for (count, exit, flaw) in [(1024, 1, "960 counts dropped"), (1025, 1, "-:1: malformed record: too many signals at byte ")] {
        let counts: Vec<_> = (0..count).map(|n| format!("\"s{n}\":1")).collect();
        for start in [
            r#"{"schema":"soar.host/1","ip":"192.0.2.1","score":0,"suspicious":false,"rules":[],"#,
            r#"{"schema":"soar.host/1","ip":"192.0.2.1","#,
        ] {
            let output = run(&mut filter("soar-score"), format!("{start}\"signals\":{{{}}}}}\n", counts.join(",")).as_bytes());
            assert_eq!(code(&output), exit);
            assert!(text(&output.stderr).contains(flaw), "{}", text(&output.stderr));
        }
    }
}

#[test]
fn no_record_controls_the_terminal_that_shows_it() {
    const HOSTILE: &str = "a\u{1b}[31m\u{7f}\u{80}\u{9b}2J\u{9f}\u{61c}\u{200e}\u{202e}\u{2066}\u{2069}\u{a0}\u{e9}\u{1f980}z";
    let log = format!(
        "192.0.2.7 - - [10/Oct/2025:13:55:36 +0000] \"GET /{HOSTILE} HTTP/1.1\" 404 5 \"{HOSTILE}\" \"{HOSTILE} bot\"\n\
         2025-10-10T13:55:38Z {HOSTILE} sshd[7]: Failed password for {HOSTILE} from 192.0.2.7 port 22 ssh2\n"
    );
    let events = run(filter("soar-parse").args(["--name", HOSTILE]), log.as_bytes());
    assert_eq!(code(&events), 0, "{}", text(&events.stderr));
    let hosts = run(filter("soar-score").args(["--partial", "--explain", "--rule", "r=.http_404 > 0"]), &events.stdout);
    assert_eq!(code(&hosts), 0, "{}", text(&hosts.stderr));
    let again = run(filter("soar-score").args(["--partial", "--explain", "--rule", "r=.http_404 > 0"]), &hosts.stdout);
    assert_eq!(text(&again.stdout), text(&hosts.stdout), "hosts are read back as they were written");
    for shown in [text(&events.stdout), text(&hosts.stdout)] {
        let is_spelled_out = |c: char| c.is_control() && c != '\n' || "\u{61c}\u{200e}\u{202e}\u{2066}\u{2069}".contains(c);
        assert!(!shown.contains(is_spelled_out), "{}", shown.escape_debug());
        assert!(shown.contains("\u{a0}\u{e9}\u{1f980}"), "what is harmless stays as it is");
    }
    let event: Value = serde_json::from_slice(events.stdout.split(|&b| b == b'\n').next().expect("an event")).expect("JSON");
    assert_eq!(event["url"]["original"], format!("/{HOSTILE}"), "the value is the same");
    assert_eq!(event["user_agent"]["original"], format!("{HOSTILE} bot"));
    assert_eq!(event["log"]["file"]["path"], HOSTILE);
    let host: Value = serde_json::from_slice(&hosts.stdout).expect("JSON");
    assert_eq!(host["evidence"][0]["file"], HOSTILE);
}
