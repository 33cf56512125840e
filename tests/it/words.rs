//! What filters and scripts say to people: counts that agree with their noun, names that the reader can type, colour where
//! somebody looks.

use std::collections::BTreeSet;
use std::fs;

use soar_light::report::lang::Lang;

use crate::support::{FILTERS, bash, code, filter, read, root, run, text};

const LOGIN: &str = "2026-01-01T00:00:00Z h sshd[1]: Failed password for root from 192.0.2.1 port 22 ssh2\n";

/// What is called by the plural where there is one of it.
fn wrong_plurals(said: &str) -> Vec<String> {
    // Verbs, and words that end so.
    const SINGULAR: [&str; 10] = ["has", "is", "was", "lacks", "counts", "less", "address", "suspicious", "pass", "this"];
    let words: Vec<_> = said.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric())).collect();
    // An adjective may stand in between: 1 open ports.
    let is_plural = |word: &str| word.ends_with('s') && word.chars().all(|c| c.is_ascii_lowercase()) && !SINGULAR.contains(&word);
    let behind_one = words.windows(2).filter(|pair| pair[0] == "1" && is_plural(pair[1])).map(|pair| pair.join(" "));
    let behind_adjective = words.windows(3).filter(|words| {
        words[0] == "1" && ["open", "tagged", "suspicious", "unknown", "sshd", "more"].contains(&words[1]) && is_plural(words[2])
    });
    behind_one.chain(behind_adjective.map(|words| words.join(" "))).collect()
}

