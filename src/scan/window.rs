//! Results in their order: a line waits in a window until it and (unless any order will do) all before it are done.

use std::collections::VecDeque;

use super::splice::HostLine;

/// What an entry is counted as besides its text.
const ENTRY_BYTES: usize = 64;

/// Names an entry of the window.
pub type EntryId = u64;

/// In which order results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// In that of the input.
    Kept,
    /// Each as soon as it is done.
    AsDone,
}

#[derive(Debug)]
enum Entry {
    Done(Vec<u8>),
    Waiting(Box<(Vec<u8>, HostLine)>),
}

/// The lines that cannot be written yet, and those that can.
#[derive(Debug)]
pub struct Window {
    order: Order,
    /// Each with the bytes that it was counted as when it came.
    entries: VecDeque<(usize, Entry)>,
    first: EntryId,
    bytes: usize,
    ready: Vec<u8>,
}

impl Window {
    /// An empty window.
    #[must_use]
    pub const fn new(order: Order) -> Self {
        Self { order, entries: VecDeque::new(), first: 0, bytes: 0, ready: Vec::new() }
    }

    /// Adds lines that go out as they are.
    pub fn pass(&mut self, lines: Vec<u8>) {
        if self.order == Order::AsDone || self.entries.is_empty() {
            self.ready.extend_from_slice(&lines);
        } else {
            self.push(lines.len(), Entry::Done(lines));
        }
    }

    /// Adds a line that goes out with its `scan`, a JSON value that is known already.
    pub fn pass_scanned(&mut self, line: &[u8], host: &HostLine, scan: &[u8]) {
        self.pass(host.with_scan(line, scan));
    }

    /// Adds a line that waits for its `scan`, and names it.
    pub fn wait(&mut self, line: Vec<u8>, host: HostLine) -> EntryId {
        let id = self.first + self.entries.len() as u64;
        self.push(line.len(), Entry::Waiting(Box::new((line, host))));
        id
    }

    /// Gives a line its `scan`.
    pub fn finish(&mut self, id: EntryId, scan: &[u8]) {
        let place = usize::try_from(id.wrapping_sub(self.first)).unwrap_or(usize::MAX);
        let Some((_, entry)) = self.entries.get_mut(place) else { return };
        let Entry::Waiting(waiting) = entry else { return };
        let line = waiting.1.with_scan(&waiting.0, scan);
        *entry = Entry::Done(match self.order {
            Order::Kept => line,
            Order::AsDone => {
                self.ready.extend_from_slice(&line);
                Vec::new()
            }
        });
        while let Some((_, Entry::Done(lines))) = self.entries.front() {
            self.ready.extend_from_slice(lines);
            self.bytes -= self.entries.pop_front().map_or(0, |(bytes, _)| bytes);
            self.first += 1;
        }
    }

    /// How many bytes wait, be it for a scan or for being written.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes + self.ready.len()
    }

    /// Gives what can be written.
    pub fn take_ready(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.ready)
    }

    fn push(&mut self, bytes: usize, entry: Entry) {
        let bytes = bytes + ENTRY_BYTES;
        self.bytes += bytes;
        self.entries.push_back((bytes, entry));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &[u8] = br#"{"ip":"127.0.0.9"}"#;

    /// What is ready after each of: the second host is done, the first is.
    fn ready_after_each(order: Order) -> [String; 2] {
        let mut window = Window::new(order);
        let host = || HostLine::read(LINE).expect("a host");
        let slow = window.wait(LINE.to_vec(), host());
        let fast = window.wait(LINE.to_vec(), host());
        window.pass(b"{}\n".to_vec());
        let mut ready = [(fast, &b"2"[..]), (slow, b"1")].map(|(id, scan)| {
            window.finish(id, scan);
            String::from_utf8(window.take_ready()).expect("UTF-8")
        });
        window.finish(slow, b"3");
        window.pass(b"last\n".to_vec());
        ready[1].push_str(&String::from_utf8(window.take_ready()).expect("UTF-8"));
        assert_eq!(window.bytes(), 0);
        ready
    }

    #[test]
    fn lines_leave_in_the_order_that_is_asked_for() {
        let scanned = |scan: u8| format!("{{\"ip\":\"127.0.0.9\",\"scan\":{scan}}}\n");
        assert_eq!(ready_after_each(Order::Kept), [String::new(), format!("{}{}{{}}\nlast\n", scanned(1), scanned(2))]);
        assert_eq!(ready_after_each(Order::AsDone), [format!("{{}}\n{}", scanned(2)), format!("{}last\n", scanned(1))]);
    }
}
