//! The walker: a line of JSON in, the values of the keys that tables name out, as a flat list of paths.
//!
//! `{"source":{"ip":"::1"}}` and `{"source.ip":"::1"}` are the same path, as shippers write either. Everything else is
//! checked for being JSON and passed over, so neither depth nor number of the keys that an attacker sends takes memory. (hifijson's lexer, which
//! needs one pass in place of one a level, takes 1.05 to 1.5 times as long on the lines of `cargo bench json`, and its stack grows with the depth.)

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use ahash::AHashMap;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::base::bytes::is_same;
use crate::parse::envelope::{keys, shipper};
use crate::parse::format::Arena;
use crate::parse::json::flat::TextPairs;
use crate::parse::json::nginx;
use crate::parse::json::table::tables;

/// How deep a path goes at the most; tables name shorter ones.
const MAX_DEPTH: usize = 8;

/// What is known of a path: the path itself where a table wants its value, and whether longer ones start with it.
#[derive(Debug, Default, Clone, Copy)]
struct KnownPath {
    path: Option<&'static str>,
    leads_on: bool,
}

/// The paths that a reading takes the values of.
#[derive(Debug, Default)]
pub(crate) struct KnownPaths(AHashMap<&'static str, KnownPath>);

impl KnownPaths {
    /// These, and what leads to them.
    pub(crate) fn of(paths: impl IntoIterator<Item = &'static str>) -> Self {
        let mut known: AHashMap<&'static str, KnownPath> = AHashMap::new();
        for path in paths {
            known.entry(path).or_default().path = Some(path);
            for (dot, _) in path.match_indices('.') {
                known.entry(&path[..dot]).or_default().leads_on = true;
            }
        }
        Self(known)
    }

    /// The path that `key` is, if its value is wanted.
    pub(crate) fn find(&self, key: &str) -> Option<&'static str> {
        self.0.get(key)?.path
    }
}

/// Every path of every table, and what leads to one.
static KNOWN: LazyLock<KnownPaths> = LazyLock::new(|| {
    let paths = tables().flat_map(|table| table.keys).map(|&(_, path)| path);
    KnownPaths::of(paths.chain(shipper::keys()).chain(["schema", "log", "stream"]))
});

/// The path that `name` is, if a table names it.
pub(crate) fn known_path(name: &str) -> Option<&'static str> {
    KNOWN.find(name)
}

/// Reads a line for the keys of all tables.
///
/// # Errors
/// Why it is no JSON object, or an ambiguous one.
pub(crate) fn read<'a>(line: &'a [u8], arena: &'a Arena) -> Result<Fields<'a>, &'static str> {
    read_paths(line, arena, &KNOWN)
}

/// Reads a line for the values at `known`. What nginx writes of quotes, backslashes and bytes where a `log_format` lacks `escape=json`
/// (`\x22`) is no JSON, but leaves no doubt.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_paths<'a>(line: &'a [u8], arena: &'a Arena, known: &KnownPaths) -> Result<Fields<'a>, &'static str> {
    let outcome = read_json(line, arena, known);
    match &outcome {
        Err(NO_JSON) if line.ends_with(b"}") => match nginx::undo_escapes(line) {
            Some(json) => read_json(arena.keep(&json), arena, known),
            None => outcome,
        },
        _ => outcome,
    }
}

/// How many fields a line has mostly, and how long their paths are: they grow past that.
const USUAL_FIELDS: usize = 16;
const USUAL_PATH: usize = 64;

const NO_JSON: &str = "not a complete JSON object";

fn read_json<'a>(line: &'a [u8], arena: &'a Arena, known: &KnownPaths) -> Result<Fields<'a>, &'static str> {
    // nginx copies bytes that are no UTF-8 as they are.
    let text = std::str::from_utf8(line)
        .unwrap_or_else(|_| std::str::from_utf8(arena.keep(String::from_utf8_lossy(line).as_bytes())).unwrap_or_default());
    if let Some(outcome) = read_flat(text, arena, known) {
        return outcome;
    }
    read_nested(text, arena, known)
}

