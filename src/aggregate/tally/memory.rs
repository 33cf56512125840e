//! The memory that a tally takes, and what it names of the table's lists.

use crate::aggregate::tally::{Extra, HostAggregate};
use crate::record::host::carried::Carried;
use crate::record::host::partial::Distinct;

impl HostAggregate {
    /// Calls files by what `moved` says.
    pub fn move_files(&mut self, mut moved: impl FnMut(u32) -> u32) {
        let Some(more) = &mut self.more else { return };
        more.evidence.iter_mut().for_each(|(_, position)| position.file = moved(position.file));
        more.order.iter_mut().for_each(|order| order.move_files(&mut moved));
    }

    /// How many bytes it takes beyond its own size, about, with what the allocator adds.
    pub fn heap_bytes(&self) -> usize {
        const fn list<T>(list: &Vec<T>) -> usize {
            // The allocator's own bytes of a piece of memory.
            list.capacity() * size_of::<T>() + 16
        }
        let counts = self.counts.heap_bytes();
        let Some(more) = &self.more else { return counts };
        let distinct = |distinct: &Distinct| if let Distinct::Set(hashes) = distinct { list(hashes) } else { 0 };
        let lists = list(&more.others) + list(&more.evidence) + list(&more.series) + list(&more.alerted);
        let series = more.series.iter().map(|(_, series)| list(series.buckets())).sum::<usize>();
        let order = more.order.as_ref().map_or(0, |order| order.heap_bytes());
        let timeline = more.timeline.as_ref().map_or(0, |timeline| timeline.heap_bytes());
        let carried = more.carried.as_ref().map_or(0, |carried| size_of::<Carried>() + carried.heap_bytes());
        let services = more.services.as_ref().map_or(0, |services| services.heap_bytes());
        let lists = lists + series + order + services + timeline + carried;
        counts + size_of::<Extra>() + lists + distinct(&more.users) + distinct(&more.paths)
    }
}
