//! Squid's own access log.

use crate::base::time::{Clock, parse_epoch};
use crate::parse::access::request::{Web, is_client, join_request, read_size, read_status};
use crate::parse::access::server::words::Words;
use crate::parse::format::{Arena, Format, FormatKind, Mismatch, ParsedLine, known};

/// `logformat squid`.
pub(crate) const NATIVE: Format = Format {
    name: "squid",
    kind: FormatKind::Web,
    about: "Squid's native access log (logformat squid); it has no user agent",
    source: "Squid documentation, access_log, logformat squid; tried with Squid 5.7",
    example: (
        "1505241568.659   9307 192.0.2.169 TCP_MISS/404 2904 GET http://www.example.org/no - HIER_DIRECT/198.51.100.206 text/html",
        r#"{"schema":"soar.event/1","@timestamp":"2017-09-12T18:39:28.659Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.169"},"http":{"request":{"method":"GET"},"response":{"status_code":404,"body":{"bytes":2904}}},"url":{"original":"http://www.example.org/no"},"log":{"file":{"path":"example"},"line":1},"tags":["http_404"]}"#,
    ),
    read: |line, arena, _: &mut Clock| read(line.text, arena),
};

/// `%ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt`: what stands before the method is Squid's.
fn read<'a>(line: &'a [u8], arena: &'a Arena) -> Result<ParsedLine<'a>, Mismatch> {
    const MISSING: &str = "no method, URL, user and hierarchy at the end";
    let mut words = Words::of(line);
    let time = words.word("no time at the start")?;
    let time = parse_epoch(time).ok().filter(|_| time.len() == 14 && time[10] == b'.').ok_or(Mismatch { at: 0, reason: "no time" })?;
    let mut words = Words::of(words.rest().trim_ascii_start());
    words.number("no duration")?;
    let client = words.word("no client")?;
    if !is_client(client) {
        return Err(words.mismatch("the client is neither an address nor a host name"));
    }
    let code = words.word("no result and status")?;
    let slash = code.iter().position(|&byte| byte == b'/').ok_or(words.mismatch("no status behind the result"))?;
    let status = read_status(&code[slash + 1..]).map_err(|reason| words.mismatch(reason))?;
    let body_bytes = read_size(words.word("no size")?).map_err(|reason| words.mismatch(reason))?;
    let method = words.word(MISSING)?;
    let url = words.word(MISSING)?;
    let user = words.word(MISSING)?;
    if !words.word(MISSING)?.contains(&b'/') {
        return Err(words.mismatch(MISSING));
    }
    let request = join_request(known(method), known(url), None, arena);
    Ok(ParsedLine::Web(Web { time: Some(time), user: known(user), request, status, body_bytes, ..Web::of(client) }))
}
