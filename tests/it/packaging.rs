//! What is installed, and that removing it leaves nothing: below a scratch folder. The package itself: `make test-deb`.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::support::skip::skip;
use crate::support::{FILTERS, bash, bin, code, filter, read, text};

/// Where a tool is missing, its part of a test is left out, and that is said.
fn has(tool: &str) -> bool {
    let there = Command::new("sh").args(["-c", &format!("command -v {tool}")]).output().expect("sh runs").status.success();
    if !there {
        skip(&format!("what {tool} says of the packaging"), &format!("no {tool}"));
    }
    there
}

/// `make TARGET` below `folder`, with the filters as they were built for this test.
fn make(target: &str, folder: &Path) -> String {
    let built = bin("soar-parse").parent().expect("a folder").display().to_string();
    let pages = folder.join("target").display().to_string();
    let features = if FILTERS.contains(&"soar-enrich") { "enrich" } else { "" };
    let line = format!(
        "make -s -o build {target} FEATURES='{features}' BIN='{built}' TARGET='{pages}' DESTDIR='{}/root' PREFIX=/usr",
        folder.display()
    );
    let output = bash(&line);
    assert_eq!((code(&output), text(&output.stderr).as_str()), (0, ""), "{line}");
    text(&output.stdout)
}

/// The files below `folder`.
fn files(folder: &Path) -> BTreeSet<String> {
    let output = bash(&format!("cd '{}' && find . -type f -printf '%m %P\\n'", folder.display()));
    text(&output.stdout).lines().map(ToOwned::to_owned).collect()
}

#[test]
fn uninstall_removes_what_install_put_there_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("root");
    std::fs::create_dir_all(root.join("usr/bin")).expect("a folder");
    std::fs::write(root.join("usr/bin/soar-of-somebody-else"), "").expect("a file");
    let before = files(&root);
    let said = make("install", folder.path());
    assert!(said.lines().count() <= 6 && said.starts_with("installed below ") && said.contains("soar-fleet"), "{said}");
    let installed = files(&root);
    for name in FILTERS.into_iter().chain(["soar", "soar-why", "soar-update", "soar-fleet"]) {
        assert!(installed.contains(&format!("755 usr/bin/{name}")), "{name}: {installed:?}");
        assert!(installed.contains(&format!("644 usr/share/man/man1/{name}.1")), "{name}: {installed:?}");
    }
    let count = |part: &str| installed.iter().filter(|file| file.contains(part)).count();
    assert_eq!(count("share/soar-light/adapters/"), std::fs::read_dir(crate::support::root().join("adapters")).expect("a folder").count());
    assert_eq!(count("share/soar-light/rules/"), std::fs::read_dir(crate::support::root().join("rules")).expect("a folder").count());
    let lake = std::fs::read_dir(crate::support::root().join("scripts/spark")).expect("a folder");
    let lake = lake.filter(|file| file.as_ref().expect("a file").path().is_file()).count();
    assert_eq!((count("share/soar-light/spark/"), count("755 usr/share/soar-light/spark/soar_spark.py")), (lake, 1));
    let filters = FILTERS.len();
    // Those of the filters, and those of soar.
    let shells = filters + 1;
    assert_eq!((count("completions"), count("vendor_completions.d"), count("site-functions")), (2 * shells, shells, shells));
    // The scripts find the filters and the adapters that are installed with them.
    let run = format!(
        "cd '{0}'; unset SOAR_BIN; PATH=/usr/bin:/bin; usr/bin/soar -o out --respond addresses '{1}/examples/auth.log' 2>&1 >hosts; sort hosts",
        root.display(),
        crate::support::root().display()
    );
    assert!(text(&bash(&run).stdout).ends_with("203.0.113.77\n"), "{}", text(&bash(&run).stdout));
    bash(&format!("cd '{}' && rm -r out hosts", root.display()));
    make("uninstall", folder.path());
    assert_eq!(files(&root), before);
    assert!(!root.join("usr/share/soar-light").exists() && !root.join("usr/share/doc/soar-light").exists());
}

/// What looks like the path of a file of ours in `text`.
fn paths_in(text: &str) -> BTreeSet<String> {
    const FOLDERS: [&str; 8] = ["docs/", "schemas/", "rules/", "adapters/", "examples/", "scripts/", "src/", "spark/"];
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !"_./-*".contains(c)).map(|word| word.trim_end_matches('.'));
    let paths = words.filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder)) || word.split('.').next_back() == Some("md"));
    paths.map(ToOwned::to_owned).collect()
}

