//! Messages that collectors write as JSON with the program in a key of its own: rsyslog, syslog-ng, GELF, Logstash, Loki, Elasticsearch,
//! Windows' event log, and the journal as Filebeat ships it.

use crate::base::time::{Clock, LogTime};
use crate::parse::envelope::format::{Content, Envelope, EnvelopeFormat};
use crate::parse::envelope::journald::Sender;
use crate::parse::envelope::keys::{
    ELASTICSEARCH_KEYS, FLUENT_JOURNAL_KEYS, GELF_KEYS, LOGSTASH_KEYS, LOKI_KEYS, RSYSLOG_KEYS, RSYSLOG_TAG_KEYS, SHIPPED_JOURNAL_KEYS,
    SYSLOG_KEYS, SYSLOG_NG_KEYS, WINDOWS_KEYS,
};
use crate::parse::envelope::shipper;
use crate::parse::envelope::tag::{parse_pid, split_tag};
use crate::parse::envelope::trust::{Doubt, Trust};
use crate::parse::format::{Arena, FormatKind, Header, Mismatch};
use crate::parse::json::line::{AT_JSON, read_fields};
use crate::parse::json::table::{JsonField, JsonFormat};
use crate::parse::json::walk::Fields;
use crate::parse::service::SERVICES;

/// What the examples have in common.
pub(super) const FAILED: &str = r#"{"schema":"soar.event/1","@timestamp":"2023-12-24T11:06:34Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"failure"},"source":{"ip":"192.0.2.9","port":48274},"user":{"name":"root"},"host":{"hostname":"lab"},"process":{"name":"sshd","pid":77},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_failed"],"soar":{"method":"password"}}"#;
const NOT_FOUND: &str = r#"{"schema":"soar.event/1","@timestamp":"2025-10-10T11:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":0}}},"url":{"original":"/a"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#;

/// rsyslog's JSON templates.
pub(crate) const RSYSLOG: EnvelopeFormat = EnvelopeFormat {
    name: RSYSLOG_KEYS.name,
    kind: FormatKind::Json,
    about: "syslog as rsyslog's JSON templates write it, and the syslog parsers of Fluent Bit and Fluentd",
    source: "rsyslog %jsonmesg%; rsyslog documentation, templates; fluentd in_syslog",
    example: (
        r#"{"msg":" Failed password for root from 192.0.2.9 port 48274 ssh2","timereported":"2023-12-24T11:06:34+00:00","hostname":"lab","syslogtag":"sshd[77]:","programname":"sshd","procid":"77"}"#,
        FAILED,
    ),
    open: |line, arena, clock| open_message(line.text, arena, clock, &RSYSLOG_KEYS),
};

/// The journal by Fluent Bit.
pub(crate) const FLUENT_JOURNAL: EnvelopeFormat = EnvelopeFormat {
    name: FLUENT_JOURNAL_KEYS.name,
    kind: FormatKind::Json,
    about: "the journal by the systemd inputs of Fluent Bit and Fluentd, with the underscores of its fields or without (Strip_Underscores)",
    source: "Fluent Bit in_systemd; fluent-plugin-systemd",
    example: (
        r#"{"date":1703415994,"SYSLOG_IDENTIFIER":"sshd","COMM":"sshd","EXE":"/usr/sbin/sshd","UID":"0","SYSTEMD_UNIT":"ssh.service","HOSTNAME":"lab","PID":"77","MESSAGE":"Failed password for root from 192.0.2.9 port 48274 ssh2"}"#,
        FAILED,
    ),
    open: |line, arena, clock| open_shipped_journal(line.text, arena, clock, &FLUENT_JOURNAL_KEYS),
};

/// rsyslog's template for Elasticsearch.
pub(crate) const RSYSLOG_TAG: EnvelopeFormat = EnvelopeFormat {
    name: RSYSLOG_TAG_KEYS.name,
    kind: FormatKind::Json,
    about: "syslog as rsyslog's template for Elasticsearch writes it: the tag under `tag`, beside facility and severity",
    source: "rsyslog documentation, omelasticsearch, examples",
    example: (
        r#"{"@timestamp":"2023-12-24T11:06:34+00:00","host":"lab","severity":"info","facility":"auth","tag":"sshd[77]:","message":" Failed password for root from 192.0.2.9 port 48274 ssh2"}"#,
        FAILED,
    ),
    open: |line, arena, clock| open_message(line.text, arena, clock, &RSYSLOG_TAG_KEYS),
};

