//! Rules as text: for `--list-rules`, and for the help page.

use crate::base::time::period::show_length;
use crate::score::rules::builtin::SETS;
use crate::score::rules::dependencies::FACTS;
use crate::score::rules::group::GroupRule;
use crate::score::rules::member::JSON_FACTS;
use crate::score::rules::{Rule, Rules};

/// The rules of a run, each with all that is known of it.
pub fn list_rules(rules: &Rules) -> String {
    let entry = |rule: &Rule| {
        let about = rule.about.iter().map(|about| format!("  {about}\n"));
        let when = format!("  when:    {}\n", rule.when.trim().replace('\n', "\n           "));
        let window = format!("  window:  {}\n", rule.window_seconds.map_or_else(|| "none, totals".to_owned(), show_length));
        let attack = rule.attack.iter().map(|id| format!("  attack:  {id}, {}\n", technique_address(id)));
        format!("{}\n{}{when}{window}{}", rule.name, about.collect::<String>(), attack.collect::<String>())
    };
    rules.list.iter().map(entry).chain(rules.groups.iter().map(|rule| group_entry(rules, rule))).collect::<Vec<_>>().join("\n")
}

fn group_entry(rules: &Rules, rule: &GroupRule) -> String {
    let about = rule.about.iter().map(|about| format!("  {about}\n"));
    let member =
        rule.member.zip(rules.members.as_ref()).map(|(member, members)| members.list[member].when.trim().replace('\n', "\n           "));
    let member = member.unwrap_or_else(|| "none: it accuses nobody".to_owned());
    let attack = rule.attack.iter().map(|id| format!("  attack:  {id}, {}\n", technique_address(id)));
    format!(
        "{}\n{}  group:   by {}\n  when:    {}\n  member:  {member}\n{}",
        rule.name,
        about.collect::<String>(),
        rule.by_text,
        rule.when.trim().replace('\n', "\n           "),
        attack.collect::<String>()
    )
}

impl Rules {
    /// The names of all rules, those over groups behind the others.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|rule| &*rule.name).chain(self.groups.iter().map(|rule| &*rule.name))
    }

    /// Whether a rule is called so.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        self.names().any(|other| other == name)
    }
}

/// The sets that come with the program, the rules of the first of them, and the facts that rules may read, for a help page.
pub fn show_sets(default: &Rules) -> String {
    let rules = default.list.iter().map(|rule| format!("  {}={}", rule.name, rule.when));
    let sets = SETS.iter().map(|set| format!("  {:13}  {}", set.name, set.about));
    let facts = FACTS.iter().map(|(key, about, _)| (key, about)).chain(JSON_FACTS.iter().map(|(key, about)| (key, about)));
    let facts = facts.map(|(key, about)| format!("  {key:19}  {about}"));
    format!(
        "DEFAULT RULES (a host is suspicious if one holds)\n{}\n\nRULE SETS (for --rules; --list-rules shows their rules)\n{}\n\nFACTS (what a rule may read besides signals)\n{}",
        rules.collect::<Vec<_>>().join("\n"),
        sets.collect::<Vec<_>>().join("\n"),
        facts.collect::<Vec<_>>().join("\n")
    )
}

/// Where MITRE describes a technique.
fn technique_address(id: &str) -> String {
    format!("https://attack.mitre.org/techniques/{}/", id.replace('.', "/"))
}
