//! Logs whose entries are of several lines: the Journal Export Format, `journalctl -o verbose`, and JSON that is indented. A block holds whole
//! entries, so that how an input is cut into blocks changes nothing.
//!
//! What an input is of is told by its first line alone, so no line further down opens an entry that would take those behind it.

use std::ops::Range;

use memchr::{memchr, memmem};

use crate::io::block::MAX_LINE;

/// How much of the start of an input tells its layout, in bytes.
const HEAD_BYTES: usize = 1024;
/// From how many bytes on a line is none that ends an entry, so that its end need not be there to know.
const LONG_LINE: usize = 4096;
/// How large a binary field may be, in bytes. **Source:** systemd `journal-importer.h` (`DATA_SIZE_MAX`).
const MOST_BINARY: u64 = 768 << 20;
/// How long the name of a field may be. **Source:** systemd `journal-file.c` (`journal_field_valid`).
const LONGEST_NAME: usize = 64;
/// How far into a line a time with a weekday and a zone goes at the most, and what begins behind it.
const LONGEST_STAMP: usize = 96;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How the entries of an input are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryLayout {
    /// Fields, a line each or with a length before them; an empty line ends an entry.
    ///
    /// **Source:** systemd `docs/JOURNAL_EXPORT_FORMATS.md`.
    Export,
    /// A line with the time and the cursor, then fields under four blanks, of which further lines stand further to the right. An entry ends
    /// before a line without a blank at its start.
    ///
    /// **Source:** systemd `logs-show.c` (`output_verbose`, `print_multiline`).
    Verbose,
    /// JSON objects: a line of `{` alone begins one, `}` behind as many blanks ends it. They may stand in an array.
    Indented,
}

impl EntryLayout {
    /// The layout of an input that starts with `head`, if its entries are of several lines.
    pub fn of(head: &[u8]) -> Option<Self> {
        let head = &head[..head.len().min(HEAD_BYTES)];
        let mut line = &head[..memchr(b'\n', head)?];
        // What older versions of journalctl say first.
        if is_journal_frame(line) {
            let rest = &head[line.len() + 1..];
            line = &rest[..memchr(b'\n', rest)?];
            return split_cursor(line).is_some().then_some(Self::Verbose);
        }
        if split_cursor(line).is_some() {
            return Some(Self::Verbose);
        }
        let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line).trim_ascii();
        let is_stamp = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
        if line.strip_prefix(b"__REALTIME_TIMESTAMP=").is_some_and(is_stamp) || line.starts_with(b"__CURSOR=s=") && !line.contains(&b' ') {
            return Some(Self::Export);
        }
        matches!(line, b"{" | b"[").then_some(Self::Indented)
    }

    /// Whether the start of an input is enough to know its layout.
    pub(crate) fn is_told_by(head: &[u8]) -> bool {
        match memchr(b'\n', head) {
            Some(end) if is_journal_frame(&head[..end]) => head[end + 1..].contains(&b'\n'),
            end => end.is_some(),
        }
    }

    /// The entries of whole ones, and what stands between them.
    pub fn entries(self, text: &[u8]) -> impl Iterator<Item = Range<usize>> {
        let mut start = 0;
        std::iter::from_fn(move || {
            let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
            let step = EntryScan::default().advance(self, rest);
            let end = start + if step.is_end { step.bytes } else { rest.len() };
            Some(std::mem::replace(&mut start, end)..end)
        })
    }
}

/// Whether a line is what journalctl says around entries: `-- Journal begins at ... --`.
fn is_journal_frame(line: &[u8]) -> bool {
    line.starts_with(b"-- ") && line.trim_ascii_end().ends_with(b" --")
}

