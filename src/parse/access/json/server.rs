//! The formats of web servers' access logs in JSON, and of requests that shippers took from one.

use crate::base::time::Clock;
use crate::parse::access::json::request;
use crate::parse::format::{Format, FormatKind};
use crate::parse::json::cloud::{
    API_GATEWAY_KEYS, AZURE_FRONT_DOOR_KEYS, AZURE_GATEWAY_KEYS, CLOUDFLARE_KEYS, ENVOY_KEYS, GOOGLE_KEYS, UNDERTOW_KEYS,
};
use crate::parse::json::table::{CADDY_KEYS, ECS_KEYS, NGINX_KEYS, TRAEFIK_KEYS};

/// nginx's `log_format ... escape=json`.
pub(crate) const NGINX: Format = Format {
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
pub(crate) const CADDY: Format = Format {
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
pub(crate) const TRAEFIK: Format = Format {
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
pub(crate) const ECS: Format = Format {
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

/// Google Cloud.
pub(crate) const GOOGLE: Format = Format {
    name: GOOGLE_KEYS.name,
    kind: FormatKind::Web,
    about: "Google Cloud's HTTP(S) load balancers and front ends, as entries of Cloud Logging",
    source: "Google Cloud, HTTP(S) load balancing logging; LogEntry, HttpRequest",
    example: (
        r#"{"httpRequest":{"latency":"0.001s","remoteIp":"192.0.2.4:49194","requestMethod":"GET","requestSize":"201","requestUrl":"http://198.51.100.8:80/no","responseSize":"155","status":404,"userAgent":"ExampleBot/1.0"},"insertId":"1s","jsonPayload":{"@type":"type.googleapis.com/google.cloud.loadbalancing.type.LoadBalancerLogEntry"},"timestamp":"2018-08-06T07:55:13.9Z"}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2018-08-06T07:55:13.9Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.4"},"http":{"request":{"method":"GET"},"response":{"status_code":404,"body":{"bytes":155}}},"url":{"original":"http://198.51.100.8:80/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, arena, clock| request::read(line.text, arena, clock, &GOOGLE_KEYS),
};

/// Azure's application gateway.
pub(crate) const AZURE_GATEWAY: Format = Format {
    name: AZURE_GATEWAY_KEYS.name,
    kind: FormatKind::Web,
    about: "Azure Application Gateway, access log",
    source: "Azure, Application Gateway, Monitoring data reference, Access log",
    example: (
        r#"{"timeStamp":"2021-10-14T22:17:11+00:00","resourceId":"/SUBSCRIPTIONS/x","operationName":"ApplicationGatewayAccess","category":"ApplicationGatewayAccessLog","properties":{"instanceId":"appgw_2","clientIP":"192.0.2.97","clientPort":46886,"httpMethod":"GET","requestUri":"/no","requestQuery":"a=b","userAgent":"ExampleBot/1.0","httpStatus":404,"httpVersion":"HTTP/1.1","receivedBytes":65,"sentBytes":553,"host":"www.example.org"}}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2021-10-14T22:17:11Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.97"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":553}}},"url":{"original":"/no?a=b","domain":"www.example.org"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, arena, clock| request::read(line.text, arena, clock, &AZURE_GATEWAY_KEYS),
};

/// Azure's front door.
pub(crate) const AZURE_FRONT_DOOR: Format = Format {
    name: AZURE_FRONT_DOOR_KEYS.name,
    kind: FormatKind::Web,
    about: "Azure Front Door, access log; the client is socketIp, since clientIp is what X-Forwarded-For says",
    source: "Azure, Front Door, Monitoring data reference, Access log",
    example: (
        r#"{"time":"2021-06-01T14:02:03.0000000Z","category":"FrontDoorAccessLog","operationName":"Microsoft.Cdn/Profiles/AccessLog/Write","properties":{"trackingReference":"x","httpMethod":"GET","httpVersion":"1.1","requestUri":"https://www.example.org:443/no","hostName":"www.example.org","userAgent":"ExampleBot/1.0","clientIp":"203.0.113.9","socketIp":"192.0.2.7","clientPort":"4711","httpStatusCode":"404","responseBytes":"157"}}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2021-06-01T14:02:03.0000000Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.7"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":157}}},"url":{"original":"https://www.example.org:443/no","domain":"www.example.org"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, arena, clock| request::read(line.text, arena, clock, &AZURE_FRONT_DOOR_KEYS),
};

/// Cloudflare.
pub(crate) const CLOUDFLARE: Format = Format {
    name: CLOUDFLARE_KEYS.name,
    kind: FormatKind::Web,
    about: "Cloudflare Logpush, dataset HTTP requests",
    source: "Cloudflare, Logs, Log fields, HTTP requests",
    example: (
        r#"{"ClientIP":"192.0.2.89","ClientRequestHost":"www.example.org","ClientRequestMethod":"GET","ClientRequestURI":"/no","ClientRequestProtocol":"HTTP/2","ClientRequestUserAgent":"ExampleBot/1.0","EdgeEndTimestamp":1506702504433000200,"EdgeResponseBytes":69045,"EdgeResponseStatus":404,"EdgeStartTimestamp":1506702504433000200,"RayID":"3a6050bcbe121a87"}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2017-09-29T16:28:24.433000200Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.89"},"http":{"request":{"method":"GET"},"version":"2","response":{"status_code":404,"body":{"bytes":69045}}},"url":{"original":"/no","domain":"www.example.org"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, arena, clock| request::read(line.text, arena, clock, &CLOUDFLARE_KEYS),
};

/// AWS's gateway.
pub(crate) const API_GATEWAY: Format = Format {
    name: API_GATEWAY_KEYS.name,
    kind: FormatKind::Web,
    about: "AWS API Gateway, the JSON format that its console proposes",
    source: "AWS, API Gateway, Set up access logging, JSON",
    example: (
        r#"{"requestId":"x","ip":"192.0.2.5","caller":"-","user":"-","requestTime":"10/Oct/2025:13:55:36 +0000","httpMethod":"GET","resourcePath":"/no","status":"404","protocol":"HTTP/1.1","responseLength":"23"}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2025-10-10T13:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.5"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":23}}},"url":{"original":"/no"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    read: |line, arena, clock| request::read(line.text, arena, clock, &API_GATEWAY_KEYS),
};

/// Envoy, as Istio has it.
pub(crate) const ENVOY: Format = Format {
    name: ENVOY_KEYS.name,
    kind: FormatKind::Web,
    about: "Envoy in JSON as Istio (accessLogEncoding: JSON), Envoy Gateway and Contour write it; the client is downstream_remote_address",
    source: "Istio documentation, Envoy access logs; Istio pilot/pkg/model/telemetry_logging.go",
    example: (
        r#"{"authority":"www.example.org","bytes_received":0,"bytes_sent":18,"downstream_local_address":"198.51.100.36:9080","downstream_remote_address":"192.0.2.195:53706","duration":3,"method":"GET","path":"/no","protocol":"HTTP/1.1","response_code":404,"response_flags":"-","start_time":"2019-04-23T12:07:22.912Z","upstream_cluster":"inbound|9080||","user_agent":"ExampleBot/1.0","x_forwarded_for":null}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2019-04-23T12:07:22.912Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.195"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":18}}},"url":{"original":"/no","domain":"www.example.org"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, arena, clock| request::read(line.text, arena, clock, &ENVOY_KEYS),
};

/// `WildFly`, whose web server is Undertow.
pub(crate) const UNDERTOW: Format = Format {
    name: UNDERTOW_KEYS.name,
    kind: FormatKind::Web,
    about: "WildFly's console-access-log in JSON",
    source: "WildFly documentation, Undertow, console-access-log",
    example: (
        r#"{"eventSource":"web-access","hostName":"default-host","bytesSent":74,"dateTime":"2024-11-29T10:00:00.123+0000","remoteHost":"192.0.2.1","remoteUser":null,"requestLine":"GET /no HTTP/1.1","responseCode":404}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2024-11-29T10:00:00.123Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":74}}},"url":{"original":"/no"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    read: |line, arena, clock| request::read(line.text, arena, clock, &UNDERTOW_KEYS),
};
