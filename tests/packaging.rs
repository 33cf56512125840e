//! What is installed, and that removing it leaves nothing: below a scratch folder. The package itself: `make test-deb`.

mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use support::skip::skip;
use support::{FILTERS, bash, bin, code, filter, read, text};

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
    let line = format!("make -s -o build {target} BIN='{built}' TARGET='{pages}' DESTDIR='{}/root' PREFIX=/usr", folder.display());
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
    make("install", folder.path());
    let installed = files(&root);
    for name in FILTERS.into_iter().chain(["soar", "soar-why", "soar-update", "soar-fleet"]) {
        assert!(installed.contains(&format!("755 usr/bin/{name}")), "{name}: {installed:?}");
        assert!(installed.contains(&format!("644 usr/share/man/man1/{name}.1")), "{name}: {installed:?}");
    }
    let count = |part: &str| installed.iter().filter(|file| file.contains(part)).count();
    assert_eq!(count("share/soar-light/adapters/"), std::fs::read_dir(support::root().join("adapters")).expect("a folder").count());
    assert_eq!(count("share/soar-light/rules/"), std::fs::read_dir(support::root().join("rules")).expect("a folder").count());
    let lake = std::fs::read_dir(support::root().join("scripts/spark")).expect("a folder");
    let lake = lake.filter(|file| file.as_ref().expect("a file").path().is_file()).count();
    assert_eq!((count("share/soar-light/spark/"), count("755 usr/share/soar-light/spark/soar_spark.py")), (lake, 1));
    assert_eq!((count("completions"), count("vendor_completions.d"), count("site-functions")), (8, 4, 4));
    // The scripts find the filters and the adapters that are installed with them.
    let run = format!(
        "cd '{0}'; unset SOAR_BIN; PATH=/usr/bin:/bin; usr/bin/soar -o out --respond addresses '{1}/examples/auth.log' 2>&1 >hosts; sort hosts",
        root.display(),
        support::root().display()
    );
    assert!(text(&bash(&run).stdout).ends_with("203.0.113.77\n"), "{}", text(&bash(&run).stdout));
    bash(&format!("cd '{}' && rm -r out hosts", root.display()));
    make("uninstall", folder.path());
    assert_eq!(files(&root), before);
    assert!(!root.join("usr/share/soar-light").exists());
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
        let long = flags.iter().filter_map(|line| line.split([' ', ',', ')', '.']).find(|word| word.starts_with("--")));
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
        cmp "$made/state/hosts.ndjson" <(soar-parse -q --year 2026 examples/auth.log | soar-score -q --partial) && echo same"#;
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
