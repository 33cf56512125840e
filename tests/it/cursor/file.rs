//! The file of a cursor: what is in it, where it may be, and who may write it.

use std::fs;

use crate::support::followed_logs::{FollowedLogs, numbers};
use crate::support::{bash, code, filter, text};

#[test]
fn a_cursor_fits_its_schema_and_a_damaged_one_is_exit_2() {
    let mut followed = FollowedLogs::new();
    followed.log("a.log");
    followed.bash("gzip -k a.log; cat a.log a.log > b.log; mkdir c; mv b.log c");
    followed.log("d.log");
    assert_eq!(followed.news(&["a.log.gz", "d.log"]).len(), 2);
    let schema = serde_json::from_slice(&crate::support::read("schemas/cursor.schema.json")).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let cursor = fs::read(followed.at("cursor")).expect("a cursor");
    let content: serde_json::Value = serde_json::from_slice(&cursor).expect("JSON");
    assert!(schema.is_valid(&content), "{content}");
    assert_eq!(content["logs"].as_array().map(Vec::len), Some(2));
    followed.bash("[ $(head -c $(jq .logs[0].head_bytes cursor) a.log | sha256sum | cut -c1-64) = $(jq -r .logs[0].head_sha256 cursor) ]");
    followed.bash(
        "[ $(head -c $(jq .logs[0].offset cursor) a.log | tail -c 1024 | sha256sum | cut -c1-64) = $(jq -r .logs[0].tail_sha256 cursor) ]",
    );
    for (damaged, said) in [
        (&cursor[..cursor.len() / 2], "cursor: not a cursor, or damaged ("),
        (b"", "cursor: not a cursor, or damaged ("),
        (
            b"{\"schema\":\"soar.cursor/2\"}",
            "cursor: unknown schema \"soar.cursor/2\": written by a newer SOAR Light? This one reads soar.cursor/1\n",
        ),
    ] {
        fs::write(followed.at("cursor"), damaged).expect("written");
        let output = followed.run(&[], &["a.log"]);
        assert_eq!((code(&output), output.stdout.len()), (2, 0));
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
        assert_eq!(fs::read(followed.at("cursor")).expect("a cursor"), damaged, "it stays as it was");
    }
}

#[test]
fn what_has_no_place_to_remember_is_a_usage_error() {
    let mut followed = FollowedLogs::new();
    followed.log("a.log");
    followed.bash("mkfifo pipe");
    for (logs, said) in [
        (&["-"][..], "--cursor needs regular files, and stdin is not one: name the logs as FILE operands\n"),
        (&[], "and stdin is not one"),
        (&["a.log", "pipe"], "and pipe is not one"),
    ] {
        let output = followed.run(&[], logs);
        assert_eq!(code(&output), 2, "{logs:?}");
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    }
    let same = filter("soar-parse").current_dir(followed.folder.path()).args(["--cursor", "a.log", "a.log"]).output().expect("it runs");
    assert_eq!((code(&same), text(&same.stderr).as_str()), (2, "soar-parse: a.log is an input and would be overwritten\n"));
    followed.bash("ln -s x link");
    for flags in [
        &["--cursor", "-"][..],
        &["--cursor", "x", "--rejects", "x"],
        &["--cursor", "x", "--rejects", "./x"],
        &["--cursor", "x", "--rejects", "link"],
        &["--cursor", "link", "--rejects", "x.lock"],
    ] {
        let output = filter("soar-parse").current_dir(followed.folder.path()).args(flags).arg("a.log").output().expect("it runs");
        assert_eq!((code(&output), text(&output.stderr).as_str()), (2, "soar-parse: --cursor needs its own file\n"));
    }
}

#[test]
fn a_cursor_is_a_regular_file() {
    let followed = FollowedLogs::new();
    followed.bash("mkfifo cursor");
    let output = followed.run(&[], &["a.log"]);
    assert_eq!((code(&output), text(&output.stderr).as_str()), (2, "soar-parse: --cursor cursor: not a regular file\n"));
}

