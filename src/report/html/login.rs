//! Who logged in: the table of all hosts that did, and the latest logins of one.

use maud::{Markup, html};

use crate::record::host::HostRecord;
use crate::report::html::HtmlPage;
use crate::report::html::unbroken::{text, when, words};
use crate::report::lang::{self, Lang};
use crate::report::login;

/// Who logged in, and after how many failures; nothing where nobody did.
pub(super) fn table(content: &HtmlPage<'_>) -> Markup {
    let (data, lang) = (content.data, content.options.lang);
    let shown = data.logins(login::HOSTS);
    let hidden = data.logged_in - shown.len() as u64;
    html! {
        @if !shown.is_empty() {
            section.logins aria-labelledby="logins" {
                h2 #logins { (lang.say(lang::LOGINS)) }
                p { (lang.say(lang::LOGINS_HINT)) }
                div.scroll role="group" aria-labelledby="logins" tabindex="0" {
                    table {
                        thead { tr { @for heading in login::HEADINGS { th scope="col" { (lang.say(heading)) } } } }
                        tbody { @for kept in &shown { tr { @for (nth, cell) in login::row(&kept.host, lang).iter().enumerate() { @if nth < 3 { td { (words(cell)) } } @else { (cell_of(nth - 3, cell)) } } } } }
                    }
                }
                @if hidden > 0 { p { (lang.fill(lang::AND_MORE, &[&lang.number(hidden)])) } }
            }
        }
    }
}

/// The latest logins of a host, the last one first; `most` of them.
pub(super) fn latest(host: &HostRecord<'_>, most: usize, lang: Lang) -> Markup {
    let (latest, before) = (&host.login_order.latest, login::before(host, lang));
    html! {
        h3 { (lang.say(lang::LOGINS)) }
        p { (lang.number(login::count(host))) @if !before.is_empty() { ", " (before) } }
        @if !latest.is_empty() {
            table {
                thead { tr { @for heading in &login::HEADINGS[3..] { th scope="col" { (lang.say(*heading)) } } } }
                tbody { @for login in latest.iter().rev().take(most) { tr { @for (nth, cell) in login::cells(login, lang).iter().enumerate() { (cell_of(nth, cell)) } } } }
            }
        }
    }
}

/// What a login of a break-in was: after how many failures, when, as whom, how, where it stands.
pub(crate) fn of_break_in(host: &HostRecord<'_>, lang: Lang) -> Markup {
    let before = login::before(host, lang);
    html! {
        @if !before.is_empty() { ", " (before) }
        @if let Some(told) = login::told(host) {
            @for cell in login::told_cells(&told, lang).iter().filter(|cell| !cell.is_empty()) { ", " (words(cell)) }
        }
    }
}

/// A cell of [`login::cells`]: the first is a time, or a sentence where that is not known.
fn cell_of(nth: usize, cell: &str) -> Markup {
    let is_time = nth == 0 && cell.starts_with(|first: char| first.is_ascii_digit());
    html! { @if is_time { td.at { (when(&text(cell))) } } @else { td { (text(cell)) } } }
}
