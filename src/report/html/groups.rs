//! The table of groups for which a rule holds.

use maud::{Markup, html};

use crate::report::groups::{HEADINGS, ROWS, row};
use crate::report::html::HtmlPage;
use crate::report::html::unbroken::{text, words};
use crate::report::lang;
use crate::report::lang::group::{GROUPS, GROUPS_HINT};

/// The groups, the highest score first; nothing where there are none.
pub(super) fn table(content: &HtmlPage<'_>) -> Markup {
    let (data, lang) = (content.data, content.options.lang);
    let shown = data.groups.first(ROWS);
    let hidden = (data.groups.count() - shown.len()) as u64;
    html! {
        @if !shown.is_empty() {
            section.logins aria-labelledby="groups" {
                h2 #groups { (lang.say(GROUPS)) }
                p { (lang.say(GROUPS_HINT)) }
                div.scroll role="group" aria-labelledby="groups" tabindex="0" {
                    table {
                        thead { tr { @for heading in HEADINGS { th scope="col" { (lang.say(heading)) } } } }
                        tbody {
                            @for group in &shown {
                                tr { @for (nth, cell) in row(group, lang).iter().enumerate() { @if nth < 2 { td { (text(cell)) } } @else { td { (words(cell)) } } } }
                            }
                        }
                    }
                }
                @if hidden > 0 { p { (lang.fill(lang::AND_MORE, &[&lang.number(hidden)])) } }
            }
        }
    }
}
