//! One input being read: its text cut at line ends into blocks that know their place.
//!
//! A line past [`MAX_LINE`] comes in parts, so memory stays bounded however long it is. When a pipe has nothing more to give
//! for the moment, what is there is handed on at once.

use std::io;
use std::num::NonZeroU64;
use std::path::Path;
use std::sync::Arc;

use memchr::{memchr, memrchr};

use crate::base::error::{Error, Result};
use crate::base::simd::dispatch::Dispatch;
use crate::base::time;
use crate::io::InputOverrides;
use crate::io::Run;
use crate::io::block::{Block, BlockKind, Dating, LOOK_BACK_BYTES, MAX_LINE};
use crate::io::checkpoint::registry::CheckpointTracker;
use crate::io::entry_blocks::EntryReading;
use crate::io::lines;
use crate::io::pieces::{OpenStreams, SplitPiece, find_closed, open_streams};
use crate::io::source::TextReader;
use crate::io::source::file::{ByteSource, ReadStatus, STDIN};
use crate::io::stats::InputStats;

/// How long a rotated log must have been left alone for half a line at its end to be taken for all there will be of it, in
/// seconds: daemons go on with a renamed file until they are told, which takes seconds.
const SETTLED_SECONDS: i64 = 600;

/// How long the pieces of a line may be with what stands around them, in bytes.
const MOST_PIECES: usize = MAX_LINE + MAX_LINE / 4;

/// One input being read.
#[derive(Debug)]
pub(crate) struct InputReader<'r> {
    pub(crate) body: TextReader<'r>,
    pub(crate) shown: String,
    file: Arc<str>,
    modified: i64,
    dating: Dating,
    lines: u64,
    bytes: u64,
    /// What was read and not handed out yet.
    pub(crate) carry: Vec<u8>,
    pub(crate) before: Vec<u8>,
    /// As of the next block; see [`Block::header`].
    pub(crate) header: Option<Arc<[u8]>>,
    /// Whether nothing was read of it yet, in this run or another.
    pub(crate) is_at_start: bool,
    pub(crate) next_line: u64,
    pub(crate) inside_long: bool,
    /// How lines in pieces are told, and which of them are too long to wait for their end.
    pieces: Option<SplitPiece>,
    open: OpenStreams,
    /// Whether its entries may be of several lines, and what is known of that.
    pub(crate) entries: EntryReading,
    /// Whether nobody writes to it any more.
    pub(crate) is_settled: bool,
    pub(crate) ended: Option<io::Result<()>>,
    pub(crate) run: &'r Run,
    /// Where a cursor is kept: what it will remember.
    pub(crate) trace: Option<CheckpointTracker>,
}

impl<'r> InputReader<'r> {
    /// Opens `path`, of which `origin` is known.
    ///
    /// # Errors
    /// [`Error::Read`] says why it cannot be opened or read.
    pub(crate) fn new(path: &Path, origin: &InputOverrides, run: &'r Run) -> Result<Self> {
        Self::of_raw(ByteSource::open(path, run)?, path, origin, run)
    }

    /// Starts reading what was opened.
    ///
    /// # Errors
    /// [`Error::Read`] says why it cannot be read.
    pub(crate) fn of_raw(raw: ByteSource<'r>, path: &Path, origin: &InputOverrides, run: &'r Run) -> Result<Self> {
        let shown = path.display().to_string();
        let of_file = raw.modified().filter(|_| path.as_os_str() != STDIN);
        let (body, carry) = TextReader::open(raw).map_err(|e| Error::read(&shown, &e))?;
        // A clock that runs ahead elsewhere puts no line in a year to come.
        let (modified, dating) = match (origin.modified, of_file) {
            (Some(modified), _) => (modified.min(time::now()), Dating::Given),
            (None, Some(modified)) => (modified, Dating::File),
            (None, None) => (time::now(), Dating::Now),
        };
        let file = origin.label.as_ref().unwrap_or(&shown).as_str().into();
        Ok(Self {
            body,
            shown,
            file,
            modified,
            dating,
            lines: 0,
            bytes: 0,
            carry,
            before: Vec::new(),
            header: None,
            is_at_start: true,
            next_line: origin.first_line.map_or(1, NonZeroU64::get),
            inside_long: false,
            pieces: None,
            open: 0,
            entries: EntryReading::default(),
            is_settled: false,
            ended: None,
            run,
            trace: None,
        })
    }

