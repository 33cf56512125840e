//! The extended log file format of the W3C: `#Fields:` names the columns of the lines behind it. IIS writes it with blanks between the
//! columns and `+` for those in them, `CloudFront` with tabs and percent signs.
//!
//! Which columns a line has stands before it in its input, however far (see `Line::header`). A line that has more words or fewer than
//! there are columns is none, so no text of a client moves into another column. Times are of UTC.

use std::borrow::Cow;

use crate::base::net;
use crate::base::time::{Clock, LogTime, parse_epoch};
use crate::io::lines::FIELDS;
use crate::parse::access::escaping::{Escaping, hex};
use crate::parse::access::request::{Web, is_client, join_request, read_size, read_status};
use crate::parse::format::{Arena, CREDIBLE, Format, FormatKind, Mismatch, OF_NO_FORMAT, ParsedLine, known};

/// IIS, `CloudFront` and others.
pub(crate) const W3C: Format = Format {
    name: "w3c",
    kind: FormatKind::Web,
    about: "W3C extended log file format (IIS, CloudFront standard logs, Akamai, Edgio) in an input that begins with its header; #Fields: names the columns",
    source: "W3C WD-logfile-960323; Microsoft, IIS, W3C logging; AWS, CloudFront, Standard logging; Akamai, Log Delivery Service",
    example: (
        "#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query cs-username cs(User-Agent) cs(Referer) sc-status sc-bytes\n2024-10-01 00:00:06 192.0.2.34 GET /no a=b - ExampleBot/1.0+(x) https://example.org/ 404 591",
        r#"{"schema":"soar.event/1","@timestamp":"2024-10-01T00:00:06Z","event":{"dataset":"http.access","action":"http_request"},"source":{"ip":"192.0.2.34"},"http":{"request":{"method":"GET","referrer":"https://example.org/"},"response":{"status_code":404,"body":{"bytes":591}}},"url":{"original":"/no?a=b"},"user_agent":{"original":"ExampleBot/1.0 (x)"},"log":{"file":{"path":"example"},"line":2},"tags":["http_404","http_bot"]}"#,
    ),
    read: |line, arena, clock| match line.header {
        Some(header) => read(line.text, header, arena, clock),
        None if line.text.starts_with(FIELDS) => Err(Mismatch {
            at: OF_NO_FORMAT,
            reason: "columns of a W3C log, but the input does not begin with its header: use --log-format '#Fields: ...'",
        }),
        None => Err(Mismatch { at: 0, reason: "no header of a W3C log at the start of the input" }),
    },
};

/// What a column is of use for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum W3cColumn {
    Date,
    Time,
    /// Seconds since 1970.
    Epoch,
    Client,
    /// Whom Akamai's log delivery calls its client, and proxies the server that they asked.
    CdnClient,
    Forwarded,
    Domain,
    User,
    Method,
    Target,
    Path,
    Query,
    Protocol,
    Status,
    Bytes,
    Referrer,
    Agent,
}

/// How many there are.
const COLUMNS: usize = W3cColumn::Agent as usize + 1;

/// The column that is called `name`.
fn column(name: &[u8]) -> Option<W3cColumn> {
    const NAMES: [(&[u8], W3cColumn); 28] = [
        (b"date", W3cColumn::Date),
        (b"time", W3cColumn::Time),
        (b"timestamp", W3cColumn::Epoch),
        (b"c-ip", W3cColumn::Client),
        (b"cs-ip", W3cColumn::CdnClient),
        (b"c-user-agent", W3cColumn::Agent),
        (b"c-agent", W3cColumn::Agent),
        (b"c-referrer", W3cColumn::Referrer),
        (b"cs-referred", W3cColumn::Referrer),
        (b"cs(X-Forwarded-For)", W3cColumn::Forwarded),
        (b"X-Forwarded-For", W3cColumn::Forwarded),
        (b"x-forwarded-for", W3cColumn::Forwarded),
        (b"cs-host", W3cColumn::Domain),
        (b"x-host-header", W3cColumn::Domain),
        (b"cs-username", W3cColumn::User),
        (b"cs-method", W3cColumn::Method),
        (b"cs-uri", W3cColumn::Target),
        (b"cs-uri-stem", W3cColumn::Path),
        (b"cs-uri-query", W3cColumn::Query),
        (b"cs-version", W3cColumn::Protocol),
        (b"cs-protocol-version", W3cColumn::Protocol),
        (b"sc-status", W3cColumn::Status),
        (b"sc-bytes", W3cColumn::Bytes),
        (b"cs(Referer)", W3cColumn::Referrer),
        (b"cs(Referrer)", W3cColumn::Referrer),
        (b"cs(User-Agent)", W3cColumn::Agent),
        (b"cs(user-agent)", W3cColumn::Agent),
        (b"cs(referer)", W3cColumn::Referrer),
    ];
    NAMES.iter().find(|(known, _)| *known == name).map(|&(_, column)| column)
}

