//! soar-enrich: what files say of addresses, put into lines of which no other byte changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

use crate::memory::peak_bytes_of;
use crate::support::mmdb::{BUILT, mmdb};
use crate::support::skip::skip;
use crate::support::{bash, code, filter, run, sample, text};

const AS_OF: &str = "2026-01-01T00:00:00Z";

fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).expect("written");
    path
}

fn enrich(flags: &[String], input: &str) -> Output {
    run(filter("soar-enrich").args(flags), input.as_bytes())
}

fn flag(name: &str, value: impl std::fmt::Display) -> [String; 2] {
    [format!("--{name}"), value.to_string()]
}

fn host(ip: &str) -> String {
    format!("{{\"schema\":\"soar.host/1\",\"ip\":\"{ip}\",\"score\":1}}\n")
}

/// What comes of one host with these flags.
fn known(flags: &[String], ip: &str) -> Value {
    let output = enrich(flags, &host(ip));
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    let mut enriched: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    enriched["enrich"].take()
}

#[test]
fn the_records_of_every_tree_are_found_and_mapped_addresses_are_ipv4() {
    let folder = tempfile::tempdir().expect("a folder");
    let record = |number: u32| json!({ "autonomous_system_number": number, "autonomous_system_organization": "EXAMPLE" });
    for (version, bits) in [(4, 24), (6, 24), (6, 28), (6, 32), (4, 28), (4, 32)] {
        let mut networks = vec![("192.0.2.0/24", record(64496)), ("192.0.2.128/25", record(64497)), ("198.51.100.7/32", record(64498))];
        if version == 6 {
            networks.push(("2001:db8::/32", record(64499)));
        }
        let file = write(folder.path(), "asn.mmdb", mmdb(version, bits, &networks));
        for (ip, number) in [
            ("192.0.2.1", Some(64496)),
            ("192.0.2.200", Some(64497)),
            ("::ffff:192.0.2.200", Some(64497)),
            ("198.51.100.7", Some(64498)),
            ("198.51.100.8", None),
            ("2001:db8::1", (version == 6).then_some(64499)),
            ("2001:db9::1", None),
        ] {
            let expected = number
                .map_or(Value::Null, |number| json!({ "as": { "number": number, "organization": { "name": "EXAMPLE" }, "as_of": AS_OF } }));
            assert_eq!(known(&flag("mmdb", file.display()), ip), expected, "{version} {bits} {ip}");
        }
    }
    assert_eq!(soar_light::base::time::rfc3339(BUILT.cast_signed()), AS_OF);
}

#[test]
fn files_add_up_and_the_first_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let asn = write(
        folder.path(),
        "asn.mmdb",
        mmdb(4, 24, &[("192.0.2.0/24", json!({ "asn": "AS64496", "as_name": "EXAMPLE", "country": "FR" }))]),
    );
    let city = write(
        folder.path(),
        "city.mmdb",
        mmdb(4, 28, &[("192.0.0.0/16", json!({ "country": { "iso_code": "DE" }, "city": { "names": { "en": "Paris" } } }))]),
    );
    let proxy =
        write(folder.path(), "proxy.mmdb", mmdb(4, 32, &[("192.0.2.7/32", json!({ "is_proxy": true, "kinds": ["vpn"], "risk": 0.5 }))]));
    let drop = write(folder.path(), "drop.txt", "192.0.2.0/28\n");
    let tor = write(folder.path(), "tor.json", r#"{"list":["192.0.2.7","198.51.100.0/24"]}"#);
    let names = write(folder.path(), "names", "192.0.2.7 a.example b.example\n");
    let flags: Vec<_> = [
        flag("mmdb", asn.display()),
        flag("mmdb", city.display()),
        flag("mmdb", format!("proxy={}", proxy.display())),
        flag("list", format!("tor-exit={}", tor.display())),
        flag("list", format!("drop={}", drop.display())),
        flag("rdns", names.display()),
    ]
    .concat();
    let mut found = known(&flags, "192.0.2.7");
    let at = found["rdns"].as_object_mut().expect("names").remove("as_of").expect("a time");
    assert!(soar_light::base::time::parse_rfc3339(at.as_str().expect("a text")).is_ok());
    let expected = json!({
        "as": { "number": 64496, "organization": { "name": "EXAMPLE" }, "as_of": AS_OF },
        "geo": { "country_iso_code": "FR", "city_name": "Paris", "as_of": AS_OF },
        "lists": ["drop", "tor-exit"],
        "proxy": { "is_proxy": true, "kinds": ["vpn"], "risk": 0.5, "as_of": AS_OF },
        "rdns": { "names": ["a.example", "b.example"] }
    });
    assert_eq!(found, expected);
    assert_eq!(known(&flags, "198.51.100.1"), json!({ "lists": ["tor-exit"] }));
    assert_eq!(known(&flags, "203.0.113.1"), Value::Null);
}

