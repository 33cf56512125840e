//! Lines as the tools of collectors print or keep them: what stands before each is theirs, and the line behind it is read as if it stood alone.

use memchr::{memchr, memchr2, memmem};

use crate::base::net;
use crate::base::time::{CLF_LEN, Clock, LogTime};
use crate::parse::envelope::collected::open_labelled;
use crate::parse::envelope::format::{Content, Envelope, EnvelopeFormat};
use crate::parse::envelope::tag::{Tag, is_level, split_tag, split_word};
use crate::parse::format::{Arena, FormatKind, Header, Mismatch};
use crate::parse::service;

/// What the examples of sshd's have in common.
const FAILED: &str = r#"{"schema":"soar.event/1","@timestamp":"2023-12-24T11:06:34Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"failure"},"source":{"ip":"192.0.2.9","port":48274},"user":{"name":"root"},"host":{"hostname":"lab"},"process":{"name":"sshd","pid":77},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_failed"],"soar":{"method":"password"}}"#;

/// `2023-12-24T11:06:34Z {job="auth"} line`.
pub(crate) const LOKI_TEXT: EnvelopeFormat = EnvelopeFormat {
    name: "loki_text",
    kind: FormatKind::BehindTime,
    about: "lines of Loki behind their time and labels (logcli query; promtail -dry-run)",
    source: "Loki pkg/logcli/output/default.go; clients/pkg/promtail/client/logger.go",
    example: (
        r#"2023-12-24T11:06:34Z {filename="/var/log/auth.log", job="varlogs"} 2023-12-24T11:06:34+00:00 lab sshd[77]: Failed password for root from 192.0.2.9 port 48274 ssh2"#,
        FAILED,
    ),
    open: |line, _, clock| open_loki(line.text, clock),
};

/// `2023-12-24T11:06:34+00:00<TAB>system.auth<TAB>{...}`.
pub(crate) const FLUENTD: EnvelopeFormat = EnvelopeFormat {
    name: "fluentd_text",
    kind: FormatKind::BehindTime,
    about: "records of Fluentd behind their time and tag (its file and stdout outputs)",
    source: "fluentd lib/fluent/plugin/formatter_out_file.rb, formatter_stdout.rb",
    example: (
        "2023-12-24T11:06:34+00:00\tsystem.auth\t{\"host\":\"lab\",\"ident\":\"sshd\",\"pid\":\"77\",\"message\":\"Failed password for root from 192.0.2.9 port 48274 ssh2\"}",
        FAILED,
    ),
    open: |line, arena, clock| open_fluentd(line.text, arena, clock),
};

/// Ten columns.
pub(crate) const PAPERTRAIL: EnvelopeFormat = EnvelopeFormat {
    name: "papertrail_archive",
    kind: FormatKind::Text,
    about: "archives of Papertrail: ten columns with tabs between",
    source: "Papertrail documentation, Permanent log archives",
    example: (
        "7\t2023-12-24T11:06:34Z\t2023-12-24T11:06:35Z\t1\tlab\t198.51.100.7\tAuth\tInfo\tsshd[77]\tFailed password for root from 192.0.2.9 port 48274 ssh2",
        FAILED,
    ),
    open: |line, arena, clock| open_papertrail(line.text, arena, clock),
};

/// `[24/Dec/2023:11:06:34 +0000] host sshd[77]: message`.
pub(crate) const BRACKETED: EnvelopeFormat = EnvelopeFormat {
    name: "syslog_bracketed",
    kind: FormatKind::Text,
    about: "syslog with the time of an access log in brackets, only messages of sshd",
    source: "rsyslog and syslog-ng, templates of one's own",
    example: ("[24/Dec/2023:11:06:34 +0000] lab sshd[77]: Failed password for root from 192.0.2.9 port 48274 ssh2", FAILED),
    open: |line, _, clock| open_bracketed(line.text, clock),
};

const NO_TIME: Mismatch = Mismatch { at: 0, reason: "no time at the start" };
/// The longest time at the start of a line, in bytes.
const LONGEST_TIME: usize = 40;

fn open_loki<'a>(line: &'a [u8], clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let end = memchr2(b' ', b'\t', &line[..line.len().min(LONGEST_TIME)]).filter(|&end| end > 19 && line[10] == b'T').ok_or(NO_TIME)?;
    let (labels, rest) = split_labels(&line[end + 1..]).ok_or(NO_TIME)?;
    let time = clock.parse_rfc3339(&line[..end]).map_err(|reason| Mismatch { at: 10, reason })?;
    let label =
        |names: &[&str]| names.iter().find_map(|name| labels.iter().find(|(key, _)| *key == name.as_bytes()).map(|(_, value)| *value));
    let header = Header { time: Some(time), host: label(&["host", "hostname", "nodename"]).unwrap_or_default(), ..Header::default() };
    let container = label(&["container", "container_name", "pod"]).unwrap_or_default();
    Ok(open_labelled(header, container, label(&["unit", "systemd_unit"]), rest))
}

