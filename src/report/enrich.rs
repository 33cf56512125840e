//! What stages between ours know of an address, as cells and lists show it.

use std::borrow::Cow;

use crate::base::escape::shorten;
use crate::record::host::enrich::Enrich;
use crate::record::json::member::{follow, items, members, text_of};

/// How the name of such a column starts.
const PREFIX: &str = "enrich.";
/// How deep lists of it go.
const DEEPEST: usize = 8;
/// How much of one value a list shows, in characters.
const MOST_SHOWN: usize = 300;

/// The keys that the column `enrich.PATH` names; a key that has a dot in it has no column.
pub(crate) fn path_of(name: &str) -> Option<Vec<String>> {
    let keys = name.strip_prefix(PREFIX)?.split('.').map(str::to_owned).collect::<Vec<_>>();
    keys.iter().all(|key| !key.is_empty()).then_some(keys)
}

/// Appends what `path` leads to; nothing where it leads nowhere.
pub(crate) fn put(enrich: &Enrich<'_>, path: &[String], out: &mut String) {
    if let Some((_, value)) = follow(&enrich.0.0, path).filter(|&(steps, _)| steps == path.len()) {
        out.push_str(&show(value));
    }
}

/// Every value, with the path that leads to it.
pub(crate) fn leaves(enrich: &Enrich<'_>) -> Vec<(String, String)> {
    fn add(json: &str, path: &str, depth: usize, out: &mut Vec<(String, String)>) {
        let mut inner = members(json).peekable();
        if depth == 0 || inner.peek().is_none() {
            return out.push((path.to_owned(), shorten(&show(json), MOST_SHOWN).into_owned()));
        }
        for (key, value) in inner {
            let key = text_of(key).unwrap_or_default();
            add(value, &if path.is_empty() { key.into_owned() } else { format!("{path}.{key}") }, depth - 1, out);
        }
    }
    let mut out = Vec::new();
    add(&enrich.0.0, "", DEEPEST, &mut out);
    out
}

/// A value as text: strings without quotes, a list of texts and numbers joined by spaces, anything else as JSON.
fn show(json: &str) -> Cow<'_, str> {
    if let Some(text) = text_of(json) {
        return text;
    }
    match json {
        "null" => Cow::Borrowed(""),
        list if list.starts_with('[') && items(list).all(|item| !item.starts_with(['[', '{'])) => {
            Cow::Owned(items(list).map(|item| text_of(item).unwrap_or(Cow::Borrowed(item))).collect::<Vec<_>>().join(" "))
        }
        other => Cow::Borrowed(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Text;

    const ENRICH: &str =
        r#"{"as":{"number":64496,"organization":{"name":"EXAMPLE \"A\""}},"lists":["tor-exit","drop"],"odd":[{"a":1}],"none":null}"#;

    #[test]
    fn a_path_names_a_value_and_lists_are_words() {
        for (name, cell) in [
            ("enrich.as.number", "64496"),
            ("enrich.as.organization.name", "EXAMPLE \"A\""),
            ("enrich.as.number.x", ""),
            ("enrich.as", r#"{"number":64496,"organization":{"name":"EXAMPLE \"A\""}}"#),
            ("enrich.lists", "tor-exit drop"),
            ("enrich.odd", r#"[{"a":1}]"#),
            ("enrich.none", ""),
            ("enrich.geo.country_iso_code", ""),
        ] {
            let mut out = String::new();
            put(&Enrich(Text::from(ENRICH)), &path_of(name).expect("a path"), &mut out);
            assert_eq!(out, cell, "{name}");
        }
        for name in ["enrich", "enrich.", "enrich.a..b", "geo.country"] {
            assert_eq!(path_of(name), None, "{name}");
        }
    }

    #[test]
    fn every_value_is_listed_with_its_path() {
        let enrich = Enrich(Text::from(ENRICH));
        let leaves = leaves(&enrich);
        let leaves: Vec<_> = leaves.iter().map(|(path, value)| (&**path, &**value)).collect();
        let organization = ("as.organization.name", "EXAMPLE \"A\"");
        assert_eq!(leaves, [("as.number", "64496"), organization, ("lists", "tor-exit drop"), ("odd", "[{\"a\":1}]"), ("none", "")]);
    }
}
