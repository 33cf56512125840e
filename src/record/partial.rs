//! `partial`: what merging windows and distinct counts needs, beyond a host's sums. `soar-score --partial` writes it.
//!
//! Buckets are the non-empty ones of each signal, as one flat array: the start of the first in seconds since 1970, its
//! count, then for each further one the gap to it in buckets and its count. A distinct set is the hashes of its values,
//! ascending, or `"capped"`. Both are such that adding parts gives what one run gives, in any order and grouping.

use std::fmt;

use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};

use super::json::{put_array, put_number, put_object, put_text};
use super::{MAX_INTEGER, Text};

/// How many distinct values are told apart for one address; with the last of them the set is given up.
pub const MAX_DISTINCT: usize = 1024;

/// Distinct values, as the first 64 bits of their SHA-256: a fleet's files need not carry what was typed as a user name,
/// and nobody can find names that fall together in number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Distinct {
    /// Fewer than [`MAX_DISTINCT`] of them, ascending.
    Set(Vec<u64>),
    /// [`MAX_DISTINCT`] or more, forgotten which.
    Capped,
}

impl Default for Distinct {
    fn default() -> Self {
        Self::Set(Vec::new())
    }
}

impl Distinct {
    /// Adds the value that has this [`hash`].
    pub fn add(&mut self, hash: u64) {
        let Self::Set(hashes) = self else { return };
        if let Err(place) = hashes.binary_search(&hash) {
            hashes.insert(place, hash);
        }
        if hashes.len() >= MAX_DISTINCT {
            *self = Self::Capped;
        }
    }

    /// Adds all that another holds.
    pub fn merge(&mut self, other: &Self) {
        match other {
            Self::Set(hashes) => hashes.iter().for_each(|&hash| self.add(hash)),
            Self::Capped => *self = Self::Capped,
        }
    }

    /// How many there are; at [`MAX_DISTINCT`] it may be any number from there on.
    #[must_use]
    pub const fn count(&self) -> usize {
        match self {
            Self::Set(hashes) => hashes.len(),
            Self::Capped => MAX_DISTINCT,
        }
    }
}

/// What stands for a value in a [`Distinct`].
#[must_use]
pub fn hash(value: &[u8]) -> u64 {
    let digest: [u8; 32] = Sha256::digest(value).into();
    digest.first_chunk().map_or(0, |start| u64::from_be_bytes(*start))
}

/// Occurrences by time: the start of a bucket in seconds since 1970, and how many. Ascending.
pub type Buckets = Vec<(i64, u64)>;

/// The `partial` of a host: as much of it as the run kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Partial<'a> {
    /// How long a bucket is, in seconds; none: there are no buckets.
    pub resolution_seconds: Option<u32>,
    /// The non-empty buckets of each signal that was counted.
    pub buckets: Vec<(Text<'a>, Buckets)>,
    /// The users that were tried.
    pub users: Option<Distinct>,
    /// The paths that were not found.
    pub paths: Option<Distinct>,
}

