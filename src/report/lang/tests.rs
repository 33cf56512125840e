use super::*;

#[test]
fn numbers_are_written_as_their_readers_do() {
    assert_eq!([0, 999, 1000, 10_000_000].map(|n| Lang::En.number(n)), ["0", "999", "1,000", "10,000,000"]);
    assert_eq!(Lang::Fr.number(1_234_567), "1\u{202f}234\u{202f}567");
    assert_eq!([9_999, 10_000, 12_500, 2_500_000].map(|n| Lang::En.short_number(n)), ["9,999", "10k", "12.5k", "2.5M"]);
    assert_eq!([2_500_000_000, 9_007_199_254_740_991].map(|n| Lang::Fr.short_number(n)), ["2,5\u{a0}G", "9\u{a0}P"]);
}

#[test]
fn times_are_written_as_their_readers_do() {
    assert_eq!([Lang::En, Lang::Fr].map(|lang| lang.time(0)), ["1970-01-01T00:00:00Z", "01/01/1970 00:00:00 UTC"]);
    assert_eq!(french_time("2026-04-12T06:02:05.123Z").as_deref(), Some("12/04/2026 06:02:05.123 UTC"));
    for other in ["", "2026-04-12", "<b>TZ", "a-b-cTdZ"] {
        assert_eq!(french_time(other), None, "{other}");
    }
}

#[test]
fn phrases_are_filled_and_counted() {
    assert_eq!(Lang::En.fill(SEEN, &["a{}", "b"]), "seen a{} to b");
    assert_eq!((Lang::En.pair("404", "3"), Lang::Fr.pair("404", "3")), ("404: 3".to_owned(), "404\u{a0}: 3".to_owned()));
    assert_eq!(Lang::Fr.fill(TITLE, &["a"]), "Rapport de sécurité");
    assert_eq!(
        [0, 1, 2].map(|n| Lang::En.count(n, SCORED)),
        ["0 addresses with a score", "1 address with a score", "2 addresses with a score"]
    );
    assert_eq!([0, 1, 2].map(|n| Lang::Fr.count(n, BREAK_INS)), ["0 intrusion", "1 intrusion", "2 intrusions"]);
}

#[test]
fn names_of_the_wire_have_words() {
    assert_eq!(word_of(Lang::Fr, SCAN_STATES, "out_of_scope"), "hors périmètre");
    assert_eq!(word_of(Lang::Fr, SCAN_STATES, "else"), "else");
    assert_eq!((Lang::Fr.label_of("ssh_failed"), Lang::En.label_of("mine")), ("Échec SSH", "mine"));
}
