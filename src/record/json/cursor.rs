//! JSON read by hand: lines as our own writers put them, at a fraction of the cost of reading any JSON.
//!
//! **Source:** RFC 8259.

use std::borrow::Cow;

use crate::base::number::{count_digits, split_digits};
use crate::base::simd::{find_json_escape, find_non_ascii_or_escape};
use crate::base::time::rfc3339::{MonthReader, TIME_LEN};
use crate::record::Text;

/// How deep a value may be nested: deeper than any of ours.
const DEEPEST: usize = 8;

/// A cursor in one line of JSON without white space. What it does not accept may be JSON all the same; what it accepts is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct JsonCursor<'a> {
    rest: &'a [u8],
}

impl<'a> JsonCursor<'a> {
    /// A cursor at the start of `line`.
    pub(crate) const fn new(line: &'a [u8]) -> Self {
        Self { rest: line }
    }

    /// Whether `literal` comes next; then it is behind us. Of a known length, so that it is a comparison or two and no call.
    #[inline]
    pub(crate) fn consume<const N: usize>(&mut self, literal: &[u8; N]) -> bool {
        match self.rest.split_first_chunk::<N>() {
            Some((start, rest)) if start == literal => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// [`JsonCursor::consume`], and nothing more where it does not come.
    #[inline]
    pub(crate) fn expect<const N: usize>(&mut self, literal: &[u8; N]) -> Option<()> {
        self.consume(literal).then_some(())
    }

    /// `text`, if it and the closing quote come next; then both are behind us.
    #[inline]
    pub(crate) fn consume_text(&mut self, text: &[u8]) -> Option<&'a [u8]> {
        let [b'"', rest @ ..] = self.rest.strip_prefix(text)? else { return None };
        let same = &self.rest[..text.len()];
        self.rest = rest;
        Some(same)
    }

    /// The next `N` bytes, if a closing quote follows; then both are behind us.
    #[inline]
    fn consume_quoted<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        match self.rest.split_first_chunk::<N>() {
            Some((text, [b'"', rest @ ..])) => {
                self.rest = rest;
                Some(text)
            }
            _ => None,
        }
    }

    /// The text up to the closing quote, if it is ASCII without an escape.
    #[inline]
    pub(crate) fn plain_text(&mut self) -> Option<&'a [u8]> {
        let len = find_non_ascii_or_escape(self.rest)?;
        let (text, rest) = self.rest.split_at(len);
        self.rest = rest;
        self.expect(b"\"")?;
        Some(text)
    }

    /// A time behind its opening quote, as we write it, in whole seconds, or any other of RFC 3339.
    #[inline]
    pub(crate) fn time(&mut self, months: &mut MonthReader) -> Option<i64> {
        match self.consume_quoted::<TIME_LEN>() {
            Some(text) => months.read(text),
            None => months.read(self.plain_text()?),
        }
    }

    /// A string with its quotes, unescaped; UTF-8.
    #[inline]
    pub(crate) fn text(&mut self) -> Option<Cow<'a, [u8]>> {
        let value = self.rest;
        self.expect(b"\"")?;
        if let Some(text) = self.plain_text() {
            return Some(Cow::Borrowed(text));
        }
        self.rest = value;
        self.escaped_text()
    }

    fn escaped_text(&mut self) -> Option<Cow<'a, [u8]>> {
        let text: Text<'a> = serde_json::from_slice(self.value()?).ok()?;
        Some(text.into_bytes())
    }

    /// A whole number of at most 15 digits, so below 2^53.
    #[allow(clippy::inline_always, reason = "it takes no longer than the call")]
    #[inline(always)]
    pub(crate) fn integer(&mut self) -> Option<u64> {
        let (number, digits) = split_digits(self.rest)?;
        if digits > 15 || digits > 1 && self.rest[0] == b'0' {
            return None;
        }
        self.rest = &self.rest[digits..];
        Some(number)
    }

    /// [`JsonCursor::integer`] of which nobody needs the value.
    #[inline]
    pub(crate) fn skip_integer(&mut self) -> Option<()> {
        match *self.rest {
            [b'1'..=b'9', ..] => {
                let digits = count_digits(self.rest);
                self.rest = &self.rest[digits..];
                (digits <= 15).then_some(())
            }
            _ => self.integer().map(drop),
        }
    }

    /// `text`, if it is not empty and comes next; then it is behind us.
    #[inline]
    pub(crate) fn consume_cached(&mut self, text: &[u8]) -> Option<&'a [u8]> {
        if text.is_empty() {
            return None;
        }
        let rest = self.rest.strip_prefix(text)?;
        let same = &self.rest[..text.len()];
        self.rest = rest;
        Some(same)
    }

    /// What was read since `before`, an earlier copy of this cursor.
    pub(crate) fn since(&self, before: &Self) -> &'a [u8] {
        &before.rest[..before.rest.len() - self.rest.len()]
    }

    /// What is still to come.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Any value.
    pub(crate) fn skip_value(&mut self) -> Option<()> {
        self.skip(DEEPEST)
    }

    /// Any value, as it stands there.
    pub(crate) fn value(&mut self) -> Option<&'a [u8]> {
        let before = self.rest;
        self.skip(DEEPEST)?;
        Some(&before[..before.len() - self.rest.len()])
    }

    /// Whether nothing comes any more.
    pub(crate) const fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    fn skip_member(&mut self, depth: usize) -> Option<()> {
        self.skip_string()?;
        self.expect(b":")?;
        self.skip(depth)
    }

    fn skip(&mut self, depth: usize) -> Option<()> {
        match self.rest.first()? {
            b'"' => self.skip_string(),
            b'{' if depth > 0 => self.skip_list(b'}', |cursor| cursor.skip_member(depth - 1)),
            b'[' if depth > 0 => self.skip_list(b']', |cursor| cursor.skip(depth - 1)),
            b'0'..=b'9' | b'-' => self.skip_number(),
            b't' => self.expect(b"true"),
            b'f' => self.expect(b"false"),
            b'n' => self.expect(b"null"),
            _ => None,
        }
    }

    fn skip_number(&mut self) -> Option<()> {
        self.consume(b"-");
        self.skip_integer()?;
        if self.consume(b".") {
            let digits = count_digits(self.rest);
            self.rest = &self.rest[digits..];
            return (digits > 0).then_some(());
        }
        Some(())
    }

    fn skip_list(&mut self, end: u8, item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.rest = &self.rest[1..];
        self.items(end, item)
    }

    /// What `item` reads, again and again, up to `end`.
    pub(crate) fn items(&mut self, end: u8, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        if self.consume(&[end]) {
            return Some(());
        }
        loop {
            item(self)?;
            if self.consume(&[end]) {
                return Some(());
            }
            self.expect(b",")?;
        }
    }

    /// A string with its quotes.
    #[inline]
    pub(crate) fn skip_string(&mut self) -> Option<()> {
        self.expect(b"\"")?;
        loop {
            self.rest = &self.rest[find_json_escape(self.rest)?..];
            match self.rest {
                [b'"', rest @ ..] => {
                    self.rest = rest;
                    return Some(());
                }
                [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', rest @ ..] => self.rest = rest,
                // As our writer spells the other control characters; no half of a surrogate pair.
                [b'\\', b'u', first @ (b'0'..=b'9' | b'a'..=b'c'), b, c, d, rest @ ..]
                    if [first, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()) =>
                {
                    self.rest = rest;
                }
                _ => return None,
            }
        }
    }
}
