//! A period of time that a user asks for: `--since` (inclusive) and `--until` (exclusive); and lengths of time.
//!
//! An end of a period is an instant, a day, or so long before now. Whole seconds, as events are compared by them: of an end as of
//! an event, a fraction of a second is left out.

use std::fmt;

use jiff::fmt::friendly::SpanParser;
use jiff::{SpanRelativeTo, Timestamp};

use crate::base::error::{Error, Result};
use crate::base::time::{Clock, SKIPPED, TimeError, rfc3339};

/// The units in which lengths of time are shown, and their seconds.
const UNITS: [(char, i64); 5] = [('w', 7 * 24 * 60 * 60), ('d', 24 * 60 * 60), ('h', 60 * 60), ('m', 60), ('s', 1)];

/// From one instant on, and before another; both in seconds since 1970. Without either it is all of time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Period {
    since: Option<i64>,
    until: Option<i64>,
}

impl Period {
    /// The period that the flags ask for; `clock` knows the zone of times without an offset, `now` is in seconds since 1970.
    ///
    /// # Errors
    /// [`Error::Usage`] for a text that is no time, and for a period that no instant is in.
    pub fn new(since: Option<&str>, until: Option<&str>, clock: &Clock, now: i64) -> Result<Self> {
        let read = |flag, text: Option<&str>| text.map(|text| read_when(flag, text, clock, now)).transpose();
        let period = Self { since: read("--since", since)?, until: read("--until", until)? };
        match (period.since, period.until) {
            (Some(from), Some(to)) if from >= to => Err(Error::Usage(format!(
                "--since {} is not before --until {}: no time is in between",
                since.unwrap_or_default(),
                until.unwrap_or_default()
            ))),
            _ => Ok(period),
        }
    }

