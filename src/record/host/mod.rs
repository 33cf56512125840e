//! A host on the wire: one address and what is known of it, flat and in `snake_case`, key by key.
//!
//! The keys stand in one table below: the type, its writer, the fast reader of lines as our own writer puts them and the reader of any
//! JSON are made of it. How a kind of value is written and read says `field`.

pub(crate) mod carried;
pub(crate) mod enrich;
pub(crate) mod explain;
pub mod field;
pub(crate) mod group;
pub mod login_order;
pub(crate) mod near;
pub mod partial;
pub mod scan;
pub(crate) mod service;
mod shorten;
pub(crate) mod timeline;

use std::cell::Cell;
use std::fmt;

use serde::de::{self, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::base::net::Address;
use crate::base::time;
use crate::base::time::rfc3339::MonthReader;
use crate::record::host::enrich::Enrich;
use crate::record::host::field::{Field, Raw};
use crate::record::host::group::HostGroup;
use crate::record::host::login_order::LoginOrder;
use crate::record::host::near::Near;
use crate::record::host::partial::Partial;
use crate::record::host::scan::ScanView;
use crate::record::host::timeline::Timeline;
use crate::record::json::cursor::JsonCursor;
use crate::record::json::put_address;
use crate::record::signal;
use crate::record::signal::{LOGIN_ACCEPTED, LOGIN_FAILED, SIGNALS, SignalSet};
use crate::record::{Text, malformed, whole};

thread_local! {
    /// The month of the last time that was read: that of the next host's times most likely.
    static MONTHS: Cell<MonthReader> = Cell::default();
}

/// The bytes of a text that is known when it is compiled.
const fn bytes_of<const N: usize>(text: &str) -> &[u8; N] {
    match text.as_bytes().first_chunk() {
        Some(bytes) => bytes,
        None => panic!("a text of another length"),
    }
}

/// Whether a key is written where there is nothing to tell.
macro_rules! is_written {
    ($value:expr, always) => {
        true
    };
    ($value:expr, if_told) => {
        $value.is_told()
    };
}

/// Makes the type, the writer and both readers of the keys of a host, in their order on the wire. `always`: the key is written whatever
/// its value; `if_told`: only where there is something to tell.
macro_rules! host_keys {
    ($($(#[$doc:meta])+ $key:ident: $type:ty, $when:ident;)+) => {
        /// One host on the wire.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct HostRecord<'a> {
            /// The address, canonical, with the zone of a link-local one.
            pub ip: Address,
            $($(#[$doc])+ pub $key: $type,)+
            /// How many keys the record had that are not in this list.
            pub unknown_keys: u64,
        }

        /// The keys of a host in their order on the wire, behind `schema` and `ip`.
        pub const KEYS: &[&str] = &[$(stringify!($key),)+];

        impl<'a> HostRecord<'a> {
            /// A record of `ip` that counts nothing yet.
            pub fn new(ip: Address) -> Self {
                Self { ip, $($key: Default::default(),)+ unknown_keys: 0 }
            }

            /// Appends the host to `out` as one line of NDJSON.
            pub fn write_line(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(br#"{"schema":"soar.host/1","ip":""#);
                put_address(out, self.ip);
                out.push(b'"');
                $(if is_written!(self.$key, $when) {
                    out.extend_from_slice(concat!(",\"", stringify!($key), "\":").as_bytes());
                    self.$key.put(out);
                })+
                out.extend_from_slice(b"}\n");
            }

            /// Reads a host that has the keys of our own writer in its order and spacing in place of the one that is here, whose lists are
            /// used again; `None`: it may be a host all the same, and what is here now is none.
            pub fn read_fast(&mut self, line: &'a [u8]) -> Option<()> {
                let (mut cursor, mut months) = (JsonCursor::new(line), MONTHS.take());
                cursor.expect(br#"{"schema":"soar.host/1","ip":""#)?;
                (self.ip, self.unknown_keys) = (Address::parse(cursor.plain_text()?)?, 0);
                $({
                    const KEY: &str = concat!(",\"", stringify!($key), "\":");
                    const BYTES: &[u8; KEY.len()] = bytes_of(KEY);
                    if cursor.consume(BYTES) {
                        Field::read(&mut self.$key, &mut cursor, &mut months)?;
                    } else {
                        Field::clear(&mut self.$key);
                    }
                })+
                cursor.expect(b"}")?;
                MONTHS.set(months);
                cursor.is_at_end().then_some(())
            }

            /// Reads the value of `key`, if it is one of the list.
            fn read_key<A: MapAccess<'a>>(&mut self, key: &str, map: &mut A) -> Result<bool, A::Error> {
                match key {
                    $(stringify!($key) => self.$key = Field::from_json(map)?,)+
                    _ => return Ok(false),
                }
                Ok(true)
            }
        }
    };
}

host_keys! {
    /// The IPv6 prefix that the record stands for, where addresses are grouped; `ip` is then the one last seen that is not allowed.
    network: Option<Text<'a>>, if_told;
    /// Whether it is an alert of a live run: where the address stood at that moment, not to be summed.
    snapshot: bool, if_told;
    /// Sum over signals of weight x count.
    score: u64, always;
    /// The signal with the largest weighted count; absent when the score is 0.
    reason: Option<Text<'a>>, if_told;
    /// Whether a rule holds.
    suspicious: bool, always;
    /// Whether an allow list names the address.
    allowed: bool, if_told;
    /// The rules that hold.
    rules: Vec<Text<'a>>, always;
    /// The ATT&CK techniques of the rules that hold, in their order, each once.
    attack: Vec<Text<'a>>, if_told;
    /// Comparisons that keep rules from holding, and by how little; merging reads nothing of it.
    near: Vec<Near<'a>>, if_told;
    /// The groups that it is in and for which a rule holds; merging reads nothing of it.
    groups: Vec<HostGroup<'a>>, if_told;
    /// What each rule saw: a list of `explain::Explained`, for people; merging reads nothing of it.
    explain: Raw<'a>, if_told;
    /// Occurrences per signal, in signal order.
    signals: Vec<(Text<'a>, u64)>, if_told;
    /// Logins refused and let in, by service.
    services: Vec<(Text<'a>, u64)>, if_told;
    /// The weights that differ from the table.
    weights: Vec<(Text<'a>, u64)>, if_told;
    /// How many users were tried, where that was counted.
    users: Option<u64>, if_told;
    /// How many paths were not found, where that was counted.
    paths: Option<u64>, if_told;
    /// The most failures shortly before a login that may have been guessed; none: nobody logged in, or the order is not known.
    failed_before_login: Option<u64>, if_told;
    /// Seconds since 1970.
    first_seen: Option<i64>, if_told;
    /// Seconds since 1970.
    last_seen: Option<i64>, if_told;
    /// When the address of a network was last seen, where that is not when the network was.
    ip_last_seen: Option<SeenAt>, if_told;
    /// The earliest places per signal.
    evidence: Vec<Evidence<'a>>, if_told;
    /// When logins were refused and let in; empty where none was, or it is not known.
    login_order: LoginOrder<'a>, if_told;
    /// How often each signal was counted, by time; empty where that is not known.
    timeline: Timeline<'a>, if_told;
    /// What merging windows and distinct counts needs.
    partial: Option<Partial<'a>>, if_told;
    /// When each rule led to an alert last, in seconds since 1970: the state of a live run.
    alerted: Vec<(Text<'a>, i64)>, if_told;
    /// How much of the past the state of a live run kept; all of it where nothing is said.
    kept: Kept, if_told;
    /// What stages between ours know of the address: an object, whose keys are theirs.
    enrich: Enrich<'a>, if_told;
    /// What soar-scan added.
    scan: Option<ScanView<'a>>, if_told;
}

impl<'a> HostRecord<'a> {
    /// Reads a host, whatever the order and spacing of its keys.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the record.
    pub fn from_line(line: &'a [u8]) -> Result<Self, String> {
        let mut host = Self::new(NO_ADDRESS.into());
        host.read(line)?;
        Ok(host)
    }

    /// The same, in place of the host that is here: the memory of its lists is used again.
    ///
    /// # Errors
    /// As above; what is here then is no host.
    pub(crate) fn read(&mut self, line: &'a [u8]) -> Result<(), String> {
        if self.read_fast(line).is_none() {
            *self = serde_json::from_slice(line).map_err(|error| malformed(&error))?;
        }
        Ok(())
    }
}

/// What a host is called before it was read.
pub(crate) const NO_ADDRESS: [u8; 4] = [0; 4];

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
        let mut host = HostRecord::new(NO_ADDRESS.into());
        let (mut has_ip, mut has_schema) = (false, false);
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match &*key.0 {
                // A record that has it twice says two things of itself.
                "schema" if std::mem::replace(&mut has_schema, true) => return Err(de::Error::duplicate_field("schema")),
                "schema" => drop(map.next_value::<IgnoredAny>()?),
                "ip" => {
                    let text = map.next_value::<Text<'de>>()?;
                    host.ip = Address::parse(text.0.as_bytes()).ok_or_else(|| de::Error::custom("ip is not an address"))?;
                    has_ip = true;
                }
                key if host.read_key(key, &mut map)? => {}
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    host.unknown_keys += 1;
                }
            }
        }
        if has_ip { Ok(host) } else { Err(de::Error::missing_field("ip")) }
    }
}

/// An instant is RFC 3339 text on the wire, seconds in memory.
pub(crate) fn read_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let text = Option::<Text<'de>>::deserialize(deserializer)?;
    text.map(|text| time::parse_rfc3339(&text.0).map_err(de::Error::custom)).transpose()
}

/// When something was seen, in seconds since 1970; `None`: at no known time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct SeenAt(#[serde(deserialize_with = "read_time")] pub Option<i64>);

/// How much of the past a live run keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct Kept {
    /// How far counts by time reach back, in seconds.
    #[serde(default, deserialize_with = "whole::read_some")]
    pub window_seconds: Option<u32>,
    /// After how many seconds of silence an address was forgotten.
    #[serde(default, deserialize_with = "whole::read_some")]
    pub idle_seconds: Option<u32>,
}

/// Where a signal was seen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Evidence<'a> {
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
    #[serde(deserialize_with = "whole::read")]
    pub line: u64,
}

impl HostRecord<'_> {
    /// The weight that counted for `signal`: the record's own where it has one, the table's otherwise, 0 for any other.
    pub(crate) fn weight_of(&self, signal: &str) -> u64 {
        let own = self.weights.iter().find(|(name, _)| name.0 == signal).map(|&(_, weight)| weight);
        own.or_else(|| signal::index_of(signal).map(|index| SIGNALS[index].weight)).unwrap_or(0)
    }

    /// How often any of `signals` was counted.
    pub(crate) fn count_of_any(&self, signals: SignalSet) -> u64 {
        signals.indexes().map(|index| self.count_of(SIGNALS[index].name)).fold(0, u64::saturating_add)
    }

    /// Whether somebody logged in of whom it is not known whether the failures came before that.
    pub(crate) fn has_unknown_order(&self) -> bool {
        self.failed_before_login.is_none() && self.count_of_any(LOGIN_ACCEPTED) > 0 && self.count_of_any(LOGIN_FAILED) > 0
    }

    /// How often `signal` was counted.
    pub(crate) fn count_of(&self, signal: &str) -> u64 {
        self.signals.iter().find(|(name, _)| name.0 == signal).map_or(0, |&(_, count)| count)
    }
}

#[cfg(test)]
mod tests;
