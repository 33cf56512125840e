//! The merge property, tested on generated events: adding up the parts is one run over everything, whatever the split over
//! files, their order, their grouping and the number of threads.

use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use soar_light::base::time::rfc3339;

use crate::support::{code, filter, run, text};

#[derive(Debug, Clone)]
struct Seen {
    ip: &'static str,
    at: Option<i64>,
    file: u8,
    line: u8,
    tags: u8,
    user: u16,
    path: &'static str,
    method: &'static str,
    count: u64,
    known: u8,
}

/// Events over few addresses, files, times and names, so that everything meets; some tags are not in the table.
fn events() -> impl Strategy<Value = Vec<Seen>> {
    let ips = &["192.0.2.1", "192.0.2.2", "2001:db8::3", "2001:db8::4", "2001:db8:0:1::3"][..];
    let counts = &[1, 1, 1, 7, 1 << 50][..];
    let paths = &["/", "/a", "/a?b", "/a/b"][..];
    let methods = &["password", "password", "keyboard-interactive/pam", "publickey", ""][..];
    let at = prop_oneof![4 => -30_i64..120, 1 => -30_i64..90_000];
    let who = (select(ips), proptest::option::of(at), 0..3_u8, any::<u8>(), 0..64_u8);
    let what = (prop_oneof![0..4_u16, any::<u16>()], select(paths), select(methods), select(counts), any::<u8>());
    let seen = (who, what).prop_map(|((ip, at, file, line, tags), (user, path, method, count, known))| Seen {
        ip,
        at,
        file,
        line,
        tags,
        user,
        path,
        method,
        count,
        known,
    });
    prop_oneof![8 => vec(seen.clone(), 0..60), 1 => vec(seen, 1500..1600)]
}

