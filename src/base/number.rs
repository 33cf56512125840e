//! Numbers as logs write them: decimal digits, without a sign. Sizes as flags take them, and counts as people read them.

/// A TCP port.
pub(crate) fn parse_port(text: &[u8]) -> Option<u16> {
    parse_number(text).filter(|_| text.len() <= 5)?.try_into().ok()
}

/// A whole number of at most 18 digits.
pub(crate) fn parse_number(digits: &[u8]) -> Option<u64> {
    let (number, len) = split_digits(digits)?;
    (len == digits.len()).then_some(number)
}

/// The whole number of at most 18 digits at the start of `text`, and how many digits it has.
#[allow(clippy::inline_always, reason = "the usual number takes no longer than the call")]
#[inline(always)]
pub fn split_digits(text: &[u8]) -> Option<(u64, usize)> {
    match split_few_digits(text.first_chunk().copied().unwrap_or_else(|| padded(text))) {
        (_, 0) => None,
        (number, len @ ..=7) => Some((number, len)),
        _ => split_many_digits(text),
    }
}

/// A text of fewer than eight bytes, with NULs behind it: without a copy of a length that is not known before.
#[inline]
fn padded(text: &[u8]) -> [u8; 8] {
    let word = match (text.first_chunk(), text.last_chunk()) {
        (Some(first), Some(last)) => {
            let shift = 8 * (text.len().min(8) - 4);
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << shift
        }
        _ => text.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    };
    word.to_le_bytes()
}

/// How many digits `text` starts with.
#[inline]
pub(crate) fn count_digits(text: &[u8]) -> usize {
    match text.first_chunk() {
        Some(word) if digits_of(*word).1 < 8 => digits_of(*word).1 as usize,
        _ => text.iter().take_while(|b| b.is_ascii_digit()).count(),
    }
}

/// A size in bytes: a whole number and `K`, `M`, `G` or `T`, which are powers of 1024; without a letter it is bytes.
pub fn parse_size(text: &str) -> Option<u64> {
    let (number, len) = split_digits(text.as_bytes())?;
    let shift = match &text[len..] {
        "" => 0,
        "K" | "k" => 10,
        "M" | "m" => 20,
        "G" | "g" => 30,
        "T" | "t" => 40,
        _ => return None,
    };
    number.checked_mul(1 << shift)
}

/// `count` things, of which one is called `noun`: "1 host", "2 hosts", "0 addresses". Of several words the last one is counted.
pub fn counted(count: u64, noun: &str) -> String {
    let ending = match (count, noun.ends_with('s')) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{count} {noun}{ending}")
}

/// The word that goes with `count`: "is" or "are".
pub const fn agree<'w>(count: u64, one: &'w str, many: &'w str) -> &'w str {
    if count == 1 { one } else { many }
}

const ONES: u64 = 0x0101_0101_0101_0101;

/// Eight bytes with the value of a digit in each, and how many of them, from the first on, are digits.
const fn digits_of(word: [u8; 8]) -> (u64, u32) {
    let digits = u64::from_le_bytes(word) ^ (ONES * b'0' as u64);
    // The top bit of each byte that is no digit, as far as the first of them.
    let others = (digits.wrapping_add(ONES * (0x80 - 10)) | digits) & (ONES * 0x80);
    (digits, others.trailing_zeros() / 8)
}

/// The number at the start of eight bytes, and how many digits it has: all eight at once (measured: `cargo bench number::read`).
///
/// **Source:** Mula and Lemire, "Faster integer parsing" (simdjson `parse_eight_digits_unrolled`).
#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn split_few_digits(word: [u8; 8]) -> (u64, usize) {
    const PAIRS: u64 = 0x0000_00ff_0000_00ff;
    let (digits, len) = digits_of(word);
    let digits = digits.checked_shl(64 - 8 * len).unwrap_or(0);
    let pairs = digits.wrapping_mul(10).wrapping_add(digits >> 8);
    let high = (pairs & PAIRS).wrapping_mul(100 + (1_000_000 << 32));
    let low = ((pairs >> 16) & PAIRS).wrapping_mul(1 + (10_000 << 32));
    (high.wrapping_add(low) >> 32, len as usize)
}

