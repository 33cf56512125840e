//! The cursor: a file that remembers between runs how far each log was read.
//!
//! It is read once, locked against a second run, and written anew as a whole when what was read has been delivered: in its own
//! place, or beside it for a caller who makes it count together with what it belongs to.

pub(crate) mod registry;
pub(crate) mod resume;
pub(crate) mod rotation;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::base::error::{Error, Result};
use crate::base::time;
use crate::io::Run;
use crate::io::checkpoint::registry::{Checkpoint, CheckpointUpdate, Registry};
use crate::io::input::Inputs;
use crate::io::lock;
use crate::io::output::AtomicFile;

/// The schema of a cursor file.
pub(crate) const SCHEMA: &str = "soar.cursor/1";
/// How many logs are remembered at the most, the latest seen first; those of the run itself always are.
pub(crate) const MOST_LOGS: usize = 1000;

/// A cursor file, and where the next one goes.
#[derive(Debug)]
pub(crate) struct Cursor {
    target: CheckpointTarget,
    memory: CheckpointFile,
    now: String,
}

/// What a cursor file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct CheckpointFile {
    registry: Registry,
    /// The logs that were named, by their absolute paths, those of the latest run last.
    followed: Vec<String>,
}

/// Where the next cursor goes.
#[derive(Debug)]
enum CheckpointTarget {
    /// In the place of the one that was read, which is held by this run alone until it ends.
    InPlace { path: PathBuf, _lock: File },
    /// To another file; the one that was read stays as it is, so it is not locked.
    Elsewhere(PathBuf),
}

#[derive(Serialize, Deserialize)]
struct HeaderJson {
    schema: String,
}

#[derive(Deserialize)]
struct CheckpointJson {
    logs: Vec<Checkpoint>,
    #[serde(default)]
    followed: Vec<String>,
}

impl Cursor {
    /// Opens and locks the cursor at `path`; where there is none, this is the first run.
    ///
    /// # Errors
    /// [`Error::InUse`] where another run holds it; [`Error::Usage`] where it is no regular file; [`Error::Read`] or
    /// [`Error::UnknownSchema`] where it is no cursor: to start afresh is for a person to decide.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        want_file(path)?;
        let lock = lock::lock_exclusive(path)?;
        Self::new(path, CheckpointTarget::InPlace { path: path.to_owned(), _lock: lock })
    }

    /// Reads the cursor at `path`, which stays as it is; the next one goes to `out`.
    ///
    /// # Errors
    /// As [`Cursor::open`], without [`Error::InUse`].
    pub(crate) fn open_apart(path: &Path, out: &Path) -> Result<Self> {
        want_file(path)?;
        Self::new(path, CheckpointTarget::Elsewhere(out.to_owned()))
    }

    fn new(path: &Path, target: CheckpointTarget) -> Result<Self> {
        let memory = match fs::read(path) {
            Ok(text) => read_memory(path, &text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => CheckpointFile::default(),
            Err(error) => return Err(Error::read(&path.display().to_string(), &error)),
        };
        Ok(Self { target, memory, now: time::rfc3339(time::now()) })
    }

    /// Notes that `inputs` were named, before any of them is read. In the place of the old cursor, it is written at once where
    /// one is named for the first time: so whatever becomes of this run and of the logs, the next one knows what is to be read.
    ///
    /// # Errors
    /// [`Error::Write`] names the cursor.
    pub(crate) fn follow(&mut self, inputs: &Inputs, run: &Run) -> Result<()> {
        let CheckpointFile { registry, followed } = &mut self.memory;
        let operands = inputs.files();
        let mut is_news = false;
        for path in inputs.paths() {
            is_news |= rotation::ask_for(path, registry, run);
            let name = std::path::absolute(path).unwrap_or_else(|_| path.clone()).display().to_string();
            let known = followed.len();
            followed.retain(|other| *other != name);
            if followed.len() == known {
                is_news = true;
                rotation::note_siblings(path, &operands, registry, run);
            }
            followed.push(name);
        }
        let surplus = followed.len().saturating_sub(MOST_LOGS.max(inputs.paths().len()));
        followed.drain(..surplus);
        // A run that is called off looked at nothing to its end.
        let is_due = is_news && matches!(self.target, CheckpointTarget::InPlace { .. }) && !run.shutdown.is_stopped();
        if is_due { self.commit() } else { Ok(()) }
    }

    /// What it remembered when the run began.
    pub(crate) fn registry(&self) -> Registry {
        self.memory.registry.clone()
    }

    /// Takes over what a delivered block says.
    pub(crate) fn advance(&mut self, mark: CheckpointUpdate) {
        self.memory.registry.put(mark.slot, Checkpoint { seen_at: self.now.clone(), ..mark.entry });
    }

    /// Forgets the logs that were seen longest ago, past [`MOST_LOGS`]. Only a run that went to its end has seen all that are
    /// still there.
    pub(crate) fn forget_oldest(&mut self) {
        let logs = &mut self.memory.registry.0;
        logs.retain(Checkpoint::is_begun);
        logs.sort_by(|a, b| b.seen_at.cmp(&a.seen_at));
        let of_this_run = logs.iter().rposition(|entry| entry.seen_at == self.now).map_or(0, |last| last + 1);
        logs.truncate(MOST_LOGS.max(of_this_run));
    }

    /// Writes the file, and waits until the disk has it.
    ///
    /// # Errors
    /// [`Error::Write`] names it; the file from before is then untouched.
    pub(crate) fn commit(&self) -> Result<()> {
        let (CheckpointTarget::InPlace { path, .. } | CheckpointTarget::Elsewhere(path)) = &self.target;
        let mut logs: Vec<_> = self.memory.registry.0.iter().filter(|entry| entry.is_begun()).collect();
        // RFC 3339 in UTC sorts by time.
        logs.sort_by(|a, b| b.seen_at.cmp(&a.seen_at));
        let mut file = AtomicFile::create(path)?;
        let text = show(&logs, &self.memory.followed).map_err(|e| file.error(&e))?;
        file.write_all(text.as_bytes()).map_err(|e| file.error(&e))?;
        file.commit()
    }
}