/// syslog-ng's `$(format-json)`.
pub(crate) const SYSLOG_NG: EnvelopeFormat = EnvelopeFormat {
    name: SYSLOG_NG_KEYS.name,
    kind: FormatKind::Json,
    about: "syslog as syslog-ng's format-json writes it, keys called as its macros",
    source: "syslog-ng administration guide, format-json",
    example: (
        r#"{"PROGRAM":"sshd","PRIORITY":"info","PID":"77","MESSAGE":"Failed password for root from 192.0.2.9 port 48274 ssh2","ISODATE":"2023-12-24T11:06:34+00:00","HOST":"lab","FACILITY":"auth"}"#,
        FAILED,
    ),
    open: |line, arena, clock| open_message(line.text, arena, clock, &SYSLOG_NG_KEYS),
};

/// GELF.
pub(crate) const GELF: EnvelopeFormat = EnvelopeFormat {
    name: GELF_KEYS.name,
    kind: FormatKind::Json,
    about: "the Graylog Extended Log Format (Graylog, Docker's gelf driver, rsyslog, syslog-ng)",
    source: "Graylog documentation, GELF; moby daemon/logger/gelf",
    example: (
        r#"{"version":"1.1","host":"lab","short_message":"Failed password for root from 192.0.2.9 port 48274 ssh2","timestamp":1703415994,"level":6,"_application_name":"sshd","_process_id":"77"}"#,
        FAILED,
    ),
    open: |line, arena, clock| open_message(line.text, arena, clock, &GELF_KEYS),
};

/// Logstash.
pub(crate) const LOGSTASH: EnvelopeFormat = EnvelopeFormat {
    name: LOGSTASH_KEYS.name,
    kind: FormatKind::Json,
    about: "events of Logstash (codec json or json_lines), from its syslog and file inputs",
    source: "Logstash reference, event structure; logstash-input-syslog",
    example: (
        r#"{"@version":"1","@timestamp":"2023-12-24T11:06:34.000Z","message":"Failed password for root from 192.0.2.9 port 48274 ssh2","program":"sshd","pid":"77","logsource":"lab","priority":38}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2023-12-24T11:06:34.000Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"failure"},"source":{"ip":"192.0.2.9","port":48274},"user":{"name":"root"},"host":{"hostname":"lab"},"process":{"name":"sshd","pid":77},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_failed"],"soar":{"method":"password"}}"#,
    ),
    open: |line, arena, clock| open_message(line.text, arena, clock, &LOGSTASH_KEYS),
};

/// Syslog under other keys.
pub(crate) const SYSLOG: EnvelopeFormat = EnvelopeFormat {
    name: SYSLOG_KEYS.name,
    kind: FormatKind::Json,
    about: "syslog in JSON with the program under `program` or `syslog_program` (templates of one's own, the grok filter of Logstash's documentation)",
    source: "Logstash reference, processing syslog messages",
    example: (
        r#"{"time":"2023-12-24T11:06:34Z","host":"lab","program":"sshd","pid":77,"message":"Failed password for root from 192.0.2.9 port 48274 ssh2"}"#,
        FAILED,
    ),
    open: |line, arena, clock| open_message(line.text, arena, clock, &SYSLOG_KEYS),
};

/// The OpenSSH channel of Windows.
pub(crate) const WINDOWS: EnvelopeFormat = EnvelopeFormat {
    name: WINDOWS_KEYS.name,
    kind: FormatKind::Json,
    about: "the OpenSSH channel of Windows' event log (Winlogbeat, Get-WinEvent | ConvertTo-Json -Compress, evtx_dump)",
    source: "PowerShell/openssh-portable contrib/win32/openssh/openssh-events.man; Winlogbeat exported fields",
    example: (
        r#"{"@timestamp":"2023-12-24T11:06:34Z","winlog":{"channel":"OpenSSH/Operational","provider_name":"OpenSSH","computer_name":"lab","event_data":{"process":"sshd","payload":"Failed password for root from 192.0.2.9 port 48274 ssh2"},"process":{"pid":77}},"message":"sshd: Failed password for root from 192.0.2.9 port 48274 ssh2"}"#,
        FAILED,
    ),
    open: |line, arena, clock| open_windows(line.text, arena, clock),
};

