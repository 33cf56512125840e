//! How many connections a second: a bucket of tokens, kept as the time at which the next is due. Pure.

use std::time::Duration;

/// What may start at once after a pause, as time: longer than the system's timers are late, shorter than a burst that
/// fills a router's queue.
const BURST: Duration = Duration::from_millis(20);

/// A pace of so many starts a second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RateLimiter {
    interval: Duration,
    due: Duration,
}

impl RateLimiter {
    /// A pace of `rate` starts a second; `None` is as fast as it goes.
    pub(crate) fn new(rate: Option<u32>) -> Self {
        Self { interval: rate.map_or(Duration::ZERO, |rate| Duration::from_secs(1) / rate.max(1)), due: Duration::ZERO }
    }

    /// When the next may start.
    pub(crate) const fn ready_at(&self) -> Duration {
        // The bucket holds one at least.
        self.due.saturating_sub(BURST.saturating_sub(self.interval))
    }

    /// Counts a start at `now`.
    pub(crate) fn take(&mut self, now: Duration) {
        self.due = self.due.max(now) + self.interval;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started_within(rate: Option<u32>, milliseconds: u64) -> usize {
        let mut pace = RateLimiter::new(rate);
        let mut count = 0;
        for now in (0..milliseconds).map(Duration::from_millis) {
            while pace.ready_at() <= now && count < 1_000_000 {
                pace.take(now);
                count += 1;
            }
        }
        count
    }

    #[test]
    fn no_more_start_than_the_rate_allows() {
        for (rate, milliseconds, started) in
            [(Some(20_000), 1, 400), (Some(20_000), 1000, 20_380), (Some(10), 1, 1), (Some(10), 1000, 10), (Some(1), 2500, 3)]
        {
            assert_eq!(started_within(rate, milliseconds), started, "{rate:?} in {milliseconds} ms");
        }
        assert_eq!(started_within(None, 1), 1_000_000);
    }
}
