//! `enrich` and `scan`: what stages between ours know of a host, kept where records of one address are added up.
//!
//! `enrich` is united key by key; of two values of one key, and of two scans, the later one stays. Which that is the values say
//! themselves, so any order of the records and any split gives the same.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::Value;

use crate::base::time;
use crate::record::Text;
use crate::record::host::HostRecord;
use crate::record::host::enrich::Enrich;
use crate::record::host::field::Raw;
use crate::record::host::scan::ScanView;
use crate::record::json::member::{compact, members, text_of};
use crate::record::json::{escape_controls, put_string};

/// The key inside a value of `enrich` that says when it was true.
const AS_OF: &str = "as_of";
/// The same of a scan.
const STARTED_AT: &str = "started_at";

/// What other stages know of a host: compact JSON, or nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Carried {
    /// An object whose keys stand in the order of their bytes, each once.
    enrich: Box<str>,
    scan: Box<str>,
}

impl Carried {
    /// What `host` brings; `None`: nothing.
    pub(crate) fn of(host: &HostRecord<'_>) -> Option<Box<Self>> {
        let scan = host.scan.as_ref().map_or("", |scan| &*scan.whole.0.0);
        let carried = Self { enrich: sort_keys(&host.enrich.0.0).into(), scan: tidy(scan).into() };
        (carried != Self::default()).then(|| Box::new(carried))
    }

    /// Takes over what another record of the same host brings.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.merge_enrich(&other.enrich);
        if is_later(&other.scan, &self.scan, STARTED_AT) {
            self.scan.clone_from(&other.scan);
        }
    }

    /// Takes over the `enrich` of another record, whose keys are sorted.
    pub(crate) fn merge_enrich(&mut self, other: &str) {
        if self.enrich.is_empty() {
            self.enrich = other.into();
        } else if !other.is_empty() && *self.enrich != *other {
            self.enrich = unite(members(&self.enrich).chain(members(other))).into();
        }
    }

    /// The `enrich` of a record; nothing where there is none.
    pub(crate) fn enrich(&self) -> &str {
        &self.enrich
    }

    /// The `scan` of a record; nothing where there is none.
    pub(crate) fn scan(&self) -> &str {
        &self.scan
    }

    /// Puts both into a record.
    pub(crate) fn put<'a>(&'a self, host: &mut HostRecord<'a>) {
        host.enrich = Enrich(Text::from(&*self.enrich));
        host.scan = (!self.scan.is_empty()).then(|| ScanView { whole: Raw(Text::from(&*self.scan)), ..ScanView::default() });
    }

    /// How many bytes it takes beyond its own size.
    pub(crate) const fn heap_bytes(&self) -> usize {
        // The allocator's own bytes of two pieces of memory.
        self.enrich.len() + self.scan.len() + 32
    }
}

/// The object `json` compact, its keys each once and in the order of their bytes; an empty one is nothing.
pub(crate) fn sort_keys(json: &str) -> String {
    if is_sorted(json) { json.to_owned() } else { unite(members(json)) }
}

/// `json` compact, without what controls a terminal.
fn tidy(json: &str) -> Cow<'_, str> {
    match compact(json) {
        Cow::Borrowed(json) => escape_controls(json),
        Cow::Owned(json) => Cow::Owned(escape_controls(&json).into_owned()),
    }
}

/// Whether there is nothing to do, quickly: a stage writes the same keys in the same order for every host.
fn is_sorted(json: &str) -> bool {
    let mut last = "";
    let is_plain = |key: &str| key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    matches!(tidy(json), Cow::Borrowed(_))
        && json != "{}"
        && members(json).all(|(key, _)| is_plain(key) && std::mem::replace(&mut last, key) < key)
}

fn unite<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut keys = BTreeMap::new();
    for (key, value) in pairs {
        // As our own writer spells it, since one name has many spellings.
        let mut name = Vec::with_capacity(key.len());
        put_string(&mut name, text_of(key).unwrap_or_default().as_bytes());
        let value = tidy(value);
        match keys.entry(String::from_utf8(name).unwrap_or_default()) {
            Entry::Vacant(entry) => drop(entry.insert(value)),
            Entry::Occupied(mut entry) if is_later(&value, entry.get(), AS_OF) => drop(entry.insert(value)),
            Entry::Occupied(_) => {}
        }
    }
    if keys.is_empty() {
        return String::new();
    }
    let members = keys.into_iter().map(|(key, value)| format!("{key}:{value}")).collect::<Vec<_>>();
    format!("{{{}}}", members.join(","))
}

