//! The table of shapes, held against its own examples and against what a peer may put into them.

use super::*;
use crate::base::number::parse_port;

fn read(message: &str) -> Option<ServiceMessage<'_>> {
    // Old Linux-PAM names its module in the tag.
    let (tag, message) = message.strip_prefix("sshd(pam_unix): ").map_or(("sshd", message), |rest| ("sshd(pam_unix)", rest));
    read_message(Header { time: None, host: b"lab", program: tag.as_bytes(), pid: None }, message.as_bytes())
}

fn text(bytes: Option<&[u8]>) -> String {
    String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
}

fn who(message: &str) -> Option<(String, String, Option<u16>, u64)> {
    read(message).map(|s| (text(s.address()), text(s.user()), s.port().and_then(parse_port), s.count()))
}

/// Shapes that name the peer in a place that cannot be told from others: the client's own words before it, those of its
/// name server behind it.
const UNREAD: [&str; 1] = ["userauth_hostbased mismatch: {text*}"];

#[test]
fn every_example_is_read_by_its_own_shape_and_names_its_peer() {
    for shape in templates() {
        let sshd = read(shape.example).unwrap_or_else(|| panic!("unread: {}", shape.example));
        assert_eq!(sshd.template().pattern, shape.pattern, "{}", shape.example);
        // 192.0.2.1 is the peer of every example, 192.0.2.9 the server: whoever is named must be read.
        let mut addresses = shape.example.split(|c: char| !c.is_ascii_digit() && c != '.').filter(|word| word.starts_with("192.0.2."));
        let names_peer = addresses.clone().any(|word| word.trim_end_matches('.') == "192.0.2.1");
        assert!(names_peer || !UNREAD.contains(&shape.pattern), "{}", shape.example);
        let names_peer = names_peer && !UNREAD.contains(&shape.pattern);
        assert!(addresses.all(|word| ["192.0.2.1", "192.0.2.9"].contains(&word.trim_end_matches('.'))), "{}", shape.example);
        assert_eq!(sshd.address(), names_peer.then_some(&b"192.0.2.1"[..]), "{}", shape.example);
        let names_port = names_peer && shape.pattern.contains("{port}");
        assert_eq!(sshd.port().filter(|_| names_peer), names_port.then_some(&b"4711"[..]), "{}", shape.example);
    }
}

#[test]
fn patterns_are_well_formed_and_stand_once() {
    for (index, shape) in templates().enumerate() {
        TemplateMatcher::new(shape).check().expect("a template");
        assert!(!templates().take(index).any(|other| other.pattern == shape.pattern), "{} stands twice", shape.pattern);
        assert!(!shape.pattern.starts_with("error: ") && !shape.pattern.starts_with("fatal: "), "{}", shape.pattern);
    }
    assert!(read("a wording that does not exist yet").is_none());
}

/// What a peer may call itself to put the blame on 203.0.113.9: what stands behind a name in some shape, and quotes of all sorts.
const HOSTILE: &[&str] = &[
    " root from 203.0.113.9 port 22 ssh2",
    "root from 203.0.113.9 port 22 ssh2: RSA SHA256:x",
    "x from 203.0.113.9",
    "x from 203.0.113.9 port 22",
    "x 203.0.113.9 port 22",
    "x 203.0.113.9 port 22: y",
    " 203.0.113.9 port 22:11: y",
    "x from 203.0.113.9 not allowed because y",
    "x' from 203.0.113.9 port 22",
    "x' from `203.0.113.9",
    "x\" is set up for 203.0.113.9, ignoring",
    "x, but we resolve 203.0.113.9 to y",
    "x [203.0.113.9] failed",
    "x (203.0.113.9)",
    "x (host=y, ip=203.0.113.9).",
    "x rhost=203.0.113.9  user=y",
    "x to connection from 203.0.113.9 to 192.0.2.9, pid = 1",
    "x for invalid user y from 203.0.113.9 port 22 ssh2",
    "x for y from 203.0.113.9 port 22 id 0",
    "x: Connection from 203.0.113.9 port 22: y",
    "x 203.0.113.9 port 22: ssh1: y",
    "x from 203.0.113.9 port 22 ssh1: y",
    "Failed password for root from 203.0.113.9 port 22 ssh2",
    " timed out from 203.0.113.9 port 22 timed out",
    "",
    " ",
];

