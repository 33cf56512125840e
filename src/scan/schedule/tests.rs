//! The schedule under a clock that the tests move.

use std::net::IpAddr;

use std::collections::BTreeMap;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn limits() -> Limits {
    Limits { concurrency: 1000, rate: None, per_host: 16, per_network: None, floor: ms(100), timeout: SECOND, retries: 1, seed: 1 }
}

fn schedule(limits: Limits, ports: std::ops::Range<u16>, ips: &[&str]) -> Schedule {
    let mut schedule = Schedule::new(limits, ports.collect());
    for ip in ips {
        schedule.add(ip.parse::<Address>().expect("an address").into());
    }
    schedule
}

/// Everything that may start at `now`.
fn start_all(schedule: &mut Schedule, now: Duration) -> Vec<(Ticket, Probe)> {
    std::iter::from_fn(|| schedule.start(now)).collect()
}

/// Lets the clock run from one wake-up to the next; `answer` gives what a probe meets and how long that takes. Gives the
/// ports that were settled, with the reason, and when the last was.
fn run(schedule: &mut Schedule, answer: impl Fn(Probe, u32) -> Option<(Reason, Duration)>) -> (BTreeMap<(HostId, u16), Reason>, Duration) {
    run_in_time(schedule, |probe, nth, _| answer(probe, nth))
}

/// The same, where it matters when a probe comes.
fn run_in_time(
    schedule: &mut Schedule,
    mut answer: impl FnMut(Probe, u32, Duration) -> Option<(Reason, Duration)>,
) -> (BTreeMap<(HostId, u16), Reason>, Duration) {
    let (mut now, mut settled) = (Duration::ZERO, BTreeMap::new());
    let mut tries: BTreeMap<(HostId, u16), u32> = BTreeMap::new();
    let mut coming: Vec<(Duration, Ticket, Reason)> = Vec::new();
    loop {
        for (ticket, probe) in start_all(schedule, now) {
            let nth = tries.entry((probe.host, probe.target.port())).or_insert(0);
            coming.extend(answer(probe, *nth, now).map(|(reason, after)| (now + after, ticket, reason)));
            *nth += 1;
        }
        let next = coming.iter().map(|&(at, ..)| at).chain(schedule.wake_at()).min();
        let Some(next) = next else { return (settled, now) };
        now = now.max(next);
        let mut done = Vec::new();
        coming.retain(|&(at, ticket, reason)| {
            done.extend((at <= now).then(|| schedule.settle(ticket, ProbeResult::Known(reason), now)).flatten());
            at > now
        });
        while let Some(ticket) = schedule.expire(now) {
            done.extend(schedule.settle(ticket, ProbeResult::Silence, now));
        }
        settled.extend(done.into_iter().map(|settled| ((settled.host, settled.port), settled.reason)));
    }
}

#[test]
fn no_more_than_allowed_are_in_flight() {
    for (limits, ips, at_once) in [
        (Limits { concurrency: 5, ..limits() }, &["192.0.2.1", "192.0.2.2"][..], 5),
        (limits(), &["192.0.2.1", "192.0.2.2"], 32),
        (Limits { per_network: Some(20), ..limits() }, &["192.0.2.1", "192.0.2.2", "198.51.100.1"], 36),
        (Limits { per_network: Some(3), ..limits() }, &["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"], 6),
        (Limits { per_network: Some(1), ..limits() }, &["127.0.0.1", "::1"], 80),
        (Limits { rate: Some(100), ..limits() }, &["192.0.2.1", "127.0.0.1"], 42),
    ] {
        let mut s = schedule(limits, 1..41, ips);
        let started = start_all(&mut s, Duration::ZERO);
        assert_eq!(started.len(), at_once, "{ips:?}");
        let (first, _) = started[0];
        assert!(s.settle(first, ProbeResult::Known(Reason::Refused), ms(1)).is_some());
        assert!(s.settle(first, ProbeResult::Known(Reason::Refused), ms(1)).is_none(), "a ticket is good once");
        // All are asked in the end, each once.
        let mut s = schedule(limits, 1..41, ips);
        let (settled, _) = run(&mut s, |_, _| Some((Reason::Refused, ms(1))));
        assert_eq!(settled.len(), 40 * ips.len(), "{ips:?}");
    }
}

#[test]
fn the_order_is_that_of_the_seed() {
    let order = |seed| {
        let mut s = schedule(Limits { seed, ..limits() }, 1..8, &["127.0.0.1", "127.0.0.2", "127.0.0.3"]);
        start_all(&mut s, Duration::ZERO).into_iter().map(|(_, probe)| probe.target).collect::<Vec<_>>()
    };
    assert_eq!(order(7), order(7));
    assert_ne!(order(7), order(8));
    let hosts: Vec<_> = order(7).into_iter().take(7).map(|target| target.ip()).collect();
    assert!(hosts.iter().any(|host| *host != hosts[0]), "not one host after the other: {hosts:?}");
}

