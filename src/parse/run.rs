//! One block of lines, classified: its events, its rejects and how many lines were what.

mod emit;
pub(crate) mod entries;
mod pieces;
mod traced;
mod worker;

use std::sync::{Arc, Mutex};

use crate::aggregate::read::{EventRow, ScoreRecords};
use crate::base::issue_counter::{IssueCounter, SHOWN};
use crate::base::time::Assumptions;
use crate::io::block;
use crate::io::block::{BlockKind, Dating};
use crate::io::checkpoint::registry::CheckpointUpdate;
use crate::io::lines::{Line, Lines};
use crate::io::pieces::ENGINE_STREAMS;
use crate::parse::access::clients::{Clients, Requests};
use crate::parse::candidate::Candidates;
use crate::parse::detect::Detectors;
use crate::parse::envelope::answer::may_be_answer;
use crate::parse::envelope::journal_text::starts_with_file_mark;
use crate::parse::envelope::piece::{may_be_piece, split_piece};
use crate::parse::envelope::rotated;
use crate::parse::format::{Arena, Header, ParsedLine};
use crate::parse::joined::{JoinedEntry, OpenLines};
use crate::parse::line::{SameFormat, trim_end};
use crate::parse::lookback::Lookback;
use crate::parse::overlooked::Overlooked;
use crate::parse::reject::RejectReason;
use crate::parse::run::worker::Worker;
use crate::parse::unasked::Unasked;
use crate::parse::{Config, ParseCounts};
use crate::record::event::EventWriter;
use crate::record::run::count::LineClass;

/// What some editors of Windows put before the text of a file.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What stands around a line without an envelope.
const NOBODY: Header<'static> = Header { time: None, host: b"", program: b"", pid: None };

/// The result of one block.
#[derive(Debug)]
pub(crate) struct ClassifiedBlock {
    /// Events, one a line.
    pub events: Vec<u8>,
    /// What is counted of events, where hosts are written in place of them.
    pub counted: ScoreRecords,
    /// Rejected lines, with their line ends.
    pub rejects: Vec<u8>,
    /// Lines that were passed over, with their line ends.
    pub passed: Vec<u8>,
    /// What they look like.
    pub overlooked: Overlooked,
    /// Whether `rejects` goes on with the line that the block before ended in.
    pub continues: bool,
    /// How many lines were what.
    pub counts: ParseCounts,
    /// Why the rejects are rejects.
    pub issues: IssueCounter<RejectReason>,
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
    pub assumed: Assumptions,
    /// What the cursor is to remember once this is delivered.
    pub mark: Option<CheckpointUpdate>,
    /// The services, sshd aside, that told of a login that failed.
    pub services: Vec<&'static str>,
    /// The programs of which messages were passed over, and how many.
    pub passed_programs: Vec<(Vec<u8>, u64)>,
}

impl ClassifiedBlock {
    fn reject(&mut self, line: u64, issue: RejectReason) {
        self.counts.lines[LineClass::Reject] += 1;
        self.issues.add(line, issue);
    }

    /// Counts a line of which nothing leaves.
    fn count(&mut self, line: u64, class: LineClass) {
        self.counts.lines[class] += 1;
        if self.counts.lines[class] <= SHOWN as u64 {
            self.first.push((class, line));
        }
    }
}

/// Where a line stands.
#[derive(Debug, Clone, Copy)]
struct RawLine<'b> {
    number: u64,
    /// The line with its end.
    bytes: &'b [u8],
}

/// What makes events of readings.
#[derive(Debug)]
struct EventBuilder<'c> {
    detectors: Detectors<'c>,
    writer: EventWriter,
    unasked: Unasked,
}

/// Classifies blocks as a run asked for it.
#[derive(Debug)]
pub(crate) struct Classifier<'c> {
    config: &'c Config,
    /// Those that no thread is using: they remember what they saw, so they go from block to block.
    spare: Mutex<Vec<Worker<'c>>>,
    /// Lists of events that were added up: the next block's need no new memory.
    rows: Mutex<Vec<Vec<EventRow>>>,
    candidates: Candidates<'c>,
}

impl<'c> Classifier<'c> {
    /// A classifier for one run.
    pub(super) fn new(config: &'c Config) -> Self {
        let candidates = Candidates::new(config.log_format.as_ref())
            .vouched(config.program.as_ref(), config.trusted_containers.as_ref())
            .of_services(&config.services);
        Self { config, spare: Mutex::default(), rows: Mutex::default(), candidates }
    }

