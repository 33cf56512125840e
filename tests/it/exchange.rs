//! What adapters write for threat intelligence (STIX, MISP), for reports (`AbuseIPDB`), for readers of nmap's XML, and for pf, of
//! which no program runs here.

use std::collections::BTreeSet;

use crate::support::adapter::{AT, adapt, said, suspects};
use crate::support::tool::try_with;
use crate::support::{bash, code, read, text};
use serde_json::{Value, json};

fn sample() -> Vec<u8> {
    read("tests/adapters/hosts.ndjson")
}

/// The objects of the bundle that `flags` make of `hosts`.
fn bundle(flags: &[&str], hosts: &[u8]) -> Vec<Value> {
    let output = adapt("stix", flags, hosts);
    assert_eq!((code(&output), text(&output.stderr).as_str()), (0, ""));
    let bundle: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    bundle["objects"].as_array().expect("objects").clone()
}

fn event(flags: &[&str], hosts: &[u8]) -> Value {
    let event: Value = serde_json::from_slice(&adapt("misp", flags, hosts).stdout).expect("JSON");
    event["Event"].clone()
}

fn texts<'v>(objects: &'v [Value], key: &str) -> Vec<&'v str> {
    objects.iter().filter_map(|object| object[key].as_str()).collect()
}

#[test]
fn uuids_are_those_of_python() {
    let ips: Vec<_> = ["192.0.2.1", "2001:db8::1", "2001:db8:1111:2222:3333:4444:5555:6666"].map(|ip| json!(ip)).into();
    let addresses: Vec<_> = bundle(&[], &suspects(&ips)).into_iter().filter(|object| object["value"].is_string()).collect();
    let script = r#"python3 -c '
import json, uuid
for ip in ("192.0.2.1", "2001:db8:1111:2222:3333:4444:5555:6666", "2001:db8::1"):
    print(uuid.uuid5(uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7"), json.dumps({"value": ip}, separators=(",", ":"))))
print(uuid.uuid5(uuid.UUID("5d0c8a3e-7f0b-4c64-9a53-1c8f3c1c6e2b"), "a" * 200))'"#;
    let (said, long) = (text(&bash(script).stdout), "a".repeat(200));
    let expected: Vec<_> = said.lines().collect();
    let given: Vec<_> = texts(&addresses, "id").into_iter().map(|id| id.split_once("--").expect("a type").1).collect();
    assert_eq!(given, expected[..3]);
    assert_eq!(bundle(&["--arg", "producer", &long], b"{}")[0]["id"], format!("identity--{}", expected[3]), "four blocks of SHA-1");
    let lines = |name: &str| {
        let program = text(&read(&format!("adapters/{name}.jq")));
        let (start, end) = (program.find("# UUIDs of version 5").expect("a start"), program.find("def times($at)").expect("an end"));
        program[start..end].to_owned()
    };
    assert_eq!(lines("stix"), lines("misp"), "both make them by the same lines");
}

#[test]
fn a_later_run_has_the_same_objects_in_a_new_version() {
    let later = text(&sample()).replace("06:30:38Z", "06:59:00Z").replace("286", "300");
    let (first, second) = (bundle(&[], &sample()), bundle(&["--arg", "at", "2026-04-13T07:00:00Z"], later.as_bytes()));
    assert_eq!(texts(&first, "id"), texts(&second, "id"));
    assert_eq!(texts(&first, "created"), texts(&second, "created"));
    assert!(texts(&second, "modified")[1..].iter().all(|modified| *modified == "2026-04-13T07:00:00.000Z"));
    let other = bundle(&["--arg", "producer", "Example Ltd"], &sample());
    let of = |objects: &[Value]| objects.iter().filter(|object| object["value"].is_null()).map(|object| object["id"].to_string()).collect();
    let (ours, theirs): (BTreeSet<String>, BTreeSet<String>) = (of(&first), of(&other));
    assert!(ours.is_disjoint(&theirs) && ours.len() == theirs.len());
    assert_eq!(other[0]["name"], "Example Ltd");
    // One event a day and producer, with the same attributes.
    let (today, again) = (event(&[], &sample()), event(&["--arg", "at", "2026-04-12T09:00:00Z"], later.as_bytes()));
    assert_eq!((&today["uuid"], today["timestamp"] == again["timestamp"]), (&again["uuid"], false));
    assert_ne!(event(&["--arg", "producer", "Example Ltd"], &sample())["uuid"], today["uuid"]);
    let named = event(&["--arg", "event", "0F0E0D0C-0000-4000-8000-000000000001"], &sample());
    assert_eq!(named["uuid"], "0f0e0d0c-0000-4000-8000-000000000001");
    assert_eq!(texts(today["Attribute"].as_array().expect("attributes"), "value"), ["192.0.2.66", "2001:db8::66", "203.0.113.9"]);
}

#[test]
fn counts_and_times_keep_to_what_the_standard_allows() {
    let host = |ip: &str, more: &str| format!("{{\"ip\":\"{ip}\",\"suspicious\":true{more}}}\n");
    let hosts = [
        host(
            "192.0.2.1",
            r#","signals":{"a":1e300,"b":-5,"c":"x"},"first_seen":"2026-04-12T06:00:00Z","last_seen":"2026-04-12T05:00:00Z""#,
        ),
        host("192.0.2.2", r#","first_seen":"9999-99-99T00:00:00Z","expires_at":"2026-04-20T00:00:00.5Z""#),
        host("192.0.2.3", r#","first_seen":"2026-04-12T06:00:00Z","expires_at":"2026-04-01T00:00:00Z""#),
    ];
    let objects = bundle(&["--arg", "valid", "2h"], hosts.concat().as_bytes());
    let of = |kind: &str| objects.iter().filter(|object| object["type"] == kind).cloned().collect::<Vec<_>>();
    let sightings = of("sighting");
    assert_eq!(sightings.iter().map(|sighting| sighting["count"].as_u64()).collect::<Vec<_>>(), [Some(999_999_999), Some(1), Some(1)]);
    let (at, six) = ("2026-04-12T07:00:00.000Z", "2026-04-12T06:00:00.000Z");
    assert_eq!(texts(&sightings, "first_seen"), [six, at, six]);
    assert_eq!(texts(&sightings, "last_seen"), [six, at, six], "never before the first");
    let indicators = of("indicator");
    let until: Vec<_> = indicators.iter().map(|indicator| indicator["valid_until"].as_str()).collect();
    assert_eq!(until, [Some("2026-04-12T08:00:00.000Z"), Some("2026-04-20T00:00:00.000Z"), None], "none that is over before it begins");
    for (name, flag, wrong, why) in [
        ("stix", "at", "today", "--arg at: not like 2026-04-12T06:30:38Z: today\n"),
        ("misp", "at", "2026-04-12", "--arg at: not like 2026-04-12T06:30:38Z: 2026-04-12\n"),
        ("stix", "valid", "1y", "--arg valid: not like 30m, 12h, 1d: 1y\n"),
        ("misp", "event", "1", "--arg event: no UUID: 1\n"),
    ] {
        let output = adapt(name, &["--arg", flag, wrong], &sample());
        assert_eq!((code(&output), text(&output.stdout).as_str(), text(&output.stderr).as_str()), (2, "", why));
    }
}

#[test]
fn no_user_path_or_file_is_told_to_others() {
    let host = json!({
        "ip": "192.0.2.7", "suspicious": true, "score": 12, "rules": ["r"], "signals": { "ssh_failed": 12 },
        "evidence": [{ "signal": "ssh_failed", "file": "/srv/secret.log", "line": 3 }],
        "login_order": { "latest": [{ "user": "hunter2", "method": "password" }] }, "explain": { "r": { "x": "hunter2" } }
    });
    for name in ["stix", "misp", "abuseipdb"] {
        let written = text(&adapt(name, &[], host.to_string().as_bytes()).stdout);
        assert!(written.contains("192.0.2.7") && !written.contains("hunter2") && !written.contains("secret"), "{name}: {written}");
    }
}

/// The rows of a report for `AbuseIPDB`, without its heading.
fn reports(flags: &[&str], hosts: &[u8]) -> Vec<Vec<String>> {
    rows_of(&adapt("abuseipdb", flags, hosts).stdout)
}

fn rows_of(written: &[u8]) -> Vec<Vec<String>> {
    // Its documentation: less than 2 MB, at most 10,000 lines with the heading, a backslash escapes a quote.
    assert!(written.len() < 2_000_000 && written.split(|byte| *byte == b'\n').count() <= 10_001 && !written.contains(&b'\\'));
    let mut rows = csv::Reader::from_reader(written);
    assert_eq!(rows.headers().expect("a heading").iter().collect::<Vec<_>>(), ["IP", "Categories", "ReportDate", "Comment"]);
    rows.records().map(|row| row.expect("a row").iter().map(ToOwned::to_owned).collect()).collect()
}

#[test]
fn a_report_has_the_categories_of_what_was_seen_most() {
    let of = |signals: Value| {
        let host = json!({ "ip": "192.0.2.7", "suspicious": true, "signals": signals, "last_seen": "2026-04-12T06:30:38Z" });
        let row = reports(&[], host.to_string().as_bytes()).remove(0);
        assert_eq!((row[2].as_str(), row[3].len() <= 1024), ("2026-04-12T06:30:38Z", true));
        row[1].clone()
    };
    assert_eq!(of(json!({ "ssh_failed": 60, "http_404": 5 })), "18,22");
    assert_eq!(of(json!({ "ssh_failed": 60, "http_404": 6 })), "18,21,22");
    assert_eq!(of(json!({ "http_bot": 11, "http_404": 11 })), "19,21");
    assert_eq!(of(json!({ "ssh_accepted": 99, "mine": 99 })), "15");
    assert_eq!(of(json!({ "ssh_probe": 3, "mine": "x" })), "14,22");
    let every = soar_light::record::signal::SIGNALS.iter().map(|signal| (signal.name.to_owned(), json!(1e15)));
    assert!(of(every.collect::<serde_json::Map<_, _>>().into()).starts_with("14,"));
}

#[test]
fn a_report_is_cut_at_the_limits_and_names_no_private_address() {
    let hosts: Vec<_> = (0..10_100)
        .map(|n| json!({ "ip": format!("2001:db8:aaaa:bbbb:cccc:dddd:eeee:{:x}", n + 4096), "suspicious": true, "score": n, "signals": { "http_impostor": 5, "http_bot": 5 } }).to_string())
        .collect();
    let output = adapt("abuseipdb", &[], hosts.join("\n").as_bytes());
    assert_eq!(said(&output), ["left out, past the 10,000 lines or 2 MB that AbuseIPDB takes: 101"]);
    let rows = rows_of(&output.stdout);
    assert_eq!((rows.len(), rows[0][0].as_str()), (9_999, "2001:db8:aaaa:bbbb:cccc:dddd:eeee:3773"), "the highest score is first");
    let every: serde_json::Map<_, _> = soar_light::record::signal::SIGNALS.iter().map(|each| (each.name.to_owned(), json!(1e15))).collect();
    let long: Vec<_> =
        (0..7_000).map(|n| json!({ "ip": format!("2001:db8::{n:x}"), "suspicious": true, "signals": every }).to_string()).collect();
    assert!((1_000..7_000).contains(&reports(&[], long.join("\n").as_bytes()).len()), "2 MB");
    let ips =
        ["10.0.0.1", "172.16.0.1", "172.32.0.1", "192.168.1.1", "100.64.0.1", "100.128.0.1", "fd00::1", "2001:db8::1"].map(|ip| json!(ip));
    let output = adapt("abuseipdb", &[], &suspects(&ips));
    assert_eq!(said(&output), ["left out, private (AbuseIPDB takes none): 10.0.0.1 100.64.0.1 172.16.0.1 192.168.1.1 fd00::1"]);
    let named: Vec<_> = reports(&[], &suspects(&ips)).into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(named, ["100.128.0.1", "172.32.0.1", "2001:db8::1"]);
    assert_eq!(reports(&["--arg", "local", "yes"], &suspects(&ips)).len(), ips.len());
}

/// What pf.conf(5) has of a table and a block rule, as tokens: the addresses of the table. Stands in for `pfctl -n`.
fn table_of_pf(rules: &str) -> Option<Vec<String>> {
    let joined = rules.replace("\\\n", " ");
    let mut lines = joined.lines();
    let table = lines.next()?.strip_prefix("table <suspects> persist {")?.strip_suffix('}')?;
    let addresses: Vec<_> = table.split_whitespace().map(ToOwned::to_owned).collect();
    let is_address = |text: &String| text.parse::<ipnet::IpNet>().is_ok() || text.parse::<std::net::IpAddr>().is_ok();
    (lines.next()? == "block drop in quick from <suspects> to any" && lines.next().is_none() && addresses.iter().all(is_address))
        .then_some(addresses)
}

#[test]
fn pf_is_given_a_table_by_its_grammar() {
    let rules = |hosts: &[u8]| text(&adapt("pf", &[], hosts).stdout);
    assert_eq!(table_of_pf(&rules(&sample())).expect("rules"), ["192.0.2.66", "2001:db8::66", "203.0.113.9"]);
    assert_eq!(table_of_pf(&rules(b"{}")).expect("rules"), [""; 0]);
    let many: Vec<_> = (0..1200).map(|n| json!(format!("2001:db8::{:x}", n + 1))).collect();
    assert_eq!(table_of_pf(&rules(&suspects(&many))).expect("rules").len(), 1200);
    assert_eq!(table_of_pf("table <suspects> persist { 192.0.2.1\n}\n"), None, "a line ends a rule");
}

/// Scans as soar-scan writes them, with and without --reason, and as nobody should.
fn scans() -> String {
    let host = |ip: &str, scan: &str| format!("{{\"ip\":\"{ip}\",\"scan\":{scan}}}\n");
    [
        host("192.0.2.1", r#"{"status":"complete","open_ports":[22,80],"closed":4,"filtered":1,"unknown":0,"started_at":"2026-04-12T07:00:00Z","duration_ms":1500,"banners":[{"port":22,"text":"SSH-2.0-a<b & \"c\""}]}"#),
        host("192.0.2.2", r#"{"status":"out_of_scope"}"#),
        host("2001:db8::3", r#"{"status":"incomplete","open_ports":[],"closed":1,"filtered":1,"unknown":1,"started_at":"2026-04-12T07:00:09Z","duration_ms":1,"ports":[{"port":21,"state":"closed","reason":"conn-refused"},{"port":22,"state":"filtered","reason":"admin-prohibited"},{"port":23,"state":"unknown","reason":"no-route"}]}"#),
        host("192.0.2.4\\\"><host>", r#"{"open_ports":[1]}"#),
        host("192.0.2.5", r#"{"open_ports":[22,"80\n",0.5,99999],"closed":"9","started_at":"x","ports":5,"banners":[{"port":22,"text":"a\n\u0000\u202e<"}]}"#),
        host("192.0.2.6", r#"{"open_ports":[22],"ports":[{"port":22,"state":"open","reason":"\"><x"},7]}"#),
    ]
    .concat()
}

#[test]
fn nmap_s_xml_is_what_stands_beside_the_sample() {
    assert_eq!(text(&adapt("nmap-xml", &[], &sample()).stdout), text(&read("tests/adapters/nmap-xml.out")));
    let output = adapt("nmap-xml", &[], scans().as_bytes());
    let xml = text(&output.stdout);
    assert_eq!(said(&output), ["left out, not an address: 192.0.2.4%22%3E%3Chost%3E"]);
    assert!(xml.contains("output=\"SSH-2.0-a&lt;b &amp; &quot;c&quot;\""), "{xml}");
    assert_eq!((xml.matches("<host ").count(), xml.matches("<host>").count()), (2, 2), "without a time there is none: {xml}");
    for (name, flags) in [("nothing", &[][..]), ("nobody", &["-n"])] {
        let empty = text(&adapt("nmap-xml", flags, if flags.is_empty() { b"{}" } else { b"" }).stdout);
        assert!(empty.ends_with("<hosts up=\"0\" down=\"0\" total=\"0\"/>\n</runstats>\n</nmaprun>\n"), "{name}: {empty}");
    }
}

#[test]
#[ignore = "make test-real"]
fn the_libraries_of_others_read_what_was_meant() {
    let script = format!(
        r#"
        python=$(dirname "$(command -v soar-parse)")/../tools/adapters/bin/python
        [ -x "$python" ] || {{ echo 'no stix2, pymisp and libnmap' >&2; exit 77; }}
        cat > scans <<'END'
{}END
        printf '{{"ip":"2001:db8::66","network":"2001:db8::/64","suspicious":true,"expires_at":"9000-01-01T00:00:00Z"}}\n' > network
        {{ cat "$ROOT/tests/adapters/hosts.ndjson" network; }} | jq --arg by network -rf "$ROOT/adapters/stix.jq" {at} > stix.json
        respond misp {at} > misp.json
        jq -rf "$ROOT/adapters/nmap-xml.jq" scans > scan.xml 2>/dev/null
        "$python" -B "$ROOT/tests/adapters/check.py" . /usr/share/nmap/nmap.dtd
        # Nobody at all.
        nobody stix > stix.json; jq -nrf "$ROOT/adapters/nmap-xml.jq" /dev/null > scan.xml
        "$python" -B "$ROOT/tests/adapters/check.py" . /usr/share/nmap/nmap.dtd | grep -v ^misp"#,
        scans(),
        at = AT.join(" ")
    );
    let Some(printed) = try_with("the libraries of others", &["python3", "jq"], &script) else { return };
    let expected = r#"stix 192.0.2.66 12 [ipv4-addr:value = '192.0.2.66']
stix 2001:db8::/64 1 [ipv6-addr:value ISSUBSET '2001:db8::/64'] until 9000-01-01 00:00:00+00:00
stix 2001:db8::66 100 [ipv6-addr:value = '2001:db8::66']
stix 203.0.113.9 286 [ipv4-addr:value = '203.0.113.9']
misp ip-src 192.0.2.66 True 0s
misp ip-src 2001:db8::66 True 29s
misp ip-src 203.0.113.9 True 1713s
nmap 192.0.2.1 up 22/open/syn-ack 80/open/syn-ack ['SSH-2.0-a<b & "c"']
nmap 2001:db8::3 up 21/closed/conn-refused 22/filtered/admin-prohibited []
nmap 192.0.2.5 up 22/open/syn-ack ['a???<']
nmap 192.0.2.6 up 22/open/syn-ack []
nmap 4 of 4, 10.0 s
nmap 0 of 0, 0.0 s
"#;
    assert_eq!(printed, expected);
}
