mod shipped;

use std::cell::Cell;

use super::*;
use crate::base::net::Address;
use crate::record::signal;
use crate::score::rules::facts::{SignalName, put_services};

/// A host with whatever a test says: counts in all and inside a window of any length.
#[derive(Default)]
struct Host {
    totals: Vec<(SignalName, u64)>,
    peaks: Vec<(SignalName, u64)>,
    score: u64,
    seen: Option<(i64, i64)>,
    failed_before_login: Option<u64>,
    users: Option<u64>,
    paths: Option<u64>,
    enrich: &'static str,
    scan: &'static str,
    services: &'static [(&'static str, u64)],
    asked: Cell<usize>,
}

impl Facts for Host {
    fn identity(&self) -> (Address, bool) {
        ([192, 0, 2, 1].into(), false)
    }

    fn counts(&self, window_seconds: Option<u32>, visit: &mut dyn FnMut(&SignalName, u64)) {
        self.asked.set(self.asked.get() + 1);
        let counts = if window_seconds.is_some() { &self.peaks } else { &self.totals };
        for (name, count) in counts {
            visit(name, *count);
        }
    }

    fn window_of(&self, _signal: &str, window_seconds: u32) -> u64 {
        window_seconds.into()
    }

    fn score(&self) -> u64 {
        self.score
    }

    fn first_seen(&self) -> Option<i64> {
        self.seen.map(|(first, _)| first)
    }

    fn last_seen(&self) -> Option<i64> {
        self.seen.map(|(_, last)| last)
    }

    fn failed_before_login(&self) -> Option<u64> {
        self.failed_before_login
    }

    fn enrich(&self) -> &str {
        self.enrich
    }

    fn scan(&self) -> &str {
        self.scan
    }

    fn put_services(&self, out: &mut Vec<u8>) {
        put_services(self.services.iter().copied(), out);
    }

    fn users(&self) -> Option<u64> {
        self.users
    }

    fn paths(&self) -> Option<u64> {
        self.paths
    }
}

fn counts(pairs: &[(&str, u64)]) -> Vec<(SignalName, u64)> {
    let name = |name: &str| signal::index_of(name).map_or_else(|| SignalName::Other(name.into()), SignalName::from_index);
    pairs.iter().map(|&(text, count)| (name(text), count)).collect()
}

