//! Buffers that nobody uses any more, for whoever needs one next: memory that is given back to the system and asked for
//! again costs more than what is done with it (measured: a fifth of the time of a block).

use std::sync::Mutex;

/// How many buffers are kept.
const MOST: usize = 16;
/// A larger buffer is given back to the system, in bytes.
const LARGEST_BYTES: usize = 4 << 20;

/// Buffers to be used again.
#[derive(Debug, Default)]
pub struct Buffers(Mutex<Vec<Vec<u8>>>);

impl Buffers {
    /// An empty buffer, with room where one was spare.
    #[must_use]
    pub fn take(&self) -> Vec<u8> {
        self.0.lock().ok().and_then(|mut buffers| buffers.pop()).unwrap_or_default()
    }

    /// Keeps `buffer` for later; what is in it is forgotten.
    pub fn give(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        if let Ok(mut buffers) = self.0.lock()
            && buffers.len() < MOST
            && (1..=LARGEST_BYTES).contains(&buffer.capacity())
        {
            buffers.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_empty_and_no_more_are_kept_than_are_worth_it() {
        let spare = Buffers::default();
        spare.give(b"text".to_vec());
        spare.give(Vec::with_capacity(LARGEST_BYTES + 1));
        assert!(spare.take().capacity() >= 4);
        (0..2 * MOST).for_each(|_| spare.give(vec![0]));
        let kept = std::iter::from_fn(|| Some(spare.take()).filter(|buffer| buffer.capacity() > 0)).count();
        assert_eq!(kept, MOST);
    }
}
