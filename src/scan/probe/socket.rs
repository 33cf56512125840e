//! One TCP connection: opened without blocking, asked how it is, and what the system's answer means. No privileges.

use std::io::IoSliceMut;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::libc;
use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, MsgFlags, SockFlag, SockType, SockaddrStorage, getsockname, recvmsg, setsockopt, sockopt,
};

use crate::scan::probe::result::{ProbeResult, Reason};

/// A socket for `target` that never blocks, resets when it is closed, and remembers what ICMP says.
pub(crate) fn open(target: SocketAddr) -> Result<OwnedFd, Errno> {
    let family = if target.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
    let socket = nix::sys::socket::socket(family, SockType::Stream, flags, None)?;
    // Without these the probe still works: it leaves a TIME_WAIT behind, and takes ICMP's word for RST.
    let _ = setsockopt(&socket, sockopt::Linger, &libc::linger { l_onoff: 1, l_linger: 0 });
    let _ =
        if target.is_ipv4() { setsockopt(&socket, sockopt::Ipv4RecvErr, &true) } else { setsockopt(&socket, sockopt::Ipv6RecvErr, &true) };
    Ok(socket)
}

pub(crate) fn connect(socket: &OwnedFd, target: SocketAddr) -> Result<(), Errno> {
    match nix::sys::socket::connect(socket.as_raw_fd(), &SockaddrStorage::from(target)) {
        Err(Errno::EINPROGRESS) => Ok(()),
        other => other,
    }
}

/// When a connection is asked what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Right after it was begun: nothing can have come from far.
    AtOnce,
    /// Once the system says that something happened.
    Later,
}

/// Asks what became of a connection; `None` where it is not decided yet.
///
/// Connecting once more sends nothing: Linux gives the outcome of the first, and after a refusal the socket is as new.
/// **Source:** `__inet_stream_connect` in Linux' `net/ipv4/af_inet.c`.
pub(crate) fn ask(socket: &OwnedFd, target: SocketAddr, moment: Moment) -> Option<ProbeResult> {
    match nix::sys::socket::connect(socket.as_raw_fd(), &SockaddrStorage::from(target)) {
        // ICMP that came while the first call was under way is kept, but does not end the attempt.
        Err(Errno::EALREADY | Errno::EINPROGRESS | Errno::EINTR) => read_icmp(socket, target, moment).map(ProbeResult::Known),
        // RFC 9293 section 3.5: two that connect to each other at once are connected, also where the two are one.
        Ok(()) | Err(Errno::EISCONN) if is_own(socket, target) => Some(ProbeResult::Known(Reason::SelfConnect)),
        // After the handshake a reset is another error than before it: what accepts and hangs up at once is open (a load balancer
        // without a backend, TCP wrappers). Source: tcp_reset in Linux' net/ipv4/tcp_input.c.
        Ok(()) | Err(Errno::EISCONN | Errno::ECONNRESET | Errno::EPIPE) => Some(ProbeResult::Known(Reason::Accepted)),
        Err(errno) => Some(read_icmp(socket, target, moment).map_or_else(|| meaning_of_answer(errno), ProbeResult::Known)),
    }
}

fn is_own(socket: &OwnedFd, target: SocketAddr) -> bool {
    getsockname::<SockaddrStorage>(socket.as_fd().as_raw_fd()).is_ok_and(|own| own == SockaddrStorage::from(target))
}

/// The address that a connection goes out from.
pub(crate) fn source(socket: &OwnedFd) -> Option<IpAddr> {
    let own = getsockname::<SockaddrStorage>(socket.as_raw_fd()).ok()?;
    let v4 = own.as_sockaddr_in().map(|v4| IpAddr::V4(v4.ip()));
    v4.or_else(|| own.as_sockaddr_in6().map(|v6| IpAddr::V6(v6.ip())))
}

/// What ICMP said, if it did: the error number alone cannot tell a packet filter's port unreachable from RST.
///
/// Where this machine itself said so of another, its own packet filter did. It also says that it finds no host at an address
/// of its own network, but takes seconds to find that out.
fn read_icmp(socket: &OwnedFd, target: SocketAddr, moment: Moment) -> Option<Reason> {
    let (reason, offender) = take_icmp(socket)?;
    let is_ours = || offender.is_some_and(|offender| offender != target.ip() && source(socket) == Some(offender));
    let is_found_out = reason == Reason::HostUnreachable && moment == Moment::Later;
    Some(if !is_found_out && is_ours() { Reason::Denied } else { reason })
}

