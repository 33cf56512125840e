//! Rules: named jq expressions over a host's signals; a host is suspicious when at least one holds.
//!
//! Expressions are compiled once by jaq. The value that they see is built directly, never written and read as JSON text,
//! and verdicts are remembered by the counts that led to them.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use jaq_core::load::lex::{Lexer, StrPart, Tok, Token};
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Filter, ValT as _, Vars, data, unwrap_valr};
use jaq_json::Val;

use crate::error::{Error, Result};
use crate::record::signal::{self, SIGNALS};

use super::tally::Tally;

/// The rules of a run without `--rule`: name and expression. The thresholds are the project's definition of "highly
/// suspicious"; they are strict (51 failures, not 50).
pub const DEFAULT_RULES: &[(&str, &str)] = &[
    ("ssh_bruteforce", ".ssh_failed > 50"),
    ("aggressive_bot", ".http_bot > 10 and .http_404 > 10"),
    ("ssh_breakin", ".ssh_failed > 10 and .ssh_accepted > 0"),
];

/// How many different verdicts are remembered before all are forgotten, so that memory stays bounded.
const REMEMBERED: usize = 1 << 16;

/// Functions of jq that do more than look at their input: a rule has none of them, so the same input gets the same verdict.
const IMPURE: &[&str] = &["debug", "debug_empty", "env", "halt", "halt_error", "input", "inputs", "now", "stderr", "stderr_empty"];

/// Which rules hold, as places in the rule list.
pub type Verdict = Rc<[usize]>;

/// One compiled rule.
struct Rule {
    name: String,
    expression: String,
    filter: Filter<data::JustLut<Val>>,
}

/// The rules of a run, in the order in which they were given.
pub struct Rules {
    rules: Vec<Rule>,
    memo: RefCell<HashMap<[u64; SIGNALS.len()], Verdict>>,
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.rules.iter().map(|r| (&r.name, &r.expression))).finish()
    }
}

impl Rules {
    /// Compiles `NAME=EXPR` texts; none: the default rules.
    ///
    /// # Errors
    /// [`Error::Usage`] for a text without a name, a name given twice, or an expression that is not jq, with a caret
    /// under the place.
    pub fn compile(texts: &[String]) -> Result<Self> {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for text in texts {
            let pair = text.split_once('=').filter(|(name, _)| is_name(name));
            let (name, expression) =
                pair.ok_or_else(|| Error::Usage(format!("--rule {text}: wanted NAME=EXPR, NAME of letters, digits, _ and -")))?;
            if pairs.iter().any(|(other, _)| *other == name) {
                return Err(Error::Usage(format!("--rule {name}: this name was given twice")));
            }
            pairs.push((name, expression));
        }
        if pairs.is_empty() {
            pairs.extend_from_slice(DEFAULT_RULES);
        }
        let rules = pairs.into_iter().map(|(name, expression)| {
            let filter = compile(name, expression)?;
            Ok(Rule { name: name.to_owned(), expression: expression.to_owned(), filter })
        });
        Ok(Self { rules: rules.collect::<Result<_>>()?, memo: RefCell::default() })
    }

    /// The name of the rule at `place`.
    #[must_use]
    pub fn name(&self, place: usize) -> &str {
        &self.rules[place].name
    }

    /// The rules that hold for `tally`.
    ///
    /// # Errors
    /// [`Error::Usage`] for a rule that jq cannot evaluate, such as an addition of a number and a string.
    pub fn judge(&self, tally: &Tally) -> Result<Verdict> {
        if !tally.others().is_empty() {
            return self.evaluate(tally);
        }
        if let Some(verdict) = self.memo.borrow().get(tally.known()) {
            return Ok(Rc::clone(verdict));
        }
        let verdict = self.evaluate(tally)?;
        let mut memo = self.memo.borrow_mut();
        if memo.len() >= REMEMBERED {
            memo.clear();
        }
        memo.insert(*tally.known(), Rc::clone(&verdict));
        Ok(verdict)
    }

