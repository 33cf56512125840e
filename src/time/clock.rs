//! The clock: reads what logs write, and knows what they leave out.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::field::{
    in_range, month_number, offset_seconds, read_day, second_of_day, split_fraction, split_rfc3339, time_of_day, two_digits,
};
use super::{CLF_LEN, Flaw, IMPOSSIBLE, NOT_A_TIME, RFC3164_LEN, RFC3339_SECONDS, Stamp, civil, now, parse_epoch};
use crate::error::{Error, Result};

/// How far past the reference a stamp without a year may lie (clocks of two machines differ): 24 h, in seconds.
const YEARLESS_SLACK_S: i64 = 24 * 60 * 60;
/// Years to go back for a date that exists: February 29 is at most 8 years away (1896 to 1904).
const YEARLESS_SEARCH: i16 = 8;

/// What a log's stamps leave out, and a memo of the last stamp read (logs repeat the same second many times).
#[derive(Debug, Clone)]
pub struct Clock {
    zone: TimeZone,
    year: Option<i16>,
    reference: i64,
    memo: ([u8; CLF_LEN], usize, i64),
    day: Day,
    assumed: Assumed,
}

/// What was assumed for the stamps that were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assumed {
    /// The years that were guessed.
    pub years: Vec<i16>,
    /// The latest stamp without an offset, in seconds since 1970.
    pub latest: Option<i64>,
}

/// The day of the last web log line, so that the calendar is asked once a day and not once a line.
#[derive(Debug, Clone)]
struct Day {
    date: [u8; 12],
    zone: [u8; 6],
    start: i64,
    text: [u8; CLF_LEN],
    seconds: i64,
}

