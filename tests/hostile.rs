//! Records that were made to hurt: deep ones, ones with more than any of ours has. They cost their own line and nothing else.

mod support;

use support::{FILTERS, code, filter, run, text};

/// Keys under which a record of ours has a value, and one that it does not know.
const KEYS: [&str; 10] = ["x", "ip", "snapshot", "signals", "evidence", "partial", "alerted", "scan", "source", "tags"];

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
    for (count, exit, flaw) in [(1024, 1, "960 counts left out"), (1025, 1, "-:1: malformed record: too many signals at byte ")] {
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