/// Reads an object of nothing but texts; `None`: it is another.
fn read_flat<'a>(text: &'a str, arena: &'a Arena, known: &KnownPaths) -> Option<Result<Fields<'a>, &'static str>> {
    let mut pairs = TextPairs::of(text)?;
    let mut walk = Walk::new(arena, known);
    while !pairs.is_done() {
        let (key, value) = pairs.next()?;
        if let Some(&known) = known.0.get(key)
            && let Err(issue) = walk.take(known, value)
        {
            walk.issue.get_or_insert(issue);
        }
    }
    Some(walk.issue.map_or(Ok(walk.fields), Err))
}

fn read_nested<'a>(text: &'a str, arena: &'a Arena, known: &KnownPaths) -> Result<Fields<'a>, &'static str> {
    let mut walk = Walk::new(arena, known);
    walk.path.reserve(USUAL_PATH);
    let mut json = serde_json::Deserializer::from_str(text);
    let whole = walk.deserialize_object(&mut json).and_then(|()| json.end());
    match (walk.issue, whole) {
        (Some(issue), _) => Err(issue),
        (None, Err(_)) => Err(NO_JSON),
        (None, Ok(())) => Ok(walk.fields),
    }
}

struct Walk<'a, 'k> {
    arena: &'a Arena,
    known: &'k KnownPaths,
    path: String,
    depth: usize,
    fields: Fields<'a>,
    issue: Option<&'static str>,
}

impl<'a, 'k> Walk<'a, 'k> {
    fn new(arena: &'a Arena, known: &'k KnownPaths) -> Self {
        let fields = Fields { all: Vec::with_capacity(USUAL_FIELDS), seen: 0 };
        Self { arena, known, path: String::new(), depth: 0, fields, issue: None }
    }

    fn deserialize_object<D: Deserializer<'a>>(&mut self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(ObjectVisitor(self))
    }

    /// Takes the value at `self.path`. Each level of a path that leads on is parsed once more, at most [`MAX_DEPTH`] times.
    fn take(&mut self, known: KnownPath, raw: &'a str) -> Result<(), &'static str> {
        const BROKEN: &str = "text that is not Unicode";
        match (raw.as_bytes(), known.path) {
            ([b'{', ..], Some(keys::SOURCE)) => self.fields.add(keys::SOURCE, raw.as_bytes()),
            ([b'{', ..], Some(keys::LABELS)) if self.fields.get(keys::LABELS).is_none() => {
                self.fields.add(keys::LABELS, b"")?;
                self.take(KnownPath { path: None, ..known }, raw)
            }
            ([b'{', ..], _) if known.leads_on && self.depth < MAX_DEPTH => {
                self.depth += 1;
                let done = self.deserialize_object(&mut serde_json::Deserializer::from_str(raw));
                self.depth -= 1;
                done.map_err(|_| BROKEN)
            }
            ([b'"', inside @ .., b'"'], Some(path)) => {
                let text = if memchr::memchr(b'\\', inside).is_none() {
                    inside
                } else {
                    self.arena.keep(serde_json::from_str::<Lossy<'_>>(raw).map_err(|_| BROKEN)?.0.as_bytes())
                };
                self.fields.add(path, text)
            }
            ([b'[', ..], Some(path)) => self.fields.add(path, self.list(raw)),
            ([b'0'..=b'9' | b'-' | b't' | b'f', ..], Some(path)) => self.fields.add(path, raw.as_bytes()),
            ([b'n', ..], Some(path)) => self.fields.add(path, b""),
            _ => Ok(()),
        }
    }

    /// A list of bytes (the journal's way to write what is no text) as these bytes, one of strings (header fields that came
    /// more than once) joined as RFC 9110 section 5.3 says, any other as nothing.
    fn list(&self, raw: &str) -> &'a [u8] {
        if let Ok(bytes) = serde_json::from_str::<Vec<u8>>(raw) {
            return self.arena.keep(&bytes);
        }
        serde_json::from_str::<Vec<Lossy<'_>>>(raw).map_or(b"", |list| {
            let list: Vec<_> = list.iter().map(|text| &*text.0).collect();
            self.arena.keep(list.join(", ").as_bytes())
        })
    }
}

/// A string; half of a surrogate pair in it, which is no Unicode and which clients may send, is U+FFFD.
struct Lossy<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Lossy<'de> {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_bytes(LossyVisitor)
    }
}

