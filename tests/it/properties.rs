//! Laws of records, held against generated ones: what is written is read back, a scan changes one key.

use std::borrow::Cow;
use std::net::IpAddr;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use soar_light::base::net::{Address, Zone};
use soar_light::base::time::LogTime;
use soar_light::record::event::read::{EventReader, EventView};
use soar_light::record::event::{Event, EventSource, EventWriter, Http};
use soar_light::record::host::HostRecord;
use soar_light::record::signal::{SIGNALS, SignalSet};
use soar_light::record::{RecordKind, kind_of};
use soar_light::scan::splice::HostLine;

use crate::support::text;

/// Seconds of the years 0 to 9999.
const SECONDS: std::ops::Range<i64> = -62_167_219_200..253_402_300_800;

fn signal_set() -> impl Strategy<Value = SignalSet> {
    (0..1_u32 << SIGNALS.len())
        .prop_map(|bits| (0..SIGNALS.len()).filter(|i| bits & 1 << i != 0).fold(SignalSet::default(), SignalSet::with))
}

/// What may stand in any field of an event: text, bytes that are no UTF-8, things to escape, nothing.
fn field() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![any::<String>().prop_map(String::into_bytes), vec(any::<u8>(), 0..12), "[ -~]{0,60}".prop_map(String::into_bytes)]
}

/// What an event is made of: its fields as text, an address, numbers, signals.
type Parts = (Vec<Option<Vec<u8>>>, Option<Address>, [Option<u16>; 2], [Option<u32>; 2], SignalSet, u64);

fn parts() -> impl Strategy<Value = Parts> {
    let texts = vec(proptest::option::of(field()), 10);
    // Link-local addresses, which are few, lie behind an interface or not.
    let zoned = (0..9_u16, any::<bool>()).prop_map(|(n, is_zoned)| {
        let address = Address::new(IpAddr::from([0xfe80, 0, 0, 0, 0, 0, 0, n]));
        Zone::parse(b"eth0.7").filter(|_| is_zoned).map_or(address, |zone| address.in_zone(zone))
    });
    let address = prop_oneof![3 => any::<Option<IpAddr>>().prop_map(|ip| ip.map(Address::new)), 1 => zoned.prop_map(Some)];
    (texts, address, any::<[Option<u16>; 2]>(), any::<[Option<u32>; 2]>(), signal_set(), 1_u64..1 << 53)
}

fn event<'a>((texts, ip, short, long, tags, count): &'a Parts, path: &'a str, line: u64, time: Option<LogTime<'a>>) -> Event<'a> {
    let text = |index: usize| texts[index].as_deref();
    let owned = |index: usize| text(index).map(Cow::Borrowed);
    let http = Http { method: text(1), referrer: owned(2), version: text(3), status_code: short[0], body_bytes: long[0].map(u64::from) };
    Event {
        timestamp: time,
        source: EventSource { ip: *ip, address: text(0).filter(|_| ip.is_none()), port: short[1] },
        user_name: owned(4),
        http,
        url_original: text(5),
        url_domain: owned(6),
        user_agent: owned(7),
        hostname: text(8),
        process_name: text(9),
        process_pid: long[1].map(u64::from),
        tags: *tags,
        count: *count,
        method: text(9),
        user_state: if count % 2 == 0 { "invalid" } else { "" },
        ..Event::new("sshd.auth", "ssh_login", path, line)
    }
}

