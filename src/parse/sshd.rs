//! What sshd writes about its peers, read from the right: the server writes the address last, the peer chose what is before.
//!
//! One table of shapes (see `shape`), each with what it means, the source file that writes it, and an example.

use std::sync::LazyLock;

use memchr::memmem;

use super::shape::{Matcher, Part, Parts, Shape, parse_port};
use crate::record::MAX_INTEGER;
use crate::record::event::{Event, Host, Process, Soar, Source, User};
use crate::time::Stamp;

/// What stands before the message.
#[derive(Debug, Clone, Copy)]
pub struct Header<'a> {
    /// When the line was written.
    pub time: Stamp<'a>,
    /// The machine; empty where the header has none.
    pub host: &'a [u8],
    /// The program.
    pub tag: &'a [u8],
    /// Its process id.
    pub pid: Option<u64>,
}

const fn shape(action: &'static str, outcome: &'static str, pattern: &'static str, source: &'static str, example: &'static str) -> Shape {
    Shape { pattern, action, outcome, source, example }
}

/// The known shapes; the first that fits is meant.
#[rustfmt::skip]
pub const SHAPES: &[Shape] = &[
    shape("ssh_login", "failure", "Failed {method} for invalid user {user*} from {addr} port {port}{ssh}", "OpenSSH auth.c", "Failed password for invalid user admin from 192.0.2.1 port 4711 ssh2"),
    shape("ssh_login", "failure", "Failed {method} for {user*} from {addr} port {port}{ssh}", "OpenSSH auth.c", "Failed password for root from 192.0.2.1 port 4711 ssh2"),
    shape("ssh_login", "success", "Accepted {method} for {user*} from {addr} port {port}{ssh}", "OpenSSH auth.c", "Accepted password for alice from 192.0.2.1 port 4711 ssh2"),
    shape("ssh_login_step", "", "Postponed {method} for invalid user {user*} from {addr} port {port}{ssh}", "OpenSSH auth.c", "Postponed keyboard-interactive for invalid user admin from 192.0.2.1 port 4711 ssh2"),
    shape("ssh_login_step", "", "Postponed {method} for {user*} from {addr} port {port}{ssh}", "OpenSSH auth.c", "Postponed publickey for root from 192.0.2.1 port 4711 ssh2"),
    shape("ssh_login_step", "", "Partial {method} for {user*} from {addr} port {port}{ssh}", "OpenSSH auth.c", "Partial publickey for root from 192.0.2.1 port 4711 ssh2"),
    shape("ssh_invalid_user", "", "Invalid user {user*} from {addr} port {port}", "OpenSSH auth.c", "Invalid user admin from 192.0.2.1 port 4711"),
    shape("ssh_invalid_user", "", "Invalid user {user*} from {addr}", "OpenSSH auth.c before 7.4", "Invalid user  0101 from 192.0.2.1"),
    shape("ssh_invalid_user", "", "input_userauth_request: invalid user {user*}", "OpenSSH auth2.c before 7.4", "input_userauth_request: invalid user admin [preauth]"),
    shape("ssh_denied", "", "User {user*} from {addr} not allowed because {text}", "OpenSSH auth.c", "User root from 192.0.2.1 not allowed because listed in DenyUsers"),
    shape("ssh_denied", "", "ROOT LOGIN REFUSED FROM {addr} port {port}", "OpenSSH auth.c", "ROOT LOGIN REFUSED FROM 192.0.2.1 port 4711"),
    shape("ssh_denied", "", "ROOT LOGIN REFUSED FROM {addr}", "OpenSSH auth.c before 7.4", "ROOT LOGIN REFUSED FROM 192.0.2.1"),
    shape("ssh_probe", "", "error: maximum authentication attempts exceeded for invalid user {user*} from {addr} port {port}{ssh}", "OpenSSH auth.c", "error: maximum authentication attempts exceeded for invalid user admin from 192.0.2.1 port 4711 ssh2 [preauth]"),
    shape("ssh_probe", "", "error: maximum authentication attempts exceeded for {user*} from {addr} port {port}{ssh}", "OpenSSH auth.c", "error: maximum authentication attempts exceeded for root from 192.0.2.1 port 4711 ssh2 [preauth]"),
    shape("ssh_probe", "", "Disconnecting {word} user {user*} {addr} port {port}: Too many authentication failures", "OpenSSH packet.c", "Disconnecting authenticating user root 192.0.2.1 port 4711: Too many authentication failures [preauth]"),
    shape("ssh_probe", "", "Disconnecting: Too many authentication failures for {user*}", "OpenSSH auth2.c before 7.5", "Disconnecting: Too many authentication failures for root [preauth]"),
    shape("ssh_probe", "", "Disconnecting: Too many authentication failures", "OpenSSH auth2.c", "Disconnecting: Too many authentication failures [preauth]"),
    shape("ssh_probe", "", "Did not receive identification string from {addr} port {port}", "OpenSSH sshd.c", "Did not receive identification string from 192.0.2.1 port 4711"),
    shape("ssh_probe", "", "Did not receive identification string from {addr}", "OpenSSH sshd.c before 7.4", "Did not receive identification string from 192.0.2.1"),
    shape("ssh_probe", "", "Bad protocol version identification '{text*}' from {addr} port {port}", "OpenSSH sshd.c", r"Bad protocol version identification 'GET / HTTP/1.1' from 192.0.2.1 port 4711"),
    shape("ssh_probe", "", "Bad protocol version identification '{text*}' from {addr}", "OpenSSH sshd.c before 7.4", r"Bad protocol version identification '\026\003\001' from 192.0.2.1"),
    shape("ssh_probe", "", "banner exchange: Connection from {addr} port {port}: {text*}", "OpenSSH kex.c", "banner exchange: Connection from 192.0.2.1 port 4711: invalid format"),
    shape("ssh_probe", "", "error: kex_exchange_identification: {text*}", "OpenSSH kex.c", "error: kex_exchange_identification: Connection closed by remote host"),
    shape("ssh_probe", "", "Unable to negotiate with {addr} port {port}: {text*}", "OpenSSH dispatch.c", "Unable to negotiate with 192.0.2.1 port 4711: no matching key exchange method found. Their offer: x [preauth]"),
    shape("ssh_probe", "", "Unable to negotiate with {addr}: {text*}", "OpenSSH dispatch.c before 7.4", "Unable to negotiate with 192.0.2.1: no matching cipher found. Their offer: x [preauth]"),
    shape("ssh_probe", "", "Timeout before authentication for connection from {addr} to {word}, pid = {num}", "OpenSSH sshd.c since 9.8", "Timeout before authentication for connection from 192.0.2.1 to 192.0.2.9, pid = 12"),
    shape("ssh_probe", "", "fatal: Timeout before authentication for {addr} port {port}", "OpenSSH sshd.c", "fatal: Timeout before authentication for 192.0.2.1 port 4711"),
    shape("ssh_probe", "", "fatal: Timeout before authentication for {addr}", "OpenSSH sshd.c before 7.4", "fatal: Timeout before authentication for 192.0.2.1"),
    shape("ssh_probe", "", "refused connect from {word} ({addr})", "OpenSSH sshd.c with TCP wrappers", "refused connect from host.example (192.0.2.1)"),
    shape("ssh_disconnect", "", "Received disconnect from {addr} port {port}:{num}: {text*}", "OpenSSH packet.c", "Received disconnect from 192.0.2.1 port 4711:11: Bye Bye [preauth]"),
    shape("ssh_disconnect", "", "Received disconnect from {addr}: {num}: {text*}", "OpenSSH packet.c before 7.4", "Received disconnect from 192.0.2.1: 11: Bye Bye [preauth]"),
    shape("ssh_disconnect", "", "error: Received disconnect from {addr} port {port}:{num}: {text*}", "OpenSSH packet.c", "error: Received disconnect from 192.0.2.1 port 4711:3: Auth fail [preauth]"),
    shape("ssh_disconnect", "", "error: Received disconnect from {addr}: {num}: {text*}", "OpenSSH packet.c before 7.4", "error: Received disconnect from 192.0.2.1: 3: Auth fail [preauth]"),
    shape("ssh_disconnect", "", "Disconnected from {word} user {user*} {addr} port {port}", "OpenSSH packet.c", "Disconnected from invalid user admin 192.0.2.1 port 4711 [preauth]"),
    shape("ssh_disconnect", "", "Disconnected from user {user*} {addr} port {port}", "OpenSSH packet.c", "Disconnected from user alice 192.0.2.1 port 4711"),
    shape("ssh_disconnect", "", "Disconnected from {addr} port {port}", "OpenSSH packet.c", "Disconnected from 192.0.2.1 port 4711 [preauth]"),
    shape("ssh_disconnect", "", "Disconnected from {addr}", "OpenSSH packet.c before 7.4", "Disconnected from 192.0.2.1"),
    shape("ssh_disconnect", "", "Connection closed by {word} user {user*} {addr} port {port}", "OpenSSH packet.c", "Connection closed by authenticating user root 192.0.2.1 port 4711 [preauth]"),
    shape("ssh_disconnect", "", "Connection closed by {addr} port {port}", "OpenSSH packet.c", "Connection closed by 192.0.2.1 port 4711 [preauth]"),
    shape("ssh_disconnect", "", "Connection closed by {addr}", "OpenSSH packet.c before 7.4", "Connection closed by 192.0.2.1 [preauth]"),
    shape("ssh_disconnect", "", "Connection reset by {word} user {user*} {addr} port {port}", "OpenSSH packet.c", "Connection reset by invalid user admin 192.0.2.1 port 4711 [preauth]"),
    shape("ssh_disconnect", "", "Connection reset by {addr} port {port}", "OpenSSH packet.c", "Connection reset by 192.0.2.1 port 4711 [preauth]"),
    shape("ssh_disconnect", "", "Connection reset by {addr}", "OpenSSH packet.c before 7.4", "Connection reset by 192.0.2.1 [preauth]"),
    shape("ssh_disconnect", "", "fatal: Write failed: {text*}", "OpenSSH packet.c", "fatal: Write failed: Connection reset by peer [preauth]"),
    shape("ssh_connect", "", "Connection from {addr} port {port} on {word} port {num} rdomain {text*}", "OpenSSH sshd.c since 7.7", "Connection from 192.0.2.1 port 4711 on 192.0.2.9 port 22 rdomain \"\""),
    shape("ssh_connect", "", "Connection from {addr} port {port} on {word} port {num}", "OpenSSH sshd.c", "Connection from 192.0.2.1 port 4711 on 192.0.2.9 port 22"),
    shape("ssh_connect", "", "reverse mapping checking getaddrinfo for {word} [{addr}] failed{text*}", "OpenSSH canohost.c", "reverse mapping checking getaddrinfo for a.example [192.0.2.1] failed - POSSIBLE BREAK-IN ATTEMPT!"),
    shape("ssh_connect", "", "Address {addr} maps to {word}, but this does not map back to the address{text*}", "OpenSSH canohost.c", "Address 192.0.2.1 maps to a.example, but this does not map back to the address - POSSIBLE BREAK-IN ATTEMPT!"),
    shape("ssh_pam", "failure", "pam_unix(sshd:auth): authentication failure; {text*}", "Linux-PAM pam_unix/support.c", "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=root"),
    shape("ssh_pam", "failure", "PAM {num} more authentication {word}; {text*}", "Linux-PAM pam_unix/support.c", "PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1"),
    shape("ssh_pam", "failure", "error: PAM: {text*} for illegal user {user} from {addr}", "OpenSSH auth-pam.c", "error: PAM: Authentication failure for illegal user admin from 192.0.2.1"),
    shape("ssh_pam", "failure", "error: PAM: {text*} for {user} from {addr}", "OpenSSH auth-pam.c", "error: PAM: Authentication failure for root from 192.0.2.1"),
    shape("ssh_pam", "", "pam_unix(sshd:auth): check pass; user unknown", "Linux-PAM pam_unix/support.c", "pam_unix(sshd:auth): check pass; user unknown"),
    shape("ssh_pam", "", "PAM service(sshd) ignoring max retries; {num} > {num}", "Linux-PAM pam_unix/support.c", "PAM service(sshd) ignoring max retries; 5 > 3"),
    shape("ssh_session", "", "pam_unix(sshd:session): session opened for user {text*}", "Linux-PAM pam_unix/pam_unix_sess.c", "pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)"),
    shape("ssh_session", "", "pam_unix(sshd:session): session closed for user {user*}", "Linux-PAM pam_unix/pam_unix_sess.c", "pam_unix(sshd:session): session closed for user alice"),
    shape("ssh_session", "", "Starting session: {text*} for {user} from {addr} port {port} id {num}", "OpenSSH session.c", "Starting session: shell on pts/0 for alice from 192.0.2.1 port 4711 id 0"),
    shape("ssh_session", "", "Close session: user {user*} from {addr} port {port} id {num}", "OpenSSH session.c", "Close session: user alice from 192.0.2.1 port 4711 id 0"),
    shape("ssh_session", "", "subsystem request for {text*}", "OpenSSH session.c", "subsystem request for sftp by user alice"),
    shape("ssh_server", "", "Server listening on {word} port {port}.", "OpenSSH sshd.c", "Server listening on 0.0.0.0 port 22."),
    shape("ssh_server", "", "Received signal {num}; {text*}", "OpenSSH sshd.c", "Received signal 15; terminating."),
    shape("ssh_server", "", "Received SIGHUP; restarting.", "OpenSSH sshd.c", "Received SIGHUP; restarting."),
];

