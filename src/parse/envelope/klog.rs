//! The header of Kubernetes' components and of many programs in Go and C++: `I1129 10:00:00.000000       1 main.go:12] message`.
//!
//! What stands behind it is an application's own word: a request to it, or whatever it likes to log.

use crate::base::time::{Clock, LogTime, month_name};
use crate::parse::envelope::format::{Content, Envelope, EnvelopeFormat};
use crate::parse::envelope::tag::split_word;
use crate::parse::envelope::trust::{Doubt, Trust};
use crate::parse::format::{FormatKind, Header, Mismatch};

/// The header of klog and glog.
pub(crate) const KLOG: EnvelopeFormat = EnvelopeFormat {
    name: "klog",
    kind: FormatKind::Text,
    about: "header of klog and glog (Kubernetes' components, programs of Google's C++ and Go libraries), whose time has no year",
    source: "kubernetes/klog internal/buffer/buffer.go (FormatHeader); google/glog src/logging.cc",
    example: (
        r#"I1129 10:00:00.000000       1 main.go:12] 192.0.2.1 - - [29/Nov/2024:10:00:00 +0000] "GET /a HTTP/1.1" 404 153 "-" "curl/8.2.1""#,
        r#"{"schema":"soar.event/1","@timestamp":"2024-11-29T10:00:00Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/a"},"user_agent":{"original":"curl/8.2.1"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    open: |line, _, clock| open(line.text, clock),
};

const NO_HEADER: Mismatch = Mismatch { at: 0, reason: "no header of klog at the start" };

fn open<'a>(line: &'a [u8], clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let [month, day, time, message] = split(line).ok_or(NO_HEADER)?;
    let number = month[0].wrapping_sub(b'0') * 10 + month[1].wrapping_sub(b'0');
    let month = month_name(number).ok_or(NO_HEADER)?;
    let mut text = *b"Jan 00 00:00:00";
    text[..3].copy_from_slice(month.as_bytes());
    text[4..6].copy_from_slice(day);
    text[7..].copy_from_slice(&time[..8]);
    if text[4] == b'0' {
        text[4] = b' ';
    }
    let seconds = clock.parse_rfc3164(&text).map_err(|reason| Mismatch { at: 1, reason })?;
    let fraction = std::str::from_utf8(&time[9..]).unwrap_or_default();
    let header = Header { time: Some(LogTime { seconds, fraction }), ..Header::default() };
    Ok(Envelope { trust: Trust::Doubted(Doubt::Application), ..Envelope::new(header, Content::Output(message)) })
}

/// Whether a line starts so.
pub(crate) fn starts_like_klog(line: &[u8]) -> bool {
    split(line).is_some()
}

/// Month, day, time of day with six digits behind its seconds, and the message behind the thread and the place in the source.
fn split(line: &[u8]) -> Option<[&[u8]; 4]> {
    const TIME_LEN: usize = "10:00:00.000000".len();
    let [b'I' | b'W' | b'E' | b'F', rest @ ..] = line else { return None };
    let (date, rest) = rest.split_at_checked(4).filter(|(date, _)| date.iter().all(u8::is_ascii_digit))?;
    let (time, rest) = rest.strip_prefix(b" ")?.split_at_checked(TIME_LEN)?;
    let is_time = time.iter().enumerate().all(|(at, byte)| match at {
        2 | 5 => *byte == b':',
        8 => *byte == b'.',
        _ => byte.is_ascii_digit(),
    });
    let (thread, rest) = split_word(rest.trim_ascii_start())?;
    let (place, message) = split_word(rest)?;
    let (_, number) =
        place.strip_suffix(b"]").and_then(|place| place.split_at_checked(place.iter().rposition(|&byte| byte == b':')? + 1))?;
    let are_numbers = [thread, number].iter().all(|digits| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit));
    (is_time && are_numbers).then_some([&date[..2], &date[2..], time, message])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_a_level_a_time_a_thread_and_a_place() {
        let mut clock = Clock::new("UTC", Some(2024)).expect("UTC is known");
        for (line, found) in [
            ("I1129 10:00:00.123456       1 main.go:12] a b", Some("2024-11-29T10:00:00.123456Z a b")),
            ("F0203 10:00:00.123456 12345 a_b.cc:1] ", Some("2024-02-03T10:00:00.123456Z ")),
            ("I1329 10:00:00.123456       1 main.go:12] a", None),
            ("I1129 10:00:00.123       1 main.go:12] a", None),
            ("I1129 10:00:00.123456       x main.go:12] a", None),
            ("I1129 10:00:00.123456       1 sshd] a", None),
            ("X1129 10:00:00.123456       1 main.go:12] a", None),
            ("I1129 10:00:00.123456", None),
        ] {
            let shown = match open(line.as_bytes(), &mut clock) {
                Ok(Envelope { header, content: Content::Output(text), .. }) => {
                    Some(format!("{} {}", header.time.expect("a time"), String::from_utf8_lossy(text)))
                }
                _ => None,
            };
            assert_eq!(shown.as_deref(), found, "{line}");
        }
    }
}
