//! The bar chart of the top hosts: bars stacked by signal.

use std::path::Path;

use crate::base::error::Result;
use crate::base::escape::{shorten, terminal};
use crate::record::MAX_INTEGER;
use crate::record::host::HostRecord;
use crate::record::signal::{SIGNALS, index_of};
use crate::report::bars::{Bar, Bars, MOST_ROWS, Picture, Weight, draw};
use crate::report::data::{ReportData, ReportNeeds, TopHost, is_alarming};
use crate::report::fill::Fill;
use crate::report::lang::chart::{
    CHART_AND_BREAK_INS, CHART_BREAK_INS_HIDDEN, CHART_MANY, CHART_NONE, CHART_ONE, CHART_TIED, FURTHER_BREAK_INS, HIGHLY_SUSPICIOUS,
    NO_SCORE, OTHER_SIGNALS, OTHERS_HAVE, SCORE_AXIS,
};
use crate::report::lang::{ADDRESS, BREAK_IN, BREAK_INS, Lang};
use crate::report::page::{RenderOptions, Report};

/// How many hosts it shows, unless `--top` says otherwise.
const ROWS: usize = 5;
/// How many break-ins stand below them at the most.
const MOST_APART: usize = 5;
/// The mark of suspicious hosts; not told by colour alone.
const MARK: &str = "\u{25b2}";

/// `--chart`.
#[derive(Debug)]
pub(crate) struct Chart;

impl Report for Chart {
    fn name(&self) -> &'static str {
        "chart"
    }

    fn about(&self) -> &'static str {
        "Draw the top addresses as bars stacked by signal, at most 50; PNG or SVG, by the file extension"
    }

    fn check(&self, path: &Path) -> Result<()> {
        Picture::of(path, self.name()).map(drop)
    }

    fn needs(&self, options: &RenderOptions) -> ReportNeeds {
        needs(rows(options))
    }

    fn page(&self, data: &ReportData, options: &RenderOptions, path: &Path) -> Result<Vec<u8>> {
        draw(&bars(data, options, rows(options)), path, self.name(), options)
    }
}

fn rows(options: &RenderOptions) -> usize {
    options.top.unwrap_or(ROWS).min(MOST_ROWS)
}

/// What a chart of the first `rows` hosts has to know of.
pub(crate) fn needs(rows: usize) -> ReportNeeds {
    // Among the most urgent there are as many break-ins as may stand apart, whichever of them stand among the first.
    ReportNeeds { top: rows, urgent: rows + MOST_APART, ..ReportNeeds::default() }
}

/// The chart of the first `rows` hosts by score, and of break-ins that are none of them.
pub(crate) fn bars(data: &ReportData, options: &RenderOptions, rows: usize) -> Bars {
    let lang = options.lang;
    let hosts = data.top(rows);
    let (apart, hidden) = break_ins_apart(data, &hosts);
    let title = match hosts.len() {
        0 => lang.say(CHART_NONE).to_owned(),
        1 => lang.say(CHART_ONE).to_owned(),
        count => lang.fill(CHART_MANY, &[&count.to_string()]),
    };
    let below = apart.len() as u64 + hidden;
    let mut notes = Vec::new();
    let tied = data.tied_with_last(rows);
    if let Some(last) = hosts.last().filter(|_| tied > 0) {
        notes.push(lang.fill(CHART_TIED, &[&lang.count(tied, OTHERS_HAVE), &lang.number(last.host.score)]));
    }
    if hidden > 0 {
        notes.push(lang.fill(CHART_BREAK_INS_HIDDEN, &[&lang.count(hidden, FURTHER_BREAK_INS)]));
    }
    let all: Vec<&TopHost<'_>> = hosts.iter().chain(&apart).collect();
    Bars {
        title: if below == 0 { title } else { lang.fill(CHART_AND_BREAK_INS, &[&title, &lang.count(below, BREAK_INS)]) },
        notes,
        legend: legend(&all, lang),
        bars: hosts.iter().map(|kept| bar(&kept.host, lang)).collect(),
        apart: apart.iter().map(|kept| bar(&kept.host, lang)).collect(),
        value_axis: lang.say(SCORE_AXIS),
        bar_axis: lang.say(ADDRESS),
        empty: lang.say(NO_SCORE),
    }
}

/// The break-ins that are not among `hosts`, at most [`MOST_APART`] of them, and how many more there are.
fn break_ins_apart<'d>(data: &'d ReportData, hosts: &[TopHost<'d>]) -> (Vec<TopHost<'d>>, u64) {
    let inside = hosts.iter().filter(|kept| is_alarming(&kept.host)).count() as u64;
    let is_inside = |kept: &TopHost<'_>| hosts.iter().any(|other| other.host.ip == kept.host.ip && other.host == kept.host);
    let mut shown = data.urgent(usize::MAX);
    shown.retain(|kept| is_alarming(&kept.host) && !is_inside(kept));
    shown.truncate(MOST_APART);
    let hidden = data.break_ins.saturating_sub(inside + shown.len() as u64);
    (shown, hidden)
}

