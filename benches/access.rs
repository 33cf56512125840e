//! An access log: a line read by its format, and a block read, searched for signals and written.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use soar_light::base::time::Clock;
use soar_light::io::lines::{LineIndex, Lines};
use soar_light::parse::access::clf::COMBINED;
use soar_light::parse::format::{Arena, ParsedLine};

use crate::sample;

/// Where the line index says where the quotes are.
#[divan::bench]
fn read(bencher: Bencher) {
    let (log, mut index) = (sample::access_log(), LineIndex::default());
    let mut clock = Clock::new("UTC", None).expect("a zone");
    bencher.counter(ItemsCount::new(sample::LINES)).counter(BytesCount::of_slice(&log)).bench_local(|| {
        let arena = Arena::default();
        let statuses = Lines::of(&log, &mut index).map(|line| match (COMBINED.read)(&line, &arena, &mut clock) {
            Ok(ParsedLine::Web(request)) => u64::from(request.status.expect("a status")),
            _ => unreachable!("a line of the combined format"),
        });
        statuses.sum::<u64>()
    });
}
