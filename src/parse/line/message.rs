//! The message in a line, by the service that wrote it: sshd, one of the catalog, or a web server behind syslog.

use crate::base::net;
use crate::base::time::Clock;
use crate::io::lines::Line;
use crate::parse::FORMATS;
use crate::parse::access::log_format::LogFormatResult;
use crate::parse::candidate::Program;
use crate::parse::envelope::format::Envelope;
use crate::parse::envelope::tag::split_tag;
use crate::parse::envelope::trust::{Doubt, Trust};
use crate::parse::format::{Arena, Header, ParsedLine};
use crate::parse::line::{LineParser, MAX_DEPTH, finish, folded};
use crate::parse::service::message::unfold_repeats;
use crate::parse::service::reader::Read;
use crate::parse::service::{self, Service, sshd};

/// The programs of which messages are tried as requests before the templates of their services are, of which there are many. F5 BIG-IP writes what
/// a client sent first under the name httpd, so that is none of them.
pub(crate) const WEB_SERVERS: [&[u8]; 3] = [b"nginx", b"apache2", b"haproxy"];

impl LineParser<'_> {
    /// A line that is of the service that the user vouches for.
    pub(crate) fn read_vouched<'a>(&mut self, text: &'a [u8], outer: Option<&Envelope<'a>>, arena: &'a Arena) -> Option<Read<'a>> {
        let Some(Program::Catalog(name)) = self.candidates.program else { return None };
        let around = outer.map_or(Header::default(), |outer| outer.header);
        let header = Header { program: arena.keep(name.as_bytes()), ..around };
        self.services.as_ref()?.read_vouched(name, header, text, arena, &mut self.clock)
    }

    /// A line of a service's own file.
    pub(crate) fn read_own_line<'a>(&mut self, text: &'a [u8], outer: Option<&Envelope<'a>>, arena: &'a Arena) -> Option<ParsedLine<'a>> {
        let read = self.services.as_ref()?.read_line(text, arena, &mut self.clock)?;
        let doubt = outer.and_then(|outer| outer.trust.doubt().map(|doubt| (doubt, outer)));
        match read {
            Read::Message(message, service) => {
                self.step(|steps| steps.read_by(service.name));
                let message = match outer {
                    Some(outer) => message.behind(&outer.header),
                    None => message,
                };
                Some(match doubt {
                    // Whoever runs a container gives it its name.
                    Some((doubt, outer)) if !(doubt.is_of_container() && service.is_container(outer.container)) => {
                        if message.signals().is_empty() {
                            return Some(ParsedLine::OtherProgram(None));
                        }
                        ParsedLine::Untrusted(doubt.reason_of_service())
                    }
                    _ => ParsedLine::Message(message),
                })
            }
            Read::Unknown(service) if doubt.is_none() => {
                self.step(|steps| steps.read_by(service.name));
                Some(ParsedLine::UnknownMessage(b""))
            }
            Read::Unknown(_) => None,
        }
    }

    /// What the message of a program says: a service's own reader reads its messages, any other may be a request to a web server.
    pub fn read_message<'a>(
        &mut self,
        envelope: &Envelope<'a>,
        message: &'a [u8],
        arena: &'a Arena,
        around: &mut Header<'a>,
    ) -> ParsedLine<'a> {
        let header = envelope.header;
        if header.program == folded::TAG
            && let Some(parsed) = self.read_folded(envelope, message, arena, around)
        {
            return parsed;
        }
        if let Some(service) = service::find(header.program) {
            self.step(|steps| steps.read_by_service(service, message));
            return match envelope.trust {
                Trust::Doubted(Doubt::Session) if (service.is_of_session)(message) => ParsedLine::OtherProgram(Some(header.host)),
                Trust::Doubted(doubt) => ParsedLine::Untrusted(doubt.reason()),
                Trust::SyslogFile | Trust::Journald => (service.read)(envelope.limit, header, message),
            };
        }
        if WEB_SERVERS.contains(&header.program)
            && let Some(parsed) = self.read_same_request(message, arena)
        {
            return finish(parsed, Some(envelope), around);
        }
        let other = ParsedLine::OtherProgram(if envelope.trust.doubt().is_some() { None } else { Some(header.host) });
        let read = self.services.as_mut().and_then(|services| services.read_message(header, message, arena, &mut self.clock));
        if let Some(Read::Message(message, service)) = read {
            self.step(|steps| steps.read_by(service.name));
            let doubt = envelope.trust.doubt().or_else(|| envelope.sender.and_then(|sender| sender.doubt_of(service)));
            return match doubt {
                None => ParsedLine::Message(message),
                Some(doubt) if doubt.is_of_container() && service.is_container(envelope.container) => ParsedLine::Message(message),
                Some(_) if message.signals().is_empty() => other,
                Some(doubt) => ParsedLine::Untrusted(doubt.reason_of_service()),
            };
        }
        // A daemon that folds lines says so within the message; a request is never read across that.
        let (count, inside) = unfold_repeats(message).unwrap_or((1, message));
        let inside = trim_front(skip_region_of_fly(header, inside));
        let mut request = if may_be_request(inside) { self.read_request(inside, arena) } else { None };
        if let Some(ParsedLine::Web(web)) = &mut request {
            web.repeats = count - 1;
        }
        match (request, read) {
            (Some(parsed), _) => finish(parsed, Some(envelope), around),
            (None, Some(Read::Unknown(service))) if envelope.trust.doubt().is_none() => {
                self.step(|steps| steps.read_by(service.name));
                ParsedLine::UnknownMessage(header.host)
            }
            _ => other,
        }
    }

    /// A request of the format of the last one, as nearly all are that follow one. No other message of these programs reads as a request, whatever its client
    /// sent (a test tries each template of the shipped services), so it makes no difference that it is tried before them.
    fn read_same_request<'a>(&mut self, message: &'a [u8], arena: &'a Arena) -> Option<ParsedLine<'a>> {
        let has_own_services = self.candidates.services.is_some_and(|services| services.given().next().is_some());
        if self.candidates.given.is_some() || self.steps.is_some() || has_own_services || !begins_with_address(message) {
            return None;
        }
        let parsed = (FORMATS[self.last.message].read)(&Line::of(message), arena, &mut self.clock).ok()?;
        matches!(parsed, ParsedLine::Web(_)).then_some(parsed)
    }

    /// A request to a web server, where the message is one.
    fn read_request<'a>(&mut self, message: &'a [u8], arena: &'a Arena) -> Option<ParsedLine<'a>> {
        let candidates = self.candidates;
        if let Some(given) = candidates.given {
            return match given.read(message, arena, &mut self.clock) {
                LogFormatResult::Request(web) => Some(ParsedLine::Web(web)),
                LogFormatResult::Other(parsed) => Some(parsed),
                LogFormatResult::Syslog | LogFormatResult::Unfit(..) => None,
            };
        }
        let (line, last) = (Line::of(message), self.last.message);
        let others = (0..FORMATS.len()).filter(|&index| index != last);
        for index in std::iter::once(last).chain(others) {
            match (FORMATS[index].read)(&line, arena, &mut self.clock) {
                Ok(parsed) => {
                    self.last.message = index;
                    self.step(|steps| steps.read_by(FORMATS[index].name));
                    return Some(parsed);
                }
                Err(mismatch) => self.step(|steps| steps.miss(MAX_DEPTH + 1, FORMATS[index].name, false, mismatch)),
            }
        }
        None
    }
}

