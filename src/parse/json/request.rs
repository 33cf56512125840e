//! A request from the fields of a JSON line.

use super::super::format::{Misfit, Reading, Scratch, known};
use super::super::web::{Escaping, Web, join_request, read_size, read_status};
use super::fields::Fields;
use super::line::{AT_JSON, read_fields};
use super::shipper;
use super::table::{Field, Table};
use crate::net;
use crate::time::Clock;

/// The request of a line of `table`.
///
/// # Errors
/// The line is of another format, or one of its fields is not what it should be.
pub fn read<'a>(line: &'a [u8], scratch: &'a Scratch, clock: &mut Clock, table: &Table) -> Result<Reading<'a>, Misfit> {
    let fields = read_fields(line, scratch, table)?;
    if shipper::was_sent(&fields) {
        return Ok(Reading::Untrusted("a request that whoever reaches the shipper may have sent"));
    }
    let misfit = |reason| Misfit { at: AT_JSON + table.needs.len(), reason };
    let value = |field| table.value(&fields, field);
    let address = |field| value(field).map_or(Ok(&b"-"[..]), read_client).map_err(misfit);
    Ok(Reading::Web(Web {
        client: address(Field::Client)?,
        peer: value(Field::Peer).map(|_| address(Field::Peer)).transpose()?,
        domain: value(Field::Domain),
        user: value(Field::User),
        time: value(Field::Time).map(|text| clock.parse_any(text)).transpose().map_err(misfit)?,
        request: read_request(table, &fields, scratch),
        status: value(Field::Status).map_or(Ok(None), read_status).map_err(misfit)?,
        body_bytes: value(Field::Bytes).map_or(Ok(None), read_size).map_err(misfit)?,
        referrer: value(Field::Referrer),
        agent: value(Field::Agent),
        forwarded: value(Field::Forwarded),
        escaping: Escaping::Undone,
        is_ambiguous: false,
    }))
}

/// The client without its port. A UNIX socket (nginx `unix:`, Go `@`) has no address.
fn read_client(text: &[u8]) -> Result<&[u8], &'static str> {
    if text.starts_with(b"unix:") || text == b"@" {
        return Ok(b"-");
    }
    let host = if net::parse_address(text).is_some() { text } else { net::strip_port(text) };
    if net::is_host(host) { Ok(host) } else { Err("the client is neither an address nor a host name") }
}

fn read_request<'a>(table: &Table, fields: &Fields<'a>, scratch: &'a Scratch) -> Option<&'a [u8]> {
    let value = |field| table.value(fields, field);
    if let Some(request) = value(Field::Request) {
        return known(request);
    }
    let target = value(Field::Target).or_else(|| match (value(Field::Path)?, value(Field::Query)) {
        (path, Some(query)) => Some(scratch.join(&[path, b"?", query])),
        (path, None) => Some(path),
    });
    join_request(value(Field::Method), target, value(Field::Protocol), scratch)
}
