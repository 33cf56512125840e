//! What servers write in place of bytes that would break a line of a log, and how it is undone.

use std::borrow::Cow;

use memchr::memchr;

use crate::record::event::Bytes;

/// What stands between a field's bytes and the text that the server meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escaping {
    /// The escapes of web logs (see [`unescape`]).
    Escaped,
    /// `\"` for a quote alone; a backslash before anything else is the client's.
    Quotes,
    /// `#` and two hexadecimal digits, as `HAProxy` writes what could be taken for something else.
    Hash,
    /// Nothing: the format has its own escapes (JSON), and they are undone.
    Raw,
}

pub(crate) fn unescape_quotes(text: &[u8]) -> Bytes<'_> {
    if memchr(b'\\', text).is_none() {
        return Cow::Borrowed(text);
    }
    let is_escape = |at: usize| text[at] == b'\\' && text.get(at + 1) == Some(&b'"');
    Cow::Owned((0..text.len()).filter(|&at| !is_escape(at)).map(|at| text[at]).collect())
}

/// **Source:** `HAProxy` configuration manual, section 8.6.
pub(crate) fn unescape_hash(text: &[u8]) -> Bytes<'_> {
    if memchr(b'#', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        let escaped = match (byte, after) {
            (b'#', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        out.push(escaped.unwrap_or(*byte));
        rest = &rest[if escaped.is_some() { 3 } else { 1 }..];
    }
    Cow::Owned(out)
}

/// Undoes the escapes of web logs, `\"`, `\\`, `\xhh`, `\n` ...; borrowed where nothing is escaped, which is nearly always.
///
/// **Source:** Apache `server/util.c`, `ap_escape_logitem`; nginx `ngx_http_log_escape`.
pub(crate) fn unescape(text: &[u8]) -> Bytes<'_> {
    let Some(first) = memchr(b'\\', text) else { return Cow::Borrowed(text) };
    let mut out = Vec::with_capacity(text.len());
    out.extend_from_slice(&text[..first]);
    let mut rest = &text[first..];
    while let [byte, after @ ..] = rest {
        let (value, used) = match (byte, after) {
            (b'\\', [b'x', high, low, ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                (hex(*high).unwrap_or(0) << 4 | hex(*low).unwrap_or(0), 4)
            }
            // nginx's escape=json; the other escapes never leave a backslash before a `u`.
            (b'\\', [b'u', b'0', b'0', high @ (b'0' | b'1'), low, ..]) if hex(*low).is_some() => {
                (hex(*high).unwrap_or(0) << 4 | hex(*low).unwrap_or(0), 6)
            }
            (b'\\', [letter, ..]) => match letter {
                b'"' | b'\\' => (*letter, 2),
                b'n' => (b'\n', 2),
                b't' => (b'\t', 2),
                b'r' => (b'\r', 2),
                b'b' => (0x08, 2),
                b'v' => (0x0b, 2),
                b'f' => (0x0c, 2),
                _ => (b'\\', 1),
            },
            _ => (*byte, 1),
        };
        out.push(value);
        rest = &rest[used..];
    }
    Cow::Owned(out)
}

/// The value of a hexadecimal digit, in either case.
pub(crate) fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_and_the_rest_is_left_alone() {
        for (logged, text) in [
            (r"plain", "plain"),
            (r#"a\"b\\c"#, r#"a"b\c"#),
            (r"\x41\x1b[0m", "A\u{1b}[0m"),
            (r"\xc3\xa9", "é"),
            (r"\xff", "\u{fffd}"),
            (r"\q\x4g\", r"\q\x4g\"),
            (r"\n\t", "\n\t"),
            (r"\u001b\\u001b\u20ac", "\u{1b}\\u001b\\u20ac"),
        ] {
            assert_eq!(String::from_utf8_lossy(&unescape(logged.as_bytes())), text, "{logged}");
        }
    }
}
