//! The memory that a tally takes, and what it names of the table's lists.

use crate::aggregate::tally::HostAggregate;
use crate::aggregate::tally::extra::{Extra, Rare};
use crate::record::host::carried::Carried;
use crate::record::host::partial::Distinct;

impl HostAggregate {
    /// Calls files by what `moved` says.
    pub(crate) fn move_files(&mut self, mut moved: impl FnMut(u32) -> u32) {
        let Some(more) = &mut self.more else { return };
        more.evidence.iter_mut().for_each(|(_, position)| position.file = moved(position.file));
        more.order.iter_mut().for_each(|order| order.move_files(&mut moved));
    }

    /// How many bytes it takes beyond its own size, about, with what the allocator adds.
    pub(crate) fn heap_bytes(&self) -> usize {
        let counts = self.counts.heap_bytes();
        let Some(more) = &self.more else { return counts };
        let series = more.series.iter().map(|(_, series)| list(series.buckets())).sum::<usize>();
        let order = more.order.as_ref().map_or(0, |order| order.heap_bytes());
        let lists = list(&more.evidence) + list(&more.series) + list(&more.alerted);
        counts + size_of::<Extra>() + lists + series + order + more.rare.as_ref().map_or(0, |rare| rare.heap_bytes())
    }
}

impl Rare {
    /// How many bytes it takes, about, with what the allocator adds.
    fn heap_bytes(&self) -> usize {
        let distinct = |distinct: &Distinct| if let Distinct::Set(hashes) = distinct { list(hashes) } else { 0 };
        let timeline = self.timeline.as_ref().map_or(0, |timeline| timeline.heap_bytes());
        let carried = self.carried.as_ref().map_or(0, |carried| size_of::<Carried>() + carried.heap_bytes());
        let services = self.services.as_ref().map_or(0, |services| services.heap_bytes());
        size_of::<Self>() + list(&self.others) + distinct(&self.users) + distinct(&self.paths) + services + timeline + carried
    }
}

/// Of an empty list too: rather too much than too little.
const fn list<T>(list: &Vec<T>) -> usize {
    // The allocator's own bytes of a piece of memory.
    list.capacity() * size_of::<T>() + 16
}
