//! The formats of web servers' access logs in JSON, and of requests that shippers took from one.

use crate::base::time::Clock;
use crate::parse::access::json::request;
use crate::parse::format::{Format, FormatKind};
use crate::parse::json::table::{CADDY_KEYS, ECS_KEYS, NGINX_KEYS, TRAEFIK_KEYS};

/// nginx's `log_format ... escape=json`.
pub const NGINX: Format = Format {
    name: NGINX_KEYS.name,
    kind: FormatKind::Web,
    about: "nginx access log as JSON, keys named as the variables",
    source: "nginx ngx_http_log_module, log_format escape=json",
    example: (
        r#"{"time_iso8601":"2025-10-10T13:55:36+02:00","remote_addr":"192.0.2.1","remote_user":"","request":"GET /a HTTP/1.1","status":404,"body_bytes_sent":"153","http_referer":"","http_user_agent":"Example \"Bot\"","http_x_forwarded_for":""}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2025-10-10T11:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/a"},"user_agent":{"original":"Example \"Bot\""},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, arena, clock: &mut Clock| request::read(line.text, arena, clock, &NGINX_KEYS),
};

/// Caddy's access log.
pub const CADDY: Format = Format {
    name: CADDY_KEYS.name,
    kind: FormatKind::Web,
    about: "access log of Caddy 2",
    source: "Caddy modules/caddyhttp/marshalers.go; caddyserver.com/docs/logging",
    example: (
        r#"{"level":"info","ts":1703415994.3220897,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"10.0.0.5","remote_port":"49570","client_ip":"192.0.2.1","proto":"HTTP/2.0","method":"GET","host":"example.org","uri":"/a?b=1","headers":{"User-Agent":["curl/8.2.1"],"Accept":["*/*"]}},"bytes_read":0,"user_id":"","duration":0.0018,"size":12,"status":404,"resp_headers":{"Server":["Caddy"]}}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2023-12-24T11:06:34.3220897Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"2.0","response":{"status_code":404,"body":{"bytes":12}}},"url":{"original":"/a?b=1","domain":"example.org"},"user_agent":{"original":"curl/8.2.1"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    read: |line, arena, clock| request::read(line.text, arena, clock, &CADDY_KEYS),
};

/// Traefik's access log.
pub const TRAEFIK: Format = Format {
    name: TRAEFIK_KEYS.name,
    kind: FormatKind::Web,
    about: "access log of Traefik 1 to 3 in its JSON format",
    source: "Traefik pkg/middlewares/accesslog/logdata.go, logger.go",
    example: (
        r#"{"ClientAddr":"192.0.2.1:63261","ClientHost":"192.0.2.1","ClientPort":"63261","ClientUsername":"-","DownstreamContentSize":19,"DownstreamStatus":404,"Duration":8184335,"OriginStatus":404,"RequestAddr":"example.org","RequestHost":"example.org","RequestMethod":"GET","RequestPath":"/a","RequestProtocol":"HTTP/2.0","StartUTC":"2024-12-29T11:42:47.503803974Z","entryPointName":"https","level":"info","msg":"","request_User-Agent":"ExampleBot/1.0","time":"2024-12-29T12:42:47+01:00"}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2024-12-29T11:42:47.503803974Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"2.0","response":{"status_code":404,"body":{"bytes":19}}},"url":{"original":"/a","domain":"example.org"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, arena, clock| request::read(line.text, arena, clock, &TRAEFIK_KEYS),
};

/// Requests as log shippers write them.
pub const ECS: Format = Format {
    name: ECS_KEYS.name,
    kind: FormatKind::Web,
    about: "requests as events of the Elastic Common Schema (Filebeat, Vector), keys nested or dotted",
    source: "Elastic Common Schema 8; Filebeat modules apache and nginx",
    example: (
        r#"{"@timestamp":"2022-03-31T18:48:35.000Z","ecs":{"version":"8.0.0"},"event":{"dataset":"nginx.access","outcome":"failure"},"source":{"address":"192.0.2.1","ip":"192.0.2.1"},"http":{"request":{"method":"GET","referrer":"https://example.org/"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"path":"/a","original":"/a"},"user_agent":{"name":"curl","original":"curl/8.2.1"},"log.file.path":"/var/log/nginx/access.log","message":"GET /a"}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2022-03-31T18:48:35.000Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET","referrer":"https://example.org/"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/a"},"user_agent":{"original":"curl/8.2.1"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    read: |line, arena, clock| request::read(line.text, arena, clock, &ECS_KEYS),
};
