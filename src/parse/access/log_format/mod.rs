//! `--log-format`: access logs in the format that a server's configuration gives them, or in one that is called by its name.
//!
//! A string of Apache, nginx or lighttpd is compiled once into segments between quotes, which read lines into slices, without a regex. A
//! format in which one client's text could be taken for another field is refused, not guessed at.

#[cfg(test)]
mod config_tests;
#[cfg(test)]
mod field_injection_tests;
mod timestamp;

mod compile;
mod config_file;
mod config_syntax;
mod directive;
mod fields;
mod segment;
pub(crate) mod source;
mod token;

use std::sync::Arc;

use crate::base::error::{Error, Result};
use crate::base::time;
use crate::base::time::Clock;
use crate::io::lines::{FIELDS, Line};
use crate::parse::access::forwarded::ClientHeader;
use crate::parse::access::json::keyed::KeyedFormat;
use crate::parse::access::log_format::directive::RequestField;
use crate::parse::access::log_format::fields::FieldFormat;
use crate::parse::access::log_format::source::FormatText;
use crate::parse::access::named;
use crate::parse::access::named::ResolvedName;
use crate::parse::access::request::Web;
use crate::parse::access::server::w3c;
use crate::parse::format::{Arena, Format, FormatKind, Mismatch, ParsedLine};

/// What the user gave.
#[derive(Debug)]
pub struct LogFormat(Layout);

#[derive(Debug)]
enum Layout {
    /// A string of a server's configuration.
    Fields(FieldFormat),
    /// One of the formats that find themselves, or several of them, by the name of a server that writes them.
    Known(&'static str, Vec<&'static Format>),
    /// One that only its name tells.
    Own(&'static str, named::ReadLine),
    /// Keys and their values, in JSON or as text.
    Keyed(KeyedFormat),
    /// A `#Fields:` line, for pieces of a log that do not have it.
    Columns(String),
}

/// What changes how a format is taken.
#[derive(Debug, Clone, Copy, Default)]
pub struct FormatOptions<'o> {
    /// The header in which proxies name the client; X-Forwarded-For where none is given.
    pub client_from: Option<&'o ClientHeader>,
    /// Whether lines without the address of a peer are believed to be of a trusted one.
    pub trusts_log_peer: bool,
}

/// What a line of a format begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineStart {
    /// Text of the format, or of the server.
    Server,
    /// A time.
    Time,
    /// What JSON begins with.
    Brace,
    /// Text of a client.
    Client,
}

