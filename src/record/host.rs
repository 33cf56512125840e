//! A host: one address and what is known of it. Flat, `snake_case`, and at the same time a partial result.
//!
//! [`HostRecord`] is the line on the wire; [`Tally`] is what is summed, and its [`Tally::merge`] is the law that lets runs be
//! split over files, machines and days: merging the parts gives what one run over everything gives.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use serde::de::{self, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::signal::{self, SIGNALS};
use super::{HOST_SCHEMA, MAX_INTEGER, Text};
use crate::{net, time};

/// A signal's name: of the table, or another that a foreign stage tagged. Table names sort first, in table order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// `SIGNALS[index]`.
    Known(u8),
    /// A name outside the table.
    Other(Arc<str>),
}

impl Name {
    /// The name of `SIGNALS[index]`.
    #[must_use]
    pub fn from_index(index: usize) -> Self {
        // The table holds at most 32 signals, so the index always fits.
        Self::Known(u8::try_from(index).unwrap_or(u8::MAX))
    }

    /// Whether the name is in the table.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// The name as it stands in a record.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Known(index) => SIGNALS[usize::from(*index)].name,
            Self::Other(name) => name,
        }
    }
}

/// Where a signal was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The signal.
    pub signal: Name,
    /// When, in seconds since 1970, where the line had a time.
    pub at: Option<i64>,
    /// `log.file.path` of the event.
    pub file: Arc<str>,
    /// `log.line` of the event.
    pub line: u64,
}

impl Evidence {
    /// Signals in their order; within one, the earliest first and unknown times last.
    fn order(&self, other: &Self) -> Ordering {
        let key = |e: &Self| (e.at.is_none(), e.at);
        self.signal
            .cmp(&other.signal)
            .then_with(|| key(self).cmp(&key(other)))
            .then_with(|| self.file.cmp(&other.file))
            .then_with(|| self.line.cmp(&other.line))
    }
}

/// What is summed for one address. Adding and merging commute: no order of lines, files or runs changes the result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    counts: [u64; SIGNALS.len()],
    /// Behind a pointer, since nearly no address has any.
    #[allow(clippy::box_collection)]
    others: Option<Box<BTreeMap<Arc<str>, u64>>>,
    first_seen: Option<i64>,
    last_seen: Option<i64>,
    evidence: Vec<Evidence>,
}

impl Tally {
    /// Adds `count` occurrences of a signal; at [`MAX_INTEGER`] the counter stays and `false` is returned.
    pub fn count(&mut self, signal: &Name, count: u64) -> bool {
        let counter = match signal {
            Name::Known(index) => &mut self.counts[usize::from(*index)],
            Name::Other(name) => self.others.get_or_insert_default().entry(Arc::clone(name)).or_insert(0),
        };
        let sum = counter.saturating_add(count);
        *counter = sum.min(MAX_INTEGER);
        sum <= MAX_INTEGER
    }

    /// Widens the period in which the address was seen.
    pub fn see(&mut self, at: Option<i64>) {
        let Some(at) = at else { return };
        self.first_seen = Some(self.first_seen.map_or(at, |first| first.min(at)));
        self.last_seen = Some(self.last_seen.map_or(at, |last| last.max(at)));
    }

    /// Keeps `evidence` if it is among the `limit` earliest of its signal.
    pub fn keep(&mut self, evidence: Evidence, limit: usize) {
        let start = self.evidence.partition_point(|e| e.signal < evidence.signal);
        let end = start + self.evidence[start..].partition_point(|e| e.signal == evidence.signal);
        let place = start + self.evidence[start..end].partition_point(|e| e.order(&evidence) != Ordering::Greater);
        if place - start >= limit {
            return;
        }
        if end - start >= limit {
            self.evidence.remove(end - 1);
        }
        self.evidence.insert(place, evidence);
    }

    /// Adds everything that `other` summed; `false` when a counter reached its end.
    pub fn merge(&mut self, other: Self, limit: usize) -> bool {
        let mut exact = true;
        for (signal, count) in other.signals() {
            exact &= self.count(&signal, count);
        }
        self.see(other.first_seen);
        self.see(other.last_seen);
        for evidence in other.evidence {
            self.keep(evidence, limit);
        }
        exact
    }

