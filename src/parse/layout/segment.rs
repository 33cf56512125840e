//! What stands between two quotes of a format, and how such a piece of a line is read.
//!
//! Both servers escape quotes in what they log, so the quotes of a line are those of the format, and no text moves from one
//! segment into another. Inside a segment the house's rule holds: one free field at most, what stands before it is matched
//! from the left, what stands after it from the right. Two fields of client's text in one segment could be taken for one
//! another; then both must be words. A line in which one of them holds a space has more spaces than its format, and fits
//! in no way rather than in a wrong one. (To read one of the two as a word and the other as free is no way out: whoever
//! writes both can make the wrong reading the only one.)

use memchr::{memchr, memrchr};

use super::super::web::is_client;
use super::directive::{Class, Meaning, Slot};
use super::found::{Found, Unfit};
use super::moment::TimeForm;
use super::token::{Field, Token};
use crate::net;
use crate::time::Clock;

/// One segment.
#[derive(Debug)]
pub struct Segment {
    items: Vec<Item>,
    /// The place of the field that may hold anything.
    free: Option<usize>,
    /// What no word of this segment holds: the bytes with which the text behind words begins.
    marks: Vec<u8>,
    /// How it ends.
    pub end: End,
    /// Whether a user stands in it without quotes, where Apache writes an empty one as `""`.
    pub has_bare_user: bool,
}

/// How a segment ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With a quote.
    Quote,
    /// With the line.
    Line,
    /// With its last field, which this byte ends; what follows is of no use.
    Cut(u8),
}

#[derive(Debug)]
enum Item {
    Literal(Vec<u8>),
    /// The field, and its number in the format.
    Field(Field, usize),
}

impl Segment {
    /// The segment of these tokens; `Err`: a field that needs quotes, and the other that it could be taken for.
    ///
    /// # Errors
    /// The two fields.
    pub fn new(tokens: Vec<(Token, usize)>, end: End) -> Result<Self, Box<(Field, Field)>> {
        let items: Vec<_> = tokens
            .into_iter()
            .map(|(token, number)| match token {
                Token::Literal(text) => Item::Literal(text),
                Token::Field(field) => Item::Field(field, number),
            })
            .collect();
        let mut marks = Vec::new();
        for pair in items.windows(2) {
            if let [Item::Field(field, _), Item::Literal(text)] = pair
                && field.class != Class::Time
            {
                marks.extend(text.first());
            }
        }
        let has_bare_user = items.len() > 1 && items.iter().any(|item| matches!(item, Item::Field(field, _) if is_apache_user(field)));
        if let End::Cut(stop) = end {
            marks.push(stop);
        }
        let mut segment = Self { items, free: None, marks, end, has_bare_user };
        let hostile = segment.hostile();
        match hostile.as_slice() {
            [] => {}
            [only] => segment.free = Some(*only),
            [first, second, ..] => {
                let text = hostile.iter().rev().filter_map(|&place| segment.field(place)).find(|f| f.class == Class::Text);
                if let (Some(text), Some(first), Some(second)) = (text, segment.field(*first), segment.field(*second)) {
                    let other = if first == text { second } else { first };
                    return Err(Box::new((text.clone(), other.clone())));
                }
            }
        }
        Ok(segment)
    }

    /// The places of fields of which a client may have written any byte that ends a word here.
    fn hostile(&self) -> Vec<usize> {
        let only_spaces = self.marks.iter().all(|mark| matches!(mark, b' ' | b'\t'));
        let is_hostile = |place: &usize| match self.field(*place).map(|field| field.class) {
            Some(Class::Text | Class::Name) => true,
            Some(Class::Token) => !only_spaces,
            _ => false,
        };
        (0..self.items.len()).filter(is_hostile).collect()
    }

    fn field(&self, place: usize) -> Option<&Field> {
        match self.items.get(place) {
            Some(Item::Field(field, _)) => Some(field),
            _ => None,
        }
    }

