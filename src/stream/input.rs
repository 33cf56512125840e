//! Inputs: files and stdin, plain or compressed, one after another as blocks of lines.
//!
//! Where a cursor is kept, each log is read on from where the last run stopped, and what was rotated away since then is
//! read before the file that took its place.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use rustix::fs::FileType;

use super::Run;
use super::block::Block;
use super::book::{Book, Entry};
use super::open::Open;
use super::origin::Origin;
use super::raw::STDIN;
use super::resume::{Place, Stranger, is_copy};
use super::rotation::{self, FileId, Sibling};
use super::stats::{InputLog, InputStats};
use crate::error::{Error, Result};

/// The inputs of a run, checked at the door.
#[derive(Debug)]
pub struct Inputs {
    paths: Vec<PathBuf>,
    origin: Origin,
}

impl Inputs {
    /// The inputs that `files` name (none: stdin); `origin` is that of the only one.
    ///
    /// # Errors
    /// [`Error::Usage`] where stdin is a terminal, or what is known of one input would be said of several.
    pub fn new(files: &[PathBuf], origin: &Origin) -> Result<Self> {
        let mut paths = files.to_vec();
        if paths.is_empty() {
            paths.push(PathBuf::from(STDIN));
        }
        if paths.iter().any(|path| path.as_os_str() == STDIN) && io::stdin().is_terminal() {
            return Err(Error::Usage("nothing to read: give a FILE, or pipe something in (see --help)".to_owned()));
        }
        match origin.flag().filter(|_| paths.len() > 1) {
            Some("--name") => Err(Error::Usage("--name is the label of one input, and there are several".to_owned())),
            Some(flag) => Err(Error::Usage(format!("{flag} is of one input, and there are several"))),
            None => Ok(Self { paths, origin: origin.clone() }),
        }
    }

    /// Says that a result must not be written over an input.
    ///
    /// # Errors
    /// [`Error::Usage`] where `output` is one of the inputs, under whatever name.
    pub fn spare(&self, output: &Path) -> Result<()> {
        let Some(target) = FileId::of(output) else { return Ok(()) };
        let file = |path: &PathBuf| if path.as_os_str() == STDIN { FileId::of(Path::new("/dev/stdin")) } else { FileId::of(path) };
        match self.paths.iter().find(|path| file(path) == Some(target)) {
            None => Ok(()),
            Some(_) => Err(Error::Usage(format!("{} is an input and would be overwritten", output.display()))),
        }
    }

    /// Whether no input is a regular file, so that another program writes what is read.
    #[must_use]
    pub fn are_pipes(&self) -> bool {
        let stdin_is_file = || rustix::fs::fstat(io::stdin()).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode).is_file());
        let is_file = |path: &PathBuf| {
            if path.as_os_str() == STDIN { stdin_is_file() } else { path.metadata().is_ok_and(|m| m.is_file()) }
        };
        !self.paths.iter().any(is_file)
    }

    /// The size of all inputs together, in bytes, where all are regular files.
    #[must_use]
    pub fn total_bytes(&self) -> Option<u64> {
        let size = |path: &PathBuf| path.metadata().ok().filter(std::fs::Metadata::is_file).map(|m| m.len());
        self.paths.iter().map(size).sum()
    }

    /// Says that a cursor can only be kept of regular files.
    ///
    /// # Errors
    /// [`Error::Usage`] names the input that is none.
    pub fn want_files(&self) -> Result<()> {
        let is_other = |path: &&PathBuf| path.as_os_str() == STDIN || path.metadata().is_ok_and(|m| !m.is_file() && !m.is_dir());
        match self.paths.iter().find(is_other) {
            None => Ok(()),
            Some(path) => Err(Error::Usage(format!(
                "--cursor remembers a place in a file, and {} is none: name the logs as FILE operands",
                if path.as_os_str() == STDIN { "stdin".to_owned() } else { path.display().to_string() }
            ))),
        }
    }

    /// What was named, in that order.
    #[must_use]
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// The regular files among it.
    #[must_use]
    pub fn files(&self) -> BTreeMap<FileId, PathBuf> {
        self.paths.iter().filter_map(|path| Some((FileId::of(path)?, path.clone()))).collect()
    }

    /// Starts reading.
    #[must_use]
    pub fn reader(self, run: &Run) -> Reader<'_> {
        self.start(run, None)
    }

    /// Starts reading behind what `book` remembers.
    #[must_use]
    pub fn reader_behind(self, run: &Run, book: Book) -> Reader<'_> {
        self.start(run, Some(book))
    }

    fn start(self, run: &Run, book: Option<Book>) -> Reader<'_> {
        let operands = self.files();
        let queue = self.paths.into_iter().map(Turn::Operand).collect();
        Reader { run, queue, operands, origin: self.origin, book, log: Some(&run.inputs), current: None }
    }
}

