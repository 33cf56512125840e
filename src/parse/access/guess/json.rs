//! Which keys of a line of JSON, or of `key="value"`, are which fields of a request, by what they are called and what stands in them.

use serde_json::Value;

use crate::base::time::Clock;
use crate::parse::access::field::close_quoted;
use crate::parse::access::server::words::split_address;
use crate::parse::json::nginx::undo_escapes;

/// A field of `--json`, what it is called, and whether a text can be it.
type FieldNames = (&'static str, &'static [&'static str], fn(&str) -> bool);

/// What fields are called, the best first, and what must stand there. Names are compared without `_`, `-` and `@`, in any case.
const FIELDS: &[FieldNames] = &[
    (
        "client",
        &[
            // The peer's first: a client may be what a header says.
            "remoteaddr",
            "remoteip",
            "remoteaddress",
            "peeraddr",
            "peerip",
            "peeraddress",
            "clientip",
            "clientaddr",
            "clientaddress",
            "client",
            "remote",
            "peer",
            "srcip",
            "sourceip",
            "sourceaddress",
            "remotehost",
            "ipaddress",
            "ip",
            "src",
            // The columns of W3C logs.
            "cip",
        ],
        is_client,
    ),
    ("status", &["status", "statuscode", "responsecode", "responsestatus", "httpstatus", "code", "response", "scstatus"], is_status),
    ("time", &["time", "timestamp", "ts", "timelocal", "timeiso8601", "datetime", "msec", "starttime", "date"], is_time),
    ("request", &["request", "requestline", "req", "httprequest"], is_request),
    ("method", &["method", "requestmethod", "httpmethod", "verb", "csmethod"], is_method),
    (
        "target",
        &[
            "requesturi",
            "uri",
            "url",
            "path",
            "requestpath",
            "uripath",
            "target",
            "request",
            "req",
            "resource",
            "resourcepath",
            "csuristem",
        ],
        is_target,
    ),
    ("protocol", &["serverprotocol", "protocol", "httpprotocol", "proto", "httpversion", "csversion"], |text| {
        text.starts_with("HTTP") || text.len() <= 3
    }),
    ("bytes", &["bodybytessent", "bytessent", "bytes", "size", "responsesize", "sent", "bytesout", "scbytes"], |text| {
        text.parse::<u64>().is_ok()
    }),
    ("agent", &["httpuseragent", "useragent", "agent", "ua", "csuseragent"], |_| true),
    ("referrer", &["httpreferer", "referer", "referrer", "httpreferrer", "csreferer"], |_| true),
    ("user", &["remoteuser", "user", "username", "auth", "csusername"], |_| true),
    ("domain", &["httphost", "host", "servername", "vhost", "cshost"], |_| true),
];

/// The value for `--json` with which `line` can be read; `None` where client, status and what was asked for are not all there.
pub(crate) fn guess_keys(line: &[u8]) -> Option<String> {
    let mut object: Value = serde_json::from_slice(line).ok().or_else(|| serde_json::from_slice(&undo_escapes(line)?).ok())?;
    object.sort_all_objects();
    let mut values = Vec::new();
    flatten(&object, &mut String::new(), &mut values);
    // What stands further out is more likely of the whole request.
    values.sort_by_key(|(path, _)| path.matches('.').count());
    // What an engine or a shipper wrote may stand around it, as a text.
    choose(&values).or_else(|| {
        let mut texts = values.iter().map(|(_, text)| text.as_bytes()).filter(|text| text.starts_with(b"{") && text.len() < line.len());
        texts.find_map(guess_keys)
    })
}

/// The keys behind `logfmt:` for `--log-format`, with which a line of `key="value" key=value` can be read.
pub(crate) fn guess_logfmt(line: &str) -> Option<String> {
    let mut values = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let (key, behind) = rest.split_once('=')?;
        let is_key = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@');
        if key.is_empty() || !key.bytes().all(is_key) {
            return None;
        }
        let (value, after) = if behind.starts_with('"') {
            let quoted = close_quoted(behind.as_bytes(), 1)?;
            (&behind[1..quoted.end - 1], &behind[quoted.end..])
        } else {
            behind.split_at(behind.find(' ').unwrap_or(behind.len()))
        };
        values.push((key.to_owned(), value.to_owned()));
        rest = after.trim_start();
    }
    choose(&values).map(|keys| format!("logfmt:{keys}"))
}

/// `FIELD=KEY,...` of the values by their paths.
fn choose(values: &[(String, String)]) -> Option<String> {
    let affixes = common_affixes(values);
    let mut found: Vec<(&str, &str)> = Vec::new();
    let host = find_parsed_host(values);
    found.extend(host.map(|path| ("client", path)));
    for (field, names, fits) in FIELDS {
        if host.is_some() && matches!(*field, "client" | "domain") {
            continue;
        }
        let may_be = |path: &str| *field != "client" || !is_of_clients(path);
        let best =
            names.iter().find_map(|name| values.iter().find(|(path, text)| is_called(path, affixes, name) && fits(text) && may_be(path)));
        found.extend(best.map(|(path, _)| (*field, path.as_str())));
    }
    let has = |field: &str| found.iter().any(|(name, _)| *name == field);
    if !has("client") || !has("status") || !has("request") && !has("target") {
        return None;
    }
    // A request line says it all.
    let parts = ["method", "target", "protocol"];
    let kept = found.iter().filter(|(field, _)| !has("request") || !parts.contains(field));
    Some(kept.map(|(field, path)| format!("{field}={path}")).collect::<Vec<_>>().join(","))
}

/// The keys of a parser: those that it always writes, and those that it may write or that stand beside them.
type ParserKeys = (&'static [&'static str], &'static [&'static str]);

