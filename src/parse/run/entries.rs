//! Blocks whose entries are of several lines: each entry is read once, and its event stands at its first line.

use std::ops::Range;

use crate::io::block;
use crate::io::entries::{EntryLayout, is_framing};
use crate::io::lines::Line;
use crate::parse::envelope::answer::split_answer;
use crate::parse::format::{Arena, Header, ParsedLine};
use crate::parse::joined::OpenLine;
use crate::parse::line::LineParser;
use crate::parse::reject::RejectReason;
use crate::parse::run::{ClassifiedBlock, Classifier, EventBuilder, RawLine};
use crate::record::run::count::LineClass;

/// An entry, and the lines that stand around it.
#[derive(Debug)]
pub(crate) struct WholeEntry<'b> {
    /// What is read of it; empty where nothing but brackets and empty lines stands there.
    pub text: &'b [u8],
    /// How many lines stand before it.
    skipped: usize,
}

/// What is read of the entry that stands in `bytes` with what is around it.
pub(crate) fn trim_entry(layout: EntryLayout, bytes: &[u8]) -> WholeEntry<'_> {
    let is_around = |line: &[u8]| match layout {
        EntryLayout::Export | EntryLayout::Verbose => line.trim_ascii().is_empty(),
        EntryLayout::Indented => is_framing(line),
    };
    let (mut skipped, mut start) = (0, 0);
    for line in bytes.split_inclusive(|&byte| byte == b'\n').take_while(|line| is_around(line)) {
        skipped += 1;
        start += line.len();
    }
    let text = &bytes[start..];
    let text = match layout {
        // Its last field may end in anything, so only the empty line is taken off.
        EntryLayout::Export => text.strip_suffix(b"\n\n").unwrap_or(text),
        EntryLayout::Verbose => text.strip_suffix(b"\n").unwrap_or(text),
        EntryLayout::Indented => {
            let text = text.strip_prefix(super::BYTE_ORDER_MARK).unwrap_or(text).trim_ascii();
            text.strip_suffix(b",").unwrap_or(text)
        }
    };
    WholeEntry { text, skipped }
}

impl Classifier<'_> {
    /// Classifies the entries of a block of `layout`.
    pub(super) fn classify_entries(&self, layout: EntryLayout, block: &block::Block, result: &mut ClassifiedBlock) {
        let mut worker = self.worker();
        let mut parser = self.parser(&worker, block);
        let mut arena = Arena::default();
        let mut first = block.first_line;
        for range in layout.entries(&block.bytes) {
            arena.clear();
            let lines = lines_of(&block.bytes, range.clone(), first);
            first += lines.len() as u64;
            let entry = trim_entry(layout, &block.bytes[range.clone()]);
            let (around, lines) = lines.split_at(entry.skipped.min(lines.len()));
            let Some((number, _)) = lines.first() else {
                self.pass_lines(around, None, LineClass::NoSignal, block, result);
                continue;
            };
            if std::str::from_utf8(entry.text).is_err() {
                result.counts.invalid_utf8 += u64::from(layout != EntryLayout::Export);
            }
            self.pass_lines(around, Some(*number), LineClass::NoSignal, block, result);
            let before = result.counts.lines;
            let raw = RawLine {
                number: *number,
                bytes: &block.bytes[range.start + around.iter().map(|(_, line)| line.len()).sum::<usize>()..range.end],
            };
            match layout {
                EntryLayout::Export | EntryLayout::Verbose => {
                    let builder = &mut worker.builder;
                    parser.read_entry(layout, entry.text, &arena, |parser, parsed, header| {
                        self.take(parsed, &parser.take_steps(), entry.text, header, builder, &arena, raw, result);
                    });
                }
                EntryLayout::Indented => self.read_object(entry.text, &mut parser, &mut worker.builder, &arena, raw, result),
            }
            let class = LineClass::ALL.iter().copied().find(|&class| result.counts.lines[class] > before[class]);
            // One event an entry; whatever else it is, each of its lines is.
            let class = class.filter(|&class| class != LineClass::Event).unwrap_or(LineClass::NoSignal);
            self.pass_lines(&lines[1..], Some(*number), class, block, result);
        }
        self.keep(worker, &parser);
        result.assumed = parser.into_assumed();
    }

    /// Reads a line of JSON, or an answer that holds many.
    pub(super) fn read_object<'a>(
        &self,
        text: &'a [u8],
        parser: &mut LineParser<'_>,
        builder: &mut EventBuilder<'_>,
        arena: &'a Arena,
        raw: RawLine<'_>,
        result: &mut ClassifiedBlock,
    ) {
        let lines = split_answer(text, arena).unwrap_or_else(|| vec![text]);
        let (rejects, passed) = (result.rejects.len(), result.passed.len());
        for line in lines {
            parser.read(&Line::of(line), arena, |parser, parsed: Result<&mut ParsedLine<'a>, RejectReason>, header: &Header<'a>| {
                self.take(parsed, &parser.take_steps(), line, header, builder, arena, raw, result);
            });
        }
        // However many of its lines are rejects, it stands there once.
        result.rejects.truncate(rejects + raw.bytes.len());
        result.passed.truncate(passed + raw.bytes.len());
    }

    /// Counts lines that belong to the entry that begins in line `of`, or to none.
    fn pass_lines(
        &self,
        lines: &[(u64, Range<usize>)],
        of: Option<u64>,
        class: LineClass,
        block: &block::Block,
        result: &mut ClassifiedBlock,
    ) {
        result.counts.lines[class] += lines.len() as u64;
        if self.config.trace.is_some() {
            let line = OpenLine::of(lines);
            match of {
                Some(number) => self.trace_pieces(&line, class, format_args!("a line of the entry in line {number}"), block, result),
                None => self.trace_pieces(&line, class, "no entry", block, result),
            }
        }
    }
}

/// The lines that stand at `place`, with their numbers from `first` on.
fn lines_of(bytes: &[u8], range: Range<usize>, first: u64) -> Vec<(u64, Range<usize>)> {
    let mut start = range.start;
    let lines = bytes[range].split_inclusive(|&byte| byte == b'\n').map(move |line| {
        let end = start + line.len();
        std::mem::replace(&mut start, end)..end
    });
    (first..).zip(lines).collect()
}
