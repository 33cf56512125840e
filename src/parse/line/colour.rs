//! Lines in colours, as loggers write them for a terminal, and containers and syslog daemons keep them.

use std::borrow::Cow;

use crate::io::lines::Line;
use crate::parse::colour::find_colour;
use crate::parse::envelope::format::Envelope;
use crate::parse::format::{Arena, Header, ParsedLine};
use crate::parse::line::LineParser;
use crate::parse::reject::RejectReason;

impl LineParser<'_> {
    /// Reads a line that stands `depth` envelopes deep in `outer`: as it is, and where nothing is read so, without its colours. A client
    /// that sends colours could have left them out, so it gains nothing by them.
    pub(super) fn read_line<'a>(
        &mut self,
        line: &Line<'a>,
        arena: &'a Arena,
        outer: Option<&Envelope<'a>>,
        depth: usize,
        around: &mut Header<'a>,
    ) -> Result<ParsedLine<'a>, RejectReason> {
        let (before, steps) = (*around, self.steps.clone());
        let read = self.read_as_is(line, arena, outer, depth, around);
        if !matches!(read, Err(_) | Ok(ParsedLine::OtherProgram(_) | ParsedLine::UnknownMessage(_))) {
            return read;
        }
        let Cow::Owned(plain) = without_colours(line.text) else { return read };
        let plain = Line { header: line.header, ..Line::of(arena.keep(&plain)) };
        let (mut inside, tried) = (before, std::mem::replace(&mut self.steps, steps));
        let again = self.read_as_is(&plain, arena, outer, depth, &mut inside);
        if matches!(again, Ok(ParsedLine::Web(_) | ParsedLine::Message(_))) {
            *around = inside;
            return again;
        }
        self.steps = tried;
        read
    }
}

/// The text without what sets a colour, `ESC [1;32m`.
fn without_colours(text: &[u8]) -> Cow<'_, [u8]> {
    let mut plain: Vec<u8> = Vec::new();
    let mut rest = text;
    while let Some((at, len)) = find_colour(rest) {
        plain.extend_from_slice(&rest[..at]);
        rest = &rest[at + len..];
    }
    if rest.len() == text.len() {
        return Cow::Borrowed(text);
    }
    plain.extend_from_slice(rest);
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_left_out_and_nothing_else() {
        for (text, plain) in [
            ("a b", "a b"),
            ("\x1b[32m[Nest] 1\x1b[39m a\x1b[0m", "[Nest] 1 a"),
            ("#033[1;33mWARN#033[0m a", "WARN a"),
            ("\x1b[38;5;3ma\x1b[m", "a"),
            ("a \x1b[32 b", "a \x1b[32 b"),
            ("a \x1b[2K\x1b[31mb", "a \x1b[2Kb"),
            ("\x1b[", "\x1b["),
            ("\x1b[111111111111111111111m", "\x1b[111111111111111111111m"),
        ] {
            assert_eq!(without_colours(text.as_bytes()).as_ref(), plain.as_bytes(), "{text:?}");
        }
    }
}
