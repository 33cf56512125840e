//! What a run read and did, for the summary, the progress bar and the exit code.

use std::time::Duration;

use crate::base::error::Exit;
use crate::base::number::{agree, counted};
use crate::io::diagnostics::Diagnostics;
use crate::io::progress::{Progress, left};
use crate::io::stats::Stats;
use crate::record::run::count::{Counter, LineClass, LineCounts};
use crate::scan::peer::LostOnes;
use crate::scan::read::InputKind;
use crate::scan::results::ResultStore;
use crate::scan::{Config, Mode, SkipReason};

/// How often the progress bar moves.
const SHOWN_EVERY: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
pub(crate) struct ScanStats {
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
    /// Addresses to which there is no interface.
    pub lost: LostOnes,
    /// Whether the run was ended before all targets were reached.
    pub is_cut: bool,
    shown_at: Duration,
    shown_probes: u64,
}

impl ScanStats {
    /// Counts a host that is scanned, or is not.
    pub(super) const fn count(&mut self, refusal: Option<SkipReason>) {
        let counter = match refusal {
            None => &mut self.scanned,
            Some(SkipReason::OutOfScope) => &mut self.out_of_scope,
            Some(SkipReason::Excluded) => &mut self.excluded,
        };
        *counter += 1;
    }

    /// What became of the run.
    pub(super) fn exit(&self) -> Exit {
        Exit::after(self.unreadable, self.lines[LineClass::Malformed])
    }

    /// Tells `stats` what was read and done.
    pub(super) fn note(&self, store: &ResultStore, stats: &mut Stats) {
        stats.lines.extend(self.lines.of_program("soar-scan"));
        let [open, closed, filtered, unknown] = store.states;
        let counts = [
            (Counter::Suspicious, self.scanned + self.out_of_scope + self.excluded),
            (Counter::Scanned, self.scanned - self.lost.count()),
            (Counter::Repeated, self.repeated),
            (Counter::OutOfScope, self.out_of_scope),
            (Counter::Excluded, self.excluded),
            (Counter::Complete, store.complete),
            (Counter::Incomplete, store.incomplete),
            (Counter::MaxOpen, store.too_many_open),
            (Counter::Probes, self.probes),
            (Counter::OpenPorts, open),
            (Counter::ClosedPorts, closed),
            (Counter::FilteredPorts, filtered),
            (Counter::UnknownPorts, unknown),
        ];
        stats.counts.extend(counts.map(|(counter, count)| (counter.name(), count)));
    }

    /// Moves the progress bar, now and then.
    ///
    /// `unread` is how many hosts wait to be taken in, where all of the input is read.
    pub(super) fn show(&mut self, store: &ResultStore, unread: Option<u64>, progress: &Progress, now: Duration) {
        let since = now.saturating_sub(self.shown_at);
        if !progress.is_watched() || since < SHOWN_EVERY {
            return;
        }
        let per_second = u128::from(self.probes - self.shown_probes) * 1000 / since.as_millis().max(1);
        (self.shown_at, self.shown_probes) = (now, self.probes);
        let known = store.done + store.active + unread.unwrap_or(0);
        if known == 0 {
            return;
        }
        let left = unread.map_or_else(String::new, |_| left(store.done, known, now));
        let more = if unread.is_some() { "" } else { "+" };
        let words = format!("{}/{known}{more} hosts, {}, {per_second} probes/s{left}", store.done, counted(store.open_ports, "open port"));
        progress.show(store.done, known, words);
    }

    pub(super) fn tell(&self, config: &Config, store: &ResultStore, diagnostics: &mut Diagnostics) {
        let noun = if config.input == InputKind::Hosts { "suspicious host" } else { "address" };
        diagnostics.warn_of(self.out_of_scope, "out_of_scope", || {
            format!(
                "{} {} out of scope and {} not scanned; --scope CIDR,... includes {} (--scope any: every unicast address)",
                counted(self.out_of_scope, noun),
                agree(self.out_of_scope, "is", "are"),
                agree(self.out_of_scope, "was", "were"),
                agree(self.out_of_scope, "it", "them")
            )
        });
        diagnostics.warn_of(store.too_many_open, "max_open", || {
            format!(
                "{} had {} and {} not scanned further (--max-open): probably a tarpit",
                counted(store.too_many_open, "host"),
                counted(config.most_open as u64, "open port"),
                agree(store.too_many_open, "was", "were")
            )
        });
        Self::tell_of_hosts(store, diagnostics);
        self.lost.tell(diagnostics);
        if self.is_cut {
            diagnostics.warn("cut_short", "ended before all targets were scanned; the others have no record");
        }
        let chosen = self.scanned + self.out_of_scope + self.excluded;
        let read = match config.input {
            InputKind::Hosts => format!("{} read, {chosen} suspicious", counted(self.hosts, "host")),
            InputKind::Targets => format!("{} named", counted(self.hosts, "address")),
        };
        let again = if self.repeated > 0 { format!(", {} repeated", self.repeated) } else { String::new() };
        // Nobody asked for ports in a dry run, so there is nothing to say of open ones.
        let (done, found) = match config.mode {
            Mode::Scan => ("scanned", format!("; {}", counted(store.open_ports, "open port"))),
            Mode::DryRun => ("would be scanned", String::new()),
        };
        diagnostics.info(&format!(
            "{read}: {} {done}{again} ({} each), {} out of scope, {} excluded{found}",
            self.scanned - self.lost.count(),
            counted(config.ports.as_slice().len() as u64, "port"),
            self.out_of_scope,
            self.excluded
        ));
    }

    /// Says what makes results say nothing.
    fn tell_of_hosts(store: &ResultStore, diagnostics: &mut Diagnostics) {
        let kinds = [
            ("tarpit", store.tarpits, "answered on every port, probably a tarpit or a proxy (scan.note): the open ports mean nothing"),
            (
                "no_route",
                store.no_route,
                "could not be probed: no route from this machine, no source address, or an interface that is down",
            ),
            ("denied_here", store.denied, "could not be probed on every port: forbidden by this machine's own packet filter or routes"),
        ];
        for (kind, hosts, what) in kinds.into_iter().filter(|(_, hosts, _)| *hosts > 0) {
            diagnostics.warn(kind, &format!("{} {what}", counted(hosts, "host")));
        }
    }
}
