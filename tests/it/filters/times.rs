//! What stderr and `--stats` say of times that a log leaves half untold.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};
use soar_light::base::time::parse_rfc3339;

use crate::support::{code, filter, run, text};

const SUMMARY: &str = "soar-parse: 1 line: 1 event, 0 without a signal, 0 of other programs, 0 unknown messages, 0 rejects\n";

/// Writes `lines` into a file that was modified at `modified`.
fn log(file: &Path, lines: &[&str], modified: &str) {
    let message = "lab sshd[1]: Failed password for root from 192.0.2.1 port 1 ssh2\n";
    let lines: Vec<_> = lines.iter().map(|time| format!("{time} {message}")).collect();
    std::fs::write(file, lines.concat()).expect("written");
    let seconds = u64::try_from(parse_rfc3339(modified).expect("a time")).expect("after 1970");
    File::options().write(true).open(file).and_then(|file| file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds))).expect("a time");
}

/// What a run over the files of `names` says, and what it guessed.
fn said(folder: &Path, names: &[&str], flags: &[&str]) -> (String, Value) {
    let stats = folder.join("run.json");
    let mut command = filter("soar-parse");
    let output = command.current_dir(folder).args(flags).args(names).arg("--stats").arg(&stats).output().expect("it runs");
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    let record: Value = serde_json::from_slice(&std::fs::read(&stats).expect("the file")).expect("JSON");
    (text(&output.stderr), record["guesses"].clone())
}

#[test]
fn a_year_that_was_guessed_is_said_once_and_one_that_was_given_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    log(&folder.path().join("a.log"), &["Jul  1 12:00:00"], "2024-07-01T12:00:30Z");
    let assumed = "soar-parse: assumed: times without a year are in 2024, by the modification time of the file (--year sets it)";
    let (text_said, guesses) = said(folder.path(), &["a.log"], &[]);
    assert_eq!(text_said, format!("{assumed}; times without an offset are in UTC (--tz sets it)\n{SUMMARY}"));
    let year = json!({ "what": "year", "values": ["2024"], "from": "file_modified", "flag": "--year" });
    let zone = json!({ "what": "zone", "values": ["UTC"], "from": "default", "flag": "--tz" });
    assert_eq!(guesses, json!([year, zone]));
    let (text_said, guesses) = said(folder.path(), &["a.log"], &["--tz", "+00:00"]);
    assert_eq!((text_said, guesses), (format!("{assumed}\n{SUMMARY}"), json!([year])));
    let (text_said, guesses) = said(folder.path(), &["a.log"], &["--year", "2024"]);
    assert_eq!((text_said, guesses), (SUMMARY.to_owned(), json!([zone])));
    let (text_said, guesses) = said(folder.path(), &["a.log"], &["-q"]);
    assert_eq!((text_said.as_str(), guesses), ("", json!([year, zone])));

    log(&folder.path().join("b.log"), &["Dec 31 23:00:00", "Jan  1 00:30:00"], "2023-01-01T00:40:00Z");
    let (text_said, _) = said(folder.path(), &["a.log", "b.log", "a.log"], &[]);
    assert_eq!(text_said.matches("in 2022, 2023, 2024, by the modification time").count(), 1, "{text_said}");

    // A time that says all of it is no guess.
    log(&folder.path().join("c.log"), &["2024-07-01T12:00:00Z"], "2024-07-01T14:00:00Z");
    assert_eq!(said(folder.path(), &["c.log"], &[]), (SUMMARY.to_owned(), Value::Null));
    let piped = run(filter("soar-parse").args(["--all"]), b"Jul  1 12:00:00 lab sshd[1]: Server listening on :: port 22.\n");
    assert!(text(&piped.stderr).contains(", by today's date (--year sets it); times without an offset are in UTC"), "{piped:?}");
    assert!(!text(&piped.stderr).contains("give --tz"));
}

#[test]
fn the_zone_that_would_fit_is_named_where_the_files_own_time_shows_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let hint = |name: &str, last: &str, modified: &str, more: &str, offset: &str| {
        format!(
            "soar-parse: {name}: as UTC its last line is of {last}, but it was modified at {modified}{more}: if its clock is not UTC, \
             give --tz {offset}, or the name of the zone, which knows daylight saving time"
        )
    };
    for (line, last, modified, offset) in [
        ("Jul  1 14:00:00", "2024-07-01T14:00:00Z", "2024-07-01T12:00:30Z", Some("+02:00")),
        ("2024-07-01T17:30:00", "2024-07-01T17:30:00Z", "2024-07-01T12:00:01Z", Some("+05:30")),
        ("2024-07-01T04:00:00.25", "2024-07-01T04:00:00Z", "2024-07-01T12:01:59Z", Some("-08:00")),
        ("2024-07-01T12:00:00", "", "2024-07-01T12:00:00Z", None),
        ("2024-07-01T14:07:30", "", "2024-07-01T12:00:00Z", None),
        ("2024-07-02T06:00:00", "", "2024-07-01T12:00:00Z", None),
        ("2024-07-01T14:00:00+02:00", "", "2024-07-01T10:00:00Z", None),
    ] {
        let file = folder.path().join("x.log");
        // Whatever stood before.
        log(&file, &["Jun 30 00:00:00", line], modified);
        let (text_said, guesses) = said(folder.path(), &["x.log"], &["--year", "2024"]);
        let first = text_said.lines().next().expect("a line");
        match offset {
            Some(offset) => {
                assert_eq!(first, hint("x.log", last, modified, "", offset));
                assert_eq!(guesses[0]["suggested"], offset);
                // It takes what it says, and is content with it.
                let (text_said, guesses) = said(folder.path(), &["x.log"], &["--year", "2024", "--tz", offset]);
                assert!(text_said.starts_with("soar-parse: 2 lines") && guesses.is_null(), "{text_said}");
            }
            None => assert!(first.starts_with("soar-parse: 2 lines") && guesses[0]["suggested"].is_null(), "{line}: {first}"),
        }
    }
    for name in ["a.log", "b.log"] {
        log(&folder.path().join(name), &["2024-07-01T14:00:00"], "2024-07-01T12:00:00Z");
    }
    log(&folder.path().join("w.log"), &["2024-01-01T14:00:00"], "2024-01-01T13:00:00Z");
    let (text_said, _) = said(folder.path(), &["w.log", "a.log", "b.log"], &[]);
    let shown = hint("a.log", "2024-07-01T14:00:00Z", "2024-07-01T12:00:00Z", " (and so 1 more file)", "+02:00");
    assert_eq!(text_said.lines().next(), Some(&*format!("{shown}; other files differ by other offsets")));
    // Told by the caller or of a piece of a log, a time is no clock beside it.
    let (text_said, _) = said(folder.path(), &["a.log"], &["--modified", "2024-07-01T12:00:00Z"]);
    assert_eq!(text_said, SUMMARY);
}
