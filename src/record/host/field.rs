//! The kinds of values that a host has, each with its writer, its fast reader, and the reader of any JSON beside each other.
//!
//! A fast reader reads what the writer above it writes, and gives up on anything else; the other one then reads the line again. An
//! `Item` stands alone, in a list, or behind a name; a `Field` is the value of a key.

use serde::de::{Deserialize, Deserializer, Error, MapAccess};
use serde_json::value::RawValue;

use crate::base::time::rfc3339::MonthReader;
use crate::record::host::partial::Partial;
use crate::record::host::scan::ScanView;
use crate::record::host::{Evidence, Kept, SeenAt, read_time};
use crate::record::json::cursor::JsonCursor;
use crate::record::json::pairs::Pairs;
use crate::record::json::{put_array, put_digits, put_number, put_string, put_time};
use crate::record::signal::SIGNALS;
use crate::record::whole;
use crate::record::{MAX_INTEGER, Text};

/// The value of a key of a host.
pub(crate) trait Field<'a>: Default + PartialEq + Deserialize<'a> {
    /// Whether there is anything to write.
    fn is_told(&self) -> bool {
        *self != Self::default()
    }

    fn put(&self, out: &mut Vec<u8>);

    /// Reads what [`Self::put`] writes in place of what is here, whose memory is used again; `None`: it may be a value all the same, and
    /// what is here now is none.
    fn read(&mut self, cursor: &mut JsonCursor<'a>, _: &mut MonthReader) -> Option<()> {
        *self = read_by_serde(cursor)?;
        Some(())
    }

    /// Makes it what a host without its key has.
    #[inline]
    fn clear(&mut self) {
        *self = Self::default();
    }

    /// Reads it from any JSON; `null` is as good as no key.
    fn from_json<A: MapAccess<'a>>(map: &mut A) -> Result<Self, A::Error> {
        Ok(map.next_value::<Option<Self>>()?.unwrap_or_default())
    }
}

/// A value of which there may be one, several, or one for each name.
pub(crate) trait Item<'a>: Sized + PartialEq + Deserialize<'a> {
    /// What `null` is, behind a name.
    const NULL: Option<Self> = None;

    fn put(&self, out: &mut Vec<u8>);

    /// Reads what [`Self::put`] writes; `earlier` is the one before it in a list.
    fn read(cursor: &mut JsonCursor<'a>, _months: &mut MonthReader, _earlier: Option<&Self>) -> Option<Self> {
        read_by_serde(cursor)
    }

    /// Reads it from any JSON, where it may be `null`.
    fn from_json<D: Deserializer<'a>>(value: D) -> Result<Option<Self>, D::Error> {
        Option::deserialize(value)
    }

    /// Why it cannot stand behind a name.
    fn refusal(&self) -> Option<&'static str> {
        None
    }
}

/// The few values that seldom come.
pub(crate) fn read_by_serde<'a, T: Deserialize<'a>>(cursor: &mut JsonCursor<'a>) -> Option<T> {
    serde_json::from_slice(cursor.value()?).ok()
}

/// What [`Item::from_json`] reads.
struct Told<T>(Option<T>);

impl<'de, T: Item<'de>> Deserialize<'de> for Told<T> {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        T::from_json(value).map(Self)
    }
}

impl<'a, T: Item<'a>> Field<'a> for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        if let Some(item) = self {
            item.put(out);
        }
    }

    fn read(&mut self, cursor: &mut JsonCursor<'a>, months: &mut MonthReader) -> Option<()> {
        *self = Some(T::read(cursor, months, None)?);
        Some(())
    }

    fn from_json<A: MapAccess<'a>>(map: &mut A) -> Result<Self, A::Error> {
        Ok(map.next_value::<Told<T>>()?.0)
    }
}

impl<'a, T: Item<'a>> Field<'a> for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        put_array(out, self, |out, item| item.put(out));
    }

    fn read(&mut self, cursor: &mut JsonCursor<'a>, months: &mut MonthReader) -> Option<()> {
        Vec::clear(self);
        cursor.expect(b"[")?;
        cursor.items(b']', |cursor| {
            self.push(T::read(cursor, months, self.last())?);
            Some(())
        })
    }

    #[inline]
    fn clear(&mut self) {
        Vec::clear(self);
    }
}

/// How many names a host may have; more is free text, not names of signals. Some are looked up one by one.
const MAX_NAMES: usize = 1024;

impl<'a, T: Item<'a>> Field<'a> for Vec<(Text<'a>, T)> {
    fn put(&self, out: &mut Vec<u8>) {
        put_pairs(out, self, |out, item| item.put(out));
    }

