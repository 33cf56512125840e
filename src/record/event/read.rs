//! What soar-score needs to know of an event, read from its line.
//!
//! [`EventView::from_line`] reads any order and spacing of keys through serde. [`EventReader`] reads lines as our own writer writes them at
//! a fraction of the cost, and leaves what differs in the least to serde; a property test compares the two.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::value::RawValue;

use crate::base::net::{Address, Zone};
use crate::base::time;
use crate::base::time::rfc3339::MonthReader;
use crate::record::event::json::{EventJson, EventTags, WireEvent};
use crate::record::event::member::{BOUNDARY, MEMBERS, Member, SEPARATORS, SIDES, Separators, ValueForm};
use crate::record::event::write::remember;
use crate::record::json::cursor::JsonCursor;
use crate::record::signal::SignalSet;
use crate::record::{MAX_INTEGER, Text};

/// What soar-score needs to know of an event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventView<'a> {
    /// `event.dataset`: UTF-8. It names the service of a login.
    pub dataset: Option<Cow<'a, [u8]>>,
    /// `source.ip`, in the zone that `observer.ingress.interface.name` names; absent where the log had a host name.
    pub ip: Option<Address>,
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
    /// `enrich`, what another stage knows of the address: an object.
    pub enrich: Option<&'a str>,
}

impl<'a> EventView<'a> {
    /// Reads an event, whatever the order and spacing of its keys; keys that are not needed are skipped.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the record.
    pub fn from_line(line: &'a [u8]) -> Result<Self, String> {
        let wire: EventJson<'a> = serde_json::from_slice(line).map_err(|e| crate::record::malformed(&e))?;
        let at = match &wire.timestamp {
            Some(text) => Some(time::parse_rfc3339(&text.0).map_err(|e| format!("malformed record: @timestamp: {e}"))?),
            None => None,
        };
        let ip = match wire.source.and_then(|s| s.ip) {
            Some(text) => Some(Address::parse(text.0.as_bytes()).ok_or("malformed record: source.ip is not an address")?),
            None => None,
        };
        let zone_of = |observer: &RawValue| {
            let observer: serde_json::Value = serde_json::from_str(observer.get()).ok()?;
            Zone::parse(observer.pointer("/ingress/interface/name")?.as_str()?.as_bytes())
        };
        let zone = wire.observer.and_then(zone_of);
        let dataset_of = |event: &'a RawValue| serde_json::from_str::<WireEvent<'a>>(event.get()).ok()?.dataset;
        let log = wire.log.unwrap_or_default();
        let soar = wire.soar.unwrap_or_default();
        let count = soar.count.map_or(1, |count| count.0);
        let line = log.line.map_or(0, |line| line.0);
        if count == 0 || count > MAX_INTEGER || line > MAX_INTEGER {
            return Err("malformed record: an integer is out of range".to_owned());
        }
        let tags = wire.tags.unwrap_or_default();
        let mut event = Self {
            dataset: wire.event.and_then(dataset_of).map(Text::into_bytes),
            ip,
            at,
            file: log.file.and_then(|f| f.path).map_or(Cow::Borrowed(b"-"), Text::into_bytes),
            line,
            signals: tags.signals,
            others: tags.others,
            count,
            user: wire.user.and_then(|u| u.name).map(Text::into_bytes),
            target: wire.url.and_then(|u| u.original).map(Text::into_bytes),
            method: soar.method.map(Text::into_bytes),
            enrich: wire.enrich.map(|enrich| enrich.0),
        };
        event.set_zone(zone);
        Ok(event)
    }

    fn set_zone(&mut self, zone: Option<Zone>) {
        if let (Some(ip), Some(zone)) = (self.ip.filter(|ip| ip.zone().is_none()), zone) {
            self.ip = Some(ip.in_zone(zone));
        }
    }
}

/// Reads events one after the other, and remembers what is the same on many of them: what was read once is one comparison where it
/// comes again.
#[derive(Debug)]
pub struct EventReader {
    months: MonthReader,
    separators: &'static Separators,
    /// Which member came last behind each.
    next: [usize; SIDES],
    /// What starts behind each member and is the same on many events: those of [`LAST_REPEATED`].
    cached: [CachedMembers; SIDES],
    /// From behind the line number on; of another length, another one.
    tails: [EventTail; 8],
    /// How many lines were read by serde.
    slow_lines: u64,
}

impl Default for EventReader {
    fn default() -> Self {
        let next = std::array::from_fn(|side| if side == BOUNDARY { 0 } else { side + 1 });
        let (cached, tails) = (std::array::from_fn(|_| CachedMembers::default()), <[EventTail; 8]>::default());
        Self { months: MonthReader::default(), separators: &SEPARATORS, next, cached, tails, slow_lines: 0 }
    }
}

