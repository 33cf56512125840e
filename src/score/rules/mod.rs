//! Rules: named jq expressions over what is known of a host; a host is suspicious when at least one holds.
//!
//! Expressions are compiled once by jaq. The value that they see is built directly, never written and read as JSON text,
//! of the keys that they read, and verdicts are remembered by the values that led to them.

pub mod builtin;
mod cache;
pub mod dependencies;
pub(crate) mod group;
pub(crate) mod known;
pub mod list_output;
mod member;
mod near;
mod raw_rule;
mod recipe;
mod termination;
mod warnings;
pub mod window;

pub(crate) mod facts;

mod dialect;
#[cfg(test)]
mod dialect_tests;
mod evaluator;
#[cfg(test)]
mod evaluator_tests;
mod expression;
mod file;
mod source;
#[cfg(test)]
mod tests;

use std::cell::{OnceCell, RefCell};
use std::sync::Arc;

use crate::score::rules::builtin::SETS;
use crate::score::rules::cache::{OutcomeCache, RuleInput, RuleOutcome, Values};
use crate::score::rules::dependencies::InputKey;
use crate::score::rules::evaluator::PlainInput;
use crate::score::rules::expression::Expression;
pub(crate) use crate::score::rules::expression::STACK_BYTES;
use crate::score::rules::facts::{Facts, HostSnapshot};
use crate::score::rules::group::{GroupRule, RawGroup};
use crate::score::rules::known::KnownHosts;
use crate::score::rules::member::MemberPath;
use crate::score::rules::raw_rule::{RawRule, RulePart, is_name, is_technique};
pub(crate) use crate::score::rules::recipe::RulesRecipe;
use crate::score::rules::source::RuleText;
use crate::score::rules::window::WindowOptions;

use crate::base::error::Result;
use crate::record::Text;
use crate::record::host::explain::{Explained, Observed};

/// How many verdicts are remembered, over all rules, so that memory stays bounded; other threads together remember as many once more.
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
pub struct RuleSources<'a> {
    /// Names of shipped sets, and files.
    pub sets: &'a [String],
    /// `NAME=EXPR` texts.
    pub rules: &'a [String],
    /// Windows, and their resolution.
    pub timing: WindowOptions,
}

/// What rules need to be collected of each host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleNeeds {
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
    slots: Vec<InputKey>,
    /// What it reads of what other stages know.
    members: Vec<MemberPath>,
    /// The index of its window's counts in the snapshot.
    view: usize,
    /// Whether it comes with the program.
    is_shipped: bool,
}

/// What judging needs from host to host: no allocations where nothing new is met.
#[derive(Debug, Default)]
struct RuleState {
    values: Values,
    memo: OutcomeCache,
    object: RuleInput,
    /// Which of its members had a value for any host.
    met: Vec<bool>,
}

/// The rules of a run, in the order in which they were given.
pub struct Rules {
    list: Vec<Rule>,
    states: RefCell<(HostSnapshot, Vec<RuleState>)>,
    /// How many verdicts of each are remembered.
    remembered: usize,
    groups: Vec<GroupRule>,
    /// What the rules over groups ask of members, as rules over hosts.
    members: Option<Box<Rules>>,
    /// The hosts of earlier runs, where the run was given any.
    known: OnceCell<Arc<KnownHosts>>,
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
    /// [`crate::base::error::Error::Usage`] for a file that cannot be read, a rule that is not well made, or a name given twice, with the place.
    pub fn new(choice: RuleSources<'_>) -> Result<Self> {
        let default = [SETS[0].name.to_owned()];
        let sets = if choice.sets.is_empty() && choice.rules.is_empty() { &default } else { choice.sets };
        let (mut drafts, mut groups) = (Vec::new(), Vec::new());
        for operand in sets {
            let (rules, of_groups) = RuleText::open(operand)?.read()?;
            drafts.extend(rules);
            groups.extend(of_groups);
        }
        for text in choice.rules {
            drafts.push(RawRule::from_flag(text)?);
        }
        let mut rules = Self::of_hosts(drafts, choice.timing)?;
        rules.add_groups(groups, choice.timing)?;
        Ok(rules)
    }

    fn of_hosts(drafts: Vec<RawRule>, timing: WindowOptions) -> Result<Self> {
        let mut rules: Vec<Rule> = Vec::with_capacity(drafts.len());
        for draft in drafts {
            if rules.iter().any(|other| other.name == draft.name) {
                return Err(draft.wrong(RulePart::Name, &format!("the name {} was given twice", draft.name)));
            }
            rules.push(Rule::check(draft, timing)?);
        }
        Ok(Self::of_rules(rules, REMEMBERED))
    }