    /// The counts above zero, in signal order.
    pub fn signals(&self) -> impl Iterator<Item = (Name, u64)> {
        let known = (0u8..).zip(self.counts).map(|(index, count)| (Name::Known(index), count));
        let others = self.others.iter().flat_map(|o| o.iter()).map(|(name, &count)| (Name::Other(Arc::clone(name)), count));
        known.chain(others).filter(|&(_, count)| count > 0)
    }

    /// The counts of the table's signals, in table order.
    #[must_use]
    pub const fn known(&self) -> &[u64; SIGNALS.len()] {
        &self.counts
    }

    /// Whether every count is zero: no such host is ever written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.signals().next().is_none()
    }

    /// When the address was first seen, in seconds since 1970.
    #[must_use]
    pub const fn first_seen(&self) -> Option<i64> {
        self.first_seen
    }

    /// When the address was last seen, in seconds since 1970.
    #[must_use]
    pub const fn last_seen(&self) -> Option<i64> {
        self.last_seen
    }

    /// The earliest places, by signal.
    #[must_use]
    pub fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }
}

/// What soar-scan found out, as far as reports need it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Scan<'a> {
    /// `complete`, `incomplete`, `out_of_scope` or `excluded`.
    #[serde(borrow, default)]
    pub status: Text<'a>,
    /// Ports that accepted a connection, ascending.
    #[serde(default)]
    pub open_ports: Vec<u16>,
}

/// One host on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRecord<'a> {
    /// The address, canonical.
    pub ip: IpAddr,
    /// Sum over signals of weight x count.
    pub score: u64,
    /// The signal with the largest weighted count; absent when the score is 0.
    pub reason: Option<Text<'a>>,
    /// Whether a rule holds.
    pub suspicious: bool,
    /// Whether an allow list names the address.
    pub allowed: bool,
    /// The rules that hold.
    pub rules: Vec<Text<'a>>,
    /// Occurrences per signal, in signal order.
    pub signals: Vec<(Text<'a>, u64)>,
    /// The weights that differ from the table.
    pub weights: Vec<(Text<'a>, u64)>,
    /// Seconds since 1970.
    pub first_seen: Option<i64>,
    /// Seconds since 1970.
    pub last_seen: Option<i64>,
    /// The earliest places per signal.
    pub evidence: Vec<Place<'a>>,
    /// What soar-scan added; never written from here.
    pub scan: Option<Scan<'a>>,
    /// How many keys the record had that are not in this list.
    pub unknown_keys: u64,
}

/// [`Evidence`] on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place<'a> {
    /// The signal's name.
    #[serde(borrow)]
    pub signal: Text<'a>,
    /// RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "seconds")]
    pub at: Option<i64>,
    /// `log.file.path`.
    #[serde(borrow)]
    pub file: Text<'a>,
    /// `log.line`.
    pub line: u64,
}

impl<'a> HostRecord<'a> {
    /// A record of `ip` that counts nothing yet.
    #[must_use]
    pub const fn new(ip: IpAddr) -> Self {
        Self {
            ip,
            score: 0,
            reason: None,
            suspicious: false,
            allowed: false,
            rules: Vec::new(),
            signals: Vec::new(),
            weights: Vec::new(),
            first_seen: None,
            last_seen: None,
            evidence: Vec::new(),
            scan: None,
            unknown_keys: 0,
        }
    }

    /// Reads a host, whatever the order and spacing of its keys.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the record.
    pub fn from_line(line: &'a [u8]) -> Result<Self, String> {
        serde_json::from_slice(line).map_err(|e| super::malformed(&e))
    }

    /// Appends the host to `out` as one line of NDJSON.
    pub fn write_line(&self, out: &mut Vec<u8>) {
        // Serialising these types into a Vec cannot fail: string keys only, no fallible writer.
        if serde_json::to_writer(&mut *out, self).is_ok() {
            out.push(b'\n');
        }
    }

