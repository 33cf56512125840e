//! The values that a line of JSON has for keys that tables name.

use crate::parse::format::Arena;

/// The values that were found; text without its escapes, numbers as they stand, null and arrays of objects as nothing.
#[derive(Debug, Default)]
pub struct Fields<'a>(Vec<(&'static str, &'a [u8])>);

impl<'a> Fields<'a> {
    /// The value at `path`.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&'a [u8]> {
        self.0.iter().find(|(known, _)| *known == path).map(|&(_, value)| value)
    }

    /// Adds a value to those that `path` may have, which are joined as a list of them is.
    pub fn join(&mut self, path: &'static str, value: &'a [u8], arena: &'a Arena) {
        match self.0.iter_mut().find(|(known, _)| *known == path) {
            None => self.0.push((path, value)),
            Some((_, before)) => *before = arena.join(&[*before, b", ", value]),
        }
    }

    /// RFC 8259 leaves open what a key means that stands twice, and readers differ. Equal values do no harm; of different
    /// ones neither is believed, since whoever managed to add a key would choose the one that counts.
    ///
    /// # Errors
    /// What is said of the line then.
    pub fn add(&mut self, path: &'static str, value: &'a [u8]) -> Result<(), &'static str> {
        match self.get(path) {
            None => self.0.push((path, value)),
            Some(before) if before == value => {}
            Some(_) => return Err("a key occurs twice, with different values"),
        }
        Ok(())
    }
}