/// What a message says that has no header of its own, or one that is no daemon's alone, where it is one of the service's known messages; and whether it
/// has such a header.
pub(super) fn read_bare<'a>(
    service: &Service,
    text: &'a [u8],
    outer: Option<&Envelope<'a>>,
    arena: &'a Arena,
    clock: &mut Clock,
) -> Option<(ParsedLine<'a>, bool)> {
    let around = outer.map_or(Header::default(), |outer| outer.header);
    let read = |header, message| {
        Some((service.read)(sshd::LengthLimit::SSHD, header, message)).filter(|parsed| !matches!(parsed, ParsedLine::UnknownMessage(_)))
    };
    let program = service.name.as_bytes();
    if let Some(parsed) = read(Header { program, ..around }, text) {
        return Some((parsed, false));
    }
    let (header, message) = split_doubtful_header(service, text, arena, clock)?;
    let header = Header { time: header.time.or(around.time), ..header };
    read(header, message).map(|parsed| (parsed, true))
}

/// Host, program and process id, and the message, of `2024-01-02 03:04:05 host sshd[77]: message`, whatever the time is like, and of `sshd[77]: message`:
/// so begin lines of many programs, too.
fn split_doubtful_header<'a>(service: &Service, text: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Option<(Header<'a>, &'a [u8])> {
    const LONGEST: usize = 96;
    const MOST_WORDS: usize = 5;
    let at = memchr::memmem::find(&text[..text.len().min(LONGEST)], service.name.as_bytes())?;
    let (front, behind) = (&text[..at], &text[at..]);
    let tag = split_tag(behind).ok().filter(|tag| tag.pid.is_some() && (service.is_program)(tag.name))?;
    let header = Header { program: tag.name, pid: tag.pid, ..Header::default() };
    if front.is_empty() {
        return Some((header, tag.message));
    }
    let words: Vec<_> = front.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty()).collect();
    let has_clock = |word: &[u8]| word.windows(8).any(|part| matches!(part, [_, _, b':', _, _, b':', _, _]) && part[0].is_ascii_digit());
    let is_header = words.len() <= MOST_WORDS && front.ends_with(b" ") && matches!(front[0], b'0'..=b'9' | b'[');
    let last = words.last().filter(|_| is_header && words.iter().any(|word| has_clock(word)))?;
    let time = match front {
        [_, _, _, _, b'-', _, _, b'-', _, _, b' ', ..] if front.len() > 19 => {
            clock.parse_rfc3339(arena.join(&[&front[..10], b"T", &front[11..19]])).ok()
        }
        _ => None,
    };
    Some((Header { time, host: if has_clock(last) { b"" } else { last }, ..header }, tag.message))
}

