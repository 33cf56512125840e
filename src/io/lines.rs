//! The lines of a text with the places of their first quotes and backslashes, their marks: one look at a page of it finds both, and
//! whether it is ASCII.
//!
//! What a line is taken apart by is so found for all its fields at once, where a search from each to the next would wait for the one
//! before it.

use memchr::{memchr, memmem};

use crate::base::simd::dispatch::{Dispatch, PositionLists, SPARE_POSITIONS};

/// How many marks are told of a line: as many quotes as there are in one of the combined format.
pub(crate) const MARKS: usize = 6;

/// What a line begins with that names the columns of those behind it. **Source:** W3C WD-logfile-960323.
pub const FIELDS: &[u8] = b"#Fields:";

/// How much of a text is looked at at a time, in bytes.
const PAGE_BYTES: usize = 4 << 10;

/// Whether a text that starts with `bytes` is of the W3C's log format, perhaps behind a byte order mark.
pub(crate) fn begins_with_header(bytes: &[u8]) -> bool {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).starts_with(b"#")
}

/// The last `#Fields:` line of whole lines, without its end.
pub(crate) fn find_header(bytes: &[u8]) -> Option<&[u8]> {
    let is_line = |at: &usize| at.checked_sub(1).is_none_or(|before| bytes[before] == b'\n') || *at == 3 && begins_with_header(&bytes[..4]);
    let start = memmem::find_iter(bytes, FIELDS).filter(is_line).last()?;
    let line = &bytes[start..];
    let line = &line[..memchr(b'\n', line).unwrap_or(line.len())];
    Some(line.strip_suffix(b"\r").unwrap_or(line))
}

/// A line without its `\n`.
#[derive(Debug, Clone, Copy)]
pub struct Line<'t> {
    pub text: &'t [u8],
    /// Where in it the first quotes and backslashes stand; what is not below its length stands for none.
    pub marks: [usize; MARKS],
    /// Whether it is known to be ASCII.
    pub is_ascii: bool,
    /// In an input that begins with a header of the W3C's log format: the last `#Fields:` line before this one, empty where none came.
    pub header: Option<&'t [u8]>,
}

impl<'t> Line<'t> {
    /// A line of which only the text is known.
    pub const fn of(text: &'t [u8]) -> Self {
        Self { text, marks: [usize::MAX; MARKS], is_ascii: false, header: None }
    }

    /// The line `text`, with what is known of it where it is a part of this one in which all marks stand.
    pub fn inside(&self, text: &'t [u8]) -> Self {
        let offset = text.as_ptr().addr().wrapping_sub(self.text.as_ptr().addr());
        if self.text.get(offset..).and_then(|rest| rest.get(..text.len())).is_none_or(|part| !std::ptr::eq(part, text)) {
            return Self::of(text);
        }
        if self.marks[0] < offset {
            return Self { is_ascii: self.is_ascii, ..Self::of(text) };
        }
        Self {
            text,
            marks: self.marks.map(|at| if at < self.text.len() { at - offset } else { usize::MAX }),
            is_ascii: self.is_ascii,
            header: None,
        }
    }
}

/// What was found in a page.
#[derive(Debug)]
pub struct LineIndex {
    widest: Dispatch,
    ends: Positions,
    marks: Positions,
}

impl Default for LineIndex {
    fn default() -> Self {
        Self { widest: Dispatch::default(), ends: Positions::new(), marks: Positions::new() }
    }
}

/// Places of bytes, in order.
#[derive(Debug)]
struct Positions {
    /// Those up to `len`; behind them stand [`usize::MAX`].
    all: Box<[usize]>,
    len: usize,
    /// The first that was not given yet.
    next: usize,
}

impl Positions {
    /// More than the marks of one line are read, and more places are written than there are.
    const MARGIN: usize = MARKS + 1 + SPARE_POSITIONS;

    fn new() -> Self {
        Self { all: vec![usize::MAX; MARKS + 1 + PAGE_BYTES + Self::MARGIN].into(), len: 0, next: 0 }
    }
}

