//! The orders in which pages show hosts.

use std::cmp::Reverse;

use crate::base::net::Address;
use crate::record::host::HostRecord;
use crate::report::data::is_break_in;
use crate::report::login;

/// A host's place in an order: the greatest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rank {
    break_in: bool,
    suspicious: bool,
    /// The score, or what stands in its place.
    pub score: u64,
    at: i64,
    ip: Reverse<Address>,
}

impl Rank {
    /// Highest score first, then the lowest address.
    pub(crate) const fn by_score(host: &HostRecord<'_>) -> Self {
        Self { break_in: false, suspicious: false, score: host.score, at: 0, ip: Reverse(host.ip) }
    }

    /// Break-ins first, then suspicious hosts, then by score.
    pub(crate) fn by_urgency(host: &HostRecord<'_>) -> Self {
        Self { break_in: is_break_in(host), suspicious: host.suspicious, ..Self::by_score(host) }
    }

    /// Of hosts that logged in: break-ins first, then those after most failures, then the latest.
    pub(crate) fn by_login(host: &HostRecord<'_>) -> Self {
        let at = login::told(host).map(|told| told.at()).or(host.last_seen).unwrap_or(i64::MIN);
        let (break_in, score) = (host.suspicious && is_break_in(host), host.failed_before_login.unwrap_or(0));
        Self { break_in, score, at, ..Self::by_score(host) }
    }
}
