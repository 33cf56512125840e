//! One input as a source of bytes: a file or stdin, plain or gzip, told by its first bytes.
//!
//! Reads are large and unbuffered; those of a pipe or terminal wait in a way that signals can end.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use rustix::buffer::spare_capacity;

use super::{Run, access, interrupt, output};
use crate::error::{Error, Result};
use crate::time;

/// The operand that means stdin.
pub const STDIN: &str = "-";
/// How much is read at a time, in bytes: large enough that a system call costs nothing, small enough for the cache.
pub const BLOCK_BYTES: usize = 256 << 10;
/// The first bytes of a gzip member. **Source:** RFC 1952 section 2.3.1.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The bytes that were looked at to tell what the input is, then the rest.
type Whole<'r> = io::Chain<Cursor<Vec<u8>>, Raw<'r>>;

/// An input's text, decompressed.
#[derive(Debug)]
pub enum Body<'r> {
    /// As it lies there.
    Plain(Raw<'r>),
    /// One or several gzip members.
    Gzip(Box<MultiGzDecoder<BufReader<Whole<'r>>>>),
}

impl<'r> Body<'r> {
    /// Opens `path` (`-` is stdin) and tells by its first bytes what it is. Gives the body, what was read of it already,
    /// and when it was modified, in seconds since 1970.
    ///
    /// # Errors
    /// [`Error::Read`] says why it cannot be opened or read.
    pub fn open(path: &Path, run: &'r Run) -> Result<(Self, Vec<u8>, i64)> {
        let mut raw = Raw::open(path, run)?;
        let modified = if path.as_os_str() == STDIN { time::now() } else { raw.modified() };
        let mut start = Vec::with_capacity(BLOCK_BYTES);
        while start.len() < GZIP_MAGIC.len() {
            if raw.fill(&mut start).map_err(|e| Error::read(&path.display().to_string(), &e))? == 0 {
                break;
            }
        }
        if start.starts_with(&GZIP_MAGIC) {
            let all = BufReader::with_capacity(BLOCK_BYTES, Cursor::new(start).chain(raw));
            return Ok((Self::Gzip(Box::new(MultiGzDecoder::new(all))), Vec::new(), modified));
        }
        Ok((Self::Plain(raw), start, modified))
    }

    /// Appends what one read gives, at most a block; 0 at the end.
    ///
    /// # Errors
    /// What the system or the decompressor says; what could be read before is in `bytes`.
    pub fn fill(&mut self, bytes: &mut Vec<u8>) -> io::Result<usize> {
        match self {
            Self::Plain(raw) => raw.fill(bytes),
            Self::Gzip(decoder) => {
                bytes.reserve(BLOCK_BYTES);
                decoder.by_ref().take(BLOCK_BYTES as u64).read_to_end(bytes)
            }
        }
    }

    /// Whether there is nothing more to read for the moment. (A gzip stream is read to its next full block.)
    #[must_use]
    pub fn pauses(&self) -> bool {
        match self {
            Self::Plain(raw) => raw.waits && (raw.run.line_buffered || !interrupt::is_readable(raw.file.as_fd())),
            Self::Gzip(_) => false,
        }
    }
}

/// An open descriptor; reads of a pipe or terminal wait in a way that signals can end.
#[derive(Debug)]
pub struct Raw<'r> {
    file: File,
    waits: bool,
    run: &'r Run,
}

impl<'r> Raw<'r> {
    fn open(path: &Path, run: &'r Run) -> Result<Self> {
        let file = if path.as_os_str() == STDIN {
            io::stdin().as_fd().try_clone_to_owned().map(File::from).map_err(|e| Error::read(STDIN, &e))?
        } else {
            open_path(path)?
        };
        let waits = file.metadata().map_or(true, |m| !m.is_file());
        if waits {
            output::widen_pipe(&file);
        }
        Ok(Self { file, waits, run })
    }

    /// When the file was modified or, for a pipe, now: seconds since 1970.
    fn modified(&self) -> i64 {
        let modified = self.file.metadata().ok().filter(std::fs::Metadata::is_file).and_then(|m| m.modified().ok());
        modified.map_or_else(time::now, |at| time::from_system(at).min(time::now()))
    }

    fn ready(&self) -> io::Result<bool> {
        if !self.waits {
            return Ok(true);
        }
        // A stop is an early end of input: what was read is worked on and written.
        self.run.watch.wait(self.as_fd())
    }

    fn fill(&mut self, bytes: &mut Vec<u8>) -> io::Result<usize> {
        if !self.ready()? {
            return Ok(0);
        }
        bytes.reserve(BLOCK_BYTES);
        loop {
            match rustix::io::read(&self.file, spare_capacity(bytes)) {
                Err(rustix::io::Errno::INTR) => {}
                other => {
                    let count = other?;
                    self.run.progress.advance(count);
                    return Ok(count);
                }
            }
        }
    }
}

impl AsFd for Raw<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl Read for Raw<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.ready()? {
            return Ok(0);
        }
        let count = self.file.read(buffer)?;
        self.run.progress.advance(count);
        Ok(count)
    }
}

fn open_path(path: &Path) -> Result<File> {
    let file = File::open(path).map_err(|e| access::explain_open(path, &e))?;
    match file.metadata() {
        Ok(m) if m.is_dir() => {
            Err(Error::Read { path: path.display().to_string(), reason: "is a directory: name the files in it".to_owned() })
        }
        _ => Ok(file),
    }
}
