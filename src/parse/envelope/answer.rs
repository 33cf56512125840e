//! Objects that hold many lines: Loki's answer to a query or a push, each of which becomes a line as `logcli -o jsonl` prints it; events of `CloudWatch`
//! Logs; files of `CloudTrail`, and diagnostic logs of Azure; records of OpenTelemetry (see `otlp`).

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::parse::envelope::otlp::{self, ResourceLogs};
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
    /// `CloudTrail`'s, and Azure's.
    #[serde(borrow, alias = "Records")]
    records: Option<Vec<&'a RawValue>>,
    /// `CloudWatch`'s: a subscription's, and those of its interface.
    #[serde(borrow, alias = "logEvents")]
    events: Option<Vec<LogEvent<'a>>>,
    #[serde(borrow, rename = "logGroup")]
    group: Option<&'a RawValue>,
    #[serde(borrow, rename = "messageType")]
    kind: Option<&'a RawValue>,
    /// OpenTelemetry's.
    #[serde(borrow, rename = "resourceLogs")]
    sources: Option<Vec<ResourceLogs<'a>>>,
}

/// **Source:** Amazon `CloudWatch` Logs API reference, `FilteredLogEvent`; user guide, subscription filters.
#[derive(Deserialize)]
struct LogEvent<'a> {
    #[serde(borrow)]
    message: &'a RawValue,
    #[serde(borrow)]
    timestamp: &'a RawValue,
    #[serde(borrow, rename = "logStreamName")]
    stream: Option<&'a RawValue>,
    #[serde(borrow, rename = "ingestionTime")]
    ingested: Option<&'a RawValue>,
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
pub(crate) fn may_be_answer(line: &[u8]) -> bool {
    const KEYS: [&[u8]; 8] = [b"status", b"streams", b"data", b"Records", b"records", b"events", b"messageType", otlp::KEY.as_bytes()];
    let Some(inside) = line.trim_ascii_start().strip_prefix(b"{") else { return false };
    let inside = inside.trim_ascii_start();
    inside
        .strip_prefix(b"\"")
        .is_some_and(|key| KEYS.iter().any(|known| key.strip_prefix(*known).is_some_and(|rest| rest.starts_with(b"\""))))
}

/// Whether a record is `CloudTrail`'s or Azure's: any other list may be what an application was sent.
///
/// **Source:** AWS `CloudTrail` user guide, record contents; Azure Monitor, common schema of resource logs.
fn is_clouds(record: &RawValue) -> bool {
    let has = |key: &str| memchr::memmem::find(record.get().as_bytes(), key.as_bytes()).is_some();
    has("\"eventVersion\"") && has("\"eventSource\"") || has("\"resourceId\"") && has("\"category\"")
}

/// The lines of an answer; `None` for what is none, or holds no line.
pub fn split_answer<'a>(line: &'a [u8], arena: &'a Arena) -> Option<Vec<&'a [u8]>> {
    if !may_be_answer(line) {
        return None;
    }
    let answer: Answer<'_> = serde_json::from_slice(line).ok()?;
    if let Some(records) = answer.records {
        let are_clouds = !records.is_empty() && records.iter().all(|record| is_clouds(record));
        return are_clouds.then(|| records.iter().map(|record| record.get().as_bytes()).collect());
    }
    if let Some(events) = answer.events {
        // Lists that are called so may be anybody's.
        if events.is_empty() || answer.kind.is_none() && events.iter().any(|event| event.ingested.is_none()) {
            return None;
        }
        let group = answer.group.map_or("null", RawValue::get);
        let lines = events.iter().map(|LogEvent { message, timestamp, stream, .. }| {
            let stream = stream.map_or("null", RawValue::get);
            let parts = [
                r#"{"logGroup":"#,
                group,
                r#","logStreamName":"#,
                stream,
                r#","timestamp":"#,
                timestamp.get(),
                r#","message":"#,
                message.get(),
                "}",
            ];
            arena.join(&parts.map(str::as_bytes))
        });
        return Some(lines.collect());
    }
    if let Some(sources) = answer.sources {
        return Some(otlp::lines(&sources, arena)).filter(|lines| !lines.is_empty());
    }
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
        for (line, lines) in [
            (
                r#"{"messageType":"DATA_MESSAGE","logGroup":"/var/log/secure","logStream":"i","logEvents":[{"id":"1","timestamp":1,"message":"a \"b\""}]}"#,
                &[r#"{"logGroup":"/var/log/secure","logStreamName":null,"timestamp":1,"message":"a \"b\""}"#][..],
            ),
            (
                r#"{"events":[{"logStreamName":"i","timestamp":1,"message":"a","ingestionTime":2}],"searchedLogStreams":[]}"#,
                &[r#"{"logGroup":null,"logStreamName":"i","timestamp":1,"message":"a"}"#],
            ),
            (
                r#"{"Records":[{"eventVersion":"1.08","eventSource":"a"},{"eventVersion":"1.08","eventSource":"b"}]}"#,
                &[r#"{"eventVersion":"1.08","eventSource":"a"}"#, r#"{"eventVersion":"1.08","eventSource":"b"}"#],
            ),
            (r#"{"records": [{"category":"a","resourceId":"b"}]}"#, &[r#"{"category":"a","resourceId":"b"}"#]),
        ] {
            assert_eq!(shown(line).expect("lines"), lines, "{line}");
        }
        for line in [
            r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"2"]]}]}}"#,
            r#"{"status":"success","data":{"resultType":"streams","result":[]}}"#,
            r#"{"status":"404","request":"GET /a HTTP/1.1"}"#,
            r#"{"streams":[{"stream":{},"values":[["1"]]}]}"#,
            r#"{"events":[{"message":"x"}]}"#,
            r#"{"events":[]}"#,
            r#"{"events":[{"message":"x","timestamp":1}]}"#,
            r#"{"Records":[{"message":"x"}]}"#,
            r#"{"Records":[]}"#,
            "",
        ] {
            assert_eq!(shown(line), None, "{line}");
        }
    }
}