/// Whether `header` names a column for the header that proxies name clients in.
pub(crate) fn has_forwarded(header: &[u8]) -> bool {
    names_of(header).any(|name| column(name) == Some(W3cColumn::Forwarded))
}

/// Whether a `#Fields:` line has what an access log needs, or what it lacks.
///
/// # Errors
/// The column that is missing.
pub(crate) fn check(header: &[u8]) -> Result<(), &'static str> {
    let has = |wanted| names_of(header).any(|name| column(name) == Some(wanted));
    let wanted = [
        (has(W3cColumn::Client) || is_of_akamai(header), "c-ip"),
        (has(W3cColumn::Date) || has(W3cColumn::Epoch), "date"),
        (has(W3cColumn::Time) || has(W3cColumn::Epoch), "time"),
    ];
    wanted.iter().find(|(is_there, _)| !is_there).map_or(Ok(()), |(_, name)| Err(name))
}

/// Whether the columns are Akamai's, which begin in one way only. `ProxySG` has `cs-ip` for the address that a client asked for.
///
/// **Source:** Akamai, Log Delivery Service, W3C format; Broadcom `ProxySG`, ELFF fields.
fn is_of_akamai(header: &[u8]) -> bool {
    const START: [&[u8]; 4] = [b"date", b"time", b"cs-ip", b"cs-method"];
    names_of(header).take(START.len()).eq(START) && names_of(header).all(|name| name != b"c-ip")
}

fn names_of(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    header.strip_prefix(FIELDS).unwrap_or_default().split(|byte| matches!(byte, b' ' | b'\t' | b'\r')).filter(|name| !name.is_empty())
}

/// Reads a line behind the `#Fields:` line `header` (empty: none came yet).
///
/// # Errors
/// Why it has not its columns.
pub(crate) fn read<'a>(line: &'a [u8], header: &[u8], arena: &'a Arena, clock: &mut Clock) -> Result<ParsedLine<'a>, Mismatch> {
    // The header says what the line is.
    let mismatch = |reason| Mismatch { at: CREDIBLE, reason };
    if line.starts_with(b"#") {
        // `#Software:`, `#Date:` and the like tell of the log, not of a request.
        return Ok(ParsedLine::OtherProgram(None));
    }
    if header.is_empty() {
        return Err(Mismatch { at: 0, reason: "no #Fields: line before it" });
    }
    let is_tabbed = line.contains(&b'\t');
    let words = line.split(|&byte| byte == if is_tabbed { b'\t' } else { b' ' });
    let plain = read_words(words, header, if is_tabbed { Written::Percent } else { Written::Plus }, arena, clock);
    // Texts in quotes hold blanks as they were sent, so the words are too many.
    match plain {
        Err(_) if !is_tabbed && line.contains(&b'"') && names_client_first(header) => {
            let words = split_quoted(line).ok_or(mismatch("a text in quotes does not end"))?;
            read_words(words.into_iter(), header, Written::AsSent, arena, clock)
        }
        plain => plain,
    }
}

/// How blanks stand in texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// As `+`, as IIS has them.
    Plus,
    /// As percent signs, as `CloudFront` has them.
    Percent,
    /// As they were sent, in quotes.
    AsSent,
}

/// Whether the client's address stands before everything that clients write, so that no quote of theirs moves another word into its column.
///
/// **Source:** Broadcom `ProxySG`, ELFF fields; Imperva, W3C log fields.
fn names_client_first(header: &[u8]) -> bool {
    const OF_SERVERS: [&[u8]; 18] = [
        b"date",
        b"time",
        b"timestamp",
        b"filesize",
        b"gmttime",
        b"time-taken",
        b"c-port",
        b"s-ip",
        b"s-port",
        b"s-sitename",
        b"s-computername",
        b"sc-status",
        b"sc-bytes",
        b"cs-vid",
        b"cs-clapp",
        b"cs-browsertype",
        b"cs-js-support",
        b"cs-co-support",
    ];
    let is_of_server = |name: &[u8]| OF_SERVERS.contains(&name);
    // What stands in place of the client behind a proxy must not be moved either.
    !has_forwarded(header) && names_of(header).find(|name| !is_of_server(name)) == Some(b"c-ip")
}

/// The words of a line, those in quotes without them; a quote inside is doubled. `None` where one does not end before a blank.
fn split_quoted(line: &[u8]) -> Option<Vec<&[u8]>> {
    let (mut words, mut rest) = (Vec::new(), line);
    loop {
        let end = if rest.starts_with(b"\"") {
            1 + (1..rest.len()).find(|&at| rest[at] == b'"' && matches!(rest.get(at + 1), None | Some(b' ')))?
        } else {
            rest.iter().position(|&byte| byte == b' ').unwrap_or(rest.len())
        };
        let word = &rest[..end];
        words.push(word.strip_prefix(b"\"").and_then(|word| word.strip_suffix(b"\"")).unwrap_or(word));
        match rest.get(end) {
            None => return Some(words),
            Some(_) => rest = &rest[end + 1..],
        }
    }
}

