//! JSON that nginx writes without `escape=json`: what is no ASCII, and what JSON would need to escape, stands as `\xHH`.
//!
//! No quote and no backslash of a client stands in such a line, so nothing that a client sent can end a string. Apache escapes those as JSON does, and
//! writes `\v`, which JSON does not know.
//!
//! **Source:** nginx `ngx_http_log_module`, `ngx_http_log_escape`; Apache httpd `server/util.c`, `ap_escape_logitem`.

use crate::parse::access::escaping::hex;

/// The JSON that the line was meant to be; `None` where it has no such escape, or a backslash before anything else that is no escape of
/// JSON either.
pub(crate) fn undo_escapes(line: &[u8]) -> Option<Vec<u8>> {
    let (mut json, mut rest, mut has_any) = (Vec::with_capacity(line.len()), line, false);
    while let Some(at) = memchr::memchr(b'\\', rest) {
        json.extend_from_slice(&rest[..at]);
        let used = match rest[at + 1..] {
            [b'x', high, low, ..] => {
                let byte = hex(high)? << 4 | hex(low)?;
                has_any = true;
                match byte {
                    b'"' | b'\\' => json.extend([b'\\', byte]),
                    0..b' ' => json.extend(format!("\\u{byte:04x}").as_bytes()),
                    byte => json.push(byte),
                }
                4
            }
            [b'v', ..] => {
                has_any = true;
                json.extend(b"\\u000b");
                2
            }
            [next, ..] => {
                json.extend([b'\\', next]);
                2
            }
            [] => return None,
        };
        rest = &rest[at + used..];
    }
    json.extend_from_slice(rest);
    has_any.then_some(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nginx_escapes_is_what_was_sent() {
        for (line, json) in [
            (r#"{"a":"x\x22y"}"#, Some(r#"{"a":"x\"y"}"#)),
            (r#"{"a":"\x5C\xC3\xA9\x0A"}"#, Some("{\"a\":\"\\\\é\\u000a\"}")),
            (r#"{"a":"\x5C\"}"#, Some(r#"{"a":"\\\"}"#)),
            (r#"{"a":"x\v"}"#, Some(r#"{"a":"x\u000b"}"#)),
            (r#"{"a":"\\v"}"#, None),
            (r#"{"a":"\n"}"#, None),
            (r#"{"a":"\xZZ"}"#, None),
            (r#"{"a":"\x22\"#, None),
            (r#"{"a":"b"}"#, None),
        ] {
            assert_eq!(undo_escapes(line.as_bytes()).map(|json| String::from_utf8(json).expect("UTF-8")).as_deref(), json, "{line}");
        }
    }
}
