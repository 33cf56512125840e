//! The tables of access logs in JSON that clouds and content delivery networks write for their customers.

use crate::parse::json::table::{ASKED, JsonField, JsonFormat, NAMES, OF_NO_LOG};
use crate::parse::json::walk::Fields;

/// An entry of Google Cloud Logging; `httpRequest` is also what applications may write, so it counts where Google's load balancer or
/// front end wrote the entry.
///
/// **Source:** Google Cloud, HTTP(S) load balancing logging; `LogEntry.HttpRequest`.
pub(crate) const GOOGLE_KEYS: JsonFormat = JsonFormat {
    name: "google_json",
    keys: &[
        (JsonField::Client, "httpRequest.remoteIp"),
        (JsonField::Time, "timestamp"),
        (JsonField::Time, "receiveTimestamp"),
        (JsonField::Method, "httpRequest.requestMethod"),
        (JsonField::Target, "httpRequest.requestUrl"),
        (JsonField::Protocol, "httpRequest.protocol"),
        (JsonField::Status, "httpRequest.status"),
        (JsonField::Bytes, "httpRequest.responseSize"),
        (JsonField::Referrer, "httpRequest.referer"),
        (JsonField::Agent, "httpRequest.userAgent"),
        (JsonField::Origin, "jsonPayload.@type"),
        (JsonField::Origin, "logName"),
    ],
    needs: &[
        (&[JsonField::Client], OF_NO_LOG),
        (ASKED, "httpRequest.remoteIp, but neither requestMethod nor requestUrl"),
        (&[JsonField::Status], "httpRequest, but no status"),
    ],
    proof: (
        |fields| {
            fields.get("jsonPayload.@type").is_some_and(|kind| kind.ends_with(b".LoadBalancerLogEntry"))
                || fields.get("logName").is_some_and(|name| name.ends_with(b"/logs/requests") || name.ends_with(b"%2Frequests"))
        },
        "httpRequest, but neither jsonPayload.@type nor logName says that Google's load balancer or front end wrote it",
    ),
};

/// **Source:** Azure, Application Gateway, Access log.
pub(crate) const AZURE_GATEWAY_KEYS: JsonFormat = JsonFormat {
    name: "azure_gateway_json",
    keys: &[
        (JsonField::Client, "properties.clientIP"),
        (JsonField::Domain, "properties.originalHost"),
        (JsonField::Domain, "properties.host"),
        (JsonField::Time, "timeStamp"),
        (JsonField::Time, "time"),
        (JsonField::Method, "properties.httpMethod"),
        (JsonField::Path, "properties.requestUri"),
        (JsonField::Query, "properties.requestQuery"),
        (JsonField::Protocol, "properties.httpVersion"),
        (JsonField::Status, "properties.httpStatus"),
        (JsonField::Bytes, "properties.sentBytes"),
        (JsonField::Agent, "properties.userAgent"),
        (JsonField::Origin, "category"),
    ],
    needs: &[
        (&[JsonField::Client], OF_NO_LOG),
        (ASKED, "properties.clientIP, but neither httpMethod nor requestUri"),
        (&[JsonField::Status], "a request, but no properties.httpStatus"),
    ],
    proof: (|fields| is_category(fields, b"ApplicationGatewayAccessLog"), "a request, but its category is not ApplicationGatewayAccessLog"),
};

/// `socketIp` is the peer; `clientIp` is taken from X-Forwarded-For where one came, which clients write.
///
/// **Source:** Azure, Front Door, Monitor metrics and logs, Access log.
pub(crate) const AZURE_FRONT_DOOR_KEYS: JsonFormat = JsonFormat {
    name: "azure_front_door_json",
    keys: &[
        (JsonField::Client, "properties.socketIp"),
        (JsonField::Domain, "properties.hostName"),
        (JsonField::Time, "time"),
        (JsonField::Method, "properties.httpMethod"),
        (JsonField::Target, "properties.requestUri"),
        (JsonField::Protocol, "properties.httpVersion"),
        (JsonField::Status, "properties.httpStatusCode"),
        (JsonField::Bytes, "properties.responseBytes"),
        (JsonField::Referrer, "properties.referer"),
        (JsonField::Referrer, "properties.referrer"),
        (JsonField::Agent, "properties.userAgent"),
        (JsonField::Origin, "category"),
    ],
    needs: &[
        (&[JsonField::Client], OF_NO_LOG),
        (ASKED, "properties.socketIp, but neither httpMethod nor requestUri"),
        (&[JsonField::Status], "a request, but no properties.httpStatusCode"),
    ],
    proof: (|fields| is_category(fields, b"FrontDoorAccessLog"), "a request, but its category is not FrontDoorAccessLog"),
};

fn is_category(fields: &Fields<'_>, name: &[u8]) -> bool {
    fields.get("category").is_some_and(|category| category.eq_ignore_ascii_case(name))
}

/// **Source:** Cloudflare, Logs, HTTP requests.
pub(crate) const CLOUDFLARE_KEYS: JsonFormat = JsonFormat {
    name: "cloudflare_json",
    keys: &[
        (JsonField::Client, "ClientIP"),
        (JsonField::Domain, "ClientRequestHost"),
        (JsonField::Time, "EdgeStartTimestamp"),
        (JsonField::Time, "EdgeEndTimestamp"),
        (JsonField::Method, "ClientRequestMethod"),
        (JsonField::Target, "ClientRequestURI"),
        (JsonField::Path, "ClientRequestPath"),
        (JsonField::Protocol, "ClientRequestProtocol"),
        (JsonField::Status, "EdgeResponseStatus"),
        (JsonField::Bytes, "EdgeResponseBytes"),
        (JsonField::Referrer, "ClientRequestReferer"),
        (JsonField::Agent, "ClientRequestUserAgent"),
    ],
    needs: &[
        (&[JsonField::Client], OF_NO_LOG),
        (ASKED, "ClientIP, but neither ClientRequestMethod nor ClientRequestURI"),
        (&[JsonField::Status], "ClientIP and a request, but no EdgeResponseStatus"),
    ],
    proof: NAMES,
};

