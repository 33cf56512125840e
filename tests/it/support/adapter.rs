//! Adapters, run by jq over hosts that a test makes up.

use std::process::{Command, Output};

use serde_json::{Value, json};

use super::{root, run, text};

/// What each adapter writes where nobody is suspicious, and with `-n` where there is nobody at all.
pub const NOBODY: [(&str, &str); 14] = [
    ("abuseipdb", "IP,Categories,ReportDate,Comment\n"),
    ("addresses", ""),
    ("apache", "<RequireAll>\n    Require all granted\n</RequireAll>\n"),
    ("crowdsec", "duration,scope,value,reason,type\n"),
    ("ecs", ""),
    ("fail2ban", ""),
    ("hosts-deny", "# soar: begin\n# soar: end\n"),
    (
        "ipset",
        "create soar4 hash:ip family inet maxelem 1048576 timeout 0 -exist\ncreate soar6 hash:ip family inet6 maxelem 1048576 timeout 0 -exist\n",
    ),
    ("misp", ""),
    ("nftables", NFTABLES),
    ("nginx", ""),
    ("pf", "table <suspects> persist { }\nblock drop in quick from <suspects> to any\n"),
    ("prometheus", PROMETHEUS),
    ("stix", STIX),
];
const STIX: &str = concat!(
    r#"{"type":"bundle","id":"bundle--95a367d7-aaff-592c-a08d-86fed2358483","objects":[{"type":"identity","spec_version":"2.1","id":"identity--268b2bf1-a7f9-5926-a5d1-69a914ccf38d","#,
    r#""created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"SOAR Light","identity_class":"system"}]}"#,
    "\n"
);
const NFTABLES: &str = "add table inet soar
add set inet soar suspects4 { type ipv4_addr; flags timeout; }
add set inet soar suspects6 { type ipv6_addr; flags timeout; }
add chain inet soar suspects { type filter hook prerouting priority -300; policy accept; }
flush chain inet soar suspects
add rule inet soar suspects iifname \"lo\" accept
add rule inet soar suspects ip saddr @suspects4 counter drop
add rule inet soar suspects ip6 saddr @suspects6 counter drop
";
const PROMETHEUS: &str = "# HELP soar_suspicious_hosts Addresses that are highly suspicious.
# TYPE soar_suspicious_hosts gauge
soar_suspicious_hosts 0
# HELP soar_rule_hosts Suspicious addresses by the rule that held.
# TYPE soar_rule_hosts gauge
# HELP soar_signals Occurrences of a signal, over all suspicious addresses.
# TYPE soar_signals gauge
# HELP soar_open_port_hosts Suspicious addresses on which the port is open.
# TYPE soar_open_port_hosts gauge
# HELP soar_score Score of the addresses with the highest scores.
# TYPE soar_score gauge
# HELP soar_last_seen_timestamp_seconds When a suspicious address was last seen.
# TYPE soar_last_seen_timestamp_seconds gauge
";

/// The time that adapters are told it is, unless the test says another one: jq takes the first. Those that write none do not look at it.
pub const AT: [&str; 3] = ["--arg", "at", "2026-04-12T07:00:00Z"];

pub fn adapt(name: &str, flags: &[&str], hosts: &[u8]) -> Output {
    adapt_from("", name, flags, hosts)
}

/// The same for one who is logged in over ssh from `client`.
pub fn adapt_from(client: &str, name: &str, flags: &[&str], hosts: &[u8]) -> Output {
    let mut command = Command::new("jq");
    command.current_dir(root()).arg("-rf").arg(format!("adapters/{name}.jq")).args(flags).args(AT).env_remove("SSH_CONNECTION");
    command.env("SSH_CLIENT", if client.is_empty() { String::new() } else { format!("{client} 50022 22") });
    run(&mut command, hosts)
}

/// What stderr says, line by line.
pub fn said(output: &Output) -> Vec<String> {
    text(&output.stderr).lines().map(|line| line.trim_start_matches("[\"DEBUG:\",\"").trim_end_matches("\"]").to_owned()).collect()
}

/// A suspicious host for each of `ips`, which may be anything.
pub fn suspects(ips: &[Value]) -> Vec<u8> {
    let lines: Vec<_> =
        ips.iter().map(|ip| json!({ "schema": "soar.host/1", "ip": ip, "suspicious": true, "rules": ["r"] }).to_string()).collect();
    lines.join("\n").into_bytes()
}
