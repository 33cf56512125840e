//! The formats, one table each: which key is which field, best first, and which fields a line of the format has.
//!
//! A new JSON log is one table here, its entry in `TABLES`, its format (see `server`) and its line in `FORMATS`.

use super::fields::Fields;

/// What a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Who asked: an address, perhaps with a port, or a host name.
    Client,
    /// The address at the other end of the connection, where the client may be another.
    Peer,
    /// X-Forwarded-For.
    Forwarded,
    /// The virtual host.
    Domain,
    /// The authenticated user.
    User,
    /// When, in any form that has a year.
    Time,
    /// `GET /path HTTP/1.1`.
    Request,
    /// `GET`.
    Method,
    /// The target as it was sent.
    Target,
    /// Its path, where it is logged apart.
    Path,
    /// Its query, without `?`.
    Query,
    /// `HTTP/1.1`, or `1.1`.
    Protocol,
    /// The status.
    Status,
    /// Size of the body, in bytes.
    Bytes,
    /// The Referer header.
    Referrer,
    /// The User-Agent header.
    Agent,
    /// A line of text.
    Message,
    /// The same, under the name that a shipper gave it.
    Renamed,
    /// Its process id.
    Pid,
    /// The machine.
    Host,
    /// Says that the line was brought by a shipper or container engine.
    Shipper,
    /// Tells who wrote the line, or how far that can be trusted; see [`Table::proof`] and `journal`.
    Origin,
}

/// One format.
#[derive(Debug)]
pub struct Table {
    /// As in its [`Format`].
    pub name: &'static str,
    /// Which key is which field; of several keys of a field, the first that has a value counts.
    pub keys: &'static [(Field, &'static str)],
    /// A line of the format has a key of one field of each group; what is said where it has not.
    pub needs: &'static [(&'static [Field], &'static str)],
    /// Whether a line that has them was written by whom the format is of; what is said where it was not.
    pub proof: (fn(&Fields<'_>) -> bool, &'static str),
}

/// The proof of a format whose keys have names that nobody else gives to keys.
const NAMES: (fn(&Fields<'_>) -> bool, &str) = (|_| true, "");

impl Table {
    /// The value of the first key of `field` that has one; `-` and nothing are none.
    #[must_use]
    pub fn value<'a>(&self, fields: &Fields<'a>, field: Field) -> Option<&'a [u8]> {
        let keys = self.keys.iter().filter(|(of, _)| *of == field);
        keys.filter_map(|(_, path)| fields.get(path)).find(|value| !matches!(*value, b"" | b"-"))
    }

    /// How many needs are met before the first that is not, and what to say of that.
    #[must_use]
    pub fn missing(&self, fields: &Fields<'_>) -> Option<(usize, &'static str)> {
        let is_met = |group: &[Field]| self.keys.iter().any(|(of, path)| group.contains(of) && fields.get(path).is_some());
        if let Some(unmet) = self.needs.iter().position(|(group, _)| !is_met(group)) {
            return Some((unmet, self.needs[unmet].1));
        }
        let (is_proved, reason) = self.proof;
        (!is_proved(fields)).then_some((self.needs.len(), reason))
    }
}

/// Every table, in the order in which lines are held against them.
pub const TABLES: &[Table] = &[NGINX_KEYS, CADDY_KEYS, TRAEFIK_KEYS, ECS_KEYS, JOURNAL_KEYS, WRAPPED_KEYS];

/// What is said of JSON of which no table knows a key.
pub const OF_NO_LOG: &str = "JSON of no known log";
const ASKED: &[Field] = &[Field::Request, Field::Method, Field::Target, Field::Path];

