//! The text that rules were written in, and errors that show a place of it.

use crate::base::error::Error;

/// A file's text, and what messages call it.
#[derive(Debug)]
pub(crate) struct RuleText {
    pub(crate) label: String,
    pub(crate) text: String,
    /// Whether it comes with the program, and so means every null that it reads.
    pub(crate) is_shipped: bool,
}

impl RuleText {
    /// A usage error about the byte `at`: the line, and a caret under the place.
    pub(crate) fn wrong(&self, at: usize, what: &str) -> Error {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.text[start..].lines().next().unwrap_or_default();
        let number = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
        Error::usage_at(&format!("{}:{number}: {what}", self.label), line, before.len() - start)
    }
}
