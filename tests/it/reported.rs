//! Log lines that users of other tools reported, with what is right: `../shared/cases`, where it stands beside the repository.

use std::io::Write as _;
use std::process::Command;

use crate::support::skip::skip;
use crate::support::{bin, root, text};

/// Cases that are not right yet: those of signals and countings that are still to come, and records of several lines (`journalctl -o export`).
const LEFT: [&str; 6] = ["C01", "C03", "C04", "C08", "C13", "C25"];

#[test]
fn reported_lines_become_what_is_right() {
    let cases = root().join("../shared/cases");
    if !cases.is_dir() {
        return skip("reported lines", "no ../shared/cases beside the repository");
    }
    let filters = bin("soar-parse");
    let output = Command::new("python3").arg(cases.join("run")).arg(filters.parent().expect("a folder")).output().expect("python3 runs");
    let said = text(&output.stdout);
    let summary = said.lines().find(|line| line.ends_with(" right")).expect("a summary");
    // Not by `println!`, which the test runner keeps to itself.
    writeln!(std::io::stderr(), "reported lines: {summary}").expect("stderr");
    let wrong: Vec<_> = said.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next()).collect();
    let new: Vec<_> = wrong.iter().filter(|id| !LEFT.contains(id)).collect();
    assert!(new.is_empty(), "wrong: {new:?}\n{said}");
}
