//! Logs that are compressed while a cursor follows them.

use std::fs;

use crate::support::followed_logs::{BANNER_LINES, FollowedLogs, append, at};
use crate::support::{code, text};

#[test]
fn a_compressed_log_of_a_known_size_is_still_looked_at() {
    let mut followed = FollowedLogs::new();
    for (name, last) in [("a.log.1", "port 3344 ssh2"), ("b.log.1", "port 4433 ssh2")] {
        followed.banner(name);
        followed.bash(&format!("sed -i '$s/port 22 ssh2/{last}/' {name}; gzip -n {name}"));
    }
    let size = |name: &str| fs::metadata(followed.at(name)).expect("a file").len();
    assert_eq!(size("a.log.1.gz"), size("b.log.1.gz"));
    assert_eq!(followed.news(&["a.log.1.gz"]).len(), BANNER_LINES);
    assert_eq!(followed.news(&["b.log.1.gz"]).len(), BANNER_LINES);
    assert_eq!(followed.news(&["a.log.1.gz", "b.log.1.gz"]), []);
}

#[test]
fn what_is_still_being_compressed_is_left_until_it_is_whole() {
    let compressors = ["gzip", "zstd -q", "bzip2", "xz"].into_iter().cycle();
    // Its text may be complete before it is.
    let small = ["0", "1", "2", "12", "150", "1000", "-8", "-1"].map(|bytes| (40, bytes));
    let large = ["150", "-8", "-4", "-1"].map(|bytes| (6000, bytes));
    for ((lines, bytes), compressor) in small.into_iter().chain(large).zip(compressors) {
        compress_while_it_is_read(lines, compressor, bytes, "+2 seconds");
        // It is looked at before its file.
        compress_while_it_is_read(lines, compressor, bytes, "-2 seconds");
    }
}

/// A rotated log of so many known lines and a new one, and beside it what `head -c BYTES` gives of its compressed copy.
fn compress_while_it_is_read(lines: usize, compressor: &str, bytes: &str, age: &str) {
    let what = format!("{lines} lines, {compressor}, head -c {bytes}, {age}");
    let mut followed = FollowedLogs::new();
    let line = followed.log("a.log");
    let rest: String = (2..=lines).map(|n| line.replace("sshd[1]", &format!("sshd[{n}]"))).collect();
    append(&followed.at("a.log"), &rest);
    followed.written = lines;
    assert_eq!(followed.news(&["a.log"]).len(), lines);
    followed.log("a.log");
    followed.bash(&format!("mv a.log a.log.1; {compressor} -c a.log.1 > whole"));
    followed.bash(&format!("head -c {bytes} whole > a.log.1.gz; touch -d '{age}' a.log.1.gz"));
    followed.log("a.log");
    let news = at(&[(lines + 1, &format!("a.log.1:{}", lines + 1)), (lines + 2, "a.log:1")]);
    assert_eq!(followed.news(&["a.log"]), news, "{what}");
    assert_eq!(followed.news(&["a.log"]), [], "{what}");
    followed.bash("mv whole a.log.1.gz; rm a.log.1");
    assert_eq!(followed.news(&["a.log"]), [], "{what}");
}

#[test]
fn a_compressed_log_that_ends_early_is_an_error_unless_its_file_is_there() {
    for beside in ["rm a.log.1", "head -c 100 a.log > a.log.1; touch -d '-1 hour' a.log.1"] {
        let mut followed = FollowedLogs::new();
        (0..40).for_each(|_| drop(followed.log("a.log")));
        assert_eq!(followed.news(&["a.log"]).len(), 40);
        followed.bash("mv a.log a.log.1; gzip -c a.log.1 | head -c -4 > a.log.1.gz");
        followed.log("a.log");
        assert_eq!(followed.news(&["a.log"]), at(&[(41, "a.log:1")]));
        followed.bash(beside);
        let output = followed.run(&[], &["a.log"]);
        assert_eq!(code(&output), 2, "{beside}");
        assert!(text(&output.stderr).contains("a.log.1.gz: gzip data ends early\n"), "{beside}: {}", text(&output.stderr));
    }
}

#[test]
fn a_compressed_log_beside_another_of_its_name_is_read() {
    let mut followed = FollowedLogs::new();
    followed.log("a.log");
    assert_eq!(followed.news(&["a.log"]).len(), 1);
    followed.log("a.log.1");
    followed.bash("gzip a.log.1; touch -d '+2 seconds' a.log.1.gz");
    followed.log("a.log.1");
    followed.bash("touch -d '+2 seconds' a.log.1");
    assert_eq!(followed.news(&["a.log"]), at(&[(2, "a.log.1.gz:1"), (3, "a.log.1:1")]));
    assert_eq!(followed.news(&["a.log"]), []);
}
