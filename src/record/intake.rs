//! Records taken in, one line at a time: what a stage reads goes on, what it cannot read is remembered with its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{EVENT_SCHEMA, HOST_SCHEMA, Kind, kind_of};
use crate::error::Error;

/// What a stage reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// Hosts, as soar-score writes them.
    Hosts,
    /// Events and hosts.
    EventsAndHosts,
}

/// What was wrong with records: the first few with their place, the rest by reason, so that garbage fills no memory.
#[derive(Debug, Default)]
pub struct Flaws {
    /// The first of them: line and reason.
    pub first: Vec<(u64, String)>,
    /// How many more there were of each reason.
    pub more: BTreeMap<String, u64>,
}

impl Flaws {
    const fn new() -> Self {
        Self { first: Vec::new(), more: BTreeMap::new() }
    }

    /// How many there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.first.len() as u64 + self.more.values().sum::<u64>()
    }

    fn add(&mut self, line: u64, reason: String) {
        /// As many as people are shown.
        const SHOWN: usize = 5;
        /// Reasons may hold a place in the record; past this many they are counted together.
        const KINDS: usize = 64;
        if self.first.len() < SHOWN {
            self.first.push((line, reason));
        } else {
            let is_new = self.more.len() >= KINDS && !self.more.contains_key(&reason);
            *self.more.entry(if is_new { "malformed record".to_owned() } else { reason }).or_insert(0) += 1;
        }
    }
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
    pub flaws: Flaws,
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
            self.flaws.add(number, reason);
        }
    }
}
