//! Requests by the names of keys that the user gives, or a log of one kind mostly has: `--json`, and the log formats `logfmt` and `ltsv`.
//!
//! Whoever gives keys says that the values are the server's word. What a client may do stays: no key stands twice with different values,
//! and what is in quotes ends at the first that is not escaped.

use std::collections::BTreeSet;

use memchr::memchr;

use crate::base::error::{Error, Result};
use crate::base::time::Clock;
use crate::parse::access::escaping::Escaping;
use crate::parse::access::forwarded::ClientHeader;
use crate::parse::access::json::request::to_web;
use crate::parse::access::log_format::{FormatOptions, LineStart};
use crate::parse::access::request::Web;
use crate::parse::format::{Arena, Mismatch, ParsedLine};
use crate::parse::json::cloud::FASTLY_KEYS;
use crate::parse::json::logfmt;
use crate::parse::json::table::{ASKED, CADDY_KEYS, JsonField, JsonFormat, NAMES, NGINX_KEYS, TRAEFIK_KEYS};
use crate::parse::json::walk::Fields;
use crate::parse::json::walk::{self, KnownPaths};

/// How keys and values stand in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Syntax {
    /// An object.
    Json,
    /// `key=value key="a value"`.
    Logfmt,
    /// `label:value`, with tabs between.
    Ltsv,
}

/// A format of keys.
#[derive(Debug)]
pub(crate) struct KeyedFormat {
    syntax: Syntax,
    table: JsonFormat,
    known: KnownPaths,
}

/// What `--json` calls the fields.
const FIELDS: [(&str, JsonField); 15] = [
    ("client", JsonField::Client),
    ("peer", JsonField::Peer),
    ("forwarded", JsonField::Forwarded),
    ("domain", JsonField::Domain),
    ("user", JsonField::User),
    ("time", JsonField::Time),
    ("request", JsonField::Request),
    ("method", JsonField::Method),
    ("target", JsonField::Target),
    ("path", JsonField::Path),
    ("query", JsonField::Query),
    ("protocol", JsonField::Protocol),
    ("status", JsonField::Status),
    ("bytes", JsonField::Bytes),
    ("agent", JsonField::Agent),
];
/// The one that is missing there, since it has two spellings.
const REFERRER: [&str; 2] = ["referrer", "referer"];

/// The keys of logfmt that servers and frameworks mostly write (Caddy, Grafana, go-kit, lograge, Heroku's router).
const LOGFMT: &[(JsonField, &str)] = &[
    (JsonField::Client, "remote_addr"),
    (JsonField::Client, "remote_ip"),
    (JsonField::Client, "client_ip"),
    (JsonField::Client, "client"),
    (JsonField::Client, "ip"),
    (JsonField::Domain, "host"),
    (JsonField::User, "user"),
    (JsonField::User, "uname"),
    (JsonField::Time, "time"),
    (JsonField::Time, "ts"),
    (JsonField::Time, "t"),
    (JsonField::Request, "request"),
    (JsonField::Method, "method"),
    (JsonField::Target, "uri"),
    (JsonField::Target, "url"),
    (JsonField::Target, "path"),
    (JsonField::Protocol, "protocol"),
    (JsonField::Protocol, "proto"),
    (JsonField::Status, "status"),
    (JsonField::Bytes, "size"),
    (JsonField::Bytes, "bytes"),
    (JsonField::Referrer, "referer"),
    (JsonField::Referrer, "referrer"),
    (JsonField::Agent, "user_agent"),
    (JsonField::Agent, "agent"),
    (JsonField::Agent, "ua"),
];

/// The labels of LTSV, and what configurations of nginx call them. `host` is the client in LTSV; beside another label for the client it is
/// the host that was asked for.
///
/// **Source:** ltsv.org, Labels for Web server's Log.
const LTSV: &[(JsonField, &str)] = &[
    (JsonField::Client, "remote_addr"),
    (JsonField::Client, "remote_host"),
    (JsonField::Client, "remotehost"),
    (JsonField::Client, "client"),
    (JsonField::Client, "ip"),
    (JsonField::Client, "host"),
    (JsonField::Forwarded, "forwardedfor"),
    (JsonField::Forwarded, "x_forwarded_for"),
    (JsonField::Forwarded, "http_x_forwarded_for"),
    (JsonField::Domain, "vhost"),
    (JsonField::User, "user"),
    (JsonField::Time, "time"),
    (JsonField::Time, "time_local"),
    (JsonField::Request, "req"),
    (JsonField::Request, "request"),
    (JsonField::Method, "method"),
    (JsonField::Target, "uri"),
    (JsonField::Target, "request_uri"),
    (JsonField::Protocol, "protocol"),
    (JsonField::Status, "status"),
    (JsonField::Bytes, "size"),
    (JsonField::Bytes, "body_bytes_sent"),
    (JsonField::Referrer, "referer"),
    (JsonField::Referrer, "http_referer"),
    (JsonField::Agent, "ua"),
    (JsonField::Agent, "http_user_agent"),
];

