//! What log shippers say of where they took a line from, and how far that vouches for who wrote it.
//!
//! A name that is in no table vouches for nobody: a shipper learns new sources, and nearly all of them listen.

use crate::parse::envelope::trust::{Doubt, Trust};
use crate::parse::json::walk::Fields;

/// A way by which a shipper comes to lines.
#[derive(Debug)]
pub(crate) struct ShipperInput {
    /// What the shipper calls it.
    pub name: &'static str,
    /// How far it vouches for who wrote them.
    pub trust: Trust,
}

const fn input(name: &'static str, trust: Trust) -> ShipperInput {
    ShipperInput { name, trust }
}

/// It was taken from a log file, as which it is to be trusted.
const FILE: Trust = Trust::SyslogFile;
/// Any local user may have sent it.
const LOCAL: Trust = Trust::Doubted(Doubt::Application);
/// It is what a container wrote.
const CONTAINED: Trust = Trust::Doubted(Doubt::Container);
/// Whoever can reach the shipper may have sent it.
const SENT: Trust = Trust::Doubted(Doubt::Sender);

/// Vector's `source_type`. Those that decode JSON take over a `source_type` that their senders wrote.
///
/// **Source:** Vector documentation, Sources; `lib/vector-core/src/config/mod.rs` (`insert_vector_metadata`).
pub(crate) const VECTOR: &[ShipperInput] = &[
    input("file", FILE),
    // Any user may send a message to the journal, and anyone who reaches it one to a listening syslog: what such a message says of
    // another program is its sender's word. (What the journal's own fields say is read by `journal`.)
    input("journald", LOCAL),
    input("syslog", LOCAL),
    input("docker_logs", CONTAINED),
    input("kubernetes_logs", CONTAINED),
    input("amqp", SENT),
    input("aws_kinesis_firehose", SENT),
    input("aws_s3", SENT),
    input("aws_sqs", SENT),
    input("datadog_agent", SENT),
    input("demo_logs", SENT),
    input("exec", SENT),
    input("file_descriptor", SENT),
    input("fluent", SENT),
    input("gcp_pubsub", SENT),
    input("heroku_logs", SENT),
    input("http", SENT),
    input("http_client", SENT),
    input("http_server", SENT),
    input("kafka", SENT),
    input("logstash", SENT),
    input("mqtt", SENT),
    input("nats", SENT),
    input("opentelemetry", SENT),
    input("pulsar", SENT),
    input("redis", SENT),
    input("socket", SENT),
    input("splunk_hec", SENT),
    input("stdin", SENT),
    input("vector", SENT),
    input("websocket", SENT),
];

/// `input.type` of Filebeat and Elastic Agent.
///
/// **Source:** Filebeat reference, Inputs.
pub(crate) const FILEBEAT: &[ShipperInput] = &[
    input("log", FILE),
    input("filestream", FILE),
    input("container", CONTAINED),
    input("docker", CONTAINED),
    // As Vector's.
    input("journald", LOCAL),
    input("syslog", LOCAL),
    input("aws-cloudwatch", SENT),
    input("aws-s3", SENT),
    input("azure-blob-storage", SENT),
    input("azure-eventhub", SENT),
    input("cel", SENT),
    input("cloudfoundry", SENT),
    input("gcp-pubsub", SENT),
    input("gcs", SENT),
    input("http_endpoint", SENT),
    input("httpjson", SENT),
    input("kafka", SENT),
    input("lumberjack", SENT),
    input("mqtt", SENT),
    input("redis", SENT),
    input("stdin", SENT),
    input("streaming", SENT),
    input("tcp", SENT),
    input("udp", SENT),
    input("unix", SENT),
    input("websocket", SENT),
];

const VECTOR_KEY: &str = "source_type";
const FILEBEAT_KEY: &str = "input.type";
/// Where each shipper names its source, and the sources that it has.
const SHIPPERS: [(&str, &[ShipperInput]); 2] = [(VECTOR_KEY, VECTOR), (FILEBEAT_KEY, FILEBEAT)];
/// Where a shipper took a line from: Filebeat's and Vector's key for the file.
const PATHS: [&str; 2] = ["log.file.path", "file"];
/// What only the output of a container has. Docker and the kubelet call the two outputs of a process streams.
const CONTAINER: [&str; 7] =
    ["stream", "container.id", "container_id", "docker.container.id", "kubernetes.pod.name", "kubernetes.pod_name", "kubernetes.pod.uid"];
