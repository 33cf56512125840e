//! `soar-parse --cursor`: what it remembers of a log, and what becomes of that (generated histories: `rotation.rs`).

mod compressed;
mod file;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use crate::support::followed_logs::{BANNER_LINES, FollowedLogs, append, at, numbers};
use crate::support::{bash, code, filter, text};

#[test]
fn a_log_that_begins_as_the_one_before_it_is_another_log() {
    for rotate in ["cp a.log a.log.1; : > a.log", "mv a.log a.log.1", "cp a.log a.log.1; gzip a.log.1; : > a.log", ": > a.log"] {
        let mut followed = FollowedLogs::new();
        followed.banner("a.log");
        followed.log("a.log");
        assert_eq!(followed.news(&["a.log"]).len(), BANNER_LINES + 1);
        followed.bash(rotate);
        followed.banner("a.log");
        for _ in 0..3 {
            followed.log("a.log");
        }
        let output = followed.run(&["--strict"], &["a.log"]);
        let said = text(&output.stderr);
        assert_eq!(code(&output), 0, "{rotate}: {said}");
        assert_eq!(numbers(&output).len(), BANNER_LINES + 3, "{rotate}: {said}");
        assert!(said.starts_with("soar-parse: a.log: ") && said.contains(", so it is read from its start\n"), "{rotate}: {said}");
        assert_eq!(followed.news(&["a.log"]), [], "{rotate}");
    }
}

#[test]
fn copies_that_go_on_by_themselves_are_logs_of_their_own() {
    let mut followed = FollowedLogs::new();
    for _ in 0..20 {
        followed.log("a.log");
    }
    assert_eq!(followed.news(&["a.log"]).len(), 20);
    followed.bash("cp a.log b.log; cp a.log c.log");
    for name in ["a.log", "b.log", "b.log", "c.log"] {
        followed.log(name);
    }
    let output = followed.run(&[], &["a.log", "b.log", "c.log"]);
    let said = "b.log: begins like a.log but differs before its checkpoint, so it is read from its start";
    assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    let numbers = numbers(&output);
    assert_eq!(numbers.len(), 1 + 22 + 21);
    for number in 21..=24 {
        assert_eq!(numbers.iter().filter(|news| news.0 == number).count(), 1, "{number}");
    }
    followed.log("b.log");
    assert_eq!(followed.news(&["a.log", "b.log", "c.log"]), at(&[(25, "b.log:23")]));
}

#[test]
fn a_copy_that_grows_from_run_to_run_is_read_once() {
    // copytruncate of a log that is larger than what is copied between two runs; named, or found beside it.
    for logs in [&["a.log"][..], &["a.log", "a.log.1"], &["a.log.1", "a.log"]] {
        let mut followed = FollowedLogs::new();
        let mut news = Vec::new();
        let mut run = |followed: &FollowedLogs| {
            let logs: Vec<_> = logs.iter().copied().filter(|log| followed.at(log).exists()).collect();
            let output = followed.run(&[], &logs);
            assert_eq!(code(&output), 0, "{logs:?}: {}", text(&output.stderr));
            news.extend(numbers(&output).into_iter().map(|(number, _)| number));
        };
        (0..20).for_each(|_| drop(followed.log("a.log")));
        run(&followed);
        (0..80).for_each(|_| drop(followed.log("a.log")));
        for bytes in [3000, 5000, 6000, 100_000] {
            followed.bash(&format!("head -c {bytes} a.log > a.log.1"));
            run(&followed);
        }
        followed.bash(": > a.log");
        run(&followed);
        followed.log("a.log");
        run(&followed);
        news.sort_unstable();
        assert_eq!(news, (1..=followed.written).collect::<Vec<_>>(), "{logs:?}");
    }
}