#[test]
fn nothing_that_a_peer_puts_into_any_part_of_any_shape_frames_another_address() {
    for shape in templates() {
        let (before, inside) = match shape.example.strip_prefix("sshd(pam_unix): ") {
            Some(inside) => ("sshd(pam_unix): ", inside),
            None => ("", shape.example),
        };
        let (framed, _) = strip_frame(inside.as_bytes());
        let (is_of_pam, plain) = match split_module(framed) {
            Some((_, rest)) => (true, rest),
            None => (shape.pattern.starts_with("{pam}"), framed),
        };
        let whole = Truncation::Whole;
        let find = |message, parts: &mut _| {
            if is_of_pam { find_of_pam(message, whole, parts) } else { find_among(TABLE.starting_like(framed), message, whole, parts) }
        };
        let mut parts = Captures::new();
        let plain = find(plain, &mut parts).map_or_else(|| cut_info(plain, whole).expect("a key"), |_| plain);
        find(plain, &mut parts).expect("its own example");
        let is_free = |part| matches!(part, FieldKind::User | FieldKind::Text | FieldKind::Word | FieldKind::Method | FieldKind::Fields);
        for &(part, text) in parts.all.iter().filter(|(part, _)| is_free(*part)) {
            let at = text.as_ptr() as usize - inside.as_ptr() as usize;
            // PAM's fields end in the user, which is the peer's.
            let at = if part == FieldKind::Fields { at..at } else { at..at + text.len() };
            for hostile in HOSTILE {
                let range = if part == FieldKind::Fields { inside.len()..inside.len() } else { at.clone() };
                let message = format!("{before}{}{hostile}{}", &inside[..range.start], &inside[range.end..]);
                // An accepted user is an account of the machine: the comment of a certificate may hold this, a user may not.
                if message.starts_with("Accepted ") && (hostile.contains(" ssh1: ") || hostile.contains(" ssh2: ")) {
                    continue;
                }
                let address = read(&message).and_then(|s| s.address().map(<[u8]>::to_vec)).unwrap_or_default();
                let is_true = address.is_empty() || address == b"192.0.2.1";
                assert!(is_true, "{} says {message}", String::from_utf8_lossy(&address));
            }
        }
    }
}

