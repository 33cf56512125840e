//! Records read: a block of NDJSON in, what soar-score needs of each record out. Pure, so blocks are read in parallel.

use std::net::IpAddr;
use std::sync::Arc;

use crate::error::Error;
use crate::record::event::Sighting;
use crate::record::host::{Evidence, HostRecord, Name};
use crate::record::signal::{self, SIGNALS};
use crate::record::{EVENT_SCHEMA, HOST_SCHEMA, Kind, kind_of};
use crate::stream::input::{Block, MAX_LINE, Part};

/// What this stage reads, for messages.
const WANTED: &str = "soar.event/1 and soar.host/1";
const _: () = assert!(EVENT_SCHEMA.len() + HOST_SCHEMA.len() + " and ".len() == WANTED.len());

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
#[derive(Debug, Default)]
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
    /// Malformed and foreign records: line and reason.
    pub flaws: Vec<(u64, String)>,
    /// The input's name.
    pub file: Arc<str>,
    /// A record that ends the run at once.
    pub fatal: Option<Error>,
}

/// Reads every record of `block`.
#[must_use]
pub fn read_block(block: &Block) -> Records {
    let mut records = Records { file: Arc::clone(&block.file), ..Records::default() };
    match block.part {
        Part::Lines => {
            let mut files = Files::default();
            for (number, line) in block.lines() {
                if records.fatal.is_none() && !line.trim_ascii().is_empty() {
                    read_record(line, number, &mut files, &mut records);
                }
            }
        }
        Part::LongStart => records.flaws.push((block.first_line, TOO_LONG.to_owned())),
        Part::LongMore => {}
    }
    records
}

const TOO_LONG: &str = "malformed record: longer than 1 MiB";

fn read_record(line: &[u8], number: u64, files: &mut Files, records: &mut Records) {
    let outcome = match kind_of(line) {
        _ if line.len() > MAX_LINE => Err(TOO_LONG.to_owned()),
        Kind::Event => read_event(line, files, records),
        Kind::Host => read_host(line, files, records),
        Kind::Foreign(reason) => Err(reason),
        Kind::Unknown(schema) => {
            let place = format!("{}:{number}", records.file);
            records.fatal = Some(Error::UnknownSchema { place, schema, wanted: WANTED });
            Ok(())
        }
    };
    if let Err(reason) = outcome {
        records.flaws.push((number, reason));
    }
}

fn read_event(line: &[u8], files: &mut Files, records: &mut Records) -> Result<(), String> {
    let seen = Sighting::from_line(line)?;
    records.events += 1;
    if seen.signals.is_empty() && seen.others.is_empty() {
        return Ok(());
    }
    let Some(ip) = seen.ip else {
        records.nameless += 1;
        return Ok(());
    };
    let known = seen.signals.indexes().map(Name::from_index);
    let others = seen.others.iter().map(|name| Name::Other(name.0.as_ref().into()));
    let counts: Vec<_> = known.chain(others).map(|name| (name, seen.count)).collect();
    let file = files.share(&seen.file.0);
    let place = |(signal, _): &(Name, u64)| Evidence { signal: signal.clone(), at: seen.at, file: Arc::clone(&file), line: seen.line };
    let evidence = counts.iter().map(place).collect();
    records.pieces.push(Piece { ip, counts, first_seen: seen.at, last_seen: seen.at, evidence });
    Ok(())
}

fn read_host(line: &[u8], files: &mut Files, records: &mut Records) -> Result<(), String> {
    let host = HostRecord::from_line(line)?;
    records.hosts += 1;
    records.dropped_keys += host.unknown_keys + u64::from(host.scan.is_some());
    let counts = host.signals.iter().map(|(name, count)| (name_of(&name.0), *count)).collect();
    let evidence = host.evidence.iter().map(|place| Evidence {
        signal: name_of(&place.signal.0),
        at: place.at,
        file: files.share(&place.file.0),
        line: place.line,
    });
    let evidence = evidence.collect();
    records.pieces.push(Piece { ip: host.ip, counts, first_seen: host.first_seen, last_seen: host.last_seen, evidence });
    Ok(())
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

const _: () = assert!(SIGNALS.len() <= u8::MAX as usize);
