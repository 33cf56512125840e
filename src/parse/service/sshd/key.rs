//! What sshd names behind a login, `ssh2: ED25519 SHA256:...`: the key or the principal that was shown.
//!
//! It holds what a peer worded (a certificate's comment, the user and host that it claims to be, a principal). So it is taken for
//! the server's only in the forms that the server writes.
//!
//! **Source:** OpenSSH `auth.c` (`auth_log`, `format_method_key`), `auth2-hostbased.c`, `gss-serv.c`.

use std::sync::LazyLock;

use memchr::{memchr, memmem, memrchr};

use crate::base::simd::find_space;
use crate::parse::service::match_input::Truncation;

/// What stands before the host that a client claims to be.
const CLIENT_HOST: &[u8] = b"\", client host \"";

/// The message without what follows its ` ssh2: `.
///
/// A user who is not called invalid is an account of this machine, so the first such place counts, whatever a certificate's
/// comment holds. Of any other message both the user and the comment are the peer's: where there are two places, only a plain key, which can
/// hold no such place, is cut off, and nothing where a principal may hold one.
pub(crate) fn cut_info(message: &[u8], ending: Truncation) -> Option<&[u8]> {
    let mut places = find_key_info(message);
    let first = places.next()?;
    let last = places.last();
    let (end, fits) = match last {
        Some(last) if !is_local_account(message) => (last, !names_principal(message) && is_plain_key(&message[last + 2..])),
        _ if names_principal(message) => (first, !is_accepted(message) || memchr(b'"', &message[first..]).is_none()),
        _ => (first, is_key(&message[first + 2..], ending) && !(is_accepted(message) && has_spaced_host(message))),
    };
    fits.then(|| &message[..end])
}

/// Whether the user is an account of this machine, which holds no ` ssh2: `: sshd says so of any other. Not of a principal's
/// message, and not of a password's, which has no information behind it.
pub(crate) fn is_local_account(message: &[u8]) -> bool {
    const FAILED: [&[u8]; 4] = [b"Failed publickey for ", b"Failed hostbased for ", b"Partial publickey for ", b"Partial hostbased for "];
    // Nearly no other message gets further than this.
    if !matches!(message.first(), Some(b'A' | b'F' | b'P')) {
        return false;
    }
    let is_invalid = |user: &[u8]| user.starts_with(b"invalid user ") || user.starts_with(b"illegal user ");
    let is_tried = || matches!(skip_word(message), [b'p', b'u', ..] | [b'h', ..]);
    is_accepted(message) || is_tried() && FAILED.iter().filter_map(|start| message.strip_prefix(*start)).any(|user| !is_invalid(user))
}

/// Whether a user was let in.
fn is_accepted(message: &[u8]) -> bool {
    message.starts_with(b"Accepted ")
}

/// Whether the login was tried by a method behind which sshd names a principal or a user, which have no form.
fn names_principal(message: &[u8]) -> bool {
    is_without_form(skip_word(message))
}

/// Whether the login was tried by a method behind which sshd names anything.
pub(crate) fn may_have_info(message: &[u8]) -> bool {
    let method = skip_word(message);
    is_without_form(method) || method.starts_with(b"publickey ") || method.starts_with(b"hostbased ")
}

fn is_without_form(method: &[u8]) -> bool {
    method.starts_with(b"gssapi") || method.starts_with(b"rhosts")
}

fn skip_word(message: &[u8]) -> &[u8] {
    find_space(message).map_or(message, |space| &message[space + 1..])
}

/// Where ` ssh2` or ` ssh1` ends that a colon and information follow.
pub(crate) fn find_key_info(message: &[u8]) -> impl Iterator<Item = usize> {
    // Prepared once: that takes longer than the search.
    static SSH: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b" ssh"));
    let is_info = |&end: &usize| matches!(message[end - 1..].get(..3), Some(b"1: " | b"2: "));
    SSH.find_iter(message).map(|at| at + b" ssh2".len()).filter(|end| *end <= message.len()).filter(is_info)
}

/// Whether `text` is `RSA SHA256:...`, the same with a certificate's ` ID COMMENT (serial 0) CA RSA SHA256:...`, or either with
/// `, client user "...", client host "..."`.
fn is_key(text: &[u8], ending: Truncation) -> bool {
    let Some(rest) = skip_key(text) else { return false };
    if ending == Truncation::Cut {
        // No quote, since that of a web server's line, behind a user who words this, would be one.
        return memchr(b'"', rest).is_none();
    }
    let rest = if rest.starts_with(b" ID ") { skip_authority(rest) } else { Some(rest) };
    rest.is_some_and(|rest| rest.is_empty() || is_client(rest))
}

/// Whether `text` is a key, and nothing that a peer could have worded.
fn is_plain_key(text: &[u8]) -> bool {
    skip_key(text).is_some_and(<[u8]>::is_empty)
}

/// What follows `ED25519 SHA256:abc` or `RSA 00:11:22`.
fn skip_key(text: &[u8]) -> Option<&[u8]> {
    let space = memchr(b' ', text)?;
    let (kind, rest) = (&text[..space], &text[space + 1..]);
    let is_kind = kind.first().is_some_and(u8::is_ascii_uppercase)
        && kind.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"-+".contains(b));
    let len = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || b"+/=:".contains(b)).count();
    let colon = memchr(b':', &rest[..len])?;
    (is_kind && colon > 0).then(|| &rest[len..])
}

/// What follows ` (serial 0) CA RSA SHA256:abc`, of which the last counts: the comment before it is free.
fn skip_authority(rest: &[u8]) -> Option<&[u8]> {
    const SERIAL: &[u8] = b" (serial ";
    let serial = &rest[memmem::rfind(rest, SERIAL)? + SERIAL.len()..];
    let digits = serial.iter().take_while(|b| b.is_ascii_digit()).count();
    skip_key(serial[digits..].strip_prefix(b") CA ")?)
}

/// Whether `text` is `, client user "alice", client host "a.example"`.
fn is_client(text: &[u8]) -> bool {
    let Some(inside) = text.strip_prefix(b", client user \"").and_then(|rest| rest.strip_suffix(b"\"")) else { return false };
    memmem::find(inside, CLIENT_HOST).is_some()
}

/// Whether a client's host holds a space, as none does whose user was let in.
fn has_spaced_host(message: &[u8]) -> bool {
    // Few messages have a quote at all.
    let quoted = memrchr(b'"', message).map_or(&message[..0], |quote| &message[..=quote]);
    memmem::rfind(quoted, CLIENT_HOST).is_some_and(|at| memchr(b' ', &message[at + CLIENT_HOST.len()..]).is_some())
}