    /// As a log that was rotated away: once nobody writes to it, its last line is whole with or without a newline.
    pub(crate) fn into_rotated(self) -> Self {
        Self { is_settled: self.modified < time::now() - SETTLED_SECONDS, ..self }
    }

    /// As a log that may hold lines in pieces.
    pub(crate) fn with_pieces(self, pieces: Option<SplitPiece>) -> Self {
        Self { pieces, ..self }
    }

    /// As a log whose entries may be of several lines.
    pub(crate) fn with_entries(mut self, wants: bool) -> Self {
        self.entries.is_wanted = wants;
        self
    }

    /// What messages call it.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// What there is to say of it before it is read.
    pub(crate) fn stats(&self) -> InputStats {
        let modified = Some(self.modified).filter(|_| self.dating != Dating::Now);
        let (name, first_line) = (self.file.to_string(), self.next_line);
        InputStats { name, first_line, modified, compressed: self.body.compressed(), ..InputStats::default() }
    }

    /// Adds to `stats` how much was handed on.
    pub(crate) fn update(&self, stats: &mut InputStats) {
        (stats.bytes, stats.lines, stats.compressed) = (self.bytes, self.lines, self.body.compressed());
    }

    /// When it was modified, in seconds since 1970.
    pub(crate) const fn modified(&self) -> i64 {
        self.modified
    }

    /// The next block; after the last one, the error that ended the input, if one did.
    ///
    /// # Errors
    /// What the system or the decompressor said.
    pub(crate) fn next_block(&mut self) -> io::Result<Option<Block>> {
        if let Some(layout) = self.entry_layout()? {
            return self.next_entries(layout);
        }
        let mut bytes = std::mem::take(&mut self.carry);
        let mut target = bytes.len() + self.body.block_bytes();
        let mut newline = memrchr(b'\n', &bytes);
        loop {
            while self.ended.is_none() {
                if bytes.len() >= target && (newline.is_some() || self.inside_long || bytes.len() > MAX_LINE + 1) {
                    break;
                }
                // Asked before each read, since what is there must not wait for a read that blocks.
                if (newline.is_some() || self.inside_long && !bytes.is_empty()) && self.body.pauses() {
                    break;
                }
                newline = self.fill_on(&mut bytes, newline);
            }
            // A line in pieces waits for its end, as far as one may be long.
            if self.ended.is_some() || self.closed_end(&bytes, newline) != Some(0) || bytes.len() > MOST_PIECES {
                break;
            }
            target = bytes.len() + self.body.block_bytes();
            newline = self.fill_on(&mut bytes, newline);
        }
        let closed = self.closed_end(&bytes, newline);
        if self.ends_mid_line() && !self.inside_long {
            bytes.truncate(closed.unwrap_or_default());
        }
        if !bytes.is_empty() {
            return Ok(Some(self.cut(bytes, newline, closed)));
        }
        self.end_of_input()
    }

    /// What there is behind the last block.
    pub(crate) fn end_of_input(&mut self) -> io::Result<Option<Block>> {
        match &mut self.ended {
            Some(ended) => std::mem::replace(ended, Ok(())).map(|()| self.end_block()),
            None => Ok(None),
        }
    }

    /// One read; where the last line end stands then.
    fn fill_on(&mut self, bytes: &mut Vec<u8>, newline: Option<usize>) -> Option<usize> {
        let looked = bytes.len();
        self.fill(bytes);
        memrchr(b'\n', &bytes[looked..]).map(|at| looked + at).or(newline)
    }

    /// How much of `bytes` may be handed on: whole lines, none of them open; `None` where no line ends.
    fn closed_end(&self, bytes: &[u8], newline: Option<usize>) -> Option<usize> {
        let end = newline.filter(|_| !self.inside_long)? + 1;
        Some(self.pieces.map_or(end, |split| find_closed(&bytes[..end], self.open, split).0))
    }

