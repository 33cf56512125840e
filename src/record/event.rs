//! An event: what happened on one log line. The full writer, over borrowed text, and the narrow reader that soar-score needs.
//!
//! Nested and named as in the Elastic Common Schema, in the key order of the structs below; a key that does not apply is
//! absent. One property test ties writer and reader.
//!
//! **Source:** Elastic Common Schema 8; RFC 8259; RFC 3339.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::signal::{self, SIGNALS, SignalSet};
use super::{EVENT_SCHEMA, MAX_INTEGER, Text};
use crate::net;
use crate::time::{self, Stamp};

/// One event, ready to be written.
#[derive(Debug, Clone, Serialize)]
pub struct Event<'a> {
    schema: &'static str,
    /// When, in UTC.
    #[serde(rename = "@timestamp", skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<Stamp<'a>>,
    /// Which kind of log, what happened, and how it ended.
    pub event: Action,
    /// Who is behind it.
    #[serde(skip_serializing_if = "Source::is_empty")]
    pub source: Source<'a>,
    /// The user that was tried, or the HTTP auth user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<User<'a>>,
    /// The HTTP request and response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<Http<'a>>,
    /// What was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Url<'a>>,
    /// The client program, as it calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<UserAgent<'a>>,
    /// The machine that wrote the syslog line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<Host<'a>>,
    /// The process that wrote the syslog line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub process: Option<Process<'a>>,
    /// Where the line stands.
    pub log: Log<'a>,
    /// The signals on this line, in table order.
    pub tags: Tags,
    /// How many occurrences the line stands for, where more than one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soar: Option<Soar>,
}

/// `event.*`.
#[derive(Debug, Clone, Serialize)]
pub struct Action {
    /// `http.access` or `sshd.auth`.
    pub dataset: &'static str,
    /// What happened, of a small documented vocabulary.
    pub action: &'static str,
    /// `success` or `failure`, for logins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<&'static str>,
}

/// `source.*`: an address, or the host name that the log has in its place.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Source<'a> {
    /// Canonical address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip: Option<IpAddr>,
    /// A host name, never resolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Cow<'a, str>>,
    /// TCP port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
}

impl<'a> Source<'a> {
    /// What a log's `text` says about the client: an address, a host name, or (`-`, `UNKNOWN`, nothing) neither.
    #[must_use]
    pub fn from_log(text: &'a [u8], port: Option<u16>) -> Self {
        match (net::parse_address(text), text) {
            (Some(ip), _) => Self { ip: Some(ip), address: None, port },
            (None, b"" | b"-" | b"UNKNOWN") => Self { port, ..Self::default() },
            (None, name) => Self { ip: None, address: Some(String::from_utf8_lossy(name)), port },
        }
    }

    fn is_empty(&self) -> bool {
        self.ip.is_none() && self.address.is_none() && self.port.is_none()
    }
}

/// `user.*`.
#[derive(Debug, Clone, Serialize)]
pub struct User<'a> {
    /// The name as logged; an attacker may have chosen it.
    pub name: Cow<'a, str>,
}

/// `http.*`.
#[derive(Debug, Clone, Serialize)]
pub struct Http<'a> {
    /// What was sent.
    #[serde(skip_serializing_if = "Request::is_empty")]
    pub request: Request<'a>,
    /// `1.1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Cow<'a, str>>,
    /// What was answered.
    #[serde(skip_serializing_if = "Response::is_empty")]
    pub response: Response,
}

/// `http.request.*`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Request<'a> {
    /// `GET`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<Cow<'a, str>>,
    /// The Referer header, unescaped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referrer: Option<Cow<'a, str>>,
}

impl Request<'_> {
    const fn is_empty(&self) -> bool {
        self.method.is_none() && self.referrer.is_none()
    }
}

/// `http.response.*`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Response {
    /// Status code, 100 to 999.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<u16>,
    /// The body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
}

impl Response {
    const fn is_empty(&self) -> bool {
        self.status_code.is_none() && self.body.is_none()
    }
}

/// `http.response.body.*`.
#[derive(Debug, Clone, Serialize)]
pub struct Body {
    /// Size in bytes.
    pub bytes: u64,
}

/// `url.*`.
#[derive(Debug, Clone, Serialize)]
pub struct Url<'a> {
    /// The request target as logged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original: Option<Cow<'a, str>>,
    /// The virtual host, where the format has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain: Option<Cow<'a, str>>,
}

/// `user_agent.*`.
#[derive(Debug, Clone, Serialize)]
pub struct UserAgent<'a> {
    /// The User-Agent header, unescaped.
    pub original: Cow<'a, str>,
}

/// `host.*`.
#[derive(Debug, Clone, Serialize)]
pub struct Host<'a> {
    /// From the syslog header.
    pub hostname: Cow<'a, str>,
}

/// `process.*`.
#[derive(Debug, Clone, Serialize)]
pub struct Process<'a> {
    /// `sshd`.
    pub name: Cow<'a, str>,
    /// Process id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u64>,
}

/// `log.*`: `sed -n LINEp FILE` prints the line.
#[derive(Debug, Clone, Serialize)]
pub struct Log<'a> {
    /// The file.
    pub file: LogFile<'a>,
    /// Line number from 1, of the decompressed text.
    pub line: u64,
}

