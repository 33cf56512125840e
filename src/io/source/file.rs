//! An open file, pipe or terminal as bytes.
//!
//! Reads are large and unbuffered; those of a pipe or terminal wait in a way that signals can end.

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

use nix::unistd::{Gid, Group};
use rustix::buffer::spare_capacity;
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

use crate::base::error::{Error, Result};
use crate::base::time;
use crate::io::{Run, output, shutdown};

/// The operand that means stdin.
pub(crate) const STDIN: &str = "-";
/// How much is read at a time, in bytes: large enough that a system call costs nothing, small enough for the cache.
pub(crate) const BLOCK_BYTES: usize = 256 << 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadStatus {
    /// Bytes, or none yet; there may be more.
    More,
    End,
}

/// An open descriptor; reads of a pipe or terminal wait in a way that signals can end.
#[derive(Debug)]
pub(crate) struct ByteSource<'r> {
    file: File,
    waits: bool,
    bytes_read: u64,
    run: &'r Run,
}

impl<'r> ByteSource<'r> {
    /// Opens `path`; `-` is stdin.
    ///
    /// # Errors
    /// [`Error::Read`] says why it cannot be opened.
    pub(crate) fn open(path: &Path, run: &'r Run) -> Result<Self> {
        let file = if path.as_os_str() == STDIN {
            io::stdin().as_fd().try_clone_to_owned().map(File::from).map_err(|e| Error::read(STDIN, &e))?
        } else {
            open_path(path)?
        };
        Ok(Self::of_file(file, run))
    }

    pub(crate) fn of_file(file: File, run: &'r Run) -> Self {
        let waits = file.metadata().map_or(true, |m| !m.is_file());
        if waits {
            output::grow_pipe_buffer(&file);
        }
        Self { file, waits, bytes_read: 0, run }
    }

    /// When the file was modified, at the latest now; none for a pipe. Seconds since 1970.
    pub(crate) fn modified(&self) -> Option<i64> {
        let modified = self.file.metadata().ok().filter(std::fs::Metadata::is_file).and_then(|m| m.modified().ok());
        modified.map(|at| time::from_system(at).min(time::now()))
    }

    /// How many bytes were read.
    pub(crate) const fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    fn ready(&self) -> io::Result<bool> {
        if !self.waits {
            return Ok(true);
        }
        // A stop is an early end of input: what was read is worked on and written.
        self.run.shutdown.wait(self.as_fd())
    }

    /// The size of a regular file, in bytes.
    pub(crate) fn file_bytes(&self) -> Option<u64> {
        self.file.metadata().ok().filter(std::fs::Metadata::is_file).map(|m| m.len())
    }

    /// Goes to `offset` of a regular file, in bytes.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn seek(&mut self, offset: u64) -> io::Result<()> {
        let at = self.file.seek(SeekFrom::Start(offset))?;
        self.run.progress.advance(usize::try_from(at).unwrap_or(usize::MAX));
        Ok(())
    }

    /// The `count` bytes of a regular file that end at `offset`; where it is shorter, an error.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn bytes_before(&self, offset: u64, count: usize) -> io::Result<Vec<u8>> {
        let count = usize::try_from(offset).unwrap_or(usize::MAX).min(count);
        let mut bytes = vec![0; count];
        self.file.read_exact_at(&mut bytes, offset - count as u64)?;
        Ok(bytes)
    }

    /// Whether a read would wait, or each read is to be handed on at once.
    pub(crate) fn would_block(&self) -> bool {
        self.is_unbuffered() || self.waits && !shutdown::is_readable(self.as_fd())
    }

    /// Whether each read is to be handed on at once.
    pub(crate) fn is_unbuffered(&self) -> bool {
        self.waits && self.run.line_buffered
    }

    /// Appends what one read gives.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn fill(&mut self, bytes: &mut Vec<u8>) -> io::Result<ReadStatus> {
        if !self.ready()? {
            return Ok(ReadStatus::End);
        }
        bytes.reserve(BLOCK_BYTES);
        loop {
            match rustix::io::read(&self.file, spare_capacity(bytes)) {
                Err(rustix::io::Errno::INTR) => {}
                other => {
                    let count = other?;
                    self.run.progress.advance(count);
                    self.bytes_read += count as u64;
                    return Ok(if count == 0 { ReadStatus::End } else { ReadStatus::More });
                }
            }
        }
    }
}

