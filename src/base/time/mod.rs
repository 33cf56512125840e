//! Instants: the ways in which logs write a time, read into seconds since 1970-01-01T00:00:00Z and written as RFC 3339.
//!
//! A [`Clock`] knows what the text leaves out: the zone of stamps without an offset, and the year of stamps without one.
//! An impossible date is an error, never another date. The calendar itself is jiff's.

pub mod period;
pub mod rfc3339;

mod clock;
mod field;
mod month;

use std::fmt::{self, Write as _};
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

pub(crate) use crate::base::time::clock::Assumptions;
pub use crate::base::time::clock::Clock;
pub(crate) use crate::base::time::field::month_number;
use crate::base::time::field::{in_range, split_rfc3339};
use crate::base::time::month::LONGEST as LONGEST_MONTH;
pub(crate) use crate::base::time::month::{month_name, split_foreign_month};

/// First second of the year 0 and last of 9999: what RFC 3339 can write.
const RFC3339_SECONDS: std::ops::RangeInclusive<i64> = -62_167_219_200..=253_402_300_799;
/// The start of 1970.
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
/// Length of `10/Oct/2000:13:55:36 -0700`.
pub(crate) const CLF_LEN: usize = 26;
/// Length of `Dec 10 06:55:46`.
pub(crate) const RFC3164_LEN: usize = 15;

/// Why a text is no instant; the sentence goes into the reject's reason.
pub(crate) type TimeError = &'static str;
/// It looks like none.
pub(crate) const NOT_A_TIME: TimeError = "the time is not a time";
/// It looks like one, and the calendar has no such instant.
pub(crate) const IMPOSSIBLE: TimeError = "impossible date or time";
/// It looks like one, and clocks of the zone never showed it.
pub(crate) const SKIPPED: TimeError = "a time that does not exist in --tz (daylight saving): the log may be in another zone";

/// An instant as logged: whole seconds, and the digits of the fraction as they stood there (possibly none, at most 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogTime<'a> {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// ASCII digits after the decimal point.
    pub fraction: &'a str,
}

/// Room for `2024-01-02T03:04:05.123456789Z`.
const RFC3339_ROOM: usize = 30;

impl LogTime<'_> {
    /// Calls `show` with the RFC 3339 text.
    pub(crate) fn with_text<T>(&self, show: impl FnOnce(&str) -> T) -> T {
        let (text, len) = self.digits();
        // Only ASCII digits and what stands between them.
        show(std::str::from_utf8(&text[..len]).unwrap_or_default())
    }

    /// Appends the RFC 3339 text.
    pub fn put(&self, out: &mut Vec<u8>) {
        self.with_text(|text| out.extend_from_slice(text.as_bytes()));
    }

    /// Appends the fraction with its point, and the `Z` behind it.
    fn put_fraction(&self, out: &mut Vec<u8>) {
        out.push(b'.');
        out.extend_from_slice(&self.fraction.as_bytes()[..self.fraction.len().min(9)]);
        out.push(b'Z');
    }

    /// The RFC 3339 text and its length. Two digits at a time, since `fmt` costs more than all the rest of an event.
    fn digits(&self) -> ([u8; RFC3339_ROOM], usize) {
        let t = civil(self.seconds);
        let pair = |number: u16| PAIRS[usize::from(number).min(99)];
        let year = t.year().unsigned_abs();
        let ([y1, y2], [y3, y4]) = (pair(year / 100), pair(year % 100));
        let [[m1, m2], [d1, d2], [h1, h2], [n1, n2], [s1, s2]] =
            [t.month(), t.day(), t.hour(), t.minute(), t.second()].map(|part| pair(part.unsigned_abs().into()));
        let start = [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'Z'];
        let mut text = [0; RFC3339_ROOM];
        text[..start.len()].copy_from_slice(&start);
        let fraction = &self.fraction.as_bytes()[..self.fraction.len().min(9)];
        if fraction.is_empty() {
            return (text, start.len());
        }
        let end = start.len() + fraction.len();
        text[start.len() - 1] = b'.';
        text[start.len()..end].copy_from_slice(fraction);
        text[end] = b'Z';
        (text, end + 1)
    }
}

/// The two digits of every number below 100.
const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut number = 0;
    while number < 100 {
        // Digits are below 10.
        #[allow(clippy::cast_possible_truncation)]
        let digits = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        pairs[number] = digits;
        number += 1;
    }
    pairs
};

impl fmt::Display for LogTime<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_text(|text| f.write_str(text))
    }
}

impl Serialize for LogTime<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.with_text(|text| serializer.serialize_str(text))
    }
}

/// `seconds` since 1970 as RFC 3339 in UTC, whole seconds.
///
/// ```
/// assert_eq!(soar_light::base::time::rfc3339(1_449_730_546), "2015-12-10T06:55:46Z");
/// ```
pub fn rfc3339(seconds: i64) -> String {
    LogTime { seconds, fraction: "" }.to_string()
}

/// The instant now, in seconds since 1970.
pub fn now() -> i64 {
    from_system(SystemTime::now())
}

