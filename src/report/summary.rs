//! The summary for a terminal: suspicious hosts with reasons and open ports, break-ins first.
//!
//! Aligned plain text; anything in it that could move a cursor is spelled out.

use super::column::{join, open_ports, reason};
use super::digest::{Digest, is_break_in};
use crate::escape::terminal;
use crate::record::host::HostRecord;
use crate::time::rfc3339;

/// The page as text.
#[must_use]
pub fn render(digest: &Digest) -> String {
    let mut text = format!("{} addresses with a score, {} highly suspicious", digest.scored, digest.suspicious);
    if let (Some(first), Some(last)) = (digest.first_seen, digest.last_seen) {
        text.push_str(&format!(", seen {} to {}", rfc3339(first), rfc3339(last)));
    }
    text.push('\n');
    let shown = digest.suspects.hosts();
    if shown.is_empty() {
        return text;
    }
    let mut rows = vec![["", "ADDRESS", "SCORE", "REASON", "RULES", "OPEN PORTS"].map(str::to_owned)];
    rows.extend(shown.iter().map(row));
    let widths: Vec<usize> =
        (0..rows[0].len()).map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)).collect();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| match column {
            2 => format!("{cell:>width$}"),
            _ => format!("{cell:<width$}"),
        });
        text.push_str(format!("  {}", cells.collect::<Vec<_>>().join("  ")).trim_end());
        text.push('\n');
    }
    let hidden = digest.suspicious - shown.len() as u64;
    if hidden > 0 {
        text.push_str(&format!("  and {hidden} more\n"));
    }
    if digest.out_of_scope > 0 {
        text.push_str(&format!("{} of them out of scope: not scanned\n", digest.out_of_scope));
    }
    text
}

fn row(host: &HostRecord<'_>) -> [String; 6] {
    let mark = if is_break_in(host) { "BREAK-IN" } else { "" };
    let cells = [mark.to_owned(), host.ip.to_string(), host.score.to_string(), reason(host).into_owned(), join(&host.rules), ports(host)];
    cells.map(|cell| terminal(&cell).into_owned())
}

/// The open ports, or why there are none to tell.
fn ports(host: &HostRecord<'_>) -> String {
    let Some(scan) = &host.scan else { return "not scanned".to_owned() };
    match (&*scan.status.0, open_ports(host)) {
        ("complete", ports) if ports.is_empty() => "none".to_owned(),
        ("complete", ports) => ports.into_owned(),
        ("incomplete", ports) if !ports.is_empty() => format!("{ports} (incomplete)"),
        (status, _) => status.replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::host::Scan;

    #[test]
    fn hosts_are_aligned_and_hostile_text_is_spelled_out() {
        let mut digest = Digest::new(5, 2);
        let scan = |status: &'static str, open_ports: &[u16]| Some(Scan { status: status.into(), open_ports: open_ports.to_vec() });
        let host = |last: u8, score, rule: &'static str, scan| HostRecord {
            score,
            suspicious: true,
            reason: Some("ssh_failed".into()),
            rules: vec![rule.into()],
            scan,
            ..HostRecord::new([192, 0, 2, last].into())
        };
        digest.add(&host(1, 9, "evil\u{1b}[2J", scan("complete", &[22, 80])));
        digest.add(&host(20, 120, "ssh_breakin", scan("out_of_scope", &[])));
        digest.add(&host(3, 1, "x", None));
        let text = render(&digest);
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                "3 addresses with a score, 3 highly suspicious",
                "            ADDRESS     SCORE  REASON      RULES        OPEN PORTS",
                "  BREAK-IN  192.0.2.20    120  SSH Failed  ssh_breakin  out of scope",
                "            192.0.2.1       9  SSH Failed  evil\\x1b[2J  22 80",
                "  and 1 more",
                "1 of them out of scope: not scanned",
            ]
        );
    }
}
