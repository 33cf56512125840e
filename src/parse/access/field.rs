//! The fields of a line of an access log: quoted texts, a status, a size, each read where the one before it ended.
//!
//! Takes a line and a place in it, gives what stands there and the place behind it.

use memchr::memchr_iter;

use crate::base::number::split_digits;
use crate::base::simd::find_quote_or_backslash;
use crate::parse::access::request::{read_size, read_status};
use crate::parse::format::Mismatch;
use crate::record::MAX_INTEGER;

/// A field in quotes, or what stands for one that is unknown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quoted<'a> {
    /// The text between the quotes.
    pub text: &'a [u8],
    /// Whether it holds a backslash.
    pub has_escape: bool,
    /// Where what is behind it starts.
    pub end: usize,
}

impl Quoted<'_> {
    /// The `-` that stands for a field of which nothing is known.
    pub(crate) const UNKNOWN: Self = Self { text: b"-", has_escape: false, end: 0 };
}

/// The next `"` from `start` on that is not escaped by a backslash.
pub(crate) fn find_quote(line: &[u8], start: usize) -> Option<usize> {
    Some(close_quoted(line, start)?.end - 1)
}

/// Where the text at the start of `rest` ends if its server writes `\"` for a quote, but a backslash as it came: a text may then end in
/// one. A quote behind one is the text's, unless the next text or the end of the line follows: no quote of a text has a space before it.
pub(crate) fn find_quote_of_quotes(rest: &[u8]) -> Option<usize> {
    let closes = |&at: &usize| !rest[..at].ends_with(b"\\") || rest.len() == at + 1 || rest[at + 1..].starts_with(b" \"");
    memchr_iter(b'"', rest).find(closes)
}

/// The text from `start` on that the next `"` ends which no backslash escapes.
#[allow(clippy::inline_always, reason = "what it gives is large and taken apart at once")]
#[inline(always)]
pub(crate) fn close_quoted(line: &[u8], start: usize) -> Option<Quoted<'_>> {
    let at = find_quote_or_backslash(line, start)?;
    if line[at] == b'"' {
        return Some(Quoted { text: &line[start..at], has_escape: false, end: at + 1 });
    }
    close_escaped(line, start, at)
}

/// The same of a text whose first backslash is at `at`.
fn close_escaped(line: &[u8], start: usize, mut at: usize) -> Option<Quoted<'_>> {
    while line[at] == b'\\' {
        at = find_quote_or_backslash(line, at + 2)?;
    }
    Some(Quoted { text: &line[start..at], has_escape: true, end: at + 1 })
}

/// The status behind the space at `start`, and where it ends.
///
/// # Errors
/// Where it is none, and why.
#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
pub(crate) fn split_status(line: &[u8], start: usize) -> Result<(Option<u16>, usize), Mismatch> {
    let mismatch = |reason| Mismatch { at: start, reason };
    if let Some([b' ', a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', b' ']) = line.get(start..start + 5) {
        let digit = |byte: u8| u16::from(byte - b'0');
        return Ok((Some(100 * digit(*a) + 10 * digit(*b) + digit(*c)), start + 4));
    }
    let (text, end) = split_field(line, start).ok_or(mismatch("no status after the request"))?;
    Ok((read_status(text).map_err(mismatch)?, end))
}

/// The size of the body behind the space at `start`, and where it ends.
///
/// # Errors
/// Where it is none, and why.
#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
pub(crate) fn split_size(line: &[u8], start: usize) -> Result<(Option<u64>, usize), Mismatch> {
    let mismatch = |reason| Mismatch { at: start, reason };
    if let Some((size @ ..=MAX_INTEGER, end)) = split_number(line, start) {
        return Ok((Some(size), end));
    }
    let (text, end) = split_field(line, start).ok_or(mismatch("no size after the status"))?;
    Ok((read_size(text).map_err(mismatch)?, end))
}

/// The number that is the word behind the space at `start`, and where it ends.
#[inline]
fn split_number(line: &[u8], start: usize) -> Option<(u64, usize)> {
    let text = line.get(start..)?.strip_prefix(b" ")?;
    let (number, len) = split_digits(text)?;
    matches!(text.get(len), None | Some(b' ')).then_some((number, start + 1 + len))
}

/// The word behind the space at `start`, and where it ends.
fn split_field(line: &[u8], start: usize) -> Option<(&[u8], usize)> {
    let text = line.get(start..)?.strip_prefix(b" ")?;
    let len = text.iter().position(|&b| b == b' ').unwrap_or(text.len());
    Some((&text[..len], start + 1 + len)).filter(|_| len > 0)
}

/// ` "text"` at `start`, or ` -`.
#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
pub(crate) fn read_quoted(line: &[u8], start: usize) -> Option<Quoted<'_>> {
    match line.get(start..)? {
        [b' ', b'"', ..] => close_quoted(line, start + 2),
        [b' ', b'-'] | [b' ', b'-', b' ', ..] => Some(Quoted { end: start + 2, ..Quoted::UNKNOWN }),
        _ => None,
    }
}