#[test]
fn silence_is_asked_again_and_then_filtered() {
    for (retries, timeout, done) in [(1, 1000, 1500), (0, 1000, 1000), (2, 1000, 2500), (1, 300, 450)] {
        let mut s = schedule(Limits { retries, timeout: ms(timeout), ..limits() }, 22..23, &["192.0.2.1"]);
        let (settled, at) = run(&mut s, |_, _| None);
        assert_eq!(settled.values().collect::<Vec<_>>(), [&Reason::Silence]);
        assert_eq!(at, ms(done), "{retries} retries of {timeout} ms");
        assert!(s.in_flight == 0 && s.wake_at().is_none());
    }
}

#[test]
fn a_host_that_answers_fast_is_not_waited_for_long() {
    // Its six other ports: 100 ms, counted from before its first answer came; the retry has the ceiling, and as long as an answer
    // to the SYN takes that Linux sends again then.
    let mut s = schedule(limits(), 1..8, &["192.0.2.1"]);
    let (settled, at) = run(&mut s, |probe, _| (probe.target.port() == 1).then_some((Reason::Accepted, ms(1))));
    assert_eq!((settled.len(), at), (7, ms(1200)));
    // One that takes 200 ms: 3 x 200 ms, then the ceiling and half of it.
    let mut s = schedule(limits(), 1..8, &["192.0.2.1"]);
    let (_, at) = run(&mut s, |probe, _| (probe.target.port() == 1).then_some((Reason::Accepted, ms(200))));
    assert_eq!(at, ms(2100));
    // Below a second Linux sends nothing again.
    let mut s = schedule(Limits { timeout: ms(600), ..limits() }, 1..8, &["192.0.2.1"]);
    let (_, at) = run(&mut s, |probe, _| (probe.target.port() == 1).then_some((Reason::Accepted, ms(1))));
    assert_eq!(at, ms(700));
}

#[test]
fn a_slow_port_beside_a_fast_one_is_found() {
    // The last is taken for an answer to the SYN that Linux sends again, so that the others are asked more than twice.
    for (timeout, slow, longest) in [(1000, 300, 1200), (1000, 990, 1200), (3000, 2900, 3200), (1000, 1050, 3500)] {
        let mut s = schedule(Limits { timeout: ms(timeout), ..limits() }, 1..8, &["192.0.2.1"]);
        let (settled, at) = run(&mut s, |probe, _| match probe.target.port() {
            1 => Some((Reason::Accepted, ms(slow))),
            2 => Some((Reason::Refused, ms(1))),
            _ => None,
        });
        assert_eq!(settled[&(0, 1)], Reason::Accepted, "{slow} ms");
        assert!(at <= ms(longest), "{at:?}");
    }
    // Where nothing is asked again, it is waited for all the same.
    let mut s = schedule(Limits { retries: 0, ..limits() }, 1..3, &["192.0.2.1"]);
    let (settled, _) = run(&mut s, |probe, _| Some((Reason::Accepted, ms(if probe.target.port() == 1 { 1 } else { 900 }))));
    assert!(settled.values().all(|reason| *reason == Reason::Accepted), "{settled:?}");
}

#[test]
fn a_host_that_is_slow_on_every_port_loses_nothing() {
    let mut s = schedule(Limits { timeout: ms(3000), ..limits() }, 1..161, &["192.0.2.1"]);
    let (settled, at) = run(&mut s, |_, nth| {
        assert_eq!(nth, 0, "asked again");
        Some((Reason::Accepted, ms(1200)))
    });
    assert_eq!((settled.len(), at), (160, ms(12_000)), "16 at a time");
}

#[test]
fn what_drops_all_but_a_few_is_asked_no_slower_and_no_oftener() {
    let mut probes = 0;
    let mut s = schedule(limits(), 1..1001, &["192.0.2.1"]);
    let (settled, at) = run_in_time(&mut s, |probe, nth, _| {
        probes += 1;
        assert!(nth < 2, "asked too often");
        probe.target.port().is_multiple_of(10).then_some((Reason::Accepted, ms(1)))
    });
    assert_eq!(settled.len(), 1000);
    // 16 at a time, 300 ms each, those before the first answer longer, and one late look at the end of it.
    let ordinary = ms(300 * 900_u64.div_ceil(16));
    assert!(at < ordinary + ms(3000), "{at:?}, ordinary {ordinary:?}");
    assert_eq!(probes, 100 + 2 * 900);
}

