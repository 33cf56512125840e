//! An event: what happened on one log line. `member` says what it has, in which order; `write` writes it, `read` reads it back.
//!
//! On the wire it is nested and named as in the Elastic Common Schema, in the order of the fields below; what is not known is
//! absent. Text is the bytes of the log, and becomes UTF-8 (U+FFFD for what is none) only on its way out.
//!
//! **Source:** Elastic Common Schema 8; RFC 8259; RFC 3339.

pub(crate) mod json;
pub(crate) mod member;
pub mod read;
pub(crate) mod write;

use std::borrow::Cow;
use std::net::IpAddr;

use crate::base::bytes::{is_same, is_same_option};
use crate::base::net;
use crate::base::net::Address;
use crate::base::time::LogTime;
use crate::base::time::rfc3339::MonthWriter;
use crate::record::event::member::Member;
use crate::record::event::write::{CachedFields, EventLine, LONGEST_CACHED, remember};
use crate::record::signal::SignalSet;

/// Text as logged, after its format's escapes were undone.
pub(crate) type Bytes<'a> = Cow<'a, [u8]>;

/// One event, ready to be written.
#[derive(Debug, Clone, Default)]
pub struct Event<'a> {
    /// `@timestamp`: when, in UTC.
    pub timestamp: Option<LogTime<'a>>,
    /// `event.dataset`: `http.access` or `sshd.auth`.
    pub dataset: &'static str,
    /// `event.action`: what happened, of a small documented vocabulary.
    pub action: &'static str,
    /// `event.outcome`: `success` or `failure`, for logins; or nothing.
    pub outcome: &'static str,
    /// `source.ip` and its siblings: who is behind it.
    pub source: EventSource<'a>,
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
    /// `soar.user`: `invalid`, or nothing.
    pub user_state: &'static str,
}

/// What `soar.user` says of one who does not exist, or may not log in: sshd's own word.
pub(crate) const INVALID: &str = "invalid";

/// `source.*`: an address, or the host name that the log has in its place.
#[derive(Debug, Clone, Default)]
pub struct EventSource<'a> {
    /// Canonical address; its zone is written as `observer.ingress.interface.name`.
    pub ip: Option<Address>,
    /// A host name, never resolved; of an IPv4 address, which is logged as it is written here, the same text.
    pub address: Option<&'a [u8]>,
    /// TCP port.
    pub port: Option<u16>,
}

