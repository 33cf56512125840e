//! A service's file, `services/NAME.toml`: which programs it writes under, how lines of its own file begin, and what its messages say.
//!
//! Takes TOML, gives checked templates that live as long as the process. What a file may hold is in docs/services.md.

use serde::{Deserialize, Deserializer};

use crate::base::error::{Error, Result};
use crate::parse::service::alternatives::expand;
use crate::parse::service::keyed::{KeyedMatcher, KeyedSyntax};
use crate::parse::service::own_line::LineMatcher;
use crate::parse::service::template::{MessageTemplate, TemplateMatcher};
use crate::record::host::service::SSH;
use crate::record::signal::{SIGNALS, SignalSet, index_of};

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

/// What a message says, and how it is told from others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MessageEntry {
    template: Option<OneOrMany>,
    json: Option<toml::Table>,
    logfmt: Option<toml::Table>,
    xml: Option<toml::Table>,
    #[serde(default)]
    outcome: String,
    action: Option<String>,
    signal: Option<String>,
    /// The signal fires only for methods that are one of these, or one of these with `/` and more behind it.
    #[serde(default)]
    methods: Vec<String>,
    /// And for none of these.
    #[serde(default)]
    not_methods: Vec<String>,
    /// The signal fires only where sshd says that nobody is authenticated yet.
    #[serde(default)]
    preauth: bool,
    /// The server lets no name hold what ends it in the template, nor a blank.
    #[serde(default)]
    clean: bool,
    source: String,
    example: OneOrMany,
    expect: Option<Expectation>,
}

/// A text, or several.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts,
        }
    }
}

/// How sshd calls a user who does not exist or may not log in. **Source:** OpenSSH `auth.c` (`auth_log`), `packet.c`; "illegal" before 4.0.
const INVALID_USER: [&str; 2] = ["invalid user {user", "illegal user {user"];

/// What the first example of a message gives.
#[derive(Debug, Clone, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The address or host name of the peer.
    pub addr: Option<String>,
    /// Its port.
    #[serde(default, deserialize_with = "port")]
    pub port: Option<u16>,
    /// The user.
    pub user: Option<String>,
    /// How the login was tried.
    pub method: Option<String>,
    /// How often.
    pub count: Option<u64>,
}

/// A port as a number or as text.
fn port<'de, D: Deserializer<'de>>(toml: D) -> std::result::Result<Option<u16>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Port {
        Number(u16),
        Text(String),
    }
    match Port::deserialize(toml)? {
        Port::Number(port) => Ok(Some(port)),
        Port::Text(text) => text.parse().map(Some).map_err(serde::de::Error::custom),
    }
}

const fn yes() -> bool {
    true
}

impl Entry {
    /// Whether it is told by keys.
    #[must_use]
    pub fn is_keyed(&self) -> bool {
        self.templates.iter().any(|template| ["json ", "logfmt ", "xml "].iter().any(|syntax| template.pattern.starts_with(syntax)))
    }
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
    /// Its messages of text, in the order of the file.
    pub templates: Vec<TemplateMatcher>,
    /// Its messages of keys and values.
    pub keyed: Vec<KeyedMatcher>,
    /// What was written, for checks and lists.
    pub entries: Vec<Entry>,
}

/// One `[[message]]`.
#[derive(Debug)]
pub struct Entry {
    /// The templates, before alternatives are expanded.
    pub templates: Vec<&'static MessageTemplate>,
    /// Example messages.
    pub examples: Vec<String>,
    /// What the first of them gives.
    pub expect: Option<Expectation>,
}

impl Definition {
    /// Whether it writes under `program`, or from a file or process of that name.
    #[must_use]
    pub fn is_program(&self, program: &[u8]) -> bool {
        let of = |name: &str| name.rsplit('/').next().unwrap_or(name).as_bytes() == program || name.as_bytes() == program;
        self.programs.iter().any(|name| of(name.trim_start_matches('*')))
    }

    /// Whether a container of that name is its own: by the name itself, with the number that Compose puts behind it, or the last part of a
    /// pod's path.
    #[must_use]
    pub fn is_container(&self, container: &[u8]) -> bool {
        let name = container.rsplit(|&byte| byte == b'/').next().unwrap_or(container);
        let digits = name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let base = name[..name.len() - digits].strip_suffix(b"-").or_else(|| name[..name.len() - digits].strip_suffix(b"_"));
        self.is_program(container) || self.is_program(name) || digits > 0 && base.is_some_and(|base| self.is_program(base))
    }

