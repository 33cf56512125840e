//! Real servers attacked by real clients, each in a world of its own (`tests/services/real`), and what soar-parse counts in their logs.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use crate::services::{counted_in, done_to};
use crate::support::skip::skip;
use crate::support::{bin, root, text};

/// Those whose logs tell all that was done, but for what [`UNTOLD`] says.
const SERVICES: [&str; 9] =
    ["apache-error", "dropbear", "lighttpd", "mariadb", "mosquitto", "nginx-error", "openvpn", "postfix", "postgresql"];

/// Clients of whom a log tells nothing, by the end of their address: `tests/services/README.md` says why.
const UNTOLD: [(&str, &[&str]); 1] = [("dropbear", &["2.12", "2.21", "::12", "::21"])];

/// The packages of these, which `scripts/setup real` put into a layer over this system.
fn layer() -> PathBuf {
    bin("soar-parse").ancestors().nth(2).expect("the build folder").join("tools/services.tar")
}

#[test]
#[ignore = "make test-real"]
fn services_that_are_attacked_now_are_counted_as_they_were_attacked() {
    if !layer().exists() {
        return skip(
            "services_that_are_attacked_now_are_counted_as_they_were_attacked",
            "no layer of services (scripts/setup real, as root)",
        );
    }
    let attack = |name: &'static str| {
        let folder = tempfile::tempdir().expect("a folder");
        let script = root().join("tests/services/real/inside");
        let run = Command::new(script).arg(layer()).arg(name).arg(folder.path()).stdin(Stdio::null()).output().expect("it runs");
        if run.status.code() == Some(77) {
            return Err(format!("{name}: {}", text(&run.stderr)));
        }
        assert!(run.status.success(), "{name}: {}", text(&run.stderr));
        let (given, said) = counted_in(&folder.path().join(format!("{name}.log")), name);
        let mut done = done_to(&folder.path().join(format!("{name}.expected")));
        let untold = UNTOLD.iter().filter(|(service, _)| *service == name).flat_map(|(_, clients)| *clients).collect::<Vec<_>>();
        done.retain(|line| !untold.iter().any(|client| line.split(' ').next().is_some_and(|ip| ip.ends_with(**client))));
        assert!(!done.is_empty(), "{name}: nothing was done");
        assert_eq!(given, done, "{name}: {said}");
        Ok(())
    };
    // They wait most of the time.
    let outcomes: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = SERVICES.into_iter().map(|name| scope.spawn(move || attack(name))).collect();
        running.into_iter().map(|one| one.join().expect("it counts what was done")).collect()
    });
    for why in outcomes.into_iter().filter_map(Result::err) {
        skip("services_that_are_attacked_now_are_counted_as_they_were_attacked", &why);
    }
}
