//! Rules as text: for `--list-rules`, and for the help page.

use super::reads::FACTS;
use super::shipped::SETS;
use super::{Rule, Rules};
use crate::period::show_length;

/// The rules of a run, each with all that is known of it.
#[must_use]
pub fn list_rules(rules: &Rules) -> String {
    let entry = |rule: &Rule| {
        let about = rule.about.iter().map(|about| format!("  {about}\n"));
        let when = format!("  when:    {}\n", rule.when.trim().replace('\n', "\n           "));
        let window = format!("  window:  {}\n", rule.window_seconds.map_or_else(|| "none, totals".to_owned(), show_length));
        let attack = rule.attack.iter().map(|id| format!("  attack:  {id}, {}\n", technique_address(id)));
        format!("{}\n{}{when}{window}{}", rule.name, about.collect::<String>(), attack.collect::<String>())
    };
    rules.list.iter().map(entry).collect::<Vec<_>>().join("\n")
}

/// The sets that come with the program, the rules of the first of them, and the facts that rules may read, for a help page.
#[must_use]
pub fn show_sets(default: &Rules) -> String {
    let rules = default.list.iter().map(|rule| format!("  {}={}", rule.name, rule.when));
    let sets = SETS.iter().map(|set| format!("  {:13}  {}", set.name, set.about));
    let facts = FACTS.iter().map(|(key, about, _)| format!("  {key:19}  {about}"));
    format!(
        "DEFAULT RULES (a host is suspicious when one holds)\n{}\n\nRULE SETS (for --rules; --list-rules shows what is in them)\n{}\n\nFACTS (what a rule may read besides signals)\n{}",
        rules.collect::<Vec<_>>().join("\n"),
        sets.collect::<Vec<_>>().join("\n"),
        facts.collect::<Vec<_>>().join("\n")
    )
}

/// Where MITRE describes a technique.
fn technique_address(id: &str) -> String {
    format!("https://attack.mitre.org/techniques/{}/", id.replace('.', "/"))
}
