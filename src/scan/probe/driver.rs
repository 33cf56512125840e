//! The sockets in flight, and what wakes the one thread that works on them.
//!
//! A connection that is answered is closed with a reset at once, so that thousands of probes leave no `TIME_WAIT` behind;
//! where greetings are wanted, it is first listened to. The rest waits in the system's poller (measured: `scripts/bench scan`,
//! the rows "closed").

use std::io::{self, stdout};
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use mio::event::Event;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token, Waker};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::base::error::{Error, Result};
use crate::scan::peer::Links;
use crate::scan::probe::banner::{BannerBytes, BannerStatus};
use crate::scan::probe::result::{ProbeResult, Reason};
use crate::scan::probe::socket;
use crate::scan::probe::socket::Moment;
use crate::scan::schedule::Ticket;

/// Woken from another thread: there is input.
const WAKE: Token = Token(usize::MAX);
/// The run should stop.
const STOP: Token = Token(usize::MAX - 1);
/// Whoever reads the results left.
const READER: Token = Token(usize::MAX - 2);
/// Events taken from the system at once.
const EVENTS: usize = 1024;
/// Descriptors kept for files, pipes and the poller itself.
const RESERVED_DESCRIPTORS: u64 = 32;

/// Whether to listen to what a service says first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrabBanner {
    /// Not: a connection that is accepted is closed.
    No,
    /// For a while.
    Yes,
}

/// What happened to a probe.
#[derive(Debug)]
pub(crate) enum ProbeEvent {
    /// It was answered, and is over.
    Answered(ProbeResult),
    /// The port is open, and its service is listened to.
    Connected,
    /// The service has spoken, or will not; the probe is over.
    Banner(BannerBytes),
}

#[derive(Debug)]
struct OpenProbe {
    turn: u32,
    target: SocketAddr,
    socket: OwnedFd,
    /// What was heard of an open port.
    banner: Option<BannerBytes>,
}

#[derive(Debug)]
pub(crate) struct Driver {
    poll: Poll,
    events: Events,
    flights: Vec<Option<OpenProbe>>,
    listening: GrabBanner,
    /// A socket of each family that was refused at once: good for the next connection, and never in the poller.
    spare: [Option<OwnedFd>; 2],
    links: Links,
}

impl Driver {
    /// A driver, and what wakes it from another thread. `stop` becomes readable when the run should end.
    ///
    /// # Errors
    /// [`Error::System`] where the system refuses a poller.
    pub(crate) fn new(stop: BorrowedFd<'_>, listening: GrabBanner) -> Result<(Self, Waker)> {
        let refused = |source| Error::System { what: "polling", source };
        let poll = Poll::new().map_err(refused)?;
        let waker = Waker::new(poll.registry(), WAKE).map_err(refused)?;
        poll.registry().register(&mut SourceFd(&stop.as_raw_fd()), STOP, Interest::READABLE).map_err(refused)?;
        // A file cannot be polled, and has no reader that could leave.
        let _ = poll.registry().register(&mut SourceFd(&stdout().as_raw_fd()), READER, Interest::READABLE);
        Ok((
            Self {
                poll,
                events: Events::with_capacity(EVENTS),
                flights: Vec::new(),
                listening,
                spare: [None, None],
                links: Links::default(),
            },
            waker,
        ))
    }

    /// Starts a connection; what happened at once is given back.
    pub(crate) fn connect(&mut self, ticket: Ticket, target: SocketAddr) -> Option<ProbeEvent> {
        let spare = &mut self.spare[usize::from(target.is_ipv6())];
        let opened = spare.take().map_or_else(|| socket::open(target), Ok);
        let socket = match opened.and_then(|socket| socket::connect(&socket, target).map(|()| socket)) {
            Ok(socket) => socket,
            Err(errno) => return Some(ProbeEvent::Answered(socket::meaning_of_refusal(errno, target))),
        };
        // This machine answers before the call is over; this second call saves two with the poller.
        match socket::ask(&socket, target, Moment::AtOnce) {
            Some(answer @ ProbeResult::Known(Reason::Refused)) => {
                // Linux binds a socket to the interface that its first address names; it is no good for another.
                let is_bound = matches!(target, SocketAddr::V6(v6) if v6.scope_id() != 0);
                *spare = (!is_bound).then_some(socket);
                return Some(ProbeEvent::Answered(answer));
            }
            Some(answer) if !self.listens_to(answer) => return Some(ProbeEvent::Answered(answer)),
            Some(_) => return Some(self.keep(ticket, target, socket, Some(BannerBytes::default())).unwrap_or(ProbeEvent::Connected)),
            None => {}
        }
        self.keep(ticket, target, socket, None)
    }

