//! `partial`: what merging windows and distinct counts needs, beyond a host's sums. `soar-score --partial` writes it.
//!
//! Buckets are the non-empty ones of each signal, as one flat array: the start of the first in seconds since 1970, its
//! count, then for each further one the gap to it in units of the resolution and its count. They are as wide as the resolution
//! or, of a signal with many, wider by a power of two. A distinct set is the hashes of its values, ascending, or `"capped"`.
//! All are such that adding parts gives what one run gives, in any order and grouping.

use std::fmt;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use sha2::{Digest, Sha256};

use crate::record::host::field::{close_object, put_pairs};
use crate::record::json::cursor::JsonCursor;
use crate::record::json::pairs::Pairs;
use crate::record::json::{put_array, put_digits, put_number, put_string};
use crate::record::whole;
use crate::record::whole::Whole;
use crate::record::{MAX_INTEGER, Text};

/// How many buckets that are not empty a signal of a host has at the most; with more, they are made twice as wide.
pub(crate) const MOST_BUCKETS: usize = 4096;

/// How many those of all signals of a host are at the most: with the longest numbers that there are, some 700 KiB of a record.
pub(crate) const MOST_HOST_BUCKETS: usize = 6 * MOST_BUCKETS;

/// How many distinct values are told apart for one address; with the last of them the set is given up.
pub(crate) const MAX_DISTINCT: usize = 1024;

/// Distinct values, as the first 64 bits of their SHA-256: a fleet's files need not carry what was typed as a user name,
/// and nobody can find names that fall together in number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Distinct {
    /// Fewer than `MAX_DISTINCT` of them, ascending.
    Set(Vec<u64>),
    /// `MAX_DISTINCT` or more, forgotten which.
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
        if let Err(index) = hashes.binary_search(&hash) {
            hashes.insert(index, hash);
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
    pub const fn count(&self) -> usize {
        match self {
            Self::Set(hashes) => hashes.len(),
            Self::Capped => MAX_DISTINCT,
        }
    }
}

/// What stands for a value in a [`Distinct`].
pub fn hash(value: &[u8]) -> u64 {
    let digest: [u8; 32] = Sha256::digest(value).into();
    digest.first_chunk().map_or(0, |start| u64::from_be_bytes(*start))
}

/// Occurrences by time: the start of a bucket, in some unit since 1970, and how many. Ascending.
pub type Buckets = Vec<(i64, u64)>;

/// The buckets of one signal, in units of the resolution.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignalBuckets<'a> {
    pub signal: Text<'a>,
    /// The base 2 logarithm of their width in units.
    pub shift: u8,
    /// Those that are not empty.
    pub buckets: Buckets,
}

/// The `partial` of a host: as much of it as the run kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Partial<'a> {
    /// How long a bucket is, in seconds; none: there are no buckets.
    pub resolution_seconds: Option<u32>,
    /// The buckets of each signal that was counted.
    pub buckets: Vec<SignalBuckets<'a>>,
    /// The users that were tried.
    pub users: Option<Distinct>,
    /// The paths that were not found.
    pub paths: Option<Distinct>,
}

