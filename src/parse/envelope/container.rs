//! What container engines and their command lines put around each line that a container printed.
//!
//! What stands behind is the container's own: a request to it, or whatever it likes to print.

use memchr::{memchr, memmem};

use crate::base::net;
use crate::base::time::{Clock, LogTime};
use crate::parse::colour::skip_colour;
use crate::parse::envelope::exported::starts_with_labels;
use crate::parse::envelope::format::{Content, Envelope, EnvelopeFormat};
use crate::parse::envelope::trust::{Doubt, Trust};
use crate::parse::format::{FormatKind, Header, Mismatch};

/// `2023-09-29T18:01:55.123456789Z stdout F line`.
pub(crate) const CRI: EnvelopeFormat = EnvelopeFormat {
    name: "cri",
    kind: FormatKind::BehindTime,
    about: "output of a container as Kubernetes keeps it (/var/log/containers, /var/log/pods; containerd, CRI-O, podman's k8s-file)",
    source: "Kubernetes design proposal kubelet-cri-logging; containerd internal/cri/io/logger.go",
    example: (
        r#"2025-10-10T11:55:36.123456789Z stdout F 192.0.2.1 - - [10/Oct/2025:13:55:36 +0200] "GET /a HTTP/1.1" 404 153 "-" "curl/8.2.1""#,
        r#"{"schema":"soar.event/1","@timestamp":"2025-10-10T11:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/a"},"user_agent":{"original":"curl/8.2.1"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    open: |line, _, clock| open_cri(line.text, clock),
};

/// `2023-09-29T18:01:55.123456789Z line`.
pub(crate) const STAMPED: EnvelopeFormat = EnvelopeFormat {
    name: "container_timestamps",
    kind: FormatKind::BehindTime,
    about: "output of a container behind the engine's time of nine digits (docker logs -t, podman logs -t, kubectl logs --timestamps)",
    source: "moby daemon/logger/log (RFC3339NanoFixed); Kubernetes kuberuntime logs (timeFormatOut)",
    example: (
        r#"2025-10-10T11:55:36.123456789Z 192.0.2.1 - - [10/Oct/2025:13:55:36 +0200] "GET /a HTTP/1.1" 404 153 "-" "curl/8.2.1""#,
        r#"{"schema":"soar.event/1","@timestamp":"2025-10-10T11:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/a"},"user_agent":{"original":"curl/8.2.1"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    open: |line, _, clock| open_stamped(line.text, clock),
};

/// `nginx-1  | line`.
pub(crate) const COMPOSE: EnvelopeFormat = EnvelopeFormat {
    name: "compose",
    kind: FormatKind::Text,
    about: "output of containers behind their names (docker compose logs, docker service logs), also with -t, and of the processes of forego and PM2; with colours too",
    source: "docker compose cmd/formatter/logs.go; docker cli cli/command/service/logs.go; forego outlet.go; PM2 lib/API/Log.js",
    example: (
        r#"nginx-1  | 192.0.2.1 - - [10/Oct/2025:13:55:36 +0200] "GET /a HTTP/1.1" 404 153 "-" "curl/8.2.1""#,
        r#"{"schema":"soar.event/1","@timestamp":"2025-10-10T11:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/a"},"user_agent":{"original":"curl/8.2.1"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    open: |line, _, clock| open_named(split_compose(line.text), clock),
};

/// `[pod/web-1/nginx] line`.
pub(crate) const KUBECTL: EnvelopeFormat = EnvelopeFormat {
    name: "kubectl_prefix",
    kind: FormatKind::Text,
    about: "output of containers behind pod and container (kubectl logs --prefix), also with --timestamps",
    source: "kubectl pkg/cmd/logs/logs.go (prefixingWriter)",
    example: (
        r#"[pod/web-7d4/nginx] 192.0.2.1 - - [10/Oct/2025:13:55:36 +0200] "GET /a HTTP/1.1" 404 153 "-" "curl/8.2.1""#,
        r#"{"schema":"soar.event/1","@timestamp":"2025-10-10T11:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/a"},"user_agent":{"original":"curl/8.2.1"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    open: |line, _, clock| open_named(split_kubectl(line.text), clock),
};

const NO_TIME: Mismatch = Mismatch { at: 0, reason: "no time at the start" };
/// The fewest digits of a fraction by which a time is an engine's, which has nine: Go's `RFC3339Nano`, which podman uses, leaves zeros at
/// their end out. No syslog daemon writes more than six.
const FEWEST_DIGITS: usize = 7;
/// The longest name of a container, a pod or a service in a prefix.
const LONGEST_NAME: usize = 300;

/// What a container printed at `time`.
fn output<'a>(time: Option<LogTime<'a>>, container: &'a [u8], line: &'a [u8]) -> Envelope<'a> {
    let header = Header { time, ..Header::default() };
    Envelope { container, trust: Trust::Doubted(Doubt::Container), ..Envelope::new(header, Content::Output(line)) }
}

/// The time at the start of a line, and what stands behind the space that ends it.
fn split_time<'a>(line: &'a [u8], clock: &mut Clock) -> Result<(LogTime<'a>, &'a [u8]), Mismatch> {
    let end = memchr(b' ', &line[..line.len().min(40)]).filter(|&end| end > 19 && line[10] == b'T').ok_or(NO_TIME)?;
    let time = clock.parse_rfc3339(&line[..end]).map_err(|reason| Mismatch { at: 10, reason })?;
    Ok((time, &line[end + 1..]))
}

/// The time of `2024-01-02 03:04:05.678901234  line`, nine digits and two blanks, and the line.
///
/// **Source:** s6 `s6-log.c` (directive `T`), skalibs `localtmn_fmt`.
fn split_time_of_s6<'a>(line: &'a [u8], clock: &mut Clock) -> Option<(LogTime<'a>, &'a [u8])> {
    const LEN: usize = 29;
    let (text, rest) = line.split_at_checked(LEN).filter(|(text, _)| text[10] == b' ' && text[19] == b'.')?;
    let rest = rest.strip_prefix(b"  ")?;
    let mut copy = [0; 19];
    copy.copy_from_slice(&text[..19]);
    copy[10] = b'T';
    let seconds = clock.parse_rfc3339(&copy).ok()?.seconds;
    let fraction = std::str::from_utf8(&text[20..]).ok().filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some((LogTime { seconds, fraction }, rest))
}

