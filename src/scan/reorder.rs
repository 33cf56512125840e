//! Results in their order: a line waits in a window until it and (unless any order will do) all before it are done.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::scan::splice::HostLine;

/// What an entry is counted as besides its text.
const ENTRY_BYTES: usize = 64;
/// How much is made ready to be written at once, and one line more.
const READY_BYTES: usize = 1 << 20;

/// Names an entry of the window.
pub(crate) type EntryId = u64;

/// In which order results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputOrder {
    /// In that of the input.
    Kept,
    /// Each as soon as it is done.
    AsDone,
}

type Waiting = Box<(Vec<u8>, HostLine)>;

#[derive(Debug)]
enum PendingLine {
    Done(Vec<u8>),
    Waiting(Waiting),
    /// Put together when it leaves: lines of one address share a result, which may be megabytes.
    Scanned(Waiting, Rc<[u8]>),
}

/// The lines that cannot be written yet, and those that can.
#[derive(Debug)]
pub(crate) struct Window {
    order: OutputOrder,
    /// Each with the bytes that it is counted as.
    entries: VecDeque<(usize, PendingLine)>,
    /// Those done before their turn, where any order will do.
    out_of_order: VecDeque<(usize, Waiting, Rc<[u8]>)>,
    first: EntryId,
    bytes: usize,
    ready: Vec<u8>,
}

impl Window {
    pub(super) const fn new(order: OutputOrder) -> Self {
        Self { order, entries: VecDeque::new(), out_of_order: VecDeque::new(), first: 0, bytes: 0, ready: Vec::new() }
    }

    /// Adds lines that go out as they are.
    pub(super) fn pass(&mut self, lines: Vec<u8>) {
        if self.order == OutputOrder::AsDone || self.entries.is_empty() {
            self.ready.extend_from_slice(&lines);
        } else {
            self.push(lines.len(), PendingLine::Done(lines));
        }
    }

    /// Adds a line that goes out with its `scan`, a JSON value that is known already.
    pub(crate) fn pass_scanned(&mut self, line: &[u8], host: &HostLine, scan: &[u8]) {
        self.pass(host.with_scan(line, scan));
    }

    /// Adds a line that waits for its `scan`, and names it.
    pub(super) fn wait(&mut self, line: Vec<u8>, host: HostLine) -> EntryId {
        let id = self.first + self.entries.len() as u64;
        self.push(line.len(), PendingLine::Waiting(Box::new((line, host))));
        id
    }

    /// Gives a line its `scan`.
    pub(super) fn finish(&mut self, id: EntryId, scan: &Rc<[u8]>) {
        let place = usize::try_from(id.wrapping_sub(self.first)).unwrap_or(usize::MAX);
        let Some((bytes, entry)) = self.entries.get_mut(place) else { return };
        if !matches!(entry, PendingLine::Waiting(_)) {
            return;
        }
        let PendingLine::Waiting(waiting) = std::mem::replace(entry, PendingLine::Done(Vec::new())) else { return };
        self.bytes += scan.len();
        match self.order {
            OutputOrder::Kept => {
                *bytes += scan.len();
                *entry = PendingLine::Scanned(waiting, Rc::clone(scan));
            }
            OutputOrder::AsDone => {
                let counted = std::mem::replace(bytes, ENTRY_BYTES) - ENTRY_BYTES + scan.len();
                self.out_of_order.push_back((counted, waiting, Rc::clone(scan)));
            }
        }
    }

