//! Hosts read from lines as our own writer puts them, at a fraction of the cost of reading any JSON.
//!
//! Takes the line, gives the record; what differs in the least is left to `host`'s thorough reader, and a property test
//! holds the two to the same answers.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Text;
use super::host::{HostRecord, MAX_COUNTS, Place};
use super::json::Scan;
use super::signal::SIGNALS;
use crate::net;
use crate::time::day::{DayReader, TIME_LEN};

/// How many places a host has that was seen often: three of two signals.
const PLACES: usize = 6;

/// Reads a host that has the keys of our own writer in its order and spacing; `None`: it may be a host all the same.
#[must_use]
pub fn read_host(line: &[u8]) -> Option<HostRecord<'_>> {
    let mut scan = Scan::new(line);
    scan.need(br#"{"schema":"soar.host/1","ip":""#)?;
    let mut host = HostRecord::new(net::parse_address(scan.plain_text()?)?);
    if scan.eat(br#","network":""#) {
        host.network = Some(read_text(&mut scan)?);
    }
    host.snapshot = scan.eat(br#","snapshot":true"#);
    read_verdict(&mut scan, &mut host)?;
    read_counts(&mut scan, &mut host)?;
    let mut days = DayReader::default();
    if scan.eat(br#","first_seen":""#) {
        host.first_seen = Some(read_time(&mut scan, &mut days)?);
    }
    if scan.eat(br#","last_seen":""#) {
        host.last_seen = Some(read_time(&mut scan, &mut days)?);
    }
    if scan.eat(br#","evidence":["#) {
        host.evidence.reserve(PLACES);
        read_list(&mut scan, b']', |scan| {
            let place = read_place(scan, &mut days, host.evidence.last())?;
            host.evidence.push(place);
            Some(())
        })?;
    }
    if scan.eat(br#","partial":"#) {
        host.partial = Some(read_by_serde(&mut scan)?);
    }
    if scan.eat(br#","alerted":"#) {
        // Of few hosts, and with a reader of their own.
        return None;
    }
    if scan.eat(br#","scan":"#) {
        host.scan = Some(read_by_serde(&mut scan)?);
    }
    scan.need(b"}")?;
    scan.is_at_end().then_some(host)
}

/// From the score to the rules.
fn read_verdict<'a>(scan: &mut Scan<'a>, host: &mut HostRecord<'a>) -> Option<()> {
    scan.need(br#","score":"#)?;
    host.score = scan.integer()?;
    if scan.eat(br#","reason":""#) {
        host.reason = Some(read_text(scan)?);
    }
    scan.need(br#","suspicious":"#)?;
    host.suspicious = scan.eat(b"true");
    if !host.suspicious {
        scan.need(b"false")?;
    }
    host.allowed = scan.eat(br#","allowed":true"#);
    scan.need(br#","rules":["#)?;
    read_list(scan, b']', |scan| {
        scan.need(b"\"")?;
        host.rules.push(read_text(scan)?);
        Some(())
    })?;
    if scan.eat(br#","explain":"#) {
        // For people; no stage reads it.
        read_by_serde::<IgnoredAny>(scan)?;
    }
    Some(())
}

/// What was counted.
fn read_counts<'a>(scan: &mut Scan<'a>, host: &mut HostRecord<'a>) -> Option<()> {
    scan.need(br#","signals":{"#)?;
    host.signals.reserve(SIGNALS.len());
    read_list(scan, b'}', |scan| read_pair(scan, &mut host.signals))?;
    if scan.eat(br#","weights":{"#) {
        read_list(scan, b'}', |scan| read_pair(scan, &mut host.weights))?;
    }
    if scan.eat(br#","users":"#) {
        host.users = Some(scan.integer()?);
    }
    if scan.eat(br#","paths":"#) {
        host.paths = Some(scan.integer()?);
    }
    Some(())
}

fn read_pair<'a>(scan: &mut Scan<'a>, pairs: &mut Vec<(Text<'a>, u64)>) -> Option<()> {
    scan.need(b"\"")?;
    // Nearly always the signal of the table that is next.
    let next = SIGNALS.get(pairs.len()).map(|signal| signal.name);
    let name = match next.filter(|name| scan.eat_text(name.as_bytes()).is_some()) {
        Some(name) => Text::from(name),
        None => read_text(scan).filter(|name| !name.0.is_empty())?,
    };
    scan.need(b":")?;
    pairs.push((name, scan.integer()?));
    (pairs.len() <= MAX_COUNTS).then_some(())
}

/// A place; the one before it most likely has the same file and the same signal.
fn read_place<'a>(scan: &mut Scan<'a>, days: &mut DayReader, earlier: Option<&Place<'a>>) -> Option<Place<'a>> {
    let same = |scan: &mut Scan<'a>, text: Option<&Text<'a>>| match text {
        Some(text) if scan.eat_text(text.as_bytes()).is_some() => Some(text.clone()),
        _ => read_text(scan),
    };
    scan.need(br#"{"signal":""#)?;
    let signal = same(scan, earlier.map(|place| &place.signal))?;
    let at = if scan.eat(br#","at":""#) { Some(read_time(scan, days)?) } else { None };
    scan.need(br#","file":""#)?;
    let file = same(scan, earlier.map(|place| &place.file))?;
    scan.need(br#","line":"#)?;
    let line = scan.integer()?;
    scan.need(b"}")?;
    Some(Place { signal, at, file, line })
}

/// A time as we write it, whole seconds, or any other of RFC 3339.
pub(super) fn read_time(scan: &mut Scan<'_>, days: &mut DayReader) -> Option<i64> {
    match scan.eat_quoted::<TIME_LEN>() {
        Some(text) => days.read(text),
        None => days.read(scan.plain_text()?),
    }
}

/// What `item` reads, again and again, up to `end`.
fn read_list<'a>(scan: &mut Scan<'a>, end: u8, mut item: impl FnMut(&mut Scan<'a>) -> Option<()>) -> Option<()> {
    if scan.eat(&[end]) {
        return Some(());
    }
    loop {
        item(scan)?;
        if scan.eat(&[end]) {
            return Some(());
        }
        scan.need(b",")?;
    }
}

fn read_text<'a>(scan: &mut Scan<'a>) -> Option<Text<'a>> {
    Some(Text::from(std::str::from_utf8(scan.plain_text()?).ok()?))
}

/// The few values that seldom come.
fn read_by_serde<'a, T: Deserialize<'a>>(scan: &mut Scan<'a>) -> Option<T> {
    serde_json::from_slice(scan.value()?).ok()
}
