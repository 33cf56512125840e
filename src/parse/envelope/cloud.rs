//! Lines of syslog and of other logs as clouds and security tools keep them in JSON: Google Cloud Logging, Azure Monitor, `CloudWatch`, Datadog,
//! Splunk, Wazuh, `NXLog`.
//!
//! Where a cloud says of a line that it comes from a machine's agent, it is as trusted as a file of syslog; any other is somebody's output.

use crate::base::time::Clock;
use crate::parse::envelope::cloud_keys::{
    AZURE_SYSLOG_KEYS, CLOUDWATCH_KEYS, DATADOG_KEYS, GOOGLE_LOG_KEYS, NXLOG_KEYS, SPLUNK_KEYS, WAZUH_KEYS,
};
use crate::parse::envelope::collected::{FAILED, open_message, read_header};
use crate::parse::envelope::format::{Content, Envelope, EnvelopeFormat};
use crate::parse::envelope::journald::Sender;
use crate::parse::envelope::shipper::is_of_container;
use crate::parse::envelope::tag::parse_pid;
use crate::parse::envelope::trust::{Doubt, Trust};
use crate::parse::format::{Arena, FormatKind, Header, Mismatch};
use crate::parse::json::line::read_fields;
use crate::parse::json::table::{JsonField, JsonFormat};
use crate::parse::json::walk::Fields;

/// Google Cloud Logging.
pub(crate) const GOOGLE_LOG: EnvelopeFormat = EnvelopeFormat {
    name: GOOGLE_LOG_KEYS.name,
    kind: FormatKind::Json,
    about: "entries of Google Cloud Logging: textPayload, or a message or a record of the journal in jsonPayload (gcloud logging read --format=json)",
    source: "Google Cloud, LogEntry; Ops Agent, receivers files, syslog, systemd_journald",
    example: (
        r#"{"insertId":"x","logName":"projects/p/logs/syslog","resource":{"type":"gce_instance","labels":{"instance_id":"1"}},"textPayload":"2023-12-24T11:06:34+00:00 lab sshd[77]: Failed password for root from 192.0.2.9 port 48274 ssh2","timestamp":"2023-12-24T11:06:34Z"}"#,
        FAILED,
    ),
    open: |line, arena, clock| open_google(line.text, arena, clock),
};

/// Azure Monitor's table Syslog.
pub(crate) const AZURE_SYSLOG: EnvelopeFormat = EnvelopeFormat {
    name: AZURE_SYSLOG_KEYS.name,
    kind: FormatKind::Json,
    about: "rows of Azure Monitor's table Syslog (Log Analytics, Sentinel)",
    source: "Azure Monitor Logs reference, Syslog",
    example: (
        r#"{"TimeGenerated":"2023-12-24T11:06:34Z","Computer":"lab","Facility":"auth","SeverityLevel":"info","SyslogMessage":"Failed password for root from 192.0.2.9 port 48274 ssh2","ProcessID":77,"ProcessName":"sshd"}"#,
        FAILED,
    ),
    open: |line, arena, clock| open_message(line.text, arena, clock, &AZURE_SYSLOG_KEYS),
};

/// `NXLog`.
pub(crate) const NXLOG: EnvelopeFormat = EnvelopeFormat {
    name: NXLOG_KEYS.name,
    kind: FormatKind::Json,
    about: "syslog as NXLog's xm_json writes it",
    source: "NXLog reference, xm_syslog, fields",
    example: (
        r#"{"EventTime":"2023-12-24 11:06:34","SyslogFacility":"AUTH","SyslogSeverity":"INFO","Hostname":"lab","SourceName":"sshd","ProcessID":"77","Message":"Failed password for root from 192.0.2.9 port 48274 ssh2","SourceModuleName":"in"}"#,
        FAILED,
    ),
    open: |line, arena, clock| open_message(line.text, arena, clock, &NXLOG_KEYS),
};

/// Wazuh.
pub(crate) const WAZUH: EnvelopeFormat = EnvelopeFormat {
    name: WAZUH_KEYS.name,
    kind: FormatKind::Json,
    about: "alerts and archives of Wazuh and OSSEC (alerts.json, archives.json): the line in full_log",
    source: "Wazuh documentation, archives.json; OSSEC, jsonout_output",
    example: (
        r#"{"timestamp":"2023-12-24T11:06:35.123+0000","agent":{"id":"001","name":"lab"},"manager":{"name":"siem"},"id":"1.2","full_log":"2023-12-24T11:06:34+00:00 lab sshd[77]: Failed password for root from 192.0.2.9 port 48274 ssh2","decoder":{"name":"sshd"},"location":"/var/log/auth.log"}"#,
        FAILED,
    ),
    open: |line, arena, clock| open_line(line.text, arena, clock, &WAZUH_KEYS, Trust::SyslogFile),
};

/// Splunk.
pub(crate) const SPLUNK: EnvelopeFormat = EnvelopeFormat {
    name: SPLUNK_KEYS.name,
    kind: FormatKind::Json,
    about: "results of a search of Splunk (export as JSON): the line in _raw, where its source is a file",
    source: "Splunk REST API reference, search/jobs/export",
    example: (
        r#"{"preview":false,"result":{"_raw":"2023-12-24T11:06:34+00:00 lab sshd[77]: Failed password for root from 192.0.2.9 port 48274 ssh2","_time":"2023-12-24 11:06:34.000 UTC","host":"lab","source":"/var/log/auth.log","sourcetype":"linux_secure"}}"#,
        FAILED,
    ),
    open: |line, arena, clock| open_line(line.text, arena, clock, &SPLUNK_KEYS, Trust::Doubted(Doubt::Container)),
};