#[test]
fn files_that_a_page_names_are_installed() {
    assert_eq!(
        paths_in("see (docs/run.md). Not x/docs/y; src/lib.rs"),
        BTreeSet::from(["docs/run.md".to_owned(), "src/lib.rs".to_owned()])
    );
    let folder = tempfile::tempdir().expect("a folder");
    make("install", folder.path());
    let share = folder.path().join("root/usr/share");
    let mut named = BTreeSet::new();
    let lists = FILTERS.iter().map(|name| format!("{name} --help; man -l {}/man/man1/{name}.1 2>&1 || :", share.display()));
    let lists = lists.chain(["soar-parse --list-signals", "soar-parse --list-messages", "soar-score --list-rules"].map(ToOwned::to_owned));
    let scripts = ["soar", "soar-why", "soar-update", "soar-fleet"].map(|name| format!("{}/../bin/{name} --help", share.display()));
    for line in lists.chain(scripts) {
        let page = text(&bash(&line).stdout);
        assert!(!page.is_empty(), "{line}");
        for path in paths_in(&page) {
            let is_there = [share.join("doc/soar-light"), share.join("soar-light")].iter().any(|folder| folder.join(&path).exists());
            assert!(is_there, "{line} names {path}");
            named.insert(path);
        }
    }
    for path in ["docs/run.md", "docs/rules.md", "schemas/host.schema.json", "adapters/"] {
        assert!(named.contains(path), "no page names {path}: {named:?}");
    }
    for page in std::fs::read_dir(share.join("man/man1")).expect("a folder") {
        let page = page.expect("a file").path();
        for path in paths_in(&std::fs::read_to_string(&page).expect("a page").replace("\\-", "-")) {
            assert!(named.contains(&path), "{} names {path}", page.display());
        }
    }
}

#[test]
fn man_pages_have_a_synopsis_and_fit_80_columns() {
    let folder = tempfile::tempdir().expect("a folder");
    make("install", folder.path());
    for name in FILTERS.into_iter().chain(["soar", "soar-why", "soar-update", "soar-fleet"]) {
        let path = folder.path().join(format!("root/usr/share/man/man1/{name}.1"));
        let page = std::fs::read_to_string(&path).expect("a page").replace("\\-", "-");
        let (_, synopsis) = page.split_once("\n.SH SYNOPSIS\n").unwrap_or_else(|| panic!("{name} has no synopsis"));
        let synopsis: String = synopsis
            .lines()
            .take_while(|line| !line.starts_with(".SH"))
            .filter(|line| !line.starts_with(".ie") && !line.starts_with(".el"))
            .collect();
        assert!(synopsis.contains(name) && synopsis.contains('['), "{name}: {synopsis}");
        assert!(synopsis.len() < 250, "{name}: that is no synopsis: {synopsis}");
        if !FILTERS.contains(&name) {
            assert!(page.contains("\n.SH \"EXIT CODES\"\n"), "{name}");
        }
        if has("mandoc") {
            // Bold is a letter, a step back and the letter.
            let shown = bash(&format!("set -o pipefail; mandoc -T utf8 -O width=80 {} | sed 's/.\x08//g'", path.display()));
            assert_eq!(code(&shown), 0, "{name}");
            let shown = text(&shown.stdout);
            let long: Vec<_> = shown.lines().filter(|line| line.chars().count() > 80).collect();
            assert_eq!(long, [""; 0], "{name}");
        }
    }
}

#[test]
fn make_deb_without_its_tools_says_what_to_install() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().display();
    let line = format!(
        "mkdir {at}/bin; ln -s $(command -v bash) {at}/bin; make=$(command -v make)
        missing() {{ PATH={at}/bin $make -s -o build deb TARGET={at}/target 2>&1; echo $?; }}
        missing; printf '#!/bin/sh\n' > {at}/bin/dpkg-shlibdeps; chmod +x {at}/bin/dpkg-shlibdeps; missing; ls {at}"
    );
    let said = text(&bash(&line).stdout);
    let told: Vec<_> = said.lines().filter(|line| !line.starts_with("make: ")).map(|line| line.trim_start_matches("make[1]: ")).collect();
    let told: Vec<_> = told.into_iter().filter(|line| !line.starts_with("***")).collect();
    assert_eq!(
        told,
        [
            "make deb: no dpkg-shlibdeps: make setup-real brings it, or apt-get install dpkg-dev",
            "2",
            "make deb: no cargo-deb: make setup-real brings it, or cargo install --locked cargo-deb",
            "2",
            "bin",
        ]
    );
}

