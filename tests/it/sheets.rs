//! What a spreadsheet makes of the CSV: `LibreOffice` opens it in several locales, as a person's does.

use crate::support::tool::try_with;
use serde_json::Value;
use soar_light::report::column::{COLUMNS, Column, ColumnKind};

/// What a cell shows, the type that it has got, and the end of its value.
type Proof = (&'static str, &'static str, &'static str);

/// Locales, and what each makes of cells that are for scripts: proof that it is the one that reads.
const LOCALES: [(&str, &[Proof]); 10] = [
    ("en-US", &[("80", "float", "80"), ("1/2", "date", "-01-02"), ("true", "boolean", "true")]),
    ("en-GB", &[("3-4", "date", "-04-03"), ("Mar 3 2026", "date", "2026-03-03")]),
    ("de-DE", &[("192.168.100.200", "float", "192168100200"), ("1.234,5", "float", "1234.5")]),
    ("de-CH", &[("1e5", "float", "100000"), ("2026-01-02 1’234", "string", "")]),
    ("fr-FR", &[("80 443", "float", "80443"), ("22 111", "float", "22111")]),
    ("es-ES", &[("1.200.200.200", "float", "1200200200"), ("5 €", "float", "5")]),
    ("it-IT", &[("10.100.100.100", "float", "10100100100"), ("7:30", "time", "PT07H30M00S")]),
    ("pl-PL", &[("80 443", "float", "80443"), ("(5)", "float", "-5")]),
    ("sv-SE", &[("80 443", "float", "80443"), ("1 1/2", "float", "1.5")]),
    ("pt-BR", &[("192.168.100.200", "float", "192168100200"), ("$5", "string", "")]),
];

/// A cell as the spreadsheet has it: its type, its value, what it shows.
type Cell = [String; 3];

fn opened<'v>(rows: &'v [Value], file: &'v str) -> impl Iterator<Item = Vec<Cell>> + 'v {
    let cell = |cell: &Value| [0, 1, 2].map(|part| cell[part].as_str().expect("text").to_owned());
    rows.iter().filter(move |row| row[0] == file).map(move |row| row[1].as_array().expect("a row").iter().map(cell).collect())
}

#[test]
#[ignore = "make test-real"]
fn text_is_text_numbers_are_numbers_and_times_are_times_in_every_locale() {
    let columns = COLUMNS.iter().map(|column| column.name).collect::<Vec<_>>().join(",");
    let script = |locale: &str| {
        format!(
            r#"columns={columns} hosts=$ROOT/tests/sheets/hosts.ndjson
            TZ=Europe/Paris soar-report -q --lang fr --csv-delimiter ';' --bom --csv-times local --columns "$columns" "$hosts" > sheet.csv
            soar-report -q --csv-for scripts --csv-delimiter ';' --columns "$columns" "$hosts" > script.csv
            python3 -B "$ROOT/tests/sheets/open.py" {locale} ';' sheet.csv script.csv
            jq -cR '["csv", .]' sheet.csv"#
        )
    };
    for (locale, proofs) in LOCALES {
        let Some(printed) = try_with("sheets", &["soffice", "python3", "jq"], &script(locale)) else { return };
        let rows: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();

        let scripts: Vec<_> = opened(&rows, "script.csv").flatten().collect();
        for (shown, kind, value) in proofs {
            let is_proof = |cell: &&Cell| cell[0] == *kind && cell[1].ends_with(value) && cell[1].is_empty() == (*kind == "string");
            let has_it = scripts.iter().filter(is_proof).any(|cell| *kind != "string" || cell[2] == *shown);
            assert!(has_it, "{locale}: {shown} is no {kind} {value}: {scripts:?}");
        }

        let lines: Vec<_> = rows.iter().filter(|row| row[0] == "csv").map(|row| row[1].as_str().expect("a line")).collect();
        let text = lines.join("\n");
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let heading = reader.headers().expect("a heading").clone();
        let written: Vec<_> = reader.records().map(|row| row.expect("a row")).collect();
        let sheet: Vec<_> = opened(&rows, "sheet.csv").collect();
        assert_eq!(sheet.len(), written.len() + 1, "{locale}");
        assert_eq!(
            sheet[0].iter().map(|cell| cell[2].as_str()).take(heading.len()).collect::<Vec<_>>(),
            heading.iter().collect::<Vec<_>>()
        );
        for (row, written) in sheet[1..].iter().zip(&written) {
            for ((cell, text), name) in row.iter().zip(written).zip(&heading) {
                let column = Column::find(name.split(' ').next().unwrap_or_default()).expect("a column");
                assert_eq!(*cell, wanted(column, text, cell), "{locale}: {name} is {text}");
            }
        }
        assert_eq!(heading.len(), COLUMNS.len());
    }
}

/// What a cell with this text has to become.
fn wanted(column: &Column, text: &str, cell: &Cell) -> Cell {
    let is_time = text.len() == "2026-01-02 03:04:05".len() && column.tells_time();
    match column.kind {
        _ if text.is_empty() => ["", "", ""].map(ToOwned::to_owned),
        ColumnKind::Number | ColumnKind::Count => ["float".to_owned(), text.to_owned(), cell[2].clone()],
        _ if is_time => ["date".to_owned(), text.replace(' ', "T"), cell[2].clone()],
        // English has a type for it.
        ColumnKind::Word if cell[0] == "boolean" => ["boolean".to_owned(), text.to_owned(), cell[2].clone()],
        _ => ["string".to_owned(), String::new(), text.to_owned()],
    }
}
