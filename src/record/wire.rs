//! An event as serde reads it, as far as soar-score needs it: any order and spacing of keys.

use std::fmt;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::Text;
use super::signal::{self, SignalSet};

#[derive(Deserialize)]
pub(super) struct WireEvent<'a> {
    #[serde(borrow, rename = "@timestamp")]
    pub(super) timestamp: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) source: Option<WireSource<'a>>,
    #[serde(borrow)]
    pub(super) log: Option<WireLog<'a>>,
    #[serde(borrow)]
    pub(super) tags: Option<WireTags<'a>>,
    #[serde(borrow)]
    pub(super) soar: Option<WireSoar<'a>>,
    #[serde(borrow)]
    pub(super) user: Option<WireUser<'a>>,
    #[serde(borrow)]
    pub(super) url: Option<WireUrl<'a>>,
}

#[derive(Deserialize)]
pub(super) struct WireUser<'a> {
    #[serde(borrow)]
    pub(super) name: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(super) struct WireUrl<'a> {
    #[serde(borrow)]
    pub(super) original: Option<Text<'a>>,
}

#[derive(Deserialize)]
pub(super) struct WireSource<'a> {
    #[serde(borrow)]
    pub(super) ip: Option<Text<'a>>,
}

#[derive(Default, Deserialize)]
pub(super) struct WireLog<'a> {
    #[serde(borrow)]
    pub(super) file: Option<WireFile<'a>>,
    pub(super) line: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct WireFile<'a> {
    #[serde(borrow)]
    pub(super) path: Option<Text<'a>>,
}

#[derive(Default, Deserialize)]
pub(super) struct WireSoar<'a> {
    pub(super) count: Option<u64>,
    #[serde(borrow)]
    pub(super) method: Option<Text<'a>>,
}

/// How many tags outside the table one event may carry; more is free text, not names of signals.
const MAX_OTHER_TAGS: usize = 64;

#[derive(Default)]
pub(super) struct WireTags<'a> {
    pub(super) signals: SignalSet,
    pub(super) others: Vec<Text<'a>>,
}

impl<'a> WireTags<'a> {
    /// Adds a tag, once.
    pub(super) fn add(&mut self, name: Text<'a>) -> Result<(), &'static str> {
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

impl<'de: 'a, 'a> Deserialize<'de> for WireTags<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = WireTags<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of signal names")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Self::Value, A::Error> {
                let mut tags = WireTags::default();
                while let Some(name) = names.next_element::<Text<'de>>()? {
                    tags.add(name).map_err(de::Error::custom)?;
                }
                Ok(tags)
            }
        }
        deserializer.deserialize_seq(Names)
    }
}