fn open_cri<'a>(line: &'a [u8], clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let (time, rest) = split_time(line, clock)?;
    let rest = rest.strip_prefix(b"stdout ").or_else(|| rest.strip_prefix(b"stderr ")).ok_or(Mismatch { at: 11, ..NO_TIME })?;
    // Tags are joined by colons; the first says whether the line is whole.
    let (tags, text) = memchr(b' ', rest).map_or((rest, &rest[rest.len()..]), |end| (&rest[..end], &rest[end + 1..]));
    match tags.split(|&byte| byte == b':').next() {
        Some(b"F") => Ok(output(Some(time), b"", text)),
        Some(b"P") => Err(Mismatch { at: AT_PIECE, reason: "a piece of a line" }),
        _ => Err(Mismatch { at: 11, ..NO_TIME }),
    }
}

/// How much of a piece fitted: its time and its stream.
const AT_PIECE: usize = 38;

fn open_stamped<'a>(line: &'a [u8], clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    if let Some((time, rest)) = split_time_of_s6(line, clock) {
        return Ok(output(Some(time), b"", rest));
    }
    let (time, rest) = split_time(line, clock)?;
    let is_piece = |rest: &[u8]| matches!(rest, [b'F' | b'P'] | [b'F' | b'P', b' ' | b':', ..]);
    let stream = rest.strip_prefix(b"stdout ").or_else(|| rest.strip_prefix(b"stderr "));
    if time.fraction.len() < FEWEST_DIGITS || stream.is_some_and(is_piece) || starts_with_labels(rest) {
        return Err(NO_TIME);
    }
    Ok(output(Some(time), b"", rest))
}

/// What a container printed, with or without the engine's time.
fn open_named<'a>(found: Option<(&'a [u8], &'a [u8])>, clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let (container, line) = found.ok_or(Mismatch { at: 0, reason: "no name of a container at the start" })?;
    match split_time(line, clock).ok().filter(|(time, _)| time.fraction.len() >= FEWEST_DIGITS) {
        Some((time, rest)) => Ok(output(Some(time), container, rest)),
        None => Ok(output(None, container, line)),
    }
}

/// Whether a line starts with the name of a container.
pub(crate) fn is_named(line: &[u8]) -> bool {
    split_compose(line).is_some() || split_kubectl(line).is_some()
}

/// The name and the line of `nginx-1  | line`, and of `web.1.x2f@node1    | line`. No address is a name.
fn split_compose(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = skip_number_of_pm2(skip_colour(line));
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-@".contains(byte);
    let len = line.iter().take(LONGEST_NAME).take_while(|byte| is_part(byte)).count();
    let blanks = line[len..].iter().take(LONGEST_NAME).take_while(|&&byte| byte == b' ').count();
    let (name, rest) = (&line[..len], line[len + blanks..].strip_prefix(b"|")?);
    // The colour ends behind the bar, or behind the blank after it.
    let rest = skip_colour(rest);
    let rest = if rest.is_empty() { rest } else { skip_colour(rest.strip_prefix(b" ")?) };
    (len > 0 && blanks > 0 && name[0] != b'-' && net::parse_address(name).is_none()).then_some((name, rest))
}

