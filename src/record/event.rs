//! An event: what happened on one log line, and how it is written. `sighting` reads it back; one property test ties the two.
//!
//! On the wire it is nested and named as in the Elastic Common Schema, in the order of the fields below; what is not known is
//! absent. Text is the bytes of the log, and becomes UTF-8 (U+FFFD for what is none) only on its way out.
//!
//! **Source:** Elastic Common Schema 8; RFC 8259; RFC 3339.

use std::borrow::Cow;
use std::net::IpAddr;

use super::json::{put_address, put_array, put_number, put_object, put_text, put_word};
use super::signal::{SIGNALS, SignalSet};
use crate::net;
use crate::time::Stamp;

/// Text as logged, after its format's escapes were undone.
pub type Bytes<'a> = Cow<'a, [u8]>;

/// One event, ready to be written.
#[derive(Debug, Clone, Default)]
pub struct Event<'a> {
    /// `@timestamp`: when, in UTC.
    pub timestamp: Option<Stamp<'a>>,
    /// `event.dataset`: `http.access` or `sshd.auth`.
    pub dataset: &'static str,
    /// `event.action`: what happened, of a small documented vocabulary.
    pub action: &'static str,
    /// `event.outcome`: `success` or `failure`, for logins; or nothing.
    pub outcome: &'static str,
    /// `source.ip` and its siblings: who is behind it.
    pub source: Source<'a>,
    /// `user.name`: the user that was tried, or the HTTP auth user; an attacker may have chosen it.
    pub user_name: Option<Bytes<'a>>,
    /// `http.*`.
    pub http: Http<'a>,
    /// `url.original`: the request target as logged.
    pub url_original: Option<&'a [u8]>,
    /// `url.domain`: the virtual host, where the format has one.
    pub url_domain: Option<Bytes<'a>>,
    /// `user_agent.original`: the client program, as it calls itself.
    pub user_agent: Option<Bytes<'a>>,
    /// `host.hostname`: the machine that wrote the syslog line.
    pub hostname: Option<&'a [u8]>,
    /// `process.name`: the program that wrote the syslog line.
    pub process_name: Option<&'a [u8]>,
    /// `process.pid`.
    pub process_pid: Option<u64>,
    /// `log.file.path`: the operand as given, `-` for stdin, or the `--name` label.
    pub log_path: &'a str,
    /// `log.line`: from 1, of the decompressed text, so that `sed -n LINEp` prints it.
    pub log_line: u64,
    /// `tags`: the signals on this line, in table order.
    pub tags: SignalSet,
    /// `soar.count`: how many occurrences the line stands for; written where more than one.
    pub count: u64,
    /// `soar.method`: how a login was tried, in sshd's words: `password`, `publickey`, `keyboard-interactive/pam` ...
    pub method: Option<&'a [u8]>,
}

/// `source.*`: an address, or the host name that the log has in its place.
#[derive(Debug, Clone, Default)]
pub struct Source<'a> {
    /// Canonical address.
    pub ip: Option<IpAddr>,
    /// A host name, never resolved.
    pub address: Option<&'a [u8]>,
    /// TCP port.
    pub port: Option<u16>,
}

impl<'a> Source<'a> {
    /// What a log's `text` says about the client: an address, a host name, or (`-`, `UNKNOWN`, nothing) neither.
    #[must_use]
    pub fn from_log(text: &'a [u8], port: Option<u16>) -> Self {
        match (net::parse_address(text), text) {
            (Some(ip), _) => Self { ip: Some(ip), address: None, port },
            (None, b"" | b"-" | b"UNKNOWN") => Self { port, ..Self::default() },
            (None, name) => Self { ip: None, address: Some(name), port },
        }
    }
}

/// `http.*`.
#[derive(Debug, Clone, Default)]
pub struct Http<'a> {
    /// `http.request.method`: `GET`.
    pub method: Option<&'a [u8]>,
    /// `http.request.referrer`, unescaped.
    pub referrer: Option<Bytes<'a>>,
    /// `http.version`: `1.1`.
    pub version: Option<&'a [u8]>,
    /// `http.response.status_code`: 100 to 999.
    pub status_code: Option<u16>,
    /// `http.response.body.bytes`.
    pub body_bytes: Option<u64>,
}

impl<'a> Event<'a> {
    /// An event about which only the kind and the place are known yet.
    #[must_use]
    pub fn new(dataset: &'static str, action: &'static str, log_path: &'a str, log_line: u64) -> Self {
        Self { dataset, action, log_path, log_line, count: 1, ..Self::default() }
    }

    /// Appends the event to `out` as one line of NDJSON.
    pub fn write_line(&self, out: &mut Vec<u8>) {
        put_object(out, r#"{"schema":"soar.event/1","#, |out| {
            if let Some(time) = &self.timestamp {
                time.with_text(|time| put_word(out, r#""@timestamp":""#, time));
            }
            self.put_what(out);
            self.put_who(out);
            self.put_web(out);
            self.put_where(out);
        });
        out.pop();
        out.push(b'\n');
    }

    fn put_what(&self, out: &mut Vec<u8>) {
        put_object(out, r#""event":{"#, |out| {
            put_word(out, r#""dataset":""#, self.dataset);
            put_word(out, r#""action":""#, self.action);
            if !self.outcome.is_empty() {
                put_word(out, r#""outcome":""#, self.outcome);
            }
        });
    }

    fn put_who(&self, out: &mut Vec<u8>) {
        put_object(out, r#""source":{"#, |out| {
            put_address(out, r#""ip":""#, self.source.ip);
            put_text(out, r#""address":""#, self.source.address);
            put_number(out, r#""port":"#, self.source.port);
        });
        put_object(out, r#""user":{"#, |out| put_text(out, r#""name":""#, self.user_name.as_deref()));
    }

    fn put_web(&self, out: &mut Vec<u8>) {
        let http = &self.http;
        put_object(out, r#""http":{"#, |out| {
            put_object(out, r#""request":{"#, |out| {
                put_text(out, r#""method":""#, http.method);
                put_text(out, r#""referrer":""#, http.referrer.as_deref());
            });
            put_text(out, r#""version":""#, http.version);
            put_object(out, r#""response":{"#, |out| {
                put_number(out, r#""status_code":"#, http.status_code);
                put_object(out, r#""body":{"#, |out| put_number(out, r#""bytes":"#, http.body_bytes));
            });
        });
        put_object(out, r#""url":{"#, |out| {
            put_text(out, r#""original":""#, self.url_original);
            put_text(out, r#""domain":""#, self.url_domain.as_deref());
        });
        put_object(out, r#""user_agent":{"#, |out| put_text(out, r#""original":""#, self.user_agent.as_deref()));
    }

    fn put_where(&self, out: &mut Vec<u8>) {
        put_object(out, r#""host":{"#, |out| put_text(out, r#""hostname":""#, self.hostname));
        put_object(out, r#""process":{"#, |out| {
            put_text(out, r#""name":""#, self.process_name);
            put_number(out, r#""pid":"#, self.process_pid);
        });
        put_object(out, r#""log":{"#, |out| {
            put_object(out, r#""file":{"#, |out| put_text(out, r#""path":""#, Some(self.log_path.as_bytes())));
            put_number(out, r#""line":"#, Some(self.log_line));
        });
        put_array(out, r#""tags":["#, |out| {
            self.tags.indexes().for_each(|index| put_word(out, "\"", SIGNALS[index].name));
        });
        put_object(out, r#""soar":{"#, |out| {
            put_number(out, r#""count":"#, Some(self.count).filter(|&count| count > 1));
            put_text(out, r#""method":""#, self.method);
        });
    }
}
