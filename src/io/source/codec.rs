//! Compressed text: which kind it is, told by its first bytes, and the decoder of one member of it.
//!
//! A decoder is handed bytes as they come and gives what they hold, so nothing waits for a full block. Each kind may be
//! several members one behind the other. What wants more memory to look back into than `zstd -19`
//! and `xz -9` need is refused.

use std::fmt;
use std::io;

use bzip2::Decompress as Bzip2;
use flate2::{Decompress as Gzip, FlushDecompress};
use liblzma::stream::{Action, Error as XzError, Status as XzStatus, Stream as Xz};
use zstd_safe::{DCtx as Zstd, InBuffer, OutBuffer};

/// The most memory that a zstd frame may ask for to look back into, as a power of two: 32 MiB, four times what `zstd -19` needs.
const ZSTD_WINDOW_BITS: u32 = 25;
/// The same of an xz member, in bytes: what `xz -9` needs.
const XZ_WINDOW_BYTES: u64 = 64 << 20;
/// What xz needs beside its window, in bytes.
const XZ_STATE_BYTES: u64 = 4 << 20;
/// The window of gzip: 32 KiB, as RFC 1951 has it.
const GZIP_WINDOW_BITS: u8 = 15;

/// A kind of compression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// RFC 1952.
    Gzip,
    /// RFC 8878.
    Zstd,
    /// bzip2 1.0.
    Bzip2,
    /// The .xz file format 1.2.
    Xz,
}

/// What the first bytes of an input say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sniff {
    /// It is compressed.
    Packed(Compression),
    /// It is a Windows event log (.evtx).
    EventLog,
    /// It is of this kind, which is not read, and what to do instead.
    Foreign(&'static str, &'static str),
    /// It is neither.
    Plain,
    /// More bytes are needed to tell.
    Open,
}

/// How an input or a member may start: bytes, with a mask of the bits that count.
struct Magic {
    guess: Sniff,
    bytes: &'static [u8],
    mask: &'static [u8],
}

impl Magic {
    const fn packed(kind: Compression, bytes: &'static [u8], mask: &'static [u8]) -> Self {
        Self { guess: Sniff::Packed(kind), bytes, mask }
    }

    /// Data that may hold a log once something else has read it.
    const fn foreign(kind: &'static str, bytes: &'static [u8], advice: &'static str) -> Self {
        Self { guess: Sniff::Foreign(kind, advice), bytes, mask: &[0xff; 16] }
    }

    const fn event_log(bytes: &'static [u8]) -> Self {
        Self { guess: Sniff::EventLog, bytes, mask: &[0xff; 8] }
    }
}

const UNPACK: &str = "decompress it first (gzip, zstd, bzip2 and xz are supported)";
const LOGINS: &str = "last -f FILE shows it (lastb -f FILE: failed logins); read the text log beside it: auth.log, secure or the journal";
const PACKETS: &str = "it holds packets, not a log; tcpdump -r FILE or tshark -r FILE shows them";
const JOURNAL: &str = "journalctl -o json --file FILE | soar-parse";
const NO_LOG: &str = "name the text log";
const UTF_16: &str = "convert it first: iconv -f UTF-16 -t UTF-8 FILE | soar-parse";

