//! What a format of access logs is (a name, where it is specified, an example that a test runs, a function from a line to slices), and
//! what a line turns out to be.
//!
//! Formats return slices of the line; an event is built from them only where one is wanted.

use std::borrow::Cow;

use crate::base::time::{Clock, LogTime};
use crate::io::lines::Line;
use crate::parse::access::request::Web;
use crate::parse::service::message::ServiceMessage;
use crate::record::event::{Event, EventWriter};
use crate::record::signal::SignalSet;

/// One format of access logs. Formats exclude each other: whatever order they are tried in, a line has one meaning.
#[derive(Debug)]
pub struct Format {
    /// What flags and messages call it.
    pub name: &'static str,
    /// Whose lines these are.
    pub(crate) kind: FormatKind,
    /// What writes such lines.
    pub about: &'static str,
    /// Where the format is specified.
    pub source: &'static str,
    /// A line, and the event that `soar-parse --all --name example` makes of it.
    pub example: (&'static str, &'static str),
    /// Reads one line, without its line end; text that must be decoded first is kept in the arena.
    pub read: for<'a> fn(&Line<'a>, &'a Arena, &mut Clock) -> Result<ParsedLine<'a>, Mismatch>,
}

/// What a format or an envelope begins with, as far as lines of a web server could begin so too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FormatKind {
    /// Requests to a web server.
    Web,
    /// An envelope of text.
    Text,
    /// An envelope that begins with a time with year and offset.
    BehindTime,
    /// An envelope in JSON.
    Json,
}

/// When a message was written, and by whom.
#[derive(Debug, Clone, Copy, Default)]
pub struct Header<'a> {
    /// When the line was written, where it says so.
    pub time: Option<LogTime<'a>>,
    /// The machine; empty where it is not named.
    pub host: &'a [u8],
    /// The program; empty where it is not named.
    pub program: &'a [u8],
    /// Its process id.
    pub pid: Option<u64>,
}

/// What a line turned out to be.
#[derive(Debug)]
pub enum ParsedLine<'a> {
    /// A request to a web server.
    Web(Web<'a>),
    /// A message of a service that fits a template.
    Message(ServiceMessage<'a>),
    /// A message of a service that fits none, from this machine (empty where the header has none).
    UnknownMessage(&'a [u8]),
    /// A syslog line of another program, from this machine (empty where the header has none); `None` for what belongs to none.
    OtherProgram(Option<&'a [u8]>),
    /// The syslog daemon's own: the message before came again.
    Repeated(Repeat<'a>),
    /// A line in the name of a server that it need not be of: it counts for nobody. Why.
    Untrusted(&'static str),
    /// A request whose status can be read in more than one way, of this client.
    Ambiguous(&'a [u8]),
}

/// `last message repeated 3 times`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat<'a> {
    /// When the daemon wrote so.
    pub time: Option<LogTime<'a>>,
    /// The machine; empty where the header has none.
    pub host: &'a [u8],
    /// How often the message came again.
    pub count: u64,
    /// How the message starts, where the daemon says so; else empty.
    pub start: &'a [u8],
    /// Whose message it is, where the daemon says so: program and process id.
    pub tag: Option<(&'a [u8], Option<u64>)>,
}

impl Repeat<'_> {
    /// Whether a message of the machine `host` may be the one: a daemon that names no machine means whichever stands there.
    pub(crate) fn is_of(&self, host: &[u8]) -> bool {
        self.host.is_empty() || self.host == host
    }
}

impl<'a> ParsedLine<'a> {
    /// When it happened, where the line says so.
    pub const fn time(&self) -> Option<LogTime<'a>> {
        match self {
            Self::Web(web) => web.time,
            Self::Message(message) => message.time(),
            _ => None,
        }
    }

    /// Writes the event of this line behind what is in `out`; nothing where there is none to tell.
    pub fn write_event(&self, around: &Header<'_>, place: (&str, u64), tags: SignalSet, writer: &mut EventWriter, out: &mut Vec<u8>) {
        match self {
            Self::Web(web) => web.write_event(around, place, tags, writer, out),
            Self::Message(message) => writer.write_line(&Event { tags, ..message.to_event(place.0, place.1) }, out),
            _ => {}
        }
    }
}

/// Text of a log as it is on the wire.
pub(crate) fn to_utf8(text: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    match std::str::from_utf8(&text) {
        Ok(_) => text,
        Err(_) => Cow::Owned(String::from_utf8_lossy(&text).into_owned().into_bytes()),
    }
}

/// A text of an event, where there is one.
pub(crate) fn non_empty(text: &[u8]) -> Option<&[u8]> {
    Some(text).filter(|text| !text.is_empty())
}

/// A field's text; `-`, nothing, and the `""` that Apache writes for an empty user are unknown.
#[inline]
pub fn known(text: &[u8]) -> Option<&[u8]> {
    // Nearly every text is longer than these.
    (text.len() > 2 || !matches!(text, b"-" | b"" | b"\"\"")).then_some(text)
}

/// The `at` of a [`Mismatch`] that holds whatever the format: the reason stands alone.
pub(crate) const OF_NO_FORMAT: usize = usize::MAX;

/// From how many bytes on that fitted a line is said to be nearly of a format: less fits by chance.
pub(crate) const CREDIBLE: usize = 10;

/// Why a line is not of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mismatch {
    /// How many bytes had fitted: of several formats, the one that got furthest explains the reject.
    pub at: usize,
    /// What is wrong there.
    pub reason: &'static str,
}

/// Room for text that a reading needs beside the line: what stood there escaped. Emptied before each line.
#[derive(Debug, Default)]
pub struct Arena(bumpalo::Bump);

impl Arena {
    /// Keeps `text` for as long as the reading lives.
    pub fn keep<'a>(&'a self, text: &[u8]) -> &'a [u8] {
        self.0.alloc_slice_copy(text)
    }

    /// Keeps `parts`, one behind the other.
    pub fn join<'a>(&'a self, parts: &[&[u8]]) -> &'a [u8] {
        self.keep(&parts.concat())
    }

    /// Forgets everything, but holds on to the memory.
    pub fn clear(&mut self) {
        self.0.reset();
    }
}
