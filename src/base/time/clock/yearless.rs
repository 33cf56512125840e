//! Times of syslog, which have no year: it is the latest in which they are not in the future.

use jiff::civil::{Date, DateTime, Time};

use crate::base::time::clock::{Clock, Instant};
use crate::base::time::field::{month_number, second_of_day, time_of_day, two_digits};
use crate::base::time::{IMPOSSIBLE, NOT_A_TIME, RFC3164_LEN, RFC3339_SECONDS, SKIPPED, TimeError, civil};

/// The last second of a day, and how many are before it.
const LAST_SECOND: Time = Time::constant(23, 59, 59, 0);
const LAST_SECOND_OF_DAY: i64 = 24 * 60 * 60 - 1;

/// How far past the reference a stamp without a year may lie (clocks of two machines differ): 24 h, in seconds.
const YEARLESS_SLACK_S: i64 = 24 * 60 * 60;
/// Years to go back for a date that exists: February 29 is at most 8 years away (1896 to 1904).
const YEARLESS_SEARCH: i16 = 8;

/// The day of the last stamp without a year, so that the calendar is asked once a day and not once a second.
#[derive(Debug, Clone, Default)]
pub(super) struct YearlessDay {
    /// How it is written, `Dec 10 `.
    date: [u8; YEARLESS_DATE_LEN],
    /// When it begins, in seconds since 1970; `None`: clocks are put forward or back on it, it is partly too late for its year, or none is
    /// remembered.
    start: Option<i64>,
}

/// The length of `Dec 10 `.
const YEARLESS_DATE_LEN: usize = 7;

impl Clock {
    /// Reads a syslog time without a year, `Dec 10 06:55:46`; a day of one digit may lack the space before it.
    ///
    /// **Source:** RFC 3164 section 4.1.2.
    ///
    /// # Errors
    /// A [`TimeError`] for any other text, or a date that does not exist in `--year`.
    #[inline]
    pub fn parse_rfc3164(&mut self, text: &[u8]) -> std::result::Result<i64, TimeError> {
        let (memo, len, seconds) = &self.memo;
        // Of one length, so that it is a comparison or two and no call.
        if *len == RFC3164_LEN && memo.first_chunk::<RFC3164_LEN>().is_some_and(|memo| text == memo) {
            return Ok(*seconds);
        }
        self.parse_other_rfc3164(text)
    }

    fn parse_other_rfc3164(&mut self, text: &[u8]) -> std::result::Result<i64, TimeError> {
        let YearlessDay { date, start } = &self.yearless_day;
        let seconds = match (start, text.split_first_chunk()) {
            (Some(start), Some((other, clock))) if other == date && clock.len() == RFC3164_LEN - YEARLESS_DATE_LEN => {
                start + i64::from(second_of_day(clock)?)
            }
            _ => self.parse_rfc3164_of_other_day(text)?,
        };
        self.assumed.latest = self.assumed.latest.max(Some(seconds));
        self.remember(text, seconds);
        Ok(seconds)
    }

    #[inline(never)]
    fn parse_rfc3164_of_other_day(&mut self, text: &[u8]) -> std::result::Result<i64, TimeError> {
        let (name, rest) = text.split_at_checked(3).ok_or(NOT_A_TIME)?;
        let (tens, ones, clock) = match rest {
            [b' ', b' ', ones, b' ', clock @ ..] | [b' ', ones, b' ', clock @ ..] => (b'0', *ones, clock),
            [b' ', tens, ones, b' ', clock @ ..] => (*tens, *ones, clock),
            _ => return Err(NOT_A_TIME),
        };
        let month = month_number(name).ok_or(NOT_A_TIME)?;
        let day = two_digits(tens, ones).ok_or(NOT_A_TIME)?;
        let (year, seconds) = self.find_year(month, day, time_of_day(clock)?)?;
        if self.year.is_none() && !self.assumed.years.contains(&year) {
            self.assumed.years.push(year);
        }
        if let Some(date) = text.first_chunk().filter(|date| text.len() == RFC3164_LEN && **date != self.yearless_day.date) {
            // All times of a day are as far from its start as they say where that is so of the last.
            let ends = [Time::midnight(), LAST_SECOND].map(|time| self.find_year(month, day, time).ok());
            let start = match ends {
                [Some((first, start)), Some((last, end))] if first == last && end - start == LAST_SECOND_OF_DAY => Some(start),
                _ => None,
            };
            self.yearless_day = YearlessDay { date: *date, start };
        }
        Ok(seconds)
    }

    /// The year of a stamp without one, and when that is.
    fn find_year(&self, month: i8, day: i8, time: Time) -> std::result::Result<(i16, i64), TimeError> {
        match self.year {
            Some(year) => self.seconds_in_year(year, month, day, time).map(|seconds| (year, seconds)),
            None => self.latest_year(month, day, time),
        }
    }

    /// The latest year in which the stamp is not too late, and the stamp in it. A time that clocks skipped in that year is of no other.
    fn latest_year(&self, month: i8, day: i8, time: Time) -> std::result::Result<(i16, i64), TimeError> {
        let limit = self.reference.saturating_add(YEARLESS_SLACK_S);
        let latest = civil(limit).year().saturating_add(1);
        for year in (0..=YEARLESS_SEARCH + 1).map(|back| latest - back) {
            let Ok(date) = Date::new(year, month, day) else { continue };
            match self.find_instant(DateTime::from_parts(date, time)) {
                Instant::At(seconds) if seconds <= limit && RFC3339_SECONDS.contains(&seconds) => return Ok((year, seconds)),
                Instant::SkippedBefore(seconds) if seconds <= limit => return Err(SKIPPED),
                _ => {}
            }
        }
        Err(IMPOSSIBLE)
    }

    fn seconds_in_year(&self, year: i16, month: i8, day: i8, time: Time) -> std::result::Result<i64, TimeError> {
        self.local_seconds(DateTime::from_parts(Date::new(year, month, day).map_err(|_| IMPOSSIBLE)?, time))
    }
}
