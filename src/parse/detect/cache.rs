//! Verdicts remembered: a log has few user agents and many lines of each, and a look is dearer than a comparison.
//!
//! Only a text that is equal byte for byte is recalled, so no text can have the verdict of another. A log of ever new agents
//! costs a little more than one without this memory; it never takes more memory.

/// How many texts are remembered; a power of two.
const SLOTS: usize = 1 << 10;
/// A longer text is judged each time, in bytes.
const MAX_BYTES: usize = 512;

/// The last verdicts on texts, at most one a slot.
#[derive(Debug, Clone, Default)]
pub(crate) struct UserAgentCache(Vec<(Vec<u8>, bool)>);

impl UserAgentCache {
    /// The verdict on `text`: remembered, or that of `judge`.
    pub(crate) fn get_or_insert_with(&mut self, text: &[u8], judge: impl FnOnce(&[u8]) -> bool) -> bool {
        if text.is_empty() || text.len() > MAX_BYTES {
            return judge(text);
        }
        if self.0.is_empty() {
            self.0.resize(SLOTS, (Vec::new(), false));
        }
        let (known, verdict) = &mut self.0[slot_of(text)];
        if known != text {
            *verdict = judge(text);
            known.clear();
            known.extend_from_slice(text);
        }
        *verdict
    }
}

/// Where `text` is kept. Spreads ordinary texts; that two may be made to meet costs time only. Every word is mixed by itself and
/// with its place, so that none waits for the one before it.
fn slot_of(text: &[u8]) -> usize {
    /// An odd number of 64 mixed bits (2^64 divided by the golden ratio).
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |word: &[u8; 8], place: u64| {
        let mixed = (u64::from_le_bytes(*word) ^ place.wrapping_mul(MIX)).wrapping_mul(MIX);
        mixed ^ mixed >> 32
    };
    let words = (1..).zip(text.as_chunks::<8>().0);
    let sum = words.fold(text.len() as u64, |sum, (place, word)| sum.wrapping_add(mix(word, place)));
    // The last eight, some of them for the second time: cheaper than the rest byte by byte.
    let sum = match text.last_chunk::<8>() {
        Some(last) => sum.wrapping_add(mix(last, 0)),
        None => text.iter().fold(sum, |sum, &byte| (sum ^ u64::from(byte)).wrapping_mul(MIX)),
    };
    // The upper bits are the mixed ones.
    usize::try_from(sum.wrapping_mul(MIX) >> 54).unwrap_or(0) % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_judged_once_and_no_text_has_the_verdict_of_another() {
        let mut verdicts = UserAgentCache::default();
        let mut judged = 0;
        for round in 0..3 {
            for number in 0..50 {
                let text = format!("agent {number}");
                let verdict = verdicts.get_or_insert_with(text.as_bytes(), |_| {
                    judged += 1;
                    number % 2 == 0
                });
                assert_eq!(verdict, number % 2 == 0, "{text} in round {round}");
            }
        }
        assert!(judged < 100, "{judged} looks for 50 texts");
    }

    #[test]
    fn texts_that_share_a_slot_push_each_other_out() {
        let mut verdicts = UserAgentCache::default();
        let texts: Vec<_> = (0..4 * SLOTS).map(|number| number.to_string()).collect();
        for text in texts.iter().chain(&texts) {
            assert_eq!(verdicts.get_or_insert_with(text.as_bytes(), |text| text.ends_with(b"7")), text.ends_with('7'), "{text}");
        }
        assert!(verdicts.get_or_insert_with(b"", <[u8]>::is_empty) && verdicts.get_or_insert_with(&[b'a'; 600], |text| text.len() == 600));
    }
}
