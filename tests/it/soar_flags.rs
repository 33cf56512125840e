//! `soar` takes the flags of all stages under their own names, and finds the logs of a machine by itself.

use std::collections::BTreeMap;

use crate::support::{FILTERS, bash, code, filter, root, text};

/// Exit code, stdout and stderr of `script` in a folder of its own, where `soar` is the workflow and `$log` and `$web` are examples.
fn soar(script: &str) -> (i32, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let start = r#"export LC_ALL=C; log=$ROOT/examples/auth.log web=$ROOT/examples/access.log; soar() { "$ROOT/scripts/soar" "$@"; }"#;
    let output = bash(&format!("export ROOT={}; cd {}; {start}\n{script}", root().display(), folder.path().display()));
    (code(&output), text(&output.stdout), text(&output.stderr))
}

#[test]
fn flags_of_stages_under_their_own_names_are_those_given_to_a_stage() {
    let (exit, same, said) = soar(
        r#"set -e
        soar -o one --since=2026-04-01 --signals all --tz +02:00 --rule 'r=.ssh_probe > 0' --weight http_bot=0 --allow 192.0.2.0/24 \
            --explain=suspicious -p22 --max-open 3 --lang fr --top 2 --html one/p.html "$log" "$web" > one.out 2>&1 || cat one.out
        soar -o two --parse-flags '--since=2026-04-01 --signals all --tz +02:00' --score-flags "--rule 'r=.ssh_probe > 0' --weight http_bot=0 --allow 192.0.2.0/24 --explain=suspicious" \
            --scan-flags '-p22 --max-open 3' --report-flags '--lang fr --top 2' --html two/p.html "$log" "$web" > two.out 2>&1 || cat two.out
        # When a scan was, is of a run.
        for run in one two; do sed -E 's/"(started_at|duration_ms)":[^,}]*//g' $run/hosts.ndjson > $run.hosts; done
        cmp one.hosts two.hosts && cmp one/rapport_securite.csv two/rapport_securite.csv && cmp one/top5.png two/top5.png && head -c 1 one.hosts; wc -l < one.hosts"#,
    );
    assert_eq!((exit, said.as_str()), (0, ""));
    assert!(same.starts_with('{'), "{same}");
}

/// The flags of a filter, each with what its manual says of it.
fn manual(name: &str) -> BTreeMap<String, String> {
    let page = text(&filter(name).args(["--generate", "man"]).output().expect("it runs").stdout);
    let entries = page.split(".TP\n").skip(1).filter(|entry| entry.starts_with("\\fB\\-"));
    entries
        .flat_map(|entry| {
            let (flags, about) = entry.split_once('\n').expect("a text");
            let about = about.split("\n.").next().expect("a text").to_owned();
            let flags = flags.replace("\\fB", "").replace("\\fR", "").replace("\\fI", "").replace("\\-", "-");
            let names: Vec<_> =
                flags.split(['<', '[']).next().expect("names").replace(',', " ").split_whitespace().map(ToOwned::to_owned).collect();
            names.into_iter().map(move |name| (name, about.clone()))
        })
        .collect()
}

