//! The ticks of an axis of time, where people expect them: at whole hours, days, months of their own zone.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan as _};

use crate::report::lang::Lang;

/// A mark of the axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tick {
    /// Seconds since 1970.
    pub at: i64,
    /// What stands below it.
    pub label: String,
    /// What stands below that, where it differs from the tick before: the day of a time, the year of a day.
    pub more: String,
}

/// How far apart ticks are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Seconds that divide a day.
    Seconds(i64),
    Days(i64),
    /// From January on, or years from one that they divide.
    Months(i64),
}

const DAY: i64 = 86_400;

const STEPS: [Step; 32] = [
    Step::Seconds(10),
    Step::Seconds(30),
    Step::Seconds(60),
    Step::Seconds(120),
    Step::Seconds(300),
    Step::Seconds(600),
    Step::Seconds(1200),
    Step::Seconds(1800),
    Step::Seconds(3600),
    Step::Seconds(7200),
    Step::Seconds(10_800),
    Step::Seconds(21_600),
    Step::Seconds(43_200),
    Step::Days(1),
    Step::Days(2),
    Step::Days(4),
    Step::Days(7),
    Step::Days(14),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Months(12),
    Step::Months(24),
    Step::Months(60),
    Step::Months(120),
    Step::Months(240),
    Step::Months(600),
    Step::Months(1200),
    Step::Months(2400),
    Step::Months(6000),
    Step::Months(12_000),
];

impl Step {
    const fn seconds(self) -> i64 {
        match self {
            Self::Seconds(seconds) => seconds,
            Self::Days(days) => days * DAY,
            Self::Months(months) => months * 30 * DAY,
        }
    }

    /// The last tick that is no later than `at`.
    fn floor(self, at: DateTime) -> Option<DateTime> {
        let midnight = at.date().to_datetime(Time::midnight());
        match self {
            Self::Seconds(seconds) => {
                let of_day = i64::from(at.hour()) * 3600 + i64::from(at.minute()) * 60 + i64::from(at.second());
                midnight.checked_add((of_day / seconds * seconds).seconds()).ok()
            }
            Self::Days(7 | 14) => {
                let back = i64::from(at.date().weekday().to_monday_zero_offset());
                midnight.checked_sub(back.days()).ok()
            }
            Self::Days(_) => Some(midnight),
            Self::Months(months) => {
                let of_year = i64::from(at.year()) * 12 + i64::from(at.month()) - 1;
                let first = of_year.div_euclid(months) * months;
                let (year, month) = (i16::try_from(first.div_euclid(12)).ok()?, i8::try_from(first.rem_euclid(12) + 1).ok()?);
                Some(Date::new(year, month, 1).ok()?.to_datetime(Time::midnight()))
            }
        }
    }

    fn span(self, times: i64) -> Span {
        match self {
            Self::Seconds(seconds) => (seconds * times).seconds(),
            Self::Days(days) => (days * times).days(),
            Self::Months(months) => (months * times).months(),
        }
    }

    /// What stands below a tick, and below that.
    fn label(self, at: DateTime, lang: Lang) -> (String, String) {
        let (year, month, day) = (at.year(), at.month(), at.day());
        let date = || lang.say_either(|| format!("{year:04}-{month:02}-{day:02}"), || format!("{day:02}/{month:02}/{year:04}"));
        match self {
            Self::Seconds(seconds) if seconds % 60 != 0 => (format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second()), date()),
            Self::Seconds(_) => (format!("{:02}:{:02}", at.hour(), at.minute()), date()),
            Self::Days(_) => (lang.say_either(|| format!("{month:02}-{day:02}"), || format!("{day:02}/{month:02}")), format!("{year:04}")),
            Self::Months(months) if months % 12 == 0 => (format!("{year:04}"), String::new()),
            Self::Months(_) => (lang.say_either(|| format!("{year:04}-{month:02}"), || format!("{month:02}/{year:04}")), String::new()),
        }
    }
}

