//! How the HTML report looks in a real browser: on wide and narrow screens, light and dark, on paper, in both languages, and to
//! axe-core, which asks whether everybody can use it.
//!
//! Pictures of the page stay in the `tmp` folder of the build, to be looked at.

use std::path::Path;

use crate::support::chromium::Browser;
use crate::support::page::{host, hosts, report};
use serde_json::{Value, json};

/// Hosts of which each needs space: long addresses, many ports, long names, several rules.
fn roomy(rows: u32) -> Vec<Value> {
    let ports: Vec<u16> = (1..=100).chain([443, 8080]).collect();
    let mut many = hosts();
    many.extend((0..rows).map(|n| {
        let ip = format!("2001:db8:1234:5678:9abc:def0:{n:x}:5678");
        let mut host = host(&ip, [1000 + u64::from(n), 3, 0], &["ssh_bruteforce", "aggressive_bot"]);
        host["scan"] = json!({"status": "complete", "open_ports": ports, "closed": 1, "filtered": 0, "unknown": 0});
        host["timeline"] = json!({"resolution_seconds": 86400, "buckets": {"ssh_failed": [1_767_225_600, 7, n + 1, 1000]}});
        host["explain"] = json!([{
            "rule": "ssh_bruteforce", "held": true, "when": ".ssh_failed > 50", "about": "more than 50 failed SSH logins", "attack": "T1110.001",
            "window_seconds": 600, "saw": {"ssh_failed": 286},
        }]);
        host
    }));
    many[4]["login_order"]["latest"][0]["user"] = json!("a".repeat(90));
    many
}

fn show(browser: &mut Browser, width: u32, height: u32, scheme: &str) {
    browser.call("Emulation.setEmulatedMedia", &json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]}));
    browser.call("Emulation.setDeviceMetricsOverride", &json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}));
    // Whatever waits for a new size has been told.
    browser.eval("new Promise(done => requestAnimationFrame(() => setTimeout(done)))");
}

#[test]
#[ignore = "make test-real"]
fn nothing_is_cut_and_addresses_break_between_groups() {
    let Some(mut browser) = Browser::start() else { return };
    for lang in ["en", "fr"] {
        let path = report(&format!("room.{lang}.html"), &roomy(30), &["--lang", lang]);
        browser.open(&path);
        for width in [1280, 800, 400] {
            for open in [false, true] {
                browser.eval(&format!("for (const b of [...document.querySelectorAll('.fold')].slice(0, 8)) if ((b.getAttribute('aria-expanded') === 'true') !== {open}) b.click()"));
                show(&mut browser, width, 900, "light");
                let wide = "[...document.querySelectorAll('html, .scroll, .chart')].filter(box => box.scrollWidth > box.clientWidth).map(box => box.className || box.tagName)";
                assert_eq!(browser.eval(wide), json!([]), "{lang} {width} {open}");
            }
            let broken = "[...document.querySelectorAll('.ip')].flatMap(ip => [...ip.childNodes]).filter(node => node.nodeType === 3).map(node => { const range = document.createRange(); range.selectNode(node); return range.getClientRects().length }).filter(boxes => boxes > 1).length";
            assert_eq!(browser.eval(broken), 0, "{lang} {width}: inside a group");
            assert_eq!(browser.eval("document.querySelectorAll('.ip').length > 30"), true);
            browser.picture(width, 1600, &path.with_extension(format!("{width}.png")));
        }
        assert_eq!(browser.eval("document.querySelector('#h5 .host').textContent.includes('1-100 443 8080')"), true);
        assert_eq!(browser.eval("document.querySelectorAll('ul:empty, ol:empty, dl:empty, table:empty, tbody:empty').length"), 0);
    }
}

#[test]
#[ignore = "make test-real"]
fn headings_stay_in_sight() {
    let Some(mut browser) = Browser::start() else { return };
    let top = "Math.round(document.querySelector('#hosts th').getBoundingClientRect().top)";
    browser.open(&report("headings.html", &roomy(60), &[]));
    show(&mut browser, 1280, 800, "light");
    browser.eval("document.querySelector('#h40').scrollIntoView()");
    assert_eq!(browser.eval("scrollY > 1000"), true, "the page scrolls");
    assert_eq!(browser.eval(top), 0);
    // A table too wide for the page scrolls in its own box.
    let columns: Vec<_> = soar_light::report::column::COLUMNS.iter().map(|column| column.name).collect();
    browser.open(&report("headings-wide.html", &roomy(60), &["--columns", &columns.join(",")]));
    browser.eval("document.querySelector('.scroll').scrollTo(300, 5000); document.querySelector('.scroll').scrollIntoView()");
    let inside = "Math.round(document.querySelector('#hosts th').getBoundingClientRect().top - document.querySelector('.scroll').getBoundingClientRect().top)";
    assert_eq!(browser.eval("document.querySelector('.scroll').scrollTop > 1000"), true, "the box scrolls");
    assert_eq!(browser.eval(inside), 1, "below its border");
}

