//! The workflow script: the files of a run are put in their places together, or not at all.

use crate::support::{bash, code, root, text};

/// What `script` prints, in a folder of its own where `soar` is the workflow.
fn in_folder(script: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let start = r#"export LC_ALL=C; log=$ROOT/examples/auth.log web=$ROOT/examples/access.log
        soar() { "$ROOT/scripts/soar" "$@"; }
        names() { (cd "$1"; shopt -s dotglob; printf '%s\n' * | sed -E 's/^(\.run\.).{6}$/\1X/' | xargs); }"#;
    let line = format!("exec 2>&1; set -eu; export ROOT={}; cd {}; {start}\n{script}", root().display(), folder.path().display());
    let output = bash(&line);
    assert_eq!(code(&output), 0, "{}", text(&output.stdout));
    text(&output.stdout)
}

#[test]
fn the_files_of_one_run_are_put_in_place_by_one_rename() {
    let printed = in_folder(
        r#"soar --respond addresses -o out --html out/web/page.html "$log" > said 2>&1; names out; names out/web
        # Each of them leads through one link, so they change together.
        readlink out/*.* out/web/page.html; cp out/web/page.html old.html
        # A page that a later run does not write stays, and is none of its files; what killed runs left goes.
        mkdir out/.run.killed; ln -s nowhere out/.new; soar -o out "$web" > said 2>&1; names out; cmp out/web/page.html old.html
        [ ! -L out/web/page.html ]; grep -q 203.0.113.9 out/rapport_securite.csv"#,
    );
    let names = ".current .run.X hosts.ndjson rapport_securite.csv top5.png web\n";
    let links = ".current/hosts.ndjson\n.current/rapport_securite.csv\n.current/top5.png\n../.current/web/page.html\n";
    assert_eq!(printed, format!("{names}page.html\n{links}{names}"));
}

#[test]
fn a_page_that_may_not_be_linked_is_copied() {
    // An ln that makes no hard links, as where fs.protected_hardlinks refuses those to files of others.
    let printed = in_folder(
        r#"mkdir odd; printf '#!/bin/bash\n[[ $1 == -s* ]] && exec %s "$@"; echo refused >&2; exit 1\n' "$(command -v ln)" > odd/ln; chmod +x odd/ln
        soar -o out --html out/page.html "$log" > said 2>&1; cp -L out/page.html page.html
        PATH=$PWD/odd:$PATH soar -o out "$web" > said 2>&1; cat said | grep refused || :; names out; [ ! -L out/page.html ]; cmp out/page.html page.html"#,
    );
    assert_eq!(printed, ".current .run.X hosts.ndjson page.html rapport_securite.csv top5.png\n");
}

#[test]
fn what_a_stage_said_and_that_it_failed_are_two_lines() {
    let printed = in_folder(
        r#"mkdir odd; ln -s "$SOAR_BIN"/soar-* odd; rm odd/soar-report
        printf '#!/bin/bash\ncat > /dev/null; printf "%%b" "$REASON" >&2; exit 2\n' > odd/soar-report; chmod +x odd/soar-report
        for reason in '' why 'why\n' 'why\nso\n'; do REASON=$reason SOAR_BIN=$PWD/odd soar -o out "$log" 2> said > out.txt || :; cat out.txt said | grep -v '^soar-[a-z]*: '; done"#,
    );
    let failed = "soar: soar-report failed (exit 2); nothing was written to out\n";
    assert_eq!(printed, format!("{failed}why\n{failed}why\n{failed}why\nso\n{failed}"));
}

#[test]
fn files_of_version_0_1_become_those_of_one_run() {
    // An mv that ends the script at the n-th rename: until the last one, everything there is still of the old run.
    let printed = in_folder(
        r#"mkdir odd; ln -s "$SOAR_BIN"/soar-* odd; real=$(command -v mv)
        printf '#!/bin/bash\nn=$(($(cat count) - 1)); echo $n > count; [ $n -ne 0 ] || kill -9 $PPID; [ $n -le 0 ] || exec %s "$@"\n' "$real" > odd/mv; chmod +x odd/mv
        soar -o new "$log" > said 2>&1; mkdir first; cp -L new/* first
        for n in 1 2 3 4 5; do
            rm -rf out; cp -r first out; echo "$n" > count
            PATH=$PWD/odd:$PATH soar -o out "$web" > said 2>&1 || echo $?; for file in first/*; do cmp "$file" "out/${file##*/}"; done
        done
        echo 99 > count; soar -o out "$web" > said 2>&1; names out; for file in first/*; do ! cmp -s "$file" "out/${file##*/}"; done"#,
    );
    let told: Vec<_> = printed.lines().filter(|line| !line.contains("Killed")).collect();
    assert_eq!(told, ["137", "137", "137", "137", "137", ".current .run.X hosts.ndjson rapport_securite.csv top5.png"]);
}

