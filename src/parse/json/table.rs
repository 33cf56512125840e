//! The formats, one table each: which key is which field, best first, and which fields a line of the format has.
//!
//! A new JSON log is one table here, its entry in `TABLES`, its format (see `server`) and its line in `FORMATS`.

use super::fields::Fields;

/// What a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Who asked: an address, perhaps with a port, or a host name.
    Client,
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
    /// Names the program that wrote the message.
    Program,
    /// Its process id.
    Pid,
    /// The machine.
    Host,
    /// Says that the line was brought by a shipper or container engine.
    Shipper,
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
}

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
        let unmet = self.needs.iter().position(|(group, _)| !is_met(group))?;
        Some((unmet, self.needs[unmet].1))
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
};

/// `remote_ip` is the peer. `client_ip` may come from X-Forwarded-For, read from the left by default, where the client
/// itself may have written; so it names nobody, and --trusted-proxy works out who asked.
pub const CADDY_KEYS: Table = Table {
    name: "caddy_json",
    keys: &[
        (Field::Client, "request.remote_ip"),
        (Field::Client, "request.remote_addr"),
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
    ],
    needs: &[
        (&[Field::Client], OF_NO_LOG),
        (ASKED, "request.remote_ip, but no request.method"),
        (&[Field::Status], "a request, but no status: not of Caddy's access log"),
    ],
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
    ],
    needs: &[
        (&[Field::Client], OF_NO_LOG),
        (ASKED, "a source, but neither http.request.method nor url.original"),
        (&[Field::Status], "a source and a request, but no http.response.status_code"),
    ],
};

/// The name of the program that sent the message, as the kernel has it.
pub const COMM: &str = "_COMM";

/// What journald writes.
pub const JOURNAL_KEYS: Table = Table {
    name: "journald_json",
    keys: &[
        (Field::Message, "MESSAGE"),
        (Field::Time, "_SOURCE_REALTIME_TIMESTAMP"),
        (Field::Time, "__REALTIME_TIMESTAMP"),
        (Field::Program, COMM),
        (Field::Program, "SYSLOG_IDENTIFIER"),
        (Field::Pid, "_PID"),
        (Field::Pid, "SYSLOG_PID"),
        (Field::Host, "_HOSTNAME"),
    ],
    needs: &[
        (&[Field::Time, Field::Message], OF_NO_LOG),
        (&[Field::Message], "a time of the journal, but no MESSAGE"),
        (&[Field::Time], "a MESSAGE of the journal, but no __REALTIME_TIMESTAMP"),
    ],
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
    ],
    needs: &[(&[Field::Message], OF_NO_LOG), (&[Field::Shipper], NO_SHIPPER)],
};

/// What is said of a message that nobody may have shipped.
pub const NO_SHIPPER: &str = "a message, but nothing says which log it was taken from";
