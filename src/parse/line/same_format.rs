//! Lines of the format of the last one, as nearly all are: what reads them without a detour. It finds what [`LineParser::read`] finds.

use crate::base::time::Clock;
use crate::io::block::MAX_LINE;
use crate::io::lines::Line;
use crate::parse::candidate::Candidate;
use crate::parse::format::{Format, Header};
use crate::parse::line::LineParser;

/// How the last line was read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SameFormat {
    /// As one of syslog: nearly all are sshd's.
    Syslog,
    /// As a request of this format.
    Access(&'static Format),
    /// In some other way.
    Unknown,
}

impl LineParser<'_> {
    /// How `line` is read where it is as nearly every line is: of the format of the last one. What that gives is what [`Self::read`] finds.
    #[allow(clippy::inline_always, reason = "nearly every line comes here, from one place")]
    #[inline(always)]
    pub(crate) fn same_format(&self, line: &Line<'_>) -> SameFormat {
        if self.candidates.is_special() || line.text.is_empty() || line.text.len() > MAX_LINE {
            return SameFormat::Unknown;
        }
        if self.last.is_syslog(self.candidates) {
            return SameFormat::Syslog;
        }
        match self.candidates.all.get(self.last.lines[0]) {
            Some(Candidate::Access(format)) => SameFormat::Access(format),
            _ => SameFormat::Unknown,
        }
    }

    /// What times are read with.
    pub const fn clock(&mut self) -> &mut Clock {
        &mut self.clock
    }

    /// Header and message of a line of sshd's in a file of syslog, as nearly all are; `None`: it may be one all the same.
    #[allow(clippy::inline_always, reason = "nearly every line comes here, from one place")]
    #[inline(always)]
    pub(crate) fn open_plain<'a>(&mut self, line: &'a [u8]) -> Option<(Header<'a>, &'a [u8])> {
        self.plain.open(line, &mut self.clock)
    }
}
