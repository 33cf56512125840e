//! What log shippers say of where they took a line from, and how far that vouches for who wrote it.
//!
//! A name that is in no table vouches for nobody: a shipper learns new sources, and nearly all of them listen.

use super::super::format::Trust;
use super::fields::Fields;

/// A way by which a shipper comes to lines.
#[derive(Debug)]
pub struct Input {
    /// What the shipper calls it.
    pub name: &'static str,
    /// How far it vouches for who wrote them.
    pub trust: Trust,
}

const fn input(name: &'static str, trust: Trust) -> Input {
    Input { name, trust }
}

/// Vector's `source_type`. Those that decode JSON take over a `source_type` that their senders wrote.
///
/// **Source:** Vector documentation, Sources; `lib/vector-core/src/config/mod.rs` (`insert_vector_metadata`).
pub const VECTOR: &[Input] = &[
    input("file", Trust::File),
    // Any user may send a message to the journal, and anyone who reaches it one to a listening syslog: what such a message says of
    // another program is its sender's word. (What the journal's own fields say is read by `journal`.)
    input("journald", Trust::Application),
    input("syslog", Trust::Application),
    input("docker_logs", Trust::Application),
    input("kubernetes_logs", Trust::Application),
    input("amqp", Trust::Sender),
    input("aws_kinesis_firehose", Trust::Sender),
    input("aws_s3", Trust::Sender),
    input("aws_sqs", Trust::Sender),
    input("datadog_agent", Trust::Sender),
    input("demo_logs", Trust::Sender),
    input("exec", Trust::Sender),
    input("file_descriptor", Trust::Sender),
    input("fluent", Trust::Sender),
    input("gcp_pubsub", Trust::Sender),
    input("heroku_logs", Trust::Sender),
    input("http", Trust::Sender),
    input("http_client", Trust::Sender),
    input("http_server", Trust::Sender),
    input("kafka", Trust::Sender),
    input("logstash", Trust::Sender),
    input("mqtt", Trust::Sender),
    input("nats", Trust::Sender),
    input("opentelemetry", Trust::Sender),
    input("pulsar", Trust::Sender),
    input("redis", Trust::Sender),
    input("socket", Trust::Sender),
    input("splunk_hec", Trust::Sender),
    input("stdin", Trust::Sender),
    input("vector", Trust::Sender),
    input("websocket", Trust::Sender),
];

/// `input.type` of Filebeat and Elastic Agent.
///
/// **Source:** Filebeat reference, Inputs.
pub const FILEBEAT: &[Input] = &[
    input("log", Trust::File),
    input("filestream", Trust::File),
    input("container", Trust::Application),
    input("docker", Trust::Application),
    // As Vector's.
    input("journald", Trust::Application),
    input("syslog", Trust::Application),
    input("aws-cloudwatch", Trust::Sender),
    input("aws-s3", Trust::Sender),
    input("azure-blob-storage", Trust::Sender),
    input("azure-eventhub", Trust::Sender),
    input("cel", Trust::Sender),
    input("cloudfoundry", Trust::Sender),
    input("gcp-pubsub", Trust::Sender),
    input("gcs", Trust::Sender),
    input("http_endpoint", Trust::Sender),
    input("httpjson", Trust::Sender),
    input("kafka", Trust::Sender),
    input("lumberjack", Trust::Sender),
    input("mqtt", Trust::Sender),
    input("redis", Trust::Sender),
    input("stdin", Trust::Sender),
    input("streaming", Trust::Sender),
    input("tcp", Trust::Sender),
    input("udp", Trust::Sender),
    input("unix", Trust::Sender),
    input("websocket", Trust::Sender),
];

const VECTOR_KEY: &str = "source_type";
const FILEBEAT_KEY: &str = "input.type";
/// Where each shipper names its source, and the sources that it has.
const SHIPPERS: [(&str, &[Input]); 2] = [(VECTOR_KEY, VECTOR), (FILEBEAT_KEY, FILEBEAT)];
/// Where a shipper took a line from: Filebeat's and Vector's key for the file.
const PATHS: [&str; 2] = ["log.file.path", "file"];
/// What only the output of a container has. Docker and the kubelet call the two outputs of a process streams.
const CONTAINER: [&str; 7] =
    ["stream", "container.id", "container_id", "docker.container.id", "kubernetes.pod.name", "kubernetes.pod_name", "kubernetes.pod.uid"];
/// Where the output of containers lies.
const CONTAINER_FOLDERS: [&[u8]; 4] = [b"/var/log/containers/", b"/var/log/pods/", b"/var/lib/docker/containers/", b"/var/lib/containers/"];

/// The keys that this module looks at.
pub fn keys() -> impl Iterator<Item = &'static str> {
    [VECTOR_KEY, FILEBEAT_KEY].into_iter().chain(PATHS).chain(CONTAINER)
}

/// How far the shipper vouches for who wrote the line that it wrapped.
#[must_use]
pub fn trust_of(fields: &Fields<'_>) -> Trust {
    let named = SHIPPERS.map(|(key, table)| match known(fields, key) {
        Some(name) => find(table, name).unwrap_or(Trust::Sender),
        None => Trust::File,
    });
    let is_container = CONTAINER.iter().any(|key| known(fields, key).is_some())
        || PATHS.iter().any(|key| known(fields, key).is_some_and(|path| CONTAINER_FOLDERS.iter().any(|folder| path.starts_with(folder))));
    let place = if is_container { Trust::Application } else { Trust::File };
    named.into_iter().fold(place, Trust::min)
}

/// Whether a shipper says of a line that is not wrapped that anyone may have sent it. Such a line has keys of its own too, so a name
/// that no shipper is known for says nothing.
#[must_use]
pub fn was_sent(fields: &Fields<'_>) -> bool {
    SHIPPERS.iter().any(|(key, table)| known(fields, key).and_then(|name| find(table, name)) == Some(Trust::Sender))
}

/// Whether a shipper says of a record of the journal, field by field, that it took it from elsewhere: from the journal or a file it
/// may have come, and such a record has no key of its own that is called so.
#[must_use]
pub fn is_of_elsewhere(fields: &Fields<'_>) -> bool {
    let may_hold = |name: &[u8], table| name == b"journald" || find(table, name) == Some(Trust::File);
    SHIPPERS.into_iter().any(|(key, table)| known(fields, key).is_some_and(|name| !may_hold(name, table)))
}

fn known<'a>(fields: &Fields<'a>, key: &str) -> Option<&'a [u8]> {
    fields.get(key).filter(|value| !matches!(*value, b"" | b"-"))
}

fn find(table: &[Input], name: &[u8]) -> Option<Trust> {
    table.iter().find(|input| input.name.as_bytes() == name).map(|input| input.trust)
}