    /// One read, or the end and how it came.
    pub(crate) fn fill(&mut self, bytes: &mut Vec<u8>) {
        match self.body.fill(bytes) {
            Ok(ReadStatus::More) => {}
            Ok(ReadStatus::End) => self.ended = Some(Ok(())),
            Err(error) => self.ended = Some(Err(error)),
        }
    }

    /// Whether half a line at the end might have become any line: the input breaks off there, or is still being written.
    pub(crate) fn ends_mid_line(&self) -> bool {
        match &self.ended {
            None => false,
            Some(Err(_)) => true,
            Some(Ok(())) => {
                self.run.shutdown.is_stopped() || self.trace.is_some() && !self.is_settled && matches!(self.body, TextReader::Plain(_))
            }
        }
    }

    /// Cuts `bytes` after a line end, keeps what follows for later, and says what the block is.
    ///
    /// `closed` is where it may be cut; where a line in pieces is too long for that, or has no end, it is cut in that line all the same.
    fn cut(&mut self, mut bytes: Vec<u8>, newline: Option<usize>, closed: Option<usize>) -> Block {
        let (part, end) = if self.inside_long {
            let end = memchr(b'\n', &bytes);
            self.inside_long = end.is_none();
            (BlockKind::LongMore, end.map_or(bytes.len(), |at| at + 1))
        } else if let Some(closed) = closed.filter(|&closed| closed > 0) {
            (BlockKind::Lines, closed)
        } else if let (Some(_), Some(_), true) = (newline, &self.ended, bytes.len() <= MOST_PIECES) {
            // The pieces and the last of them together, whether or not it has a newline.
            (BlockKind::Lines, bytes.len())
        } else if let Some(at) = newline {
            (BlockKind::Lines, at + 1)
        } else if bytes.len() > MAX_LINE + 1 {
            // One more, for the CR of a line that just fits.
            self.inside_long = true;
            (BlockKind::LongStart, bytes.len())
        } else {
            (BlockKind::Lines, bytes.len())
        };
        self.carry_from(&mut bytes, end);
        let before = std::mem::take(&mut self.before);
        let open = self.open;
        if part == BlockKind::Lines {
            self.open = self.pieces.map_or(0, |split| self.open_behind(&bytes, closed, split));
            self.before = tail_context(&before, &bytes);
        }
        self.block(bytes, part, before, open)
    }

    /// Keeps what stands from `end` on for later.
    pub(crate) fn carry_from(&mut self, bytes: &mut Vec<u8>, end: usize) {
        if end < bytes.len() {
            self.carry = self.run.blocks.get();
            self.carry.reserve(bytes.len() - end + self.body.block_bytes());
            self.carry.extend_from_slice(&bytes[end..]);
            bytes.truncate(end);
        }
    }

    /// Which lines in pieces go on behind a block.
    fn open_behind(&self, bytes: &[u8], closed: Option<usize>, split: SplitPiece) -> OpenStreams {
        if closed == Some(bytes.len()) { find_closed(bytes, self.open, split).1 } else { open_streams(bytes, self.open, split) }
    }

    pub(crate) fn block(&mut self, bytes: Vec<u8>, part: BlockKind, before: Vec<u8>, open: OpenStreams) -> Block {
        let first_line = self.next_line;
        self.next_line += Dispatch::default().count_ends(&bytes) as u64;
        let whole_lines = if self.inside_long { None } else { Some(self.next_line - 1) };
        let header = self.follow_header(&bytes);
        let mark = self.trace.as_mut().map(|trace| trace.follow(&bytes, whole_lines, self.header.as_deref()));
        let layout = self.entries.layout();
        let lines = match part {
            BlockKind::Lines => self.next_line - first_line + u64::from(!bytes.ends_with(b"\n")),
            // An entry that is too long is still as many lines as it is.
            BlockKind::LongStart | BlockKind::LongMore if layout.is_some() => {
                self.next_line - first_line + u64::from(!self.inside_long && !bytes.ends_with(b"\n"))
            }
            BlockKind::LongStart => 1,
            BlockKind::LongMore | BlockKind::End => 0,
        };
        self.lines += lines;
        self.bytes += bytes.len() as u64;
        let (file, modified, dating) = (Arc::clone(&self.file), self.modified, self.dating);
        Block { bytes, file, first_line, part, lines, modified, dating, before, header, open, layout, mark }
    }

