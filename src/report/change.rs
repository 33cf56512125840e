//! What is new since another day: the hosts of a run beside those that an earlier run wrote.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::base::error::{Error, Result};
use crate::base::net::Address;
use crate::io::InputOverrides;
use crate::io::Run;
use crate::io::input::Inputs;
use crate::record::host::HostRecord;
use crate::record::reader::{Accepts, RecordReader};
use crate::report::lang::Lang;
use crate::report::lang::story::{
    GONE_HOSTS, NEW, NEW_HOSTS, NEWLY_LET_IN, NEWLY_LET_IN_HOSTS, NEWLY_OPEN, NEWLY_OPEN_HOSTS, NEWLY_SUSPICIOUS, NEWLY_SUSPICIOUS_HOSTS,
    NO_CHANGE, RISEN, RISEN_HOSTS, SINCE_FILE,
};
use crate::report::login;
use crate::report::scanned::put_ranges;

/// How many hosts that are gone are named.
pub(crate) const GONE: usize = 10;

/// What tells a host from all others.
type Name = (Address, Option<Box<str>>);

/// The hosts of an earlier run.
#[derive(Debug, Default)]
pub(crate) struct Against {
    name: String,
    hosts: BTreeMap<Name, Past>,
}

/// What was known of a host.
#[derive(Debug, Default)]
struct Past {
    score: u64,
    is_suspicious: bool,
    logins: u64,
    /// `None`: it was not scanned.
    open_ports: Option<Vec<u16>>,
    is_seen: AtomicBool,
}

/// What is new of a host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Change {
    pub is_new: bool,
    /// By how much its score is higher.
    pub risen: u64,
    pub is_newly_suspicious: bool,
    pub is_newly_let_in: bool,
    /// Ports that are open, and were not when it was scanned before.
    pub opened: Vec<u16>,
}

/// How many hosts of each kind there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ChangeCounts {
    new: u64,
    gone: u64,
    risen: u64,
    suspicious: u64,
    let_in: u64,
    opened: u64,
}

impl Against {
    /// Reads the hosts of `path`.
    ///
    /// # Errors
    /// A file that cannot be read, or has a line that is no host.
    pub(crate) fn read(path: &Path, run: &Run) -> Result<Self> {
        let shown = path.display().to_string();
        let mut against = Self { name: shown.clone(), hosts: BTreeMap::new() };
        for block in Inputs::new(&[path.to_owned()], &InputOverrides::default())?.reader(run).unlogged() {
            let block = block?;
            let mut reader = RecordReader::new("soar-report", Accepts::Hosts, std::sync::Arc::clone(&block.file));
            for (number, line) in block.records() {
                reader.read(number, line, |_, line| {
                    against.add(&HostRecord::from_line(line)?);
                    Ok(())
                });
            }
            reader.fatal.map_or(Ok(()), Err)?;
            if let Some((line, reason)) = reader.issues.first.first() {
                return Err(Error::Read { path: format!("--against {shown}"), reason: format!("line {line}: {reason}") });
            }
        }
        Ok(against)
    }

    /// Of an address that comes twice, since its records were not merged, the most of each.
    fn add(&mut self, host: &HostRecord<'_>) {
        let past = self.hosts.entry(name_of(host)).or_default();
        past.score = past.score.max(host.score);
        past.is_suspicious |= host.suspicious;
        past.logins = past.logins.max(login::count(host));
        if let Some(ports) = open_ports(host) {
            past.open_ports.get_or_insert_default().extend(ports);
        }
    }

    /// What is new of `host`, which from now on is not gone.
    pub(crate) fn compare(&self, host: &HostRecord<'_>) -> Change {
        let past = self.hosts.get(&name_of(host));
        if let Some(past) = past {
            past.is_seen.store(true, Ordering::Relaxed);
        }
        let opened = past.and_then(|past| {
            let before = past.open_ports.as_ref()?;
            Some(open_ports(host)?.iter().copied().filter(|port| !before.contains(port)).collect::<Vec<_>>())
        });
        let mut opened = opened.unwrap_or_default();
        opened.sort_unstable();
        opened.dedup();
        Change {
            is_new: past.is_none() && (host.score > 0 || host.suspicious),
            risen: past.map_or(0, |past| host.score.saturating_sub(past.score)),
            is_newly_suspicious: host.suspicious && past.is_none_or(|past| !past.is_suspicious),
            is_newly_let_in: login::count(host) > 0 && past.is_none_or(|past| past.logins == 0),
            opened,
        }
    }

    /// The hosts that reports showed and that no host is any more: how many, and the first of them by score.
    pub(crate) fn gone(&self) -> (u64, Vec<String>) {
        let is_gone = |past: &Past| !past.is_seen.load(Ordering::Relaxed) && (past.score > 0 || past.is_suspicious);
        let mut gone: Vec<_> = self.hosts.iter().filter(|(_, past)| is_gone(past)).collect();
        gone.sort_by_key(|(_, past)| (std::cmp::Reverse(past.is_suspicious), std::cmp::Reverse(past.score)));
        let count = gone.len() as u64;
        let shown = |((ip, network), _): (&Name, &Past)| network.as_ref().map_or_else(|| ip.to_string(), ToString::to_string);
        (count, gone.into_iter().take(GONE).map(shown).collect())
    }

