//! Normalises a request target as a server does: its encodings removed.
//!
//! Takes the path or the query of a target without the log's escapes, gives the text that the patterns of probes are looked
//! for in. Servers differ, so each encoding that some server undoes is undone; every step is one pass.

use std::borrow::Cow;

use memchr::memchr3;

use crate::parse::access::escaping;

/// How often a text is decoded. Two are of CVE-2021-42013 (`%%32%65`), one more is for filters that decode by themselves.
const ROUNDS: usize = 3;

/// Undoes `%hh`, `%u00hh` and overlong two-byte UTF-8, again and again; what is no escape stays. Never longer than what came.
///
/// **Source:** RFC 3986 section 2.1; Microsoft IIS, `%u` encoding (CVE-2001-0669); overlong forms: CVE-2000-0884, CVE-2008-2938.
pub(crate) fn decode(text: &[u8]) -> Cow<'_, [u8]> {
    let mut plain = Cow::Borrowed(text);
    for _ in 0..ROUNDS {
        if memchr3(b'%', 0xc0, 0xc1, &plain).is_none() {
            break;
        }
        plain = Cow::Owned(decode_once(&plain));
    }
    plain
}

fn decode_once(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        let pair = |high: u8, low: u8| escaping::hex(high).zip(escaping::hex(low)).map(|(high, low)| high << 4 | low);
        let escape = match (byte, after) {
            (b'%', [b'u' | b'U', b'0', b'0', high, low, ..]) => pair(*high, *low).map(|value| (value, 6)),
            (b'%', [high, low, ..]) => pair(*high, *low).map(|value| (value, 3)),
            (0xc0 | 0xc1, [low @ 0x80..=0xbf, ..]) => Some(((byte & 1) << 6 | (low & 0x3f), 2)),
            _ => None,
        };
        let (value, used) = escape.unwrap_or((*byte, 1));
        out.push(value);
        rest = &rest[used..];
    }
    out
}

/// Writes `\` as `/`, and `//` and `/./` as `/`: all name one place.
pub(crate) fn collapse_slashes(text: &[u8]) -> Cow<'_, [u8]> {
    let is_plain = |pair: &[u8]| pair[0] != b'\\' && (pair[0] != b'/' || !matches!(pair[1], b'/' | b'.'));
    if text.windows(2).all(is_plain) && !text.ends_with(b"\\") {
        return Cow::Borrowed(text);
    }
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    for &byte in text {
        if !matches!(byte, b'/' | b'\\') {
            out.push(byte);
            continue;
        }
        if out.ends_with(b"/.") {
            out.pop();
        }
        if !out.ends_with(b"/") {
            out.push(b'/');
        }
    }
    Cow::Owned(out)
}

/// Cuts what servers overlook from the segments of a folded path: parameters (`;x=y`), blanks and NUL at the end, and a `/`
/// behind the last one.
///
/// **Source:** Jakarta Servlet 6.0 section 3.5.2 (parameters); Microsoft, Naming Files (blanks); CVE-2006-7243 (NUL).
pub(crate) fn strip_path_params(path: &[u8]) -> Cow<'_, [u8]> {
    let path = path.strip_suffix(b"/.").unwrap_or(path);
    let path = path.strip_suffix(b"/").unwrap_or(path);
    if !path.iter().any(|&byte| byte == b';' || byte <= b' ') {
        return Cow::Borrowed(path);
    }
    let mut out = Vec::with_capacity(path.len());
    for (index, segment) in path.split(|&byte| byte == b'/').enumerate() {
        let name = segment.split(|&byte| byte == b';').next().unwrap_or_default();
        let name = &name[..name.iter().rposition(|&byte| byte > b' ').map_or(0, |last| last + 1)];
        if index > 0 && !matches!(name, b"" | b".") {
            out.push(b'/');
        }
        if index == 0 || name != b"." {
            out.extend_from_slice(name);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_in_up_to_three_rounds() {
        for (text, plain) in [
            ("/a", "/a"),
            ("%2e%2E", ".."),
            ("%252e", "."),
            ("%25252e", "."),
            ("%2525252e", "%2e"),
            ("%%32%65", "."),
            ("%u002e%U002F%u20ac", "./%u20ac"),
            ("%c0%ae%c0%af%c1%9c", "./\\"),
            ("50% %zz %4 %", "50% %zz %4 %"),
        ] {
            assert_eq!(String::from_utf8_lossy(&decode(text.as_bytes())), plain, "{text}");
        }
        assert_eq!(decode(b"\xc0\xc0\xaf\xc1"), &b"\xc0/\xc1"[..]);
    }

    #[test]
    fn slashes_are_folded() {
        for (text, folded) in [
            ("/a/b.c", "/a/b.c"),
            ("//a///b", "/a/b"),
            ("/a/./././b", "/a/b"),
            (r"\a\.\b\", "/a/b/"),
            ("../.../.a", "../.../.a"),
            ("x=./a", "x=./a"),
            ("", ""),
            (r"\", "/"),
        ] {
            assert_eq!(String::from_utf8_lossy(&collapse_slashes(text.as_bytes())), folded, "{text}");
        }
    }

    #[test]
    fn segments_are_bared() {
        for (path, bared) in [
            ("/a/b", "/a/b"),
            ("/a/", "/a"),
            ("/a/.", "/a"),
            ("/", ""),
            ("/a;x=1/b;.js", "/a/b"),
            ("/..;/a", "/../a"),
            ("/;x/a", "/a"),
            ("/.. /a\t\0", "/../a"),
            ("/a b/. ", "/a b"),
            ("a;b", "a"),
            ("*", "*"),
        ] {
            assert_eq!(String::from_utf8_lossy(&strip_path_params(path.as_bytes())), bared, "{path}");
        }
    }
}
