//! Groups of hosts, as their members tell of them: a table, and a chart.

use std::collections::BTreeMap;
use std::path::Path;

use crate::base::error::Result;
use crate::record::host::HostRecord;
use crate::report::bars::{Bar, Bars, MOST_ROWS, Picture, Weight, draw};
use crate::report::data::ReportData;
use crate::report::fill::Fill;
use crate::report::lang::chart::{GROUP_AXIS, GROUPS_AXIS, GROUPS_MORE, GROUPS_NOTE, GROUPS_TITLE, NO_GROUP};
use crate::report::lang::group::{ACCUSED, ADDRESSES, GROUP, RULE, SCORE};
use crate::report::lang::{Lang, Phrase};
use crate::report::page::{RenderOptions, Report};

/// How many groups are shown, unless `--top` says otherwise.
pub(crate) const ROWS: usize = 20;
/// How many groups are remembered: whoever writes records may make up as many as there are hosts.
const MOST: usize = 10_000;
/// What the bars are filled with: those who are accused, and the others.
const FILLS: [Fill; 2] = [Fill::of(0), Fill::of(1)];
/// The headings of the table.
pub(crate) const HEADINGS: [Phrase; 5] = [GROUP, RULE, ADDRESSES, ACCUSED, SCORE];

/// What the members of a group say of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct GroupTally {
    /// How many hosts it has.
    pub addresses: u64,
    /// The sum of their scores.
    pub score: u64,
    /// How many hosts of the report are in it and suspicious by its rule.
    pub accused: u64,
}

/// The groups of a report, by rule and key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct GroupTallies(BTreeMap<(String, String), GroupTally>);

impl GroupTallies {
    /// Adds what `host` says of its groups.
    pub(crate) fn add(&mut self, host: &HostRecord<'_>) {
        for group in &host.groups {
            let accused = u64::from(host.suspicious && host.rules.contains(&group.rule));
            self.take(&group.rule.0, &group.key.0, GroupTally { addresses: group.addresses, score: group.score, accused });
        }
    }

    /// Takes everything that `other` knows.
    pub(crate) fn merge(&mut self, other: Self) {
        for ((rule, key), tally) in other.0 {
            self.take(&rule, &key, tally);
        }
    }

    fn take(&mut self, rule: &str, key: &str, tally: GroupTally) {
        let name = (rule.to_owned(), key.to_owned());
        if self.0.len() >= MOST && !self.0.contains_key(&name) {
            return;
        }
        let known = self.0.entry(name).or_default();
        // All members say the same, but for those of several inputs.
        known.addresses = known.addresses.max(tally.addresses);
        known.score = known.score.max(tally.score);
        known.accused += tally.accused;
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The first `count`, those of the highest score first: rule, key, and what is known.
    pub(crate) fn first(&self, count: usize) -> Vec<(&str, &str, GroupTally)> {
        let mut all: Vec<_> = self.0.iter().map(|((rule, key), tally)| (&**rule, &**key, *tally)).collect();
        // Stable: of equals by name.
        all.sort_by_key(|(.., tally)| std::cmp::Reverse(tally.score));
        all.truncate(count);
        all
    }
}

/// The cells of a row.
pub(crate) fn row((rule, key, tally): &(&str, &str, GroupTally), lang: Lang) -> [String; 5] {
    let number = |count| lang.number(count);
    [(*key).to_owned(), (*rule).to_owned(), number(tally.addresses), number(tally.accused), number(tally.score)]
}

/// `--groups-chart`.
#[derive(Debug)]
pub(crate) struct GroupsChart;

impl Report for GroupsChart {
    fn name(&self) -> &'static str {
        "groups-chart"
    }

    fn about(&self) -> &'static str {
        "Draw the groups of hosts for which a rule holds, by their addresses, at most 50 groups; PNG or SVG, by the file extension"
    }

    fn check(&self, path: &Path) -> Result<()> {
        Picture::of(path, self.name()).map(drop)
    }

    fn page(&self, data: &ReportData, options: &RenderOptions, path: &Path) -> Result<Vec<u8>> {
        draw(&bars(data, options), path, self.name(), options)
    }
}

/// The chart of the groups of the highest scores.
pub(crate) fn bars(data: &ReportData, options: &RenderOptions) -> Bars {
    let lang = options.lang;
    let shown = data.groups.first(options.top.unwrap_or(ROWS).min(MOST_ROWS));
    let mut note = lang.say(GROUPS_NOTE).to_owned();
    if shown.len() < data.groups.count() {
        note.push_str(&lang.fill(GROUPS_MORE, &[&lang.number((data.groups.count() - shown.len()) as u64)]));
    }
    let bar = |(rule, key, tally): &(&str, &str, GroupTally)| {
        let accused = tally.accused.min(tally.addresses);
        Bar {
            label: format!("{key} {rule}"),
            parts: vec![(FILLS[0], accused), (FILLS[1], tally.addresses - accused)],
            value: format!("{} ({})", lang.number(tally.addresses), lang.number(accused)),
            mark: String::new(),
            weight: Weight::Normal,
        }
    };
    Bars {
        title: lang.say(GROUPS_TITLE).to_owned(),
        notes: vec![note],
        legend: Vec::new(),
        bars: shown.iter().map(bar).collect(),
        apart: Vec::new(),
        value_axis: lang.say(GROUPS_AXIS),
        bar_axis: lang.say(GROUP_AXIS),
        empty: lang.say(NO_GROUP),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::host::group::HostGroup;

    #[test]
    fn groups_are_those_of_their_members_the_highest_score_first() {
        let mut data = ReportData::default();
        let group = |key: &'static str, addresses, score| HostGroup { rule: "spread".into(), key: key.into(), addresses, score };
        for (last, is_accused, key, addresses, score) in [(1, true, "a", 3, 9), (2, false, "a", 3, 9), (3, true, "b", 1, 50)] {
            let rules = if is_accused { vec!["spread".into()] } else { Vec::new() };
            let groups = vec![group(key, addresses, score)];
            data.add_host(&HostRecord { suspicious: is_accused, rules, groups, score: 3, ..HostRecord::new([192, 0, 2, last].into()) });
        }
        let rows: Vec<_> = data.groups.first(9).iter().map(|group| row(group, Lang::En).join(" ")).collect();
        assert_eq!(rows, ["b spread 1 1 50", "a spread 3 1 9"]);
        let chart = bars(&data, &RenderOptions { top: Some(1), ..RenderOptions::default() });
        assert_eq!((&*chart.bars[0].label, &*chart.bars[0].value), ("b spread", "1 (1)"));
        assert!(chart.notes[0].ends_with("; further groups, not shown: 1"));
        let svg = GroupsChart.page(&ReportData::default(), &RenderOptions::default(), Path::new("x.svg")).expect("a picture");
        assert!(String::from_utf8_lossy(&svg).contains("No group met a rule."));
    }
}
