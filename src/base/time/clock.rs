//! The clock: reads what logs write, and knows what they leave out.

mod yearless;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use crate::base::error::{Error, Result};
use crate::base::time::clock::yearless::YearlessDay;
use crate::base::time::field::{in_range, month_number, offset_seconds, read_day, second_of_day, split_fraction, split_rfc3339};
use crate::base::time::rfc3339::{MonthReader, TIME_LEN};
use crate::base::time::{CLF_LEN, IMPOSSIBLE, LogTime, NOT_A_TIME, RFC3339_SECONDS, SKIPPED, TimeError, now, parse_epoch, utc_seconds};

/// What a log's stamps leave out, and a memo of the last stamp read (logs repeat the same second many times).
#[derive(Debug, Clone)]
pub struct Clock {
    zone: TimeZone,
    year: Option<i16>,
    reference: i64,
    memo: ([u8; CLF_LEN], usize, i64),
    day: CachedDay,
    yearless_day: YearlessDay,
    /// The month of the last time with a date, in UTC.
    months: MonthReader,
    assumed: Assumptions,
}

/// What was assumed for the stamps that were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Assumptions {
    /// The years that were guessed.
    pub years: Vec<i16>,
    /// The latest stamp without an offset, in seconds since 1970.
    pub latest: Option<i64>,
    /// The first abbreviation of a zone in place of an offset: it tells nothing, since several zones share most of them.
    pub zone_name: Option<Box<str>>,
}

/// When clocks show a date and time, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Instant {
    /// Then, for the first time.
    At(i64),
    /// Never: they went past it at that moment.
    SkippedBefore(i64),
}

/// The day of the last web log line, so that the calendar is asked once a day and not once a line.
#[derive(Debug, Clone)]
struct CachedDay {
    date: [u8; 12],
    zone: [u8; 6],
    start: i64,
    text: [u8; CLF_LEN],
    seconds: i64,
}

impl Default for CachedDay {
    fn default() -> Self {
        // What holds of any day that is remembered: what is not a time must not be taken for this one.
        Self { date: *b"01/Jan/1970:", zone: *b" +0000", start: 0, text: *b"01/Jan/1970:00:00:00 +0000", seconds: 0 }
    }
}

impl Clock {
    /// A clock for stamps of the zone `tz` (an IANA name, `local`, or an offset such as `+02:00`).
    /// `year` puts every stamp that has no year into that year.
    ///
    /// # Errors
    /// [`Error::Usage`] for a zone that this machine does not know.
    pub fn new(tz: &str, year: Option<i16>) -> Result<Self> {
        let zone = match (tz, offset_seconds(tz.as_bytes()).map(Offset::from_seconds)) {
            (_, Some(Ok(offset))) => TimeZone::fixed(offset),
            ("UTC" | "Z", _) => TimeZone::UTC,
            ("local", _) => TimeZone::system(),
            _ => TimeZone::get(tz).map_err(|_| {
                Error::Usage(format!("--tz {tz}: no such time zone here; give an IANA name (Europe/Paris; needs the tzdata package), local, or an offset (+02:00)"))
            })?,
        };
        Ok(Self {
            zone,
            year,
            reference: now(),
            memo: ([0; CLF_LEN], 0, 0),
            day: CachedDay::default(),
            yearless_day: YearlessDay::default(),
            months: MonthReader::default(),
            assumed: Assumptions::default(),
        })
    }

    /// The zone of times without an offset.
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// This clock for one file: a stamp without a year is at most 24 h after `reference` (seconds since 1970).
    pub(crate) fn with_reference(&self, reference: i64) -> Self {
        Self { reference, yearless_day: YearlessDay::default(), assumed: Assumptions::default(), ..self.clone() }
    }

    /// What was assumed for the stamps that it read.
    pub(crate) fn into_assumed(self) -> Assumptions {
        self.assumed
    }

    /// Remembers that a stamp without an offset names a zone by an abbreviation.
    pub(crate) fn note_zone_name(&mut self, name: &[u8]) {
        self.assumed.zone_name.get_or_insert_with(|| String::from_utf8_lossy(name).into());
    }

    /// Reads the time of a web log, `10/Oct/2000:13:55:36 -0700`.
    ///
    /// **Source:** Apache `mod_log_config`, `%t`; nginx `$time_local`.
    ///
    /// # Errors
    /// A [`TimeError`] for any other text, or a date that does not exist.
    #[inline]
    pub fn parse_clf(&mut self, text: &[u8]) -> std::result::Result<i64, TimeError> {
        let text: &[u8; CLF_LEN] = text.try_into().map_err(|_| NOT_A_TIME)?;
        if self.day.text == *text {
            return Ok(self.day.seconds);
        }
        self.parse_other_clf(text)
    }

