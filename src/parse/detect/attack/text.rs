//! The text that a server or a browser makes of what was sent: encodings undone, each where it stands.
//!
//! Every step is one pass and never makes a text longer than it was.

use crate::parse::access::escaping::hex;

/// How often a text is decoded: by the server, by the application, and by a filter in front of them.
const ROUNDS: usize = 3;
/// What stands between the pairs of a query, so that a `&` that was sent encoded is told from one that was not.
pub(crate) const PAIR: u8 = 0x1f;

/// The text of a query, its pairs apart. `+` is a blank.
pub(super) fn query(raw: &[u8]) -> Vec<u8> {
    let split: Vec<u8> = raw
        .iter()
        .map(|&byte| {
            if byte == b'&' {
                PAIR
            } else if byte == b'+' {
                b' '
            } else {
                byte
            }
        })
        .collect();
    plain(split)
}

/// Undoes `%hh`, `%uhhhh`, `&#n;`, `&#xh;`, named entities, `\xhh` and `\uhhhh`, up to three times, and writes ASCII in lower case.
pub(super) fn plain(mut text: Vec<u8>) -> Vec<u8> {
    for _ in 0..ROUNDS {
        if !text.iter().any(|byte| matches!(byte, b'%' | b'&' | b'\\' | 0xc0 | 0xc1)) {
            break;
        }
        let decoded = decode_once(&text);
        if decoded == text {
            break;
        }
        text = decoded;
    }
    fold(&mut text);
    text
}

/// The text without blanks, controls, quotes, backslashes and carets: what shells and browsers skip inside a word.
pub(crate) fn tight(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|&byte| byte > b' ' && byte != 0x7f && !matches!(byte, b'\'' | b'"' | b'\\' | b'^')).collect()
}

fn decode_once(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        let escape = match byte {
            b'%' => percent(after),
            b'&' => entity(after),
            b'\\' => backslash(after),
            0xc0 | 0xc1 => overlong(*byte, after),
            _ => None,
        };
        if let Some((value, used)) = escape {
            push(&mut out, value);
            rest = &rest[used + 1..];
        } else {
            out.push(*byte);
            rest = after;
        }
    }
    out
}

/// A byte as it is, a larger number as the character of that number.
fn push(out: &mut Vec<u8>, value: u32) {
    match u8::try_from(value) {
        // A pair's end that was sent encoded is none.
        Ok(PAIR) => out.push(b' '),
        Ok(byte) => out.push(byte),
        Err(_) => out.extend(char::from_u32(value).unwrap_or('\u{fffd}').encode_utf8(&mut [0; 4]).bytes()),
    }
}

fn number(digits: &[u8], base: u32) -> Option<u32> {
    digits.iter().try_fold(0u32, |sum, &digit| {
        let value = u32::from(hex(digit)?);
        if value < base { sum.checked_mul(base)?.checked_add(value) } else { None }
    })
}

/// Behind a `%`: the value and how many bytes it took. **Source:** RFC 3986 section 2.1; Microsoft IIS, `%u` encoding.
fn percent(after: &[u8]) -> Option<(u32, usize)> {
    match after {
        [b'u' | b'U', a, b, c, d, ..] => number(&[*a, *b, *c, *d], 16).map(|value| (value, 5)),
        [a, b, ..] => number(&[*a, *b], 16).map(|value| (value, 2)),
        _ => None,
    }
}

/// Behind a `\`. **Source:** ECMA-262, `EscapeSequence`.
fn backslash(after: &[u8]) -> Option<(u32, usize)> {
    match after {
        [b'x' | b'X', a, b, ..] => number(&[*a, *b], 16).map(|value| (value, 3)),
        [b'u' | b'U', b'{', inside @ ..] => {
            let end = inside.iter().take(8).position(|&byte| byte == b'}')?;
            number(&inside[..end], 16).filter(|_| end > 0).map(|value| (value, end + 3))
        }
        [b'u' | b'U', a, b, c, d, ..] => number(&[*a, *b, *c, *d], 16).map(|value| (value, 5)),
        _ => None,
    }
}

