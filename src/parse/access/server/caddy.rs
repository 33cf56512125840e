//! Caddy's access log as its console encoder writes it: columns for the time, the level, the logger and the message, then JSON.

use crate::base::time::Clock;
use crate::parse::access::json::request;
use crate::parse::format::{Arena, CREDIBLE, Format, FormatKind, Mismatch, ParsedLine};
use crate::parse::json::table::CADDY_KEYS;
use crate::parse::json::walk;

/// `format console`.
pub(crate) const CONSOLE: Format = Format {
    name: "caddy_console",
    kind: FormatKind::Web,
    about: "access log of Caddy 2 with its console encoder, with colours or without",
    source: "Caddy documentation, log directive, format console; zap zapcore/console_encoder.go; tried with Caddy 2.6",
    example: (
        "2024/03/08 18:01:08.959\tINFO\thttp.log.access.log0\thandled request\t{\"request\": {\"remote_ip\": \"192.0.2.7\", \"remote_port\": \"10251\", \"client_ip\": \"192.0.2.7\", \"proto\": \"HTTP/1.1\", \"method\": \"GET\", \"host\": \"www.example.org\", \"uri\": \"/no\", \"headers\": {\"User-Agent\": [\"curl/8.2.1\"]}}, \"size\": 0, \"status\": 404}",
        r#"{"schema":"soar.event/1","@timestamp":"2024-03-08T18:01:08.959Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.7"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":404,"body":{"bytes":0}}},"url":{"original":"/no","domain":"www.example.org"},"user_agent":{"original":"curl/8.2.1"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    read: |line, arena, clock| read(line.text, arena, clock),
};

fn read<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    let mismatch = |reason| Mismatch { at: CREDIBLE, reason };
    let mut columns = line.splitn(5, |&byte| byte == b'\t');
    let columns = std::array::from_fn(|_| columns.next().unwrap_or_default());
    let [time, _, logger, message, json]: [&[u8]; 5] = columns;
    let is_access = logger.strip_prefix(b"http.log.access").is_some_and(|rest| matches!(rest, [] | [b'.', ..]));
    if !is_access || message != b"handled request" || !json.starts_with(b"{") {
        return Err(Mismatch { at: 0, reason: "no columns of Caddy's console" });
    }
    let time = clock.parse_any(time).map_err(mismatch)?;
    let fields = walk::read(json, arena).map_err(mismatch)?;
    if let Some((_, reason)) = CADDY_KEYS.unmet(&fields) {
        return Err(mismatch(reason));
    }
    let web = request::to_web(&CADDY_KEYS, &fields, arena, clock).map_err(mismatch)?;
    Ok(ParsedLine::Web(crate::parse::access::request::Web { time: Some(time), ..web }))
}
