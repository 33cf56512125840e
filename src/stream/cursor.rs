//! The cursor: a file that remembers between runs how far each log was read.
//!
//! It is read once, locked against a second run, and written anew as a whole when what was read has been delivered: in its own
//! place, or beside it for a caller who makes it count together with what it belongs to.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Run;
use super::book::{Book, Entry, Mark};
use super::input::Inputs;
use super::output::WholeFile;
use super::{lock, naming};
use crate::error::{Error, Result};
use crate::time;

/// The schema of a cursor file.
pub const SCHEMA: &str = "soar.cursor/1";
/// How many logs are remembered at the most, the latest seen first; those of the run itself always are.
pub const MOST_LOGS: usize = 1000;

/// A cursor file, and where the next one goes.
#[derive(Debug)]
pub struct Cursor {
    target: Target,
    memory: Memory,
    now: String,
}

/// What a cursor file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Memory {
    book: Book,
    /// The logs that were named, by their absolute paths, those of the latest run last.
    followed: Vec<String>,
}

/// Where the next cursor goes.
#[derive(Debug)]
enum Target {
    /// In the place of the one that was read, which is held by this run alone until it ends.
    InPlace { path: PathBuf, _lock: File },
    /// To another file; the one that was read stays as it is, so it is not locked.
    Elsewhere(PathBuf),
}

#[derive(Deserialize)]
struct Header {
    schema: String,
}

#[derive(Deserialize)]
struct Content {
    logs: Vec<Entry>,
    #[serde(default)]
    followed: Vec<String>,
}

impl Cursor {
    /// Opens and locks the cursor at `path`; where there is none, this is the first run.
    ///
    /// # Errors
    /// [`Error::InUse`] where another run holds it; [`Error::Usage`] where it is no regular file; [`Error::Read`] or
    /// [`Error::UnknownSchema`] where it is no cursor: to start afresh is for a person to decide.
    pub fn open(path: &Path) -> Result<Self> {
        want_file(path)?;
        let lock = lock::hold(path)?;
        Self::new(path, Target::InPlace { path: path.to_owned(), _lock: lock })
    }

    /// Reads the cursor at `path`, which stays as it is; the next one goes to `out`.
    ///
    /// # Errors
    /// As [`Cursor::open`], without [`Error::InUse`].
    pub fn open_apart(path: &Path, out: &Path) -> Result<Self> {
        want_file(path)?;
        Self::new(path, Target::Elsewhere(out.to_owned()))
    }

