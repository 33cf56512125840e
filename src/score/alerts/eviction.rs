//! Which hosts a live run forgets: those that were quiet for so long that no rule looks back at them, and those that are too many.

use crate::aggregate::table::Table;
use crate::base::error::Result;
use crate::base::number::counted;
use crate::io::diagnostics::Diagnostics;
use crate::score::MANY_V6;
use crate::score::alerts::AlertEngine;

/// The part of the hosts that is forgotten at once when there are too many: one in so many, so that looking for them is seldom.
const FORGOTTEN_PART: usize = 16;
/// The most stretches of time that --repeat is cut into.
const MOST_STRETCHES: i64 = 120;

impl AlertEngine<'_> {
    /// How long a stretch is between looking through all hosts, where some are to be forgotten: what rules look back at, and so long
    /// that no alert is remembered for more stretches than a host can count.
    fn stretch_seconds(&self) -> Option<i64> {
        self.memory.idle().map(|idle| idle.max(self.policy.repeat_seconds / MOST_STRETCHES + 1))
    }

    pub(super) fn stretch_of_now(&self) -> i64 {
        self.stretch_seconds().map_or(i64::MIN, |stretch| self.clock.div_euclid(stretch))
    }

    /// Forgets hosts that would start anew with their next event, and those that are too many. Indexes change; something just happened
    /// to the host at `index`.
    pub(super) fn evict(&mut self, table: &mut Table, index: usize, diagnostics: &mut Diagnostics) -> Result<()> {
        table.host_mut(index).quiet = 0;
        if let Some(stretch) = self.stretch_seconds().filter(|stretch| self.last_eviction < self.clock.div_euclid(*stretch)) {
            let passed = self.clock.div_euclid(stretch).saturating_sub(self.last_eviction);
            self.last_eviction = self.clock.div_euclid(stretch);
            self.release_indexes(table)?;
            self.forget_quiet(table, index, passed, stretch);
        }
        self.forget_surplus(table, diagnostics)
    }

    /// Lets indexes change while the state is being written.
    fn release_indexes(&mut self, table: &mut Table) -> Result<()> {
        self.snapshot.as_mut().map_or(Ok(()), |snapshot| snapshot.write_all(self.config, table))
    }

    /// Forgets hosts to which nothing happened for twice as long as rules look back at, and for twice --repeat where they led to an
    /// alert: for the clock of all logs may be ahead of that of its own.
    fn forget_quiet(&self, table: &mut Table, index: usize, passed: i64, stretch: i64) {
        let passed = u8::try_from(passed).unwrap_or(u8::MAX);
        // In so many stretches that a host only has been in the first and the last of, that time went by.
        let stretches = |seconds: i64| u8::try_from(2 + (seconds.saturating_mul(2) - 1) / stretch).unwrap_or(u8::MAX);
        let (idle, repeat) = (self.memory.idle().unwrap_or(0), self.policy.repeat_seconds.max(1));
        let mut indexes = 0..;
        table.retain(|host| {
            if indexes.next() != Some(index) {
                host.quiet = host.quiet.saturating_add(passed);
            }
            let alerts = if host.tally.alerted().is_empty() { 0 } else { stretches(repeat) };
            let is_wide = self.memory.idle_of(host) > Some(idle);
            let is_near = is_wide
                && host
                    .tally
                    .last_seen()
                    .zip(self.memory.idle_of(host))
                    .is_some_and(|(last, idle)| self.present(last).saturating_add(idle) > self.clock);
            host.quiet < stretches(idle).max(alerts) || is_near
        });
    }

    pub(super) fn forget_surplus(&mut self, table: &mut Table, diagnostics: &mut Diagnostics) -> Result<()> {
        if table.host_count() <= self.policy.max_hosts {
            return Ok(());
        }
        self.release_indexes(table)?;
        if self.forgotten == 0 {
            diagnostics.warn(
                "hosts_forgotten",
                &format!(
                    "more than {}: the least recently seen are evicted, with their counts (--max-hosts)",
                    counted(self.policy.max_hosts as u64, "host")
                ),
            );
            // Past more of them it is said anyway.
            let most = self.policy.max_hosts as u64;
            let is_mostly_v6 = table.count_v6() > most / 2 && most <= MANY_V6;
            if is_mostly_v6 && table.keep().group_v6.is_none() {
                diagnostics.warn("many_ipv6", "most of them are IPv6 addresses: --group-v6 64 counts those of one network as one host");
            }
        }
        self.forgotten += forget_oldest(table, self.policy.max_hosts - self.policy.max_hosts / FORGOTTEN_PART);
        Ok(())
    }
}

/// Keeps the `most` hosts that were seen last; says how many were forgotten.
fn forget_oldest(table: &mut Table, most: usize) -> u64 {
    let surplus = table.host_count() - most;
    let mut times: Vec<_> = table.hosts().iter().map(|host| host.tally.last_seen()).collect();
    let (older, &mut youngest, _) = times.select_nth_unstable(surplus - 1);
    let mut of_that_time = surplus - older.iter().filter(|&&at| at < youngest).count();
    table.retain(|host| {
        let is_one = host.tally.last_seen() == youngest && of_that_time > 0;
        of_that_time -= usize::from(is_one);
        !is_one && host.tally.last_seen() >= youngest
    });
    surplus as u64
}