impl AsFd for ByteSource<'_> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

/// Opens without waiting for the writer of a named pipe: that wait is [`shutdown::Shutdown::wait`], which signals can end.
fn open_path(path: &Path) -> Result<File> {
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let file = File::options().read(true).custom_flags(flags).open(path).map_err(|e| open_error(path, &e))?;
    match file.metadata() {
        Ok(m) if m.is_dir() => Err(Error::Read {
            path: path.display().to_string(),
            reason: format!("is a directory: name the files in it{}", some_files(path)),
        }),
        Ok(m) if m.is_file() => Ok(file),
        // What is read is waited for first, so a read that finds nothing yet may block.
        _ => match fcntl_getfl(&file).and_then(|flags| fcntl_setfl(&file, flags - OFlags::NONBLOCK)) {
            Ok(()) => Ok(file),
            Err(error) => Err(Error::read(&path.display().to_string(), &error.into())),
        },
    }
}

/// The error for a `path` that could not be opened because of `source`, in words that say what would help: logs are often
/// readable by a group (`adm`, `systemd-journal`) that the analyst is not in yet.
pub(crate) fn open_error(path: &Path, source: &io::Error) -> Error {
    let shown = path.display().to_string();
    match source.kind() {
        io::ErrorKind::PermissionDenied => Error::Read { path: shown, reason: format!("permission denied: {}", suggest(path)) },
        io::ErrorKind::NotFound if shown.contains(['*', '?', '[']) => {
            Error::Read { path: shown, reason: "no such file: nothing matches this pattern".to_owned() }
        }
        io::ErrorKind::NotFound => Error::Read { path: shown, reason: "no such file".to_owned() },
        _ => Error::read(&shown, source),
    }
}

/// The first files of a folder, for who named the folder: those that are called like a log before others.
fn some_files(folder: &Path) -> String {
    const SHOWN: usize = 3;
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.path().is_file()).map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = files.filter(|name| !name.starts_with('.')).collect();
    names.sort_by_key(|name| (!name.contains("log"), name.clone()));
    let more = if names.len() > SHOWN { format!(", and {} more", names.len() - SHOWN) } else { String::new() };
    names.truncate(SHOWN);
    match names.as_slice() {
        [] => " (it has none)".to_owned(),
        names => format!(" ({}{more})", names.join(", ")),
    }
}

fn suggest(path: &Path) -> String {
    const GROUP_MAY_READ: u32 = 0o040;
    let group = fs::metadata(path).ok().filter(|m| m.mode() & GROUP_MAY_READ != 0 && m.gid() != 0).map(|m| group_name(m.gid()));
    match group {
        Some(group) => format!("group {group} may read it, so join that group (usermod -aG {group} USER) or use sudo"),
        None => "use sudo, or ask the owner for read access".to_owned(),
    }
}

/// The name of a group, or its number.
fn group_name(gid: u32) -> String {
    // A static glibc would load the modules of the C library that this machine has, which fit another one. usermod takes a number too.
    let is_static_glibc = cfg!(all(target_env = "gnu", target_feature = "crt-static"));
    let group = if is_static_glibc { None } else { Group::from_gid(Gid::from_raw(gid)).ok().flatten() };
    group.map_or_else(|| gid.to_string(), |group| group.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_named_where_it_has_a_name() {
        assert_eq!(group_name(0), "root");
        assert_eq!(group_name(4_000_000_123), "4000000123");
    }
}
