//! soar-scan on networks that are hard to see through: slow, lossy, limited, greylisted, reset, forbidden by this machine itself.
//! Namespaces that the tests make, as in `tests/it/networks.rs`, nmap beside it. Needs root; skipped where the kernel refuses.
//!
//! `SOAR_RUNS=5 cargo test --test it adverse::` runs each so often (default: 1), and nmap also where it takes half a minute.

use std::io::{Write as _, stderr};
use std::net::IpAddr;
use std::time::Instant;

use crate::support::network::{Network, network};
use serde_json::Value;

fn asked_runs() -> Option<usize> {
    std::env::var("SOAR_RUNS").ok().and_then(|runs| runs.parse().ok())
}

fn runs() -> usize {
    asked_runs().unwrap_or(1)
}

fn list(ports: &[u16]) -> String {
    ports.iter().map(u16::to_string).collect::<Vec<_>>().join(",")
}

/// How many ports are open.
fn open(hosts: &[Value]) -> usize {
    hosts.iter().map(|host| host["scan"]["open_ports"].as_array().unwrap_or_else(|| panic!("not scanned: {host}")).len()).sum()
}

/// The reason of each port of the first host.
fn reasons(hosts: &[Value]) -> Vec<(u64, String)> {
    let ports = hosts[0]["scan"]["ports"].as_array().unwrap_or_else(|| panic!("no ports: {hosts:?}"));
    let reason = |port: &Value| (port["port"].as_u64().expect("a number"), port["reason"].as_str().expect("a reason").to_owned());
    ports.iter().map(reason).collect()
}

fn said(ports: &[(u64, &str)]) -> Vec<(u64, String)> {
    ports.iter().map(|&(port, reason)| (port, reason.to_owned())).collect()
}

/// A chain before the others that drops so many of 100 packets on their way in, and as many on their way out.
fn lossy(percent: u8) -> String {
    let chain = |hook: &str, cable: &str| {
        format!(
            "chain {hook} {{\ntype filter hook {hook} priority -10\n{cable} \"cable\" meta l4proto tcp numgen random mod 100 < {percent} drop\n}}\n"
        )
    };
    format!("table inet lossy {{\n{}{}}}\n", chain("input", "iifname"), chain("output", "oifname"))
}

/// The rules that drop each first SYN to a port, and those that come less than so long after it.
fn greylist(port: u16, milliseconds: u32) -> String {
    let key = "ip saddr . ip daddr . tcp dport";
    let set = |name: &str, timeout: &str| {
        format!("set {name} {{\ntype ipv4_addr . ipv4_addr . inet_service\nflags dynamic\nsize 65535\ntimeout {timeout}\n}}\n")
    };
    let syn = format!("tcp dport {port} tcp flags & (syn | ack) == syn {key}");
    let rules = format!("{syn} != @seen add @seen {{ {key} }} add @fresh {{ {key} }} drop\n{syn} @fresh drop\n");
    format!(
        "table inet grey{port} {{\n{}{}chain in {{\ntype filter hook input priority -10\n{rules}}}\n}}\n",
        set("seen", "60s"),
        set("fresh", &format!("{milliseconds}ms"))
    )
}

#[test]
fn what_accepts_and_resets_at_once_is_open() {
    let network = network!("accept", &[]);
    let _service = network.resetting_hosts(&[1001, 1002]);
    let targets = format!("{}-{}\n{}\n", Network::v4(0), Network::v4(199), Network::v6(1));
    for _ in 0..runs() {
        assert_eq!(open(&network.scan(&["-p", "1001,1002"], &targets)), 402);
        assert_eq!(open(&network.scan(&["-p", "1001,1002", "--banner"], &targets)), 402);
    }
}

