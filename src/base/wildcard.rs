//! Names and paths with wildcards, as regular expressions.

/// The regular expression of a whole text in which each `*` of `pattern` stands for any number of the bytes that `any` matches.
pub(crate) fn expression_of(pattern: &str, any: &str) -> String {
    format!("(?s-u)^{}$", regex::escape(pattern).replace(r"\*", &format!("{any}*")))
}
