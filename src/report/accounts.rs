//! Accounts (`--accounts`): who was tried most, and who got in, read from what soar-score wrote, for the tables of reports.
//!
//! Of a file of any length only the rows that are shown are kept. Text of others stays as it came: each report escapes it at its own last door.

use std::cmp::Reverse;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use crate::base::error::{Error, Result};
use crate::base::escape::{QUOTED, shorten};
use crate::io::block::MAX_LINE;
use crate::io::source::file::{STDIN, open_error};
use crate::record::account::AccountRecord;
use crate::report::lang::account::{
    ACCOUNT, ADDRESSES, FAILURES, GOT_IN, GOT_IN_HINT, LAST_LOGIN, LAST_SEEN, LOGINS, SERVICES, TRIED, TRIED_HINT,
};
use crate::report::lang::{Lang, Phrase};

/// How many accounts each table shows.
pub(crate) const ROWS: usize = 20;
/// The headings of the tables: two of text, three of numbers, two of times.
pub(crate) const HEADINGS: [Phrase; 7] = [ACCOUNT, SERVICES, FAILURES, LOGINS, ADDRESSES, LAST_SEEN, LAST_LOGIN];
/// Which of them are numbers.
pub(crate) const NUMBERS: std::ops::Range<usize> = 2..5;
/// How much is collected before what is not shown is dropped.
const COLLECTED: usize = 4 * ROWS;

/// The accounts of one order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct RankedAccounts {
    count: u64,
    kept: Vec<AccountRecord>,
}

/// What reports show of accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AccountTables {
    /// By failures.
    tried: RankedAccounts,
    /// Those that were let in, by failures.
    got_in: RankedAccounts,
}

/// One table: its title, what it shows, its first accounts, and how many more there are.
pub(crate) type AccountTableView<'t> = (Phrase, Phrase, &'t [AccountRecord], u64);

impl RankedAccounts {
    fn add(&mut self, account: &AccountRecord) {
        self.count += 1;
        self.kept.push(account.clone());
        if self.kept.len() >= COLLECTED {
            self.settle();
        }
    }

    fn settle(&mut self) {
        self.kept.sort_by(|one, other| rank_of(one).cmp(&rank_of(other)));
        self.kept.truncate(ROWS);
    }
}

/// The account that comes first has the smallest.
fn rank_of(account: &AccountRecord) -> (Reverse<u64>, Reverse<u64>, &str) {
    (Reverse(account.failures), Reverse(account.logins), &account.user_hash)
}

impl AccountTables {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`Error::Read`] for a file that cannot be read or holds something else, with the line; [`Error::Usage`] for stdin, which is of hosts.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        if path.as_os_str() == STDIN {
            return Err(Error::Usage("--accounts needs a file that soar-score --accounts wrote: stdin is for hosts".to_owned()));
        }
        let shown = path.display().to_string();
        let mut file = BufReader::new(File::open(path).map_err(|error| open_error(path, &error))?);
        let (mut tables, mut line, mut number) = (Self::default(), Vec::new(), 0_u64);
        let most = MAX_LINE as u64 * 2;
        loop {
            line.clear();
            number += 1;
            let length = file.by_ref().take(most).read_until(b'\n', &mut line).map_err(|error| Error::read(&shown, &error))?;
            if length == 0 {
                break;
            }
            let text = line.trim_ascii();
            if !text.is_empty() {
                let unfit = |reason| Error::Read { path: format!("{shown}:{number}"), reason: format!("--accounts: {reason}") };
                tables.add(&AccountRecord::from_line(text).map_err(unfit)?);
            }
        }
        tables.tried.settle();
        tables.got_in.settle();
        Ok(tables)
    }

    fn add(&mut self, account: &AccountRecord) {
        self.tried.add(account);
        if account.logins > 0 {
            self.got_in.add(account);
        }
    }

    /// The tables that have a row.
    pub(crate) fn tables(&self) -> impl Iterator<Item = AccountTableView<'_>> {
        let all = [(TRIED, TRIED_HINT, &self.tried), (GOT_IN, GOT_IN_HINT, &self.got_in)];
        let with_rows = all.into_iter().filter(|(.., ranked)| ranked.count > 0);
        with_rows.map(|(title, hint, ranked)| (title, hint, &*ranked.kept, ranked.count - ranked.kept.len() as u64))
    }
}

/// The cells of a row.
pub(crate) fn row(account: &AccountRecord, lang: Lang) -> [String; 7] {
    let time = |time: &Option<String>| time.as_ref().map_or_else(String::new, |time| lang.time_of(time));
    let user = account.user.as_ref().map_or_else(|| format!("# {}", account.user_hash), |user| shorten(user, QUOTED).into_owned());
    let services: Vec<_> = account.services.iter().map(|service| &**service).collect();
    [
        user,
        services.join(" "),
        lang.number(account.failures),
        lang.number(account.logins),
        lang.number(account.addresses),
        time(&account.last_seen),
        time(&account.last_login),
    ]
}

/// An account in a few words: who it is, and how often it was refused.
pub(crate) fn mention(account: &AccountRecord, lang: Lang) -> String {
    let [user, _, failures, ..] = row(account, lang);
    format!("{user} ({failures})")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(user: Option<&str>, failures: u64, logins: u64) -> AccountRecord {
        let user = user.map(str::to_owned);
        AccountRecord { user, failures, logins, addresses: 1, ..AccountRecord::new(format!("{failures:016x}")) }
    }

    fn read(lines: &[u8]) -> std::result::Result<AccountTables, String> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), lines).expect("written");
        AccountTables::read(file.path()).map_err(|error| error.to_string().replace(&file.path().display().to_string(), "FILE"))
    }

    #[test]
    fn tables_show_who_was_tried_most_and_who_got_in_in_any_order_of_the_file() {
        let mut lines = Vec::new();
        (0..300).for_each(|n| account(None, n * 7 % 300, 0).write_line(&mut lines));
        account(Some("alice"), 3, 2).write_line(&mut lines);
        lines.extend_from_slice(b"\n");
        let tables = read(&lines).expect("tables");
        let shown: Vec<_> = tables.tables().collect();
        let (title, _, tried, more) = shown[0];
        assert_eq!((title, tried.len(), more, tried[0].failures, tried[19].failures), (TRIED, 20, 281, 299, 280));
        assert_eq!(row(&tried[0], Lang::En)[..5], ["# 000000000000012b", "", "299", "0", "1"]);
        let (title, _, got_in, more) = shown[1];
        assert_eq!((title, got_in.len(), more, &*row(&got_in[0], Lang::En)[0]), (GOT_IN, 1, 0, "alice"));
        assert_eq!(AccountTables::default().tables().count(), 0);
    }

    #[test]
    fn a_file_holds_accounts_and_nothing_else() {
        let mut line = Vec::new();
        account(None, 1, 0).write_line(&mut line);
        for (more, said) in [
            (&b"x"[..], "FILE:2: --accounts: malformed record: expected value at byte 1"),
            (
                br#"{"schema":"soar.host/1"}"#,
                "FILE:2: --accounts: this is a soar.host/1 record, not one that soar-score --accounts wrote (soar.account/1)",
            ),
        ] {
            assert_eq!(read(&[&line, more].concat()), Err(said.to_owned()));
        }
        assert!(matches!(AccountTables::read(Path::new("-")), Err(Error::Usage(_))));
    }
}
