//! Rules as a person meets them: the shipped sets, the document about them, and the flags that choose them.

use std::process::Command;

use crate::support::{code, filter, read, run, text};
use serde_json::Value;
use soar_light::base::time::period::show_length;
use soar_light::score::rules::builtin::SETS;
use soar_light::score::rules::dependencies::FACTS;
use soar_light::score::rules::{RuleSources, Rules};

const EVENT: &str = concat!(
    r#"{"schema":"soar.event/1","@timestamp":"2026-01-01T00:00:00Z","event":{"dataset":"sshd.auth","action":"ssh_login"},"#,
    r#""source":{"ip":"192.0.2.1"},"log":{"file":{"path":"a.log"},"line":1},"tags":["ssh_failed"]}"#
);

fn score(arguments: &[&str]) -> Command {
    let mut command = filter("soar-score");
    command.args(arguments);
    command
}

fn rules_of(set: &str) -> Rules {
    Rules::new(RuleSources { sets: &[set.to_owned()], ..RuleSources::default() }).unwrap_or_else(|error| panic!("{set}: {error}"))
}

#[test]
fn the_help_page_lists_every_set_and_the_default_rules() {
    // However its lines are broken.
    let in_words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let help = in_words(&text(&run(&mut score(&["--help"]), b"").stdout));
    for set in SETS {
        assert!(help.contains(&in_words(&format!("{} {}", set.name, set.about))), "--help says nothing of {}", set.name);
    }
    for (name, when, _) in rules_of("default").iter() {
        assert!(help.contains(&in_words(&format!("{name}={when}"))), "--help says nothing of {name}");
    }
}

#[test]
fn list_rules_needs_no_input_and_lists_what_a_run_would_use() {
    for set in SETS {
        let output = score(&["--list-rules", "--rules", set.name, "--rule", "mine=.score > 9"]).output().expect("it runs");
        let list = text(&output.stdout);
        let names: Vec<_> = list.lines().filter(|line| !line.starts_with(' ') && !line.is_empty()).collect();
        let rules = rules_of(set.name);
        let expected: Vec<_> = rules.iter().map(|(name, ..)| name).chain(["mine"]).collect();
        assert_eq!((code(&output), names), (0, expected));
        for (_, when, attack) in rules.iter() {
            assert!(list.contains(&format!("  when:    {when}\n")), "{list}");
            assert!(list.contains(&format!("  attack:  {},", attack.expect("a technique"))), "{list}");
        }
        for window in rules.needs().windows {
            assert!(list.contains(&format!("  window:  {}\n", show_length(window))), "{list}");
        }
    }
}

#[test]
fn a_wrong_rule_is_said_before_anything_is_read() {
    for arguments in
        [&["--rules", "no/such"][..], &["--list-rules", "--rule", "r=.a >"], &["--rules", "default", "--rule", "ssh_breakin=1"]]
    {
        let output = run(&mut score(arguments), EVENT.as_bytes());
        assert_eq!((code(&output), output.stdout.len()), (2, 0), "{arguments:?}");
    }
}

#[test]
fn the_document_says_what_the_code_does() {
    let document = text(&read("docs/rules.md"));
    for set in SETS {
        assert!(document.contains(&format!("## `{}`", set.name)), "docs/rules.md has no chapter on {}", set.name);
        for (name, when, attack) in rules_of(set.name).iter() {
            let row = format!("| `{name}` | `{when}` |");
            let line = document.lines().find(|line| line.starts_with(&row)).unwrap_or_else(|| panic!("docs/rules.md: no {row}"));
            assert!(line.contains(attack.expect("a technique")), "docs/rules.md: {line}");
        }
    }
    for (key, about, _) in FACTS {
        assert!(document.contains(&format!("| `{key}` | {about}")), "docs/rules.md says nothing of {key}");
    }
    // Its examples of files are files.
    let folder = tempfile::tempdir().expect("a folder");
    let examples: Vec<_> = document.split("```toml\n").skip(1).map(|rest| rest.split("```").next().expect("an end")).collect();
    assert!(!examples.is_empty());
    for example in examples {
        let path = folder.path().join("rules.toml");
        std::fs::write(&path, example).expect("it is written");
        rules_of(&path.display().to_string());
    }
}

#[test]
fn a_host_names_the_techniques_of_the_rules_that_hold_each_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rules.toml");
    let rule = |name: &str, when: &str, attack: &str| format!("[[rule]]\nname = {name:?}\nwhen = {when:?}\n{attack}");
    let [guessing, accounts] = ["T1110.001", "T1078"].map(|id| format!("attack = {id:?}\n"));
    let rules = [
        rule("a", ".score >= 0", &guessing),
        rule("b", ".score < 0", "attack = \"T1595\"\n"),
        rule("c", ".score >= 0", &accounts),
        rule("d", ".score >= 0", &guessing),
        rule("e", ".score >= 0", ""),
    ];
    std::fs::write(&path, rules.concat()).expect("it is written");
    let path = path.display().to_string();
    let attack_of = |flags: &[&str], input: &[u8]| {
        let line = run(&mut score(flags), input).stdout;
        let host: Value = serde_json::from_slice(&line).expect("a host");
        (host["attack"].clone(), line)
    };
    let (attack, hosts) = attack_of(&["-q", "--rules", &path], EVENT.as_bytes());
    assert_eq!(attack, serde_json::json!(["T1110.001", "T1078"]));
    assert_eq!(attack_of(&["-q", "--rule", "x=.score >= 0"], &hosts).0, Value::Null, "what an earlier run judged does not count");
    let cells = run(filter("soar-report").args(["-q", "--csv", "-", "--columns", "attack"]), &hosts).stdout;
    assert_eq!(text(&cells), "attack\n\"T1110.001 Brute Force: Password Guessing, T1078 Valid Accounts\"\n");
}

#[test]
fn what_explain_writes_fits_the_schema_and_is_not_read_back() {
    let schema: Value = serde_json::from_slice(&read("schemas/host.schema.json")).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let flags = ["-q", "--explain", "--partial", "--rules", "strict", "--rule", "wide=length > 3", "--rule", "none=.zeta > 1"];
    let hosts = run(&mut score(&flags), EVENT.as_bytes()).stdout;
    let host: Value = serde_json::from_slice(&hosts).expect("a host");
    assert_eq!(schema.iter_errors(&host).map(|error| error.to_string()).collect::<Vec<_>>(), [""; 0]);
    assert_eq!(host["explain"].as_array().map(Vec::len), Some(rules_of("strict").iter().count() + 2));
    // The same flags say the same again; without --explain nothing is carried over, and nothing is said of a lost key.
    assert_eq!(text(&run(&mut score(&flags), &hosts).stdout), text(&hosts));
    let without = run(&mut score(&["--rules", "strict", "--rule", "wide=length > 3", "--rule", "none=.zeta > 1"]), &hosts);
    let plain: Value = serde_json::from_slice(&without.stdout).expect("a host");
    assert_eq!((plain.get("explain"), &plain["rules"]), (None, &host["rules"]));
    assert!(!text(&without.stderr).contains("dropped"), "{}", text(&without.stderr));
}