/// What parsers of access logs call the client's address `host`, as Apache's `%h` is called. Anywhere else it may be what a client sent.
///
/// **Source:** Fluentd `parser_apache2.rb`; Fluent Bit `parsers.conf`, `apache2`; Vector `parse_apache_log`.
const PARSERS: [ParserKeys; 2] = [
    (&["host", "method", "path", "code", "size"], &["user", "referer", "agent", "time", "timestamp", "@timestamp", "date", "tag"]),
    (&["host", "message", "method", "path", "protocol", "status", "size"], &["identity", "user", "timestamp", "referrer", "agent"]),
];

/// The key of the client's address among those of such a parser, and of no other.
fn find_parsed_host(values: &[(String, String)]) -> Option<&str> {
    let has = |key: &&str| values.iter().any(|(path, _)| path == key);
    let is_of = |(needed, others): &&ParserKeys| {
        needed.iter().all(has) && values.iter().all(|(path, _)| needed.contains(&&**path) || others.contains(&&**path))
    };
    PARSERS.iter().find(is_of)?;
    let (path, _) = values.iter().find(|(path, text)| path == "host" && is_client(text))?;
    let is_request_line = values.iter().all(|(path, text)| path != "message" || is_request(text));
    is_request_line.then_some(&**path)
}

/// Every text and number of an object, by its path.
fn flatten(value: &Value, path: &mut String, values: &mut Vec<(String, String)>) {
    const MOST: usize = 256;
    match value {
        Value::Object(object) if path.matches('.').count() < 4 => {
            for (key, value) in object {
                // Such a key could not be given.
                if key.is_empty() || key.contains([',', '=']) {
                    continue;
                }
                let outer = path.len();
                if outer > 0 {
                    path.push('.');
                }
                path.push_str(key);
                flatten(value, path, values);
                path.truncate(outer);
            }
        }
        Value::String(text) if values.len() < MOST => values.push((path.clone(), text.clone())),
        Value::Number(number) if values.len() < MOST => values.push((path.clone(), number.to_string())),
        _ => {}
    }
}

/// Whether a key stands among what clients write themselves: headers, queries, cookies.
fn is_of_clients(path: &str) -> bool {
    const OF_CLIENTS: [&str; 6] = ["header", "forward", "query", "param", "cookie", "body."];
    let path = path.to_ascii_lowercase();
    OF_CLIENTS.iter().any(|word| path.contains(word))
}

