//! The web server that PHP's command line has for development, which many people leave open to the world.
//!
//! What an application writes with `error_log` stands in the same log behind the same time, so only its name tells it.

use memchr::memmem;

use crate::base::net;
use crate::base::time::Clock;
use crate::parse::access::request::{Web, join_request, read_status};
use crate::parse::access::server::words::Words;
use crate::parse::format::{Arena, Mismatch, ParsedLine, known};

/// `php -S`. All that counts stands before what the client sent. Before PHP 7.4 no method does.
pub(crate) fn read<'a>(line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    const LEN: usize = "[Sun Jun  9 22:32:17 2024] ".len();
    let no_time = Mismatch { at: 0, reason: "no time at the start" };
    let (front, _) = line.split_at_checked(LEN).ok_or(no_time)?;
    let [b'[', time @ .., b']', b' '] = front else { return Err(no_time) };
    let time = clock.parse_dated(time).map_err(|_| no_time)?;
    let mut words = Words::of(line);
    words.skip(front, "")?;
    if words.rest().starts_with(b"PHP ") && words.rest().ends_with(b") started") {
        return Ok(ParsedLine::OtherProgram(None));
    }
    let client = words.address_and_port("no client and port").map_err(|mismatch| Mismatch { at: 1, ..mismatch })?;
    // What it says of the connection alone.
    if matches!(words.rest(), b"Accepted" | b"Closing") || words.rest().starts_with(b"Closed without sending a request") {
        return Ok(ParsedLine::OtherProgram(None));
    }
    words.skip(b"[", "no status in brackets")?;
    let status = words.until(b']', "no status in brackets")?;
    let status = read_status(status).map_err(|reason| words.mismatch(reason))?;
    words.skip(b": ", "no request behind the status")?;
    let mut request = words.rest().splitn(3, |&byte| byte == b' ');
    let (first, second) = (request.next().unwrap_or_default(), request.next());
    let (method, target) = match second {
        Some(target) if !first.starts_with(b"/") => (known(first), known(target)),
        _ => (None, known(first)),
    };
    Ok(ParsedLine::Web(Web { time: Some(time), request: join_request(method, target, None, arena), status, ..Web::of(client) }))
}

/// Whether a line begins as one of it does: a time in brackets, a client with its port, a status in brackets.
pub(crate) fn looks_so(line: &[u8]) -> bool {
    let Some((_, rest)) = line.split_at_checked("[Sun Jun  9 22:32:17 2024] ".len()) else { return false };
    let is_client = |end| net::split_port(&rest[..end]).is_some();
    line.starts_with(b"[") && memmem::find(rest, b" [").is_some_and(|end| is_client(end) && rest[end..].get(5..8) == Some(b"]: "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peer_and_the_status_stand_before_what_it_sent() {
        let (arena, mut clock) = (Arena::default(), Clock::new("UTC", None).expect("UTC is known"));
        let mut shown = |line: &str| match read(line.as_bytes(), &arena, &mut clock) {
            Ok(ParsedLine::Web(web)) => {
                let [client, request] = [web.client, web.request.unwrap_or(b"-")].map(|text| String::from_utf8_lossy(text).into_owned());
                format!("{client} {} {request}", web.status.unwrap_or_default())
            }
            Ok(_) => "other".to_owned(),
            Err(mismatch) => mismatch.reason.to_owned(),
        };
        for (line, found) in [
            ("192.0.2.41:51234 [404]: GET /no - No such file", "192.0.2.41 404 GET /no"),
            ("[2001:db8::41]:51234 [200]: GET /", "2001:db8::41 200 GET /"),
            ("192.0.2.41:51234 [404]: /no - No such file", "192.0.2.41 404 /no"),
            ("192.0.2.41:51234 [404]: GET /]:203.0.113.9:1 [200]: - x", "192.0.2.41 404 GET /]:203.0.113.9:1"),
            ("192.0.2.41:51234 Accepted", "other"),
            ("192.0.2.41:51234 Closing", "other"),
            ("192.0.2.41:51234 Invalid request (Malformed HTTP request)", "no status in brackets"),
            ("PHP 8.3.6 Development Server (http://0.0.0.0:8000) started", "other"),
            ("[error] [client 192.0.2.41] x", "no client and port"),
        ] {
            assert_eq!(shown(&format!("[Sun Jun  9 22:32:17 2024] {line}")), found, "{line}");
        }
    }
}
