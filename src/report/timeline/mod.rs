//! Signals over time: stacked for all hosts, then a strip for each of the most urgent ones. The page and the pictures share what is
//! here.

pub(crate) mod axis;
mod picture;
pub(crate) mod total;

use std::path::Path;

use crate::base::error::{Error, Result};
use crate::record::signal::SIGNALS;
use crate::report::bars::Picture;
use crate::report::data::{ReportData, ReportNeeds, TopHost};
use crate::report::fill::Fill;
use crate::report::lang::Lang;
use crate::report::lang::chart::OTHER_SIGNALS;
use crate::report::lang::story::SEMICOLON;
use crate::report::lang::timeline::{ACTIVE, COLUMN_IS, GAP, INACTIVE, SHOWN, WITHOUT_TIMELINE};
use crate::report::page::{RenderOptions, Report};
use crate::report::timeline::total::{OTHERS, View};
use crate::report::why::UNITS;

/// How many hosts have a strip, unless `--top` says otherwise.
const STRIPS: usize = 10;
/// How many strips a picture has at the most.
const MOST_STRIPS: usize = 50;
/// How many signals are told apart: as many as there are colours.
const KINDS: usize = 7;
/// How many shades a strip has.
pub(crate) const SHADES: u32 = 5;

/// `--timeline`.
#[derive(Debug)]
pub(crate) struct TimelineChart;

impl Report for TimelineChart {
    fn name(&self) -> &'static str {
        "timeline-chart"
    }

    fn alias(&self) -> Option<&'static str> {
        Some("timeline")
    }

    fn about(&self) -> &'static str {
        "Draw signals over time (needs soar-score --timeline) and a strip for each of the most urgent addresses; PNG or SVG, by the file extension; --timeline means the same"
    }

    fn check(&self, path: &Path) -> Result<()> {
        Picture::of(path, self.name()).map(drop)
    }

    fn needs(&self, options: &RenderOptions) -> ReportNeeds {
        ReportNeeds { urgent: strips(options), timeline: true, ..ReportNeeds::default() }
    }

    fn page(&self, data: &ReportData, options: &RenderOptions, path: &Path) -> Result<Vec<u8>> {
        let view = data.timeline.view(&options.period);
        let hosts = data.urgent(strips(options));
        let picture = picture::TimePicture { chart: view.as_ref().map(|view| TimeChart::new(view, &hosts, data, options)), options };
        picture
            .render(Picture::of(path, self.name())?)
            .map_err(|error| Error::Write { path: path.display().to_string(), reason: error.to_string() })
    }
}

fn strips(options: &RenderOptions) -> usize {
    options.top.unwrap_or(STRIPS).min(MOST_STRIPS)
}

/// What a chart of signals over time is made of.
pub(crate) struct TimeChart<'v> {
    pub(crate) view: &'v View,
    /// The signals that are told apart, with their names and what their parts are filled with.
    pub(crate) kinds: Vec<(usize, String, Fill)>,
    /// A round number that no column exceeds.
    pub(crate) top: u64,
    pub(crate) strips: Vec<Strip<'v>>,
    pub(crate) notes: Vec<String>,
    /// Columns in which nothing was counted, and that in words.
    pub(crate) gap: Option<((usize, usize), String)>,
}

/// One host over time.
pub(crate) struct Strip<'v> {
    /// Its index among the hosts that were given.
    pub(crate) nth: usize,
    pub(crate) host: &'v TopHost<'v>,
    /// What it did in each column.
    pub(crate) counts: Vec<u64>,
    /// The same in words.
    pub(crate) told: String,
}

