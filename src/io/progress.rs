//! A progress bar on stderr, where a person is looking: over the bytes of regular files, or over what a stage counts itself.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// How long must have passed before what is left is foretold.
const LEAST_KNOWN: Duration = Duration::from_secs(1);

/// A bar that may be hidden; clones move the same bar.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    bar: ProgressBar,
    is_watched: bool,
    /// Whether a stage counts, and not the reader.
    is_counted: Arc<AtomicBool>,
}

impl Progress {
    /// A bar over `total_bytes`; where that is not known there is none until a stage counts.
    pub(crate) fn new(total_bytes: Option<u64>) -> Self {
        let bar = total_bytes.map_or_else(ProgressBar::hidden, |total| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec}{left}") {
                bar.set_style(style.with_key("left", put_left));
            }
            bar
        });
        Self { bar, is_watched: true, is_counted: Arc::default() }
    }

    /// A bar that nobody sees.
    pub(crate) fn silent() -> Self {
        Self { bar: ProgressBar::hidden(), is_watched: false, is_counted: Arc::default() }
    }

    /// Shows what the stage counts from now on, in place of what is read: nothing, before it has counted.
    pub(crate) fn count(&self) {
        self.is_counted.store(true, Ordering::Release);
        self.bar.set_draw_target(ProgressDrawTarget::hidden());
        self.bar.reset();
    }

    /// Says that `done` of `known` things are done, and in words what else there is to say.
    pub(crate) fn show(&self, done: u64, known: u64, words: String) {
        if !self.is_watched {
            return;
        }
        self.bar.set_length(known);
        self.bar.set_position(done);
        self.bar.set_message(words);
        if self.bar.is_hidden() {
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {msg}") {
                self.bar.set_style(style);
            }
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.tick();
    }

    /// Moves the bar by `bytes` that were read.
    pub fn advance(&self, bytes: usize) {
        if !self.is_counted.load(Ordering::Acquire) {
            self.bar.inc(bytes as u64);
        }
    }

    /// Whether anyone sees the bar.
    pub(crate) const fn is_watched(&self) -> bool {
        self.is_watched
    }

    /// Writes around the bar without tearing it.
    pub(crate) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Takes the bar off the screen.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// How long the rest takes at the pace until now, as text behind a comma; nothing where there is no telling yet.
pub(crate) fn left(done: u64, known: u64, elapsed: Duration) -> String {
    if done == 0 || done >= known || elapsed < LEAST_KNOWN {
        return String::new();
    }
    let seconds = u128::from(known - done) * elapsed.as_millis() / u128::from(done) / 1000;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!(", {seconds} s left"),
        (0, minutes, seconds) => format!(", {minutes} min {seconds} s left"),
        (hours, minutes, _) => format!(", {hours} h {minutes} min left"),
    }
}

fn put_left(state: &ProgressState, out: &mut dyn fmt::Write) {
    // A bar that cannot be drawn is no reason to stop.
    let _ = out.write_str(&left(state.pos(), state.len().unwrap_or(0), state.elapsed()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_only_where_it_is_known() {
        let after = |done, known, seconds| left(done, known, Duration::from_secs(seconds));
        for (told, wanted) in [
            (after(0, 0, 9), ""),
            (after(0, 10, 9), ""),
            (after(10, 10, 9), ""),
            (after(5, 10, 0), ""),
            (after(5, 10, 9), ", 9 s left"),
            (after(1, 21, 10), ", 3 min 20 s left"),
            (after(1, 1 << 24, 1), ", 4660 h 20 min left"),
        ] {
            assert_eq!(told, wanted);
        }
    }
}
