//! One block of lines, classified: its events, its rejects and how many lines were what.

use std::sync::{Arc, Mutex};

use super::before::Before;
use super::detect::Detectors;
use super::format::{Format, Reading, Scratch};
use super::proxy;
use super::reader::{Flaw, LineReader, trim_end};
use super::{Config, Counts, FORMATS, Wanted};
use crate::flaw::Flaws;
use crate::stream::block::{self, Part};
use crate::stream::book::Mark;

/// What some editors of Windows put before the text of a file.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What came of one block.
#[derive(Debug)]
pub struct Block {
    /// Events, one a line.
    pub events: Vec<u8>,
    /// Rejected lines, with their line ends.
    pub rejects: Vec<u8>,
    /// Whether `rejects` goes on with the line that the block before ended in.
    pub continues: bool,
    /// How many lines were what.
    pub counts: Counts,
    /// Why the rejects are rejects.
    pub flaws: Flaws<Flaw>,
    /// The line of the first sshd message of no known shape.
    pub first_unknown: Option<u64>,
    /// The input's name.
    pub file: Arc<str>,
    /// What the cursor is to remember once this is delivered.
    pub mark: Option<Mark>,
}

impl Block {
    fn reject(&mut self, line: u64, flaw: Flaw) {
        self.counts.rejects += 1;
        self.flaws.add(line, flaw);
    }
}

/// Classifies blocks as a run asked for it.
#[derive(Debug)]
pub struct Classifier<'c> {
    config: &'c Config,
    /// Those that no thread is using: they remember what they saw, so they go from block to block, and with them which
    /// formats fitted last.
    spare: Mutex<Vec<(Detectors<'c>, [usize; 2])>>,
    formats: Vec<&'static Format>,
}

impl<'c> Classifier<'c> {
    /// A classifier for one run.
    pub fn new(config: &'c Config) -> Self {
        let is_tried = |format: &&Format| config.log_format.as_ref().is_none_or(|given| given.allows(format.kind));
        Self { config, spare: Mutex::default(), formats: FORMATS.iter().filter(is_tried).collect() }
    }

    /// Classifies every line of `block`; its events go behind what is in `events`.
    pub fn classify(&self, block: &block::Block, events: Vec<u8>) -> Block {
        let mut done = Block {
            events,
            rejects: Vec::new(),
            continues: block.part == Part::LongMore,
            counts: Counts::default(),
            flaws: Flaws::new(),
            first_unknown: None,
            file: Arc::clone(&block.file),
            mark: block.mark.clone(),
        };
        match block.part {
            Part::Lines => self.classify_lines(block, &mut done),
            Part::LongStart => {
                done.counts.lines = 1;
                done.reject(block.first_line, Flaw::TOO_LONG);
                self.keep_reject(&mut done, &block.bytes);
            }
            Part::LongMore => self.keep_reject(&mut done, &block.bytes),
            Part::End => {}
        }
        done
    }

    fn classify_lines(&self, block: &block::Block, done: &mut Block) {
        let clock = self.config.clock.with_reference(block.modified);
        let spare = self.spare.lock().ok().and_then(|mut spare| spare.pop());
        let (mut detectors, last) = spare.unwrap_or_else(|| (Detectors::new(self.config.signals, &self.config.settings), [0; 2]));
        let mut reader = LineReader::new(self.config.log_format.as_ref(), &self.formats, clock, last);
        let mut scratch = Scratch::default();
        // One look at the whole block is far cheaper than one at each line.
        let is_ascii = block.bytes.is_ascii();
        let mut earlier = Scratch::default();
        let mut before = Before::start_of(block);
        let mut end = 0;
        for (number, whole) in block.lines() {
            let start = end;
            end += whole.len() + 1;
            done.counts.lines += 1;
            let line = trim_end(if number == 1 { whole.strip_prefix(BYTE_ORDER_MARK).unwrap_or(whole) } else { whole });
            if !is_ascii && std::str::from_utf8(line).is_err() {
                done.counts.invalid_utf8 += 1;
            }
            scratch.clear();
            let mut reading = reader.read(line, &scratch);
            match &reading {
                &Ok(Reading::Repeated(repeat)) => reading = Ok(before.find_repeated(&repeat, start, &mut reader, &mut earlier)),
                _ => before.last = Some(start),
            }
            // By reference, since a reading is large.
            match &mut reading {
                Ok(Reading::OtherProgram | Reading::Repeated(_) | Reading::Wrapped(_)) => done.counts.other_programs += 1,
                Ok(Reading::UnknownSshd) => {
                    done.counts.unknown_sshd += 1;
                    done.first_unknown.get_or_insert(number);
                }
                Ok(reading) => self.emit(reading, &mut detectors, &scratch, number, done),
                Err(flaw) => {
                    done.reject(number, flaw.clone());
                    self.keep_reject(done, &block.bytes[end - whole.len() - 1..end.min(block.bytes.len())]);
                }
            }
        }
        if let Ok(mut spare) = self.spare.lock() {
            spare.push((detectors, reader.last()));
        }
    }

    fn emit<'a>(&self, reading: &mut Reading<'a>, detectors: &mut Detectors<'_>, scratch: &'a Scratch, number: u64, done: &mut Block) {
        if !self.config.period.contains(reading.time().map(|time| time.seconds)) {
            done.counts.outside += 1;
            return;
        }
        let signals = detectors.signals(reading);
        let wanted = !signals.is_empty() || self.config.wanted == Wanted::All;
        // Who asked is worked out, and an event built, only where it leaves; no signal depends on who asked.
        if let (true, Some(trusted), Reading::Web(web)) = (wanted, &self.config.trusted_proxies, &mut *reading) {
            proxy::resolve(web, trusted, scratch);
        }
        // By reference, since an event is large.
        match &mut wanted.then(|| reading.to_event(&done.file, number)).flatten() {
            Some(event) => {
                event.tags = signals;
                event.write_line(&mut done.events);
                done.counts.events += 1;
            }
            None => done.counts.quiet += 1,
        }
    }

    fn keep_reject(&self, done: &mut Block, bytes: &[u8]) {
        if self.config.rejects.is_some() {
            done.rejects.extend_from_slice(bytes);
        }
    }
}
