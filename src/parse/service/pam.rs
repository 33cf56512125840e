//! What modules of PAM write under the name of the program that calls them.

use std::sync::LazyLock;

use memchr::memmem;

/// The name of a PAM module, and what it says, without the `pam_unix(sshd:auth): `, `pam_krb5[77]: ` or `(pam_unix) ` before it.
pub(crate) fn split_module(message: &[u8]) -> Option<(&[u8], &[u8])> {
    // How nearly every message of a module of sshd begins.
    const USUAL: &[u8] = b"pam_unix(sshd:auth): ";
    if let Some(inside) = message.strip_prefix(USUAL) {
        return Some((&message[b"pam_".len()..USUAL.len() - b": ".len()], inside));
    }
    let rest = message.strip_prefix(b"pam_").or_else(|| message.strip_prefix(b"(pam_"))?;
    let space = memchr::memchr(b' ', rest)?;
    let name = rest[..space].strip_suffix(if message[0] == b'(' { b")" } else { b":" })?;
    let is_name = name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b':' | b'(' | b')' | b'[' | b']'));
    is_name.then(|| (name, &rest[space + 1..]))
}

/// The service of PAM that a module was called for: `dovecot` of `pam_unix(dovecot:auth): ...`.
pub(crate) fn called_for(message: &[u8]) -> Option<&[u8]> {
    let (module, _) = split_module(message)?;
    let inside = &module[memchr::memchr(b'(', module)? + 1..];
    Some(&inside[..memchr::memchr(b':', inside)?])
}

/// `rhost=ADDRESS` and, behind it, `user=NAME`. PAM writes the name last, so the first `rhost=` is PAM's own; where a module
/// names a remote user before it, it must be the only one.
pub(crate) fn read_pam_fields(fields: &[u8]) -> (Option<&[u8]>, Option<&[u8]>) {
    // Prepared once: that takes longer than the search.
    static RHOST: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b" rhost="));
    let Some(at) = RHOST.find(fields) else { return (None, None) };
    let rest = &fields[at + RHOST.needle().len()..];
    if !fields[..at].ends_with(b" ruser=") && RHOST.find(rest).is_some() {
        return (None, None);
    }
    let end = memchr::memchr(b' ', rest).unwrap_or(rest.len());
    let user = rest[end..].strip_prefix(b"  user=").or_else(|| rest[end..].strip_prefix(b" user="));
    (Some(&rest[..end]).filter(|a| !a.is_empty()), user)
}

/// `rhost=ADDRESS` at the end: `pam_krb5` writes the name that the client chose first, and where it came from last.
///
/// **Source:** `pam-krb5` `module/support.c` (`pamk5_log_failure`).
pub(crate) fn read_last_rhost(fields: &[u8]) -> Option<&[u8]> {
    const RHOST: &[u8] = b" rhost=";
    let address = &fields[memmem::rfind(fields, RHOST)? + RHOST.len()..];
    Some(address).filter(|address| !address.is_empty() && memchr::memchr(b' ', address).is_none())
}
