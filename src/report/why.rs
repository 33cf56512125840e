//! Why a host is suspicious, in words: what was seen of it, what the rule asks for, and which technique of an attacker that is.
//!
//! What the rules saw stands in a host that `soar-score --explain` wrote. Of one that does not say it, counts and names of
//! rules are told, and nothing is made up.

use crate::record::Text;
use crate::record::comparison::{Comparison, PlainRule, Sign};
use crate::record::host::HostRecord;
use crate::record::host::explain::{Explained, Observed};
use crate::report::data::BREAK_IN;
use crate::report::detail::{DetailRow, text_of, window_seconds};
use crate::report::lang::{Counted, Lang, Phrase};
use crate::report::words::{ABOUTS, TECHNIQUES, counted as counted_as};

/// "286 failed SSH logins; the rule `ssh_bruteforce` asks for more than 50".
const ASKS: Phrase = ["{}; the rule {} asks for {}", "{}\u{a0}; la règle {} demande {}"];
/// The same where what it asks for is a sentence or an expression.
const ASKS_THIS: Phrase = ["{}; the rule {}: {}", "{}\u{a0}; la règle {}\u{a0}: {}"];
/// Where the record does not say what the rule asks for.
const HOLDS: [Phrase; 2] = [["{}; rule: {}", "{}\u{a0}; règle\u{a0}: {}"], ["{}; rules: {}", "{}\u{a0}; règles\u{a0}: {}"]];
const NOTHING: Phrase = ["nothing counted", "rien de compté"];
const IN_TIME: Phrase = ["{} in {}", "{} en {}"];
const OF_EACH: Phrase = ["{} of each", "{} de chaque"];
/// How many are asked for.
const MORE: Phrase = ["more than {}", "plus de {}"];
const LEAST: Phrase = ["at least {}", "au moins {}"];
const FEWER: Phrase = ["fewer than {}", "moins de {}"];
const MOST: Phrase = ["at most {}", "au plus {}"];
const EXACTLY: Phrase = ["exactly {}", "exactement {}"];
/// The units of a length of time.
pub(crate) const UNITS: [(u64, Counted); 5] = [
    (604_800, [["week", "semaine"], ["weeks", "semaines"]]),
    (86_400, [["day", "jour"], ["days", "jours"]]),
    (3600, [["hour", "heure"], ["hours", "heures"]]),
    (60, [["minute", "minute"], ["minutes", "minutes"]]),
    (1, [["second", "seconde"], ["seconds", "secondes"]]),
];

/// Why a rule holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Why {
    /// What was seen and what the rule asks for, or what was counted and which rules hold.
    pub sentence: String,
    /// What the rule is about, where the record says it.
    pub about: String,
    /// The technique of MITRE ATT&CK, its name with it where it is known.
    pub attack: String,
}

/// Why `row` is suspicious: each rule that holds and is explained, and the others in one sentence.
pub(crate) fn reasons(row: DetailRow<'_>, lang: Lang) -> Vec<Why> {
    if !row.host.suspicious {
        return Vec::new();
    }
    let explained = |name: &str| row.detail.explain.iter().find(|rule| rule.held && rule.rule.0 == name);
    let mut reasons: Vec<Why> = row.host.rules.iter().filter_map(|rule| explained(&rule.0)).map(|rule| of_rule(rule, lang)).collect();
    let others: Vec<&str> = row.host.rules.iter().map(|rule| &*rule.0).filter(|rule| explained(rule).is_none()).collect();
    if !others.is_empty() {
        let sentence = lang.fill(HOLDS[usize::from(others.len() > 1)], &[&counted(row.host, &others, lang), &others.join(", ")]);
        let told = |id: &Text<'_>| row.detail.explain.iter().any(|rule| rule.held && rule.attack.as_ref() == Some(id));
        let attack: Vec<_> = row.host.attack.iter().filter(|id| !told(id)).map(|id| technique(&id.0)).collect();
        reasons.push(Why { sentence, about: String::new(), attack: attack.join(", ") });
    }
    reasons
}