struct LossyVisitor;

impl<'de> Visitor<'de> for LossyVisitor {
    type Value = Lossy<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
        Ok(Lossy(std::str::from_utf8(bytes).map_or_else(|_| Cow::Owned(replace_surrogates(bytes)), Cow::Borrowed)))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(Lossy(Cow::Owned(std::str::from_utf8(bytes).map_or_else(|_| replace_surrogates(bytes), str::to_owned))))
    }
}

/// The line is UTF-8, so only surrogates are not; the three bytes of one are reported as three errors.
fn replace_surrogates(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().starts_with(b"\xed").then_some(char::REPLACEMENT_CHARACTER));
    }
    text
}

struct ObjectVisitor<'w, 'a, 'k>(&'w mut Walk<'a, 'k>);

impl<'a> Visitor<'a> for ObjectVisitor<'_, 'a, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<(), M::Error> {
        let walk = self.0;
        let outer = walk.path.len();
        while let Some(Lossy(key)) = map.next_key()? {
            if outer > 0 {
                walk.path.push('.');
            }
            walk.path.push_str(&key);
            match walk.known.0.get(&*walk.path) {
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
                Some(&known) => {
                    let raw: &'a RawValue = map.next_value()?;
                    if let Err(issue) = walk.take(known, raw.get()) {
                        walk.issue.get_or_insert(issue);
                    }
                }
            }
            walk.path.truncate(outer);
        }
        Ok(())
    }
}

/// The values that were found; text without its escapes, numbers as they stand, null and arrays of objects as nothing.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a> {
    all: Vec<(&'static str, &'a [u8])>,
    /// A bit for each path that was found, which others may share: tables ask for hundreds of paths of which a line has ten.
    seen: u128,
}

impl<'a> Fields<'a> {
    /// The value at `path`.
    pub(crate) fn get(&self, path: &str) -> Option<&'a [u8]> {
        if self.seen & bit_of(path) == 0 {
            return None;
        }
        self.all.iter().find(|(known, _)| is_same(known.as_bytes(), path.as_bytes())).map(|&(_, value)| value)
    }

    /// Whether none of the paths of a [`mask_of`] was found; false: one may have been.
    pub(crate) const fn has_none(&self, mask: u128) -> bool {
        self.seen & mask == 0
    }

    fn push(&mut self, path: &'static str, value: &'a [u8]) {
        self.all.push((path, value));
        self.seen |= bit_of(path);
    }

    /// Adds a value to those that `path` may have, which are joined as a list of them is.
    pub(crate) fn join(&mut self, path: &'static str, value: &'a [u8], arena: &'a Arena) {
        match self.all.iter_mut().find(|(known, _)| *known == path) {
            None => self.push(path, value),
            Some((_, before)) => *before = arena.join(&[*before, b", ", value]),
        }
    }

    /// RFC 8259 leaves open what a key means that stands twice, and readers differ. Equal values do no harm; of different
    /// ones neither is believed, since whoever managed to add a key would choose the one that counts.
    ///
    /// # Errors
    /// What is said of the line then.
    pub(crate) fn add(&mut self, path: &'static str, value: &'a [u8]) -> Result<(), &'static str> {
        match self.get(path) {
            None => self.push(path, value),
            Some(before) if before == value => {}
            Some(_) => return Err("a key occurs twice, with different values"),
        }
        Ok(())
    }
}

/// The bits that stand for `paths`.
pub(crate) fn mask_of<'p>(paths: impl IntoIterator<Item = &'p str>) -> u128 {
    paths.into_iter().fold(0, |mask, path| mask | bit_of(path))
}

/// The bit that stands for `path`.
#[inline]
fn bit_of(path: &str) -> u128 {
    let bytes = path.as_bytes();
    let byte = |at: usize| usize::from(bytes.get(at).copied().unwrap_or(0));
    let len = bytes.len();
    // Keys of one program mostly begin alike.
    let mixed = byte(len / 2) * 31 + byte(len.wrapping_sub(1)) * 7 + byte(len.wrapping_sub(2)) * 3 + len * 13;
    1 << (mixed % 128)
}

#[cfg(test)]
mod tests;
