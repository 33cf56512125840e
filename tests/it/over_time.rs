//! Time in reports: signals over time, the reader's zone, a period; what is new since another day; stories and digests.

use std::fs;

use serde_json::json;

use crate::support::chromium::Browser;
use crate::support::page::{host, report};
use crate::support::{bash, code, filter, root, run, text};

/// What `script` prints in a folder of its own, where `hosts` are those of the examples with timelines.
fn print(script: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let start = "ln -s \"$ROOT/examples\" examples; soar-parse -q examples/{access,auth}.log | soar-score -q --timeline > hosts";
    let output = bash(&format!("set -e; export LC_ALL=C ROOT={}; cd {}; {start}; {script}", root().display(), folder.path().display()));
    assert_eq!(code(&output), 0, "{}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn one_run_has_one_resolution_and_a_timeline_counts_what_the_signals_count() {
    let printed = print(
        r"jq -r '.timeline.resolution_seconds' hosts | sort -u
        jq -c 'select(([.timeline.buckets[] | . as $b | [range(1; $b | length; 2) | $b[.]] | add] | add) != ([.signals[]] | add))' hosts",
    );
    // From 06:02 to 06:30.
    assert_eq!(printed, "10\n");
    let printed = print(
        r#"sed 's/^2026-04-12T06:3/2026-04-12T09:3/' "$ROOT/examples/auth.log" | soar-parse -q | soar-score -q --timeline > later
        soar-score -q --timeline hosts later | jq -r .timeline.resolution_seconds | sort -u
        soar-score -q hosts 2>&1 | jq -c 'select(has("timeline"))'
        soar-score -q hosts > bare; soar-score --timeline hosts bare 2>&1 >/dev/null | grep -o '[0-9]* hosts were written without --timeline'"#,
    );
    assert_eq!(printed, "600\n12 hosts were written without --timeline\n");
}

#[test]
fn the_zone_of_the_reader_is_that_of_every_time() {
    let printed = print(
        r"soar-report -q --columns ip,first_seen --show-tz Asia/Kolkata hosts | grep 203.0.113.77
        soar-report -q --markdown - --show-tz +02:00 hosts | grep -o 'seen .*'
        soar-report -q --markdown - --lang fr --show-tz +02:00 hosts | grep -o 'activité .*'
        soar-report -q --story - --show-tz=-03:00 hosts | sed -n 3p
        soar-report -q --html - --show-tz Europe/Paris hosts | grep -c '+02:00'
        soar-report --show-tz Nowhere/There hosts 2>&1 | head -1 || :",
    );
    let lines: Vec<_> = printed.lines().collect();
    assert_eq!(
        lines[..4],
        [
            "203.0.113.77,2026-04-12T11:45:07+05:30",
            "seen 2026-04-12T08:02:05+02:00 to 2026-04-12T08:30:38+02:00.",
            "activité du 12/04/2026 08:02:05 +02:00 au 12/04/2026 08:30:38 +02:00.",
            "Times are in UTC-03.",
        ]
    );
    assert!(lines[4] != "0" && lines[5].starts_with("soar-report: --show-tz Nowhere/There: no such time zone here"), "{printed}");
}

#[test]
fn a_period_leaves_out_who_was_not_seen_in_it_and_says_so() {
    let printed = print(
        r"soar-report -q --columns ip --show-since 2026-04-12T06:25:00Z hosts
        soar-report -q --markdown - --show-until 2026-04-12T06:03:00 hosts | sed -n 3p
        soar-report --show-since 2026-04-13 --show-until 2026-04-12 hosts 2>&1 | head -1 || :",
    );
    assert_eq!(
        printed,
        "ip\n198.51.100.23\n1 address with a score, 1 highly suspicious, seen 2026-04-12T06:02:05Z to 2026-04-12T06:07:31Z. 11 addresses not seen before 2026-04-12T06:03:00Z are left out.\n\
         soar-report: --show-since 2026-04-13 is not before --show-until 2026-04-12: no time is in between\n"
    );
}

#[test]
fn what_is_new_is_told_everywhere_and_nothing_fails_for_it() {
    let printed = print(
        r#"jq -c 'if .ip == "203.0.113.77" then .suspicious = false | .score = 4 | .signals.ssh_accepted = 0 elif .ip == "203.0.113.9" then empty else . end' hosts > yesterday
        echo '{"schema":"soar.host/1","ip":"192.0.2.250","score":7,"suspicious":true,"rules":["r"],"signals":{"ssh_failed":7}}' >> yesterday
        soar-report -q --csv - --against yesterday hosts | sed -n '1p;/203.0.113/p'
        soar-report -q --markdown - --against yesterday hosts | sed -n '/^## What/,/^Gone/p'
        soar-report --summary always --against yesterday hosts 2>&1 >/dev/null | grep -A1 '^Since'
        soar-report -q --digest - --against yesterday hosts | sed -n '2,5p'
        soar-report -q --html - --against yesterday hosts | grep -c 'id="new"'
        soar-report -q --digest - --against hosts hosts | sed -n 2p
        soar-report -q --against "$ROOT/examples/auth.log" hosts 2>&1 | grep -c 'against .*line 1' || :"#,
    );
    assert_eq!(
        printed,
        "ip,score,reason,open_ports,scan_status,suspicious,rules,ssh_failed,http_404,http_bot,ssh_accepted,first_seen,last_seen,change\n\
         203.0.113.9,30,Bot,,,true,aggressive_bot,0,14,16,0,2026-04-12T06:13:21Z,2026-04-12T06:13:36Z,\"new, newly suspicious\"\n\
         203.0.113.77,14,SSH Failed,,,true,ssh_breakin,14,0,0,1,2026-04-12T06:15:07Z,2026-04-12T06:17:29Z,\"newly suspicious, newly let in, score +10\"\n"
            .to_owned()
            + "## What is new\n\nSince yesterday: 1 new address, 1 gone, 2 newly suspicious, 1 newly let in, 1 with a higher score.\n\n\
               - 203.0.113.77: newly suspicious, newly let in, score +10\n- 203.0.113.9: new, newly suspicious\n\nGone: 192.0.2.250.\n"
            + "Since yesterday: 1 new address, 1 gone, 2 newly suspicious, 1 newly let in, 1 with a higher score\n  Gone: 192.0.2.250\n"
            + "Since yesterday: 1 new address, 1 gone, 2 newly suspicious, 1 newly let in, 1 with a higher score\n\
               Treat these accounts and machines as compromised.\n\
               - [BREAK-IN, newly suspicious, newly let in, score +10] 203.0.113.77 tried to log in 14 times from 2026-04-12 06:15 to 06:17 (examples/auth.log:172), then logged in as backup at 06:17:29 with a password (examples/auth.log:186).\n\
               - [suspicious, new, newly suspicious] 203.0.113.9 sent 16 requests as a bot (examples/access.log:47) and asked 14 times for pages that do not exist (examples/access.log:47).\n"
            + "1\nSince hosts: nothing is new\n"
            + "1\n"
    );
}

#[test]
fn a_story_stands_in_its_own_file_and_in_the_page() {
    let printed = print(
        r#"jq -c '.users = 3 | .scan = {status: "complete", open_ports: [22]}' hosts > more
        soar-report -q --story story.md --html page.html more; sed -n '1p;5p' story.md
        grep -c 'class="story"' page.html; soar-report -q --story - --lang fr more | sed -n '1p;5p'"#,
    );
    let lines: Vec<_> = printed.lines().collect();
    assert_eq!(lines[0], "# What happened");
    assert!(
        lines[1].starts_with("- **BREAK-IN** 203.0.113.77 tried 3 users 14 times from 2026-04-12 06:15 to 06:17 (")
            && lines[1].contains("then logged in as backup at 06:17:29 with a password")
            && lines[1].ends_with("; port 22 is open there."),
        "{printed}"
    );
    assert_eq!(lines[3], "# Ce qui s’est passé");
    assert!(lines[4].contains("**INTRUSION** 203.0.113.77 a essayé 3 comptes 14 fois de 06:15 le 12/04/2026 à 06:17"), "{printed}");
}

/// Hosts that were active at times of their own, for a page.
fn timed(count: u32) -> Vec<serde_json::Value> {
    (0..count)
        .map(|nth| {
            let ip = std::net::Ipv4Addr::from_bits(0xc612_0000 + nth).to_string();
            let mut host = host(&ip, [1000 - u64::from(nth % 1000), 2, 0], if nth % 3 == 0 { &["ssh_bruteforce"] } else { &[] });
            let start = 1_767_225_600 + i64::from(nth % 150) * 3600;
            host["first_seen"] = json!("2026-01-01T00:00:00Z");
            host["timeline"] =
                json!({"resolution_seconds": 3600, "buckets": {"ssh_failed": [start, 5, 3, nth % 90 + 1, 9, 2], "http_404": [start, 2]}});
            host
        })
        .collect()
}

#[test]
#[ignore = "make test-real"]
fn a_part_of_the_time_is_chosen_by_keyboard_and_by_mouse_and_filters_the_table() {
    let Some(mut browser) = Browser::start() else { return };
    let path = report("over_time.html", &timed(120), &["--show-tz", "Europe/Paris"]);
    browser.open(&path);
    let status = "document.getElementById('shown').textContent";
    assert_eq!(browser.eval(status), "Addresses shown: 120 of 120");
    browser.eval("document.getElementById('to').focus()");
    browser.press("Home");
    assert_eq!(browser.eval("document.getElementById('to').getAttribute('aria-valuetext')"), "2026-01-01T02:00:00+01:00");
    assert_eq!(browser.eval(status), "Addresses shown: 1 of 120", "of the first hour");
    browser.eval("document.getElementById('from').focus()");
    browser.press("ArrowRight");
    assert_eq!(browser.eval("[from.value, to.value].join()"), "1,2");
    assert_eq!(browser.eval(status), "Addresses shown: 1 of 120");
    browser.eval("document.getElementById('whole').click()");
    assert_eq!(browser.eval(status), "Addresses shown: 120 of 120");
    browser.eval(
        "(() => { const plot = document.querySelector('.plot'), box = plot.getBoundingClientRect(); plot.setPointerCapture = () => {}; const at = (type, share) => plot.dispatchEvent(new PointerEvent(type, { clientX: box.left + box.width * share, clientY: box.top + 5, pointerId: 1, bubbles: true })); at('pointerdown', 0.999); at('pointermove', 0.95); at('pointerup', 0.95) })()",
    );
    assert_eq!(browser.eval("Number(to.value) === Number(to.max) && Number(from.value) > 100"), true);
    assert_eq!(browser.eval("Number(document.getElementById('shown').textContent.match(/\\d+/)[0]) < 30"), true);
    assert_eq!(browser.eval("document.querySelectorAll('.strip').length"), 10);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
#[ignore = "make test-real"]
fn pictures_of_pages_with_a_timeline() {
    let Some(mut browser) = Browser::start() else { return };
    for (name, flags) in
        [("light", &["--theme", "light"][..]), ("dark", &["--theme", "dark"]), ("fr", &["--lang", "fr", "--show-tz", "Europe/Paris"])]
    {
        let path = report(&format!("timed.{name}.html"), &timed(120), flags);
        browser.open(&path);
        for width in [1280, 400] {
            browser.picture(width, 1500, &path.with_extension(format!("{width}.png")));
            assert_eq!(browser.eval("document.documentElement.scrollWidth <= innerWidth"), true, "{name} {width}");
        }
    }
    browser.call("Emulation.setEmulatedMedia", &json!({"media": "print"}));
    browser.picture(1000, 1300, &std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("timed.print.png"));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// `cargo test --release --test it over_time::measure -- --ignored --nocapture` prints how long a page of 10,000 hosts takes.
#[test]
#[ignore = "measures, and asserts nothing about time"]
fn measure_ten_thousand_hosts_with_a_timeline() {
    use std::io::Write as _;
    let Some(mut browser) = Browser::start() else { return };
    let path = report("timed.many.html", &timed(10_000), &["--top", "10000"]);
    browser.open(&path);
    let mut said = format!("{} bytes\n", fs::metadata(&path).expect("a file").len());
    let opened = browser.eval("Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd)");
    said.push_str(&format!("opened: {opened} ms\n"));
    for (name, what) in [
        ("sort by score", "document.querySelectorAll('#hosts thead button')[2].click()"),
        ("choose a part", "to.value = 20; to.dispatchEvent(new Event('input'))"),
        ("sort that", "document.querySelectorAll('#hosts thead button')[1].click()"),
        ("whole period", "whole.click()"),
    ] {
        let time = format!(
            "new Promise(done => {{ const start = performance.now(); {what}; requestAnimationFrame(() => setTimeout(() => done(Math.round(performance.now() - start)))) }})"
        );
        said.push_str(&format!("{name}: {} ms\n", browser.eval(&time)));
    }
    std::io::stderr().write_all(said.as_bytes()).expect("written");
}

#[test]
fn a_timeline_is_drawn_as_a_picture_under_either_name_of_the_flag() {
    let folder = tempfile::tempdir().expect("a folder");
    let hosts: Vec<u8> = timed(30).iter().flat_map(|host| format!("{host}\n").into_bytes()).collect();
    for (flag, name) in [("--timeline", "a.png"), ("--timeline-chart", "b.png"), ("--timeline", "a.svg")] {
        let output = run(filter("soar-report").current_dir(folder.path()).args(["-q", flag, name]), &hosts);
        assert_eq!((code(&output), text(&output.stderr)), (0, String::new()));
    }
    let read = |name: &str| fs::read(folder.path().join(name)).expect("a picture");
    assert!(read("a.png") == read("b.png") && text(&read("a.svg")).contains("Signals over time"));
    let output = run(filter("soar-report").args(["--timeline", "a.gif"]), b"");
    assert_eq!(
        (code(&output), text(&output.stderr)),
        (2, "soar-report: --timeline-chart a.gif: the name must end in .png or .svg\n".to_owned())
    );
}
