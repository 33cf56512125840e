//! Why a line is a reject: the format that it came nearest to, and what was wrong then.

use std::fmt;
use std::sync::Arc;

use crate::base::net;
use crate::io::block::TOO_LONG;
use crate::io::entries::split_cursor;
use crate::parse::envelope::shipper;
use crate::parse::format::{CREDIBLE, Mismatch, OF_NO_FORMAT};
use crate::record::run::count::LineClass;

/// Why a line is a reject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RejectReason {
    /// What it came nearest to.
    pub(crate) format: ClosestFormat,
    /// What was wrong.
    pub reason: &'static str,
}

impl RejectReason {
    /// A line past `MAX_LINE`.
    pub(crate) const TOO_LONG: Self = Self { format: ClosestFormat::None, reason: TOO_LONG };
    /// A piece of a line that stands nowhere as a whole.
    pub(crate) const PIECE: Self =
        Self { format: ClosestFormat::None, reason: "a piece of a line that a container engine cut, without the rest" };
    /// The same, where a shipper brought it.
    pub(crate) const SHIPPED_PIECE: Self = Self { format: ClosestFormat::None, reason: shipper::PIECE };
    /// A line of no bytes.
    pub(crate) const EMPTY: Self = Self { format: ClosestFormat::None, reason: "empty line" };
    /// A request whose quotes allow two readings of its status.
    pub(crate) const AMBIGUOUS: Self = Self {
        format: ClosestFormat::None,
        reason: "ambiguous quotes: two readings have different statuses, and the client may have written one of them",
    };

    /// Not a reject, but a line that counts for nobody.
    pub const fn untrusted(reason: &'static str) -> Self {
        Self { format: ClosestFormat::Untrusted, reason }
    }

    /// What its line is.
    pub(crate) const fn class(&self) -> LineClass {
        match self.format {
            ClosestFormat::Untrusted => LineClass::Untrusted,
            ClosestFormat::None | ClosestFormat::Known(_) | ClosestFormat::Given(_) => LineClass::Reject,
        }
    }
}

/// What a reject came nearest to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ClosestFormat {
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
pub(crate) const OF_NO_KNOWN_FORMAT: &str = "unknown log format";

/// Whether a line begins so, and what is said of it.
type KnownStart = (fn(&[u8]) -> bool, &'static str);

/// What is no access log and no line of syslog, but known by how it begins, and what reads it. What begins so is no other format's.
const KNOWN_STARTS: [KnownStart; 5] = [
    (starts_like_nginx_error, "nginx's error log: --services nginx-error reads it"),
    (starts_like_apache_error, "Apache's error log: --services apache-error reads it"),
    (|line| split_cursor(line).is_some(), "an entry of journalctl -o verbose, which is read in an input that begins with one"),
    (|line| line.starts_with(b"[{\""), "a list of objects: jq -c '.[]' writes each as a line"),
    (starts_like_csv, "possibly CSV: give the column that holds the lines by itself, without its quotes"),
];

/// `"a",`, and none of the columns a request, which would make it an access log in quotes.
fn starts_like_csv(line: &[u8]) -> bool {
    let is_request = [&b",\"GET "[..], b",\"POST ", b",\"HEAD "].iter().any(|start| memchr::memmem::find(line, start).is_some());
    !is_request
        && line
            .strip_prefix(b"\"")
            .and_then(|inside| Some(&inside[memchr::memchr(b'"', inside)? + 1..]))
            .is_some_and(|rest| rest.starts_with(b","))
}

/// `2026/11/29 17:29:07 [error] 154#154: `.
fn starts_like_nginx_error(line: &[u8]) -> bool {
    let digits = |at: &[usize]| at.iter().all(|&at| line[at].is_ascii_digit());
    let is_time = line.len() > 25
        && digits(&[0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18])
        && [line[4], line[7], line[10], line[13], line[16], line[19], line[20]] == *b"// :: [";
    let Some(end) = is_time.then(|| memchr::memchr(b']', &line[21..])).flatten() else { return false };
    let process = &line[21 + end + 1..];
    let is_process = |text: &[u8]| text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'#') && text.contains(&b'#');
    process.first() == Some(&b' ') && memchr::memchr(b':', process).is_some_and(|end| is_process(&process[1..end]))
}

/// `[Sun Nov 29 17:29:07.123456 2026] [core:error] `.
fn starts_like_apache_error(line: &[u8]) -> bool {
    let Some(end) = line.strip_prefix(b"[").and_then(|rest| memchr::memchr(b']', rest)).filter(|&end| (24..=31).contains(&end)) else {
        return false;
    };
    let (time, rest) = (&line[1..=end], &line[end + 2..]);
    let is_time = time[3] == b' ' && time[7] == b' ' && time[13] == b':' && time[16] == b':' && time[end - 5] == b' ';
    is_time && time[end - 4..].iter().all(u8::is_ascii_digit) && rest.starts_with(b" [")
}

/// Why a line of text is a reject that came nearest to `name`, which is named where enough fitted, or where the line begins with the address
/// of a client, as most formats do.
pub(crate) fn nearest_text(name: &'static str, mismatch: Mismatch, line: &[u8]) -> RejectReason {
    if let Some((_, reason)) = KNOWN_STARTS.iter().find(|(is_it, _)| is_it(line)) {
        return RejectReason { format: ClosestFormat::None, reason };
    }
    let word = &line[..memchr::memchr(b' ', line).unwrap_or(line.len())];
    let is_credible = mismatch.at >= CREDIBLE || net::parse_address(word).is_some();
    nearest_to(name, if is_credible { mismatch } else { Mismatch { at: 0, reason: OF_NO_KNOWN_FORMAT } })
}

/// Why a line is a reject that came nearest to `name`.
pub(crate) const fn nearest_to(name: &'static str, mismatch: Mismatch) -> RejectReason {
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
        for (line, known) in [
            ("2026/11/29 17:29:07 [error] 154#154: *1 open() failed, client: 192.0.2.1", Some(0)),
            ("2026/11/29 17:29:07 [notice] 154#0: start worker process 155", Some(0)),
            ("2026/11/29 17:29:07 [error] 154: *1 open()", None),
            ("2026/11/29 17:29:07 [error", None),
            ("[Sun Nov 29 17:29:07.123456 2026] [core:error] [pid 1] x", Some(1)),
            ("[Sun Nov 29 17:29:07 2026] [error] [client 192.0.2.1] x", Some(1)),
            ("[Sun Nov 29 17:29:07 2026] x", None),
            ("[2026-11-29T17:29:07.123456+00:00] [error] x", None),
            ("Sun 2026-11-29 17:29:07 UTC [s=1;t=2]", Some(2)),
            (r#"[{"line":"x"}]"#, Some(3)),
            ("[{line", None),
            (r#""2026-11-29","sshd[7]: ""x"" y""#, Some(4)),
            (r#""2026-11-29" "x","y""#, None),
            (r#""2026-11-29","GET / HTTP/1.1","404""#, None),
        ] {
            let reason = nearest_text("combined", Mismatch { at: 11, reason: "x" }, line.as_bytes()).to_string();
            assert_eq!(reason, known.map_or("not combined format: x", |known: usize| KNOWN_STARTS[known].1), "{line}");
        }
    }
}
