//! JSON written by hand, for the records of which there may be one for every line of a log.
//!
//! Each member ends in a comma; the end of its object turns the last one into the brace. Text may be any bytes: what must
//! be escaped is, and what is not UTF-8 becomes U+FFFD.
//!
//! **Source:** RFC 8259 section 7.

use std::net::IpAddr;

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

const fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

const ONES: u64 = 0x0101_0101_0101_0101;
#[cold]
fn put_escaped(out: &mut Vec<u8>, text: &[u8]) {
    for chunk in text.utf8_chunks() {
        let mut rest = chunk.valid().as_bytes();
        while let Some(at) = rest.iter().position(|&b| is_special(b)) {
            out.extend_from_slice(&rest[..at]);
            put_escape(out, rest[at]);
            rest = &rest[at + 1..];
        }
        out.extend_from_slice(rest);
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
}

fn put_escape(out: &mut Vec<u8>, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let letter = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            let digits = [HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]];
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&digits);
            return;
        }
    };
    out.extend_from_slice(&[b'\\', letter]);
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

    #[test]
    fn text_is_escaped_as_serde_does_wherever_it_stands() {
        let specials: Vec<Vec<u8>> = (0..=255_u8).map(|b| vec![b]).chain([b"\xc3\xa9".to_vec(), b"\xe2\x82".to_vec()]).collect();
        for special in specials {
            for place in 0..20 {
                let text = [&b"abcdefghijklmnopqrstu"[..place], &special, b"vwxyz\"\x1f\xff!"].concat();
                let mut out = Vec::new();
                put_text(&mut out, "\"", Some(&text));
                let serde = serde_json::to_string(&String::from_utf8_lossy(&text)).expect("text");
                assert_eq!(String::from_utf8_lossy(&out), format!("{serde},"));
            }
        }
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
