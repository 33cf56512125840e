//! Any template of a login service (the first line) and any text of a client: compiling ends in an error or in matchers, and a template
//! that the forgery check lets through never names another address than the peer's.

#![no_main]

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;
use soar_light::base::time::Clock;
use soar_light::parse::format::{Arena, Header};
use soar_light::parse::service::catalog::Services;
use soar_light::parse::service::definition::Definition;
use soar_light::parse::service::forgery;
use soar_light::parse::service::reader::{Read, ServiceReader};

const PEER: &str = "192.0.2.1";
/// What stands for the parts that the server words.
const PARTS: &[(&str, &str)] = &[
    ("{addr}", PEER),
    ("{net}", "192.0.2.1/32"),
    ("{port}", "4711"),
    ("{peer}", "192.0.2.1:4711"),
    ("{user}", "root"),
    ("{client}", "client"),
    ("{host}", "host.example"),
    ("{method}", "password"),
    ("{count}", "2"),
    ("{num}", "7"),
    ("{word}", "word"),
    ("{server}", "198.51.100.1"),
    ("{text*}", "text"),
    ("{ssh}", " ssh2"),
];
/// Words of the client, of which a template holds one at the most.
const FREE: [&str; 2] = ["{user*}", "{client*}"];
/// A definition lives as long as the program, so only so many are made.
const MOST: usize = 100_000;

type Compiled = HashMap<String, Option<&'static Definition>>;
static COMPILED: LazyLock<Mutex<Compiled>> = LazyLock::new(Mutex::default);

/// A service with one message, if the template is a good one.
fn compile(template: &str) -> Option<&'static Definition> {
    let mut compiled = COMPILED.lock().expect("one thread");
    if let Some(known) = compiled.get(template) {
        return *known;
    }
    if compiled.len() >= MOST {
        return None;
    }
    // A string of JSON is one of TOML.
    let quoted = serde_json::to_string(template).expect("a string");
    let text = format!(
        "name = \"fuzz\"\nabout = \"x\"\nprograms = [\"fuzz\"]\n[[message]]\ntemplate = {quoted}\noutcome = \"failure\"\nsignal = \"login_failed\"\nsource = \"x\"\nexample = \"x\"\n"
    );
    let definition = Definition::parse(&text, "fuzz").ok().map(|definition| &*Box::leak(Box::new(definition)));
    let definition = definition.filter(|definition| forgery::check(definition).is_ok());
    compiled.insert(template.to_owned(), definition);
    definition
}

fuzz_target!(|input: (&str, &str)| {
    let (template, text) = input;
    let Some(definition) = compile(template.lines().next().unwrap_or_default()) else { return };
    let services = Services::of(definition);
    let mut reader = ServiceReader::new(&services);
    let header = Header { time: None, host: b"lab", program: b"fuzz", pid: None };
    let (arena, mut clock) = (Arena::default(), Clock::new("UTC", Some(2024)).expect("UTC is known"));
    let _ = reader.read_message(header, text.as_bytes(), &arena, &mut clock);
    let line = text.replace('\n', " ");
    for matcher in definition.templates().in_order() {
        let mut message = matcher.shape.pattern.to_owned();
        PARTS.iter().for_each(|(part, text)| message = message.replace(part, text));
        FREE.iter().for_each(|part| message = message.replace(part, &line));
        let Some(Read::Message(read, _)) = reader.read_message(header, message.as_bytes(), &arena, &mut clock) else { continue };
        let ip = read.to_event("fuzz", 1).source.ip.map(|ip| ip.to_string());
        assert!(ip.as_deref().is_none_or(|ip| ip == PEER), "{ip:?} says {message:?} by {:?}", matcher.shape.pattern);
    }
});
