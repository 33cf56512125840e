//! The CSV report: one row a host, in the order of the input.
//!
//! **Source:** RFC 4180, save the line end, which is LF so that `cut` and `sort` work. Cells that a spreadsheet would run
//! as a formula are neutralised, and so is what could move a cursor.

use csv::{Terminator, Writer, WriterBuilder};

use super::column::{COLUMNS, CSV_COLUMNS, Column, Kind};
use super::detail::Row;
use super::page::{Look, Report, Rows};
use crate::error::{Error, Result};
use crate::escape::{csv_cell, terminal};

/// `--csv`.
#[derive(Debug)]
pub struct Csv;

impl Report for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn about(&self) -> &'static str {
        "Write one row for each host, in the order of the input; - is stdout"
    }

    fn heading(&self, look: &Look) -> Vec<u8> {
        let mut writer = writer(look, Vec::new());
        for column in columns(look) {
            put_field(&mut writer, column.name);
        }
        end_row(&mut writer);
        bytes_of(writer)
    }

    fn rows<'l>(&self, look: &'l Look, room: Vec<u8>) -> Option<Box<dyn Rows + 'l>> {
        Some(Box::new(Lines { columns: columns(look), look, writer: writer(look, room), cell: String::new() }))
    }
}

/// The delimiter that `--csv-delimiter` names.
///
/// # Errors
/// [`Error::Usage`] for what is not one character, or cannot separate cells.
pub fn parse_delimiter(text: &str) -> Result<u8> {
    match text.as_bytes() {
        b"\\t" => Ok(b'\t'),
        [b'"' | b'\''] => Err(Error::Usage(format!("--csv-delimiter {text}: a quote cannot separate cells"))),
        [byte] if *byte == b'\t' || byte.is_ascii_graphic() || *byte == b' ' => Ok(*byte),
        _ => Err(Error::Usage(format!("--csv-delimiter {text:?}: one ASCII character that can be seen, or \\t for a tab"))),
    }
}

fn columns(look: &Look) -> Vec<&'static Column> {
    look.columns.clone().unwrap_or_else(|| COLUMNS[..CSV_COLUMNS].iter().collect())
}

/// The rows of one block.
struct Lines<'l> {
    columns: Vec<&'static Column>,
    look: &'l Look,
    writer: Writer<Vec<u8>>,
    cell: String,
}

impl Rows for Lines<'_> {
    fn needs_detail(&self) -> bool {
        self.columns.iter().any(|column| column.needs_detail)
    }

    fn add(&mut self, row: Row<'_>) {
        for column in &self.columns {
            self.cell.clear();
            (column.put)(row, self.look.lang, &mut self.cell);
            match column.kind {
                Kind::Text => put_field(&mut self.writer, &csv_cell(&terminal(&self.cell))),
                _ => put_field(&mut self.writer, &self.cell),
            }
        }
        end_row(&mut self.writer);
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        bytes_of(self.writer)
    }
}

fn writer(look: &Look, room: Vec<u8>) -> Writer<Vec<u8>> {
    WriterBuilder::new().delimiter(look.delimiter).terminator(Terminator::Any(b'\n')).from_writer(room)
}

// Writing rows of equal length into a Vec cannot fail.
fn put_field(writer: &mut Writer<Vec<u8>>, text: &str) {
    let _ = writer.write_field(text);
}

fn end_row(writer: &mut Writer<Vec<u8>>) {
    let _ = writer.write_record(None::<&[u8]>);
}

fn bytes_of(writer: Writer<Vec<u8>>) -> Vec<u8> {
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::host::HostRecord;
    use crate::report::detail::Detail;
    use crate::report::lang::Lang;

    fn row(line: &str, look: &Look) -> String {
        let host = HostRecord::from_line(line.as_bytes()).expect("a host");
        let mut rows = Csv.rows(look, Vec::new()).expect("rows");
        rows.add(Row { host: &host, detail: &Detail::from_line(line.as_bytes()) });
        String::from_utf8(rows.finish()).expect("UTF-8")
    }

    #[test]
    fn a_row_says_what_the_record_says_and_runs_nothing() {
        let line = concat!(
            r#"{"ip":"192.0.2.1","score":7,"reason":"=cmd()\u001b","suspicious":true,"rules":["a","b\"c"],"signals":{"ssh_failed":3},"#,
            r#""first_seen":"2024-01-01T00:00:00Z","scan":{"status":"complete","open_ports":[22,80]}}"#
        );
        assert_eq!(
            row(line, &Look::default()),
            "192.0.2.1,7,'=cmd()\\x1b,22 80,complete,true,\"a b\"\"c\",3,0,0,0,2024-01-01T00:00:00Z,\n"
        );
    }

    #[test]
    fn columns_delimiter_and_language_are_as_asked() {
        let line = r#"{"ip":"::1","score":3,"reason":"ssh_failed","rules":["a;b"]}"#;
        let columns = Some(Column::from_names("reason,ip,rules").expect("columns"));
        let look = Look { columns, delimiter: b';', lang: Lang::Fr, ..Look::default() };
        assert_eq!(String::from_utf8_lossy(&Csv.heading(&look)), "reason;ip;rules\n");
        assert_eq!(row(line, &look), "Échec SSH;::1;\"a;b\"\n");
        // A row of one empty cell is a row.
        let look = Look { columns: Some(Column::from_names("network").expect("a column")), ..Look::default() };
        assert_eq!(row(line, &look), "\"\"\n");
    }

    #[test]
    fn a_delimiter_is_one_character() {
        for (text, byte) in [(",", b','), (";", b';'), ("\\t", b'\t'), ("\t", b'\t'), ("|", b'|'), (" ", b' ')] {
            assert_eq!(parse_delimiter(text).ok(), Some(byte), "{text:?}");
        }
        for text in ["", ",,", "é", "\n", "\r", "\0", "\"", "'"] {
            assert!(parse_delimiter(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_heading_is_the_contract() {
        assert_eq!(
            String::from_utf8_lossy(&Csv.heading(&Look::default())),
            "ip,score,reason,open_ports,scan_status,suspicious,rules,ssh_failed,http_404,http_bot,ssh_accepted,first_seen,last_seen\n"
        );
    }
}
