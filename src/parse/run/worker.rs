//! What a thread works with, which goes from block to block: it remembers what it saw.

use crate::aggregate::read::{EventRow, ScoreRecords};
use crate::io::block;
use crate::io::lines::LineIndex;
use crate::parse::detect::Detectors;
use crate::parse::line::{LastFormats, LineParser};
use crate::parse::run::{Classifier, EventBuilder};
use crate::parse::unasked::Unasked;
use crate::record::event::EventWriter;

/// What a thread works with.
#[derive(Debug)]
pub(super) struct Worker<'c> {
    /// What makes events.
    pub(super) builder: EventBuilder<'c>,
    /// Room for what is found in a page of the text.
    pub(super) line_index: LineIndex,
    /// Which formats fitted last.
    pub(super) last: LastFormats,
}

impl<'c> Classifier<'c> {
    /// A worker that is free, or a new one.
    pub(super) fn worker(&self) -> Worker<'c> {
        self.spare.lock().ok().and_then(|mut spare| spare.pop()).unwrap_or_else(|| {
            let detectors = Detectors::new(self.config.signals, &self.config.settings);
            Worker {
                builder: EventBuilder { detectors, writer: EventWriter::default(), unasked: Unasked::default() },
                line_index: LineIndex::default(),
                last: LastFormats::default(),
            }
        })
    }

    /// Keeps a worker for the next block, with what `parser` saw.
    pub(super) fn keep(&self, worker: Worker<'c>, parser: &LineParser<'_>) {
        if let Ok(mut spare) = self.spare.lock() {
            spare.push(Worker { last: parser.last(), ..worker });
        }
    }

    /// What reads the lines of a block.
    pub(super) fn parser<'b>(&'b self, worker: &Worker<'c>, block: &'b block::Block) -> LineParser<'b> {
        let clock = self.config.clock.with_reference(block.modified);
        let parser = LineParser::new(&self.candidates, &block.file, clock, worker.last);
        if self.config.trace.is_some() { parser.traced() } else { parser }
    }

    /// Takes back what was counted of a block and added up since.
    pub(crate) fn reuse(&self, counted: ScoreRecords) {
        let mut rows = counted.seen;
        rows.clear();
        if rows.capacity() > 0
            && let Ok(mut spare) = self.rows.lock()
        {
            spare.push(rows);
        }
    }

    /// A list for the events of a block.
    pub(super) fn rows(&self) -> Vec<EventRow> {
        self.rows.lock().ok().and_then(|mut spare| spare.pop()).unwrap_or_default()
    }
}
