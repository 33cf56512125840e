//! What no report is written over: a log, or records of another stage. A flag without its file takes the next word for it, which is
//! mostly a log.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::base::error::{Error, Result};
use crate::io::source::codec::{Sniff, guess};

/// How much of a file is looked at, in bytes.
const LOOKED_AT: u64 = 512;

/// Refuses to write over `path` where that is a log or holds records; those whose `schema` begins with `own` are earlier ones.
///
/// # Errors
/// That it is one, and how stdout is named.
pub(crate) fn ensure_no_log(path: &Path, own: &str) -> Result<()> {
    let mut start = Vec::new();
    // What cannot be read is told where it is written.
    let is_file = path.metadata().is_ok_and(|metadata| metadata.is_file());
    if !is_file || File::open(path).and_then(|file| file.take(LOOKED_AT).read_to_end(&mut start)).is_err() || !is_log(&start, own) {
        return Ok(());
    }
    Err(Error::Usage(format!("{} is a log or holds records, and would be overwritten: name another file, or - for stdout", path.display())))
}

/// Whether a file that starts so is a log, packed text, or one of JSON that is not ours.
fn is_log(start: &[u8], own: &str) -> bool {
    let line = start.split(|&byte| byte == b'\n').next().unwrap_or_default();
    if line.starts_with(b"{") {
        return own.is_empty() || !line.starts_with(format!("{{\"schema\":\"{own}").as_bytes());
    }
    matches!(guess(start), Sniff::Packed(_))
        || has_shape(line, b"Aaa dd dd:dd:dd")
        || has_shape(line, b"dddd-dd-dd")
        || has_request_time(line)
}

/// Whether `line` begins like a `shape`: `A` a capital, `a` a small letter, `d` a digit or a blank before one.
fn has_shape(line: &[u8], shape: &[u8]) -> bool {
    let fits = |(&byte, &wanted): (&u8, &u8)| match wanted {
        b'A' => byte.is_ascii_uppercase(),
        b'a' => byte.is_ascii_lowercase(),
        b'd' => byte.is_ascii_digit() || byte == b' ',
        wanted => byte == wanted,
    };
    line.len() >= shape.len() && line.iter().zip(shape).all(fits)
}

/// Whether it has the time of an access log, `[10/Oct/2000:13:55:36 `.
fn has_request_time(line: &[u8]) -> bool {
    (0..line.len()).any(|at| has_shape(&line[at..], b"[dd/Aaa/dddd:dd:dd:dd"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_and_records_are_told_from_reports() {
        for (start, is_one) in [
            ("Mar  1 00:00:00 lab sshd[1]: x", true),
            ("2026-03-01T00:00:00Z lab sshd[1]: x", true),
            ("192.0.2.1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.1\" 200 1", true),
            ("{\"schema\":\"soar.host/1\",\"ip\":\"192.0.2.1\"}", true),
            ("{\"schema\":\"soar.group/1\"}", false),
            ("{\"ts\":1}", true),
            ("\u{1f}\u{8b}", false),
            ("# What happened\n", false),
            ("ip,score,reason,open_ports\n192.0.2.1,1,404,\n", false),
            ("<!doctype html>", false),
            ("SOAR Light: 11 addresses", false),
            ("", false),
        ] {
            assert_eq!(is_log(start.as_bytes(), "soar.group/"), is_one, "{start}");
        }
        assert!(is_log(b"\x1f\x8b\x08", "") && is_log(b"{\"schema\":\"soar.group/1\"}", ""));
    }
}