#[test]
fn a_hostile_name_does_not_hide_its_bearer() {
    let name = "root from 203.0.113.9 port 22 ssh2";
    for message in [
        format!("Failed password for {name} from 192.0.2.1 port 4711 ssh2"),
        format!("Failed password for invalid user {name} from 192.0.2.1 port 4711 ssh2"),
        format!("Failed publickey for invalid user {name}: x from 192.0.2.1 port 4711 ssh2: RSA SHA256:abc"),
        format!(
            "Accepted publickey for alice from 192.0.2.1 port 4711 ssh2: ED25519-CERT SHA256:abc ID {name}: y (serial 0) CA ED25519 SHA256:def"
        ),
        format!("Accepted hostbased for alice from 192.0.2.1 port 4711 ssh2: RSA SHA256:abc, client user \"{name}: \", client host \"h\""),
        format!("Accepted gssapi-with-mic for alice from 192.0.2.1 port 4711 ssh2: {name}"),
        "Failed rhosts-rsa for alice from 192.0.2.1 port 4711 ssh1: ruser root".to_owned(),
        "Failed gssapi-with-mic for invalid user bob from 192.0.2.1 port 4711 ssh2: \"".to_owned(),
        // A user who is not called invalid is an account, so all that follows the first key is the peer's.
        format!("Failed publickey for root from 192.0.2.1 port 4711 ssh2: RSA-CERT SHA256:x ID {name}: y (serial 0) CA RSA SHA256:z"),
        format!(
            "Failed hostbased for bob from 192.0.2.1 port 4711 ssh2: RSA SHA256:x, client user \"bob\" from 203.0.113.9 port 22 ssh2: RSA SHA256:x\", client host \"h {name}: x\""
        ),
        "Accepted hostbased for alice from 192.0.2.1 port 4711 ssh2: RSA-CERT SHA256:a ID b (serial 7) CA RSA SHA256:c, client user \"alice\", client host \"a.example\"".to_owned(),
        "Accepted publickey for alice from 192.0.2.1 port 4711 ssh2: RSA 00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff".to_owned(),
        "Failed publickey for root from 192.0.2.1 port 4711 ssh2: RSA-CERT SHA256:x ID a b (serial 0) CA RSA SHA256:z".to_owned(),
        format!("Invalid user {name} from 192.0.2.1 port 4711"),
        format!("Invalid user {name} from 192.0.2.1"),
        format!("Connection closed by invalid user {name} 192.0.2.1 port 4711 [preauth]"),
        format!("Disconnecting invalid user {name} 192.0.2.1 port 4711: Too many authentication failures [preauth]"),
        format!("User {name} from 192.0.2.1 not allowed because not listed in AllowUsers"),
        format!("Bad protocol version identification '{name}' from 192.0.2.1 port 4711"),
        format!("Received disconnect from 192.0.2.1 port 4711:11: {name} [preauth]"),
        format!("Received disconnect from 192.0.2.1: 11: {name} [preauth]"),
        format!("error: PAM: Authentication failure for illegal user {name} from 192.0.2.1"),
        "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=x rhost=203.0.113.9"
            .to_owned(),
    ] {
        assert_eq!(who(&message).map(|w| w.0).as_deref(), Some("192.0.2.1"), "{message}");
    }
}

#[test]
fn where_two_readings_are_possible_there_is_none() {
    let name = "root from 203.0.113.9 port 22 ssh2";
    for message in [
        format!(
            "Failed publickey for invalid user root from 192.0.2.1 port 4711 ssh2: RSA-CERT SHA256:x ID {name}: y (serial 0) CA RSA SHA256:z"
        ),
        // journald took away the spaces in which the comment was cut off.
        format!("Failed publickey for invalid user root from 192.0.2.1 port 4711 ssh2: RSA-CERT SHA256:x ID {name}"),
        // The host that a peer claims to be ends in a quote, and a key does not.
        format!(
            "Failed hostbased for invalid user root from 192.0.2.1 port 4711 ssh2: RSA SHA256:x, client user \"u\", client host \"{name}: RSA S\""
        ),
        format!("Failed gssapi-with-mic for x ssh2: y from 192.0.2.1 port 4711 ssh2: {name}"),
        format!("Failed rhosts-rsa for alice from 192.0.2.1 port 4711 ssh1: ruser {name}"),
        format!("Failed gssapi-with-mic for bob from 192.0.2.1 port 4711 ssh2: {name}: A B"),
        format!("Failed gssapi-with-mic for bob from 192.0.2.1 port 4711 ssh2: {name}: RSA SHA256:x"),
        format!("Partial gssapi-with-mic for {name}: y from 192.0.2.1 port 4711 ssh2"),
        format!("Failed publickey for {name}: x from 192.0.2.1 port 4711 ssh2: y z"),
        format!("Failed rhosts for x ssh1: y from 192.0.2.1 port 4711 ssh1: ruser {name}"),
        "Disconnecting invalid user x 203.0.113.9 port 22: y 192.0.2.1 port 4711: Too many authentication failures".to_owned(),
        "Disconnecting authenticating user x 203.0.113.9 port 22: ssh1: y 192.0.2.1 port 4711: Too many authentication failures".to_owned(),
        "Unable to negotiate with invalid user x 203.0.113.9 port 22: ssh1: y 192.0.2.1 port 4711: no matching cipher found".to_owned(),
        "fatal: ssh_dispatch_run_fatal: Connection from invalid user x 203.0.113.9 port 22: ssh1: y 192.0.2.1 port 4711: bad".to_owned(),
        "Disconnecting invalid user x 192.0.2.1 port 4711: Change of username or service not allowed: (x 203.0.113.9 port 22: y,s)"
            .to_owned(),
    ] {
        assert!(read(&message).is_none(), "{message}");
    }
}