/// The same as one text, for a cell.
pub(crate) fn text(row: DetailRow<'_>, lang: Lang) -> String {
    let reasons = reasons(row, lang);
    let texts = reasons.iter().map(|why| match &*why.attack {
        "" => why.sentence.clone(),
        attack => format!("{} ({attack})", why.sentence),
    });
    texts.collect::<Vec<_>>().join(". ")
}

/// The techniques of the rules that hold, each once; of a record that does not list them, those of the rules that it explains.
pub(crate) fn techniques(row: DetailRow<'_>, lang: Lang) -> Vec<String> {
    if row.host.suspicious && !row.host.attack.is_empty() {
        return row.host.attack.iter().map(|id| technique(&id.0)).collect();
    }
    let mut techniques: Vec<String> = Vec::new();
    for why in reasons(row, lang) {
        if !why.attack.is_empty() && !techniques.contains(&why.attack) {
            techniques.push(why.attack);
        }
    }
    techniques
}

fn of_rule(rule: &Explained<'_>, lang: Lang) -> Why {
    let text = |text: &Option<Text<'_>>| text.as_ref().map_or_else(String::new, |text| text.0.to_string());
    let clauses = PlainRule::parse(&rule.when.0).map(|plain| plain.comparisons);
    let about = about(&text(&rule.about), lang);
    // In the order of the expression, where that is a plain one.
    let mut saw: Vec<_> = rule.saw.iter().collect();
    if let Some(clauses) = &clauses {
        saw.sort_by_key(|(key, _)| clauses.iter().position(|clause| clause.key == key.0));
    }
    let saw = join(saw.iter().map(|(key, value)| seen(rule, key, value, lang)).collect(), lang);
    let (phrase, asked) = match (clauses, &*about) {
        (Some(clauses), _) => (ASKS, asks(&clauses, lang)),
        (None, "") => (ASKS_THIS, rule.when.0.to_string()),
        (None, about) => (ASKS_THIS, about.to_owned()),
    };
    let saw = if saw.is_empty() { lang.say(NOTHING).to_owned() } else { saw };
    // Another stage may explain a rule and not say what it asks for.
    let phrase = if asked.is_empty() { HOLDS[0] } else { phrase };
    Why { sentence: lang.fill(phrase, &[&saw, &rule.rule.0, &asked]), about, attack: technique(&text(&rule.attack)) }
}

/// What was seen of one key: `286 failed SSH logins in 10 minutes`.
fn seen(rule: &Explained<'_>, key: &Text<'_>, value: &Observed, lang: Lang) -> String {
    let Observed::Count(count) = value else { return lang.pair(&key.0, &text_of(value)) };
    let text = count_of(&key.0, *count, lang);
    match window_seconds(rule, key) {
        Some(seconds) => lang.fill(IN_TIME, &[&text, &length(seconds, lang)]),
        None => text,
    }
}

/// The number with what it counts; of a key that is in no table, the key.
fn count_of(key: &str, count: u64, lang: Lang) -> String {
    match counted_as(key) {
        Some(noun) => lang.count(count, noun),
        None => lang.pair(key, &lang.number(count)),
    }
}

/// What was counted of a host: its signals, and the failures before a login where that is what the rule is about.
fn counted(host: &HostRecord<'_>, rules: &[&str], lang: Lang) -> String {
    /// A host may have 64 signals of other stages.
    const TOLD: usize = 8;
    let signals = host.signals.iter().filter(|(_, count)| *count > 0).map(|(name, count)| count_of(&name.0, *count, lang));
    let before = host.failed_before_login.filter(|_| rules.contains(&BREAK_IN));
    let mut counts: Vec<String> = before.map(|count| count_of("failed_before_login", count, lang)).into_iter().chain(signals).collect();
    counts.truncate(TOLD);
    if counts.is_empty() { lang.say(NOTHING).to_owned() } else { join(counts, lang) }
}

