//! Hostile text made harmless, at the last door before a person or a spreadsheet sees it.
//!
//! Takes text that an attacker may have written, gives text that cannot move a cursor, reorder a line or start a formula.
//! Text without anything dangerous is borrowed, never copied.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Characters that a reader cannot see, or that change what is shown around them, ascending: what Unicode 16.0 says has the
/// property `Default_Ignorable_Code_Point`; line and paragraph separators, embeddings and annotations, which lack it; and
/// two that have no ink though they count as symbols. Control characters are known to std.
///
/// **Source:** <https://www.unicode.org/Public/16.0.0/ucd/DerivedCoreProperties.txt>, Unicode UAX #9, and the "Trojan
/// Source" report (CVE-2021-42574).
const INVISIBLE: [(char, char); 20] = [
    // Soft hyphen.
    ('\u{ad}', '\u{ad}'),
    // Combining grapheme joiner.
    ('\u{34f}', '\u{34f}'),
    // Arabic letter mark, which sets a direction.
    ('\u{61c}', '\u{61c}'),
    // Hangul fillers.
    ('\u{115f}', '\u{1160}'),
    // Khmer inherent vowels.
    ('\u{17b4}', '\u{17b5}'),
    // Mongolian variation selectors and vowel separator.
    ('\u{180b}', '\u{180f}'),
    // Zero-width characters and marks of direction.
    ('\u{200b}', '\u{200f}'),
    // Line and paragraph separators, embeddings and overrides of direction.
    ('\u{2028}', '\u{202e}'),
    // Word joiner, invisible operators, isolates.
    ('\u{2060}', '\u{206f}'),
    // Braille pattern blank.
    ('\u{2800}', '\u{2800}'),
    // Hangul filler.
    ('\u{3164}', '\u{3164}'),
    // Variation selectors.
    ('\u{fe00}', '\u{fe0f}'),
    // Byte order mark.
    ('\u{feff}', '\u{feff}'),
    // Halfwidth Hangul filler.
    ('\u{ffa0}', '\u{ffa0}'),
    // Unassigned, and to be ignored.
    ('\u{fff0}', '\u{fff8}'),
    // Interlinear annotation.
    ('\u{fff9}', '\u{fffb}'),
    // Shorthand format controls.
    ('\u{1bca0}', '\u{1bca3}'),
    // Musical null notehead.
    ('\u{1d159}', '\u{1d159}'),
    // Beams, ties, slurs and phrases of music.
    ('\u{1d173}', '\u{1d17a}'),
    // Tags, the rest of the variation selectors, and what is unassigned between and behind them.
    ('\u{e0000}', '\u{e0fff}'),
];

/// Whether `c` is a control character or one of [`INVISIBLE`].
fn disturbs_display(c: char) -> bool {
    let after = INVISIBLE.partition_point(|&(first, _)| first <= c);
    c.is_control() || after > 0 && c <= INVISIBLE[after - 1].1
}

/// Text as a person reads it, on a terminal or in a report: control, bidirectional and invisible characters become `\x1b` or
/// `\u{202e}`. So do variation selectors, of emoji too: two names that differ in one must not look the same.
///
/// ```
/// assert_eq!(soar_light::base::escape::terminal("a\u{1b}[31mb"), "a\\x1b[31mb");
/// ```
pub fn terminal(text: &str) -> Cow<'_, str> {
    // Nearly all text is plain ASCII, which a quick check of its bytes shows.
    if text.bytes().all(|b| matches!(b, b' '..=b'~')) || !text.chars().any(disturbs_display) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        let code = u32::from(c);
        // Writing to a String cannot fail.
        let _ = match (disturbs_display(c), code < 0x100) {
            (false, _) => write!(out, "{c}"),
            (true, true) => write!(out, "\\x{code:02x}"),
            (true, false) => write!(out, "\\u{{{code:x}}}"),
        };
    }
    Cow::Owned(out)
}

/// A JSON text in which what would disturb a terminal is written as an escape, which leaves its value as it is.
///
/// ```
/// assert_eq!(soar_light::base::escape::json_text("[\"a\u{202e}\u{e0001}\"]"), r#"["a\u202e\udb40\udc01"]"#);
/// ```
pub fn json_text(text: &str) -> Cow<'_, str> {
    if !text.chars().any(disturbs_display) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if disturbs_display(c) {
            // Writing to a String cannot fail.
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// How many characters of a text that somebody else wrote a message quotes at the most.
pub(crate) const QUOTED: usize = 80;

/// At most `longest` characters of `text`; a cut one ends in `…`.
///
/// ```
/// assert_eq!(soar_light::base::escape::shorten("abcdef", 4), "abc…");
/// ```
pub fn shorten(text: &str, longest: usize) -> Cow<'_, str> {
    match text.char_indices().nth(longest) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.chars().take(longest.saturating_sub(1)).chain(['…']).collect()),
    }
}

