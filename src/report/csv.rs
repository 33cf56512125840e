//! The CSV report: one row a host, in the order of the input.
//!
//! **Source:** RFC 4180, save the line end, which is LF so that `cut` and `sort` work. Cells that a spreadsheet would run
//! as a formula are neutralised, and so is what could move a cursor. For a spreadsheet, cells are text where they are no
//! numbers (`sheet`).

use std::borrow::Cow;
use std::path::Path;

use csv::{Terminator, Writer, WriterBuilder};

use crate::base::error::{Error, Result};
use crate::base::escape::{csv_cell, terminal};
use crate::base::time::parse_rfc3339;
use crate::report::column::{Column, ColumnKind, split_columns};
use crate::report::detail::DetailRow;
use crate::report::lang::local_time;
use crate::report::page::{RenderOptions, Report, Rows, Style, check_kind};
use crate::report::sheet;
use crate::report::sheet::{SheetReader, Times};

/// `--csv`.
#[derive(Debug)]
pub(crate) struct Csv;

/// What tells Excel that a file is UTF-8.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

impl Report for Csv {
    fn name(&self) -> &'static str {
        "csv"
    }

    fn about(&self) -> &'static str {
        "Write one row for each host, in the order of the input; - is stdout"
    }

    fn check(&self, path: &Path) -> Result<()> {
        check_kind(path, self.name(), &["csv"], "CSV, which spreadsheets open")
    }

    fn heading(&self, options: &RenderOptions) -> Vec<u8> {
        let mut writer = writer(options, options.csv.start.into());
        let zone = options.csv.times.zone_note();
        for column in columns(options) {
            if column.tells_time() {
                put_field(&mut writer, &terminal(&format!("{}{zone}", column.name)));
            } else {
                put_field(&mut writer, column.name);
            }
        }
        end_row(&mut writer);
        bytes_of(writer)
    }

    fn rows<'l>(&self, options: &'l RenderOptions, room: Vec<u8>) -> Option<Box<dyn Rows + 'l>> {
        Some(Box::new(CsvRows { columns: columns(options), options, rows: room, cell: String::new() }))
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
        _ => Err(Error::Usage(format!("--csv-delimiter {text:?}: expected one printable ASCII character, or \\t for a tab"))),
    }
}

impl Style {
    /// Whether times are told apart from other text.
    const fn is_for_people(&self) -> bool {
        !matches!((self.reader, &self.times), (SheetReader::Scripts, Times::Rfc3339))
    }

    /// The cell that says `text` in `column`.
    fn cell<'t>(&self, column: &Column, row: DetailRow<'_>, text: &'t str) -> Cow<'t, str> {
        match (column.kind, self.reader) {
            (ColumnKind::Text, SheetReader::Scripts) => escaped(text),
            (ColumnKind::Text, SheetReader::Spreadsheet) if column.lists_ports() => {
                let count = row.host.scan.as_ref().map_or(0, |scan| scan.open_ports.len());
                let is_ours = count == 0 && row.host.scan.as_ref().is_some_and(|scan| scan.status.0 == "complete");
                let ports = sheet::ports(text, count);
                // Why there are none begins with words of ours: `none (5 closed)`.
                Cow::Owned(if is_ours { escaped(&ports).into_owned() } else { sheet::text(escaped(&ports)).into_owned() })
            }
            // Of its labels, the one that is a number.
            (ColumnKind::Text, SheetReader::Spreadsheet) if column.name == "reason" && text == "404" => Cow::Borrowed("HTTP 404"),
            (ColumnKind::Text, SheetReader::Spreadsheet) => sheet::text(escaped(text)),
            (ColumnKind::Address, SheetReader::Spreadsheet) => sheet::address(text),
            _ => Cow::Borrowed(text),
        }
    }
}

/// The time in `cell` in the zone of the reader, where there is one.
fn local_cell(cell: &str, options: &RenderOptions) -> Option<String> {
    let zone = options.lang.zone()?;
    local_time(parse_rfc3339(cell).ok()?, zone)
}

/// Without formulas, and what could move a cursor.
fn escaped(text: &str) -> Cow<'_, str> {
    match terminal(text) {
        Cow::Borrowed(text) => csv_cell(text),
        Cow::Owned(text) => Cow::Owned(csv_cell(&text).into_owned()),
    }
}

fn columns(options: &RenderOptions) -> Vec<&'static Column> {
    let change = options.has_change.then(|| Column::find("change")).flatten();
    options.columns.clone().unwrap_or_else(|| split_columns().0.iter().chain(change).collect())
}

/// The rows of one block.
struct CsvRows<'l> {
    columns: Vec<&'static Column>,
    options: &'l RenderOptions,
    rows: Vec<u8>,
    cell: String,
}

