//! What stands between two quotes of a format, and how such a piece of a line is read.
//!
//! Both servers escape quotes in what they log, so the quotes of a line are those of the format, and no text moves from one
//! segment into another. Inside a segment the rule of all templates holds: one free field at most, what stands before it is matched
//! from the left, what stands after it from the right. Two fields of client's text in one segment could be taken for one
//! another; then both must be words. A line in which one of them holds a space has more spaces than its format, and fits
//! in no way rather than in a wrong one. (To read one of the two as a word and the other as free is no way out: whoever
//! writes both can make the wrong reading the only one.)

use memchr::{memchr, memrchr};

use crate::base::net;
use crate::base::time::Clock;
use crate::parse::access::log_format::directive::{FieldClass, Meaning, RequestField};
use crate::parse::access::log_format::fields::{FieldError, LineCaptures};
use crate::parse::access::log_format::timestamp::TimeForm;
use crate::parse::access::log_format::token::{LogField, Token};
use crate::parse::access::request::is_client;

#[derive(Debug)]
pub(crate) struct Segment {
    items: Vec<SegmentItem>,
    /// The place of the field that may hold anything.
    free: Option<usize>,
    /// What no word of this segment holds: the bytes with which the text behind words begins.
    marks: Vec<u8>,
    /// How it ends.
    pub end: SegmentEnd,
    /// Whether a user stands in it without quotes, where Apache writes an empty one as `""`.
    pub has_bare_user: bool,
}

/// How a segment ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SegmentEnd {
    /// With a quote.
    Quote,
    /// With the line.
    Line,
    /// With its last field, which this byte ends; what follows is of no use.
    Cut(u8),
}

#[derive(Debug)]
enum SegmentItem {
    Literal(Vec<u8>),
    /// The field, and its number in the format.
    Field(LogField, usize),
}

impl Segment {
    /// The segment of these tokens; `Err`: a field that needs quotes, and the other that it could be taken for.
    ///
    /// # Errors
    /// The two fields.
    pub(super) fn new(tokens: Vec<(Token, usize)>, end: SegmentEnd) -> Result<Self, Box<(LogField, LogField)>> {
        let items: Vec<_> = tokens
            .into_iter()
            .map(|(token, number)| match token {
                Token::Literal(text) => SegmentItem::Literal(text),
                Token::Field(field) => SegmentItem::Field(field, number),
            })
            .collect();
        let mut marks = Vec::new();
        for pair in items.windows(2) {
            if let [SegmentItem::Field(field, _), SegmentItem::Literal(text)] = pair
                && field.class != FieldClass::Time
            {
                marks.extend(text.first());
            }
        }
        let has_bare_user =
            items.len() > 1 && items.iter().any(|item| matches!(item, SegmentItem::Field(field, _) if is_apache_user(field)));
        if let SegmentEnd::Cut(stop) = end {
            marks.push(stop);
        }
        let mut segment = Self { items, free: None, marks, end, has_bare_user };
        segment.check_addresses();
        let hostile = segment.hostile();
        match hostile.as_slice() {
            [] => {}
            [only] => segment.free = Some(*only),
            [first, second, ..] => {
                let text = hostile.iter().rev().filter_map(|&place| segment.field(place)).find(|f| f.class == FieldClass::Text);
                if let (Some(text), Some(first), Some(second)) = (text, segment.field(*first), segment.field(*second)) {
                    let other = if first == text { second } else { first };
                    return Err(Box::new((text.clone(), other.clone())));
                }
            }
        }
        Ok(segment)
    }

    /// Beside other text of clients, X-Forwarded-For without quotes is only what it should be.
    fn check_addresses(&mut self) {
        if self.hostile().len() < 2 {
            return;
        }
        for item in &mut self.items {
            if let SegmentItem::Field(field, _) = item
                && field.class == FieldClass::Text
                && matches!(field.meaning, Meaning::Slot(RequestField::Forwarded, _))
            {
                field.class = FieldClass::Addresses;
            }
        }
    }

