//! What runs knew about themselves, below what was read.

use maud::{Markup, html};

use crate::report::data::ReportData;
use crate::report::html::unbroken::text;
use crate::report::lang::Lang;
use crate::report::runs::show;

/// Every run, a list of facts each; nothing where none was given.
pub(super) fn runs(data: &ReportData, lang: Lang) -> Markup {
    html! {
        @for run in data.runs.iter().map(|run| show(run, lang)) {
            h3 { (text(&run.heading)) }
            dl.facts {
                @for (name, sentences) in &run.facts {
                    dt { (lang.say(*name)) }
                    @for sentence in sentences { dd { (text(sentence)) } }
                }
            }
        }
    }
}
