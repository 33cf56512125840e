//! Any bytes before and inside a syslog header: whatever is read as sshd's has a tag of sshd.

#![no_main]

use libfuzzer_sys::fuzz_target;
use soar_light::parse::FORMATS;
use soar_light::parse::format::{Reading, Scratch};
use soar_light::stream::line::Line;
use soar_light::time::Clock;

const MESSAGE: &[u8] = b"Failed password for root from 192.0.2.1 port 4711 ssh2";

fuzz_target!(|data: &[u8]| {
    let (mut clock, scratch) = (Clock::new("UTC", Some(2024)).expect("UTC is known"), Scratch::default());
    let starts: [&[u8]; 3] = [b"", b"Dec 10 06:55:46 ", b"<38>1 2024-01-02T03:04:05Z "];
    for start in starts {
        let line = [start, data, MESSAGE].concat();
        for format in FORMATS {
            if let Ok(Reading::Sshd(sshd)) = (format.read)(&Line::of(&line), &scratch, &mut clock) {
                let tag = sshd.to_event("fuzz", 1).process_name.unwrap_or_default();
                assert!(tag.windows(4).any(|word| word == b"sshd"), "{}", String::from_utf8_lossy(&line));
            }
        }
    }
});
