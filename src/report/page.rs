//! What a report is: a flag, and rows that stream or a page that is made at the end.

use std::fmt;
use std::path::Path;

use super::column::Column;
use super::detail::Row;
use super::digest::{Digest, Needs};
use super::lang::Lang;
use crate::error::Result;

/// One kind of report. It has rows or a page: the other part stays as it is here.
pub trait Report: fmt::Debug + Sync {
    /// The flag that asks for it.
    fn name(&self) -> &'static str;

    /// What it is, for the help page.
    fn about(&self) -> &'static str;

    /// What is wrong with the name of its file, before anything is read.
    ///
    /// # Errors
    /// [`Error::Usage`](crate::error::Error::Usage).
    fn check(&self, _path: &Path) -> Result<()> {
        Ok(())
    }

    /// How many hosts its page shows.
    fn needs(&self, _look: &Look) -> Needs {
        Needs::default()
    }

    /// The line above its rows.
    fn heading(&self, _look: &Look) -> Vec<u8> {
        Vec::new()
    }

    /// A writer of the rows of one block of hosts, into `room`.
    fn rows<'l>(&self, _look: &'l Look, _room: Vec<u8>) -> Option<Box<dyn Rows + 'l>> {
        None
    }

    /// The page, for a file of that name.
    ///
    /// # Errors
    /// [`Error::Write`](crate::error::Error::Write) where it cannot be made.
    fn page(&self, _digest: &Digest, _look: &Look, _path: &Path) -> Result<Vec<u8>> {
        Ok(Vec::new())
    }
}

/// Writes rows.
pub trait Rows {
    /// Whether its columns tell what [`Detail`](super::detail::Detail) holds.
    fn needs_detail(&self) -> bool;

    /// Adds the row of a host.
    fn add(&mut self, row: Row<'_>);

    /// The rows that were added.
    fn finish(self: Box<Self>) -> Vec<u8>;
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Dark text on white.
    #[default]
    Light,
    /// Light text on near black.
    Dark,
}

/// How reports look, by the flags that they share.
#[derive(Debug, Clone)]
pub struct Look {
    /// The language of headings and labels.
    pub lang: Lang,
    /// The colours of charts and HTML.
    pub theme: Theme,
    /// The columns of all reports; each has its own where there are none.
    pub columns: Option<Vec<&'static Column>>,
    /// How many hosts a page shows; each has its own number where there is none.
    pub top: Option<usize>,
    /// What separates the cells of CSV.
    pub delimiter: u8,
}

impl Default for Look {
    fn default() -> Self {
        Self { lang: Lang::En, theme: Theme::Light, columns: None, top: None, delimiter: b',' }
    }
}

impl Look {
    /// The columns that were asked for, or those of `names`.
    #[must_use]
    pub fn columns_or(&self, names: &[&str]) -> Vec<&'static Column> {
        self.columns.clone().unwrap_or_else(|| names.iter().filter_map(|name| Column::find(name)).collect())
    }
}
