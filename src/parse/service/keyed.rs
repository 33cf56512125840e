//! Messages of keys and values: JSON, logfmt, and the XML of an event.
//!
//! Each key that a message names has a template for its whole value; all of them must fit. A value is one text, so what a client puts
//! into one cannot move into another.

use toml::{Table, Value};

use crate::base::time::{Clock, LogTime};
use crate::parse::format::Arena;
use crate::parse::json::walk::Fields;
use crate::parse::service::alternatives::expand;
use crate::parse::service::field::Captures;
use crate::parse::service::match_input::{MatchInput, Truncation};
use crate::parse::service::own_line::read_time;
use crate::parse::service::strftime::TimeFormat;
use crate::parse::service::template::{MessageTemplate, TemplateMatcher};

/// How keys and values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KeyedSyntax {
    /// An object.
    Json,
    /// `key=value key="a value"`.
    Logfmt,
    /// One event in XML: the text of its elements, those called `Data` by their `Name`.
    Xml,
}

impl KeyedSyntax {
    /// What files of services call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Logfmt => "logfmt",
            Self::Xml => "xml",
        }
    }

    /// Which of them `text` is written in, as far as its first bytes tell.
    pub(crate) fn of(text: &[u8]) -> Self {
        match text.trim_ascii_start().first() {
            Some(b'{') => Self::Json,
            Some(b'<') => Self::Xml,
            _ => Self::Logfmt,
        }
    }
}

/// One message of keys and values.
#[derive(Debug)]
pub(crate) struct KeyedMatcher {
    /// How it is written.
    pub syntax: KeyedSyntax,
    /// What it means.
    pub template: &'static MessageTemplate,
    keys: Vec<KeyTemplate>,
}

/// What the value of a key must be.
#[derive(Debug)]
struct KeyTemplate {
    path: &'static str,
    is_optional: bool,
    form: KeyedForm,
}

impl KeyTemplate {
    /// Its value; of several keys, their values with a blank between them.
    fn value<'a>(&self, fields: &Fields<'a>, arena: &'a Arena) -> Option<&'a [u8]> {
        if !self.path.contains(' ') {
            return fields.get(self.path);
        }
        let mut values = Vec::new();
        for path in self.path.split(' ') {
            values.extend([&b" "[..], fields.get(path)?]);
        }
        Some(arena.join(&values[1..]))
    }
}

#[derive(Debug)]
enum KeyedForm {
    /// One of these texts.
    Text(Vec<TemplateMatcher>),
    /// When it happened: in one of these formats, or in any that needs no description.
    Time(Vec<TimeFormat>),
}

/// What a message of keys gives beside its captures.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct KeyedTime<'a>(pub Option<LogTime<'a>>);

impl KeyedMatcher {
    /// The matcher of `table`: paths of keys and templates of their values.
    ///
    /// # Errors
    /// What is wrong with a key.
    pub(crate) fn compile(syntax: KeyedSyntax, table: &Table, template: &'static MessageTemplate) -> Result<Self, String> {
        let mut keys = Vec::new();
        for (key, value) in table {
            let (path, is_optional) = key.strip_prefix('?').map_or((&**key, false), |path| (path, true));
            let texts: Vec<String> = match value {
                Value::Array(values) => values.iter().map(text_of).collect::<Result<_, _>>()?,
                value => vec![text_of(value)?],
            };
            let form = match time_formats(&texts)? {
                Some(formats) => KeyedForm::Time(formats),
                None => KeyedForm::Text(compile_texts(&texts, template)?),
            };
            keys.push(KeyTemplate { path: path.to_owned().leak(), is_optional, form });
        }
        // Constants first: they tell most messages apart.
        keys.sort_by_key(|key| match &key.form {
            KeyedForm::Text(texts) => usize::from(texts.iter().any(|text| text.shape.pattern.contains('{'))) + usize::from(key.is_optional),
            KeyedForm::Time(_) => 3,
        });
        if !keys.iter().any(|key| !key.is_optional && matches!(key.form, KeyedForm::Text(_))) {
            return Err(format!("{}: at least one key must be there and have a value", syntax.name()));
        }
        Ok(Self { syntax, template, keys })
    }

    /// The paths that it looks at.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().flat_map(|key| key.path.split(' '))
    }

    /// The templates of its values.
    pub(crate) fn values(&self) -> impl Iterator<Item = &TemplateMatcher> {
        self.keys.iter().flat_map(|key| match &key.form {
            KeyedForm::Text(texts) => texts.as_slice(),
            KeyedForm::Time(_) => &[],
        })
    }

    /// Adds what `fields` say to `parts`, and gives the time that they name, if all of the keys fit.
    pub(crate) fn read<'a>(
        &self,
        fields: &Fields<'a>,
        arena: &'a Arena,
        clock: &mut Clock,
        parts: &mut Captures<'a>,
    ) -> Option<KeyedTime<'a>> {
        parts.clear();
        let mut time = KeyedTime::default();
        for key in &self.keys {
            match (key.value(fields, arena), &key.form) {
                (None, _) if key.is_optional => {}
                (None, _) => return None,
                (Some(value), KeyedForm::Time(formats)) => time.0 = time.0.or_else(|| read_value(formats, value, arena, clock)),
                (Some(value), KeyedForm::Text(texts)) => {
                    let mut of_value = Captures::new();
                    let mut input = MatchInput::new(value, Truncation::Whole);
                    let fits = texts.iter().any(|text| text.read(&mut input, &mut of_value).is_some());
                    if fits {
                        parts.extend(&of_value);
                    } else if !key.is_optional {
                        return None;
                    }
                }
            }
        }
        Some(time)
    }
}

/// The formats of a time, where the value is one.
fn time_formats(texts: &[String]) -> Result<Option<Vec<TimeFormat>>, String> {
    if !texts.iter().any(|text| ["{time", "{utc"].iter().any(|start| text.starts_with(start))) {
        return Ok(None);
    }
    let part = |text: &String| text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).and_then(TimeFormat::of_part);
    let format = |text| part(text).unwrap_or_else(|| Err(format!("{text}: a time stands alone in its value")));
    texts.iter().map(format).collect::<Result<_, _>>().map(Some)
}

fn read_value<'a>(formats: &[TimeFormat], value: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Option<LogTime<'a>> {
    let whole = |format: &TimeFormat| format.read(value).filter(|(_, rest)| rest.is_empty()).map(|(text, _)| text);
    formats.iter().find_map(whole).and_then(|text| read_time(&text, arena, clock)).or_else(|| clock.parse_any(value).ok())
}

fn text_of(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Boolean(is_true) => Ok(is_true.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        other => Err(format!("{}: a value is a template, a number, true or false, or an array of these", serde_json::json!(other))),
    }
}

fn compile_texts(texts: &[String], template: &'static MessageTemplate) -> Result<Vec<TemplateMatcher>, String> {
    let mut matchers = Vec::new();
    for text in texts {
        for pattern in expand(text).map_err(|issue| issue.show(text))? {
            let shape: &'static MessageTemplate = Box::leak(Box::new(MessageTemplate { pattern: pattern.leak(), ..template.clone() }));
            let matcher = TemplateMatcher::new(shape);
            matcher.check().map_err(|what| format!("template {:?}: {what}", shape.pattern))?;
            matchers.push(matcher);
        }
    }
    Ok(matchers)
}
