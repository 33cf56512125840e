//! Live: a host leaves the moment a rule first holds for it, and again when the rule has been quiet for long enough.
//!
//! The counting is the same as in a run over files; this is a policy around it. What is remembered is bounded: by a number
//! of hosts and, where every rule has a window, by time.

mod eviction;

use std::path::PathBuf;
use std::time::Duration;

use crate::aggregate::read::{PartialHost, ScoreRecords, read_block};
use crate::aggregate::table::{AggregatedHost, Table, Watcher};
use crate::base::error::{Error, Exit, Result};
use crate::base::net::Address;
use crate::base::number::{agree, counted};
use crate::base::time;
use crate::io::Run;
use crate::io::diagnostics::Diagnostics;
use crate::io::input::Inputs;
use crate::io::ordered_pool::{LiveInput, take_blocks};
use crate::io::output::Output;
use crate::io::stats::Stats;
use crate::record::run::count::Counter;
use crate::score::facts::HostFacts;
use crate::score::memory::Memory;
use crate::score::rule_failure::RuleFailures;
use crate::score::snapshot::Snapshot;
use crate::score::state::{Restored, StateFile};
use crate::score::write::{HostWriter, OutputKind};
use crate::score::{Config, InputCounts, know};

/// How often the state is written.
const STATE_EVERY: Duration = Duration::from_secs(30);
/// How a live run behaves.
#[derive(Debug)]
pub struct Policy {
    /// For how long after an alert a rule leads to no other for the same host, in seconds of event time.
    pub repeat_seconds: i64,
    /// How many hosts are remembered at the most.
    pub max_hosts: usize,
    /// Where to remember them between runs.
    pub state: Option<PathBuf>,
}

/// Reads events from `inputs`, writes a host to stdout when a rule first holds for it.
///
/// # Errors
/// As `run` of the module above; and a state that cannot be read or written.
pub fn run(config: &Config, policy: &Policy, inputs: Inputs, run: &Run, diagnostics: &mut Diagnostics) -> Result<Exit> {
    let mut output = Output::stdout(run)?;
    run.shutdown.stop_on_closed_stdout();
    if let Some(path) = &policy.state {
        inputs.ensure_not_input(path)?;
    }
    know(config, run, diagnostics)?;
    let state = policy.state.as_deref().map(StateFile::open).transpose()?;
    let mut live = AlertRun { table: Table::new(config.keep, &config.allow), engine: AlertEngine::new(config, policy) };
    if let Some(state) = &state {
        if state.read(config, run, |records| live.restore(records))? == Restored::Part {
            diagnostics
                .warn("stopped", &format!("{}: stopped while reading it: it is unchanged, and nothing else was read", state.shown()));
            return Ok(Exit::Done);
        }
        live.engine.forget_surplus(&mut live.table, diagnostics)?;
    }
    let mut seen = InputCounts::default();
    let mut saved = true;
    let outcome = take_blocks(inputs.reader(run), run, STATE_EVERY, |turn| match turn {
        LiveInput::Block(Ok(block)) => {
            let (records, intake) = read_block(&block, &config.keep);
            run.blocks.put(block.bytes);
            saved = false;
            let added = live.add(&records, diagnostics);
            seen.suggest_groups(&config.keep, live.table.count_v6(), diagnostics);
            live.send(&mut output)?;
            added?;
            // Also where blocks come without a pause; behind the alerts.
            live.go_on(&mut saved, diagnostics);
            seen.add(&records, intake, diagnostics).map(|()| STATE_EVERY)
        }
        LiveInput::Block(Err(error)) => {
            seen.add_failed(&error, diagnostics);
            Ok(STATE_EVERY)
        }
        LiveInput::Tick => {
            if live.engine.snapshot.is_some() {
                live.go_on(&mut saved, diagnostics);
            } else if let Some(state) = state.as_ref().filter(|_| !saved) {
                // A disk that is full now may not be so at the end, which is when it counts.
                live.engine.snapshot =
                    state.create().map(|file| Snapshot::start(file, &live.table)).map_err(|error| diagnostics.error(&error)).ok();
                saved = live.engine.snapshot.is_some();
            }
            Ok(live.engine.snapshot.as_ref().map_or(STATE_EVERY, Snapshot::rest))
        }
    });
    seen.note(&live.table, live.table.host_count() as u64, &mut diagnostics.stats);
    live.engine.note(&mut diagnostics.stats);
    if let Some(snapshot) = live.engine.snapshot.take() {
        // What it has is older than what is written now.
        snapshot.finish().unwrap_or_else(|error| diagnostics.error(&error));
    }
    if let Some(state) = &state {
        live.table.settle();
        state.write(config, &live.table)?;
    }
    seen.unjudged = live.engine.failures.count();
    match outcome {
        Err(Error::ReaderLeft) => return Ok(seen.exit(&live.table)),
        other => other?,
    }
    live.engine.failures.tell_rest(diagnostics);
    let is_unknown = |host: &&AggregatedHost| host.tally.failed_before_login().is_none();
    seen.unknown_orders = live.table.hosts().iter().filter(is_unknown).count() as u64;
    seen.tell_end(config, &live.table, live.table.host_count() as u64, &live.engine.summary(), diagnostics);
    Ok(seen.exit(&live.table))
}

