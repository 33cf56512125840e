//! Lines read: a block of NDJSON hosts or of plain targets in, entries of the output out. Pure, so blocks are read in parallel.

use std::sync::Arc;

use super::splice::HostLine;
use super::target::{self, Targets};
use crate::record::intake::{Intake, Reads};
use crate::record::run::count::{LineClass, LineCounts};
use crate::stream::block::Block;

/// What the lines of the input are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Hosts.
    Hosts,
    /// Addresses, CIDRs and ranges.
    Targets,
}

/// A piece of the output, in the order of the input.
#[derive(Debug)]
pub enum Entry {
    /// Lines that go out as they came in.
    Lines(Vec<u8>),
    /// A suspicious host.
    Host(Vec<u8>, HostLine),
    /// Addresses that were named.
    Targets(Targets),
}

/// What one block said.
#[derive(Debug)]
pub struct Records {
    /// In the order of the input.
    pub entries: Vec<Entry>,
    /// How many lines were what.
    pub lines: LineCounts,
    /// What could not be read; it does not go out.
    pub intake: Intake,
}

/// Reads every line of `block`.
#[must_use]
pub fn read_block(block: &Block, input: Input) -> Records {
    let intake = Intake::new("soar-scan", Reads::Hosts, Arc::clone(&block.file));
    let mut records = Records { entries: Vec::new(), lines: LineCounts::default(), intake };
    let mut taken = 0;
    for (number, line) in block.records() {
        taken += 1;
        match input {
            Input::Hosts => records.take_host(number, line),
            Input::Targets => match line.map_err(str::to_owned).and_then(target::read_line) {
                Ok(Some(targets)) => {
                    records.lines[LineClass::Target] += 1;
                    records.entries.push(Entry::Targets(targets));
                }
                Ok(None) => records.lines[LineClass::Blank] += 1,
                Err(flaw) => records.intake.refuse(number, flaw),
            },
        }
    }
    records.lines[LineClass::Malformed] = records.intake.flaws.count();
    records.lines[LineClass::Blank] += block.lines - taken;
    records
}

impl Records {
    fn take_host(&mut self, number: u64, line: Result<&[u8], &'static str>) {
        let (entries, lines) = (&mut self.entries, &mut self.lines);
        self.intake.take(number, line, |_, line| {
            let host = HostLine::read(line)?;
            lines[LineClass::Host] += 1;
            if host.suspicious {
                entries.push(Entry::Host(line.to_vec(), host));
            } else {
                pass_on(line, entries);
            }
            Ok(())
        });
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
