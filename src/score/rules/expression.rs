//! One jq expression, compiled by jaq: text in, a filter that says yes or no for a host's values out.
//!
//! An expression sees nothing but the values, changes nothing, and ends: functions that look elsewhere are left out, and
//! those that may go on for ever are refused.

use std::cell::OnceCell;

use jaq_core::load::lex::{Lexer, StrPart, Tok, Token};
use jaq_core::load::parse::{Def, Term};
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Filter, ValT as _, Vars, data, unwrap_valr};
use jaq_json::Val;

use crate::score::rules::dependencies::Dependencies;
use crate::score::rules::dialect;
use crate::score::rules::evaluator::Evaluator;
use crate::score::rules::termination::{check_termination, has_assignment};

/// Functions of jq that do more than look at their input: a rule has none of them, so the same input gets the same verdict.
const IMPURE: &[&str] = &["debug", "debug_empty", "env", "halt", "halt_error", "input", "inputs", "now", "stderr", "stderr_empty"];

/// How deep the brackets of an expression may be, and how many tokens it may have: parsing and running it recurse, at most
/// once a token. It is an order of magnitude more than a rule for every signal needs, and fits a stack of [`STACK_BYTES`].
const MAX_DEPTH: usize = 64;
const MAX_TOKENS: usize = 512;

/// How much stack a thread has that compiles rules and judges by them: as much as a main thread.
pub(crate) const STACK_BYTES: usize = 8 << 20;

/// What is wrong with a text, and at which of its bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ExpressionError {
    pub(crate) at: usize,
    pub(crate) what: String,
}

type JaqFilter = Filter<data::JustLut<Val>>;

/// A compiled expression, and what it reads.
pub(crate) struct Expression {
    code: String,
    /// What jaq runs. Of a plain expression it is seldom needed, and takes longer to make than a small run takes in all.
    filter: OnceCell<Result<JaqFilter, ExpressionError>>,
    /// The same without jaq's interpreter, where the expression is plain.
    pub(crate) evaluator: Option<Evaluator>,
    pub(crate) reads: Dependencies,
    /// Whether a `=` stands in it, which sets a value and compares none.
    pub(crate) assigns: bool,
}

impl Expression {
    pub(crate) fn compile(code: &str) -> Result<Self, ExpressionError> {
        check_size(code)?;
        Loader::new(Vec::new()).load(&Arena::default(), File { code, path: () }).map_err(|errors| syntax_flaw(code, errors))?;
        // What loads and is no term is a module.
        let term = load::parse(code, |parser| parser.term());
        let term = term.ok_or_else(|| not_an_expression(code))?;
        if let Some((name, what)) = check_termination(&term) {
            return Err(flaw_at(code, name, what));
        }
        let (reads, assigns) = (Dependencies::of(&term), has_assignment(&term));
        let evaluator = Evaluator::of(&term, &reads);
        let filter = if evaluator.is_some() { OnceCell::new() } else { OnceCell::from(Ok(compile(code, term)?)) };
        Ok(Self { code: code.to_owned(), filter, evaluator, reads, assigns })
    }

    /// Whether any output for `input` is neither null nor false.
    pub(crate) fn holds(&self, input: Val) -> Result<bool, String> {
        let again = || {
            load::parse(&self.code, |parser| parser.term())
                .map_or_else(|| Err(not_an_expression(&self.code)), |term| compile(&self.code, term))
        };
        let filter = self.filter.get_or_init(again).as_ref().map_err(|error| error.what.clone())?;
        let context = Ctx::<data::JustLut<Val>>::new(&filter.lut, Vars::new([]));
        for output in filter.id.run((context, input)).map(unwrap_valr) {
            if output.map_err(|error| error.to_string())?.as_bool() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The filter of `term`, which is `code`, with all that a rule may call.
fn compile<'c>(code: &'c str, term: Term<&'c str>) -> Result<JaqFilter, ExpressionError> {
    let arena = Arena::default();
    let jaq = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs()).filter(|d| !IMPURE.contains(&d.name));
    let mut definitions: Vec<Def<&str>> = jaq.collect();
    definitions.extend(dialect::definitions(term));
    let modules = Loader::new(definitions).load(&arena, File { code: dialect::RULE, path: () });
    let modules = modules.map_err(|errors| syntax_flaw(code, errors))?;
    let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs()).filter(|(name, ..)| !IMPURE.contains(name));
    Compiler::default().with_funs(functions).compile(modules).map_err(|errors| {
        let first = errors.into_iter().flat_map(|(_, list)| list).next();
        let (found, kind) = first.map_or(("", "symbol"), |(found, undefined)| (found, undefined.as_str()));
        flaw_at(code, found, format!("no {kind} is called {found}"))
    })
}

fn syntax_flaw(code: &str, errors: load::Errors<&str, ()>) -> ExpressionError {
    let error = errors.into_iter().next().map(|(_, error)| error);
    error.map_or_else(|| flaw_at(code, "", "not a jq expression".to_owned()), |error| load_flaw(code, error))
}

fn not_an_expression(code: &str) -> ExpressionError {
    flaw_at(code, "", "a rule is one expression, not a module".to_owned())
}

