//! The documents name every key of a record: the tables of events and hosts are those of the code, and no key of a schema is on no page.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use soar_light::record::host::KEYS;

use crate::support::{bash, read, text};

/// The cells of the rows of a page whose first cell is one text in back quotes, without those.
fn rows(page: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let rows = text(&read(page)).lines().filter(|line| line.starts_with("| `")).map(cells).collect::<Vec<_>>();
    rows.into_iter()
        .filter_map(|mut row| {
            let key = row[0].strip_prefix('`')?.strip_suffix('`').filter(|key| !key.contains('`'))?.to_owned();
            row[0] = key;
            Some(row)
        })
        .collect()
}

/// The keys of a schema that hold no further ones, by their path, each with what stands for its type in the documents.
fn leaves(schema: &Value, path: &str, found: &mut BTreeMap<String, &'static str>) {
    if let Some(Value::Object(properties)) = schema.get("properties") {
        for (key, value) in properties {
            leaves(value, &if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, found);
        }
        return;
    }
    let kind = match schema.get("type").and_then(Value::as_str) {
        Some("integer") => "number",
        Some("array") => "list",
        Some("object") => "object",
        // Counts have a definition of their own.
        None if schema.get("$ref").and_then(Value::as_str) == Some("#/$defs/count") => "number",
        _ => "text",
    };
    found.insert(path.to_owned(), kind);
}

#[test]
fn docs_events_has_a_row_of_every_key_with_its_type() {
    let schema: Value = serde_json::from_slice(&read("schemas/event.schema.json")).expect("JSON");
    let mut expected = BTreeMap::new();
    leaves(&schema, "", &mut expected);
    let rows = rows("docs/events.md");
    let start = rows.iter().position(|row| row[0] == "schema").expect("the table of keys");
    let told = rows[start..].iter().take(expected.len()).map(|row| {
        let kind = ["number", "list", "object"].into_iter().find(|kind| row[1].starts_with(kind)).unwrap_or("text");
        (row[0].clone(), kind)
    });
    assert_eq!(told.collect::<BTreeMap<_, _>>(), expected);
}

#[test]
fn docs_hosts_has_a_row_of_every_key_in_the_order_of_the_wire() {
    let expected: Vec<_> = ["schema", "ip"].iter().chain(KEYS).copied().collect();
    let rows = rows("docs/hosts.md");
    let start = rows.iter().position(|row| row[0] == "schema").expect("the table of keys");
    let told: Vec<_> = rows[start..].iter().map(|row| row[0].as_str()).take(expected.len()).collect();
    assert_eq!(told, expected);
}

/// The names of all keys that a schema has, at any depth.
fn keys_of(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::Object(properties)) = object.get("properties") {
                found.extend(properties.keys().cloned());
            }
            object.values().for_each(|value| keys_of(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| keys_of(value, found)),
        _ => {}
    }
}

#[test]
fn no_key_of_a_schema_is_on_no_page() {
    // The pages on which the keys of a record stand.
    let pages = |record: &str| match record {
        "event" => "docs/events.md",
        "host" => "docs/hosts.md docs/scan.md docs/rules.md docs/groups.md",
        "account" => "docs/accounts.md",
        "audit" => "docs/scan.md",
        "cursor" => "docs/cursor.md",
        "group" => "docs/groups.md",
        "run" => "docs/run.md",
        "trace" => "docs/formats.md",
        other => panic!("no page is known of schemas/{other}.schema.json"),
    };
    let mut missing = Vec::new();
    for file in text(&bash("cd schemas; ls *.json").stdout).lines() {
        let record = file.strip_suffix(".schema.json").expect("the name of a schema");
        let schema: Value = serde_json::from_slice(&read(&format!("schemas/{file}"))).expect("JSON");
        let mut keys = BTreeSet::new();
        keys_of(&schema, &mut keys);
        assert!(keys.len() > 4, "{file} has the keys {keys:?} alone");
        let page: String = pages(record).split(' ').map(|page| text(&read(page))).collect();
        // In a text in back quotes (a path too), or as a key of an example.
        let is_edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        let quoted: Vec<_> = page.split('`').skip(1).step_by(2).collect();
        let is_told = |key: &str| {
            page.contains(&format!("\"{key}\":"))
                || quoted.iter().any(|text| {
                    text.match_indices(key)
                        .any(|(at, _)| is_edge(text[..at].chars().next_back()) && is_edge(text[at + key.len()..].chars().next()))
                })
        };
        missing.extend(keys.iter().filter(|key| !is_told(key)).map(|key| format!("{file}: {key}")));
    }
    assert_eq!(missing, [""; 0], "each key of a schema stands on the page of its record");
}
