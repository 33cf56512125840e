//! Holds rules to what jq makes of the same expressions (tests/jq, where make.py asks jq 1.6, 1.7 and 1.8).

use std::collections::BTreeMap;

use jaq_json::Val;

use crate::score::rules::expression::Expression;

const OUTCOMES: &str = include_str!("../../../tests/jq/outcomes.tsv");
const HOSTS: &str = include_str!("../../../tests/jq/hosts.ndjson");
/// Where rules differ from jq 1.7: the expression, and what a rule makes of it. docs/rules.md says so in words.
const DIFFERENCES: &str = include_str!("../../../tests/jq/differences.tsv");

fn rows(text: &str) -> impl Iterator<Item = Vec<&str>> {
    text.lines().skip(1).map(|line| line.split('\t').collect())
}

/// One letter a host: t (holds), f (does not), e (error); c where it does not compile.
fn outcome_of(code: &str) -> String {
    let Ok(expression) = Expression::compile(code) else { return "c".to_owned() };
    let letter = |host: &str| {
        let host: Val = jaq_json::read::parse_single(host.as_bytes()).expect("JSON");
        match expression.holds(host) {
            Ok(true) => 't',
            Ok(false) => 'f',
            Err(_) => 'e',
        }
    };
    HOSTS.lines().map(letter).collect()
}

#[test]
fn rules_are_judged_as_jq_judges_them() {
    let known: BTreeMap<&str, &str> = rows(DIFFERENCES).map(|row| (row[0], row[1])).collect();
    let differs: Vec<_> = rows(OUTCOMES).map(|row| (row[0], row[2], outcome_of(row[0]))).filter(|(_, jq, ours)| jq != ours).collect();
    let found: BTreeMap<&str, &str> = differs.iter().map(|(code, _, ours)| (*code, &**ours)).collect();
    let shown: Vec<_> = differs.iter().map(|(code, jq, ours)| format!("{code}\t{ours}\t{jq}")).collect();
    assert_eq!(found, known, "expression, rule, jq 1.7:\n{}", shown.join("\n"));
}
