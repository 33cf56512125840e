//! Hosts read from lines as our own writer puts them, at a fraction of the cost of reading any JSON.
//!
//! Takes the line, gives the record; what differs in the least is left to `host`'s thorough reader, and a property test
//! holds the two to the same answers.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Text;
use super::host::{HostRecord, MAX_COUNTS, Place};
use super::login_order::read_failures;
use super::signal::SIGNALS;
use super::walk::Walk;
use crate::net;
use crate::time::day::{DayReader, TIME_LEN};

/// How many places a host has that was seen often: three of two signals.
const PLACES: usize = 6;

impl<'a> HostRecord<'a> {
    /// Reads a host, whatever the order and spacing of its keys.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the record.
    pub fn from_line(line: &'a [u8]) -> Result<Self, String> {
        read_host(line).map_or_else(|| serde_json::from_slice(line).map_err(|e| super::malformed(&e)), Ok)
    }
}

/// Reads a host that has the keys of our own writer in its order and spacing; `None`: it may be a host all the same.
#[must_use]
pub fn read_host(line: &[u8]) -> Option<HostRecord<'_>> {
    let mut walk = Walk::new(line);
    walk.need(br#"{"schema":"soar.host/1","ip":""#)?;
    let mut host = HostRecord::new(net::parse_address(walk.plain_text()?)?);
    if walk.eat(br#","network":""#) {
        host.network = Some(read_text(&mut walk)?);
    }
    host.snapshot = walk.eat(br#","snapshot":true"#);
    read_verdict(&mut walk, &mut host)?;
    read_counts(&mut walk, &mut host)?;
    let mut days = DayReader::default();
    if walk.eat(br#","first_seen":""#) {
        host.first_seen = Some(read_time(&mut walk, &mut days)?);
    }
    if walk.eat(br#","last_seen":""#) {
        host.last_seen = Some(read_time(&mut walk, &mut days)?);
    }
    if walk.eat(br#","ip_last_seen":"#) {
        // Of few networks; the thorough reader has it.
        return None;
    }
    if walk.eat(br#","evidence":["#) {
        host.evidence.reserve(PLACES);
        walk.items(b']', |walk| {
            let place = read_place(walk, &mut days, host.evidence.last())?;
            host.evidence.push(place);
            Some(())
        })?;
    }
    if walk.eat(br#","login_order":"#) {
        let before = walk;
        host.login_order = if let Some(order) = read_failures(&mut walk) {
            order
        } else {
            walk = before;
            read_by_serde(&mut walk)?
        };
    }
    if walk.eat(br#","partial":"#) {
        host.partial = Some(read_by_serde(&mut walk)?);
    }
    if walk.eat(br#","alerted":"#) {
        // Of few hosts, and with a reader of their own.
        return None;
    }
    if walk.eat(br#","scan":"#) {
        host.scan = Some(read_by_serde(&mut walk)?);
    }
    walk.need(b"}")?;
    walk.is_at_end().then_some(host)
}

/// From the score to the rules.
fn read_verdict<'a>(walk: &mut Walk<'a>, host: &mut HostRecord<'a>) -> Option<()> {
    walk.need(br#","score":"#)?;
    host.score = walk.integer()?;
    if walk.eat(br#","reason":""#) {
        host.reason = Some(read_text(walk)?);
    }
    walk.need(br#","suspicious":"#)?;
    host.suspicious = walk.eat(b"true");
    if !host.suspicious {
        walk.need(b"false")?;
    }
    host.allowed = walk.eat(br#","allowed":true"#);
    walk.need(br#","rules":["#)?;
    walk.items(b']', |walk| {
        walk.need(b"\"")?;
        host.rules.push(read_text(walk)?);
        Some(())
    })?;
    if walk.eat(br#","explain":"#) {
        // For people; no stage reads it.
        read_by_serde::<IgnoredAny>(walk)?;
    }
    Some(())
}

/// What was counted.
fn read_counts<'a>(walk: &mut Walk<'a>, host: &mut HostRecord<'a>) -> Option<()> {
    walk.need(br#","signals":{"#)?;
    host.signals.reserve(SIGNALS.len());
    walk.items(b'}', |walk| read_pair(walk, &mut host.signals))?;
    if walk.eat(br#","weights":{"#) {
        walk.items(b'}', |walk| read_pair(walk, &mut host.weights))?;
    }
    if walk.eat(br#","users":"#) {
        host.users = Some(walk.integer()?);
    }
    if walk.eat(br#","paths":"#) {
        host.paths = Some(walk.integer()?);
    }
    if walk.eat(br#","failed_before_login":"#) {
        host.failed_before_login = Some(walk.integer()?);
    }
    Some(())
}

fn read_pair<'a>(walk: &mut Walk<'a>, pairs: &mut Vec<(Text<'a>, u64)>) -> Option<()> {
    walk.need(b"\"")?;
    // Nearly always the signal of the table that is next.
    let next = SIGNALS.get(pairs.len()).map(|signal| signal.name);
    let name = match next.filter(|name| walk.eat_text(name.as_bytes()).is_some()) {
        Some(name) => Text::from(name),
        None => read_text(walk).filter(|name| !name.0.is_empty())?,
    };
    walk.need(b":")?;
    pairs.push((name, walk.integer()?));
    (pairs.len() <= MAX_COUNTS).then_some(())
}

/// A place; the one before it most likely has the same file and the same signal.
fn read_place<'a>(walk: &mut Walk<'a>, days: &mut DayReader, earlier: Option<&Place<'a>>) -> Option<Place<'a>> {
    let same = |walk: &mut Walk<'a>, text: Option<&Text<'a>>| match text {
        Some(text) if walk.eat_text(text.as_bytes()).is_some() => Some(text.clone()),
        _ => read_text(walk),
    };
    walk.need(br#"{"signal":""#)?;
    let signal = same(walk, earlier.map(|place| &place.signal))?;
    let at = if walk.eat(br#","at":""#) { Some(read_time(walk, days)?) } else { None };
    walk.need(br#","file":""#)?;
    let file = same(walk, earlier.map(|place| &place.file))?;
    walk.need(br#","line":"#)?;
    let line = walk.integer()?;
    walk.need(b"}")?;
    Some(Place { signal, at, file, line })
}

/// A time as we write it, whole seconds, or any other of RFC 3339.
pub(super) fn read_time(walk: &mut Walk<'_>, days: &mut DayReader) -> Option<i64> {
    match walk.eat_quoted::<TIME_LEN>() {
        Some(text) => days.read(text),
        None => days.read(walk.plain_text()?),
    }
}

fn read_text<'a>(walk: &mut Walk<'a>) -> Option<Text<'a>> {
    Some(Text::from(std::str::from_utf8(walk.plain_text()?).ok()?))
}

/// The few values that seldom come.
fn read_by_serde<'a, T: Deserialize<'a>>(walk: &mut Walk<'a>) -> Option<T> {
    serde_json::from_slice(walk.value()?).ok()
}
