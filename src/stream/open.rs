//! One input being read: its text cut at line ends into blocks that know their place.
//!
//! A line past [`MAX_LINE`] comes in parts, so memory stays bounded however long it is. When a pipe has nothing more to give
//! for the moment, what is there is handed on at once.

use std::io;
use std::num::NonZeroU64;
use std::path::Path;
use std::sync::Arc;

use memchr::{memchr, memrchr};

use super::Run;
use super::block::{Block, Dating, LOOK_BACK_BYTES, MAX_LINE, Part};
use super::origin::Origin;
use super::raw::{Found, Raw, STDIN};
use super::source::Body;
use super::stats::InputStats;
use super::trace::Trace;
use crate::error::{Error, Result};
use crate::time;

/// How long a rotated log must have been left alone for half a line at its end to be taken for all there will be of it, in
/// seconds: daemons go on with a renamed file until they are told, which takes seconds.
const SETTLED_SECONDS: i64 = 600;

/// One input being read.
#[derive(Debug)]
pub struct Open<'r> {
    pub(super) body: Body<'r>,
    pub(super) shown: String,
    file: Arc<str>,
    modified: i64,
    dating: Dating,
    lines: u64,
    bytes: u64,
    /// What was read and not handed out yet.
    pub(super) carry: Vec<u8>,
    pub(super) before: Vec<u8>,
    pub(super) next_line: u64,
    inside_long: bool,
    /// Whether nobody writes to it any more.
    pub(super) is_settled: bool,
    pub(super) ended: Option<io::Result<()>>,
    pub(super) run: &'r Run,
    /// Where a cursor is kept: what it will remember.
    pub(super) trace: Option<Trace>,
}

impl<'r> Open<'r> {
    /// Opens `path`, of which `origin` is known.
    ///
    /// # Errors
    /// [`Error::Read`] says why it cannot be opened or read.
    pub fn new(path: &Path, origin: &Origin, run: &'r Run) -> Result<Self> {
        Self::of_raw(Raw::open(path, run)?, path, origin, run)
    }

