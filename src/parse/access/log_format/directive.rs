//! What the directives of Apache and the variables of nginx stand for, and who decides what is written in their place.
//!
//! **Source:** Apache `mod_log_config`, `mod_logio`; nginx `ngx_http_log_module`, `ngx_http_core_module`.

use crate::parse::access::log_format::timestamp::TimeForm;

/// A field of a request that an event has use for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestField {
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
    Method,
    Target,
    /// The path of the target.
    Path,
    /// Its query, with or without `?`.
    Query,
    Protocol,
    Status,
    /// Size of the body, in bytes.
    Bytes,
    /// The Referer header.
    Referrer,
    /// The User-Agent header.
    Agent,
}

/// How many slots there are.
pub(crate) const SLOTS: usize = RequestField::Agent as usize + 1;

/// What can stand in a field's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldClass {
    /// An address or a host name, which are checked for being one.
    Address,
    /// Digits, `.` and `-`.
    Number,
    /// One word that the server chose.
    Word,
    /// Words that the server chose, one for each server behind it that was tried, with `, ` or ` : ` between them.
    List,
    /// Addresses with `, ` between them, which a client may have begun and a proxy ended: checked for being nothing else.
    Addresses,
    /// Client's text that never holds a space: the server cut it at one (method, protocol).
    Token,
    /// Client's text that seldom holds a space: a user, a path, a host.
    Name,
    /// Text that may hold anything.
    Text,
    Time,
}

/// What a directive stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A field; of several for one slot, the one with the lowest rank is used.
    Slot(RequestField, u8),
    /// A time, or a part of one.
    Time(TimeForm),
    /// Nothing that an event has use for.
    Skipped,
}

const fn slot(slot: RequestField, rank: u8) -> Meaning {
    Meaning::Slot(slot, rank)
}

/// Apache's directives without an argument, or with one that changes what they are.
const APACHE: &[(&str, Meaning, FieldClass)] = &[
    // mod_remoteip makes %a and %h the client that trusted proxies name; %{c}a stays the peer.
    ("%a", slot(RequestField::Client, 0), FieldClass::Address),
    ("%h", slot(RequestField::Client, 1), FieldClass::Address),
    ("%{c}h", slot(RequestField::Client, 2), FieldClass::Address),
    ("%{c}a", slot(RequestField::Client, 2), FieldClass::Address),
    ("%A", Meaning::Skipped, FieldClass::Word),
    // mod_ident reads the answer of the client's identd up to the first space.
    ("%l", Meaning::Skipped, FieldClass::Token),
    ("%u", slot(RequestField::User, 0), FieldClass::Name),
    ("%r", slot(RequestField::Request, 0), FieldClass::Text),
    ("%m", slot(RequestField::Method, 0), FieldClass::Token),
    ("%U", slot(RequestField::Path, 0), FieldClass::Name),
    ("%q", slot(RequestField::Query, 0), FieldClass::Name),
    ("%H", slot(RequestField::Protocol, 0), FieldClass::Token),
    ("%>s", slot(RequestField::Status, 0), FieldClass::Number),
    ("%s", slot(RequestField::Status, 1), FieldClass::Number),
    ("%b", slot(RequestField::Bytes, 0), FieldClass::Number),
    ("%B", slot(RequestField::Bytes, 0), FieldClass::Number),
    ("%O", slot(RequestField::Bytes, 1), FieldClass::Number),
    ("%I", Meaning::Skipped, FieldClass::Number),
    ("%S", Meaning::Skipped, FieldClass::Number),
    ("%^FB", Meaning::Skipped, FieldClass::Number),
    ("%D", Meaning::Skipped, FieldClass::Number),
    ("%T", Meaning::Skipped, FieldClass::Number),
    ("%v", slot(RequestField::Domain, 0), FieldClass::Word),
    ("%V", slot(RequestField::Domain, 1), FieldClass::Name),
    ("%p", Meaning::Skipped, FieldClass::Number),
    ("%P", Meaning::Skipped, FieldClass::Word),
    ("%k", Meaning::Skipped, FieldClass::Number),
    ("%X", Meaning::Skipped, FieldClass::Word),
    ("%f", Meaning::Skipped, FieldClass::Name),
    ("%R", Meaning::Skipped, FieldClass::Word),
    ("%L", Meaning::Skipped, FieldClass::Word),
];

/// Headers of the request that an event has use for; names as RFC 9110 has them, in any case.
const HEADERS: &[(&str, Meaning, FieldClass)] = &[
    ("user-agent", slot(RequestField::Agent, 0), FieldClass::Text),
    ("referer", slot(RequestField::Referrer, 0), FieldClass::Text),
    ("x-forwarded-for", slot(RequestField::Forwarded, 0), FieldClass::Text),
    ("host", slot(RequestField::Domain, 2), FieldClass::Name),
];

