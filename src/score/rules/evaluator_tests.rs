//! Holds the evaluator to jaq: whatever it gives for an expression and a host, jaq gives too.

use proptest::prelude::*;

use crate::score::rules::cache::{RuleInput, Values};
use crate::score::rules::dependencies::InputKey;
use crate::score::rules::evaluator::PlainInput;
use crate::score::rules::expression::Expression;
use crate::score::rules::facts::ABSENT;
use crate::score::rules::member::MemberValue;

const LEAVES: &[&str] = &[
    ".ssh_failed",
    ".http_404",
    ".users",
    ".zeta",
    ".first_seen",
    ".score",
    ".enrich",
    ".enrich.as.number",
    ".enrich.geo.country",
    ".enrich.as",
    ".scan.open_ports",
    ".\"http_bot\"",
    "0",
    "1",
    "50",
    "0.5",
    "1e3",
    "9007199254740993",
    "9223372036854775807",
    "\"FR\"",
    "\"\"",
    "\"2\\u0030\"",
    "true",
    "false",
    "null",
];
const ENRICH: &[&str] = &[
    "",
    "{}",
    r#"{"as":{"number":64496}}"#,
    r#"{"as":{"number":"64496","name":"E"},"geo":{"country":"FR"}}"#,
    r#"{"as":64496}"#,
    r#"{"as":null,"geo":{"country":null}}"#,
    r#"{"as":[1],"geo":{"country":0.5}}"#,
    r#"{"geo":{"country":1e400}}"#,
];
const SCAN: &[&str] = &["", r#"{"open_ports":[22,80]}"#, r#"{"open_ports":[]}"#];

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(LEAVES).prop_map(str::to_owned);
    leaf.prop_recursive(5, 24, 3, |inner| {
        let operator = prop::sample::select(&["+", "-", "*", "/", "%", "<", "<=", ">", ">=", "==", "!=", "and", "or", "//"][..]);
        prop_oneof![
            8 => (inner.clone(), operator, inner.clone()).prop_map(|(left, operator, right)| format!("({left} {operator} {right})")),
            1 => inner.clone().prop_map(|inner| format!("({inner} | not)")),
            1 => inner.clone().prop_map(|inner| format!("(-{inner})")),
            1 => (inner.clone(), inner.clone(), inner).prop_map(|(condition, then, otherwise)| {
                format!("(if {condition} then {then} elif ({otherwise}) then {condition} else {otherwise} end)")
            }),
        ]
    })
}

fn count() -> impl Strategy<Value = u64> {
    prop_oneof![Just(ABSENT), Just(0), 0..3_u64, 49..52_u64, Just((1 << 53) - 1)]
}

