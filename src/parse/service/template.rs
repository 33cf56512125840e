//! Templates of messages, and the one matcher that reads them.
//!
//! `{name}` is one word, or words of a client up to the byte that follows them in the template; `{name*}` is free text that may hold
//! anything: what is before it is matched from the left, what is behind it from the right. So there is one way to read a line, in
//! linear time. A template with two free parts has the peer, ` {addr} port {port}`, between them: it is read only where one single
//! position of the message can be the peer.

use memchr::{memmem, memrchr};

use crate::base::bytes::strip_end;
use crate::parse::service::field::{Captures, FieldKind};
use crate::parse::service::match_input::{MatchInput, Truncation};
use crate::parse::service::prefix::Literal;
use crate::record::signal::SignalSet;

/// A part of a template: what it is, whether it is free, and the literal behind it.
pub(crate) type TemplatePart = (FieldKind, bool, Literal);

/// What a message means, and how it is told from others.
#[derive(Debug, Clone)]
pub struct MessageTemplate {
    /// The text, with its parts in braces (see [`FieldKind::named`]). For sshd alone, `{ssh}` at the end is an optional ` ssh1` or
    /// ` ssh2`, and `{pam}` at the start is the prefix of a PAM module, `pam_unix(sshd:auth): `.
    pub pattern: &'static str,
    /// The service that writes it.
    pub service: &'static str,
    /// `event.dataset`.
    pub dataset: &'static str,
    /// `event.action`.
    pub action: &'static str,
    /// `event.outcome`, or nothing.
    pub outcome: &'static str,
    /// The signals that fire on it.
    pub signals: SignalSet,
    /// The methods of login with which they fire, each also with `/` and more behind it; none: with every one.
    pub methods: &'static [&'static str],
    /// And those with which they do not.
    pub not_methods: &'static [&'static str],
    /// Whether they fire only before anybody is authenticated.
    pub is_preauth: bool,
    /// Whether it calls the user invalid: one who does not exist, or may not log in.
    pub is_invalid_user: bool,
    /// Whether the server keeps what ends a client's words in the template, and blanks, out of them.
    pub is_clean: bool,
    /// The source file that writes it.
    pub source: &'static str,
    /// One such message.
    pub example: &'static str,
}

impl MessageTemplate {
    /// Whether it tells of nothing: no signal looks at such messages, and none is of a login that ended.
    pub(crate) const fn is_quiet(&self) -> bool {
        self.signals.is_empty() && self.outcome.is_empty()
    }
}

#[cfg(test)]
impl MessageTemplate {
    /// A template that means nothing.
    pub(crate) const fn for_tests() -> Self {
        Self {
            pattern: "",
            service: "test",
            dataset: "test.auth",
            action: "login",
            outcome: "",
            signals: SignalSet::NONE,
            methods: &[],
            not_methods: &[],
            is_preauth: false,
            is_invalid_user: false,
            is_clean: false,
            source: "",
            example: "",
        }
    }
}

/// A template taken apart: (literal, part behind it) from the left, the free part, (part, literal behind it) for the right.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is asked of every message, and worked out once")]
pub struct TemplateMatcher {
    /// The template.
    pub shape: &'static MessageTemplate,
    start: Literal,
    left: Vec<(FieldKind, Literal)>,
    wildcard: Option<FieldKind>,
    /// Each with the literal before it and the one behind it.
    right: Vec<(Literal, FieldKind, Literal)>,
    end: Literal,
    followed_by: Option<FieldKind>,
    has_ssh: bool,
    names_at_most_100: bool,
    ends_in_text: bool,
    /// Whether the start is followed by a word, a space and more: most templates of one start are told apart by what that is.
    begins_with_word: bool,
    /// Whether the peer stands behind words of the client, so that the message must be whole.
    needs_end: bool,
    is_of_pam: bool,
    /// Which one of its file it is.
    pub order: u32,
    /// Of those that begin with a part: how they begin, the same number for the same beginning.
    pub beginning: u32,
    /// How many of the table begin so from here on.
    pub run: u32,
}

