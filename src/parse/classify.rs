//! One block of lines, classified: its events, its rejects and how many lines were what.
//!
//! The format that fitted the last line is tried first; since formats exclude each other, that changes no result.

use std::fmt;
use std::sync::Arc;

use super::detect::Detectors;
use super::format::{Misfit, Reading, Scratch};
use super::{Config, Counts, FORMATS, Wanted};
use crate::flaw::Flaws;
use crate::record::event::Tags;
use crate::stream::block::{self, MAX_LINE, Part, TOO_LONG};
use crate::time::Clock;

/// Why a line is a reject: the format that it came nearest to, and what was wrong then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    format: Option<&'static str>,
    reason: &'static str,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.format {
            Some(format) => write!(f, "not {format} format: {}", self.reason),
            None => f.write_str(self.reason),
        }
    }
}

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
    detectors: Detectors<'c>,
}

impl<'c> Classifier<'c> {
    /// A classifier for one run.
    pub fn new(config: &'c Config) -> Self {
        Self { config, detectors: Detectors::new(config.signals, &config.settings) }
    }

    /// Classifies every line of `block`.
    pub fn classify(&self, block: &block::Block) -> Block {
        let mut done = Block {
            events: Vec::new(),
            rejects: Vec::new(),
            continues: block.part == Part::LongMore,
            counts: Counts::default(),
            flaws: Flaws::new(),
            first_unknown: None,
            file: Arc::clone(&block.file),
        };
        match block.part {
            Part::Lines => self.classify_lines(block, &mut done),
            Part::LongStart => {
                done.counts.lines = 1;
                done.reject(block.first_line, Flaw { format: None, reason: TOO_LONG });
                self.keep_reject(&mut done, &block.bytes);
            }
            Part::LongMore => self.keep_reject(&mut done, &block.bytes),
        }
        done
    }

    fn classify_lines(&self, block: &block::Block, done: &mut Block) {
        let mut reader = LineReader { clock: self.config.clock.with_reference(block.modified), last: 0 };
        let mut scratch = Scratch::default();
        let mut end = 0;
        for (number, whole) in block.lines() {
            end += whole.len() + 1;
            done.counts.lines += 1;
            let line = whole.strip_suffix(b"\r").unwrap_or(whole);
            if !line.is_ascii() && std::str::from_utf8(line).is_err() {
                done.counts.invalid_utf8 += 1;
            }
            scratch.clear();
            match reader.read(line, &scratch) {
                Ok(Reading::OtherProgram) => done.counts.other_programs += 1,
                Ok(Reading::UnknownSshd) => {
                    done.counts.unknown_sshd += 1;
                    done.first_unknown.get_or_insert(number);
                }
                Ok(reading) => self.emit(&reading, number, &block.file, done),
                Err(flaw) => {
                    done.reject(number, flaw);
                    self.keep_reject(done, &block.bytes[end - whole.len() - 1..end.min(block.bytes.len())]);
                }
            }
        }
    }

    fn emit(&self, reading: &Reading<'_>, number: u64, file: &str, done: &mut Block) {
        let signals = self.detectors.signals(reading);
        let wanted = !signals.is_empty() || self.config.wanted == Wanted::All;
        // An event is built only where it leaves.
        match wanted.then(|| reading.to_event(file, number)).flatten() {
            Some(mut event) => {
                event.tags = Tags(signals);
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

struct LineReader {
    clock: Clock,
    last: usize,
}

impl LineReader {
    fn read<'a>(&mut self, line: &'a [u8], scratch: &'a Scratch) -> Result<Reading<'a>, Flaw> {
        if line.len() > MAX_LINE {
            return Err(Flaw { format: None, reason: TOO_LONG });
        }
        let last = self.last;
        if let Ok(reading) = (FORMATS[last].read)(line, scratch, &mut self.clock) {
            return Ok(reading);
        }
        let mut nearest: Option<(usize, Misfit)> = None;
        for (index, format) in FORMATS.iter().enumerate() {
            match (format.read)(line, scratch, &mut self.clock) {
                Ok(reading) => {
                    self.last = index;
                    return Ok(reading);
                }
                Err(misfit) if nearest.is_none_or(|(_, best)| misfit.at > best.at) => nearest = Some((index, misfit)),
                Err(_) => {}
            }
        }
        Err(match nearest {
            _ if line.is_empty() => Flaw { format: None, reason: "empty line" },
            Some((index, misfit)) if misfit.at > 0 => Flaw { format: Some(FORMATS[index].name), reason: misfit.reason },
            _ => Flaw { format: None, reason: "of no known format" },
        })
    }
}
