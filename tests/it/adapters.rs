//! The adapters that make other programs act: what they write for the sample in `tests/adapters`, and what none of them may.
//!
//! `NAME.out` there is what `adapters/NAME.jq` makes of `hosts.ndjson`. After a change:
//! `jq -rf adapters/NAME.jq --arg at 2026-04-12T07:00:00Z tests/adapters/hosts.ndjson > tests/adapters/NAME.out`, and review the
//! diff. What those for threat intelligence, reports and scans write is tested further in `exchange.rs`.

use crate::support::adapter::{NOBODY, adapt, said, suspects};
use crate::support::{code, read, text};
use serde_json::{Value, json};

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
        "::ffff:0.0.0.0",
        "::ffff:e000:1",
        "::ffff:192.0.2.01",
        "::ffff:192.0.2",
        "64:ff9b::224.0.0.1",
        "2002:e000:1::1",
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
        let said = said(&output);
        assert!(said[..5].iter().all(|line| line.starts_with("left out, not the address of a host: ")), "{name}: {said:?}");
        assert_eq!(said[5..], [format!("and {} more like these", wrong.len() + others.len() + 1 - 5)], "{name}");
    }
}

#[test]
fn every_address_of_a_host_gets_through_in_one_spelling() {
    let given = [
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
        "2001:DB8:0:0::1",
        "2001:0db8::0001",
        "::2:3:4:5:6:7:8",
        "1:0:0:2:3:0:0:4",
        "1:0:0:2:0:0:0:3",
        "::ffff:192.0.2.1",
        "::FFFF:C000:201",
        "0:0:0:0:0:ffff:192.0.2.1",
        "64:ff9b::192.0.2.1",
        "2001:db8::192.0.2.1",
        "fd00::1",
        "0::2",
    ];
    let mut spellings: Vec<String> = given.map(ToOwned::to_owned).into();
    // Addresses with zeros in all places, as this and that program writes them.
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..300 {
        let mut groups: [u16; 8] = std::array::from_fn(|_| random.choice([0, 0, 1, 0xdb8, random.clone().u16(..)]).unwrap_or(0));
        groups[0] = random.u16(0x2400..0x4000);
        let long = groups.map(|group| format!("{group:04X}")).join(":");
        let short = groups.map(|group| format!("{group:x}")).join(":");
        spellings.extend([std::net::Ipv6Addr::from(groups).to_string(), long, short]);
    }
    let ips: Vec<_> = spellings.iter().map(|ip| json!(ip)).collect();
    let output = adapt("addresses", &["--arg", "local", "yes"], &suspects(&ips));
    assert_eq!(said(&output), [""; 0]);
    // As the filters read and write them.
    let read = |ip: &String| soar_light::base::net::parse_address(ip.as_bytes()).expect("an address").to_string();
    let expected: Vec<_> = spellings.iter().map(read).collect();
    assert_eq!(text(&output.stdout).lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_record_that_says_until_when_is_believed() {
    let host = |ip: &str, until: &str| format!("{{\"ip\":\"{ip}\",\"suspicious\":true,\"expires_at\":\"{until}\"}}\n");
    let hosts = [host("192.0.2.1", "9000-01-01T00:00:00Z"), host("192.0.2.2", "2020-01-01T00:00:00Z"), host("192.0.2.3", "soon")].concat();
    for name in ["nftables", "ipset", "crowdsec"] {
        let output = adapt(name, &[], hosts.as_bytes());
        let commands = text(&output.stdout);
        let line = commands.lines().rfind(|line| line.contains("192.0.2.1")).expect("a ban");
        assert!(!line.contains("192.0.2.1 timeout 86400") && !line.contains("\"86400s\",\"ip\",\"192.0.2.1\""), "{name}: {commands}");
        assert!(!commands.contains("192.0.2.2") && commands.contains("86400"), "{name}: {commands}");
        assert_eq!(said(&output), ["expires_at of 192.0.2.3 is no time like 2026-04-12T06:30:38Z"], "{name}");
    }
}

#[test]
fn nftables_is_given_lines_of_bounded_length() {
    let many: Vec<_> = (0..1200).map(|n| json!(format!("2001:db8::{n:x}"))).collect();
    let commands = text(&adapt("nftables", &[], &suspects(&many)).stdout);
    let added = commands.lines().filter(|line| line.starts_with("add element") && line.contains("timeout"));
    assert_eq!(added.map(|line| line.matches("2001:db8::").count()).collect::<Vec<_>>(), [500, 500, 200]);
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
    let events = crate::support::sample("soar-score");
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
    assert_eq!(documents.matches("\"_index\":\"soar\"}}\n").count(), 4);
    let metrics = text(&adapt("prometheus", &["--arg", "top", "1"], &sample()).stdout);
    assert_eq!(metrics.matches("soar_score{").count(), 1);
    // Two files of one folder: no series of the one is one of the other.
    let series = |source: &str| {
        let metrics = text(&adapt("prometheus", &["--arg", "source", source], &sample()).stdout);
        metrics.lines().filter(|line| !line.starts_with('#')).map(|line| line.rsplit_once(' ').expect("a value").0.to_owned()).collect()
    };
    let (one, other): (std::collections::BTreeSet<String>, _) = (series("a"), series("b\"\n"));
    assert!(one.is_disjoint(&other) && one.len() == other.len() && one.iter().all(|name| name.contains("{source=\"a\"")), "{one:?}");
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
        let (create, document) = (&pair[0]["create"], &pair[1]);
        // The same document has the same name in every run.
        let id = format!(
            "{} {} {} {}",
            document["source"]["ip"], document["event"]["start"], document["event"]["end"], document["event"]["risk_score"]
        );
        assert_eq!(create, &json!({ "_id": id.replace('"', "") }));
        assert_eq!((&document["event"]["kind"], &document["event"]["category"]), (&json!("alert"), &json!(["intrusion_detection"])));
        assert_eq!(document["source"]["ip"], document["related"]["ip"][0]);
        assert!(document["soar"]["signals"].as_object().expect("counts").keys().all(|name| !name.contains('.')));
        assert!(!document.to_string().contains("null"), "{document}");
    }
    // Elasticsearch wants a time, and a host may have none.
    let timeless = text(&adapt("ecs", &[], br#"{"ip":"192.0.2.7","suspicious":true}"#).stdout);
    let document: Value = serde_json::from_str(timeless.lines().nth(1).expect("a document")).expect("JSON");
    assert!(soar_light::base::time::parse_rfc3339(document["@timestamp"].as_str().expect("a time")).is_ok());
}

#[test]
fn a_document_of_ecs_has_what_other_stages_know() {
    let of = |enrich: Value| {
        let host = json!({ "schema": "soar.host/1", "ip": "192.0.2.7", "suspicious": true, "last_seen": "2026-01-01T00:00:00Z", "enrich": enrich });
        let bulk = text(&adapt("ecs", &[], host.to_string().as_bytes()).stdout);
        let document: Value = serde_json::from_str(bulk.lines().nth(1).expect("a document")).expect("JSON");
        let mut source = document["source"].as_object().expect("an object").clone();
        source.remove("ip");
        source.remove("address");
        (json!(source), document["soar"]["lists"].clone())
    };
    let source = json!({ "as": { "number": 64496, "organization": { "name": "EXAMPLE" } }, "geo": { "country_iso_code": "FR", "city_name": "Paris" } });
    let mut known = source.clone();
    known["lists"] = json!(["drop", "tor-exit"]);
    known["mine"] = json!([1]);
    assert_eq!(of(known), (source, json!(["drop", "tor-exit"])));
    let short = json!({ "as": { "number": 64496, "name": "EXAMPLE" }, "geo": { "country": "FR" } });
    let long = json!({ "as": { "number": 64496, "organization": { "name": "EXAMPLE" } }, "geo": { "country_iso_code": "FR" } });
    assert_eq!(of(short), (long, Value::Null));
    for odd in [json!("x"), json!(null), json!({ "as": 7, "geo": ["FR"], "lists": "drop", "rdns": 7 })] {
        assert_eq!(of(odd.clone()), (json!({}), Value::Null), "{odd}");
    }
}

/// Each adapter is one file that works wherever it is copied to, so each has these lines; a slip in one would be a hole.
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