impl Rows for CsvRows<'_> {
    fn needs_detail(&self) -> bool {
        self.columns.iter().any(|column| column.needs_detail)
    }

    fn add(&mut self, row: DetailRow<'_>) {
        let style = &self.options.csv;
        let start = self.rows.len();
        for (nth, column) in self.columns.iter().enumerate() {
            self.cell.clear();
            column.put(row, self.options.lang, &mut self.cell);
            if nth > 0 {
                self.rows.push(style.delimiter);
            }
            if column.tells_time() && style.is_for_people() && style.times.put(&mut self.cell) {
                put_cell(&mut self.rows, style.delimiter, &self.cell);
            } else if let Some(local) = column.tells_time().then(|| local_cell(&self.cell, self.options)).flatten() {
                put_cell(&mut self.rows, style.delimiter, &local);
            } else {
                put_cell(&mut self.rows, style.delimiter, &style.cell(column, row, &self.cell));
            }
        }
        // An empty line would be no row.
        if self.rows.len() == start {
            self.rows.extend_from_slice(b"\"\"");
        }
        self.rows.push(b'\n');
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.rows
    }
}

/// Appends a cell as the csv crate does, which takes four times as long; there are a dozen in each of a million rows.
fn put_cell(rows: &mut Vec<u8>, delimiter: u8, text: &str) {
    if !text.bytes().any(|byte| byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r')) {
        return rows.extend_from_slice(text.as_bytes());
    }
    rows.push(b'"');
    for byte in text.bytes() {
        rows.push(byte);
        if byte == b'"' {
            rows.push(b'"');
        }
    }
    rows.push(b'"');
}

fn writer(options: &RenderOptions, room: Vec<u8>) -> Writer<Vec<u8>> {
    WriterBuilder::new().delimiter(options.csv.delimiter).terminator(Terminator::Any(b'\n')).from_writer(room)
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
    use crate::report::detail::HostDetail;
    use crate::report::lang::Lang;

    fn row(line: &str, options: &RenderOptions) -> String {
        let host = HostRecord::from_line(line.as_bytes()).expect("a host");
        let mut rows = Csv.rows(options, Vec::new()).expect("rows");
        rows.add(DetailRow { host: &host, detail: &HostDetail::of(&host) });
        String::from_utf8(rows.finish()).expect("UTF-8")
    }

    #[test]
    fn a_row_says_what_the_record_says_and_runs_nothing() {
        let line = concat!(
            r#"{"ip":"192.0.2.1","score":7,"reason":"=cmd()\u001b","suspicious":true,"rules":["a","b\"c"],"signals":{"ssh_failed":3},"#,
            r#""first_seen":"2024-01-01T00:00:00Z","scan":{"status":"complete","open_ports":[22,80]}}"#
        );
        assert_eq!(
            row(line, &RenderOptions::default()),
            "192.0.2.1,7,'=cmd()\\x1b,22 80,complete,true,\"a b\"\"c\",3,0,0,0,2024-01-01T00:00:00Z,\n"
        );
    }

    #[test]
    fn columns_delimiter_and_language_are_as_asked() {
        let line = r#"{"ip":"::1","score":3,"reason":"ssh_failed","rules":["a;b"]}"#;
        let columns = Some(Column::from_names("reason,ip,rules").expect("columns"));
        let options =
            RenderOptions { columns, csv: Style { delimiter: b';', ..Style::default() }, lang: Lang::Fr, ..RenderOptions::default() };
        assert_eq!(String::from_utf8_lossy(&Csv.heading(&options)), "reason;ip;rules\n");
        assert_eq!(row(line, &options), "Échec SSH;::1;\"a;b\"\n");
        // A row of one empty cell is a row.
        let options = RenderOptions { columns: Some(Column::from_names("network").expect("a column")), ..RenderOptions::default() };
        assert_eq!(row(line, &options), "\"\"\n");
    }

    proptest::proptest! {
        #[test]
        fn a_cell_is_written_as_by_the_csv_crate(
            texts in proptest::collection::vec("[a;, \t|\"\n\r\u{e9}]{0,6}", 1..4), delimiter in proptest::sample::select(&b",;\t| "[..]),
        ) {
            let options = RenderOptions { csv: Style { delimiter, ..Style::default() }, ..RenderOptions::default() };
            let (mut ours, mut theirs) = (Vec::new(), writer(&options, Vec::new()));
            for (nth, text) in texts.iter().enumerate() {
                if nth > 0 {
                    ours.push(delimiter);
                }
                put_cell(&mut ours, delimiter, text);
                put_field(&mut theirs, text);
            }
            end_row(&mut theirs);
            // A row of one empty cell has a case of its own.
            ours.extend_from_slice(if ours.is_empty() { b"\"\"\n" } else { b"\n" });
            proptest::prop_assert_eq!(String::from_utf8(ours), String::from_utf8(bytes_of(theirs)));
        }
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
            String::from_utf8_lossy(&Csv.heading(&RenderOptions::default())),
            "ip,score,reason,open_ports,scan_status,suspicious,rules,ssh_failed,http_404,http_bot,ssh_accepted,first_seen,last_seen\n"
        );
    }
}
