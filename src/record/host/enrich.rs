//! `enrich` of a host: an object whose keys belong to stages between ours, as it stands in a line.

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

use crate::base::time::rfc3339::MonthReader;
use crate::record::Text;
use crate::record::host::field::Field;
use crate::record::json::cursor::JsonCursor;
use crate::record::json::member::members;

/// The object; an empty text is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Enrich<'a>(pub Text<'a>);

impl<'a> Enrich<'a> {
    /// Leaves out the key of the longest value; of several, the last.
    pub(crate) fn drop_largest(&mut self) {
        let largest = members(&self.0.0).map(|(_, value)| value.len()).enumerate().max_by_key(|&(nth, len)| (len, nth));
        let kept = members(&self.0.0).enumerate().filter(|(nth, _)| largest.is_some_and(|(largest, _)| *nth != largest));
        let kept = kept.map(|(_, (key, value))| format!("{key}:{value}")).collect::<Vec<_>>();
        *self = if kept.is_empty() { Self::default() } else { Self(Text::from(format!("{{{}}}", kept.join(",")))) };
    }

    fn of(json: &'a str) -> Option<Self> {
        match json {
            "null" => Some(Self::default()),
            object => object.starts_with('{').then(|| Self(Text::from(object))),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Enrich<'a> {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        let value = <&'a RawValue>::deserialize(value)?;
        Self::of(value.get()).ok_or_else(|| D::Error::custom("enrich is not an object"))
    }
}

impl<'a> Field<'a> for Enrich<'a> {
    fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.0.as_bytes());
    }

    fn read(&mut self, cursor: &mut JsonCursor<'a>, _: &mut MonthReader) -> Option<()> {
        *self = Self::of(std::str::from_utf8(cursor.value()?).ok()?)?;
        Some(())
    }
}
