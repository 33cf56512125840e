//! Any text inside the envelopes of containers and applications: whatever it is, nothing but a request comes out.

#![no_main]

use libfuzzer_sys::fuzz_target;
use soar_light::base::time::Clock;
use soar_light::io::lines::Line;
use soar_light::parse::candidate::Candidates;
use soar_light::parse::format::{Arena, ParsedLine};
use soar_light::parse::line::{LastFormats, LineParser};

/// What stands before and behind what an application printed.
const AROUND: &[(&str, &str)] = &[
    ("2024-10-10T11:55:36.123456789Z stdout F ", ""),
    ("2024-10-10T11:55:36.123456789Z ", ""),
    ("nginx-1  | ", ""),
    ("[pod/web-7d4/nginx] ", ""),
    ("2024-10-10_11:55:36.12345 x", ""),
    (r#"{"stream":"stdout","time":"2024-10-10T11:55:36.1Z","log":""#, "\\n\"}"),
    (r#"{"source_type":"docker_logs","message":""#, "\"}"),
    (r#"{"__REALTIME_TIMESTAMP":"1703415994322089","CONTAINER_NAME":"chat","SYSLOG_IDENTIFIER":"sshd","MESSAGE":""#, "\"}"),
];

fuzz_target!(|text: &[u8]| {
    let arena = Arena::default();
    let clock = Clock::new("UTC", Some(2024)).expect("UTC is known");
    let candidates = Candidates::new(None);
    for (before, behind) in AROUND {
        let inside = if behind.is_empty() {
            text.to_vec()
        } else {
            let quoted = serde_json::to_string(&String::from_utf8_lossy(text)).expect("a string");
            quoted.as_bytes()[1..quoted.len() - 1].to_vec()
        };
        let line = [before.as_bytes(), &inside, behind.as_bytes()].concat();
        let mut parser = LineParser::new(&candidates, "-", clock.clone(), LastFormats::default());
        parser.read(&Line::of(&line), &arena, |_, parsed, _| {
            let is_of_service = matches!(parsed, Ok(ParsedLine::Message(_) | ParsedLine::UnknownMessage(_) | ParsedLine::Repeated(_)));
            assert!(!is_of_service, "{}", String::from_utf8_lossy(&line));
        });
    }
});