/// Lets `a second` through, and at most `burst` at once.
fn bucket(a_second: u64, burst: u64) -> impl FnMut(Duration) -> bool {
    let each = SECOND / u32::try_from(a_second).expect("few");
    let mut full_at = Duration::ZERO;
    move |now| {
        let after = full_at.max(now) + each;
        let is_let = after <= now + each * u32::try_from(burst).expect("few");
        if is_let {
            full_at = after;
        }
        is_let
    }
}

#[test]
fn a_host_that_answers_at_a_rate_is_asked_at_that_rate() {
    for (a_second, burst, longest) in [(50, 5, 15), (10, 5, 60), (200, 20, 5)] {
        for ip in ["192.0.2.1", "127.0.0.1"] {
            let (mut bucket, mut most) = (bucket(a_second, burst), 0);
            let mut s = schedule(limits(), 1..301, &[ip]);
            let (settled, at) = run_in_time(&mut s, |_, nth, now| {
                most = most.max(nth + 1);
                bucket(now).then_some((Reason::Accepted, ms(1)))
            });
            let silent = settled.values().filter(|reason| **reason == Reason::Silence).count();
            assert!(silent <= 4, "{silent} of 300 not found at {a_second}/s, {ip}");
            assert!(most <= 10 && at < SECOND * longest, "{most} tries, {at:?} at {a_second}/s, {ip}");
        }
    }
}

#[test]
fn what_gets_lost_is_asked_for_until_it_is_found_within_a_bound() {
    for (lost, longest) in [(10, 3), (30, 10), (51, 40)] {
        let mut rng = fastrand::Rng::with_seed(lost);
        let mut probes = 0;
        let mut s = schedule(limits(), 1..301, &["192.0.2.1"]);
        let (settled, at) = run_in_time(&mut s, |_, nth, _| {
            assert!(nth < 10, "asked too often");
            probes += 1;
            (rng.u64(..100) >= lost).then_some((Reason::Accepted, ms(1)))
        });
        let silent = settled.values().filter(|reason| **reason == Reason::Silence).count();
        assert!(silent <= 2, "{silent} of 300 not found with {lost}% lost");
        assert!(at < SECOND * longest, "{at:?} with {lost}% lost");
    }
}

#[test]
fn a_silent_host_is_waited_for_as_its_neighbours_teach_but_with_care() {
    let answers = |last: u8| {
        move |probe: Probe, _| matches!(probe.target.ip(), IpAddr::V4(v4) if v4.octets()[3] < last).then_some((Reason::Refused, ms(1)))
    };
    let ips = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.99"];
    let (settled, at) = run(&mut schedule(limits(), 1..8, &ips), answers(90));
    assert_eq!((settled.len(), at), (28, ms(750)), "250 ms, then 500 ms");
    let (_, at) = run(&mut schedule(limits(), 1..8, &ips[1..]), answers(90));
    assert_eq!(at, ms(1500), "two neighbours say too little");
    let (_, at) = run(&mut schedule(limits(), 1..8, &["192.0.2.1", "192.0.2.2", "192.0.2.3", "198.51.100.99"]), answers(90));
    assert_eq!(at, ms(1500), "another network says nothing");
}

#[test]
fn a_slow_host_is_found_by_the_retry() {
    // Slower than the first wait where nothing is known, faster than the ceiling.
    let (settled, _) = run(&mut schedule(limits(), 1..4, &["192.0.2.1"]), |_, _| Some((Reason::Accepted, ms(700))));
    assert!(settled.values().all(|reason| *reason == Reason::Accepted), "{settled:?}");
}

#[test]
fn where_answers_come_late_one_more_try_is_made() {
    // Port 1 shows that the network loses packets; port 2 is lost twice.
    let answer = |probe: Probe, nth: u32| (nth >= u32::from(probe.target.port())).then_some((Reason::Accepted, ms(1)));
    let (settled, _) = run(&mut schedule(limits(), 0..3, &["192.0.2.1"]), answer);
    assert!(settled.values().all(|reason| *reason == Reason::Accepted), "{settled:?}");
    // Without that sign, or where no retry was asked for, it is filtered.
    let answer = |probe: Probe, nth: u32| (probe.target.port() == 9 || nth >= 2).then_some((Reason::Accepted, ms(1)));
    let (settled, _) = run(&mut schedule(limits(), 8..10, &["192.0.2.1"]), answer);
    assert_eq!(settled.values().collect::<Vec<_>>(), [&Reason::Silence, &Reason::Accepted]);
    let (settled, _) = run(&mut schedule(Limits { retries: 0, ..limits() }, 0..3, &["192.0.2.1"]), |_, nth| {
        (nth > 0).then_some((Reason::Accepted, ms(1)))
    });
    assert!(settled.values().all(|reason| *reason == Reason::Silence));
}

