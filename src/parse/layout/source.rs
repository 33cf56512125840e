//! The format as it was given: a configuration line or the string alone, freed of the configuration's own quoting.
//!
//! Every byte keeps the place where it stood, so that an error can point at it.

use super::super::web::Escaping;
use crate::error::{Error, Result};

/// Whose directives a format is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `%h`.
    Apache,
    /// `$remote_addr`.
    Nginx,
}

/// Names that stand for the formats they have in the servers' own configuration, and how these write a quote.
const NICKNAMES: &[(&str, &str, Escaping)] = &[
    ("common", r#"%h %l %u %t "%r" %>s %b"#, Escaping::Logged),
    ("combined", r#"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i""#, Escaping::Logged),
    ("vhost_combined", r#"%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i""#, Escaping::Logged),
    // gunicorn `glogging.py` (`access_log_format`, `SafeAtoms`), CherryPy `_cplogging.py`.
    ("gunicorn", r#"%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-Agent}i""#, Escaping::Quotes),
    (
        "main",
        r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for""#,
        Escaping::Logged,
    ),
];

/// A format's text, byte by byte with the places where the bytes stood.
#[derive(Debug)]
pub struct Source<'t> {
    given: &'t str,
    /// How its server writes a quote.
    pub escaping: Escaping,
    /// Whose directives it has.
    pub dialect: Dialect,
    /// The bytes.
    pub bytes: Vec<u8>,
    places: Vec<usize>,
}

impl<'t> Source<'t> {
    /// Reads what was given.
    ///
    /// # Errors
    /// [`Error::Usage`] for a text without a field, a configuration line that is none, or values that are not escaped.
    pub fn read(given: &'t str) -> Result<Self> {
        let given = given.trim();
        let (given, escaping) =
            NICKNAMES.iter().find(|(name, ..)| *name == given).map_or((given, Escaping::Logged), |&(_, text, escaping)| (text, escaping));
        if !given.contains(['%', '$']) {
            let names: Vec<_> = NICKNAMES.iter().map(|(name, ..)| *name).collect();
            let what = if given.is_empty() { "it is empty".to_owned() } else { format!("there is no field in {given}") };
            let what = format!("--log-format: {what}: give a LogFormat, a log_format, or one of {}", names.join(", "));
            return Err(Error::Usage(what.replace(char::is_control, " ")));
        }
        let mut source = Self { given, escaping, dialect: dialect_of(given), bytes: Vec::new(), places: Vec::new() };
        match given.split_ascii_whitespace().next() {
            Some(word) if word.eq_ignore_ascii_case("LogFormat") => source.read_apache_line(word.len())?,
            Some("log_format") => source.read_nginx_line("log_format".len())?,
            _ => source.unquote(0..given.len()),
        }
        match source.bytes.iter().position(|&b| b == b'\n') {
            Some(at) => Err(source.error(at, "a format is one line")),
            None => Ok(source),
        }
    }

    /// An error about the byte `at` (its end where there is no such byte).
    pub fn error(&self, at: usize, what: &str) -> Error {
        let place = self.places.get(at).copied().unwrap_or(self.given.len());
        Error::usage_at(&format!("--log-format: {what}"), self.given, place)
    }

    /// `LogFormat "..." nickname`.
    fn read_apache_line(&mut self, start: usize) -> Result<()> {
        self.dialect = Dialect::Apache;
        let (inside, end) = self.string_at(start).ok_or_else(|| self.point(start, "LogFormat wants its format in quotes"))?;
        self.unquote(inside);
        let nickname = self.given[end..].split_ascii_whitespace();
        if nickname.count() <= 1 && !self.given[end..].contains('"') {
            return Ok(());
        }
        Err(self.point(end, "more than a nickname behind the format: quotes inside it are written \\\""))
    }

    /// `log_format name [escape=...] '...' '...';`.
    fn read_nginx_line(&mut self, start: usize) -> Result<()> {
        self.dialect = Dialect::Nginx;
        let first = self.given[start..].find(['\'', '"']).map(|at| start + at);
        let mut at = first.ok_or_else(|| self.point(start, "log_format wants a name, and its format in quotes"))?;
        if let Some(escape) = self.given[start..at].find("escape=none") {
            return Err(self.point(start + escape, "escape=none lets every client write whole fields: no reading of such lines is safe"));
        }
        while let Some((inside, end)) = self.string_at(at) {
            self.unquote(inside);
            at = end;
        }
        let rest = self.given[at..].trim();
        if matches!(rest, "" | ";") { Ok(()) } else { Err(self.point(at, "neither a string in quotes nor the end of log_format")) }
    }

    fn point(&self, place: usize, what: &str) -> Error {
        let text = &self.given[place..];
        let place = place + (text.len() - text.trim_start().len());
        Error::usage_at(&format!("--log-format: {what}"), self.given, place)
    }

    /// The inside of the quoted string behind the spaces at `start`, and where it ends.
    fn string_at(&self, start: usize) -> Option<(std::ops::Range<usize>, usize)> {
        let open = start + self.given[start..].find(|c: char| !c.is_whitespace())?;
        let quote = *self.given.as_bytes().get(open).filter(|b| matches!(b, b'"' | b'\''))?;
        let mut at = open + 1;
        loop {
            match self.given.as_bytes().get(at)? {
                b'\\' => at += 2,
                &byte if byte == quote => return Some((open + 1..at, at + 1)),
                _ => at += 1,
            }
        }
    }

    /// Appends a part of what was given, with the escapes of both servers' configuration files undone.
    fn unquote(&mut self, part: std::ops::Range<usize>) {
        let text = &self.given.as_bytes()[..part.end];
        let mut at = part.start;
        while let Some(&byte) = text.get(at) {
            let escaped = match (byte, text.get(at + 1)) {
                (b'\\', Some(&mark @ (b'"' | b'\'' | b'\\'))) => Some(mark),
                (b'\\', Some(b't')) => Some(b'\t'),
                (b'\\', Some(b'n')) => Some(b'\n'),
                _ => None,
            };
            self.bytes.push(escaped.unwrap_or(byte));
            self.places.push(at);
            at += if escaped.is_some() { 2 } else { 1 };
        }
    }
}

/// nginx's where a variable stands and no directive of Apache does.
fn dialect_of(text: &str) -> Dialect {
    let follows = |mark: u8, fits: fn(u8) -> bool| text.as_bytes().windows(2).any(|pair| pair[0] == mark && fits(pair[1]));
    let has_variable = follows(b'$', |b| b.is_ascii_lowercase() || b == b'{');
    let has_directive = follows(b'%', |b| b.is_ascii_alphabetic() || matches!(b, b'{' | b'>' | b'<' | b'!'));
    if has_variable && !has_directive { Dialect::Nginx } else { Dialect::Apache }
}
