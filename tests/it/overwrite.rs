//! A flag without its file takes the next word for it: no report is written over a log or over records.

use std::fs;

use crate::support::{code, filter, run, text};

const LOG: &str = "Mar  1 00:00:00 lab sshd[1]: Failed password for root from 192.0.2.1 port 4 ssh2\n";
const HOST: &str = "{\"schema\":\"soar.host/1\",\"ip\":\"192.0.2.1\",\"signals\":{\"ssh_failed\":1}}\n";

#[test]
fn no_report_is_written_over_a_log_or_records() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    let reports: &[(&str, &[&str])] =
        &[("soar-report", &["--csv", "--html", "--markdown", "--story", "--digest"]), ("soar-score", &["--accounts"])];
    for content in [LOG, HOST] {
        for (program, flags) in reports {
            for flag in *flags {
                fs::write(&path, content).expect("written");
                let output = run(filter(program).arg(flag).arg(&path), HOST.as_bytes());
                let said = text(&output.stderr);
                assert_eq!(code(&output), 2, "{program} {flag}: {said}");
                assert!(said.contains("is a log or holds records, and would be overwritten"), "{program} {flag}: {said}");
                assert_eq!(fs::read_to_string(&path).expect("the file"), content, "{program} {flag}");
            }
        }
    }
}

#[test]
fn a_report_is_written_over_an_earlier_one() {
    let folder = tempfile::tempdir().expect("a folder");
    for (program, flag) in [
        ("soar-report", "--csv"),
        ("soar-report", "--html"),
        ("soar-report", "--markdown"),
        ("soar-report", "--story"),
        ("soar-report", "--digest"),
        ("soar-report", "--chart"),
        ("soar-score", "--accounts"),
    ] {
        let path = folder.path().join(if flag == "--chart" { "chart.png" } else { flag.trim_start_matches('-') });
        let input = if program == "soar-score" {
            run(filter("soar-parse").args(["-q", "--year", "2026"]), LOG.as_bytes()).stdout
        } else {
            HOST.as_bytes().to_vec()
        };
        for time in 0..2 {
            let output = run(filter(program).arg(flag).arg(&path), &input);
            assert_eq!(code(&output), 0, "{program} {flag} {time}: {}", text(&output.stderr));
        }
        assert!(fs::metadata(&path).is_ok_and(|file| file.len() > 0), "{flag}");
    }
    let output = run(filter("soar-score").args(["--accounts", "-"]), b"");
    assert_eq!((code(&output), text(&output.stderr).contains("--accounts -: hosts go to stdout")), (2, true));
}
