//! One block of lines, classified: its events, its rejects and how many lines were what.
//!
//! The format that fitted the last line is tried first; since formats exclude each other, that changes no result.

use std::fmt;
use std::sync::Arc;

use super::detect::Detectors;
use memchr::{memchr, memrchr};

use super::format::{Format, Misfit, OF_NO_FORMAT, Reading, Repeat, Scratch};
use super::layout::{LogFormat, Outcome};
use super::proxy;
use super::{Config, Counts, FORMATS, Wanted};
use crate::flaw::Flaws;
use crate::stream::block::{self, LOOK_BACK_BYTES, MAX_LINE, Part, TOO_LONG};
use crate::stream::book::Mark;
use crate::time::Clock;

const EMPTY: &str = "empty line";

/// Why a line is a reject: the format that it came nearest to, and what was wrong then.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    format: Nearest,
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Nearest {
    /// None: the reason says it all.
    None,
    /// One of the table.
    Known(&'static str),
    /// The one of --log-format; the text names the field.
    Given(Arc<str>),
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.format {
            Nearest::None => f.write_str(self.reason),
            Nearest::Known(format) => write!(f, "not {format} format: {}", self.reason),
            Nearest::Given(field) => write!(f, "not the --log-format: {field}: {}", self.reason),
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
    detectors: Detectors<'c>,
    formats: Vec<&'static Format>,
}

impl<'c> Classifier<'c> {
    /// A classifier for one run.
    pub fn new(config: &'c Config) -> Self {
        let is_tried = |format: &&Format| config.log_format.as_ref().is_none_or(|given| given.allows(format));
        Self { config, detectors: Detectors::new(config.signals, &config.settings), formats: FORMATS.iter().filter(is_tried).collect() }
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
            mark: block.mark.clone(),
        };
        match block.part {
            Part::Lines => self.classify_lines(block, &mut done),
            Part::LongStart => {
                done.counts.lines = 1;
                done.reject(block.first_line, Flaw { format: Nearest::None, reason: TOO_LONG });
                self.keep_reject(&mut done, &block.bytes);
            }
            Part::LongMore => self.keep_reject(&mut done, &block.bytes),
            Part::End => {}
        }
        done
    }

    fn classify_lines(&self, block: &block::Block, done: &mut Block) {
        let mut reader = LineReader {
            given: self.config.log_format.as_ref(),
            formats: &self.formats,
            clock: self.config.clock.with_reference(block.modified),
            last: 0,
        };
        let mut scratch = Scratch::default();
        // One look at the whole block is far cheaper than one at each line.
        let is_ascii = block.bytes.is_ascii();
        let mut earlier = Scratch::default();
        let mut before = Before { block, last: None };
        let mut end = 0;
        for (number, whole) in block.lines() {
            let start = end;
            end += whole.len() + 1;
            done.counts.lines += 1;
            let line = trim_end(whole);
            if !is_ascii && std::str::from_utf8(line).is_err() {
                done.counts.invalid_utf8 += 1;
            }
            scratch.clear();
            let reading = match reader.read(line, &scratch) {
                Ok(Reading::Repeated(repeat)) => Ok(before.find_repeated(&repeat, start, &mut reader, &mut earlier)),
                reading => {
                    before.last = Some(start);
                    reading
                }
            };
            match reading {
                Ok(Reading::OtherProgram | Reading::Repeated(_)) => done.counts.other_programs += 1,
                Ok(Reading::UnknownSshd) => {
                    done.counts.unknown_sshd += 1;
                    done.first_unknown.get_or_insert(number);
                }
                Ok(reading) => self.emit(reading, &scratch, (&block.file, number), done),
                Err(flaw) => {
                    done.reject(number, flaw);
                    self.keep_reject(done, &block.bytes[end - whole.len() - 1..end.min(block.bytes.len())]);
                }
            }
        }
    }

    fn emit<'a>(&self, mut reading: Reading<'a>, scratch: &'a Scratch, (file, number): (&'a str, u64), done: &mut Block) {
        if !self.config.period.contains(reading.time().map(|time| time.seconds)) {
            done.counts.outside += 1;
            return;
        }
        let signals = self.detectors.signals(&reading);
        let wanted = !signals.is_empty() || self.config.wanted == Wanted::All;
        // Who asked is worked out, and an event built, only where it leaves; no signal depends on who asked.
        if let (true, Some(trusted), Reading::Web(web)) = (wanted, &self.config.trusted_proxies, &mut reading) {
            proxy::resolve(web, trusted, scratch);
        }
        match wanted.then(|| reading.to_event(file, number)).flatten() {
            Some(mut event) => {
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

fn trim_end(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// What stands before a line, for lines that speak of the one before.
struct Before<'b> {
    block: &'b block::Block,
    /// Where the last line starts that is not itself about a line before it.
    last: Option<usize>,
}

impl<'b> Before<'b> {
    /// What is repeated by the line at `start`: the message of the same machine right before it, or before other repeats of it.
    ///
    /// It is looked for no further back than [`LOOK_BACK_BYTES`], whether in this block or before it, so that where an input
    /// is cut into blocks changes no result.
    fn find_repeated<'a>(&self, repeat: &Repeat<'a>, start: usize, reader: &mut LineReader<'_>, earlier: &'a mut Scratch) -> Reading<'a>
    where
        'b: 'a,
    {
        earlier.clear();
        let found = match self.last {
            Some(last) => Some((start - last, &self.block.bytes[last..])),
            // Out of reach already: not to be searched for once more for each of many repeats.
            None if start > LOOK_BACK_BYTES => None,
            None => self.last_before(reader).map(|at| (start + self.block.before.len() - at, &self.block.before[at..])),
        };
        let Some((_, text)) = found.filter(|&(distance, _)| distance <= LOOK_BACK_BYTES) else { return Reading::OtherProgram };
        match reader.read(first_line(text), earlier) {
            Ok(Reading::Sshd(sshd)) if repeat.host.is_empty() || sshd.host() == repeat.host => {
                Reading::Sshd(sshd.repeated(repeat.count, repeat.time))
            }
            Ok(Reading::UnknownSshd) => Reading::UnknownSshd,
            _ => Reading::OtherProgram,
        }
    }

    /// Where, before the block, the last line starts that is not about a line before it.
    fn last_before(&self, reader: &mut LineReader<'_>) -> Option<usize> {
        let mut scratch = Scratch::default();
        let mut end = self.block.before.len();
        while end > 0 {
            let start = memrchr(b'\n', &self.block.before[..end - 1]).map_or(0, |at| at + 1);
            if !matches!(reader.read(first_line(&self.block.before[start..]), &scratch), Ok(Reading::Repeated(_))) {
                return Some(start);
            }
            scratch.clear();
            end = start;
        }
        None
    }
}

/// The first line of `text`, without its end.
fn first_line(text: &[u8]) -> &[u8] {
    trim_end(&text[..memchr(b'\n', text).unwrap_or(text.len())])
}

struct LineReader<'c> {
    given: Option<&'c LogFormat>,
    formats: &'c [&'static Format],
    clock: Clock,
    last: usize,
}

