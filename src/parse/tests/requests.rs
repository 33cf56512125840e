//! No message of a service of a web server is a request, too, whatever its client sent: requests are looked for first there.

use crate::base::time::Clock;
use crate::io::lines::Line;
use crate::parse::FORMATS;
use crate::parse::format::{Arena, FormatKind, ParsedLine};
use crate::parse::line::{WEB_SERVERS, begins_with_address};
use crate::parse::service::catalog::{SHIPPED, ShippedFile};
use crate::parse::service::field::{Captures, FieldKind};
use crate::parse::service::match_input::{MatchInput, Truncation};
use crate::parse::service::template::{PAM, TemplateMatcher};

/// Requests as access logs have them, whole, and cut where what stands behind a client's text may complete them.
fn requests() -> Vec<&'static str> {
    let examples = FORMATS.iter().filter(|format| format.kind != FormatKind::Json).map(|format| format.example.0);
    let cut = |example: &'static str| {
        let cuts = example.match_indices(['"', ' ', '\t']).map(|(at, _)| at).rev().take(3);
        cuts.map(|at| &example[..at]).chain([example]).collect::<Vec<_>>()
    };
    examples.flat_map(cut).collect()
}

/// A message of `pattern` in which `sent` stands where a client's text may stand first.
fn message_of(pattern: &'static str, sent: &str) -> Option<String> {
    let (start, parts) = TemplateMatcher::split(pattern);
    let mut message = String::from_utf8_lossy(start.text).into_owned();
    let mut is_sent = false;
    for (kind, _, literal) in parts {
        message.push_str(match kind {
            FieldKind::User | FieldKind::Client | FieldKind::Text if !is_sent => {
                is_sent = true;
                sent
            }
            FieldKind::Address | FieldKind::Host | FieldKind::Server => "192.0.2.66",
            FieldKind::Network => "192.0.2.66/32",
            FieldKind::Peer => "192.0.2.66:4711",
            FieldKind::Port | FieldKind::Count | FieldKind::Number => "77",
            _ => "a",
        });
        message.push_str(std::str::from_utf8(literal.text).unwrap_or_default());
    }
    is_sent.then_some(message)
}

#[test]
fn no_message_of_a_web_server_is_a_request_whatever_its_client_sent() {
    let (requests, mut tried) = (requests(), 0);
    let mut clock = Clock::new("UTC", Some(2024)).expect("UTC is known");
    let is_asked = |file: &&ShippedFile| {
        let definition = file.definition();
        definition.programs.iter().any(|program| program == "*") || WEB_SERVERS.iter().any(|program| definition.is_program(program))
    };
    for file in SHIPPED.iter().filter(|file| file.name != "sshd").filter(is_asked) {
        for template in file
            .definition()
            .entries()
            .iter()
            .filter(|entry| !entry.is_keyed())
            .flat_map(|entry| &entry.templates)
            .filter(|template| !template.pattern.starts_with(PAM))
        {
            // Behind the name of PAM's module no message begins with an address.
            let matcher = TemplateMatcher::new(template);
            for sent in &requests {
                let Some(message) = message_of(template.pattern, sent) else { break };
                let mut parts = Captures::new();
                tried += 1;
                if !begins_with_address(message.as_bytes()) {
                    continue;
                }
                if matcher.read(&mut MatchInput::new(message.as_bytes(), Truncation::Whole), &mut parts).is_none() {
                    continue;
                }
                let arena = Arena::default();
                for format in FORMATS {
                    let read = (format.read)(&Line::of(message.as_bytes()), &arena, &mut clock);
                    assert!(
                        !matches!(read, Ok(ParsedLine::Web(_))),
                        "{} of {}, and {}: {message}",
                        template.pattern,
                        file.name,
                        format.name
                    );
                }
            }
        }
    }
    assert!(tried > 1000, "{tried} messages");
}
