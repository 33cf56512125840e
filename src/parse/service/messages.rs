//! The messages of a service's file, `[[message]]`, and the matchers that they are compiled to.

use serde::{Deserialize, Deserializer};

use crate::parse::service::alternatives::expand;
use crate::parse::service::keyed::{KeyedMatcher, KeyedSyntax};
use crate::parse::service::template::{MessageTemplate, TemplateMatcher};
use crate::parse::service::template_table::TemplateTable;
use crate::record::signal::{SIGNALS, SignalSet, index_of};

/// What a message says, and how it is told from others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageEntry {
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
    /// Why what looks like a failed login counts for nothing here.
    uncounted: Option<String>,
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
    fn texts(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

/// How sshd calls a user who does not exist or may not log in. **Source:** OpenSSH `auth.c` (`auth_log`), `packet.c`; "illegal" before 4.0.
const INVALID_USER: [&str; 2] = ["invalid user {user", "illegal user {user"];

/// What the first example of a message gives.
#[derive(Debug, Clone, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expectation {
    /// The address or host name of the peer.
    pub addr: Option<String>,
    #[serde(default, deserialize_with = "port")]
    pub port: Option<u16>,
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
    enum PortText {
        Number(u16),
        Text(String),
    }
    match PortText::deserialize(toml)? {
        PortText::Number(port) => Ok(Some(port)),
        PortText::Text(text) => text.parse().map(Some).map_err(serde::de::Error::custom),
    }
}

/// The messages of a service, compiled.
#[derive(Debug)]
pub(super) struct Messages {
    /// Its messages of text.
    pub templates: TemplateTable,
    /// Its messages of keys and values.
    pub keyed: Vec<KeyedMatcher>,
    /// What was written, for checks and lists.
    pub entries: Vec<CompiledMessage>,
}

/// One `[[message]]`, compiled.
#[derive(Debug)]
pub(crate) struct CompiledMessage {
    /// The templates, before alternatives are expanded.
    pub templates: Vec<&'static MessageTemplate>,
    /// Example messages.
    pub examples: Vec<String>,
    /// What the first of them gives.
    pub expect: Option<Expectation>,
    /// Why what looks like a failed login counts for nothing here.
    pub uncounted: Option<String>,
}

impl CompiledMessage {
    /// Whether no signal fires, and nothing says why.
    pub(crate) fn is_silent(&self) -> bool {
        self.uncounted.is_none() && self.templates.iter().all(|template| template.signals.is_empty())
    }

    /// Whether a login failed, and that counts.
    pub(crate) fn counts_failures(&self) -> bool {
        self.templates.iter().any(|template| template.outcome == "failure" && !template.signals.is_empty())
    }

    /// Whether it is told by keys.
    pub(crate) fn is_keyed(&self) -> bool {
        self.templates.iter().any(|template| ["json ", "logfmt ", "xml "].iter().any(|syntax| template.pattern.starts_with(syntax)))
    }
}

impl MessageEntry {
    /// Whether it is told by keys.
    pub(crate) const fn is_keyed(&self) -> bool {
        self.json.is_some() || self.logfmt.is_some() || self.xml.is_some()
    }

    /// Whether it is told by keys that are written so.
    pub(crate) const fn is_keyed_in(&self, syntax: KeyedSyntax) -> bool {
        match syntax {
            KeyedSyntax::Json => self.json.is_some(),
            KeyedSyntax::Logfmt => self.logfmt.is_some(),
            KeyedSyntax::Xml => self.xml.is_some(),
        }
    }
}

impl Messages {
    /// Compiles the messages of the service `name`.
    ///
    /// # Errors
    /// What is wrong with one.
    pub(super) fn compile(name: &'static str, messages: &[MessageEntry]) -> Result<Self, String> {
        let dataset: &'static str = format!("{name}.auth").leak();
        let (mut templates, mut keyed, mut entries) = (Vec::new(), Vec::new(), Vec::new());
        for message in messages {
            let meaning = message.meaning(name, dataset)?;
            let shapes = if message.is_keyed() {
                message.compile_keyed(&meaning, &mut keyed)?
            } else {
                message.compile_text(&meaning, &mut templates)?
            };
            entries.push(CompiledMessage {
                templates: shapes,
                examples: message.example.texts().to_vec(),
                expect: message.expect.clone(),
                uncounted: message.uncounted.clone(),
            });
        }
        Ok(Self { templates: TemplateTable::new(templates), keyed, entries })
    }