/// Behind a `&`. **Source:** WHATWG HTML section 13.2.5.72 and following, character references.
fn entity(after: &[u8]) -> Option<(u32, usize)> {
    const NAMED: [(&[u8], u8); 14] = [
        (b"lt;", b'<'),
        (b"gt;", b'>'),
        (b"amp;", b'&'),
        (b"quot;", b'"'),
        (b"apos;", b'\''),
        (b"colon;", b':'),
        (b"lpar;", b'('),
        (b"rpar;", b')'),
        (b"newline;", b'\n'),
        (b"tab;", b'\t'),
        (b"equals;", b'='),
        (b"grave;", b'`'),
        (b"sol;", b'/'),
        (b"semi;", b';'),
    ];
    let named = |(name, value): &(&[u8], u8)| {
        after.get(..name.len()).filter(|start| start.eq_ignore_ascii_case(name)).map(|_| (u32::from(*value), name.len()))
    };
    let [b'#', digits @ ..] = after else { return NAMED.iter().find_map(named) };
    let (digits, base, mark) = match digits {
        [b'x' | b'X', digits @ ..] => (digits, 16, 2),
        _ => (digits, 10, 1),
    };
    let is_digit = |byte: &u8| if base == 16 { byte.is_ascii_hexdigit() } else { byte.is_ascii_digit() };
    let length = digits.iter().take(10).take_while(|byte| is_digit(byte)).count();
    let value = number(&digits[..length], base).filter(|_| length > 0)?;
    let end = usize::from(digits.get(length) == Some(&b';'));
    Some((value, mark + length + end))
}

/// Two bytes that write an ASCII character. **Source:** CVE-2000-0884, CVE-2008-2938.
fn overlong(byte: u8, after: &[u8]) -> Option<(u32, usize)> {
    match after {
        [low @ 0x80..=0xbf, ..] => Some((u32::from((byte & 1) << 6 | (low & 0x3f)), 1)),
        _ => None,
    }
}

/// Writes capitals as small letters, and what looks like ASCII in full width (U+FF01 to U+FF5E) as ASCII.
fn fold(text: &mut Vec<u8>) {
    text.make_ascii_lowercase();
    if !text.windows(2).any(|pair| pair[0] == 0xef && matches!(pair[1], 0xbc | 0xbd)) {
        return;
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = &text[..];
    while let [byte, after @ ..] = rest {
        let (value, used) = match rest {
            [0xef, 0xbc, low @ 0x81..=0xbf, ..] => (low - 0x60, 3),
            [0xef, 0xbd, low @ 0x80..=0x9e, ..] => (low - 0x20, 3),
            _ => (*byte, 1),
        };
        out.push(value.to_ascii_lowercase());
        rest = if used == 1 { after } else { &rest[3..] };
    }
    *text = out;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_undone_in_up_to_three_rounds() {
        for (text, expected) in [
            ("A%3cB", "a<b"),
            ("%253Csvg", "<svg"),
            ("%2525253c", "%3c"),
            ("%u003c%uff1cx", "<<x"),
            ("&lt;&#60;&#x3C;&#000060", "<<<<"),
            (r"\x3c\u003c\u{3c}", "<<<"),
            ("%26lt%3bx", "<x"),
            ("\u{ff1c}\u{ff53}", "<s"),
            ("java&Tab;script&colon;", "java\tscript:"),
            ("%", "%"),
            ("%zz &x; &#; &#x; \\x \\u{} \\u{zz} 50%", "%zz &x; &#; &#x; \\x \\u{} \\u{zz} 50%"),
            ("%1f", " "),
        ] {
            assert_eq!(String::from_utf8_lossy(&plain(text.into())), expected, "{text}");
        }
        assert_eq!(plain(b"\xc0\xbcx\xc1".to_vec()), b"<x\xc1");
        assert_eq!(plain(b"%c0%bcx".to_vec()), b"<x");
    }

    #[test]
    fn pairs_stay_apart() {
        assert_eq!(query(b"a=1&b=%26+c"), b"a=1\x1fb=& c");
        assert_eq!(tight(b"j a\t\"v'\\a^s"), b"javas");
    }

    #[test]
    fn no_text_grows() {
        for text in ["%u20ac", "&#x10ffff;", r"\u{10ffff}", "&#1114111", "%uffff"] {
            assert!(plain(text.into()).len() <= text.len(), "{text}");
        }
    }
}
