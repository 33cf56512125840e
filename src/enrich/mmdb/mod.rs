//! Files in `MaxMind`'s DB format: what they say of an address.
//!
//! A file is read, not mapped: a mapped file that is cut short while it is used kills the process. Nothing of a record is decoded twice
//! as long as it is remembered, since a place in the file stands for it.
//!
//! **Source:** `MaxMind` DB file format specification 2.0.

pub(crate) mod known;
mod tree;

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use maxminddb::{MaxMindDbError, Reader};
use serde_json::Value;

use crate::base::error::{Error, Result};
use crate::base::time;
use crate::enrich::mmdb::tree::Tree;

/// A file in `MaxMind`'s DB format.
#[derive(Debug)]
pub(crate) struct Database {
    /// The file, as it was given.
    pub path: String,
    /// The key under which its records are carried as they are; `None`: what is known of their keys is read.
    pub key: Option<String>,
    /// When it was made, RFC 3339.
    pub as_of: String,
    reader: Reader<Arc<[u8]>>,
    /// The same file's tree for IPv4.
    tree: Option<Tree>,
}

/// What stands for a record: the same for all addresses that have it.
pub(crate) type Offset = usize;

/// The bytes of zeros between tree and data.
const DATA_GAP: usize = 16;

impl Database {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`Error::Read`] for a file that cannot be read, is cut short, or is of another format.
    pub(crate) fn open(path: &Path, key: Option<String>) -> Result<Self> {
        let shown = path.display().to_string();
        let bytes: Arc<[u8]> = std::fs::read(path).map_err(|error| Error::read(&shown, &error))?.into();
        let reader =
            Reader::from_source(Arc::clone(&bytes)).map_err(|error| Error::Read { path: shown.clone(), reason: reason_of(&error) })?;
        let seconds = i64::try_from(reader.metadata().build_epoch).unwrap_or(i64::MAX);
        let metadata = reader.metadata();
        let nodes = usize::try_from(metadata.node_count).unwrap_or(usize::MAX);
        let tree = Tree::of(bytes, nodes, usize::from(metadata.record_size), metadata.ip_version);
        Ok(Self { path: shown, key, as_of: time::rfc3339(seconds), reader, tree })
    }

    /// What stands for the record of `ip`; `None`: there is none. A file of IPv4 alone has none for IPv6.
    ///
    /// # Errors
    /// A sentence about the file: its tree leads out of it.
    #[inline]
    pub(crate) fn find(&self, ip: IpAddr) -> std::result::Result<Option<Offset>, String> {
        if let (IpAddr::V4(ip), Some(tree)) = (ip, &self.tree) {
            // A tree that leads out of the file is found when the record is read.
            return Ok(tree.find(ip.into()));
        }
        if ip.is_ipv6() && self.reader.metadata().ip_version == 4 {
            return Ok(None);
        }
        self.reader
            .lookup(ip)
            .map(|found| found.offset().map(|offset| offset + self.first_number()))
            .map_err(|error| format!("{}: {}", self.path, reason_of(&error)))
    }

    /// The number of the first record, as [`Tree::find`] numbers them: behind all nodes and what is between tree and data.
    fn first_number(&self) -> usize {
        usize::try_from(self.reader.metadata().node_count).unwrap_or(usize::MAX).saturating_add(DATA_GAP)
    }

    /// The record of `ip`.
    ///
    /// # Errors
    /// A sentence about the file: what stands there is no record.
    pub(crate) fn record(&self, ip: IpAddr) -> std::result::Result<Value, String> {
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