#[test]
fn a_log_that_is_taken_for_another_is_said() {
    let mut followed = FollowedLogs::new();
    let line = followed.log("a.log");
    append(&followed.at("b.log"), &line);
    let said = "soar-parse: b.log: the same text as a.log, which was read already\n";
    for _ in 0..2 {
        assert!(text(&followed.run(&[], &["a.log", "b.log"]).stderr).starts_with(said));
    }
    followed.log("a.log");
    followed.log("b.log");
    assert_eq!(followed.news(&["a.log", "b.log"]), at(&[(2, "a.log:2"), (1, "b.log:1"), (3, "b.log:2")]));
    followed.bash("cp a.log c.log");
    followed.log("c.log");
    let output = followed.run(&[], &["c.log"]);
    assert_eq!(numbers(&output), at(&[(4, "c.log:3")]));
    let said = "soar-parse: c.log: begins with everything that was read of a.log, so reading continues there\n";
    assert!(text(&output.stderr).starts_with(said), "{}", text(&output.stderr));
    followed.log("a.log");
    followed.log("c.log");
    assert_eq!(followed.news(&["a.log", "c.log"]), at(&[(5, "a.log:3"), (6, "c.log:4")]));
}

#[test]
fn only_what_is_new_is_read_and_lines_keep_their_numbers() {
    let mut followed = FollowedLogs::new();
    followed.log("a.log");
    followed.log("a.log");
    assert_eq!(followed.news(&["a.log"]), at(&[(1, "a.log:1"), (2, "a.log:2")]));
    assert_eq!(followed.news(&["a.log"]), []);
    followed.log("a.log");
    assert_eq!(followed.news(&["a.log"]), at(&[(3, "a.log:3")]));
}

#[test]
fn a_line_that_is_still_being_written_is_left_for_the_next_run() {
    let mut followed = FollowedLogs::new();
    followed.log("a.log");
    append(&followed.at("a.log"), "2026-01-01T00:00:00Z h sshd[2]: Failed pass");
    assert_eq!(followed.news(&["a.log"]), at(&[(1, "a.log:1")]));
    append(&followed.at("a.log"), "word for root from 192.0.2.1 port 22 ssh2\n");
    assert_eq!(followed.news(&["a.log"]), at(&[(2, "a.log:2")]));
    // A compressed file is finished, with or without a newline.
    append(&followed.at("a.log"), "2026-01-01T00:00:00Z h sshd[3]: Failed password for root from 192.0.2.1 port 22 ssh2");
    followed.bash("mv a.log a.log.1; gzip a.log.1; : > a.log");
    assert_eq!(followed.news(&["a.log"]), at(&[(3, "a.log.1.gz:3")]));
    assert_eq!(followed.news(&["a.log"]), []);
}

#[test]
fn a_last_line_without_newline_is_read_once_the_rotated_log_is_left_alone() {
    let mut followed = FollowedLogs::new();
    followed.log("a.log");
    assert_eq!(followed.news(&["a.log"]).len(), 1);
    append(&followed.at("a.log"), "2026-01-01T00:00:00Z h sshd[2]: Failed password for root from 192.0.2.1 port 22 ssh2");
    followed.bash("mv a.log a.log.1");
    followed.written += 1;
    followed.log("a.log");
    assert_eq!(followed.news(&["a.log"]), at(&[(3, "a.log:1")]));
    followed.bash("touch -d '-1 hour' a.log.1");
    assert_eq!(followed.news(&["a.log"]), at(&[(2, "a.log.1:2")]));
    assert_eq!(followed.news(&["a.log"]), []);
    followed.bash("gzip a.log.1");
    assert_eq!(followed.news(&["a.log"]), []);
}

#[test]
fn a_log_that_came_and_went_between_two_runs_is_read_whole() {
    let mut followed = FollowedLogs::new();
    followed.log("a.log");
    // It was there before the first run and nobody asked for it.
    followed.log("a.log.7");
    followed.bash("touch -d '2001-01-01' a.log.7");
    assert_eq!(followed.news(&["a.log"]), at(&[(1, "a.log:1")]));
    followed.bash("mv a.log a.log.2");
    followed.log("a.log.2");
    followed.log("a.log.1");
    followed.bash("touch -d '+2 seconds' a.log.2; touch -d '+3 seconds' a.log.1; gzip a.log.1");
    followed.log("a.log.notes");
    followed.bash("touch -d '+3 seconds' a.log.notes");
    followed.log("a.log");
    assert_eq!(followed.news(&["a.log"]), at(&[(3, "a.log.2:2"), (4, "a.log.1.gz:1"), (6, "a.log:1")]));
    assert_eq!(followed.news(&["a.log"]), []);
}

