//! Where the first quote or backslash of a field stands, so many bytes from its start.

use divan::{Bencher, black_box};
use soar_light::base::simd::find_quote_or_backslash;

const AT: [usize; 3] = [10, 80, 120];

fn field(at: usize) -> Vec<u8> {
    [&b"x".repeat(at)[..], b"\" and what stands behind it in the line"].concat()
}

#[divan::bench(args = AT)]
fn fast(bencher: Bencher, at: usize) {
    let field = field(at);
    bencher.bench_local(|| find_quote_or_backslash(black_box(&field), 0));
}

#[divan::bench(args = AT)]
fn memchr2(bencher: Bencher, at: usize) {
    let field = field(at);
    bencher.bench_local(|| memchr::memchr2(b'"', b'\\', black_box(&field)));
}
