//! Tests of the walker: an object of nothing but texts is read in one pass as it is read by serde.

use proptest::prelude::*;

use super::*;

/// Parts of lines that are objects of texts, or nearly.
const PARTS: &[&str] = &[
    "{",
    "}",
    "{\"",
    "\"}",
    "\",\"",
    "\":\"",
    ",",
    ":",
    "\"",
    "\\",
    "\\\"",
    "\\\\",
    "\\u00e9",
    "\\ud800",
    "\\u00",
    "\\x",
    "\\n",
    "\n",
    "\t",
    "\u{e9}",
    "\u{7f}",
    "MESSAGE",
    "_HOSTNAME",
    "source",
    "ip",
    "source.ip",
    "a",
    "7",
    "null",
    " ",
    "{\"a\":\"b\"}",
    "[1]",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn an_object_of_texts_is_read_as_the_walker_reads_it(
        pairs in proptest::collection::vec(
            (proptest::sample::select(&["MESSAGE", "_HOSTNAME", "_PID", "source.ip", "schema", "a", "", "\\u0061", "\u{e9}"][..]), proptest::collection::vec(proptest::sample::select(PARTS), 0..4)),
            0..6,
        ),
        noise in proptest::collection::vec(proptest::sample::select(PARTS), 0..12),
        is_noise in proptest::bool::weighted(0.3),
    ) {
        let pair = |(key, value): &(&str, Vec<&str>)| format!("\"{key}\":\"{}\"", value.concat());
        let text = if is_noise { noise.concat() } else { format!("{{{}}}", pairs.iter().map(pair).collect::<Vec<_>>().join(",")) };
        let arena = Arena::default();
        let told = |outcome: Result<Fields<'_>, &'static str>| outcome.map(|fields| format!("{fields:?}"));
        if let Some(flat) = read_flat(&text, &arena, &KNOWN) {
            prop_assert_eq!(told(flat), told(read_nested(&text, &arena, &KNOWN)), "{}", text);
        }
    }
}

#[test]
fn what_the_journal_writes_is_read_in_one_pass() {
    let (line, _) = crate::parse::envelope::journald::JOURNALD.example;
    let arena = Arena::default();
    let fields = read_flat(line, &arena, &KNOWN).expect("an object of texts").expect("no issue");
    assert_eq!(fields.get("_HOSTNAME"), Some(&b"lab"[..]));
    assert!(read_flat(r#"{"MESSAGE":"a \"b\" \u00e9","_PID":"7"}"#, &arena, &KNOWN).is_some_and(|fields| fields.is_ok()));
}
