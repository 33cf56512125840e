//! Short texts compared without a call. What `==` calls is made for long ones; of a few bytes that were just written, one of its kinds (glibc's
//! for AVX-512) takes longer than the rest of an event (measured: `cargo bench same`).

/// How many bytes are compared at a time.
const WORD: usize = size_of::<u64>();

/// Whether two texts are the same.
#[allow(clippy::inline_always, reason = "it stands for `==`, which needs a call")]
#[inline(always)]
pub fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let word = |text: &[u8; WORD]| u64::from_ne_bytes(*text);
    let half = |text: &[u8; WORD / 2]| u32::from_ne_bytes(*text);
    match (one.last_chunk(), other.last_chunk()) {
        (Some(one_end), Some(other_end)) => {
            let pairs = one.as_chunks().0.iter().zip(other.as_chunks().0);
            // The last word again: what is left over stands in it.
            pairs.fold(word(one_end) ^ word(other_end), |found, (one, other)| found | word(one) ^ word(other)) == 0
        }
        _ => match (one.first_chunk(), other.first_chunk(), one.last_chunk(), other.last_chunk()) {
            (Some(first), Some(other_first), Some(last), Some(other_last)) => {
                half(first) ^ half(other_first) | half(last) ^ half(other_last) == 0
            }
            _ => one.iter().zip(other).fold(0, |found, (one, other)| found | one ^ other) == 0,
        },
    }
}

/// The same of texts that may not be there.
#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
pub(crate) fn is_same_option(one: Option<&[u8]>, other: Option<&[u8]>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => is_same(one, other),
        (None, None) => true,
        _ => false,
    }
}

/// What stands in `text` behind `start`, if it begins with that.
#[inline]
pub(crate) fn strip_start<'t>(text: &'t [u8], start: &[u8]) -> Option<&'t [u8]> {
    let (found, rest) = text.split_at_checked(start.len())?;
    is_same(found, start).then_some(rest)
}

/// What stands in `text` before `end`, if it ends with that.
#[inline]
pub(crate) fn strip_end<'t>(text: &'t [u8], end: &[u8]) -> Option<&'t [u8]> {
    let (rest, found) = text.split_at_checked(text.len().checked_sub(end.len())?)?;
    is_same(found, end).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_the_same_where_every_byte_is() {
        for len in 0..40 {
            let text: Vec<u8> = (0..len).collect();
            assert!(is_same(&text, &text.clone()));
            for place in 0..text.len() {
                let mut other = text.clone();
                other[place] ^= 1;
                assert!(!is_same(&text, &other), "{place} of {len}");
                assert!(!is_same(&text, &text[..place]), "{place} of {len}");
            }
        }
        assert_eq!((strip_start(b"abc", b"ab"), strip_end(b"abc", b"bc")), (Some(&b"c"[..]), Some(&b"a"[..])));
        assert_eq!((strip_start(b"abc", b"b"), strip_end(b"abc", b"abcd")), (None, None));
        assert!(is_same_option(Some(b"a"), Some(b"a")) && is_same_option(None, None));
        assert!(!is_same_option(Some(b""), None));
    }
}