    fn read(&mut self, cursor: &mut JsonCursor<'a>, months: &mut MonthReader) -> Option<()> {
        Vec::clear(self);
        cursor.expect(b"{")?;
        cursor.items(b'}', |cursor| {
            cursor.expect(b"\"")?;
            // Nearly always the signal of the table that is next.
            let next = SIGNALS.get(self.len()).map(|signal| signal.name);
            let name = match next.filter(|name| cursor.consume_text(name.as_bytes()).is_some()) {
                Some(name) => Text::from(name),
                None => rest_of_text(cursor).filter(|name| !name.is_empty())?,
            };
            cursor.expect(b":")?;
            self.push((name, T::read(cursor, months, None)?));
            (self.len() <= MAX_NAMES).then_some(())
        })
    }

    #[inline]
    fn clear(&mut self) {
        Vec::clear(self);
    }

    fn from_json<A: MapAccess<'a>>(map: &mut A) -> Result<Self, A::Error> {
        let Pairs(pairs): Pairs<Text<'a>, Named<T>> = map.next_value::<Option<_>>()?.unwrap_or_default();
        match pairs.iter().find(|(name, _)| name.is_empty()) {
            Some(_) => Err(Error::custom(NO_COUNT)),
            None if pairs.len() > MAX_NAMES => Err(Error::custom("too many signals")),
            None => Ok(pairs.into_iter().filter_map(|(name, Named(item))| Some((name, item?))).collect()),
        }
    }
}

const NO_COUNT: &str = "a signal without a name, or a count beyond 2^53";

/// What stands behind a name.
struct Named<T>(Option<T>);

impl<'de, T: Item<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        let item = T::from_json(value)?.or(T::NULL);
        item.as_ref().and_then(T::refusal).map_or(Ok(()), |refusal| Err(Error::custom(refusal)))?;
        Ok(Self(item))
    }
}

/// Appends an object of names and values.
pub(crate) fn put_pairs<V>(out: &mut Vec<u8>, pairs: &[(Text<'_>, V)], put: impl Fn(&mut Vec<u8>, &V)) {
    out.push(b'{');
    for (nth, (name, value)) in pairs.iter().enumerate() {
        if nth > 0 {
            out.push(b',');
        }
        put_string(out, name.as_bytes());
        out.push(b':');
        put(out, value);
    }
    out.push(b'}');
}

impl<'a> Item<'a> for Text<'a> {
    fn put(&self, out: &mut Vec<u8>) {
        put_string(out, self.as_bytes());
    }

    fn read(cursor: &mut JsonCursor<'a>, _: &mut MonthReader, _: Option<&Self>) -> Option<Self> {
        cursor.expect(b"\"")?;
        rest_of_text(cursor)
    }
}

/// A text behind its opening quote, without an escape.
pub(crate) fn rest_of_text<'a>(cursor: &mut JsonCursor<'a>) -> Option<Text<'a>> {
    Some(Text::from(std::str::from_utf8(cursor.plain_text()?).ok()?))
}

impl<'a> Item<'a> for u64 {
    const NULL: Option<Self> = Some(0);

    fn put(&self, out: &mut Vec<u8>) {
        put_digits(out, *self);
    }

    fn read(cursor: &mut JsonCursor<'a>, _: &mut MonthReader, _: Option<&Self>) -> Option<Self> {
        cursor.integer()
    }

    fn from_json<D: Deserializer<'a>>(value: D) -> Result<Option<Self>, D::Error> {
        whole::read_some(value)
    }

    fn refusal(&self) -> Option<&'static str> {
        (*self > MAX_INTEGER).then_some(NO_COUNT)
    }
}

/// Seconds since 1970, RFC 3339 on the wire.
impl<'a> Item<'a> for i64 {
    fn put(&self, out: &mut Vec<u8>) {
        put_time(out, *self);
    }

    fn read(cursor: &mut JsonCursor<'a>, months: &mut MonthReader, _: Option<&Self>) -> Option<Self> {
        cursor.expect(b"\"")?;
        cursor.time(months)
    }

    fn from_json<D: Deserializer<'a>>(value: D) -> Result<Option<Self>, D::Error> {
        read_time(value)
    }
}

/// Here `null` is a value: at no known time.
impl<'a> Item<'a> for SeenAt {
    fn put(&self, out: &mut Vec<u8>) {
        match self.0 {
            Some(seconds) => put_time(out, seconds),
            None => out.extend_from_slice(b"null"),
        }
    }

    fn read(cursor: &mut JsonCursor<'a>, months: &mut MonthReader, _: Option<&Self>) -> Option<Self> {
        if cursor.consume(b"null") { Some(Self(None)) } else { i64::read(cursor, months, None).map(|at| Self(Some(at))) }
    }

    fn from_json<D: Deserializer<'a>>(value: D) -> Result<Option<Self>, D::Error> {
        Self::deserialize(value).map(Some)
    }
}

