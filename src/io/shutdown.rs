//! When to stop: SIGHUP, SIGINT and SIGTERM, and a reader that left while nothing was being written.
//!
//! Blocking reads go through [`Shutdown::wait`], so a quiet pipe can be waited on without missing any of them. A second
//! signal, a while after the first, ends the process at once. SIGHUP stays ignored where it is ignored at the start, as
//! under nohup(1).

use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use crate::base::error::{Error, Exit, Result};

/// How long after the first signal a second one ends the process at once: tools such as timeout(1) send two in a row.
const GRACE_PERIOD: Duration = Duration::from_secs(1);

/// Listens for signals for as long as the process lives.
#[derive(Debug)]
pub(crate) struct Shutdown {
    number: Arc<AtomicUsize>,
    stopped: AtomicBool,
    minds_reader: AtomicBool,
    /// Whether the reader of stdout has left.
    reader_left: Arc<AtomicBool>,
    wake_end: UnixStream,
    wait_end: UnixStream,
}

impl Shutdown {
    /// A watch that hears SIGHUP, SIGINT and SIGTERM.
    ///
    /// # Errors
    /// [`Error::System`] where the system refuses a handler or a socket pair.
    pub(crate) fn install() -> Result<Self> {
        let refused = |source| Error::System { what: "signal handler", source };
        let (wake_end, wait_end) = UnixStream::pair().map_err(refused)?;
        wake_end.set_nonblocking(true).map_err(refused)?;
        let number = Arc::new(AtomicUsize::new(0));
        let armed = Arc::new(AtomicBool::new(false));
        let (tx, rx) = UnixStream::pair().map_err(refused)?;
        let ignores_hangup = is_ignored(SIGHUP);
        for signal in [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|&signal| signal != SIGHUP || !ignores_hangup) {
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&armed)).map_err(refused)?;
            low_level::pipe::register(signal, tx.try_clone().map_err(refused)?).map_err(refused)?;
            let value = usize::try_from(signal).unwrap_or_default();
            flag::register_usize(signal, Arc::clone(&number), value).map_err(refused)?;
            low_level::pipe::register(signal, wake_end.try_clone().map_err(refused)?).map_err(refused)?;
        }
        // Ends with the process.
        thread::spawn(move || {
            if io::Read::read_exact(&mut &rx, &mut [0]).is_ok() {
                thread::sleep(GRACE_PERIOD);
                armed.store(true, Ordering::Release);
            }
        });
        Ok(Self {
            number,
            stopped: AtomicBool::new(false),
            minds_reader: AtomicBool::new(false),
            reader_left: Arc::default(),
            wake_end,
            wait_end,
        })
    }

    /// Calls the run off from inside: every wait ends, now and later.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Release);
        // A full socket buffer means that a wake-up is already under way.
        let _ = io::Write::write(&mut &self.wake_end, b"x");
    }

    /// Says that stdout is where the results go, so that a reader who leaves ends every wait.
    pub(crate) fn stop_on_closed_stdout(&self) {
        self.minds_reader.store(true, Ordering::Release);
    }

    /// Says that the reader of stdout was seen to have left.
    pub(crate) fn note_reader_left(&self) {
        self.reader_left.store(true, Ordering::Release);
    }

    /// What says, once it is set, that the reader of stdout has left.
    pub(crate) const fn reader_left(&self) -> &Arc<AtomicBool> {
        &self.reader_left
    }

    /// Whether a signal came or the run was called off.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Acquire) || self.number.load(Ordering::Acquire) != 0
    }

    /// The exit that the signal asks for, if one came.
    pub(crate) fn exit(&self) -> Option<Exit> {
        match i32::try_from(self.number.load(Ordering::Acquire)) {
            Ok(SIGHUP) => Some(Exit::HungUp),
            Ok(SIGINT) => Some(Exit::Interrupted),
            Ok(SIGTERM) => Some(Exit::Terminated),
            _ => None,
        }
    }

    /// The descriptor that becomes readable when the run should stop.
    pub(crate) fn as_stop_fd(&self) -> BorrowedFd<'_> {
        self.wait_end.as_fd()
    }

    /// Waits until `input` can be read without blocking; `false`: the run should stop.
    ///
    /// # Errors
    /// What poll(2) says.
    pub(crate) fn wait(&self, input: BorrowedFd<'_>) -> io::Result<bool> {
        let stdout = io::stdout();
        loop {
            if self.is_stopped() {
                return Ok(false);
            }
            let mut fds = [
                PollFd::from_borrowed_fd(input, PollFlags::IN),
                PollFd::from_borrowed_fd(self.as_stop_fd(), PollFlags::IN),
                PollFd::from_borrowed_fd(stdout.as_fd(), PollFlags::empty()),
            ];
            // A stdout that nobody reads is always ready to say so.
            let watched = if self.minds_reader.load(Ordering::Acquire) { 3 } else { 2 };
            match poll(&mut fds[..watched], None) {
                Err(rustix::io::Errno::INTR) => continue,
                other => other?,
            };
            if fds[2].revents().contains(PollFlags::ERR) {
                self.note_reader_left();
                self.stop();
                return Ok(false);
            }
            if !fds[0].revents().is_empty() {
                return Ok(true);
            }
        }
    }
}

/// Whether this process ignores `signal`, by proc(5). Where there is no such file it counts as not ignored: a handler that
/// ends the run loses nothing.
fn is_ignored(signal: i32) -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| ignored_signals(&status) >> (signal - 1) & 1 == 1)
}

/// The set of ignored signals in the text of `/proc/self/status`: signal 1 is the lowest bit.
fn ignored_signals(status: &str) -> u64 {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// Whether a read of `input` would return at once.
pub(crate) fn is_readable(input: BorrowedFd<'_>) -> bool {
    let mut fds = [PollFd::from_borrowed_fd(input, PollFlags::IN)];
    poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok_and(|n| n > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ignored_signals_are_read_from_the_status_of_a_process() {
        for (status, mask) in [
            ("Name:\tx\nSigBlk:\t0000000000000002\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000004\n", 0x1001),
            ("SigIgn:\tnone\n", 0),
            ("", 0),
        ] {
            assert_eq!(ignored_signals(status), mask, "{status}");
        }
    }
}
