//! JSON written by hand, for the records of which there may be one for every line of a log.
//!
//! Text may be any bytes: what must be escaped is, and what is not UTF-8 becomes U+FFFD. So is what would control the terminal that
//! shows the line.
//!
//! **Source:** RFC 8259 section 7; ECMA-48 (C1 controls); Unicode UAX #9 (bidirectional controls).

pub(crate) mod cursor;
pub(crate) mod lenient;
pub(crate) mod member;
pub(crate) mod pairs;

use std::borrow::Cow;
use std::io::{self, Write};
use std::net::IpAddr;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::base::net::Address;
use crate::base::number::few_digits;
use crate::base::simd::find_non_ascii_or_escape;
use crate::base::time::rfc3339;

/// Appends `text` with its quotes.
#[inline]
pub(crate) fn put_string(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    put_inside(out, text);
    out.push(b'"');
}

/// Appends an array of what `put` appends for each item.
pub(crate) fn put_array<T>(out: &mut Vec<u8>, items: &[T], put: impl Fn(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (nth, item) in items.iter().enumerate() {
        if nth > 0 {
            out.push(b',');
        }
        put(out, item);
    }
    out.push(b']');
}

/// Appends `text` as it stands between the quotes of a string.
#[inline]
pub(crate) fn put_inside(out: &mut Vec<u8>, text: &[u8]) {
    // It is looked at where it was read: what was just written is not there to be read at once.
    match find_non_ascii_or_escape(text) {
        None => out.extend_from_slice(text),
        Some(_) => put_escaped(out, text),
    }
}

/// Appends `key` and `number`; nothing where there is no number.
#[inline]
pub(crate) fn put_number(out: &mut Vec<u8>, key: &str, number: Option<impl Into<u64>>) {
    if let Some(number) = number {
        out.extend_from_slice(key.as_bytes());
        put_digits(out, number.into());
    }
}

/// Appends `number`.
#[inline]
pub(crate) fn put_digits(out: &mut Vec<u8>, number: u64) {
    match few_digits(number) {
        Some((digits, len)) => {
            let end = out.len() + len;
            out.extend_from_slice(&digits);
            out.truncate(end);
        }
        None => out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
    }
}

/// Appends `address` with its zone.
pub(crate) fn put_address(out: &mut Vec<u8>, address: Address) {
    put_ip(out, address.ip);
    if let Some(zone) = address.zone() {
        // Nothing in it is to be escaped.
        out.push(b'%');
        out.extend_from_slice(zone.as_str().as_bytes());
    }
}

/// Appends `address`.
pub(crate) fn put_ip(out: &mut Vec<u8>, address: IpAddr) {
    match address {
        // `Display` takes longer than all the rest of an event's numbers together.
        IpAddr::V4(v4) => {
            let (mut text, mut len) = ([0; 16], 0);
            for octet in v4.octets() {
                text[len..len + 4].copy_from_slice(&OCTETS[usize::from(octet)]);
                len += 2 + usize::from(octet >= 10) + usize::from(octet >= 100);
            }
            out.extend_from_slice(&text[..len - 1]);
        }
        IpAddr::V6(v6) => out.extend_from_slice(v6.to_string().as_bytes()),
    }
}

/// The digits of every octet, and the dot behind them.
const OCTETS: [[u8; 4]; 256] = {
    let mut octets = [[b'.'; 4]; 256];
    let mut octet = 0;
    while octet < 256 {
        // Digits are below 10.
        #[allow(clippy::cast_possible_truncation)]
        let digits = [b'0' + (octet / 100) as u8, b'0' + (octet / 10 % 10) as u8, b'0' + (octet % 10) as u8];
        let skipped = 2 - (octet >= 10) as usize - (octet >= 100) as usize;
        let mut at = skipped;
        while at < 3 {
            octets[octet][at - skipped] = digits[at];
            at += 1;
        }
        octet += 1;
    }
    octets
};

/// Whether a character that JSON allows in a string as it is controls a terminal: DEL, a C1 control, or one that turns the direction of
/// the text around it; or ends a line for readers that know more line ends than `\n` (U+2028, U+2029).
const fn controls_terminal(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cold]
fn put_escaped(out: &mut Vec<u8>, text: &[u8]) {
    let is_special = |c: char| matches!(c, ..' ' | '"' | '\\') || controls_terminal(c);
    for chunk in text.utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some((at, c)) = rest.char_indices().find(|&(_, c)| is_special(c)) {
            out.extend_from_slice(&rest.as_bytes()[..at]);
            put_escape(out, c);
            rest = &rest[at + c.len_utf8()..];
        }
        out.extend_from_slice(rest.as_bytes());
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
}

fn put_escape(out: &mut Vec<u8>, c: char) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let letter = match c {
        '"' => b'"',
        '\\' => b'\\',
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\u{8}' => b'b',
        '\u{c}' => b'f',
        _ => {
            // No character that is escaped is past U+FFFF.
            let digit = |shift: u32| HEX[(u32::from(c) >> shift & 15) as usize];
            return out.extend_from_slice(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)]);
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
}

