//! Where results go: stdout, unbuffered and in large writes, and files that are whole or not there.
//!
//! Every error is looked at: a full disk is an error, a reader that left is [`Error::ReaderLeft`].

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::base::error::{Error, Result};
use crate::io::Run;
use crate::io::unnamed_file::{NewFile, folder_of};

/// Size to ask for a pipe's buffer, in bytes; fewer, larger switches between the stages (measured: `cargo bench pipe`).
const PIPE_BYTES: usize = 1 << 20;

/// Stdout. Blocks of records are written at once, so nothing is left in a buffer when the input pauses.
#[derive(Debug)]
pub struct Output {
    stdout: File,
    line_buffered: bool,
    /// Set once nobody reads it any more.
    reader_left: Arc<AtomicBool>,
}

impl Output {
    /// Stdout, for the records of `run`.
    ///
    /// # Errors
    /// [`Error::Write`] where the system has no descriptor left. A closed stdout is none: Rust opens `/dev/null` in its place.
    pub fn stdout(run: &Run) -> Result<Self> {
        let fd = io::stdout().as_fd().try_clone_to_owned().map_err(|e| Error::write("stdout", &e))?;
        grow_pipe_buffer(&fd);
        Ok(Self { stdout: File::from(fd), line_buffered: run.line_buffered, reader_left: Arc::clone(run.shutdown.reader_left()) })
    }

    /// Writes whole lines.
    ///
    /// # Errors
    /// [`Error::ReaderLeft`] for a broken pipe, [`Error::Write`] for anything else.
    pub fn write(&mut self, lines: &[u8]) -> Result<()> {
        if self.line_buffered {
            lines.split_inclusive(|&b| b == b'\n').try_for_each(|line| self.stdout.write_all(line))
        } else {
            self.stdout.write_all(lines)
        }
        .map_err(|e| {
            let error = Error::write("stdout", &e);
            if matches!(error, Error::ReaderLeft) {
                self.reader_left.store(true, Ordering::Release);
            }
            error
        })
    }

    /// Waits until the disk has what was written, where stdout is a file: before anything says that it was delivered.
    ///
    /// # Errors
    /// [`Error::Write`].
    pub fn sync(&self) -> Result<()> {
        if self.stdout.metadata().is_ok_and(|m| m.is_file()) {
            self.stdout.sync_all().map_err(|e| Error::write("stdout", &e))?;
            // Its name, too, should it be new. Most file systems did that with the file, so it is no error where that cannot be asked.
            let _ = fs::read_link("/proc/self/fd/1").and_then(|path| sync_folder(folder_of(&path)));
        }
        Ok(())
    }
}

/// Asks for a larger buffer on `fd` if it is a pipe; a refusal costs speed only.
pub(crate) fn grow_pipe_buffer(fd: impl AsFd) {
    #[cfg(target_os = "linux")]
    let _ = rustix::pipe::fcntl_setpipe_size(fd, PIPE_BYTES);
    #[cfg(not(target_os = "linux"))]
    let _ = fd;
}

/// A file that appears under its name only when it is complete. What cannot be replaced (a device, a named pipe,
/// `/dev/stdout`) is written directly; of a symbolic link, the file that it names is replaced, and its mode is kept.
#[derive(Debug)]
pub struct AtomicFile {
    path: PathBuf,
    target: FileTarget,
}

#[derive(Debug)]
enum FileTarget {
    Beside(NewFile),
    Direct(File),
}

impl AtomicFile {
    /// Starts a file at `path`.
    ///
    /// # Errors
    /// [`Error::Write`] names the path.
    pub fn create(path: &Path) -> Result<Self> {
        let shown = path.display().to_string();
        let fail = |e| Error::write(&shown, &e);
        let path = follow_links(path);
        let old = path.metadata().ok();
        let target = if is_descriptor(&path) || old.as_ref().is_some_and(|m| !m.is_file()) {
            FileTarget::Direct(File::options().append(true).open(&path).map_err(fail)?)
        } else {
            let file = NewFile::create_in(folder_of(&path)).map_err(fail)?;
            if let Some(old) = old {
                file.as_file().set_permissions(old.permissions()).map_err(fail)?;
            }
            FileTarget::Beside(file)
        };
        Ok(Self { path, target })
    }

    /// Waits until the disk has what was written, so that a full one is known of before any of several files is put in its place.
    ///
    /// # Errors
    /// [`Error::Write`] names the path.
    pub fn sync(&self) -> Result<()> {
        match &self.target {
            FileTarget::Direct(_) => Ok(()),
            FileTarget::Beside(file) => file.as_file().sync_all().map_err(|e| self.error(&e)),
        }
    }

