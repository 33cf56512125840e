//! Cells for a spreadsheet, which reads a CSV file as if a person had typed it: in the language of its machine, `80 443` is
//! a number where blanks part thousands, `192.168.100.200` where points do, `3-4` a day.
//!
//! Takes the text of a cell, gives one that is text wherever it is opened, and that nobody has to clean: nothing invisible,
//! no apostrophe. Scripts get none of this.
//!
//! **Source:** `tests/it/sheets.rs` opens it in a spreadsheet of each locale.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::net::IpAddr;

use jiff::tz::TimeZone;

use crate::base::error::{Error, Result};
use crate::base::time::{parse_rfc3339, write_civil};
use crate::report::lang::name_of_zone;

/// For whom the cells of the CSV are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SheetReader {
    /// Programs: every cell says what the record says.
    #[default]
    Scripts,
    /// A spreadsheet, and who looks at it.
    Spreadsheet,
}

/// How the CSV writes times.
#[derive(Debug, Clone, Default)]
pub enum Times {
    /// As records do: `2026-01-02T03:04:05Z`, which spreadsheets take for text.
    #[default]
    Rfc3339,
    /// `2026-01-02 03:04:05` in a zone, which they take for a time.
    In(TimeZone),
}

impl Times {
    /// Those of this machine's zone.
    ///
    /// # Errors
    /// [`Error::Usage`] where it does not say which that is.
    pub fn local() -> Result<Self> {
        // What is wrong may be an unreadable file, an unknown name in TZ, or that there is neither.
        TimeZone::try_system()
            .map(Self::In)
            .map_err(|error| Error::Usage(format!("--csv-times local: this machine names no time zone: {error}")))
    }

    /// What stands behind the name of a column of times: the zone, where the cells do not say it.
    pub(crate) fn zone_note(&self) -> String {
        let Self::In(zone) = self else { return String::new() };
        let name = name_of_zone(zone);
        format!(" ({name})")
    }

    /// Writes the RFC 3339 time in `cell` anew; gives whether it is one.
    pub fn put(&self, cell: &mut String) -> bool {
        let Ok(seconds) = parse_rfc3339(cell) else { return false };
        if let Self::In(zone) = self {
            cell.clear();
            write_civil(seconds, zone, cell);
        }
        true
    }
}

/// Open ports, `22 80`, of which the first `count` words are such, as `22/tcp 80/tcp`.
pub fn ports(text: &str, count: usize) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for (nth, word) in text.split(' ').enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(out, "{}{word}{}", if nth > 0 { " " } else { "" }, if nth < count { "/tcp" } else { "" });
    }
    out
}

/// An IPv4 address whose numbers but the first have three digits each, which is a number where points part thousands, as
/// the network of it alone: `192.168.100.200/32`.
pub fn address(text: &str) -> Cow<'_, str> {
    let mut octets = text.split('.');
    let is_number = octets.next().is_some() && octets.clone().count() == 3 && octets.all(|octet| octet.len() == 3);
    if is_number { Cow::Owned(format!("{text}/32")) } else { Cow::Borrowed(text) }
}

/// Text that others may have chosen, in brackets where it could be taken for a number, a date, a time, an amount.
///
/// ```
/// assert_eq!(soar_light::report::sheet::text("3-4".into()), "[3-4]");
/// assert_eq!(soar_light::report::sheet::text("auth.log:7".into()), "auth.log:7");
/// ```
pub fn text(cell: Cow<'_, str>) -> Cow<'_, str> {
    // Names of months, and of currencies, are for each language to say: where there is a digit, letters prove nothing.
    if cell.chars().any(char::is_numeric) && !is_surely_text(&cell) { Cow::Owned(format!("[{cell}]")) } else { cell }
}

/// Whether no number, date, time, fraction or amount of any language is written like this.
fn is_surely_text(cell: &str) -> bool {
    let is_name = |around: &[char]| {
        let [before, between, after, then] = around else { return false };
        // `auth.log`, not `3.mar` and not `a.m.`.
        before.is_alphabetic() && matches!(between, '.' | '/' | ':') && after.is_alphabetic() && then.is_alphabetic()
    };
    cell.starts_with('\'')
        || cell.contains("/tcp")
        || cell.contains(['_', '=', '[', ']', '{', '}', '<', '>', '\\', '|', '^', '?', '!'])
        || cell.chars().collect::<Vec<_>>().windows(4).any(is_name)
        || cell.split_once('/').is_some_and(|(start, bits)| start.parse::<IpAddr>().is_ok() && bits.parse::<u8>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_name_their_protocol() {
        for (cell, count, shown) in [
            ("", 0, ""),
            ("80", 1, "80/tcp"),
            ("22 80", 2, "22/tcp 80/tcp"),
            ("none", 0, "none"),
            ("22 (out of scope)", 1, "22/tcp (out of scope)"),
            // A state that somebody called so.
            ("5", 0, "5"),
        ] {
            assert_eq!(ports(cell, count), shown);
        }
    }

    #[test]
    fn addresses_that_are_numbers_somewhere_become_networks() {
        for (ip, shown) in [
            ("1.100.100.100", "1.100.100.100/32"),
            ("192.168.100.200", "192.168.100.200/32"),
            ("192.168.100.20", "192.168.100.20"),
            ("192.0.2.100", "192.0.2.100"),
            ("2001:db8::100", "2001:db8::100"),
            ("::ffff:192.168.100.200", "::ffff:192.168.100.200/32"),
        ] {
            assert_eq!(address(ip), shown);
        }
    }

    #[test]
    fn what_could_be_a_number_or_a_date_stands_in_brackets() {
        for cell in
            ["404", "80 443", "3-4", "1/2", "7:30", "1e5", "5 %", "5 €", "(5)", "mars 3", "٤٠٤", "½", "a.m. 3", "3.mar", "10.100.100.100"]
        {
            assert_eq!(text(cell.into()), format!("[{cell}]"));
        }
        for cell in
            ["", "root", "ssh_probe", "mine=9", "[404]", "auth.log:7", "/var/log/auth.log:7", "192.0.2.0/24", "2001:db8::/32", "'=1"]
        {
            assert_eq!(text(cell.into()), cell);
        }
    }

    #[test]
    fn times_are_written_in_their_zone_and_say_it() {
        let paris = Times::In(TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone"));
        for (times, text, shown) in [
            (&Times::Rfc3339, "2026-07-01T00:00:00Z", "2026-07-01T00:00:00Z"),
            (&Times::In(TimeZone::UTC), "2026-07-01T00:00:00Z", "2026-07-01 00:00:00"),
            (&paris, "2026-07-01T00:00:00Z", "2026-07-01 02:00:00"),
            (&paris, "2025-12-31T23:30:00.9+00:00", "2026-01-01 00:30:00"),
            (&paris, "", ""),
            (&paris, "yesterday", "yesterday"),
        ] {
            let mut cell = text.to_owned();
            assert_eq!(times.put(&mut cell), text.ends_with(['Z', '0']));
            assert_eq!(cell, shown);
        }
        let mut last = String::new();
        write_civil(253_402_300_799, &TimeZone::UTC, &mut last);
        assert_eq!(last, "9999-12-31 23:59:59");
        let fixed = |hours| Times::In(TimeZone::fixed(jiff::tz::offset(hours)));
        let notes = [Times::Rfc3339, Times::In(TimeZone::UTC), fixed(0), fixed(2)].map(|times| times.zone_note());
        assert_eq!(notes, ["", " (UTC)", " (UTC)", " (UTC+02)"]);
    }
}
