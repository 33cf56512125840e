//! A log format up to the first newline, a line of its log behind it: any text compiles or is an error, and reads any line.

#![no_main]

use libfuzzer_sys::fuzz_target;
use soar_light::base::time::Clock;
use soar_light::parse::access::log_format::LogFormat;
use soar_light::parse::format::Arena;

fuzz_target!(|data: &[u8]| {
    let mut parts = data.splitn(2, |&b| b == b'\n');
    let Some(Ok(format)) = parts.next().map(std::str::from_utf8) else { return };
    let Ok(format) = LogFormat::compile(format) else { return };
    let (mut clock, arena) = (Clock::new("UTC", Some(2024)).expect("UTC is known"), Arena::default());
    let _ = format.read(parts.next().unwrap_or_default(), &arena, &mut clock);
});
