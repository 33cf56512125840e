//! Reading on where the last run stopped: which log an input is, how to get to its place, and what is said of it.
//!
//! A log is known where its text begins as it did and, right before the place where it was left, is what it was there.
//! Anything else is read from its start: a line that is read twice is better than one that is never read.

use std::path::Path;

use crate::base::simd::dispatch::Dispatch;
use crate::io::InputOverrides;
use crate::io::Run;
use crate::io::block::{LOOK_BACK_BYTES, MAX_LINE};
use crate::io::checkpoint::registry::{Checkpoint, CheckpointTracker, HEAD_BYTES, Registry, TAIL_BYTES, hash};
use crate::io::lines;
use crate::io::reader::{InputReader, tail_context};
use crate::io::source::TextReader;
use crate::io::source::file::ByteSource;

/// What the registry knows of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resumption {
    /// The log in this slot: it is read on from there.
    Known(usize),
    /// None of the logs: it is read from its start.
    Unknown(NewLog),
}

/// A log that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewLog {
    /// The known logs that begin as it does, the one that was read furthest last.
    alike: Vec<usize>,
    /// Where its text ends, in bytes, as far as that had to be looked at.
    ends_at: Option<u64>,
}

impl NewLog {
    /// The logs of `registry` that begin as it does, and of which more was read than there is of it.
    pub(crate) fn longer<'a>(&'a self, registry: &'a Registry) -> impl Iterator<Item = usize> + 'a {
        self.alike.iter().rev().copied().filter(|&slot| self.is_shorter(&registry.0[slot]))
    }

    fn is_shorter(&self, entry: &Checkpoint) -> bool {
        self.ends_at.is_some_and(|end| end < entry.offset)
    }

    /// What people should know of it, found at `path`, where the log in the slot `before` was and is no more: that log may be
    /// lost, or begins as this does.
    fn note(&self, path: &str, registry: &Registry, before: Option<usize>) -> Option<String> {
        let from_start = "so it is read from its start";
        let Some(before) = before else {
            let alike = registry.0[*self.alike.last()?].path.as_deref().unwrap_or("a log that was read before");
            return Some(format!("{path}: begins like {alike} but differs before its checkpoint, {from_start}"));
        };
        let entry = &registry.0[before];
        Some(if !self.alike.contains(&before) {
            format!("{path}: not the same log as last time, and the previous one is not beside it: its last lines may be missing")
        } else if self.is_shorter(entry) {
            format!("{path}: shorter than when it was last read, {from_start}")
        } else {
            format!("{path}: changed before its checkpoint (byte {}), {from_start}", entry.offset)
        })
    }
}

/// The last `#Fields:` line before `offset` of a file, looked for from there backwards; empty where there is none.
fn header_before(raw: &ByteSource<'_>, offset: u64) -> std::io::Result<Vec<u8>> {
    const PIECE_BYTES: usize = 1 << 18;
    // A piece overlaps the one behind it by one line, however long.
    let mut end = offset;
    while end > 0 {
        let piece = raw.bytes_before(end, PIECE_BYTES + MAX_LINE)?;
        let start = if piece.len() as u64 == end { 0 } else { memchr::memchr(b'\n', &piece).map_or(piece.len(), |at| at + 1) };
        if let Some(header) = lines::find_header(&piece[start..]) {
            return Ok(header.to_vec());
        }
        end = if piece.len() as u64 == end { 0 } else { end.saturating_sub(PIECE_BYTES as u64) };
    }
    Ok(Vec::new())
}

/// A way through a text, with the last bytes that were passed.
#[derive(Debug, Default)]
struct TextWalk {
    at: u64,
    tail: Vec<u8>,
}

impl TextWalk {
    /// One byte more than is looked back at, so that the first line is seen to be cut.
    const TAIL_BYTES: usize = LOOK_BACK_BYTES + 1;

    fn pass(&mut self, bytes: &[u8]) {
        let new = &bytes[bytes.len().saturating_sub(Self::TAIL_BYTES)..];
        let surplus = (self.tail.len() + new.len()).saturating_sub(Self::TAIL_BYTES);
        self.tail.drain(..surplus);
        self.tail.extend_from_slice(new);
        self.at += bytes.len() as u64;
    }
}

