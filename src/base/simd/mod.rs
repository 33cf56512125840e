//! Sixteen bytes at a time, as vector registers of every machine hold them: looks at texts so short that a call of memchr costs more
//! than it saves (measured: `cargo bench quote`), and for bytes that stand close together.

pub mod dispatch;

use wide::{CmpEq, CmpGt, i8x16};

const WIDTH: usize = 16;

fn load(block: &[u8; WIDTH]) -> i8x16 {
    i8x16::new(block.map(u8::cast_signed))
}

fn all(byte: u8) -> i8x16 {
    i8x16::splat(byte.cast_signed())
}

/// Where from `start` on the first quote or backslash stands.
#[inline]
pub fn find_quote_or_backslash(text: &[u8], start: usize) -> Option<usize> {
    let marks = |block: i8x16| block.cmp_eq(all(b'"')) | block.cmp_eq(all(b'\\'));
    Some(start + find(text.get(start..)?, marks, |b| matches!(b, b'"' | b'\\'))?)
}

/// Where the first space stands.
#[inline]
pub(crate) fn find_space(text: &[u8]) -> Option<usize> {
    find(text, |block| block.cmp_eq(all(b' ')), |b| b == b' ')
}

/// Where the first byte stands that is no letter, digit, `.`, `-` or `_`.
#[inline]
pub(crate) fn find_non_hostname_byte(text: &[u8]) -> Option<usize> {
    let between = |block: i8x16, first: u8, last: u8| block.cmp_gt(all(first - 1)) & all(last + 1).cmp_gt(block);
    let others = |block: i8x16| {
        let letters = between(block | all(0x20), b'a', b'z');
        // `-` and `.` are neighbours.
        !(letters | between(block, b'0', b'9') | between(block, b'-', b'.') | block.cmp_eq(all(b'_')))
    };
    find(text, others, |b| !(b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_')))
}

/// Where the last space stands.
#[inline]
pub(crate) fn rfind_space(text: &[u8]) -> Option<usize> {
    let (rest, blocks) = text.as_rchunks::<WIDTH>();
    let spaces = |block: &[u8; WIDTH]| load(block).cmp_eq(all(b' ')).move_mask();
    for (nth, block) in blocks.iter().enumerate().rev() {
        let found = spaces(block);
        if found != 0 {
            return Some(rest.len() + nth * WIDTH + found.ilog2() as usize);
        }
    }
    match text.first_chunk::<WIDTH>() {
        Some(first) => {
            // The first block again, without what stands behind the rest.
            let found = spaces(first) & ((1 << rest.len()) - 1);
            (found != 0).then(|| found.ilog2() as usize)
        }
        None => match join_halves(rest) {
            (Some(block), half) => {
                let found = spread(spaces(&block), rest.len(), half);
                (found != 0).then(|| found.ilog2() as usize)
            }
            (None, _) => rest.iter().rposition(|&b| b == b' '),
        },
    }
}

/// Where the first byte stands that cannot stand in a JSON string as it is: a quote, a backslash, a control character.
#[inline]
pub(crate) fn find_json_escape(text: &[u8]) -> Option<usize> {
    let special = |block: i8x16| (block & all(0xe0)).cmp_eq(all(0)) | block.cmp_eq(all(b'"')) | block.cmp_eq(all(b'\\'));
    find(text, special, |b| matches!(b, ..b' ' | b'"' | b'\\'))
}

/// The same, or DEL, or what is not ASCII.
#[inline]
pub(crate) fn find_non_ascii_or_escape(text: &[u8]) -> Option<usize> {
    find(text, not_plain, |b| !is_plain(b))
}

/// As signed numbers, what is not ASCII is below the space too; one more, so is DEL.
fn not_plain(block: i8x16) -> i8x16 {
    all(b' ' + 1).cmp_gt(block + all(1)) | block.cmp_eq(all(b'"')) | block.cmp_eq(all(b'\\'))
}

const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')
}

/// How much is looked at at a time where more than one place is wanted, in bytes.
const LOOK_BYTES: usize = 4 * WIDTH;

/// A bit for each place in `text` where one of `bytes` stands.
#[inline]
fn find_in_look<const N: usize>(text: &[u8; LOOK_BYTES], bytes: [u8; N]) -> u64 {
    let ([first, second, third, fourth], _) = text.as_chunks() else { return 0 };
    let find = |block| bytes.iter().fold(all(0), |found, &byte| found | load(block).cmp_eq(all(byte)));
    let [first, second, third, fourth] = [find(first), find(second), find(third), find(fourth)];
    if (first | second | third | fourth).move_mask() == 0 {
        return 0;
    }
    let mask = |found: i8x16| u64::from(found.move_mask().cast_unsigned());
    mask(first) | mask(second) << WIDTH | mask(third) << (2 * WIDTH) | mask(fourth) << (3 * WIDTH)
}

/// Whether one of some pairs of small letters stands in `text`, in any case.
#[inline]
fn contains_any_bigram<const N: usize>(text: &[u8], pairs: [[u8; 2]; N]) -> bool {
    let (Some((_, second)), Some((_, first))) = (text.split_first(), text.split_last()) else { return false };
    let marks = |first: &[u8; WIDTH], second: &[u8; WIDTH]| {
        let (first, second) = (load(first) | all(0x20), load(second) | all(0x20));
        pairs.iter().fold(all(0), |found, &[one, other]| found | first.cmp_eq(all(one)) & second.cmp_eq(all(other)))
    };
    match (first.last_chunk(), second.last_chunk()) {
        (Some(first_end), Some(second_end)) => {
            let blocks = first.as_chunks().0.iter().zip(second.as_chunks().0);
            let found = blocks.fold(marks(first_end, second_end), |found, (first, second)| found | marks(first, second));
            found.move_mask() != 0
        }
        _ => first.iter().zip(second).any(|(one, other)| pairs.contains(&[one | 0x20, other | 0x20])),
    }
}

/// Where the first byte stands that `marks` finds in a block and `is_wanted` alone.
#[inline]
fn find(text: &[u8], marks: impl Fn(i8x16) -> i8x16, is_wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let (blocks, rest) = text.as_chunks::<WIDTH>();
    for (nth, block) in blocks.iter().enumerate() {
        let found = marks(load(block)).move_mask();
        if found != 0 {
            return Some(nth * WIDTH + found.trailing_zeros() as usize);
        }
    }
    let rest_start = text.len() - rest.len();
    match text.last_chunk::<WIDTH>() {
        Some(last) => {
            // The last block again, without what stands before the rest.
            let found = marks(load(last)).move_mask() >> (WIDTH - rest.len());
            (found != 0).then(|| rest_start + found.trailing_zeros() as usize)
        }
        None => find_short(text, marks, is_wanted),
    }
}

/// The same in a text of less than a block.
#[inline]
fn find_short(text: &[u8], marks: impl Fn(i8x16) -> i8x16, is_wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let (Some(block), half) = join_halves(text) else { return text.iter().position(|&b| is_wanted(b)) };
    let found = spread(marks(load(&block)).move_mask(), text.len(), half);
    (found != 0).then(|| found.trailing_zeros() as usize)
}

/// A text of 4 to 15 bytes as a block: how it starts and how it ends, each of so many bytes, which may overlap.
#[inline]
fn join_halves(text: &[u8]) -> (Option<[u8; WIDTH]>, usize) {
    if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        let halves = u128::from(u64::from_le_bytes(*first)) | u128::from(u64::from_le_bytes(*last)) << 64;
        return (Some(halves.to_le_bytes()), 8);
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        let halves = u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32;
        return (Some(u128::from(halves).to_le_bytes()), 4);
    }
    (None, 0)
}

