//! The formats, one table each: which key is which field, best first, and which fields a line of the format has.
//!
//! A new JSON log is one table here, its entry in `TABLES` and its line in `FORMATS`.

use super::super::format::{Format, Kind, Reading};
use super::walk::Fields;
use super::{request, wrapped};
use crate::time::Clock;

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
pub const TABLES: &[Table] = &[NGINX_KEYS, CADDY_KEYS, TRAEFIK_KEYS, ECS_KEYS, super::journal::KEYS, wrapped::KEYS];

/// What is said of JSON of which no table knows a key.
pub(super) const OF_NO_LOG: &str = "JSON of no known log";
const ASKED: &[Field] = &[Field::Request, Field::Method, Field::Target, Field::Path];

/// nginx has no JSON format of its own: names are those of its variables, as most configurations have them.
const NGINX_KEYS: Table = Table {
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

/// nginx's `log_format ... escape=json`.
pub const NGINX: Format = Format {
    name: NGINX_KEYS.name,
    kind: Kind::Web,
    about: "nginx access log as JSON, keys named as the variables",
    source: "nginx ngx_http_log_module, log_format escape=json",
    example: (
        r#"{"time_iso8601":"2025-10-10T13:55:36+02:00","remote_addr":"192.0.2.1","remote_user":"","request":"GET /a HTTP/1.1","status":404,"body_bytes_sent":"153","http_referer":"","http_user_agent":"Example \"Bot\"","http_x_forwarded_for":""}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2025-10-10T11:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/a"},"user_agent":{"original":"Example \"Bot\""},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, scratch, clock: &mut Clock| request::read(line, scratch, clock, &NGINX_KEYS).map(Reading::Web),
};

/// `remote_ip` is the peer. `client_ip` may come from X-Forwarded-For, read from the left by default, where the client
/// itself may have written; so it names nobody, and --trusted-proxy works out who asked.
const CADDY_KEYS: Table = Table {
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

/// Caddy's access log.
pub const CADDY: Format = Format {
    name: CADDY_KEYS.name,
    kind: Kind::Web,
    about: "access log of Caddy 2",
    source: "Caddy modules/caddyhttp/marshalers.go; caddyserver.com/docs/logging",
    example: (
        r#"{"level":"info","ts":1703415994.3220897,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"192.0.2.1","remote_port":"49570","client_ip":"192.0.2.1","proto":"HTTP/2.0","method":"GET","host":"example.org","uri":"/a?b=1","headers":{"User-Agent":["curl/8.2.1"],"Accept":["*/*"]}},"bytes_read":0,"user_id":"","duration":0.0018,"size":12,"status":404,"resp_headers":{"Server":["Caddy"]}}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2023-12-24T11:06:34.3220897Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"2.0","response":{"status_code":404,"body":{"bytes":12}}},"url":{"original":"/a?b=1","domain":"example.org"},"user_agent":{"original":"curl/8.2.1"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    read: |line, scratch, clock| request::read(line, scratch, clock, &CADDY_KEYS).map(Reading::Web),
};

/// `ClientAddr` is the peer. `ClientHost` is the X-Forwarded-For header where one came, but only its first line: where a
/// proxy adds a line instead of appending to the header (`HAProxy` does), that is what the client wrote. So it names nobody.
const TRAEFIK_KEYS: Table = Table {
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

/// Traefik's access log.
pub const TRAEFIK: Format = Format {
    name: TRAEFIK_KEYS.name,
    kind: Kind::Web,
    about: "access log of Traefik 1 to 3 in its JSON format",
    source: "Traefik pkg/middlewares/accesslog/logdata.go, logger.go",
    example: (
        r#"{"ClientAddr":"192.0.2.1:63261","ClientHost":"192.0.2.1","ClientPort":"63261","ClientUsername":"-","DownstreamContentSize":19,"DownstreamStatus":404,"Duration":8184335,"OriginStatus":404,"RequestAddr":"example.org","RequestHost":"example.org","RequestMethod":"GET","RequestPath":"/a","RequestProtocol":"HTTP/2.0","StartUTC":"2024-12-29T11:42:47.503803974Z","entryPointName":"https","level":"info","msg":"","request_User-Agent":"ExampleBot/1.0","time":"2024-12-29T12:42:47+01:00"}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2024-12-29T11:42:47.503803974Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"2.0","response":{"status_code":404,"body":{"bytes":19}}},"url":{"original":"/a","domain":"example.org"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, scratch, clock| request::read(line, scratch, clock, &TRAEFIK_KEYS).map(Reading::Web),
};

const ECS_KEYS: Table = Table {
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

/// Requests as log shippers write them.
pub const ECS: Format = Format {
    name: ECS_KEYS.name,
    kind: Kind::Web,
    about: "requests as events of the Elastic Common Schema (Filebeat, Vector), keys nested or dotted",
    source: "Elastic Common Schema 8; Filebeat modules apache and nginx",
    example: (
        r#"{"@timestamp":"2022-03-31T18:48:35.000Z","ecs":{"version":"8.0.0"},"event":{"dataset":"nginx.access","outcome":"failure"},"source":{"address":"192.0.2.1","ip":"192.0.2.1"},"http":{"request":{"method":"GET","referrer":"https://example.org/"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"path":"/a","original":"/a"},"user_agent":{"name":"curl","original":"curl/8.2.1"},"log.file.path":"/var/log/nginx/access.log","message":"GET /a"}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2022-03-31T18:48:35.000Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET","referrer":"https://example.org/"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/a"},"user_agent":{"original":"curl/8.2.1"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    read: |line, scratch, clock| request::read(line, scratch, clock, &ECS_KEYS).map(Reading::Web),
};
