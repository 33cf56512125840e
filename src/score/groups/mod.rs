//! Groups of hosts: summed over all hosts once these are merged, judged, and told to their members.
//!
//! Hosts come twice: first to be summed, then to be told. A neighbour is not an accomplice: a member is accused only where the rule's
//! `member` holds for what that host did itself.

mod facts;
mod key;
mod sums;

use std::collections::HashMap;

use crate::record::Text;
use crate::record::group::GroupRecord;
use crate::record::host::HostRecord;
use crate::record::host::explain;
use crate::record::host::field::Raw;
use crate::record::host::group::HostGroup;
use crate::score::Explain;
use crate::score::groups::facts::RecordFacts;
use crate::score::groups::key::keys_of;
use crate::score::groups::sums::GroupSums;
use crate::score::rules::group::{GroupBy, GroupRule};
use crate::score::rules::{Rules, Verdict};

/// The groups of a run.
#[derive(Debug)]
pub(crate) struct Groups<'r> {
    rules: &'r Rules,
    /// Each way in which hosts are put together, with the sums of its groups: several rules may have one.
    tables: Vec<(&'r GroupBy, HashMap<String, GroupSums, ahash::RandomState>)>,
    /// Of each rule, by the key of a group that it holds for: how many members it accused.
    held: Vec<HashMap<String, u64, ahash::RandomState>>,
    /// Rules that could not be evaluated: the rule, the group, and jq's sentence.
    failed: Vec<(usize, String, String)>,
}

impl<'r> Groups<'r> {
    /// Nothing summed yet; `None`: no rule is over groups.
    pub(crate) fn of(rules: &'r Rules) -> Option<Self> {
        if rules.groups().is_empty() {
            return None;
        }
        let mut tables: Vec<(&GroupBy, _)> = Vec::new();
        for rule in rules.groups() {
            if tables.iter().all(|(by, _)| **by != rule.by) {
                tables.push((&rule.by, HashMap::default()));
            }
        }
        let held = rules.groups().iter().map(|_| HashMap::default()).collect();
        Some(Self { rules, tables, held, failed: Vec::new() })
    }

    /// Adds a host with the verdict of rules over hosts. One that is allowed is in no group.
    pub(crate) fn add(&mut self, host: &HostRecord<'_>) {
        if host.allowed {
            return;
        }
        for (by, table) in &mut self.tables {
            for key in keys_of(by, host) {
                table.entry(key).or_default().add(host);
            }
        }
    }

    /// Judges the groups, once all hosts were added.
    pub(crate) fn judge(&mut self) {
        for (index, rule) in self.rules.groups().iter().enumerate() {
            let Some((_, table)) = self.tables.iter().find(|(by, _)| **by == rule.by) else { continue };
            for (key, sums) in table {
                match rule.expression.holds(sums.to_value()) {
                    Ok(true) => drop(self.held[index].insert(key.clone(), 0)),
                    Ok(false) => {}
                    Err(error) => self.failed.push((index, key.clone(), error)),
                }
            }
        }
        self.failed.sort_unstable();
    }

    /// Tells `host` of its groups, and accuses it for what it did itself. Gives what of that could not be evaluated.
    pub(crate) fn tell<'h>(&mut self, host: &mut HostRecord<'h>, explain: Explain) -> Verdict
    where
        'r: 'h,
    {
        let mut verdict = Verdict::default();
        host.groups.clear();
        let explained = if host.allowed { Vec::new() } else { self.tell_members(host, explain, &mut verdict) };
        if !explained.is_empty() {
            host.explain = append(&host.explain, &explained);
        }
        if !explain.has(host.suspicious) {
            host.explain = Raw::default();
        }
        verdict
    }

    fn tell_members<'h>(&mut self, host: &mut HostRecord<'h>, explain: Explain, verdict: &mut Verdict) -> Vec<explain::Explained<'r>>
    where
        'r: 'h,
    {
        let rules = self.rules;
        let mut judged = None;
        let mut explained = Vec::new();
        for (index, rule) in rules.groups().iter().enumerate() {
            let keys: Vec<_> = keys_of(&rule.by, host).into_iter().filter(|key| self.held[index].contains_key(key)).collect();
            for key in &keys {
                let sums = self.sums(rule, key);
                let (rule, key) = (Text::from(&*rule.name), Text::from(key.clone()));
                host.groups.push(HostGroup { rule, key, addresses: sums.addresses, score: sums.score });
            }
            let Some(member) = rule.member.filter(|_| !keys.is_empty()) else { continue };
            let of_members = judged.get_or_insert_with(|| rules.judge_members(&RecordFacts(host)));
            verdict.failed.extend(of_members.failed.iter().filter(|(failed, _)| *failed == rules.member_index(member)).cloned());
            let holds = of_members.held.contains(&rules.member_index(member));
            if explain != Explain::None {
                explained.push(rules.explain_member(member, rule, holds, &RecordFacts(host)));
            }
            if holds {
                host.rules.push(Text::from(&*rule.name));
                let technique = rule.attack.as_deref().map(Text::from);
                host.attack.extend(technique.filter(|technique| !host.attack.contains(technique)));
                host.suspicious = true;
                for key in &keys {
                    *self.held[index].entry(key.clone()).or_default() += 1;
                }
            }
        }
        explained
    }

    fn sums(&self, rule: &GroupRule, key: &str) -> &GroupSums {
        let table = self.tables.iter().find(|(by, _)| **by == rule.by).map(|(_, table)| table);
        table.and_then(|table| table.get(key)).unwrap_or(&sums::NONE)
    }

    /// The groups for which a rule holds, the highest score first.
    pub(crate) fn records(&self) -> Vec<GroupRecord<'_>> {
        let mut records = Vec::new();
        for (rule, held) in self.rules.groups().iter().zip(&self.held) {
            records.extend(held.iter().map(|(key, &accused)| self.sums(rule, key).to_record(rule, key, accused)));
        }
        // Of one rule no two have one key.
        records.sort_by(|one, other| other.score.cmp(&one.score).then_with(|| (&*one.rule, &*one.key).cmp(&(&*other.rule, &*other.key))));
        records
    }

    /// How many groups there are for which a rule holds.
    pub(crate) fn count(&self) -> u64 {
        self.held.iter().map(|held| held.len() as u64).sum()
    }

    /// What of groups could not be evaluated, in a sentence each.
    pub(crate) fn failures(&self) -> impl Iterator<Item = String> {
        self.failed.iter().map(|(rule, key, error)| {
            let rule = &self.rules.groups()[*rule];
            format!("group {key}: rule {} cannot be evaluated and does not hold: {error}", rule.name)
        })
    }
}

/// `list`, a JSON array or nothing, with more items.
fn append<'a>(list: &Raw<'_>, more: &[explain::Explained<'_>]) -> Raw<'a> {
    let more = explain::write(more);
    match list.0.0.strip_suffix(']') {
        Some(start) => Raw(format!("{start},{}", more.0.0.trim_start_matches('[')).into()),
        None => Raw(more.0.0.into_owned().into()),
    }
}
