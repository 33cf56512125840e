//! `soar.account/1`: a user who was tried, over all addresses. A report: it is made of events, which hosts do not hold, so nothing adds it up.
//!
//! People type passwords where a user name is asked for. So a name is told only where it got in, or where sshd says that it exists; of any
//! other there is a hash.

use serde::{Deserialize, Serialize};

use crate::base::escape::{QUOTED, shorten};
use crate::record::json::pairs::Pairs;
use crate::record::json::to_vec;
use crate::record::malformed;
use crate::record::whole;
use crate::record::whole::Whole;

/// The value of `schema`.
pub(crate) const ACCOUNT_SCHEMA: &str = "soar.account/1";

/// A user who was tried.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AccountRecord {
    /// [`ACCOUNT_SCHEMA`].
    pub schema: String,
    /// The name, where it may be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// What stands for it everywhere.
    pub user_hash: String,
    /// How often it was refused.
    #[serde(deserialize_with = "whole::read")]
    pub failures: u64,
    /// How often it was let in.
    #[serde(deserialize_with = "whole::read")]
    pub logins: u64,
    /// How many addresses, or networks where these are hosts, tried it or logged in.
    #[serde(deserialize_with = "whole::read")]
    pub addresses: u64,
    /// The services that it was tried at, sorted.
    #[serde(default)]
    pub services: Vec<String>,
    /// Its events by signal.
    #[serde(default, deserialize_with = "read_counts")]
    pub signals: Pairs<String, u64>,
    /// RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<String>,
    /// RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<String>,
    /// When it was let in last, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login: Option<String>,
}

fn read_counts<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Pairs<String, u64>, D::Error> {
    let Pairs(counts) = Pairs::<String, Whole<u64>>::deserialize(deserializer)?;
    Ok(Pairs(counts.into_iter().map(|(name, Whole(count))| (name, count)).collect()))
}

impl AccountRecord {
    /// An account of which nothing is known but the hash.
    pub(crate) fn new(user_hash: String) -> Self {
        Self { schema: ACCOUNT_SCHEMA.to_owned(), user_hash, ..Self::default() }
    }

    /// Appends the account to `out` as one line of NDJSON.
    pub(crate) fn write_line(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&to_vec(self));
        out.push(b'\n');
    }

    /// Reads a line that [`Self::write_line`] wrote, keys in any order.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub(crate) fn from_line(line: &[u8]) -> Result<Self, String> {
        match crate::record::schema_of(line)?.as_deref() {
            Some(ACCOUNT_SCHEMA) => serde_json::from_slice(line).map_err(|error| malformed(&error)),
            Some(other) => {
                Err(format!("this is a {} record, not one that soar-score --accounts wrote ({ACCOUNT_SCHEMA})", shorten(other, QUOTED)))
            }
            None => Err(format!("no schema key: not what soar-score --accounts wrote ({ACCOUNT_SCHEMA})")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_one_line_that_disturbs_no_terminal_and_reads_as_it_was() {
        let account = AccountRecord {
            user: Some("a\u{1b}[2J\u{202e}\"".to_owned()),
            failures: 3,
            signals: Pairs(vec![("ssh_failed".to_owned(), 3)]),
            last_seen: Some("2026-01-01T00:00:00Z".to_owned()),
            ..AccountRecord::new("00".to_owned())
        };
        let mut line = Vec::new();
        account.write_line(&mut line);
        let text = String::from_utf8(line.clone()).expect("UTF-8");
        let start = r#"{"schema":"soar.account/1","user":"a\u001b[2J\u202e\"","user_hash":"00","failures":3,"logins":0,"addresses":0,"services":[],"#;
        assert!(text.starts_with(start) && text.ends_with("}\n") && text.lines().count() == 1, "{text}");
        assert_eq!(AccountRecord::from_line(&line), Ok(account));
        for (line, said) in [
            (
                &br#"{"schema":"soar.host/1"}"#[..],
                "this is a soar.host/1 record, not one that soar-score --accounts wrote (soar.account/1)",
            ),
            (b"{}", "no schema key: not what soar-score --accounts wrote (soar.account/1)"),
            (br#"{"schema":"soar.account/1"}"#, "malformed record: missing field `user_hash` at byte 27"),
        ] {
            assert_eq!(AccountRecord::from_line(line), Err(said.to_owned()));
        }
    }
}
