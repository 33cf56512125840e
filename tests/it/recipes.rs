//! `docs/recipes.md` is run: every block of it, in a scratch folder with the logs of `examples/` and a network of its own.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use crate::support::tool::try_with;
use crate::support::{path, read, text};

/// What a recipe needs that is not on its page: programs, and a script that runs before it. Where the real thing cannot be had
/// the script makes a stand-in for it.
pub struct Setting {
    pub recipe: &'static str,
    pub tools: &'static [&'static str],
    pub before: &'static str,
}

/// Every recipe, in the order of the page.
const SETTINGS: &[Setting] = &[
    Setting { recipe: "Questions, with jq", tools: &["jq"], before: "" },
    Setting {
        recipe: "Only what is new, from cron",
        tools: &["jq", "flock"],
        // Stands in for cron: the command of the table is run once, by sh, before what is printed then.
        before: r#"HOME=$PWD; ln -s "$ROOT/scripts/update" soar-update; PATH=$PATH:$PWD
            sed 's/^\([^ ]* \)\{5\}//' soar.crontab > job; sh job"#,
    },
    // What it starts is run by make test-deb; tests/it/packaging.rs checks the units.
    Setting { recipe: "Only what is new, from a systemd timer", tools: &[], before: "" },
    // Run by a test of its own below: it does not end by itself.
    Setting { recipe: "Live", tools: &["jq"], before: "" },
    Setting {
        recipe: "The journal",
        tools: &["jq"],
        // Stands in for the journal of a machine: what `journalctl -o json` prints of the messages in examples/auth.log.
        before: r#"journalctl() {
            [[ "$*" == "-o json -u ssh --cursor-file=journal.cursor" ]]
            jq -cR 'capture("^(?<at>\\S+) (?<host>\\S+) (?<name>sshd[a-z-]*)\\[(?<pid>[0-9]+)\\]: (?<message>.*)$")
                | {__REALTIME_TIMESTAMP: "\(.at[:19] + "Z" | fromdate)000000", _HOSTNAME: .host, _COMM: .name, _PID: .pid,
                    SYSLOG_IDENTIFIER: .name, SYSLOG_PID: .pid, MESSAGE: .message}' auth.log
        }"#,
    },
    Setting { recipe: "Ban", tools: &["jq", "nft"], before: "nft list ruleset || exit 77" },
    Setting {
        recipe: "Feed a SIEM",
        tools: &["jq", "curl", "python3"],
        // Stands in for Elasticsearch: answers one _bulk as it does, and takes only pairs of an action and a document.
        before: r#"coproc siem { exec python3 -c '
import http.server, json
class Bulk(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        lines = self.rfile.read(int(self.headers["Content-Length"])).decode().splitlines()
        pairs = [(json.loads(a), json.loads(d)) for a, d in zip(lines[::2], lines[1::2])]
        ok = len(lines) == 6 and all(list(a) == ["create"] and d["@timestamp"] and d["source"]["ip"] for a, d in pairs)
        ok = ok and self.headers["Content-Type"] == "application/x-ndjson" and self.path == "/logs-soar.host-default/_bulk"
        self.send_response(200); self.end_headers(); self.wfile.write(json.dumps({"errors": not ok}).encode())
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", 9200), Bulk)
print("ready", flush=True)
server.handle_request()'; }
            read -r <&"${siem[0]}""#,
    },
    Setting { recipe: "A Makefile for an incident", tools: &["jq", "make"], before: "mkdir logs; mv access.log auth.log logs" },
    Setting {
        recipe: "Many rotated logs, with GNU parallel",
        tools: &["parallel"],
        before: "mkdir rotated; split -n l/4 --numeric-suffixes=1 -a 1 --additional-suffix=.gz --filter='gzip > $FILE' auth.log rotated/auth.log.",
    },
    Setting {
        recipe: "A log on another machine",
        tools: &["jq"],
        // Stands in for ssh: another shell runs the command here, where /var/log is this folder. Real ones are in tests/it/fleet.rs.
        before: r#"ssh() { local line="${*:2}"; [ "$1" = web1 ]; bash -c "${line//\/var\/log/$PWD}"; }
            head -60 auth.log | gzip > auth.log.1.gz; sed -i 1,60d auth.log"#,
    },
];

/// One fenced block: what stands behind the fence, and its lines.
pub type Block = (String, String);

