//! Inputs: files, stdin and gzip, read in big blocks and cut at line ends.
//!
//! Gives blocks of whole lines with their file and line number. A line past [`MAX_LINE`] comes in parts, so memory stays
//! bounded however long it is. When a pipe has nothing more to give for the moment, what is there is handed on at once.

use std::io::{self, IsTerminal};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use memchr::{memchr, memchr_iter, memrchr};

use super::Run;
use super::block::{Block, LOOK_BACK_BYTES, MAX_LINE, Part};
use super::source::{BLOCK_BYTES, Body, STDIN};
use crate::error::{Error, Result};

/// The inputs of a run, checked at the door.
#[derive(Debug)]
pub struct Inputs {
    paths: Vec<PathBuf>,
    label: Option<String>,
}

impl Inputs {
    /// The inputs that `files` name (none: stdin); `label` renames the only one.
    ///
    /// # Errors
    /// [`Error::Usage`] where stdin is a terminal, or a label would stand for several inputs.
    pub fn new(files: &[PathBuf], label: Option<&str>) -> Result<Self> {
        let mut paths = files.to_vec();
        if paths.is_empty() {
            paths.push(PathBuf::from(STDIN));
        }
        if paths.iter().any(|path| path.as_os_str() == STDIN) && io::stdin().is_terminal() {
            return Err(Error::Usage("nothing to read: give a FILE, or pipe something in (see --help)".to_owned()));
        }
        if label.is_some() && paths.len() > 1 {
            return Err(Error::Usage("--name is the label of one input, and there are several".to_owned()));
        }
        Ok(Self { paths, label: label.map(str::to_owned) })
    }

    /// Says that a result must not be written over an input.
    ///
    /// # Errors
    /// [`Error::Usage`] where `output` is one of the inputs, under whatever name.
    pub fn spare(&self, output: &Path) -> Result<()> {
        let id = |path: &Path| path.metadata().ok().filter(std::fs::Metadata::is_file).map(|m| (m.dev(), m.ino()));
        let Some(target) = id(output) else { return Ok(()) };
        match self.paths.iter().find(|path| id(path) == Some(target)) {
            None => Ok(()),
            Some(_) => Err(Error::Usage(format!("{} is an input and would be overwritten", output.display()))),
        }
    }

    /// The size of all inputs together, in bytes, where all are regular files.
    #[must_use]
    pub fn total_bytes(&self) -> Option<u64> {
        let size = |path: &PathBuf| path.metadata().ok().filter(std::fs::Metadata::is_file).map(|m| m.len());
        self.paths.iter().map(size).sum()
    }

    /// Starts reading.
    #[must_use]
    pub fn reader(self, run: &Run) -> Reader<'_> {
        Reader { run, paths: self.paths.into_iter(), label: self.label, current: None }
    }
}

/// Gives the blocks of all inputs in order, and an `Err` in its turn for an input that cannot be read (further).
#[derive(Debug)]
pub struct Reader<'r> {
    run: &'r Run,
    paths: std::vec::IntoIter<PathBuf>,
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
            let path = self.paths.next()?;
            match Open::new(&path, self.label.as_deref(), self.run) {
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
    before: Vec<u8>,
    next_line: u64,
    inside_long: bool,
    ended: Option<io::Result<()>>,
    run: &'r Run,
}

impl<'r> Open<'r> {
    fn new(path: &Path, label: Option<&str>, run: &'r Run) -> Result<Self> {
        let shown = path.display().to_string();
        let (body, carry, modified) = Body::open(path, run)?;
        let file = label.unwrap_or(&shown).into();
        Ok(Self { body, shown, file, modified, carry, before: Vec::new(), next_line: 1, inside_long: false, ended: None, run })
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
                    if self.run.watch.is_stopped() {
                        self.drop_half_line(&mut bytes, newline);
                    }
                }
                Ok(_) => newline = memrchr(b'\n', &bytes[looked..]).map(|at| looked + at).or(newline),
                Err(error) => {
                    self.ended = Some(Err(error));
                    newline = memrchr(b'\n', &bytes[looked..]).map(|at| looked + at).or(newline);
                    self.drop_half_line(&mut bytes, newline);
                }
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

    /// Where an input breaks off, half a line might have become any line.
    fn drop_half_line(&self, bytes: &mut Vec<u8>, newline: Option<usize>) {
        if !self.inside_long {
            bytes.truncate(newline.map_or(0, |at| at + 1));
        }
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
        let before = std::mem::take(&mut self.before);
        if part == Part::Lines {
            self.before = look_back(&before, &bytes);
        }
        Block { bytes, file: Arc::clone(&self.file), first_line, part, modified: self.modified, before }
    }
}

/// The last whole lines of `before` and `bytes` together that fit in [`LOOK_BACK_BYTES`].
fn look_back(before: &[u8], bytes: &[u8]) -> Vec<u8> {
    let old = &before[before.len().saturating_sub(LOOK_BACK_BYTES.saturating_sub(bytes.len()))..];
    let new = &bytes[bytes.len().saturating_sub(LOOK_BACK_BYTES)..];
    // What stands left of the two; a line that starts right behind a newline is whole, so it stays.
    let left_out = if new.len() < bytes.len() { &bytes[..bytes.len() - new.len()] } else { &before[..before.len() - old.len()] };
    let mut lines = [old, new].concat();
    if !left_out.is_empty() && !left_out.ends_with(b"\n") {
        lines.drain(..memchr(b'\n', &lines).map_or(lines.len(), |at| at + 1));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of these lengths, each with its end.
    fn lines(lengths: &[usize]) -> Vec<u8> {
        let line = |(index, &len): (usize, &usize)| [vec![b'a' + u8::try_from(index % 26).unwrap_or(0); len - 1], vec![b'\n']].concat();
        lengths.iter().enumerate().flat_map(line).collect()
    }

    #[test]
    fn a_look_back_holds_the_last_whole_lines_that_fit() {
        for (lengths, kept) in [
            (&[][..], 0),
            (&[10, 20][..], 30),
            (&[LOOK_BACK_BYTES][..], LOOK_BACK_BYTES),
            (&[LOOK_BACK_BYTES + 1][..], 0),
            (&[10, LOOK_BACK_BYTES][..], LOOK_BACK_BYTES),
            (&[10, 20, LOOK_BACK_BYTES - 20][..], LOOK_BACK_BYTES),
            (&[10, 21, LOOK_BACK_BYTES - 20][..], LOOK_BACK_BYTES - 20),
            (&[4090, 10, 4086][..], 4096),
            (&[3000, LOOK_BACK_BYTES + 1, 20][..], 20),
        ] {
            let text = lines(lengths);
            let whole = look_back(b"", &text);
            assert!(whole == text[text.len() - kept..], "{lengths:?} keeps {}", whole.len());
            // However the text is cut into blocks, the same lines are kept.
            let ends: Vec<_> = memchr_iter(b'\n', &text).map(|at| at + 1).collect();
            let one_by_one = ends.iter().fold((Vec::new(), 0), |(before, start), &end| (look_back(&before, &text[start..end]), end));
            assert!(one_by_one.0 == whole, "{lengths:?} keeps {}", one_by_one.0.len());
            for &cut in &ends {
                let before = look_back(b"", &text[..cut]);
                assert!(look_back(&before, &text[cut..]) == whole, "{lengths:?} cut at {cut}");
            }
        }
    }
}
