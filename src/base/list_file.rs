//! Lists in files, as flags take them: one entry a line.
//!
//! Takes a file's path, gives its entries with their line numbers. One rule for all: a line that starts with `#`, and an
//! empty one, is no entry; spaces around an entry do not count. What an entry means is its reader's business.

use std::fs;

use crate::base::error::{Error, Result};

/// The text of the file that was given to `flag`, which takes `others` too.
///
/// # Errors
/// [`Error::Usage`] says that it is neither.
pub(crate) fn read_file(flag: &str, others: &str, file: &str) -> Result<String> {
    fs::read_to_string(file).map_err(|e| Error::Usage(format!("{flag}: neither {others} nor a readable file: {}", Error::read(file, &e))))
}

/// The entries of a list, with the numbers of their lines.
pub(crate) fn entries(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    lines.filter(|(_, entry)| !entry.is_empty() && !entry.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_empty_lines_are_no_entries() {
        let list: Vec<_> = entries("\u{feff}a\r\n# b\n\n  c # d \n\t# e\nf#g").collect();
        assert_eq!(list, [(1, "a"), (4, "c # d"), (6, "f#g")]);
        assert_eq!(entries("#\n \n").count(), 0);
    }

    #[test]
    fn a_file_that_is_none_is_named() {
        let error = read_file("--flag", "this, that,", "no/such/file").expect_err("no such file").to_string();
        assert_eq!(error, "--flag: neither this, that, nor a readable file: no/such/file: No such file or directory");
    }
}
