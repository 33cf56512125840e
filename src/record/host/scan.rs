//! `scan`: what soar-scan found out of a host. soar-scan writes it, reports read it, and soar-score keeps the latest.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::record::host::field::Raw;
use crate::record::json::lenient;
use crate::record::{Text, whole};

/// As much of a scan as every host of a report is counted by; what is wrong with that is an error.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct ScanView<'a> {
    /// `complete`, `incomplete`, `out_of_scope` or `excluded`.
    #[serde(borrow, default)]
    pub status: Text<'a>,
    /// Ports that accepted a connection, ascending.
    #[serde(default, deserialize_with = "whole::read_list")]
    pub open_ports: Vec<u16>,
    /// Whether soar-scan noted that they say nothing: it answered on every port.
    #[serde(default, rename = "note", deserialize_with = "is_there")]
    pub is_noted: bool,
    /// All of it: a [`Scan`].
    #[serde(skip)]
    pub whole: Raw<'a>,
}

/// Whether a key has a value, whatever it is.
fn is_there<'de, D: serde::Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    Option::<serde::de::IgnoredAny>::deserialize(value).map(|value| value.is_some())
}

impl<'a> ScanView<'a> {
    /// Reads what stands in a line; `null` is none.
    pub(crate) fn of(whole: Raw<'a>) -> serde_json::Result<Option<Self>> {
        let Raw(Text(Cow::Borrowed(json))) = whole else { return Ok(None) };
        if json.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self { whole, ..serde_json::from_str(json)? }))
    }
}

#[cfg(test)]
impl ScanView<'_> {
    pub(crate) fn for_tests(status: &str, open_ports: &[u16], is_noted: bool) -> Self {
        let note = if is_noted { "noted" } else { "" }.into();
        let scan = Scan { status: status.to_owned().into(), open_ports: open_ports.to_vec(), note, ..Scan::default() };
        let json = serde_json::to_string(&scan).expect("JSON");
        Self { status: scan.status.to_owned(), open_ports: scan.open_ports, is_noted, whole: Raw(json.into()) }
    }
}

/// All of a scan, in the order of the wire. Read where it is shown, and then nothing in it is an error: see `lenient`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scan<'a> {
    /// As in [`ScanView`], which reads it.
    #[serde(skip_deserializing)]
    pub status: Text<'a>,
    /// As in [`ScanView`], which reads them.
    #[serde(skip_deserializing)]
    pub open_ports: Vec<u16>,
    /// How many ports refused.
    #[serde(deserialize_with = "lenient::whole")]
    pub closed: Option<u64>,
    /// How many did not answer.
    #[serde(deserialize_with = "lenient::whole")]
    pub filtered: Option<u64>,
    /// Of how many nothing is known.
    #[serde(deserialize_with = "lenient::whole")]
    pub unknown: Option<u64>,
    /// When the scan began, RFC 3339.
    #[serde(deserialize_with = "lenient::text")]
    pub started_at: Text<'a>,
    /// How long it took.
    #[serde(deserialize_with = "lenient::whole")]
    pub duration_ms: Option<u64>,
    /// Why it ended early.
    #[serde(skip_serializing_if = "Text::is_empty", deserialize_with = "lenient::text")]
    pub stopped: Text<'a>,
    /// What to think of its open ports, where they say nothing.
    #[serde(skip_serializing_if = "Text::is_empty", deserialize_with = "lenient::text")]
    pub note: Text<'a>,
    /// What the services said first.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::list")]
    pub(crate) banners: Vec<Banner>,
    /// Every port, where that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "lenient::list")]
    pub ports: Vec<Port>,
}

/// What a service said first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Banner {
    #[serde(deserialize_with = "whole::read")]
    pub port: u64,
    /// What it said.
    #[serde(default, deserialize_with = "lenient::text")]
    pub text: Text<'static>,
}

/// One port.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Port {
    #[serde(deserialize_with = "whole::read")]
    pub port: u64,
    /// `open`, `closed`, `filtered`, `unknown`.
    #[serde(default, deserialize_with = "lenient::text")]
    pub state: Text<'static>,
    /// How that was found out.
    #[serde(default, deserialize_with = "lenient::text")]
    pub reason: Text<'static>,
    /// The time of a round trip; `null` where nothing answered.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub rtt_ms: Value,
}
