//! Keys of JSON, logfmt and LTSV, and columns of the W3C's log format, up to the first newline; a line of such a log behind it: any of
//! the first is taken or refused, any of the second is read or not, and nothing takes long.

#![no_main]

use libfuzzer_sys::fuzz_target;
use soar_light::base::time::Clock;
use soar_light::io::lines::Line;
use soar_light::parse::FORMATS;
use soar_light::parse::access::log_format::{FormatOptions, LogFormat};
use soar_light::parse::format::Arena;

fuzz_target!(|data: &[u8]| {
    let mut parts = data.splitn(2, |&b| b == b'\n');
    let (given, line) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let (mut clock, arena) = (Clock::new("UTC", Some(2024)).expect("UTC is known"), Arena::default());
    let read = |format: &LogFormat, clock: &mut Clock| drop(format.read(line, &arena, clock));
    for name in ["logfmt", "ltsv", "fastly_json", "envoy_default", "ingress_nginx_old"] {
        read(&LogFormat::compile(name).expect("a name"), &mut clock);
    }
    if let Ok(given) = std::str::from_utf8(given) {
        // Keys live as long as the program, so few are tried.
        if given.len() < 64 {
            let _ = LogFormat::from_json_keys(given, FormatOptions::default()).map(|format| read(&format, &mut clock));
        }
        let _ = LogFormat::compile(&format!("#Fields: {given}")).map(|format| read(&format, &mut clock));
    }
    let header = [b"#Fields: date time c-ip ", given].concat();
    let line = Line { header: Some(&header), ..Line::of(line) };
    let fitting = FORMATS.iter().filter(|format| (format.read)(&line, &arena, &mut clock).is_ok()).count();
    assert!(fitting <= 1, "{fitting} fit");
});
