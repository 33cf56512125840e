//! One block of lines, classified: its events, its rejects and how many lines were what.

use std::sync::{Arc, Mutex};

use super::before::Before;
use super::clients::{Clients, Requests};
use super::detect::Detectors;
use super::format::{Format, Reading, Scratch};
use super::proxy;
use super::reader::{Flaw, LineReader, trim_end};
use super::web::Web;
use super::{Config, Counts, FORMATS, Wanted};
use crate::flaw::{Flaws, SHOWN};
use crate::record::event::{Event, EventWriter};
use crate::record::run::count::LineClass;
use crate::stream::block::{self, Dating, Part};
use crate::stream::book::Mark;
use crate::stream::line::{Line, Lines, Page};
use crate::time::Assumed;

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
    /// The first lines of each class that says nothing of its own, and is worth looking at.
    pub first: Vec<(LineClass, u64)>,
    /// Whose lines can be read in more than one way.
    pub ambiguous: Clients,
    /// Whose requests became events.
    pub requests: Requests,
    /// The input's name.
    pub file: Arc<str>,
    /// When the input was modified, in seconds since 1970.
    pub modified: i64,
    /// How that is known.
    pub dating: Dating,
    /// What was assumed for the times of its lines.
    pub assumed: Assumed,
    /// What the cursor is to remember once this is delivered.
    pub mark: Option<Mark>,
}

impl Block {
    fn reject(&mut self, line: u64, flaw: Flaw) {
        self.counts.lines[LineClass::Reject] += 1;
        self.flaws.add(line, flaw);
    }

    /// Counts a line of which nothing leaves.
    fn pass_over(&mut self, line: u64, class: LineClass) {
        self.counts.lines[class] += 1;
        if self.counts.lines[class] <= SHOWN as u64 {
            self.first.push((class, line));
        }
    }
}

/// What a thread works with.
#[derive(Debug)]
struct Desk<'c> {
    tools: Tools<'c>,
    /// Room for what is found in a page of the text.
    page: Page,
    /// Which formats fitted last.
    last: [usize; 2],
}

/// What makes events of readings.
#[derive(Debug)]
struct Tools<'c> {
    detectors: Detectors<'c>,
    writer: EventWriter,
}

/// Classifies blocks as a run asked for it.
#[derive(Debug)]
pub struct Classifier<'c> {
    config: &'c Config,
    /// Those that no thread is using: they remember what they saw, so they go from block to block.
    spare: Mutex<Vec<Desk<'c>>>,
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
            first: Vec::new(),
            ambiguous: Clients::default(),
            requests: Requests::default(),
            file: Arc::clone(&block.file),
            modified: block.modified,
            dating: block.dating,
            assumed: Assumed::default(),
            mark: block.mark.clone(),
        };
        match block.part {
            Part::Lines => self.classify_lines(block, &mut done),
            Part::LongStart => {
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
        let mut desk = spare.unwrap_or_else(|| {
            let detectors = Detectors::new(self.config.signals, &self.config.settings);
            Desk { tools: Tools { detectors, writer: EventWriter::default() }, page: Page::default(), last: [0; 2] }
        });
        let mut reader = LineReader::new(self.config.log_format.as_ref(), &self.formats, clock, desk.last);
        let mut scratch = Scratch::default();
        let mut earlier = Scratch::default();
        let mut before = Before::start_of(block);
        let mut end = 0;
        for (number, mut line) in (block.first_line..).zip(Lines::of(&block.bytes, &mut desk.page)) {
            let whole = line.text;
            let start = end;
            end += whole.len() + 1;
            if number == 1
                && let Some(text) = whole.strip_prefix(BYTE_ORDER_MARK)
            {
                line = Line::of(text);
            }
            line.text = trim_end(line.text);
            if !line.is_ascii && std::str::from_utf8(line.text).is_err() {
                done.counts.invalid_utf8 += 1;
            }
            scratch.clear();
            // A reading is large: it stays where it was made.
            let mut likely = reader.read_likely(&line, &scratch);
            let mut other = None;
            let mut reading = match &mut likely {
                Ok(Reading::Wrapped(..)) | Err(_) => other.insert(reader.read_any(&line, &scratch)).as_mut(),
                Ok(reading) => Ok(reading),
            };
            match &reading {
                &Ok(&mut Reading::Repeated(repeat)) => {
                    let repeated = before.find_repeated(&repeat, start, &mut reader, &mut earlier);
                    reading = other.insert(Ok(repeated)).as_mut();
                }
                _ => before.last = Some(start),
            }
            match reading {
                Ok(Reading::OtherProgram | Reading::Repeated(_) | Reading::Wrapped(..)) => done.pass_over(number, LineClass::OtherProgram),
                Ok(Reading::UnknownSshd) => done.pass_over(number, LineClass::UnknownMessage),
                Ok(&mut Reading::Untrusted(reason)) => {
                    done.counts.lines[LineClass::Untrusted] += 1;
                    done.flaws.add(number, Flaw::untrusted(reason));
                }
                Ok(&mut Reading::Ambiguous(client)) => {
                    done.ambiguous.add(client, 1);
                    done.reject(number, Flaw::AMBIGUOUS);
                    self.keep_reject(done, &block.bytes[end - whole.len() - 1..end.min(block.bytes.len())]);
                }
                Ok(reading) => self.emit(reading, &mut desk.tools, &scratch, number, done),
                Err(flaw) => {
                    done.reject(number, flaw.clone());
                    self.keep_reject(done, &block.bytes[end - whole.len() - 1..end.min(block.bytes.len())]);
                }
            }
        }
        if let Ok(mut spare) = self.spare.lock() {
            desk.last = reader.last();
            spare.push(desk);
        }
        done.assumed = reader.into_assumed();
    }

    fn emit<'a>(&self, reading: &mut Reading<'a>, tools: &mut Tools<'_>, scratch: &'a Scratch, number: u64, done: &mut Block) {
        if !self.config.period.contains(reading.time().map(|time| time.seconds)) {
            done.counts.lines[LineClass::OutsidePeriod] += 1;
            return;
        }
        if let Reading::Web(Web { is_ambiguous: true, client, .. }) = reading {
            done.ambiguous.add(client, 1);
        }
        let signals = tools.detectors.signals(reading);
        let wanted = !signals.is_empty() || self.config.wanted == Wanted::All;
        // Who asked is worked out, and an event built, only where it leaves; no signal depends on who asked.
        if let (true, Some(trusted), Reading::Web(web)) = (wanted, &self.config.trusted_proxies, &mut *reading) {
            proxy::resolve(web, trusted, scratch);
        }
        if !wanted {
            done.counts.lines[LineClass::NoSignal] += 1;
            return;
        }
        // Each kind by itself: an event is large, and costs less where it need not be handed through one place.
        match reading {
            Reading::Web(web) => {
                done.requests.add(web.client);
                tools.writer.write_line(&Event { tags: signals, ..web.to_event(&done.file, number) }, &mut done.events);
            }
            Reading::Sshd(sshd) => tools.writer.write_line(&Event { tags: signals, ..sshd.to_event(&done.file, number) }, &mut done.events),
            _ => return,
        }
        done.counts.lines[LineClass::Event] += 1;
    }

    fn keep_reject(&self, done: &mut Block, bytes: &[u8]) {
        if self.config.rejects.is_some() {
            done.rejects.extend_from_slice(bytes);
        }
    }
}
