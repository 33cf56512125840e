//! The order in which hosts are written.

use std::net::IpAddr;

use crate::aggregate::table::{AggregatedHost, Table};
use crate::base::net::Zone;
use crate::score::Config;

/// The index of a host with what it is ranked by. Plain numbers compare faster than addresses, and one faster than four (measured:
/// `cargo bench sort`).
#[derive(Debug, Clone, Copy)]
struct Ranked {
    /// The largest number for the lowest score; then IPv4 first; then the address, or the first half of one of IPv6.
    prefix: u128,
    index: u32,
}

/// The hosts, highest score first, then by address.
pub(super) fn rank<'t>(config: &Config, table: &'t Table) -> impl Iterator<Item = &'t AggregatedHost> {
    let hosts = table.hosts();
    // What is only known from other stages is no host.
    let indexes = (0..).zip(hosts).filter(|(_, host)| host.tally.is_counted());
    let mut ranked: Vec<_> = indexes
        .map(|(index, host)| Ranked { prefix: prefix(config.weights.score(&host.tally, table.names()).0, &host.ip.ip), index })
        .collect();
    ranked.sort_unstable_by_key(|ranked| ranked.prefix);
    // Hosts of one half of an address, of one address with several zones, and networks that are called by an address.
    let host_of = |ranked: &Ranked| &hosts[ranked.index as usize];
    for alike in ranked.chunk_by_mut(|one, other| one.prefix == other.prefix).filter(|alike| alike.len() > 1) {
        alike.sort_unstable_by_key(|ranked| rest(host_of(ranked)));
    }
    ranked.into_iter().map(move |ranked| &hosts[ranked.index as usize])
}

fn prefix(score: u64, ip: &IpAddr) -> u128 {
    let address = match ip {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => 1 << 63 | v6.to_bits() >> 65,
    };
    u128::from(!score) << 64 | address
}

/// What two hosts with one prefix are ranked by. A network may be called by an address that is a host of its own, which comes first.
fn rest(host: &AggregatedHost) -> (IpAddr, Zone, bool) {
    (host.ip.ip, host.ip.zone().unwrap_or_default(), host.is_network)
}
