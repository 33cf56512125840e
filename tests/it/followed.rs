//! `soar-parse --cursor`: a log that was named is read, however a run ended and whatever clocks say.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use crate::support::followed_logs::{BANNER_LINES, FollowedLogs, append, at, numbers};
use crate::support::{bash, code, filter, text};

#[test]
fn what_a_stopped_run_did_not_reach_is_read_after_another_rotation() {
    let mut followed = FollowedLogs::new();
    let line = followed.log("a.log");
    assert_eq!(followed.news(&["a.log"]).len(), 1);
    // More than fits into the pipe and what is under way.
    let log: String = (2..=40_000).map(|n| line.replace("sshd[1]", &format!("sshd[{n}]"))).collect();
    append(&followed.at("a.log"), &log);
    followed.bash("mv a.log a.log.1");
    followed.written = 40_000;
    followed.log("a.log");
    followed.bash("touch -d '-1 minute' a.log");
    let mut parse = filter("soar-parse");
    parse.current_dir(followed.folder.path()).args(["-q", "--threads", "2", "--cursor", "cursor", "a.log"]).stdout(Stdio::piped());
    let mut child = parse.spawn().expect("it starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut delivered = String::new();
    stdout.read_line(&mut delivered).expect("an event");
    assert!(bash(&format!("kill -TERM {}", child.id())).status.success());
    stdout.read_to_string(&mut delivered).expect("the rest");
    assert_eq!(child.wait().expect("it ends").code(), Some(143));
    assert!(delivered.lines().count() < 39_999, "it was stopped before it was done");
    followed.bash("mv a.log.1 a.log.2; mv a.log a.log.1");
    followed.log("a.log");
    let news = followed.news(&["a.log"]);
    assert_eq!(delivered.lines().count() + news.len(), 40_001);
    for place in at(&[(40_001, "a.log.1:1"), (40_002, "a.log:1")]) {
        assert!(news.contains(&place), "{place:?}");
    }
    assert_eq!(followed.news(&["a.log"]), []);
}

#[test]
fn a_log_that_one_run_could_not_read_is_read_after_its_rotation() {
    for rotate in ["mv away a.log.1", "mv away a.log.1; gzip a.log.1", "cp away a.log.1; rm away"] {
        for is_first in [true, false] {
            let mut followed = FollowedLogs::new();
            if !is_first {
                followed.log("a.log");
                assert_eq!(followed.news(&["a.log"]).len(), 1);
                followed.bash("mv a.log a.log.1");
                // A run sees what it was rotated to.
                assert_eq!(code(&followed.run(&["-q"], &["a.log"])), 2);
                followed.bash("mv a.log.1 a.log.2");
            }
            followed.log("away");
            followed.log("away");
            // Stands in for a log that may not be read: root may read any.
            followed.bash("touch -d '-1 day' away; mkdir a.log");
            assert_eq!(code(&followed.run(&["-q"], &["a.log"])), 2);
            followed.bash(&format!("rmdir a.log; {rotate}"));
            followed.log("a.log");
            let numbers: Vec<_> = followed.news(&["a.log"]).into_iter().map(|(number, _)| number).collect();
            assert_eq!(numbers, if is_first { [1, 2, 3] } else { [2, 3, 4] }, "{rotate}");
            assert_eq!(followed.news(&["a.log"]), []);
        }
    }
}

#[test]
fn a_clock_that_ran_ahead_hides_no_log() {
    // As version 0.1 wrote it, which knew only when; and as it is written now.
    for is_old in [true, false] {
        let mut followed = FollowedLogs::new();
        followed.log("a.log");
        assert_eq!(followed.news(&["a.log"]).len(), 1);
        let old = if is_old { "| del(.followed)" } else { "" };
        followed.bash(&format!("jq '.logs[].seen_at = \"2099-01-01T00:00:00Z\" {old}' cursor > c; mv c cursor"));
        followed.bash("mv a.log a.log.2");
        followed.log("a.log.1");
        followed.log("a.log");
        assert_eq!(followed.news(&["a.log"]), at(&[(2, "a.log.1:1"), (3, "a.log:1")]), "{is_old}");
        // It jumps back, and a log comes and goes.
        followed.bash("mv a.log.2 a.log.4; mv a.log.1 a.log.3; mv a.log a.log.2");
        followed.log("a.log.1");
        followed.bash("touch -d '2001-01-01' a.log.1");
        followed.log("a.log");
        assert_eq!(followed.news(&["a.log"]), at(&[(4, "a.log.1:1"), (5, "a.log:1")]), "{is_old}");
        assert_eq!(followed.news(&["a.log"]), []);
    }
}

#[test]
fn a_first_run_that_was_killed_has_named_its_logs() {
    let mut followed = FollowedLogs::new();
    followed.log("a.log.1");
    followed.log("a.log");
    // More than fits into the pipe and what is under way.
    let line = text(&fs::read(followed.at("a.log")).expect("a log"));
    append(&followed.at("a.log"), line.repeat(40_000));
    let mut parse = filter("soar-parse");
    parse.current_dir(followed.folder.path()).args(["-q", "--cursor", "cursor", "a.log"]).stdout(Stdio::piped());
    let mut child = parse.spawn().expect("it starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    stdout.read_line(&mut String::new()).expect("an event");
    child.kill().expect("killed");
    child.wait().expect("it ends");
    followed.bash("mv a.log.1 a.log.2; mv a.log a.log.1; touch -d '-1 day' a.log.1");
    followed.log("a.log");
    let news = followed.news(&["a.log"]);
    assert_eq!((news.len(), news[0].1.as_str(), news[40_001].1.as_str()), (40_002, "a.log.1:1", "a.log:1"));
}

#[test]
fn only_the_cursor_may_be_written() {
    let mut followed = FollowedLogs::new();
    followed.log("a.log");
    followed.bash("echo mine > rejects");
    let output = followed.run(&["--cursor-only", "--cursor-out", "next", "--rejects", "rejects"], &["a.log", "b.log"]);
    assert_eq!((code(&output), text(&output.stdout), text(&output.stderr)), (0, String::new(), String::new()));
    followed.bash("[ $(cat rejects) = mine ]; [ ! -e cursor ]; mv next cursor; mv a.log a.log.1; touch -d '-1 day' a.log.1");
    // Where no log is new, nothing changes.
    assert_eq!(code(&followed.run(&["--cursor-only", "--cursor-out", "next"], &["a.log", "b.log"])), 0);
    followed.bash("cmp cursor next");
    followed.log("b.log.9");
    assert_eq!(code(&followed.run(&["-q"], &["a.log", "b.log"])), 2);
    let schema = serde_json::from_slice(&crate::support::read("schemas/cursor.schema.json")).expect("JSON");
    let cursor = serde_json::from_slice(&fs::read(followed.at("cursor")).expect("a cursor")).expect("JSON");
    assert!(jsonschema::validator_for(&schema).expect("a schema").is_valid(&cursor), "{cursor}");
    followed.log("a.log");
    assert_eq!(followed.news(&["a.log"]), at(&[(3, "a.log:1")]), "a.log.1 and b.log.9 were read");
}

#[test]
fn what_lay_beside_a_log_when_it_was_first_named_is_nobodys_news() {
    let mut followed = FollowedLogs::new();
    for name in ["a.log.3", "a.log.2", "a.log.1"] {
        followed.log(name);
        followed.log(name);
    }
    // A line that is still being written.
    append(&followed.at("a.log.1"), "2026-01-01T00:00:00Z h sshd[7]: Failed pass");
    followed.written += 1;
    // One that never will be whole.
    append(&followed.at("a.log.2"), "2026-01-01T00:00:00Z h sshd[99]: Failed password for root from 192.0.2.1 port 22 ssh2");
    followed.bash("gzip a.log.3; touch -d '-1 hour' a.log.2");
    followed.log("a.log");
    assert_eq!(followed.news(&["a.log"]), at(&[(8, "a.log:1")]));
    let cursor: serde_json::Value = serde_json::from_slice(&fs::read(followed.at("cursor")).expect("a cursor")).expect("JSON");
    let schema = serde_json::from_slice(&crate::support::read("schemas/cursor.schema.json")).expect("JSON");
    assert!(jsonschema::validator_for(&schema).expect("a schema").is_valid(&cursor), "{cursor}");
    assert_eq!(cursor["logs"].as_array().map(Vec::len), Some(4));
    // Whatever becomes of it; what is still written to it is, with the numbers that its lines have.
    append(&followed.at("a.log.1"), "word for root from 192.0.2.1 port 22 ssh2\n");
    assert_eq!(followed.news(&["a.log"]), at(&[(7, "a.log.1:3")]));
    followed.bash("mv a.log.3.gz a.log.4.gz; mv a.log.2 a.log.3; gzip a.log.3; touch a.log.4.gz; mv a.log.1 a.log.2; mv a.log a.log.1");
    followed.log("a.log.2");
    followed.log("a.log");
    assert_eq!(followed.news(&["a.log"]), at(&[(9, "a.log.2:4"), (10, "a.log:1")]));
    // Who names it asks for it, once.
    assert_eq!(followed.news(&["a.log", "a.log.3.gz", "a.log.4.gz"]).len(), 5);
    followed.bash("gzip -d a.log.3.gz");
    assert_eq!(followed.news(&["a.log"]), []);
}

#[test]
fn an_old_archive_that_is_unpacked_is_read_as_nothing_tells_it_from_a_log_with_its_banner() {
    let mut followed = FollowedLogs::new();
    for name in ["a.log.3", "a.log.2"] {
        followed.banner(name);
        followed.log(name);
    }
    followed.bash("gzip a.log.3 a.log.2");
    followed.log("a.log");
    assert_eq!(followed.news(&["a.log"]), at(&[(3, "a.log:1")]));
    followed.bash("mv a.log.3.gz a.log.4.gz; gzip -d a.log.2.gz; mv a.log a.log.1");
    followed.log("a.log");
    let news = followed.run(&["-q"], &["a.log"]);
    assert_eq!((code(&news), numbers(&news).len()), (0, BANNER_LINES + 2));
    // A log that came and went since, with the same banner.
    followed.bash("mv a.log.2 a.log.5; mv a.log.1 a.log.3; mv a.log a.log.2");
    followed.banner("a.log.1");
    followed.log("a.log.1");
    followed.log("a.log");
    let news = followed.run(&["-q"], &["a.log"]);
    assert_eq!((code(&news), numbers(&news).len()), (0, BANNER_LINES + 2));
    assert_eq!(followed.news(&["a.log"]), []);
}

#[test]
fn a_copy_that_is_being_made_while_a_log_is_first_named_is_part_of_it() {
    let mut followed = FollowedLogs::new();
    for _ in 0..4 {
        followed.log("a.log");
    }
    // copytruncate, half of it done; the first run is cut short.
    followed.bash("head -2 a.log > a.log.1; soar-parse -q --cursor cursor a.log > /dev/full 2> said || :");
    followed.bash("cp a.log a.log.1; : > a.log");
    followed.log("a.log");
    assert_eq!(numbers(&followed.run(&["-q"], &["a.log"])).len(), 5);
    assert_eq!(followed.news(&["a.log"]), []);
}

#[test]
fn a_cursor_of_version_0_1_is_read_on_from() {
    let followed = FollowedLogs::new();
    let upgrade = crate::support::root().join("tests/upgrade").display().to_string();
    // It was written at line 20 of this log. What was written to beside it since is news, and what is older is not.
    followed.bash(&format!(
        "sed 's/\"seen_at\":\"[^\"]*/\"seen_at\":\"2026-03-01T12:00:00Z/' {upgrade}/whole/logs.cursor > cursor; log={upgrade}/auth.log
        head -25 $log > auth.log.2; sed -n 26,30p $log > auth.log.1; sed -n 31,35p $log > auth.log; sed -n 36,40p $log > auth.log.3
        touch -d '2026-03-01 11:59:59Z' auth.log.3; touch -d '2026-03-01 12:00:00Z' auth.log.1"
    ));
    let lines = |news: &[(usize, String)]| news.iter().map(|(number, _)| number - 1000).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(lines(&followed.news(&["auth.log"])), (21..=35).collect());
    followed.bash("mv auth.log.3 auth.log.4; mv auth.log.2 auth.log.3; mv auth.log.1 auth.log.2; mv auth.log auth.log.1");
    followed.bash(&format!("tail -1 {upgrade}/auth.log > auth.log; touch -d '2001-01-01' auth.log"));
    assert_eq!(lines(&followed.news(&["auth.log"])), [40].into());
}