/// Reads the words of a line into the columns of its header.
fn read_words<'a>(
    mut words: impl Iterator<Item = &'a [u8]>,
    header: &[u8],
    written: Written,
    arena: &'a Arena,
    clock: &mut Clock,
) -> Result<ParsedLine<'a>, Mismatch> {
    let mismatch = |reason| Mismatch { at: CREDIBLE, reason };
    let mut values = [None; COLUMNS];
    for name in names_of(header) {
        let word = words.next().ok_or(mismatch("fewer words than #Fields: has columns"))?;
        // Of two for one thing, the first.
        if let Some(column) = column(name)
            && values[column as usize].is_none()
        {
            values[column as usize] = known(if written == Written::Percent { strip_quotes(word) } else { word });
        }
    }
    if words.next().is_some_and(|word| !word.is_empty()) || words.next().is_some() {
        return Err(mismatch("more words than #Fields: has columns"));
    }
    let value = |column: W3cColumn| values[column as usize];
    let text = |column: W3cColumn| value(column).map(|text| decode(text, written, arena));
    let client = value(W3cColumn::Client).or_else(|| value(W3cColumn::CdnClient).filter(|_| is_of_akamai(header))).unwrap_or(b"-");
    if !is_client(client) {
        return Err(mismatch("the client is neither an address nor a host name"));
    }
    let path = value(W3cColumn::Target).or(value(W3cColumn::Path));
    let target = match (path, value(W3cColumn::Query)) {
        (Some(path), Some(query)) => Some(arena.join(&[path, b"?", query.strip_prefix(b"?").unwrap_or(query)])),
        (path, _) => path,
    };
    Ok(ParsedLine::Web(Web {
        domain: value(W3cColumn::Domain).filter(|domain| net::is_host(net::strip_port(domain))),
        user: text(W3cColumn::User),
        time: Some(match value(W3cColumn::Epoch).filter(|_| value(W3cColumn::Date).is_none()) {
            Some(seconds) => parse_epoch(seconds).map_err(mismatch)?,
            None => read_time(value(W3cColumn::Date), value(W3cColumn::Time), clock).map_err(mismatch)?,
        }),
        request: join_request(value(W3cColumn::Method), target, value(W3cColumn::Protocol), arena),
        status: value(W3cColumn::Status).map(skip_cache_result).map_or(Ok(None), read_status).map_err(mismatch)?,
        body_bytes: value(W3cColumn::Bytes).map_or(Ok(None), read_size).map_err(mismatch)?,
        referrer: text(W3cColumn::Referrer),
        agent: text(W3cColumn::Agent),
        forwarded: text(W3cColumn::Forwarded),
        escaping: Escaping::Raw,
        ..Web::of(client)
    }))
}

/// The status of `TCP_MISS/404`, as Verizon's and Edgio's network writes it.
fn skip_cache_result(text: &[u8]) -> &[u8] {
    let is_result = |text: &[u8]| text.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_');
    memchr::memchr(b'/', text).filter(|&slash| slash > 0 && is_result(&text[..slash])).map_or(text, |slash| &text[slash + 1..])
}

/// A word without the quotes around it, which Akamai and `WebLogic` write between tabs.
fn strip_quotes(word: &[u8]) -> &[u8] {
    word.strip_prefix(b"\"").and_then(|word| word.strip_suffix(b"\"")).unwrap_or(word)
}

fn read_time<'a>(date: Option<&[u8]>, time: Option<&'a [u8]>, clock: &mut Clock) -> Result<LogTime<'a>, &'static str> {
    let (Some(date), Some(time)) = (date, time) else { return Err("no date and time") };
    let (clock_time, fraction) = time.split_at_checked(8).ok_or("the time is not a time")?;
    let text = [date, b"T", clock_time, b"Z"].concat();
    let seconds = clock.parse_rfc3339(&text)?.seconds;
    let fraction = match fraction {
        [] => "",
        [b'.', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => std::str::from_utf8(digits).unwrap_or_default(),
        _ => return Err("the time is not a time"),
    };
    Ok(LogTime { seconds, fraction: &fraction[..fraction.len().min(9)] })
}

/// A text as it was sent: `+` for a blank, or percent signs.
fn decode<'a>(text: &'a [u8], written: Written, arena: &'a Arena) -> &'a [u8] {
    let plain: Cow<'_, [u8]> = match written {
        Written::Plus if text.contains(&b'+') => text.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect::<Vec<_>>().into(),
        Written::Percent if text.contains(&b'%') => {
            let (mut out, mut rest) = (Vec::with_capacity(text.len()), text);
            while let [byte, after @ ..] = rest {
                let decoded = match (byte, after) {
                    (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high << 4 | low),
                    _ => None,
                };
                out.push(decoded.unwrap_or(*byte));
                rest = &rest[if decoded.is_some() { 3 } else { 1 }..];
            }
            out.into()
        }
        _ => return text,
    };
    arena.keep(&plain)
}
