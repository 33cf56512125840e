//! The one table of an event's members, in their order on the wire, and what stands between two of them.
//!
//! An event has few members, always in one order, so all that can stand between two of them is known beforehand. A line is then
//! one copy for each member and one for its value (measured: `cargo bench event::write`). The fast reader compares where
//! the writer copies.

use std::ops::Range;
use std::sync::LazyLock;

/// What every event starts with.
const START: &str = r#"{"schema":"soar.event/1""#;

/// How the value of a member is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueForm {
    /// A string.
    Text,
    /// A whole number.
    Number,
    /// An array of strings.
    List,
    /// An object of which the table knows nothing more; another stage writes it.
    Object,
}

macro_rules! members {
    ($($member:ident $path:literal $form:ident,)*) => {
        /// The members of an event, in their order on the wire.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "MEMBERS says which member each is")]
        pub(crate) enum Member {
            $($member,)*
        }

        /// Each [`Member`] with its path and how its value is written; the members of an object are neighbours.
        pub(crate) const MEMBERS: &[(Member, &str, ValueForm)] = &[$((Member::$member, $path, ValueForm::$form),)*];
    };
}

members! {
    Timestamp "@timestamp" Text,
    Dataset "event.dataset" Text,
    Action "event.action" Text,
    Outcome "event.outcome" Text,
    Ip "source.ip" Text,
    Address "source.address" Text,
    Port "source.port" Number,
    Interface "observer.ingress.interface.name" Text,
    User "user.name" Text,
    HttpMethod "http.request.method" Text,
    Referrer "http.request.referrer" Text,
    HttpVersion "http.version" Text,
    Status "http.response.status_code" Number,
    BodyBytes "http.response.body.bytes" Number,
    Target "url.original" Text,
    Domain "url.domain" Text,
    Agent "user_agent.original" Text,
    Hostname "host.hostname" Text,
    Process "process.name" Text,
    Pid "process.pid" Number,
    Path "log.file.path" Text,
    Line "log.line" Number,
    Tags "tags" List,
    Count "soar.count" Number,
    Method "soar.method" Text,
    UserState "soar.user" Text,
    Enrich "enrich" Object,
}

/// How many things can stand on one side of a separator: a member, or the start or end of the line.
pub(crate) const SIDES: usize = MEMBERS.len() + 1;
/// The side that is the start or the end.
pub(crate) const BOUNDARY: usize = MEMBERS.len();

/// What stands between two members. Of one length, so that a copy of it is a few moves and no call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Separator {
    /// From the end of one value to the start of the other, the marks included that say where the values end and start.
    pub text: [u8; 63],
    /// How much of it counts.
    pub len: u8,
    /// The part without these marks, which is what a reader of whole values meets: how it starts, and which bits of that count.
    start: u128,
    mask: u128,
    /// How long it is, and what of it stands behind the start.
    between_len: u8,
    rest: [u8; 47],
}

/// How many bytes the start of a separator has at the most.
const START_BYTES: usize = size_of::<u128>();

impl Separator {
    /// What stands in `text` behind the separator, if it starts with that. Nearly always a comparison of numbers, and no call.
    #[allow(clippy::inline_always, reason = "it takes no longer than the call")]
    #[inline(always)]
    pub(crate) fn strip<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        let len = usize::from(self.between_len);
        let is_start = match text.first_chunk() {
            Some(first) => (u128::from_le_bytes(*first) ^ self.start) & self.mask == 0,
            None => text.len() >= len && text.iter().zip(self.start.to_le_bytes()).take(len).all(|(one, other)| *one == other),
        };
        if !is_start {
            return None;
        }
        let behind = text.get(len..)?;
        (len <= START_BYTES || text[START_BYTES..len] == self.rest[..len - START_BYTES]).then_some(behind)
    }
}

/// The separators by the member before them and the one behind them.
pub(crate) type Separators = [[Separator; SIDES]; SIDES];

/// What stands between any two sides.
pub(crate) static SEPARATORS: LazyLock<Box<Separators>> = LazyLock::new(|| {
    let separator = |before, after| {
        let written = write_between(before, after);
        let between = &written[range_between(before, after, written.len())];
        let (start, rest) = between.as_bytes().split_at(between.len().min(START_BYTES));
        let byte = |len: usize| u8::try_from(len.min(63)).unwrap_or(0);
        Separator {
            text: padded(written.as_bytes()),
            len: byte(written.len()),
            start: u128::from_le_bytes(padded(start)),
            mask: u128::from_le_bytes(std::array::from_fn(|at| if at < start.len() { 0xff } else { 0 })),
            between_len: byte(between.len()),
            rest: padded(rest),
        }
    };
    Box::new(std::array::from_fn(|before| std::array::from_fn(|after| separator(before, after))))
});

