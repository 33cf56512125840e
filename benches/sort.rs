//! Hosts sorted by score and address, as one number, as plain numbers and as addresses.

use std::cmp::Reverse;
use std::net::{IpAddr, Ipv4Addr};

use divan::Bencher;
use divan::counter::ItemsCount;

use crate::sample::drawn;

const HOSTS: u32 = 100_000;

fn score_and_address(nth: u32) -> (u64, u32) {
    (drawn(nth as usize, 50), u32::try_from(drawn((HOSTS + nth) as usize, 1 << 32)).expect("below"))
}

/// Score, family of the address, its halves.
#[divan::bench]
fn numbers(bencher: Bencher) {
    let number = |nth| {
        let (score, address) = score_and_address(nth);
        (u64::MAX - score, 4_u16, 0_u64, u64::from(address), nth)
    };
    bencher.counter(ItemsCount::new(HOSTS)).with_inputs(|| (0..HOSTS).map(number).collect::<Vec<_>>()).bench_local_values(|mut hosts| {
        hosts.sort_unstable();
        hosts
    });
}

/// Score and address in one number: what soar-score sorts.
#[divan::bench]
fn prefixes(bencher: Bencher) {
    let prefix = |nth| {
        let (score, address) = score_and_address(nth);
        (u128::from(u64::MAX - score) << 64 | u128::from(address), nth)
    };
    bencher.counter(ItemsCount::new(HOSTS)).with_inputs(|| (0..HOSTS).map(prefix).collect::<Vec<_>>()).bench_local_values(|mut hosts| {
        hosts.sort_unstable_by_key(|host| host.0);
        hosts
    });
}

#[divan::bench]
fn addresses(bencher: Bencher) {
    let address = |nth| {
        let (score, address) = score_and_address(nth);
        (Reverse(score), IpAddr::from(Ipv4Addr::from_bits(address)), nth)
    };
    bencher.counter(ItemsCount::new(HOSTS)).with_inputs(|| (0..HOSTS).map(address).collect::<Vec<_>>()).bench_local_values(|mut hosts| {
        hosts.sort_unstable();
        hosts
    });
}