/// What is to be read next.
#[derive(Debug)]
enum Turn {
    /// An operand, and before it what was rotated away from under its name.
    Operand(PathBuf),
    /// An operand itself.
    Alone(PathBuf),
    /// A file that an operand's log may have become.
    Sibling(Sibling),
}

/// Gives the blocks of all inputs in order, and an `Err` in its turn for an input that cannot be read (further).
#[derive(Debug)]
pub struct Reader<'r> {
    run: &'r Run,
    queue: VecDeque<Turn>,
    operands: BTreeMap<FileId, PathBuf>,
    origin: Origin,
    book: Option<Book>,
    /// Where it is noted what was read.
    log: Option<&'r InputLog>,
    /// What is being read, and its place in the log of inputs.
    current: Option<(Open<'r>, usize)>,
}

impl Iterator for Reader<'_> {
    type Item = Result<Block>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.run.watch.is_stopped() {
                return None;
            }
            if let Some((open, place)) = &mut self.current {
                let (next, place) = (open.next_block(), *place);
                note(self.log, place, |stats| open.update(stats));
                match next {
                    Ok(Some(block)) => {
                        if let (Some(book), Some(mark)) = (&mut self.book, &block.mark) {
                            book.put(mark.slot, mark.entry.clone());
                        }
                        return Some(Ok(block));
                    }
                    Ok(None) => {
                        let is_complete = !self.run.watch.is_stopped();
                        note(self.log, place, |stats| stats.is_complete = is_complete);
                        self.current = None;
                    }
                    Err(_) if self.run.watch.is_stopped() => return None,
                    Err(error) => {
                        let error = Error::read(open.shown(), &error);
                        // What was readable has been handed out; the rest of this input is lost, and said so.
                        self.current = None;
                        note(self.log, place, |stats| stats.error = Some(error.to_string()));
                        return Some(Err(error));
                    }
                }
                continue;
            }
            match self.queue.pop_front()? {
                Turn::Operand(path) => self.put_siblings_first(path),
                Turn::Alone(path) => match self.open(&path) {
                    Ok(open) => self.begin(open),
                    Err(error) => {
                        let (name, error_text) = (path.display().to_string(), Some(error.to_string()));
                        self.log.map(|log| log.add(InputStats { name, first_line: 1, error: error_text, ..InputStats::default() }));
                        return Some(Err(error));
                    }
                },
                Turn::Sibling(sibling) => {
                    if let Some(open) = self.open_sibling(&sibling) {
                        self.begin(open);
                    }
                }
            }
        }
    }
}

fn note(log: Option<&InputLog>, place: usize, change: impl FnOnce(&mut InputStats)) {
    if let Some(log) = log {
        log.update(place, change);
    }
}

impl<'r> Reader<'r> {
    /// As something that is no input of the run, and not noted among them.
    #[must_use]
    pub fn unlogged(self) -> Self {
        Self { log: None, ..self }
    }

    fn begin(&mut self, open: Open<'r>) {
        let place = self.log.map_or(0, |log| log.add(open.stats()));
        self.current = Some((open, place));
    }

