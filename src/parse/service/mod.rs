//! What services write: which programs are theirs, and what their messages say.

pub(crate) mod alternatives;
pub mod catalog;
pub mod check;
pub mod definition;
pub(crate) mod field;
pub mod forgery;
pub(crate) mod keyed;
pub(crate) mod match_input;
pub(crate) mod message;
mod messages;
pub(crate) mod own_line;
pub(crate) mod pam;
pub(crate) mod prefix;
pub mod reader;
pub mod sshd;
mod strftime;
pub(crate) mod swallow;
pub(crate) mod template;
mod template_table;
pub(crate) mod xml;

use crate::parse::format::{Header, ParsedLine};
use crate::parse::service::sshd::LengthLimit;
use crate::parse::service::template::MessageTemplate;

/// A service whose messages are read.
#[derive(Debug)]
pub struct Service {
    /// What flags and messages call it.
    pub name: &'static str,
    /// Whether it writes under a name, or from a file of that name.
    pub is_program: fn(&[u8]) -> bool,
    /// Whether a unit of systemd is its own.
    pub is_unit: fn(&[u8]) -> bool,
    /// Whether a message is of a session, which runs as the user who logged in: no signal stands there.
    pub is_of_session: fn(&[u8]) -> bool,
    /// What is said of a message of its own that stands in no envelope.
    pub bare: &'static str,
    /// What is said of one behind a header that is not a daemon's alone.
    pub doubtful: &'static str,
    /// What a message says, of which the end may be missing from some length on.
    pub(crate) read: for<'a> fn(LengthLimit, Header<'a>, &'a [u8]) -> ParsedLine<'a>,
    /// The template whose text begins most like a message, and how many bytes are alike.
    pub(crate) nearest: fn(&[u8]) -> Option<(&'static MessageTemplate, usize)>,
}

/// Every service.
pub const SERVICES: &[Service] = &[sshd::SERVICE];

/// The service that is called so.
pub fn named(name: &str) -> Option<&'static Service> {
    SERVICES.iter().find(|service| service.name == name)
}

/// The service that writes under the name `program`.
#[inline]
pub fn find(program: &[u8]) -> Option<&'static Service> {
    SERVICES.iter().find(|service| (service.is_program)(program))
}
