//! Weights: what one occurrence of a signal adds to the score, from the table or from `--weight`.

use std::collections::BTreeMap;

use crate::base::error::{Error, Result};
use crate::record::signal::{self, SIGNALS};
use crate::record::{MAX_INTEGER, Text};

use crate::aggregate::interner::{LEFT_OUT, SignalId, SignalNames};
use crate::aggregate::tally::HostAggregate;

/// The weights of a run.
#[derive(Debug, Clone)]
pub struct Weights {
    /// Of the table's signals, in its order.
    known: [u64; SIGNALS.len()],
    /// Of others; one that is not named weighs nothing.
    others: BTreeMap<String, u64>,
}

impl Weights {
    /// The table's weights, changed by `SIGNAL=W` texts.
    ///
    /// # Errors
    /// [`Error::Usage`] for a text that is no such pair.
    pub fn from_texts(texts: &[String]) -> Result<Self> {
        let mut known = std::array::from_fn(|index| SIGNALS[index].weight);
        let mut others = BTreeMap::new();
        for text in texts {
            let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
            let pair = pair.and_then(|(name, weight)| Some((name, weight.parse().ok().filter(|w| *w <= MAX_INTEGER)?)));
            let (name, weight) =
                pair.ok_or_else(|| Error::Usage(format!("--weight {text}: expected SIGNAL=W, with W a whole number from 0 to 2^53-1")))?;
            match signal::index_of(name) {
                Some(index) => known[index] = weight,
                None => drop(others.insert(name.to_owned(), weight)),
            }
        }
        others.retain(|_, weight| *weight > 0);
        Ok(Self { known, others })
    }

    /// The weights that differ from the table: those of the table's signals in its order, then the others.
    pub fn changed(&self) -> Vec<(Text<'_>, u64)> {
        let known = SIGNALS.iter().zip(self.known).filter(|(signal, weight)| signal.weight != *weight);
        let known = known.map(|(signal, weight)| (Text::from(signal.name), weight));
        known.chain(self.others.iter().map(|(name, &weight)| (Text::from(name.as_str()), weight))).collect()
    }

    /// Sentences about weights of signals that are neither in the table nor in `seen`: they change nothing.
    pub(crate) fn unknown_signals(&self, seen: impl Fn(&str) -> bool, is_left_out: impl Fn(&str) -> bool) -> Vec<String> {
        let unknown = self.others.keys().filter(|name| !seen(name));
        let sentence = |name: &String| {
            let why = if is_left_out(name) { LEFT_OUT } else { "no such signal is in the table or in the input" };
            format!("--weight {name}: {why}")
        };
        unknown.map(sentence).collect()
    }

    /// The score, and the signal that gave most of it (ties: the first in signal order); none where the score is 0.
    pub(crate) fn score(&self, tally: &HostAggregate, names: &SignalNames) -> (u64, Option<SignalId>) {
        let mut total: u64 = 0;
        let mut main = (0, None);
        let mut add = |signal: SignalId, count: u64, weight: u64| {
            // Both are below 2^53, so no two products are cut to the same.
            let weighted = u128::from(count) * u128::from(weight);
            total = total.saturating_add(u64::try_from(weighted).unwrap_or(u64::MAX)).min(MAX_INTEGER);
            if weighted > main.0 {
                main = (weighted, Some(signal));
            }
        };
        for (index, count) in tally.counted() {
            add(SignalId::known(index), count, self.known[index]);
        }
        if !self.others.is_empty() {
            let mut others: Vec<_> = tally.others().iter().map(|(signal, other)| (names.name(*signal), *signal, other.count)).collect();
            others.sort_unstable();
            for (name, signal, count) in others {
                add(signal, count, self.others.get(name).copied().unwrap_or(0));
            }
        }
        (total, main.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_what_weighs_most_and_ties_go_to_the_first() {
        let mut tally = HostAggregate::default();
        for (index, count) in [(0, 5), (1, 5), (2, 3), (3, 9)] {
            tally.count(SignalId::known(index), count);
        }
        let score_of = |tally: &HostAggregate, texts: &[&str]| {
            let texts: Vec<_> = texts.iter().map(|&t| t.to_owned()).collect();
            let names = SignalNames::default();
            let (score, reason) = Weights::from_texts(&texts).expect("weights").score(tally, &names);
            (score, reason.map(|signal| names.name(signal).to_owned()))
        };
        let score = |texts: &[&str]| score_of(&tally, texts);
        assert_eq!(score(&[]), (13, Some("ssh_failed".into())));
        assert_eq!(score(&["http_bot=2"]), (16, Some("http_bot".into())));
        assert_eq!(score(&["ssh_failed=0", "http_404=0", "http_bot=0"]), (0, None));
        assert_eq!(score(&["ssh_failed=9007199254740991"]).0, MAX_INTEGER);
        // Past 2^64 too it is the larger one, however large both are.
        let mut busy = HostAggregate::default();
        for index in [0, 1] {
            busy.count(SignalId::known(index), 1 << 20);
        }
        let weights = ["ssh_failed=9007199254740990", "http_404=9007199254740991"];
        assert_eq!(score_of(&busy, &weights), (MAX_INTEGER, Some("http_404".into())));
    }

    #[test]
    fn only_changed_weights_are_told() {
        let weights =
            Weights::from_texts(&["http_bot=1".into(), "zeta=2".into(), "ssh_accepted=5".into(), "eta=0".into()]).expect("weights");
        let told: Vec<_> = weights.changed().into_iter().map(|(name, weight)| format!("{}={weight}", name.0)).collect();
        assert_eq!(told, ["ssh_accepted=5", "zeta=2"]);
        for text in ["x", "=1", "ssh_failed=-1", "ssh_failed=1.5", "ssh_failed=9007199254740992"] {
            assert!(Weights::from_texts(&[text.to_owned()]).is_err(), "{text}");
        }
    }
}
