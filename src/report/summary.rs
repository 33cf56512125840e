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
pub fn render(data: &ReportData, options: &RenderOptions) -> String {
    let mut text = format!("{}\n", headline(data, options));
    put_changes(data, options, &mut text);
    put_suspects(data, options, &mut text);
    put_logins(data, options, &mut text);
    put_accounts(data, options, &mut text);
    put_runs(data, options, &mut text);
    text
}

/// What is new since another day; nothing where there is nothing to compare with.
fn put_changes(data: &ReportData, options: &RenderOptions, text: &mut String) {
    let Some(told) = data.tell_changes(options.lang, &|name| terminal(name).into_owned()) else { return };
    text.push_str(&format!("{told}\n"));
    // The suspicious ones stand below.
    let mut shown = data.changed(CHANGED);
    shown.retain(|kept| !kept.host.suspicious);
    for kept in &shown {
        let change = kept.detail.change.as_ref().map_or_else(String::new, |change| change.tell(options.lang));
        text.push_str(&format!("  {}\n", options.lang.pair(&kept.host.ip.to_string(), &change)));
    }
    if let Some(gone) = data.tell_gone(options.lang) {
        text.push_str(&format!("  {}\n", terminal(&gone)));
    }
}

/// What runs knew about themselves.
fn put_runs(data: &ReportData, options: &RenderOptions, text: &mut String) {
    if !data.runs.is_empty() {
        text.push_str(&format!("{}\n", options.lang.say(INPUTS)));
    }
    for run in data.runs.iter().filter_map(|run| show_briefly(run, options.lang)) {
        text.push_str(&format!("  {}\n", terminal(&run.heading)));
        for (name, sentences) in &run.facts {
            for sentence in sentences {
                text.push_str(&format!(
                    "    {}\n",
                    options.lang.pair(options.lang.say(*name), &shorten(&terminal(sentence), LONGEST_SENTENCE))
                ));
            }
        }
    }
}

fn put_suspects(data: &ReportData, options: &RenderOptions, text: &mut String) {
    let is_scan = data.suspicious == 0 && data.scanned > 0;
    let mut shown = data.urgent(usize::MAX);
    shown.retain(|kept| kept.host.suspicious || is_scan && unscored::is_scanned(&kept.host));
    shown.truncate(ROWS);
    if shown.is_empty() {
        return;
    }
    let columns = options.columns_or(unscored::columns(data, &COLUMNS));
    let heading: Vec<String> = columns.iter().map(|column| column.heading_in(options.lang).to_uppercase()).collect();
    let cells = |kept: &TopHost<'_>| columns.iter().map(|column| cell(&column.text(kept.row(), options.lang))).collect();
    let rows: Vec<Vec<String>> = std::iter::once(heading).chain(shown.iter().map(cells)).collect();
    put_table(&rows, &columns, text);
    let hidden = if is_scan { data.scanned } else { data.suspicious } - shown.len() as u64;
    if hidden > 0 {
        text.push_str(&format!("  {}\n", options.lang.fill(AND_MORE, &[&options.lang.number(hidden)])));
    }
    let out_of_scope = data.scans_in("out_of_scope");
    if out_of_scope > 0 {
        text.push_str(&format!("{}\n", options.lang.fill(OUT_OF_SCOPE, &[&options.lang.number(out_of_scope)])));
    }
}

/// Who logged in, in a line; nothing where nobody did.
fn put_logins(data: &ReportData, options: &RenderOptions, text: &mut String) {
    let shown = data.logins(LOGINS);
    if shown.is_empty() {
        return;
    }
    let mut named: Vec<_> = shown.iter().map(|kept| cell(&login::mention(&kept.host, options.lang))).collect();
    let hidden = data.logged_in - shown.len() as u64;
    if hidden > 0 {
        named.push(options.lang.fill(AND_MORE, &[&options.lang.number(hidden)]));
    }
    text.push_str(&format!("{}\n", options.lang.pair(&options.lang.count(data.logged_in, LOGGED_IN), &named.join(", "))));
}

/// Who was tried most, and who got in, in a line each.
fn put_accounts(data: &ReportData, options: &RenderOptions, text: &mut String) {
    for (title, _, shown, hidden) in data.accounts.tables() {
        let mut named: Vec<_> = shown.iter().take(LOGINS).map(|account| cell(&accounts::mention(account, options.lang))).collect();
        let hidden = hidden + (shown.len() - named.len()) as u64;
        if hidden > 0 {
            named.push(options.lang.fill(AND_MORE, &[&options.lang.number(hidden)]));
        }
        text.push_str(&format!("{}\n", options.lang.pair(options.lang.say(title), &named.join(", "))));
    }
}

/// How many hosts there are, of which kind, and when they were seen.
pub(crate) fn headline(data: &ReportData, options: &RenderOptions) -> String {
    let scored = options.lang.count(data.scored - data.scanned, SCORED);
    let mut text = unscored::start(data, options.lang, &format!("{scored}, {}", options.lang.count(data.suspicious, SUSPICIOUS)));
    if let (Some(first), Some(last)) = (data.first_seen, data.last_seen) {
        text.push_str(&format!(", {}", options.lang.fill(SEEN, &[&options.lang.time(first), &options.lang.time(last)])));
    }
    if data.outside > 0 {
        let counted = options.lang.count(data.outside, timeline::OUTSIDE);
        text.push_str(&format!(". {}", counted.replacen("{}", &shown_period(&options.period, options.lang), 1)));
    }
    if let Some(hint) = data.web.hint(options.lang) {
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

    fn data() -> ReportData {
        let mut data = ReportData::new(ReportNeeds { urgent: 2, ..ReportNeeds::default() }, Thresholds::default());
        let scan = |status: &'static str, open_ports: &[u16]| Some(ScanView::for_tests(status, open_ports, false));
        let host = |last: u8, score, rule: &'static str, scan| HostRecord {
            score,
            suspicious: true,
            reason: Some("ssh_failed".into()),
            rules: vec![rule.into()],
            scan,
            ..HostRecord::new([192, 0, 2, last].into())
        };
        data.add_host(&host(1, 9, "evil\u{1b}[2J漢", scan("complete", &[22, 80])));
        data.add_host(&host(20, 120, "ssh_breakin", scan("out_of_scope", &[])));
        data.add_host(&host(3, 1, "x", None));
        data.close();
        data
    }

    #[test]
    fn hosts_are_aligned_and_hostile_text_is_spelled_out() {
        assert_eq!(
            render(&data(), &RenderOptions::default()).lines().collect::<Vec<_>>(),
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
        let options = RenderOptions { lang: Lang::Fr, columns, ..RenderOptions::default() };
        assert_eq!(
            render(&data(), &options).lines().collect::<Vec<_>>(),
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
