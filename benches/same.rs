//! Short texts compared: what is remembered of the last event with what the next one has.

use divan::{Bencher, black_box};
use soar_light::base::bytes::is_same;

const LENGTHS: [usize; 4] = [4, 8, 14, 40];

#[divan::bench(args = LENGTHS)]
fn fast(bencher: Bencher, len: usize) {
    let (one, other) = (vec![b'x'; len], vec![b'x'; len]);
    bencher.bench_local(|| is_same(black_box(&one), black_box(&other)));
}

/// As `==` does it, with a call.
#[divan::bench(args = LENGTHS)]
fn memcmp(bencher: Bencher, len: usize) {
    let (one, other) = (vec![b'x'; len], vec![b'x'; len]);
    bencher.bench_local(|| black_box(&one[..]) == black_box(&other[..]));
}