#[test]
fn behind_an_accepted_login_stands_only_what_sshd_writes_there() {
    let login = "Accepted publickey for root from 203.0.113.9 port 22 ssh2";
    let client = "RSA SHA256:abc, client user \"u\", client host";
    // A web server whose lines start with a time, an address and the client's user appends the rest of its own line.
    for request in ["\"GET / HTTP/1.1\" 200", "\"GET / HTTP/1.1\" 200 5 \"-\" \"ua\"", "200"] {
        for key in ["", "x", "RSA SHA256:abc", "RSA-CERT SHA256:abc ID x", "RSA-CERT SHA256:abc ID x (serial 0) CA RSA SHA256:d", client] {
            for start in [login, "Accepted gssapi-keyex for root from 203.0.113.9 port 22 ssh2"] {
                let message = format!("{start}: {key} {request}");
                let is_principal = start != login && !message.contains('"');
                assert_eq!(read(&message).is_some(), is_principal, "{message}");
            }
        }
    }
    assert!(read(&format!("{login}: RSA-CERT SHA256:abc ID {} \"GET / HTTP/1.1\" 200", "x".repeat(500))).is_none());
    assert!(read("Accepted certificate ID \"a ssh2: b\" (serial 0) signed by RSA CA SHA256:abc via /etc/ssh/ca.pub").is_some());
}

#[test]
fn users_are_kept_as_they_are() {
    for (message, user) in [
        ("Failed password for invalid user  0101 from 192.0.2.1 port 4711 ssh2", " 0101"),
        ("Failed password for  from 192.0.2.1 port 4711 ssh2", ""),
        ("Failed none for invalid user  from 192.0.2.1 port 4711 ssh2", ""),
        ("Failed password for a b  from 192.0.2.1 port 4711 ssh2", "a b "),
        ("Failed keyboard-interactive/pam for invalid user a\"b from 192.0.2.1 port 4711 ssh2", "a\"b"),
        ("Accepted publickey for alice from 2001:db8::1 port 4711 ssh2: ED25519 SHA256:abc", "alice"),
        ("Invalid user  from 192.0.2.1 port 4711", ""),
        ("Invalid user  from 192.0.2.1", ""),
        ("Connection closed by invalid user  192.0.2.1 port 4711 [preauth]", ""),
        (
            "Disconnecting invalid user a b 192.0.2.1 port 4711: Change of username or service not allowed: (a b,x) -> (c,x) [preauth]",
            "a b",
        ),
        ("(pam_unix) authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=root", "root"),
        ("pam_sss(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1 user=a b", "a b"),
    ] {
        assert_eq!(who(message).map(|w| w.1).as_deref(), Some(user), "{message}");
    }
}

