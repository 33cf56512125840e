//! The memory that a table takes: how much it is, and forgetting what has become of no use.

use crate::aggregate::interner::{MOST_LEFT_OUT, StringInterner};
use crate::aggregate::table::{AggregatedHost, Map, Table};
use crate::base::net::Zone;

/// How many names of files are held before those that nothing needs are looked for.
pub(crate) const MOST_FILES: usize = 1 << 16;

impl Table {
    /// Forgets what has become of no use, where there is much of it. Indexes of hosts may change.
    pub(crate) fn tidy(&mut self) {
        if self.names.left_out() >= MOST_LEFT_OUT {
            self.add_deferred();
            self.forget_left_out();
        }
        if self.files.count() > self.most_files {
            self.add_deferred();
            self.forget_unused_files();
            self.most_files = MOST_FILES.max(2 * self.files.count());
        }
    }

    /// Forgets what was counted of signals that are left out, and hosts of which nothing else is known.
    pub(crate) fn forget_left_out(&mut self) {
        if self.names.left_out() == 0 {
            return;
        }
        let moved = self.names.forget_left_out();
        for host in &mut self.hosts {
            host.tally.move_others(|signal| moved.get(signal.other_index()?).copied().flatten());
        }
        let is_known = |host: &AggregatedHost| host.tally.is_counted() || host.tally.carried().is_some();
        if !self.hosts.iter().all(is_known) {
            self.retain(|host| is_known(host));
        }
    }

    fn forget_unused_files(&mut self) {
        let mut files = StringInterner::default();
        for host in &mut self.hosts {
            host.tally.move_files(|file| files.number(self.files.text(file)));
        }
        self.files = files;
    }

    /// Drops the hosts, and keeps the capacity for as many.
    pub(crate) fn clear_hosts(&mut self) {
        self.v4.clear();
        self.v6.clear();
        self.zoned.clear();
        self.networks.clear();
        self.hosts.clear();
        self.files = StringInterner::default();
    }

    /// Drops the hosts, and releases their memory.
    pub(crate) fn free_hosts(&mut self) {
        (self.v4, self.v6, self.zoned, self.networks) = (Map::default(), Map::default(), Map::default(), Map::default());
        (self.hosts, self.files) = (Vec::new(), StringInterner::default());
    }

    /// How many bytes the hosts take, about, with what the allocator adds.
    pub(crate) fn heap_bytes(&self) -> usize {
        // A map is seven eighths full at the most, and has a byte of its own for each slot.
        let slots = |capacity: usize, entry: usize| capacity * (entry + 1) * 8 / 7;
        let of_bits = slots(self.v6.capacity() + self.networks.capacity(), size_of::<(u128, u32)>());
        let of_zoned = slots(self.zoned.capacity(), size_of::<((u128, Zone), u32)>());
        let hosts = self.hosts.iter().map(|host| size_of::<AggregatedHost>() + host.tally.heap_bytes()).sum::<usize>();
        slots(self.v4.capacity(), size_of::<(u32, u32)>()) + of_bits + of_zoned + hosts + self.files.heap_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::options::AggregationOptions;
    use crate::aggregate::read::read_block;
    use crate::base::net::AddressSet;
    use crate::io::block::Block;

    #[test]
    fn files_that_no_place_names_are_forgotten() {
        const FILES: u32 = 200_000;
        let mut table = Table::new(AggregationOptions { evidence: 1, ..AggregationOptions::default() }, &AddressSet::default());
        for start in (0..FILES).step_by(10_000) {
            // Seven addresses, ever later: the first evidence of each stays.
            let event = |nth: u32| {
                format!(
                    r#"{{"schema":"soar.event/1","@timestamp":"{}","source":{{"ip":"192.0.2.{}"}},"log":{{"file":{{"path":"{nth}.log"}},"line":1}},"tags":["ssh_failed"]}}"#,
                    crate::base::time::rfc3339(nth.into()),
                    nth % 7
                )
            };
            let bytes = (start..start + 10_000).map(|nth| event(nth) + "\n").collect::<String>().into_bytes();
            let block = Block::for_tests(bytes);
            table.add(&read_block(&block, table.keep()).0);
            assert!(table.files.count() <= MOST_FILES + 10_000, "{}", table.files.count());
        }
        table.settle();
        let mut first: Vec<_> = table.hosts().iter().map(|host| &**table.files.text(host.tally.evidence()[0].1.file)).collect();
        first.sort_unstable();
        assert_eq!(first, ["0.log", "1.log", "2.log", "3.log", "4.log", "5.log", "6.log"]);
    }
}