/// Names and values of labels.
type Labels<'a> = Vec<(&'a [u8], &'a [u8])>;

/// The labels of `{job="auth", host="lab"} line`, and the line.
fn split_labels(text: &[u8]) -> Option<(Labels<'_>, &[u8])> {
    const MOST: usize = 64;
    let mut rest = text.strip_prefix(b"{")?;
    let mut labels = Labels::new();
    while !rest.starts_with(b"}") {
        let equals = rest.iter().take(128).position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_')?;
        let value = rest[equals..].strip_prefix(b"=\"").filter(|_| equals > 0 && labels.len() < MOST)?;
        let mut end = memchr(b'"', value)?;
        // Go escapes a quote by a backslash, and a backslash too.
        while value[..end].iter().rev().take_while(|&&byte| byte == b'\\').count() % 2 == 1 {
            end += 1 + memchr(b'"', &value[end + 1..])?;
        }
        labels.push((&rest[..equals], &value[..end]));
        rest = &value[end + 1..];
        rest = rest.strip_prefix(b", ").or_else(|| rest.strip_prefix(b",")).unwrap_or(rest);
    }
    match &rest[1..] {
        [b' ' | b'\t', line @ ..] => Some((labels, line.trim_ascii_start())),
        _ => None,
    }
}

/// Whether labels of Loki's stand here.
pub(crate) fn starts_with_labels(text: &[u8]) -> bool {
    text.first() == Some(&b'{') && split_labels(text).is_some()
}

fn open_fluentd<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let start = &line[..line.len().min(LONGEST_TIME)];
    let (time, tag, record) = if let Some(end) = memchr(b'\t', start).filter(|&end| end > 19 && line[10] == b'T') {
        let tab = end + 1 + memchr(b'\t', &line[end + 1..]).ok_or(NO_TIME)?;
        (&line[..end], &line[end + 1..tab], &line[tab + 1..])
    } else if let [date @ .., b' ', _, _, b':', _, _, b':', _, _, b'.', _, _, _, _, _, _, _, _, _, b' ', b'+' | b'-', _, _, _, _, b' '] =
        start.get(..36).unwrap_or_default()
    {
        let text = arena.join(&[date, b"T", &start[11..29], &start[30..35]]);
        let colon = 36 + memmem::find(&line[36..], b": {").ok_or(NO_TIME)?;
        (text, &line[36..colon], &line[colon + 2..])
    } else {
        return Err(NO_TIME);
    };
    // A tag without a dot may be a level, behind which programs write words of their clients.
    if !tag.contains(&b'.') || tag.contains(&b' ') || !record.starts_with(b"{") {
        return Err(NO_TIME);
    }
    let time = clock.parse_rfc3339(time).map_err(|reason| Mismatch { at: 10, reason })?;
    Ok(Envelope::new(Header { time: Some(time), ..Header::default() }, Content::Line(record)))
}

fn open_papertrail<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    const NO_COLUMNS: Mismatch = Mismatch { at: 0, reason: "no columns of Papertrail" };
    let is_number = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let columns: Vec<&[u8]> =
        if line.first().is_some_and(u8::is_ascii_digit) { line.splitn(10, |&byte| byte == b'\t').collect() } else { vec![] };
    let [id, written, _, source, host, address, _, level, program, message] = *columns else { return Err(NO_COLUMNS) };
    if !is_number(id) || !is_number(source) || !is_level(level) || net::parse_address(address).is_none() {
        return Err(NO_COLUMNS);
    }
    // `2011-02-10 00:19:36 -0800` in older ones.
    let text = match written {
        [date @ .., b' ', _, _, b':', _, _, b':', _, _, b' ', _, _, _, _, _] if date.len() == 10 => {
            arena.join(&[date, b"T", &written[11..19], &written[20..]])
        }
        _ => written,
    };
    let time = clock.parse_rfc3339(text).map_err(|reason| Mismatch { at: 10, reason })?;
    let (name, pid) = split_tag(program).map_or((program, None), |tag| (tag.name, tag.pid));
    Ok(Envelope::new(Header { time: Some(time), host, program: name, pid }, Content::Message(message)))
}

