//! What stands before a line, for lines that speak of the one before: "last message repeated 3 times".

use memchr::{memchr, memrchr};

use super::format::{Reading, Repeat, Scratch};
use super::reader::{LineReader, trim_end};
use crate::stream::block::{Block, LOOK_BACK_BYTES};
use crate::stream::line::Line;

/// What stands before a line of a block.
#[derive(Debug)]
pub struct Before<'b> {
    block: &'b Block,
    /// Where the last line starts that is not itself about a line before it.
    pub last: Option<usize>,
}

impl<'b> Before<'b> {
    /// What stands before the first line of `block`.
    #[must_use]
    pub const fn start_of(block: &'b Block) -> Self {
        Self { block, last: None }
    }

    /// What is repeated by the line at `start`: the message of the same machine right before it, or before other repeats of it.
    ///
    /// It is looked for no further back than [`LOOK_BACK_BYTES`], whether in this block or before it, so that where an input
    /// is cut into blocks changes no result.
    pub fn find_repeated<'a>(&self, repeat: &Repeat<'a>, start: usize, reader: &mut LineReader<'_>, earlier: &'a mut Scratch) -> Reading<'a>
    where
        'b: 'a,
    {
        earlier.clear();
        let found = match self.last {
            Some(last) => Some((start - last, &self.block.bytes[last..])),
            // Out of reach already: not to be searched for once more for each of many repeats.
            None if start > LOOK_BACK_BYTES => None,
            None => self.last_before(reader).map(|at| (start + self.block.before.len() - at, &self.block.before[at..])),
        };
        let Some((_, text)) = found.filter(|&(distance, _)| distance <= LOOK_BACK_BYTES) else { return Reading::OtherProgram };
        match reader.read(&Line::of(first_line(text)), earlier) {
            Ok(Reading::Sshd(sshd)) if repeat.host.is_empty() || sshd.host() == repeat.host => {
                Reading::Sshd(sshd.repeated(repeat.count, repeat.time))
            }
            Ok(Reading::UnknownSshd) => Reading::UnknownSshd,
            _ => Reading::OtherProgram,
        }
    }

    /// Where, before the block, the last line starts that is not about a line before it.
    fn last_before(&self, reader: &mut LineReader<'_>) -> Option<usize> {
        let mut scratch = Scratch::default();
        let mut end = self.block.before.len();
        while end > 0 {
            let start = memrchr(b'\n', &self.block.before[..end - 1]).map_or(0, |at| at + 1);
            if !matches!(reader.read(&Line::of(first_line(&self.block.before[start..])), &scratch), Ok(Reading::Repeated(_))) {
                return Some(start);
            }
            scratch.clear();
            end = start;
        }
        None
    }
}

/// The first line of `text`, without its end.
fn first_line(text: &[u8]) -> &[u8] {
    trim_end(&text[..memchr(b'\n', text).unwrap_or(text.len())])
}
