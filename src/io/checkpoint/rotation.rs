//! Where a log went when it was rotated: the files beside it whose names start with its own.
//!
//! Only regular files are looked at, never what a symbolic link points to, and never more than [`MOST_SIBLINGS`]. What lay
//! beside a log when it was first named is noted in the cursor: so a rotated file that is not known came since, whatever any clock
//! says and however a run ended, and is read whole.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::{Mode, OFlags};

use crate::base::time;
use crate::io::InputOverrides;
use crate::io::Run;
use crate::io::checkpoint::registry::{Checkpoint, Registry};
use crate::io::checkpoint::resume::{Resumption, is_copy};
use crate::io::reader::InputReader;
use crate::io::source::file::ByteSource;

/// How many files beside a log are looked at, the latest first: two months of daily rotation.
pub(crate) const MOST_SIBLINGS: usize = 64;
/// The endings that compressors give a name.
const PACKED_ENDINGS: [&[u8]; 4] = [b".gz", b".zst", b".bz2", b".xz"];

/// Which file it is, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileId(u64, u64);

impl FileId {
    /// The regular file that `path` leads to, if it leads to one.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        path.metadata().ok().filter(Metadata::is_file).map(|m| Self::new(&m))
    }

    fn new(metadata: &Metadata) -> Self {
        Self(metadata.dev(), metadata.ino())
    }
}

/// A file that a log may have become.
#[derive(Debug)]
pub(crate) struct Sibling {
    pub path: PathBuf,
    /// Whether its name is the log's with a number or date behind it, as rotation writes it.
    pub has_rotated_name: bool,
}

/// The files that the log at `path` may have become, the oldest first; `operands` are read in their own turn.
pub(crate) fn siblings(path: &Path, operands: &BTreeMap<FileId, PathBuf>) -> Vec<Sibling> {
    let Some(name) = path.file_name() else { return Vec::new() };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
    let Ok(files) = fs::read_dir(folder.unwrap_or_else(|| Path::new("."))) else { return Vec::new() };
    let mut found: Vec<(SystemTime, bool, PathBuf, bool)> = files
        .filter_map(|file| {
            let file = file.ok()?;
            let file_name = file.file_name();
            let suffix = file_name.as_bytes().strip_prefix(name.as_bytes()).filter(|s| matches!(s, [b'.' | b'-', _, ..]))?;
            // Of a link, this is the link's own.
            let metadata = file.metadata().ok().filter(Metadata::is_file)?;
            let path = folder.map_or_else(|| PathBuf::from(&file_name), |folder| folder.join(&file_name));
            let modified = metadata.modified().ok()?;
            (!operands.contains_key(&FileId::new(&metadata)))
                .then(|| (modified, without_ending(suffix) != suffix, path, is_rotated(suffix)))
        })
        .collect();
    // A log and its copy that is just being compressed are of one age: the log comes first.
    found.sort();
    let surplus = found.len().saturating_sub(MOST_SIBLINGS);
    found.into_iter().skip(surplus).map(|(_, _, path, has_rotated_name)| Sibling { path, has_rotated_name }).collect()
}

/// A name, or the end of one, without what a compressor put behind it.
fn without_ending(suffix: &[u8]) -> &[u8] {
    PACKED_ENDINGS.iter().find_map(|ending| suffix.strip_suffix(*ending)).unwrap_or(suffix)
}

/// `.1`, `.2.gz`, `-20261122`, `.2026-11-22.xz`, `-20261122_0300`.
fn is_rotated(suffix: &[u8]) -> bool {
    let number = without_ending(suffix).get(1..).unwrap_or_default();
    number.iter().any(u8::is_ascii_digit) && number.iter().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.'))
}

/// The file that this would be the compressed copy of, where that is still there.
pub(crate) fn packed_from(path: &Path) -> Option<PathBuf> {
    let name = path.as_os_str().as_bytes();
    let plain = Path::new(OsStr::from_bytes(without_ending(name)));
    (plain != path && FileId::of(plain).is_some()).then(|| plain.to_owned())
}

