//! Times as our own records carry them, read and written with the calendar asked once a month instead of once a time.

use std::cell::RefCell;
use std::ops::Range;

use jiff::civil::Date;

use crate::base::time::field::{second_of_day, two_digits, year_number};
use crate::base::time::{LogTime, PAIRS, RFC3339_SECONDS, civil, parse_rfc3339, utc_seconds};

/// The length of `2024-01-`.
const MONTH_LEN: usize = 8;
/// The length of `2024-01-31T08:00:00Z`.
pub(crate) const TIME_LEN: usize = 20;
/// The length of a day in seconds.
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// Remembers the last time that was read, and its month.
#[derive(Debug, Clone)]
pub struct MonthReader {
    month: [u8; MONTH_LEN],
    /// When it begins.
    start: i64,
    /// How many days it has.
    days: i8,
    text: [u8; TIME_LEN],
    seconds: i64,
}

impl Default for MonthReader {
    fn default() -> Self {
        Self { month: *b"1970-01-", start: 0, days: 31, text: *b"1970-01-01T00:00:00Z", seconds: 0 }
    }
}

impl MonthReader {
    /// Reads RFC 3339 as [`parse_rfc3339`] does; at once where it is UTC, in whole seconds, and of the month before it.
    #[inline]
    pub fn read(&mut self, text: &[u8]) -> Option<i64> {
        if *text == self.text { Some(self.seconds) } else { self.read_other(text) }
    }

    fn read_other(&mut self, text: &[u8]) -> Option<i64> {
        let Ok(whole) = <&[u8; TIME_LEN]>::try_from(text) else { return read_any(text) };
        let [y1, y2, y3, y4, e1, m1, m2, e2, d1, d2, b'T', .., b'Z'] = *whole else { return read_any(text) };
        let month = [y1, y2, y3, y4, e1, m1, m2, e2];
        if month != self.month {
            let [b'-', b'-'] = [e1, e2] else { return None };
            let first = Date::new(year_number([y1, y2, y3, y4])?, two_digits(m1, m2)?, 1).ok()?;
            (self.month, self.start, self.days) = (month, utc_seconds(first.at(0, 0, 0, 0)), first.days_in_month());
        }
        let day = two_digits(d1, d2).filter(|day| (1..=self.days).contains(day))?;
        self.seconds = self.start + i64::from(day - 1) * DAY_SECONDS + i64::from(second_of_day(&whole[11..TIME_LEN - 1]).ok()?);
        self.text = *whole;
        Some(self.seconds)
    }
}

/// Any time of RFC 3339.
fn read_any(text: &[u8]) -> Option<i64> {
    parse_rfc3339(std::str::from_utf8(text).ok()?).ok()
}

/// Writes times one after the other, and remembers the last, and its month.
#[derive(Debug, Clone)]
pub struct MonthWriter {
    /// Its days since 1970.
    month: Range<i64>,
    seconds: i64,
    text: [u8; TIME_LEN],
}

impl Default for MonthWriter {
    fn default() -> Self {
        Self { month: 0..31, seconds: 0, text: *b"1970-01-01T00:00:00Z" }
    }
}

impl MonthWriter {
    /// Appends the RFC 3339 text of `time`, as [`LogTime::put`] does.
    #[inline]
    pub fn put(&mut self, time: LogTime<'_>, out: &mut Vec<u8>) {
        if time.seconds != self.seconds {
            self.turn_to(time.seconds);
        }
        out.extend_from_slice(&self.text);
        if !time.fraction.is_empty() {
            out.pop();
            time.put_fraction(out);
        }
    }

    /// The RFC 3339 text of `seconds` since 1970.
    fn text(&mut self, seconds: i64) -> &str {
        if seconds != self.seconds {
            self.turn_to(seconds);
        }
        // Only ASCII digits and what stands between them.
        std::str::from_utf8(&self.text).unwrap_or_default()
    }

