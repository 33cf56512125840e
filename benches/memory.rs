//! What the system's memory and a map's hash cost.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};

use crate::sample::drawn;

/// A block's events written to a buffer, which is used again or given back.
mod buffer {
    use soar_light::io::block::BufferPool;

    use super::{Bencher, BytesCount};

    /// As much as the events of a block take with --all.
    const BYTES: usize = 1 << 20;
    const LINE: [u8; 256] = [b'x'; 256];

    fn fill(mut buffer: Vec<u8>) -> Vec<u8> {
        (0..BYTES / LINE.len()).for_each(|_| buffer.extend_from_slice(&LINE));
        buffer
    }

    #[divan::bench]
    fn pool(bencher: Bencher) {
        let pool = BufferPool::default();
        bencher.counter(BytesCount::new(BYTES)).bench_local(|| pool.put(fill(pool.get())));
    }

    #[divan::bench]
    fn fresh(bencher: Bencher) {
        bencher.counter(BytesCount::new(BYTES)).bench_local(|| drop(fill(Vec::new())));
    }
}

/// Addresses counted in a map that no log can make slow.
mod map {
    use std::collections::HashMap;
    use std::hash::BuildHasher;

    use super::{Bencher, ItemsCount, drawn};

    const EVENTS: usize = 100_000;

    fn each<S: BuildHasher + Default>(bencher: Bencher) {
        let addresses: Vec<_> = (0..EVENTS).map(|nth| u32::try_from(drawn(nth, 20_000)).expect("below")).collect();
        bencher.counter(ItemsCount::new(EVENTS)).bench_local(|| {
            let mut counts: HashMap<u32, u32, S> = HashMap::default();
            for &address in &addresses {
                *counts.entry(address).or_default() += 1;
            }
            counts.len()
        });
    }

    #[divan::bench]
    fn ahash(bencher: Bencher) {
        each::<ahash::RandomState>(bencher);
    }

    #[divan::bench]
    fn std(bencher: Bencher) {
        each::<std::hash::RandomState>(bencher);
    }
}
