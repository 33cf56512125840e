//! What flows between the stages: events and hosts, one JSON object a line, and the table of signals that both count.
//!
//! The wire format is specified here, key by key; `schemas/` restates it for other tools and tests tie the two. Two formats are specified
//! elsewhere, since no stage reads another's: the cursor in `io::checkpoint`, whose state it is and which knows no record, and the trace of
//! one line (`soar.trace/1`) in `parse::trace`, which writes it for people. Stages meet in this module and never name each other.

pub(crate) mod account;
pub(crate) mod audit;
pub(crate) mod comparison;
pub mod event;
pub(crate) mod group;
pub mod host;
pub(crate) mod json;
pub(crate) mod reader;
pub(crate) mod run;
pub mod signal;
pub(crate) mod whole;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::base::escape::{QUOTED, shorten};

/// The value of `schema` in an event.
pub(crate) const EVENT_SCHEMA: &str = "soar.event/1";
/// The value of `schema` in a host.
pub(crate) const HOST_SCHEMA: &str = "soar.host/1";
/// The largest integer on the wire: 2^53 - 1, beyond which jq 1.6 rounds (RFC 8259 section 6).
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

/// What a line of NDJSON says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordKind {
    /// An event of this version.
    Event,
    /// A host of this version.
    Host,
    /// A `soar.*` schema that this version does not know.
    Unknown(String),
    /// Anything else; the sentence says why it is no record of ours.
    Foreign(String),
}

/// A string of the wire, borrowed from the line unless it held an escape.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

impl<'a> Text<'a> {
    /// Its UTF-8.
    pub fn into_bytes(self) -> Cow<'a, [u8]> {
        match self.0 {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        }
    }

    /// Its UTF-8.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Whether it has no character.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same text, held by itself.
    pub fn to_owned(&self) -> Text<'static> {
        Text(Cow::Owned(self.0.clone().into_owned()))
    }
}

impl From<String> for Text<'_> {
    fn from(text: String) -> Self {
        Self(Cow::Owned(text))
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

#[derive(Deserialize)]
struct SchemaOnly<'a> {
    #[serde(borrow)]
    schema: Option<Text<'a>>,
}

/// The `schema` of a line that is an object, wherever it stands.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub(crate) fn schema_of(line: &[u8]) -> std::result::Result<Option<Cow<'_, str>>, String> {
    serde_json::from_slice(line).map(|SchemaOnly { schema }| schema.map(|Text(schema)| schema)).map_err(|error| malformed(&error))
}

/// Reads the `schema` of a line: quickly if it is the first key, as our stages write it, else by a full parse.
pub fn kind_of(line: &[u8]) -> RecordKind {
    const EVENT_START: &[u8] = br#"{"schema":"soar.event/1","#;
    const HOST_START: &[u8] = br#"{"schema":"soar.host/1","#;
    if line.starts_with(EVENT_START) {
        return RecordKind::Event;
    }
    if line.starts_with(HOST_START) {
        return RecordKind::Host;
    }
    let text = line.trim_ascii();
    if let Some(what) = json_of_many_lines(text) {
        return RecordKind::Foreign(what.to_owned());
    }
    if !text.starts_with(b"{") {
        return RecordKind::Foreign("not a JSON object: is soar-parse missing in between?".to_owned());
    }
    match schema_of(line) {
        Err(reason) => RecordKind::Foreign(reason),
        Ok(None) => RecordKind::Foreign("no schema key: not a SOAR record".to_owned()),
        Ok(Some(schema)) => match &*schema {
            EVENT_SCHEMA => RecordKind::Event,
            HOST_SCHEMA => RecordKind::Host,
            other if other.starts_with("soar.") => RecordKind::Unknown(shorten(other, QUOTED).into_owned()),
            other => RecordKind::Foreign(format!("schema {:?} is not ours", shorten(other, QUOTED))),
        },
    }
}