/// A CSV cell that no spreadsheet takes for a formula: `= + - @`, TAB or CR at its start, behind blanks and quotes too, is
/// preceded by `'`. So is one behind `,` `;` TAB or `|`, where a program that takes that for the delimiter starts a cell.
///
/// **Source:** OWASP, "CSV Injection", which names the full-width forms of the four signs as well.
///
/// ```
/// assert_eq!(soar_light::base::escape::csv_cell("=1+1"), "'=1+1");
/// assert_eq!(soar_light::base::escape::csv_cell("a;=1"), "a;'=1");
/// assert_eq!(soar_light::base::escape::csv_cell("192.0.2.1"), "192.0.2.1");
/// ```
pub fn csv_cell(text: &str) -> Cow<'_, str> {
    // 0xef: the full-width signs start with it.
    let is_suspect = |b: u8| matches!(b, b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n' | 0xef);
    if !text.bytes().any(is_suspect) || formula_starts(text).next().is_none() {
        return Cow::Borrowed(text);
    }
    let (mut out, mut done) = (String::with_capacity(text.len() + 8), 0);
    for at in formula_starts(text) {
        out.push_str(&text[done..at]);
        out.push('\'');
        done = at;
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

/// Where in a cell a formula could start.
fn formula_starts(text: &str) -> impl Iterator<Item = usize> {
    let mut is_start = true;
    text.char_indices().filter_map(move |(at, c)| {
        let starts = is_start && matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
        is_start = matches!(c, ',' | ';' | '\t' | '|') || is_start && !starts && matches!(c, ' ' | '"' | '\u{a0}');
        starts.then_some(at)
    })
}

/// Text for a cell of a Markdown table, shown as it is: no mark-up, no link, no mention, no HTML, no end of the cell.
///
/// **Source:** GitHub Flavored Markdown, sections 2.4 (escapes), 4.10 (tables) and 6.9 (autolinks).
///
/// ```
/// assert_eq!(soar_light::base::escape::markdown("a|b <i> www.x ssh_failed"), r"a\|b &lt;i> www\.x ssh_failed");
/// ```
pub fn markdown(text: &str) -> Cow<'_, str> {
    let text = terminal(text);
    let is_marked = |c: char| {
        matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '&' | '|' | '~' | '@' | '#' | '!' | ':' | '.' | '$' | '-' | '+' | '=')
    };
    if !text.contains(is_marked) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let is_inside = before.is_some_and(char::is_alphanumeric) && rest.peek().is_some_and(|next| next.is_alphanumeric());
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            // Within a word these mean nothing; `www.` is the start of a link.
            '_' | '-' | '+' | '=' | '#' | '!' if is_inside => out.push(c),
            '.' if !matches!(before, Some('w' | 'W')) => out.push(c),
            ':' if rest.peek() != Some(&'/') => out.push(c),
            _ if is_marked(c) => out.extend(['\\', c]),
            _ => out.push(c),
        }
        before = Some(c);
    }
    Cow::Owned(out)
}

/// Text for a mail or a chat, whatever program shows it: nothing in it mentions anybody, is a link, or is mark-up of Slack, Discord,
/// Teams, Matrix or Markdown. Signs that could are written as others that look alike, and dots of names of hosts in brackets.
///
/// ```
/// assert_eq!(soar_light::base::escape::chat("@here <!channel> http://a.example"), "\u{ff20}here \u{2039}!channel\u{203a} http[:]//a[.]example");
/// assert_eq!(soar_light::base::escape::chat("web_admin 192.0.2.1 auth.log"), "web_admin 192.0.2.1 auth.log");
/// ```
pub fn chat(text: &str) -> String {
    let shown = terminal(text);
    let mut out = String::with_capacity(shown.len());
    let letters: Vec<char> = shown.chars().collect();
    let at = |index: Option<usize>| index.and_then(|index| letters.get(index)).copied();
    for (index, &letter) in letters.iter().enumerate() {
        let (before, after) = (at(index.checked_sub(1)), at(Some(index + 1)));
        let is_inside = before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric);
        match letter {
            '@' => out.push('\u{ff20}'),
            '<' => out.push('\u{2039}'),
            '>' => out.push('\u{203a}'),
            '[' => out.push('\u{ff3b}'),
            ']' => out.push('\u{ff3d}'),
            '*' => out.push('\u{2217}'),
            '`' => out.push('\u{2019}'),
            '~' => out.push('\u{223c}'),
            '|' => out.push('\u{2223}'),
            '#' => out.push('\u{ff03}'),
            '\\' => out.push('\u{29f5}'),
            '_' if !is_inside => out.push('\u{ff3f}'),
            ':' if after == Some('/') || is_scheme(&out) => out.push_str("[:]"),
            '.' if is_inside && is_host_dot(&letters, index) => out.push_str("[.]"),
            _ => out.push(letter),
        }
    }
    out
}

