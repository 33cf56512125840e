//! Many bytes at a time, as wide as the vectors of this machine are: looks at texts so long that asking which they are costs nothing
//! beside them.

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, mask8x32, u8x32, u8x64};

use crate::base::simd::{LOOK_BYTES, contains_any_bigram, find_in_look};

/// The widest vectors of this machine.
#[derive(Debug, Clone, Copy)]
pub struct Dispatch(Level);

impl Default for Dispatch {
    fn default() -> Self {
        Self(Level::new())
    }
}

/// How many positions of marks are written at a time, whether or not there are so many: cheaper than to guess wrong how many there are.
/// Ends of lines stand alone in a look.
pub(crate) const SPARE_POSITIONS: usize = 4;

/// Where to write what is found in a text. Both lists have room for a position for each byte, and [`SPARE_POSITIONS`] more.
#[derive(Debug)]
pub(crate) struct PositionLists<'l> {
    /// Positions of the ends of lines.
    pub ends: &'l mut [usize],
    /// Positions of quotes and backslashes.
    pub marks: &'l mut [usize],
    /// The position of the text's first byte.
    pub start: usize,
}

/// What was found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Features {
    /// How many ends of lines.
    pub ends: usize,
    /// How many quotes and backslashes.
    pub marks: usize,
    pub is_ascii: bool,
}

impl Dispatch {
    /// Looks at a text for all that its lines are taken apart by.
    #[inline]
    pub(crate) fn find_marks(self, text: &[u8], lists: PositionLists<'_>) -> Features {
        debug_assert!(lists.ends.len().min(lists.marks.len()) >= text.len() + SPARE_POSITIONS, "more positions than room");
        if self.0.is_fallback() {
            return find_marks_in(Baseline, text, lists);
        }
        dispatch!(self.0, simd => find_marks_in(simd, text, lists))
    }

    /// The same of a text whose lines are taken apart in another way: ends of lines alone, which go into `ends`.
    #[inline]
    pub(crate) fn find_ends(self, text: &[u8], ends: &mut [usize], start: usize) -> Features {
        debug_assert!(ends.len() > text.len(), "more positions than room");
        if self.0.is_fallback() {
            return find_ends_in(Baseline, text, ends, start);
        }
        dispatch!(self.0, simd => find_ends_in(simd, text, ends, start))
    }

    /// How many lines end in `text` (measured: `cargo bench line::count`).
    pub fn count_ends(self, text: &[u8]) -> usize {
        if self.0.is_fallback() {
            return count_ends_in(Baseline, text);
        }
        dispatch!(self.0, simd => count_ends_in(simd, text))
    }

    /// Whether one of some pairs of small letters stands in `text`, in any case.
    #[inline]
    pub(crate) fn contains_any_bigram<const N: usize>(self, text: &[u8], pairs: [[u8; 2]; N]) -> bool {
        match (text.split_last(), text.split_first()) {
            (Some((_, first)), Some((_, second))) if first.len() >= 32 && !self.0.is_fallback() => {
                dispatch!(self.0, simd => has_pair_in(simd, first, second, pairs))
            }
            _ => contains_any_bigram(text, pairs),
        }
    }
}

/// A bit for each position of a look.
struct MarkBits {
    ends: u64,
    marks: u64,
    is_ascii: bool,
}

/// Vectors of some width.
trait Lanes: Copy {
    fn look_at(self, text: &[u8; LOOK_BYTES]) -> MarkBits;
    fn ends_in(self, text: &[u8; LOOK_BYTES]) -> u64;
    fn is_ascii(self, text: &[u8; LOOK_BYTES]) -> bool;
}

#[allow(clippy::inline_always, reason = "what is not inlined is compiled for every machine")]
impl<S: Simd> Lanes for S {
    #[inline(always)]
    fn look_at(self, text: &[u8; LOOK_BYTES]) -> MarkBits {
        let bytes = u8x64::from_slice(self, text);
        let marks = (bytes.simd_eq(b'"') | bytes.simd_eq(b'\\')).to_bitmask();
        MarkBits { ends: self.ends_in(text), marks, is_ascii: self.is_ascii(text) }
    }

