//! Outcomes remembered by the values that a rule reads, and the jq object that is made of them.
//!
//! A rule reads few values, and most hosts share them with another; for them the expression is not run again.

use std::collections::HashMap;
use std::sync::Arc;

use jaq_json::{Map, Rc, Val};

use crate::base::time;
use crate::score::rules::dependencies::InputKey;
use crate::score::rules::facts::{ABSENT, HostSnapshot, WindowCounts};
use crate::score::rules::member::{MemberPath, MemberValue};

/// The values of the slots of a rule, and the foreign signals where it may read any key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Values {
    /// [`ABSENT`] is no value.
    slots: Vec<u64>,
    others: Vec<(Arc<str>, u64)>,
    /// What each path into JSON leads to.
    members: Vec<MemberValue>,
}

impl Values {
    #[cfg(test)]
    pub(crate) const fn new(slots: Vec<u64>, members: Vec<MemberValue>) -> Self {
        Self { slots, others: Vec::new(), members }
    }

    /// Takes over what `snapshot` has for `slots`; foreign signals too, if `any` key may be read.
    pub(crate) fn take(&mut self, snapshot: &HostSnapshot, view: &WindowCounts, slots: &[InputKey], any: bool) {
        self.slots.clear();
        self.slots.extend(slots.iter().map(|slot| snapshot.value(view, slot)));
        self.others.clear();
        if any {
            // A foreign signal that is called as a fact is: the fact is meant.
            let others = view.others.iter().filter(|(name, _)| !slots.iter().any(|slot| slot.name() == &**name));
            self.others.extend(others.cloned());
        }
    }

    /// Takes over what `paths` lead to in `snapshot`.
    pub(crate) fn take_members(&mut self, snapshot: &HostSnapshot, paths: &[MemberPath]) {
        self.members.resize_with(paths.len(), MemberValue::default);
        for (value, path) in self.members.iter_mut().zip(paths) {
            path.find(snapshot.json(path), value);
        }
    }

    /// The value of the slot at `index`, if there is one.
    pub(crate) fn key(&self, index: usize) -> Option<u64> {
        Some(self.slots[index]).filter(|&value| value != ABSENT)
    }

    /// What each path into JSON leads to, in their order.
    pub(crate) fn members(&self) -> &[MemberValue] {
        &self.members
    }

    /// The slots that have a value, then the others.
    pub(crate) fn pairs<'s>(&self, slots: &'s [InputKey]) -> impl Iterator<Item = (&'s InputKey, u64)> {
        slots.iter().zip(self.slots.iter().copied()).filter(|&(_, value)| value != ABSENT)
    }

    /// The foreign signals.
    pub(crate) fn others(&self) -> &[(Arc<str>, u64)] {
        &self.others
    }
}

/// Whether a rule holds; jq's sentence where it cannot be evaluated.
pub(crate) type RuleOutcome = Result<bool, Arc<str>>;

/// The outcomes of one rule. What is remembered is bounded; when it is full, all is forgotten.
#[derive(Debug, Default)]
pub(crate) struct OutcomeCache {
    outcomes: HashMap<Values, RuleOutcome, ahash::RandomState>,
}

impl OutcomeCache {
    /// How many outcomes are remembered.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.outcomes.len()
    }

    pub(crate) fn get(&self, values: &Values) -> Option<RuleOutcome> {
        self.outcomes.get(values).cloned()
    }

    pub(crate) fn keep(&mut self, values: &Values, outcome: RuleOutcome, limit: usize) {
        if self.outcomes.len() >= limit {
            self.outcomes.clear();
        }
        self.outcomes.insert(values.clone(), outcome);
    }
}

/// The object that a rule sees. It is kept, and only its values change as long as its keys are the same.
#[derive(Debug, Default)]
pub(crate) struct RuleInput {
    map: Rc<Map>,
    present: Vec<bool>,
    others: Vec<Arc<str>>,
}

impl RuleInput {
    /// The object of `values`; a value that is absent has no key.
    pub(crate) fn of(&mut self, values: &Values, slots: &[InputKey], paths: &[MemberPath]) -> Val {
        let present = values.slots.iter().map(|&value| value != ABSENT);
        let others = values.others.iter().map(|(name, _)| name);
        if !present.clone().eq(self.present.iter().copied()) || !others.clone().eq(&self.others) {
            self.present = present.collect();
            self.others = others.cloned().collect();
            let keys = values.pairs(slots).map(|(slot, _)| slot.name()).chain(self.others.iter().map(|name| &**name));
            self.map = Rc::new(keys.map(|key| (Val::from(key.to_owned()), Val::Null)).collect());
        }
        // Nothing else holds the object between two hosts, so this copies nothing.
        let map = Rc::make_mut(&mut self.map);
        let known = values.pairs(slots).map(|(slot, value)| value_of(slot, value));
        let all = known.chain(values.others.iter().map(|&(_, count)| number(count)));
        for (place, value) in map.values_mut().zip(all) {
            *place = value;
        }
        if !values.members.iter().any(MemberValue::is_told) {
            return Val::Obj(Rc::clone(&self.map));
        }
        let mut map = (*self.map).clone();
        for (value, path) in values.members.iter().zip(paths) {
            value.put(path, &mut map);
        }
        Val::Obj(Rc::new(map))
    }
}

/// `value` as jq sees it.
pub(crate) fn value_of(slot: &InputKey, value: u64) -> Val {
    match slot {
        _ if slot.is_time() => Val::from(time::rfc3339(value.cast_signed())),
        _ if slot.is_flag() => Val::Bool(value > 0),
        _ => number(value),
    }
}

fn number(count: u64) -> Val {
    usize::try_from(count).map_or(Val::from(f64::INFINITY), Val::from)
}
