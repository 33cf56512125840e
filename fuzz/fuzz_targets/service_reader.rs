//! Any message of any shipped login service, and any line of its own file: whatever is read, what is counted is what the event says.

#![no_main]

use libfuzzer_sys::fuzz_target;
use soar_light::aggregate::options::AggregationOptions;
use soar_light::base::time::Clock;
use soar_light::parse::format::{Arena, Header};
use soar_light::parse::service::catalog::Services;
use soar_light::parse::service::reader::{Read, ServiceReader};

thread_local! {
    static SERVICES: Services = Services::from_operands(&["all".to_owned()]).expect("they are shipped");
}

fn check(read: Option<Read<'_>>) {
    let Some(Read::Message(message, definition)) = read else { return };
    let event = message.to_event("fuzz", 1);
    assert_eq!(event.dataset, format!("{}.auth", definition.name));
    let wants = AggregationOptions { users: true, ..AggregationOptions::default() };
    let view = message.view(message.signals(), &wants);
    assert_eq!((view.ip, view.count, view.at), (event.source.ip, event.count, event.timestamp.map(|time| time.seconds)));
    let mut line = Vec::new();
    event.write_line(&mut line);
    assert!(serde_json::from_slice::<serde_json::Value>(&line).is_ok(), "{}", String::from_utf8_lossy(&line));
}

// The first line is the program; what stands behind it is a message, and a line.
fuzz_target!(|input: &[u8]| {
    let (program, text) = input.split_at(input.iter().position(|&byte| byte == b'\n').unwrap_or(0));
    let text = text.strip_prefix(b"\n").unwrap_or(text);
    SERVICES.with(|services| {
        let mut reader = ServiceReader::new(services);
        let (arena, mut clock) = (Arena::default(), Clock::new("UTC", Some(2024)).expect("UTC is known"));
        let header = Header { time: None, host: b"lab", program, pid: None };
        check(reader.read_message(header, text, &arena, &mut clock));
        check(reader.read_line(text, &arena, &mut clock));
        if let Ok(name) = std::str::from_utf8(program) {
            check(reader.read_bare(name, header, text, &arena, &mut clock));
        }
    });
});
