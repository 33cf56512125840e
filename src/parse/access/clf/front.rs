//! What stands before the status of an access log of the common family: the client, the time and the request.
//!
//! The first unescaped quote starts the request, and the time stands right before it, so no user name can put another in its place.

use memchr::{memchr, memmem, memrchr};

use crate::base::net;
use crate::base::time::{CLF_LEN, Clock, LogTime};
use crate::parse::access::client::{Client, read_client};
use crate::parse::access::field::{Quoted, close_quoted, find_quote};
use crate::parse::format::Mismatch;

/// The start of nearly every line, `192.0.2.1 - - [10/Oct/2000:13:55:36 +0000] "`: the place of its quote, the time and the client.
/// Read from the left, since it can be read in no other way: no name and no time holds a quote.
#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
pub(crate) fn read_plain_front<'a>(line: &'a [u8], clock: &mut Clock) -> Option<(usize, i64, Client<'a>)> {
    let (address, behind) = line.split_at(net::host_name_len(line));
    let behind = behind.strip_prefix(b" - - [").filter(|_| !address.is_empty())?;
    let (time, behind) = behind.split_at_checked(CLF_LEN)?;
    let behind = behind.strip_prefix(b"] ").filter(|behind| behind.starts_with(b"\""))?;
    let seconds = clock.parse_clf(time).ok()?;
    Some((line.len() - behind.len(), seconds, Client { domain: None, address, user: None }))
}

/// What stands before the request, which starts at `start`: the time right before it, and the client.
///
/// # Errors
/// Where it does not fit, and why.
pub(crate) fn read_front<'a>(line: &'a [u8], start: usize, clock: &mut Clock) -> Result<(LogTime<'a>, Client<'a>), Mismatch> {
    let mismatch = |at, reason| Mismatch { at, reason };
    let time_end = line[..start].strip_suffix(b"] ").ok_or(mismatch(1, "no ']' after the time"))?.len();
    let (time_start, time) = read_time(line, time_end, clock)?;
    // The time and the request are there.
    let at = start;
    let who = read_client(line[..time_start - 1].strip_suffix(b" ").ok_or(mismatch(at, "no space before the time"))?)
        .map_err(|reason| mismatch(at, reason))?;
    if may_end_in_port(who.address) && line[time_start..time_end].len() == DAPHNE_LEN && memmem::find(&line[start..], b" HTTP/").is_none() {
        return Err(mismatch(at, "an IPv6 address that may end in a port: --log-format must say (daphne)"));
    }
    Ok((time, who))
}

/// The length of `10/Oct/2000:13:55:36`. Daphne writes such a time, `GET /path` for a request, and `2001:db8::7:4711` for an IPv6 address
/// with a port.
const DAPHNE_LEN: usize = 20;

/// Whether `address` without its last group, which may be a port, is one of IPv6.
fn may_end_in_port(address: &[u8]) -> bool {
    let is_v6 = |text: &[u8]| net::parse_address(text).is_some_and(|address| address.is_ipv6());
    net::split_port(address).is_some_and(|(host, port)| !port.is_empty() && is_v6(host))
}

/// The time that ends at `end`, and where it starts, behind a bracket: of the length that it nearly always has, or any that has a date.
fn read_time<'a>(line: &'a [u8], end: usize, clock: &mut Clock) -> Result<(usize, LogTime<'a>), Mismatch> {
    const MISSING: Mismatch = Mismatch { at: 2, reason: "no '[' before the time" };
    if let Some(start) = end.checked_sub(CLF_LEN).filter(|&at| at > 1 && line[at - 1] == b'[') {
        let text = &line[start..end];
        let time = clock.parse_clf(text).map(|seconds| LogTime { seconds, fraction: "" });
        let time = time.or_else(|issue| clock.parse_dated(text).map_err(|_| issue));
        return Ok((start, time.map_err(|reason| Mismatch { at: start, reason })?));
    }
    if let Some(start) = end.checked_sub(CPANEL_LEN).filter(|&at| at > 1 && line[at - 1] == b'[')
        && let [m1, m2, b'/', d1, d2, b'/', y1, y2, y3, y4, b':', h1, h2, b':', n1, n2, b':', s1, s2, b' ', b'-', b'0', b'0', b'0', b'0'] =
            line[start..end]
    {
        let text = [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'Z'];
        let seconds = clock.parse_rfc3339(&text).map_err(|reason| Mismatch { at: start, reason })?.seconds;
        return Ok((start, LogTime { seconds, fraction: "" }));
    }
    let start = memrchr(b'[', &line[..end]).map(|at| at + 1).filter(|&at| at > 1).ok_or(MISSING)?;
    Ok((start, clock.parse_dated(&line[start..end]).map_err(|_| MISSING)?))
}

/// The length of `11/29/2024:10:00:00 -0000`, month first, as cPanel writes it, always of UTC. No other server has that offset beside such a date, which else could
/// have its day first.
///
/// **Source:** cPanel, cpsrvd's `access_log`.
const CPANEL_LEN: usize = 25;

/// Where a request starts and ends, its quotes included, and its text without them.
pub(crate) struct QuotedRequest<'a> {
    pub start: usize,
    pub end: usize,
    pub text: Quoted<'a>,
}

impl<'a> QuotedRequest<'a> {
    /// Whether another request may start inside it, where it ends at `end`.
    pub(crate) fn hides_another(&self, line: &[u8], end: usize) -> bool {
        end != self.end && memmem::find(&line[self.start..end], b"] \"").is_some()
    }

    /// Its text, where it ends at `end`.
    pub(crate) fn up_to(&self, line: &'a [u8], end: usize) -> Quoted<'a> {
        if end == self.end || line[self.start] != b'"' {
            return self.text;
        }
        let text = &line[self.start + 1..end - 1];
        Quoted { text, has_escape: memchr(b'\\', text).is_some(), end }
    }
}

/// The quote that starts the request is the first unescaped one, save those of an empty user, which Apache writes as `""`.
pub(crate) fn find_request(line: &[u8]) -> Result<QuotedRequest<'_>, Mismatch> {
    let mut quote = find_quote(line, 0);
    if let Some(first) = quote
        && line[first..].starts_with(b"\"\" ")
        && !line[..first].ends_with(b"] ")
    {
        quote = find_quote(line, first + 2);
    }
    match quote {
        Some(start) if line[..start].ends_with(b"] ") => close_request(line, start),
        _ => find_bare_request(line, quote),
    }
}

/// The request whose first quote is at `start`.
#[inline]
pub(crate) fn close_request(line: &[u8], start: usize) -> Result<QuotedRequest<'_>, Mismatch> {
    let text = close_quoted(line, start + 1).ok_or(Mismatch { at: start, reason: "the request has no closing quote" })?;
    Ok(QuotedRequest { start, end: text.end, text })
}

/// A request of which nothing is known, written as `-` without quotes. Where two places before the first quote can be it,
/// one is a user's invention.
fn find_bare_request(line: &[u8], quote: Option<usize>) -> Result<QuotedRequest<'_>, Mismatch> {
    let front = &line[..quote.unwrap_or(line.len())];
    let mut places = memmem::find_iter(front, b"] - ");
    match (places.next(), places.next()) {
        (Some(at), None) => Ok(QuotedRequest { start: at + 2, end: at + 3, text: Quoted::UNKNOWN }),
        (Some(_), Some(_)) => Err(Mismatch { at: 1, reason: "the time and the request have two possible positions" }),
        (None, _) if quote.is_some() => Err(Mismatch { at: 1, reason: "no ']' after the time" }),
        (None, _) => Err(Mismatch { at: 0, reason: "no quoted request" }),
    }
}
