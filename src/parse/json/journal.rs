//! The journal as `journalctl -o json` and Vector write it: messages of sshd are read as those of a syslog line are.
//!
//! Fields that start with `_` are journald's own and cannot be chosen by who sends a message. `SYSLOG_IDENTIFIER` can: any
//! user may run `logger -t sshd`. So a message under sshd's name counts only where journald's own fields, as far as they are there,
//! say that root's sshd sent it; any other is untrusted.

use super::super::format::{Format, Kind, Misfit, Reading, Scratch};
use super::super::sshd::Header;
use super::super::syslog::read_sshd;
use super::super::tag::{is_sshd, parse_pid};
use super::fields::Fields;
use super::line::{AT_JSON, read_fields};
use super::shipper;
use super::table::{COMM, CONTAINER_ID, CONTAINER_NAME, EXE, Field, IDENTIFIER, JOURNAL_KEYS as KEYS, UID, UNIT};
use crate::time::Clock;

/// `journalctl -o json`.
pub const JOURNALD: Format = Format {
    name: KEYS.name,
    kind: Kind::SshdInJson,
    about: "sshd in the journal: journalctl -o json, Vector's journald source",
    source: "systemd docs/JOURNAL_EXPORT_FORMATS.md, systemd.journal-fields(7)",
    example: (
        r#"{"__REALTIME_TIMESTAMP":"1703415994322089","_SOURCE_REALTIME_TIMESTAMP":"1703415994322051","_HOSTNAME":"lab","_COMM":"sshd","_PID":"77","_UID":"0","_TRANSPORT":"syslog","PRIORITY":"6","SYSLOG_IDENTIFIER":"sshd","SYSLOG_PID":"77","MESSAGE":"Failed password for root from 192.0.2.10 port 38926 ssh2"}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2023-12-24T11:06:34.322051Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"failure"},"source":{"ip":"192.0.2.10","port":38926},"user":{"name":"root"},"host":{"hostname":"lab"},"process":{"name":"sshd","pid":77},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_failed"],"soar":{"method":"password"}}"#,
    ),
    read: |line, scratch, clock| read(line.text, scratch, clock),
};

fn read<'a>(line: &'a [u8], scratch: &'a Scratch, clock: &mut Clock) -> Result<Reading<'a>, Misfit> {
    let fields = read_fields(line, scratch, &KEYS)?;
    let misfit = |reason| Misfit { at: AT_JSON + KEYS.needs.len(), reason };
    let value = |field| KEYS.value(&fields, field);
    let time = clock.parse_any(value(Field::Time).ok_or(misfit("no __REALTIME_TIMESTAMP"))?).map_err(misfit)?;
    let named = |key| fields.get(key).filter(|name| is_sshd(name));
    let Some(tag) = named(COMM).or_else(|| named(IDENTIFIER)) else { return Ok(Reading::OtherProgram) };
    let message = value(Field::Message).or_else(|| value(Field::Renamed)).unwrap_or_default();
    match find_doubt(&fields) {
        Some(OF_A_USER) if is_of_session(&fields, message) => return Ok(Reading::OtherProgram),
        Some(reason) => return Ok(Reading::Untrusted(reason)),
        None => {}
    }
    let pid = value(Field::Pid).and_then(parse_pid);
    let header = Header { time: Some(time), host: value(Field::Host).unwrap_or_default(), tag, pid };
    // journalctl writes null for a message that is too long to show: sshd said something that nobody can read here.
    Ok(read_sshd(header, message))
}

const OF_A_USER: &str = "a message under sshd's name that was not sent by root";

/// What the process of a session says, which runs as the user who logged in. No signal stands there, so it is nothing to be told of.
///
/// **Source:** OpenSSH `packet.c` (`sshpkt_vfatal`, `ssh_packet_read_poll_seqnr`).
const OF_SESSIONS: [&[u8]; 2] = [b"Disconnected from user ", b"Received disconnect from "];

/// Whether OpenSSH's own program says how a session ended.
fn is_of_session(fields: &Fields<'_>, message: &[u8]) -> bool {
    fields.get(EXE).is_some_and(is_sshd_file) && OF_SESSIONS.iter().any(|start| message.starts_with(start))
}

/// Why a message under sshd's name may be none of sshd's. Where a field stands it decides, whatever it holds.
fn find_doubt(fields: &Fields<'_>) -> Option<&'static str> {
    let differs = |key, is_right: fn(&[u8]) -> bool| fields.get(key).is_some_and(|value| !is_right(value));
    if differs(COMM, is_sshd) || differs(EXE, is_sshd_file) {
        return Some("a message under sshd's name that another program sent to the journal");
    }
    if differs(UID, |uid| matches!(uid, b"0" | b"")) {
        return Some(OF_A_USER);
    }
    if differs(UNIT, is_of_machine) || [CONTAINER_ID, CONTAINER_NAME].iter().any(|key| fields.get(key).is_some()) {
        return Some("a message under sshd's name from a container");
    }
    shipper::is_of_elsewhere(fields).then_some("a message under sshd's name that whoever reaches the shipper may have sent")
}

/// Whether `path` is that of a program of OpenSSH's server; the kernel marks one that was replaced by an update.
fn is_sshd_file(path: &[u8]) -> bool {
    path.is_empty() || is_sshd(path.strip_suffix(b" (deleted)").unwrap_or(path))
}

/// Whether `unit` is not that of a container. Engines put theirs into scopes of their own (`docker-ID.scope`); else scopes are those
/// of logins and of what was there before systemd.
fn is_of_machine(unit: &[u8]) -> bool {
    !unit.ends_with(b".scope") || unit.starts_with(b"session-") || unit == b"init.scope"
}
