//! How a test says that it cannot be run here: `scripts/test` counts those in the last line of a run.

use std::fs::OpenOptions;
use std::io::Write as _;

/// Says that a test, or the part of it that is called `what`, is skipped, and why. Not by `eprintln!`, which the test runner
/// keeps to itself. Where `$SOAR_SKIPPED` names a file, the test joins the list in it: its name, tab, why.
pub fn skip(what: &str, why: &str) {
    writeln!(std::io::stderr(), "\nSKIPPED: {what}: {why} (see scripts/setup)").expect("stderr");
    let Some(list) = std::env::var_os("SOAR_SKIPPED") else { return };
    // The runner names the thread of each test after it, and runs them in its own where they are to run one by one.
    let thread = std::thread::current();
    let test = thread.name().filter(|name| *name != "main").unwrap_or(what);
    let line = format!("{test}\t{}\n", why.replace(['\n', '\t'], " "));
    OpenOptions::new().append(true).create(true).open(list).and_then(|mut list| list.write_all(line.as_bytes())).expect("the list");
}
