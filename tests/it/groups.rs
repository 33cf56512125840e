//! Rules over groups of hosts: attacks that are spread over many addresses, and neighbours who are no accomplices.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use serde_json::{Value, json};
use soar_light::base::time::rfc3339;

use crate::support::adapter::adapt;
use crate::support::{code, filter, read, run, text};

const RULES: &str = r#"
[[rule]]
name = "ssh_bruteforce"
when = ".ssh_failed > 50"

[[group]]
name = "spread_bruteforce"
by = "v4/24, v6/48"
when = ".addresses > 10 and .ssh_failed > 30"
member = ".ssh_failed >= 3 and .ssh_accepted == 0"
about = "many addresses of one network, few tries each"
attack = "T1110.003"

[[group]]
name = "busy_system"
by = "enrich.as.number"
when = ".suspicious > 0 and .score > 60"
"#;

fn event(ip: &str, at: i64, tag: &str, line: usize) -> String {
    format!(
        r#"{{"schema":"soar.event/1","@timestamp":"{}","event":{{"dataset":"sshd.auth","action":"ssh_login"}},"source":{{"ip":"{ip}"}},"log":{{"file":{{"path":"a.log"}},"line":{line}}},"tags":["{tag}"],"soar":{{"method":"password"}}}}"#,
        rfc3339(1_767_225_600 + at)
    )
}

/// A botnet of 60 addresses in 5 networks, 3 tries each, among 200 who mistype once or twice and then get in.
fn incident() -> Vec<String> {
    let mut lines = Vec::new();
    for network in 0..5 {
        for host in 0..12 {
            (0..3).for_each(|_| lines.push((format!("203.0.{network}.{}", host + 1), "ssh_failed")));
        }
        for host in 0..40 {
            (0..=host % 2).for_each(|_| lines.push((format!("203.0.{network}.{}", host + 100), "ssh_failed")));
            lines.push((format!("203.0.{network}.{}", host + 100), "ssh_accepted"));
        }
    }
    // The attack goes on for hours, one address after the other.
    (0..).zip(&lines).map(|(nth, (ip, tag))| event(ip, i64::try_from(nth).expect("small") * 60, tag, nth + 1)).collect()
}

struct Scored {
    folder: tempfile::TempDir,
    hosts: Vec<Value>,
    bytes: Vec<u8>,
    said: String,
}

impl Scored {
    fn groups(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.path().join("groups")).expect("groups");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).expect("written");
    path
}

fn score(rules: &str, flags: &[&str], input: &str) -> Scored {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = write(folder.path(), "rules.toml", rules);
    let mut command = filter("soar-score");
    command.arg("--rules").arg(rules).arg("--groups").arg(folder.path().join("groups")).args(flags);
    let output = run(&mut command, input.as_bytes());
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    let hosts = text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    Scored { folder, hosts, said: text(&output.stderr), bytes: output.stdout }
}

#[test]
fn a_botnet_is_named_and_its_neighbours_are_not_accused() {
    let scored = score(RULES, &["--explain=suspicious"], &incident().join("\n"));
    let is_bot =
        |host: &Value| host["ip"].as_str().expect("an address").rsplit('.').next().expect("a number").parse::<u8>().expect("small") < 100;
    assert_eq!(scored.hosts.len(), 260);
    for host in &scored.hosts {
        let expected = if is_bot(host) { json!(["spread_bruteforce"]) } else { json!([]) };
        assert_eq!((&host["rules"], &host["suspicious"]), (&expected, &json!(is_bot(host))), "{host}");
        let network = host["ip"].as_str().expect("an address").rsplit_once('.').expect("a network").0.to_owned() + ".0/24";
        // 12 bots with 3 failures, 40 users with 1.5 on average.
        assert_eq!(host["groups"], json!([{ "rule": "spread_bruteforce", "key": network, "addresses": 52, "score": 96 }]));
        let explained = host["explain"].as_array().map_or(0, Vec::len);
        assert_eq!(explained, if is_bot(host) { 2 } else { 0 }, "{host}");
    }
    let bot = scored.hosts.iter().find(|host| is_bot(host)).expect("a bot");
    let why = json!({
        "rule": "spread_bruteforce", "held": true, "when": ".ssh_failed >= 3 and .ssh_accepted == 0", "about": "many addresses of one network, few tries each",
        "attack": "T1110.003", "saw": { "ssh_failed": 3, "ssh_accepted": 0 }
    });
    assert_eq!(bot["explain"][1], why);
    let groups = scored.groups();
    let brief: Vec<_> = groups
        .iter()
        .map(|group| json!([group["rule"], group["key"], group["addresses"], group["suspicious"], group["accused"], group["score"]]))
        .collect();
    let expected: Vec<_> = (0..5).map(|network| json!(["spread_bruteforce", format!("203.0.{network}.0/24"), 52, 0, 12, 96])).collect();
    assert_eq!(brief, expected);
    let schema: Value = serde_json::from_slice(&read("schemas/group.schema.json")).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    assert!(groups.iter().all(|group| schema.is_valid(group)), "{groups:?}");
    let schema: Value = serde_json::from_slice(&read("schemas/host.schema.json")).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    assert!(scored.hosts.iter().all(|host| schema.is_valid(host)));
    assert!(scored.said.contains("260 addresses, 60 suspicious; 5 groups found"), "{}", scored.said);
    // Without the rule, nobody.
    let plain = run(filter("soar-score").arg("-q"), incident().join("\n").as_bytes()).stdout;
    assert!(!text(&plain).contains("\"suspicious\":true"));
}

