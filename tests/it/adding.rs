//! What CONTRIBUTING says of adding is all there is to do: `tests/adding` adds a signal, a column and a report to a copy of the
//! sources, builds it, and finds them in events, hosts, rules, CSV, charts and pages.

use std::process::{Command, Stdio};

use crate::support::skip::skip;
use crate::support::{bin, root, text};

/// Costs a build of the crate without its dependencies, which are there: about a minute of one processor. `--lib-tests` also runs the copy's unit tests.
#[test]
#[ignore = "make test-real"]
fn a_signal_a_column_and_a_report_are_an_entry_each() {
    let filters = bin("soar-parse");
    let folder = filters.parent().expect("a folder");
    if !folder.ends_with("debug") {
        return skip("adding", "dependencies are taken from a debug build alone");
    }
    let mut command = Command::new("python3");
    command.current_dir(root()).arg("tests/adding").arg("--bin").arg(folder).stdin(Stdio::null());
    let output = command.output().expect("python3 runs");
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
}