    fn new(path: &Path, target: Target) -> Result<Self> {
        let memory = match fs::read(path) {
            Ok(text) => read_memory(path, &text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Memory::default(),
            Err(error) => return Err(Error::read(&path.display().to_string(), &error)),
        };
        Ok(Self { target, memory, now: time::rfc3339(time::now()) })
    }

    /// Notes that `inputs` were named, before any of them is read. In the place of the old cursor, it is written at once where
    /// one is named for the first time: so whatever becomes of this run and of the logs, the next one knows what is to be read.
    ///
    /// # Errors
    /// [`Error::Write`] names the cursor.
    pub fn follow(&mut self, inputs: &Inputs, run: &Run) -> Result<()> {
        let Memory { book, followed } = &mut self.memory;
        let operands = inputs.files();
        let mut is_news = false;
        for path in inputs.paths() {
            is_news |= naming::ask_for(path, book, run);
            let name = std::path::absolute(path).unwrap_or_else(|_| path.clone()).display().to_string();
            let known = followed.len();
            followed.retain(|other| *other != name);
            if followed.len() == known {
                is_news = true;
                naming::note_siblings(path, &operands, book, run);
            }
            followed.push(name);
        }
        let surplus = followed.len().saturating_sub(MOST_LOGS.max(inputs.paths().len()));
        followed.drain(..surplus);
        // A run that is called off looked at nothing to its end.
        let is_due = is_news && matches!(self.target, Target::InPlace { .. }) && !run.watch.is_stopped();
        if is_due { self.commit() } else { Ok(()) }
    }

    /// What it remembered when the run began.
    #[must_use]
    pub fn book(&self) -> Book {
        self.memory.book.clone()
    }

    /// Takes over what a delivered block says.
    pub fn advance(&mut self, mark: Mark) {
        self.memory.book.put(mark.slot, Entry { seen_at: self.now.clone(), ..mark.entry });
    }

    /// Forgets the logs that were seen longest ago, past [`MOST_LOGS`]. Only a run that went to its end has seen all that are
    /// still there.
    pub fn forget_oldest(&mut self) {
        let logs = &mut self.memory.book.0;
        logs.retain(Entry::is_begun);
        logs.sort_by(|a, b| b.seen_at.cmp(&a.seen_at));
        let of_this_run = logs.iter().rposition(|entry| entry.seen_at == self.now).map_or(0, |last| last + 1);
        logs.truncate(MOST_LOGS.max(of_this_run));
    }

    /// Writes the file, and waits until the disk has it.
    ///
    /// # Errors
    /// [`Error::Write`] names it; the file from before is then untouched.
    pub fn commit(&self) -> Result<()> {
        let (Target::InPlace { path, .. } | Target::Elsewhere(path)) = &self.target;
        let mut logs: Vec<_> = self.memory.book.0.iter().filter(|entry| entry.is_begun()).collect();
        // RFC 3339 in UTC sorts by time.
        logs.sort_by(|a, b| b.seen_at.cmp(&a.seen_at));
        let mut file = WholeFile::create(path)?;
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
fn show(logs: &[&Entry], followed: &[String]) -> io::Result<String> {
    #[derive(Serialize)]
    struct Header {
        schema: &'static str,
    }
    let header = serde_json::to_string(&Header { schema: SCHEMA })?;
    let logs = logs.iter().map(serde_json::to_string).collect::<std::result::Result<Vec<_>, _>>()?.join(",\n");
    let followed = followed.iter().map(serde_json::to_string).collect::<std::result::Result<Vec<_>, _>>()?.join(",\n");
    Ok(format!("{},\"logs\":[\n{logs}\n],\"followed\":[\n{followed}\n]}}\n", header.trim_end_matches('}')))
}

fn read_memory(path: &Path, text: &[u8]) -> Result<Memory> {
    let shown = path.display().to_string();
    let damaged = |what: &str| Error::Read {
        path: shown.clone(),
        reason: format!("not a cursor, or damaged ({what}): to read every log from its start, remove it"),
    };
    let corrupt = |error: serde_json::Error| damaged(&error.to_string());
    let header: Header = serde_json::from_slice(text).map_err(corrupt)?;
    if header.schema != SCHEMA {
        return Err(Error::UnknownSchema { place: shown, schema: header.schema, wanted: SCHEMA.to_owned() });
    }
    let content: Content = serde_json::from_slice(text).map_err(corrupt)?;
    if !content.logs.iter().all(Entry::is_sound) {
        return Err(damaged("a number that cannot be"));
    }
    Ok(Memory { book: Book(content.logs), followed: content.followed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::book::hash;

    fn entry(number: usize) -> Entry {
        let head = format!("{number}\n");
        Entry { offset: head.len() as u64, lines: 1, head_bytes: head.len(), head_sha256: hash(head.as_bytes()), ..Entry::default() }
    }

    #[test]
    fn what_is_committed_is_read_back_and_the_oldest_is_forgotten() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cursor");
        let mut cursor = Cursor::open(&path).expect("a first run");
        assert_eq!(cursor.book(), Book::default());
        cursor.memory.book = Book((0..=MOST_LOGS).zip(0..).map(|(n, at)| Entry { seen_at: time::rfc3339(at), ..entry(n) }).collect());
        cursor.advance(Mark { slot: 0, entry: entry(0), note: None });
        let now = cursor.now.clone();
        cursor.forget_oldest();
        cursor.commit().expect("written");
        drop(cursor);
        let book = Cursor::open(&path).expect("a cursor").book();
        assert_eq!(book.0.len(), MOST_LOGS);
        assert_eq!(book.0[0], Entry { seen_at: now, ..entry(0) });
        assert_eq!(book.0.last(), Some(&Entry { seen_at: time::rfc3339(2), ..entry(2) }), "the oldest was 1");
    }

    #[test]
    fn what_is_no_cursor_is_an_error_and_never_a_fresh_start() {
        let read = |text: &str| read_memory(Path::new("c"), text.as_bytes()).map_err(|e| e.to_string());
        assert_eq!(read("{\"schema\":\"soar.cursor/1\",\"logs\":[\n\n]}\n"), Ok(Memory::default()), "as version 0.1 wrote it");
        let followed = Memory { followed: vec!["/a".to_owned()], ..Memory::default() };
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
