//! The HTML report in a real browser: it opens, sorts, filters and folds out, asks for nothing, and shows hostile text as text.
//!
//! Pictures of the page stay in the `tmp` folder of the build, to be looked at.

#[path = "support/chromium.rs"]
mod chromium;
mod support;

use std::io::Write;
use std::path::{Path, PathBuf};

use chromium::Browser;
use serde_json::{Value, json};
use support::{code, filter, run};

/// What an attacker may have put into any text.
const EVIL: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&lt;\u{202e}\u{0}javascript:alert(3)//http://192.0.2.99/x";

fn host(ip: &str, signals: [u64; 3], rules: &[&str]) -> Value {
    json!({
        "schema": "soar.host/1", "ip": ip, "score": signals[0] + signals[1], "reason": if signals[0] > 0 { "ssh_failed" } else { "http_404" },
        "suspicious": !rules.is_empty(), "rules": rules, "last_seen": "2026-01-02T00:00:00Z",
        "signals": {"ssh_failed": signals[0], "http_404": signals[1], "http_bot": 0, "ssh_accepted": signals[2]},
        "evidence": [{"signal": "ssh_failed", "at": "2026-01-01T00:00:00Z", "file": "/var/log/auth.log", "line": 4812}],
    })
}

fn hosts() -> Vec<Value> {
    let mut scanned = host("203.0.113.77", [14, 0, 1], &["ssh_breakin"]);
    scanned["scan"] = json!({
        "status": "complete", "open_ports": [22], "closed": 1, "filtered": 0, "unknown": 0, "started_at": "2026-01-03T00:00:00Z", "duration_ms": 5,
        "ports": [{"port": 22, "state": "open", "reason": "connected", "rtt_ms": 0.2}, {"port": 23, "state": "closed", "reason": "refused"}],
        "banners": [{"port": 22, "text": "SSH-2.0-OpenSSH_9.2"}],
    });
    scanned["explain"] =
        json!([{"rule": "ssh_breakin", "held": true, "when": ".failed_before_login > 10", "saw": {"failed_before_login": 13}}]);
    scanned["failed_before_login"] = json!(13);
    scanned["login_order"] = json!({"failures": [1_767_312_000, 13], "logins": [1_767_312_010, 1], "latest": [{"at": "2026-01-02T00:00:10Z", "user": "backup", "method": "password", "file": "/var/log/auth.log", "line": 4900}]});
    let mut evil = host("192.0.2.9", [3, 0, 0], &[EVIL]);
    for key in ["reason", "network"] {
        evil[key] = json!(EVIL);
    }
    evil["signals"][EVIL] = json!(7);
    evil["evidence"][0]["file"] = json!(EVIL);
    evil["evidence"][0]["signal"] = json!(EVIL);
    evil["explain"] = json!([{"rule": EVIL, "held": false, "when": EVIL, "saw": {EVIL: EVIL}}]);
    evil["signals"]["ssh_accepted"] = json!(1);
    evil["login_order"] = json!({"latest": [{"at": "2026-01-02T00:00:00Z", "user": EVIL, "method": EVIL, "file": EVIL, "line": 1}]});
    evil["scan"] = json!({
        "status": EVIL, "started_at": EVIL, "stopped": EVIL, "ports": [{"port": 22, "state": EVIL, "reason": EVIL, "rtt_ms": EVIL}],
        "banners": [{"port": 22, "text": EVIL}],
    });
    vec![
        host("198.51.100.200", [0, 9000, 0], &[]),
        host("198.51.100.30", [1200, 5, 0], &["ssh_bruteforce"]),
        host("2001:db8::5", [80, 0, 0], &["ssh_bruteforce"]),
        evil,
        scanned,
    ]
}

/// The report of `hosts` as a file, in a folder that lasts.
fn report(name: &str, hosts: &[Value], flags: &[&str]) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let lines = hosts.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let output = run(filter("soar-report").args(["-q", "--html"]).arg(&path).args(flags), lines.as_bytes());
    assert_eq!(code(&output), 0, "{output:?}");
    path
}

