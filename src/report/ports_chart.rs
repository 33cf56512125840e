//! The bar chart of open ports: on how many suspicious hosts each is open.

use std::path::Path;

use crate::base::error::Result;
use crate::base::net::service::SERVICES;
use crate::report::bars::{Bar, Bars, MOST_ROWS, Picture, Weight, draw};
use crate::report::data::ReportData;
use crate::report::fill::Fill;
use crate::report::lang::chart::{NO_OPEN_PORT, PORTS_AXIS, PORTS_MORE, PORTS_NOTED, PORTS_SCANNED, PORTS_TITLE, TCP_PORT};
use crate::report::page::{RenderOptions, Report};

/// How many ports it shows, unless `--top` says otherwise.
const ROWS: usize = 20;
/// What the bars are filled with.
const FILL: Fill = Fill::of(1);

/// `--ports-chart`.
#[derive(Debug)]
pub(crate) struct PortsChart;

impl Report for PortsChart {
    fn name(&self) -> &'static str {
        "ports-chart"
    }

    fn about(&self) -> &'static str {
        "Draw on how many suspicious addresses each port is open, at most 50 ports; PNG or SVG, by the file extension"
    }

    fn check(&self, path: &Path) -> Result<()> {
        Picture::of(path, self.name()).map(drop)
    }

    fn page(&self, data: &ReportData, options: &RenderOptions, path: &Path) -> Result<Vec<u8>> {
        draw(&bars(data, options), path, self.name(), options)
    }
}

/// The chart of the ports that are open most often.
pub(crate) fn bars(data: &ReportData, options: &RenderOptions) -> Bars {
    let lang = options.lang;
    let mut ports: Vec<(u16, u64)> = data.open_ports.iter().map(|(port, hosts)| (*port, *hosts)).collect();
    // Stable: of equals the lowest port first.
    ports.sort_by_key(|&(_, hosts)| std::cmp::Reverse(hosts));
    let shown = ports.len().min(options.top.unwrap_or(ROWS).min(MOST_ROWS));
    let scanned = data.scans_in("complete") + data.scans_in("incomplete");
    let mut note = lang.fill(PORTS_SCANNED, &[&lang.number(scanned), &lang.number(data.suspicious)]);
    if shown < ports.len() {
        note.push_str(&lang.fill(PORTS_MORE, &[&lang.number((ports.len() - shown) as u64)]));
    }
    if data.tarpits > 0 {
        note.push_str(&lang.fill(PORTS_NOTED, &[&lang.number(data.tarpits)]));
    }
    let bar = |&(port, hosts): &(u16, u64)| {
        let mut value = lang.number(hosts);
        if let Some(percent) = percent_of(hosts, scanned) {
            value.push_str(&format!(" ({percent}{}%)", lang.say(["", "\u{a0}"])));
        }
        Bar { label: label_of(port), parts: vec![(FILL, hosts)], value, mark: String::new(), weight: Weight::Normal }
    };
    Bars {
        title: lang.say(PORTS_TITLE).to_owned(),
        notes: vec![note],
        legend: Vec::new(),
        bars: ports[..shown].iter().map(bar).collect(),
        apart: Vec::new(),
        value_axis: lang.say(PORTS_AXIS),
        bar_axis: lang.say(TCP_PORT),
        empty: lang.say(NO_OPEN_PORT),
    }
}

/// Rounded; none where a foreign stage says that more hosts have the port open than were scanned.
fn percent_of(part: u64, whole: u64) -> Option<u64> {
    (whole > 0 && part <= whole).then(|| (part * 200 + whole) / (whole * 2))
}

fn label_of(port: u16) -> String {
    match SERVICES.iter().find(|service| service.port == port).and_then(|service| service.label) {
        Some(label) => format!("{port} {label}"),
        None => port.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::host::HostRecord;
    use crate::record::host::scan::ScanView;

    #[test]
    fn ports_are_counted_over_suspicious_hosts_the_most_frequent_first() {
        let mut data = ReportData::default();
        for (last, ports) in [(1, vec![22, 8080]), (2, vec![22]), (3, vec![])] {
            let scan = Some(ScanView::for_tests("complete", &ports, false));
            data.add_host(&HostRecord { suspicious: true, scan, ..HostRecord::new([192, 0, 2, last].into()) });
        }
        data.add_host(&HostRecord { suspicious: true, ..HostRecord::new([192, 0, 2, 4].into()) });
        let chart = bars(&data, &RenderOptions::default());
        assert_eq!(chart.notes, ["highly suspicious addresses scanned: 3 of 4"]);
        let said: Vec<_> = chart.bars.iter().map(|bar| (&*bar.label, &*bar.value)).collect();
        assert_eq!(said, [("22 SSH", "2 (67%)"), ("8080", "1 (33%)")]);
        let chart = bars(&data, &RenderOptions { top: Some(1), ..RenderOptions::default() });
        assert_eq!(chart.notes, ["highly suspicious addresses scanned: 3 of 4; further ports, not shown: 1"]);
    }

    #[test]
    fn what_answers_on_every_port_is_left_out_and_counted() {
        let mut data = ReportData::default();
        for (last, is_noted) in [(1, true), (2, false)] {
            let scan = Some(ScanView::for_tests("complete", &[22, 80], is_noted));
            data.add_host(&HostRecord { suspicious: true, scan, ..HostRecord::new([192, 0, 2, last].into()) });
        }
        let chart = bars(&data, &RenderOptions::default());
        let note = "highly suspicious addresses scanned: 2 of 2; left out as probable tarpits or proxies: 1";
        assert_eq!(chart.notes, [note]);
        assert!(chart.bars.iter().all(|bar| bar.parts == [(FILL, 1)]));
    }

    #[test]
    fn a_picture_of_no_port_says_so() {
        let svg = PortsChart.page(&ReportData::default(), &RenderOptions::default(), Path::new("x.svg")).expect("a picture");
        assert!(String::from_utf8_lossy(&svg).contains("No open port was found."));
    }
}