/// Every start of a member, and of what is told only to say that it is not read: as text, each line would be a reject.
/// A text that begins with `BZh9` is still a text, so bzip2 is told by its first block too. A record of wtmp begins with its type in
/// four bytes.
/// Each holds a byte that no server writes as it is into a log, so that no client can have a log refused by its first line; pcapng's are line
/// ends, four as no server writes them in a row.
///
/// **Source:** RFC 1952 section 2.3.1; RFC 8878 sections 3.1.1 and 3.1.2 (skippable frames); bzip2 `compress.c`; .xz file format
/// section 2.1.1.1; ncompress `compress.c`; PKWARE APPNOTE 4.3.7; LZ4 frame format; 7-Zip `7zFormat.txt`; RAR technical note;
/// libyal, EVTX format; systemd, Journal File Format; utmp(5); draft-ietf-opsawg-pcap and pcapng; RFC 2083; JPEG; ELF;
/// `SQLite` file format; Apache Parquet; Unicode, FAQ on the byte order mark.
const MAGIC: [Magic; 30] = [
    Magic::packed(Compression::Gzip, b"\x1f\x8b", b"\xff\xff"),
    Magic::packed(Compression::Zstd, b"\x28\xb5\x2f\xfd", b"\xff\xff\xff\xff"),
    Magic::packed(Compression::Zstd, b"\x50\x2a\x4d\x18", b"\xf0\xff\xff\xff"),
    Magic::packed(Compression::Bzip2, b"BZh0\x31\x41\x59\x26\x53\x59", b"\xff\xff\xff\xf0\xff\xff\xff\xff\xff\xff"),
    Magic::packed(Compression::Bzip2, b"BZh0\x17\x72\x45\x38\x50\x90", b"\xff\xff\xff\xf0\xff\xff\xff\xff\xff\xff"),
    Magic::packed(Compression::Xz, b"\xfd7zXZ\0", b"\xff\xff\xff\xff\xff\xff"),
    Magic::event_log(b"ElfFile\0"),
    Magic::foreign("compress (.Z) data", b"\x1f\x9d", UNPACK),
    Magic::foreign("zip data", b"PK\x03\x04", UNPACK),
    Magic::foreign("lz4 data", b"\x04\x22\x4d\x18", UNPACK),
    Magic::foreign("7z data", b"7z\xbc\xaf\x27\x1c", UNPACK),
    Magic::foreign("rar data", b"Rar!\x1a\x07", UNPACK),
    Magic {
        guess: Sniff::Foreign("a file of the systemd journal", JOURNAL),
        bytes: b"LPKSHHRH\0\0\0\0",
        mask: b"\xff\xff\xff\xff\xff\xff\xff\xff\0\xff\xff\xff",
    },
    Magic::foreign("a record of logins (wtmp, btmp, utmp)", b"\x01\0\0\0", LOGINS),
    Magic::foreign("a record of logins (wtmp, btmp, utmp)", b"\x02\0\0\0", LOGINS),
    Magic::foreign("a record of logins (wtmp, btmp, utmp)", b"\x05\0\0\0", LOGINS),
    Magic::foreign("a record of logins (wtmp, btmp, utmp)", b"\x06\0\0\0", LOGINS),
    Magic::foreign("a record of logins (wtmp, btmp, utmp)", b"\x07\0\0\0", LOGINS),
    Magic::foreign("a record of logins (wtmp, btmp, utmp)", b"\x08\0\0\0", LOGINS),
    Magic::foreign("a capture of packets (pcap)", b"\xd4\xc3\xb2\xa1", PACKETS),
    Magic::foreign("a capture of packets (pcap)", b"\xa1\xb2\xc3\xd4", PACKETS),
    Magic::foreign("a capture of packets (pcap)", b"\x4d\x3c\xb2\xa1", PACKETS),
    Magic::foreign("a capture of packets (pcapng)", b"\x0a\x0d\x0d\x0a", PACKETS),
    Magic::foreign("a PNG picture", b"\x89PNG\r\n\x1a\n", NO_LOG),
    Magic::foreign("a JPEG picture", b"\xff\xd8\xff", NO_LOG),
    Magic::foreign("a program (ELF)", b"\x7fELF", NO_LOG),
    Magic::foreign("a database of SQLite", b"SQLite format 3\0", "export its rows as lines: sqlite3 -readonly FILE"),
    Magic::foreign("a Parquet file", b"PAR1\x15", "export its rows as lines, or begin from hosts (docs/analytics.md)"),
    Magic::foreign("text in UTF-16", b"\xff\xfe", UTF_16),
    Magic::foreign("text in UTF-16", b"\xfe\xff", UTF_16),
];

/// What `start`, the first bytes of an input or of what stands behind a member, says.
pub fn guess(start: &[u8]) -> Sniff {
    let fits = |magic: &&Magic| start.iter().zip(magic.bytes).zip(magic.mask).all(|((byte, wanted), mask)| byte & mask == *wanted);
    match MAGIC.iter().filter(fits).min_by_key(|magic| magic.bytes.len()) {
        Some(magic) if start.len() >= magic.bytes.len() => magic.guess,
        Some(_) => Sniff::Open,
        None => Sniff::Plain,
    }
}