    /// The places of fields of which a client may have written any byte that ends a word here.
    fn hostile(&self) -> Vec<usize> {
        let only_spaces = self.marks.iter().all(|mark| matches!(mark, b' ' | b'\t'));
        let is_hostile = |place: &usize| match self.field(*place).map(|field| field.class) {
            Some(FieldClass::Text | FieldClass::Name | FieldClass::Addresses) => true,
            Some(FieldClass::Token) => !only_spaces,
            _ => false,
        };
        (0..self.items.len()).filter(is_hostile).collect()
    }

    fn field(&self, place: usize) -> Option<&LogField> {
        match self.items.get(place) {
            Some(SegmentItem::Field(field, _)) => Some(field),
            _ => None,
        }
    }

    /// Reads `text`, all of the line that is this segment's.
    ///
    /// # Errors
    /// The first field that does not fit.
    pub(super) fn read<'a>(&self, text: &'a [u8], found: &mut LineCaptures<'a>, clock: &mut Clock) -> Result<(), FieldError> {
        let free = self.free.unwrap_or(self.items.len());
        let mut rest = text;
        for (place, item) in self.items[..free].iter().enumerate() {
            rest = match item {
                SegmentItem::Literal(literal) => rest.strip_prefix(&**literal).ok_or(self.unfit(place))?,
                SegmentItem::Field(field, number) => {
                    let len = len_from_left(field, rest, self.stop_after(place)).min(rest.len());
                    self.take_word(field, *number, &rest[..len], found, clock)?;
                    &rest[len..]
                }
            };
        }
        for (place, item) in self.items.iter().enumerate().skip(free + 1).rev() {
            rest = match item {
                SegmentItem::Literal(literal) => rest.strip_suffix(&**literal).ok_or(self.unfit(place))?,
                SegmentItem::Field(field, number) => {
                    let start = rest.len() - len_from_right(field, rest, self.stop_before(place)).min(rest.len());
                    self.take_word(field, *number, &rest[start..], found, clock)?;
                    &rest[..start]
                }
            };
        }
        match (self.items.get(free), self.end) {
            (Some(SegmentItem::Field(field, number)), _) => take(field, *number, rest, found, clock),
            (_, SegmentEnd::Cut(stop)) if rest.first().is_none_or(|&byte| byte == stop) => Ok(()),
            _ if rest.is_empty() => Ok(()),
            _ => Err(FieldError { field: self.last_number(), reason: "more text after it than in the format" }),
        }
    }

    /// The byte that ends the field at `place`, seen from the left.
    fn stop_after(&self, place: usize) -> Option<u8> {
        match (self.items.get(place + 1), self.end) {
            (Some(SegmentItem::Literal(text)), _) => text.first().copied(),
            (None, SegmentEnd::Cut(stop)) => Some(stop),
            _ => None,
        }
    }

    /// The byte before the field at `place`, seen from the right.
    fn stop_before(&self, place: usize) -> Option<u8> {
        match self.items.get(place.checked_sub(1)?)? {
            SegmentItem::Literal(text) => text.last().copied(),
            SegmentItem::Field(..) => None,
        }
    }

    /// Takes a field that is not free: a word holds no byte that ends one here. (Times have their length, and no text may
    /// stand beside an address that could be a part of it.)
    fn take_word<'a>(
        &self,
        field: &LogField,
        number: usize,
        text: &'a [u8],
        found: &mut LineCaptures<'a>,
        clock: &mut Clock,
    ) -> Result<(), FieldError> {
        take(field, number, text, found, clock)?;
        let is_checked = matches!(field.class, FieldClass::Address | FieldClass::Time | FieldClass::List | FieldClass::Addresses);
        let is_word = is_checked || !text.iter().any(|byte| self.marks.contains(byte));
        if is_word { Ok(()) } else { Err(FieldError { field: number, reason: "not one word" }) }
    }

    /// The number of its first time.
    pub(crate) fn time_number(&self) -> Option<usize> {
        self.items.iter().find_map(|item| match item {
            SegmentItem::Field(field, number) => Some(*number).filter(|_| field.class == FieldClass::Time),
            SegmentItem::Literal(_) => None,
        })
    }

    /// What is said where the line ends before the quote that ends this segment.
    pub(crate) fn unclosed(&self) -> FieldError {
        FieldError { field: self.last_number(), reason: "no quote after it" }
    }

    /// A flaw of the text at `place`: it is told as one of the field behind it, or of the last.
    fn unfit(&self, place: usize) -> FieldError {
        let behind = self.items[place..].iter().find_map(|item| match item {
            SegmentItem::Field(_, number) => Some(*number),
            SegmentItem::Literal(_) => None,
        });
        match behind {
            Some(field) => FieldError { field, reason: "the text before it differs from the format" },
            None => FieldError { field: self.last_number(), reason: "the text after it differs from the format" },
        }
    }

    fn last_number(&self) -> usize {
        let mut numbers = self.items.iter().filter_map(|item| match item {
            SegmentItem::Field(_, number) => Some(*number),
            SegmentItem::Literal(_) => None,
        });
        numbers.next_back().unwrap_or_default()
    }
}