/// The cursor at the end of the first line of an entry of `journalctl -o verbose`, where the line is one:
/// `Sun 2023-12-24 11:06:34.322089 UTC [s=...;i=...;b=...;m=...;t=60d3bbe8ac2a9;x=...]`. Names of weekdays and zones are of any language.
pub(crate) fn split_cursor(line: &[u8]) -> Option<&[u8]> {
    let line = line.trim_ascii_end().strip_suffix(b"]")?;
    let at = memmem::find(&line[..line.len().min(LONGEST_STAMP)], b" [s=")?;
    let (stamp, cursor) = (&line[..at], &line[at + 2..]);
    let mut words = stamp.split(|&byte| byte == b' ');
    let is_day = words.next().is_some_and(|day| day.len() > 1 && !day[0].is_ascii_digit());
    let is_date = matches!(words.next(), Some([y, _, _, _, b'-', _, _, b'-', _, _]) if y.is_ascii_digit());
    let is_time = matches!(words.next(), Some([h, _, b':', _, _, b':', _, _, ..]) if h.is_ascii_digit());
    let is_cursor = cursor.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'=' | b';'));
    (is_day && is_date && is_time && words.count() < 2 && is_cursor && memmem::find(cursor, b";t=").is_some()).then_some(cursor)
}

/// Whether `name` may be that of a field of the journal.
pub(crate) fn is_field_name(name: &[u8]) -> bool {
    (1..=LONGEST_NAME).contains(&name.len()) && name.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'))
}

/// The bytes of a binary field that stand behind its name: a length of 64 bits, and as many bytes. `None` where the length is no such.
pub(crate) fn binary_len(text: &[u8]) -> Option<u64> {
    text.first_chunk().map(|bytes| u64::from_le_bytes(*bytes)).filter(|&len| len <= MOST_BINARY)
}

/// Whether a line of indented JSON only holds entries together: brackets and commas of an array.
pub(crate) fn is_framing(line: &[u8]) -> bool {
    matches!(line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line).trim_ascii(), b"" | b"[" | b"]" | b"," | b"],")
}

/// Where in an entry a text stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EntryScan {
    /// Whether a field or an object began.
    is_begun: bool,
    /// Of an object: how many blanks stand before its brace.
    indent: usize,
    /// Inside a line of which the start was passed.
    is_in_line: bool,
    /// How many bytes of a binary field are still to come, with its newline.
    binary: u64,
}

/// How far a scan went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanStep {
    /// How many bytes were passed.
    pub bytes: usize,
    /// Whether an entry ends behind them.
    pub is_end: bool,
}

impl EntryScan {
    /// Goes on through `text` to the end of an entry, or as far as can be told without what follows.
    pub fn advance(&mut self, layout: EntryLayout, text: &[u8]) -> ScanStep {
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            if self.binary > 0 {
                let passed = usize::try_from(self.binary).unwrap_or(usize::MAX).min(rest.len());
                self.binary -= passed as u64;
                at += passed;
                continue;
            }
            let Some(end) = memchr(b'\n', rest) else {
                if self.is_in_line || rest.len() > LONG_LINE {
                    self.is_in_line = true;
                    at = text.len();
                }
                break;
            };
            let line = &rest[..end];
            let is_end = match layout {
                // Long lines are no braces and not empty.
                EntryLayout::Export if std::mem::take(&mut self.is_in_line) || end > LONG_LINE => {
                    self.is_begun = true;
                    false
                }
                EntryLayout::Indented if std::mem::take(&mut self.is_in_line) || end > LONG_LINE => !self.is_begun,
                EntryLayout::Export => {
                    if is_field_name(line) {
                        let Some(head) = rest.get(end + 1..end + 9) else { break };
                        if let Some(len) = binary_len(head) {
                            (self.binary, self.is_begun) = (len + 1, true);
                            at += end + 9;
                            continue;
                        }
                    }
                    let is_blank = line.trim_ascii_end().is_empty();
                    let is_end = is_blank && self.is_begun;
                    self.is_begun |= !is_blank;
                    is_end
                }
                // How the next line begins tells, whose start has to be there for that.
                EntryLayout::Verbose => {
                    let Some(next) = rest.get(end + 1) else { break };
                    (self.is_in_line, self.is_begun) = (false, true);
                    !matches!(next, b' ' | b'\n' | b'\r')
                }
                EntryLayout::Indented => self.pass_line(line),
            };
            at += end + 1;
            if is_end {
                *self = Self::default();
                return ScanStep { bytes: at, is_end: true };
            }
        }
        ScanStep { bytes: at, is_end: false }
    }

    /// Whether an entry of indented JSON ends with `line`. What stands in no object is an entry of its own.
    fn pass_line(&mut self, line: &[u8]) -> bool {
        let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line).trim_ascii_end();
        let text = line.trim_ascii_start();
        let indent = line.len() - text.len();
        if self.is_begun {
            return indent == self.indent && matches!(text, b"}" | b"},");
        }
        if text == b"{" {
            (self.is_begun, self.indent) = (true, indent);
            return false;
        }
        !is_framing(text)
    }
}

