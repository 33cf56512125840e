//! A format cut into fields and the text between them.

use crate::base::error::Result;
use crate::parse::access::log_format::directive;
use crate::parse::access::log_format::directive::{FieldClass, Meaning, RequestField};
use crate::parse::access::log_format::source::{Dialect, FormatText};
use crate::parse::access::log_format::timestamp::TimeForm;

/// A piece of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// Text that stands in every line.
    Literal(Vec<u8>),
    Field(LogField),
}

/// One directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogField {
    /// Where it stands in the format, in bytes.
    pub at: usize,
    /// As it stands there: `%{Referer}i`.
    pub label: String,
    /// What it stands for.
    pub meaning: Meaning,
    /// Who decides what stands in its place.
    pub class: FieldClass,
    /// Whether `:port` stands behind it.
    pub has_port: bool,
    /// Whether an event is made of it: of several fields of one meaning, one is.
    pub is_used: bool,
}

/// The tokens of a format; no two fields are neighbours.
///
/// # Errors
/// A usage error that points at what cannot be read.
pub(super) fn read(source: &FormatText<'_>) -> Result<Vec<Token>> {
    let mut tokens = Tokens { source, list: Vec::new() };
    let mut at = 0;
    while let Some(&byte) = source.bytes.get(at) {
        at = match (source.dialect, byte) {
            (Dialect::Apache, b'%') => tokens.read_directive(at)?,
            (Dialect::Nginx, b'$') => tokens.read_variable(at)?,
            _ => {
                tokens.add_literal(byte);
                at + 1
            }
        };
    }
    let list = merge_ports(merge_targets(tokens.list));
    for pair in list.windows(2) {
        match pair {
            // Times have their length.
            [Token::Field(before), Token::Field(field)] if !is_time(before) || !is_time(field) => {
                let what = format!("there is no text between {} and {}: the end of the first is ambiguous", before.label, field.label);
                return Err(source.error(field.at, &what));
            }
            // Any field may be `-`.
            [Token::Field(field), Token::Literal(text)] if field.class != FieldClass::Time && text.starts_with(b"-") => {
                return Err(source.error(field.at, &format!("the text after {} could be part of it", field.label)));
            }
            [Token::Field(field), Token::Literal(text)] if field.class == FieldClass::List && begins_in_list(text) => {
                return Err(source.error(field.at, &format!("what stands behind {} could be a part of it", field.label)));
            }
            [Token::Literal(text), Token::Field(field)] if field.class == FieldClass::List && ends_in_list(text) => {
                return Err(source.error(field.at, &format!("what stands before {} could be a part of it", field.label)));
            }
            [Token::Field(field), Token::Literal(text)]
                if field.class == FieldClass::Address && text.first().is_some_and(|&byte| could_belong(byte)) =>
            {
                return Err(source.error(field.at, &format!("the text after {} could be part of it", field.label)));
            }
            [Token::Literal(text), Token::Field(field)]
                if field.class == FieldClass::Address && text.last().is_some_and(|&byte| could_belong(byte)) =>
            {
                return Err(source.error(field.at, &format!("the text before {} could be part of it", field.label)));
            }
            _ => {}
        }
    }
    Ok(list)
}

/// Whether `text` could go on with a list of servers.
fn begins_in_list(text: &[u8]) -> bool {
    text.starts_with(b" :") || text.first().is_some_and(|&byte| byte == b',' || could_belong(byte))
}

/// Whether a list of servers could go on behind `text`.
fn ends_in_list(text: &[u8]) -> bool {
    text.ends_with(b", ") || text.ends_with(b": ") || text.last().is_some_and(|&byte| byte == b',' || could_belong(byte))
}

/// Whether it is a time of one length.
fn is_time(field: &LogField) -> bool {
    matches!(&field.meaning, Meaning::Time(form) if form.len().is_some())
}

/// Whether the byte could be a part of an address or a host name.
fn could_belong(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b':' | b'-' | b'_' | b'%')
}

struct Tokens<'s, 't> {
    source: &'s FormatText<'t>,
    list: Vec<Token>,
}

impl Tokens<'_, '_> {
    fn add_literal(&mut self, byte: u8) {
        match self.list.last_mut() {
            Some(Token::Literal(text)) => text.push(byte),
            _ => self.list.push(Token::Literal(vec![byte])),
        }
    }

    fn add_field(&mut self, at: usize, end: usize, (meaning, class): (Meaning, FieldClass)) {
        let label = self.text(at, end);
        self.list.push(Token::Field(LogField { at, label, meaning, class, has_port: false, is_used: false }));
    }

    fn text(&self, start: usize, end: usize) -> String {
        String::from_utf8_lossy(&self.source.bytes[start..end]).into_owned()
    }

