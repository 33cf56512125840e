//! One event being written: members in the order of the wire, and what several events have in common copied at once.

use std::net::IpAddr;

use crate::base::net::canonical;
use crate::base::time::LogTime;
use crate::base::time::rfc3339::MonthWriter;
use crate::record::event::member::{BOUNDARY, Member, SEPARATORS, Separators};
use crate::record::json::{put_digits, put_inside, put_ip};
use crate::record::signal::{SIGNALS, SignalSet};

/// A longer text is not remembered from one event to the next, in bytes: its sender would choose how much memory is held.
pub(crate) const LONGEST_CACHED: usize = 4 << 10;

/// Puts `text` in the place of what was remembered; of one longer than [`LONGEST_CACHED`], nothing.
pub(crate) fn remember(known: &mut Vec<u8>, text: &[u8]) {
    known.clear();
    if text.len() <= LONGEST_CACHED {
        known.extend_from_slice(text);
    }
}

/// Some members that stand beside each other in many events, as they were written last.
#[derive(Debug, Clone, Default)]
pub(crate) struct CachedFields {
    /// The member before it, and its last one.
    sides: (usize, usize),
    text: Vec<u8>,
}

#[cfg(test)]
impl CachedFields {
    /// How much memory it holds.
    pub(crate) fn capacity(&self) -> usize {
        self.text.capacity()
    }
}

/// One event being written. Each member is put at most once, in the order of the wire.
#[derive(Debug)]
pub(crate) struct EventLine<'o> {
    out: &'o mut Vec<u8>,
    separators: &'static Separators,
    /// The last member.
    side: usize,
}

impl<'o> EventLine<'o> {
    /// Starts a line behind what is in `out`.
    pub(crate) fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out, separators: &SEPARATORS, side: BOUNDARY }
    }

    /// Puts what `put` puts: at once where nothing of it changed since it was put last.
    #[inline]
    pub(crate) fn write_cached(&mut self, cached: &mut CachedFields, has_changed: bool, put: impl FnOnce(&mut Self)) {
        if !has_changed && cached.sides.0 == self.side && !cached.text.is_empty() {
            self.out.extend_from_slice(&cached.text);
            self.side = cached.sides.1;
            return;
        }
        let (start, before) = (self.out.len(), self.side);
        put(self);
        cached.sides = (before, self.side);
        remember(&mut cached.text, &self.out[start..]);
    }

    #[allow(clippy::inline_always, reason = "a member that is known where it is put needs no look at the table's bounds")]
    #[inline(always)]
    fn open(&mut self, member: Member) {
        self.separate(member as usize);
        self.side = member as usize;
    }

    #[allow(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    fn separate(&mut self, side: usize) {
        let separator = &self.separators[self.side][side];
        let end = self.out.len() + usize::from(separator.len);
        self.out.extend_from_slice(&separator.text);
        self.out.truncate(end);
    }

    /// Ends the line.
    pub(crate) fn end(mut self) {
        self.separate(BOUNDARY);
    }

    /// Puts text of a log; nothing where there is none.
    #[allow(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    pub(crate) fn text(&mut self, member: Member, text: Option<&[u8]>) {
        if let Some(text) = text {
            self.open(member);
            put_inside(self.out, text);
        }
    }

    /// Puts one of our own words, in which nothing is to be escaped; nothing where it is empty.
    #[allow(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    pub(crate) fn word(&mut self, member: Member, word: &str) {
        if !word.is_empty() {
            self.open(member);
            self.out.extend_from_slice(word.as_bytes());
        }
    }

    /// Puts a number; nothing where there is none.
    #[allow(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    pub(crate) fn number(&mut self, member: Member, number: Option<u64>) {
        if let Some(number) = number {
            self.open(member);
            put_digits(self.out, number);
        }
    }

    /// Puts a time; nothing where there is none.
    #[inline]
    pub(crate) fn time(&mut self, member: Member, time: Option<LogTime<'_>>, months: &mut MonthWriter) {
        if let Some(time) = time {
            self.open(member);
            months.put(time, self.out);
        }
    }

    /// Puts an address in its canonical form; nothing where there is none.
    pub(crate) fn address(&mut self, member: Member, address: Option<IpAddr>) {
        if let Some(address) = address {
            self.open(member);
            put_ip(self.out, canonical(address));
        }
    }

    /// Puts an address that is logged in its canonical form.
    #[inline]
    pub(crate) fn logged_address(&mut self, member: Member, logged: &[u8]) {
        self.open(member);
        self.out.extend_from_slice(logged);
    }

    /// Puts the names of signals.
    pub(crate) fn signals(&mut self, member: Member, signals: SignalSet) {
        self.open(member);
        for (nth, index) in signals.indexes().enumerate() {
            self.out.extend_from_slice(if nth == 0 { b"\"" } else { b",\"" });
            self.out.extend_from_slice(SIGNALS[index].name.as_bytes());
            self.out.push(b'"');
        }
    }
}
