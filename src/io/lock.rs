//! Locks on files that one run at a time may read and write anew.

use std::fs::{File, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::base::error::{Error, Result};
use crate::io::output;

/// The file beside the one at `path` that a run holds; of a link, it is beside the file that the link names.
pub fn lock_path(path: &Path) -> PathBuf {
    let mut name = output::follow_links(path).into_os_string();
    name.push(".lock");
    name.into()
}

/// Holds the lock of `path` for as long as the file is open. It stays there: what it locks is replaced at the end, and a
/// lock with it would not hold.
///
/// # Errors
/// [`Error::InUse`] where another run holds it, [`Error::Write`] where it cannot be made.
pub(crate) fn lock_exclusive(path: &Path) -> Result<File> {
    let name = lock_path(path);
    let shown = name.display().to_string();
    if name.is_symlink() {
        return Err(Error::Write { path: shown, reason: "the lock file is a symbolic link: remove it".to_owned() });
    }
    // A named pipe in its place must not be waited for, and a link that came there since is not followed.
    let flags = (OFlags::NONBLOCK | OFlags::NOFOLLOW).bits().cast_signed();
    let file = File::options().create(true).truncate(false).write(true).custom_flags(flags).open(&name);
    let file = file.map_err(|e| Error::write(&shown, &e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse { path: path.display().to_string() }),
        Err(TryLockError::Error(error)) => Err(Error::write(&shown, &error)),
    }
}
