//! Times as our own records carry them, read and written with the calendar asked once a day instead of once a time.

use crate::base::time::field::second_of_day;
use crate::base::time::{LogTime, PAIRS, RFC3339_SECONDS, parse_rfc3339};

/// The length of `2024-01-31T`.
const DATE_LEN: usize = 11;
/// The length of `2024-01-31T08:00:00Z`.
pub const TIME_LEN: usize = 20;

/// Remembers the last time that was read, and its day.
#[derive(Debug, Clone)]
pub struct DayReader {
    date: [u8; DATE_LEN],
    midnight: i64,
    text: [u8; TIME_LEN],
    seconds: i64,
}

impl Default for DayReader {
    fn default() -> Self {
        Self { date: *b"1970-01-01T", midnight: 0, text: *b"1970-01-01T00:00:00Z", seconds: 0 }
    }
}

impl DayReader {
    /// Reads RFC 3339 as [`parse_rfc3339`] does; at once where it is UTC, in whole seconds, and of the day before it.
    #[inline]
    pub fn read(&mut self, text: &[u8]) -> Option<i64> {
        if *text == self.text { Some(self.seconds) } else { self.read_other(text) }
    }

    fn read_other(&mut self, text: &[u8]) -> Option<i64> {
        let (date, rest) = text.split_first_chunk::<DATE_LEN>()?;
        if let (Ok(whole), true, true) = (text.try_into(), text.ends_with(b"Z"), date.ends_with(b"T")) {
            if *date != self.date {
                let midnight = [date, &b"00:00:00Z"[..]].concat();
                self.midnight = parse_rfc3339(std::str::from_utf8(&midnight).ok()?).ok()?;
                self.date = *date;
            }
            self.seconds = self.midnight + i64::from(second_of_day(&rest[..8]).ok()?);
            self.text = whole;
            return Some(self.seconds);
        }
        parse_rfc3339(std::str::from_utf8(text).ok()?).ok()
    }
}

/// Writes times one after the other, and remembers the last.
#[derive(Debug, Clone)]
pub struct DayWriter {
    day: i64,
    seconds: i64,
    text: [u8; TIME_LEN],
}

/// The length of a day in seconds.
const DAY_SECONDS: i64 = 24 * 60 * 60;

impl Default for DayWriter {
    fn default() -> Self {
        Self { day: 0, seconds: 0, text: *b"1970-01-01T00:00:00Z" }
    }
}

impl DayWriter {
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

    fn turn_to(&mut self, seconds: i64) {
        let (day, second) = (seconds.div_euclid(DAY_SECONDS), seconds.rem_euclid(DAY_SECONDS));
        // What is past the last year that can be written is written as its end.
        if day == self.day && RFC3339_SECONDS.contains(&seconds) {
            for (place, number) in [(11, second / 3600), (14, second / 60 % 60), (17, second % 60)] {
                self.text[place..place + 2].copy_from_slice(&PAIRS[usize::try_from(number).unwrap_or(0) % PAIRS.len()]);
            }
        } else {
            LogTime { seconds, fraction: "" }.with_text(|text| self.text.copy_from_slice(text.as_bytes()));
        }
        (self.day, self.seconds) = (day, seconds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_by_the_thorough_writer() {
        let mut days = DayWriter::default();
        let day = 86_400;
        let near = [0, 1, 59, 60, 3599, 3600, day - 1, day, day + 1, -1, -day, 1_709_251_199, 1_709_251_200];
        let edges =
            [*RFC3339_SECONDS.start(), *RFC3339_SECONDS.end(), RFC3339_SECONDS.end() + 1, RFC3339_SECONDS.end() + 9, i64::MIN, i64::MAX];
        for seconds in near.into_iter().chain(edges).chain((-5_000_000..5_000_000).step_by(9_973)) {
            for fraction in ["", "5", "123456789"] {
                let (mut quick, mut thorough) = (Vec::new(), Vec::new());
                days.put(LogTime { seconds, fraction }, &mut quick);
                LogTime { seconds, fraction }.put(&mut thorough);
                assert_eq!(String::from_utf8_lossy(&quick), String::from_utf8_lossy(&thorough), "{seconds} {fraction}");
            }
        }
    }

    #[test]
    fn times_are_read_as_by_the_thorough_reader() {
        let mut days = DayReader::default();
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
            "\u{e9}024-02-29T08:00:0Z",
            "",
        ] {
            assert_eq!(days.read(text.as_bytes()), parse_rfc3339(text).ok(), "{text}");
        }
    }
}
