//! Inputs: files and stdin, plain or compressed, one after another as blocks of lines.
//!
//! Where a cursor is kept, each log is read on from where the last run stopped, and what was rotated away since then is
//! read before the file that took its place.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use rustix::fs::FileType;

use crate::base::error::{Error, Result};
use crate::io::InputOverrides;
use crate::io::Run;
use crate::io::block::Block;
use crate::io::checkpoint::registry::{Checkpoint, Registry};
use crate::io::checkpoint::resume::{NewLog, Resumption, is_copy};
use crate::io::checkpoint::rotation;
use crate::io::checkpoint::rotation::{FileId, Sibling};
use crate::io::pieces::SplitPiece;
use crate::io::reader::InputReader;
use crate::io::source::file::STDIN;
use crate::io::stats::{InputLog, InputStats};

/// The inputs of a run, checked at the door.
#[derive(Debug)]
pub struct Inputs {
    paths: Vec<PathBuf>,
    origin: InputOverrides,
    pieces: Option<SplitPiece>,
    entries: bool,
}

impl Inputs {
    /// The inputs that `files` name (none: stdin); `origin` is that of the only one.
    ///
    /// # Errors
    /// [`Error::Usage`] where stdin is a terminal, or what is known of one input would be said of several.
    pub fn new(files: &[PathBuf], origin: &InputOverrides) -> Result<Self> {
        let mut paths = files.to_vec();
        if paths.is_empty() {
            paths.push(PathBuf::from(STDIN));
        }
        if paths.iter().any(|path| path.as_os_str() == STDIN) && io::stdin().is_terminal() {
            return Err(Error::Usage("nothing to read: give a FILE, or pipe something in (see --help)".to_owned()));
        }
        match origin.flag().filter(|_| paths.len() > 1) {
            Some("--name") => Err(Error::Usage("--name works with one input only".to_owned())),
            Some(flag) => Err(Error::Usage(format!("{flag} works with one input only"))),
            None => Ok(Self { paths, origin: origin.clone(), pieces: None, entries: false }),
        }
    }

    /// These inputs, of which no block ends between two pieces of a line.
    pub(crate) fn with_pieces(self, split: SplitPiece) -> Self {
        Self { pieces: Some(split), ..self }
    }

    /// These inputs, of which no block ends inside an entry of several lines.
    pub(crate) fn with_entries(self) -> Self {
        Self { entries: true, ..self }
    }

    /// Says that a result must not be written over an input.
    ///
    /// # Errors
    /// [`Error::Usage`] where `output` is one of the inputs, under whatever name.
    pub(crate) fn ensure_not_input(&self, output: &Path) -> Result<()> {
        let Some(target) = FileId::of(output) else { return Ok(()) };
        let file = |path: &PathBuf| if path.as_os_str() == STDIN { FileId::of(Path::new("/dev/stdin")) } else { FileId::of(path) };
        match self.paths.iter().find(|path| file(path) == Some(target)) {
            None => Ok(()),
            Some(_) => Err(Error::Usage(format!("{} is an input and would be overwritten", output.display()))),
        }
    }

    /// Whether no input is a regular file, so that another program writes what is read.
    pub(crate) fn are_pipes(&self) -> bool {
        let stdin_is_file = || rustix::fs::fstat(io::stdin()).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode).is_file());
        let is_file = |path: &PathBuf| {
            if path.as_os_str() == STDIN { stdin_is_file() } else { path.metadata().is_ok_and(|m| m.is_file()) }
        };
        !self.paths.iter().any(is_file)
    }

    /// The size of all inputs together, in bytes, where all are regular files.
    pub(crate) fn total_bytes(&self) -> Option<u64> {
        let size = |path: &PathBuf| path.metadata().ok().filter(std::fs::Metadata::is_file).map(|m| m.len());
        self.paths.iter().map(size).sum()
    }

    /// Says that a cursor can only be kept of regular files.
    ///
    /// # Errors
    /// [`Error::Usage`] names the input that is none.
    pub(crate) fn require_regular_files(&self) -> Result<()> {
        let is_other = |path: &&PathBuf| path.as_os_str() == STDIN || path.metadata().is_ok_and(|m| !m.is_file() && !m.is_dir());
        match self.paths.iter().find(is_other) {
            None => Ok(()),
            Some(path) => Err(Error::Usage(format!(
                "--cursor needs regular files, and {} is not one: name the logs as FILE operands",
                if path.as_os_str() == STDIN { "stdin".to_owned() } else { path.display().to_string() }
            ))),
        }
    }

    /// The files that were named before, under whatever name.
    pub(crate) fn named_twice(&self) -> Vec<&Path> {
        let (mut seen, mut again) = (BTreeSet::new(), Vec::new());
        for path in self.paths.iter().filter(|path| path.is_file()) {
            if FileId::of(path).is_some_and(|id| !seen.insert(id)) {
                again.push(path.as_path());
            }
        }
        again
    }

    /// What was named, in that order.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// The regular files among it.
    pub(crate) fn files(&self) -> BTreeMap<FileId, PathBuf> {
        self.paths.iter().filter_map(|path| Some((FileId::of(path)?, path.clone()))).collect()
    }

    pub fn reader(self, run: &Run) -> Reader<'_> {
        self.start(run, None)
    }

    /// Starts reading after the checkpoint in `registry`.
    pub(crate) fn reader_from(self, run: &Run, registry: Registry) -> Reader<'_> {
        self.start(run, Some(registry))
    }

    fn start(self, run: &Run, registry: Option<Registry>) -> Reader<'_> {
        let operands = self.files();
        let queue = self.paths.into_iter().map(QueueItem::Operand).collect();
        let (origin, pieces, entries) = (self.origin, self.pieces, self.entries);
        Reader { run, queue, operands, origin, pieces, entries, registry, log: Some(&run.inputs), current: None }
    }
}

