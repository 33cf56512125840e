//! The entries into which container engines cut long lines: Kubernetes' by their tag, Docker's by the newline that the last one ends in.
//!
//! A client who sends enough chooses where a line is cut. So what follows a piece is never read as a line of its own.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use memchr::{memchr, memmem};

use crate::io::pieces::{ENGINE_STREAMS, Piece, STREAMS};

/// What Docker's entries begin with, as it writes them and as other programs space them.
///
/// **Source:** moby `daemon/logger/jsonfilelog/jsonlog` (`MarshalJSONBuf`).
const DOCKER: [&[u8]; 2] = [b"{\"log\":\"", b"{\"log\": \""];
/// What stands between the text and the name of the stream.
const STREAM: [&[u8]; 2] = [b"\",\"stream\":\"", b"\", \"stream\": \""];

/// What an engine's entry has not, and a shipper's may have.
const SHIPPED: [&[u8]; 2] = [b"\"kubernetes\":", b"\"logtag\":"];

/// Whether a line begins as those entries do; few others do.
#[inline]
pub(crate) const fn may_be_piece(line: &[u8]) -> bool {
    matches!(line, [b'0'..=b'9', _, _, _, b'-', _, _, b'-', _, _, b'T', ..] | [b'{', ..])
}

/// Takes an entry of Kubernetes or Docker apart.
pub(crate) fn split_piece(line: &[u8]) -> Option<Piece<'_>> {
    match line {
        _ if !may_be_piece(line) => None,
        [b'{', ..] => split_whole_docker(line).or_else(|| split_docker(line)).or_else(|| split_shipped(line)),
        _ => split_cri(line),
    }
}

/// `TIME stdout P text`.
fn split_cri(line: &[u8]) -> Option<Piece<'_>> {
    let space = memchr(b' ', &line[..line.len().min(40)])?;
    let stream = match line.get(space + 1..space + 8)? {
        b"stdout " => 0,
        b"stderr " => 1,
        _ => return None,
    };
    let tag = space + 8;
    let is_open = match line.get(tag)? {
        b'P' => true,
        b'F' => false,
        _ => return None,
    };
    // Behind the tag, which further ones may follow, and its space.
    let text = memchr(b' ', &line[tag..]).map_or(line.len(), |end| tag + end + 1);
    matches!(line.get(tag + 1), None | Some(b' ' | b':')).then_some(Piece {
        stream,
        is_open,
        container: 0,
        parts: [&line[..text], &line[text..], b""],
    })
}

/// How far from its end an entry of Docker's without keys of its own has the name of its stream.
const TAIL: usize = 80;

/// The entry of a whole line, `{"log":"text\n","stream":"stdout","time":"2026-03-01T00:00:00.123456789Z"}`, read from its end: a text in JSON
/// holds no quote without a backslash before it, so the first such words there are not the text's.
fn split_whole_docker(line: &[u8]) -> Option<Piece<'_>> {
    static STREAM: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(br#"\n","stream":"std"#));
    let tail = line.len().saturating_sub(TAIL);
    let end = tail + STREAM.find(&line[tail..])? + br"\n".len();
    let (start, rest) = line.split_at(end);
    let body = start.strip_prefix(DOCKER[0])?;
    let (stream, rest) = match rest.get(br#"","stream":"std"#.len()..)?.split_first_chunk()? {
        (b"out\"", rest) => (0, rest),
        (b"err\"", rest) => (1, rest),
        _ => return None,
    };
    // Other keys are a shipper's, or options of the engine.
    let time = rest.strip_prefix(br#","time":""#)?.strip_suffix(br#""}"#)?;
    let is_whole = body.iter().rev().skip(1).take_while(|&&byte| byte == b'\\').count() % 2 == 1;
    let is_time = time.iter().all(|byte| !matches!(byte, b'"' | b'\\'));
    (is_whole && is_time).then_some(Piece { stream, is_open: false, container: 0, parts: [&line[..DOCKER[0].len()], body, &line[end..]] })
}

/// `{"log":"text","stream":"stdout",...}`; what stands between the quotes is JSON still.
fn split_docker(line: &[u8]) -> Option<Piece<'_>> {
    let text = DOCKER.iter().find_map(|start| line.strip_prefix(*start))?;
    let mut end = 0;
    loop {
        end += memchr::memchr2(b'"', b'\\', &text[end..])?;
        if text[end] == b'"' {
            break;
        }
        end += 2;
        if end > text.len() {
            return None;
        }
    }
    let (body, tail) = text.split_at(end);
    let stream = match STREAM.iter().find_map(|start| tail.strip_prefix(*start))? {
        rest if rest.starts_with(b"stdout\"") => 0,
        rest if rest.starts_with(b"stderr\"") => 1,
        _ => return None,
    };
    // A backslash before it would be an escaped one, which is text.
    let is_whole = body.ends_with(b"\\n") && body.iter().rev().skip(1).take_while(|&&byte| byte == b'\\').count() % 2 == 1;
    // What shippers made of an entry has keys of their own, and no newline.
    let is_of_engine = memmem::find(tail, b"\"time\":").is_some() && SHIPPED.iter().all(|key| memmem::find(tail, key).is_none());
    is_of_engine.then_some(Piece { stream, is_open: !is_whole, container: 0, parts: [&line[..line.len() - text.len()], body, tail] })
}

