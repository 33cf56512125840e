//! The order in which hosts are written.

use std::net::IpAddr;

use crate::aggregate::table::{AggregatedHost, Table};
use crate::base::net::Zone;
use crate::score::Config;

/// The index of a host with what it is ranked by. Plain numbers compare faster than addresses (measured: `cargo bench sort`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ranked {
    /// The largest number for the lowest score.
    rank: u64,
    /// IPv4 first, then by value.
    family: u16,
    high: u64,
    low: u64,
    zone: Zone,
    /// A network may be called by an address that is a host of its own, which comes first.
    is_network: bool,
    index: u32,
}

/// The hosts, highest score first, then by address.
pub fn rank<'t>(config: &Config, table: &'t Table) -> impl Iterator<Item = &'t AggregatedHost> {
    // What is only known from other stages is no host.
    let indexes = (0..).zip(table.hosts()).filter(|(_, host)| host.tally.is_counted());
    let mut ranked: Vec<_> =
        indexes.map(|(index, host)| Ranked::new(config.weights.score(&host.tally, table.names()).0, host, index)).collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|ranked| &table.hosts()[ranked.index as usize])
}

impl Ranked {
    fn new(score: u64, host: &AggregatedHost, index: u32) -> Self {
        let (family, bits) = match host.ip.ip {
            IpAddr::V4(v4) => (4, v4.to_bits().into()),
            IpAddr::V6(v6) => (6, v6.to_bits()),
        };
        // Cut into halves.
        #[allow(clippy::cast_possible_truncation)]
        let (high, low) = ((bits >> 64) as u64, bits as u64);
        Self { rank: !score, family, high, low, zone: host.ip.zone().unwrap_or_default(), is_network: host.is_network, index }
    }
}