/// What ICMP said, and who.
fn take_icmp(socket: &OwnedFd) -> Option<(Reason, Option<IpAddr>)> {
    let mut room = nix::cmsg_space!(libc::sock_extended_err, libc::sockaddr_in6);
    // What the packet held.
    let mut bytes = [0; 64];
    let mut parts = [IoSliceMut::new(&mut bytes)];
    let flags = MsgFlags::MSG_ERRQUEUE | MsgFlags::MSG_DONTWAIT;
    let message = recvmsg::<()>(socket.as_raw_fd(), &mut parts, Some(&mut room), flags).ok()?;
    message.cmsgs().ok()?.find_map(|control| match control {
        ControlMessageOwned::Ipv4RecvErr(error, from) if error.ee_origin == libc::SO_EE_ORIGIN_ICMP => {
            let offender = from.map(|from| Ipv4Addr::from_bits(u32::from_be(from.sin_addr.s_addr)).into());
            Some((meaning_of_icmp(error.ee_type, error.ee_code), offender))
        }
        ControlMessageOwned::Ipv6RecvErr(error, from) if error.ee_origin == libc::SO_EE_ORIGIN_ICMP6 => {
            let offender = from.map(|from| Ipv6Addr::from(from.sin6_addr.s6_addr).into());
            Some((meaning_of_icmp6(error.ee_type, error.ee_code), offender))
        }
        _ => None,
    })
}

/// **Source:** RFC 792 and RFC 1812 section 5.2.7.1 (type 3, destination unreachable).
const fn meaning_of_icmp(kind: u8, code: u8) -> Reason {
    match (kind, code) {
        (3, 0 | 6 | 11) => Reason::NetUnreachable,
        (3, 1 | 7 | 8 | 12) => Reason::HostUnreachable,
        (3, 2) => Reason::ProtocolUnreachable,
        (3, 3) => Reason::PortUnreachable,
        (3, 9) => Reason::NetProhibited,
        (3, 10) => Reason::HostProhibited,
        (3, 13..=15) => Reason::AdminProhibited,
        _ => Reason::Unreachable,
    }
}

/// **Source:** RFC 4443 section 3.1 (type 1, destination unreachable); type 4, code 1 is an unknown next header.
const fn meaning_of_icmp6(kind: u8, code: u8) -> Reason {
    match (kind, code) {
        (1, 0) => Reason::NetUnreachable,
        (1, 1 | 5 | 6) => Reason::AdminProhibited,
        (1, 2 | 3) => Reason::HostUnreachable,
        (1, 4) => Reason::PortUnreachable,
        (4, 1) => Reason::ProtocolUnreachable,
        _ => Reason::Unreachable,
    }
}

/// An error that came over the network, where nothing is known of ICMP.
const fn meaning_of_answer(errno: Errno) -> ProbeResult {
    ProbeResult::Known(match errno {
        Errno::ECONNREFUSED => Reason::Refused,
        Errno::ETIMEDOUT => return ProbeResult::Silence,
        Errno::EMFILE | Errno::ENFILE | Errno::ENOBUFS | Errno::ENOMEM | Errno::EADDRNOTAVAIL => return ProbeResult::Exhausted,
        Errno::ENETUNREACH => Reason::NetUnreachable,
        Errno::EHOSTUNREACH => Reason::HostUnreachable,
        Errno::ENOPROTOOPT => Reason::ProtocolUnreachable,
        Errno::EACCES | Errno::EPERM => Reason::AdminProhibited,
        _ => Reason::Unreachable,
    })
}

/// Whether this machine has an address to reach `target` from: without one (IPv6 switched off), connecting fails as it does
/// where all local ports are taken. A UDP socket that is connected sends nothing, and has ports of its own.
fn has_source(target: SocketAddr) -> bool {
    let family = if target.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    // A socket that cannot be had says nothing of addresses.
    nix::sys::socket::socket(family, SockType::Datagram, SockFlag::SOCK_CLOEXEC, None).map_or(true, |socket| {
        let connected = nix::sys::socket::connect(socket.as_raw_fd(), &SockaddrStorage::from(target));
        connected != Err(Errno::EADDRNOTAVAIL)
    })
}

/// An error of the first call itself: nothing was sent.
pub(crate) fn meaning_of_refusal(errno: Errno, target: SocketAddr) -> ProbeResult {
    match errno {
        Errno::EADDRNOTAVAIL if !has_source(target) => ProbeResult::Known(Reason::NoRoute),
        Errno::EMFILE | Errno::ENFILE | Errno::ENOBUFS | Errno::ENOMEM | Errno::EADDRNOTAVAIL | Errno::EAGAIN => ProbeResult::Exhausted,
        Errno::EACCES | Errno::EPERM => ProbeResult::Known(Reason::Denied),
        _ => ProbeResult::Known(Reason::NoRoute),
    }
}