const AS_OF: [&str; 3] = ["", r#","as_of":"2026-01-01T00:00:00Z""#, r#","as_of":"2026-01-02T00:00:00+02:00""#];

fn write_events(events: &[Seen]) -> Vec<u8> {
    const NAMES: [&str; 6] = ["ssh_failed", "http_404", "http_bot", "ssh_accepted", "zeta", "eta"];
    let mut out = String::new();
    for Seen { ip, at, file, line, tags, user, path, method, count, known } in events {
        // What another stage knows of the address: nothing, or one of two keys, at one of two times or at none.
        let enrich = match known % 8 {
            at @ 0..3 => format!(
                ",\"enrich\":{{\"{}\":{{\"v\":{}{}}}}}",
                ["as", "geo"][usize::from(known >> 3 & 1)],
                known >> 4 & 1,
                AS_OF[usize::from(at)]
            ),
            _ => String::new(),
        };
        let tags: Vec<_> = NAMES.iter().enumerate().filter(|(i, _)| tags & 1 << i != 0).map(|(_, name)| format!("\"{name}\"")).collect();
        let at = at.map_or(String::new(), |at| format!("\"@timestamp\":\"{}\",", rfc3339(1_700_000_000 + at)));
        let method = if method.is_empty() { String::new() } else { format!(",\"method\":\"{method}\"") };
        writeln!(
            out,
            r#"{{"schema":"soar.event/1",{at}"source":{{"ip":"{ip}"}},"user":{{"name":"u{user}"}},"url":{{"original":"{path}"}},"log":{{"file":{{"path":"{file}.log"}},"line":{line}}},"tags":[{}],"soar":{{"count":{count}{method}}}{enrich}}}"#,
            tags.join(","),
        )
        .expect("a String takes all");
    }
    out.into_bytes()
}

const PLAIN: &[&str] =
    &["--evidence", "2", "--weight", "zeta=3", "--rule", "many=.ssh_failed > 9", "--rule", "in=.failed_before_login > 2"];
const PARTIAL: &[&str] =
    &["--partial", "--window", "20s", "--rules", "strict", "--rule", "burst=.ssh_failed > 7 and .zeta < 9", "--explain", "--evidence", "1"];
const GROUPED: &[&str] = &["--partial", "--resolution", "1s", "--window", "3s", "--group-v6", "64", "--rule", "r=.users > 2 or .paths > 1"];

fn score(flags: &[&str], inputs: &[Vec<u8>]) -> Vec<u8> {
    let output = run(filter("soar-score").arg("-q").args(flags), &inputs.concat());
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    output.stdout
}

/// Flags under which some addresses of the networks are allowed.
const ALLOWED: &[&str] = &["--partial", "--group-v6", "64", "--allow", "2001:db8::4,2001:db8:0:1::/65", "--rule", "r=.ssh_failed > 2"];

proptest! {
    // Each case is a dozen processes.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn merging_the_parts_is_one_run_whatever_the_split_the_order_and_the_grouping(
        events in events(), cuts in vec(any::<Index>(), 0..4), order in any::<[Index; 3]>(), flags in select(&[PLAIN, PARTIAL, GROUPED, ALLOWED][..]),
    ) {
        let score = |inputs: &[Vec<u8>]| score(flags, inputs);
        let whole = score(&[write_events(&events)]);
        prop_assert_eq!(text(&score(std::slice::from_ref(&whole))), text(&whole), "score(score(x)) = score(x)");
        let mut places: Vec<_> = cuts.iter().map(|cut| cut.index(events.len() + 1)).collect();
        places.extend([0, events.len()]);
        places.sort_unstable();
        let mut parts: Vec<_> = places.windows(2).map(|ends| score(&[write_events(&events[ends[0]..ends[1]])])).collect();
        for (from, to) in order.into_iter().enumerate() {
            let (from, to) = (from.min(parts.len() - 1), to.index(parts.len()));
            parts.swap(from, to);
        }
        prop_assert_eq!(text(&score(&parts)), text(&whole));
        // Parts of parts; hosts and events mixed; lines in any order.
        let (first, rest) = parts.split_first().expect("a part");
        prop_assert_eq!(text(&score(&[score(rest), first.clone()])), text(&whole));
        let (early, late) = events.split_at(places[1]);
        prop_assert_eq!(text(&score(&[score(&[write_events(early)]), write_events(late)])), text(&whole));
        let backwards: Vec<_> = events.iter().rev().cloned().collect();
        prop_assert_eq!(text(&score(&[write_events(&backwards)])), text(&whole));
    }

    #[test]
    fn merging_networks_that_were_counted_without_the_list_is_in_no_order(
        events in events(), cuts in vec(any::<Index>(), 1..4), order in any::<[Index; 4]>(), lists in vec(any::<bool>(), 5),
    ) {
        const WITHOUT: &[&str] = &["--partial", "--group-v6", "64"];
        let mut places: Vec<_> = cuts.iter().map(|cut| cut.index(events.len() + 1)).collect();
        places.extend([0, events.len()]);
        places.sort_unstable();
        let part = |(ends, &has_list): (&[usize], _)| {
            score(if has_list { ALLOWED } else { WITHOUT }, &[write_events(&events[ends[0]..ends[1]])])
        };
        let mut parts: Vec<_> = places.windows(2).zip(&lists).map(part).collect();
        let whole = score(ALLOWED, &parts);
        prop_assert_eq!(text(&score(ALLOWED, std::slice::from_ref(&whole))), text(&whole));
        for (from, to) in order.into_iter().enumerate() {
            let (from, to) = (from.min(parts.len() - 1), to.index(parts.len()));
            parts.swap(from, to);
        }
        prop_assert_eq!(text(&score(ALLOWED, &parts)), text(&whole));
        let (first, rest) = parts.split_first().expect("a part");
        prop_assert_eq!(text(&score(ALLOWED, &[score(ALLOWED, rest), first.clone()])), text(&whole));
        let schema = serde_json::from_slice(&crate::support::read("schemas/host.schema.json")).expect("JSON");
        let schema = jsonschema::validator_for(&schema).expect("a schema");
        for host in text(&whole).lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")) {
            prop_assert!(schema.is_valid(&host), "{}", host);
            prop_assert!(host["suspicious"] == false || !["2001:db8::4", "2001:db8:0:1::3"].contains(&host["ip"].as_str().expect("ip")), "{}", host);
        }
    }

    #[test]
    fn what_partial_adds_is_read_under_any_flags_and_fits_the_schema(events in events()) {
        let schema = serde_json::from_slice(&crate::support::read("schemas/host.schema.json")).expect("JSON");
        let schema = jsonschema::validator_for(&schema).expect("a schema");
        let partial = score(PARTIAL, &[write_events(&events)]);
        for host in text(&partial).lines() {
            let host = serde_json::from_str(host).expect("JSON");
            prop_assert_eq!(schema.iter_errors(&host).map(|error| error.to_string()).collect::<Vec<_>>(), [""; 0]);
        }
        // Without the flag it is no more than what one run without it says, and other windows are as if counted from the events.
        let evidence = ["--evidence", "1"];
        prop_assert_eq!(text(&score(&evidence, std::slice::from_ref(&partial))), text(&score(&evidence, &[write_events(&events)])));
        let other = ["--evidence", "1", "--window", "50s", "--rule", "r=.ssh_failed > 8 or .users > 3"];
        prop_assert_eq!(text(&score(&other, &[partial])), text(&score(&other, &[write_events(&events)])));
    }
}

