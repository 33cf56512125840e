//! soar-report as a whole: several reports of one reading, full disks, readers that leave, and the workflow script's `--html`
//! and `--respond`.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;

use crate::support::skip::skip;
use crate::support::{bash, bin, code, filter, root, run, sample, text};

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

#[test]
fn one_reading_of_stdin_makes_every_report_and_each_is_what_it_is_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let hosts = sample("soar-report");
    let mut all = filter("soar-report");
    all.args(["-q", "--markdown", "-"]);
    for (flag, name) in [("--csv", "a.csv"), ("--chart", "a.png"), ("--ports-chart", "p.svg"), ("--html", "a.html")] {
        all.arg(flag).arg(path(name));
        assert_eq!(code(&run(filter("soar-report").args(["-q", flag]).arg(path(&format!("alone-{name}"))), &hosts)), 0);
    }
    let output = run(&mut all, &hosts);
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    assert!(text(&output.stdout).starts_with("# Security report\n"));
    for name in ["a.csv", "a.png", "p.svg", "a.html"] {
        let (one, other) = (fs::read(path(name)).expect("a report"), fs::read(path(&format!("alone-{name}"))).expect("a report"));
        assert!(one == other && !one.is_empty(), "{name}");
    }
    for (one, same, place) in [("a.txt", "a.txt", "a.txt"), ("./a.txt", "a.txt", "a.txt"), ("-", "-", "stdout")] {
        let mut twice = filter("soar-report");
        twice.current_dir(folder.path()).args(["--csv", one, "--markdown", same]);
        let output = run(&mut twice, &hosts);
        assert_eq!((code(&output), text(&output.stderr)), (2, format!("soar-report: two reports cannot both be written to {place}\n")));
    }
}

#[test]
fn pages_are_the_same_however_many_threads_read_and_however_the_hosts_are_ordered() {
    let line = |n: u32| {
        let ip = std::net::Ipv4Addr::from_bits(0xc612_0000 + n);
        format!(
            r#"{{"schema":"soar.host/1","ip":"{ip}","score":{},"suspicious":{},"rules":[],"signals":{{"ssh_failed":{}}}}}"#,
            n % 997 + 1,
            n.is_multiple_of(3),
            n % 997 + 1
        )
    };
    let mut lines: Vec<_> = (0..30_000).map(line).collect();
    let page = |lines: &[String], threads: &str| {
        let output =
            run(filter("soar-report").args(["-q", "--markdown", "-", "--top", "100", "--threads", threads]), lines.join("\n").as_bytes());
        assert_eq!(code(&output), 0);
        output.stdout
    };
    let first = page(&lines, "1");
    assert!(page(&lines, "4") == first, "threads");
    lines.reverse();
    assert!(page(&lines, "4") == first, "order");
}

#[test]
fn several_inputs_are_reported_on_and_not_merged_and_that_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["a", "b"] {
        fs::write(folder.path().join(name), sample("soar-report")).expect("written");
    }
    let read = |names: &[&str]| filter("soar-report").current_dir(folder.path()).args(names).output().expect("it runs");
    let output = read(&["a", "b"]);
    let said = "soar-report: 2 inputs read, not merged: an address of two inputs has two rows (soar-score merges)\n";
    assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    let rows = |bytes: &[u8]| text(bytes).lines().filter(|line| line.starts_with("127.0.0.66,")).count();
    assert_eq!(rows(&output.stdout), 2);
    assert!(text(&read(&["a", "a"]).stderr).contains(said), "the same file twice is two inputs");
    assert!(!text(&read(&["a"]).stderr).contains("merged"));
}

