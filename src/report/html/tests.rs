use super::*;
use crate::record::host::HostRecord;
use crate::report::data::Thresholds;

fn page_of(lines: &[&str], options: &RenderOptions) -> String {
    let mut data = ReportData::new(Html.needs(options), Thresholds::default());
    for line in lines {
        data.add(&HostRecord::from_line(line.as_bytes()).expect("a host"), line.as_bytes());
    }
    data.close();
    String::from_utf8(Html.page(&data, options, Path::new("-")).expect("a page")).expect("UTF-8")
}

#[test]
fn the_policy_allows_the_style_and_the_script_that_are_there_and_nothing_else() {
    let page = page_of(&[], &RenderOptions::default());
    for (start, end, directive) in [("<style>", "</style>", "style-src"), ("<script>", "</script>", "script-src")] {
        let inside = page.split_once(start).and_then(|(_, rest)| rest.split_once(end)).expect("an element").0;
        let hash = STANDARD.encode(Sha256::digest(inside));
        assert!(page.contains(&format!("{directive} 'sha256-{hash}'")), "{directive}");
        assert_eq!(page.matches(start).count(), 1, "{start}");
    }
    assert!(page.contains("content=\"default-src 'none';") && !page.contains(" style=") && !page.contains("javascript:"));
    assert!(page.contains("There is nothing to show.") && page.contains("No address has a score."));
}

#[test]
fn hosts_stand_in_the_order_of_urgency_and_what_is_left_out_is_said() {
    let lines = [
        r#"{"ip":"192.0.2.1","score":9000,"signals":{"http_404":9000}}"#,
        r#"{"ip":"192.0.2.2","score":60,"suspicious":true,"rules":["ssh_bruteforce"],"signals":{"ssh_failed":60}}"#,
        concat!(
            r#"{"ip":"192.0.2.3","score":12,"suspicious":true,"rules":["ssh_breakin"],"signals":{"ssh_failed":12,"ssh_accepted":1},"failed_before_login":11,"#,
            r#""login_order":{"failures":[1767225590,11],"logins":[1767225600,1],"latest":[{"at":"2026-01-01T00:00:00Z","user":"root","method":"password","file":"a","line":7}]}}"#
        ),
        // Of a version that did not look which came first.
        r#"{"ip":"192.0.2.4","score":11,"suspicious":true,"rules":["ssh_breakin"],"signals":{"ssh_failed":11,"ssh_accepted":2}}"#,
    ];
    let page = page_of(&lines, &RenderOptions { top: Some(2), ..RenderOptions::default() });
    let rows: Vec<_> = page.match_indices("<tr class=\"host\">").map(|(at, _)| &page[at..at + 300]).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows[0].contains("192.0.2.3") && rows[1].contains("192.0.2.2"));
    assert!(page.contains("left out: 2 (--top shows more"));
    assert!(
        page.contains("1 break-in</h2>")
            && page.contains(r##"<a href="#h0">192.0.2.3</a>, after 11 failures, <span class="at"><span>2026-01-01T00:00:00Z</span></span>, root, password, a:7</li>"##)
    );
    assert!(page.contains(concat!(
        "<td>192.0.2.3</td><td>1</td><td>11</td><td class=\"at\"><span>2026-01-01T</span><wbr><span>00:00:00Z</span></td>",
        "<td>root</td><td>password</td><td>a:7</td>"
    )));
    assert!(page.contains("<td>192.0.2.4</td><td>2</td><td>order unknown</td>"));
}

#[test]
fn text_of_others_is_escaped_wherever_it_stands() {
    let evil = r"<img src=x onerror=alert(1)>\u202e\u0000\\u0022'&amp;";
    let line = format!(
        concat!(
            r#"{{"ip":"192.0.2.1","score":1,"reason":"{0}","suspicious":true,"rules":["{0}"],"signals":{{"{0}":1}},"weights":{{"{0}":1}},"#,
            r#""network":"{0}","explain":[{{"rule":"{0}","held":true,"when":"{0}","saw":{{"{0}":"{0}"}}}}],"#,
            r#""evidence":[{{"signal":"{0}","file":"{0}","line":1}}],"scan":{{"status":"{0}","started_at":"{0}","stopped":"{0}","#,
            r#""ports":[{{"port":22,"state":"{0}","reason":"{0}","rtt_ms":"{0}"}}],"banners":[{{"port":22,"text":"{0}"}}]}}}}"#
        ),
        evil
    );
    let page =
        page_of(&[&line], &RenderOptions { columns: Some(super::super::column::COLUMNS.iter().collect()), ..RenderOptions::default() });
    assert!(page.matches("&lt;img src=x onerror=alert(1)&gt;").count() >= 20);
    for raw in ["<img", "\u{202e}", "\0"] {
        assert!(!page.contains(raw), "{raw:?}");
    }
}
