//! Rules: named jq expressions over what is known of a host; a host is suspicious when at least one holds.
//!
//! Expressions are compiled once by jaq. The value that they see is built directly, never written and read as JSON text,
//! of the keys that they read, and verdicts are remembered by the values that led to them.

pub mod catalogue;
pub mod facts;
pub mod reads;
pub mod shipped;
pub mod timing;

mod dialect;
#[cfg(test)]
mod dialect_tests;
mod draft;
mod ending;
mod expression;
mod file;
mod memo;
mod source;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::sync::Arc;

use draft::{Draft, Part, is_name, is_technique};
use expression::Expression;
use facts::{Facts, Snapshot};
use memo::{Memo, Object, Outcome, Values};
use reads::Slot;
use shipped::SETS;
use source::Source;
use timing::Timing;

use super::name::LEFT_OUT;
use crate::error::Result;
use crate::record::Text;
use crate::record::explain::{Explained, Saw};
use crate::record::signal::SIGNALS;

/// How many verdicts are remembered, over all rules, so that memory stays bounded.
const REMEMBERED: usize = 1 << 17;

/// What the rules say of one host; rules by their index in the rule list.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The rules that hold.
    pub held: Vec<usize>,
    /// The rules that jq could not evaluate, such as an addition of a number and a string, and jq's sentence.
    pub failed: Vec<(usize, Arc<str>)>,
}

/// Where the rules of a run come from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Choice<'a> {
    /// Names of shipped sets, and files.
    pub sets: &'a [String],
    /// `NAME=EXPR` texts.
    pub rules: &'a [String],
    /// Windows, and their resolution.
    pub timing: Timing,
}

/// What rules need to be collected of each host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// The lengths of windows in which signals are counted, in seconds, ascending.
    pub windows: Vec<u32>,
    /// Whether distinct user names are.
    pub users: bool,
    /// Whether distinct targets that were not found are.
    pub paths: bool,
}

/// One compiled rule.
struct Rule {
    name: String,
    when: String,
    window_seconds: Option<u32>,
    about: Option<String>,
    attack: Option<String>,
    expression: Expression,
    /// The values that it reads; all that there are where it may read any.
    slots: Vec<Slot>,
    /// The place of its window's counts in the snapshot.
    view: usize,
}

/// What judging needs from host to host: no allocations where nothing new is met.
#[derive(Debug, Default)]
struct Desk {
    values: Values,
    memo: Memo,
    object: Object,
}

/// The rules of a run, in the order in which they were given.
pub struct Rules {
    list: Vec<Rule>,
    desks: RefCell<(Snapshot, Vec<Desk>)>,
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.list.iter().map(|r| (&r.name, &r.when, r.window_seconds))).finish()
    }
}

impl Rules {
    /// Compiles the rules that were chosen; none: the default set.
    ///
    /// # Errors
    /// [`crate::error::Error::Usage`] for a file that cannot be read, a rule that is not well made, or a name given twice, with the place.
    pub fn new(choice: Choice<'_>) -> Result<Self> {
        let default = [SETS[0].name.to_owned()];
        let sets = if choice.sets.is_empty() && choice.rules.is_empty() { &default } else { choice.sets };
        let mut drafts = Vec::new();
        for operand in sets {
            drafts.extend(Source::open(operand)?.read()?);
        }
        for text in choice.rules {
            drafts.push(Draft::from_flag(text)?);
        }
        let mut rules: Vec<Rule> = Vec::with_capacity(drafts.len());
        for draft in drafts {
            if rules.iter().any(|other| other.name == draft.name) {
                return Err(draft.wrong(Part::Name, &format!("the name {} was given twice", draft.name)));
            }
            rules.push(Rule::check(draft, choice.timing)?);
        }
        let mut windows: Vec<_> = rules.iter().map(|rule| rule.window_seconds).collect();
        windows.sort_unstable();
        windows.dedup();
        for rule in &mut rules {
            rule.view = windows.iter().position(|window| *window == rule.window_seconds).unwrap_or(0);
        }
        let desks = rules.iter().map(|_| Desk::default()).collect();
        Ok(Self { list: rules, desks: RefCell::new((Snapshot::new(windows.into_iter()), desks)) })
    }

    /// What has to be collected of each host, so that these rules can be judged.
    #[must_use]
    pub fn needs(&self) -> Needs {
        let mut windows: Vec<_> = self.list.iter().filter_map(|rule| rule.window_seconds).collect();
        windows.sort_unstable();
        windows.dedup();
        let reads = |slot| self.list.iter().any(|rule| rule.slots.contains(&slot));
        Needs { windows, users: reads(Slot::Users), paths: reads(Slot::Paths) }
    }

    /// Whether a rule reads how many failures came before a login.
    #[must_use]
    pub fn read_login_order(&self) -> bool {
        self.list.iter().any(|rule| rule.slots.contains(&Slot::FailedBeforeLogin))
    }

    /// The name of the rule at `place`.
    #[must_use]
    pub fn name(&self, place: usize) -> &str {
        &self.list[place].name
    }

