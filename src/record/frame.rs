//! What stands between two members of an event: the ends and openings of the objects that they are in, worked out once.
//!
//! An event has few members, always in one order, so all that can stand between two of them is known beforehand. A line is then
//! one copy for each member and one for its value (measured: two thirds of the instructions of objects that are opened, filled and closed).

use std::net::IpAddr;
use std::sync::LazyLock;

use super::json::{put_digits, put_inside, put_ip};
use super::signal::{SIGNALS, SignalSet};
use crate::net::canonical;
use crate::time::Stamp;
use crate::time::day::DayWriter;

/// What every event starts with.
const START: &str = r#"{"schema":"soar.event/1""#;

/// The members of an event, in their order on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "MEMBERS says which member each is")]
pub enum Member {
    Timestamp,
    Dataset,
    Action,
    Outcome,
    Ip,
    Address,
    Port,
    User,
    HttpMethod,
    Referrer,
    HttpVersion,
    Status,
    BodyBytes,
    Target,
    Domain,
    Agent,
    Hostname,
    Process,
    Pid,
    Path,
    Line,
    Tags,
    Count,
    Method,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Text,
    Number,
    List,
}

/// Where each [`Member`] stands, and how its value is written; the members of an object are neighbours.
const MEMBERS: [(&str, Form); 24] = [
    ("@timestamp", Form::Text),
    ("event.dataset", Form::Text),
    ("event.action", Form::Text),
    ("event.outcome", Form::Text),
    ("source.ip", Form::Text),
    ("source.address", Form::Text),
    ("source.port", Form::Number),
    ("user.name", Form::Text),
    ("http.request.method", Form::Text),
    ("http.request.referrer", Form::Text),
    ("http.version", Form::Text),
    ("http.response.status_code", Form::Number),
    ("http.response.body.bytes", Form::Number),
    ("url.original", Form::Text),
    ("url.domain", Form::Text),
    ("user_agent.original", Form::Text),
    ("host.hostname", Form::Text),
    ("process.name", Form::Text),
    ("process.pid", Form::Number),
    ("log.file.path", Form::Text),
    ("log.line", Form::Number),
    ("tags", Form::List),
    ("soar.count", Form::Number),
    ("soar.method", Form::Text),
];

/// How many things can stand on one side of a frame: a member, or the start or end of the line.
const SIDES: usize = MEMBERS.len() + 1;
/// The side that is the start or the end.
const EDGE: usize = MEMBERS.len();

/// What stands between two members. Of one length, so that a copy of it is a few moves and no call.
#[derive(Debug, Clone, Copy)]
struct Frame {
    text: [u8; 63],
    len: u8,
}

static FRAMES: LazyLock<Box<[[Frame; SIDES]; SIDES]>> = LazyLock::new(|| {
    let frame = |text: String| {
        let (mut frame, len) = (Frame { text: [0; 63], len: 0 }, text.len().min(63));
        frame.text[..len].copy_from_slice(&text.as_bytes()[..len]);
        Frame { len: u8::try_from(len).unwrap_or(0), ..frame }
    };
    Box::new(std::array::from_fn(|before| std::array::from_fn(|after| frame(write_between(before, after)))))
});

/// What stands between two sides.
fn write_between(before: usize, after: usize) -> String {
    let objects = |side: usize| MEMBERS.get(side).map_or_else(Vec::new, |(path, _)| path.split('.').collect());
    let (closed, opened) = (objects(before), objects(after));
    let (closed_depth, opened_depth) = (closed.len().saturating_sub(1), opened.len().saturating_sub(1));
    let shared = (0..closed_depth.min(opened_depth)).take_while(|&depth| closed[depth] == opened[depth]).count();
    let mut text = match MEMBERS.get(before) {
        None => START,
        Some((_, Form::Text)) => "\"",
        Some((_, Form::Number)) => "",
        Some((_, Form::List)) => "]",
    }
    .to_owned();
    text.push_str(&"}".repeat(closed_depth - shared));
    let Some((_, form)) = MEMBERS.get(after) else { return text + "}\n" };
    text.push(',');
    opened[shared..opened_depth].iter().for_each(|object| text.push_str(&format!("\"{object}\":{{")));
    text.push_str(&format!("\"{}\":", opened[opened_depth]));
    text + match form {
        Form::Text => "\"",
        Form::Number => "",
        Form::List => "[",
    }
}

/// A longer text is not remembered from one event to the next, in bytes: its sender would choose how much memory is held.
pub const LONGEST_STRETCH: usize = 4 << 10;

/// Puts `text` in the place of what was remembered; of one longer than [`LONGEST_STRETCH`], nothing.
pub fn remember(known: &mut Vec<u8>, text: &[u8]) {
    known.clear();
    if text.len() <= LONGEST_STRETCH {
        known.extend_from_slice(text);
    }
}

/// Some members that stand beside each other in many events, as they were written last.
#[derive(Debug, Clone, Default)]
pub struct Stretch {
    /// The member before it, and its last one.
    sides: (usize, usize),
    text: Vec<u8>,
}

