//! The HTML report: one self-contained file, with the break-ins first, the chart of the top hosts and a table
//! that sorts, filters and folds out.
//!
//! Text of others is escaped by the template engine, and what could reorder it is spelled out. Its security policy allows
//! this style and this script by their hashes, and nothing else.

mod accounts;
mod details;
mod groups;

mod bars;
mod login;
mod runs;
mod timeline;
mod unbroken;

use std::net::IpAddr;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use crate::report::html::unbroken::{text, when, words};

use crate::base::error::Result;
use crate::io::source::file::STDIN;
use crate::record::signal::SIGNALS;
use crate::report::chart;
use crate::report::column::{Column, ColumnKind};
use crate::report::data::{ReportData, ReportNeeds, TopHost, is_alarming};
use crate::report::lang;
use crate::report::lang::story::CHANGES;
use crate::report::lang::{Lang, SCAN_STATES, word_of};
use crate::report::login::HOSTS;
use crate::report::markdown::CHANGED;
use crate::report::page::{RenderOptions, Report, Theme, check_kind};
use crate::report::summary::headline;
use crate::report::timeline::total::View;
use crate::report::unscored;

/// How many hosts the table has, unless `--top` says otherwise.
const ROWS: usize = 1000;
/// How many rows a browser lays out at a time, where scripts run.
const PAGE: usize = 200;
/// How many hosts the chart has at the most.
const CHART_ROWS: usize = 5;
/// How many names of inputs are told.
const INPUTS: usize = 10;
/// How many break-ins are told above the table.
const BREAK_INS: usize = 20;
const COLUMNS: [&str; 11] =
    ["verdict", "ip", "score", "reason", "why", "scan_result", "ssh_failed", "http_404", "http_bot", "ssh_accepted", "last_seen"];
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// `--html`.
#[derive(Debug)]
pub(crate) struct Html;

impl Report for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn about(&self) -> &'static str {
        "Write a page for a browser: counts, a chart, a table with sorting, filters and details; - is stdout"
    }

    fn check(&self, path: &Path) -> Result<()> {
        check_kind(path, self.name(), &["html", "htm"], "HTML, which a browser prints as PDF")
    }

    fn needs(&self, options: &RenderOptions) -> ReportNeeds {
        let rows = options.top.unwrap_or(ROWS);
        ReportNeeds { urgent: rows, logins: HOSTS, timeline: true, changed: CHANGED, ..ReportNeeds::default() }
            .max(chart::needs(rows.min(CHART_ROWS)))
    }

    fn page(&self, data: &ReportData, options: &RenderOptions, _path: &Path) -> Result<Vec<u8>> {
        let hosts = data.urgent(options.top.unwrap_or(ROWS));
        let view = data.timeline.view(&options.period);
        Ok(page(&HtmlPage { data, options, hosts: &hosts, view: view.as_ref() }).into_string().into_bytes())
    }
}

/// What a page is made of.
struct HtmlPage<'d> {
    data: &'d ReportData,
    options: &'d RenderOptions,
    hosts: &'d [TopHost<'d>],
    /// What is shown over time; nothing where no host has a timeline.
    view: Option<&'d View>,
}

/// What the page may do: nothing but this style and this script. **Source:** W3C, Content Security Policy Level 3.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    format!("default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'", hash(STYLE), hash(SCRIPT))
}

fn page(content: &HtmlPage<'_>) -> Markup {
    let HtmlPage { data, options, .. } = content;
    let lang = options.lang;
    html! {
        (DOCTYPE)
        html lang=(lang.code()) class=[class_of_theme(options.theme)] {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="color-scheme" content="light dark";
                title { (lang.say(lang::TITLE)) }
                style { (PreEscaped(STYLE)) }
                script { (PreEscaped(SCRIPT)) }
            }
            body {
                header {
                    h1 { (lang.say(lang::TITLE)) }
                    p { (words(&headline(data, options))) "." }
                }
                main {
                    (alert(content))
                    (changes(content))
                    (bars::figure(&chart::bars(data, options, options.top.unwrap_or(ROWS).min(CHART_ROWS)), lang))
                    (timeline::figure(content))
                    (facts(data, lang))
                    (table(content))
                    (login::table(content))
                    (groups::table(content))
                    (accounts::tables(content))
                }
                footer { p { (lang.fill(lang::MADE_BY, &[env!("CARGO_PKG_VERSION")])) } }
            }
        }
    }
}

