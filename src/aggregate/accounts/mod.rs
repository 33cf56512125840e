//! Accounts: what was tried of each user, over all addresses.
//!
//! Users are told apart by a digest; a name that may not be told is not held at all, neither in memory nor in a temporary file. Past a limit of
//! memory, accounts and the addresses that tried them are spilled in the order of the digest, and merged at the end: the result is
//! the same whatever the limit, the order and the split.

pub(crate) mod row;

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::aggregate::accounts::row::{UserDigest, UserRow, UserRows};
use crate::aggregate::table::SortKey;
use crate::base::error::{Error, Result};
use crate::io::spill::Spill;
use crate::record::MAX_INTEGER;
use crate::record::signal::{LoginMeaning, SIGNALS};

/// How long keys of spilled records are: the user, and who tried it; nobody, for the account itself.
const KEY_BYTES: usize = size_of::<UserDigest>() + size_of::<SortKey>();
/// What an address that tried a user takes in the table, with the empty slots of a hash table that doubles.
const PAIR_BYTES: usize = 2 * (size_of::<(u32, SortKey)>() + 1);
/// What an account takes, likewise, with its index and its lists.
const ACCOUNT_BYTES: usize = 2 * (size_of::<Account>() + size_of::<(UserDigest, u32)>() + 1) + 64;

/// What is known of a user.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    /// The name, where it may be told.
    pub name: Option<Box<str>>,
    /// How many addresses tried it.
    pub addresses: u64,
    /// How often each signal fired, by its index in the table; ascending.
    pub counts: Vec<(u8, u64)>,
    /// The services, sorted.
    pub services: Vec<Box<str>>,
    /// Seconds since 1970.
    pub first_seen: Option<i64>,
    /// Seconds since 1970.
    pub last_seen: Option<i64>,
    /// When it was let in last.
    pub last_login: Option<i64>,
}

impl Account {
    fn add(&mut self, row: UserRow) {
        self.name = self.name.take().or(row.name);
        for index in row.signals.indexes() {
            self.add_count(u8::try_from(index).unwrap_or(u8::MAX), row.count);
        }
        if let Some(service) = row.service {
            self.add_service(service);
        }
        let is_login = row.signals.indexes().any(|index| SIGNALS[index].login == Some(LoginMeaning::Accepted));
        self.see(row.at, row.at, row.at.filter(|_| is_login));
    }

    fn merge(&mut self, other: Self) {
        self.name = self.name.take().or(other.name);
        other.counts.into_iter().for_each(|(index, count)| self.add_count(index, count));
        other.services.into_iter().for_each(|service| self.add_service(service));
        self.see(other.first_seen, other.last_seen, other.last_login);
    }

    fn see(&mut self, first: Option<i64>, last: Option<i64>, login: Option<i64>) {
        self.first_seen = [self.first_seen, first].into_iter().flatten().min();
        self.last_seen = self.last_seen.max(last);
        self.last_login = self.last_login.max(login);
    }

    fn add_count(&mut self, index: u8, count: u64) {
        match self.counts.binary_search_by_key(&index, |(index, _)| *index) {
            Ok(at) => self.counts[at].1 = self.counts[at].1.saturating_add(count).min(MAX_INTEGER),
            Err(at) => self.counts.insert(at, (index, count.min(MAX_INTEGER))),
        }
    }

    fn add_service(&mut self, service: Box<str>) {
        if let Err(at) = self.services.binary_search(&service) {
            self.services.insert(at, service);
        }
    }

    /// How often the signal of that name fired.
    pub(crate) fn count_of(&self, signal: &str) -> u64 {
        self.counts.iter().find(|(index, _)| SIGNALS[usize::from(*index)].name == signal).map_or(0, |&(_, count)| count)
    }

    /// How often it was let in.
    pub(crate) fn logins(&self) -> u64 {
        let logins = self.counts.iter().filter(|(index, _)| SIGNALS[usize::from(*index)].login == Some(LoginMeaning::Accepted));
        logins.fold(0_u64, |sum, &(_, count)| sum.saturating_add(count)).min(MAX_INTEGER)
    }

    /// How often it was refused. A connection to sshd that ends refused had as many failed passwords as it had, or none where only keys
    /// are allowed: so the larger count is the surer one.
    pub(crate) fn failures(&self) -> u64 {
        let of_sshd = self.count_of("ssh_failed").max(self.count_of("ssh_refused"));
        of_sshd.saturating_add(self.count_of("login_failed")).min(MAX_INTEGER)
    }
}

