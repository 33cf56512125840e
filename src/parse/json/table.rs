//! The formats, one table each: which key is which field, best first, and which fields a line of the format has.
//!
//! A new JSON log is one table here, its entry in `TABLES`, its format (see `server`) and its line in `FORMATS`.

use crate::parse::envelope::{cloud_keys, keys};
use crate::parse::json::cloud;
use crate::parse::json::walk::Fields;

/// What a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JsonField {
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
    /// The program, perhaps as a tag.
    Program,
    Container,
    /// The unit of systemd.
    Unit,
    /// What the sender of a message to the journal calls itself.
    Identifier,
    /// The name of its program, as the kernel has it.
    Comm,
    Exe,
    /// As whom it ran.
    Uid,
    /// Says that the line was brought by a shipper or container engine.
    Shipper,
    /// Tells who wrote the line, or how far that can be trusted; see [`JsonFormat::proof`] and `journal`.
    Origin,
}

#[derive(Debug)]
pub(crate) struct JsonFormat {
    /// As in its [`Format`](crate::parse::format::Format).
    pub name: &'static str,
    /// Which key is which field; of several keys of a field, the first that has a value counts.
    pub keys: &'static [(JsonField, &'static str)],
    /// A line of the format has a key of one field of each group; what is said where it has not.
    pub needs: &'static [(&'static [JsonField], &'static str)],
    /// Whether a line that has them was written by whom the format is of; what is said where it was not.
    pub proof: (fn(&Fields<'_>) -> bool, &'static str),
}

/// The proof of a format whose keys have names that nobody else gives to keys.
pub(crate) const NAMES: (fn(&Fields<'_>) -> bool, &str) = (|_| true, "");

impl JsonFormat {
    /// The value of the first key of `field` that has one; `-` and nothing are none.
    pub(crate) fn value<'a>(&self, fields: &Fields<'a>, field: JsonField) -> Option<&'a [u8]> {
        let keys = self.keys.iter().filter(|(of, _)| *of == field);
        keys.filter_map(|(_, path)| fields.get(path)).find(|value| !matches!(*value, b"" | b"-"))
    }

    /// How many needs are met before the first that is not, and what to say of that.
    pub(crate) fn unmet(&self, fields: &Fields<'_>) -> Option<(usize, &'static str)> {
        let is_met = |group: &[JsonField]| self.keys.iter().any(|(of, path)| group.contains(of) && fields.get(path).is_some());
        self.needs.iter().position(|(group, _)| !is_met(group)).map(|unmet| (unmet, self.needs[unmet].1))
    }

    /// The same, with the proof that who wrote the line is whom the format is of.
    pub(crate) fn missing(&self, fields: &Fields<'_>) -> Option<(usize, &'static str)> {
        let (is_proved, reason) = self.proof;
        self.unmet(fields).or_else(|| (!is_proved(fields)).then_some((self.needs.len(), reason)))
    }
}

/// Every table of access logs, in the order in which lines are held against them; those of envelopes come behind.
pub(crate) const TABLES: &[JsonFormat] = &[
    NGINX_KEYS,
    CADDY_KEYS,
    TRAEFIK_KEYS,
    ECS_KEYS,
    cloud::GOOGLE_KEYS,
    cloud::AZURE_GATEWAY_KEYS,
    cloud::AZURE_FRONT_DOOR_KEYS,
    cloud::CLOUDFLARE_KEYS,
    cloud::API_GATEWAY_KEYS,
    cloud::ENVOY_KEYS,
    cloud::UNDERTOW_KEYS,
];

/// Every table, in that order.
pub(crate) fn tables() -> impl Iterator<Item = &'static JsonFormat> {
    TABLES.iter().chain(ENVELOPE_TABLES).chain(keys::LAST).chain(cloud_keys::TABLES)
}

/// What is said of JSON of which no table knows a key.
pub(crate) const OF_NO_LOG: &str = "unknown JSON log";
/// Fields that say what was asked for.
pub(crate) const ASKED: &[JsonField] = &[JsonField::Request, JsonField::Method, JsonField::Target, JsonField::Path];

