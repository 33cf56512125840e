//! The templates of a service by the first bytes of what they read, so that a message meets a handful of them instead of all.

mod start_index;

use crate::parse::service::field::Captures;
use crate::parse::service::match_input::{MatchInput, Truncation};
use crate::parse::service::template::TemplateMatcher;
use crate::parse::service::template_table::start_index::StartIndex;

/// The templates of a service; those of PAM's modules apart.
#[derive(Debug)]
pub struct TemplateTable {
    /// By kind, then by first byte, then in the order of the file.
    all: Vec<TemplateMatcher>,
    plain: StartIndex,
    pam: StartIndex,
}

impl TemplateTable {
    /// A table of the templates of a file, in its order.
    pub(crate) fn new(mut all: Vec<TemplateMatcher>) -> Self {
        for (order, matcher) in (0..).zip(&mut all) {
            matcher.order = order;
        }
        let mut beginnings = Vec::new();
        for matcher in &mut all {
            let Some(part) = matcher.first_part() else { continue };
            let known = beginnings.iter().position(|other| *other == part).unwrap_or_else(|| {
                beginnings.push(part);
                beginnings.len() - 1
            });
            matcher.beginning = u32::try_from(known).map_or(0, |known| known + 1);
        }
        all.sort_by_key(|matcher| (matcher.is_of_pam(), matcher.first_byte(), matcher.order));
        for at in (1..all.len()).rev() {
            let is_same =
                all[at].beginning > 0 && all[at - 1].beginning == all[at].beginning && all[at - 1].is_of_pam() == all[at].is_of_pam();
            all[at - 1].run = if is_same { all[at].run + 1 } else { 1 };
        }
        let (plain, pam) = (StartIndex::of(&all, false), StartIndex::of(&all, true));
        Self { all, plain, pam }
    }

    /// All of them, in the order of the file.
    pub fn in_order(&self) -> Vec<&TemplateMatcher> {
        let mut all: Vec<_> = self.all.iter().collect();
        all.sort_by_key(|matcher| matcher.order);
        all
    }

    /// Those that begin with a text, and that as `message` does, in the order of the file; PAM's apart.
    #[inline]
    pub(crate) fn starting_like(&self, message: &[u8]) -> StartingLike<'_> {
        StartingLike { all: &self.all, indexes: self.plain.starting_like(message) }
    }

    /// The first in the order of the file that fits `message`, PAM's apart, whose parts it puts into `parts`.
    pub(crate) fn find<'a>(&self, message: &'a [u8], ending: Truncation, parts: &mut Captures<'a>) -> Option<&TemplateMatcher> {
        self.find_in(&self.plain, message, ending, parts)
    }

    /// The same of PAM's.
    pub(crate) fn find_of_pam<'a>(&self, message: &'a [u8], ending: Truncation, parts: &mut Captures<'a>) -> Option<&TemplateMatcher> {
        self.find_in(&self.pam, message, ending, parts)
    }

    fn find_in<'a>(&self, kind: &StartIndex, message: &'a [u8], ending: Truncation, parts: &mut Captures<'a>) -> Option<&TemplateMatcher> {
        let (mut alike, mut any) = (kind.starting_like(message), kind.any());
        if alike.is_empty() && any.is_empty() {
            return None;
        }
        let mut input = MatchInput::new(message, ending);
        let mut beginnings = Beginnings::default();
        loop {
            let matcher = |indexes: &[u32]| indexes.first().map(|&index| &self.all[index as usize]);
            let (one, other) = (matcher(alike), matcher(any));
            let is_any = match (one, other) {
                (Some(one), Some(other)) => other.order < one.order,
                (one, _) => one.is_none(),
            };
            let (list, matcher) = if is_any { (&mut any, other?) } else { (&mut alike, one?) };
            *list = &list[1..];
            if is_any && !beginnings.may_be(matcher, message) {
                any = &any[matcher.run as usize - 1..];
                continue;
            }
            if matcher.read(&mut input, parts).is_some() {
                return Some(matcher);
            }
        }
    }
}

/// Templates that begin as a message does.
#[derive(Debug, Clone)]
pub(crate) struct StartingLike<'t> {
    all: &'t [TemplateMatcher],
    indexes: &'t [u32],
}

impl<'t> Iterator for StartingLike<'t> {
    type Item = &'t TemplateMatcher;

    #[inline]
    fn next(&mut self) -> Option<&'t TemplateMatcher> {
        let (&index, rest) = self.indexes.split_first()?;
        self.indexes = rest;
        self.all.get(index as usize)
    }
}

/// Which beginnings a message has, of those with a part: many templates of a service share one, so each is looked for once.
#[derive(Default)]
struct Beginnings {
    tried: u64,
    found: u64,
}

impl Beginnings {
    /// Whether `message` may begin as `matcher` wants.
    fn may_be(&mut self, matcher: &TemplateMatcher, message: &[u8]) -> bool {
        let bit = match matcher.beginning {
            known @ 1..=64 => 1 << (known - 1),
            // It begins in a way of its own, or there are too many.
            _ => return true,
        };
        if self.tried & bit == 0 {
            self.tried |= bit;
            self.found |= if matcher.may_begin(message) { bit } else { 0 };
        }
        self.found & bit != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::service::template::MessageTemplate;

    #[test]
    fn the_first_in_the_order_of_the_file_is_found_whatever_it_begins_with() {
        let patterns = [
            "b {user*} x",
            "{word} {text*}",
            "a {text*}",
            "a b{text*}",
            "{pam}a {text*}",
            "{pam}{word} {text*}",
            "c",
            "a beginning of more than 8 bytes {text*}",
            "a beginning{text*}",
            "a beginnings {text*}",
            "another beginning {text*}",
            "12345678",
            "123456789{text*}",
            "1234567{text*}",
        ];
        let template = |pattern| &*Box::leak(Box::new(MessageTemplate { pattern, ..MessageTemplate::for_tests() }));
        let table = TemplateTable::new(patterns.iter().map(|pattern| TemplateMatcher::new(template(pattern))).collect());
        assert_eq!(table.in_order().iter().map(|matcher| matcher.shape.pattern).collect::<Vec<_>>(), patterns);
        let messages = [
            "b q x",
            "b q y",
            "a b",
            "c",
            "c d",
            "",
            "a",
            "\u{e9} x",
            "a beginning of more than 8 bytes x",
            "a beginnings x",
            "a begin",
            "a beginn",
            "another beginning x",
            "anotherx",
            "1234567",
            "12345678",
            "123456789",
            "1234567x",
        ];
        for message in messages {
            let (mut parts, mut wanted) = (Captures::new(), Captures::new());
            for is_of_pam in [false, true] {
                let mut input = MatchInput::new(message.as_bytes(), Truncation::Whole);
                let all = table.in_order().into_iter().filter(|matcher| matcher.is_of_pam() == is_of_pam);
                let first = all.filter(|matcher| matcher.read(&mut input, &mut wanted).is_some()).map(|matcher| matcher.order).next();
                let found = if is_of_pam {
                    table.find_of_pam(message.as_bytes(), Truncation::Whole, &mut parts)
                } else {
                    table.find(message.as_bytes(), Truncation::Whole, &mut parts)
                };
                assert_eq!(found.map(|matcher| matcher.order), first, "{message:?}, PAM: {is_of_pam}");
            }
        }
    }
}
