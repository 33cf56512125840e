//! What rules read of a host: the trait that soar-score's bookkeeping has, and one host's facts as they were taken for judging.
//!
//! Facts are taken once for all rules, one view for each length of window, and only as far as rules read them.

use std::sync::Arc;

use crate::base::net::Address;
use crate::record::json::{put_number, put_string};
use crate::record::signal::SIGNALS;
use crate::score::rules::dependencies::InputKey;
use crate::score::rules::evaluator::Integer;
use crate::score::rules::known::KnownFacts;
use crate::score::rules::member::MemberPath;

/// Stands for a value that is not known. No count (below 2^53) and no time on the wire reaches it.
pub(crate) const ABSENT: u64 = i64::MAX.cast_unsigned();

/// The name of a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SignalName {
    /// `SIGNALS[index]`.
    Known(u8),
    /// A name outside the table.
    Other(Arc<str>),
}

impl SignalName {
    /// The name of `SIGNALS[index]`.
    pub(crate) fn from_index(index: usize) -> Self {
        // The table holds at most 32 signals.
        Self::Known(u8::try_from(index).unwrap_or(u8::MAX))
    }
}

/// What rules read of a host.
pub(crate) trait Facts {
    /// The address, and whether it stands for its network.
    fn identity(&self) -> (Address, bool);
    /// Occurrences by signal, in signal order: totals for `None`, else the largest count inside any window of so many
    /// seconds. A signal that is left out was not counted at all; one that is in no window is 0.
    fn counts(&self, window_seconds: Option<u32>, visit: &mut dyn FnMut(&SignalName, u64));
    /// How long a window of so many seconds really is over the buckets in which the signal of that name is counted, in seconds.
    fn window_of(&self, signal: &str, window_seconds: u32) -> u64;
    /// Sum over signals of weight x count, whatever the window.
    fn score(&self) -> u64;
    /// Seconds since 1970.
    fn first_seen(&self) -> Option<i64>;
    /// Seconds since 1970.
    fn last_seen(&self) -> Option<i64>;
    /// The most failed logins shortly before one that may have been guessed; `None` where the order is not known.
    fn failed_before_login(&self) -> Option<u64>;
    /// What other stages know: an object of JSON; empty where nothing is known.
    fn enrich(&self) -> &str;
    /// What soar-scan found: an object of JSON; empty where it did not scan.
    fn scan(&self) -> &str;
    /// Appends the logins by service: an object of JSON; nothing where there was none.
    fn put_services(&self, out: &mut Vec<u8>);
    /// Distinct user names that were tried; `None` where they were not collected.
    fn users(&self) -> Option<u64>;
    /// Distinct targets that were not found (404); `None` where they were not collected.
    fn paths(&self) -> Option<u64>;
}

/// Appends logins by service as an object; nothing where there is none.
pub(crate) fn put_services<'s>(services: impl Iterator<Item = (&'s str, u64)>, out: &mut Vec<u8>) {
    for (nth, (service, count)) in services.enumerate() {
        out.push(if nth > 0 { b',' } else { b'{' });
        put_string(out, service.as_bytes());
        put_number(out, ":", Some(count));
    }
    if !out.is_empty() {
        out.push(b'}');
    }
}

/// The counts inside windows of one length, or the totals.
#[derive(Debug, Default)]
pub(crate) struct WindowCounts {
    window_seconds: Option<u32>,
    known: [u64; SIGNALS.len()],
    /// Those that the host has, be it none inside a window.
    pub(crate) others: Vec<(Arc<str>, u64)>,
}

/// What rules may read of one host. Kept from host to host, so that taking it needs no memory.
#[derive(Debug, Default)]
pub(crate) struct HostSnapshot {
    views: Vec<WindowCounts>,
    score: u64,
    first_seen: Option<i64>,
    last_seen: Option<i64>,
    failed_before_login: Option<u64>,
    users: Option<u64>,
    paths: Option<u64>,
    enrich: String,
    scan: String,
    known: KnownFacts,
    services: Vec<u8>,
    /// Whether a rule reads these.
    reads_services: bool,
}