    /// Closes the socket of a probe that is not waited for any more. Gives what that means, or what its service said.
    pub(crate) fn close(&mut self, ticket: Ticket) -> ProbeEvent {
        let flight = self.flights.get_mut(ticket.slot as usize).and_then(Option::take);
        match flight.map(|flight| (flight.banner, flight.socket)) {
            Some((Some(banner), _)) => ProbeEvent::Banner(banner),
            Some((None, socket)) if self.links.are_down(&socket) => ProbeEvent::Answered(ProbeResult::Known(Reason::NoRoute)),
            _ => ProbeEvent::Answered(ProbeResult::Silence),
        }
    }

    /// Waits for something to happen, at most `timeout`, and appends all of it to `happened`: what came while this process
    /// was held up is no silence.
    ///
    /// # Errors
    /// [`Error::System`] where polling fails, [`Error::ReaderLeft`] where nobody reads stdout any more.
    pub(crate) fn wait(&mut self, mut timeout: Option<Duration>, happened: &mut Vec<(Ticket, ProbeEvent)>) -> Result<()> {
        loop {
            match self.poll.poll(&mut self.events, timeout) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
                other => other.map_err(|source| Error::System { what: "polling", source })?,
            }
            let events = std::mem::replace(&mut self.events, Events::with_capacity(0));
            let outcome = events.iter().try_for_each(|event| self.take(event, happened));
            let may_have_more = events.iter().count() == EVENTS;
            self.events = events;
            outcome?;
            if !may_have_more {
                return Ok(());
            }
            timeout = Some(Duration::ZERO);
        }
    }

    fn take(&mut self, event: &Event, happened: &mut Vec<(Ticket, ProbeEvent)>) -> Result<()> {
        match event.token() {
            READER if event.is_error() || event.is_write_closed() => return Err(Error::ReaderLeft),
            WAKE | STOP | READER => return Ok(()),
            _ => {}
        }
        let ticket = ticket_of(event.token());
        let is_current = |flight: &&mut OpenProbe| flight.turn == ticket.turn;
        let slot = ticket.slot as usize;
        let Some(flight) = self.flights.get_mut(slot).and_then(Option::as_mut).filter(is_current) else { return Ok(()) };
        let event = match &mut flight.banner {
            Some(banner) => match banner.listen(&flight.socket) {
                BannerStatus::Part => return Ok(()),
                BannerStatus::All => ProbeEvent::Banner(std::mem::take(banner)),
            },
            None => match socket::ask(&flight.socket, flight.target, Moment::Later) {
                None => return Ok(()),
                Some(answer) if !self.listens_to(answer) => ProbeEvent::Answered(answer),
                Some(_) => {
                    self.start_listening(ticket);
                    happened.push((ticket, ProbeEvent::Connected));
                    return Ok(());
                }
            },
        };
        self.flights[slot] = None;
        happened.push((ticket, event));
        Ok(())
    }

    fn start_listening(&mut self, ticket: Ticket) {
        let Some(flight) = self.flights.get_mut(ticket.slot as usize).and_then(Option::as_mut) else { return };
        flight.banner = Some(BannerBytes::default());
        let mut source = SourceFd(&flight.socket.as_raw_fd());
        // Whatever is there already is told again; a refusal leaves the port open without a greeting, when its time is up.
        let _ = self.poll.registry().reregister(&mut source, token_of(ticket), Interest::READABLE);
    }

    fn listens_to(&self, answer: ProbeResult) -> bool {
        self.listening == GrabBanner::Yes && answer == ProbeResult::Known(Reason::Accepted)
    }

    fn keep(&mut self, ticket: Ticket, target: SocketAddr, socket: OwnedFd, banner: Option<BannerBytes>) -> Option<ProbeEvent> {
        let interest = if banner.is_some() { Interest::READABLE } else { Interest::WRITABLE };
        if self.poll.registry().register(&mut SourceFd(&socket.as_raw_fd()), token_of(ticket), interest).is_err() {
            return Some(ProbeEvent::Answered(ProbeResult::Exhausted));
        }
        let slot = ticket.slot as usize;
        if self.flights.len() <= slot {
            self.flights.resize_with(slot + 1, || None);
        }
        self.flights[slot] = Some(OpenProbe { turn: ticket.turn, target, socket, banner });
        None
    }
}

/// How many connections may be open at once: the descriptor limit is raised as far as it goes without privileges.
pub(crate) fn raise_descriptor_limit() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.or(limit.current);
    if limit.current != wanted {
        // A refusal leaves the old limit, which is read back.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: wanted, maximum: limit.maximum });
    }
    let current = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from(current.saturating_sub(RESERVED_DESCRIPTORS)).unwrap_or(usize::MAX).max(1)
}

fn token_of(ticket: Ticket) -> Token {
    Token((ticket.turn as usize) << 32 | ticket.slot as usize)
}

fn ticket_of(token: Token) -> Ticket {
    let half = |n: usize| u32::try_from(n & 0xffff_ffff).unwrap_or(u32::MAX);
    Ticket { slot: half(token.0), turn: half(token.0 >> 32) }
}

#[cfg(not(target_pointer_width = "64"))]
compile_error!("a ticket needs a 64-bit token");
