//! What is said of rules that hardly mean what they say.

use crate::aggregate::interner::LEFT_OUT;
use crate::record::signal::SIGNALS;
use crate::score::rules::Rules;
use crate::score::rules::dependencies::InputKey;

impl Rules {
    /// Sentences about rules that hardly say what was meant: about a `=`, about keys that a rule names and that nothing is known by, `seen` signals included: jq reads them as
    /// null, and `null > 50` is silently false. And about signals that are only looked for on demand, and were not seen.
    pub fn warnings(&self, seen: impl Fn(&str) -> bool, is_left_out: impl Fn(&str) -> bool) -> Vec<String> {
        self.warn(&seen, &is_left_out)
    }

    fn warn(&self, seen: &dyn Fn(&str) -> bool, is_left_out: &dyn Fn(&str) -> bool) -> Vec<String> {
        let mut sentences = Vec::new();
        let states = &self.states.borrow().1;
        for (rule, state) in self.list.iter().zip(states) {
            // A rule that may read anything names only some of it.
            let unmet = state.met.iter().zip(&rule.members).filter(|(met, path)| !**met && rule.expression.reads.members.contains(path));
            let unmet = unmet.map(|(_, path)| format!("rule {}: no host had {}, so it is null", rule.name, path.name()));
            // A shipped rule reads what only some runs have, and means null where it is not.
            sentences.extend(unmet.filter(|_| !rule.is_shipped));
            if rule.expression.assigns {
                sentences.push(format!("rule {}: = sets a value and gives the whole host, which always holds; == compares", rule.name));
            }
            for key in &rule.expression.reads.keys {
                let sentence = match InputKey::of(key) {
                    slot if slot.needs_known_hosts() && self.known.get().is_none() && !rule.is_shipped => {
                        format!("{key} is known only with --against, so it is null")
                    }
                    InputKey::Other(_) if is_left_out(key) => format!("{key}: {LEFT_OUT}, so it is null"),
                    InputKey::Other(_) if !seen(key) => format!("signal {key} is neither in the table nor in the input, so it is null"),
                    InputKey::Signal(_) if key == "http_impostor" && !seen(key) => {
                        "no http_impostor was seen; only soar-enrich --crawlers looks for it".to_owned()
                    }
                    InputKey::Signal(index) if !SIGNALS[usize::from(index)].on_by_default && !seen(key) => {
                        format!("no {key} was seen; soar-parse looks for it only where --signals asks for it (all, or {key})")
                    }
                    _ => continue,
                };
                sentences.push(format!("rule {}: {sentence}", rule.name));
            }
        }
        for rule in &self.groups {
            let unknown = rule.unknown_keys(seen).into_iter();
            sentences.extend(unknown.map(|key| format!("rule {}: nothing of a group is called {key}, so it is null", rule.name)));
        }
        sentences.extend(self.members.iter().flat_map(|members| members.warn(seen, is_left_out)));
        sentences
    }
}
