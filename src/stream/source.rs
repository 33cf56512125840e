//! One input as text: plain or compressed, told by its first bytes.

use std::io;

use super::book::Stamp;
use super::codec::{self, Guess};
use super::packed::{DECODED_BYTES, Packed};
use super::raw::{BLOCK_BYTES, Found, Raw};

/// An input's text, decompressed.
#[derive(Debug)]
pub enum Body<'r> {
    /// As it lies there.
    Plain(Raw<'r>),
    /// Compressed.
    Packed(Box<Packed<'r>>),
}

impl<'r> Body<'r> {
    /// Tells by its first bytes what `raw` is. Gives the body, and what was read of its text already.
    ///
    /// # Errors
    /// What the system says, or that this kind of compression is not read.
    pub fn open(mut raw: Raw<'r>) -> io::Result<(Self, Vec<u8>)> {
        let mut start = Vec::with_capacity(BLOCK_BYTES);
        while codec::guess(&start) == Guess::Open && raw.fill(&mut start)? == Found::More {}
        Ok(match codec::guess(&start) {
            Guess::Packed(kind) => (Self::Packed(Box::new(Packed::new(raw, kind, start))), Vec::new()),
            Guess::Plain | Guess::Open => (Self::Plain(raw), start),
            Guess::Foreign(kind) => {
                let said = format!("{kind} data, which is not read: decompress it first (gzip, zstd, bzip2 and xz are read)");
                return Err(io::Error::new(io::ErrorKind::InvalidData, said));
            }
        })
    }

    /// How long a block of it is, about, in bytes.
    #[must_use]
    pub const fn block_bytes(&self) -> usize {
        match self {
            Self::Plain(_) => BLOCK_BYTES,
            Self::Packed(_) => DECODED_BYTES,
        }
    }

    /// Appends what one read gives, at most a block.
    ///
    /// # Errors
    /// What the system or the decompressor says; what could be read before is in `bytes`.
    pub fn fill(&mut self, bytes: &mut Vec<u8>) -> io::Result<Found> {
        match self {
            Self::Plain(raw) => raw.fill(bytes),
            Self::Packed(packed) => packed.fill(bytes),
        }
    }

    /// Whether there is nothing more to read for the moment.
    #[must_use]
    pub fn pauses(&self) -> bool {
        match self {
            Self::Plain(raw) => raw.pauses(),
            Self::Packed(packed) => packed.pauses(),
        }
    }

    /// Goes back to the start of a regular file.
    ///
    /// # Errors
    /// What the system says.
    pub fn rewind(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(raw) => raw.seek(0),
            Self::Packed(packed) => packed.rewind(),
        }
    }

    /// How it is compressed, if it is, and how much was read of the compressed file, in bytes.
    #[must_use]
    pub fn compressed(&self) -> Option<(&'static str, u64)> {
        let Self::Packed(packed) = self else { return None };
        let (kind, bytes) = packed.progress();
        Some((kind.name(), bytes))
    }

    /// What a compressed file is known by, that it need not be decoded again.
    #[must_use]
    pub fn stamp(&self) -> Option<Stamp> {
        match self {
            Self::Plain(_) => None,
            Self::Packed(packed) => packed.stamp(),
        }
    }
}