struct AlertRun<'c> {
    table: Table,
    engine: AlertEngine<'c>,
}

impl AlertRun<'_> {
    /// Takes over what a state file says: no host leaves for it.
    fn restore(&mut self, records: &ScoreRecords) -> Result<()> {
        self.table.add_each(records, &mut Restorer { engine: &mut self.engine, pieces: records.pieces.iter() })
    }

    /// Adds records; the engine has the hosts that leave for them.
    fn add(&mut self, records: &ScoreRecords, diagnostics: &mut Diagnostics) -> Result<()> {
        let Self { table, engine } = self;
        engine.lines.clear();
        engine.pending_alerts.clear();
        table.add_each(records, &mut Judge { engine, diagnostics })
    }

    /// Writes some more of the state, where that was begun and is due; `saved` becomes false where it could not be.
    fn go_on(&mut self, saved: &mut bool, diagnostics: &mut Diagnostics) {
        let Self { table, engine } = self;
        let Some(mut snapshot) = engine.snapshot.take_if(|snapshot| snapshot.rest().is_zero()) else { return };
        let step = snapshot.step(engine.config, table);
        let outcome = if snapshot.is_done() || step.is_err() {
            step.and(snapshot.finish())
        } else {
            engine.snapshot = Some(snapshot);
            Ok(())
        };
        if let Err(error) = outcome {
            diagnostics.error(&error);
            *saved = false;
        }
    }

    /// Writes the hosts that leave. Where that fails they did not, and the next run will not think so: an alert may come
    /// twice, never not at all.
    fn send(&mut self, output: &mut Output) -> Result<()> {
        output.write(&self.engine.lines).inspect_err(|_| {
            for &(ip, rule) in &self.engine.pending_alerts {
                if let Some(index) = self.table.index_of_ip(ip) {
                    self.table.host_mut(index).tally.forget_alert(rule);
                }
            }
        })
    }
}

/// Takes hosts of a state over.
struct Restorer<'d, 'c, 'r> {
    engine: &'d mut AlertEngine<'c>,
    /// Pieces come in their order; one that counts nothing is passed over.
    pieces: std::slice::Iter<'r, PartialHost>,
}

impl Watcher for Restorer<'_, '_, '_> {
    type Error = Error;

    fn before(&mut self, _: &mut Table, _: usize, _: Option<i64>) -> Result<()> {
        Ok(())
    }

    fn after(&mut self, table: &mut Table, index: usize, last: Option<i64>) -> Result<()> {
        self.engine.advance_watermark(last);
        self.engine.last_eviction = self.engine.stretch_of_now();
        let piece = self.pieces.find(|piece| table.is_of(index, piece));
        for (rule, at) in piece.into_iter().flat_map(|piece| &piece.alerted) {
            if let Some(rule) = self.engine.config.rules.index_of(rule) {
                table.host_mut(index).tally.note_alert(rule, *at);
            }
        }
        Ok(())
    }
}

/// Looks at every host that something happened to.
struct Judge<'d, 'c, 'n> {
    engine: &'d mut AlertEngine<'c>,
    diagnostics: &'n mut Diagnostics,
}

impl Watcher for Judge<'_, '_, '_> {
    type Error = Error;

    fn before(&mut self, table: &mut Table, index: usize, first: Option<i64>) -> Result<()> {
        if let Some(snapshot) = &mut self.engine.snapshot {
            snapshot.write_before_change(self.engine.config, table, index)?;
        }
        self.engine.advance_watermark(first);
        self.engine.forget_idle(table.host_mut(index), first);
        Ok(())
    }

    fn after(&mut self, table: &mut Table, index: usize, last: Option<i64>) -> Result<()> {
        self.engine.advance_watermark(last);
        let named = self.engine.failures.named();
        self.engine.evaluate(table, index, last, self.diagnostics)?;
        self.engine.failures.tell_from(named, &self.engine.config.rules, self.diagnostics);
        self.engine.evict(table, index, self.diagnostics)
    }
}

/// Where hosts are looked at one by one. What is decided of a host is decided by the times of its own events, so that it is the same
/// whoever else comes in between.
struct AlertEngine<'c> {
    config: &'c Config,
    policy: &'c Policy,
    memory: Memory,
    /// The latest time of all events, by which hosts are looked through for those to be forgotten.
    clock: i64,
    /// The last stretch of that time at whose start they were.
    last_eviction: i64,
    lines: Vec<u8>,
    /// The hosts in `lines`, and the rules for which they leave.
    pending_alerts: Vec<(Address, usize)>,
    alerts: u64,
    late: u64,
    forgotten: u64,
    failures: RuleFailures,
    /// The state, while it is being written.
    snapshot: Option<Snapshot>,
}

