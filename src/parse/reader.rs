//! Reads one line: in which format it is, and what it says, or why it is a reject.
//!
//! The format that fitted the last line is tried first; since formats exclude each other, that changes no result.

use std::fmt;
use std::sync::Arc;

use super::format::{Format, Kind, Misfit, OF_NO_FORMAT, Reading, Scratch};
use super::layout::{LogFormat, Outcome};
use crate::record::run::count::LineClass;
use crate::stream::block::{MAX_LINE, TOO_LONG};
use crate::stream::line::Line;
use crate::time::{Assumed, Clock};

const EMPTY: &str = "empty line";
const OF_NO_KNOWN_FORMAT: &str = "of no known format";

/// Why a line is a reject: the format that it came nearest to, and what was wrong then.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    format: Nearest,
    reason: &'static str,
}

impl Flaw {
    /// A line past [`MAX_LINE`].
    pub const TOO_LONG: Self = Self { format: Nearest::None, reason: TOO_LONG };
    /// A request whose quotes allow two readings of its status.
    pub const AMBIGUOUS: Self =
        Self { format: Nearest::None, reason: "quotes that allow two readings of the status: who asked may have written one of them" };

    /// Not a reject, but a line that counts for nobody.
    #[must_use]
    pub const fn untrusted(reason: &'static str) -> Self {
        Self { format: Nearest::Untrusted, reason }
    }