impl KeyedFormat {
    /// The format of `--json client=KEY,status=KEY,...`.
    ///
    /// # Errors
    /// A usage error that names the field or the key.
    pub(crate) fn of_json(given: &str, options: FormatOptions<'_>) -> Result<Self> {
        Ok(Self::new("--json", Syntax::Json, read_keys("--json", given, options)?, &[]))
    }

    /// The format that `logfmt`, `ltsv`, `logfmt:client=KEY,...` or `fastly_json` calls; `None` for any other text.
    ///
    /// # Errors
    /// As [`of_json`](Self::of_json).
    pub(crate) fn of_text(given: &str, options: FormatOptions<'_>) -> Result<Option<Self>> {
        let (name, keys) = given.split_once(':').unwrap_or((given, ""));
        let (name, syntax, table) = match name {
            "logfmt" => ("logfmt", Syntax::Logfmt, LOGFMT),
            "ltsv" => ("ltsv", Syntax::Ltsv, LTSV),
            "fastly_json" if keys.is_empty() => {
                return Ok(Some(Self::new(FASTLY_KEYS.name, Syntax::Json, FASTLY_KEYS.keys.to_vec(), FASTLY_KEYS.needs)));
            }
            _ => return Ok(None),
        };
        let keys = if keys.is_empty() { table.to_vec() } else { read_keys("--log-format", keys, options)? };
        Ok(Some(Self::new(name, syntax, keys, &[])))
    }

    /// The JSON format called `name`, with the client in `header`; `None` where it has no headers.
    pub(crate) fn of_table(name: &str, header: &ClientHeader) -> Option<Self> {
        let (table, key) = match name {
            "nginx_json" => (NGINX_KEYS, format!("http_{}", header.name().to_ascii_lowercase().replace('-', "_"))),
            "caddy_json" => (CADDY_KEYS, format!("request.headers.{}", header.canonical())),
            "traefik_json" => (TRAEFIK_KEYS, format!("request_{}", header.canonical())),
            _ => return None,
        };
        let others = table.keys.iter().filter(|(field, _)| *field != JsonField::Forwarded).copied();
        let keys = others.chain([(JsonField::Forwarded, &*key.leak())]).collect();
        let format = Self::new(table.name, Syntax::Json, keys, table.needs);
        Some(Self { table: JsonFormat { proof: table.proof, ..format.table }, ..format })
    }

