//! What pages are made of: the top hosts, the suspicious hosts, and how many there were of what. Bounded by the rows shown.

use std::cmp::Ordering;

use crate::record::host::HostRecord;

/// The rule whose hosts lead every summary: someone got in.
const BREAK_IN: &str = "ssh_breakin";

/// The first `limit` hosts of an order, whatever the order in which they come.
#[derive(Debug, Clone)]
pub struct Best {
    limit: usize,
    compare: fn(&HostRecord<'_>, &HostRecord<'_>) -> Ordering,
    hosts: Vec<HostRecord<'static>>,
}

impl Best {
    /// Keeps the hosts with the highest scores.
    #[must_use]
    pub fn by_score(limit: usize) -> Self {
        Self { limit, compare: by_score, hosts: Vec::new() }
    }

    /// Keeps break-ins first, then the highest scores.
    #[must_use]
    pub fn by_urgency(limit: usize) -> Self {
        Self { limit, compare: |a, b| is_break_in(b).cmp(&is_break_in(a)).then_with(|| by_score(a, b)), hosts: Vec::new() }
    }

    /// Keeps `host` if it is among the first.
    pub fn offer(&mut self, host: &HostRecord<'_>) {
        let place = self.hosts.partition_point(|kept| (self.compare)(kept, host) != Ordering::Greater);
        if place < self.limit {
            self.hosts.truncate(self.limit - 1);
            self.hosts.insert(place, host.to_owned());
        }
    }

    /// The hosts, first first.
    #[must_use]
    pub fn hosts(&self) -> &[HostRecord<'static>] {
        &self.hosts
    }
}

/// Highest score first, then the lowest address.
fn by_score(a: &HostRecord<'_>, b: &HostRecord<'_>) -> Ordering {
    b.score.cmp(&a.score).then_with(|| a.ip.cmp(&b.ip))
}

/// Whether the rules say that a login succeeded after many failures.
#[must_use]
pub fn is_break_in(host: &HostRecord<'_>) -> bool {
    host.rules.iter().any(|rule| rule.0 == BREAK_IN)
}

/// A stream of hosts, as far as pages need it.
#[derive(Debug, Clone)]
pub struct Digest {
    /// Hosts with the highest scores.
    pub top: Best,
    /// Suspicious hosts, break-ins first.
    pub suspects: Best,
    /// Hosts that reports show: with a score, or suspicious for another reason.
    pub scored: u64,
    /// Hosts with no score, left out of reports.
    pub unscored: u64,
    /// Suspicious hosts.
    pub suspicious: u64,
    /// Suspicious hosts that were not scanned because of the scope.
    pub out_of_scope: u64,
    /// The earliest instant, in seconds since 1970.
    pub first_seen: Option<i64>,
    /// The latest instant, in seconds since 1970.
    pub last_seen: Option<i64>,
}

impl Digest {
    /// An empty digest that keeps `top` hosts by score and `suspects` suspicious ones.
    #[must_use]
    pub fn new(top: usize, suspects: usize) -> Self {
        Self {
            top: Best::by_score(top),
            suspects: Best::by_urgency(suspects),
            scored: 0,
            unscored: 0,
            suspicious: 0,
            out_of_scope: 0,
            first_seen: None,
            last_seen: None,
        }
    }

    /// Takes one host, and says whether reports show it.
    pub fn add(&mut self, host: &HostRecord<'_>) -> bool {
        if host.score == 0 && !host.suspicious {
            self.unscored += 1;
            return false;
        }
        self.scored += 1;
        self.see(host.first_seen, host.last_seen);
        if host.score > 0 {
            self.top.offer(host);
        }
        if host.suspicious {
            self.suspicious += 1;
            self.out_of_scope += u64::from(host.scan.as_ref().is_some_and(|scan| scan.status.0 == "out_of_scope"));
            self.suspects.offer(host);
        }
        true
    }

    /// Takes everything that `other` knows.
    pub fn merge(&mut self, other: &Self) {
        other.top.hosts().iter().for_each(|host| self.top.offer(host));
        other.suspects.hosts().iter().for_each(|host| self.suspects.offer(host));
        self.scored += other.scored;
        self.unscored += other.unscored;
        self.suspicious += other.suspicious;
        self.out_of_scope += other.out_of_scope;
        self.see(other.first_seen, other.last_seen);
    }

    fn see(&mut self, first: Option<i64>, last: Option<i64>) {
        self.first_seen = [self.first_seen, first].into_iter().flatten().min();
        self.last_seen = [self.last_seen, last].into_iter().flatten().max();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(last: u8, score: u64) -> HostRecord<'static> {
        HostRecord { score, ..HostRecord::new([192, 0, 2, last].into()) }
    }

    #[test]
    fn the_first_are_kept_whatever_the_order_of_the_input() {
        let hosts = [host(1, 5), host(2, 9), host(3, 5), host(4, 7), host(5, 0)];
        for turn in 0..hosts.len() {
            let mut digest = Digest::new(3, 3);
            for index in 0..hosts.len() {
                digest.add(&hosts[(index + turn) % hosts.len()]);
            }
            let kept: Vec<_> = digest.top.hosts().iter().map(|h| h.ip.to_string()).collect();
            assert_eq!(kept, ["192.0.2.2", "192.0.2.4", "192.0.2.1"]);
            assert_eq!((digest.scored, digest.unscored), (4, 1));
        }
    }

    #[test]
    fn break_ins_come_before_higher_scores() {
        let mut digest = Digest::new(5, 1);
        let break_in = HostRecord { suspicious: true, rules: vec![BREAK_IN.into()], ..host(1, 12) };
        digest.add(&HostRecord { suspicious: true, ..host(2, 900) });
        digest.add(&break_in);
        assert_eq!(digest.suspects.hosts(), [break_in]);
    }
}