#[test]
fn one_of_anything_is_no_plural() {
    assert_eq!(wrong_plurals("x: 1 hosts read, 1 open ports; 11 hosts, 1 address is"), ["1 hosts", "1 open ports"]);
    let event = |extra: &str| {
        format!(r#"{{"schema":"soar.event/1",{extra}"tags":["ssh_failed"],"log":{{"file":{{"path":"a"}},"line":1}}}}"#) + "\n"
    };
    let (timed, untimed) = (r#""@timestamp":"2026-01-01T00:00:00.000Z","source":{"ip":"192.0.2.1"},"#, r#""source":{"ip":"192.0.2.1"},"#);
    let host =
        r#"{"schema":"soar.host/1","ip":"192.0.2.1","signals":{"ssh_failed":1},"suspicious":true,"score":1,"x":1}"#.to_owned() + "\n";
    let loopback = host.replace("192.0.2.1", "127.0.0.1");
    let unknown = LOGIN.replace("Failed password for root from", "Something that nobody knows of");
    let quotes = "192.0.2.1 - - [01/Jan/2026:00:00:00 +0000] \"GET /\" HTTP/1.1\" 404 1 \"-\" \"a\" b\"\n".to_owned();
    let bytes = |text: &str| text.as_bytes().to_vec();
    let cases: Vec<(&str, &[&str], Vec<u8>)> = vec![
        ("soar-parse", &[], bytes(LOGIN)),
        ("soar-parse", &["--since", "2026-02-01"], bytes(LOGIN)),
        ("soar-parse", &[], bytes("no log\n")),
        ("soar-parse", &[], bytes(&unknown)),
        ("soar-parse", &[], bytes(&quotes)),
        ("soar-parse", &[], b"2026-01-01T00:00:00Z h sshd[1]: Failed password for \xff from 192.0.2.1 port 22 ssh2\n".to_vec()),
        ("soar-score", &[], bytes(&event(timed))),
        ("soar-score", &["--rule", "r=.ssh_failed > 0", "--allow", "192.0.2.1"], bytes(&event(timed))),
        ("soar-score", &["--max-age", "1d"], bytes(&event(timed))),
        ("soar-score", &[], bytes(&event(""))),
        ("soar-score", &[], bytes(&event(untimed))),
        ("soar-score", &[], bytes(&host)),
        ("soar-score", &["--live", "--rule", "r=.ssh_failed > 0"], bytes(&event(timed))),
        (
            "soar-score",
            &["--live", "--max-hosts", "1", "--window", "1m"],
            bytes(&(event(timed) + &event(timed).replace("192.0.2.1", "192.0.2.2"))),
        ),
        ("soar-scan", &["-p", "1"], bytes(&loopback)),
        ("soar-scan", &["-p", "1"], bytes(&host)),
        ("soar-scan", &["-p", "1", "--dry-run"], bytes(&loopback)),
        ("soar-scan", &["-p", "1", "--targets"], bytes("127.0.0.1\n")),
        ("soar-scan", &["-p", "1", "--targets"], bytes("192.0.2.1\n")),
        ("soar-report", &["--summary", "always"], bytes(&host)),
        ("soar-report", &["--summary", "always"], bytes(&(host.clone() + "{}\n"))),
        ("soar-report", &["--summary", "always", "--markdown", "-"], bytes(&loopback)),
    ];
    for (name, flags, input) in cases {
        let output = run(filter(name).args(flags), &input);
        let said = text(&output.stderr);
        assert!(said.contains(&format!("{name}: ")) && said.contains(" 1 "), "{name} {flags:?} counts nothing: {said}");
        assert_eq!(wrong_plurals(&said), [""; 0], "{name} {flags:?}: {said}");
    }
}

#[test]
fn a_dry_run_says_nothing_of_open_ports() {
    let said = |flags: &[&str]| text(&run(filter("soar-scan").args(["--targets", "-p", "1"]).args(flags), b"127.0.0.1\n").stderr);
    assert_eq!(said(&["--dry-run"]), "soar-scan: 1 address named: 1 would be scanned (1 port each), 0 out of scope, 0 excluded\n");
    assert!(said(&[]).ends_with("1 scanned (1 port each), 0 out of scope, 0 excluded; 0 open ports\n"), "{}", said(&[]));
}

#[test]
fn a_log_for_hosts_is_told_to_be_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("written");
    write("access.log", "192.0.2.1 - - [01/Jan/2026:00:00:00 +0000] \"GET / HTTP/1.1\" 404 1\n");
    write("json.log", "{\"client\":\"192.0.2.1\"}\n");
    write("events", &text(&run(&mut filter("soar-parse"), LOGIN.as_bytes()).stdout));
    write("empty", "");
    let why = |line: &str| {
        let output = bash(&format!("cd {}; PATH={}/scripts:$PATH; {line}", folder.path().display(), root().display()));
        (code(&output), text(&output.stdout), text(&output.stderr))
    };
    let told = |name: &str| {
        let said = format!("soar-why: {name}: these are not hosts. If it is a log, first run: soar-parse LOG... | soar-score > HOSTS\n");
        (2, String::new(), said)
    };
    assert_eq!(why("why 192.0.2.1 access.log"), told("access.log"));
    assert_eq!(why("why 192.0.2.1 json.log"), told("json.log"));
    assert_eq!(why("why 192.0.2.1 < access.log"), told("stdin"));
    assert_eq!(why("why 192.0.2.1 events").2, "soar-why: events: these are events, not hosts; run soar-score on them first\n");
    assert_eq!(why("why 192.0.2.1 empty"), (1, String::new(), "soar-why: no host 192.0.2.1 in empty\n".to_owned()));
    assert_eq!(why("why 192.0.2.1 --tz UTC").2, "soar-why: --tz: HOSTS comes before the flags (see --help)\n");
}

#[test]
fn scripts_call_themselves_by_a_name_that_can_be_typed() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["soar", "soar-why", "soar-update", "soar-fleet"] {
        let script = format!("scripts/{}", name.trim_start_matches("soar-"));
        let usage = |line: &str| {
            let output = bash(line);
            assert_eq!((code(&output), text(&output.stderr)), (0, String::new()), "{line}");
            let page = text(&output.stdout);
            assert!(page.lines().all(|line| line.chars().count() <= 80), "{line}: a line is too long: {page}");
            page.lines().next().expect("a line").to_owned()
        };
        // Among the sources as it was called; installed, by the name there, from wherever it is called.
        assert!(usage(&format!("{script} --help")).starts_with(&format!("usage: {script} ")), "{script}");
        let plain = script.trim_start_matches("scripts/");
        assert!(usage(&format!("PATH=$PWD/scripts:$PATH {plain} --help")).starts_with(&format!("usage: {plain} ")), "{plain}");
        let installed = folder.path().join(name);
        fs::copy(root().join(&script), &installed).expect("copied");
        for line in [format!("{} --help", installed.display()), format!("PATH={}:$PATH {name} --help", folder.path().display())] {
            assert!(usage(&line).starts_with(&format!("usage: {name} ")), "{line}: {}", usage(&line));
        }
        // Without the filters: nobody who installed it can `make build`.
        let lone = format!("env -u SOAR_BIN -u CARGO_TARGET_DIR PATH=/usr/bin:/bin {} /dev/null /dev/null", installed.display());
        let said = text(&bash(&lone).stderr);
        assert!(!said.contains("make") && said.starts_with(&format!("{name}: there is no soar-")), "{lone}: {said}");
    }
}