impl<'c> AlertEngine<'c> {
    fn new(config: &'c Config, policy: &'c Policy) -> Self {
        Self {
            config,
            policy,
            memory: Memory::of(&config.rules),
            clock: i64::MIN,
            last_eviction: i64::MIN,
            lines: Vec::new(),
            pending_alerts: Vec::new(),
            alerts: 0,
            late: 0,
            forgotten: 0,
            failures: RuleFailures::default(),
            snapshot: None,
        }
    }

    /// Moves the clock on. One that ran ahead somewhere must not make all others look old.
    fn advance_watermark(&mut self, at: Option<i64>) {
        self.clock = self.clock.max(at.map_or(i64::MIN, |at| self.present(at)));
    }

    /// The time `at`; one in the future counts as now.
    fn present(&self, at: i64) -> i64 {
        // The clock is never ahead of now, which is asked for less often like this.
        if at <= self.clock { at } else { at.min(time::now()).max(self.clock) }
    }

    /// Forgets what is known of `host` if it was quiet for so long before `at` that no rule looks back further.
    fn forget_idle(&self, host: &mut AggregatedHost, at: Option<i64>) {
        if let (Some(idle), Some(at), Some(last)) = (self.memory.idle_of(host), at, host.tally.last_seen()) {
            let at = self.present(at);
            if at.saturating_sub(self.present(last)) >= idle {
                host.start_anew(|alerted| at.saturating_sub(alerted) < self.policy.repeat_seconds);
            }
        }
    }

    /// Counts what came too late for any window, so that a log with a wrong clock or zone is not passed over in silence.
    fn count_late(&mut self, at: Option<i64>, own: Option<i64>, diagnostics: &mut Diagnostics) {
        let start = self.memory.window().zip(own).and_then(|(window, own)| own.checked_sub(window));
        if at.zip(start).is_none_or(|(at, start)| at > start) {
            return;
        }
        if self.late == 0 {
            diagnostics.warn(
                "late_events",
                "some events are older than the latest of their address by more than the longest window, so they are in no window (wrong clock, or --tz?)",
            );
        }
        self.late += 1;
    }

    /// Judges the host at `index`, of which something was seen at `at`.
    fn evaluate(&mut self, table: &mut Table, index: usize, at: Option<i64>, diagnostics: &mut Diagnostics) -> Result<()> {
        let keep = *table.keep();
        let own = table.hosts()[index].tally.last_seen().map(|last| self.present(last));
        self.count_late(at, own, diagnostics);
        if let (Some(now), Some(window)) = (keep.units(own), keep.units(self.memory.window())) {
            table.host_mut(index).tally.forget_before_window(now, window);
        }
        let host = &table.hosts()[index];
        if self.config.allows(host.ip) {
            return Ok(());
        }
        let score = self.config.weights.score(&host.tally, table.names()).0;
        let verdict = self.config.rules.judge(&HostFacts { table, host, score });
        self.failures.add(host.ip, &verdict);
        // A host without any time leaves once for each rule: its time does not go on.
        let own = own.unwrap_or(i64::MIN);
        let is_news = |rule: &usize| {
            let last = host.tally.alerted().iter().find(|(other, _)| other == rule);
            last.is_none_or(|&(_, last)| own.saturating_sub(last) >= self.policy.repeat_seconds)
        };
        if !verdict.held.iter().any(is_news) {
            return Ok(());
        }
        HostWriter::new(self.config, table, OutputKind::Alert).write(host, &mut self.lines)?;
        self.alerts += 1;
        let host = table.host_mut(index);
        for rule in verdict.held {
            host.tally.note_alert(rule, own);
            self.pending_alerts.push((host.ip, rule));
        }
        Ok(())
    }

    /// Tells `stats` what was counted.
    fn note(&self, stats: &mut Stats) {
        let counts = [(Counter::Alerts, self.alerts), (Counter::LateEvents, self.late), (Counter::ForgottenHosts, self.forgotten)];
        stats.counts.extend(counts.map(|(counter, count)| (counter.name(), count)));
    }

    fn summary(&self) -> String {
        let mut summary = counted(self.alerts, "alert");
        if self.forgotten > 0 {
            let (hosts, were, most) = (counted(self.forgotten, "host"), agree(self.forgotten, "was", "were"), self.policy.max_hosts);
            summary += &format!("; {hosts} {were} evicted because of --max-hosts {most}");
        }
        if self.late > 0 {
            summary += &format!("; {} {} too late for any window", counted(self.late, "event"), agree(self.late, "was", "were"));
        }
        summary
    }
}
