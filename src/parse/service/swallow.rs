//! Whether a message that counts for nothing takes what is a failed login in another version of the program.
//!
//! Programs change the words around a message: a level before it, a field behind the address. Each example that counts is worded anew so.
//! What comes of it may be read or not, since stderr counts unknown messages; a known message of no signal would hide it.

use crate::base::time::Clock;
use crate::parse::format::{Arena, Header};
use crate::parse::service::catalog::Services;
use crate::parse::service::definition::Definition;
use crate::parse::service::messages::CompiledMessage;
use crate::parse::service::reader::{Read, ServiceReader};
use crate::parse::service::template::MessageTemplate;

/// What may be put before a message.
const BEFORE: [&str; 8] = ["INFO: ", "Info: ", "warning: ", "NOTICE: ", "[auth] ", "error: ", "auth: ", "H=host.example.org "];

/// What may be put at a blank in it.
const WITHIN: [&str; 4] = [" H=host.example.org ", " (x) ", " remote ", " [4711] "];

/// What may stand behind it.
const BEHIND: [&str; 4] = [" (3 tries)", ", port=[4711]", " via ssh", ": invalid credentials"];

/// Words before a message that say nothing of it.
const LEVELS: [&str; 12] = ["", "info", "notice", "warn", "warning", "error", "err", "debug", "alert", "auth", "login", "sasl"];

/// Words of a refusal, with an address, behind which nothing else stands.
const REFUSALS: [&str; 8] = [
    "LOGIN FAILED, user=alice, ip=[192.0.2.9]",
    "login failed for alice from 192.0.2.9",
    "authentication failure for alice from 192.0.2.9",
    "535 Incorrect authentication data from [192.0.2.9]",
    "invalid password for alice from 192.0.2.9",
    "access denied for alice from 192.0.2.9",
    "wrong password of alice, 192.0.2.9 is not allowed",
    "unauthorized: 192.0.2.9",
];

/// The messages of no signal that take what looks like a failed login, each with such a line.
pub(crate) fn find(definition: &'static Definition) -> Vec<String> {
    let services = Services::of(definition);
    let mut found: Vec<(&'static MessageTemplate, String)> = Vec::new();
    for text in likenesses(definition) {
        let Some(template) = silent_reading(&services, definition, &text) else { continue };
        if !found.iter().any(|(known, _)| std::ptr::eq(*known, template)) {
            found.push((template, text));
        }
    }
    let show = |(template, text): (&MessageTemplate, String)| {
        format!(
            "this message counts for nothing, and takes what looks like a failed login (`uncounted` says why that is right)\n  {}\n  {text}",
            template.pattern
        )
    };
    found.into_iter().map(show).collect()
}

/// Lines that look like failed logins: examples that count, worded anew, and refusals where a message of no signal ends in any text.
fn likenesses(definition: &Definition) -> Vec<String> {
    let mut all = Vec::new();
    for entry in definition.entries().iter().filter(|entry| !entry.is_keyed() && entry.counts_failures()) {
        for example in &entry.examples {
            all.extend(BEFORE.iter().map(|words| format!("{words}{example}")));
            all.extend(BEHIND.iter().map(|words| format!("{example}{words}")));
            for (at, _) in example.match_indices(' ') {
                all.extend(WITHIN.iter().map(|words| format!("{}{words}{}", &example[..at], &example[at + 1..])));
            }
        }
    }
    for entry in definition.entries().iter().filter(|entry| !entry.is_keyed() && entry.is_silent()) {
        for pattern in entry.templates.iter().map(|template| template.pattern) {
            let Some(start) = pattern.strip_suffix("{text*}") else { continue };
            if !LEVELS.iter().any(|level| start.trim_matches(|c: char| !c.is_ascii_alphanumeric()).eq_ignore_ascii_case(level)) {
                continue;
            }
            all.extend(REFUSALS.iter().map(|words| format!("{start}{words}")));
        }
    }
    all
}

/// The message of no signal that `text` is read by; none if it counts, is unknown, or its file says why it counts nothing.
fn silent_reading(services: &Services, definition: &'static Definition, text: &str) -> Option<&'static MessageTemplate> {
    let arena = Arena::default();
    let mut clock = Clock::new("UTC", None).ok()?;
    let header = Header { program: definition.name.as_bytes(), ..Header::default() };
    let reader = ServiceReader::new(services);
    let Some(Read::Message(message, _)) = reader.read_bare(definition.name, header, text.as_bytes(), &arena, &mut clock) else {
        return None;
    };
    let template = message.template();
    let owns = |entry: &&CompiledMessage| entry.templates.iter().any(|own| std::ptr::eq(*own, template));
    definition.entries().iter().find(owns).is_some_and(CompiledMessage::is_silent).then_some(template)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::service::catalog::SHIPPED;

    fn found_in(messages: &str) -> Vec<String> {
        let text = format!("name = \"vpn\"\nabout = \"a VPN\"\n{messages}");
        find(Box::leak(Box::new(Definition::parse(&text, "vpn.toml").expect("a service"))))
    }

    const FAILED: &str = "[[message]]\ntemplate = \"login failed for {user*} from {addr}\"\noutcome = \"failure\"\nsignal = \"login_failed\"\nsource = \"\"\nexample = \"login failed for al from 192.0.2.1\"\n";

    #[test]
    fn a_message_of_any_words_hides_no_failed_login() {
        let any = "[[message]]\ntemplate = \"INFO: {text*}\"\nsource = \"\"\nexample = \"INFO: up\"\n";
        assert_eq!(found_in(&format!("{FAILED}{any}")).len(), 1, "behind a level it would count for nothing");
        assert_eq!(found_in(any).len(), 1, "a refusal may stand there");
        let narrow = "[[message]]\ntemplate = \"INFO: started {text*}\"\nsource = \"\"\nexample = \"INFO: started now\"\n";
        assert_eq!(found_in(&format!("{FAILED}{narrow}")).len(), 0);
        let said =
            "[[message]]\ntemplate = \"INFO: {text*}\"\nuncounted = \"the gateway tells it\"\nsource = \"\"\nexample = \"INFO: up\"\n";
        assert_eq!(found_in(&format!("{FAILED}{said}")).len(), 0);
    }

    #[test]
    fn no_shipped_service_hides_a_failed_login() {
        let files = SHIPPED.iter().filter(|file| file.name != "sshd");
        let all: Vec<_> = files.flat_map(|file| find(file.definition()).into_iter().map(|what| format!("{}: {what}", file.name))).collect();
        assert!(all.is_empty(), "{}", all.join("\n"));
    }
}