    fn turn_to(&mut self, seconds: i64) {
        let (day, second) = (seconds.div_euclid(DAY_SECONDS), seconds.rem_euclid(DAY_SECONDS));
        if self.month.contains(&day) {
            for (at, number) in [(8, day - self.month.start + 1), (11, second / 3600), (14, second / 60 % 60), (17, second % 60)] {
                self.text[at..at + 2].copy_from_slice(&PAIRS[usize::try_from(number).unwrap_or(0) % PAIRS.len()]);
            }
        } else {
            LogTime { seconds, fraction: "" }.with_text(|text| self.text.copy_from_slice(text.as_bytes()));
            let date = civil(seconds).date();
            let start = day - i64::from(date.day() - 1);
            // What is past the last year that can be written is written as its end.
            self.month = if RFC3339_SECONDS.contains(&seconds) { start..start + i64::from(date.days_in_month()) } else { 0..0 };
        }
        self.seconds = seconds;
    }
}

thread_local! {
    /// The month of the last time that was written: that of the next most likely, in records by the million.
    static WRITTEN: RefCell<MonthWriter> = RefCell::default();
}

/// Appends the RFC 3339 text of `seconds` since 1970.
pub(crate) fn put_time(seconds: i64, out: &mut Vec<u8>) {
    WRITTEN.with_borrow_mut(|months| months.put(LogTime { seconds, fraction: "" }, out));
}

/// Calls `show` with the RFC 3339 text of `seconds` since 1970.
pub(crate) fn with_time<T>(seconds: i64, show: impl FnOnce(&str) -> T) -> T {
    WRITTEN.with_borrow_mut(|months| show(months.text(seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_by_the_thorough_writer() {
        let mut months = MonthWriter::default();
        let day = 86_400;
        let near = [0, 1, 59, 60, 3599, 3600, day - 1, day, day + 1, -1, -day, 1_709_251_199, 1_709_251_200];
        let edges =
            [*RFC3339_SECONDS.start(), *RFC3339_SECONDS.end(), RFC3339_SECONDS.end() + 1, RFC3339_SECONDS.end() + 9, i64::MIN, i64::MAX];
        for seconds in near.into_iter().chain(edges).chain((-5_000_000..5_000_000).step_by(9_973)) {
            for fraction in ["", "5", "123456789"] {
                let (mut quick, mut thorough) = (Vec::new(), Vec::new());
                months.put(LogTime { seconds, fraction }, &mut quick);
                LogTime { seconds, fraction }.put(&mut thorough);
                assert_eq!(String::from_utf8_lossy(&quick), String::from_utf8_lossy(&thorough), "{seconds} {fraction}");
                if fraction.is_empty() {
                    with_time(seconds, |text| assert_eq!(text.as_bytes(), thorough, "{seconds}"));
                }
            }
        }
    }

    #[test]
    fn times_are_read_as_by_the_thorough_reader() {
        let mut months = MonthReader::default();
        for text in [
            "2024-02-29T23:59:59Z",
            "2024-02-29T00:00:00Z",
            "2024-02-29T23:59:60Z",
            "2023-02-29T00:00:00Z",
            "2024-02-29T24:00:00Z",
            "2024-02-29T08:00:00.25Z",
            "2024-02-29T08:00:00z",
            "2024-02-29t08:00:00Z",
            "2024-02-29T08:00:00+01:00",
            "2024-02-29T08:00:00",
            "2024-02-29",
            "0000-01-01T00:00:00Z",
            "9999-12-31T21:59:59Z",
            "9999-12-30T21:59:59Z",
            "9999-12-30T22:00:00Z",
            "9999-12-30T23:59:59Z",
            "9999-12-31T00:00:00+23:59",
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:60Z",
            "9999-12-31T23:59:59-00:01",
            "0000-01-01T00:00:00+00:01",
            "2024-02-28T23:59:59Z",
            "2024-02-30T00:00:00Z",
            "2024-02-00T00:00:00Z",
            "2024-04-30T00:00:00Z",
            "2024-04-31T00:00:00Z",
            "2024-13-01T00:00:00Z",
            "2024-00-01T00:00:00Z",
            "2024/02/01T00:00:00Z",
            "2024-02-01T00-00:00Z",
            "2024-02-+1T00:00:00Z",
            "\u{e9}024-02-29T08:00:0Z",
            "",
        ] {
            assert_eq!(months.read(text.as_bytes()), parse_rfc3339(text).ok(), "{text}");
        }
    }
}
