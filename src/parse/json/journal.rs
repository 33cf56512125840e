//! The journal as `journalctl -o json` writes it: messages of sshd are read as those of a syslog line are.
//!
//! Fields that start with `_` are journald's own and cannot be chosen by who sends a message. `SYSLOG_IDENTIFIER` can: any
//! user may run `logger -t sshd`. So `_COMM`, the name of the program that sent it, says whether sshd did; the identifier
//! counts only in entries without it. (A local user may still name a program of his own sshd.)

use super::super::format::{Format, Kind, Misfit, Reading, Scratch};
use super::super::sshd::Header;
use super::super::syslog::read_sshd;
use super::super::tag::{is_sshd, parse_pid};
use super::line::{AT_JSON, read_fields};
use super::table::{COMM, Field, JOURNAL_KEYS as KEYS};
use crate::time::Clock;

/// `journalctl -o json`.
pub const JOURNALD: Format = Format {
    name: KEYS.name,
    kind: Kind::SshdInJson,
    about: "sshd in the journal: journalctl -o json",
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
    // Where it stands it decides, whatever it holds.
    let program = fields.get(COMM).or_else(|| value(Field::Program));
    let Some(tag) = program.filter(|tag| is_sshd(tag)) else { return Ok(Reading::OtherProgram) };
    let pid = value(Field::Pid).and_then(parse_pid);
    let header = Header { time: Some(time), host: value(Field::Host).unwrap_or_default(), tag, pid };
    // journalctl writes null for a message that is too long to show: sshd said something that nobody can read here.
    let message = fields.get("MESSAGE").unwrap_or_default();
    Ok(read_sshd(header, message))
}