proptest! {
    #[test]
    fn an_event_is_read_as_it_was_written(
        parts in parts(), seconds in SECONDS, fraction in "[0-9]{0,9}", path in any::<String>(), line in 1_u64..1 << 53,
    ) {
        let mut out = Vec::new();
        event(&parts, &path, line, Some(LogTime { seconds, fraction: &fraction })).write_line(&mut out);
        prop_assert_eq!(out.split(|&b| b == b'\n').count(), 2, "one line, and nothing behind it");
        let (texts, ip, _, long, tags, count) = &parts;
        let read = EventView::from_line(&out[..out.len() - 1]).expect("an event");
        prop_assert_eq!((read.ip, read.at, read.line, read.count), (*ip, Some(seconds), line, *count));
        prop_assert_eq!((&*read.file, read.signals, read.others.len()), (path.as_bytes(), *tags, 0));
        let json: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
        let places = [(1, "/http/request/method"), (2, "/http/request/referrer"), (3, "/http/version"), (4, "/user/name"), (5, "/url/original"),
            (6, "/url/domain"), (7, "/user_agent/original"), (8, "/host/hostname"), (9, "/process/name")];
        for (index, place) in places {
            let wanted = texts[index].as_deref().map(String::from_utf8_lossy);
            prop_assert_eq!(json.pointer(place).and_then(|v| v.as_str()), wanted.as_deref(), "{}", place);
        }
        prop_assert_eq!(json.pointer("/http/response/body/bytes").and_then(serde_json::Value::as_u64), long[0].map(u64::from));
    }

    #[test]
    fn the_quick_reader_says_what_the_thorough_one_says(
        parts in parts(), at in proptest::option::of(SECONDS), line in 1_u64..1 << 53,
        edits in vec((any::<Index>(), 0..4_u8, select(&b"{}[]\":,0123456789.e-\\u /abct\x1f\xff\n"[..])), 0..3),
    ) {
        let mut out = Vec::new();
        event(&parts, "a.log", line, at.map(|seconds| LogTime { seconds, fraction: "" })).write_line(&mut out);
        out.pop();
        // One reader has read the line before it was edited, and may not take the one for the other.
        let mut used = EventReader::default();
        prop_assert_eq!(used.read(&out), EventView::from_line(&out));
        for (place, edit, byte) in edits {
            let at = place.index(out.len());
            match edit {
                0 => out[at] = byte,
                1 => out.insert(at, byte),
                2 => drop(out.remove(at)),
                _ => out.truncate(at + 1),
            }
        }
        // Where the kind is not an event, neither reader is asked.
        if out.starts_with(br#"{"schema":"soar.event/1","#) {
            prop_assert_eq!(EventReader::default().read(&out), EventView::from_line(&out), "{}", String::from_utf8_lossy(&out));
            prop_assert_eq!(used.read(&out), EventView::from_line(&out), "{}", String::from_utf8_lossy(&out));
        }
    }

    #[test]
    fn records_are_the_same_whichever_reader_reads_them(first in 0..2_usize, members in vec(select(MEMBERS), 0..9)) {
        let members: Vec<_> = [MEMBERS[first]].into_iter().chain(members).collect();
        let line = format!("{{{}}}", members.join(","));
        // A space is enough for no reader to take it for a line of our own writer.
        let thorough = read_record(&format!(" {line}"));
        prop_assert_eq!(read_record(&line), thorough.clone(), "{}", line);
        let is_twice = members.iter().filter(|member| member.starts_with("\"sch")).count() > 1;
        prop_assert!(!is_twice || thorough.is_none(), "{}", line);
    }

    #[test]
    fn a_writer_and_a_reader_that_remember_say_what_fresh_ones_say(
        one in parts(), other in parts(), mixed in any::<[bool; 14]>(), times in any::<[Option<i32>; 4]>(), path in select(&["a.log", "b.log"][..]),
    ) {
        // An event that shares some of its parts with the one before it and the others with the one behind it.
        let mut between = one.clone();
        for (index, _) in mixed.iter().enumerate().filter(|(_, is_other)| **is_other) {
            match index {
                0..10 => between.0[index] = other.0[index].clone(),
                10 => (between.1, between.2) = (other.1, other.2),
                11 => between.3 = other.3,
                12 => between.4 = other.4,
                _ => between.5 = other.5,
            }
        }
        let (mut writer, mut reader) = (EventWriter::default(), EventReader::default());
        for (parts, (path, at)) in [&one, &between, &other, &between].into_iter().zip(["a.log", path, path, "a.log"].into_iter().zip(times)) {
            let time = at.map(|at| LogTime { seconds: at.into(), fraction: "" });
            let event = event(parts, path, 7, time);
            let (mut out, mut fresh) = (Vec::new(), Vec::new());
            writer.write_line(&event, &mut out);
            event.write_line(&mut fresh);
            prop_assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&fresh));
            out.pop();
            prop_assert_eq!(reader.read(&out), EventView::from_line(&out));
        }
    }

    #[test]
    fn a_scan_changes_no_byte_but_its_own_key(
        keys in vec((select(&["a", "ip2", "rules", "scan2", "\\u0073can2", "x y"][..]), json()), 0..6), earlier in vec((any::<Index>(), json()), 0..3),
        space in select(&["", " ", "\t "][..]), place in any::<Index>(),
    ) {
        // The record without any `scan`, and the same with some put in.
        let mut parts: Vec<(String, bool)> = keys.iter().map(|(key, value)| (format!("\"{key}\"{space}:{space}{value}"), true)).collect();
        let own = place.index(parts.len() + 1);
        parts.insert(own, (format!("\"ip\":{space}\"127.0.0.1\""), true));
        for (place, value) in earlier {
            let place = place.index(parts.len() + 1);
            parts.insert(place, (format!("\"scan\":{space}{value}"), false));
        }
        let join = |keep: &dyn Fn(bool) -> bool| parts.iter().filter(|(_, own)| keep(*own)).map(|(text, _)| text.as_str()).collect::<Vec<_>>().join(",");
        let line = format!("{{{}}}", join(&|_| true));
        let expected = format!("{{{},\"scan\":{{\"new\":1}}}}", join(&|own| own));
        let mut out = Vec::new();
        HostLine::read(line.as_bytes()).expect("a host").splice(line.as_bytes(), br#"{"new":1}"#, &mut out);
        prop_assert_eq!(text(&out), expected);
    }
}

