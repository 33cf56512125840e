//! What a cursor remembers of logs: an entry each, kept up to date while the log is read, and which log a file is by the first
//! bytes of its text.
//!
//! A log is identified by its text, not its name: a file that was renamed, copied or compressed begins as before.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::base::time;

/// How many bytes of a log's text tell it from others, at the most.
pub(crate) const HEAD_BYTES: usize = 1024;
/// How many bytes before a place tell that it is the same place, at the most.
pub(crate) const TAIL_BYTES: usize = 1024;

/// How far one log was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    /// Where it was last; absent once another log has that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// How much of its decompressed text was delivered, in bytes.
    pub offset: u64,
    /// How many line ends are in it.
    pub lines: u64,
    /// How many bytes of its text were hashed, at most [`HEAD_BYTES`].
    pub head_bytes: usize,
    /// Their SHA-256, in hexadecimal digits.
    pub head_sha256: String,
    /// The SHA-256 of the last bytes before `offset`, [`TAIL_BYTES`] or as many as there are.
    pub tail_sha256: String,
    /// What the compressed file that was read to its end is known by.
    #[serde(flatten)]
    pub stamp: Option<Fingerprint>,
    /// When a run last read it, RFC 3339.
    pub seen_at: String,
    /// The last `#Fields:` line before `offset` of a log of the W3C's format, which names the columns of what follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Whether it lay beside a log when that was first named, so that nobody asked for what is in it up to `offset`; its lines
    /// were not counted then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unasked: bool,
}

/// A compressed file: as long as it is the same, there is no more in it, and it need not be decoded to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fingerprint {
    pub packed_bytes: u64,
    /// The SHA-256 of its last bytes, at most [`TAIL_BYTES`].
    pub packed_tail_sha256: String,
}

impl Checkpoint {
    /// Whether its numbers fit together, as those of a cursor that nobody damaged do.
    pub(crate) fn is_sound(&self) -> bool {
        /// Above it, jq rounds.
        const MOST: u64 = 1 << 53;
        let is_head = (1..=HEAD_BYTES).contains(&self.head_bytes) && self.head_bytes as u64 <= self.offset;
        is_head && self.lines <= self.offset && self.offset < MOST
    }

    /// Whether `tail`, which ends at `offset` of a text, ends as what was delivered does.
    pub(crate) fn ends_with(&self, tail: &[u8]) -> bool {
        hash(&tail[tail.len().saturating_sub(TAIL_BYTES)..]) == self.tail_sha256
    }

    /// Whether it may begin as `other` does: what was hashed of both is the same, or of one of them only a part was there.
    pub(crate) fn begins_as(&self, other: &Self) -> bool {
        self.is_begun() && (self.head_bytes != other.head_bytes || self.head_sha256 == other.head_sha256)
    }

    /// Whether there is anything to remember.
    pub(crate) const fn is_begun(&self) -> bool {
        self.head_bytes > 0
    }
}

/// What is to be remembered of a log once a block of it was delivered.
#[derive(Debug, Clone)]
pub struct CheckpointUpdate {
    /// The log's place in the [`Registry`].
    pub slot: usize,
    /// What is to be remembered.
    pub(crate) entry: Checkpoint,
    /// What people should know of it.
    pub note: Option<String>,
}

/// Entries by their place, which stays the same during a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Registry(pub Vec<Checkpoint>);

impl Registry {
    /// The logs whose text starts as `head` does, the one that was read furthest last.
    pub(crate) fn alike(&self, head: &[u8]) -> Vec<usize> {
        let mut hashes = BTreeMap::new();
        let mut fits = |entry: &Checkpoint| {
            let Some(start) = head.get(..entry.head_bytes).filter(|_| entry.is_begun()) else { return false };
            *hashes.entry(start.len()).or_insert_with(|| hash(start)) == entry.head_sha256
        };
        let mut slots: Vec<_> = (0..self.0.len()).filter(|&slot| fits(&self.0[slot])).collect();
        slots.sort_by_key(|&slot| self.0[slot].offset);
        slots
    }

    /// A place for a log that is not known yet.
    pub(crate) fn add(&mut self) -> usize {
        self.0.push(Checkpoint::default());
        self.0.len() - 1
    }

    /// Sets the entry of `slot`; a name belongs to the log that had it last.
    pub(crate) fn put(&mut self, slot: usize, entry: Checkpoint) {
        if self.0.len() <= slot {
            self.0.resize_with(slot + 1, Checkpoint::default);
        }
        if entry.is_begun() && self.0[slot].path != entry.path {
            self.0.iter_mut().filter(|other| other.path == entry.path).for_each(|other| other.path = None);
        }
        self.0[slot] = entry;
    }

    /// The log that was last at `path`.
    pub(crate) fn at(&self, path: &str) -> Option<usize> {
        self.0.iter().position(|entry| entry.path.as_deref() == Some(path))
    }

    /// The logs that nobody asked for, each in its place.
    pub(crate) fn unasked(&self) -> Self {
        Self(self.0.iter().map(|entry| if entry.unasked { entry.clone() } else { Checkpoint::default() }).collect())
    }

    /// When a run last read the log at `path` or what that was rotated to, in seconds since 1970.
    pub(crate) fn seen_at(&self, path: &str) -> Option<i64> {
        let is_kin = |name: &str| name.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']));
        let kin = self.0.iter().filter(|entry| entry.path.as_deref().is_some_and(is_kin));
        kin.filter_map(|entry| time::parse_rfc3339(&entry.seen_at).ok()).max()
    }
}

