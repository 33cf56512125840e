//! `timeline`: how often each signal was counted, by time, for people who look at it. `soar-score --timeline` writes it.
//!
//! The resolution is one of [`LADDER`], and each of these divides the next, so finer buckets add up to coarser ones exactly. All
//! hosts of a run have one resolution: the finest with which the whole period of the run is no more than [`MOST_BUCKETS`] long.

use serde::{Deserialize, Deserializer, de};

use crate::base::time::rfc3339::MonthReader;
use crate::record::Text;
use crate::record::host::field::{Field, put_pairs};
use crate::record::host::partial::{Buckets, put_buckets, read_buckets, read_buckets_fast};
use crate::record::json::cursor::JsonCursor;
use crate::record::json::pairs::Pairs;
use crate::record::json::put_number;
use crate::record::whole;
use crate::record::whole::Whole;

/// The resolutions that there are, in seconds: 10s, 1m, 10m, 1h, 6h, 1d, 7d. Buckets are aligned to 1970, weeks to its first Thursday.
pub(crate) const LADDER: [u32; 7] = [10, 60, 600, 3600, 21_600, 86_400, 604_800];

/// How many buckets the period of a run has at the most, but for one of more than 200 weeks.
pub(crate) const MOST_BUCKETS: i64 = 200;

/// The coarsest resolution, as an index into [`LADDER`].
pub(crate) const COARSEST: u8 = 6;

/// The counts of one host by time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline<'a> {
    /// The resolution, as an index into [`LADDER`].
    pub level: u8,
    /// The buckets of each signal that are not empty, in units of the resolution.
    pub signals: Vec<(Text<'a>, Buckets)>,
}

/// How long a bucket is, in seconds.
pub(crate) const fn seconds_of(level: u8) -> u32 {
    LADDER[if level < COARSEST { level } else { COARSEST } as usize]
}

/// The bucket of `level` that holds the bucket `start` of a level that is no coarser.
pub(crate) const fn lift(start: i64, from: u8, level: u8) -> i64 {
    start.div_euclid((seconds_of(level) / seconds_of(from)) as i64)
}

/// Where the buckets of a run lie, and what that makes of their resolution. Any order of [`TimelineSpan::cover`] gives the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct TimelineSpan {
    /// The coarsest of all that was added.
    level: u8,
    /// The start of the first and of the last bucket, in seconds since 1970.
    ends: Option<(i64, i64)>,
}

impl TimelineSpan {
    /// Adds the buckets from `first` to `last`, in units of the resolution of `level`.
    pub(crate) fn cover(&mut self, level: u8, first: i64, last: i64) {
        let [first, last] = [first, last].map(|start| start * i64::from(seconds_of(level)));
        self.level = self.level.max(level);
        self.ends = Some(self.ends.map_or((first, last), |(earliest, latest)| (earliest.min(first), latest.max(last))));
    }

    /// The finest resolution that no part exceeds and with which there are no more than [`MOST_BUCKETS`] from end to end; the
    /// coarsest where there is none.
    pub(crate) fn level(&self) -> u8 {
        let Some((first, last)) = self.ends else { return self.level };
        let count = |level: u8| {
            let seconds = i64::from(seconds_of(level));
            last.div_euclid(seconds) - first.div_euclid(seconds) + 1
        };
        (self.level..COARSEST).find(|&level| count(level) <= MOST_BUCKETS).unwrap_or(COARSEST)
    }
}

/// Puts buckets that ascend into coarser ones.
pub(crate) fn coarsen(buckets: &mut Buckets, from: u8, level: u8) {
    if level <= from {
        return;
    }
    for (start, _) in buckets.iter_mut() {
        *start = lift(*start, from, level);
    }
    buckets.dedup_by(|later, earlier| {
        let is_same = later.0 == earlier.0;
        if is_same {
            earlier.1 = earlier.1.saturating_add(later.1).min(crate::record::MAX_INTEGER);
        }
        is_same
    });
}

