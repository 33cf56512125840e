//! Laws of the wire, held against generated records: what the quick readers read is what the thorough ones read.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use soar_light::record::host::field::Raw;
use soar_light::record::host::login_order::{Login, LoginOrder};
use soar_light::record::host::partial::{Buckets, Distinct, Partial, SignalBuckets};
use soar_light::record::host::scan::ScanView;
use soar_light::record::host::{Evidence, HostRecord, Kept};
use soar_light::record::{MAX_INTEGER, Text};

/// Seconds of the years 0 to 9999.
const SECONDS: std::ops::Range<i64> = -62_167_219_200..253_402_300_800;

fn word() -> impl Strategy<Value = Text<'static>> {
    let words = select(&["ssh_failed", "http_404", "http_bot", "ssh_accepted", "zeta", "a.log", "\"q\\", "é", "\u{1}", " "][..]);
    words.prop_map(Text::from)
}

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![0..100_u64, 0..=MAX_INTEGER]
}

fn time() -> impl Strategy<Value = Option<i64>> {
    proptest::option::of(prop_oneof![SECONDS, 1_700_000_000..1_700_100_000_i64])
}

fn place() -> impl Strategy<Value = Evidence<'static>> {
    (word(), time(), word(), number()).prop_map(|(signal, at, file, line)| Evidence { signal, at, file, line })
}

fn buckets() -> impl Strategy<Value = Buckets> {
    let starts = prop_oneof![-5..20_i64, 0..1_i64 << 40];
    proptest::collection::btree_map(starts, prop_oneof![1..9_u64, 1..=MAX_INTEGER], 0..4).prop_map(|buckets| buckets.into_iter().collect())
}

fn partial() -> impl Strategy<Value = Partial<'static>> {
    // A name has one width.
    let of_signal = |(signal, buckets): (Text<'static>, Buckets)| {
        let shift = u8::try_from(signal.0.len() % 3).unwrap_or(0);
        SignalBuckets { signal, shift, buckets }
    };
    let distinct = || {
        prop_oneof![
            Just(Distinct::Capped),
            proptest::collection::btree_set(any::<u64>(), 0..4).prop_map(|hashes| Distinct::Set(hashes.into_iter().collect())),
        ]
    };
    (vec((word(), buckets()).prop_map(of_signal), 0..3), proptest::option::of(distinct()), proptest::option::of(distinct()))
        .prop_map(|(buckets, users, paths)| Partial { resolution_seconds: Some(10), buckets, users, paths })
}

fn login_order() -> impl Strategy<Value = LoginOrder<'static>> {
    let text = || proptest::option::of(word());
    let login =
        (SECONDS, text(), text(), word(), number()).prop_map(|(at, user, method, file, line)| Login { at, user, method, file, line });
    let full = (0..9_u8, buckets(), buckets(), vec(login, 0..3), number())
        .prop_map(|(shift, failures, logins, latest, unknown)| LoginOrder { shift, failures, logins, latest, unknown });
    // An empty one is none, and leaves no trace.
    let full = full.prop_map(|order| if order.is_empty() { LoginOrder::default() } else { order });
    let failed = (0..9_u8, buckets()).prop_map(|(shift, failures)| LoginOrder {
        shift: if failures.is_empty() { 0 } else { shift },
        failures,
        ..LoginOrder::default()
    });
    prop_oneof![full, failed]
}

