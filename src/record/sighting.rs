//! What soar-score needs to know of an event, read from its line.
//!
//! [`Sighting::from_line`] reads any order and spacing of keys through serde. Lines as our own writer puts them are read by
//! [`SightingReader`] at a fraction of the cost; what differs in the least goes to serde, and a property test holds the two
//! to the same answers.

use std::borrow::Cow;
use std::net::IpAddr;
use std::ops::Range;

use super::canonical;
use super::frame::remember;
use super::signal::{SIGNALS, SignalSet};
use super::walk::Walk;
use super::wire::{WireEvent, WireTags};
use super::{MAX_INTEGER, Text};
use crate::time::day::DayReader;
use crate::{net, time};

/// What soar-score needs to know of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting<'a> {
    /// `source.ip`; absent where the log had a host name.
    pub ip: Option<IpAddr>,
    /// `@timestamp` in seconds since 1970.
    pub at: Option<i64>,
    /// `log.file.path`: UTF-8.
    pub file: Cow<'a, [u8]>,
    /// `log.line`.
    pub line: u64,
    /// The tags that are in the table.
    pub signals: SignalSet,
    /// The tags that are not, each once.
    pub others: Vec<Text<'a>>,
    /// `soar.count`, 1 where absent.
    pub count: u64,
    /// `user.name`: UTF-8.
    pub user: Option<Cow<'a, [u8]>>,
    /// `url.original`: UTF-8.
    pub target: Option<Cow<'a, [u8]>>,
    /// `soar.method`: UTF-8.
    pub method: Option<Cow<'a, [u8]>>,
}

impl<'a> Sighting<'a> {
    /// Reads an event, whatever the order and spacing of its keys; keys that are not needed are skipped.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the record.
    pub fn from_line(line: &'a [u8]) -> Result<Self, String> {
        let wire: WireEvent<'a> = serde_json::from_slice(line).map_err(|e| super::malformed(&e))?;
        let at = match &wire.timestamp {
            Some(text) => Some(time::parse_rfc3339(&text.0).map_err(|e| format!("malformed record: @timestamp: {e}"))?),
            None => None,
        };
        let ip = match wire.source.and_then(|s| s.ip) {
            Some(text) => Some(net::parse_address(text.0.as_bytes()).ok_or("malformed record: source.ip is not an address")?),
            None => None,
        };
        let log = wire.log.unwrap_or_default();
        let soar = wire.soar.unwrap_or_default();
        let count = soar.count.unwrap_or(1);
        if count == 0 || count > MAX_INTEGER || log.line.unwrap_or(0) > MAX_INTEGER {
            return Err("malformed record: an integer is out of range".to_owned());
        }
        let tags = wire.tags.unwrap_or_default();
        Ok(Self {
            ip,
            at,
            file: log.file.and_then(|f| f.path).map_or(Cow::Borrowed(b"-"), Text::into_bytes),
            line: log.line.unwrap_or(0),
            signals: tags.signals,
            others: tags.others,
            count,
            user: wire.user.and_then(|u| u.name).map(Text::into_bytes),
            target: wire.url.and_then(|u| u.original).map(Text::into_bytes),
            method: soar.method.map(Text::into_bytes),
        })
    }
}

/// Reads events one after the other, and remembers what is the same on many of them: what was walked once is one comparison
/// where it comes again.
#[derive(Debug, Default)]
pub struct SightingReader {
    days: DayReader,
    /// From the host to where the process id starts.
    origin: Vec<u8>,
    /// From the log to where the line number starts, and where in it the file stands.
    place: (Vec<u8>, Range<usize>),
    /// From behind the line number on; of another length, another one.
    ends: [End; 8],
}

/// How an event ends: its tags, how often, and where in the text the method stands.
#[derive(Debug, Default, Clone)]
struct End {
    text: Vec<u8>,
    signals: SignalSet,
    count: u64,
    method: Option<Range<usize>>,
}

