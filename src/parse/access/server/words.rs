//! A line read from the left, word by word: what the formats of servers other than Apache and nginx are taken apart with.

use memchr::memchr;

use crate::base::net;
use crate::parse::format::Mismatch;

/// The part of a line that was not read yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words<'a> {
    rest: &'a [u8],
    len: usize,
}

impl<'a> Words<'a> {
    /// The words of `line`.
    pub(crate) const fn of(line: &'a [u8]) -> Self {
        Self { rest: line, len: line.len() }
    }

    /// What was not read yet.
    pub(crate) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// That `reason` is wrong where the reading stands.
    pub(crate) const fn mismatch(&self, reason: &'static str) -> Mismatch {
        Mismatch { at: self.len - self.rest.len(), reason }
    }

    /// Reads `text`, which stands there.
    ///
    /// # Errors
    /// That it does not: `reason`.
    pub(crate) fn skip(&mut self, text: &[u8], reason: &'static str) -> Result<(), Mismatch> {
        self.rest = self.rest.strip_prefix(text).ok_or(self.mismatch(reason))?;
        Ok(())
    }

    /// What stands before the next `stop`, which is read too.
    ///
    /// # Errors
    /// That there is none, or nothing before it: `reason`.
    pub(crate) fn until(&mut self, stop: u8, reason: &'static str) -> Result<&'a [u8], Mismatch> {
        let end = memchr(stop, self.rest).filter(|&end| end > 0).ok_or(self.mismatch(reason))?;
        let word = &self.rest[..end];
        self.rest = &self.rest[end + 1..];
        Ok(word)
    }

    /// The next word, and the space behind it.
    ///
    /// # Errors
    /// That there is none: `reason`.
    pub(crate) fn word(&mut self, reason: &'static str) -> Result<&'a [u8], Mismatch> {
        self.until(b' ', reason)
    }

    /// The same of a header, which a client may send empty.
    ///
    /// # Errors
    /// That no space follows: `reason`.
    pub(crate) fn header(&mut self, reason: &'static str) -> Result<&'a [u8], Mismatch> {
        if self.rest.first() == Some(&b' ') { self.skip(b" ", reason).map(|()| &b""[..]) } else { self.word(reason) }
    }

    /// The next word, which is made of digits, `.`, `-` and `+`.
    ///
    /// # Errors
    /// That it is not: `reason`.
    pub(crate) fn number(&mut self, reason: &'static str) -> Result<&'a [u8], Mismatch> {
        let before = *self;
        let word = self.word(reason)?;
        if is_number(word) { Ok(word) } else { Err(before.mismatch(reason)) }
    }

    /// The next word, which is an address and a port.
    ///
    /// # Errors
    /// That it is not: `reason`.
    pub(crate) fn address_and_port(&mut self, reason: &'static str) -> Result<&'a [u8], Mismatch> {
        let before = *self;
        split_address(self.word(reason)?).ok_or(before.mismatch(reason))
    }
}

/// The address of `address:port`; the port is behind the last colon, also of an IPv6 address without brackets.
pub(crate) fn split_address(word: &[u8]) -> Option<&[u8]> {
    let (host, port) = net::split_port(word)?;
    let host = net::strip_brackets(host);
    (!port.is_empty() && net::parse_address(host).is_some()).then_some(host)
}

/// Whether `text` is made of digits, `.`, `-` and `+`.
pub(crate) fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'))
}
