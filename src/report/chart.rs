//! The bar chart of the top hosts: bars stacked by signal.

use std::path::Path;

use super::bars::{Bar, Bars, COLOURS, Picture, Weight, render};
use super::digest::{Digest, Kept, Needs};
use super::lang::{ADDRESS, CHART_MANY, CHART_NONE, CHART_ONE, HIGHLY_SUSPICIOUS, Lang, NO_SCORE, OTHER_SIGNALS, SCORE_AXIS};
use super::page::{Look, Report};
use crate::error::{Error, Result};
use crate::escape::{shorten, terminal};
use crate::record::MAX_INTEGER;
use crate::record::host::HostRecord;
use crate::record::signal::{SIGNALS, index_of};

/// How many hosts it shows, unless `--top` says otherwise.
const ROWS: usize = 5;
/// How many it shows at the most: nobody reads a picture of more.
pub const MOST_ROWS: usize = 50;
/// The colour of all signals outside the table, the last one.
const OTHERS: usize = COLOURS.len() - 1;
const _: () = assert!(SIGNALS.len() <= OTHERS, "every signal of the table has a colour of its own");
/// The mark of suspicious hosts; not told by colour alone.
const MARK: &str = "\u{25b2}";

/// `--chart`.
#[derive(Debug)]
pub struct Chart;

impl Report for Chart {
    fn name(&self) -> &'static str {
        "chart"
    }

    fn about(&self) -> &'static str {
        "Draw the top addresses as bars stacked by signal, 50 at most; the ending, .png or .svg, says how"
    }

    fn check(&self, path: &Path) -> Result<()> {
        Picture::of(path, self.name()).map(drop)
    }

    fn needs(&self, look: &Look) -> Needs {
        Needs { top: rows(look), ..Needs::default() }
    }

    fn page(&self, digest: &Digest, look: &Look, path: &Path) -> Result<Vec<u8>> {
        let bars = bars(digest, look, rows(look));
        render(&bars, Picture::of(path, self.name())?, look)
            .map_err(|flaw| Error::Write { path: path.display().to_string(), reason: flaw.to_string() })
    }
}

fn rows(look: &Look) -> usize {
    look.top.unwrap_or(ROWS).min(MOST_ROWS)
}

/// The chart of the first `rows` hosts by score.
#[must_use]
pub fn bars(digest: &Digest, look: &Look, rows: usize) -> Bars {
    let lang = look.lang;
    let hosts = &digest.top()[..digest.top().len().min(rows)];
    Bars {
        title: match hosts.len() {
            0 => lang.say(CHART_NONE).to_owned(),
            1 => lang.say(CHART_ONE).to_owned(),
            count => lang.fill(CHART_MANY, &[&count.to_string()]),
        },
        legend: legend(hosts, lang),
        bars: hosts.iter().map(|kept| bar(&kept.host, lang)).collect(),
        value_axis: lang.say(SCORE_AXIS),
        bar_axis: lang.say(ADDRESS),
        empty: lang.say(NO_SCORE),
        ..Bars::default()
    }
}

/// The place of a signal's colour: its place in the table, so it is the same in every chart.
fn place_of(signal: &str) -> usize {
    index_of(signal).unwrap_or(OTHERS)
}

fn bar(host: &HostRecord<'_>, lang: Lang) -> Bar {
    // Foreign records may hold counts that no sum can.
    let mut room = MAX_INTEGER;
    let mut parts = Vec::new();
    for (name, width) in weighted(host) {
        let width = width.min(room);
        room -= width;
        parts.push((place_of(name), width));
    }
    let score = lang.number(host.score);
    let (value, weight) = if host.suspicious { (format!("{score}  {MARK}"), Weight::Bold) } else { (score, Weight::Normal) };
    Bar { label: host.ip.to_string(), parts, value, weight }
}

/// What each signal adds to the score.
fn weighted<'h>(host: &'h HostRecord<'_>) -> impl Iterator<Item = (&'h str, u64)> {
    let weighted = host.signals.iter().map(|(name, count)| (&*name.0, count.saturating_mul(host.weight_of(&name.0))));
    weighted.filter(|&(_, width)| width > 0)
}

/// The signals that occur, in the order of the table; those outside it are one entry.
fn legend(hosts: &[Kept], lang: Lang) -> Vec<(String, Option<usize>)> {
    /// A name outside the table is shortened to this many characters.
    const LONGEST: usize = 24;
    let mut has = [false; SIGNALS.len()];
    let mut other: Option<&str> = None;
    let mut others = 0;
    for (name, _) in hosts.iter().flat_map(|kept| weighted(&kept.host)) {
        match index_of(name) {
            Some(index) => has[index] = true,
            None if other == Some(name) => {}
            None => {
                other = Some(name);
                others += 1;
            }
        }
    }
    let known = SIGNALS.iter().enumerate().filter(|(index, _)| has[*index]);
    let mut entries: Vec<_> = known.map(|(index, signal)| (lang.label_of(signal.name).to_owned(), Some(index))).collect();
    if let Some(name) = other {
        let name = if others > 1 { lang.say(OTHER_SIGNALS).into() } else { terminal(name) };
        entries.push((shorten(&name, LONGEST).into_owned(), Some(OTHERS)));
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
    use crate::report::digest::Floors;
    use crate::report::page::Theme;

    fn chart(hosts: &[HostRecord<'_>], picture: &str, look: &Look) -> Vec<u8> {
        let mut digest = Digest::new(Chart.needs(look), Floors::default());
        for host in hosts {
            digest.add(host, b"");
        }
        digest.close();
        Chart.page(&digest, look, Path::new(picture)).expect("a picture")
    }

    fn svg(hosts: &[HostRecord<'_>]) -> String {
        String::from_utf8(chart(hosts, "x.svg", &Look::default())).expect("UTF-8")
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
        let filled = |place: usize| {
            svg.matches(&format!("fill=\"#{:02X}{:02X}{:02X}\"", COLOURS[place].0, COLOURS[place].1, COLOURS[place].2)).count()
        };
        assert_eq!([0, 1, 2].map(filled), [1 + 3, 1 + 1, 1 + 1]);
        let heights: Vec<_> = ["2001:db8:1234", "192.0.2.7", "198.51"].map(|text| svg.find(text)).to_vec();
        assert!(heights.is_sorted(), "highest score first");
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
                let look = Look { theme, ..Look::default() };
                let (one, two) = (chart(from_ref(&host), picture, &look), chart(from_ref(&host), picture, &look));
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
        let look = Look { lang: Lang::Fr, ..Look::default() };
        let svg = String::from_utf8(chart(&[host("192.0.2.1", [12_500, 1, 0], true), host("192.0.2.2", [1, 0, 0], false)], "x.svg", &look))
            .expect("UTF-8");
        for text in ["Les 2 adresses aux scores les plus élevés", "Échec SSH", "12\u{202f}501", "Adresse", "poids", "très suspecte"] {
            assert!(svg.contains(text), "no {text}");
        }
    }
}
