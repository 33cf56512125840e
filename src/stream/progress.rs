//! A progress bar over the bytes of regular files, on stderr, where a person is looking.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that may be hidden; clones move the same bar.
#[derive(Debug, Clone)]
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar over `total_bytes`, or a hidden one.
    #[must_use]
    pub fn new(total_bytes: Option<u64>) -> Self {
        let Some(total) = total_bytes else { return Self(ProgressBar::hidden()) };
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Moves the bar by `bytes`.
    pub fn advance(&self, bytes: usize) {
        self.0.inc(bytes as u64);
    }

    /// Writes around the bar without tearing it.
    pub fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }

    /// Takes the bar off the screen.
    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