impl HostSnapshot {
    /// A snapshot with a view for each of `windows`, for rules that read `members`.
    pub(crate) fn new<'m>(windows: impl Iterator<Item = Option<u32>>, mut members: impl Iterator<Item = &'m MemberPath>) -> Self {
        let views = windows.map(|window_seconds| WindowCounts { window_seconds, ..WindowCounts::default() });
        let reads_services = members.any(|member| member.fact() == "services");
        Self { views: views.collect(), reads_services, ..Self::default() }
    }

    /// Takes the facts of the next host.
    pub(crate) fn take(&mut self, facts: &impl Facts) {
        for view in &mut self.views {
            view.known = [0; SIGNALS.len()];
            view.others.clear();
            facts.counts(view.window_seconds, &mut |name, count| match name {
                SignalName::Known(index) => view.known[usize::from(*index)] = count,
                SignalName::Other(name) => view.others.push((Arc::clone(name), count)),
            });
        }
        self.score = facts.score();
        (self.first_seen, self.last_seen) = (facts.first_seen(), facts.last_seen());
        self.failed_before_login = facts.failed_before_login();
        (self.users, self.paths) = (facts.users(), facts.paths());
        for (text, fact) in [(&mut self.enrich, facts.enrich()), (&mut self.scan, facts.scan())] {
            text.clear();
            text.push_str(fact);
        }
        self.services.clear();
        if self.reads_services {
            facts.put_services(&mut self.services);
        }
    }

    /// Takes what was known before of the host that was taken last.
    pub(crate) const fn take_known(&mut self, known: KnownFacts) {
        self.known = known;
    }

    /// What is known of the fact that `path` leads into: JSON, or nothing.
    pub(crate) fn json(&self, path: &MemberPath) -> &str {
        match path.fact() {
            "services" => std::str::from_utf8(&self.services).unwrap_or_default(),
            "scan" => &self.scan,
            _ => &self.enrich,
        }
    }

    /// The view at `index`, in the order in which they were asked for.
    pub(crate) fn view(&self, index: usize) -> &WindowCounts {
        &self.views[index]
    }

    /// The value of `slot` in `view` where it is a number, or not known; `None`: it is something else.
    pub(crate) fn integer(&self, view: &WindowCounts, slot: &InputKey) -> Option<Integer> {
        match self.value(view, slot) {
            ABSENT => Some(None),
            _ if slot.is_time() || slot.is_flag() => None,
            value => isize::try_from(value).ok().map(Some),
        }
    }

    /// The value of `slot` in `view`, [`ABSENT`] where there is none.
    pub(crate) fn value(&self, view: &WindowCounts, slot: &InputKey) -> u64 {
        match slot {
            InputKey::Signal(index) => view.known[usize::from(*index)],
            InputKey::Other(name) => view.others.iter().find(|(other, _)| **other == **name).map_or(ABSENT, |&(_, count)| count),
            InputKey::Score => self.score,
            InputKey::FirstSeen => self.first_seen.map_or(ABSENT, i64::cast_unsigned),
            InputKey::LastSeen => self.last_seen.map_or(ABSENT, i64::cast_unsigned),
            InputKey::FailedBeforeLogin => self.failed_before_login.unwrap_or(ABSENT),
            InputKey::Users => self.users.unwrap_or(ABSENT),
            InputKey::Paths => self.paths.unwrap_or(ABSENT),
            InputKey::New => self.known.is_new.map_or(ABSENT, u64::from),
            InputKey::NewNetwork => self.known.is_new_network.map_or(ABSENT, u64::from),
            InputKey::KnownSince => self.known.since.map_or(ABSENT, i64::cast_unsigned),
        }
    }
}
