//! What filters say of a run and of its lines, which they say in English: in the language of a report, by one table.
//!
//! A message that the table does not have stays as it is; values in a message (names, addresses, numbers) always do.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::report::lang::{Lang, Tongue};

/// Pairs of lines: English, French.
const TABLE: &str = include_str!("messages.txt");
/// How deep messages stand in one another at the most.
const DEPTH: usize = 4;
const HOLE: &str = "{}";

struct MessageRow {
    english: Vec<&'static str>,
    french: &'static str,
    /// How many bytes of it are no values.
    fixed: usize,
    /// Whether it says something itself, beyond what stands in its holes.
    has_words: bool,
}

/// The rows, those that say most first: of several that fit, one explains the most of a text.
static ROWS: LazyLock<Vec<MessageRow>> = LazyLock::new(|| {
    let mut rows: Vec<_> = pairs()
        .map(|(english, french)| {
            let english: Vec<_> = english.split(HOLE).collect();
            let fixed = english.iter().map(|part| part.len()).sum();
            let has_words = english.iter().any(|part| part.contains(char::is_alphabetic));
            MessageRow { english, french, fixed, has_words }
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.fixed));
    rows
});

fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with("# "));
    std::iter::from_fn(move || Some((lines.next()?, lines.next()?)))
}

impl Lang {
    /// `text`, a message of a filter, in this language.
    pub fn tell(self, text: &str) -> Cow<'_, str> {
        match self.tongue {
            Tongue::English => Cow::Borrowed(text),
            Tongue::French => translate(text, DEPTH).map_or(Cow::Borrowed(text), Cow::Owned),
        }
    }
}

/// The French for a message; `None` for one that the table does not have.
fn translate(text: &str, depth: usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    ROWS.iter().find_map(|row| {
        let values = row.split(text)?;
        let told: Vec<_> = values.iter().map(|value| translate(value, depth)).collect();
        if !row.has_words && told.iter().all(Option::is_none) {
            return None;
        }
        let mut parts = row.french.split(HOLE);
        let mut french = unbroken(parts.next().unwrap_or_default());
        for (part, (value, told)) in parts.zip(values.iter().zip(&told)) {
            french.push_str(told.as_deref().unwrap_or(value));
            french.push_str(&unbroken(part));
        }
        Some(french)
    })
}

/// French with the blanks at which a line must not break.
fn unbroken(text: &str) -> String {
    let text = [" :", " ;", " ?", " »"].iter().fold(text.to_owned(), |text, mark| text.replace(mark, &mark.replace(' ', "\u{a0}")));
    text.replace("« ", "«\u{a0}")
}

impl MessageRow {
    /// What stands in the holes, where a text is one of this row: as little as may be, and something.
    fn split<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let (first, rest) = self.english.split_first()?;
        let mut text = text.strip_prefix(first)?;
        let Some((last, middle)) = rest.split_last() else { return text.is_empty().then(Vec::new) };
        let mut values = Vec::with_capacity(rest.len());
        for part in middle {
            let (value, behind) = text.split_once(part)?;
            values.push(value);
            text = behind;
        }
        values.push(text.strip_suffix(last)?);
        values.iter().all(|value| !value.is_empty()).then_some(values)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn messages_are_told_in_french_and_values_stay() {
        let told = |text: &str| Lang::Fr.tell(text).replace('\u{a0}', " ");
        for (english, french) in [
            ("empty line", "ligne vide"),
            ("not combined format: no status after the request", "pas au format combined : pas de statut après la requête"),
            (
                "a.log: permission denied: use sudo, or ask the owner for read access",
                "a.log : accès refusé : utilisez sudo, ou demandez au propriétaire le droit de lecture",
            ),
            ("no line is at or after 2026-01-01T00:00:00Z", "aucune ligne n’est à partir du 2026-01-01T00:00:00Z"),
            (
                "1 tagged event has no source.ip (the log has a host name) and was not counted",
                "1 événement marqué n’a pas de source.ip (le journal a un nom d’hôte) et n’a pas été compté",
            ),
            (
                "192.0.2.1 (and 2 more): 51 times http_error, a signal that this run does not look for: --signals default,http_error",
                "192.0.2.1 (et 2 de plus) : 51 fois http_error, un signal que ce traitement ne cherche pas : --signals default,http_error",
            ),
            ("auth.log.1.gz: gzip data ends early", "auth.log.1.gz : données gzip incomplètes"),
            // Nothing of it is known.
            ("somebody said: {} <b>", "somebody said: {} <b>"),
            ("", ""),
        ] {
            assert_eq!(told(english), french);
            assert_eq!(Lang::En.tell(english), english);
        }
    }

    #[test]
    fn each_row_has_both_languages_with_the_same_holes_and_is_said_somewhere() {
        let sources = read_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
        assert_eq!(TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")).count() % 2, 0);
        for (english, french) in pairs() {
            assert_eq!(english.matches(HOLE).count(), french.matches(HOLE).count(), "{english}");
            // Verbs are put in, and nouns get their plural, where it is said.
            let longest = english.split(HOLE).max_by_key(|part| part.len()).unwrap_or_default().trim_end_matches('s');
            let words: Vec<_> = longest.split_whitespace().collect();
            let run = if words.len() > 5 { 3 } else { words.len().clamp(1, 2) };
            assert!(words.is_empty() || words.windows(run).any(|run| sources.contains(&run.join(" "))), "nothing says: {longest}");
        }
    }

    /// The sources, without the breaks of long strings.
    fn read_all(folder: &Path) -> String {
        let mut text = String::new();
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                text.push_str(&read_all(&path));
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let source = std::fs::read_to_string(&path).expect("a source");
                text.extend(source.split("\\\n").enumerate().map(|(nth, part)| if nth == 0 { part } else { part.trim_start() }));
            }
        }
        text
    }
}
