//! What a run says to people, on stderr: the first problems with their place, a tally of the rest, one summary line.
//!
//! Text from logs is made harmless before it is shown, and has no colour: only the name of the program has. Nothing said here changes what is written to stdout or the exit code.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};

use crate::base::error::Error;
use crate::base::escape;
use crate::base::issue_counter::{IssueCounter, MOST_REASONS, SHOWN};
use crate::io::progress::Progress;
use crate::io::stats::Stats;

/// How many sentences about a run are kept until its end, where they are; reports show as many warnings of a run.
pub(crate) const MOST_DEFERRED: usize = 10;

/// What one run says on stderr.
pub struct Diagnostics {
    program: &'static str,
    sink: Option<Box<dyn Write + Send>>,
    paint: Paint,
    progress: Progress,
    shown: usize,
    hidden: BTreeMap<String, u64>,
    /// What is said at the end of a run, or not at all; `None` where everything is said at once.
    deferred: Option<Vec<(Tone, String)>>,
    /// What the run gathers about itself; `-q` changes nothing of it.
    pub(crate) stats: Stats,
}

impl Diagnostics {
    /// For `program`, writing to `sink`, or (`-q`) saying nothing.
    pub(crate) fn new(program: &'static str, sink: Option<Box<dyn Write + Send>>, paint: Paint, progress: Progress) -> Self {
        Self { program, sink, paint, progress, shown: 0, hidden: BTreeMap::new(), deferred: None, stats: Stats::default() }
    }

    pub fn info(&mut self, text: &str) {
        self.say_or_defer(Tone::Plain, text);
    }

    /// Keeps what is said of the run as a whole until [`Self::settle`]: its record has it, too.
    pub(crate) fn defer(&mut self) {
        self.deferred = Some(Vec::new());
    }

    /// Says what was kept, or drops it.
    pub(crate) fn settle(&mut self, deferred: Deferred) {
        let kept = self.deferred.take().unwrap_or_default();
        if deferred == Deferred::Say {
            for (tone, text) in &kept {
                self.say_as(*tone, text);
            }
        }
    }

    fn say_or_defer(&mut self, tone: Tone, text: &str) {
        match &mut self.deferred {
            Some(kept) if kept.len() < MOST_DEFERRED => kept.push((tone, text.to_owned())),
            _ => self.say_as(tone, text),
        }
    }

    fn say_as(&mut self, tone: Tone, text: &str) {
        let Some(sink) = &mut self.sink else { return };
        let line = format!("{} {}\n", self.paint.prefix(self.program, tone), escape::terminal(text));
        // A stderr that cannot be written must not stop the work.
        let _ = self.progress.suspend(|| sink.write_all(line.as_bytes()));
    }

    /// Says one line that someone should know who reads the results.
    pub(crate) fn warn(&mut self, kind: &'static str, text: &str) {
        self.stats.add_warning(kind, text);
        self.say_or_defer(Tone::Warning, text);
    }

    /// The same where `count` is of something.
    pub(crate) fn warn_of(&mut self, count: u64, kind: &'static str, text: impl FnOnce() -> String) {
        if count > 0 {
            self.warn(kind, &text());
        }
    }

    /// Says why a part of the work could not be done, even with `-q`: nothing else would explain the exit code.
    pub fn error(&mut self, error: &Error) {
        self.stats.add_warning(error.kind(), &error.to_string());
        if self.sink.is_some() {
            return self.say_as(Tone::Error, &error.to_string());
        }
        // A stderr that cannot be written leaves the exit code to tell.
        let prefix = self.paint.prefix(self.program, Tone::Error);
        let _ = writeln!(io::stderr(), "{prefix} {}", escape::terminal(&error.to_string()));
    }

    /// Says several lines as they are: a page that is already harmless.
    pub fn page(&mut self, text: &str) {
        let Some(sink) = &mut self.sink else { return };
        // As above.
        let _ = self.progress.suspend(|| sink.write_all(text.as_bytes()));
    }

    /// Says what is wrong at `file:line`, or only counts it under `reason` once enough have been shown.
    fn problem(&mut self, class: &'static str, file: &str, line: u64, reason: &str) {
        self.shown += 1;
        self.stats.add_place(class, file, line, Some(reason.to_owned()));
        if self.shown <= SHOWN {
            self.say_as(Tone::Warning, &format!("{file}:{line}: {reason}"));
        } else {
            self.count(reason, 1);
        }
    }

    /// Says the problems of `file`, the first with their place, and counts the rest by reason; `class_of` a reason is that of its line.
    pub(crate) fn rejects<R: fmt::Display>(&mut self, class_of: impl Fn(&R) -> &'static str, file: &str, issues: &IssueCounter<R>) {
        for (line, reason) in &issues.first {
            self.problem(class_of(reason), file, *line, &reason.to_string());
        }
        for (reason, &times) in &issues.more {
            self.count(&reason.to_string(), times);
        }
    }

    /// Counts `times` more problems of a kind that were not looked at one by one.
    fn count(&mut self, reason: &str, times: u64) {
        let key = if self.hidden.len() < MOST_REASONS || self.hidden.contains_key(reason) { reason } else { "other reasons" };
        *self.hidden.entry(key.to_owned()).or_insert(0) += times;
    }

    /// Says how many problems were not shown, by reason, and takes the progress bar off the screen.
    pub fn close(&mut self) {
        self.progress.finish();
        let total: u64 = self.hidden.values().sum();
        if total > 0 {
            let reasons: Vec<_> = self.hidden.iter().map(|(reason, times)| format!("{times} x {reason}")).collect();
            self.say_as(Tone::Warning, &format!("and {total} more: {}", reasons.join("; ")));
        }
    }

    /// What the run gathered about itself, and how many problems were not shown, by reason.
    pub(crate) fn into_stats(self) -> (Vec<(String, u64)>, Stats) {
        (self.hidden.into_iter().collect(), self.stats)
    }
}

impl fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Diagnostics").field("program", &self.program).field("shown", &self.shown).finish_non_exhaustive()
    }
}

/// What becomes of sentences that were kept until the end of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deferred {
    /// Who started the run shows them.
    Drop,
    /// Nobody will.
    Say,
}

/// How bad it is what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// It tells what was done.
    Plain,
    /// Somebody should know who reads the results.
    Warning,
    /// Why work could not be done.
    Error,
}

/// Whether there is colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Paint {
    /// No byte more than the text.
    #[default]
    Off,
    /// Sequences that a terminal understands (ECMA-48, SGR).
    On,
}

impl Paint {
    /// What a line of `program` begins with: `soar-scan:`.
    pub(crate) fn prefix(self, program: &str, tone: Tone) -> String {
        match (self, tone) {
            (Self::Off, _) | (_, Tone::Plain) => format!("{program}:"),
            (Self::On, Tone::Warning) => format!("\u{1b}[1m\u{1b}[33m{program}:\u{1b}[0m"),
            (Self::On, Tone::Error) => format!("\u{1b}[1m\u{1b}[31m{program}:\u{1b}[0m"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_is_painted() {
        for (paint, tone, prefix) in [
            (Paint::Off, Tone::Error, "soar-scan:"),
            (Paint::On, Tone::Plain, "soar-scan:"),
            (Paint::On, Tone::Warning, "\u{1b}[1m\u{1b}[33msoar-scan:\u{1b}[0m"),
            (Paint::On, Tone::Error, "\u{1b}[1m\u{1b}[31msoar-scan:\u{1b}[0m"),
        ] {
            assert_eq!(paint.prefix("soar-scan", tone), prefix, "{paint:?} {tone:?}");
        }
    }
}
