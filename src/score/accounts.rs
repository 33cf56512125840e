//! `--accounts`: who is tried most, and who got in, as a file beside the hosts.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::aggregate::accounts::row::UserDigest;
use crate::aggregate::accounts::{Account, AccountTable, names_of_signals};
use crate::aggregate::sums::WRITE_BYTES;
use crate::base::error::{Error, Result};
use crate::base::number::{agree, counted};
use crate::base::time::rfc3339;
use crate::io::diagnostics::Diagnostics;
use crate::io::output::AtomicFile;
use crate::io::spill::Sorter;
use crate::record::account::AccountRecord;
use crate::record::json::pairs::Pairs;

/// How long a key is at the least, in bytes. **Source:** RFC 2104 section 3: shorter than the hash is weaker; 128 bits are what is kept of it.
const LEAST_KEY: usize = 16;
/// How long it is at the most: a file that is longer was not meant.
const MOST_KEY: u64 = 64 << 10;
/// The length of a block of SHA-256, in bytes.
const BLOCK: usize = 64;

/// The order of accounts: those that were refused most often first, then those that were let in most often.
type AccountRankKey = [u8; 32];

/// Where accounts are written, and how.
#[derive(Debug, Clone)]
pub struct AccountOptions {
    /// The file.
    pub path: PathBuf,
    /// With which hashes are keyed; none: they are plain.
    pub key: Option<Vec<u8>>,
}

/// The key in the file at `path`: all of its bytes.
///
/// # Errors
/// [`Error::Read`] for a file that cannot be read, [`Error::Usage`] for a key that is too short or too long.
pub fn read_key(path: &Path) -> Result<Vec<u8>> {
    let shown = path.display().to_string();
    let failed = |error: std::io::Error| Error::read(&shown, &error);
    let length = std::fs::metadata(path).map_err(failed)?.len();
    let key = if length > MOST_KEY { Vec::new() } else { std::fs::read(path).map_err(failed)? };
    if key.len() < LEAST_KEY {
        return Err(Error::Usage(format!(
            "--accounts-key {shown}: expected {LEAST_KEY} bytes or more, and at most 64K: openssl rand -hex 32"
        )));
    }
    Ok(key)
}

/// Writes the accounts of `table` to `file`; gives how many there are.
///
/// # Errors
/// [`Error::Write`] for `file` or a temporary file, [`Error::Read`] for the latter.
pub(crate) fn write(table: AccountTable, options: &AccountOptions, memory_bytes: Option<usize>, mut file: AtomicFile) -> Result<u64> {
    let mut sorter: Sorter<{ size_of::<AccountRankKey>() }> = Sorter::new(memory_bytes.unwrap_or(usize::MAX));
    let (mut line, mut count) = (Vec::new(), 0);
    table.finish(|digest, account| {
        count += 1;
        line.clear();
        to_record(account, hash_of(digest, options.key.as_deref())).write_line(&mut line);
        sorter.push(rank_of(digest, account), &line)
    })?;
    let mut lines = Vec::with_capacity(WRITE_BYTES);
    sorter.finish(|line| {
        lines.extend_from_slice(line);
        if lines.len() >= WRITE_BYTES {
            file.write_all(&lines).map_err(|error| file.error(&error))?;
            lines.clear();
        }
        Ok(())
    })?;
    file.write_all(&lines).map_err(|error| file.error(&error))?;
    file.commit()?;
    Ok(count)
}

/// Says what of the input accounts cannot tell.
pub(crate) fn tell_gaps(hosts: u64, nameless: u64, diagnostics: &mut Diagnostics) {
    if hosts > 0 {
        let (hosts, do_not) = (counted(hosts, "host"), agree(hosts, "does not", "do not"));
        diagnostics
            .warn("accounts_of_hosts", &format!("--accounts: {hosts} {do_not} say who tried which user: accounts are of the events alone"));
    }
    if nameless > 0 {
        let (events, name) = (counted(nameless, "event"), agree(nameless, "names", "name"));
        diagnostics
            .warn("no_user", &format!("--accounts: {events} of a login {name} no user and {} in no account", agree(nameless, "is", "are")));
    }
}

fn to_record(account: &Account, hash: String) -> AccountRecord {
    AccountRecord {
        user: account.name.as_deref().map(str::to_owned),
        failures: account.failures(),
        logins: account.logins(),
        addresses: account.addresses,
        services: account.services.iter().map(ToString::to_string).collect(),
        signals: Pairs(names_of_signals(account).map(|(name, count)| (name.to_owned(), count)).collect()),
        first_seen: account.first_seen.map(rfc3339),
        last_seen: account.last_seen.map(rfc3339),
        last_login: account.last_login.map(rfc3339),
        ..AccountRecord::new(hash)
    }
}

fn rank_of(digest: &UserDigest, account: &Account) -> AccountRankKey {
    let mut key = [0; size_of::<AccountRankKey>()];
    key[..8].copy_from_slice(&(!account.failures()).to_be_bytes());
    key[8..16].copy_from_slice(&(!account.logins()).to_be_bytes());
    key[16..].copy_from_slice(digest);
    key
}

/// What stands for a user in the file: the hash that hosts have in `partial.users`, or one that is keyed.
fn hash_of(digest: &UserDigest, key: Option<&[u8]>) -> String {
    let hash = key.map_or(*digest, |key| hmac(key, digest).first_chunk().copied().unwrap_or_default());
    format!("{:016x}", hash.first_chunk().map_or(0, |start| u64::from_be_bytes(*start)))
}

/// HMAC with SHA-256. **Source:** RFC 2104 section 2.
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0; BLOCK];
    if key.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::accounts::row::digest_of;
    use crate::record::host::partial;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }

    #[test]
    fn the_keyed_hash_is_that_of_the_standard() {
        // RFC 4231, test cases 1, 2 and 6.
        for (key, message, mac) in [
            (&[0x0b; 20][..], &b"Hi There"[..], "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            assert_eq!(hex(&hmac(key, message)), mac);
        }
    }

    #[test]
    fn a_plain_hash_is_that_of_hosts_and_a_keyed_one_is_of_its_key() {
        let digest = digest_of(b"admin");
        let plain = hash_of(&digest, None);
        assert_eq!(plain, format!("{:016x}", partial::hash(b"admin")));
        // printf %s admin | sha256sum
        assert_eq!(plain, "8c6976e5b5410415");
        let keyed = hash_of(&digest, Some(&[7; 16]));
        assert!(keyed.len() == 16 && keyed != plain && keyed != hash_of(&digest, Some(&[8; 16])));
    }
}
