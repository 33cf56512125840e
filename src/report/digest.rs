//! What pages are made of: the top hosts, the most urgent hosts, and how many there were of what. Bounded by the rows shown.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::IpAddr;

use super::detail::{Detail, Row};
use super::login;
use super::proxy::WebSignals;
use crate::record::host::HostRecord;
use crate::record::run::RunRecord;
use crate::record::signal::{SIGNALS, index_of};

/// The rule whose hosts lead every summary: someone got in.
const BREAK_IN: &str = "ssh_breakin";

/// Whether the rules say that a login succeeded after many failures. A record that cannot tell which came first accuses nobody:
/// version 0.1 had a rule of that name that did not look.
#[must_use]
pub fn is_break_in(host: &HostRecord<'_>) -> bool {
    host.rules.iter().any(|rule| rule.0 == BREAK_IN) && !host.has_unknown_order()
}

/// A host's place in an order: the greatest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    break_in: bool,
    suspicious: bool,
    score: u64,
    at: i64,
    ip: Reverse<IpAddr>,
}

impl Rank {
    /// Highest score first, then the lowest address.
    const fn by_score(host: &HostRecord<'_>) -> Self {
        Self { break_in: false, suspicious: false, score: host.score, at: 0, ip: Reverse(host.ip) }
    }

    /// Break-ins first, then suspicious hosts, then by score.
    fn by_urgency(host: &HostRecord<'_>) -> Self {
        Self { break_in: is_break_in(host), suspicious: host.suspicious, ..Self::by_score(host) }
    }

    /// Of hosts that logged in: break-ins first, then those after most failures, then the latest.
    fn by_login(host: &HostRecord<'_>) -> Self {
        let at = login::told(host).map(|told| told.at()).or(host.last_seen).unwrap_or(i64::MIN);
        let (break_in, score) = (host.suspicious && is_break_in(host), host.failed_before_login.unwrap_or(0));
        Self { break_in, score, at, ..Self::by_score(host) }
    }
}

/// A host that is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    rank: Rank,
    /// The host.
    pub host: HostRecord<'static>,
    /// What else its line says.
    pub detail: Detail,
}

impl Kept {
    /// What columns are made of.
    #[must_use]
    pub const fn row(&self) -> Row<'_> {
        Row { host: &self.host, detail: &self.detail }
    }
}

/// The first `limit` hosts of an order, whatever the order in which they come; of equal ones, the first that came.
#[derive(Debug, Clone, Default)]
pub struct Best {
    limit: usize,
    /// Hosts of this rank or below are not among the first.
    floor: Option<Rank>,
    kept: Vec<Kept>,
}

impl Best {
    const fn new(limit: usize, floor: Option<Rank>) -> Self {
        Self { limit, floor, kept: Vec::new() }
    }

    fn offer(&mut self, rank: Rank, host: &HostRecord<'_>, line: &[u8]) {
        if self.has_room(rank) {
            self.keep(Kept { rank, host: host.to_owned(), detail: Detail::from_line(line) });
        }
    }

    fn has_room(&self, rank: Rank) -> bool {
        self.limit > 0 && self.floor.is_none_or(|floor| rank > floor)
    }

    fn keep(&mut self, kept: Kept) {
        self.kept.push(kept);
        // Sorted once in a while, so that each host costs little whatever the order of the input.
        if self.kept.len() >= self.limit.saturating_mul(2) {
            self.settle();
        }
    }

    fn settle(&mut self) {
        // Stable: the first of equals stays the first.
        self.kept.sort_by_key(|kept| Reverse(kept.rank));
        self.kept.truncate(self.limit);
        if self.kept.len() == self.limit {
            self.floor = self.kept.last().map(|kept| kept.rank);
        }
    }

    fn merge(&mut self, other: Self) {
        for kept in other.kept {
            if self.has_room(kept.rank) {
                self.keep(kept);
            }
        }
    }
}

