//! What sshd writes about its peers, read from the right: the server writes the address last, the peer chose what is before.
//!
//! Its templates are in `services/sshd.toml`; what is special about its messages is here: what stands around them, the keys behind logins,
//! and where syslog cuts them off.

mod key;

use std::sync::LazyLock;

use crate::parse::format::{Header, ParsedLine};
use crate::parse::service::Service;
use crate::parse::service::catalog;
use crate::parse::service::field::{Captures, FieldKind};
use crate::parse::service::match_input::{MatchInput, Truncation};
use crate::parse::service::message::unfold_repeats;
use crate::parse::service::message::{Circumstances, PeerAndUser, ServiceMessage};
use crate::parse::service::pam::{read_last_rhost, split_module};
use crate::parse::service::sshd::key::{cut_info, find_key_info, is_local_account, may_have_info};
use crate::parse::service::template::{MessageTemplate, TemplateMatcher};
use crate::parse::service::template_table::{StartingLike, TemplateTable};

/// OpenSSH's server.
pub(crate) const SERVICE: Service = Service {
    name: "sshd",
    is_program: is_sshd,
    is_unit,
    is_of_session,
    bare: "a message of sshd's without a header: --program sshd reads it, where you know that sshd wrote these lines",
    doubtful: "a message of sshd's behind a header that applications write too: --program sshd reads it, where you know that sshd wrote these lines",
    read: |limit, header, message| read(limit, header, message),
    nearest,
};

/// The template whose text before its first part begins most like `message`, and how many bytes are alike: what `--trace` shows of a message that
/// is not known.
fn nearest(message: &[u8]) -> Option<(&'static MessageTemplate, usize)> {
    let alike = |template: &MessageTemplate| {
        let text = template.pattern.split('{').next().unwrap_or_default();
        text.bytes().zip(message).take_while(|(wanted, is)| wanted == *is).count()
    };
    templates().map(|template| (template, alike(template))).rev().max_by_key(|&(_, alike)| alike).filter(|&(_, alike)| alike > 3)
}

/// The templates of its messages, in the order of `services/sshd.toml`.
pub fn templates() -> impl DoubleEndedIterator<Item = &'static MessageTemplate> {
    TABLE.in_order().into_iter().map(|matcher| matcher.shape)
}

static TABLE: LazyLock<&'static TemplateTable> = LazyLock::new(|| catalog::named("sshd").templates());

/// Reads one message of sshd, of a known shape or not.
#[allow(clippy::inline_always, reason = "what it gives is large, and like this it is made where it is wanted")]
#[inline(always)]
pub(crate) fn read<'a>(limit: LengthLimit, header: Header<'a>, message: &'a [u8]) -> ParsedLine<'a> {
    read_within(limit, header, message).map_or(ParsedLine::UnknownMessage(header.host), ParsedLine::Message)
}

/// Reads one message of sshd; `None`: it is of no known shape.
#[allow(clippy::inline_always, reason = "what it gives is large, and like this it is made where it is wanted")]
#[inline(always)]
pub fn read_message<'a>(header: Header<'a>, message: &'a [u8]) -> Option<ServiceMessage<'a>> {
    read_within(LengthLimit::SSHD, header, message)
}

/// Reads one message of sshd that came through something with a limit of its own.
#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
pub(crate) fn read_within<'a>(limit: LengthLimit, header: Header<'a>, message: &'a [u8]) -> Option<ServiceMessage<'a>> {
    let mut parts = Captures::new();
    let fit = find(limit, &header, message, &mut parts)?;
    Some(fit.message(header, &parts))
}

/// A message of which the template is known: most tell of nothing, and their parts are never asked for.
#[derive(Debug, Clone, Copy)]
pub struct Fit<'a> {
    /// The template that it fits.
    pub(crate) template: &'static MessageTemplate,
    module: Option<&'a [u8]>,
    count: u64,
    is_preauth: bool,
}

impl<'a> Fit<'a> {
    /// What it says; `parts` are those that were found with it.
    #[inline]
    pub fn message(self, header: Header<'a>, parts: &Captures<'a>) -> ServiceMessage<'a> {
        let Self { template, module, count, is_preauth } = self;
        let peer = parts.get(FieldKind::Fields).map(|fields| match module {
            Some(module) if module.starts_with(b"krb5") => PeerAndUser::Named(read_last_rhost(fields), None),
            _ => PeerAndUser::OfPam(fields),
        });
        ServiceMessage::new(header, template, parts, Circumstances { peer, count, is_preauth })
    }
}

