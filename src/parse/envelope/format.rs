//! What an envelope is: what stands around a message, and how far it vouches for who wrote it.

use crate::base::time::Clock;
use crate::io::lines::Line;
use crate::parse::envelope::journald::Sender;
use crate::parse::envelope::trust::Trust;
use crate::parse::format::{Arena, FormatKind, Header, Mismatch, Repeat};
use crate::parse::service::sshd::LengthLimit;

/// One kind of envelope. Envelopes and formats exclude each other: whatever order they are tried in, a line has one meaning.
#[derive(Debug)]
pub struct EnvelopeFormat {
    /// What flags and messages call it.
    pub name: &'static str,
    /// How it begins.
    pub(crate) kind: FormatKind,
    /// What writes it.
    pub about: &'static str,
    /// Where it is specified.
    pub source: &'static str,
    /// A line, and the event that `soar-parse --all --name example` makes of it.
    pub example: (&'static str, &'static str),
    /// Opens one line, without its line end; text that must be decoded first is kept in the arena.
    pub open: for<'a> fn(&Line<'a>, &'a Arena, &mut Clock) -> Result<Envelope<'a>, Mismatch>,
}

/// What stands around a message, and the message.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// When, which machine, which program, which process.
    pub header: Header<'a>,
    /// The container that wrote it; empty where none is named.
    pub container: &'a [u8],
    /// How far its header can be trusted.
    pub trust: Trust,
    /// From how many bytes on the end of the message may be missing.
    pub(crate) limit: LengthLimit,
    /// What is inside.
    pub content: Content<'a>,
    /// What journald says of who sent it, where it came through a journal.
    pub(crate) sender: Option<Sender<'a>>,
}

/// What is inside an envelope.
#[derive(Debug, Clone, Copy)]
pub enum Content<'a> {
    /// What the program of the header wrote.
    Message(&'a [u8]),
    /// A line of a log file, which is to be read as if it stood alone.
    Line(&'a [u8]),
    /// What an application wrote to its output: a line that is read as if it stood alone, or words of its own.
    Output(&'a [u8]),
    /// The syslog daemon's own: the message before came again.
    Repeat(Repeat<'a>),
    /// What the tool that prints the log says itself.
    Nothing,
}

impl<'a> Envelope<'a> {
    /// An envelope that is as trusted as a file of syslog.
    pub const fn new(header: Header<'a>, content: Content<'a>) -> Self {
        Self { header, container: b"", trust: Trust::SyslogFile, limit: LengthLimit::SSHD, content, sender: None }
    }

    /// What stands in place of a message where a tool speaks for itself.
    pub const fn nothing() -> Self {
        Self::new(Header { time: None, host: b"", program: b"", pid: None }, Content::Nothing)
    }

    /// This envelope inside `outer`: what the inner one says wins, and trust only falls.
    pub fn inside(self, outer: &Self) -> Self {
        let first = |inner: &'a [u8], outer: &'a [u8]| if inner.is_empty() { outer } else { inner };
        // A process id is of the program that stands beside it.
        let (program, pid) = match self.header.program {
            b"" => (outer.header.program, self.header.pid.or(outer.header.pid)),
            program => (program, self.header.pid),
        };
        let host = first(self.header.host, outer.header.host);
        Self {
            header: Header { time: self.header.time.or(outer.header.time), host, program, pid },
            container: first(self.container, outer.container),
            trust: self.trust.min(outer.trust),
            sender: self.sender.or(outer.sender),
            ..self
        }
    }
}
