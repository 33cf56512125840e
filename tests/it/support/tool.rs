//! Other people's programs, run where they can do no harm: a folder and a network namespace of their own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::skip::skip;
use super::{bin, code, root, text};

/// What a script says when the machine (its kernel, a missing module) cannot do what it tries.
const CANNOT: i32 = 77;

/// Where `scripts/setup` unpacks servers that it does not install.
fn unpacked() -> PathBuf {
    bin("soar-parse").ancestors().nth(2).expect("the build folder").join("tools")
}

/// The PATH with the filters, what only root's has, and what was unpacked.
fn wide_path() -> String {
    let unpacked = unpacked();
    format!("{}:/usr/sbin:/sbin:{}:{}", super::path(), unpacked.join("usr/bin").display(), unpacked.join("usr/sbin").display())
}

fn is_there(tool: &str) -> bool {
    wide_path().split(':').any(|folder| Path::new(folder).join(tool).is_file())
}

/// A namespace of its own for root, and for others where the kernel lets them have one.
fn unshare() -> Option<Command> {
    [&["-n"][..], &["-rn"]].into_iter().find_map(|flags| {
        let works = Command::new("unshare").args(flags).arg("true").output().is_ok_and(|tried: Output| tried.status.success());
        works.then(|| {
            let mut command = Command::new("unshare");
            command.args(flags);
            command
        })
    })
}

/// What `script` prints, run by bash in a folder and a network namespace of its own with `tools` on the PATH. In it,
/// `respond NAME FLAGS...` is what an adapter makes of the sample of hosts. None, after saying so, where it cannot be run.
pub fn try_with(test: &str, tools: &[&str], script: &str) -> Option<String> {
    let cannot = |why: &str| {
        skip(test, why);
        None
    };
    if let Some(missing) = tools.iter().find(|tool| !is_there(tool)) {
        return cannot(&format!("no {missing}"));
    }
    let Some(mut command) = unshare() else { return cannot("no network namespace to be had") };
    let folder = tempfile::tempdir().expect("a folder");
    let respond = r#"set -euo pipefail; ip link set lo up
        respond() { jq -rf "$ROOT/adapters/$1.jq" "$ROOT/tests/adapters/hosts.ndjson" "${@:2}"; }
        nobody() { jq -nrf "$ROOT/adapters/$1.jq" /dev/null; }"#;
    // A server that hangs must not hang the tests.
    command.args(["timeout", "-k", "5", "120", "bash", "-c", &format!("{respond}\n{script}")]);
    command.current_dir(&folder).env("ROOT", root()).env("PATH", wide_path());
    command.env("PYTHONPATH", unpacked().join("usr/lib/python3/dist-packages")).stdin(std::process::Stdio::null());
    let output = command.output().expect("it runs");
    if code(&output) == CANNOT {
        return cannot(text(&output.stderr).trim());
    }
    assert_eq!(code(&output), 0, "{test}: {}{}", text(&output.stdout), text(&output.stderr));
    Some(text(&output.stdout))
}
