//! A search for formats that a client can bend: whatever format is accepted and whatever clients write, every line that is
//! read names the true client and the true status.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{LogFormat, Outcome};
use crate::parse::format::Scratch;
use crate::time::Clock;

/// Apache's name, nginx's, and what the server writes; nothing: a client writes it.
const FIELDS: &[(&str, &str, &str)] = &[
    ("%h", "$remote_addr", "CLIENT"),
    ("%>s", "$status", "404"),
    ("%b", "$body_bytes_sent", "7"),
    ("%D", "$request_time", "0.5"),
    ("%v", "$server_name", "srv.example"),
    ("%t", "[$time_local]", "[11/Nov/2011:11:11:11 +0000]"),
    ("%{%F}t", "$time_iso8601", ""),
    ("%u", "$remote_user", ""),
    ("%U", "$uri", ""),
    ("%m", "$request_method", ""),
    ("%r", "$request", ""),
    ("%{User-Agent}i", "$http_user_agent", ""),
    ("%{Referer}i", "$http_referer", ""),
    ("%{Host}i", "$host", ""),
];
const BETWEEN: &[&str] = &[" ", " ", " ", " ", "|", " - ", ", ", "] [", "\" \"", " \"", "\" ", "\"", ":", "-", "=", "\t", " x:", "%%"];
const SENT: &[&str] = &[
    "203.0.113.9",
    "2001:db8:",
    "::9",
    "200",
    "200 ",
    " 200",
    " ",
    "|",
    ":",
    "-",
    "=",
    ",",
    "\"",
    "\\",
    "[10/Oct/2000:13:55:36 +0000]",
    "] [",
    "a",
    "/x",
    "",
];

#[derive(Debug, Clone, Copy)]
enum Server {
    Apache,
    Nginx,
}

/// A value as the server writes it.
fn written(server: Server, name: &str, value: &str) -> String {
    match (server, name, value) {
        (Server::Apache, "%u", "") => "\"\"".to_owned(),
        (_, _, "") => "-".to_owned(),
        (Server::Apache, ..) => value.replace('\\', "\\\\").replace('"', "\\\""),
        (Server::Nginx, ..) => value.replace('\\', "\\x5C").replace('"', "\\x22"),
    }
}

fn sent() -> impl Strategy<Value = String> {
    vec(select(SENT), 0..5).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn no_client_bends_an_accepted_format(
        server in select(&[Server::Apache, Server::Nginx][..]), start in select(&["", "\"", "[", "x "][..]),
        fields in vec((select(FIELDS), select(BETWEEN), sent()), 1..8), place in any::<prop::sample::Index>(),
        client in select(&["192.0.2.66", "2001:db8::66", "host-6.example", "-"][..]),
    ) {
        let mut fields = fields;
        let place = place.index(fields.len() + 1);
        fields.insert(place, (FIELDS[0], " ", String::new()));
        let (mut format, mut line) = (start.to_owned(), start.to_owned());
        for (at, ((apache, nginx, own), between, sent)) in fields.iter().enumerate() {
            let name = match server { Server::Apache => *apache, Server::Nginx => *nginx };
            let value = match (*own, *apache) {
                ("CLIENT", _) => client.to_owned(),
                ("", "%{%F}t") => match server { Server::Apache => "2011-11-11".to_owned(), Server::Nginx => "2011-11-11T11:11:11+00:00".to_owned() },
                // A method ends at its first space.
                ("", "%m") => written(server, name, &sent.replace(' ', "")),
                ("", _) => written(server, name, sent),
                (own, _) => own.to_owned(),
            };
            let between = if at + 1 == fields.len() { "" } else { *between };
            format.push_str(name);
            line.push_str(&value);
            match (server, between) {
                (Server::Apache, "%%") => { format.push_str("%%"); line.push('%'); }
                (Server::Nginx, "%%") => { format.push('%'); line.push('%'); }
                _ => { format.push_str(between); line.push_str(between); }
            }
        }
        let Ok(compiled) = LogFormat::compile(&format) else { return Ok(()) };
        let (mut clock, scratch) = (Clock::new("UTC", None).expect("UTC is known"), Scratch::default());
        if let Outcome::Request(web) = compiled.read(line.as_bytes(), &scratch, &mut clock) {
            prop_assert_eq!(String::from_utf8_lossy(web.client), client, "{}\n{}", format, line);
            let has_status = fields.iter().any(|((name, ..), ..)| *name == "%>s");
            prop_assert_eq!(web.status, has_status.then_some(404), "{}\n{}", format, line);
        }
    }
}