/// nginx has no JSON format of its own: names are those of its variables, as most configurations have them.
pub const NGINX_KEYS: Table = Table {
    name: "nginx_json",
    keys: &[
        (Field::Client, "remote_addr"),
        (Field::Forwarded, "http_x_forwarded_for"),
        (Field::Domain, "host"),
        (Field::Domain, "http_host"),
        (Field::Domain, "server_name"),
        (Field::User, "remote_user"),
        (Field::Time, "time_iso8601"),
        (Field::Time, "time_local"),
        (Field::Time, "msec"),
        (Field::Time, "time"),
        (Field::Time, "@timestamp"),
        (Field::Time, "timestamp"),
        (Field::Request, "request"),
        (Field::Method, "request_method"),
        (Field::Method, "method"),
        (Field::Target, "request_uri"),
        (Field::Target, "url"),
        (Field::Path, "uri"),
        (Field::Query, "args"),
        (Field::Query, "query_string"),
        (Field::Protocol, "server_protocol"),
        (Field::Protocol, "proto"),
        (Field::Status, "status"),
        (Field::Bytes, "body_bytes_sent"),
        (Field::Bytes, "bytes_sent"),
        (Field::Referrer, "http_referer"),
        (Field::Referrer, "http_referrer"),
        (Field::Referrer, "referrer"),
        (Field::Agent, "http_user_agent"),
        (Field::Agent, "user_agent"),
    ],
    needs: &[
        (&[Field::Client], OF_NO_LOG),
        (ASKED, "remote_addr, but neither request nor request_uri"),
        (&[Field::Status], "remote_addr and a request, but no status"),
    ],
    proof: (
        |fields| NGINX_NAMES.iter().any(|name| fields.get(name).is_some()),
        "remote_addr and a request, but no other key that is called as a variable of nginx: give the log_format to --log-format",
    ),
};

/// Names that an application's own log seldom has beside `remote_addr` (which is what CGI calls the client, and so do many programs).
const NGINX_NAMES: [&str; 12] = [
    "request",
    "request_uri",
    "time_iso8601",
    "time_local",
    "msec",
    "body_bytes_sent",
    "http_user_agent",
    "http_referer",
    "http_x_forwarded_for",
    "http_host",
    "server_protocol",
    "remote_user",
];

/// `client_ip` is whom Caddy takes for the client by its own `trusted_proxies`; with none it is `remote_ip`, the peer. Where
/// --trusted-proxy says whom to trust, the peer is what counts (see `request`).
pub const CADDY_KEYS: Table = Table {
    name: "caddy_json",
    keys: &[
        (Field::Client, "request.client_ip"),
        (Field::Client, "request.remote_ip"),
        (Field::Client, "request.remote_addr"),
        (Field::Peer, "request.remote_ip"),
        (Field::Peer, "request.remote_addr"),
        (Field::Forwarded, "request.headers.X-Forwarded-For"),
        (Field::Domain, "request.host"),
        (Field::User, "user_id"),
        (Field::Time, "ts"),
        (Field::Method, "request.method"),
        (Field::Target, "request.uri"),
        (Field::Protocol, "request.proto"),
        (Field::Status, "status"),
        (Field::Bytes, "size"),
        (Field::Referrer, "request.headers.Referer"),
        (Field::Agent, "request.headers.User-Agent"),
        (Field::Origin, "logger"),
        (Field::Origin, "msg"),
    ],
    needs: &[
        (&[Field::Peer], OF_NO_LOG),
        (ASKED, "request.remote_ip, but no request.method"),
        (&[Field::Status], "a request, but no status: not of Caddy's access log"),
    ],
    proof: (
        |fields| {
            let is_access = |logger: &[u8]| logger.strip_prefix(b"http.log.access").is_some_and(|rest| matches!(rest, [] | [b'.', ..]));
            fields.get("logger").is_some_and(is_access) || fields.get("msg") == Some(b"handled request")
        },
        "a request, but neither the logger (http.log.access) nor the msg (handled request) of Caddy's access log",
    ),
};

/// `ClientAddr` is the peer. `ClientHost` is the X-Forwarded-For header where one came, but only its first line: where a
/// proxy adds a line instead of appending to the header (`HAProxy` does), that is what the client wrote. So it names nobody.
pub const TRAEFIK_KEYS: Table = Table {
    name: "traefik_json",
    keys: &[
        (Field::Client, "ClientAddr"),
        (Field::Forwarded, "request_X-Forwarded-For"),
        (Field::Domain, "RequestHost"),
        (Field::Domain, "RequestAddr"),
        (Field::User, "ClientUsername"),
        (Field::Time, "StartUTC"),
        (Field::Time, "StartLocal"),
        (Field::Time, "time"),
        (Field::Method, "RequestMethod"),
        (Field::Target, "RequestPath"),
        (Field::Protocol, "RequestProtocol"),
        (Field::Status, "DownstreamStatus"),
        (Field::Bytes, "DownstreamContentSize"),
        (Field::Referrer, "request_Referer"),
        (Field::Agent, "request_User-Agent"),
    ],
    needs: &[
        (&[Field::Client], OF_NO_LOG),
        (ASKED, "ClientAddr, but neither RequestMethod nor RequestPath"),
        (&[Field::Status], "ClientAddr and a request, but no DownstreamStatus"),
    ],
    proof: NAMES,
};