/// What a message says; slices of the line.
#[derive(Debug)]
pub struct Sshd<'a> {
    header: Header<'a>,
    shape: &'static Shape,
    /// How a login was tried: `password`, `publickey`, `keyboard-interactive/pam` ...
    pub method: Option<&'a [u8]>,
    address: Option<&'a [u8]>,
    port: Option<u16>,
    user: Option<&'a [u8]>,
    count: u64,
}

impl<'a> Sshd<'a> {
    /// When the message was written.
    #[must_use]
    pub const fn time(&self) -> Stamp<'a> {
        self.header.time
    }

    /// Whether this is a login that ended with `outcome`.
    #[must_use]
    pub fn is_login(&self, outcome: &str) -> bool {
        self.shape.action == "ssh_login" && self.shape.outcome == outcome
    }

    /// The event of this message, still without tags.
    #[must_use]
    pub fn to_event(&self, path: &'a str, line: u64) -> Event<'a> {
        let mut event = Event::new("sshd.auth", self.shape.action, path, line);
        event.timestamp = Some(self.header.time);
        event.event.outcome = Some(self.shape.outcome).filter(|o| !o.is_empty());
        event.source = self.address.map(|address| Source::from_log(address, self.port)).unwrap_or_default();
        event.user = self.user.map(|name| User { name: String::from_utf8_lossy(name) });
        event.host = Some(self.header.host).filter(|h| !h.is_empty()).map(|h| Host { hostname: String::from_utf8_lossy(h) });
        event.process = Some(Process { name: String::from_utf8_lossy(self.header.tag), pid: self.header.pid });
        event.soar = (self.count > 1).then_some(Soar { count: self.count });
        event
    }
}

