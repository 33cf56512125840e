//! What sets a colour in a terminal, `ESC [1;32m`: loggers write it, and files keep it.
//!
//! **Source:** ECMA-48 section 8.3.117.

use memchr::memmem;

/// How a colour begins.
const START: &[u8] = b"\x1b[";
/// The same as rsyslog writes what is not printable.
const ESCAPED_START: &[u8] = b"#033[";
/// What stands between the start of a colour and its `m` is no longer.
const LONGEST: usize = 20;

/// What stands behind the colour at the start of a text; the text itself where none does.
pub(crate) fn skip_colour(text: &[u8]) -> &[u8] {
    text.strip_prefix(START).and_then(end_len).map_or(text, |len| &text[START.len() + len..])
}

/// Where the first colour stands, as it is or escaped, and how long it is.
pub(crate) fn find_colour(text: &[u8]) -> Option<(usize, usize)> {
    let mut from = 0;
    loop {
        let starts = [START, ESCAPED_START].into_iter();
        let (at, start) = starts.filter_map(|start| Some((from + memmem::find(&text[from..], start)?, start.len()))).min()?;
        if let Some(len) = end_len(&text[at + start..]) {
            return Some((at, start + len));
        }
        from = at + start;
    }
}

/// The length of what follows the start of a colour, with its `m`.
fn end_len(inside: &[u8]) -> Option<usize> {
    let len = inside.iter().take(LONGEST).take_while(|byte| byte.is_ascii_digit() || **byte == b';').count();
    (inside.get(len) == Some(&b'm')).then_some(len + 1)
}