/// `a, b and c`.
fn join(mut parts: Vec<String>, lang: Lang) -> String {
    let Some(last) = parts.pop() else { return String::new() };
    if parts.is_empty() { last } else { format!("{} {} {last}", parts.join(", "), lang.say(["and", "et"])) }
}

fn asks(clauses: &[Comparison<'_>], lang: Lang) -> String {
    let ask = |&Comparison { sign, number, .. }: &Comparison<'_>| match sign {
        // "more than 0" of something is said otherwise.
        Sign::More if number == 0 => lang.fill(LEAST, &["1"]),
        Sign::More => lang.fill(MORE, &[&lang.number(number)]),
        Sign::Least => lang.fill(LEAST, &[&lang.number(number)]),
        Sign::Fewer => lang.fill(FEWER, &[&lang.number(number)]),
        Sign::Most => lang.fill(MOST, &[&lang.number(number)]),
        Sign::Exactly => lang.fill(EXACTLY, &[&lang.number(number)]),
    };
    let mut asked: Vec<String> = clauses.iter().map(ask).collect();
    if asked.len() > 1 && asked.iter().all(|one| *one == asked[0]) {
        return lang.fill(OF_EACH, &[&asked[0]]);
    }
    asked.dedup();
    join(asked, lang)
}

/// `10 minutes`, in the largest unit of which it is a multiple.
fn length(seconds: u64, lang: Lang) -> String {
    let (unit, name) = UNITS.into_iter().find(|(unit, _)| seconds.is_multiple_of(*unit)).unwrap_or(UNITS[4]);
    lang.count(seconds / unit, name)
}

/// What the rule is about: of a rule that comes with the program, in the language of the report.
fn about(text: &str, lang: Lang) -> String {
    ABOUTS.iter().find(|phrase| phrase[0] == text).map_or(text, |phrase| lang.say(*phrase)).to_owned()
}