    #[inline(always)]
    fn ends_in(self, text: &[u8; LOOK_BYTES]) -> u64 {
        u8x64::from_slice(self, text).simd_eq(b'\n').to_bitmask()
    }

    #[inline(always)]
    fn is_ascii(self, text: &[u8; LOOK_BYTES]) -> bool {
        u8x64::from_slice(self, text).simd_ge(0x80).to_bitmask() == 0
    }
}

/// Those of a machine that has none which are wider than every machine's.
#[derive(Clone, Copy)]
struct Baseline;

impl Lanes for Baseline {
    #[inline]
    fn look_at(self, text: &[u8; LOOK_BYTES]) -> MarkBits {
        MarkBits { ends: self.ends_in(text), marks: find_in_look(text, [b'"', b'\\']), is_ascii: self.is_ascii(text) }
    }

    #[inline]
    fn ends_in(self, text: &[u8; LOOK_BYTES]) -> u64 {
        find_in_look(text, [b'\n'])
    }

    #[inline]
    fn is_ascii(self, text: &[u8; LOOK_BYTES]) -> bool {
        text.is_ascii()
    }
}

#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn find_marks_in(look: impl Lanes, text: &[u8], mut lists: PositionLists<'_>) -> Features {
    let (looks, last) = text.as_chunks::<LOOK_BYTES>();
    let mut found = Features { ends: 0, marks: 0, is_ascii: true };
    for text in looks {
        lists.put(&look.look_at(text), &mut found);
    }
    if !last.is_empty() {
        let mut text = [b' '; LOOK_BYTES];
        text[..last.len()].copy_from_slice(last);
        lists.put(&look.look_at(&text), &mut found);
    }
    found
}

#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn find_ends_in(look: impl Lanes, text: &[u8], ends: &mut [usize], mut start: usize) -> Features {
    let (looks, last) = text.as_chunks::<LOOK_BYTES>();
    let mut found = Features { ends: 0, marks: 0, is_ascii: true };
    for text in looks {
        found.ends = put_positions::<1>(look.ends_in(text), start, ends, found.ends);
        found.is_ascii &= look.is_ascii(text);
        start += LOOK_BYTES;
    }
    for (nth, _) in last.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
        ends[found.ends] = start + nth;
        found.ends += 1;
    }
    found.is_ascii &= last.is_ascii();
    found
}

#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn count_ends_in(look: impl Lanes, text: &[u8]) -> usize {
    let (looks, last) = text.as_chunks();
    let ends = looks.iter().map(|text| look.ends_in(text).count_ones() as usize).sum::<usize>();
    ends + memchr::memchr_iter(b'\n', last).count()
}

impl PositionLists<'_> {
    /// Writes what one look found behind what was found before.
    #[allow(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    fn put(&mut self, bits: &MarkBits, found: &mut Features) {
        found.ends = put_positions::<1>(bits.ends, self.start, self.ends, found.ends);
        found.marks = put_positions::<SPARE_POSITIONS>(bits.marks, self.start, self.marks, found.marks);
        found.is_ascii &= bits.is_ascii;
        self.start += LOOK_BYTES;
    }
}

/// Writes the position of every bit behind the first `count` of `positions`, and gives how many there are then.
#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn put_positions<const N: usize>(mut bits: u64, start: usize, positions: &mut [usize], count: usize) -> usize {
    let new_count = count + bits.count_ones() as usize;
    let mut at = count;
    while let Some(positions) = positions.get_mut(at..).and_then(<[_]>::first_chunk_mut::<N>) {
        for position in positions {
            *position = start + bits.trailing_zeros() as usize;
            bits &= bits.wrapping_sub(1);
        }
        if bits == 0 {
            break;
        }
        at += N;
    }
    new_count
}

