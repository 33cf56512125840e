//! gzip decoded so many bytes at a time, and what is read for it from a file so many bytes behind the start of a page of memory.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;

use divan::Bencher;
use divan::counter::BytesCount;
use flate2::write::GzEncoder;
use soar_light::io::source::codec::{Compression, Decoder};

use crate::sample;

const BLOCK_BYTES: usize = 256 << 10;

#[divan::bench(args = [64 << 10, 256 << 10, 512 << 10])]
fn decode(bencher: Bencher, decoded_bytes: usize) {
    let log = sample::access_log().repeat(4);
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&log).expect("memory");
    let packed = encoder.finish().expect("memory");
    let mut output = Vec::with_capacity(decoded_bytes);
    bencher.counter(BytesCount::of_slice(&log)).bench_local(|| {
        let (mut decoder, mut used, mut bytes) = (Decoder::new(Compression::Gzip).expect("a decoder"), 0, 0);
        loop {
            output.clear();
            let progress = decoder.decode(&packed[used..], &mut output).expect("gzip");
            (used, bytes) = (used + progress.used, bytes + output.len());
            if progress.is_end {
                return bytes;
            }
        }
    });
}

/// Large allocations start 16 bytes behind a page.
#[divan::bench(args = [0, 16])]
fn read(bencher: Bencher, behind_page: usize) {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(&vec![b'x'; 8 << 20]).expect("written");
    let file: File = file;
    let mut buffer = vec![0; BLOCK_BYTES + 8192];
    let start = buffer.as_ptr().align_offset(4096) + behind_page;
    bencher.counter(BytesCount::new(8_usize << 20)).bench_local(|| {
        (0..(8 << 20) / BLOCK_BYTES).for_each(|nth| {
            file.read_exact_at(&mut buffer[start..start + BLOCK_BYTES], (nth * BLOCK_BYTES) as u64).expect("read");
        });
    });
}
