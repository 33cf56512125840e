//! A compressed input as text: its members one after another, zeros between and behind them skipped.
//!
//! Takes what one read gives and decodes just that, so what a paused pipe holds is never waited for.

use std::io;

use super::book::{Stamp, TAIL_BYTES, hash};
use super::codec::{self, Decoder, Guess, Kind};
use super::raw::{BLOCK_BYTES, Found, Raw};

/// How much is decoded at a time, in bytes: what gzip copies from before this text is found more slowly, so it is more than what is
/// read at a time (measured: 2 to 4% of the time).
pub const DECODED_BYTES: usize = 512 << 10;

/// Room below which a call of a decoder costs more than what it gives, in bytes.
const LEAST_ROOM_BYTES: usize = 32 << 10;

/// How memory is cut into pages, in bytes.
const MEMORY_PAGE_BYTES: usize = 4 << 10;

/// A compressed input.
#[derive(Debug)]
pub struct Packed<'r> {
    raw: Raw<'r>,
    /// What was read, behind a gap that [`Self::read`] leaves; up to `used` it is done with.
    input: Vec<u8>,
    used: usize,
    /// The member that is being decoded; none between two.
    member: Option<Decoder>,
    /// What the member before was, for messages.
    last: Option<Kind>,
    /// Whether the decoder stopped for want of room, so it may have more without being given more.
    was_full: bool,
}

impl<'r> Packed<'r> {
    /// The text of `raw`, of which `start` was read already.
    #[must_use]
    pub fn new(raw: Raw<'r>, start: Vec<u8>) -> Self {
        Self { raw, input: start, used: 0, member: None, last: None, was_full: false }
    }

    /// Appends what one step gives, which may be nothing yet: a read, or the decoding of what was read.
    ///
    /// # Errors
    /// What the system says or what is wrong with the data; what could be decoded before is in `bytes`.
    pub fn fill(&mut self, bytes: &mut Vec<u8>) -> io::Result<Found> {
        if self.member.is_none() {
            return self.next_member();
        }
        if self.is_drained() {
            return match (self.read()?, &self.member) {
                (Found::End, Some(member)) => {
                    Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("{} data ends early", member.kind())))
                }
                _ => Ok(Found::More),
            };
        }
        if bytes.capacity() - bytes.len() < LEAST_ROOM_BYTES {
            bytes.reserve(DECODED_BYTES);
        }
        let Some(member) = &mut self.member else { return Ok(Found::More) };
        let step = member.decode(&self.input[self.used..], bytes)?;
        self.used += step.used;
        self.was_full = bytes.len() == bytes.capacity() && !step.is_end;
        if step.is_end {
            self.last = Some(member.kind());
            self.member = None;
        }
        Ok(Found::More)
    }

    /// Whether there is nothing to decode, and a read would wait.
    #[must_use]
    pub fn pauses(&self) -> bool {
        self.raw.is_hasty() || self.wants_read() && self.raw.pauses()
    }

    fn wants_read(&self) -> bool {
        match self.member {
            Some(_) => self.is_drained(),
            None => codec::guess(&self.input[self.used..]) == Guess::Open,
        }
    }

    /// What the compressed file is known by: its size, and its last bytes, which hold a checksum of the text.
    #[must_use]
    pub fn stamp(&self) -> Option<Stamp> {
        let bytes = self.raw.file_bytes()?;
        let tail = self.raw.bytes_before(bytes, TAIL_BYTES).ok()?;
        Some(Stamp { packed_bytes: bytes, packed_tail_sha256: hash(&tail) })
    }

    /// Goes back to the start of a regular file.
    ///
    /// # Errors
    /// What the system says.
    pub fn rewind(&mut self) -> io::Result<()> {
        self.raw.seek(0)?;
        self.input.clear();
        (self.used, self.member, self.last, self.was_full) = (0, None, None, false);
        Ok(())
    }

    fn is_drained(&self) -> bool {
        self.used == self.input.len() && !self.was_full
    }

    /// Finds the start of the next member; a tape or a disk pads the last with zeros.
    fn next_member(&mut self) -> io::Result<Found> {
        self.used += self.input[self.used..].iter().take_while(|&&byte| byte == 0).count();
        let ahead = &self.input[self.used..];
        match codec::guess(ahead) {
            Guess::Packed(kind) => self.member = Some(Decoder::new(kind)?),
            Guess::Plain | Guess::Foreign(_) => return Err(self.trailing_garbage()),
            Guess::Open => {
                let is_empty = ahead.is_empty();
                if self.read()? == Found::End {
                    return if is_empty { Ok(Found::End) } else { Err(self.trailing_garbage()) };
                }
            }
        }
        Ok(Found::More)
    }

    fn trailing_garbage(&self) -> io::Error {
        let kind = self.last.map_or_else(String::new, |kind| format!("{kind} "));
        io::Error::new(io::ErrorKind::InvalidData, format!("garbage follows the {kind}data: what stands before it was read"))
    }

    /// One read, behind what is not used yet. It goes to the start of a page of memory: up to 31 bytes behind one, where large allocations
    /// start, some processors take three times as long to copy a file's pages (measured on AMD's Zen 3: a twentieth of the time of gzip).
    fn read(&mut self) -> io::Result<Found> {
        let rest = self.input.split_off(self.used);
        self.input.clear();
        self.input.reserve_exact(BLOCK_BYTES + MEMORY_PAGE_BYTES + rest.len());
        let start = self.input.as_ptr().wrapping_add(rest.len());
        self.used = start.align_offset(MEMORY_PAGE_BYTES).min(MEMORY_PAGE_BYTES);
        self.input.resize(self.used, 0);
        self.input.extend(rest);
        self.raw.fill(&mut self.input)
    }
}
