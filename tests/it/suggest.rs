//! `soar-parse --suggest`: what it prints is read by a shell, and reads the log.

use std::fs;

use crate::support::{bash, root, text};

#[test]
fn a_shell_takes_what_is_printed_and_every_line_is_read_then() {
    let folder = root().join("tests/cases/parse/suggest");
    let mut tried = 0;
    for file in fs::read_dir(folder).expect("a folder") {
        let path = file.expect("a file").path();
        let flags = fs::read_to_string(path.with_extension("stdout")).expect("flags");
        if path.extension().is_none_or(|ending| ending != "stdin") || flags.is_empty() {
            continue;
        }
        assert_eq!(flags.lines().count(), 1, "{flags}");
        let vouching = ["--program", "--trust", "--client-from"];
        assert!(!vouching.iter().any(|flag| flags.contains(flag)), "{flags}");
        let log = path.display();
        let line = format!(r#"flags=$(soar-parse -q --suggest '{log}') && eval "soar-parse --strict --all -q $flags '{log}'" | wc -l"#);
        let events = text(&bash(&format!("set -o pipefail; {line}")).stdout);
        let lines = fs::read_to_string(&path).expect("a log").lines().count();
        assert_eq!(events.trim(), lines.to_string(), "{log}: {flags}");
        tried += 1;
    }
    assert!(tried >= 3, "only {tried} cases print flags");
}
