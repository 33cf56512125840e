//! Signals over time on the page: stacked for all hosts, a strip for each of the most urgent ones, and the choice of a part of the
//! time, which filters the table.

use std::fmt::Write as _;

use maud::{Markup, html};

use crate::record::host::HostRecord;
use crate::report::fill::{Fill, LINE};
use crate::report::html::HtmlPage;
use crate::report::html::unbroken::words;
use crate::report::lang::timeline::{SPAN_ALL, SPAN_FROM, SPAN_HINT, SPAN_TO, STRIPS, TIMELINE};
use crate::report::timeline::axis::ticks;
use crate::report::timeline::total::View;
use crate::report::timeline::{SHADES, TimeChart, shade};

/// How high the plot is, in units of its own.
const HEIGHT: u64 = 1000;
/// How high a part is at the least, so that it is seen.
const LEAST: u64 = 8;
/// About how many ticks the axis has.
const TICKS: i64 = 7;

/// The chart; nothing where no host has a timeline.
pub(super) fn figure(content: &HtmlPage<'_>) -> Markup {
    let HtmlPage { data, options, hosts, view } = content;
    let (Some(view), lang) = (view, options.lang) else { return html! {} };
    let chart = TimeChart::new(view, hosts, data, options);
    let columns = view.columns.len();
    let most = chart.most_of_strips();
    html! {
        figure.chart.timeline aria-labelledby="timeline" {
            figcaption #timeline { (lang.say(TIMELINE)) }
            @for note in &chart.notes { p.note { (words(note)) } }
            ul.legend {
                @for (_, name, fill) in &chart.kinds {
                    li { svg.field aria-hidden="true" { rect class={ "c" (fill.colour) } width="100%" height="100%" {} @if has_lines(*fill) { (pattern_sample(*fill)) } } (name) }
                }
            }
            div.strips {
                div.scale { span { (lang.short_number(chart.top)) } span { "0" } }
                svg.plot viewBox={ "0 0 " (columns) " " (HEIGHT) } preserveAspectRatio="none" role="img" aria-labelledby="timeline" {
                    defs { @for (kind, _, fill) in chart.kinds.iter().filter(|(_, _, fill)| has_lines(*fill)) { (pattern(*kind, *fill, columns)) } }
                    path.grid d={ "M0 0H" (columns) "M0 " (HEIGHT / 2) "H" (columns) "M0 " (HEIGHT) "H" (columns) } {}
                    @for (nth, (kind, name, fill)) in chart.kinds.iter().enumerate() {
                        @if has_lines(*fill) { path fill={ "url(#k" (kind) ")" } d=(stacked(&chart, nth)) { title { (name) } } }
                        @else { path class={ "c" (fill.colour) } d=(stacked(&chart, nth)) { title { (name) } } }
                    }
                    (shades_off(columns))
                }
                @if !chart.strips.is_empty() {
                    p.note.heading { (lang.say(STRIPS)) }
                    @for strip in &chart.strips {
                        a.name href={ "#h" (strip.nth) } { (words(&strip.host.host.ip.to_string())) }
                        svg.strip viewBox={ "0 0 " (columns) " 1" } preserveAspectRatio="none" role="img" aria-label=(strip.told) {
                            title { (strip.told) }
                            @for dark in 1..=SHADES { @let d = cells(&strip.counts, most, dark); @if !d.is_empty() { path class={ "s" (dark) } d=(d) {} } }
                            (shades_off(columns))
                        }
                    }
                }
                (axis(view, content))
            }
            div.controls.span {
                label { (lang.say(SPAN_FROM)) input #from type="range" min="0" max=(columns - 1) value="0" data-times=(times(view, content)); output for="from" {} }
                label { (lang.say(SPAN_TO)) input #to type="range" min="1" max=(columns) value=(columns); output for="to" {} }
                button #whole type="button" { (lang.say(SPAN_ALL)) }
            }
            p.hint { (lang.say(SPAN_HINT)) }
        }
    }
}

/// The columns in which a host was seen: `3-7 19`.
pub(super) fn ranges(view: &View, host: &HostRecord<'_>) -> String {
    let range = |(first, last): (usize, usize)| if first == last { first.to_string() } else { format!("{first}-{last}") };
    view.active(host).into_iter().map(range).collect::<Vec<_>>().join(" ")
}

/// When each column begins, and when the last one ends.
fn times(view: &View, content: &HtmlPage<'_>) -> String {
    let times = (0..).take(view.columns.len() + 1).map(|nth| content.options.lang.time(view.start + view.step * nth));
    times.collect::<Vec<_>>().join("|")
}

/// What lies over the columns that are not chosen: none, at first.
fn shades_off(columns: usize) -> Markup {
    html! {
        rect.off x="0" y="0" width="0" height="100%" data-side="left" {}
        rect.off x=(columns) y="0" width="0" height="100%" data-side="right" {}
    }
}

/// The parts of one kind in all columns, each upon those of the kinds before it.
fn stacked(chart: &TimeChart<'_>, nth: usize) -> String {
    let mut path = String::new();
    let level = |sum: u64| u64::try_from(u128::from(sum) * u128::from(HEIGHT) / u128::from(chart.top)).unwrap_or(HEIGHT).min(HEIGHT);
    for column in 0..chart.view.columns.len() {
        let parts = chart.parts(column);
        if parts[nth].1 > 0 {
            let below = parts[..nth].iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
            let (bottom, top) = (level(below), level(below.saturating_add(parts[nth].1)));
            let high = (top - bottom).max(LEAST);
            // Writing to a String cannot fail.
            let _ = write!(path, "M{column} {}h1v-{high}h-1z", HEIGHT - bottom);
        }
    }
    path
}

/// The columns of a strip that have one shade.
fn cells(counts: &[u64], most: u64, dark: u32) -> String {
    let mut path = String::new();
    for (column, _) in counts.iter().enumerate().filter(|(_, count)| shade(**count, most) == dark) {
        let _ = write!(path, "M{column} 0h1v1h-1z");
    }
    path
}

fn axis(view: &View, content: &HtmlPage<'_>) -> Markup {
    let lang = content.options.lang;
    let zone = lang.zone().cloned().unwrap_or(jiff::tz::TimeZone::UTC);
    let (start, length) = (view.start, view.end() - view.start);
    let ticks = ticks(start, view.end(), TICKS, &zone, lang);
    let places: Vec<_> = ticks.iter().map(|tick| i128::from(tick.at - start) * 100_000 / i128::from(length)).collect();
    html! {
        svg.ticks aria-hidden="true" {
            @for ((tick, &thousandths), is_crowded) in ticks.iter().zip(&places).zip(crowded(&places)) {
                @let x = format!("{}.{:03}%", thousandths / 1000, thousandths % 1000);
                // The first and the last would be cut at the edges.
                @let anchor = if thousandths < 6000 { "start" } else if thousandths > 94_000 { "end" } else { "middle" };
                g.odd[is_crowded] {
                    line x1=(x) x2=(x) y1="0" y2="5" {}
                    text x=(x) y="18" text-anchor=(anchor) { (tick.label) }
                    @if !tick.more.is_empty() { text x=(x) y="34" text-anchor=(anchor) { (tick.more) } }
                }
            }
        }
    }
}

/// Of ticks at these thousandths of a percent of the axis: whether a label has no room on a narrow page behind the last that has.
fn crowded(places: &[i128]) -> Vec<bool> {
    // A label of seven characters beside one that begins at the edge, on a page 400 pixels wide.
    const LEAST: i128 = 24_000;
    let mut last = None;
    let mut is_crowded = |&place: &i128| {
        let is_near = last.is_some_and(|last| place - last < LEAST);
        if !is_near {
            last = Some(place);
        }
        is_near
    };
    places.iter().map(&mut is_crowded).collect()
}

const fn has_lines(fill: Fill) -> bool {
    fill.pattern.has_rows() || fill.pattern.has_columns()
}

fn line_colour() -> String {
    format!("#{:02x}{:02x}{:02x}", LINE.0, LINE.1, LINE.2)
}

/// A colour with lines, in the units of the plot: a fifth of a pixel high, and as wide as a column.
fn pattern(kind: usize, fill: Fill, columns: usize) -> Markup {
    let wide = columns.div_ceil(120).max(1);
    html! {
        pattern #{ "k" (kind) } width=(wide) height="40" patternUnits="userSpaceOnUse" {
            rect class={ "c" (fill.colour) } width=(wide) height="40" {}
            @if fill.pattern.has_rows() { rect width=(wide) height="7" fill=(line_colour()) {} }
            @if fill.pattern.has_columns() { rect width={ (wide / 4) "." (25 * (wide % 4)) } height="40" fill=(line_colour()) {} }
        }
    }
}

/// The lines of a pattern in the field of a legend.
fn pattern_sample(fill: Fill) -> Markup {
    html! {
        @for at in ["25%", "50%", "75%"] {
            @if fill.pattern.has_rows() { line x1="0" x2="100%" y1=(at) y2=(at) stroke=(line_colour()) stroke-width="1.2" {} }
            @if fill.pattern.has_columns() { line x1=(at) x2=(at) y1="0" y2="100%" stroke=(line_colour()) stroke-width="1.2" {} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_have_room_on_a_narrow_page() {
        assert_eq!(crowded(&[0, 9_000, 21_000, 34_000, 47_000, 60_000, 99_000]), [false, true, true, false, true, false, false]);
        assert_eq!(crowded(&[]), [false; 0]);
    }
}
