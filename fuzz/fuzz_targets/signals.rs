//! Any user agent and request target, through every detector with everything switched on.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use soar_light::base::time::Clock;
use soar_light::io::lines::Line;
use soar_light::parse::FORMATS;
use soar_light::parse::detect::bot::Bots;
use soar_light::parse::detect::well_known::PathSet;
use soar_light::parse::detect::{Detectors, Settings};
use soar_light::parse::format::Arena;
use soar_light::record::signal::SignalSet;

static SETTINGS: LazyLock<Settings> = LazyLock::new(|| Settings {
    bots: Bots::from_operands(&["extended".to_owned()]).expect("bots"),
    ignored_404: PathSet::from_operands(&["common".to_owned()]).expect("paths"),
});

fn look(target: &[u8], agent: &[u8]) {
    let line = [b"192.0.2.1 - - [10/Oct/2024:13:55:36 +0000] \"GET ", target, b" HTTP/1.1\" 404 12 \"-\" \"", agent, b"\""].concat();
    let (mut clock, arena) = (Clock::new("UTC", None).expect("UTC is known"), Arena::default());
    for format in FORMATS {
        if let Ok(reading) = (format.read)(&Line::of(&line), &arena, &mut clock) {
            let _ = Detectors::new(SignalSet::from_names("all").expect("a set"), &SETTINGS).signals(&reading);
        }
    }
}

// Instrumented, the patterns take longer to compile than an input may.
fuzz_target!(init: look(b"/", b"x"), |data: &[u8]| {
    let mut parts = data.splitn(2, |&b| b == b'\n');
    look(parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
});