/// Reads one message of sshd; `None`: it is of no known shape.
#[must_use]
pub fn read_message<'a>(header: Header<'a>, message: &'a [u8]) -> Option<Sshd<'a>> {
    let (count, message) = unfold_repeats(message).unwrap_or((1, message));
    let message = message.strip_suffix(b" [preauth]").unwrap_or(message);
    let (shape, parts) = find_shape(message).or_else(|| find_shape(cut_info(message)?))?;
    let mut sshd = Sshd { header, shape, method: None, address: None, port: None, user: None, count };
    for (part, text) in parts.into_iter().flatten() {
        match part {
            Part::Address => sshd.address = Some(text),
            Part::Port => sshd.port = parse_port(text),
            Part::User => sshd.user = Some(text),
            Part::Method => sshd.method = Some(text),
            Part::Number | Part::Word | Part::Text => {}
        }
    }
    if shape.action == "ssh_pam" && sshd.address.is_none() {
        (sshd.address, sshd.user) = read_pam_fields(message);
    }
    Some(sshd)
}

/// `message repeated 5 times: [ MESSAGE]`, as rsyslog folds equal messages. **Source:** rsyslog `runtime/ratelimit.c`.
fn unfold_repeats(message: &[u8]) -> Option<(u64, &[u8])> {
    let rest = message.strip_prefix(b"message repeated ")?;
    let digits = rest.iter().position(|b| !b.is_ascii_digit())?;
    let inside = rest[digits..].strip_prefix(b" times: [")?.strip_suffix(b"]")?;
    let count = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok().filter(|n| (1..=MAX_INTEGER).contains(n))?;
    Some((count, inside.strip_prefix(b" ").unwrap_or(inside)))
}

