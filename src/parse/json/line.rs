//! A line of JSON: of which table it is, or why it is of none.

use std::sync::LazyLock;

use crate::parse::format::{Arena, Mismatch, OF_NO_FORMAT};
use crate::parse::json::table::{JsonFormat, OF_NO_LOG, tables};
use crate::parse::json::walk;
use crate::parse::json::walk::{Fields, mask_of};

/// How much a line of JSON fits at least: more than a line of text fits any format by chance.
pub(crate) const AT_JSON: usize = 4;

/// Whether a line is looked at as JSON: then it is of no format or envelope of text.
pub(crate) fn is_json(line: &[u8]) -> bool {
    line.trim_ascii_start().starts_with(b"{")
}

/// The fields of a line, and the first table whose needs they meet, or how near to which table they come.
struct Match<'a> {
    fields: Fields<'a>,
    table: Result<&'static JsonFormat, (usize, &'static JsonFormat)>,
}

/// Every table, with the paths of what it needs first: nearly all tables are passed over by them.
static FIRST_NEEDS: LazyLock<Vec<(&'static JsonFormat, u128)>> = LazyLock::new(|| {
    let first = |table: &'static JsonFormat| {
        let (group, _) = table.needs[0];
        mask_of(table.keys.iter().filter(|(field, _)| group.contains(field)).map(|(_, path)| *path))
    };
    tables().map(|table| (table, first(table))).collect()
});

fn find<'a>(line: &'a [u8], arena: &'a Arena) -> Result<Match<'a>, Mismatch> {
    if !is_json(line) {
        return Err(Mismatch { at: 0, reason: "not JSON" });
    }
    let of_no_format = |reason| Mismatch { at: OF_NO_FORMAT, reason };
    let fields = walk::read(line, arena).map_err(of_no_format)?;
    // What this program wrote names its own line and signals; to count it as a log would be to count it twice.
    if fields.get("schema").is_some_and(|schema| schema.starts_with(b"soar.")) {
        return Err(of_no_format("a record of SOAR Light, not a log line"));
    }
    let mut nearest: Option<(usize, &'static JsonFormat)> = None;
    for &(table, first) in FIRST_NEEDS.iter() {
        let missing = if fields.has_none(first) { Some((0, table.needs[0].1)) } else { table.missing(&fields) };
        match missing {
            None => return Ok(Match { fields, table: Ok(table) }),
            // Needs that nothing is to be said of are met by chance.
            Some((_, OF_NO_LOG)) if nearest.is_some() => {}
            Some((met, reason)) => {
                let met = if reason == OF_NO_LOG { 0 } else { met };
                if nearest.is_none_or(|(most, _)| met > most) {
                    nearest = Some((met, table));
                }
            }
        }
    }
    nearest.map(|nearest| Match { fields, table: Err(nearest) }).ok_or(of_no_format(OF_NO_LOG))
}

/// The name of the table that `line` is of.
///
/// # Errors
/// The table that it comes nearest to, and what is wrong then.
pub(crate) fn find_table(line: &[u8], arena: &Arena) -> Result<&'static str, (&'static str, Mismatch)> {
    let found = find(line, arena).map_err(|mismatch| ("", mismatch))?;
    found.table.map(|table| table.name).map_err(|(met, table)| {
        let reason = table.missing(&found.fields).unwrap_or_default().1;
        (table.name, Mismatch { at: if met == 0 { OF_NO_FORMAT } else { AT_JSON + met }, reason })
    })
}

/// The fields of `line`, if it is of `table` and of none before it.
///
/// # Errors
/// Why it is not.
pub(crate) fn read_fields<'a>(line: &'a [u8], arena: &'a Arena, table: &JsonFormat) -> Result<Fields<'a>, Mismatch> {
    let found = find(line, arena)?;
    let nearest = match found.table {
        Ok(of) if of.name == table.name => return Ok(found.fields),
        Ok(_) => return Err(Mismatch { at: 0, reason: "another layout" }),
        Err((nearest, _)) => nearest,
    };
    let (met, reason) = table.missing(&found.fields).unwrap_or_default();
    Err(Mismatch { at: if nearest == 0 { OF_NO_FORMAT } else { AT_JSON + met }, reason })
}