/// The ticks from `start` to `end`, in seconds since 1970, about `most` of them; none where no calendar has such times.
pub(crate) fn ticks(start: i64, end: i64, most: i64, zone: &TimeZone, lang: Lang) -> Vec<Tick> {
    let step = STEPS.into_iter().find(|step| (end - start) / step.seconds() <= most).unwrap_or(STEPS[STEPS.len() - 1]);
    let mut ticks: Vec<Tick> = Vec::new();
    let Some(first) = Timestamp::from_second(start).ok().and_then(|at| step.floor(zone.to_datetime(at))) else { return ticks };
    let mut before = String::new();
    // The year, or the month, in which it all begins, where its own tick is far off.
    if let (Step::Months(_), Ok(at)) = (step, Timestamp::from_second(start)) {
        let next = first.checked_add(step.span(1)).ok().and_then(|civil| zone.to_ambiguous_timestamp(civil).compatible().ok());
        if next.is_some_and(|next| next.as_second() <= end && (next.as_second() - start) * 3 >= step.seconds() * 2) {
            ticks.push(Tick { at: start, label: step.label(zone.to_datetime(at), lang).0, more: String::new() });
        }
    }
    for times in 0..2 * most + 4 {
        let Ok(civil) = first.checked_add(step.span(times)) else { break };
        let Ok(at) = zone.to_ambiguous_timestamp(civil).compatible() else { break };
        let at = at.as_second();
        if at > end {
            break;
        }
        // Where clocks go back there are two of one name; where they go forward, two names of one instant.
        if at < start || ticks.last().is_some_and(|tick| tick.at >= at) {
            continue;
        }
        let (label, more) = step.label(zone.to_datetime(Timestamp::from_second(at).unwrap_or_default()), lang);
        let is_same = more == before;
        before.clone_from(&more);
        ticks.push(Tick { at, label, more: if is_same { String::new() } else { more } });
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::time::parse_rfc3339;

    fn shown(start: &str, end: &str, zone: &str, lang: Lang) -> Vec<String> {
        let [start, end] = [start, end].map(|text| parse_rfc3339(text).expect("a time"));
        let zone = TimeZone::get(zone).expect("a zone");
        ticks(start, end, 8, &zone, lang).into_iter().map(|tick| format!("{} {}", tick.label, tick.more).trim_end().to_owned()).collect()
    }

    #[test]
    fn ticks_stand_at_whole_steps_of_the_readers_zone() {
        for (start, end, zone, labels) in [
            (
                "2026-04-12T06:02:05Z",
                "2026-04-12T06:02:55Z",
                "UTC",
                &["06:02:10 2026-04-12", "06:02:20", "06:02:30", "06:02:40", "06:02:50"][..],
            ),
            ("2026-04-11T20:10:00Z", "2026-04-12T00:40:00Z", "Europe/Paris", &["23:00 2026-04-11", "00:00 2026-04-12", "01:00", "02:00"]),
            ("2026-04-11T20:10:00Z", "2026-04-11T21:40:00Z", "Asia/Kolkata", &["01:40 2026-04-12", "02:00", "02:20", "02:40", "03:00"]),
            // Clocks go forward at 02:00 and back at 03:00.
            (
                "2026-03-29T00:00:00Z",
                "2026-03-29T04:00:00Z",
                "Europe/Paris",
                &["01:00 2026-03-29", "01:30", "03:00", "03:30", "04:00", "04:30", "05:00", "05:30", "06:00"],
            ),
            ("2026-04-01T00:00:00Z", "2026-04-06T00:00:00Z", "UTC", &["04-01 2026", "04-02", "04-03", "04-04", "04-05", "04-06"]),
            ("2025-12-20T00:00:00Z", "2026-01-30T00:00:00Z", "UTC", &["12-22 2025", "12-29", "01-05 2026", "01-12", "01-19", "01-26"]),
            ("2025-12-20T00:00:00Z", "2026-06-30T00:00:00Z", "UTC", &["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06"]),
            ("2019-02-28T00:00:00Z", "2026-11-12T00:00:00Z", "UTC", &["2019", "2020", "2021", "2022", "2023", "2024", "2025", "2026"]),
            ("2025-12-02T00:00:00Z", "2026-05-30T00:00:00Z", "UTC", &["2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05"]),
            ("2011-12-20T00:00:00Z", "2026-06-30T00:00:00Z", "UTC", &["2012", "2014", "2016", "2018", "2020", "2022", "2024", "2026"]),
        ] {
            assert_eq!(shown(start, end, zone, Lang::En), labels, "{start} {end} {zone}");
        }
        assert_eq!(shown("2026-04-01T00:00:00Z", "2026-04-03T12:00:00Z", "UTC", Lang::Fr)[..2], ["00:00 01/04/2026", "12:00"]);
    }

    #[test]
    fn there_are_neither_too_many_nor_too_few_whatever_the_period() {
        for start in [0, 1_775_973_725, -3_000_000_000] {
            for power in 5..38 {
                let ticks = ticks(start, start + (1 << power), 8, &TimeZone::UTC, Lang::En);
                assert!((power < 6 || ticks.len() >= 2) && ticks.len() <= 9, "{start} {power}: {ticks:?}");
            }
        }
        assert_eq!(ticks(i64::MAX / 4, i64::MAX / 2, 8, &TimeZone::UTC, Lang::En), []);
    }
}
