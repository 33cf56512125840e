//! Outcomes remembered by the values that a rule reads, and the jq object that is made of them.
//!
//! A rule reads few values, and most hosts share them with another; for them the expression is not run again.

use std::collections::HashMap;
use std::sync::Arc;

use jaq_json::{Map, Rc, Val};

use super::facts::{ABSENT, Snapshot, View};
use super::reads::Slot;
use crate::time;

/// The values of the slots of a rule, and the foreign signals where it may read any key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Values {
    /// [`ABSENT`] is no value.
    slots: Vec<u64>,
    others: Vec<(Arc<str>, u64)>,
}

impl Values {
    /// Takes over what `snapshot` has for `slots`; foreign signals too, if `any` key may be read.
    pub(super) fn take(&mut self, snapshot: &Snapshot, view: &View, slots: &[Slot], any: bool) {
        self.slots.clear();
        self.slots.extend(slots.iter().map(|slot| snapshot.value(view, slot)));
        self.others.clear();
        if any {
            // A foreign signal that is called as a fact is: the fact is meant.
            let others = view.others.iter().filter(|(name, _)| !slots.iter().any(|slot| slot.name() == &**name));
            self.others.extend(others.cloned());
        }
    }

    /// The slots that have a value, then the others.
    pub(super) fn pairs<'s>(&self, slots: &'s [Slot]) -> impl Iterator<Item = (&'s Slot, u64)> {
        slots.iter().zip(self.slots.iter().copied()).filter(|&(_, value)| value != ABSENT)
    }

    /// The foreign signals.
    pub(super) fn others(&self) -> &[(Arc<str>, u64)] {
        &self.others
    }
}

/// Whether a rule holds; jq's sentence where it cannot be evaluated.
pub(super) type Outcome = Result<bool, Arc<str>>;

/// The outcomes of one rule. What is remembered is bounded; when it is full, all is forgotten.
#[derive(Debug, Default)]
pub(super) struct Memo {
    outcomes: HashMap<Values, Outcome, ahash::RandomState>,
}

impl Memo {
    /// How many outcomes are remembered.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.outcomes.len()
    }

    pub(super) fn get(&self, values: &Values) -> Option<Outcome> {
        self.outcomes.get(values).cloned()
    }

    pub(super) fn keep(&mut self, values: &Values, outcome: Outcome, limit: usize) {
        if self.outcomes.len() >= limit {
            self.outcomes.clear();
        }
        self.outcomes.insert(values.clone(), outcome);
    }
}

/// The object that a rule sees. It is kept, and only its values change as long as its keys are the same.
#[derive(Debug, Default)]
pub(super) struct Object {
    map: Rc<Map>,
    present: Vec<bool>,
    others: Vec<Arc<str>>,
}

impl Object {
    /// The object of `values`; a value that is absent has no key.
    pub(super) fn of(&mut self, values: &Values, slots: &[Slot]) -> Val {
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
        Val::Obj(Rc::clone(&self.map))
    }
}

fn value_of(slot: &Slot, value: u64) -> Val {
    if slot.is_time() { Val::from(time::rfc3339(value.cast_signed())) } else { number(value) }
}

fn number(count: u64) -> Val {
    usize::try_from(count).map_or(Val::from(f64::INFINITY), Val::from)
}
