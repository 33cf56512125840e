//! Records read: a block of NDJSON in, what soar-score needs of each record out. Pure, so blocks are read in parallel.

use std::ops::Range;
use std::sync::Arc;

use crate::aggregate::accounts::row::UserRows;
use crate::aggregate::login_order::{LoginOrderRow, LoginSeen};
use crate::aggregate::options::{AggregationOptions, Whence};
use crate::aggregate::shared_text::share;
use crate::base::error::{Error, Result};
use crate::base::net::Address;
use crate::io::block::Block;
use crate::record::RecordKind;
use crate::record::event::read::{EventReader, EventView};
use crate::record::host::carried::{self, Carried};
use crate::record::host::login_order::LoginOrder;
use crate::record::host::partial;
use crate::record::host::partial::{Buckets, Distinct, Partial};
use crate::record::host::service;
use crate::record::host::timeline::Timeline;
use crate::record::host::{self, HostRecord, Kept, NO_ADDRESS, SeenAt};
use crate::record::reader::{Accepts, RecordReader};
use crate::record::run::count::{LineClass, LineCounts};
use crate::record::signal::{LOGIN_ACCEPTED, SERVICE_LOGINS, SignalSet, Value};

/// One event that counts for an address. There are millions, so what few have stands apart.
#[derive(Debug)]
pub(crate) struct EventRow {
    pub ip: Address,
    pub signals: SignalSet,
    /// Index into [`ScoreRecords::files`].
    pub file: u32,
    /// The service of a login: one more than its index in [`ScoreRecords::services`]; 0: none.
    pub service: u32,
    pub count: u64,
    /// Seconds since 1970.
    pub at: Option<i64>,
    pub line: u64,
    pub detail: Option<Box<EventDetail>>,
}

/// An event of which nothing is wanted but this: who, when, where, and how often.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlainEvent<'a> {
    /// Who; `None`: the event names no address.
    pub ip: Option<Address>,
    /// Seconds since 1970.
    pub at: Option<i64>,
    pub signals: SignalSet,
    pub count: u64,
    /// The log.
    pub file: &'a str,
    pub line: u64,
}

/// What few events have.
#[derive(Debug, Default)]
pub(crate) struct EventDetail {
    /// The tags that are no signals of ours.
    pub others: Vec<Arc<str>>,
    pub login: Option<LoginSeen>,
    /// The hash of the user that was tried, where that is wanted.
    pub user: Option<u64>,
    /// The hash of the path that was asked for, where that is wanted.
    pub path: Option<u64>,
    /// Index into [`ScoreRecords::enrich`].
    pub enrich: u32,
}

impl EventDetail {
    const fn is_empty(&self) -> bool {
        self.others.is_empty() && self.login.is_none() && self.user.is_none() && self.path.is_none() && self.enrich == 0
    }
}

impl EventRow {
    /// The tags that are no signals of ours.
    pub(crate) fn others(&self) -> &[Arc<str>] {
        self.detail.as_ref().map_or(&[], |detail| &detail.others)
    }

    /// Index into [`ScoreRecords::enrich`].
    pub(crate) fn enrich(&self) -> usize {
        self.detail.as_ref().map_or(0, |detail| detail.enrich as usize)
    }
}

/// One host record: a part of what is known of its address.
#[derive(Debug)]
pub(crate) struct PartialHost {
    /// The address; of a network, the one that it is called by.
    pub ip: Address,
    /// Whether it stands for a network.
    pub is_network: bool,
    /// When the address was last seen, where a network was seen at another time.
    pub ip_last_seen: Option<SeenAt>,
    /// What was counted, in [`ScoreRecords::counts`].
    pub counts: Range<usize>,
    /// The logins by service, in [`ScoreRecords::logins`].
    pub logins: Range<usize>,
    /// Seconds since 1970.
    pub first_seen: Option<i64>,
    /// Seconds since 1970.
    pub last_seen: Option<i64>,
    /// Its range in [`ScoreRecords::evidence`].
    pub evidence: Range<usize>,
    /// What merging windows and distinct counts needs.
    pub partial: Option<Partial<'static>>,
    /// When logins were refused and let in; `None`: none was.
    pub login_order: Option<LoginOrderRow>,
    /// What was counted by time; `None`: nothing, or nobody wants it.
    pub timeline: Option<Box<Timeline<'static>>>,
    /// When each rule led to an alert last.
    pub alerted: Vec<(String, i64)>,
    /// How much of the past the state of a live run kept of it; `None`: all.
    pub kept: Option<Box<Kept>>,
    /// What stages between ours know of it.
    pub carried: Option<Box<Carried>>,
}

