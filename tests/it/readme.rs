//! What the documents show is what happens: the `$ ` lines of their `console` blocks are run and compared.

use std::path::PathBuf;

use crate::support::{bash, code, filter, read, run, sample, text};

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
    // docs/recipes.md is run by tests/it/recipes.rs.
    for name in [
        "README.md",
        "LISEZMOI.md",
        "docs/analyst.md",
        "docs/events.md",
        "docs/hosts.md",
        "docs/report.md",
        "docs/rules.md",
        "docs/run.md",
        "docs/spark.md",
        "docs/team.md",
    ] {
        let commands = shown_commands(&text(&read(name)));
        assert!(!commands.is_empty(), "{name} shows no command");
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
    let output = bash("python3 -B bench/page.py page");
    assert_eq!(text(&output.stderr), "");
    assert!(output.stdout == read("docs/performance.md"), "docs/performance.md is out of date: scripts/bench page");
    let table = text(&bash("python3 -B bench/page.py highlights").stdout);
    assert!(!table.is_empty() && text(&read("README.md")).contains(&table), "README's table of speed is out of date: scripts/bench page");
}

#[test]
fn tables_in_the_documents_are_those_of_the_code() {
    let (readme, signals) = (text(&read("README.md")), text(&read("docs/signals.md")));
    for signal in soar_light::record::signal::SIGNALS {
        assert!(!signal.on_by_default || readme.contains(&format!("| `{}` |", signal.name)), "README says nothing of {}", signal.name);
        let state = if signal.on_by_default { "on" } else { "off" };
        let is_told =
            |line: &str| line.starts_with(&format!("| `{}` |", signal.name)) && line.ends_with(&format!("| {} | {state} |", signal.weight));
        assert!(signals.lines().any(is_told), "docs/signals.md says nothing of {}, or its weight", signal.name);
    }
    let services = text(&read("docs/services.md"));
    for file in &soar_light::parse::service::catalog::SHIPPED {
        let service = file.definition();
        let read = match service.how_read() {
            "with --services" => "`--services`".to_owned(),
            read => read.replace("--services", "`--services`"),
        };
        let versions = if service.versions.is_empty() { "-".to_owned() } else { service.versions.join(", ") };
        let row = format!("| `{}` | {} | {read} | {versions} | {} |", service.name, service.about, service.message_count());
        assert!(services.lines().any(|line| line == row), "docs/services.md lacks the row\n{row}");
    }
    let formats = text(&read("docs/formats.md"));
    let names = soar_light::parse::FORMATS.iter().map(|format| format.name);
    for name in names.chain(soar_light::parse::access::named::NAMED.iter().map(|named| named.name)) {
        assert!(formats.contains(&format!("`{name}`")), "docs/formats.md says nothing of {name}");
    }
    let rules = soar_light::score::rules::Rules::new(soar_light::score::rules::RuleSources::default()).expect("the default rules");
    for (name, expression, _) in rules.iter() {
        assert!(readme.contains(&format!("`{name}`")) && readme.contains(expression), "README says nothing of {name}");
    }
    let (events, schema) = (text(&read("docs/events.md")), text(&read("schemas/event.schema.json")));
    for shape in soar_light::parse::service::sshd::templates() {
        assert!(events.contains(&format!("| `{}` |", shape.action)), "docs/events.md says nothing of {}", shape.action);
        assert!(schema.contains(shape.action), "the schema says nothing of {}", shape.action);
    }
    for probe in soar_light::parse::detect::probe::PROBES {
        assert!(signals.contains(&format!("| {} |", probe.name)), "docs/signals.md says nothing of {}", probe.name);
        assert!(signals.contains(probe.source), "docs/signals.md does not say where {} comes from", probe.name);
    }
    for routine in soar_light::parse::detect::well_known::COMMON {
        let row = format!("| `{}` | {} |", routine.path, routine.source);
        assert!(signals.contains(&row), "docs/signals.md says nothing of {}", routine.path);
    }
    let reports = text(&read("docs/report.md"));
    for column in soar_light::report::column::COLUMNS.iter() {
        assert!(reports.contains(&format!("| `{}` |", column.name)), "docs/report.md says nothing of {}", column.name);
    }
    for report in soar_light::report::REPORTS {
        assert!(reports.contains(&format!("| `--{} FILE` |", report.name())), "docs/report.md says nothing of --{}", report.name());
        let help = text(&filter("soar-report").arg("--help").output().expect("it runs").stdout);
        assert!(help.contains(&format!("--{}", report.name())), "no flag asks for {}", report.name());
    }
}

