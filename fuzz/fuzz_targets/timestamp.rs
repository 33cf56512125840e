//! Any text as a time: what is read is written as RFC 3339 and read again as the same second.

#![no_main]

use libfuzzer_sys::fuzz_target;
use soar_light::base::time::{Clock, parse_epoch, parse_rfc3339, rfc3339};

fuzz_target!(|text: &[u8]| {
    for (zone, year) in [("UTC", None), ("+02:00", Some(2024)), ("-11:30", Some(1))] {
        let mut clock = Clock::new(zone, year).expect("an offset");
        let read = [
            clock.parse_clf(text).ok(),
            clock.parse_rfc3164(text).ok(),
            clock.parse_rfc3339(text).ok().map(|stamp| stamp.seconds),
            clock.parse_any(text).ok().map(|stamp| stamp.seconds),
            parse_epoch(text).ok().map(|stamp| stamp.seconds),
        ];
        for seconds in read.into_iter().flatten() {
            assert_eq!(parse_rfc3339(&rfc3339(seconds)), Ok(seconds));
        }
    }
});