    /// The same record, holding its own text.
    #[must_use]
    pub fn to_owned(&self) -> HostRecord<'static> {
        let texts = |list: &[Text<'_>]| list.iter().map(Text::to_owned).collect();
        let pairs = |list: &[(Text<'_>, u64)]| list.iter().map(|(name, count)| (name.to_owned(), *count)).collect();
        let place = |p: &Place<'_>| Place { signal: p.signal.to_owned(), at: p.at, file: p.file.to_owned(), line: p.line };
        HostRecord {
            ip: self.ip,
            score: self.score,
            reason: self.reason.as_ref().map(Text::to_owned),
            suspicious: self.suspicious,
            allowed: self.allowed,
            rules: texts(&self.rules),
            signals: pairs(&self.signals),
            weights: pairs(&self.weights),
            first_seen: self.first_seen,
            last_seen: self.last_seen,
            evidence: self.evidence.iter().map(place).collect(),
            scan: self.scan.as_ref().map(|s| Scan { status: s.status.to_owned(), open_ports: s.open_ports.clone() }),
            unknown_keys: self.unknown_keys,
        }
    }

    /// The weight that counted for `signal`: the record's own where it has one, the table's otherwise, 0 for any other.
    #[must_use]
    pub fn weight_of(&self, signal: &str) -> u64 {
        let own = self.weights.iter().find(|(name, _)| name.0 == signal).map(|&(_, weight)| weight);
        own.or_else(|| signal::index_of(signal).map(|index| SIGNALS[index].weight)).unwrap_or(0)
    }

    /// How often `signal` was counted.
    #[must_use]
    pub fn count_of(&self, signal: &str) -> u64 {
        self.signals.iter().find(|(name, _)| name.0 == signal).map_or(0, |&(_, count)| count)
    }
}

impl Serialize for HostRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schema", HOST_SCHEMA)?;
        map.serialize_entry("ip", &self.ip)?;
        map.serialize_entry("score", &self.score)?;
        if let Some(reason) = &self.reason {
            map.serialize_entry("reason", reason)?;
        }
        map.serialize_entry("suspicious", &self.suspicious)?;
        if self.allowed {
            map.serialize_entry("allowed", &true)?;
        }
        map.serialize_entry("rules", &self.rules)?;
        map.serialize_entry("signals", &Counts(&self.signals))?;
        if !self.weights.is_empty() {
            map.serialize_entry("weights", &Counts(&self.weights))?;
        }
        if let Some(first) = self.first_seen {
            map.serialize_entry("first_seen", &time::Stamp { seconds: first, fraction: "" })?;
        }
        if let Some(last) = self.last_seen {
            map.serialize_entry("last_seen", &time::Stamp { seconds: last, fraction: "" })?;
        }
        if !self.evidence.is_empty() {
            map.serialize_entry("evidence", &self.evidence)?;
        }
        map.end()
    }
}

/// Pairs written as one object, in their order.
struct Counts<'b, 'a>(&'b [(Text<'a>, u64)]);

impl Serialize for Counts<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, count)| (name, count)))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for HostRecord<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HostVisitor)
    }
}

struct HostVisitor;

impl<'de> Visitor<'de> for HostVisitor {
    type Value = HostRecord<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a host object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut host = HostRecord::new(IpAddr::from([0, 0, 0, 0]));
        let mut has_ip = false;
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match &*key.0 {
                "schema" => drop(map.next_value::<IgnoredAny>()?),
                "ip" => {
                    let text = map.next_value::<Text<'de>>()?;
                    host.ip = net::parse_address(text.0.as_bytes()).ok_or_else(|| de::Error::custom("ip is not an address"))?;
                    has_ip = true;
                }
                "score" => host.score = map.next_value::<Option<_>>()?.unwrap_or(0),
                "reason" => host.reason = map.next_value()?,
                "suspicious" => host.suspicious = map.next_value::<Option<bool>>()?.unwrap_or(false),
                "allowed" => host.allowed = map.next_value::<Option<bool>>()?.unwrap_or(false),
                "rules" => host.rules = map.next_value::<Option<_>>()?.unwrap_or_default(),
                "signals" => host.signals = map.next_value::<Pairs<'de>>()?.0,
                "weights" => host.weights = map.next_value::<Pairs<'de>>()?.0,
                "first_seen" => host.first_seen = map.next_value::<Instant>()?.0,
                "last_seen" => host.last_seen = map.next_value::<Instant>()?.0,
                "evidence" => host.evidence = map.next_value::<Option<_>>()?.unwrap_or_default(),
                "scan" => host.scan = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    host.unknown_keys += 1;
                }
            }
        }
        if has_ip { Ok(host) } else { Err(de::Error::missing_field("ip")) }
    }
}

