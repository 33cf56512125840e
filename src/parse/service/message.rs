//! What a message of a service says; slices of the line.

use std::borrow::Cow;

use crate::aggregate::options::AggregationOptions;
use crate::aggregate::read::{PlainEvent, ScoreRecords};
use crate::base::bytes::strip_start;
use crate::base::net::Address;
use crate::base::number::parse_port;
use crate::base::time::LogTime;
use crate::parse::format::{Header, to_utf8};
use crate::parse::service::field::{Captures, FieldKind, split_network};
use crate::parse::service::pam::read_pam_fields;
use crate::parse::service::template::MessageTemplate;
use crate::record::MAX_INTEGER;
use crate::record::event::read::EventView;
use crate::record::event::{Event, EventSource, INVALID};
use crate::record::signal::{LOGIN_ACCEPTED, LOGIN_FAILED, SERVICE_LOGINS, SignalSet};

/// What a message says.
#[derive(Debug)]
pub struct ServiceMessage<'a> {
    header: Header<'a>,
    template: &'static MessageTemplate,
    /// How a login was tried: `password`, `publickey`, `keyboard-interactive/pam` ...
    pub method: Option<&'a [u8]>,
    /// The address; or PAM's fields, in which it stands with the user.
    peer: Option<&'a [u8]>,
    /// Digits: the number is worked out only where it leaves.
    port: Option<&'a [u8]>,
    user: Option<&'a [u8]>,
    count: u64,
    signals: SignalSet,
    /// Whether peer and user stand in PAM's fields, which are read where somebody asks: of nearly all such messages nobody does.
    is_of_pam: bool,
}

/// The peer and the user, as far as a message names them.
#[derive(Debug, Clone, Copy)]
pub(crate) enum PeerAndUser<'a> {
    /// Both are known.
    Named(Option<&'a [u8]>, Option<&'a [u8]>),
    /// They stand in these fields of PAM.
    OfPam(&'a [u8]),
}

/// What is known of a message beside its parts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Circumstances<'a> {
    /// The peer and the user, where they are not parts of their own.
    pub peer: Option<PeerAndUser<'a>>,
    /// How often the message came.
    pub count: u64,
    /// Whether the server says that nobody is authenticated yet.
    pub is_preauth: bool,
}

impl<'a> ServiceMessage<'a> {
    /// A message of `template` with these parts.
    #[inline]
    pub(crate) fn new(header: Header<'a>, template: &'static MessageTemplate, parts: &Captures<'a>, around: Circumstances<'a>) -> Self {
        let (peer, user, is_of_pam) = match around.peer {
            Some(PeerAndUser::Named(peer, user)) => (peer, user, false),
            Some(PeerAndUser::OfPam(fields)) => (Some(fields), None, true),
            None => {
                let peer = parts.get(FieldKind::Address).or_else(|| parts.get(FieldKind::Network).and_then(single_address));
                (peer, parts.get(FieldKind::User), false)
            }
        };
        // Without a socket sshd makes the port up (65535).
        let port = parts.get(FieldKind::Port).filter(|_| peer != Some(b"UNKNOWN"));
        let method = parts.get(FieldKind::Method);
        // Of a number that cannot be one, the message is one try.
        let count = parts
            .get(FieldKind::Count)
            .and_then(parse_count)
            .map_or(around.count, |count| count.saturating_mul(around.count).min(MAX_INTEGER));
        // In one piece: what is put together here is large, and not copied once more.
        let fires = !template.signals.is_empty() && {
            let names_peer = if is_of_pam { read_pam_fields(peer.unwrap_or_default()).0.is_some() } else { peer.is_some() };
            fires(template, names_peer, method, around.is_preauth)
        };
        let signals = if fires { template.signals } else { SignalSet::default() };
        Self { header, template, method, peer, port, user, count, signals, is_of_pam }
    }

    /// The same without signals.
    pub(crate) fn uncounted(self) -> Self {
        Self { signals: SignalSet::default(), ..self }
    }

