//! Inputs: files, stdin and gzip, read in big blocks and cut at line ends.
//!
//! Gives blocks of whole lines with their file and line number. A line past [`MAX_LINE`] comes in parts, so memory stays
//! bounded however long it is. When a pipe has nothing more to give for the moment, what is there is handed on at once.

use std::fs::File;
use std::io::{self, BufReader, Cursor, IsTerminal, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use memchr::{memchr, memchr_iter, memrchr};
use rustix::buffer::spare_capacity;

use super::interrupt;
use super::progress::Progress;
use super::{Run, access, output};
use crate::error::{Error, Result};
use crate::time;

/// The longest line that is read as a line, in bytes without its end: 1 MiB.
pub const MAX_LINE: usize = 1 << 20;
/// How much is read at a time, in bytes: large enough that a system call costs nothing, small enough for the cache.
const BLOCK_BYTES: usize = 256 << 10;
/// The first bytes of a gzip member. **Source:** RFC 1952 section 2.3.1.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// What a block holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Whole lines; only the last of a file may lack its newline.
    Lines,
    /// The start of a line that is too long.
    LongStart,
    /// More of it; with a newline at its end, or at the end of the file, the last of it.
    LongMore,
}

/// A piece of one input.
#[derive(Debug)]
pub struct Block {
    /// The text.
    pub bytes: Vec<u8>,
    /// What the input is called in records.
    pub file: Arc<str>,
    /// The number of the first line, from 1.
    pub first_line: u64,
    /// Whole lines, or a part of one.
    pub part: Part,
    /// The file's modification time or, for a pipe, now: seconds since 1970.
    pub modified: i64,
}

impl Block {
    /// The lines, without their `\n`, with their numbers. Of a too long line: one part, as if it were a line.
    pub fn lines(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let body = self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes);
        let ends = memchr_iter(b'\n', body).chain([body.len()]);
        let mut start = 0;
        (self.first_line..).zip(ends).map(move |(number, end)| {
            let line = &body[start..end];
            start = end + 1;
            (number, line)
        })
    }

    /// The lines of NDJSON: blank ones are left out, too long ones are [`TOO_LONG`], each once.
    pub fn records(&self) -> impl Iterator<Item = (u64, std::result::Result<&[u8], &'static str>)> {
        let starts_here = self.part != Part::LongMore;
        let lines = self.lines().filter(move |(_, line)| starts_here && !line.trim_ascii().is_empty());
        lines.map(|(number, line)| (number, if line.len() <= MAX_LINE { Ok(line) } else { Err(TOO_LONG) }))
    }
}

/// Why a line is not read: it is longer than [`MAX_LINE`].
pub const TOO_LONG: &str = "longer than 1 MiB";
const _: () = assert!(MAX_LINE == 1 << 20, "TOO_LONG says what MAX_LINE is");

/// One operand: `-` is stdin.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Operand {
    Stdin,
    Path(PathBuf),
}

/// The inputs of a run, checked at the door.
#[derive(Debug)]
pub struct Inputs {
    operands: Vec<Operand>,
    label: Option<String>,
}

impl Inputs {
    /// The inputs that `files` name (none: stdin); `label` renames the only one.
    ///
    /// # Errors
    /// [`Error::Usage`] where stdin is a terminal, or a label would stand for several inputs.
    pub fn new(files: &[PathBuf], label: Option<&str>) -> Result<Self> {
        let mut operands: Vec<_> =
            files.iter().map(|f| if f.as_os_str() == "-" { Operand::Stdin } else { Operand::Path(f.clone()) }).collect();
        if operands.is_empty() {
            operands.push(Operand::Stdin);
        }
        if operands.contains(&Operand::Stdin) && io::stdin().is_terminal() {
            return Err(Error::Usage("nothing to read: give a FILE, or pipe something in (see --help)".to_owned()));
        }
        if label.is_some() && operands.len() > 1 {
            return Err(Error::Usage("--name is the label of one input, and there are several".to_owned()));
        }
        Ok(Self { operands, label: label.map(str::to_owned) })
    }

