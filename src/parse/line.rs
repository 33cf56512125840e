//! Reads one line: its envelopes, one inside the other, and the message in them, or why it is a reject.
//!
//! What fitted the last line is tried first; since envelopes and formats exclude each other, that changes no result.

mod colour;
mod entry;
mod folded;
mod message;
mod same_format;

use crate::base::time::{Assumptions, Clock};
use crate::io::block::MAX_LINE;
use crate::io::lines::Line;
use crate::parse::access::log_format::LogFormatResult;
use crate::parse::candidate::{Candidate, CandidateResult, Candidates, Program};
use crate::parse::envelope::format::{Content, Envelope};
use crate::parse::envelope::klog::starts_like_klog;
use crate::parse::envelope::plain::PlainOpener;
use crate::parse::envelope::rfc5424;
use crate::parse::envelope::trust::{Doubt, Trust};
use crate::parse::format::{Arena, Header, Mismatch, ParsedLine};
use crate::parse::json::line::{find_table, is_json};
use crate::parse::json::table::OF_NO_LOG;
#[cfg(test)]
pub(crate) use crate::parse::line::message::{WEB_SERVERS, begins_with_address};
use crate::parse::line::message::{names_peer, read_bare};
pub(crate) use crate::parse::line::same_format::SameFormat;
use crate::parse::reject::{ClosestFormat, OF_NO_KNOWN_FORMAT, RejectReason, nearest_text, nearest_to};
use crate::parse::service::reader::{Read, ServiceReader};
use crate::parse::service::{SERVICES, sshd};
use crate::parse::steps::Steps;

/// How many envelopes may stand around a message.
const MAX_DEPTH: usize = 3;

/// What fitted last: of a line, of those inside it, and of a message.
#[derive(Debug, Clone, Copy, Default)]
pub struct LastFormats {
    lines: [usize; MAX_DEPTH + 1],
    message: usize,
}

impl LastFormats {
    /// Whether the last line was one of syslog.
    pub const fn is_syslog(&self, candidates: &Candidates<'_>) -> bool {
        self.lines[0] == candidates.syslog
    }
}

/// Reads lines of one block.
#[derive(Debug)]
pub struct LineParser<'c> {
    candidates: &'c Candidates<'c>,
    /// What the input is called.
    file: &'c str,
    clock: Clock,
    plain: PlainOpener,
    last: LastFormats,
    services: Option<ServiceReader<'c>>,
    /// What was tried on the last line, where that is asked for.
    steps: Option<Box<Steps>>,
}