    /// Sentences about keys that a rule names and that are neither in the table nor in `seen`: jq reads them as null,
    /// and `null > 50` is silently false.
    #[must_use]
    pub fn unknown_keys(&self, seen: impl Fn(&str) -> bool) -> Vec<String> {
        let mut sentences = Vec::new();
        for rule in &self.rules {
            for key in keys_named(&rule.expression) {
                if signal::index_of(key).is_none() && !seen(key) {
                    sentences.push(format!("rule {}: no signal {key} is in the table or was seen, so it counts as null", rule.name));
                }
            }
        }
        sentences
    }

    fn evaluate(&self, tally: &Tally) -> Result<Verdict> {
        let input = value_of(tally);
        let mut held = Vec::new();
        for (place, rule) in self.rules.iter().enumerate() {
            let context = Ctx::<data::JustLut<Val>>::new(&rule.filter.lut, Vars::new([]));
            for output in rule.filter.id.run((context, input.clone())).map(unwrap_valr) {
                let value = output.map_err(|error| Error::Usage(format!("rule {}: {error}", rule.name)))?;
                if value.as_bool() {
                    held.push(place);
                    break;
                }
            }
        }
        Ok(held.into())
    }
}

/// The object that rules see: every signal of the table, and the others that were counted.
fn value_of(tally: &Tally) -> Val {
    let number = |count: u64| usize::try_from(count).map_or(Val::from(f64::INFINITY), Val::from);
    let known = SIGNALS.iter().zip(tally.known()).map(|(signal, &count)| (Val::from(signal.name.to_owned()), number(count)));
    Val::obj(known.collect())
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn compile(name: &str, code: &str) -> Result<Filter<data::JustLut<Val>>> {
    let fail = |place: &str, what: String| Err(point_at(name, code, place, &what));
    let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs()).filter(|d| !IMPURE.contains(&d.name));
    let arena = Arena::default();
    let modules = match Loader::new(definitions).load(&arena, File { code, path: () }) {
        Ok(modules) => modules,
        Err(errors) => match errors.into_iter().next().map(|(_, error)| error) {
            Some(load::Error::Lex(list)) => {
                let (expected, found) = list.into_iter().next().map_or(("an expression", ""), |(e, found)| (e.as_str(), found));
                return fail(found, format!("expected {expected}"));
            }
            Some(load::Error::Parse(list)) => {
                let (expected, found) = list.into_iter().next().map_or(("an expression", ""), |(e, found)| (e.as_str(), found));
                let what = if expected == "nothing" { format!("unexpected {found}") } else { format!("expected {expected}") };
                return fail(found, what);
            }
            Some(load::Error::Io(list)) => {
                let found = list.first().map_or("", |(found, _)| *found);
                return fail(found, "rules cannot import modules".to_owned());
            }
            None => return fail("", "not a jq expression".to_owned()),
        },
    };
    let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs()).filter(|(name, ..)| !IMPURE.contains(name));
    Compiler::default().with_funs(functions).compile(modules).or_else(|errors| {
        let first = errors.into_iter().flat_map(|(_, list)| list).next();
        let (found, kind) = first.map_or(("", "symbol"), |(found, undefined)| (found, undefined.as_str()));
        fail(found, format!("no {kind} is called {found}"))
    })
}

/// An error at `place`, a slice of `code` (its end where it is none).
fn point_at(name: &str, code: &str, place: &str, what: &str) -> Error {
    let offset = place.as_ptr().addr().checked_sub(code.as_ptr().addr()).filter(|&at| at <= code.len() && !place.is_empty());
    Error::usage_at(&format!("--rule {name}: {what}"), code, offset.unwrap_or(code.len()))
}

