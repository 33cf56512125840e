//! Combines events of one run by address, before they go down a pipe: partial sums, which `soar-score` adds up to what it would have
//! counted of the events.
//!
//! What it holds is bounded: past a limit, all hosts leave early, and the same address may come again in a later record.

use crate::aggregate::options::AggregationOptions;
use crate::aggregate::read::ScoreRecords;
use crate::aggregate::sums::{MOST_BYTES, OutputKind, SumWriter, WRITE_BYTES};
use crate::aggregate::table::Table;
use crate::base::error::Result;
use crate::base::net::AddressSet;
use crate::record::signal::SIGNALS;
use crate::record::{MAX_INTEGER, Text};

/// What a program takes beside its table: blocks that are read, what comes of them, and its own code, in bytes.
pub const PROGRAM_BYTES: u64 = 64 << 20;

/// How many bytes the table may hold where the whole run may take `memory_bytes`. Half of the rest: what the allocator keeps of a
/// table that was written stands beside the next.
#[must_use]
pub fn table_bytes(memory_bytes: u64) -> usize {
    let bytes = memory_bytes.saturating_sub(PROGRAM_BYTES).max(memory_bytes / 4) / 2;
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// What a combiner keeps, and for whom.
#[derive(Debug, Clone, Copy)]
pub struct CombineOptions {
    /// What is kept of each address.
    pub keep: AggregationOptions,
    /// Whether records have what a later merge of windows and distinct counts needs.
    pub partial: bool,
    /// How many bytes the run may take before hosts leave early.
    pub memory_bytes: u64,
}

/// Sums that were not written yet.
#[derive(Debug)]
pub struct Combiner {
    table: Table,
    form: OutputKind,
    limit_bytes: usize,
    /// What the table held when that was measured last, and the most that was added since.
    held_bytes: usize,
    /// Hosts of which evidence was left out, since a record would have been too long.
    shortened: u64,
}

impl Combiner {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(options: CombineOptions) -> Self {
        let form = if options.partial { OutputKind::Partial } else { OutputKind::Host };
        let table = Table::new(options.keep, &AddressSet::default());
        Self { table, form, limit_bytes: table_bytes(options.memory_bytes), held_bytes: 0, shortened: 0 }
    }

    /// Adds what a block said; true: it is time to write.
    pub fn add(&mut self, records: &ScoreRecords) -> bool {
        let known = self.table.host_count();
        self.table.add(records);
        self.held_bytes += records.growth_bytes_of_new(self.table.host_count() - known);
        if self.held_bytes < self.limit_bytes {
            return false;
        }
        self.table.add_deferred();
        self.held_bytes = self.table.heap_bytes();
        // Close to the limit it would be measured ever again.
        self.held_bytes >= self.limit_bytes - self.limit_bytes / 4
    }

    /// Forgets all sums, and starts anew.
    pub fn clear(&mut self) {
        self.table.clear_hosts();
        self.held_bytes = self.table.heap_bytes();
    }

    /// Hands all sums on as records, in the order in which their addresses came.
    ///
    /// # Errors
    /// What `write` says.
    pub fn write(&mut self, mut write: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        self.table.settle();
        let mut writer = SumWriter::new(&self.table, self.form);
        writer.timeline_level = Some(self.table.timeline_level(|_| true));
        let mut lines = Vec::with_capacity(WRITE_BYTES + (WRITE_BYTES >> 2));
        for host in self.table.hosts() {
            writer.put_sums(host);
            put_score(&mut writer, host.tally.counted());
            let start = lines.len();
            writer.record.write_line(&mut lines);
            if lines.len() - start > MOST_BYTES {
                self.shortened += 1;
                while lines.len() - start > MOST_BYTES && writer.record.shorten() {
                    lines.truncate(start);
                    writer.record.write_line(&mut lines);
                }
            }
            if lines.len() >= WRITE_BYTES {
                write(&lines)?;
                lines.clear();
            }
        }
        write(&lines)
    }

    /// How many hosts have more evidence or logins than fit into a record.
    #[must_use]
    pub const fn shortened(&self) -> u64 {
        self.shortened
    }

    /// How many events had no time, and so are in no window, where windows are kept.
    #[must_use]
    pub const fn timeless(&self) -> u64 {
        self.table.timeless()
    }
}

/// The score and its reason by the weights of the table. Whoever has other weights counts anew.
fn put_score(writer: &mut SumWriter<'_>, counts: impl Iterator<Item = (usize, u64)>) {
    let (mut score, mut most) = (0_u64, (0, None));
    for (signal, count) in counts.map(|(index, count)| (&SIGNALS[index], count)) {
        let weighted = count.saturating_mul(signal.weight);
        score = score.saturating_add(weighted).min(MAX_INTEGER);
        // Of several that weigh as much, the first.
        if weighted > most.0 {
            most = (weighted, Some(signal.name));
        }
    }
    (writer.record.score, writer.record.reason) = (score, most.1.map(Text::from));
}