#[test]
fn help_fits_80_columns_and_names_the_filter() {
    for name in FILTERS {
        for flag in ["--help", "-h"] {
            let page = text(&filter(name).arg(flag).output().expect("it runs").stdout);
            let long: Vec<_> = page.lines().filter(|line| line.chars().count() > 80).collect();
            assert_eq!(long, [""; 0], "{name} {flag}");
            assert!(page.contains(&format!("Usage: {name} [OPTIONS] [FILE]...")), "{name}");
        }
        let version = text(&filter(name).arg("--version").output().expect("it runs").stdout);
        assert_eq!(version, format!("{name} {}\n", env!("CARGO_PKG_VERSION")));
        let full = bash(&format!("{name} --help > /dev/full"));
        assert_eq!((code(&full), text(&full.stderr)), (2, format!("{name}: stdout: cannot write: No space left on device\n")));
        assert_eq!(text(&bash(&format!("{name} --help | head -1; echo ${{PIPESTATUS[0]}}")).stdout).lines().last(), Some("0"));
    }
}

#[test]
fn there_is_colour_where_somebody_looks_and_nowhere_else() {
    // Everything that the terminal got of one run, stdout and stderr.
    let on_terminal = |env: &str, line: &str| {
        let output = bash(&format!("cd /; env -u NO_COLOR TERM=xterm {env} script -qec '{line} </dev/null' /dev/null"));
        text(&output.stdout).replace("\r\n", "\n")
    };
    let (red, yellow, end) = ("\u{1b}[1m\u{1b}[31m", "\u{1b}[1m\u{1b}[33m", "\u{1b}[0m");
    for name in FILTERS {
        let line = format!("{name} no-such-file");
        let all = text(&bash(&format!("cd /; {line}")).stderr);
        let plain = format!("{name}: no-such-file: no such file\n");
        assert!(all.starts_with(&plain), "{all}");
        let painted = plain.replacen(&format!("{name}:"), &format!("{red}{name}:{end}"), 1);
        assert!(on_terminal("", &line).contains(&painted), "{name}: {:?}", on_terminal("", &line));
        for env in ["NO_COLOR=1", "TERM=dumb"] {
            let said = on_terminal(env, &line);
            assert!(said.contains(&plain) && !said.contains("\u{1b}[1m"), "{env} {name}: {said:?}");
        }
        let said = on_terminal("NO_COLOR=", &line);
        assert!(said.contains(&painted), "an empty NO_COLOR: {said:?}");
        assert!(!on_terminal("", &format!("{line} --color never")).contains("\u{1b}[1m"), "{name}");
        // Elsewhere only who asks for it has it, whatever the environment says.
        let said = |line: &str| text(&bash(&format!("cd /; CLICOLOR_FORCE=1 {line}")).stderr);
        assert_eq!(said(&line), all);
        assert_eq!(said(&format!("{line} --color=always")), all.replacen(&plain, &painted, 1));
        let help = |flags: &str| text(&bash(&format!("CLICOLOR_FORCE=1 {name} --help {flags}")).stdout);
        assert!(!help("").contains('\u{1b}') && help("--color always").contains('\u{1b}'), "{name}");
        assert!(on_terminal("", &format!("{name} --help")).contains('\u{1b}'), "{name}");
        let wrong = |flags: &str| text(&bash(&format!("{name} {flags} --no-such-flag")).stderr);
        assert!(!wrong("").contains('\u{1b}') && wrong("--color always").contains('\u{1b}'), "{name}");
    }
    for (script, said) in [
        ("soar", "no LOG given (see --help)"),
        ("why", "no IP given (see --help)"),
        ("update", "no DIR given (see --help)"),
        ("fleet", "no HOST given (see --help)"),
    ] {
        let (line, name) = (format!("{}/scripts/{script}", root().display()), format!("soar-{script}").replace("soar-soar", "soar"));
        assert!(on_terminal("", &line).contains(&format!("{red}{name}:{end} {said}")), "{:?}", on_terminal("", &line));
        assert!(on_terminal("NO_COLOR=1", &line).contains(&format!("{name}: {said}\n")), "{:?}", on_terminal("NO_COLOR=1", &line));
        assert_eq!(text(&bash(&line).stderr), format!("{name}: {said}\n"));
    }
    // The name alone is painted: the rest may be what a log says.
    let warned = text(&run(filter("soar-parse").args(["--color", "always"]), b"no log\n").stderr);
    assert!(warned.starts_with(&format!("{yellow}soar-parse:{end} -:1: ")), "{warned:?}");
    let plain = text(&run(&mut filter("soar-parse"), b"no log\n").stderr);
    assert_eq!(warned.replace(yellow, "").replace(end, ""), plain);
    let painted: BTreeSet<_> = warned.lines().filter(|line| line.contains('\u{1b}')).collect();
    assert_eq!(painted.len(), warned.lines().count() - 1, "the summary is no warning: {warned:?}");
}

