//! What a run of soar-parse tells people: how many lines were what, what to look at, and its exit code.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::error::Exit;
use crate::base::issue_counter::SHOWN;
use crate::base::number::{agree, counted};
use crate::io::diagnostics::Diagnostics;
use crate::io::stats::Stats;
use crate::parse::access::clients::{Clients, Requests};
use crate::parse::guess::Guesses;
use crate::parse::overlooked::Lookalike;
use crate::parse::run::ClassifiedBlock;
use crate::parse::service::catalog::Services;
use crate::parse::unasked::Unasked;
use crate::parse::{Config, ParseCounts, Strictness};
use crate::record::run::count::{Counter, LineClass};

/// How many programs are remembered of which messages were passed over.
const MOST_PROGRAMS: usize = 1024;

/// What is known of the lines so far.
#[derive(Debug, Default)]
pub(crate) struct ParseReport {
    counts: ParseCounts,
    pub unreadable: u64,
    pub guesses: Guesses,
    /// Where the first message stood that is not known.
    first_unknown: Option<String>,
    ambiguous: Clients,
    pub requests: Requests,
    /// Of what is counted where hosts are written: events without an address, events without a time in no window, hosts of which evidence was
    /// left out.
    pub nameless: u64,
    pub timeless: u64,
    pub shortened: u64,
    /// What lines of other programs look like, and where the first of them is.
    overlooked: [(u64, Option<String>); 2],
    /// The input that is being read, and what of it was understood.
    input: InputReport,
    /// How many lines stood in inputs of which nothing was understood.
    silent_lines: u64,
    /// The services, sshd aside, that told of a login that failed.
    services: BTreeSet<&'static str>,
    /// The programs of which messages were passed over, and how many.
    passed_programs: BTreeMap<Vec<u8>, u64>,
}

/// What is known of one input so far.
#[derive(Debug, Default)]
struct InputReport {
    file: Option<Arc<str>>,
    lines: u64,
    rejects: u64,
    /// Whether a line was understood, or a reject, of which the run tells.
    is_told: bool,
}

impl ParseReport {
    pub(super) fn add(&mut self, block: &ClassifiedBlock, diagnostics: &mut Diagnostics) {
        self.add_to_input(block, diagnostics);
        for lookalike in Lookalike::ALL {
            let (count, line) = block.overlooked.of(lookalike);
            let (total, first) = &mut self.overlooked[lookalike as usize];
            *total += count;
            if let (None, Some(line)) = (&first, line) {
                *first = Some(format!("{}:{line}", block.file));
            }
        }
        self.counts.lines += block.counts.lines;
        self.services.extend(&block.services);
        for (program, count) in &block.passed_programs {
            // A sender may name ever new ones.
            if self.passed_programs.len() < MOST_PROGRAMS || self.passed_programs.contains_key(program) {
                *self.passed_programs.entry(program.clone()).or_default() += count;
            }
        }
        self.counts.invalid_utf8 += block.counts.invalid_utf8;
        self.ambiguous.merge(&block.ambiguous);
        self.requests.merge(&block.requests);
        self.guesses.add(block);
        for &(class, line) in &block.first {
            diagnostics.stats.add_place(class.name(), &block.file, line, None);
            if class == LineClass::UnknownMessage && self.first_unknown.is_none() {
                self.first_unknown = Some(format!("{}:{line}", block.file));
            }
        }
        diagnostics.rejects(|issue| issue.class().name(), &block.file, &block.issues);
    }

    /// Tells `stats` what was counted, also of a run that failed.
    pub(super) fn note(&self, stats: &mut Stats) {
        stats.lines.extend(self.counts.lines.of_program("soar-parse"));
        stats.counts.push((Counter::InvalidUtf8.name(), self.counts.invalid_utf8));
    }

    /// Whether lines are outside the period, and none is in it.
    pub(crate) fn leaves_nothing(&self) -> bool {
        let lines = &self.counts.lines;
        lines[LineClass::OutsidePeriod] > 0 && lines[LineClass::Event] + lines[LineClass::NoSignal] == 0
    }

    fn add_to_input(&mut self, block: &ClassifiedBlock, diagnostics: &mut Diagnostics) {
        if self.input.file.as_ref().is_none_or(|file| *file != block.file) {
            self.end_input(diagnostics);
            self.input = InputReport { file: Some(Arc::clone(&block.file)), ..InputReport::default() };
        }
        let lines = &block.counts.lines;
        self.input.lines += lines.total();
        self.input.rejects += lines[LineClass::Reject];
        self.input.is_told |= lines.total() > lines[LineClass::OtherProgram];
    }

    /// Says that nothing of an input was understood, where that is so and nothing else tells it.
    pub(crate) fn end_input(&mut self, diagnostics: &mut Diagnostics) {
        let input = std::mem::take(&mut self.input);
        if let Some(file) = input.file.as_ref().filter(|_| input.lines > 1 && input.rejects == input.lines) {
            let text = format!(
                "{file}: all {} lines are rejects: --suggest says which flags would read it, --trace how far each was read",
                input.lines
            );
            diagnostics.warn("all_rejects", &text);
        }
        let (Some(file), false, 1..) = (input.file, input.is_told, input.lines) else { return };
        self.silent_lines += input.lines;
        let text = format!(
            "{file}: {} of other programs, and nothing else: is it the right log? --suggest says which flags would read it",
            counted(input.lines, "line")
        );
        diagnostics.warn("nothing_understood", &text);
    }

