//! The keys of what clouds and security tools keep lines in, one table each, as in `keys`.

use crate::parse::json::table::{JsonField as F, JsonFormat, NAMES, OF_NO_LOG};
use crate::parse::json::walk::Fields;

/// The tables, in the order in which lines are held against them.
pub(crate) const TABLES: &[JsonFormat] =
    &[GOOGLE_LOG_KEYS, AZURE_SYSLOG_KEYS, NXLOG_KEYS, WAZUH_KEYS, SPLUNK_KEYS, CLOUDWATCH_KEYS, DATADOG_KEYS];

/// An entry of Google Cloud Logging that is no request.
pub(crate) const GOOGLE_LOG_KEYS: JsonFormat = JsonFormat {
    name: "google_log_entry",
    keys: &[
        (F::Message, "textPayload"),
        (F::Message, "jsonPayload.message"),
        (F::Message, "jsonPayload.MESSAGE"),
        (F::Time, "timestamp"),
        (F::Time, "receiveTimestamp"),
        (F::Origin, "logName"),
        (F::Shipper, "resource.type"),
        (F::Container, "resource.labels.container_name"),
        (F::Container, "resource.labels.pod_name"),
        (F::Container, "resource.labels.service_name"),
        (F::Host, "jsonPayload._HOSTNAME"),
        (F::Identifier, "jsonPayload.SYSLOG_IDENTIFIER"),
        (F::Comm, "jsonPayload._COMM"),
        (F::Exe, "jsonPayload._EXE"),
        (F::Uid, "jsonPayload._UID"),
        (F::Unit, "jsonPayload._SYSTEMD_UNIT"),
        (F::Pid, "jsonPayload._PID"),
    ],
    needs: &[(&[F::Message], OF_NO_LOG), (&[F::Origin], OF_NO_LOG), (&[F::Shipper], "an entry of Google's, but no resource.type")],
    proof: NAMES,
};

/// A row of Azure Monitor's table Syslog.
pub(crate) const AZURE_SYSLOG_KEYS: JsonFormat = JsonFormat {
    name: "azure_syslog",
    keys: &[
        (F::Message, "SyslogMessage"),
        (F::Program, "ProcessName"),
        (F::Pid, "ProcessID"),
        (F::Host, "HostName"),
        (F::Host, "Computer"),
        (F::Time, "EventTime"),
        (F::Time, "TimeGenerated"),
    ],
    needs: &[(&[F::Message], OF_NO_LOG), (&[F::Program], "a SyslogMessage, but no ProcessName")],
    proof: NAMES,
};

/// Syslog of `NXLog`. What it takes from Windows' event log has a `SourceName` too.
pub(crate) const NXLOG_KEYS: JsonFormat = JsonFormat {
    name: "nxlog_json",
    keys: &[
        (F::Message, "Message"),
        (F::Program, "SourceName"),
        (F::Pid, "ProcessID"),
        (F::Host, "Hostname"),
        (F::Time, "EventTime"),
        (F::Time, "EventReceivedTime"),
        (F::Shipper, "SyslogFacility"),
    ],
    needs: &[(&[F::Shipper], OF_NO_LOG), (&[F::Program], OF_NO_LOG), (&[F::Message], "a SourceName, but no Message")],
    proof: (|fields: &Fields<'_>| fields.get("EventID").is_none(), OF_NO_LOG),
};

/// An alert of Wazuh's, or a line of its archive.
pub(crate) const WAZUH_KEYS: JsonFormat = JsonFormat {
    name: "wazuh_json",
    keys: &[
        (F::Message, "full_log"),
        (F::Origin, "location"),
        (F::Time, "timestamp"),
        (F::Host, "predecoder.hostname"),
        (F::Host, "agent.name"),
    ],
    needs: &[(&[F::Message], OF_NO_LOG), (&[F::Origin], "a full_log, but no location")],
    proof: NAMES,
};

/// A result of a search of Splunk's.
pub(crate) const SPLUNK_KEYS: JsonFormat = JsonFormat {
    name: "splunk_result",
    keys: &[
        (F::Message, "result._raw"),
        (F::Message, "_raw"),
        (F::Origin, "result.source"),
        (F::Origin, "source"),
        (F::Time, "result._time"),
        (F::Time, "_time"),
        (F::Host, "result.host"),
        (F::Host, "host"),
    ],
    needs: &[(&[F::Message], OF_NO_LOG), (&[F::Origin], "a _raw, but no source")],
    proof: NAMES,
};

/// An event of `CloudWatch` Logs.
pub(crate) const CLOUDWATCH_KEYS: JsonFormat = JsonFormat {
    name: "cloudwatch_event",
    keys: &[
        (F::Message, "message"),
        (F::Time, "timestamp"),
        (F::Origin, "logGroup"),
        (F::Origin, "logGroupName"),
        (F::Container, "logStream"),
        (F::Container, "logStreamName"),
        (F::Shipper, "ingestionTime"),
        (F::Shipper, "logGroup"),
    ],
    needs: &[(&[F::Message], OF_NO_LOG), (&[F::Shipper], OF_NO_LOG)],
    proof: NAMES,
};

/// An event of Datadog's.
pub(crate) const DATADOG_KEYS: JsonFormat = JsonFormat {
    name: "datadog_log",
    keys: &[
        (F::Message, "content.message"),
        (F::Message, "attributes.message"),
        (F::Message, "message"),
        (F::Time, "content.timestamp"),
        (F::Time, "attributes.timestamp"),
        (F::Time, "date"),
        (F::Time, "timestamp"),
        (F::Host, "content.host"),
        (F::Host, "attributes.host"),
        (F::Host, "host"),
        (F::Container, "content.service"),
        (F::Container, "attributes.service"),
        (F::Container, "service"),
        (F::Shipper, "content.service"),
        (F::Shipper, "attributes.service"),
        (F::Origin, "source"),
        (F::Origin, "content.source"),
        (F::Origin, "attributes.source"),
        (F::Shipper, "ddsource"),
        (F::Shipper, "ddtags"),
        (F::Shipper, "_id"),
    ],
    needs: &[(&[F::Message], OF_NO_LOG), (&[F::Container], OF_NO_LOG), (&[F::Shipper], OF_NO_LOG)],
    proof: (
        |fields: &Fields<'_>| {
            const KEYS: [&str; 7] =
                ["ddsource", "source", "content.source", "attributes.source", "service", "content.service", "attributes.service"];
            KEYS.iter().any(|key| fields.get(key).is_some_and(|name| WRITERS.iter().any(|writer| writer.as_bytes() == name)))
        },
        "an event of Datadog's, but neither source nor service is that of a server: any application may log such a thing",
    ),
};

/// The sources of Datadog whose messages are lines of a server's own log; any other's are an application's words.
///
/// **Source:** Datadog documentation, Integrations.
const WRITERS: [&str; 17] = [
    "apache",
    "auth",
    "caddy",
    "elb",
    "envoy",
    "haproxy",
    "httpd",
    "iis",
    "nginx",
    "nginx-ingress-controller",
    "squid",
    "ssh",
    "sshd",
    "syslog",
    "tomcat",
    "traefik",
    "varnish",
];
