//! Any text as the answer of a store of logs: its lines are whole JSON objects, and their text is what stood there.

#![no_main]

use libfuzzer_sys::fuzz_target;
use soar_light::parse::envelope::answer::split_answer;
use soar_light::parse::format::Arena;

fuzz_target!(|text: &[u8]| {
    let arena = Arena::default();
    for line in split_answer(text, &arena).unwrap_or_default() {
        assert!(serde_json::from_slice::<serde_json::Value>(line).is_ok_and(|line| line.is_object()));
    }
    let text = String::from_utf8_lossy(text);
    let quoted = serde_json::to_string(&text).expect("a string");
    let answer = format!(r#"{{"status":"success","data":{{"result":[{{"stream":{{}},"values":[["1",{quoted}],["2",{quoted}]]}}]}}}}"#);
    let lines = split_answer(answer.as_bytes(), &arena).expect("an answer");
    assert_eq!(lines.len(), 2);
    for line in lines {
        let line: serde_json::Value = serde_json::from_slice(line).expect("JSON");
        assert_eq!(line["line"], *text);
    }
});