    /// Puts the file in its place, and waits until the disk knows it by its name: a power cut leaves the earlier file or this one.
    ///
    /// # Errors
    /// [`Error::Write`] names the path; an earlier file of that name is untouched, unless the disk itself failed.
    pub fn commit(self) -> Result<()> {
        self.sync()?;
        let path = self.path;
        let fail = |e: &io::Error| Error::write(&path.display().to_string(), e);
        match self.target {
            FileTarget::Direct(_) => Ok(()),
            FileTarget::Beside(file) => {
                file.put(&path).map_err(|e| fail(&e))?;
                sync_folder(folder_of(&path)).map_err(|e| fail(&e))
            }
        }
    }

    /// The error for a write to this file.
    pub fn error(&self, source: &io::Error) -> Error {
        Error::write(&self.path.display().to_string(), source)
    }
}

/// Waits until the disk has the names in `folder`. A folder that may be written but not read cannot be asked, and some file
/// systems know no such request: there it is left to them.
fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidInput) => Ok(()),
        other => other,
    }
}

/// Whether two paths lead to one place, be there a file yet or not.
pub fn is_same(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| {
        let path = follow_links(path);
        Some((folder_of(&path).canonicalize().ok()?, path.file_name()?.to_owned()))
    };
    place(one).is_some_and(|one| place(other) == Some(one))
}

/// The file that a path of symbolic links ends in, as far as it is not one of this process's descriptors.
pub(crate) fn follow_links(path: &Path) -> PathBuf {
    /// As many links as Linux follows (`path_resolution(7)`).
    const MOST: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST {
        match fs::read_link(&path) {
            Ok(target) if !is_descriptor(&path) => path = path.parent().unwrap_or_else(|| Path::new("")).join(target),
            _ => break,
        }
    }
    path
}

/// Whether a path names an open descriptor (`/dev/fd/3`, `/proc/self/fd/1`): it is written, never replaced.
fn is_descriptor(path: &Path) -> bool {
    path.starts_with("/proc") || path.starts_with("/dev/fd")
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.target {
            FileTarget::Beside(file) => file.as_file().write(bytes),
            FileTarget::Direct(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file that only grows: what was written stays, whatever becomes of the run.
#[derive(Debug)]
pub(crate) struct AppendFile {
    file: File,
    shown: String,
}

impl AppendFile {
    /// Opens the file at `path`, which need not be there yet, to write behind what is there. A line that a full disk cut off
    /// is ended first, so that it spoils no other.
    ///
    /// # Errors
    /// [`Error::Write`] names the path.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let shown = path.display().to_string();
        let file = File::options().append(true).create(true).open(path).map_err(|e| Error::write(&shown, &e))?;
        let is_cut = ends_within_line(&file, path).map_err(|e| Error::write(&shown, &e))?;
        let mut opened = Self { file, shown };
        if is_cut {
            opened.write(b"\n")?;
        }
        Ok(opened)
    }

    /// Writes a line, with its newline, at once.
    ///
    /// # Errors
    /// [`Error::Write`] names the path.
    pub(crate) fn write(&mut self, line: &[u8]) -> Result<()> {
        self.file.write_all(line).map_err(|e| match Error::write(&self.shown, &e) {
            // A file that is a pipe: its reader's leaving is no success, since nothing may go unrecorded.
            Error::ReaderLeft => Error::Write { path: self.shown.clone(), reason: "its reader left".to_owned() },
            other => other,
        })
    }
}

fn ends_within_line(file: &File, path: &Path) -> io::Result<bool> {
    let about = file.metadata()?;
    if !about.is_file() || about.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    // One that may be written and not read, or not there any more, is taken as it is.
    let read = File::open(path).and_then(|file| file.read_exact_at(&mut last, about.len() - 1));
    Ok(read.is_ok() && last != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_off_is_ended() {
        for (before, after) in [("", "new\n"), ("old\n", "old\nnew\n"), ("ol", "ol\nnew\n")] {
            let file = tempfile::NamedTempFile::new().expect("a file");
            std::fs::write(file.path(), before).expect("written");
            AppendFile::open(file.path()).and_then(|mut opened| opened.write(b"new\n")).expect("written");
            assert_eq!(std::fs::read_to_string(file.path()).expect("read"), after);
        }
    }
}
