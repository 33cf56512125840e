//! What pages are made of: the top hosts, the most urgent hosts, and how many there were of what. Bounded by the rows shown.

mod changes;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::record::host::HostRecord;
use crate::record::run::RunRecord;
use crate::record::signal::{SIGNALS, index_of};
use crate::report::accounts::AccountTables;
use crate::report::change::{Against, ChangeCounts};
use crate::report::detail::{DetailRow, HostDetail};
use crate::report::groups::GroupTallies;
use crate::report::login;
use crate::report::proxy::WebSignals;
use crate::report::rank::Rank;
use crate::report::ties::Ties;
use crate::report::timeline::total::TimelineTotal;
use crate::report::unscored::is_scanned;

/// The rule whose hosts lead every summary: someone got in.
pub(crate) const BREAK_IN: &str = "ssh_breakin";

/// Whether the rules say that a login succeeded after many failures. A record that cannot tell which came first accuses nobody:
/// version 0.1 had a rule of that name that did not look.
pub(crate) fn is_break_in(host: &HostRecord<'_>) -> bool {
    host.rules.iter().any(|rule| rule.0 == BREAK_IN) && !host.has_unknown_order()
}

/// Whether a host counts as a break-in: one that no allow list takes back.
pub(crate) fn is_alarming(host: &HostRecord<'_>) -> bool {
    host.suspicious && is_break_in(host)
}

/// A host that is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct TopHost<'a> {
    pub host: HostRecord<'a>,
    /// What else its record says.
    pub detail: HostDetail,
}

impl TopHost<'_> {
    /// What columns are made of.
    pub const fn row(&self) -> DetailRow<'_> {
        DetailRow { host: &self.host, detail: &self.detail }
    }
}

/// The first `limit` hosts of an order, whatever the order in which they come; of equal ones, the first that came. Their lines are kept,
/// and read again where they are shown: of the many that are among the first for a while, few are.
#[derive(Debug, Clone, Default)]
pub(crate) struct TopK {
    limit: usize,
    /// Hosts of this rank or below are not among the first.
    floor: Option<Rank>,
    kept: Vec<(Rank, Box<[u8]>)>,
}

impl TopK {
    const fn new(limit: usize, floor: Option<Rank>) -> Self {
        Self { limit, floor, kept: Vec::new() }
    }

    fn offer(&mut self, rank: Rank, line: impl Into<Box<[u8]>>) {
        if self.limit == 0 || self.floor.is_some_and(|floor| rank <= floor) {
            return;
        }
        self.kept.push((rank, line.into()));
        // Sorted once in a while, so that each host costs little whatever the order of the input.
        if self.kept.len() >= self.limit.saturating_mul(2) {
            self.settle();
        }
    }

    fn floor_score(&self) -> Option<u64> {
        self.floor.map(|floor| floor.score)
    }

    fn settle(&mut self) {
        // Stable: the first of equals stays the first.
        self.kept.sort_by_key(|(rank, _)| Reverse(*rank));
        self.kept.truncate(self.limit);
        if self.kept.len() == self.limit {
            self.floor = self.kept.last().map(|(rank, _)| *rank);
        }
    }

    fn merge(&mut self, other: Self) {
        other.kept.into_iter().for_each(|(rank, line)| self.offer(rank, line));
    }

    /// The first `count` of them, read.
    fn first(&self, count: usize, against: Option<&Against>) -> Vec<TopHost<'_>> {
        // They were read before, so all of them can be.
        let hosts = self.kept.iter().take(count).filter_map(|(_, line)| HostRecord::from_line(line).ok());
        let detail = |host: &HostRecord<'_>| HostDetail { change: against.map(|against| against.compare(host)), ..HostDetail::of(host) };
        hosts.map(|host| TopHost { detail: detail(&host), host }).collect()
    }
}

/// How many hosts the pages of a run show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReportNeeds {
    /// Hosts by score.
    pub top: usize,
    /// Hosts by urgency.
    pub urgent: usize,
    /// Hosts that logged in.
    pub logins: usize,
    /// Hosts of which something is new.
    pub changed: usize,
    /// Whether what hosts did over time.
    pub timeline: bool,
}

impl ReportNeeds {
    /// Enough for both.
    pub fn max(self, other: Self) -> Self {
        Self {
            top: self.top.max(other.top),
            urgent: self.urgent.max(other.urgent),
            logins: self.logins.max(other.logins),
            changed: self.changed.max(other.changed),
            timeline: self.timeline || other.timeline,
        }
    }
}

/// Ranks below which a host is not among the first, whatever is still to come.
#[derive(Debug, Clone, Copy, Default)]
pub struct Thresholds {
    top: Option<Rank>,
    urgent: Option<Rank>,
    logins: Option<Rank>,
    changed: Option<Rank>,
}