/// What an entry that a shipper, or the journal, took from a container holds somewhere: the tag of Kubernetes' files, or the source.
///
/// **Source:** Fluent Bit manual, parser cri; Vector `kubernetes_logs` and `docker_logs`, `auto_partial_merge`; moby `daemon/logger/journald`.
const SHIPPED_MARKS: [&[u8]; 5] = [b"\"logtag\":", b"\"_p\":", b"\"kubernetes_logs\"", b"\"docker_logs\"", b"\"CONTAINER_ID\":"];

/// What tells containers, and their outputs, apart.
const CONTAINERS: [&[u8]; 9] = [
    b"container_id",
    b"docker_id",
    b"pod_id",
    b"pod_name",
    b"container_name",
    b"stream",
    b"filename",
    b"CONTAINER_ID",
    b"CONTAINER_ID_FULL",
];

/// An entry as a shipper has it. Its pieces are of many containers. Only its own keys say so: deeper ones may be a client's, such as headers.
fn split_shipped(line: &[u8]) -> Option<Piece<'_>> {
    // Prepared once: every line of JSON is searched.
    static FINDERS: LazyLock<[Finder<'static>; 5]> = LazyLock::new(|| SHIPPED_MARKS.map(Finder::new));
    if !FINDERS.iter().any(|finder| finder.find(line).is_some()) {
        return None;
    }
    let (mut tag, mut is_of_vector, mut is_of_journal, mut is_partial) = (None, false, false, false);
    let mut values = [&b""[..]; CONTAINERS.len()];
    for_each_own_key(line, |key, value| {
        let text = value.strip_prefix(b"\"").and_then(|text| Some(&text[..memchr(b'"', text)?]));
        match key {
            b"logtag" | b"_p" => tag = tag.or(text),
            b"source_type" => is_of_vector |= matches!(text, Some(b"kubernetes_logs" | b"docker_logs")),
            b"_partial" => is_partial |= value.starts_with(b"true"),
            b"CONTAINER_PARTIAL_MESSAGE" => is_partial |= text == Some(b"true"),
            _ => {}
        }
        is_of_journal |= key == b"CONTAINER_ID";
        if let (Some(at), Some(text)) = (CONTAINERS.iter().position(|known| *known == key), text) {
            values[at] = text;
        }
    });
    let is_open = match tag {
        Some(tag) => tag == b"P",
        None if is_of_vector || is_of_journal => is_partial,
        None => return None,
    };
    let container = values.iter().fold(FNV_START, |hash, value| {
        value.iter().chain(b"\0").fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME))
    });
    let stream = ENGINE_STREAMS + usize::try_from(container % (STREAMS - ENGINE_STREAMS) as u64).unwrap_or_default();
    Some(Piece { stream, is_open, container, parts: [b"", line, b""] })
}

/// Calls `found` with the keys of an object, and of the object `kubernetes` in it, each with the text from its value on.
fn for_each_own_key<'l>(line: &'l [u8], mut found: impl FnMut(&'l [u8], &'l [u8])) {
    let (mut depth, mut is_in_kubernetes, mut last): (usize, bool, &[u8]) = (0, false, b"");
    let mut at = 0;
    while let Some(&byte) = line.get(at) {
        at += 1;
        match byte {
            b'"' => {
                let start = at;
                while let Some(next) = line.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
                    at += next + 1;
                    if line[at - 1] == b'"' {
                        break;
                    }
                    // What is escaped.
                    at += 1;
                }
                let rest = line.get(at..).unwrap_or_default().trim_ascii_start();
                if let (Some(value), true) = (rest.strip_prefix(b":"), depth == 1 || depth == 2 && is_in_kubernetes) {
                    last = line.get(start..at - 1).unwrap_or_default();
                    found(last, value.trim_ascii_start());
                }
            }
            b'{' | b'[' => {
                depth += 1;
                is_in_kubernetes |= depth == 2 && last == b"kubernetes";
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 1 {
                    (is_in_kubernetes, last) = (false, b"");
                }
            }
            _ => {}
        }
    }
}

