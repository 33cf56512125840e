//! A hostile text as user, version and reason in sshd's own sentences: no text makes the address another one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use soar_light::parse::format::Header;
use soar_light::parse::service::sshd::read_message;

const PEER: &str = "192.0.2.1";
/// What stands before and behind a text that the peer chose.
const SENTENCES: &[(&str, &str)] = &[
    ("Failed password for invalid user ", " from 192.0.2.1 port 4711 ssh2"),
    ("Failed password for ", " from 192.0.2.1 port 4711 ssh2"),
    // Of a user who exists the name is an account of the machine, which is nobody's free text.
    ("Failed publickey for invalid user ", " from 192.0.2.1 port 4711 ssh2: RSA SHA256:abc"),
    ("Invalid user ", " from 192.0.2.1 port 4711"),
    ("Connection closed by invalid user ", " 192.0.2.1 port 4711 [preauth]"),
    ("Disconnected from authenticating user ", " 192.0.2.1 port 4711 [preauth]"),
    ("User ", " from 192.0.2.1 not allowed because not listed in AllowUsers"),
    ("Bad protocol version identification '", "' from 192.0.2.1 port 4711"),
    ("Received disconnect from 192.0.2.1 port 4711:11: ", " [preauth]"),
    ("error: maximum authentication attempts exceeded for invalid user ", " from 192.0.2.1 port 4711 ssh2 [preauth]"),
    ("pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=", ""),
    ("Unable to negotiate with 192.0.2.1 port 4711: no matching cipher found. Their offer: ", " [preauth]"),
];

fuzz_target!(|text: &[u8]| {
    let header = Header { time: None, host: b"lab", program: b"sshd", pid: None };
    let _ = read_message(header, text);
    for (before, behind) in SENTENCES {
        let message = [before.as_bytes(), text, behind.as_bytes()].concat();
        let Some(sshd) = read_message(header, &message) else { continue };
        let ip = sshd.to_event("fuzz", 1).source.ip.map(|ip| ip.to_string());
        assert!(ip.as_deref().is_none_or(|ip| ip == PEER), "{ip:?} says {}", String::from_utf8_lossy(&message));
    }
});
