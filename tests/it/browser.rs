//! The HTML report in a real browser: it opens, sorts, filters and folds out, asks for nothing, and shows hostile text as text.
//!
//! Pictures of the page stay in the `tmp` folder of the build, to be looked at.

use std::io::Write;

use crate::support::chromium::Browser;
use crate::support::page::{host, hosts, report};
use serde_json::{Value, json};

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
    assert_eq!(click(&mut browser, "Score"), "none");
    assert_eq!(shown(&mut browser), urgent, "a third click takes it back");
    assert_eq!(click(&mut browser, "Score"), "descending");
    assert_eq!(click(&mut browser, "Verdict"), "descending");
    assert_eq!(shown(&mut browser), urgent, "break-ins first, whatever the alphabet says");
    assert_eq!(click(&mut browser, "Verdict"), "ascending");
    assert_eq!(shown(&mut browser)[0], "198.51.100.200");
    assert_eq!(click(&mut browser, "Address"), "ascending");
    assert_eq!(
        shown(&mut browser),
        ["192.0.2.9", "198.51.100.30", "198.51.100.200", "203.0.113.77", "2001:db8::5"],
        "by value, not by text"
    );
    assert_eq!(browser.eval("document.querySelectorAll('[aria-sort]:not([aria-sort=none])').length"), 1);

    browser.eval("words.value = '198.51 ssh'; words.dispatchEvent(new Event('input'))");
    assert_eq!(shown(&mut browser), ["198.51.100.30", "198.51.100.200"], "all words, anywhere in what is known of a host");
    assert_eq!(browser.eval("document.getElementById('shown').textContent"), "Addresses shown: 2 of 5");
    browser.eval("words.value = ''; verdict.value = 'break-in'; verdict.dispatchEvent(new Event('change'))");
    assert_eq!(shown(&mut browser), ["203.0.113.77"]);

    let is_open = "getComputedStyle(document.querySelector('#h0 .more')).display !== 'none'";
    assert_eq!(browser.eval(is_open), false);
    browser.eval("document.querySelector('#h0 .fold').click()");
    assert_eq!(browser.eval(is_open), true);
    let details = browser.eval("document.querySelector('#h0 .more').innerText");
    for text in [
        "13 failed logins in the hour before one that succeeded; the rule ssh_breakin asks for more than 10",
        "ATT&CK T1078 Valid Accounts",
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
    assert_eq!(browser.eval(status), "450 of 450 addresses match, the first 200 shown");
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
    assert_eq!(browser.eval(status), "Addresses shown: 11 of 450");
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
    for stop in ["203.0.113.77", "words", "verdict", "Score", "fold"] {
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
    for role in ["button", "combobox", "searchbox", "columnheader", "rowheader", "figure", "link", "region", "group"] {
        assert!(!names(role).is_empty() && names(role).iter().all(|name| !name.is_empty()), "{role}: {:?}", names(role));
    }
    assert!(names("figure").contains(&"Les 5 adresses aux scores les plus élevés"), "{:?}", names("figure"));
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

/// `cargo test --release --test it browser:: -- --ignored` prints how long a page of 10,000 hosts takes.
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
