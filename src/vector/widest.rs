//! Many bytes at a time, as wide as the vectors of this machine are: looks at texts so long that asking which they are costs nothing
//! beside them.

use fearless_simd::prelude::*;
use fearless_simd::{Level, Simd, dispatch, mask8x32, u8x32, u8x64};

use super::has_pair;

/// The widest vectors of this machine.
#[derive(Debug, Clone, Copy)]
pub struct Widest(Level);

impl Default for Widest {
    fn default() -> Self {
        Self(Level::new())
    }
}

/// How much of a text is looked at at a time, in bytes.
const LOOK_BYTES: usize = 64;

/// How many places are written at a time, whether or not there are so many: cheaper than to guess wrong how many there are.
pub const SPARE_PLACES: usize = 4;

/// What was found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// How many ends of lines.
    pub ends: usize,
    /// How many quotes and backslashes.
    pub quotes: usize,
    /// Whether all of it is ASCII.
    pub is_ascii: bool,
}

impl Widest {
    /// Looks at a text for all that its lines are taken apart by: writes to `ends` where lines end, to `quotes` where quotes and
    /// backslashes stand, as places behind `start`. Both lists have room for a place for each byte, and [`SPARE_PLACES`] more.
    #[inline]
    pub fn find_marks(self, text: &[u8], start: usize, ends: &mut [usize], quotes: &mut [usize]) -> Found {
        dispatch!(self.0, simd => find_marks_in(simd, text, start, ends, quotes))
    }

    /// Whether one of some pairs of small letters stands in `text`, in any case.
    #[must_use]
    #[inline]
    pub fn has_pair<const N: usize>(self, text: &[u8], pairs: [[u8; 2]; N]) -> bool {
        match (text.split_last(), text.split_first()) {
            (Some((_, first)), Some((_, second))) if first.len() >= 32 => {
                dispatch!(self.0, simd => has_pair_in(simd, first, second, pairs))
            }
            _ => has_pair(text, pairs),
        }
    }
}

#[allow(clippy::inline_always, reason = "what is not inlined is compiled for every machine")]
#[inline(always)]
fn find_marks_in<S: Simd>(simd: S, text: &[u8], start: usize, ends: &mut [usize], quotes: &mut [usize]) -> Found {
    let (looks, last) = text.as_chunks::<LOOK_BYTES>();
    let mut found = Found { ends: 0, quotes: 0, is_ascii: true };
    let (mut any, mut place) = (u8x64::splat(simd, 0), start);
    for look in looks {
        any |= look_at(simd, look, place, ends, quotes, &mut found);
        place += LOOK_BYTES;
    }
    if !last.is_empty() {
        let mut look = [b' '; LOOK_BYTES];
        look[..last.len()].copy_from_slice(last);
        any |= look_at(simd, &look, place, ends, quotes, &mut found);
    }
    Found { is_ascii: any.simd_ge(0x80).to_bitmask() == 0, ..found }
}

#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn look_at<S: Simd>(
    simd: S,
    look: &[u8; LOOK_BYTES],
    place: usize,
    ends: &mut [usize],
    quotes: &mut [usize],
    found: &mut Found,
) -> u8x64<S> {
    let look = u8x64::from_slice(simd, look);
    let is_quote = look.simd_eq(b'"') | look.simd_eq(b'\\');
    found.ends = put_places::<1>(look.simd_eq(b'\n').to_bitmask(), place, ends, found.ends);
    found.quotes = put_places::<SPARE_PLACES>(is_quote.to_bitmask(), place, quotes, found.quotes);
    look
}

/// Writes the place of every bit behind the first `count` of `places`, and gives how many there are then.
#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn put_places<const N: usize>(mut bits: u64, start: usize, places: &mut [usize], count: usize) -> usize {
    let new_count = count + bits.count_ones() as usize;
    let mut at = count;
    while let Some(places) = places.get_mut(at..).and_then(<[_]>::first_chunk_mut::<N>) {
        for place in places {
            *place = start + bits.trailing_zeros() as usize;
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

    #[test]
    fn machines_without_wide_vectors_find_the_same() {
        let mut random = fastrand::Rng::with_seed(1);
        let (widest, narrow) = (Widest::default(), Fallback::new());
        for len in 0..400 {
            let text: Vec<u8> = (0..len).map(|_| *random.choice(b"\n\"\\\xe9\x7fboBOwlpixxxxxx").unwrap_or(&b'x')).collect();
            let mut places = [0; 4].map(|_| vec![0; len + SPARE_PLACES]);
            let [ends, quotes, narrow_ends, narrow_quotes] = &mut places;
            let found = widest.find_marks(&text, 7, ends, quotes);
            assert_eq!(found, find_marks_in(narrow, &text, 7, narrow_ends, narrow_quotes));
            assert_eq!((&ends[..found.ends], &quotes[..found.quotes]), (&narrow_ends[..found.ends], &narrow_quotes[..found.quotes]));
            let at = |wanted: &[u8]| (0..len).filter(|&at| wanted.contains(&text[at])).map(|at| at + 7).collect::<Vec<_>>();
            assert_eq!((&ends[..found.ends], &quotes[..found.quotes]), (&at(b"\n")[..], &at(b"\"\\")[..]));
            assert_eq!(found.is_ascii, text.is_ascii());
        }
    }

    #[test]
    fn a_pair_is_found_wherever_it_stands() {
        let pairs = [*b"bo", *b"wl"];
        for len in 0..140 {
            assert!(!Widest::default().has_pair(&vec![b'b'; len], pairs));
            for place in 0..len {
                for pair in [*b"bo", *b"BO", *b"wL"] {
                    let text = [&vec![b'o'; place][..], &pair, &vec![b'l'; len - place - 1]].concat();
                    assert!(Widest::default().has_pair(&text, pairs), "{}", String::from_utf8_lossy(&text));
                    let (first, second) = (&text[..len], &text[1..]);
                    assert!(first.len() < 32 || has_pair_in(Fallback::new(), first, second, pairs));
                }
            }
        }
    }
}