/// Which template the message fits, whose parts go into `parts`; `None`: it is of no known shape.
#[allow(clippy::inline_always, reason = "nearly every line of a log of sshd's comes here, from one place")]
#[inline(always)]
pub(crate) fn find<'a>(limit: LengthLimit, header: &Header<'a>, message: &'a [u8], parts: &mut Captures<'a>) -> Option<Fit<'a>> {
    let (count, message) = unfold_repeats(message).unwrap_or((1, message));
    let ending = limit.ending(message.len());
    let (message, is_preauth) = strip_frame(message);
    let module = split_module(message);
    let mut shape = match module {
        Some((_, inside)) => find_of_pam(inside, ending, parts),
        None => find_without_module(header, message, ending, parts),
    };
    // Some daemons and modules leave blanks at the end of a line; what names no peer may name one without them.
    if message.ends_with(b" ") && (shape.is_none() || parts.get(FieldKind::Address).is_none() && parts.get(FieldKind::Fields).is_none()) {
        let (found, trimmed) = find_trimmed(header, message.trim_ascii_end(), ending);
        if found.is_some() && (shape.is_none() || trimmed.get(FieldKind::Address).is_some()) {
            (shape, *parts) = (found, trimmed);
        }
    }
    Some(Fit { template: shape?, module: module.map(|(module, _)| module), count, is_preauth })
}

#[allow(clippy::inline_always, reason = "as above")]
#[inline(always)]
fn find_without_module<'a>(
    header: &Header<'a>,
    message: &'a [u8],
    ending: Truncation,
    parts: &mut Captures<'a>,
) -> Option<&'static MessageTemplate> {
    // Old Linux-PAM puts the module into the tag: `sshd(pam_unix)[77]`.
    if header.program.ends_with(b")") {
        return find_of_pam(message, ending, parts);
    }
    find_login_or_other(message, ending, parts)
}

/// The shape of a message whose blanks at the end were taken away, which few have.
#[cold]
fn find_trimmed<'a>(header: &Header<'a>, message: &'a [u8], ending: Truncation) -> (Option<&'static MessageTemplate>, Captures<'a>) {
    let mut parts = Captures::new();
    let shape = match split_module(message) {
        Some((_, inside)) => find_of_pam(inside, ending, &mut parts),
        None => find_without_module(header, message, ending, &mut parts),
    };
    (shape, parts)
}

/// The message without its level, without the name of the process that sent it to the one that logs, and without what FreeBSD
/// puts before the name of a function; and whether that process says that nobody is authenticated yet.
///
/// **Source:** OpenSSH `log.c` (`do_log`), `monitor.c` (`monitor_read_log`); FreeBSD `ssh_namespace.h`.
fn strip_frame(message: &[u8]) -> (&[u8], bool) {
    let (message, is_preauth) = match message {
        [rest @ .., b'a', b'u', b't', b'h', b']'] => match rest.strip_suffix(b" [pre") {
            Some(rest) => (rest, true),
            None => (rest.strip_suffix(b" [post").unwrap_or(message), false),
        },
        _ => (message, false),
    };
    let message = match message.first() {
        Some(b'e') => message.strip_prefix(b"error: ").unwrap_or(message),
        Some(b'f') => message.strip_prefix(b"fatal: ").unwrap_or(message),
        _ => message,
    };
    (if message.first() == Some(&b'F') { message.strip_prefix(b"Fssh_").unwrap_or(message) } else { message }, is_preauth)
}

fn find_login_or_other<'a>(message: &'a [u8], ending: Truncation, parts: &mut Captures<'a>) -> Option<&'static MessageTemplate> {
    // None of them begins with a part (a test holds that).
    let matchers = TABLE.starting_like(message);
    let has_info = || find_key_info(message).next().is_some();
    // What follows the key is the peer's too, so it must not be read in place of the server's own words.
    if is_local_account(message) && has_info() {
        let others = matchers.clone().filter(|matcher| !matcher.names_protocol());
        return find_keyed(matchers.clone(), message, ending, parts).or_else(|| find_among(others, message, ending, parts));
    }
    let shape = find_among(matchers.clone(), message, ending, parts);
    if shape.is_some() {
        // Of a password's message the words that end it are the server's. A principal, or a comment that was cut off inside
        // spaces which journald then took away, may end in such words too.
        return shape.filter(|_| ending == Truncation::Cut || !may_have_info(message) || !has_info());
    }
    find_keyed(matchers, message, ending, parts)
}

/// The shape of a message with a key behind it. Only the messages that say by which protocol a login was tried can have one:
/// in any other, ` ssh2: ` is the peer's own word.
fn find_keyed<'a>(
    matchers: StartingLike<'_>,
    message: &'a [u8],
    ending: Truncation,
    parts: &mut Captures<'a>,
) -> Option<&'static MessageTemplate> {
    let plain = cut_info(message, ending)?;
    find_among(matchers.filter(|matcher| matcher.names_protocol()), plain, Truncation::Whole, parts)
}

