//! JSON written by hand, for the records of which there may be one for every line of a log.
//!
//! Each member ends in a comma; the end of its object turns the last one into the brace. Text may be any bytes: what must
//! be escaped is, and what is not UTF-8 becomes U+FFFD. So is what would control the terminal that shows the line.
//!
//! **Source:** RFC 8259 section 7; ECMA-48 (C1 controls); Unicode UAX #9 (bidirectional controls).

use std::io::{self, Write};
use std::net::IpAddr;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::time::Stamp;
use crate::vector::is_plain_from;

/// Appends `open` (a key and `{`), what `fill` puts, and `},`; nothing at all where `fill` puts nothing.
#[allow(clippy::inline_always)]
#[inline(always)]
pub fn put_object(out: &mut Vec<u8>, open: &str, fill: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(open.as_bytes());
    let inside = out.len();
    fill(out);
    if out.len() == inside {
        return out.truncate(start);
    }
    out.pop();
    out.extend_from_slice(b"},");
}

/// Appends `open` (a key and `[`), what `fill` puts, and `],`.
pub fn put_array(out: &mut Vec<u8>, open: &str, fill: impl FnOnce(&mut Vec<u8>)) {
    out.extend_from_slice(open.as_bytes());
    let inside = out.len();
    fill(out);
    if out.len() > inside {
        out.pop();
    }
    out.extend_from_slice(b"],");
}

/// Appends `key` (which ends in the opening quote), `text` and `",`; nothing where there is no text.
// A key that is known where it is put becomes two stores instead of a call.
#[allow(clippy::inline_always)]
#[inline(always)]
pub fn put_text(out: &mut Vec<u8>, key: &str, text: Option<&[u8]>) {
    if let Some(text) = text {
        out.extend_from_slice(key.as_bytes());
        put_quoted(out, text);
    }
}

/// Appends `key` (which ends in the opening quote), `word` and `",`. For our own words, in which nothing is to be escaped.
#[allow(clippy::inline_always)]
#[inline(always)]
pub fn put_word(out: &mut Vec<u8>, key: &str, word: &str) {
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(word.as_bytes());
    out.extend_from_slice(b"\",");
}

/// Appends `text` and `",`.
fn put_quoted(out: &mut Vec<u8>, text: &[u8]) {
    put_inside(out, text);
    out.extend_from_slice(b"\",");
}

/// Appends `text` as it stands between the quotes of a string.
#[inline]
pub fn put_inside(out: &mut Vec<u8>, text: &[u8]) {
    let start = out.len();
    out.extend_from_slice(text);
    if !is_plain_from(out, start) {
        out.truncate(start);
        put_escaped(out, text);
    }
}

/// Appends `key` and `number,`; nothing where there is no number.
#[allow(clippy::inline_always)]
#[inline(always)]
pub fn put_number(out: &mut Vec<u8>, key: &str, number: Option<impl Into<u64>>) {
    let Some(number) = number else { return };
    out.extend_from_slice(key.as_bytes());
    put_digits(out, number.into());
    out.push(b',');
}

/// Appends `number`.
#[allow(clippy::inline_always, reason = "what is left of it takes no longer than the call")]
#[inline(always)]
pub fn put_digits(out: &mut Vec<u8>, number: u64) {
    match u32::try_from(number) {
        Ok(number @ ..100_000_000) => {
            // All eight digits at once, and a copy of one length: a third of the instructions.
            let digits = eight_digits(number);
            let zeros = (digits.trailing_zeros() / 8).min(7);
            let end = out.len() + 8 - zeros as usize;
            out.extend_from_slice(&((digits | (ONES * 0x30)) >> (8 * zeros)).to_le_bytes());
            out.truncate(end);
        }
        _ => out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
    }
}

