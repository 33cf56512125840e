//! Lines that a log holds in pieces, each an entry of its own, as container engines cut long ones: a block never ends between two of them,
//! so that how an input is cut into blocks changes nothing.

use memchr::memrchr;

/// How many lines may be open at once in a container engine's own file: those of the two outputs of a process.
pub(crate) const ENGINE_STREAMS: usize = 2;
/// The same with those of a shipper, whose entries come from many containers: each container is of one of these streams.
pub(crate) const STREAMS: usize = 8;
/// The streams of shippers, a bit for each.
pub(crate) const SHIPPED: OpenStreams = !((1 << ENGINE_STREAMS) - 1);
/// How far back from its end a text is searched for pieces of a shipper, in lines that are none and in bytes: the rest of a line follows soon.
const MOST_OTHERS: usize = 16;
const MOST_BYTES: usize = 256 << 10;
/// How often a text is cut shorter to end where no line is open.
const MOST_ROUNDS: usize = 16;

/// An entry that is a piece, or a whole line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece<'l> {
    /// Which of the open lines it belongs to, below [`STREAMS`].
    pub stream: usize,
    /// Whether the line goes on with the next entry of the stream.
    pub is_open: bool,
    /// Which container's it is, where a shipper brought it.
    pub container: u64,
    /// What stands before the piece, the piece, and what stands behind it.
    pub parts: [&'l [u8]; 3],
}

/// Takes an entry apart; `None` for a line that is none.
pub(crate) type SplitPiece = for<'l> fn(&'l [u8]) -> Option<Piece<'l>>;

/// Which lines are open, a bit for each stream.
pub(crate) type OpenStreams = u8;

/// How many bytes of `text`, which is whole lines, end where no line is open, and which lines are open there that were so before it: those
/// of `open`, of which nothing is kept.
pub(crate) fn find_closed(text: &[u8], open: OpenStreams, split: SplitPiece) -> (usize, OpenStreams) {
    let mut end = text.len();
    for round in 1_usize.. {
        let (first, still_open) = find_open(&text[..end], open, split);
        let Some(at) = first else { return (end, still_open) };
        if round == MOST_ROUNDS {
            // Lines of many containers overlap. None of them is ever put together, so they may be open where a block ends.
            let streams = open_streams(text, open, split);
            if streams & !SHIPPED == 0 {
                return (text.len(), streams);
            }
        }
        end = at;
    }
    (end, 0)
}

/// Which lines are open at the end of `text`.
pub(crate) fn open_streams(text: &[u8], open: OpenStreams, split: SplitPiece) -> OpenStreams {
    let mut streams = open;
    for line in text.split(|&byte| byte == b'\n') {
        streams = match split(line) {
            None if line.is_empty() => streams,
            // Between the entries of a shipper stands what it took from elsewhere.
            None => streams & SHIPPED,
            Some(piece) if piece.is_open => streams | 1 << piece.stream,
            Some(piece) => streams & !(1 << piece.stream),
        };
    }
    streams
}

/// Where the first piece stands of the lines that are open at the end of `text`, and which are open since before it.
fn find_open(text: &[u8], open: OpenStreams, split: SplitPiece) -> (Option<usize>, OpenStreams) {
    // Of each stream: whether an entry decided what it is, and where its open line starts.
    let (mut decided, mut starts) = ([false; STREAMS], [None; STREAMS]);
    let (mut end, mut others) = (text.len(), 0);
    while end > 0 && decided.contains(&false) {
        if decided[..ENGINE_STREAMS] == [true; ENGINE_STREAMS] && (others > MOST_OTHERS || text.len() - end > MOST_BYTES) {
            break;
        }
        let start = memrchr(b'\n', &text[..end - 1]).map_or(0, |newline| newline + 1);
        let line = text[start..end].strip_suffix(b"\n").unwrap_or(&text[start..end]);
        let Some(piece) = split(line) else {
            decided[..ENGINE_STREAMS].fill(true);
            others += 1;
            end = start;
            continue;
        };
        let stream = piece.stream.min(STREAMS - 1);
        if stream < ENGINE_STREAMS {
            others += 1;
        } else {
            // A file of a shipper has none of an engine's own lines, and the search goes no further back than its bounds.
            decided[..ENGINE_STREAMS].fill(true);
            others = 0;
        }
        if !decided[stream] {
            if piece.is_open {
                starts[stream] = Some(start);
            } else {
                decided[stream] = true;
            }
        }
        end = start;
    }
    // Of a shipper only what was searched to its start: a container may have gone, and its line with it.
    let is_searched = |stream: usize| stream < ENGINE_STREAMS || end == 0;
    let is_since_before = |stream: &usize| !decided[*stream] && open & 1 << stream != 0 && is_searched(*stream);
    let still_open: OpenStreams = (0..STREAMS).filter(is_since_before).map(|stream| 1 << stream).sum();
    // What is open since before the text is kept no more, so that nothing waits for its end.
    let first = (0..STREAMS).filter(|stream| !is_since_before(stream)).filter_map(|stream| starts[stream]).min();
    (first, still_open)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a`, `b`: whole lines of two streams, in capitals pieces, `c` and `d` those of a shipper; anything else is no entry.
    fn split(line: &[u8]) -> Option<Piece<'_>> {
        let letter = *line.first()?;
        let stream = match letter.to_ascii_lowercase() {
            b'a' => 0,
            b'b' => 1,
            b'c' => 2,
            b'd' => 3,
            _ => return None,
        };
        Some(Piece { stream, is_open: letter.is_ascii_uppercase(), container: 0, parts: [b"", line, b""] })
    }

    fn lines_of(words: &str) -> String {
        words.split_whitespace().flat_map(|word| [word, "\n"]).collect()
    }

    #[test]
    fn a_block_ends_where_no_line_is_open() {
        for (lines, open, closed, still_open) in [
            ("", 0, "", 0),
            ("a b", 0, "a b", 0),
            ("a A", 0, "a", 0),
            ("A a", 0, "A a", 0),
            ("A A", 0, "", 0),
            ("a A b", 0, "a", 0),
            ("a A B a", 0, "a", 0),
            ("a A B a b", 0, "a A B a b", 0),
            ("B A b a B a", 0, "B A b a", 0),
            ("A x a", 0, "A x a", 0),
            ("x A", 0, "x", 0),
            ("A A", 1, "A A", 1),
            ("b A", 1, "b A", 1),
            ("a A", 1, "a", 0),
            ("A B", 1, "A", 1),
            ("c C", 0, "c", 0),
            ("C x d x", 0, "", 0),
            ("C x c x", 0, "C x c x", 0),
            ("x D c C d", 0, "x", 0),
            ("x c", 4, "x c", 0),
            ("x d", 4, "x d", 4),
        ] {
            let text = lines_of(lines);
            let (end, bits) = find_closed(text.as_bytes(), open, split);
            assert_eq!((&text[..end], bits), (lines_of(closed).as_str(), still_open), "{lines} {open}");
        }
        assert_eq!(open_streams(b"A\nb\nB\n", 0, split), 3);
        // Two containers, of which one always has a line open: a text is not searched again for each.
        let chain = lines_of(&format!("C {}", "D c C d ".repeat(40)));
        assert_eq!(find_closed(chain.as_bytes(), 0, split), (chain.len(), 4));
        assert_eq!(open_streams(b"A\na\n", 2, split), 2);
        assert_eq!(open_streams(b"A\nC\nx\n", 0, split), 4);
    }
}