/// What a signal's parts of bars are filled with: by its index in the table, so it is the same in every chart.
fn fill_of(signal: &str) -> Fill {
    index_of(signal).map_or(Fill::OTHERS, Fill::of)
}

fn bar(host: &HostRecord<'_>, lang: Lang) -> Bar {
    // Foreign records may hold counts that no sum can.
    let mut room = MAX_INTEGER;
    let mut parts = Vec::new();
    for (name, width) in weighted(host) {
        let width = width.min(room);
        room -= width;
        parts.push((fill_of(name), width));
    }
    let (mark, weight) = match host {
        host if is_alarming(host) => (format!("{MARK} {}", lang.say(BREAK_IN)), Weight::Bold),
        host if host.suspicious => (MARK.to_owned(), Weight::Bold),
        _ => (String::new(), Weight::Normal),
    };
    Bar { label: host.ip.to_string(), parts, value: lang.number(host.score), mark, weight }
}

/// What each signal adds to the score.
fn weighted<'h>(host: &'h HostRecord<'_>) -> impl Iterator<Item = (&'h str, u64)> {
    let weighted = host.signals.iter().map(|(name, count)| (&*name.0, count.saturating_mul(host.weight_of(&name.0))));
    weighted.filter(|&(_, width)| width > 0)
}