/// The accounts of a run.
#[derive(Debug, Default)]
pub(crate) struct AccountTable {
    indexes: HashMap<UserDigest, u32, ahash::RandomState>,
    accounts: Vec<Account>,
    /// Who tried which account.
    pairs: HashSet<(u32, SortKey), ahash::RandomState>,
    limit_bytes: Option<usize>,
    /// What names take.
    name_bytes: usize,
    spill: Option<Spill<KEY_BYTES>>,
    /// Events that should name a user, and do not.
    pub nameless: u64,
}

impl AccountTable {
    /// Nothing counted yet; the table may hold so many bytes.
    pub(crate) fn new(limit_bytes: Option<usize>) -> Self {
        Self { limit_bytes, ..Self::default() }
    }

    /// Adds what a block said.
    ///
    /// # Errors
    /// [`Error::Write`] where the temporary file cannot be written.
    pub(crate) fn add(&mut self, rows: UserRows) -> Result<()> {
        self.nameless += rows.nameless;
        for row in rows.rows {
            self.add_row(row);
        }
        match self.limit_bytes {
            Some(limit) if self.heap_bytes() >= limit => self.spill_run(),
            _ => Ok(()),
        }
    }

    fn add_row(&mut self, row: UserRow) {
        // There are not 2^32 accounts in memory.
        let next = u32::try_from(self.accounts.len()).unwrap_or(u32::MAX);
        let index = *self.indexes.entry(row.digest).or_insert(next);
        if index == next {
            self.accounts.push(Account::default());
        }
        let Some(account) = self.accounts.get_mut(index as usize) else { return };
        if account.name.is_none() {
            self.name_bytes += row.name.as_ref().map_or(0, |name| name.len());
        }
        let is_new = row.host.is_some_and(|host| self.pairs.insert((index, host)));
        account.addresses += u64::from(is_new);
        account.add(row);
    }

    fn heap_bytes(&self) -> usize {
        self.accounts.len() * ACCOUNT_BYTES + self.pairs.len() * PAIR_BYTES + self.name_bytes
    }

    fn spill_run(&mut self) -> Result<()> {
        let mut digests = vec![UserDigest::default(); self.accounts.len()];
        self.indexes.drain().for_each(|(digest, index)| digests[index as usize] = digest);
        let accounts = std::mem::take(&mut self.accounts);
        let nobody = SortKey::default();
        let of_accounts = (0..).zip(&digests).map(|(index, digest)| (key_of(digest, &nobody), Some(index)));
        let of_pairs = self.pairs.drain().map(|(index, host)| (key_of(&digests[index as usize], &host), None));
        let mut records: Vec<(_, Option<u32>)> = of_accounts.chain(of_pairs).collect();
        records.sort_unstable_by_key(|(key, _)| *key);
        let spill = match &mut self.spill {
            Some(spill) => spill,
            none => none.insert(Spill::create()?),
        };
        for (key, index) in records {
            let account = index.and_then(|index| accounts.get(index as usize));
            // Numbers and texts can be serialised.
            spill.put(&key, &account.map_or_else(Vec::new, |account| serde_json::to_vec(account).unwrap_or_default()))?;
        }
        self.name_bytes = 0;
        spill.end_run()
    }

    /// Hands every account to `take`, in the order of the digests where they were spilled, else in any.
    ///
    /// # Errors
    /// Those of `take`, and of the temporary file.
    pub(crate) fn finish(mut self, mut take: impl FnMut(&UserDigest, &Account) -> Result<()>) -> Result<()> {
        if self.spill.is_some() && !self.accounts.is_empty() {
            self.spill_run()?;
        }
        let Some(spill) = self.spill else {
            return self.indexes.iter().try_for_each(|(digest, index)| take(digest, &self.accounts[*index as usize]));
        };
        // What was drained keeps its memory.
        (self.indexes, self.pairs) = (HashMap::default(), HashSet::default());
        let mut runs = spill.merge(self.limit_bytes.unwrap_or(usize::MAX))?;
        let (mut record, mut last, mut current) = (Vec::new(), None, None::<(UserDigest, Account)>);
        while let Some(key) = runs.next_into(&mut record)? {
            let digest: UserDigest = *key.first_chunk().unwrap_or(&[0; _]);
            if current.as_ref().is_none_or(|(other, _)| *other != digest)
                && let Some((digest, account)) = current.replace((digest, Account::default()))
            {
                take(&digest, &account)?;
            }
            let Some((_, account)) = &mut current else { continue };
            if record.is_empty() {
                account.addresses += u64::from(last != Some(key));
            } else {
                let read = serde_json::from_slice(&record);
                account.merge(read.map_err(|error| Error::Read { path: "temporary file".to_owned(), reason: error.to_string() })?);
            }
            last = Some(key);
        }
        current.map_or(Ok(()), |(digest, account)| take(&digest, &account))
    }
}