impl Default for Day {
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
        Ok(Self { zone, year, reference: now(), memo: ([0; CLF_LEN], 0, 0), day: Day::default(), assumed: Assumed::default() })
    }

    /// This clock for one file: a stamp without a year is at most 24 h after `reference` (seconds since 1970).
    #[must_use]
    pub fn with_reference(&self, reference: i64) -> Self {
        Self { reference, assumed: Assumed::default(), ..self.clone() }
    }

    /// What was assumed for the stamps that it read.
    #[must_use]
    pub fn into_assumed(self) -> Assumed {
        self.assumed
    }

    /// Reads the time of a web log, `10/Oct/2000:13:55:36 -0700`.
    ///
    /// **Source:** Apache `mod_log_config`, `%t`; nginx `$time_local`.
    ///
    /// # Errors
    /// A [`Flaw`] for any other text, or a date that does not exist.
    #[inline]
    pub fn parse_clf(&mut self, text: &[u8]) -> std::result::Result<i64, Flaw> {
        let text: &[u8; CLF_LEN] = text.try_into().map_err(|_| NOT_A_TIME)?;
        if self.day.text == *text {
            return Ok(self.day.seconds);
        }
        self.parse_other_clf(text)
    }

    fn parse_other_clf(&mut self, text: &[u8; CLF_LEN]) -> std::result::Result<i64, Flaw> {
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
    #[inline]
    pub fn parse_rfc3164(&mut self, text: &[u8]) -> std::result::Result<i64, Flaw> {
        let (memo, len, seconds) = &self.memo;
        // Of one length, so that it is a comparison or two and no call.
        if *len == RFC3164_LEN && memo.first_chunk::<RFC3164_LEN>().is_some_and(|memo| text == memo) {
            return Ok(*seconds);
        }
        self.parse_other_rfc3164(text)
    }

    fn parse_other_rfc3164(&mut self, text: &[u8]) -> std::result::Result<i64, Flaw> {
        let (name, rest) = text.split_at_checked(3).ok_or(NOT_A_TIME)?;
        let (tens, ones, clock) = match rest {
            [b' ', b' ', ones, b' ', clock @ ..] | [b' ', ones, b' ', clock @ ..] => (b'0', *ones, clock),
            [b' ', tens, ones, b' ', clock @ ..] => (*tens, *ones, clock),
            _ => return Err(NOT_A_TIME),
        };
        let month = month_number(name).ok_or(NOT_A_TIME)?;
        let day = two_digits(tens, ones).ok_or(NOT_A_TIME)?;
        let time = time_of_day(clock)?;
        let (year, seconds) = match self.year {
            Some(year) => self.seconds_in_year(year, month, day, time).map(|seconds| (year, seconds)),
            None => self.latest_year(month, day, time),
        }
        .ok_or(IMPOSSIBLE)?;
        if self.year.is_none() && !self.assumed.years.contains(&year) {
            self.assumed.years.push(year);
        }
        self.assumed.latest = self.assumed.latest.max(Some(seconds));
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
        let seconds = if let Some(offset) = offset {
            in_range(local, offset)?
        } else {
            let seconds = self.local_seconds(local).ok_or(IMPOSSIBLE)?;
            self.assumed.latest = self.assumed.latest.max(Some(seconds));
            seconds
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

    /// The latest year in which the stamp is not too late, and the stamp in it.
    fn latest_year(&self, month: i8, day: i8, time: Time) -> Option<(i16, i64)> {
        let limit = self.reference.saturating_add(YEARLESS_SLACK_S);
        let latest = civil(limit).year().saturating_add(1);
        let in_year = |year| self.seconds_in_year(year, month, day, time).map(|seconds| (year, seconds));
        (0..=YEARLESS_SEARCH + 1).filter_map(|back| in_year(latest - back)).find(|&(_, seconds)| seconds <= limit)
    }

    fn seconds_in_year(&self, year: i16, month: i8, day: i8, time: Time) -> Option<i64> {
        self.local_seconds(DateTime::from_parts(Date::new(year, month, day).ok()?, time))
    }

    /// Of an hour that comes twice (clocks go back) the first is meant; one that never was (they go forward) is no time.
    fn local_seconds(&self, local: DateTime) -> Option<i64> {
        let instant = self.zone.to_ambiguous_timestamp(local);
        if matches!(instant.offset(), AmbiguousOffset::Gap { .. }) {
            return None;
        }
        instant.compatible().ok().map(Timestamp::as_second).filter(|s| RFC3339_SECONDS.contains(s))
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
mod tests {
    use super::super::{parse_rfc3339, rfc3339};
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
            // Not what a clock starts with.
            (&"\0".repeat(26), Err(NOT_A_TIME)),
            (&format!("{}13:55:36{}", "\0".repeat(12), "\0".repeat(6)), Err(NOT_A_TIME)),
            ("01/Jan/1970:00:00:00 +0000", Ok("1970-01-01T00:00:00Z")),
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
    fn what_was_assumed_is_known() {
        let reference = parse_rfc3339("2026-01-01T12:00:00Z").expect("a time");
        let assumed_of = |clock: Clock, texts: &[&str]| {
            let mut clock = clock.with_reference(reference);
            for text in texts {
                let text = text.as_bytes();
                let _ = if text[0].is_ascii_digit() { clock.parse_any(text).map(drop) } else { clock.parse_rfc3164(text).map(drop) };
            }
            let Assumed { years, latest } = clock.into_assumed();
            (years, latest.map(rfc3339))
        };
        let both = ["Dec 31 23:59:59", "Jan  1 11:00:00", "Jan  1 10:00:00", "Feb 30 00:00:00"];
        assert_eq!(assumed_of(clock(None), &both), (vec![2025, 2026], Some("2026-01-01T11:00:00Z".to_owned())));
        assert_eq!(assumed_of(clock(Some(2015)), &both), (vec![], Some("2015-12-31T23:59:59Z".to_owned())));
        let local = ["2024-01-02T03:04:05.5", "2024-01-02T03:04:05Z"];
        assert_eq!(assumed_of(clock(None), &local), (vec![], Some("2024-01-02T03:04:05Z".to_owned())));
        let told = ["2024-01-02T03:04:05Z", "10/Oct/2000:13:55:36 -0700", "1703415994", "nothing"];
        assert_eq!(assumed_of(clock(None), &told), (vec![], None));
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

    #[test]
    fn an_hour_that_never_was_is_no_time_and_of_one_that_comes_twice_the_first_is_meant() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone");
        let mut paris = Clock { zone, ..clock(Some(2024)) };
        assert_eq!(paris.parse_rfc3164(b"Mar 31 02:30:00"), Err(IMPOSSIBLE));
        assert_eq!(paris.parse_rfc3164(b"Oct 27 02:30:00").map(rfc3339).as_deref(), Ok("2024-10-27T00:30:00Z"));
    }
}
