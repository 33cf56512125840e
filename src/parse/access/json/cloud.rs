//! The formats of the access logs in JSON that clouds and content delivery networks write for their customers.

use crate::parse::access::json::request;
use crate::parse::format::{Format, FormatKind};
use crate::parse::json::cloud::{API_GATEWAY_KEYS, AZURE_FRONT_DOOR_KEYS, AZURE_GATEWAY_KEYS, CLOUDFLARE_KEYS, ENVOY_KEYS, GOOGLE_KEYS};

/// Google Cloud.
pub const GOOGLE: Format = Format {
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
pub const AZURE_GATEWAY: Format = Format {
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
pub const AZURE_FRONT_DOOR: Format = Format {
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
pub const CLOUDFLARE: Format = Format {
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
pub const API_GATEWAY: Format = Format {
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
pub const ENVOY: Format = Format {
    name: ENVOY_KEYS.name,
    kind: FormatKind::Web,
    about: "Envoy in JSON as Istio writes it (accessLogEncoding: JSON); the client is downstream_remote_address",
    source: "Istio documentation, Envoy access logs; Istio pilot/pkg/model/telemetry_logging.go",
    example: (
        r#"{"authority":"www.example.org","bytes_received":0,"bytes_sent":18,"downstream_local_address":"198.51.100.36:9080","downstream_remote_address":"192.0.2.195:53706","duration":3,"method":"GET","path":"/no","protocol":"HTTP/1.1","response_code":404,"response_flags":"-","start_time":"2019-04-23T12:07:22.912Z","upstream_cluster":"inbound|9080||","user_agent":"ExampleBot/1.0","x_forwarded_for":null}"#,
        r#"{"schema":"soar.event/1","@timestamp":"2019-04-23T12:07:22.912Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.195"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":18}}},"url":{"original":"/no","domain":"www.example.org"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, arena, clock| request::read(line.text, arena, clock, &ENVOY_KEYS),
};
