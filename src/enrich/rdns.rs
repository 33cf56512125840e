//! Names of addresses that somebody looked up: an address and its names on each line, as `/etc/hosts` has them, or with commas between.
//!
//! Nothing is resolved here. Whoever writes such a file should have checked that the name leads back to the address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::Path;
use std::time::SystemTime;

use crate::base::error::{Error, Result};
use crate::base::escape::{QUOTED, shorten};
use crate::base::issue_counter::IssueCounter;
use crate::base::list_file;
use crate::base::net;
use crate::base::time;

/// The names of addresses.
#[derive(Debug, Default)]
pub(crate) struct HostNames {
    names: HashMap<IpAddr, Vec<Box<str>>, ahash::RandomState>,
    /// When the file was written, RFC 3339.
    as_of: String,
}

impl HostNames {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`Error::Read`] for a file that cannot be read, or has no name in it.
    pub(crate) fn open(path: &Path) -> Result<(Self, IssueCounter<String>)> {
        let shown = path.display().to_string();
        let failed = |error: &std::io::Error| Error::read(&shown, error);
        let bytes = std::fs::read(path).map_err(|error| failed(&error))?;
        let modified = path.metadata().and_then(|metadata| metadata.modified()).unwrap_or_else(|_| SystemTime::now());
        let (mut names, mut issues) = (Self { as_of: time::rfc3339(time::from_system(modified)), ..Self::default() }, IssueCounter::new());
        for (number, line) in list_file::entries(&String::from_utf8_lossy(&bytes)) {
            if let Err(reason) = names.take(line) {
                issues.add(number as u64, reason);
            }
        }
        if names.names.is_empty() {
            return Err(Error::Read { path: shown, reason: "there is no address with a name in it".to_owned() });
        }
        Ok((names, issues))
    }

    fn take(&mut self, line: &str) -> std::result::Result<(), String> {
        let line = line.find('#').filter(|&at| line[..at].ends_with(char::is_whitespace)).map_or(line, |at| &line[..at]);
        let mut words = line.split([' ', '\t', ',', ';']).map(|word| word.trim_matches('"')).filter(|word| !word.is_empty());
        let address = words.next().unwrap_or_default();
        let ip = net::parse_address(address.as_bytes()).ok_or_else(|| format!("not an address: {}", shorten(address, QUOTED)))?;
        let names = self.names.entry(ip).or_default();
        let mut count = 0;
        for word in words {
            let name = word.strip_suffix('.').unwrap_or(word).to_ascii_lowercase();
            if !net::is_host_name(name.as_bytes()) {
                return Err(format!("not a host name: {}", shorten(word, QUOTED)));
            }
            if !names.iter().any(|known| **known == *name) {
                names.push(name.into());
            }
            count += 1;
        }
        if count > 0 { Ok(()) } else { Err(format!("{} has no name", shorten(address, QUOTED))) }
    }

    /// The names of `ip`.
    pub(crate) fn find(&self, ip: IpAddr) -> &[Box<str>] {
        self.names.get(&ip).map_or(&[], Vec::as_slice)
    }

    /// The same as JSON, with the time of the file; `None`: there is none.
    pub(crate) fn to_json(&self, ip: IpAddr) -> Option<String> {
        // Nothing in a host name is to be escaped.
        let names = self.find(ip).iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>();
        (!names.is_empty()).then(|| format!("{{\"names\":[{}],\"as_of\":\"{}\"}}", names.join(","), self.as_of))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_hosts_files_and_tables_have_them() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let text = "# c\n192.0.2.1 A.example.org. b.example\n192.0.2.1\ta.example.org\n\"2001:db8::1\",\"c.example\"\n::ffff:192.0.2.2 d.example # x\nx y\n192.0.2.3\n192.0.2.4 a/b\n";
        std::fs::write(file.path(), text).expect("written");
        let (names, issues) = HostNames::open(file.path()).expect("a file");
        let of = |ip: &str| names.find(ip.parse().expect("an address")).iter().map(|name| &**name).collect::<Vec<_>>();
        assert_eq!(
            (of("192.0.2.1"), of("2001:db8::1"), of("192.0.2.2")),
            (vec!["a.example.org", "b.example"], vec!["c.example"], vec!["d.example"])
        );
        let first: Vec<_> = issues.first.iter().map(|(line, reason)| format!("{line}: {reason}")).collect();
        assert_eq!(first, ["6: not an address: x", "7: 192.0.2.3 has no name", "8: not a host name: a/b"]);
        let json = names.to_json("2001:db8::1".parse().expect("an address")).expect("names");
        assert!(json.starts_with(r#"{"names":["c.example"],"as_of":"20"#), "{json}");
    }
}
