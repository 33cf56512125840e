//! The tables of accounts: who was tried most, and who got in.

use maud::{Markup, html};

use crate::report::accounts::{HEADINGS, NUMBERS, row};
use crate::report::html::HtmlPage;
use crate::report::html::unbroken::{text, words};
use crate::report::lang;

/// Both tables; nothing where there are no accounts.
pub(super) fn tables(content: &HtmlPage<'_>) -> Markup {
    let (data, lang) = (content.data, content.options.lang);
    html! {
        @for (nth, (title, hint, shown, hidden)) in data.accounts.tables().enumerate() {
            @let id = format!("accounts{nth}");
            section.logins aria-labelledby=(id) {
                h2 id=(id) { (lang.say(title)) }
                p { (lang.say(hint)) }
                div.scroll role="group" aria-labelledby=(id) tabindex="0" {
                    table {
                        thead { tr { @for heading in HEADINGS { th scope="col" { (lang.say(heading)) } } } }
                        tbody {
                            @for account in shown {
                                tr { @for (nth, cell) in row(account, lang).iter().enumerate() { @if NUMBERS.contains(&nth) { td { (words(cell)) } } @else { td { (text(cell)) } } } }
                            }
                        }
                    }
                }
                @if hidden > 0 { p { (lang.fill(lang::AND_MORE, &[&lang.number(hidden)])) } }
            }
        }
    }
}