/// A stream of hosts, as far as pages need it.
#[derive(Debug, Clone, Default)]
pub struct ReportData {
    top: TopK,
    ties: Ties,
    urgent: TopK,
    logins: TopK,
    /// Hosts of which something is new.
    changed: TopK,
    /// The hosts of another day, with which these are compared.
    pub(crate) against: Option<Arc<Against>>,
    changes: ChangeCounts,
    /// Hosts from which somebody logged in, with a score or without.
    pub logged_in: u64,
    /// Hosts that reports show: with a score, or suspicious for another reason.
    pub scored: u64,
    /// Of these, the ones that were scanned and have no score.
    pub scanned: u64,
    /// Hosts with no score, left out of reports.
    pub unscored: u64,
    /// Of those, the ones where somebody logged in without a failure: nothing to report, and yet to be known.
    pub quiet_logins: u64,
    /// Malformed records.
    pub malformed: u64,
    /// Inputs that had something to read, in their order.
    pub inputs: Vec<String>,
    /// Suspicious hosts.
    pub suspicious: u64,
    /// Suspicious hosts where someone got in.
    pub break_ins: u64,
    /// Suspicious hosts by the state of their scan.
    pub scans: BTreeMap<String, u64>,
    /// Suspicious hosts by open port.
    pub open_ports: BTreeMap<u16, u64>,
    /// Suspicious hosts whose open ports say nothing, and are not counted.
    pub tarpits: u64,
    /// Groups of hosts, as their members tell of them.
    pub(crate) groups: GroupTallies,
    /// Occurrences of each signal of the table, in its order.
    pub signals: [u64; SIGNALS.len()],
    /// What they did over time, where that is wanted.
    pub(crate) timeline: TimelineTotal,
    wants_timeline: bool,
    /// Hosts of which that is not known.
    pub without_timeline: u64,
    /// Hosts that were not seen in the period that is shown.
    pub outside: u64,
    /// How the web signals are spread over addresses.
    pub(crate) web: WebSignals,
    /// The earliest instant, in seconds since 1970.
    pub first_seen: Option<i64>,
    /// The latest one.
    pub last_seen: Option<i64>,
    /// What the runs that made these hosts knew about themselves.
    pub(crate) runs: Vec<RunRecord>,
    /// Who was tried, and who got in.
    pub(crate) accounts: AccountTables,
}

impl ReportData {
    /// Empty data that keeps as many hosts as `needs` says; `floors` are those of the data that it will be merged into.
    pub fn new(needs: ReportNeeds, floors: Thresholds) -> Self {
        let (top, urgent) = (TopK::new(needs.top, floors.top), TopK::new(needs.urgent, floors.urgent));
        Self {
            top,
            urgent,
            logins: TopK::new(needs.logins, floors.logins),
            changed: TopK::new(needs.changed, floors.changed),
            wants_timeline: needs.timeline,
            ..Self::default()
        }
    }

    /// What data that will be merged into this one need not keep.
    pub const fn floors(&self) -> Thresholds {
        Thresholds { top: self.top.floor, urgent: self.urgent.floor, logins: self.logins.floor, changed: self.changed.floor }
    }

    /// The same, whose hosts are compared with those of another day.
    pub(crate) fn compared_with(mut self, against: Option<&Arc<Against>>) -> Self {
        self.against = against.cloned();
        self
    }

    /// Takes one host, which was read from `line`, and says whether reports show it.
    pub fn add(&mut self, host: &HostRecord<'_>, line: &[u8]) -> bool {
        if let Some(against) = &self.against {
            let change = against.compare(host);
            self.changes.add(&change);
            if change.is_any() {
                self.changed.offer(Rank::by_urgency(host), line);
            }
        }
        let has_login = login::count(host) > 0;
        if has_login {
            self.logged_in += 1;
            self.logins.offer(Rank::by_login(host), line);
        }
        let is_scanned = is_scanned(host);
        if host.score == 0 && !host.suspicious && !is_scanned {
            self.unscored += 1;
            self.quiet_logins += u64::from(has_login);
            return false;
        }
        self.scored += 1;
        self.scanned += u64::from(is_scanned);
        self.see(host.first_seen, host.last_seen);
        if self.wants_timeline {
            self.without_timeline += u64::from(host.timeline.is_empty() && host.first_seen.is_some());
            self.timeline.add(&host.timeline);
        }
        self.web.add(host);
        self.groups.add(host);
        for (name, count) in &host.signals {
            if let Some(index) = index_of(&name.0) {
                self.signals[index] = self.signals[index].saturating_add(*count);
            }
        }
        if host.score > 0 && self.top.limit > 0 {
            self.ties.add(host.score, 1, self.top.floor_score());
            self.top.offer(Rank::by_score(host), line);
        }
        self.urgent.offer(Rank::by_urgency(host), line);
        if host.suspicious {
            self.add_suspect(host);
        }
        true
    }

