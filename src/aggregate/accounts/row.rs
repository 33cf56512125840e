//! Tries and logins of users, taken from the events of a block. Pure, so blocks are read in parallel.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::aggregate::options::AggregationOptions;
use crate::aggregate::table::{HostKey, SortKey};
use crate::record::Text;
use crate::record::event::INVALID;
use crate::record::event::read::EventView;
use crate::record::signal::{LoginMeaning, SIGNALS, SignalSet, Value};

/// What stands for a name: the first 128 bits of its SHA-256, so that nobody can make two names fall together.
pub(crate) type UserDigest = [u8; 16];

/// The dataset of sshd, which says of every user whether it is invalid.
const SSHD: &str = "sshd.auth";
/// What datasets of login services end in.
const AUTH: &str = ".auth";

/// The signals that tell of a user who was tried or let in.
pub(crate) fn signals_of_users() -> SignalSet {
    let of_user = |set: SignalSet, index: usize| if SIGNALS[index].distinct == Some(Value::User) { set.with(index) } else { set };
    (0..SIGNALS.len()).fold(SignalSet::NONE, of_user)
}

/// One event that names a user.
#[derive(Debug)]
pub(crate) struct UserRow {
    pub digest: UserDigest,
    /// The name, where this event proves that it may be told.
    pub name: Option<Box<str>>,
    /// Of [`signals_of_users`].
    pub signals: SignalSet,
    pub count: u64,
    /// Seconds since 1970.
    pub at: Option<i64>,
    /// Who tried, where the log has an address.
    pub host: Option<SortKey>,
    /// The service, where the event says which.
    pub service: Option<Box<str>>,
}

/// What one block says of users.
#[derive(Debug, Default)]
pub(crate) struct UserRows {
    /// In the order of the events.
    pub rows: Vec<UserRow>,
    /// Events that should name a user, and do not.
    pub nameless: u64,
}

#[derive(Default, Deserialize)]
struct Origin<'a> {
    #[serde(borrow)]
    event: Option<EventOrigin<'a>>,
    #[serde(borrow)]
    soar: Option<UserState<'a>>,
}

#[derive(Deserialize)]
struct EventOrigin<'a> {
    #[serde(borrow)]
    dataset: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct UserState<'a> {
    #[serde(borrow)]
    user: Option<Text<'a>>,
}

impl UserRows {
    /// Takes what `event`, which was read from `line`, says of a user.
    pub(crate) fn add(&mut self, event: &EventView<'_>, line: &[u8], keep: &AggregationOptions) {
        let signals = event.signals.intersection(signals_of_users());
        if signals.is_empty() {
            return;
        }
        let Some(user) = event.user.as_deref() else {
            self.nameless += 1;
            return;
        };
        // It is an event, so this can be read.
        let origin: Origin<'_> = serde_json::from_slice(line).unwrap_or_default();
        let dataset = origin.event.and_then(|event| event.dataset).unwrap_or_default().0;
        let is_invalid = origin.soar.and_then(|soar| soar.user).is_some_and(|state| state.0 == INVALID);
        let may_be_told = has_login(signals, LoginMeaning::Accepted) || (dataset == SSHD && !is_invalid && says_if_invalid(signals));
        let service = dataset.strip_suffix(AUTH).unwrap_or(&dataset);
        self.rows.push(UserRow {
            digest: digest_of(user),
            name: may_be_told.then(|| String::from_utf8_lossy(user).into()),
            signals,
            count: event.count,
            at: event.at,
            host: event.ip.map(|ip| HostKey::new(ip, keep.prefix(ip)).to_bytes()),
            service: Some(service).filter(|service| !service.is_empty() && service.len() <= LONGEST_SERVICE).map(Box::from),
        });
    }
}

/// How long the name of a service is at the most; of a longer one nothing is told.
const LONGEST_SERVICE: usize = 64;

/// Whether one of `signals` says this of a login.
fn has_login(signals: SignalSet, login: LoginMeaning) -> bool {
    signals.indexes().any(|index| SIGNALS[index].login == Some(login))
}

/// Whether `signals` are of a message in which sshd says of a user who does not exist that it is invalid.
fn says_if_invalid(signals: SignalSet) -> bool {
    signals.indexes().any(|index| matches!(SIGNALS[index].name, "ssh_failed" | "ssh_refused"))
}

/// What stands for `user`.
pub(crate) fn digest_of(user: &[u8]) -> UserDigest {
    let digest: [u8; 32] = Sha256::digest(user).into();
    digest.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The name that is told of an event with these members, and the service.
    fn told(dataset: &str, tag: &str, soar: &str) -> (Option<String>, Option<String>) {
        let line = format!(
            r#"{{"schema":"soar.event/1","event":{{"dataset":"{dataset}","action":"x"}},"source":{{"ip":"192.0.2.1"}},"user":{{"name":"u"}},"log":{{"file":{{"path":"a"}},"line":1}},"tags":["{tag}"]{soar}}}"#
        );
        let event = EventView::from_line(line.as_bytes()).expect("an event");
        let mut rows = UserRows::default();
        rows.add(&event, line.as_bytes(), &AggregationOptions::default());
        let row = rows.rows.pop().expect("a row");
        (row.name.map(String::from), row.service.map(String::from))
    }

    #[test]
    fn a_name_is_told_where_it_got_in_or_sshd_knows_it() {
        let invalid = r#","soar":{"method":"password","user":"invalid"}"#;
        for (dataset, tag, soar, is_told, service) in [
            ("sshd.auth", "ssh_failed", "", true, "sshd"),
            ("sshd.auth", "ssh_failed", invalid, false, "sshd"),
            ("sshd.auth", "ssh_refused", "", true, "sshd"),
            ("sshd.auth", "ssh_refused", invalid, false, "sshd"),
            ("sshd.auth", "ssh_invalid_user", "", false, "sshd"),
            ("sshd.auth", "ssh_accepted", "", true, "sshd"),
            ("dovecot.auth", "login_failed", "", false, "dovecot"),
            ("dovecot.auth", "login_accepted", "", true, "dovecot"),
            // What writes another dataset does not say of users that they are invalid.
            ("mine", "ssh_failed", "", false, "mine"),
        ] {
            let name = is_told.then(|| "u".to_owned());
            assert_eq!(told(dataset, tag, soar), (name, Some(service.to_owned())), "{dataset} {tag} {soar}");
        }
        let names: Vec<_> = signals_of_users().indexes().map(|index| SIGNALS[index].name).collect();
        assert_eq!(names, ["ssh_failed", "ssh_accepted", "ssh_invalid_user", "ssh_refused", "login_failed", "login_accepted"]);
    }
}
