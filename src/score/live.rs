//! Live: a host leaves the moment a rule first holds for it, and again when the rule has been quiet for long enough.
//!
//! The counting is the same as in a run over files; this is a policy around it. What is remembered is bounded: by a number
//! of hosts and, where every rule has a window, by what left it and is of use to no login that may come.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use super::facts::HostFacts;
use super::failure::RuleFailures;
use super::order::Order;
use super::read::{Records, read_block};
use super::state::{Restored, StateFile};
use super::table::{Host, Table};
use super::write::{Form, HostWriter};
use super::{Config, MANY_V6, Seen};
use crate::error::{Error, Exit, Result};
use crate::record::login_order::reach_seconds;
use crate::record::run::count::Counter;
use crate::stream::Run;
use crate::stream::input::Inputs;
use crate::stream::notice::Notices;
use crate::stream::ordered::{Turn, take_blocks};
use crate::stream::output::Output;
use crate::stream::stats::Stats;
use crate::time;

/// How often the state is written.
const STATE_EVERY: Duration = Duration::from_secs(30);
/// The part of the hosts that is forgotten at once when there are too many: one in so many, so that looking for them is seldom.
const FORGOTTEN_PART: usize = 16;

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
pub fn run(config: &Config, policy: &Policy, inputs: Inputs, run: &Run, notices: &mut Notices) -> Result<Exit> {
    let mut output = Output::stdout(run)?;
    run.watch.mind_reader();
    if let Some(path) = &policy.state {
        inputs.spare(path)?;
    }
    let state = policy.state.as_deref().map(StateFile::open).transpose()?;
    let mut live = Live { table: Table::new(config.keep, &config.allow), desk: Desk::new(config, policy) };
    if let Some(state) = &state {
        if state.read(config, run, |records| live.restore(records))? == Restored::Part {
            notices.warn("stopped", &format!("{}: stopped while it was read: it stays as it is, and nothing else was read", state.shown()));
            return Ok(Exit::Done);
        }
        live.desk.forget(&mut live.table, notices);
    }
    let mut seen = Seen::default();
    let mut is_saved = true;
    let outcome = take_blocks(inputs.reader(run), run, STATE_EVERY, |turn| match turn {
        Turn::Block(Ok(block)) => {
            let (records, intake) = read_block(&block, &config.keep);
            run.blocks.give(block.bytes);
            is_saved = false;
            let added = live.add(&records, notices);
            seen.suggest_groups(&config.keep, live.table.count_v6(), notices);
            live.send(&mut output)?;
            added?;
            seen.add(&records, intake, notices)
        }
        Turn::Block(Err(error)) => {
            seen.add_failed(&error, notices);
            Ok(())
        }
        Turn::Tick => {
            if let Some(state) = state.as_ref().filter(|_| !is_saved) {
                // A disk that is full now may not be so at the end, which is when it counts.
                live.table.settle();
                is_saved = state.write(config, &live.table).map_err(|error| notices.fail(&error)).is_ok();
            }
            Ok(())
        }
    });
    seen.note(&live.table, live.table.hosts().len() as u64, &mut notices.stats);
    live.desk.note(&mut notices.stats);
    if let Some(state) = &state {
        live.table.settle();
        state.write(config, &live.table)?;
    }
    seen.unjudged = live.desk.failures.count();
    match outcome {
        Err(Error::ReaderLeft) => return Ok(seen.exit(&live.table)),
        other => other?,
    }
    live.desk.failures.tell_rest(notices);
    let is_unknown = |host: &&Host| host.tally.failed_before_login().is_none();
    seen.unknown_orders = live.table.hosts().iter().filter(is_unknown).count() as u64;
    seen.tell_end(config, &live.table, live.table.hosts().len() as u64, &live.desk.summary(), notices);
    Ok(seen.exit(&live.table))
}

struct Live<'c> {
    table: Table,
    desk: Desk<'c>,
}