    /// Rules that were checked, of which so many verdicts are remembered.
    fn of_rules(mut rules: Vec<Rule>, remembered: usize) -> Self {
        let mut windows: Vec<_> = rules.iter().map(|rule| rule.window_seconds).collect();
        windows.sort_unstable();
        windows.dedup();
        for rule in &mut rules {
            rule.view = windows.iter().position(|window| *window == rule.window_seconds).unwrap_or(0);
        }
        let states = rules.iter().map(|_| RuleState::default()).collect();
        let members = rules.iter().flat_map(|rule| &rule.members);
        let states = RefCell::new((HostSnapshot::new(windows.into_iter(), members), states));
        let remembered = remembered / rules.len().max(1);
        Self { list: rules, states, remembered, groups: Vec::new(), members: None, known: OnceCell::new() }
    }

    fn add_groups(&mut self, drafts: Vec<RawGroup>, timing: WindowOptions) -> Result<()> {
        let mut members = Vec::new();
        for mut draft in drafts {
            let name = &draft.rule.name;
            if self.index_of(name).is_some() || self.groups.iter().any(|other| other.name == *name) {
                return Err(draft.rule.wrong(RulePart::Name, &format!("the name {name} was given twice")));
            }
            let member = draft.member.take().map(|member| {
                members.push(member);
                members.len() - 1
            });
            self.groups.push(GroupRule::check(draft, member)?);
        }
        if !members.is_empty() {
            // What a host did itself is all of it: a window would make two of one host.
            self.members = Some(Box::new(Self::of_hosts(members, WindowOptions { window_seconds: None, ..timing })?));
        }
        Ok(())
    }

    /// The rules over groups.
    pub fn groups(&self) -> &[GroupRule] {
        &self.groups
    }

    /// What rules over groups ask of members, judged for one; indexes as [`Self::name`] has them.
    pub(crate) fn judge_members(&self, facts: &impl Facts) -> Verdict {
        let mut verdict = self.members.as_ref().map_or_else(Verdict::default, |members| members.judge(facts));
        verdict.held.iter_mut().for_each(|index| *index += self.list.len());
        verdict.failed.iter_mut().for_each(|(index, _)| *index += self.list.len());
        verdict
    }

    /// The index by which a verdict calls what a rule over groups asks of members.
    pub(crate) const fn member_index(&self, member: usize) -> usize {
        self.list.len() + member
    }

    /// What a rule over groups saw of a member.
    pub(crate) fn explain_member<'r>(&'r self, member: usize, rule: &'r GroupRule, held: bool, facts: &impl Facts) -> Explained<'r> {
        let explained = self.members.as_ref().and_then(|members| members.explain(facts).into_iter().nth(member)).unwrap_or_default();
        Explained { rule: Text::from(&*rule.name), held, about: rule.about.as_deref().map(Text::from), ..explained }
    }

    /// What has to be collected of each host, so that these rules can be judged.
    pub fn needs(&self) -> RuleNeeds {
        let mut windows: Vec<_> = self.list.iter().filter_map(|rule| rule.window_seconds).collect();
        windows.sort_unstable();
        windows.dedup();
        let of_members = self.members.iter().flat_map(|members| &members.list);
        let reads = |slot| self.list.iter().chain(of_members.clone()).any(|rule| rule.slots.contains(&slot));
        RuleNeeds { windows, users: reads(InputKey::Users), paths: reads(InputKey::Paths) }
    }

    /// Whether a rule reads how many failures came before a login.
    pub(crate) fn read_login_order(&self) -> bool {
        let of_members = self.members.iter().flat_map(|members| &members.list);
        self.list.iter().chain(of_members).any(|rule| rule.slots.contains(&InputKey::FailedBeforeLogin))
    }

    /// The name of the rule at `index`.
    pub fn name(&self, index: usize) -> &str {
        match (index.checked_sub(self.list.len()), &self.members) {
            (Some(member), Some(members)) => members.name(member),
            _ => &self.list[index].name,
        }
    }

    /// The ATT&CK technique that the rule at `index` detects, if it names one.
    pub fn attack(&self, index: usize) -> Option<&str> {
        self.list[index].attack.as_deref()
    }

    /// The index of the rule `name`.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.list.iter().position(|rule| rule.name == name)
    }

    /// Whether no rule reads totals: what left every window is nothing to any of them.
    pub(crate) fn all_have_windows(&self) -> bool {
        self.list.iter().all(|rule| rule.window_seconds.is_some())
    }

    /// Name, expression and ATT&CK technique of every rule.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, Option<&str>)> {
        self.list.iter().map(|rule| (&*rule.name, &*rule.when, rule.attack.as_deref()))
    }

    /// The rules that hold for the host of `facts`, and those that cannot be evaluated for it.
    pub(crate) fn judge(&self, facts: &impl Facts) -> Verdict {
        let (snapshot, states) = &mut *self.states.borrow_mut();
        self.take(snapshot, facts);
        let mut verdict = Verdict::default();
        for (index, (rule, state)) in self.list.iter().zip(states).enumerate() {
            let plain = rule.holds_of_counts(snapshot).map(Ok);
            match plain.unwrap_or_else(|| rule.holds(snapshot, state, self.remembered)) {
                Ok(true) => verdict.held.push(index),
                Ok(false) => {}
                Err(error) => verdict.failed.push((index, error)),
            }
        }
        verdict
    }

    /// Every rule with what it saw of the host of `facts`.
    pub(crate) fn explain(&self, facts: &impl Facts) -> Vec<Explained<'_>> {
        let (snapshot, states) = &mut *self.states.borrow_mut();
        self.take(snapshot, facts);
        let explained = self.list.iter().zip(states).map(|(rule, state)| {
            let outcome = rule.holds(snapshot, state, self.remembered);
            rule.explain(&state.values, &outcome, facts)
        });
        explained.collect()
    }
}

