//! `--trace`: what each line was taken for, and why, for a person to read or as JSON.

use clap::ValueEnum;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::base::escape;
use crate::parse::steps::{NearMiss, OpenedEnvelope, Steps};
use crate::record::json::to_vec;

/// How a trace is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TraceForm {
    /// Some lines of text for each line.
    Text,
    /// One JSON object for each line (schemas/trace.schema.json).
    Json,
}

/// How much of a line is shown to people, in characters.
const MAX_SHOWN: usize = 300;

/// What became of a line.
#[derive(Debug)]
pub struct Outcome<'t> {
    /// Its class.
    pub class: &'static str,
    /// The template of its message.
    pub template: Option<&'static str>,
    /// Why there is no event.
    pub reason: Option<String>,
    /// Its event, with the newline.
    pub event: Option<&'t [u8]>,
}

#[derive(Serialize)]
struct TracedLine<'t> {
    schema: &'static str,
    file: &'t str,
    line: u64,
    text: &'t str,
    class: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    envelopes: &'t [OpenedEnvelope],
    #[serde(skip_serializing_if = "Option::is_none")]
    reader: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<&'static str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    nearest: &'t [NearMiss],
    #[serde(skip_serializing_if = "Option::is_none")]
    nearest_template: Option<NearTemplate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'t str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'t RawValue>,
}

#[derive(Serialize)]
struct NearTemplate {
    template: &'static str,
    bytes: usize,
}

/// Writes what became of the line `text`, which stands at `place`, behind what is in `out`.
pub(crate) fn write(form: TraceForm, place: (&str, u64), text: &[u8], steps: &Steps, outcome: &Outcome<'_>, out: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(text);
    let event = outcome.event.and_then(|event| std::str::from_utf8(event.trim_ascii_end()).ok());
    let near = steps.nearest_message.filter(|_| outcome.class == "unknown_message");
    match form {
        TraceForm::Json => {
            let traced = TracedLine {
                schema: "soar.trace/1",
                file: place.0,
                line: place.1,
                text: &text,
                class: outcome.class,
                envelopes: &steps.envelopes,
                reader: steps.reader,
                template: outcome.template,
                nearest: &steps.nearest,
                nearest_template: near.map(|(template, bytes)| NearTemplate { template: template.pattern, bytes }),
                reason: outcome.reason.as_deref(),
                event: event.and_then(|event| serde_json::from_str(event).ok()),
            };
            out.extend_from_slice(&to_vec(&traced));
            out.push(b'\n');
        }
        TraceForm::Text => {
            let page = TracePage { text: &text, steps, outcome, near: near.map(|(template, bytes)| (template.pattern, bytes)), event };
            out.extend_from_slice(format!("{}:{}: {}\n", escape::terminal(place.0), place.1, outcome.class.replace('_', " ")).as_bytes());
            for (name, value) in page.rows() {
                out.extend_from_slice(format!("  {name:<9} {}\n", escape::terminal(&value)).as_bytes());
            }
        }
    }
}

/// What people read of one line.
struct TracePage<'t> {
    text: &'t str,
    steps: &'t Steps,
    outcome: &'t Outcome<'t>,
    near: Option<(&'static str, usize)>,
    event: Option<&'t str>,
}

impl TracePage<'_> {
    fn rows(&self) -> Vec<(&'static str, String)> {
        let mut rows = vec![("text", escape::shorten(self.text, MAX_SHOWN).into_owned())];
        rows.extend(self.steps.envelopes.iter().map(|envelope| ("envelope", show_envelope(envelope))));
        if let Some(reader) = self.steps.reader {
            rows.push(("read by", self.outcome.template.map_or_else(|| reader.to_owned(), |template| format!("{reader}: {template}"))));
        }
        rows.extend(self.steps.nearest.iter().map(|miss| ("nearest", show_miss(miss))));
        rows.extend(self.near.map(|(template, bytes)| ("nearest", format!("{template} (the first {bytes} bytes are alike)"))));
        rows.extend(self.outcome.reason.iter().map(|reason| ("reason", reason.clone())));
        rows.extend(self.event.map(|event| ("event", event.to_owned())));
        rows
    }
}

fn show_envelope(envelope: &OpenedEnvelope) -> String {
    let pid = envelope.pid.map(|pid| pid.to_string());
    let facts = [
        ("time", &envelope.time),
        ("host", &envelope.host),
        ("program", &envelope.program),
        ("pid", &pid),
        ("container", &envelope.container),
    ];
    let facts: Vec<_> = facts.iter().filter_map(|(name, value)| value.as_deref().map(|value| format!("{name} {value}"))).collect();
    let gave = if facts.is_empty() { "nothing but the message".to_owned() } else { facts.join(", ") };
    format!("{}: {gave} (trust: {})", envelope.format, envelope.trust)
}

fn show_miss(miss: &NearMiss) -> String {
    match miss.bytes {
        Some(bytes) => format!("{} fits up to byte {bytes}: {}", miss.format, miss.reason),
        None => format!("{}: {}", miss.format, miss.reason),
    }
}
