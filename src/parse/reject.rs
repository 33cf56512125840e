//! Why a line is a reject: the format that it came nearest to, and what was wrong then.

use std::fmt;
use std::sync::Arc;

use crate::base::net;
use crate::io::block::TOO_LONG;
use crate::parse::envelope::shipper;
use crate::parse::format::{CREDIBLE, Mismatch, OF_NO_FORMAT};
use crate::record::run::count::LineClass;

/// Why a line is a reject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RejectReason {
    /// What it came nearest to.
    pub format: ClosestFormat,
    /// What was wrong.
    pub reason: &'static str,
}

impl RejectReason {
    /// A line past `MAX_LINE`.
    pub const TOO_LONG: Self = Self { format: ClosestFormat::None, reason: TOO_LONG };
    /// A piece of a line that stands nowhere as a whole.
    pub const PIECE: Self = Self { format: ClosestFormat::None, reason: "a piece of a line that a container engine cut, without the rest" };
    /// The same, where a shipper brought it.
    pub const SHIPPED_PIECE: Self = Self { format: ClosestFormat::None, reason: shipper::PIECE };
    /// A line of no bytes.
    pub const EMPTY: Self = Self { format: ClosestFormat::None, reason: "empty line" };
    /// A request whose quotes allow two readings of its status.
    pub const AMBIGUOUS: Self = Self {
        format: ClosestFormat::None,
        reason: "ambiguous quotes: two readings have different statuses, and the client may have written one of them",
    };

    /// Not a reject, but a line that counts for nobody.
    pub const fn untrusted(reason: &'static str) -> Self {
        Self { format: ClosestFormat::Untrusted, reason }
    }

    /// What its line is.
    pub const fn class(&self) -> LineClass {
        match self.format {
            ClosestFormat::Untrusted => LineClass::Untrusted,
            ClosestFormat::None | ClosestFormat::Known(_) | ClosestFormat::Given(_) => LineClass::Reject,
        }
    }
}

/// What a reject came nearest to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClosestFormat {
    /// None: the reason says it all.
    None,
    /// The line may be another's.
    Untrusted,
    /// One of the tables.
    Known(&'static str),
    /// The one of --log-format; the text names the field.
    Given(Arc<str>),
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.format {
            ClosestFormat::None => f.write_str(self.reason),
            ClosestFormat::Untrusted => write!(f, "untrusted: {}", self.reason),
            ClosestFormat::Known(format) => write!(f, "not {format} format: {}", self.reason),
            ClosestFormat::Given(field) => write!(f, "not the --log-format: {field}: {}", self.reason),
        }
    }
}

/// What is said of a line that nothing comes near to.
pub const OF_NO_KNOWN_FORMAT: &str = "unknown log format";

/// Why a line of text is a reject that came nearest to `name`, which is named where enough fitted, or where the line begins with the address
/// of a client, as most formats do.
pub fn nearest_text(name: &'static str, mismatch: Mismatch, line: &[u8]) -> RejectReason {
    let word = &line[..memchr::memchr(b' ', line).unwrap_or(line.len())];
    let is_credible = mismatch.at >= CREDIBLE || net::parse_address(word).is_some();
    nearest_to(name, if is_credible { mismatch } else { Mismatch { at: 0, reason: OF_NO_KNOWN_FORMAT } })
}

/// Why a line is a reject that came nearest to `name`.
pub const fn nearest_to(name: &'static str, mismatch: Mismatch) -> RejectReason {
    let format = match mismatch.at {
        0 => return RejectReason { format: ClosestFormat::None, reason: OF_NO_KNOWN_FORMAT },
        OF_NO_FORMAT => ClosestFormat::None,
        _ => ClosestFormat::Known(name),
    };
    RejectReason { format, reason: mismatch.reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_named_where_enough_fitted() {
        for (line, at, shown) in [
            ("h2 foo", 3, "unknown log format"),
            ("192.0.2.1 x", 1, "not combined format: x"),
            ("2001:db8::1 x", 2, "not combined format: x"),
            ("Started GET \"/\" for 192.0.2.1", 1, "unknown log format"),
            ("[2026-11-29 13:33:19 +0000] x", 27, "not combined format: x"),
            ("x", OF_NO_FORMAT, "x"),
            ("192.0.2.1 x", 0, "unknown log format"),
        ] {
            assert_eq!(nearest_text("combined", Mismatch { at, reason: "x" }, line.as_bytes()).to_string(), shown, "{line}");
        }
    }
}
