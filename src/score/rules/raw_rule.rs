//! A rule as it was written, by a flag or in a file, and what is wrong with it, with the place.

use std::ops::Range;
use std::rc::Rc;

use crate::base::error::Error;
use crate::score::rules::expression::ExpressionError;
use crate::score::rules::source::RuleText;

/// A rule that nobody has checked yet.
#[derive(Debug)]
pub(crate) struct RawRule {
    pub(crate) name: String,
    pub(crate) when: String,
    pub(crate) window: Option<String>,
    pub(crate) about: Option<String>,
    pub(crate) attack: Option<String>,
    pub(crate) origin: RuleOrigin,
}

/// A part of a rule that may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RulePart {
    Name,
    When,
    Window,
    Attack,
    By,
}

/// Where a rule was written.
#[derive(Debug)]
pub(crate) enum RuleOrigin {
    /// `--rule NAME=EXPR`.
    Flag,
    /// In a file, with the places of its parts there.
    File(Rc<RuleText>, Vec<(RulePart, Range<usize>)>),
}

impl RuleOrigin {
    /// Whether the rule comes with the program.
    pub(crate) fn is_shipped(&self) -> bool {
        matches!(self, Self::File(source, _) if source.is_shipped)
    }
}

impl RawRule {
    /// Whether it is of a set that comes with the program.
    pub(crate) fn is_shipped(&self) -> bool {
        self.origin.is_shipped()
    }

    /// The rule of a `NAME=EXPR` text.
    pub(crate) fn from_flag(text: &str) -> Result<Self, Error> {
        let (name, when) = text
            .split_once('=')
            .filter(|(name, _)| is_name(name))
            .ok_or_else(|| Error::Usage(format!("--rule {text}: expected NAME=EXPR, with NAME of letters, digits, _ and -")))?;
        let (name, when) = (name.to_owned(), when.to_owned());
        Ok(Self { name, when, window: None, about: None, attack: None, origin: RuleOrigin::Flag })
    }

    /// An error about a part of the rule as a whole.
    pub(crate) fn wrong(&self, part: RulePart, what: &str) -> Error {
        match &self.origin {
            RuleOrigin::Flag => Error::Usage(format!("--rule {}: {what}", self.name)),
            RuleOrigin::File(source, places) => source.wrong(place_of(places, part).start, what),
        }
    }

    /// An error about a place of the expression.
    pub(crate) fn wrong_expression(&self, issue: &ExpressionError) -> Error {
        match &self.origin {
            RuleOrigin::Flag => Error::usage_at(&format!("--rule {}: {}", self.name, issue.what), &self.when, issue.at),
            RuleOrigin::File(source, places) => {
                let literal = place_of(places, RulePart::When);
                // Where escapes make the text another than what was written, its start has to do.
                let start = source.text[literal.clone()].find(&self.when).map(|skip| literal.start + skip + issue.at);
                source.wrong(start.unwrap_or(literal.start), &format!("rule {}: {}", self.name, issue.what))
            }
        }
    }
}

fn place_of(places: &[(RulePart, Range<usize>)], part: RulePart) -> Range<usize> {
    places.iter().find(|(other, _)| *other == part).map_or(0..0, |(_, place)| place.clone())
}

/// Whether `text` can name a rule: in a record, in a cell, on a command line.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// Whether `text` looks like the id of an ATT&CK technique (`T1110`) or of a sub-technique (`T1110.001`).
pub(crate) fn is_technique(text: &str) -> bool {
    let are_digits = |digits: &str, count| digits.len() == count && digits.bytes().all(|b| b.is_ascii_digit());
    let Some(digits) = text.strip_prefix('T') else { return false };
    match digits.split_once('.') {
        None => are_digits(digits, 4),
        Some((technique, sub)) => are_digits(technique, 4) && are_digits(sub, 3),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn techniques_and_names_have_a_shape() {
        for (text, is_one) in [
            ("T1110", true),
            ("T1110.001", true),
            ("T111", false),
            ("T11100", false),
            ("T1110.1", false),
            ("t1110", false),
            ("T1110.0001", false),
            ("", false),
            ("T1110.", false),
            ("T١١١٠", false),
        ] {
            assert_eq!(is_technique(text), is_one, "{text}");
        }
        for (text, is_one) in [("a-b_C9", true), ("", false), ("a b", false), ("é", false), ("a,b", false)] {
            assert_eq!(is_name(text), is_one, "{text}");
        }
    }
}