fn check_size(code: &str) -> Result<(), ExpressionError> {
    let mut depth = 0usize;
    for (at, byte) in code.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(ExpressionError { at, what: format!("more than {MAX_DEPTH} nested brackets") });
        }
    }
    let tokens = Lexer::new(code).lex().unwrap_or_default();
    let mut left = MAX_TOKENS;
    match nth_token(&tokens, &mut left) {
        Some(token) => Err(flaw_at(code, token, format!("more than {MAX_TOKENS} tokens"))),
        None => Ok(()),
    }
}

/// The token behind the next `left`, those inside blocks and strings counted.
fn nth_token<'c>(tokens: &[Token<&'c str>], left: &mut usize) -> Option<&'c str> {
    tokens.iter().find_map(|Token(text, kind)| {
        if *left == 0 {
            return Some(*text);
        }
        *left -= 1;
        match kind {
            Tok::Block(inner) => nth_token(inner, left),
            Tok::Str(parts) => parts.iter().find_map(|part| match part {
                StrPart::Term(term) => nth_token(std::slice::from_ref(term), left),
                _ => None,
            }),
            _ => None,
        }
    })
}

fn load_flaw(code: &str, error: load::Error<&str>) -> ExpressionError {
    const NOTHING: (&str, &str) = ("an expression", "");
    match error {
        load::Error::Lex(list) => {
            let (expected, found) = list.into_iter().next().map_or(NOTHING, |(e, found)| (e.as_str(), found));
            flaw_at(code, found, format!("expected {expected}"))
        }
        load::Error::Parse(list) => {
            let (expected, found) = list.into_iter().next().map_or(NOTHING, |(e, found)| (e.as_str(), found));
            let what = if is_fraction(code, found) {
                format!("a number starts with a digit: write 0.{found}")
            } else if expected == "nothing" {
                format!("unexpected {found}")
            } else {
                format!("expected {expected}")
            };
            flaw_at(code, found, what)
        }
        load::Error::Io(list) => {
            let found = list.first().map_or("", |(found, _)| *found);
            flaw_at(code, found, "rules cannot import modules".to_owned())
        }
    }
}

/// Whether `found` is what stands behind the point of a number such as `.5`.
fn is_fraction(code: &str, found: &str) -> bool {
    let at = load::span(code, found).start;
    found.starts_with(|c: char| c.is_ascii_digit()) && code.get(..at).is_some_and(|before| before.ends_with('.'))
}

/// An error at `place`, a slice of `code` (its end where it is none).
fn flaw_at(code: &str, place: &str, what: String) -> ExpressionError {
    let offset = place.as_ptr().addr().checked_sub(code.as_ptr().addr()).filter(|&at| at <= code.len() && !place.is_empty());
    ExpressionError { at: offset.unwrap_or(code.len()), what }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issue(code: &str) -> ExpressionError {
        Expression::compile(code).err().unwrap_or_else(|| panic!("{code} is refused"))
    }

    #[test]
    fn a_wrong_expression_shows_its_place() {
        for (code, at, what) in [
            (".ssh_failed >", 13, "expected term"),
            (".a > foo", 5, "no filter is called foo"),
            ("(.a", 3, "expected closing parenthesis"),
            (".a\n> 3 >> 1", 7, "unexpected >>"),
            (".a & 1", 3, "expected token"),
            (".a > .5", 6, "a number starts with a digit: write 0.5"),
            ("", 0, "expected term"),
            (".a > $x", 5, "no variable is called $x"),
            ("module {}; .a", 13, "a rule is one expression, not a module"),
            ("import \"a\" as a; .b", 8, "rules cannot import modules"),
        ] {
            assert_eq!(issue(code), ExpressionError { at, what: what.to_owned() }, "{code}");
        }
        for impure in ["halt", "env", "now", "input", "debug", "stderr", "$ENV", "input_filename"] {
            assert!(Expression::compile(impure).is_err(), "{impure}");
        }
    }

    #[test]
    fn what_is_too_long_or_too_deep_is_refused_and_what_just_fits_is_not() {
        assert_eq!(issue(&format!("1{}", "+1".repeat(256))), ExpressionError { at: 512, what: "more than 512 tokens".to_owned() });
        assert_eq!(issue(&format!("[\"\\(1{})\"]", "+1".repeat(256))).what, "more than 512 tokens");
        assert_eq!(issue(&"[".repeat(65)), ExpressionError { at: 64, what: "more than 64 nested brackets".to_owned() });
        for (start, middle, end, count) in [
            ("(", "1", ")", 64),
            ("def f: 1; ", "1", "", 102),
            (". as $x|", "1", "", 102),
            ("reduce 1 as $x (0; ", "1", ")", 51),
            ("label $x|", "1", "", 170),
            ("-", "1", "", 511),
            ("try ", "1", "", 511),
            ("1|", "1", "", 255),
            ("if 1 then ", "1", " end", 127),
            ("1+", "1", "", 255),
        ] {
            let code = format!("{}{middle}{}", start.repeat(count), end.repeat(count));
            let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
            let compile_and_run = move || Expression::compile(&code).map(|expression| expression.holds(Val::from(1usize)));
            let held = thread.spawn(compile_and_run).expect("a thread").join().expect("no panic");
            let held = held.unwrap_or_else(|issue| panic!("{start}: {issue:?}"));
            assert!(held.is_ok(), "{start}: {held:?}");
        }
    }
}
