//! The lines that a block holds in pieces, put together.

use std::ops::Range;

use crate::io::block::MAX_LINE;
use crate::io::pieces::{OpenStreams, Piece, STREAMS};
use crate::parse::format::Arena;

/// The open lines of a block.
#[derive(Debug, Default)]
pub struct OpenLines {
    streams: [Option<OpenLine>; STREAMS],
}

/// A line of which pieces came.
#[derive(Debug, Default)]
pub struct OpenLine {
    text: Vec<u8>,
    /// The entries that it was made of, by their numbers and where they stand in the block.
    pub entries: Vec<(u64, Range<usize>)>,
    /// Whether it is longer than a line may be.
    pub is_too_long: bool,
}

impl OpenLine {
    /// Lines that belong together, and of which nothing else is read.
    pub fn of(entries: &[(u64, Range<usize>)]) -> Self {
        Self { entries: entries.to_vec(), ..Self::default() }
    }
}

/// What an entry is to its line.
#[derive(Debug)]
pub enum Entry<'a> {
    Whole,
    /// A piece, and more follow.
    Piece,
    /// The last piece: the line, as one entry of the log would have it.
    Last(&'a [u8], OpenLine),
    /// The last piece of a line that is too long.
    TooLong(OpenLine),
}

impl OpenLines {
    /// Those of a block before which the streams of `open` had lines that are too long.
    pub fn new(open: OpenStreams) -> Self {
        let too_long = || Some(OpenLine { is_too_long: true, ..OpenLine::default() });
        Self { streams: std::array::from_fn(|stream| if open & 1 << stream == 0 { None } else { too_long() }) }
    }

    /// Takes an entry, which is `number` and stands at `place`.
    pub fn take<'a>(&mut self, piece: &Piece<'_>, number: u64, place: Range<usize>, arena: &'a Arena) -> Entry<'a> {
        let stream = &mut self.streams[piece.stream.min(STREAMS - 1)];
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
            return Entry::Piece;
        }
        match stream.take() {
            None => Entry::Whole,
            Some(line) if line.is_too_long || line.text.len() + head.len() + body.len() + tail.len() > MAX_LINE => Entry::TooLong(line),
            Some(line) => Entry::Last(arena.join(&[head, &line.text, body, tail]), line),
        }
    }

    /// The lines that are still open, which end here.
    pub fn close(&mut self) -> impl Iterator<Item = OpenLine> {
        std::mem::take(&mut self.streams).into_iter().flatten()
    }

    /// Whether no line is open.
    pub fn is_empty(&self) -> bool {
        self.streams.iter().all(Option::is_none)
    }
}
