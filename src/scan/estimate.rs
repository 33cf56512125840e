//! Round trips, smoothed: how long an answer may take, judged by those that came. Pure.

use std::time::Duration;

/// What round trips say about the next one.
///
/// **Source:** RFC 6298 section 2: alpha 1/8, beta 1/4, K 4. Times are held in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Estimate {
    srtt: u32,
    rttvar: u32,
    /// How many round trips there were.
    pub samples: u32,
}

impl Estimate {
    /// Takes the time of one round trip. Of a minute or more it counts as a minute.
    pub fn add(&mut self, rtt: Duration) {
        let rtt = u32::try_from(rtt.as_micros()).unwrap_or(u32::MAX).clamp(1, 60_000_000);
        if self.samples == 0 {
            (self.srtt, self.rttvar) = (rtt, rtt / 2);
        } else {
            self.rttvar = (3 * self.rttvar + self.srtt.abs_diff(rtt)) / 4;
            self.srtt = (7 * self.srtt + rtt) / 8;
        }
        self.samples = self.samples.saturating_add(1);
    }

    /// How long to wait for an answer; `None` before the first round trip.
    #[must_use]
    pub fn timeout(&self) -> Option<Duration> {
        (self.samples > 0).then(|| Duration::from_micros(u64::from(self.srtt) + 4 * u64::from(self.rttvar)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(milliseconds: &[u64]) -> Option<u128> {
        let mut estimate = Estimate::default();
        for &ms in milliseconds {
            estimate.add(Duration::from_millis(ms));
        }
        estimate.timeout().map(|timeout| timeout.as_micros())
    }

    #[test]
    fn the_timeout_follows_the_round_trips() {
        for (round_trips, timeout) in [
            (&[][..], None),
            // srtt = R, rttvar = R/2: 3 R.
            (&[100], Some(300_000)),
            // rttvar = 3/4 * 50 + 1/4 * 0, srtt = 100.
            (&[100, 100], Some(250_000)),
            // rttvar = 3/4 * 50 + 1/4 * 100 = 62.5, srtt = 7/8 * 100 + 1/8 * 200 = 112.5.
            (&[100, 200], Some(362_500)),
            (&[0], Some(1)),
        ] {
            assert_eq!(after(round_trips), timeout, "{round_trips:?}");
        }
        let steady = after(&[20; 50]).expect("a timeout");
        assert!((20_000..20_100).contains(&steady), "{steady}");
    }
}
