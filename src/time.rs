//! Instants: the ways in which logs write a time, read into seconds since 1970-01-01T00:00:00Z and written as RFC 3339.
//!
//! A [`Clock`] knows what the text leaves out: the zone of stamps without an offset, and the year of stamps without one.
//! An impossible date is an error, never another date. The calendar itself is jiff's.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use serde::{Serialize, Serializer};

use crate::error::{Error, Result};

/// How far past the reference a stamp without a year may lie (clocks of two machines differ): 24 h, in seconds.
const YEARLESS_SLACK_S: i64 = 24 * 60 * 60;
/// Years to go back for a date that exists: February 29 is at most 8 years away (1896 to 1904).
const YEARLESS_SEARCH: i16 = 8;
/// First second of the year 0 and last of 9999: what RFC 3339 can write.
const RFC3339_SECONDS: std::ops::RangeInclusive<i64> = -62_167_219_200..=253_402_300_799;
/// Length of `10/Oct/2000:13:55:36 -0700`.
pub const CLF_LEN: usize = 26;
/// Length of `Dec 10 06:55:46`.
pub const RFC3164_LEN: usize = 15;
/// Length of `2024-01-02T03:04:05`, what an RFC 3339 time starts with.
const RFC3339_START: usize = 19;

/// Why a text is no instant; the sentence goes into the reject's reason.
pub type Flaw = &'static str;
/// What is said of a text that no time looks like.
pub const NOT_A_TIME: Flaw = "the time is not a time";
const IMPOSSIBLE: Flaw = "impossible date or time";

/// An instant as logged: whole seconds, and the digits of the fraction as they stood there (possibly none, at most 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp<'a> {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// ASCII digits after the decimal point.
    pub fraction: &'a str,
}

impl Stamp<'_> {
    /// Calls `show` with the RFC 3339 text. Digit by digit, since every event has one and `fmt` costs more than the rest of it.
    pub fn with_text<T>(&self, show: impl FnOnce(&str) -> T) -> T {
        let t = civil(self.seconds);
        let mut text = *b"0000-00-00T00:00:00.000000000Z";
        let parts = [t.month(), t.day(), t.hour(), t.minute(), t.second()];
        put_digits(&mut text[..4], t.year().unsigned_abs());
        for (place, part) in [5, 8, 11, 14, 17].into_iter().zip(parts) {
            put_digits(&mut text[place..place + 2], part.unsigned_abs().into());
        }
        let digits = self.fraction.as_bytes();
        let end = if digits.is_empty() { 19 } else { 20 + digits.len().min(9) };
        text[end.min(20)..end].copy_from_slice(&digits[..end.saturating_sub(20)]);
        text[end] = b'Z';
        // Only ASCII digits and the pattern above.
        show(std::str::from_utf8(&text[..=end]).unwrap_or_default())
    }
}

fn put_digits(place: &mut [u8], mut number: u16) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or(0);
        number /= 10;
    }
}

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

/// What a log's stamps leave out, and a memo of the last stamp read (logs repeat the same second many times).
#[derive(Debug, Clone)]
pub struct Clock {
    zone: TimeZone,
    year: Option<i16>,
    reference: i64,
    memo: ([u8; CLF_LEN], usize, i64),
    day: Day,
}