impl<'a> EventSource<'a> {
    /// What a log's `text` says about the client: an address, a host name, or (`-`, `UNKNOWN`, nothing) neither.
    pub(crate) fn from_log(text: &'a [u8], port: Option<u16>) -> Self {
        if let Some(v4) = net::parse_ipv4(text) {
            return Self { ip: Some(Address::new(IpAddr::V4(v4))), address: Some(text), port };
        }
        match (Address::parse(text), text) {
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
    pub fn new(dataset: &'static str, action: &'static str, log_path: &'a str, log_line: u64) -> Self {
        Self { dataset, action, log_path, log_line, count: 1, ..Self::default() }
    }

    /// Appends the event to `out` as one line of NDJSON.
    pub fn write_line(&self, out: &mut Vec<u8>) {
        EventWriter::default().write_line(self, out);
    }

    fn put_web(&self, line: &mut EventLine<'_>) {
        let http = &self.http;
        line.text(Member::HttpMethod, http.method);
        line.text(Member::Referrer, http.referrer.as_deref());
        line.text(Member::HttpVersion, http.version);
        line.number(Member::Status, http.status_code.map(u64::from));
        line.number(Member::BodyBytes, http.body_bytes);
        line.text(Member::Target, self.url_original);
        line.text(Member::Domain, self.url_domain.as_deref());
        line.text(Member::Agent, self.user_agent.as_deref());
    }
}

/// Writes events one after the other, and remembers what many of them have in common: what was written once is one comparison
/// and one copy where it comes again.
#[derive(Debug, Clone, Default)]
pub struct EventWriter {
    months: MonthWriter,
    /// What happened: the dataset, the action, the outcome.
    what: ([&'static str; 3], CachedFields),
    /// Who wrote the line: the machine and the program.
    origin: ([Vec<u8>; 2], CachedFields),
    /// Which file it stands in.
    file: (String, CachedFields),
    /// How events end, by their tags: how often, and the method.
    tails: [CachedTail; 8],
}

#[derive(Debug, Clone, Default)]
struct CachedTail {
    tags: SignalSet,
    count: u64,
    method: Option<Vec<u8>>,
    user_state: &'static str,
    cached: CachedFields,
}

impl EventWriter {
    /// Appends `event` to `out` as one line of NDJSON.
    pub fn write_line(&mut self, event: &Event<'_>, out: &mut Vec<u8>) {
        let mut line = EventLine::new(out);
        line.time(Member::Timestamp, event.timestamp, &mut self.months);
        self.write_event_fields(event, &mut line);
        match (event.source.ip.map(|address| address.ip), event.source.address) {
            (Some(IpAddr::V4(_)), Some(logged)) => line.logged_address(Member::Ip, logged),
            (None, name) => line.text(Member::Address, name),
            (ip, _) => line.address(Member::Ip, ip),
        }
        line.number(Member::Port, event.source.port.map(u64::from));
        if let Some(zone) = event.source.ip.and_then(|address| address.zone()) {
            line.word(Member::Interface, zone.as_str());
        }
        line.text(Member::User, event.user_name.as_deref());
        event.put_web(&mut line);
        self.write_host_process(event, &mut line);
        line.number(Member::Pid, event.process_pid);
        self.put_file(event, &mut line);
        line.number(Member::Line, Some(event.log_line));
        self.put_tail(event, &mut line);
        line.end();
    }

    #[inline]
    fn write_event_fields(&mut self, event: &Event<'_>, line: &mut EventLine<'_>) {
        let (known, cached) = &mut self.what;
        let what = [event.dataset, event.action, event.outcome];
        // Each template has words of its own, which are mostly those of its neighbours.
        let has_changed = !known.iter().zip(what).all(|(known, word)| is_same(known.as_bytes(), word.as_bytes()));
        *known = what;
        line.write_cached(cached, has_changed, |line| {
            line.word(Member::Dataset, event.dataset);
            line.word(Member::Action, event.action);
            line.word(Member::Outcome, event.outcome);
        });
    }

    #[inline]
    fn write_host_process(&mut self, event: &Event<'_>, line: &mut EventLine<'_>) {
        let (Some(hostname), Some(process)) = (event.hostname, event.process_name) else {
            line.text(Member::Hostname, event.hostname);
            return line.text(Member::Process, event.process_name);
        };
        let ([known_hostname, known_process], cached) = &mut self.origin;
        let has_changed = !is_same(known_hostname, hostname) || !is_same(known_process, process);
        if has_changed {
            remember(known_hostname, hostname);
            remember(known_process, process);
        }
        line.write_cached(cached, has_changed, |line| {
            line.text(Member::Hostname, Some(hostname));
            line.text(Member::Process, Some(process));
        });
    }

    #[inline]
    fn put_file(&mut self, event: &Event<'_>, line: &mut EventLine<'_>) {
        let (known, cached) = &mut self.file;
        let has_changed = !is_same(known.as_bytes(), event.log_path.as_bytes());
        if has_changed {
            event.log_path.clone_into(known);
        }
        line.write_cached(cached, has_changed, |line| line.text(Member::Path, Some(event.log_path.as_bytes())));
    }

    #[inline]
    fn put_tail(&mut self, event: &Event<'_>, line: &mut EventLine<'_>) {
        // Tries for users that do not exist mostly take turns with those for users that do.
        let slot = (event.tags.bits() as usize ^ usize::from(!event.user_state.is_empty()) << 2) % self.tails.len();
        let tail = &mut self.tails[slot];
        let is_alike =
            tail.tags == event.tags && tail.count == event.count && is_same(tail.user_state.as_bytes(), event.user_state.as_bytes());
        let has_changed = !is_alike || !is_same_option(tail.method.as_deref(), event.method);
        if has_changed {
            let method = event.method.filter(|method| method.len() <= LONGEST_CACHED);
            (tail.tags, tail.count, tail.method) = (event.tags, event.count, method.map(<[u8]>::to_vec));
            tail.user_state = event.user_state;
        }
        line.write_cached(&mut tail.cached, has_changed, |line| {
            line.signals(Member::Tags, event.tags);
            line.number(Member::Count, Some(event.count).filter(|&count| count > 1));
            line.text(Member::Method, event.method);
            line.word(Member::UserState, event.user_state);
        });
    }
}

#[cfg(test)]
impl EventWriter {
    /// How much memory it holds for what it remembers.
    fn remembered_bytes(&self) -> usize {
        let tail = |tail: &CachedTail| tail.cached.capacity() + tail.method.as_ref().map_or(0, Vec::capacity);
        let origin = self.origin.0.iter().map(Vec::capacity).sum::<usize>() + self.origin.1.capacity();
        self.what.1.capacity() + origin + self.file.0.capacity() + self.file.1.capacity() + self.tails.iter().map(tail).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::event::read::{EventReader, EventView};

    #[test]
    fn what_a_sender_makes_long_is_written_and_read_and_not_remembered() {
        let long = vec![b'x'; 1 << 20];
        let (mut writer, mut reader) = (EventWriter::default(), EventReader::default());
        for (hostname, process, method) in [
            (&long[..], &b"sshd"[..], &b"password"[..]),
            (b"", b"sshd", b"password"),
            (b"lab", &long, b"password"),
            (b"lab", b"", b"password"),
            (b"lab", b"sshd", &long),
            (b"lab", b"sshd", b""),
            (b"lab", b"sshd", b"none"),
        ] {
            let event = Event {
                hostname: Some(hostname),
                process_name: Some(process),
                process_pid: Some(7),
                method: Some(method),
                ..Event::new("sshd.auth", "ssh_login", "auth.log", 1)
            };
            let (mut lines, mut alone) = (Vec::new(), Vec::new());
            for _ in 0..2 {
                lines.clear();
                writer.write_line(&event, &mut lines);
            }
            event.write_line(&mut alone);
            assert!(lines == alone);
            let line = lines.trim_ascii_end();
            assert_eq!(reader.read(line), EventView::from_line(line));
            let remembered = writer.remembered_bytes() + reader.remembered_bytes();
            assert!(remembered <= 16 * LONGEST_CACHED, "{remembered} bytes");
        }
    }
}
