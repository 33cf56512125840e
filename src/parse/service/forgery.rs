//! Whether a client could move the address that a template reads.
//!
//! Each template is taken twice: as what the server writes, where a client's words may be any bytes at all, and as what the reader takes,
//! where they end at the byte that follows them. If some text is both, and the reader's address holds a byte that the client worded,
//! the client can name anybody. That is searched for in the product of the two automata, so no text is missed; a text that the reader
//! would in truth read in another way is refused too. Limits: docs/services.md.

use crate::parse::service::definition::Definition;
use crate::parse::service::field::FieldKind;
use crate::parse::service::keyed::KeyedMatcher;
use crate::parse::service::template::{MessageTemplate, TemplateMatcher, parts_of};

/// A set of bytes.
type ByteSet = [u64; 4];

const ANY: ByteSet = [u64::MAX; 4];

/// One step of an automaton.
#[derive(Debug, Clone, Copy)]
struct Edge {
    to: usize,
    bytes: ByteSet,
    /// What the byte is part of; none for a literal.
    kind: Option<FieldKind>,
}

/// The automaton of a template. State 0 is its start, the last one its end.
#[derive(Debug)]
struct Automaton {
    edges: Vec<Vec<Edge>>,
    end: usize,
    /// Where a part may be empty: states that are one.
    skips: Vec<(usize, usize)>,
    /// The last state from which words of the client are read, if there are some.
    last_chosen: Option<usize>,
    /// The same of an address.
    last_address: Option<usize>,
}

/// Who words the parts of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// The server, which writes whatever the client sends.
    Writer,
    /// The reader, which ends a client's words at the byte behind them.
    Reader,
}

/// Whether no template of a service lets a client move the address.
///
/// # Errors
/// The template, with a caret under the words that the client chooses, and the one by which it would be read.
pub fn check(definition: &Definition) -> Result<(), String> {
    let matchers = definition.templates().in_order();
    let readers: Vec<_> = matchers.iter().map(|matcher| Automaton::of(matcher.shape, Role::Reader)).collect();
    let mut search = Search::default();
    for (at, writer) in matchers.iter().enumerate() {
        let written = Automaton::of(writer.shape, Role::Writer);
        let takes_all = takes_all(writer);
        for (reader, read) in matchers.iter().zip(&readers).take(if takes_all { at + 1 } else { matchers.len() }) {
            // A reader behind it in the file never sees a line of which this one takes all that the server writes.
            if search.can_forge(&written, read) {
                return Err(show(writer.shape, reader.shape));
            }
        }
    }
    let values = definition.keyed().iter().flat_map(KeyedMatcher::values);
    match values.map(|value| value.shape).find(|shape| can_forge(shape, shape)) {
        Some(shape) => Err(show(shape, shape)),
        None => Ok(()),
    }
}

/// Whether the reader of a template takes every line that the server writes by it.
fn takes_all(matcher: &TemplateMatcher) -> bool {
    matcher.shape.is_clean || !parts_of(matcher.shape.pattern).any(|(kind, is_free)| kind.is_of_client() && !is_free)
}

fn show(writer: &MessageTemplate, reader: &MessageTemplate) -> String {
    let pattern = writer.pattern;
    let client = ["{user", "{client", "{host"].iter().filter_map(|part| pattern.find(part)).min().unwrap_or_default();
    let caret = " ".repeat(pattern.get(..client).map_or(0, |before| before.chars().count()));
    let by = if writer.pattern == reader.pattern { String::new() } else { format!("\n  by the template {}", reader.pattern) };
    format!("a client could choose these words so that another address is read{by}\n  {pattern}\n  {caret}^")
}

/// Whether a line that the server writes by `writer` may be read by `reader` with an address that the client worded.
fn can_forge(writer: &MessageTemplate, reader: &MessageTemplate) -> bool {
    Search::default().can_forge(&Automaton::of(writer, Role::Writer), &Automaton::of(reader, Role::Reader))
}

/// A pair of states, and whether a byte that the client chose was read as one of the address.
type StatePair = (usize, usize, bool);

/// The search for a text that two automata accept.
#[derive(Debug, Default)]
struct Search {
    /// The pairs that were seen, by the number of the search.
    seen: Vec<u32>,
    number: u32,
    open: Vec<StatePair>,
}

impl Search {
    fn can_forge(&mut self, written: &Automaton, read: &Automaton) -> bool {
        let (Some(last_client), Some(last_address)) = (written.last_chosen, read.last_address) else { return false };
        let width = read.edges.len();
        self.seen.resize(self.seen.len().max(written.edges.len() * width * 2), 0);
        self.number += 1;
        self.open.clear();
        self.open.push((0, 0, false));
        while let Some((w, r, is_moved)) = self.open.pop() {
            // Behind the last words of the client, or the last address, nothing can be moved any more.
            let is_lost = !is_moved && (w > last_client || r > last_address);
            let at = (w * width + r) * 2 + usize::from(is_moved);
            if is_lost || std::mem::replace(&mut self.seen[at], self.number) == self.number {
                continue;
            }
            if is_moved && w == written.end && r == read.end {
                return true;
            }
            self.open.extend(written.skips.iter().filter(|skip| skip.0 == w).map(|skip| (skip.1, r, is_moved)));
            self.open.extend(read.skips.iter().filter(|skip| skip.0 == r).map(|skip| (w, skip.1, is_moved)));
            for from in &written.edges[w] {
                for to in &read.edges[r] {
                    if from.bytes.iter().zip(to.bytes).any(|(a, b)| a & b != 0) {
                        let is_forged = to.kind.is_some_and(FieldKind::is_address) && from.kind.is_some_and(is_chosen);
                        self.open.push((from.to, to.to, is_moved || is_forged));
                    }
                }
            }
        }
        false
    }
}