impl Partial<'_> {
    /// Whether it says nothing, and so is not written.
    pub const fn is_empty(&self) -> bool {
        self.resolution_seconds.is_none() && self.users.is_none() && self.paths.is_none()
    }

    pub fn put(&self, out: &mut Vec<u8>) {
        let start = out.len();
        if let Some(resolution_seconds) = self.resolution_seconds {
            self.put_signals(resolution_seconds, out);
        }
        for (key, distinct) in [(&br#","users":"#[..], &self.users), (br#","paths":"#, &self.paths)] {
            if let Some(distinct) = distinct {
                out.extend_from_slice(key);
                distinct.put(out);
            }
        }
        close_object(start, out);
    }

    fn put_signals(&self, resolution_seconds: u32, out: &mut Vec<u8>) {
        put_number(out, r#","resolution_seconds":"#, Some(resolution_seconds));
        let wider = self.buckets.iter().filter(|of| of.shift > 0);
        let widths: Vec<_> = wider.map(|of| (of.signal.clone(), u64::from(resolution_seconds) << of.shift)).collect();
        if !widths.is_empty() {
            out.extend_from_slice(br#","width_seconds":"#);
            put_pairs(out, &widths, |out, width| put_digits(out, *width));
        }
        out.extend_from_slice(br#","buckets":{"#);
        for (nth, SignalBuckets { signal, buckets, .. }) in self.buckets.iter().enumerate() {
            if nth > 0 {
                out.push(b',');
            }
            put_string(out, signal.as_bytes());
            out.push(b':');
            put_buckets(resolution_seconds.into(), buckets, out);
        }
        out.push(b'}');
    }

    /// The same, holding its own text.
    pub fn into_owned(self) -> Partial<'static> {
        let own = |of: SignalBuckets<'_>| SignalBuckets { signal: of.signal.to_owned(), shift: of.shift, buckets: of.buckets };
        let Self { resolution_seconds, buckets, users, paths } = self;
        Partial { resolution_seconds, buckets: buckets.into_iter().map(own).collect(), users, paths }
    }
}

/// Appends buckets: the start of the first in seconds and its count, then for each further one the gap in units and its count.
pub(crate) fn put_buckets(unit_seconds: i64, buckets: &[(i64, u64)], out: &mut Vec<u8>) {
    let (mut earlier, start) = (None, out.len());
    for &(start, count) in buckets {
        let number = earlier.map_or(start * unit_seconds, |earlier| start - earlier);
        out.push(b',');
        out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
        put_number(out, ",", Some(count));
        earlier = Some(start);
    }
    match out.get_mut(start) {
        Some(comma) => *comma = b'[',
        None => out.push(b'['),
    }
    out.push(b']');
}

impl Distinct {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Capped => out.extend_from_slice(br#""capped""#),
            Self::Set(hashes) => put_array(out, hashes, |out, hash| put_string(out, format!("{hash:016x}").as_bytes())),
        }
    }
}

#[derive(Deserialize)]
struct PartialJson<'a> {
    #[serde(default, deserialize_with = "whole::read_some")]
    resolution_seconds: Option<u32>,
    #[serde(borrow)]
    width_seconds: Option<Pairs<Text<'a>, Whole<u64>>>,
    #[serde(borrow)]
    buckets: Option<Pairs<Text<'a>, Vec<Whole<i64>>>>,
    users: Option<Distinct>,
    paths: Option<Distinct>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Partial<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let PartialJson { resolution_seconds, width_seconds, buckets, users, paths } = PartialJson::deserialize(deserializer)?;
        let widths = width_seconds.map_or_else(Vec::new, |widths| widths.0);
        let buckets = match (resolution_seconds, buckets) {
            (None, None) => Vec::new(),
            (Some(resolution @ 1..), Some(Pairs(signals))) => {
                let read = |(signal, numbers): (Text<'a>, Vec<Whole<i64>>)| {
                    let width = widths.iter().find(|(other, _)| *other == signal).map(|&(_, Whole(width))| width);
                    let shift = width.map_or(Some(0), |width| shift_of(width, resolution))?;
                    Some(SignalBuckets { signal, shift, buckets: read_buckets(&numbers, resolution.into())? })
                };
                let buckets = signals.into_iter().map(read).collect::<Option<_>>();
                buckets.ok_or_else(|| de::Error::custom("partial.buckets are no starts, counts and gaps"))?
            }
            _ => return Err(de::Error::custom("partial.buckets need partial.resolution_seconds, of at least 1")),
        };
        Ok(Self { resolution_seconds, buckets, users, paths })
    }
}

/// How often the unit was doubled to give `width_seconds`.
pub(crate) fn shift_of(width_seconds: u64, unit_seconds: u32) -> Option<u8> {
    let unit = u64::from(unit_seconds);
    let times = Some(width_seconds).filter(|width| (unit..=MAX_INTEGER).contains(width) && width % unit == 0)? / unit;
    times.is_power_of_two().then(|| u8::try_from(times.ilog2()).ok()).flatten()
}

