//! Where the one input of a run comes from, as its caller knows better than its path and its file say: a log that came through a
//! pipe from elsewhere, or a piece of a longer log.

use std::num::NonZeroU64;

/// What a caller knows of the one input.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputOverrides {
    /// What records call it.
    pub label: Option<String>,
    /// The number of its first line.
    pub first_line: Option<NonZeroU64>,
    /// When the log was modified last, in seconds since 1970.
    pub modified: Option<i64>,
}

impl InputOverrides {
    /// The flag by which something is known of one input only, where there is any.
    #[must_use]
    pub fn flag(&self) -> Option<&'static str> {
        let label = self.label.as_ref().map(|_| "--name");
        label.or(self.first_line.map(|_| "--first-line")).or(self.modified.map(|_| "--modified"))
    }
}