/// What one block of records said.
#[derive(Debug, Default)]
pub struct ScoreRecords {
    /// The tagged events that name an address.
    pub(crate) seen: Vec<EventRow>,
    /// The hosts. What each has several of stands in the lists below, since a list for each costs more than what is in it.
    pub(crate) pieces: Vec<PartialHost>,
    /// Of hosts: the name of a signal, in `names`, and how often.
    pub counts: Vec<(u32, u64)>,
    /// Of hosts: which of its counts, when, the file, in `files`, and the line.
    pub evidence: Vec<(usize, Option<i64>, u32, u64)>,
    /// Of hosts: the buckets in which logins were refused.
    pub failures: Buckets,
    pub files: Vec<Arc<str>>,
    pub names: Vec<Arc<str>>,
    /// Of hosts: a service, in `services`, and how many logins.
    pub logins: Vec<(u32, u64)>,
    /// The services of logins.
    pub services: Vec<Arc<str>>,
    /// The users who were let in and their methods.
    pub words: Vec<Arc<str>>,
    /// What stages between ours know of the addresses of events: nothing, then each.
    pub enrich: Vec<Arc<str>>,
    /// What is said of users, where that is wanted.
    pub(crate) users: UserRows,
    pub(crate) lines: LineCounts,
    /// Tagged events without `source.ip`.
    pub nameless: u64,
    /// Hosts that were seen, but have no timeline, where one is kept.
    pub without_timeline: u64,
    /// Keys of host records that are not carried over.
    pub dropped_keys: u64,
}

/// How long events are, about, in bytes.
const EVENT_BYTES: usize = 384;

/// Reads every record of `block`, as far as `keep` wants it; the intake knows what could not be read.
pub(crate) fn read_block(block: &Block, keep: &AggregationOptions) -> (ScoreRecords, RecordReader) {
    read_from(Whence::Input, block, keep)
}

/// The same of what comes from elsewhere.
pub(crate) fn read_from(whence: Whence, block: &Block, keep: &AggregationOptions) -> (ScoreRecords, RecordReader) {
    let mut intake = RecordReader::new("soar-score", Accepts::EventsAndHosts, Arc::clone(&block.file));
    let mut records = ScoreRecords { enrich: vec![Arc::from("")], ..ScoreRecords::default() };
    records.seen.reserve(block.bytes.len() / EVENT_BYTES);
    let (mut reader, mut host) = (EventReader::default(), HostRecord::new(NO_ADDRESS.into()));
    let mut taken = 0;
    for (number, line) in block.records() {
        taken += 1;
        let mut refused = None;
        intake.read(number, line, |kind, line| match kind {
            RecordKind::Event => reader.read(line).map(|event| {
                if keep.accounts {
                    records.users.add(&event, line, keep);
                }
                records.add_event(event, keep);
            }),
            _ => host.read(line).map(|()| match keep.check_mergeable(&host) {
                Some(refusal) => refused = Some(refusal.say(whence)),
                None => records.add_host(&mut host, keep),
            }),
        });
        if let Some(reason) = refused {
            intake.fatal = Some(Error::NoPart { place: format!("{}:{number}", block.file), reason });
        }
    }
    records.lines[LineClass::Malformed] = intake.issues.count();
    records.lines[LineClass::Blank] = block.lines - taken;
    (records, intake)
}

/// The most that a new host takes in the table: itself, its index by address, and the lists that it may have.
const HOST_BYTES: usize = 640;
/// The most that one more signal of a host takes: space for its evidence, its buckets and its timeline.
const SIGNAL_BYTES: usize = 384;
/// How many signals nearly every host has at the most.
const MOST_NEW_SIGNALS: usize = 3;
/// The most that one piece of evidence, bucket, login or distinct value takes in a list that doubles.
const ENTRY_BYTES: usize = 64;

