//! Files in `MaxMind`'s DB format: what they say of an address.
//!
//! A file is read, not mapped: a mapped file that is cut short while it is used kills the process. Nothing of a record is decoded twice
//! as long as it is remembered, since a place in the file stands for it.
//!
//! **Source:** `MaxMind` DB file format specification 2.0.

pub mod known;

use std::net::IpAddr;
use std::path::Path;

use maxminddb::{MaxMindDbError, Reader};
use serde_json::Value;

use crate::base::error::{Error, Result};
use crate::base::time;

/// A file in `MaxMind`'s DB format.
#[derive(Debug)]
pub struct Database {
    /// The file, as it was given.
    pub path: String,
    /// The key under which its records are carried as they are; `None`: what is known of their keys is read.
    pub key: Option<String>,
    /// When it was made, RFC 3339.
    pub as_of: String,
    reader: Reader<Vec<u8>>,
}

/// Where a record stands in its file.
pub type Offset = usize;

impl Database {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`Error::Read`] for a file that cannot be read, is cut short, or is of another format.
    pub fn open(path: &Path, key: Option<String>) -> Result<Self> {
        let shown = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| Error::read(&shown, &error))?;
        let reader = Reader::from_source(bytes).map_err(|error| Error::Read { path: shown.clone(), reason: reason_of(&error) })?;
        let seconds = i64::try_from(reader.metadata().build_epoch).unwrap_or(i64::MAX);
        Ok(Self { path: shown, key, as_of: time::rfc3339(seconds), reader })
    }

    /// Where the record of `ip` stands; `None`: there is none. A file of IPv4 alone has none for IPv6.
    ///
    /// # Errors
    /// A sentence about the file: its tree leads out of it.
    #[inline]
    pub fn find(&self, ip: IpAddr) -> std::result::Result<Option<Offset>, String> {
        if ip.is_ipv6() && self.reader.metadata().ip_version == 4 {
            return Ok(None);
        }
        self.reader.lookup(ip).map(|found| found.offset()).map_err(|error| format!("{}: {}", self.path, reason_of(&error)))
    }

    /// The record of `ip`.
    ///
    /// # Errors
    /// A sentence about the file: what stands there is no record.
    pub fn record(&self, ip: IpAddr) -> std::result::Result<Value, String> {
        let record = self.reader.lookup(ip).and_then(|found| found.decode::<Value>());
        record.map(Option::unwrap_or_default).map_err(|error| format!("{}: {}", self.path, reason_of(&error)))
    }
}

fn reason_of(error: &MaxMindDbError) -> String {
    match error {
        MaxMindDbError::InvalidDatabase { message, .. } if message.contains("metadata") || message.contains("beyond") => {
            format!("no file of MaxMind's DB format, or one that is cut short: {error}")
        }
        other => other.to_string(),
    }
}
