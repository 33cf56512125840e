//! Signals that would have fired if the run had asked for them: whether somebody attacked although no signal says so.
//!
//! Of messages the template says what they mean, so nothing has to be searched for. Requests in which probes and attacks may stand are kept, of
//! the first lines of an input and of some of those behind them (see `detect`), and looked at once their client sent more than a few: most
//! runs never need the patterns. A count is then about right.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::Ipv4Addr;

use ahash::RandomState;

use crate::base::net::parse_ipv4;
use crate::parse::access::escaping::Escaping;
use crate::parse::access::request::Web;
use crate::record::signal::{SIGNALS, SignalSet};

/// More than so many of one address are an attack, as in the default rules.
const ATTACK: u64 = 50;
/// How many addresses are told apart for a signal; later ones are not counted.
const MOST_ADDRESSES: usize = 4096;

/// How often a signal would have fired, by address. Nearly all are IPv4, of which one is told from others by four bytes.
#[derive(Debug, Default)]
struct Addresses {
    v4: HashMap<u32, u64, RandomState>,
    others: HashMap<Box<[u8]>, u64, RandomState>,
    /// The address of the last one, and how often it came in a row: attackers come in bursts.
    last: Vec<u8>,
    run: u64,
}

impl Addresses {
    fn add(&mut self, address: &[u8], times: u64) {
        if self.last != address {
            self.flush();
            self.last.clear();
            self.last.extend_from_slice(address);
        }
        self.run += times;
    }

    fn flush(&mut self) {
        let (times, has_room) = (std::mem::take(&mut self.run), self.has_room());
        match parse_ipv4(&self.last) {
            Some(v4) => self.add_v4(v4.to_bits(), times),
            None => match self.others.get_mut(&*self.last) {
                Some(count) => *count += times,
                None if times > 0 && has_room => drop(self.others.insert(self.last.as_slice().into(), times)),
                None => {}
            },
        }
    }

    fn add_v4(&mut self, bits: u32, times: u64) {
        let has_room = self.has_room();
        match self.v4.get_mut(&bits) {
            Some(count) => *count += times,
            None if times > 0 && has_room => drop(self.v4.insert(bits, times)),
            None => {}
        }
    }

    fn has_room(&self) -> bool {
        self.v4.len() + self.others.len() < MOST_ADDRESSES
    }

    /// Every address with its count.
    fn all(&self) -> impl Iterator<Item = (Cow<'_, [u8]>, u64)> {
        let v4 = self.v4.iter().map(|(&bits, &count)| (Ipv4Addr::from_bits(bits).to_string().into_bytes().into(), count));
        v4.chain(self.others.iter().map(|(address, &count)| (Cow::Borrowed(&**address), count)))
    }
}

/// How much of the requests that are kept may be held before they are looked at, in bytes.
const MOST_KEPT: usize = 1 << 20;
/// Of a longer text no more is kept, in bytes.
const LONGEST_TEXT: usize = 4 << 10;

/// A request that is looked at once its client sent more than a few like it.
#[derive(Debug)]
struct KeptRequest {
    client: Box<[u8]>,
    request: Option<Box<[u8]>>,
    referrer: Option<Box<[u8]>>,
    agent: Option<Box<[u8]>>,
    status: Option<u16>,
    escaping: Escaping,
    /// The signals that may fire on it.
    signals: SignalSet,
    /// For how many it stands.
    times: u64,
}

impl KeptRequest {
    fn of(web: &Web<'_>, signals: SignalSet, times: u64) -> Self {
        let keep = |text: Option<&[u8]>| text.map(|text| text[..text.len().min(LONGEST_TEXT)].into());
        Self {
            client: web.client.into(),
            request: keep(web.request),
            referrer: keep(web.referrer),
            agent: keep(web.agent),
            status: web.status,
            escaping: web.escaping,
            signals,
            times,
        }
    }

    fn web(&self) -> Web<'_> {
        Web {
            request: self.request.as_deref(),
            referrer: self.referrer.as_deref(),
            agent: self.agent.as_deref(),
            status: self.status,
            escaping: self.escaping,
            ..Web::of(&self.client)
        }
    }

    fn bytes(&self) -> usize {
        let len = |text: &Option<Box<[u8]>>| text.as_ref().map_or(0, |text| text.len());
        size_of::<Self>() + self.client.len() + len(&self.request) + len(&self.referrer) + len(&self.agent)
    }
}

/// How often which signals would have fired.
#[derive(Debug, Default)]
pub(crate) struct Unasked {
    counts: Vec<(usize, Addresses)>,
    kept: Vec<KeptRequest>,
    kept_bytes: usize,
}