    fn parse_other_clf(&mut self, text: &[u8; CLF_LEN]) -> std::result::Result<i64, TimeError> {
        let [date @ .., _, _, _, _, _, _, _, _, z1, z2, z3, z4, z5, z6] = text;
        let zone = [*z1, *z2, *z3, *z4, *z5, *z6];
        if self.day.date != *date || self.day.zone != zone {
            self.day = CachedDay { date: *date, zone, start: read_day(date, zone)?, ..CachedDay::default() };
        }
        let seconds = self.day.start + i64::from(second_of_day(&text[date.len()..date.len() + 8])?);
        if !RFC3339_SECONDS.contains(&seconds) {
            return Err(IMPOSSIBLE);
        }
        (self.day.text, self.day.seconds) = (*text, seconds);
        Ok(seconds)
    }

    /// Reads an RFC 3339 time as syslog daemons write it; without an offset it is in the clock's zone.
    ///
    /// **Source:** RFC 3339 section 5.6; rsyslog `RSYSLOG_FileFormat`.
    ///
    /// # Errors
    /// A [`TimeError`] for any other text, or a date that does not exist.
    pub fn parse_rfc3339<'a>(&mut self, text: &'a [u8]) -> std::result::Result<LogTime<'a>, TimeError> {
        let (start, fraction, zone) = split_fraction(text);
        // As containers, collectors and the journal write it.
        if let (Some(start), b"Z") = (start.first_chunk::<19>(), zone) {
            let mut whole = [b'Z'; TIME_LEN];
            whole[..start.len()].copy_from_slice(start);
            if let Some(seconds) = self.months.read(&whole) {
                return Ok(LogTime { seconds, fraction });
            }
        }
        let (mut key, len) = ([0; CLF_LEN], start.len() + zone.len());
        if len <= CLF_LEN {
            key[..start.len()].copy_from_slice(start);
            key[start.len()..len].copy_from_slice(zone);
            if let Some(seconds) = self.recall(&key[..len]) {
                return Ok(LogTime { seconds, fraction });
            }
        }
        let (local, fraction, offset) = split_rfc3339(text)?;
        let seconds = if let Some(offset) = offset {
            in_range(local, offset)?
        } else {
            let seconds = self.local_seconds(local)?;
            self.assumed.latest = self.assumed.latest.max(Some(seconds));
            seconds
        };
        // A time that was read is 19 bytes and an offset of six at the most.
        self.remember(&key[..len.min(CLF_LEN)], seconds);
        Ok(LogTime { seconds, fraction })
    }

    /// Reads a time of any form that has a year: of a web log, RFC 3339, what programs make of the two (see [`Clock::parse_dated`]), or a
    /// count since 1970.
    ///
    /// # Errors
    /// A [`TimeError`] for any other text, or a date that does not exist.
    pub fn parse_any<'a>(&mut self, text: &'a [u8]) -> std::result::Result<LogTime<'a>, TimeError> {
        match text {
            [b'0'..=b'9', _, b'/', ..] | [_, _, _, _, b'-' | b'/', ..] | [b'A'..=b'Z', _, _, b' ', ..] => self.parse_dated(text),
            // As Apache's %t, and Tomcat's in JSON.
            [b'[', inside @ .., b']'] => self.parse_dated(inside),
            _ => parse_epoch(text),
        }
    }

    /// Reads a time that has a date: `10/Oct/2000:13:55:36 -0700`, `2000-10-10T13:55:36Z`, and what servers make of the two. Behind the
    /// seconds may stand a fraction and an offset, each with or without what is between them; for the `T` and the first colon may stand
    /// a space, for dashes slashes. And `Tue Oct 10 13:55:36 2000`.
    ///
    /// **Source:** Apache `%t`; nginx `$time_iso8601`; `HAProxy` `%t`; Go `log`; zap encoders; Python's `logging` and `http.server`;
    /// `ctime` of POSIX.
    ///
    /// # Errors
    /// A [`TimeError`] for any other text, or a date that does not exist.
    pub(crate) fn parse_dated<'a>(&mut self, text: &'a [u8]) -> std::result::Result<LogTime<'a>, TimeError> {
        let (date, clock, rest): ([&[u8]; 3], _, _) = match text {
            [_, _, _, _, b'-', _, _, b'-', _, _, b'T' | b't', rest @ ..] if !rest.contains(&b' ') => return self.parse_rfc3339(text),
            [_, _, _, _, b'-' | b'/', _, _, b'-' | b'/', _, _, b'T' | b't' | b' ', rest @ ..] if rest.len() >= 8 => {
                ([&text[..4], &text[5..7], &text[8..10]], &rest[..8], &rest[8..])
            }
            [_, _, b'/', _, _, _, b'/', _, _, _, _, b':' | b' ', rest @ ..] if rest.len() >= 8 => {
                if text.len() == CLF_LEN && text[11] == b':' && text[20] == b' ' {
                    return self.parse_clf(text).map(|seconds| LogTime { seconds, fraction: "" });
                }
                ([&text[7..11], &text[3..6], &text[..2]], &rest[..8], &rest[8..])
            }
            // `Wed, 31 Jul 2013 16:24:11 GMT`, as JavaScript and HTTP have it.
            [_, _, _, b',', b' ', _, _, b' ', _, _, _, b' ', _, _, _, _, b' ', rest @ ..] if rest.len() >= 8 => {
                ([&text[12..16], &text[8..11], &text[5..7]], &rest[..8], &rest[8..])
            }
            [_, _, _, b' ', _, _, _, b' ', _, _, b' ', clock @ .., b' ', _, _, _, _] if clock.len() == 8 => {
                ([&text[20..], &text[4..7], &text[8..10]], clock, &text[..0])
            }
            _ => return Err(NOT_A_TIME),
        };
        self.parse_parts(date, clock, rest)
    }

    /// Year, month and day, the time of day, and what stands behind it: a fraction, an offset, both or nothing.
    fn parse_parts<'a>(
        &mut self,
        [year, month, day]: [&[u8]; 3],
        clock: &[u8],
        rest: &'a [u8],
    ) -> std::result::Result<LogTime<'a>, TimeError> {
        let digits = match rest {
            [b'.' | b',', digits @ ..] => &digits[..digits.iter().take_while(|b| b.is_ascii_digit()).count()],
            _ => &rest[..0],
        };
        let offset = &rest[if digits.is_empty() { 0 } else { 1 + digits.len() }..];
        let offset = match offset.strip_prefix(b" ").unwrap_or(offset) {
            b"UTC" | b"GMT" => b"Z",
            offset => offset,
        };
        let mut text = *b"0000-00-00T00:00:00      ";
        text[..4].copy_from_slice(year);
        if let Some(number) = month_number(month) {
            text[5] = b'0' + number.unsigned_abs() / 10;
            text[6] = b'0' + number.unsigned_abs() % 10;
        } else if month.len() == 2 {
            text[5..7].copy_from_slice(month);
        } else {
            return Err(NOT_A_TIME);
        }
        text[8..10].copy_from_slice(day);
        if text[8] == b' ' {
            text[8] = b'0';
        }
        text[11..19].copy_from_slice(clock);
        let len = 19 + offset.len();
        text.get_mut(19..len).ok_or(NOT_A_TIME)?.copy_from_slice(offset);
        let seconds = self.parse_rfc3339(&text[..len])?.seconds;
        Ok(LogTime { seconds, fraction: std::str::from_utf8(&digits[..digits.len().min(9)]).unwrap_or_default() })
    }

    /// When clocks of the zone show `local`.
    fn local_seconds(&self, local: DateTime) -> std::result::Result<i64, TimeError> {
        match self.find_instant(local) {
            Instant::At(seconds) if RFC3339_SECONDS.contains(&seconds) => Ok(seconds),
            Instant::At(_) => Err(IMPOSSIBLE),
            Instant::SkippedBefore(_) => Err(SKIPPED),
        }
    }

    /// The first instant of the day that `text` is (`2026-11-01`): midnight, or where clocks skip it the moment to which they go.
    ///
    /// # Errors
    /// A [`TimeError`] for any other text, or a date that does not exist.
    pub(crate) fn parse_day(&self, text: &str) -> std::result::Result<i64, TimeError> {
        let whole = [text, "T00:00:00"].concat();
        let (midnight, ..) = split_rfc3339(whole.as_bytes()).ok().filter(|_| text.len() == "2026-11-01".len()).ok_or(NOT_A_TIME)?;
        let (Instant::At(seconds) | Instant::SkippedBefore(seconds)) = self.find_instant(midnight);
        if RFC3339_SECONDS.contains(&seconds) { Ok(seconds) } else { Err(IMPOSSIBLE) }
    }

    /// Of an hour that comes twice (clocks go back) the first is meant; one that never was (they go forward) is no time.
    fn find_instant(&self, local: DateTime) -> Instant {
        let seconds = |offset: Offset| utc_seconds(local) - i64::from(offset.seconds());
        match self.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => Instant::At(seconds(offset)),
            AmbiguousOffset::Gap { before, after } => {
                // Read by the one offset it lies before the moment at which clocks go forward, by the other not.
                let earlier = Timestamp::from_second(seconds(after)).unwrap_or_default();
                let forward = self.zone.following(earlier).next().map(|transition| transition.timestamp().as_second());
                Instant::SkippedBefore(forward.unwrap_or(seconds(before)))
            }
        }
    }

    fn recall(&self, text: &[u8]) -> Option<i64> {
        let (memo, len, seconds) = &self.memo;
        (*len == text.len() && memo[..*len] == *text && *len > 0).then_some(*seconds)
    }

    fn remember(&mut self, text: &[u8], seconds: i64) {
        self.memo.0[..text.len()].copy_from_slice(text);
        (self.memo.1, self.memo.2) = (text.len(), seconds);
    }
}

#[cfg(test)]
mod tests;
