//! What is known of a port, and why: the table of reasons, in nmap's words where it has one.

/// What is known of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Accepts connections.
    Open,
    /// Refuses connections.
    Closed,
    /// Does not answer, or something on the way forbids it.
    Filtered,
    /// Could not be asked.
    Unknown,
}

impl State {
    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Filtered => "filtered",
            Self::Unknown => "unknown",
        }
    }
}

/// Why a port is in its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It accepted.
    Accepted,
    /// It refused (RST).
    Refused,
    /// The system gave the probe itself this port, so that it met itself: nothing listens there.
    SelfConnect,
    /// Nothing came, however often it was asked.
    Silence,
    /// ICMP: no way to the network.
    NetUnreachable,
    /// ICMP: no way to the host.
    HostUnreachable,
    /// ICMP: the host does not speak TCP.
    ProtocolUnreachable,
    /// ICMP: what packet filters say where the host itself would have sent RST.
    PortUnreachable,
    /// ICMP: the network is forbidden.
    NetProhibited,
    /// ICMP: the host is forbidden.
    HostProhibited,
    /// ICMP: a packet filter forbids it.
    AdminProhibited,
    /// Any other error that came over the network.
    Unreachable,
    /// This machine has no way there: no route, no address to go from, or a link that is down.
    NoRoute,
    /// The address lies behind an interface that this machine does not have, or that nobody named.
    NoInterface,
    /// This machine's own routes or packet filter forbid it.
    Denied,
    /// This machine stayed out of descriptors, memory or local ports.
    Exhausted,
    /// The run was ended before an answer came.
    Interrupted,
    /// The host had enough open ports before this one was known.
    MaxOpen,
}

/// One line of the table of reasons.
#[derive(Debug)]
pub struct ReasonEntry {
    /// The reason.
    pub reason: Reason,
    /// The state that follows from it.
    pub state: State,
    /// Its name on the wire.
    pub name: &'static str,
}

const fn entry(reason: Reason, state: State, name: &'static str) -> ReasonEntry {
    ReasonEntry { reason, state, name }
}

/// Every reason with its state and name, in the order of [`Reason`]. **Source:** nmap's `reason.cc` for the words that it has.
pub const REASONS: &[ReasonEntry] = &[
    entry(Reason::Accepted, State::Open, "syn-ack"),
    entry(Reason::Refused, State::Closed, "conn-refused"),
    entry(Reason::SelfConnect, State::Closed, "own-port"),
    entry(Reason::Silence, State::Filtered, "no-response"),
    entry(Reason::NetUnreachable, State::Filtered, "net-unreach"),
    entry(Reason::HostUnreachable, State::Filtered, "host-unreach"),
    entry(Reason::ProtocolUnreachable, State::Filtered, "proto-unreach"),
    entry(Reason::PortUnreachable, State::Filtered, "port-unreach"),
    entry(Reason::NetProhibited, State::Filtered, "net-prohibited"),
    entry(Reason::HostProhibited, State::Filtered, "host-prohibited"),
    entry(Reason::AdminProhibited, State::Filtered, "admin-prohibited"),
    entry(Reason::Unreachable, State::Filtered, "unreach"),
    entry(Reason::NoRoute, State::Unknown, "no-route"),
    entry(Reason::NoInterface, State::Unknown, "no-interface"),
    entry(Reason::Denied, State::Unknown, "denied-here"),
    entry(Reason::Exhausted, State::Unknown, "exhausted-here"),
    entry(Reason::Interrupted, State::Unknown, "interrupted"),
    entry(Reason::MaxOpen, State::Unknown, "max-open"),
];

impl Reason {
    const fn entry(self) -> &'static ReasonEntry {
        &REASONS[self as usize]
    }

    /// The state that follows from it.
    pub const fn state(self) -> State {
        self.entry().state
    }

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// Whether the port itself answered, so that the time it took is a round trip.
    pub(crate) const fn is_reply(self) -> bool {
        matches!(self, Self::Accepted | Self::Refused)
    }
}

/// How one try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProbeResult {
    /// The port's state follows.
    Known(Reason),
    /// Nothing came in time.
    Silence,
    /// This machine has no descriptor, memory or local port left.
    Exhausted,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_stands_at_its_place_and_has_its_own_name() {
        for (place, entry) in REASONS.iter().enumerate() {
            assert_eq!(entry.reason as usize, place, "{}", entry.name);
            assert_eq!(REASONS.iter().filter(|other| other.name == entry.name).count(), 1);
        }
        assert_eq!(REASONS.len(), Reason::MaxOpen as usize + 1);
    }
}
