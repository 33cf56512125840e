//! A progress bar on stderr, where a person is looking: over the bytes of regular files, or over what a stage counts itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that may be hidden; clones move the same bar.
#[derive(Debug, Clone)]
pub struct Progress {
    bar: ProgressBar,
    is_watched: bool,
    /// Whether a stage counts, and not the reader.
    is_counted: Arc<AtomicBool>,
}

impl Progress {
    /// A bar over `total_bytes`; where that is not known there is none until a stage counts.
    #[must_use]
    pub fn new(total_bytes: Option<u64>) -> Self {
        let bar = total_bytes.map_or_else(ProgressBar::hidden, |total| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{bar:30} {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta}") {
                bar.set_style(style);
            }
            bar
        });
        Self { bar, is_watched: true, is_counted: Arc::default() }
    }

    /// A bar that nobody sees.
    #[must_use]
    pub fn silent() -> Self {
        Self { bar: ProgressBar::hidden(), is_watched: false, is_counted: Arc::default() }
    }

    /// Shows what the stage counts from now on, in place of what is read: `noun` says of what.
    pub fn count(&self, noun: &str) {
        if !self.is_watched {
            return;
        }
        self.is_counted.store(true, Ordering::Release);
        self.bar.set_position(0);
        if let Ok(style) = ProgressStyle::with_template(&format!("{{bar:30}} {{pos}}/{{len}} {noun}, {{msg}}, {{eta}}")) {
            self.bar.set_style(style);
        }
        self.bar.set_draw_target(ProgressDrawTarget::stderr());
        self.bar.reset();
    }

    /// Says that `done` of `known` things are done, and what else there is to say.
    pub fn show(&self, done: u64, known: u64, more: String) {
        if self.is_watched {
            self.bar.set_length(known);
            self.bar.set_message(more);
            self.bar.set_position(done);
        }
    }

    /// Moves the bar by `bytes` that were read.
    pub fn advance(&self, bytes: usize) {
        if !self.is_counted.load(Ordering::Acquire) {
            self.bar.inc(bytes as u64);
        }
    }

    /// Whether anyone sees the bar.
    #[must_use]
    pub const fn is_watched(&self) -> bool {
        self.is_watched
    }

    /// Writes around the bar without tearing it.
    pub fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Takes the bar off the screen.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