    /// Which signals would have fired that no run asked for, and on whom.
    pub(crate) fn into_unasked(self) -> Unasked {
        let workers = self.spare.into_inner().unwrap_or_default();
        let mut all = Unasked::default();
        for worker in workers {
            all.merge(worker.builder.unasked);
        }
        let mut detectors = Detectors::new(self.config.signals, &self.config.settings);
        all.look(|signal, web| detectors.fires_unasked(signal, web));
        all
    }

    /// Classifies every line of `block`; its events go behind what is in `events`.
    pub(crate) fn classify(&self, block: &block::Block, events: Vec<u8>) -> ClassifiedBlock {
        let mut result = ClassifiedBlock {
            events,
            counted: ScoreRecords { seen: self.rows(), ..ScoreRecords::default() },
            rejects: Vec::new(),
            passed: Vec::new(),
            overlooked: Overlooked::default(),
            continues: block.part == BlockKind::LongMore,
            counts: ParseCounts::default(),
            issues: IssueCounter::new(),
            first: Vec::new(),
            ambiguous: Clients::default(),
            requests: Requests::default(),
            file: Arc::clone(&block.file),
            modified: block.modified,
            dating: block.dating,
            assumed: Assumptions::default(),
            mark: block.mark.clone(),
            services: Vec::new(),
            passed_programs: Vec::new(),
        };
        match (block.part, block.layout) {
            (BlockKind::Lines, None) => self.classify_lines(block, &mut result),
            (BlockKind::Lines, Some(layout)) => self.classify_entries(layout, block, &mut result),
            (BlockKind::LongStart, layout) => {
                result.reject(block.first_line, RejectReason::TOO_LONG);
                // An entry is several lines, of which the first is counted.
                result.counts.lines[LineClass::Reject] += layout.map_or(0, |_| block.lines.saturating_sub(1));
                self.record_reject(&mut result, &block.bytes);
            }
            (BlockKind::LongMore, layout) => {
                result.counts.lines[LineClass::Reject] += layout.map_or(0, |_| block.lines);
                self.record_reject(&mut result, &block.bytes);
            }
            (BlockKind::End, _) => {}
        }
        result
    }

    fn classify_lines(&self, block: &block::Block, result: &mut ClassifiedBlock) {
        let mut worker = self.worker();
        let mut reader = self.parser(&worker, block);
        let mut arena = Arena::default();
        let mut earlier = Arena::default();
        let mut before = Lookback::of(block);
        let mut end = 0;
        let mut open = OpenLines::new(block.open);
        // Of each output, whether its first entry may be the rest of a line.
        let mut may_go_on = [block.first_line == 1 && rotated::may_go_on(&block.file); ENGINE_STREAMS];
        let is_plain = self.config.trace.is_none();
        let mut lines = Lines::of(&block.bytes, &mut worker.line_index).behind(block.header.as_deref());
        if worker.last.is_syslog(&self.candidates) {
            // What is left of a mixture is read from the left, to the same result.
            lines = lines.without_marks();
        }
        for (number, mut line) in (block.first_line..).zip(lines) {
            let whole = line.text;
            let start = end;
            end += whole.len() + 1;
            if number == 1
                && let Some(text) = whole.strip_prefix(BYTE_ORDER_MARK)
            {
                line = Line { header: line.header, ..Line::of(text) };
            }
            line.text = trim_end(line.text);
            if !line.is_ascii && std::str::from_utf8(line.text).is_err() {
                result.counts.invalid_utf8 += 1;
            }
            arena.clear();
            if is_plain && open.is_empty() && !may_be_piece(line.text) {
                // Nearly every line. What it says is large, so it stays where it was made.
                let is_taken = match reader.same_format(&line) {
                    SameFormat::Syslog => self.take_sshd(&line, &mut reader, &mut worker.builder, number, result),
                    SameFormat::Access(format) => match (format.read)(&line, &arena, reader.clock()) {
                        Ok(ParsedLine::Web(mut web)) => {
                            self.emit_request(&mut web, &NOBODY, &mut worker.builder, &arena, number, result);
                            true
                        }
                        _ => false,
                    },
                    SameFormat::Unknown => false,
                };
                if is_taken {
                    continue;
                }
            }
            let mut joined = None;
            let piece = split_piece(line.text);
            let stream = piece.as_ref().and_then(|piece| may_go_on.get_mut(piece.stream));
            let may_be_rest =
                stream.is_some_and(|stream| *stream && (piece.as_ref().is_some_and(|piece| piece.is_open) || std::mem::take(stream)));
            match piece {
                None if open.is_empty() => {}
                None => self.close(&mut open, block, result),
                Some(piece) => match open.take(&piece, number, start..end.min(block.bytes.len()), &arena) {
                    JoinedEntry::Whole => {}
                    JoinedEntry::Piece => {
                        self.give_up(&mut open, block, result);
                        continue;
                    }
                    JoinedEntry::Last(text, whole) => {
                        result.counts.lines[LineClass::NoSignal] += whole.entries.len() as u64;
                        let reason = format_args!("a piece of the line that ends in line {number}");
                        self.trace_pieces(&whole, LineClass::NoSignal, reason, block, result);
                        joined = Some(Line::of(text));
                    }
                    entry @ (JoinedEntry::TooLong(_) | JoinedEntry::Torn(_)) => {
                        self.reject_torn(entry, (number, start..end.min(block.bytes.len())), block, result);
                        continue;
                    }
                },
            }
            let line = joined.as_ref().unwrap_or(&line);
            let raw = RawLine { number, bytes: &block.bytes[start..end.min(block.bytes.len())] };
            let (builder, text) = (&mut worker.builder, line.text);
            if text.is_empty() && starts_with_file_mark(block.bytes.get(end..).unwrap_or_default()) {
                self.take(Ok(&mut ParsedLine::OtherProgram(None)), &reader.take_steps(), text, &NOBODY, builder, &arena, raw, result);
                continue;
            }
            if may_be_answer(text) {
                self.read_object(text, &mut reader, builder, &arena, raw, result);
                continue;
            }
            reader.read(line, &arena, |reader, parsed, around| match parsed {
                Ok(&mut ParsedLine::Repeated(repeat)) => {
                    let steps = reader.take_steps();
                    let mut repeated = before.find_repeated(&repeat, start, reader, &mut earlier);
                    self.take(Ok(&mut repeated), &steps, text, around, builder, &arena, raw, result);
                }
                Ok(ParsedLine::Web(_) | ParsedLine::Message(_) | ParsedLine::Ambiguous(_)) if may_be_rest => {
                    let mut rest = ParsedLine::Untrusted(rotated::REASON);
                    self.take(Ok(&mut rest), &reader.take_steps(), text, around, builder, &arena, raw, result);
                }
                parsed => self.take(parsed, &reader.take_steps(), text, around, builder, &arena, raw, result),
            });
        }
        self.close(&mut open, block, result);
        open.close_shipped().for_each(|line| self.reject_pieces(&line, &RejectReason::SHIPPED_PIECE, block, result));
        self.keep(worker, &reader);
        result.passed_programs = reader.passed_over().map(|(name, count)| (name.to_vec(), count)).collect();
        result.assumed = reader.into_assumed();
    }

