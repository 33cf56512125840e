//! The CSV report: one row a host, in the order of the input.
//!
//! **Source:** RFC 4180, save the line end, which is LF so that `cut` and `sort` work. Cells that a spreadsheet would run
//! as a formula are neutralised, and so is what could move a cursor.

use csv::{Terminator, WriterBuilder};

use super::column::COLUMNS;
use crate::escape::{csv_cell, terminal};
use crate::record::host::HostRecord;

/// The heading line.
#[must_use]
pub fn write_heading() -> Vec<u8> {
    let mut out = Vec::new();
    write_row(&mut out, COLUMNS.iter().map(|column| column.name));
    out
}

/// Appends the row of `host`.
pub fn write_host(host: &HostRecord<'_>, out: &mut Vec<u8>) {
    write_row(out, COLUMNS.iter().map(|column| csv_cell(&terminal(&(column.cell)(host))).into_owned()));
}

fn write_row<T: AsRef<[u8]>>(out: &mut Vec<u8>, cells: impl Iterator<Item = T>) {
    let mut writer = WriterBuilder::new().terminator(Terminator::Any(b'\n')).buffer_capacity(512).from_writer(out);
    // Writing rows of equal length into a Vec cannot fail.
    let _ = writer.write_record(cells).and_then(|()| writer.flush().map_err(Into::into));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_what_the_record_says_and_runs_nothing() {
        let line = concat!(
            r#"{"ip":"192.0.2.1","score":7,"reason":"=cmd()\u001b","suspicious":true,"rules":["a","b\"c"],"signals":{"ssh_failed":3},"#,
            r#""first_seen":"2024-01-01T00:00:00Z","scan":{"status":"complete","open_ports":[22,80]}}"#
        );
        let mut out = Vec::new();
        write_host(&HostRecord::from_line(line.as_bytes()).expect("a host"), &mut out);
        assert_eq!(
            String::from_utf8_lossy(&out),
            "192.0.2.1,7,'=cmd()\\x1b,22 80,complete,true,\"a b\"\"c\",3,0,0,0,2024-01-01T00:00:00Z,\n"
        );
    }

    #[test]
    fn the_heading_is_the_contract() {
        assert_eq!(
            String::from_utf8_lossy(&write_heading()),
            "ip,score,reason,open_ports,scan_status,suspicious,rules,ssh_failed,http_404,http_bot,ssh_accepted,first_seen,last_seen\n"
        );
    }
}