#[test]
fn a_full_disk_leaves_the_old_reports() {
    // A disk of its own, in a mount namespace of its own.
    let folder = tempfile::tempdir().expect("a folder");
    let many: String = (0..40_000_u32).map(std::net::Ipv4Addr::from_bits).fold(String::new(), |text, ip| {
        text + &format!("{{\"schema\":\"soar.host/1\",\"ip\":\"{ip}\",\"score\":1,\"suspicious\":false}}\n")
    });
    fs::write(folder.path().join("hosts"), many).expect("written");
    let line = format!(
        "cd {}; mkdir disk; unshare -rm bash -c 'mount -t tmpfs -o size=200k none disk || exit 99; cd disk; echo old > a.csv; echo old > a.svg
         soar-report -q --csv a.csv --chart a.svg ../hosts; echo $?; cat a.csv a.svg; ls -A'",
        folder.path().display()
    );
    let output = bash(&line);
    if code(&output) == 99 || text(&output.stderr).contains("unshare") {
        return skip("a full disk", "no mount namespace to be had");
    }
    assert_eq!(text(&output.stdout), "2\nold\nold\na.csv\na.svg\n", "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("a.csv: cannot write: No space left on device"), "{}", text(&output.stderr));
}

#[test]
fn a_reader_that_leaves_is_no_news_and_a_signal_is() {
    let mut child = filter("soar-report").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    drop(child.stdout.take());
    // It notices while it waits for more, and stops by itself.
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((code(&output), text(&output.stderr).as_str()), (0, ""));
    let _ = stdin.write_all(b"{}\n");

    let folder = tempfile::tempdir().expect("a folder");
    for (flags, said) in [(&[][..], "the rest is missing"), (&["--csv", "report"], "no file was written")] {
        let mut report = filter("soar-report");
        report.current_dir(folder.path()).args(flags);
        let mut child = report.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(b"{the end\n").expect("written");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines().map(|line| line.expect("a line"));
        assert!(lines.next().expect("a problem").contains("malformed record"));
        assert!(bash(&format!("kill -TERM {}", child.id())).status.success());
        assert_eq!(lines.last(), Some(format!("soar-report: stopped by a signal: {said}")));
        assert_eq!(child.wait().expect("it ends").code(), Some(143));
    }
    assert_eq!(files(folder.path()), Vec::<String>::new());
}

/// Runs the workflow script with adapters of its own.
fn soar(adapters: &Path, folder: &Path, flags: &str) -> std::process::Output {
    bash(&format!(
        "export SOAR_BIN={} SOAR_ADAPTERS={}; cd {}; {}/scripts/soar {flags}",
        bin("soar-parse").parent().expect("a folder").display(),
        adapters.display(),
        folder.display(),
        root().display()
    ))
}

#[test]
fn a_name_that_promises_another_kind_of_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for (flag, name, said) in [
        ("--story", "a.PDF", "--story a.PDF: that is written as Markdown, not as pdf: let the name end in .md"),
        ("--markdown", "a.html", "--markdown a.html: that is written as Markdown, not as html: let the name end in .md"),
        ("--html", "a.pdf", "--html a.pdf: that is written as HTML, which a browser prints as PDF, not as pdf: let the name end in .html"),
        ("--csv", "a.xlsx", "--csv a.xlsx: that is written as CSV, which spreadsheets open, not as xlsx: let the name end in .csv"),
    ] {
        let output = run(filter("soar-report").current_dir(folder.path()).args([flag, name]), b"");
        assert_eq!((code(&output), text(&output.stderr)), (2, format!("soar-report: {said}\n")), "{name}");
    }
    // The workflow, too, before it reads a line.
    let log = root().join("examples/auth.log");
    let output = soar(folder.path(), folder.path(), &format!("-o out --html a.pdf {}", log.display()));
    assert_eq!((code(&output), folder.path().join("out").exists()), (2, false));
    assert!(text(&output.stderr).contains("--html a.pdf: that is written as HTML"), "{}", text(&output.stderr));
    for (flag, name) in [("--story", "a"), ("--story", "a.txt"), ("--csv", "a.tsv"), ("--html", "a.HTM"), ("--html", "-")] {
        let output = run(filter("soar-report").current_dir(folder.path()).args(["-q", flag, name]), b"");
        assert_eq!((code(&output), text(&output.stderr)), (0, String::new()), "{name}");
    }
}