impl Rule {
    fn check(draft: RawRule, timing: WindowOptions) -> Result<Self> {
        if !is_name(&draft.name) {
            return Err(draft.wrong(RulePart::Name, "wanted a name of letters, digits, _ and -"));
        }
        if draft.attack.as_ref().is_some_and(|id| !is_technique(id)) {
            return Err(draft.wrong(RulePart::Attack, "wanted the id of an ATT&CK technique, such as T1110 or T1110.001"));
        }
        let own = draft.window.as_ref().map(|text| timing.read_window(text)).transpose();
        let own = own.map_err(|what| draft.wrong(RulePart::Window, &what))?;
        let expression = Expression::compile(&draft.when).map_err(|issue| draft.wrong_expression(&issue))?;
        let slots =
            if expression.reads.any { InputKey::all() } else { expression.reads.keys.iter().map(|key| InputKey::of(key)).collect() };
        let members = if expression.reads.any { MemberPath::all() } else { expression.reads.members.clone() };
        let is_shipped = draft.is_shipped();
        let RawRule { name, when, about, attack, .. } = draft;
        let window_seconds = own.or(timing.window_seconds);
        Ok(Self { name, when, window_seconds, about, attack, expression, slots, members, view: 0, is_shipped })
    }

    /// Whether it holds, where it compares counts alone, as most rules do.
    fn holds_of_counts(&self, snapshot: &HostSnapshot) -> Option<bool> {
        let plain = self.expression.evaluator.as_ref().filter(|_| self.members.is_empty())?;
        let view = snapshot.view(self.view);
        plain.holds_of_integers(&|index| snapshot.integer(view, &self.slots[index]))
    }

    fn holds(&self, snapshot: &HostSnapshot, state: &mut RuleState, limit: usize) -> RuleOutcome {
        state.values.take(snapshot, snapshot.view(self.view), &self.slots, self.expression.reads.any);
        state.values.take_members(snapshot, &self.members);
        state.met.resize(self.members.len(), false);
        for (met, value) in state.met.iter_mut().zip(state.values.members()) {
            *met |= value.is_told();
        }
        let (keys, members, values) = (&*self.slots, &*self.members, &state.values);
        let plain = self.expression.evaluator.as_ref().map(|plain| plain.holds(PlainInput { keys, members, values }));
        if let Some(Ok(holds)) = plain {
            return Ok(holds);
        }
        if let Some(outcome) = state.memo.get(&state.values) {
            return outcome;
        }
        let outcome = self.expression.holds(state.object.of(&state.values, &self.slots, &self.members)).map_err(Arc::from);
        state.memo.keep(&state.values, outcome.clone(), limit);
        outcome
    }

    fn explain(&self, values: &Values, outcome: &RuleOutcome, facts: &impl Facts) -> Explained<'_> {
        let slots = values.pairs(&self.slots).map(|(slot, value)| {
            let saw = match slot {
                _ if slot.is_time() => Observed::Time(value.cast_signed()),
                _ if slot.is_flag() => Observed::Flag(value > 0),
                _ => Observed::Count(value),
            };
            (Text::from(slot.name()), saw)
        });
        let others = values.others().iter().map(|(name, count)| (Text::from(&**name).to_owned(), Observed::Count(*count)));
        let members = self.members.iter().zip(values.members()).filter(|(_, value)| value.is_told());
        let members = members.map(|(path, value)| (Text::from(path.name()), value.observed()));
        let counted = slots.chain(others);
        let mut saw: Vec<_> = counted.collect();
        let used_window_seconds = self.window_seconds.map_or_else(Vec::new, |window| {
            let used = saw.iter().map(|(name, _)| (name.clone(), facts.window_of(&name.0, window)));
            used.filter(|&(_, used)| used != u64::from(window)).collect()
        });
        saw.extend(members);
        Explained {
            rule: Text::from(&*self.name),
            held: *outcome == Ok(true),
            error: outcome.as_ref().err().map(|error| Text::from(&**error).to_owned()),
            when: Text::from(&*self.when),
            about: self.about.as_deref().map(Text::from),
            attack: self.attack.as_deref().map(Text::from),
            window_seconds: self.window_seconds.map(u64::from),
            used_window_seconds,
            saw,
        }
    }
}