/// The day of the last web log line, so that the calendar is asked once a day and not once a line.
#[derive(Debug, Clone, Default)]
struct Day {
    date: [u8; 12],
    zone: [u8; 6],
    start: i64,
    text: [u8; CLF_LEN],
    seconds: i64,
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
        Ok(Self { zone, year, reference: now(), memo: ([0; CLF_LEN], 0, 0), day: Day::default() })
    }

    /// This clock for one file: a stamp without a year is at most 24 h after `reference` (seconds since 1970).
    #[must_use]
    pub fn with_reference(&self, reference: i64) -> Self {
        Self { reference, ..self.clone() }
    }

    /// Reads the time of a web log, `10/Oct/2000:13:55:36 -0700`.
    ///
    /// **Source:** Apache `mod_log_config`, `%t`; nginx `$time_local`.
    ///
    /// # Errors
    /// A [`Flaw`] for any other text, or a date that does not exist.
    pub fn parse_clf(&mut self, text: &[u8]) -> std::result::Result<i64, Flaw> {
        let text: &[u8; CLF_LEN] = text.try_into().map_err(|_| NOT_A_TIME)?;
        if self.day.text == *text {
            return Ok(self.day.seconds);
        }
        let [date @ .., _, _, _, _, _, _, _, _, z1, z2, z3, z4, z5, z6] = text;
        let zone = [*z1, *z2, *z3, *z4, *z5, *z6];
        if self.day.date != *date || self.day.zone != zone {
            self.day = Day { date: *date, zone, start: read_day(date, zone)?, ..Day::default() };
        }
        let seconds = self.day.start + i64::from(second_of_day(&text[date.len()..date.len() + 8])?);
        if !RFC3339_SECONDS.contains(&seconds) {
            return Err(IMPOSSIBLE);
        }
        (self.day.text, self.day.seconds) = (*text, seconds);
        Ok(seconds)
    }

    /// Reads a syslog time without a year, `Dec 10 06:55:46`; a day of one digit may lack the space before it.
    ///
    /// **Source:** RFC 3164 section 4.1.2.
    ///
    /// # Errors
    /// A [`Flaw`] for any other text, or a date that does not exist in `--year`.
    pub fn parse_rfc3164(&mut self, text: &[u8]) -> std::result::Result<i64, Flaw> {
        if let Some(seconds) = self.recall(text) {
            return Ok(seconds);
        }
        let (name, rest) = text.split_at_checked(3).ok_or(NOT_A_TIME)?;
        let (tens, ones, clock) = match rest {
            [b' ', b' ', ones, b' ', clock @ ..] | [b' ', ones, b' ', clock @ ..] => (b'0', *ones, clock),
            [b' ', tens, ones, b' ', clock @ ..] => (*tens, *ones, clock),
            _ => return Err(NOT_A_TIME),
        };
        let month = month_number(name).ok_or(NOT_A_TIME)?;
        let day = two_digits(tens, ones).ok_or(NOT_A_TIME)?;
        let time = time_of_day(clock)?;
        let seconds = match self.year {
            Some(year) => self.seconds_in_year(year, month, day, time),
            None => self.latest_year(month, day, time),
        }
        .ok_or(IMPOSSIBLE)?;
        self.remember(text, seconds);
        Ok(seconds)
    }

    /// Reads an RFC 3339 time as syslog daemons write it; without an offset it is in the clock's zone.
    ///
    /// **Source:** RFC 3339 section 5.6; rsyslog `RSYSLOG_FileFormat`.
    ///
    /// # Errors
    /// A [`Flaw`] for any other text, or a date that does not exist.
    pub fn parse_rfc3339<'a>(&mut self, text: &'a [u8]) -> std::result::Result<Stamp<'a>, Flaw> {
        let (start, fraction, zone) = split_fraction(text);
        let (mut key, len) = ([0; CLF_LEN], start.len() + zone.len());
        if len <= CLF_LEN {
            key[..start.len()].copy_from_slice(start);
            key[start.len()..len].copy_from_slice(zone);
            if let Some(seconds) = self.recall(&key[..len]) {
                return Ok(Stamp { seconds, fraction });
            }
        }
        let (local, fraction, offset) = split_rfc3339(text)?;
        let seconds = match offset {
            Some(offset) => in_range(local, offset)?,
            None => self.local_seconds(local).ok_or(IMPOSSIBLE)?,
        };
        // A time that was read is 19 bytes and an offset of six at the most.
        self.remember(&key[..len.min(CLF_LEN)], seconds);
        Ok(Stamp { seconds, fraction })
    }

    /// Reads a time of any form that has a year: of a web log, RFC 3339, or a count since 1970.
    ///
    /// # Errors
    /// A [`Flaw`] for any other text, or a date that does not exist.
    pub fn parse_any<'a>(&mut self, text: &'a [u8]) -> std::result::Result<Stamp<'a>, Flaw> {
        match text {
            [_, _, b'/', ..] => self.parse_clf(text).map(|seconds| Stamp { seconds, fraction: "" }),
            [_, _, _, _, b'-', ..] => self.parse_rfc3339(text),
            _ => parse_epoch(text),
        }
    }

    fn latest_year(&self, month: i8, day: i8, time: Time) -> Option<i64> {
        let limit = self.reference.saturating_add(YEARLESS_SLACK_S);
        let latest = civil(limit).year().saturating_add(1);
        (0..=YEARLESS_SEARCH + 1).filter_map(|back| self.seconds_in_year(latest - back, month, day, time)).find(|&seconds| seconds <= limit)
    }

    fn seconds_in_year(&self, year: i16, month: i8, day: i8, time: Time) -> Option<i64> {
        self.local_seconds(DateTime::from_parts(Date::new(year, month, day).ok()?, time))
    }

    fn local_seconds(&self, local: DateTime) -> Option<i64> {
        self.zone.to_timestamp(local).ok().map(Timestamp::as_second).filter(|s| RFC3339_SECONDS.contains(s))
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

/// Local date and time, digits of the fraction, and the offset in seconds where there is one.
fn split_rfc3339(text: &[u8]) -> std::result::Result<(DateTime, &str, Option<i32>), Flaw> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T' | b't', rest @ ..] = text else { return Err(NOT_A_TIME) };
    let (clock, _) = rest.split_at_checked(8).ok_or(NOT_A_TIME)?;
    let (_, fraction, rest) = split_fraction(text);
    let year = year_number([*y1, *y2, *y3, *y4]).ok_or(NOT_A_TIME)?;
    let month = two_digits(*m1, *m2).ok_or(NOT_A_TIME)?;
    let day = two_digits(*d1, *d2).ok_or(NOT_A_TIME)?;
    let local = DateTime::from_parts(Date::new(year, month, day).map_err(|_| IMPOSSIBLE)?, time_of_day(clock)?);
    let offset = match rest {
        [] => None,
        [b'Z' | b'z'] => Some(0),
        _ => Some(offset_seconds(rest).ok_or(NOT_A_TIME)?),
    };
    Ok((local, fraction, offset))
}