#[test]
fn the_rate_holds_beyond_loopback() {
    let limits = Limits { rate: Some(100), per_host: 1000, ..limits() };
    let (_, at) = run(&mut schedule(limits, 1..201, &["192.0.2.1"]), |_, _| Some((Reason::Refused, ms(1))));
    assert!((ms(1970)..ms(2000)).contains(&at), "{at:?}");
    let (_, at) = run(&mut schedule(limits, 1..201, &["127.0.0.1"]), |_, _| Some((Reason::Refused, ms(1))));
    assert_eq!(at, ms(1));
}

#[test]
fn an_abandoned_host_is_asked_no_more() {
    let mut s = schedule(limits(), 1..100, &["192.0.2.1"]);
    let started = start_all(&mut s, Duration::ZERO);
    assert!(s.settle(started[0].0, ProbeResult::Known(Reason::Accepted), ms(1)).is_some());
    s.abandon(started[0].1.host);
    assert!(s.start(ms(1)).is_none());
    assert_eq!(s.settle(started[1].0, ProbeResult::Exhausted, ms(1)).map(|settled| settled.reason), Some(Reason::Exhausted));
    for (ticket, _) in &started[2..] {
        assert!(s.settle(*ticket, ProbeResult::Silence, SECOND).is_some(), "not again");
    }
    assert!(s.in_flight == 0 && s.wake_at().is_none());
    assert_eq!(s.add([192, 0, 2, 2].into()), started[0].1.host, "its place is free");
}

#[test]
fn an_open_port_is_listened_to_for_a_while() {
    let mut s = schedule(limits(), 22..23, &["127.0.0.1"]);
    let (ticket, _) = s.start(Duration::ZERO).expect("a probe");
    s.listen(ticket, ms(40));
    assert_eq!(s.expire(ms(539)), None);
    assert_eq!(s.expire(ms(540)), Some(ticket));
    let settled = s.settle(ticket, ProbeResult::Silence, ms(540)).expect("settled");
    assert_eq!((settled.reason, settled.rtt), (Reason::Accepted, Some(ms(40))), "whatever it says, it is open");
}

#[test]
fn exhaustion_lowers_the_load_and_loses_no_port() {
    let mut s = schedule(limits(), 1..4, &["127.0.0.1"]);
    let (one, first) = s.start(Duration::ZERO).expect("one");
    let (two, second) = s.start(Duration::ZERO).expect("two");
    assert_eq!(s.settle(two, ProbeResult::Exhausted, Duration::ZERO), None);
    assert!(s.start(Duration::ZERO).is_none(), "one in flight is what the system can bear");
    assert_eq!(s.settle(one, ProbeResult::Known(Reason::Refused), SECOND).map(|x| x.port), Some(first.target.port()));
    let (two, probe) = s.start(SECOND).expect("two again");
    assert_eq!(probe, second);
    assert_eq!(s.settle(two, ProbeResult::Known(Reason::Refused), SECOND).map(|x| x.reason), Some(Reason::Refused));
    assert!(s.start(SECOND).is_some());
}

#[test]
fn a_system_that_stays_exhausted_makes_the_port_unknown() {
    let mut s = schedule(limits(), 1..2, &["127.0.0.1"]);
    let mut now = Duration::ZERO;
    let reason = loop {
        let (ticket, _) = s.start(now).expect("after the pause it may start again");
        if let Some(settled) = s.settle(ticket, ProbeResult::Exhausted, now) {
            break settled.reason;
        }
        assert!(s.start(now).is_none(), "it waits before it tries again");
        now = s.wake_at().expect("a time to wake");
    };
    assert_eq!(reason, Reason::Exhausted);
    assert_eq!(now, EXHAUSTED_PAUSE * EXHAUSTED_TRIES);
}

#[test]
fn what_a_network_loses_is_asked_for_again_without_waiting_longer() {
    let mut s = schedule(limits(), 1..11, &["198.51.100.1", "198.51.100.2"]);
    let mut starts = Vec::new();
    let (settled, _) = run_in_time(&mut s, |probe, nth, now| {
        let is_first_host = probe.target.ip() == "198.51.100.1".parse::<IpAddr>().expect("an address");
        // The first host loses the first try of every other port; the second one port twice, which proves nothing of it before.
        let lost = if is_first_host { u32::from(probe.target.port() % 2 == 0) } else { 2 * u32::from(probe.target.port() == 7) };
        if !is_first_host && probe.target.port() == 7 {
            starts.push(now);
        }
        (nth >= lost).then_some((Reason::Refused, ms(10)))
    });
    assert!(settled.len() == 20 && settled.values().all(|reason| *reason == Reason::Refused), "{settled:?}");
    let [first, second, third] = starts[..] else { panic!("{starts:?}") };
    assert!(third + first <= second + second, "the third try waited longer: {starts:?}");
}
