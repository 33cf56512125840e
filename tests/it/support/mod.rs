//! What the test files share: the filters as processes, input through a pipe, output with exit code.

pub mod adapter;
pub mod blackhole;
pub mod chromium;
pub mod followed_logs;
#[cfg(feature = "enrich")]
pub mod mmdb;
pub mod network;
pub mod page;

pub mod skip;
pub mod tool;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Every filter. A new one joins this list and gets all tests of these conventions.
#[cfg(feature = "enrich")]
pub const FILTERS: [&str; 5] = ["soar-parse", "soar-score", "soar-enrich", "soar-scan", "soar-report"];
/// Those that are built without any feature.
#[cfg(not(feature = "enrich"))]
pub const FILTERS: [&str; 4] = LIGHT_FILTERS;
/// Those that are always built.
pub const LIGHT_FILTERS: [&str; 4] = ["soar-parse", "soar-score", "soar-scan", "soar-report"];

pub fn bin(name: &str) -> PathBuf {
    PathBuf::from(match name {
        "soar-parse" => env!("CARGO_BIN_EXE_soar-parse"),
        "soar-score" => env!("CARGO_BIN_EXE_soar-score"),
        #[cfg(feature = "enrich")]
        "soar-enrich" => env!("CARGO_BIN_EXE_soar-enrich"),
        "soar-scan" => env!("CARGO_BIN_EXE_soar-scan"),
        "soar-report" => env!("CARGO_BIN_EXE_soar-report"),
        _ => panic!("no filter is called {name}"),
    })
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A filter, quiet unless the test says otherwise.
pub fn filter(name: &str) -> Command {
    let mut command = Command::new(bin(name));
    command.current_dir(root());
    command
}

/// The PATH with the filters first.
pub fn path() -> String {
    let folder = bin("soar-parse").parent().expect("a folder").display().to_string();
    format!("{folder}:{}", std::env::var("PATH").unwrap_or_default())
}

/// A bash command line with the filters on the PATH, for scripts too, in the project's folder.
pub fn bash(line: &str) -> Output {
    // Whoever started the tests in the background may ignore signals, which a shell cannot undo.
    let mut command = Command::new("env");
    command.args(["--default-signal=HUP,INT,TERM", "bash"]);
    let bin = bin("soar-parse");
    let filters = bin.parent().expect("a folder");
    command.args(["-c", line]).current_dir(root()).env("PATH", path()).env("SOAR_BIN", filters).stdin(Stdio::null());
    command.output().expect("bash runs")
}

/// Runs `command` with `input` on its stdin.
pub fn run(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A filter may stop reading; that is for the test to judge.
            let _ = stdin.write_all(input);
        });
        child.wait_with_output().expect("the command ends")
    })
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| panic!("ended by a signal: {output:?}"))
}

/// Input that the filter `name` understands: lines of its kind, made by the stages before it from the examples.
pub fn sample(name: &str) -> Vec<u8> {
    let stages: &[&str] = match name {
        "soar-parse" => return [read("examples/access.log"), read("examples/auth.log")].concat(),
        "soar-score" => &["soar-parse"],
        _ => &["soar-parse", "soar-score"],
    };
    stages.iter().fold(sample("soar-parse"), |input, stage| run(filter(stage).arg("-q"), &input).stdout)
}

pub fn read(path: &str) -> Vec<u8> {
    std::fs::read(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
