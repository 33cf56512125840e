//! What a run read and did, for the summary, the progress bar and the exit code.

use std::time::Duration;

use super::board::Board;
use super::read::Input;
use super::{Config, Mode, Refusal};
use crate::error::Exit;
use crate::record::run::count::{Counter, LineClass, LineCounts};
use crate::stream::notice::Notices;
use crate::stream::progress::Progress;
use crate::stream::stats::Stats;

/// How often the progress bar moves.
const SHOWN_EVERY: Duration = Duration::from_millis(100);

/// Counts of a run.
#[derive(Debug, Default)]
pub struct Tally {
    /// Hosts that were read, or addresses that were named.
    pub hosts: u64,
    /// Of these: to be scanned.
    pub scanned: u64,
    /// Of these: again, with the result of the first time.
    pub repeated: u64,
    /// Not touched.
    pub out_of_scope: u64,
    /// Not touched.
    pub excluded: u64,
    /// Lines, by what they were.
    pub lines: LineCounts,
    /// Inputs that could not be read.
    pub unreadable: u64,
    /// Connections that were tried.
    pub probes: u64,
    /// Whether the run was ended before all targets were reached.
    pub is_cut: bool,
    shown_at: Duration,
    shown_probes: u64,
}

impl Tally {
    /// Counts a host that is scanned, or is not.
    pub const fn count(&mut self, refusal: Option<Refusal>) {
        let counter = match refusal {
            None => &mut self.scanned,
            Some(Refusal::OutOfScope) => &mut self.out_of_scope,
            Some(Refusal::Excluded) => &mut self.excluded,
        };
        *counter += 1;
    }

    /// What became of the run.
    #[must_use]
    pub fn exit(&self) -> Exit {
        Exit::after(self.unreadable, self.lines[LineClass::Malformed])
    }

    /// Tells `stats` what was read and done.
    pub fn note(&self, board: &Board, stats: &mut Stats) {
        stats.lines.extend(self.lines.of_program("soar-scan"));
        let [open, closed, filtered, unknown] = board.states;
        let counts = [
            (Counter::Suspicious, self.scanned + self.out_of_scope + self.excluded),
            (Counter::Scanned, self.scanned),
            (Counter::Repeated, self.repeated),
            (Counter::OutOfScope, self.out_of_scope),
            (Counter::Excluded, self.excluded),
            (Counter::Complete, board.complete),
            (Counter::Incomplete, board.incomplete),
            (Counter::MaxOpen, board.overfull),
            (Counter::Probes, self.probes),
            (Counter::OpenPorts, open),
            (Counter::ClosedPorts, closed),
            (Counter::FilteredPorts, filtered),
            (Counter::UnknownPorts, unknown),
        ];
        stats.counts.extend(counts.map(|(counter, count)| (counter.name(), count)));
    }

    /// Moves the progress bar, now and then.
    pub fn show(&mut self, board: &Board, progress: &Progress, now: Duration) {
        let since = now.saturating_sub(self.shown_at);
        if !progress.is_watched() || since < SHOWN_EVERY {
            return;
        }
        let per_second = u128::from(self.probes - self.shown_probes) * 1000 / since.as_millis().max(1);
        (self.shown_at, self.shown_probes) = (now, self.probes);
        progress.show(board.done, board.done + board.active, format!("{} open ports, {per_second} probes/s", board.open_ports));
    }

    /// Says what was done.
    pub fn tell(&self, config: &Config, board: &Board, notices: &mut Notices) {
        let suspicious = if config.input == Input::Hosts { "suspicious hosts" } else { "addresses" };
        if self.out_of_scope > 0 {
            notices.warn("out_of_scope", &format!(
                "{} {suspicious} are out of scope and were not touched; --scope CIDR,... includes them (--scope any: every unicast address)",
                self.out_of_scope
            ));
        }
        if board.overfull > 0 {
            notices.warn(
                "max_open",
                &format!(
                    "{} hosts had {} open ports and were left there (--max-open): nobody has that many services, so they say nothing",
                    board.overfull, config.most_open
                ),
            );
        }
        if self.is_cut {
            notices.warn("cut_short", "ended before all targets were reached; those have no record");
        }
        let chosen = self.scanned + self.out_of_scope + self.excluded;
        let read = match config.input {
            Input::Hosts => format!("{} hosts read, {chosen} suspicious", self.hosts),
            Input::Targets => format!("{} addresses named", self.hosts),
        };
        let again = if self.repeated > 0 { format!(", {} of them again", self.repeated) } else { String::new() };
        let done = match config.mode {
            Mode::Scan => format!("{} scanned", self.scanned),
            Mode::DryRun => format!("{} would be scanned", self.scanned),
        };
        notices.say(&format!(
            "{read}: {done}{again} ({} ports each), {} out of scope, {} excluded; {} open ports",
            config.ports.as_slice().len(),
            self.out_of_scope,
            self.excluded,
            board.open_ports
        ));
    }
}
