//! Names that records bring, each held once and known by a number: signals outside the table, and files.

use std::collections::HashMap;
use std::sync::Arc;

use crate::record::signal::{self, SIGNALS};

/// How many signal names outside the table are counted; a stage that puts free text into `tags` must not fill the memory.
pub(crate) const MAX_OTHER_NAMES: usize = 64;

/// What is said of a signal that a flag names and that is not among the first.
pub(crate) const LEFT_OUT: &str = "that signal is dropped: 64 others outside the table come before it by name";
const _: () = assert!(MAX_OTHER_NAMES == 64, "LEFT_OUT says what MAX_OTHER_NAMES is");

/// A signal: its index in [`SIGNALS`] or, from there on, the index of its name among the others that were met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SignalId(u32);

impl SignalId {
    /// The signal `SIGNALS[index]`.
    pub(crate) fn known(index: usize) -> Self {
        // Each name outside the table is some bytes of memory, so there are never 2^32 of them.
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// Its index among those outside the table, if it is one of them.
    pub(crate) fn other_index(self) -> Option<usize> {
        (self.0 as usize).checked_sub(SIGNALS.len())
    }

    /// Its index in [`SIGNALS`], if it is one of those.
    pub(crate) fn index(self) -> Option<usize> {
        Some(self.0 as usize).filter(|&index| index < SIGNALS.len())
    }
}

/// Texts, each held once.
#[derive(Debug, Default)]
pub(crate) struct StringInterner {
    numbers: HashMap<Arc<str>, u32, ahash::RandomState>,
    texts: Vec<Arc<str>>,
}

impl StringInterner {
    /// The number of `text`, which is kept if it is new.
    pub(crate) fn number(&mut self, text: &Arc<str>) -> u32 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        // Each text is some bytes of memory, so there are never 2^32 of them.
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(Arc::clone(text));
        self.numbers.insert(Arc::clone(text), number);
        number
    }

    pub(crate) const fn count(&self) -> usize {
        self.texts.len()
    }

    #[cfg(test)]
    pub(crate) fn hash_of(&self, text: &str) -> u64 {
        std::hash::BuildHasher::hash_one(self.numbers.hasher(), text)
    }

    /// How many bytes they take, about.
    pub(crate) fn heap_bytes(&self) -> usize {
        // Held once, and known by their number and the other way round.
        self.texts.iter().map(|text| text.len() + 64).sum()
    }

    pub(crate) fn text(&self, number: u32) -> &Arc<str> {
        &self.texts[number as usize]
    }
}

/// How many names that are no longer among the first are remembered at the most before what was counted by them is forgotten.
pub(crate) const MOST_LEFT_OUT: usize = 192;
/// How many bytes such a name has at the most: names are words, and each stands in a record several times.
const MAX_NAME_BYTES: usize = 64;

/// The names of the signals that were met. Of those outside the table the first by name are counted: one among the first of
/// everything is among the first of each part, so which they are is the same for any order of the input, and for any split.
#[derive(Debug, Default)]
pub(crate) struct SignalNames {
    others: StringInterner,
    /// Those outside the table that are counted, by name.
    order: Vec<SignalId>,
    /// Of each of `others`: how often it was met; none, once it is left out.
    met: Vec<Option<u64>>,
    refused: u64,
    is_closed: bool,
}

impl SignalNames {
    /// The signal `name`, which was met; `None` for one that is not among the first by name, which is said at the end.
    pub(crate) fn intern(&mut self, name: &Arc<str>) -> Option<SignalId> {
        let signal = self.find(name).or_else(|| self.insert(name));
        match signal.and_then(SignalId::other_index) {
            Some(other) => self.met[other] = self.met[other].map(|times| times + 1),
            None if signal.is_none() && !self.is_closed => self.refused += 1,
            None => {}
        }
        signal
    }

    /// The signal `name`, if it is counted.
    pub(crate) fn find(&self, name: &str) -> Option<SignalId> {
        if let Some(index) = signal::index_of(name) {
            return Some(SignalId::known(index));
        }
        let other = *self.others.numbers.get(name)? as usize;
        self.met[other].map(|_| SignalId::known(SIGNALS.len() + other))
    }