#[test]
fn pages_say_every_flag() {
    let folder = tempfile::tempdir().expect("a folder");
    make("install", folder.path());
    let share = folder.path().join("root/usr/share");
    for name in FILTERS {
        let help = text(&filter(name).arg("--help").output().expect("it runs").stdout);
        let flags: BTreeSet<_> = help.lines().filter_map(|line| line.trim_start().strip_prefix("-").map(|_| line.trim())).collect();
        // A line of prose may begin with a flag, too.
        let long = flags.iter().filter_map(|line| line.split([' ', ',', ')', '.', '[']).find(|word| word.starts_with("--")));
        let pages =
            ["man/man1/NAME.1", "bash-completion/completions/NAME", "zsh/site-functions/_NAME", "fish/vendor_completions.d/NAME.fish"];
        let pages = pages.map(|page| std::fs::read_to_string(share.join(page.replace("NAME", name))).expect("a page").replace("\\-", "-"));
        let mut count = 0;
        for flag in long {
            count += 1;
            for (kind, (page, wanted)) in ["man", "bash", "zsh", "fish"].iter().zip(pages.iter().zip([flag, flag, flag, &flag[2..]])) {
                assert!(page.contains(wanted), "{name}: no {flag} in the page for {kind}");
            }
        }
        assert!(count >= 8, "{name}: {flags:?}");
        for part in [".SH INPUT", ".SH OUTPUT", ".SH \"EXIT CODES\"", ".SH PIPELINES"] {
            assert!(pages[0].contains(part), "{name}: no {part}");
        }
    }
    for (tool, line) in [
        ("mandoc", "mandoc -T lint -W error man/man1/*.1"),
        ("bash", "for f in bash-completion/completions/*; do bash -n $f; done"),
        ("zsh", "for f in zsh/site-functions/*; do zsh -n $f; done"),
        ("fish", "for f in fish/vendor_completions.d/*; do fish -n $f; done"),
    ] {
        if has(tool) {
            let output = bash(&format!("set -e; cd '{}'; {line}", share.display()));
            assert_eq!((code(&output), text(&output.stdout), text(&output.stderr)), (0, String::new(), String::new()), "{line}");
        }
    }
}