/// Members without text of the kinds whose decoders cannot be used again: an xz stream with each check that xz knows, a bzip2 stream
/// (its fourth byte says how large its blocks would be).
///
/// **Source:** .xz file format sections 2.1 and 3.1; bzip2 `compress.c`.
const EMPTY_MEMBERS: [&[u8]; 5] = [
    b"\xfd7zXZ\0\0\0\xff\x12\xd9\x41\0\0\0\0\x1c\xdf\x44\x21\x06\x72\x9e\x7a\x01\0\0\0\0\0YZ",
    b"\xfd7zXZ\0\0\x01\x69\x22\xde\x36\0\0\0\0\x1c\xdf\x44\x21\x90\x42\x99\x0d\x01\0\0\0\0\x01YZ",
    b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46\0\0\0\0\x1c\xdf\x44\x21\x1f\xb6\xf3\x7d\x01\0\0\0\0\x04YZ",
    b"\xfd7zXZ\0\0\x0a\xe1\xfb\x0c\xa1\0\0\0\0\x1c\xdf\x44\x21\x18\x9b\x4b\x9a\x01\0\0\0\0\x0aYZ",
    b"BZh9\x17\x72\x45\x38\x50\x90\0\0\0\0",
];

/// How many bytes at the start of `input` are members without text that need no decoder. To make a decoder of xz or bzip2 costs as much as
/// to decode some kilobytes, so a file of nothing but such members would take minutes.
pub(crate) fn empty_members_len(input: &[u8]) -> usize {
    let mut rest = input;
    let is_empty = |rest: &[u8], member: &[u8]| match rest.get(..member.len()) {
        Some([b'B', b'Z', b'h', b'1'..=b'9', rest @ ..]) => rest == &member[4..],
        Some(start) => start == member,
        None => false,
    };
    while let Some(member) = EMPTY_MEMBERS.iter().find(|member| is_empty(rest, member)) {
        rest = &rest[member.len()..];
    }
    input.len() - rest.len()
}

impl Compression {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
            Self::Xz => "xz",
        }
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The decoder of one member.
pub enum Decoder {
    /// Of gzip, with header and checksum.
    Gzip(Box<Gzip>),
    /// Of zstd, with how many bytes end the block that it is in.
    Zstd(Zstd<'static>, usize),
    /// Of bzip2.
    Bzip2(Bzip2),
    /// Of xz.
    Xz(Xz),
}

/// What one call of [`Decoder::decode`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecodeStep {
    /// How many bytes of the input it took.
    pub used: usize,
    /// Whether the member ends there.
    pub is_end: bool,
}

impl Decoder {
    /// A decoder for a member of `kind`.
    ///
    /// # Errors
    /// What the decoder says, should it lack memory.
    pub fn new(kind: Compression) -> io::Result<Self> {
        Ok(match kind {
            Compression::Gzip => Self::Gzip(Box::new(Gzip::new_gzip(GZIP_WINDOW_BITS))),
            Compression::Zstd => {
                let mut zstd = Zstd::try_create().ok_or(io::ErrorKind::OutOfMemory)?;
                let limit = zstd_safe::DParameter::WindowLogMax(ZSTD_WINDOW_BITS);
                zstd.set_parameter(limit).map_err(|code| io::Error::other(zstd_safe::get_error_name(code)))?;
                Self::Zstd(zstd, 1)
            }
            Compression::Bzip2 => Self::Bzip2(Bzip2::new(false)),
            Compression::Xz => Self::Xz(Xz::new_stream_decoder(XZ_WINDOW_BYTES + XZ_STATE_BYTES, 0).map_err(io::Error::other)?),
        })
    }

    /// The same decoder for another member of its kind; `None` where it cannot start anew. A file may be millions of members, and a new
    /// decoder allocates more than a member of a few bytes takes to decode.
    pub fn restart(mut self) -> Option<Self> {
        match &mut self {
            Self::Gzip(gzip) => gzip.reset(true),
            Self::Zstd(zstd, rest) => {
                zstd.reset(zstd_safe::ResetDirective::SessionOnly).ok()?;
                *rest = 1;
            }
            Self::Bzip2(_) | Self::Xz(_) => return None,
        }
        Some(self)
    }

