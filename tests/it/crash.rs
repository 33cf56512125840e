//! Kills, full disks, power cuts and jumping clocks (`tests/crash`, docs/reliability.md), in the size of CI: what keeps state
//! loses no line and counts none twice, whatever ends a run.
//!
//! `SOAR_SEED=7 cargo test --test it crash:: -- --ignored` makes the same histories again; each failure prints the command that runs it alone.

use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::support::{bin, root, text};

/// Each takes all processors.
static TURN: Mutex<()> = Mutex::new(());

/// Runs the named experiments; what cannot be had here says so itself on stderr, past the test runner.
fn hold(experiments: &[&str]) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut command = Command::new("python3");
    let filters = bin("soar-parse");
    command.current_dir(root()).arg("tests/crash").arg("--bin").arg(filters.parent().expect("a folder")).stdin(Stdio::null());
    command.args(experiments.iter().flat_map(|name| ["--only", name]));
    if let Ok(seed) = std::env::var("SOAR_SEED") {
        command.args(["--seed", &seed]);
    }
    let output = command.stderr(Stdio::inherit()).output().expect("python3 runs");
    assert!(output.status.success(), "{}", text(&output.stdout));
}

#[test]
#[ignore = "make test-real"]
fn update_counts_every_line_once_whatever_is_killed() {
    hold(&["update", "children-update"]);
}

#[test]
#[ignore = "make test-real"]
fn filters_and_workflow_leave_whole_files_whatever_is_killed() {
    hold(&["cursor", "cursor-out", "live", "soar", "children-soar", "children-soar-first", "report", "scan"]);
}

#[test]
#[ignore = "make test-real"]
fn a_full_disk_at_any_write_costs_no_line() {
    hold(&["disk-update", "disk-soar", "disk-live"]);
}

#[test]
#[ignore = "make test-real"]
fn a_power_cut_after_any_change_costs_no_line() {
    hold(&["power-update", "power-cursor", "power-live", "power-soar"]);
}

#[test]
#[ignore = "make test-real"]
fn a_clock_that_jumps_costs_no_line() {
    hold(&["clock"]);
}
