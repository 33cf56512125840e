//! Both readers give the same, and what our own writer writes is read fast.

use super::*;
use crate::base::time::LogTime;
use crate::record::event::{Event, EventSource, EventWriter, Http, INVALID};

/// Events that have all members between them, which no one event has: an address and a name in its place exclude each other.
fn full<'a>() -> [Event<'a>; 2] {
    let text = |text: &'a str| Some(Cow::Borrowed(text.as_bytes()));
    let zone = Zone::parse(b"eth0").expect("a zone");
    let ip = Address::parse(b"fe80::1").expect("an address").in_zone(zone);
    let event = Event {
        timestamp: Some(LogTime { seconds: 1_700_000_000, fraction: "25" }),
        outcome: "failure",
        source: EventSource { ip: Some(ip), address: None, port: Some(22) },
        user_name: text("root"),
        http: Http { method: Some(b"GET"), referrer: text("-"), version: Some(b"1.1"), status_code: Some(404), body_bytes: Some(0) },
        url_original: Some(b"/a?b"),
        url_domain: text("example.org"),
        user_agent: text("curl"),
        hostname: Some(b"lab"),
        process_name: Some(b"sshd"),
        process_pid: Some(7),
        tags: SignalSet::defaults(),
        count: 2,
        method: Some(b"password"),
        user_state: INVALID,
        ..Event::new("sshd.auth", "ssh_login", "auth.log", 3)
    };
    let source = EventSource { ip: None, address: Some(b"client.example.org"), port: Some(22) };
    [event.clone(), Event { source, ..event }]
}

#[test]
fn no_member_that_our_own_writer_writes_takes_the_slow_reader() {
    let (mut writer, mut reader, mut lines) = (EventWriter::default(), EventReader::default(), Vec::new());
    for event in full().iter().chain(&full()) {
        writer.write_line(event, &mut lines);
    }
    for line in lines.trim_ascii_end().split(|&byte| byte == b'\n') {
        assert_eq!(reader.read(line), EventView::from_line(line));
    }
    assert_eq!(reader.slow_lines, 0);
    let text = String::from_utf8_lossy(&lines);
    for (_, path, _) in MEMBERS.iter().filter(|(member, ..)| *member != Member::Enrich) {
        let key = path.rsplit('.').next().unwrap_or_default();
        assert!(text.contains(&format!("\"{key}\":")), "{path} is not filled: add it to the events of this test");
    }
}

#[test]
fn what_another_stage_appends_is_read_as_fast() {
    let (mut reader, mut line) = (EventReader::default(), Vec::new());
    for (nth, event) in full().iter().chain(&full()).enumerate() {
        line.clear();
        event.write_line(&mut line);
        let enrich = format!(r#"{{"as":{{"number":{nth},"name":"x}}"}}}}"#);
        let line = format!("{},\"enrich\":{enrich}}}", String::from_utf8_lossy(&line[..line.len() - 2]));
        let read = reader.read(line.as_bytes()).expect("an event");
        assert_eq!(read.enrich, Some(&*enrich));
        assert_eq!(Ok(read), EventView::from_line(line.as_bytes()));
    }
    assert_eq!(reader.slow_lines, 0);
    assert!(reader.read(br#"{"schema":"soar.event/1","enrich":7}"#).is_err());
}

#[test]
fn the_dataset_is_read_also_where_it_is_remembered_or_no_text() {
    let mut reader = EventReader::default();
    for (dataset, read) in [
        (r#""dovecot.auth","action":"login""#, Some("dovecot.auth")),
        (r#""dovecot.auth","action":"login""#, Some("dovecot.auth")),
        (r#""dovecot.auth""#, Some("dovecot.auth")),
        (r#""x\ty.auth","action":"login""#, Some("x\ty.auth")),
        (r#""x\ty.auth","action":"login""#, Some("x\ty.auth")),
        (r#""","action":"login""#, Some("")),
        (r#""","action":"login""#, Some("")),
        ("7", None),
        ("null", None),
    ] {
        let line = format!(r#"{{"schema":"soar.event/1","event":{{"dataset":{dataset}}},"log":{{"line":1}},"tags":["login_failed"]}}"#);
        let event = reader.read(line.as_bytes()).expect("an event");
        assert_eq!(event.dataset.as_deref(), read.map(str::as_bytes), "{dataset}");
        assert_eq!(Ok(event), EventView::from_line(line.as_bytes()), "{dataset}");
    }
    assert!(reader.read(br#"{"schema":"soar.event/1","event":7,"tags":[]}"#).is_ok(), "another stage's own");
}

#[test]
fn any_part_of_the_members_is_read_as_fast() {
    let (mut reader, mut line) = (EventReader::default(), Vec::new());
    for mask in 0..1_u32 << 9 {
        let [full, _] = full();
        let has = |bit: u32| mask & 1 << bit == 0;
        let event = Event {
            outcome: if has(0) { full.outcome } else { "" },
            source: if has(1) { full.source } else { EventSource::default() },
            user_name: full.user_name.filter(|_| has(2)),
            http: if has(3) { Http { referrer: full.http.referrer.filter(|_| has(4)), ..full.http } } else { Http::default() },
            url_original: full.url_original.filter(|_| has(5)),
            hostname: full.hostname.filter(|_| has(6)),
            process_pid: full.process_pid.filter(|_| has(7)),
            method: full.method.filter(|_| has(8)),
            ..full
        };
        line.clear();
        event.write_line(&mut line);
        assert_eq!(reader.read(&line[..line.len() - 1]), EventView::from_line(&line[..line.len() - 1]));
    }
    assert_eq!(reader.slow_lines, 0);
}
