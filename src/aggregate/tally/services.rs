//! Logins by service, of those services that `event.dataset` names.
//!
//! A host has the first so many by name: one that is among the first of everything is among the first of each part, so which they are is
//! the same for any order and any split, and so are their counts.

use std::sync::Arc;

use crate::aggregate::tally::HostAggregate;
use crate::record::MAX_INTEGER;
use crate::record::host::service::{MOST_SERVICES, SSH};
use crate::record::signal::SSH_LOGINS;

/// Logins, refused and let in, by service in the order of their names.
#[derive(Debug, Clone, Default)]
pub(crate) struct ServiceCounts(Vec<(Arc<str>, u64)>);

impl ServiceCounts {
    /// Adds logins at a service; `false`: there are too many services, and one is left out.
    fn add(&mut self, name: &Arc<str>, count: u64) -> bool {
        match self.0.binary_search_by(|(other, _)| (**other).cmp(name)) {
            Ok(index) => self.0[index].1 = self.0[index].1.saturating_add(count).min(MAX_INTEGER),
            Err(index) if index >= MOST_SERVICES => return false,
            Err(index) => self.0.insert(index, (Arc::clone(name), count.min(MAX_INTEGER))),
        }
        let has_room = self.0.len() <= MOST_SERVICES;
        self.0.truncate(MOST_SERVICES);
        has_room
    }

    /// How many bytes it takes, about, with what the allocator adds.
    pub(crate) fn heap_bytes(&self) -> usize {
        // A name may be shared with other hosts of its block, or not.
        let names = self.0.iter().map(|(name, _)| name.len() + 32).sum::<usize>();
        size_of::<Self>() + 32 + self.0.capacity() * size_of::<(Arc<str>, u64)>() + names
    }
}

impl HostAggregate {
    /// Adds logins at a service beside sshd; `false`: a service is left out.
    pub(crate) fn count_logins(&mut self, service: &Arc<str>, count: u64) -> bool {
        self.rare_mut().services.get_or_insert_default().add(service, count)
    }

    /// Logins, refused and let in, by service in the order of their names; sshd's are known from its signals.
    pub(crate) fn services(&self) -> impl Iterator<Item = (&str, u64)> {
        let others = self.rare().and_then(|rare| rare.services.as_deref()).map_or(&[][..], |services| &services.0);
        let (before, behind) = others.split_at(others.partition_point(|(name, _)| **name < *SSH));
        let ssh = Some((SSH, self.count_of_any(SSH_LOGINS).min(MAX_INTEGER))).filter(|&(_, count)| count > 0);
        told(before).chain(ssh).chain(told(behind))
    }
}

fn told(services: &[(Arc<str>, u64)]) -> impl Iterator<Item = (&str, u64)> {
    services.iter().map(|(name, count)| (&**name, *count))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::interner::SignalId;

    #[test]
    fn sshd_stands_among_the_others_by_name() {
        let mut tally = HostAggregate::default();
        assert_eq!(tally.services().count(), 0);
        tally.count(SignalId::known(0), 40);
        for (service, count) in [("vsftpd", 1), ("dovecot", 5), ("dovecot", 7), ("asterisk", MAX_INTEGER), ("asterisk", 1)] {
            assert!(tally.count_logins(&service.into(), count));
        }
        let told: Vec<_> = tally.services().collect();
        assert_eq!(told, [("asterisk", MAX_INTEGER), ("dovecot", 12), ("ssh", 40), ("vsftpd", 1)]);
    }

    proptest! {
        #[test]
        fn the_first_by_name_are_counted_whatever_the_order_and_the_parts(
            logins in proptest::collection::vec((0..200_u32, 1..9_u64), 0..300), cut in 0..300_usize,
        ) {
            let of = |logins: &[(u32, u64)]| {
                let mut services = ServiceCounts::default();
                for (service, count) in logins {
                    services.add(&format!("s{service:03}").into(), *count);
                }
                services.0
            };
            let mut wanted = std::collections::BTreeMap::new();
            for &(service, count) in &logins {
                *wanted.entry(Arc::from(format!("s{service:03}"))).or_insert(0) += count;
            }
            let wanted: Vec<_> = wanted.into_iter().take(MOST_SERVICES).collect();
            prop_assert_eq!(&of(&logins), &wanted);
            let (early, late) = logins.split_at(cut.min(logins.len()));
            let mut merged = ServiceCounts::default();
            for (name, count) in of(late).iter().chain(&of(early)) {
                merged.add(name, *count);
            }
            prop_assert_eq!(&merged.0, &wanted);
        }
    }
}