impl<'v> TimeChart<'v> {
    /// The chart of all hosts, with strips of the first of `hosts`.
    pub(crate) fn new(view: &'v View, hosts: &'v [TopHost<'v>], data: &ReportData, options: &RenderOptions) -> Self {
        let lang = options.lang;
        let kinds = view.kinds(KINDS).into_iter();
        let named = |kind: usize| match SIGNALS.get(kind) {
            Some(signal) => (kind, lang.label_of(signal.name).to_owned(), Fill::of(kind)),
            None => (OTHERS, lang.say(OTHER_SIGNALS).to_owned(), Fill::OTHERS),
        };
        let with_timeline = hosts
            .iter()
            .enumerate()
            .filter(|(_, kept)| !kept.host.timeline.is_empty())
            .take(strips(options).min(STRIPS.max(options.top.unwrap_or(0))));
        let strip = |(nth, host): (usize, &'v TopHost<'v>)| {
            let counts = view.strip(&host.host.timeline);
            Strip { nth, host, told: tell(view, &counts, lang), counts }
        };
        let mut notes = vec![lang.fill(COLUMN_IS, &[&width(view.step, lang), &lang.zone_name()])];
        let when = |at: i64| day_or_time(at, view, lang);
        // Of hosts without a timeline it is not known when they were there.
        let gap = view
            .gap()
            .filter(|_| data.without_timeline == 0)
            .map(|(from, to)| ((from, to), lang.fill(GAP, &[&when(view.start_of(from)), &when(view.start_of(to))])));
        // The last column may end behind today.
        let first = data.first_seen.map_or(view.start, |at| at.clamp(view.start, view.end()));
        let last = data.last_seen.map_or(view.end(), |at| at.clamp(first, view.end()));
        let shown = lang.fill(SHOWN, &[&when(first), &when(last)]);
        notes.push(gap.as_ref().map_or_else(|| shown.clone(), |(_, gap)| format!("{shown}{}{gap}", lang.say(SEMICOLON))));
        if data.without_timeline > 0 {
            notes.push(lang.count(data.without_timeline, WITHOUT_TIMELINE));
        }
        Self { view, kinds: kinds.map(named).collect(), top: round_up(view.most()), strips: with_timeline.map(strip).collect(), notes, gap }
    }

    /// The parts of a column, from the bottom.
    pub(crate) fn parts(&self, column: usize) -> Vec<(Fill, u64)> {
        let kinds: Vec<_> = self.kinds.iter().map(|(kind, _, _)| *kind).collect();
        self.kinds.iter().map(|(_, _, fill)| *fill).zip(self.view.parts(column, &kinds)).collect()
    }

    /// The most that any strip has in a column.
    pub(crate) fn most_of_strips(&self) -> u64 {
        self.strips.iter().flat_map(|strip| &strip.counts).copied().max().unwrap_or(0)
    }
}

/// How dark a count is, of [`SHADES`]: each shade stands for some times as many as the one before. 0: nothing happened.
pub(crate) fn shade(count: u64, most: u64) -> u32 {
    if count == 0 {
        return 0;
    }
    // How many binary digits, so that it is the same everywhere.
    let digits = |number: u64| u64::BITS - number.leading_zeros();
    let (own, all) = (digits(count) - 1, digits(most.max(count)) - 1);
    1 + own * (SHADES - 1) / all.max(1)
}

/// The smallest of 1, 2, 4, 5 times a power of ten that is no less.
fn round_up(most: u64) -> u64 {
    let mut unit = 1_u64;
    loop {
        if let Some(top) = [1, 2, 4, 5].into_iter().map(|times| unit.saturating_mul(times)).find(|&top| top >= most.max(1)) {
            return top;
        }
        unit = unit.saturating_mul(10);
    }
}

/// The width of a column, in words: `1 minute`, `25 weeks`.
fn width(seconds: i64, lang: Lang) -> String {
    let seconds = seconds.unsigned_abs();
    let (unit, what) = UNITS.into_iter().find(|(unit, _)| seconds.is_multiple_of(*unit)).unwrap_or(UNITS[UNITS.len() - 1]);
    lang.count(seconds / unit, what)
}

/// A day, where columns are days or more, else a time.
fn day_or_time(at: i64, view: &View, lang: Lang) -> String {
    let text = lang.time(at);
    match text.split_once(['T', ' ']) {
        Some((day, _)) if view.step >= 86_400 => day.to_owned(),
        _ => text,
    }
}

/// When a host was active, in words.
fn tell(view: &View, counts: &[u64], lang: Lang) -> String {
    let at = |column: usize| lang.time(view.start + view.step * i64::try_from(column).unwrap_or(0));
    let (first, last) = (counts.iter().position(|count| *count > 0), counts.iter().rposition(|count| *count > 0));
    // Of equals the first.
    let most = counts.iter().enumerate().rev().max_by_key(|(_, count)| **count);
    match (first, last, most) {
        (Some(first), Some(last), Some((column, most))) => {
            lang.fill(ACTIVE, &[&at(first), &at(last + 1), &lang.number(*most), &at(column)])
        }
        _ => lang.say(INACTIVE).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::host::HostRecord;
    use crate::report::data::Thresholds;
    use crate::report::page::Theme;

    fn chart(lines: &[&str], picture: &str, options: &RenderOptions) -> Vec<u8> {
        let mut data = ReportData::new(TimelineChart.needs(options), Thresholds::default());
        for line in lines {
            data.add(&HostRecord::from_line(line.as_bytes()).expect("a host"), line.as_bytes());
        }
        data.close();
        TimelineChart.page(&data, options, Path::new(picture)).expect("a picture")
    }

    const LINES: [&str; 3] = [
        r#"{"ip":"192.0.2.1","score":9,"suspicious":true,"signals":{"ssh_failed":9},"first_seen":"2026-04-12T06:02:00Z","timeline":{"resolution_seconds":60,"buckets":{"ssh_failed":[1775973720,4,1,4,40,1]}}}"#,
        r#"{"ip":"2001:db8:1234:5678:9abc:def0:1234:5678","score":3,"signals":{"http_404":2,"<b>":1},"first_seen":"2026-04-12T06:02:00Z","timeline":{"resolution_seconds":60,"buckets":{"http_404":[1775973840,2],"<b>":[1775973720,1]}}}"#,
        r#"{"ip":"192.0.2.9","score":1,"signals":{"http_404":1},"first_seen":"2026-04-12T06:02:00Z"}"#,
    ];

    #[test]
    fn a_picture_shows_the_signals_the_hosts_and_what_is_not_in_it() {
        let svg = String::from_utf8(chart(&LINES, "x.svg", &RenderOptions::default())).expect("UTF-8");
        for text in [
            "Signals over time",
            "Occurrences per 1 minute; times in UTC",
            "1 address has no timeline",
            "SSH Failed",
            "404",
            "other signals",
            "192.0.2.1",
            "2001:db8:1234:5678:9abc:def0:1234:5678",
            "06:10",
            "2026-04-12",
        ] {
            assert!(svg.contains(text), "no {text}");
        }
        assert!(!svg.contains("192.0.2.9") && !svg.contains("<b>"));
        let paris = jiff::tz::TimeZone::get("Europe/Paris").expect("a zone");
        let options = RenderOptions { lang: Lang::Fr.in_zone(paris), ..RenderOptions::default() };
        let svg = String::from_utf8(chart(&LINES, "x.svg", &options)).expect("UTF-8");
        for text in ["Les signaux au fil du temps", "heures en Europe/Paris", "08:10", "12/04/2026"] {
            assert!(svg.contains(text), "no {text}");
        }
        assert!(String::from_utf8_lossy(&chart(&LINES[2..], "x.svg", &RenderOptions::default())).contains("No host has a timeline"));
    }

    #[test]
    fn logs_that_lie_years_apart_say_when_and_between_which_days_there_is_nothing() {
        const APART: &str = r#"{"ip":"192.0.2.1","score":60,"signals":{"ssh_failed":60},"first_seen":"2019-03-04T01:00:00Z","last_seen":"2026-11-02T22:03:00Z","timeline":{"resolution_seconds":604800,"buckets":{"ssh_failed":[1551312000,30,400,30]}}}"#;
        const BUSY: &str = r#"{"ip":"192.0.2.1","score":60,"signals":{"ssh_failed":60},"first_seen":"2026-04-12T06:02:00Z","last_seen":"2026-04-12T06:05:10Z","timeline":{"resolution_seconds":60,"buckets":{"ssh_failed":[1775973720,15,1,15,1,15,1,15]}}}"#;
        // Of a host without a timeline nobody knows whether it was there.
        const WITHOUT: &str = r#"{"ip":"192.0.2.2","score":60,"signals":{"ssh_failed":60},"first_seen":"2020-03-04T01:00:00Z","last_seen":"2021-11-02T22:03:00Z"}"#;
        let svg = |options| String::from_utf8(chart(&[APART], "x.svg", &options)).expect("UTF-8");
        let english = svg(RenderOptions::default());
        for text in ["From 2019-03-04 to 2026-11-02; nothing from 2019-03-14 to 2026-10-29", "\n2019\n", "\n2026\n"] {
            assert!(english.contains(text), "no {text}: {english}");
        }
        assert_eq!(english.matches("nothing from 2019-03-14 to 2026-10-29").count(), 2, "in the gap, too");
        let french = svg(RenderOptions { lang: Lang::Fr, ..RenderOptions::default() });
        assert!(french.contains("Du 04/03/2019 au 02/11/2026\u{a0}; rien du 14/03/2019 au 29/10/2026"), "{french}");
        let minutes = String::from_utf8(chart(&[BUSY], "x.svg", &RenderOptions::default())).expect("UTF-8");
        assert!(minutes.contains("From 2026-04-12T06:02:00Z to 2026-04-12T06:05:10Z") && !minutes.contains("nothing from"), "{minutes}");
        let unknown = String::from_utf8(chart(&[APART, WITHOUT], "x.svg", &RenderOptions::default())).expect("UTF-8");
        assert!(!unknown.contains("nothing from"), "{unknown}");
    }

    #[test]
    fn the_same_hosts_give_the_same_bytes_and_themes_differ() {
        let mut pictures = Vec::new();
        for theme in [Theme::Light, Theme::Dark] {
            let options = RenderOptions { theme, ..RenderOptions::default() };
            let picture = chart(&LINES, "x.png", &options);
            assert!(picture.starts_with(b"\x89PNG") && picture == chart(&LINES, "x.png", &options));
            pictures.push(picture);
        }
        assert!(pictures[0] != pictures[1]);
    }

    #[test]
    fn shades_tell_apart_and_the_scale_is_round() {
        assert_eq!([0, 1, 2, 5, 60, 1000].map(|count| shade(count, 1000)), [0, 1, 1, 1, 3, 5]);
        assert_eq!([(1, 1), (2, 2), (1, 0)].map(|(count, most)| shade(count, most)), [1, 5, 1]);
        assert_eq!([0, 1, 3, 5, 6, 11, 41, u64::MAX].map(round_up), [1, 1, 4, 5, 10, 20, 50, u64::MAX]);
        assert_eq!(
            [10, 60, 600, 3600, 21_600, 604_800].map(|seconds| width(seconds, Lang::En)),
            ["10 seconds", "1 minute", "10 minutes", "1 hour", "6 hours", "1 week"]
        );
    }
}