#[test]
fn a_group_without_member_accuses_nobody_and_allowed_hosts_are_in_none() {
    let mut lines: Vec<_> = (0..70).map(|nth| event("203.0.113.1", nth, "ssh_failed", 1)).collect();
    lines.push(event("198.51.100.1", 0, "ssh_failed", 2));
    let known = |ip: &str| format!(r#"{{"schema":"soar.host/1","ip":"{ip}","enrich":{{"as":{{"number":64496}}}}}}"#);
    let input = [lines.join("\n"), known("203.0.113.1"), known("198.51.100.1")].join("\n");
    let scored = score(RULES, &[], &input);
    let of = |scored: &Scored, ip: &str| scored.hosts.iter().find(|host| host["ip"] == ip).expect("a host").clone();
    let neighbour = of(&scored, "198.51.100.1");
    assert_eq!((&neighbour["suspicious"], &neighbour["rules"]), (&json!(false), &json!([])));
    assert_eq!(neighbour["groups"], json!([{ "rule": "busy_system", "key": "64496", "addresses": 2, "score": 71 }]));
    assert_eq!(scored.groups()[0]["accused"], 0);
    let scored = score(RULES, &["--allow", "203.0.113.1"], &input);
    assert!(scored.groups().is_empty() && scored.hosts.iter().all(|host| host["groups"].is_null()));
}

#[test]
fn a_group_rule_that_is_not_well_made_is_named_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    for (rule, said) in [
        ("by = \"v4\"\nwhen = \"true\"", ":3: expected networks (v4/24, v6/48, or both) or a path into enrich (enrich.as.number)"),
        ("by = \"v4/33\"\nwhen = \"true\"", ":3: v4/33: bits are from 1 to 32"),
        ("by = \"v4/24\"\nwhen = \".a >\"", ":4: rule g: expected term"),
        ("by = \"v4/24\"\nwhen = \"true\"\nmember = \".a > foo\"", ":5: rule g: no filter is called foo"),
        ("by = \"v4/24\"", "missing field `when`"),
        ("by = \"v4/24\"\nwhen = \"true\"\nwindow = \"1h\"", ":5: unknown field `window`"),
    ] {
        let rules = write(folder.path(), "rules.toml", &format!("[[group]]\nname = \"g\"\n{rule}\n"));
        let output = run(filter("soar-score").arg("--rules").arg(&rules), b"");
        assert!(code(&output) == 2 && text(&output.stderr).contains(said), "{rule}: {}", text(&output.stderr));
    }
    let twice = write(folder.path(), "twice.toml", &RULES.replace("\"busy_system\"", "\"ssh_bruteforce\""));
    let output = run(filter("soar-score").arg("--rules").arg(twice), b"");
    assert!(code(&output) == 2 && text(&output.stderr).contains("the name ssh_bruteforce was given twice"), "{}", text(&output.stderr));
    let rules = write(folder.path(), "rules.toml", RULES);
    let live = run(filter("soar-score").arg("--live").arg("--rules").arg(&rules), b"");
    assert!(code(&live) == 2 && text(&live.stderr).contains("cannot be used with --live"), "{}", text(&live.stderr));
    let none = run(filter("soar-score").args(["--groups", "x"]), b"");
    assert!(code(&none) == 2 && text(&none.stderr).contains("no rule is over groups"), "{}", text(&none.stderr));
    let listed = run(filter("soar-score").arg("--list-rules").arg("--rules").arg(&rules), b"");
    let entry =
        "  group:   by v4/24, v6/48\n  when:    .addresses > 10 and .ssh_failed > 30\n  member:  .ssh_failed >= 3 and .ssh_accepted == 0\n";
    assert!(
        text(&listed.stdout).contains(entry) && text(&listed.stdout).contains("  member:  none: it accuses nobody\n"),
        "{}",
        text(&listed.stdout)
    );
    let unknown = write(folder.path(), "unknown.toml", "[[group]]\nname = \"g\"\nby = \"v4/24\"\nwhen = \".adresses > 1\"\n");
    let warned = run(filter("soar-score").arg("--rules").arg(unknown), event("192.0.2.1", 0, "ssh_failed", 1).as_bytes());
    assert!(text(&warned.stderr).contains("rule g: nothing of a group is called adresses, so it is null"), "{}", text(&warned.stderr));
}