/// The break-ins, each a link to its row.
fn alert(content: &HtmlPage<'_>) -> Markup {
    let HtmlPage { data, options, .. } = content;
    let lang = options.lang;
    let rows = content.hosts.iter().enumerate().filter(|(_, kept)| is_alarming(&kept.host)).take(BREAK_INS);
    html! {
        @if data.break_ins > 0 {
            section.alert aria-labelledby="break-ins" {
                h2 #break-ins { (lang.count(data.break_ins, lang::BREAK_INS)) }
                p { (lang.say(lang::BREAK_IN_ALERT)) }
                ul {
                    @for (nth, kept) in rows {
                        li {
                            a href={ "#h" (nth) } { (words(&kept.host.ip.to_string())) }
                            (login::of_break_in(&kept.host, lang))
                            @if let Some(last) = kept.host.last_seen.filter(|_| kept.host.login_order.latest.is_empty()) { ", " (lang.time(last)) }
                        }
                    }
                }
                @if data.break_ins > BREAK_INS as u64 {
                    p { (lang.fill(lang::AND_MORE, &[&lang.number(data.break_ins - BREAK_INS as u64)])) }
                }
            }
        }
    }
}

/// What is new since another day; nothing where there is nothing to compare with.
fn changes(content: &HtmlPage<'_>) -> Markup {
    let (data, lang) = (content.data, content.options.lang);
    let Some(told) = data.tell_changes(lang, &text) else { return html! {} };
    let shown = data.changed(CHANGED);
    let nth_of = |kept: &TopHost<'_>| {
        content.hosts.iter().position(|other| other.host.ip == kept.host.ip && other.host.network == kept.host.network)
    };
    html! {
        section aria-labelledby="new" {
            h2 #new { (lang.say(CHANGES)) }
            p { (words(&told)) "." }
            @if !shown.is_empty() {
                ul {
                    @for kept in &shown {
                        li {
                            @if let Some(nth) = nth_of(kept) { a href={ "#h" (nth) } { (words(&kept.host.ip.to_string())) } } @else { (words(&kept.host.ip.to_string())) }
                            (lang.pair("", &kept.detail.change.as_ref().map_or_else(String::new, |change| change.tell(lang))))
                        }
                    }
                }
            }
            @if let Some(gone) = data.tell_gone(lang) { p { (words(&gone)) "." } }
        }
    }
}

/// What was read, when, and how many there are of what.
fn facts(data: &ReportData, lang: Lang) -> Markup {
    // A pipe has no name.
    let inputs = if data.inputs == [STDIN] { &[] } else { data.inputs.as_slice() };
    let names = inputs.iter().take(INPUTS).map(|name| text(name)).collect::<Vec<_>>().join(", ");
    let more = data.inputs.len().saturating_sub(INPUTS) as u64;
    let records = data.scored + data.unscored + data.malformed;
    let scans = data.scans.iter().map(|(state, count)| lang.pair(&text(word_of(lang, SCAN_STATES, state)), &lang.number(*count)));
    let signals = SIGNALS.iter().zip(data.signals).filter(|(_, count)| *count > 0);
    let signals = signals.map(|(signal, count)| lang.pair(lang.label_of(signal.name), &lang.number(count)));
    let (scans, signals) = (scans.collect::<Vec<_>>().join(", "), signals.collect::<Vec<_>>().join(", "));
    html! {
        section aria-labelledby="read" {
            h2 #read { (lang.say(lang::INPUTS)) }
            dl.facts {
                dt { @if names.is_empty() { (lang.say(lang::RECORDS)) } (names) @if more > 0 { " " (lang.fill(lang::AND_MORE, &[&lang.number(more)])) } }
                dd {
                    (lang.count(records, lang::READ))
                    @if data.unscored > 0 { ", " (lang.count(data.unscored, lang::UNSCORED)) }
                    @if data.malformed > 0 { ", " (lang.count(data.malformed, lang::MALFORMED)) }
                    @if data.inputs.len() > 1 { ". " (lang.fill(lang::NOT_MERGED, &[&lang.number(data.inputs.len() as u64)])) }
                }
                @if let (Some(first), Some(last)) = (data.first_seen, data.last_seen) {
                    dt { (lang.say(lang::PERIOD)) }
                    dd { (words(&lang.fill(lang::PERIOD_TO, &[&lang.time(first), &lang.time(last)]))) }
                }
                @if !signals.is_empty() { dt { (lang.say(lang::SIGNALS_SEEN)) } dd { (signals) } }
                @if !scans.is_empty() { dt { (lang.say(lang::SCANS)) } dd { (scans) } }
            }
            (runs::runs(data, lang))
        }
    }
}

fn table(content: &HtmlPage<'_>) -> Markup {
    let HtmlPage { data, options, hosts, .. } = content;
    let lang = options.lang;
    let columns = options.columns_or(unscored::columns(data, &COLUMNS));
    let all = lang.number(hosts.len() as u64);
    let hidden = data.scored - hosts.len() as u64;
    html! {
        section aria-labelledby="addresses" {
            h2 #addresses { (lang.say(lang::HOSTS)) }
            @if hosts.is_empty() {
                p { (lang.say(lang::NO_HOST)) }
            } @else {
                (controls(lang))
                p.hint { (lang.say(lang::HINT)) }
                div.scroll role="group" aria-labelledby="addresses" tabindex="0" {
                    table #hosts data-page=(PAGE) {
                        caption { (lang.say(lang::CAPTION)) }
                        thead { tr {
                            @for column in &columns {
                                th scope="col" class={ (class_of(column.kind)) @if column.name == "why" { " why" } } aria-sort="none" data-first=(first_order(column)) { button type="button" { (column.heading_in(lang)) } }
                            }
                        } }
                        @for (nth, kept) in hosts.iter().enumerate() { (host(nth, kept, &columns, content)) }
                    }
                }
            }
            button #more type="button" data-phrase=(lang.say(lang::MORE_ROWS)) hidden {}
            @if hidden > 0 { p { (lang.fill(lang::NOT_SHOWN, &[&all, &lang.number(hidden)])) } }
        }
    }
}