impl SightingReader {
    /// Reads an event as [`Sighting::from_line`] does.
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn read<'a>(&mut self, line: &'a [u8]) -> Result<Sighting<'a>, String> {
        match self.read_canonical(line) {
            Some(sighting) => Ok(sighting),
            None => Sighting::from_line(line),
        }
    }

    /// Reads a line that has the keys of our own writer in its order and spacing; `None`: it may be an event all the same.
    #[inline]
    fn read_canonical<'a>(&mut self, line: &'a [u8]) -> Option<Sighting<'a>> {
        let mut walk = Walk::new(line);
        walk.need(br#"{"schema":"soar.event/1","#)?;
        let mut at = None;
        if walk.eat(br#""@timestamp":""#) {
            at = Some(canonical::read_time(&mut walk, &mut self.days)?);
            walk.need(b",")?;
        }
        skip_what(&mut walk)?;
        let mut ip = None;
        read_source(&mut walk, &mut ip)?;
        let user = if walk.eat(br#","user":{"name":"#) { Some(read_text(&mut walk, b"}")?) } else { None };
        skip_http(&mut walk)?;
        let mut target = None;
        read_url(&mut walk, &mut target)?;
        skip_object(&mut walk, br#","user_agent":"#, br#"{"original":"#)?;
        self.skip_origin(&mut walk)?;
        let file = Cow::Borrowed(self.read_file(&mut walk)?);
        let line = walk.integer()?;
        let slot = walk.rest().len() % self.ends.len();
        let end = &mut self.ends[slot];
        let mut others = Vec::new();
        if end.text.is_empty() || walk.rest() != end.text {
            (*end, others) = read_end(walk)?;
        }
        let method = end.method.clone().map(|method| Cow::Borrowed(&walk.rest()[method]));
        Some(Sighting { ip, at, file, line, signals: end.signals, others, count: end.count, user, target, method })
    }

    /// The machine and the program: all but the process id.
    #[inline]
    fn skip_origin(&mut self, walk: &mut Walk<'_>) -> Option<()> {
        if walk.eat_again(&self.origin).is_some() {
            walk.skip_integer()?;
            return walk.skip_members();
        }
        let before = *walk;
        skip_object(walk, br#","host":"#, br#"{"hostname":"#)?;
        if !walk.eat(br#","process":{"name":"#) {
            return if walk.eat(br#","process":"#) { walk.skip_value() } else { Some(()) };
        }
        walk.skip_value()?;
        if walk.eat(br#","pid":"#) {
            remember(&mut self.origin, walk.since(&before));
            walk.skip_integer()?;
        }
        walk.skip_members()
    }

    /// The file, and what stands around it.
    #[inline]
    fn read_file<'a>(&mut self, walk: &mut Walk<'a>) -> Option<&'a [u8]> {
        const START: &[u8; 24] = br#","log":{"file":{"path":""#;
        let (place, file) = &mut self.place;
        if let Some(same) = walk.eat_again(place) {
            return Some(&same[file.clone()]);
        }
        let before = *walk;
        walk.need(START)?;
        let text = walk.plain_text()?;
        walk.need(br#"},"line":"#)?;
        remember(place, walk.since(&before));
        *file = START.len()..START.len() + text.len();
        Some(text)
    }
}

#[cfg(test)]
impl SightingReader {
    /// How much memory it holds for what it remembers.
    #[must_use]
    pub fn remembered_bytes(&self) -> usize {
        self.origin.capacity() + self.place.0.capacity() + self.ends.iter().map(|end| end.text.capacity()).sum::<usize>()
    }
}

/// From behind the line number to the end of the event: what to remember of it, and the tags outside the table. An end with such
/// tags is not remembered.
#[cold]
fn read_end(mut walk: Walk<'_>) -> Option<(End, Vec<Text<'_>>)> {
    let text = walk.rest();
    walk.need(br#"},"tags":["#)?;
    let WireTags { signals, others } = read_tags(&mut walk)?;
    let (mut count, mut method) = (1, None);
    // One with an escape in it is left to serde.
    let mut read_method = |walk: &mut Walk<'_>| {
        let start = text.len() - walk.rest().len();
        method = Some(start..start + walk.plain_text()?.len());
        Some(())
    };
    if walk.eat(br#","soar":{"method":""#) {
        read_method(&mut walk)?;
        walk.need(b"}")?;
    } else if walk.eat(br#","soar":{"count":"#) {
        count = Some(walk.integer()?).filter(|&count| count > 0)?;
        if walk.eat(br#","method":""#) {
            read_method(&mut walk)?;
        }
        walk.need(b"}")?;
    }
    walk.need(b"}")?;
    let mut end = End { text: Vec::new(), signals, count, method };
    if others.is_empty() {
        remember(&mut end.text, text);
    }
    walk.is_at_end().then_some((end, others))
}

/// `"event"`: at once for what the signals that are on by default look at.
fn skip_what(walk: &mut Walk<'_>) -> Option<()> {
    let is_usual = walk.eat(br#""event":{"dataset":"http.access","action":"http_request"}"#)
        || walk.eat(br#""event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"failure"}"#);
    if is_usual {
        return Some(());
    }
    walk.need(br#""event":"#)?;
    walk.skip_value()
}

/// A string, and the `end` behind it.
fn read_text<'a, const N: usize>(walk: &mut Walk<'a>, end: &[u8; N]) -> Option<Cow<'a, [u8]>> {
    let text = walk.text()?;
    walk.need(end)?;
    Some(text)
}

/// `"url"`: the target, where it has one.
fn read_url<'a>(walk: &mut Walk<'a>, target: &mut Option<Cow<'a, [u8]>>) -> Option<()> {
    if !walk.eat(br#","url":{"#) {
        return Some(());
    }
    if walk.eat(br#""domain":"#) {
        walk.skip_value()?;
        return walk.need(b"}");
    }
    walk.need(br#""original":"#)?;
    *target = Some(walk.text()?);
    if walk.eat(br#","domain":"#) {
        walk.skip_value()?;
    }
    walk.need(b"}")
}

/// `"http"`: in the order of our writer, key by key, since it is the largest part of an event of the web.
fn skip_http(walk: &mut Walk<'_>) -> Option<()> {
    if !walk.eat(br#","http":{"request":{"method":"#) {
        return if walk.eat(br#","http":"#) { walk.skip_value() } else { Some(()) };
    }
    walk.skip_value()?;
    if walk.eat(br#","referrer":"#) {
        walk.skip_value()?;
    }
    walk.need(b"}")?;
    if walk.eat(br#","version":"#) {
        walk.skip_value()?;
    }
    if walk.eat(br#","response":{"status_code":"#) {
        walk.skip_integer()?;
        if walk.eat(br#","body":{"bytes":"#) {
            walk.skip_integer()?;
            walk.need(b"}")?;
        }
        walk.need(b"}")?;
    }
    walk.skip_members()
}

/// The value of `key`, if that comes; `usual` is how it starts, down to its first value, and one comparison.
#[inline]
fn skip_object<const K: usize, const U: usize>(walk: &mut Walk<'_>, key: &[u8; K], usual: &[u8; U]) -> Option<()> {
    if !walk.eat(key) {
        return Some(());
    }
    if walk.eat(usual) {
        walk.skip_value()?;
        walk.skip_members()
    } else {
        walk.skip_value()
    }
}

/// `"source"`, where it is as our writer puts it: an address or a name, and a port.
#[inline]
fn read_source(walk: &mut Walk<'_>, ip: &mut Option<IpAddr>) -> Option<()> {
    if !walk.eat(br#","source":{"#) {
        return Some(());
    }
    if walk.eat(br#""port":"#) {
        walk.skip_integer()?;
        return walk.need(b"}");
    }
    if walk.eat(br#""ip":""#) {
        *ip = Some(net::parse_address(walk.plain_text()?)?);
    } else {
        walk.need(br#""address":"#)?;
        walk.skip_value()?;
    }
    if walk.eat(br#","port":"#) {
        walk.skip_integer()?;
    }
    walk.need(b"}")
}

/// The names up to the closing bracket.
fn read_tags<'a>(walk: &mut Walk<'a>) -> Option<WireTags<'a>> {
    let mut tags = WireTags::default();
    if walk.eat(b"]") {
        return Some(tags);
    }
    loop {
        walk.need(b"\"")?;
        let name = walk.plain_text()?;
        match SIGNALS.iter().position(|signal| signal.name.as_bytes() == name) {
            Some(index) => tags.signals = tags.signals.with(index),
            None => tags.add(Text::from(std::str::from_utf8(name).ok()?)).ok()?,
        }
        if walk.eat(b"]") {
            return Some(tags);
        }
        walk.need(b",")?;
    }
}
