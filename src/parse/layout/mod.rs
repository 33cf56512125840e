//! `--log-format`: access logs in the format that a server's configuration gives them.
//!
//! Takes Apache's `LogFormat` or nginx's `log_format`, compiles it once into segments between quotes, and reads lines into
//! slices, without a regex. A format in which one client's text could be taken for another field is refused, not guessed at.

mod compile;
mod directive;
mod found;
mod moment;
mod segment;
mod source;
mod token;

use std::sync::Arc;

use directive::{SLOTS, Slot};
use found::{Found, Unfit};
use moment::Moment;
use segment::{End, Segment};

use super::field::{find_quote, find_quote_of_quotes};
use super::format::{Kind, Scratch, known};
use super::web::{Escaping, Web, join_request, read_size, read_status};
use crate::error;
use crate::time::{self, Clock};

/// A compiled format.
#[derive(Debug)]
pub struct LogFormat {
    segments: Vec<Segment>,
    /// `field 4 (%t)`, for messages.
    labels: Vec<Arc<str>>,
    opening: Opening,
    places: [Option<usize>; SLOTS],
    escaping: Escaping,
}

/// What a line of a format begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opening {
    /// Text of the format, or of the server.
    Server,
    /// A time.
    Time,
    /// What JSON begins with.
    Brace,
    /// Text of a client.
    Client,
}

/// How the reading of a line ended.
#[derive(Debug)]
pub enum Outcome<'a> {
    /// A request.
    Request(Web<'a>),
    /// A line of syslog, however well it may fit.
    Syslog,
    /// Which field does not fit, and why.
    Unfit(Arc<str>, &'static str),
}

impl LogFormat {
    /// Compiles what a user gave: a format, a whole `LogFormat` or `log_format` line, or a nickname.
    ///
    /// # Errors
    /// A usage error that points at the place.
    pub fn compile(given: &str) -> error::Result<Self> {
        compile::compile(given)
    }

    /// Whether lines of another format may stand beside lines of this one.
    ///
    /// Formats of web logs may not: this one stands in their place. Where clients write the first word of a line, or where
    /// lines begin as those of the other format do, a client could write a line of the other format.
    #[must_use]
    pub const fn allows(&self, other: Kind) -> bool {
        match (self.opening, other) {
            (_, Kind::Web) | (Opening::Client, _) => false,
            (Opening::Server, _) => true,
            (Opening::Time, other) => !matches!(other, Kind::SshdBehindTime),
            (Opening::Brace, other) => !matches!(other, Kind::SshdInJson | Kind::Wrapper),
        }
    }

    /// Whether its lines say when.
    #[must_use]
    pub fn has_time(&self) -> bool {
        self.segments.iter().any(|segment| segment.time_number().is_some())
    }

    /// Whether its lines hold X-Forwarded-For.
    #[must_use]
    pub const fn has_forwarded(&self) -> bool {
        self.places[Slot::Forwarded as usize].is_some()
    }

    /// Reads a line.
    #[must_use]
    pub fn read<'a>(&self, line: &'a [u8], scratch: &'a Scratch, clock: &mut Clock) -> Outcome<'a> {
        // A full time says nothing where lines of this format begin with one, and no line of syslog does beside it.
        if time::starts_like_rfc3164(line) || self.allows(Kind::SshdBehindTime) && is_syslog(line) {
            return Outcome::Syslog;
        }
        let mut found = Found { values: [None; SLOTS], moment: Moment::new() };
        let read = self.read_segments(line, &mut found, clock).and_then(|()| self.to_web(&found, scratch, clock));
        match read {
            Ok(web) => Outcome::Request(web),
            Err(Unfit { field, reason }) => Outcome::Unfit(self.labels.get(field).cloned().unwrap_or_else(|| "a field".into()), reason),
        }
    }

    fn read_segments<'a>(&self, line: &'a [u8], found: &mut Found<'a>, clock: &mut Clock) -> Result<(), Unfit> {
        let mut start = 0;
        for segment in &self.segments {
            let rest = &line[start..];
            if segment.end != End::Quote {
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

    fn to_web<'a>(&self, found: &Found<'a>, scratch: &'a Scratch, clock: &mut Clock) -> Result<Web<'a>, Unfit> {
        let value = |slot: Slot| found.values[slot as usize].and_then(known);
        let unfit = |slot: Slot, reason| Unfit { field: self.places[slot as usize].unwrap_or_default(), reason };
        let target = value(Slot::Target).or_else(|| match (value(Slot::Path)?, value(Slot::Query)) {
            (path, Some(query)) if query.starts_with(b"?") => Some(scratch.join(&[path, query])),
            (path, Some(query)) => Some(scratch.join(&[path, b"?", query])),
            (path, None) => Some(path),
        });
        let request = value(Slot::Request).or_else(|| join_request(value(Slot::Method), target, value(Slot::Protocol), scratch));
        let number = |slot: Slot| value(slot).unwrap_or(b"-");
        let status = read_status(number(Slot::Status)).map_err(|reason| unfit(Slot::Status, reason))?;
        let size = read_size(number(Slot::Bytes)).map_err(|reason| unfit(Slot::Bytes, reason))?;
        let time = found.moment.stamp(clock).map_err(|reason| Unfit { field: self.time_place(), reason })?;
        Ok(Web {
            client: value(Slot::Client).filter(|client| *client != b"unix:").unwrap_or(b"-"),
            peer: None,
            domain: value(Slot::Domain),
            user: value(Slot::User),
            time,
            request,
            status,
            body_bytes: size,
            referrer: value(Slot::Referrer),
            agent: value(Slot::Agent),
            forwarded: value(Slot::Forwarded),
            escaping: self.escaping,
            is_ambiguous: false,
        })
    }

    fn time_place(&self) -> usize {
        self.segments.iter().find_map(Segment::time_number).unwrap_or_default()
    }
}

/// Whether `line` starts as a line of syslog with a full time does: that time, a host and `tag[pid]:`. No user name in such
/// a line makes a request of it.
fn is_syslog(line: &[u8]) -> bool {
    let mut words = line.splitn(4, |&b| b == b' ');
    let is_time = |word: &[u8]| std::str::from_utf8(word).is_ok_and(|word| time::parse_rfc3339(word).is_ok());
    let is_tag = |word: &[u8]| {
        let pid = word.strip_suffix(b"]:").and_then(|word| word.rsplit(|&b| b == b'[').next());
        pid.is_some_and(|pid| !pid.is_empty() && pid.len() < word.len() - 2 && pid.iter().all(u8::is_ascii_digit))
    };
    line.first().is_some_and(u8::is_ascii_digit) && words.next().is_some_and(is_time) && words.take(2).any(is_tag)
}

#[cfg(test)]
mod bend_tests;
#[cfg(test)]
mod tests;
