//! Results in the order of the input: hosts wait in a window until they and all before them are done.

use std::collections::VecDeque;
use std::time::Duration;

use serde::Serialize;

use super::schedule::{HostId, Settled, State};
use super::splice::HostLine;
use crate::time::Stamp;

/// What is written under `scan`.
#[derive(Debug, Serialize)]
struct Scan<'a> {
    status: &'static str,
    open_ports: &'a [u16],
    closed: u32,
    filtered: u32,
    unknown: u32,
    started_at: Stamp<'static>,
    duration_ms: u64,
}

/// Why a suspicious host is not scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skipped {
    /// `--scope` does not include it, or it is no single host.
    OutOfScope,
    /// `--exclude` names it.
    Excluded,
}

/// A host being scanned.
#[derive(Debug)]
struct Scanning {
    line: Vec<u8>,
    host: HostLine,
    missing: u32,
    open: Vec<u16>,
    closed: u32,
    filtered: u32,
    unknown: u32,
    started: Option<Duration>,
}

#[derive(Debug)]
enum Slot {
    Done(Vec<u8>),
    Scanning(Box<Scanning>),
}

/// The entries that cannot be written yet.
#[derive(Debug)]
pub struct Window {
    /// Each with the bytes that it was counted as when it came.
    slots: VecDeque<(usize, Slot)>,
    first: HostId,
    bytes: usize,
    epoch: i64,
    /// Open ports found so far.
    pub open_ports: u64,
}

impl Window {
    /// An empty window of a run that started at `epoch`, in seconds since 1970.
    #[must_use]
    pub const fn new(epoch: i64) -> Self {
        Self { slots: VecDeque::new(), first: 0, bytes: 0, epoch, open_ports: 0 }
    }

    /// Adds an entry that goes out as it is.
    pub fn pass(&mut self, lines: Vec<u8>) {
        self.push(lines.len(), Slot::Done(lines));
    }

    /// Adds a host that is not scanned.
    pub fn skip(&mut self, line: &[u8], host: &HostLine, why: Skipped) {
        let scan: &[u8] = match why {
            Skipped::OutOfScope => br#"{"status":"out_of_scope"}"#,
            Skipped::Excluded => br#"{"status":"excluded"}"#,
        };
        let mut out = Vec::with_capacity(line.len() + 40);
        host.splice(line, scan, &mut out);
        out.push(b'\n');
        self.pass(out);
    }

    /// Adds a host of which `ports` ports are to be scanned, and names it.
    pub fn scan(&mut self, line: Vec<u8>, host: HostLine, ports: u32) -> HostId {
        let id = self.first + self.slots.len() as u64;
        let scanning = Scanning { line, host, missing: ports, open: Vec::new(), closed: 0, filtered: 0, unknown: 0, started: None };
        self.push(scanning.line.len(), Slot::Scanning(Box::new(scanning)));
        id
    }

    /// Says that a probe of a host starts; the first one is when its scan does. `now` is the time since the run started.
    pub fn begin(&mut self, host: HostId, now: Duration) {
        let place = usize::try_from(host - self.first).unwrap_or(usize::MAX);
        if let Some((_, Slot::Scanning(scanning))) = self.slots.get_mut(place) {
            scanning.started.get_or_insert(now);
        }
    }

    /// How many bytes wait.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes what is known of a port.
    pub fn settle(&mut self, settled: Settled, now: Duration) {
        let place = usize::try_from(settled.host - self.first).unwrap_or(usize::MAX);
        let Some((_, slot)) = self.slots.get_mut(place) else { return };
        let Slot::Scanning(scanning) = slot else { return };
        match settled.state {
            State::Open => scanning.open.push(settled.port),
            State::Closed => scanning.closed += 1,
            State::Filtered => scanning.filtered += 1,
            State::Unknown => scanning.unknown += 1,
        }
        self.open_ports += u64::from(settled.state == State::Open);
        scanning.missing -= 1;
        if scanning.missing == 0 {
            *slot = Slot::Done(scanning.finish(self.epoch, now));
        }
    }

    /// Gives up on every port that is not settled yet.
    pub fn interrupt(&mut self, now: Duration) {
        for (_, slot) in &mut self.slots {
            if let Slot::Scanning(scanning) = slot {
                scanning.unknown += scanning.missing;
                *slot = Slot::Done(scanning.finish(self.epoch, now));
            }
        }
    }

    /// Moves to `out` what can be written.
    pub fn drain(&mut self, out: &mut Vec<u8>) {
        while let Some((_, Slot::Done(lines))) = self.slots.front() {
            out.extend_from_slice(lines);
            self.bytes -= self.slots.pop_front().map_or(0, |(bytes, _)| bytes);
            self.first += 1;
        }
    }

    fn push(&mut self, bytes: usize, slot: Slot) {
        self.bytes += bytes;
        self.slots.push_back((bytes, slot));
    }
}

impl Scanning {
    /// The line with its `scan`.
    fn finish(&mut self, epoch: i64, now: Duration) -> Vec<u8> {
        self.open.sort_unstable();
        let started = self.started.unwrap_or(now);
        let scan = Scan {
            status: if self.unknown == 0 { "complete" } else { "incomplete" },
            open_ports: &self.open,
            closed: self.closed,
            filtered: self.filtered,
            unknown: self.unknown,
            started_at: Stamp { seconds: epoch + started.as_secs().cast_signed(), fraction: "" },
            duration_ms: u64::try_from(now.saturating_sub(started).as_millis()).unwrap_or(u64::MAX),
        };
        // Serialising numbers and fixed texts cannot fail.
        let scan = serde_json::to_vec(&scan).unwrap_or_default();
        let mut out = Vec::with_capacity(self.line.len() + scan.len() + 16);
        self.host.splice(&self.line, &scan, &mut out);
        out.push(b'\n');
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &[u8] = br#"{"ip":"127.0.0.9","suspicious":true}"#;

    #[test]
    fn hosts_leave_in_the_order_in_which_they_came() {
        let mut window = Window::new(0);
        let host = || HostLine::read(LINE).expect("a host");
        let slow = window.scan(LINE.to_vec(), host(), 2);
        let fast = window.scan(LINE.to_vec(), host(), 1);
        window.begin(slow, Duration::ZERO);
        window.begin(fast, Duration::from_secs(1));
        window.begin(fast, Duration::from_secs(2));
        window.pass(b"{}\n".to_vec());
        let mut out = Vec::new();
        window.settle(Settled { host: fast, port: 22, state: State::Open }, Duration::from_millis(1500));
        window.drain(&mut out);
        assert!(out.is_empty() && window.bytes() > 0);
        window.settle(Settled { host: slow, port: 80, state: State::Closed }, Duration::ZERO);
        window.interrupt(Duration::from_secs(2));
        window.drain(&mut out);
        let text = String::from_utf8(out).expect("UTF-8");
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                r#"{"ip":"127.0.0.9","suspicious":true,"scan":{"status":"incomplete","open_ports":[],"closed":1,"filtered":0,"unknown":1,"started_at":"1970-01-01T00:00:00Z","duration_ms":2000}}"#,
                r#"{"ip":"127.0.0.9","suspicious":true,"scan":{"status":"complete","open_ports":[22],"closed":0,"filtered":0,"unknown":0,"started_at":"1970-01-01T00:00:01Z","duration_ms":500}}"#,
                "{}",
            ]
        );
        assert_eq!((window.bytes(), window.open_ports), (0, 1));
    }
}