#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn has_pair_in<S: Simd, const N: usize>(simd: S, first: &[u8], second: &[u8], pairs: [[u8; 2]; N]) -> bool {
    let (Some(first_end), Some(second_end)) = (first.last_chunk(), second.last_chunk()) else { return false };
    let mut found = find_pair(simd, first_end, second_end, pairs);
    for (first, second) in first.as_chunks().0.iter().zip(second.as_chunks().0) {
        found |= find_pair(simd, first, second, pairs);
    }
    found.any_true()
}

#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn find_pair<S: Simd, const N: usize>(simd: S, first: &[u8; 32], second: &[u8; 32], pairs: [[u8; 2]; N]) -> mask8x32<S> {
    let (first, second) = (u8x32::from_slice(simd, first) | 0x20, u8x32::from_slice(simd, second) | 0x20);
    let mut found = mask8x32::splat(simd, false);
    for [one, other] in pairs {
        found |= first.simd_eq(one) & second.simd_eq(other);
    }
    found
}

#[cfg(test)]
mod tests {
    use fearless_simd::Fallback;

    use super::*;

    /// What is found in a text that starts at 7.
    fn find(look: impl Lanes, text: &[u8]) -> (Vec<usize>, Vec<usize>, bool) {
        let (mut ends, mut marks) = (vec![0; text.len() + SPARE_POSITIONS], vec![0; text.len() + SPARE_POSITIONS]);
        let found = find_marks_in(look, text, PositionLists { ends: &mut ends, marks: &mut marks, start: 7 });
        (ends[..found.ends].to_vec(), marks[..found.marks].to_vec(), found.is_ascii)
    }

    #[test]
    fn every_machine_finds_the_same() {
        let mut random = fastrand::Rng::with_seed(1);
        for len in 0..400 {
            let text: Vec<u8> = (0..len).map(|_| *random.choice(b"\n\"\\\xe9\x7fboBOwlpixxxxxx").unwrap_or(&b'x')).collect();
            let at = |wanted: &[u8]| (0..len).filter(|&at| wanted.contains(&text[at])).map(|at| at + 7).collect::<Vec<_>>();
            let wanted = (at(b"\n"), at(b"\"\\"), text.is_ascii());
            assert_eq!(find(Baseline, &text), wanted);
            assert_eq!(find(Fallback::new(), &text), wanted);
            #[cfg(target_arch = "x86_64")]
            assert!(Level::new().as_sse4_2().is_none_or(|sse| find(sse, &text) == wanted));
            let (mut ends, mut marks) = (vec![0; len + SPARE_POSITIONS], vec![0; len + SPARE_POSITIONS]);
            let found = Dispatch::default().find_marks(&text, PositionLists { ends: &mut ends, marks: &mut marks, start: 7 });
            assert_eq!((ends[..found.ends].to_vec(), marks[..found.marks].to_vec(), found.is_ascii), wanted);
            assert_eq!((Dispatch::default().count_ends(&text), count_ends_in(Baseline, &text)), (found.ends, found.ends));
            let (mut others, mut baseline) = (vec![0; len + 1], vec![0; len + 1]);
            let alone = Dispatch::default().find_ends(&text, &mut others, 7);
            assert_eq!((alone, &others[..alone.ends]), (Features { marks: 0, ..found }, &ends[..found.ends]));
            assert_eq!(find_ends_in(Baseline, &text, &mut baseline, 7), alone);
            assert_eq!(baseline[..alone.ends], others[..alone.ends]);
        }
    }

    #[test]
    fn a_pair_is_found_wherever_it_stands() {
        let pairs = [*b"bo", *b"wl"];
        for len in 0..140 {
            assert!(!Dispatch::default().contains_any_bigram(&vec![b'b'; len], pairs));
            for position in 0..len {
                for pair in [*b"bo", *b"BO", *b"wL"] {
                    let text = [&vec![b'o'; position][..], &pair, &vec![b'l'; len - position - 1]].concat();
                    assert!(Dispatch::default().contains_any_bigram(&text, pairs), "{}", String::from_utf8_lossy(&text));
                    let (first, second) = (&text[..len], &text[1..]);
                    assert!(first.len() < 32 || has_pair_in(Fallback::new(), first, second, pairs));
                }
            }
        }
    }
}