/// Whether what stands before a colon makes a link of it without slashes.
fn is_scheme(before: &str) -> bool {
    ["mailto", "tel", "xmpp", "sip", "javascript", "data"].iter().any(|scheme| {
        let start = before.len().checked_sub(scheme.len());
        start.and_then(|start| before.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(scheme))
    })
}

/// Whether the dot at `index` may be one of a host's name, of which programs make a link: names of logs are none.
fn is_host_dot(letters: &[char], index: usize) -> bool {
    let rest = letters[index + 1..].iter();
    let last: String = rest.take_while(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '-')).collect();
    let last = last.rsplit('.').next().unwrap_or_default();
    let is_log = ["log", "gz", "txt", "json", "ndjson", "zst", "xz", "bz2", "jsonl"].contains(&last);
    last.chars().count() > 1 && last.chars().any(char::is_alphabetic) && !is_log
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_text_is_borrowed() {
        for text in ["", "plain", "é 漢字 🦀"] {
            assert!(matches!(terminal(text), Cow::Borrowed(t) if t == text), "{text}");
        }
    }

    #[test]
    fn what_moves_the_cursor_or_the_reading_order_is_spelled_out() {
        for (text, shown) in
            [("a\nb", "a\\x0ab"), ("\u{9b}2J", "\\x9b2J"), ("abc\u{202e}cba", "abc\\u{202e}cba"), ("x\u{200b}y", "x\\u{200b}y")]
        {
            assert_eq!(terminal(text), shown);
        }
    }

    #[test]
    fn every_character_that_shows_nothing_is_spelled_out_and_no_other() {
        let ignorable =
            regex::Regex::new(r"\A[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]\z").expect("an expression");
        // Interlinear annotations, and symbols without ink.
        let blank = ['\u{fff9}', '\u{fffa}', '\u{fffb}', '\u{2800}', '\u{1d159}'];
        for c in '\0'..=char::MAX {
            let (mut text, mut spelled) = (String::from("a"), String::from("a"));
            text.push(c);
            let is_hidden = ignorable.is_match(&text[1..]) || blank.contains(&c);
            match u32::from(c) {
                _ if !is_hidden => spelled.push(c),
                code @ ..0x100 => spelled += &format!("\\x{code:02x}"),
                code => spelled += &format!("\\u{{{code:x}}}"),
            }
            assert_eq!(terminal(&text), spelled);
        }
        assert!(INVISIBLE.windows(2).all(|pair| pair[0].1 < pair[1].0), "ascending");
    }

    #[test]
    fn markdown_shows_text_as_it_is() {
        for (text, shown) in [
            ("ssh_bruteforce web-404", "ssh_bruteforce web-404"),
            ("_x_ **b** `c`", r"\_x\_ \*\*b\*\* \`c\`"),
            ("https://evil/", r"https\://evil/"),
            ("mail a@b.example &lt;", r"mail a\@b.example &amp;lt;"),
            ("[a](b)|\u{202e}\n", r"\[a\](b)\|\\u{202e}\\x0a"),
            ("- a", r"\- a"),
        ] {
            assert_eq!(markdown(text), shown);
        }
    }

    #[test]
    fn cells_that_start_a_formula_are_quoted() {
        for start in ["=", "+", "-", "@", "\t", "\r"] {
            let cell = format!("{start}cmd");
            assert_eq!(csv_cell(&cell), format!("'{cell}"));
        }
        for (cell, shown) in [
            ("a=b", "a=b"),
            ("a,b @c", "a,b @c"),
            (" \"=1", " \"'=1"),
            ("x;-1|\u{ff1d}2", "x;'-1|'\u{ff1d}2"),
            ("2024-01-01", "2024-01-01"),
            ("\t=1", "'\t'=1"),
        ] {
            assert_eq!(csv_cell(cell), shown);
        }
    }
}