    fn add_suspect(&mut self, host: &HostRecord<'_>) {
        self.suspicious += 1;
        self.break_ins += u64::from(is_break_in(host));
        let Some(scan) = &host.scan else { return };
        self.add_scans(&scan.status.0, 1);
        if scan.is_noted {
            self.tarpits += 1;
            return;
        }
        let mut ports = scan.open_ports.clone();
        ports.sort_unstable();
        ports.dedup();
        for port in ports {
            *self.open_ports.entry(port).or_insert(0) += 1;
        }
    }

    fn add_scans(&mut self, state: &str, times: u64) {
        /// The states that there are, and some that another stage may have.
        const STATES: usize = 16;
        if let Some(count) = self.scans.get_mut(state) {
            *count += times;
        } else if self.scans.len() < STATES {
            self.scans.insert(state.to_owned(), times);
        }
    }

    /// Takes everything that `other` knows, whose hosts came after its own.
    pub fn merge(&mut self, other: Self) {
        self.top.merge(other.top);
        self.ties.merge(&other.ties, self.top.floor_score());
        self.ties.settle(self.top.floor_score());
        self.urgent.merge(other.urgent);
        self.logins.merge(other.logins);
        self.changed.merge(other.changed);
        self.changes.merge(other.changes);
        self.logged_in += other.logged_in;
        self.scored += other.scored;
        self.scanned += other.scanned;
        self.unscored += other.unscored;
        self.quiet_logins += other.quiet_logins;
        self.malformed += other.malformed;
        self.suspicious += other.suspicious;
        self.break_ins += other.break_ins;
        self.see(other.first_seen, other.last_seen);
        self.timeline.merge(other.timeline);
        self.without_timeline += other.without_timeline;
        self.outside += other.outside;
        self.web.merge(&other.web);
        self.groups.merge(other.groups);
        other.scans.iter().for_each(|(state, times)| self.add_scans(state, *times));
        self.tarpits += other.tarpits;
        other.open_ports.into_iter().for_each(|(port, count)| *self.open_ports.entry(port).or_insert(0) += count);
        self.signals.iter_mut().zip(other.signals).for_each(|(sum, count)| *sum = sum.saturating_add(count));
        self.inputs.extend(other.inputs);
    }

    /// Puts the kept hosts in their order; called once, when everything was added.
    pub fn close(&mut self) {
        self.top.settle();
        self.urgent.settle();
        self.logins.settle();
        self.changed.settle();
        if let Some(against) = &self.against {
            self.changes.set_gone(against.gone().0);
        }
        self.timeline.fit();
    }

    /// The first `count` hosts that logged in, break-ins first.
    pub fn logins(&self, count: usize) -> Vec<TopHost<'_>> {
        self.logins.first(count, self.against.as_deref())
    }

    /// The `count` hosts with the highest scores.
    pub fn top(&self, count: usize) -> Vec<TopHost<'_>> {
        self.top.first(count, self.against.as_deref())
    }

    /// How many hosts are not among the first `shown` by score, and have the score of the last of these.
    pub(crate) fn tied_with_last(&self, shown: usize) -> u64 {
        let shown = || self.top.kept.iter().take(shown).map(|(rank, _)| rank.score);
        let Some(last) = shown().next_back() else { return 0 };
        let inside = shown().filter(|score| *score == last).count() as u64;
        self.ties.of(last).saturating_sub(inside)
    }

    /// The first `count` hosts by urgency: break-ins, other suspicious ones, the rest, each by score.
    pub fn urgent(&self, count: usize) -> Vec<TopHost<'_>> {
        self.urgent.first(count, self.against.as_deref())
    }

    /// How many suspicious hosts have a scan in `state`.
    pub(crate) fn scans_in(&self, state: &str) -> u64 {
        self.scans.get(state).copied().unwrap_or(0)
    }

    fn see(&mut self, first: Option<i64>, last: Option<i64>) {
        self.first_seen = [self.first_seen, first].into_iter().flatten().min();
        self.last_seen = [self.last_seen, last].into_iter().flatten().max();
    }
}

#[cfg(test)]
impl ReportData {
    /// Takes a host as it is written.
    pub(crate) fn add_host(&mut self, host: &HostRecord<'_>) -> bool {
        let mut line = Vec::new();
        host.write_line(&mut line);
        self.add(host, &line)
    }
}

#[cfg(test)]
mod tests;
