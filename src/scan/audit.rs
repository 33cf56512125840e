//! Who was touched, when, and why: one line for each address that is scanned, written before anything is sent to it.

use std::sync::Arc;

use serde_json::value::RawValue;

use crate::base::error::Result;
use crate::base::net::Address;
use crate::io::output::AppendFile;
use crate::record::audit::AuditRecord;

/// Why an address is scanned.
#[derive(Debug)]
pub(crate) enum ScanCause {
    /// These rules made it suspicious: a JSON value, as the record has it.
    Rules(Box<RawValue>),
    /// This line of the targets names it.
    Target(Arc<str>),
}

impl ScanCause {
    /// The rules of a record; none where it names none.
    pub(crate) fn of_rules(rules: Option<&[u8]>) -> Self {
        let text = rules.and_then(|rules| std::str::from_utf8(rules).ok()).unwrap_or("[]");
        Self::Rules(RawValue::from_string(text.to_owned()).unwrap_or_default())
    }
}

/// The audit of a run.
#[derive(Debug)]
pub(crate) struct Audit {
    file: AppendFile,
    ports: String,
}

impl Audit {
    /// An audit in `file`; `ports` are asked of each address.
    pub(super) const fn new(file: AppendFile, ports: String) -> Self {
        Self { file, ports }
    }

    /// Writes that `ip` is touched from now on, in seconds since 1970.
    ///
    /// # Errors
    /// [`Error::Write`](crate::base::error::Error::Write) names the file.
    pub(super) fn write(&mut self, ip: Address, why: &ScanCause, seconds: i64) -> Result<()> {
        let (rules, target) = match why {
            ScanCause::Rules(rules) => (Some(&**rules), None),
            ScanCause::Target(text) => (None, Some(&**text)),
        };
        self.file.write(&AuditRecord { seconds, ip, ports: &self.ports, rules, target }.to_line())
    }
}
