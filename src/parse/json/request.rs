//! A request from the fields of a JSON line.

use super::super::combined::known;
use super::super::format::{Misfit, Scratch};
use super::super::web::{Escaping, Web, join_request};
use super::AT_JSON;
use super::read_fields;
use super::table::{Field, Table};
use super::walk::Fields;
use crate::net;
use crate::record::MAX_INTEGER;
use crate::time::Clock;

/// The request of a line of `table`.
///
/// # Errors
/// The line is of another format, or one of its fields is not what it should be.
pub fn read<'a>(line: &'a [u8], scratch: &'a Scratch, clock: &mut Clock, table: &Table) -> Result<Web<'a>, Misfit> {
    let fields = read_fields(line, scratch, table)?;
    let misfit = |reason| Misfit { at: AT_JSON + table.needs.len(), reason };
    let value = |field| table.value(&fields, field);
    Ok(Web {
        client: value(Field::Client).map_or(Ok(&b"-"[..]), read_client).map_err(misfit)?,
        domain: value(Field::Domain),
        user: value(Field::User),
        time: value(Field::Time).map(|text| clock.parse_any(text)).transpose().map_err(misfit)?,
        request: read_request(table, &fields, scratch),
        status: value(Field::Status).map_or(Ok(None), read_status).map_err(misfit)?,
        body_bytes: value(Field::Bytes).map(read_size).transpose().map_err(misfit)?,
        referrer: value(Field::Referrer),
        agent: value(Field::Agent),
        forwarded: value(Field::Forwarded),
        escaping: Escaping::Undone,
    })
}

/// The client without its port. A UNIX socket (nginx `unix:`, Go `@`) has no address.
fn read_client(text: &[u8]) -> Result<&[u8], &'static str> {
    if text.starts_with(b"unix:") || text == b"@" {
        return Ok(b"-");
    }
    let host = if net::parse_address(text).is_some() { text } else { net::strip_port(text) };
    if net::parse_address(host).is_some() || net::is_host_name(host) {
        Ok(host)
    } else {
        Err("the client is neither an address nor a host name")
    }
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

/// A status below 100 is how servers write that there was none.
fn read_status(text: &[u8]) -> Result<Option<u16>, &'static str> {
    match read_number(text) {
        Some(0..100) => Ok(None),
        Some(status @ 100..=999) => Ok(u16::try_from(status).ok()),
        _ => Err("the status is not of three digits"),
    }
}

fn read_size(text: &[u8]) -> Result<u64, &'static str> {
    read_number(text).filter(|&size| size <= MAX_INTEGER).ok_or("the size is not a number")
}

fn read_number(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}