/// Keys nested or dotted.
pub const ECS_KEYS: Table = Table {
    name: "ecs_json",
    keys: &[
        (Field::Client, "source.ip"),
        (Field::Client, "source.address"),
        (Field::Client, "client.ip"),
        (Field::Client, "client.address"),
        (Field::Domain, "url.domain"),
        (Field::Domain, "destination.domain"),
        (Field::User, "user.name"),
        (Field::Time, "@timestamp"),
        (Field::Time, "timestamp"),
        (Field::Method, "http.request.method"),
        (Field::Target, "url.original"),
        (Field::Path, "url.path"),
        (Field::Query, "url.query"),
        (Field::Protocol, "http.version"),
        (Field::Status, "http.response.status_code"),
        (Field::Bytes, "http.response.body.bytes"),
        (Field::Bytes, "http.response.bytes"),
        (Field::Referrer, "http.request.referrer"),
        (Field::Agent, "user_agent.original"),
        (Field::Agent, "user_agent"),
        (Field::Origin, "event.dataset"),
        (Field::Origin, "event.module"),
    ],
    needs: &[
        (&[Field::Client], OF_NO_LOG),
        (ASKED, "a source, but neither http.request.method nor url.original"),
        (&[Field::Status], "a source and a request, but no http.response.status_code"),
    ],
    proof: (
        |fields| {
            let module = |name: &[u8]| SERVER_MODULES.iter().any(|module| name == module.as_bytes());
            let dataset = |name: &[u8]| module(name.split(|&byte| byte == b'.').next().unwrap_or_default());
            fields.get("event.module").is_some_and(module) || fields.get("event.dataset").is_some_and(dataset)
        },
        "a request, but neither event.dataset nor event.module names a web server: any application may log such a thing",
    ),
};

/// The modules and integrations that read access logs of web servers. What else logs requests in ECS logs its own idea of who asked.
///
/// **Source:** Filebeat modules; Elastic integrations.
const SERVER_MODULES: [&str; 9] =
    ["apache", "apache2", "caddy", "haproxy", "iis", "nginx", "nginx_ingress_controller", "tomcat", "traefik"];

/// The name of the program that sent the message, as the kernel has it.
pub const COMM: &str = "_COMM";
/// Its file.
pub const EXE: &str = "_EXE";
/// As whom it ran.
pub const UID: &str = "_UID";
/// The unit of systemd that it belongs to.
pub const UNIT: &str = "_SYSTEMD_UNIT";
/// What it calls itself.
pub const IDENTIFIER: &str = "SYSLOG_IDENTIFIER";
/// Of what container engines send to the journal.
pub const CONTAINER_ID: &str = "CONTAINER_ID";
/// The same.
pub const CONTAINER_NAME: &str = "CONTAINER_NAME";

/// What journald writes.
pub const JOURNAL_KEYS: Table = Table {
    name: "journald_json",
    keys: &[
        (Field::Message, "MESSAGE"),
        // Vector's journald source renames it, and leaves the other fields as they are.
        (Field::Renamed, "message"),
        (Field::Time, "_SOURCE_REALTIME_TIMESTAMP"),
        (Field::Time, "__REALTIME_TIMESTAMP"),
        (Field::Origin, COMM),
        (Field::Origin, IDENTIFIER),
        (Field::Origin, EXE),
        (Field::Origin, UID),
        (Field::Origin, UNIT),
        (Field::Origin, CONTAINER_ID),
        (Field::Origin, CONTAINER_NAME),
        (Field::Pid, "_PID"),
        (Field::Pid, "SYSLOG_PID"),
        (Field::Host, "_HOSTNAME"),
    ],
    needs: &[
        (&[Field::Time, Field::Message], OF_NO_LOG),
        (&[Field::Message, Field::Renamed], "a time of the journal, but no MESSAGE"),
        (&[Field::Time], "a MESSAGE of the journal, but no __REALTIME_TIMESTAMP"),
    ],
    proof: NAMES,
};

/// What shippers write around a line.
pub const WRAPPED_KEYS: Table = Table {
    name: "wrapped_json",
    keys: &[
        (Field::Message, "event.original"),
        (Field::Message, "message"),
        (Field::Shipper, "log.file.path"),
        (Field::Shipper, "log.offset"),
        (Field::Shipper, "source_type"),
        (Field::Shipper, "input.type"),
    ],
    needs: &[(&[Field::Message], OF_NO_LOG), (&[Field::Shipper], NO_SHIPPER)],
    proof: NAMES,
};

/// What is said of a message that nobody may have shipped.
pub const NO_SHIPPER: &str = "a message, but nothing says which log it was taken from";
