//! Lists of addresses as people write them: addresses, CIDRs, ranges, and octets with ranges and `*` in them, as nmap takes them.
//!
//! Takes text, gives [`Span`]s, each with the words that it was made of. However large a span is, it takes the space of a few numbers.
//! Never resolves a name.
//!
//! **Source:** the nmap book, "Specifying Target Hosts and Networks".

use std::net::IpAddr;

use ipnet::IpNet;

use crate::base::escape::{QUOTED, shorten};
use crate::base::net::octets::Octets;
use crate::base::net::{Address, Zone, canonical, is_host_name, parse_address, strip_brackets};

/// The addresses that one expression means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// From the first to the last, both of one family, behind one interface.
    Range {
        /// The lowest.
        first: IpAddr,
        /// The highest.
        last: IpAddr,
        /// The interface that was named.
        zone: Option<Zone>,
    },
    /// IPv4 addresses by octets, where they are no such range.
    Octets(Box<Octets>),
}

/// The spans of a list, each with its text: expressions separated by commas, blanks or both. A comma between octets belongs to its
/// expression (`192.0.2.1,7` is two addresses), and empty places between commas say nothing.
///
/// # Errors
/// A sentence that quotes the first expression that is none.
///
/// ```
/// let spans = soar_light::base::net::parse_spans("192.0.2.1-3, [2001:db8::1]").unwrap();
/// assert_eq!(spans.iter().map(|(text, span)| (&**text, span.count())).collect::<Vec<_>>(), [("192.0.2.1-3", 3), ("[2001:db8::1]", 1)]);
/// ```
pub fn parse_spans(list: &str) -> Result<Vec<(String, Span)>, String> {
    split(list).into_iter().map(|text| parse_span(&text).map(|span| (text, span))).collect()
}

/// The expressions of a list, as text. What is none is one all the same, between two commas or blanks.
pub(super) fn split(list: &str) -> Vec<String> {
    words(list).iter().flat_map(|word| split_word(word)).collect()
}

/// The same, where blanks are a part of the text: names of files may have some inside.
pub(crate) fn split_at_commas(list: &str) -> Vec<String> {
    split_word(&list.split(',').map(str::trim).collect::<Vec<_>>().join(","))
}