impl<'a> Item<'a> for Evidence<'a> {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(br#"{"signal":"#);
        self.signal.put(out);
        if let Some(at) = self.at {
            out.extend_from_slice(br#","at":"#);
            put_time(out, at);
        }
        out.extend_from_slice(br#","file":"#);
        self.file.put(out);
        put_number(out, r#","line":"#, Some(self.line));
        out.push(b'}');
    }

    fn read(cursor: &mut JsonCursor<'a>, months: &mut MonthReader, earlier: Option<&Self>) -> Option<Self> {
        // The one before it most likely has the same file and the same signal.
        let same = |cursor: &mut JsonCursor<'a>, text: Option<&Text<'a>>| match text {
            Some(text) if cursor.consume_text(text.as_bytes()).is_some() => Some(text.clone()),
            _ => rest_of_text(cursor),
        };
        cursor.expect(br#"{"signal":""#)?;
        let signal = same(cursor, earlier.map(|earlier| &earlier.signal))?;
        let at = if cursor.consume(br#","at":""#) { Some(cursor.time(months)?) } else { None };
        cursor.expect(br#","file":""#)?;
        let file = same(cursor, earlier.map(|earlier| &earlier.file))?;
        cursor.expect(br#","line":"#)?;
        let line = cursor.integer()?;
        cursor.expect(b"}")?;
        Some(Self { signal, at, file, line })
    }
}

impl<'a> Item<'a> for Partial<'a> {
    fn put(&self, out: &mut Vec<u8>) {
        self.put(out);
    }
}

impl<'a> Item<'a> for ScanView<'a> {
    fn put(&self, out: &mut Vec<u8>) {
        self.whole.put(out);
    }

    fn read(cursor: &mut JsonCursor<'a>, months: &mut MonthReader, _: Option<&Self>) -> Option<Self> {
        let mut raw = Raw::default();
        raw.read(cursor, months)?;
        Self::of(raw).ok()?
    }

    fn from_json<D: Deserializer<'a>>(value: D) -> Result<Option<Self>, D::Error> {
        // Where it stands in the line is known to the reader of the line.
        Self::of(Raw::deserialize(value)?)
            .map_err(|error| D::Error::custom(error.to_string().split(" at line ").next().unwrap_or_default()))
    }
}

impl<'a> Field<'a> for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(if *self { b"true" } else { b"false" });
    }

    fn read(&mut self, cursor: &mut JsonCursor<'a>, _: &mut MonthReader) -> Option<()> {
        *self = cursor.consume(b"true");
        (*self || cursor.consume(b"false")).then_some(())
    }
}

impl<'a> Field<'a> for u64 {
    fn put(&self, out: &mut Vec<u8>) {
        put_digits(out, *self);
    }

    fn read(&mut self, cursor: &mut JsonCursor<'a>, _: &mut MonthReader) -> Option<()> {
        *self = cursor.integer()?;
        Some(())
    }

    fn from_json<A: MapAccess<'a>>(map: &mut A) -> Result<Self, A::Error> {
        Ok(map.next_value::<Told<Self>>()?.0.unwrap_or(0))
    }
}

impl Field<'_> for Kept {
    fn put(&self, out: &mut Vec<u8>) {
        let start = out.len();
        put_number(out, r#","window_seconds":"#, self.window_seconds);
        put_number(out, r#","idle_seconds":"#, self.idle_seconds);
        close_object(start, out);
    }
}

/// Makes an object of members that were appended from `start` on, each behind a comma.
pub(crate) fn close_object(start: usize, out: &mut Vec<u8>) {
    match out.get_mut(start) {
        Some(comma) => *comma = b'{',
        None => out.push(b'{'),
    }
    out.push(b'}');
}

/// A value that is read where it is shown, and stays as it stands until then.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Raw<'a>(pub Text<'a>);

impl<'a> Raw<'a> {
    /// The value that stands there; `null` is none.
    fn new(json: &'a str) -> Self {
        Self(if json == "null" { Text::default() } else { Text::from(json) })
    }

    /// What it says, whatever that is.
    pub fn value(&self) -> serde_json::Value {
        let mut value: serde_json::Value = serde_json::from_str(&self.0.0).unwrap_or_default();
        value.sort_all_objects();
        value
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        <&'a RawValue>::deserialize(value).map(|value| Self::new(value.get()))
    }
}

impl<'a> Field<'a> for Raw<'a> {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0.as_bytes());
    }

    fn read(&mut self, cursor: &mut JsonCursor<'a>, _: &mut MonthReader) -> Option<()> {
        *self = Self::new(std::str::from_utf8(cursor.value()?).ok()?);
        Some(())
    }

    fn from_json<A: MapAccess<'a>>(map: &mut A) -> Result<Self, A::Error> {
        map.next_value()
    }
}
