//! The table of addresses: every piece added to the tally of its address. What it holds is bounded by the number of addresses.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use super::read::Piece;
use crate::record::tally::{Evidence, Name, Tally};

/// How many signal names outside the table are counted; a stage that puts free text into `tags` must not fill the memory.
pub const MAX_OTHER_NAMES: usize = 64;

/// One tally an address. The map's hasher is keyed at random, so no log can be crafted to make it slow.
#[derive(Debug, Default)]
pub struct Table {
    tallies: HashMap<IpAddr, Tally>,
    texts: HashSet<Arc<str>>,
    others: HashSet<Arc<str>>,
    saturated: bool,
    refused: u64,
}

impl Table {
    /// Adds `piece`, keeping at most `evidence` places for each signal.
    pub fn add(&mut self, piece: Piece, evidence: usize) {
        let counts: Vec<_> =
            piece.counts.into_iter().filter(|&(_, count)| count > 0).filter_map(|(name, count)| Some((self.admit(name)?, count))).collect();
        if counts.is_empty() {
            return;
        }
        let tally = match self.tallies.entry(piece.ip) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => entry.insert(Tally::default()),
        };
        for (name, count) in &counts {
            self.saturated |= !tally.count(name, *count);
        }
        tally.see(piece.first_seen);
        tally.see(piece.last_seen);
        if evidence == 0 {
            return;
        }
        for place in piece.evidence {
            // Evidence of a signal that this record does not count would say nothing.
            let Some((signal, _)) = counts.iter().find(|(name, _)| *name == place.signal) else { continue };
            let file = share(&mut self.texts, &place.file);
            tally.keep(Evidence { signal: signal.clone(), file, ..place }, evidence);
        }
    }

    /// Every address with its tally, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (IpAddr, &Tally)> {
        self.tallies.iter().map(|(&ip, tally)| (ip, tally))
    }

    /// How many addresses there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tallies.len()
    }

    /// Whether a signal of that name, outside the signal table, was counted.
    #[must_use]
    pub fn has_seen(&self, name: &str) -> bool {
        self.others.contains(name)
    }

    /// Whether a counter reached the largest integer and stayed there.
    #[must_use]
    pub const fn is_saturated(&self) -> bool {
        self.saturated
    }

    /// How many counts were left out because there were too many names.
    #[must_use]
    pub const fn refused(&self) -> u64 {
        self.refused
    }

    /// `name`, sharing its text with earlier ones; `None` for one name too many.
    fn admit(&mut self, name: Name) -> Option<Name> {
        let Name::Other(text) = name else { return Some(name) };
        if self.others.len() >= MAX_OTHER_NAMES && !self.others.contains(&text) {
            self.refused += 1;
            return None;
        }
        Some(Name::Other(share(&mut self.others, &text)))
    }
}

fn share(texts: &mut HashSet<Arc<str>>, text: &Arc<str>) -> Arc<str> {
    if let Some(shared) = texts.get(text) {
        return Arc::clone(shared);
    }
    texts.insert(Arc::clone(text));
    Arc::clone(text)
}