    /// `%t`, `%>s`, `%{Referer}i`, `%!200,304{User-Agent}i` at `start`; gives where it ends.
    fn read_directive(&mut self, start: usize) -> Result<usize> {
        let (mut at, mut letter, mut argument) = (start + 1, String::new(), None);
        loop {
            let Some(&byte) = self.source.bytes.get(at) else { return Err(self.source.error(start, "a % without a directive")) };
            match byte {
                b'%' if at == start + 1 => {
                    self.add_literal(b'%');
                    return Ok(at + 1);
                }
                // The statuses for which the field is written; it is - for others.
                b'!' | b',' | b'0'..=b'9' => at += 1,
                b'<' | b'>' => {
                    letter.push(char::from(byte));
                    at += 1;
                }
                b'{' => {
                    let end = self.source.bytes[at..].iter().position(|&b| b == b'}').map(|len| at + len);
                    let end = end.ok_or_else(|| self.source.error(at, "a { without its }"))?;
                    argument = Some((at + 1, self.text(at + 1, end)));
                    at = end + 1;
                }
                _ => break,
            }
        }
        let end = (at + if self.source.bytes[at] == b'^' { 3 } else { 1 }).min(self.source.bytes.len());
        letter.push_str(&self.text(at, end));
        if letter == "t" {
            self.add_time(start, end, argument)?;
        } else {
            let argument = argument.as_ref().map(|(_, text)| text.as_str());
            let found = directive::apache(argument, &letter, self.source.client_header)
                .ok_or_else(|| self.source.error(start, &format!("unknown directive of Apache: {}", self.text(start, end))))?;
            self.add_field(start, end, found);
        }
        Ok(end)
    }

    /// `%t` writes brackets of its own, `%{...}t` writes none.
    fn add_time(&mut self, start: usize, end: usize, argument: Option<(usize, String)>) -> Result<()> {
        let Some((at, text)) = argument else {
            self.add_literal(b'[');
            self.add_field(start, end, (Meaning::Time(TimeForm::Clf), FieldClass::Time));
            self.add_literal(b']');
            return Ok(());
        };
        let form = TimeForm::from_apache(&text).map_err(|offset| {
            let what = "supported in a time: %Y %m %d %e %b %H %M %S %z %F %T %R, sec, msec, usec, msec_frac, usec_frac";
            self.source.error(at + offset, what)
        })?;
        self.add_field(start, end, (Meaning::Time(form), FieldClass::Time));
        Ok(())
    }

    /// `$status` or `${status}` at `start`; gives where it ends.
    fn read_variable(&mut self, start: usize) -> Result<usize> {
        let bytes = &self.source.bytes;
        let braced = bytes.get(start + 1) == Some(&b'{');
        let name_start = start + 1 + usize::from(braced);
        let len = bytes[name_start..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        let name_end = name_start + len;
        if len == 0 || braced && bytes.get(name_end) != Some(&b'}') {
            return Err(self.source.error(start, "a $ without the name of a variable"));
        }
        let end = name_end + usize::from(braced);
        let found = directive::nginx(&self.text(name_start, name_end), self.source.client_header);
        self.add_field(start, end, found);
        Ok(end)
    }
}

/// `%U%q`, `$uri$is_args$args` and `$uri?$args` are one target: where the path ends, only the `?` says.
fn merge_targets(list: Vec<Token>) -> Vec<Token> {
    let mut merged: Vec<Token> = Vec::with_capacity(list.len());
    let is = |token: Option<&Token>, slot: RequestField| matches!(token, Some(Token::Field(f)) if matches!(f.meaning, Meaning::Slot(s, _) if s == slot));
    for token in list {
        let is_query = is(Some(&token), RequestField::Query);
        let has_mark = match merged.last() {
            Some(Token::Field(field)) => matches!(&*field.label, "$is_args" | "${is_args}"),
            Some(Token::Literal(text)) => text == b"?",
            None => false,
        };
        let path = merged.len().checked_sub(if has_mark { 2 } else { 1 });
        match path {
            Some(path) if is_query && is(merged.get(path), RequestField::Path) => {
                merged.truncate(path + 1);
                if let Some(Token::Field(field)) = merged.last_mut() {
                    field.meaning = Meaning::Slot(RequestField::Target, 1);
                }
            }
            _ => merged.push(token),
        }
    }
    merged
}

/// `%v:%p` is one field, as colons stand in IPv6 addresses too: its last colon is the one.
fn merge_ports(list: Vec<Token>) -> Vec<Token> {
    let mut merged: Vec<Token> = Vec::with_capacity(list.len());
    for token in list {
        let is_port = matches!(&token, Token::Field(f) if f.class == FieldClass::Number && f.meaning == Meaning::Skipped);
        let host = merged.len().checked_sub(2).filter(|_| is_port && merged.last() == Some(&Token::Literal(b":".to_vec())));
        match host.and_then(|host| merged.get_mut(host)) {
            Some(Token::Field(field)) if matches!(field.class, FieldClass::Address | FieldClass::Word | FieldClass::Name) => {
                field.has_port = true;
                merged.pop();
            }
            _ => merged.push(token),
        }
    }
    merged
}