#[derive(Deserialize)]
struct Instant(#[serde(with = "seconds")] Option<i64>);

/// Instants as RFC 3339 text on the wire, as seconds in memory.
mod seconds {
    use super::{Deserialize as _, Deserializer, Serialize as _, Serializer, Text, de, time};

    // serde's `with` decides this signature.
    #[allow(clippy::ref_option)]
    pub fn serialize<S: Serializer>(at: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
        at.map(|seconds| time::Stamp { seconds, fraction: "" }).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
        let text = Option::<Text<'de>>::deserialize(deserializer)?;
        text.map(|t| time::parse_rfc3339(&t.0).map_err(de::Error::custom)).transpose()
    }
}

/// An object of counts, in its order; `null` is no counts.
struct Pairs<'a>(Vec<(Text<'a>, u64)>);

impl<'de: 'a, 'a> Deserialize<'de> for Pairs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of signal names and counts")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Pairs(Vec::new()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::with_capacity(SIGNALS.len());
        while let Some((name, count)) = map.next_entry::<Text<'de>, Option<u64>>()? {
            let count = count.unwrap_or(0);
            if count > MAX_INTEGER || name.0.is_empty() {
                return Err(de::Error::custom("a signal without a name, or a count beyond 2^53"));
            }
            pairs.push((name, count));
        }
        Ok(Pairs(pairs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = concat!(
        r#"{"schema":"soar.host/1","ip":"192.0.2.1","score":3,"reason":"ssh_failed","suspicious":true,"rules":["r"],"#,
        r#""signals":{"ssh_failed":3,"http_404":0,"http_bot":0,"ssh_accepted":0},"first_seen":"2024-01-01T00:00:00Z","#,
        r#""last_seen":"2024-01-02T00:00:00Z","evidence":[{"signal":"ssh_failed","at":"2024-01-01T00:00:00Z","file":"a","line":1}]}"#
    );

    #[test]
    fn a_host_is_written_as_it_was_read() {
        let mut out = Vec::new();
        HostRecord::from_line(LINE.as_bytes()).expect("a host").write_line(&mut out);
        assert_eq!(String::from_utf8_lossy(&out), format!("{LINE}\n"));
    }

    #[test]
    fn a_record_without_an_address_or_with_an_impossible_count_is_refused() {
        for (line, flaw) in [
            ("{}", "malformed record: missing field `ip` at byte 2"),
            (r#"{"ip":"example.org"}"#, "malformed record: ip is not an address at byte 20"),
            (
                r#"{"ip":"::1","signals":{"a":9007199254740992}}"#,
                "malformed record: a signal without a name, or a count beyond 2^53 at byte 44",
            ),
        ] {
            assert_eq!(HostRecord::from_line(line.as_bytes()).expect_err("refused"), flaw);
        }
    }

    #[test]
    fn only_the_earliest_places_are_kept_and_unknown_times_come_last() {
        let file: Arc<str> = "a.log".into();
        let place = |signal, at, line| Evidence { signal: Name::Known(signal), at, file: Arc::clone(&file), line };
        let mut tally = Tally::default();
        for evidence in [place(0, None, 1), place(0, Some(9), 4), place(1, Some(1), 7), place(0, Some(5), 9), place(0, Some(5), 2)] {
            tally.keep(evidence, 2);
        }
        let kept: Vec<_> = tally.evidence().iter().map(|e| (e.signal.clone(), e.at, e.line)).collect();
        assert_eq!(kept, [(Name::Known(0), Some(5), 2), (Name::Known(0), Some(5), 9), (Name::Known(1), Some(1), 7)]);
    }

    #[test]
    fn a_counter_stops_loudly_at_the_largest_integer() {
        let mut tally = Tally::default();
        assert!(tally.count(&Name::Known(0), MAX_INTEGER));
        assert!(!tally.count(&Name::Known(0), 1));
        assert_eq!(tally.known()[0], MAX_INTEGER);
    }
}