    /// What its line is.
    #[must_use]
    pub const fn class(&self) -> LineClass {
        match self.format {
            Nearest::Untrusted => LineClass::Untrusted,
            Nearest::None | Nearest::Known(_) | Nearest::Given(_) => LineClass::Reject,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Nearest {
    /// None: the reason says it all.
    None,
    /// The line may be another's.
    Untrusted,
    /// One of the table.
    Known(&'static str),
    /// The one of --log-format; the text names the field.
    Given(Arc<str>),
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.format {
            Nearest::None => f.write_str(self.reason),
            Nearest::Untrusted => write!(f, "untrusted: {}", self.reason),
            Nearest::Known(format) => write!(f, "not {format} format: {}", self.reason),
            Nearest::Given(field) => write!(f, "not the --log-format: {field}: {}", self.reason),
        }
    }
}

/// The line without the CR that stands before its newline.
#[must_use]
pub fn trim_end(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Reads lines of one block.
#[derive(Debug)]
pub struct LineReader<'c> {
    given: Option<&'c LogFormat>,
    formats: &'c [&'static Format],
    clock: Clock,
    /// The formats that fitted last, of a line and of a line inside one.
    last: [usize; 2],
}

/// Where a line stands.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// In the input.
    Alone = 0,
    /// In another line, which a shipper wrapped around it.
    Inside = 1,
}

impl<'c> LineReader<'c> {
    /// A reader of `formats` and, before them, the one of --log-format; `last` is what another reader of them gave.
    #[must_use]
    pub const fn new(given: Option<&'c LogFormat>, formats: &'c [&'static Format], clock: Clock, last: [usize; 2]) -> Self {
        Self { given, formats, clock, last }
    }

    /// What was assumed for the times of the lines.
    #[must_use]
    pub fn into_assumed(self) -> Assumed {
        self.clock.into_assumed()
    }

    /// Which formats fitted last, of the line and of what it wraps.
    #[must_use]
    pub const fn last(&self) -> [usize; 2] {
        self.last
    }

    /// What `line`, without its end, says.
    ///
    /// # Errors
    /// Why it is a reject.
    pub fn read<'a>(&mut self, line: &Line<'a>, scratch: &'a Scratch) -> Result<Reading<'a>, Flaw> {
        match self.read_likely(line, scratch) {
            Ok(Reading::Wrapped(..)) | Err(_) => self.read_any(line, scratch),
            Ok(reading) => Ok(reading),
        }
    }

    /// What `line` says by the format that fitted the last one, as nearly every line does. A reading is large, so it is handed up as
    /// it is.
    ///
    /// # Errors
    /// That it may be of another format. So may be a line that is wrapped around another.
    #[inline]
    pub fn read_likely<'a>(&mut self, line: &Line<'a>, scratch: &'a Scratch) -> Result<Reading<'a>, Misfit> {
        match (self.given, line.text.len(), self.formats.get(self.last[Place::Alone as usize])) {
            (None, 1..=MAX_LINE, Some(format)) => (format.read)(line, scratch, &mut self.clock),
            _ => Err(Misfit { at: 0, reason: OF_NO_KNOWN_FORMAT }),
        }
    }

    /// What any line says.
    ///
    /// # Errors
    /// Why it is a reject.
    pub fn read_any<'a>(&mut self, line: &Line<'a>, scratch: &'a Scratch) -> Result<Reading<'a>, Flaw> {
        if line.text.len() > MAX_LINE {
            return Err(Flaw::TOO_LONG);
        }
        if line.text.is_empty() {
            return Err(Flaw { format: Nearest::None, reason: EMPTY });
        }
        match self.read_plain(line, scratch, Place::Alone) {
            Ok(Reading::Wrapped(inside, trust)) => {
                self.read_inside(&Line::of(trim_end(inside)), scratch).map(|reading| trust.apply(reading))
            }
            reading => reading,
        }
    }

    /// A wrapper inside a wrapper stays closed: nobody should make this call itself.
    fn read_inside<'a>(&mut self, line: &Line<'a>, scratch: &'a Scratch) -> Result<Reading<'a>, Flaw> {
        let wrapper = self.formats.iter().find(|format| format.kind == Kind::Wrapper).map_or("", |format| format.name);
        let flaw = |reason| Flaw { format: Nearest::Known(wrapper), reason };
        if line.text.is_empty() {
            return Err(flaw("the line inside is empty"));
        }
        match self.read_plain(line, scratch, Place::Inside) {
            Ok(Reading::Wrapped(..)) => Err(flaw("the line inside is a wrapper again")),
            Err(Flaw { format: Nearest::None, reason: OF_NO_KNOWN_FORMAT }) => Err(flaw("the line inside is of no known format")),
            Err(Flaw { format: Nearest::None | Nearest::Untrusted | Nearest::Known(_), reason }) => Err(flaw(reason)),
            reading => reading,
        }
    }

    fn read_plain<'a>(&mut self, line: &Line<'a>, scratch: &'a Scratch, place: Place) -> Result<Reading<'a>, Flaw> {
        match self.given {
            Some(given) => self.read_given(given, line, scratch, place),
            None => self.read_known(line, scratch, place),
        }
    }

    /// The format of --log-format is always the first that is tried: what it allows beside it has lines of another opening.
    fn read_given<'a>(&mut self, given: &LogFormat, line: &Line<'a>, scratch: &'a Scratch, place: Place) -> Result<Reading<'a>, Flaw> {
        match given.read(line.text, scratch, &mut self.clock) {
            Outcome::Request(web) => Ok(Reading::Web(web)),
            Outcome::Syslog => self.read_known(line, scratch, place),
            Outcome::Unfit(field, reason) => self.read_known(line, scratch, place).map_err(|flaw| match flaw.format {
                // What holds of the line whatever the format says more.
                Nearest::None if flaw.reason != OF_NO_KNOWN_FORMAT => flaw,
                _ => Flaw { format: Nearest::Given(field), reason },
            }),
        }
    }

    fn read_known<'a>(&mut self, line: &Line<'a>, scratch: &'a Scratch, place: Place) -> Result<Reading<'a>, Flaw> {
        // The last one was tried for a line alone.
        let last = self.formats.get(self.last[place as usize]).filter(|_| matches!(place, Place::Inside) || self.given.is_some());
        if let Some(Ok(reading)) = last.map(|format| (format.read)(line, scratch, &mut self.clock)) {
            return Ok(reading);
        }
        let mut nearest: Option<(&Format, Misfit)> = None;
        for (index, format) in self.formats.iter().enumerate() {
            match (format.read)(line, scratch, &mut self.clock) {
                Ok(reading) => {
                    self.last[place as usize] = index;
                    return Ok(reading);
                }
                Err(misfit) if nearest.is_none_or(|(_, best)| misfit.at > best.at) => nearest = Some((format, misfit)),
                Err(_) => {}
            }
        }
        Err(match nearest {
            Some((_, misfit)) if misfit.at == OF_NO_FORMAT => Flaw { format: Nearest::None, reason: misfit.reason },
            Some((format, misfit)) if misfit.at > 0 => Flaw { format: Nearest::Known(format.name), reason: misfit.reason },
            _ => Flaw { format: Nearest::None, reason: OF_NO_KNOWN_FORMAT },
        })
    }
}
