//! What folds out under a host: the rules and what they saw, the signals, the evidence, the scan.

use maud::{Markup, html};

use crate::record::host::HostRecord;
use crate::record::json::lenient;
use crate::report::data::TopHost;
use crate::report::detail::{DetailRow, HostDetail, PortDetail, values_of};
use crate::report::html::login;
use crate::report::html::unbroken::{text, when, words};
use crate::report::lang::{self, Lang, PORT_STATES, SCAN_STATES, word_of};
use crate::report::login::count;
use crate::report::scanned::put_ranges;
use crate::report::{self, story, why};

/// How many items of a list are shown; another stage may have written thousands.
const MOST: usize = 100;

/// Everything that is known of a host and does not stand in its row.
pub(super) fn details(kept: &TopHost<'_>, lang: Lang) -> Markup {
    let TopHost { host, detail, .. } = kept;
    html! {
        @if host.suspicious { p.story { (words(&story::tell(host, lang, &text))) } }
        div.parts {
            div { (rules(kept, lang)) (signals(host, lang)) }
            @if count(host) > 0 { div { (login::latest(host, MOST, lang)) } }
            @if !host.evidence.is_empty() { div { (evidence(host, lang)) } }
            @if host.scan.is_some() { div { (scan(host, detail, lang)) } }
            @if !host.enrich.0.is_empty() { div { (enrich(host, lang)) } }
        }
    }
}

/// Why a host is suspicious: a sentence for each rule that holds, and what an attacker's technique is called.
pub(super) fn why(row: DetailRow<'_>, lang: Lang) -> Markup {
    html! {
        @for why in why::reasons(row, lang).iter().take(MOST) {
            p { (words(&why.sentence)) @if !why.attack.is_empty() { " " span.attack { (text(&why.attack)) } } }
        }
    }
}

/// Why a host is suspicious and, where the record explains its rules, every rule with what it saw.
fn rules(kept: &TopHost<'_>, lang: Lang) -> Markup {
    let TopHost { host, detail, .. } = kept;
    let reasons = why::reasons(kept.row(), lang);
    html! {
        h3 { (lang.say(lang::WHY)) }
        @for why in reasons.iter().take(MOST) {
            p {
                (words(&why.sentence))
                @if !why.about.is_empty() { br; q { (text(&why.about)) } }
                @if !why.attack.is_empty() { span.attack { "ATT&CK " (text(&why.attack)) } }
            }
        }
        @if host.rules.is_empty() { p { (lang.say(lang::NO_RULE)) } }
        @else if reasons.is_empty() { p { @for (nth, rule) in host.rules.iter().take(MOST).enumerate() { @if nth > 0 { ", " } (text(&rule.0)) } } }
        @if !detail.explain.is_empty() {
            h3 { (lang.say(lang::EXPLAIN)) }
            ul {
                @for rule in detail.explain.iter().take(MOST) {
                    li {
                        (text(&rule.rule.0)) " (" (lang.say(if rule.held { lang::HOLDS } else { lang::HOLDS_NOT })) ") "
                        code { (text(&rule.when.0)) }
                        @if let Some(seconds) = rule.window_seconds { ", " (lang.fill(lang::WITHIN, &[&lang.number(seconds)])) }
                        @if !rule.saw.is_empty() { (lang.pair("", &text(&values_of(rule)))) }
                    }
                }
                @if let Some(more) = more(detail.explain.len(), lang) { li { (more) } }
            }
        }
    }
}