fn host() -> impl Strategy<Value = HostRecord<'static>> {
    let texts = (proptest::option::of(word()), proptest::option::of(word()), vec(word(), 0..3));
    let counts =
        (vec((word(), number()), 0..6), vec((word(), number()), 0..3), proptest::option::of(number()), proptest::option::of(number()));
    let kept = any::<(Option<u32>, Option<u32>)>().prop_map(|(window_seconds, idle_seconds)| Kept { window_seconds, idle_seconds });
    let rest = (time(), time(), vec(place(), 0..4), proptest::option::of(partial()), proptest::option::of(number()), login_order(), kept);
    // Of the few that may lie in a zone, too.
    let link_local = (0..9_u16).prop_map(|n| std::net::IpAddr::from([0xfe80, 0, 0, 0, 0, 0, 0, n]));
    (prop_oneof![3 => any::<std::net::IpAddr>(), 1 => link_local], any::<[bool; 3]>(), number(), texts, counts, rest).prop_map(
        |(ip, [snapshot, suspicious, allowed], score, (network, reason, rules), (signals, weights, users, paths), rest)| {
            let (first_seen, last_seen, evidence, partial, failed_before_login, login_order, kept) = rest;
            let ip = soar_light::base::net::Address::new(ip);
            let zone = soar_light::base::net::Zone::parse(b"eth0").filter(|_| snapshot);
            let ip = zone.map_or(ip, |zone| ip.in_zone(zone));
            let seen =
                HostRecord { first_seen, last_seen, evidence, partial, failed_before_login, login_order, kept, ..HostRecord::new(ip) };
            HostRecord { network, snapshot, score, reason, suspicious, allowed, rules, signals, weights, users, paths, ..seen }
        },
    )
}

proptest! {
    #[test]
    fn a_host_is_read_as_it_was_written(host in host(), is_scanned: bool) {
        let mut line = Vec::new();
        host.write_line(&mut line);
        line.pop();
        let mut wanted = host.clone();
        if is_scanned {
            line.pop();
            let scan = r#"{"status":"complete","open_ports":[22,80],"closed":5,"filtered":0,"unknown":0,"x":[true,null,-1.5]}"#;
            line.extend_from_slice(format!(r#","scan":{scan}}}"#).as_bytes());
            let whole = Raw(Text::from(scan));
            wanted.scan = Some(ScanView { status: Text::from("complete"), open_ports: vec![22, 80], is_noted: false, whole });
        }
        if host.signals.iter().chain(&host.weights).all(|(name, _)| !name.0.is_empty()) {
            prop_assert_eq!(HostRecord::from_line(&line), Ok(wanted.clone()));
            prop_assert_eq!(serde_json::from_slice(&line).ok(), Some(wanted));
        }
    }

    #[test]
    fn the_quick_reader_of_hosts_says_what_the_thorough_one_says(
        host in host(), earlier in host(), edits in vec((any::<Index>(), 0..4_u8, select(&b"{}[]\":,0123456789.e-\\u /abct\x1f\xff\n"[..])), 0..3),
    ) {
        let mut line = Vec::new();
        host.write_line(&mut line);
        line.pop();
        for (place, edit, byte) in edits {
            let at = place.index(line.len());
            match edit {
                0 => line[at] = byte,
                1 => line.insert(at, byte),
                2 => drop(line.remove(at)),
                _ => line.truncate(at + 1),
            }
        }
        // Whatever was read before, nothing of it is left.
        let mut quick = earlier;
        if quick.read_fast(&line).is_some() {
            prop_assert_eq!(Some(quick), serde_json::from_slice(&line).ok(), "{}", String::from_utf8_lossy(&line));
        }
    }
}

#[test]
fn hosts_as_we_write_them_are_read_quickly() {
    let line = br#"{"schema":"soar.host/1","ip":"192.0.2.1","score":3,"reason":"ssh_failed","suspicious":true,"rules":["r"],"signals":{"ssh_failed":3,"http_404":0,"http_bot":0,"ssh_accepted":0},"first_seen":"2024-01-01T00:00:00Z","last_seen":"2024-01-02T00:00:00Z","evidence":[{"signal":"ssh_failed","at":"2024-01-01T00:00:00Z","file":"a","line":1}]}"#;
    let mut host = HostRecord::new([0; 4].into());
    assert!(host.read_fast(line).is_some());
    let with_order = [&line[..line.len() - 1], br#","login_order":{"failures":[1775973900,2]}}"#].concat();
    assert!(host.read_fast(&with_order).is_some_and(|()| host.login_order.failures == [(177_597_390, 2)]));
}
