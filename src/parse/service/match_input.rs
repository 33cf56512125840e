//! What templates are tried on: a message, and what is known of its end.

use crate::base::simd::find_space;
use crate::parse::service::prefix::Prefix16;

/// What is known of the end of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truncation {
    /// Nothing is missing behind it.
    Whole,
    /// Behind a long name there may have been spaces, and more behind them.
    Trimmed,
    /// Anything may be missing behind it.
    Cut,
}

/// A message that templates are tried on, with what was found for one of them and holds for the next.
#[derive(Debug)]
pub(crate) struct MatchInput<'a> {
    pub(super) text: &'a [u8],
    pub(super) head: Prefix16,
    pub(super) ending: Truncation,
    /// Behind how many bytes a space was looked for last, and how far behind them the first one stands.
    space: (usize, Option<usize>),
}

impl<'a> MatchInput<'a> {
    /// The message `text`, of whose end so much is known.
    pub(crate) fn new(text: &'a [u8], ending: Truncation) -> Self {
        Self { text, head: Prefix16::of(text), ending, space: (usize::MAX, None) }
    }

    /// How long the word is that follows the first `start` bytes, where a space ends it.
    #[inline]
    pub(super) fn word_len(&mut self, start: usize) -> Option<usize> {
        if self.space.0 != start {
            self.space = (start, self.text.get(start..).and_then(find_space));
        }
        self.space.1
    }
}
