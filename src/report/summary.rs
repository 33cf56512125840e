//! The summary for a terminal: suspicious hosts with reasons and open ports, break-ins first.
//!
//! Aligned plain text; anything in it that could move a cursor is spelled out.

use unicode_width::UnicodeWidthStr;

use crate::base::escape::{shorten, terminal};
use crate::base::time::period::Period;
use crate::report::accounts;
use crate::report::column::{Column, ColumnKind};
use crate::report::data::{ReportData, ReportNeeds, TopHost};
use crate::report::lang::{AND_MORE, INPUTS, LOGGED_IN, Lang, OUT_OF_SCOPE, SCORED, SEEN, SUSPICIOUS, timeline};
use crate::report::login;
use crate::report::page::RenderOptions;
use crate::report::runs::show_briefly;
use crate::report::unscored;

/// How many suspicious hosts a summary names.
const ROWS: usize = 10;
/// How many characters a cell has at the most.
const LONGEST: usize = 60;
/// How many hosts that logged in a summary names.
const LOGINS: usize = 5;
/// How many hosts of which something is new a summary names, beyond the suspicious ones.
const CHANGED: usize = 5;
/// How many characters a sentence about a run has at the most.
const LONGEST_SENTENCE: usize = 400;
const COLUMNS: [&str; 6] = ["verdict", "ip", "score", "reason", "rules", "scan_result"];

/// How many hosts the summary shows.
pub const fn needs() -> ReportNeeds {
    ReportNeeds { top: 0, urgent: ROWS, logins: LOGINS, changed: CHANGED, timeline: false }
}

/// The page as text.
pub fn render(digest: &ReportData, look: &RenderOptions) -> String {
    let mut text = format!("{}\n", headline(digest, look));
    put_changes(digest, look, &mut text);
    put_suspects(digest, look, &mut text);
    put_logins(digest, look, &mut text);
    put_accounts(digest, look, &mut text);
    put_runs(digest, look, &mut text);
    text
}

/// What is new since another day; nothing where there is nothing to compare with.
fn put_changes(digest: &ReportData, look: &RenderOptions, text: &mut String) {
    let Some(told) = digest.tell_changes(look.lang, &|name| terminal(name).into_owned()) else { return };
    text.push_str(&format!("{told}\n"));
    // The suspicious ones stand below.
    let mut shown = digest.changed(CHANGED);
    shown.retain(|kept| !kept.host.suspicious);
    for kept in &shown {
        let change = kept.detail.change.as_ref().map_or_else(String::new, |change| change.tell(look.lang));
        text.push_str(&format!("  {}\n", look.lang.pair(&kept.host.ip.to_string(), &change)));
    }
    if let Some(gone) = digest.tell_gone(look.lang) {
        text.push_str(&format!("  {}\n", terminal(&gone)));
    }
}

/// What runs knew about themselves.
fn put_runs(digest: &ReportData, look: &RenderOptions, text: &mut String) {
    if !digest.runs.is_empty() {
        text.push_str(&format!("{}\n", look.lang.say(INPUTS)));
    }
    for run in digest.runs.iter().filter_map(|run| show_briefly(run, look.lang)) {
        text.push_str(&format!("  {}\n", terminal(&run.heading)));
        for (name, sentences) in &run.facts {
            for sentence in sentences {
                text.push_str(&format!("    {}\n", look.lang.pair(look.lang.say(*name), &shorten(&terminal(sentence), LONGEST_SENTENCE))));
            }
        }
    }
}

fn put_suspects(digest: &ReportData, look: &RenderOptions, text: &mut String) {
    let is_scan = digest.suspicious == 0 && digest.scanned > 0;
    let mut shown = digest.urgent(usize::MAX);
    shown.retain(|kept| kept.host.suspicious || is_scan && unscored::is_scanned(&kept.host));
    shown.truncate(ROWS);
    if shown.is_empty() {
        return;
    }
    let columns = look.columns_or(unscored::columns(digest, &COLUMNS));
    let heading: Vec<String> = columns.iter().map(|column| column.heading_in(look.lang).to_uppercase()).collect();
    let cells = |kept: &TopHost<'_>| columns.iter().map(|column| cell(&column.text(kept.row(), look.lang))).collect();
    let rows: Vec<Vec<String>> = std::iter::once(heading).chain(shown.iter().map(cells)).collect();
    put_table(&rows, &columns, text);
    let hidden = if is_scan { digest.scanned } else { digest.suspicious } - shown.len() as u64;
    if hidden > 0 {
        text.push_str(&format!("  {}\n", look.lang.fill(AND_MORE, &[&look.lang.number(hidden)])));
    }
    let out_of_scope = digest.scans_in("out_of_scope");
    if out_of_scope > 0 {
        text.push_str(&format!("{}\n", look.lang.fill(OUT_OF_SCOPE, &[&look.lang.number(out_of_scope)])));
    }
}

/// Who logged in, in a line; nothing where nobody did.
fn put_logins(digest: &ReportData, look: &RenderOptions, text: &mut String) {
    let shown = digest.logins(LOGINS);
    if shown.is_empty() {
        return;
    }
    let mut named: Vec<_> = shown.iter().map(|kept| cell(&login::mention(&kept.host, look.lang))).collect();
    let hidden = digest.logged_in - shown.len() as u64;
    if hidden > 0 {
        named.push(look.lang.fill(AND_MORE, &[&look.lang.number(hidden)]));
    }
    text.push_str(&format!("{}\n", look.lang.pair(&look.lang.count(digest.logged_in, LOGGED_IN), &named.join(", "))));
}

