//! `explain`: why a host was judged as it was, each rule with the values that it saw. `soar-score --explain` writes it, for people and
//! for reports, which read it where it is shown: then nothing in it is an error, see `lenient`.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::base::time::LogTime;
use crate::record::Text;
use crate::record::host::field::Raw;
use crate::record::json::{lenient, to_vec};

/// One rule, and what it saw of a host.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Explained<'a> {
    #[serde(deserialize_with = "lenient::text")]
    pub rule: Text<'a>,
    /// Whether it held.
    #[serde(deserialize_with = "lenient::flag")]
    pub held: bool,
    /// Why it could not be evaluated; it does not hold then.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::some_text")]
    pub error: Option<Text<'a>>,
    #[serde(deserialize_with = "lenient::text")]
    pub when: Text<'a>,
    /// What it looks for, in the words of whoever wrote it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::some_text")]
    pub about: Option<Text<'a>>,
    /// The technique of MITRE ATT&CK that it is after.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::some_text")]
    pub attack: Option<Text<'a>>,
    /// The length of the window in which signals were counted; none: all of the time.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "lenient::whole")]
    pub window_seconds: Option<u64>,
    /// How long the window really was, in seconds, for signals that are counted in buckets too wide for it to be as long as that.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "put_pairs", deserialize_with = "lenient::pairs")]
    pub used_window_seconds: Vec<(Text<'a>, u64)>,
    /// The keys that it reads and that have a value.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "put_pairs", deserialize_with = "lenient::pairs")]
    pub(crate) saw: Vec<(Text<'a>, Observed)>,
}

/// A value that a rule saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Observed {
    /// A count, or a score.
    Count(u64),
    /// Seconds since 1970, RFC 3339 on the wire.
    Time(i64),
    /// Whether something is so.
    Flag(bool),
    /// What was read and is no count.
    Text(String),
}

impl Serialize for Observed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) => serializer.serialize_u64(*count),
            Self::Time(seconds) => LogTime { seconds: *seconds, fraction: "" }.serialize(serializer),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Observed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = lenient::sorted(deserializer)?;
        Ok(lenient::whole_of(&value).map_or_else(|| Self::Text(lenient::text_of(&value)), Self::Count))
    }
}

fn put_pairs<V: Serialize, S: Serializer>(pairs: &[(Text<'_>, V)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(pairs.iter().map(|(name, value)| (name, value)))
}

/// The value of the key; nothing where there are no rules.
pub(crate) fn write(explained: &[Explained<'_>]) -> Raw<'static> {
    let json = if explained.is_empty() { Vec::new() } else { to_vec(&explained) };
    Raw(Text::from(String::from_utf8(json).unwrap_or_default()))
}