/// What follows `0|`, the number of the process before its name in `0|app  | line`. **Source:** PM2 `lib/API/Log.js`.
fn skip_number_of_pm2(line: &[u8]) -> &[u8] {
    let digits = line.iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
    line[digits..].strip_prefix(b"|").filter(|_| digits > 0).unwrap_or(line)
}

/// Pod and container, and the line, of `[pod/web-1/nginx] line`.
fn split_kubectl(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = line.strip_prefix(b"[pod/")?;
    let end = memmem::find(&inside[..inside.len().min(LONGEST_NAME * 2)], b"] ")?;
    let name = &inside[..end];
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.-/".contains(byte);
    (memchr(b'/', name).is_some() && name.iter().all(is_part)).then_some((name, &inside[end + 2..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(open: impl FnOnce(&mut Clock) -> Result<Envelope<'_>, Mismatch>) -> String {
        let mut clock = Clock::new("UTC", Some(2025)).expect("UTC is known");
        match open(&mut clock) {
            Ok(Envelope { header, container, content: Content::Output(line), trust: Trust::Doubted(Doubt::Container), .. }) => {
                let [container, line] = [container, line].map(String::from_utf8_lossy);
                format!("{} {container} [{line}]", header.time.map_or("-".to_owned(), |time| time.to_string()))
            }
            Ok(other) => format!("{other:?}"),
            Err(mismatch) => mismatch.reason.to_owned(),
        }
    }

    #[test]
    fn prefixes_of_engines_are_told_from_what_they_stand_before() {
        for (line, shown) in [
            ("2025-10-10T11:55:36.12Z stdout F a b", "2025-10-10T11:55:36.12Z  [a b]"),
            ("2025-10-10T13:55:36.123456789+02:00 stderr F:x ", "2025-10-10T11:55:36.123456789Z  []"),
            ("2025-10-10T11:55:36.12Z stdout F", "2025-10-10T11:55:36.12Z  []"),
            ("2025-10-10T11:55:36.12Z stdout P a b", "a piece of a line"),
            ("2025-10-10T11:55:36.12Z stdout G a b", "no time at the start"),
            ("2025-10-10T11:55:36.12Z stdou F a b", "no time at the start"),
            ("", "no time at the start"),
        ] {
            assert_eq!(opened(|clock| open_cri(line.as_bytes(), clock)), shown, "{line}");
        }
        for (line, shown) in [
            ("2025-10-10T11:55:36.123456789Z a b", "2025-10-10T11:55:36.123456789Z  [a b]"),
            ("2025-10-10T11:55:36.1234567Z ", "2025-10-10T11:55:36.1234567Z  []"),
            ("2025-10-10T11:55:36.123456Z a b", "no time at the start"),
            ("2025-10-10T11:55:36.123456789Z stdout F a", "no time at the start"),
        ] {
            assert_eq!(opened(|clock| open_stamped(line.as_bytes(), clock)), shown, "{line}");
        }
        for (line, shown) in [
            ("nginx-1  | a b", "- nginx-1 [a b]"),
            ("nginx-1 |", "- nginx-1 []"),
            ("web.1.x2@node-1    | 2025-10-10T11:55:36.123456789Z a", "2025-10-10T11:55:36.123456789Z web.1.x2@node-1 [a]"),
            ("\x1b[0;33;1mnginx.1    | \x1b[0ma b", "- nginx.1 [a b]"),
            ("\x1b[36mweb_1  |\x1b[0m a b", "- web_1 [a b]"),
            ("\x1b[36;weird nginx | a", "no name of a container at the start"),
            ("0|app  | a b", "- app [a b]"),
            ("12|app-1 | a", "- app-1 [a]"),
            ("0|192.0.2.1 | a", "no name of a container at the start"),
            ("0||app | a", "no name of a container at the start"),
            ("192.0.2.1 | a", "no name of a container at the start"),
            ("a| b", "no name of a container at the start"),
            ("a |b", "no name of a container at the start"),
            ("- | b", "no name of a container at the start"),
        ] {
            assert_eq!(opened(|clock| open_named(split_compose(line.as_bytes()), clock)), shown, "{line}");
        }
        for (line, shown) in [
            ("[pod/web-1/nginx] a b", "- web-1/nginx [a b]"),
            ("[pod/web-1] a b", "no name of a container at the start"),
            ("[pod/web 1/nginx] a b", "no name of a container at the start"),
        ] {
            assert_eq!(opened(|clock| open_named(split_kubectl(line.as_bytes()), clock)), shown, "{line}");
        }
    }
}