    /// A format of `keys`, which live as long as the run.
    fn new(name: &'static str, syntax: Syntax, keys: Vec<(JsonField, &'static str)>, needs: Needs) -> Self {
        const NEEDS: Needs = &[
            (&[JsonField::Client, JsonField::Forwarded], "no key that names the client"),
            (ASKED, "no key that says what was asked for"),
            (&[JsonField::Status], "no key that names the status"),
        ];
        let known = KnownPaths::of(keys.iter().map(|&(_, key)| key).collect::<BTreeSet<_>>());
        let needs = if needs.is_empty() { NEEDS } else { needs };
        Self { syntax, known, table: JsonFormat { name, keys: keys.leak(), needs, proof: NAMES } }
    }

    /// What messages call it.
    pub(crate) const fn name(&self) -> &'static str {
        self.table.name
    }

    /// What its lines begin with.
    pub(crate) const fn opening(&self) -> LineStart {
        match self.syntax {
            Syntax::Json => LineStart::Brace,
            Syntax::Logfmt | Syntax::Ltsv => LineStart::Server,
        }
    }

    /// Whether its lines say when.
    pub(crate) fn has_time(&self) -> bool {
        self.has(JsonField::Time)
    }

    /// Whether its lines hold the header in which proxies name the client.
    pub(crate) fn has_forwarded(&self) -> bool {
        self.has(JsonField::Forwarded)
    }

    fn has(&self, wanted: JsonField) -> bool {
        self.table.keys.iter().any(|(field, _)| *field == wanted)
    }

    /// Reads a line.
    ///
    /// # Errors
    /// Why it has not the keys, or not in one way.
    pub(crate) fn read<'a>(&self, line: &'a [u8], arena: &'a Arena, clock: &mut Clock) -> std::result::Result<ParsedLine<'a>, Mismatch> {
        let mismatch = |reason| Mismatch { at: 1, reason };
        let fields = match self.syntax {
            Syntax::Json => walk::read_paths(line, arena, &self.known),
            Syntax::Logfmt => logfmt::read_paths(line, arena, &self.known),
            Syntax::Ltsv => self.read_ltsv(line),
        };
        let fields = fields.map_err(mismatch)?;
        if let Some((_, reason)) = self.table.missing(&fields) {
            return Err(mismatch(reason));
        }
        let web = to_web(&self.table, &fields, arena, clock).map_err(mismatch)?;
        let escaping = if self.syntax == Syntax::Ltsv { Escaping::Escaped } else { web.escaping };
        Ok(ParsedLine::Web(Web { escaping, ..web }))
    }

    /// `label:value`, with tabs between. **Source:** ltsv.org.
    fn read_ltsv<'a>(&self, line: &'a [u8]) -> std::result::Result<Fields<'a>, &'static str> {
        let mut fields = Fields::default();
        for field in line.split(|&byte| byte == b'\t') {
            let colon = memchr(b':', field).ok_or("a field without a label")?;
            let value = &field[colon + 1..];
            self.add(&mut fields, &field[..colon], value.strip_prefix(b"[").and_then(|time| time.strip_suffix(b"]")).unwrap_or(value))?;
        }
        Ok(fields)
    }

    fn add<'a>(&self, fields: &mut Fields<'a>, key: &[u8], value: &'a [u8]) -> std::result::Result<(), &'static str> {
        match std::str::from_utf8(key).ok().and_then(|key| self.known.find(key)) {
            Some(path) => fields.add(path, value),
            None => Ok(()),
        }
    }
}

/// What a line needs, see [`JsonFormat::needs`].
type Needs = &'static [(&'static [JsonField], &'static str)];

