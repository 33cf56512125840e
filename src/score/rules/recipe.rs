//! Rules for another thread. What jaq makes of them stays with the thread that compiled it, so each compiles its own.

use std::sync::Arc;

use crate::base::error::Result;
use crate::score::rules::known::KnownHosts;
use crate::score::rules::raw_rule::{RawRule, RuleOrigin};
use crate::score::rules::window::WindowOptions;
use crate::score::rules::{REMEMBERED, Rule, Rules};

/// What the same rules are made of once more.
#[derive(Debug, Clone)]
pub(crate) struct RulesRecipe {
    rules: Vec<RuleRecipe>,
    known: Option<Arc<KnownHosts>>,
    /// How many verdicts are remembered, over all rules.
    remembered: usize,
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
    /// What each of so many other threads makes the same rules of; `None` where there are rules over groups, which want every host.
    pub(crate) fn recipe(&self, threads: usize) -> Option<RulesRecipe> {
        let recipe = |Rule { name, when, about, attack, window_seconds, .. }: &Rule| RuleRecipe {
            name: name.clone(),
            when: when.clone(),
            about: about.clone(),
            attack: attack.clone(),
            window_seconds: *window_seconds,
        };
        let known = self.known.get().cloned();
        let (rules, remembered) = (self.list.iter().map(recipe).collect(), REMEMBERED / threads.max(1));
        self.groups.is_empty().then_some(RulesRecipe { rules, known, remembered })
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
        let rules = Rules::of_rules(self.rules.into_iter().map(rule).collect::<Result<_>>()?, self.remembered);
        if let Some(known) = &self.known {
            rules.know(known);
        }
        Ok(rules)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::score::rules::RuleSources;

    #[test]
    fn what_is_made_of_a_recipe_is_the_same_rule() {
        let mut file = tempfile::Builder::new().suffix(".toml").tempfile().expect("a file");
        let own = "[[rule]]\nname = \"own\"\nwhen = \".http_404 > 3\"\nwindow = \"7s\"\nabout = \"its own\"\nattack = \"T1595\"\n";
        file.write_all(own.as_bytes()).expect("written");
        let sets = ["strict".to_owned(), file.path().to_string_lossy().into_owned()];
        let flags = ["any=[.[]?] | length > 9".to_owned(), "port=.scan.open_ports != null".to_owned()];
        for window_seconds in [None, Some(60)] {
            let timing = WindowOptions { resolution_seconds: 1, window_seconds };
            let rules = Rules::new(RuleSources { sets: &sets, rules: &flags, timing }).expect("rules");
            let again = rules.recipe(3).expect("no groups").make().expect("the same");
            assert!(rules.list.len() > 9 && rules.list.iter().any(|rule| rule.window_seconds == Some(7)));
            let told = |rules: &Rules| {
                let told = |rule: &Rule| {
                    let texts = (rule.name.clone(), rule.when.clone(), rule.about.clone(), rule.attack.clone());
                    (texts, rule.window_seconds, rule.slots.clone(), rule.members.clone(), rule.view)
                };
                rules.list.iter().map(told).collect::<Vec<_>>()
            };
            assert_eq!(told(&again), told(&rules));
            assert!(again.remembered * 3 <= rules.remembered);
        }
    }
}
