//! Two network namespaces and a cable between them: the scanner's, and one whose packet filter plays a network of hosts.
//!
//! All of 198.18.0.0/16 (RFC 2544, for tests of networks) and `2001:db8:1::/64` (RFC 3849) is the second one's own. Nothing
//! leads out of the two, and they are taken down with the value.

mod program;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use super::{bin, code, run, text};
use crate::support::network::program::{LATE, LISTENER, REACH, RESETTER, SLOW, TAKER};

/// Where soar-scan may go in these tests.
const SCOPE: &str = "198.18.0.0/16,203.0.113.0/24,2001:db8::/32";

/// The network, or a line that says that there is none.
macro_rules! network {
    ($rules:expr, $ports:expr) => {
        match $crate::support::network::Network::new($rules, $ports) {
            Ok(network) => network,
            Err(why) => {
                $crate::support::skip::skip("a test of networks", &format!("this machine lets no network be made: {}", why.trim()));
                return;
            }
        }
    };
}
pub(crate) use network;

/// A service in one of the namespaces.
pub struct Service {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<std::process::ChildStdout>,
}

impl Service {
    fn start(namespace: &str, program: &str, ports: &[u16]) -> Self {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", namespace, "python3", "-c", program]).args(ports.iter().map(u16::to_string));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut service = Self { child, stdin, stdout };
        service.await_line();
        service
    }

    fn await_line(&mut self) {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("a line");
        assert!(!line.is_empty(), "the service ended");
    }

    /// Frees the queue of a slow host; lets go of taken ports.
    pub fn let_go(&mut self) {
        self.stdin.as_mut().expect("a pipe").write_all(b"\n").expect("written");
        self.await_line();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.child.wait();
    }
}

/// The two namespaces.
pub struct Network {
    scanner: String,
    hosts: String,
    listener: Option<Service>,
}

