//! Access lines in which clients' texts hold quotes as they were sent: Apache and nginx escape them, some servers do not.
//!
//! Takes a line behind its request, gives the one status that it can have, and says which texts have more than one reading. What a
//! client may have written must not be taken for the server's word: a line with two statuses has none, texts with two readings are left out.

use memchr::{memchr, memchr_iter, memmem};

use crate::parse::access::field::{Quoted, close_quoted, find_quote, read_quoted, split_size, split_status};
use crate::parse::format::Mismatch;

/// What stands behind a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StatusAndSize {
    /// Where the request ends, its quote included.
    pub end: usize,
    pub status: Option<u16>,
    /// Size of the body, in bytes.
    pub body_bytes: Option<u64>,
    /// Where what follows starts.
    pub after: usize,
    /// Whether another place of the line could be the request's end too, with the same status.
    pub is_ambiguous: bool,
}

/// Reads status and size behind a request that `end` is the first end of, or wherever else they can stand; `None`: in two places, with
/// different statuses.
///
/// # Errors
/// What is wrong at `end`, where they stand nowhere.
pub(crate) fn find_numbers(line: &[u8], end: usize) -> Result<Option<StatusAndSize>, Mismatch> {
    let own = read_numbers(line, end);
    let place = if own.is_ok() { StatusPosition::Second } else { StatusPosition::Only };
    let mut found: Option<StatusAndSize> = own.ok();
    let mut start = end;
    while let Some(quote) = find_quote(line, start) {
        start = quote + 1;
        let Some(other) = read_elsewhere(line, quote, place) else { continue };
        found = match found {
            None => Some(other),
            Some(first) if first.status != other.status => return Ok(None),
            Some(first) => Some(StatusAndSize {
                is_ambiguous: true,
                body_bytes: first.body_bytes.filter(|_| first.body_bytes == other.body_bytes),
                ..first
            }),
        };
    }
    found.map_or(own, Ok).map(Some)
}

fn read_numbers(line: &[u8], end: usize) -> Result<StatusAndSize, Mismatch> {
    let (status, after) = split_status(line, end)?;
    let (body_bytes, after) = split_size(line, after)?;
    Ok(StatusAndSize { end, status, body_bytes, after, is_ambiguous: false })
}

/// What status and size at a later quote would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StatusPosition {
    /// The line's only ones.
    Only,
    /// A second reading.
    Second,
}

/// Status and size behind the request that the quote at `quote` would end. Numbers behind a quote are often other fields (sizes,
/// durations): only those are taken that stand behind what ends a request, or before a referrer and a user agent.
fn read_elsewhere(line: &[u8], quote: usize, place: StatusPosition) -> Option<StatusAndSize> {
    let is_status = matches!(line.get(quote + 1..quote + 6)?, [b' ', b'1'..=b'9', b, c, b' '] if b.is_ascii_digit() && c.is_ascii_digit());
    let numbers = read_numbers(line, quote + 1).ok().filter(|_| is_status)?;
    let rest = &line[numbers.after..];
    // Two texts have four quotes, whatever else clients put into them.
    let has_texts = rest.starts_with(b" \"") && memchr_iter(b'"', rest).take(4).count() == 4
        || rest.starts_with(b" - \"") && read_pair(line, numbers.after).is_some();
    let is_last = place == StatusPosition::Only && (rest.is_empty() || rest.starts_with(b" \""));
    (has_texts || is_last || ends_request(&line[..quote])).then_some(numbers)
}

/// Whether `text` ends as a request line does, ` HTTP/1.1`.
pub(crate) fn ends_request(text: &[u8]) -> bool {
    let tail = &text[text.len().saturating_sub(b" HTTP/1.1".len())..];
    memchr(b'/', tail).is_some_and(|slash| {
        let version = &tail[slash + 1..];
        tail[..slash].ends_with(b" HTTP")
            && version.last().is_some_and(u8::is_ascii_digit)
            && version.iter().all(|&b| b.is_ascii_digit() || b == b'.')
    })
}

/// Referrer and user agent.
#[derive(Debug)]
pub(crate) struct QuotedFields<'a> {
    pub referrer: Quoted<'a>,
    /// The user agent.
    pub agent: Quoted<'a>,
    /// Whether one is left out because it can be read in more than one way.
    pub is_ambiguous: bool,
}

