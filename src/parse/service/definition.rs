//! A service's file, `services/NAME.toml`: which programs it writes under, how lines of its own file begin, and what its messages say.
//!
//! Takes TOML, gives checked templates that live as long as the process. What a file may hold is in docs/services.md.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::base::error::{Error, Result};
use crate::parse::service::keyed::{KeyedMatcher, KeyedSyntax};
use crate::parse::service::messages::{CompiledMessage, MessageEntry, Messages};
use crate::parse::service::own_line::LineMatcher;
use crate::parse::service::template_table::TemplateTable;
use crate::record::host::service::SSH;

/// A service's file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServiceFile {
    name: String,
    about: String,
    #[serde(default = "yes")]
    verified: bool,
    #[serde(default)]
    versions: Vec<String>,
    #[serde(default)]
    programs: Vec<String>,
    #[serde(default)]
    units: Vec<String>,
    #[serde(default = "yes")]
    pam_counts: bool,
    note: Option<String>,
    #[serde(default)]
    file: Vec<FileLine>,
    #[serde(default)]
    message: Vec<MessageEntry>,
}

/// How lines of a service's own file begin.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileLine {
    line: String,
    #[serde(default)]
    source: String,
    /// Clients can write whole lines into it.
    #[serde(default)]
    forgeable: bool,
}

const fn yes() -> bool {
    true
}

/// A service, ready to read its messages.
#[derive(Debug)]
pub struct Definition {
    /// What flags and messages call it.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Whether its messages come from real runs; any other is read only where it is asked for.
    pub is_verified: bool,
    /// The versions that were run.
    pub versions: Vec<String>,
    /// Its names in the headers of syslog; `*` stands for any characters.
    pub programs: Vec<String>,
    /// The units of systemd that may speak for it.
    pub units: Vec<String>,
    /// Whether what a PAM module says under its name is counted.
    pub pam_counts: bool,
    /// What its log cannot say.
    pub note: Option<String>,
    /// How lines of its own files begin.
    pub lines: Vec<LineMatcher>,
    written: Vec<MessageEntry>,
    has_keyed: bool,
    /// Compiled when the first message is read: most runs meet a few of the services.
    messages: OnceLock<Messages>,
}

