//! Host lines read: a block of NDJSON in, entries of the output out. Pure, so blocks are read in parallel.

use std::sync::Arc;

use super::splice::HostLine;
use crate::error::Error;
use crate::record::{Kind, kind_of};
use crate::stream::input::{Block, MAX_LINE, Part};

/// A piece of the output, in the order of the input.
#[derive(Debug)]
pub enum Entry {
    /// Lines that go out as they came in.
    Lines(Vec<u8>),
    /// A suspicious host.
    Host(Vec<u8>, HostLine),
}

/// What one block of records said.
#[derive(Debug, Default)]
pub struct Records {
    /// In the order of the input.
    pub entries: Vec<Entry>,
    /// How many hosts there were, suspicious or not.
    pub hosts: u64,
    /// Malformed and foreign records: line and reason. They do not go out.
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
            for (number, line) in block.lines() {
                if records.fatal.is_none() && !line.trim_ascii().is_empty() {
                    read_line(line, number, &mut records);
                }
            }
        }
        Part::LongStart => records.flaws.push((block.first_line, "malformed record: longer than 1 MiB".to_owned())),
        Part::LongMore => {}
    }
    records
}

fn read_line(line: &[u8], number: u64, records: &mut Records) {
    let place = || format!("{}:{number}", records.file);
    let outcome = match kind_of(line) {
        _ if line.len() > MAX_LINE => Err("malformed record: longer than 1 MiB".to_owned()),
        Kind::Host => HostLine::read(line),
        Kind::Foreign(reason) => Err(reason),
        Kind::Event => {
            let (found, wanted, missing) = ("event", "hosts", "soar-score");
            records.fatal = Some(Error::WrongStage { place: place(), found, program: "soar-scan", wanted, missing });
            return;
        }
        Kind::Unknown(schema) => {
            records.fatal = Some(Error::UnknownSchema { place: place(), schema, wanted: "soar.host/1" });
            return;
        }
    };
    match outcome {
        Err(reason) => records.flaws.push((number, reason)),
        Ok(host) => {
            records.hosts += 1;
            if host.suspicious {
                records.entries.push(Entry::Host(line.to_vec(), host));
            } else {
                pass_on(line, &mut records.entries);
            }
        }
    }
}

fn pass_on(line: &[u8], entries: &mut Vec<Entry>) {
    if let Some(Entry::Lines(lines)) = entries.last_mut() {
        lines.extend_from_slice(line);
        lines.push(b'\n');
        return;
    }
    let mut lines = Vec::with_capacity(line.len() + 1);
    lines.extend_from_slice(line);
    lines.push(b'\n');
    entries.push(Entry::Lines(lines));
}