/// The blank-separated words; blanks around the `-` of a range separate nothing.
fn words(list: &str) -> Vec<String> {
    let is_end = |text: &str| parse_address(strip_brackets(text.as_bytes())).is_some();
    let (mut words, mut is_open) = (Vec::<String>::new(), false);
    for word in list.split_whitespace() {
        let (before, behind) = (words.last().map_or("", |last| last.rsplit(',').next().unwrap_or("")), word.trim_start_matches('-'));
        let goes_on = is_open || word.len() - behind.len() == 1 && is_end(before);
        is_open = word.strip_suffix('-').is_some_and(|first| first.is_empty() && goes_on || is_end(first.rsplit(',').next().unwrap_or("")));
        match words.last_mut() {
            Some(open) if goes_on => open.push_str(word),
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// Cuts a word at its commas, but for those between octets: a piece that is made of octets alone goes on with the expression before
/// it, where that lacks octets yet or this is one of its last.
fn split_word(word: &str) -> Vec<String> {
    let octets = |piece: &str| piece.split('/').next().unwrap_or_default().to_owned();
    let are_octets = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b"-*.,".contains(&b));
    let dots = |text: &str| text.bytes().filter(|&b| b == b'.').count();
    let mut expressions = Vec::<String>::new();
    for piece in word.split(',').filter(|piece| !piece.is_empty()) {
        let own = octets(piece);
        match expressions.last_mut() {
            // 192.0.2,3.1: two dots and one; 192.0.2.1,7: three and none.
            Some(last) if are_octets(last) && are_octets(&own) && (dots(&own) == 0 || dots(last) + dots(&own) <= 3) => {
                last.push(',');
                last.push_str(piece);
            }
            _ => expressions.push(piece.to_owned()),
        }
    }
    expressions
}

/// The span of one expression.
///
/// # Errors
/// A sentence that quotes it.
pub(crate) fn parse_span(text: &str) -> Result<Span, String> {
    let bare = std::str::from_utf8(strip_brackets(text.as_bytes())).unwrap_or(text);
    let single = Address::parse(bare.as_bytes());
    if let Some(address) = single.filter(|_| check_zone(bare).is_ok()) {
        return Ok(Span::Range { first: address.ip, last: address.ip, zone: address.zone() });
    }
    if let Some(span) = parse_range(text).or_else(|| parse_network(text)) {
        return span;
    }
    if single.is_some() {
        check_zone(bare)?;
    }
    Octets::parse(text).map(Span::of_octets).ok_or_else(|| refuse(text))
}

/// Why `text` is no expression; of what can be a name, what to do about it.
fn refuse(text: &str) -> String {
    format!("not an address, CIDR or range: {}{}", shorten(text, QUOTED), hint(text))
}

/// What to do about `text`, where it can be the name of a host.
pub(super) fn hint(text: &str) -> &'static str {
    let name = text.split_once('/').map_or(text, |(name, _)| name);
    let is_name = is_host_name(name.as_bytes()) && name.bytes().any(|b| b.is_ascii_alphabetic());
    if is_name { " (names are not resolved: write the address)" } else { "" }
}

/// Whoever writes a zone means it, so one that no interface can have is not dropped as in a log.
fn check_zone(text: &str) -> Result<(), String> {
    match text.split_once('%') {
        Some((_, zone)) if Zone::parse(zone.as_bytes()).is_none() => {
            Err(format!("not an address: {}: no interface is called {:?}", shorten(text, QUOTED), shorten(zone, QUOTED)))
        }
        _ => Ok(()),
    }
}

/// The range `first-last`, or why its ends do not fit; `None` where the text is none.
fn parse_range(text: &str) -> Option<Result<Span, String>> {
    let end = |text: &str| {
        let bare = std::str::from_utf8(strip_brackets(text.trim().as_bytes())).ok()?;
        Address::parse(bare.as_bytes()).filter(|_| check_zone(bare).is_ok())
    };
    // A name of an interface may hold a `-` too.
    let ends = text.match_indices('-').find_map(|(at, _)| Some((end(&text[..at])?, end(&text[at + 1..])?)));
    let (first, last) = ends?;
    let (before, behind) = (first.zone(), last.zone());
    let fits = first.ip.is_ipv4() == last.ip.is_ipv4() && first.ip <= last.ip && (before == behind || before.is_none() || behind.is_none());
    // Of a range in a zone, all lies in it: an end that is not link-local has none.
    let is_whole = before.or(behind).is_none_or(|zone| [first, last].iter().all(|end| end.in_zone(zone).zone().is_some()));
    let wrong = || format!("not a range: {}: the first address is after the last, or of another kind", shorten(text, QUOTED));
    Some(if fits && is_whole { Ok(Span::Range { first: first.ip, last: last.ip, zone: before.or(behind) }) } else { Err(wrong()) })
}

/// The network `address/bits`, or what is wrong with its bits; `None` where the text is none. A mapped IPv6 one
/// (`::ffff:a.b.c.d/120`) is the IPv4 network that it means, since canonical addresses are what is looked up.
fn parse_network(text: &str) -> Option<Result<Span, String>> {
    let (address, bits) = text.split_once('/')?;
    let address = std::str::from_utf8(strip_brackets(address.as_bytes())).ok()?;
    let named = Address::parse(address.as_bytes()).filter(|_| check_zone(address).is_ok())?;
    let plain = address.split('%').next().unwrap_or_default();
    let wrong = || {
        let most = if named.ip.is_ipv4() { 32 } else { 128 };
        format!("not a CIDR: {}: {:?} is not a number of bits from 0 to {most}", shorten(text, QUOTED), shorten(bits, QUOTED))
    };
    let Ok(net) = format!("{plain}/{bits}").parse::<IpNet>() else { return Some(Err(wrong())) };
    let (first, last) = match (canonical(net.network()), canonical(net.broadcast())) {
        (first @ IpAddr::V4(_), last @ IpAddr::V4(_)) => (first, last),
        _ => (net.network(), net.broadcast()),
    };
    let is_whole = named.zone().is_none_or(|zone| [first, last].iter().all(|&end| Address::new(end).in_zone(zone).zone().is_some()));
    Some(if is_whole { Ok(Span::Range { first, last, zone: named.zone() }) } else { Err(wrong()) })
}

impl Span {
    /// Octets as a range, where they are one.
    fn of_octets(octets: Octets) -> Self {
        match octets.ranges(1).as_deref() {
            Some(&[(first, last)]) => Self::Range { first, last, zone: None },
            _ => Self::Octets(Box::new(octets)),
        }
    }

    /// How many addresses it means.
    pub fn count(&self) -> u128 {
        match self {
            Self::Range { first, last, .. } => (bits_of(*last) - bits_of(*first)).saturating_add(1),
            Self::Octets(octets) => octets.count(),
        }
    }

    /// The first address, the lowest.
    pub fn first(&self) -> Address {
        match self {
            Self::Range { first, zone, .. } => with_zone(*first, *zone),
            Self::Octets(octets) => Address::new(IpAddr::V4(octets.first())),
        }
    }

    /// The address behind `address`, which is one of them.
    pub fn after(&self, address: Address) -> Option<Address> {
        match (self, address.ip) {
            (Self::Range { last, zone, .. }, ip) if ip < *last => Some(with_zone(next_of(ip), *zone)),
            (Self::Octets(octets), IpAddr::V4(v4)) => octets.after(v4).map(|next| Address::new(IpAddr::V4(next))),
            _ => None,
        }
    }

    /// The same as ranges, ascending; `None` where there would be more than `most`.
    pub fn ranges(&self, most: usize) -> Option<Vec<(IpAddr, IpAddr)>> {
        match self {
            Self::Range { first, last, .. } => Some(vec![(*first, *last)]),
            Self::Octets(octets) => octets.ranges(most),
        }
    }
}

fn with_zone(ip: IpAddr, zone: Option<Zone>) -> Address {
    zone.map_or(Address::new(ip), |zone| Address::new(ip).in_zone(zone))
}

/// The address behind `ip`, which is not the last of its family.
fn next_of(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(v4) => IpAddr::V4((v4.to_bits() + 1).into()),
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() + 1).into()),
    }
}

