//! Any bytes as compressed data, given in pieces: text or an error, in bounded steps.

#![no_main]

use libfuzzer_sys::fuzz_target;
use soar_light::io::source::codec::{Decoder, Sniff, guess};

/// More text than this of one input proves nothing new.
const MAX_TEXT_BYTES: usize = 8 << 20;

fuzz_target!(|data: &[u8]| {
    let Sniff::Packed(kind) = guess(data) else { return };
    let Ok(mut decoder) = Decoder::new(kind) else { return };
    let (mut rest, mut seen) = (data, 0);
    let mut out = Vec::with_capacity(64 << 10);
    while seen < MAX_TEXT_BYTES {
        let piece = &rest[..rest.len().min(777)];
        out.clear();
        let Ok(step) = decoder.decode(piece, &mut out) else { return };
        assert!(step.used <= piece.len());
        seen += out.len();
        rest = &rest[step.used..];
        if step.is_end || step.used == 0 && out.is_empty() {
            return;
        }
    }
});