/// `client=KEY,status=KEY,...`.
fn read_keys(flag: &str, given: &str, options: FormatOptions<'_>) -> Result<Vec<(JsonField, &'static str)>> {
    let usage = |what: String| Error::Usage(format!("{flag} {given}: {what}"));
    let mut keys = Vec::new();
    for pair in given.split(',') {
        let Some((field, key)) = pair.trim().split_once('=').filter(|(_, key)| !key.is_empty()) else {
            return Err(usage(format!("{pair} is not FIELD=KEY")));
        };
        let known = FIELDS.iter().find(|(name, _)| *name == field).map(|(_, known)| *known);
        let known = known.or_else(|| REFERRER.contains(&field).then_some(JsonField::Referrer));
        let Some(known) = known else {
            let names: Vec<_> = FIELDS.iter().map(|(name, _)| *name).chain(REFERRER.into_iter().take(1)).collect();
            return Err(usage(format!("there is no field {field}, but {}", names.join(", "))));
        };
        keys.push((known, &*key.to_owned().leak()));
    }
    let has = |wanted: JsonField| keys.iter().any(|(field, _)| *field == wanted);
    let names_client = has(JsonField::Client) || options.trusts_log_peer && has(JsonField::Forwarded);
    if !names_client {
        return Err(usage("client=KEY is missing".to_owned()));
    }
    if !ASKED.iter().any(|&field| has(field)) || !has(JsonField::Status) {
        return Err(usage("status=KEY and one of request, method, target and path are needed".to_owned()));
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `client status target agent time`, or why there is none.
    fn read(format: &KeyedFormat, line: &str) -> String {
        let (mut clock, arena) = (Clock::new("UTC", None).expect("UTC is known"), Arena::default());
        match format.read(line.as_bytes(), &arena, &mut clock) {
            Ok(ParsedLine::Web(web)) => {
                let text =
                    |field: Option<&[u8]>| field.map_or(".".to_owned(), |text| String::from_utf8_lossy(&web.plain(text)).into_owned());
                let (status, time) =
                    (web.status.map_or(".".to_owned(), |s| s.to_string()), web.time.map_or(".".to_owned(), |t| t.to_string()));
                [text(Some(web.client)), status, text(web.target()), text(web.agent), time].join(" ")
            }
            Ok(_) => "no request".to_owned(),
            Err(mismatch) => mismatch.reason.to_owned(),
        }
    }

    #[test]
    fn keys_of_any_json_are_those_that_are_named() {
        let format =
            KeyedFormat::of_json("client=src.ip,status=code,request=req,agent=ua,time=at", FormatOptions::default()).expect("keys");
        for (line, shown) in [
            (
                r#"{"src":{"ip":"192.0.2.9"},"code":"404","req":"GET /no HTTP/1.1","ua":"x","at":"2020-05-07T06:46:56+00:00","xff":"203.0.113.9"}"#,
                "192.0.2.9 404 /no x 2020-05-07T06:46:56Z",
            ),
            // As nginx writes it without escape=json.
            (r#"{"src.ip":"192.0.2.9:4711","code":404,"req":"GET /no\x22 HTTP/1.1","ua":"\xC3\xA9\x5C"}"#, "192.0.2.9 404 /no\" é\\ ."),
            (r#"{"src.ip":"192.0.2.9","src":{"ip":"203.0.113.9"},"code":404,"req":"x"}"#, "a key occurs twice, with different values"),
            (r#"{"src.ip":"192.0.2.9","req":"x"}"#, "no key that names the status"),
            (r#"{"code":404,"req":"x"}"#, "no key that names the client"),
            ("x", "not a complete JSON object"),
        ] {
            assert_eq!(read(&format, line), shown, "{line}");
        }
    }

    #[test]
    fn logfmt_and_ltsv_have_their_keys() {
        let of = |name: &str| KeyedFormat::of_text(name, FormatOptions::default()).expect("a format").expect("a name");
        for (name, line, shown) in [
            (
                "logfmt",
                r#"t=2024-10-10T13:55:36Z level=info msg="a b" method=GET path=/no status=404 remote_addr=192.0.2.9 ok"#,
                "192.0.2.9 404 /no . 2024-10-10T13:55:36Z",
            ),
            (
                "logfmt",
                r#"remote_addr=192.0.2.9 method=GET path="/a\" status=200 \"b" status=404"#,
                "192.0.2.9 404 /a\" status=200 \"b . .",
            ),
            ("logfmt", "remote_addr=192.0.2.9 path=/a status=200 status=404", "a key occurs twice, with different values"),
            ("logfmt", r#"remote_addr=192.0.2.9 path="/a"x status=404"#, "text right behind a value in quotes"),
            ("logfmt:client=who,status=how,path=what", "who=192.0.2.9 what=/ how=404 status=200", "192.0.2.9 404 / . ."),
            (
                "ltsv",
                "time:[10/Oct/2024:13:55:36 +0000]\thost:192.0.2.9\treq:GET /no HTTP/1.1\tstatus:404\tua:a\\x22b",
                "192.0.2.9 404 /no a\"b 2024-10-10T13:55:36Z",
            ),
            ("ltsv", "host:203.0.113.9\tremote_addr:192.0.2.9\treq:GET /\tstatus:404", "192.0.2.9 404 / . ."),
            ("ltsv", "host:203.0.113.9 status:200", "no key that says what was asked for"),
        ] {
            assert_eq!(read(&of(name), line), shown, "{line}");
        }
    }

    #[test]
    fn what_cannot_be_taken_for_keys_is_named() {
        for (given, what) in [
            ("client", "--json client: client is not FIELD=KEY"),
            (
                "client=a,who=b",
                "--json client=a,who=b: there is no field who, but client, peer, forwarded, domain, user, time, request, method, target, path, query, protocol, status, bytes, agent, referrer",
            ),
            ("status=a,path=b", "--json status=a,path=b: client=KEY is missing"),
            ("client=a,path=b", "--json client=a,path=b: status=KEY and one of request, method, target and path are needed"),
        ] {
            let error = KeyedFormat::of_json(given, FormatOptions::default()).expect_err(given);
            assert!(matches!(&error, Error::Usage(text) if text == what), "{error:?}");
        }
    }
}
