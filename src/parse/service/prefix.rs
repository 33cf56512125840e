//! A text that stands in a shape as it is, compared sixteen bytes at a time.

use memchr::memchr_iter;

use crate::base::bytes::{strip_end, strip_start};

/// The first sixteen bytes of a text in one integer, to tell most shapes apart in one comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Prefix16 {
    bytes: u128,
    mask: u128,
}

impl Prefix16 {
    /// How many bytes it has at the most.
    pub(crate) const BYTES: usize = 16;

    /// The head of `text`.
    pub(crate) fn of(text: &[u8]) -> Self {
        if let Some(bytes) = text.first_chunk() {
            return Self::whole(*bytes);
        }
        let (mut bytes, mut mask) = ([0; Self::BYTES], [0; Self::BYTES]);
        bytes[..text.len()].copy_from_slice(text);
        mask[..text.len()].fill(u8::MAX);
        Self { bytes: u128::from_ne_bytes(bytes), mask: u128::from_ne_bytes(mask) }
    }

    const fn whole(bytes: [u8; Self::BYTES]) -> Self {
        Self { bytes: u128::from_ne_bytes(bytes), mask: u128::MAX }
    }

    /// Whether it starts with `start`.
    pub(crate) const fn starts_with(self, start: Self) -> bool {
        self.bytes & start.mask == start.bytes
    }

    /// The last bytes of `text`, where those of [`Prefix16::of`] are the first.
    fn of_end(text: &[u8]) -> Self {
        let head = Self::of(&text[text.len().saturating_sub(Self::BYTES)..]);
        let shift = 8 * (Self::BYTES - text.len().min(Self::BYTES));
        // To where the last byte of sixteen stands.
        let move_up = |bits: u128| u128::from_le_bytes(bits.to_ne_bytes()).checked_shl(u32::try_from(shift).unwrap_or(0)).unwrap_or(0);
        Self { bytes: u128::from_ne_bytes(move_up(head.bytes).to_le_bytes()), mask: u128::from_ne_bytes(move_up(head.mask).to_le_bytes()) }
    }
}

/// Where in `text` the few bytes of `wanted` stand first. A search that is prepared takes longer than this one.
pub(crate) fn find_short(text: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr_iter(*wanted.first()?, text).find(|&at| strip_start(&text[at..], wanted).is_some())
}

/// A text of a shape that stands there as it is, with its first and its last bytes in one integer each.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Literal {
    pub text: &'static [u8],
    /// Its first bytes.
    pub head: Prefix16,
    tail: Prefix16,
    /// Whether neither a digit nor a byte of a host's name begins it: what stands before it ends there.
    pub ends_word: bool,
}

impl Literal {
    /// Takes `text` apart.
    pub(crate) fn new(text: &'static [u8]) -> Self {
        let ends_word = text.first().is_some_and(|byte| !byte.is_ascii_alphanumeric() && !b".-_".contains(byte));
        Self { text, head: Prefix16::of(text), tail: Prefix16::of_end(text), ends_word }
    }

    /// Whether `text` starts with it.
    #[inline]
    pub(crate) fn starts(&self, text: &[u8]) -> bool {
        match text.first_chunk() {
            Some(bytes) if !Prefix16::whole(*bytes).starts_with(self.head) => false,
            Some(_) => self.starts_behind_head(text),
            None => strip_start(text, self.text).is_some(),
        }
    }

    /// Whether `text`, whose first bytes are those of this, starts with it.
    #[inline]
    pub(crate) fn starts_behind_head(&self, text: &[u8]) -> bool {
        let len = self.text.len();
        match len {
            ..=Prefix16::BYTES => true,
            // Of a longer one the last bytes are compared, which stand beside or among the first.
            _ if len <= 2 * Prefix16::BYTES => {
                let last = text.get(len - Prefix16::BYTES..).and_then(|rest| rest.first_chunk());
                last.is_some_and(|bytes| Prefix16::whole(*bytes) == self.tail)
            }
            _ => text.starts_with(self.text),
        }
    }

    /// Whether `text` ends with it.
    #[inline]
    pub(crate) fn ends(&self, text: &[u8]) -> bool {
        match text.last_chunk() {
            Some(bytes) if !Prefix16::whole(*bytes).starts_with(self.tail) => false,
            Some(_) if self.text.len() <= Prefix16::BYTES => true,
            _ => strip_end(text, self.text).is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_found_at_both_ends_whatever_its_length() {
        const TEXT: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
        for len in 0..=TEXT.len() {
            let literal = Literal::new(&TEXT[..len]);
            for more in [0, 1, 5, 15, 16, 17, 40] {
                let more = vec![b'#'; more];
                let (front, end) = ([literal.text, &more].concat(), [&more, literal.text].concat());
                assert!(literal.starts(&front) && literal.ends(&end), "{len} and {}", more.len());
                for at in 0..len {
                    let (mut front, mut end) = (front.clone(), end.clone());
                    front[at] = b'!';
                    end[more.len() + at] = b'!';
                    assert!(!literal.starts(&front) && !literal.ends(&end), "{len} and {}, wrong at {at}", more.len());
                }
            }
            for text in [
                "",
                "ab",
                "xxabcabcdabcdefghijklmnopqrstuvwxyz",
                "aaaaaaaaaaaaaaaaaaaaaaab",
                "abcdefghijklmnopqrstuvwxyabcdefghijklmnopqrstuvwxyz",
            ] {
                assert!(
                    len == 0 || find_short(text.as_bytes(), literal.text) == memchr::memmem::find(text.as_bytes(), literal.text),
                    "{len} in {text}"
                );
            }
            assert!(len == 0 || !literal.starts(&TEXT[..len - 1]) && !literal.ends(&TEXT[1..len]), "{len}");
        }
    }
}