    /// Whether it leaves anything out.
    pub const fn is_bounded(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    /// Its first instant, in seconds since 1970.
    pub const fn since(&self) -> Option<i64> {
        self.since
    }

    /// The instant before which it ends.
    pub const fn until(&self) -> Option<i64> {
        self.until
    }

    /// Whether the instant `seconds` since 1970 is in it; no instant is in all of time only.
    pub fn contains(&self, seconds: Option<i64>) -> bool {
        match seconds {
            None => !self.is_bounded(),
            Some(at) => self.since.is_none_or(|since| since <= at) && self.until.is_none_or(|until| at < until),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.since.map(rfc3339), self.until.map(rfc3339)) {
            (None, None) => f.write_str("at any time"),
            (Some(since), None) => write!(f, "at or after {since}"),
            (None, Some(until)) => write!(f, "before {until}"),
            (Some(since), Some(until)) => write!(f, "from {since} until {until}"),
        }
    }
}

/// The instant that `text` of `flag` is, in seconds since 1970.
///
/// # Errors
/// [`Error::Usage`] for a text that is no time.
pub fn read_when(flag: &str, text: &str, clock: &Clock, now: i64) -> Result<i64> {
    let read = match read_day_name(text, clock, now) {
        Some(day) => clock.parse_day(&day),
        None => read_ago(text, now).map_or_else(|| read_instant(text, clock), Ok),
    };
    read.map_err(|error| match error {
        SKIPPED => Error::Usage(format!("{flag} {text}: that time does not exist in --tz (daylight saving): give one before or after it")),
        _ => Error::Usage(format!(
            "{flag} {text}: not a time: give 2026-11-01T08:00:00Z (without an offset it is in --tz), a day (2026-11-01, today, yesterday), or how long ago (30m, 2h, 3d, 1w)"
        )),
    })
}

/// The day that is called `today` or `yesterday` in the zone of `clock`.
fn read_day_name(text: &str, clock: &Clock, now: i64) -> Option<String> {
    let today = clock.zone().to_datetime(Timestamp::from_second(now).ok()?).date();
    let day = match text {
        "today" => today,
        "yesterday" => today.yesterday().ok()?,
        _ => return None,
    };
    Some(day.to_string())
}

fn read_ago(text: &str, now: i64) -> Option<i64> {
    now.checked_sub(parse_duration(text)?)
}

/// Reads a length of time in whole seconds: `10s`, `5m`, `1h30m`, `3d`, `1w`. A day is 24 hours, whatever clocks do in spring.
///
/// ```
/// assert_eq!(soar_light::base::time::period::parse_duration("1h30m"), Some(5400));
/// ```
pub fn parse_duration(text: &str) -> Option<i64> {
    let length = SpanParser::new().parse_span(text).ok()?.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Some(length.as_secs()).filter(|&seconds| seconds >= 0 && length.subsec_nanos() == 0)
}

/// `seconds` as [`parse_duration`] reads it, in the largest unit that leaves no rest.
pub fn show_length(seconds: u32) -> String {
    let seconds = i64::from(seconds);
    let unit = UNITS.into_iter().find(|(_, unit)| seconds % unit == 0 && seconds > 0);
    unit.map_or_else(|| format!("{seconds}s"), |(letter, unit)| format!("{}{letter}", seconds / unit))
}

fn read_instant(text: &str, clock: &Clock) -> std::result::Result<i64, TimeError> {
    clock.parse_day(text).or_else(|_| clock.clone().parse_rfc3339(full_instant(text).as_bytes()).map(|stamp| stamp.seconds))
}

/// `2026-11-01 08:00` as `2026-11-01T08:00:00`: people leave out seconds.
fn full_instant(text: &str) -> String {
    match (text.get(..10), text.get(10..11), text.get(11..16), text.get(16..)) {
        (Some(day), Some(" " | "T"), Some(time), Some(rest)) if time.as_bytes()[2] == b':' && !rest.starts_with(':') => {
            format!("{day}T{time}:00{rest}")
        }
        (Some(day), Some(" "), Some(time), Some(rest)) => format!("{day}T{time}{rest}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::parse_rfc3339;

    fn read(text: &str, tz: &str) -> Option<String> {
        let now = parse_rfc3339("2026-11-22T10:00:00Z").expect("a time");
        let clock = Clock::new(tz, None).expect("a zone");
        Period::new(Some(text), None, &clock, now).ok().and_then(|period| period.since).map(rfc3339)
    }

    #[test]
    fn an_end_is_an_instant_a_day_or_so_long_ago() {
        for (text, tz, shown) in [
            ("2026-11-01T08:00:00Z", "UTC", "2026-11-01T08:00:00Z"),
            ("2026-11-01T08:00:00+02:00", "UTC", "2026-11-01T06:00:00Z"),
            ("2026-11-01T08:00:00.678901Z", "UTC", "2026-11-01T08:00:00Z"),
            ("2026-11-01T08:00:00.5+02:00", "UTC", "2026-11-01T06:00:00Z"),
            ("2026-11-01T08:00:00", "+02:00", "2026-11-01T06:00:00Z"),
            ("2026-11-01 08:00:00", "+02:00", "2026-11-01T06:00:00Z"),
            ("2026-11-01 08:00", "+02:00", "2026-11-01T06:00:00Z"),
            ("2026-11-01T08:00", "UTC", "2026-11-01T08:00:00Z"),
            ("2026-11-01T08:00Z", "+02:00", "2026-11-01T08:00:00Z"),
            ("2026-11-01 08:00+01:00", "UTC", "2026-11-01T07:00:00Z"),
            ("2026-11-01", "+02:00", "2026-10-31T22:00:00Z"),
            ("2026-11-01", "UTC", "2026-11-01T00:00:00Z"),
            ("today", "UTC", "2026-11-22T00:00:00Z"),
            ("yesterday", "UTC", "2026-11-21T00:00:00Z"),
            ("today", "+14:00", "2026-11-22T10:00:00Z"),
            ("yesterday", "-11:00", "2026-11-20T11:00:00Z"),
            ("30m", "+02:00", "2026-11-22T09:30:00Z"),
            ("2h", "UTC", "2026-11-22T08:00:00Z"),
            ("3d", "UTC", "2026-11-19T10:00:00Z"),
            ("1w", "UTC", "2026-11-15T10:00:00Z"),
            ("0m", "UTC", "2026-11-22T10:00:00Z"),
            ("45s", "UTC", "2026-11-22T09:59:15Z"),
            ("1h30m", "UTC", "2026-11-22T08:30:00Z"),
            ("1d 2h", "UTC", "2026-11-21T08:00:00Z"),
            ("0.5h", "UTC", "2026-11-22T09:30:00Z"),
        ] {
            assert_eq!(read(text, tz).as_deref(), Some(shown), "{text} in {tz}");
        }
    }

    #[test]
    fn anything_else_is_a_usage_error_that_names_the_forms() {
        for text in [
            "",
            "h",
            "-2h",
            "2h ago",
            "2y",
            "1mo",
            "2.5s",
            "99999999999999999999h",
            "9223372036854775807w",
            "Yesterday",
            "tomorrow",
            "2026-02-30",
            "2026-11-1",
            "26-11-01",
            "2026-11-01 8:00",
            "2026-11-01T08:00:00.Z5",
            "2026-11-01T25:00:00Z",
        ] {
            let clock = Clock::new("UTC", None).expect("a zone");
            let error = Period::new(None, Some(text), &clock, 0).expect_err(text).to_string();
            assert!(error.starts_with(&format!("--until {text}: not a time: give ")), "{error}");
        }
    }

    #[test]
    fn a_length_is_shown_as_it_is_read() {
        for (seconds, text) in [(0, "0s"), (10, "10s"), (90, "90s"), (600, "10m"), (7200, "2h"), (86_400, "1d"), (1_209_600, "2w")] {
            assert_eq!((show_length(seconds).as_str(), parse_duration(text)), (text, Some(i64::from(seconds))));
        }
    }

    #[test]
    fn since_is_inclusive_and_until_exclusive() {
        let clock = Clock::new("UTC", None).expect("a zone");
        let period = Period::new(Some("1970-01-01T00:00:10Z"), Some("1970-01-01T00:00:20Z"), &clock, 0).expect("a period");
        let inside: Vec<i64> = (0..30).filter(|&at| period.contains(Some(at))).collect();
        assert_eq!(inside, (10..20).collect::<Vec<_>>());
        assert_eq!((period.contains(None), Period::default().contains(None)), (false, true));
        for (since, until) in [("1h", "2h"), ("1h", "1h")] {
            let error = Period::new(Some(since), Some(until), &clock, 0).expect_err("empty").to_string();
            assert_eq!(error, format!("--since {since} is not before --until {until}: no time is in between"));
        }
    }
}
