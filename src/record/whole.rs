//! Whole numbers as JSON Schema has them: `3`, `3.0` and `3e0` are the same integer. Our own writers put digits alone.
//!
//! **Source:** JSON Schema 2020-12, validation, section 6.1.1: an integer is a number with a zero fractional part.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use crate::record::MAX_INTEGER;

/// A whole number of the type `T`, however it is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Whole<T>(pub T);

impl<'de, T: TryFrom<i128>> Deserialize<'de> for Whole<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WholeVisitor(PhantomData))
    }
}

struct WholeVisitor<T>(PhantomData<T>);

impl<T: TryFrom<i128>> WholeVisitor<T> {
    fn take<E: de::Error>(&self, number: i128, unexpected: Unexpected<'_>) -> Result<Whole<T>, E> {
        T::try_from(number).map(Whole).map_err(|_| E::invalid_value(unexpected, self))
    }
}

impl<T: TryFrom<i128>> Visitor<'_> for WholeVisitor<T> {
    type Value = Whole<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number in its range")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        self.take(number.into(), Unexpected::Unsigned(number))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        self.take(number.into(), Unexpected::Signed(number))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
        // Up to there every whole number is a float of its own.
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "2^53 - 1 is a float, and so is all below it")]
        let whole = (number.fract() == 0.0 && number.abs() <= MAX_INTEGER as f64).then_some(number as i64);
        let unexpected = Unexpected::Float(number);
        whole.map_or_else(|| Err(E::invalid_value(unexpected, &self)), |whole| self.take(whole.into(), unexpected))
    }
}

/// A list of whole numbers, however they are written.
pub(crate) fn read_list<'de, D: Deserializer<'de>, T: TryFrom<i128>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Vec::<Whole<T>>::deserialize(deserializer).map(|list| list.into_iter().map(|Whole(number)| number).collect())
}

/// A whole number, however it is written.
pub(crate) fn read<'de, D: Deserializer<'de>, T: TryFrom<i128>>(deserializer: D) -> Result<T, D::Error> {
    Whole::deserialize(deserializer).map(|Whole(number)| number)
}

/// The same where there may be none.
pub(crate) fn read_some<'de, D: Deserializer<'de>, T: TryFrom<i128>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::<Whole<T>>::deserialize(deserializer).map(|some| some.map(|Whole(number)| number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_a_fraction_is_whole_however_it_is_written() {
        for (text, number) in [
            ("3", Some(3)),
            ("3.0", Some(3)),
            ("30e-1", Some(3)),
            ("1e1", Some(10)),
            ("1E+1", Some(10)),
            ("0.0", Some(0)),
            ("-0.0", Some(0)),
            ("9007199254740991", Some(MAX_INTEGER)),
            ("9007199254740991.0", Some(MAX_INTEGER)),
            ("9007199254740.991e3", Some(MAX_INTEGER)),
            ("9007199254740990.0", Some(MAX_INTEGER - 1)),
            ("18446744073709551615", Some(u64::MAX)),
            ("9007199254740992.0", None),
            ("1e300", None),
            ("3.5", None),
            ("-1", None),
            ("-1.0", None),
            ("\"3\"", None),
            ("null", None),
            ("[3]", None),
        ] {
            assert_eq!(serde_json::from_str(text).ok().map(|Whole(number): Whole<u64>| number), number, "{text}");
        }
        assert_eq!(serde_json::from_str::<Whole<i64>>("-20e-1").ok(), Some(Whole(-2)));
        assert_eq!(serde_json::from_str::<Whole<u16>>("65536.0").ok(), None);
        assert_eq!(serde_json::from_str::<Option<Whole<u64>>>("null").ok(), Some(None));
    }
}
