//! The lines that a block holds in pieces, put together.

use std::ops::Range;

use crate::io::block::MAX_LINE;
use crate::io::pieces::{ENGINE_STREAMS, OpenStreams, Piece, SHIPPED};
use crate::parse::format::Arena;

/// The open lines of a block.
#[derive(Debug, Default)]
pub(crate) struct OpenLines {
    streams: [Option<OpenLine>; ENGINE_STREAMS],
    /// Those of a shipper, by container. They are never put together: entries of containers are mixed, and one may be missing.
    shipped: Vec<(u64, OpenLine)>,
    /// The streams of a shipper that were open before the block.
    before: OpenStreams,
}

/// Of how many containers lines may be open; past it the longest open one is given up.
const MOST_SHIPPED: usize = 256;

/// A line of which pieces came.
#[derive(Debug, Default)]
pub(crate) struct OpenLine {
    text: Vec<u8>,
    /// The entries that it was made of, by their numbers and where they stand in the block.
    pub entries: Vec<(u64, Range<usize>)>,
    /// Whether it is longer than a line may be.
    pub is_too_long: bool,
}

impl OpenLine {
    /// Lines that belong together, and of which nothing else is read.
    pub(super) fn of(entries: &[(u64, Range<usize>)]) -> Self {
        Self { entries: entries.to_vec(), ..Self::default() }
    }
}

/// What an entry is to its line.
#[derive(Debug)]
pub(crate) enum JoinedEntry<'a> {
    Whole,
    /// A piece, and more follow.
    Piece,
    /// The last piece: the line, as one entry of the log would have it.
    Last(&'a [u8], OpenLine),
    /// The last piece of a line that is too long.
    TooLong(OpenLine),
    /// The last piece of a line that a shipper took apart.
    Torn(OpenLine),
}

impl OpenLines {
    /// Those of a block before which the streams of `open` had lines that are too long.
    pub(super) fn new(open: OpenStreams) -> Self {
        let too_long = || Some(OpenLine { is_too_long: true, ..OpenLine::default() });
        let streams = std::array::from_fn(|stream| if open & 1 << stream == 0 { None } else { too_long() });
        Self { streams, shipped: Vec::new(), before: open & SHIPPED }
    }

    /// Takes an entry, which is `number` and stands at `place`.
    pub(super) fn take<'a>(&mut self, piece: &Piece<'_>, number: u64, place: Range<usize>, arena: &'a Arena) -> JoinedEntry<'a> {
        let Some(stream) = self.streams.get_mut(piece.stream) else { return self.take_shipped(piece, number, place) };
        let [head, body, tail] = piece.parts;
        if piece.is_open {
            let line = stream.get_or_insert_default();
            line.entries.push((number, place));
            line.is_too_long |= line.text.len() + body.len() > MAX_LINE;
            if line.is_too_long {
                line.text = Vec::new();
            } else {
                line.text.extend_from_slice(body);
            }
            return JoinedEntry::Piece;
        }
        match stream.take() {
            None => JoinedEntry::Whole,
            Some(line) if line.is_too_long || line.text.len() + head.len() + body.len() + tail.len() > MAX_LINE => {
                JoinedEntry::TooLong(line)
            }
            Some(line) => JoinedEntry::Last(arena.join(&[head, &line.text, body, tail]), line),
        }
    }

    /// An entry of a shipper: what follows a piece of a container is the rest of its line.
    fn take_shipped<'a>(&mut self, piece: &Piece<'_>, number: u64, place: Range<usize>) -> JoinedEntry<'a> {
        let at = self.shipped.iter().position(|(container, _)| *container == piece.container);
        if piece.is_open {
            let at = at.unwrap_or_else(|| {
                self.shipped.push((piece.container, OpenLine::default()));
                self.shipped.len() - 1
            });
            self.shipped[at].1.entries.push((number, place));
            return JoinedEntry::Piece;
        }
        match at {
            Some(at) => JoinedEntry::Torn(self.shipped.remove(at).1),
            // Which of them is open since before the block is not known: it is the first.
            None if self.before & 1 << piece.stream != 0 => {
                self.before &= !(1 << piece.stream);
                JoinedEntry::Torn(OpenLine::default())
            }
            None => JoinedEntry::Whole,
        }
    }

    /// The line that was given up, so that there are never too many.
    pub(crate) fn give_up(&mut self) -> Option<OpenLine> {
        if self.shipped.len() > MOST_SHIPPED { Some(self.shipped.remove(0).1) } else { None }
    }

    /// The lines of an engine's own file that are still open, which end here.
    pub(super) fn close(&mut self) -> impl Iterator<Item = OpenLine> {
        std::mem::take(&mut self.streams).into_iter().flatten()
    }

    /// The lines of a shipper that are still open.
    pub(crate) fn close_shipped(&mut self) -> impl Iterator<Item = OpenLine> {
        std::mem::take(&mut self.shipped).into_iter().map(|(_, line)| line)
    }

    /// Whether no line is open.
    pub(super) fn is_empty(&self) -> bool {
        self.streams.iter().all(Option::is_none) && self.shipped.is_empty() && self.before == 0
    }
}
