//! A Windows event log (.evtx) as text: each record as XML on one line, in the order of the file.
//!
//! Takes the file's header and its chunks of 64 KiB as they come, so a pipe will do, and holds one chunk and its text at a time. What is
//! damaged is left out, and the input ends with an error that says where. The crate `evtx` bounds what a record may unfold to (16 MiB).
//!
//! **Source:** Microsoft, MS-EVEN6; libyal, Windows XML Event Log (EVTX) format.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;

use evtx::{EvtxChunkData, ParserSettings};

use crate::io::block::MAX_LINE;
use crate::io::source::file::{ByteSource, ReadStatus};

/// The file's header with what pads it, in bytes.
const HEADER_BYTES: usize = 4 << 10;
/// A chunk: a header, records, and room for more.
const CHUNK_BYTES: usize = 64 << 10;
/// How long the text of a chunk may be: three times what records without values give, each of a hundred bytes, whose template has 3 kB.
const MOST_TEXT_BYTES: usize = 4 << 20;
const CHUNK_MAGIC: &[u8] = b"ElfChnk\0";
const _: () = assert!(MOST_TEXT_BYTES == 4 << 20, "a message says what it is");
/// Where the file's header has the number of its chunks: two bytes.
const CHUNK_COUNT_AT: usize = 42;
/// Where the file's header and that of a chunk have their flags.
const FLAGS_AT: usize = 120;
/// It was not closed, so checksums may be those of an earlier state.
const DIRTY: u8 = 1;

/// What cannot be read of a log.
#[derive(Debug, Default)]
struct Damage {
    /// The first of it, in words.
    first: Option<String>,
    more: u64,
}

impl Damage {
    fn note(&mut self, said: String) {
        match self.first {
            None => self.first = Some(said),
            Some(_) => self.more += 1,
        }
    }

    fn into_result(self) -> io::Result<ReadStatus> {
        let Some(mut said) = self.first else { return Ok(ReadStatus::End) };
        if self.more > 0 {
            said.push_str(&format!(" (and {} more errors)", self.more));
        }
        said.push_str("; everything else was read");
        Err(io::Error::new(io::ErrorKind::InvalidData, said))
    }
}

/// What the file's header says.
#[derive(Debug, Clone, Copy)]
struct FileHeader {
    chunks: u64,
    is_dirty: bool,
}

/// An event log that is being read.
pub(crate) struct EventLogReader<'r> {
    raw: ByteSource<'r>,
    /// What was read and not rendered yet.
    input: Vec<u8>,
    header: Option<FileHeader>,
    /// How many chunks were taken.
    taken: u64,
    damage: Damage,
}

impl<'r> EventLogReader<'r> {
    /// The records of `raw`, of which `start` was read already.
    pub(crate) fn new(raw: ByteSource<'r>, start: Vec<u8>) -> Self {
        Self { raw, input: start, header: None, taken: 0, damage: Damage::default() }
    }

    /// Appends what one step gives, which may be nothing yet: a read, or the lines of a chunk.
    ///
    /// # Errors
    /// What the system says; at the end, what was damaged.
    pub(crate) fn fill(&mut self, text: &mut Vec<u8>) -> io::Result<ReadStatus> {
        let wanted = self.wanted();
        if self.input.len() >= wanted {
            let bytes = self.input.drain(..wanted).collect();
            self.take(bytes, text);
            return Ok(ReadStatus::More);
        }
        match self.raw.fill(&mut self.input)? {
            ReadStatus::More => Ok(ReadStatus::More),
            ReadStatus::End => {
                self.take_rest(text);
                std::mem::take(&mut self.damage).into_result()
            }
        }
    }

    /// Whether there is nothing to render, and a read would wait.
    pub(crate) fn pauses(&self) -> bool {
        self.raw.is_unbuffered() || self.input.len() < self.wanted() && self.raw.would_block()
    }

    /// How much was read of the file, in bytes.
    pub(crate) const fn bytes_read(&self) -> u64 {
        self.raw.bytes_read()
    }

