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
#[must_use]
#[inline]
pub const fn may_be_piece(line: &[u8]) -> bool {
    matches!(line, [b'0'..=b'9', _, _, _, b'-', _, _, b'-', _, _, b'T', ..] | [b'{', ..])
}

/// Takes an entry of Kubernetes or Docker apart.
#[must_use]
pub fn split_piece(line: &[u8]) -> Option<Piece<'_>> {
    match line {
        _ if !may_be_piece(line) => None,
        [b'{', ..] => split_docker(line).or_else(|| split_shipped(line)),
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

/// What tells an entry that a shipper, or the journal, took from a container, and whether a piece of the same line follows: the tag of
/// Kubernetes' files, or a mark that the last piece has not. Inside a text no such quotes stand.
///
/// **Source:** Fluent Bit manual, parser cri; Vector `kubernetes_logs` and `docker_logs`, `auto_partial_merge`; moby `daemon/logger/journald`.
const ENTRIES: [(&str, PieceMark); 5] = [
    ("\"logtag\":", PieceMark::Tag),
    ("\"_p\":", PieceMark::Tag),
    ("\"source_type\":\"kubernetes_logs\"", PieceMark::Key(b"\"_partial\":true")),
    ("\"source_type\":\"docker_logs\"", PieceMark::Key(b"\"_partial\":true")),
    ("\"CONTAINER_ID\":\"", PieceMark::Key(b"\"CONTAINER_PARTIAL_MESSAGE\":\"true\"")),
];

/// How such an entry says that a piece follows.
#[derive(Debug, Clone, Copy)]
enum PieceMark {
    /// By `P` behind the key.
    Tag,
    /// By a key of its own.
    Key(&'static [u8]),
}

/// What tells containers, and their outputs, apart.
const CONTAINERS: [&[u8]; 9] = [
    b"\"container_id\":",
    b"\"docker_id\":",
    b"\"pod_id\":",
    b"\"pod_name\":",
    b"\"container_name\":",
    b"\"stream\":",
    b"\"filename\":",
    b"\"CONTAINER_ID\":",
    b"\"CONTAINER_ID_FULL\":",
];

/// An entry as a shipper has it. Its pieces are of many containers.
fn split_shipped(line: &[u8]) -> Option<Piece<'_>> {
    // Prepared once: every line of JSON is searched.
    static FINDERS: LazyLock<[Finder<'static>; 5]> = LazyLock::new(|| ENTRIES.map(|(key, _)| Finder::new(key.as_bytes())));
    let found = FINDERS.iter().zip(ENTRIES).find_map(|(finder, (key, mark))| Some((&line[finder.find(line)? + key.len()..], mark)));
    let is_open = match found? {
        (behind, PieceMark::Tag) => behind.strip_prefix(b" ").unwrap_or(behind).starts_with(b"\"P\""),
        (_, PieceMark::Key(key)) => memmem::find(line, key).is_some(),
    };
    let values = CONTAINERS.iter().map(|key| value_behind(line, key).unwrap_or_default());
    let container = values.fold(FNV_START, |hash, value| {
        value.iter().chain(b"\0").fold(hash, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME))
    });
    let stream = ENGINE_STREAMS + usize::try_from(container % (STREAMS - ENGINE_STREAMS) as u64).unwrap_or_default();
    Some(Piece { stream, is_open, container, parts: [b"", line, b""] })
}

/// **Source:** The FNV Non-Cryptographic Hash Algorithm, FNV-1a of 64 bits.
const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x100_0000_01b3;

/// The text of the value behind a key, as it stands there.
fn value_behind<'l>(line: &'l [u8], key: &[u8]) -> Option<&'l [u8]> {
    let rest = &line[memmem::find(line, key)? + key.len()..];
    let rest = rest.strip_prefix(b" ").unwrap_or(rest).strip_prefix(b"\"")?;
    Some(&rest[..memchr(b'"', rest)?])
}

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
            assert!(piece.is_none_or(|piece| piece.parts.concat() == line.as_bytes()), "{line}");
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