    /// Puts a line into its class that is seldom one.
    #[inline(never)]
    fn sort<'a>(
        &self,
        parsed: Result<&mut ParsedLine<'a>, RejectReason>,
        around: &Header<'a>,
        builder: &mut EventBuilder<'_>,
        arena: &'a Arena,
        raw: RawLine<'_>,
        result: &mut ClassifiedBlock,
    ) {
        let number = raw.number;
        match parsed {
            Ok(ParsedLine::OtherProgram(_)) => {
                result.count(number, LineClass::OtherProgram);
                result.overlooked.note(raw.bytes, number);
                self.record_passed(result, raw.bytes);
            }
            Ok(ParsedLine::Repeated(_)) => {
                result.count(number, LineClass::OtherProgram);
                self.record_passed(result, raw.bytes);
            }
            Ok(ParsedLine::UnknownMessage(_)) => {
                result.count(number, LineClass::UnknownMessage);
                self.record_passed(result, raw.bytes);
            }
            Ok(&mut ParsedLine::Untrusted(reason)) => {
                result.counts.lines[LineClass::Untrusted] += 1;
                self.record_passed(result, raw.bytes);
                result.issues.add(number, RejectReason::untrusted(reason));
            }
            Ok(&mut ParsedLine::Ambiguous(client)) => {
                result.ambiguous.add(client, 1);
                result.reject(number, RejectReason::AMBIGUOUS);
                self.record_reject(result, raw.bytes);
            }
            Ok(parsed) => self.emit(parsed, around, builder, arena, number, result),
            Err(reason) => {
                result.reject(number, reason);
                self.record_reject(result, raw.bytes);
            }
        }
    }

    fn record_passed(&self, result: &mut ClassifiedBlock, bytes: &[u8]) {
        if self.config.passed.is_some() {
            result.passed.extend_from_slice(bytes);
        }
    }

    fn record_reject(&self, result: &mut ClassifiedBlock, bytes: &[u8]) {
        if self.config.rejects.is_some() {
            result.rejects.extend_from_slice(bytes);
        }
    }
}