/// Loki.
pub(crate) const LOKI: EnvelopeFormat = EnvelopeFormat {
    name: LOKI_KEYS.name,
    kind: FormatKind::Json,
    about: "lines of Loki as logcli prints them (logcli query -o jsonl)",
    source: "Loki pkg/logcli/output/jsonl.go",
    example: (
        r#"{"labels":{"job":"nginx","filename":"/var/log/nginx/access.log"},"line":"192.0.2.1 - - [10/Oct/2025:13:55:36 +0200] \"GET /a HTTP/1.1\" 404 0","timestamp":"2025-10-10T13:55:36.5+02:00"}"#,
        NOT_FOUND,
    ),
    open: |line, arena, clock| open_loki(line.text, arena, clock),
};

/// Documents of Elasticsearch.
pub(crate) const ELASTICSEARCH: EnvelopeFormat = EnvelopeFormat {
    name: ELASTICSEARCH_KEYS.name,
    kind: FormatKind::Json,
    about: "documents of Elasticsearch (elasticdump, hits of a search, one a line): what stands in _source",
    source: "Elasticsearch reference, search API",
    example: (
        r#"{"_index":"logs","_id":"1","_source":{"message":"192.0.2.1 - - [10/Oct/2025:13:55:36 +0200] \"GET /a HTTP/1.1\" 404 0","log":{"file":{"path":"/var/log/access.log"}}}}"#,
        NOT_FOUND,
    ),
    open: |line, arena, _| {
        let fields = read_fields(line.text, arena, &ELASTICSEARCH_KEYS)?;
        let inside = ELASTICSEARCH_KEYS.value(&fields, JsonField::Message).unwrap_or_default();
        Ok(Envelope::new(Header::default(), Content::Line(inside)))
    },
};

/// The journal, shipped.
pub(crate) const SHIPPED_JOURNAL: EnvelopeFormat = EnvelopeFormat {
    name: SHIPPED_JOURNAL_KEYS.name,
    kind: FormatKind::Json,
    about: "the journal as Filebeat's and Elastic Agent's journald input ships it",
    source: "Filebeat input/journald/pkg/journalfield/conv.go",
    example: (
        r#"{"@timestamp":"2023-12-24T11:06:34Z","message":"Failed password for root from 192.0.2.9 port 48274 ssh2","input":{"type":"journald"},"syslog":{"facility":4,"pid":77,"identifier":"sshd"},"journald":{"process":{"name":"sshd"},"pid":77,"uid":0},"host":{"hostname":"lab"},"systemd":{"unit":"ssh.service","transport":"syslog"}}"#,
        FAILED,
    ),
    open: |line, arena, clock| open_shipped_journal(line.text, arena, clock, &SHIPPED_JOURNAL_KEYS),
};

/// The time, in any form; what is none is no reason to lose a message.
fn read_time<'a>(text: Option<&'a [u8]>, clock: &mut Clock) -> Option<LogTime<'a>> {
    let text = text?;
    clock.parse_any(text).ok().or_else(|| clock.parse_rfc3164(text).ok().map(|seconds| LogTime { seconds, fraction: "" }))
}

/// A message without the line end that it was sent with.
fn trim_line_end(message: &[u8]) -> &[u8] {
    message.strip_suffix(b"\n").map_or(message, |line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// Host, program and process id; the program may stand with its process id, as a tag.
pub(super) fn read_header<'a>(table: &JsonFormat, fields: &Fields<'a>, clock: &mut Clock) -> Header<'a> {
    let value = |field| table.value(fields, field);
    let tag = value(JsonField::Program).and_then(|text| split_tag(text).ok());
    let pid = value(JsonField::Pid).and_then(parse_pid).or_else(|| tag.as_ref().and_then(|tag| tag.pid));
    let host = value(JsonField::Host).unwrap_or_default();
    Header { time: read_time(value(JsonField::Time), clock), host, program: tag.map_or(&b""[..], |tag| tag.name), pid }
}

