//! Records read one line at a time: what a stage reads goes on, what it cannot read is counted with its reason.

use std::sync::Arc;

use crate::base::error::Error;
use crate::base::issue_counter::{IssueCounter, MOST_REASONS};
use crate::record::account::ACCOUNT_SCHEMA;
use crate::record::group::GROUP_SCHEMA;
use crate::record::run::RUN_SCHEMA;
use crate::record::{EVENT_SCHEMA, HOST_SCHEMA, RecordKind, kind_of};

/// What a stage reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accepts {
    /// Hosts, as soar-score writes them.
    Hosts,
    EventsAndHosts,
}

/// The records of one block, and what was wrong with some.
#[derive(Debug)]
pub(crate) struct RecordReader {
    /// The filter that reads.
    program: &'static str,
    reads: Accepts,
    /// The input's name.
    pub file: Arc<str>,
    /// Malformed and foreign records.
    pub issues: IssueCounter<String>,
    /// A record that ends the run at once: of an earlier stage, or of an unknown `soar.*` schema.
    pub fatal: Option<Error>,
}

impl RecordReader {
    /// A reader of the filter `program` for a block of the input `file`.
    pub(crate) const fn new(program: &'static str, reads: Accepts, file: Arc<str>) -> Self {
        Self { program, reads, file, issues: IssueCounter::new(), fatal: None }
    }

    /// Hands `line` to `read` if it is a record that this stage reads; after a fatal one, nothing is read any more.
    pub(crate) fn read<'l>(
        &mut self,
        number: u64,
        line: Result<&'l [u8], &'static str>,
        read: impl FnOnce(RecordKind, &'l [u8]) -> Result<(), String>,
    ) {
        if self.fatal.is_some() {
            return;
        }
        let outcome = line.map_err(|reason| format!("malformed record: {reason}")).and_then(|line| match (kind_of(line), self.reads) {
            (RecordKind::Foreign(reason), _) => Err(reason),
            (RecordKind::Event, Accepts::Hosts) => {
                let (program, place) = (self.program, format!("{}:{number}", self.file));
                self.fatal = Some(Error::WrongStage { place, found: "event", program, wanted: "hosts", missing: "soar-score" });
                Ok(())
            }
            (RecordKind::Unknown(schema), _) if schema == RUN_SCHEMA => {
                let place = format!("{}:{number}", self.file);
                self.fatal = Some(Error::Usage(format!("{place}: these are run statistics ({schema}): use soar-report --run")));
                Ok(())
            }
            (RecordKind::Unknown(schema), _) if schema == GROUP_SCHEMA => {
                let place = format!("{}:{number}", self.file);
                self.fatal =
                    Some(Error::Usage(format!("{place}: these are groups ({schema}), a report: give the hosts of which they were made")));
                Ok(())
            }
            (RecordKind::Unknown(schema), _) if schema == ACCOUNT_SCHEMA => {
                let place = format!("{}:{number}", self.file);
                self.fatal = Some(Error::Usage(format!("{place}: these are accounts ({schema}), a report: use soar-report --accounts")));
                Ok(())
            }
            (RecordKind::Unknown(schema), reads) => {
                let wanted = match reads {
                    Accepts::Hosts => HOST_SCHEMA.to_owned(),
                    Accepts::EventsAndHosts => format!("{EVENT_SCHEMA} and {HOST_SCHEMA}"),
                };
                self.fatal = Some(Error::UnknownSchema { place: format!("{}:{number}", self.file), schema, wanted });
                Ok(())
            }
            (kind, _) => read(kind, line),
        });
        if let Err(reason) = outcome {
            self.reject(number, reason);
        }
    }

    /// Remembers what is wrong with a line.
    pub(crate) fn reject(&mut self, number: u64, reason: String) {
        let is_one_too_many = self.issues.more.len() >= MOST_REASONS && !self.issues.more.contains_key(&reason);
        self.issues.add(number, if is_one_too_many { "malformed record".to_owned() } else { reason });
    }
}