/// Only sshd's own, with its process id, and behind a host that is no address: what else stands behind such a time is a request.
fn open_bracketed<'a>(line: &'a [u8], clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let inside = line.strip_prefix(b"[").and_then(|inside| inside.split_at_checked(CLF_LEN)).ok_or(NO_TIME)?;
    let (time, rest) = (inside.0, inside.1.strip_prefix(b"] ").ok_or(NO_TIME)?);
    let (host, rest) = split_word(rest).filter(|(host, _)| net::is_host_name(host) && net::parse_address(host).is_none()).ok_or(NO_TIME)?;
    let Ok(Tag { name, pid: Some(pid), message }) = split_tag(rest) else { return Err(NO_TIME) };
    if service::find(name).is_none() || !rest[name.len()..].starts_with(b"[") {
        return Err(NO_TIME);
    }
    let seconds = clock.parse_clf(time).map_err(|reason| Mismatch { at: 1 + CLF_LEN, reason })?;
    let header = Header { time: Some(LogTime { seconds, fraction: "" }), host, program: name, pid: Some(pid) };
    Ok(Envelope::new(header, Content::Message(message)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_a_line_is_told_from_the_line() {
        let (arena, mut clock) = (Arena::default(), Clock::new("UTC", None).expect("UTC is known"));
        let mut read = |line: &'static str| {
            let line = line.as_bytes();
            let opened = open_loki(line, &mut clock)
                .or_else(|_| open_fluentd(line, &arena, &mut clock))
                .or_else(|_| open_papertrail(line, &arena, &mut clock))
                .or_else(|_| open_bracketed(line, &mut clock));
            let Ok(Envelope { header, content, trust, .. }) = opened else { return "-".to_owned() };
            let (kind, inside) = match content {
                Content::Message(text) => ("message", text),
                Content::Line(text) => ("line", text),
                Content::Output(text) => ("output", text),
                _ => ("?", &b""[..]),
            };
            let [host, program, inside] = [header.host, header.program, inside].map(String::from_utf8_lossy);
            format!("{} {host} {program} {} {kind} [{inside}]", header.time.expect("a time"), trust.name())
        };
        for (line, shown) in [
            (r#"2023-12-24T12:06:34+01:00 {job="a", host="lab"} x y"#, "2023-12-24T11:06:34Z lab  syslog file line [x y]"),
            ("2023-12-24T11:06:34Z {} x", "2023-12-24T11:06:34Z   syslog file line [x]"),
            (r#"2023-12-24T11:06:34Z {a="b\"} c"}     x"#, "2023-12-24T11:06:34Z   syslog file line [x]"),
            (r#"2023-12-24T11:06:34Z {a="b\\"} c"} x"#, r#"2023-12-24T11:06:34Z   syslog file line [c"} x]"#),
            (r#"2023-12-24T11:06:34Z {pod="web"} x"#, "2023-12-24T11:06:34Z   application output [x]"),
            (r#"2023-12-24T11:06:34Z {unit="ssh.service"} x"#, "2023-12-24T11:06:34Z  sshd syslog file message [x]"),
            ("2023-12-24T11:06:34.123456+0000\t{job=\"a\"}\tx", "2023-12-24T11:06:34.123456Z   syslog file line [x]"),
            (r#"2023-12-24T11:06:34Z {"level":"info"} x"#, "-"),
            (r#"2023-12-24T11:06:34Z {a="b} x"#, "-"),
            ("2023-12-24T11:06:34+00:00\ta.b\t{\"x\":1}", "2023-12-24T11:06:34Z   syslog file line [{\"x\":1}]"),
            ("2023-12-24 11:06:34.123456789 +0100 a.b: {\"x\":1}", "2023-12-24T10:06:34.123456789Z   syslog file line [{\"x\":1}]"),
            ("2023-12-24T11:06:34+00:00\ta b\t{\"x\":1}", "-"),
            ("2023-12-24T11:06:34+00:00\tinfo\t{\"x\":1}", "-"),
            ("2023-12-24T11:06:34+00:00\ta.b\tx", "-"),
            (
                "7\t2023-12-24 11:06:34 -0800\t2023-12-24 11:06:34 -0800\t1\tlab\t192.0.2.7\tAuth\tInfo\tsshd\tx\ty",
                "2023-12-24T19:06:34Z lab sshd syslog file message [x\ty]",
            ),
            ("7\t2023-12-24T11:06:34Z\t2023-12-24T11:06:34Z\t1\tlab\t192.0.2.7\tAuth\tInfo\tsshd", "-"),
            ("7\t2023-12-24T11:06:34Z\t2023-12-24T11:06:34Z\t1\tlab\tx\tAuth\tInfo\tsshd\tx", "-"),
            ("[24/Dec/2023:11:06:34 +0100] lab sshd[7]:  x", "2023-12-24T10:06:34Z lab sshd syslog file message [x]"),
            ("[24/Dec/2023:11:06:34 +0100] 192.0.2.1 sshd[7]: x", "-"),
            ("[24/Dec/2023:11:06:34 +0100] lab sshd: x", "-"),
            ("[24/Dec/2023:11:06:34 +0100] lab CRON[7]: x", "-"),
            ("[24/Dec/2023:11:06:34 +0100] - sshd[7]: x", "-"),
        ] {
            assert_eq!(read(line), shown, "{line}");
        }
    }
}