    fn open(&mut self, path: &Path) -> Result<Open<'r>> {
        let open = Open::new(path, &self.origin, self.run)?;
        let Some(book) = &mut self.book else { return Ok(open) };
        let (mut open, place) = open.resume(book);
        Ok(match place {
            Place::Known(slot) => match self.is_elsewhere(slot, path).cloned() {
                Some(entry) if open.is_at_end() => open.pass_over(slot, &entry, "the same text as"),
                Some(entry) => open.go_own_way(&entry, self.book.as_mut().map_or(slot, Book::add)),
                None => match self.read_elsewhere(slot, path).filter(|_| !open.is_at_end()) {
                    Some((slot, entry)) => open.pass_over(slot, &entry, "an earlier state of"),
                    None => open,
                },
            },
            Place::Unknown(stranger) => {
                let copied = self.early_state_of(&stranger, path);
                let Some(book) = &self.book else { return Ok(open) };
                match copied {
                    Some(slot) => open.pass_over(slot, &book.0[slot], "an earlier state of"),
                    None => open.note_stranger(&stranger, book, self.lost_from(path)),
                }
            }
        })
    }

    /// The log that was at `path` and is at none of the operands, which are read in their own turn.
    fn lost_from(&self, path: &Path) -> Option<usize> {
        let book = self.book.as_ref()?;
        let slot = book.at(&path.display().to_string())?;
        let is_it = |operand: &PathBuf| {
            let (_, place) = Open::new(operand, &Origin::default(), self.run).ok()?.resume(&mut Book(vec![book.0[slot].clone()]));
            Some(place == Place::Known(0))
        };
        (!self.operands.values().any(|operand| is_it(operand) == Some(true))).then_some(slot)
    }

    /// What is known of the log in `slot`, where that lies whole in another file than `path`.
    fn is_elsewhere(&self, slot: usize, path: &Path) -> Option<&Entry> {
        let entry = self.book.as_ref()?.0.get(slot)?;
        let home = Path::new(entry.path.as_deref()?);
        if FileId::of(home)? == FileId::of(path)? {
            return None;
        }
        let (_, place) = Open::new(home, &Origin::default(), self.run).ok()?.resume(&mut Book(vec![entry.clone()]));
        (place == Place::Known(0)).then_some(entry)
    }

    /// The log that lies whole in another file, and begins with all there is at `path`: a copy that stayed behind or is
    /// still being made. What a log of its own may become is read once it differs.
    fn early_state_of(&self, stranger: &Stranger, path: &Path) -> Option<usize> {
        let is_copy = |&slot: &usize| Some(is_copy(path, Path::new(self.is_elsewhere(slot, path)?.path.as_deref()?), self.run));
        stranger.longer(self.book.as_ref()?).find(|slot| is_copy(slot) == Some(true))
    }

    /// Another log than that in `slot`, of which more was read where it lies whole, and which begins with all there is at `path`: a
    /// copy that is still being made was read so far, and the rest of it at the other place.
    fn read_elsewhere(&self, slot: usize, path: &Path) -> Option<(usize, Entry)> {
        let book = self.book.as_ref()?;
        let here = &book.0[slot];
        let may_be_it = |entry: &Entry| entry.offset > here.offset && entry.begins_as(here);
        let others = (0..book.0.len()).filter(|&other| other != slot && may_be_it(&book.0[other]));
        let mut found = others.filter_map(|other| Some((other, self.is_elsewhere(other, path)?.clone())));
        found.find(|(_, entry)| entry.path.as_deref().is_some_and(|home| is_copy(path, Path::new(home), self.run)))
    }

    /// Only where a book is kept: what it knows may have been rotated away since.
    fn put_siblings_first(&mut self, path: PathBuf) {
        if self.book.is_none() {
            return self.queue.push_front(Turn::Alone(path));
        }
        let siblings = rotation::siblings(&path, &self.operands);
        self.queue.push_front(Turn::Alone(path));
        for sibling in siblings.into_iter().rev() {
            self.queue.push_front(Turn::Sibling(sibling));
        }
    }

    /// A file that nobody named is read only where it is a known log, or came since the log beside it was first named: what was
    /// there then is known.
    fn open_sibling(&mut self, sibling: &Sibling) -> Option<Open<'r>> {
        let path = sibling.path.as_path();
        let book = self.book.as_mut()?;
        let open = |run| Open::of_raw(rotation::open_regular(path, run)?, path, &self.origin, run).ok();
        let (mut open_here, place) = open(self.run)?.of_rotated().resume(book);
        match place {
            // What a compressor is still writing is read once it is whole; until then the log is there too.
            Place::Known(_) if open_here.is_damaged() && rotation::packed_from(path).is_some() => None,
            // Its lines were not counted when it was passed by.
            Place::Known(slot) if book.0[slot].unasked && !open_here.is_at_end() => {
                let lines = open(self.run)?.lines_before(book.0[slot].offset);
                Some(open_here.behind_lines(lines))
            }
            Place::Known(slot) => (open_here.is_at_end() || self.read_elsewhere(slot, path).is_none()).then_some(open_here),
            // Nothing can be read of what is damaged from its start, and nobody named it.
            Place::Unknown(_) if !sibling.has_rotated_name || open_here.carry.is_empty() && open_here.is_damaged() => None,
            Place::Unknown(_) if rotation::packed_from(path).is_some_and(|plain| is_copy(path, &plain, self.run)) => None,
            Place::Unknown(stranger) => self.early_state_of(&stranger, path).is_none().then_some(open_here),
        }
    }
}
