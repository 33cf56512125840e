//! What stages between ours know of an address: `enrich` flows through every stage, and changes verdicts.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{bash, code, filter, run, sample, text};

fn hosts(output: &[u8]) -> Vec<Value> {
    text(output).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// A stage that nobody here wrote, in Python: it looks addresses up in a table of its own, and writes keys in any order and spacing.
const PYTHON: &str = r#"
import json, sys
SYSTEMS = {"198.51.100.": {"number": 64496, "organization": {"name": "EXAMPLE-A"}}, "203.0.113.": {"number": 64497}}
for line in sys.stdin:
    host = json.loads(line)
    for prefix, system in SYSTEMS.items():
        if host["ip"].startswith(prefix):
            host = {"enrich": {**host.get("enrich", {}), "as": system}, **{k: v for k, v in host.items() if k != "enrich"}}
    print(json.dumps(host))
"#;

/// One in jq.
const JQ: &str = r#"if .ip | startswith("203.0.113.") then .enrich.lists += ["drop"] else . end"#;

#[test]
fn stages_in_python_and_jq_change_verdicts() {
    let scored = run(filter("soar-score").arg("-q"), &sample("soar-score")).stdout;
    let known = run(Command::new("python3").args(["-c", PYTHON]), &scored);
    assert_eq!(code(&known), 0, "{}", text(&known.stderr));
    let known = run(Command::new("jq").args(["-c", JQ]), &known.stdout);
    assert_eq!(code(&known), 0, "{}", text(&known.stderr));
    let rules = ["--rule", r#"listed=.enrich.lists | index("drop")"#, "--rule", "system=.enrich.as.number == 64496 and .score > 0"];
    let judged = run(filter("soar-score").args(rules), &known.stdout);
    assert_eq!((code(&judged), text(&judged.stderr).lines().count()), (0, 1), "nothing is dropped: {}", text(&judged.stderr));
    let judged = hosts(&judged.stdout);
    let rule_of = |host: &Value| host["rules"][0].as_str().unwrap_or_default().to_owned();
    for host in &judged {
        let ip = host["ip"].as_str().expect("an address");
        let (wanted, rule) = match ip {
            _ if ip.starts_with("203.0.113.") => (json!({ "as": { "number": 64497 }, "lists": ["drop"] }), "listed"),
            _ if ip.starts_with("198.51.100.") => {
                let rule = if host["score"] == 0 { "" } else { "system" };
                (json!({ "as": { "number": 64496, "organization": { "name": "EXAMPLE-A" } } }), rule)
            }
            _ => (Value::Null, ""),
        };
        assert_eq!((&host["enrich"], rule_of(host)), (&wanted, rule.to_owned()), "{host}");
    }
    assert!(judged.iter().any(|host| rule_of(host) == "listed") && judged.iter().any(|host| rule_of(host) == "system"));
}

#[test]
fn a_file_of_what_is_known_joins_the_hosts_and_makes_none() {
    let scored = run(filter("soar-score").arg("-q"), &sample("soar-score")).stdout;
    let known = concat!(
        r#"{"schema":"soar.host/1","ip":"203.0.113.77","enrich":{"owner":{"team":"red"}}}"#,
        "\n",
        r#"{"schema":"soar.host/1","ip":"192.0.2.250","enrich":{"owner":{"team":"blue"}}}"#,
        "\n"
    );
    let judge = |input: &[u8]| run(filter("soar-score").args(["-q", "--rule", "red=.enrich.owner.team == \"red\""]), input).stdout;
    let joined = judge(&[known.as_bytes(), &scored].concat());
    assert_eq!(text(&judge(&[&scored[..], known.as_bytes()].concat())), text(&joined), "in any order");
    assert_eq!(hosts(&joined).len(), hosts(&scored).len());
    let suspicious: Vec<_> = hosts(&joined).into_iter().filter(|host| host["suspicious"] == true).map(|host| host["ip"].clone()).collect();
    assert_eq!(suspicious, ["203.0.113.77"]);
}

#[test]
fn a_scan_survives_and_rules_read_it() {
    let host = |scan: &str| format!(r#"{{"schema":"soar.host/1","ip":"192.0.2.1","signals":{{"ssh_failed":30}},"scan":{scan}}}"#);
    let early = r#"{"status":"complete","open_ports":[22],"started_at":"2026-01-01T00:00:00Z"}"#;
    let late = r#"{"status":"complete","open_ports":[23,80],"started_at":"2026-01-02T00:00:00Z"}"#;
    let rule = "telnet=.ssh_failed > 40 and (.scan.open_ports | index(23))";
    for input in [[early, late], [late, early]] {
        let input = input.map(host).join("\n");
        let judged = run(filter("soar-score").args(["-q", "--explain", "--rule", rule]), input.as_bytes()).stdout;
        let judged = hosts(&judged).remove(0);
        assert_eq!(judged["scan"], serde_json::from_str::<Value>(late).expect("JSON"));
        assert_eq!(
            (&judged["rules"], &judged["explain"][0]["saw"]),
            (&json!(["telnet"]), &json!({ "ssh_failed": 60, "scan.open_ports": "[23,80]" }))
        );
    }
}

#[test]
fn what_no_host_has_is_said() {
    let rule = ["--rule", "far=.enrich.geo.country_iso_code == \"AQ\" and .ssh_failed > 0"];
    let output = run(filter("soar-score").args(rule), &sample("soar-score"));
    assert!(
        text(&output.stderr).contains("rule far: no host had enrich.geo.country_iso_code, so it is null\n"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn events_bring_it_and_reports_show_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.html");
    let event = |ip: &str, line: u32, enrich: &str| {
        format!(
            r#"{{"schema":"soar.event/1","event":{{"dataset":"sshd.auth","action":"ssh_login"}},"source":{{"ip":"{ip}"}},"log":{{"file":{{"path":"a"}},"line":{line}}},"tags":["ssh_failed"],"enrich":{enrich}}}"#
        )
    };
    let hostile = r#"{"as":{"number":64496,"organization":{"name":"<script>alert(1)</script>"}},"lists":["=cmd()","drop"]}"#;
    let events =
        [event("192.0.2.1", 1, hostile), event("192.0.2.1", 2, r#"{"geo":{"country_iso_code":"FR"}}"#), event("192.0.2.2", 3, "{}")];
    let scored = run(filter("soar-score").arg("-q"), events.join("\n").as_bytes()).stdout;
    assert_eq!(
        hosts(&scored)[0]["enrich"],
        json!({ "as": { "number": 64496, "organization": { "name": "<script>alert(1)</script>" } }, "geo": { "country_iso_code": "FR" }, "lists": ["=cmd()", "drop"] })
    );
    assert_eq!(hosts(&scored)[1]["enrich"], Value::Null);
    let columns = "ip,enrich.as.number,enrich.geo.country_iso_code,enrich.lists,enrich.none";
    let mut report = filter("soar-report");
    report.args(["-q", "--columns", columns, "--csv", "-", "--html"]).arg(&page);
    let csv = run(&mut report, &scored);
    assert_eq!(code(&csv), 0, "{}", text(&csv.stderr));
    assert_eq!(text(&csv.stdout), format!("{columns}\n192.0.2.1,64496,FR,'=cmd() drop,\n192.0.2.2,,,,\n"));
    let page = fs::read_to_string(page).expect("a page");
    assert!(page.contains("as.organization.name") && page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>alert(1)"));
    let wrong = run(filter("soar-report").args(["--columns", "ip,enrich."]), &scored);
    assert!(code(&wrong) == 2 && text(&wrong.stderr).contains("no column is called \"enrich.\""), "{}", text(&wrong.stderr));
}

#[test]
fn what_is_no_object_is_malformed_and_loses_nothing_else() {
    let lines = concat!(
        r#"{"schema":"soar.host/1","ip":"192.0.2.1","signals":{"ssh_failed":1},"enrich":["x"]}"#,
        "\n",
        r#"{"schema":"soar.host/1","ip":"192.0.2.2","signals":{"ssh_failed":1},"enrich":null}"#,
        "\n"
    );
    let output = run(&mut filter("soar-score"), lines.as_bytes());
    assert_eq!((code(&output), hosts(&output.stdout).len()), (1, 1));
    assert!(text(&output.stderr).contains("-:1: malformed record: enrich is not an object"), "{}", text(&output.stderr));
}

#[test]
fn a_pipe_with_another_stage_in_it_is_what_the_documents_say() {
    let piped = bash(
        "soar-parse -q examples/auth.log | soar-score -q | jq -c '.enrich.owner = {team: \"lab\"}' | soar-score -q --rule 'lab=.enrich.owner.team == \"lab\" and .score > 50' | jq -r 'select(.suspicious) | .rules[]' | sort -u",
    );
    assert_eq!(text(&piped.stdout), "lab\n", "{}", text(&piped.stderr));
}