    /// How many bytes wait, be it for a scan or for being written.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes + self.ready.len()
    }

    /// Gives a piece of what can be written; nothing once all was given.
    pub(crate) fn take_ready(&mut self) -> Vec<u8> {
        while self.ready.len() < READY_BYTES && self.take_next() {}
        std::mem::take(&mut self.ready)
    }

    /// Makes the next line ready that is done, if there is one.
    fn take_next(&mut self) -> bool {
        if let Some((bytes, waiting, scan)) = self.out_of_order.pop_front() {
            self.bytes -= bytes;
            self.ready.extend_from_slice(&waiting.1.with_scan(&waiting.0, &scan));
            return true;
        }
        match self.entries.front() {
            None | Some((_, PendingLine::Waiting(_))) => return false,
            Some((_, PendingLine::Done(lines))) => self.ready.extend_from_slice(lines),
            Some((_, PendingLine::Scanned(waiting, scan))) => self.ready.extend_from_slice(&waiting.1.with_scan(&waiting.0, scan)),
        }
        self.bytes -= self.entries.pop_front().map_or(0, |(bytes, _)| bytes);
        self.first += 1;
        true
    }

    fn push(&mut self, bytes: usize, entry: PendingLine) {
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
    fn ready_after_each(order: OutputOrder) -> [String; 2] {
        let mut window = Window::new(order);
        let host = || HostLine::read(LINE).expect("a host");
        let slow = window.wait(LINE.to_vec(), host());
        let fast = window.wait(LINE.to_vec(), host());
        window.pass(b"{}\n".to_vec());
        let mut ready = [(fast, &b"2"[..]), (slow, b"1")].map(|(id, scan)| {
            window.finish(id, &scan.into());
            String::from_utf8(window.take_ready()).expect("UTF-8")
        });
        window.finish(slow, &b"3"[..].into());
        window.pass(b"last\n".to_vec());
        ready[1].push_str(&String::from_utf8(window.take_ready()).expect("UTF-8"));
        assert_eq!(window.bytes(), 0);
        ready
    }

    #[test]
    fn lines_leave_in_the_order_that_is_asked_for() {
        let scanned = |scan: u8| format!("{{\"ip\":\"127.0.0.9\",\"scan\":{scan}}}\n");
        assert_eq!(ready_after_each(OutputOrder::Kept), [String::new(), format!("{}{}{{}}\nlast\n", scanned(1), scanned(2))]);
        assert_eq!(ready_after_each(OutputOrder::AsDone), [format!("{{}}\n{}", scanned(2)), format!("{}last\n", scanned(1))]);
    }

    #[test]
    fn results_that_wait_are_counted_and_leave_in_pieces() {
        for order in [OutputOrder::Kept, OutputOrder::AsDone] {
            let mut window = Window::new(order);
            let host = || HostLine::read(LINE).expect("a host");
            let slow = window.wait(LINE.to_vec(), host());
            let again: Vec<_> = (0..100).map(|_| window.wait(LINE.to_vec(), host())).collect();
            let result = vec![b' '; READY_BYTES];
            let scan: Rc<[u8]> = result.as_slice().into();
            for &id in &again {
                window.finish(id, &scan);
            }
            assert!(window.bytes() > 100 * READY_BYTES, "{order:?}");
            assert_eq!(Rc::strong_count(&scan), 101, "one result for all lines");
            window.finish(slow, &b"1"[..].into());
            let pieces: Vec<usize> = std::iter::repeat_with(|| window.take_ready().len()).take_while(|&len| len > 0).collect();
            assert!(pieces.len() >= 100 && pieces.iter().all(|&len| len < 3 * READY_BYTES), "{order:?}");
            assert_eq!((window.bytes(), window.entries.len()), (0, 0), "{order:?}");
        }
    }

    #[test]
    fn where_any_order_will_do_lines_that_were_written_are_no_load() {
        let mut window = Window::new(OutputOrder::AsDone);
        let line = [LINE, &[b' '; 10_000]].concat();
        let _slow = window.wait(LINE.to_vec(), HostLine::read(LINE).expect("a host"));
        for _ in 0..100 {
            let id = window.wait(line.clone(), HostLine::read(LINE).expect("a host"));
            window.finish(id, &b"1"[..].into());
            assert!(!window.take_ready().is_empty());
        }
        assert_eq!(window.bytes(), LINE.len() + 101 * ENTRY_BYTES);
    }
}
