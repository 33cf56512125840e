//! What stands around a message: when, which machine, which program, which process. An envelope knows nothing of the messages it may hold.

pub mod answer;
pub(crate) mod cloud;
pub(crate) mod cloud_keys;
pub(crate) mod collected;
pub(crate) mod container;
pub(crate) mod container_json;
pub(crate) mod export;
pub(crate) mod exported;
pub mod format;
pub mod framed;
pub(crate) mod journald;
pub(crate) mod keys;
pub(crate) mod klog;
pub(crate) mod otlp;
pub(crate) mod piece;
pub(crate) mod plain;
pub(crate) mod python_log;
pub(crate) mod rfc3339;
pub(crate) mod rfc5424;
pub(crate) mod rotated;
pub(crate) mod runit;
pub(crate) mod shipper;
pub(crate) mod syslog;
pub(crate) mod tag;
pub(crate) mod trust;
pub(crate) mod unix_time;
pub(crate) mod verbose;
pub mod vouched;
pub(crate) mod weekday;
pub(crate) mod windows;
pub(crate) mod wrapped;

mod after_time;
pub(crate) mod journal_text;

use crate::base::time::starts_like_rfc3164;

/// Whether a line starts as an envelope of text does. Formats of access logs whose lines may start with any word refuse such lines, so that
/// nothing inside an envelope makes a request of it.
pub(crate) fn starts_like_envelope(line: &[u8]) -> bool {
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
