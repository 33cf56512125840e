//! The lines of a text with the places of their first quotes: one look at a page of it finds both, and whether it is ASCII.
//!
//! What a line is taken apart by is so found for all its fields at once, where a search from each to the next would wait for the one
//! before it.

use crate::vector::widest::{SPARE_PLACES, Widest};

/// How many quotes are told of a line: as many as there are in one of the combined format.
pub const QUOTES: usize = 6;

/// How much of a text is looked at at a time, in bytes.
const PAGE_BYTES: usize = 4 << 10;

/// A line without its `\n`.
#[derive(Debug, Clone, Copy)]
pub struct Line<'t> {
    /// The line.
    pub text: &'t [u8],
    /// Where in it the first quotes and backslashes stand; what is not below its length stands for none.
    pub quotes: [usize; QUOTES],
    /// Whether it is known to be ASCII.
    pub is_ascii: bool,
}

impl<'t> Line<'t> {
    /// A line of which only the text is known.
    #[must_use]
    pub const fn of(text: &'t [u8]) -> Self {
        Self { text, quotes: [usize::MAX; QUOTES], is_ascii: false }
    }
}

/// What was found in a page.
#[derive(Debug)]
pub struct Page {
    widest: Widest,
    ends: Places,
    quotes: Places,
}

impl Default for Page {
    fn default() -> Self {
        Self { widest: Widest::default(), ends: Places::new(), quotes: Places::new() }
    }
}

/// Places of bytes, in order.
#[derive(Debug)]
struct Places {
    /// Those up to `len`; behind them stand [`usize::MAX`].
    all: Box<[usize]>,
    len: usize,
    /// The first that was not given yet.
    next: usize,
}

impl Places {
    /// More than the quotes of one line are read, and more places written than there are.
    const MARGIN: usize = QUOTES + 1 + SPARE_PLACES;

    fn new() -> Self {
        Self { all: vec![usize::MAX; QUOTES + 1 + PAGE_BYTES + Self::MARGIN].into(), len: 0, next: 0 }
    }
}

/// The lines of a text.
#[derive(Debug)]
pub struct Lines<'t, 'p> {
    text: &'t [u8],
    page: &'p mut Page,
    /// Where the next line starts.
    start: usize,
    /// How far the text was looked at; past its end once there is no more line.
    looked: usize,
    /// Whether the page, and what was looked at of the line in which it starts, are ASCII.
    is_ascii: bool,
    /// The same of the page alone.
    is_page_ascii: bool,
}

impl<'t, 'p> Lines<'t, 'p> {
    /// The lines of `text`; of one that ends in a newline, the last is before it.
    pub fn of(text: &'t [u8], page: &'p mut Page) -> Self {
        (page.ends.len, page.ends.next, page.quotes.len, page.quotes.next) = (0, 0, 0, 0);
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        Self { text, page, start: 0, looked: 0, is_ascii: true, is_page_ascii: true }
    }

    /// Looks at the next pages until one has the end of a line.
    #[inline(never)]
    fn look_on(&mut self) {
        let Page { widest, ends, quotes } = &mut *self.page;
        (ends.len, ends.next) = (0, 0);
        quotes.all.copy_within(quotes.next..quotes.len, 0);
        (quotes.len, quotes.next) = (quotes.len - quotes.next, 0);
        self.is_ascii = self.is_page_ascii;
        while ends.len == 0 && self.looked <= self.text.len() {
            // Of a line that goes on, no more is told, however many there are.
            quotes.len = quotes.len.min(QUOTES + 1);
            let rest = &self.text[self.looked..];
            let page = &rest[..rest.len().min(PAGE_BYTES)];
            let found = widest.find_marks(page, self.looked, &mut ends.all, &mut quotes.all[quotes.len..]);
            ends.len = found.ends;
            quotes.len += found.quotes;
            self.is_page_ascii = found.is_ascii;
            self.is_ascii &= self.is_page_ascii;
            self.looked += page.len();
            if self.looked == self.text.len() {
                ends.all[ends.len] = self.looked;
                ends.len += 1;
                self.looked += 1;
            }
        }
        for places in [ends, quotes] {
            places.all[places.len..][..Places::MARGIN].fill(usize::MAX);
        }
    }
}

impl<'t> Iterator for Lines<'t, '_> {
    type Item = Line<'t>;

    #[inline]
    fn next(&mut self) -> Option<Line<'t>> {
        if self.page.ends.next == self.page.ends.len {
            self.look_on();
        }
        let Page { ends, quotes, .. } = &mut *self.page;
        let start = self.start;
        let end = ends.all[ends.next];
        let text = self.text.get(start..end)?;
        ends.next += 1;
        self.start = end + 1;
        let marks: &[usize; QUOTES + 1] = quotes.all[quotes.next..].first_chunk()?;
        let found = std::array::from_fn(|nth| marks[nth].wrapping_sub(start));
        // As many as are told, in nearly every line of the combined format.
        if marks[QUOTES - 1] < end && end < marks[QUOTES] {
            quotes.next += QUOTES;
        } else {
            quotes.next += quotes.all[quotes.next..quotes.len].iter().take_while(|&&place| place < end).count();
        }
        Some(Line { text, quotes: found, is_ascii: self.is_ascii })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of every line, found byte by byte.
    fn check(text: &[u8]) {
        let mut page = Page::default();
        // Whatever the page held before.
        assert!(Lines::of(b"\"\"\n\"\"\"\"\"\"\"\"\n\"", &mut page).count() == 3);
        let mut lines = Lines::of(text, &mut page);
        for wanted in text.strip_suffix(b"\n").unwrap_or(text).split(|&byte| byte == b'\n') {
            let line = lines.next().expect("a line");
            assert!(line.text == wanted);
            let quotes = (0..wanted.len()).filter(|&at| matches!(wanted[at], b'"' | b'\\')).take(QUOTES);
            let told = line.quotes.into_iter().filter(|&at| at < wanted.len());
            assert!(told.eq(quotes), "{}", String::from_utf8_lossy(wanted));
            assert!(!line.is_ascii || wanted.is_ascii(), "{}", String::from_utf8_lossy(wanted));
            assert!(line.is_ascii || !text.is_ascii());
        }
        assert!(lines.next().is_none() && lines.next().is_none());
    }

    #[test]
    fn every_line_is_given_once_with_its_first_quotes() {
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
            // From nearly all ends and quotes to nearly none, so that lines end in every place of a page and far behind it.
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