#[test]
fn no_byte_of_a_line_changes_but_its_enrich() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = write(folder.path(), "list", "192.0.2.0/24\n203.0.113.0/24\n2001:db8::/32\n");
    let flags = flag("list", format!("mine={}", list.display()));
    let events = run(filter("soar-parse").args(["-q", "--all"]), &sample("soar-parse")).stdout;
    let odd = concat!(
        r#"{ "ip" : "192.0.2.1", "schema":"soar.host/1" , "enrich": {"lists":["old"],"mine":{"x": 1.50}} ,"é":" \u00e9" }"#,
        "\n",
        r#"{"schema":"soar.event/1","source":{"address":"host.example"},"tags":[]}"#,
        "\n"
    );
    let input = text(&events) + &text(&sample("soar-report")) + odd;
    let output = enrich(&flags, &input);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    let mut enriched = 0;
    for (before, after) in input.lines().zip(text(&output.stdout).lines()) {
        let ip = ["192.0.2.", "203.0.113.", "2001:db8:"].iter().any(|start| {
            let record: Value = serde_json::from_str(before).expect("JSON");
            [&record["ip"], &record["source"]["ip"]].iter().any(|ip| ip.as_str().is_some_and(|ip| ip.starts_with(start)))
        });
        enriched += usize::from(ip);
        match (ip, before.contains("\"enrich\"")) {
            (false, _) => assert_eq!(before, after),
            (true, false) => assert_eq!(format!("{},\"enrich\":{{\"lists\":[\"mine\"]}}}}", &before[..before.len() - 1]), after),
            (true, true) => assert_eq!(
                after,
                r#"{ "ip" : "192.0.2.1", "schema":"soar.host/1"  ,"é":" \u00e9" ,"enrich":{"lists":["mine"],"mine":{"x": 1.50}}}"#
            ),
        }
    }
    assert!(enriched > 20 && text(&output.stdout).lines().count() == input.lines().count(), "{enriched}");
    // Once more, and nothing changes.
    assert!(enrich(&flags, &text(&output.stdout)).stdout == output.stdout);
    // Out of date: what this run's files no longer say goes, and what others wrote stays.
    let other = write(folder.path(), "other", "198.18.0.0/15\n");
    let again = enrich(&flag("list", format!("mine={}", other.display())), odd);
    let first = text(&again.stdout).lines().next().expect("a line").to_owned();
    assert_eq!(first, r#"{ "ip" : "192.0.2.1", "schema":"soar.host/1"  ,"é":" \u00e9" ,"enrich":{"mine":{"x": 1.50}}}"#);
}

