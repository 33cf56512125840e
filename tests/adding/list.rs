//! The report that `tests/adding` adds: the addresses of the top hosts, one a line.

use std::path::Path;

use crate::base::error::Result;
use crate::report::data::{ReportData, ReportNeeds};
use crate::report::page::{RenderOptions, Report};

/// `--list`.
#[derive(Debug)]
pub struct List;

impl Report for List {
    fn name(&self) -> &'static str {
        "list"
    }

    fn about(&self) -> &'static str {
        "Write the addresses of the top hosts, one a line"
    }

    fn needs(&self, _options: &RenderOptions) -> ReportNeeds {
        ReportNeeds { top: 3, ..ReportNeeds::default() }
    }

    fn page(&self, data: &ReportData, _options: &RenderOptions, _path: &Path) -> Result<Vec<u8>> {
        Ok(data.top(3).iter().map(|kept| format!("{}\n", kept.host.ip)).collect::<String>().into_bytes())
    }
}
