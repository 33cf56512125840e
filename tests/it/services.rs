//! Logs that real services wrote while they were attacked, held against what was done to them: `tests/services/NAME.log` and
//! `NAME.expected` (address, failed logins, accepted logins).

use std::collections::BTreeMap;

use soar_light::parse::service::catalog::SHIPPED;
use soar_light::parse::service::definition::Definition;

use crate::support::{filter, root, text};

/// The service of a log that is called as it is, or as it is with more behind a dash.
fn service_of(name: &str) -> &'static Definition {
    match SHIPPED.iter().find(|file| file.name == name) {
        Some(file) => file.definition(),
        None => service_of(name.rsplit_once('-').unwrap_or_else(|| panic!("{name} is no service")).0),
    }
}

#[test]
fn each_service_counts_what_was_done_to_it() {
    let folder = root().join("tests/services");
    let mut wrong = Vec::new();
    let mut names: Vec<_> = std::fs::read_dir(&folder)
        .expect("a folder")
        .filter_map(|entry| entry.expect("a file").file_name().to_str()?.strip_suffix(".log").map(str::to_owned))
        .collect();
    names.sort();
    assert!(names.len() >= 14, "{names:?}");
    for name in names {
        let log = folder.join(format!("{name}.log"));
        let service = service_of(&name);
        let is_default = service.is_verified && service.lines.iter().all(|line| !line.is_forgeable);
        let flags = if is_default { vec![] } else { vec!["--services", service.name] };
        let output = filter("soar-parse").args(["-q", "--year", "2026"]).args(flags).arg(&log).output().expect("it runs");
        let mut counts: BTreeMap<String, [u64; 2]> = BTreeMap::new();
        for line in text(&output.stdout).lines() {
            let event: serde_json::Value = serde_json::from_str(line).expect("an event");
            let (Some(ip), Some(tags)) = (event["source"]["ip"].as_str(), event["tags"].as_array()) else { continue };
            let count = event["soar"]["count"].as_u64().unwrap_or(1);
            for (index, signal) in ["login_failed", "login_accepted"].into_iter().enumerate() {
                if tags.iter().any(|tag| tag == signal) {
                    counts.entry(ip.to_owned()).or_default()[index] += count;
                }
            }
        }
        let given: Vec<_> = counts.iter().map(|(ip, [failed, accepted])| format!("{ip} {failed} {accepted}")).collect();
        let expected = std::fs::read_to_string(folder.join(format!("{name}.expected"))).expect("what was done");
        let mut expected: Vec<_> = expected.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).collect();
        expected.retain(|line| !line.ends_with(" 0 0"));
        expected.sort_unstable();
        let mut given: Vec<_> = given.iter().map(String::as_str).collect();
        given.sort_unstable();
        if given != expected {
            wrong.push(format!("{name}: {given:?}, and not {expected:?}\n{}", text(&output.stderr)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