fn take<'a>(field: &LogField, number: usize, text: &'a [u8], found: &mut LineCaptures<'a>, clock: &mut Clock) -> Result<(), FieldError> {
    let unfit = |reason| FieldError { field: number, reason };
    let text = if field.has_port { net::split_port(text).ok_or(unfit("no port after it"))?.0 } else { text };
    let text = if field.class == FieldClass::Address { net::strip_brackets(text) } else { text };
    match field.class {
        FieldClass::Address if !is_client(text) && text != b"unix:" => return Err(unfit("neither an address nor a host name")),
        FieldClass::Number if !is_number(text) => return Err(unfit("not a number")),
        FieldClass::Addresses if !is_addresses(text) => return Err(unfit("not addresses alone")),
        // Where another byte than a space ends it, it was not measured as a list.
        FieldClass::List if list_from_left(text) != text.len() => return Err(unfit("not a list of nginx's servers")),
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

fn is_apache_user(field: &LogField) -> bool {
    matches!(field.meaning, Meaning::Slot(RequestField::User, _)) && field.label.starts_with('%')
}

fn fixed_len(field: &LogField) -> Option<usize> {
    match &field.meaning {
        Meaning::Time(form) => TimeForm::len(form),
        _ => None,
    }
}

fn len_from_left(field: &LogField, rest: &[u8], stop: Option<u8>) -> usize {
    if matches!(field.class, FieldClass::List | FieldClass::Addresses) && stop.is_none_or(|stop| stop == b' ') {
        return list_from_left(rest);
    }
    // What stands behind the last number or address of a line is told as such.
    let stop = stop.or(matches!(field.class, FieldClass::Number | FieldClass::Address).then_some(b' '));
    fixed_len(field).unwrap_or_else(|| stop.and_then(|stop| memchr(stop, rest)).unwrap_or(rest.len()))
}

fn len_from_right(field: &LogField, rest: &[u8], stop: Option<u8>) -> usize {
    if matches!(field.class, FieldClass::List | FieldClass::Addresses) && stop.is_none_or(|stop| stop == b' ') {
        return list_from_right(rest);
    }
    fixed_len(field).unwrap_or_else(|| stop.and_then(|stop| memrchr(stop, rest)).map_or(rest.len(), |at| rest.len() - at - 1))
}

fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'))
}

/// How long the list at the start of `rest` is: it goes on behind `, ` and ` : `.
fn list_from_left(rest: &[u8]) -> usize {
    let mut end = 0;
    loop {
        end += memchr(b' ', &rest[end..]).unwrap_or(rest.len() - end);
        match &rest[end..] {
            [b' ', b':', b' ', ..] => end += 3,
            [b' ', _, ..] if rest[..end].ends_with(b",") => end += 1,
            _ => return end,
        }
    }
}

/// The same of the list at the end.
fn list_from_right(rest: &[u8]) -> usize {
    let mut start = rest.len();
    loop {
        start = memrchr(b' ', &rest[..start]).map_or(0, |at| at + 1);
        match &rest[..start] {
            [.., b' ', b':', b' '] => start -= 3,
            [.., b',', b' '] => start -= 1,
            _ => return rest.len() - start,
        }
    }
}

/// Whether `text` is `-`, or addresses with commas between them; a proxy may write `unknown` for one.
fn is_addresses(text: &[u8]) -> bool {
    let is_entry = |entry: &[u8]| entry == b"unknown" || net::parse_address(net::strip_port(entry)).is_some();
    text == b"-" || text.split(|&byte| byte == b',').all(|entry| is_entry(entry.strip_prefix(b" ").unwrap_or(entry)))
}