    /// Whether each template can be read in one way.
    ///
    /// # Errors
    /// What is wrong with one.
    pub(super) fn check(&self) -> Result<(), String> {
        for matcher in self.templates.in_order() {
            matcher.check().map_err(|what| format!("template {:?}: {what}", matcher.shape.pattern))?;
        }
        Ok(())
    }
}

impl MessageEntry {
    /// What its templates have in common.
    fn meaning(&self, service: &'static str, dataset: &'static str) -> Result<MessageTemplate, String> {
        let outcome = match &*self.outcome {
            "" => "",
            "failure" => "failure",
            "success" => "success",
            other => return Err(format!("outcome {other:?}: failure, success or absent")),
        };
        let is_action =
            |action: &str| !action.is_empty() && action.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit());
        let action = match (&self.action, outcome) {
            (Some(action), _) if is_action(action) => &*action.clone().leak(),
            (Some(action), _) => return Err(format!("action {action:?}: lower-case letters, digits and _ only")),
            (None, "") => "message",
            (None, _) => "login",
        };
        let signals = match self.signal.as_deref() {
            None => SignalSet::default(),
            Some(name) => SignalSet::default().with(index_of(name).ok_or_else(|| {
                let known: Vec<_> = SIGNALS.iter().map(|signal| signal.name).collect();
                format!("signal {name:?}: no such signal; there are {}", known.join(", "))
            })?),
        };
        let leak = |texts: &[String]| -> &'static [&'static str] {
            if texts.is_empty() { &[] } else { texts.iter().map(|text| &*text.clone().leak()).collect::<Vec<&'static str>>().leak() }
        };
        Ok(MessageTemplate {
            pattern: "",
            service,
            dataset,
            action,
            outcome,
            signals,
            methods: leak(&self.methods),
            not_methods: leak(&self.not_methods),
            is_preauth: self.preauth,
            is_invalid_user: false,
            is_clean: self.clean,
            source: self.source.clone().leak(),
            example: self.example.texts().first().cloned().unwrap_or_default().leak(),
        })
    }

    /// The templates of its text, whose matchers go into `matchers`.
    fn compile_text(
        &self,
        meaning: &MessageTemplate,
        matchers: &mut Vec<TemplateMatcher>,
    ) -> Result<Vec<&'static MessageTemplate>, String> {
        let Some(texts) = &self.template else { return Err("a [[message]] needs template, json, logfmt or xml".to_owned()) };
        let mut templates = Vec::new();
        for text in texts.texts() {
            for pattern in expand(text).map_err(|issue| issue.show(text))? {
                let is_invalid_user = INVALID_USER.iter().any(|words| pattern.contains(words));
                let template: &'static MessageTemplate =
                    Box::leak(Box::new(MessageTemplate { pattern: pattern.leak(), is_invalid_user, ..meaning.clone() }));
                matchers.push(TemplateMatcher::new(template));
                templates.push(template);
            }
        }
        Ok(templates)
    }

    /// The templates of its keys, whose matchers go into `matchers`.
    fn compile_keyed(&self, meaning: &MessageTemplate, matchers: &mut Vec<KeyedMatcher>) -> Result<Vec<&'static MessageTemplate>, String> {
        if self.template.is_some() {
            return Err("a [[message]] has template or keys (json, logfmt, xml), not both".to_owned());
        }
        let tables = [(KeyedSyntax::Json, &self.json), (KeyedSyntax::Logfmt, &self.logfmt), (KeyedSyntax::Xml, &self.xml)];
        let mut templates = Vec::new();
        for (syntax, table) in tables.into_iter().filter_map(|(syntax, table)| Some((syntax, table.as_ref()?))) {
            let pattern: &'static str = format!("{} {}", syntax.name(), serde_json::json!(table)).leak();
            let template: &'static MessageTemplate = Box::leak(Box::new(MessageTemplate { pattern, ..meaning.clone() }));
            matchers.push(KeyedMatcher::compile(syntax, table, template)?);
            templates.push(template);
        }
        Ok(templates)
    }
}