/// Where a container is named, the best first.
const CONTAINER_NAMES: [&str; 4] = ["container_name", "container.name", "kubernetes.container_name", "kubernetes.pod_name"];
/// Where the output of containers lies.
const CONTAINER_FOLDERS: [&[u8]; 4] = [b"/var/log/containers/", b"/var/log/pods/", b"/var/lib/docker/containers/", b"/var/lib/containers/"];

/// What says that an entry is but a piece of a line: the tag of Kubernetes' files as Fluent Bit and Fluentd ship it, Docker's fluentd driver,
/// Vector.
///
/// **Source:** Fluent Bit manual, parser cri and multiline.parser cri; moby `daemon/logger/fluentd`; Vector `docker_logs`.
const PIECES: [(&str, &[u8]); 4] = [("logtag", b"P"), ("_p", b"P"), ("partial_message", b"true"), ("_partial", b"true")];

/// Why such an entry is a reject.
pub(crate) const PIECE: &str = "a piece of a line that the engine cut: let the shipper put them together";

/// Whether the entry is but a piece of a line.
pub(crate) fn is_piece(fields: &Fields<'_>) -> bool {
    PIECES.iter().any(|(key, mark)| fields.get(key) == Some(*mark))
}

/// The keys that this module looks at.
pub(crate) fn keys() -> impl Iterator<Item = &'static str> {
    [VECTOR_KEY, FILEBEAT_KEY].into_iter().chain(PATHS).chain(CONTAINER).chain(CONTAINER_NAMES).chain(PIECES.iter().map(|(key, _)| *key))
}

/// How far the shipper vouches for who wrote the line that it wrapped.
pub(crate) fn trust_of(fields: &Fields<'_>) -> Trust {
    let named = SHIPPERS.map(|(key, table)| match known(fields, key) {
        Some(name) => find(table, name).unwrap_or(SENT),
        None => FILE,
    });
    let is_container = PATHS.iter().any(|key| is_of_container(fields, known(fields, key).unwrap_or_default()));
    let place = if is_container { CONTAINED } else { FILE };
    named.into_iter().fold(place, Trust::min)
}

/// Whether what stands beside a line, or the file that it was taken from, says that a container wrote it.
pub(crate) fn is_of_container(fields: &Fields<'_>, path: &[u8]) -> bool {
    CONTAINER.iter().any(|key| known(fields, key).is_some()) || CONTAINER_FOLDERS.iter().any(|folder| path.starts_with(folder))
}

/// The container that wrote the line; empty where none is named.
pub(crate) fn container_of<'a>(fields: &Fields<'a>) -> &'a [u8] {
    CONTAINER_NAMES.iter().find_map(|key| known(fields, key)).unwrap_or_default()
}

/// Whether a shipper says of a line that is not wrapped that anyone may have sent it. Such a line has keys of its own too, so a name
/// that no shipper is known for says nothing.
pub(crate) fn was_sent(fields: &Fields<'_>) -> bool {
    SHIPPERS.iter().any(|(key, table)| known(fields, key).and_then(|name| find(table, name)) == Some(SENT))
}

/// Whether a shipper says of a record of the journal, field by field, that it took it from elsewhere: from the journal or a file it
/// may have come, and such a record has no key of its own that is called so.
pub(crate) fn is_of_elsewhere(fields: &Fields<'_>) -> bool {
    let may_hold = |name: &[u8], table| name == b"journald" || find(table, name) == Some(FILE);
    SHIPPERS.into_iter().any(|(key, table)| known(fields, key).is_some_and(|name| !may_hold(name, table)))
}

fn known<'a>(fields: &Fields<'a>, key: &str) -> Option<&'a [u8]> {
    fields.get(key).filter(|value| !matches!(*value, b"" | b"-"))
}

fn find(table: &[ShipperInput], name: &[u8]) -> Option<Trust> {
    table.iter().find(|input| input.name.as_bytes() == name).map(|input| input.trust)
}