/// The recipes of `page` with their blocks.
pub fn recipes_of(page: &str) -> Vec<(String, Vec<Block>)> {
    let page = text(&read(page));
    let (mut recipes, mut inside) = (Vec::<(String, Vec<Block>)>::new(), false);
    for line in page.lines() {
        let blocks = recipes.last_mut().map(|(_, blocks)| blocks);
        match (line.strip_prefix("```"), line.strip_prefix("## "), blocks) {
            (Some(kind), _, Some(blocks)) if !inside => {
                blocks.push((kind.to_owned(), String::new()));
                inside = true;
            }
            (Some(_), _, _) => inside = false,
            (None, _, Some(blocks)) if inside => {
                let (_, lines) = blocks.last_mut().expect("a block");
                writeln!(lines, "{line}").expect("a string");
            }
            (None, Some(name), _) => recipes.push((name.to_owned(), Vec::new())),
            _ => {}
        }
    }
    recipes
}

/// The script that runs `blocks`, and what it shall print: `console` blocks are commands and their output, blocks with a file
/// name are such files, and `sh` without one is for a machine that is not this one.
pub fn script(before: &str, blocks: &[Block]) -> (String, String) {
    let (mut files, mut commands, mut shown) = (String::new(), String::new(), String::new());
    for (kind, lines) in blocks {
        match kind.split_once(' ') {
            Some((_, name)) => write!(files, "cat > {name} <<'END OF FILE'\n{lines}END OF FILE\n").expect("a string"),
            None if kind == "console" => {
                for line in lines.lines() {
                    let command = line.strip_prefix("$ ").or_else(|| line.strip_prefix("> "));
                    writeln!(if command.is_some() { &mut commands } else { &mut shown }, "{}", command.unwrap_or(line)).expect("a string");
                }
            }
            None => assert_eq!(kind, "sh", "nothing runs such a block"),
        }
    }
    // A make that knows of the one that runs the tests would say more.
    let logs = r#"cp "$ROOT"/examples/{access,auth}.log .; ln -s "$ROOT/adapters" adapters; export SOAR_BIN LC_ALL=C; unset MAKEFLAGS MFLAGS MAKELEVEL"#;
    // Who pastes a line has no pipefail. What is said on stderr would have to stand on the page.
    (format!("{logs}\n{files}\n{before}\n{{\nset +o pipefail\n{commands}}} 2>&1"), shown)
}

/// Runs all recipes of `page` but those of `others`, and compares what they print with what stands there.
pub fn run_page(page: &str, settings: &[Setting], others: &[&str]) {
    let recipes = recipes_of(page);
    let known: Vec<_> = settings.iter().map(|setting| setting.recipe).collect();
    assert_eq!(recipes.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), known);
    let mut wrong = String::new();
    for (setting, (name, blocks)) in settings.iter().zip(recipes).filter(|(setting, _)| !others.contains(&setting.recipe)) {
        let (script, shown) = script(setting.before, &blocks);
        let printed = try_with(&name, setting.tools, &script);
        if let Some(printed) = printed.filter(|printed| *printed != shown) {
            write!(wrong, "## {name}\n{printed}## and the page shows\n{shown}").expect("a string");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_recipe_prints_what_stands_there() {
    run_page("docs/recipes.md", SETTINGS, &["Live"]);
}

#[test]
fn what_runs_live_says_a_host_while_the_log_is_written() {
    let (_, blocks) = recipes_of("docs/recipes.md").into_iter().find(|(name, _)| name == "Live").expect("the recipe");
    let (_, recipe) = blocks.iter().find(|(kind, _)| kind == "sh live").expect("its block");
    let folder = tempfile::tempdir().expect("a folder");
    let log = |name: &str| std::fs::File::create(folder.path().join(name)).expect("a log");
    let (mut auth, _access) = (log("auth.log"), log("access.log"));
    // tail never ends by itself; this one does with a process that ends with its stdin. It reads the log from its start, since
    // what was there before it began would be left out.
    let mut alive = Command::new("cat").stdin(Stdio::piped()).spawn().expect("cat runs");
    let script = format!("tail() {{ command tail --pid={} \"$@\" -n +1; }}\n{recipe}", alive.id());
    let mut bash = Command::new("timeout");
    bash.args(["60", "bash", "-c", &script]).current_dir(&folder).env("PATH", path());
    let mut live = bash.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().expect("bash runs");
    auth.write_all(&read("examples/auth.log")).expect("written");
    let mut said = BufReader::new(live.stdout.take().expect("a pipe")).lines();
    let first = said.next().expect("a line").expect("text");
    // The log goes on: nothing but the rule made it speak.
    assert_eq!(first, "2026-04-12T06:06:30Z\t127.0.0.66\tssh_bruteforce");
    drop(alive.stdin.take());
    assert!(alive.wait().expect("it ends").success());
    let rest: Vec<_> = said.map(|line| line.expect("text")).collect();
    assert_eq!(rest.len(), 1, "{rest:?}");
    assert!(live.wait().expect("it ends").success());
}
