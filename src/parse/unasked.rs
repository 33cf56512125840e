//! Signals that would have fired if the run had asked for them: whether somebody attacked although no signal says so.
//!
//! Of messages the template says what they mean, so nothing has to be searched for. Of requests, what costs much is looked for on the first
//! lines of an input and on some of those behind them (see `detect`); a count is then about right, and the same in every run.

use std::collections::HashMap;

use ahash::RandomState;

use crate::record::signal::SIGNALS;

/// More than so many of one address are an attack, as in the default rules.
const ATTACK: u64 = 50;
/// How many addresses are told apart for a signal; later ones are not counted.
const MOST_ADDRESSES: usize = 4096;

/// How often a signal would have fired, by address.
#[derive(Debug, Default)]
struct Addresses {
    counts: HashMap<Box<[u8]>, u64, RandomState>,
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
        let times = std::mem::take(&mut self.run);
        let has_room = self.counts.len() < MOST_ADDRESSES;
        match self.counts.get_mut(&*self.last) {
            Some(count) => *count += times,
            None if times > 0 && has_room => drop(self.counts.insert(self.last.as_slice().into(), times)),
            None => {}
        }
    }
}

/// How often which signals would have fired.
#[derive(Debug, Default)]
pub struct Unasked(Vec<(usize, Addresses)>);

impl Unasked {
    /// The signal with this index of the table would have fired on `address`.
    pub fn add(&mut self, signal: usize, address: &[u8], times: u64) {
        let at = self.0.iter().position(|&(known, _)| known == signal).unwrap_or_else(|| {
            self.0.push((signal, Addresses::default()));
            self.0.len() - 1
        });
        self.0[at].1.add(address, times);
    }

    /// Adds what `other` has.
    pub fn merge(&mut self, mut other: Self) {
        for (signal, addresses) in &mut other.0 {
            addresses.flush();
            addresses.counts.iter().for_each(|(address, &times)| self.add(*signal, address, times));
        }
    }

    /// One sentence for each signal that would have told of an attack.
    pub fn hints(mut self) -> Vec<String> {
        self.0.sort_by_key(|&(signal, _)| signal);
        self.0.into_iter().filter_map(|(signal, addresses)| show(SIGNALS[signal].name, addresses)).collect()
    }
}

fn show(name: &str, mut addresses: Addresses) -> Option<String> {
    addresses.flush();
    let attacks: Vec<_> = addresses.counts.iter().filter(|&(_, &count)| count > ATTACK).collect();
    let (address, count) = attacks.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)))?;
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