/// Its bits as a number.
pub(super) const fn bits_of(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(v4) => v4.to_bits() as u128,
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(span: &Span) -> Vec<String> {
        std::iter::successors(Some(span.first()), |&address| span.after(address)).map(|address| address.to_string()).collect()
    }

    #[test]
    fn an_expression_means_what_nmap_takes_it_for() {
        for (text, expected) in [
            ("192.0.2.7", &["192.0.2.7"][..]),
            ("[2001:db8::1]", &["2001:db8::1"]),
            ("fe80::1%eth0", &["fe80::1%eth0"]),
            ("[fe80::1%eth0]", &["fe80::1%eth0"]),
            ("::ffff:192.0.2.1", &["192.0.2.1"]),
            ("192.0.2.0/31", &["192.0.2.0", "192.0.2.1"]),
            ("::ffff:192.0.2.0/127", &["192.0.2.0", "192.0.2.1"]),
            ("[2001:db8::]/127", &["2001:db8::", "2001:db8::1"]),
            ("fe80::2%eth0/127", &["fe80::2%eth0", "fe80::3%eth0"]),
            ("192.0.2.1-3", &["192.0.2.1", "192.0.2.2", "192.0.2.3"]),
            ("192.0.2.255-192.0.3.0", &["192.0.2.255", "192.0.3.0"]),
            ("2001:db8::ffff-2001:db8::1:1", &["2001:db8::ffff", "2001:db8::1:0", "2001:db8::1:1"]),
            ("[fe80::1%br-lan]-[fe80::2%br-lan]", &["fe80::1%br-lan", "fe80::2%br-lan"]),
            ("192.0.2-3.1,5-6", &["192.0.2.1", "192.0.2.5", "192.0.2.6", "192.0.3.1", "192.0.3.5", "192.0.3.6"]),
            ("192.0.2.-1,254-", &["192.0.2.0", "192.0.2.1", "192.0.2.254", "192.0.2.255"]),
            ("192.0.2,4.7/31", &["192.0.2.6", "192.0.2.7", "192.0.4.6", "192.0.4.7"]),
        ] {
            let span = parse_span(text).expect(text);
            assert_eq!(
                (addresses(&span), span.count()),
                (expected.iter().map(|&s| s.to_owned()).collect(), expected.len() as u128),
                "{text}"
            );
        }
        for (text, count) in [("192.0.2.*", 256), ("192.0.*.1", 256), ("*.*.*.*", 1 << 32), ("10.0-1.-.*", 1 << 17), ("::/0", u128::MAX)] {
            assert_eq!(parse_span(text).map(|span| span.count()), Ok(count), "{text}");
        }
        assert!(matches!(parse_span("192.0.2-3.*"), Ok(Span::Range { .. })), "a range is one, however it is written");
    }

    #[test]
    fn lists_are_cut_at_commas_and_blanks_but_not_between_octets() {
        for (list, expressions) in [
            ("192.0.2.1,198.51.100.0/24", &["192.0.2.1", "198.51.100.0/24"][..]),
            (" 192.0.2.1 , 2001:db8::1,\t::1,, ", &["192.0.2.1", "2001:db8::1", "::1"]),
            ("192.0.2.1,5-7,198.51.100.1,fe80::1%eth0,7", &["192.0.2.1,5-7", "198.51.100.1", "fe80::1%eth0", "7"]),
            ("192.0.2,3.1", &["192.0.2,3.1"]),
            ("1,2.0.0.1 1.2.3.4", &["1,2.0.0.1", "1.2.3.4"]),
            ("192.0.2.1 - 192.0.2.9 192.0.2.20- 192.0.2.22", &["192.0.2.1-192.0.2.9", "192.0.2.20-192.0.2.22"]),
            ("::1 -::3,::7 - ::9", &["::1-::3", "::7-::9"]),
            (",", &[]),
            ("a b,c", &["a", "b", "c"]),
        ] {
            assert_eq!(split(list), expressions, "{list}");
        }
    }

    #[test]
    fn what_is_none_is_quoted_with_what_to_do() {
        for (text, reason) in [
            ("example.org", "not an address, CIDR or range: example.org (names are not resolved: write the address)"),
            ("example.org/24", "not an address, CIDR or range: example.org/24 (names are not resolved: write the address)"),
            ("192.0.2.256", "not an address, CIDR or range: 192.0.2.256"),
            ("192.0.2", "not an address, CIDR or range: 192.0.2"),
            ("192.0.2.1.5", "not an address, CIDR or range: 192.0.2.1.5"),
            ("192.0.2.9-1", "not an address, CIDR or range: 192.0.2.9-1"),
            ("010.0.0.1-2", "not an address, CIDR or range: 010.0.0.1-2"),
            ("[::1", "not an address, CIDR or range: [::1"),
            ("192.0.2.0/33", "not a CIDR: 192.0.2.0/33: \"33\" is not a number of bits from 0 to 32"),
            ("2001:db8::/x", "not a CIDR: 2001:db8::/x: \"x\" is not a number of bits from 0 to 128"),
            ("192.0.2.9-192.0.2.1", "not a range: 192.0.2.9-192.0.2.1: the first address is after the last, or of another kind"),
            ("fe80::1%a-fe80::2%b", "not a range: fe80::1%a-fe80::2%b: the first address is after the last, or of another kind"),
            ("fe80::1%0123456789abcdef", "not an address: fe80::1%0123456789abcdef: no interface is called \"0123456789abcdef\""),
        ] {
            assert_eq!(parse_span(text), Err(reason.to_owned()));
        }
    }
}
