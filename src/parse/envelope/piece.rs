//! The entries into which container engines cut long lines: Kubernetes' by their tag, Docker's by the newline that the last one ends in.
//!
//! A client who sends enough chooses where a line is cut. So what follows a piece is never read as a line of its own.

use memchr::memchr;

use crate::io::pieces::Piece;

/// What Docker's entries begin with, as it writes them and as other programs space them.
///
/// **Source:** moby `daemon/logger/jsonfilelog/jsonlog` (`MarshalJSONBuf`).
const DOCKER: [&[u8]; 2] = [b"{\"log\":\"", b"{\"log\": \""];
/// What stands between the text and the name of the stream.
const STREAM: [&[u8]; 2] = [b"\",\"stream\":\"", b"\", \"stream\": \""];

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
        [b'{', ..] => split_docker(line),
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
    matches!(line.get(tag + 1), None | Some(b' ' | b':')).then_some(Piece { stream, is_open, parts: [&line[..text], &line[text..], b""] })
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
    let is_of_engine = memchr::memmem::find(tail, b"\"time\":").is_some() && memchr::memmem::find(tail, b"\"kubernetes\":").is_none();
    is_of_engine.then_some(Piece { stream, is_open: !is_whole, parts: [&line[..line.len() - text.len()], body, tail] })
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
}