#[test]
fn no_flag_has_two_meanings() {
    // What soar-parse looks for is what soar-score is told that it looked for.
    // What is kept of an address is a flag of soar-parse for --hosts alone, to which soar gives it with --fast.
    const ONE_MEANING_IN_TWO_WORDS: [&str; 6] = ["--signals", "--memory", "--resolution", "--partial", "--evidence", "--timeline"];
    let manuals = FILTERS.map(|name| (name, manual(name)));
    assert!(manuals.iter().all(|(_, flags)| flags.len() > 10 && flags.contains_key("--threads") && flags.contains_key("-q")));
    for (name, flags) in &manuals {
        for (flag, about) in flags {
            let others = manuals.iter().filter_map(|(other, flags)| flags.get(flag).map(|theirs| (other, theirs)));
            for (other, theirs) in others.filter(|_| !ONE_MEANING_IN_TWO_WORDS.contains(&flag.as_str())) {
                assert_eq!(about, theirs, "{flag} of {name} and of {other}: soar gives it to both");
            }
        }
    }
    // Those of soar itself that a stage has too mean the same there; -o is none of theirs.
    assert!(
        manuals.iter().all(|(_, flags)| !flags.contains_key("-o") && !flags.contains_key("--here") && !flags.contains_key("--respond"))
    );
    // Every flag of a stage is taken, or it is said why not.
    let flags = manuals
        .iter()
        .filter(|(name, _)| *name != "soar-enrich")
        .flat_map(|(_, flags)| flags.keys())
        .filter(|flag| !flag.starts_with("--list-"))
        .cloned()
        .collect::<Vec<_>>()
        .join(" ");
    let taken = soar(&format!(
        r#"set -u; . "$ROOT/scripts/lib/flags.bash"; die() {{ echo "refused: $1"; }}
        given_parse=() given_score=() given_scan=() given_report=()
        for flag in {flags}; do take_flag "$flag" x; take_flag "$flag=x"; done
        echo ${{#given_parse[@]}} ${{#given_score[@]}} ${{#given_scan[@]}} ${{#given_report[@]}}"#
    ));
    assert_eq!((taken.0, taken.2.as_str()), (0, ""));
    assert!(!taken.1.contains("unknown flag"), "{}", taken.1);
    assert!(taken.1.lines().last().expect("counts").split(' ').all(|count| count.parse::<usize>().expect("a count") > 20), "{}", taken.1);
}

#[test]
fn flags_that_make_no_sense_in_the_workflow_are_refused_with_the_way_to_use_them() {
    let refused = |flags: &str, why: &str| {
        let told = soar(&format!("soar {flags} \"$log\"; code=$?; ls; exit $code"));
        assert_eq!(told, (2, String::new(), format!("soar: {why}\n")), "{flags}");
    };
    refused("--nope", "unknown flag --nope (see --help): no stage has it");
    refused("-x3", "unknown flag -x3 (see --help): no stage has it");
    refused("--csv out.csv", "--csv is what soar itself gives to soar-report; for another file run soar-report on DIR/hosts.ndjson");
    refused("--stats=all.run", "--stats: one file cannot be that of four stages; name one of them: --parse-flags '--stats FILE'");
    refused("--live", "--live gives the next stage nothing to read: run soar-score --live by itself");
    refused("--suggest", "--suggest gives the next stage nothing to read: run soar-parse --suggest by itself");
    refused("--sinc 1d", "unknown flag --sinc (see --help): no stage has it; is it --since?");
    refused("--output out", "unknown flag --output (see --help): no stage has it; the folder for the files is -o DIR");
    assert!(soar("soar -v \"$log\"").2.contains("soar-parse --trace LOG shows how each line was read"));
    // Of a run that failed before the report, there is no report.
    let (exit, printed, said) = soar("soar --since 2026-13-01 \"$log\"");
    assert_eq!((exit, printed.as_str()), (2, ""));
    assert!(
        said.contains("--since 2026-13-01: not a time: ") && !said.contains("What was read") && !said.contains("addresses with"),
        "{said}"
    );
    assert_eq!(soar("soar --top").2, "soar: --top needs a value\n");
    let (exit, listed, _) = soar("soar --list-signals");
    assert_eq!((exit, listed), (0, text(&bash("soar-parse --list-signals").stdout)));
}

#[test]
fn quiet_prints_nothing_but_errors_and_the_response() {
    assert_eq!(soar("soar -q -o out \"$log\" && ls out"), (0, "hosts.ndjson\nrapport_securite.csv\ntop5.png\n".to_owned(), String::new()));
    let (exit, printed, said) = soar("soar --quiet -o out --respond addresses --respond-flags '--arg local yes' \"$log\"");
    assert_eq!((exit, printed.as_str(), said.as_str()), (0, "127.0.0.66\n203.0.113.77\n", ""));
    assert_eq!(soar("soar -q -o out --rule 'r=(' \"$log\"").0, 2);
    assert!(soar("soar -q -o out --rule 'r=(' \"$log\"").2.ends_with("soar: soar-score refuses its flags; nothing was read\n"));
    let version = text(&filter("soar-parse").arg("--version").output().expect("it runs").stdout);
    assert_eq!(soar("soar --version"), (0, version.replace("soar-parse", "soar"), String::new()));
}

#[test]
fn a_run_ends_with_what_to_do_next() {
    let last = |script: &str| soar(script).1.lines().rev().take(2).map(ToOwned::to_owned).collect::<Vec<_>>();
    let why = format!("{}/scripts/why", root().display());
    let told = last("soar -o 'a report' \"$log\" \"$web\"");
    assert_eq!(
        told[1],
        format!("next: {why} 203.0.113.77 a\\ report/hosts.ndjson: the log lines behind it"),
        "the break-in, not the highest score"
    );
    assert!(told[0].starts_with("next: the same command with --respond nftables: "), "{told:?}");
    assert!(last("soar -o out --lang fr \"$web\"")[1].starts_with(&format!("ensuite : {why} 203.0.113.9 out/hosts.ndjson : ")));
    assert_eq!(last("soar -o out --respond addresses \"$log\" 2>/dev/null"), ["203.0.113.77"]);
    assert_eq!(
        last("head -3 \"$log\" | soar -o out -")[0],
        "next: the same command with --html out/page.html: a page to click through",
        "nobody is suspicious"
    );
    assert!(last("head -3 \"$log\" | soar -o out --html out/page.html -")[0].starts_with("written: "));
    // It can be pasted.
    let (exit, lines, said) =
        soar("soar -o 'a report' \"$log\" > said; eval \"$(sed -n 's/^next: \\(.*hosts.ndjson\\): .*/\\1/p' said)\" | tail -4");
    assert!(exit == 0 && lines.contains("Accepted password for backup from 203.0.113.77"), "{lines}{said}");
}

#[test]
fn what_a_run_wrote_is_named_in_full() {
    let (exit, printed, said) = soar(
        r#"soar -o out --timeline t.png --story=s.md --rejects out/rejects --markdown - --digest d.txt --accounts a.ndjson --ports-chart p.svg \
            --html out/p.html --scan-flags '--audit audit' "$log" 2>&1 | sed -n 's/^written: //p' | tee named | xargs ls -d > found; cmp named found || cat named; wc -l < named; sort named"#,
    );
    assert_eq!((exit, said.as_str()), (0, ""));
    for file in [
        "out/rapport_securite.csv",
        "out/top5.png",
        "out/hosts.ndjson",
        "out/p.html",
        "t.png",
        "s.md",
        "out/rejects",
        "d.txt",
        "a.ndjson",
        "p.svg",
        "audit",
    ] {
        assert!(printed.lines().any(|line| line == file), "{file}: {printed}");
    }
    assert!(printed.lines().any(|line| line == "11"), "each once, and stdout is none of them: {printed}");
    let (_, printed, _) = soar(r#"soar -o fast --fast --rules strict "$log" --lang en | grep -c '^written: '"#);
    assert_eq!(printed, "3\n", "what --fast asks soar-parse for is no file");
    // Every flag of soar-report that writes a file is among them.
    let help = text(&filter("soar-report").arg("--help").output().expect("it runs").stdout);
    let reports = help.split("\nReports:\n").nth(1).and_then(|rest| rest.split("\n\nINPUT").next()).expect("reports");
    let flags: Vec<_> = reports.lines().filter_map(|line| line.trim_start().strip_prefix("--")?.split(' ').next()).collect();
    let words = std::fs::read_to_string(root().join("scripts/lib/words.bash")).expect("words");
    assert!(flags.len() > 8 && flags.iter().all(|flag| words.contains(&format!(" --{flag} ")) || words.contains(&format!(" --{flag}'"))));
}

#[test]
fn timeline_is_the_chart_that_the_report_calls_so() {
    let (exit, printed, said) = soar(
        r#"soar -q -o out --timeline a.svg "$log" && soar -q -o out --timeline=b.svg "$log" && soar -q -o out --timeline-chart c.svg "$log"
        cmp a.svg b.svg && cmp b.svg c.svg && grep -c 'Signals over time' a.svg"#,
    );
    assert_eq!((exit, printed.as_str(), said.as_str()), (0, "1\n", ""));
    for flags in ["--timeline", "--timeline=", "--timeline a.pdf"] {
        let (exit, printed, said) = soar(&format!("soar {flags} \"$log\"; code=$?; ls; exit $code"));
        assert_eq!((exit, printed.as_str()), (2, ""), "{flags}");
        assert!(said.starts_with("soar: --timeline FILE draws signals over time, into a FILE.png or FILE.svg, not "), "{said}");
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_failure_and_a_full_disk_is_one() {
    for words in ["-o out \"$log\"", "-o out --respond addresses \"$log\"", "--help", "--dry-run \"$log\"", "-o out --digest - \"$log\""] {
        let (exit, printed, said) = soar(&format!(
            "for n in 1 2 3; do soar {words} 2>> said | true; echo ${{PIPESTATUS[0]}}; done; grep -i 'pipe\\|write' said; exit 0"
        ));
        assert_eq!((exit, printed.as_str(), said.as_str()), (0, "0\n0\n0\n", ""), "{words}");
        if !words.contains("digest") && !words.contains("dry-run") {
            let (exit, _, said) = soar(&format!("soar {words} > /dev/full"));
            assert!(exit == 2 && said.contains("No space left on device"), "{words}: {exit} {said}");
        }
    }
    // What was wrong with the input is still said by the exit code.
    let (_, printed, _) =
        soar(r#"echo nonsense > odd; soar -o out --strict odd "$log" 2>/dev/null | true; echo "${PIPESTATUS[0]}"; ls out"#);
    assert_eq!(printed, "1\nhosts.ndjson\nrapport_securite.csv\ntop5.png\n");
    for name in ["why", "update", "fleet"] {
        let (_, printed, _) = soar(&format!("\"$ROOT/scripts/{name}\" --help | true; echo ${{PIPESTATUS[0]}}"));
        assert_eq!(printed, "0\n", "{name}");
    }
}

#[test]
fn a_period_without_a_line_leaves_the_old_files_and_says_so() {
    let (exit, printed, said) = soar(
        r#"soar -q -o out "$log"; cp -rL out before; soar -o out --since 2026-05-01 "$log" > said 2>&1; echo $?; cmp out/hosts.ndjson before/hosts.ndjson
        tail -1 said; grep 'no line is' said; soar -q -o none --until=2020-01-01 "$log" 2>&1; echo $?; ls -d none 2>&1
        soar -q --lang fr -o out --since 2026-05-01 "$log" 2>&1; soar -q -o out --since 2026-04-12T06:30:00Z "$log" && cmp -s out/hosts.ndjson before/hosts.ndjson || echo new"#,
    );
    assert_eq!((exit, said.as_str()), (0, ""));
    let outside = "soar: no line that was understood is in the period of --since and --until; nothing was written to";
    let expected = [
        &format!("1\n{outside} out"),
        "    Warnings: no line is at or after 2026-05-01T00:00:00Z",
        &format!("{outside} none\n1\nls: cannot access 'none': No such file or directory"),
        "soar: aucune ligne comprise n’est dans la période de --since et --until ; rien n’a été écrit dans out",
        "new\n",
    ];
    assert_eq!(printed, expected.join("\n"));
    // The filter by itself only does so where lines are expected.
    let filter = |flags: &str| soar(&format!("soar-parse -q --since 2026-05-01 {flags} \"$log\"")).0;
    assert_eq!([filter(""), filter("--expect-lines")], [0, 1]);
}

/// A folder of logs, and a journal of two failures.
const HERE: &str = r#"mkdir -p logs/nginx logs/apache2 logs/httpd bin; export SOAR_LOGS=$PWD/logs PATH=$PWD/bin:$PATH
    printf '#!/bin/sh\necho "journalctl $*" >> asked\nprintf "{\\"__REALTIME_TIMESTAMP\\":\\"1775973725000000\\",\\"_COMM\\":\\"sshd\\",\\"SYSLOG_IDENTIFIER\\":\\"sshd\\",\\"_UID\\":\\"0\\",\\"MESSAGE\\":\\"Failed password for root from 192.0.2.9 port 22 ssh2\\"}\\n%%.0s" 1 2\n' > bin/journalctl
    chmod +x bin/journalctl
    cp "$log" logs/auth.log; cp "$web" logs/nginx/site.access.log; touch logs/nginx/access.log logs/nginx/site.access.log.1.gz logs/nginx/error.log
    "#;

#[test]
fn here_reads_one_source_a_service_and_names_what_it_leaves_out() {
    let (exit, printed, said) = soar(&format!("{HERE} soar --here -o out; [ ! -e asked ]"));
    assert_eq!(exit, 0, "{said}");
    let told: Vec<_> = said.lines().filter_map(|line| line.strip_prefix("soar: ")).collect();
    let at = |line: &str| {
        told.iter().any(|told| {
            told.starts_with(line.split('*').next().expect("a start")) && told.ends_with(line.split('*').next_back().expect("an end"))
        })
    };
    for line in [
        "reads /*/logs/auth.log",
        "reads /*/logs/nginx/site.access.log",
        "leaves out /*/nginx/access.log: empty",
        "leaves out older logs: /*/site.access.log.1.gz",
    ] {
        assert!(at(line), "{line}: {told:?}");
    }
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(printed.contains("203.0.113.77") && printed.contains("203.0.113.9"), "{printed}");
    // Bare, it says how to call it, and the same, and reads nothing.
    let (exit, shown, said) = soar(&format!("{HERE} soar; code=$?; [ ! -e soar-out ] || exit 9; exit $code"));
    assert_eq!((exit, said.as_str()), (2, "soar: no LOG given (see --help)\n"));
    assert!(shown.starts_with("usage: ") && shown.contains("/nginx/access.log: empty\n"), "{shown}");
    assert_eq!(shown.matches("\n  reads ").count(), 2, "{shown}");
}

#[test]
fn here_turns_to_the_journal_where_the_file_is_old() {
    let (exit, hosts, said) =
        soar(&format!("{HERE} touch -d '2 days ago' logs/auth.log; soar --here -q -o out --evidence 1 && cat out/hosts.ndjson asked"));
    assert_eq!((exit, said.as_str()), (0, ""));
    let failed = r#"{"schema":"soar.host/1","ip":"192.0.2.9","score":2,"#;
    assert!(hosts.contains(failed) && !hosts.contains("203.0.113.77") && hosts.contains("203.0.113.9"), "{hosts}");
    assert!(hosts.contains("journalctl -q -o json -t sshd -t sshd-session --since=-7d\n"), "{hosts}");
    let (_, asked, _) = soar(&format!("{HERE} rm logs/auth.log; soar --here -q --since 30d -o out; cat asked"));
    assert!(asked.ends_with("journalctl -q -o json -t sshd -t sshd-session\n"), "soar-parse selects: {asked}");
    let (_, printed, _) = soar(&format!(
        "{HERE} touch -d '2 days ago' logs/auth.log; soar --here --dry-run --rule 'r=.ssh_failed > 1' --scope 192.0.2.0/24 2>/dev/null"
    ));
    assert!(printed.contains("192.0.2.9"), "{printed}");
    // Times without an offset are of this machine's zone, unless another one is named.
    let log = "echo 'Apr 12 06:00:00 h sshd[1]: Failed password for root from 192.0.2.1 port 22 ssh2' > logs/auth.log; rm -r logs/nginx; export TZ=America/New_York";
    let seen = |flags: &str| {
        soar(&format!("{HERE} {log}; soar --here -q --year 2026 -o out {flags}; grep -o 'first_seen\":\"[^\"]*' out/hosts.ndjson")).1
    };
    assert_eq!(seen(""), "first_seen\":\"2026-04-12T10:00:00Z\n");
    assert_eq!(seen("--tz UTC"), "first_seen\":\"2026-04-12T06:00:00Z\n");
    // Nothing at all.
    let (exit, _, said) = soar(&format!("{HERE} rm -r logs/*; printf '#!/bin/sh\\n' > bin/journalctl; soar --here"));
    assert_eq!((exit, said.lines().last()), (2, Some("soar: there is no log to read here")), "{said}");
}

#[test]
fn a_folder_is_read_for_the_logs_in_it() {
    let folder = r#"mkdir -p logs/nginx logs/other; cp "$log" logs/auth.log; gzip -kf logs/auth.log; gzip -c "$web" > logs/nginx/access.log.2.gz; cp "$web" logs/other/x; : > logs/nginx/error.log; : > logs/secure;"#;
    let (exit, printed, said) = soar(&format!(
        "{folder} soar -o out logs; cut -d, -f1 out/rapport_securite.csv | tail -n +2 | sort > one; soar -q -o two \"$log\" \"$web\"; cut -d, -f1 two/rapport_securite.csv | tail -n +2 | sort | cmp - one"
    ));
    assert_eq!(exit, 0, "{printed}{said}");
    let expected = "soar: reads logs/auth.log\nsoar: reads logs/nginx/access.log.2.gz\nsoar: leaves out logs/auth.log.gz: logs/auth.log is there, unpacked; name both if they differ\nsoar: leaves out logs/secure: empty\nsoar: leaves out the other files in logs (1): name those that are logs, too\n";
    assert_eq!(said, expected);
    let refused = |line: &str| {
        let (exit, _, said) = soar(&format!("{folder} mkdir empty; cp \"$web\" logs/other/y; {line}"));
        assert_eq!(exit, 2, "{line}: {said}");
        said.replace(&root().join("scripts/soar").display().to_string(), "soar")
    };
    assert_eq!(refused("soar empty"), "soar: empty: is an empty folder\n");
    assert_eq!(
        refused("soar logs/other"),
        "soar: logs/other: is a folder, and no file in it is named like a log of sshd (auth.log, secure) or of a web server (*access*log*): name the files: soar logs/other/x logs/other/y\n"
    );
    // What is not there: what is beside it.
    assert_eq!(
        refused("soar logs/nginx/acess.log"),
        "soar: logs/nginx/acess.log: no such file; in logs/nginx there are logs: soar logs/nginx/access.log.2.gz\n"
    );
    assert_eq!(
        refused("soar 'logs/www/*.log'"),
        "soar: logs/www/*.log: no such file: there is no folder logs/www; in logs there are logs: soar logs/auth.log logs/auth.log.gz logs/secure logs/nginx/access.log.2.gz\n"
    );
    assert_eq!(
        refused("soar --html \"$web\"").replace(&root().display().to_string(), ""),
        "soar: no LOG given: --html took /examples/access.log for its value (see --help)\n"
    );
}

#[test]
fn flags_that_a_stage_refuses_are_refused_before_any_stage_reads() {
    for (flags, said) in [
        ("--lang de", "soar-report: invalid value 'de' for '--lang <LANG>'"),
        ("--columns ip,scor", "soar-report: --columns: no column is called \"scor\""),
        ("--scope 10.0.0.0/33", "soar-scan: --scope: not a CIDR: 10.0.0.0/33"),
        ("--rule 'r=('", "soar-score: --rule r: "),
        ("--tz Nowhere", "soar-parse: --tz Nowhere: no such time zone here"),
    ] {
        // A log that nobody writes to: who read it would wait.
        let (exit, printed, told) = soar(&format!("mkfifo never; soar -o out {flags} never; code=$?; ls -d out 2> gone; exit $code"));
        assert!((exit, &*printed) == (2, "") && told.starts_with(said), "{flags}: {exit} {printed} {told}");
        assert!(told.ends_with(" refuses its flags; nothing was read\n"), "{flags}: {told}");
    }
    // A pipe among the flags is read once, by the run.
    let (exit, printed, told) =
        soar("soar -q -o out --allow <(echo 203.0.113.77) \"$log\"; jq -c 'select(.allowed) | .ip' out/hosts.ndjson");
    assert_eq!((exit, &*printed, &*told), (0, "\"203.0.113.77\"\n", ""));
    // A slip of the finger.
    for (flag, meant) in [("--htlm", "--html"), ("--sinse", "--since"), ("--respnd", "--respond"), ("--xyzzy", "")] {
        let hint = if meant.is_empty() { String::new() } else { format!("; is it {meant}?") };
        assert_eq!(soar(&format!("soar {flag} x \"$log\"")).2, format!("soar: unknown flag {flag} (see --help): no stage has it{hint}\n"));
    }
}

#[test]
fn strict_says_that_no_line_is_in_the_period_only_where_none_is() {
    let (exit, printed, said) = soar(
        "grep CRON \"$log\" > quiet; echo nonsense >> quiet; sed -i '1p' quiet; grep -m1 'session opened' \"$log\" > one; cat one quiet > log; soar -o out --strict --since 2020-01-01 log",
    );
    assert_eq!(exit, 1, "{said}");
    assert!(printed.contains("written: out/hosts.ndjson") && !said.contains("period"), "{printed}{said}");
}

#[test]
fn a_log_that_cannot_be_read_may_be_left_out() {
    let failed = "soar: soar-parse failed (exit 2); nothing was written to out\n";
    let partial = "soar: some of it was read: leave out what the messages above name for a report of the rest\n";
    let broken = r#"gzip -c "$log" | head -c 900 > broken.gz;"#;
    let said = |line: &str| soar(&format!("{broken} {line}")).2;
    assert!(said("soar -o out \"$log\" broken.gz").ends_with(&format!("{failed}{partial}")));
    assert!(said("soar -o out broken.gz").ends_with(failed));
}
