//! A new file that has no name until it is whole, so that nothing is left of it whatever ends the run.
//!
//! Where the file system knows no such files, it has a drawn name from the start, which only a run that is killed leaves behind.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags};
use tempfile::NamedTempFile;

use crate::io::checkpoint::registry::hash;

/// The mode that an ordinary new file asks for; the umask takes its part away.
const ORDINARY_MODE: u32 = 0o666;
/// Where a process finds its own open files by number.
const DESCRIPTORS: &str = "/proc/self/fd";

/// A file that is being written.
#[derive(Debug)]
pub(crate) enum NewFile {
    Anonymous(File),
    /// With a name that was drawn.
    Named(Box<NamedTempFile>),
}

impl NewFile {
    /// Starts a file in `folder`.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn create_in(folder: &Path) -> io::Result<Self> {
        if Path::new(DESCRIPTORS).is_dir()
            && let Ok(fd) = rustix::fs::open(folder, OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC, Mode::from_raw_mode(ORDINARY_MODE))
        {
            return Ok(Self::Anonymous(File::from(fd)));
        }
        let mut named = tempfile::Builder::new();
        named.prefix(".soar-").permissions(Permissions::from_mode(ORDINARY_MODE));
        Ok(Self::Named(Box::new(named.tempfile_in(folder)?)))
    }

    pub(crate) fn as_file(&self) -> &File {
        match self {
            Self::Anonymous(file) => file,
            Self::Named(file) => file.as_file(),
        }
    }

    /// Puts the file at `path`, which is in the folder that it was started in.
    ///
    /// # Errors
    /// What the system says; an earlier file at `path` is then untouched.
    pub(crate) fn put(self, path: &Path) -> io::Result<()> {
        match self {
            Self::Anonymous(file) => put_anonymous(&file, path),
            Self::Named(file) => file.persist(path).map(drop).map_err(|e| e.error),
        }
    }
}

/// A name can be given to a file only where there is none yet, so it is given one beside `path` that is renamed at once. Where a
/// run is killed between the two, the next that puts a file there removes it: the name follows from that of `path`, and the
/// folder is locked meanwhile, so it is of no run that is still alive. Where the lock cannot be had, the name is a drawn one.
fn put_anonymous(file: &File, path: &Path) -> io::Result<()> {
    let folder = folder_of(path);
    let lock = File::open(folder).ok().filter(|lock| lock.try_lock().is_ok());
    if lock.is_none() {
        let beside = tempfile::Builder::new().prefix(".soar-").make_in(folder, |name| link(file, name))?;
        return beside.persist(path).map(drop).map_err(|e| e.error);
    }
    let beside = name_beside(path);
    fs::remove_file(&beside).or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })?;
    link(file, &beside)?;
    fs::rename(&beside, path).inspect_err(|_| {
        // The reason is what matters.
        let _ = fs::remove_file(&beside);
    })
}

fn link(file: &File, name: &Path) -> io::Result<()> {
    let descriptor = format!("{DESCRIPTORS}/{}", file.as_raw_fd());
    Ok(rustix::fs::linkat(CWD, descriptor, CWD, name, AtFlags::SYMLINK_FOLLOW)?)
}

fn name_beside(path: &Path) -> PathBuf {
    let digits = path.file_name().map(|name| hash(name.as_encoded_bytes())).unwrap_or_default();
    path.with_file_name(format!(".soar-{}", &digits[..digits.len().min(16)]))
}

/// The folder that the last part of `path` is in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_whole_and_nothing_is_seen_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        for text in ["one", "two"] {
            let before = names(folder.path());
            let new = NewFile::create_in(folder.path()).expect("started");
            new.as_file().write_all(text.as_bytes()).expect("written");
            // As it is where the file system has files without a name, which those that tests run on have.
            assert!(matches!(new, NewFile::Anonymous(_)));
            assert_eq!(names(folder.path()), before);
            new.put(&path).expect("put in its place");
            assert_eq!(fs::read_to_string(&path).expect("read"), text);
        }
        assert_eq!(names(folder.path()), ["a.csv"]);
    }

    #[test]
    fn what_a_killed_run_left_goes_with_the_next() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        fs::write(name_beside(&path), "of a run that was killed").expect("written");
        let new = NewFile::create_in(folder.path()).expect("started");
        new.as_file().write_all(b"whole").expect("written");
        new.put(&path).expect("put in its place");
        assert_eq!((names(folder.path()), fs::read_to_string(&path).expect("read")), (vec!["a.csv".to_owned()], "whole".to_owned()));
    }

    #[test]
    fn runs_that_write_one_file_at_once_each_put_a_whole_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        std::thread::scope(|scope| {
            for n in 0..8_u8 {
                let path = &path;
                scope.spawn(move || {
                    for _ in 0..50 {
                        let new = NewFile::create_in(path.parent().expect("a folder")).expect("started");
                        new.as_file().write_all(&[b'0' + n; 100]).expect("written");
                        new.put(path).expect("put in its place");
                    }
                });
            }
        });
        let text = fs::read(&path).expect("read");
        assert!(text.len() == 100 && text.iter().all(|&b| b == text[0]), "{text:?}");
        assert_eq!(names(folder.path()), ["a.csv"]);
    }
}