#[test]
fn a_slow_port_beside_a_fast_one_is_found() {
    let network = network!("tcp dport { 1003, 1004 } drop\ntcp dport 2000 reject with tcp reset", &[1001, 1002]);
    for (milliseconds, flags) in
        [(300, &[][..]), (300, &["--timeout-ms", "3000"]), (1500, &["--timeout-ms", "3000"]), (800, &["--retries", "0"])]
    {
        let _service = network.late_hosts(1003, milliseconds);
        let hosts = network.scan(&[&["--reason", "-p", "1001-1004,2000"], flags].concat(), &Network::v4(1).to_string());
        let wanted = [(1001, "syn-ack"), (1002, "syn-ack"), (1003, "syn-ack"), (1004, "no-response"), (2000, "conn-refused")];
        assert_eq!(reasons(&hosts), said(&wanted), "{milliseconds} ms, {flags:?}");
        let rtt = hosts[0]["scan"]["ports"][2]["rtt_ms"].as_f64().expect("a round trip");
        assert!(rtt >= f64::from(milliseconds), "{rtt} ms");
    }
}

#[test]
fn a_greylisted_port_is_found_as_nmap_finds_it() {
    let network = network!("tcp dport 2000 reject with tcp reset", &[1001, 1002, 1003]);
    network.filter_hosts(&greylist(1002, 1));
    network.filter_hosts(&greylist(1003, 800));
    let ports = [1001, 1002, 1003, 2000];
    let by_nmap = network.nmap_with("-T4", &ports, &[Network::v4(1)]);
    assert_eq!(by_nmap.len(), 3, "{by_nmap:?}");
    let hosts = network.scan(&["--reason", "-p", &list(&ports)], &Network::v4(2).to_string());
    assert_eq!(reasons(&hosts), said(&[(1001, "syn-ack"), (1002, "syn-ack"), (1003, "syn-ack"), (2000, "conn-refused")]));
}

/// Finds at least so many of 300 open ports, in less than so many seconds, and says how many nmap finds.
fn assert_found(network: &Network, what: &str, at_least: usize, seconds: u64) {
    let ports: Vec<u16> = (1001..1301).collect();
    for run in 0..runs() {
        let host = Network::v4(u16::try_from(run).expect("few"));
        let hosts = network.scan(&["-p", "1001-1300", "--max-open", "1000"], &host.to_string());
        let (found, took_ms) = (open(&hosts), hosts[0]["scan"]["duration_ms"].as_u64().expect("a time"));
        if asked_runs().is_some() {
            let began = Instant::now();
            let by_nmap = network.nmap_with("-T4", &ports, &[host]).len();
            let nmap_ms = began.elapsed().as_millis();
            writeln!(stderr(), "{what}: {found} of 300 in {took_ms} ms, nmap {by_nmap} in {nmap_ms} ms").expect("stderr");
        }
        assert!(found >= at_least, "{what}: {found} of 300");
        assert!(took_ms < seconds * 1000, "{what}: {took_ms} ms");
    }
}

#[test]
fn a_host_that_limits_its_answers_shows_all_its_ports() {
    let ports: Vec<u16> = (1001..1301).collect();
    let network = network!("tcp flags & (syn | ack) == syn limit rate over 50/second drop", &ports);
    assert_found(&network, "50 SYNs a second", 299, 30);
}

#[test]
fn a_lossy_line_hides_next_to_nothing() {
    let ports: Vec<u16> = (1001..1301).collect();
    let network = network!("accept", &ports);
    network.filter_hosts(&lossy(30));
    assert_found(&network, "30% lost each way", 297, 60);
}

