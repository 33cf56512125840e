//! The keys of envelopes in JSON, one table each: which key is which field, and which fields a line of it has.

use crate::parse::json::table::{JsonField as F, JsonFormat, NAMES, OF_NO_LOG};
use crate::parse::json::walk::Fields;

/// Docker's own file, and what Fluent Bit and Fluentd make of the output of containers.
pub(crate) const CONTAINER_KEYS: JsonFormat = JsonFormat {
    name: "container_json",
    keys: &[
        (F::Message, "log"),
        (F::Time, "time"),
        (F::Time, "@timestamp"),
        (F::Time, "timestamp"),
        (F::Time, "date"),
        (F::Origin, "stream"),
        (F::Origin, "kubernetes.pod_name"),
        (F::Origin, "kubernetes.container_name"),
        (F::Origin, "container_id"),
        (F::Origin, "container_name"),
    ],
    needs: &[(&[F::Origin], OF_NO_LOG), (&[F::Message], OF_NO_LOG)],
    proof: NAMES,
};

/// What rsyslog's JSON templates write, and the syslog parsers of Fluent Bit and Fluentd.
pub(crate) const RSYSLOG_KEYS: JsonFormat = JsonFormat {
    name: "rsyslog_json",
    keys: &[
        (F::Program, "programname"),
        (F::Program, "app-name"),
        (F::Program, "appname"),
        (F::Program, "ident"),
        (F::Program, "syslogtag"),
        (F::Program, "syslog-tag"),
        (F::Message, "msg"),
        (F::Message, "message"),
        (F::Pid, "procid"),
        (F::Pid, "pid"),
        (F::Host, "hostname"),
        (F::Host, "sysloghost"),
        (F::Host, "host"),
        (F::Host, "fromhost"),
        (F::Time, "timereported"),
        (F::Time, "timestamp"),
        (F::Time, "@timestamp"),
        (F::Time, "time"),
        (F::Time, "timegenerated"),
    ],
    needs: &[(&[F::Program], OF_NO_LOG), (&[F::Message], "a program, but no msg")],
    proof: NAMES,
};