/// `T1110.001 Brute Force: Password Guessing`.
fn technique(id: &str) -> String {
    TECHNIQUES.iter().find(|(known, _)| *known == id).map_or_else(|| id.to_owned(), |(_, name)| format!("{id} {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::detail::HostDetail;

    fn texts(line: &str) -> [String; 2] {
        let host = HostRecord::from_line(line.as_bytes()).expect("a host");
        let detail = HostDetail::of(&host);
        [Lang::En, Lang::Fr].map(|lang| text(DetailRow { host: &host, detail: &detail }, lang))
    }

    fn explained(rule: &str) -> [String; 2] {
        texts(&format!(r#"{{"ip":"192.0.2.1","score":9,"suspicious":true,"rules":["r"],"explain":[{{"rule":"r","held":true,{rule}}}]}}"#))
    }

    #[test]
    fn a_verdict_is_a_sentence() {
        assert_eq!(
            explained(r#""when":".ssh_failed > 50","window_seconds":600,"attack":"T1110.001","saw":{"ssh_failed":286}"#),
            [
                "286 failed SSH logins in 10 minutes; the rule r asks for more than 50 (T1110.001 Brute Force: Password Guessing)",
                "286 échecs de connexion SSH en 10 minutes\u{a0}; la règle r demande plus de 50 (T1110.001 Brute Force: Password Guessing)"
            ]
        );
        for (rule, english, french) in [
            (
                r#""when":".http_bot > 10 and .http_404 > 10","saw":{"http_404":14,"http_bot":1}"#,
                "1 request by a bot and 14 pages not found (404); the rule r asks for more than 10 of each",
                "1 requête de robot et 14 pages introuvables (404)\u{a0}; la règle r demande plus de 10 de chaque",
            ),
            (
                r#""when":".failed_before_login > 10","saw":{"failed_before_login":1300},"window_seconds":600,"attack":"T9999""#,
                "1,300 failed logins in the hour before one that succeeded; the rule r asks for more than 10 (T9999)",
                "1\u{202f}300 échecs dans l’heure avant une connexion réussie\u{a0}; la règle r demande plus de 10 (T9999)",
            ),
            (
                r#""when":".users >= 5 and .ssh_failed <= 3","saw":{"ssh_failed":3,"users":7},"window_seconds":90,"used_window_seconds":{"ssh_failed":7200}"#,
                "7 user names tried and 3 failed SSH logins in 2 hours; the rule r asks for at least 5 and at most 3",
                "7 noms de compte essayés et 3 échecs de connexion SSH en 2 heures\u{a0}; la règle r demande au moins 5 et au plus 3",
            ),
            (
                r#""when":".http_probe > 0","saw":{"http_probe":1}"#,
                "1 request for a well-known hole; the rule r asks for at least 1",
                "1 requête visant une faille connue\u{a0}; la règle r demande au moins 1",
            ),
            (
                r#""when":".users >= 5 and .ssh_failed <= 3 * .users","about":"at least 5 user names tried, at most 3 failed logins each","saw":{"users":5,"x":2}"#,
                "5 user names tried and x: 2; the rule r: at least 5 user names tried, at most 3 failed logins each",
                "5 noms de compte essayés et x\u{a0}: 2\u{a0}; la règle r\u{a0}: au moins 5 noms de compte essayés, au plus 3 échecs de connexion chacun",
            ),
            (
                r#""when":".last_seen > \"2026\"""#,
                "nothing counted; the rule r: .last_seen > \"2026\"",
                "rien de compté\u{a0}; la règle r\u{a0}: .last_seen > \"2026\"",
            ),
        ] {
            assert_eq!(explained(rule), [english, french]);
        }
    }

    #[test]
    fn what_a_record_does_not_explain_is_counted_and_no_more() {
        let line = concat!(
            r#"{"ip":"192.0.2.1","score":13,"suspicious":true,"rules":["ssh_breakin","mine"],"failed_before_login":12,"#,
            r#""signals":{"ssh_failed":12,"http_404":0,"ssh_accepted":1,"yours":3},"explain":[{"rule":"mine","held":false}]}"#
        );
        assert_eq!(
            texts(line)[0],
            "12 failed logins in the hour before one that succeeded, 12 failed SSH logins, 1 SSH login and yours: 3; rules: ssh_breakin, mine"
        );
        assert_eq!(
            texts(r#"{"ip":"::1","suspicious":true,"rules":["r"]}"#),
            ["nothing counted; rule: r", "rien de compté\u{a0}; règle\u{a0}: r"]
        );
        assert_eq!(texts(r#"{"ip":"::1","score":3,"rules":["r"]}"#), ["", ""], "an allow list took it back");
    }

    #[test]
    fn a_record_names_the_techniques_of_rules_that_it_does_not_explain() {
        let line = concat!(
            r#"{"ip":"::1","suspicious":true,"rules":["a","b"],"attack":["T1110.001","T9999"],"#,
            r#""explain":[{"rule":"a","held":true,"when":".x > 1","attack":"T1110.001","saw":{"x":2}}]}"#
        );
        let guessing = "T1110.001 Brute Force: Password Guessing";
        assert_eq!(texts(line)[0], format!("x: 2; the rule a asks for more than 1 ({guessing}). nothing counted; rule: b (T9999)"));
        let techniques = |line: &str| {
            let host = HostRecord::from_line(line.as_bytes()).expect("a host");
            super::techniques(DetailRow { host: &host, detail: &HostDetail::of(&host) }, Lang::En)
        };
        assert_eq!(techniques(line), [guessing, "T9999"]);
        let older = line.replace(r#""attack":["T1110.001","T9999"],"#, "");
        assert_eq!(techniques(&older), [guessing], "an older record lists none");
        assert_eq!(techniques(&line.replace("true,\"rules", "false,\"rules")), [""; 0], "an allow list took it back");
    }
}
