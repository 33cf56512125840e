//! What is said of flags that are wrong.

use crate::support::{FILTERS, code, filter, text};

/// Exit code and stderr.
fn said(name: &str, args: &[&str]) -> (i32, String) {
    let output = filter(name).args(args).output().expect("it runs");
    assert!(output.stdout.is_empty(), "{name} {args:?}");
    (code(&output), text(&output.stderr))
}

/// The long flags of a filter that not all have.
fn flags_of(name: &str) -> Vec<String> {
    const COMMON: [&str; 8] = ["threads", "line-buffered", "quiet", "stats", "color", "generate", "help", "version"];
    let page = text(&filter(name).args(["--generate", "bash"]).output().expect("it runs").stdout);
    let flags = page.lines().filter_map(|line| line.trim().strip_prefix("opts=\"")?.strip_suffix('"')).find(|flags| !flags.is_empty());
    let flags = flags.expect("flags").split(' ').filter_map(|flag| flag.strip_prefix("--")).filter(|flag| !COMMON.contains(flag));
    flags.map(ToOwned::to_owned).collect()
}

#[test]
fn a_flag_of_another_filter_is_said_to_be_one() {
    let all = FILTERS.map(|name| (name, flags_of(name)));
    for (owner, flags) in &all {
        for flag in flags {
            let Some((name, _)) = all.iter().find(|(_, flags)| !flags.contains(flag)) else { continue };
            let (exit, told) = said(name, &[&format!("--{flag}")]);
            // soar-scan knows some of nmap's.
            let is_nmaps = told.contains(" is nmap's: ");
            // A short form of a flag of its own.
            let is_own = !told.contains("unexpected argument");
            assert!(exit == 2 && (is_nmaps || is_own || told.contains(owner)), "{name} --{flag}: {told}");
        }
    }
}

#[test]
fn no_error_is_without_the_name_of_the_filter_and_no_tip_leads_away() {
    for name in FILTERS {
        for args in [&["--no-such-flag"][..], &["-1d"], &["--threads", "0"], &["--threads"], &["--quiet=yes"], &["--threads", "ten"]] {
            let (exit, told) = said(name, args);
            assert!(exit == 2 && told.starts_with(&format!("{name}: ")), "{name} {args:?}: {told}");
            assert!(!told.contains("as a value, use") && !told.contains("digit") && !told.contains("error:"), "{name} {args:?}: {told}");
        }
    }
    let tip = |name: &str, args: &[&str]| {
        let told = said(name, args).1;
        told.lines().find_map(|line| line.trim().strip_prefix("tip: ")).unwrap_or_default().to_owned()
    };
    assert_eq!(tip("soar-parse", &["--rules", "strict"]), "--rules is a flag of soar-score, not of soar-parse");
    assert_eq!(tip("soar-report", &["--since=1d"]), "--since is a flag of soar-parse, not of soar-report");
    assert_eq!(tip("soar-parse", &["--sinc", "1d"]), "a similar argument exists: '--since'");
    assert_eq!(tip("soar-score", &["--evidence", "-3"]), "a value that begins with - stands behind a =: --evidence=-3");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("--odd.log"), "").expect("written");
    let output = filter("soar-parse").arg("--odd.log").current_dir(&folder).output().expect("it runs");
    assert!(text(&output.stderr).contains("tip: --odd.log is also a file here: to read it, write ./--odd.log"), "{}", text(&output.stderr));
}