    /// The size of all inputs together, in bytes, where all are regular files.
    #[must_use]
    pub fn total_bytes(&self) -> Option<u64> {
        let size = |operand: &Operand| match operand {
            Operand::Path(path) => path.metadata().ok().filter(std::fs::Metadata::is_file).map(|m| m.len()),
            Operand::Stdin => None,
        };
        self.operands.iter().map(size).sum()
    }

    /// Starts reading.
    #[must_use]
    pub fn reader(self, run: &Run, progress: Progress) -> Reader<'_> {
        Reader { run, progress, operands: self.operands.into_iter(), label: self.label, current: None }
    }
}

/// Gives the blocks of all inputs in order, and an `Err` in its turn for an input that cannot be read (further).
#[derive(Debug)]
pub struct Reader<'r> {
    run: &'r Run,
    progress: Progress,
    operands: std::vec::IntoIter<Operand>,
    label: Option<String>,
    current: Option<Open<'r>>,
}

impl Iterator for Reader<'_> {
    type Item = Result<Block>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.run.watch.is_stopped() {
                return None;
            }
            if let Some(open) = &mut self.current {
                match open.next_block() {
                    Ok(Some(block)) => return Some(Ok(block)),
                    Ok(None) => self.current = None,
                    Err(_) if self.run.watch.is_stopped() => return None,
                    Err(error) => {
                        let error = Error::read(&open.shown, &error);
                        // What was readable has been handed out; the rest of this input is lost, and said so.
                        self.current = None;
                        return Some(Err(error));
                    }
                }
                continue;
            }
            let operand = self.operands.next()?;
            match Open::new(&operand, self.label.as_deref(), self.run, self.progress.clone()) {
                Ok(open) => self.current = Some(open),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// One input being read.
#[derive(Debug)]
struct Open<'r> {
    body: Body<'r>,
    shown: String,
    file: Arc<str>,
    modified: i64,
    carry: Vec<u8>,
    next_line: u64,
    inside_long: bool,
    ended: Option<io::Result<()>>,
    run: &'r Run,
}

impl<'r> Open<'r> {
    fn new(operand: &Operand, label: Option<&str>, run: &'r Run, progress: Progress) -> Result<Self> {
        let shown = match operand {
            Operand::Stdin => "-".to_owned(),
            Operand::Path(path) => path.display().to_string(),
        };
        let mut raw = Raw::open(operand, run, progress)?;
        let modified = raw.modified();
        let mut start = Vec::with_capacity(BLOCK_BYTES);
        let mut ended = None;
        while start.len() < GZIP_MAGIC.len() && ended.is_none() {
            match raw.fill(&mut start) {
                Ok(0) => ended = Some(Ok(())),
                Ok(_) => {}
                Err(error) => return Err(Error::read(&shown, &error)),
            }
        }
        let (body, carry) = if start.starts_with(&GZIP_MAGIC) {
            let all = BufReader::with_capacity(BLOCK_BYTES, Cursor::new(start).chain(raw));
            (Body::Gzip(Box::new(MultiGzDecoder::new(all))), Vec::new())
        } else {
            (Body::Plain(raw), start)
        };
        let file = label.unwrap_or(&shown).into();
        Ok(Self { body, shown, file, modified, carry, next_line: 1, inside_long: false, ended, run })
    }