/// Who was tried most, and who got in, in a line each.
fn put_accounts(digest: &ReportData, look: &RenderOptions, text: &mut String) {
    for (title, _, shown, hidden) in digest.accounts.tables() {
        let mut named: Vec<_> = shown.iter().take(LOGINS).map(|account| cell(&accounts::mention(account, look.lang))).collect();
        let hidden = hidden + (shown.len() - named.len()) as u64;
        if hidden > 0 {
            named.push(look.lang.fill(AND_MORE, &[&look.lang.number(hidden)]));
        }
        text.push_str(&format!("{}\n", look.lang.pair(look.lang.say(title), &named.join(", "))));
    }
}

/// How many hosts there are, of which kind, and when they were seen.
pub(crate) fn headline(digest: &ReportData, look: &RenderOptions) -> String {
    let scored = look.lang.count(digest.scored - digest.scanned, SCORED);
    let mut text = unscored::start(digest, look.lang, &format!("{scored}, {}", look.lang.count(digest.suspicious, SUSPICIOUS)));
    if let (Some(first), Some(last)) = (digest.first_seen, digest.last_seen) {
        text.push_str(&format!(", {}", look.lang.fill(SEEN, &[&look.lang.time(first), &look.lang.time(last)])));
    }
    if digest.outside > 0 {
        let counted = look.lang.count(digest.outside, timeline::OUTSIDE);
        text.push_str(&format!(". {}", counted.replacen("{}", &shown_period(&look.period, look.lang), 1)));
    }
    if let Some(hint) = digest.web.hint(look.lang) {
        text.push_str(&format!(". {hint}"));
    }
    text
}

/// A period, in words.
fn shown_period(period: &Period, lang: Lang) -> String {
    match (period.since().map(|at| lang.time(at)), period.until().map(|at| lang.time(at))) {
        (Some(since), Some(until)) => lang.fill(timeline::BETWEEN, &[&since, &until]),
        (Some(since), None) => lang.fill(timeline::SINCE, &[&since]),
        (None, until) => lang.fill(timeline::UNTIL, &[&until.unwrap_or_default()]),
    }
}

fn cell(text: &str) -> String {
    shorten(&terminal(text), LONGEST).into_owned()
}

fn put_table(rows: &[Vec<String>], columns: &[&Column], text: &mut String) {
    let widths: Vec<usize> = (0..columns.len()).map(|place| rows.iter().map(|row| row[place].width()).max().unwrap_or(0)).collect();
    for row in rows {
        let mut line = String::new();
        for ((cell, column), width) in row.iter().zip(columns).zip(&widths) {
            let room = " ".repeat(width - cell.width());
            line.push_str("  ");
            match column.kind {
                ColumnKind::Number | ColumnKind::Count => line.extend([&*room, cell]),
                _ => line.extend([cell, &*room]),
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::host::HostRecord;
    use crate::record::host::scan::ScanView;
    use crate::report::data::Thresholds;

    fn digest() -> ReportData {
        let mut digest = ReportData::new(ReportNeeds { urgent: 2, ..ReportNeeds::default() }, Thresholds::default());
        let scan = |status: &'static str, open_ports: &[u16]| Some(ScanView::for_tests(status, open_ports, false));
        let host = |last: u8, score, rule: &'static str, scan| HostRecord {
            score,
            suspicious: true,
            reason: Some("ssh_failed".into()),
            rules: vec![rule.into()],
            scan,
            ..HostRecord::new([192, 0, 2, last].into())
        };
        digest.add_host(&host(1, 9, "evil\u{1b}[2J漢", scan("complete", &[22, 80])));
        digest.add_host(&host(20, 120, "ssh_breakin", scan("out_of_scope", &[])));
        digest.add_host(&host(3, 1, "x", None));
        digest.close();
        digest
    }

    #[test]
    fn hosts_are_aligned_and_hostile_text_is_spelled_out() {
        assert_eq!(
            render(&digest(), &RenderOptions::default()).lines().collect::<Vec<_>>(),
            [
                "3 addresses with a score, 3 highly suspicious",
                "  VERDICT     ADDRESS     SCORE  REASON      RULES          OPEN PORTS",
                "  BREAK-IN    192.0.2.20    120  SSH Failed  ssh_breakin    out of scope",
                "  suspicious  192.0.2.1       9  SSH Failed  evil\\x1b[2J漢  22 80",
                "  and 1 more",
                "1 of them out of scope: not scanned (--scope CIDR,... includes them)",
            ]
        );
    }

    #[test]
    fn it_speaks_french_and_shows_the_columns_that_were_asked_for() {
        let columns = Some(Column::from_names("ip,verdict,scan_result").expect("columns"));
        let look = RenderOptions { lang: Lang::Fr, columns, ..RenderOptions::default() };
        assert_eq!(
            render(&digest(), &look).lines().collect::<Vec<_>>(),
            [
                "3 adresses avec un score, 3 très suspectes",
                "  ADRESSE     VERDICT    PORTS OUVERTS",
                "  192.0.2.20  INTRUSION  hors périmètre",
                "  192.0.2.1   suspecte   22 80",
                "  et 1 de plus",
                "hors périmètre, donc non scannées\u{a0}: 1 (--scope CIDR,... les inclut)",
            ]
        );
    }
}
