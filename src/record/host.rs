//! A host on the wire: one address and what is known of it, flat and in `snake_case`, field by field.
//!
//! Read in any order and spacing, written in the order below. Lines as our own writer puts them are read by `canonical`.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

use serde::de::{self, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::explain::{Explained, put_explain};
use super::json::{put_address, put_array, put_number, put_object, put_text, put_time};
use super::login_order::LoginOrder;
use super::partial::Partial;
use super::signal::{self, LOGIN_ACCEPTED, LOGIN_FAILED, SIGNALS, SignalSet};
use super::{MAX_INTEGER, Text};
use crate::{net, time};

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
    /// The IPv6 prefix that the record stands for, where addresses are grouped; `ip` is then the one last seen that is not allowed.
    pub network: Option<Text<'a>>,
    /// Whether it is an alert of a live run: where the address stood at that moment, not to be summed.
    pub snapshot: bool,
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
    /// What each rule saw; written, never read.
    pub explain: Vec<Explained<'a>>,
    /// Occurrences per signal, in signal order.
    pub signals: Vec<(Text<'a>, u64)>,
    /// The weights that differ from the table.
    pub weights: Vec<(Text<'a>, u64)>,
    /// How many users were tried, where that was counted.
    pub users: Option<u64>,
    /// How many paths were not found, where that was counted.
    pub paths: Option<u64>,
    /// The most failures shortly before a login that may have been guessed; none: nobody logged in, or the order is not known.
    pub failed_before_login: Option<u64>,
    /// Seconds since 1970.
    pub first_seen: Option<i64>,
    /// Seconds since 1970.
    pub last_seen: Option<i64>,
    /// When the address of a network was last seen, where that is not when the network was.
    pub ip_last_seen: Option<SeenAt>,
    /// The earliest places per signal.
    pub evidence: Vec<Place<'a>>,
    /// When logins were refused and let in; empty where none was, or it is not known.
    pub login_order: LoginOrder<'a>,
    /// What merging windows and distinct counts needs.
    pub partial: Option<Partial<'a>>,
    /// When each rule led to an alert last, in seconds since 1970: the state of a live run.
    pub alerted: Vec<(Text<'a>, i64)>,
    /// What soar-scan added; never written from here.
    pub scan: Option<Scan<'a>>,
    /// How many keys the record had that are not in this list.
    pub unknown_keys: u64,
}

/// When something was seen, in seconds since 1970; `None`: at no known time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenAt(pub Option<i64>);

/// Where a signal was seen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Place<'a> {
    /// The signal's name.
    #[serde(borrow)]
    pub signal: Text<'a>,
    /// RFC 3339.
    #[serde(default, deserialize_with = "read_time")]
    pub at: Option<i64>,
    /// `log.file.path`.
    #[serde(borrow)]
    pub file: Text<'a>,
    /// `log.line`.
    pub line: u64,
}

impl HostRecord<'_> {
    /// A record of `ip` that counts nothing yet.
    #[must_use]
    pub const fn new(ip: IpAddr) -> Self {
        Self {
            ip,
            network: None,
            snapshot: false,
            score: 0,
            reason: None,
            suspicious: false,
            allowed: false,
            rules: Vec::new(),
            explain: Vec::new(),
            signals: Vec::new(),
            weights: Vec::new(),
            users: None,
            paths: None,
            failed_before_login: None,
            first_seen: None,
            last_seen: None,
            ip_last_seen: None,
            evidence: Vec::new(),
            login_order: LoginOrder { shift: 0, failures: Vec::new(), logins: Vec::new(), latest: Vec::new(), unknown: 0 },
            partial: None,
            alerted: Vec::new(),
            scan: None,
            unknown_keys: 0,
        }
    }

    /// Appends the host to `out` as one line of NDJSON.
    pub fn write_line(&self, out: &mut Vec<u8>) {
        put_object(out, r#"{"schema":"soar.host/1","#, |out| {
            put_address(out, r#""ip":""#, Some(self.ip));
            put_text(out, r#""network":""#, self.network.as_ref().map(Text::as_bytes));
            out.extend_from_slice(if self.snapshot { br#""snapshot":true,"# } else { b"" });
            put_number(out, r#""score":"#, Some(self.score));
            put_text(out, r#""reason":""#, self.reason.as_ref().map(Text::as_bytes));
            out.extend_from_slice(if self.suspicious { br#""suspicious":true,"# } else { br#""suspicious":false,"# });
            out.extend_from_slice(if self.allowed { br#""allowed":true,"# } else { b"" });
            put_array(out, r#""rules":["#, |out| self.rules.iter().for_each(|rule| put_text(out, "\"", Some(rule.as_bytes()))));
            put_explain(out, &self.explain);
            put_object(out, r#""signals":{"#, |out| put_counts(out, &self.signals));
            put_object(out, r#""weights":{"#, |out| put_counts(out, &self.weights));
            put_number(out, r#""users":"#, self.users);
            put_number(out, r#""paths":"#, self.paths);
            put_number(out, r#""failed_before_login":"#, self.failed_before_login);
            put_time(out, r#""first_seen":""#, self.first_seen);
            put_time(out, r#""last_seen":""#, self.last_seen);
            match self.ip_last_seen {
                Some(SeenAt(None)) => out.extend_from_slice(br#""ip_last_seen":null,"#),
                at => put_time(out, r#""ip_last_seen":""#, at.and_then(|SeenAt(at)| at)),
            }
            if !self.evidence.is_empty() {
                put_array(out, r#""evidence":["#, |out| self.evidence.iter().for_each(|place| place.put(out)));
            }
            self.login_order.put(out);
            self.partial.iter().for_each(|partial| partial.put(out));
            put_object(out, r#""alerted":{"#, |out| self.put_alerted(out));
        });
        out.pop();
        out.push(b'\n');
    }

    fn put_alerted(&self, out: &mut Vec<u8>) {
        for (rule, at) in &self.alerted {
            put_text(out, "\"", Some(rule.as_bytes()));
            out.pop();
            put_time(out, ":\"", Some(*at));
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
            network: self.network.as_ref().map(Text::to_owned),
            snapshot: self.snapshot,
            score: self.score,
            reason: self.reason.as_ref().map(Text::to_owned),
            suspicious: self.suspicious,
            allowed: self.allowed,
            rules: texts(&self.rules),
            explain: self.explain.iter().map(Explained::to_owned).collect(),
            signals: pairs(&self.signals),
            weights: pairs(&self.weights),
            users: self.users,
            paths: self.paths,
            failed_before_login: self.failed_before_login,
            first_seen: self.first_seen,
            last_seen: self.last_seen,
            ip_last_seen: self.ip_last_seen,
            evidence: self.evidence.iter().map(place).collect(),
            login_order: self.login_order.clone().into_owned(),
            partial: self.partial.as_ref().map(Partial::to_owned),
            alerted: self.alerted.iter().map(|(rule, at)| (rule.to_owned(), *at)).collect(),
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

    /// How often any of `signals` was counted.
    #[must_use]
    pub fn count_of_any(&self, signals: SignalSet) -> u64 {
        signals.indexes().map(|index| self.count_of(SIGNALS[index].name)).fold(0, u64::saturating_add)
    }

    /// Whether somebody logged in of whom it is not known whether the failures came before that.
    #[must_use]
    pub fn has_unknown_order(&self) -> bool {
        self.failed_before_login.is_none() && self.count_of_any(LOGIN_ACCEPTED) > 0 && self.count_of_any(LOGIN_FAILED) > 0
    }

    /// How often `signal` was counted.
    #[must_use]
    pub fn count_of(&self, signal: &str) -> u64 {
        self.signals.iter().find(|(name, _)| name.0 == signal).map_or(0, |&(_, count)| count)
    }
}

impl Place<'_> {
    fn put(&self, out: &mut Vec<u8>) {
        put_object(out, "{", |out| {
            put_text(out, r#""signal":""#, Some(self.signal.as_bytes()));
            put_time(out, r#""at":""#, self.at);
            put_text(out, r#""file":""#, Some(self.file.as_bytes()));
            put_number(out, r#""line":"#, Some(self.line));
        });
    }
}

fn put_counts(out: &mut Vec<u8>, counts: &[(Text<'_>, u64)]) {
    for (name, count) in counts {
        put_text(out, "\"", Some(name.as_bytes()));
        out.pop();
        put_number(out, ":", Some(*count));
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
                // What rules saw is said anew, with this run's rules.
                "schema" | "explain" => drop(map.next_value::<IgnoredAny>()?),
                "ip" => {
                    let text = map.next_value::<Text<'de>>()?;
                    host.ip = net::parse_address(text.0.as_bytes()).ok_or_else(|| de::Error::custom("ip is not an address"))?;
                    has_ip = true;
                }
                "network" => host.network = map.next_value()?,
                "snapshot" => host.snapshot = map.next_value::<Option<bool>>()?.unwrap_or(false),
                "score" => host.score = map.next_value::<Option<_>>()?.unwrap_or(0),
                "reason" => host.reason = map.next_value()?,
                "suspicious" => host.suspicious = map.next_value::<Option<bool>>()?.unwrap_or(false),
                "allowed" => host.allowed = map.next_value::<Option<bool>>()?.unwrap_or(false),
                "rules" => host.rules = map.next_value::<Option<_>>()?.unwrap_or_default(),
                "signals" => host.signals = map.next_value::<Pairs<'de>>()?.0,
                "weights" => host.weights = map.next_value::<Pairs<'de>>()?.0,
                "users" => host.users = map.next_value()?,
                "paths" => host.paths = map.next_value()?,
                "failed_before_login" => host.failed_before_login = map.next_value()?,
                "first_seen" => host.first_seen = map.next_value::<Instant>()?.0,
                "last_seen" => host.last_seen = map.next_value::<Instant>()?.0,
                "ip_last_seen" => host.ip_last_seen = Some(SeenAt(map.next_value::<Instant>()?.0)),
                "evidence" => host.evidence = map.next_value::<Option<_>>()?.unwrap_or_default(),
                "login_order" => host.login_order = map.next_value::<Option<_>>()?.unwrap_or_default(),
                "partial" => host.partial = map.next_value()?,
                "alerted" => host.alerted = map.next_value::<Alerted<'de>>()?.0,
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
struct Instant(#[serde(deserialize_with = "read_time")] Option<i64>);

/// An instant is RFC 3339 text on the wire, seconds in memory.
pub(super) fn read_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let text = Option::<Text<'de>>::deserialize(deserializer)?;
    text.map(|t| time::parse_rfc3339(&t.0).map_err(de::Error::custom)).transpose()
}

/// How many counts a host may have; more is free text, not names of signals. Some are looked up one by one.
pub(super) const MAX_COUNTS: usize = 1024;

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
            if pairs.len() >= MAX_COUNTS {
                return Err(de::Error::custom("too many signals"));
            }
            pairs.push((name, count));
        }
        Ok(Pairs(pairs))
    }
}

/// An object of rules and times, in its order.
struct Alerted<'a>(Vec<(Text<'a>, i64)>);

impl<'de: 'a, 'a> Deserialize<'de> for Alerted<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let times = BTreeMap::<Text<'a>, Instant>::deserialize(deserializer)?;
        Ok(Alerted(times.into_iter().filter_map(|(rule, at)| Some((rule, at.0?))).collect()))
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
}