impl Partial<'_> {
    /// Appends it as a member.
    pub fn put(&self, out: &mut Vec<u8>) {
        put_object(out, r#""partial":{"#, |out| {
            if let Some(resolution_seconds) = self.resolution_seconds {
                self.put_signals(resolution_seconds, out);
            }
            put_distinct(out, r#""users":"#, self.users.as_ref());
            put_distinct(out, r#""paths":"#, self.paths.as_ref());
        });
    }

    fn put_signals(&self, resolution_seconds: u32, out: &mut Vec<u8>) {
        put_number(out, r#""resolution_seconds":"#, Some(resolution_seconds));
        out.extend_from_slice(br#""buckets":{"#);
        for (signal, buckets) in &self.buckets {
            put_text(out, "\"", Some(signal.as_bytes()));
            out.pop();
            put_array(out, ":[", |out| put_buckets(resolution_seconds, buckets, out));
        }
        if !self.buckets.is_empty() {
            out.pop();
        }
        out.extend_from_slice(b"},");
    }

    /// The same, holding its own text.
    #[must_use]
    pub fn to_owned(&self) -> Partial<'static> {
        let buckets = self.buckets.iter().map(|(signal, buckets)| (signal.to_owned(), buckets.clone())).collect();
        let (users, paths) = (self.users.clone(), self.paths.clone());
        Partial { resolution_seconds: self.resolution_seconds, buckets, users, paths }
    }
}

fn put_buckets(resolution_seconds: u32, buckets: &[(i64, u64)], out: &mut Vec<u8>) {
    let mut earlier = None;
    for &(start, count) in buckets {
        let number = earlier.map_or(start, |earlier| (start - earlier) / i64::from(resolution_seconds));
        out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
        put_number(out, ",", Some(count));
        earlier = Some(start);
    }
}

fn put_distinct(out: &mut Vec<u8>, key: &str, distinct: Option<&Distinct>) {
    let Some(distinct) = distinct else { return };
    out.extend_from_slice(key.as_bytes());
    match distinct {
        Distinct::Capped => out.extend_from_slice(br#""capped","#),
        Distinct::Set(hashes) => put_array(out, "[", |out| {
            for hash in hashes {
                put_text(out, "\"", Some(format!("{hash:016x}").as_bytes()));
            }
        }),
    }
}

#[derive(Deserialize)]
struct Wire<'a> {
    resolution_seconds: Option<u32>,
    #[serde(borrow)]
    buckets: Option<WireBuckets<'a>>,
    users: Option<Distinct>,
    paths: Option<Distinct>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Partial<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Wire { resolution_seconds, buckets, users, paths } = Wire::deserialize(deserializer)?;
        let buckets = match (resolution_seconds, buckets) {
            (None, None) => Vec::new(),
            (Some(resolution @ 1..), Some(WireBuckets(signals))) => {
                let read = signals.into_iter().map(|(signal, numbers)| Some((signal, read_buckets(&numbers, resolution)?)));
                read.collect::<Option<_>>().ok_or_else(|| de::Error::custom("partial.buckets are no starts, counts and gaps"))?
            }
            _ => return Err(de::Error::custom("partial.buckets need partial.resolution_seconds, of at least 1")),
        };
        Ok(Self { resolution_seconds, buckets, users, paths })
    }
}

/// Buckets from a start, a count, and then gaps and counts.
fn read_buckets(numbers: &[i64], resolution_seconds: u32) -> Option<Buckets> {
    let resolution = i64::from(resolution_seconds);
    let (pairs, rest) = numbers.as_chunks::<2>();
    let mut buckets: Buckets = Vec::with_capacity(pairs.len());
    for &[place, count] in pairs {
        let start = match buckets.last() {
            None => Some(place).filter(|start| start % resolution == 0),
            Some(&(earlier, _)) => place.checked_mul(resolution).filter(|&gap| gap > 0).and_then(|gap| earlier.checked_add(gap)),
        };
        let count = u64::try_from(count).ok().filter(|count| (1..=MAX_INTEGER).contains(count))?;
        buckets.push((start.filter(|start| start.unsigned_abs() <= MAX_INTEGER)?, count));
    }
    rest.is_empty().then_some(buckets)
}

struct WireBuckets<'a>(Vec<(Text<'a>, Vec<i64>)>);