/// nginx's variables; any other is text.
const NGINX: &[(&str, Meaning, FieldClass)] = &[
    ("remote_addr", slot(RequestField::Client, 0), FieldClass::Address),
    ("realip_remote_addr", slot(RequestField::Client, 1), FieldClass::Address),
    ("remote_user", slot(RequestField::User, 0), FieldClass::Name),
    ("time_local", Meaning::Time(TimeForm::Clf), FieldClass::Time),
    ("time_iso8601", Meaning::Time(TimeForm::Iso), FieldClass::Time),
    ("msec", Meaning::Time(TimeForm::Epoch), FieldClass::Time),
    ("request", slot(RequestField::Request, 0), FieldClass::Text),
    ("request_method", slot(RequestField::Method, 0), FieldClass::Token),
    ("request_uri", slot(RequestField::Target, 0), FieldClass::Name),
    ("uri", slot(RequestField::Path, 0), FieldClass::Name),
    ("document_uri", slot(RequestField::Path, 0), FieldClass::Name),
    ("args", slot(RequestField::Query, 0), FieldClass::Name),
    ("query_string", slot(RequestField::Query, 0), FieldClass::Name),
    ("server_protocol", slot(RequestField::Protocol, 0), FieldClass::Token),
    ("status", slot(RequestField::Status, 0), FieldClass::Number),
    ("body_bytes_sent", slot(RequestField::Bytes, 0), FieldClass::Number),
    ("bytes_sent", slot(RequestField::Bytes, 1), FieldClass::Number),
    ("http_referer", slot(RequestField::Referrer, 0), FieldClass::Text),
    ("http_user_agent", slot(RequestField::Agent, 0), FieldClass::Text),
    ("http_x_forwarded_for", slot(RequestField::Forwarded, 0), FieldClass::Text),
    // The header with $remote_addr behind it: the walk from the right begins at the peer then, and goes on.
    ("proxy_add_x_forwarded_for", slot(RequestField::Forwarded, 1), FieldClass::Text),
    // nginx before 1.21.1 took host names with spaces.
    ("host", slot(RequestField::Domain, 0), FieldClass::Name),
    ("server_name", slot(RequestField::Domain, 1), FieldClass::Word),
    ("http_host", slot(RequestField::Domain, 2), FieldClass::Name),
    ("request_time", Meaning::Skipped, FieldClass::Number),
    ("request_length", Meaning::Skipped, FieldClass::Number),
    ("connection", Meaning::Skipped, FieldClass::Number),
    ("connection_requests", Meaning::Skipped, FieldClass::Number),
    ("gzip_ratio", Meaning::Skipped, FieldClass::Number),
    ("server_port", Meaning::Skipped, FieldClass::Number),
    ("remote_port", Meaning::Skipped, FieldClass::Number),
    ("pid", Meaning::Skipped, FieldClass::Number),
    ("pipe", Meaning::Skipped, FieldClass::Word),
    ("request_id", Meaning::Skipped, FieldClass::Word),
    ("scheme", Meaning::Skipped, FieldClass::Word),
    ("hostname", Meaning::Skipped, FieldClass::Word),
    ("server_addr", Meaning::Skipped, FieldClass::Word),
    ("ssl_protocol", Meaning::Skipped, FieldClass::Word),
    ("ssl_cipher", Meaning::Skipped, FieldClass::Word),
    ("upstream_cache_status", Meaning::Skipped, FieldClass::Word),
    ("upstream_addr", Meaning::Skipped, FieldClass::List),
    ("upstream_status", Meaning::Skipped, FieldClass::List),
    ("upstream_response_time", Meaning::Skipped, FieldClass::List),
    ("upstream_connect_time", Meaning::Skipped, FieldClass::List),
    ("upstream_header_time", Meaning::Skipped, FieldClass::List),
    ("upstream_queue_time", Meaning::Skipped, FieldClass::List),
    ("upstream_response_length", Meaning::Skipped, FieldClass::List),
    ("upstream_bytes_sent", Meaning::Skipped, FieldClass::List),
    ("upstream_bytes_received", Meaning::Skipped, FieldClass::List),
    ("upstream_last_addr", Meaning::Skipped, FieldClass::Word),
    ("proxy_host", Meaning::Skipped, FieldClass::Word),
    ("proxy_port", Meaning::Skipped, FieldClass::Number),
    ("proxy_protocol_addr", slot(RequestField::Client, 2), FieldClass::Address),
    ("proxy_protocol_port", Meaning::Skipped, FieldClass::Number),
    ("nginx_version", Meaning::Skipped, FieldClass::Word),
    ("request_completion", Meaning::Skipped, FieldClass::Word),
    ("connection_time", Meaning::Skipped, FieldClass::Number),
    ("limit_req_status", Meaning::Skipped, FieldClass::Word),
    ("limit_conn_status", Meaning::Skipped, FieldClass::Word),
    ("tcpinfo_rtt", Meaning::Skipped, FieldClass::Number),
    ("tcpinfo_rttvar", Meaning::Skipped, FieldClass::Number),
    ("tcpinfo_snd_cwnd", Meaning::Skipped, FieldClass::Number),
    ("tcpinfo_rcv_space", Meaning::Skipped, FieldClass::Number),
    ("http2", Meaning::Skipped, FieldClass::Word),
    ("http3", Meaning::Skipped, FieldClass::Word),
    ("https", Meaning::Skipped, FieldClass::Word),
    ("quic", Meaning::Skipped, FieldClass::Word),
    ("ssl_session_id", Meaning::Skipped, FieldClass::Word),
    ("ssl_session_reused", Meaning::Skipped, FieldClass::Word),
    ("ssl_early_data", Meaning::Skipped, FieldClass::Word),
    ("ssl_curve", Meaning::Skipped, FieldClass::Word),
    ("ssl_curves", Meaning::Skipped, FieldClass::Word),
    ("ssl_ciphers", Meaning::Skipped, FieldClass::Word),
    ("ssl_sigalg", Meaning::Skipped, FieldClass::Word),
    ("ssl_alpn_protocol", Meaning::Skipped, FieldClass::Word),
    ("ssl_client_serial", Meaning::Skipped, FieldClass::Word),
    ("ssl_client_fingerprint", Meaning::Skipped, FieldClass::Word),
    // What stands in a certificate, and the host of a handshake, clients write; any other ssl_ variable is text too.
    ("ssl_server_name", Meaning::Skipped, FieldClass::Name),
    // ingress-nginx sets these itself; the id may be the client's own.
    ("the_real_ip", slot(RequestField::Client, 0), FieldClass::Address),
    ("proxy_upstream_name", Meaning::Skipped, FieldClass::Word),
    ("proxy_alternative_upstream_name", Meaning::Skipped, FieldClass::Word),
    ("req_id", Meaning::Skipped, FieldClass::Name),
];