/// A file system's time in seconds since 1970; 0 for anything earlier.
pub(crate) fn from_system(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX))
}

/// Reads an RFC 3339 time that has an offset, as records carry it; the fraction is cut, which rounds towards the past.
///
/// # Errors
/// A `TimeError` for a text that is no such time, or a date that does not exist.
pub fn parse_rfc3339(text: &str) -> std::result::Result<i64, TimeError> {
    let (local, _, offset) = split_rfc3339(text.as_bytes())?;
    in_range(local, offset.ok_or("the time has no offset")?)
}

/// The same with the fraction, in nanoseconds; digits beyond those are cut.
///
/// # Errors
/// As there.
pub(crate) fn parse_rfc3339_instant(text: &str) -> std::result::Result<(i64, u32), TimeError> {
    let (local, fraction, offset) = split_rfc3339(text.as_bytes())?;
    let seconds = in_range(local, offset.ok_or("the time has no offset")?)?;
    let nanoseconds = format!("{fraction:0<9}").parse().map_err(|_| NOT_A_TIME)?;
    Ok((seconds, nanoseconds))
}

/// Reads a time that is a count since 1970, `1703415994.322`: of seconds, or of milli-, micro- or nanoseconds, which the
/// number of digits tells (the sizes are a thousandfold apart, so no time from 1973 to 5138 is mistaken for another).
///
/// **Source:** nginx `$msec`; Apache `%{msec}t`; journald `__REALTIME_TIMESTAMP`; Caddy `ts`.
///
/// # Errors
/// A `TimeError` for any other text, or a time past the year 9999.
pub fn parse_epoch(text: &[u8]) -> std::result::Result<LogTime<'_>, TimeError> {
    let text = std::str::from_utf8(text).map_err(|_| NOT_A_TIME)?;
    let (count, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit());
    if count.is_empty() || !is_number(count) || !is_number(fraction) {
        return Err(NOT_A_TIME);
    }
    let below_a_second = match count.len() {
        ..=11 => 0,
        12..=14 => 3,
        15..=17 => 6,
        18..=20 => 9,
        _ => return Err(IMPOSSIBLE),
    };
    let (seconds, rest) = count.split_at(count.len() - below_a_second);
    let seconds = seconds.parse().map_err(|_| NOT_A_TIME)?;
    let fraction = if below_a_second == 0 { fraction } else { rest };
    let fraction = &fraction[..fraction.len().min(9)];
    if RFC3339_SECONDS.contains(&seconds) { Ok(LogTime { seconds, fraction }) } else { Err(IMPOSSIBLE) }
}

/// Whether `line` starts as an RFC 3164 header does: `Mmm dd hh:mm:ss `, in any language. Web formats refuse such lines, so that no user
/// name inside a syslog line can make it look like a request.
pub(crate) fn starts_like_rfc3164(line: &[u8]) -> bool {
    let starts = |len: usize| {
        let rest = &line[len.min(line.len())..];
        let ends = |behind: &[u8]| matches!(behind.first(), None | Some(b' ' | b'.'));
        let is_clock = |at: usize| matches!(rest.get(at..), Some([b' ', _, _, b':', _, _, b':', _, _, behind @ ..]) if ends(behind));
        rest.first() == Some(&b' ') && (is_clock(2) || is_clock(3))
    };
    // The name last: few lines have a time behind their first word.
    starts(3) && month_number(&line[..3]).is_some()
        || line.iter().take(LONGEST_MONTH + 1).position(|&byte| byte == b' ').is_some_and(starts) && split_foreign_month(line).is_some()
}

/// Appends `seconds` since 1970 as date and time of day in `zone`, `2026-01-02 03:04:05`: what spreadsheets take for a time.
pub(crate) fn write_civil(seconds: i64, zone: &TimeZone, out: &mut String) {
    // jiff's instants end a day before the year 9999 does, and its dates do not.
    let instant = Timestamp::from_second(seconds).unwrap_or(if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX });
    let offset = i64::from(zone.to_offset(instant).seconds());
    let t = EPOCH.saturating_add(SignedDuration::from_secs(seconds.saturating_add(offset)));
    // Writing to a String cannot fail.
    let _ = write!(out, "{:04}-{:02}-{:02} {:02}:{:02}:{:02}", t.year(), t.month(), t.day(), t.hour(), t.minute(), t.second());
}

fn civil(seconds: i64) -> DateTime {
    let seconds = seconds.clamp(*RFC3339_SECONDS.start(), *RFC3339_SECONDS.end());
    // jiff's instants end a day before its calendar does.
    Timestamp::from_second(seconds)
        .map_or_else(|_| EPOCH.saturating_add(SignedDuration::from_secs(seconds)), |timestamp| Offset::UTC.to_datetime(timestamp))
}

/// The seconds since 1970 at which clocks of UTC show `time`.
fn utc_seconds(time: DateTime) -> i64 {
    Offset::UTC.to_timestamp(time).map_or_else(|_| time.duration_since(EPOCH).as_secs(), Timestamp::as_second)
}
