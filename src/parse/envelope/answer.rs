//! Answers of programming interfaces that hold many lines in one object: Loki's to a query or a push. Each of them becomes a line as `logcli -o jsonl`
//! prints it, and is read as such.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::parse::format::Arena;

/// Loki's answer, and what is pushed to it.
///
/// **Source:** Grafana Loki HTTP API, `query_range` and `push`.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: Option<Data<'a>>,
    #[serde(borrow)]
    streams: Option<Vec<Stream<'a>>>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    result: Vec<Stream<'a>>,
}

#[derive(Deserialize)]
struct Stream<'a> {
    #[serde(borrow)]
    stream: &'a RawValue,
    /// Time in nanoseconds, line and, where the store has it, structured metadata.
    #[serde(borrow)]
    values: Vec<Vec<&'a RawValue>>,
}

/// Whether a line begins as such an answer does; few others do.
#[must_use]
pub fn may_be_answer(line: &[u8]) -> bool {
    let Some(inside) = line.trim_ascii_start().strip_prefix(b"{") else { return false };
    let inside = inside.trim_ascii_start();
    [&b"\"status\""[..], b"\"streams\"", b"\"data\""].iter().any(|key| inside.starts_with(key))
}

/// The lines of an answer; `None` for what is none, or holds no line.
#[must_use]
pub fn split_answer<'a>(line: &'a [u8], arena: &'a Arena) -> Option<Vec<&'a [u8]>> {
    if !may_be_answer(line) {
        return None;
    }
    let answer: Answer<'_> = serde_json::from_slice(line).ok()?;
    let streams = answer.data.map(|data| data.result).or(answer.streams)?;
    let mut lines = Vec::new();
    for Stream { stream, values } in &streams {
        for value in values {
            let [time, text, ..] = value.as_slice() else { return None };
            let parts = [r#"{"labels":"#, stream.get(), r#","line":"#, text.get(), r#","timestamp":"#, time.get(), "}"];
            lines.push(arena.join(&parts.map(str::as_bytes)));
        }
    }
    (!lines.is_empty()).then_some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_as_many_lines_as_it_holds() {
        let arena = Arena::default();
        let shown = |line: &'static str| {
            split_answer(line.as_bytes(), &arena).map(|lines| lines.iter().map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>())
        };
        let both = [
            r#"{"labels":{"app":"web"},"line":"a \"b\"","timestamp":"1703415994322089000"}"#,
            r#"{"labels":{"app":"web"},"line":"c","timestamp":"1703415994322089001"}"#,
        ];
        for line in [
            r#"{"status":"success","data":{"resultType":"streams","result":[{"stream":{"app":"web"},"values":[["1703415994322089000","a \"b\""],["1703415994322089001","c",{}]]}],"stats":{}}}"#,
            r#"{ "data": {"result":[{"values":[["1703415994322089000","a \"b\""],["1703415994322089001","c"]],"stream":{"app":"web"}}]},"status":"success"}"#,
            r#"{"streams":[{"stream":{"app":"web"},"values":[["1703415994322089000","a \"b\""],["1703415994322089001","c"]]}]}"#,
        ] {
            assert_eq!(shown(line).as_deref(), Some(&both.map(Into::into)[..]), "{line}");
        }
        for line in [
            r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"2"]]}]}}"#,
            r#"{"status":"success","data":{"resultType":"streams","result":[]}}"#,
            r#"{"status":"404","request":"GET /a HTTP/1.1"}"#,
            r#"{"streams":[{"stream":{},"values":[["1"]]}]}"#,
            "",
        ] {
            assert_eq!(shown(line), None, "{line}");
        }
    }
}
