//! Any bytes before and inside a syslog header: whatever is read as sshd's has a tag of sshd.

#![no_main]

use libfuzzer_sys::fuzz_target;
use soar_light::base::time::Clock;
use soar_light::io::lines::Line;
use soar_light::parse::ENVELOPES;
use soar_light::parse::envelope::format::Envelope;
use soar_light::parse::format::Arena;
use soar_light::parse::service;

const MESSAGE: &[u8] = b"Failed password for root from 192.0.2.1 port 4711 ssh2";

fuzz_target!(|data: &[u8]| {
    let (mut clock, arena) = (Clock::new("UTC", Some(2024)).expect("UTC is known"), Arena::default());
    let starts: [&[u8]; 3] = [b"", b"Dec 10 06:55:46 ", b"<38>1 2024-01-02T03:04:05Z "];
    for start in starts {
        let line = [start, data, MESSAGE].concat();
        for envelope in ENVELOPES {
            let Ok(Envelope { header, .. }) = (envelope.open)(&Line::of(&line), &arena, &mut clock) else { continue };
            if service::find(header.program).is_some() {
                assert!(header.program.windows(4).any(|word| word == b"sshd"), "{}", String::from_utf8_lossy(&line));
            }
        }
    }
});