#[test]
fn bash_completes_flags_and_their_values() {
    let complete = |words: &str| {
        let script = format!(
            "source <(soar-report --generate bash); COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
            _soar__report soar-report \"${{COMP_WORDS[-1]}}\" \"${{COMP_WORDS[-2]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        );
        let output = bash(&script);
        assert_eq!(text(&output.stderr), "");
        text(&output.stdout)
    };
    assert_eq!(complete("soar-report --port"), "--ports-chart\n");
    assert_eq!(complete("soar-report --theme d"), "dark\n");
}

/// What the shells complete behind `words`, the last of which is not finished, with what is installed below `share`: bash, zsh, fish.
fn completed(share: &Path, words: &str) -> Vec<(&'static str, BTreeSet<String>)> {
    let name = words.split(' ').next().expect("a name");
    let bash_line = format!(
        "source {}/bash-completion/completions/{name}; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        [[ '{words}' != *' ' ]] || {{ COMP_WORDS+=(''); COMP_CWORD=$((COMP_CWORD + 1)); }}
        _{} {name} \"${{COMP_WORDS[-1]}}\" \"${{COMP_WORDS[-2]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        share.display(),
        name.replace('-', "__")
    );
    // zsh completes only where somebody types: on a terminal of its own, whose list of matches is asked for.
    let zsh_line = format!(
        r#"zsh -f -c '
            zmodload zsh/zpty; zpty z "TERM=dumb zsh -f -i"
            zpty -w z "PS1=; LISTMAX=100000; fpath=({share}/zsh/site-functions \$fpath); autoload -Uz compinit; compinit -u -D"
            zpty -w z "compadd() {{ builtin compadd -O found "\$@"; (( \$#found )) && print -rl -- \$found >> $1; builtin compadd "\$@" }}"
            zpty -w z "show() {{ zle complete-word; zle kill-buffer; print -r end >> $1 }}; zle -C complete-word complete-word _main_complete; zle -N show; bindkey "^X" show; print -r ready >> $1"
            until grep -qx ready $1 2>/dev/null; do zpty -r -t z >/dev/null || :; done
            zpty -w -n z "{words}"$(printf "\030"); until grep -qx end $1; do zpty -r -t z > /dev/null || :; done; zpty -d z' - "$made/list"; grep -vxE 'ready|end' "$made/list" || :"#,
        share = share.display()
    );
    let fish_line = format!(
        "fish --no-config -c 'source {}/fish/vendor_completions.d/{name}.fish; complete -C \"{words}\"' | cut -f 1",
        share.display()
    );
    let shells = [("bash", bash_line), ("zsh", format!("made=$(mktemp -d); {zsh_line}; rm -r \"$made\"")), ("fish", fish_line)];
    let shells = shells.into_iter().filter(|(shell, _)| has(shell));
    shells
        .map(|(shell, line)| (shell, text(&bash(&line).stdout).lines().map(|line| line.trim_end_matches(['=', ' ']).to_owned()).collect()))
        .collect()
}

#[test]
fn shells_complete_the_flags_of_soar_and_what_they_take() {
    let folder = tempfile::tempdir().expect("a folder");
    make("install", folder.path());
    let share = folder.path().join("root/usr/share");
    for (words, some, none) in [
        (
            "soar --",
            &["--here", "--respond", "--rules", "--since", "--scope", "--top", "--timeline-chart"][..],
            &["--live", "--csv", "--trace", "--generate"][..],
        ),
        ("soar --respond n", &["nftables", "nginx", "nmap-xml"], &["pf"]),
        ("soar --lang ", &["en", "fr"], &["--here"]),
        ("soar --rules ", &["strict", "fail2ban-like", "web"], &["--here"]),
        ("soar-score --rules ", &["strict", "web"], &["--rule"]),
        ("soar-parse --signals ssh_", &["ssh_failed", "ssh_probe"], &["all"]),
        ("soar-parse --services dov", &["dovecot"], &["all"]),
        ("soar-report --columns sco", &["score"], &["ip"]),
    ] {
        for (shell, found) in completed(&share, words) {
            for word in some {
                assert!(found.contains(*word), "{shell}: {words}: no {word}: {found:?}");
            }
            for word in none {
                assert!(!found.contains(*word), "{shell}: {words}: {word}");
            }
        }
    }
}

#[test]
fn units_are_good_and_off() {
    if !has("systemd-analyze") {
        return;
    }
    // The program is not installed here: one that is stands in for it.
    let script = r#"set -e; made=$(mktemp -d); trap 'rm -r "$made"' EXIT
        sed 's|^ExecStart=/usr/bin/soar-update|ExecStart=/bin/true|' packaging/soar-light.service > "$made/soar-light.service"
        cp packaging/soar-light.timer "$made"
        systemd-analyze verify --man=no "$made/soar-light.service" "$made/soar-light.timer"
        systemd-analyze security --offline=yes "$made/soar-light.service" | tail -1 | grep -oE '[0-9.]+ [A-Z]+'"#;
    let output = bash(script);
    assert_eq!(text(&output.stderr), "");
    let said = text(&output.stdout);
    let exposure: f64 = said.split(' ').next().and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{said}"));
    assert!(exposure < 1.0, "{said}");
    let timer = text(&read("packaging/soar-light.timer"));
    assert!(timer.contains("WantedBy=timers.target") && !text(&read("packaging/soar-light.service")).contains("[Install]"));
    // What ships has them off (the package's own test looks, too), and no network, so nothing can be scanned.
    assert!(text(&read("Cargo.toml")).contains("enable = false, start = false"));
    let service = text(&read("packaging/soar-light.service"));
    for line in [
        "PrivateNetwork=yes",
        "PrivateUsers=yes",
        "ProcSubset=pid",
        "SystemCallFilter=~@privileged @resources",
        "MemoryMax=2G",
        "Environment=TMPDIR=%S/soar-light",
        "NoNewPrivileges=yes",
    ] {
        assert!(service.lines().any(|other| other == line), "{line}");
    }
}

#[test]
fn the_flags_of_the_service_are_flags_and_bound_its_memory() {
    // With a folder of its own instead of the one that systemd makes.
    let script = r#"set -e; made=$(mktemp -d); trap 'rm -r "$made"' EXIT; . packaging/soar-light.default
        grep -qx 'MemoryMax=2G' packaging/soar-light.service; [[ " $SCORE_FLAGS " == *' --memory 1G '* ]]
        TMPDIR=$made scripts/update "$made/state" $PARSE_FLAGS --year 2026 examples/auth.log -- $SCORE_FLAGS
        cmp "$made/state/hosts.ndjson" <(soar-parse -q --year 2026 examples/auth.log | soar-score -q --partial --timeline) && echo same"#;
    let output = bash(script);
    assert_eq!((text(&output.stderr), text(&output.stdout)), (String::new(), "same\n".to_owned()));
}

#[test]
fn who_is_of_the_group_that_may_read_logs_may_do_so_among_private_users() {
    // What PrivateUsers= of the service does to the user that it runs as.
    let script = r#"[ "$(id -u)" -eq 0 ] && getent group adm > /dev/null || exit 77
        made=$(mktemp -d); trap 'rm -r "$made"' EXIT; chmod 711 "$made"
        echo read > "$made/log"; chgrp adm "$made/log"; chmod 640 "$made/log"
        as() { setpriv --reuid 65534 --regid 65534 "$1" unshare --user --map-current-user "${@:2}" 2> "$made/said"; }
        as --groups=adm true || exit 77
        as --groups=adm cat "$made/log"; as --clear-groups cat "$made/log" || echo refused"#;
    let output = bash(script);
    if code(&output) == 77 {
        return skip("private users of the service", "no user namespace of another user to be had");
    }
    assert_eq!(text(&output.stdout), "read\nrefused\n", "{}", text(&output.stderr));
}
