//! A file that gets lines of the input, byte for byte: those of `--rejects` and of `--passed`.

use std::io::Write as _;
use std::path::Path;

use crate::base::error::Result;
use crate::io::output::AtomicFile;

/// A file of lines. It appears under its name when it is complete.
pub(crate) struct LineFile {
    file: AtomicFile,
    is_open: bool,
}

impl LineFile {
    /// Creates the file at `path`.
    ///
    /// # Errors
    /// It cannot be created.
    pub(super) fn create(path: &Path) -> Result<Self> {
        Ok(Self { file: AtomicFile::create(path)?, is_open: false })
    }

    /// Appends the lines of a block, which may continue the line that the last one ended with. Where an input ended without a newline, the next
    /// line still starts on its own.
    ///
    /// # Errors
    /// A failed write.
    pub(super) fn write(&mut self, lines: &[u8], continues: bool) -> Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let join: &[u8] = if self.is_open && !continues { b"\n" } else { b"" };
        self.is_open = !lines.ends_with(b"\n");
        let file = &mut self.file;
        file.write_all(join).and_then(|()| file.write_all(lines)).map_err(|e| file.error(&e))
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// A failed write.
    pub(super) fn commit(self) -> Result<()> {
        self.file.commit()
    }
}