#[test]
fn hosts_that_lack_what_a_run_needs_end_it_at_once() {
    let event = r#"{"schema":"soar.event/1","@timestamp":"2026-01-01T00:00:00Z","source":{"ip":"2001:db8::1"},"log":{"file":{"path":"a"},"line":1},"tags":["ssh_failed"]}"#;
    let hosts = |flags: &[&str]| score(flags, &[event.as_bytes().to_vec()]);
    let snapshot =
        r#"{"schema":"soar.host/1","ip":"192.0.2.1","snapshot":true,"score":0,"suspicious":false,"rules":[],"signals":{"ssh_failed":1}}"#;
    for (host, flags, reason) in [
        (hosts(&[]), &["--window", "10m"][..], "the host has no buckets, which windows need: write it with --partial"),
        (hosts(&[]), &["--partial"], "the host has no buckets, which windows need: write it with --partial"),
        (hosts(&[]), &["--rule", "r=.users > 3"], "the host has no list of users or paths, which a rule needs: write it with --partial"),
        (hosts(&["--partial"]), &["--window", "10m", "--resolution", "60s"], "the host has buckets of 10 s, but --resolution is 60 s"),
        (hosts(&["--group-v6", "48"]), &[], "the host represents the network 2001:db8::/48: --group-v6 48 is needed"),
        (hosts(&["--group-v6", "48"]), &["--group-v6", "64"], "the host represents the network 2001:db8::/48: --group-v6 48 is needed"),
        (snapshot.as_bytes().to_vec(), &[], "an alert of --live is a snapshot; adding it up would count its events twice"),
    ] {
        let output = run(filter("soar-score").args(flags), &host);
        assert_eq!((code(&output), &*text(&output.stdout)), (2, ""), "{reason}");
        assert_eq!(text(&output.stderr), format!("soar-score: -:1: {reason}\n"));
    }
    for network in ["x/64", "2001:db8:1::/64", "192.0.2.0/24", "2001:db8::/129", "::/0", "/64", ""] {
        let host = text(&hosts(&["--group-v6", "64"])).replacen("2001:db8::/64", network, 1);
        let output = run(filter("soar-score").args(["--group-v6", "16"]), host.as_bytes());
        assert_eq!((code(&output), &*text(&output.stdout)), (2, ""), "{network}");
        assert_eq!(text(&output.stderr), format!("soar-score: -:1: network {network:?} is not a prefix of 2001:db8::1\n"));
    }
    assert_eq!(text(&score(&["--group-v6", "32"], &[hosts(&["--group-v6", "48"])])), text(&hosts(&["--group-v6", "32"])));
}

