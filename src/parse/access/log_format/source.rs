//! The format as it was given: a configuration line or the string alone, freed of the configuration's own quoting.
//!
//! Every byte keeps the position at which it stood, so that an error can point at it.

use crate::base::error::{Error, Result};
use crate::parse::access::escaping::Escaping;
use crate::parse::access::forwarded::ClientHeader;
use crate::parse::access::log_format::FormatOptions;
use crate::parse::access::named;

/// Whose directives a format is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// `%h`.
    Apache,
    /// `$remote_addr`.
    Nginx,
}

/// A format's text, byte by byte with the positions at which the bytes stood.
#[derive(Debug)]
pub(crate) struct FormatText<'t> {
    given: &'t str,
    /// How its server writes a quote.
    pub escaping: Escaping,
    /// Whose directives it has.
    pub dialect: Dialect,
    /// The header in which proxies name the client.
    pub client_header: &'t str,
    pub bytes: Vec<u8>,
    positions: Vec<usize>,
}

impl<'t> FormatText<'t> {
    /// Reads what was given.
    ///
    /// # Errors
    /// [`Error::Usage`] for a text without a field, a configuration line that is none, or values that are not escaped.
    pub(super) fn read(given: &'t str, options: FormatOptions<'t>) -> Result<Self> {
        let given = given.trim();
        if !given.contains(['%', '$']) {
            let what = if given.is_empty() { "it is empty".to_owned() } else { format!("there is no field in {given}") };
            let what = format!(
                "--log-format: {what}: give a LogFormat, a log_format, @FILE, or a name of --list-formats{}",
                named::nearest(given)
            );
            return Err(Error::Usage(what.replace(char::is_control, " ")));
        }
        let client_header = options.client_from.map_or("x-forwarded-for", ClientHeader::name);
        let dialect = dialect_of(given);
        let mut source = Self { given, escaping: Escaping::Escaped, dialect, client_header, bytes: Vec::new(), positions: Vec::new() };
        match given.split(|c: char| c.is_ascii_whitespace() || c == '=').next() {
            Some(word) if word.eq_ignore_ascii_case("LogFormat") => source.read_apache_line(word.len())?,
            Some(word) if word.eq_ignore_ascii_case("CustomLog") => source.read_custom_log(word.len())?,
            Some("accesslog.format") => source.read_lighttpd_line()?,
            Some("log_format") => source.read_nginx_line("log_format".len())?,
            _ => source.read_string(),
        }
        match source.bytes.iter().position(|&b| b == b'\n') {
            Some(at) => Err(source.error(at, "a format is one line")),
            None => Ok(source),
        }
    }

    /// The string alone, or as it stands in a configuration: in quotes, or for nginx in several.
    fn read_string(&mut self) {
        let mut strings = Vec::new();
        let mut at = 0;
        while let Some((inside, end)) = self.string_at(at) {
            strings.push(inside);
            at = end;
        }
        let is_quoted = matches!(self.given[at..].trim(), "" | ";") && (strings.len() == 1 || self.given.starts_with('\''));
        if strings.is_empty() || !is_quoted {
            self.unquote(0..self.given.len());
        } else {
            for inside in strings {
                self.unquote(inside);
            }
        }
    }

    /// `CustomLog path "..." [env=...]`.
    fn read_custom_log(&mut self, start: usize) -> Result<()> {
        self.dialect = Dialect::Apache;
        // The path may be in quotes too.
        let path = if let Some((_, end)) = self.string_at(start) {
            end
        } else {
            let rest = &self.given[start..];
            let path = rest.len() - rest.trim_start().len();
            start + rest[path..].find(char::is_whitespace).map_or(rest.len(), |len| path + len)
        };
        let (inside, _) =
            self.string_at(path).ok_or_else(|| self.point(path, "CustomLog wants its format in quotes here, not a nickname"))?;
        self.unquote(inside);
        Ok(())
    }

    /// `accesslog.format = "..."`.
    fn read_lighttpd_line(&mut self) -> Result<()> {
        self.dialect = Dialect::Apache;
        let start = self.given.find('=').map_or(self.given.len(), |at| at + 1);
        let (inside, _) = self.string_at(start).ok_or_else(|| self.point(start, "accesslog.format wants its format in quotes"))?;
        self.unquote(inside);
        Ok(())
    }

    /// An error about the byte `at` (its end where there is no such byte).
    pub(super) fn error(&self, at: usize, what: &str) -> Error {
        let position = self.positions.get(at).copied().unwrap_or(self.given.len());
        Error::usage_at(&format!("--log-format: {what}"), self.given, position)
    }

    /// `LogFormat "..." nickname`.
    fn read_apache_line(&mut self, start: usize) -> Result<()> {
        self.dialect = Dialect::Apache;
        let (inside, end) = self.string_at(start).ok_or_else(|| self.point(start, "LogFormat needs its format in quotes"))?;
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
        let mut at = first.ok_or_else(|| self.point(start, "log_format needs a name, and its format in quotes"))?;
        if let Some(escape) = self.given[start..at].find("escape=none") {
            return Err(self.point(start + escape, "escape=none lets clients write whole fields, so such lines cannot be read safely"));
        }
        while let Some((inside, end)) = self.string_at(at) {
            self.unquote(inside);
            at = end;
        }
        let rest = self.given[at..].trim();
        if matches!(rest, "" | ";") { Ok(()) } else { Err(self.point(at, "neither a string in quotes nor the end of log_format")) }
    }

    fn point(&self, position: usize, what: &str) -> Error {
        let text = &self.given[position..];
        let position = position + (text.len() - text.trim_start().len());
        Error::usage_at(&format!("--log-format: {what}"), self.given, position)
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
            self.positions.push(at);
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