impl Live<'_> {
    /// Takes over what a state file says: no host leaves for it.
    fn restore(&mut self, records: &Records) -> Result<()> {
        let mut pieces = records.pieces.iter();
        let Self { table, desk } = self;
        table.add_each(records, |table, place, at| {
            desk.hear(at);
            desk.swept = desk.remembered_seconds.map_or(i64::MIN, |seconds| desk.clock.div_euclid(seconds));
            // Pieces come in their order; one that counts nothing is passed over.
            let piece = pieces.find(|piece| table.is_of(place, piece));
            for (rule, at) in piece.into_iter().flat_map(|piece| &piece.alerted) {
                if let Some(rule) = desk.config.rules.place(rule) {
                    table.host_mut(place).tally.note_alert(rule, *at);
                }
            }
            Ok(())
        })
    }

    /// Adds records; the desk has the hosts that leave for them.
    fn add(&mut self, records: &Records, notices: &mut Notices) -> Result<()> {
        let Self { table, desk } = self;
        desk.lines.clear();
        desk.leaving.clear();
        table.add_each(records, |table, place, at| {
            desk.count_late(at, notices);
            let named = desk.failures.named();
            desk.look_at(table, place, at)?;
            desk.failures.tell_from(named, &desk.config.rules, notices);
            desk.forget(table, notices);
            Ok(())
        })
    }

    /// Writes the hosts that leave. Where that fails they did not, and the next run will not think so: an alert may come
    /// twice, never not at all.
    fn send(&mut self, output: &mut Output) -> Result<()> {
        output.write(&self.desk.lines).inspect_err(|_| {
            for &(ip, rule) in &self.desk.leaving {
                if let Some(place) = self.table.place_of(ip) {
                    self.table.host_mut(place).tally.forget_alert(rule);
                }
            }
        })
    }
}

/// Where hosts are looked at one by one.
struct Desk<'c> {
    config: &'c Config,
    policy: &'c Policy,
    /// The longest window.
    window_seconds: Option<i64>,
    /// Whether a rule reads how many failures came before a login, which looks back further than short windows do.
    reads_login_order: bool,
    /// How long a host is remembered where every rule has a window, at the least: the longest window, and what a login looks back.
    remembered_seconds: Option<i64>,
    /// The latest time of an event.
    clock: i64,
    /// The last stretch of time, as long as hosts are remembered, at whose start they were looked through for those that are to
    /// be forgotten: at fixed times, so that a run in two parts forgets what one run forgets.
    swept: i64,
    lines: Vec<u8>,
    /// The hosts in `lines`, and the rules for which they leave.
    leaving: Vec<(IpAddr, usize)>,
    alerts: u64,
    late: u64,
    forgotten: u64,
    failures: RuleFailures,
}

impl<'c> Desk<'c> {
    fn new(config: &'c Config, policy: &'c Policy) -> Self {
        let window_seconds = config.rules.needs().windows.last().map(|&window| window.into());
        let (is_all_windows, reads_login_order) = (config.rules.all_have_windows(), config.rules.read_login_order());
        let reach = if reads_login_order { reach_seconds(0) } else { 0 };
        let remembered_seconds = window_seconds.filter(|_| is_all_windows).map(|window: i64| window.max(reach));
        let (clock, swept, lines, leaving) = (i64::MIN, i64::MIN, Vec::new(), Vec::new());
        Self {
            config,
            policy,
            window_seconds,
            reads_login_order,
            remembered_seconds,
            clock,
            swept,
            lines,
            leaving,
            alerts: 0,
            late: 0,
            forgotten: 0,
            failures: RuleFailures::default(),
        }
    }

    /// Moves the clock on. One that ran ahead somewhere must not make all others look old.
    fn hear(&mut self, at: Option<i64>) {
        if let Some(at) = at.filter(|&at| at > self.clock) {
            self.clock = at.min(time::now()).max(self.clock);
        }
    }

    /// Counts what came too late for any window, so that a log with a wrong clock or zone is not passed over in silence.
    fn count_late(&mut self, at: Option<i64>, notices: &mut Notices) {
        self.hear(at);
        let start = self.window_seconds.and_then(|window| self.clock.checked_sub(window));
        if at.zip(start).is_none_or(|(at, start)| at > start) {
            return;
        }
        if self.late == 0 {
            notices.warn(
                "late_events",
                "events come that are older than the longest window by the time they come: they are in none (a wrong clock, or --tz?)",
            );
        }
        self.late += 1;
    }

