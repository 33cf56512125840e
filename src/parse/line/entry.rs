//! Entries of several lines that are no line of JSON: those of the journal.

use memchr::memchr;

use crate::io::block::MAX_LINE;
use crate::io::entries::{EntryLayout, split_cursor};
use crate::io::lines::Line;
use crate::parse::envelope::export::EXPORT;
use crate::parse::envelope::verbose::VERBOSE;
use crate::parse::format::{Arena, Header, ParsedLine};
use crate::parse::line::{LineParser, trim_end};
use crate::parse::reject::{RejectReason, nearest_to};

impl LineParser<'_> {
    /// Calls `then` with what an entry of the journal says, as [`LineParser::read`] does with that of a line. No format of lines is tried on
    /// it, but on what journalctl says between entries.
    pub fn read_entry<'a, T>(
        &mut self,
        layout: EntryLayout,
        entry: &'a [u8],
        arena: &'a Arena,
        then: impl FnOnce(&mut Self, Result<&mut ParsedLine<'a>, RejectReason>, &Header<'a>) -> T,
    ) -> T {
        let mut around = Header::default();
        match self.read_fields(layout, entry, arena, &mut around) {
            Ok(mut parsed) => then(self, Ok(&mut parsed), &around),
            Err(reason) => then(self, Err(reason), &around),
        }
    }

    fn read_fields<'a>(
        &mut self,
        layout: EntryLayout,
        entry: &'a [u8],
        arena: &'a Arena,
        around: &mut Header<'a>,
    ) -> Result<ParsedLine<'a>, RejectReason> {
        if entry.len() > MAX_LINE {
            return Err(RejectReason::TOO_LONG);
        }
        let end = memchr(b'\n', entry);
        if layout != EntryLayout::Export && end.is_none() && split_cursor(entry).is_none() {
            return self.read_any(&Line::of(trim_end(entry)), arena, around);
        }
        let format = if layout == EntryLayout::Export { &EXPORT } else { &VERBOSE };
        let line = Line::of(entry);
        let envelope = (format.open)(&line, arena, &mut self.clock).map_err(|mismatch| nearest_to(format.name, mismatch))?;
        let envelope = self.vouch(&envelope);
        self.step(|steps| steps.open(format.name, &envelope));
        self.read_content(format.name, &envelope, &line, arena, 1, around)
    }
}