    /// The kind of its member.
    pub const fn kind(&self) -> Compression {
        match self {
            Self::Gzip(_) => Compression::Gzip,
            Self::Zstd(..) => Compression::Zstd,
            Self::Bzip2(_) => Compression::Bzip2,
            Self::Xz(_) => Compression::Xz,
        }
    }

    /// Decodes from `input` into the spare capacity of `output`.
    ///
    /// # Errors
    /// What is wrong with the data, in words; what was good before is in `output`.
    pub fn decode(&mut self, input: &[u8], output: &mut Vec<u8>) -> io::Result<DecodeStep> {
        let corrupt = |kind: Compression| io::Error::new(io::ErrorKind::InvalidData, format!("corrupt {kind} data"));
        match self {
            Self::Gzip(gzip) => {
                let before = gzip.total_in();
                let status = gzip.decompress_vec(input, output, FlushDecompress::None).map_err(|_| corrupt(Compression::Gzip))?;
                Ok(DecodeStep { used: size(gzip.total_in() - before), is_end: status == flate2::Status::StreamEnd })
            }
            Self::Zstd(zstd, rest) => decode_zstd(zstd, rest, input, output),
            Self::Bzip2(bzip2) => {
                let before = bzip2.total_in();
                let status = bzip2.decompress_vec(input, output).map_err(|_| corrupt(Compression::Bzip2))?;
                Ok(DecodeStep { used: size(bzip2.total_in() - before), is_end: status == bzip2::Status::StreamEnd })
            }
            Self::Xz(xz) => {
                let before = xz.total_in();
                match xz.process_vec(input, output, Action::Run) {
                    Ok(status) => Ok(DecodeStep { used: size(xz.total_in() - before), is_end: status == XzStatus::StreamEnd }),
                    Err(XzError::MemLimit) => Err(too_much(Compression::Xz)),
                    Err(XzError::Options) => Err(io::Error::other("an unsupported kind of xz data")),
                    Err(_) => Err(corrupt(Compression::Xz)),
                }
            }
        }
    }
}

/// One block at a time: an error takes along what its call had decoded before.
fn decode_zstd(zstd: &mut Zstd<'_>, rest: &mut usize, input: &[u8], output: &mut Vec<u8>) -> io::Result<DecodeStep> {
    let full = output.capacity();
    let start = output.len();
    let mut taken = InBuffer::around(&input[..input.len().min(*rest)]);
    let code = {
        let mut given = OutBuffer::around_pos(output, start);
        zstd.decompress_stream(&mut given, &mut taken)
    };
    *rest = code.map_err(|code| match zstd_safe::get_error_name(code) {
        name if name.contains("too much memory") => too_much(Compression::Zstd),
        name => io::Error::new(io::ErrorKind::InvalidData, format!("corrupt zstd data ({name})")),
    })?;
    let step = DecodeStep { used: taken.pos(), is_end: *rest == 0 };
    if output.len() == full {
        // There may be more of this block, and nothing of the next must be decoded in the call that gives it.
        *rest = 0;
    }
    Ok(step)
}

fn too_much(kind: Compression) -> io::Error {
    let bytes = if kind == Compression::Xz { XZ_WINDOW_BYTES } else { 1 << ZSTD_WINDOW_BITS };
    let mebibytes = bytes >> 20;
    io::Error::other(format!("{kind} data that needs more than {mebibytes} MiB to decode: decompress it first"))
}

fn size(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Decoder").field(&self.kind()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_printable_text_is_taken_for_something_else() {
        for magic in &MAGIC {
            assert!(magic.mask.len() >= magic.bytes.len());
            let is_text = magic.bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\r'));
            let is_bzip2 = matches!(magic.guess, Sniff::Packed(Compression::Bzip2));
            assert!(!is_text || is_bzip2 || magic.bytes.starts_with(b"\n\r\r"), "{:?}", magic.guess);
        }
    }
}
