//! A compressed input as text: its members one after another, zeros between and behind them skipped.
//!
//! Takes what one read gives and decodes just that, so what a paused pipe holds is never waited for.

use std::io;

use crate::io::checkpoint::registry::{Fingerprint, TAIL_BYTES, hash};
use crate::io::source::codec;
use crate::io::source::codec::{Compression, Decoder, Sniff};
use crate::io::source::file::{BLOCK_BYTES, ByteSource, ReadStatus};

/// How much is decoded at a time, in bytes: what gzip copies from before this text is found more slowly, so it is more than what is
/// read at a time (measured: `cargo bench gzip::decode`).
pub(crate) const DECODED_BYTES: usize = 512 << 10;

/// Room below which a call of a decoder costs more than what it gives, in bytes.
const LEAST_ROOM_BYTES: usize = 32 << 10;

/// How many members of bzip2 may be of any size, and how many bytes one is at least on average where there are more. Its decoder cannot
/// start anew and clears 4 MB for each: 24 MB of members of one byte took minutes.
const FREE_DECODERS: u64 = 4096;
const LEAST_MEMBER_BYTES: u64 = 4 << 10;

/// How memory is cut into pages, in bytes.
const MEMORY_PAGE_BYTES: usize = 4 << 10;

#[derive(Debug)]
pub(crate) struct DecompressReader<'r> {
    raw: ByteSource<'r>,
    /// What the first member is.
    first: Compression,
    /// What was read, behind a gap that [`Self::read`] leaves; up to `used` it is done with.
    input: Vec<u8>,
    used: usize,
    /// The member that is being decoded; none between two.
    member: Option<Decoder>,
    /// What the member before was, for messages.
    last: Option<Compression>,
    /// Decoders of members before, one of a kind, that can start anew.
    idle: Vec<Decoder>,
    /// How many decoders were made.
    made: u64,
    /// How many bytes they took.
    taken: u64,
    /// Whether the decoder stopped because its output was full, so it may have more without being given more.
    was_full: bool,
}

impl<'r> DecompressReader<'r> {
    /// The text of `raw`, whose first member is of `first` and of which `start` was read already.
    pub(crate) fn new(raw: ByteSource<'r>, first: Compression, start: Vec<u8>) -> Self {
        Self { raw, first, input: start, used: 0, member: None, last: None, idle: Vec::new(), made: 0, taken: 0, was_full: false }
    }

