//! Hostile text made harmless, at the last door before a person or a spreadsheet sees it.
//!
//! Takes text that an attacker may have written, gives text that cannot move a cursor, reorder a line or start a formula.
//! Text without anything dangerous is borrowed, never copied.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Characters that change what a terminal or a viewer shows around them: C0/C1 controls, line separators, and the
/// bidirectional and invisible formatting characters. **Source:** Unicode UAX #9 and the "Trojan Source" report (CVE-2021-42574).
fn disturbs_display(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// Text for a terminal: control, bidirectional and invisible characters become `\x1b` or `\u{202e}`.
///
/// ```
/// assert_eq!(soar_light::escape::terminal("a\u{1b}[31mb"), "a\\x1b[31mb");
/// ```
#[must_use]
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(disturbs_display) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        let code = u32::from(c);
        // Writing to a String cannot fail.
        let _ = match (disturbs_display(c), code < 0x100) {
            (false, _) => write!(out, "{c}"),
            (true, true) => write!(out, "\\x{code:02x}"),
            (true, false) => write!(out, "\\u{{{code:x}}}"),
        };
    }
    Cow::Owned(out)
}

/// At most `longest` characters of `text`; a cut one ends in `…`.
///
/// ```
/// assert_eq!(soar_light::escape::shorten("abcdef", 4), "abc…");
/// ```
#[must_use]
pub fn shorten(text: &str, longest: usize) -> Cow<'_, str> {
    match text.char_indices().nth(longest) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.chars().take(longest.saturating_sub(1)).chain(['…']).collect()),
    }
}

/// A CSV cell that no spreadsheet takes for a formula: a leading `= + - @`, TAB or CR is preceded by `'`.
///
/// **Source:** OWASP, "CSV Injection".
///
/// ```
/// assert_eq!(soar_light::escape::csv_cell("=1+1"), "'=1+1");
/// assert_eq!(soar_light::escape::csv_cell("192.0.2.1"), "192.0.2.1");
/// ```
#[must_use]
pub fn csv_cell(text: &str) -> Cow<'_, str> {
    match text.as_bytes().first() {
        Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r') => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_text_is_borrowed() {
        for text in ["", "plain", "é 漢字 🦀"] {
            assert!(matches!(terminal(text), Cow::Borrowed(t) if t == text), "{text}");
        }
    }

    #[test]
    fn what_moves_the_cursor_or_the_reading_order_is_spelled_out() {
        for (text, shown) in
            [("a\nb", "a\\x0ab"), ("\u{9b}2J", "\\x9b2J"), ("abc\u{202e}cba", "abc\\u{202e}cba"), ("x\u{200b}y", "x\\u{200b}y")]
        {
            assert_eq!(terminal(text), shown);
        }
    }

    #[test]
    fn cells_that_start_a_formula_are_quoted() {
        for start in ["=", "+", "-", "@", "\t", "\r"] {
            let cell = format!("{start}cmd");
            assert_eq!(csv_cell(&cell), format!("'{cell}"));
        }
        assert_eq!(csv_cell("a=b"), "a=b");
    }
}