#[test]
fn a_message_may_lack_a_true_peer() {
    let peer = |message| who(message).map(|(address, _, port, _)| (address, port));
    assert_eq!(peer("Failed password for root from UNKNOWN port 65535 ssh2"), Some(("UNKNOWN".to_owned(), None)));
    assert_eq!(peer("Connection closed by UNKNOWN port 65535 [preauth]"), Some(("UNKNOWN".to_owned(), None)));
    // A network is no peer.
    let network = "srclimit_penalise: ipv4: new 192.0.2.0/24 active penalty of 15.000 seconds for penalty: failed authentication";
    assert_eq!(peer(network), Some((String::new(), None)));
    assert_eq!(peer("Failed password for root from 192.0.2.1 port 65536 ssh2"), None);
    let ruser = "pam_x(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser=x rhost=203.0.113.9 rhost=192.0.2.1";
    assert_eq!(peer(ruser), Some((String::new(), None)));
}

#[test]
fn a_disconnect_says_whether_a_user_was_let_in() {
    for (message, action) in [
        ("Connection closed by authenticating user root 192.0.2.1 port 4711 [preauth]", "ssh_disconnect"),
        ("Connection closed by 192.0.2.1 port 4711 [preauth]", "ssh_disconnect"),
        ("Disconnected from user alice 192.0.2.1 port 4711", "ssh_session"),
        ("Disconnected from invalid user user alice 192.0.2.1 port 4711", "ssh_disconnect"),
        ("debug1: Connection closed by 192.0.2.1 port 4711", "ssh_server"),
        ("fatal: Fssh_packet_write_wait: Connection from 192.0.2.1 port 4711: Broken pipe", "ssh_disconnect"),
        ("fatal: Fssh_ssh_dispatch_run_fatal: Connection from 192.0.2.1 port 4711: incomplete message [preauth]", "ssh_probe"),
    ] {
        assert_eq!(read(message).map(|s| s.template().action), Some(action), "{message}");
    }
}

#[test]
fn folded_repeats_count_as_often_as_they_stand_for() {
    let count = |text: &str| who(text).map(|w| w.3);
    assert_eq!(count("message repeated 5 times: [ Failed password for root from 192.0.2.1 port 4711 ssh2]"), Some(5));
    assert_eq!(count("message repeated 2 times: [ pam_unix(sshd:auth): check pass; user unknown]"), Some(2));
    assert_eq!(count("message repeated 0 times: [ Failed password for root from 192.0.2.1 port 4711 ssh2]"), None);
    assert_eq!(count("message repeated 99999999999999999999 times: [ Failed password for root from 192.0.2.1 port 1 ssh2]"), None);
}

/// A message as sshd hands it to syslog, which is 500 bytes of it.
fn cut(mut message: String) -> String {
    message.truncate(500);
    message
}