/// The line without the CR that stands before its newline.
pub fn trim_end(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

impl<'c> LineParser<'c> {
    /// A reader of `candidates`; `last` is what another reader of them gave.
    pub fn new(candidates: &'c Candidates<'c>, file: &'c str, clock: Clock, last: LastFormats) -> Self {
        Self {
            candidates,
            file,
            clock,
            plain: PlainOpener::default(),
            last,
            services: candidates.services.map(ServiceReader::new),
            steps: None,
        }
    }

    /// The same, which records what it tries on each line.
    pub fn traced(self) -> Self {
        Self { steps: Some(Box::default()), ..self }
    }

    /// What was tried on the last line, where that is recorded.
    pub(crate) fn take_steps(&mut self) -> Steps {
        self.steps.as_deref_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Records a step, where that is asked for.
    fn step(&mut self, record: impl FnOnce(&mut Steps)) {
        if let Some(steps) = self.steps.as_deref_mut() {
            record(steps);
        }
    }

    /// Whether the message of a line of syslog starts so.
    pub fn starts_with(&mut self, line: &Line<'_>, arena: &Arena, start: &[u8]) -> bool {
        let found = self.find(line, arena, 0);
        matches!(found, Ok(CandidateResult::Envelope(_, Envelope { content: Content::Message(message), .. })) if message.starts_with(start))
    }

    /// Whether a line of syslog has this program and process id.
    pub(crate) fn is_tagged(&mut self, line: &Line<'_>, arena: &Arena, tag: (&[u8], Option<u64>)) -> bool {
        matches!(self.find(line, arena, 0), Ok(CandidateResult::Envelope(_, Envelope { header, .. })) if (header.program, header.pid) == tag)
    }

    /// Whether a line is sshd's for those who vouch for it.
    pub(crate) fn is_vouchable<'a>(&mut self, line: &Line<'a>, arena: &'a Arena) -> bool {
        SERVICES.iter().any(|service| read_bare(service, line.text, None, arena, &mut self.clock).is_some())
    }

    /// The programs of which messages were passed over, and how many.
    pub(crate) fn passed_over(&self) -> impl Iterator<Item = (&[u8], u64)> {
        self.services.iter().flat_map(ServiceReader::passed_over)
    }

    /// What was assumed for the times of the lines.
    pub(crate) fn into_assumed(self) -> Assumptions {
        self.clock.into_assumed()
    }

    /// What fitted last.
    pub const fn last(&self) -> LastFormats {
        self.last
    }

    /// Calls `then` with what `line`, without its end, says, or why it is a reject, and with what the envelopes around it say. What a line
    /// says is large, so it is handed on where it was made.
    pub fn read<'a, T>(
        &mut self,
        line: &Line<'a>,
        arena: &'a Arena,
        then: impl FnOnce(&mut Self, Result<&mut ParsedLine<'a>, RejectReason>, &Header<'a>) -> T,
    ) -> T {
        let mut around = Header::default();
        match self.read_any(line, arena, &mut around) {
            Ok(mut parsed) => then(self, Ok(&mut parsed), &around),
            Err(reason) => then(self, Err(reason), &around),
        }
    }

    fn read_any<'a>(&mut self, line: &Line<'a>, arena: &'a Arena, around: &mut Header<'a>) -> Result<ParsedLine<'a>, RejectReason> {
        if line.text.len() > MAX_LINE {
            return Err(RejectReason::TOO_LONG);
        }
        if line.text.is_empty() {
            return Err(RejectReason::EMPTY);
        }
        self.read_line(line, arena, None, 0, around)
    }

    /// Reads a line as it is.
    fn read_as_is<'a>(
        &mut self,
        line: &Line<'a>,
        arena: &'a Arena,
        outer: Option<&Envelope<'a>>,
        depth: usize,
        around: &mut Header<'a>,
    ) -> Result<ParsedLine<'a>, RejectReason> {
        let own = match self.candidates.program {
            Some(Program::Own(service)) => Some(*service),
            _ => None,
        };
        if let Some((parsed, _)) = own.and_then(|service| read_bare(service, line.text, outer, arena, &mut self.clock)) {
            self.step(|steps| steps.read_by("--program"));
            return Ok(parsed);
        }
        let vouched = self.read_vouched(line.text, outer, arena);
        if let Some(Read::Message(message, _)) = vouched {
            self.step(|steps| steps.read_by("--program"));
            return Ok(ParsedLine::Message(message));
        }
        let mut unfit = None;
        if let Some(given) = self.candidates.given {
            let parsed = match given.read_line(line, arena, &mut self.clock) {
                LogFormatResult::Request(mut web) => {
                    // Keys behind a header that is none of syslog's with a process id, as Heroku writes it.
                    if web.time.is_none() && (rfc5424::may_be_stamped(line.text) || starts_like_klog(line.text)) {
                        web.time = self.find(line, arena, depth).ok().and_then(CandidateResult::time);
                    }
                    Some(ParsedLine::Web(web))
                }
                LogFormatResult::Other(parsed) => Some(parsed),
                LogFormatResult::Syslog => None,
                LogFormatResult::Unfit(field, reason) => {
                    unfit = Some(RejectReason { format: ClosestFormat::Given(field), reason });
                    None
                }
            };
            if let Some(parsed) = parsed {
                self.step(|steps| steps.read_by("--log-format"));
                return Ok(finish(parsed, outer, around));
            }
        }
        let failed = match self.find(line, arena, depth) {
            Ok(CandidateResult::Parsed(parsed)) => return Ok(finish(parsed, outer, around)),
            Ok(CandidateResult::Envelope(name, envelope)) => {
                let envelope = self.vouch(&outer.map_or(envelope, |outer| envelope.inside(outer)));
                self.step(|steps| steps.open(name, &envelope));
                let read = self.read_content(name, &envelope, line, arena, depth + 1, around);
                // What looks like an envelope may be a line of a service's own file, which has no process id as a line of syslog has.
                // A container's output holds none of that.
                let is_of_container = envelope.trust.doubt().is_some_and(Doubt::is_of_container);
                let may_be_own = match &read {
                    Ok(ParsedLine::OtherProgram(_)) | Err(_) => true,
                    // What a key of an object holds may be unknown, and the object a known event.
                    Ok(ParsedLine::UnknownMessage(_)) => is_json(line.text),
                    Ok(_) => false,
                };
                if may_be_own
                    && !is_of_container
                    && envelope.header.pid.is_none()
                    && let Some(own) = self.read_own_line(line.text, outer, arena)
                    && !matches!(own, ParsedLine::UnknownMessage(_))
                {
                    return Ok(own);
                }
                return read;
            }
            Err(failed) => failed,
        };
        if let Some(own) = self.read_own_line(line.text, outer, arena) {
            return Ok(own);
        }
        if vouched.is_some() {
            return Ok(ParsedLine::UnknownMessage(b""));
        }
        if let Some(service) = own {
            return Ok((service.read)(
                sshd::LengthLimit::SSHD,
                Header { program: service.name.as_bytes(), ..Header::default() },
                line.text,
            ));
        }
        // Of what comes near to a format, that says more.
        let is_of_none = failed.format == ClosestFormat::None;
        let clock = &mut self.clock;
        let bare = SERVICES.iter().find_map(|service| {
            let (parsed, has_header) = read_bare(service, line.text, outer, arena, clock).filter(|(parsed, _)| names_peer(parsed))?;
            (!has_header || is_of_none).then_some((parsed, if has_header { service.doubtful } else { service.bare }))
        });
        if let Some((parsed, reason)) = bare {
            return match outer {
                Some(Envelope { content: Content::Output(_), trust: Trust::Doubted(doubt), .. }) => {
                    Ok(ParsedLine::Untrusted(doubt.reason()))
                }
                Some(Envelope { content: Content::Output(_), .. }) => Ok(parsed),
                _ => Err(RejectReason { format: ClosestFormat::None, reason }),
            };
        }
        Err(match unfit {
            // What holds of the line whatever the format says more.
            Some(unfit) if failed.format != ClosestFormat::None || [OF_NO_KNOWN_FORMAT, OF_NO_LOG].contains(&failed.reason) => unfit,
            _ => failed,
        })
    }

    /// The envelope, believed where it is of a container that the user vouches for.
    fn vouch<'a>(&self, envelope: &Envelope<'a>) -> Envelope<'a> {
        let is_vouched = |doubt: Doubt| {
            doubt.is_of_container() && self.candidates.trusted.is_some_and(|trusted| trusted.contains(envelope.container, self.file))
        };
        match envelope.trust.doubt() {
            Some(doubt) if is_vouched(doubt) => Envelope { trust: Trust::SyslogFile, ..*envelope },
            _ => *envelope,
        }
    }

    /// Which candidate takes the line; they exclude each other.
    fn find<'a>(&mut self, line: &Line<'a>, arena: &'a Arena, depth: usize) -> Result<CandidateResult<'a>, RejectReason> {
        let candidates = self.candidates;
        let last = self.last.lines[depth];
        if let Some(Ok(found)) = candidates.all.get(last).map(|candidate| candidate.read(line, arena, &mut self.clock)) {
            self.step(|steps| steps.find(&found, candidates.all[last].name()));
            return Ok(found);
        }
        // JSON is walked once more to learn its table, and not once for each.
        if is_json(line.text) {
            let name = find_table(line.text, arena).map_err(|(name, mismatch)| {
                self.step(|steps| steps.miss(depth, name, true, mismatch));
                nearest_to(name, mismatch)
            })?;
            if let Some(index) = candidates.all.iter().position(|candidate| candidate.name() == name) {
                let found = candidates.all[index].read(line, arena, &mut self.clock).map_err(|mismatch| {
                    self.step(|steps| steps.miss(depth, name, true, mismatch));
                    nearest_to(name, mismatch)
                })?;
                self.last.lines[depth] = index;
                self.step(|steps| steps.find(&found, name));
                return Ok(found);
            }
        }
        let mut nearest: Option<(&str, Mismatch)> = None;
        // What is no JSON fits nothing of one that is.
        let of_text = |(index, _): &(usize, &Candidate)| !candidates.is_json[*index];
        for (index, candidate) in candidates.all.iter().enumerate().filter(of_text) {
            match candidate.read(line, arena, &mut self.clock) {
                Ok(found) => {
                    self.last.lines[depth] = index;
                    self.step(|steps| steps.find(&found, candidate.name()));
                    return Ok(found);
                }
                Err(mismatch) => {
                    self.step(|steps| steps.miss(depth, candidate.name(), false, mismatch));
                    // Of two that got equally far, the first explains the reject.
                    if nearest.is_none_or(|(_, best)| mismatch.at > best.at) {
                        nearest = Some((candidate.name(), mismatch));
                    }
                }
            }
        }
        Err(nearest.map_or(RejectReason { format: ClosestFormat::None, reason: OF_NO_KNOWN_FORMAT }, |(name, mismatch)| {
            nearest_text(name, mismatch, line.text)
        }))
    }

    /// Reads what is inside an envelope around a part of the line `outer`, which with it is `depth` deep.
    fn read_content<'a>(
        &mut self,
        name: &'static str,
        envelope: &Envelope<'a>,
        outer: &Line<'a>,
        arena: &'a Arena,
        depth: usize,
        around: &mut Header<'a>,
    ) -> Result<ParsedLine<'a>, RejectReason> {
        let issue = |reason| Err(RejectReason { format: ClosestFormat::Known(name), reason });
        match envelope.content {
            Content::Nothing => Ok(ParsedLine::OtherProgram(None)),
            Content::Repeat(_) if envelope.trust.doubt().is_some() => Ok(ParsedLine::OtherProgram(None)),
            Content::Repeat(repeat) => Ok(ParsedLine::Repeated(repeat)),
            Content::Message(message) => Ok(self.read_message(envelope, message, arena, around)),
            Content::Line(line) | Content::Output(line) if line.is_empty() => issue("the line inside is empty"),
            Content::Line(_) | Content::Output(_) if depth > MAX_DEPTH => issue("more envelopes than three, one inside the other"),
            Content::Line(line) => match self.read_line(&outer.inside(trim_end(line)), arena, Some(envelope), depth, around) {
                Err(RejectReason { format: ClosestFormat::None, reason: OF_NO_KNOWN_FORMAT }) => {
                    issue("the line inside has an unknown format")
                }
                Err(RejectReason { format: ClosestFormat::Given(field), reason }) => {
                    Err(RejectReason { format: ClosestFormat::Given(field), reason })
                }
                Err(RejectReason { reason, .. }) => issue(reason),
                Ok(parsed) => Ok(parsed),
            },
            Content::Output(line) => match self.read_line(&outer.inside(trim_end(line)), arena, Some(envelope), depth, around) {
                Err(_) => Ok(ParsedLine::OtherProgram(None)),
                Ok(parsed) => Ok(parsed),
            },
        }
    }
}

/// A request inside `outer`: who may have sent it, and when where it does not say so.
fn finish<'a>(mut parsed: ParsedLine<'a>, outer: Option<&Envelope<'a>>, around: &mut Header<'a>) -> ParsedLine<'a> {
    let Some(outer) = outer else { return parsed };
    if outer.trust.is_of_sender() && matches!(parsed, ParsedLine::Web(_) | ParsedLine::Ambiguous(_)) {
        return ParsedLine::Untrusted("a request that anyone who reaches the shipper may have sent");
    }
    *around = outer.header;
    if let ParsedLine::Web(web) = &mut parsed {
        web.time = web.time.or(outer.header.time);
    }
    parsed
}
