//! What stands around a message: when, which machine, which program, which process. An envelope knows nothing of the messages it may hold.

pub mod answer;
pub mod cloud;
pub mod cloud_keys;
pub mod collected;
pub mod container;
pub mod container_json;
pub mod export;
pub mod exported;
pub mod format;
pub mod framed;
pub mod journald;
pub mod keys;
pub mod klog;
pub mod otlp;
pub mod piece;
pub mod plain;
pub mod python_log;
pub mod rfc3339;
pub mod rfc5424;
pub mod rotated;
pub mod runit;
pub mod shipper;
pub mod syslog;
pub mod tag;
pub mod trust;
pub mod unix_time;
pub mod verbose;
pub mod vouched;
pub mod weekday;
pub mod windows;
pub mod wrapped;

mod after_time;
pub(crate) mod journal_text;

use crate::base::time::starts_like_rfc3164;

/// Whether a line starts as an envelope of text does. Formats of access logs whose lines may start with any word refuse such lines, so that
/// nothing inside an envelope makes a request of it.
#[must_use]
pub fn starts_like_envelope(line: &[u8]) -> bool {
    starts_like_rfc3164(line)
        || matches!(line, [y, _, _, _, b'-', _, _, b'-', _, _, b' ' | b'\t', _, _, b':', ..] if y.is_ascii_digit())
        || syslog::starts_like_dated(line)
        || matches!(line, [y, _, _, _, b':', _, _, b':', _, _, b'-', _, _, b':', ..] if y.is_ascii_digit())
        || weekday::starts_with_weekday(line)
        || rfc5424::skip_octet_count(line).len() < line.len()
        || unix_time::starts_with_unix_time(line)
        || windows::starts_like_sshd_log(line)
        || container::is_named(line)
        || klog::starts_like_klog(line)
        || syslog::skip_level_in_front(line).is_some()
}
