//! The journal as `journalctl -o json` and Vector write it.
//!
//! Fields that start with `_` are journald's own and cannot be chosen by who sends a message. `SYSLOG_IDENTIFIER` can: any
//! user may run `logger -t sshd`. So a message under a service's name counts only where journald's own fields, as far as they are there,
//! say that root's service sent it; any other is untrusted.

use crate::base::time::Clock;
use crate::parse::envelope::container_json::PIECE;
use crate::parse::envelope::format::{Content, Envelope, EnvelopeFormat};
use crate::parse::envelope::shipper;
use crate::parse::envelope::tag::parse_pid;
use crate::parse::envelope::trust::{Doubt, Trust};
use crate::parse::format::{Arena, FormatKind, Header, Mismatch};
use crate::parse::json::line::{AT_JSON, read_fields};
pub(crate) use crate::parse::json::table::JOURNAL_KEYS as KEYS;
use crate::parse::json::table::{COMM, CONTAINER_ID, CONTAINER_NAME, EXE, IDENTIFIER, JsonField, PARTIAL, UID, UNIT};
use crate::parse::json::walk::Fields;
use crate::parse::service;
use crate::parse::service::Service;
use crate::parse::service::definition::Definition;

/// `journalctl -o json`.
pub(crate) const JOURNALD: EnvelopeFormat = EnvelopeFormat {
    name: KEYS.name,
    kind: FormatKind::Json,
    about: "the journal: journalctl -o json, Vector's journald source",
    source: "systemd docs/JOURNAL_EXPORT_FORMATS.md, systemd.journal-fields(7)",
    example: (
        r#"{"__REALTIME_TIMESTAMP":"1703415994322089","_SOURCE_REALTIME_TIMESTAMP":"1703415994322051","_HOSTNAME":"lab","_COMM":"sshd","_PID":"77","_UID":"0","_TRANSPORT":"syslog","PRIORITY":"6","SYSLOG_IDENTIFIER":"sshd","SYSLOG_PID":"77","MESSAGE":"Failed password for root from 192.0.2.10 port 38926 ssh2"}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2023-12-24T11:06:34.322051Z","event":{"dataset":"sshd.auth","action":"ssh_login","outcome":"failure"},"source":{"ip":"192.0.2.10","port":38926},"user":{"name":"root"},"host":{"hostname":"lab"},"process":{"name":"sshd","pid":77},"log":{"file":{"path":"example"},"line":1},"tags":["ssh_failed"],"soar":{"method":"password"}}"#,
    ),
    open: |line, arena, clock| open(line.text, arena, clock),
};

fn open<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    open_fields(&read_fields(line, arena, &KEYS)?, clock)
}

/// What the fields of a record say, however they were written.
///
/// # Errors
/// That they have no time, or hold but a piece of a line.
pub(crate) fn open_fields<'a>(fields: &Fields<'a>, clock: &mut Clock) -> Result<Envelope<'a>, Mismatch> {
    let mismatch = |reason| Mismatch { at: AT_JSON + KEYS.needs.len(), reason };
    let value = |field| KEYS.value(fields, field);
    let time = clock.parse_any(value(JsonField::Time).ok_or(mismatch("no __REALTIME_TIMESTAMP"))?).map_err(mismatch)?;
    if PARTIAL.iter().any(|key| fields.get(key).is_some()) {
        return Err(mismatch(PIECE));
    }
    let sender = Sender {
        comm: fields.get(COMM),
        exe: fields.get(EXE),
        uid: fields.get(UID),
        unit: fields.get(UNIT),
        is_container: [CONTAINER_ID, CONTAINER_NAME].iter().any(|key| fields.get(key).is_some()),
        is_of_elsewhere: shipper::is_of_elsewhere(fields),
    };
    let (program, trust) = sender.program(fields.get(IDENTIFIER));
    // journalctl writes null for a message that is too long to show: the program said something that nobody can read here.
    let message = value(JsonField::Message).or_else(|| value(JsonField::Renamed)).unwrap_or_default();
    let header = Header {
        time: Some(time),
        host: value(JsonField::Host).unwrap_or_default(),
        program,
        pid: value(JsonField::Pid).and_then(parse_pid),
    };
    let container = fields.get(CONTAINER_NAME).unwrap_or_default();
    Ok(Envelope { container, trust, sender: Some(sender), ..Envelope::new(header, Content::Message(message)) })
}

