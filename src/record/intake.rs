//! Records taken in, one line at a time: what a stage reads goes on, what it cannot read is remembered with its place.

use std::sync::Arc;

use super::run::RUN_SCHEMA;
use super::{EVENT_SCHEMA, HOST_SCHEMA, Kind, kind_of};
use crate::error::Error;
use crate::flaw::Flaws;

/// What a stage reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// Hosts, as soar-score writes them.
    Hosts,
    /// Events and hosts.
    EventsAndHosts,
}

/// The records of one block, and what was wrong with some.
#[derive(Debug)]
pub struct Intake {
    /// The filter that reads.
    program: &'static str,
    reads: Reads,
    /// The input's name.
    pub file: Arc<str>,
    /// Malformed and foreign records.
    pub flaws: Flaws<String>,
    /// A record that ends the run at once: of an earlier stage, or of an unknown `soar.*` schema.
    pub fatal: Option<Error>,
}

impl Intake {
    /// An intake of the filter `program` for a block of the input `file`.
    #[must_use]
    pub const fn new(program: &'static str, reads: Reads, file: Arc<str>) -> Self {
        Self { program, reads, file, flaws: Flaws::new(), fatal: None }
    }

    /// Hands `line` to `read` if it is a record that this stage reads; after a fatal one, nothing is read any more.
    pub fn take(&mut self, number: u64, line: Result<&[u8], &'static str>, read: impl FnOnce(Kind, &[u8]) -> Result<(), String>) {
        if self.fatal.is_some() {
            return;
        }
        let outcome = line.map_err(|flaw| format!("malformed record: {flaw}")).and_then(|line| match (kind_of(line), self.reads) {
            (Kind::Foreign(reason), _) => Err(reason),
            (Kind::Event, Reads::Hosts) => {
                let (program, place) = (self.program, format!("{}:{number}", self.file));
                self.fatal = Some(Error::WrongStage { place, found: "event", program, wanted: "hosts", missing: "soar-score" });
                Ok(())
            }
            (Kind::Unknown(schema), _) if schema == RUN_SCHEMA => {
                let place = format!("{}:{number}", self.file);
                self.fatal =
                    Some(Error::Usage(format!("{place}: this is what a run says of itself ({schema}): soar-report --run reads it")));
                Ok(())
            }
            (Kind::Unknown(schema), reads) => {
                let wanted = match reads {
                    Reads::Hosts => HOST_SCHEMA.to_owned(),
                    Reads::EventsAndHosts => format!("{EVENT_SCHEMA} and {HOST_SCHEMA}"),
                };
                self.fatal = Some(Error::UnknownSchema { place: format!("{}:{number}", self.file), schema, wanted });
                Ok(())
            }
            (kind, _) => read(kind, line),
        });
        if let Err(reason) = outcome {
            self.refuse(number, reason);
        }
    }

    /// Remembers what is wrong with a line.
    pub fn refuse(&mut self, number: u64, reason: String) {
        /// Reasons hold a place in the record; past this many kinds they are counted together.
        const KINDS: usize = 64;
        let is_one_too_many = self.flaws.more.len() >= KINDS && !self.flaws.more.contains_key(&reason);
        self.flaws.add(number, if is_one_too_many { "malformed record".to_owned() } else { reason });
    }
}