    /// The name of the file.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

/// A network is known by its prefix, whichever address was seen last.
fn name_of(host: &HostRecord<'_>) -> Name {
    match &host.network {
        Some(network) => ([0, 0, 0, 0].into(), Some(network.0.as_ref().into())),
        None => (host.ip, None),
    }
}

/// The open ports of a host that was scanned, and does not answer on all of them.
fn open_ports<'h>(host: &'h HostRecord<'_>) -> Option<&'h [u16]> {
    let scan = host.scan.as_ref().filter(|scan| matches!(&*scan.status.0, "complete" | "incomplete") && !scan.is_noted)?;
    Some(&scan.open_ports)
}

impl Change {
    /// Whether anything is.
    pub(crate) fn is_any(&self) -> bool {
        *self != Self::default()
    }

    /// What is new, in words.
    pub(crate) fn tell(&self, lang: Lang) -> String {
        let mut opened = String::new();
        put_ranges(&self.opened, &mut opened);
        let parts = [
            (self.is_new, lang.say(NEW).to_owned()),
            (self.is_newly_suspicious, lang.say(NEWLY_SUSPICIOUS).to_owned()),
            (self.is_newly_let_in, lang.say(NEWLY_LET_IN).to_owned()),
            (!self.opened.is_empty(), lang.fill(NEWLY_OPEN, &[&opened])),
            (self.risen > 0, lang.fill(RISEN, &[&self.risen.to_string()])),
        ];
        parts.into_iter().filter(|(is_so, _)| *is_so).map(|(_, text)| text).collect::<Vec<_>>().join(", ")
    }
}

impl ChangeCounts {
    /// Counts a host.
    pub(crate) fn add(&mut self, change: &Change) {
        self.new += u64::from(change.is_new);
        self.risen += u64::from(change.risen > 0);
        self.suspicious += u64::from(change.is_newly_suspicious);
        self.let_in += u64::from(change.is_newly_let_in);
        self.opened += u64::from(!change.opened.is_empty());
    }

    /// Adds what was counted elsewhere.
    pub(crate) fn merge(&mut self, other: Self) {
        self.new += other.new;
        self.risen += other.risen;
        self.suspicious += other.suspicious;
        self.let_in += other.let_in;
        self.opened += other.opened;
    }

    /// Says how many hosts are gone.
    pub(crate) fn set_gone(&mut self, gone: u64) {
        self.gone = gone;
    }

    /// What is new since the file `name`, in a sentence without its point.
    pub(crate) fn tell(&self, name: &str, lang: Lang) -> String {
        let all = [
            (self.new, NEW_HOSTS),
            (self.gone, GONE_HOSTS),
            (self.suspicious, NEWLY_SUSPICIOUS_HOSTS),
            (self.let_in, NEWLY_LET_IN_HOSTS),
            (self.opened, NEWLY_OPEN_HOSTS),
            (self.risen, RISEN_HOSTS),
        ];
        let parts: Vec<_> = all.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| lang.count(count, what)).collect();
        let what = if parts.is_empty() { lang.say(NO_CHANGE).to_owned() } else { parts.join(", ") };
        lang.fill(SINCE_FILE, &[name, &what])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::host::scan::ScanView;

    fn host(last: u8, score: u64) -> HostRecord<'static> {
        HostRecord { score, ..HostRecord::new([192, 0, 2, last].into()) }
    }

    fn scanned(host: HostRecord<'static>, ports: &[u16]) -> HostRecord<'static> {
        HostRecord { scan: Some(ScanView::for_tests("complete", ports, false)), ..host }
    }

    #[test]
    fn what_is_new_is_told_of_each_host_and_of_all() {
        let mut against = Against { name: "y".to_owned(), ..Against::default() };
        for past in
            [host(1, 5), scanned(host(2, 5), &[22]), host(3, 9), host(4, 0), HostRecord { suspicious: true, ..host(5, 7) }, host(6, 2)]
        {
            against.add(&past);
        }
        let login = |host: HostRecord<'static>| HostRecord { signals: vec![("ssh_accepted".into(), 1)], ..host };
        let mut counts = ChangeCounts::default();
        for (today, told) in [
            (host(1, 5), ""),
            (scanned(host(2, 5), &[22, 80, 443]), "newly open: 80 443"),
            (scanned(host(3, 12), &[22]), "score +3"),
            (login(host(4, 0)), "newly let in"),
            (HostRecord { suspicious: true, ..host(5, 6) }, ""),
            (HostRecord { suspicious: true, ..login(host(7, 3)) }, "new, newly suspicious, newly let in"),
            (host(8, 0), ""),
        ] {
            let change = against.compare(&today);
            assert_eq!(change.tell(Lang::En), told, "{}", today.ip);
            assert_eq!(change.is_any(), !told.is_empty());
            counts.add(&change);
        }
        assert_eq!(against.gone(), (1, vec!["192.0.2.6".to_owned()]));
        counts.set_gone(1);
        assert_eq!(
            counts.tell(against.name(), Lang::En),
            "Since y: 1 new address, 1 gone, 1 newly suspicious, 2 newly let in, 1 with newly open ports, 1 with a higher score"
        );
        assert_eq!(ChangeCounts::default().tell("y", Lang::Fr), "Depuis y\u{a0}: rien de nouveau");
    }
}