impl QuotedFields<'_> {
    /// Neither.
    pub(crate) const NONE: Self = Self { referrer: Quoted::UNKNOWN, agent: Quoted::UNKNOWN, is_ambiguous: false };
}

/// Referrer and user agent, which stand at `start` where the line has them.
///
/// What follows the agent is never read: nginx's `main` has X-Forwarded-For there, another server's configuration any
/// header that its clients may fill in. Which it is, only --log-format says.
///
/// # Errors
/// That there are quotes, but neither of the two.
#[inline]
pub(crate) fn read_texts(line: &[u8], start: usize) -> Result<Option<QuotedFields<'_>>, Mismatch> {
    let rest = &line[start..];
    if (rest.starts_with(b" \"") || rest.starts_with(b" - \"")) && form_of(rest) == QuoteForm::Raw {
        let referrer = read_sole_referrer(line, start);
        return Ok(Some(QuotedFields { referrer, is_ambiguous: true, ..QuotedFields::NONE }));
    }
    if let Some([referrer, agent]) = read_pair(line, start) {
        return Ok(Some(QuotedFields { referrer, agent, is_ambiguous: false }));
    }
    refuse_quotes(line, start).map(|()| None)
}

/// Refuses a line that has quotes at `start` or behind it, but no referrer and user agent.
fn refuse_quotes(line: &[u8], start: usize) -> Result<(), Mismatch> {
    let referrer = read_quoted(line, start);
    let at = referrer.map_or(start, |quoted| quoted.end);
    if memchr(b'"', &line[start..]).is_none() {
        return Ok(());
    }
    // A format with other fields between these: where its agent stands, only --log-format says.
    let reason = if !line[at..].starts_with(b" \"") {
        "quotes, but no referrer and user agent after the size: --log-format takes any order of fields"
    } else if referrer.is_some() {
        "the user agent has no closing quote"
    } else {
        "the referrer has no closing quote"
    };
    Err(Mismatch { at, reason })
}

/// Referrer and user agent at `start`.
#[inline]
fn read_pair(line: &[u8], start: usize) -> Option<[Quoted<'_>; 2]> {
    let referrer = read_quoted(line, start)?;
    Some([referrer, read_quoted(line, referrer.end)?])
}

/// How the quotes behind the size stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum QuoteForm {
    /// Each text is in quotes of its own.
    Fine,
    /// The line ends inside a text.
    Cut,
    /// Some stand inside a text.
    Raw,
}

/// How the quotes of `rest` stand: one that opens a text stands behind a space or a sign, one that closes it before one.
fn form_of(rest: &[u8]) -> QuoteForm {
    let mut start = 0;
    while let Some(open) = find_quote(rest, start) {
        let opens = open.checked_sub(1).is_none_or(|before| is_sign(rest[before]));
        let Some(text) = close_quoted(rest, open + 1) else {
            // A text may end in a backslash.
            return if rest.ends_with(b"\"") || !opens { QuoteForm::Raw } else { QuoteForm::Cut };
        };
        if !opens || !rest.get(text.end).is_none_or(|&byte| is_sign(byte)) {
            return QuoteForm::Raw;
        }
        start = text.end;
    }
    QuoteForm::Fine
}

const fn is_sign(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'=' | b':' | b',' | b';' | b'|' | b'[' | b']' | b'(' | b')' | b'{' | b'}' | b'<' | b'>' | b'\'')
}

/// The referrer at `start` of a line whose quotes stand inside texts, where only the user agent can hold them.
fn read_sole_referrer(line: &[u8], start: usize) -> Quoted<'_> {
    let rest = &line[start..];
    let referrer = read_quoted(line, start).filter(|text| line[text.end - 1..].starts_with(b"\" \""));
    referrer.filter(|_| memmem::find_iter(rest, b"\" \"").take(2).count() == 1).unwrap_or(Quoted::UNKNOWN)
}

/// Whether what follows a user agent, `tail`, can be read in one way only: this decides quickly for nearly every line that has more.
#[inline]
pub(crate) fn is_plain_tail(agent: &[u8], tail: &[u8]) -> bool {
    match tail {
        [] => true,
        [b' ', b'"', text @ .., b'"'] => memchr::memchr2(b'"', b'\\', text).is_none(),
        [b' ', next, ..] => {
            memchr::memchr2(b'"', b'\\', tail).is_none() && !(next.is_ascii_digit() && agent.last().is_some_and(u8::is_ascii_digit))
        }
        _ => false,
    }
}
