//! Under which names OpenSSH's server runs and writes, and what its sessions say.

/// The tags under which it writes: one program before 9.8, three since.
const TAGS: [&[u8]; 3] = [b"sshd", b"sshd-session", b"sshd-auth"];
/// What starts the name of a socket-activated instance, `sshd@0-10.0.0.1:22-192.0.2.1:5`.
const INSTANCE: &[u8] = b"sshd@";

/// Whether sshd writes under `name`: by itself, with a path, as an instance, or as one of its PAM modules.
#[must_use]
pub fn is_sshd(name: &[u8]) -> bool {
    let is_module = |name: &[u8]| name.strip_prefix(b"sshd(").is_some_and(|module| module.starts_with(b"pam_") && module.ends_with(b")"));
    let is_known = |name: &[u8]| TAGS.contains(&name) || name.starts_with(INSTANCE) || is_module(name);
    is_known(name) || name.starts_with(b"/") && name.rsplit(|&b| b == b'/').next().is_some_and(|base| TAGS.contains(&base))
}

/// Whether a unit of systemd is sshd's: Debian and Arch call it differently, and sockets start instances.
#[must_use]
pub fn is_unit(unit: &[u8]) -> bool {
    let Some(name) = unit.strip_suffix(b".service") else { return false };
    matches!(name, b"ssh" | b"sshd") || name.starts_with(b"ssh@") || name.starts_with(INSTANCE)
}

/// What the process of a session says, which runs as the user who logged in. No signal stands there, so it is nothing to be told of.
///
/// **Source:** OpenSSH `packet.c` (`sshpkt_vfatal`, `ssh_packet_read_poll_seqnr`).
const OF_SESSIONS: [&[u8]; 2] = [b"Disconnected from user ", b"Received disconnect from "];

/// Whether a message says how a session ended.
#[must_use]
pub fn is_of_session(message: &[u8]) -> bool {
    OF_SESSIONS.iter().any(|start| message.starts_with(start))
}