impl TemplateMatcher {
    /// Takes `shape` apart; [`Self::check`] says whether it is one.
    pub fn new(shape: &'static MessageTemplate) -> Self {
        let (pattern, is_of_pam) = shape.pattern.strip_prefix(PAM).map_or((shape.pattern, false), |pattern| (pattern, true));
        let (pattern, has_ssh) = match pattern.strip_suffix("{ssh}") {
            Some(pattern) => (pattern, true),
            None => (pattern, false),
        };
        let (start, parts) = Self::split(pattern);
        let (left, right, end) = (Vec::new(), Vec::new(), Literal::new(b""));
        let ends_in_text = pattern.ends_with(" {text*}");
        // Before this word OpenSSH prints a name with `%.100s`.
        let names_at_most_100 = pattern.contains("*} from {");
        let needs_end = needs_end(&parts);
        let mut matcher = Self {
            shape,
            start,
            left,
            wildcard: None,
            right,
            end,
            followed_by: None,
            has_ssh,
            names_at_most_100,
            ends_in_text,
            begins_with_word: false,
            needs_end,
            is_of_pam,
            order: 0,
            beginning: 0,
            run: 1,
        };
        let mut before = start;
        for (kind, is_free, literal) in parts {
            match (is_free, matcher.wildcard.is_some()) {
                (true, true) => matcher.followed_by = Some(kind),
                (true, false) => matcher.wildcard = Some(kind),
                (false, true) => matcher.right.push((before, kind, literal)),
                (false, false) => matcher.left.push((kind, literal)),
            }
            if matcher.wildcard.is_some() && matcher.followed_by.is_none() {
                matcher.end = literal;
            }
            before = literal;
        }
        let is_last = matcher.left.len() == 1 && (matcher.wildcard.is_none() || ends_in_text);
        matcher.begins_with_word =
            !is_last && matcher.left.first().is_some_and(|(part, literal)| part.is_name() && literal.text.starts_with(b" "));
        matcher
    }

    /// Whether it is what a PAM module says, without the prefix of the module.
    pub(crate) const fn is_of_pam(&self) -> bool {
        self.is_of_pam
    }

