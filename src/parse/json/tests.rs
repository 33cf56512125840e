//! JSON logs: shapes of each, and text that tries to be more than text.

use crate::base::time::Clock;
use crate::io::lines::Line;
use crate::parse::candidate::Candidates;
use crate::parse::envelope::format::Content;
use crate::parse::format::{Arena, Header, ParsedLine};
use crate::parse::json::table::OF_NO_LOG;
use crate::parse::line::{LastFormats, LineParser};
use crate::parse::{ENVELOPES, FORMATS};
use crate::record::event::EventWriter;
use crate::record::signal::SignalSet;

/// The event of a line without the keys that are the same in all, behind the name of its format or envelope, or why there is none.
fn event(line: &str) -> String {
    let (clock, arena) = (Clock::new("UTC", Some(2025)).expect("UTC is known"), Arena::default());
    let (mut other, text) = (clock.clone(), Line::of(line.as_bytes()));
    let format = FORMATS.iter().find(|format| (format.read)(&text, &arena, &mut other).is_ok()).map(|format| format.name.to_owned());
    let envelope = ENVELOPES.iter().find_map(|envelope| Some((envelope.name, (envelope.open)(&text, &arena, &mut other).ok()?)));
    let name = format.or_else(|| {
        envelope.map(|(name, envelope)| match envelope.content {
            Content::Line(_) | Content::Output(_) => format!("{name} {}", envelope.trust.name()),
            _ => name.to_owned(),
        })
    });
    let candidates = Candidates::new(None);
    let mut reader = LineParser::new(&candidates, "-", clock, LastFormats::default());
    reader.read(&text, &arena, |_, parsed, around| match parsed {
        Ok(parsed) => format!("{} {}", name.unwrap_or_default(), show(parsed, around)),
        Err(reason) => reason.reason.to_owned(),
    })
}

