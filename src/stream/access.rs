//! Why a file cannot be opened, in words that say what would help.
//!
//! Logs are often readable by a group (`adm`, `systemd-journal`) that the analyst is not in yet.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::error::Error;

/// The error for a `path` that could not be opened because of `source`.
#[must_use]
pub fn explain_open(path: &Path, source: &io::Error) -> Error {
    let shown = path.display().to_string();
    match source.kind() {
        io::ErrorKind::PermissionDenied => Error::Read { path: shown, reason: format!("permission denied: {}", suggest(path)) },
        io::ErrorKind::NotFound => Error::Read { path: shown, reason: "no such file".to_owned() },
        _ => Error::read(&shown, source),
    }
}

fn suggest(path: &Path) -> String {
    const GROUP_MAY_READ: u32 = 0o040;
    let group = fs::metadata(path).ok().filter(|m| m.mode() & GROUP_MAY_READ != 0 && m.gid() != 0).map(|m| group_name(m.gid()));
    match group {
        Some(group) => format!("group {group} may read it, so join that group (usermod -aG {group} USER) or use sudo"),
        None => "use sudo, or ask the owner for read access".to_owned(),
    }
}

/// The name of a group in `/etc/group`, or its number.
fn group_name(gid: u32) -> String {
    let groups = fs::read_to_string("/etc/group").unwrap_or_default();
    let wanted = gid.to_string();
    groups
        .lines()
        .find_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            (fields.nth(1)? == wanted).then(|| name.to_owned())
        })
        .unwrap_or(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_named_where_it_has_a_name() {
        assert_eq!(group_name(0), "root");
        assert_eq!(group_name(4_000_000_123), "4000000123");
    }
}