#[cfg(test)]
impl Stretch {
    /// How much memory it holds.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.text.capacity()
    }
}

/// One event being written. Each member is put at most once, in the order of the wire.
#[derive(Debug)]
pub struct Line<'o> {
    out: &'o mut Vec<u8>,
    frames: &'static [[Frame; SIDES]; SIDES],
    /// The last member.
    side: usize,
}

impl<'o> Line<'o> {
    /// Starts a line behind what is in `out`.
    #[must_use]
    pub fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out, frames: &FRAMES, side: EDGE }
    }

    /// Puts what `put` puts: at once where nothing of it changed since it was put last.
    #[inline]
    pub fn again(&mut self, stretch: &mut Stretch, has_changed: bool, put: impl FnOnce(&mut Self)) {
        if !has_changed && stretch.sides.0 == self.side && !stretch.text.is_empty() {
            self.out.extend_from_slice(&stretch.text);
            self.side = stretch.sides.1;
            return;
        }
        let (start, before) = (self.out.len(), self.side);
        put(self);
        stretch.sides = (before, self.side);
        remember(&mut stretch.text, &self.out[start..]);
    }

    #[allow(clippy::inline_always, reason = "a member that is known where it is put needs no look at the table's bounds")]
    #[inline(always)]
    fn open(&mut self, member: Member) {
        self.frame(member as usize);
        self.side = member as usize;
    }

    #[allow(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    fn frame(&mut self, side: usize) {
        let frame = &self.frames[self.side][side];
        let end = self.out.len() + usize::from(frame.len);
        self.out.extend_from_slice(&frame.text);
        self.out.truncate(end);
    }

    /// Ends the line.
    pub fn end(mut self) {
        self.frame(EDGE);
    }

    /// Puts text of a log; nothing where there is none.
    #[allow(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    pub fn text(&mut self, member: Member, text: Option<&[u8]>) {
        if let Some(text) = text {
            self.open(member);
            put_inside(self.out, text);
        }
    }

    /// Puts one of our own words, in which nothing is to be escaped; nothing where it is empty.
    #[allow(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    pub fn word(&mut self, member: Member, word: &str) {
        if !word.is_empty() {
            self.open(member);
            self.out.extend_from_slice(word.as_bytes());
        }
    }

    /// Puts a number; nothing where there is none.
    #[allow(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    pub fn number(&mut self, member: Member, number: Option<u64>) {
        if let Some(number) = number {
            self.open(member);
            put_digits(self.out, number);
        }
    }

    /// Puts a time; nothing where there is none.
    #[inline]
    pub fn time(&mut self, member: Member, time: Option<Stamp<'_>>, days: &mut DayWriter) {
        if let Some(time) = time {
            self.open(member);
            days.put(time, self.out);
        }
    }

    /// Puts an address in its canonical form; nothing where there is none.
    pub fn address(&mut self, member: Member, address: Option<IpAddr>) {
        if let Some(address) = address {
            self.open(member);
            put_ip(self.out, canonical(address));
        }
    }

    /// Puts an address that is logged in its canonical form.
    #[inline]
    pub fn logged_address(&mut self, member: Member, logged: &[u8]) {
        self.open(member);
        self.out.extend_from_slice(logged);
    }

    /// Puts the names of signals.
    pub fn signals(&mut self, member: Member, signals: SignalSet) {
        self.open(member);
        for (nth, index) in signals.indexes().enumerate() {
            self.out.extend_from_slice(if nth == 0 { b"\"" } else { b",\"" });
            self.out.extend_from_slice(SIGNALS[index].name.as_bytes());
            self.out.push(b'"');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_fits_and_every_member_has_its_path() {
        assert_eq!(Member::Method as usize + 1, MEMBERS.len());
        for before in 0..SIDES {
            for after in 0..SIDES {
                assert!(write_between(before, after).len() <= 63, "{before} {after}");
            }
        }
    }

    #[test]
    fn objects_are_closed_and_opened_as_the_paths_say() {
        for (before, after, text) in [
            (EDGE, Member::Timestamp as usize, r#"{"schema":"soar.event/1","@timestamp":""#),
            (Member::Timestamp as usize, Member::Dataset as usize, r#"","event":{"dataset":""#),
            (Member::Dataset as usize, Member::Action as usize, r#"","action":""#),
            (Member::HttpMethod as usize, Member::Status as usize, r#""},"response":{"status_code":"#),
            (Member::Status as usize, Member::BodyBytes as usize, r#","body":{"bytes":"#),
            (Member::BodyBytes as usize, Member::Target as usize, r#"}}},"url":{"original":""#),
            (Member::Path as usize, Member::Line as usize, r#""},"line":"#),
            (Member::Tags as usize, EDGE, "]}\n"),
            (Member::Method as usize, EDGE, "\"}}\n"),
        ] {
            assert_eq!(write_between(before, after), text);
        }
    }
}
