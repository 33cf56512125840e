//! Values that other stages write too and that nothing is decided by: what is not as expected is left out, and never an error.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::record::Text;
use crate::record::whole::Whole;

/// Any value. Objects have their keys in order, also where `serde_json` keeps them as they come since another crate asks for that.
pub(crate) fn sorted<'de, D: Deserializer<'de>>(value: D) -> Result<Value, D::Error> {
    let mut value = Value::deserialize(value)?;
    value.sort_all_objects();
    Ok(value)
}

/// A string, `null` as nothing, anything else as JSON.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A whole number, however it is written.
pub(crate) fn whole_of(value: &Value) -> Option<u64> {
    Whole::deserialize(value).ok().map(|Whole(number)| number)
}

/// The items of a list that are as expected.
pub(crate) fn items_of<T: DeserializeOwned>(value: &Value) -> Vec<T> {
    value.as_array().into_iter().flatten().filter_map(|item| T::deserialize(item).ok()).collect()
}

pub(crate) fn text<'de, 'a, D: Deserializer<'de>>(value: D) -> Result<Text<'a>, D::Error> {
    sorted(value).map(|value| text_of(&value).into())
}

pub(crate) fn some_text<'de, 'a, D: Deserializer<'de>>(value: D) -> Result<Option<Text<'a>>, D::Error> {
    sorted(value).map(|value| (!value.is_null()).then(|| text_of(&value).into()))
}

pub(crate) fn whole<'de, D: Deserializer<'de>>(value: D) -> Result<Option<u64>, D::Error> {
    sorted(value).map(|value| whole_of(&value))
}

pub(crate) fn flag<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    sorted(value).map(|value| value.as_bool().unwrap_or(false))
}

pub(crate) fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(value: D) -> Result<Vec<T>, D::Error> {
    sorted(value).map(|value| items_of(&value))
}

/// The members of an object that are as expected, by name.
pub(crate) fn pairs<'de, 'a, D: Deserializer<'de>, T: DeserializeOwned>(value: D) -> Result<Vec<(Text<'a>, T)>, D::Error> {
    let value = sorted(value)?;
    let members = value.as_object().into_iter().flatten();
    Ok(members.filter_map(|(name, value)| Some((name.clone().into(), T::deserialize(value).ok()?))).collect())
}
