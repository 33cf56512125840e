//! `soar-parse --trace`: for every line of every case it says what the run itself makes of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::{filter, read, root, run, text};

/// The input of every case of soar-parse.
fn inputs() -> Vec<PathBuf> {
    let topics = fs::read_dir(root().join("tests/cases/parse")).expect("a folder").map(|topic| topic.expect("a topic").path());
    let files = topics.filter(|path| path.is_dir()).flat_map(|topic| fs::read_dir(topic).expect("a folder"));
    let mut inputs: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    inputs.retain(|path| path.extension().is_some_and(|ending| ending == "stdin"));
    inputs.sort();
    inputs
}

fn json_lines(bytes: &[u8]) -> Vec<Value> {
    text(bytes).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}

#[test]
fn a_trace_says_what_the_run_does() {
    let schema = serde_json::from_slice(&read("schemas/trace.schema.json")).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let folder = tempfile::tempdir().expect("a folder");
    let stats = folder.path().join("stats");
    for path in inputs() {
        let log = fs::read(&path).expect("a log");
        let flags = ["-q", "--year", "2015"];
        let traced = json_lines(&run(filter("soar-parse").args(flags).arg("--trace=json"), &log).stdout);
        for line in &traced {
            assert!(schema.is_valid(line), "{}: {line}", path.display());
        }
        let events = json_lines(&run(filter("soar-parse").args(flags).arg("--all"), &log).stdout);
        let shown: Vec<_> = traced.iter().filter_map(|line| line.get("event").cloned()).collect();
        assert_eq!(shown, events, "{}", path.display());
        run(filter("soar-parse").args(flags).arg("--stats").arg(&stats), &log);
        let counted: Value = serde_json::from_slice(&fs::read(&stats).expect("statistics")).expect("JSON");
        let mut classes: BTreeMap<&str, u64> = BTreeMap::new();
        for line in &traced {
            *classes.entry(line["class"].as_str().expect("a class")).or_default() += 1;
        }
        let lines = counted["lines"].as_object().expect("classes");
        for (class, count) in lines.iter().filter(|(class, count)| *class != "total" && count.as_u64() != Some(0)) {
            assert_eq!(classes.remove(class.as_str()), count.as_u64(), "{}: {class}", path.display());
        }
        assert!(classes.is_empty(), "{}: {classes:?}", path.display());
    }
}

#[test]
fn what_is_passed_over_or_rejected_is_kept_byte_for_byte_and_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let (passed, rejects) = (folder.path().join("passed"), folder.path().join("rejects"));
    for path in inputs() {
        let log = fs::read(&path).expect("a log");
        // An answer of Loki is one line, and each of those inside is traced.
        if log.starts_with(b"{\"status\":") {
            continue;
        }
        let mut traced = json_lines(&run(filter("soar-parse").args(["-q", "--year", "2015", "--trace=json"]), &log).stdout);
        let lines: Vec<_> = log.split_inclusive(|&byte| byte == b'\n').collect();
        assert_eq!(lines.len(), traced.len(), "{}", path.display());
        // Pieces of a line are told of once it is known what became of it.
        traced.sort_by_key(|line| line["line"].as_u64());
        let mut command = filter("soar-parse");
        command.args(["-q", "--year", "2015"]).arg("--passed").arg(&passed).arg("--rejects").arg(&rejects);
        run(&mut command, &log);
        let of = |classes: &[&str]| -> Vec<String> {
            let kept = lines.iter().zip(&traced).filter(|(_, traced)| classes.contains(&traced["class"].as_str().expect("a class")));
            sorted(kept.map(|(line, _)| text(line)).collect())
        };
        let file = |path: &PathBuf| sorted(fs::read(path).expect("a file").split_inclusive(|&byte| byte == b'\n').map(text).collect());
        assert_eq!(file(&passed), of(&["other_program", "unknown_message", "untrusted"]), "{}", path.display());
        assert_eq!(file(&rejects), of(&["reject"]), "{}", path.display());
    }
}