impl ScoreRecords {
    /// No less than what the table may grow by when it takes all of this.
    pub(crate) fn growth_bytes(&self) -> usize {
        let of_event = |seen: &EventRow| {
            let is_login = seen.detail.as_ref().is_some_and(|detail| detail.login.is_some());
            let signals = seen.signals.indexes().count() + seen.others().len() + usize::from(is_login);
            let signals = signals + usize::from(seen.service > 0);
            HOST_BYTES + signals * SIGNAL_BYTES + self.enrich.get(seen.enrich()).map_or(0, |enrich| enrich.len())
        };
        let of_partial = |partial: &Partial<'_>| {
            let buckets = partial.buckets.iter().map(|signal| signal.buckets.len()).sum::<usize>();
            let distinct = [&partial.users, &partial.paths].into_iter().flatten().map(Distinct::count).sum::<usize>();
            (buckets + distinct) * ENTRY_BYTES
        };
        let of_order = |order: &LoginOrderRow| {
            let (buckets, latest) = order.counts();
            buckets * ENTRY_BYTES + latest * SIGNAL_BYTES
        };
        let of_piece = |piece: &PartialHost| {
            let lists = (piece.counts.len() + piece.logins.len()) * SIGNAL_BYTES + piece.evidence.len() * ENTRY_BYTES;
            let order = piece.login_order.as_ref().map_or(0, of_order);
            let carried = piece.carried.as_ref().map_or(0, |carried| size_of::<Carried>() + carried.heap_bytes());
            let of_signal = |(_, buckets): &(_, Buckets)| buckets.len() * ENTRY_BYTES;
            let timeline = piece.timeline.as_ref().map_or(0, |timeline| timeline.signals.iter().map(of_signal).sum());
            HOST_BYTES + lists + order + carried + timeline + piece.partial.as_ref().map_or(0, of_partial)
        };
        self.seen.iter().map(of_event).sum::<usize>() + self.pieces.iter().map(of_piece).sum::<usize>()
    }

    /// The same of events alone, of which it is known how many addresses were new: any other was counted before, with all that its
    /// first event takes.
    pub(crate) fn growth_bytes_of_new(&self, hosts: usize) -> usize {
        let signals = |seen: &EventRow| seen.signals.indexes().count() + seen.others().len() + 1;
        let of_event = |seen: &EventRow| signals(seen) * ENTRY_BYTES + self.enrich.get(seen.enrich()).map_or(0, |enrich| enrich.len());
        hosts * (HOST_BYTES + MOST_NEW_SIGNALS * SIGNAL_BYTES) + self.seen.iter().map(of_event).sum::<usize>()
    }

    /// When anything in it was last seen.
    pub fn latest(&self) -> Option<i64> {
        let of_events = self.seen.iter().filter_map(|seen| seen.at).max();
        of_events.max(self.pieces.iter().filter_map(|piece| piece.last_seen).max())
    }

    /// Adds the host that `line` is.
    pub(crate) fn add_host_line(&mut self, line: &[u8], keep: &AggregationOptions) -> Result<()> {
        let mut host = HostRecord::from_line(line).map_err(|reason| Error::Read { path: "temporary file".to_owned(), reason })?;
        self.add_host(&mut host, keep);
        Ok(())
    }

    /// Counts an event, and gives its address where it counts for one.
    #[inline]
    fn admit(&mut self, ip: Option<Address>, has_tags: bool) -> Option<Address> {
        self.lines[LineClass::Event] += 1;
        if !has_tags {
            return None;
        }
        self.nameless += u64::from(ip.is_none());
        ip
    }

    /// Adds an event that has nothing which few have: what [`Self::add_event`] does of it.
    #[inline]
    pub(crate) fn add_plain(&mut self, event: PlainEvent<'_>) {
        let PlainEvent { ip, at, signals, count, file, line } = event;
        let Some(ip) = self.admit(ip, !signals.is_empty()) else { return };
        let file = share(&mut self.files, file.as_bytes());
        self.seen.push(EventRow { ip, signals, file, service: 0, count, at, line, detail: None });
    }

    /// Adds an event.
    pub(crate) fn add_event(&mut self, event: EventView<'_>, keep: &AggregationOptions) {
        let EventView { dataset, ip, at, file, line, signals, others, count, user, target, method, enrich } = event;
        // Nor is what one without tags knows joined to a host: of a part in which it is alone there is no host that could have it.
        let Some(ip) = self.admit(ip, !signals.is_empty() || !others.is_empty()) else { return };
        let others = others.iter().map(|name| name.0.as_ref().into()).collect();
        let is_login = !signals.intersection(LOGIN_ACCEPTED).is_empty();
        let login = is_login.then(|| LoginSeen::new(user.as_deref(), method.as_deref(), &mut self.words));
        let hash = |value, text: Option<&[u8]>| text.filter(|_| keep.counts(value) && signals.counts_distinct(value)).map(partial::hash);
        let user = hash(Value::User, user.as_deref());
        let path = hash(Value::Path, target.as_deref().map(path_of));
        let file = share(&mut self.files, &file);
        let enrich = enrich.map_or(0, |enrich| share(&mut self.enrich, carried::sort_keys(enrich).as_bytes()));
        let is_service = !signals.intersection(SERVICE_LOGINS).is_empty();
        let service = dataset.as_deref().filter(|_| is_service).and_then(service::of_dataset);
        let service = service.map_or(0, |service| share(&mut self.services, service.as_bytes()) + 1);
        let detail = EventDetail { others, login, user, path, enrich };
        let detail = (!detail.is_empty()).then(|| Box::new(detail));
        self.seen.push(EventRow { ip, signals, file, service, count, at, line, detail });
    }

    fn add_host(&mut self, host: &mut HostRecord<'_>, keep: &AggregationOptions) {
        self.lines[LineClass::Host] += 1;
        self.dropped_keys += host.unknown_keys;
        let carried = Carried::of(host);
        let (first_count, first_evidence) = (self.counts.len(), self.evidence.len());
        for (name, count) in host.signals.iter().filter(|(_, count)| *count > 0) {
            self.counts.push((share(&mut self.names, name.as_bytes()), *count));
        }
        for host::Evidence { signal, at, file, line } in &host.evidence {
            // Evidence of a signal that this record does not count would say nothing.
            let is_counted = |&(name, _): &(u32, u64)| self.names[name as usize].as_bytes() == signal.as_bytes();
            if let Some(counted) = self.counts[first_count..].iter().position(is_counted) {
                self.evidence.push((counted, *at, share(&mut self.files, file.as_bytes()), *line));
            }
        }
        let (counts, evidence) = (first_count..self.counts.len(), first_evidence..self.evidence.len());
        let logins = self.add_logins(host);
        let login_order = self.add_order(host);
        self.without_timeline += u64::from(keep.timeline && host.timeline.is_empty() && host.first_seen.is_some());
        let has_timeline = keep.timeline && !host.timeline.is_empty();
        let timeline = has_timeline.then(|| Box::new(std::mem::take(&mut host.timeline).into_owned()));
        let partial = host.partial.take().filter(|_| keep.needs_partial()).map(Partial::into_owned);
        let alerted = host.alerted.iter().map(|(rule, at)| (rule.0.to_string(), *at)).collect();
        let &mut HostRecord { ip, ref network, ip_last_seen, first_seen, last_seen, kept, .. } = host;
        let kept = (kept != Kept::default()).then(|| Box::new(kept));
        let is_network = network.is_some();
        let piece = PartialHost {
            ip,
            is_network,
            ip_last_seen,
            counts,
            logins,
            first_seen,
            last_seen,
            evidence,
            partial,
            login_order,
            timeline,
            alerted,
            kept,
            carried,
        };
        self.pieces.push(piece);
    }
}

