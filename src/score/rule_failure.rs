//! Rules that could not be evaluated for a host: that verdict is missing, and everything else of the run is done.

use std::sync::Arc;

use crate::base::issue_counter::SHOWN;
use crate::base::net::Address;
use crate::io::diagnostics::Diagnostics;
use crate::score::rules::{Rules, Verdict};

/// The first failures, and how many there were.
#[derive(Debug, Default)]
pub(crate) struct RuleFailures {
    first: Vec<(Address, usize, Arc<str>)>,
    count: u64,
}

impl RuleFailures {
    /// Adds those of one host.
    pub(crate) fn add(&mut self, ip: Address, verdict: &Verdict) {
        for (rule, what) in &verdict.failed {
            self.count += 1;
            if self.first.len() < SHOWN {
                self.first.push((ip, *rule, Arc::clone(what)));
            }
        }
    }

    /// Adds those of `other`.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.first.extend_from_slice(&other.first[..other.first.len().min(SHOWN - self.first.len())]);
    }

    /// How many there were.
    pub(crate) const fn count(&self) -> u64 {
        self.count
    }

    /// Names the first ones from the one with that `index` on: a live run says each when it happens.
    pub(crate) fn tell_from(&self, index: usize, rules: &Rules, diagnostics: &mut Diagnostics) {
        for (ip, rule, what) in self.first.iter().skip(index) {
            diagnostics.warn("rule_error", &format!("host {ip}: rule {} cannot be evaluated and does not hold: {what}", rules.name(*rule)));
        }
    }

    /// How many were named.
    pub(crate) const fn named(&self) -> usize {
        self.first.len()
    }

    /// Says how many were not named, for the end of a run.
    pub(crate) fn tell_rest(&self, diagnostics: &mut Diagnostics) {
        let rest = self.count - self.first.len() as u64;
        diagnostics.warn_of(rest, "rule_error", || format!("{rest} more times a rule could not be evaluated for a host"));
    }
}