/// What journald says of who sent a message. Where a field stands it decides, whatever it holds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sender<'a> {
    /// The name of its program, as the kernel has it.
    pub comm: Option<&'a [u8]>,
    pub exe: Option<&'a [u8]>,
    /// As whom it ran.
    pub uid: Option<&'a [u8]>,
    /// The unit that it belongs to.
    pub unit: Option<&'a [u8]>,
    /// Whether a container engine sent it.
    pub is_container: bool,
    /// Whether a shipper says that it is of another journal.
    pub is_of_elsewhere: bool,
}

impl<'a> Sender<'a> {
    /// The program, which calls itself `identifier`, and how far it is to be trusted that it is that.
    pub(crate) fn program(&self, identifier: Option<&'a [u8]>) -> (&'a [u8], Trust) {
        let named = |name: Option<&'a [u8]>| name.and_then(|name| service::find(name).map(|service| (name, service)));
        match named(self.comm).or_else(|| named(identifier)) {
            Some((name, service)) => (name, self.find_doubt(service).map_or(Trust::Journald, Trust::Doubted)),
            None => (identifier.or(self.comm).unwrap_or_default(), self.trust_of_other()),
        }
    }

    /// How far a message of another program counts: requests do, save from elsewhere.
    const fn trust_of_other(&self) -> Trust {
        if self.is_of_elsewhere { Trust::Doubted(Doubt::Sender) } else { Trust::Journald }
    }

    /// Why a message of a service, sshd aside, may be none of its: another unit or, where none is named, another program sent it.
    pub(crate) fn doubt_of(&self, service: &Definition) -> Option<Doubt> {
        if self.unit.is_some_and(|unit| !is_of_machine(unit)) || self.is_container {
            return Some(Doubt::JournalContainer);
        }
        if self.is_of_elsewhere {
            return Some(Doubt::JournalSender);
        }
        let is_program = self.comm.is_some_and(|comm| service.is_program(comm));
        let is_of_user = |unit: &[u8]| unit.starts_with(b"user@") || unit.starts_with(b"session-");
        let is_right = match (self.unit, self.uid) {
            (Some(unit), _) if service.is_unit(unit) => true,
            (Some(unit), _) if !is_of_user(unit) => is_program,
            (_, None | Some(b"0" | b"")) => true,
            _ => false,
        };
        (!is_right).then_some(Doubt::Program)
    }

    /// Whether, and why, a message under a service's name may be none of its.
    fn find_doubt(&self, service: &Service) -> Option<Doubt> {
        let differs = |value: Option<&[u8]>, is_right: &dyn Fn(&[u8]) -> bool| value.is_some_and(|value| !is_right(value));
        if differs(self.comm, &|comm| (service.is_program)(comm)) || differs(self.exe, &|exe| is_file_of(service, exe)) {
            return Some(Doubt::Program);
        }
        if differs(self.uid, &|uid| matches!(uid, b"0" | b"")) {
            return Some(if self.exe.is_some_and(|exe| is_file_of(service, exe)) { Doubt::Session } else { Doubt::User });
        }
        if differs(self.unit, &is_of_machine) || self.is_container {
            return Some(Doubt::JournalContainer);
        }
        self.is_of_elsewhere.then_some(Doubt::JournalSender)
    }
}

/// Whether `path` is that of a program of the service; the kernel marks one that was replaced by an update.
fn is_file_of(service: &Service, path: &[u8]) -> bool {
    path.is_empty() || (service.is_program)(path.strip_suffix(b" (deleted)").unwrap_or(path))
}

/// Whether `unit` is not that of a container. Engines put theirs into scopes of their own (`docker-ID.scope`); else scopes are those
/// of logins and of what was there before systemd.
fn is_of_machine(unit: &[u8]) -> bool {
    !unit.ends_with(b".scope") || unit.starts_with(b"session-") || unit == b"init.scope"
}