/// How many hosts the pages of a run show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Needs {
    /// Hosts by score.
    pub top: usize,
    /// Hosts by urgency.
    pub urgent: usize,
    /// Hosts that logged in.
    pub logins: usize,
}

impl Needs {
    /// Enough for both.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self { top: self.top.max(other.top), urgent: self.urgent.max(other.urgent), logins: self.logins.max(other.logins) }
    }
}

/// Ranks below which a host is not among the first, whatever is still to come.
#[derive(Debug, Clone, Copy, Default)]
pub struct Floors {
    top: Option<Rank>,
    urgent: Option<Rank>,
    logins: Option<Rank>,
}

/// A stream of hosts, as far as pages need it.
#[derive(Debug, Clone, Default)]
pub struct Digest {
    top: Best,
    urgent: Best,
    logins: Best,
    /// Hosts from which somebody logged in, with a score or without.
    pub logged_in: u64,
    /// Hosts that reports show: with a score, or suspicious for another reason.
    pub scored: u64,
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
    /// Occurrences of each signal of the table, in its order.
    pub signals: [u64; SIGNALS.len()],
    /// How the web signals are spread over addresses.
    pub web: WebSignals,
    /// The earliest instant, in seconds since 1970.
    pub first_seen: Option<i64>,
    /// The latest instant, in seconds since 1970.
    pub last_seen: Option<i64>,
    /// What the runs that made these hosts knew about themselves.
    pub runs: Vec<RunRecord>,
}

impl Digest {
    /// An empty digest that keeps as many hosts as `needs` says; `floors` are those of a digest that it will be merged into.
    #[must_use]
    pub fn new(needs: Needs, floors: Floors) -> Self {
        let (top, urgent) = (Best::new(needs.top, floors.top), Best::new(needs.urgent, floors.urgent));
        Self { top, urgent, logins: Best::new(needs.logins, floors.logins), ..Self::default() }
    }

    /// What a digest that will be merged into this one need not keep.
    #[must_use]
    pub const fn floors(&self) -> Floors {
        Floors { top: self.top.floor, urgent: self.urgent.floor, logins: self.logins.floor }
    }

    /// Takes one host, which was read from `line`, and says whether reports show it.
    pub fn add(&mut self, host: &HostRecord<'_>, line: &[u8]) -> bool {
        let has_login = login::count(host) > 0;
        if has_login {
            self.logged_in += 1;
            self.logins.offer(Rank::by_login(host), host, line);
        }
        if host.score == 0 && !host.suspicious {
            self.unscored += 1;
            self.quiet_logins += u64::from(has_login);
            return false;
        }
        self.scored += 1;
        self.see(host.first_seen, host.last_seen);
        self.web.add(host);
        for (name, count) in &host.signals {
            if let Some(index) = index_of(&name.0) {
                self.signals[index] = self.signals[index].saturating_add(*count);
            }
        }
        if host.score > 0 {
            self.top.offer(Rank::by_score(host), host, line);
        }
        self.urgent.offer(Rank::by_urgency(host), host, line);
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
        self.urgent.merge(other.urgent);
        self.logins.merge(other.logins);
        self.logged_in += other.logged_in;
        self.scored += other.scored;
        self.unscored += other.unscored;
        self.quiet_logins += other.quiet_logins;
        self.malformed += other.malformed;
        self.suspicious += other.suspicious;
        self.break_ins += other.break_ins;
        self.see(other.first_seen, other.last_seen);
        self.web.merge(&other.web);
        other.scans.iter().for_each(|(state, times)| self.add_scans(state, *times));
        other.open_ports.into_iter().for_each(|(port, count)| *self.open_ports.entry(port).or_insert(0) += count);
        self.signals.iter_mut().zip(other.signals).for_each(|(sum, count)| *sum = sum.saturating_add(count));
        self.inputs.extend(other.inputs);
    }

    /// Puts the kept hosts in their order; called once, when everything was added.
    pub fn close(&mut self) {
        self.top.settle();
        self.urgent.settle();
        self.logins.settle();
    }