#[test]
fn a_log_under_two_names_is_one_log() {
    let mut followed = FollowedLogs::new();
    for _ in 0..20 {
        followed.log("a.log");
    }
    followed.bash("ln a.log b.log; cp a.log c.log; gzip -k c.log; ln -s a.log d.log");
    assert_eq!(followed.news(&["a.log", "b.log", "c.log", "c.log.gz", "d.log", "a.log"]).len(), 20);
    followed.log("a.log");
    assert_eq!(followed.news(&["d.log", "./a.log"]), at(&[(21, "d.log:21")]));
    followed.log("a.log");
    // The copies stayed behind.
    for _ in 0..2 {
        let output = followed.run(&[], &["a.log", "c.log", "c.log.gz"]);
        assert!(numbers(&output).iter().all(|news| *news == (22, "a.log:22".to_owned())));
        let said = "soar-parse: c.log: an earlier state of a.log, which was read already\n";
        assert_eq!((code(&output), text(&output.stderr).starts_with(said)), (0, true), "{}", text(&output.stderr));
    }
    assert_eq!(followed.news(&["a.log"]), []);
}

#[test]
fn rotated_logs_may_be_operands_too() {
    let mut followed = FollowedLogs::new();
    followed.log("a.log");
    assert_eq!(followed.news(&["a.log"]).len(), 1);
    followed.log("a.log");
    followed.bash("mv a.log a.log.1; xz -k a.log.1");
    followed.log("a.log");
    assert_eq!(followed.news(&["a.log", "a.log.1", "a.log.1.xz"]), at(&[(3, "a.log:1"), (2, "a.log.1:2")]));
    assert_eq!(followed.news(&["a.log", "a.log.1", "a.log.1.xz"]), []);
}

#[test]
fn a_rotated_log_that_is_an_operand_is_not_missed() {
    let mut followed = FollowedLogs::new();
    followed.log("a.log");
    assert_eq!(followed.news(&["a.log"]).len(), 1);
    followed.log("a.log");
    followed.bash("mv a.log a.log.1");
    followed.log("a.log");
    let output = followed.run(&[], &["a.log", "a.log.1"]);
    assert_eq!(numbers(&output), at(&[(3, "a.log:1"), (2, "a.log.1:2")]));
    assert!(text(&output.stderr).starts_with("soar-parse: 2 lines: "), "{}", text(&output.stderr));
}

#[test]
fn a_log_written_anew_is_read_from_its_start_and_that_is_said() {
    let mut followed = FollowedLogs::new();
    let first = followed.log("a.log");
    for _ in 0..20 {
        followed.log("a.log");
    }
    assert_eq!(followed.news(&["a.log"]).len(), 21);
    let old = fs::read(followed.at("a.log")).expect("a log");
    fs::write(followed.at("a.log"), &old[..1100]).expect("written");
    let output = followed.run(&[], &["a.log"]);
    assert_eq!(numbers(&output).len(), 1100 / first.len());
    assert!(text(&output.stderr).starts_with("soar-parse: a.log: shorter than when it was last read, so it is read from its start\n"));
    fs::write(followed.at("a.log"), "other\n").expect("written");
    let said = text(&followed.run(&[], &["a.log"]).stderr);
    assert!(said.contains("a.log: not the same log as last time"), "{said}");
    assert!(!text(&followed.run(&[], &["a.log"]).stderr).contains("not the same log"));
}

#[test]
fn what_was_not_delivered_is_delivered_by_the_next_run() {
    let mut followed = FollowedLogs::new();
    followed.log("a.log");
    let write = format!("soar-parse -q --cursor {0}/cursor {0}/a.log > /dev/full", followed.folder.path().display());
    assert_eq!(code(&bash(&write)), 2);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut left = filter("soar-parse");
    left.current_dir(followed.folder.path()).args(["-q", "--cursor", "cursor", "a.log"]).stdout(writer);
    assert_eq!(left.status().expect("it runs").code(), Some(0));
    assert_eq!(followed.news(&["a.log"]).len(), 1);
    assert_eq!(followed.news(&["a.log"]), []);
}