fn signals(host: &HostRecord<'_>, lang: Lang) -> Markup {
    let counted: Vec<_> = host.signals.iter().filter(|(_, count)| *count > 0).collect();
    html! {
        h3 { (lang.say(lang::SIGNALS_SEEN)) }
        @if counted.is_empty() { p { (lang.say(lang::NO_SIGNAL)) } } @else {
            ul {
                @for (name, count) in counted.iter().take(MOST) { li { (lang.pair(&text(lang.label_of(&name.0)), &lang.number(*count))) } }
                @if let Some(more) = more(counted.len(), lang) { li { (more) } }
            }
        }
        @if !host.services.is_empty() {
            h3 { (lang.say(lang::SERVICES)) }
            ul {
                @for (name, logins) in host.services.iter().take(MOST) { li { (lang.pair(&text(&name.0), &lang.number(*logins))) } }
                @if let Some(more) = more(host.services.len(), lang) { li { (more) } }
            }
        }
        @if let (Some(first), Some(last)) = (host.first_seen, host.last_seen) {
            p { (words(&lang.fill(lang::PERIOD_TO, &[&lang.time(first), &lang.time(last)]))) }
        }
        @if let Some(network) = &host.network { p { (lang.say(lang::NETWORK)) " " (words(&network.0)) } }
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
                        td.at { @if let Some(at) = place.at { (when(&lang.time(at))) } }
                        td { code { (text(&place.file.0)) ":" (place.line) } }
                    }
                }
            }
        }
        @if let Some(more) = more(host.evidence.len(), lang) { p { (more) } }
    }
}

fn scan(host: &HostRecord<'_>, HostDetail { scan, ports: details, .. }: &HostDetail, lang: Lang) -> Markup {
    let status = host.scan.as_ref().map_or("", |scan| &*scan.status.0);
    let open = host.scan.as_ref().map_or(0, |scan| scan.open_ports.len() as u64);
    let counts = [("open", Some(open)), ("closed", scan.closed), ("filtered", scan.filtered), ("unknown", scan.unknown)];
    let counts = counts.iter().filter_map(|(state, count)| Some(lang.pair(word_of(lang, PORT_STATES, state), &lang.number((*count)?))));
    html! {
        h3 { (lang.say(lang::SCAN)) }
        p { (text(word_of(lang, SCAN_STATES, status))) @if !scan.stopped.is_empty() { " (" (text(&scan.stopped.0)) ")" }
            @if !scan.note.is_empty() { ": " (text(word_of(lang, lang::SCAN_NOTES, &scan.note.0))) } }
        @if scan.closed.is_some() { p { (counts.collect::<Vec<_>>().join(", ")) } }
        @if !scan.started_at.is_empty() {
            p { (text(&lang.time_of(&scan.started_at.0))) @if let Some(ms) = scan.duration_ms { ", " (lang.number(ms)) " ms" } }
        }
        @if details.is_empty() {
            @if let Some(scan) = host.scan.as_ref().filter(|scan| !scan.open_ports.is_empty()) {
                p { (lang.say(lang::OPEN_PORTS)) " " (ranges(&scan.open_ports)) }
            }
        } @else { (ports(details, lang)) }
    }
}

/// What other stages know of the address.
fn enrich(host: &HostRecord<'_>, lang: Lang) -> Markup {
    let leaves = report::enrich::leaves(&host.enrich);
    html! {
        h3 { (lang.say(lang::ENRICH)) }
        ul {
            @for (path, value) in leaves.iter().take(MOST) { li { (lang.pair(&text(path), &text(value))) } }
            @if let Some(more) = more(leaves.len(), lang) { li { (more) } }
        }
    }
}

fn ports(details: &[PortDetail], lang: Lang) -> Markup {
    let headings = [lang::PORT, lang::STATE, lang::CAUSE, lang::RTT_MS, lang::BANNER];
    html! {
        table {
            thead { tr { @for heading in headings { th scope="col" { (lang.say(heading)) } } } }
            tbody {
                @for PortDetail { port, banner } in details.iter().take(MOST) {
                    tr {
                        td { (port.port) }
                        td { (text(word_of(lang, PORT_STATES, &port.state.0))) }
                        td { (text(&port.reason.0)) }
                        td { (text(&lenient::text_of(&port.rtt_ms))) }
                        td { @if !banner.is_empty() { code { (text(&banner.0)) } } }
                    }
                }
            }
        }
        @if let Some(more) = more(details.len(), lang) { p { (more) } }
    }
}

/// How many items beyond [`MOST`] there are.
fn more(items: usize, lang: Lang) -> Option<String> {
    let hidden = items.saturating_sub(MOST) as u64;
    (hidden > 0).then(|| lang.fill(lang::AND_MORE, &[&lang.number(hidden)]))
}

fn ranges(ports: &[u16]) -> String {
    let mut out = String::new();
    put_ranges(ports, &mut out);
    out
}