/// The digits of a number of at most eight, which begin the text, and how many they are: all at once (measured: `cargo bench number::write`).
/// `None`: it has more.
///
/// **Source:** Mula, "SWAR conversion of an integer to decimal".
#[inline]
pub fn few_digits(number: u64) -> Option<([u8; 8], usize)> {
    const HALVES: u64 = 0x0000_007f_0000_007f;
    const QUARTERS: u64 = 0x000f_000f_000f_000f;
    if number >= 100_000_000 {
        return None;
    }
    // Four digits in each half, then two in each quarter, then one in each byte; the first stands lowest.
    let halves = (number / 10_000) | ((number % 10_000) << 32);
    let hundreds = ((halves * 10_486) >> 20) & HALVES;
    let quarters = hundreds | ((halves - 100 * hundreds) << 16);
    let tens = ((quarters * 103) >> 10) & QUARTERS;
    let digits = tens | ((quarters - 10 * tens) << 8);
    let zeros = (digits.trailing_zeros() / 8).min(7);
    let text = (digits | (ONES * u64::from(b'0'))) >> (8 * zeros);
    Some((text.to_le_bytes(), 8 - zeros as usize))
}

fn split_many_digits(text: &[u8]) -> Option<(u64, usize)> {
    let (mut number, mut len) = (0, 0);
    while let Some(digit @ b'0'..=b'9') = text.get(len) {
        number = number * 10 + u64::from(digit - b'0');
        len += 1;
        if len > 18 {
            return None;
        }
    }
    (len > 0).then_some((number, len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_number_and_a_unit() {
        for (text, bytes) in [("0", 0), ("4096", 4096), ("7K", 7 << 10), ("512M", 512 << 20), ("1g", 1 << 30), ("2T", 2 << 40)] {
            assert_eq!(parse_size(text), Some(bytes), "{text}");
        }
        for text in ["", "M", "-1M", "1.5G", "1GB", "1 G", "1\u{b5}", "999999999999T"] {
            assert_eq!(parse_size(text), None, "{text}");
        }
    }

    #[test]
    fn a_short_text_is_padded() {
        for len in 0..8 {
            let text = &b"1234567"[..len];
            let padded = padded(text);
            assert!(padded.starts_with(text) && padded[len..].iter().all(|&byte| byte == 0), "{padded:?}");
        }
    }

    #[test]
    fn digits_are_those_that_the_standard_library_writes() {
        let powers = (0..=9).map(|power| 10_u64.pow(power));
        let numbers = powers.flat_map(|power| [power - 1, power, power + 1, 7 * power + power / 3]).chain(0..20_000);
        for number in numbers.chain((0..100_000_000).step_by(99_991)) {
            let text = few_digits(number).map(|(digits, len)| String::from_utf8_lossy(&digits[..len]).into_owned());
            assert_eq!(text, (number < 100_000_000).then(|| number.to_string()));
        }
    }

    #[test]
    fn one_is_no_plural() {
        for (count, noun, text) in [
            (0, "host", "0 hosts"),
            (1, "host", "1 host"),
            (2, "open port", "2 open ports"),
            (1, "address", "1 address"),
            (11, "address", "11 addresses"),
        ] {
            assert_eq!(counted(count, noun), text);
        }
        assert_eq!([0, 1, 2].map(|count| agree(count, "is", "are")), ["are", "is", "are"]);
    }

    #[test]
    fn digits_are_read_whatever_stands_behind_them() {
        for digits in ["", "0", "7", "42", "404", "00404", "1234567", "12345678", "123456789", "999999999999999999"] {
            let found = digits.parse().ok().map(|number: u64| (number, digits.len()));
            for behind in ["", " ", "/", ":", "]: Failed", "\u{ff}x", " 12345678", "\0\0\0\0\0\0\0\0"] {
                assert_eq!(split_digits(format!("{digits}{behind}").as_bytes()), found, "{digits}{behind}");
            }
        }
        assert_eq!(split_digits(b"1234567890123456789"), None);
    }
}
