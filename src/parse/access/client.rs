//! Who asked: what stands before the time of an access log, told from a virtual host and from what a client may call itself.

use std::net::IpAddr;

use memchr::{memchr, memmem};

use crate::base::net;
use crate::parse::access::request::is_client;
use crate::parse::envelope::starts_like_envelope;
use crate::parse::envelope::tag::split_word;
use crate::parse::format::known;

/// Who asked, and whom.
pub(crate) struct Client<'a> {
    /// The virtual host.
    pub domain: Option<&'a [u8]>,
    /// Address or host name of the peer; `-` where it is unknown.
    pub address: &'a [u8],
    /// The authenticated user.
    pub user: Option<&'a [u8]>,
}

const MISSING: &str = "no client, ident and user before the time";
const TWO_ADDRESSES: &str = "two addresses: --log-format must say which one is the client (lighttpd, vhost_common, bunkerweb)";
const LIST: &str = "a list in place of ident and user (X-Forwarded-For?): --log-format must say what it is";

/// Splits `[vhost[:port] ]client[:port] ident user`, where the user may hold spaces. A virtual host is told from a client by
/// its port, or, where it is a name, by what follows it: an address, or a host name and `- `, as nearly no ident and user
/// are. Of two addresses without a port, an ident may be one, which its client's identd chose.
///
/// # Errors
/// Why there is no telling who asked.
pub(crate) fn read_client(text: &[u8]) -> Result<Client<'_>, &'static str> {
    // Nearly every line: no ident, so no virtual host, and no time where a name or an address can stand.
    let (name, behind) = text.split_at(net::host_name_len(text));
    if let Some(user) = behind.strip_prefix(b" - ") {
        // A server behind a UNIX socket may know of no client, and write nothing.
        let address = if name.is_empty() { b"-" } else { name };
        return Ok(Client { domain: None, address, user: read_user(address, user)? });
    }
    let (first, rest) = split_word(text).ok_or(MISSING)?;
    let (second, after) = split_word(rest).ok_or(MISSING)?;
    // A syslog line about a request is that program's message, not a request of a client called `Dec`.
    if starts_like_envelope(text) {
        return Err("the line starts like syslog");
    }
    let asked = net::parse_address(second).or_else(|| parse_bracketed(second));
    let is_list = asked.is_none() && second.iter().any(|byte| matches!(byte, b',' | b'|' | b'(' | b')' | b'[' | b']'));
    // docker compose writes the name of a container, blanks and a bar before the line.
    if is_list || second.is_empty() && after.trim_ascii_start().starts_with(b"|") {
        return Err(LIST);
    }
    // A client may ask for a host of that name, which a virtual host's place then holds.
    if first == b"unix:" && second == b"-" {
        return Ok(Client { domain: None, address: b"-", user: known(after) });
    }
    let plain = Client { domain: None, address: first, user: read_user(first, after)? };
    let Some(address) = net::parse_address(first) else { return read_behind_name(plain, second, after) };
    if let Some(asked) = asked {
        // With one word behind them the first is the client, whether the second is the host that it asked for (lighttpd), or what its
        // identd says. In front of a proxy it may be X-Forwarded-For.
        if net::is_local(address) && !net::is_local(asked) || memchr(b' ', after).is_some() {
            return Err(TWO_ADDRESSES);
        }
    }
    if names_another(second, after) { Err(LIST) } else { Ok(plain) }
}

/// Whether another client stands behind the first, with an ident of its own: it may be the one that asked, and what is before it a prefix, or a header that it
/// sent (`%{X-Forwarded-For}i via %h %l %u`).
fn names_another(second: &[u8], after: &[u8]) -> bool {
    let mut words = after.split(|&byte| byte == b' ').peekable();
    let mut is_client = || {
        while let Some(word) = words.next() {
            if words.peek() == Some(&&b"-"[..]) && net::parse_address(net::strip_port(word)).is_some() {
                return true;
            }
        }
        false
    };
    second == b"via" || second != b"-" && is_client()
}

/// Whether `client` may be a proxy in front of `other`.
fn is_of_proxy(client: &[u8], other: IpAddr) -> bool {
    net::parse_address(client).is_some_and(net::is_local) && !net::is_local(other)
}