/// The message without the key that sshd names behind it, `ssh2: RSA SHA256:...`.
///
/// An accepted user is an account of this machine, so the first such place counts, whatever a certificate's comment holds. Of
/// any other message both the user and the comment are the peer's: only a plain key, which holds no such place, is cut.
fn cut_info(message: &[u8]) -> Option<&[u8]> {
    let [first, last] =
        [memmem::find(message, INFO), memmem::rfind(message, INFO)].map(|at| at.map(|at| (at, &message[at + INFO.len()..])));
    let (first, (last, key)) = (first?.0, last?);
    let at = if message.starts_with(b"Accepted ") || first == last {
        first
    } else {
        let is_plain = key.split(|&b| b == b' ').count() == 2;
        Some(last).filter(|_| is_plain)?
    };
    Some(&message[..at + INFO.len() - b": ".len()])
}

/// What stands between the message and the key (SSH 1 is no more since OpenSSH 7.6).
const INFO: &[u8] = b" ssh2: ";

/// `rhost=ADDRESS` and, behind it, `user=NAME`. PAM writes the name last, so the first `rhost=` is PAM's own.
fn read_pam_fields(message: &[u8]) -> (Option<&[u8]>, Option<&[u8]>) {
    let Some(start) = memmem::find(message, b" rhost=").map(|at| at + b" rhost=".len()) else { return (None, None) };
    let rest = &message[start..];
    let end = memchr::memchr(b' ', rest).unwrap_or(rest.len());
    let user = rest[end..].strip_prefix(b"  user=");
    (Some(&rest[..end]).filter(|a| !a.is_empty()), user)
}