fn padded<const N: usize>(bytes: &[u8]) -> [u8; N] {
    std::array::from_fn(|at| bytes.get(at).copied().unwrap_or(0))
}

/// What stands between two sides.
fn write_between(before: usize, after: usize) -> String {
    let objects = |side: usize| MEMBERS.get(side).map_or_else(Vec::new, |(_, path, _)| path.split('.').collect());
    let (closed, opened) = (objects(before), objects(after));
    let (closed_depth, opened_depth) = (closed.len().saturating_sub(1), opened.len().saturating_sub(1));
    let shared = (0..closed_depth.min(opened_depth)).take_while(|&depth| closed[depth] == opened[depth]).count();
    let mut text = match MEMBERS.get(before) {
        None => START,
        Some((.., ValueForm::Text)) => "\"",
        Some((.., ValueForm::Number)) => "",
        Some((.., ValueForm::List)) => "]",
        Some((.., ValueForm::Object)) => "}",
    }
    .to_owned();
    text.push_str(&"}".repeat(closed_depth - shared));
    let Some((.., form)) = MEMBERS.get(after) else { return text + "}\n" };
    text.push(',');
    opened[shared..opened_depth].iter().for_each(|object| text.push_str(&format!("\"{object}\":{{")));
    text.push_str(&format!("\"{}\":", opened[opened_depth]));
    text + match form {
        ValueForm::Text => "\"",
        ValueForm::Number => "",
        ValueForm::List => "[",
        ValueForm::Object => "{",
    }
}

/// The part of [`write_between`], which is so long, that belongs to neither value, nor is the end of the line.
fn range_between(before: usize, after: usize, written_len: usize) -> Range<usize> {
    let is_marked = |side: usize| MEMBERS.get(side).is_some_and(|(.., form)| *form != ValueForm::Number);
    let last = usize::from(after == BOUNDARY || is_marked(after));
    usize::from(is_marked(before))..written_len - last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_separator_fits_and_every_member_has_its_index() {
        assert!(MEMBERS.iter().enumerate().all(|(index, (member, ..))| *member as usize == index));
        for before in 0..SIDES {
            for after in 0..SIDES {
                // No event starts with the interface: it stands behind the address.
                if (before, after) == (BOUNDARY, Member::Interface as usize) {
                    continue;
                }
                assert!(write_between(before, after).len() <= 63, "{before} {after}");
            }
        }
    }

    #[test]
    fn objects_are_closed_and_opened_as_the_paths_say() {
        for (before, after, text) in [
            (BOUNDARY, Member::Timestamp as usize, r#"{"schema":"soar.event/1","@timestamp":""#),
            (Member::Timestamp as usize, Member::Dataset as usize, r#"","event":{"dataset":""#),
            (Member::Dataset as usize, Member::Action as usize, r#"","action":""#),
            (Member::Port as usize, Member::Interface as usize, r#"},"observer":{"ingress":{"interface":{"name":""#),
            (Member::Interface as usize, Member::User as usize, r#""}}},"user":{"name":""#),
            (Member::HttpMethod as usize, Member::Status as usize, r#""},"response":{"status_code":"#),
            (Member::Status as usize, Member::BodyBytes as usize, r#","body":{"bytes":"#),
            (Member::BodyBytes as usize, Member::Target as usize, r#"}}},"url":{"original":""#),
            (Member::Path as usize, Member::Line as usize, r#""},"line":"#),
            (Member::Tags as usize, BOUNDARY, "]}\n"),
            (Member::Method as usize, BOUNDARY, "\"}}\n"),
        ] {
            assert_eq!(write_between(before, after), text);
        }
    }

    #[test]
    fn the_members_are_those_of_the_schema() {
        let schema: serde_json::Value = serde_json::from_str(include_str!("../../../schemas/event.schema.json")).expect("JSON");
        let mut paths = Vec::new();
        add_paths(&schema["properties"], "", &mut paths);
        let mut members: Vec<_> = MEMBERS.iter().map(|(_, path, _)| *path).chain(["schema"]).collect();
        paths.sort_unstable();
        members.sort_unstable();
        assert_eq!(paths, members);
    }

    fn add_paths(properties: &serde_json::Value, prefix: &str, paths: &mut Vec<String>) {
        for (key, value) in properties.as_object().expect("properties") {
            match &value["properties"] {
                serde_json::Value::Null => paths.push(format!("{prefix}{key}")),
                inner => add_paths(inner, &format!("{prefix}{key}."), paths),
            }
        }
    }
}