/// How the reading of a line ended.
#[derive(Debug)]
pub enum LogFormatResult<'a> {
    /// A request.
    Request(Web<'a>),
    /// Something else that the format has: a line that tells of the log itself, or a request that can be read in two ways.
    Other(ParsedLine<'a>),
    /// A line of syslog, however well it may fit.
    Syslog,
    /// Which field does not fit, and why.
    Unfit(Arc<str>, &'static str),
}

impl LogFormat {
    /// As [`compile_with`](Self::compile_with), without options.
    ///
    /// # Errors
    /// As there.
    pub fn compile(given: &str) -> Result<Self> {
        Self::compile_with(given, FormatOptions::default())
    }

    /// Compiles what a user gave: a name, a format, a whole line of a configuration, `@FILE` or `@FILE:NAME`, or a `#Fields:` line.
    ///
    /// # Errors
    /// A usage error that points at the place.
    pub fn compile_with(given: &str, options: FormatOptions<'_>) -> Result<Self> {
        let given = given.trim();
        if let Some(file) = given.strip_prefix('@') {
            return Self::compile_with(&config_file::find_format(file)?, options);
        }
        if given.as_bytes().starts_with(FIELDS) {
            return match w3c::check(given.as_bytes()) {
                Ok(()) => Ok(Self(Layout::Columns(given.to_owned()))),
                Err(name) => Err(Error::Usage(format!("--log-format: {given} has no column {name}"))),
            };
        }
        if let Some(keyed) = KeyedFormat::of_text(given, options)? {
            return Ok(Self(Layout::Keyed(keyed)));
        }
        Ok(Self(match named::find(given) {
            Some((name, ResolvedName::Text(text, escaping))) => {
                let mut source = FormatText::read(text, options)?;
                source.escaping = escaping;
                Layout::Fields(compile::compile(&source, options).map_err(|error| in_name(error, name))?)
            }
            Some((name, ResolvedName::Formats(formats))) => {
                match options.client_from.and_then(|header| KeyedFormat::of_table(name, header)) {
                    Some(keyed) => Layout::Keyed(keyed),
                    None => Layout::Known(name, formats),
                }
            }
            Some((name, ResolvedName::Own(read))) => Layout::Own(name, read),
            None => Layout::Fields(compile::compile(&FormatText::read(given, options)?, options)?),
        }))
    }

    /// The format of `--json client=KEY,...`.
    ///
    /// # Errors
    /// A usage error that names what cannot be read.
    pub fn from_json_keys(keys: &str, options: FormatOptions<'_>) -> Result<Self> {
        KeyedFormat::of_json(keys, options).map(|keyed| Self(Layout::Keyed(keyed)))
    }

    /// Whether lines of another format may stand beside lines of this one.
    ///
    /// Formats of web logs may not: this one stands in their place. Where clients write the first word of a line, or where
    /// lines begin as those of the other format do, a client could write a line of the other format.
    pub(crate) fn allows(&self, other: FormatKind) -> bool {
        match (self.opening(), other) {
            (_, FormatKind::Web) | (LineStart::Client, _) => false,
            (LineStart::Server, _) => true,
            (LineStart::Time, other) => !matches!(other, FormatKind::BehindTime),
            (LineStart::Brace, other) => !matches!(other, FormatKind::Json),
        }
    }

    /// Whether its lines may stand in JSON that a container engine wrote around them: a line with the keys that were given is read by them, whatever
    /// else it holds, and any other is what it would be without them.
    pub(crate) fn is_in_containers(&self) -> bool {
        matches!(&self.0, Layout::Keyed(_))
    }

    fn opening(&self) -> LineStart {
        match &self.0 {
            Layout::Fields(format) => format.opening,
            Layout::Known(name, _) if name.ends_with("_json") => LineStart::Brace,
            Layout::Known("aws_elb" | "caddy_console" | "w3c" | "iis" | "cloudfront", _) | Layout::Columns(_) => LineStart::Time,
            Layout::Known(..) | Layout::Own(..) => LineStart::Server,
            Layout::Keyed(format) => format.opening(),
        }
    }

    /// Whether its lines say when.
    pub fn has_time(&self) -> bool {
        match &self.0 {
            Layout::Fields(format) => format.has_time(),
            Layout::Known(name, _) => *name != "uvicorn",
            Layout::Own(..) | Layout::Columns(_) => true,
            Layout::Keyed(format) => format.has_time(),
        }
    }

    /// Whether a request can carry a signal that is on by default: its status or its user agent is there.
    pub(crate) fn has_signal(&self) -> bool {
        match &self.0 {
            Layout::Fields(format) => format.has(RequestField::Status) || format.has(RequestField::Agent),
            _ => true,
        }
    }

    /// Whether its lines hold X-Forwarded-For, or the header of `--client-from`.
    pub fn has_forwarded(&self, options: FormatOptions<'_>) -> bool {
        let is_list = options.client_from.is_none_or(ClientHeader::is_x_forwarded_for);
        match &self.0 {
            Layout::Fields(format) => format.has(RequestField::Forwarded),
            Layout::Known(name, _) => {
                is_list
                    && matches!(*name, "nginx_json" | "caddy_json" | "caddy_console" | "traefik_json" | "envoy" | "istio" | "w3c" | "iis")
            }
            Layout::Own(name, _) => is_list && matches!(*name, "envoy_default" | "ingress_nginx_old"),
            Layout::Keyed(format) => format.has_forwarded(),
            Layout::Columns(header) => is_list && w3c::has_forwarded(header.as_bytes()),
        }
    }

    /// Reads a line of which only the text is known.
    pub fn read<'a>(&self, line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> LogFormatResult<'a> {
        self.read_line(&Line::of(line), arena, clock)
    }

    /// Reads a line.
    pub fn read_line<'a>(&self, line: &Line<'a>, arena: &'a Arena, clock: &mut Clock) -> LogFormatResult<'a> {
        // A full time says nothing where lines of this format begin with one, and no line of syslog does beside it.
        if time::starts_like_rfc3164(line.text) || self.allows(FormatKind::BehindTime) && is_syslog(line.text) {
            return LogFormatResult::Syslog;
        }
        let (name, read) = match &self.0 {
            Layout::Fields(format) => {
                return match format.read(line.text, arena, clock) {
                    Ok(web) => LogFormatResult::Request(web),
                    Err((field, reason)) => LogFormatResult::Unfit(field, reason),
                };
            }
            Layout::Known(name, formats) => (*name, read_known(formats, line, arena, clock)),
            Layout::Own(name, read) => (*name, read(line.text, arena, clock)),
            Layout::Keyed(format) => (format.name(), format.read(line.text, arena, clock)),
            Layout::Columns(header) => {
                ("#Fields:", w3c::read(line.text, line.header.filter(|h| !h.is_empty()).unwrap_or(header.as_bytes()), arena, clock))
            }
        };
        match read {
            Ok(ParsedLine::Web(web)) => LogFormatResult::Request(web),
            Ok(other) => LogFormatResult::Other(other),
            Err(mismatch) => LogFormatResult::Unfit(name.into(), mismatch.reason),
        }
    }
}

/// What the first of `formats` that fits says, or why the nearest does not.
fn read_known<'a>(
    formats: &[&Format],
    line: &Line<'a>,
    arena: &'a Arena,
    clock: &mut Clock,
) -> std::result::Result<ParsedLine<'a>, Mismatch> {
    let mut nearest = Mismatch { at: 0, reason: "not a line of this format" };
    for format in formats {
        match (format.read)(line, arena, clock) {
            Ok(reading) => return Ok(reading),
            Err(mismatch) if mismatch.at > nearest.at => nearest = mismatch,
            Err(_) => {}
        }
    }
    Err(nearest)
}

/// An error about the string that a name stands for, which the user did not write.
fn in_name(error: Error, name: &str) -> Error {
    match error {
        Error::Usage(text) => Error::Usage(format!("{text}\n  ({name} stands for it)")),
        error => error,
    }
}

/// Whether `line` starts as a line of syslog with a full time does: that time, a host and `tag[pid]:`. No user name in such
/// a line makes a request of it.
fn is_syslog(line: &[u8]) -> bool {
    let mut words = line.splitn(4, |&b| b == b' ');
    let is_time = |word: &[u8]| std::str::from_utf8(word).is_ok_and(|word| time::parse_rfc3339(word).is_ok());
    let is_tag = |word: &[u8]| {
        let pid = word.strip_suffix(b"]:").and_then(|word| word.rsplit(|&b| b == b'[').next());
        pid.is_some_and(|pid| !pid.is_empty() && pid.len() < word.len() - 2 && pid.iter().all(u8::is_ascii_digit))
    };
    line.first().is_some_and(u8::is_ascii_digit) && words.next().is_some_and(is_time) && words.take(2).any(is_tag)
}

#[cfg(test)]
mod tests;
