//! Attacks on web applications: does a request carry SQL, script, commands or addresses of files where words are expected?
//!
//! Takes a request, says whether its target, referrer or user agent holds one of the patterns of the tables, each with its source.
//! They are read as a server, a browser or a shell would (see `text`); the time is linear in the line.

mod table;
#[cfg(test)]
mod tests;
mod text;

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::parse::access::request::Web;

/// One kind of attack, and what it looks like.
#[derive(Debug, Clone, Copy)]
#[allow(dead_code, reason = "what a pattern is called and where it is from is for readers and tests")]
pub(crate) struct Attack {
    /// What it is called.
    pub name: &'static str,
    /// Of which class it is.
    pub class: Class,
    /// Where it is looked for.
    pub place: Place,
    /// A regular expression over bytes, in any case.
    pub pattern: &'static str,
    /// Where it is described.
    pub source: &'static str,
    /// A target, or what a header says, decoded.
    pub example: &'static str,
}

/// What is attacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// A database, or a directory.
    Sql,
    /// A browser.
    Script,
    /// A shell, an interpreter or a template.
    Command,
    /// Files, and other servers.
    File,
}

/// Where an attack is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Target,
    /// In the target, without what shells and browsers skip inside a word.
    Tight,
    /// In the user agent and the referrer.
    Header,
    /// In all of them.
    Anywhere,
}

/// The tables.
pub(crate) const ATTACKS: [&[Attack]; 4] = [table::SQL, table::SCRIPT, table::COMMAND, table::FILE];

/// A longer text is looked at up to here, in bytes: a line may have a megabyte.
const MAX_BYTES: usize = 16 << 10;

/// Whether a request carries an attack.
pub(crate) fn is_attack(web: &Web<'_>) -> bool {
    let Some(patterns) = PATTERNS.as_ref() else { return false };
    web.target().is_some_and(|target| patterns.finds_in_target(&web.plain(target)))
        || web.agent.is_some_and(|agent| patterns.finds_in_header(&web.plain(agent), false))
        || web.referrer.is_some_and(|referrer| patterns.finds_in_header(&web.plain(referrer), true))
}

/// Whether a request line, or an agent, has one of the bytes that attacks need and others seldom have: a look that costs little and finds nearly
/// all of them.
pub(crate) fn is_odd(web: &Web<'_>) -> bool {
    // Prepared once: that takes longer than the search.
    static PARENT: LazyLock<memchr::memmem::Finder<'static>> = LazyLock::new(|| memchr::memmem::Finder::new(b".."));
    let is_odd_request = |text: &[u8]| memchr::memchr3(b'%', b'<', b'\'', text).is_some() || PARENT.find(text).is_some();
    let is_odd_agent = |text: &[u8]| memchr::memchr3(b'$', b'<', b'{', text).is_some();
    web.request.is_some_and(is_odd_request) || web.agent.is_some_and(is_odd_agent)
}

/// The patterns of the tables, joined by what they are looked for in. `None` cannot be, and a test would say so.
static PATTERNS: LazyLock<Option<AttackPatterns>> = LazyLock::new(|| AttackPatterns::build().ok());

struct AttackPatterns {
    target: Regex,
    tight: Regex,
    header: Regex,
}

impl AttackPatterns {
    fn build() -> Result<Self, regex::Error> {
        Ok(Self {
            target: join(&[Place::Target, Place::Anywhere])?,
            tight: join(&[Place::Tight])?,
            header: join(&[Place::Header, Place::Anywhere])?,
        })
    }

    fn finds_in_target(&self, target: &[u8]) -> bool {
        if is_ordinary(target) {
            return false;
        }
        let text = target_text(&target[..target.len().min(MAX_BYTES)]);
        self.target.is_match(&text) || self.tight.is_match(&text::tight(&text))
    }

    fn finds_in_header(&self, header: &[u8], is_referrer: bool) -> bool {
        if header.iter().all(|byte| byte.is_ascii_alphanumeric() || b" ./:_-,()+~#?".contains(byte)) {
            return false;
        }
        let header = &header[..header.len().min(MAX_BYTES)];
        let text = if is_referrer { target_text(header) } else { text::plain(header.to_vec()) };
        self.header.is_match(&text)
    }
}

/// Whether a target has nothing but what a plain address consists of.
fn is_ordinary(target: &[u8]) -> bool {
    let starts = |at: usize, text: &[u8]| target.get(at..at + text.len()).is_some_and(|part| part.eq_ignore_ascii_case(text));
    target.iter().enumerate().all(|(at, byte)| match byte {
        b'd' | b'D' => !starts(at, b"document."),
        b'/' => !starts(at, b"/etc"),
        b'.' => !starts(at, b".."),
        b'=' => !starts(at, b"=/"),
        b'-' => !starts(at, b"--"),
        b'_' | b'~' | b'?' | b'&' | b',' => true,
        _ => byte.is_ascii_alphanumeric(),
    })
}

/// The text of path and query: the pairs of the query apart, all decoded.
fn target_text(target: &[u8]) -> Vec<u8> {
    match memchr::memchr(b'?', target) {
        Some(at) => [&text::plain(target[..at].to_vec()), &b"?"[..], &text::query(&target[at + 1..])].concat(),
        None => text::plain(target.to_vec()),
    }
}

fn join(places: &[Place]) -> Result<Regex, regex::Error> {
    let wanted = ATTACKS.iter().copied().flatten().filter(|attack| places.contains(&attack.place));
    let patterns: Vec<_> = wanted.map(|attack| format!("(?:{})", attack.pattern)).collect();
    regex::bytes::RegexBuilder::new(&format!("(?is-u){}", patterns.join("|"))).size_limit(64 << 20).dfa_size_limit(16 << 20).build()
}