impl Network {
    /// A network whose packet filter has `rules` for what comes in, and where `ports` are listened to on every address.
    pub fn new(rules: &str, ports: &[u16]) -> Result<Self, String> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = |side| format!("soar-{side}-{}-{}", std::process::id(), NEXT.load(Ordering::Relaxed));
        let mut network = Self { scanner: name('s'), hosts: name('h'), listener: None };
        NEXT.fetch_add(1, Ordering::Relaxed);
        let (s, h) = (&network.scanner, &network.hosts);
        for line in [
            format!("netns add {s}"),
            format!("netns add {h}"),
            format!("-n {s} link set lo up"),
            format!("-n {h} link set lo up"),
            format!("link add name cable netns {s} type veth peer name cable netns {h}"),
            format!("-n {s} addr add 198.19.0.1/30 dev cable"),
            format!("-n {h} addr add 198.19.0.2/30 dev cable"),
            format!("-n {s} addr add 2001:db8:ffff::1/64 dev cable nodad"),
            format!("-n {h} addr add 2001:db8:ffff::2/64 dev cable nodad"),
            format!("-n {s} link set cable up"),
            format!("-n {h} link set cable up"),
            format!("-n {s} route add 198.18.0.0/16 via 198.19.0.2"),
            format!("-n {h} route add local 198.18.0.0/16 dev lo"),
            format!("-n {s} -6 route add 2001:db8:1::/64 via 2001:db8:ffff::2"),
            format!("-n {h} -6 route add local 2001:db8:1::/64 dev lo"),
            // The kernel says ICMP to one peer once a second at most, unless told.
            format!("netns exec {h} sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0"),
        ] {
            tried(&Command::new("ip").args(line.split(' ')).output().map_err(|e| format!("ip: {e}"))?, &line)?;
        }
        // What the rules of all tests are made of: a kernel that has less is no reason to fail, a wrong rule is.
        let kinds = "tcp dport 1 reject with tcp reset\ntcp dport 2 numgen random mod 100 < 1 counter drop";
        tried(&network.filter("probe", kinds), "nft")?;
        network.nft("delete table inet probe");
        tried(&network.filter("hosts", rules), rules).expect("rules");
        network.listener = (!ports.is_empty()).then(|| Service::start(&network.hosts, LISTENER, ports));
        Ok(network)
    }

    /// Adds to the packet filter of the hosts.
    pub fn filter_hosts(&self, commands: &str) {
        tried(&self.nft(commands), commands).expect("rules");
    }

    /// Gives the scanner's own machine a packet filter for what goes out.
    pub fn filter_scanner(&self, rules: &str) {
        let table = format!("table inet own {{\nchain out {{\ntype filter hook output priority 0\n{rules}\n}}\n}}\n");
        let output = run(Command::new("ip").args(["netns", "exec", &self.scanner, "nft", "-f", "-"]), table.as_bytes());
        tried(&output, rules).expect("rules");
    }

    /// Takes the hosts' end of the cable down: the scanner's has no carrier.
    pub fn pull_cable(&self) {
        tried(&Command::new("ip").args(["-n", &self.hosts, "link", "set", "cable", "down"]).output().expect("it runs"), "ip")
            .expect("down");
    }

    fn filter(&self, name: &str, rules: &str) -> Output {
        let table = format!(
            "table inet {name} {{\nchain in {{\ntype filter hook input priority 0; policy accept;\nmeta l4proto icmpv6 accept\n{rules}\n}}\n}}\n"
        );
        self.nft(&table)
    }

    fn nft(&self, commands: &str) -> Output {
        run(Command::new("ip").args(["netns", "exec", &self.hosts, "nft", "-f", "-"]), commands.as_bytes())
    }

    /// The host of that number.
    pub fn v4(number: u16) -> IpAddr {
        Ipv4Addr::from_bits(0xc612_0000 + u32::from(number)).into()
    }

    /// The same in IPv6.
    pub fn v6(number: u16) -> IpAddr {
        Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, number).into()
    }

    /// A host that listens to `port` and accepts nothing, on all addresses.
    pub fn slow_host(&self, port: u16) -> Service {
        Service::start(&self.hosts, SLOW, &[port])
    }

    /// All hosts accept on these ports, and reset at once.
    pub fn resetting_hosts(&self, ports: &[u16]) -> Service {
        Service::start(&self.hosts, RESETTER, ports)
    }

    /// All hosts answer on `port` so late, where their packet filter drops what comes there.
    pub fn late_hosts(&self, port: u16, milliseconds: u16) -> Service {
        Service::start(&self.hosts, LATE, &[port, milliseconds])
    }

    /// The scanner's machine with no local ports but those from `first` to `last`, and these taken.
    pub fn take_local_ports(&self, first: u16, last: u16) -> Service {
        self.in_scanner("sysctl", &["-qw", &format!("net.ipv4.ip_local_port_range={first} {last}")]);
        Service::start(&self.scanner, TAKER, &[first, last])
    }

    /// Starts soar-scan, for a test that is not done with it at once.
    pub fn start_scan(&self, flags: &[&str]) -> Child {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.scanner]).arg(bin("soar-scan")).args(["-q", "--targets", "--scope", SCOPE]).args(flags);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
    }

    /// Runs a command beside the scanner.
    pub fn in_scanner(&self, program: &str, arguments: &[&str]) -> Output {
        let output = Command::new("ip").args(["netns", "exec", &self.scanner, program]).args(arguments).output().expect("it runs");
        tried(&output, program).expect("it works");
        output
    }

    /// A second cable, to a host that accepts on its end; both cables lead to `fe80::7`.
    pub fn second_cable(&self) {
        let (s, h) = (&self.scanner, &self.hosts);
        for line in [
            format!("link add name cable2 netns {s} type veth peer name cable2 netns {h}"),
            format!("-n {s} link set cable2 up"),
            format!("-n {h} link set cable2 up"),
            format!("-n {s} addr add fe80::1/64 dev cable nodad"),
            format!("-n {s} addr add fe80::1/64 dev cable2 nodad"),
            format!("-n {h} addr add fe80::7/64 dev cable nodad"),
            format!("-n {h} addr add fe80::7/64 dev cable2 nodad"),
        ] {
            tried(&Command::new("ip").args(line.split(' ')).output().expect("ip runs"), &line).expect("a cable");
        }
        self.nft("insert rule inet hosts in iifname cable2 accept");
        // A link that was just set up has no route yet.
        self.in_scanner("python3", &["-c", REACH, "fe80::7%cable", "fe80::7%cable2"]);
    }

    /// The packet filter's rules with their counters.
    pub fn rules(&self) -> String {
        text(&Command::new("ip").args(["netns", "exec", &self.hosts, "nft", "list", "ruleset"]).output().expect("it runs").stdout)
    }

    /// What soar-scan says of `targets`.
    pub fn scan(&self, flags: &[&str], targets: &str) -> Vec<Value> {
        self.scan_in(SCOPE, flags, targets)
    }

    /// The same, with another scope.
    pub fn scan_in(&self, scope: &str, flags: &[&str], targets: &str) -> Vec<Value> {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.scanner]).arg(bin("soar-scan")).args(["-q", "--targets", "--scope", scope]).args(flags);
        let output = run(&mut command, targets.as_bytes());
        assert_eq!((code(&output), text(&output.stderr).as_str()), (0, ""), "{flags:?}");
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    /// What soar-scan says of `targets`, and what it says on stderr.
    pub fn scan_aloud(&self, flags: &[&str], targets: &str) -> (Vec<Value>, String) {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.scanner]).arg(bin("soar-scan")).args(["--targets", "--scope", SCOPE]).args(flags);
        let output = run(&mut command, targets.as_bytes());
        let hosts = text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        (hosts, text(&output.stderr))
    }

    /// The same, with the peak of its memory in MiB.
    pub fn scan_measured(&self, flags: &[&str], targets: &str) -> (Vec<Value>, u32) {
        const MEASURE: &str = "import resource, subprocess, sys
done = subprocess.run(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10, file=sys.stderr); sys.exit(done.returncode)";
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.scanner, "python3", "-c", MEASURE]).arg(bin("soar-scan"));
        let output = run(command.args(["-q", "--targets", "--scope", SCOPE]).args(flags), targets.as_bytes());
        assert_eq!(code(&output), 0, "{}", text(&output.stderr));
        let hosts = text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        (hosts, text(&output.stderr).trim().parse().expect("a number"))
    }

    /// The open ports that nmap finds; it never leaves the namespace.
    pub fn nmap(&self, ports: &[u16], ips: &[IpAddr]) -> BTreeSet<(IpAddr, u16)> {
        let tuned = "-T5 --max-retries 2 --max-rtt-timeout 300ms --min-hostgroup 256 --max-scan-delay 0";
        self.nmap_with(tuned, ports, ips)
    }

    /// The same with other flags.
    pub fn nmap_with(&self, flags: &str, ports: &[u16], ips: &[IpAddr]) -> BTreeSet<(IpAddr, u16)> {
        let ports = ports.iter().map(u16::to_string).collect::<Vec<_>>().join(",");
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.scanner, "nmap", "-sT", "-n", "-Pn"]).args(flags.split(' '));
        command.args(["-p", &ports, "-iL", "-", "-oG", "-"]);
        command.args(ips.first().filter(|ip| ip.is_ipv6()).map(|_| "-6"));
        let list: Vec<_> = ips.iter().map(IpAddr::to_string).collect();
        let output = run(&mut command, list.join("\n").as_bytes());
        assert_eq!(code(&output), 0, "{}", text(&output.stderr));
        text(&output.stdout).lines().flat_map(open_in_line).collect()
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        drop(self.listener.take());
        for namespace in [&self.scanner, &self.hosts] {
            let _ = Command::new("ip").args(["netns", "delete", namespace]).stderr(Stdio::null()).status();
        }
    }
}

/// `Host: 198.18.0.1 ()`, a tab, `Ports: 22/open/tcp//ssh///, 23/closed/tcp//telnet///`
fn open_in_line(line: &str) -> Vec<(IpAddr, u16)> {
    let Some((host, ports)) = line.split_once("\tPorts: ") else { return Vec::new() };
    let ip: IpAddr = host.split(' ').nth(1).and_then(|ip| ip.parse().ok()).expect("an address");
    let open = ports.split(", ").filter_map(|port| port.split_once("/open/"));
    open.map(|(port, _)| (ip, port.parse().expect("a port"))).collect()
}

fn tried(output: &Output, what: &str) -> Result<(), String> {
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{what}: {}", said.trim())) }
}
