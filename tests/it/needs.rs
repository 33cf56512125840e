//! What the four filters need to be built: crates, and the bytes of their sources. A record of both is kept, so that what
//! makes `make demo` slow is noticed, and a later stage brings what it needs behind a feature of its own (CONTRIBUTING.md).
//!
//! `SOAR_RECORD=1 cargo test --test it needs::` writes the record anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{LIGHT_FILTERS, code, read, root, text};
use serde_json::Value;

const RECORD: &str = "tests/needs.tsv";

/// Crates and bytes may be that many times those of the record.
const GROWTH: f64 = 1.1;

/// Folders and files of a package that no build of it reads.
const UNREAD: [&str; 9] = ["tests", "benches", "examples", "fuzz", "docs", "doc", "target", "README.md", "CHANGELOG.md"];

/// A crate that is built, and the bytes of its sources: package and version.
type Needs = BTreeMap<(String, String), u64>;

fn cargo(args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO"));
    command.args(args).args(["--locked", "--offline"]).current_dir(root());
    let output = command.output().expect("cargo runs");
    assert_eq!(code(&output), 0, "cargo {args:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

/// What cargo says of the packages of this machine.
fn metadata() -> Value {
    let version = Command::new(env!("CARGO")).arg("-vV").output().expect("cargo runs").stdout;
    let version = text(&version);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("a host");
    serde_json::from_str(&cargo(&["metadata", "--format-version", "1", "--filter-platform", host])).expect("JSON")
}

fn bytes(path: &Path) -> u64 {
    let name = path.file_name().expect("a name").to_string_lossy();
    if name.starts_with('.') || UNREAD.contains(&&*name) {
        return 0;
    }
    let about = fs::symlink_metadata(path).expect("a file");
    if !about.is_dir() {
        return about.len();
    }
    fs::read_dir(path).expect("a folder").map(|entry| bytes(&entry.expect("an entry").path())).sum()
}

/// What the filters need on this machine, whatever else the tests need.
fn needs() -> Needs {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("packages");
    let word = |package: &Value, key: &str| package[key].as_str().expect("text").to_owned();
    let folders: BTreeMap<_, _> = packages
        .iter()
        .map(|package| {
            let manifest = word(package, "manifest_path");
            ((word(package, "name"), word(package, "version")), Path::new(&manifest).parent().expect("a folder").to_owned())
        })
        .collect();
    let tree = cargo(&["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
    let crates: BTreeSet<(String, String)> = tree
        .lines()
        .filter_map(|line| line.split_once(" v"))
        .map(|(name, rest)| (name.to_owned(), rest.split(' ').next().expect("a version").to_owned()))
        .filter(|(name, _)| name != env!("CARGO_PKG_NAME"))
        .collect();
    let mut needs: Needs = crates.into_iter().map(|krate| (krate.clone(), bytes(&folders[&krate]))).collect();
    let own = ["src", "rules", "services"]
        .iter()
        .map(|folder| root().join(folder))
        .filter(|folder| folder.exists())
        .map(|folder| bytes(&folder))
        .sum();
    needs.insert((env!("CARGO_PKG_NAME").to_owned(), env!("CARGO_PKG_VERSION").to_owned()), own);
    needs
}

fn recorded() -> Needs {
    let record = text(&read(RECORD));
    let rows = record.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect::<Vec<_>>());
    rows.map(|row| ((row[0].to_owned(), row[1].to_owned()), row[2].parse().expect("bytes"))).collect()
}

#[expect(clippy::cast_precision_loss, reason = "megabytes")]
fn grew(now: u64, before: u64) -> bool {
    now as f64 > before as f64 * GROWTH
}

/// What grew by more than may be, and by which crates.
fn growth(now: &Needs, before: &Needs) -> String {
    let sum = |needs: &Needs| (needs.len() as u64, needs.values().sum::<u64>());
    let ((crates, bytes), (crates_before, bytes_before)) = (sum(now), sum(before));
    let mut said = String::new();
    for (what, now, before) in [("crates", crates, crates_before), ("bytes of sources", bytes, bytes_before)] {
        if grew(now, before) {
            writeln!(said, "the four filters need {now} {what}, {before} were recorded").expect("a string");
        }
    }
    if !said.is_empty() {
        let names: BTreeSet<_> = before.keys().map(|(name, _)| name).collect();
        let new: Vec<_> =
            now.iter().filter(|((name, _), _)| !names.contains(name)).map(|((name, _), bytes)| format!("{name} ({bytes})")).collect();
        write!(said, "new: {}\nSee \"What the filters need\" in CONTRIBUTING.md", new.join(", ")).expect("a string");
    }
    said
}

#[test]
fn the_four_filters_need_no_more_than_is_recorded() {
    let now = needs();
    if std::env::var_os("SOAR_RECORD").is_some() {
        let rows = now.iter().fold(String::new(), |rows, ((name, version), bytes)| rows + &format!("{name}\t{version}\t{bytes}\n"));
        let about =
            "# What the four filters need: crate, version, bytes of its sources. Written by SOAR_RECORD=1 cargo test --test it needs::\n";
        fs::write(root().join(RECORD), about.to_owned() + &rows).expect("written");
    }
    let said = growth(&now, &recorded());
    assert!(said.is_empty(), "{said}");
}

#[test]
fn a_tenth_more_is_noticed_and_named() {
    let krate = |nth: usize| ((format!("crate-{nth}"), "1.0.0".to_owned()), 1000);
    let before: Needs = (0..20).map(krate).collect();
    let with = |more: usize, bytes: u64| {
        let mut now: Needs = (0..20 + more).map(krate).collect();
        *now.get_mut(&krate(0).0).expect("the first") = bytes;
        growth(&now, &before)
    };
    assert_eq!(with(2, 1000), "", "just a tenth");
    assert!(with(3, 1000).starts_with("the four filters need 23 crates, 20 were recorded\nthe four filters need 23000 bytes"));
    assert!(with(3, 1000).contains("new: crate-20 (1000), crate-21 (1000), crate-22 (1000)\n"));
    assert_eq!(with(0, 3001).lines().next(), Some("the four filters need 22001 bytes of sources, 20000 were recorded"));
}

/// A program that is none of the four is built by whoever asks for it, and so are the crates that it brings.
#[test]
fn every_other_program_has_its_feature() {
    let metadata = metadata();
    let package = metadata["packages"].as_array().expect("packages").iter().find(|package| package["name"] == env!("CARGO_PKG_NAME"));
    let package = package.expect("this package");
    let default: Vec<_> = package["features"]["default"].as_array().into_iter().flatten().collect();
    let bins = package["targets"].as_array().expect("targets").iter().filter(|target| target["kind"][0] == "bin");
    let mut filters = BTreeSet::new();
    for bin in bins {
        let name = bin["name"].as_str().expect("a name");
        let wanted: Vec<_> = bin["required-features"].as_array().into_iter().flatten().collect();
        if LIGHT_FILTERS.contains(&name) {
            assert!(wanted.is_empty(), "{name} is one of the four, and wants {wanted:?}");
            filters.insert(name);
        } else {
            assert!(wanted.iter().any(|feature| !default.contains(feature)), "{name}: no required-features in Cargo.toml that are off");
        }
    }
    assert_eq!(filters, LIGHT_FILTERS.into());
}