#[test]
fn soar_speaks_the_language_of_its_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let soar = |line: &str| {
        let output = bash(&format!("log=$PWD/examples/auth.log; PATH=$PWD/scripts:$PATH; cd {}; {line}", folder.path().display()));
        (code(&output), text(&output.stdout), text(&output.stderr))
    };
    for flags in ["--lang fr", "--lang=fr", "--report-flags '--lang fr'", "--report-flags --lang=fr"] {
        let (exit, said, _) = soar(&format!("soar -o out {flags} \"$log\""));
        let written = "écrit : out/rapport_securite.csv\nécrit : out/top5.png\nécrit : out/hosts.ndjson\nensuite : ";
        assert!(exit == 0 && said.contains(written) && said.contains("adresses") && !said.contains("written"), "{flags}: {said}");
    }
    assert!(
        soar("echo nothing > odd; soar -o out --lang fr odd")
            .2
            .ends_with("soar: aucune ligne n’a été comprise ; rien n’a été écrit dans out\n")
    );
    assert!(
        soar("soar -o out --lang fr --score-flags --no-such \"$log\"")
            .2
            .ends_with("soar: soar-score refuse ses options ; rien n’a été lu\n")
    );
    assert!(soar("soar -o out \"$log\"").1.contains("written: out/hosts.ndjson\nnext: "));
    // What cannot work is said before anything runs.
    let told = |exit: i32, said: &str| (exit, String::new(), format!("soar: {said}\n"));
    assert_eq!(soar("soar no-such.log"), told(2, "no-such.log: no such file; soar --here finds the logs of this machine"));
    assert_eq!(soar("soar out"), told(2, "out: is the folder of a report, not of logs"));
}

