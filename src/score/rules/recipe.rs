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
    /// What another thread makes the same rules of; `None` where a verdict is more than what it says of its host: groups are judged in the
    /// end, and of what other stages know it is noted whether any host had it.
    pub(crate) fn recipe(&self) -> Option<RulesRecipe> {
        let is_of_hosts_alone = self.groups.is_empty() && self.members.is_none() && self.list.iter().all(|rule| rule.members.is_empty());
        let recipe = |Rule { name, when, about, attack, window_seconds, .. }: &Rule| RuleRecipe {
            name: name.clone(),
            when: when.clone(),
            about: about.clone(),
            attack: attack.clone(),
            window_seconds: *window_seconds,
        };
        let known = self.known.get().cloned();
        is_of_hosts_alone.then(|| RulesRecipe { rules: self.list.iter().map(recipe).collect(), known })
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
