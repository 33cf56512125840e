//! What is written is read back, fast, and is what the schema says.

use std::collections::BTreeSet;

use super::*;
use crate::record::host::explain::{Explained, Observed};
use crate::record::host::login_order::Login;
use crate::record::host::partial::{Distinct, SignalBuckets};
use crate::record::host::scan::{Banner, Port, Scan};

const LINE: &str = concat!(
    r#"{"schema":"soar.host/1","ip":"192.0.2.1","score":3,"reason":"ssh_failed","suspicious":true,"rules":["r"],"#,
    r#""signals":{"ssh_failed":3,"http_404":0,"http_bot":0,"ssh_accepted":0},"first_seen":"2024-01-01T00:00:00Z","#,
    r#""last_seen":"2024-01-02T00:00:00Z","evidence":[{"signal":"ssh_failed","at":"2024-01-01T00:00:00Z","file":"a","line":1}]}"#
);

#[test]
fn a_host_is_written_as_it_was_read() {
    let mut out = Vec::new();
    HostRecord::from_line(LINE.as_bytes()).expect("a host").write_line(&mut out);
    assert_eq!(String::from_utf8_lossy(&out), format!("{LINE}\n"));
}

/// A host that has every key.
fn full<'a>() -> HostRecord<'a> {
    let buckets = vec![SignalBuckets { signal: "ssh_failed".into(), shift: 1, buckets: vec![(2, 1)] }];
    let rule = Explained {
        rule: "r".into(),
        held: true,
        error: Some("x".into()),
        when: ".last_seen > 1".into(),
        about: Some("a".into()),
        attack: Some("T1110".into()),
        window_seconds: Some(600),
        used_window_seconds: vec![("ssh_failed".into(), 640)],
        saw: vec![("last_seen".into(), Observed::Time(9))],
    };
    let scan = Scan {
        status: "complete".into(),
        open_ports: vec![22],
        closed: Some(0),
        filtered: Some(0),
        unknown: Some(0),
        started_at: "2024-01-01T00:00:00Z".into(),
        duration_ms: Some(5),
        stopped: "max-open".into(),
        note: "probably a tarpit or a proxy".into(),
        banners: vec![Banner { port: 22, text: "SSH-2.0-x".into() }],
        ports: vec![Port { port: 22, state: "open".into(), reason: "syn-ack".into(), rtt_ms: 0.5.into() }],
    };
    let json: &str = Box::leak(serde_json::to_string(&scan).expect("JSON").into_boxed_str());
    let login = Login { at: 7, user: Some("root".into()), method: Some("password".into()), file: "a".into(), line: 2 };
    HostRecord {
        network: Some("2001:db8::/64".into()),
        snapshot: true,
        score: 3,
        reason: Some("ssh_failed".into()),
        suspicious: true,
        allowed: true,
        rules: vec!["r".into(), "s".into()],
        attack: vec!["T1110".into(), "T1078".into()],
        near: vec![Near { rule: "t".into(), key: "ssh_failed".into(), value: 48, flips_at: 51 }],
        groups: vec![HostGroup { rule: "g".into(), key: "203.0.113.0/24".into(), addresses: 41, score: 330 }],
        explain: explain::write(&[rule]),
        signals: vec![("ssh_failed".into(), 3), ("zeta".into(), 1)],
        services: vec![("dovecot".into(), 12), ("ssh".into(), 3)],
        weights: vec![("ssh_failed".into(), 2)],
        users: Some(1),
        paths: Some(0),
        failed_before_login: Some(3),
        first_seen: Some(0),
        last_seen: Some(1_700_000_000),
        ip_last_seen: Some(SeenAt(None)),
        evidence: vec![Evidence { signal: "ssh_failed".into(), at: Some(0), file: "a".into(), line: 1 }],
        login_order: LoginOrder { shift: 1, failures: vec![(2, 3)], logins: vec![(4, 1)], latest: vec![login], unknown: 1 },
        timeline: Timeline { level: 1, signals: vec![("ssh_failed".into(), vec![(2, 3)])] },
        partial: Some(Partial { resolution_seconds: Some(10), buckets, users: Some(Distinct::Capped), paths: Some(Distinct::default()) }),
        alerted: vec![("s".into(), 5), ("r".into(), 6)],
        kept: Kept { window_seconds: Some(600), idle_seconds: Some(60) },
        enrich: Enrich(r#"{"as":{"number":64496},"lists":["drop"]}"#.into()),
        scan: serde_json::from_str(json).map(|view| ScanView { whole: Raw(json.into()), ..view }).ok(),
        ..HostRecord::new(Address::parse(b"2001:db8::1").expect("an address"))
    }
}

#[test]
fn no_key_that_our_own_writer_writes_takes_the_slow_reader() {
    for host in [full(), HostRecord { ip_last_seen: Some(SeenAt(Some(6))), ..full() }, HostRecord::new(full().ip)] {
        let mut line = Vec::new();
        host.write_line(&mut line);
        let line = line.trim_ascii_end();
        // Whatever was read before, nothing of it is left.
        let mut read = full();
        assert!(read.read_fast(line).is_some(), "{}", String::from_utf8_lossy(line));
        assert_eq!(read, host);
        assert_eq!(serde_json::from_slice(line).ok(), Some(host));
    }
}

#[test]
fn the_keys_are_those_of_the_schema_and_every_one_is_filled_above() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../../schemas/host.schema.json")).expect("JSON");
    let mut line = Vec::new();
    full().write_line(&mut line);
    let written: serde_json::Value = serde_json::from_slice(&line).expect("JSON");
    let keys_of = |value: &serde_json::Value| value.as_object().expect("an object").keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys_of(&written), ["schema", "ip"].into_iter().chain(KEYS.iter().copied()).map(str::to_owned).collect());
    for path in [
        "",
        "/near",
        "/groups",
        "/explain",
        "/evidence",
        "/login_order",
        "/login_order/latest",
        "/timeline",
        "/partial",
        "/kept",
        "/scan",
        "/scan/banners",
        "/scan/ports",
    ] {
        // What is described is an object, or a list of them.
        let described = schema.pointer(&path.replace('/', "/properties/")).expect(path);
        let described = if path.is_empty() { &schema } else { described };
        let described = if described["items"].is_null() { described } else { &described["items"] };
        let written = written.pointer(path).expect(path);
        let written = written.get(0).unwrap_or(written);
        assert_eq!(keys_of(written), keys_of(&described["properties"]), "{path}");
    }
}

#[test]
fn a_record_without_an_address_or_with_an_impossible_count_is_refused() {
    for (line, issue) in [
        ("{}", "malformed record: missing field `ip` at byte 2"),
        (r#"{"ip":"example.org"}"#, "malformed record: ip is not an address at byte 20"),
        (
            r#"{"ip":"::1","signals":{"a":9007199254740992}}"#,
            "malformed record: a signal without a name, or a count beyond 2^53 at byte 44",
        ),
        (r#"{"ip":"::1","enrich":["drop"]}"#, "malformed record: enrich is not an object at byte 30"),
    ] {
        assert_eq!(HostRecord::from_line(line.as_bytes()).expect_err("refused"), issue);
    }
}