impl InputReader<'_> {
    /// Goes to the place where `registry` says that this log was left.
    pub(crate) fn resume(mut self, registry: &mut Registry) -> (Self, Resumption) {
        let mut carry = std::mem::take(&mut self.carry);
        while self.ended.is_none() && carry.len() < HEAD_BYTES {
            self.fill(&mut carry);
        }
        let head = carry[..carry.len().min(HEAD_BYTES)].to_vec();
        self.carry = carry;
        self.entries.begin(&head);
        let alike = registry.alike(&head);
        let stamp = self.body.stamp();
        let is_whole = |slot: &usize| stamp.is_some() && registry.0[*slot].stamp == stamp;
        let (known, tail, ends_at) = match alike.iter().copied().rfind(is_whole) {
            // Then it need not be decoded again.
            Some(slot) => {
                self.finish_early();
                (Some(slot), Vec::new(), None)
            }
            None => self.seek_to_checkpoint(&alike, registry),
        };
        let slot = known.unwrap_or_else(|| registry.add());
        let entry = registry.0[slot].clone();
        self.next_line = entry.lines + 1;
        self.is_at_start = entry.offset == 0;
        self.header = entry.header.as_deref().map(|header| header.as_bytes().into());
        self.trace = Some(CheckpointTracker::new(slot, entry, &head, &tail).of_file(&self.shown, stamp));
        (self, known.map_or(Resumption::Unknown(NewLog { alike, ends_at }), Resumption::Known))
    }

    /// Goes to the furthest place of the logs in `slots` that is its own. Gives which one that is, and the text before
    /// it; or else goes to the start, and gives where the text ends if that is known.
    fn seek_to_checkpoint(&mut self, slots: &[usize], registry: &Registry) -> (Option<usize>, Vec<u8>, Option<u64>) {
        let mut walk = TextWalk::default();
        let (mut found, mut ends_at) = (None, None);
        if let TextReader::Plain(raw) = &self.body {
            ends_at = raw.file_bytes();
            let fits = |entry: &Checkpoint| {
                let tail = raw.bytes_before(entry.offset, TAIL_BYTES).unwrap_or_default();
                entry.ends_with(&tail) && (tail.ends_with(b"\n") || ends_at == Some(entry.offset))
            };
            found = slots.iter().copied().rfind(|&slot| fits(&registry.0[slot]));
        } else {
            for &slot in slots {
                if !self.skip_to(registry.0[slot].offset, &mut walk) {
                    ends_at = Some(walk.at);
                    break;
                }
                let fits = registry.0[slot].ends_with(&walk.tail) && (walk.tail.ends_with(b"\n") || self.is_at_end());
                found = Some(slot).filter(|_| fits).or(found);
            }
        }
        let place = found.map_or(0, |slot| registry.0[slot].offset);
        if walk.at > place {
            walk = TextWalk::default();
            self.carry.clear();
            self.ended = self.body.rewind().err().map(Err);
        }
        self.skip_to(place, &mut walk);
        self.before = tail_context(&[], &walk.tail);
        (found, walk.tail, ends_at)
    }

    /// Goes on to `offset` of the text; false: it ends before that.
    fn skip_to(&mut self, offset: u64, walk: &mut TextWalk) -> bool {
        if let TextReader::Plain(raw) = &mut self.body
            && offset > 0
        {
            walk.at = offset.saturating_sub(TextWalk::TAIL_BYTES as u64);
            self.carry.clear();
            self.ended = raw.seek(walk.at).err().map(Err);
        }
        loop {
            let wanted = usize::try_from(offset - walk.at).unwrap_or(usize::MAX).min(self.carry.len());
            walk.pass(&self.carry[..wanted]);
            self.carry.drain(..wanted);
            if walk.at == offset {
                return true;
            }
            if self.ended.is_none() && self.run.shutdown.is_stopped() {
                self.ended = Some(Ok(()));
            }
            if self.ended.is_some() {
                return false;
            }
            self.fill_carry();
        }
    }

    /// Whether there is nothing more behind its place.
    pub(crate) fn is_at_end(&mut self) -> bool {
        while self.carry.is_empty() && self.ended.is_none() {
            self.fill_carry();
        }
        self.carry.is_empty() && matches!(self.ended, Some(Ok(())))
    }

    /// What is to be remembered of a log that is not known and not read: how far it goes now, or, of a compressed one, its
    /// start and what the file is known by. Nothing of one that has no text, or whose file cannot be told from others.
    pub(crate) fn pass_by(&self) -> Option<Checkpoint> {
        let head = self.trace.as_ref()?.head();
        let header;
        let (offset, tail, stamp) = if let TextReader::Plain(raw) = &self.body {
            let end = raw.file_bytes()?;
            let last = raw.bytes_before(end, MAX_LINE).ok()?;
            // Half a line may still be written to.
            let half = memchr::memrchr(b'\n', &last).filter(|_| !self.is_settled).map_or(0, |at| last.len() - at - 1);
            let offset = end - half as u64;
            header = lines::begins_with_header(head).then(|| header_before(raw, offset)).transpose().ok()?;
            (offset, raw.bytes_before(offset, TAIL_BYTES).ok()?, None)
        } else {
            let whole = memchr::memrchr(b'\n', head).map_or(0, |at| at + 1);
            header = lines::begins_with_header(head).then(|| lines::find_header(&head[..whole]).unwrap_or_default().to_vec());
            (head.len() as u64, head.to_vec(), Some(self.body.stamp()?))
        };
        let head = &head[..head.len().min(usize::try_from(offset).unwrap_or(usize::MAX))];
        let entry = Checkpoint {
            path: Some(self.shown.clone()),
            offset,
            head_bytes: head.len(),
            head_sha256: hash(head),
            tail_sha256: hash(&tail),
            stamp,
            header: header.map(|header| String::from_utf8_lossy(&header).into_owned()),
            unasked: true,
            ..Checkpoint::default()
        };
        Some(entry).filter(Checkpoint::is_begun)
    }

    /// How many line ends there are before `offset` of its text, it being at its start.
    pub(crate) fn lines_before(mut self, offset: u64) -> u64 {
        let (mut at, mut lines) = (0, 0);
        while !self.is_at_end() && !self.carry.is_empty() && at < offset {
            let wanted = usize::try_from(offset - at).unwrap_or(usize::MAX).min(self.carry.len());
            lines += Dispatch::default().count_ends(&self.carry[..wanted]) as u64;
            at += wanted as u64;
            self.carry.clear();
        }
        lines
    }

    /// With the numbers of lines that follow `lines` others.
    pub(crate) fn behind_lines(mut self, lines: u64) -> Self {
        self.next_line = lines + 1;
        self
    }

    /// Whether all that can be read of its text, both being at their start, is how the text of `other` starts.
    pub(crate) fn begins(mut self, mut other: InputReader<'_>) -> bool {
        while !self.run.shutdown.is_stopped() {
            let have = |open: &mut InputReader<'_>| open.is_at_end() || open.carry.is_empty();
            if have(&mut self) {
                return true;
            }
            if have(&mut other) {
                return false;
            }
            let both = self.carry.len().min(other.carry.len());
            if self.carry[..both] != other.carry[..both] {
                return false;
            }
            self.carry.drain(..both);
            other.carry.drain(..both);
        }
        false
    }

    /// Reads nothing, since all of this is `entry`'s log or its start, which was read at another place; `what` says so.
    pub(crate) fn skip_duplicate(mut self, slot: usize, entry: &Checkpoint, what: &str) -> Self {
        let home = entry.path.as_deref().unwrap_or_default();
        let note = format!("{}: {what} {home}, which was read already", self.shown);
        let mut trace = CheckpointTracker::new(slot, entry.clone(), b"", b"").with_note(note);
        // The log stays where it was.
        trace = trace.of_file(home, entry.stamp.clone());
        self.trace = Some(trace);
        // Damage is found, and said, all the same.
        while self.ended.is_none() {
            self.carry.clear();
            self.fill_carry();
        }
        self.carry.clear();
        self
    }

    /// Whether its text was found to end in an error already.
    pub(crate) const fn is_damaged(&self) -> bool {
        matches!(self.ended, Some(Err(_)))
    }

    /// Says what people should know of a log that is not known; the log in the slot `before` was here and is no more.
    pub(crate) fn warn_new_log(self, stranger: &NewLog, registry: &Registry, before: Option<usize>) -> Self {
        if self.carry.is_empty() {
            return self;
        }
        let note = stranger.note(&self.shown, registry, before);
        self.note(note)
    }

    /// Goes on where `entry`'s log was left, which is whole at another place, as a log of its own in `slot`.
    pub(crate) fn fork_checkpoint(mut self, entry: &Checkpoint, slot: usize) -> Self {
        self.trace = self.trace.map(|trace| trace.of_slot(slot));
        let home = entry.path.as_deref().unwrap_or_default();
        let note = format!("{}: begins with everything that was read of {home}, so reading continues there", self.shown);
        self.note(Some(note))
    }

    fn note(mut self, note: Option<String>) -> Self {
        if let Some(note) = note {
            self.trace = self.trace.map(|trace| trace.with_note(note));
        }
        self
    }

    fn finish_early(&mut self) {
        self.carry.clear();
        self.ended = Some(Ok(()));
    }

    fn fill_carry(&mut self) {
        let mut carry = std::mem::take(&mut self.carry);
        self.fill(&mut carry);
        self.carry = carry;
    }
}

