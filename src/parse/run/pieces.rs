//! Lines that came in pieces and cannot be put together: each of their entries is a reject.

use std::ops::Range;

use crate::io::block;
use crate::parse::joined::{JoinedEntry, OpenLine, OpenLines};
use crate::parse::reject::RejectReason;
use crate::parse::run::{ClassifiedBlock, Classifier};
use crate::record::run::count::LineClass;

impl Classifier<'_> {
    /// Rejects the pieces of lines that do not go on.
    pub(super) fn close(&self, open: &mut OpenLines, block: &block::Block, result: &mut ClassifiedBlock) {
        for line in open.close() {
            let reason = if line.is_too_long { RejectReason::TOO_LONG } else { RejectReason::PIECE };
            self.reject_pieces(&line, &reason, block, result);
        }
    }

    pub(super) fn reject_pieces(&self, line: &OpenLine, reason: &RejectReason, block: &block::Block, result: &mut ClassifiedBlock) {
        for (number, range) in &line.entries {
            result.reject(*number, reason.clone());
            self.record_reject(result, &block.bytes[range.clone()]);
        }
        self.trace_pieces(line, LineClass::Reject, reason, block, result);
    }

    /// Rejects a line that is too long, or that a shipper took apart, with its last entry `last`.
    pub(super) fn reject_torn(
        &self,
        entry: JoinedEntry<'_>,
        last: (u64, Range<usize>),
        block: &block::Block,
        result: &mut ClassifiedBlock,
    ) {
        let (mut line, reason) = match entry {
            JoinedEntry::TooLong(line) => (line, RejectReason::TOO_LONG),
            JoinedEntry::Torn(line) => (line, RejectReason::SHIPPED_PIECE),
            JoinedEntry::Whole | JoinedEntry::Piece | JoinedEntry::Last(..) => return,
        };
        line.entries.push(last);
        self.reject_pieces(&line, &reason, block, result);
    }

    /// Rejects a line that is open for too long.
    pub(super) fn give_up(&self, open: &mut OpenLines, block: &block::Block, result: &mut ClassifiedBlock) {
        if let Some(line) = open.give_up() {
            self.reject_pieces(&line, &RejectReason::SHIPPED_PIECE, block, result);
        }
    }
}
