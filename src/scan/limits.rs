//! How hard a scan tries, and what it calls a host while it does.

use std::time::Duration;

/// Names a host while it is scanned; used again after it.
pub type HostId = u32;

/// How hard to try.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Probes in flight at once, 1 or more.
    pub concurrency: usize,
    /// Probes a second beyond loopback.
    pub rate: Option<u32>,
    /// Probes in flight at one host beyond loopback.
    pub per_host: usize,
    /// Probes in flight in one network (/24, /64) beyond loopback.
    pub per_network: Option<usize>,
    /// The shortest time that an answer is given, whatever was measured.
    pub floor: Duration,
    /// The longest.
    pub timeout: Duration,
    /// How often to ask again where none came.
    pub retries: u32,
    /// Draws the order of hosts and ports.
    pub seed: u64,
}