/// What was found in such a block, by place in its text of `len` bytes.
#[inline]
fn spread(found: i32, len: usize, half: usize) -> i32 {
    let low = (1 << half) - 1;
    found & low | (found >> half & low) << (len - half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_found_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            for place in 0..50 {
                for len in [place + 1, place + 2, 50] {
                    let mut text = vec![b'a'; len];
                    text[place] = byte;
                    let is_mark = matches!(byte, b'"' | b'\\');
                    for start in [0, place, place + 1, len] {
                        let found = find_quote_or_backslash(&text, start);
                        assert_eq!(
                            found,
                            Some(place).filter(|place| is_mark && *place >= start),
                            "{byte} at {place} of {len} from {start}"
                        );
                    }
                    let is_name = byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
                    assert_eq!(find_non_hostname_byte(&text), Some(place).filter(|_| !is_name), "{byte} at {place} of {len}");
                    assert_eq!(find_space(&text), Some(place).filter(|_| byte == b' '), "{byte} at {place} of {len}");
                    assert_eq!(rfind_space(&text), Some(place).filter(|_| byte == b' '), "{byte} at {place} of {len}");
                    let is_plain = (0x20..0x7f).contains(&byte) && !is_mark;
                    let is_special = byte < 0x20 || is_mark;
                    assert_eq!(find_json_escape(&text), Some(place).filter(|_| is_special), "{byte} at {place} of {len}");
                    assert_eq!(find_non_ascii_or_escape(&text), Some(place).filter(|_| !is_plain), "{byte} at {place} of {len}");
                }
            }
        }
        assert_eq!(find_quote_or_backslash(b"\"", 2), None);
        for len in 0..50 {
            assert!(!contains_any_bigram(&vec![b'b'; len], [*b"bo", *b"wl"]));
            for place in 0..len {
                for pair in [*b"bo", *b"BO", *b"wL"] {
                    let text = [&vec![b'o'; place][..], &pair, &vec![b'l'; len - place - 1]].concat();
                    assert!(contains_any_bigram(&text, [*b"bo", *b"wl"]), "{}", String::from_utf8_lossy(&text));
                }
            }
        }
        let spaces = [b' '; 40];
        assert_eq!((find_space(&spaces), rfind_space(&spaces)), (Some(0), Some(39)));
    }
}