fn find_of_pam<'a>(message: &'a [u8], ending: Truncation, parts: &mut Captures<'a>) -> Option<&'static MessageTemplate> {
    TABLE.find_of_pam(message, ending, parts).map(|matcher| matcher.shape)
}

fn find_among<'m, 'a>(
    mut matchers: impl Iterator<Item = &'m TemplateMatcher>,
    message: &'a [u8],
    ending: Truncation,
    parts: &mut Captures<'a>,
) -> Option<&'static MessageTemplate> {
    let mut input = MatchInput::new(message, ending);
    matchers.find_map(|matcher| matcher.read(&mut input, parts).map(|()| matcher.shape))
}

/// The tags under which it writes: one program before 9.8, three since.
const TAGS: [&[u8]; 3] = [b"sshd", b"sshd-session", b"sshd-auth"];
/// What starts the name of a socket-activated instance, `sshd@0-10.0.0.1:22-192.0.2.1:5`.
const INSTANCE: &[u8] = b"sshd@";

/// Whether sshd writes under `name`: by itself, with a path, as an instance, or as one of its PAM modules.
pub fn is_sshd(name: &[u8]) -> bool {
    let is_module = |name: &[u8]| name.strip_prefix(b"sshd(").is_some_and(|module| module.starts_with(b"pam_") && module.ends_with(b")"));
    let is_known = |name: &[u8]| TAGS.contains(&name) || name.starts_with(INSTANCE) || is_module(name);
    is_known(name) || name.starts_with(b"/") && name.rsplit(|&b| b == b'/').next().is_some_and(|base| TAGS.contains(&base))
}

/// Whether a unit of systemd is sshd's: Debian and Arch call it differently, and sockets start instances.
pub(crate) fn is_unit(unit: &[u8]) -> bool {
    let Some(name) = unit.strip_suffix(b".service") else { return false };
    matches!(name, b"ssh" | b"sshd") || name.starts_with(b"ssh@") || name.starts_with(INSTANCE)
}

/// What the process of a session says, which runs as the user who logged in. No signal stands there, so it is nothing to be told of.
///
/// **Source:** OpenSSH `packet.c` (`sshpkt_vfatal`, `ssh_packet_read_poll_seqnr`).
const OF_SESSIONS: [&[u8]; 2] = [b"Disconnected from user ", b"Received disconnect from "];

/// Whether a message says how a session ended.
pub(crate) fn is_of_session(message: &[u8]) -> bool {
    OF_SESSIONS.iter().any(|start| message.starts_with(start))
}

/// From how many bytes on the end of a message may be missing: what it says there counts only where nothing can be missing behind it.
///
/// sshd writes every byte that is not printable as four, and once more in what its unprivileged process says; so a peer can
/// make a message as long as it takes to have the server's own words cut off behind his.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LengthLimit {
    /// The length at which it is cut off.
    cut: usize,
    /// What is left at least of a message that was cut off inside spaces, which journald then takes away.
    trimmed: usize,
}

impl LengthLimit {
    /// What sshd hands to syslog: `syslog(pri, "%.500s", ...)`. A message that it writes to a file of its own (`-E`) or to
    /// stderr may have 1023 bytes; nothing in it tells so.
    ///
    /// A user's name has 187 bytes in the messages of `packet.c` and 100 in those of `auth.c`. To reach 500 bytes a name of the
    /// former needs so many that each become five that fewer than 128 are left for spaces; one of the latter has no room for them.
    ///
    /// **Source:** OpenSSH `log.c` (`do_log`, `MSGBUFSIZ`), `packet.c` (`sshpkt_fmt_connection_id`); systemd
    /// `journald-syslog.c`, which takes white space off both ends of a message.
    pub(crate) const SSHD: Self = Self { cut: 500, trimmed: 500 - 128 };

    /// What busybox leaves of a message behind `tag_len` bytes of tag: it reads 256 bytes of `<38>Dec 10 06:55:46 tag: message`.
    ///
    /// **Source:** busybox `sysklogd/syslogd.c` (`MAX_READ`, `CONFIG_FEATURE_SYSLOGD_READ_BUFFER_SIZE`).
    pub(crate) const fn of_busybox(tag_len: usize) -> Self {
        // The least priority, `<1>`, and a time of 16 bytes, less one for the end of a C string and one for a line feed.
        let cut = (256_usize - 2 - 5 - 16).saturating_sub(tag_len);
        Self { cut, trimmed: cut }
    }

    /// What is known of the end of a message of `len` bytes.
    pub(crate) const fn ending(self, len: usize) -> Truncation {
        if len >= self.cut {
            Truncation::Cut
        } else if len >= self.trimmed {
            Truncation::Trimmed
        } else {
            Truncation::Whole
        }
    }
}

#[cfg(test)]
mod tests;