/// The order of the first click on a heading: what matters most comes first.
fn first_order(column: &Column) -> &'static str {
    if matches!(column.kind, ColumnKind::Number | ColumnKind::Count | ColumnKind::Time) || column.name == "verdict" {
        "descending"
    } else {
        "ascending"
    }
}

/// What filters the rows, and how many there are.
fn controls(lang: Lang) -> Markup {
    html! {
        div.controls {
            label { (lang.say(lang::FILTER)) input #words type="search" autocomplete="off" spellcheck="false"; }
            label {
                (lang.say(lang::SHOW))
                select #verdict {
                    option value="all" { (lang.say(lang::SHOW_ALL)) }
                    option value="suspicious" { (lang.say(lang::SHOW_SUSPICIOUS)) }
                    option value="break-in" { (lang.say(lang::SHOW_BREAK_INS)) }
                }
            }
            span #shown role="status" data-all=(lang.say(lang::ROWS_ALL)) data-some=(lang.say(lang::ROWS_SOME)) {}
        }
    }
}

/// The rows of a host: what the columns say, and what folds out.
fn host(nth: usize, kept: &TopHost<'_>, columns: &[&Column], content: &HtmlPage<'_>) -> Markup {
    let lang = content.options.lang;
    let head = columns.iter().position(|column| column.kind == ColumnKind::Address).unwrap_or(0);
    let verdict = match &kept.host {
        host if is_alarming(host) => "break-in",
        host if host.suspicious => "suspicious",
        _ => "",
    };
    html! {
        tbody #{ "h" (nth) } .late[nth >= PAGE] data-verdict=(verdict) data-on=[content.view.map(|view| timeline::ranges(view, &kept.host))] {
            tr.host {
                @for (place, column) in columns.iter().enumerate() {
                    @if place == head {
                        th scope="row" class=(class_of(column.kind)) data-key=[key_of(column, kept)] {
                            button.fold type="button" aria-expanded="false" aria-controls={ "d" (nth) } { (cell(column, kept, lang)) }
                        }
                    } @else {
                        @let cell = cell(column, kept, lang);
                        td class={ (class_of(column.kind)) @if column.name == "why" { " why" } } data-key=[key_of(column, kept)] { (cell) }
                    }
                }
            }
            tr.more #{ "d" (nth) } { td colspan=(columns.len()) { (details::details(kept, lang)) } }
        }
    }
}

fn cell(column: &Column, kept: &TopHost<'_>, lang: Lang) -> Markup {
    if column.name == "why" {
        return details::why(kept.row(), lang);
    }
    let cell = column.text(kept.row(), lang);
    match (column.kind, cell.parse()) {
        (ColumnKind::Number | ColumnKind::Count, Ok(number)) => html! { (lang.number(number)) },
        (ColumnKind::Time, _) => when(&cell),
        _ => words(&cell),
    }
}

/// What a cell is sorted by where that is not its text: an address by its family and its bytes, a verdict by its weight, a time as records
/// have it.
fn key_of(column: &Column, kept: &TopHost<'_>) -> Option<String> {
    match (column.kind, column.name) {
        (ColumnKind::Address, _) => Some(match kept.host.ip.ip {
            IpAddr::V4(v4) => format!("4{:08x}", v4.to_bits()),
            IpAddr::V6(v6) => format!("6{:032x}{}", v6.to_bits(), kept.host.ip.zone().unwrap_or_default().as_str()),
        }),
        (_, "verdict") => Some(
            match &kept.host {
                host if is_alarming(host) => "3",
                host if host.suspicious => "2",
                host if host.allowed => "0",
                _ => "1",
            }
            .to_owned(),
        ),
        (ColumnKind::Time, _) => Some(column.text(kept.row(), Lang::En)),
        _ => None,
    }
}

const fn class_of_theme(theme: Theme) -> Option<&'static str> {
    match theme {
        Theme::Auto => None,
        Theme::Light => Some("light"),
        Theme::Dark => Some("dark"),
    }
}

const fn class_of(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Address => "address",
        ColumnKind::Number => "number",
        ColumnKind::Count => "count",
        ColumnKind::Time => "time",
        ColumnKind::Word => "word",
        ColumnKind::Text => "text",
    }
}

#[cfg(test)]
mod tests;