/// The address of `[2001:db8::1]:80`, which lighttpd writes of who asked for it so.
fn parse_bracketed(word: &[u8]) -> Option<IpAddr> {
    let host = net::split_port(word).map_or(word, |(host, _)| host);
    let inside = host.strip_prefix(b"[")?.strip_suffix(b"]")?;
    net::parse_address(inside).filter(IpAddr::is_ipv6)
}

/// Reads what stands behind a first word that is no address alone: `plain` holds if it is the client.
fn read_behind_name<'a>(plain: Client<'a>, second: &'a [u8], after: &'a [u8]) -> Result<Client<'a>, &'static str> {
    let first = plain.address;
    let bare = net::strip_port(first);
    if second == b"-" && net::parse_address(bare).is_some() {
        // `addr:80 - - user` may be a virtual host whose client is unknown, or a client whose user is called `- user`.
        let is_clear = !after.starts_with(b"- ");
        return if is_clear { Ok(Client { address: bare, ..plain }) } else { Err("client and virtual host cannot be distinguished") };
    }
    let host = net::split_port(first).map(|(host, _)| host);
    let host = host.filter(|host| net::is_host_name(host) || net::strip_brackets(host) != *host);
    let is_name = |text: &[u8]| net::is_host_name(text) && after.starts_with(b"- ");
    let has_vhost = host.is_some() && is_client(second)
        || is_client(first) && second != b"-" && (net::parse_address(second).is_some() || is_name(second));
    if has_vhost {
        let (ident, user) = split_word(after).ok_or(MISSING)?;
        // As without a virtual host: the ident may be X-Forwarded-For behind a proxy, and the user what follows it.
        if net::parse_address(ident).is_some_and(|ident| is_of_proxy(second, ident) || memchr(b' ', user).is_some()) {
            return Err(TWO_ADDRESSES);
        }
        return Ok(Client { domain: Some(host.unwrap_or(first)), address: second, user: known(skip_request_id(user)) });
    }
    // Two words before an address: the name of a container, say, and not a client with an ident and a user.
    let is_prefix = second != b"-" && split_word(after).is_some_and(|(word, _)| net::parse_address(word).is_some());
    if is_prefix || names_another(second, after) {
        return Err(MISSING);
    }
    if is_client(first) { Ok(plain) } else { Err("the client is neither an address nor a host name") }
}

/// The user behind the id of a request, 32 hexadecimal digits, which `BunkerWeb` writes between the ident and the user.
///
/// **Source:** `BunkerWeb`, setting `LOG_FORMAT`; nginx `$request_id`.
fn skip_request_id(user: &[u8]) -> &[u8] {
    split_word(user).filter(|(id, _)| id.len() == 32 && id.iter().all(u8::is_ascii_hexdigit)).map_or(user, |(_, user)| user)
}

/// The user, as far as it can be one. ingress-nginx before 0.22 writes the client once more, in brackets, before it. Where the client may
/// be a proxy, a list of addresses is taken for what it looks like: anyone else may call himself so, and hides nothing by it.
///
/// **Source:** ingress-nginx `rootfs/etc/nginx/template/nginx.tmpl` (`log_format upstreaminfo`).
fn read_user<'a>(client: &[u8], user: &'a [u8]) -> Result<Option<&'a [u8]>, &'static str> {
    let entries_of = |list: &'a [u8]| list.split(|&byte| byte == b',').map(|entry| net::parse_address(entry.trim_ascii()).is_some());
    let is_list = match user {
        [b'[', inside @ ..] => match memmem::find(inside, b"] - ") {
            Some(end) if &inside[..end] == client => return Ok(known(&inside[end + 4..])),
            Some(end) => entries_of(&inside[..end]).all(|is_address| is_address),
            None => false,
        },
        [b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' | b':', ..] => memchr(b',', user).is_some() && entries_of(user).next() == Some(true),
        _ => false,
    };
    if is_list && net::parse_address(client).is_some_and(net::is_local) { Err(LIST) } else { Ok(known(user)) }
}
