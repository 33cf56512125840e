//! Adding one by one, for a run that looks at each host when something is added to it.

use crate::aggregate::read::ScoreRecords;
use crate::aggregate::table::Table;

/// Is told of every host that something is added to.
pub trait Watcher {
    type Error;

    /// Before what was first seen at `first` is added to the host at `index`.
    fn before(&mut self, table: &mut Table, index: usize, first: Option<i64>) -> Result<(), Self::Error>;

    /// After something was added to the host at `index`, last seen at `last`. It may move hosts.
    fn after(&mut self, table: &mut Table, index: usize, last: Option<i64>) -> Result<(), Self::Error>;
}

impl Table {
    /// Adds what a block said one by one.
    pub(crate) fn add_each<W: Watcher>(&mut self, records: &ScoreRecords, watcher: &mut W) -> Result<(), W::Error> {
        self.tidy();
        let files = self.number_files(records);
        for seen in &records.seen {
            let index = self.known_index(seen);
            let Some((index, others)) = self.admit_event(seen, index) else {
                self.carry_event(seen, records);
                continue;
            };
            watcher.before(self, index, seen.at)?;
            self.count_event(seen, index, &others, files[seen.file as usize]);
            self.count_event_logins(seen, index, records);
            self.carry_event(seen, records);
            watcher.after(self, index, seen.at)?;
        }
        for piece in &records.pieces {
            let Some((index, signals)) = self.admit_host(piece, records) else {
                self.carry_host(piece);
                continue;
            };
            watcher.before(self, index, piece.first_seen)?;
            self.count_host(piece, index, &signals, records, &files);
            self.carry_host(piece);
            watcher.after(self, index, piece.last_seen)?;
        }
        Ok(())
    }
}
