//! Any bytes as the tables and the records of a chunk of a Windows event log: lines or errors, in bounded memory.

#![no_main]

use libfuzzer_sys::fuzz_target;
use soar_light::io::source::event_log::render_chunk;

const CHUNK_BYTES: usize = 64 << 10;
/// Where the tables of names and templates begin, and the first record.
const TABLES: usize = 128;
const RECORDS: usize = 512;

fuzz_target!(|data: &[u8]| {
    let mut chunk = b"ElfChnk\0".to_vec();
    chunk.resize(TABLES, 0);
    // The number of the last record is none that comes; the free space begins behind everything.
    chunk[32..40].fill(0xff);
    chunk[48..52].copy_from_slice(&[0, 0, 1, 0]);
    // The first byte says how many bytes are tables, in steps of four; the rest is a record, and what follows it.
    let Some((&tables, rest)) = data.split_first() else { return };
    let (tables, rest) = rest.split_at(rest.len().min(usize::from(tables % 97) * 4));
    chunk.extend_from_slice(tables);
    chunk.resize(RECORDS, 0);
    let room = CHUNK_BYTES - RECORDS - 28;
    let record = &rest[..rest.len().min(room)];
    let size = u32::try_from(record.len() + 28).unwrap_or_default().to_le_bytes();
    chunk.extend_from_slice(b"**\0\0");
    chunk.extend_from_slice(&size);
    chunk.extend_from_slice(&[0; 16]);
    chunk.extend_from_slice(record);
    chunk.extend_from_slice(&size);
    chunk.resize(CHUNK_BYTES, 0);
    let mut text = Vec::new();
    render_chunk(chunk, true, &mut text, |said| assert!(!said.is_empty()));
    assert!(text.is_empty() || text.ends_with(b"\n"));
    assert!(std::str::from_utf8(&text).is_ok());
});
