//! `--check-services`: runs every example of a service's file, and shows what each gives.

use std::path::Path;

use crate::base::error::{Error, Result};
use crate::base::net;
use crate::base::number::parse_port;
use crate::base::time::Clock;
use crate::parse::format::{Arena, Header};
use crate::parse::service::catalog::SHIPPED;
use crate::parse::service::catalog::{Services, is_path, is_shipped_sshd, read_file, unknown};
use crate::parse::service::definition::Definition;
use crate::parse::service::message::ServiceMessage;
use crate::parse::service::messages::{CompiledMessage, Expectation};
use crate::parse::service::reader::{Read, ServiceReader};
use crate::parse::service::{forgery, sshd, swallow};
use crate::record::signal::SIGNALS;

/// What the examples of a service give, which is a file or the name of one that ships, one line each.
///
/// # Errors
/// What is wrong with it, or the examples that give something else, all of them.
pub fn check_operand(operand: &str) -> Result<String> {
    let path = Path::new(operand);
    let fail = |failed: String| Error::Usage(format!("{operand}: {failed}"));
    if operand == "sshd" && !path.exists() || is_shipped_sshd(path) {
        return check_sshd().map_err(fail);
    }
    let definition: &'static Definition = if is_path(operand) || path.exists() {
        Box::leak(Box::new(read_file(path)?))
    } else {
        let shipped = SHIPPED.iter().find(|file| file.name == operand).ok_or_else(|| unknown("--check-services", operand))?.definition();
        forgery::check(shipped).map_err(fail)?;
        shipped
    };
    check(definition).map_err(fail)
}

/// What the examples of sshd give, whose messages have a reader of their own: tests try to move the addresses of each.
fn check_sshd() -> std::result::Result<String, String> {
    // Old Linux-PAM names its module in the tag.
    const MODULE: &str = "sshd(pam_unix)";
    let (mut shown, mut failed) = (String::new(), Vec::new());
    for template in sshd::templates() {
        let inside = template.example.strip_prefix(MODULE).and_then(|rest| rest.strip_prefix(": "));
        let (program, message) = inside.map_or(("sshd", template.example), |inside| (MODULE, inside));
        let header = Header { program: program.as_bytes(), ..Header::default() };
        match sshd::read_message(header, message.as_bytes()) {
            Some(message) if std::ptr::eq(message.template(), template) => {
                shown.push_str(&format!("{}\n  {}\n", show(&message), template.example));
            }
            Some(message) => failed.push(format!("read by another message\n  {}\n  {}", message.template().pattern, template.example)),
            None => failed.push(format!("no template fits this example\n  {}", template.example)),
        }
    }
    if failed.is_empty() { Ok(shown) } else { Err(failed.join("\n")) }
}

/// What the examples of a service give.
///
/// # Errors
/// Those that give something else than their message.
pub fn check(definition: &'static Definition) -> std::result::Result<String, String> {
    let services = Services::of(definition);
    let (mut shown, mut failed) = (String::new(), Vec::new());
    for entry in definition.entries() {
        for (index, example) in entry.examples.iter().enumerate() {
            match check_example(&services, definition, entry, example, index == 0) {
                Ok(line) => shown.push_str(&format!("{line}\n  {example}\n")),
                Err(what) => failed.push(format!("{what}\n  {example}")),
            }
        }
        let unread = entry.templates.iter().filter(|template| !entry.is_keyed() && !is_reached(&services, definition, entry, template));
        // Alternatives make templates that no example shows; of templates that are written one by one each has its own.
        if entry.templates.len() <= entry.examples.len() {
            failed.extend(unread.map(|template| format!("no example fits this template\n  {}", template.pattern)));
        }
    }
    failed.extend(swallow::find(definition));
    if failed.is_empty() { Ok(shown) } else { Err(failed.join("\n")) }
}

fn is_reached(
    services: &Services,
    definition: &'static Definition,
    entry: &CompiledMessage,
    template: &crate::parse::service::template::MessageTemplate,
) -> bool {
    let arena = Arena::default();
    let Ok(mut clock) = Clock::new("UTC", None) else { return false };
    entry.examples.iter().any(|example| {
        read(services, definition, example, &arena, &mut clock).is_some_and(|message| std::ptr::eq(message.template(), template))
    })
}

fn read<'a>(
    services: &Services,
    definition: &'static Definition,
    example: &'a str,
    arena: &'a Arena,
    clock: &mut Clock,
) -> Option<ServiceMessage<'a>> {
    let header = Header { program: definition.name.as_bytes(), ..Header::default() };
    let reader = ServiceReader::new(services);
    match reader.read_bare(definition.name, header, example.as_bytes(), arena, clock) {
        Some(Read::Message(message, _)) => Some(message),
        _ => match reader.read_line(example.as_bytes(), arena, clock) {
            Some(Read::Message(message, _)) => Some(message),
            _ => None,
        },
    }
}