fn host(totals: &[(&str, u64)]) -> Host {
    Host { totals: counts(totals), ..Host::default() }
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

fn rules(sets: &[&str], list: &[&str]) -> Result<Rules> {
    Rules::new(RuleSources { sets: &texts(sets), rules: &texts(list), ..RuleSources::default() })
}

fn held(sets: &[&str], list: &[&str], host: &Host) -> Vec<String> {
    let rules = rules(sets, list).expect("rules");
    rules.judge(host).held.iter().map(|&place| rules.name(place).to_owned()).collect()
}

#[test]
fn a_rule_is_jq_over_signals_and_facts() {
    let host = Host { score: 7, seen: Some((0, 86_400)), users: Some(2), ..host(&[("ssh_failed", 3), ("http_404", 4), ("zeta", 5)]) };
    let list = [
        "sum=.ssh_failed + .http_404 == 7",
        "most=[.[] | numbers] | max == 7",
        "none=empty",
        "null=.nothing > 1",
        "foreign=.zeta == 5",
        "score=.score == 7",
        "day=(.last_seen | fromdate) - (.first_seen | fromdate) == 86400",
        "text=.first_seen == \"1970-01-01T00:00:00Z\"",
        "users=.users == 2",
        "absent=has(\"paths\")",
        "all=keys == [\"first_seen\",\"http_404\",\"http_attack\",\"http_bot\",\"http_denied\",\"http_error\",\"http_impostor\",\"http_login\",\"http_probe\",\"last_seen\",\"login_accepted\",\"login_failed\",\"score\",\"service_denied\",\"ssh_accepted\",\"ssh_failed\",\"ssh_invalid_user\",\"ssh_probe\",\"ssh_refused\",\"users\",\"zeta\"]",
        "def=def high: . > 2; .ssh_failed | high",
    ];
    assert_eq!(held(&[], &list, &host), ["sum", "most", "foreign", "score", "day", "text", "users", "all", "def"]);
}

#[test]
fn an_expression_that_cannot_be_evaluated_names_its_rule() {
    let rules = rules(&[], &["r=.ssh_failed + \"a\" > 1", "s=.ssh_failed == 0"]).expect("rules");
    let judged = rules.judge(&host(&[]));
    assert_eq!((judged.held, judged.failed), (vec![1], vec![(0, "cannot calculate 0 + \"a\"".into())]), "it costs that verdict alone");
    assert_eq!(rules.judge(&host(&[])).failed.len(), 1, "a remembered error is one too");
    let explained = rules.explain(&host(&[]));
    assert_eq!(explained.iter().map(|rule| (rule.held, rule.error.is_some())).collect::<Vec<_>>(), [(false, true), (true, false)]);
}

#[test]
fn a_rule_with_a_window_sees_peaks_and_facts_are_taken_once_for_each_window() {
    let window = WindowOptions::new(Some("10m"), "10s").expect("timing");
    let list = texts(&["a=.ssh_failed == 2", "b=.ssh_failed == 2 and .score == 9", "c=.ssh_failed == 5"]);
    let host = Host { peaks: counts(&[("ssh_failed", 2)]), score: 9, ..host(&[("ssh_failed", 5)]) };
    for (timing, places, windows) in [(window, vec![0, 1], vec![600]), (WindowOptions::default(), vec![2], vec![])] {
        let rules = Rules::new(RuleSources { rules: &list, timing, ..RuleSources::default() }).expect("rules");
        assert_eq!(rules.judge(&host).held, places);
        assert_eq!(rules.needs(), RuleNeeds { windows, users: false, paths: false });
        assert_eq!(host.asked.replace(0), 1);
    }
    let all = rules(&["default", "fail2ban-like"], &["wide=keys | length > 99"]).expect("rules");
    assert_eq!(all.needs(), RuleNeeds { windows: vec![600], users: true, paths: true }, "what may read any key reads all");
    all.judge(&host);
    assert_eq!(host.asked.get(), 2);
}

#[test]
fn a_rule_that_names_distinct_values_asks_for_them() {
    for (rule, users, paths) in [
        ("r=.users > 3", true, false),
        ("r=.paths / 2 > 3", false, true),
        ("r=.ssh_failed > 1", false, false),
        ("r=length > 9", true, true),
    ] {
        assert_eq!(rules(&[], &[rule]).expect("rules").needs(), RuleNeeds { windows: vec![], users, paths }, "{rule}");
    }
}

#[test]
fn a_rule_that_reads_users_or_paths_in_any_form_asks_for_them() {
    for form in [
        "any(.users, .paths; . > 3)",
        ". as $h | $h.users > 3",
        ". as {users: $u} | $u > 3",
        "{users} | .users > 3",
        "{users: .users} | .users > 3",
        "@text \"\\(.users)\" == \"4\"",
        "\"\\(.users)\" == \"4\"",
        "to_entries | any(.key == \"users\" and .value > 3)",
        "with_entries(select(.key == \"users\")) | .users > 3",
        "pick(.users) | .users > 3",
        "getpath([\"users\"]) > 3",
        "[..] | length > 5",
        "[.[] | numbers] | max > 3",
        "first(.users) > 3",
        "reduce .users as $u (0; . + $u) > 3",
        "def f: .users; f > 3",
        "def f(g): g; f(.users) > 3",
        "try .users catch 0 | . > 3",
        "label $out | .users > 3",
        "if .users > 3 then true end",
        ".[\"users\"] > 3",
        ".[(\"us\" + \"ers\")] > 3",
        "\"users\" as $k | .[$k] > 3",
        "del(.paths) | .users > 3",
        "(.users += 1) | .users > 4",
        "map_values(. + 1) | .users > 4",
        "[paths] | length > 3",
        "keys | index(\"users\")",
        "tojson | test(\"users\")",
        "has(\"users\")",
        "(.ssh_failed, .users) > 3",
        "IN(.users; 4)",
    ] {
        let rule = format!("r={form}");
        let compiled = rules(&[], &[&rule]).expect(form);
        assert!(compiled.needs().users, "{form}");
        let host = Host { users: Some(4), paths: Some(0), ..host(&[("ssh_failed", 1)]) };
        assert_eq!(compiled.judge(&host).held, [0], "{form}");
    }
}

/// The memo against judging anew: hosts in an order in which a wrong memo or a kept object would be found out.
#[test]
fn what_is_remembered_is_what_would_be_found_again() {
    let list = [
        "one=.ssh_failed > 1",
        "two=.zeta > 1",
        "wide=[.[] | numbers] | add > 12",
        "keys=keys | length == 10",
        "time=.first_seen < \"1980\"",
    ];
    let kept = rules(&[], &list).expect("rules");
    let mut hosts = Vec::new();
    for round in 0..3 {
        for failed in 0..4 {
            for other in [&[][..], &[("zeta", 1)], &[("zeta", 2)], &[("eta", 2)], &[("eta", 9), ("zeta", 9)], &[("score", 50)]] {
                for seen in [None, Some((5, 6)), Some((400_000_000, 500_000_000))] {
                    let totals = [&[("ssh_failed", failed)], other].concat();
                    hosts.push(Host { seen, users: (round == 1).then_some(failed), score: round, ..host(&totals) });
                }
            }
        }
    }
    let mut different = std::collections::HashSet::new();
    for host in &hosts {
        let mut snapshot = HostSnapshot::new([None].into_iter(), std::iter::empty());
        snapshot.take(host);
        let holds = |rule: &Rule| rule.holds(&snapshot, &mut RuleState::default(), 1).expect("a verdict");
        let anew: Vec<usize> = kept.list.iter().enumerate().filter(|(_, rule)| holds(rule)).map(|(place, _)| place).collect();
        assert_eq!(kept.judge(host).held, anew, "{:?}", host.totals);
        different.insert(anew);
    }
    assert!(different.len() > 8, "the hosts differ: {}", different.len());
}

#[test]
fn a_full_memo_forgets_and_goes_on() {
    let rules = rules(&[], &["r=.ssh_failed % 2 == 1"]).expect("rules");
    let snapshot_of = |count| host(&[("ssh_failed", count)]);
    let (mut snapshot, mut state) = (HostSnapshot::new([None].into_iter(), std::iter::empty()), RuleState::default());
    for count in 0..10 {
        snapshot.take(&snapshot_of(count));
        assert_eq!(rules.list[0].holds(&snapshot, &mut state, 4).expect("a verdict"), count % 2 == 1);
        assert!(state.memo.len() <= 4);
    }
}

#[test]
fn sets_and_rules_add_up_and_rules_alone_replace_the_default() {
    let names =
        |sets: &[&str], list: &[&str]| rules(sets, list).map(|rules| rules.iter().map(|(name, ..)| name.to_owned()).collect::<Vec<_>>());
    assert_eq!(names(&[], &[]).expect("rules"), ["ssh_bruteforce", "login_bruteforce", "ssh_hammering", "aggressive_bot", "ssh_breakin"]);
    assert_eq!(names(&[], &["x=.a"]).expect("rules"), ["x"]);
    assert_eq!(names(&["fail2ban-like"], &["x=.a"]).expect("rules"), ["fail2ban_sshd", "x"]);
    assert_eq!(names(&["default", "fail2ban-like"], &[]).expect("rules").len(), 6);
    for (sets, list, message) in [
        (&[][..], &["a=.x", "a=.y"][..], "--rule a: the name a was given twice".to_owned()),
        (&["default"], &["ssh_breakin=.x"], "--rule ssh_breakin: the name ssh_breakin was given twice".to_owned()),
        (&[], &["no name"], "--rule no name: expected NAME=EXPR, with NAME of letters, digits, _ and -".to_owned()),
        (&[], &["r=.ssh_failed >"], "--rule r: expected term\n  .ssh_failed >\n               ^".to_owned()),
        (&[], &["r=.a\n> 3 >> 1"], "--rule r: unexpected >>\n  .a > 3 >> 1\n         ^".to_owned()),
        (&[], &["r=def f: f; f"], "--rule r: f calls itself, so it may never end\n  def f: f; f\n         ^".to_owned()),
        (
            &["no/such/file"],
            &[],
            "--rules: neither default, strict, fail2ban-like, web, nor a readable file: no/such/file: No such file or directory".to_owned(),
        ),
    ] {
        assert_eq!(rules(sets, list).expect_err("refused").to_string(), message);
    }
    let twice = rules(&["default", "default"], &[]).expect_err("refused").to_string();
    assert!(twice.starts_with("--rules default:") && twice.contains(": the name ssh_bruteforce was given twice\n  name = \""), "{twice}");
}

/// Files of rules, with what is wrong with each (`\u{1}` in the text marks the place).
#[test]
fn a_wrong_file_is_named_by_line_and_place() {
    const RULE: &str = "[[rule]]\nname = \"r\"\nwhen = \".a > 1\"\n";
    for (marked, what) in [
        (&*format!("{RULE}\u{1}wen = 1\n"), "unknown field `wen`, expected one of `name`, `when`, `window`, `about`, `attack`"),
        ("\u{1}rules = 1\n", "unknown field `rules`, expected `rule` or `group`"),
        ("[[rule]]\nname = \u{1}7\nwhen = \".a\"\n", "invalid type: integer `7`, expected a string"),
        (&format!("{RULE}window = \u{1}600\n"), "invalid type: integer `600`, expected a string"),
        ("\u{1}[[rule]]\nname = \"r\"\n", "missing field `when`"),
        ("rule = \u{1}\"a\"\n", "invalid type: string \"a\", expected a sequence"),
        ("[[rule]]\nname = \u{1}\"r r\"\nwhen = \".a\"\n", "wanted a name of letters, digits, _ and -"),
        (&format!("{RULE}window = \u{1}\"15s\"\n"), "not a multiple of the resolution, 10s (--resolution)"),
        (&format!("{RULE}window = \u{1}\"soon\"\n"), "expected a duration of at least 1s: s, m, h, d or w, as in 10m or 1h30m"),
        (&format!("{RULE}attack = \u{1}\"1110\"\n"), "wanted the id of an ATT&CK technique, such as T1110 or T1110.001"),
        (&format!("{RULE}\n[[rule]]\nwhen = '.b'\nname = \u{1}'r'\n"), "the name r was given twice"),
        ("[[rule]]\nname = \"r\"\nwhen = \".a > \u{1}foo\"\n", "rule r: no filter is called foo"),
        ("[[rule]]\nname = \"r\"\nwhen = \"\"\"\n.a > 1 and\n  .b > \u{1}foo\n\"\"\"\n", "rule r: no filter is called foo"),
        ("[[rule]]\nname = \"r\"\nwhen = \u{1}\".a == \\\"x\\\" and foo\"\n", "rule r: no filter is called foo"),
    ] {
        let at = marked.find('\u{1}').expect("a mark");
        let text = marked.replace('\u{1}', "");
        let line = text[..at].matches('\n').count();
        let column = at - text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let shown = text.lines().nth(line).expect("a line");
        let expected = format!("--rules FILE:{}: {what}\n  {shown}\n  {}^", line + 1, " ".repeat(column));
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("rules.toml").display().to_string();
        std::fs::write(&file, &text).expect("it is written");
        let error = rules(&[&file], &[]).expect_err(&text).to_string();
        assert_eq!(error.replace(&file, "FILE"), expected);
    }
}

#[test]
fn keys_that_nobody_counts_are_named() {
    let rules = rules(&[], &["r=.ssh_fail > 1 and .custom > 1 and .users > 1 and .http_404 > 1"]).expect("rules");
    let sentences = rules.warnings(|key| key == "custom", |_| false);
    assert_eq!(sentences, ["rule r: signal ssh_fail is neither in the table nor in the input, so it is null"]);
}

#[test]
fn an_explanation_has_every_rule_and_what_it_saw() {
    let list = texts(&["a=.ssh_failed > 1 and .users > 1", "wide=length > 99", "time=.last_seen > \"2\""]);
    let rules = Rules::new(RuleSources { sets: &texts(&["fail2ban-like"]), rules: &list, ..RuleSources::default() }).expect("rules");
    let host = Host { peaks: counts(&[("ssh_failed", 2)]), seen: Some((0, 9)), ..host(&[("ssh_failed", 5), ("zeta", 1)]) };
    let explained = rules.explain(&host);
    let saw = |place: usize| explained[place].saw.iter().map(|(key, value)| (&*key.0, value.clone())).collect::<Vec<_>>();
    assert_eq!(
        explained.iter().map(|e| (&*e.rule.0, e.held, e.window_seconds)).collect::<Vec<_>>(),
        [("fail2ban_sshd", false, Some(600)), ("a", false, None), ("wide", false, None), ("time", false, None)]
    );
    assert_eq!(saw(0), [("ssh_failed", Observed::Count(2))]);
    assert_eq!(saw(1), [("ssh_failed", Observed::Count(5))]);
    let keys: Vec<_> = saw(2).iter().map(|(key, _)| *key).collect();
    let known = signal::SIGNALS.iter().map(|signal| signal.name).chain(["score", "first_seen", "last_seen", "zeta"]);
    assert_eq!(keys, known.collect::<Vec<_>>());
    assert_eq!(saw(3), [("last_seen", Observed::Time(9))]);
}

#[test]
fn rules_read_what_other_stages_know() {
    let enrich = r#"{"as":{"number":64496},"geo":{"country_iso_code":"FR"},"lists":["drop","tor-exit"],"odd":"x"}"#;
    let known = Host { enrich, scan: r#"{"status":"complete","open_ports":[22,80]}"#, ..host(&[("ssh_failed", 3)]) };
    for (rule, holds) in [
        (r#".enrich.geo.country_iso_code == "FR" and .ssh_failed > 2"#, true),
        (r#".enrich.lists | index("drop")"#, true),
        (r#".enrich.lists | index("proxy")"#, false),
        (".enrich.as.number == 64496 and (.scan.open_ports | index(22))", true),
        (".enrich.as.number == 64497", false),
        (r#".enrich | has("as")"#, true),
        (r#"has("scan") and .enrich.odd == "x""#, true),
        (".enrich.geo.city.name == null", true),
        (".enrich.as.number > 5 and .enrich.as == {number: 64496}", true),
    ] {
        let rule = format!("r={rule}");
        assert_eq!(held(&[], &[&rule], &known).len(), usize::from(holds), "{rule}");
        // Where nothing is known, it is null: that which compares with null still holds.
        let is_null = rule.contains("== null");
        assert_eq!(held(&[], &[&rule], &host(&[("ssh_failed", 3)])).len(), usize::from(is_null), "{rule}");
    }
    let rules = rules(&[], &["r=.enrich.odd.deeper == 1", "s=.enrich.no.such == 1"]).expect("rules");
    let verdict = rules.judge(&known);
    assert_eq!(
        verdict.failed.iter().map(|(rule, error)| (*rule, &**error)).collect::<Vec<_>>(),
        [(0, "cannot index \"x\" with \"deeper\"")]
    );
    assert_eq!(rules.warnings(|_| true, |_| false), ["rule s: no host had enrich.no.such, so it is null"]);
}

#[test]
fn what_a_rule_saw_of_other_stages_is_told() {
    let rules = rules(&[], &["r=.enrich.as.number == 64496 and .enrich.lists and .enrich.geo.country_iso_code == \"FR\""]).expect("rules");
    let known = Host { enrich: r#"{"as":{"number":64496},"geo":{"country_iso_code":"FR"},"lists":["drop"]}"#, ..host(&[]) };
    let saw = rules.explain(&known).remove(0).saw;
    let text = |text: &str| Observed::Text(text.to_owned());
    let shown =
        [("enrich.lists", text("[\"drop\"]")), ("enrich.as.number", Observed::Count(64496)), ("enrich.geo.country_iso_code", text("FR"))];
    assert_eq!(saw, shown.map(|(name, value)| (Text::from(name), value)));
}