/// When the day `10/Oct/2000:` begins in the zone ` -0700`, in seconds since 1970.
fn read_day(date: &[u8; 12], zone: [u8; 6]) -> std::result::Result<i64, Flaw> {
    let [d1, d2, b'/', m1, m2, m3, b'/', y1, y2, y3, y4, b':'] = *date else { return Err(NOT_A_TIME) };
    let [b' ', offset @ ..] = zone else { return Err(NOT_A_TIME) };
    let day = two_digits(d1, d2).ok_or(NOT_A_TIME)?;
    let month = month_number(&[m1, m2, m3]).ok_or(NOT_A_TIME)?;
    let year = year_number([y1, y2, y3, y4]).ok_or(NOT_A_TIME)?;
    let offset = offset_seconds(&offset).ok_or(NOT_A_TIME)?;
    let midnight = Date::new(year, month, day).map_err(|_| IMPOSSIBLE)?.at(0, 0, 0, 0);
    let start = Offset::UTC.to_timestamp(midnight).map_err(|_| IMPOSSIBLE)?.as_second();
    Ok(start - i64::from(offset))
}

/// `13:55:36` as seconds since midnight; a leap second (60) counts as 59.
fn second_of_day(text: &[u8]) -> std::result::Result<i32, Flaw> {
    let [h1, h2, b':', m1, m2, b':', s1, s2] = text else { return Err(NOT_A_TIME) };
    let parts = [two_digits(*h1, *h2), two_digits(*m1, *m2), two_digits(*s1, *s2)];
    let [Some(hour), Some(minute), Some(second)] = parts.map(|part| part.map(i32::from)) else { return Err(NOT_A_TIME) };
    if hour > 23 || minute > 59 || second > 60 {
        return Err(IMPOSSIBLE);
    }
    Ok((hour * 60 + minute) * 60 + second.min(59))
}

/// The date and time of an RFC 3339 text, the first nine digits of its fraction, and the offset behind them.
fn split_fraction(text: &[u8]) -> (&[u8], &str, &[u8]) {
    let (start, rest) = text.split_at(text.len().min(RFC3339_START));
    let (fraction, zone) = match rest {
        [b'.' | b',', rest @ ..] => rest.split_at(rest.iter().take_while(|b| b.is_ascii_digit()).count()),
        _ => (&rest[..0], rest),
    };
    (start, std::str::from_utf8(&fraction[..fraction.len().min(9)]).unwrap_or_default(), zone)
}