#[test]
fn a_verdict_reads_what_was_added_to_events_and_to_hosts() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "asn.mmdb", mmdb(6, 28, &[("203.0.113.0/24", json!({ "asn": "AS64496", "country_code": "FR" }))]));
    let at = folder.path().display();
    let rule = "--rule 'abroad=.enrich.geo.country_iso_code == \"FR\" and .enrich.as.number == 64496 and .ssh_failed > 5'";
    let flags = format!("-q --mmdb {at}/asn.mmdb");
    let on_events = bash(&format!("soar-parse -q examples/auth.log | soar-enrich {flags} | soar-score -q {rule}"));
    let on_hosts = bash(&format!("soar-parse -q examples/auth.log | soar-score -q | soar-enrich {flags} | soar-score -q {rule}"));
    assert!(on_events.stdout == on_hosts.stdout && on_events.stderr.is_empty(), "{}", text(&on_events.stderr));
    let suspicious: Vec<_> =
        text(&on_events.stdout).lines().filter(|line| line.contains("\"suspicious\":true")).map(str::to_owned).collect();
    assert!(!suspicious.is_empty() && suspicious.iter().all(|line| line.contains("\"ip\":\"203.0.113.")), "{suspicious:?}");
    let schema: Value = serde_json::from_slice(&crate::support::read("schemas/host.schema.json")).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    for line in text(&on_events.stdout).lines() {
        assert!(schema.is_valid(&serde_json::from_str(line).expect("JSON")), "{line}");
    }
}

#[test]
fn a_bad_file_is_named_and_nothing_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = mmdb(4, 24, &[("192.0.2.0/24", json!({ "country_code": "FR" }))]);
    for (cut, why) in [(whole.len() - 40, "unexpected"), (whole.len() / 3, "could not find"), (0, "could not find")] {
        let file = write(folder.path(), "cut.mmdb", &whole[..cut]);
        let output = enrich(&flag("mmdb", file.display()), &host("192.0.2.1"));
        assert_eq!((code(&output), output.stdout.len()), (2, 0), "{cut}");
        let said = text(&output.stderr);
        assert!(said.starts_with(&format!("soar-enrich: {}: ", file.display())) && said.lines().count() == 1, "{cut} {why}: {said}");
    }
    // A tree that leads out of its file is found when an address is looked up.
    let mut damaged = whole.clone();
    damaged[..6].copy_from_slice(&[0x7f; 6]);
    let file = write(folder.path(), "damaged.mmdb", damaged);
    let output = enrich(&flag("mmdb", file.display()), &host("192.0.2.1"));
    assert_eq!((code(&output), text(&output.stdout)), (1, host("192.0.2.1")), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains(&format!("{}: ", file.display())), "{}", text(&output.stderr));
    // A wrong line of a list: the others count, and so does every record.
    let list = write(folder.path(), "list", "192.0.2.0/28\nnonsense here\n192.0.2.64/26\n");
    let output =
        enrich(&flag("list", format!("mine={}", list.display())), &(host("192.0.2.65") + &host("192.0.2.1") + &host("192.0.2.33")));
    assert_eq!((code(&output), text(&output.stdout).matches("\"mine\"").count(), text(&output.stdout).lines().count()), (1, 2, 3));
    assert!(text(&output.stderr).starts_with(&format!("soar-enrich: {}:2: not an address", list.display())), "{}", text(&output.stderr));
    for (flags, said) in [
        (flag("mmdb", "no/such.mmdb"), "soar-enrich: no/such.mmdb: No such file or directory\n"),
        (flag("list", "no/such.list"), "soar-enrich: --list no/such.list: expected NAME=FILE, with NAME of letters, digits, _ and -\n"),
        (flag("list", "x=no/such.list"), "soar-enrich: no/such.list: No such file or directory\n"),
        (flag("mmdb", "geo=x"), "soar-enrich: --mmdb geo=x: geo is a key that soar-enrich writes itself: choose another name\n"),
    ] {
        let output = enrich(&flags, &host("192.0.2.1"));
        assert_eq!((code(&output), text(&output.stderr), output.stdout.len()), (2, said.to_owned(), 0));
    }
}