/// `value` as compact JSON by serde, with the escapes of this module: nothing where it cannot be serialised.
pub(crate) fn to_vec(value: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::new();
    let done = value.serialize(&mut Serializer::with_formatter(&mut out, TerminalSafe));
    if done.is_ok() { out } else { Vec::new() }
}

/// JSON that another stage wrote, without what controls a terminal.
pub(crate) fn escape_controls(json: &str) -> Cow<'_, str> {
    if json.is_ascii() && !json.contains('\x7f') || !json.contains(controls_terminal) {
        return Cow::Borrowed(json);
    }
    let mut out = Vec::new();
    match TerminalSafe.write_string_fragment(&mut out, json) {
        Ok(()) => Cow::Owned(String::from_utf8_lossy(&out).into_owned()),
        Err(_) => Cow::Borrowed(json),
    }
}

/// Writes strings, and JSON that is taken over as it is, without what controls a terminal. Outside of strings valid JSON has none of that.
struct TerminalSafe;

impl Formatter for TerminalSafe {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|&(_, c)| controls_terminal(c)) {
            write!(writer, "{}\\u{:04x}", &rest[..at], u32::from(c))?;
            rest = &rest[at + c.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }

    fn write_raw_fragment<W: Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        self.write_string_fragment(writer, fragment)
    }
}

/// Appends `seconds` since 1970 as RFC 3339, with its quotes.
pub(crate) fn put_time(out: &mut Vec<u8>, seconds: i64) {
    out.push(b'"');
    rfc3339::put_time(seconds, out);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every character that is written with an escape.
    fn escaped() -> impl Iterator<Item = char> {
        let ranges = ['\0'..='\u{1f}', '\u{7f}'..='\u{9f}', '\u{200e}'..='\u{200f}', '\u{2028}'..='\u{202e}', '\u{2066}'..='\u{2069}'];
        ranges.into_iter().flatten().chain(['"', '\\', '\u{61c}'])
    }

    #[test]
    fn text_is_the_same_to_every_reader_wherever_it_stands_and_both_writers_agree() {
        let bytes = (0..=255_u8).map(|b| vec![b]).chain([b"\xe2\x82".to_vec()]);
        let others = ['\u{a0}', '\u{200d}', '\u{202f}', '\u{2065}', '\u{206a}', 'é', '漢', '🦀'];
        let texts = escaped().chain(others).map(|c| c.to_string().into_bytes());
        for special in bytes.chain(texts) {
            for place in 0..20 {
                let text = [&b"abcdefghijklmnopqrstu"[..place], &special, b"vwxyz\"\x1f\xff!"].concat();
                let mut out = Vec::new();
                put_string(&mut out, &text);
                let meant = String::from_utf8_lossy(&text);
                assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&to_vec(&meant)));
                assert_eq!(serde_json::from_slice::<String>(&out).expect("a string"), meant);
            }
        }
    }

    #[test]
    fn nothing_that_controls_a_terminal_is_written_as_it_is() {
        for c in escaped().filter(|c| !matches!(c, '"' | '\\')) {
            let mut out = Vec::new();
            put_string(&mut out, format!("a{c}b").as_bytes());
            let out = String::from_utf8(out).expect("UTF-8");
            assert!(!out.contains(c) && out.starts_with("\"a\\"), "{out:?}");
        }
        let raw = serde_json::value::RawValue::from_string("[\"\u{9b}2J\\n\",\"\u{202e}\"]".to_owned()).expect("JSON");
        assert_eq!(String::from_utf8_lossy(&to_vec(&raw)), r#"["\u009b2J\n","\u202e"]"#);
        assert_eq!(escape_controls(raw.get()), r#"["\u009b2J\n","\u202e"]"#);
        assert_eq!(escape_controls("[\"é\u{7f}\"]"), "[\"é\\u007f\"]");
    }
}