/// The values of the eight digits of `number`, the first in the lowest byte: halves, then pairs, then digits, each by a
/// multiplication that is a division as far as the numbers go.
const fn eight_digits(number: u32) -> u64 {
    let halves = (number / 10_000) as u64 | ((number % 10_000) as u64) << 32;
    let hundreds = ((halves * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let pairs = hundreds | (halves - hundreds * 100) << 16;
    let tens = ((pairs * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | (pairs - tens * 10) << 8
}

/// Appends `key` (which ends in the opening quote) and `address",`, in its canonical form; nothing where there is none.
pub fn put_address(out: &mut Vec<u8>, key: &str, address: Option<IpAddr>) {
    let Some(address) = address.map(crate::net::canonical) else { return };
    out.extend_from_slice(key.as_bytes());
    put_ip(out, address);
    out.extend_from_slice(b"\",");
}

/// Appends `address`.
pub fn put_ip(out: &mut Vec<u8>, address: IpAddr) {
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

const ONES: u64 = 0x0101_0101_0101_0101;

/// Whether a character that JSON allows in a string as it is controls a terminal: DEL, a C1 control, or one that turns the direction of
/// the text around it.
const fn controls_terminal(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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
#[must_use]
pub fn to_vec(value: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::new();
    let done = value.serialize(&mut Serializer::with_formatter(&mut out, Harmless));
    if done.is_ok() { out } else { Vec::new() }
}

/// Writes strings, and JSON that is taken over as it is, without what controls a terminal. Outside of strings valid JSON has none of that.
struct Harmless;

impl Formatter for Harmless {
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

/// Appends `key` (which ends in the opening quote) and `seconds` since 1970 as RFC 3339 and `",`; nothing where there is no time.
pub fn put_time(out: &mut Vec<u8>, key: &str, seconds: Option<i64>) {
    if let Some(seconds) = seconds {
        Stamp { seconds, fraction: "" }.with_text(|text| put_word(out, key, text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every character that is written with an escape.
    fn escaped() -> impl Iterator<Item = char> {
        let ranges = ['\0'..='\u{1f}', '\u{7f}'..='\u{9f}', '\u{200e}'..='\u{200f}', '\u{202a}'..='\u{202e}', '\u{2066}'..='\u{2069}'];
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
                put_text(&mut out, "\"", Some(&text));
                let meant = String::from_utf8_lossy(&text);
                assert_eq!(String::from_utf8_lossy(&out), format!("{},", String::from_utf8_lossy(&to_vec(&meant))));
                assert_eq!(serde_json::from_slice::<String>(&out[..out.len() - 1]).expect("a string"), meant);
            }
        }
    }

    #[test]
    fn nothing_that_controls_a_terminal_is_written_as_it_is() {
        for c in escaped().filter(|c| !matches!(c, '"' | '\\')) {
            let mut out = Vec::new();
            put_text(&mut out, "\"", Some(format!("a{c}b").as_bytes()));
            let out = String::from_utf8(out).expect("UTF-8");
            assert!(!out.contains(c) && out.starts_with("\"a\\"), "{out:?}");
        }
        let raw = serde_json::value::RawValue::from_string("[\"\u{9b}2J\\n\",\"\u{202e}\"]".to_owned()).expect("JSON");
        assert_eq!(String::from_utf8_lossy(&to_vec(&raw)), r#"["\u009b2J\n","\u202e"]"#);
    }

    #[test]
    fn numbers_are_written_whatever_their_length() {
        let powers = (0..20).map(|exponent| 10_u64.pow(exponent));
        let near = powers.flat_map(|power| [power - 1, power, power + 1, power.saturating_mul(9) - 1, power.saturating_mul(3)]);
        for number in near.chain(0..20_000).chain((0..100_000_000).step_by(9_973)) {
            let mut out = b"#".to_vec();
            put_digits(&mut out, number);
            assert_eq!(String::from_utf8_lossy(&out), format!("#{number}"));
        }
    }

    #[test]
    fn empty_objects_leave_no_trace() {
        let mut out = b"[".to_vec();
        put_object(&mut out, "\"a\":{", |out| put_object(out, "\"b\":{", |out| put_number(out, "\"c\":", None::<u64>)));
        assert_eq!(out, b"[");
        put_object(&mut out, "\"a\":{", |out| put_number(out, "\"c\":", Some(0_u64)));
        assert_eq!(out, b"[\"a\":{\"c\":0},");
    }
}