#[test]
fn what_cannot_be_written_or_understood_leaves_the_old_files() {
    let printed = in_folder(
        r#"try() { local code=0; soar -o out "$@" > said 2>&1 || code=$?; grep -a ^soar: said || :; echo "$code"; }
        try "$log"; cp -L -r out before
        : > empty; printf 'no log\nat all\n' > rejects
        for logs in empty rejects 'empty rejects'; do try $logs; try $logs --parse-flags --strict; done; try - < empty
        # Lines that say nothing of anybody are understood.
        grep CRON "$log" > quiet; try quiet; [ ! -s out/hosts.ndjson ]; rm -rf out; cp -r before out
        for name in hosts.ndjson rapport_securite.csv top5.png page.html; do
            mv out/$name kept 2> said || :; mkdir out/$name; try --html out/page.html "$web"; rmdir out/$name; mv kept out/$name 2> said || :
        done
        try --html out/hosts.ndjson "$web"; for file in before/*; do cmp "$file" "out/${file##*/}"; done; soar -o none empty > said 2>&1 || :; ls"#,
    );
    let nothing = "soar: no line was understood; nothing was written to out\n1\n";
    let empty = "soar: there is no line in what was read; nothing was written to out\n1\n";
    let folder = |name: &str| format!("soar: out/{name} is a folder, but a file has to be written there\n2\n");
    let expected = [
        "0\n".to_owned(),
        empty.repeat(2) + &nothing.repeat(4) + empty,
        "0\n".to_owned(),
        ["hosts.ndjson", "rapport_securite.csv", "top5.png"].map(folder).concat(),
        "soar: --html out/page.html is a folder\n2\nsoar: soar-report refuses its flags; nothing was read\n2\n".to_owned(),
        "before\nempty\nout\nquiet\nrejects\nsaid\n".to_owned(),
    ];
    assert_eq!(printed, expected.concat());
}

#[test]
fn a_signal_ends_every_stage_and_leaves_the_old_files() {
    let printed = in_folder(
        r#"soar -o out "$log" > said 2>&1; cp -L -r out before; names out
        mkfifo started; mkdir odd; ln -s "$SOAR_BIN"/soar-{parse,score,report} odd
        printf '#!/bin/bash\necho $$ > started; exec cat /dev/zero > /dev/null\n' > odd/soar-scan; chmod +x odd/soar-scan
        # With job control: what a shell starts aside does not hear SIGINT.
        set -m
        for signal in HUP INT TERM; do
            SOAR_BIN=$PWD/odd "$ROOT/scripts/soar" -o out "$web" > said 2>&1 & read -r child < started; kill -$signal $!; wait $! || echo $?
            for _ in {1..500}; do kill -0 "$child" 2> gone || break; sleep 0.01; done; ! kill -0 "$child" 2> gone || echo "$signal: it lives on"; names out; for file in before/*; do cmp "$file" "out/${file##*/}"; done
        done"#,
    );
    let names = ".current .run.X hosts.ndjson rapport_securite.csv top5.png";
    let told: Vec<_> = printed.lines().filter(|line| !line.starts_with('[')).collect();
    assert_eq!(told, [names, "129", names, "130", names, "143", names]);
}

#[test]
fn a_file_that_is_named_like_a_flag_of_the_workflow_is_told_from_one() {
    let printed = in_folder(
        r#"mkdir logs; cd logs; cp "$log" .; for name in --scope=any -o --; do : > "./$name"; soar * || echo $?; rm "./$name"; done
        : > ./--scope=any; soar -o ../out -- * > ../said; grep -c ssh_bruteforce ../out/rapport_securite.csv"#,
    );
    let refused = |name: &str| format!("soar: {name} looks like a flag but is the name of a file: write ./{name} for the file\n2\n");
    let told: Vec<_> = printed.lines().filter(|line| !line.starts_with("soar-")).collect();
    assert_eq!(told.join("\n") + "\n", ["--scope=any", "-o", "--"].map(refused).concat() + "1\n");
}

#[test]
fn a_signal_ends_what_the_other_scripts_started_and_leaves_nothing() {
    let printed = in_folder(
        r#"mkfifo started; mkdir odd tmp; ln -s "$SOAR_BIN"/soar-* odd; soar-parse -q "$log" 2> said | soar-score -q > hosts
        # A read that begins just behind a signal does not hear of it, so none lasts.
        wait_for() {
            printf '#!/bin/bash\ncd %q; trap "echo ended > ended; exit 143" TERM\necho started > started; exec 9<> never; while :; do read -r -t 1 -u 9; done\n' "$PWD" > "odd/$1"
            chmod +x "odd/$1"
        }
        # With job control: what a shell starts aside does not hear SIGINT.
        set -m; export TMPDIR=$PWD/tmp; mkfifo ended never
        end() {
            for signal in HUP INT TERM; do
                "$@" > said 2>&1 & read -r child < started; kill -$signal $!; read -r child < ended; echo "$child"; wait $! || echo $?; ls tmp
            done
        }
        # One machine, which does not answer; then the merge of what came.
        wait_for ssh; PATH=$PWD/odd:$PATH end "$ROOT/scripts/fleet" web1
        printf '#!/bin/bash\ncat > /dev/null\n' > odd/ssh; rm odd/soar-score; wait_for soar-score
        PATH=$PWD/odd:$PATH SOAR_BIN=$PWD/odd end "$ROOT/scripts/fleet" web1
        rm odd/soar-*; ln -s "$SOAR_BIN"/soar-* odd; rm odd/soar-parse; wait_for soar-parse
        cp "$log" .; sed "s|$ROOT/examples/||g" hosts > here; SOAR_BIN=$PWD/odd end "$ROOT/scripts/why" 127.0.0.66 here"#,
    );
    let told: Vec<_> = printed.lines().filter(|line| !line.starts_with('[')).collect();
    let ended = ["ended", "129", "ended", "130", "ended", "143"];
    assert_eq!(told, [ended, ended, ended].concat());
}