    /// Starts reading what was opened.
    ///
    /// # Errors
    /// [`Error::Read`] says why it cannot be read.
    pub fn of_raw(raw: Raw<'r>, path: &Path, origin: &Origin, run: &'r Run) -> Result<Self> {
        let shown = path.display().to_string();
        let of_file = raw.modified().filter(|_| path.as_os_str() != STDIN);
        let (body, carry) = Body::open(raw).map_err(|e| Error::read(&shown, &e))?;
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
            next_line: origin.first_line.map_or(1, NonZeroU64::get),
            inside_long: false,
            is_settled: false,
            ended: None,
            run,
            trace: None,
        })
    }

    /// As a log that was rotated away: once nobody writes to it, its last line is whole with or without a newline.
    #[must_use]
    pub fn of_rotated(self) -> Self {
        Self { is_settled: self.modified < time::now() - SETTLED_SECONDS, ..self }
    }

    /// What messages call it.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// What there is to say of it before it is read.
    #[must_use]
    pub fn stats(&self) -> InputStats {
        let modified = Some(self.modified).filter(|_| self.dating != Dating::Now);
        let (name, first_line) = (self.file.to_string(), self.next_line);
        InputStats { name, first_line, modified, compressed: self.body.compressed(), ..InputStats::default() }
    }

    /// Adds to `stats` how much was handed on.
    pub fn update(&self, stats: &mut InputStats) {
        (stats.bytes, stats.lines, stats.compressed) = (self.bytes, self.lines, self.body.compressed());
    }

    /// When it was modified, in seconds since 1970.
    #[must_use]
    pub const fn modified(&self) -> i64 {
        self.modified
    }

    /// The next block; after the last one, the error that ended the input, if one did.
    ///
    /// # Errors
    /// What the system or the decompressor said.
    pub fn next_block(&mut self) -> io::Result<Option<Block>> {
        let mut bytes = std::mem::take(&mut self.carry);
        let target = bytes.len() + self.body.block_bytes();
        let mut newline = memrchr(b'\n', &bytes);
        while self.ended.is_none() {
            if bytes.len() >= target && (newline.is_some() || self.inside_long || bytes.len() > MAX_LINE + 1) {
                break;
            }
            // Asked before each read, since what is there must not wait for a read that blocks.
            if (newline.is_some() || self.inside_long && !bytes.is_empty()) && self.body.pauses() {
                break;
            }
            let looked = bytes.len();
            self.fill(&mut bytes);
            newline = memrchr(b'\n', &bytes[looked..]).map(|at| looked + at).or(newline);
        }
        if self.breaks_off() && !self.inside_long {
            bytes.truncate(newline.map_or(0, |at| at + 1));
        }
        if !bytes.is_empty() {
            return Ok(Some(self.cut(bytes, newline)));
        }
        match &mut self.ended {
            Some(ended) => std::mem::replace(ended, Ok(())).map(|()| self.end_block()),
            None => Ok(None),
        }
    }

    /// One read, or the end and how it came.
    pub(super) fn fill(&mut self, bytes: &mut Vec<u8>) {
        match self.body.fill(bytes) {
            Ok(Found::More) => {}
            Ok(Found::End) => self.ended = Some(Ok(())),
            Err(error) => self.ended = Some(Err(error)),
        }
    }

    /// Whether half a line at the end might have become any line: the input breaks off there, or is still being written.
    fn breaks_off(&self) -> bool {
        match &self.ended {
            None => false,
            Some(Err(_)) => true,
            Some(Ok(())) => self.run.watch.is_stopped() || self.trace.is_some() && !self.is_settled && matches!(self.body, Body::Plain(_)),
        }
    }

    /// Cuts `bytes` after a line end, keeps what follows for later, and says what the block is.
    fn cut(&mut self, mut bytes: Vec<u8>, newline: Option<usize>) -> Block {
        let (part, end) = if self.inside_long {
            let end = memchr(b'\n', &bytes);
            self.inside_long = end.is_none();
            (Part::LongMore, end.map_or(bytes.len(), |at| at + 1))
        } else if let Some(at) = newline {
            (Part::Lines, at + 1)
        } else if bytes.len() > MAX_LINE + 1 {
            // One more, for the CR of a line that just fits.
            self.inside_long = true;
            (Part::LongStart, bytes.len())
        } else {
            (Part::Lines, bytes.len())
        };
        if end < bytes.len() {
            self.carry = self.run.blocks.take();
            self.carry.reserve(bytes.len() - end + self.body.block_bytes());
            self.carry.extend_from_slice(&bytes[end..]);
            bytes.truncate(end);
        }
        let before = std::mem::take(&mut self.before);
        if part == Part::Lines {
            self.before = look_back(&before, &bytes);
        }
        self.block(bytes, part, before)
    }

    fn block(&mut self, bytes: Vec<u8>, part: Part, before: Vec<u8>) -> Block {
        let first_line = self.next_line;
        self.next_line += bytecount::count(&bytes, b'\n') as u64;
        let whole_lines = if self.inside_long { None } else { Some(self.next_line - 1) };
        let mark = self.trace.as_mut().map(|trace| trace.follow(&bytes, whole_lines));
        let lines = match part {
            Part::Lines => self.next_line - first_line + u64::from(!bytes.ends_with(b"\n")),
            Part::LongStart => 1,
            Part::LongMore | Part::End => 0,
        };
        self.lines += lines;
        self.bytes += bytes.len() as u64;
        let (file, modified, dating) = (Arc::clone(&self.file), self.modified, self.dating);
        Block { bytes, file, first_line, part, lines, modified, dating, before, mark }
    }

    /// Where a cursor is kept, it remembers once that there is nothing more.
    fn end_block(&mut self) -> Option<Block> {
        let is_first = !self.run.watch.is_stopped() && self.trace.as_mut()?.end();
        is_first.then(|| self.block(Vec::new(), Part::End, Vec::new()))
    }
}

/// The last whole lines of `before` and `bytes` together that fit in [`LOOK_BACK_BYTES`].
pub(super) fn look_back(before: &[u8], bytes: &[u8]) -> Vec<u8> {
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
            let whole = look_back(b"", &text);
            assert!(whole == text[text.len() - kept..], "{lengths:?} keeps {}", whole.len());
            // However the text is cut into blocks, the same lines are kept.
            let ends: Vec<_> = memchr_iter(b'\n', &text).map(|at| at + 1).collect();
            let one_by_one = ends.iter().fold((Vec::new(), 0), |(before, start), &end| (look_back(&before, &text[start..end]), end));
            assert!(one_by_one.0 == whole, "{lengths:?} keeps {}", one_by_one.0.len());
            for &cut in &ends {
                let before = look_back(b"", &text[..cut]);
                assert!(look_back(&before, &text[cut..]) == whole, "{lengths:?} cut at {cut}");
            }
        }
    }
}
