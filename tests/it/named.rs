//! Whom adapters name: nobody of this machine, nobody who is allowed, and a network only when asked.

use std::process::Command;

use crate::support::adapter::{NOBODY, adapt, adapt_from, said, suspects};
use crate::support::{code, root, run, text};
use serde_json::{Value, json};

#[test]
fn this_machine_its_link_and_the_address_of_who_is_logged_in_are_named_only_when_asked() {
    let local = [
        "127.0.0.1",
        "127.255.255.254",
        "::1",
        "0:0:0:0:0:0:0:1",
        "169.254.169.254",
        "fe80::1",
        "FE80:0::1",
        "febf::1",
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "::127.0.0.1",
        "::ffff:0:127.0.0.1",
        "64:ff9b::127.0.0.1",
        "64:ff9b:1::169.254.1.1",
        "2002:7f00:1::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ];
    // Networks of one's own have attackers too.
    let others = ["10.0.0.1", "192.168.1.1", "100.64.0.1", "fd00::1", "2001:db8::1", "203.0.113.9", "fec0::1"];
    let ips: Vec<_> = local.iter().chain(&others).map(|ip| json!(ip)).collect();
    for (name, empty) in NOBODY {
        let only = adapt(name, &[], &suspects(&local.map(|ip| json!(ip))));
        assert_eq!((code(&only), text(&only.stdout).as_str()), (0, empty), "{name}");
        let said = said(&only);
        let why = "left out, of this machine or its link (--arg local yes lets it through): ";
        assert!(said[..5].iter().all(|line| line.starts_with(why)), "{name}: {said:?}");
        assert_eq!(said[5..], [format!("and {} more like these", local.len() - 5)], "{name}");
        let all = text(&adapt(name, &["--arg", "local", "yes", "--arg", "top", "99"], &suspects(&ips)).stdout);
        for ip in ["127.0.0.1", "fe80::1", "203.0.113.9"] {
            assert!(all.contains(ip), "{name}: {ip}");
        }
        let wrong = adapt(name, &["--arg", "local", "maybe"], &suspects(&ips));
        assert_eq!(
            (code(&wrong), text(&wrong.stdout).as_str(), text(&wrong.stderr)),
            (2, "", "--arg local: no or yes\n".to_owned()),
            "{name}"
        );
    }
    assert_eq!(text(&adapt("addresses", &[], &suspects(&ips)).stdout).lines().collect::<Vec<_>>(), others);
    for (client, ip) in [
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9", "::ffff:203.0.113.9"),
        ("203.0.113.9", "64:ff9b::203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8::1", "2001:DB8:0::1"),
    ] {
        let hosts = suspects(&[json!(ip), json!("203.0.113.8")]);
        for (name, _) in NOBODY {
            let output = adapt_from(client, name, &[], &hosts);
            assert!(
                !text(&output.stdout).contains(client.trim_start_matches("::ffff:")) && text(&output.stdout).contains("203.0.113.8"),
                "{name}"
            );
            assert!(said(&output)[0].starts_with("left out, you are logged in from there (--arg local yes lets it through): "), "{name}");
            assert!(adapt_from(client, name, &["--arg", "local", "yes"], &hosts).stderr.is_empty(), "{name}");
        }
    }
    let mut command = Command::new("jq");
    command.current_dir(root()).args(["-rf", "adapters/addresses.jq"]).env_remove("SSH_CLIENT");
    command.env("SSH_CONNECTION", "203.0.113.8 50022 192.0.2.1 22");
    assert_eq!(text(&run(&mut command, &suspects(&[json!("203.0.113.8"), json!("203.0.113.9")])).stdout), "203.0.113.9\n");
}

#[test]
fn allowed_protects_in_any_form_that_means_yes() {
    let host = |allowed: &Value| json!({ "ip": "192.0.2.7", "suspicious": true, "allowed": allowed }).to_string();
    for (allowed, is_named) in [
        (json!(true), false),
        (json!("yes"), false),
        (json!("true"), false),
        (json!(1), false),
        (json!({ "by": "me" }), false),
        (json!(["192.0.2.0/24"]), false),
        (json!(null), true),
        (json!(false), true),
        (json!(0), true),
        (json!(""), true),
        (json!("No"), true),
        (json!("false"), true),
    ] {
        for (name, _) in NOBODY {
            let output = adapt(name, &[], host(&allowed).as_bytes());
            assert_eq!((text(&output.stdout).contains("192.0.2.7"), said(&output)), (is_named, Vec::new()), "{name} {allowed}");
        }
    }
}

/// A suspicious host that stands for `network`.
fn grouped(ip: &str, network: &str) -> Vec<u8> {
    let host = json!({ "schema": "soar.host/1", "ip": ip, "network": network, "suspicious": true, "rules": ["r"] });
    format!("{host}\n").into_bytes()
}

#[test]
fn a_network_is_named_only_when_asked_and_only_where_the_host_is_in_it() {
    const BY_NETWORK: &[&str] = &["--arg", "by", "network"];
    let hosts = [
        grouped("2001:db8::66", "2001:db8::/64"),
        grouped("2001:db8:1:2ff::66", "2001:DB8:1:200::/56"),
        // None of theirs, too wide, of the other family, and no network.
        grouped("2001:db8:2::66", "2001:db8:3::/64"),
        grouped("2001:db8:4::66", "2000::/3"),
        grouped("192.0.2.1", "::/96"),
        grouped("2001:db8:5::66", "2001:db8:5::/64 }; flush ruleset"),
        // A neighbour is allowed.
        grouped("2001:db8:6::66", "2001:db8:6::/64"),
        b"{\"ip\":\"2001:db8:6::1\",\"allowed\":true}\n".to_vec(),
    ]
    .concat();
    let named = ["2001:db8:2::66", "2001:db8:4::66", "192.0.2.1", "2001:db8:5::66", "2001:db8:6::66"];
    let lines = |flags: &[&str]| text(&adapt("addresses", flags, &hosts).stdout).lines().map(ToOwned::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(BY_NETWORK), [&["2001:db8::/64", "2001:db8:1:200::/56"], &named[..]].concat());
    assert_eq!(lines(&[]), [&["2001:db8::66", "2001:db8:1:2ff::66"], &named[..]].concat());
    let of = |name: &str| text(&adapt(name, BY_NETWORK, &grouped("2001:db8::66", "2001:db8::/64")).stdout);
    for (name, line) in [
        ("abuseipdb", "2001:db8::66,\"15\","),
        ("apache", "    Require not ip 2001:db8::/64\n"),
        ("crowdsec", "\"86400s\",\"range\",\"2001:db8::/64\",\"soar: r\",\"ban\"\n"),
        ("fail2ban", "fail2ban-client set 'soar' banip 2001:db8::/64\n"),
        ("hosts-deny", "ALL: [2001:db8::]/64\n"),
        ("ipset", "add soar6net 2001:db8::/64 timeout 86400 -exist\n"),
        ("misp", "\"value\":\"2001:db8::/64\""),
        ("pf", "    2001:db8::/64 \\\n"),
        ("stix", "\"pattern\":\"[ipv6-addr:value ISSUBSET '2001:db8::/64']\""),
        ("nftables", "add element inet soar networks6 { 2001:db8::/64 timeout 86400s }\n"),
        ("nginx", "deny 2001:db8::/64;\n"),
        ("ecs", "\"source\":{\"address\":\"2001:db8::66\",\"ip\":\"2001:db8::66\"}"),
        ("prometheus", "soar_score{ip=\"2001:db8::66\",reason=\"\"} 0\n"),
    ] {
        assert!(of(name).contains(line), "{name}: {}", of(name));
        let own = adapt_from("2001:db8::99", name, BY_NETWORK, &grouped("2001:db8::66", "2001:db8::/64"));
        assert!(!text(&own.stdout).contains("2001:db8::") && said(&own)[0].starts_with("left out, you are logged in from there"), "{name}");
        let wrong = adapt(name, &["--arg", "by", "x"], &hosts);
        assert_eq!((code(&wrong), text(&wrong.stderr).as_str()), (2, "--arg by: address, network or group\n"), "{name}");
    }
    // What is inside of another network would sink nft's transaction.
    let nested = [grouped("2001:db8::66", "2001:db8::/64"), grouped("2001:db8:0:1::66", "2001:db8::/48")].concat();
    let commands = text(&adapt("nftables", BY_NETWORK, &nested).stdout);
    assert!(commands.contains("{ 2001:db8::/48 timeout 86400s }") && !commands.contains("/64"), "{commands}");
}