#[test]
fn groups_are_a_report_and_no_input() {
    let scored = score(RULES, &[], &incident().join("\n"));
    let groups = fs::read(scored.folder.path().join("groups")).expect("groups");
    for name in ["soar-score", "soar-scan", "soar-report"] {
        let output = run(&mut filter(name), &groups);
        assert_eq!(code(&output), 2, "{name}");
        let said = "-:1: these are groups (soar.group/1), a report: give the hosts of which they were made\n";
        assert!(text(&output.stderr).contains(said), "{name}: {}", text(&output.stderr));
    }
}

#[test]
fn reports_show_groups_and_adapters_name_networks_only_when_asked() {
    let scored = score(RULES, &[], &incident().join("\n"));
    let (page, chart) = (scored.folder.path().join("page.html"), scored.folder.path().join("groups.svg"));
    let mut report = filter("soar-report");
    report.args(["-q", "--markdown", "-", "--html"]).arg(&page).arg("--groups-chart").arg(&chart);
    let output = run(&mut report, &scored.bytes);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("| 203.0.4.0/24 | spread_bruteforce | 52 | 12 | 96 |"), "{}", text(&output.stdout));
    let (page, chart) = (fs::read_to_string(page).expect("a page"), fs::read_to_string(chart).expect("a chart"));
    assert!(
        page.contains("203.0.0.0/24")
            && page.contains("id=\"groups\"")
            && chart.contains("203.0.0.0/24 spread_bruteforce")
            && chart.contains("52 (12)")
    );
    let addresses = text(&adapt("addresses", &[], &scored.bytes).stdout);
    assert_eq!(addresses.lines().count(), 60);
    let networks = text(&adapt("addresses", &["--arg", "by", "group"], &scored.bytes).stdout);
    let mut networks: Vec<_> = networks.lines().collect();
    networks.sort_unstable();
    assert_eq!(networks, ["203.0.0.0/24", "203.0.1.0/24", "203.0.2.0/24", "203.0.3.0/24", "203.0.4.0/24"]);
}

#[test]
fn networks_of_ipv4_may_be_hosts() {
    let flags = ["-q", "--group-v4", "24", "--rule", "many=.ssh_failed > 90"];
    let input = incident().join("\n");
    let output = run(filter("soar-score").args(flags), input.as_bytes());
    let hosts: Vec<Value> = text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((hosts.len(), &hosts[0]["network"], &hosts[0]["score"]), (5, &json!("203.0.0.0/24"), &json!(96)));
    assert!(run(filter("soar-score").args(flags), &output.stdout).stdout == output.stdout, "score(score(x)) = score(x)");
    let apart = run(filter("soar-score").arg("-q"), &output.stdout);
    assert!(
        code(&apart) == 2 && text(&apart.stderr).contains("the host represents the network 203.0.0.0/24: --group-v4 24 is needed"),
        "{}",
        text(&apart.stderr)
    );
    let wider = run(filter("soar-score").args(["-q", "--group-v4", "16"]), &output.stdout);
    assert_eq!(text(&wider.stdout).lines().count(), 1, "{}", text(&wider.stderr));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_split_and_no_memory_changes_a_group(cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 1..3), seed in any::<u64>(), explain: bool) {
        let mut events = incident();
        fastrand::Rng::with_seed(seed).shuffle(&mut events);
        let flags: &[&str] = if explain { &["--explain"] } else { &["--explain=suspicious"] };
        let whole = score(RULES, flags, &events.join("\n"));
        let mut places: Vec<_> = cuts.iter().map(|cut| cut.index(events.len())).chain([0, events.len()]).collect();
        places.sort_unstable();
        let mut parts = String::new();
        for ends in places.windows(2) {
            write!(parts, "{}", text(&score(RULES, &[], &events[ends[0]..ends[1]].join("\n")).bytes)).expect("a string");
        }
        let merged = score(RULES, flags, &parts);
        prop_assert_eq!(text(&merged.bytes), text(&whole.bytes));
        prop_assert_eq!(merged.groups(), whole.groups());
    }
}