impl<'de: 'a, 'a> Deserialize<'de> for WireBuckets<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Signals;
        impl<'de> Visitor<'de> for Signals {
            type Value = WireBuckets<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of signal names and buckets")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut signals = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    signals.push(entry);
                }
                Ok(WireBuckets(signals))
            }
        }
        deserializer.deserialize_map(Signals)
    }
}

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Hashes;
        impl<'de> Visitor<'de> for Hashes {
            type Value = Distinct;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of hashes, or \"capped\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                if text == "capped" { Ok(Distinct::Capped) } else { Err(E::invalid_value(de::Unexpected::Str(text), &self)) }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut texts: A) -> Result<Self::Value, A::Error> {
                let mut distinct = Distinct::default();
                while let Some(text) = texts.next_element::<Text<'de>>()? {
                    let is_hash = text.0.len() == 16 && text.0.bytes().all(|b| b.is_ascii_hexdigit());
                    let hash = u64::from_str_radix(&text.0, 16).ok().filter(|_| is_hash);
                    distinct.add(hash.ok_or_else(|| de::Error::custom("a hash is 16 hexadecimal digits"))?);
                }
                Ok(distinct)
            }
        }
        deserializer.deserialize_any(Hashes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<Partial<'_>> {
        serde_json::from_str(json).ok()
    }

    #[test]
    fn a_partial_is_read_as_it_was_written() {
        let mut users = Distinct::default();
        for user in ["root", "admin", "root"] {
            users.add(hash(user.as_bytes()));
        }
        let buckets = vec![(Text::from("ssh_failed"), vec![(-20, 1), (0, 7), (10, 2)]), (Text::from("zeta"), vec![])];
        let partial = Partial { resolution_seconds: Some(10), buckets, users: Some(users), paths: Some(Distinct::Capped) };
        let mut out = Vec::new();
        partial.put(&mut out);
        let text = String::from_utf8(out).expect("UTF-8");
        let value = text.strip_prefix("\"partial\":").and_then(|text| text.strip_suffix(',')).expect("a member");
        assert_eq!(
            value,
            r#"{"resolution_seconds":10,"buckets":{"ssh_failed":[-20,1,2,7,1,2],"zeta":[]},"users":["4813494d137e1631","8c6976e5b5410415"],"paths":"capped"}"#
        );
        assert_eq!(read(value), Some(partial));
    }

    #[test]
    fn what_was_not_kept_is_absent() {
        for partial in [Partial::default(), Partial { paths: Some(Distinct::default()), ..Partial::default() }] {
            let mut out = b"{".to_vec();
            partial.put(&mut out);
            let text = String::from_utf8(out).expect("UTF-8");
            let value = text.strip_prefix("{\"partial\":").and_then(|text| text.strip_suffix(','));
            assert_eq!(value.map_or(Some(Partial::default()), read), Some(partial));
        }
    }

    #[test]
    fn what_is_no_partial_is_refused() {
        let partial = |resolution: &str, buckets: &str, users: &str| {
            format!(r#"{{"resolution_seconds":{resolution},"buckets":{{"s":{buckets}}},"users":{users},"paths":[]}}"#)
        };
        assert!(read(&partial("10", "[0,1,3,2]", "[]")).is_some());
        for (resolution, buckets, users) in [
            ("0", "[0,1]", "[]"),
            ("10", "[5,1]", "[]"),
            ("10", "[0,1,0,1]", "[]"),
            ("10", "[0,1,-1,1]", "[]"),
            ("10", "[0,0]", "[]"),
            ("10", "[0]", "[]"),
            ("10", "[0,9007199254740992]", "[]"),
            ("10", "[0,1,9223372036854775807,1]", "[]"),
            ("10", "[0,1]", "[\"root\"]"),
            ("10", "[0,1]", "\"many\""),
        ] {
            assert_eq!(read(&partial(resolution, buckets, users)), None, "{resolution} {buckets} {users}");
        }
    }

    #[test]
    fn a_set_is_given_up_at_the_cap_whatever_the_order() {
        let all: Vec<_> = (0..MAX_DISTINCT as u64).map(|n| hash(&n.to_le_bytes())).collect();
        let set = |hashes: &[u64]| {
            let mut distinct = Distinct::default();
            for &hash in hashes {
                distinct.add(hash);
            }
            distinct
        };
        assert_eq!(set(&all[1..]).count(), MAX_DISTINCT - 1);
        assert_eq!(set(&all), Distinct::Capped);
        for cut in [0, 1, 500, MAX_DISTINCT] {
            let (mut one, mut other) = (set(&all[..cut]), set(&all[cut..]));
            one.merge(&set(&all[cut..]));
            other.merge(&set(&all[..cut]));
            assert_eq!((one, other), (Distinct::Capped, Distinct::Capped));
        }
    }
}
