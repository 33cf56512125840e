//! Logs that are JSON, read by key: web servers' access logs, events of log shippers, the journal.
//!
//! One walker takes the keys that any table names, one table for each format says which key is which field. A line is of
//! the first table whose needs it meets, so it has one meaning whatever format is tried first.

mod journal;
mod request;
mod table;
mod walk;
mod wrapped;

pub use journal::JOURNALD;
pub use table::{CADDY, ECS, NGINX, TRAEFIK};
pub use wrapped::WRAPPED;

use table::{TABLES, Table};
use walk::Fields;

use super::format::{Misfit, OF_NO_FORMAT, Scratch};

/// How much a line of JSON fits at least: more than a line of text fits any format by chance.
const AT_JSON: usize = 4;

/// The fields of `line`, if it is of `table` and of none before it.
fn read_fields<'a>(line: &'a [u8], scratch: &'a Scratch, table: &Table) -> Result<Fields<'a>, Misfit> {
    if !line.trim_ascii_start().starts_with(b"{") {
        return Err(Misfit { at: 0, reason: "not JSON" });
    }
    let fields = walk::read(line, scratch).map_err(|reason| Misfit { at: AT_JSON, reason })?;
    // What this program wrote names its own line and signals; to count it as a log would be to count it twice.
    if fields.get("schema").is_some_and(|schema| schema.starts_with(b"soar.")) {
        return Err(Misfit { at: OF_NO_FORMAT, reason: "a record of SOAR Light is no log line" });
    }
    let first = TABLES.iter().find(|candidate| candidate.missing(&fields).is_none());
    match first {
        Some(first) if first.name == table.name => Ok(fields),
        Some(_) => Err(Misfit { at: 0, reason: "another layout" }),
        None => {
            let (met, reason) = table.missing(&fields).unwrap_or_default();
            Err(Misfit { at: AT_JSON + met, reason })
        }
    }
}

#[cfg(test)]
mod tests;
