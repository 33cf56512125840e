//! What soar-parse knows, as text for its `--list-...` flags: each table entry by entry.

use crate::parse::access::named::NAMED;
use crate::parse::envelope::format::EnvelopeFormat;
use crate::parse::format::Format;
use crate::parse::service::sshd::templates;
use crate::parse::service::template::MessageTemplate;
use crate::parse::{ENVELOPES, FORMATS};
use crate::record::signal::SIGNALS;

/// Every format of access logs, every envelope, and what else `--log-format` takes by name, each with its source and its example.
pub fn list_formats() -> String {
    let entry = |name: &str, about: &str, source: &str, (line, event): (&str, &str)| {
        // A header is a line of its own.
        let escaped = line.escape_default().to_string();
        let line = if line.contains(|c: char| c.is_control()) { escaped.as_str() } else { line };
        format!("{name}\n  {about}\n  source:  {source}\n  line:    {line}\n  event:   {event}\n")
    };
    let formats = FORMATS.iter().map(|f: &Format| entry(f.name, f.about, f.source, f.example));
    let envelopes = ENVELOPES.iter().map(|f: &EnvelopeFormat| entry(f.name, f.about, f.source, f.example));
    let named = NAMED.iter().map(|f| entry(&format!("--log-format {}", f.name), f.about, f.source, f.example));
    formats.chain(envelopes).chain(named).collect::<Vec<_>>().join("\n")
}

/// Every known message of sshd, with what it means, who writes it and an example.
pub fn list_messages() -> String {
    let entry = |s: &MessageTemplate| {
        let outcome = if s.outcome.is_empty() { String::new() } else { format!(", {}", s.outcome) };
        format!("{}\n  action:  {}{outcome}\n  source:  {}\n  message: {}\n", s.pattern, s.action, s.source, s.example)
    };
    templates().map(entry).collect::<Vec<_>>().join("\n")
}

/// Every signal, with its weight and an example.
pub fn list_signals() -> String {
    let state = |on: bool| if on { "on by default" } else { "off by default" };
    let entries = SIGNALS.iter().map(|s| {
        format!(
            "{}\n  {}\n  weight:  {}, {}, label {}\n  source:  {}\n  line:    {}\n",
            s.name,
            s.about,
            s.weight,
            state(s.on_by_default),
            s.label,
            s.source,
            s.example
        )
    });
    entries.collect::<Vec<_>>().join("\n")
}
