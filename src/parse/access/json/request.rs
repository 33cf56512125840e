//! A request from the fields of a JSON line.

use crate::base::net;
use crate::base::time::Clock;
use crate::parse::access::escaping::Escaping;
use crate::parse::access::request::{Web, join_request, read_size, read_status};
use crate::parse::envelope::shipper;
use crate::parse::format::{Arena, Mismatch, ParsedLine, known};
use crate::parse::json::line::{AT_JSON, read_fields};
use crate::parse::json::table::{JsonField, JsonFormat};
use crate::parse::json::walk::Fields;

/// The request of a line of `table`.
///
/// # Errors
/// The line is of another format, or one of its fields is not what it should be.
pub(crate) fn read<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock, table: &JsonFormat) -> Result<ParsedLine<'a>, Mismatch> {
    let fields = read_fields(line, arena, table)?;
    if shipper::was_sent(&fields) {
        return Ok(ParsedLine::Untrusted("a request that anyone who reaches the shipper may have sent"));
    }
    let mismatch = |reason| Mismatch { at: AT_JSON + table.needs.len(), reason };
    to_web(table, &fields, arena, clock).map(ParsedLine::Web).map_err(mismatch)
}

/// The request of the fields of a line of `table`.
///
/// # Errors
/// Why one of them is not what it should be.
pub(crate) fn to_web<'a>(table: &JsonFormat, fields: &Fields<'a>, arena: &'a Arena, clock: &mut Clock) -> Result<Web<'a>, &'static str> {
    let value = |field| table.value(fields, field);
    let address = |field| value(field).map_or(Ok(&b"-"[..]), read_client);
    Ok(Web {
        client: address(JsonField::Client)?,
        peer: value(JsonField::Peer).map(|_| address(JsonField::Peer)).transpose()?,
        domain: value(JsonField::Domain),
        user: value(JsonField::User),
        time: value(JsonField::Time).map(|text| clock.parse_any(text)).transpose()?,
        request: read_request(table, fields, arena),
        status: value(JsonField::Status).map_or(Ok(None), read_status)?,
        body_bytes: value(JsonField::Bytes).map_or(Ok(None), read_size)?,
        referrer: value(JsonField::Referrer),
        agent: value(JsonField::Agent),
        forwarded: value(JsonField::Forwarded),
        escaping: Escaping::Raw,
        is_ambiguous: false,
        repeats: 0,
    })
}

/// The client without its port. A UNIX socket (nginx `unix:`, Go `@`) has no address.
fn read_client(text: &[u8]) -> Result<&[u8], &'static str> {
    if text.starts_with(b"unix:") || text == b"@" {
        return Ok(b"-");
    }
    let host = if net::parse_address(text).is_some() { text } else { net::strip_port(text) };
    if net::is_host(host) { Ok(host) } else { Err("the client is neither an address nor a host name") }
}

fn read_request<'a>(table: &JsonFormat, fields: &Fields<'a>, arena: &'a Arena) -> Option<&'a [u8]> {
    let value = |field| table.value(fields, field);
    if let Some(request) = value(JsonField::Request) {
        return known(request);
    }
    let target = value(JsonField::Target).or_else(|| match (value(JsonField::Path)?, value(JsonField::Query)) {
        (path, Some(query)) => Some(arena.join(&[path, b"?", query])),
        (path, None) => Some(path),
    });
    join_request(value(JsonField::Method), target, value(JsonField::Protocol), arena)
}
