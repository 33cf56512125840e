//! Whatever stands in a record, no report lets it move a cursor, start a formula, end a cell or become mark-up.

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use soar_light::record::host::HostRecord;
use soar_light::report::REPORTS;
use soar_light::report::column::COLUMNS;
use soar_light::report::data::{ReportData, ReportNeeds, Thresholds};
use soar_light::report::detail::{DetailRow, HostDetail};
use soar_light::report::lang::Lang;
use soar_light::report::login::HEADINGS;
use soar_light::report::page::{RenderOptions, Style, Theme};
use soar_light::report::summary;

/// Pieces that mean something somewhere, and any characters.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<script>alert(1)</script>".to_owned()),
        Just("</style>\"'><img src=x onerror=y>".to_owned()),
        Just("=cmd|' /C calc'!A0".to_owned()),
        Just("\u{1b}[2J\u{9b}31m".to_owned()),
        Just("\u{202e}\u{2066}\u{200b}".to_owned()),
        Just("ro\u{ad}ot\u{3164}\u{115f}\u{ffa0}\u{2800}\u{fe0f}\u{e0061}".to_owned()),
        Just("|`*_[x](https://e.example)\n\r\t\0".to_owned()),
        Just("；，＝１,;\"\"=-+@".to_owned()),
        "\\PC{0,8}",
        any::<String>(),
    ];
    vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn record() -> impl Strategy<Value = Value> {
    let numbers = (any::<bool>(), 0..1_u64 << 53, 0..1_u64 << 53, any::<u16>(), any::<u128>());
    (vec(hostile(), 8), numbers).prop_map(|(text, (suspicious, score, count, port, ip))| {
        let (signal, text) = (format!("x{}", text[2]), |nth: usize| text[nth].clone());
        json!({
            "schema": "soar.host/1", "ip": std::net::Ipv6Addr::from_bits(ip).to_string(), "score": score, "reason": text(0),
            "suspicious": suspicious, "rules": [text(1)], "signals": {"ssh_failed": count, "ssh_accepted": 1, &signal: count}, "weights": {&signal: 2},
            "network": text(3), "evidence": [{"signal": text(4), "file": text(5), "line": count}],
            "failed_before_login": count,
            "login_order": {"failures": [1_767_225_590, 11], "logins": [1_767_225_600, 1], "latest": [{"at": "2026-01-01T00:00:00Z", "user": text(2), "method": text(3), "file": text(4), "line": count}]},
            "explain": [{"rule": text(6), "held": true, "when": text(7), "about": text(1), "attack": text(2), "saw": {"a": text(0)}}],
            "scan": {"status": text(1), "open_ports": [port], "started_at": text(2), "stopped": text(3),
                "ports": [{"port": port, "state": text(4), "reason": text(5), "rtt_ms": text(6)}], "banners": [{"port": port, "text": text(7)}]},
        })
    })
}

fn look(columns: Option<Vec<&'static soar_light::report::column::Column>>, french: bool, delimiter: u8) -> RenderOptions {
    let (lang, theme) = if french { (Lang::Fr, Theme::Dark) } else { (Lang::En, Theme::Light) };
    RenderOptions { lang, theme, columns, top: Some(3), csv: Style { delimiter, ..Style::default() }, ..RenderOptions::default() }
}

/// Characters that no report may hold beside the ends of its lines: what nobody sees, and what moves the rest.
fn disturbs(c: char) -> bool {
    let is_invisible = matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    c.is_control() && c != '\n' || is_invisible
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_gets_out_of_its_place(records in vec(record(), 0..4), french: bool, delimiter in prop_oneof![Just(b','), Just(b';'), Just(b'|')]) {
        let look = look(Some(COLUMNS.iter().collect()), french, delimiter);
        let lines: Vec<String> = records.iter().map(Value::to_string).collect();
        let hosts: Vec<_> = lines.iter().map(|line| HostRecord::from_line(line.as_bytes()).expect("a host")).collect();
        let mut digest = ReportData::new(ReportNeeds { top: 3, urgent: 3, logins: 3, ..ReportNeeds::default() }, Thresholds::default());
        hosts.iter().zip(&lines).for_each(|(host, line)| { digest.add(host, line.as_bytes()); });
        digest.close();
        for report in REPORTS {
            let mut bytes = report.heading(&look);
            if let Some(mut rows) = report.rows(&look, Vec::new()) {
                for host in &hosts {
                    rows.add(DetailRow { host, detail: &HostDetail::of(host) });
                }
                bytes.extend(rows.finish());
            }
            bytes.extend(report.page(&digest, &look, Path::new("x.svg")).expect("a page"));
            let text = String::from_utf8(bytes).expect("UTF-8");
            prop_assert!(!text.contains(disturbs), "{}", report.name());
            match report.name() {
                "csv" => check_csv(&text, delimiter, lines.len())?,
                "markdown" => check_markdown(&text, lines.len().min(3))?,
                "html" => prop_assert_eq!((text.matches("<script").count(), text.matches("<img").count(), text.matches("</style").count()), (1, 0, 1)),
                "story" => prop_assert!(text.starts_with("# ") && !text.contains("<script") && !text.contains("https://"), "{}", text),
                "digest" => {
                    prop_assert!(text.lines().count() <= 10 && !text.contains(['@', '<', '*']) && !text.contains("://"), "{}", text);
                }
                _ => prop_assert!(text.starts_with("<svg ") && !text.contains("<script") && !text.contains("<img"), "{}", report.name()),
            }
        }
        prop_assert!(!summary::render(&digest, &look).contains(disturbs));
    }
}

fn check_csv(text: &str, delimiter: u8, rows: usize) -> Result<(), TestCaseError> {
    let read: Vec<_> =
        csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes()).into_records().map(|row| row.expect("a row")).collect();
    prop_assert_eq!(read.len(), rows);
    for row in &read {
        prop_assert_eq!(row.len(), COLUMNS.len());
        // In a program with another delimiter too.
        for cell in row.iter().flat_map(|cell| cell.split([',', ';', '\t', '|'])) {
            let start = cell.trim_start_matches([' ', '"']).chars().next();
            prop_assert!(!start.is_some_and(|c| "=+-@＝＋－＠".contains(c)), "{}", cell);
        }
    }
    Ok(())
}

fn check_markdown(text: &str, rows: usize) -> Result<(), TestCaseError> {
    // The hosts, and those that logged in, as all of them did.
    let (hosts, logins) = text.split_once("\n## ").unwrap_or((text, ""));
    for (part, columns) in [(hosts, COLUMNS.len()), (logins, HEADINGS.len())] {
        let table: Vec<_> = part.lines().filter(|line| line.starts_with('|')).collect();
        prop_assert_eq!(table.len(), if rows > 0 { rows + 2 } else { 0 });
        for row in table {
            let bare = row.replace(r"\\", "").replace(r"\|", "");
            prop_assert_eq!(bare.matches('|').count(), columns + 1, "{}", row);
            prop_assert!(!bare.contains('<') && !bare.contains("https://"), "{}", row);
        }
    }
    Ok(())
}