/// **Source:** The FNV Non-Cryptographic Hash Algorithm, FNV-1a of 64 bits.
const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x100_0000_01b3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_say_whether_their_line_goes_on() {
        for (line, found) in [
            ("2025-10-10T11:55:36.1Z stdout F a b", Some((0, false, "a b"))),
            ("2025-10-10T11:55:36.1Z stderr P a b", Some((1, true, "a b"))),
            ("2025-10-10T11:55:36.1Z stderr P:x a b", Some((1, true, "a b"))),
            ("2025-10-10T11:55:36.1Z stdout P", Some((0, true, ""))),
            ("2025-10-10T11:55:36.1Z stdout Px a", None),
            ("2025-10-10T11:55:36.1Z lab sshd[7]: P a", None),
            (r#"{"log":"a \"b\"\n","stream":"stdout","time":"x"}"#, Some((0, false, r#"a \"b\"\n"#))),
            (r#"{"log":"a b","stream":"stderr","time":"x"}"#, Some((1, true, "a b"))),
            (r#"{"log": "a b", "stream": "stderr", "time": "x"}"#, Some((1, true, "a b"))),
            (r#"{"log":"a b\\n","stream":"stderr","time":"x"}"#, Some((1, true, r"a b\\n"))),
            (r#"{"log":"a b\\\n","stream":"stderr","time":"x"}"#, Some((1, false, r"a b\\\n"))),
            (r#"{"log":"a b","stream":"stdout","time":"x","kubernetes":{}}"#, None),
            (r#"{"log":"a \"logtag\":\"P\"","stream":"stdout","kubernetes":{}}"#, None),
            (r#"{"log":"a b\"#, None),
            (r#"{"message":"a"}"#, None),
            ("", None),
        ] {
            let piece = split_piece(line.as_bytes());
            let shown = piece.map(|piece| (piece.stream, piece.is_open, String::from_utf8_lossy(piece.parts[1]).into_owned()));
            assert_eq!(shown, found.map(|(stream, is_open, text)| (stream, is_open, text.to_owned())), "{line}");
            if let Some(whole) = split_whole_docker(line.as_bytes()) {
                let thorough = split_docker(line.as_bytes()).expect("an entry");
                assert_eq!((whole.stream, whole.is_open, whole.parts), (thorough.stream, thorough.is_open, thorough.parts), "{line}");
            }
            assert!(piece.is_none_or(|piece| piece.parts.concat() == line.as_bytes()), "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn an_entry_of_docker_is_the_same_from_either_end(text in "[a\\\\\"\n,:{}]{0,12}", end in "(\n)?", stream in "stdout|stderr|stdin", key in "(,\"a\":1)?") {
            let log = serde_json::Value::from(text + &end).to_string();
            for line in [
                format!(r#"{{"log":{log},"stream":"{stream}"{key},"time":"2026-03-01T00:00:00.123456789Z"}}"#),
                format!(r#"{{"log":{log},"stream":"{stream}","time":"2026-03-01T00:00:00Z"{key}}}"#),
            ] {
                if let Some(whole) = split_whole_docker(line.as_bytes()) {
                    let thorough = split_docker(line.as_bytes()).expect("an entry");
                    proptest::prop_assert_eq!((whole.stream, whole.is_open, whole.parts), (thorough.stream, thorough.is_open, thorough.parts));
                }
            }
        }
    }

    #[test]
    fn entries_of_shippers_are_told_apart_by_container() {
        let split =
            |line: &'static str| split_piece(line.as_bytes()).map(|piece| (piece.stream >= ENGINE_STREAMS, piece.is_open, piece.container));
        let of = |line: &'static str| split(line).map(|(is_shipped, is_open, _)| (is_shipped, is_open));
        for (line, found) in [
            (r#"{"time":"x","stream":"stdout","logtag":"P","log":"a","kubernetes":{"pod_name":"web"}}"#, Some((true, true))),
            (r#"{"time":"x","stream":"stdout","logtag": "F","log":"a","kubernetes":{"pod_name":"web"}}"#, Some((true, false))),
            (r#"{"_p":"P","message":"a"}"#, Some((true, true))),
            (r#"{"source_type":"kubernetes_logs","_partial":true,"message":"a"}"#, Some((true, true))),
            (r#"{"source_type":"docker_logs","message":"a"}"#, Some((true, false))),
            (r#"{"CONTAINER_ID":"x","CONTAINER_PARTIAL_MESSAGE":"true","MESSAGE":"a"}"#, Some((true, true))),
            (r#"{"CONTAINER_ID":"x","CONTAINER_PARTIAL_LAST":"true","MESSAGE":"a"}"#, Some((true, false))),
            (r#"{"source_type":"file","message":"a"}"#, None),
            // A client's header.
            (r#"{"req":{"url":"/","headers":{"logtag":"P"},"remoteAddress":"192.0.2.1"},"msg":"x"}"#, None),
            (r#"{"kubernetes":{"labels":{"logtag":"P"}},"message":"a"}"#, None),
            (r#"{"message":"\"logtag\":\"P\"","_p":"F"}"#, Some((true, false))),
            (r#"{"message":"a\"#, None),
        ] {
            assert_eq!(of(line), found, "{line}");
        }
        let pod = |name| split(name).map(|(_, _, container)| container);
        let [web, again, other] = [
            pod(r#"{"stream":"stdout","logtag":"P","log":"a","kubernetes":{"pod_name":"web"}}"#),
            pod(r#"{"stream":"stdout","logtag":"F","log":"b","kubernetes":{"pod_name":"web"}}"#),
            pod(r#"{"stream":"stdout","logtag":"F","log":"b","kubernetes":{"pod_name":"other"}}"#),
        ];
        assert!(web == again && web != other);
    }
}
