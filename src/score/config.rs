//! What a run of soar-score was asked for.

use std::path::PathBuf;
use std::sync::Arc;

use crate::aggregate::combine::table_bytes;
use crate::aggregate::options::AggregationOptions;
use crate::base::error::Result;
use crate::base::net::{Address, AddressSet};
use crate::record::signal::SignalSet;
use crate::score::accounts::AccountOptions;
use crate::score::rules::{Rules, RulesRecipe};
use crate::score::weight::Weights;

/// Which hosts say what each rule saw of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Explain {
    /// None.
    #[default]
    None,
    /// Those for which a rule holds.
    Suspicious,
    /// All.
    All,
}

impl Explain {
    /// Whether a host says it that is suspicious, or is not.
    pub(super) const fn has(self, suspicious: bool) -> bool {
        match self {
            Self::None => false,
            Self::Suspicious => suspicious,
            Self::All => true,
        }
    }
}

/// What a run was asked for.
#[derive(Debug)]
pub struct Config {
    /// What makes a host suspicious.
    pub rules: Rules,
    /// What a signal adds to the score.
    pub weights: Weights,
    /// Addresses that are never suspicious.
    pub allow: Arc<AddressSet>,
    /// What is kept of each address.
    pub keep: AggregationOptions,
    /// Whether hosts are written with what a later merge of windows and distinct counts needs.
    pub partial: bool,
    /// Which hosts say what each rule saw.
    pub explain: Explain,
    /// How many bytes the run may take before hosts are spilled to a temporary file; no matter for a live run.
    pub memory_bytes: Option<u64>,
    /// Hosts that are older are left out.
    pub max_age: Option<MaxAge>,
    /// What soar-parse is known to have looked for.
    pub looked_for: SignalSet,
    /// Where groups are written for which a rule holds.
    pub groups: Option<PathBuf>,
    /// Where accounts are written, and how.
    pub accounts: Option<AccountOptions>,
    /// How far from a threshold of a rule a host is told to be near it.
    pub near: Option<u64>,
    /// Hosts of earlier runs, for rules that ask what is new.
    pub against: Vec<PathBuf>,
}

/// How old a host may be.
#[derive(Debug, Clone, Copy)]
pub struct MaxAge {
    /// How long ago it may have been last seen, in seconds.
    pub seconds: i64,
    /// What the clock says, in seconds since 1970.
    pub now: i64,
}

impl MaxAge {
    /// Since when a host must have been seen where `latest` is the last time of all: age is measured from that or from now, whatever
    /// is earlier, so that neither a clock that runs ahead nor a record from the future makes all hosts old.
    fn seen_since(self, latest: i64) -> i64 {
        latest.min(self.now).saturating_sub(self.seconds)
    }
}

/// What another thread makes a configuration of by which it judges hosts as this one does.
#[derive(Debug, Clone)]
pub(super) struct ConfigRecipe {
    rules: RulesRecipe,
    weights: Weights,
    allow: Arc<AddressSet>,
    keep: AggregationOptions,
    partial: bool,
    explain: Explain,
    max_age: Option<MaxAge>,
    near: Option<u64>,
}

impl ConfigRecipe {
    /// The configuration, for the thread that calls this.
    pub(super) fn make(self) -> Result<Config> {
        let Self { rules, weights, allow, keep, partial, explain, max_age, near } = self;
        Ok(Config {
            rules: rules.make()?,
            weights,
            allow,
            keep,
            partial,
            explain,
            memory_bytes: None,
            max_age,
            looked_for: SignalSet::default(),
            groups: None,
            accounts: None,
            near,
            against: Vec::new(),
        })
    }
}

impl Config {
    /// What each of so many other threads judges hosts by as this one does; `None` where only one can.
    pub(super) fn recipe(&self, threads: usize) -> Option<ConfigRecipe> {
        let Self { weights, allow, keep, partial, explain, max_age, near, .. } = self;
        Some(ConfigRecipe {
            rules: self.rules.recipe(threads)?,
            weights: weights.clone(),
            allow: Arc::clone(allow),
            keep: *keep,
            partial: *partial,
            explain: *explain,
            max_age: *max_age,
            near: *near,
        })
    }

    /// Whether an allow list names `ip`. That of a network is named only where the network was counted without the list.
    pub fn allows(&self, ip: Address) -> bool {
        self.allow.contains(ip)
    }

    /// How many bytes the table of hosts may take, and that of accounts, which has a quarter where there is one.
    pub(super) fn limits(&self) -> (Option<usize>, Option<usize>) {
        let all = self.memory_bytes.map(table_bytes);
        let of_accounts = all.filter(|_| self.accounts.is_some()).map(|bytes| bytes / 4);
        (all.map(|bytes| bytes - of_accounts.unwrap_or(0)), of_accounts)
    }

    /// Whether a host that was last seen at `last_seen` is left out for its age where the last of all was seen at `latest`; one
    /// that has no time is of no age.
    pub(super) fn is_too_old(&self, last_seen: Option<i64>, latest: Option<i64>) -> bool {
        let since = self.max_age.zip(latest).map(|(age, latest)| age.seen_since(latest));
        since.zip(last_seen).is_some_and(|(since, seen)| seen < since)
    }
}
