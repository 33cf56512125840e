//! Hosts: written by soar-score, read by it again and by soar-report.

use divan::Bencher;
use divan::counter::ItemsCount;
use soar_light::record::host::HostRecord;

use crate::sample;

mod read {
    use super::{Bencher, HostRecord, ItemsCount, sample};

    /// What all stages do for records of our own writer.
    #[divan::bench]
    fn fast(bencher: Bencher) {
        let hosts = sample::hosts();
        let lines = sample::lines(&hosts);
        bencher.counter(ItemsCount::new(lines.len())).bench_local(|| {
            let mut host = HostRecord::new([0; 4].into());
            let score = |line| host.read_fast(line).map(|()| host.score).expect("a host of our writer");
            lines.iter().copied().map(score).sum::<u64>()
        });
    }

    /// What they do for records of anybody else.
    #[divan::bench]
    fn serde(bencher: Bencher) {
        let hosts = sample::hosts();
        let lines = sample::lines(&hosts);
        bencher
            .counter(ItemsCount::new(lines.len()))
            .bench_local(|| lines.iter().map(|line| serde_json::from_slice::<HostRecord<'_>>(line).expect("a host").score).sum::<u64>());
    }
}

#[divan::bench]
fn write(bencher: Bencher) {
    let lines = sample::hosts();
    let hosts: Vec<_> = sample::lines(&lines).iter().map(|line| HostRecord::from_line(line).expect("a host")).collect();
    let mut out = Vec::new();
    bencher.counter(ItemsCount::new(hosts.len())).bench_local(|| {
        out.clear();
        for host in &hosts {
            host.write_line(&mut out);
        }
        out.len()
    });
}
