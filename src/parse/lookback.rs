//! What stands before a line, for lines that speak of the one before: "last message repeated 3 times".

use memchr::{memchr, memrchr};

use crate::io::block::{Block, LOOK_BACK_BYTES};
use crate::io::lines::Line;
use crate::parse::access::request::Web;
use crate::parse::envelope::syslog::priority_len;
use crate::parse::format::{Arena, Header, ParsedLine, Repeat};
use crate::parse::line::{LineParser, trim_end};

/// What stands before the lines of a block. Places are counted from the start of [`Block::before`].
#[derive(Debug)]
pub(crate) struct Lookback<'b> {
    block: &'b Block,
    /// The last repeat, so that nothing is looked through once more for each of many.
    last: Option<KnownRepeat>,
}

/// What is known of a repeat.
#[derive(Debug)]
struct KnownRepeat {
    host: Vec<u8>,
    /// Where it stands.
    at: usize,
    /// Where the line stands that it repeats, if that is in reach.
    source: Option<usize>,
}

/// What a line before a repeat is to it.
enum Relation {
    /// The message that came again, or one of the same machine that hides it.
    Source,
    /// Nothing: of another machine, of no machine, or another repeat.
    Other,
}

const OTHER: ParsedLine<'static> = ParsedLine::OtherProgram(None);

impl<'b> Lookback<'b> {
    /// What stands before the lines of `block`.
    pub(super) const fn of(block: &'b Block) -> Self {
        Self { block, last: None }
    }

    /// What is repeated by the line at `start` of the block: the message of the same machine before it. Lines of other machines, of web
    /// servers, empty ones and other repeats may stand in between.
    ///
    /// It is looked for no further back than [`LOOK_BACK_BYTES`], whether in this block or before it, so that where an input
    /// is cut into blocks changes no result.
    pub(crate) fn find_repeated<'a>(
        &mut self,
        repeat: &Repeat<'a>,
        start: usize,
        reader: &mut LineParser<'_>,
        earlier: &'a mut Arena,
    ) -> ParsedLine<'a>
    where
        'b: 'a,
    {
        earlier.clear();
        let at = self.block.before.len() + start;
        let source = self.find_source(repeat, at, reader);
        self.last = Some(KnownRepeat { host: repeat.host.to_vec(), at, source });
        let Some(source) = source else { return OTHER };
        let line = self.line_at(source);
        if !repeat.start.is_empty() && !reader.starts_with(&line, earlier, repeat.start) {
            return OTHER;
        }
        if repeat.tag.is_some_and(|tag| !reader.is_tagged(&line, earlier, tag)) {
            return OTHER;
        }
        reader.read(&line, earlier, |_, parsed, _| match parsed.map(|parsed| std::mem::replace(parsed, OTHER)) {
            Ok(ParsedLine::Message(sshd)) => ParsedLine::Message(sshd.repeated(repeat.count, repeat.time)),
            Ok(ParsedLine::UnknownMessage(host)) => ParsedLine::UnknownMessage(host),
            // The line before is an event already.
            Ok(ParsedLine::Web(web)) => ParsedLine::Web(Web { repeats: repeat.count - 1, ..web }),
            _ => OTHER,
        })
    }

    /// Where the line stands that is repeated at the place `at`.
    fn find_source(&self, repeat: &Repeat<'_>, at: usize, reader: &mut LineParser<'_>) -> Option<usize> {
        let reach = at.saturating_sub(LOOK_BACK_BYTES);
        let known = self.last.as_ref().filter(|known| known.host == repeat.host);
        let mut arena = Arena::default();
        let mut end = at;
        while end > reach {
            let start = self.start_before(end);
            if start < reach {
                return None;
            }
            if let Some(known) = known.filter(|known| known.at == start) {
                return known.source.filter(|&source| source >= reach);
            }
            if matches!(relation(&self.line_at(start), repeat, reader, &arena), Relation::Source) {
                return Some(start);
            }
            arena.clear();
            end = start;
        }
        None
    }

    /// Where the line starts that ends right before `end`, which is past the start.
    fn start_before(&self, end: usize) -> usize {
        let (before, bytes) = (&self.block.before, &self.block.bytes);
        match end.checked_sub(before.len()).filter(|&inside| inside > 0) {
            Some(inside) => before.len() + memrchr(b'\n', &bytes[..inside - 1]).map_or(0, |newline| newline + 1),
            None => memrchr(b'\n', &before[..end - 1]).map_or(0, |newline| newline + 1),
        }
    }

    /// The line that starts at a place, without its end.
    fn line_at(&self, start: usize) -> Line<'b> {
        let block: &'b Block = self.block;
        let text = start.checked_sub(block.before.len()).map_or_else(|| &block.before[start..], |inside| &block.bytes[inside..]);
        Line::of(trim_end(&text[..memchr(b'\n', text).unwrap_or(text.len())]))
    }
}

/// What `line` is to `repeat`, behind it. A daemon that leaves the machine out means whatever stands there.
fn relation(line: &Line<'_>, repeat: &Repeat<'_>, reader: &mut LineParser<'_>, arena: &Arena) -> Relation {
    let is_of_it = reader.read(line, arena, |_, parsed, around: &Header<'_>| match parsed {
        Ok(ParsedLine::Message(sshd)) => repeat.is_of(sshd.host()),
        Ok(ParsedLine::UnknownMessage(host) | ParsedLine::OtherProgram(Some(host))) => repeat.is_of(host),
        Ok(ParsedLine::Web(_) | ParsedLine::Ambiguous(_)) => !around.program.is_empty() && repeat.is_of(around.host),
        // It says of no machine that it is its; it may be the one.
        Err(_) => starts_as_syslog(line.text),
        Ok(_) => false,
    });
    if is_of_it { Relation::Source } else { Relation::Other }
}

/// Whether a line that cannot be read starts as those of syslog do.
fn starts_as_syslog(line: &[u8]) -> bool {
    let text = &line[priority_len(line)..];
    text.len() < line.len()
        || crate::base::time::starts_like_rfc3164(text)
        || matches!(text, [y, _, _, _, b'-', _, _, b'-', ..] if y.is_ascii_digit())
}