    /// Hosts that logged in, break-ins first.
    #[must_use]
    pub fn logins(&self) -> &[Kept] {
        &self.logins.kept
    }

    /// Hosts with the highest scores.
    #[must_use]
    pub fn top(&self) -> &[Kept] {
        &self.top.kept
    }

    /// Hosts by urgency: break-ins, other suspicious ones, the rest, each by score.
    #[must_use]
    pub fn urgent(&self) -> &[Kept] {
        &self.urgent.kept
    }

    /// How many suspicious hosts have a scan in `state`.
    #[must_use]
    pub fn scans_in(&self, state: &str) -> u64 {
        self.scans.get(state).copied().unwrap_or(0)
    }

    fn see(&mut self, first: Option<i64>, last: Option<i64>) {
        self.first_seen = [self.first_seen, first].into_iter().flatten().min();
        self.last_seen = [self.last_seen, last].into_iter().flatten().max();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::host::Scan;

    fn host(last: u8, score: u64) -> HostRecord<'static> {
        HostRecord { score, ..HostRecord::new([192, 0, 2, last].into()) }
    }

    fn addresses(kept: &[Kept]) -> Vec<String> {
        kept.iter().map(|kept| kept.host.ip.to_string()).collect()
    }

    #[test]
    fn the_first_are_kept_whatever_the_order_and_the_blocks() {
        let hosts = [host(1, 5), host(2, 9), host(3, 5), host(4, 7), host(5, 0)];
        for turn in 0..hosts.len() {
            for cut in 1..hosts.len() {
                let needs = Needs { top: 3, ..Needs::default() };
                let mut digest = Digest::new(needs, Floors::default());
                let turned: Vec<_> = (0..hosts.len()).map(|index| &hosts[(index + turn) % hosts.len()]).collect();
                for block in turned.chunks(cut) {
                    let mut part = Digest::new(needs, digest.floors());
                    for host in block {
                        part.add(host, b"");
                    }
                    digest.merge(part);
                }
                digest.close();
                assert_eq!(addresses(digest.top()), ["192.0.2.2", "192.0.2.4", "192.0.2.1"]);
                assert_eq!((digest.scored, digest.unscored), (4, 1));
            }
        }
    }

    #[test]
    fn break_ins_come_first_and_then_the_other_suspicious_hosts() {
        let mut digest = Digest::new(Needs { urgent: 3, ..Needs::default() }, Floors::default());
        let suspect = |last, score| HostRecord { suspicious: true, ..host(last, score) };
        for host in [host(1, 9000), suspect(2, 900), HostRecord { rules: vec![BREAK_IN.into()], ..suspect(3, 12) }] {
            digest.add(&host, b"");
        }
        digest.close();
        assert_eq!(addresses(digest.urgent()), ["192.0.2.3", "192.0.2.2", "192.0.2.1"]);
        assert_eq!((digest.suspicious, digest.break_ins), (2, 1));
    }

    #[test]
    fn of_equal_hosts_the_first_that_came_is_kept() {
        let mut digest = Digest::new(Needs { top: 1, ..Needs::default() }, Floors::default());
        for name in ["first", "second", "third"] {
            digest.add(&HostRecord { reason: Some(name.into()), ..host(1, 5) }, b"");
        }
        digest.close();
        assert_eq!(digest.top()[0].host.reason, Some("first".into()));
    }

    #[test]
    fn a_port_counts_once_for_each_suspicious_host() {
        let mut digest = Digest::default();
        let scan = Some(Scan { status: "complete".into(), open_ports: vec![22, 22, 80] });
        digest.add(&HostRecord { suspicious: true, scan: scan.clone(), ..host(1, 5) }, b"");
        digest.add(&HostRecord { suspicious: true, scan: scan.clone(), ..host(2, 5) }, b"");
        digest.add(&HostRecord { scan, ..host(3, 5) }, b"");
        assert_eq!(digest.open_ports, BTreeMap::from([(22, 2), (80, 2)]));
        assert_eq!(digest.scans_in("complete"), 2);
    }
}
