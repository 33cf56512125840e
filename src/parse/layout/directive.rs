//! What the directives of Apache and the variables of nginx stand for, and who decides what is written in their place.
//!
//! **Source:** Apache `mod_log_config`, `mod_logio`; nginx `ngx_http_log_module`, `ngx_http_core_module`.

use super::moment::TimeForm;

/// A field of a request that an event has use for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// Who asked.
    Client,
    /// X-Forwarded-For.
    Forwarded,
    /// The virtual host.
    Domain,
    /// The authenticated user.
    User,
    /// The request line.
    Request,
    /// Its method.
    Method,
    /// Its target.
    Target,
    /// The path of the target.
    Path,
    /// Its query, with or without `?`.
    Query,
    /// The protocol.
    Protocol,
    /// The status.
    Status,
    /// Size of the body, in bytes.
    Bytes,
    /// The Referer header.
    Referrer,
    /// The User-Agent header.
    Agent,
}

/// How many slots there are.
pub const SLOTS: usize = Slot::Agent as usize + 1;

/// What can stand in a field's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// An address or a host name, which are checked for being one.
    Address,
    /// Digits, `.` and `-`.
    Number,
    /// One word that the server chose.
    Word,
    /// Client's text that never holds a space: the server cut it at one (method, protocol).
    Token,
    /// Client's text that seldom holds a space: a user, a path, a host.
    Name,
    /// Text that may hold anything.
    Text,
    /// A time.
    Time,
}

/// What a directive stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// A field; of several for one slot, the one with the lowest rank is used.
    Slot(Slot, u8),
    /// A time, or a part of one.
    Time(TimeForm),
    /// Nothing that an event has use for.
    Skipped,
}

const fn slot(slot: Slot, rank: u8) -> Meaning {
    Meaning::Slot(slot, rank)
}

/// Apache's directives without an argument, or with one that changes what they are.
const APACHE: &[(&str, Meaning, Class)] = &[
    // mod_remoteip makes %a and %h the client that trusted proxies name; %{c}a stays the peer.
    ("%a", slot(Slot::Client, 0), Class::Address),
    ("%h", slot(Slot::Client, 1), Class::Address),
    ("%{c}h", slot(Slot::Client, 2), Class::Address),
    ("%{c}a", slot(Slot::Client, 2), Class::Address),
    ("%A", Meaning::Skipped, Class::Word),
    // mod_ident reads the answer of the client's identd up to the first space.
    ("%l", Meaning::Skipped, Class::Token),
    ("%u", slot(Slot::User, 0), Class::Name),
    ("%r", slot(Slot::Request, 0), Class::Text),
    ("%m", slot(Slot::Method, 0), Class::Token),
    ("%U", slot(Slot::Path, 0), Class::Name),
    ("%q", slot(Slot::Query, 0), Class::Name),
    ("%H", slot(Slot::Protocol, 0), Class::Token),
    ("%>s", slot(Slot::Status, 0), Class::Number),
    ("%s", slot(Slot::Status, 1), Class::Number),
    ("%b", slot(Slot::Bytes, 0), Class::Number),
    ("%B", slot(Slot::Bytes, 0), Class::Number),
    ("%O", slot(Slot::Bytes, 1), Class::Number),
    ("%I", Meaning::Skipped, Class::Number),
    ("%S", Meaning::Skipped, Class::Number),
    ("%^FB", Meaning::Skipped, Class::Number),
    ("%D", Meaning::Skipped, Class::Number),
    ("%T", Meaning::Skipped, Class::Number),
    ("%v", slot(Slot::Domain, 0), Class::Word),
    ("%V", slot(Slot::Domain, 1), Class::Name),
    ("%p", Meaning::Skipped, Class::Number),
    ("%P", Meaning::Skipped, Class::Word),
    ("%k", Meaning::Skipped, Class::Number),
    ("%X", Meaning::Skipped, Class::Word),
    ("%f", Meaning::Skipped, Class::Name),
    ("%R", Meaning::Skipped, Class::Word),
    ("%L", Meaning::Skipped, Class::Word),
];

/// Headers of the request that an event has use for; names as RFC 9110 has them, in any case.
const HEADERS: &[(&str, Meaning, Class)] = &[
    ("user-agent", slot(Slot::Agent, 0), Class::Text),
    ("referer", slot(Slot::Referrer, 0), Class::Text),
    ("x-forwarded-for", slot(Slot::Forwarded, 0), Class::Text),
    ("host", slot(Slot::Domain, 2), Class::Name),
];

