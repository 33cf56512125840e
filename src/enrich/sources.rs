//! Everything that a run looks addresses up in, and what comes of it: members of `enrich`, in the order of their keys.
//!
//! What the files say of an address is the same for all addresses of which they have the same records, so it is put together once for
//! each combination of records, and remembered.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use serde_json::Value;

use crate::enrich::crawler::Crawlers;
use crate::enrich::list::{ListId, NetworkTable};
use crate::enrich::mmdb::Database;
use crate::enrich::mmdb::known::{self, KnownFields};
use crate::enrich::rdns::HostNames;

/// How many combinations of records are remembered by each thread.
const REMEMBERED: usize = 1 << 16;

/// The longest agent that is remembered, in bytes.
const LONGEST_AGENT: usize = 512;

/// The key of what is known of claims to be a crawler.
pub(crate) const CRAWLER: &str = "crawler";
/// The key of lists, of names, of the system and of the place.
pub(crate) const LISTS: &str = "lists";
pub(crate) const NAMES: &str = "rdns";
pub(crate) const SYSTEM: &str = "as";
pub(crate) const PLACE: &str = "geo";

/// Members of an object: keys, and values as JSON.
pub(crate) type MemberList = Vec<(String, String)>;

/// What a run looks addresses up in.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// In the order in which they were given: of two that say the same thing, the first counts.
    pub databases: Vec<Database>,
    /// The networks of all lists.
    pub networks: NetworkTable,
    /// The name of each list.
    pub lists: Vec<String>,
    /// Names that were looked up.
    pub names: Option<HostNames>,
}

/// What files say of an address.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct AddressFacts {
    /// In the order of their keys.
    pub members: MemberList,
    /// The same as an object; empty where there is nothing.
    pub json: String,
}

/// Combinations of records, and what is known where they are met.
#[derive(Debug, Default)]
pub(crate) struct RecordCache {
    known: HashMap<Box<[usize]>, Arc<AddressFacts>, ahash::RandomState>,
    /// The combination that is looked for.
    key: Vec<usize>,
    /// The last address: events of one come in bursts.
    last: Option<(IpAddr, Arc<AddressFacts>)>,
    /// Of each file: how many records had a key that is known, and how many had none.
    pub told: Vec<(u64, u64)>,
    /// What was wrong with files, each once.
    pub issues: Vec<String>,
    /// Which crawler an agent claims to be.
    claims: HashMap<Box<[u8]>, Option<usize>, ahash::RandomState>,
}

impl Sources {
    /// Whether there is nothing to look anything up in.
    pub(crate) const fn is_empty(&self) -> bool {
        self.databases.is_empty() && self.lists.is_empty() && self.names.is_none()
    }