    /// Goes back to the start of a regular file.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn rewind(&mut self) -> io::Result<()> {
        self.raw.seek(0)?;
        self.input.clear();
        (self.header, self.taken, self.damage) = (None, 0, Damage::default());
        Ok(())
    }

    const fn wanted(&self) -> usize {
        if self.header.is_none() { HEADER_BYTES } else { CHUNK_BYTES }
    }

    /// Takes the header, or a chunk.
    fn take(&mut self, bytes: Vec<u8>, text: &mut Vec<u8>) {
        let Some(header) = self.header else {
            let chunks = u16::from_le_bytes([bytes[CHUNK_COUNT_AT], bytes[CHUNK_COUNT_AT + 1]]).into();
            self.header = Some(FileHeader { chunks, is_dirty: bytes[FLAGS_AT] & DIRTY != 0 });
            return;
        };
        let number = self.taken;
        self.taken += 1;
        if bytes.starts_with(CHUNK_MAGIC) {
            render_chunk(bytes, header.is_dirty, text, |said| self.damage.note(format!("{}: {said}", chunk_name(number))));
        } else if number < header.chunks && bytes.iter().any(|&byte| byte != 0) {
            // Behind the chunks that are in use there is room for more, in which anything may be left.
            self.damage.note(format!("{}: not a chunk", chunk_name(number)));
        }
    }

    /// Takes what is left at the end: a chunk that breaks off has its first records.
    fn take_rest(&mut self, text: &mut Vec<u8>) {
        let Some(header) = self.header else { return self.damage.note("the event log ends in its header".to_owned()) };
        let mut rest = std::mem::take(&mut self.input);
        let (is_missing, at) = (self.taken < header.chunks, self.taken);
        if rest.starts_with(CHUNK_MAGIC) {
            rest.resize(CHUNK_BYTES, 0);
            // That it is cut is said once.
            render_chunk(rest, true, text, |_| {});
        } else if !is_missing {
            return;
        }
        self.damage.note(format!("the event log ends early, in {}", chunk_name(at)));
    }
}

fn chunk_name(number: u64) -> String {
    format!("chunk {} (at byte {})", number + 1, HEADER_BYTES as u64 + number * CHUNK_BYTES as u64)
}

/// Appends the records of a chunk to `text`, one line a record, and says to `damaged` what cannot be read; checksums are compared unless
/// the log or the chunk was not closed.
pub fn render_chunk(bytes: Vec<u8>, is_dirty: bool, text: &mut Vec<u8>, mut damaged: impl FnMut(String)) {
    let is_dirty = is_dirty || bytes.get(FLAGS_AT).is_some_and(|flags| flags & DIRTY != 0);
    let mut data = match EvtxChunkData::new(bytes, false) {
        Ok(data) => data,
        Err(error) => return damaged(causes(&error)),
    };
    if !is_dirty && !data.validate_checksum() {
        damaged("its checksum is wrong, so its records may be damaged".to_owned());
    }
    let mut chunk = match data.parse(Arc::new(ParserSettings::new().indent(false))) {
        Ok(chunk) => chunk,
        Err(error) => return damaged(causes(&error)),
    };
    let start = text.len();
    for record in chunk.iter() {
        if text.len() - start > MOST_TEXT_BYTES {
            return damaged("it unfolds to more than 4 MiB, so the rest of it is left out".to_owned());
        }
        match record.and_then(evtx::EvtxRecord::into_xml_bytes) {
            Ok(record) => push_line(&record.data, text),
            Err(error) => damaged(causes(&error)),
        }
    }
}

/// Appends `xml` as one line, without its declaration: a line break in a value becomes a blank.
fn push_line(xml: &[u8], text: &mut Vec<u8>) {
    let start = if xml.starts_with(b"<?xml") { memchr::memmem::find(xml, b"?>").map_or(0, |at| at + 2) } else { 0 };
    let xml = xml[start..].trim_ascii();
    // Of a line that is too long, no more is needed than to see that.
    let xml = &xml[..xml.len().min(MAX_LINE + 2)];
    text.extend(xml.iter().map(|&byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte }));
    text.push(b'\n');
}

/// What `error` says, with what caused it.
fn causes(error: &dyn StdError) -> String {
    let mut said = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        said = format!("{}: {cause}", said.trim_end_matches('.'));
        next = cause.source();
    }
    said
}

impl fmt::Debug for EventLogReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventLogReader").field("taken", &self.taken).field("damage", &self.damage).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_one_line_whatever_its_values_hold() {
        for (xml, line) in [
            ("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<Event><a>x\r\n\ty</a></Event>\n", "<Event><a>x  \ty</a></Event>\n"),
            ("<Event/>", "<Event/>\n"),
            ("<?xml", "<?xml\n"),
            ("", "\n"),
        ] {
            let mut text = Vec::new();
            push_line(xml.as_bytes(), &mut text);
            assert_eq!(String::from_utf8_lossy(&text), line);
        }
        let mut text = Vec::new();
        push_line(&vec![b'x'; 3 * MAX_LINE], &mut text);
        assert_eq!(text.len(), MAX_LINE + 3, "still longer than a line may be");
    }
}
