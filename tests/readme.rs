//! What the documents show is what happens: the `$ ` lines of their `console` blocks are run and compared.

mod support;

use std::path::PathBuf;

use support::{bash, code, filter, read, run, sample, text};

/// Commands with the output shown behind them.
fn shown_commands(document: &str) -> Vec<(String, String)> {
    let mut shown: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in document.lines() {
        match (inside, line) {
            (false, "```console") => inside = true,
            (true, "```") => inside = false,
            (true, line) => match (line.strip_prefix("$ "), shown.last_mut()) {
                (Some(command), _) => shown.push((command.to_owned(), String::new())),
                (None, Some((command, output))) => match line.strip_prefix("> ") {
                    Some(more) if output.is_empty() => *command = format!("{command}\n{more}"),
                    _ => *output = format!("{output}{line}\n"),
                },
                (None, None) => panic!("output before a command: {line}"),
            },
            (false, _) => {}
        }
    }
    shown
}

#[test]
fn commands_in_the_documents_print_what_stands_there() {
    for name in ["README.md", "CONTRIBUTING.md", "docs/events.md", "docs/hosts.md", "docs/rules.md", "docs/signals.md", "docs/spark.md"] {
        let commands = shown_commands(&text(&read(name)));
        assert!(!commands.is_empty() || name != "README.md", "{name} shows no command");
        for (command, expected) in commands {
            let output = bash(&command);
            assert_eq!(text(&output.stdout), expected, "{name}: $ {command}\n{}", text(&output.stderr));
            assert_eq!(text(&output.stderr), "", "{name}: $ {command}");
        }
    }
}

#[test]
fn the_report_in_examples_is_what_the_examples_give() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    let scanned = run(filter("soar-scan").arg("-q"), &sample("soar-scan")).stdout;
    let mut report = filter("soar-report");
    report.arg("-q").arg("--csv").arg(path("r.csv")).arg("--chart").arg(path("top5.png"));
    assert_eq!(code(&run(&mut report, &scanned)), 0);
    assert!(
        std::fs::read(path("top5.png")).expect("a chart") == read("examples/top5.png"),
        "examples/top5.png is out of date: make demo, look at it, copy it"
    );
    // What is open on 127.0.0.66 is the machine's business.
    let without_ports = |bytes: &[u8]| -> Vec<Vec<String>> {
        let rows = csv::Reader::from_reader(bytes).into_records().map(|row| row.expect("a row"));
        rows.map(|row| row.iter().enumerate().filter(|(column, _)| *column != 3).map(|(_, cell)| cell.to_owned()).collect()).collect()
    };
    let fresh = std::fs::read(path("r.csv")).expect("a report");
    assert_eq!(without_ports(&fresh), without_ports(&read("examples/rapport_securite.csv")));
}

/// Needs no measuring: the page is made again from the rows of the run that it tells of.
#[test]
fn the_page_of_performance_is_what_the_recorded_rows_give() {
    let output = bash("python3 -B benches/page.py page");
    assert_eq!(text(&output.stderr), "");
    assert!(output.stdout == read("docs/performance.md"), "docs/performance.md is out of date: scripts/bench page");
    let table = text(&bash("python3 -B benches/page.py highlights").stdout);
    assert!(!table.is_empty() && text(&read("README.md")).contains(&table), "README's table of speed is out of date: scripts/bench page");
}

#[test]
fn tables_in_the_documents_are_those_of_the_code() {
    let readme = text(&read("README.md"));
    for signal in soar_light::record::signal::SIGNALS {
        assert!(readme.contains(&format!("| `{}` |", signal.name)), "README says nothing of {}", signal.name);
    }
    for format in soar_light::parse::FORMATS {
        assert!(readme.contains(&format!("`{}`", format.name)), "README says nothing of {}", format.name);
    }
    let rules = soar_light::score::rules::Rules::new(soar_light::score::rules::Choice::default()).expect("the default rules");
    for (name, expression, _) in rules.iter() {
        assert!(readme.contains(&format!("`{name}`")) && readme.contains(expression), "README says nothing of {name}");
    }
    let (events, schema) = (text(&read("docs/events.md")), text(&read("schemas/event.schema.json")));
    for shape in soar_light::parse::sshd::SHAPES {
        assert!(events.contains(&format!("| `{}` |", shape.action)), "docs/events.md says nothing of {}", shape.action);
        assert!(schema.contains(&format!("\"{}\"", shape.action)), "the schema says nothing of {}", shape.action);
    }
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    for action in schema["properties"]["event"]["properties"]["action"]["enum"].as_array().expect("a list") {
        let is_used = action == "http_request" || soar_light::parse::sshd::SHAPES.iter().any(|shape| action == shape.action);
        assert!(is_used, "nothing is {action}, and the schema names it");
    }
    let signals = text(&read("docs/signals.md"));
    for probe in soar_light::parse::detect::probe::PROBES {
        assert!(signals.contains(&format!("| {} |", probe.name)), "docs/signals.md says nothing of {}", probe.name);
        assert!(signals.contains(probe.source), "docs/signals.md does not say where {} comes from", probe.name);
    }
    for routine in soar_light::parse::detect::path::COMMON {
        let row = format!("| `{}` | {} |", routine.path, routine.source);
        assert!(signals.contains(&row), "docs/signals.md says nothing of {}", routine.path);
    }
    let reports = text(&read("docs/report.md"));
    for column in soar_light::report::column::COLUMNS {
        assert!(reports.contains(&format!("| `{}` |", column.name)), "docs/report.md says nothing of {}", column.name);
    }
    for report in soar_light::report::REPORTS {
        assert!(reports.contains(&format!("| `--{} FILE` |", report.name())), "docs/report.md says nothing of --{}", report.name());
        let help = text(&filter("soar-report").arg("--help").output().expect("it runs").stdout);
        assert!(help.contains(&format!("--{}", report.name())), "no flag asks for {}", report.name());
    }
}

#[test]
fn every_adapter_is_in_the_readme_under_its_own_first_line() {
    let readme = text(&read("README.md"));
    let mut rows: Vec<_> = readme.lines().filter(|line| line.contains("](adapters/")).map(ToOwned::to_owned).collect();
    let files = std::fs::read_dir(support::root().join("adapters")).expect("a folder");
    let names = files.map(|file| file.expect("a file").file_name().into_string().expect("UTF-8"));
    let row = |name: String| {
        let program = text(&read(&format!("adapters/{name}")));
        let about = program.lines().next().and_then(|line| line.strip_prefix("# ")).expect("a first line that says what it is").to_owned();
        assert!(program.contains(&format!("adapters/{name} ")), "{name} shows no pipe");
        format!("| [`{name}`](adapters/{name}) | {about} |")
    };
    let mut expected: Vec<_> = names.map(row).collect();
    rows.sort();
    expected.sort();
    assert_eq!(rows, expected);
}
