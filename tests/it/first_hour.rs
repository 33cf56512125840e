//! `docs/first-hour.md` is one transcript: its commands are run one after the other in one folder, and print what stands there.

use crate::recipes::{recipes_of, script};
use crate::support::tool::try_with;

/// The scripts under the names of their installation, and the examples as the logs of this machine.
const BEFORE: &str = r#"export LC_ALL=C SOAR_LOGS=logs; mkdir -p bin logs/nginx
    for name in soar why update; do ln -s "$ROOT/scripts/$name" "bin/soar-$name"; done; mv bin/soar-soar bin/soar; PATH=$PWD/bin:$PATH
    mv access.log logs/nginx; mv auth.log logs/auth.log; touch logs/auth.log
    echo '2026-04-11T23:00:00Z gate sshd[1]: Failed password for root from 198.51.100.23 port 4711 ssh2' > logs/auth.log.1
    for path in a b c; do echo "198.51.100.9 404 \"GET /$path HTTP/1.1\" 12"; done > odd.log
    # Who types goes on after a command that found something wrong.
    set +e"#;

#[test]
fn the_first_hour_goes_as_it_stands_there() {
    let blocks: Vec<_> = recipes_of("docs/first-hour.md").into_iter().flat_map(|(_, blocks)| blocks).collect();
    assert!(blocks.len() > 6, "{}", blocks.len());
    let (script, shown) = script(BEFORE, &blocks);
    if let Some(printed) = try_with("the first hour", &["jq"], &script) {
        assert_eq!(printed, shown);
    }
}
