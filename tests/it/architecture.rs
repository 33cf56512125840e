//! ARCHITECTURE.md tells of files and functions that are there, and the layers hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            out.push(path);
        }
    }
}

fn is_source(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|ending| ending == "rs")
}

/// The modules of the crate, from the lowest layer to the highest.
const LAYERS: [&[&str]; 4] = [&["base"], &["io", "record", "aggregate"], &["parse", "score", "enrich", "scan", "report"], &["cli", "bin"]];

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// Which modules each module names: `crate::MODULE` in code and in `use`.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        let relative = file.strip_prefix(root().join("src")).expect("below src");
        let module = relative.iter().next().expect("a name").to_str().expect("UTF-8").trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&file).expect("a source");
        let code = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
        for (at, prefix) in ["crate::", "soar_light::"].iter().flat_map(|prefix| code.match_indices(prefix)) {
            let name: String = code[at + prefix.len()..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            imports.entry(module.clone()).or_default().insert(name);
        }
    }
    imports
}

#[test]
fn imports_run_downwards_and_stages_do_not_meet() {
    for (module, named) in imports() {
        if module == "lib" {
            continue;
        }
        let own = layer_of(&module).unwrap_or_else(|| panic!("src/{module} is in no layer: add it to LAYERS and to ARCHITECTURE.md"));
        for other in named.iter().filter(|other| **other != module) {
            let Some(theirs) = layer_of(other) else { continue };
            let allowed = theirs < own || own == 3 || (own == 1 && module == "aggregate" && matches!(other.as_str(), "record" | "io"));
            assert!(allowed, "src/{module} names crate::{other}, which is not below it");
        }
    }
}

#[test]
fn the_files_and_functions_that_architecture_names_are_there() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let mut steps = 0;
    for row in page.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
        for path in cells.iter().flat_map(|cell| quoted(cell)).filter(|text| text.contains('/') && is_source(text)) {
            let found = root().join(&path).exists() || root().join("src").join(&path).exists();
            assert!(found, "ARCHITECTURE.md names {path}, which is not there");
        }
        // | step | file | function | what happens |
        let file = cells.get(2).and_then(|cell| quoted(cell).into_iter().next()).filter(|file| is_source(file));
        if let (Ok(_), Some(file)) = (cells[1].parse::<u32>(), file) {
            let function = quoted(cells[3]).remove(0);
            let text = fs::read_to_string(root().join(&file)).expect("a file");
            let is_there = text.contains(&format!("fn {function}(")) || text.contains(&format!("fn {function}<"));
            assert!(is_there, "ARCHITECTURE.md names {function} of {file}, which is not there");
            steps += 1;
        }
    }
    assert!(steps > 20, "only {steps} steps were found: have the tables changed their form?");
}

/// The most lines of a file of Rust: what is longer holds more than one concern.
const MOST_LINES: usize = 400;

#[test]
fn no_file_of_rust_is_longer_than_a_reader_takes_in() {
    let mut files = vec![root().join("build.rs")];
    for folder in ["src", "tests", "benches", "examples", "fuzz/fuzz_targets"] {
        sources(&root().join(folder), &mut files);
    }
    let lines = |file: &PathBuf| fs::read_to_string(file).expect("a source").lines().count();
    let long: Vec<_> = files.iter().map(|file| (lines(file), file)).filter(|(lines, _)| *lines > MOST_LINES).collect();
    assert!(long.is_empty(), "more than {MOST_LINES} lines, so split by concern: {long:?}");
    assert!(files.len() > 100, "only {} files were found", files.len());
}

/// Each stage has flags and what they say; nothing else has two meanings.
const OF_EACH_STAGE: [&str; 2] = ["Args", "Config"];

#[test]
fn no_type_has_the_name_of_another() {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let mut declared: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a source");
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim_start();
            let line =
                line.strip_prefix("pub ").or_else(|| line.strip_prefix("pub(")?.split_once(") ").map(|(_, rest)| rest)).unwrap_or(line);
            let Some((kind, rest)) = line.split_once(' ') else { continue };
            // An associated type has no path of its own, and stands inside; an alias stands at the start of a line.
            let is_type = matches!(kind, "struct" | "enum" | "trait" | "union")
                || kind == "type" && !text.lines().nth(number - 1).unwrap_or_default().starts_with(' ');
            let name: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
            if is_type && name.starts_with(|c: char| c.is_ascii_uppercase()) && !OF_EACH_STAGE.contains(&&*name) {
                declared
                    .entry(name)
                    .or_default()
                    .push(format!("{}:{number}", file.strip_prefix(root()).expect("below the root").display()));
            }
        }
    }
    assert!(declared.len() > 300, "only {} types were found", declared.len());
    declared.retain(|_, places| places.len() > 1);
    assert!(declared.is_empty(), "a name stands for one type: {declared:#?}");
}
