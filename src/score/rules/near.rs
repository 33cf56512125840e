//! `--near`: rules that hold for a host as soon as a value changes by little, as far as plain comparisons say it.

use crate::record::Text;
use crate::record::comparison::PlainRule;
use crate::record::host::near::Near;
use crate::score::rules::cache::Values;
use crate::score::rules::facts::Facts;
use crate::score::rules::{Rule, Rules};

impl Rules {
    /// The comparisons that keep rules from holding for the host of `facts`, of those rules for which each of these is at most
    /// `distance` away from the nearest value for which it holds.
    pub(crate) fn near(&self, facts: &impl Facts, distance: u64) -> Vec<Near<'_>> {
        let (snapshot, states) = &mut *self.states.borrow_mut();
        self.take(snapshot, facts);
        let mut near = Vec::new();
        for (rule, state) in self.list.iter().zip(states) {
            if rule.holds(snapshot, state, self.remembered) == Ok(false) {
                near.extend(rule.near(&state.values, distance).into_iter().flatten());
            }
        }
        near
    }
}

impl Rule {
    /// The comparisons that do not hold; `None`: one of them is too far away, or unknown.
    fn near(&self, values: &Values, distance: u64) -> Option<Vec<Near<'_>>> {
        let plain = PlainRule::parse(&self.when)?;
        for path in plain.unless {
            let (_, value) = self.members.iter().zip(values.members()).find(|(member, _)| member.name() == path)?;
            if value.is_true() {
                return None;
            }
        }
        let mut near = Vec::new();
        for comparison in plain.comparisons {
            let slot = values.pairs(&self.slots).find(|(slot, _)| slot.name() == comparison.key);
            let (_, value) = slot.filter(|(slot, _)| !slot.is_time() && !slot.is_flag())?;
            if comparison.holds(value) {
                continue;
            }
            // Of what was never seen any number of hosts is as near.
            let flips_at = comparison.flips_at().filter(|flips_at| value > 0 && value.abs_diff(*flips_at) <= distance)?;
            near.push(Near { rule: Text::from(&*self.name), key: Text::from(comparison.key), value, flips_at });
        }
        Some(near)
    }
}