/// The signals that occur, in the order of the table; those that have no fill of their own are one entry.
fn legend(hosts: &[&TopHost<'_>], lang: Lang) -> Vec<(String, Option<Fill>)> {
    /// A name outside the table is shortened to this many characters.
    const LONGEST: usize = 24;
    let mut has = [false; SIGNALS.len()];
    let mut other: Option<&str> = None;
    let mut others = 0;
    for (name, _) in hosts.iter().flat_map(|kept| weighted(&kept.host)) {
        match index_of(name) {
            Some(index) if Fill::of(index) != Fill::OTHERS => has[index] = true,
            _ if other == Some(name) => {}
            _ => {
                other = Some(name);
                others += 1;
            }
        }
    }
    let known = SIGNALS.iter().enumerate().filter(|(index, _)| has[*index]);
    let mut entries: Vec<_> = known.map(|(index, signal)| (lang.label_of(signal.name).to_owned(), Some(Fill::of(index)))).collect();
    if let Some(name) = other {
        let name = if others > 1 { lang.say(OTHER_SIGNALS).into() } else { terminal(lang.label_of(name)) };
        entries.push((shorten(&name, LONGEST).into_owned(), Some(Fill::OTHERS)));
    }
    if hosts.iter().any(|kept| kept.host.suspicious) {
        entries.push((format!("{MARK} {}", lang.say(HIGHLY_SUSPICIOUS)), None));
    }
    entries
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use super::*;
    use crate::report::data::Thresholds;
    use crate::report::page::Theme;

    fn chart(hosts: &[HostRecord<'_>], picture: &str, options: &RenderOptions) -> Vec<u8> {
        let mut data = ReportData::new(Chart.needs(options), Thresholds::default());
        for host in hosts {
            data.add_host(host);
        }
        data.close();
        Chart.page(&data, options, Path::new(picture)).expect("a picture")
    }

    fn svg(hosts: &[HostRecord<'_>]) -> String {
        String::from_utf8(chart(hosts, "x.svg", &RenderOptions::default())).expect("UTF-8")
    }

    fn host(ip: &str, counts: [u64; 3], suspicious: bool) -> HostRecord<'static> {
        let signals = ["ssh_failed", "http_404", "http_bot"].map(Into::into).into_iter().zip(counts).collect();
        HostRecord {
            score: counts.iter().fold(0, |sum, count| count.saturating_add(sum)),
            signals,
            suspicious,
            ..HostRecord::new(ip.parse().expect("an address"))
        }
    }

    #[test]
    fn a_chart_shows_every_address_its_parts_and_its_value() {
        let svg = svg(&[
            host("2001:db8:1234:5678:9abc:def0:1234:5678", [9_000_000, 700_000, 300_000], true),
            host("192.0.2.7", [3, 0, 0], false),
            host("198.51.100.200", [1, 0, 0], true),
        ]);
        for text in [
            "Top 3 addresses by score",
            "2001:db8:1234:5678:9abc:def0:1234:5678",
            "192.0.2.7",
            "198.51.100.200",
            "10,000,000  \u{25b2}",
            "1  \u{25b2}",
            "SSH Failed",
            "404",
            "Bot",
            "Address",
            "Score (occurrences",
        ] {
            assert!(svg.contains(text), "no {text}");
        }
        // A colour stands for one signal: a legend entry, and a part of each bar that has it.
        let filled = |index: usize| {
            let colour = Fill::of(index).colour();
            svg.matches(&format!("fill=\"#{:02X}{:02X}{:02X}\"", colour.0, colour.1, colour.2)).count()
        };
        assert_eq!([0, 1, 2].map(filled), [1 + 3, 1 + 1, 1 + 1]);
        let heights: Vec<_> = ["2001:db8:1234", "192.0.2.7", "198.51"].map(|text| svg.find(text)).to_vec();
        assert!(heights.is_sorted(), "highest score first");
    }

    #[test]
    fn a_tie_that_is_cut_is_said() {
        let hosts: Vec<_> = (1..=8).map(|last| host(&format!("192.0.2.{last}"), [if last < 4 { 9 } else { 7 }, 0, 0], false)).collect();
        assert!(svg(&hosts).contains("3 more addresses have the same score as the last one: 7"), "{}", svg(&hosts));
        assert!(svg(&hosts[..6]).contains("1 more address has the same score as the last one: 7"));
        assert!(!svg(&hosts[..5]).contains("more address"));
    }

    #[test]
    fn break_ins_stand_in_the_chart_or_below_it() {
        let broken = |ip: &str, score| HostRecord { rules: vec!["ssh_breakin".into()], ..host(ip, [score, 0, 0], true) };
        let mut hosts: Vec<_> = (1..=6).map(|last| host(&format!("192.0.2.{last}"), [90, 0, 0], true)).collect();
        hosts.push(broken("203.0.113.1", 91));
        let inside = svg(&hosts);
        assert!(
            inside.contains("91  \u{25b2} BREAK-IN") && inside.contains("Top 5 addresses by score<")
                || inside.contains("Top 5 addresses by score\n")
        );
        hosts.extend((1..=7).map(|last| broken(&format!("198.51.100.{last}"), 12)));
        let below = svg(&hosts);
        assert!(below.contains("Top 5 addresses by score, and 7 break-ins") && below.contains("2 further break-ins not shown"));
        assert_eq!(below.matches("BREAK-IN").count(), 1 + 5);
        assert!(below.find("192.0.2.4") < below.find("198.51.100.1"), "below the first");
    }

    #[test]
    fn a_chart_of_nothing_says_so_and_one_of_everything_does_not_overflow() {
        assert!(svg(&[]).contains("No address has a score."));
        assert!(svg(&[host("192.0.2.1", [1, 0, 0], false)]).contains("Top address by score"));
        let endless = HostRecord { score: MAX_INTEGER, ..host("192.0.2.1", [MAX_INTEGER; 3], false) };
        assert!(svg(&[endless]).contains("9,007,199,254,740,991"));
    }

    #[test]
    fn signals_outside_the_table_are_one_colour_and_one_entry() {
        let named = |names: &[&'static str]| HostRecord {
            score: 3,
            signals: names.iter().map(|name| ((*name).into(), 1)).collect(),
            weights: names.iter().map(|name| ((*name).into(), 1)).collect(),
            ..HostRecord::new([192, 0, 2, 1].into())
        };
        assert!(svg(&[named(&["mine"])]).contains("mine"));
        let several = svg(&[named(&["mine", "yours"])]);
        assert!(several.contains("other signals") && !several.contains("mine"));
    }

    #[test]
    fn the_same_hosts_give_the_same_bytes_and_text_is_escaped() {
        let host = HostRecord {
            score: 3,
            signals: vec![("ssh_failed".into(), 2), ("<b>&\u{202e}".into(), 1)],
            weights: vec![("<b>&\u{202e}".into(), 1)],
            ..HostRecord::new([192, 0, 2, 1].into())
        };
        let mut pictures = Vec::new();
        for picture in ["x.png", "x.svg"] {
            for theme in [Theme::Light, Theme::Dark] {
                let options = RenderOptions { theme, ..RenderOptions::default() };
                let (one, two) = (chart(from_ref(&host), picture, &options), chart(from_ref(&host), picture, &options));
                assert!(one == two, "{picture} {theme:?}");
                pictures.push(one);
            }
        }
        assert!(pictures[0] != pictures[1] && pictures[2] != pictures[3], "the themes differ");
        let svg = String::from_utf8_lossy(&pictures[2]);
        assert!(svg.contains("192.0.2.1") && svg.contains("&lt;b&gt;&amp;") && !svg.contains("<b>"));
    }

    #[test]
    fn it_speaks_french() {
        let options = RenderOptions { lang: Lang::Fr, ..RenderOptions::default() };
        let svg =
            String::from_utf8(chart(&[host("192.0.2.1", [12_500, 1, 0], true), host("192.0.2.2", [1, 0, 0], false)], "x.svg", &options))
                .expect("UTF-8");
        for text in ["Les 2 adresses aux scores les plus élevés", "Échec SSH", "12\u{202f}501", "Adresse", "poids", "très suspecte"] {
            assert!(svg.contains(text), "no {text}");
        }
    }
}
