//! `scripts/test`, which counts what passed, failed and was skipped.

use std::fs;
use std::process::{Command, Output};

use crate::support::{code, root, text};

/// Runs `steps`, and goes on from the sums in `totals`, if any are named.
fn run(steps: &[&str], totals: Option<&std::path::Path>) -> Output {
    let mut command = Command::new(root().join("scripts/test"));
    command.args(steps).env_remove("SOAR_TOTALS").env_remove("SOAR_SKIPPED");
    if let Some(totals) = totals {
        command.env("SOAR_TOTALS", totals);
    }
    command.output().expect("it runs")
}

/// The last line of a run, and its exit code.
fn sum(steps: &[&str]) -> (i32, String) {
    let output = run(steps, None);
    (code(&output), text(&output.stdout).lines().last().expect("a line").to_owned())
}

/// What `cargo test` says of two programs.
const CARGO: &str = "echo 'test result: ok. 7 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s'; \
    echo 'test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s'";

#[test]
fn tests_are_counted_and_other_steps_are_one_each() {
    assert_eq!(sum(&[CARGO, "true", "true"]), (0, "12 passed, 0 failed, 0 skipped".to_owned()));
    let said = text(&run(&[CARGO], None).stdout);
    assert!(said.contains("\n3 more are run by: make setup-real test-real\n"), "{said}");
}

#[test]
fn what_fails_is_counted_and_named_and_what_comes_behind_it_still_runs() {
    let failing = "echo 'test result: FAILED. 5 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s'; exit 101";
    assert_eq!(sum(&[failing, "true"]), (1, "6 passed, 2 failed, 0 skipped".to_owned()));
    // A program that died says no result, and neither does what cannot be built.
    assert_eq!(sum(&[&format!("{CARGO}; exit 101"), "exit 3", "true"]), (1, "11 passed, 2 failed, 0 skipped".to_owned()));
    assert_eq!(text(&run(&["true", "exit 3"], None).stderr), "test: failed: exit 3\n");
}

#[test]
fn the_last_lines_name_what_failed() {
    let failing = "echo 'test lines::a ... ok'; echo 'test lines::b ... FAILED'; \
        echo 'test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s'; exit 101";
    let said = text(&run(&[failing, "true", "exit 3"], None).stdout);
    assert!(said.ends_with("\nfailed: lines::b\nfailed: exit 3\n\n2 passed, 2 failed, 0 skipped\n"), "{said}");
}

#[test]
fn skips_are_counted_by_test_with_why() {
    let skips = r#"printf 'networks::a\tno nmap\nnetworks::a\tno nft\nresponse::b\tno nmap\n' >> "$SOAR_SKIPPED""#;
    let step = format!("{CARGO}; {skips}");
    assert_eq!(sum(&[&step, "true"]), (0, "9 passed, 0 failed, 2 skipped: no nft (1), no nmap (2)".to_owned()));
}

#[test]
fn a_run_in_parts_has_one_sum() {
    let folder = tempfile::tempdir().expect("a folder");
    let totals = folder.path().join("totals");
    let skip = r#"printf 'range\tit needs root\n' >> "$SOAR_SKIPPED""#;
    assert_eq!(code(&run(&[CARGO, "false"], Some(&totals))), 1);
    let output = run(&[skip], Some(&totals));
    assert_eq!(text(&output.stdout).lines().last(), Some("10 passed, 1 failed, 1 skipped: it needs root (1)"));
    assert_eq!(code(&output), 1, "what failed before counts");
    assert!(fs::read_dir(folder.path()).expect("a folder").count() == 3);
}

#[test]
fn a_test_that_cannot_run_joins_the_list() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("list");
    // This test runs itself once more, as one that is skipped.
    if std::env::var_os("SOAR_SKIPS_THIS").is_some() {
        return crate::support::skip::skip("a part", "no such\ntool");
    }
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["--exact", "suite::a_test_that_cannot_run_joins_the_list", "--test-threads", "2"]);
    let output = command.env("SOAR_SKIPS_THIS", "1").env("SOAR_SKIPPED", &list).output().expect("it runs");
    assert_eq!(code(&output), 0);
    assert!(text(&output.stderr).contains("\nSKIPPED: a part: no such\ntool (see scripts/setup)\n"), "{}", text(&output.stderr));
    let line = fs::read_to_string(&list).expect("a list");
    assert_eq!(line, "suite::a_test_that_cannot_run_joins_the_list\tno such tool\n");
}

/// The programs that tests ask for with `try_with`, with whether the test is one of `make test-real`; a function that tests
/// share belongs to the first test behind it.
fn asked_for() -> Vec<(String, bool)> {
    let mut asked = Vec::new();
    for file in fs::read_dir(root().join("tests/it")).expect("a folder") {
        let path = file.expect("a file").path();
        if path.extension().is_none_or(|extension| extension != "rs") || path.ends_with("suite.rs") {
            continue;
        }
        let text = fs::read_to_string(path).expect("text");
        let (mut waiting, mut marks, mut is_heavy) = (Vec::new(), Vec::new(), None);
        for line in text.lines() {
            if line.starts_with("#[") {
                marks.push(line);
            } else if line.starts_with("fn ") {
                let is_test = marks.contains(&"#[test]");
                is_heavy = is_test.then(|| marks.contains(&"#[ignore = \"make test-real\"]"));
                marks.clear();
            }
            let list = line.split_once("try_with(").or_else(|| line.split_once("tools: ")).and_then(|(_, rest)| rest.split_once("&["));
            if let Some((_, list)) = list {
                waiting.extend(list.split(']').next().into_iter().flat_map(|list| list.split('"').skip(1).step_by(2)));
            }
            if let Some(is_heavy) = is_heavy {
                asked.extend(waiting.drain(..).map(|tool| (tool.to_owned(), is_heavy)));
            }
        }
        assert!(waiting.is_empty(), "no test asks for {waiting:?}");
    }
    asked
}

#[test]
fn setup_brings_what_tests_ask_for_where_they_run() {
    // On every Debian.
    const ESSENTIAL: [&str; 2] = ["cmp", "nsenter"];
    let setup = fs::read_to_string(root().join("scripts/setup")).expect("the script");
    let (light, real) =
        setup.split_once("\nreal)\n").and_then(|(light, rest)| Some((light, rest.split_once("\npeers)\n")?.0))).expect("its tables");
    let asked = asked_for();
    assert!(asked.contains(&("ipset".to_owned(), false)) && asked.contains(&("promtool".to_owned(), true)), "{asked:?}");
    assert!(asked.contains(&("sshd".to_owned(), true)) && asked.contains(&("parallel".to_owned(), false)), "{asked:?}");
    for (tool, is_heavy) in asked {
        let (table, name) = if is_heavy { (real, "real") } else { (light, "light") };
        let is_there = table.split([' ', '(', '\'', '\n']).any(|entry| entry.starts_with(&format!("{tool}:")));
        let java = is_heavy && tool == "java" && setup.contains("has java || lack java");
        assert!(is_there || java || ESSENTIAL.contains(&&*tool), "{tool}: not among the {name} packages of scripts/setup");
    }
}