/// `log.file.*`.
#[derive(Debug, Clone, Serialize)]
pub struct LogFile<'a> {
    /// The operand as given, `-` for stdin, or the `--name` label.
    pub path: &'a str,
}

/// `soar.*`.
#[derive(Debug, Clone, Serialize)]
pub struct Soar {
    /// How many occurrences the line stands for ("message repeated N times").
    pub count: u64,
}

/// The signals on a line, written as their names in table order.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tags(pub SignalSet);

impl Serialize for Tags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.indexes().map(|index| SIGNALS[index].name))
    }
}

impl<'a> Event<'a> {
    /// An event about which only the kind and the place are known yet.
    #[must_use]
    pub fn new(dataset: &'static str, action: &'static str, path: &'a str, line: u64) -> Self {
        Self {
            schema: EVENT_SCHEMA,
            timestamp: None,
            event: Action { dataset, action, outcome: None },
            source: Source::default(),
            user: None,
            http: None,
            url: None,
            user_agent: None,
            host: None,
            process: None,
            log: Log { file: LogFile { path }, line },
            tags: Tags::default(),
            soar: None,
        }
    }

    /// Appends the event to `out` as one line of NDJSON.
    pub fn write_line(&self, out: &mut Vec<u8>) {
        // Serialising these types into a Vec cannot fail: no maps with odd keys, no fallible writer.
        if serde_json::to_writer(&mut *out, self).is_ok() {
            out.push(b'\n');
        }
    }
}

/// What soar-score needs to know of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting<'a> {
    /// `source.ip`; absent where the log had a host name.
    pub ip: Option<IpAddr>,
    /// `@timestamp` in seconds since 1970.
    pub at: Option<i64>,
    /// `log.file.path`.
    pub file: Text<'a>,
    /// `log.line`.
    pub line: u64,
    /// The tags that are in the table.
    pub signals: SignalSet,
    /// The tags that are not, each once.
    pub others: Vec<Text<'a>>,
    /// `soar.count`, 1 where absent.
    pub count: u64,
}

impl<'a> Sighting<'a> {
    /// Reads an event, whatever the order and spacing of its keys; keys that are not needed are skipped.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the record.
    pub fn from_line(line: &'a [u8]) -> Result<Self, String> {
        let wire: WireEvent<'a> = serde_json::from_slice(line).map_err(|e| super::malformed(&e))?;
        let at = match &wire.timestamp {
            Some(text) => Some(time::parse_rfc3339(&text.0).map_err(|e| format!("malformed record: @timestamp: {e}"))?),
            None => None,
        };
        let ip = match wire.source.and_then(|s| s.ip) {
            Some(text) => Some(net::parse_address(text.0.as_bytes()).ok_or("malformed record: source.ip is not an address")?),
            None => None,
        };
        let log = wire.log.unwrap_or_default();
        let count = wire.soar.and_then(|s| s.count).unwrap_or(1);
        if count == 0 || count > MAX_INTEGER || log.line.unwrap_or(0) > MAX_INTEGER {
            return Err("malformed record: an integer is out of range".to_owned());
        }
        let tags = wire.tags.unwrap_or_default();
        Ok(Self {
            ip,
            at,
            file: log.file.and_then(|f| f.path).unwrap_or_else(|| Text::from("-")),
            line: log.line.unwrap_or(0),
            signals: tags.signals,
            others: tags.others,
            count,
        })
    }
}

#[derive(Deserialize)]
struct WireEvent<'a> {
    #[serde(borrow, rename = "@timestamp")]
    timestamp: Option<Text<'a>>,
    #[serde(borrow)]
    source: Option<WireSource<'a>>,
    #[serde(borrow)]
    log: Option<WireLog<'a>>,
    #[serde(borrow)]
    tags: Option<WireTags<'a>>,
    soar: Option<WireSoar>,
}

#[derive(Deserialize)]
struct WireSource<'a> {
    #[serde(borrow)]
    ip: Option<Text<'a>>,
}

#[derive(Default, Deserialize)]
struct WireLog<'a> {
    #[serde(borrow)]
    file: Option<WireFile<'a>>,
    line: Option<u64>,
}

#[derive(Deserialize)]
struct WireFile<'a> {
    #[serde(borrow)]
    path: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct WireSoar {
    count: Option<u64>,
}

/// How many tags outside the table one event may carry; more is free text, not names of signals.
const MAX_OTHER_TAGS: usize = 64;

#[derive(Default)]
struct WireTags<'a> {
    signals: SignalSet,
    others: Vec<Text<'a>>,
}

impl<'de: 'a, 'a> Deserialize<'de> for WireTags<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = WireTags<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of signal names")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Self::Value, A::Error> {
                let mut tags = WireTags::default();
                while let Some(name) = names.next_element::<Text<'de>>()? {
                    match signal::index_of(&name.0) {
                        Some(index) => tags.signals = tags.signals.with(index),
                        None if name.0.is_empty() => return Err(de::Error::custom("a tag is empty")),
                        None if tags.others.contains(&name) => {}
                        None if tags.others.len() >= MAX_OTHER_TAGS => return Err(de::Error::custom("too many tags")),
                        None => tags.others.push(name),
                    }
                }
                Ok(tags)
            }
        }
        deserializer.deserialize_seq(Names)
    }
}
