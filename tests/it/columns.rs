//! Logs whose columns are named by a line far before: where an input is cut, into blocks or between runs, changes nothing.

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Output};

use crate::support::{code, filter, run, text};

const HEADER: &str = "#Software: Microsoft Internet Information Services 10.0\n#Fields: date time c-ip cs-method cs-uri-stem sc-status\n";
const OTHER: &str = "#Fields: sc-status c-ip x-more date time cs-uri-stem\n";

/// Lines of the first columns, then of the others.
fn log(lines: usize) -> String {
    let mut log = HEADER.to_owned();
    for number in 0..lines {
        if number == lines / 2 {
            log.push_str(OTHER);
        }
        let (second, client) = (number % 60, number % 250);
        let line = if number < lines / 2 {
            format!("2024-10-01 00:00:{second:02} 192.0.2.{client} GET /{number} 404")
        } else {
            format!("404 192.0.2.{client} x 2024-10-01 00:00:{second:02} /{number}")
        };
        writeln!(log, "{line}").expect("a string");
    }
    log
}

fn events(output: &Output) -> usize {
    assert_eq!(code(output), 0, "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains(" 0 rejects"), "{}", text(&output.stderr));
    text(&output.stdout).lines().count()
}

fn parse(args: &[&str]) -> Command {
    let mut command = filter("soar-parse");
    command.args(args);
    command
}

#[test]
fn columns_hold_however_many_blocks_come_between() {
    const LINES: usize = 40_000;
    let log = log(LINES);
    assert!(log.len() > 5 << 18, "several blocks");
    let one = run(&mut parse(&["--threads", "1"]), log.as_bytes());
    let many = run(&mut parse(&["--threads", "3"]), log.as_bytes());
    assert_eq!(events(&one), LINES);
    assert!(one.stdout == many.stdout, "as many threads as there may be");
}

#[test]
fn columns_hold_from_run_to_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (path, cursor) = (at("u_ex.log"), at("cursor"));
    let args = ["--cursor", &cursor, &path];
    let whole = log(40);
    let cuts: Vec<_> = whole.match_indices('\n').map(|(at, _)| at + 1).collect();
    let mut news = 0;
    for step in cuts.chunks(3) {
        fs::write(&path, &whole[..step[step.len() - 1]]).expect("written");
        news += events(&run(&mut parse(&args), b""));
    }
    assert_eq!(news, 40);
    assert!(text(&fs::read(&cursor).expect("a cursor")).contains(&format!(r#""header":"{}""#, OTHER.trim_end())));
    // Where nothing of what is there was read, the columns of what comes are known too.
    fs::remove_file(&cursor).expect("removed");
    assert_eq!(code(&run(&mut parse(&["--cursor", &cursor, "--cursor-only", &path]), b"")), 0);
    let mut more = whole.clone();
    more.push_str("404 192.0.2.9 x 2024-10-02 00:00:00 /more\n");
    fs::write(&path, more).expect("written");
    let output = run(&mut parse(&args), b"");
    assert!(events(&output) >= 1, "{}", text(&output.stdout));
}

#[test]
fn a_log_that_does_not_begin_with_its_header_is_told_what_it_needs() {
    let piece = "2024-10-01 00:00:06 192.0.2.34 GET /no 404\n";
    let output = run(&mut parse(&[]), piece.as_bytes());
    assert_eq!((code(&output), output.stdout.len()), (1, 0));
    let columns = "#Fields: date time c-ip cs-method cs-uri-stem sc-status";
    assert_eq!(events(&run(&mut parse(&["--log-format", columns]), piece.as_bytes())), 1);
}
