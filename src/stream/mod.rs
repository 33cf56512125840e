//! The pipe: inputs cut into blocks of lines, work on them in order over threads, outputs, and what is said on stderr.
//!
//! The only place that touches stdin, stdout, stderr, files and threads. It moves bytes and knows no record.

pub mod access;
pub mod anonymous;
pub mod block;
pub mod book;
pub mod buffer;
pub mod codec;
pub mod cursor;
pub mod input;
pub mod interrupt;
pub mod journal;
pub mod line;
pub mod lock;
pub mod naming;
pub mod notice;
pub mod open;
pub mod ordered;
pub mod origin;
pub mod output;
pub mod packed;
pub mod progress;
pub mod raw;
pub mod resume;
pub mod rotation;
pub mod source;
pub mod spill;
pub mod stats;
pub mod trace;

use buffer::Buffers;
use interrupt::Watch;
use progress::Progress;
use stats::InputLog;

/// What every stage is told about the run it is part of.
#[derive(Debug)]
pub struct Run {
    /// The name of the filter, for messages.
    pub program: &'static str,
    /// How many threads work on blocks, 1 or more.
    pub threads: usize,
    /// Whether each record is written and each read handed on at once.
    pub line_buffered: bool,
    /// Knows when to stop.
    pub watch: Watch,
    /// Shows how far the reading is.
    pub progress: Progress,
    /// Memory of blocks that are done with. Apart from that of results, which grows: a block that is read into more room is
    /// a larger block.
    pub blocks: Buffers,
    /// Memory of results that were written.
    pub results: Buffers,
    /// What was read of each input, for `--stats`.
    pub inputs: InputLog,
}

#[cfg(test)]
impl Run {
    /// A run of one thread that says nothing.
    ///
    /// # Panics
    /// Where no watch can be had.
    #[must_use]
    pub fn for_tests() -> Self {
        let (blocks, results) = (Buffers::default(), Buffers::default());
        let watch = Watch::install().expect("a watch");
        let (progress, inputs) = (Progress::new(None), InputLog::default());
        Self { program: "test", threads: 1, line_buffered: false, watch, progress, blocks, results, inputs }
    }
}