#[test]
fn the_workflow_writes_html_and_prints_a_response_without_applying_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let adapters = folder.path().join("own");
    fs::create_dir(&adapters).expect("a folder");
    fs::write(adapters.join("plain.jq"), "# Addresses, one a line.\nselect(.suspicious) | .ip\n").expect("written");
    fs::write(adapters.join("broken.jq"), "# Fails.\nerror(\"broken\")\n").expect("written");
    fs::write(adapters.join("told.jq"), "# What it is told.\nselect(.suspicious) | .ip + \" \" + $ARGS.named.a\n").expect("written");
    let log = root().join("examples/auth.log");
    let log = log.display();

    let output = soar(&adapters, folder.path(), &format!("-o out --html=out/r.html --respond plain {log}"));
    assert_eq!((code(&output), text(&output.stdout).as_str()), (0, "127.0.0.66\n203.0.113.77\n"), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("highly suspicious") && text(&output.stderr).contains("written: out/r.html"));
    let mut shown = files(&folder.path().join("out"));
    shown.retain(|name| !name.starts_with('.'));
    assert_eq!(shown, ["hosts.ndjson", "r.html", "rapport_securite.csv", "top5.png"]);
    assert!(fs::read_to_string(folder.path().join("out/r.html")).expect("a page").starts_with("<!DOCTYPE html>"));

    // What takes files from the command line takes none of the hosts away.
    let output =
        soar(&adapters, folder.path(), &format!("-o out --html=out/r.html --respond told --respond-flags \"--arg a 'b  c' --args\" {log}"));
    assert_eq!((code(&output), text(&output.stdout).as_str()), (0, "127.0.0.66 b  c\n203.0.113.77 b  c\n"), "{}", text(&output.stderr));

    let before = fs::read(folder.path().join("out/r.html")).expect("a page");
    for (flags, said) in [
        ("-o out --respond-flags '--arg a b'", "--respond-flags needs --respond"),
        ("-o out --respond told --respond-flags --arg", "the adapter told failed; nothing was written to out"),
        ("-o out --html out/r.html --respond broken", "the adapter broken failed; nothing was written to out"),
        (
            "-o out --respond nothing",
            "there is no adapter nothing; there are:\n  broken         Fails.\n  plain          Addresses, one a line.\n  told           What it is told.",
        ),
        ("-o out --respond ../own/plain", "there is no adapter ../own/plain"),
        ("-o out --html out", "--html out is a folder"),
        ("--dry-run --html x.html", "--dry-run cannot be used with --html or --respond"),
    ] {
        let output = soar(&adapters, folder.path(), &format!("{flags} {}/examples/access.log", root().display()));
        assert_eq!((code(&output), text(&output.stdout).as_str()), (2, ""), "{flags}");
        assert!(text(&output.stderr).contains(said), "{flags}: {}", text(&output.stderr));
        assert!(fs::read(folder.path().join("out/r.html")).expect("a page") == before);
    }
    let output = soar(&adapters, folder.path(), "--help");
    assert!(
        text(&output.stdout)
            .ends_with("adapters:\n  broken         Fails.\n  plain          Addresses, one a line.\n  told           What it is told.\n")
    );
}

#[test]
fn adapters_are_found_beside_the_script_and_where_make_installs_them() {
    let folder = tempfile::tempdir().expect("a folder");
    for place in ["adapters", "share/soar-light/adapters"] {
        let line = format!(
            "cd {}; rm -rf bin adapters share; mkdir -p bin {place}; cp {}/scripts/soar bin; echo '# One.' > {place}/one.jq; bin/soar --help | tail -n 1",
            folder.path().display(),
            root().display()
        );
        assert_eq!(text(&bash(&line).stdout), "  one            One.\n", "{place}");
    }
}

#[test]
fn a_log_in_place_of_hosts_replaces_no_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let (log, page) = (folder.path().join("auth.log"), folder.path().join("page.html"));
    fs::write(&log, "2026-01-01T00:00:00Z h sshd[1]: x\n").expect("written");
    fs::write(&page, "a report").expect("written");
    let output = filter("soar-report").arg("--html").arg(&page).arg(&log).output().expect("it runs");
    assert_eq!((code(&output), fs::read_to_string(&page).expect("a page").as_str()), (1, "a report"));
    assert!(text(&output.stderr).ends_with("soar-report: no line is a host: no file was written\n"), "{}", text(&output.stderr));
}