/// Neighbours that are the same on many events: by the first of them, the last. What happened, who wrote the line, in
/// which file, and how HTTP was spoken.
const LAST_REPEATED: [usize; SIDES] = {
    let mut last = [BOUNDARY; SIDES];
    last[Member::Dataset as usize] = Member::Outcome as usize;
    last[Member::Hostname as usize] = Member::Process as usize;
    last[Member::Path as usize] = Member::Path as usize;
    last[Member::HttpMethod as usize] = Member::HttpMethod as usize;
    last[Member::HttpVersion as usize] = Member::HttpVersion as usize;
    last
};

/// Members as they stood behind another one.
#[derive(Debug, Default, Clone)]
struct CachedMembers {
    text: Vec<u8>,
    /// The last of them.
    last: usize,
    /// Where in the text its value starts, behind the quote.
    value: usize,
    /// Where in the text the dataset stands, if it is one of them.
    dataset: Range<usize>,
}

/// How an event ends: its tags, how often, and where in the text the method stands.
#[derive(Debug, Default, Clone)]
struct EventTail {
    text: Vec<u8>,
    signals: SignalSet,
    count: u64,
    method: Option<Range<usize>>,
    /// Where `enrich` does.
    enrich: Option<Range<usize>>,
}

impl EventReader {
    /// Reads an event as [`EventView::from_line`] does.
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn read<'a>(&mut self, line: &'a [u8]) -> Result<EventView<'a>, String> {
        if let Some(event) = self.read_fast(line) {
            return Ok(event);
        }
        self.slow_lines += 1;
        EventView::from_line(line)
    }

    /// Reads a line that has the members of [`MEMBERS`] in their order and spacing; `None`: it may be an event all the same.
    #[inline]
    fn read_fast<'a>(&mut self, line: &'a [u8]) -> Option<EventView<'a>> {
        let mut cursor = JsonCursor::new(line);
        let mut side = BOUNDARY;
        let mut event = EventView { file: Cow::Borrowed(b"-"), ..EventView::default() };
        while side != Member::Line as usize {
            let members = &self.cached[side];
            if let Some(text) = cursor.consume_cached(&members.text) {
                if members.last == Member::Path as usize {
                    event.file = Cow::Borrowed(&text[members.value..text.len() - 1]);
                } else if members.dataset.start > 0 {
                    event.dataset = Some(Cow::Borrowed(&text[members.dataset.clone()]));
                }
                side = members.last;
                continue;
            }
            let (start, before) = (cursor, side);
            side = self.next_member(&mut cursor, side)?;
            match LAST_REPEATED[side] {
                BOUNDARY => self.read_value(&mut cursor, side, &mut event)?,
                last => side = self.read_repeated(&mut cursor, side, last, (start, before), &mut event)?,
            }
        }
        let index = cursor.rest().len() % self.tails.len();
        if self.tails[index].text.is_empty() || cursor.rest() != self.tails[index].text {
            (self.tails[index], event.others) = self.read_tail(cursor)?;
        }
        let tail = &self.tails[index];
        (event.signals, event.count) = (tail.signals, tail.count);
        event.method = tail.method.clone().map(|method| Cow::Borrowed(&cursor.rest()[method]));
        event.enrich = tail.enrich.clone().and_then(|enrich| std::str::from_utf8(&cursor.rest()[enrich]).ok());
        Some(event)
    }

    /// The member that comes behind `side`: most likely the one that came there last.
    #[allow(clippy::inline_always, reason = "it takes little longer than the call")]
    #[inline(always)]
    fn next_member(&mut self, cursor: &mut JsonCursor<'_>, side: usize) -> Option<usize> {
        let next = self.next[side];
        match self.separators[side][next].strip(cursor.rest()) {
            Some(rest) => {
                *cursor = JsonCursor::new(rest);
                Some(next)
            }
            None => self.other_member(cursor, side),
        }
    }

    #[cold]
    fn other_member(&mut self, cursor: &mut JsonCursor<'_>, side: usize) -> Option<usize> {
        let separators = &self.separators[side];
        let first = if side == BOUNDARY { 0 } else { side + 1 };
        let (next, rest) = (first..SIDES).find_map(|next| Some((next, separators[next].strip(cursor.rest())?)))?;
        (*cursor, self.next[side]) = (JsonCursor::new(rest), next);
        Some(next)
    }

    /// The value of a member: what is not needed is passed over.
    #[allow(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    fn read_value<'a>(&mut self, cursor: &mut JsonCursor<'a>, side: usize, event: &mut EventView<'a>) -> Option<()> {
        let (member, _, form) = MEMBERS.get(side)?;
        match member {
            Member::Timestamp => {
                cursor.expect(b"\"")?;
                event.at = Some(cursor.time(&mut self.months)?);
            }
            Member::Ip => {
                cursor.expect(b"\"")?;
                event.ip = Some(Address::parse(cursor.plain_text()?)?);
            }
            Member::Interface => {
                cursor.expect(b"\"")?;
                event.set_zone(Zone::parse(cursor.plain_text()?));
            }
            Member::Dataset => event.dataset = Some(cursor.text()?),
            Member::User => event.user = Some(cursor.text()?),
            Member::Target => event.target = Some(cursor.text()?),
            Member::Path => event.file = cursor.text()?,
            Member::Line => event.line = cursor.integer()?,
            _ => match form {
                ValueForm::Number => cursor.skip_integer()?,
                ValueForm::Text => cursor.skip_string()?,
                ValueForm::List | ValueForm::Object => cursor.skip_value()?,
            },
        }
        Some(())
    }

    /// The members from `side` to `last`, which are remembered as what stands behind the member before them.
    #[cold]
    fn read_repeated<'a>(
        &mut self,
        cursor: &mut JsonCursor<'a>,
        mut side: usize,
        last: usize,
        (start, before): (JsonCursor<'a>, usize),
        event: &mut EventView<'a>,
    ) -> Option<usize> {
        let mut value;
        let mut dataset = 0..0;
        loop {
            value = cursor.since(&start).len() + 1;
            self.read_value(cursor, side, event)?;
            if side == Member::Dataset as usize {
                dataset = value..cursor.since(&start).len() - 1;
            }
            let mut ahead = *cursor;
            match self.next_member(&mut ahead, side) {
                Some(next) if next <= last => (*cursor, side) = (ahead, next),
                _ => break,
            }
        }
        // A text with an escape in it is not.
        let is_as_it_stands = if side == Member::Path as usize {
            matches!(event.file, Cow::Borrowed(_))
        } else {
            dataset.is_empty() || matches!(event.dataset, Some(Cow::Borrowed(_)))
        };
        let members = &mut self.cached[before];
        remember(&mut members.text, if is_as_it_stands { cursor.since(&start) } else { b"" });
        (members.last, members.value, members.dataset) = (side, value, dataset);
        Some(side)
    }

    /// From behind the line number to the end of the event: what to remember of it, and the tags outside the table. A tail with such
    /// tags is not remembered.
    #[cold]
    fn read_tail<'a>(&mut self, mut cursor: JsonCursor<'a>) -> Option<(EventTail, Vec<Text<'a>>)> {
        let text = cursor.rest();
        let (mut tail, mut others, mut side) = (EventTail { count: 1, ..EventTail::default() }, Vec::new(), Member::Line as usize);
        loop {
            side = self.next_member(&mut cursor, side)?;
            match MEMBERS.get(side) {
                None => break,
                Some((Member::Tags, ..)) => (tail.signals, others) = read_tags(&mut cursor)?,
                Some((Member::Count, ..)) => tail.count = Some(cursor.integer()?).filter(|&count| count > 0)?,
                Some((Member::Method, ..)) => {
                    cursor.expect(b"\"")?;
                    let start = text.len() - cursor.rest().len();
                    // One with an escape in it is left to serde.
                    tail.method = Some(start..start + cursor.plain_text()?.len());
                }
                Some((Member::Enrich, ..)) => {
                    let start = text.len() - cursor.rest().len();
                    let value = std::str::from_utf8(cursor.value()?).ok().filter(|value| value.starts_with('{'))?;
                    tail.enrich = Some(start..start + value.len());
                }
                Some(_) => self.read_value(&mut cursor, side, &mut EventView::default())?,
            }
        }
        if others.is_empty() {
            remember(&mut tail.text, text);
        }
        cursor.is_at_end().then_some((tail, others))
    }
}

/// An array of names.
fn read_tags<'a>(cursor: &mut JsonCursor<'a>) -> Option<(SignalSet, Vec<Text<'a>>)> {
    let mut tags = EventTags::default();
    cursor.expect(b"[")?;
    cursor.items(b']', |cursor| {
        cursor.expect(b"\"")?;
        let name = std::str::from_utf8(cursor.plain_text()?).ok()?;
        tags.add(Text::from(name)).ok()
    })?;
    Some((tags.signals, tags.others))
}

#[cfg(test)]
impl EventReader {
    pub(crate) fn remembered_bytes(&self) -> usize {
        let cached = self.cached.iter().map(|members| members.text.capacity()).sum::<usize>();
        cached + self.tails.iter().map(|tail| tail.text.capacity()).sum::<usize>()
    }
}

#[cfg(test)]
mod tests;