/// How long an entry may be with what stands around it, in bytes, before it is handed on in parts.
pub(crate) const MOST_ENTRY: usize = MAX_LINE + MAX_LINE / 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn binary(name: &str, value: &[u8]) -> Vec<u8> {
        [name.as_bytes(), b"\n", &(value.len() as u64).to_le_bytes(), value, b"\n"].concat()
    }

    #[test]
    fn the_first_line_tells_the_layout() {
        for (head, layout) in [
            ("__REALTIME_TIMESTAMP=1703415994322089\nMESSAGE=a\n", Some(EntryLayout::Export)),
            ("__CURSOR=s=1f;i=2;b=3\n", Some(EntryLayout::Export)),
            ("{\n\t\"a\" : 1\n}\n", Some(EntryLayout::Indented)),
            ("\u{feff}[\r\n  {\r\n", Some(EntryLayout::Indented)),
            ("__REALTIME_TIMESTAMP=1703415994322089", None),
            ("__REALTIME_TIMESTAMP=1 192.0.2.1 - -\n", None),
            ("__REALTIME_TIMESTAMP=\n", None),
            ("__CURSOR=s=1 192.0.2.1 - -\n", None),
            ("{\"a\":1}\n", None),
            ("Sun 2023-12-24 11:06:34.322089 UTC [s=1f;i=2;b=3;m=4;t=60d3bbe8ac2a9;x=6]\n", Some(EntryLayout::Verbose)),
            ("dim. 2023-12-24 11:06:34 CET [s=1f;i=2;b=3;m=4;t=60d3bbe8ac2a9;x=6]\r\n", Some(EntryLayout::Verbose)),
            ("-- Logs begin at x, end at y. --\nSun 2023-12-24 11:06:34 [s=1f;t=60d3bbe8ac2a9]\n", Some(EntryLayout::Verbose)),
            ("-- Logs begin at x, end at y. --\nDec 24 11:06:34 lab sshd[1]: x\n", None),
            ("Sun 2023-12-24 11:06:34 UTC [s=1f;i=2] sshd[1]: x;t=1]\n", None),
            ("Sun 2023-12-24 11:06:34 UTC lab sshd[1]: [s=1f;t=1]\n", None),
            ("192.0.2.1 - - [s=1;t=1]\n", None),
            ("", None),
        ] {
            assert_eq!(EntryLayout::of(head.as_bytes()), layout, "{head}");
        }
    }

    #[test]
    fn an_entry_of_verbose_output_ends_before_the_next() {
        let head = "Sun 2023-12-24 11:06:34 UTC [s=1;t=2]\n";
        let first = format!("{head}    _UID=0\n    MESSAGE=a\n\n            {head}            b\n");
        let text = format!("-- Boot 1 --\n{first}{head}    _UID=1\n");
        let found: Vec<_> = EntryLayout::Verbose.entries(text.as_bytes()).map(|place| &text[place]).collect();
        assert_eq!(found, ["-- Boot 1 --\n", &first, &format!("{head}    _UID=1\n")]);
        // However it is cut, the same.
        for cut in 0..text.len() {
            let (mut scan, mut ends, mut at) = (EntryScan::default(), Vec::new(), 0);
            for seen in [cut, text.len()] {
                loop {
                    let step = scan.advance(EntryLayout::Verbose, &text.as_bytes()[at..seen]);
                    at += step.bytes;
                    if !step.is_end {
                        break;
                    }
                    ends.push(at);
                }
            }
            assert_eq!(ends, [13, 13 + first.len()], "{cut}");
        }
    }

    #[test]
    fn an_entry_ends_at_its_empty_line_and_never_inside_a_field() {
        let forged = b"a\n\n__REALTIME_TIMESTAMP=1\nMESSAGE=b\n\n";
        let first = [&b"__CURSOR=s=1\n"[..], &binary("MESSAGE", forged), b"_UID=0\n\n"].concat();
        let second = b"__CURSOR=s=2\nMESSAGE=c\n".to_vec();
        let text = [&first[..], &second].concat();
        let found: Vec<_> = EntryLayout::Export.entries(&text).collect();
        assert_eq!(found, [0..first.len(), first.len()..text.len()]);
        // A length that no field has is none.
        let text = b"A\n\xff\xff\xff\xff\xff\xff\xff\xff\n\nB=1\n\n";
        assert_eq!(EntryLayout::Export.entries(text).collect::<Vec<_>>(), [0..12, 12..17]);
    }

    #[test]
    fn an_object_ends_at_the_brace_below_its_own() {
        for (text, entries) in [
            ("{\n \"a\": {\n },\n \"b\": 1\n}\n{\n}\n", &["{\n \"a\": {\n },\n \"b\": 1\n}\n", "{\n}\n"][..]),
            ("[\n  {\n    \"a\": 1\n  },\n  {\n  }\n]\n", &["[\n  {\n    \"a\": 1\n  },\n", "  {\n  }\n", "]\n"]),
            ("{\r\n}\r\n", &["{\r\n}\r\n"]),
            ("[\n{\"a\":1},\nx\n{\n", &["[\n{\"a\":1},\n", "x\n", "{\n"]),
        ] {
            let found: Vec<_> = EntryLayout::Indented.entries(text.as_bytes()).map(|range| &text[range]).collect();
            assert_eq!(found, entries, "{text}");
        }
    }

    #[test]
    fn however_a_text_comes_its_entries_end_in_the_same_places() {
        let long = [b"A=".to_vec(), vec![b'x'; 3 * LONG_LINE], b"\n".to_vec()].concat();
        let export = [&b"__CURSOR=s=1\n"[..], &binary("MESSAGE", b"a\n\nb\n"), b"\n", &long, b"B=2\n\n\nC=3\n\n"].concat();
        let indented = [&b"[\n  {\n    \"a\": \""[..], &vec![b'x'; 3 * LONG_LINE], b"\"\n  },\n  {\n  }\n]\n"].concat();
        for (layout, text) in [(EntryLayout::Export, export), (EntryLayout::Indented, indented)] {
            let ends = |step: usize| {
                let (mut scan, mut at, mut there, mut ends) = (EntryScan::default(), 0, 0, Vec::new());
                while there < text.len() || at < there {
                    let found = scan.advance(layout, &text[at..there]);
                    at += found.bytes;
                    if found.is_end {
                        ends.push(at);
                    } else if there < text.len() {
                        there = (there + step).min(text.len());
                    } else {
                        break;
                    }
                }
                ends
            };
            assert!(ends(1) == ends(text.len()), "{layout:?}");
            assert!(ends(7) == ends(text.len()) && ends(1000) == ends(1), "{layout:?}");
            assert!(ends(1).len() > 1);
        }
    }
}
