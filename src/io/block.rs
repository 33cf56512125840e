//! A block: some lines of one input, with what records say about their position; and the buffers that blocks are read into.

use std::sync::{Arc, Mutex};

use crate::io::checkpoint::registry::CheckpointUpdate;
use crate::io::entries::EntryLayout;
use crate::io::pieces::OpenStreams;

/// The longest line that is read as a line, in bytes without its end: 1 MiB.
pub(crate) const MAX_LINE: usize = 1 << 20;
/// Why a line is not read: it is longer than [`MAX_LINE`].
pub(crate) const TOO_LONG: &str = "longer than 1 MiB";
/// How far a block's [`Block::before`] reaches back at the most, in bytes.
pub(crate) const LOOK_BACK_BYTES: usize = 4 << 10;
const _: () = assert!(MAX_LINE == 1 << 20, "TOO_LONG says what MAX_LINE is");

/// What a block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// Whole lines; only the last of a file may lack its newline.
    Lines,
    /// The start of a line that is too long.
    LongStart,
    /// More of it; with a newline at its end, or at the end of the file, the last of it.
    LongMore,
    /// No line: its input ends here. Comes only where a cursor is kept.
    End,
}

/// How it is known when an input was modified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dating {
    /// Its file says so.
    File,
    /// The caller said so.
    Given,
    /// It is not known: a pipe counts as modified now.
    Now,
}

/// A piece of one input.
#[derive(Debug)]
pub struct Block {
    pub bytes: Vec<u8>,
    /// What the input is called in records.
    pub file: Arc<str>,
    /// The number of the first line, from 1.
    pub first_line: u64,
    /// Whole lines, or a part of one.
    pub part: BlockKind,
    /// How many lines end in it, or begin in it and are too long.
    pub lines: u64,
    /// The file's modification time or, for a pipe, now: seconds since 1970.
    pub modified: i64,
    /// Which of them that is.
    pub dating: Dating,
    /// The whole lines that stand before it in its input, as many as fit in `LOOK_BACK_BYTES`.
    pub before: Vec<u8>,
    /// In an input that begins with a header of the W3C's log format: the last `#Fields:` line before it, however far, empty where there
    /// is none.
    pub header: Option<Arc<[u8]>>,
    /// Which lines in pieces began before it and are too long, so that their pieces were handed on before.
    pub open: OpenStreams,
    /// How its entries are laid out, where they are of several lines: then it holds whole ones, or a part of one that is too long.
    pub layout: Option<EntryLayout>,
    /// What to remember once it was delivered, where a cursor is kept.
    pub mark: Option<CheckpointUpdate>,
}

#[cfg(test)]
impl Block {
    /// Whole lines of stdin.
    pub(crate) fn for_tests(bytes: Vec<u8>) -> Self {
        let lines = memchr::memchr_iter(b'\n', &bytes).count() as u64;
        let (file, part, dating, before) = ("-".into(), BlockKind::Lines, Dating::Now, Vec::new());
        Self { bytes, file, first_line: 1, part, lines, modified: 0, dating, before, header: None, open: 0, layout: None, mark: None }
    }
}

impl Block {
    /// The lines, without their `\n`, with their numbers. Of a too long line: one part, as if it were a line.
    fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let body = self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes);
        let ends = memchr::memchr_iter(b'\n', body).chain([body.len()]);
        let mut start = 0;
        (self.first_line..).zip(ends).map(move |(number, end)| {
            let line = &body[start..end];
            start = end + 1;
            (number, line)
        })
    }

    /// The lines of NDJSON: blank ones are left out, too long ones are [`TOO_LONG`], each once.
    pub fn records(&self) -> impl Iterator<Item = (u64, std::result::Result<&[u8], &'static str>)> {
        let starts_here = matches!(self.part, BlockKind::Lines | BlockKind::LongStart);
        let lines = self.lines().filter(move |(_, line)| starts_here && !line.iter().all(u8::is_ascii_whitespace));
        lines.map(|(number, line)| (number, if line.len() <= MAX_LINE { Ok(line) } else { Err(TOO_LONG) }))
    }
}

/// How many buffers are kept.
const MOST: usize = 16;
/// A larger buffer is given back to the system, in bytes.
const LARGEST_BYTES: usize = 4 << 20;

/// Buffers to be used again: memory that is given back to the system and asked for again costs more than what is done with it
/// (measured: `cargo bench memory`).
#[derive(Debug, Default)]
pub struct BufferPool(Mutex<Vec<Vec<u8>>>);

impl BufferPool {
    /// An empty buffer, with capacity if one was spare.
    pub fn get(&self) -> Vec<u8> {
        self.0.lock().ok().and_then(|mut buffers| buffers.pop()).unwrap_or_default()
    }

    /// Keeps `buffer` for later; what is in it is forgotten.
    pub fn put(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        if let Ok(mut buffers) = self.0.lock()
            && buffers.len() < MOST
            && (1..=LARGEST_BYTES).contains(&buffer.capacity())
        {
            buffers.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_empty_and_no_more_are_kept_than_are_worth_it() {
        let spare = BufferPool::default();
        spare.put(b"text".to_vec());
        spare.put(Vec::with_capacity(LARGEST_BYTES + 1));
        assert!(spare.get().capacity() >= 4);
        (0..2 * MOST).for_each(|_| spare.put(vec![0]));
        let kept = std::iter::from_fn(|| Some(spare.get()).filter(|buffer| buffer.capacity() > 0)).count();
        assert_eq!(kept, MOST);
    }
}