    /// The next block; after the last one, the error that ended the input, if one did.
    fn next_block(&mut self) -> io::Result<Option<Block>> {
        let mut bytes = std::mem::take(&mut self.carry);
        let target = bytes.len() + BLOCK_BYTES;
        let mut newline = memrchr(b'\n', &bytes);
        while self.ended.is_none() {
            if bytes.len() >= target && (newline.is_some() || self.inside_long || bytes.len() > MAX_LINE + 1) {
                break;
            }
            // Asked before each read, since what is there must not wait for a read that blocks.
            if (newline.is_some() || self.inside_long && !bytes.is_empty()) && self.body.pauses() {
                break;
            }
            let looked = bytes.len();
            match self.body.fill(&mut bytes) {
                Ok(0) => {
                    self.ended = Some(Ok(()));
                    // Half a line might have become any line.
                    if self.run.watch.is_stopped() && !self.inside_long {
                        bytes.truncate(newline.map_or(0, |at| at + 1));
                    }
                }
                Ok(_) => newline = memrchr(b'\n', &bytes[looked..]).map(|at| looked + at).or(newline),
                Err(error) => self.ended = Some(Err(error)),
            }
        }
        if bytes.is_empty() {
            return match self.ended.take() {
                Some(Err(error)) => Err(error),
                _ => Ok(None),
            };
        }
        Ok(Some(self.cut(bytes, newline)))
    }

    /// Cuts `bytes` after a line end, keeps what follows for later, and says what the block is.
    fn cut(&mut self, mut bytes: Vec<u8>, newline: Option<usize>) -> Block {
        let (part, end) = if self.inside_long {
            let end = memchr(b'\n', &bytes);
            self.inside_long = end.is_none();
            (Part::LongMore, end.map_or(bytes.len(), |at| at + 1))
        } else if let Some(at) = newline {
            (Part::Lines, at + 1)
        } else if bytes.len() > MAX_LINE + 1 {
            // One more, for the CR of a line that just fits.
            self.inside_long = true;
            (Part::LongStart, bytes.len())
        } else {
            (Part::Lines, bytes.len())
        };
        if end < bytes.len() {
            self.carry.reserve(bytes.len() - end + BLOCK_BYTES);
            self.carry.extend_from_slice(&bytes[end..]);
            bytes.truncate(end);
        }
        let first_line = self.next_line;
        self.next_line += memchr_iter(b'\n', &bytes).count() as u64;
        Block { bytes, file: Arc::clone(&self.file), first_line, part, modified: self.modified }
    }
}

/// The bytes that were looked at to tell what the input is, then the rest.
type Whole<'r> = io::Chain<Cursor<Vec<u8>>, Raw<'r>>;

#[derive(Debug)]
enum Body<'r> {
    Plain(Raw<'r>),
    Gzip(Box<MultiGzDecoder<BufReader<Whole<'r>>>>),
}

impl Body<'_> {
    /// Appends what one read gives, at most a block; 0 at the end.
    fn fill(&mut self, bytes: &mut Vec<u8>) -> io::Result<usize> {
        match self {
            Self::Plain(raw) => raw.fill(bytes),
            Self::Gzip(decoder) => {
                bytes.reserve(BLOCK_BYTES);
                decoder.by_ref().take(BLOCK_BYTES as u64).read_to_end(bytes)
            }
        }
    }

    /// Whether there is nothing more to read for the moment. (A gzip stream is read to its next full block.)
    fn pauses(&self) -> bool {
        match self {
            Self::Plain(raw) => raw.waits && (raw.run.line_buffered || !interrupt::is_readable(raw.file.as_fd())),
            Self::Gzip(_) => false,
        }
    }
}

/// An open descriptor; reads of a pipe or terminal wait in a way that signals can end.
#[derive(Debug)]
struct Raw<'r> {
    file: File,
    waits: bool,
    run: &'r Run,
    progress: Progress,
}

impl<'r> Raw<'r> {
    fn open(operand: &Operand, run: &'r Run, progress: Progress) -> Result<Self> {
        let file = match operand {
            Operand::Stdin => io::stdin().as_fd().try_clone_to_owned().map(File::from).map_err(|e| Error::read("-", &e))?,
            Operand::Path(path) => open_path(path)?,
        };
        let waits = file.metadata().map_or(true, |m| !m.is_file());
        if waits {
            output::widen_pipe(&file);
        }
        Ok(Self { file, waits, run, progress })
    }

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
                    self.progress.advance(count);
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
        self.progress.advance(count);
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
