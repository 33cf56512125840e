//! A folder with logs that grow and rotate, and the cursor of the runs that follow them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use super::{bash, code, filter, text};

/// How many lines a banner has.
pub const BANNER_LINES: usize = 14;

/// A folder with logs and a cursor.
pub struct FollowedLogs {
    pub folder: tempfile::TempDir,
    /// How many lines were written; each is another.
    pub written: usize,
}

impl FollowedLogs {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder"), written: 0 }
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Appends a line to `name`, and gives it.
    pub fn log(&mut self, name: &str) -> String {
        self.written += 1;
        let line = format!("2026-01-01T00:00:00Z h sshd[{}]: Failed password for root from 192.0.2.1 port 22 ssh2\n", self.written);
        append(&self.at(name), &line);
        line
    }

    /// Appends the same lines each time, 1.2 KiB: more than is hashed of a start.
    pub fn banner(&mut self, name: &str) {
        let line = "2026-01-01T00:00:00Z h sshd[0]: Failed password for root from 192.0.2.1 port 22 ssh2\n";
        append(&self.at(name), line.repeat(BANNER_LINES));
    }

    pub fn bash(&self, line: &str) {
        let done = bash(&format!("cd {} && {line}", self.folder.path().display()));
        assert!(done.status.success(), "{line}: {}", text(&done.stderr));
    }

    pub fn run(&self, flags: &[&str], logs: &[&str]) -> Output {
        let mut command = filter("soar-parse");
        command.current_dir(self.folder.path()).args(["--cursor", "cursor"]).args(flags).args(logs);
        command.output().expect("it runs")
    }

    /// The log and what it was rotated to, as `a.log*` names them.
    pub fn logs(&self) -> Vec<String> {
        let files = fs::read_dir(self.folder.path()).expect("a folder");
        let names = files.map(|file| file.expect("a file").file_name().into_string().expect("UTF-8"));
        let mut names: Vec<_> = names.filter(|name| name.starts_with("a.log")).collect();
        names.sort();
        names
    }

    /// The numbers of the lines that are new, and where they stand.
    pub fn news(&self, logs: &[&str]) -> Vec<(usize, String)> {
        let output = self.run(&["-q"], logs);
        assert_eq!((code(&output), text(&output.stderr).as_str()), (0, ""), "{logs:?}");
        numbers(&output)
    }
}

pub fn append(path: &Path, line: impl AsRef<[u8]>) {
    let mut old = fs::read(path).unwrap_or_default();
    old.extend_from_slice(line.as_ref());
    // In place, as a daemon writes: the file stays the same one.
    fs::write(path, old).expect("written");
}

pub fn numbers(output: &Output) -> Vec<(usize, String)> {
    let place = |event: &str| {
        let event: serde_json::Value = serde_json::from_str(event).expect("JSON");
        let number = event["process"]["pid"].as_u64().expect("a number");
        let file = event["log"]["file"]["path"].as_str().expect("a file").to_owned();
        (usize::try_from(number).expect("small"), format!("{file}:{}", event["log"]["line"]))
    };
    text(&output.stdout).lines().map(place).collect()
}

pub fn at(numbers: &[(usize, &str)]) -> Vec<(usize, String)> {
    numbers.iter().map(|(number, place)| (*number, (*place).to_owned())).collect()
}
