//! Readers of formats that only their name tells, since a line of theirs does not say who may have written what; and how their lines look.

use memchr::{memchr, memmem};

use crate::base::net;
use crate::base::time::Clock;
use crate::parse::access::clf;
use crate::parse::access::guess::columns::guess_columns;
use crate::parse::access::request::Web;
use crate::parse::access::server::php;
use crate::parse::format::{Arena, Mismatch, ParsedLine, known};

/// ingress-nginx before 0.22: `$remote_addr - [$proxy_add_x_forwarded_for] - $remote_user [$time_local] ...`. The list ends with the peer.
///
/// # Errors
/// Where it does not fit, and why.
pub(crate) fn read_ingress_old<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    const MISSING: Mismatch = Mismatch { at: 0, reason: "no client, list in brackets and user at the start" };
    let dash = memmem::find(line, b" - [").ok_or(MISSING)?;
    let (client, behind) = (&line[..dash], &line[dash + 4..]);
    let quote = memchr(b'"', behind).ok_or(MISSING)?;
    let mut ends = memmem::find_iter(&behind[..quote], b"] - ");
    let (end, other) = (ends.next().ok_or(MISSING)?, ends.next());
    let list = &behind[..end];
    let peer = list.rsplit(|&byte| byte == b',').next().unwrap_or_default().trim_ascii();
    if peer != client || net::parse_address(client).is_none() {
        return Err(Mismatch { at: dash, reason: "the list in brackets does not end with the client" });
    }
    // The header may hold `] - `, and so may the name of a user: then there is no telling them apart.
    if other.is_some() {
        return Ok(ParsedLine::Ambiguous(client));
    }
    let plain = arena.join(&[client, b" - ", &behind[end + 4..]]);
    let reading = clf::read_common(plain, clock).map_err(|mismatch| Mismatch { at: mismatch.at + end, ..mismatch })?;
    let ParsedLine::Web(web) = reading else { return Ok(reading) };
    Ok(ParsedLine::Web(Web { forwarded: known(list), ..web }))
}

/// The client in quotes before a line of the common family, `"192.0.2.1" - - [...]`, as Twisted writes it. Others have a header in that place that clients send.
///
/// # Errors
/// Where it does not fit, and why.
pub(crate) fn read_quoted_client<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    let (client, rest) = split_quoted_client(line)?;
    clf::read_common(arena.join(&[client, rest]), clock)
}

/// The address in quotes at the start, and what stands behind it.
fn split_quoted_client(line: &[u8]) -> Result<(&[u8], &[u8]), Mismatch> {
    const MISSING: Mismatch = Mismatch { at: 0, reason: "no client in quotes at the start" };
    let inside = line.strip_prefix(b"\"").ok_or(MISSING)?;
    let (client, rest) = inside.split_at(memchr(b'"', inside).ok_or(MISSING)?);
    net::parse_address(client).map(|_| (client, &rest[1..])).ok_or(MISSING)
}

/// `GlassFish` and Payara: `"client" "user" "time" "request" status size`, and no quote of a client is escaped.
///
/// # Errors
/// Where it does not fit, and why.
pub(crate) fn read_glassfish<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    let mismatch = |reason| Mismatch { at: 1, reason };
    let (client, rest) = split_quoted_client(line)?;
    let rest = rest.strip_prefix(b" \"").ok_or(mismatch("no user in quotes behind the client"))?;
    let (user, rest) = rest.split_at(memchr(b'"', rest).ok_or(mismatch("no user in quotes behind the client"))?);
    let rest = rest.strip_prefix(b"\" \"").ok_or(mismatch("no time in quotes behind the user"))?;
    let (time, rest) = rest.split_at(memchr(b'"', rest).ok_or(mismatch("no time in quotes behind the user"))?);
    let request = rest.strip_prefix(b"\" ").filter(|rest| rest.starts_with(b"\"")).ok_or(mismatch("no request behind the time"))?;
    let user = if user == b"NULL-AUTH-USER" { &b"-"[..] } else { user };
    clf::read_common(arena.join(&[client, b" - ", user, b" [", time, b"] ", request]), clock)
}

/// Whether a line looks so, and what is said of it then.
type Hint = (fn(&[u8]) -> bool, &'static str);

/// How lines of formats look that only their name tells.
pub(crate) const HINTS: &[Hint] = &[
    (looks_like_ltsv, "possibly LTSV: use --log-format ltsv, or ltsv:client=LABEL,status=LABEL,..."),
    (looks_like_envoy, "possibly Envoy's format without the peer: use --log-format envoy_default with --client-from X-Forwarded-For"),
    (looks_like_logfmt, "possibly logfmt: use --log-format logfmt, or logfmt:client=KEY,status=KEY,..."),
    (
        |line| split_quoted_client(line).is_ok_and(|(_, rest)| rest.starts_with(b" \"")),
        "possibly GlassFish's or Payara's: use --log-format glassfish",
    ),
    (
        |line| split_quoted_client(line).is_ok(),
        "a client in quotes: use --log-format quoted_client, if it is the peer's address and no header that clients send (X-Forwarded-For)",
    ),
    (
        php::looks_so,
        "possibly PHP's own server (php -S): use --log-format php_server, if no application writes what clients chose to the same log",
    ),
    (
        |line| line.starts_with(b"[GIN] "),
        "Gin's, whose client X-Forwarded-For may name: use --log-format gin, if its trusted proxies are set",
    ),
    (
        |line| memmem::find(line, b"] [router:").is_some() && memmem::find(line, b"] [client").is_some(),
        "possibly Zoraxy's, whose client X-Real-IP or X-Forwarded-For may name: use --log-format zoraxy, if a proxy in front of it sets them",
    ),
    (looks_like_iis, "possibly a W3C log of IIS without its header: use --log-format '#Fields: ...', which --suggest writes"),
];

fn looks_like_ltsv(line: &[u8]) -> bool {
    let fields = line.split(|&byte| byte == b'\t');
    let has_label = |field: &[u8]| memchr(b':', field).is_some_and(|colon| colon > 0 && field[..colon].iter().copied().all(is_key));
    fields.clone().count() >= 4 && fields.take(4).all(has_label)
}

fn looks_like_logfmt(line: &[u8]) -> bool {
    let mut words = line.split(|&byte| byte == b' ').take(3);
    let is_pair = |word: &[u8]| memchr(b'=', word).is_some_and(|equals| equals > 0 && word[..equals].iter().copied().all(is_key));
    words.clone().count() == 3 && words.all(is_pair) && memmem::find(line, b"status=").is_some()
}

fn looks_like_envoy(line: &[u8]) -> bool {
    matches!(line, [b'[', b'0'..=b'9', _, _, _, b'-', _, _, b'-', _, _, b'T', ..])
        && memmem::find(line, b"Z] \"").is_some()
        && line.ends_with(b"\"")
}

fn looks_like_iis(line: &[u8]) -> bool {
    line.first().is_some_and(u8::is_ascii_digit) && std::str::from_utf8(line).is_ok_and(|line| guess_columns(line).is_some())
}

fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}
