//! A line of JSON: of which table it is, or why it is of none.

use super::super::format::{Misfit, OF_NO_FORMAT, Scratch};
use super::fields::Fields;
use super::table::{TABLES, Table};
use super::walk;

/// How much a line of JSON fits at least: more than a line of text fits any format by chance.
pub const AT_JSON: usize = 4;

/// The fields of `line`, if it is of `table` and of none before it.
///
/// # Errors
/// Why it is not.
pub fn read_fields<'a>(line: &'a [u8], scratch: &'a Scratch, table: &Table) -> Result<Fields<'a>, Misfit> {
    if !line.trim_ascii_start().starts_with(b"{") {
        return Err(Misfit { at: 0, reason: "not JSON" });
    }
    let of_no_format = |reason| Misfit { at: OF_NO_FORMAT, reason };
    let fields = walk::read(line, scratch).map_err(of_no_format)?;
    // What this program wrote names its own line and signals; to count it as a log would be to count it twice.
    if fields.get("schema").is_some_and(|schema| schema.starts_with(b"soar.")) {
        return Err(of_no_format("a record of SOAR Light is no log line"));
    }
    let mut nearest = 0;
    for candidate in TABLES {
        match candidate.missing(&fields) {
            None if candidate.name == table.name => return Ok(fields),
            None => return Err(Misfit { at: 0, reason: "another layout" }),
            Some((met, _)) => nearest = met.max(nearest),
        }
    }
    let is_docker = fields.get("log").is_some() && fields.get("stream").is_some();
    let (met, reason) = table.missing(&fields).unwrap_or_default();
    Err(match nearest {
        0 if is_docker => of_no_format(OF_DOCKER),
        0 => of_no_format(reason),
        _ => Misfit { at: AT_JSON + met, reason },
    })
}

/// Docker cuts a line into entries of 16 KiB, and nothing in an entry says that it goes on with the one before. A client
/// who sends enough writes the start of an entry, so none is read.
///
/// **Source:** moby daemon/logger/copier.go, daemon/logger/jsonfilelog.
pub const OF_DOCKER: &str = "Docker's own file cuts long lines, and a client may choose where: read what docker logs prints";
