//! soar-scan on networks that the tests make themselves: namespaces joined by a cable, packet filters in one, the scanner
//! in the other, nmap beside it. Needs root; where the kernel refuses, every test says so and is skipped.
//!
//! `SOAR_RUNS=20 cargo test --test it networks::` compares with nmap that often (default: 2).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::net::IpAddr;

use crate::support::network::{Network, network};
use crate::support::text;
use serde_json::Value;

const PORTS: [u16; 7] = [20, 21, 22, 23, 80, 443, 3389];

type OpenPorts = BTreeSet<(IpAddr, u16)>;

fn runs() -> usize {
    std::env::var("SOAR_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(2)
}

fn list(ports: &[u16]) -> String {
    ports.iter().map(u16::to_string).collect::<Vec<_>>().join(",")
}

/// Each port's state and reason.
fn states(hosts: &[Value]) -> BTreeMap<(IpAddr, u16), (String, String)> {
    let mut states = BTreeMap::new();
    for host in hosts {
        let ip: IpAddr = host["ip"].as_str().expect("ip").parse().expect("an address");
        for port in host["scan"]["ports"].as_array().unwrap_or_else(|| panic!("no ports: {host}")) {
            let number = u16::try_from(port["port"].as_u64().expect("a port")).expect("a port");
            let text = |key: &str| port[key].as_str().expect("text").to_owned();
            states.insert((ip, number), (text("state"), text("reason")));
        }
    }
    states
}

fn open_ports(hosts: &[Value]) -> OpenPorts {
    let of_host = |host: &Value| {
        let ip: IpAddr = host["ip"].as_str().expect("ip").parse().expect("an address");
        let ports = host["scan"]["open_ports"].as_array().unwrap_or_else(|| panic!("not scanned: {host}")).clone();
        ports.into_iter().map(move |port| (ip, u16::try_from(port.as_u64().expect("a port")).expect("a port"))).collect::<Vec<_>>()
    };
    hosts.iter().flat_map(of_host).collect()
}

#[test]
fn each_answer_of_the_network_has_its_state_and_reason() {
    let cases = [
        (1001, "accept", "accept", "open", "syn-ack", "syn-ack"),
        (1002, "reject with tcp reset", "reject with tcp reset", "closed", "conn-refused", "conn-refused"),
        (1003, "drop", "drop", "filtered", "no-response", "no-response"),
        (1004, "reject with icmp type net-unreachable", "reject with icmpv6 type no-route", "filtered", "net-unreach", "net-unreach"),
        (
            1005,
            "reject with icmp type host-unreachable",
            "reject with icmpv6 type addr-unreachable",
            "filtered",
            "host-unreach",
            "host-unreach",
        ),
        (
            1006,
            "reject with icmp type port-unreachable",
            "reject with icmpv6 type port-unreachable",
            "filtered",
            "port-unreach",
            "port-unreach",
        ),
        (
            1007,
            "reject with icmp type admin-prohibited",
            "reject with icmpv6 type admin-prohibited",
            "filtered",
            "admin-prohibited",
            "admin-prohibited",
        ),
        (
            1008,
            "reject with icmp type net-prohibited",
            "reject with icmpv6 type policy-fail",
            "filtered",
            "net-prohibited",
            "admin-prohibited",
        ),
        (
            1009,
            "reject with icmp type host-prohibited",
            "reject with icmpv6 type reject-route",
            "filtered",
            "host-prohibited",
            "admin-prohibited",
        ),
        (1010, "reject with icmp type prot-unreachable", "drop", "filtered", "proto-unreach", "no-response"),
    ];
    let mut rules = String::new();
    for (port, v4, v6, ..) in cases {
        writeln!(rules, "meta nfproto ipv4 tcp dport {port} {v4}\nmeta nfproto ipv6 tcp dport {port} {v6}").expect("text");
    }
    let network = network!(&rules, &[1001, 1002]);
    let ports: Vec<u16> = cases.iter().map(|case| case.0).collect();
    let targets = format!("{}\n{}\n", Network::v4(7), Network::v6(7));
    let states = states(&network.scan(&["--reason", "-p", &list(&ports)], &targets));
    for (port, _, _, state, v4, v6) in cases {
        for (ip, reason) in [(Network::v4(7), v4), (Network::v6(7), v6)] {
            assert_eq!(states[&(ip, port)], (state.to_owned(), reason.to_owned()), "{ip} {port}");
        }
    }
    let open = |ip| BTreeSet::from([(ip, 1001)]);
    assert_eq!(network.nmap(&ports, &[Network::v4(7)]), open(Network::v4(7)));
    assert_eq!(network.nmap(&ports, &[Network::v6(7)]), open(Network::v6(7)));
}

#[test]
fn our_own_failure_is_unknown_and_touches_nobody() {
    let network = network!("counter accept", &[]);
    network.in_scanner("ip", &["route", "add", "blackhole", &Network::v4(9).to_string()]);
    network.in_scanner("ip", &["route", "add", "prohibit", &Network::v4(10).to_string()]);
    let targets = format!("203.0.113.1\n2001:db8:9::1\n{}\n{}\n", Network::v4(9), Network::v4(10));
    let hosts = network.scan(&["--reason", "-p", "22"], &targets);
    let reasons: Vec<_> = states(&hosts).into_values().collect();
    assert!(hosts.iter().all(|host| host["scan"]["status"] == "incomplete"), "{hosts:?}");
    let unknown = |reason: &str| ("unknown".to_owned(), reason.to_owned());
    // By address: the route to 198.18.0.9 leads nowhere, that to 198.18.0.10 is forbidden, to the others there is none.
    assert_eq!(reasons, [unknown("no-route"), unknown("denied-here"), unknown("no-route"), unknown("no-route")]);
    assert!(network.rules().contains("counter packets 0 bytes 0"), "{}", network.rules());
    // No address to go from is no want of ports, which would be waited for.
    network.in_scanner("sysctl", &["-qw", "net.ipv6.conf.all.disable_ipv6=1"]);
    let hosts = network.scan_in("::1", &["--reason", "-p", "22"], "::1");
    assert_eq!(states(&hosts).into_values().collect::<Vec<_>>(), [unknown("no-route")]);
}

#[test]
fn a_link_local_host_is_reached_through_the_interface_that_is_named() {
    let network = network!("meta l4proto tcp reject with tcp reset", &[22]);
    // Two cables, and the same address at the end of each: one host listens, the other does not.
    network.second_cable();
    let number = text(&network.in_scanner("cat", &["/sys/class/net/cable2/ifindex"]).stdout);
    let targets = format!("fe80::7%cable\nfe80::7%cable2\nfe80::7%{}\nfe80::7%nosuch0\nfe80::7\n", number.trim());
    let audit = tempfile::NamedTempFile::new().expect("a file");
    let flags = ["-p", "22", "--reason", "--audit", audit.path().to_str().expect("UTF-8")];
    let hosts = network.scan_in("fe80::/10", &flags, &targets);
    let named: Vec<_> = hosts.iter().map(|host| host["ip"].as_str().expect("an address")).collect();
    assert_eq!(named, targets.lines().collect::<Vec<_>>());
    let states: Vec<_> = hosts.iter().map(|host| host["scan"]["ports"][0]["reason"].as_str().expect("a reason")).collect();
    assert_eq!(states, ["conn-refused", "syn-ack", "syn-ack", "no-interface", "no-interface"]);
    let stopped: Vec<_> = hosts.iter().map(|host| host["scan"]["stopped"].as_str()).collect();
    assert_eq!(stopped, [None, None, None, Some("no-interface"), Some("no-interface")]);
    let audit = std::fs::read_to_string(audit.path()).expect("an audit");
    let touched: Vec<Value> = audit.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    // Hosts are asked in any order.
    let touched: BTreeSet<_> = touched.iter().map(|line| line["ip"].as_str().expect("an address")).collect();
    assert_eq!(touched, named[..3].iter().copied().collect());
    // A zone in the scope widens nothing, and one that is excluded is excluded however its interface is called.
    let statuses = |scope: &str, exclude: &str| {
        let hosts = network.scan_in(scope, &["-p", "22", "--exclude", exclude], &targets);
        hosts.iter().map(|host| host["scan"]["status"].as_str().expect("a status").to_owned()).collect::<Vec<_>>()
    };
    let out = "out_of_scope";
    assert_eq!(statuses("fe80::7%cable2", "192.0.2.1"), [out, "complete", out, out, out]);
    assert_eq!(statuses("fe80::/64", "fe80::7%cable2"), ["excluded"; 5]);
}

#[test]
fn without_local_ports_the_probes_wait() {
    let network = network!("meta l4proto tcp reject with tcp reset", &[]);
    let mut taker = network.take_local_ports(40_000, 40_003);
    let mut child = network.start_scan(&["-p", "1-50", "--audit", "/dev/stderr"]);
    child.stdin.take().expect("a pipe").write_all(b"198.18.0.1\n").expect("written");
    // It has begun, and can have no port.
    let mut line = String::new();
    BufReader::new(child.stderr.take().expect("a pipe")).read_line(&mut line).expect("an audit line");
    assert!(line.contains("198.18.0.1"), "{line}");
    taker.let_go();
    let output = child.wait_with_output().expect("it ends");
    let host: Value = serde_json::from_slice(&output.stdout).expect("a host");
    assert_eq!((&host["scan"]["status"], &host["scan"]["closed"]), (&"complete".into(), &50.into()), "{host}");
}

#[test]
fn a_probe_that_meets_itself_is_no_open_port() {
    let network = network!("accept", &[]);
    // So few local ports that probes of these very ports are given one of them now and then.
    network.in_scanner("sysctl", &["-qw", "net.ipv4.ip_local_port_range=40000 40003"]);
    let mut met = 0;
    for seed in 0..100 {
        let hosts = network.scan_in("127.0.0.1", &["--reason", "-p", "40000-40003", "--seed", &seed.to_string()], "127.0.0.1");
        assert_eq!(hosts[0]["scan"]["closed"], 4, "{hosts:?}");
        met += hosts[0]["scan"]["ports"].as_array().expect("ports").iter().filter(|port| port["reason"] == "own-port").count();
    }
    assert!(met > 0, "the case did not come up");
}

#[test]
fn what_is_excluded_or_out_of_scope_gets_no_packet() {
    let (inside, excluded, outside) = (Network::v4(1), Network::v4(2), Network::v4(300));
    let rules = format!("ip daddr {{ {excluded}, {outside} }} counter drop");
    let network = network!(&rules, &[22]);
    let scope = format!("198.18.0.0/24,{}", Network::v6(0));
    // The excluded address inside of IPv6 addresses: NAT64 with prefixes of 96 and 64 bits, 6to4, Teredo, ISATAP.
    let embedded =
        "64:ff9b::c612:2\n64:ff9b:1:0:c6:1200:200:0\n2002:c612:2::1\n2001:0:4136:e378:8000:63bf:39ed:fffd\n2001:db8::5efe:c612:2\n";
    let targets = format!("{inside}\n{excluded}\n{outside}\n{}\n{embedded}", Network::v6(1));
    let hosts = network.scan_in(&scope, &["-p", "22", "--exclude", &excluded.to_string()], &targets);
    let statuses: Vec<_> = hosts.iter().map(|host| host["scan"]["status"].as_str().expect("a status")).collect();
    assert_eq!(statuses, [&["complete", "excluded", "out_of_scope", "out_of_scope"][..], &["excluded"; 5]].concat());
    assert!(network.rules().contains("counter packets 0 bytes 0"), "{}", network.rules());
    // The counter counts.
    network.scan(&["-p", "22", "--timeout-ms", "100"], &excluded.to_string());
    assert!(!network.rules().contains("counter packets 0 bytes 0"), "{}", network.rules());
}

#[test]
fn a_thousand_hosts_are_seen_as_nmap_sees_them() {
    let is_open = |host: u16, port: usize| (usize::from(host) * PORTS.len() + port).is_multiple_of(42);
    let truth: OpenPorts = (0..1000)
        .flat_map(|host| {
            PORTS.iter().enumerate().filter(move |(port, _)| is_open(host, *port)).map(move |(_, &port)| (Network::v4(host), port))
        })
        .collect();
    let network = network!(&open_rules(&truth, "reject with tcp reset"), &PORTS);
    let ips: Vec<_> = (0..1000).map(Network::v4).collect();
    let targets = format!("{}-{}\n", ips[0], ips[999]);
    assert_eq!(truth.len(), 167);
    assert!(network.nmap(&PORTS, &ips) == truth, "nmap sees other ports than were opened");
    for _ in 0..runs() {
        let hosts = network.scan(&[], &targets);
        assert!(open_ports(&hosts) == truth);
        assert!(hosts.iter().all(|host| host["scan"]["status"] == "complete" && host["scan"]["filtered"] == 0), "a refusal was missed");
    }
}

/// Accepts `open`; of the rest, `otherwise`.
fn open_rules(open: &OpenPorts, otherwise: &str) -> String {
    let elements: Vec<_> = open.iter().map(|(ip, port)| format!("{ip} . {port}")).collect();
    format!("ip daddr . tcp dport {{ {} }} accept\nip daddr 198.18.0.0/16 meta l4proto tcp {otherwise}", elements.join(", "))
}

#[test]
fn a_network_of_all_kinds_of_hosts_is_seen_as_nmap_sees_it() {
    // By the last two bits: silent; open here and there, the rest closed; the same, the rest silent; forbidden by ICMP.
    let is_open = |host: u16, port: u16| matches!(host % 4, 1 | 2) && (host + port).is_multiple_of(3);
    let of_host = |host: u16| PORTS.into_iter().filter(move |&port| is_open(host, port)).map(move |port| (Network::v4(host), port));
    let truth: OpenPorts = (0..256).flat_map(of_host).collect();
    let rest =
        "ip daddr & 0.0.0.3 == 0.0.0.1 reject with tcp reset\nip daddr & 0.0.0.3 == 0.0.0.3 reject with icmp type admin-prohibited\ndrop";
    let rules = open_rules(&truth, "continue")
        .replace("continue", &format!("continue\nip daddr 198.18.0.0/16 {}", rest.replace('\n', "\nip daddr 198.18.0.0/16 ")));
    let network = network!(&rules, &PORTS);
    let ips: Vec<_> = (0..256).map(Network::v4).collect();
    assert!(network.nmap(&PORTS, &ips) == truth, "nmap sees other ports than were opened");
    for _ in 0..runs() {
        let hosts = network.scan(&["--reason"], "198.18.0.0/24");
        assert!(open_ports(&hosts) == truth);
        for ((ip, port), (state, _)) in states(&hosts) {
            let IpAddr::V4(v4) = ip else { panic!("{ip}") };
            let expected = match v4.octets()[3] % 4 {
                _ if truth.contains(&(ip, port)) => "open",
                1 => "closed",
                _ => "filtered",
            };
            assert_eq!(state, expected, "{ip} {port}");
        }
    }
}

#[test]
fn lost_packets_hide_few_open_ports_and_open_none() {
    let open = [22, 80];
    for (lost, found_at_least) in [(5, 990), (10, 980), (20, 950)] {
        let loss = format!(
            "tcp flags & (syn | ack) == syn numgen random mod 100 < {lost} drop\ntcp dport {{ 22, 80 }} accept\nmeta l4proto tcp reject with tcp reset"
        );
        let network = network!(&loss, &open);
        let mut found = 0;
        for _ in 0..runs() {
            let open = open_ports(&network.scan(&["-p", "21,22,80,443"], &format!("{}-{}", Network::v4(0), Network::v4(499))));
            assert!(open.iter().all(|(_, port)| [22, 80].contains(port)), "a port is open that is not: {open:?}");
            found += open.len();
        }
        let per_mille = found * 1000 / (1000 * runs());
        assert!(per_mille >= found_at_least, "{per_mille} of 1000 open ports with {lost}% lost");
    }
}

#[test]
fn a_host_whose_queue_is_full_is_filtered_and_found_when_it_has_room() {
    let network = network!("accept", &[]);
    let mut slow = network.slow_host(1022);
    let ip = Network::v4(3);
    let state = |hosts: Vec<Value>| states(&hosts)[&(ip, 1022)].0.clone();
    assert_eq!(state(network.scan(&["--reason", "-p", "1022"], &ip.to_string())), "filtered");
    assert!(network.nmap(&[1022], &[ip]).is_empty());
    slow.let_go();
    assert_eq!(state(network.scan(&["--reason", "-p", "1022"], &ip.to_string())), "open");
}

#[test]
fn ten_thousand_in_flight_take_little_memory() {
    let network = network!("meta l4proto tcp drop", &[]);
    let flags = ["--concurrency", "10000", "--rate", "1000000", "--timeout-ms", "1000", "--retries", "0", "-p", "1-10"];
    let (hosts, mebibytes) = network.scan_measured(&flags, &format!("{}-{}", Network::v4(0), Network::v4(999)));
    assert!(hosts.iter().all(|host| host["scan"]["filtered"] == 10), "each is asked");
    assert!(mebibytes < 32, "{mebibytes} MiB");
}
