//! Who asked: what stands before the time of an access log, told from a virtual host and from what a client may call itself.

use super::format::known;
use super::tag::split_word;
use super::web::is_client;
use crate::net;
use crate::time;

/// Who asked, and whom.
pub struct Client<'a> {
    /// The virtual host.
    pub domain: Option<&'a [u8]>,
    /// Address or host name of the peer; `-` where it is unknown.
    pub address: &'a [u8],
    /// The authenticated user.
    pub user: Option<&'a [u8]>,
}

const MISSING: &str = "no client, ident and user before the time";

/// Splits `[vhost[:port] ]client[:port] ident user`, where the user may hold spaces. A virtual host is told from a client by
/// its port, or, where it is a name, by what follows it: an address, or a host name and `- `, as nearly no ident and user
/// are. Of two addresses without a port, an ident may be one, which its client's identd chose.
///
/// # Errors
/// Why there is no telling who asked.
pub fn read_client(text: &[u8]) -> Result<Client<'_>, &'static str> {
    // Nearly every line: no ident, so no virtual host, and no time where a name or an address can stand.
    let (name, behind) = text.split_at(net::host_name_len(text));
    if let Some(user) = behind.strip_prefix(b" - ").filter(|_| !name.is_empty()) {
        return Ok(Client { domain: None, address: name, user: known(user) });
    }
    let (first, rest) = split_word(text).ok_or(MISSING)?;
    let (second, after) = split_word(rest).ok_or(MISSING)?;
    // A syslog line about a request is that program's message, not a request of a client called `Dec`.
    if time::starts_like_rfc3164(text) {
        return Err("the line starts as syslog does");
    }
    if first == b"unix:" {
        return Ok(Client { domain: None, address: b"-", user: known(after) });
    }
    let plain = Client { domain: None, address: first, user: known(after) };
    match (net::parse_address(first).is_some(), second) {
        (true, b"-") => Ok(plain),
        (true, ident) if net::parse_address(ident).is_some() => Err("two addresses: which of them is the client, only --log-format says"),
        (true, _) => Ok(plain),
        (false, _) => read_behind_name(plain, second, after),
    }
}

/// Reads what stands behind a first word that is no address alone: `plain` holds if it is the client.
fn read_behind_name<'a>(plain: Client<'a>, second: &'a [u8], after: &'a [u8]) -> Result<Client<'a>, &'static str> {
    let first = plain.address;
    let bare = net::strip_port(first);
    if second == b"-" && net::parse_address(bare).is_some() {
        // `addr:80 - - user` may be a virtual host whose client is unknown, or a client whose user is called `- user`.
        let is_clear = !after.starts_with(b"- ");
        return if is_clear { Ok(Client { address: bare, ..plain }) } else { Err("a client and a virtual host look the same here") };
    }
    let host = net::split_port(first).map(|(host, _)| host);
    let host = host.filter(|host| net::is_host_name(host) || net::strip_brackets(host) != *host);
    let is_name = |text: &[u8]| net::is_host_name(text) && after.starts_with(b"- ");
    let has_vhost = host.is_some() && is_client(second)
        || is_client(first) && second != b"-" && (net::parse_address(second).is_some() || is_name(second));
    if has_vhost {
        let (_, user) = split_word(after).ok_or(MISSING)?;
        return Ok(Client { domain: Some(host.unwrap_or(first)), address: second, user: known(user) });
    }
    if is_client(first) { Ok(plain) } else { Err("the client is neither an address nor a host name") }
}
