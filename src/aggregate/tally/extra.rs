//! What not every run, or not every address, has: apart from the counts, and what few have apart from that again, since there may be
//! millions of addresses.

use crate::aggregate::interner::SignalId;
use crate::aggregate::login_order::LoginOrderBuilder;
use crate::aggregate::tally::services::ServiceCounts;
use crate::aggregate::tally::{Counts, EvidencePosition, Other};
use crate::aggregate::timeline::HostTimeline;
use crate::record::host::SeenAt;
use crate::record::host::carried::Carried;
use crate::record::host::partial::Distinct;

/// What most addresses of a live run have.
#[derive(Debug, Clone, Default)]
pub(crate) struct Extra {
    pub(crate) evidence: Vec<(SignalId, EvidencePosition)>,
    pub(crate) series: Vec<(SignalId, Counts)>,
    pub(crate) order: Option<Box<LoginOrderBuilder>>,
    pub(crate) alerted: Vec<(usize, i64)>,
    pub(crate) rare: Option<Box<Rare>>,
}

/// What few addresses have, or few runs keep.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rare {
    pub(crate) others: Vec<(SignalId, Other)>,
    pub(crate) users: Distinct,
    pub(crate) paths: Distinct,
    pub(crate) services: Option<Box<ServiceCounts>>,
    pub(crate) timeline: Option<Box<HostTimeline>>,
    pub(crate) ip_last_seen: Option<SeenAt>,
    pub(crate) carried: Option<Box<Carried>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_of_a_live_run_takes_little() {
        assert!(size_of::<Extra>() <= 88);
        assert!(size_of::<Rare>() <= 112);
    }
}