#[test]
fn a_message_that_may_have_been_cut_names_only_a_peer_that_stands_before_anything_free() {
    let pad = |len: usize| "\\\\377".repeat(len / 5);
    let (closed, frame) = ("Connection closed by invalid user ", " 203.0.113.9 port 22");
    let end_in_frame = |start: &str, frame: &str| {
        let room = 500 - start.len() - frame.len();
        format!("{start}{}{}{frame}", "x".repeat(room % 5), pad(room))
    };
    let key = "Failed publickey for invalid user bob from 192.0.2.1 port 4711 ssh2: ED25519-CERT SHA256:abc ID ";
    for (message, action, address) in [
        (end_in_frame(closed, frame), "ssh_disconnect", ""),
        (end_in_frame("fatal: ssh_dispatch_run_fatal: Connection from invalid user ", " 203.0.113.9 port 22: x"), "ssh_probe", ""),
        (end_in_frame("Disconnecting invalid user ", " 203.0.113.9 port 22: x"), "ssh_disconnect", ""),
        (end_in_frame("Unable to negotiate with invalid user ", " 203.0.113.9 port 22: x"), "ssh_probe", ""),
        (end_in_frame("Bad protocol version identification '", "' from 203.0.113.9 port 22"), "ssh_probe", ""),
        (end_in_frame(key, " from 203.0.113.9 port 22 ssh2"), "ssh_login", ""),
        (end_in_frame("Failed password for invalid user ", " from 203.0.113.9 port 22 ssh2"), "ssh_login", ""),
        // The port is cut to a digit, the address to another.
        (end_in_frame("Failed password for invalid user ", " from 2001:db8::1 port 5"), "ssh_login", ""),
        (end_in_frame("Invalid user ", " from 203.0.113.9"), "ssh_invalid_user", ""),
        // journald takes the spaces away in which the message was cut.
        (format!("{closed}{}{frame}", pad(355)), "ssh_disconnect", ""),
        (format!("{closed}{}{frame}", pad(315)), "ssh_disconnect", "203.0.113.9"),
        (format!("Failed password for {} from 192.0.2.1 port 4711 ssh2", "\\377".repeat(100)), "ssh_login", "192.0.2.1"),
        // What stands before anything free is the server's, however long the message was.
        (cut(format!("Received disconnect from 192.0.2.1 port 4711:11: {}", pad(900))), "ssh_disconnect", "192.0.2.1"),
        (
            cut(format!("Unable to negotiate with 192.0.2.1 port 4711: no matching cipher found. Their offer: {}", pad(900))),
            "ssh_probe",
            "192.0.2.1",
        ),
        (
            cut(format!("Accepted publickey for alice from 192.0.2.1 port 4711 ssh2: RSA-CERT SHA256:x ID {}", pad(900))),
            "ssh_login",
            "192.0.2.1",
        ),
    ] {
        assert!(message.len() <= 500, "{message}");
        for message in [format!("message repeated 3 times: [ {message}]"), message] {
            let sshd = read(&message).unwrap_or_else(|| panic!("unread: {message}"));
            assert_eq!((sshd.template().action, text(sshd.address()).as_str()), (action, address), "{message}");
            assert_eq!(sshd.port().is_some(), !address.is_empty() && message.contains(" port "), "{message}");
        }
    }
}

#[test]
fn spaces_that_journald_took_from_the_end_change_nothing() {
    for message in [
        "Received disconnect from 192.0.2.1 port 4711:11:",
        "Received disconnect from 192.0.2.1: 11:",
        "Disconnecting invalid user admin 192.0.2.1 port 4711:",
        "error: public key ED25519-SK SHA256:abc signature for alice from 192.0.2.1 port 4711 rejected: user verification requirement not met",
    ] {
        assert_eq!(who(message).map(|w| w.0).as_deref(), Some("192.0.2.1"), "{message}");
    }
}

#[test]
fn the_last_rhost_of_kerberos_is_the_peer_whatever_the_user_is_called() {
    let failure = "pam_krb5(sshd:auth): authentication failure; logname=";
    for (message, address) in [
        (format!("{failure}alice uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1"), "192.0.2.1"),
        (format!("{failure}x ruser= rhost=203.0.113.9 uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1"), "192.0.2.1"),
        (format!("{failure}x rhost=203.0.113.9 uid=0 euid=0 tty=ssh ruser= rhost="), ""),
        (format!("{failure}x rhost=203.0.113.9 y"), ""),
    ] {
        let sshd = read(&message).unwrap_or_else(|| panic!("unread: {message}"));
        assert_eq!(text(sshd.address()), address, "{message}");
    }
}

#[test]
fn a_blank_at_the_end_hides_no_address() {
    for message in ["Invalid user bob from 192.0.2.1 port 22 ", "PAM: No such user for illegal user bob from 192.0.2.1  "] {
        assert_eq!(read(message).map(|sshd| text(sshd.address())), Some("192.0.2.1".to_owned()), "{message}");
    }
    // A name that ends in blanks keeps them.
    assert_eq!(read("input_userauth_request: invalid user bob  ").map(|sshd| text(sshd.user())), Some("bob  ".to_owned()));
}

#[test]
fn no_message_of_its_own_begins_with_a_part() {
    for matcher in TABLE.in_order() {
        assert!(matcher.is_of_pam() || matcher.first_byte().is_some(), "{}", matcher.shape.pattern);
    }
}