    /// The header of a block of `bytes`; that of the block behind it is noted. Only what begins as such a log is looked through.
    fn follow_header(&mut self, bytes: &[u8]) -> Option<Arc<[u8]>> {
        if std::mem::take(&mut self.is_at_start) && lines::begins_with_header(bytes) {
            self.header = Some(Arc::default());
        }
        let header = self.header.clone()?;
        if let Some(last) = lines::find_header(bytes) {
            self.header = Some(last.into());
        }
        Some(header)
    }

    /// Where a cursor is kept, it remembers once that there is nothing more.
    fn end_block(&mut self) -> Option<Block> {
        let is_first = !self.run.shutdown.is_stopped() && self.trace.as_mut()?.end();
        is_first.then(|| self.block(Vec::new(), BlockKind::End, Vec::new(), 0))
    }
}

/// The last whole lines of `before` and `bytes` together that fit in [`LOOK_BACK_BYTES`].
pub(crate) fn tail_context(before: &[u8], bytes: &[u8]) -> Vec<u8> {
    let old = &before[before.len().saturating_sub(LOOK_BACK_BYTES.saturating_sub(bytes.len()))..];
    let new = &bytes[bytes.len().saturating_sub(LOOK_BACK_BYTES)..];
    // What stands left of the two; a line that starts right behind a newline is whole, so it stays.
    let left_out = if new.len() < bytes.len() { &bytes[..bytes.len() - new.len()] } else { &before[..before.len() - old.len()] };
    let mut lines = [old, new].concat();
    if !left_out.is_empty() && !left_out.ends_with(b"\n") {
        lines.drain(..memchr(b'\n', &lines).map_or(lines.len(), |at| at + 1));
    }
    lines
}

#[cfg(test)]
mod tests {
    use memchr::memchr_iter;

    use super::*;

    /// Lines of these lengths, each with its end.
    fn lines(lengths: &[usize]) -> Vec<u8> {
        let line = |(index, &len): (usize, &usize)| [vec![b'a' + u8::try_from(index % 26).unwrap_or(0); len - 1], vec![b'\n']].concat();
        lengths.iter().enumerate().flat_map(line).collect()
    }

    #[test]
    fn a_look_back_holds_the_last_whole_lines_that_fit() {
        for (lengths, kept) in [
            (&[][..], 0),
            (&[10, 20][..], 30),
            (&[LOOK_BACK_BYTES][..], LOOK_BACK_BYTES),
            (&[LOOK_BACK_BYTES + 1][..], 0),
            (&[10, LOOK_BACK_BYTES][..], LOOK_BACK_BYTES),
            (&[10, 20, LOOK_BACK_BYTES - 20][..], LOOK_BACK_BYTES),
            (&[10, 21, LOOK_BACK_BYTES - 20][..], LOOK_BACK_BYTES - 20),
            (&[4090, 10, 4086][..], 4096),
            (&[3000, LOOK_BACK_BYTES + 1, 20][..], 20),
        ] {
            let text = lines(lengths);
            let whole = tail_context(b"", &text);
            assert!(whole == text[text.len() - kept..], "{lengths:?} keeps {}", whole.len());
            // However the text is cut into blocks, the same lines are kept.
            let ends: Vec<_> = memchr_iter(b'\n', &text).map(|at| at + 1).collect();
            let one_by_one = ends.iter().fold((Vec::new(), 0), |(before, start), &end| (tail_context(&before, &text[start..end]), end));
            assert!(one_by_one.0 == whole, "{lengths:?} keeps {}", one_by_one.0.len());
            for &cut in &ends {
                let before = tail_context(b"", &text[..cut]);
                assert!(tail_context(&before, &text[cut..]) == whole, "{lengths:?} cut at {cut}");
            }
        }
    }
}
