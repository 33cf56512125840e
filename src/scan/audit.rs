//! Who was touched, when, and why: one line for each address that is scanned, written before anything is sent to it.

use std::net::IpAddr;
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::error::Result;
use crate::record::json;
use crate::stream::journal::Journal;
use crate::time::Stamp;

/// Why an address is scanned.
#[derive(Debug)]
pub enum Why {
    /// These rules made it suspicious: a JSON value, as the record has it.
    Rules(Box<RawValue>),
    /// This line of the targets names it.
    Target(Arc<str>),
}

impl Why {
    /// The rules of a record; none where it names none.
    #[must_use]
    pub fn of_rules(rules: Option<&[u8]>) -> Self {
        let text = rules.and_then(|rules| std::str::from_utf8(rules).ok()).unwrap_or("[]");
        Self::Rules(RawValue::from_string(text.to_owned()).unwrap_or_default())
    }
}

#[derive(Serialize)]
struct Line<'a> {
    schema: &'static str,
    at: Stamp<'static>,
    ip: IpAddr,
    ports: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rules: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<&'a str>,
}

/// The audit of a run.
#[derive(Debug)]
pub struct Audit {
    journal: Journal,
    ports: String,
}

impl Audit {
    /// An audit in `journal`; `ports` are asked of each address.
    #[must_use]
    pub const fn new(journal: Journal, ports: String) -> Self {
        Self { journal, ports }
    }

    /// Writes that `ip` is touched from now on, in seconds since 1970.
    ///
    /// # Errors
    /// [`Error::Write`](crate::error::Error::Write) names the file.
    pub fn write(&mut self, ip: IpAddr, why: &Why, seconds: i64) -> Result<()> {
        let (rules, target) = match why {
            Why::Rules(rules) => (Some(&**rules), None),
            Why::Target(text) => (None, Some(&**text)),
        };
        let line = Line { schema: "soar.audit/1", at: Stamp { seconds, fraction: "" }, ip, ports: &self.ports, rules, target };
        let mut line = json::to_vec(&line);
        line.push(b'\n');
        self.journal.write(&line)
    }
}
