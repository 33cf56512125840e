//! The adapters that make other programs act: what they write for the sample in `tests/adapters`, and what none of them may.
//!
//! `NAME.out` there is what `adapters/NAME.jq` makes of `hosts.ndjson`. After a change:
//! `jq -rf adapters/NAME.jq tests/adapters/hosts.ndjson > tests/adapters/NAME.out`, and review the diff.

mod support;

use std::process::{Command, Output};

use serde_json::{Value, json};
use support::{code, read, root, run, text};

/// What each adapter writes where nobody is suspicious, and with `-n` where there is nobody at all.
const NOBODY: [(&str, &str); 10] = [
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
    ("nftables", NFTABLES),
    ("nginx", ""),
    ("prometheus", PROMETHEUS),
];
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

fn adapt(name: &str, flags: &[&str], hosts: &[u8]) -> Output {
    let mut command = Command::new("jq");
    command.current_dir(root()).arg("-rf").arg(format!("adapters/{name}.jq")).args(flags);
    run(&mut command, hosts)
}

/// A suspicious host for each of `ips`, which may be anything.
fn suspects(ips: &[Value]) -> Vec<u8> {
    let lines: Vec<_> =
        ips.iter().map(|ip| json!({ "schema": "soar.host/1", "ip": ip, "suspicious": true, "rules": ["r"] }).to_string()).collect();
    lines.join("\n").into_bytes()
}

fn sample() -> Vec<u8> {
    read("tests/adapters/hosts.ndjson")
}

#[test]
fn the_sample_becomes_what_stands_beside_it() {
    for (name, _) in NOBODY {
        let output = adapt(name, &[], &sample());
        assert_eq!((code(&output), text(&output.stderr).as_str()), (0, ""), "{name}");
        assert_eq!(text(&output.stdout), text(&read(&format!("tests/adapters/{name}.out"))), "{name}");
        assert_eq!(adapt(name, &["-n"], &sample()).stdout, output.stdout, "{name}: -n changes nothing where there are hosts");
    }
}

#[test]
fn where_nobody_is_suspicious_the_output_is_empty_and_whole() {
    let innocents = text(&sample()).replace("\"suspicious\":true,", "");
    for (name, expected) in NOBODY {
        for (flags, hosts) in [(&[][..], innocents.as_bytes()), (&["-n"], b"")] {
            let output = adapt(name, flags, hosts);
            assert_eq!((code(&output), text(&output.stdout).as_str(), text(&output.stderr).as_str()), (0, expected, ""), "{name}");
        }
    }
}

#[test]
fn what_is_not_the_address_of_a_host_never_gets_through() {
    let wrong = [
        "",
        "192.0.2",
        "192.0.2.1.1",
        "192.0.2.1.",
        "192.0.2.01",
        "192.0.2.256",
        "1920.2.1",
        "192.0.2.1\n",
        "\n192.0.2.1",
        " 192.0.2.1",
        "192.0.2.1 ",
        "192.0.2.1/0",
        "0.0.0.0",
        "0.1.2.3",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "0::0",
        ":::",
        "1::2::3",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7::8",
        "2001:db8::1\n",
        "2001:db8::1/0",
        "fe80::1%lo",
        "ff02::1",
        "12345::1",
        "2001:db8::g",
        ":1",
        "1:",
        "::ffff:192.0.2.1",
        "host.example",
        "192.0.2.1 }; flush ruleset; #",
        "192.0.2.1; touch pwned",
        "$(touch pwned)",
        "-h",
        "١٩٢.0.2.1",
    ];
    let others = [json!(null), json!(3_221_225_985_u32), json!(["192.0.2.1"]), json!({ "a": 1 })];
    let hosts = suspects(&[&wrong.map(|ip| json!(ip))[..], &others].concat());
    let rest = b"\n{\"suspicious\":true}\nnull\n1\n\"192.0.2.1\"\n[]\n{}\n";
    for (name, expected) in NOBODY {
        let output = adapt(name, &[], &[&hosts, &rest[..]].concat());
        assert_eq!((code(&output), text(&output.stdout).as_str()), (0, expected), "{name}");
        let said = text(&output.stderr);
        let said: Vec<_> = said.lines().map(|line| line.trim_start_matches("[\"DEBUG:\",\"").trim_end_matches("\"]")).collect();
        assert!(said[..5].iter().all(|line| line.starts_with("left out, not the address of a host: ")), "{name}: {said:?}");
        assert_eq!(said[5..], [format!("and {} more like these", wrong.len() + others.len() + 1 - 5)], "{name}");
    }
}

#[test]
fn every_address_of_a_host_gets_through() {
    let right = [
        "192.0.2.1",
        "1.0.0.0",
        "223.255.255.255",
        "10.20.30.249",
        "127.0.0.1",
        "::1",
        "1::",
        "2001:db8::1",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::",
        "fe80::1",
    ];
    assert_eq!(text(&adapt("addresses", &[], &suspects(&right.map(|ip| json!(ip)))).stdout).lines().collect::<Vec<_>>(), right);
    // And, as the house itself reads it, each is one.
    assert!(right.iter().all(|ip| soar_light::net::parse_address(ip.as_bytes()).is_some_and(soar_light::net::is_unicast)));
}

