//! Reading on where the last run stopped: which log an input is, how to get to its place, what to remember of it next.

use super::block::LOOK_BACK_BYTES;
use super::book::{Book, Entry, HEAD_BYTES, Mark, hash};
use super::open::{Open, look_back};
use super::source::Body;

/// What a book knows of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Nothing: it is read from its start, and gets this slot.
    Unknown(usize),
    /// The log in this slot: it is read on from there.
    Known(usize),
    /// It begins as the log in this slot does, but ends before the place where that was left.
    Missing(usize),
}

/// What a cursor will remember of an input, kept up to date while it is read.
#[derive(Debug)]
pub struct Trace {
    slot: usize,
    entry: Entry,
    head: Vec<u8>,
    /// How far the text was handed out, whole lines or not, in bytes.
    at: u64,
    note: Option<String>,
    /// The size of a compressed file when it was opened.
    packed_bytes: Option<u64>,
    is_over: bool,
}

impl Trace {
    fn new(slot: usize, known: &Entry, head: &[u8], open: &Open<'_>) -> Self {
        let entry = Entry { path: Some(open.shown().to_owned()), packed_bytes: None, ..known.clone() };
        let packed_bytes = match &open.body {
            Body::Plain(_) => None,
            Body::Packed(packed) => packed.file_bytes(),
        };
        Self { slot, at: entry.offset, entry, head: head.to_vec(), note: None, packed_bytes, is_over: false }
    }

    /// Follows `bytes`, the next of the text; `lines` are there now where it stands behind a line, not inside one.
    pub fn follow(&mut self, bytes: &[u8], lines: Option<u64>) -> Mark {
        let start = usize::try_from(self.at).unwrap_or(usize::MAX);
        if let Some(new) = self.head.len().checked_sub(start).and_then(|known| bytes.get(known..)) {
            self.head.extend_from_slice(&new[..new.len().min(HEAD_BYTES - self.head.len())]);
        }
        self.at += bytes.len() as u64;
        if let Some(lines) = lines.filter(|_| !bytes.is_empty()) {
            let head = &self.head[..usize::try_from(self.at).unwrap_or(usize::MAX).min(self.head.len())];
            if head.len() != self.entry.head_bytes {
                (self.entry.head_bytes, self.entry.head_sha256) = (head.len(), hash(head));
            }
            (self.entry.offset, self.entry.lines) = (self.at, lines);
        }
        Mark { slot: self.slot, entry: self.entry.clone(), note: self.note.take() }
    }

    /// Notes that the input was read to its end; false: that was noted before.
    pub fn end(&mut self) -> bool {
        self.entry.packed_bytes = self.packed_bytes;
        !std::mem::replace(&mut self.is_over, true)
    }
}