/// `13:55:36`; a leap second (60) counts as 59, as POSIX time has none.
fn time_of_day(text: &[u8]) -> std::result::Result<Time, Flaw> {
    let [h1, h2, b':', m1, m2, b':', s1, s2] = text else { return Err(NOT_A_TIME) };
    let hour = two_digits(*h1, *h2).ok_or(NOT_A_TIME)?;
    let minute = two_digits(*m1, *m2).ok_or(NOT_A_TIME)?;
    let second = two_digits(*s1, *s2).ok_or(NOT_A_TIME)?;
    let second = if second == 60 { 59 } else { second };
    Time::new(hour, minute, second, 0).map_err(|_| IMPOSSIBLE)
}

/// `+0200`, `+02:00` or `+02` in seconds.
fn offset_seconds(text: &[u8]) -> Option<i32> {
    let (sign, h1, h2, m1, m2) = match text {
        [sign, h1, h2, b':', m1, m2] | [sign, h1, h2, m1, m2] => (sign, h1, h2, m1, m2),
        [sign, h1, h2] => (sign, h1, h2, &b'0', &b'0'),
        _ => return None,
    };
    let (hours, minutes) = (i32::from(two_digits(*h1, *h2)?), i32::from(two_digits(*m1, *m2)?));
    let seconds = (hours * 60 + minutes) * 60;
    match sign {
        _ if hours > 23 || minutes > 59 => None,
        b'+' => Some(seconds),
        b'-' => Some(-seconds),
        _ => None,
    }
}

fn in_range(local: DateTime, offset_s: i32) -> std::result::Result<i64, Flaw> {
    let offset = Offset::from_seconds(offset_s).map_err(|_| IMPOSSIBLE)?;
    let seconds = offset.to_timestamp(local).map_err(|_| IMPOSSIBLE)?.as_second();
    if RFC3339_SECONDS.contains(&seconds) { Ok(seconds) } else { Err(IMPOSSIBLE) }
}

fn two_digits(tens: u8, ones: u8) -> Option<i8> {
    let value = |b: u8| b.is_ascii_digit().then(|| (b - b'0').cast_signed());
    Some(value(tens)? * 10 + value(ones)?)
}

fn year_number([thousands, hundreds, tens, ones]: [u8; 4]) -> Option<i16> {
    Some(i16::from(two_digits(thousands, hundreds)?) * 100 + i16::from(two_digits(tens, ones)?))
}

