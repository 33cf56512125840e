//! Members of JSON values that are known to be valid, as they stand there: what nobody but a rule or a column looks into is never read
//! into a tree.

use std::borrow::Cow;

use crate::record::Text;

/// The members of the object `json`, each as its key with its quotes and its value. Of any other value, none.
pub(crate) fn members(json: &str) -> Members<'_> {
    Members { rest: json.trim_ascii().strip_prefix('{').unwrap_or_default() }
}

#[derive(Debug, Clone)]
pub(crate) struct Members<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.trim_ascii_start();
        let (key, rest) = rest.split_at_checked(value_len(rest.starts_with('"').then_some(rest)?))?;
        let rest = rest.trim_ascii_start().strip_prefix(':')?.trim_ascii_start();
        let (value, rest) = rest.split_at_checked(value_len(rest))?;
        let rest = rest.trim_ascii_start();
        self.rest = rest.strip_prefix(',').unwrap_or_default();
        Some((key, value.trim_ascii_end()))
    }
}

/// The items of the list `json`. Of any other value, none.
pub(crate) fn items(json: &str) -> impl Iterator<Item = &str> {
    let mut rest = json.trim_ascii().strip_prefix('[').unwrap_or_default();
    std::iter::from_fn(move || {
        rest = rest.trim_ascii_start();
        let (value, behind) = rest.split_at_checked(value_len(rest)).filter(|(value, _)| !value.is_empty())?;
        rest = behind.trim_ascii_start().strip_prefix(',').unwrap_or_default();
        Some(value.trim_ascii_end())
    })
}

/// How long the value is that `json` starts with.
fn value_len(json: &str) -> usize {
    let bytes = json.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = string_end(bytes, at + 1);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 1 => depth -= 1,
            b'}' | b']' => return at + depth,
            b',' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

/// The place behind the quote that ends the string which `from` is in.
fn string_end(bytes: &[u8], mut from: usize) -> usize {
    while let Some(found) = bytes.get(from..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        from += found;
        if bytes[from] == b'"' {
            return from + 1;
        }
        from += 2;
    }
    bytes.len()
}

/// The text of a string with its quotes.
pub(crate) fn text_of(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str::<Text<'_>>(json).ok().map(|text| text.0) } else { Some(Cow::Borrowed(inner)) }
}

/// The value of the member `key` of an object; of several, the last, as jq has it.
pub(crate) fn member<'a>(json: &'a str, key: &str) -> Option<&'a str> {
    members(json).filter(|(name, _)| text_of(name).as_deref() == Some(key)).last().map(|(_, value)| value)
}

/// The value that `path` leads to, or the one on the way to it that is no object and not null, and how many steps lead there.
pub(crate) fn follow<'a>(json: &'a str, path: &[String]) -> Option<(usize, &'a str)> {
    let mut json = json;
    for (steps, key) in path.iter().enumerate() {
        if !json.starts_with('{') {
            return (json != "null").then_some((steps, json));
        }
        json = member(json, key)?;
    }
    Some((path.len(), json))
}

/// `json` without the white space between its tokens.
pub(crate) fn compact(json: &str) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    let (mut out, mut from, mut at) = (String::new(), 0, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at + 1),
            b' ' | b'\t' | b'\n' | b'\r' => {
                out.push_str(&json[from..at]);
                at += 1;
                from = at;
            }
            _ => at += 1,
        }
    }
    if from == 0 {
        return Cow::Borrowed(json);
    }
    out.push_str(&json[from..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_as_they_stand() {
        let json = r#" { "a" : {"b":[1,{"c":"}\"]"}]} ,"d\u0061":"x,\\" , "e":-1.5e3,"f" : null } "#;
        let found: Vec<_> = members(json).collect();
        let expected = [(r#""a""#, r#"{"b":[1,{"c":"}\"]"}]}"#), (r#""d\u0061""#, r#""x,\\""#), (r#""e""#, "-1.5e3"), (r#""f""#, "null")];
        assert_eq!(found, expected);
        assert_eq!(text_of(r#""d\u0061""#).as_deref(), Some("da"));
        for none in ["{}", "{ }", "[1]", "7", "\"a\"", ""] {
            assert_eq!(members(none).count(), 0, "{none}");
        }
    }

    #[test]
    fn a_path_ends_where_there_is_nothing_to_enter() {
        let path = |keys: &[&str]| keys.iter().map(|&key| key.to_owned()).collect::<Vec<_>>();
        let json = r#"{"a":{"b":1,"b":{"c":[2]}},"n":null,"s":"x"}"#;
        for (keys, found) in [
            (&[][..], Some((0, json))),
            (&["a", "b", "c"], Some((3, "[2]"))),
            (&["a", "b", "c", "d"], Some((3, "[2]"))),
            (&["s", "t"], Some((1, "\"x\""))),
            (&["n", "t"], None),
            (&["n"], Some((1, "null"))),
            (&["z"], None),
        ] {
            assert_eq!(follow(json, &path(keys)), found, "{keys:?}");
        }
    }

    #[test]
    fn items_are_found_as_they_stand() {
        let found: Vec<_> = items(r#" [ 1, "a,]" ,[2,{"b":3}] , null ] "#).collect();
        assert_eq!(found, ["1", r#""a,]""#, r#"[2,{"b":3}]"#, "null"]);
        assert_eq!(items("[]").chain(items("[ ]")).chain(items("{\"a\":1}")).count(), 0);
    }

    #[test]
    fn white_space_goes_only_where_it_says_nothing() {
        for (json, short) in
            [("{\"a\":1}", "{\"a\":1}"), (" { \"a b\" :\t[ 1 ,2 ]\r\n} ", "{\"a b\":[1,2]}"), (r#"["\" , "  , ""]"#, r#"["\" , ",""]"#)]
        {
            assert_eq!(compact(json), short);
        }
    }
}
