//! The table of addresses: every piece added to the tally of its address. What it holds is bounded by the number of addresses.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use super::read::{Piece, Records, Seen};
use crate::record::tally::{Evidence, Name, Place, Tally};

/// How many signal names outside the table are counted; a stage that puts free text into `tags` must not fill the memory.
pub const MAX_OTHER_NAMES: usize = 64;

/// Texts, each held once.
type Texts = HashSet<Arc<str>, ahash::RandomState>;

/// One tally an address. The map's hasher is keyed at random, so no log can be crafted to make it slow; it is ahash, which
/// takes a third of the time of std's.
#[derive(Debug, Default)]
pub struct Table {
    tallies: HashMap<IpAddr, Tally, ahash::RandomState>,
    texts: Texts,
    others: Texts,
    saturated: bool,
    refused: u64,
}

impl Table {
    /// Adds what a block said, keeping at most `limit` places for each signal.
    pub fn add(&mut self, records: &Records, limit: usize) {
        for seen in &records.seen {
            self.add_event(seen, &records.files[seen.file], limit);
        }
        for piece in &records.pieces {
            self.add_host(piece, limit);
        }
    }

    fn add_event(&mut self, seen: &Seen, file: &Arc<str>, limit: usize) {
        let others = seen.others.iter().filter_map(|name| self.admit(&Name::Other(Arc::clone(name)))).collect::<Vec<_>>();
        if seen.signals.is_empty() && others.is_empty() {
            return;
        }
        let tally = self.tallies.entry(seen.ip).or_default();
        tally.see(seen.at);
        for signal in seen.signals.indexes().map(Name::from_index).chain(others) {
            self.saturated |= !tally.count(&signal, seen.count);
            let place = Place { at: seen.at, file, line: seen.line };
            if tally.wants(&signal, place, limit) {
                let file = share(&mut self.texts, file);
                tally.keep(Evidence { signal, at: seen.at, file, line: seen.line }, limit);
            }
        }
    }

    fn add_host(&mut self, piece: &Piece, limit: usize) {
        let counts = piece.counts.iter().filter(|(_, count)| *count > 0);
        let counts: Vec<_> = counts.filter_map(|(name, count)| Some((self.admit(name)?, *count))).collect();
        if counts.is_empty() {
            return;
        }
        let tally = self.tallies.entry(piece.ip).or_default();
        tally.see(piece.first_seen);
        tally.see(piece.last_seen);
        for (name, count) in &counts {
            self.saturated |= !tally.count(name, *count);
        }
        for Evidence { signal, at, file, line } in &piece.evidence {
            // Evidence of a signal that this record does not count would say nothing.
            let is_counted = counts.iter().any(|(name, _)| name == signal);
            if is_counted && tally.wants(signal, Place { at: *at, file, line: *line }, limit) {
                let file = share(&mut self.texts, file);
                tally.keep(Evidence { signal: signal.clone(), at: *at, file, line: *line }, limit);
            }
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
    fn admit(&mut self, name: &Name) -> Option<Name> {
        let Name::Other(text) = name else { return Some(name.clone()) };
        if self.others.len() >= MAX_OTHER_NAMES && !self.others.contains(text) {
            self.refused += 1;
            return None;
        }
        Some(Name::Other(share(&mut self.others, text)))
    }
}

fn share(texts: &mut Texts, text: &Arc<str>) -> Arc<str> {
    if let Some(shared) = texts.get(text) {
        return Arc::clone(shared);
    }
    texts.insert(Arc::clone(text));
    Arc::clone(text)
}