/// Whether the peer chooses the text of a part: a client's words, or a name of its own reverse DNS.
fn is_chosen(kind: FieldKind) -> bool {
    kind.is_of_client() || kind == FieldKind::Host
}

impl Automaton {
    fn of(template: &MessageTemplate, role: Role) -> Self {
        let mut automaton = Self { edges: vec![Vec::new()], end: 0, skips: Vec::new(), last_chosen: None, last_address: None };
        let (start, parts) = TemplateMatcher::split(template.pattern);
        automaton.literal(start.text);
        for (kind, is_free, literal) in parts {
            let bytes = bytes_of(kind, is_free, literal.text.first().copied(), template.is_clean, role);
            let delimiter = literal.text.first().copied();
            let may_be_empty = is_free || kind.is_of_client() && !matches!(delimiter, None | Some(b' '));
            automaton.part(kind, bytes, may_be_empty);
            automaton.literal(literal.text);
        }
        automaton.last_chosen = automaton.last_of(is_chosen);
        automaton.last_address = automaton.last_of(FieldKind::is_address);
        automaton
    }

    /// The last state from which a byte of such a part is read; none is behind it.
    fn last_of(&self, is_wanted: impl Fn(FieldKind) -> bool) -> Option<usize> {
        let has = |edges: &Vec<Edge>| edges.iter().any(|edge| edge.kind.is_some_and(&is_wanted));
        self.edges.iter().rposition(has)
    }

    fn literal(&mut self, text: &[u8]) {
        for &byte in text {
            self.step(only(byte), None);
        }
    }

    fn step(&mut self, bytes: ByteSet, kind: Option<FieldKind>) {
        self.edges.push(Vec::new());
        let to = self.edges.len() - 1;
        self.edges[self.end].push(Edge { to, bytes, kind });
        self.end = to;
    }

    /// One or more bytes of a part.
    fn part(&mut self, kind: FieldKind, bytes: ByteSet, may_be_empty: bool) {
        let before = self.end;
        self.step(bytes, Some(kind));
        let end = self.end;
        self.edges[end].push(Edge { to: end, bytes, kind: Some(kind) });
        if may_be_empty {
            self.skips.push((before, end));
        }
    }
}

/// The bytes that a part may hold.
fn bytes_of(kind: FieldKind, is_free: bool, delimiter: Option<u8>, is_clean: bool, role: Role) -> ByteSet {
    let without = |set: ByteSet, byte: u8| {
        let mut set = set;
        set[usize::from(byte) / 64] &= !(1 << (byte % 64));
        set
    };
    match kind {
        FieldKind::User | FieldKind::Client if is_clean => without(without(ANY, delimiter.unwrap_or(b' ')), b' '),
        FieldKind::User | FieldKind::Client if role == Role::Writer || is_free => ANY,
        FieldKind::User | FieldKind::Client => without(ANY, delimiter.unwrap_or(b' ')),
        FieldKind::Address | FieldKind::Host => set(|b| b.is_ascii_alphanumeric() || b".:-_%".contains(&b)),
        FieldKind::Peer | FieldKind::Network => set(|b| b.is_ascii_alphanumeric() || b".:-_%[]/".contains(&b)),
        FieldKind::Port | FieldKind::Number | FieldKind::Count => set(|b| b.is_ascii_digit()),
        FieldKind::Word | FieldKind::Server | FieldKind::Method => without(ANY, b' '),
        FieldKind::Text | FieldKind::Fields => ANY,
    }
}

fn only(byte: u8) -> ByteSet {
    set(|b| b == byte)
}

fn set(holds: impl Fn(u8) -> bool) -> ByteSet {
    let mut set = [0; 4];
    (0..=u8::MAX).filter(|&byte| holds(byte)).for_each(|byte| set[usize::from(byte) / 64] |= 1 << (byte % 64));
    set
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(pattern: &'static str) -> MessageTemplate {
        MessageTemplate { pattern, ..MessageTemplate::for_tests() }
    }

    #[test]
    fn a_client_whose_words_stand_before_the_address_may_move_it() {
        for (pattern, is_forged) in [
            ("Failed for {user*} from {addr}", false),
            ("Failed for {user} from {addr}", false),
            ("Failed for {user} from {addr}: {text*}", true),
            ("Failed for {user} from {addr}: {num}", false),
            ("[{user}] FAIL: Client \"{addr}\"", false),
            ("login from {addr} as {user*}", false),
            ("user=<{user}>, rip={addr}, lip={server}, session=<{word}>", false),
            ("user={user}, rip={addr}, agent={client*}", true),
            ("user={user}, rip={addr}, agent=\"{client}\"", false),
            ("user={user}, ip={addr}, agent={client}", false),
            ("user=\"{user}\" ip={addr} agent=\"{client}\"", false),
            ("{host}[{addr}]: refused", false),
            ("no address of {user*}", false),
        ] {
            let template = template(pattern);
            assert_eq!(can_forge(&template, &template), is_forged, "{pattern}");
        }
        let clean = MessageTemplate { is_clean: true, ..template("Failed for {user} from {addr}: {text*}") };
        assert!(!can_forge(&clean, &clean), "the server lets no name hold a blank");
    }

    #[test]
    fn a_message_without_an_address_may_be_taken_for_one_that_has_it() {
        let (without, with) = (template("Failed for {user*}"), template("Failed for {user*} from {addr}"));
        assert!(can_forge(&without, &with));
        assert!(!can_forge(&with, &without), "nothing is read there");
        assert!(!can_forge(&template("Refused {user*}"), &with));
    }
}
