//! A host as the system reaches it: a link-local address lies behind an interface, which is looked up by its name or number.
//!
//! Takes an address, gives where to connect to, or why there is no such place here. Asks the system for names of interfaces only.
//!
//! **Source:** RFC 4007 section 11; `ipv6(7)` for `sin6_scope_id`.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use nix::ifaddrs::getifaddrs;
use nix::net::if_::{InterfaceFlags, if_indextoname, if_nametoindex};

use crate::base::net::{Address, Zone};
use crate::base::number::{agree, counted};
use crate::io::diagnostics::Diagnostics;
use crate::scan::probe::socket;

/// How many interfaces that are not there are named.
const NAMED: usize = 5;

/// A host that can be connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Peer {
    pub address: Address,
    /// The number of the interface that its zone names; 0 where it has none.
    scope: u32,
}

/// The zone of an address that cannot be reached: an interface that is not there, or none where one is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Lost(Option<Zone>);

impl Peer {
    /// The way to `address` from this machine.
    ///
    /// # Errors
    /// [`Lost`] where it is link-local and its interface is not there, or is not named.
    pub(crate) fn find(address: Address) -> Result<Self, Lost> {
        let is_link_local = matches!(address.ip, IpAddr::V6(v6) if v6.is_unicast_link_local());
        let scope = match address.zone() {
            Some(zone) => number_of(zone).ok_or(Lost(Some(zone)))?,
            None if is_link_local => return Err(Lost(None)),
            None => 0,
        };
        Ok(Self { address, scope })
    }

    /// Where its `port` is.
    pub(crate) const fn with_port(self, port: u16) -> SocketAddr {
        self.address.with_port(port, self.scope)
    }
}

impl<A: Into<Address>> From<A> for Peer {
    fn from(address: A) -> Self {
        Self { address: address.into(), scope: 0 }
    }
}

/// The number of the interface of that name or, where none is called so, of that number.
fn number_of(zone: Zone) -> Option<u32> {
    let is_there = |number: &u32| *number > 0 && if_indextoname(*number).is_ok();
    if_nametoindex(zone.as_str()).ok().or_else(|| zone.as_str().parse().ok().filter(is_there))
}

/// The addresses of a run that could not be reached, by their zone.
#[derive(Debug, Default)]
pub(crate) struct LostOnes(BTreeMap<Lost, u64>);

impl LostOnes {
    pub(super) fn add(&mut self, lost: Lost) {
        // Names of interfaces come with the input, so only so many are held; the rest is counted for the last of them.
        let lost =
            if self.0.len() > NAMED && !self.0.contains_key(&lost) { self.0.keys().next_back().copied().unwrap_or(lost) } else { lost };
        *self.0.entry(lost).or_default() += 1;
    }

    pub(super) fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// Names the interfaces.
    pub(super) fn tell(&self, diagnostics: &mut Diagnostics) {
        for (Lost(zone), count) in &self.0 {
            let why = match zone {
                Some(zone) => format!("this machine has no interface {} (ip link lists them)", zone.as_str()),
                None => "a link-local address needs its interface (fe80::1%eth0)".to_owned(),
            };
            diagnostics
                .warn("no_interface", &format!("{} {} not scanned: {why}", counted(*count, "address"), agree(*count, "was", "were")));
        }
    }
}

/// How long what is known of the links is good for.
const GOOD_FOR: Duration = Duration::from_millis(500);

/// The addresses of this machine on links that are down: there, silence says nothing of anybody. Where an interface is switched
/// off, its routes are gone and connecting fails. Where its cable is pulled, they stay, and Linux drops what is sent there without
/// a word.
#[derive(Debug, Default)]
pub(crate) struct Links {
    asked: Option<Instant>,
    down: Vec<IpAddr>,
}

impl Links {
    /// Whether the link is down from which a connection goes out.
    pub(crate) fn are_down(&mut self, socket: &OwnedFd) -> bool {
        if self.asked.is_none_or(|asked| asked.elapsed() > GOOD_FOR) {
            self.down = addresses_down();
            self.asked = Some(Instant::now());
        }
        !self.down.is_empty() && socket::source(socket).is_some_and(|source| self.down.contains(&source))
    }
}

/// The addresses of links without a carrier, but those that other links have too.
fn addresses_down() -> Vec<IpAddr> {
    let (mut up, mut down) = (Vec::new(), Vec::new());
    // A system that tells nothing of its links has none that is known to be down.
    for link in getifaddrs().into_iter().flatten() {
        let Some(address) = link.address else { continue };
        let v4 = address.as_sockaddr_in().map(|v4| IpAddr::V4(v4.ip()));
        let Some(ip) = v4.or_else(|| address.as_sockaddr_in6().map(|v6| IpAddr::V6(v6.ip()))) else { continue };
        let has_carrier = link.flags.contains(InterfaceFlags::IFF_LOWER_UP);
        if has_carrier { up.push(ip) } else { down.push(ip) }
    }
    down.retain(|ip| !up.contains(ip));
    down
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_an_interface_by_name_or_number() {
        let find = |text: &str| Peer::find(text.parse().expect(text)).map(|peer| peer.with_port(22).to_string());
        let lo = if_nametoindex("lo").expect("loopback");
        assert_eq!(find("fe80::1%lo"), Ok(format!("[fe80::1%{lo}]:22")));
        assert_eq!(find(&format!("fe80::1%{lo}")), Ok(format!("[fe80::1%{lo}]:22")));
        assert_eq!(find("2001:db8::1%lo"), Ok("[2001:db8::1]:22".to_owned()));
        assert_eq!(find("192.0.2.1"), Ok("192.0.2.1:22".to_owned()));
        for (text, zone) in
            [("fe80::1", None), ("fe80::1%nosuch0", Some("nosuch0")), ("fe80::1%0", Some("0")), ("fe80::1%4294967296", Some("4294967296"))]
        {
            assert_eq!(find(text), Err(Lost(zone.and_then(|zone| Zone::parse(zone.as_bytes())))), "{text}");
        }
    }
}