fn find(table: &[(&str, Meaning, FieldClass)], name: &str) -> Option<(Meaning, FieldClass)> {
    table.iter().find(|(known, ..)| *known == name).map(|(_, meaning, class)| (meaning.clone(), *class))
}

/// What a header of the request is, where `client` is the one in which proxies name the client.
fn header(name: &str, client: &str) -> (Meaning, FieldClass) {
    if name.eq_ignore_ascii_case(client) {
        return (slot(RequestField::Forwarded, 0), FieldClass::Text);
    }
    let found = find(HEADERS, &name.to_ascii_lowercase()).unwrap_or((Meaning::Skipped, FieldClass::Text));
    // Of two such headers, the one that was asked for.
    if matches!(found.0, Meaning::Slot(RequestField::Forwarded, _)) { (Meaning::Skipped, FieldClass::Text) } else { found }
}

/// nginx's `$name`.
pub(super) fn nginx(name: &str, client: &str) -> (Meaning, FieldClass) {
    let is_list = client.eq_ignore_ascii_case("x-forwarded-for");
    match (name.strip_prefix("http_"), find(NGINX, name)) {
        (Some(header), _) if header.eq_ignore_ascii_case(&client.replace('-', "_")) => (slot(RequestField::Forwarded, 0), FieldClass::Text),
        (_, Some((Meaning::Slot(RequestField::Forwarded, _), _))) if !is_list => (Meaning::Skipped, FieldClass::Text),
        (_, found) => found.unwrap_or((Meaning::Skipped, FieldClass::Text)),
    }
}

/// Apache's `%{argument}letter`, `letter` perhaps preceded by `>`, `<` or `^t`; `None`: there is no such directive.
pub(super) fn apache(argument: Option<&str>, letter: &str, client: &str) -> Option<(Meaning, FieldClass)> {
    let letter = letter.strip_prefix('<').unwrap_or(letter);
    let plain = if letter == ">s" { letter } else { letter.strip_prefix('>').unwrap_or(letter) };
    match (argument, plain) {
        (None, _) => find(APACHE, &format!("%{plain}")),
        (Some(name), "i") => Some(header(name, client)),
        (Some(_), "o" | "e" | "C" | "n" | "^ti" | "^to") => Some((Meaning::Skipped, FieldClass::Text)),
        (Some(argument @ "c"), "a" | "h") => find(APACHE, &format!("%{{{argument}}}{plain}")),
        (Some("canonical" | "local" | "remote" | "c"), "p") | (Some("ms" | "us" | "s"), "T") => {
            Some((Meaning::Skipped, FieldClass::Number))
        }
        (Some("pid" | "tid" | "hextid"), "P") | (Some("c"), "L") => Some((Meaning::Skipped, FieldClass::Word)),
        _ => None,
    }
}