/// What to say of `text` where it is a piece of JSON that was laid out for people, or a list of records: such text is no log.
fn json_of_many_lines(text: &[u8]) -> Option<&'static str> {
    /// What stands alone on a line of it.
    const ALONE: [&[u8]; 10] = [b"{", b"}", b"[", b"]", b"},", b"],", b"{}", b"{},", b"[]", b"[],"];
    /// What may stand behind a key or a text: a value, a comma, nothing.
    const BEHIND: [u8; 2] = [b':', b','];
    if text.starts_with(b"[{") || text == b"[]" {
        return Some("a list of records: records are lines, as jq -c '.[]' writes them");
    }
    let is_member = || {
        let inside = text.strip_prefix(b"\"")?;
        let end =
            (0..inside.len()).find(|&at| inside[at] == b'"' && inside[..at].iter().rev().take_while(|&&b| b == b'\\').count() % 2 == 0)?;
        let behind = &inside[end + 1..];
        Some(behind.first().is_none_or(|first| BEHIND.contains(first)))
    };
    let is_value = || serde_json::from_slice::<f64>(text.strip_suffix(b",").unwrap_or(text)).is_ok();
    (ALONE.contains(&text) || is_member().unwrap_or(false) || is_value())
        .then_some("part of a JSON value: a record is one line, as jq -c writes it")
}

/// A JSON error in one clause, with the column but without serde's line number (it is always 1: records are lines).
pub fn malformed(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let (what, place) = match text.split_once(" at line 1 column ") {
        Some((what, column)) => (what, format!(" at byte {column}")),
        None => (&*text, String::new()),
    };
    format!("malformed record: {}{place}", shorten(what, QUOTED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_is_read_in_any_order_and_spacing() {
        for (line, kind) in [
            (r#"{"schema":"soar.event/1","tags":[]}"#, RecordKind::Event),
            (r#"{"schema":"soar.host/1","ip":"::1"}"#, RecordKind::Host),
            (r#"{ "ip": "::1", "schema" : "soar.host/1" }"#, RecordKind::Host),
            (r#"{"schema":"soar.host/2"}"#, RecordKind::Unknown("soar.host/2".into())),
            (r#"{"schema":"other"}"#, RecordKind::Foreign("schema \"other\" is not ours".into())),
            (r#"{"a":1}"#, RecordKind::Foreign("no schema key: not a SOAR record".into())),
        ] {
            assert_eq!(kind_of(line.as_bytes()), kind, "{line}");
        }
        assert!(matches!(kind_of(b"[1]"), RecordKind::Foreign(_)));
    }

    #[test]
    fn json_that_is_laid_out_for_people_is_no_log() {
        let issue = |line: &str| match kind_of(line.as_bytes()) {
            RecordKind::Foreign(issue) => issue,
            other => format!("{other:?}"),
        };
        let pretty = serde_json::to_string_pretty(&serde_json::json!([
            {"schema": "soar.host/1", "ip": "192.0.2.1", "rules": ["a\"b", "c"], "signals": {"ssh_failed": 3}, "empty": [], "none": null, "n": [-1.5, 2]}
        ]));
        for line in pretty.expect("JSON").lines() {
            assert_eq!(issue(line), "part of a JSON value: a record is one line, as jq -c writes it", "{line}");
        }
        assert_eq!(issue(r#"[{"schema":"soar.host/1"}]"#), "a list of records: records are lines, as jq -c '.[]' writes them");
        for log in [
            "Apr 12 06:00:00 lab sshd[1]: x",
            "192.0.2.1 - - [12/Apr/2026:06:00:00 +0000]",
            "\"GET / HTTP/1.1\" 200",
            "[error] x",
            "[::1]",
            "\"x",
        ] {
            assert_eq!(issue(log), "not a JSON object: is soar-parse missing in between?", "{log}");
        }
        assert!(matches!(kind_of(b"\xff"), RecordKind::Foreign(_)));
    }
}