/// What rsyslog's template for Elasticsearch writes, which has the tag under `tag`, as others have things of their own: known by the columns beside it,
/// and by the colon that ends a tag.
pub(crate) const RSYSLOG_TAG_KEYS: JsonFormat = JsonFormat {
    name: "rsyslog_tag_json",
    keys: &[
        (F::Program, "tag"),
        (F::Message, "message"),
        (F::Message, "msg"),
        (F::Host, "host"),
        (F::Host, "hostname"),
        (F::Time, "@timestamp"),
        (F::Time, "timestamp"),
        (F::Shipper, "facility"),
        (F::Shipper, "syslogfacility"),
        (F::Origin, "severity"),
        (F::Origin, "syslogseverity"),
    ],
    needs: &[(&[F::Program], OF_NO_LOG), (&[F::Message], OF_NO_LOG), (&[F::Shipper], OF_NO_LOG), (&[F::Origin], OF_NO_LOG)],
    proof: (|fields: &Fields<'_>| fields.get("tag").is_some_and(|tag| tag.ends_with(b":")), OF_NO_LOG),
};

/// syslog-ng's `$(format-json)` of its own macros.
pub(crate) const SYSLOG_NG_KEYS: JsonFormat = JsonFormat {
    name: "syslog_ng_json",
    keys: &[
        (F::Program, "PROGRAM"),
        (F::Message, "MESSAGE"),
        (F::Pid, "PID"),
        (F::Host, "HOST"),
        (F::Time, "ISODATE"),
        (F::Time, "S_ISODATE"),
        (F::Time, "R_ISODATE"),
        (F::Time, "DATE"),
    ],
    needs: &[(&[F::Program], OF_NO_LOG), (&[F::Message], "a PROGRAM, but no MESSAGE")],
    proof: NAMES,
};

/// The Graylog Extended Log Format.
pub(crate) const GELF_KEYS: JsonFormat = JsonFormat {
    name: "gelf",
    keys: &[
        (F::Message, "full_message"),
        (F::Message, "short_message"),
        (F::Time, "timestamp"),
        (F::Host, "host"),
        (F::Program, "_application_name"),
        (F::Program, "_programname"),
        (F::Program, "_program"),
        (F::Program, "_appname"),
        (F::Program, "_COMM"),
        (F::Program, "_SYSLOG_IDENTIFIER"),
        (F::Pid, "_process_id"),
        (F::Pid, "_procid"),
        (F::Pid, "_pid"),
        (F::Origin, "_container_id"),
        (F::Origin, "_container_name"),
        (F::Renamed, "short_message"),
    ],
    needs: &[(&[F::Renamed], OF_NO_LOG), (&[F::Host], "a short_message, but no host")],
    proof: NAMES,
};

/// What `logcli -o jsonl` prints of Loki.
pub(crate) const LOKI_KEYS: JsonFormat = JsonFormat {
    name: "loki_jsonl",
    keys: &[
        (F::Message, "line"),
        (F::Time, "timestamp"),
        (F::Shipper, LABELS),
        (F::Container, "labels.container"),
        (F::Container, "labels.container_name"),
        (F::Container, "labels.pod"),
        (F::Unit, "labels.unit"),
        (F::Unit, "labels.systemd_unit"),
        (F::Host, "labels.host"),
        (F::Host, "labels.hostname"),
        (F::Host, "labels.nodename"),
        (F::Origin, "labels.filename"),
    ],
    needs: &[(&[F::Message], OF_NO_LOG), (&[F::Shipper], OF_NO_LOG)],
    proof: NAMES,
};

/// The journal as Filebeat and Elastic Agent ship it.
pub(crate) const SHIPPED_JOURNAL_KEYS: JsonFormat = JsonFormat {
    name: "shipped_journal",
    keys: &[
        (F::Message, "message"),
        (F::Time, "@timestamp"),
        (F::Identifier, "syslog.identifier"),
        (F::Identifier, "log.syslog.appname"),
        (F::Comm, "journald.process.name"),
        (F::Comm, "process.name"),
        (F::Exe, "journald.process.executable"),
        (F::Exe, "process.executable"),
        (F::Uid, "journald.uid"),
        (F::Unit, "systemd.unit"),
        (F::Pid, "journald.pid"),
        (F::Pid, "process.pid"),
        (F::Pid, "syslog.pid"),
        (F::Pid, "log.syslog.procid"),
        (F::Host, "host.hostname"),
        (F::Host, "host.name"),
        (F::Container, "container.name"),
        (F::Container, "container.id"),
        (F::Shipper, "systemd.transport"),
        (F::Shipper, "journald.pid"),
        (F::Shipper, "syslog.identifier"),
        (F::Shipper, "log.syslog.appname"),
        (F::Shipper, "systemd.unit"),
    ],
    needs: &[(&[F::Message], OF_NO_LOG), (&[F::Shipper], OF_NO_LOG)],
    proof: (|fields: &Fields<'_>| fields.get("input.type") == Some(b"journald"), OF_NO_LOG),
};

/// The journal as Fluent Bit and Fluentd ship it: without its own time, and, where they are told to, without the underscores of its fields.
pub(crate) const FLUENT_JOURNAL_KEYS: JsonFormat = JsonFormat {
    name: "fluent_journal",
    keys: &[
        (F::Message, "MESSAGE"),
        (F::Time, "SOURCE_REALTIME_TIMESTAMP"),
        (F::Time, "@timestamp"),
        (F::Time, "timestamp"),
        (F::Time, "date"),
        (F::Time, "time"),
        (F::Identifier, "SYSLOG_IDENTIFIER"),
        (F::Comm, "_COMM"),
        (F::Comm, "COMM"),
        (F::Exe, "_EXE"),
        (F::Exe, "EXE"),
        (F::Uid, "_UID"),
        (F::Uid, "UID"),
        (F::Unit, "_SYSTEMD_UNIT"),
        (F::Unit, "SYSTEMD_UNIT"),
        (F::Pid, "_PID"),
        (F::Pid, "PID"),
        (F::Host, "_HOSTNAME"),
        (F::Host, "HOSTNAME"),
        (F::Container, "CONTAINER_NAME"),
        (F::Container, "CONTAINER_ID"),
        (F::Shipper, "_SYSTEMD_UNIT"),
        (F::Shipper, "SYSTEMD_UNIT"),
        (F::Shipper, "_COMM"),
        (F::Shipper, "COMM"),
        (F::Origin, "__REALTIME_TIMESTAMP"),
        (F::Origin, "_SOURCE_REALTIME_TIMESTAMP"),
    ],
    needs: &[(&[F::Message], OF_NO_LOG), (&[F::Shipper], OF_NO_LOG), (&[F::Time], "a MESSAGE of the journal, but no time")],
    proof: (
        |fields: &Fields<'_>| {
            let has = |keys: &[&str]| keys.iter().all(|key| fields.get(key).is_some());
            // Without underscores a field is told from one that a program made up by another beside it alone.
            let is_of_journal = fields.get("_COMM").is_some() || fields.get("_SYSTEMD_UNIT").is_some() || has(&["COMM", "SYSTEMD_UNIT"]);
            is_of_journal && !has(&["__REALTIME_TIMESTAMP"]) && !has(&["_SOURCE_REALTIME_TIMESTAMP"])
        },
        OF_NO_LOG,
    ),
};

/// Tables behind those of other envelopes.
pub(crate) const LAST: &[JsonFormat] = &[FLUENT_JOURNAL_KEYS];

/// Events of Logstash.
pub(crate) const LOGSTASH_KEYS: JsonFormat = JsonFormat {
    name: "logstash_json",
    keys: &[
        (F::Shipper, "@version"),
        (F::Message, "syslog_message"),
        (F::Message, "message"),
        (F::Program, "program"),
        (F::Program, "process.name"),
        (F::Program, "syslog_program"),
        (F::Pid, "pid"),
        (F::Pid, "syslog_pid"),
        (F::Pid, "process.pid"),
        (F::Host, "logsource"),
        (F::Host, "syslog_hostname"),
        (F::Host, "host.hostname"),
        (F::Time, "@timestamp"),
        (F::Origin, "path"),
    ],
    needs: &[(&[F::Shipper], OF_NO_LOG), (&[F::Message], "an event of Logstash, but no message")],
    proof: NAMES,
};

/// Syslog in JSON with keys of other names: those of Logstash's documentation, of home-made templates.
pub(crate) const SYSLOG_KEYS: JsonFormat = JsonFormat {
    name: "syslog_json",
    keys: &[
        (F::Program, "program"),
        (F::Program, "syslog_program"),
        (F::Program, "syslog_identifier"),
        (F::Message, "syslog_message"),
        (F::Message, "message"),
        (F::Message, "msg"),
        (F::Pid, "pid"),
        (F::Pid, "syslog_pid"),
        (F::Host, "syslog_hostname"),
        (F::Host, "hostname"),
        (F::Host, "host"),
        (F::Time, "@timestamp"),
        (F::Time, "timestamp"),
        (F::Time, "time"),
        (F::Time, "syslog_timestamp"),
    ],
    needs: &[(&[F::Program], OF_NO_LOG), (&[F::Message], "a program, but no message")],
    proof: NAMES,
};

/// The OpenSSH channel of Windows' event log, as Winlogbeat, `Get-WinEvent` and `evtx_dump` write it.
pub(crate) const WINDOWS_KEYS: JsonFormat = JsonFormat {
    name: "windows_event_json",
    keys: &[
        (F::Shipper, "winlog.provider_name"),
        (F::Shipper, "ProviderName"),
        (F::Shipper, "Event.System.Provider.#attributes.Name"),
        (F::Shipper, "Event.System.Provider.Name"),
        (F::Message, "winlog.event_data.payload"),
        (F::Message, "Event.EventData.payload"),
        (F::Message, "message"),
        (F::Message, "Message"),
        (F::Program, "winlog.event_data.process"),
        (F::Program, "Event.EventData.process"),
        (F::Time, "@timestamp"),
        (F::Time, "Event.System.TimeCreated.#attributes.SystemTime"),
        (F::Time, "Event.System.TimeCreated.SystemTime"),
        (F::Time, "TimeCreated"),
        (F::Host, "winlog.computer_name"),
        (F::Host, "Event.System.Computer"),
        (F::Host, "MachineName"),
        (F::Pid, "winlog.process.pid"),
        (F::Pid, "Event.System.Execution.#attributes.ProcessID"),
        (F::Pid, "ProcessId"),
    ],
    needs: &[(&[F::Shipper], OF_NO_LOG), (&[F::Message], "an event of Windows, but no message")],
    proof: (
        |fields: &Fields<'_>| {
            ["winlog.provider_name", "ProviderName", "Event.System.Provider.#attributes.Name", "Event.System.Provider.Name"]
                .iter()
                .any(|key| fields.get(key) == Some(b"OpenSSH"))
        },
        "an event of Windows, of another provider than OpenSSH",
    ),
};

/// The key under which Elasticsearch has a document.
pub(crate) const SOURCE: &str = "_source";

/// The key under which Loki has the labels of a stream.
pub(crate) const LABELS: &str = "labels";

/// A document of Elasticsearch.
pub(crate) const ELASTICSEARCH_KEYS: JsonFormat = JsonFormat {
    name: "elasticsearch_document",
    keys: &[(F::Message, SOURCE), (F::Shipper, "_index"), (F::Shipper, "_id")],
    needs: &[(&[F::Message], OF_NO_LOG), (&[F::Shipper], OF_NO_LOG)],
    proof: NAMES,
};