impl Unasked {
    /// The signal with this index of the table would have fired on `address`.
    pub(super) fn add(&mut self, signal: usize, address: &[u8], times: u64) {
        self.addresses(signal).add(address, times);
    }

    fn addresses(&mut self, signal: usize) -> &mut Addresses {
        let at = self.counts.iter().position(|&(known, _)| known == signal).unwrap_or_else(|| {
            self.counts.push((signal, Addresses::default()));
            self.counts.len() - 1
        });
        &mut self.counts[at].1
    }

    /// Keeps a request on which `signals` may fire, and which stands for `times`; `fires` says whether one does.
    pub(super) fn keep(&mut self, web: &Web<'_>, signals: SignalSet, times: u64, fires: impl FnMut(usize, &Web<'_>) -> bool) {
        let kept = KeptRequest::of(web, signals, times);
        self.kept_bytes += kept.bytes();
        self.kept.push(kept);
        if self.kept_bytes > MOST_KEPT {
            self.look(fires);
            // Many clients that sent a few each: no room is left for all of them.
            if self.kept_bytes > MOST_KEPT / 2 {
                (self.kept, self.kept_bytes) = (Vec::new(), 0);
            }
        }
    }

    /// Looks at what was kept of clients that sent more than a few in which a signal may stand.
    pub(super) fn look(&mut self, mut fires: impl FnMut(usize, &Web<'_>) -> bool) {
        let mut sums: HashMap<(&[u8], usize), u64, RandomState> = HashMap::default();
        for kept in &self.kept {
            kept.signals.indexes().for_each(|signal| *sums.entry((&kept.client, signal)).or_default() += kept.times);
        }
        let likely = |kept: &KeptRequest| {
            let signals = kept.signals.indexes().filter(|&signal| sums[&(&*kept.client, signal)] > ATTACK);
            signals.fold(SignalSet::NONE, SignalSet::with)
        };
        let likely: Vec<_> = self.kept.iter().map(likely).collect();
        let mut others = Vec::new();
        for (mut kept, signals) in std::mem::take(&mut self.kept).into_iter().zip(likely) {
            for signal in signals.indexes().filter(|&signal| fires(signal, &kept.web())) {
                self.add(signal, &kept.client, kept.times);
            }
            kept.signals = kept.signals.difference(signals);
            if !kept.signals.is_empty() {
                others.push(kept);
            }
        }
        self.kept_bytes = others.iter().map(KeptRequest::bytes).sum();
        self.kept = others;
    }

    /// Adds what `other` has.
    pub(super) fn merge(&mut self, mut other: Self) {
        for (signal, addresses) in &mut other.counts {
            addresses.flush();
            let known = self.addresses(*signal);
            addresses.v4.iter().for_each(|(&bits, &times)| known.add_v4(bits, times));
            addresses.others.iter().for_each(|(address, &times)| known.add(address, times));
        }
        self.kept.append(&mut other.kept);
        self.kept_bytes += other.kept_bytes;
    }

    /// One sentence for each signal that would have told of an attack.
    pub(crate) fn hints(mut self) -> Vec<String> {
        self.counts.sort_by_key(|&(signal, _)| signal);
        self.counts.into_iter().filter_map(|(signal, addresses)| show(SIGNALS[signal].name, addresses)).collect()
    }
}

fn show(name: &str, mut addresses: Addresses) -> Option<String> {
    addresses.flush();
    let attacks: Vec<_> = addresses.all().filter(|&(_, count)| count > ATTACK).collect();
    let (address, count) = attacks.iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(&a.0)))?;
    let address = String::from_utf8_lossy(address);
    let others = match attacks.len() - 1 {
        0 => String::new(),
        others => format!(" (and {others} more)"),
    };
    Some(format!("{address}{others}: {count} times {name}, a signal that this run does not look for: --signals default,{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::signal::index_of;

    #[test]
    fn more_than_fifty_of_one_address_are_told_whatever_block_they_are_in() {
        let signal = index_of("ssh_invalid_user").expect("a signal");
        let mut all = Unasked::default();
        for block in 0..3 {
            let mut unasked = Unasked::default();
            (0..17).for_each(|_| unasked.add(signal, b"192.0.2.1", 1));
            unasked.add(signal, b"192.0.2.2", if block == 0 { 50 } else { 0 });
            all.merge(unasked);
        }
        assert_eq!(
            all.hints(),
            ["192.0.2.1: 51 times ssh_invalid_user, a signal that this run does not look for: --signals default,ssh_invalid_user"]
        );
    }
}
