//! Entries of several lines that are no line of JSON: those of the Journal Export Format.

use crate::io::block::MAX_LINE;
use crate::io::lines::Line;
use crate::parse::envelope::export::EXPORT;
use crate::parse::format::{Arena, Header, ParsedLine};
use crate::parse::line::LineParser;
use crate::parse::reject::{RejectReason, nearest_to};

impl LineParser<'_> {
    /// Calls `then` with what an entry of the journal's export says, as [`LineParser::read`] does with that of a line. No format of lines
    /// is tried on it.
    pub fn read_export<'a, T>(
        &mut self,
        entry: &'a [u8],
        arena: &'a Arena,
        then: impl FnOnce(&mut Self, Result<&mut ParsedLine<'a>, RejectReason>, &Header<'a>) -> T,
    ) -> T {
        let mut around = Header::default();
        match self.read_fields(entry, arena, &mut around) {
            Ok(mut parsed) => then(self, Ok(&mut parsed), &around),
            Err(reason) => then(self, Err(reason), &around),
        }
    }

    fn read_fields<'a>(&mut self, entry: &'a [u8], arena: &'a Arena, around: &mut Header<'a>) -> Result<ParsedLine<'a>, RejectReason> {
        if entry.len() > MAX_LINE {
            return Err(RejectReason::TOO_LONG);
        }
        let envelope = (EXPORT.open)(&Line::of(entry), arena, &mut self.clock).map_err(|mismatch| nearest_to(EXPORT.name, mismatch))?;
        let envelope = self.vouch(envelope);
        self.step(|steps| steps.open(EXPORT.name, &envelope));
        self.read_content(EXPORT.name, &envelope, &Line::of(b""), arena, 1, around)
    }
}