#[test]
fn nobody_is_told_to_look_for_what_was_looked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("auth.log"), LOGIN).expect("written");
    let said = |line: &str| {
        let line = format!("PATH=$PWD/scripts:$PATH; cd {}; {line}", folder.path().display());
        let output = bash(&line);
        let said = text(&output.stderr) + &text(&output.stdout);
        said.lines().filter(|line| line.contains("no http_probe")).collect::<Vec<_>>().join("\n")
    };
    let told = "soar-score: rule r: no http_probe was seen; soar-parse looks for it only where --signals asks for it (all, or http_probe)";
    let rule = "--rule r=.http_probe>1";
    assert_eq!(said(&format!("soar-parse auth.log | soar-score '{}'", rule.replace(' ', "="))), told);
    assert_eq!(said(&format!("soar-parse auth.log | soar-score '{}' --signals default,ssh_probe", rule.replace(' ', "="))), told);
    assert_eq!(said(&format!("soar-parse --signals all auth.log | soar-score '{}' --signals all", rule.replace(' ', "="))), "");
    assert_eq!(said(&format!("soar --score-flags '{rule}' auth.log")), told.replace("soar-score: ", "    Warnings: "));
    for flags in ["--signals all", "--signals=default,http_probe"] {
        assert_eq!(said(&format!("soar --parse-flags '{flags}' --score-flags '{rule}' auth.log")), "", "{flags}");
        assert_eq!(said(&format!("update state {flags} auth.log -- '{}'", rule.replace(' ', "="))), "", "{flags}");
    }
    assert_eq!(said(&format!("update state auth.log -- '{}'", rule.replace(' ', "="))), told);
}

/// Words that puzzle a reader: images, and words for things that have a term in the field (docs say template, evict, invalid ...).
const PUZZLING: [&str; 36] = [
    "house",
    "houses",
    "room",
    "rooms",
    "floor",
    "floors",
    "desk",
    "desks",
    "manners",
    "law",
    "laws",
    "crowd",
    "crowds",
    "board",
    "boards",
    "book",
    "books",
    "flaw",
    "flaws",
    "sighting",
    "sightings",
    "glance",
    "glances",
    "disguise",
    "bend",
    "bends",
    "whoever",
    "place",
    "places",
    "forgotten",
    "forgets",
    "no good",
    "of no known",
    "who asked",
    "nobody's",
    "of ours",
];
/// Where such a word is right.
const RIGHT: [&str; 6] = ["in place", "`places`", "one place each", "three places each", "nmap book", "a list of our own"];

/// The puzzling words of `text`.
fn puzzling(text: &str) -> Vec<&'static str> {
    let mut plain = text.to_lowercase();
    for phrase in RIGHT {
        plain = plain.replace(phrase, "");
    }
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '\'');
    let words: Vec<_> = plain.split(|c| !is_word(c)).map(|word| word.trim_matches(['.', '/', '\'', '-'])).collect();
    let text = format!(" {} ", words.join(" "));
    PUZZLING.into_iter().filter(|word| text.contains(&format!(" {word} "))).collect()
}

#[test]
fn documents_help_and_messages_are_in_plain_words() {
    assert_eq!(puzzling("No room: it is of no known format (in place)."), ["room", "of no known"]);
    let mut texts: Vec<(String, String)> = Vec::new();
    for name in text(&bash("ls *.md docs/*.md bench/page.md; find tests/cases -name '*.stderr'").stdout).lines() {
        texts.push((name.to_owned(), text(&read(name))));
    }
    for line in FILTERS.into_iter().map(ToOwned::to_owned).chain(["soar", "why", "update", "fleet"].map(|name| format!("scripts/{name}"))) {
        texts.push((line.clone(), text(&bash(&format!("{line} --help")).stdout)));
    }
    assert!(texts.len() > 100 && texts.iter().filter(|(name, _)| name.starts_with("docs/")).count() > 10, "{}", texts.len());
    let found: Vec<_> =
        texts.iter().flat_map(|(name, text)| puzzling(text).into_iter().map(move |word| format!("{name}: {word}"))).collect();
    assert_eq!(found, [""; 0], "plainer words, please (CONTRIBUTING.md)");
}