    /// When the message was written, where its line says so.
    pub const fn time(&self) -> Option<LogTime<'a>> {
        self.header.time
    }

    /// The peer, as the message has it.
    pub fn address(&self) -> Option<&'a [u8]> {
        self.peer_and_user().0
    }

    pub fn user(&self) -> Option<&'a [u8]> {
        self.peer_and_user().1
    }

    fn peer_and_user(&self) -> (Option<&'a [u8]>, Option<&'a [u8]>) {
        match self.peer {
            Some(fields) if self.is_of_pam => read_pam_fields(fields),
            peer => (peer, self.user),
        }
    }

    /// The port, as the message has it.
    pub const fn port(&self) -> Option<&'a [u8]> {
        self.port
    }

    /// How often it came.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The template that it fits.
    pub(crate) const fn template(&self) -> &'static MessageTemplate {
        self.template
    }

    /// The signals that fire on it.
    pub const fn signals(&self) -> SignalSet {
        self.signals
    }

    /// Whether it tells of nothing.
    pub(crate) const fn is_quiet(&self) -> bool {
        self.template.is_quiet()
    }

    /// Whether the message names its peer.
    pub(crate) fn names_peer(&self) -> bool {
        self.address().is_some()
    }

    /// The machine that wrote the message; empty where the header has none.
    pub const fn host(&self) -> &'a [u8] {
        self.header.host
    }

    /// The message, with the time and the machine of what stands around it where it names none.
    pub fn behind(self, around: &Header<'a>) -> Self {
        let host = if self.header.host.is_empty() { around.host } else { self.header.host };
        Self { header: Header { time: self.header.time.or(around.time), host, ..self.header }, ..self }
    }

    /// This message once more, `count` times, as a later line says.
    pub fn repeated(self, count: u64, time: Option<LogTime<'a>>) -> Self {
        let count = self.count.saturating_mul(count).min(MAX_INTEGER);
        Self { header: Header { time, ..self.header }, count, ..self }
    }

    /// Adds the event of this message, which has these signals and stands at `place`, to what is counted, as far as `wants` says.
    pub(crate) fn count_in(&self, counted: &mut ScoreRecords, signals: SignalSet, (file, line): (&str, u64), wants: &AggregationOptions) {
        if !wants.users && signals.intersection(LOGIN_ACCEPTED.union(SERVICE_LOGINS)).is_empty() {
            let (ip, at) = (self.ip(), self.header.time.map(|time| time.seconds));
            return counted.add_plain(PlainEvent { ip, at, signals, count: self.count, file, line });
        }
        let file = Cow::Borrowed(file.as_bytes());
        counted.add_event(EventView { file, line, ..self.view(signals, wants) }, wants);
    }

    /// What is counted of that event, which has these signals, as far as `wants` says; the caller knows its place.
    pub fn view(&self, signals: SignalSet, wants: &AggregationOptions) -> EventView<'a> {
        // Of nobody else it is told who logged in, and how.
        let is_login = !signals.intersection(LOGIN_ACCEPTED).is_empty();
        let is_service = !signals.intersection(SERVICE_LOGINS).is_empty();
        let text = |text: &'a [u8]| to_utf8(Cow::Borrowed(text));
        EventView {
            dataset: is_service.then_some(Cow::Borrowed(self.template.dataset.as_bytes())),
            ip: self.ip(),
            at: self.header.time.map(|time| time.seconds),
            user: self.user().filter(|_| is_login || wants.users).map(text),
            method: self.method.filter(|_| is_login).map(text),
            count: self.count,
            signals,
            ..EventView::default()
        }
    }

    /// The peer's address; `None`: the message names none, or a host name.
    fn ip(&self) -> Option<Address> {
        self.address().and_then(|address| EventSource::from_log(address, None).ip)
    }

    /// The event of this message, still without tags.
    pub fn to_event(&self, path: &'a str, line: u64) -> Event<'a> {
        let (address, user) = self.peer_and_user();
        let mut event = Event::new(self.template.dataset, self.template.action, path, line);
        event.timestamp = self.header.time;
        event.outcome = self.template.outcome;
        event.source = address.map(|address| EventSource::from_log(address, self.port.and_then(parse_port))).unwrap_or_default();
        event.user_name = user.map(Cow::Borrowed);
        event.hostname = Some(self.header.host).filter(|host| !host.is_empty());
        event.process_name = Some(self.header.program).filter(|program| !program.is_empty());
        event.process_pid = self.header.pid;
        event.count = self.count;
        event.method = self.method;
        // Of a message that was cut off nobody is named.
        event.user_state = if self.template.is_invalid_user && user.is_some() { INVALID } else { "" };
        event
    }
}

/// Whether the signals of the template fire. A service tells some things twice, once without an address: what names nobody must
/// not count a second time.
fn fires(template: &MessageTemplate, names_peer: bool, method: Option<&[u8]>, is_preauth: bool) -> bool {
    let MessageTemplate { signals, methods, not_methods, .. } = template;
    let is_login = !signals.intersection(LOGIN_FAILED.union(LOGIN_ACCEPTED)).is_empty();
    let is_one_of = |methods: &[&str]| method.is_some_and(|method| methods.iter().any(|wanted| is_method(method, wanted.as_bytes())));
    (is_login || names_peer)
        && (is_preauth || !template.is_preauth)
        && (methods.is_empty() || is_one_of(methods))
        && !is_one_of(not_methods)
}

/// Whether `method` is `wanted`, or that with more behind a slash, as sshd names the device of keyboard-interactive.
fn is_method(method: &[u8], wanted: &[u8]) -> bool {
    strip_start(method, wanted).is_some_and(|rest| matches!(rest, [] | [b'/', ..]))
}

/// The address of a network of one; a wider one is more than the peer.
fn single_address(network: &[u8]) -> Option<&[u8]> {
    split_network(network).filter(|&(_, bits)| bits == 32 || bits == 128).map(|(address, _)| address)
}

/// How often the message inside came, and that message.
pub(crate) fn unfold_repeats(message: &[u8]) -> Option<(u64, &[u8])> {
    unfold_rest(message.strip_prefix(b"message ")?)
}

/// The same behind the first word, `repeated 5 times: [ MESSAGE]`.
pub(crate) fn unfold_rest(message: &[u8]) -> Option<(u64, &[u8])> {
    let rest = message.strip_prefix(b"repeated ")?;
    let digits = rest.iter().position(|b| !b.is_ascii_digit())?;
    let inside = rest[digits..].strip_prefix(b" times: [")?.strip_suffix(b"]")?;
    let count = parse_count(&rest[..digits])?;
    Some((count, inside.strip_prefix(b" ").unwrap_or(inside)))
}

/// How often a message was repeated: at least once.
pub(crate) fn parse_count(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok().filter(|n| (1..=MAX_INTEGER).contains(n))
}
