//! What a report is: a flag, and rows that stream or a page that is made at the end.

use std::fmt;
use std::path::Path;

use crate::base::error::{Error, Result};
use crate::base::time::period::Period;
use crate::report::column::Column;
use crate::report::data::{ReportData, ReportNeeds};
use crate::report::detail::DetailRow;
use crate::report::lang::Lang;
use crate::report::sheet::{SheetReader, Times};

/// One kind of report. It has rows or a page: the other part stays as it is here.
pub trait Report: fmt::Debug + Sync {
    /// The flag that asks for it.
    fn name(&self) -> &'static str;

    /// Another name of the flag.
    fn alias(&self) -> Option<&'static str> {
        None
    }

    /// What it is, for the help page.
    fn about(&self) -> &'static str;

    /// What is wrong with the name of its file, before anything is read.
    ///
    /// # Errors
    /// [`Error::Usage`].
    fn check(&self, _path: &Path) -> Result<()> {
        Ok(())
    }

    /// How many hosts its page shows.
    fn needs(&self, _options: &RenderOptions) -> ReportNeeds {
        ReportNeeds::default()
    }

    /// The line above its rows.
    fn heading(&self, _options: &RenderOptions) -> Vec<u8> {
        Vec::new()
    }

    /// A writer of the rows of one block of hosts, into `room`.
    fn rows<'l>(&self, _options: &'l RenderOptions, _room: Vec<u8>) -> Option<Box<dyn Rows + 'l>> {
        None
    }

    /// The page, for a file of that name.
    ///
    /// # Errors
    /// [`Error::Write`] where it cannot be made.
    fn page(&self, _data: &ReportData, _options: &RenderOptions, _path: &Path) -> Result<Vec<u8>> {
        Ok(Vec::new())
    }
}

/// Endings of names that promise a kind of file to whoever opens it.
const KINDS: [&str; 20] = [
    "csv", "doc", "docx", "gif", "htm", "html", "jpeg", "jpg", "json", "markdown", "md", "ndjson", "ods", "odt", "pdf", "png", "svg",
    "xls", "xlsx", "xml",
];

/// Refuses a name that promises another kind of file than `own`, of which the first ending is the usual one; `what` is what is written.
///
/// # Errors
/// [`Error::Usage`].
pub(crate) fn check_kind(path: &Path, flag: &str, own: &[&str], what: &str) -> Result<()> {
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase);
    match ending.as_deref().filter(|ending| KINDS.contains(ending) && !own.contains(ending)) {
        Some(ending) => {
            let shown = path.display();
            Err(Error::Usage(format!("--{flag} {shown}: that is written as {what}, not as {ending}: let the name end in .{}", own[0])))
        }
        None => Ok(()),
    }
}

/// Writes rows.
pub trait Rows {
    /// Whether its columns tell what [`HostDetail`](crate::report::detail::HostDetail) holds.
    fn needs_detail(&self) -> bool;

    /// Adds the row of a host.
    fn add(&mut self, row: DetailRow<'_>);

    /// The rows that were added.
    fn finish(self: Box<Self>) -> Vec<u8>;
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// A page is as its reader's system is; a picture, which knows no reader, is light.
    #[default]
    Auto,
    /// Dark text on white.
    Light,
    /// Light text on near black.
    Dark,
}

/// How a CSV is written.
#[derive(Debug, Clone)]
pub struct Style {
    /// What separates cells.
    pub delimiter: u8,
    /// Who reads them.
    pub reader: SheetReader,
    /// How times are written.
    pub times: Times,
    /// What stands before the first line.
    pub start: &'static str,
}

impl Default for Style {
    fn default() -> Self {
        Self { delimiter: b',', reader: SheetReader::default(), times: Times::default(), start: "" }
    }
}

/// How reports look, by the flags that they share.
#[derive(Debug, Clone)]
pub struct RenderOptions {
    /// The language of headings and labels.
    pub lang: Lang,
    /// The colours of charts and HTML.
    pub theme: Theme,
    /// The columns of all reports; each has its own where there are none.
    pub columns: Option<Vec<&'static Column>>,
    /// How many hosts a page shows; each has its own number where there is none.
    pub top: Option<usize>,
    /// How the CSV is written.
    pub csv: Style,
    /// Whether hosts are compared with those of another day.
    pub has_change: bool,
    /// Only hosts that were seen in it are shown.
    pub period: Period,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self {
            lang: Lang::En,
            theme: Theme::Auto,
            columns: None,
            top: None,
            csv: Style::default(),
            has_change: false,
            period: Period::default(),
        }
    }
}

impl RenderOptions {
    /// The columns that were asked for, or those of `names`.
    pub(crate) fn columns_or(&self, names: &[&str]) -> Vec<&'static Column> {
        // What is new stands beside the verdict, or at the end.
        let change = self.has_change.then_some(&"change");
        let (first, rest) = names.split_at(usize::from(names.first() == Some(&"verdict")));
        let (change, last) = if first.is_empty() { (None, change) } else { (change, None) };
        let names = first.iter().chain(change).chain(rest).chain(last);
        self.columns.clone().unwrap_or_else(|| names.filter_map(|name| Column::find(name)).collect())
    }
}