impl LineReader<'_> {
    fn read<'a>(&mut self, line: &'a [u8], scratch: &'a Scratch) -> Result<Reading<'a>, Flaw> {
        if line.len() > MAX_LINE {
            return Err(Flaw { format: Nearest::None, reason: TOO_LONG });
        }
        match self.given {
            Some(given) => self.read_given(given, line, scratch),
            None => self.read_known(line, scratch),
        }
    }

    /// The format of --log-format is always the first that is tried: what it allows beside it has lines of another opening.
    fn read_given<'a>(&mut self, given: &LogFormat, line: &'a [u8], scratch: &'a Scratch) -> Result<Reading<'a>, Flaw> {
        match given.read(line, scratch, &mut self.clock) {
            Outcome::Request(web) => Ok(Reading::Web(web)),
            Outcome::Syslog => self.read_known(line, scratch),
            Outcome::Unfit(field, reason) => self.read_known(line, scratch).map_err(|flaw| match flaw.format {
                Nearest::None if flaw.reason == EMPTY => flaw,
                _ => Flaw { format: Nearest::Given(field), reason },
            }),
        }
    }

    fn read_known<'a>(&mut self, line: &'a [u8], scratch: &'a Scratch) -> Result<Reading<'a>, Flaw> {
        let last = self.formats.get(self.last);
        if let Some(Ok(reading)) = last.map(|format| (format.read)(line, scratch, &mut self.clock)) {
            return Ok(reading);
        }
        let mut nearest: Option<(&Format, Misfit)> = None;
        for (index, format) in self.formats.iter().enumerate() {
            match (format.read)(line, scratch, &mut self.clock) {
                Ok(reading) => {
                    self.last = index;
                    return Ok(reading);
                }
                Err(misfit) if nearest.is_none_or(|(_, best)| misfit.at > best.at) => nearest = Some((format, misfit)),
                Err(_) => {}
            }
        }
        Err(match nearest {
            _ if line.is_empty() => Flaw { format: Nearest::None, reason: EMPTY },
            Some((_, misfit)) if misfit.at == OF_NO_FORMAT => Flaw { format: Nearest::None, reason: misfit.reason },
            Some((format, misfit)) if misfit.at > 0 => Flaw { format: Nearest::Known(format.name), reason: misfit.reason },
            _ => Flaw { format: Nearest::None, reason: "of no known format" },
        })
    }
}
