//! What a run tries on a line: every format of access logs, every envelope, and what the user said of them.

use crate::base::time::{Clock, LogTime};
use crate::io::lines::Line;
use crate::parse::access::log_format::LogFormat;
use crate::parse::envelope::format::{Envelope, EnvelopeFormat};
use crate::parse::envelope::keys::CONTAINER_KEYS;
use crate::parse::envelope::syslog;
use crate::parse::envelope::vouched::TrustedContainers;
use crate::parse::format::{Arena, Format, FormatKind, Mismatch, ParsedLine};
use crate::parse::json::table::tables;
use crate::parse::service::catalog::Services;
use crate::parse::service::{self, Service};
use crate::parse::{ENVELOPES, FORMATS};

/// What reads a line.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Candidate {
    /// A format of access logs.
    Access(&'static Format),
    /// An envelope.
    Envelope(&'static EnvelopeFormat),
}

impl Candidate {
    /// What it is called.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Access(format) => format.name,
            Self::Envelope(format) => format.name,
        }
    }

    /// What it makes of a line.
    ///
    /// # Errors
    /// What does not fit.
    pub(crate) fn read<'a>(&self, line: &Line<'a>, arena: &'a Arena, clock: &mut Clock) -> Result<CandidateResult<'a>, Mismatch> {
        match self {
            Self::Access(format) => (format.read)(line, arena, clock).map(CandidateResult::Parsed),
            Self::Envelope(format) => (format.open)(line, arena, clock).map(|envelope| CandidateResult::Envelope(format.name, envelope)),
        }
    }
}

/// The program that writes lines which name none, as the user vouches for.
#[derive(Debug)]
pub enum Program {
    /// One that has a reader of its own: sshd.
    Own(&'static Service),
    /// A service of the catalog, by its name.
    Catalog(String),
}

impl Program {
    /// The program that is called `name`.
    pub fn named(name: &str) -> Self {
        service::named(name).map_or_else(|| Self::Catalog(name.to_owned()), Self::Own)
    }
}

/// What a run tries on a line, in this order at first.
#[derive(Debug)]
pub struct Candidates<'c> {
    /// The format of --log-format.
    pub given: Option<&'c LogFormat>,
    /// The program of lines that name none.
    pub program: Option<&'c Program>,
    /// The services whose messages are read beside sshd's.
    pub services: Option<&'c Services>,
    /// Containers that the user vouches for.
    pub trusted: Option<&'c TrustedContainers>,
    /// Of a line.
    pub(crate) all: Vec<Candidate>,
    /// Whether each of them is a line of JSON.
    pub is_json: Vec<bool>,
    /// Where in them the most plain syslog stands.
    pub syslog: usize,
}

impl<'c> Candidates<'c> {
    /// Everything that is known, or what `given`, the format of --log-format, allows beside it.
    pub fn new(given: Option<&'c LogFormat>) -> Self {
        let is_tried = |kind: FormatKind| given.is_none_or(|given| given.allows(kind));
        let is_around = |format: &EnvelopeFormat| format.name == CONTAINER_KEYS.name && given.is_some_and(LogFormat::is_in_containers);
        let envelopes = |is_json: bool| {
            ENVELOPES
                .iter()
                .filter(move |format| (format.kind == FormatKind::Json) == is_json && (is_tried(format.kind) || is_around(format)))
                .map(Candidate::Envelope)
        };
        let formats = || FORMATS.iter().filter(|format| is_tried(format.kind)).map(Candidate::Access);
        let all: Vec<_> = formats().take(1).chain(envelopes(false)).chain(formats().skip(1)).chain(envelopes(true)).collect();
        let is_syslog = |candidate: &Candidate| matches!(candidate, Candidate::Envelope(format) if format.name == syslog::RFC3164.name);
        let syslog = all.iter().position(is_syslog).unwrap_or(usize::MAX);
        let is_json = all.iter().map(|candidate| tables().any(|table| table.name == candidate.name())).collect();
        Self { given, program: None, services: None, trusted: None, all, is_json, syslog }
    }

    /// Whether more than the tables decides what a line is.
    pub(crate) const fn is_special(&self) -> bool {
        self.given.is_some() || self.program.is_some()
    }

    /// With these services.
    pub(crate) fn of_services(self, services: &'c Services) -> Self {
        Self { services: Some(services), ..self }
    }

    /// With what the user vouches for: the program that lines without one are of, and containers.
    pub fn vouched(self, program: Option<&'c Program>, trusted: Option<&'c TrustedContainers>) -> Self {
        Self { program, trusted, ..self }
    }
}

/// What a candidate made of a line.
#[derive(Debug)]
pub(crate) enum CandidateResult<'a> {
    /// An access line.
    Parsed(ParsedLine<'a>),
    /// An envelope, by its name.
    Envelope(&'static str, Envelope<'a>),
}

impl<'a> CandidateResult<'a> {
    /// The time of an envelope.
    pub(crate) fn time(self) -> Option<LogTime<'a>> {
        match self {
            Self::Envelope(_, envelope) => envelope.header.time,
            Self::Parsed(_) => None,
        }
    }
}