impl ScoreRecords {
    /// Adds what a host says of the order of its failures and logins; `None`: nothing.
    fn add_order(&mut self, host: &HostRecord<'_>) -> Option<LoginOrderRow> {
        let derived = host.login_order.is_empty().then(|| LoginOrder::of_older(host));
        let order = derived.as_ref().unwrap_or(&host.login_order);
        let Self { failures, files, words, .. } = self;
        (!order.is_empty()).then(|| LoginOrderRow::new(order, failures, words, |file| share(files, file)))
    }

    /// Adds the logins by service of a host; they say of the signals that it counts at which services that was.
    fn add_logins(&mut self, host: &HostRecord<'_>) -> Range<usize> {
        let first = self.logins.len();
        if host.count_of_any(SERVICE_LOGINS) > 0 {
            for (name, count) in host.services.iter().filter(|(name, count)| *count > 0 && service::is_name(&name.0)) {
                self.logins.push((share(&mut self.services, name.as_bytes()), *count));
            }
        }
        first..self.logins.len()
    }
}

/// The path of a request target, without its query: a broken link that is asked for with ever new queries is one path.
fn path_of(target: &[u8]) -> &[u8] {
    target.split(|&b| matches!(b, b'?' | b'#')).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_the_target_without_its_query() {
        for (target, path) in [("/a/b?c=/d", "/a/b"), ("/a#b?c", "/a"), ("/", "/"), ("?x", ""), ("http://h/a?b", "http://h/a")] {
            assert_eq!(path_of(target.as_bytes()), path.as_bytes(), "{target}");
        }
    }
}