fn find_shape(message: &[u8]) -> Option<(&'static Shape, Parts<'_>)> {
    // By the first byte, so that a message meets a handful of shapes instead of all.
    static MATCHERS: LazyLock<Vec<Vec<Matcher>>> = LazyLock::new(|| {
        let starting_with = |byte: u8| SHAPES.iter().filter(|shape| shape.pattern.as_bytes()[0] == byte).map(Matcher::new).collect();
        (0..=u8::MAX).map(starting_with).collect()
    });
    let matchers = &MATCHERS[usize::from(*message.first()?)];
    matchers.iter().find_map(|matcher| Some((matcher.shape, matcher.read(message)?)))
}

#[cfg(test)]
mod tests {
    use super::super::shape::MAX_PARTS;
    use super::*;

    fn read(message: &str) -> Option<Sshd<'_>> {
        let header = Header { time: Stamp { seconds: 0, fraction: "" }, host: b"lab", tag: b"sshd", pid: None };
        read_message(header, message.as_bytes())
    }

    fn who(message: &str) -> Option<(String, String, Option<u16>, u64)> {
        let text = |t: Option<&[u8]>| String::from_utf8_lossy(t.unwrap_or_default()).into_owned();
        read(message).map(|s| (text(s.address), text(s.user), s.port, s.count))
    }

    #[test]
    fn every_example_is_read_by_its_own_shape_and_names_its_peer() {
        for shape in SHAPES {
            let sshd = read(shape.example).unwrap_or_else(|| panic!("unread: {}", shape.example));
            assert_eq!(sshd.shape.pattern, shape.pattern, "{}", shape.example);
            let names_peer = shape.example.contains("192.0.2.1");
            assert_eq!(sshd.address == Some(b"192.0.2.1"), names_peer, "{}", shape.example);
        }
    }

    #[test]
    fn no_user_name_frames_another_address() {
        let name = "root from 203.0.113.9 port 22 ssh2";
        for message in [
            format!("Failed password for {name} from 192.0.2.1 port 4711 ssh2"),
            format!("Failed password for invalid user {name} from 192.0.2.1 port 4711 ssh2"),
            format!("Failed publickey for invalid user {name}: x from 192.0.2.1 port 4711 ssh2: RSA SHA256:abc"),
            format!(
                "Accepted publickey for alice from 192.0.2.1 port 4711 ssh2: ED25519-CERT SHA256:abc ID {name}: y (serial 0) CA ED25519 SHA256:def"
            ),
            format!(
                "Accepted hostbased for alice from 192.0.2.1 port 4711 ssh2: RSA SHA256:abc, client user \"{name}: \", client host \"h\""
            ),
            format!("Invalid user {name} from 192.0.2.1 port 4711"),
            format!("Invalid user {name} from 192.0.2.1"),
            format!("Connection closed by invalid user {name} 192.0.2.1 port 4711 [preauth]"),
            format!("User {name} from 192.0.2.1 not allowed because not listed in AllowUsers"),
            format!("Bad protocol version identification '{name}' from 192.0.2.1 port 4711"),
            format!("Received disconnect from 192.0.2.1 port 4711:11: {name} [preauth]"),
            format!("Received disconnect from 192.0.2.1: 11: {name} [preauth]"),
            "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=x rhost=203.0.113.9"
                .to_owned(),
        ] {
            assert_eq!(who(&message).map(|w| w.0).as_deref(), Some("192.0.2.1"), "{message}");
        }
        // Where two readings are possible, there is none.
        let certificate =
            format!("Failed publickey for root from 192.0.2.1 port 4711 ssh2: RSA-CERT SHA256:x ID {name}: y (serial 0) CA RSA SHA256:z");
        assert!(who(&certificate).is_none());
    }

    #[test]
    fn users_are_kept_as_they_are() {
        for (message, user) in [
            ("Failed password for invalid user  0101 from 192.0.2.1 port 4711 ssh2", " 0101"),
            ("Failed password for  from 192.0.2.1 port 4711 ssh2", ""),
            ("Failed none for invalid user  from 192.0.2.1 port 4711 ssh2", ""),
            ("Failed password for a b  from 192.0.2.1 port 4711 ssh2", "a b "),
            ("Accepted publickey for alice from 2001:db8::1 port 4711 ssh2: ED25519 SHA256:abc", "alice"),
        ] {
            assert_eq!(who(message).map(|w| w.1).as_deref(), Some(user), "{message}");
        }
    }

    #[test]
    fn folded_repeats_count_as_often_as_they_stand_for() {
        let count = |text: &str| who(text).map(|w| w.3);
        assert_eq!(count("message repeated 5 times: [ Failed password for root from 192.0.2.1 port 4711 ssh2]"), Some(5));
        assert_eq!(count("message repeated 0 times: [ Failed password for root from 192.0.2.1 port 4711 ssh2]"), None);
        assert_eq!(count("message repeated 99999999999999999999 times: [ Failed password for root from 192.0.2.1 port 1 ssh2]"), None);
    }

    #[test]
    fn shapes_are_well_formed() {
        for shape in SHAPES {
            assert!(shape.pattern.matches('{').count() <= MAX_PARTS, "{}", shape.pattern);
            assert!(shape.pattern.matches("*}").count() <= 1, "more than one free part: {}", shape.pattern);
            assert!(!shape.pattern.contains("}{") || shape.pattern.ends_with("}{ssh}"), "{}", shape.pattern);
        }
        assert!(read("a wording that does not exist yet").is_none());
    }
}
