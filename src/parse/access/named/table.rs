//! The table of names: servers and services, each with a line of theirs.

use crate::parse::access::clf::{COMBINED, COMMON};
use crate::parse::access::escaping::Escaping;
use crate::parse::access::named::{NamedFormat, NamedReader, headed, own};
use crate::parse::access::server::envoy::{self, ENVOY};
use crate::parse::access::server::haproxy::HTTPLOG;
use crate::parse::access::server::php;
use crate::parse::access::server::unquoted::{self, UNQUOTED};
use crate::parse::access::server::w3c::W3C;

/// Every name that is not that of a format which finds itself.
pub const NAMED: &[NamedFormat] = &[
    NamedFormat {
        name: "common",
        about: "Apache's LogFormat common",
        source: "Apache mod_log_config, LogFormat common",
        reader: NamedReader::Text(r#"%h %l %u %t "%r" %>s %b"#, Escaping::Escaped),
        example: (
            r#"192.0.2.1 - - [29/Nov/2026:13:33:19 +0000] "GET /no HTTP/1.1" 404 196"#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":196}}},"url":{"original":"/no"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
        ),
    },
    NamedFormat {
        name: "combined",
        about: "Apache's LogFormat combined, nginx's log_format combined",
        source: "Apache mod_log_config; nginx ngx_http_log_module; tried with nginx 1.22",
        reader: NamedReader::Text(r#"%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i""#, Escaping::Escaped),
        example: (
            r#"192.0.2.1 - - [29/Nov/2026:13:33:19 +0000] "GET /no HTTP/1.1" 404 153 "-" "ExampleBot/1.0""#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "vhost_combined",
        about: "Debian's LogFormat vhost_combined",
        source: "Debian apache2.conf",
        reader: NamedReader::Text(r#"%v:%p %h %l %u %t "%r" %>s %O "%{Referer}i" "%{User-Agent}i""#, Escaping::Escaped),
        example: (
            r#"www.example.org:443 192.0.2.1 - - [29/Nov/2026:13:33:19 +0000] "GET /no HTTP/1.1" 404 153 "-" "ExampleBot/1.0""#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/no","domain":"www.example.org"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "main",
        about: "nginx's log_format main, as nginx.conf has it; it has X-Forwarded-For",
        source: "nginx conf/nginx.conf",
        reader: NamedReader::Text(
            r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" "$http_x_forwarded_for""#,
            Escaping::Escaped,
        ),
        example: (
            r#"192.0.2.1 - - [29/Nov/2026:13:33:19 +0000] "GET /no HTTP/1.1" 404 153 "-" "ExampleBot/1.0" "-""#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "lighttpd",
        about: "lighttpd's default, whose second field is the host that was asked for",
        source: "lighttpd mod_accesslog, accesslog.format; tried with lighttpd 1.4.69",
        reader: NamedReader::Text(r#"%h %V %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i""#, Escaping::Escaped),
        example: (
            r#"192.0.2.1 198.51.100.4 - [29/Nov/2026:13:33:18 +0000] "GET /no HTTP/1.1" 404 341 "-" "ExampleBot/1.0""#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:18Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":341}}},"url":{"original":"/no","domain":"198.51.100.4"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "ingress_nginx",
        about: "ingress-nginx since 0.22",
        source: "ingress-nginx, Log format",
        reader: NamedReader::Text(
            r#"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id"#,
            Escaping::Escaped,
        ),
        example: (
            r#"192.0.2.1 - - [29/Nov/2026:13:33:19 +0000] "GET /no HTTP/2.0" 404 153 "-" "ExampleBot/1.0" 86 0.010 [web-80] [] 10.0.0.23:80 2740 0.008 404 de00d568d2952f16"#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"2.0","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "ingress_nginx_old",
        about: "ingress-nginx before 0.22: the list of X-Forwarded-For in brackets behind the client",
        source: "ingress-nginx 0.9 to 0.21, rootfs/etc/nginx/template/nginx.tmpl",
        reader: NamedReader::Own(own::read_ingress_old),
        example: (
            r#"192.0.2.1 - [203.0.113.9, 192.0.2.1] - - [16/Mar/2019:19:50:51 +0000] "GET /no HTTP/2.0" 404 765 "-" "ExampleBot/1.0" 86 0.010 [web-80] 10.0.0.23:80 2740 0.008 404"#,
            r#"{"schema":"soar.event/1","@timestamp":"2019-03-16T19:50:51Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"2.0","response":{"status_code":404,"body":{"bytes":765}}},"url":{"original":"/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "envoy_default",
        about: "Envoy's default without the address of the peer: only X-Forwarded-For names the client (--client-from X-Forwarded-For --trust-log-peer)",
        source: "Envoy documentation, Access logging, Default format string",
        reader: NamedReader::Own(envoy::read_without_peer),
        example: (
            r#"[2019-04-23T12:07:22.912Z] "GET /no HTTP/1.1" 404 NR 0 5723 32 31 "192.0.2.195" "ExampleBot/1.0" "8cda8b91" "www.example.org" "-""#,
            r#"{"schema":"soar.event/1","@timestamp":"2019-04-23T12:07:22.912Z","event":{"dataset":"http.access","action":"http_request"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":5723}}},"url":{"original":"/no","domain":"www.example.org"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "istio",
        about: "Istio's proxies, which are Envoy",
        source: "Istio documentation, Getting Envoy's access logs",
        reader: NamedReader::Formats(&[&ENVOY]),
        example: (
            r#"[2020-11-25T21:26:18.409Z] "GET /no HTTP/1.1" 404 - via_upstream - "-" 0 135 4 4 "-" "ExampleBot/1.0" "84961386" "httpbin:8000" "127.0.0.1:80" inbound|8000|| 127.0.0.1:41854 10.44.1.27:80 192.0.2.23:37652 - default"#,
            r#"{"schema":"soar.event/1","@timestamp":"2020-11-25T21:26:18.409Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.23"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":135}}},"url":{"original":"/no","domain":"httpbin:8000"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "haproxy_https",
        about: "HAProxy's option httpslog",
        source: "HAProxy configuration manual, section 8.2.4; tried with HAProxy 2.6",
        reader: NamedReader::Formats(&[&HTTPLOG]),
        example: (
            r#"192.0.2.1:48774 [29/Nov/2026:13:33:18.289] d b/s 0/0/0/148/287 404 500 - - ---- 2/1/1/1/0 0/0 "GET /no HTTP/1.1" 0/-/-/-/0 www.example.org/TLSv1.3/TLS_AES_128_GCM_SHA256"#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:18.289Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":500}}},"url":{"original":"/no"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
        ),
    },
    NamedFormat {
        name: "traefik",
        about: "Traefik's access log in its common format",
        source: "Traefik documentation, Access logs, Format",
        reader: NamedReader::Formats(&[&COMBINED]),
        example: (
            r#"192.0.2.1 - - [29/Nov/2026:13:33:19 +0000] "GET /no HTTP/2.0" 404 19 "-" "ExampleBot/1.0" 1 "web@docker" "http://10.0.0.5:80" 0ms"#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"2.0","response":{"status_code":404,"body":{"bytes":19}}},"url":{"original":"/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "varnish",
        about: "varnishncsa, whose requests have the host in them",
        source: "varnishncsa, -F; tried with Varnish 7.1",
        reader: NamedReader::Formats(&[&COMBINED]),
        example: (
            r#"192.0.2.1 - - [29/Nov/2026:13:33:19 +0000] "GET http://www.example.org/no HTTP/1.1" 404 335 "-" "ExampleBot/1.0""#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":335}}},"url":{"original":"http://www.example.org/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "squid_combined",
        about: "Squid's logformat combined",
        source: "Squid documentation, logformat combined; tried with Squid 5.7",
        reader: NamedReader::Formats(&[&COMBINED, &COMMON]),
        example: (
            r#"192.0.2.1 - - [29/Nov/2026:13:33:19 +0000] "GET http://www.example.org/no HTTP/1.1" 404 599 "-" "ExampleBot/1.0" TCP_MISS:HIER_DIRECT"#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":599}}},"url":{"original":"http://www.example.org/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "h2o",
        about: "H2O's default",
        source: "H2O documentation, access-log; tried with H2O 2.2",
        reader: NamedReader::Formats(&[&COMBINED]),
        example: (
            r#"192.0.2.1 - - [29/Nov/2026:13:33:19 +0000] "GET /no HTTP/1.1" 404 153 "-" "ExampleBot/1.0""#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "nghttpx",
        about: "nghttpx's default",
        source: "nghttpx(1), --accesslog-format; tried with nghttpx 1.52",
        reader: NamedReader::Formats(&[&COMBINED]),
        example: (
            r#"192.0.2.1 - - [29/Nov/2026:13:33:19 +0000] "GET /no HTTP/1.1" 404 153 "-" "ExampleBot/1.0""#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "tomcat",
        about: "Tomcat's AccessLogValve, pattern common or combined",
        source: "Apache Tomcat, Access Log Valve",
        reader: NamedReader::Formats(&[&COMMON, &COMBINED, &UNQUOTED]),
        example: (
            r#"192.0.2.1 - - [29/Nov/2026:13:33:19 +0000] "GET /no HTTP/1.1" 404 682"#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":682}}},"url":{"original":"/no"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
        ),
    },
    NamedFormat {
        name: "jetty",
        about: "Jetty's CustomRequestLog, NCSA and extended NCSA",
        source: "Jetty CustomRequestLog.java",
        reader: NamedReader::Formats(&[&COMBINED, &COMMON]),
        example: (
            r#"192.0.2.1 - - [29/Nov/2026:13:33:19 +0000] "GET /no HTTP/1.1" 404 442 "-" "ExampleBot/1.0""#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":442}}},"url":{"original":"/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "undertow",
        about: "Undertow's access-log handler, pattern common or combined (WildFly)",
        source: "Undertow AccessLogHandler.java",
        reader: NamedReader::Formats(&[&COMMON, &COMBINED]),
        example: (
            r#"192.0.2.1 - - [29/Nov/2026:13:33:19 +0000] "GET /no HTTP/1.1" 404 74"#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":74}}},"url":{"original":"/no"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
        ),
    },
    NamedFormat {
        name: "gunicorn",
        about: "gunicorn and CherryPy, which escape quotes alone; behind a UNIX socket the client is empty",
        source: "gunicorn glogging.py, access_log_format; CherryPy _cplogging.py; tried with gunicorn 27.0",
        reader: NamedReader::Text(r#"%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-Agent}i""#, Escaping::Quotes),
        example: (
            r#"192.0.2.1 - - [29/Nov/2026:13:33:19 +0000] "GET /q\"uo HTTP/1.1" 404 0 "-" "ExampleBot/1.0\""#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":0}}},"url":{"original":"/q\\\"uo"},"user_agent":{"original":"ExampleBot/1.0\\"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "werkzeug",
        about: "Werkzeug's development server (Flask), also with its colours",
        source: "Werkzeug serving.py; tried with Werkzeug 3.1",
        reader: NamedReader::Formats(&[&COMMON]),
        example: (
            "192.0.2.5 - - [29/Nov/2026 13:33:19] \"\x1b[33mGET /no HTTP/1.1\x1b[0m\" 404 -",
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.5"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404}},"url":{"original":"/no"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
        ),
    },
    NamedFormat {
        name: "daphne",
        about: "Daphne (Django Channels), which writes a port behind each address, also behind one of IPv6",
        source: "Daphne daphne/access.py; tried with Daphne 4.2",
        reader: NamedReader::Text(r#"%h:%{remote}p - - [%{%d/%b/%Y:%T}t] "%m %U%q" %>s %b"#, Escaping::Quotes),
        example: (
            r#"2001:db8::7:41036 - - [29/Nov/2026:13:33:18] "GET /no" 404 74"#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:18Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"2001:db8::7"},"http":{"request":{"method":"GET"},"response":{"status_code":404,"body":{"bytes":74}}},"url":{"original":"/no"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
        ),
    },
    NamedFormat {
        name: "http_server",
        about: "Python's http.server",
        source: "CPython Lib/http/server.py, log_message; tried with Python 3.11",
        reader: NamedReader::Formats(&[&COMMON]),
        example: (
            r#"192.0.2.5 - - [29/Nov/2026 13:33:18] "GET /no HTTP/1.1" 404 -"#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:18Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.5"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404}},"url":{"original":"/no"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
        ),
    },
    NamedFormat {
        name: "unquoted_agent",
        about: "common with text without quotes behind the size and around the request, as patterns of Tomcat may have a user agent; it is left out, since it may hold anything",
        source: "Apache Tomcat, Access Log Valve, pattern",
        reader: NamedReader::Own(unquoted::read_bare),
        example: (
            "192.0.2.1 - - [29/Nov/2026:13:33:19 +0000] GET /no HTTP/1.1 404 682 Mozilla/5.0 (X11; Linux x86_64)",
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":682}}},"url":{"original":"/no"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
        ),
    },
    NamedFormat {
        name: "quoted_client",
        about: "common or combined with the client in quotes (Twisted); Apache's and nginx's with X-Forwarded-For in quotes there look the same, and clients send that",
        source: "Twisted twisted/web/http.py (combinedLogFormatter); tried with Twisted 26.10",
        reader: NamedReader::Own(own::read_quoted_client),
        example: (
            r#""192.0.2.1" - - [29/Nov/2026:13:33:19 +0000] "GET /no HTTP/1.1" 404 153 "-" "ExampleBot/1.0""#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "php_server",
        about: "PHP's built-in server (php -S); what an application writes to the same log with error_log may look the same",
        source: "PHP sapi/cli/php_cli_server.c (php_cli_server_log_response)",
        reader: NamedReader::Own(php::read),
        example: (
            "[Sun Jun  9 22:32:17 2024] 192.0.2.41:51234 [404]: GET /no - No such file or directory",
            r#"{"schema":"soar.event/1","@timestamp":"2024-06-09T22:32:17Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.41"},"http":{"request":{"method":"GET"},"response":{"status_code":404}},"url":{"original":"/no"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
        ),
    },
    NamedFormat {
        name: "glassfish",
        about: "GlassFish and Payara, whose texts and whose time are in quotes",
        source: "GlassFish DefaultAccessLogFormatterImpl.java; Payara documentation, Access logging",
        reader: NamedReader::Own(own::read_glassfish),
        example: (
            r#""192.0.2.1" "NULL-AUTH-USER" "29/Nov/2026:13:33:19 +0000" "GET /no HTTP/1.1" 404 1082"#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":1082}}},"url":{"original":"/no"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
        ),
    },
    NamedFormat {
        name: "gin",
        about: "Gin's logger (Go); its client is what X-Forwarded-For says, which clients may send unless SetTrustedProxies names the proxies",
        source: "gin-gonic/gin logger.go (defaultLogFormatter), context.go (ClientIP)",
        reader: NamedReader::Own(headed::read_gin),
        example: (
            r#"[GIN] 2026/11/29 - 13:33:19 | 404 |      12.345ms |       192.0.2.1 | GET      "/no""#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"response":{"status_code":404}},"url":{"original":"/no"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
        ),
    },
    NamedFormat {
        name: "zoraxy",
        about: "Zoraxy; its client is what X-Real-IP, CF-Connecting-IP or X-Forwarded-For says, which clients may send unless a proxy in front sets them",
        source: "Zoraxy src/mod/info/logger/trafficlog.go, src/mod/netutils/ipmatch.go (GetRequesterIP)",
        reader: NamedReader::Own(headed::read_zoraxy),
        example: (
            "[2026-11-29 13:33:19.123456] [router:host-http] [origin:www.example.org] [client: 192.0.2.1] [useragent: ExampleBot/1.0] GET /no 404",
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19.123456Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"response":{"status_code":404}},"url":{"original":"/no","domain":"www.example.org"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "bunkerweb",
        about: "BunkerWeb's default: the host that was asked for, the client, and an id of the request before the user",
        source: "BunkerWeb documentation, setting LOG_FORMAT",
        reader: NamedReader::Text(
            r#"$host $remote_addr - $request_id $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#,
            Escaping::Escaped,
        ),
        example: (
            r#"198.51.100.4 192.0.2.1 - 8c1f2f6d6a6f4b8b9f0f6b0c8e7d5a41 - [29/Nov/2026:13:33:19 +0000] "GET /no HTTP/1.1" 404 153 "-" "ExampleBot/1.0""#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/no","domain":"198.51.100.4"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "synology",
        about: "Synology DSM, Web Station (nginx and Apache)",
        source: "Synology DSM nginx.conf; Apache LogFormat combined",
        reader: NamedReader::Formats(&[&COMBINED, &COMMON]),
        example: (
            r#"192.0.2.1 - - [29/Nov/2026:13:33:19 +0000] "GET /no HTTP/1.1" 404 153 "-" "ExampleBot/1.0""#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "plesk",
        about: "Plesk: LogFormat plesklog, and nginx's proxy_access_log",
        source: "Plesk documentation, Apache and nginx logs",
        reader: NamedReader::Formats(&[&COMBINED, &COMMON]),
        example: (
            r#"192.0.2.1 - - [29/Nov/2026:13:33:19 +0000] "GET /no HTTP/1.0" 404 153 "-" "ExampleBot/1.0""#,
            r#"{"schema":"soar.event/1","@timestamp":"2026-11-29T13:33:19Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"version":"1.0","response":{"status_code":404,"body":{"bytes":153}}},"url":{"original":"/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "iis",
        about: "IIS, W3C logging",
        source: "Microsoft, IIS, W3C logging",
        reader: NamedReader::Formats(&[&W3C]),
        example: (
            "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2024-10-01 00:00:00\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken\n2024-10-01 00:00:06 10.0.0.33 GET /no - 443 - 192.0.2.34 Mozilla/5.0+(compatible;+ExampleBot/1.0) - 404 0 0 85",
            r#"{"schema":"soar.event/1","@timestamp":"2024-10-01T00:00:06Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.34"},"http":{"request":{"method":"GET"},"response":{"status_code":404}},"url":{"original":"/no"},"user_agent":{"original":"Mozilla/5.0 (compatible; ExampleBot/1.0)"},"log":{"file":{"path":"example"},"line":5},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "cloudfront",
        about: "CloudFront standard logs",
        source: "AWS, CloudFront, Standard logging, Log file fields",
        reader: NamedReader::Formats(&[&W3C]),
        example: (
            "#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query x-host-header cs-protocol-version\n2019-12-04\t21:02:31\tLAX1\t392\t192.0.2.100\tGET\td111.cloudfront.example\t/no\t404\t-\tExampleBot/1.0%20(x)\t-\twww.example.org\tHTTP/2.0",
            r#"{"schema":"soar.event/1","@timestamp":"2019-12-04T21:02:31Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.100"},"http":{"request":{"method":"GET"},"version":"2.0","response":{"status_code":404,"body":{"bytes":392}}},"url":{"original":"/no","domain":"www.example.org"},"user_agent":{"original":"ExampleBot/1.0 (x)"},"log":{"file":{"path":"example"},"line":3},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "fastly_json",
        about: "the JSON that Fastly proposes; client_ip is the header Fastly-Client-IP, which a client may send unless the service unsets it",
        source: "Fastly, Useful log formats",
        reader: NamedReader::Keys,
        example: (
            r#"{"timestamp":"2021-06-01T14:02:03","client_ip":"192.0.2.9","host":"www.example.org","url":"/no","request_method":"GET","request_protocol":"HTTP/1.1","request_user_agent":"ExampleBot/1.0","response_state":"MISS","response_status":404,"response_body_size":12,"fastly_server":"cache-x"}"#,
            r#"{"schema":"soar.event/1","@timestamp":"2021-06-01T14:02:03Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.9"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":12}}},"url":{"original":"/no","domain":"www.example.org"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "ltsv",
        about: "labelled tab-separated values; ltsv:client=LABEL,status=LABEL,... names other labels",
        source: "ltsv.org, Labels for Web server's Log",
        reader: NamedReader::Keys,
        example: (
            "time:[10/Oct/2024:13:55:36 +0000]\thost:192.0.2.9\treq:GET /no HTTP/1.1\tstatus:404\tsize:12\treferer:-\tua:ExampleBot/1.0",
            r#"{"schema":"soar.event/1","@timestamp":"2024-10-10T13:55:36Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.9"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":12}}},"url":{"original":"/no"},"user_agent":{"original":"ExampleBot/1.0"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404","http_bot"]}"#,
        ),
    },
    NamedFormat {
        name: "logfmt",
        about: "key=value, with quotes where a value has blanks; logfmt:client=KEY,status=KEY,... names other keys",
        source: "go-logfmt/logfmt; Grafana, Caddy, lograge",
        reader: NamedReader::Keys,
        example: (
            r#"logger=context t=2024-10-10T13:55:36.042Z level=info msg="Request Completed" method=GET path=/no status=404 remote_addr=192.0.2.9 time_ms=0 size=12 referer="#,
            r#"{"schema":"soar.event/1","@timestamp":"2024-10-10T13:55:36.042Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.9"},"http":{"request":{"method":"GET"},"response":{"status_code":404,"body":{"bytes":12}}},"url":{"original":"/no"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
        ),
    },
];
