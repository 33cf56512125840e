//! Host lines read: a block of NDJSON in, entries of the output out. Pure, so blocks are read in parallel.

use std::sync::Arc;

use super::splice::HostLine;
use crate::record::intake::{Intake, Reads};
use crate::stream::block::Block;

/// A piece of the output, in the order of the input.
#[derive(Debug)]
pub enum Entry {
    /// Lines that go out as they came in.
    Lines(Vec<u8>),
    /// A suspicious host.
    Host(Vec<u8>, HostLine),
}

/// What one block of records said.
#[derive(Debug)]
pub struct Records {
    /// In the order of the input.
    pub entries: Vec<Entry>,
    /// How many hosts there were, suspicious or not.
    pub hosts: u64,
    /// What could not be read; it does not go out.
    pub intake: Intake,
}

/// Reads every record of `block`.
#[must_use]
pub fn read_block(block: &Block) -> Records {
    let mut intake = Intake::new("soar-scan", Reads::Hosts, Arc::clone(&block.file));
    let mut entries = Vec::new();
    let mut hosts = 0;
    for (number, line) in block.records() {
        intake.take(number, line, |_, line| {
            let host = HostLine::read(line)?;
            hosts += 1;
            if host.suspicious {
                entries.push(Entry::Host(line.to_vec(), host));
            } else {
                pass_on(line, &mut entries);
            }
            Ok(())
        });
    }
    Records { entries, hosts, intake }
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