/// Members of records, in forms that JSON allows and that it does not.
const MEMBERS: &[&str] = &[
    r#""schema":"soar.event/1""#,
    r#""schema":"soar.host/1""#,
    r#""sch\u0065ma":"soar.event/1""#,
    r#""schema":null"#,
    r#""@timestamp":"2024-01-01T00:00:00Z""#,
    r#""@timestamp":"9999-12-30T23:00:00.5Z""#,
    r#""@timestamp":"0000-01-01T00:00:00+01:00""#,
    r#""event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"failure"}"#,
    r#""source":{"ip":"192.0.2.1","port":5}"#,
    r#""user":{"name":"a"}"#,
    r#""log":{"file":{"path":"a.log"},"line":3}"#,
    r#""log":{"file":{"path":"a.log"},"line":3.0}"#,
    r#""log":{"file":{"path":"a.log"},"line":3.5}"#,
    r#""tags":["ssh_failed"]"#,
    r#""soar":{"count":10}"#,
    r#""soar":{"count":1e1,"method":"password"}"#,
    r#""soar":{"count":0.0}"#,
    r#""ip":"192.0.2.1""#,
    r#""score":3.0"#,
    r#""suspicious":true"#,
    r#""rules":[]"#,
    r#""signals":{"ssh_failed":3}"#,
    r#""signals":{"ssh_failed":3e0,"zeta":-0.0}"#,
    r#""signals":{"ssh_failed":9007199254740992.0}"#,
    r#""evidence":[{"signal":"ssh_failed","file":"a","line":1.0}]"#,
    r#""login_order":{"failures":[10,5.0]}"#,
    r#""partial":{"resolution_seconds":1e1,"buckets":{"ssh_failed":[1e1,3]}}"#,
    r#""kept":{"window_seconds":600.0}"#,
    r#""x":{"schema":1}"#,
];

/// What soar-score makes of a line, if it is a record.
fn read_record(line: &str) -> Option<String> {
    match kind_of(line.as_bytes()) {
        RecordKind::Event => EventReader::default().read(line.as_bytes()).map(|event| format!("{event:?}")).ok(),
        RecordKind::Host => HostRecord::from_line(line.as_bytes()).map(|host| format!("{host:?}")).ok(),
        RecordKind::Unknown(schema) => Some(schema),
        RecordKind::Foreign(_) => None,
    }
}

/// JSON of some depth, as text.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<i32>().prop_map(|n| n.to_string()),
        "[ -~]{0,8}".prop_map(|s| serde_json::Value::from(s).to_string()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(|list| format!("[{}]", list.join(" , "))),
            vec(inner, 0..3)
                .prop_map(|list| format!("{{{}}}", list.iter().map(|v| format!("\"scan\": {v}")).collect::<Vec<_>>().join(","))),
        ]
    })
}
