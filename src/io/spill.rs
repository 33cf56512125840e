//! More records than fit into memory: runs of them, each in the order of a key, in a temporary file, and their merge.
//!
//! The file has no name from the moment it is made, so nothing is left of it however the process ends. It lies in `$TMPDIR`,
//! or in `/tmp` where that is not set. A key is bytes, compared as such.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;

use crate::base::error::{Error, Result};

/// How much is written at a time, in bytes.
const WRITE_BYTES: usize = 256 << 10;
/// How much of one run is read at a time, in bytes: at the least, and at the most.
const READ_BYTES: Range<usize> = 4 << 10..256 << 10;
/// How long the length of a record is, in bytes.
const LEN_BYTES: usize = size_of::<u32>();

/// Runs of records with keys of `K` bytes.
#[derive(Debug)]
pub(crate) struct Spill<const K: usize> {
    file: File,
    shown: String,
    /// Where each run lies in the file.
    runs: Vec<Range<u64>>,
    written: u64,
    buffer: Vec<u8>,
}

impl<const K: usize> Spill<K> {
    /// A spill without runs.
    ///
    /// # Errors
    /// [`Error::Write`] names the folder.
    pub(crate) fn create() -> Result<Self> {
        let folder = std::env::temp_dir();
        let shown = format!("temporary file in {} (TMPDIR names another folder)", folder.display());
        let file = tempfile::tempfile_in(&folder).map_err(|e| Error::write(&shown, &e))?;
        Ok(Self { file, shown, runs: Vec::new(), written: 0, buffer: Vec::new() })
    }

    /// Adds a record to the run that is being written; a run is in the order of its keys.
    ///
    /// # Errors
    /// [`Error::Write`] names the folder, where its disk is full for one.
    pub(crate) fn put(&mut self, key: &[u8; K], record: &[u8]) -> Result<()> {
        let len = u32::try_from(record.len()).map_err(|_| Error::write(&self.shown, &io::ErrorKind::FileTooLarge.into()))?;
        self.buffer.extend_from_slice(&len.to_le_bytes());
        self.buffer.extend_from_slice(key);
        self.buffer.extend_from_slice(record);
        if self.buffer.len() >= WRITE_BYTES { self.flush() } else { Ok(()) }
    }

    /// Ends the run.
    ///
    /// # Errors
    /// As [`Spill::put`].
    pub(crate) fn end_run(&mut self) -> Result<()> {
        self.flush()?;
        let start = self.runs.last().map_or(0, |run| run.end);
        self.runs.push(start..self.written);
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        self.file.write_all(&self.buffer).map_err(|e| Error::write(&self.shown, &e))?;
        self.written += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }

    /// All records in the order of their keys, read with about that much memory; of records with one key, those of an earlier run
    /// come first.
    ///
    /// # Errors
    /// [`Error::Read`] names the folder.
    pub(crate) fn merge(self, memory_bytes: usize) -> Result<Merge<K>> {
        let read_bytes = (memory_bytes / self.runs.len().max(1)).clamp(READ_BYTES.start, READ_BYTES.end);
        let readers = self.runs.into_iter().map(|left| RunReader { left, buffer: Vec::new(), start: 0, read_bytes }).collect();
        let mut merge = Merge { file: self.file, shown: self.shown, readers, heads: BinaryHeap::new() };
        for run in 0..merge.readers.len() {
            merge.put_head(run)?;
        }
        Ok(merge)
    }
}

/// The merge of all runs.
#[derive(Debug)]
pub(crate) struct Merge<const K: usize> {
    file: File,
    shown: String,
    readers: Vec<RunReader>,
    /// The next key of every run that has one.
    heads: BinaryHeap<Reverse<([u8; K], usize)>>,
}

impl<const K: usize> Merge<K> {
    /// Puts the next record in the place of what `record` holds, and gives its key; `None`: there are no more.
    ///
    /// # Errors
    /// [`Error::Read`] names the folder.
    pub(crate) fn next_into(&mut self, record: &mut Vec<u8>) -> Result<Option<[u8; K]>> {
        let Some(Reverse((key, run))) = self.heads.pop() else { return Ok(None) };
        record.clear();
        record.extend_from_slice(self.readers[run].take_record(&self.file, K).map_err(|e| Error::read(&self.shown, &e))?);
        self.put_head(run)?;
        Ok(Some(key))
    }

    fn put_head(&mut self, run: usize) -> Result<()> {
        let start = self.readers[run].need(&self.file, LEN_BYTES + K).map_err(|e| Error::read(&self.shown, &e))?;
        if let Some(&key) = start.get(LEN_BYTES..).and_then(<[u8]>::first_chunk) {
            self.heads.push(Reverse((key, run)));
        }
        Ok(())
    }
}