/// The month of a name such as `Oct`, from 1.
#[must_use]
pub fn month_number(name: &[u8]) -> Option<i8> {
    const MONTHS: &[u8; 36] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let index = MONTHS.chunks_exact(3).position(|month| month == name)?;
    i8::try_from(index + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(year: Option<i16>) -> Clock {
        Clock::new("UTC", year).expect("UTC is known")
    }

    #[test]
    fn web_times_apply_their_offset() {
        for (text, shown) in [
            ("10/Oct/2000:13:55:36 -0700", Ok("2000-10-10T20:55:36Z")),
            ("29/Feb/2024:00:00:00 +0000", Ok("2024-02-29T00:00:00Z")),
            ("31/Dec/2016:23:59:60 +0000", Ok("2016-12-31T23:59:59Z")),
            ("29/Feb/2023:00:00:00 +0000", Err(IMPOSSIBLE)),
            ("31/Apr/2024:00:00:00 +0000", Err(IMPOSSIBLE)),
            ("01/Jan/2024:24:00:00 +0000", Err(IMPOSSIBLE)),
            ("01/Jan/2024:00:00:00 0000", Err(NOT_A_TIME)),
            ("01/jan/2024:00:00:00 +0000", Err(NOT_A_TIME)),
            ("01/Jan/0000:00:00:00 +2359", Err(IMPOSSIBLE)),
            ("", Err(NOT_A_TIME)),
        ] {
            let read = clock(None).parse_clf(text.as_bytes()).map(rfc3339);
            assert_eq!(read.as_deref().map_err(|e| *e), shown, "{text}");
        }
    }

    #[test]
    fn a_stamp_without_a_year_gets_the_latest_that_is_not_in_the_future() {
        let reference = parse_rfc3339("2026-01-01T12:00:00Z").expect("a time");
        for (text, shown) in [
            ("Dec 31 23:59:59", "2025-12-31T23:59:59Z"),
            ("Jan  1 11:00:00", "2026-01-01T11:00:00Z"),
            ("Jan  2 11:59:59", "2026-01-02T11:59:59Z"),
            ("Jan  2 12:00:01", "2025-01-02T12:00:01Z"),
            ("Feb 29 00:00:00", "2024-02-29T00:00:00Z"),
        ] {
            let read = clock(None).with_reference(reference).parse_rfc3164(text.as_bytes());
            assert_eq!(read.map(rfc3339).as_deref(), Ok(shown), "{text}");
        }
    }

    #[test]
    fn a_given_year_holds_for_every_line() {
        assert_eq!(clock(Some(2015)).parse_rfc3164(b"Dec 10 06:55:46").map(rfc3339).as_deref(), Ok("2015-12-10T06:55:46Z"));
        assert_eq!(clock(Some(2015)).parse_rfc3164(b"Dec 1 06:55:46").map(rfc3339).as_deref(), Ok("2015-12-01T06:55:46Z"));
        assert_eq!(clock(Some(2015)).parse_rfc3164(b"Feb 29 06:55:46"), Err(IMPOSSIBLE));
    }

    #[test]
    fn rfc3339_keeps_the_fraction_as_logged() {
        // One clock for all: what it remembers of one text must not show in another.
        let mut clock = clock(None);
        for (text, shown) in [
            ("2024-01-02T03:04:05.678901+01:00", "2024-01-02T02:04:05.678901Z"),
            ("2024-01-02T03:04:05.678901+0200", "2024-01-02T01:04:05.678901Z"),
            ("2024-01-02T03:04:05,5+01:00", "2024-01-02T02:04:05.5Z"),
            ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05Z"),
            ("2024-01-02T03:04:05", "2024-01-02T03:04:05Z"),
            ("2024-01-02T03:04:05.1234567890-0530", "2024-01-02T08:34:05.123456789Z"),
        ] {
            let stamp = clock.parse_rfc3339(text.as_bytes()).map(|s| s.to_string());
            assert_eq!(stamp.as_deref(), Ok(shown), "{text}");
        }
    }

    #[test]
    fn a_count_since_1970_is_read_by_its_size() {
        for (text, shown) in [
            ("1703415994", Ok("2023-12-24T11:06:34Z")),
            ("1703415994.3220897", Ok("2023-12-24T11:06:34.3220897Z")),
            ("1703415994322", Ok("2023-12-24T11:06:34.322Z")),
            ("1703415994322.0897", Ok("2023-12-24T11:06:34.322Z")),
            ("1703415994322089", Ok("2023-12-24T11:06:34.322089Z")),
            ("1703415994322089123", Ok("2023-12-24T11:06:34.322089123Z")),
            ("0", Ok("1970-01-01T00:00:00Z")),
            ("-1", Err(NOT_A_TIME)),
            ("1e9", Err(NOT_A_TIME)),
            (".5", Err(NOT_A_TIME)),
            ("", Err(NOT_A_TIME)),
            ("999999999999999999999", Err(IMPOSSIBLE)),
        ] {
            let read = clock(None).parse_any(text.as_bytes()).map(|s| s.to_string());
            assert_eq!(read.as_deref().map_err(|e| *e), shown, "{text}");
        }
        let clf = clock(None).parse_any(b"10/Oct/2000:13:55:36 -0700").map(|s| s.to_string());
        assert_eq!(clf.as_deref(), Ok("2000-10-10T20:55:36Z"));
    }

    #[test]
    fn a_zone_says_what_a_stamp_without_an_offset_means() {
        let mut paris = Clock::new("+02:00", Some(2024)).expect("an offset");
        assert_eq!(paris.parse_rfc3164(b"Jul  1 02:00:00").map(rfc3339).as_deref(), Ok("2024-07-01T00:00:00Z"));
        assert!(matches!(Clock::new("Nowhere/Land", None), Err(Error::Usage(_))));
    }
}
