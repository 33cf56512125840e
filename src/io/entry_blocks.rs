//! Blocks of an input whose entries are of several lines: whole entries, and those that are too long in parts.

use std::io;

use crate::io::block::{Block, BlockKind};
use crate::io::entries::{EntryLayout, EntryScan, MOST_ENTRY};
use crate::io::reader::InputReader;

/// How far an input is looked into for the end of its first line, in bytes.
const FIRST_LINE_BYTES: usize = 1024;

/// What is said of an archive of files.
const TAR: &str = "a tar archive is not supported: unpack it first: tar -xOf FILE | soar-parse";

/// Whether the text begins as an archive of tar: a name with zeros behind it, which no server writes into a log, and the mark of the format.
///
/// **Source:** POSIX.1-2017, pax, ustar interchange format; GNU tar's has a blank behind the mark.
fn is_tar(head: &[u8]) -> bool {
    head.get(257..263).is_some_and(|mark| matches!(mark, b"ustar\0" | b"ustar ")) && head[99] == 0
}

/// Whether the entries of an input are of several lines, and where in one a long entry was cut.
#[derive(Debug, Default)]
pub(crate) struct EntryReading {
    /// Whether that is asked for.
    pub is_wanted: bool,
    /// Whether the start of the input was looked at, and what it says.
    is_known: bool,
    layout: Option<EntryLayout>,
    /// Inside an entry that is too long: how far it is known.
    scan: EntryScan,
}

impl EntryReading {
    /// Learns the layout from the first bytes of the input.
    pub(crate) fn begin(&mut self, head: &[u8]) {
        (self.is_known, self.layout) = (true, EntryLayout::of(head));
    }

    /// The layout, where entries of several lines are asked for and the input has such.
    pub(crate) fn layout(&self) -> Option<EntryLayout> {
        self.layout.filter(|_| self.is_wanted)
    }
}

/// How far the entries of a text were found.
#[derive(Debug, Clone, Copy, Default)]
struct EntryBounds {
    scan: EntryScan,
    looked: usize,
    /// Where the first and the last entry end.
    first: usize,
    last: usize,
}

impl EntryBounds {
    fn look(&mut self, layout: EntryLayout, bytes: &[u8]) {
        loop {
            let step = self.scan.advance(layout, &bytes[self.looked..]);
            self.looked += step.bytes;
            if !step.is_end {
                return;
            }
            self.last = self.looked;
            if self.first == 0 {
                self.first = self.looked;
            }
        }
    }
}

impl InputReader<'_> {
    /// The layout of its entries, where they are of several lines; its first line is waited for to know.
    ///
    /// # Errors
    /// That it is an archive of files, of which some lines would be read, and others not.
    pub(crate) fn entry_layout(&mut self) -> io::Result<Option<EntryLayout>> {
        if self.entries.is_wanted && !self.entries.is_known {
            let mut carry = std::mem::take(&mut self.carry);
            while self.ended.is_none() && carry.len() < FIRST_LINE_BYTES && !EntryLayout::is_told_by(&carry) {
                self.fill(&mut carry);
            }
            self.entries.begin(&carry);
            if is_tar(&carry) {
                return Err(io::Error::new(io::ErrorKind::Unsupported, TAR));
            }
            self.carry = carry;
        }
        Ok(self.entries.layout())
    }

    /// The next block of whole entries, or a part of one that is too long.
    ///
    /// # Errors
    /// As of [`InputReader::next_block`].
    pub(crate) fn next_entries(&mut self, layout: EntryLayout) -> io::Result<Option<Block>> {
        let mut bytes = std::mem::take(&mut self.carry);
        let target = bytes.len() + self.body.block_bytes();
        let is_inside = self.inside_long;
        let mut found = EntryBounds { scan: if is_inside { self.entries.scan } else { EntryScan::default() }, ..EntryBounds::default() };
        loop {
            found.look(layout, &bytes);
            let is_something = found.last > 0 || is_inside && found.looked > 0;
            let is_enough = is_something && (bytes.len() >= target || self.body.pauses()) || bytes.len() > MOST_ENTRY && found.looked > 0;
            if self.ended.is_some() || is_enough {
                break;
            }
            self.fill(&mut bytes);
        }
        let is_over = self.ended.is_some() && !self.ends_mid_line();
        let (part, end) = match found {
            EntryBounds { first: first @ 1.., .. } if is_inside => {
                self.inside_long = false;
                (BlockKind::LongMore, first)
            }
            EntryBounds { looked, .. } if is_inside => {
                self.inside_long = !is_over;
                (BlockKind::LongMore, if self.ended.is_some() { bytes.len() } else { looked })
            }
            EntryBounds { last: last @ 1.., .. } if !is_over || bytes.len() - last > MOST_ENTRY => (BlockKind::Lines, last),
            EntryBounds { looked, .. } if found.last == 0 && bytes.len() > MOST_ENTRY && self.ended.is_none() => {
                self.inside_long = true;
                (BlockKind::LongStart, looked)
            }
            EntryBounds { last, .. } => (BlockKind::Lines, if is_over { bytes.len() } else { last }),
        };
        if part != BlockKind::Lines {
            self.entries.scan = found.scan;
        }
        if self.ended.is_some() && !is_over {
            bytes.truncate(end);
        }
        self.carry_from(&mut bytes, end);
        if bytes.is_empty() { self.end_of_input() } else { Ok(Some(self.block(bytes, part, Vec::new(), 0))) }
    }
}
