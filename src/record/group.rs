//! `soar.group/1`: a group of hosts for which a rule holds. A report: what is summed in it is in the hosts, so nothing reads it back.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::base::time::LogTime;
use crate::record::Text;
use crate::record::json::to_vec;

/// The value of `schema`.
pub(crate) const GROUP_SCHEMA: &str = "soar.group/1";

/// A group of hosts.
#[derive(Debug)]
pub(crate) struct GroupRecord<'a> {
    /// The rule that holds.
    pub rule: &'a str,
    /// What its hosts have in common, as the rule has it.
    pub by: &'a str,
    /// What that is: a network, or a value.
    pub key: &'a str,
    /// How many hosts there are, allowed ones left out.
    pub addresses: u64,
    /// How many of them are suspicious by rules over hosts.
    pub suspicious: u64,
    /// How many of them this rule accuses, by its `member`.
    pub accused: u64,
    /// The sum of their scores.
    pub score: u64,
    /// Sums by signal.
    pub signals: Vec<(Text<'a>, u64)>,
    /// Seconds since 1970.
    pub first_seen: Option<i64>,
    /// Seconds since 1970.
    pub last_seen: Option<i64>,
    /// What the rule looks for.
    pub about: Option<&'a str>,
    /// The technique of MITRE ATT&CK.
    pub attack: Option<&'a str>,
}

impl GroupRecord<'_> {
    /// Appends the group to `out` as one line of NDJSON.
    pub(crate) fn write_line(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&to_vec(self));
        out.push(b'\n');
    }
}

impl Serialize for GroupRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct CountPairs<'p, 'a>(&'p [(Text<'a>, u64)]);
        impl Serialize for CountPairs<'_, '_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_map(self.0.iter().map(|(name, count)| (name, count)))
            }
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema", GROUP_SCHEMA)?;
        for (key, text) in [("rule", self.rule), ("by", self.by), ("key", self.key)] {
            map.serialize_entry(key, text)?;
        }
        for (key, count) in
            [("addresses", self.addresses), ("suspicious", self.suspicious), ("accused", self.accused), ("score", self.score)]
        {
            map.serialize_entry(key, &count)?;
        }
        map.serialize_entry("signals", &CountPairs(&self.signals))?;
        for (key, at) in [("first_seen", self.first_seen), ("last_seen", self.last_seen)] {
            if let Some(seconds) = at {
                map.serialize_entry(key, &LogTime { seconds, fraction: "" })?;
            }
        }
        for (key, text) in [("about", self.about), ("attack", self.attack)] {
            if let Some(text) = text {
                map.serialize_entry(key, text)?;
            }
        }
        map.end()
    }
}