    /// Reads `text`, all of the line that is this segment's.
    ///
    /// # Errors
    /// The first field that does not fit.
    pub fn read<'a>(&self, text: &'a [u8], found: &mut Found<'a>, clock: &mut Clock) -> Result<(), Unfit> {
        let free = self.free.unwrap_or(self.items.len());
        let mut rest = text;
        for (place, item) in self.items[..free].iter().enumerate() {
            rest = match item {
                Item::Literal(literal) => rest.strip_prefix(&**literal).ok_or(self.unfit(place))?,
                Item::Field(field, number) => {
                    let len = len_from_left(field, rest, self.stop_after(place)).min(rest.len());
                    self.take_word(field, *number, &rest[..len], found, clock)?;
                    &rest[len..]
                }
            };
        }
        for (place, item) in self.items.iter().enumerate().skip(free + 1).rev() {
            rest = match item {
                Item::Literal(literal) => rest.strip_suffix(&**literal).ok_or(self.unfit(place))?,
                Item::Field(field, number) => {
                    let start = rest.len() - len_from_right(field, rest, self.stop_before(place)).min(rest.len());
                    self.take_word(field, *number, &rest[start..], found, clock)?;
                    &rest[..start]
                }
            };
        }
        match (self.items.get(free), self.end) {
            (Some(Item::Field(field, number)), _) => take(field, *number, rest, found, clock),
            (_, End::Cut(stop)) if rest.first().is_none_or(|&byte| byte == stop) => Ok(()),
            _ if rest.is_empty() => Ok(()),
            _ => Err(Unfit { field: self.last_number(), reason: "more stands behind it than in the format" }),
        }
    }

    /// The byte that ends the field at `place`, seen from the left.
    fn stop_after(&self, place: usize) -> Option<u8> {
        match (self.items.get(place + 1), self.end) {
            (Some(Item::Literal(text)), _) => text.first().copied(),
            (None, End::Cut(stop)) => Some(stop),
            _ => None,
        }
    }

    /// The byte before the field at `place`, seen from the right.
    fn stop_before(&self, place: usize) -> Option<u8> {
        match self.items.get(place.checked_sub(1)?)? {
            Item::Literal(text) => text.last().copied(),
            Item::Field(..) => None,
        }
    }

    /// Takes a field that is not free: a word holds no byte that ends one here. (Times have their length, and no text may
    /// stand beside an address that could be a part of it.)
    fn take_word<'a>(&self, field: &Field, number: usize, text: &'a [u8], found: &mut Found<'a>, clock: &mut Clock) -> Result<(), Unfit> {
        take(field, number, text, found, clock)?;
        let is_word = matches!(field.class, Class::Address | Class::Time) || !text.iter().any(|byte| self.marks.contains(byte));
        if is_word { Ok(()) } else { Err(Unfit { field: number, reason: "not one word" }) }
    }

    /// The number of its first time.
    pub fn time_number(&self) -> Option<usize> {
        self.items.iter().find_map(|item| match item {
            Item::Field(field, number) => Some(*number).filter(|_| field.class == Class::Time),
            Item::Literal(_) => None,
        })
    }

    /// What is said where the line ends before the quote that ends this segment.
    pub fn unclosed(&self) -> Unfit {
        Unfit { field: self.last_number(), reason: "no quote stands behind it" }
    }

    /// A flaw of the text at `place`: it is told as one of the field behind it, or of the last.
    fn unfit(&self, place: usize) -> Unfit {
        let behind = self.items[place..].iter().find_map(|item| match item {
            Item::Field(_, number) => Some(*number),
            Item::Literal(_) => None,
        });
        match behind {
            Some(field) => Unfit { field, reason: "what stands before it is not as in the format" },
            None => Unfit { field: self.last_number(), reason: "what stands behind it is not as in the format" },
        }
    }

    fn last_number(&self) -> usize {
        let mut numbers = self.items.iter().filter_map(|item| match item {
            Item::Field(_, number) => Some(*number),
            Item::Literal(_) => None,
        });
        numbers.next_back().unwrap_or_default()
    }
}

fn take<'a>(field: &Field, number: usize, text: &'a [u8], found: &mut Found<'a>, clock: &mut Clock) -> Result<(), Unfit> {
    let unfit = |reason| Unfit { field: number, reason };
    let text = if field.has_port { net::split_port(text).ok_or(unfit("no port behind it"))?.0 } else { text };
    let text = if field.class == Class::Address { net::strip_brackets(text) } else { text };
    match field.class {
        Class::Address if !is_client(text) && text != b"unix:" => return Err(unfit("neither an address nor a host name")),
        Class::Number if !is_number(text) => return Err(unfit("not a number")),
        _ => {}
    }
    match &field.meaning {
        _ if !field.is_used => {}
        Meaning::Slot(slot, _) => found.values[*slot as usize] = Some(text),
        Meaning::Time(form) => found.moment.take(form, text, clock).map_err(unfit)?,
        Meaning::Skipped => {}
    }
    Ok(())
}

fn is_apache_user(field: &Field) -> bool {
    matches!(field.meaning, Meaning::Slot(Slot::User, _)) && field.label.starts_with('%')
}

fn fixed_len(field: &Field) -> Option<usize> {
    match &field.meaning {
        Meaning::Time(form) => TimeForm::len(form),
        _ => None,
    }
}

fn len_from_left(field: &Field, rest: &[u8], stop: Option<u8>) -> usize {
    // What stands behind the last number or address of a line is told as such.
    let stop = stop.or(matches!(field.class, Class::Number | Class::Address).then_some(b' '));
    fixed_len(field).unwrap_or_else(|| stop.and_then(|stop| memchr(stop, rest)).unwrap_or(rest.len()))
}

fn len_from_right(field: &Field, rest: &[u8], stop: Option<u8>) -> usize {
    fixed_len(field).unwrap_or_else(|| stop.and_then(|stop| memrchr(stop, rest)).map_or(rest.len(), |at| rest.len() - at - 1))
}

fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'))
}
