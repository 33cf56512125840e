//! A format that was compiled from a server's own string: its segments, and how a line is read by them.

use std::sync::Arc;

use crate::base::time::Clock;
use crate::parse::access::escaping::Escaping;
use crate::parse::access::field::{find_quote, find_quote_of_quotes};
use crate::parse::access::log_format::LineStart;
use crate::parse::access::log_format::directive::{RequestField, SLOTS};
use crate::parse::access::log_format::segment::{Segment, SegmentEnd};
use crate::parse::access::log_format::timestamp::TimestampBuilder;
use crate::parse::access::request::{Web, join_request, read_size, read_status};
use crate::parse::format::{Arena, known};

/// A compiled format.
#[derive(Debug)]
pub(crate) struct FieldFormat {
    pub segments: Vec<Segment>,
    /// `field 4 (%t)`, for messages.
    pub labels: Vec<Arc<str>>,
    pub opening: LineStart,
    pub places: [Option<usize>; SLOTS],
    pub escaping: Escaping,
}

impl FieldFormat {
    /// Whether its lines say when.
    pub(super) fn has_time(&self) -> bool {
        self.segments.iter().any(|segment| segment.time_number().is_some())
    }

    /// Whether its lines have this field.
    pub(super) const fn has(&self, field: RequestField) -> bool {
        self.places[field as usize].is_some()
    }

    /// Reads a line.
    ///
    /// # Errors
    /// Which field does not fit, and why.
    pub(super) fn read<'a>(&self, line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<Web<'a>, (Arc<str>, &'static str)> {
        let mut found = LineCaptures { values: [None; SLOTS], moment: TimestampBuilder::new() };
        let read = self.read_segments(line, &mut found, clock).and_then(|()| self.to_web(&found, arena, clock));
        read.map_err(|FieldError { field, reason }| (self.labels.get(field).cloned().unwrap_or_else(|| "a field".into()), reason))
    }

    fn read_segments<'a>(&self, line: &'a [u8], found: &mut LineCaptures<'a>, clock: &mut Clock) -> Result<(), FieldError> {
        let mut start = 0;
        for segment in &self.segments {
            let rest = &line[start..];
            if segment.end != SegmentEnd::Quote {
                segment.read(rest, found, clock)?;
                continue;
            }
            let end = if self.escaping == Escaping::Quotes { find_quote_of_quotes(rest) } else { find_quote(rest, 0) };
            let read = segment.read(&rest[..end.unwrap_or(rest.len())], found, clock);
            start += match (read, end) {
                (Ok(()), Some(end)) => end + 1,
                // The quotes may be those of an empty user, which Apache writes as `""`: then the next one counts.
                (Err(unfit), Some(end)) if segment.has_bare_user && rest[end..].starts_with(b"\"\"") => {
                    let end = find_quote(rest, end + 2).ok_or(unfit)?;
                    segment.read(&rest[..end], found, clock)?;
                    end + 1
                }
                (Err(unfit), _) => return Err(unfit),
                (Ok(()), None) => return Err(segment.unclosed()),
            };
        }
        Ok(())
    }

    fn to_web<'a>(&self, found: &LineCaptures<'a>, arena: &'a Arena, clock: &mut Clock) -> Result<Web<'a>, FieldError> {
        let value = |slot: RequestField| found.values[slot as usize].and_then(known);
        let unfit = |slot: RequestField, reason| FieldError { field: self.places[slot as usize].unwrap_or_default(), reason };
        let target = value(RequestField::Target).or_else(|| match (value(RequestField::Path)?, value(RequestField::Query)) {
            (path, Some(query)) if query.starts_with(b"?") => Some(arena.join(&[path, query])),
            (path, Some(query)) => Some(arena.join(&[path, b"?", query])),
            (path, None) => Some(path),
        });
        let request = value(RequestField::Request)
            .or_else(|| join_request(value(RequestField::Method), target, value(RequestField::Protocol), arena));
        let number = |slot: RequestField| value(slot).unwrap_or(b"-");
        let status = read_status(number(RequestField::Status)).map_err(|reason| unfit(RequestField::Status, reason))?;
        let size = read_size(number(RequestField::Bytes)).map_err(|reason| unfit(RequestField::Bytes, reason))?;
        let time = found.moment.stamp(clock).map_err(|reason| FieldError { field: self.time_place(), reason })?;
        Ok(Web {
            client: value(RequestField::Client).filter(|client| *client != b"unix:").unwrap_or(b"-"),
            peer: None,
            domain: value(RequestField::Domain),
            user: value(RequestField::User),
            time,
            request,
            status,
            body_bytes: size,
            referrer: value(RequestField::Referrer),
            agent: value(RequestField::Agent),
            forwarded: value(RequestField::Forwarded),
            escaping: self.escaping,
            is_ambiguous: false,
            repeats: 0,
        })
    }

    fn time_place(&self) -> usize {
        self.segments.iter().find_map(Segment::time_number).unwrap_or_default()
    }
}

/// Why a line is not of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FieldError {
    /// The number of the field, from 0.
    pub field: usize,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// What a line holds, while it is read.
#[derive(Debug)]
pub(crate) struct LineCaptures<'a> {
    /// What stands in each slot.
    pub values: [Option<&'a [u8]>; SLOTS],
    /// What its times say.
    pub moment: TimestampBuilder<'a>,
}
