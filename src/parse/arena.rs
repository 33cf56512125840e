//! Room beside a line: text that stood there escaped, or in parts.

/// Room for text that a reading needs beside the line: what stood there escaped. Emptied before each line.
#[derive(Debug, Default)]
pub struct Arena(bumpalo::Bump);

impl Arena {
    /// Keeps `text` for as long as the reading lives.
    #[must_use]
    pub fn keep<'a>(&'a self, text: &[u8]) -> &'a [u8] {
        self.0.alloc_slice_copy(text)
    }

    /// Keeps `parts`, one behind the other.
    #[must_use]
    pub fn join<'a>(&'a self, parts: &[&[u8]]) -> &'a [u8] {
        self.keep(&parts.concat())
    }

    /// Forgets everything, but holds on to the memory.
    pub fn clear(&mut self) {
        self.0.reset();
    }
}