impl Open<'_> {
    /// Goes to the place where `book` says that this log was left.
    #[must_use]
    pub fn resume(mut self, book: &mut Book) -> (Self, Place) {
        let mut carry = std::mem::take(&mut self.carry);
        while self.ended.is_none() && carry.len() < HEAD_BYTES {
            self.fill(&mut carry);
        }
        let head = carry[..carry.len().min(HEAD_BYTES)].to_vec();
        self.carry = carry;
        let Some(slot) = book.recognise(&head) else {
            let slot = book.add();
            self.trace = Some(Trace::new(slot, &Entry::default(), &head, &self));
            return (self, Place::Unknown(slot));
        };
        let entry = &book.0[slot];
        let trace = Trace::new(slot, entry, &head, &self);
        self.next_line = entry.lines + 1;
        let is_known_whole = entry.packed_bytes.is_some() && entry.packed_bytes == trace.packed_bytes;
        self.trace = Some(trace);
        // Then it need not be decoded again.
        if is_known_whole {
            self.carry.clear();
            self.ended = Some(Ok(()));
            return (self, Place::Known(slot));
        }
        let place = if self.skip_to(entry.offset) { Place::Known(slot) } else { Place::Missing(slot) };
        (self, place)
    }

    /// Reads the log of `slot` from its start, since it was written anew.
    #[must_use]
    pub fn start_anew(mut self, slot: usize) -> Self {
        let note = format!("{}: shorter than when it was last read, so it is read from its start", self.shown);
        self.trace = Some(Trace { note: Some(note), ..Trace::new(slot, &Entry::default(), b"", &self) });
        self
    }

    /// Reads nothing, since all of this is the start of the log of `slot`, which is at another place.
    #[must_use]
    pub fn pass_over(mut self, slot: usize, entry: &Entry) -> Self {
        let log = entry.path.as_deref().unwrap_or_default();
        let note = format!("{}: an earlier state of {log}, which was read already", self.shown);
        let trace = Trace::new(slot, entry, b"", &self);
        self.trace = Some(Trace { entry: entry.clone(), packed_bytes: entry.packed_bytes, note: Some(note), ..trace });
        self.carry.clear();
        self.ended = Some(Ok(()));
        self
    }

    /// Whether its text was found to end in an error already.
    #[must_use]
    pub const fn is_damaged(&self) -> bool {
        matches!(self.ended, Some(Err(_)))
    }

    /// Says so where another log stood under this name, and is nowhere to be found now.
    #[must_use]
    pub fn note_takeover(mut self, book: &Book) -> Self {
        let is_new = |trace: &&mut Trace| !trace.entry.is_begun();
        if let Some(trace) = self.trace.as_mut().filter(is_new)
            && !self.carry.is_empty()
            && book.at(&self.shown).is_some()
        {
            let path = &self.shown;
            trace.note = Some(format!(
                "{path}: another log than last time, and what became of that one is not beside it: its last lines may be missing"
            ));
        }
        self
    }

    /// Goes to `offset` of the text, with the lines before it in `before`; false: it ends before that.
    fn skip_to(&mut self, offset: u64) -> bool {
        let mut at = 0;
        if let Body::Plain(raw) = &mut self.body {
            // One byte more than is kept, so that the first line is seen to be cut.
            at = offset.saturating_sub(LOOK_BACK_BYTES as u64 + 1);
            self.carry.clear();
            self.ended = raw.seek(at).err().map(Err);
        }
        loop {
            let wanted = usize::try_from(offset - at).unwrap_or(usize::MAX);
            if self.carry.len() >= wanted {
                self.before = look_back(&self.before, &self.carry[..wanted]);
                self.carry.drain(..wanted);
                return true;
            }
            self.before = look_back(&self.before, &self.carry);
            at += self.carry.len() as u64;
            self.carry.clear();
            if self.ended.is_none() && self.run.watch.is_stopped() {
                self.ended = Some(Ok(()));
            }
            match &self.ended {
                None => {}
                // It is said when its turn comes.
                Some(Err(_)) => return true,
                Some(Ok(())) => return self.run.watch.is_stopped(),
            }
            let mut carry = std::mem::take(&mut self.carry);
            self.fill(&mut carry);
            self.carry = carry;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::stream::Run;
    use crate::stream::block::Part;
    use crate::stream::interrupt::Watch;
    use crate::stream::progress::Progress;

    fn run() -> Run {
        let watch = Watch::install().expect("a watch");
        Run { program: "test", threads: 1, line_buffered: false, watch, progress: Progress::new(None) }
    }

    /// Lines of 7 bytes.
    fn lines(count: usize) -> Vec<u8> {
        (0..count).flat_map(|n| format!("{n:06}\n").into_bytes()).collect()
    }

    fn entry(text: &[u8], lines: usize) -> Entry {
        let head = &text[..text.len().min(lines * 7).min(HEAD_BYTES)];
        let (offset, lines) = (lines as u64 * 7, lines as u64);
        Entry { offset, lines, head_bytes: head.len(), head_sha256: hash(head), ..Entry::default() }
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text).and_then(|()| gzip.finish()).expect("packed")
    }

    #[test]
    fn a_log_is_read_on_from_its_place_with_the_lines_before_it() {
        let run = run();
        let text = lines(100_000);
        let file = tempfile::NamedTempFile::new().expect("a file");
        for bytes in [text.clone(), gzip(&text)] {
            std::fs::write(file.path(), bytes).expect("written");
            for count in [1, 2, 146, 147, 585, 586, 600, 37_000, 99_999, 100_000] {
                let mut book = Book(vec![Entry::default(), entry(&text, count)]);
                let (mut open, place) = Open::new(file.path(), None, &run).expect("open").resume(&mut book);
                assert_eq!(place, Place::Known(1));
                let block = open.next_block().expect("readable").expect("a block");
                let at = count * 7;
                let before = if block.part == Part::End { Vec::new() } else { look_back(&[], &text[..at]) };
                assert!(block.before == before, "{count}");
                assert!(text[at..].starts_with(&block.bytes), "{count}");
                assert_eq!(block.first_line, count as u64 + 1);
                let end = at + block.bytes.len();
                assert_eq!(block.mark.map(|mark| (mark.slot, mark.entry.offset, mark.entry.lines)), Some((1, end as u64, end as u64 / 7)));
            }
        }
    }
}