    /// Judges the host at `place`, of which something was seen at `at`.
    fn look_at(&mut self, table: &mut Table, place: usize, at: Option<i64>) -> Result<()> {
        let keep = *table.keep();
        if let (Some(now), Some(window)) = (keep.units(Some(self.clock)), keep.units(self.window_seconds)) {
            table.host_mut(place).tally.forget_before_window(now, window);
        }
        let host = &table.hosts()[place];
        if self.config.allows(host.ip) {
            return Ok(());
        }
        let score = self.config.weights.score(&host.tally, table.names()).0;
        let verdict = self.config.rules.judge(&HostFacts { table, host, score });
        self.failures.add(host.ip, &verdict);
        // Nor may it silence its host until then.
        let at = at.map_or(self.clock, |at| at.min(self.clock));
        let is_news = |rule: &usize| {
            let last = host.tally.alerted().iter().find(|(other, _)| other == rule);
            last.is_none_or(|&(_, last)| at.saturating_sub(last) >= self.policy.repeat_seconds)
        };
        if !verdict.held.iter().any(is_news) {
            return Ok(());
        }
        HostWriter::new(self.config, table, Form::Alert).write(host, &mut self.lines)?;
        self.alerts += 1;
        let host = table.host_mut(place);
        for rule in verdict.held {
            host.tally.note_alert(rule, at);
            self.leaving.push((host.ip, rule));
        }
        Ok(())
    }

    /// Forgets hosts that left the window, and those that are too many. Places change.
    fn forget(&mut self, table: &mut Table, notices: &mut Notices) {
        if let Some(remembered) = self.remembered_seconds.filter(|seconds| self.swept < self.clock.div_euclid(*seconds)) {
            self.swept = self.clock.div_euclid(remembered);
            let (clock, repeat, reads_order) = (self.clock, self.policy.repeat_seconds, self.reads_login_order);
            let is_quiet = |at: i64, seconds: i64| at <= clock.saturating_sub(seconds);
            table.retain(|host| {
                let reach = host.tally.order().filter(|_| reads_order).map_or(0, Order::reach_seconds);
                let was_seen = !is_quiet(host.tally.last_seen().unwrap_or(clock), remembered.max(reach));
                was_seen || host.tally.alerted().iter().any(|&(_, at)| !is_quiet(at, repeat))
            });
        }
        if table.hosts().len() <= self.policy.max_hosts {
            return;
        }
        if self.forgotten == 0 {
            notices.warn(
                "hosts_forgotten",
                &format!(
                    "more than {} hosts: those not seen for longest are forgotten, with their counts (--max-hosts)",
                    self.policy.max_hosts
                ),
            );
            // Past more of them it is said anyway.
            let most = self.policy.max_hosts as u64;
            let is_mostly_v6 = table.count_v6() > most / 2 && most <= MANY_V6;
            if is_mostly_v6 && table.keep().group_v6.is_none() {
                notices.warn("many_ipv6", "most of them are IPv6 addresses: --group-v6 64 counts those of one network as one host");
            }
        }
        self.forgotten += forget_oldest(table, self.policy.max_hosts - self.policy.max_hosts / FORGOTTEN_PART);
    }

    /// Tells `stats` what was counted.
    fn note(&self, stats: &mut Stats) {
        let counts = [(Counter::Alerts, self.alerts), (Counter::LateEvents, self.late), (Counter::ForgottenHosts, self.forgotten)];
        stats.counts.extend(counts.map(|(counter, count)| (counter.name(), count)));
    }

    fn summary(&self) -> String {
        let mut summary = format!("{} alerts", self.alerts);
        if self.forgotten > 0 {
            let (hosts, most) = (self.forgotten, self.policy.max_hosts);
            summary += &format!("; {hosts} hosts were forgotten to stay within --max-hosts {most}");
        }
        if self.late > 0 {
            summary += &format!("; {} events were too late for any window", self.late);
        }
        summary
    }
}

/// Keeps the `most` hosts that were seen last; says how many were forgotten.
fn forget_oldest(table: &mut Table, most: usize) -> u64 {
    let surplus = table.hosts().len() - most;
    let mut times: Vec<_> = table.hosts().iter().map(|host| host.tally.last_seen()).collect();
    let (older, &mut youngest, _) = times.select_nth_unstable(surplus - 1);
    let mut of_that_time = surplus - older.iter().filter(|&&at| at < youngest).count();
    table.retain(|host| {
        let is_one = host.tally.last_seen() == youngest && of_that_time > 0;
        of_that_time -= usize::from(is_one);
        !is_one && host.tally.last_seen() >= youngest
    });
    surplus as u64
}