/// Why a cursor is not kept of a Windows event log.
const NO_CURSOR: &str = "--cursor cannot follow a Windows event log, which overwrites its oldest records: read it without --cursor";

/// What is to be read next.
#[derive(Debug)]
enum QueueItem {
    /// An operand, and before it what was rotated away from under its name.
    Operand(PathBuf),
    Alone(PathBuf),
    /// A file that an operand's log may have become.
    Sibling(Sibling),
}

/// Gives the blocks of all inputs in order, and an `Err` in its turn for an input that cannot be read (further).
#[derive(Debug)]
pub struct Reader<'r> {
    run: &'r Run,
    queue: VecDeque<QueueItem>,
    operands: BTreeMap<FileId, PathBuf>,
    origin: InputOverrides,
    pieces: Option<SplitPiece>,
    entries: bool,
    registry: Option<Registry>,
    /// Where it is noted what was read.
    log: Option<&'r InputLog>,
    /// What is being read, and its place in the log of inputs.
    current: Option<(InputReader<'r>, usize)>,
}

impl Iterator for Reader<'_> {
    type Item = Result<Block>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.run.shutdown.is_stopped() {
                return None;
            }
            if let Some((open, place)) = &mut self.current {
                let (next, place) = (open.next_block(), *place);
                note(self.log, place, |stats| open.update(stats));
                match next {
                    Ok(Some(block)) => {
                        if let (Some(registry), Some(mark)) = (&mut self.registry, &block.mark) {
                            registry.put(mark.slot, mark.entry.clone());
                        }
                        return Some(Ok(block));
                    }
                    Ok(None) => {
                        let is_complete = !self.run.shutdown.is_stopped();
                        note(self.log, place, |stats| stats.is_complete = is_complete);
                        self.current = None;
                    }
                    Err(_) if self.run.shutdown.is_stopped() => return None,
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
                QueueItem::Operand(path) => self.enqueue_rotated(path),
                QueueItem::Alone(path) => match self.open(&path) {
                    Ok(open) => self.begin(open),
                    Err(error) => {
                        let (name, error_text) = (path.display().to_string(), Some(error.to_string()));
                        self.log.map(|log| log.add(InputStats { name, first_line: 1, error: error_text, ..InputStats::default() }));
                        return Some(Err(error));
                    }
                },
                QueueItem::Sibling(sibling) => {
                    if let Some(open) = self.open_sibling(&sibling) {
                        self.begin(open);
                    }
                }
            }
        }
    }
}

fn is_text(open: &InputReader<'_>) -> bool {
    !open.body.is_event_log()
}

fn note(log: Option<&InputLog>, place: usize, change: impl FnOnce(&mut InputStats)) {
    if let Some(log) = log {
        log.update(place, change);
    }
}

impl<'r> Reader<'r> {
    /// As something that is no input of the run, and not noted among them.
    pub fn unlogged(self) -> Self {
        Self { log: None, ..self }
    }

    fn begin(&mut self, open: InputReader<'r>) {
        let place = self.log.map_or(0, |log| log.add(open.stats()));
        self.current = Some((open.with_pieces(self.pieces).with_entries(self.entries), place));
    }