    /// The text with which its messages begin, without the prefix of a module of PAM; empty: with a part.
    pub const fn start(&self) -> &'static [u8] {
        self.start.text
    }

    /// The byte with which its messages begin, without the prefix of a module of PAM; `None`: with any.
    pub(crate) const fn first_byte(&self) -> Option<u8> {
        self.start.text.first().copied()
    }

    /// The part with which its messages begin and the text behind that; `None` where they begin with a text, or with a free part.
    pub(crate) fn first_part(&self) -> Option<(FieldKind, &'static [u8])> {
        let (part, literal) = self.left.first().filter(|_| self.start.text.is_empty())?;
        let is_last = self.wildcard.is_none() && self.left.len() == 1;
        // What ends a message may be missing a blank.
        (!is_last && !self.ends_in_text && !literal.text.is_empty()).then_some((*part, literal.text))
    }

    /// Whether `message` can begin with the first part, as far as the text behind that tells.
    pub(crate) fn may_begin(&self, message: &[u8]) -> bool {
        self.left.first().is_none_or(|(part, literal)| part.find_end(message, literal).is_some())
    }

    /// Whether the message ends in the protocol, ` ssh2`, behind which sshd may name a key.
    pub(crate) const fn names_protocol(&self) -> bool {
        self.has_ssh
    }

    /// Puts the parts of a message into `parts`, if it is of this shape. Where its end may be missing, only what stands before the free
    /// part counts.
    // Nearly every shape is told apart here, without a call.
    #[inline]
    pub(crate) fn read<'a>(&self, input: &mut MatchInput<'a>, parts: &mut Captures<'a>) -> Option<()> {
        if input.head.starts_with(self.start.head) { self.read_parts(input, parts) } else { None }
    }

    /// The same of a message that starts as this shape does.
    fn read_parts<'a>(&self, input: &mut MatchInput<'a>, parts: &mut Captures<'a>) -> Option<()> {
        let (message, ending) = (input.text, input.ending);
        // A message shorter than the start may end in NULs, which its head has too.
        let mut rest = message.get(self.start.text.len()..)?;
        if !self.start.starts_behind_head(message) {
            return None;
        }
        let word_len = if self.begins_with_word { Some(input.word_len(self.start.text.len())?) } else { None };
        if word_len.is_some_and(|len| !self.left[0].1.starts(&rest[len..])) {
            return None;
        }
        if self.needs_end && ending != Truncation::Whole {
            return None;
        }
        parts.clear();
        if self.has_ssh
            && let [before @ .., b' ', b's', b's', b'h', b'1' | b'2'] = rest
        {
            rest = before;
        }
        for (index, (part, literal)) in self.left.iter().enumerate() {
            // The last literal of a shape without a free part ends the message.
            let is_last = self.wildcard.is_none() && index + 1 == self.left.len();
            if !is_last && let Some(end) = part.measure(rest, literal) {
                parts.add(*part, &rest[..end]);
                rest = &rest[end + literal.text.len()..];
                continue;
            }
            let end = match word_len.filter(|_| index == 0) {
                // What was taken off the end may have been the start of that.
                Some(len) => Some(len).filter(|&len| literal.starts(rest.get(len..).unwrap_or_default())),
                None if is_last => None,
                None => part.find_end(rest, literal),
            };
            let (text, next) = match end {
                Some(end) if part.is_of_client() => {
                    (Some(&rest[..end]).filter(|text| part.accepts_before(text, literal))?, end + literal.text.len())
                }
                Some(end) => (Some(&rest[..end]).filter(|text| part.accepts_word(text))?, end + literal.text.len()),
                None => (Some(self.read_last(index, rest, literal)?).filter(|text| part.accepts_before(text, literal))?, rest.len()),
            };
            parts.add(*part, text);
            rest = &rest[next..];
        }
        let is_whole = ending == Truncation::Whole || ending == Truncation::Trimmed && self.names_at_most_100;
        match self.wildcard {
            None => rest.is_empty().then_some(()),
            Some(FieldKind::Fields) => {
                parts.add(FieldKind::Fields, rest);
                Some(())
            }
            Some(_) if !is_whole => Some(()),
            Some(free) => self.read_right(free, rest, parts),
        }
    }

    /// The last part on the left, `index`, where `literal` ends the message behind it, or did so before journald took the space
    /// away that ends it.
    fn read_last<'a>(&self, index: usize, rest: &'a [u8], literal: &Literal) -> Option<&'a [u8]> {
        if index + 1 < self.left.len() {
            return None;
        }
        match self.wildcard {
            None => strip_end(rest, literal.text),
            Some(_) if self.ends_in_text => strip_trimmed(rest, literal.text),
            Some(_) => None,
        }
    }

    /// The free part and what stands behind it.
    #[inline]
    fn read_right<'a>(&self, free: FieldKind, mut rest: &'a [u8], parts: &mut Captures<'a>) -> Option<()> {
        if let Some(second) = self.followed_by {
            let texts = split_at_peer(rest, self.end.text)?;
            [free, FieldKind::Address, FieldKind::Port, second].into_iter().zip(texts).for_each(|(part, text)| parts.add(part, text));
            return Some(());
        }
        rest = strip_end(rest, self.end.text)?;
        for (literal, part, behind) in self.right.iter().rev() {
            let at = part.find_start(rest, literal, behind)?;
            parts.add(*part, &rest[at + literal.text.len()..]);
            rest = &rest[..at];
        }
        parts.add(free, rest);
        Some(())
    }

    /// The literal that starts `pattern`, and its parts: what each is, whether it is free, and the literal behind it.
    pub(crate) fn split(pattern: &'static str) -> (Literal, Vec<TemplatePart>) {
        let (start, mut rest) = split_literal(pattern);
        let mut parts = Vec::new();
        while let Some((name, behind)) = rest.split_once('}') {
            let (literal, next) = split_literal(behind);
            let (name, is_free) = name.strip_suffix('*').map_or((name, false), |name| (name, true));
            parts.push((FieldKind::named(name).unwrap_or(FieldKind::Text), is_free, Literal::new(literal.as_bytes())));
            rest = next;
        }
        (Literal::new(start.as_bytes()), parts)
    }

    /// Whether the template can be read in one way: no two parts without text between them, one free part (or, around the peer's
    /// ` {addr} port {port}`, two), and nothing behind PAM's fields.
    ///
    /// # Errors
    /// What is wrong.
    pub fn check(&self) -> Result<(), String> {
        let pattern = self.shape.pattern.strip_prefix(PAM).unwrap_or(self.shape.pattern);
        let pattern = pattern.strip_suffix("{ssh}").unwrap_or(pattern);
        check_parts(pattern)?;
        let frees = pattern.matches("*}").count();
        if self.wildcard == Some(FieldKind::Fields) && !(self.right.is_empty() && self.end.text.is_empty()) {
            return Err("{fields*} ends the message".to_owned());
        }
        if frees > 1 {
            let right: Vec<_> = self.right.iter().map(|(before, part, _)| (before.text, *part)).collect();
            let is_around_peer = right == [(&b" "[..], FieldKind::Address), (b" port ", FieldKind::Port)];
            if frees > 2 || !is_around_peer || !pattern.ends_with("*}") || self.end.text.is_empty() {
                return Err("more than one free part, {...*}".to_owned());
            }
        }
        Ok(())
    }
}

