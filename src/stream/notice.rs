//! What a run says to people, on stderr: the first problems with their place, a tally of the rest, one summary line.
//!
//! Text from logs is made harmless before it is shown. Nothing said here changes what is written to stdout or the exit code.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};

use super::progress::Progress;
use super::stats::Stats;
use crate::error::Error;
use crate::escape;
use crate::flaw::{Flaws, SHOWN};

/// The voice of one run.
pub struct Notices {
    program: &'static str,
    sink: Option<Box<dyn Write + Send>>,
    progress: Progress,
    shown: usize,
    hidden: BTreeMap<String, u64>,
    /// What the run gathers about itself; `-q` changes nothing of it.
    pub stats: Stats,
}

impl Notices {
    /// A voice for `program` that writes to `sink`, or (`-q`) says nothing.
    #[must_use]
    pub fn new(program: &'static str, sink: Option<Box<dyn Write + Send>>, progress: Progress) -> Self {
        Self { program, sink, progress, shown: 0, hidden: BTreeMap::new(), stats: Stats::default() }
    }

    /// Says one line.
    pub fn say(&mut self, text: &str) {
        let Some(sink) = &mut self.sink else { return };
        let line = format!("{}: {}\n", self.program, escape::terminal(text));
        // A stderr that cannot be written must not stop the work.
        let _ = self.progress.suspend(|| sink.write_all(line.as_bytes()));
    }

    /// Says one line that someone should know who reads the results.
    pub fn warn(&mut self, kind: &'static str, text: &str) {
        self.stats.add_warning(kind, text);
        self.say(text);
    }

    /// Says why a part of the work could not be done, even with `-q`: nothing else would explain the exit code.
    pub fn fail(&mut self, error: &Error) {
        self.stats.add_warning(error.kind(), &error.to_string());
        if self.sink.is_some() {
            return self.say(&error.to_string());
        }
        // A stderr that cannot be written leaves the exit code to tell.
        let _ = writeln!(io::stderr(), "{}: {}", self.program, escape::terminal(&error.to_string()));
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
            self.say(&format!("{file}:{line}: {reason}"));
        } else {
            self.count(reason, 1);
        }
    }

    /// Says the problems of `file`, the first with their place, and counts the rest by reason; `class_of` a reason is that of its line.
    pub fn problems<R: fmt::Display>(&mut self, class_of: impl Fn(&R) -> &'static str, file: &str, flaws: &Flaws<R>) {
        for (line, reason) in &flaws.first {
            self.problem(class_of(reason), file, *line, &reason.to_string());
        }
        for (reason, &times) in &flaws.more {
            self.count(&reason.to_string(), times);
        }
    }

    /// Counts `times` more problems of a kind that were not looked at one by one.
    fn count(&mut self, reason: &str, times: u64) {
        /// Reasons may quote a record; past this many the rest is counted together, so memory stays bounded.
        const KINDS: usize = 64;
        let key = if self.hidden.len() < KINDS || self.hidden.contains_key(reason) { reason } else { "other reasons" };
        *self.hidden.entry(key.to_owned()).or_insert(0) += times;
    }

    /// Says how many problems were not shown, by reason, and takes the progress bar off the screen.
    pub fn close(&mut self) {
        self.progress.finish();
        let total: u64 = self.hidden.values().sum();
        if total > 0 {
            let reasons: Vec<_> = self.hidden.iter().map(|(reason, times)| format!("{times} x {reason}")).collect();
            self.say(&format!("and {total} more: {}", reasons.join("; ")));
        }
    }

    /// What the run gathered about itself, and how many problems were not shown, by reason.
    #[must_use]
    pub fn into_stats(self) -> (Vec<(String, u64)>, Stats) {
        (self.hidden.into_iter().collect(), self.stats)
    }
}

impl fmt::Debug for Notices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notices").field("program", &self.program).field("shown", &self.shown).finish_non_exhaustive()
    }
}
