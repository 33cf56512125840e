//! What a release rests on: workflows that run what CI runs, a source package that holds what it should, claims of speed that name
//! what measured them, and scripts that say the same where each has to stand alone.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{code, read, root, text};

fn files_below(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files_below(&path, out) } else { out.push(path) }
    }
}

#[test]
fn workflows_run_what_ci_runs_with_pinned_actions_and_no_rights_to_write() {
    let mut files = Vec::new();
    files_below(&root().join(".github/workflows"), &mut files);
    assert!(files.len() >= 2, "{files:?}");
    for file in files {
        let workflow = fs::read_to_string(&file).expect("text");
        let name = file.display();
        assert!(workflow.contains("\npermissions:\n  contents: read\n"), "{name} says nothing of its rights");
        assert!(!workflow.contains("write"), "{name} may write");
        for line in workflow.lines().filter(|line| line.trim_start_matches(['-', ' ']).starts_with("uses:")) {
            let (action, version) = line.split_once(" # v").unwrap_or_else(|| panic!("{name}: of which version? {line}"));
            let hash = action.split_once('@').expect("a version").1;
            assert!(hash.len() == 40 && hash.bytes().all(|b| b.is_ascii_hexdigit()) && version.split('.').count() == 3, "{name}: {line}");
        }
    }
    let ci = text(&read(".github/workflows/ci.yml"));
    assert!(ci.contains(" .ci/run\n") && ci.contains("rust-version") && ci.contains("check --locked\n"));
    let fuzz = text(&read(".github/workflows/fuzz.yml"));
    assert!(fuzz.contains("run: scripts/setup fuzz\n") && fuzz.contains("run: scripts/fuzz 60\n") && fuzz.contains("cron:"));
    let oldest = text(&read("Cargo.toml")).lines().filter(|line| line.starts_with("rust-version = \"")).count();
    assert_eq!(oldest, 1, "the job of the oldest compiler reads this line");
}

#[test]
fn what_security_and_releasing_name_is_there() {
    const FOLDERS: [&str; 8] = ["docs/", "src/", "scripts/", "tests/", "fuzz/", "packaging/", ".github/", ".ci/"];
    for document in ["SECURITY.md", "docs/releasing.md"] {
        let text = text(&read(document));
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !"_./-".contains(c)).map(|word| word.trim_end_matches('.'));
        let paths: BTreeSet<_> = words.filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder))).collect();
        assert!(paths.len() > 4, "{document}: {paths:?}");
        for path in paths {
            assert!(root().join(path).exists(), "{document} names {path}");
        }
    }
}

#[test]
fn the_source_package_holds_what_it_should() {
    let mut command = Command::new(env!("CARGO"));
    let output =
        command.args(["package", "--list", "--locked", "--offline", "--allow-dirty"]).current_dir(root()).output().expect("it runs");
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    let list = text(&output.stdout);
    let files: Vec<_> = list.lines().collect();
    for file in ["src/lib.rs", "rules/default.toml", "README.md", "LICENSE-MIT", "LICENSE-APACHE", "licenses/DejaVu.txt", "Cargo.lock"] {
        assert!(files.contains(&file), "no {file}");
    }
    for folder in [".ci/", ".github/", "findings/", "fuzz/", "out/", "target/"] {
        assert!(!files.iter().any(|file| file.starts_with(folder)), "{folder} is in it");
    }
    let sizes = files.iter().filter_map(|file| Some((fs::metadata(root().join(file)).ok()?.len(), file)));
    let (sum, largest) = sizes.fold((0, (0, &"")), |(sum, largest), (size, file)| (sum + size, largest.max((size, file))));
    // The registry takes 10 MiB of what is compressed.
    assert!(sum < 10 << 20 && largest.0 < 1 << 20, "{sum} bytes, {largest:?}");
}

/// Comments of `source` as paragraphs, each one line.
fn comments(source: &str) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for line in source.lines() {
        match line.trim_start().strip_prefix("//").map(|line| line.trim_start_matches(['/', '!']).trim()) {
            Some(line) if !line.is_empty() => {
                let paragraph = paragraphs.last_mut().expect("one");
                *paragraph = format!("{paragraph} {line}");
            }
            _ => paragraphs.push(String::new()),
        }
    }
    paragraphs
}

/// The rows that a comment names: the words behind `cargo bench` or `scripts/bench`.
fn rows<'c>(comment: &'c str, command: &str) -> Vec<&'c str> {
    comment.match_indices(command).map(|(at, _)| comment[at + command.len()..].split('`').next().expect("a part")).collect()
}

#[test]
fn what_is_said_to_be_measured_names_its_row() {
    let mut files = Vec::new();
    files_below(&root().join("src"), &mut files);
    let mut count = 0;
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "rs")) {
        for comment in comments(&fs::read_to_string(file).expect("text")) {
            let (inside, whole) = (rows(&comment, "`cargo bench "), rows(&comment, "`scripts/bench "));
            for row in &inside {
                let parts: Vec<_> = row.split("::").collect();
                let source = fs::read_to_string(root().join(format!("benches/{}.rs", parts[0]))).unwrap_or_default();
                let is_there = |part: &&str| source.contains(&format!("fn {part}(")) || source.contains(&format!("mod {part} {{"));
                assert!(!source.is_empty() && parts[1..].iter().all(is_there), "{}: no row {row}", file.display());
            }
            for row in &whole {
                assert!(root().join(format!("scripts/bench-{row}")).exists(), "{}: no scripts/bench {row}", file.display());
            }
            count += inside.len() + whole.len();
            let claims = ["(measured", "Measured on"].iter().any(|claim| comment.contains(claim));
            assert!(!claims || !inside.is_empty() || !whole.is_empty(), "{}: measured by what?{comment}", file.display());
        }
    }
    assert!(count > 5, "{count}");
}

/// Each script can be copied alone, so what they share is in each of them: lines that begin so, up to one that ends so.
const SHARED: [(&str, &str); 7] = [
    ("# As the filters have it: colour", "fi\n"),
    ("here=", "\n"),
    ("# The name under which it is installed", "fi\n"),
    ("no_filter() {\n", "\n}\n"),
    ("# The word $1 is no file", "\n}\n"),
    ("# What is started with `set -m` is in a group of processes of its own. This ends it", "\n}\n"),
    ("# What soar-parse looks for, for soar-score to know.\n", "done\n"),
];

#[test]
fn scripts_say_the_same_where_each_has_to_stand_alone() {
    let names = ["soar", "soar-why", "soar-update", "soar-fleet"];
    for (start, end) in SHARED {
        let mut blocks = BTreeSet::new();
        let mut count = 0;
        for name in names {
            let script = text(&read(&format!("scripts/{}", name.trim_start_matches("soar-"))));
            let Some(at) = script.find(&format!("\n{start}")) else { continue };
            let rest = &script[at + 1..];
            let block = &rest[..rest.find(end).unwrap_or_else(|| panic!("{name}: no end of {start}")) + end.len()];
            // Its name, and the array that its flags of soar-parse are in.
            blocks.insert(block.replace(&format!("called={name}\n"), "called=NAME\n").replace("parse_words", "parse"));
            count += 1;
        }
        assert!(count > 1 && blocks.len() == 1, "{count} scripts: {blocks:#?}");
    }
}
