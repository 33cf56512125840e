//! The JSON form in which search engines publish the ranges of their crawlers.
//!
//! Takes a file's text, gives the prefixes as text, each with its place. What a prefix means is its reader's business.
//! **Source:** <https://developers.google.com/search/apis/ipranges/googlebot.json>,
//! <https://www.bing.com/toolbox/bingbot.json>; other crawlers' owners publish the same form.

use serde::Deserialize;

#[derive(Deserialize)]
struct Published {
    prefixes: Vec<Prefix>,
}

#[derive(Deserialize)]
struct Prefix {
    #[serde(rename = "ipv4Prefix")]
    v4: Option<String>,
    #[serde(rename = "ipv6Prefix")]
    v6: Option<String>,
}

/// Whether `text` is meant to be this form: no address, and no comment of a list, starts with a brace.
pub fn is_json(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim_start().starts_with('{')
}

/// The prefixes of `text`, each with its place as jq writes it.
///
/// # Errors
/// What is wrong with the text, and where.
///
/// ```
/// let prefixes = soar_light::base::net::prefix::read_json(r#"{"prefixes": [{"ipv4Prefix": "192.0.2.0/27"}]}"#).unwrap();
/// assert_eq!(prefixes, [(".prefixes[0]".to_owned(), "192.0.2.0/27".to_owned())]);
/// ```
pub fn read_json(text: &str) -> Result<Vec<(String, String)>, String> {
    let published: Published = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|e| format!("not a published list of prefixes (an object with `prefixes`): {e}"))?;
    let mut prefixes = Vec::with_capacity(published.prefixes.len());
    for (index, prefix) in published.prefixes.into_iter().enumerate() {
        let place = format!(".prefixes[{index}]");
        let before = prefixes.len();
        prefixes.extend([prefix.v4, prefix.v6].into_iter().flatten().map(|text| (place.clone(), text)));
        if prefixes.len() == before {
            return Err(format!("{place}: neither ipv4Prefix nor ipv6Prefix"));
        }
    }
    Ok(prefixes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prefix_is_read_with_its_place() {
        let text = "\u{feff}\n {\"creationTime\": \"2026-01-01T00:00:00.000000\", \"prefixes\": [{\"ipv6Prefix\": \"2001:db8:10::/64\"}, \
                    {\"ipv4Prefix\": \"192.0.2.0/27\", \"service\": \"x\"}]}\n";
        assert!(is_json(text));
        let prefixes = read_json(text).expect("prefixes");
        let shown: Vec<_> = prefixes.iter().map(|(place, prefix)| format!("{place} {prefix}")).collect();
        assert_eq!(shown, [".prefixes[0] 2001:db8:10::/64", ".prefixes[1] 192.0.2.0/27"]);
        assert_eq!(read_json(r#"{"prefixes":[]}"#), Ok(Vec::new()));
        for list in ["", "192.0.2.1\n", "# {\n", "[]"] {
            assert!(!is_json(list), "{list}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, reason) in [
            ("{}", "not a published list of prefixes (an object with `prefixes`): missing field `prefixes` at line 1 column 2"),
            (
                "{\"prefixes\":\n[{\"ipv4Prefix\":7}]}",
                "not a published list of prefixes (an object with `prefixes`): invalid type: integer `7`, expected a string at line 2 column 16",
            ),
            (r#"{"prefixes":[{"ipv4Prefix":"192.0.2.0/27"},{}]}"#, ".prefixes[1]: neither ipv4Prefix nor ipv6Prefix"),
        ] {
            assert_eq!(read_json(text), Err(reason.to_owned()));
        }
        let deep = "{\"prefixes\":".repeat(1 << 20);
        assert!(
            read_json(&deep).is_err_and(|reason| reason.contains("recursion limit") || reason.contains("expected a sequence")),
            "no overflow"
        );
    }
}
