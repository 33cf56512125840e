//! What a scan found, in the words of one cell: the open ports, or why there are none to tell.

use std::fmt::Write as _;

use crate::report::detail::DetailRow;
use crate::report::lang;
use crate::report::lang::{Lang, NOT_SCANNED, SCAN_STATES, word_of};

/// The open ports, or why there are none to tell.
pub(crate) fn put_scan_result(row: DetailRow<'_>, lang: Lang, out: &mut String) {
    let Some(scan) = &row.host.scan else {
        // Only suspicious hosts are scanned.
        return out.push_str(if row.host.suspicious { lang.say(NOT_SCANNED) } else { "" });
    };
    match &*scan.status.0 {
        "complete" if scan.open_ports.is_empty() => put_no_port(row, lang, out),
        "complete" => put_ranges(&scan.open_ports, out),
        state => {
            put_ranges(&scan.open_ports, out);
            let word = word_of(lang, SCAN_STATES, state);
            // Writing to a String cannot fail, here and below.
            let _ = if scan.open_ports.is_empty() { write!(out, "{word}") } else { write!(out, " ({word})") };
        }
    }
    if !row.detail.scan.note.is_empty() {
        let _ = write!(out, " ({})", word_of(lang, lang::SCAN_NOTES, &row.detail.scan.note.0));
    }
}

/// The ports in order, three and more in a row as a range: `1-100 443`.
pub(crate) fn put_ranges(ports: &[u16], out: &mut String) {
    let mut ports = ports.to_vec();
    ports.sort_unstable();
    ports.dedup();
    let runs = ports.chunk_by(|one, next| one + 1 == *next).flat_map(|run| match run {
        [first, .., last] if run.len() > 2 => vec![format!("{first}-{last}")],
        few => few.iter().map(u16::to_string).collect(),
    });
    out.push_str(&runs.collect::<Vec<_>>().join(" "));
}

/// A host that refuses and one that says nothing are not the same.
fn put_no_port(row: DetailRow<'_>, lang: Lang, out: &mut String) {
    let [closed, filtered] =
        [row.detail.scan.closed, row.detail.scan.filtered].map(|count| count.filter(|count| *count > 0).map(|count| lang.number(count)));
    let said = match (closed, filtered) {
        (None, None) => lang.say(lang::NO_PORT).to_owned(),
        (Some(closed), None) => lang.fill(lang::ONLY_CLOSED, &[&closed]),
        (None, Some(filtered)) => lang.fill(lang::ONLY_FILTERED, &[&filtered]),
        (Some(closed), Some(filtered)) => lang.fill(lang::CLOSED_AND_FILTERED, &[&closed, &filtered]),
    };
    out.push_str(&said);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::host::HostRecord;
    use crate::report::column::Column;
    use crate::report::detail::HostDetail;

    #[test]
    fn a_host_that_refuses_and_one_that_is_silent_do_not_read_the_same() {
        for (scan, en, fr) in [
            (r#""open_ports":[]"#, "none", "aucun"),
            (r#""open_ports":[],"closed":8,"filtered":0"#, "none (8 closed)", "aucun (fermés\u{a0}: 8)"),
            (r#""open_ports":[],"closed":0,"filtered":8"#, "no answer (8 filtered)", "pas de réponse (filtrés\u{a0}: 8)"),
            (r#""open_ports":[],"closed":3,"filtered":5"#, "none (3 closed, 5 filtered)", "aucun (fermés\u{a0}: 3, filtrés\u{a0}: 5)"),
            (r#""open_ports":[22],"closed":3"#, "22", "22"),
            (
                r#""open_ports":[22,23],"note":"probably a tarpit or a proxy""#,
                "22 23 (probably a tarpit or a proxy)",
                "22 23 (probablement un piège (tarpit) ou un mandataire)",
            ),
            (r#""open_ports":[443,1,2,3,5,6,3]"#, "1-3 5 6 443", "1-3 5 6 443"),
            (r#""open_ports":[22],"note":7"#, "22 (7)", "22 (7)"),
        ] {
            let line = format!(r#"{{"ip":"192.0.2.1","suspicious":true,"scan":{{"status":"complete",{scan}}}}}"#);
            let host = HostRecord::from_line(line.as_bytes()).expect("a host");
            let detail = HostDetail::of(&host);
            let row = DetailRow { host: &host, detail: &detail };
            let cell = |name: &str, lang| Column::find(name).expect("a column").text(row, lang);
            assert_eq!((cell("scan_result", Lang::En), cell("scan_result", Lang::Fr)), (en.to_owned(), fr.to_owned()), "{scan}");
            // What scripts read is numbers and nothing else.
            assert!(cell("open_ports", Lang::En).bytes().all(|byte| byte.is_ascii_digit() || byte == b' '));
        }
    }
}
