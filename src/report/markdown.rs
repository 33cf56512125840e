//! The Markdown report: a heading, what there was, and a table of the most urgent hosts, for a ticket or a wiki.
//!
//! **Source:** GitHub Flavored Markdown, section 4.10 (tables). Text of others is shown as it is, never as mark-up.

use std::path::Path;

use crate::base::error::Result;
use crate::base::escape::markdown;
use crate::report::accounts;
use crate::report::column::ColumnKind;
use crate::report::data::{ReportData, ReportNeeds};
use crate::report::groups;
use crate::report::lang::group::{GROUPS, GROUPS_HINT};
use crate::report::lang::story::CHANGES;
use crate::report::lang::{AND_MORE, INPUTS, LOGINS, Lang, NOT_MERGED, NOT_SHOWN, TITLE};
use crate::report::login;
use crate::report::page::{RenderOptions, Report, check_kind};
use crate::report::runs::show;
use crate::report::summary::headline;
use crate::report::unscored;

/// How many hosts the table has, unless `--top` says otherwise.
const ROWS: usize = 20;
/// How many hosts of which something is new are named.
pub(crate) const CHANGED: usize = 20;
const COLUMNS: [&str; 6] = ["verdict", "ip", "score", "reason", "why", "scan_result"];

/// `--markdown`.
#[derive(Debug)]
pub(crate) struct Markdown;

impl Report for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn about(&self) -> &'static str {
        "Write a table of the most urgent addresses in Markdown; - is stdout"
    }

    fn check(&self, path: &Path) -> Result<()> {
        check_kind(path, self.name(), &["md", "markdown"], "Markdown")
    }

    fn needs(&self, options: &RenderOptions) -> ReportNeeds {
        ReportNeeds { top: 0, urgent: options.top.unwrap_or(ROWS), logins: login::HOSTS, changed: CHANGED, ..ReportNeeds::default() }
    }

    fn page(&self, data: &ReportData, options: &RenderOptions, _path: &Path) -> Result<Vec<u8>> {
        let lang = options.lang;
        let mut text = format!("# {}\n\n{}.\n", lang.say(TITLE), headline(data, options));
        if data.inputs.len() > 1 {
            text.push_str(&format!("{}.\n", lang.fill(NOT_MERGED, &[&lang.number(data.inputs.len() as u64)])));
        }
        put_changes(data, lang, &mut text);
        let shown = data.urgent(options.top.unwrap_or(ROWS));
        if !shown.is_empty() {
            let columns = options.columns_or(unscored::columns(data, &COLUMNS));
            text.push('\n');
            put_row(columns.iter().map(|column| markdown(column.heading_in(lang))), &mut text);
            put_row(columns.iter().map(|column| if is_number(column.kind) { "---:" } else { "---" }), &mut text);
            for kept in &shown {
                let cells = columns.iter().map(|column| {
                    let cell = column.text(kept.row(), lang);
                    if column.kind == ColumnKind::Text { markdown(&cell).into_owned() } else { cell }
                });
                put_row(cells, &mut text);
            }
        }
        let hidden = data.scored - shown.len() as u64;
        if hidden > 0 {
            let [shown, hidden] = [shown.len() as u64, hidden].map(|count| lang.number(count));
            text.push_str(&format!("\n{}\n", lang.fill(NOT_SHOWN, &[&shown, &hidden])));
        }
        put_logins(data, options, &mut text);
        put_groups(data, lang, &mut text);
        put_accounts(data, lang, &mut text);
        put_runs(data, lang, &mut text);
        Ok(text.into_bytes())
    }
}

/// What is new since another day; nothing where there is nothing to compare with.
fn put_changes(data: &ReportData, lang: Lang, text: &mut String) {
    let Some(told) = data.tell_changes(lang, &|name| markdown(name).into_owned()) else { return };
    text.push_str(&format!("\n## {}\n\n{told}.\n", lang.say(CHANGES)));
    let shown = data.changed(CHANGED);
    if !shown.is_empty() {
        text.push('\n');
    }
    for kept in &shown {
        let change = kept.detail.change.as_ref().map_or_else(String::new, |change| change.tell(lang));
        text.push_str(&format!("- {}\n", lang.pair(&kept.host.ip.to_string(), &change)));
    }
    if let Some(gone) = data.tell_gone(lang) {
        text.push_str(&format!("\n{}.\n", markdown(&gone)));
    }
}

