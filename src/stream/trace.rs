//! What a cursor will remember of an input, kept up to date while it is read.

use super::book::{Entry, HEAD_BYTES, Mark, Stamp, TAIL_BYTES, hash};

/// What a cursor will remember of one input.
#[derive(Debug)]
pub struct Trace {
    slot: usize,
    entry: Entry,
    head: Vec<u8>,
    /// The last bytes of the text before `at`.
    tail: Vec<u8>,
    /// How far the text was handed out, whole lines or not, in bytes.
    at: u64,
    note: Option<String>,
    /// What a compressed file was known by when it was opened.
    stamp: Option<Stamp>,
    is_over: bool,
}

impl Trace {
    /// Of the log in `slot`, of which `known` is known; its text starts with `head`, and `tail` ends where it is read on.
    #[must_use]
    pub fn new(slot: usize, known: Entry, head: &[u8], tail: &[u8]) -> Self {
        let mut trace =
            Self { slot, at: known.offset, entry: known, head: head.to_vec(), tail: Vec::new(), note: None, stamp: None, is_over: false };
        trace.keep_tail(tail);
        trace
    }

    /// Of the file at `path`, which, should it be compressed, is known by `stamp`.
    #[must_use]
    pub fn of_file(self, path: &str, stamp: Option<Stamp>) -> Self {
        Self { entry: Entry { path: Some(path.to_owned()), stamp: None, ..self.entry }, stamp, ..self }
    }

    /// Of the log in another slot, which is the same up to here.
    #[must_use]
    pub fn of_slot(self, slot: usize) -> Self {
        Self { slot, ..self }
    }

    /// With something that people should know of it.
    #[must_use]
    pub fn with_note(self, note: String) -> Self {
        Self { note: Some(note), ..self }
    }

    /// The first bytes of the text, as far as they are known.
    #[must_use]
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Follows `bytes`, the next of the text; `lines` are there now where it stands behind a line, not inside one.
    pub fn follow(&mut self, bytes: &[u8], lines: Option<u64>) -> Mark {
        let start = usize::try_from(self.at).unwrap_or(usize::MAX);
        if let Some(new) = self.head.len().checked_sub(start).and_then(|known| bytes.get(known..)) {
            self.head.extend_from_slice(&new[..new.len().min(HEAD_BYTES - self.head.len())]);
        }
        self.keep_tail(bytes);
        self.at += bytes.len() as u64;
        if let Some(lines) = lines.filter(|_| !bytes.is_empty()) {
            let head = &self.head[..usize::try_from(self.at).unwrap_or(usize::MAX).min(self.head.len())];
            if head.len() != self.entry.head_bytes {
                (self.entry.head_bytes, self.entry.head_sha256) = (head.len(), hash(head));
            }
            self.entry.tail_sha256 = hash(&self.tail);
            (self.entry.offset, self.entry.lines, self.entry.unasked) = (self.at, lines, false);
        }
        Mark { slot: self.slot, entry: self.entry.clone(), note: self.note.take() }
    }

    /// Notes that the input was read to its end; false: that was noted before.
    pub fn end(&mut self) -> bool {
        self.entry.stamp.clone_from(&self.stamp);
        !std::mem::replace(&mut self.is_over, true)
    }

    fn keep_tail(&mut self, bytes: &[u8]) {
        let new = &bytes[bytes.len().saturating_sub(TAIL_BYTES)..];
        let surplus = (self.tail.len() + new.len()).saturating_sub(TAIL_BYTES);
        self.tail.drain(..surplus);
        self.tail.extend_from_slice(new);
    }
}
