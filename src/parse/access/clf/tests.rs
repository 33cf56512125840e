//! Lines of the formats of Apache and nginx: who asked, whatever clients are called and send.

use super::*;

const TIME: &str = "[10/Oct/2000:13:55:36 +0000]";

fn client(line: &str, layout: ClfVariant) -> Result<String, &'static str> {
    let mut clock = Clock::new("UTC", None).expect("UTC is known");
    match read_access(line.as_bytes(), layout, &mut clock) {
        Ok(ParsedLine::Web(web)) => Ok(String::from_utf8_lossy(web.client).into_owned()),
        Ok(_) => Err("not a request"),
        Err(mismatch) => Err(mismatch.reason),
    }
}

#[test]
fn the_client_is_whom_the_server_named_whatever_the_user_is_called() {
    for user in ["-", "\"\"", "bob", "bob smith", "x [01/Jan/1999:00:00:00 +0000]", "198.51.100.9 - -", r#"q\" \"GET / HTTP/1.1\" 404 0"#] {
        let line = format!(r#"192.0.2.1 - {user} {TIME} "GET / HTTP/1.1" 200 5"#);
        assert_eq!(client(&line, ClfVariant::Common).as_deref(), Ok("192.0.2.1"), "{line}");
    }
}

#[test]
fn a_virtual_host_is_not_a_client() {
    // nginx behind a UNIX socket has no address of its peer.
    let line = format!(r#"unix: - - {TIME} "GET / HTTP/1.1" 200 5 "-" "x" "192.0.2.1""#);
    assert_eq!(client(&line, ClfVariant::Combined).as_deref(), Ok("-"));
    for vhost in ["www.example.org:443", "example.org", "192.0.2.80:80", "[2001:db8::80]:443"] {
        let line = format!(r#"{vhost} 192.0.2.1 - - {TIME} "GET / HTTP/1.1" 200 5 "-" "x""#);
        assert_eq!(client(&line, ClfVariant::VhostCombined).as_deref(), Ok("192.0.2.1"), "{line}");
    }
    let line = format!(r#"crawl.example.org - - {TIME} "GET / HTTP/1.1" 200 5 "-" "x""#);
    assert_eq!(client(&line, ClfVariant::Combined).as_deref(), Ok("crawl.example.org"));
}

#[test]
fn requests_may_be_anything_but_the_fields_around_them_may_not() {
    for (request, status, fits) in [
        ("-", "408 0", true),
        ("", "400 -", true),
        (r"\x16\x03\x01\x02", "400 226", true),
        (r#"GET /\"quoted\" HTTP/1.1"#, "- -", true),
        ("GET / HTTP/1.1", "000 0", true),
        ("GET / HTTP/1.1", "1000 0", false),
        ("GET / HTTP/1.1", "200", false),
        ("GET / HTTP/1.1", "200 1x", false),
    ] {
        let line = format!(r#"192.0.2.1 - - {TIME} "{request}" {status}"#);
        assert_eq!(client(&line, ClfVariant::Common).is_ok(), fits, "{line}");
    }
}

#[test]
fn what_is_unknown_may_stand_without_quotes() {
    let agent = |rest: &str, layout| {
        let line = format!("192.0.2.1 - - {TIME} {rest}");
        let mut clock = Clock::new("UTC", None).expect("UTC is known");
        match read_access(line.as_bytes(), layout, &mut clock).map_err(|mismatch| mismatch.reason) {
            Ok(ParsedLine::Web(web)) => Ok((web.status, web.agent.map(|agent| String::from_utf8_lossy(agent).into_owned()))),
            Ok(_) => Err("no request"),
            Err(reason) => Err(reason),
        }
    };
    let (bot, other) =
        (Some("Googlebot".to_owned()), "quotes, but no referrer and user agent after the size: --log-format takes any order of fields");
    for (rest, layout, found) in [
        (r#""GET / HTTP/1.1" 404 5 - "Googlebot""#, ClfVariant::Combined, Ok((Some(404), bot.clone()))),
        (r#"- 408 5 "-" "Googlebot""#, ClfVariant::Combined, Ok((Some(408), bot.clone()))),
        (r#"- 408 5 "" "Googlebot""#, ClfVariant::Combined, Ok((Some(408), bot.clone()))),
        (r#"- 408 5 - "Googlebot" - "[x] - ""#, ClfVariant::Combined, Ok((Some(408), bot))),
        (r#""-" 408 - "-" -"#, ClfVariant::Combined, Ok((Some(408), None))),
        ("- 408 - - -", ClfVariant::Combined, Ok((Some(408), None))),
        ("- 408 -", ClfVariant::Common, Ok((Some(408), None))),
        (r#""GET /" 404 5 - 12"#, ClfVariant::Common, Ok((Some(404), None))),
        // Not a line without an agent: its agent stands elsewhere.
        (r#""GET /" 404 5 12 "Googlebot""#, ClfVariant::Common, Err(other)),
        (r#""GET /" 404 5 - 12 "Googlebot""#, ClfVariant::Common, Err(other)),
        (r#""GET /" 404 5 "Googlebot""#, ClfVariant::Common, Err(other)),
        (r#""GET /" 404 5 "Googlebot"#, ClfVariant::Common, Err("the referrer has no closing quote")),
    ] {
        assert_eq!(agent(rest, layout), found, "{rest}");
    }
    // A user who writes a time and an unknown request.
    let line = format!(r#"192.0.2.1 - x {TIME} - 200 5 {TIME} - 404 5 "-" "x""#);
    assert_eq!(client(&line, ClfVariant::Combined), Err("the time and the request have two possible positions"));
    let line = format!(r#"192.0.2.1 - x {TIME} - 200 5 {TIME} "GET /" 404 5 "-" "x""#);
    assert_eq!(client(&line, ClfVariant::Combined).as_deref(), Ok("192.0.2.1"));
}

#[test]
fn a_host_called_unix_hides_no_client() {
    // nginx's `$http_host $remote_addr - $remote_user`: a client asked for that host.
    for wanted in ["192.0.2.1", "2001:db8::1", "client.example"] {
        let line = format!(r#"unix: {wanted} - - {TIME} "GET / HTTP/1.1" 404 5 "-" "x""#);
        assert!(client(&line, ClfVariant::Combined).is_err(), "{line}");
        assert_eq!(client(&line, ClfVariant::VhostCombined).as_deref(), Ok(wanted), "{line}");
    }
}

const TWO: &str = "two addresses: --log-format must say which one is the client (lighttpd, vhost_common, bunkerweb)";
const SYSLOG: &str = "the line starts like syslog";
const LIST: &str = "a list in place of ident and user (X-Forwarded-For?): --log-format must say what it is";

#[test]
fn times_of_other_servers_stand_where_that_of_apache_does() {
    for (time, shown) in [
        ("2023-01-31T00:00:02.146+00:00", Ok("2023-01-31T00:00:02.146Z")),
        ("2023-06-11T00:00:00.061+0200", Ok("2023-06-10T22:00:00.061Z")),
        ("23/May/2022 14:50:37", Ok("2022-05-23T14:50:37Z")),
        ("23/May/2022:14:50:37.123 +0200", Ok("2022-05-23T12:50:37.123Z")),
        ("14:50:37", Err("no '[' before the time")),
        ("1653317437", Err("no '[' before the time")),
    ] {
        let line = format!(r#"192.0.2.1 - a [b [{time}] "GET /no HTTP/1.1" 404 -"#);
        let mut clock = Clock::new("UTC", None).expect("UTC is known");
        let found = match read_access(line.as_bytes(), ClfVariant::Common, &mut clock) {
            Ok(ParsedLine::Web(web)) => Ok(web.time.map(|time| time.to_string()).unwrap_or_default()),
            Ok(_) => Err("not a request"),
            Err(mismatch) => Err(mismatch.reason),
        };
        assert_eq!(found.as_deref().map_err(|reason| *reason), shown, "{time}");
    }
}

#[test]
fn colours_are_no_part_of_a_request() {
    for (request, target) in [
        ("\x1b[33mGET /no HTTP/1.1\x1b[0m", "/no"),
        ("\x1b[31m\x1b[1mGET /a HTTP/1.1\x1b[0m", "/a"),
        ("\x1b[2JGET / HTTP/1.1", "\x1b[2JGET / HTTP/1.1"),
    ] {
        for line in [format!("192.0.2.1 - - {TIME} \"{request}\" 404 -"), format!("192.0.2.1 - - {TIME} \"{request}\" 404 5 \"-\" \"x\"")] {
            let mut clock = Clock::new("UTC", None).expect("UTC is known");
            let Ok(ParsedLine::Web(web)) = read_common(line.as_bytes(), &mut clock) else { panic!("unread: {line}") };
            assert_eq!(web.target(), Some(target.as_bytes()), "{line}");
        }
    }
}

#[test]
fn clients_have_brackets_ports_or_a_virtual_host_before_them() {
    for (front, layout, found) in [
        ("192.0.2.1:4711 - -", ClfVariant::Combined, Ok("192.0.2.1")),
        ("192.0.2.1:4711 - bob smith", ClfVariant::Combined, Ok("192.0.2.1")),
        ("[2001:db8::1] - -", ClfVariant::Combined, Ok("2001:db8::1")),
        ("[2001:db8::1]:4711 - bob", ClfVariant::Combined, Ok("2001:db8::1")),
        ("192.0.2.80:80 - - -", ClfVariant::Combined, Err("client and virtual host cannot be distinguished")),
        ("[x] - -", ClfVariant::Combined, Err("the client is neither an address nor a host name")),
        ("www.example host.example - -", ClfVariant::VhostCombined, Ok("host.example")),
        ("www.example 10.0.0.97 192.0.2.98 - -", ClfVariant::VhostCombined, Err(TWO)),
        ("www.example 10.0.0.97 192.0.2.98 bob", ClfVariant::VhostCombined, Err(TWO)),
        ("www.example:443 10.0.0.97 192.0.2.98 - -", ClfVariant::VhostCombined, Err(TWO)),
        ("www.example 192.0.2.1 - 192.0.2.98 - -", ClfVariant::VhostCombined, Ok("192.0.2.1")),
        ("web-1 nginx 192.0.2.1 - -", ClfVariant::Combined, Err("no client, ident and user before the time")),
        ("host.example - 192.0.2.98 - -", ClfVariant::Combined, Ok("host.example")),
        ("www.example:80 host.example - -", ClfVariant::VhostCombined, Ok("host.example")),
        ("www.example host.example - bob", ClfVariant::VhostCombined, Ok("host.example")),
        ("www.example 2001:db8::1 - -", ClfVariant::VhostCombined, Ok("2001:db8::1")),
        ("192.0.2.1 203.0.113.9 a b", ClfVariant::Combined, Err(TWO)),
        ("192.0.2.1 203.0.113.9 -", ClfVariant::Combined, Ok("192.0.2.1")),
        ("10.0.0.1 203.0.113.9 -", ClfVariant::Combined, Err(TWO)),
        ("10.0.0.1 10.0.0.9 bob", ClfVariant::Combined, Ok("10.0.0.1")),
        ("2001:db8::9 [2001:db8::1]:8080 -", ClfVariant::Combined, Ok("2001:db8::9")),
        ("2001:db8::9 [2001:db8::1] bob", ClfVariant::Combined, Ok("2001:db8::9")),
        ("10.0.0.1 [2001:db8::1] -", ClfVariant::Combined, Err(TWO)),
        ("10.0.0.97 [192.0.2.98] -", ClfVariant::Combined, Err(LIST)),
        (" - -", ClfVariant::Combined, Ok("-")),
        (" - bob smith", ClfVariant::Combined, Ok("-")),
        ("10.0.0.97 192.0.2.98, 198.51.100.99 - -", ClfVariant::Combined, Err(LIST)),
        ("10.0.0.25 (192.0.2.41, 198.51.100.157) - -", ClfVariant::Combined, Err(LIST)),
        ("198.51.100.25 (192.0.2.41) - -", ClfVariant::Combined, Err(LIST)),
        ("198.51.100.25 [192.0.2.41] - -", ClfVariant::Combined, Err(LIST)),
        ("198.51.100.25 192.0.2.41|192.0.2.42 -", ClfVariant::Combined, Err(LIST)),
        ("10.0.0.97 - 192.0.2.98, 198.51.100.99 - -", ClfVariant::Combined, Err(LIST)),
        ("10.0.0.97 - [192.0.2.98, 10.0.0.97] - -", ClfVariant::Combined, Err(LIST)),
        ("nginx-1  | 192.0.2.1 - -", ClfVariant::Combined, Err(SYSLOG)),
        ("web_1    | 192.0.2.1 - -", ClfVariant::Combined, Err(SYSLOG)),
        ("192.0.2.1, 198.51.100.54 - -", ClfVariant::Combined, Err("the client is neither an address nor a host name")),
        // Whoever calls himself so hides nothing by it.
        ("192.0.2.1 - 192.0.2.98, 198.51.100.99 - -", ClfVariant::Combined, Ok("192.0.2.1")),
        ("192.0.2.1 - [192.0.2.98, 192.0.2.1] - -", ClfVariant::Combined, Ok("192.0.2.1")),
        ("192.0.2.1 root bob", ClfVariant::Combined, Ok("192.0.2.1")),
        ("host.example root -", ClfVariant::Combined, Ok("host.example")),
        ("host.example root bob smith", ClfVariant::Combined, Ok("host.example")),
        ("2001:db8::1:80 - -", ClfVariant::Combined, Ok("2001:db8::1:80")),
    ] {
        let line = format!(r#"{front} {TIME} "GET / HTTP/1.1" 200 5 "-" "x""#);
        assert_eq!(client(&line, layout).as_deref().map_err(|reason| *reason), found, "{line}");
    }
}

#[test]
fn a_syslog_line_that_quotes_a_request_is_no_request() {
    // A time alone is the header of a message whose program stands in brackets.
    assert!(client(&format!(r#"Dec 10 06:55:46 {TIME} "GET / HTTP/1.1" 404 0"#), ClfVariant::Common).is_err());
    for header in ["Dec 10 06:55:46 lab", "Dec 10 06:55:46 10.0.0.5", "2024-01-02T03:04:05+01:00 10.0.0.5", "2024-01-02T03:04:05Z lab"] {
        for rest in ["404 0", r#"404 0 "-" "bot""#] {
            let line = format!(r#"{header} sshd[1]: Invalid user {TIME} "GET / HTTP/1.1" {rest}"#);
            for layout in [ClfVariant::Common, ClfVariant::Combined, ClfVariant::VhostCombined] {
                assert!(client(&line, layout).is_err(), "{layout:?} {line}");
            }
        }
    }
}

#[test]
fn what_python_says_of_an_answer_starts_with_the_client() {
    const SAID: &str = " - - [29/Nov/2026 13:33:19] code 404, message File not found";
    for (before, is_said) in [
        ("192.0.2.1", true),
        ("2001:db8::1", true),
        ("host.example", true),
        ("<local>", true),
        ("", false),
        // What a client called itself in another log.
        ("Dec 10 06:55:46 lab sshd[7]: Failed password for invalid user x", false),
        (r#"{"remote_addr":"203.0.113.9","request_uri":"/x"#, false),
        ("203.0.113.9 - x [29/Nov/2026 13:33:19] x", false),
    ] {
        assert_eq!(is_message(format!("{before}{SAID}").as_bytes()), is_said, "{before}");
        assert!(!is_message(format!("{before}{SAID} from 192.0.2.1 - - [29/Nov/2026 13:33:19] - ").as_bytes()), "{before}");
    }
    for cut in [
        " - - [",
        " - - [29/Nov/2026 13:33:19] code",
        " - - [29/Nov/2026 13:33:19] code 40",
        " - - [29/Nov/2026 13:33:19] code x04, message ",
    ] {
        assert!(!is_message(format!("192.0.2.1{cut}").as_bytes()), "{cut}");
    }
}

#[test]
fn an_id_of_the_request_is_no_part_of_the_user_and_a_date_of_america_is_cpanels() {
    const ID: &str = "8c1f2f6d6a6f4b8b9f0f6b0c8e7d5a41";
    let mut clock = Clock::new("UTC", None).expect("UTC is known");
    for (front, user) in [
        (format!("www.example.org 192.0.2.1 - {ID} - {TIME}"), None),
        (format!("www.example.org 192.0.2.1 - {ID} bob smith {TIME}"), Some("bob smith")),
        (format!("www.example.org 192.0.2.1 - {ID} {TIME}"), Some(ID)),
        ("192.0.2.1 - root [11/29/2024:10:00:00 -0000]".to_owned(), Some("root")),
        ("192.0.2.1 - a [11/29/2024:10:00:00 -0000] [11/30/2024:10:00:00 -0000]".to_owned(), Some("a [11/29/2024:10:00:00 -0000]")),
    ] {
        let line = format!(r#"{front} "GET / HTTP/1.1" 404 5"#);
        let layout = if front.starts_with('w') { ClfVariant::VhostCommon } else { ClfVariant::Common };
        let Ok(ParsedLine::Web(web)) = read_access(line.as_bytes(), layout, &mut clock) else { panic!("unread: {line}") };
        assert_eq!((web.client, web.user), (&b"192.0.2.1"[..], user.map(str::as_bytes)), "{line}");
    }
    // A day first, or an offset, is not cPanel's.
    for time in ["29/11/2024:10:00:00 -0000", "11/29/2024:10:00:00 +0000", "11/29/2024:10:00:00 -0500", "02/30/2024:10:00:00 -0000"] {
        let line = format!(r#"192.0.2.1 - - [{time}] "GET / HTTP/1.1" 404 5"#);
        assert!(read_access(line.as_bytes(), ClfVariant::Common, &mut clock).is_err(), "{line}");
    }
}
