//! Rules for another thread. What jaq makes of them stays with the thread that compiled it, so each compiles its own.

use std::sync::Arc;

use crate::base::error::Result;
use crate::score::rules::known::KnownHosts;
use crate::score::rules::raw_rule::{RawRule, RuleOrigin};
use crate::score::rules::window::WindowOptions;
use crate::score::rules::{Rule, Rules};

/// What the same rules are made of once more.
#[derive(Debug, Clone)]
pub(crate) struct RulesRecipe {
    rules: Vec<RuleRecipe>,
    known: Option<Arc<KnownHosts>>,
}

#[derive(Debug, Clone)]
struct RuleRecipe {
    name: String,
    when: String,
    about: Option<String>,
    attack: Option<String>,
    window_seconds: Option<u32>,
}

impl Rules {
    /// What another thread makes the same rules of; `None` where there are rules over groups, which want every host.
    pub(crate) fn recipe(&self) -> Option<RulesRecipe> {
        let recipe = |Rule { name, when, about, attack, window_seconds, .. }: &Rule| RuleRecipe {
            name: name.clone(),
            when: when.clone(),
            about: about.clone(),
            attack: attack.clone(),
            window_seconds: *window_seconds,
        };
        let known = self.known.get().cloned();
        self.groups.is_empty().then(|| RulesRecipe { rules: self.list.iter().map(recipe).collect(), known })
    }
}

/// Of each rule, which of the paths that it reads of what other stages know led to a value for any host.
pub(crate) type MetPaths = Vec<Vec<bool>>;

impl Rules {
    /// What was met of all hosts that were judged.
    pub(crate) fn met(&self) -> MetPaths {
        self.states.borrow().1.iter().map(|state| state.met.clone()).collect()
    }

    /// Takes over what the same rules met of other hosts.
    pub(crate) fn add_met(&self, others: &MetPaths) {
        for (state, other) in self.states.borrow_mut().1.iter_mut().zip(others) {
            state.met.resize(state.met.len().max(other.len()), false);
            state.met.iter_mut().zip(other).for_each(|(met, other)| *met |= other);
        }
    }
}

impl RulesRecipe {
    /// The rules, compiled for this thread.
    ///
    /// # Errors
    /// None that the rules did not have when they were compiled first.
    pub(crate) fn make(self) -> Result<Rules> {
        let rule = |RuleRecipe { name, when, about, attack, window_seconds }| {
            let raw = RawRule { name, when, window: None, about, attack, origin: RuleOrigin::Flag };
            // Its own window was read before.
            Rule::check(raw, WindowOptions { window_seconds, ..WindowOptions::default() })
        };
        let rules = Rules::of_rules(self.rules.into_iter().map(rule).collect::<Result<_>>()?);
        if let Some(known) = &self.known {
            rules.know(known);
        }
        Ok(rules)
    }
}
