//! `docs/handover.md` is run, with a program that stands in for each product; so is each of its jq programs on hosts that are
//! meant to break it.

use crate::recipes::{Setting, recipes_of, run_page};
use crate::support::tool::try_with;
use crate::support::{bash, read, text};

/// Hosts, and a stand-in for the product of the recipe.
macro_rules! with_receiver {
    ($recipe:literal, $name:literal, $port:literal, $more:literal) => {
        Setting {
            recipe: $recipe,
            tools: &["jq", "curl", "python3"],
            before: concat!(
                "soar-parse -q access.log auth.log | soar-score -q > hosts.ndjson\n",
                "coproc receiver { exec python3 -B \"$ROOT/tests/handover/receiver.py\" ",
                $name,
                " ",
                $port,
                "; }\n",
                "trap 'kill \"$receiver_PID\"' EXIT; read -r <&\"${receiver[0]}\"\n",
                $more
            ),
        }
    };
}

const HOSTS: &str = "soar-parse -q access.log auth.log | soar-score -q > hosts.ndjson";

/// Every recipe, in the order of the page.
const SETTINGS: &[Setting] = &[
    Setting { recipe: "OCSF", tools: &["jq"], before: HOSTS },
    Setting { recipe: "CEF", tools: &["jq"], before: HOSTS },
    with_receiver!("Splunk", "splunk", "8088", "TOKEN=secret"),
    with_receiver!("Slack", "slack", "8000", "WEBHOOK=http://localhost:8000/services/T/B/X"),
    with_receiver!("ntfy", "ntfy", "8080", "export TOPIC=soar"),
    with_receiver!("TheHive", "thehive", "9000", "KEY=secret"),
    Setting { recipe: "AWS WAF", tools: &["jq"], before: HOSTS },
    Setting { recipe: "Cloudflare", tools: &["jq"], before: HOSTS },
];

#[test]
fn every_handover_prints_what_stands_there() {
    run_page("docs/handover.md", SETTINGS, &[]);
}

/// What the program `name` of the page makes of `hosts`.
fn handed_over(name: &str, flags: &str, hosts: &str) -> String {
    let kind = format!("jq {name}.jq");
    let blocks = recipes_of("docs/handover.md").into_iter().flat_map(|(_, blocks)| blocks);
    let (_, program) = blocks.into_iter().find(|(found, _)| *found == kind).expect("the program");
    let folder = tempfile::tempdir().expect("a folder");
    let (program_file, hosts_file) = (folder.path().join("p.jq"), folder.path().join("hosts"));
    std::fs::write(&program_file, program).expect("written");
    std::fs::write(&hosts_file, hosts).expect("written");
    let output = bash(&format!("TOPIC=t jq {flags}rf {} {}", program_file.display(), hosts_file.display()));
    assert_eq!(text(&output.stderr), "", "{name}");
    text(&output.stdout)
}

/// A host whose rule and account are what an attacker would like to have read out.
const HOSTILE: &str = r#"{"ip":"203.0.113.77","score":14,"suspicious":true,"rules":["<!channel>\n• 192.0.2.1|a=b\\ http://evil.example &amp; @here\u202e**x**"],
"first_seen":"2026-04-12T06:15:07Z","last_seen":"2026-04-12T06:17:29Z",
"login_order":{"latest":[{"user":"<!channel>"},{"user":"evil.example"},{"user":"backup"}]}}"#;

#[test]
fn text_of_a_record_mentions_nobody_and_makes_no_line_field_or_link() {
    let slack: serde_json::Value = serde_json::from_str(&handed_over("slack", "-nc", HOSTILE)).expect("JSON");
    let said = slack["text"].as_str().expect("text");
    assert_eq!(
        said,
        "1 suspicious host\n• 203.0.113.77, score 14: &lt;!channel&gt; • 192.0.2.1|a=b\\ http://evil.example &amp;amp; @here **x**, logged in as ? backup"
    );
    assert_eq!((&slack["parse"], &slack["link_names"]), (&"none".into(), &false.into()), "no link, and no @here");
    let ntfy: serde_json::Value = serde_json::from_str(&handed_over("ntfy", "-nc", HOSTILE)).expect("JSON");
    assert!(!ntfy["message"].as_str().expect("text").contains([':', '<', '@', '\n']), "{ntfy}");
    let cef = handed_over("cef", "-", HOSTILE);
    let (header, extension) = cef.rsplit_once("|src=").expect("an extension");
    assert_eq!((cef.lines().count(), header.replace("\\|", "").matches('|').count()), (1, 6), "{cef}");
    let fields: Vec<_> = extension.split(' ').filter(|word| word.replace("\\=", "").contains('=')).collect();
    assert_eq!(fields.len(), 6, "{cef}");
    let alert: serde_json::Value = serde_json::from_str(&handed_over("thehive", "-c", HOSTILE)).expect("JSON");
    let description = alert["description"].as_str().expect("text");
    assert!(
        description.contains(r"\<\!channel\>") && description.contains(r"http\:\/\/evil\.example") && description.contains(r"\*\*x\*\*")
    );
    // Hosts that nobody has to act on, and none.
    let allowed = HOSTILE.replace("\"suspicious\":true", "\"suspicious\":true,\"allowed\":true");
    for (name, flags) in [("ocsf", "-c"), ("cef", "-"), ("slack", "-nc"), ("ntfy", "-nc"), ("thehive", "-c")] {
        assert_eq!(handed_over(name, flags, &allowed) + &handed_over(name, flags, ""), "", "{name}");
    }
}

#[test]
#[ignore = "make test-real"]
fn findings_keep_to_the_schema_of_ocsf() {
    let findings = handed_over("ocsf", "-c", &text(&read("tests/adapters/hosts.ndjson")));
    let script = format!(
        r#"
        python=$(dirname "$(command -v soar-parse)")/../tools/adapters/bin/python
        [ -x "$python" ] || {{ echo 'no ocsf-json-schema' >&2; exit 77; }}
        "$python" -B "$ROOT/tests/handover/ocsf.py" <<'END'
{findings}END"#
    );
    let Some(printed) = try_with("the schema of OCSF", &["python3"], &script) else { return };
    assert_eq!(printed, "4 findings\n");
}
