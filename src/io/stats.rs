//! What a run gathers about itself while it works, for `--stats`: numbers by name, first places, warnings; and its inputs.
//!
//! Bounded, whatever comes in: a few places of each class, a few warnings. The names are those of the stages.

use std::sync::{Mutex, PoisonError};

use crate::base::issue_counter::SHOWN;

/// How many warnings are kept; the rest is counted.
const WARNINGS: usize = 64;

/// What a run gathers about itself.
#[derive(Debug, Default)]
pub(crate) struct Stats {
    /// How many lines there were of each class.
    pub lines: Vec<(&'static str, u64)>,
    pub counts: Vec<(&'static str, u64)>,
    /// What had to be assumed.
    pub guesses: Vec<Assumption>,
    /// The first lines of each class that is worth looking at.
    pub places: Vec<LineLocation>,
    pub warnings: Vec<(&'static str, String)>,
    /// How many more there were.
    pub more_warnings: u64,
}

/// Something that the log does not say and the run had to assume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assumption {
    pub what: &'static str,
    /// What was assumed.
    pub values: Vec<String>,
    pub from: &'static str,
    /// The flag that says it.
    pub flag: &'static str,
    /// What that flag should say, as far as the input shows.
    pub suggested: Option<String>,
}

/// A line that is worth looking at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LineLocation {
    /// The class of the line.
    pub class: &'static str,
    pub file: String,
    pub line: u64,
    /// Why it is of that class, where there is more to say.
    pub reason: Option<String>,
}

impl Stats {
    /// Remembers a line of `class`, if it is one of the first.
    pub(crate) fn add_place(&mut self, class: &'static str, file: &str, line: u64, reason: Option<String>) {
        if self.places.iter().filter(|place| place.class == class).count() < SHOWN {
            self.places.push(LineLocation { class, file: file.to_owned(), line, reason });
        }
    }

    /// Remembers a warning, if it is one of the first.
    pub(crate) fn add_warning(&mut self, kind: &'static str, text: &str) {
        if self.warnings.len() < WARNINGS {
            self.warnings.push((kind, text.to_owned()));
        } else {
            self.more_warnings += 1;
        }
    }
}

/// What was read of one input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct InputStats {
    /// What records call it.
    pub name: String,
    /// How much of its text was handed on, decompressed.
    pub bytes: u64,
    /// How it is compressed, and how much was read of the compressed file.
    pub compressed: Option<(&'static str, u64)>,
    pub lines: u64,
    /// The number of the first of them.
    pub first_line: u64,
    /// When the file was modified, in seconds since 1970; none for a pipe.
    pub modified: Option<i64>,
    /// Whether it was read to its end.
    pub is_complete: bool,
    /// Why it could not be read (further).
    pub error: Option<String>,
}

/// The inputs of a run, as far as they were read. Written once a block.
#[derive(Debug, Default)]
pub(crate) struct InputLog(Mutex<Vec<InputStats>>);

impl InputLog {
    /// Adds an input; gives its place.
    pub(crate) fn add(&self, input: InputStats) -> usize {
        let mut inputs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inputs.push(input);
        inputs.len() - 1
    }

    /// Changes what is known of the input at `place`.
    pub(crate) fn update(&self, place: usize, change: impl FnOnce(&mut InputStats)) {
        if let Some(input) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(place) {
            change(input);
        }
    }

    /// All of them, in the order in which they were read.
    pub(crate) fn all(&self) -> Vec<InputStats> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_kept_whatever_comes() {
        let mut stats = Stats::default();
        for line in 0..1000 {
            stats.add_place("reject", "a", line, None);
            stats.add_place("unknown_message", "a", line, Some("why".to_owned()));
            stats.add_warning("kind", "text");
        }
        assert_eq!(stats.places.len(), 2 * SHOWN);
        assert_eq!((stats.warnings.len(), stats.more_warnings), (WARNINGS, 1000 - WARNINGS as u64));
    }
}