#[derive(Debug)]
struct RunReader {
    /// What was not read yet.
    left: Range<u64>,
    buffer: Vec<u8>,
    /// Where in the buffer the next record starts.
    start: usize,
    read_bytes: usize,
}

impl RunReader {
    /// What comes next, at least `count` bytes of it if there are as many.
    fn need(&mut self, file: &File, count: usize) -> io::Result<&[u8]> {
        let have = self.buffer.len() - self.start;
        if have < count && !self.left.is_empty() {
            self.buffer.drain(..self.start);
            self.start = 0;
            let left = usize::try_from(self.left.end - self.left.start).unwrap_or(usize::MAX);
            let wanted = (count - have).max(self.read_bytes).min(left);
            self.buffer.resize(have + wanted, 0);
            file.read_exact_at(&mut self.buffer[have..], self.left.start)?;
            self.left.start += wanted as u64;
        }
        Ok(&self.buffer[self.start..])
    }

    fn take_record(&mut self, file: &File, key_bytes: usize) -> io::Result<&[u8]> {
        let cut_off = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let len = *self.need(file, LEN_BYTES)?.first_chunk().ok_or_else(cut_off)?;
        let before = LEN_BYTES + key_bytes;
        let whole = before + u32::from_le_bytes(len) as usize;
        if self.need(file, whole)?.len() < whole {
            return Err(cut_off());
        }
        let record = self.start + before..self.start + whole;
        self.start += whole;
        Ok(&self.buffer[record])
    }
}

/// Sorts records by key in a bounded memory; past it, runs are spilled.
#[derive(Debug)]
pub(crate) struct Sorter<const K: usize> {
    limit_bytes: usize,
    records: Vec<u8>,
    /// The key of each record, and where in `records` it stands.
    index: Vec<([u8; K], usize, usize)>,
    spill: Option<Spill<K>>,
}

impl<const K: usize> Sorter<K> {
    /// A sorter that holds about so many bytes.
    pub(crate) const fn new(limit_bytes: usize) -> Self {
        Self { limit_bytes, records: Vec::new(), index: Vec::new(), spill: None }
    }

    /// Adds a record.
    ///
    /// # Errors
    /// As [`Spill::put`].
    pub(crate) fn push(&mut self, key: [u8; K], record: &[u8]) -> Result<()> {
        self.index.push((key, self.records.len(), record.len()));
        self.records.extend_from_slice(record);
        let held = self.records.len() + self.index.len() * size_of::<([u8; K], usize, usize)>();
        if held < self.limit_bytes { Ok(()) } else { self.spill_run() }
    }

    fn spill_run(&mut self) -> Result<()> {
        self.index.sort_unstable();
        let spill = match &mut self.spill {
            Some(spill) => spill,
            none => none.insert(Spill::create()?),
        };
        for &(key, start, len) in &self.index {
            spill.put(&key, &self.records[start..start + len])?;
        }
        self.index.clear();
        self.records.clear();
        spill.end_run()
    }

    /// Hands every record to `take`, in the order of the keys.
    ///
    /// # Errors
    /// As [`Spill::put`] and [`Spill::merge`], and what `take` gives.
    pub(crate) fn finish(mut self, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        if self.spill.is_some() && !self.index.is_empty() {
            self.spill_run()?;
        }
        let Some(spill) = self.spill else {
            self.index.sort_unstable();
            return self.index.iter().try_for_each(|&(_, start, len)| take(&self.records[start..start + len]));
        };
        (self.index, self.records) = (Vec::new(), Vec::new());
        let mut merge = spill.merge(self.limit_bytes)?;
        let mut record = Vec::new();
        while merge.next_into(&mut record)?.is_some() {
            take(&record)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn records_come_in_the_order_of_their_keys_however_little_memory_there_is(
            lengths in proptest::collection::vec(prop_oneof![9 => 0..40_usize, 1 => 0..600_000_usize], 0..60), limit_bytes in 0..4000_usize,
        ) {
            let mut random = fastrand::Rng::with_seed(lengths.len() as u64);
            let mut sorter = Sorter::<3>::new(limit_bytes);
            let mut wanted = Vec::new();
            for (nth, &len) in lengths.iter().enumerate() {
                let key = [random.u8(..), random.u8(..), u8::try_from(nth).expect("60 of them")];
                let record: Vec<_> = key.iter().copied().cycle().take(len).collect();
                sorter.push(key, &record).expect("room");
                wanted.push((key, record));
            }
            wanted.sort();
            let mut sorted = Vec::new();
            sorter.finish(|record| { sorted.push(record.to_vec()); Ok(()) }).expect("room");
            prop_assert!(sorted.iter().eq(wanted.iter().map(|(_, record)| record)));
        }
    }
}
