//! Whether nearly all web signals are of one private or loopback address: then it is most likely a proxy's, and its clients' deeds
//! stand under its name.

use std::cmp::Reverse;

use crate::base::net::{Address, is_local};
use crate::record::host::HostRecord;
use crate::report::lang::{Lang, ONE_LOCAL_ADDRESS};

/// How many signals it takes to say anything about all of them, and which share of them is nearly all, in percent.
const LEAST_SIGNALS: u64 = 100;
const NEARLY_ALL_PERCENT: u64 = 90;

/// The web signals of all hosts, and those of the local address that has most.
#[derive(Debug, Clone, Default)]
pub(crate) struct WebSignals {
    total: u64,
    most: Option<(u64, Reverse<Address>)>,
}

impl WebSignals {
    pub(crate) fn add(&mut self, host: &HostRecord<'_>) {
        let of_web = host.signals.iter().filter(|(name, _)| name.0.starts_with("http_"));
        let count = of_web.fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
        self.total = self.total.saturating_add(count);
        if is_local(host.ip.ip) {
            self.most = self.most.max(Some((count, Reverse(host.ip))));
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.total = self.total.saturating_add(other.total);
        self.most = self.most.max(other.most);
    }

    /// What to say where nearly all are of one local address.
    pub(crate) fn hint(&self, lang: Lang) -> Option<String> {
        let (count, Reverse(ip)) = self.most?;
        let is_nearly_all =
            self.total >= LEAST_SIGNALS && u128::from(count) * 100 >= u128::from(self.total) * u128::from(NEARLY_ALL_PERCENT);
        is_nearly_all.then(|| lang.fill(ONE_LOCAL_ADDRESS, &[&lang.number(count), &lang.number(self.total), &ip.to_string()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(ip: [u8; 4], signals: &[(&'static str, u64)]) -> HostRecord<'static> {
        HostRecord { signals: signals.iter().map(|&(name, count)| (name.into(), count)).collect(), ..HostRecord::new(ip.into()) }
    }

    #[test]
    fn one_local_address_is_named_where_nearly_all_web_signals_are_its_own() {
        for (ip, its, others, is_said) in
            [([10, 0, 0, 5], 95, 10, true), ([10, 0, 0, 5], 95, 11, false), ([10, 0, 0, 5], 99, 0, false), ([192, 0, 2, 5], 990, 0, false)]
        {
            let hosts =
                [host(ip, &[("http_404", its), ("ssh_failed", 7)]), host([198, 51, 100, 1], &[("http_bot", others), ("ssh_failed", 900)])];
            for order in [[0, 1], [1, 0]] {
                let mut signals = WebSignals::default();
                for nth in order {
                    let mut part = WebSignals::default();
                    part.add(&hosts[nth]);
                    signals.merge(&part);
                }
                assert_eq!(signals.hint(Lang::En).is_some(), is_said, "{ip:?} {its} {others}");
            }
        }
    }
}