/// The numbers behind `before` in `document`.
fn numbers_behind(document: &str, before: &str) -> Vec<usize> {
    let digits = |rest: &str| rest.chars().take_while(char::is_ascii_digit).collect::<String>();
    document.split(before).skip(1).filter_map(|rest| digits(rest).parse().ok()).collect()
}

#[test]
fn the_documents_say_about_how_many_services_there_are() {
    let shipped = &soar_light::parse::service::catalog::SHIPPED;
    let by_default = shipped.iter().filter(|file| file.definition().how_read().starts_with("by default")).count();
    let (all, by_default) = ((shipped.len() + 25) / 50 * 50, (by_default + 5) / 10 * 10);
    for (name, before, expected) in [
        ("README.md", "[some ", all),
        ("README.md", "about ", by_default),
        ("LISEZMOI.md", "[quelque ", all),
        ("LISEZMOI.md", "environ ", by_default),
        ("CHANGELOG.md", "some ", all),
        ("CHANGELOG.md", "about ", by_default),
    ] {
        let told = numbers_behind(&text(&read(name)), before);
        let is_right = !told.is_empty() && told.iter().all(|number| *number == expected);
        assert!(is_right, "{name} says {told:?} behind {before:?}: of the services it is {expected}");
    }
}

#[test]
fn every_adapter_is_in_the_documents_under_its_own_first_line() {
    let page = text(&read("docs/adapters.md"));
    let mut rows: Vec<_> = page.lines().filter(|line| line.contains("](../adapters/")).map(ToOwned::to_owned).collect();
    let files = std::fs::read_dir(crate::support::root().join("adapters")).expect("a folder");
    let names = files.map(|file| file.expect("a file").file_name().into_string().expect("UTF-8"));
    let row = |name: String| {
        let program = text(&read(&format!("adapters/{name}")));
        let about = program.lines().next().and_then(|line| line.strip_prefix("# ")).expect("a first line that says what it is").to_owned();
        assert!(program.contains(&format!("adapters/{name} ")), "{name} shows no pipe");
        format!("| [`{name}`](../adapters/{name}) | {about} |")
    };
    let mut expected: Vec<_> = names.map(row).collect();
    rows.sort();
    expected.sort();
    assert_eq!(rows, expected);
}

#[test]
fn every_page_is_in_the_list_of_contents() {
    let contents = text(&read("docs/README.md"));
    let pages = text(&bash("cd docs; ls *.md").stdout);
    let missing: Vec<_> = pages.lines().filter(|page| *page != "README.md" && !contents.contains(&format!("]({page})"))).collect();
    assert_eq!(missing, [""; 0], "docs/README.md lists every page");
    // What a stranger needs comes first, and in an hour.
    let readme = text(&read("README.md"));
    let headings: Vec<_> = readme.lines().filter(|line| line.starts_with("## ")).take(2).collect();
    assert_eq!(headings, ["## Install", "## Your own logs"]);
    assert!(readme.lines().count() <= 250, "{} lines", readme.lines().count());
    assert!(!readme.contains("scripts:$PATH"), "update, why and setup are names of other programs");
}

/// The anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn links_between_the_documents_lead_somewhere() {
    let names = bash("ls *.md docs/*.md").stdout;
    let mut broken = Vec::new();
    for name in text(&names).lines() {
        let document = text(&read(name));
        let folder = std::path::Path::new(name).parent().expect("a folder");
        for link in document.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.contains("://") {
                continue;
            }
            let (path, wanted) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
            let target = if path.is_empty() { PathBuf::from(name) } else { folder.join(path) };
            let is_there = crate::support::root().join(&target).exists();
            let has_anchor = wanted.is_none_or(|wanted| {
                let page = text(&read(target.to_str().expect("UTF-8")));
                page.lines().any(|line| line.starts_with('#') && anchor(line) == wanted)
            });
            if !is_there || !has_anchor {
                broken.push(format!("{name}: {link}"));
            }
        }
    }
    assert_eq!(broken, [""; 0]);
}
