//! An object of nothing but texts, as `journalctl -o json` writes each entry on a line: read in one pass.
//!
//! Whatever else a line holds (numbers, lists, objects, blanks between its parts, escapes in a key, a mistake) is for the walker, which
//! finds the same in such a line (a test holds that).

use memchr::memchr2;

/// A key and the value behind it, in its quotes.
pub(super) type Pair<'t> = (&'t str, &'t str);

/// The keys and values of such an object, one after the other. Once one is `None`, the line may be one of the walker's.
#[derive(Debug)]
pub(super) struct TextPairs<'t> {
    text: &'t str,
    /// Where the next key's quote stands.
    at: usize,
}

impl<'t> TextPairs<'t> {
    /// The pairs of `text`; `None`: it is no such object.
    pub(super) fn of(text: &'t str) -> Option<Self> {
        let bytes = text.as_bytes();
        let is_object = matches!(bytes, [b'{', b'"', .., b'"', b'}']);
        // A control character stands in no text of JSON as it is. All bytes are looked at, so that many are at a time.
        let has_control = || bytes.iter().fold(b' ', |least, &byte| least.min(byte)) < b' ';
        (is_object && !has_control()).then_some(Self { text, at: 1 })
    }

    /// Whether all of the object was given.
    pub(super) const fn is_done(&self) -> bool {
        self.at == self.text.len()
    }

    /// The next pair.
    pub(super) fn next(&mut self) -> Option<Pair<'t>> {
        let bytes = self.text.as_bytes();
        let key_start = self.at + 1;
        let key_end = key_start + memchr2(b'"', b'\\', bytes.get(key_start..)?)?;
        let (b'"', [b'"', b':', b'"', ..]) = (bytes[self.at], &bytes[key_end..]) else { return None };
        let value_start = key_end + 2;
        let value_end = find_end(bytes, value_start + 1)?;
        self.at = match bytes.get(value_end..)? {
            [b',', b'"', ..] | [b'}'] => value_end + 1,
            _ => return None,
        };
        Some((self.text.get(key_start..key_end)?, self.text.get(value_start..value_end)?))
    }
}

/// Where the text ends that begins at `start`, behind its quote; `None`: nowhere, or an escape in it is none.
fn find_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        at += memchr2(b'"', b'\\', bytes.get(at..)?)?;
        at += match bytes.get(at..)? {
            [b'"', ..] => return Some(at + 1),
            [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 2,
            [b'\\', b'u', digits @ ..] if digits.len() >= 4 && digits[..4].iter().all(u8::is_ascii_hexdigit) => 6,
            _ => return None,
        };
    }
}