/// nginx has no JSON format of its own: names are those of its variables, as most configurations have them.
pub(crate) const NGINX_KEYS: JsonFormat = JsonFormat {
    name: "nginx_json",
    keys: &[
        (JsonField::Client, "remote_addr"),
        (JsonField::Forwarded, "http_x_forwarded_for"),
        (JsonField::Forwarded, "x_forwarded_for"),
        (JsonField::Domain, "host"),
        (JsonField::Domain, "http_host"),
        (JsonField::Domain, "server_name"),
        (JsonField::Domain, "vhost"),
        (JsonField::User, "remote_user"),
        (JsonField::Time, "time_iso8601"),
        (JsonField::Time, "time_local"),
        (JsonField::Time, "msec"),
        (JsonField::Time, "time"),
        (JsonField::Time, "@timestamp"),
        (JsonField::Time, "timestamp"),
        (JsonField::Request, "request"),
        (JsonField::Method, "request_method"),
        (JsonField::Method, "method"),
        (JsonField::Target, "request_uri"),
        (JsonField::Target, "url"),
        (JsonField::Path, "uri"),
        (JsonField::Path, "path"),
        (JsonField::Query, "args"),
        (JsonField::Query, "query_string"),
        (JsonField::Query, "request_query"),
        (JsonField::Protocol, "server_protocol"),
        (JsonField::Protocol, "request_proto"),
        (JsonField::Protocol, "proto"),
        (JsonField::Status, "status"),
        (JsonField::Bytes, "body_bytes_sent"),
        (JsonField::Bytes, "bytes_sent"),
        (JsonField::Bytes, "size"),
        (JsonField::Referrer, "http_referer"),
        (JsonField::Referrer, "http_referrer"),
        (JsonField::Referrer, "referrer"),
        (JsonField::Referrer, "referer"),
        (JsonField::Agent, "http_user_agent"),
        (JsonField::Agent, "user_agent"),
        (JsonField::Agent, "agent"),
    ],
    needs: &[
        (&[JsonField::Client], OF_NO_LOG),
        (ASKED, "remote_addr, but neither request nor request_uri"),
        (&[JsonField::Status], "remote_addr and a request, but no status"),
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
pub(crate) const CADDY_KEYS: JsonFormat = JsonFormat {
    name: "caddy_json",
    keys: &[
        (JsonField::Client, "request.client_ip"),
        (JsonField::Client, "request.remote_ip"),
        (JsonField::Client, "request.remote_addr"),
        (JsonField::Peer, "request.remote_ip"),
        (JsonField::Peer, "request.remote_addr"),
        (JsonField::Forwarded, "request.headers.X-Forwarded-For"),
        (JsonField::Domain, "request.host"),
        (JsonField::User, "user_id"),
        (JsonField::Time, "ts"),
        (JsonField::Method, "request.method"),
        (JsonField::Target, "request.uri"),
        (JsonField::Protocol, "request.proto"),
        (JsonField::Status, "status"),
        (JsonField::Bytes, "size"),
        (JsonField::Referrer, "request.headers.Referer"),
        (JsonField::Agent, "request.headers.User-Agent"),
        (JsonField::Origin, "logger"),
        (JsonField::Origin, "msg"),
    ],
    needs: &[
        (&[JsonField::Peer], OF_NO_LOG),
        (ASKED, "request.remote_ip, but no request.method"),
        (&[JsonField::Status], "a request, but no status: not of Caddy's access log"),
    ],
    proof: (
        |fields| {
            let is_access = |logger: &[u8]| logger.strip_prefix(b"http.log.access").is_some_and(|rest| matches!(rest, [] | [b'.', ..]));
            fields.get("logger").is_some_and(is_access) || fields.get("msg") == Some(b"handled request")
        },
        "a request, but neither the logger (http.log.access) nor the msg (handled request) of Caddy's access log",
    ),
};

/// `ClientAddr` is the peer. `ClientHost` is the X-Forwarded-For header where one came, but only its first line: where a proxy adds a line instead of appending
/// to the header (`HAProxy` does), that is what the client wrote. So it names nobody where `ClientAddr` is. Where fields were dropped and it stands alone, it is the
/// peer unless Traefik is told to trust the header (`forwardedHeaders`; version 1 trusted it), and a list is no address.
pub(crate) const TRAEFIK_KEYS: JsonFormat = JsonFormat {
    name: "traefik_json",
    keys: &[
        (JsonField::Client, "ClientAddr"),
        (JsonField::Client, "ClientHost"),
        (JsonField::Forwarded, "request_X-Forwarded-For"),
        (JsonField::Domain, "RequestHost"),
        (JsonField::Domain, "RequestAddr"),
        (JsonField::User, "ClientUsername"),
        (JsonField::Time, "StartUTC"),
        (JsonField::Time, "StartLocal"),
        (JsonField::Time, "time"),
        (JsonField::Method, "RequestMethod"),
        (JsonField::Target, "RequestPath"),
        (JsonField::Protocol, "RequestProtocol"),
        (JsonField::Status, "DownstreamStatus"),
        (JsonField::Bytes, "DownstreamContentSize"),
        (JsonField::Referrer, "request_Referer"),
        (JsonField::Agent, "request_User-Agent"),
    ],
    needs: &[
        (&[JsonField::Client], OF_NO_LOG),
        (ASKED, "ClientAddr, but neither RequestMethod nor RequestPath"),
        (&[JsonField::Status], "ClientAddr and a request, but no DownstreamStatus"),
    ],
    proof: NAMES,
};

/// Keys nested or dotted.
pub(crate) const ECS_KEYS: JsonFormat = JsonFormat {
    name: "ecs_json",
    keys: &[
        (JsonField::Client, "source.ip"),
        (JsonField::Client, "source.address"),
        (JsonField::Client, "client.ip"),
        (JsonField::Client, "client.address"),
        (JsonField::Domain, "url.domain"),
        (JsonField::Domain, "destination.domain"),
        (JsonField::User, "user.name"),
        (JsonField::Time, "@timestamp"),
        (JsonField::Time, "timestamp"),
        (JsonField::Method, "http.request.method"),
        (JsonField::Target, "url.original"),
        (JsonField::Path, "url.path"),
        (JsonField::Query, "url.query"),
        (JsonField::Protocol, "http.version"),
        (JsonField::Status, "http.response.status_code"),
        (JsonField::Bytes, "http.response.body.bytes"),
        (JsonField::Bytes, "http.response.bytes"),
        (JsonField::Referrer, "http.request.referrer"),
        (JsonField::Agent, "user_agent.original"),
        (JsonField::Agent, "user_agent"),
        (JsonField::Origin, "event.dataset"),
        (JsonField::Origin, "event.module"),
    ],
    needs: &[
        (&[JsonField::Client], OF_NO_LOG),
        (ASKED, "a source, but neither http.request.method nor url.original"),
        (&[JsonField::Status], "a source and a request, but no http.response.status_code"),
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

/// The tables of envelopes.
const ENVELOPE_TABLES: &[JsonFormat] = &[
    JOURNAL_KEYS,
    keys::SYSLOG_NG_KEYS,
    keys::SHIPPED_JOURNAL_KEYS,
    keys::WINDOWS_KEYS,
    keys::GELF_KEYS,
    keys::ELASTICSEARCH_KEYS,
    keys::LOKI_KEYS,
    keys::CONTAINER_KEYS,
    keys::RSYSLOG_KEYS,
    keys::RSYSLOG_TAG_KEYS,
    WRAPPED_KEYS,
    keys::LOGSTASH_KEYS,
    keys::SYSLOG_KEYS,
];

/// The name of the program that sent the message, as the kernel has it.
pub(crate) const COMM: &str = "_COMM";
pub(crate) const EXE: &str = "_EXE";
/// As whom it ran.
pub(crate) const UID: &str = "_UID";
/// The unit of systemd that it belongs to.
pub(crate) const UNIT: &str = "_SYSTEMD_UNIT";
/// What it calls itself.
pub(crate) const IDENTIFIER: &str = "SYSLOG_IDENTIFIER";
/// Of what container engines send to the journal.
pub(crate) const CONTAINER_ID: &str = "CONTAINER_ID";
pub(crate) const CONTAINER_NAME: &str = "CONTAINER_NAME";

/// Of a piece of a line that Docker's journald driver wrote: all but the last of older versions, all of newer ones.
///
/// **Source:** moby `daemon/logger/journald` (`Log`).
pub(crate) const PARTIAL: [&str; 2] = ["CONTAINER_PARTIAL_MESSAGE", "CONTAINER_PARTIAL_ID"];

/// What journald writes.
pub(crate) const JOURNAL_KEYS: JsonFormat = JsonFormat {
    name: "journald_json",
    keys: &[
        (JsonField::Message, "MESSAGE"),
        // Vector's journald source renames it, and leaves the other fields as they are.
        (JsonField::Renamed, "message"),
        (JsonField::Time, "_SOURCE_REALTIME_TIMESTAMP"),
        (JsonField::Time, "__REALTIME_TIMESTAMP"),
        (JsonField::Origin, COMM),
        (JsonField::Origin, IDENTIFIER),
        (JsonField::Origin, EXE),
        (JsonField::Origin, UID),
        (JsonField::Origin, UNIT),
        (JsonField::Origin, CONTAINER_ID),
        (JsonField::Origin, CONTAINER_NAME),
        (JsonField::Origin, PARTIAL[0]),
        (JsonField::Origin, PARTIAL[1]),
        (JsonField::Pid, "_PID"),
        (JsonField::Pid, "SYSLOG_PID"),
        (JsonField::Host, "_HOSTNAME"),
    ],
    needs: &[
        (&[JsonField::Time, JsonField::Message], OF_NO_LOG),
        (&[JsonField::Message, JsonField::Renamed], "a time of the journal, but no MESSAGE"),
        (&[JsonField::Time], "a MESSAGE of the journal, but no __REALTIME_TIMESTAMP"),
    ],
    proof: NAMES,
};

/// What shippers write around a line.
pub(crate) const WRAPPED_KEYS: JsonFormat = JsonFormat {
    name: "wrapped_json",
    keys: &[
        (JsonField::Message, "event.original"),
        (JsonField::Message, "message"),
        (JsonField::Shipper, "log.file.path"),
        (JsonField::Shipper, "log.offset"),
        (JsonField::Shipper, "source_type"),
        (JsonField::Shipper, "input.type"),
    ],
    needs: &[(&[JsonField::Message], OF_NO_LOG), (&[JsonField::Shipper], NO_SHIPPER)],
    proof: NAMES,
};

/// What is said of a message that nobody may have shipped.
pub(crate) const NO_SHIPPER: &str = "a message, but nothing says which log it was taken from";
