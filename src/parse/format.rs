//! What a log format is: a name, where it is specified, an example that a test runs, and a function from a line to slices.
//!
//! Formats return slices of the line; an event is built from them only where one is wanted.

pub use super::scratch::Scratch;

use super::sshd::Sshd;
use super::web::Web;
use crate::record::event::Event;
use crate::stream::line::Line;
use crate::time::{Clock, Stamp};

/// One log format. Formats exclude each other: whatever order they are tried in, a line has one meaning.
#[derive(Debug)]
pub struct Format {
    /// What flags and messages call it.
    pub name: &'static str,
    /// Whose lines these are.
    pub kind: Kind,
    /// What writes such lines.
    pub about: &'static str,
    /// Where the format is specified.
    pub source: &'static str,
    /// A line, and the event that `soar-parse --all --name example` makes of it.
    pub example: (&'static str, &'static str),
    /// Reads one line, without its line end; text that must be decoded first is kept in the scratch.
    pub read: for<'a> fn(&Line<'a>, &'a Scratch, &mut Clock) -> Result<Reading<'a>, Misfit>,
}

/// Whose lines a format has, and how they begin where lines of a web server could begin so too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Requests to a web server.
    Web,
    /// sshd's.
    Sshd,
    /// sshd's, behind a time with year and offset.
    SshdBehindTime,
    /// sshd's, in JSON.
    SshdInJson,
    /// JSON around a line of another format.
    Wrapper,
}

/// What a line turned out to be.
#[derive(Debug)]
pub enum Reading<'a> {
    /// A request to a web server.
    Web(Web<'a>),
    /// A message of sshd whose shape is known.
    Sshd(Sshd<'a>),
    /// A message of sshd of no known shape.
    UnknownSshd,
    /// A syslog line of another program.
    OtherProgram,
    /// The syslog daemon's own: the message before came again.
    Repeated(Repeat<'a>),
    /// Another line, which is to be read as if it stood alone.
    Wrapped(&'a [u8]),
}

/// `last message repeated 3 times`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat<'a> {
    /// When the daemon wrote so.
    pub time: Option<Stamp<'a>>,
    /// The machine; empty where the header has none.
    pub host: &'a [u8],
    /// How often the message came again.
    pub count: u64,
}

impl<'a> Reading<'a> {
    /// When it happened, where the line says so.
    #[must_use]
    pub const fn time(&self) -> Option<Stamp<'a>> {
        match self {
            Self::Web(web) => web.time,
            Self::Sshd(sshd) => sshd.time(),
            Self::UnknownSshd | Self::OtherProgram | Self::Repeated(_) | Self::Wrapped(_) => None,
        }
    }

    /// The event of this line, still without tags; `None` where there is none to tell.
    #[must_use]
    pub fn to_event(&self, path: &'a str, line: u64) -> Option<Event<'a>> {
        match self {
            Self::Web(web) => Some(web.to_event(path, line)),
            Self::Sshd(sshd) => Some(sshd.to_event(path, line)),
            Self::UnknownSshd | Self::OtherProgram | Self::Repeated(_) | Self::Wrapped(_) => None,
        }
    }
}

/// A field's text; `-`, nothing, and the `""` that Apache writes for an empty user are unknown.
#[must_use]
#[inline]
pub fn known(text: &[u8]) -> Option<&[u8]> {
    // Nearly every text is longer than these.
    (text.len() > 2 || !matches!(text, b"-" | b"" | b"\"\"")).then_some(text)
}

/// The `at` of a [`Misfit`] that holds whatever the format: the reason stands alone.
pub const OF_NO_FORMAT: usize = usize::MAX;

/// Why a line is not of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misfit {
    /// How many bytes had fitted: of several formats, the one that got furthest explains the reject.
    pub at: usize,
    /// What is wrong there.
    pub reason: &'static str,
}