/// What the filters of the cases say of lines, each beside its file.
fn reasons() -> Vec<(String, String)> {
    fn walk(folder: &std::path::Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "stderr") {
                let told = fs::read_to_string(&path).expect("text");
                let rejected = told.lines().filter_map(|line| line.strip_prefix("soar-parse: -:")?.split_once(": "));
                let numbered = rejected.filter(|(line, _)| line.bytes().all(|byte| byte.is_ascii_digit()));
                found.extend(numbered.map(|(_, reason)| (path.display().to_string(), reason.to_owned())));
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join("tests/cases/parse"), &mut found);
    found
}

#[test]
fn a_french_report_says_in_french_why_a_line_is_a_reject() {
    let reasons = reasons();
    assert!(reasons.len() > 50, "{}", reasons.len());
    // What stands in front names the format, or the field.
    let inner = |reason: &str| {
        let reason = reason.strip_prefix("untrusted: ").unwrap_or(reason);
        let of_field = reason.strip_prefix("not the --log-format: ").and_then(|rest| rest.split_once(": "));
        let of_format = reason.strip_prefix("not ").and_then(|rest| rest.split_once(" format: "));
        of_field.or(of_format).map_or(reason, |(_, reason)| reason).to_owned()
    };
    let english: Vec<_> = reasons.iter().filter(|(_, reason)| Lang::Fr.tell(&inner(reason)) == inner(reason)).collect();
    assert!(english.is_empty(), "src/report/lang/messages.txt does not have: {english:#?}");
}

#[test]
fn a_log_that_is_named_twice_is_told_of() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("auth.log"), LOGIN).expect("written");
    let said = |line: &str| text(&bash(&format!("cd {}; {line} > events", folder.path().display())).stderr);
    let told = "soar-parse: ./auth.log: named twice, so its lines count twice\n";
    assert_eq!(said("soar-parse auth.log ./auth.log").lines().next().map(|line| format!("{line}\n")).as_deref(), Some(told));
    assert!(!said("cp auth.log copy; soar-parse auth.log copy").contains("twice"));
    assert!(!said("soar-parse --cursor c auth.log ./auth.log").contains("named twice"));
}

#[test]
fn scripts_say_their_version_and_what_was_likely_meant() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("auth.log"), LOGIN).expect("written");
    let run = |line: &str| {
        let output = bash(&format!("cd {}; PATH={}/scripts:$PATH; {line}", folder.path().display(), root().display()));
        (code(&output), text(&output.stdout), text(&output.stderr))
    };
    let version = env!("CARGO_PKG_VERSION");
    for name in ["why", "update", "fleet"] {
        assert_eq!(run(&format!("{name} --version")), (0, format!("soar-{name} {version}\n"), String::new()));
    }
    assert_eq!(run("mkdir out; soar-parse -q auth.log | soar-score -q > out/hosts.ndjson"), (0, String::new(), String::new()));
    assert_eq!(run("why 192.0.2.1 out"), run("why 192.0.2.1 out/hosts.ndjson"));
    assert_eq!(run("why 192.0.2.1 out").0, 0);
    assert_eq!(run("why out/hosts.ndjson").2, "soar-why: out/hosts.ndjson is no address: why IP out/hosts.ndjson\n");
    let told = "soar-update: auth.log is a file: first comes DIR, the folder for the state, then the logs (see --help)\n";
    assert_eq!(run("update auth.log"), (2, String::new(), told.to_owned()));
}