/// How many bytes all keys have in common at their start and at their end, up to a mark: whose log it is, and nothing of the field.
fn common_affixes(values: &[(String, String)]) -> (usize, usize) {
    const FEWEST: usize = 4;
    let lasts: Vec<&[u8]> = values.iter().map(|(path, _)| path.rsplit('.').next().unwrap_or_default().as_bytes()).collect();
    let Some((first, others)) = lasts.split_first().filter(|_| lasts.len() >= FEWEST) else { return (0, 0) };
    let is_mark = |byte: &u8| matches!(byte, b'_' | b'-');
    let front = others.iter().map(|other| first.iter().zip(*other).take_while(|(a, b)| a == b).count()).min().unwrap_or(0);
    let front = first[..front].iter().rposition(is_mark).map_or(0, |at| at + 1);
    let back = others.iter().map(|other| first.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count()).min().unwrap_or(0);
    let back = first[first.len() - back..].iter().position(is_mark).map_or(0, |at| back - at);
    let shortest = lasts.iter().map(|last| last.len()).min().unwrap_or(0);
    if front + back < shortest { (front, back) } else { (0, 0) }
}

fn is_called(path: &str, (front, back): (usize, usize), name: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or_default();
    let last = last.get(front..last.len().saturating_sub(back)).unwrap_or(last);
    last.chars().filter(|c| !matches!(c, '_' | '-' | '@')).map(|c| c.to_ascii_lowercase()).eq(name.chars())
}

fn is_client(text: &str) -> bool {
    crate::base::net::parse_address(text.as_bytes()).is_some() || split_address(text.as_bytes()).is_some()
}

fn is_status(text: &str) -> bool {
    text.len() == 3 && text.parse::<u16>().is_ok_and(|status| status >= 100)
}

fn is_time(text: &str) -> bool {
    // A number may be how long a request took.
    const YEAR_2000: i64 = 946_684_800;
    Clock::new("UTC", None).is_ok_and(|mut clock| clock.parse_any(text.as_bytes()).is_ok_and(|time| time.seconds >= YEAR_2000))
}

