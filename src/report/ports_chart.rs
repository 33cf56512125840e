//! The bar chart of open ports: on how many suspicious hosts each is open.

use std::path::Path;

use super::bars::{Bar, Bars, Picture, Weight, render};
use super::digest::Digest;
use super::lang::{NO_OPEN_PORT, PORTS_AXIS, PORTS_MORE, PORTS_SCANNED, PORTS_TITLE, TCP_PORT};
use super::page::{Look, Report};
use crate::error::{Error, Result};

/// How many ports it shows, unless `--top` says otherwise, and at the most.
const ROWS: usize = 20;
const MOST_ROWS: usize = 50;
/// The place of the bars' colour.
const COLOUR: usize = 1;

/// What usually answers on a port. **Source:** IANA, Service Name and Transport Protocol Port Number Registry.
const SERVICES: &[(u16, &str)] = &[
    (21, "FTP"),
    (22, "SSH"),
    (23, "Telnet"),
    (25, "SMTP"),
    (53, "DNS"),
    (80, "HTTP"),
    (110, "POP3"),
    (143, "IMAP"),
    (389, "LDAP"),
    (443, "HTTPS"),
    (445, "SMB"),
    (587, "SMTP"),
    (993, "IMAPS"),
    (995, "POP3S"),
    (3306, "MySQL"),
    (3389, "RDP"),
    (5432, "PostgreSQL"),
    (5900, "VNC"),
    (6379, "Redis"),
];

/// `--ports-chart`.
#[derive(Debug)]
pub struct PortsChart;

impl Report for PortsChart {
    fn name(&self) -> &'static str {
        "ports-chart"
    }

    fn about(&self) -> &'static str {
        "Draw on how many suspicious addresses each port is open, 50 ports at most; the ending, .png or .svg, says how"
    }

    fn check(&self, path: &Path) -> Result<()> {
        Picture::of(path, self.name()).map(drop)
    }

    fn page(&self, digest: &Digest, look: &Look, path: &Path) -> Result<Vec<u8>> {
        render(&bars(digest, look), Picture::of(path, self.name())?, look)
            .map_err(|flaw| Error::Write { path: path.display().to_string(), reason: flaw.to_string() })
    }
}

/// The chart of the ports that are open most often.
#[must_use]
pub fn bars(digest: &Digest, look: &Look) -> Bars {
    let lang = look.lang;
    let mut ports: Vec<(u16, u64)> = digest.open_ports.iter().map(|(port, hosts)| (*port, *hosts)).collect();
    // Stable: of equals the lowest port first.
    ports.sort_by_key(|&(_, hosts)| std::cmp::Reverse(hosts));
    let shown = ports.len().min(look.top.unwrap_or(ROWS).min(MOST_ROWS));
    let scanned = digest.scans_in("complete") + digest.scans_in("incomplete");
    let mut note = lang.fill(PORTS_SCANNED, &[&lang.number(scanned), &lang.number(digest.suspicious)]);
    if shown < ports.len() {
        note.push_str(&lang.fill(PORTS_MORE, &[&lang.number((ports.len() - shown) as u64)]));
    }
    let bar = |&(port, hosts): &(u16, u64)| {
        let mut value = lang.number(hosts);
        if let Some(percent) = percent_of(hosts, scanned) {
            value.push_str(&format!(" ({percent}{}%)", lang.say(["", "\u{a0}"])));
        }
        Bar { label: label_of(port), parts: vec![(COLOUR, hosts)], value, weight: Weight::Normal }
    };
    Bars {
        title: lang.say(PORTS_TITLE).to_owned(),
        note: Some(note),
        legend: Vec::new(),
        bars: ports[..shown].iter().map(bar).collect(),
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
    match SERVICES.iter().find(|(number, _)| *number == port) {
        Some((_, service)) => format!("{port} {service}"),
        None => port.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::host::{HostRecord, Scan};

    #[test]
    fn ports_are_counted_over_suspicious_hosts_the_most_frequent_first() {
        let mut digest = Digest::default();
        for (last, ports) in [(1, vec![22, 8080]), (2, vec![22]), (3, vec![])] {
            let scan = Some(Scan { status: "complete".into(), open_ports: ports });
            digest.add(&HostRecord { suspicious: true, scan, ..HostRecord::new([192, 0, 2, last].into()) }, b"");
        }
        digest.add(&HostRecord { suspicious: true, ..HostRecord::new([192, 0, 2, 4].into()) }, b"");
        let chart = bars(&digest, &Look::default());
        assert_eq!(chart.note.as_deref(), Some("scanned: 3 of 4 highly suspicious addresses"));
        let said: Vec<_> = chart.bars.iter().map(|bar| (&*bar.label, &*bar.value)).collect();
        assert_eq!(said, [("22 SSH", "2 (67%)"), ("8080", "1 (33%)")]);
        let chart = bars(&digest, &Look { top: Some(1), ..Look::default() });
        assert_eq!(chart.note.as_deref(), Some("scanned: 3 of 4 highly suspicious addresses; further ports, not shown: 1"));
    }

    #[test]
    fn a_picture_of_no_port_says_so() {
        let svg = PortsChart.page(&Digest::default(), &Look::default(), Path::new("x.svg")).expect("a picture");
        assert!(String::from_utf8_lossy(&svg).contains("No open port was found."));
    }
}