/// nginx's variables; any other is text.
const NGINX: &[(&str, Meaning, Class)] = &[
    ("remote_addr", slot(Slot::Client, 0), Class::Address),
    ("realip_remote_addr", slot(Slot::Client, 1), Class::Address),
    ("remote_user", slot(Slot::User, 0), Class::Name),
    ("time_local", Meaning::Time(TimeForm::Clf), Class::Time),
    ("time_iso8601", Meaning::Time(TimeForm::Iso), Class::Time),
    ("msec", Meaning::Time(TimeForm::Epoch), Class::Time),
    ("request", slot(Slot::Request, 0), Class::Text),
    ("request_method", slot(Slot::Method, 0), Class::Token),
    ("request_uri", slot(Slot::Target, 0), Class::Name),
    ("uri", slot(Slot::Path, 0), Class::Name),
    ("document_uri", slot(Slot::Path, 0), Class::Name),
    ("args", slot(Slot::Query, 0), Class::Name),
    ("query_string", slot(Slot::Query, 0), Class::Name),
    ("server_protocol", slot(Slot::Protocol, 0), Class::Token),
    ("status", slot(Slot::Status, 0), Class::Number),
    ("body_bytes_sent", slot(Slot::Bytes, 0), Class::Number),
    ("bytes_sent", slot(Slot::Bytes, 1), Class::Number),
    ("http_referer", slot(Slot::Referrer, 0), Class::Text),
    ("http_user_agent", slot(Slot::Agent, 0), Class::Text),
    ("http_x_forwarded_for", slot(Slot::Forwarded, 0), Class::Text),
    // The header with $remote_addr behind it: the walk from the right begins at the peer then, and goes on.
    ("proxy_add_x_forwarded_for", slot(Slot::Forwarded, 1), Class::Text),
    // nginx before 1.21.1 took host names with spaces.
    ("host", slot(Slot::Domain, 0), Class::Name),
    ("server_name", slot(Slot::Domain, 1), Class::Word),
    ("http_host", slot(Slot::Domain, 2), Class::Name),
    ("request_time", Meaning::Skipped, Class::Number),
    ("request_length", Meaning::Skipped, Class::Number),
    ("connection", Meaning::Skipped, Class::Number),
    ("connection_requests", Meaning::Skipped, Class::Number),
    ("gzip_ratio", Meaning::Skipped, Class::Number),
    ("server_port", Meaning::Skipped, Class::Number),
    ("remote_port", Meaning::Skipped, Class::Number),
    ("pid", Meaning::Skipped, Class::Number),
    ("pipe", Meaning::Skipped, Class::Word),
    ("request_id", Meaning::Skipped, Class::Word),
    ("scheme", Meaning::Skipped, Class::Word),
    ("hostname", Meaning::Skipped, Class::Word),
    ("server_addr", Meaning::Skipped, Class::Word),
    ("ssl_protocol", Meaning::Skipped, Class::Word),
    ("ssl_cipher", Meaning::Skipped, Class::Word),
    ("upstream_cache_status", Meaning::Skipped, Class::Word),
];

fn find(table: &[(&str, Meaning, Class)], name: &str) -> Option<(Meaning, Class)> {
    table.iter().find(|(known, ..)| *known == name).map(|(_, meaning, class)| (meaning.clone(), *class))
}

/// nginx's `$name`.
#[must_use]
pub fn nginx(name: &str) -> (Meaning, Class) {
    find(NGINX, name).unwrap_or((Meaning::Skipped, Class::Text))
}

/// Apache's `%{argument}letter`, `letter` perhaps preceded by `>`, `<` or `^t`; `None`: there is no such directive.
#[must_use]
pub fn apache(argument: Option<&str>, letter: &str) -> Option<(Meaning, Class)> {
    let letter = letter.strip_prefix('<').unwrap_or(letter);
    let plain = if letter == ">s" { letter } else { letter.strip_prefix('>').unwrap_or(letter) };
    match (argument, plain) {
        (None, _) => find(APACHE, &format!("%{plain}")),
        (Some(name), "i") => Some(find(HEADERS, &name.to_ascii_lowercase()).unwrap_or((Meaning::Skipped, Class::Text))),
        (Some(_), "o" | "e" | "C" | "n" | "^ti" | "^to") => Some((Meaning::Skipped, Class::Text)),
        (Some(argument @ "c"), "a" | "h") => find(APACHE, &format!("%{{{argument}}}{plain}")),
        (Some("canonical" | "local" | "remote" | "c"), "p") | (Some("ms" | "us" | "s"), "T") => Some((Meaning::Skipped, Class::Number)),
        (Some("pid" | "tid" | "hextid"), "P") | (Some("c"), "L") => Some((Meaning::Skipped, Class::Word)),
        _ => None,
    }
}