    fn open(&mut self, path: &Path) -> Result<InputReader<'r>> {
        let open = InputReader::new(path, &self.origin, self.run)?;
        let Some(registry) = &mut self.registry else { return Ok(open) };
        if open.body.is_event_log() {
            return Err(Error::Read { path: path.display().to_string(), reason: NO_CURSOR.to_owned() });
        }
        let (mut open, place) = open.resume(registry);
        Ok(match place {
            Resumption::Known(slot) => match self.moved_to(slot, path).cloned() {
                Some(entry) if open.is_at_end() => open.skip_duplicate(slot, &entry, "the same text as"),
                Some(entry) => open.fork_checkpoint(&entry, self.registry.as_mut().map_or(slot, Registry::add)),
                None => match self.read_elsewhere(slot, path).filter(|_| !open.is_at_end()) {
                    Some((slot, entry)) => open.skip_duplicate(slot, &entry, "an earlier state of"),
                    None => open,
                },
            },
            Resumption::Unknown(stranger) => {
                let copied = self.prefix_of(&stranger, path);
                let Some(registry) = &self.registry else { return Ok(open) };
                match copied {
                    Some(slot) => open.skip_duplicate(slot, &registry.0[slot], "an earlier state of"),
                    None => open.warn_new_log(&stranger, registry, self.missing_log(path)),
                }
            }
        })
    }

    /// The log that was at `path` and is at none of the operands, which are read in their own turn.
    fn missing_log(&self, path: &Path) -> Option<usize> {
        let registry = self.registry.as_ref()?;
        let slot = registry.at(&path.display().to_string())?;
        let is_it = |operand: &PathBuf| {
            let (_, place) =
                InputReader::new(operand, &InputOverrides::default(), self.run).ok()?.resume(&mut Registry(vec![registry.0[slot].clone()]));
            Some(place == Resumption::Known(0))
        };
        (!self.operands.values().any(|operand| is_it(operand) == Some(true))).then_some(slot)
    }

    /// What is known of the log in `slot`, where that lies whole in another file than `path`.
    fn moved_to(&self, slot: usize, path: &Path) -> Option<&Checkpoint> {
        let entry = self.registry.as_ref()?.0.get(slot)?;
        let home = Path::new(entry.path.as_deref()?);
        if FileId::of(home)? == FileId::of(path)? {
            return None;
        }
        let (_, place) = InputReader::new(home, &InputOverrides::default(), self.run).ok()?.resume(&mut Registry(vec![entry.clone()]));
        (place == Resumption::Known(0)).then_some(entry)
    }

    /// The log that lies whole in another file, and begins with all there is at `path`: a copy that stayed behind or is
    /// still being made. What a log of its own may become is read once it differs.
    fn prefix_of(&self, stranger: &NewLog, path: &Path) -> Option<usize> {
        let is_copy = |&slot: &usize| Some(is_copy(path, Path::new(self.moved_to(slot, path)?.path.as_deref()?), self.run));
        stranger.longer(self.registry.as_ref()?).find(|slot| is_copy(slot) == Some(true))
    }

    /// Another log than that in `slot`, of which more was read where it lies whole, and which begins with all there is at `path`: a
    /// copy that is still being made was read so far, and the rest of it at the other place.
    fn read_elsewhere(&self, slot: usize, path: &Path) -> Option<(usize, Checkpoint)> {
        let registry = self.registry.as_ref()?;
        let here = &registry.0[slot];
        let may_be_it = |entry: &Checkpoint| entry.offset > here.offset && entry.begins_as(here);
        let others = (0..registry.0.len()).filter(|&other| other != slot && may_be_it(&registry.0[other]));
        let mut found = others.filter_map(|other| Some((other, self.moved_to(other, path)?.clone())));
        found.find(|(_, entry)| entry.path.as_deref().is_some_and(|home| is_copy(path, Path::new(home), self.run)))
    }

    /// Only where a registry is kept: what it knows may have been rotated away since.
    fn enqueue_rotated(&mut self, path: PathBuf) {
        if self.registry.is_none() {
            return self.queue.push_front(QueueItem::Alone(path));
        }
        let siblings = rotation::siblings(&path, &self.operands);
        self.queue.push_front(QueueItem::Alone(path));
        for sibling in siblings.into_iter().rev() {
            self.queue.push_front(QueueItem::Sibling(sibling));
        }
    }

    /// A file that nobody named is read only where it is a known log, or came since the log beside it was first named: what was
    /// there then is known.
    fn open_sibling(&mut self, sibling: &Sibling) -> Option<InputReader<'r>> {
        let path = sibling.path.as_path();
        let had_plain = rotation::packed_from(path).is_some();
        let registry = self.registry.as_mut()?;
        let open = |run| InputReader::of_raw(rotation::open_regular(path, run)?, path, &self.origin, run).ok().filter(is_text);
        let (mut open_here, place) = open(self.run)?.into_rotated().resume(registry);
        match place {
            Resumption::Known(_) if open_here.is_at_end() => Some(open_here),
            // A compressor is still writing it, or left it unfinished; the file that it is made of has all of its lines.
            _ if rotation::packed_from(path).is_some_and(|plain| is_copy(path, &plain, self.run)) => None,
            // Its file went while it was looked at, so by now it is whole.
            _ if had_plain && open_here.is_damaged() && rotation::packed_from(path).is_none() => self.open_sibling(sibling),
            // Its lines were not counted when it was passed by.
            Resumption::Known(slot) if registry.0[slot].unasked => {
                let lines = open(self.run)?.lines_before(registry.0[slot].offset);
                Some(open_here.behind_lines(lines))
            }
            Resumption::Known(slot) => self.read_elsewhere(slot, path).is_none().then_some(open_here),
            // Nothing can be read of what is damaged from its start, and nobody named it.
            Resumption::Unknown(_) if !sibling.has_rotated_name || open_here.carry.is_empty() && open_here.is_damaged() => None,
            Resumption::Unknown(stranger) => self.prefix_of(&stranger, path).is_none().then_some(open_here),
        }
    }
}
