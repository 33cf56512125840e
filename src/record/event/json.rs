//! An event as serde reads it, as far as soar-score needs it: any order and spacing of keys.

use std::fmt;

use serde::de::{self, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::record::Text;
use crate::record::signal;
use crate::record::signal::SignalSet;
use crate::record::whole::Whole;

#[derive(Deserialize)]
pub(crate) struct EventJson<'a> {
    /// It was read before; a record that has it twice says two things of itself.
    #[serde(rename = "schema")]
    _schema: Option<IgnoredAny>,
    #[serde(borrow, rename = "@timestamp")]
    pub(crate) timestamp: Option<Text<'a>>,
    #[serde(borrow)]
    pub(crate) source: Option<WireSource<'a>>,
    /// Both as they stand: other stages may put there what they like.
    #[serde(borrow)]
    pub(crate) event: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) observer: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) log: Option<WireLog<'a>>,
    #[serde(borrow)]
    pub(crate) tags: Option<EventTags<'a>>,
    #[serde(borrow)]
    pub(crate) soar: Option<WireSoar<'a>>,
    #[serde(borrow)]
    pub(crate) user: Option<WireUser<'a>>,
    #[serde(borrow)]
    pub(crate) url: Option<WireUrl<'a>>,
    #[serde(borrow)]
    pub(crate) enrich: Option<WireEnrich<'a>>,
}

/// An object, as it stands.
pub(crate) struct WireEnrich<'a>(pub(crate) &'a str);

impl<'de: 'a, 'a> Deserialize<'de> for WireEnrich<'a> {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        let json = <&'a RawValue>::deserialize(value)?.get();
        if json.starts_with('{') { Ok(Self(json)) } else { Err(de::Error::custom("enrich is not an object")) }
    }
}

/// Objects of which one text is read.
macro_rules! objects {
    ($($name:ident $key:ident),*) => {
        $(#[derive(Deserialize)]
        pub(crate) struct $name<'a> {
            #[serde(borrow)]
            pub(crate) $key: Option<Text<'a>>,
        })*
    };
}

objects!(WireEvent dataset, WireSource ip, WireUser name, WireUrl original, WireFile path);

#[derive(Default, Deserialize)]
pub(crate) struct WireLog<'a> {
    #[serde(borrow)]
    pub(crate) file: Option<WireFile<'a>>,
    pub(crate) line: Option<Whole<u64>>,
}

#[derive(Default, Deserialize)]
pub(crate) struct WireSoar<'a> {
    pub(crate) count: Option<Whole<u64>>,
    #[serde(borrow)]
    pub(crate) method: Option<Text<'a>>,
}

/// How many tags outside the table one event may carry; more is free text, not names of signals.
const MAX_OTHER_TAGS: usize = 64;

#[derive(Default)]
pub(crate) struct EventTags<'a> {
    pub(crate) signals: SignalSet,
    pub(crate) others: Vec<Text<'a>>,
}

impl<'a> EventTags<'a> {
    /// Adds a tag, once.
    pub(crate) fn add(&mut self, name: Text<'a>) -> Result<(), &'static str> {
        match signal::index_of(&name.0) {
            Some(index) => self.signals = self.signals.with(index),
            None if name.0.is_empty() => return Err("a tag is empty"),
            None if self.others.contains(&name) => {}
            None if self.others.len() >= MAX_OTHER_TAGS => return Err("too many tags"),
            None => self.others.push(name),
        }
        Ok(())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for EventTags<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = EventTags<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of signal names")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Self::Value, A::Error> {
                let mut tags = EventTags::default();
                while let Some(name) = names.next_element::<Text<'de>>()? {
                    tags.add(name).map_err(de::Error::custom)?;
                }
                Ok(tags)
            }
        }
        deserializer.deserialize_seq(Names)
    }
}