/// The text before the first part, with `{{` and `}}` as braces, and what follows the brace that opens the part.
fn split_literal(text: &'static str) -> (&'static str, &'static str) {
    let mut from = 0;
    let open = loop {
        match text[from..].find('{').map(|open| from + open) {
            Some(open) if text[open + 1..].starts_with('{') => from = open + 2,
            other => break other,
        }
    };
    let (literal, rest) = open.map_or((text, ""), |open| (&text[..open], &text[open + 1..]));
    if literal.contains("{{") || literal.contains("}}") {
        return (literal.replace("{{", "{").replace("}}", "}").leak(), rest);
    }
    (literal, rest)
}

/// Whether the peer stands behind words of the client without a free part that tells where it is.
fn needs_end(parts: &[TemplatePart]) -> bool {
    let client = parts.iter().position(|(kind, is_free, _)| kind.is_of_client() && !is_free);
    let address = parts.iter().rposition(|(kind, ..)| kind.is_address());
    matches!((client, address), (Some(client), Some(address)) if client < address) && !parts.iter().any(|&(_, is_free, _)| is_free)
}

/// The parts of `pattern`, each with whether it is free.
pub(crate) fn parts_of(pattern: &'static str) -> impl Iterator<Item = (FieldKind, bool)> {
    TemplateMatcher::split(pattern).1.into_iter().map(|(kind, is_free, _)| (kind, is_free))
}

/// Whether the parts of `pattern` are known and stand apart.
fn check_parts(pattern: &str) -> Result<(), String> {
    let text = pattern.replace("{{", "").replace("}}", "");
    for piece in text.split('{').skip(1) {
        let (name, literal) = piece.split_once('}').ok_or("'{' without '}'")?;
        if FieldKind::named(name.strip_suffix('*').unwrap_or(name)).is_none() {
            return Err(format!("no part is called {{{name}}}"));
        }
        if literal.is_empty() && !text.ends_with(piece) {
            return Err(format!("nothing stands between {{{name}}} and the part behind it"));
        }
    }
    Ok(())
}

/// What a pattern of a PAM module starts with.
pub(crate) const PAM: &str = "{pam}";

/// What stands before `literal` at the end of `rest`, where journald took away the space that ends it.
fn strip_trimmed<'a>(rest: &'a [u8], literal: &[u8]) -> Option<&'a [u8]> {
    rest.strip_suffix(literal.strip_suffix(b" ")?)
}

/// What stands before the peer, its address and port, and what stands behind it and `literal`; `None` where no place or more
/// than one can be the peer.
fn split_at_peer<'a>(text: &'a [u8], literal: &[u8]) -> Option<[&'a [u8]; 4]> {
    const PORT: &[u8] = b" port ";
    // The longest host name and a space: no search goes further back, however many places there are.
    const REACH: usize = 256;
    let mut places = memmem::find_iter(text, PORT).filter_map(|at| {
        let near = at.saturating_sub(REACH);
        let space = near + memrchr(b' ', &text[near..at])?;
        let behind = &text[at + PORT.len()..];
        let digits = behind.iter().take(6).take_while(|b| b.is_ascii_digit()).count();
        let (address, port) = (&text[space + 1..at], &behind[..digits]);
        let last = behind[digits..].strip_prefix(literal).or_else(|| strip_trimmed(&behind[digits..], literal))?;
        (FieldKind::Address.accepts(address) && FieldKind::Port.accepts(port)).then_some([&text[..space], address, port, last])
    });
    let place = places.next()?;
    places.next().is_none().then_some(place)
}