fn check_example(
    services: &Services,
    definition: &'static Definition,
    entry: &CompiledMessage,
    example: &str,
    is_first: bool,
) -> std::result::Result<String, String> {
    let arena = Arena::default();
    let mut clock = Clock::new("UTC", None).map_err(|error| error.to_string())?;
    let message = read(services, definition, example, &arena, &mut clock).ok_or("no template fits this example")?;
    let template = message.template();
    if !entry.templates.iter().any(|own| std::ptr::eq(*own, template)) {
        return Err(format!("this example is read by another message\n  {}", template.pattern));
    }
    let given = given_by(&message);
    if let (Some(wanted), true) = (&entry.expect, is_first)
        && !wanted.is_met_by(&given)
    {
        return Err(format!("this example gives {}, and not {}", given.show(), wanted.show()));
    }
    if !template.signals.is_empty() && message.signals().is_empty() && template.methods.is_empty() && template.not_methods.is_empty() {
        return Err("the signal does not fire: the message names no address".to_owned());
    }
    Ok(show(&message))
}

/// What a message gives.
fn given_by(message: &ServiceMessage<'_>) -> Expectation {
    let text = |bytes: Option<&[u8]>| bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    Expectation {
        addr: text(message.address()).map(|addr| net::parse_address(addr.as_bytes()).map_or(addr, |address| address.to_string())),
        port: message.port().and_then(parse_port),
        user: text(message.user()).filter(|user| !user.is_empty()),
        method: text(message.method),
        count: Some(message.count()).filter(|&count| count != 1),
    }
}

/// What a message means, and what it gives, for a person.
fn show(message: &ServiceMessage<'_>) -> String {
    let template = message.template();
    let signals: Vec<_> = message.signals().indexes().map(|index| SIGNALS[index].name).collect();
    let outcome = if template.outcome.is_empty() { String::new() } else { format!(" {}", template.outcome) };
    let signals = if signals.is_empty() { "no signal".to_owned() } else { signals.join(", ") };
    format!("{}{outcome}: {signals}: {}", template.action, given_by(message).show())
}

impl Expectation {
    fn is_met_by(&self, given: &Self) -> bool {
        fn fits<T: PartialEq>(wanted: Option<&T>, given: Option<&T>) -> bool {
            wanted.is_none_or(|wanted| Some(wanted) == given)
        }
        fits(self.addr.as_ref(), given.addr.as_ref())
            && fits(self.port.as_ref(), given.port.as_ref())
            && fits(self.user.as_ref(), given.user.as_ref())
            && fits(self.method.as_ref(), given.method.as_ref())
            && fits(self.count.as_ref(), given.count.as_ref())
    }

    fn show(&self) -> String {
        let port = self.port.map(|port| port.to_string());
        let count = self.count.map(|count| count.to_string());
        let all = [("addr", &self.addr), ("port", &port), ("user", &self.user), ("method", &self.method), ("count", &count)];
        let shown: Vec<_> = all.iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?))).collect();
        if shown.is_empty() { "no address".to_owned() } else { shown.join(", ") }
    }
}

/// Every service with what it is, how it is read, and what its log cannot say.
pub fn list_services(own: &Services) -> String {
    let mut list = String::new();
    let given = own.given().map(|definition| (definition, "given with --services".to_owned()));
    let shipped = SHIPPED.iter().map(|file| {
        let definition = file.definition();
        let source = if definition.is_verified { "" } else { "from documentation; " };
        (definition, format!("{source}read {}", definition.how_read()))
    });
    for (definition, state) in given.chain(shipped) {
        list.push_str(&format!("{}\n  {}\n  {state}", definition.name, definition.about));
        if !definition.versions.is_empty() {
            list.push_str(&format!("; versions: {}", definition.versions.join(", ")));
        }
        let programs = if definition.programs.is_empty() { "its own file".to_owned() } else { definition.programs.join(", ") };
        list.push_str(&format!("\n  {} messages; programs: {programs}\n", definition.message_count()));
        for line in &definition.lines {
            let flag = if line.is_forgeable { " (clients can write lines into it: only with --services)" } else { "" };
            list.push_str(&format!("  own file: {}{flag}\n", line.line));
        }
        definition.note.iter().for_each(|note| list.push_str(&format!("  note: {note}\n")));
        list.push('\n');
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_checked_by_its_name_and_by_its_file() {
        let shown = check_operand("dovecot").expect("a service");
        assert_eq!(check_operand("services/dovecot.toml").expect("its file"), shown);
        let sshd = check_operand("services/sshd.toml").expect("its file");
        assert_eq!(check_operand("sshd").expect("a service"), sshd);
        assert!(sshd.contains("ssh_login failure: ssh_failed: addr "), "{sshd}");
        let error = check_operand("dovecott").expect_err("no service").to_string();
        assert!(error.contains("did you mean dovecot?"), "{error}");
    }

    #[test]
    fn every_shipped_service_passes_its_own_checks() {
        let mut failed = Vec::new();
        for file in &SHIPPED {
            assert_eq!(file.definition().name, file.name, "a file is called as its service");
            assert_eq!(file.definition().is_verified, file.is_verified(), "{}: verified stands before the first table", file.name);
            // sshd's messages have a reader and a test of their own.
            if file.name == "sshd" {
                continue;
            }
            failed.extend(check(file.definition()).err().map(|what| format!("{}: {what}", file.name)));
            failed.extend(forgery::check(file.definition()).err().map(|what| format!("{}: {what}", file.name)));
        }
        assert!(failed.is_empty(), "{}", failed.join("\n"));
    }
}
