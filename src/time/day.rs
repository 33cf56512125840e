//! Times as our own records carry them, read with the calendar asked once a day instead of once a time.

use super::field::second_of_day;
use super::parse_rfc3339;

/// The length of `2024-01-31T`.
const DATE_LEN: usize = 11;
/// The length of `2024-01-31T08:00:00Z`.
pub const TIME_LEN: usize = 20;

/// Remembers the day of the last time that was read.
#[derive(Debug, Clone, Default)]
pub struct DayReader {
    date: [u8; DATE_LEN],
    midnight: i64,
}

impl DayReader {
    /// Reads RFC 3339 as [`parse_rfc3339`] does; at once where it is UTC, in whole seconds, and of the day before it.
    pub fn read(&mut self, text: &[u8]) -> Option<i64> {
        let (date, rest) = text.split_first_chunk::<DATE_LEN>()?;
        if text.len() == TIME_LEN && text.ends_with(b"Z") && date.ends_with(b"T") {
            if *date != self.date {
                let midnight = [date, &b"00:00:00Z"[..]].concat();
                self.midnight = parse_rfc3339(std::str::from_utf8(&midnight).ok()?).ok()?;
                self.date = *date;
            }
            return Some(self.midnight + i64::from(second_of_day(&rest[..8]).ok()?));
        }
        parse_rfc3339(std::str::from_utf8(text).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            "9999-12-31T23:59:59Z",
            "\u{e9}024-02-29T08:00:0Z",
            "",
        ] {
            assert_eq!(days.read(text.as_bytes()), parse_rfc3339(text).ok(), "{text}");
        }
    }
}
