//! What flows between the stages: events and hosts, one JSON object a line, and the table of signals that both count.
//!
//! The wire format is specified here, field by field, and nowhere else; `schemas/` restates it for other tools and a test
//! ties the two. Stages meet in this module and never name each other.

pub mod canonical;
pub mod event;
pub mod explain;
pub mod frame;
pub mod host;
pub mod intake;
pub mod json;
pub mod login_order;
pub mod partial;
pub mod run;
pub mod sighting;
pub mod signal;
pub mod walk;
mod wire;

use std::borrow::Cow;

use serde::Deserialize;

use crate::escape::shorten;

/// The value of `schema` in an event.
pub const EVENT_SCHEMA: &str = "soar.event/1";
/// The value of `schema` in a host.
pub const HOST_SCHEMA: &str = "soar.host/1";
/// The largest integer on the wire: 2^53 - 1, beyond which jq 1.6 rounds (RFC 8259 section 6).
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

/// How many characters of a record a message quotes at the most.
const QUOTED: usize = 80;

/// What a line of NDJSON says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
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
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

impl<'a> Text<'a> {
    /// Its UTF-8, to keep.
    #[must_use]
    pub fn into_bytes(self) -> Cow<'a, [u8]> {
        match self.0 {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        }
    }

    /// Its UTF-8.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// The same text, held by itself.
    #[must_use]
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

/// Reads the `schema` of a line: at a glance where it is the first key, as our stages write it, by a full parse otherwise.
#[must_use]
pub fn kind_of(line: &[u8]) -> Kind {
    const EVENT_START: &[u8] = br#"{"schema":"soar.event/1","#;
    const HOST_START: &[u8] = br#"{"schema":"soar.host/1","#;
    if line.starts_with(EVENT_START) {
        return Kind::Event;
    }
    if line.starts_with(HOST_START) {
        return Kind::Host;
    }
    if !line.trim_ascii_start().starts_with(b"{") {
        return Kind::Foreign("not a JSON object: is soar-parse missing in between?".to_owned());
    }
    match serde_json::from_slice::<SchemaOnly<'_>>(line) {
        Err(error) => Kind::Foreign(malformed(&error)),
        Ok(SchemaOnly { schema: None }) => Kind::Foreign("no schema key: not a SOAR record".to_owned()),
        Ok(SchemaOnly { schema: Some(Text(schema)) }) => match &*schema {
            EVENT_SCHEMA => Kind::Event,
            HOST_SCHEMA => Kind::Host,
            other if other.starts_with("soar.") => Kind::Unknown(shorten(other, QUOTED).into_owned()),
            other => Kind::Foreign(format!("schema {:?} is not ours", shorten(other, QUOTED))),
        },
    }
}

/// A JSON error in one clause, with the column but without serde's line number (it is always 1: records are lines).
#[must_use]
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
            (r#"{"schema":"soar.event/1","tags":[]}"#, Kind::Event),
            (r#"{"schema":"soar.host/1","ip":"::1"}"#, Kind::Host),
            (r#"{ "ip": "::1", "schema" : "soar.host/1" }"#, Kind::Host),
            (r#"{"schema":"soar.host/2"}"#, Kind::Unknown("soar.host/2".into())),
            (r#"{"schema":"other"}"#, Kind::Foreign("schema \"other\" is not ours".into())),
            (r#"{"a":1}"#, Kind::Foreign("no schema key: not a SOAR record".into())),
        ] {
            assert_eq!(kind_of(line.as_bytes()), kind, "{line}");
        }
        assert!(matches!(kind_of(b"[1]"), Kind::Foreign(_)));
        assert!(matches!(kind_of(b"\xff"), Kind::Foreign(_)));
    }
}