fn want_file(path: &Path) -> Result<()> {
    match path.metadata() {
        Ok(metadata) if !metadata.is_file() => Err(Error::Usage(format!("--cursor {}: not a regular file", path.display()))),
        _ => Ok(()),
    }
}

/// One JSON document, a log a line.
fn show(logs: &[&Checkpoint], followed: &[String]) -> io::Result<String> {
    let header = serde_json::to_string(&HeaderJson { schema: SCHEMA.to_owned() })?;
    let logs = logs.iter().map(serde_json::to_string).collect::<std::result::Result<Vec<_>, _>>()?.join(",\n");
    let followed = followed.iter().map(serde_json::to_string).collect::<std::result::Result<Vec<_>, _>>()?.join(",\n");
    Ok(format!("{},\"logs\":[\n{logs}\n],\"followed\":[\n{followed}\n]}}\n", header.trim_end_matches('}')))
}

fn read_memory(path: &Path, text: &[u8]) -> Result<CheckpointFile> {
    let shown = path.display().to_string();
    let damaged = |what: &str| Error::Read {
        path: shown.clone(),
        reason: format!("not a cursor, or damaged ({what}): to read every log from its start, remove it"),
    };
    let corrupt = |error: serde_json::Error| damaged(&error.to_string());
    let header: HeaderJson = serde_json::from_slice(text).map_err(corrupt)?;
    if header.schema != SCHEMA {
        return Err(Error::UnknownSchema { place: shown, schema: header.schema, wanted: SCHEMA.to_owned() });
    }
    let content: CheckpointJson = serde_json::from_slice(text).map_err(corrupt)?;
    if !content.logs.iter().all(Checkpoint::is_sound) {
        return Err(damaged("an impossible number"));
    }
    Ok(CheckpointFile { registry: Registry(content.logs), followed: content.followed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::checkpoint::registry::hash;

    fn entry(number: usize) -> Checkpoint {
        let head = format!("{number}\n");
        Checkpoint {
            offset: head.len() as u64,
            lines: 1,
            head_bytes: head.len(),
            head_sha256: hash(head.as_bytes()),
            ..Checkpoint::default()
        }
    }

    #[test]
    fn what_is_committed_is_read_back_and_the_oldest_is_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cursor");
        let mut cursor = Cursor::open(&path).expect("a first run");
        assert_eq!(cursor.registry(), Registry::default());
        cursor.memory.registry =
            Registry((0..=MOST_LOGS).zip(0..).map(|(n, at)| Checkpoint { seen_at: time::rfc3339(at), ..entry(n) }).collect());
        cursor.advance(CheckpointUpdate { slot: 0, entry: entry(0), note: None });
        let now = cursor.now.clone();
        cursor.forget_oldest();
        cursor.commit().expect("written");
        drop(cursor);
        let registry = Cursor::open(&path).expect("a cursor").registry();
        assert_eq!(registry.0.len(), MOST_LOGS);
        assert_eq!(registry.0[0], Checkpoint { seen_at: now, ..entry(0) });
        assert_eq!(registry.0.last(), Some(&Checkpoint { seen_at: time::rfc3339(2), ..entry(2) }), "the oldest was 1");
    }

    #[test]
    fn what_is_no_cursor_is_an_error_and_never_a_fresh_start() {
        let read = |text: &str| read_memory(Path::new("c"), text.as_bytes()).map_err(|e| e.to_string());
        assert_eq!(read("{\"schema\":\"soar.cursor/1\",\"logs\":[\n\n]}\n"), Ok(CheckpointFile::default()), "as version 0.1 wrote it");
        let followed = CheckpointFile { followed: vec!["/a".to_owned()], ..CheckpointFile::default() };
        assert_eq!(read("{\"schema\":\"soar.cursor/1\",\"logs\":[\n\n],\"followed\":[\n\"/a\"\n]}\n"), Ok(followed));
        for text in [
            "",
            "{}",
            "[]",
            "{\"schema\":\"soar.cursor/1\"}",
            "{\"schema\":\"soar.cursor/1\",\"logs\":[{\"offset\":1}]}",
            "{\"schema\":\"soar.cu",
            "{\"schema\":\"soar.cursor/1\",\"logs\":[{\"offset\":18446744073709551615,\"lines\":0,\"head_bytes\":1,\"head_sha256\":\"\",\"seen_at\":\"\"}]}",
            "{\"schema\":\"soar.cursor/1\",\"logs\":[{\"offset\":1,\"lines\":0,\"head_bytes\":2,\"head_sha256\":\"\",\"seen_at\":\"\"}]}",
        ] {
            let error = read(text).expect_err(text);
            assert!(error.starts_with("c: not a cursor, or damaged ("), "{error}");
        }
        let newer = read("{\"schema\":\"soar.cursor/2\",\"logs\":7}").expect_err("newer");
        assert!(newer.starts_with("c: unknown schema \"soar.cursor/2\""), "{newer}");
    }

    #[test]
    fn a_cursor_is_held_by_one_run() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cursor");
        let first = Cursor::open(&path).expect("free");
        assert!(matches!(Cursor::open(&path), Err(Error::InUse { .. })));
        drop(first);
        assert!(Cursor::open(&path).is_ok());
    }
}
