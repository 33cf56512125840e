//! An independent, slow soar-score in Python (`tests/model`), written from the documents alone, and the filters: the same bytes for
//! random streams of events and hosts, for parts of them merged again, live runs, their states, and times of logs.
//!
//! `SOAR_SEED=7 cargo test --test it model:: -- --ignored` makes the same trials again; each difference prints the command that runs it alone.

use std::process::{Command, Stdio};

use crate::support::{bin, root, text};

/// Runs trials until `seconds` are over; `SOAR_SEED` chooses others than those of `seed`.
fn agree(seconds: u32, seed: &str) {
    let filters = bin("soar-parse");
    let mut command = Command::new("python3");
    command.current_dir(root()).arg("tests/model").arg("--bin").arg(filters.parent().expect("a folder")).stdin(Stdio::null());
    command.args(["--seconds", &seconds.to_string()]);
    let given = std::env::var("SOAR_SEED").ok();
    command.args(["--seed", given.as_deref().unwrap_or(seed)]);
    let output = command.stderr(Stdio::inherit()).output().expect("python3 runs");
    assert!(output.status.success(), "{}", text(&output.stdout));
}

#[test]
fn a_model_written_from_the_documents_gives_the_same_bytes() {
    agree(5, "1");
}

#[test]
#[ignore = "make test-real"]
fn a_model_written_from_the_documents_gives_the_same_bytes_in_more_trials() {
    agree(30, "500");
}