    /// The place of the rule `name`.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<usize> {
        self.list.iter().position(|rule| rule.name == name)
    }

    /// Whether no rule reads totals: what left every window is nothing to any of them.
    #[must_use]
    pub fn all_have_windows(&self) -> bool {
        self.list.iter().all(|rule| rule.window_seconds.is_some())
    }

    /// Name, expression and ATT&CK technique of every rule.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, Option<&str>)> {
        self.list.iter().map(|rule| (&*rule.name, &*rule.when, rule.attack.as_deref()))
    }

    /// The rules that hold for the host of `facts`, and those that cannot be evaluated for it.
    pub fn judge(&self, facts: &impl Facts) -> Verdict {
        let (snapshot, desks) = &mut *self.desks.borrow_mut();
        snapshot.take(facts);
        let mut verdict = Verdict::default();
        for (index, (rule, desk)) in self.list.iter().zip(desks).enumerate() {
            match rule.holds(snapshot, desk, REMEMBERED / self.list.len()) {
                Ok(true) => verdict.held.push(index),
                Ok(false) => {}
                Err(error) => verdict.failed.push((index, error)),
            }
        }
        verdict
    }

    /// Every rule with what it saw of the host of `facts`.
    pub fn explain(&self, facts: &impl Facts) -> Vec<Explained<'_>> {
        let (snapshot, desks) = &mut *self.desks.borrow_mut();
        snapshot.take(facts);
        let explained = self.list.iter().zip(desks).map(|(rule, desk)| {
            let outcome = rule.holds(snapshot, desk, REMEMBERED / self.list.len());
            rule.explain(&desk.values, &outcome, facts)
        });
        explained.collect()
    }

    /// Sentences about rules that hardly say what was meant: about a `=`, about keys that a rule names and that nothing is known by, `seen` signals included: jq reads them as
    /// null, and `null > 50` is silently false. And about signals that are only looked for on demand, and were not seen.
    #[must_use]
    pub fn warnings(&self, seen: impl Fn(&str) -> bool, is_left_out: impl Fn(&str) -> bool) -> Vec<String> {
        let mut sentences = Vec::new();
        for rule in &self.list {
            if rule.expression.assigns {
                sentences.push(format!("rule {}: = sets a value and gives the whole host, which always holds; == compares", rule.name));
            }
            for key in &rule.expression.reads.keys {
                let sentence = match Slot::of(key) {
                    Slot::Other(_) if is_left_out(key) => format!("{key}: {LEFT_OUT}, so it counts as null"),
                    Slot::Other(_) if !seen(key) => format!("no signal {key} is in the table or was seen, so it counts as null"),
                    Slot::Signal(index) if !SIGNALS[usize::from(index)].on_by_default && !seen(key) => {
                        format!("no {key} was seen; soar-parse looks for it with --signals all")
                    }
                    _ => continue,
                };
                sentences.push(format!("rule {}: {sentence}", rule.name));
            }
        }
        sentences
    }
}

impl Rule {
    fn check(draft: Draft, timing: Timing) -> Result<Self> {
        if !is_name(&draft.name) {
            return Err(draft.wrong(Part::Name, "wanted a name of letters, digits, _ and -"));
        }
        if draft.attack.as_ref().is_some_and(|id| !is_technique(id)) {
            return Err(draft.wrong(Part::Attack, "wanted the id of an ATT&CK technique, such as T1110 or T1110.001"));
        }
        let own = draft.window.as_ref().map(|text| timing.read_window(text)).transpose();
        let own = own.map_err(|what| draft.wrong(Part::Window, &what))?;
        let expression = Expression::compile(&draft.when).map_err(|flaw| draft.wrong_expression(&flaw))?;
        let slots = if expression.reads.any { Slot::all() } else { expression.reads.keys.iter().map(|key| Slot::of(key)).collect() };
        let Draft { name, when, about, attack, .. } = draft;
        Ok(Self { name, when, window_seconds: own.or(timing.window_seconds), about, attack, expression, slots, view: 0 })
    }

    fn holds(&self, snapshot: &Snapshot, desk: &mut Desk, limit: usize) -> Outcome {
        desk.values.take(snapshot, snapshot.view(self.view), &self.slots, self.expression.reads.any);
        if let Some(outcome) = desk.memo.get(&desk.values) {
            return outcome;
        }
        let outcome = self.expression.holds(desk.object.of(&desk.values, &self.slots)).map_err(Arc::from);
        desk.memo.keep(&desk.values, outcome.clone(), limit);
        outcome
    }

    fn explain(&self, values: &Values, outcome: &Outcome, facts: &impl Facts) -> Explained<'_> {
        let slots = values.pairs(&self.slots).map(|(slot, value)| {
            let saw = if slot.is_time() { Saw::Time(value.cast_signed()) } else { Saw::Count(value) };
            (Text::from(slot.name()), saw)
        });
        let others = values.others().iter().map(|(name, count)| (Text::from(&**name).to_owned(), Saw::Count(*count)));
        let saw: Vec<_> = slots.chain(others).collect();
        let windows_used = self.window_seconds.map_or_else(Vec::new, |window| {
            let used = saw.iter().map(|(name, _)| (name.clone(), facts.window_of(&name.0, window)));
            used.filter(|&(_, used)| used != u64::from(window)).collect()
        });
        Explained {
            rule: Text::from(&*self.name),
            held: *outcome == Ok(true),
            error: outcome.as_ref().err().map(|error| Text::from(&**error).to_owned()),
            when: Text::from(&*self.when),
            window_seconds: self.window_seconds,
            windows_used,
            saw,
        }
    }
}
