//! Rules over groups of hosts: what a file says of one, checked and compiled.
//!
//! ```toml
//! [[group]]
//! name = "spread_bruteforce"
//! by = "v4/24, v6/48"                                    # or a path: enrich.as.number
//! when = ".addresses > 20 and .ssh_failed > 200"         # over the sums of the group
//! member = ".ssh_failed >= 3 and .ssh_accepted == 0"     # optional: which members it accuses, for what they did themselves
//! ```

use crate::base::error::Error;
use crate::record::signal;
use crate::score::rules::expression::Expression;
use crate::score::rules::member::MemberPath;
use crate::score::rules::raw_rule::{RawRule, RulePart, is_name, is_technique};

/// What a rule may read of a group besides the sums of signals: the key, and what it is.
pub(crate) const GROUP_FACTS: &[(&str, &str)] = &[
    ("addresses", "how many hosts are in the group, allowed ones left out"),
    ("suspicious", "how many of them are suspicious by rules over hosts"),
    ("score", "the sum of their scores"),
    ("first_seen", "when the first of them was seen, RFC 3339 in UTC"),
    ("last_seen", "when the last of them was seen"),
];

/// What hosts have in common that are in one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GroupBy {
    /// A network of so many bits, IPv4 or IPv6; `None`: addresses of that family are in no group.
    Network {
        /// Bits of IPv4.
        v4: Option<u8>,
        /// Bits of IPv6.
        v6: Option<u8>,
    },
    /// What a path into `enrich` leads to: the keys behind `enrich`.
    Enrich(Vec<String>),
}

/// A rule over groups that nobody has checked yet.
#[derive(Debug)]
pub(crate) struct RawGroup {
    /// Name, `when`, and where all of it stands.
    pub(crate) rule: RawRule,
    pub(crate) by: String,
    /// The expression over members, as a rule of its own.
    pub(crate) member: Option<RawRule>,
}

/// A rule over groups.
pub struct GroupRule {
    pub name: String,
    /// What hosts have in common, as it was written.
    pub by_text: String,
    pub(crate) by: GroupBy,
    /// The expression over a group.
    pub when: String,
    /// What it looks for.
    pub about: Option<String>,
    /// The technique of MITRE ATT&CK.
    pub attack: Option<String>,
    /// The index of its expression over members.
    pub member: Option<usize>,
    pub(crate) expression: Expression,
}

impl std::fmt::Debug for GroupRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GroupRule").field("name", &self.name).field("by", &self.by).field("when", &self.when).finish_non_exhaustive()
    }
}

impl GroupRule {
    /// Checks `draft`; its expression over members has the index `member`.
    pub(crate) fn check(draft: RawGroup, member: Option<usize>) -> Result<Self, Error> {
        let RawGroup { rule, by: by_text, .. } = draft;
        if !is_name(&rule.name) {
            return Err(rule.wrong(RulePart::Name, "wanted a name of letters, digits, _ and -"));
        }
        if rule.attack.as_ref().is_some_and(|id| !is_technique(id)) {
            return Err(rule.wrong(RulePart::Attack, "wanted the id of an ATT&CK technique, such as T1110 or T1110.001"));
        }
        let by = parse_by(&by_text).map_err(|what| rule.wrong(RulePart::By, &what))?;
        let expression = Expression::compile(&rule.when).map_err(|issue| rule.wrong_expression(&issue))?;
        let RawRule { name, when, about, attack, .. } = rule;
        Ok(Self { name, by_text, by, when, about, attack, member, expression })
    }

    /// Keys that its expression names and that nothing of a group is known by, `seen` signals included.
    pub(crate) fn unknown_keys(&self, seen: impl Fn(&str) -> bool) -> Vec<String> {
        let is_known = |key: &str| GROUP_FACTS.iter().any(|(fact, _)| *fact == key) || signal::index_of(key).is_some() || seen(key);
        let members = self.expression.reads.members.iter().map(MemberPath::name);
        let keys = self.expression.reads.keys.iter().map(String::as_str).filter(|key| !is_known(key));
        keys.chain(members).map(str::to_owned).collect()
    }
}

/// Reads `v4/24, v6/48` or `enrich.as.number`.
fn parse_by(text: &str) -> Result<GroupBy, String> {
    const WANTED: &str = "expected networks (v4/24, v6/48, or both) or a path into enrich (enrich.as.number)";
    if let Some(path) = text.trim().strip_prefix("enrich.") {
        let keys: Vec<_> = path.split('.').map(str::to_owned).collect();
        return if keys.iter().all(|key| !key.is_empty()) { Ok(GroupBy::Enrich(keys)) } else { Err(WANTED.to_owned()) };
    }
    let (mut v4, mut v6) = (None, None);
    for word in text.split([',', ' ']).filter(|word| !word.is_empty()) {
        let (family, bits) = word.split_once('/').ok_or(WANTED)?;
        let (slot, most) = match family {
            "v4" => (&mut v4, 32),
            "v6" => (&mut v6, 128),
            _ => return Err(WANTED.to_owned()),
        };
        let bits =
            bits.parse().ok().filter(|bits| (1..=most).contains(bits)).ok_or_else(|| format!("{word}: bits are from 1 to {most}"))?;
        if slot.replace(bits).is_some() {
            return Err(format!("{family} is given twice"));
        }
    }
    if v4.or(v6).is_some() { Ok(GroupBy::Network { v4, v6 }) } else { Err(WANTED.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hosts_have_in_common_is_a_network_or_a_path() {
        for (text, by) in [
            ("v4/24", Some(GroupBy::Network { v4: Some(24), v6: None })),
            (" v6/48, v4/16", Some(GroupBy::Network { v4: Some(16), v6: Some(48) })),
            ("enrich.as.number", Some(GroupBy::Enrich(vec!["as".to_owned(), "number".to_owned()]))),
            ("", None),
            ("v4", None),
            ("v4/0", None),
            ("v4/33", None),
            ("v4/24 v4/16", None),
            ("v5/24", None),
            ("enrich.", None),
            ("score", None),
        ] {
            assert_eq!(parse_by(text).ok(), by, "{text}");
        }
    }
}
