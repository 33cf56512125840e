//! A port of loopback that answers nothing: its queue of connections is full, so the system drops what more comes.

use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, Backlog, SockFlag, SockType, SockaddrStorage, bind, connect, getsockname, listen, socket};

/// The port, for as long as this lives.
pub struct Blackhole {
    pub address: SocketAddr,
    _sockets: Vec<OwnedFd>,
}

impl Blackhole {
    /// A silent port of `ip`.
    pub fn new(ip: &str) -> Self {
        let open =
            || socket(AddressFamily::Inet, SockType::Stream, SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC, None).expect("a socket");
        let listener = open();
        let wanted = SocketAddr::new(ip.parse().expect("an address"), 0);
        bind(listener.as_raw_fd(), &SockaddrStorage::from(wanted)).expect("bound");
        listen(&listener, Backlog::new(0).expect("a backlog")).expect("it listens");
        let bound: SockaddrStorage = getsockname(listener.as_raw_fd()).expect("an address");
        let address = SocketAddr::new(wanted.ip(), bound.as_sockaddr_in().expect("IPv4").port());
        let mut sockets = vec![listener];
        // The first fills the queue, the second finds it full.
        for _ in 0..2 {
            let client = open();
            assert_eq!(connect(client.as_raw_fd(), &SockaddrStorage::from(address)), Err(Errno::EINPROGRESS));
            sockets.push(client);
        }
        Self { address, _sockets: sockets }
    }

    pub fn port(&self) -> String {
        self.address.port().to_string()
    }
}