fn show(parsed: &ParsedLine<'_>, around: &Header<'_>) -> String {
    let mut out = Vec::new();
    parsed.write_event(around, ("-", 1), SignalSet::default(), &mut EventWriter::default(), &mut out);
    let out = String::from_utf8(out).expect("UTF-8");
    let Some((_, inner)) = out.split_once(r#""action":"#) else { return kind(parsed).to_owned() };
    inner.split(r#","log":"#).next().unwrap_or_default().to_owned()
}

fn kind(reading: &ParsedLine<'_>) -> &'static str {
    match reading {
        ParsedLine::OtherProgram(_) => "another program",
        ParsedLine::UnknownMessage(_) => "unknown",
        ParsedLine::Untrusted(_) => "untrusted",
        _ => "an event",
    }
}

#[test]
fn keys_may_be_nested_or_dotted_and_values_text_or_numbers() {
    let nested = r#"{"event":{"dataset":"nginx.access"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"response":{"status_code":404}},"url":{"original":"/a"}}"#;
    let dotted = r#"{"event.module":"apache","source.ip":"192.0.2.1","http.request.method":"GET","http.response":{"status_code":"404"},"url.original":"/a"}"#;
    let shown = r#"ecs_json "http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"response":{"status_code":404}},"url":{"original":"/a"}"#;
    assert_eq!(event(nested), shown);
    assert_eq!(event(dotted), shown);
    let apart = r#"{"event.dataset":"traefik.access","source.address":"crawl.example.org","url":{"path":"/a","query":"b=1"},"http.version":"1.1","http.request.method":"GET","http.response.status_code":200,"user_agent":"x"}"#;
    assert_eq!(
        event(apart),
        r#"ecs_json "http_request"},"source":{"address":"crawl.example.org"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":200}},"url":{"original":"/a?b=1"},"user_agent":{"original":"x"}"#
    );
}

#[test]
fn a_client_is_the_peer_or_whom_caddy_takes_for_it_and_its_port_is_cut() {
    for (client, shown) in [
        (r#""request":{"remote_ip":"10.0.0.5","client_ip":"192.0.2.1","#, r#""source":{"ip":"192.0.2.1"},"#),
        (r#""request":{"remote_ip":"192.0.2.1","client_ip":"","#, r#""source":{"ip":"192.0.2.1"},"#),
        (r#""request":{"remote_addr":"192.0.2.1:4711","#, r#""source":{"ip":"192.0.2.1"},"#),
        (r#""request":{"remote_addr":"[2001:db8::1]:4711","#, r#""source":{"ip":"2001:db8::1"},"#),
        (r#""request":{"remote_ip":"::ffff:192.0.2.1","#, r#""source":{"ip":"192.0.2.1"},"#),
        (r#""request":{"remote_ip":"@","#, ""),
        (r#""request":{"remote_ip":"","client_ip":"","#, ""),
    ] {
        let line = format!(r#"{{"msg":"handled request","ts":1703415994,{client}"method":"GET"}},"status":200}}"#);
        let wanted =
            format!(r#"caddy_json "http_request"}},{shown}"http":{{"request":{{"method":"GET"}},"response":{{"status_code":200}}}}"#);
        assert_eq!(event(&line), wanted, "{line}");
    }
    // Where X-Forwarded-For came, Traefik puts it into ClientHost: what anybody may have written.
    let line = r#"{"ClientAddr":"192.0.2.1:1","ClientHost":"203.0.113.9","RequestMethod":"GET","RequestPath":"/","DownstreamStatus":0}"#;
    assert_eq!(
        event(line),
        r#"traefik_json "http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"}},"url":{"original":"/"}"#
    );
}

#[test]
fn text_is_unescaped_once() {
    let line = r#"{"remote_addr":"192.0.2.1","request":"GET /\\x41 HTTP/1.1","status":"200","remote_user":"a\\\"b","http_user_agent":"\\x62\\x6ft \u00e9"}"#;
    assert_eq!(
        event(line),
        r#"nginx_json "http_request"},"source":{"ip":"192.0.2.1"},"user":{"name":"a\\\"b"},"http":{"request":{"method":"GET"},"version":"1.1","response":{"status_code":200}},"url":{"original":"/\\x41"},"user_agent":{"original":"\\x62\\x6ft é"}"#
    );
}

#[test]
fn bytes_that_are_no_utf8_are_replaced() {
    let line = b"{\"remote_addr\":\"192.0.2.1\",\"request\":\"GET /\xff\",\"status\":200,\"http_user_agent\":\"\xc3\xa9\xff\"}";
    let (mut clock, arena) = (Clock::new("UTC", None).expect("UTC is known"), Arena::default());
    let Ok(ParsedLine::Web(web)) = (crate::parse::json::NGINX.read)(&Line::of(line), &arena, &mut clock) else { panic!("a request") };
    assert_eq!((web.request, web.agent), (Some("GET /\u{fffd}".as_bytes()), Some("é\u{fffd}".as_bytes())));
}

#[test]
fn half_a_surrogate_pair_hides_no_line() {
    for (value, shown) in
        [(r"a\ud800", "a\u{fffd}"), (r"\udc00\ud800b", "\u{fffd}\u{fffd}b"), (r"\ud83d\ude00", "😀"), (r"\ud800\u0041", "\u{fffd}A")]
    {
        let line = format!(r#"{{"remote_addr":"192.0.2.1","request":"GET /","status":200,"http_user_agent":"{value}"}}"#);
        assert!(event(&line).ends_with(&format!(r#""user_agent":{{"original":"{shown}"}}"#)), "{line} {}", event(&line));
        for more in [format!(r#""other":"{value}""#), format!(r#""{value}":1"#), format!(r#""x":{{"{value}":["{value}"]}}"#)] {
            let line = format!(r#"{{"remote_addr":"192.0.2.1","request":"GET /",{more},"status":200}}"#);
            assert!(event(&line).starts_with("nginx_json"), "{line} {}", event(&line));
        }
        let line = format!(
            r#"{{"logger":"http.log.access","request":{{"remote_ip":"::1","method":"GET","headers":{{"User-Agent":["{value}","{value}"]}}}},"status":200}}"#
        );
        assert!(event(&line).ends_with(&format!(r#""original":"{shown}, {shown}"}}"#)), "{line} {}", event(&line));
    }
}

#[test]
fn no_text_poses_as_a_key() {
    let hostile = r#"\",\"remote_addr\":\"203.0.113.9\",\"status\":\"200"#;
    for key in ["request", "http_user_agent", "http_referer", "remote_user", "http_x_forwarded_for", "host", "other"] {
        let request = if key == "request" { "" } else { r#""request":"GET / HTTP/1.1","# };
        let line = format!(r#"{{"remote_addr":"192.0.2.1",{request}"{key}":"{hostile}","status":404}}"#);
        let event = event(&line);
        assert!(event.starts_with(r#"nginx_json "http_request"},"source":{"ip":"192.0.2.1"},"#), "{event}");
        assert!(event.contains(r#""status_code":404"#), "{event}");
    }
    // A header's name is the client's to choose.
    let line = r#"{"ts":1,"logger":"http.log.access.log0","request":{"remote_ip":"192.0.2.1","method":"GET","headers":{"request.remote_ip":["203.0.113.9"],"remote_addr":["203.0.113.9"],"User-Agent":["a","b"]}},"status":404}"#;
    assert_eq!(
        event(line),
        r#"caddy_json "http_request"},"source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"response":{"status_code":404}},"user_agent":{"original":"a, b"}"#
    );
}

#[test]
fn what_cannot_be_read_in_one_way_is_not_read() {
    for (line, reason) in [
        (
            r#"{"remote_addr":"192.0.2.1","remote_addr":"203.0.113.9","request":"GET /","status":200}"#,
            "a key occurs twice, with different values",
        ),
        (r#"{"source":{"ip":"192.0.2.1"},"source.ip":"203.0.113.9"}"#, "a key occurs twice, with different values"),
        (r#"{"remote_addr":"192.0.2.1","request":"GET /","status":200"#, "not a complete JSON object"),
        (r#"{"remote_addr":"192.0.2.1","request":"GET /","status":200}{}"#, "not a complete JSON object"),
        (r#"{"remote_addr":"192.0.2.1","request":"\q","status":200}"#, "not a complete JSON object"),
        (r#"{"remote_addr":"x y","request":"GET /","status":200}"#, "the client is neither an address nor a host name"),
        (r#"{"remote_addr":"192.0.2.1","request":"GET /","status":2000}"#, "the status does not have three digits"),
        (r#"{"remote_addr":"192.0.2.1","request":"GET /","status":200,"bytes_sent":1.5}"#, "the size is not a number"),
        (r#"{"remote_addr":"192.0.2.1","request":"GET /","status":200,"time":"yesterday"}"#, "the time is not a time"),
        (r#"{"remote_addr":"192.0.2.1","request":"GET /"}"#, "remote_addr and a request, but no status"),
        (r#"{"a":1}"#, OF_NO_LOG),
        // Applications log requests too, and whom they take for the client may be what the client said.
        (
            r#"{"request":{"remote_ip":"203.0.113.9","method":"GET","uri":"/"},"status":404}"#,
            "a request, but neither the logger (http.log.access) nor the msg (handled request) of Caddy's access log",
        ),
        (
            r#"{"logger":"http.log.error","msg":"dial tcp","request":{"remote_ip":"203.0.113.9","method":"GET"},"status":502}"#,
            "a request, but neither the logger (http.log.access) nor the msg (handled request) of Caddy's access log",
        ),
        (
            r#"{"logger":"http.log.accessory","request":{"remote_ip":"203.0.113.9","method":"GET"},"status":404}"#,
            "a request, but neither the logger (http.log.access) nor the msg (handled request) of Caddy's access log",
        ),
        (
            r#"{"remote_addr":"203.0.113.9","method":"GET","url":"/","status":404,"user_agent":"bot"}"#,
            "remote_addr and a request, but no other key that is called as a variable of nginx: give the log_format to --log-format",
        ),
        (
            r#"{"ecs":{"version":"8.0.0"},"event":{"dataset":"shop"},"source":{"ip":"203.0.113.9"},"http":{"request":{"method":"GET"},"response":{"status_code":404}}}"#,
            "a request, but neither event.dataset nor event.module names a web server: any application may log such a thing",
        ),
        (r#"{"message":"x"}"#, "a message, but nothing says which log it was taken from"),
        (r#"{"message":"x","log.file.path":null}"#, "a message, but nothing says which log it was taken from"),
        (r#"{"message":"x","source_type":""}"#, "a message, but nothing says which log it was taken from"),
        (r#"{"MESSAGE":"x","_COMM":"sshd"}"#, "a MESSAGE of the journal, but no __REALTIME_TIMESTAMP"),
        (r#"{"__REALTIME_TIMESTAMP":"1703415994322089","_COMM":"sshd"}"#, "a time of the journal, but no MESSAGE"),
        (
            r#"{"message":"192.0.2.1 - - [10/Oct/2025:13:55:36 +0000] \"GET / HTTP/1.1\" 404 0"}"#,
            "a message, but nothing says which log it was taken from",
        ),
        (
            r#"{"schema":"soar.event/1","source":{"ip":"192.0.2.1"},"http":{"request":{"method":"GET"},"response":{"status_code":404}},"tags":["http_404"]}"#,
            "a record of SOAR Light, not a log line",
        ),
        (r#"{"schema":"soar.host/1","ip":"192.0.2.1"}"#, "a record of SOAR Light, not a log line"),
    ] {
        assert_eq!(event(line), reason, "{line}");
    }
    let twice = r#"{"remote_addr":"192.0.2.1","request":"GET / HTTP/1.1","status":200,"status":200}"#;
    assert!(event(twice).starts_with("nginx_json"), "the same value twice is one value");
}

#[test]
fn the_journal_says_who_sent_a_message() {
    let message = "Failed password for root from 192.0.2.10 port 22 ssh2";
    let bytes = message.bytes().map(|b| b.to_string()).collect::<Vec<_>>().join(",");
    let failed = r#"journald_json "ssh_login","outcome":"failure"},"source":{"ip":"192.0.2.10","port":22},"user":{"name":"root"},"process":{"name":"sshd"}"#;
    let untrusted = "journald_json untrusted";
    for (fields, shown) in [
        (format!(r#""_COMM":"sshd","MESSAGE":"{message}""#), failed),
        (format!(r#""SYSLOG_IDENTIFIER":"sshd","MESSAGE":"{message}""#), failed),
        (format!(r#""_COMM":"sshd","MESSAGE":[{bytes}]"#), failed),
        (format!(r#""_COMM":"logger","SYSLOG_IDENTIFIER":"sshd","MESSAGE":"{message}""#), untrusted),
        (format!(r#""_COMM":"","SYSLOG_IDENTIFIER":"sshd","MESSAGE":"{message}""#), untrusted),
        (format!(r#""_COMM":null,"SYSLOG_IDENTIFIER":"sshd","MESSAGE":"{message}""#), untrusted),
        (format!(r#""_COMM":"-","SYSLOG_IDENTIFIER":"sshd","MESSAGE":"{message}""#), untrusted),
        (format!(r#""_COMM":"logger","SYSLOG_IDENTIFIER":"logger","MESSAGE":"{message}""#), "journald_json another program"),
        // As whom it ran, from which file, in which unit: what is there must fit.
        (format!(r#""_COMM":"sshd","_UID":"0","MESSAGE":"{message}""#), failed),
        (format!(r#""_COMM":"sshd","_UID":0,"MESSAGE":"{message}""#), failed),
        (format!(r#""_COMM":"sshd","_UID":"1000","MESSAGE":"{message}""#), untrusted),
        (format!(r#""SYSLOG_IDENTIFIER":"sshd","_UID":"1000","MESSAGE":"{message}""#), untrusted),
        (format!(r#""_COMM":"sshd","_UID":["0","1000"],"MESSAGE":"{message}""#), untrusted),
        // The process of a session runs as who logged in, and says how it ended.
        (
            r#""_COMM":"sshd-session","_EXE":"/usr/lib/openssh/sshd-session","_UID":"1000","MESSAGE":"Disconnected from user alice 192.0.2.10 port 22""#
                .to_owned(),
            "journald_json another program",
        ),
        (r#""_COMM":"sshd","_UID":"1000","MESSAGE":"Disconnected from user alice 192.0.2.10 port 22""#.to_owned(), untrusted),
        (format!(r#""_COMM":"sshd","_EXE":"/usr/sbin/sshd","_UID":"1000","MESSAGE":"{message}""#), untrusted),
        (format!(r#""_COMM":"sshd","_EXE":"/usr/sbin/sshd","_UID":"0","MESSAGE":"{message}""#), failed),
        (format!(r#""_COMM":"sshd","_EXE":"/usr/sbin/sshd (deleted)","MESSAGE":"{message}""#), failed),
        (format!(r#""_COMM":"sshd","_EXE":"/usr/bin/python3.13","_UID":"0","MESSAGE":"{message}""#), untrusted),
        (format!(r#""_COMM":"sshd","_SYSTEMD_UNIT":"ssh.service","MESSAGE":"{message}""#), failed),
        (format!(r#""_COMM":"sshd","_SYSTEMD_UNIT":"sshd@3-10.0.0.1:22-192.0.2.1:5.service","MESSAGE":"{message}""#), failed),
        (format!(r#""_COMM":"sshd","_SYSTEMD_UNIT":"session-3.scope","MESSAGE":"{message}""#), failed),
        (format!(r#""_COMM":"sshd","_SYSTEMD_UNIT":"docker-0123abc.scope","_UID":"0","MESSAGE":"{message}""#), untrusted),
        (format!(r#""SYSLOG_IDENTIFIER":"sshd","CONTAINER_NAME":"web","_COMM":"dockerd","_UID":"0","MESSAGE":"{message}""#), untrusted),
        (format!(r#""SYSLOG_IDENTIFIER":"sshd","CONTAINER_NAME":"web","MESSAGE":"{message}""#), untrusted),
        // Vector's.
        (format!(r#""_COMM":"sshd","_UID":"0","message":"{message}","source_type":"journald""#), failed),
        (format!(r#""_COMM":"sshd","_UID":"1000","message":"{message}","source_type":"journald""#), untrusted),
        (format!(r#""_COMM":"sshd","_UID":"0","message":"{message}","source_type":"http_server""#), untrusted),
        (r#""_COMM":"sshd","MESSAGE":null"#.to_owned(), "journald_json unknown"),
        (r#""_COMM":"sshd","MESSAGE":["a","b"]"#.to_owned(), "journald_json unknown"),
        (r#""_COMM":"sshd-session","MESSAGE":"a new wording""#.to_owned(), "journald_json unknown"),
        (r#""MESSAGE":"a kernel's""#.to_owned(), "journald_json another program"),
    ] {
        let line = format!(r#"{{"__REALTIME_TIMESTAMP":"1703415994322089",{fields}}}"#);
        assert_eq!(event(&line), shown, "{line}");
    }
}

#[test]
fn a_wrapped_line_is_read_as_if_it_stood_alone() {
    let syslog = "Oct 10 13:55:38 gate sshd[77]: Failed password for root from 192.0.2.4 port 50022 ssh2";
    let failed = r#"wrapped_json syslog file "ssh_login","outcome":"failure"},"source":{"ip":"192.0.2.4","port":50022},"user":{"name":"root"},"host":{"hostname":"gate"},"process":{"name":"sshd","pid":77}"#;
    for line in [
        format!(r#"{{"message":"{syslog}","log":{{"file":{{"path":"/var/log/auth.log"}}}}}}"#),
        format!(
            r#"{{"file":"/var/log/auth.log","host":"a","message":"{syslog}","source_type":"file","timestamp":"2025-10-10T13:55:38Z"}}"#
        ),
    ] {
        assert_eq!(event(&line), failed, "{line}");
    }
    let inner = serde_json::Value::from(crate::parse::json::NGINX.example.0).to_string();
    let wrapped = |inside: &str| format!(r#"{{"message":{inside},"source_type":"file"}}"#);
    assert!(event(&wrapped(&inner)).starts_with("wrapped_json syslog file \"http_request\"},\"source\":{\"ip\":\"192.0.2.1\"}"));
}

#[test]
fn depth_and_number_of_keys_cost_nothing() {
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(event(&deep), OF_NO_LOG);
    let known = format!("{}1{}", r#"{"log":"#.repeat(100_000), "}".repeat(100_000));
    assert_eq!(event(&known), OF_NO_LOG);
    let keys: Vec<_> = (0..50_000).map(|n| format!(r#""k{n}":{n}"#)).collect();
    let line = format!(r#"{{{},"remote_addr":"192.0.2.1","request":"GET /","status":200}}"#, keys.join(","));
    assert!(event(&line).starts_with("nginx_json"));
}

#[test]
fn a_wrapper_vouches_as_far_as_its_shipper_says_where_it_took_the_line() {
    let message = "Oct 10 13:55:38 gate sshd[77]: Failed password for root from 203.0.113.9 port 50022 ssh2";
    for (fields, trust) in [
        (r#""source_type":"file""#, "syslog file"),
        (r#""source_type":"file","file":"/var/log/auth.log""#, "syslog file"),
        (r#""source_type":"file","file":"/var/log/pods/web/0.log""#, "application"),
        (r#""source_type":"docker_logs","stream":"stdout""#, "application"),
        (r#""source_type":"kubernetes_logs""#, "application"),
        (r#""source_type":"journald""#, "application"),
        (r#""source_type":"syslog""#, "application"),
        (r#""source_type":"http_server""#, "sender"),
        (r#""source_type":"stdin""#, "sender"),
        (r#""source_type":"socket""#, "sender"),
        (r#""source_type":"one of next year""#, "sender"),
        (r#""source_type":"http_server","log.file.path":"/var/log/auth.log""#, "sender"),
        (r#""log.file.path":"/var/log/auth.log""#, "syslog file"),
        (r#""log.offset":7"#, "syslog file"),
        (r#""log.file.path":"/var/log/auth.log","input.type":"log""#, "syslog file"),
        (r#""log.file.path":"/var/log/auth.log","input":{"type":"filestream"},"agent":{"type":"filebeat"}"#, "syslog file"),
        (r#""log.file.path":"/var/log/containers/web.log","input":{"type":"filestream"}"#, "application"),
        (r#""log.file.path":"/x","input":{"type":"container"},"stream":"stderr""#, "application"),
        (r#""log.file.path":"/x","container":{"id":"0123"}"#, "application"),
        (r#""log.file.path":"/x","kubernetes":{"pod":{"name":"web"}}"#, "application"),
        (r#""input":{"type":"tcp"},"log":{"source":{"address":"192.0.2.1:9"}}"#, "sender"),
        (r#""input.type":"http_endpoint""#, "sender"),
        (r#""log.file.path":"/var/log/auth.log","input.type":"udp""#, "sender"),
    ] {
        let line = format!(r#"{{"message":"{message}",{fields}}}"#);
        assert!(event(&line).starts_with(&format!("wrapped_json {trust} ")), "{line}: {}", event(&line));
    }
}

#[test]
fn a_request_that_anyone_may_have_sent_counts_for_nobody() {
    for line in [crate::parse::json::NGINX, crate::parse::json::CADDY, crate::parse::json::TRAEFIK, crate::parse::json::ECS]
        .map(|format| format.example.0)
    {
        for shipper in [r#""source_type":"http_server""#, r#""input":{"type":"tcp"}"#] {
            let sent = line.replacen('{', &format!("{{{shipper},"), 1);
            assert!(event(&sent).ends_with(" untrusted"), "{sent}: {}", event(&sent));
        }
        let taken = line.replacen('{', r#"{"source_type":"docker_logs","#, 1);
        assert!(event(&taken).contains("http_request"), "{taken}: {}", event(&taken));
    }
}

#[test]
fn a_sender_makes_nothing_of_anyone_count() {
    let lines = [
        ("Oct 10 13:55:38 gate sshd[77]: Failed password for root from 203.0.113.9 port 50022 ssh2", [true, true, false]),
        ("Oct 10 13:55:38 gate sshd[77]: a new wording", [true, true, false]),
        (r#"203.0.113.9 - - [10/Oct/2025:13:55:36 +0200] \"GET / HTTP/1.1\" 404 5 \"-\" \"bot\""#, [true, false, false]),
    ];
    for (line, untrusted) in lines {
        for (source, is_untrusted) in ["http_server", "docker_logs", "file"].into_iter().zip(untrusted) {
            let line = format!(r#"{{"source_type":"{source}","message":"{line}"}}"#);
            assert_eq!(event(&line).ends_with(" untrusted"), is_untrusted, "{line}: {}", event(&line));
        }
    }
    let repeat = r#"{"source_type":"docker_logs","message":"Oct 10 13:55:38 gate last message repeated 9 times"}"#;
    assert!(event(repeat).ends_with(" another program"), "nor makes it count again: {}", event(repeat));
}
