//! What soar-parse knows, as text for its `--list-...` flags: each table entry by entry.

use super::FORMATS;
use super::format::Format;
use super::shape::Shape;
use super::sshd::SHAPES;
use crate::record::signal::SIGNALS;

/// Every log format, with its source and its example.
#[must_use]
pub fn list_formats() -> String {
    let entry = |f: &Format| {
        format!("{}\n  {}\n  source:  {}\n  line:    {}\n  event:   {}\n", f.name, f.about, f.source, f.example.0, f.example.1)
    };
    FORMATS.iter().map(entry).collect::<Vec<_>>().join("\n")
}

/// Every known message of sshd, with what it means, who writes it and an example.
#[must_use]
pub fn list_messages() -> String {
    let entry = |s: &Shape| {
        let outcome = if s.outcome.is_empty() { String::new() } else { format!(", {}", s.outcome) };
        format!("{}\n  action:  {}{outcome}\n  source:  {}\n  message: {}\n", s.pattern, s.action, s.source, s.example)
    };
    SHAPES.iter().map(entry).collect::<Vec<_>>().join("\n")
}

/// Every signal, with its weight and an example.
#[must_use]
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