#[test]
#[ignore = "make test-real"]
fn a_page_is_light_or_dark_as_its_reader_is_unless_it_was_told() {
    let Some(mut browser) = Browser::start() else { return };
    let (light, dark) = ("rgb(255, 255, 255)", "rgb(22, 25, 29)");
    for (flags, expected) in [(&[][..], [light, dark]), (&["--theme", "light"], [light, light]), (&["--theme", "dark"], [dark, dark])] {
        let path = report("scheme.html", &hosts(), flags);
        browser.open(&path);
        for (scheme, expected) in ["light", "dark"].into_iter().zip(expected) {
            show(&mut browser, 1280, 900, scheme);
            assert_eq!(browser.eval("getComputedStyle(document.body).backgroundColor"), expected, "{flags:?} {scheme}");
        }
        browser.call(
            "Emulation.setEmulatedMedia",
            &json!({"media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]}),
        );
        assert_eq!(browser.eval("getComputedStyle(document.body).backgroundColor"), light, "{flags:?}: paper");
        browser.call("Emulation.setEmulatedMedia", &json!({"media": ""}));
    }
}

#[test]
#[ignore = "make test-real"]
fn headings_repeat_on_every_sheet_and_all_rows_are_there() {
    if std::process::Command::new("pdftotext").arg("-v").output().is_err() {
        return crate::support::skip::skip("headings_repeat_on_every_sheet_and_all_rows_are_there", "no pdftotext");
    }
    let Some(mut browser) = Browser::start() else { return };
    let path = report("sheets.html", &roomy(300), &["--lang", "fr"]);
    browser.open(&path);
    let pdf = browser.call("Page.printToPDF", &json!({"printBackground": true, "preferCSSPageSize": true}))["data"].clone();
    let pdf = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, pdf.as_str().expect("text")).expect("base64");
    let file = path.with_extension("pdf");
    std::fs::write(&file, pdf).expect("written");
    let said = std::process::Command::new("pdftotext").arg("-layout").arg(&file).arg("-").output().expect("it runs");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let sheets: Vec<_> = said.split('\u{c}').filter(|sheet| sheet.contains("aggressive_bot")).collect();
    assert!(sheets.len() > 5, "{}", sheets.len());
    for sheet in &sheets {
        assert!(["Verdict", "Adresse", "Score", "Pourquoi"].iter().all(|heading| sheet.contains(heading)), "{sheet}");
    }
    assert_eq!(sheets.iter().map(|sheet| sheet.matches("aggressive_bot").count()).sum::<usize>(), 300, "a row each");
}

#[test]
#[ignore = "make test-real"]
fn everybody_can_use_the_page() {
    let tools = crate::support::bin("soar-report").ancestors().nth(2).expect("the build folder").join("tools");
    let Ok(axe) = std::fs::read_to_string(tools.join("axe/node_modules/axe-core/axe.min.js")) else {
        return crate::support::skip::skip("everybody_can_use_the_page", "no axe-core");
    };
    let Some(mut browser) = Browser::start() else { return };
    let one = [host("192.0.2.1", [1, 0, 0], &[])];
    for (name, hosts) in [("many", &roomy(20)[..]), ("one", &one), ("none", &[])] {
        for lang in ["en", "fr"] {
            let run = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/report/score.run");
            let path = report(&format!("axe.{name}.{lang}.html"), hosts, &["--lang", lang, "--run", &run.to_string_lossy()]);
            browser.open(&path);
            browser.eval(&format!("{axe}; document.querySelectorAll('.fold').forEach((fold, nth) => {{ if (nth < 12) fold.click() }}); 0"));
            for (width, scheme) in [(1280, "light"), (1280, "dark"), (400, "light")] {
                show(&mut browser, width, 900, scheme);
                let found = browser.eval("axe.run().then(said => [said.passes.length > 20, said.violations.map(one => [one.id, one.help, one.nodes.map(node => node.html.slice(0, 200)).slice(0, 3)])])");
                assert_eq!(found, json!([true, []]), "{name} {lang} {width} {scheme}");
            }
        }
    }
}

#[test]
#[ignore = "make test-real"]
fn on_paper_no_text_is_larger_than_that_of_paragraphs_but_headings() {
    let Some(mut browser) = Browser::start() else { return };
    let path = report("paper.html", &roomy(3), &[]);
    browser.open(&path);
    browser.call("Emulation.setEmulatedMedia", &json!({"media": "print"}));
    let large = "const size = node => parseFloat(getComputedStyle(node).fontSize); const plain = size(document.body);
        [...document.querySelectorAll('.axis, .note, .scale, .ticks text, .legend li, dd, td')].filter(node => size(node) > plain + .1).map(node => node.outerHTML.slice(0, 80))";
    assert_eq!(browser.eval(&format!("(() => {{ {} }})()", large.replacen("[...", "return [...", 1))), json!([]));
    assert_eq!(browser.eval("parseFloat(getComputedStyle(document.body).fontSize)"), json!(12));
    browser.call("Emulation.setEmulatedMedia", &json!({"media": ""}));
}