/// Whether all that can be read at `path` is how the text at `whole` starts.
pub(crate) fn is_copy(path: &Path, whole: &Path, run: &Run) -> bool {
    let open = |path| InputReader::new(path, &InputOverrides::default(), run).ok();
    open(path).zip(open(whole)).is_some_and(|(copy, whole)| copy.begins(whole))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::io::block::BlockKind;

    /// Lines of 7 bytes.
    fn lines(count: usize) -> Vec<u8> {
        (0..count).flat_map(|n| format!("{n:06}\n").into_bytes()).collect()
    }

    fn entry(text: &[u8], lines: usize) -> Checkpoint {
        let lines_bytes = lines * 7;
        let head = &text[..lines_bytes.min(HEAD_BYTES)];
        let read = &text[..lines_bytes];
        let tail_sha256 = hash(&read[read.len().saturating_sub(TAIL_BYTES)..]);
        Checkpoint {
            offset: lines_bytes as u64,
            lines: lines as u64,
            head_bytes: head.len(),
            head_sha256: hash(head),
            tail_sha256,
            ..Checkpoint::default()
        }
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(text).and_then(|()| gzip.finish()).expect("packed")
    }

    #[test]
    fn a_log_is_read_on_from_its_place_with_the_lines_before_it() {
        let run = Run::for_tests();
        let text = lines(100_000);
        let file = tempfile::NamedTempFile::new().expect("a file");
        for bytes in [text.clone(), gzip(&text)] {
            std::fs::write(file.path(), bytes).expect("written");
            for count in [1, 2, 146, 147, 585, 586, 600, 37_000, 99_999, 100_000] {
                let mut registry = Registry(vec![Checkpoint::default(), entry(&text, count)]);
                let (mut open, place) =
                    InputReader::new(file.path(), &InputOverrides::default(), &run).expect("open").resume(&mut registry);
                assert_eq!(place, Resumption::Known(1));
                let block = open.next_block().expect("readable").expect("a block");
                let at = count * 7;
                let before = if block.part == BlockKind::End { Vec::new() } else { tail_context(&[], &text[..at]) };
                assert!(block.before == before, "{count}");
                assert!(text[at..].starts_with(&block.bytes), "{count}");
                assert_eq!(block.first_line, count as u64 + 1);
                let end = at + block.bytes.len();
                assert_eq!(block.mark.map(|mark| (mark.slot, mark.entry.offset, mark.entry.lines)), Some((1, end as u64, end as u64 / 7)));
            }
        }
    }
}
