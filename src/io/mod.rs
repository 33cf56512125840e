//! The pipe: inputs cut into blocks of lines, work on them in order over threads, outputs, and what is said on stderr.
//!
//! The only place that touches stdin, stdout, stderr, files and threads. It moves bytes and knows no record.

pub(crate) mod checkpoint;
pub(crate) mod diagnostics;
pub mod entries;
mod entry_blocks;
pub mod lines;
pub(crate) mod ordered_pool;
pub(crate) mod reader;
pub(crate) mod shutdown;
pub(crate) mod unnamed_file;

pub mod block;
pub(crate) mod input;
pub mod lock;
pub mod output;
pub(crate) mod overwrite;
pub(crate) mod pieces;
pub(crate) mod progress;
pub mod source;
pub(crate) mod spill;
pub(crate) mod stats;

use crate::io::block::BufferPool;
use crate::io::progress::Progress;
use crate::io::shutdown::Shutdown;
use crate::io::stats::InputLog;
use std::num::NonZeroU64;

/// What every stage is told about the run it is part of.
#[derive(Debug)]
pub struct Run {
    /// The name of the filter, for messages.
    pub program: &'static str,
    /// How many threads work on blocks, 1 or more.
    pub threads: usize,
    /// How many make the output once all input was read, and whoever wrote it needs no processor any more.
    pub output_threads: usize,
    /// Whether each record is written and each read handed on at once.
    pub line_buffered: bool,
    /// Knows when to stop.
    pub(crate) shutdown: Shutdown,
    /// Shows how far the reading is.
    pub(crate) progress: Progress,
    /// Memory of blocks that are done with. Apart from that of results, which grows: a block that is read into more room is
    /// a larger block.
    pub blocks: BufferPool,
    /// Memory of results that were written.
    pub results: BufferPool,
    /// What was read of each input, for `--stats`.
    pub(crate) inputs: InputLog,
}

#[cfg(test)]
impl Run {
    /// A run of one thread that says nothing.
    ///
    /// # Panics
    /// Where no watch can be had.
    pub(crate) fn for_tests() -> Self {
        let (blocks, results) = (BufferPool::default(), BufferPool::default());
        let watch = Shutdown::install().expect("a watch");
        let (progress, inputs) = (Progress::new(None), InputLog::default());
        Self { program: "test", threads: 1, output_threads: 1, line_buffered: false, shutdown: watch, progress, blocks, results, inputs }
    }
}

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
    pub fn flag(&self) -> Option<&'static str> {
        let label = self.label.as_ref().map(|_| "--name");
        label.or(self.first_line.map(|_| "--first-line")).or(self.modified.map(|_| "--modified"))
    }
}
