//! Hosts, and the page that soar-report makes of them, for tests in a browser.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{code, filter, run};

/// What an attacker may have put into any text.
const EVIL: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&lt;\u{202e}\u{0}javascript:alert(3)//http://192.0.2.99/x";

pub fn host(ip: &str, signals: [u64; 3], rules: &[&str]) -> Value {
    json!({
        "schema": "soar.host/1", "ip": ip, "score": signals[0] + signals[1], "reason": if signals[0] > 0 { "ssh_failed" } else { "http_404" },
        "suspicious": !rules.is_empty(), "rules": rules, "last_seen": "2026-01-02T00:00:00Z",
        "signals": {"ssh_failed": signals[0], "http_404": signals[1], "http_bot": 0, "ssh_accepted": signals[2]},
        "evidence": [{"signal": "ssh_failed", "at": "2026-01-01T00:00:00Z", "file": "/var/log/auth.log", "line": 4812}],
    })
}

pub fn hosts() -> Vec<Value> {
    let mut scanned = host("203.0.113.77", [14, 0, 1], &["ssh_breakin"]);
    scanned["scan"] = json!({
        "status": "complete", "open_ports": [22], "closed": 1, "filtered": 0, "unknown": 0, "started_at": "2026-01-03T00:00:00Z", "duration_ms": 5,
        "ports": [{"port": 22, "state": "open", "reason": "connected", "rtt_ms": 0.2}, {"port": 23, "state": "closed", "reason": "refused"}],
        "banners": [{"port": 22, "text": "SSH-2.0-OpenSSH_9.2"}],
    });
    scanned["explain"] = json!([{"rule": "ssh_breakin", "held": true, "when": ".failed_before_login > 10", "attack": "T1078", "saw": {"failed_before_login": 13}}]);
    scanned["failed_before_login"] = json!(13);
    scanned["login_order"] = json!({"failures": [1_767_312_000, 13], "logins": [1_767_312_010, 1], "latest": [{"at": "2026-01-02T00:00:10Z", "user": "backup", "method": "password", "file": "/var/log/auth.log", "line": 4900}]});
    let mut evil = host("192.0.2.9", [3, 0, 0], &[EVIL]);
    for key in ["reason", "network"] {
        evil[key] = json!(EVIL);
    }
    evil["signals"][EVIL] = json!(7);
    evil["evidence"][0]["file"] = json!(EVIL);
    evil["evidence"][0]["signal"] = json!(EVIL);
    evil["explain"] = json!([{"rule": EVIL, "held": false, "when": EVIL, "saw": {EVIL: EVIL}}]);
    evil["signals"]["ssh_accepted"] = json!(1);
    evil["login_order"] = json!({"latest": [{"at": "2026-01-02T00:00:00Z", "user": EVIL, "method": EVIL, "file": EVIL, "line": 1}]});
    evil["scan"] = json!({
        "status": EVIL, "started_at": EVIL, "stopped": EVIL, "ports": [{"port": 22, "state": EVIL, "reason": EVIL, "rtt_ms": EVIL}],
        "banners": [{"port": 22, "text": EVIL}],
    });
    vec![
        host("198.51.100.200", [0, 9000, 0], &[]),
        host("198.51.100.30", [1200, 5, 0], &["ssh_bruteforce"]),
        host("2001:db8::5", [80, 0, 0], &["ssh_bruteforce"]),
        evil,
        scanned,
    ]
}

/// The report of `hosts` as a file, in a folder that lasts.
pub fn report(name: &str, hosts: &[Value], flags: &[&str]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let lines = hosts.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let output = run(filter("soar-report").args(["-q", "--html"]).arg(&path).args(flags), lines.as_bytes());
    assert_eq!(code(&output), 0, "{output:?}");
    path
}