/// What the evaluator says of a host, and what jaq says; `None`: the evaluator leaves it to jaq.
fn both(expression: &Expression, counts: &[u64], enrich: &str, scan: &str) -> (Option<bool>, Result<bool, String>) {
    let keys: Vec<_> = expression.reads.keys.iter().map(|key| InputKey::of(key)).collect();
    let members = &expression.reads.members;
    let found = members.iter().map(|path| {
        let mut value = MemberValue::default();
        path.find(if path.fact() == "scan" { scan } else { enrich }, &mut value);
        value
    });
    let values = Values::new(counts.iter().copied().take(keys.len()).collect(), found.collect());
    let plain = expression.evaluator.as_ref().and_then(|plain| plain.holds(PlainInput { keys: &keys, members, values: &values }).ok());
    let count = |index: usize| match values.key(index) {
        None => Some(None),
        Some(_) if keys[index].is_time() => None,
        Some(count) => isize::try_from(count).ok().map(Some),
    };
    let of_integers = expression.evaluator.as_ref().and_then(|plain| plain.holds_of_integers(&count));
    assert!(of_integers.is_none_or(|holds| plain == Some(holds)), "{of_integers:?} and {plain:?}");
    (plain, expression.holds(RuleInput::default().of(&values, &keys, members)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]
    #[test]
    fn what_the_evaluator_gives_jaq_gives(
        code in expression(), counts in prop::collection::vec(count(), LEAVES.len()),
        enrich in prop::sample::select(ENRICH), scan in prop::sample::select(SCAN),
    ) {
        let expression = Expression::compile(&code).map_err(|error| TestCaseError::fail(format!("{code}: {error:?}")))?;
        prop_assert!(expression.evaluator.is_some(), "{code}");
        let (plain, jaq) = both(&expression, &counts, enrich, scan);
        if let Some(holds) = plain {
            prop_assert_eq!(Ok(holds), jaq, "{}", code);
        }
    }
}

#[test]
fn what_rules_are_made_of_is_not_left_to_jaq() {
    for (code, holds) in [
        (".ssh_failed > 50", true),
        (".http_404 + .http_bot * 2 >= 60 and (.ssh_failed < 9 or .users > 3)", true),
        (".http_404 / .http_bot < 0.5 | not", true),
        ("-.ssh_failed < -50", true),
        (".enrich.geo.country == \"FR\"", true),
        (".enrich.as.number == 64496 and .scan.open_ports == null", true),
        (".enrich.as.name // \"nobody\" == \"nobody\"", true),
        ("if .ssh_failed > 50 then .zeta else true end", true),
        (".first_seen < \"1971\" and .first_seen > \"1970-01-01T00:00\"", true),
        (".ssh_failed % 7 == 3", false),
    ] {
        let expression = Expression::compile(code).expect("an expression");
        let enrich = r#"{"as":{"number":64496},"geo":{"country":"FR"}}"#;
        assert_eq!(both(&expression, &[60, 50, 30, 4], enrich, ""), (Some(holds), Ok(holds)), "{code}");
    }
}

#[test]
fn counts_are_compared_without_values_of_jaq() {
    for (code, holds) in [
        (".ssh_failed > 50", Some(true)),
        (".http_404 - .http_bot > 50 or .http_404 * 2 == 100", Some(false)),
        ("(.ssh_failed > 50 | not) and -.users < 0", Some(false)),
        (".ssh_failed > 50 and .http_404 > 40 and .users > -1", Some(false)),
        (".ssh_failed > 50 and .http_404 > 40 and .users + 3 == 3 and .users == null", Some(true)),
        (".ssh_failed > 50 and .http_404 > 40 and .users - 3 < 3", None),
        (".ssh_failed * 9223372036854775807 > 0", None),
        (".ssh_failed > 50.5", None),
        (".ssh_failed / 2 > 3", None),
        (".first_seen > 3", None),
        (".ssh_failed", None),
    ] {
        let expression = Expression::compile(code).expect("an expression");
        let keys: Vec<_> = expression.reads.keys.iter().map(|key| InputKey::of(key)).collect();
        let count = |index: usize| (!keys[index].is_time()).then(|| [Some(60), Some(50), None][index]);
        assert_eq!(expression.evaluator.expect("plain").holds_of_integers(&count), holds, "{code}");
    }
}

#[test]
fn what_is_not_plain_is_left_to_jaq() {
    for code in
        [".ssh_failed | . > 3", "any(.users, .paths; . > 3)", ".a?", ".[\"ssh_failed\"] > ([1] | length)", "def not: true; .a | not", "."]
    {
        let expression = Expression::compile(code).expect("an expression");
        assert!(expression.evaluator.is_none(), "{code}");
    }
    for code in ["1 / .ssh_failed > 0", ".ssh_failed % 0 == 1", ".enrich.as.number > 1", ".ssh_failed + \"a\" == 1", "\"ab\" * 524289 == 1"]
    {
        let expression = Expression::compile(code).expect("an expression");
        let (plain, jaq) = both(&expression, &[0], r#"{"as":3}"#, "");
        assert!(plain.is_none() && jaq.is_err(), "{code}");
    }
}
