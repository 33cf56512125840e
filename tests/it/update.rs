//! `soar-update`: whatever ends a run, every line is counted exactly once by the runs that end, and nothing is left behind.

use crate::support::{bash, code, root, text};

/// What every script here begins with: a folder of its own, the filters, a log that grows, and what one run over it counts.
const START: &str = r#"
    real=$SOAR_BIN; log=$ROOT/tests/upgrade/auth.log
    update() { "$ROOT/scripts/update" "$@"; }
    grow() { head -"$1" "$log" > auth.log; }
    # What one run over the log, as it is now, counts.
    whole() { cmp "${1:-state}/hosts.ndjson" <(soar-parse -q auth.log | soar-score -q --partial --timeline); }
    # The filters in the folder `odd`: those that are named are stand-ins which run what stands behind the name, but for noting logs.
    stand_in() {
        rm -rf odd; mkdir odd; ln -s "$real"/soar-{parse,score} odd
        for (( ; $#; )); do
            rm "odd/$1"; printf '#!/usr/bin/env bash\nreal=%q\n' "$real/$1" > "odd/$1"; chmod +x "odd/$1"
            printf '%s\n' '[[ " $* " != *" --cursor-only "* ]] || exec "$real" "$@"' "$2" >> "odd/$1"; shift 2
        done
    }
    names() { (cd "$1"; shopt -s dotglob; printf '%s\n' * | sed -E 's/^(gen\.[0-9]+)\..{6}$/\1.X/' | xargs); }
"#;

/// What `script` prints, stderr with it.
fn run(script: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let line = format!("exec 2>&1; set -eu; export ROOT={}; cd {}; {START}{script}", root().display(), folder.path().display());
    let output = bash(&line);
    assert_eq!(code(&output), 0, "{}", text(&output.stdout));
    text(&output.stdout)
}

#[test]
fn a_run_that_fails_at_any_place_counts_nothing_and_the_next_one_counts_everything_once() {
    let printed = run(r#"
        try() { local code=0; SOAR_BIN=odd update state -q auth.log -- -q || code=$?; echo "$code"; whole_at "$1"; }
        whole_at() { cmp state/hosts.ndjson <(head -"$1" "$log" | soar-parse -q --name auth.log | soar-score -q --partial --timeline); }
        grow 10; update state -q auth.log -- -q; grow 20
        # It writes half of what it has, as on a full disk.
        stand_in soar-score '"$real" "$@" | head -c 700; exit 2'; try 10
        # The same of events.
        stand_in soar-parse '"$real" "$@" > all; head -c 700 all; kill -9 $$'; try 10
        # It ends well, and no cursor is there.
        stand_in soar-parse '"$real" "${@:5}"'; try 10
        # A disk that takes no more.
        stand_in soar-score '"$real" "$@" > /dev/full'; try 10
        # The cursor cannot be written.
        stand_in soar-parse 'mkdir "$4"; "$real" "$@"'; try 10
        update state -q auth.log -- -q; whole
        names state; names state/current"#);
    let failed = |who: &str, code: &str| {
        format!("soar-update: {who} failed (exit {code}); nothing was read, and state/hosts.ndjson stays as it was\n2\n")
    };
    let lines: Vec<_> = printed.lines().filter(|line| !line.contains("cannot write:")).collect();
    let expected = [
        failed("soar-score", "2"),
        failed("soar-parse", "137"),
        failed("soar-parse", "0"),
        failed("soar-score", "2"),
        failed("soar-parse", "2"),
        "current gen.3.X hosts.ndjson update.lock\nhosts.ndjson logs.cursor parse.run score.run\n".to_owned(),
    ]
    .concat();
    assert_eq!(lines.join("\n") + "\n", expected);
}

#[test]
fn a_run_that_is_killed_leaves_nothing_that_counts() {
    // Its children live on for as long as they like: the next run neither waits for them nor takes what they write.
    let printed = run(r#"
        mkfifo started go
        grow 10; update state -q auth.log -- -q
        for n in 20 30; do
            grow $n
            stand_in soar-score 'echo > started; read -r _ < go; "$real" "$@"; echo > started'
            SOAR_BIN=odd "$ROOT/scripts/update" state -q auth.log -- -q & read -r _ < started; kill -9 $!; wait $! || echo $?
            update state -q auth.log -- -q; whole
            echo > go; read -r _ < started; whole
        done
        update state -q auth.log -- -q; whole; names state"#);
    // What they say of the folder that is gone is theirs.
    let is_told = |line: &&str| !["Killed", "no such file", "soar-parse failed", "cannot write:"].iter().any(|said| line.contains(said));
    assert_eq!(printed.lines().filter(is_told).collect::<Vec<_>>(), ["137", "137", "current gen.5.X hosts.ndjson update.lock"]);
}

#[test]
fn a_run_that_is_cut_short_at_any_step_leaves_one_whole_state() {
    // The n-th tool that it calls is killed, or kills who called it; until there are no more.
    let printed = run(r#"
        mkdir tools; for tool in readlink dirname mkdir mktemp chmod cmp ln cp rm mv sync flock head tail sort; do
            printf '#!/bin/bash\nn=$(($(<%q) - 1)); echo $n > %q; [ $n -ne 0 ] || kill -9 WHOM\nexec %q "$@"\n' "$PWD/count" "$PWD/count" "$(command -v $tool)" > tools/$tool
        done
        chmod +x tools/*; bare() { jq -c "del(.timeline)" "$1"; }; hosts_at() { head -"$1" "$log" | soar-parse -q --name auth.log | soar-score -q --partial --timeline > "at$1"; }
        hosts_at 10; hosts_at 20; cp -r "$ROOT/tests/upgrade/whole" whole; touch -d '2026-03-02 10:00:00' whole/logs.cursor
        grow 10; update ten -q auth.log -- -q; grow 30; hosts_at 30; : > none
        for base in fresh:none:'$PPID' ten:at10:'$PPID' ten:at10:'$$' whole:at20:'$PPID'; do
            IFS=: read -r from old whom <<< "$base"; sed -i "s/kill -9 .*/kill -9 $whom/" tools/*
            for (( n = 1; ; n++ )); do
                rm -rf state; [ $from = fresh ] || cp -a $from state; echo $n > count
                PATH=$PWD/tools:$PATH update state -q auth.log -- -q > said 2>&1 || :
                # The tool itself may live on, and hold the lock until it ends.
                [ ! -e state ] || flock state/update.lock true
                # Hosts of version 0.1 lack what this one keeps: what they are to it is compared.
                if [ -e state/hosts.ndjson ]; then cmp -s <(soar-score -q --partial state/hosts.ndjson) <(bare $old) || cmp <(bare state/hosts.ndjson) <(bare at30); fi
                [ "$(<count)" -le 0 ] || break
                update state -q auth.log -- -q; cmp <(bare state/hosts.ndjson) <(bare at30)
                [[ "$(names state)" == 'current gen.'?'.X hosts.ndjson update.lock' ]] || names state
            done
            [ $n -gt 10 ] || echo "$base: only $n steps"
        done"#);
    assert_eq!(printed.lines().filter(|line| !line.contains("Killed")).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn what_was_left_of_a_run_that_did_not_commit_is_removed() {
    let printed = run(r#"
        grow 10; update state -q auth.log -- -q
        # Everything is written, and the one rename is not done yet; what was before it is there, too.
        cp -a "$(readlink -f state/current)" state/gen.3.abcdef; cp -a state/gen.3.abcdef state/gen.0.abcdef; ln -s gen.3.abcdef state/.current.new
        echo 'no host' > state/gen.3.abcdef/hosts.ndjson
        grow 20; update state -q auth.log -- -q; whole; names state"#);
    assert_eq!(printed, "current gen.3.X hosts.ndjson update.lock\n");
}

#[test]
fn a_log_that_is_rotated_before_the_first_run_ends_is_counted_by_the_next_one() {
    let printed = run(r#"
        # One that lay there before is nobody's news.
        grow 5; mv auth.log auth.log.1; head -15 "$log" | tail -10 > auth.log
        stand_in soar-score 'exit 2'; SOAR_BIN=odd update state -q auth.log || echo $?; names state
        mv auth.log.1 auth.log.2; mv auth.log auth.log.1; touch -d '-1 day' auth.log.1; tail -25 "$log" > auth.log
        update state -q auth.log -- -q; cmp state/hosts.ndjson <(soar-parse -q auth.log.1 auth.log | soar-score -q --partial --timeline)
        # So is one that is named later, beside it.
        tail -5 "$log" > web.log; SOAR_BIN=odd update state -q auth.log web.log || echo $?
        mv web.log web.log.1; touch -d '-1 day' web.log.1; : > web.log; update state -q auth.log web.log -- -q
        cmp state/hosts.ndjson <(soar-parse -q auth.log.1 auth.log web.log.1 | soar-score -q --partial --timeline); names state"#);
    let failed = "soar-update: soar-score failed (exit 2); nothing was read, and state/hosts.ndjson stays as it was\n2\n";
    assert_eq!(printed, format!("{failed}current gen.1.X update.lock\n{failed}current gen.4.X hosts.ndjson update.lock\n"));
}

#[test]
fn a_signal_ends_what_was_started_and_the_old_state_stands() {
    let printed = run(r#"
        mkfifo started
        grow 10; update state -q auth.log -- -q; grow 20
        # Neither ends by itself.
        stand_in soar-score 'echo $$ > started; exec cat > /dev/null' soar-parse 'exec cat /dev/zero'
        # With job control: what a shell starts aside does not hear SIGINT.
        set -m
        for signal in HUP INT TERM; do
            SOAR_BIN=odd "$ROOT/scripts/update" state -q auth.log & read -r child < started; kill -$signal $!; wait $! || echo $?
            for _ in {1..500}; do kill -0 "$child" 2> gone || break; sleep 0.01; done; ! kill -0 "$child" 2> gone || echo "$signal: it lives on"
            cmp state/hosts.ndjson <(head -10 "$log" | soar-parse -q --name auth.log | soar-score -q --partial --timeline); names state
        done"#);
    let stands = "current gen.2.X hosts.ndjson update.lock";
    let is_told = |line: &&str| !line.starts_with("Terminated") && !line.starts_with('[');
    assert_eq!(printed.lines().filter(is_told).collect::<Vec<_>>(), ["129", stands, "130", stands, "143", stands]);
}

#[test]
fn the_state_of_version_0_1_is_taken_over() {
    let printed = run(r#"
        take() { rm -rf state; cp -r -P "$ROOT/tests/upgrade/$1" state; touch -d '2026-03-02 10:00:00' state/logs.cursor; }
        # What version 0.1 counted is in no timeline.
        bare() { jq -c 'del(.timeline)' "$1"; }
        taken() { update state -q auth.log -- -q; cmp <(bare state/hosts.ndjson) <(soar-parse -q auth.log | soar-score -q --partial); names state; }
        grow 40
        take whole; taken
        take behind; touch -d '2026-03-02 10:00:00' state/events.*; taken
        take before; touch -d '2026-03-02 10:00:00.5' state/events.*; taken
        # Two runs that were cut short: the first while it read, which is why the second read the same lines.
        take behind; cp "$ROOT"/tests/upgrade/before/events.* state; touch -d '2026-03-02 09:00:00' state/events.3.*; taken
        # Its first run was cut short.
        take behind; rm state/hosts.*; (cd state; mv events.3.* events.1.abcdef; touch -d '2026-03-02 10:00:00' events.1.*)
        update state -q auth.log -- -q; cmp state/hosts.ndjson <(sed -n '21,40p' "$log" | soar-parse -q --name auth.log --first-line 21 | soar-score -q --partial --timeline)
        # Cut short while it takes over: the new state counts, and its link still leads to the old one.
        take whole; taken; cp "$ROOT"/tests/upgrade/whole/hosts.2 "$ROOT"/tests/upgrade/whole/logs.cursor state; ln -sfn hosts.2 state/hosts.ndjson; taken"#);
    let taken = "current gen.3.X hosts.ndjson update.lock";
    assert_eq!(printed.lines().collect::<Vec<_>>(), [taken, taken, taken, taken, taken, "current gen.4.X hosts.ndjson update.lock"]);
}

#[test]
fn the_hosts_of_the_last_run_of_an_earlier_day_stay() {
    let printed = run(r#"
        hosts() { cmp "$1" <(head -"$2" "$log" | soar-parse -q --name auth.log | soar-score -q --partial --timeline); }
        grow 10; update state -q auth.log -- -q; [ ! -e state/yesterday.ndjson ]
        # A run of the same day, then of the next one, then a second one of that day, and one that names a further log.
        grow 20; update state -q auth.log -- -q; [ ! -e state/yesterday.ndjson ]
        touch -d yesterday "$(readlink -f state/hosts.ndjson)"
        grow 30; update state -q auth.log -- -q; hosts state/yesterday.ndjson 20; hosts state/hosts.ndjson 30
        grow 40; update state -q auth.log -- -q; hosts state/yesterday.ndjson 20; hosts state/hosts.ndjson 40
        : > more.log; update state -q auth.log more.log -- -q; hosts state/yesterday.ndjson 20
        soar-report -q --digest - --against state/yesterday.ndjson state/hosts.ndjson | grep -c '^Since state/yesterday.ndjson: '
        touch -d yesterday "$(readlink -f state/hosts.ndjson)"; update state -q auth.log more.log -- -q; hosts state/yesterday.ndjson 40; names state"#);
    let last = printed.lines().collect::<Vec<_>>();
    assert!(
        last.len() == 2
            && last[0] == "1"
            && last[1].starts_with("current gen.")
            && last[1].ends_with("X hosts.ndjson update.lock yesterday.ndjson"),
        "{printed}"
    );
}

#[test]
fn a_file_that_is_named_like_a_flag_is_told_from_one() {
    let printed = run(r#"
        mkdir logs; cd logs; grow 20
        try() { local code=0; update ../state -q "$@" || code=$?; echo "$code"; }
        for name in --rejects=x --rejects -q -- -; do
            : > "./$name"; try *; rm "./$name"
        done
        ln -s nowhere ./--rejects=x; try *; rm ./--rejects=x; [ ! -e x ]
        try auth.log -- --rules=x 2> ../said || :; : > ./--rules=x; try auth.log -- --rules=x; rm ./--rules=x
        cp auth.log ./--odd; try ./* -- -q | tail -1; jq -s 'map(.score) | add' ../state/hosts.ndjson"#);
    let refused = |name: &str| format!("soar-update: {name} looks like a flag but is the name of a file: write ./{name} for the file\n2\n");
    let names = ["--rejects=x", "--rejects", "-q", "--", "-", "--rejects=x"];
    let expected = [names.map(refused).concat(), format!("2\n{}", refused("--rules=x")), "0\n20\n".to_owned()].concat();
    assert_eq!(printed, expected);
}

#[test]
fn what_is_written_follows_no_link_out_of_the_folder() {
    let printed = run(r#"
        try() { local code=0; update state -q auth.log -- -q || code=$?; echo "$code"; [ "$(cat mine)" = mine ]; }
        grow 20; echo mine > mine; mkdir state elsewhere
        ln -s ../mine state/update.lock; try; rm state/update.lock
        ln -s ../mine state/hosts.ndjson; try; rm state/hosts.ndjson
        echo > state/hosts.ndjson; try; rm state/hosts.ndjson
        ln -s ../elsewhere state/current; try; rm state/current
        ln -s ../mine state/logs.cursor; try; rm state/logs.cursor
        try; whole; generation=$(readlink state/current)
        mv "state/$generation" elsewhere; ln -s "../elsewhere/$generation" state; try
        rm "state/$generation"; mv "elsewhere/$generation" state; ln -sf ../../mine "state/$generation/hosts.ndjson"; try; names elsewhere"#);
    let expected = "soar-update: state/update.lock is not a regular file: remove it\n2\n\
        soar-update: state/hosts.ndjson does not point to hosts of an earlier run\n2\n\
        soar-update: state/hosts.ndjson exists, but was not made by this script\n2\n\
        soar-update: state/current does not point to a state of this script\n2\n\
        soar-update: state/logs.cursor is a link\n2\n\
        0\n\
        soar-update: state/current does not point to a state of this script\n2\n\
        soar-update: state/current does not point to a state of this script\n2\n*\n";
    assert_eq!(printed, expected);
}

#[test]
fn keep_drops_whole_hosts_by_when_they_were_last_seen() {
    let printed = run(r#"
        sign() { date -u -d "$1" +%FT%TZ; }
        line() { echo "$(sign "$1") gate sshd[1]: Failed password for root from $2 port 4711 ssh2"; }
        ages() { jq -r '[.ip, .score] | @tsv' state/hosts.ndjson; }
        { line '-100 days' 192.0.2.1; line '-100 days' 192.0.2.2; line '-80 days' 192.0.2.2; line '-1 hours' 203.0.113.9; } > auth.log
        # One without a time.
        echo '198.51.100.7 - - "GET / HTTP/1.1" 404 0' > access.log
        update state --log-format '%h %l %u "%r" %>s %b' auth.log access.log 2> said -- -q; ages
        update --keep 90d state auth.log access.log 2> said; sed -n '$p' said; ages
        line '-1 days' 192.0.2.1 >> auth.log
        update state -q --keep=10d auth.log -- -q; ages
        ! update state --keep 10y -q auth.log; ages"#);
    let expected = "192.0.2.2\t2\n192.0.2.1\t1\n198.51.100.7\t1\n203.0.113.9\t1\n\
        soar-score: 0 events and 4 hosts read: 4 addresses, 0 suspicious; dropped 1 last seen longer ago than --max-age\n\
        192.0.2.2\t2\n198.51.100.7\t1\n203.0.113.9\t1\n\
        192.0.2.1\t1\n198.51.100.7\t1\n203.0.113.9\t1\n\
        soar-score: --max-age 10y: expected a duration: s, m, h, d or w, as in 1h or 1h30m\n\
        soar-update: soar-score failed (exit 2); nothing was read, and state/hosts.ndjson stays as it was\n\
        192.0.2.1\t1\n198.51.100.7\t1\n203.0.113.9\t1\n";
    assert_eq!(printed, expected);
}

#[test]
fn what_cannot_be_removed_is_said_once_and_keeps_nothing_from_counting() {
    let printed = run(r#"
        mkdir bin; printf '#!/bin/sh\n[ "$1" != -rf ] || { echo refused >&2; exit 1; }\nexec %s "$@"\n' "$(command -v rm)" > bin/rm; chmod +x bin/rm
        grow 10; update state -q auth.log -- -q; mkdir state/gen.9.abcdef; grow 20
        PATH=$PWD/bin:$PATH update state -q auth.log -- -q; whole; names state; update state -q auth.log -- -q; names state"#);
    let mut lines = printed.lines();
    assert_eq!(lines.next(), Some("soar-update: cannot remove all that is old in state: is it of another user?"));
    let left = lines.next().unwrap_or_default();
    assert!(left.contains("gen.9.X") && left.matches("gen.").count() > 1, "{printed}");
    let tidy = lines.next().unwrap_or_default();
    assert!(tidy.matches("gen.").count() == 1 && lines.next().is_none(), "{printed}");
}

/// Logs that ended years ago stand for a clock that runs years ahead.
#[test]
fn age_is_measured_from_the_logs_where_the_clock_runs_ahead_and_from_now_where_a_record_does() {
    let printed = run(r#"
        event() { echo "{\"schema\":\"soar.event/1\",\"@timestamp\":\"$1\",\"source\":{\"ip\":\"$2\"},\"log\":{\"file\":{\"path\":\"a\"},\"line\":1},\"tags\":[\"ssh_failed\"]}"; }
        addresses() { soar-score -q --max-age 90d "$@" | jq -r .ip | xargs; }
        { event 2019-12-01T00:00:00Z 192.0.2.3; event 2019-02-01T00:00:00Z 192.0.2.1; event 2019-10-01T00:00:00Z 192.0.2.2; } > events
        addresses events; tac events | addresses; addresses --partial events | cat; soar-score -q --partial events | addresses
        # Of a record from the future, all is old that is old now.
        { event 2999-01-01T00:00:00Z 192.0.2.9; event "$(date -u +%FT%TZ)" 192.0.2.8; } >> events; addresses events
        grow 20; update state -q --keep 90d auth.log -- -q; update state -q --keep 90d auth.log -- -q; whole"#);
    let recent = "192.0.2.2 192.0.2.3\n".repeat(4);
    assert_eq!(printed, format!("{recent}192.0.2.8 192.0.2.9\n"));
}
