//! Text on the page: made harmless, and broken into lines where a reader would break it.

use std::net::Ipv6Addr;

use maud::{Markup, html};

use crate::base::escape::terminal;
use crate::base::time::parse_rfc3339;
use crate::report::lang::french_time;

/// Text of others, which nothing in it may reorder or hide; the template escapes it.
pub(super) fn text(text: &str) -> String {
    terminal(text).into_owned()
}

/// A time, which breaks between day and time and nowhere else; of what is none, the text.
pub(super) fn when(text: &str) -> Markup {
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return html! { (text) };
    }
    match (text.split_once(' '), text.split_once('T')) {
        (Some((day, time)), _) => html! { span { (day) } " " span { (time) } },
        (None, Some((day, time))) => html! { span { (day) "T" } wbr; span { (time) } },
        _ => html! { (text) },
    }
}

/// The same, where an IPv6 address breaks behind a colon and nowhere else, and a time or a day nowhere.
pub(super) fn words(all: &str) -> Markup {
    let shown = text(all);
    if !shown.contains([':', '-']) {
        return html! { (shown) };
    }
    html! { @for (nth, word) in shown.split(' ').enumerate() { @if nth > 0 { " " } (unbroken(word)) } }
}

fn unbroken(word: &str) -> Markup {
    let core = word.trim_matches(|c: char| "(),.;".contains(c));
    let (before, behind) = word.split_once(core).unwrap_or_default();
    if core.split('/').next().is_some_and(|ip| ip.parse::<Ipv6Addr>().is_ok()) {
        return html! {
            (before)
            span.ip { @for (nth, group) in core.split(':').enumerate() { @if nth > 0 { ":" @if !group.is_empty() && !group.starts_with('/') { wbr; } } (group) } }
            (behind)
        };
    }
    let is_day = core.len() == 10 && parse_rfc3339(&format!("{core}T00:00:00Z")).is_ok();
    if is_day || french_time(core).is_some() {
        html! { (before) span.at { span { (core) } } (behind) }
    } else {
        html! { (word) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_break_behind_colons_and_text_is_escaped() {
        assert_eq!(
            words("at <2001:db8::1> (2001:db8::/64), a:b.").into_string(),
            "at &lt;2001:db8::1&gt; (<span class=\"ip\">2001:<wbr>db8::/64</span>), a:b."
        );
        assert_eq!(words("x 2026-01-01T00:00:00Z.").into_string(), "x <span class=\"at\"><span>2026-01-01T00:00:00Z</span></span>.");
        assert_eq!(words("on 2026-01-01; x-y-z").into_string(), "on <span class=\"at\"><span>2026-01-01</span></span>; x-y-z");
        assert_eq!(words("<b>: \u{202e}").into_string(), "&lt;b&gt;: \\u{202e}");
        assert_eq!(when("01/01/2026 00:00:00 UTC").into_string(), "<span>01/01/2026</span> <span>00:00:00 UTC</span>");
        assert_eq!(when("<T").into_string(), "&lt;T");
    }
}
