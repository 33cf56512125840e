//! The names of months in other languages, as daemons write them that follow the locale of their machine.
//!
//! **Source:** the abbreviated months of glibc's locales (`abmon`, `ab_alt_mon`) and of ICU's (CLDR), of some fifty languages. What two
//! languages use for different months (lis, lip, srp, Kas) is left out.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::base::time::month_number;

/// One line a month.
const NAMES: &str = include_str!("months.txt");
/// The longest of them, in bytes.
pub(crate) const LONGEST: usize = 16;
const ENGLISH: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

static MONTHS: LazyLock<HashMap<&'static [u8], &'static str>> = LazyLock::new(|| {
    let named = |(names, english): (&'static str, &'static str)| names.split(' ').map(move |name| (name.as_bytes(), english));
    NAMES.lines().zip(ENGLISH).flat_map(named).collect()
});

/// The English name of a month, counted from 1.
pub(crate) fn month_name(number: u8) -> Option<&'static str> {
    ENGLISH.get(usize::from(number).checked_sub(1)?).copied()
}

/// The English name of the month that `text` starts with, and what stands behind it; of English names only those that a letter or a
/// point makes longer.
pub(crate) fn split_foreign_month(text: &[u8]) -> Option<(&'static str, &[u8])> {
    let len = text.iter().take(LONGEST + 1).position(|&byte| byte == b' ')?;
    let (name, rest) = text.split_at(len);
    if month_number(name).is_some() || len == 0 {
        return None;
    }
    MONTHS.get(name).map(|english| (*english, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_of_one_month_and_none_is_english() {
        let names: Vec<_> = NAMES.lines().flat_map(|line| line.split(' ')).collect();
        assert_eq!((NAMES.lines().count(), names.len()), (12, MONTHS.len()));
        assert!(names.iter().all(|name| name.len() <= LONGEST && !name.is_empty() && !ENGLISH.contains(name)));
    }

    #[test]
    fn months_are_read_as_glibc_and_icu_write_them() {
        for (text, english) in [
            ("déc. 13 ", "Dec"),
            ("mars 13 ", "Mar"),
            ("Mai 13 ", "May"),
            ("Dez 13 ", "Dec"),
            ("янв 13 ", "Jan"),
            ("12月 13 ", "Dec"),
            ("ago 13 ", "Aug"),
        ] {
            let found = split_foreign_month(text.as_bytes());
            assert_eq!(found, Some((english, &b" 13 "[..])), "{text}");
        }
        for text in ["Dec 13 ", "lis 13 ", " 13", "", "host 13 ", "déc."] {
            assert_eq!(split_foreign_month(text.as_bytes()), None, "{text}");
        }
    }
}
