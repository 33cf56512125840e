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
    /// Another line, which is to be read as if it stood alone, and how far who brought it vouches for who wrote it.
    Wrapped(&'a [u8], Trust),
    /// A line in the name of a server that it need not be of: it counts for nobody. Why.
    Untrusted(&'static str),
    /// A request whose status can be read in more than one way, of this client.
    Ambiguous(&'a [u8]),
}

/// How far who brought a line vouches for who wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// Whoever can reach the shipper may have sent it.
    Sender,
    /// An application or a container wrote it: it may tell of requests to itself, but what it tells of sshd counts for nobody.
    Application,
    /// It was taken from a log file, as which it is to be trusted.
    File,
}

impl Trust {
    /// What a line says that was brought so.
    #[must_use]
    pub const fn apply(self, reading: Reading<'_>) -> Reading<'_> {
        match (self, reading) {
            (Self::Sender | Self::Application, Reading::Sshd(_) | Reading::UnknownSshd) => {
                Reading::Untrusted("a line of sshd's in the output of an application, or that anyone may have sent")
            }
            (Self::Sender, Reading::Web(_) | Reading::Ambiguous(_)) => {
                Reading::Untrusted("a request that whoever reaches the shipper may have sent")
            }
            // Nobody makes another's message count again.
            (Self::Sender | Self::Application, Reading::Repeated(_)) => Reading::OtherProgram,
            (_, reading) => reading,
        }
    }
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
            _ => None,
        }
    }

    /// The event of this line, still without tags; `None` where there is none to tell.
    #[must_use]
    pub fn to_event(&self, path: &'a str, line: u64) -> Option<Event<'a>> {
        match self {
            Self::Web(web) => Some(web.to_event(path, line)),
            Self::Sshd(sshd) => Some(sshd.to_event(path, line)),
            _ => None,
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