fn key_of(digest: &UserDigest, host: &SortKey) -> [u8; KEY_BYTES] {
    let mut key = [0; KEY_BYTES];
    key[..digest.len()].copy_from_slice(digest);
    key[digest.len()..].copy_from_slice(host);
    key
}

/// The names of the signals of users, in the order of the table.
pub(crate) fn names_of_signals(account: &Account) -> impl Iterator<Item = (&'static str, u64)> {
    account.counts.iter().map(|&(index, count)| (SIGNALS[usize::from(index)].name, count))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::aggregate::accounts::row::{digest_of, signals_of_users};
    use crate::aggregate::options::AggregationOptions;
    use crate::record::event::read::EventView;

    type Seen = (u8, u8, u8, Option<i64>, bool);

    fn rows(events: &[Seen]) -> UserRows {
        let mut rows = UserRows::default();
        for &(user, ip, signal, at, is_invalid) in events {
            let names: Vec<_> = signals_of_users().indexes().map(|index| SIGNALS[index].name).collect();
            let at = at.map_or(String::new(), |at| format!(r#""@timestamp":"{}","#, crate::base::time::rfc3339(1_700_000_000 + at)));
            let soar = if is_invalid { r#","soar":{"user":"invalid"}"# } else { "" };
            let dataset = ["sshd.auth", "dovecot.auth"][usize::from(signal % 2)];
            let line = format!(
                r#"{{"schema":"soar.event/1",{at}"event":{{"dataset":"{dataset}"}},"source":{{"ip":"192.0.2.{}"}},"user":{{"name":"u{}"}},"log":{{"file":{{"path":"a"}},"line":1}},"tags":["{}"]{soar}}}"#,
                ip % 5,
                user % 9,
                names[usize::from(signal) % names.len()]
            );
            rows.add(&EventView::from_line(line.as_bytes()).expect("an event"), line.as_bytes(), &AggregationOptions::default());
        }
        rows
    }

    fn accounts(blocks: &[&[Seen]], limit_bytes: Option<usize>) -> Vec<(UserDigest, Account)> {
        let mut table = AccountTable::new(limit_bytes);
        for events in blocks {
            table.add(rows(events)).expect("room");
        }
        let mut all = Vec::new();
        table
            .finish(|digest, account| {
                all.push((*digest, account.clone()));
                Ok(())
            })
            .expect("read");
        all.sort_unstable_by_key(|(digest, _)| *digest);
        all
    }

    #[test]
    fn an_account_adds_up_what_was_tried_and_by_how_many() {
        let [(digest, account)] =
            &accounts(&[&[(1, 1, 0, Some(9), false), (1, 2, 0, Some(3), false), (1, 1, 1, Some(5), false)]], None)[..]
        else {
            panic!("one account")
        };
        assert_eq!((*digest, account.name.as_deref()), (digest_of(b"u1"), Some("u1")));
        assert_eq!((account.failures(), account.logins(), account.addresses), (2, 1, 2));
        assert_eq!(
            (account.first_seen, account.last_seen, account.last_login),
            (Some(1_700_000_003), Some(1_700_000_009), Some(1_700_000_005))
        );
        assert_eq!(account.services.iter().map(|service| &**service).collect::<Vec<_>>(), ["dovecot", "sshd"]);
    }

    proptest! {
        #[test]
        fn no_order_no_split_and_no_memory_changes_an_account(
            events in proptest::collection::vec(any::<(u8, u8, u8, Option<i8>, bool)>().prop_map(|(a, b, c, at, d)| (a, b, c, at.map(i64::from), d)), 0..80),
            limit_bytes in 1..20_000_usize,
            size in 1..20_usize,
        ) {
            let whole = accounts(&[&events], None);
            let blocks: Vec<_> = events.chunks(size).collect();
            prop_assert_eq!(&accounts(&blocks, Some(limit_bytes)), &whole);
            let reversed: Vec<_> = events.iter().rev().copied().collect();
            let blocks: Vec<_> = reversed.chunks(size).collect();
            prop_assert_eq!(&accounts(&blocks, Some(limit_bytes)), &whole);
        }
    }
}