/// The addresses of the rows that are shown, from the top.
fn shown(browser: &mut Browser) -> Vec<String> {
    let rows = browser
        .eval("[...document.querySelectorAll('#hosts > tbody')].filter(b => !b.classList.contains('late')).map(b => b.querySelector('.fold').textContent)");
    rows.as_array().expect("rows").iter().map(|row| row.as_str().expect("text").to_owned()).collect()
}

fn click(browser: &mut Browser, heading: &str) -> Value {
    let find = format!("[...document.querySelectorAll('#hosts thead th')].find(h => h.textContent === '{heading}')");
    browser.eval(&format!("{find}.querySelector('button').click()"));
    browser.eval(&format!("{find}.getAttribute('aria-sort')"))
}

#[test]
#[ignore = "make test-real"]
fn a_page_opens_sorts_filters_and_folds_out_without_a_request_or_a_complaint() {
    let Some(mut browser) = Browser::start() else { return };
    let path = report("browser.html", &hosts(), &[]);
    browser.open(&path);
    let urgent = ["203.0.113.77", "198.51.100.30", "2001:db8::5", "192.0.2.9", "198.51.100.200"];
    assert_eq!(shown(&mut browser), urgent, "break-ins first, then suspicious, then by score");

    assert_eq!(click(&mut browser, "Score"), "descending");
    assert_eq!(shown(&mut browser), ["198.51.100.200", "198.51.100.30", "2001:db8::5", "203.0.113.77", "192.0.2.9"]);
    assert_eq!(click(&mut browser, "Score"), "ascending");
    assert_eq!(shown(&mut browser)[0], "192.0.2.9");
    assert_eq!(click(&mut browser, "Address"), "ascending");
    assert_eq!(
        shown(&mut browser),
        ["192.0.2.9", "198.51.100.30", "198.51.100.200", "203.0.113.77", "2001:db8::5"],
        "by value, not by text"
    );
    assert_eq!(browser.eval("document.querySelectorAll('[aria-sort]:not([aria-sort=none])').length"), 1);

    browser.eval("words.value = '198.51 ssh'; words.dispatchEvent(new Event('input'))");
    assert_eq!(shown(&mut browser), ["198.51.100.30", "198.51.100.200"], "all words, anywhere in what is known of a host");
    assert_eq!(browser.eval("document.getElementById('shown').textContent"), "2 of 5 addresses shown");
    browser.eval("words.value = ''; verdict.value = 'break-in'; verdict.dispatchEvent(new Event('change'))");
    assert_eq!(shown(&mut browser), ["203.0.113.77"]);

    let is_open = "getComputedStyle(document.querySelector('#h0 .more')).display !== 'none'";
    assert_eq!(browser.eval(is_open), false);
    browser.eval("document.querySelector('#h0 .fold').click()");
    assert_eq!(browser.eval(is_open), true);
    let details = browser.eval("document.querySelector('#h0 .more').innerText");
    for text in [
        "ssh_breakin (holds) .failed_before_login > 10: failed_before_login=13",
        "after 13 failures",
        "/var/log/auth.log:4900",
        "/var/log/auth.log:4812",
        "SSH-2.0-OpenSSH_9.2",
        "refused",
    ] {
        assert!(details.as_str().is_some_and(|details| details.contains(text)), "{text}: {details}");
    }
    browser.picture(1280, 1300, &path.with_extension("1280.png"));
    assert_eq!(browser.requests(), [format!("file://{}", path.display())], "nothing but the page itself");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
#[ignore = "make test-real"]
fn hostile_text_is_shown_as_text_in_every_field() {
    let Some(mut browser) = Browser::start() else { return };
    let columns: Vec<_> = soar_light::report::column::COLUMNS.iter().map(|column| column.name).collect();
    let path = report("hostile.html", &hosts(), &["--columns", &columns.join(",")]);
    browser.open(&path);
    assert_eq!(browser.eval("document.querySelectorAll('img, iframe, object, link, base, form').length"), 0);
    assert_eq!(browser.eval("document.scripts.length"), 1);
    assert_eq!(browser.eval("[...document.querySelectorAll('a')].every(a => a.getAttribute('href').startsWith('#'))"), true);
    let text = browser.eval("document.getElementById('hosts').textContent");
    let text = text.as_str().expect("text");
    let spelled_out = r#"<script>alert(1)</script><img src=x onerror=alert(2)>"'&lt;\u{202e}\x00javascript:alert(3)//http://192.0.2.99/x"#;
    assert!(text.matches(spelled_out).count() >= 20, "{}", text.matches(spelled_out).count());
    assert!(!text.contains('\u{202e}'));
    // The policy itself: what a hole in the escaping would let in is refused.
    browser.eval("document.body.insertAdjacentHTML('beforeend', '<img src=http://192.0.2.99/x><b style=color:red onclick=alert(1)>x</b>'); document.querySelector('b').click()");
    assert_eq!(browser.eval("getComputedStyle(document.querySelector('b')).color"), "rgb(33, 37, 41)");
    assert!(browser.complaints().iter().any(|complaint| complaint.contains("Content Security Policy")));
    assert!(!browser.complaints().iter().any(|complaint| complaint.contains("javascriptDialogOpening")));
}

#[test]
#[ignore = "make test-real"]
fn many_rows_come_a_page_at_a_time_and_all_are_sorted_filtered_and_printed() {
    let Some(mut browser) = Browser::start() else { return };
    let many: Vec<_> =
        (0..450_u32).map(|n| host(&std::net::Ipv4Addr::from_bits(0xc612_0000 + n).to_string(), [1000 - u64::from(n), 0, 0], &[])).collect();
    let path = report("pages.html", &many, &[]);
    browser.open(&path);
    let status = "document.getElementById('shown').textContent";
    assert_eq!(browser.eval(status), "450 of 450 addresses fit, the first 200 shown");
    assert_eq!(click(&mut browser, "Score"), "descending");
    assert_eq!(click(&mut browser, "Score"), "ascending");
    assert_eq!(shown(&mut browser)[..2], ["198.18.1.193", "198.18.1.192"], "of all, not of those that were shown");
    for (rows, left) in [(400, "Show 50 more"), (450, "")] {
        browser.eval("more.click()");
        assert_eq!(shown(&mut browser).len(), rows);
        assert_eq!(browser.eval("more.hidden ? '' : more.textContent"), left);
    }
    assert_eq!(shown(&mut browser)[449], "198.18.0.0");
    browser.eval("words.value = '198.18.0.7'; words.dispatchEvent(new Event('input'))");
    assert_eq!(browser.eval(status), "11 of 450 addresses shown");
    browser.eval("words.value = ''; words.dispatchEvent(new Event('input')); dispatchEvent(new Event('beforeprint'))");
    assert_eq!(shown(&mut browser).len(), 450);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
#[ignore = "make test-real"]
fn the_keyboard_reaches_everything_and_everything_has_a_name() {
    let Some(mut browser) = Browser::start() else { return };
    let path = report("keyboard.html", &hosts(), &["--lang", "fr"]);
    browser.open(&path);
    assert_eq!(browser.eval("document.documentElement.lang"), "fr");
    let mut stops = Vec::new();
    for _ in 0..24 {
        browser.press("Tab");
        stops.push(
            browser
                .eval("(a => a.id || a.className || a.textContent || a.tagName)(document.activeElement)")
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        );
    }
    for stop in ["203.0.113.77", "words", "verdict", "scroll", "Score", "fold"] {
        assert!(stops.iter().any(|seen| seen == stop), "{stop}: {stops:?}");
    }
    browser.eval("document.querySelector('#h1 .fold').focus()");
    browser.press("Enter");
    assert_eq!(browser.eval("document.activeElement.getAttribute('aria-expanded')"), "true");
    let tree = browser.call("Accessibility.getFullAXTree", &json!({}));
    let nodes: Vec<_> = tree["nodes"].as_array().expect("nodes").iter().filter(|node| node["ignored"] == false).collect();
    let names = |role: &str| -> Vec<&str> {
        nodes.iter().filter(|node| node["role"]["value"] == role).map(|node| node["name"]["value"].as_str().unwrap_or_default()).collect()
    };
    for role in ["button", "combobox", "searchbox", "columnheader", "rowheader", "image", "link", "region"] {
        assert!(!names(role).is_empty() && names(role).iter().all(|name| !name.is_empty()), "{role}: {:?}", names(role));
    }
    assert!(names("image").contains(&"Les 5 adresses aux scores les plus élevés"), "{:?}", names("image"));
    browser.picture(400, 2600, &path.with_extension("400.png"));
    assert_eq!(browser.eval("document.documentElement.scrollWidth <= 400"), true, "the page itself does not scroll sideways");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
#[ignore = "make test-real"]
fn a_page_without_script_and_a_page_on_paper_show_everything() {
    let Some(mut browser) = Browser::start() else { return };
    let path = report("plain.html", &hosts(), &["--theme", "dark"]);
    browser.call("Emulation.setScriptExecutionDisabled", &json!({"value": true}));
    browser.open(&path);
    browser.call("Emulation.setScriptExecutionDisabled", &json!({"value": false}));
    let visible = "[...document.querySelectorAll('#hosts .more')].filter(row => getComputedStyle(row).display !== 'none').length";
    assert_eq!(browser.eval(visible), 5);
    assert_eq!(browser.eval("getComputedStyle(document.querySelector('.controls')).display"), "none");
    browser.picture(1280, 1300, &path.with_extension("1280.png"));
    browser.call("Emulation.setEmulatedMedia", &json!({"media": "print"}));
    assert_eq!(browser.eval("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)");
    browser.picture(1000, 1300, &path.with_extension("print.png"));
}

/// `cargo test --release --test browser -- --ignored` prints how long a page of 10,000 hosts takes.
#[test]
#[ignore = "measures, and asserts nothing about time"]
fn measure_ten_thousand_hosts() {
    let Some(mut browser) = Browser::start() else { return };
    let many: Vec<_> = (0..10_000_u32)
        .map(|n| {
            let rules: &[&str] = if n % 3 == 0 { &["ssh_bruteforce", "aggressive_bot"] } else { &[] };
            let mut host = host(
                &std::net::Ipv4Addr::from_bits(0xc612_0000 + n).to_string(),
                [u64::from(n * 7919 % 5000), u64::from(n % 400), 0],
                rules,
            );
            let place = host["evidence"][0].clone();
            host["evidence"] = json!(vec![place; 6]);
            host
        })
        .collect();
    let path = report("many.html", &many, &["--top", "10000"]);
    browser.open(&path);
    let mut said = format!("{} bytes\n", std::fs::metadata(&path).expect("a file").len());
    let opened = browser.eval("Math.round(performance.getEntriesByType('navigation')[0].loadEventEnd)");
    said.push_str(&format!("opened: {opened} ms\n"));
    // Until the next frame is painted.
    let time = |what: &str| {
        format!(
            "new Promise(done => {{ const start = performance.now(); {what}; requestAnimationFrame(() => setTimeout(() => done(Math.round(performance.now() - start)))) }})"
        )
    };
    for (name, what) in [
        ("sort by score", "document.querySelectorAll('#hosts thead button')[2].click()"),
        ("sort by address", "document.querySelectorAll('#hosts thead button')[1].click()"),
        ("sort by rules", "document.querySelectorAll('#hosts thead button')[4].click()"),
        ("filter, first letter", "words.value = '7'; words.dispatchEvent(new Event('input'))"),
        ("filter, a word", "words.value = '198.18.7 brute'; words.dispatchEvent(new Event('input'))"),
        ("no filter", "words.value = ''; words.dispatchEvent(new Event('input'))"),
        ("more", "more.click()"),
        ("sort again", "document.querySelectorAll('#hosts thead button')[2].click()"),
        ("fold out", "document.querySelector('.fold').click()"),
    ] {
        said.push_str(&format!("{name}: {} ms\n", browser.eval(&time(what))));
    }
    std::io::stderr().write_all(said.as_bytes()).expect("written");
    assert_eq!(shown(&mut browser).len(), 200);
}
