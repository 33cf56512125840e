//! Names that records bring, each held once and known by a number: signals outside the table, and files.

use std::collections::HashMap;
use std::sync::Arc;

use crate::record::signal::{self, SIGNALS};

/// How many signal names outside the table are counted; a stage that puts free text into `tags` must not fill the memory.
pub const MAX_OTHER_NAMES: usize = 64;

/// How many bytes such a name has at the most: names are words, and each stands in a record several times.
const MAX_NAME_BYTES: usize = 64;

/// A signal: its place in [`SIGNALS`] or, from there on, the place of its name among the others that were met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SignalId(u16);

impl SignalId {
    /// The signal `SIGNALS[index]`.
    #[must_use]
    pub fn known(index: usize) -> Self {
        // At most 32 signals are in the table, and 64 outside it.
        Self(u16::try_from(index).unwrap_or(u16::MAX))
    }

    /// Its place in [`SIGNALS`], if it is one of those.
    #[must_use]
    pub fn index(self) -> Option<usize> {
        Some(usize::from(self.0)).filter(|&index| index < SIGNALS.len())
    }
}

/// Texts, each held once.
#[derive(Debug, Default)]
pub struct Texts {
    numbers: HashMap<Arc<str>, u32, ahash::RandomState>,
    texts: Vec<Arc<str>>,
}

impl Texts {
    /// The number of `text`, which is kept if it is new.
    pub fn number(&mut self, text: &Arc<str>) -> u32 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        // Each text is some bytes of memory, so there are never 2^32 of them.
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(Arc::clone(text));
        self.numbers.insert(Arc::clone(text), number);
        number
    }

    #[cfg(test)]
    pub(super) fn hash_of(&self, text: &str) -> u64 {
        std::hash::BuildHasher::hash_one(self.numbers.hasher(), text)
    }

    /// The text of a number.
    #[must_use]
    pub fn text(&self, number: u32) -> &Arc<str> {
        &self.texts[number as usize]
    }
}

/// The names of the signals that were met.
#[derive(Debug, Default)]
pub struct Names {
    others: Texts,
    /// Those outside the table, by name.
    order: Vec<SignalId>,
    refused: u64,
}

impl Names {
    /// The signal `name`; `None` for one name too many or too long a name, which is counted.
    pub fn admit(&mut self, name: &Arc<str>) -> Option<SignalId> {
        if let Some(index) = signal::index_of(name) {
            return Some(SignalId::known(index));
        }
        let is_new = !self.others.numbers.contains_key(name);
        if is_new && (self.others.texts.len() >= MAX_OTHER_NAMES || name.len() > MAX_NAME_BYTES) {
            self.refused += 1;
            return None;
        }
        let signal = SignalId::known(SIGNALS.len() + self.others.number(name) as usize);
        if is_new {
            let place = self.order.partition_point(|&other| self.other(other) < name);
            self.order.insert(place, signal);
        }
        Some(signal)
    }

    #[cfg(test)]
    pub(super) fn hash_of(&self, name: &str) -> u64 {
        self.others.hash_of(name)
    }

    /// The name of a signal.
    #[must_use]
    pub fn name(&self, signal: SignalId) -> &str {
        signal.index().map_or_else(|| &**self.other(signal), |index| SIGNALS[index].name)
    }

    /// The name of a signal outside the table.
    #[must_use]
    pub fn other(&self, signal: SignalId) -> &Arc<str> {
        &self.others.texts[usize::from(signal.0) - SIGNALS.len()]
    }

    /// The signals outside the table, in the order in which records have them: by name.
    #[must_use]
    pub fn others(&self) -> &[SignalId] {
        &self.order
    }

    /// Whether a signal of that name, outside the table, was met.
    #[must_use]
    pub fn has_met(&self, name: &str) -> bool {
        self.others.numbers.contains_key(name)
    }

    /// How many counts were left out because there were too many names.
    #[must_use]
    pub const fn refused(&self) -> u64 {
        self.refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_by_place_and_those_past_the_last_are_refused() {
        let mut names = Names::default();
        assert_eq!(names.admit(&"http_404".into()), Some(SignalId::known(1)));
        assert_eq!(names.admit(&"z".repeat(65).into()), None);
        let zeta = names.admit(&"zeta".into()).expect("room");
        let eta = names.admit(&"eta".into()).expect("room");
        assert_eq!((names.admit(&"zeta".into()), zeta.index()), (Some(zeta), None));
        assert_eq!(names.name(zeta), "zeta");
        assert_eq!(names.others(), [eta, zeta]);
        (2..MAX_OTHER_NAMES).for_each(|n| assert!(names.admit(&format!("n{n}").into()).is_some()));
        assert_eq!((names.admit(&"one more".into()), names.refused(), names.admit(&"eta".into())), (None, 2, Some(eta)));
    }
}