/// An event of `ip` so many seconds into an hour, or at no known time.
fn failed(ip: &str, second: Option<u32>) -> Vec<u8> {
    let at = second.map_or(String::new(), |second| format!("\"@timestamp\":\"{}\",", rfc3339(1_700_000_000 + i64::from(second))));
    format!(r#"{{"schema":"soar.event/1",{at}"source":{{"ip":"{ip}"}},"log":{{"file":{{"path":"a"}},"line":1}},"tags":["ssh_failed"]}}"#)
        .into_bytes()
        .into_iter()
        .chain(*b"\n")
        .collect()
}

/// Of each host: its address, its network, whether it is suspicious and whether it is allowed, and its failures.
fn verdicts(hosts: &[u8]) -> Vec<String> {
    let tell = |line: &str| {
        let host: serde_json::Value = serde_json::from_str(line).expect("a host");
        let is = |key: &str| if host[key] == true { format!(" {key}") } else { String::new() };
        let network = host["network"].as_str().map_or(String::new(), |network| format!(" of {network}"));
        format!("{}{network}:{}{} {}", host["ip"].as_str().expect("ip"), is("suspicious"), is("allowed"), host["signals"]["ssh_failed"])
    };
    text(hosts).lines().map(tell).collect()
}

const NETWORKS: &[&str] = &["--group-v6", "64", "--rule", "r=.ssh_failed > 1"];

#[test]
fn an_allowed_address_is_a_host_of_its_own_and_no_part_of_its_network() {
    // The offender came first, its allowed neighbour last, and more often.
    let (bad, good) = ("2001:db8::bad", "2001:db8::600d");
    let input = [failed(bad, Some(1)), failed(bad, Some(2)), failed(good, Some(3)), failed(good, Some(4)), failed(good, Some(5))].concat();
    let with = |allow: &str| verdicts(&score(&[NETWORKS, &["--allow", allow]].concat(), std::slice::from_ref(&input)));
    let split = ["2001:db8::600d: allowed 3", "2001:db8::bad of 2001:db8::/64: suspicious 2"];
    for allow in [good, "2001:db8::600d/127,192.0.2.1"] {
        assert_eq!(with(allow), split, "{allow}");
    }
    assert_eq!(with("2001:db8:1::/48"), ["2001:db8::600d of 2001:db8::/64: suspicious 5"]);
    for allow in ["2001:db8::/64", "2001:db8::/32"] {
        assert_eq!(with(allow), ["2001:db8::600d: allowed 3", "2001:db8::bad: allowed 2"], "{allow}");
    }
    // One that is allowed and would be written as its network is.
    let zero = [failed("2001:db8::", Some(9)), failed("2001:db8::1", Some(1))].concat();
    let hosts = score(&["--group-v6", "64", "--allow", "2001:db8::", "--rule", "r=true"], &[zero]);
    assert_eq!(verdicts(&hosts), ["2001:db8::: allowed 1", "2001:db8::1 of 2001:db8::/64: suspicious 1"]);
}

#[test]
fn a_network_counted_without_the_list_is_called_by_an_address_that_is_not_allowed_or_by_none_to_act_on() {
    let (bad, good) = ("2001:db8::bad", "2001:db8::600d");
    let part = |events: &[(&str, u32)]| {
        let events = events.iter().map(|&(ip, second)| failed(ip, Some(second))).collect::<Vec<_>>().concat();
        score(NETWORKS, &[events])
    };
    let allow = [NETWORKS, &["--allow", good]].concat();
    // Each part knows the address that it saw last.
    let (early, late) = (part(&[(good, 1), (bad, 2)]), part(&[(bad, 7), (good, 8)]));
    let merged = score(&allow, &[late.clone(), early.clone()]);
    assert_eq!(verdicts(&merged), ["2001:db8::bad of 2001:db8::/64: suspicious 4"]);
    let host: serde_json::Value = serde_json::from_slice(&merged).expect("a host");
    assert_eq!((&host["ip_last_seen"], &host["last_seen"]), (&rfc3339(1_700_000_002).into(), &rfc3339(1_700_000_008).into()));
    let output = run(filter("soar-score").args(&allow), &late);
    assert_eq!(verdicts(&output.stdout), ["2001:db8::600d of 2001:db8::/64: allowed 2"]);
    let said = "soar-score: 0 events and 1 host read: 1 address, 0 suspicious; 1 more matched a rule, but --allow names them; \
                1 of these is a network that was counted without this --allow, and no other address of it is known\n";
    assert_eq!(text(&output.stderr), said);
    // What comes later makes it one to act on again.
    let again = score(&allow, &[output.stdout, failed(bad, Some(3))]);
    assert_eq!(verdicts(&again), ["2001:db8::bad of 2001:db8::/64: suspicious 3"]);
}

/// A host that fails, and asks for what is not there, every 10 s for 11 days.
fn steady() -> Vec<u8> {
    let mut input = String::new();
    for n in 0..95_040_i64 {
        let at = rfc3339(1_700_000_000 + 10 * n);
        writeln!(input, r#"{{"schema":"soar.event/1","@timestamp":"{at}","source":{{"ip":"192.0.2.1"}},"log":{{"file":{{"path":"a"}},"line":{n}}},"tags":["ssh_failed","http_404"]}}"#).expect("a String takes all");
    }
    input.into_bytes()
}

#[test]
fn a_steady_client_takes_wider_buckets_and_the_windows_over_them_say_so() {
    let (input, flags) =
        (steady(), ["--partial", "--window", "10m", "--rule", "r=.ssh_failed > 50", "--rule", "s=.users > 1", "--explain"]);
    let whole = score(&flags, std::slice::from_ref(&input));
    let host: serde_json::Value = serde_json::from_slice(&whole).expect("one host");
    // 95,040 buckets of 10 s are 2,970 of 320 s: 10 minutes are one of those.
    assert_eq!(host["partial"]["width_seconds"], serde_json::json!({"ssh_failed": 320, "http_404": 320}));
    let pairs = |key: &str| host["partial"]["buckets"][key].as_array().map_or(0, |numbers| numbers.len() / 2);
    assert_eq!((pairs("ssh_failed"), pairs("http_404")), (2970, 2970));
    assert_eq!(host["explain"][0]["used_window_seconds"], serde_json::json!({"ssh_failed": 320}));
    assert_eq!((&host["explain"][0]["saw"], &host["suspicious"]), (&serde_json::json!({"ssh_failed": 32}), &false.into()));
    assert_eq!(host["explain"][1].get("used_window_seconds"), None);
    assert_eq!((&host["login_order"]["width_seconds"], host["login_order"].get("latest")), (&5120.into(), None));
    assert!(whole.len() < 64 << 10, "{}", whole.len());
    // In parts, and from a state that was written before buckets became wider.
    let middle = input.len() / 2 + input[input.len() / 2..].iter().position(|&b| b == b'\n').expect("a line") + 1;
    let parts = [score(&flags, &[input[middle..].to_vec()]), score(&flags, &[input[..middle].to_vec()])];
    assert_eq!(text(&score(&flags, &parts)), text(&whole));
    assert_eq!(text(&score(&flags, std::slice::from_ref(&whole))), text(&whole));
    let buckets: Vec<_> = (0..95_040).flat_map(|n| [if n == 0 { 1_700_000_000 } else { 1 }, 1]).map(|n: i64| n.to_string()).collect();
    let list = buckets.join(",");
    let old = format!(
        r#"{{"schema":"soar.host/1","ip":"192.0.2.1","score":190080,"suspicious":false,"rules":[],"signals":{{"ssh_failed":95040,"http_404":95040}},"partial":{{"resolution_seconds":10,"buckets":{{"ssh_failed":[{list}],"http_404":[{list}]}},"users":[],"paths":[]}}}}"#
    );
    let merged: serde_json::Value = serde_json::from_slice(&score(&flags, &[old.into_bytes()])).expect("one host");
    assert_eq!(merged["partial"], host["partial"]);
}

/// Hosts of version 0.1 say how many, and not when.
#[test]
fn one_known_login_does_not_make_the_order_of_all_else_known() {
    let host = |signals: &str| format!(r#"{{"schema":"soar.host/1","ip":"192.0.2.1","score":0,"signals":{{{signals}}}}}"#) + "\n";
    let event = |at: &str, tag: &str, method: &str| {
        format!(
            r#"{{"schema":"soar.event/1","@timestamp":"2026-04-12T{at}Z","source":{{"ip":"192.0.2.1"}},"log":{{"file":{{"path":"a"}},"line":1}},"tags":["{tag}"],"soar":{{"method":"{method}"}}}}"#
        ) + "\n"
    };
    let [both, failed] = [host(r#""ssh_failed":11,"ssh_accepted":1"#), host(r#""ssh_failed":60"#)];
    let [key, password] = ["publickey", "password"].map(|method| event("18:00:00", "ssh_accepted", method));
    let before = event("17:59:00", "ssh_failed", "password");
    for (parts, known) in [
        (&[&both, &key][..], None),
        (&[&both, &password], None),
        (&[&failed, &password], None),
        // Whoever came by key did not guess, whenever the failures were.
        (&[&failed, &key], Some(0)),
        (&[&both, &before, &password], Some(1)),
        (&[&failed, &before, &password], Some(1)),
    ] {
        let parts: Vec<_> = parts.iter().map(|part| part.as_bytes().to_vec()).collect();
        let backwards: Vec<_> = parts.iter().rev().cloned().collect();
        let apart: Vec<_> = parts.iter().map(|part| score(&[], std::slice::from_ref(part))).collect();
        let whole = score(&[], &parts);
        for same in [&backwards, &apart, &vec![whole.clone()]] {
            assert_eq!(text(&score(&[], same)), text(&whole));
        }
        let record: serde_json::Value = serde_json::from_slice(&whole).expect("one host");
        assert_eq!(record.get("failed_before_login").and_then(serde_json::Value::as_u64), known, "{}", text(&parts.concat()));
        let output = run(&mut filter("soar-score"), &parts.concat());
        assert_eq!(text(&output.stderr).contains("order unknown: 1 address"), known.is_none(), "{}", text(&output.stderr));
    }
}

#[test]
fn an_address_with_more_than_fits_in_a_record_is_told_shorter_and_the_others_are_told() {
    let mut input = String::new();
    let path = "x".repeat(3000);
    for n in 0..1000 {
        writeln!(input, r#"{{"schema":"soar.event/1","source":{{"ip":"192.0.2.1"}},"log":{{"file":{{"path":"{path}"}},"line":{n}}},"tags":["ssh_failed","http_404"]}}"#).expect("a String takes all");
    }
    for n in 0..200_000_i64 {
        // Of every signal that there may be.
        let at = rfc3339(1_700_000_000 + 10 * (n / 80));
        writeln!(input, r#"{{"schema":"soar.event/1","@timestamp":"{at}","source":{{"ip":"192.0.2.2"}},"log":{{"file":{{"path":"a"}},"line":1}},"tags":["t{}","http_404"]}}"#, n % 80).expect("a String takes all");
    }
    let long = "z".repeat(65);
    writeln!(
        input,
        r#"{{"schema":"soar.event/1","source":{{"ip":"192.0.2.3"}},"log":{{"file":{{"path":"a"}},"line":1}},"tags":["http_404","{long}"]}}"#
    )
    .expect("a String takes all");
    let output = run(filter("soar-score").args(["--partial", "--evidence", "1000"]), input.as_bytes());
    let hosts: Vec<serde_json::Value> = text(&output.stdout).lines().map(|host| serde_json::from_str(host).expect("a host")).collect();
    let stderr = text(&output.stderr);
    // Exit 1: there are more names outside the table than are counted.
    assert_eq!((code(&output), hosts.len()), (1, 3), "{stderr}");
    assert!(stderr.contains("; 2 have more data than fit into a record (1 MiB), and lack some evidence"), "{stderr}");
    assert!(
        stderr.contains("dropped: more than 64 signals outside the table (the first by name are counted), or names of more than 64 bytes"),
        "{stderr}"
    );
    let places = |ip: &str| hosts.iter().find(|host| host["ip"] == ip).and_then(|host| host["evidence"].as_array()).map_or(0, Vec::len);
    assert_eq!((places("192.0.2.1"), places("192.0.2.3")), (250, 1));
    assert!(text(&output.stdout).lines().all(|line| line.len() <= 960 << 10));
    let again = run(filter("soar-score").args(["-q", "--partial", "--evidence", "1000"]), &output.stdout);
    assert_eq!((code(&again), text(&again.stdout) == text(&output.stdout)), (0, true));
}
