//! A log format up to the first newline, a line of its log behind it: any text compiles or is an error, and reads any line.

#![no_main]

use libfuzzer_sys::fuzz_target;
use soar_light::parse::format::Scratch;
use soar_light::parse::layout::LogFormat;
use soar_light::time::Clock;

fuzz_target!(|data: &[u8]| {
    let mut parts = data.splitn(2, |&b| b == b'\n');
    let Some(Ok(format)) = parts.next().map(std::str::from_utf8) else { return };
    let Ok(format) = LogFormat::compile(format) else { return };
    let (mut clock, scratch) = (Clock::new("UTC", Some(2024)).expect("UTC is known"), Scratch::default());
    let _ = format.read(parts.next().unwrap_or_default(), &scratch, &mut clock);
});