/// Buckets from a start in seconds, a count, and then gaps in units and counts.
pub(crate) fn read_buckets(numbers: &[Whole<i64>], unit_seconds: i64) -> Option<Buckets> {
    let (pairs, rest) = numbers.as_chunks::<2>();
    let mut buckets: Buckets = Vec::with_capacity(pairs.len());
    for &[Whole(number), Whole(count)] in pairs {
        buckets.push(next_bucket(buckets.last(), number, count, unit_seconds)?);
    }
    rest.is_empty().then_some(buckets)
}

/// The bucket behind `earlier`, of the two numbers that tell of it.
fn next_bucket(earlier: Option<&(i64, u64)>, number: i64, count: i64, unit_seconds: i64) -> Option<(i64, u64)> {
    let start = match earlier {
        None => Some(number).filter(|start| start % unit_seconds == 0).map(|start| start / unit_seconds),
        Some(&(earlier, _)) => Some(number).filter(|&gap| gap > 0).and_then(|gap| earlier.checked_add(gap)),
    };
    let count = u64::try_from(count).ok().filter(|count| (1..=MAX_INTEGER).contains(count))?;
    Some((start.filter(|start| start.unsigned_abs() <= MAX_INTEGER / unit_seconds.unsigned_abs())?, count))
}

/// The same as our own writer puts them, behind their opening bracket, in place of what is in `buckets`.
pub(crate) fn read_buckets_fast(buckets: &mut Buckets, cursor: &mut JsonCursor<'_>, unit_seconds: i64) -> Option<()> {
    buckets.clear();
    let mut number = None;
    cursor.items(b']', |cursor| {
        let next = cursor.integer()?.cast_signed();
        match number.take() {
            None => number = Some(next),
            Some(number) => buckets.push(next_bucket(buckets.last(), number, next, unit_seconds)?),
        }
        Some(())
    })?;
    number.is_none().then_some(())
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
        let buckets = vec![
            SignalBuckets { signal: "ssh_failed".into(), shift: 0, buckets: vec![(-2, 1), (0, 7), (1, 2)] },
            SignalBuckets { signal: "http_404".into(), shift: 3, buckets: vec![(-8, 1), (16, 9)] },
            SignalBuckets { signal: "zeta".into(), ..SignalBuckets::default() },
        ];
        let partial = Partial { resolution_seconds: Some(10), buckets, users: Some(users), paths: Some(Distinct::Capped) };
        let mut out = Vec::new();
        partial.put(&mut out);
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(
            text,
            r#"{"resolution_seconds":10,"width_seconds":{"http_404":80},"buckets":{"ssh_failed":[-20,1,2,7,1,2],"http_404":[-80,1,24,9],"zeta":[]},"users":["4813494d137e1631","8c6976e5b5410415"],"paths":"capped"}"#
        );
        assert_eq!(read(&text), Some(partial));
    }

    #[test]
    fn what_was_not_kept_is_absent() {
        for partial in [Partial::default(), Partial { paths: Some(Distinct::default()), ..Partial::default() }] {
            let mut out = Vec::new();
            partial.put(&mut out);
            assert_eq!(serde_json::from_slice(&out).ok(), Some(partial));
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
    fn a_width_is_the_resolution_doubled_so_many_times() {
        let partial = |widths: &str| {
            let json = format!(r#"{{"resolution_seconds":10,"width_seconds":{widths},"buckets":{{"s":[5120,1,4,2]}}}}"#);
            read(&json).map(|partial| (partial.buckets[0].shift, partial.buckets[0].buckets.clone()))
        };
        for (widths, shift) in [("{}", 0), ("null", 0), (r#"{"t":7}"#, 0), (r#"{"s":10}"#, 0), (r#"{"s":20}"#, 1), (r#"{"s":40960}"#, 12)] {
            assert_eq!(partial(widths), Some((shift, vec![(512, 1), (516, 2)])), "{widths}");
        }
        for widths in [r#"{"s":0}"#, r#"{"s":5}"#, r#"{"s":30}"#, r#"{"s":-20}"#, r#"{"s":9007199254740993}"#, "7"] {
            assert_eq!(partial(widths), None, "{widths}");
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
