//! Signals that a run does not look for, and of which it says that they would have fired more than 50 times for one address.

use crate::support::{filter, run, text};

/// What a run says on stderr of `count` times `line`.
fn told(flags: &[&str], line: &str, count: usize) -> String {
    text(&run(filter("soar-parse").args(flags).args(["--year", "2025"]), line.repeat(count).as_bytes()).stderr)
}

fn request(request: &str, status: u16) -> String {
    format!("192.0.2.1 - - [10/Oct/2025:13:55:36 +0000] \"{request}\" {status} 153 \"-\" \"curl/8.2.1\"\n")
}

#[test]
fn every_signal_that_is_off_is_told_of_from_fifty_one_times_on() {
    let sshd = |message: &str| format!("Oct 10 13:55:36 lab sshd[7]: {message}\n");
    for (flags, line, signal) in [
        (&[][..], request("GET / HTTP/1.1", 500), "http_error"),
        (&[], request("GET / HTTP/1.1", 403), "http_denied"),
        (&[], request("POST /wp-login.php HTTP/1.1", 200), "http_login"),
        (&[], request("GET /.env HTTP/1.1", 404), "http_probe"),
        (&[], request("GET /?q=%27%20union%20select%201,2-- HTTP/1.1", 200), "http_attack"),
        (&["--signals", "ssh_failed"], request("GET /no HTTP/1.1", 404), "http_404"),
        (&["--signals", "http_404"], sshd("Failed password for root from 192.0.2.1 port 4711 ssh2"), "ssh_failed"),
        (&[], sshd("Invalid user bob from 192.0.2.1 port 4711"), "ssh_invalid_user"),
        (
            &["--signals", "http_404"],
            "Oct 10 13:55:36 lab dropbear[7]: Bad password attempt for 'root' from 192.0.2.1:4711\n".to_owned(),
            "login_failed",
        ),
    ] {
        let hint = format!("192.0.2.1: 51 times {signal}, a signal that this run does not look for: --signals default,{signal}\n");
        assert!(told(flags, &line, 51).contains(&hint), "{signal}: {}", told(flags, &line, 51));
        assert!(!told(flags, &line, 50).contains(signal), "{signal}");
    }
}

#[test]
fn a_client_behind_a_trusted_proxy_is_told_of() {
    let line = r#"{"remote_addr":"10.0.0.9","http_x_forwarded_for":"192.0.2.1","request":"GET / HTTP/1.1","status":500,"time_iso8601":"2025-10-10T13:55:36+00:00"}"#;
    let told = told(&["--trusted-proxy", "10.0.0.9"], &format!("{line}\n"), 51);
    assert!(told.contains("192.0.2.1: 51 times http_error"), "{told}");
}

#[test]
fn what_would_change_nothing_is_refused() {
    for (flags, wanted) in [
        (&["--signals", "http_impostor"][..], "soar-enrich sets it"),
        (&["--trust-log-peer"], "--trust-log-peer needs a --log-format or --json that contains X-Forwarded-For"),
        (&["--signals", "http_404", "--bots", "extended"], "--bots would change nothing"),
        (&["--signals", "http_bot", "--ignore-404", "common"], "--ignore-404 would change nothing"),
        (&["--hosts", "--all"], "cannot be used with"),
        (&["--suggest", "--signals", "all"], "cannot be used with"),
        (&["--suggest", "--since", "2020-01-01"], "cannot be used with"),
        (&["--suggest", "--strict"], "cannot be used with"),
    ] {
        let output = run(filter("soar-parse").args(flags), b"");
        assert_eq!(output.status.code(), Some(2), "{flags:?}");
        assert!(text(&output.stderr).contains(wanted), "{flags:?}: {}", text(&output.stderr));
    }
}
