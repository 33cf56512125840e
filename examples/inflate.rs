//! Inflates gzip files and counts the lines, on one thread: the least that any reader of gzip logs must do. The benchmark
//! sets soar-parse against it; both use the same zlib.

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, Read, Write};

use flate2::bufread::MultiGzDecoder;

fn main() -> Result<(), Box<dyn Error>> {
    let mut lines = 0_usize;
    let mut block = vec![0; 256 << 10];
    for path in std::env::args_os().skip(1) {
        let mut text = MultiGzDecoder::new(BufReader::with_capacity(256 << 10, File::open(path)?));
        loop {
            let count = text.read(&mut block)?;
            if count == 0 {
                break;
            }
            lines += memchr::memchr_iter(b'\n', &block[..count]).count();
        }
    }
    writeln!(std::io::stdout(), "{lines}")?;
    Ok(())
}