#[test]
fn records_from_elsewhere_may_hold_anything_but_the_address() {
    let host = r#"{"ip":"192.0.2.7","suspicious":true,"score":"1\n2","rules":"r\n","reason":{"a":[1]},"signals":[1],"scan":"x","last_seen":"9999-99-99T99:99:99Z","first_seen":"\n"}"#;
    for (name, _) in NOBODY {
        let output = adapt(name, &[], host.as_bytes());
        assert_eq!(code(&output), 0, "{name}: {}", text(&output.stderr));
        assert!(text(&output.stdout).contains("192.0.2.7"), "{name}");
    }
    let metrics = text(&adapt("prometheus", &[], host.as_bytes()).stdout);
    assert!(metrics.contains("soar_score{ip=\"192.0.2.7\",reason=\"{\\\"a\\\":[1]}\"} 0\n"), "{metrics}");
}

#[test]
fn events_are_said_to_be_of_another_stage() {
    let events = support::sample("soar-score");
    for (name, _) in NOBODY {
        let output = adapt(name, &[], &events);
        assert_eq!((code(&output), text(&output.stdout).as_str()), (2, ""), "{name}");
        assert_eq!(text(&output.stderr), "these are events: soar-score is missing\n", "{name}");
    }
}

#[test]
fn a_time_is_a_number_with_a_unit_or_nothing_is_written() {
    for name in ["nftables", "ipset", "crowdsec"] {
        for (time, seconds) in [("1", 1), ("90s", 90), ("30m", 1800), ("12h", 43_200), ("2d", 172_800), ("1w", 604_800)] {
            let output = text(&adapt(name, &["--arg", "timeout", time], &sample()).stdout);
            assert!(output.contains(&format!("{seconds}s")) || output.contains(&format!("timeout {seconds} ")), "{name} {time}: {output}");
        }
        for time in ["", "0", "-1", "1.5h", "1y", "1d; flush ruleset", "1d\n", "99999999"] {
            let output = adapt(name, &["--arg", "timeout", time], &sample());
            assert_eq!((code(&output), text(&output.stdout).as_str()), (2, ""), "{name} {time:?}");
            assert_eq!(text(&output.stderr), format!("--arg timeout: not like 30m, 12h, 1d: {time}\n"), "{name}");
        }
    }
    // More than a set of ipset can keep.
    assert!(adapt("ipset", &["--arg", "timeout", "25d"], &sample()).stdout.is_empty());
}

#[test]
fn flags_of_some_adapters_change_what_they_say() {
    let bans = text(&adapt("fail2ban", &["--arg", "jail", "x'; touch pwned #"], &sample()).stdout);
    assert_eq!(bans, "fail2ban-client set 'x'\\''; touch pwned #' banip 192.0.2.66 2001:db8::66 203.0.113.9\n");
    let decisions = text(&adapt("crowdsec", &["--arg", "type", "captcha"], &sample()).stdout);
    assert_eq!(decisions.matches(",\"captcha\"\n").count(), 3);
    let documents = text(&adapt("ecs", &["--arg", "index", "soar"], &sample()).stdout);
    assert_eq!(documents.matches("{\"create\":{\"_index\":\"soar\"}}\n").count(), 4);
    let metrics = text(&adapt("prometheus", &["--arg", "top", "1"], &sample()).stdout);
    assert_eq!(metrics.matches("soar_score{").count(), 1);
    // One command of fail2ban bans many, but no line grows without end.
    let many: Vec<_> = (0..1200).map(|n| json!(format!("10.0.{}.{}", n / 250, n % 250))).collect();
    let bans = text(&adapt("fail2ban", &[], &suspects(&many)).stdout);
    assert_eq!(bans.lines().map(|line| line.matches("10.0.").count()).collect::<Vec<_>>(), [500, 500, 200]);
}

#[test]
fn a_bulk_is_pairs_of_an_action_and_a_document_of_ecs() {
    let bulk = text(&adapt("ecs", &[], &sample()).stdout);
    let lines: Vec<Value> = bulk.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 8);
    for pair in lines.chunks(2) {
        assert_eq!(pair[0], json!({ "create": {} }));
        let document = &pair[1];
        assert_eq!((&document["event"]["kind"], &document["event"]["category"]), (&json!("alert"), &json!(["intrusion_detection"])));
        assert_eq!(document["source"]["ip"], document["related"]["ip"][0]);
        assert!(document["soar"]["signals"].as_object().expect("counts").keys().all(|name| !name.contains('.')));
        assert!(!document.to_string().contains("null"), "{document}");
    }
    // Elasticsearch wants a time, and a host may have none.
    let timeless = text(&adapt("ecs", &[], br#"{"ip":"192.0.2.7","suspicious":true}"#).stdout);
    let document: Value = serde_json::from_str(timeless.lines().nth(1).expect("a document")).expect("JSON");
    assert!(soar_light::time::parse_rfc3339(document["@timestamp"].as_str().expect("a time")).is_ok());
}

/// A program for jq cannot include another one by a path of its own, so each has these lines; a slip in one would be a hole.
#[test]
fn all_let_through_by_the_same_lines() {
    let shared = |name: &str| {
        let program = text(&read(&format!("adapters/{name}.jq")));
        let start = program.find("# What every adapter lets through").expect("the shared lines");
        let end = program.find("(.suspect | objects));\n").expect("their end");
        (program[start..end].to_owned(), program[end..].contains("suspects"))
    };
    let expected = shared("addresses");
    for (name, _) in NOBODY {
        assert_eq!(shared(name), expected, "{name}");
    }
}