    /// Says what may have been overlooked, and what would help.
    pub(super) fn hint(&self, unasked: Unasked, services: &Services, diagnostics: &mut Diagnostics) {
        for lookalike in Lookalike::ALL {
            let (count, first) = &self.overlooked[lookalike as usize];
            if let (1.., Some(place)) = (*count, first) {
                let lines = counted(*count, "line");
                let text = format!(
                    "{lines} {}, first at {place}: --trace shows how far each was read, --passed FILE keeps them",
                    lookalike.about()
                );
                diagnostics.warn("overlooked", &text);
            }
        }
        let catalog = if self.services.is_empty() { None } else { Some(services.catalog()) };
        for (service, _) in catalog.iter().flat_map(|catalog| &catalog.all).filter(|(service, _)| self.services.contains(service.name)) {
            if let Some(note) = &service.note {
                diagnostics.warn("service_note", &format!("{}: {note}", service.name));
            }
        }
        self.tell_services(diagnostics);
        self.tell_uncounted(diagnostics);
        unasked.hints().iter().for_each(|hint| diagnostics.warn("signal_not_asked", hint));
    }

    /// Says which services would read lines that were passed over.
    fn tell_services(&self, diagnostics: &mut Diagnostics) {
        let mut found: BTreeMap<&str, u64> = BTreeMap::new();
        for (program, count) in &self.passed_programs {
            if let Some(name) = Services::find_unasked(program) {
                *found.entry(name).or_default() += count;
            }
        }
        if found.is_empty() {
            return;
        }
        let mut by_count: Vec<_> = found.into_iter().collect();
        by_count.sort_by_key(|&(name, count)| (std::cmp::Reverse(count), name));
        let lines = counted(by_count.iter().map(|(_, count)| count).sum(), "line");
        let names = by_count.iter().take(SHOWN).map(|(name, _)| *name).collect::<Vec<_>>().join(",");
        let text = format!("{lines} of login services that are read only where they are named: --services {names}");
        diagnostics.warn("service_not_asked", &text);
    }

    /// Says what hosts lack of the events.
    fn tell_uncounted(&self, diagnostics: &mut Diagnostics) {
        if self.nameless > 0 {
            let (events, have) = (counted(self.nameless, "tagged event"), agree(self.nameless, "has", "have"));
            let were = agree(self.nameless, "was", "were");
            diagnostics.warn("no_address", &format!("{events} {have} no source.ip (the log has a host name) and {were} not counted"));
        }
        if self.timeless > 0 {
            let (events, have) = (counted(self.timeless, "event"), agree(self.timeless, "has no time: it is", "have no time: they are"));
            let are = agree(self.timeless, "is", "are");
            diagnostics.warn("no_time", &format!("{events} {have} counted, but {are} in no window"));
        }
        if self.shortened > 0 {
            let (hosts, have) = (counted(self.shortened, "host"), agree(self.shortened, "has", "have"));
            let lack = agree(self.shortened, "lacks", "lack");
            diagnostics.warn("shortened", &format!("{hosts} {have} more data than fit into a record (1 MiB), and {lack} some evidence"));
        }
    }

    pub(super) fn summary(&self, config: &Config) -> String {
        let lines = &self.counts.lines;
        let mut text = format!(
            "{}: {}, {} without a signal, {} of other programs, {}, {}",
            counted(lines.total(), "line"),
            counted(lines[LineClass::Event], "event"),
            lines[LineClass::NoSignal],
            lines[LineClass::OtherProgram],
            counted(lines[LineClass::UnknownMessage], "unknown message"),
            counted(lines[LineClass::Reject], "reject")
        );
        if config.period.is_bounded() {
            text.push_str(&format!(", {} outside the period", lines[LineClass::OutsidePeriod]));
        }
        if lines[LineClass::Untrusted] > 0 {
            text.push_str(&format!(", {} untrusted", lines[LineClass::Untrusted]));
        }
        if let Some(place) = &self.first_unknown {
            text.push_str(&format!("; first unknown message at {place}"));
        }
        if self.counts.invalid_utf8 > 0 {
            let count = self.counts.invalid_utf8;
            text.push_str(&format!("; {} {} not UTF-8", counted(count, "line"), agree(count, "is", "are")));
        }
        if let Some(most) = self.ambiguous.show_most() {
            text.push_str(&format!("; {} with ambiguous quotes, most of {most}", counted(self.ambiguous.total(), "line")));
        }
        text
    }

    pub(super) fn exit(&self, config: &Config) -> Exit {
        let lines = &self.counts.lines;
        let refused = lines[LineClass::Reject] + lines[LineClass::Untrusted];
        let is_missing = config.expects_lines && (lines.total() == 0 || self.leaves_nothing());
        let is_strict = config.strictness == Strictness::Strict;
        // Only who is strict asks about lines that may have been overlooked.
        let overlooked = self.overlooked.iter().map(|(count, _)| count).sum::<u64>() + self.silent_lines;
        let refused = if is_strict { refused + overlooked } else { refused };
        let is_no_good = refused == lines.total() || is_strict;
        Exit::after(self.unreadable, if is_no_good { refused } else { 0 } + u64::from(is_missing))
    }
}