/// `CloudWatch`.
pub(crate) const CLOUDWATCH: EnvelopeFormat = EnvelopeFormat {
    name: CLOUDWATCH_KEYS.name,
    kind: FormatKind::Json,
    about: "events of Amazon CloudWatch Logs (aws logs filter-log-events, subscriptions); sshd's where the log group is called as a file",
    source: "Amazon CloudWatch Logs API reference, FilterLogEvents; user guide, subscription filters",
    example: (
        r#"{"logGroup":"/var/log/secure","logStream":"i-0","timestamp":1703415994000,"message":"2023-12-24T11:06:34+00:00 lab sshd[77]: Failed password for root from 192.0.2.9 port 48274 ssh2"}"#,
        FAILED,
    ),
    open: |line, arena, clock| open_line(line.text, arena, clock, &CLOUDWATCH_KEYS, Trust::Doubted(Doubt::Container)),
};

/// Datadog.
pub(crate) const DATADOG: EnvelopeFormat = EnvelopeFormat {
    name: DATADOG_KEYS.name,
    kind: FormatKind::Json,
    about: "events of Datadog (log archives, search API): requests, and what --trust-container vouches for by the service's name",
    source: "Datadog documentation, Log archives; API reference, Search logs",
    example: (
        r#"{"_id":"x","date":"2025-10-10T11:55:36Z","service":"web","host":"lab","source":"nginx","status":"info","message":"192.0.2.1 - - [10/Oct/2025:13:55:36 +0200] \"GET /a HTTP/1.1\" 404 0"}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2025-10-10T11:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":0}}},"url":{"original":"/a"},"host":{"hostname":"lab"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    open: |line, arena, clock| open_line(line.text, arena, clock, &DATADOG_KEYS, Trust::Doubted(Doubt::Container)),
};

/// Where an agent of Google's runs beside the log, so that a line is one of a file or of the journal there.
const MACHINES: [&[u8]; 4] = [b"gce_instance", b"generic_node", b"aws_ec2_instance", b"k8s_node"];

fn open_google<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let fields = read_fields(line, arena, &GOOGLE_LOG_KEYS)?;
    let value = |field| GOOGLE_LOG_KEYS.value(&fields, field);
    let header = read_header(&GOOGLE_LOG_KEYS, &fields, clock);
    let message = value(JsonField::Message).unwrap_or_default();
    let container = value(JsonField::Container).unwrap_or_default();
    if !value(JsonField::Shipper).is_some_and(|kind| MACHINES.contains(&kind)) {
        return Ok(Envelope { container, trust: Trust::Doubted(Doubt::Container), ..Envelope::new(header, Content::Output(message)) });
    }
    if value(JsonField::Identifier).or_else(|| value(JsonField::Comm)).is_none() {
        return Ok(Envelope::new(header, Content::Line(message)));
    }
    // A record of the journal, whose fields say who sent it.
    let sender = Sender {
        comm: value(JsonField::Comm),
        exe: value(JsonField::Exe),
        uid: value(JsonField::Uid),
        unit: value(JsonField::Unit),
        is_container: false,
        is_of_elsewhere: false,
    };
    let (program, trust) = sender.program(value(JsonField::Identifier));
    let header = Header { program, pid: value(JsonField::Pid).and_then(parse_pid), ..header };
    Ok(Envelope { trust, sender: Some(sender), ..Envelope::new(header, Content::Message(message)) })
}

/// A line of which a key says from where it was taken: a file, or else somebody whom `other` says how far to trust.
fn open_line<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock, table: &JsonFormat, other: Trust) -> Result<Envelope<'a>, Mismatch> {
    let fields = read_fields(line, arena, table)?;
    let header = read_header(table, &fields, clock);
    let origin = table.value(&fields, JsonField::Origin).unwrap_or_default();
    let message = table.value(&fields, JsonField::Message).unwrap_or_default();
    let trust = trust_of(table, &fields, origin, other);
    let content = if trust == Trust::SyslogFile { Content::Line(message) } else { Content::Output(message) };
    let container = table.value(&fields, JsonField::Container).unwrap_or(origin);
    let container = if trust == Trust::SyslogFile { b"" } else { container };
    Ok(Envelope { container, trust, ..Envelope::new(header, content) })
}

/// How far a line is trusted that was taken from `origin`.
fn trust_of(table: &JsonFormat, fields: &Fields<'_>, origin: &[u8], other: Trust) -> Trust {
    // A log group may be called anything, as those of functions and containers are that the cloud itself makes.
    let is_file = if table.name == CLOUDWATCH_KEYS.name { origin.starts_with(b"/var/log/") } else { origin.starts_with(b"/") };
    match is_file {
        _ if is_of_container(fields, origin) => Trust::Doubted(Doubt::Container),
        true => Trust::SyslogFile,
        false => other,
    }
}