/// The SHA-256 of `bytes`, as sha256sum prints it.
pub(crate) fn hash(bytes: &[u8]) -> String {
    let digits = Sha256::digest(bytes).into_iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// What a cursor will remember of one input.
#[derive(Debug)]
pub(crate) struct CheckpointTracker {
    slot: usize,
    entry: Checkpoint,
    head: Vec<u8>,
    /// The last bytes of the text before `at`.
    tail: Vec<u8>,
    /// How far the text was handed out, whole lines or not, in bytes.
    at: u64,
    note: Option<String>,
    /// What a compressed file was known by when it was opened.
    stamp: Option<Fingerprint>,
    is_over: bool,
}

impl CheckpointTracker {
    /// Of the log in `slot`, of which `known` is known; its text starts with `head`, and `tail` ends where it is read on.
    pub(crate) fn new(slot: usize, known: Checkpoint, head: &[u8], tail: &[u8]) -> Self {
        let mut trace =
            Self { slot, at: known.offset, entry: known, head: head.to_vec(), tail: Vec::new(), note: None, stamp: None, is_over: false };
        trace.keep_tail(tail);
        trace
    }

    /// Of the file at `path`, which, should it be compressed, is known by `stamp`.
    pub(crate) fn of_file(self, path: &str, stamp: Option<Fingerprint>) -> Self {
        Self { entry: Checkpoint { path: Some(path.to_owned()), stamp: None, ..self.entry }, stamp, ..self }
    }

    /// Of the log in another slot, which is the same up to here.
    pub(crate) fn of_slot(self, slot: usize) -> Self {
        Self { slot, ..self }
    }

    /// With something that people should know of it.
    pub(crate) fn with_note(self, note: String) -> Self {
        Self { note: Some(note), ..self }
    }

    /// The first bytes of the text, as far as they are known.
    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Follows `bytes`, the next of the text; `lines` are there now where it stands behind a line, not inside one, and `header` is that of
    /// the lines that come.
    pub(crate) fn follow(&mut self, bytes: &[u8], lines: Option<u64>, header: Option<&[u8]>) -> CheckpointUpdate {
        let start = usize::try_from(self.at).unwrap_or(usize::MAX);
        if let Some(new) = self.head.len().checked_sub(start).and_then(|known| bytes.get(known..)) {
            self.head.extend_from_slice(&new[..new.len().min(HEAD_BYTES - self.head.len())]);
        }
        self.keep_tail(bytes);
        self.at += bytes.len() as u64;
        if let Some(lines) = lines.filter(|_| !bytes.is_empty()) {
            let head = &self.head[..usize::try_from(self.at).unwrap_or(usize::MAX).min(self.head.len())];
            if head.len() != self.entry.head_bytes {
                (self.entry.head_bytes, self.entry.head_sha256) = (head.len(), hash(head));
            }
            self.entry.tail_sha256 = hash(&self.tail);
            (self.entry.offset, self.entry.lines, self.entry.unasked) = (self.at, lines, false);
            self.entry.header = header.map(|header| String::from_utf8_lossy(header).into_owned());
        }
        CheckpointUpdate { slot: self.slot, entry: self.entry.clone(), note: self.note.take() }
    }

    /// Notes that the input was read to its end; false: that was noted before.
    pub(crate) fn end(&mut self) -> bool {
        self.entry.stamp.clone_from(&self.stamp);
        !std::mem::replace(&mut self.is_over, true)
    }

    fn keep_tail(&mut self, bytes: &[u8]) {
        let new = &bytes[bytes.len().saturating_sub(TAIL_BYTES)..];
        let surplus = (self.tail.len() + new.len()).saturating_sub(TAIL_BYTES);
        self.tail.drain(..surplus);
        self.tail.extend_from_slice(new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, head: &[u8]) -> Checkpoint {
        Checkpoint { path: Some(path.to_owned()), offset: 9, head_bytes: head.len(), head_sha256: hash(head), ..Checkpoint::default() }
    }

    #[test]
    fn the_hash_is_what_sha256sum_prints() {
        assert_eq!(hash(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn logs_are_alike_that_start_alike_and_the_one_that_was_read_furthest_is_last() {
        let further = Checkpoint { offset: 10, ..entry("c", b"one") };
        let registry = Registry(vec![further, entry("a", b"one"), entry("b", b"one two"), Checkpoint::default()]);
        for (head, slots) in
            [(&b"one three"[..], &[1, 0][..]), (b"one two three", &[1, 2, 0]), (b"one", &[1, 0]), (b"on", &[]), (b"", &[]), (b"two", &[])]
        {
            assert_eq!(registry.alike(head), slots, "{}", String::from_utf8_lossy(head));
        }
    }

    #[test]
    fn a_name_belongs_to_the_log_that_had_it_last() {
        let mut registry = Registry(vec![entry("a", b"one")]);
        let slot = registry.add();
        registry.put(slot, entry("a", b"two"));
        assert_eq!((registry.0[0].path.as_deref(), registry.at("a")), (None, Some(1)));
    }

    #[test]
    fn a_log_was_seen_when_what_it_was_rotated_to_was() {
        let seen = |path, at| Checkpoint { seen_at: time::rfc3339(at), ..entry(path, b"x") };
        let registry = Registry(vec![seen("a.log.1", 7), seen("a.log-2.gz", 5), seen("a.logs", 9), seen("b", 3)]);
        assert_eq!([registry.seen_at("a.log"), registry.seen_at("b"), registry.seen_at("c")], [Some(7), Some(3), None]);
    }
}
