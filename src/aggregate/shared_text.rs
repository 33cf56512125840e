//! Texts of a block, of which neighbours mostly have the same: each is held once where it comes again soon.

use std::sync::Arc;

/// How many of the last texts are looked through.
const LAST: usize = 8;

/// The index of `text` in a list to which it is added, unless it is among the last few.
#[inline]
pub(crate) fn share(texts: &mut Vec<Arc<str>>, text: &[u8]) -> u32 {
    share_as(texts, text, |text| String::from_utf8_lossy(text).into())
}

/// The same of a text that is kept as `keep` has it; where that is another one, it is not found again.
#[inline]
pub(crate) fn share_as(texts: &mut Vec<Arc<str>>, text: &[u8], keep: impl FnOnce(&[u8]) -> Arc<str>) -> u32 {
    match texts.last() {
        // A block has fewer bytes than that.
        Some(last) if last.as_bytes() == text => u32::try_from(texts.len() - 1).unwrap_or(u32::MAX),
        _ => share_other(texts, text, keep),
    }
}

fn share_other(texts: &mut Vec<Arc<str>>, text: &[u8], keep: impl FnOnce(&[u8]) -> Arc<str>) -> u32 {
    let start = texts.len().saturating_sub(LAST);
    let index = texts[start..].iter().rposition(|other| other.as_bytes() == text).map_or(texts.len(), |index| start + index);
    if index == texts.len() {
        texts.push(keep(text));
    }
    u32::try_from(index).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_held_once_where_it_comes_again_soon() {
        let mut texts = Vec::new();
        let numbers: Vec<_> = ["a", "b", "a", "a", "b", "c"].map(|text| share(&mut texts, text.as_bytes())).into();
        assert_eq!(numbers, [0, 1, 0, 0, 1, 2]);
        // The last of eight is found, one behind it is not.
        for nth in 0..6_u8 {
            share(&mut texts, &[b'A' + nth]);
        }
        assert_eq!([&b"b"[..], b"a"].map(|text| share(&mut texts, text)), [1, 9]);
        assert_eq!([&b"x\xff"[..], b"x\xff"].map(|text| share(&mut texts, text)), [10, 11]);
        let upper = |text: &[u8]| String::from_utf8_lossy(text).to_uppercase().into();
        assert_eq!([&b"y"[..], b"Y"].map(|text| share_as(&mut texts, text, upper)), [12, 12]);
        assert_eq!(&*texts[12], "Y");
    }
}
