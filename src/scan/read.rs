//! Lines read: a block of NDJSON hosts or of plain targets in, entries of the output out. Pure, so blocks are read in parallel.

use std::sync::Arc;

use crate::io::block::Block;
use crate::record::reader::{Accepts, RecordReader};
use crate::record::run::count::{LineClass, LineCounts};
use crate::scan::splice::HostLine;
use crate::scan::targets;
use crate::scan::targets::Targets;

/// What the lines of the input are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputKind {
    /// Host records.
    Hosts,
    /// Lists of addresses, CIDRs, ranges and octets.
    Targets,
}

/// A piece of the output, in the order of the input.
#[derive(Debug)]
pub(crate) enum ScanInput {
    /// Lines that go out as they came in.
    Lines(Vec<u8>),
    /// A suspicious host.
    Host(Vec<u8>, HostLine),
    /// Addresses that were named.
    Targets(Targets),
}

impl ScanInput {
    /// How many hosts of it may be asked.
    pub(super) fn hosts(&self) -> u64 {
        match self {
            Self::Lines(_) => 0,
            Self::Host(..) => 1,
            Self::Targets(targets) => targets.left(),
        }
    }
}

/// What one block said.
#[derive(Debug)]
pub(crate) struct ScanRecords {
    /// In the order of the input.
    pub entries: Vec<ScanInput>,
    /// How many lines were what.
    pub lines: LineCounts,
    /// What could not be read; it does not go out.
    pub intake: RecordReader,
}

/// Reads every line of `block`.
pub(crate) fn read_block(block: &Block, input: InputKind) -> ScanRecords {
    let intake = RecordReader::new("soar-scan", Accepts::Hosts, Arc::clone(&block.file));
    let mut records = ScanRecords { entries: Vec::new(), lines: LineCounts::default(), intake };
    let mut taken = 0;
    for (number, line) in block.records() {
        taken += 1;
        match input {
            InputKind::Hosts => records.take_host(number, line),
            InputKind::Targets => match line.map_err(str::to_owned).and_then(targets::read_line) {
                Ok(targets) if targets.is_empty() => records.lines[LineClass::Blank] += 1,
                Ok(targets) => {
                    records.lines[LineClass::Target] += 1;
                    records.entries.extend(targets.into_iter().map(ScanInput::Targets));
                }
                Err(error) => records.intake.reject(number, error),
            },
        }
    }
    records.lines[LineClass::Malformed] = records.intake.issues.count();
    records.lines[LineClass::Blank] += block.lines - taken;
    records
}

impl ScanRecords {
    fn take_host(&mut self, number: u64, line: Result<&[u8], &'static str>) {
        let (entries, lines) = (&mut self.entries, &mut self.lines);
        self.intake.read(number, line, |_, line| {
            let host = HostLine::read(line)?;
            lines[LineClass::Host] += 1;
            if host.suspicious {
                entries.push(ScanInput::Host(line.to_vec(), host));
            } else {
                pass_on(line, entries);
            }
            Ok(())
        });
    }
}

fn pass_on(line: &[u8], entries: &mut Vec<ScanInput>) {
    if let Some(ScanInput::Lines(lines)) = entries.last_mut() {
        lines.extend_from_slice(line);
        lines.push(b'\n');
        return;
    }
    let mut lines = Vec::with_capacity(line.len() + 1);
    lines.extend_from_slice(line);
    lines.push(b'\n');
    entries.push(ScanInput::Lines(lines));
}