/// What follows `[4d891de2] lhr [info]`, the machine, the region and the level that Fly.io's command line writes behind `app`. A daemon of that name has a process id,
/// and may log anything behind it.
///
/// **Source:** flyctl `internal/render/logs.go`.
fn skip_region_of_fly<'a>(header: Header<'_>, message: &'a [u8]) -> &'a [u8] {
    const LEVELS: [&[u8]; 5] = [b"[info]", b"[warn]", b"[warning]", b"[error]", b"[debug]"];
    let machine = message.strip_prefix(b"[").filter(|_| header.program == b"app" && header.pid.is_none());
    let Some((id, behind)) = machine.and_then(|machine| machine.split_at_checked(memchr::memchr(b']', machine)?)) else { return message };
    let rest = match behind {
        [b']', b' ', a, b, c, b' ', rest @ ..]
            if [a, b, c].iter().all(|byte| byte.is_ascii_lowercase()) && id.iter().all(u8::is_ascii_hexdigit) =>
        {
            rest
        }
        _ => return message,
    };
    LEVELS.iter().find_map(|level| rest.strip_prefix(*level)).unwrap_or(message)
}

/// A message without the blanks that a daemon left before it; a server that knows of no client begins a line with one itself.
fn trim_front(message: &[u8]) -> &[u8] {
    let trimmed = message.trim_ascii_start();
    if trimmed.first() == Some(&b'-') { message } else { trimmed }
}

/// Whether a message names its peer: only then it is told from what any program may say.
pub(crate) fn names_peer(parsed: &ParsedLine<'_>) -> bool {
    matches!(parsed, ParsedLine::Message(message) if message.names_peer())
}

/// Whether the first word of a message is an address: before a client's text, in which a request may stand, servers write words of their own.
pub(crate) fn begins_with_address(message: &[u8]) -> bool {
    memchr::memchr(b' ', message).is_some_and(|space| net::parse_address(&message[..space]).is_some())
}

/// Whether a message is looked at as a request: it holds a quote or a tab, or begins as requests without them do.
fn may_be_request(message: &[u8]) -> bool {
    matches!(message.first(), Some(b'0'..=b'9' | b'[' | b'{')) || memchr::memchr2(b'"', b'\t', message).is_some()
}