#[test]
fn what_was_delivered_before_a_signal_is_not_delivered_again() {
    let mut followed = FollowedLogs::new();
    let line = followed.log("a.log");
    // More than fits into the pipe and what is under way.
    let log: String = (1..=40_000).map(|n| line.replace("sshd[1]", &format!("sshd[{n}]"))).collect();
    fs::write(followed.at("a.log"), log).expect("written");
    let mut parse = filter("soar-parse");
    parse.current_dir(followed.folder.path()).args(["-q", "--threads", "2", "--cursor", "cursor", "a.log"]).stdout(Stdio::piped());
    let mut child = parse.spawn().expect("it starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut first = String::new();
    stdout.read_line(&mut first).expect("an event");
    assert!(bash(&format!("kill -TERM {}", child.id())).status.success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).expect("the rest");
    assert_eq!(child.wait().expect("it ends").code(), Some(143));
    let delivered = 1 + rest.lines().count();
    let next = followed.news(&["a.log"]);
    assert_eq!(next.first(), Some(&(delivered + 1, format!("a.log:{}", delivered + 1))));
    assert_eq!(delivered + next.len(), 40_000);
}

#[test]
fn a_line_that_is_too_long_is_passed_once_it_ends() {
    let mut followed = FollowedLogs::new();
    followed.log("a.log");
    append(&followed.at("a.log"), "x".repeat(3 << 20));
    let rejects = |logs: &[&str]| {
        let output = followed.run(&["--rejects", "rejects"], logs);
        (numbers(&output), fs::metadata(followed.at("rejects")).expect("a file").len())
    };
    assert_eq!(rejects(&["a.log"]), (at(&[(1, "a.log:1")]), 3 << 20));
    append(&followed.at("a.log"), "x\n2026-01-01T00:00:00Z h sshd[2]: Failed password for root from 192.0.2.1 port 22 ssh2\n");
    assert_eq!(rejects(&["a.log"]), (at(&[(2, "a.log:3")]), (3 << 20) + 2));
    assert_eq!(rejects(&["a.log"]), (vec![], 0));
}

#[test]
fn a_label_names_the_log_whatever_became_of_it() {
    let mut followed = FollowedLogs::new();
    followed.log("a.log");
    assert_eq!(numbers(&followed.run(&["--name", "web1"], &["a.log"])), at(&[(1, "web1:1")]));
    followed.log("a.log");
    followed.bash("mv a.log a.log.1; : > a.log");
    assert_eq!(numbers(&followed.run(&["--name", "web1"], &["a.log"])), at(&[(2, "web1:2")]));
}

#[test]
fn a_damaged_log_is_read_as_far_as_it_goes_and_on_from_there() {
    let mut followed = FollowedLogs::new();
    for _ in 0..4000 {
        followed.log("a.log");
    }
    followed.bash("gzip -k a.log; head -c 9000 a.log.gz > b.log.gz");
    let output = followed.run(&[], &["b.log.gz"]);
    assert_eq!(code(&output), 2);
    assert!(text(&output.stderr).contains("b.log.gz: gzip data ends early\n"), "{}", text(&output.stderr));
    let first = numbers(&output).len();
    assert!((1..4000).contains(&first), "{first}");
    followed.bash("rm b.log.gz");
    let rest = followed.news(&["a.log.gz"]);
    assert_eq!(rest.first(), Some(&(first + 1, format!("a.log.gz:{}", first + 1))));
    assert_eq!(rest.len(), 4000 - first);
}

#[test]
fn links_and_pipes_beside_a_log_are_left_alone() {
    let mut followed = FollowedLogs::new();
    followed.log("a.log");
    assert_eq!(followed.news(&["a.log"]).len(), 1);
    followed.log("a.log");
    followed.bash("mv a.log secret; ln -s secret a.log.1; mkfifo a.log.2; mkdir a.log.3");
    followed.log("a.log");
    let output = followed.run(&[], &["a.log"]);
    assert_eq!(numbers(&output), at(&[(3, "a.log:1")]));
    assert!(text(&output.stderr).contains("the previous one is not beside it"), "{}", text(&output.stderr));
}