/// The keys that an expression reads from its input: `.key`, not the `.inner` of `.key.inner`.
fn keys_named(code: &str) -> Vec<&str> {
    fn walk<'c>(tokens: &[Token<&'c str>], keys: &mut Vec<&'c str>) {
        let mut end_before = 0;
        let mut after_dot = false;
        for Token(text, kind) in tokens {
            let start = text.as_ptr().addr();
            let is_root = start != end_before;
            if let Some(key) = literal(kind).filter(|_| after_dot) {
                keys.push(key);
            }
            after_dot = is_root && *text == ".";
            match (kind, text.strip_prefix('.')) {
                (Tok::Sym, Some(key)) if !key.is_empty() && key != "." && is_root => keys.push(key),
                (Tok::Block(inner), _) => walk(inner, keys),
                _ => {}
            }
            end_before = start + text.len();
        }
    }
    /// The key of `."key"` and `.["key"]`, without its dot.
    fn literal<'c>(kind: &Tok<&'c str>) -> Option<&'c str> {
        match kind {
            Tok::Str(parts) => match parts.as_slice() {
                [StrPart::Str(key)] => Some(key),
                _ => None,
            },
            Tok::Block(tokens) => tokens.first().and_then(|Token(_, kind)| literal(kind)),
            _ => None,
        }
    }
    let mut keys = Vec::new();
    walk(&Lexer::new(code).lex().unwrap_or_default(), &mut keys);
    let mut seen = HashSet::new();
    keys.retain(|key| seen.insert(*key));
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(counts: &[(u8, u64)]) -> Tally {
        let mut tally = Tally::default();
        for &(index, count) in counts {
            tally.count(super::super::name::SignalId::known(usize::from(index)), count);
        }
        tally
    }

    fn held(rules: &[&str], tally: &Tally) -> Vec<String> {
        let texts: Vec<_> = rules.iter().map(|&r| r.to_owned()).collect();
        let rules = Rules::compile(&texts).expect("rules");
        rules.judge(tally).expect("a verdict").iter().map(|&place| rules.name(place).to_owned()).collect()
    }

    #[test]
    fn the_default_rules_hold_past_their_thresholds_only() {
        let [failed, missing, bot, accepted] = [0, 1, 2, 3];
        for (counts, rules) in [
            (&[(failed, 50)][..], &[][..]),
            (&[(failed, 51)], &["ssh_bruteforce"]),
            (&[(bot, 11), (missing, 10)], &[]),
            (&[(bot, 11), (missing, 11)], &["aggressive_bot"]),
            (&[(failed, 10), (accepted, 1)], &[]),
            (&[(failed, 11), (accepted, 1)], &["ssh_breakin"]),
            (&[(failed, 51), (accepted, 1)], &["ssh_bruteforce", "ssh_breakin"]),
        ] {
            assert_eq!(held(&[], &tally(counts)), rules, "{counts:?}");
        }
    }

    #[test]
    fn a_rule_is_jq() {
        let host = tally(&[(0, 3), (1, 4)]);
        assert_eq!(held(&["sum=.ssh_failed + .http_404 == 7", "any=[.[]] | max > 9", "none=empty", "null=.nothing > 1"], &host), ["sum"]);
    }

    #[test]
    fn a_wrong_expression_shows_its_place() {
        for (text, message) in [
            ("r=.ssh_failed >", "--rule r: expected term\n  .ssh_failed >\n               ^"),
            ("r=.a > foo", "--rule r: no filter is called foo\n  .a > foo\n       ^"),
            ("r=(.a", "--rule r: expected closing parenthesis\n  (.a\n     ^"),
            ("r=.a\n> 3 >> 1", "--rule r: unexpected >>\n  .a > 3 >> 1\n         ^"),
            ("r=.a & 1", "--rule r: expected token\n  .a & 1\n     ^"),
        ] {
            let error = Rules::compile(&[text.to_owned()]).expect_err(text).to_string();
            assert_eq!(error, message);
        }
        for impure in ["halt", "env", "now", "input", "debug"] {
            assert!(Rules::compile(&[format!("r={impure}")]).is_err(), "{impure}");
        }
        assert!(Rules::compile(&["no name".to_owned()]).is_err());
        assert!(Rules::compile(&["a=.x".to_owned(), "a=.y".to_owned()]).is_err());
    }

    #[test]
    fn keys_that_nobody_counts_are_named() {
        assert_eq!(keys_named(".a > 1 and (.b.c | . > 2) or .a.d == .e"), ["a", "b", "e"]);
        assert_eq!(keys_named(r#".["a"] > 1 and ."b" > 2 and .c.["d"] == "e""#), ["a", "b", "c"]);
        let rules = Rules::compile(&["r=.ssh_fail > 1 and .custom > 1".to_owned()]).expect("rules");
        let sentences = rules.unknown_keys(|key| key == "custom");
        assert_eq!(sentences, ["rule r: no signal ssh_fail is in the table or was seen, so it counts as null"]);
    }
}
