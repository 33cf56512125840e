//! What a run remembers of clients for people: whose lines can be read in more than one way, and whether nearly all requests come from
//! one address that a proxy may have. Bounded, whatever logs hold.

use std::collections::BTreeMap;

use crate::base::net;
use crate::base::net::{Address, AddressSet};

/// How many different clients are told apart; those that come later are counted together.
const MOST_CLIENTS: usize = 1024;
/// How many are named.
const NAMED: usize = 3;
/// How many requests it takes to say anything about all of them, and which share of them is nearly all, in percent.
const LEAST_REQUESTS: u64 = 100;
const NEARLY_ALL_PERCENT: u64 = 90;

/// How often each client was met.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    counts: BTreeMap<Box<[u8]>, u64>,
    others: u64,
}

impl Clients {
    /// Meets `client` some times more.
    pub(crate) fn add(&mut self, client: &[u8], times: u64) {
        let has_room = self.counts.len() < MOST_CLIENTS;
        match self.counts.get_mut(client) {
            Some(count) => *count += times,
            None if has_room => drop(self.counts.insert(client.into(), times)),
            None => self.others += times,
        }
    }

    /// Adds what `other` met.
    pub(crate) fn merge(&mut self, other: &Self) {
        other.counts.iter().for_each(|(client, &times)| self.add(client, times));
        self.others += other.others;
    }

    /// How often any was met.
    pub(crate) fn total(&self) -> u64 {
        self.counts.values().sum::<u64>() + self.others
    }

    /// Those that were met most, each with how often.
    fn most(&self) -> Vec<(&[u8], u64)> {
        let mut all: Vec<_> = self.counts.iter().map(|(client, &count)| (&**client, count)).collect();
        all.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
        all.truncate(NAMED);
        all
    }

    /// The same in words; `None` where none was met.
    pub(crate) fn show_most(&self) -> Option<String> {
        let most: Vec<_> = self.most().iter().map(|(client, count)| format!("{} ({count})", String::from_utf8_lossy(client))).collect();
        (!most.is_empty()).then(|| most.join(", "))
    }
}

/// Whose requests became events: how many there were, and those of addresses that a proxy in front of the server can have.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    total: u64,
    local: Clients,
}

impl Requests {
    /// Meets one of `client`.
    #[inline]
    pub(crate) fn add(&mut self, client: &[u8]) {
        self.total += 1;
        if may_be_local(client) && net::parse_address(client).is_some_and(net::is_local) {
            self.local.add(client, 1);
        }
    }

    /// Adds what `other` met.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.total += other.total;
        self.local.merge(&other.local);
    }

    /// What to say where nearly all came from one such address, by which addresses are `trusted` as proxies.
    pub(crate) fn proxy_hint(&self, trusted: Option<&AddressSet>) -> Option<String> {
        let (client, count) = *self.local.most().first()?;
        let is_nearly_all = self.total >= LEAST_REQUESTS && count * 100 >= self.total * NEARLY_ALL_PERCENT;
        let (client, total) = (String::from_utf8_lossy(client), self.total);
        let is_trusted = client.parse::<Address>().is_ok_and(|ip| trusted.is_some_and(|trusted| trusted.contains(ip)));
        let mend = if is_trusted { String::new() } else { format!(" and give --trusted-proxy {client}") };
        is_nearly_all.then(|| {
            format!(
                "{count} of {total} requests that became events come from {client}, which is not a public address: if it is your \
                 proxy, its clients are all counted as one; let the server log X-Forwarded-For{mend}"
            )
        })
    }
}

/// Tells nearly every public address apart by how it starts.
fn may_be_local(client: &[u8]) -> bool {
    match client.first() {
        Some(b'1') => [&b"10."[..], b"127.", b"192.168.", b"172.", b"100.", b"169.254."].iter().any(|start| client.starts_with(start)),
        Some(b':' | b'f' | b'F') => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_wants_nearly_all_of_many_requests_from_one_address_of_no_internet() {
        for (client, of_it, others, is_said) in [
            ("10.0.0.5", 90, 10, true),
            ("10.0.0.5", 89, 11, false),
            ("10.0.0.5", 99, 0, false),
            ("127.0.0.1", 1000, 0, true),
            ("172.17.0.1", 1000, 0, true),
            ("172.15.0.1", 1000, 0, false),
            ("100.64.0.1", 1000, 0, true),
            ("100.63.0.1", 1000, 0, false),
            ("192.168.1.1", 1000, 0, true),
            ("::1", 1000, 0, true),
            ("::ffff:10.0.0.5", 1000, 0, true),
            ("fd00::1", 1000, 0, true),
            ("fe80::1", 1000, 0, true),
            ("192.0.2.1", 1000, 0, false),
            ("2001:db8::1", 1000, 0, false),
            ("f.example", 1000, 0, false),
        ] {
            let mut requests = Requests::default();
            (0..of_it).for_each(|_| requests.add(client.as_bytes()));
            (0..others).for_each(|_| requests.add(b"198.51.100.1"));
            assert_eq!(requests.proxy_hint(None).is_some(), is_said, "{client}: {of_it}, {others}");
            assert!(requests.proxy_hint(None).is_none_or(|hint| hint.ends_with(&format!("--trusted-proxy {client}"))));
            let given = AddressSet::any();
            assert!(requests.proxy_hint(Some(&given)).is_none_or(|hint| hint.ends_with("let the server log X-Forwarded-For")));
        }
    }

    #[test]
    fn no_more_clients_are_remembered_than_may_be() {
        let mut clients = Clients::default();
        (0..5000).for_each(|n| clients.add(format!("h{n}").as_bytes(), 2));
        clients.add(b"h7", 1);
        assert_eq!((clients.counts.len(), clients.total()), (MOST_CLIENTS, 10_001));
        assert_eq!(clients.show_most().as_deref(), Some("h7 (3), h0 (2), h1 (2)"));
    }
}
