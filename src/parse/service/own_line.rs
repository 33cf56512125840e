//! How lines begin in a file that a service writes itself: a time, and words of the server, up to the message.
//!
//! Everything before the message is the server's, so it is read from the left.

use crate::base::time::{Clock, LogTime, RFC3164_LEN, month_name, month_number};
use crate::parse::format::Arena;
use crate::parse::service::field::{FieldKind, split_peer};
use crate::parse::service::prefix::find_short;
use crate::parse::service::strftime::{TimeFormat, TimeText};

/// The beginning of a line.
#[derive(Debug)]
pub struct LineMatcher {
    /// As it is written.
    pub line: String,
    /// Where it is specified.
    pub source: String,
    /// Whether clients can write whole lines into the file, so that it is read only where it is asked for.
    pub is_forgeable: bool,
    parts: Vec<LinePart>,
}

#[derive(Debug)]
enum LinePart {
    /// Text that is there as it is.
    Literal(Vec<u8>),
    Time(TimeFormat),
    /// A word of the server's, or text up to what follows.
    Field(FieldKind),
    /// The machine, the program or its process id, which an event names.
    Host,
    Pid,
    /// The rest.
    Message,
}

/// What the beginning of a line says, and the message behind it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OwnLine<'a> {
    pub time: Option<LogTime<'a>>,
    /// The machine; empty where the line has none.
    pub host: &'a [u8],
    /// The process id.
    pub pid: Option<u64>,
    /// What follows.
    pub message: &'a [u8],
}

impl LineMatcher {
    /// Takes `line` apart.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn compile(line: &str, source: String, is_forgeable: bool) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = line;
        while !rest.is_empty() {
            let (literal, part, behind) = next_part(rest)?;
            if !literal.is_empty() {
                parts.push(LinePart::Literal(literal.into_bytes()));
            }
            parts.extend(part);
            rest = behind;
        }
        if !matches!(parts.last(), Some(LinePart::Message)) || parts.iter().filter(|part| matches!(part, LinePart::Message)).count() != 1 {
            return Err("{message} must end it".to_owned());
        }
        let is_apart = |pair: &[LinePart]| {
            let is_text = |part: &LinePart| matches!(part, LinePart::Field(_) | LinePart::Host | LinePart::Pid);
            !is_text(&pair[0]) || matches!(pair[1], LinePart::Literal(_))
        };
        if !parts.windows(2).all(is_apart) {
            return Err("text must follow each part that is not a time".to_owned());
        }
        Ok(Self { line: line.to_owned(), source, is_forgeable, parts })
    }

    /// Whether lines of other services hardly begin so: text of its own stands in it.
    pub(crate) fn is_distinct(&self) -> bool {
        let literals = self.parts.iter().filter_map(|part| if let LinePart::Literal(text) = part { Some(text) } else { None });
        literals.flatten().filter(|byte| **byte != b' ').count() >= 4
    }

    /// Whether a line can begin so whose first byte is `byte`.
    pub(crate) fn may_begin(&self, byte: u8) -> bool {
        match self.parts.first() {
            Some(LinePart::Literal(text)) => text.first() == Some(&byte),
            Some(LinePart::Time(format)) => format.may_begin(byte),
            Some(LinePart::Pid | LinePart::Field(FieldKind::Number)) => byte.is_ascii_digit(),
            Some(LinePart::Host | LinePart::Field(_) | LinePart::Message) | None => true,
        }
    }

    /// What `line` says, if it begins so.
    pub(crate) fn read<'a>(&self, line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Option<OwnLine<'a>> {
        let mut own = OwnLine { time: None, host: b"", pid: None, message: b"" };
        let mut time: Option<TimeText<'a>> = None;
        let mut rest = line;
        let mut parts = self.parts.iter().peekable();
        while let Some(part) = parts.next() {
            match part {
                LinePart::Literal(text) => rest = rest.strip_prefix(&text[..])?,
                LinePart::Time(format) => {
                    let (text, behind) = format.read(rest)?;
                    (time, rest) = (Some(text), behind);
                }
                LinePart::Message => own.message = rest,
                LinePart::Field(_) | LinePart::Host | LinePart::Pid => {
                    let Some(LinePart::Literal(next)) = parts.peek() else { return None };
                    let (text, behind) = rest.split_at(find_short(rest, next)?);
                    rest = behind;
                    match part {
                        LinePart::Host if is_word(text) => own.host = text,
                        LinePart::Pid => own.pid = Some(crate::parse::envelope::tag::parse_pid(text)?),
                        LinePart::Field(FieldKind::Text) => {}
                        LinePart::Field(FieldKind::Number) if !text.is_empty() && text.iter().all(u8::is_ascii_digit) => {}
                        LinePart::Field(FieldKind::Peer) if split_peer(text).is_some() => {}
                        LinePart::Field(FieldKind::Word | FieldKind::Server) if is_word(text) => {}
                        _ => return None,
                    }
                }
            }
        }
        // A time of day alone says nothing of the day.
        if let Some(text) = time.filter(|text| text.whole.is_some() || !text.day.is_empty()) {
            own.time = Some(read_time(&text, arena, clock)?);
        }
        Some(own)
    }
}

