//! A chart of bars in HTML: text stays text, and bars are as long as the screen allows.

use maud::{Markup, html};

use crate::report::bars::{Bar, Bars, Weight};
use crate::report::fill::{Fill, LINE, Pattern};
use crate::report::html::unbroken::words;
use crate::report::lang::Lang;

/// How much of a row the longest bar takes, in percent: its value stands behind it.
const LONGEST: u128 = 72;

/// The chart: title, notes, legend and bars.
pub(super) fn figure(bars: &Bars, lang: Lang) -> Markup {
    let most = bars.bars.iter().chain(&bars.apart).map(Bar::width).max().unwrap_or(0);
    html! {
        figure.chart aria-labelledby="chart" {
            figcaption #chart { (bars.title) }
            @for note in &bars.notes { p.note { (note) } }
            @if !bars.legend.is_empty() {
                ul.legend {
                    @for (name, fill) in &bars.legend {
                        li { @if let Some(fill) = fill { svg.field aria-hidden="true" { rect class={ "c" (fill.colour) } width="100%" height="100%" {} (lines(fill.pattern, 0, 1, 1)) } } (name) }
                    }
                }
            }
            @if bars.bars.is_empty() && bars.apart.is_empty() { p { (bars.empty) } } @else {
                ol.bars {
                    @for one in &bars.bars { li { (bar(one, most, bars, lang)) } }
                    @for (nth, one) in bars.apart.iter().enumerate() { li.apart[nth == 0 && !bars.bars.is_empty()] { (bar(one, most, bars, lang)) } }
                }
                p.axis { (bars.value_axis) }
            }
        }
    }
}

fn bar(bar: &Bar, most: u64, bars: &Bars, lang: Lang) -> Markup {
    let whole = bar.width();
    let mut left = 0;
    let parts = bar.parts.iter().map(|&(fill, value)| {
        let at = left;
        left += value;
        (fill, value, at)
    });
    let name = |fill: Fill| bars.legend.iter().find(|(_, other)| *other == Some(fill)).map_or("", |(name, _)| name);
    html! {
        span.name { (words(&bar.label)) }
        span.track {
            svg.bar aria-hidden="true" width=(percent(whole, most, LONGEST)) {
                @for (fill, value, at) in parts {
                    rect class={ "c" (fill.colour) } x=(percent(at, whole, 100)) width=(percent(value, whole, 100)) height="100%" { title { (lang.pair(name(fill), &lang.number(value))) } }
                    (lines(fill.pattern, at, value, whole))
                }
            }
            @if bar.weight == Weight::Bold { strong { (bar.value) " " (bar.mark) } } @else { span { (bar.value) } }
        }
    }
}

/// The lines of a pattern over a part that begins `at`: drawn, since a pattern by reference would want a name in the page.
fn lines(pattern: Pattern, at: u64, value: u64, whole: u64) -> Markup {
    let colour = format!("#{:02x}{:02x}{:02x}", LINE.0, LINE.1, LINE.2);
    let (left, right) = (percent(at, whole, 100), percent(at + value, whole, 100));
    html! {
        @if pattern.has_rows() {
            @for y in ["25%", "50%", "75%"] { line x1=(left) x2=(right) y1=(y) y2=(y) stroke=(colour) stroke-width="1.2" pointer-events="none" {} }
        }
        @if pattern.has_columns() {
            // As thick as no bar is, and cut at its edges: each dash of the line is a line from top to bottom.
            line x1=(left) x2=(right) y1="50%" y2="50%" stroke=(colour) stroke-width="99" stroke-dasharray="0 3.4 1.2 2.4" pointer-events="none" {}
        }
    }
}

/// `part` of `whole`, where the whole is so many percent; in thousandths, without floating point: the same everywhere.
fn percent(part: u64, whole: u64, percents: u128) -> String {
    let thousandths = (u128::from(part) * percents * 1000).checked_div(u128::from(whole)).unwrap_or(0);
    format!("{}.{:03}%", thousandths / 1000, thousandths % 1000)
}