/// The formats that its console and documentation propose for REST and HTTP APIs.
///
/// **Source:** AWS, API Gateway, Set up `CloudWatch` logging (REST), Configure logging for HTTP APIs; examples of log formats.
pub(crate) const API_GATEWAY_KEYS: JsonFormat = JsonFormat {
    name: "aws_api_gateway_json",
    keys: &[
        (JsonField::Client, "ip"),
        (JsonField::User, "user"),
        (JsonField::Time, "requestTime"),
        (JsonField::Method, "httpMethod"),
        (JsonField::Path, "path"),
        (JsonField::Path, "resourcePath"),
        (JsonField::Path, "routeKey"),
        (JsonField::Protocol, "protocol"),
        (JsonField::Status, "status"),
        (JsonField::Bytes, "responseLength"),
        (JsonField::Agent, "userAgent"),
        (JsonField::Origin, "requestId"),
    ],
    needs: &[
        (&[JsonField::Origin], OF_NO_LOG),
        (&[JsonField::Client], "a requestId, but no ip"),
        (&[JsonField::Method], "a requestId and an ip, but no httpMethod"),
        (&[JsonField::Status], "a requestId, an ip and an httpMethod, but no status"),
    ],
    proof: (
        |fields| ["requestTime", "protocol", "responseLength"].iter().all(|key| fields.get(key).is_some()),
        "a requestId, an ip and an httpMethod, but not the requestTime, protocol and responseLength that API Gateway has beside them",
    ),
};

/// What Fastly's documentation proposes. `client_ip` is the header Fastly-Client-IP there, which a client may send to a service that does
/// not unset it: by name alone.
///
/// **Source:** Fastly, Useful log formats, JSON format of the logging endpoints.
pub(crate) const FASTLY_KEYS: JsonFormat = JsonFormat {
    name: "fastly_json",
    keys: &[
        (JsonField::Client, "client_ip"),
        (JsonField::Domain, "host"),
        (JsonField::Time, "timestamp"),
        (JsonField::Method, "request_method"),
        (JsonField::Target, "url"),
        (JsonField::Protocol, "request_protocol"),
        (JsonField::Status, "response_status"),
        (JsonField::Bytes, "response_body_size"),
        (JsonField::Referrer, "request_referer"),
        (JsonField::Agent, "request_user_agent"),
    ],
    needs: &[
        (&[JsonField::Client], "no client_ip"),
        (ASKED, "a client_ip, but neither request_method nor url"),
        (&[JsonField::Status], "a client_ip and a request, but no response_status"),
    ],
    proof: NAMES,
};

/// Envoy's access log as Istio has it in JSON (`accessLogEncoding: JSON`), and Envoy Gateway and Contour by default; the peer's address is what Envoy takes for it, as in its text.
///
/// **Source:** Istio documentation, Envoy access logs; Istio `pilot/pkg/model/telemetry_logging.go`; Envoy Gateway `internal/xds/translator/accesslog.go`;
/// Contour, access logging.
pub(crate) const ENVOY_KEYS: JsonFormat = JsonFormat {
    name: "envoy_json",
    keys: &[
        (JsonField::Client, "downstream_remote_address"),
        (JsonField::Forwarded, "x_forwarded_for"),
        (JsonField::Forwarded, "x-forwarded-for"),
        (JsonField::Domain, "authority"),
        (JsonField::Domain, ":authority"),
        (JsonField::Time, "start_time"),
        (JsonField::Time, "@timestamp"),
        (JsonField::Method, "method"),
        (JsonField::Target, "path"),
        (JsonField::Target, "x-envoy-origin-path"),
        (JsonField::Protocol, "protocol"),
        (JsonField::Status, "response_code"),
        (JsonField::Bytes, "bytes_sent"),
        (JsonField::Agent, "user_agent"),
        (JsonField::Agent, "user-agent"),
    ],
    needs: &[
        (&[JsonField::Client], OF_NO_LOG),
        (ASKED, "downstream_remote_address, but neither method nor path"),
        (&[JsonField::Status], "downstream_remote_address, but no response_code"),
    ],
    proof: NAMES,
};

/// `WildFly`'s console access log. `remoteHost` is the peer, unless the listener is told to take X-Forwarded-For for it (`proxy-address-forwarding`).
///
/// **Source:** `WildFly` documentation, Undertow, console-access-log.
pub(crate) const UNDERTOW_KEYS: JsonFormat = JsonFormat {
    name: "undertow_json",
    keys: &[
        (JsonField::Client, "remoteHost"),
        (JsonField::User, "remoteUser"),
        (JsonField::Time, "dateTime"),
        (JsonField::Request, "requestLine"),
        (JsonField::Status, "responseCode"),
        (JsonField::Bytes, "bytesSent"),
        (JsonField::Agent, "requestHeader.User-Agent"),
        (JsonField::Referrer, "requestHeader.Referer"),
        (JsonField::Origin, "eventSource"),
    ],
    needs: &[
        (&[JsonField::Client], OF_NO_LOG),
        (&[JsonField::Request], "remoteHost, but no requestLine"),
        (&[JsonField::Status], "remoteHost and a request, but no responseCode"),
    ],
    proof: (
        |fields| fields.get("eventSource") == Some(b"web-access"),
        "remoteHost and a request, but no eventSource web-access: not of WildFly's console-access-log",
    ),
};