fn is_method(text: &str) -> bool {
    (3..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn is_target(text: &str) -> bool {
    text.starts_with('/') || text.starts_with("http")
}

fn is_request(text: &str) -> bool {
    text.split_once(' ').is_some_and(|(method, target)| is_method(method) && is_target(target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_known_by_their_names_and_what_stands_there() {
        for (line, keys) in [
            (
                r#"{"@timestamp": "2020-05-07T06:46:56+00:00", "client_ip": "192.0.2.39", "xff": "198.51.100.49", "server_ip": "10.0.0.29", "method": "GET", "uri": "/v2/no", "http_protocol": "HTTP/1.1", "response_code": "404", "sent": "227", "body_bytes_sent": "12", "referer": "-", "agent": "x"}"#,
                Some(
                    "client=client_ip,status=response_code,time=@timestamp,method=method,target=uri,protocol=http_protocol,bytes=body_bytes_sent,agent=agent,referrer=referer",
                ),
            ),
            (
                r#"{"@timestamp":"2017-07-25T11:01:06+08:00","host":"198.51.100.237","clientip":"192.0.2.196","request":"POST /no HTTP/1.1","http_user_agent":"x \xC3\xA3","size":7513,"status":"404"}"#,
                Some("client=clientip,status=status,time=@timestamp,request=request,bytes=size,agent=http_user_agent,domain=host"),
            ),
            (
                r#"{"http":{"clientIp":"::1","statusCode":404,"path":"/"}}"#,
                Some("client=http.clientIp,status=http.statusCode,target=http.path"),
            ),
            (
                r#"{"level":30,"time":1717972337123,"req":{"method":"GET","url":"/no","headers":{"client_ip":"203.0.113.1"},"remoteAddress":"::ffff:192.0.2.1"},"res":{"statusCode":404}}"#,
                Some("client=req.remoteAddress,status=res.statusCode,time=time,method=req.method,target=req.url"),
            ),
            (
                r#"{"a":{"status":500},"request":{"remote_ip":"192.0.2.1","client_ip":"203.0.113.1","method":"GET","uri":"/no"},"status":404}"#,
                Some("client=request.remote_ip,status=status,method=request.method,target=request.uri"),
            ),
            (
                r#"{"time_kcs":"06/Feb/2021:17:53:24 +0000","remote_addr_kcs":"192.0.2.5","status_kcs":"404","request_uri_kcs":"/no","request_method_kcs":"HEAD"}"#,
                Some("client=remote_addr_kcs,status=status_kcs,time=time_kcs,method=request_method_kcs,target=request_uri_kcs"),
            ),
            (
                r#"{"web_status":"404","web_path":"/no","web_bytes":"1","web_ip":"192.0.2.5"}"#,
                Some("client=web_ip,status=web_status,target=web_path,bytes=web_bytes"),
            ),
            (
                r#"{"remoteIP":"192.0.2.6","request":"/no","method":"GET","status":"404","userAgent":"x"}"#,
                Some("client=remoteIP,status=status,method=method,target=request,agent=userAgent"),
            ),
            (r#"{"request":{"headers":{"client_ip":"192.0.2.1"},"path":"/"},"status":404}"#, None),
            (
                r#"{"host":"192.0.2.9","user":null,"method":"GET","path":"/no","code":404,"size":153,"referer":null,"agent":"x"}"#,
                Some("client=host,status=code,method=method,target=path,bytes=size,agent=agent"),
            ),
            (
                r#"{"agent":"x","host":"192.0.2.9","message":"GET /no HTTP/1.1","method":"GET","path":"/no","protocol":"HTTP/1.1","referrer":"-","size":153,"status":404,"timestamp":"2024-01-15T10:11:12Z"}"#,
                Some(
                    "client=host,status=status,time=timestamp,method=method,target=path,protocol=protocol,bytes=size,agent=agent,referrer=referrer",
                ),
            ),
            // Where other keys stand, or a host is no address, it is the server's, or a header.
            (r#"{"host":"203.0.113.9","method":"GET","path":"/no","status":404}"#, None),
            (r#"{"host":"203.0.113.9","method":"GET","path":"/no","code":404,"size":153,"x":"y"}"#, None),
            (r#"{"host":"www.example.org","method":"GET","path":"/no","code":404,"size":153}"#, None),
            (
                r#"{"log":"{\"remote_ip\":\"192.0.2.6\",\"status\":404,\"path\":\"/no\"}\n","stream":"stdout","time":"2024-10-07T11:40:51Z"}"#,
                Some("client=remote_ip,status=status,target=path"),
            ),
            (r#"{"ip":"::1","status":404,"path":"/","time":"0.003"}"#, Some("client=ip,status=status,target=path")),
            (
                r#"{"protoPayload":{"ip":"192.0.2.7","method":"GET","resource":"/no","status":404},"timestamp":"2024-01-15T10:11:12.000Z"}"#,
                Some(
                    "client=protoPayload.ip,status=protoPayload.status,time=timestamp,method=protoPayload.method,target=protoPayload.resource",
                ),
            ),
            (
                r#"{"c-ip":"192.0.2.7","s-ip":"10.0.0.1","cs-method":"GET","cs-uri-stem":"/no","sc-status":404,"cs(User-Agent)":"x"}"#,
                Some("client=c-ip,status=sc-status,method=cs-method,target=cs-uri-stem"),
            ),
            (r#"{"ip":"x","status":404,"path":"/"}"#, None),
            (r#"{"ip":"::1","status":"ok","path":"/"}"#, None),
            ("x", None),
        ] {
            assert_eq!(guess_keys(line.as_bytes()).as_deref(), keys, "{line}");
        }
    }

    #[test]
    fn keys_with_values_in_quotes_are_known_by_the_same_names() {
        for (line, keys) in [
            (
                r#"time_local="11/Jan/2022:15:38:20 +0000" http_method="GET" server="www.example.org" src="192.0.2.9" status="404" uri_path="/no" http_user_agent="a \"b\"""#,
                Some("logfmt:client=src,status=status,time=time_local,method=http_method,target=uri_path,agent=http_user_agent"),
            ),
            ("remote_addr=192.0.2.9 status=404 path=/no", Some("logfmt:client=remote_addr,status=status,target=path")),
            (r#"src="192.0.2.9" status="404" uri_path="/no" 404 0"#, None),
            (r#"src="192.0.2.9" status="404" uri_path="/no"#, None),
            ("x", None),
        ] {
            assert_eq!(guess_logfmt(line).as_deref(), keys, "{line}");
        }
    }
}
