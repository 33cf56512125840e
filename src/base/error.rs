//! The one error type, and the exit codes that scripts rely on.
//!
//! A variant per thing a user can act on; its text says what went wrong and where. Nothing here prints or exits:
//! `cli` does both, in one place.

use std::io;

/// What every fallible function of the library gives.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a filter could not do its work. All of them end in exit code 2, save an early-closed reader, which is success.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A flag or operand that makes no sense; the text names it.
    #[error("{0}")]
    Usage(String),
    /// An input that could not be opened or read to its end.
    #[error("{path}: {reason}")]
    Read {
        /// The operand as it was given, `-` for stdin.
        path: String,
        /// What the system said, and what would help.
        reason: String,
    },
    /// An output that could not be written whole.
    #[error("{path}: cannot write: {reason}")]
    Write {
        /// The file, or `stdout`.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// A file that another run holds.
    #[error("{path}: another run is using it; wait until it ends")]
    InUse {
        /// The file as it was given.
        path: String,
    },
    /// Whoever read our stdout has left (`| head`): success, and a reason to stop.
    #[error("the reader left")]
    ReaderLeft,
    /// A record of a stage that comes earlier in the pipe than this one can read.
    #[error("{place}: this is an {found} record, but {program} reads {wanted}: {missing} is missing in between")]
    WrongStage {
        /// `file:line` of the record.
        place: String,
        /// The kind of record that came.
        found: &'static str,
        /// The filter that speaks.
        program: &'static str,
        /// The kinds of record that it reads.
        wanted: &'static str,
        /// The stage to put in between.
        missing: &'static str,
    },
    /// A `soar.*` record of a version or kind that this program does not know.
    #[error("{place}: unknown schema {schema:?}: written by a newer SOAR Light? This one reads {wanted}")]
    UnknownSchema {
        /// `file:line` of the record.
        place: String,
        /// The schema as the record has it.
        schema: String,
        /// The schemas that this program reads.
        wanted: String,
    },
    /// A host record that cannot be added up in this run.
    #[error("{place}: {reason}")]
    NoPart {
        /// `file:line` of the record.
        place: String,
        /// What it lacks, or why it is none.
        reason: String,
    },
    /// A host that no stage could read again.
    #[error("{ip} is left out: the names of its rules exceed the 1 MiB limit of a record")]
    HostTooLong { ip: crate::base::net::Address },
    /// The system refused something that the run needs (threads, signal handlers, polling).
    #[error("{what}: {}", reason_of(source))]
    System {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// A usage error about one place of a text that was given: what is wrong, the text, and a caret under the byte `at`.
    pub(crate) fn usage_at(what: &str, text: &str, at: usize) -> Self {
        let column = text.char_indices().take_while(|&(place, _)| place < at).count();
        // One line, so that the caret stands under its place.
        let text = text.replace(char::is_control, " ");
        Self::Usage(format!("{what}\n  {text}\n  {:>width$}", "^", width = column + 1))
    }

    /// Its kind in one word, for other programs.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Usage(_) => "usage",
            Self::Read { .. } => "unreadable",
            Self::Write { .. } => "unwritable",
            Self::InUse { .. } => "in_use",
            Self::ReaderLeft => "reader_left",
            Self::WrongStage { .. } => "wrong_stage",
            Self::UnknownSchema { .. } => "unknown_schema",
            Self::NoPart { .. } => "no_part",
            Self::HostTooLong { .. } => "host_too_long",
            Self::System { .. } => "system",
        }
    }

    /// A write error on `path`; a broken pipe is a reader that left.
    pub fn write(path: &str, source: &io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::BrokenPipe => Self::ReaderLeft,
            _ => Self::Write { path: path.to_owned(), reason: reason_of(source) },
        }
    }

    /// A read error on `path`.
    pub fn read(path: &str, source: &io::Error) -> Self {
        Self::Read { path: path.to_owned(), reason: reason_of(source) }
    }
}

/// What the system said, without Rust's `(os error N)`.
fn reason_of(source: &io::Error) -> String {
    let text = source.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}

/// How a run ended; [`Exit::code`] is what the shell sees. Later variants outrank earlier ones, so `max` joins two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Everything was done, or the reader left early.
    Done,
    /// The input was no good: only rejects, a malformed record, or `--strict` met a reject.
    BadInput,
    /// The work could not be done: usage, an unreadable file, a failed write.
    Failed,
    /// SIGHUP came; what was done has been written.
    HungUp,
    /// SIGINT came; what was done has been written.
    Interrupted,
    /// SIGTERM came; what was done has been written.
    Terminated,
}

impl Exit {
    /// The exit of a run that went to its end, by how many inputs could not be read and how many records were no good.
    pub const fn after(unreadable: u64, issues: u64) -> Self {
        match (unreadable, issues) {
            (0, 0) => Self::Done,
            (0, _) => Self::BadInput,
            _ => Self::Failed,
        }
    }

    /// What became of the run, in one word.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::BadInput => "bad_input",
            Self::Failed => "failed",
            Self::HungUp => "hung_up",
            Self::Interrupted => "interrupted",
            Self::Terminated => "terminated",
        }
    }

    /// The process exit code, 0 to 255.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::BadInput => 1,
            Self::Failed => 2,
            Self::HungUp => 129,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}