    /// The keys that this run writes, and so takes away where they are out of date.
    pub(crate) fn keys(&self) -> Vec<String> {
        let own = self.databases.iter().flat_map(|database| match &database.key {
            Some(key) => vec![key.clone()],
            None => vec![SYSTEM.to_owned(), PLACE.to_owned()],
        });
        let lists = (!self.lists.is_empty()).then(|| LISTS.to_owned());
        let names = self.names.is_some().then(|| NAMES.to_owned());
        let mut keys: Vec<_> = own.chain(lists).chain(names).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// What is known of `ip`, but for its names.
    pub(crate) fn find(&self, ip: IpAddr, cache: &mut RecordCache) -> Arc<AddressFacts> {
        if let Some((_, known)) = cache.last.as_ref().filter(|(last, _)| *last == ip) {
            return Arc::clone(known);
        }
        let known = self.find_other(ip, cache);
        cache.last = Some((ip, Arc::clone(&known)));
        known
    }

    fn find_other(&self, ip: IpAddr, cache: &mut RecordCache) -> Arc<AddressFacts> {
        cache.key.clear();
        for database in &self.databases {
            // 0 is no record.
            let offset = database.find(ip).unwrap_or_else(|issue| {
                cache.add_issue(issue);
                None
            });
            cache.key.push(offset.map_or(0, |offset| offset + 1));
        }
        cache.key.push(self.networks.find(ip).map_or(0, |network| network + 1));
        if let Some(known) = cache.known.get(&cache.key[..]) {
            return Arc::clone(known);
        }
        let members = self.put_together(ip, cache);
        let json = unite(&members, &[], None).unwrap_or_default();
        let known = Arc::new(AddressFacts { members, json });
        if cache.known.len() >= REMEMBERED {
            cache.known.clear();
        }
        cache.known.insert(cache.key.clone().into(), Arc::clone(&known));
        known
    }

    fn put_together(&self, ip: IpAddr, cache: &mut RecordCache) -> MemberList {
        let mut members = MemberList::new();
        let (mut system, mut place) = ((KnownFields::new(), ""), (KnownFields::new(), ""));
        cache.told.resize(self.databases.len(), (0, 0));
        for (nth, database) in self.databases.iter().enumerate().filter(|(nth, _)| cache.key[*nth] > 0).collect::<Vec<_>>() {
            let record = match database.record(ip) {
                Ok(record) => record,
                Err(issue) => {
                    cache.add_issue(issue);
                    continue;
                }
            };
            match &database.key {
                Some(_) if record.is_null() => {}
                Some(key) => members.push((key.clone(), carry(record, &database.as_of))),
                None => {
                    let before = (system.0.len(), place.0.len());
                    known::read(&record, &mut system.0, &mut place.0);
                    for (fields, before) in [(&mut system, before.0), (&mut place, before.1)] {
                        // Of the file that says most of it, which is mostly the only one.
                        fields.1 = if before == 0 && !fields.0.is_empty() { &database.as_of } else { fields.1 };
                    }
                    let is_new = before != (system.0.len(), place.0.len());
                    let told = &mut cache.told[nth];
                    *told = (told.0 + u64::from(is_new), told.1 + u64::from(!is_new));
                }
            }
        }
        for (key, (fields, as_of)) in [(SYSTEM, system), (PLACE, place)] {
            members.extend(known::to_json(&fields, as_of).map(|json| (key.to_owned(), json)));
        }
        if let Some(network) = cache.key.last().and_then(|key| key.checked_sub(1)) {
            members.push((LISTS.to_owned(), self.lists_json(&self.networks.lists(network))));
        }
        members.sort_unstable();
        members
    }

    /// The lists that hold `ip`.
    pub(crate) fn lists_of(&self, ip: IpAddr) -> Vec<ListId> {
        self.networks.find(ip).map_or_else(Vec::new, |network| self.networks.lists(network))
    }

    /// Whether the list of that place in [`Self::lists`] holds `ip`.
    pub(crate) fn is_on(&self, ip: IpAddr, list: usize) -> bool {
        self.lists_of(ip).iter().any(|&id| usize::from(id) == list)
    }

    fn lists_json(&self, lists: &[ListId]) -> String {
        let mut names: Vec<_> =
            lists.iter().filter_map(|&list| self.lists.get(usize::from(list))).map(|name| format!("\"{name}\"")).collect();
        names.sort_unstable();
        format!("[{}]", names.join(","))
    }

    /// The files of which records had none of the keys that are known, by what `caches` met.
    pub(crate) fn unknown<'s>(&'s self, caches: &[RecordCache]) -> Vec<&'s str> {
        let is_unknown = |nth: usize| {
            let told = caches.iter().filter_map(|cache| cache.told.get(nth)).fold((0, 0), |sum, told| (sum.0 + told.0, sum.1 + told.1));
            // One that only repeats what another said is known, too: then the other said something.
            told.0 == 0 && told.1 > 0
        };
        let databases = self.databases.iter().enumerate().filter(|(nth, database)| database.key.is_none() && is_unknown(*nth));
        databases.map(|(_, database)| &*database.path).collect()
    }
}

impl RecordCache {
    /// Which of `crawlers` `agent` claims to be.
    pub(crate) fn claimed(&mut self, crawlers: &Crawlers, agent: &str) -> Option<usize> {
        if let Some(claimed) = self.claims.get(agent.as_bytes()) {
            return *claimed;
        }
        let claimed = crawlers.claimed(agent.as_bytes());
        if self.claims.len() >= REMEMBERED {
            self.claims.clear();
        }
        // A longer one is a text of its own, which hardly comes again.
        if agent.len() <= LONGEST_AGENT {
            self.claims.insert(agent.as_bytes().into(), claimed);
        }
        claimed
    }

    fn add_issue(&mut self, issue: String) {
        if !self.issues.contains(&issue) && self.issues.len() < 64 {
            self.issues.push(issue);
        }
    }
}

/// A record as it is, with the time at which it was true unless it says that itself.
fn carry(mut record: Value, as_of: &str) -> String {
    if let Value::Object(members) = &mut record {
        members.entry("as_of").or_insert_with(|| as_of.into());
    }
    record.sort_all_objects();
    // The writer of records escapes what controls a terminal.
    String::from_utf8(crate::record::json::to_vec(&record)).unwrap_or_default()
}

/// `own` and what of `other`, an object, has none of `keys`, as one object; `None`: it would be empty.
pub(crate) fn unite(own: &[(String, String)], keys: &[String], other: Option<&str>) -> Option<String> {
    use crate::record::json::member::{members, text_of};
    let kept = other.into_iter().flat_map(members).filter(|(key, _)| text_of(key).is_none_or(|key| !keys.iter().any(|own| *own == *key)));
    let kept = kept.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let mut all: Vec<_> = own.iter().map(|(key, value)| (format!("\"{key}\""), value.clone())).chain(kept).collect();
    // Quotes on both sides, so the order is that of the keys.
    all.sort_by(|one, other| one.0.cmp(&other.0));
    let members = all.into_iter().map(|(key, value)| format!("{key}:{value}")).collect::<Vec<_>>();
    (!members.is_empty()).then(|| format!("{{{}}}", members.join(",")))
}