impl Definition {
    /// How it is read: by default, or where it is asked for. A file into which clients can write lines is read only where it is asked for.
    pub fn how_read(&self) -> &'static str {
        match (self.is_verified, self.lines.iter().any(|line| line.is_forgeable)) {
            (false, _) => "with --services",
            (true, false) => "by default",
            (true, true) => "by default; its own file with --services",
        }
    }

    /// The name under which it writes, for what names none: the first that is no pattern.
    pub(crate) fn own_program(&self) -> &str {
        self.programs.iter().find(|program| !program.contains('*')).map_or(self.name, String::as_str)
    }

    /// Whether it writes under `program`, or from a file or process of that name.
    pub(crate) fn is_program(&self, program: &[u8]) -> bool {
        let of = |name: &str| name.rsplit('/').next().unwrap_or(name).as_bytes() == program || name.as_bytes() == program;
        // Nobody is every program, also of a service that any program may speak for (`*`).
        !program.is_empty() && self.programs.iter().any(|name| of(name.trim_start_matches('*')))
    }

    /// Whether a container of that name is its own: by the name itself, with the number that Compose puts behind it, or the last part of a
    /// pod's path.
    pub fn is_container(&self, container: &[u8]) -> bool {
        let name = container.rsplit(|&byte| byte == b'/').next().unwrap_or(container);
        let digits = name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let base = name[..name.len() - digits].strip_suffix(b"-").or_else(|| name[..name.len() - digits].strip_suffix(b"_"));
        self.is_program(container) || self.is_program(name) || digits > 0 && base.is_some_and(|base| self.is_program(base))
    }

    /// Whether `unit` of systemd is its own, an instance or not.
    pub(crate) fn is_unit(&self, unit: &[u8]) -> bool {
        let of_instance = |name: &str| {
            let template = name.strip_suffix(".service").map(|base| format!("{base}@"));
            template.is_some_and(|template| unit.starts_with(template.as_bytes()) && unit.ends_with(b".service"))
        };
        self.units.iter().any(|name| name.as_bytes() == unit || of_instance(name))
    }

    /// Its messages of text.
    pub fn templates(&self) -> &TemplateTable {
        &self.messages().templates
    }

    /// Its messages of keys and values.
    pub(crate) fn keyed(&self) -> &[KeyedMatcher] {
        if self.has_keyed() { &self.messages().keyed } else { &[] }
    }

    /// Whether it has messages of keys and values.
    pub(crate) const fn has_keyed(&self) -> bool {
        self.has_keyed
    }

    /// Whether it has messages of keys and values that are written so.
    pub(crate) fn is_keyed(&self, syntax: KeyedSyntax) -> bool {
        self.written.iter().any(|message| message.is_keyed_in(syntax))
    }

    /// What was written, for checks and lists.
    pub(crate) fn entries(&self) -> &[CompiledMessage] {
        &self.messages().entries
    }

    /// How many messages it has.
    pub const fn message_count(&self) -> usize {
        self.written.len()
    }

    /// # Panics
    /// Where a file that was built in has a message that is none.
    fn messages(&self) -> &Messages {
        self.messages.get_or_init(|| match Messages::compile(self.name, &self.written) {
            Ok(messages) => messages,
            Err(what) => panic!("services/{}.toml: {what}", self.name),
        })
    }

    /// Reads a service's file, all of it; `place` is what errors call it.
    ///
    /// # Errors
    /// [`Error::Usage`] with the place in the file and what is wrong.
    pub fn parse(text: &str, place: &str) -> Result<Self> {
        let definition = Self::of_shipped(text, place)?;
        let compiled = Messages::compile(definition.name, &definition.written).and_then(|messages| messages.check().map(|()| messages));
        let messages = compiled.map_err(|what| Error::Usage(format!("{place}: {what}")))?;
        // Nothing was there before.
        let _ = definition.messages.set(messages);
        Ok(definition)
    }

    /// Reads a service's file that was checked when it was shipped; its messages are compiled when they are needed.
    ///
    /// # Errors
    /// [`Error::Usage`] with the place in the file and what is wrong.
    pub fn of_shipped(text: &str, place: &str) -> Result<Self> {
        let fail = |what: String| Error::Usage(format!("{place}: {what}"));
        let file: ServiceFile = toml::from_str(text).map_err(|error| fail(error.to_string().trim_end().to_owned()))?;
        let is_name = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if file.name.is_empty() || !file.name.bytes().all(is_name) {
            return Err(fail(format!("name {:?}: lower-case letters, digits and - only", file.name)));
        }
        if file.name == SSH {
            return Err(fail(format!("name {SSH:?}: hosts call the logins of sshd so")));
        }
        let name: &'static str = file.name.leak();
        let mut definition = Self {
            name,
            about: file.about.leak(),
            is_verified: file.verified,
            versions: file.versions,
            units: units(name, &file.programs, file.units),
            programs: file.programs,
            pam_counts: file.pam_counts,
            note: file.note,
            lines: Vec::new(),
            has_keyed: file.message.iter().any(MessageEntry::is_keyed),
            written: file.message,
            messages: OnceLock::new(),
        };
        for line in file.file {
            let matcher = LineMatcher::compile(&line.line, line.source, line.forgeable)
                .map_err(|what| fail(format!("line = {:?}: {what}", line.line)))?;
            definition.lines.push(matcher);
        }
        if definition.written.is_empty() {
            return Err(fail("no [[message]]: a service without messages hears nothing".to_owned()));
        }
        Ok(definition)
    }
}

/// The units that may speak for a service: those that its file names, or those of its own name and of its programs.
fn units(name: &str, programs: &[String], given: Vec<String>) -> Vec<String> {
    if !given.is_empty() {
        return given;
    }
    let programs = programs.iter().filter(|program| !program.contains(['*', '/']));
    let mut units: Vec<_> = std::iter::once(name).chain(programs.map(String::as_str)).map(|name| format!("{name}.service")).collect();
    units.dedup();
    units
}
