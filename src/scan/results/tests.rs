//! Results as they are written.

use std::net::IpAddr;

use super::*;

const IP: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

fn store(detail: ScanDetail, most_open: usize) -> ResultStore {
    let mut store = ResultStore::new(ResultOptions { detail, most_open, epoch: 60 }, vec![22, 80, 443]);
    store.open(0, IP);
    store.join(0, 5);
    assert_eq!(store.begin(0, Duration::from_secs(1)), Some(IP.into()));
    assert_eq!(store.begin(0, Duration::from_secs(2)), None);
    store
}

fn settle(store: &mut ResultStore, port: u16, reason: Reason) -> Option<String> {
    let rtt = reason.is_reply().then_some(Duration::from_micros(1234));
    let finished = store.settle(PortDone { host: 0, port, reason, rtt }, Duration::from_millis(1500))?;
    assert_eq!(finished.lines, [5]);
    Some(String::from_utf8_lossy(&finished.scan).into_owned())
}

#[test]
fn a_host_is_done_when_all_its_ports_are() {
    let mut store = store(ScanDetail::Counts, 9);
    assert_eq!(settle(&mut store, 443, Reason::Accepted), None);
    assert_eq!(settle(&mut store, 80, Reason::Refused), None);
    assert!(matches!(store.find(IP), Some(ScanState::Now(0))));
    let scan = r#"{"status":"complete","open_ports":[22,443],"closed":1,"filtered":0,"unknown":0,"started_at":"1970-01-01T00:01:01Z","duration_ms":500}"#;
    assert_eq!(settle(&mut store, 22, Reason::Accepted).as_deref(), Some(scan));
    assert!(matches!(store.find(IP), Some(ScanState::Before(kept)) if **kept == *scan.as_bytes()));
    assert_eq!((store.active, store.done, store.open_ports), (0, 1, 2));
    assert_eq!(settle(&mut store, 22, Reason::Accepted), None, "late answers change nothing");
}

#[test]
fn reasons_name_every_port_and_banners_their_own() {
    let mut store = store(ScanDetail::Reasons, 9);
    settle(&mut store, 443, Reason::AdminProhibited);
    store.add_banner(0, 80, None);
    store.add_banner(0, 22, Some("SSH-2.0-x".to_owned()));
    settle(&mut store, 22, Reason::Accepted);
    let finished = store.interrupt(Duration::from_secs(3)).expect("a host");
    assert!(store.interrupt(Duration::from_secs(3)).is_none());
    assert_eq!(
        String::from_utf8_lossy(&finished.scan),
        concat!(
            r#"{"status":"incomplete","open_ports":[22],"closed":0,"filtered":1,"unknown":1,"started_at":"1970-01-01T00:01:01Z","#,
            r#""duration_ms":2000,"stopped":"interrupted","banners":[{"port":22,"text":"SSH-2.0-x"}],"#,
            r#""ports":[{"port":22,"state":"open","reason":"syn-ack","rtt_ms":1.234},{"port":80,"state":"unknown","reason":"interrupted"},"#,
            r#"{"port":443,"state":"filtered","reason":"admin-prohibited"}]}"#
        )
    );
}

#[test]
fn a_tarpit_is_left_and_named() {
    let mut store = store(ScanDetail::Counts, 2);
    assert_eq!(settle(&mut store, 443, Reason::Accepted), None);
    assert_eq!(
        settle(&mut store, 22, Reason::Accepted).as_deref(),
        Some(
            r#"{"status":"incomplete","open_ports":[22,443],"closed":0,"filtered":0,"unknown":1,"started_at":"1970-01-01T00:01:01Z","duration_ms":500,"stopped":"max-open"}"#
        )
    );
    assert_eq!(store.too_many_open, 1);
}

#[test]
fn a_host_that_answers_on_every_port_is_noted() {
    let ports = |count: u16| (1..=count).collect::<Vec<_>>();
    for (count, most_open, closed, note) in [
        (5, 9, None, true),
        (4, 9, None, false),
        (5, 9, Some(3), false),
        // All that were asked until there were enough.
        (50, 6, None, true),
        (50, 6, Some(1), false),
        (300, 200, Some(1), true),
    ] {
        let mut store = ResultStore::new(ResultOptions { detail: ScanDetail::Counts, most_open, epoch: 0 }, ports(count));
        store.open(0, IP);
        let finished = ports(count).into_iter().find_map(|port| {
            let reason = if Some(port) == closed { Reason::Refused } else { Reason::Accepted };
            store.settle(PortDone { host: 0, port, reason, rtt: None }, Duration::ZERO)
        });
        let scan = finished.expect("done").scan;
        let is_noted = String::from_utf8_lossy(&scan).contains(r#","note":"probably a tarpit or a proxy""#);
        assert_eq!((is_noted, store.tarpits), (note, u64::from(note)), "{count} ports, {most_open} at most, closed {closed:?}");
    }
}

#[test]
fn hosts_that_this_machine_cannot_ask_are_counted_once() {
    let mut store = ResultStore::new(ResultOptions { detail: ScanDetail::Counts, most_open: 9, epoch: 0 }, vec![1, 2, 3]);
    for (host, reasons) in
        [[Reason::NoRoute; 3], [Reason::Denied, Reason::Refused, Reason::Denied], [Reason::Refused; 3]].into_iter().enumerate()
    {
        let host = HostId::try_from(host).expect("few");
        store.open(host, IpAddr::V4(host.into()));
        for (port, reason) in (1..).zip(reasons) {
            store.settle(PortDone { host, port, reason, rtt: None }, Duration::ZERO);
        }
    }
    assert_eq!((store.done, store.no_route, store.denied), (3, 1, 1));
}

#[test]
fn old_results_are_forgotten_before_they_fill_the_memory() {
    let mut store = ResultStore::new(ResultOptions { detail: ScanDetail::Counts, most_open: 9, epoch: 0 }, vec![1]);
    let ip = |n: u32| IpAddr::V4(n.into());
    for n in 1..=100_000 {
        store.open(0, ip(n));
        assert!(store.settle(PortDone { host: 0, port: 1, reason: Reason::Silence, rtt: None }, Duration::ZERO).is_some());
    }
    assert!(store.find(ip(1)).is_none() && store.find(ip(100_000)).is_some());
    assert!((20_000..60_000).contains(&store.known.len()), "{}", store.known.len());
    assert_eq!(store.known.len(), store.kept.len());
}

#[test]
fn hosts_of_many_ports_are_begun_a_few_at_a_time_where_each_port_is_noted() {
    for (detail, full_at) in [(ScanDetail::Reasons, Some(16)), (ScanDetail::Counts, None)] {
        let mut store = ResultStore::new(ResultOptions { detail, most_open: 9, epoch: 0 }, (1..=u16::MAX).collect());
        let full = (0..100).find(|&host: &u32| {
            let is_full = store.is_full();
            store.open(host, IpAddr::V4(host.into()));
            is_full
        });
        assert_eq!(full, full_at);
    }
    assert_eq!(size_of::<PortResult>(), 8);
}
