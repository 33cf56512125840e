//! Instants: the ways in which logs write a time, read into seconds since 1970-01-01T00:00:00Z and written as RFC 3339.
//!
//! A [`Clock`] knows what the text leaves out: the zone of stamps without an offset, and the year of stamps without one.
//! An impossible date is an error, never another date. The calendar itself is jiff's.

mod clock;
pub mod day;
mod field;

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde::{Serialize, Serializer};

pub use clock::{Assumed, Clock};
pub use field::month_number;
use field::{in_range, split_rfc3339};

/// First second of the year 0 and last of 9999: what RFC 3339 can write.
const RFC3339_SECONDS: std::ops::RangeInclusive<i64> = -62_167_219_200..=253_402_300_799;
/// Length of `10/Oct/2000:13:55:36 -0700`.
pub const CLF_LEN: usize = 26;
/// Length of `Dec 10 06:55:46`.
pub const RFC3164_LEN: usize = 15;

/// Why a text is no instant; the sentence goes into the reject's reason.
pub type Flaw = &'static str;
/// It looks like none.
pub const NOT_A_TIME: Flaw = "the time is not a time";
/// It looks like one, and the calendar has no such instant.
pub const IMPOSSIBLE: Flaw = "impossible date or time";

/// An instant as logged: whole seconds, and the digits of the fraction as they stood there (possibly none, at most 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp<'a> {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// ASCII digits after the decimal point.
    pub fraction: &'a str,
}

/// Room for `2024-01-02T03:04:05.123456789Z`.
const RFC3339_ROOM: usize = 30;

impl Stamp<'_> {
    /// Calls `show` with the RFC 3339 text.
    pub fn with_text<T>(&self, show: impl FnOnce(&str) -> T) -> T {
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

impl fmt::Display for Stamp<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with_text(|text| f.write_str(text))
    }
}

impl Serialize for Stamp<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.with_text(|text| serializer.serialize_str(text))
    }
}

/// `seconds` since 1970 as RFC 3339 in UTC, whole seconds.
///
/// ```
/// assert_eq!(soar_light::time::rfc3339(1_449_730_546), "2015-12-10T06:55:46Z");
/// ```
#[must_use]
pub fn rfc3339(seconds: i64) -> String {
    Stamp { seconds, fraction: "" }.to_string()
}

/// The instant now, in seconds since 1970.
#[must_use]
pub fn now() -> i64 {
    from_system(SystemTime::now())
}

/// A file system's time in seconds since 1970; 0 for anything earlier.
#[must_use]
pub fn from_system(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX))
}

/// Reads an RFC 3339 time that has an offset, as records carry it; the fraction is cut, which rounds towards the past.
///
/// # Errors
/// A [`Flaw`] for a text that is no such time, or a date that does not exist.
pub fn parse_rfc3339(text: &str) -> std::result::Result<i64, Flaw> {
    let (local, _, offset) = split_rfc3339(text.as_bytes())?;
    in_range(local, offset.ok_or("the time has no offset")?)
}

/// Reads a time that is a count since 1970, `1703415994.322`: of seconds, or of milli-, micro- or nanoseconds, which the
/// number of digits tells (the sizes are a thousandfold apart, so no time from 1973 to 5138 is mistaken for another).
///
/// **Source:** nginx `$msec`; Apache `%{msec}t`; journald `__REALTIME_TIMESTAMP`; Caddy `ts`.
///
/// # Errors
/// A [`Flaw`] for any other text, or a time past the year 9999.
pub fn parse_epoch(text: &[u8]) -> std::result::Result<Stamp<'_>, Flaw> {
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
    if RFC3339_SECONDS.contains(&seconds) { Ok(Stamp { seconds, fraction }) } else { Err(IMPOSSIBLE) }
}

/// Whether `line` starts as an RFC 3164 header does: `Mmm dd hh:mm:ss `. Web formats refuse such lines, so that no user
/// name inside a syslog line can make it look like a request.
#[must_use]
pub fn starts_like_rfc3164(line: &[u8]) -> bool {
    let Some((day, rest)) = line.split_at_checked(4) else { return false };
    let is_clock = |len: usize| matches!(rest.get(len..len + 10), Some([b' ', _, _, b':', _, _, b':', _, _, b' ' | b'.']));
    day[3] == b' ' && month_number(&day[..3]).is_some() && (is_clock(1) || is_clock(2))
}

fn civil(seconds: i64) -> DateTime {
    let timestamp = Timestamp::from_second(seconds.clamp(*RFC3339_SECONDS.start(), *RFC3339_SECONDS.end()));
    Offset::UTC.to_datetime(timestamp.unwrap_or_default())
}
