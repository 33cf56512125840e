//! Hosts that were scanned and have no score: what `soar-scan --targets` found. A scan that somebody asked for does not vanish.

use crate::record::host::HostRecord;
use crate::report::data::ReportData;
use crate::report::lang::{Counted, Lang};

/// The columns of a table in which nobody has a score.
const COLUMNS: [&str; 6] = ["ip", "scan_status", "scan_result", "closed", "filtered", "unknown"];

const SCANNED: Counted = [["address scanned", "adresse scannée"], ["addresses scanned", "adresses scannées"]];
const UNSCORED: Counted = [["scanned without a score", "scannée sans score"], ["scanned without a score", "scannées sans score"]];

/// Whether reports show `host` for its scan alone.
pub(crate) fn is_scanned(host: &HostRecord<'_>) -> bool {
    host.score == 0 && !host.suspicious && host.scan.is_some()
}

/// The columns of a table: `names`, or those of a scan where there is nothing else.
pub(crate) fn columns<'n>(data: &ReportData, names: &'n [&'n str]) -> &'n [&'n str] {
    if data.scanned > 0 && data.scanned == data.scored { &COLUMNS } else { names }
}

/// How a sentence about all hosts starts, `scored` being how it says how many have a score.
pub(crate) fn start(data: &ReportData, lang: Lang, scored: &str) -> String {
    match data.scanned {
        0 => scored.to_owned(),
        all if all == data.scored => lang.count(all, SCANNED),
        some => format!("{scored}, {}", lang.count(some, UNSCORED)),
    }
}