/// Who logged in, in a table; nothing where nobody did.
fn put_logins(data: &ReportData, options: &RenderOptions, text: &mut String) {
    let (lang, shown) = (options.lang, data.logins(login::HOSTS));
    if shown.is_empty() {
        return;
    }
    text.push_str(&format!("\n## {}\n\n", lang.say(LOGINS)));
    put_row(login::HEADINGS.iter().map(|heading| lang.say(*heading)), text);
    put_row(login::HEADINGS.iter().map(|_| "---"), text);
    for kept in &shown {
        put_row(login::row(&kept.host, lang).iter().map(|cell| markdown(cell)), text);
    }
    let hidden = data.logged_in - shown.len() as u64;
    if hidden > 0 {
        text.push_str(&format!("\n{}\n", lang.fill(AND_MORE, &[&lang.number(hidden)])));
    }
}

/// The groups for which a rule holds, in a table; nothing where there are none.
fn put_groups(data: &ReportData, lang: Lang, text: &mut String) {
    let shown = data.groups.first(groups::ROWS);
    if shown.is_empty() {
        return;
    }
    text.push_str(&format!("\n## {}\n\n{}\n\n", lang.say(GROUPS), lang.say(GROUPS_HINT)));
    put_row(groups::HEADINGS.iter().map(|heading| lang.say(*heading)), text);
    put_row(groups::HEADINGS.iter().enumerate().map(|(nth, _)| if nth < 2 { "---" } else { "---:" }), text);
    for group in &shown {
        put_row(groups::row(group, lang).iter().map(|cell| markdown(cell)), text);
    }
    let hidden = (data.groups.count() - shown.len()) as u64;
    if hidden > 0 {
        text.push_str(&format!("\n{}\n", lang.fill(AND_MORE, &[&lang.number(hidden)])));
    }
}

/// Who was tried most and who got in, a table each.
fn put_accounts(data: &ReportData, lang: Lang, text: &mut String) {
    for (title, hint, shown, hidden) in data.accounts.tables() {
        text.push_str(&format!("\n## {}\n\n{}\n\n", lang.say(title), lang.say(hint)));
        put_row(accounts::HEADINGS.iter().map(|heading| lang.say(*heading)), text);
        put_row((0..accounts::HEADINGS.len()).map(|nth| if accounts::NUMBERS.contains(&nth) { "---:" } else { "---" }), text);
        for account in shown {
            put_row(accounts::row(account, lang).iter().map(|cell| markdown(cell)), text);
        }
        if hidden > 0 {
            text.push_str(&format!("\n{}\n", lang.fill(AND_MORE, &[&lang.number(hidden)])));
        }
    }
}

/// What runs knew about themselves, a list each.
fn put_runs(data: &ReportData, lang: Lang, text: &mut String) {
    if !data.runs.is_empty() {
        text.push_str(&format!("\n## {}\n", lang.say(INPUTS)));
    }
    for run in data.runs.iter().map(|run| show(run, lang)) {
        text.push_str(&format!("\n### {}\n\n", markdown(&run.heading)));
        for (name, sentences) in &run.facts {
            for sentence in sentences {
                text.push_str(&format!("- {}\n", lang.pair(lang.say(*name), &markdown(sentence))));
            }
        }
    }
}

const fn is_number(kind: ColumnKind) -> bool {
    matches!(kind, ColumnKind::Number | ColumnKind::Count)
}

fn put_row<T: AsRef<str>>(cells: impl Iterator<Item = T>, text: &mut String) {
    text.push('|');
    cells.for_each(|cell| text.extend([" ", cell.as_ref(), " |"]));
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::host::HostRecord;
    use crate::report::data::Thresholds;

    #[test]
    fn a_table_shows_text_as_it_is_and_says_what_it_leaves_out() {
        let options = RenderOptions { top: Some(1), ..RenderOptions::default() };
        let mut data = ReportData::new(Markdown.needs(&options), Thresholds::default());
        let host = HostRecord { score: 7, suspicious: true, rules: vec!["a|b <i>".into()], ..HostRecord::new([192, 0, 2, 1].into()) };
        data.add_host(&host);
        data.add_host(&HostRecord { score: 1, suspicious: false, ..host });
        data.close();
        let page = Markdown.page(&data, &options, Path::new("-")).expect("a page");
        assert_eq!(
            String::from_utf8_lossy(&page),
            "# Security report\n\n2 addresses with a score, 1 highly suspicious.\n\n\
             | Verdict | Address | Score | Reason | Why | Open ports |\n| --- | --- | ---: | --- | --- | --- |\n\
             | suspicious | 192.0.2.1 | 7 |  | nothing counted; rule: a\\|b &lt;i> | not scanned |\n\n\
             Shown: 1 (break-ins first, then suspicious, then by score); left out: 1 (--top shows more, the CSV has all).\n"
        );
    }
}