fn is_word(text: &[u8]) -> bool {
    !text.is_empty() && !text.contains(&b' ')
}

/// The literal before the next part of `text`, the part, and what follows it.
fn next_part(text: &str) -> Result<(String, Option<LinePart>, &str), String> {
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        literal.push_str(&rest[..at]);
        if rest[at..].starts_with("{{") || rest[at..].starts_with("}}") {
            literal.push_str(&rest[at..=at]);
            rest = &rest[at + 2..];
            continue;
        }
        let (name, behind) = rest[at..].strip_prefix('{').and_then(|inside| inside.split_once('}')).ok_or("'{' without '}'")?;
        let part = match name {
            "message" => LinePart::Message,
            "host" => LinePart::Host,
            "pid" => LinePart::Pid,
            _ => match TimeFormat::of_part(name) {
                Some(format) => LinePart::Time(format?),
                None => match FieldKind::named(name.strip_suffix('*').unwrap_or(name)) {
                    Some(kind @ (FieldKind::Number | FieldKind::Word | FieldKind::Text | FieldKind::Server | FieldKind::Peer)) => {
                        LinePart::Field(kind)
                    }
                    _ => return Err(format!("{{{name}}} before the message: time, utc, host, pid, num, word, server, peer or text")),
                },
            },
        };
        return Ok((literal, Some(part), behind));
    }
    literal.push_str(rest);
    Ok((literal, None, ""))
}

/// The instant of a time whose parts were read.
pub(crate) fn read_time<'a>(text: &TimeText<'a>, arena: &'a Arena, clock: &mut Clock) -> Option<LogTime<'a>> {
    if let Some(whole) = text.whole {
        // Behind a time that has an offset, another is none.
        let in_utc = if text.offset.is_empty() { None } else { clock.parse_any(arena.join(&[whole, text.offset])).ok() };
        return in_utc.or_else(|| clock.parse_any(whole).ok());
    }
    if !text.zone_name.is_empty() && text.offset.is_empty() {
        clock.note_zone_name(text.zone_name);
    }
    let fraction = std::str::from_utf8(&text.fraction[..text.fraction.len().min(9)]).unwrap_or_default();
    let month = if text.month.len() > 2 { u8::try_from(month_number(text.month)?).ok()? } else { digits(text.month)? };
    let day = digits(text.day)?;
    let hour = match text.is_afternoon {
        None => digits(text.hour)?,
        Some(is_afternoon) => digits(text.hour)? % 12 + if is_afternoon { 12 } else { 0 },
    };
    let second = if text.second.is_empty() { 0 } else { digits(text.second)? };
    let minute = digits(text.minute)?;
    if text.year.is_empty() {
        let name = month_name(month)?;
        let stamp = format!("{name} {day:2} {hour:02}:{minute:02}:{second:02}");
        debug_assert_eq!(stamp.len(), RFC3164_LEN);
        return Some(LogTime { seconds: clock.parse_rfc3164(stamp.as_bytes()).ok()?, fraction });
    }
    let year = std::str::from_utf8(text.year).ok()?.parse::<u16>().ok()?;
    let year = if text.year.len() == 2 { 2000 + year } else { year };
    let offset = std::str::from_utf8(text.offset).ok()?;
    let stamp = arena.keep(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{offset}").as_bytes());
    Some(LogTime { seconds: clock.parse_rfc3339(stamp).ok()?.seconds, fraction })
}

fn digits(text: &[u8]) -> Option<u8> {
    std::str::from_utf8(text).ok()?.trim_start().parse().ok()
}