impl Timeline<'_> {
    /// Whether there is nothing to tell.
    pub const fn is_empty(&self) -> bool {
        self.signals.is_empty()
    }

    /// Makes buckets as wide as those of `level`, where they are narrower.
    pub(crate) fn coarsen(&mut self, level: u8) {
        self.signals.iter_mut().for_each(|(_, buckets)| coarsen(buckets, self.level, level));
        self.level = self.level.max(level);
    }

    /// Adds its buckets to `span`.
    pub(crate) fn cover(&self, span: &mut TimelineSpan) {
        for (_, buckets) in &self.signals {
            if let (Some(&(first, _)), Some(&(last, _))) = (buckets.first(), buckets.last()) {
                span.cover(self.level, first, last);
            }
        }
    }

    /// The same, holding its own text.
    pub fn into_owned(self) -> Timeline<'static> {
        let own = |(signal, buckets): (Text<'_>, Buckets)| (signal.to_owned(), buckets);
        Timeline { level: self.level, signals: self.signals.into_iter().map(own).collect() }
    }
}

impl<'a> Field<'a> for Timeline<'a> {
    fn is_told(&self) -> bool {
        !self.is_empty()
    }

    fn put(&self, out: &mut Vec<u8>) {
        let seconds = seconds_of(self.level);
        put_number(out, r#"{"resolution_seconds":"#, Some(seconds));
        out.extend_from_slice(br#","buckets":"#);
        put_pairs(out, &self.signals, |out, buckets| put_buckets(seconds.into(), buckets, out));
        out.push(b'}');
    }

    fn read(&mut self, cursor: &mut JsonCursor<'a>, _: &mut MonthReader) -> Option<()> {
        cursor.expect(br#"{"resolution_seconds":"#)?;
        let level = level_of(cursor.integer()?)?;
        cursor.expect(br#","buckets":{"#)?;
        (self.level, self.signals) = (level, Vec::new());
        cursor.items(b'}', |cursor| {
            cursor.expect(b"\"")?;
            let signal = Text::from(std::str::from_utf8(cursor.plain_text()?).ok()?);
            cursor.expect(b":[")?;
            let mut buckets = Buckets::new();
            read_buckets_fast(&mut buckets, cursor, seconds_of(level).into())?;
            // The thorough reader says what is wrong with two of one name.
            let is_new = !buckets.is_empty() && self.signals.iter().all(|(other, _)| *other != signal);
            is_new.then(|| self.signals.push((signal, buckets)))
        })?;
        cursor.expect(b"}")
    }
}

/// The index of a resolution in [`LADDER`].
fn level_of(seconds: u64) -> Option<u8> {
    let level = LADDER.iter().position(|&own| u64::from(own) == seconds)?;
    u8::try_from(level).ok()
}

#[derive(Deserialize)]
struct TimelineJson<'a> {
    #[serde(deserialize_with = "whole::read")]
    resolution_seconds: u64,
    #[serde(borrow)]
    buckets: Pairs<Text<'a>, Vec<Whole<i64>>>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Timeline<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let TimelineJson { resolution_seconds, buckets } = TimelineJson::deserialize(deserializer)?;
        let level =
            level_of(resolution_seconds).ok_or_else(|| de::Error::custom(format!("timeline.resolution_seconds is none of {LADDER:?}")))?;
        let mut timeline = Self { level, signals: Vec::with_capacity(buckets.0.len()) };
        for (signal, numbers) in buckets.0 {
            let buckets = read_buckets(&numbers, seconds_of(level).into())
                .ok_or_else(|| de::Error::custom("timeline.buckets are no starts, counts and gaps"))?;
            if timeline.signals.iter().any(|(other, _)| *other == signal) {
                return Err(de::Error::custom("timeline.buckets name a signal twice"));
            }
            if !buckets.is_empty() {
                timeline.signals.push((signal, buckets));
            }
        }
        Ok(timeline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_resolution_divides_the_next() {
        assert!(LADDER.windows(2).all(|pair| pair[1] % pair[0] == 0 && pair[1] > pair[0]));
        assert_eq!(usize::from(COARSEST) + 1, LADDER.len());
    }

    #[test]
    fn the_resolution_is_the_finest_with_which_the_period_is_short_enough() {
        let level = |first: i64, last: i64| {
            let mut span = TimelineSpan::default();
            span.cover(0, last, last);
            span.cover(0, first, first);
            span.level()
        };
        for (first, last, wanted) in [
            (0, 0, 0),
            (0, 199, 0),
            (0, 200, 1),
            // Two thousand seconds that touch 35 minutes.
            (5, 205, 1),
            (-199, 0, 0),
            (-200, 0, 1),
            (0, 1199, 1),
            (0, 1200, 2),
            (0, 11_999, 2),
            (0, 12_000, 3),
            (0, 71_999, 3),
            (0, 72_000, 4),
            (0, 431_999, 4),
            (0, 432_000, 5),
            (0, 1_727_999, 5),
            (0, 1_728_000, 6),
            (0, 1 << 40, 6),
        ] {
            assert_eq!(level(first, last), wanted, "{first} {last}");
        }
    }

    #[test]
    fn it_is_read_as_it_was_written_by_both_readers() {
        for (timeline, text) in [
            (
                Timeline {
                    level: 1,
                    signals: vec![("ssh_failed".into(), vec![(29_599_575, 5), (29_599_576, 7)]), ("z".into(), vec![(-2, 1)])],
                },
                r#"{"resolution_seconds":60,"buckets":{"ssh_failed":[1775974500,5,1,7],"z":[-120,1]}}"#,
            ),
            (
                Timeline { level: 6, signals: vec![("http_404".into(), vec![(2936, 1)])] },
                r#"{"resolution_seconds":604800,"buckets":{"http_404":[1775692800,1]}}"#,
            ),
        ] {
            let mut out = Vec::new();
            timeline.put(&mut out);
            assert_eq!(String::from_utf8_lossy(&out), text);
            assert_eq!(serde_json::from_str::<Timeline<'_>>(text).expect("a timeline"), timeline);
            let mut quick = Timeline { level: 3, signals: vec![("http_404".into(), vec![(1, 1)])] };
            let is_read = quick.read(&mut JsonCursor::new(text.as_bytes()), &mut MonthReader::default()).is_some();
            assert!(is_read != text.contains('-') && (!is_read || quick == timeline), "{text}");
        }
    }

    #[test]
    fn what_is_no_timeline_is_refused() {
        for json in [
            r#"{"resolution_seconds":30,"buckets":{"a":[0,1]}}"#,
            r#"{"resolution_seconds":60,"buckets":{"a":[30,1]}}"#,
            r#"{"resolution_seconds":60,"buckets":{"a":[60]}}"#,
            r#"{"resolution_seconds":60,"buckets":{"a":[60,0]}}"#,
            r#"{"resolution_seconds":60,"buckets":{"a":[60,1,0,1]}}"#,
            r#"{"resolution_seconds":60,"buckets":{"a":[60,1],"a":[60,1]}}"#,
            r#"{"buckets":{"a":[60,1]}}"#,
            r#"{"resolution_seconds":60}"#,
            "[]",
        ] {
            assert!(serde_json::from_str::<Timeline<'_>>(json).is_err(), "{json}");
            let is_read = Timeline::default().read(&mut JsonCursor::new(json.as_bytes()), &mut MonthReader::default()).is_some();
            assert!(!is_read, "{json}");
        }
    }

    #[test]
    fn finer_buckets_add_up_to_coarser_ones() {
        let mut timeline = Timeline { level: 0, signals: vec![("a".into(), vec![(-1, 1), (0, 2), (5, 3), (6, 4)])] };
        timeline.coarsen(1);
        assert_eq!(timeline, Timeline { level: 1, signals: vec![("a".into(), vec![(-1, 1), (0, 5), (1, 4)])] });
        timeline.coarsen(0);
        assert_eq!(timeline.level, 1);
    }
}
