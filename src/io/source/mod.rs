//! One input as text: plain, compressed, or a Windows event log, told by its first bytes.

pub mod codec;
pub(crate) mod decompress;
#[cfg(feature = "evtx")]
pub mod event_log;
pub(crate) mod file;

use std::io;

use crate::io::checkpoint::registry::Fingerprint;
use crate::io::source::codec::Sniff;
use crate::io::source::decompress::{DECODED_BYTES, DecompressReader};
#[cfg(feature = "evtx")]
use crate::io::source::event_log::EventLogReader;
use crate::io::source::file::{BLOCK_BYTES, ByteSource, ReadStatus};

/// What is said of a Windows event log by a program that was built without the crate that reads it.
#[cfg(not(feature = "evtx"))]
const NO_EVENT_LOG: &str = "a Windows event log, which this build does not read: build with cargo build --release --features evtx, or convert \
    it (evtx_dump -o jsonl FILE, or on Windows wevtutil qe FILE /lf:true /f:xml)";

/// An input's text, decompressed.
#[derive(Debug)]
pub(crate) enum TextReader<'r> {
    /// As it lies there.
    Plain(ByteSource<'r>),
    /// Compressed.
    Packed(Box<DecompressReader<'r>>),
    /// A Windows event log.
    #[cfg(feature = "evtx")]
    EventLog(Box<EventLogReader<'r>>),
}

impl<'r> TextReader<'r> {
    /// Tells by its first bytes what `raw` is. Gives the body, and what was read of its text already.
    ///
    /// # Errors
    /// What the system says, or that this kind of input is not read.
    pub(crate) fn open(mut raw: ByteSource<'r>) -> io::Result<(Self, Vec<u8>)> {
        let mut start = Vec::with_capacity(BLOCK_BYTES);
        while codec::guess(&start) == Sniff::Open && raw.fill(&mut start)? == ReadStatus::More {}
        Ok(match codec::guess(&start) {
            Sniff::Packed(kind) => (Self::Packed(Box::new(DecompressReader::new(raw, kind, start))), Vec::new()),
            Sniff::Plain | Sniff::Open => (Self::Plain(raw), start),
            #[cfg(feature = "evtx")]
            Sniff::EventLog => (Self::EventLog(Box::new(EventLogReader::new(raw, start))), Vec::new()),
            #[cfg(not(feature = "evtx"))]
            Sniff::EventLog => return Err(io::Error::new(io::ErrorKind::InvalidData, NO_EVENT_LOG)),
            Sniff::Foreign(kind, advice) => {
                let said = format!("{kind} is not supported: {advice}");
                return Err(io::Error::new(io::ErrorKind::InvalidData, said));
            }
        })
    }

    /// How long a block of it is, about, in bytes.
    pub(crate) const fn block_bytes(&self) -> usize {
        match self {
            Self::Plain(_) => BLOCK_BYTES,
            Self::Packed(_) => DECODED_BYTES,
            #[cfg(feature = "evtx")]
            Self::EventLog(_) => DECODED_BYTES,
        }
    }

    /// Appends what one read gives, at most a block.
    ///
    /// # Errors
    /// What the system or the decoder says; what could be read before is in `bytes`.
    pub(crate) fn fill(&mut self, bytes: &mut Vec<u8>) -> io::Result<ReadStatus> {
        match self {
            Self::Plain(raw) => raw.fill(bytes),
            Self::Packed(packed) => packed.fill(bytes),
            #[cfg(feature = "evtx")]
            Self::EventLog(log) => log.fill(bytes),
        }
    }

    /// Whether there is nothing more to read for the moment.
    pub(crate) fn pauses(&self) -> bool {
        match self {
            Self::Plain(raw) => raw.would_block(),
            Self::Packed(packed) => packed.pauses(),
            #[cfg(feature = "evtx")]
            Self::EventLog(log) => log.pauses(),
        }
    }

    /// Goes back to the start of a regular file.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn rewind(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(raw) => raw.seek(0),
            Self::Packed(packed) => packed.rewind(),
            #[cfg(feature = "evtx")]
            Self::EventLog(log) => log.rewind(),
        }
    }

    /// How it is compressed, if it is, and how much was read of the compressed file, in bytes.
    pub(crate) fn compressed(&self) -> Option<(&'static str, u64)> {
        match self {
            Self::Plain(_) => None,
            Self::Packed(packed) => {
                let (kind, bytes) = packed.progress();
                Some((kind.name(), bytes))
            }
            #[cfg(feature = "evtx")]
            Self::EventLog(log) => Some(("evtx", log.bytes_read())),
        }
    }

    /// Whether it is a Windows event log, whose oldest records are overwritten, so that none of its text keeps its offset.
    pub(crate) const fn is_event_log(&self) -> bool {
        #[cfg(feature = "evtx")]
        return matches!(self, Self::EventLog(_));
        #[cfg(not(feature = "evtx"))]
        false
    }

    /// What a compressed file is known by, that it need not be decoded again.
    pub(crate) fn stamp(&self) -> Option<Fingerprint> {
        match self {
            Self::Plain(_) => None,
            Self::Packed(packed) => packed.stamp(),
            #[cfg(feature = "evtx")]
            Self::EventLog(_) => None,
        }
    }
}
