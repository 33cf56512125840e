//! The names that `--log-format` takes: every server and service whose log is known, whether its lines find themselves or not.
//!
//! A name stands for a string in the language of Apache or nginx, for formats that find themselves (then no other web log is read), or
//! for a reader of its own. What finds itself is in `FORMATS` under its own name, which is taken here too.

mod headed;
mod own;
mod table;

use crate::base::time::Clock;
use crate::parse::FORMATS;
use crate::parse::access::escaping::Escaping;
use crate::parse::format::{Arena, Format, FormatKind, Mismatch, ParsedLine};

pub use crate::parse::access::named::table::NAMED;

/// Reads a line by itself.
pub(crate) type ReadLine = for<'a> fn(&'a [u8], &'a Arena, &mut Clock) -> Result<ParsedLine<'a>, Mismatch>;

/// One name.
#[derive(Debug)]
pub struct NamedFormat {
    /// The name.
    pub name: &'static str,
    /// What writes such lines.
    pub about: &'static str,
    /// Where the format is specified, and the server with which it was tried.
    pub source: &'static str,
    /// How its lines are read.
    pub reader: NamedReader,
    /// A line, and the event that `soar-parse --all --name example --log-format NAME` makes of it.
    pub example: (&'static str, &'static str),
}

/// How the lines of a name are read.
#[derive(Debug, Clone, Copy)]
pub enum NamedReader {
    /// By this string, in which quotes are written so.
    Text(&'static str, Escaping),
    /// By formats that find themselves.
    Formats(&'static [&'static Format]),
    /// In a way that only the name tells.
    Own(ReadLine),
    /// By keys: see `KeyedFormat`.
    Keys,
}

/// What a name stands for.
#[derive(Debug)]
pub(crate) enum ResolvedName {
    /// See [`NamedReader::Text`].
    Text(&'static str, Escaping),
    /// See [`NamedReader::Formats`].
    Formats(Vec<&'static Format>),
    /// See [`NamedReader::Own`].
    Own(ReadLine),
}

/// What `name` stands for, and the name as it lives in the table.
pub(crate) fn find(name: &str) -> Option<(&'static str, ResolvedName)> {
    if let Some(named) = NAMED.iter().find(|named| named.name == name) {
        let found = match named.reader {
            NamedReader::Text(text, escaping) => ResolvedName::Text(text, escaping),
            NamedReader::Formats(formats) => ResolvedName::Formats(formats.to_vec()),
            NamedReader::Own(read) => ResolvedName::Own(read),
            NamedReader::Keys => return None,
        };
        return Some((named.name, found));
    }
    let format = FORMATS.iter().find(|format| format.kind == FormatKind::Web && format.name == name)?;
    Some((format.name, ResolvedName::Formats(vec![format])))
}

/// Every name that `--log-format` takes.
pub fn names() -> impl Iterator<Item = &'static str> {
    let found = FORMATS.iter().filter(|format| format.kind == FormatKind::Web).map(|format| format.name);
    let own = NAMED.iter().map(|named| named.name);
    found.filter(|name| !NAMED.iter().any(|named| named.name == *name)).chain(own)
}

/// Whether who gives this name vouches for the client, which a header or another writer of the log may have named: then nothing proposes it.
pub(crate) fn vouches(name: &str) -> bool {
    matches!(name, "quoted_client" | "php_server" | "glassfish" | "gin" | "zoraxy")
}

/// The names that look like `given`, in words; nothing where none does.
pub fn nearest(given: &str) -> String {
    const LEAST_LETTERS: usize = 4;
    let given = given.to_ascii_lowercase();
    let word = given.get(..LEAST_LETTERS).unwrap_or(&given);
    let alike: Vec<_> = names().filter(|name| !word.is_empty() && name.contains(word)).collect();
    if alike.is_empty() { String::new() } else { format!("; like it: {}", alike.join(", ")) }
}

/// What is said of a line that no format takes, but that looks like one that only its name tells.
pub fn hint(line: &[u8]) -> Option<&'static str> {
    own::HINTS.iter().find(|(looks_so, _)| looks_so(line)).map(|(_, hint)| *hint)
}