/// Opens a regular file: no link is followed, and nothing that came in its place is waited for.
pub(crate) fn open_regular<'r>(path: &Path, run: &'r Run) -> Option<ByteSource<'r>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty()).ok()?);
    file.metadata().is_ok_and(|m| m.is_file()).then(|| ByteSource::of_file(file, run))
}

/// Forgets that nobody asked for the log at `path`, which is named now: it is read from its start. False: somebody did.
pub(crate) fn ask_for(path: &Path, registry: &mut Registry, run: &Run) -> bool {
    let mut unasked = registry.unasked();
    if !unasked.0.iter().any(Checkpoint::is_begun) {
        return false;
    }
    let Ok(open) = InputReader::new(path, &InputOverrides::default(), run) else { return false };
    let Resumption::Known(slot) = open.resume(&mut unasked).1 else { return false };
    registry.0[slot] = Checkpoint::default();
    true
}

/// Notes the logs beside `path`, which is named for the first time, as logs that nobody asked for; `operands` are asked for. A
/// cursor of version 0.1 knew only when a run had last read them: what it does not know and was written to since is news.
pub(crate) fn note_siblings(path: &Path, operands: &BTreeMap<FileId, PathBuf>, registry: &mut Registry, run: &Run) {
    let now = time::now();
    let news_since = match registry.seen_at(&path.display().to_string()) {
        None => i64::MAX,
        // A clock that ran ahead then hides nothing.
        Some(seen) if seen > now => i64::MIN,
        Some(seen) => seen,
    };
    for sibling in siblings(path, operands).iter().filter(|sibling| sibling.has_rotated_name) {
        if let Some(entry) = pass_by(&sibling.path, path, news_since, registry, run) {
            let slot = registry.add();
            registry.put(slot, Checkpoint { seen_at: time::rfc3339(now), ..entry });
        }
    }
}

/// What is to be noted of the file at `sibling`, unless it is known, is news, or is a copy that is just being made of `log`.
fn pass_by(sibling: &Path, log: &Path, news_since: i64, registry: &Registry, run: &Run) -> Option<Checkpoint> {
    let open = InputReader::of_raw(open_regular(sibling, run)?, sibling, &InputOverrides::default(), run).ok()?.into_rotated();
    if open.modified() >= news_since {
        return None;
    }
    let (open, place) = open.resume(&mut registry.clone());
    let is_unknown = matches!(place, Resumption::Unknown(_)) && !is_copy(sibling, log, run);
    is_unknown.then(|| open.pass_by()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_rotation_writes_are_told_from_others() {
        for name in [".1", ".2.gz", "-20261122", ".2026-11-22.xz", "-20261122_0300.zst", "-1795305600.bz2"] {
            assert!(is_rotated(name.as_bytes()), "{name}");
        }
        for name in [".gz", ".old", "-report.csv", ".1.txt", ".", "-", "..gz"] {
            assert!(!is_rotated(name.as_bytes()), "{name}");
        }
    }

    #[test]
    fn siblings_are_regular_files_whose_names_go_on_behind_a_dot_or_dash() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for name in ["auth.log", "auth.log.1", "auth.log-2.gz", "auth.logs", "auth.log.", "other.log.1", "auth.log.named"] {
            fs::write(at(name), "x").expect("written");
        }
        fs::create_dir(at("auth.log.3")).expect("a folder");
        std::os::unix::fs::symlink(at("other.log.1"), at("auth.log.4")).expect("a link");
        let operands = FileId::of(&at("auth.log.named")).map(|id| (id, at("auth.log.named"))).into_iter().collect();
        let mut names: Vec<_> = siblings(&at("auth.log"), &operands).into_iter().map(|s| (s.path, s.has_rotated_name)).collect();
        names.sort();
        assert_eq!(names, [(at("auth.log-2.gz"), true), (at("auth.log.1"), true)]);
    }
}
