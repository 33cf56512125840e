//! Log records of OpenTelemetry, as its collector writes them: many in one object. Each becomes a line as `logcli -o jsonl` prints it, or, where its
//! body is an entry of the journal, that entry as `journalctl -o json` prints it.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::parse::format::Arena;

/// Under this key an object holds the records of one source each.
pub(crate) const KEY: &str = "resourceLogs";

/// **Source:** OpenTelemetry `opentelemetry/proto/logs/v1/logs.proto`; the collector's file exporter.
#[derive(Deserialize)]
pub(super) struct ResourceLogs<'a> {
    #[serde(borrow)]
    resource: Option<Resource<'a>>,
    #[serde(borrow, rename = "scopeLogs")]
    scopes: Vec<ScopeLogs<'a>>,
}

#[derive(Deserialize)]
struct Resource<'a> {
    #[serde(borrow, default)]
    attributes: Vec<Attribute<'a>>,
}

#[derive(Deserialize)]
struct ScopeLogs<'a> {
    #[serde(borrow, rename = "logRecords")]
    records: Vec<Record<'a>>,
}

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow, rename = "timeUnixNano")]
    time: Option<&'a RawValue>,
    #[serde(borrow, rename = "observedTimeUnixNano")]
    observed: Option<&'a RawValue>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
    #[serde(borrow, default)]
    attributes: Vec<Attribute<'a>>,
}

#[derive(Deserialize)]
struct Attribute<'a> {
    #[serde(borrow)]
    key: &'a RawValue,
    #[serde(borrow)]
    value: &'a RawValue,
}

#[derive(Deserialize)]
struct OtlpValue<'a> {
    #[serde(borrow, rename = "stringValue")]
    text: Option<&'a RawValue>,
    #[serde(borrow, rename = "kvlistValue")]
    map: Option<KeyValues<'a>>,
}

#[derive(Deserialize)]
struct KeyValues<'a> {
    #[serde(borrow)]
    values: Vec<Attribute<'a>>,
}

/// Attributes, and the label of Loki's that says the same.
const LABELS: [(&str, &str); 6] = [
    ("\"log.file.path\"", "\"filename\""),
    ("\"log.file.name\"", "\"filename\""),
    ("\"k8s.container.name\"", "\"container\""),
    ("\"container.name\"", "\"container\""),
    ("\"k8s.pod.name\"", "\"pod\""),
    ("\"host.name\"", "\"host\""),
];

/// What every application that sends its own records calls itself by.
const SERVICE: &str = "\"service.name\"";

/// The lines of all records.
pub(super) fn lines<'a>(sources: &[ResourceLogs<'a>], arena: &'a Arena) -> Vec<&'a [u8]> {
    let mut lines = Vec::new();
    for source in sources {
        let around = source.resource.as_ref().map_or(&[][..], |resource| &resource.attributes);
        // What an application sends itself may be what it was sent: no entry of the journal.
        let is_applications =
            around.iter().any(|attribute| attribute.key.get() == SERVICE || attribute.key.get().starts_with("\"telemetry.sdk"));
        for record in source.scopes.iter().flat_map(|scope| &scope.records) {
            lines.push(line_of(record, around, is_applications, arena));
        }
    }
    lines
}

fn line_of<'a>(record: &Record<'a>, around: &[Attribute<'a>], is_applications: bool, arena: &'a Arena) -> &'a [u8] {
    let time =
        [record.time, record.observed].into_iter().flatten().map(RawValue::get).find(|time| !matches!(*time, "0" | "\"0\"" | "\"\""));
    let value = record.body.and_then(parse);
    let attributes = || record.attributes.iter().chain(around);
    let is_of_file = attributes().any(|attribute| attribute.key.get().starts_with("\"log.file."));
    let is_of_container = attributes().any(|attribute| {
        let (key, value) = (attribute.key.get(), attribute.value.get());
        let is_named = ["\"container.", "\"k8s.", "\"log.iostream"].iter().any(|start| key.starts_with(start));
        is_named || key.starts_with("\"log.file.path") && ["/containers/", "/pods/"].iter().any(|folder| value.contains(folder))
    });
    let is_applications = is_applications || attributes().any(|attribute| attribute.key.get() == SERVICE);
    let text = match &value {
        // What stands in a file, or comes from a container, is an entry of the journal only by its own words.
        Some(OtlpValue { map: Some(map), .. }) if !is_applications && !is_of_file && !is_of_container => return entry_of(map, time, arena),
        Some(OtlpValue { text: Some(text), .. }) => text.get(),
        _ => "\"\"",
    };
    let mut line = String::from(r#"{"labels":{"#);
    let mut named: Vec<&str> = Vec::new();
    for Attribute { key, value } in attributes() {
        let label = LABELS.iter().find(|(name, _)| *name == key.get()).map(|(_, label)| *label).filter(|label| !named.contains(label));
        if let (Some(label), Some(text)) = (label, parse(value).and_then(|value| value.text)) {
            line.push_str(if named.is_empty() { "" } else { "," });
            line.extend([label, ":", text.get()]);
            named.push(label);
        }
    }
    // What no file held, or a container's did, is what the application itself wrote, as a container's output is.
    if (is_of_container || !is_of_file) && !named.contains(&"\"container\"") {
        let name = attributes().find(|attribute| attribute.key.get() == SERVICE).and_then(|attribute| parse(attribute.value)?.text);
        line.extend([if named.is_empty() { "" } else { "," }, "\"container\":", name.map_or("\"application\"", RawValue::get)]);
    }
    line.extend([r#"},"line":"#, text, r#","timestamp":"#, time.unwrap_or("null"), "}"]);
    arena.keep(line.as_bytes())
}

/// An entry of the journal: its fields, and the time, which the collector takes out of them.
///
/// **Source:** opentelemetry-collector-contrib `pkg/stanza/operator/input/journald`.
fn entry_of<'a>(map: &KeyValues<'a>, time: Option<&'a str>, arena: &'a Arena) -> &'a [u8] {
    const TIME: &str = "\"__REALTIME_TIMESTAMP\"";
    let mut line = String::from("{");
    let mut push = |key: &str, value: &str| {
        line.extend([if line.len() > 1 { "," } else { "" }, key, ":", value]);
    };
    for Attribute { key, value } in &map.values {
        push(key.get(), parse(value).and_then(|value| value.text).map_or("null", RawValue::get));
    }
    // Nanoseconds; the journal has microseconds.
    let micros = time.map(|time| time.trim_matches('"')).filter(|time| time.len() > 3 && time.bytes().all(|byte| byte.is_ascii_digit()));
    if let Some(micros) = micros.filter(|_| !map.values.iter().any(|field| field.key.get() == TIME)) {
        push(TIME, &format!("\"{}\"", &micros[..micros.len() - 3]));
    }
    line.push('}');
    arena.keep(line.as_bytes())
}

fn parse(value: &RawValue) -> Option<OtlpValue<'_>> {
    serde_json::from_str(value.get()).ok()
}
