//! What is new of the hosts of a report since another day.

use crate::report::data::{ReportData, TopHost};
use crate::report::lang::story::GONE;
use crate::report::lang::{AND_MORE, Lang};

impl ReportData {
    /// The first `count` hosts of which something is new, by urgency.
    pub fn changed(&self, count: usize) -> Vec<TopHost<'_>> {
        self.changed.first(count, self.against.as_deref())
    }

    /// What is new in all, in a sentence; nothing where there is nothing to compare with.
    pub(crate) fn tell_changes(&self, lang: Lang, escape: &dyn Fn(&str) -> String) -> Option<String> {
        self.against.as_ref().map(|against| self.changes.tell(&escape(against.name()), lang))
    }

    /// Which hosts are gone, in a sentence; nothing where none is.
    pub(crate) fn tell_gone(&self, lang: Lang) -> Option<String> {
        let (count, mut names) = self.against.as_ref()?.gone();
        let hidden = count - names.len() as u64;
        names.extend((hidden > 0).then(|| lang.fill(AND_MORE, &[&lang.number(hidden)])));
        (count > 0).then(|| lang.fill(GONE, &[&names.join(", ")]))
    }
}
