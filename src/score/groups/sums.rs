//! The sums of one group, and what a rule and people see of them.

use std::collections::BTreeMap;

use jaq_json::{Map, Rc, Val};

use crate::base::time;
use crate::record::group::GroupRecord;
use crate::record::host::HostRecord;
use crate::record::signal::{SIGNALS, index_of};
use crate::record::{MAX_INTEGER, Text};
use crate::score::rules::group::GroupRule;

/// The sums of a group.
#[derive(Debug, Clone, Default)]
pub(crate) struct GroupSums {
    /// How many hosts it has.
    pub addresses: u64,
    /// The sum of their scores.
    pub score: u64,
    suspicious: u64,
    /// Of the table's signals.
    known: [u64; SIGNALS.len()],
    others: BTreeMap<Box<str>, u64>,
    first_seen: Option<i64>,
    last_seen: Option<i64>,
}

/// Those of no group.
pub(crate) static NONE: GroupSums = GroupSums {
    addresses: 0,
    score: 0,
    suspicious: 0,
    known: [0; SIGNALS.len()],
    others: BTreeMap::new(),
    first_seen: None,
    last_seen: None,
};

/// Adds `more`; at the largest integer it stays.
fn add(sum: &mut u64, more: u64) {
    *sum = sum.saturating_add(more).min(MAX_INTEGER);
}

impl GroupSums {
    /// Adds a host.
    pub(super) fn add(&mut self, host: &HostRecord<'_>) {
        self.addresses += 1;
        self.suspicious += u64::from(host.suspicious);
        add(&mut self.score, host.score);
        for (name, count) in host.signals.iter().filter(|(_, count)| *count > 0) {
            match index_of(&name.0) {
                Some(index) => add(&mut self.known[index], *count),
                None => add(self.others.entry((&*name.0).into()).or_default(), *count),
            }
        }
        self.first_seen = [self.first_seen, host.first_seen].into_iter().flatten().min();
        self.last_seen = self.last_seen.max(host.last_seen);
    }

    fn signals(&self) -> impl Iterator<Item = (&str, u64)> {
        let known = SIGNALS.iter().zip(self.known).map(|(signal, count)| (signal.name, count));
        known.chain(self.others.iter().map(|(name, &count)| (&**name, count)))
    }

    /// What a rule sees.
    pub(crate) fn to_value(&self) -> Val {
        let number = |count: u64| usize::try_from(count).map_or(Val::from(f64::INFINITY), Val::from);
        let facts = [("addresses", self.addresses), ("suspicious", self.suspicious), ("score", self.score)];
        let counts = self.signals().chain(facts).map(|(name, count)| (Val::from(name.to_owned()), number(count)));
        let times = [("first_seen", self.first_seen), ("last_seen", self.last_seen)];
        let times = times.into_iter().filter_map(|(name, at)| Some((Val::from(name.to_owned()), Val::from(time::rfc3339(at?)))));
        Val::Obj(Rc::new(counts.chain(times).collect::<Map>()))
    }

    /// What people see.
    pub(crate) fn to_record<'a>(&'a self, rule: &'a GroupRule, key: &'a str, accused: u64) -> GroupRecord<'a> {
        let counted = self.signals().filter(|(name, count)| *count > 0 || index_of(name).is_some_and(|index| SIGNALS[index].on_by_default));
        GroupRecord {
            rule: &rule.name,
            by: &rule.by_text,
            key,
            addresses: self.addresses,
            suspicious: self.suspicious,
            accused,
            score: self.score,
            signals: counted.map(|(name, count)| (Text::from(name), count)).collect(),
            first_seen: self.first_seen,
            last_seen: self.last_seen,
            about: rule.about.as_deref(),
            attack: rule.attack.as_deref(),
        }
    }
}
