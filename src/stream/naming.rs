//! What a cursor notes when a log is named: which one, and, the first time, what lay beside it then.
//!
//! So a rotated file that is not known came since, whatever any clock says and however a run ended, and is read whole.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Run;
use super::book::{Book, Entry};
use super::open::Open;
use super::origin::Origin;
use super::resume::{Place, is_copy};
use super::rotation::{self, FileId};
use crate::time;

/// Forgets that nobody asked for the log at `path`, which is named now: it is read from its start. False: somebody did.
pub fn ask_for(path: &Path, book: &mut Book, run: &Run) -> bool {
    let mut unasked = book.unasked();
    if !unasked.0.iter().any(Entry::is_begun) {
        return false;
    }
    let Ok(open) = Open::new(path, &Origin::default(), run) else { return false };
    let Place::Known(slot) = open.resume(&mut unasked).1 else { return false };
    book.0[slot] = Entry::default();
    true
}

/// Notes the logs beside `path`, which is named for the first time, as logs that nobody asked for; `operands` are asked for. A
/// cursor of version 0.1 knew only when a run had last read them: what it does not know and was written to since is news.
pub fn note_siblings(path: &Path, operands: &BTreeMap<FileId, PathBuf>, book: &mut Book, run: &Run) {
    let now = time::now();
    let news_since = match book.seen_at(&path.display().to_string()) {
        None => i64::MAX,
        // A clock that ran ahead then hides nothing.
        Some(seen) if seen > now => i64::MIN,
        Some(seen) => seen,
    };
    for sibling in rotation::siblings(path, operands).iter().filter(|sibling| sibling.has_rotated_name) {
        if let Some(entry) = pass_by(&sibling.path, path, news_since, book, run) {
            let slot = book.add();
            book.put(slot, Entry { seen_at: time::rfc3339(now), ..entry });
        }
    }
}

/// What is to be noted of the file at `sibling`, unless it is known, is news, or is a copy that is just being made of `log`.
fn pass_by(sibling: &Path, log: &Path, news_since: i64, book: &Book, run: &Run) -> Option<Entry> {
    let open = Open::of_raw(rotation::open_regular(sibling, run)?, sibling, &Origin::default(), run).ok()?.of_rotated();
    if open.modified() >= news_since {
        return None;
    }
    let (open, place) = open.resume(&mut book.clone());
    let is_unknown = matches!(place, Place::Unknown(_)) && !is_copy(sibling, log, run);
    is_unknown.then(|| open.pass_by()).flatten()
}