    fn insert(&mut self, name: &Arc<str>) -> Option<SignalId> {
        let index = self.order.partition_point(|&other| self.other(other) < name);
        if index >= MAX_OTHER_NAMES || name.len() > MAX_NAME_BYTES {
            return None;
        }
        let signal = SignalId::known(SIGNALS.len() + self.others.number(name) as usize);
        self.met.push(Some(0));
        self.order.insert(index, signal);
        if self.order.len() > MAX_OTHER_NAMES
            && let Some(last) = self.order.pop().and_then(SignalId::other_index)
        {
            self.refused += self.met[last].take().unwrap_or(0);
        }
        Some(signal)
    }

    /// How many names were met that are not among the first any more.
    pub(crate) fn left_out(&self) -> usize {
        self.others.texts.len() - self.order.len()
    }

    /// Forgets the names that are not among the first any more, and gives what each other signal is known by from now on: by the
    /// old index outside the table, ascending where the old ones are.
    pub(crate) fn forget_left_out(&mut self) -> Vec<Option<SignalId>> {
        let (old, met) = (std::mem::take(&mut self.others), std::mem::take(&mut self.met));
        let mut moved = Vec::with_capacity(met.len());
        for (text, times) in old.texts.iter().zip(met) {
            moved.push(times.map(|_| SignalId::known(SIGNALS.len() + self.others.number(text) as usize)));
            self.met.extend(times.map(Some));
        }
        let new = |&signal: &SignalId| signal.other_index().and_then(|other| moved[other]);
        self.order = self.order.iter().filter_map(new).collect();
        moved
    }

    /// Says that all was read: what is read again from here on was counted before.
    pub(crate) fn close(&mut self) {
        self.is_closed = true;
    }

    #[cfg(test)]
    pub(crate) fn hash_of(&self, name: &str) -> u64 {
        self.others.hash_of(name)
    }

    pub(crate) fn name(&self, signal: SignalId) -> &str {
        signal.index().map_or_else(|| &**self.other(signal), |index| SIGNALS[index].name)
    }

    pub(crate) fn other(&self, signal: SignalId) -> &Arc<str> {
        &self.others.texts[signal.other_index().unwrap_or(0)]
    }

    /// The signals outside the table that are counted, in the order in which records have them: by name.
    pub(crate) fn others(&self) -> &[SignalId] {
        &self.order
    }

    /// Whether a signal of that name is left out, or would be.
    pub(crate) fn leaves_out(&self, name: &str) -> bool {
        let is_behind = |&last: &SignalId| self.order.len() == MAX_OTHER_NAMES && name > &**self.other(last);
        signal::index_of(name).is_none() && self.refused > 0 && (name.len() > MAX_NAME_BYTES || self.order.last().is_some_and(is_behind))
    }

    /// How many counts were left out because there were too many names.
    pub(crate) const fn refused(&self) -> u64 {
        self.refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_by_index() {
        let mut names = SignalNames::default();
        assert_eq!(names.intern(&"http_404".into()), Some(SignalId::known(1)));
        let zeta = names.intern(&"zeta".into()).expect("not too many");
        let eta = names.intern(&"eta".into()).expect("not too many");
        assert_eq!((names.intern(&"zeta".into()), zeta.index()), (Some(zeta), None));
        assert_eq!((names.name(zeta), names.others()), ("zeta", &[eta, zeta][..]));
        assert_eq!((names.intern(&"x".repeat(65).into()), names.refused()), (None, 1));
    }

    #[test]
    fn the_first_by_name_are_counted_whatever_the_order_and_the_split() {
        let mut random = fastrand::Rng::with_seed(1);
        let mut all: Vec<Arc<str>> = (0..300).map(|n| format!("n{n:03}").into()).collect();
        for round in 0..40 {
            match round {
                0 => {}
                1 => all.reverse(),
                _ => random.shuffle(&mut all),
            }
            let mut names = SignalNames::default();
            for name in &all {
                names.intern(name);
                if names.left_out() > random.usize(..40) {
                    names.forget_left_out();
                }
            }
            let counted: Vec<_> = names.others().iter().map(|&signal| names.name(signal).to_owned()).collect();
            let wanted: Vec<_> = (0..MAX_OTHER_NAMES).map(|n| format!("n{n:03}")).collect();
            assert_eq!((counted, names.refused()), (wanted, 300 - MAX_OTHER_NAMES as u64));
            let is_found = |name: &str| (names.find(name).is_some(), names.leaves_out(name));
            assert_eq!(
                ["n063", "n064", "a", "zz", "http_404"].map(is_found),
                [(true, false), (false, true), (false, false), (false, true), (true, false)]
            );
        }
    }
}