/// The lines of a text.
#[derive(Debug)]
pub struct Lines<'t, 'p> {
    text: &'t [u8],
    page: &'p mut LineIndex,
    /// Where the next line starts.
    start: usize,
    /// How far the text was looked at; past its end once the end of its last line was found.
    looked: usize,
    /// Whether the page, and what was looked at of the line in which it starts, are ASCII.
    is_ascii: bool,
    /// The same of the page alone.
    is_page_ascii: bool,
    /// As of the next line.
    header: Option<&'t [u8]>,
    /// Whether marks are told.
    has_marks: bool,
}

impl<'t, 'p> Lines<'t, 'p> {
    /// The lines of `text`; of one that ends in a newline, the last is before it.
    pub fn of(text: &'t [u8], page: &'p mut LineIndex) -> Self {
        (page.ends.len, page.ends.next, page.marks.len, page.marks.next) = (0, 0, 0, 0);
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        Self { text, page, start: 0, looked: 0, is_ascii: true, is_page_ascii: true, header: None, has_marks: true }
    }

    /// The same in an input whose header, so far, is `header`.
    pub const fn behind(mut self, header: Option<&'t [u8]>) -> Self {
        self.header = header;
        self
    }

    /// The same without marks, for lines that are not taken apart by them.
    pub(crate) const fn without_marks(mut self) -> Self {
        self.has_marks = false;
        self
    }

    /// Looks at the next pages until one has the end of a line.
    #[inline(never)]
    fn look_on(&mut self) {
        let LineIndex { widest, ends, marks } = &mut *self.page;
        (ends.len, ends.next) = (0, 0);
        if !self.has_marks {
            marks.next = marks.len;
        }
        marks.all.copy_within(marks.next..marks.len, 0);
        (marks.len, marks.next) = (marks.len - marks.next, 0);
        self.is_ascii = self.is_page_ascii;
        while ends.len == 0 && self.looked <= self.text.len() {
            // Of a line that goes on, no more is told, however many there are.
            marks.len = marks.len.min(MARKS + 1);
            let rest = &self.text[self.looked..];
            let page = &rest[..rest.len().min(PAGE_BYTES)];
            let found = if self.has_marks {
                widest.find_marks(page, PositionLists { ends: &mut ends.all, marks: &mut marks.all[marks.len..], start: self.looked })
            } else {
                widest.find_ends(page, &mut ends.all, self.looked)
            };
            ends.len = found.ends;
            marks.len += found.marks;
            self.is_page_ascii = found.is_ascii;
            self.is_ascii &= self.is_page_ascii;
            self.looked += page.len();
            if self.looked == self.text.len() {
                ends.all[ends.len] = self.looked;
                ends.len += 1;
                self.looked += 1;
            }
        }
        for list in [ends, marks] {
            list.all[list.len..][..Positions::MARGIN].fill(usize::MAX);
        }
    }
}

