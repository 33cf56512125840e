//! Messages that a syslog daemon folds into one: `message repeated 5 times: [ MESSAGE]`.
//!
//! **Source:** rsyslog `runtime/ratelimit.c`.

use crate::record::MAX_INTEGER;

/// How often the message inside came, and that message.
#[must_use]
pub fn unfold_repeats(message: &[u8]) -> Option<(u64, &[u8])> {
    unfold_rest(message.strip_prefix(b"message ")?)
}

/// The same behind the first word, `repeated 5 times: [ MESSAGE]`.
#[must_use]
pub fn unfold_rest(message: &[u8]) -> Option<(u64, &[u8])> {
    let rest = message.strip_prefix(b"repeated ")?;
    let digits = rest.iter().position(|b| !b.is_ascii_digit())?;
    let inside = rest[digits..].strip_prefix(b" times: [")?.strip_suffix(b"]")?;
    let count = parse_count(&rest[..digits])?;
    Some((count, inside.strip_prefix(b" ").unwrap_or(inside)))
}

/// How often a message was repeated: at least once.
#[must_use]
pub fn parse_count(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok().filter(|n| (1..=MAX_INTEGER).contains(n))
}