    /// Appends what one step gives, which may be nothing yet: a read, or the decoding of what was read.
    ///
    /// # Errors
    /// What the system says or what is wrong with the data; what could be decoded before is in `bytes`.
    pub(crate) fn fill(&mut self, bytes: &mut Vec<u8>) -> io::Result<ReadStatus> {
        if self.member.is_none() {
            return self.next_member();
        }
        if self.is_drained() {
            return match (self.read()?, &self.member) {
                (ReadStatus::End, Some(member)) => {
                    Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("{} data ends early", member.kind())))
                }
                _ => Ok(ReadStatus::More),
            };
        }
        if bytes.capacity() - bytes.len() < LEAST_ROOM_BYTES {
            bytes.reserve(DECODED_BYTES);
        }
        let Some(member) = &mut self.member else { return Ok(ReadStatus::More) };
        let step = member.decode(&self.input[self.used..], bytes)?;
        self.used += step.used;
        self.taken += step.used as u64;
        self.was_full = bytes.len() == bytes.capacity() && !step.is_end;
        if step.is_end {
            self.last = Some(member.kind());
            self.idle.extend(self.member.take().and_then(Decoder::restart));
        }
        Ok(ReadStatus::More)
    }

    /// Whether there is nothing to decode, and a read would wait.
    pub(crate) fn pauses(&self) -> bool {
        self.raw.is_unbuffered() || self.wants_read() && self.raw.would_block()
    }

    fn wants_read(&self) -> bool {
        match self.member {
            Some(_) => self.is_drained(),
            None => codec::guess(&self.input[self.used..]) == Sniff::Open,
        }
    }

    /// What the first member is, and how much was read of the file, in bytes.
    pub(crate) const fn progress(&self) -> (Compression, u64) {
        (self.first, self.raw.bytes_read())
    }

    /// What the compressed file is known by: its size, and its last bytes, which hold a checksum of the text.
    pub(crate) fn stamp(&self) -> Option<Fingerprint> {
        let bytes = self.raw.file_bytes()?;
        let tail = self.raw.bytes_before(bytes, TAIL_BYTES).ok()?;
        Some(Fingerprint { packed_bytes: bytes, packed_tail_sha256: hash(&tail) })
    }

    /// Goes back to the start of a regular file.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn rewind(&mut self) -> io::Result<()> {
        self.raw.seek(0)?;
        self.input.clear();
        (self.used, self.member, self.last, self.made, self.taken, self.was_full) = (0, None, None, 0, 0, false);
        Ok(())
    }

    fn is_drained(&self) -> bool {
        self.used == self.input.len() && !self.was_full
    }

    /// Finds the start of the next member; a tape or a disk pads the last with zeros.
    fn next_member(&mut self) -> io::Result<ReadStatus> {
        let skipped = self.skip_nothing();
        if skipped > 0 {
            // Whether there is more to be had without waiting is asked before each read.
            self.used += skipped;
            return Ok(ReadStatus::More);
        }
        let ahead = &self.input[self.used..];
        match codec::guess(ahead) {
            Sniff::Packed(kind) => self.member = Some(self.decoder(kind)?),
            Sniff::Plain | Sniff::EventLog | Sniff::Foreign(..) => return Err(self.trailing_garbage()),
            Sniff::Open => {
                let is_empty = ahead.is_empty();
                if self.read()? == ReadStatus::End {
                    return if is_empty { Ok(ReadStatus::End) } else { Err(self.trailing_garbage()) };
                }
            }
        }
        Ok(ReadStatus::More)
    }

    /// How many bytes behind a member are zeros or members without text.
    fn skip_nothing(&self) -> usize {
        let ahead = &self.input[self.used..];
        let zeros = ahead.iter().take_while(|&&byte| byte == 0).count();
        zeros + codec::empty_members_len(&ahead[zeros..])
    }

    /// A decoder of `kind`: one that is idle, or a new one.
    fn decoder(&mut self, kind: Compression) -> io::Result<Decoder> {
        if let Some(at) = self.idle.iter().position(|decoder| decoder.kind() == kind) {
            return Ok(self.idle.swap_remove(at));
        }
        if kind == Compression::Bzip2 && self.made >= FREE_DECODERS && self.taken / self.made < LEAST_MEMBER_BYTES {
            let said = format!("bzip2 data of more than {FREE_DECODERS} members of a few bytes each: decompress it first");
            return Err(io::Error::new(io::ErrorKind::InvalidData, said));
        }
        self.made += 1;
        Decoder::new(kind)
    }

    fn trailing_garbage(&self) -> io::Error {
        let kind = self.last.map_or_else(String::new, |kind| format!("{kind} "));
        io::Error::new(io::ErrorKind::InvalidData, format!("garbage follows the {kind}data; everything before it was read"))
    }

    /// One read, behind what is not used yet. It goes to the start of a page of memory: up to 31 bytes behind one, where large allocations
    /// start, some processors such as AMD's Zen 3 take longer to copy a file's pages (measured: `cargo bench gzip::read`).
    fn read(&mut self) -> io::Result<ReadStatus> {
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

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use super::*;
    use crate::io::Run;
    use crate::io::source::codec;
    use crate::io::source::codec::Sniff;

    /// What these members, a thousand times over, hold, and how many decoders that took.
    fn unpack(members: &[u8]) -> (Vec<u8>, u64) {
        unpack_all(&members.repeat(1000)).expect("whole members")
    }

    fn unpack_all(members: &[u8]) -> io::Result<(Vec<u8>, u64)> {
        let mut file = tempfile::tempfile()?;
        file.write_all(members)?;
        io::Seek::rewind(&mut file)?;
        let run = Run::for_tests();
        let Sniff::Packed(first) = codec::guess(members) else { panic!("not compressed") };
        let mut packed = DecompressReader::new(ByteSource::of_file(file, &run), first, Vec::new());
        let mut text = Vec::new();
        while packed.fill(&mut text)? == ReadStatus::More {}
        Ok((text, packed.made))
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        flate2::read::GzEncoder::new(text, flate2::Compression::fast()).read_to_end(&mut packed).expect("gzip");
        packed
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        let mut packed = Vec::with_capacity(64);
        zstd_safe::compress(&mut packed, text, 1).expect("zstd");
        packed
    }

    fn bzip2(text: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        bzip2::read::BzEncoder::new(text, bzip2::Compression::fast()).read_to_end(&mut packed).expect("bzip2");
        packed
    }

    fn xz(text: &[u8]) -> Vec<u8> {
        let mut packed = Vec::new();
        liblzma::read::XzEncoder::new(text, 0).read_to_end(&mut packed).expect("xz");
        packed
    }

    #[test]
    fn many_small_members_take_one_decoder() {
        for pack in [gzip, zstd] {
            assert_eq!(unpack(&pack(b"")), (Vec::new(), 1));
            assert_eq!(unpack(&pack(b"a\n")), (b"a\n".repeat(1000), 1));
        }
        assert_eq!(unpack(b"\x5f\x2a\x4d\x18\0\0\0\0"), (Vec::new(), 1), "frames to skip");
        assert_eq!(unpack(&[gzip(b"a\n"), zstd(b"b\n")].concat()), (b"a\nb\n".repeat(1000), 2), "by turns");
    }

    #[test]
    fn members_without_text_take_none_where_a_decoder_cannot_start_anew() {
        for nothing in [bzip2(b""), xz(b"")] {
            // Where what was read ends inside one, it is decoded as any other.
            assert_eq!(unpack(&nothing), (Vec::new(), 0));
            assert_eq!(unpack(&[&nothing[..], &[0; 4]].concat()), (Vec::new(), 0));
        }
    }

    #[test]
    fn a_file_of_millions_of_bzip2_members_is_refused_before_it_takes_minutes() {
        let member = bzip2(b"a\n");
        let count = usize::try_from(FREE_DECODERS).expect("a count");
        let (text, made) = unpack_all(&member.repeat(count)).expect("so many may be small");
        assert_eq!((text, made), (b"a\n".repeat(count), FREE_DECODERS));
        let error = unpack_all(&member.repeat(count + 1)).expect_err("one more");
        assert_eq!(error.to_string(), "bzip2 data of more than 4096 members of a few bytes each: decompress it first");
    }
}