#[test]
fn a_file_of_unknown_keys_is_named_with_what_would_help() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), "odd.mmdb", mmdb(4, 24, &[("192.0.2.0/24", json!({ "is_proxy": true }))]));
    let output = enrich(&flag("mmdb", file.display()), &host("192.0.2.1"));
    assert_eq!((code(&output), text(&output.stdout)), (0, host("192.0.2.1")));
    assert!(text(&output.stderr).contains("its records have no key that is known"), "{}", text(&output.stderr));
    let helped = known(&flag("mmdb", format!("proxy={}", file.display())), "192.0.2.1");
    assert_eq!(helped, json!({ "proxy": { "is_proxy": true, "as_of": AS_OF } }));
}

#[test]
fn the_help_says_where_files_come_from() {
    let output = filter("soar-enrich").arg("--fetch-help").output().expect("it runs");
    let help = text(&output.stdout);
    assert_eq!(code(&output), 0);
    for word in ["GeoLite2", "DB-IP", "IPinfo", "IP2Location", "ip-location-db", "CC0", "CC BY 4.0", "Spamhaus", "Tor", "MISP", "FireHOL"] {
        assert!(help.contains(word), "{word}");
    }
    assert!(help.lines().all(|line| line.len() <= 80));
}

#[test]
fn an_impostor_is_told_from_a_crawler_by_lists_and_names_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let ranges = write(folder.path(), "googlebot.json", r#"{"prefixes":[{"ipv4Prefix":"192.0.2.0/28"}]}"#);
    let names = write(folder.path(), "names", "198.51.100.1 crawl-198-51-100-1.search.msn.com\n198.51.100.2 evil-search.msn.com.example\n");
    let event = |ip: &str, agent: &str| {
        format!(
            r#"{{"schema":"soar.event/1","event":{{"dataset":"http.access","action":"http_request"}},"source":{{"ip":"{ip}"}},"user_agent":{{"original":"{agent}"}},"log":{{"file":{{"path":"a"}},"line":1}},"tags":["http_bot"]}}"#
        )
    };
    let (google, bing) = ("Mozilla/5.0 (compatible; Googlebot/2.1)", "Mozilla/5.0 (compatible; bingbot/2.0)");
    let flags: Vec<_> =
        [flag("crawlers", "default"), flag("list", format!("googlebot={}", ranges.display())), flag("rdns", names.display())].concat();
    for (ip, agent, verdict, is_impostor) in [
        ("192.0.2.1", google, json!({ "claims": "googlebot", "verified": true }), false),
        ("192.0.2.200", google, json!({ "claims": "googlebot", "verified": false }), true),
        ("198.51.100.1", bing, json!({ "claims": "bingbot", "verified": true }), false),
        ("198.51.100.2", bing, json!({ "claims": "bingbot", "verified": false }), true),
        ("198.51.100.3", bing, json!({ "claims": "bingbot" }), false),
        ("192.0.2.200", "ExampleBot/1.0", Value::Null, false),
    ] {
        let output = enrich(&flags, &event(ip, agent));
        let enriched: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let tags = if is_impostor { json!(["http_bot", "http_impostor"]) } else { json!(["http_bot"]) };
        assert_eq!((&enriched["enrich"]["crawler"], &enriched["tags"]), (&verdict, &tags), "{ip} {agent}");
        // Once more, and nothing changes.
        assert!(enrich(&flags, &text(&output.stdout)).stdout == output.stdout);
    }
    let input = [event("192.0.2.200", google), event("192.0.2.1", google)].join("\n");
    let enriched = enrich(&flags, &input);
    assert!(text(&enriched.stderr).contains("2 records enriched, 1 request of impostors"), "{}", text(&enriched.stderr));
    let scored = run(
        filter("soar-score").args(["-q", "--rule", "impostor=.http_impostor > 0 and .enrich.crawler.verified == false"]),
        &enriched.stdout,
    );
    let suspicious: Vec<_> = text(&scored.stdout).lines().filter(|line| line.contains("\"suspicious\":true")).map(str::to_owned).collect();
    assert!(suspicious.len() == 1 && suspicious[0].contains("192.0.2.200"), "{suspicious:?}");
    // A host has no agent: it has the claims of its events, or an address that is a crawler's.
    let host = |enrich: &str| format!("{{\"schema\":\"soar.host/1\",\"ip\":\"192.0.2.1\",\"score\":1{enrich}}}\n");
    for (enrich_before, ip, crawler) in [
        ("", "192.0.2.1", json!({ "is": "googlebot", "verified": true })),
        ("", "198.51.100.1", json!({ "is": "bingbot", "verified": true })),
        ("", "192.0.2.200", Value::Null),
        (r#","enrich":{"crawler":{"claims":"googlebot"}}"#, "192.0.2.1", json!({ "claims": "googlebot", "verified": true })),
        (r#","enrich":{"crawler":{"claims":"googlebot"}}"#, "192.0.2.200", json!({ "claims": "googlebot", "verified": false })),
        (r#","enrich":{"crawler":{"claims":"other","verified":true}}"#, "192.0.2.1", json!({ "claims": "other", "verified": true })),
        (r#","enrich":{"crawler":{"is":"googlebot","verified":true}}"#, "192.0.2.200", Value::Null),
    ] {
        let output = enrich(&flags, &host(enrich_before).replace("192.0.2.1", ip));
        let enriched: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(enriched["enrich"]["crawler"], crawler, "{enrich_before} {ip}");
        assert!(enrich(&flags, &text(&output.stdout)).stdout == output.stdout);
    }
    let table = write(folder.path(), "crawlers.toml", "[[crawler]]\nname = \"x\"\nagents = []\n");
    let wrong = enrich(&flag("crawlers", table.display()), &input);
    assert!(code(&wrong) == 2 && text(&wrong.stderr).contains("x has no agent"), "{}", text(&wrong.stderr));
}

#[test]
fn a_verified_crawler_is_not_suspicious_and_an_impostor_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().display();
    write(folder.path(), "googlebot.json", r#"{"prefixes":[{"ipv4Prefix":"192.0.2.0/28"}]}"#);
    let line = |ip: &str, path: usize| {
        format!(
            "{ip} - - [10/Oct/2025:13:55:36 +0000] \"GET /{path} HTTP/1.1\" 404 209 \"-\" \"Mozilla/5.0 (compatible; Googlebot/2.1)\"\n"
        )
    };
    let log: String = ["192.0.2.1", "203.0.113.1"].iter().flat_map(|ip| (0..12).map(move |path| line(ip, path))).collect();
    write(folder.path(), "log", log);
    let lists = format!("soar-enrich -q --crawlers default --list googlebot={at}/googlebot.json");
    let suspicious = |line: String| {
        let output = bash(&line);
        assert!(output.stderr.is_empty(), "{line}: {}", text(&output.stderr));
        let hosts = text(&output.stdout);
        let named = hosts.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        named.filter(|host| host["suspicious"] == true).map(|host| json!([host["ip"], host["rules"]])).collect::<Vec<_>>()
    };
    let both = [json!(["192.0.2.1", ["aggressive_bot"]]), json!(["203.0.113.1", ["aggressive_bot"]])];
    let impostor = [json!(["203.0.113.1", ["aggressive_bot"]])];
    // As before, and without a word about what no host has.
    assert_eq!(suspicious(format!("soar-parse -q {at}/log | soar-score 2> >(grep -v 'events and' >&2)")), both);
    assert_eq!(suspicious(format!("soar-parse -q {at}/log | {lists} | soar-score -q")), impostor);
    assert_eq!(suspicious(format!("soar-parse -q {at}/log | soar-score -q | {lists} | soar-score -q --rules default")), impostor);
    assert_eq!(
        suspicious(format!("soar-parse -q {at}/log | {lists} | soar-score -q --rules strict")),
        [json!(["203.0.113.1", ["aggressive_bot", "http_impostor"]])]
    );
    // The example of the signal.
    let signal = soar_light::record::signal::SIGNALS.iter().find(|signal| signal.name == "http_impostor").expect("a signal");
    write(folder.path(), "example", signal.example);
    let event = text(&bash(&format!("soar-parse -q {at}/example | {lists}")).stdout);
    assert!(event.contains(r#""tags":["http_bot","http_impostor"]"#), "{event}");
    // The rule says so, not the program.
    assert_eq!(suspicious(format!("soar-parse -q {at}/log | {lists} | soar-score -q --rule 'aggressive_bot=.http_bot > 10'")), both);
    // It is a signal of the table: a column, a weight, a label.
    let report = bash(&format!(
        "soar-parse -q {at}/log | {lists} | soar-score -q --weight http_impostor=9 | soar-report -q --columns ip,score,reason,http_impostor"
    ));
    assert_eq!(text(&report.stdout), "ip,score,reason,http_impostor\n203.0.113.1,132,Impostor,12\n192.0.2.1,24,404,0\n");
}

#[test]
fn an_entry_of_a_list_takes_at_most_64_bytes() {
    const ENTRIES: u64 = 500_000;
    let folder = tempfile::tempdir().expect("a folder");
    let (input, out) = (write(folder.path(), "input", host("192.0.2.1")), folder.path().join("out"));
    let peak = |list: &Path| peak_bytes_of("soar-enrich", &format!("--list big={}", list.display()), &input, &out);
    let none = peak(&write(folder.path(), "one", "192.0.2.1\n"));
    let v4 = (0..ENTRIES).fold(String::new(), |text, n| {
        text + &std::net::Ipv4Addr::from_bits(u32::try_from(n * 8521).expect("an address")).to_string() + "\n"
    });
    let v6 = (0..ENTRIES).fold(String::new(), |text, n| {
        text + &std::net::Ipv6Addr::from_bits(0x2001_0db8 << 96 | u128::from(n) << 48).to_string() + "/80\n"
    });
    for (name, text) in [("v4", v4), ("v6", v6)] {
        let peak = peak(&write(folder.path(), name, text));
        let of_an_entry = peak.saturating_sub(none) / ENTRIES;
        assert!((1..=64).contains(&of_an_entry), "{name}: {of_an_entry} bytes");
    }
}

#[test]
#[ignore = "make test-real"]
fn files_that_npm_ships_are_installed_and_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().display();
    let installed = bash(&format!("scripts/enrich-data {at}"));
    if code(&installed) == 2 {
        return skip("files that npm ships", text(&installed.stderr).trim());
    }
    assert_eq!(text(&installed.stdout), format!("{at}/country.mmdb\n{at}/routed-country.mmdb\n"), "{}", text(&installed.stderr));
    // What the licences ask for stands beside them.
    let notice = fs::read_to_string(folder.path().join("country.mmdb.NRO_LICENSE")).expect("a notice");
    assert!(notice.contains("Creative Commons Attribution 4.0"), "{notice}");
    // The registry of Europe lies in the Netherlands, whichever maker says so.
    for ip in ["193.0.6.139", "::ffff:193.0.6.139", "2001:67c:2e8:22::c100:68b"] {
        let flags = [flag("mmdb", format!("{at}/country.mmdb")), flag("mmdb", format!("net={at}/routed-country.mmdb"))].concat();
        let found = known(&flags, ip);
        assert_eq!((&found["geo"]["country_iso_code"], &found["net"]["country_code"]), (&json!("NL"), &json!("NL")), "{ip} {found}");
    }
    let second = known(&flag("mmdb", format!("{at}/routed-country.mmdb")), "193.0.6.139");
    assert_eq!(second["geo"]["country_iso_code"], "NL");
    // One that was cut short.
    let whole = fs::read(folder.path().join("country.mmdb")).expect("a file");
    for cut in [whole.len() / 2, whole.len() - 9] {
        let file = write(folder.path(), "cut.mmdb", &whole[..cut]);
        let output = enrich(&flag("mmdb", file.display()), &host("193.0.6.139"));
        assert_eq!((code(&output), output.stdout.len()), (2, 0), "{cut}: {}", text(&output.stderr));
    }
}