    /// Whether `unit` of systemd is its own, an instance or not.
    #[must_use]
    pub fn is_unit(&self, unit: &[u8]) -> bool {
        let of_instance = |name: &str| {
            let template = name.strip_suffix(".service").map(|base| format!("{base}@"));
            template.is_some_and(|template| unit.starts_with(template.as_bytes()) && unit.ends_with(b".service"))
        };
        self.units.iter().any(|name| name.as_bytes() == unit || of_instance(name))
    }

    /// Reads a service's file; `place` is what errors call it.
    ///
    /// # Errors
    /// [`Error::Usage`] with the place in the file and what is wrong.
    pub fn parse(text: &str, place: &str) -> Result<Self> {
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
            templates: Vec::new(),
            keyed: Vec::new(),
            entries: Vec::new(),
        };
        for line in file.file {
            let matcher = LineMatcher::compile(&line.line, line.source, line.forgeable)
                .map_err(|what| fail(format!("line = {:?}: {what}", line.line)))?;
            definition.lines.push(matcher);
        }
        let dataset: &'static str = format!("{name}.auth").leak();
        for entry in file.message {
            definition.add(entry, dataset).map_err(fail)?;
        }
        if definition.entries.is_empty() {
            return Err(fail("no [[message]]: a service without messages hears nothing".to_owned()));
        }
        Ok(definition)
    }

    /// Adds a message.
    fn add(&mut self, entry: MessageEntry, dataset: &'static str) -> std::result::Result<(), String> {
        let outcome = match &*entry.outcome {
            "" => "",
            "failure" => "failure",
            "success" => "success",
            other => return Err(format!("outcome {other:?}: failure, success or absent")),
        };
        let action = match (entry.action, outcome) {
            (Some(action), _)
                if !action.is_empty() && action.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit()) =>
            {
                &*action.leak()
            }
            (Some(action), _) => return Err(format!("action {action:?}: lower-case letters, digits and _ only")),
            (None, "") => "message",
            (None, _) => "login",
        };
        let signals = match entry.signal.as_deref() {
            None => SignalSet::default(),
            Some(name) => SignalSet::default().with(index_of(name).ok_or_else(|| {
                let known: Vec<_> = SIGNALS.iter().map(|signal| signal.name).collect();
                format!("signal {name:?}: no such signal; there are {}", known.join(", "))
            })?),
        };
        let leak = |texts: Vec<String>| -> &'static [&'static str] {
            texts.into_iter().map(|text| &*text.leak()).collect::<Vec<&'static str>>().leak()
        };
        let examples = entry.example.into_vec();
        let meaning = MessageTemplate {
            pattern: "",
            service: self.name,
            dataset,
            action,
            outcome,
            signals,
            methods: leak(entry.methods),
            not_methods: leak(entry.not_methods),
            is_preauth: entry.preauth,
            is_invalid_user: false,
            is_clean: entry.clean,
            source: entry.source.leak(),
            example: examples.first().cloned().unwrap_or_default().leak(),
        };
        let mut templates: Vec<&'static MessageTemplate> = Vec::new();
        match (entry.template, entry.json, entry.logfmt, entry.xml) {
            (Some(texts), None, None, None) => {
                for text in texts.into_vec() {
                    let expanded = expand(&text).map_err(|flaw| flaw.show(&text))?;
                    for pattern in expanded {
                        let is_invalid_user = INVALID_USER.iter().any(|words| pattern.contains(words));
                        let template: &'static MessageTemplate =
                            Box::leak(Box::new(MessageTemplate { pattern: pattern.leak(), is_invalid_user, ..meaning.clone() }));
                        let matcher = TemplateMatcher::new(template);
                        matcher.check().map_err(|what| format!("template {:?}: {what}", template.pattern))?;
                        self.templates.push(matcher);
                        templates.push(template);
                    }
                }
            }
            (None, json, logfmt, xml) => {
                let given: Vec<_> = [(KeyedSyntax::Json, json), (KeyedSyntax::Logfmt, logfmt), (KeyedSyntax::Xml, xml)]
                    .into_iter()
                    .filter_map(|(syntax, table)| Some((syntax, table?)))
                    .collect();
                if given.is_empty() {
                    return Err("a [[message]] needs template, json, logfmt or xml".to_owned());
                }
                for (syntax, table) in given {
                    let pattern: &'static str = format!("{} {}", syntax.name(), serde_json::json!(table)).leak();
                    let template: &'static MessageTemplate = Box::leak(Box::new(MessageTemplate { pattern, ..meaning.clone() }));
                    self.keyed.push(KeyedMatcher::compile(syntax, &table, template)?);
                    templates.push(template);
                }
            }
            _ => return Err("a [[message]] has template or keys (json, logfmt, xml), not both".to_owned()),
        }
        self.entries.push(Entry { templates, examples, expect: entry.expect });
        Ok(())
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