#[test]
fn what_this_machine_forbids_is_not_laid_on_the_target() {
    let network =
        network!("tcp dport 1006 reject with icmpx type admin-prohibited\ntcp dport 1007 reject with icmpx type host-unreachable", &[1001]);
    network.filter_scanner(
        "tcp dport 1002 reject\ntcp dport 1003 reject with icmpx type admin-prohibited\ntcp dport 1004 reject with icmpx type host-unreachable\ntcp dport 1005 reject with icmpx type no-route",
    );
    for ip in [Network::v4(1), Network::v6(1)] {
        let (hosts, stderr) = network.scan_aloud(&["--reason", "-p", "1001-1007"], &ip.to_string());
        let mut wanted =
            said(&[(1001, "syn-ack"), (1002, "denied-here"), (1003, "denied-here"), (1004, "denied-here"), (1005, "denied-here")]);
        wanted.extend(said(&[(1006, "admin-prohibited"), (1007, "host-unreach")]));
        assert_eq!(reasons(&hosts), wanted, "{ip}");
        assert_eq!(hosts[0]["scan"]["unknown"], 4);
        assert!(stderr.contains("1 host could not be probed on every port: forbidden by this machine's own packet filter"), "{stderr}");
    }
    // An address of this machine is the target, and its packet filter the target's.
    let hosts = network.scan_in("127.0.0.1", &["--reason", "-p", "1003"], "127.0.0.1");
    assert_eq!(reasons(&hosts), said(&[(1003, "admin-prohibited")]));
}

#[test]
fn no_way_is_said() {
    let network = network!("accept", &[1001]);
    let targets = format!("{}\n{}\n", Network::v4(1), Network::v6(1));
    let no_way = "could not be probed: no route from this machine";
    let (hosts, stderr) = network.scan_aloud(&["--reason", "-p", "1001,1002"], "203.0.113.1\n");
    assert_eq!(reasons(&hosts), said(&[(1001, "no-route"), (1002, "no-route")]));
    assert!(stderr.contains(&format!("1 host {no_way}")), "{stderr}");
    // A cable that is pulled leaves the routes.
    network.pull_cable();
    let (hosts, stderr) = network.scan_aloud(&["--reason", "-p", "1001,1002"], &targets);
    for host in &hosts {
        assert_eq!(reasons(std::slice::from_ref(host)), said(&[(1001, "no-route"), (1002, "no-route")]), "{stderr}");
    }
    assert!(stderr.contains(&format!("2 hosts {no_way}")), "{stderr}");
    network.in_scanner("ip", &["link", "set", "cable", "down"]);
    let (hosts, stderr) = network.scan_aloud(&["--reason", "-p", "1001,1002"], &Network::v4(1).to_string());
    assert_eq!(reasons(&hosts), said(&[(1001, "no-route"), (1002, "no-route")]));
    assert!(stderr.contains(&format!("1 host {no_way}")), "{stderr}");
}

#[test]
fn nobody_at_an_address_of_the_own_network_is_no_fault_of_this_machine() {
    let network = network!("accept", &[]);
    network.in_scanner("ip", &["addr", "add", "198.18.5.1/24", "dev", "cable"]);
    let ip: IpAddr = "198.18.5.77".parse().expect("an address");
    // Linux says so after three seconds.
    let hosts = network.scan(&["--reason", "-p", "22", "--timeout-ms", "8000"], &ip.to_string());
    assert_eq!(reasons(&hosts), said(&[(22, "host-unreach")]));
}

#[test]
fn a_host_that_answers_on_every_port_is_noted() {
    let ports: Vec<u16> = (1001..1006).collect();
    let network = network!("tcp dport 1006 reject with tcp reset", &ports);
    let (hosts, stderr) = network.scan_aloud(&["-p", "1001-1005"], &Network::v4(1).to_string());
    assert_eq!(hosts[0]["scan"]["note"], "probably a tarpit or a proxy");
    assert!(stderr.contains("1 host answered on every port, probably a tarpit or a proxy (scan.note)"), "{stderr}");
    for ports in ["1001-1006", "1001-1004"] {
        let (hosts, stderr) = network.scan_aloud(&["-p", ports], &Network::v4(1).to_string());
        assert_eq!((hosts[0]["scan"].get("note"), stderr.contains("tarpit")), (None, false), "{ports}");
    }
}
