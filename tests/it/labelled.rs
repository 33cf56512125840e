//! `soar-score --test`: labelled events and hosts, and what differs from the verdicts.

use std::fs;

use crate::support::{code, filter, run, text};

fn host(ip: &str, signals: &str, expect: &str) -> String {
    format!("{{\"schema\":\"soar.host/1\",\"ip\":\"{ip}\",\"signals\":{{{signals}}}{expect}}}\n")
}

fn event(ip: &str, tag: &str, expect: &str) -> String {
    format!("{{\"schema\":\"soar.event/1\",\"source\":{{\"ip\":\"{ip}\"}},\"tags\":[\"{tag}\"]{expect}}}\n")
}

/// Exit code, stdout and stderr.
fn test(flags: &[&str], input: &str) -> (i32, String, String) {
    let output = run(filter("soar-score").arg("--test").args(flags), input.as_bytes());
    (code(&output), text(&output.stdout), text(&output.stderr))
}

#[test]
fn what_differs_is_told_with_its_line_and_address() {
    let few = event("192.0.2.1", "ssh_failed", "").repeat(51);
    let input = [
        event("192.0.2.1", "ssh_failed", r#","expect":["ssh_bruteforce"]"#),
        few,
        host("192.0.2.2", r#""ssh_failed":50"#, r#","expect":["ssh_bruteforce"]"#),
        host("192.0.2.3", r#""http_bot":11,"http_404":11,"ssh_failed":51"#, r#","expect":["aggressive_bot"]"#),
        host("192.0.2.4", r#""ssh_failed":1"#, r#","expect":[]"#),
        host("192.0.2.5", r#""ssh_failed":900"#, ""),
        event("192.0.2.6", "", r#","expect":[]"#).replace(r#"[""]"#, "[]"),
        host("192.0.2.7", r#""ssh_failed":51"#, r#","expect":["ssh_bruteforce"]"#),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("cases.ndjson");
    fs::write(&file, input.concat()).expect("written");
    let output = run(filter("soar-score").current_dir(folder.path()).args(["--test", "--allow", "192.0.2.7", "cases.ndjson"]), b"");
    assert_eq!(
        text(&output.stdout),
        "cases.ndjson:53: 192.0.2.2: expected ssh_bruteforce, got none\n\
         cases.ndjson:54: 192.0.2.3: expected aggressive_bot, got aggressive_bot ssh_bruteforce\n"
    );
    assert_eq!(code(&output), 1);
    let said = text(&output.stderr);
    let told = "6 addresses counted, 6 labelled, 2 different; expected nowhere: login_bruteforce, ssh_hammering, ssh_breakin";
    assert!(said.contains(told) && !said.contains("dropped"), "{said}");
    let (code, out, _) = test(&["--rule", "a=.ssh_failed > 1"], &host("192.0.2.1", r#""ssh_failed":2"#, r#","expect":["a"]"#));
    assert_eq!((code, &*out), (0, ""));
}

#[test]
fn a_label_that_means_nothing_is_an_error() {
    let of = |expect: &str| host("192.0.2.1", r#""ssh_failed":2"#, &format!(",\"expect\":{expect}"));
    for (input, said) in [
        (of("[]").replace(",\"expect\":[]", ""), "soar-score: --test: no record has expect, "),
        (of("7"), "soar-score: -:1: expect: expected a list of names of rules"),
        (of("[7]"), "soar-score: -:1: expect: expected a list of names of rules"),
        (of(r#"["ssh_brute"]"#), "soar-score: -:1: expect: no rule of this run is called \"ssh_brute\"; there are: ssh_bruteforce, "),
        (
            of("[]") + &of(r#"["ssh_bruteforce"]"#),
            "soar-score: -:2: ssh_bruteforce is expected for 192.0.2.1 here, but none at -:1: labels of one address must agree",
        ),
        (
            of("[]").replace("soar.host/1", "soar.event/1").replace("\"ip\"", "\"i\""),
            "soar-score: -:1: an event without source.ip is of no host",
        ),
    ] {
        let (code, out, err) = test(&[], &input);
        assert_eq!((code, &*out), (2, ""), "{input}");
        assert!(err.starts_with(said), "{err}");
    }
    let twice = of("[]") + &of("[]") + "{\n";
    let (code, out, err) = test(&[], &twice);
    assert_eq!((code, &*out), (1, ""), "a malformed record: {err}");
}

#[test]
fn rules_over_groups_and_networks_are_tested_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = "[[group]]\nname = \"spread\"\nby = \"v4/24\"\nwhen = \".addresses > 1\"\nmember = \".ssh_failed > 2\"\n";
    fs::write(folder.path().join("rules"), rules).expect("written");
    let rules = folder.path().join("rules").display().to_string();
    let input = [
        host("192.0.2.1", r#""ssh_failed":3"#, r#","expect":["spread"]"#),
        host("192.0.2.2", r#""ssh_failed":2"#, r#","expect":[]"#),
        host("198.51.100.1", r#""ssh_failed":9"#, r#","expect":["spread"]"#),
    ];
    let (code, out, err) = test(&["--rules", &rules], &input.concat());
    assert_eq!((code, &*out), (1, "-:3: 198.51.100.1: expected spread, got none\n"), "{err}");
    let one = [
        host("2001:db8::1", r#""ssh_failed":30"#, r#","expect":["ssh_bruteforce"]"#),
        host("2001:db8::2", r#""ssh_failed":30"#, r#","expect":["ssh_bruteforce"]"#),
    ];
    assert_eq!(test(&["--group-v6", "64"], &one.concat()).0, 0);
    assert_eq!(test(&[], &one.concat()).0, 1);
}
