//! A block cut into lines of about so many bytes.

use divan::Bencher;
use divan::counter::BytesCount;
use soar_light::io::block::{Block, BlockKind, Dating};
use soar_light::io::lines::{LineIndex, Lines};

const BYTES: [usize; 2] = [100, 400];
const BLOCK_BYTES: usize = 256 << 10;

/// Lines with a quote every 40 bytes, as access logs have them.
fn text(bytes: usize) -> Vec<u8> {
    let line: Vec<_> = (1..bytes).map(|at| if at % 40 == 0 { b'"' } else { b'x' }).chain([b'\n']).collect();
    line.repeat(BLOCK_BYTES / bytes)
}

/// What soar-parse does: ends of lines, and the positions of the first quotes of each.
#[divan::bench(args = BYTES)]
fn index(bencher: Bencher, bytes: usize) {
    let (text, mut index) = (text(bytes), LineIndex::default());
    bencher.counter(BytesCount::of_slice(&text)).bench_local(|| Lines::of(&text, &mut index).map(|line| line.text.len()).sum::<usize>());
}

/// What the other stages do with NDJSON.
#[divan::bench(args = BYTES)]
fn records(bencher: Bencher, bytes: usize) {
    let (bytes, lines) = (text(bytes), (BLOCK_BYTES / bytes) as u64);
    let (file, part, dating, before) = ("-".into(), BlockKind::Lines, Dating::Now, Vec::new());
    let block =
        Block { bytes, file, first_line: 1, part, lines, modified: 0, dating, before, header: None, open: 0, layout: None, mark: None };
    bencher
        .counter(BytesCount::of_slice(&block.bytes))
        .bench_local(|| block.records().map(|(_, line)| line.expect("no line is too long").len()).sum::<usize>());
}

/// Ends of lines alone.
#[divan::bench(args = BYTES)]
fn memchr(bencher: Bencher, bytes: usize) {
    let text = text(bytes);
    bencher.counter(BytesCount::of_slice(&text)).bench_local(|| {
        let mut start = 0;
        let ends = memchr::memchr_iter(b'\n', &text);
        ends.map(|end| std::mem::replace(&mut start, end + 1)).map(|start| text[start..].len()).fold(0_usize, usize::wrapping_add)
    });
}

/// How many lines there are, by the widest vectors of the machine, and by memchr.
mod count {
    use soar_light::base::simd::dispatch::Dispatch;

    use super::{BYTES, Bencher, BytesCount, text};

    #[divan::bench(args = BYTES)]
    fn fast(bencher: Bencher, bytes: usize) {
        let text = text(bytes);
        bencher.counter(BytesCount::of_slice(&text)).bench_local(|| Dispatch::default().count_ends(&text));
    }

    #[divan::bench(args = BYTES)]
    fn memchr(bencher: Bencher, bytes: usize) {
        let text = text(bytes);
        bencher.counter(BytesCount::of_slice(&text)).bench_local(|| memchr::memchr_iter(b'\n', &text).count());
    }
}