#[test]
fn the_next_cursor_can_go_elsewhere_and_is_written_only_where_all_was_delivered() {
    let mut followed = FollowedLogs::new();
    followed.log("a.log");
    let run = |next: &str| numbers(&followed.run(&["-q", "--cursor-out", next], &["a.log"])).len();
    assert_eq!(run("first"), 1);
    assert!(!followed.at("cursor").exists() && !followed.at("cursor.lock").exists() && !followed.at("first.lock").exists());
    // Nothing counts until the caller says so.
    assert_eq!(run("first"), 1);
    followed.bash("mv first cursor; chmod 444 cursor");
    let before = fs::read(followed.at("cursor")).expect("a cursor");
    assert_eq!(run("second"), 0);
    assert!(followed.at("second").exists(), "written even where there is nothing new");
    followed.log("a.log");
    for line in ["> /dev/full", "| head -0", "--rejects /dev/full", "b.log --no-such-flag"] {
        let line = format!("soar-parse -q --cursor cursor --cursor-out third a.log {line}");
        followed.bash(&format!("sed -i '$a no log' a.log; {line} || :; [ ! -e third ]"));
    }
    // A log that cannot be read does not keep what was read of others from counting.
    let output = followed.run(&["-q", "--cursor-out", "third"], &["a.log", "b.log"]);
    assert_eq!((code(&output), numbers(&output).len(), followed.at("third").exists()), (2, 1, true));
    assert_eq!(fs::read(followed.at("cursor")).expect("a cursor"), before);
}

#[test]
fn the_next_cursor_is_a_file_of_its_own() {
    let mut followed = FollowedLogs::new();
    followed.log("a.log");
    followed.bash("ln -s cursor link");
    for flags in [&["--cursor-out", "-"][..], &["--cursor-out", "link"], &["--cursor-out", "x", "--rejects", "x"]] {
        let output = followed.run(flags, &["a.log"]);
        assert_eq!(
            (code(&output), text(&output.stderr).as_str()),
            (2, "soar-parse: --cursor-out needs its own file, different from --cursor\n")
        );
    }
    let output = followed.run(&["--cursor-out", "a.log"], &["a.log"]);
    assert_eq!((code(&output), text(&output.stderr).as_str()), (2, "soar-parse: a.log is an input and would be overwritten\n"));
}

#[test]
fn a_lock_is_no_link() {
    let mut followed = FollowedLogs::new();
    followed.log("a.log");
    followed.bash("echo mine > mine; ln -s mine cursor.lock");
    let output = followed.run(&[], &["a.log"]);
    let said = "soar-parse: cursor.lock: cannot write: the lock file is a symbolic link: remove it\n";
    assert_eq!((code(&output), text(&output.stderr).as_str()), (2, said));
    followed.bash("[ $(cat mine) = mine ]; ln -sf nowhere cursor.lock");
    assert_eq!(code(&followed.run(&[], &["a.log"])), 2);
    assert!(!followed.at("nowhere").exists());
}

#[test]
fn two_runs_at_once_are_one_too_many() {
    let mut followed = FollowedLogs::new();
    followed.log("a.log");
    // Under whatever name.
    let held = "ln -s cursor link; exec 9> cursor.lock; flock 9; soar-parse --cursor link a.log; echo $?; soar-parse --cursor cursor a.log; echo $?; ls *.lock";
    let output = bash(&format!("cd {} && {held}", followed.folder.path().display()));
    assert_eq!(text(&output.stdout), "2\n2\ncursor.lock\n");
    let (first, said) = text(&output.stderr).split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("two lines");
    assert_eq!(first, "soar-parse: link: another run is using it; wait until it ends");
    assert_eq!(said, "soar-parse: cursor: another run is using it; wait until it ends\n");
    assert_eq!(followed.news(&["a.log"]).len(), 1);
}
