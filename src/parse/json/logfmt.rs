//! Lines of `key=value key="a value" key`.
//!
//! **Source:** go-logfmt/logfmt, package documentation.

use std::borrow::Cow;

use memchr::memchr;

use crate::parse::access::escaping::unescape;
use crate::parse::access::field::close_quoted;
use crate::parse::format::Arena;
use crate::parse::json::walk::Fields;
use crate::parse::json::walk::KnownPaths;

/// Reads a line for the values at `known`.
///
/// # Errors
/// Why it is no such line, or an ambiguous one.
pub(crate) fn read_paths<'a>(line: &'a [u8], arena: &'a Arena, known: &KnownPaths) -> Result<Fields<'a>, &'static str> {
    let mut fields = Fields::default();
    let mut rest = line.trim_ascii();
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| matches!(byte, b'=' | b' ')).unwrap_or(rest.len());
        let (key, behind) = rest.split_at(end);
        let (value, after) = match behind {
            [b'=', b'"', ..] => {
                let quoted = close_quoted(behind, 2).ok_or("a value in quotes does not end")?;
                let plain = match unescape(quoted.text) {
                    Cow::Borrowed(plain) => plain,
                    Cow::Owned(plain) => arena.keep(&plain),
                };
                (plain, &behind[quoted.end..])
            }
            [b'=', value @ ..] => value.split_at(memchr(b' ', value).unwrap_or(value.len())),
            _ => (&behind[..0], behind),
        };
        if !matches!(after, [] | [b' ', ..]) {
            return Err("text right behind a value in quotes");
        }
        if let Some(path) = std::str::from_utf8(key).ok().and_then(|key| known.find(key)) {
            fields.add(path, value)?;
        }
        rest = after.trim_ascii_start();
    }
    Ok(fields)
}
