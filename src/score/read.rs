//! Records read: a block of NDJSON in, what soar-score needs of each record out. Pure, so blocks are read in parallel.

use std::net::IpAddr;
use std::sync::Arc;

use crate::record::Kind;
use crate::record::host::HostRecord;
use crate::record::intake::{Intake, Reads};
use crate::record::sighting::{Sighting, SightingReader};
use crate::record::signal::{self, SignalSet};
use crate::record::tally::{Evidence, Name};
use crate::stream::block::Block;

/// One event that counts for an address. There are millions, so it holds no memory of its own unless a tag is foreign.
#[derive(Debug)]
pub struct Seen {
    /// The address.
    pub ip: IpAddr,
    /// The tags of the table.
    pub signals: SignalSet,
    /// The others.
    pub others: Vec<Arc<str>>,
    /// How often.
    pub count: u64,
    /// Seconds since 1970.
    pub at: Option<i64>,
    /// Index into [`Records::files`].
    pub file: usize,
    /// Where in the file.
    pub line: u64,
}

/// One host record: a part of what is known of its address.
#[derive(Debug)]
pub struct Piece {
    /// The address.
    pub ip: IpAddr,
    /// What was counted.
    pub counts: Vec<(Name, u64)>,
    /// Seconds since 1970.
    pub first_seen: Option<i64>,
    /// Seconds since 1970.
    pub last_seen: Option<i64>,
    /// Where.
    pub evidence: Vec<Evidence>,
}

/// What one block of records said.
#[derive(Debug, Default)]
pub struct Records {
    /// The tagged events that name an address.
    pub seen: Vec<Seen>,
    /// The hosts.
    pub pieces: Vec<Piece>,
    /// The files that `seen` names.
    pub files: Vec<Arc<str>>,
    /// How many lines were events.
    pub events: u64,
    /// How many lines were hosts.
    pub hosts: u64,
    /// Tagged events without `source.ip`.
    pub nameless: u64,
    /// Keys of host records that are not carried over.
    pub dropped_keys: u64,
}

/// Reads every record of `block`; the intake knows what could not be read.
#[must_use]
pub fn read_block(block: &Block) -> (Records, Intake) {
    let mut intake = Intake::new("soar-score", Reads::EventsAndHosts, Arc::clone(&block.file));
    let mut records = Records::default();
    let mut reader = SightingReader::default();
    for (number, line) in block.records() {
        intake.take(number, line, |kind, line| match kind {
            Kind::Event => reader.read(line).map(|sighting| records.add_event(sighting)),
            _ => HostRecord::from_line(line).map(|host| records.add_host(&host)),
        });
    }
    (records, intake)
}

impl Records {
    fn add_event(&mut self, sighting: Sighting<'_>) {
        self.events += 1;
        let Sighting { ip, at, file, line, signals, others, count } = sighting;
        if signals.is_empty() && others.is_empty() {
            return;
        }
        let Some(ip) = ip else {
            self.nameless += 1;
            return;
        };
        let others = others.iter().map(|name| name.0.as_ref().into()).collect();
        self.share(&file);
        self.seen.push(Seen { ip, signals, others, count, at, file: self.files.len() - 1, line });
    }

    fn add_host(&mut self, host: &HostRecord<'_>) {
        self.hosts += 1;
        self.dropped_keys += host.unknown_keys + u64::from(host.scan.is_some());
        let counts = host.signals.iter().map(|(name, count)| (name_of(&name.0), *count)).collect();
        let mut evidence = Vec::with_capacity(host.evidence.len());
        for place in &host.evidence {
            let file = Arc::clone(self.share(place.file.as_bytes()));
            evidence.push(Evidence { signal: name_of(&place.signal.0), at: place.at, file, line: place.line });
        }
        self.pieces.push(Piece { ip: host.ip, counts, first_seen: host.first_seen, last_seen: host.last_seen, evidence });
    }

    /// The text of `file`, the last of `files` from now on; neighbours share one.
    fn share(&mut self, file: &[u8]) -> &Arc<str> {
        if self.files.last().is_none_or(|last| last.as_bytes() != file) {
            self.files.push(String::from_utf8_lossy(file).into());
        }
        &self.files[self.files.len() - 1]
    }
}

fn name_of(name: &str) -> Name {
    signal::index_of(name).map_or_else(|| Name::Other(name.into()), Name::from_index)
}