impl<'t> Iterator for Lines<'t, '_> {
    type Item = Line<'t>;

    #[allow(clippy::inline_always, reason = "the loop over lines of each caller")]
    #[inline(always)]
    fn next(&mut self) -> Option<Line<'t>> {
        if self.page.ends.next == self.page.ends.len {
            self.look_on();
        }
        let LineIndex { ends, marks, .. } = &mut *self.page;
        let start = self.start;
        let end = ends.all[ends.next];
        let text = self.text.get(start..end)?;
        ends.next += 1;
        self.start = end + 1;
        let header = self.header;
        if header.is_some() {
            self.header = find_header(text).or(header);
        }
        if !self.has_marks {
            return Some(Line { is_ascii: self.is_ascii, header, ..Line::of(text) });
        }
        let places: &[usize; MARKS + 1] = marks.all[marks.next..].first_chunk()?;
        let found = std::array::from_fn(|nth| places[nth].wrapping_sub(start));
        // As many as are told, in nearly every line of the combined format.
        if places[MARKS - 1] < end && end < places[MARKS] {
            marks.next += MARKS;
        } else {
            marks.next += marks.all[marks.next..marks.len].iter().take_while(|&&place| place < end).count();
        }
        Some(Line { text, marks: found, is_ascii: self.is_ascii, header })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of every line, found byte by byte.
    fn check(text: &[u8]) {
        let mut page = LineIndex::default();
        // Whatever the page held before.
        assert!(Lines::of(b"\"\"\n\"\"\"\"\"\"\"\"\n\"", &mut page).count() == 3);
        let mut lines = Lines::of(text, &mut page);
        for wanted in text.strip_suffix(b"\n").unwrap_or(text).split(|&byte| byte == b'\n') {
            let line = lines.next().expect("a line");
            assert!(line.text == wanted);
            let marks = (0..wanted.len()).filter(|&at| matches!(wanted[at], b'"' | b'\\')).take(MARKS);
            let told = line.marks.into_iter().filter(|&at| at < wanted.len());
            assert!(told.eq(marks), "{}", String::from_utf8_lossy(wanted));
            assert!(!line.is_ascii || wanted.is_ascii(), "{}", String::from_utf8_lossy(wanted));
            assert!(line.is_ascii || !text.is_ascii());
        }
        assert!(lines.next().is_none() && lines.next().is_none());
        let told: Vec<_> = Lines::of(text, &mut page).map(|line| (line.text, line.is_ascii)).collect();
        let plain: Vec<_> = Lines::of(text, &mut page).without_marks().collect();
        assert!(plain.iter().map(|line| (line.text, line.is_ascii)).eq(told));
        assert!(plain.iter().all(|line| line.marks == [usize::MAX; MARKS]));
    }

    #[test]
    fn a_part_of_a_line_has_the_marks_that_stand_in_it() {
        let text = b"2026 F 192.0.2.1 \"a\" \\x\" \"b\" \"c\" \"d\"";
        let mut page = LineIndex::default();
        let line = Lines::of(text, &mut page).next().expect("a line");
        for from in 0..text.len() {
            for to in from..text.len() {
                let part = line.inside(&line.text[from..to]);
                let marks = (0..part.text.len()).filter(|&at| matches!(part.text[at], b'"' | b'\\')).take(MARKS).collect::<Vec<_>>();
                let told = part.marks.into_iter().filter(|&at| at < part.text.len()).collect::<Vec<_>>();
                assert!(told == marks || told.is_empty() && line.marks[0] < from, "{from} {to}");
            }
        }
        let copy = text.to_vec();
        assert_eq!(line.inside(&copy).marks, [usize::MAX; MARKS]);
    }

    #[test]
    fn every_line_is_given_once_with_its_first_marks() {
        for text in ["", "\n", "\n\n", "a", "a\n", "\"\n", "\n\"", "\\\"\n\\", "\"\"\"\"\"\"\"\"\"\n\"\"\"\"\"\"\n\"\"\"\"\"\nx"] {
            check(text.as_bytes());
        }
        for len in [1, 63, 64, 65, 200, PAGE_BYTES - 1, PAGE_BYTES, PAGE_BYTES + 1, 3 * PAGE_BYTES, 5 * PAGE_BYTES + 7] {
            for byte in [b'\n', b'"', b'\\', b'a', 0xe9, 0] {
                check(&vec![byte; len]);
                for other in [b'\n', b'"', 0xe9] {
                    for at in [0, len / 2, len - 1] {
                        let mut text = vec![byte; len];
                        text[at] = other;
                        check(&text);
                    }
                }
            }
        }
    }

    #[test]
    fn whatever_lines_are_made_of_they_are_told_as_they_are() {
        let mut random = fastrand::Rng::with_seed(1);
        for round in 0..400 {
            // From nearly all ends and marks to nearly none, so that lines end in every place of a page and far behind it.
            let rarity = 1 << (round % 13);
            let text: Vec<u8> = (0..random.usize(..4 * PAGE_BYTES))
                .map(|_| match random.u32(..rarity * 3) {
                    0 => b'\n',
                    1 => b'"',
                    2 => *random.choice(b"\\\xff").unwrap_or(&b'"'),
                    _ => b'x',
                })
                .collect();
            check(&text);
        }
    }
}
