//! Records through a pipe of so many bytes, in the blocks in which a stage writes them.

use std::fs::File;
use std::io::{Read as _, Write as _};

use divan::Bencher;
use divan::counter::BytesCount;

const BYTES: usize = 32 << 20;
const BLOCK_BYTES: usize = 256 << 10;

/// 64 KiB is what Linux gives, 1 MiB what filters ask for.
#[divan::bench(args = [64 << 10, 1 << 20])]
fn buffer(bencher: Bencher, pipe_bytes: usize) {
    let block = vec![b'x'; BLOCK_BYTES];
    bencher.counter(BytesCount::new(BYTES)).bench_local(|| {
        let (from, to) = rustix::pipe::pipe().expect("a pipe");
        rustix::pipe::fcntl_setpipe_size(&to, pipe_bytes).expect("a size that any user may ask for");
        let (mut from, mut to, block) = (File::from(from), File::from(to), &block);
        std::thread::scope(|scope| {
            scope.spawn(move || (0..BYTES / BLOCK_BYTES).for_each(|_| to.write_all(block).expect("a reader")));
            let (mut buffer, mut read) = (vec![0; BLOCK_BYTES], 0);
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                // A stage looks at all of it.
                read += count + memchr::memchr(b'\n', &buffer[..count]).unwrap_or(0);
            }
            read
        })
    });
}