pub(super) fn open_message<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock, table: &JsonFormat) -> Result<Envelope<'a>, Mismatch> {
    let fields = read_fields(line, arena, table)?;
    let header = read_header(table, &fields, clock);
    let message = trim_line_end(table.value(&fields, JsonField::Message).unwrap_or_default());
    // A collector that listens has it from whom it listens to, as syslog has; a container's name makes it that container's.
    let shipped = shipper::trust_of(&fields);
    let is_container = ["_container_id", "_container_name"].iter().any(|key| fields.get(key).is_some());
    let trust = match header.program {
        _ if is_container => shipped.min(Trust::Doubted(Doubt::Container)),
        // Nothing says who wrote it, nor from which file it was taken.
        b"" if fields.get("path").is_none() => shipped.min(Trust::Doubted(Doubt::Application)),
        _ => shipped,
    };
    let container = fields.get("_container_name").unwrap_or_else(|| shipper::container_of(&fields));
    let content = match (header.program, trust) {
        (b"", Trust::Doubted(_)) => Content::Output(message),
        (b"", _) => Content::Line(message),
        _ => Content::Message(message.strip_prefix(b" ").unwrap_or(message)),
    };
    Ok(Envelope { container, trust, ..Envelope::new(header, content) })
}

fn open_windows<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let fields = read_fields(line, arena, &WINDOWS_KEYS)?;
    let mut header = read_header(&WINDOWS_KEYS, &fields, clock);
    if header.time.is_none() {
        header.time = fields.get("TimeCreated").and_then(|text| read_date(text, clock));
    }
    let message = WINDOWS_KEYS.value(&fields, JsonField::Message).unwrap_or_default();
    // The text that is shown has the program before it.
    let shown = if header.program.is_empty() { memchr::memmem::find(message, b": ").map(|end| message.split_at(end)) } else { None };
    let message = match shown {
        Some((program, rest)) => {
            header.program = program;
            &rest[2..]
        }
        None => message,
    };
    Ok(Envelope { trust: shipper::trust_of(&fields), ..Envelope::new(header, Content::Message(message)) })
}

/// `/Date(1703415994000)/`, as Windows PowerShell writes a time.
fn read_date<'a>(text: &'a [u8], clock: &mut Clock) -> Option<LogTime<'a>> {
    let count = text.strip_prefix(b"/Date(")?.strip_suffix(b")/")?;
    clock.parse_any(count).ok()
}

fn open_loki<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let fields = read_fields(line, arena, &LOKI_KEYS)?;
    let value = |field| LOKI_KEYS.value(&fields, field);
    let header = read_header(&LOKI_KEYS, &fields, clock);
    let (container, message) = (value(JsonField::Container).unwrap_or_default(), value(JsonField::Message).unwrap_or_default());
    Ok(open_labelled(header, container, value(JsonField::Unit), message))
}

/// A line of which Loki's labels name the container, or the unit of the journal: without either it is of a file.
pub(super) fn open_labelled<'a>(header: Header<'a>, container: &'a [u8], unit: Option<&[u8]>, line: &'a [u8]) -> Envelope<'a> {
    if !container.is_empty() {
        return Envelope { container, trust: Trust::Doubted(Doubt::Container), ..Envelope::new(header, Content::Output(line)) };
    }
    match unit.and_then(|unit| SERVICES.iter().find(|service| (service.is_unit)(unit))) {
        Some(service) => Envelope::new(Header { program: service.name.as_bytes(), ..header }, Content::Message(line)),
        None => Envelope::new(header, Content::Line(line)),
    }
}

fn open_shipped_journal<'a>(
    line: &'a [u8],
    arena: &'a Arena,
    clock: &mut Clock,
    keys: &'static JsonFormat,
) -> Result<Envelope<'a>, Mismatch> {
    let fields = read_fields(line, arena, keys)?;
    let value = |field| keys.value(&fields, field);
    let time = value(JsonField::Time).ok_or(Mismatch { at: AT_JSON + keys.needs.len(), reason: "no @timestamp" })?;
    let time = clock.parse_any(time).map_err(|reason| Mismatch { at: AT_JSON + keys.needs.len(), reason })?;
    let container = value(JsonField::Container).unwrap_or_default();
    let sender = Sender {
        comm: value(JsonField::Comm),
        exe: value(JsonField::Exe),
        uid: value(JsonField::Uid),
        unit: value(JsonField::Unit),
        is_container: !container.is_empty(),
        is_of_elsewhere: false,
    };
    let (program, trust) = sender.program(value(JsonField::Identifier));
    let host = value(JsonField::Host).unwrap_or_default();
    let header = Header { time: Some(time), host, program, pid: value(JsonField::Pid).and_then(parse_pid) };
    let message = value(JsonField::Message).unwrap_or_default();
    Ok(Envelope { container, trust, sender: Some(sender), ..Envelope::new(header, Content::Message(message)) })
}