/// Whether `one` stays, and not `other`: the one of which the value of `key` is the later time; one that has none is the earliest, and
/// of two at the same time the greater text stays.
fn is_later(one: &str, other: &str, key: &str) -> bool {
    if one == other || one.is_empty() {
        return false;
    }
    other.is_empty() || time_of(one, key).cmp(&time_of(other, key)).then_with(|| one.cmp(other)) == Ordering::Greater
}

fn time_of(json: &str, key: &str) -> Option<(i64, u32)> {
    let value: Value = serde_json::from_str(json).ok()?;
    time::parse_rfc3339_instant(value.get(key)?.as_str()?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn united(parts: &[&str]) -> String {
        let mut carried = Carried::default();
        for part in parts {
            carried.merge_enrich(&sort_keys(part));
        }
        carried.enrich().to_owned()
    }

    #[test]
    fn keys_are_united_and_the_later_value_of_one_stays() {
        for (parts, whole) in [
            (&[r#"{"geo":{"country":"FR"}}"#, r#"{"as":{"number":64496}}"#][..], r#"{"as":{"number":64496},"geo":{"country":"FR"}}"#),
            (&[r#"{"a":{"v":2}}"#, r#"{"a":{"v":1,"as_of":"2026-01-01T00:00:00Z"}}"#], r#"{"a":{"v":1,"as_of":"2026-01-01T00:00:00Z"}}"#),
            (
                &[r#"{"a":{"as_of":"2026-01-01T00:30:00+01:00"}}"#, r#"{"a":{"as_of":"2026-01-01T00:00:00Z"}}"#],
                r#"{"a":{"as_of":"2026-01-01T00:00:00Z"}}"#,
            ),
            (
                &[r#"{"a":{"as_of":"2026-01-01T00:00:00.25Z"}}"#, r#"{"a":{"as_of":"2026-01-01T00:00:00.3Z"}}"#],
                r#"{"a":{"as_of":"2026-01-01T00:00:00.3Z"}}"#,
            ),
            (&[r#"{"a":{"as_of":"yesterday"}}"#, r#"{"a":["tor-exit"]}"#], r#"{"a":{"as_of":"yesterday"}}"#),
            (&[r#"{ "b" : [ 1, 2 ] , "a":"x y" }"#], r#"{"a":"x y","b":[1,2]}"#),
            (&[r#"{"\u0061":1,"a":2}"#], r#"{"a":2}"#),
            (&["{}", r#"{"a":null}"#, ""], r#"{"a":null}"#),
            (&["{ }", ""], ""),
        ] {
            assert_eq!(united(parts), whole, "{parts:?}");
            assert_eq!(united(&[whole]), whole);
        }
    }

    proptest! {
        #[test]
        fn the_order_and_the_grouping_of_records_change_nothing(
            records in proptest::collection::vec((0..4_u8, 0..3_u8, 0..4_u8, any::<bool>()), 0..8), cut in 0..8_usize, seed in any::<u64>(),
        ) {
            let text = |&(key, value, at, is_wide): &(u8, u8, u8, bool)| {
                let at = if at == 0 { String::new() } else { format!(",\"as_of\":\"2026-01-0{at}T00:00:00Z\"") };
                let space = if is_wide { " " } else { "" };
                format!("{{\"k{key}\":{space}{{\"v\":{value}{at}}},{space}\"z\":{value}}}")
            };
            let texts: Vec<_> = records.iter().map(text).collect();
            let texts: Vec<&str> = texts.iter().map(|text| &**text).collect();
            let whole = united(&texts);
            let mut mixed = texts.clone();
            fastrand::Rng::with_seed(seed).shuffle(&mut mixed);
            prop_assert_eq!(&united(&mixed), &whole);
            let (early, late) = texts.split_at(cut.min(texts.len()));
            prop_assert_eq!(&united(&[&united(late), &united(early)]), &whole);
            prop_assert_eq!(&united(&[&whole, &whole]), &whole);
        }
    }
}
