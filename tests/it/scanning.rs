//! soar-scan on loopback: what it says of ports, in which order, and when it stops.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::support::blackhole::Blackhole;
use crate::support::{bash, code, filter, read, run, text};
use serde_json::{Value, json};
use soar_light::base::net::service::SERVICES;
use soar_light::scan::probe::result::REASONS;

fn host(ip: &str) -> String {
    format!("{{\"schema\":\"soar.host/1\",\"ip\":\"{ip}\",\"suspicious\":true,\"rules\":[\"r\"]}}\n")
}

fn records(bytes: &[u8]) -> Vec<Value> {
    text(bytes).lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

fn scan(flags: &[&str], input: &str) -> Vec<Value> {
    let output = run(filter("soar-scan").arg("-q").args(flags), input.as_bytes());
    assert_eq!((code(&output), text(&output.stderr).as_str()), (0, ""), "{flags:?}");
    records(&output.stdout)
}

fn start(flags: &[&str]) -> Child {
    let mut command = filter("soar-scan");
    command.arg("-q").args(flags).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts")
}

/// A port of `ip` whose service answers each connection with `say`, on a thread that ends with the process.
fn service(ip: &str, say: impl Fn(&mut TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind((ip, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || listener.incoming().flatten().for_each(|mut stream| say(&mut stream)));
    port
}

#[test]
fn every_port_has_its_reason() {
    let silent = Blackhole::new("127.0.0.91");
    let open = service("127.0.0.91", |_| ());
    let ports = format!("1,{open},{}", silent.port());
    let hosts = scan(&["--reason", "-p", &ports, "--timeout-ms", "200"], &host("127.0.0.91"));
    let scan = &hosts[0]["scan"];
    assert_eq!((&scan["closed"], &scan["filtered"], &scan["unknown"]), (&json!(1), &json!(1), &json!(0)));
    let mut expected = vec![(1, "closed", "conn-refused"), (open, "open", "syn-ack"), (silent.address.port(), "filtered", "no-response")];
    expected.sort_unstable();
    let said = scan["ports"].as_array().expect("ports").iter();
    for (said, (port, state, reason)) in said.zip(&expected) {
        assert_eq!((&said["port"], &said["state"], &said["reason"]), (&json!(port), &json!(state), &json!(reason)));
        assert_eq!(said["rtt_ms"].is_number(), *state != "filtered");
    }
}

#[test]
fn services_are_heard_and_made_printable() {
    let ip = "127.0.0.92";
    let ssh = service(ip, |stream| drop(stream.write_all(b"SSH-2.0-x\x1b[2J\r\n")));
    let long = service(ip, |stream| drop(stream.write_all(&[b'a'; 5000])));
    let mute = TcpListener::bind((ip, 0)).expect("a port");
    let mute = mute.local_addr().expect("an address").port();
    let ports = format!("{ssh},{long},{mute}");
    let hosts = scan(&["--banner", "-p", &ports], &host(ip));
    let banners = hosts[0]["scan"]["banners"].as_array().expect("banners");
    let heard = |port: u16| banners.iter().find(|banner| banner["port"] == port).map(|banner| banner["text"].as_str().expect("text"));
    assert_eq!((heard(ssh), heard(long)), (Some("SSH-2.0-x\\x1b[2J"), Some("a".repeat(256).as_str())));
    assert_eq!(heard(mute), None);
    assert_eq!(scan(&["-p", &ports], &host(ip))[0]["scan"].get("banners"), None, "only where they are asked for");
}

#[test]
fn an_address_that_comes_again_is_touched_once() {
    let (count, counted) = std::sync::mpsc::channel();
    let port = service("127.0.0.93", move |_| count.send(()).unwrap_or(()));
    let silent = Blackhole::new("127.0.0.94");
    // The silent port keeps the second address at work while it comes again.
    let ports = format!("{port},{}", silent.port());
    let input = [host("127.0.0.93"), host("127.0.0.94"), host("127.0.0.93"), host("::ffff:127.0.0.93"), host("127.0.0.94")].concat();
    let hosts = scan(&["-p", &ports, "--timeout-ms", "200"], &input);
    assert_eq!(hosts.len(), 5);
    for (again, first) in [(2, 0), (3, 0), (4, 1)] {
        assert_eq!(hosts[again]["scan"], hosts[first]["scan"]);
    }
    assert_eq!(hosts[0]["scan"]["open_ports"], json!([port]));
    // The service has seen the connection before soar-scan ended, and one of the test's own comes after all others.
    drop(TcpStream::connect(("127.0.0.93", port)));
    counted.recv().expect("one");
    counted.recv().expect("that of the test");
    assert!(counted.try_recv().is_err(), "it was touched again");
}

#[test]
fn order_is_kept_unless_any_will_do() {
    let silent = Blackhole::new("127.0.0.95");
    let flags = ["-p", &silent.port(), "--timeout-ms", "600000"];
    let input = [host("127.0.0.95"), host("127.0.0.96")].concat();
    let mut child = start(&[&flags[..], &["--unordered"]].concat());
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("written");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let first = lines.next().expect("a line").expect("UTF-8");
    assert!(first.contains("127.0.0.96") && first.contains("\"closed\":1"), "{first}");
    assert!(bash(&format!("kill -INT {}", child.id())).status.success());
    let last = lines.next().expect("a line").expect("UTF-8");
    assert!(last.contains("127.0.0.95") && last.contains(r#""unknown":1"#) && last.contains(r#""stopped":"interrupted""#), "{last}");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));

    for (signal, exit) in [("HUP", 129), ("TERM", 143)] {
        let mut command = filter("soar-scan");
        command.arg("-q").args(flags).args(["--audit", "/dev/stderr"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("written");
        // The second is done long before the signal, and still comes behind the first.
        let audit = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        assert_eq!(audit.take(2).flatten().count(), 2);
        assert!(bash(&format!("kill -{signal} {}", child.id())).status.success());
        let mut stdout = child.stdout.take().expect("a pipe");
        let mut written = Vec::new();
        stdout.read_to_end(&mut written).expect("read");
        let hosts = records(&written);
        assert_eq!((&hosts[0]["ip"], &hosts[1]["ip"]), (&json!("127.0.0.95"), &json!("127.0.0.96")));
        assert_eq!((&hosts[0]["scan"]["status"], hosts.len()), (&json!("incomplete"), 2));
        assert_eq!(child.wait().expect("it ends").code(), Some(exit));
    }
}

#[test]
fn a_scan_starts_while_the_input_is_still_open() {
    let mut child = start(&["-p", "1"]);
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    for ip in ["127.0.0.97", "127.0.0.98"] {
        stdin.write_all(host(ip).as_bytes()).expect("written");
        let line = lines.next().expect("a line").expect("UTF-8");
        assert!(line.contains(ip) && line.contains("\"closed\":1"), "{line}");
    }
    drop(stdin);
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_reader_that_leaves_stops_the_probing() {
    // Nothing but the reader's leaving can end this within ten minutes: the input is at its end, the port silent.
    let silent = Blackhole::new("127.0.0.99");
    let mut child = start(&["-p", &silent.port(), "--timeout-ms", "600000"]);
    child.stdin.take().expect("a pipe").write_all(host("127.0.0.99").as_bytes()).expect("written");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_tarpit_is_left_and_said() {
    let listeners: Vec<_> = (0..8).map(|_| TcpListener::bind("127.0.0.100:0").expect("a port")).collect();
    let ports: Vec<_> = listeners.iter().map(|l| l.local_addr().expect("an address").port().to_string()).collect();
    let mut command = filter("soar-scan");
    let output = run(command.args(["--max-open", "3", "-p", &ports.join(",")]), host("127.0.0.100").as_bytes());
    let scan = &records(&output.stdout)[0]["scan"];
    assert_eq!((&scan["status"], &scan["stopped"]), (&json!("incomplete"), &json!("max-open")));
    assert_eq!((scan["open_ports"].as_array().map(Vec::len), &scan["unknown"]), (Some(3), &json!(5)));
    assert!(text(&output.stderr).contains("1 host had 3 open ports and was not scanned further (--max-open)"), "{}", text(&output.stderr));
}

#[test]
fn the_audit_names_what_is_touched_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let audit = folder.path().join("audit.ndjson");
    let path = audit.to_str().expect("UTF-8");
    let input = [host("127.0.0.101"), host("192.0.2.1"), host("127.0.0.102"), host("127.0.0.101")].concat();
    let plain = r#"{"schema":"soar.host/1","ip":"127.0.0.103","suspicious":false}"#;
    scan(&["--audit", path, "-p", "1-3,9", "--exclude", "127.0.0.102"], &format!("{input}{plain}\n"));
    scan(&["--audit", path, "-p", "1", "--targets"], "127.0.0.104/31 # two\n");
    scan(&["--audit", path, "-p", "1", "--targets", "--dry-run"], "127.0.0.106\n");
    let mut lines = records(&std::fs::read(&audit).expect("an audit"));
    lines.sort_by_key(|line| line["ip"].to_string());
    let about = |line: &Value| (line["ip"].clone(), line["ports"].clone(), line["rules"].clone(), line["target"].clone());
    assert_eq!(
        lines.iter().map(about).collect::<Vec<_>>(),
        [
            (json!("127.0.0.101"), json!("1-3,9"), json!(["r"]), Value::Null),
            (json!("127.0.0.104"), json!("1"), Value::Null, json!("127.0.0.104/31")),
            (json!("127.0.0.105"), json!("1"), Value::Null, json!("127.0.0.104/31")),
        ]
    );
    let schema = serde_json::from_slice(&read("schemas/audit.schema.json")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for line in &lines {
        let errors: Vec<_> = validator.iter_errors(line).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{line}: {errors:?}");
    }
    let mut wrong = lines[0].clone();
    wrong["target"] = json!("127.0.0.101");
    assert!(!validator.is_valid(&wrong), "one reason, not two");
    // What cannot be recorded is not touched.
    let (count, counted) = std::sync::mpsc::channel();
    let port = service("127.0.0.107", move |_| count.send(()).unwrap_or(())).to_string();
    let output = run(filter("soar-scan").args(["-q", "--audit", "/dev/full", "-p", &port]), host("127.0.0.107").as_bytes());
    assert_eq!((code(&output), text(&output.stderr).as_str()), (2, "soar-scan: /dev/full: cannot write: No space left on device\n"));
    assert!(counted.try_recv().is_err());
    // What was read goes on.
    let scan = &records(&output.stdout)[0]["scan"];
    assert_eq!((&scan["status"], &scan["unknown"], &scan["open_ports"]), (&json!("incomplete"), &json!(1), &json!([])));
}

#[test]
fn targets_are_expanded_one_by_one_in_little_memory() {
    // 65,536 addresses out of scope: all are said, none is touched. The reader takes the first of 16 million.
    let all = scan(&["--targets"], "198.18.0.0/16\n");
    assert_eq!((all.len(), &all[65_535]["ip"], &all[0]["scan"]["status"]), (65_536, &json!("198.18.255.255"), &json!("out_of_scope")));
    let first = "echo 10.0.0.0/8 | python3 -c 'import resource,subprocess
p=subprocess.Popen([\"soar-scan\",\"-q\",\"--targets\",\"--exclude\",\"0.0.0.0/0\"],stdout=subprocess.PIPE)
print(len(p.stdout.read(100_000_000)))
p.stdout.close(); print(p.wait(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss//1024)'";
    let output = text(&bash(first).stdout);
    let fields: Vec<usize> = output.split_whitespace().map(|n| n.parse().expect("a number")).collect();
    assert_eq!(fields[..2], [100_000_000, 0], "{output}");
    assert!(fields[2] < 32, "{output}");
}

#[test]
fn a_bar_is_shown_on_a_terminal_and_nowhere_else() {
    let silent = Blackhole::new("127.0.0.108");
    let line = format!("echo 127.0.0.108 | soar-scan --targets -p 1,{} --timeout-ms 400 > /dev/null", silent.port());
    let shown = |quiet: &str| text(&bash(&format!("TERM=xterm script -qec {:?} /dev/null < /dev/null", format!("{line}{quiet}"))).stdout);
    let bar = shown("");
    assert!(bar.contains("0/1 hosts, 0 open ports, ") && bar.contains("probes/s"), "{bar:?}");
    // Nothing is shown before something is known, and what was shown is wiped out: behind it stands the last message alone.
    assert!(!bar.contains("0/0") && !bar.contains(", ,"), "{bar:?}");
    let last = bar.rsplit("\u{1b}[2K").next().unwrap_or_default();
    assert!(last.trim_start().starts_with("soar-scan: 1 address named"), "{bar:?}");
    assert_eq!(shown(" -q"), "");
    let none = text(&bash("TERM=xterm script -qec 'soar-scan --targets < /dev/null > /dev/null' /dev/null < /dev/null").stdout);
    assert!(!none.contains('/') || !none.contains("hosts,"), "{none:?}");
}

#[test]
fn nmap_s_lines_say_what_nmap_has_words_for() {
    let host = |last: u8, scan: &str| format!("{{\"ip\":\"192.0.2.{last}\",\"scan\":{scan}}}\n");
    let counts = |status: &str, open: &str, closed: u8, more: &str| {
        format!(r#"{{"status":"{status}","open_ports":{open},"closed":{closed},"filtered":1,"unknown":0{more}}}"#)
    };
    let heard = r#","banners":[{"port":22,"text":"SSH-2.0-a/b, c"}]"#;
    let ports = r#","ports":[{"port":21,"state":"closed"},{"port":22,"state":"filtered"},{"port":23,"state":"unknown"}]"#;
    let input = [
        host(1, &counts("complete", "[22,80]", 4, heard)),
        host(2, r#"{"status":"out_of_scope"}"#),
        host(3, &counts("incomplete", "[]", 1, ports)),
        host(4, &counts("complete", "[]", 0, "")),
        "{\"ip\":\"192.0.2.5\"}\n".to_owned(),
        // What another program wrote makes no lines of its own.
        "{\"ip\":\"192.0.2.6 ()\\nHost: 192.0.2.7\",\"scan\":{\"open_ports\":[1]}}\n".to_owned(),
        host(8, r#"{"open_ports":[22,"80\nx",0.5,99999],"banners":[{"port":22,"text":"a\nHost: b"}]}"#),
        host(9, "5"),
        "{\"ip\":\"fe80::1%eth0\",\"scan\":{\"open_ports\":[22]}}\n".to_owned(),
    ];
    let output =
        run(Command::new("jq").args(["-rf", "adapters/nmap-grepable.jq"]).current_dir(crate::support::root()), input.concat().as_bytes());
    assert_eq!(
        text(&output.stdout).lines().collect::<Vec<_>>(),
        [
            "Host: 192.0.2.1 ()\tStatus: Up",
            "Host: 192.0.2.1 ()\tPorts: 22/open/tcp////SSH-2.0-a|b| c/, 80/open/tcp/////\tIgnored State: closed (4)",
            "Host: 192.0.2.3 ()\tStatus: Up",
            "Host: 192.0.2.3 ()\tPorts: 21/closed/tcp/////, 22/filtered/tcp/////",
            "Host: 192.0.2.4 ()\tStatus: Up",
            "Host: 192.0.2.8 ()\tStatus: Up",
            "Host: 192.0.2.8 ()\tPorts: 22/open/tcp////a?Host: b/",
            "Host: fe80::1%eth0 ()\tStatus: Up",
            "Host: fe80::1%eth0 ()\tPorts: 22/open/tcp/////",
        ]
    );
    assert_eq!(text(&output.stderr).lines().count(), 1, "the one without an address is said");
}

#[test]
fn the_table_of_reasons_is_that_of_the_code() {
    let (page, schema) = (text(&read("docs/scan.md")), text(&read("schemas/host.schema.json")));
    for entry in REASONS {
        let row = format!("| `{}` | {} |", entry.name, entry.state.name());
        assert!(page.contains(&row), "docs/scan.md says nothing of {}", entry.name);
        assert!(schema.contains(&format!("\"{}\"", entry.name)), "the schema says nothing of {}", entry.name);
    }
}

#[test]
fn the_list_of_services_is_that_of_the_page() {
    let page = text(&read("docs/scan.md"));
    let rows: Vec<_> = SERVICES.iter().map(|service| format!("| {} | `{}` | {} |", service.port, service.name, service.about)).collect();
    let written: Vec<_> = page.lines().filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit()).collect();
    assert_eq!(written, rows, "docs/scan.md has another list than src/base/net/services.tsv");
}

#[test]
fn flags_of_nmap_are_answered_with_ours() {
    for (flags, start) in [
        (&["-iL", "hosts.txt"][..], "-iL is nmap's: targets are read from FILE or stdin"),
        (&["-oX", "out.xml"], "-oX is nmap's: pipe into jq -rf adapters/nmap-xml.jq"),
        (&["--targets", "--open"], "--open is nmap's: use jq: jq -c 'select(.scan.open_ports != [])'"),
        (&["-n"], "-n is nmap's: omit it: names are never resolved"),
        (&["-T4", "--targets"], "-T4 is nmap's: timing adapts to the answers"),
        (&["-sV"], "-sV is nmap's: use --banner"),
        (&["-Pn"], "-Pn is nmap's: omit it"),
        (&["-F"], "-F is nmap's: use --top-ports 100"),
        (&["--min-rate=1000"], "--min-rate=1000 is nmap's: there is no minimum rate"),
        (&["--excludefile", "x"], "--excludefile is nmap's: use --exclude FILE"),
        (
            &["192.0.2.1-20"],
            "192.0.2.1-20: no such file; targets are read from one, or from stdin: echo 192.0.2.1-20 | soar-scan --targets",
        ),
    ] {
        let output = run(filter("soar-scan").args(flags), b"");
        assert_eq!((code(&output), text(&output.stdout).as_str()), (2, ""), "{flags:?}");
        assert!(text(&output.stderr).starts_with(&format!("soar-scan: {start}")), "{}", text(&output.stderr));
    }
    // Those that are ours as well.
    for flags in [&["-p-", "--dry-run"][..], &["-p", "-100", "--dry-run"], &["--reason", "--exclude", "192.0.2.1", "--exclude-ports", "1"]]
    {
        assert_eq!(code(&run(filter("soar-scan").args(flags).arg("-q"), b"")), 0, "{flags:?}");
    }
}

#[test]
fn what_the_flags_add_fits_the_schema() {
    let schema = serde_json::from_slice(&read("schemas/host.schema.json")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let port = service("127.0.0.109", |stream| drop(stream.write_all(b"220 hi\r\n"))).to_string();
    let flags = ["--targets", "--reason", "--banner", "--max-open", "1", "-p", &format!("1-4,{port}")];
    let hosts = scan(&flags, "127.0.0.109-127.0.0.110\n192.0.2.1\n");
    assert_eq!(hosts.len(), 3);
    assert!(hosts[0]["scan"]["banners"].is_array() && hosts[0]["scan"]["ports"].is_array());
    for host in &hosts {
        let errors: Vec<_> = validator.iter_errors(host).map(|e| e.to_string()).collect();
        assert!(errors.is_empty(), "{host}: {errors:?}");
    }
    let mut wrong = hosts[0].clone();
    wrong["scan"]["ports"][0]["state"] = json!("ajar");
    assert!(!validator.is_valid(&wrong));
    // The stages behind read them too.
    let lines = hosts.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    for stage in ["soar-report", "soar-score"] {
        assert_eq!(code(&run(filter(stage).arg("-q"), lines.as_bytes())), 0, "{stage}");
    }
    let grepable = run(Command::new("jq").args(["-rf", "adapters/nmap-grepable.jq"]).current_dir(crate::support::root()), lines.as_bytes());
    assert!(text(&grepable.stdout).contains(&format!("{port}/open/tcp////220 hi/")), "{}", text(&grepable.stdout));
}
