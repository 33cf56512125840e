//! Weights: what one occurrence of a signal adds to the score, from the table or from `--weight`.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::record::signal::{self, SIGNALS};
use crate::record::tally::{Name, Tally};
use crate::record::{MAX_INTEGER, Text};

/// The weights of a run.
#[derive(Debug, Clone, Default)]
pub struct Weights(BTreeMap<String, u64>);

impl Weights {
    /// The table's weights, changed by `SIGNAL=W` texts.
    ///
    /// # Errors
    /// [`Error::Usage`] for a text that is no such pair.
    pub fn from_texts(texts: &[String]) -> Result<Self> {
        let mut weights = BTreeMap::new();
        for text in texts {
            let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
            let pair = pair.and_then(|(name, weight)| Some((name, weight.parse().ok().filter(|w| *w <= MAX_INTEGER)?)));
            let (name, weight) =
                pair.ok_or_else(|| Error::Usage(format!("--weight {text}: wanted SIGNAL=W, W a whole number from 0 to 2^53-1")))?;
            weights.insert(name.to_owned(), weight);
        }
        weights.retain(|name, weight| *weight != table_weight(name));
        Ok(Self(weights))
    }

    /// The weights that differ from the table: those of the table's signals in its order, then the others.
    #[must_use]
    pub fn changed(&self) -> Vec<(Text<'_>, u64)> {
        let known = SIGNALS.iter().filter_map(|s| self.0.get_key_value(s.name));
        let others = self.0.iter().filter(|(name, _)| signal::index_of(name).is_none());
        known.chain(others).map(|(name, &weight)| (Text::from(name.as_str()), weight)).collect()
    }

    /// Sentences about weights of signals that are neither in the table nor in `seen`: they change nothing.
    #[must_use]
    pub fn unknown_signals(&self, seen: impl Fn(&str) -> bool) -> Vec<String> {
        let unknown = self.0.keys().filter(|name| signal::index_of(name).is_none() && !seen(name));
        unknown.map(|name| format!("--weight {name}: no such signal is in the table or was seen")).collect()
    }

    /// The score, and the signal that gave most of it (ties: the first in signal order); none where the score is 0.
    #[must_use]
    pub fn score(&self, tally: &Tally) -> (u64, Option<Name>) {
        let mut total: u64 = 0;
        let mut main: Option<(u64, Name)> = None;
        for (name, count) in tally.signals() {
            let weighted = count.saturating_mul(self.weight_of(name.as_str()));
            total = total.saturating_add(weighted).min(MAX_INTEGER);
            if weighted > main.as_ref().map_or(0, |(most, _)| *most) {
                main = Some((weighted, name));
            }
        }
        (total, main.map(|(_, name)| name))
    }

    fn weight_of(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or_else(|| table_weight(name))
    }
}

fn table_weight(name: &str) -> u64 {
    signal::index_of(name).map_or(0, |index| SIGNALS[index].weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_what_weighs_most_and_ties_go_to_the_first() {
        let mut tally = Tally::default();
        for (index, count) in [(0, 5), (1, 5), (2, 3), (3, 9)] {
            tally.count(&Name::Known(index), count);
        }
        let score = |texts: &[&str]| {
            let texts: Vec<_> = texts.iter().map(|&t| t.to_owned()).collect();
            let (score, reason) = Weights::from_texts(&texts).expect("weights").score(&tally);
            (score, reason.map(|r| r.as_str().to_owned()))
        };
        assert_eq!(score(&[]), (13, Some("ssh_failed".into())));
        assert_eq!(score(&["http_bot=2"]), (16, Some("http_bot".into())));
        assert_eq!(score(&["ssh_failed=0", "http_404=0", "http_bot=0"]), (0, None));
        assert_eq!(score(&["ssh_failed=9007199254740991"]).0, MAX_INTEGER);
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
