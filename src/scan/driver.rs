//! Sockets: non-blocking TCP connects, and what the system says about them. No raw sockets, no privileges.
//!
//! A connection is closed with a reset as soon as it is answered, so that thousands of probes leave no `TIME_WAIT` behind.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::Duration;

use mio::net::TcpStream;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token, Waker};
use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket2::SockRef;

use super::schedule::{Answer, Ticket};
use crate::error::{Error, Result};

/// Woken from another thread: there is input.
const WAKE: Token = Token(usize::MAX);
/// The run should stop.
const STOP: Token = Token(usize::MAX - 1);
/// Events taken from the system at once.
const EVENTS: usize = 1024;
/// Descriptors kept for files, pipes and the poller itself.
const RESERVED_DESCRIPTORS: u64 = 32;

/// The sockets in flight.
#[derive(Debug)]
pub struct Driver {
    poll: Poll,
    events: Events,
    sockets: Vec<Option<(u32, TcpStream)>>,
}

impl Driver {
    /// A driver, and what wakes it from another thread. `stop` becomes readable when the run should end.
    ///
    /// # Errors
    /// [`Error::System`] where the system refuses a poller.
    pub fn new(stop: BorrowedFd<'_>) -> Result<(Self, Waker)> {
        let refused = |source| Error::System { what: "polling", source };
        let poll = Poll::new().map_err(refused)?;
        let waker = Waker::new(poll.registry(), WAKE).map_err(refused)?;
        poll.registry().register(&mut SourceFd(&stop.as_raw_fd()), STOP, Interest::READABLE).map_err(refused)?;
        Ok((Self { poll, events: Events::with_capacity(EVENTS), sockets: Vec::new() }, waker))
    }

    /// Starts a connection; an answer that is there at once is given back.
    pub fn connect(&mut self, ticket: Ticket, target: SocketAddr) -> Option<Answer> {
        let mut stream = match TcpStream::connect(target) {
            Ok(stream) => stream,
            Err(error) => return Some(meaning_of_refusal(&error)),
        };
        // Without it the probe still works, it only leaves a TIME_WAIT behind.
        let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
        if let Err(error) = self.poll.registry().register(&mut stream, token_of(ticket), Interest::WRITABLE) {
            return Some(meaning_of_refusal(&error));
        }
        let slot = ticket.slot as usize;
        if self.sockets.len() <= slot {
            self.sockets.resize_with(slot + 1, || None);
        }
        self.sockets[slot] = Some((ticket.turn, stream));
        None
    }

    /// Closes the socket of a probe that is not waited for any more.
    pub fn close(&mut self, ticket: Ticket) {
        if let Some(socket) = self.sockets.get_mut(ticket.slot as usize) {
            *socket = None;
        }
    }

    /// Waits for answers, at most `timeout`, and appends them to `answers`.
    ///
    /// # Errors
    /// [`Error::System`] where polling fails.
    pub fn wait(&mut self, timeout: Option<Duration>, answers: &mut Vec<(Ticket, Answer)>) -> Result<()> {
        match self.poll.poll(&mut self.events, timeout) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            other => other.map_err(|source| Error::System { what: "polling", source })?,
        }
        for event in &self.events {
            let Some(ticket) = ticket_of(event.token()) else { continue };
            let Some(Some((turn, stream))) = self.sockets.get(ticket.slot as usize) else { continue };
            if *turn != ticket.turn {
                continue;
            }
            if let Some(answer) = answer_of(stream) {
                self.sockets[ticket.slot as usize] = None;
                answers.push((ticket, answer));
            }
        }
        Ok(())
    }
}

/// How many connections may be open at once: the descriptor limit is raised as far as it goes without privileges.
#[must_use]
pub fn raise_descriptor_limit() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.or(limit.current);
    if limit.current != wanted {
        // A refusal leaves the old limit, which is read back.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: wanted, maximum: limit.maximum });
    }
    let current = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from(current.saturating_sub(RESERVED_DESCRIPTORS)).unwrap_or(usize::MAX).max(1)
}

/// What a connection that became writable means; `None` where it is not decided yet.
fn answer_of(stream: &TcpStream) -> Option<Answer> {
    match stream.take_error() {
        Ok(None) => {}
        Ok(Some(error)) | Err(error) => return Some(meaning_of_answer(&error)),
    }
    match (stream.peer_addr(), stream.local_addr()) {
        // A port that the system gave to the probe itself: TCP connects it to itself, but nothing listens there.
        (Ok(peer), Ok(local)) if peer == local => Some(Answer::Refused),
        (Ok(_), _) => Some(Answer::Accepted),
        (Err(_), _) => None,
    }
}

/// An error that came over the network (or from the kernel's own answer to the SYN).
fn meaning_of_answer(error: &io::Error) -> Answer {
    match Errno::from_io_error(error) {
        Some(Errno::CONNREFUSED | Errno::CONNRESET) => Answer::Refused,
        Some(Errno::TIMEDOUT) => Answer::Silence,
        Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM | Errno::ADDRNOTAVAIL) => Answer::Exhausted,
        _ => Answer::Unreachable,
    }
}

/// An error of the call itself: nothing was sent, save where loopback answers at once.
fn meaning_of_refusal(error: &io::Error) -> Answer {
    match Errno::from_io_error(error) {
        Some(Errno::CONNREFUSED | Errno::CONNRESET) => Answer::Refused,
        Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM | Errno::ADDRNOTAVAIL | Errno::AGAIN) => Answer::Exhausted,
        _ => Answer::NoRoute,
    }
}

fn token_of(ticket: Ticket) -> Token {
    Token((ticket.turn as usize) << 32 | ticket.slot as usize)
}

fn ticket_of(token: Token) -> Option<Ticket> {
    if token == WAKE || token == STOP {
        return None;
    }
    let half = |n: usize| u32::try_from(n & 0xffff_ffff).ok();
    Some(Ticket { slot: half(token.0)?, turn: half(token.0 >> 32)? })
}

#[cfg(not(target_pointer_width = "64"))]
compile_error!("a ticket needs a 64-bit token");
