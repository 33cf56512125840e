//! What folds out under a host: the rules and what they saw, the signals, the evidence, the scan.

use maud::{Markup, html};

use super::{login, text};
use crate::record::host::HostRecord;
use crate::report::detail::{Detail, Port};
use crate::report::digest::Kept;
use crate::report::lang::{self, Lang, PORT_STATES, SCAN_STATES, word_of};
use crate::report::login::count;
use crate::time::rfc3339;

/// How many items of a list are shown; another stage may have written thousands.
const MOST: usize = 100;

/// Everything that is known of a host and does not stand in its row.
pub fn details(kept: &Kept, lang: Lang) -> Markup {
    let Kept { host, detail, .. } = kept;
    html! {
        div.parts {
            div { (rules(host, detail, lang)) (signals(host, detail, lang)) }
            @if count(host) > 0 { div { (login::latest(host, MOST, lang)) } }
            @if !host.evidence.is_empty() { div { (evidence(host, lang)) } }
            @if host.scan.is_some() { div { (scan(host, detail, lang)) } }
        }
    }
}

/// The rules that hold and, where the record explains them, every rule with what it saw.
fn rules(host: &HostRecord<'_>, detail: &Detail, lang: Lang) -> Markup {
    html! {
        h3 { (lang.say(lang::RULES)) }
        ul {
            @for rule in host.rules.iter().take(MOST) { li { (text(&rule.0)) } }
            @if host.rules.is_empty() { li { (lang.say(lang::NO_RULE)) } }
            (more(host.rules.len(), lang))
        }
        @if !detail.explain.is_empty() {
            h3 { (lang.say(lang::EXPLAIN)) }
            ul {
                @for rule in detail.explain.iter().take(MOST) {
                    li {
                        (text(&rule.rule)) " (" (lang.say(if rule.held { lang::HOLDS } else { lang::HOLDS_NOT })) ") "
                        code { (text(&rule.when)) }
                        @if let Some(seconds) = rule.window_seconds { ", " (lang.fill(lang::WITHIN, &[&lang.number(seconds)])) }
                        @if !rule.saw.is_empty() { (lang.pair("", &text(&rule.saw))) }
                    }
                }
                (more(detail.explain.len(), lang))
            }
        }
    }
}

fn signals(host: &HostRecord<'_>, detail: &Detail, lang: Lang) -> Markup {
    let counted: Vec<_> = host.signals.iter().filter(|(_, count)| *count > 0).collect();
    html! {
        h3 { (lang.say(lang::SIGNALS_SEEN)) }
        ul {
            @for (name, count) in counted.iter().take(MOST) { li { (lang.pair(&text(lang.label_of(&name.0)), &lang.number(*count))) } }
            (more(counted.len(), lang))
        }
        @if let (Some(first), Some(last)) = (host.first_seen, host.last_seen) {
            p { (lang.fill(lang::PERIOD_TO, &[&rfc3339(first), &rfc3339(last)])) }
        }
        @if !detail.network.is_empty() { p { (lang.say(lang::NETWORK)) " " (text(&detail.network)) } }
        @if host.allowed { p { (lang.say(lang::ALLOWED)) } }
    }
}

fn evidence(host: &HostRecord<'_>, lang: Lang) -> Markup {
    html! {
        h3 { (lang.say(lang::EVIDENCE)) }
        table {
            thead { tr { @for heading in [lang::SIGNAL, lang::TIME, lang::PLACE] { th scope="col" { (lang.say(heading)) } } } }
            tbody {
                @for place in host.evidence.iter().take(MOST) {
                    tr {
                        td { (text(lang.label_of(&place.signal.0))) }
                        td { @if let Some(at) = place.at { (rfc3339(at)) } }
                        td { code { (text(&place.file.0)) ":" (place.line) } }
                    }
                }
            }
        }
        ul { (more(host.evidence.len(), lang)) }
    }
}

fn scan(host: &HostRecord<'_>, detail: &Detail, lang: Lang) -> Markup {
    let status = host.scan.as_ref().map_or("", |scan| &*scan.status.0);
    let open = host.scan.as_ref().map_or(0, |scan| scan.open_ports.len() as u64);
    let counts = [("open", Some(open)), ("closed", detail.closed), ("filtered", detail.filtered), ("unknown", detail.unknown)];
    let counts = counts.iter().filter_map(|(state, count)| Some(lang.pair(word_of(lang, PORT_STATES, state), &lang.number((*count)?))));
    html! {
        h3 { (lang.say(lang::SCAN)) }
        p { (text(word_of(lang, SCAN_STATES, status))) @if !detail.stopped.is_empty() { " (" (text(&detail.stopped)) ")" } }
        @if detail.closed.is_some() { p { (counts.collect::<Vec<_>>().join(", ")) } }
        @if !detail.started_at.is_empty() {
            p { (text(&detail.started_at)) @if let Some(ms) = detail.duration_ms { ", " (lang.number(ms)) " ms" } }
        }
        @if detail.ports.is_empty() {
            @if let Some(scan) = host.scan.as_ref().filter(|scan| !scan.open_ports.is_empty()) {
                p { (lang.say(lang::OPEN_PORTS)) " "
                    @for port in scan.open_ports.iter().take(MOST) { (port) " " } }
                ul { (more(scan.open_ports.len(), lang)) }
            }
        } @else { (ports(&detail.ports, lang)) }
    }
}

fn ports(ports: &[Port], lang: Lang) -> Markup {
    let headings = [lang::PORT, lang::STATE, lang::CAUSE, lang::RTT_MS, lang::BANNER];
    html! {
        table {
            thead { tr { @for heading in headings { th scope="col" { (lang.say(heading)) } } } }
            tbody {
                @for port in ports.iter().take(MOST) {
                    tr {
                        td { (port.port) }
                        td { (text(word_of(lang, PORT_STATES, &port.state))) }
                        td { (text(&port.reason)) }
                        td { (text(&port.rtt_ms)) }
                        td { @if !port.banner.is_empty() { code { (text(&port.banner)) } } }
                    }
                }
            }
        }
        ul { (more(ports.len(), lang)) }
    }
}

/// How many items beyond [`MOST`] there are.
fn more(items: usize, lang: Lang) -> Markup {
    let hidden = items.saturating_sub(MOST) as u64;
    html! { @if hidden > 0 { li { (lang.fill(lang::AND_MORE, &[&lang.number(hidden)])) } } }
}
