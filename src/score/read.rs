//! Records read: a block of NDJSON in, what soar-score needs of each record out. Pure, so blocks are read in parallel.

use std::net::IpAddr;
use std::sync::Arc;

use crate::record::Kind;
use crate::record::event::Sighting;
use crate::record::host::HostRecord;
use crate::record::intake::{Intake, Reads};
use crate::record::signal;
use crate::record::tally::{Evidence, Name};
use crate::stream::block::Block;

/// A part of what is known of one address: one event, or one host record.
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
#[derive(Debug)]
pub struct Records {
    /// In the order of the input.
    pub pieces: Vec<Piece>,
    /// How many lines were events.
    pub events: u64,
    /// How many lines were hosts.
    pub hosts: u64,
    /// Tagged events without `source.ip`.
    pub nameless: u64,
    /// Keys of host records that are not carried over.
    pub dropped_keys: u64,
    /// What could not be read.
    pub intake: Intake,
}

/// Reads every record of `block`.
#[must_use]
pub fn read_block(block: &Block) -> Records {
    let mut intake = Intake::new("soar-score", Reads::EventsAndHosts, Arc::clone(&block.file));
    let mut found = Found::default();
    for (number, line) in block.records() {
        intake.take(number, line, |kind, line| match kind {
            Kind::Event => found.read_event(line),
            _ => found.read_host(line),
        });
    }
    let Found { pieces, events, hosts, nameless, dropped_keys, .. } = found;
    Records { pieces, events, hosts, nameless, dropped_keys, intake }
}

#[derive(Debug, Default)]
struct Found {
    pieces: Vec<Piece>,
    events: u64,
    hosts: u64,
    nameless: u64,
    dropped_keys: u64,
    files: Files,
}

impl Found {
    fn read_event(&mut self, line: &[u8]) -> Result<(), String> {
        let seen = Sighting::from_line(line)?;
        self.events += 1;
        if seen.signals.is_empty() && seen.others.is_empty() {
            return Ok(());
        }
        let Some(ip) = seen.ip else {
            self.nameless += 1;
            return Ok(());
        };
        let known = seen.signals.indexes().map(Name::from_index);
        let others = seen.others.iter().map(|name| Name::Other(name.0.as_ref().into()));
        let counts: Vec<_> = known.chain(others).map(|name| (name, seen.count)).collect();
        let file = self.files.share(&seen.file.0);
        let place = |(signal, _): &(Name, u64)| Evidence { signal: signal.clone(), at: seen.at, file: Arc::clone(&file), line: seen.line };
        let evidence = counts.iter().map(place).collect();
        self.pieces.push(Piece { ip, counts, first_seen: seen.at, last_seen: seen.at, evidence });
        Ok(())
    }

    fn read_host(&mut self, line: &[u8]) -> Result<(), String> {
        let host = HostRecord::from_line(line)?;
        self.hosts += 1;
        self.dropped_keys += host.unknown_keys + u64::from(host.scan.is_some());
        let counts = host.signals.iter().map(|(name, count)| (name_of(&name.0), *count)).collect();
        let evidence = host.evidence.iter().map(|place| Evidence {
            signal: name_of(&place.signal.0),
            at: place.at,
            file: self.files.share(&place.file.0),
            line: place.line,
        });
        let evidence = evidence.collect();
        self.pieces.push(Piece { ip: host.ip, counts, first_seen: host.first_seen, last_seen: host.last_seen, evidence });
        Ok(())
    }
}

fn name_of(name: &str) -> Name {
    signal::index_of(name).map_or_else(|| Name::Other(name.into()), Name::from_index)
}

/// The file names of a block; neighbours share one.
#[derive(Debug, Default)]
struct Files(Option<Arc<str>>);

impl Files {
    fn share(&mut self, file: &str) -> Arc<str> {
        match &self.0 {
            Some(last) if **last == *file => Arc::clone(last),
            _ => Arc::clone(self.0.insert(file.into())),
        }
    }
}
