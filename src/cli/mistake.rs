//! What is said of flags that are wrong: the program's name first, as in every other message, and no tip that leads away from what was
//! meant. A flag of another filter is said to be one.

use std::path::Path;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The long flags of each filter, beside those that all have; a test compares them with what the filters say of themselves.
const FLAGS: [(&str, &str); 5] = [
    (
        "soar-parse",
        "all bots check-services client-from cursor cursor-only cursor-out evidence expect-lines first-line hosts \
         ignore-404 json list-formats list-messages list-services list-signals log-format memory modified name \
         partial passed program rejects resolution services signals since strict suggest timeline trace \
         trust-container trust-log-peer trusted-proxy tz until year",
    ),
    (
        "soar-score",
        "accounts accounts-key against allow evidence explain group-v4 group-v6 groups list-rules live max-age \
         max-hosts memory near partial repeat resolution rule rules signals state test timeline weight window",
    ),
    ("soar-enrich", "crawlers fetch-help list mmdb rdns"),
    (
        "soar-scan",
        "audit banner concurrency dry-run exclude exclude-ports max-open max-per-host max-per-net min-timeout-ms \
         ports rate reason retries scope seed targets timeout-ms top-ports unordered",
    ),
    (
        "soar-report",
        "accounts against bom chart columns csv csv-delimiter csv-for csv-times digest groups-chart html lang \
         markdown ports-chart run show-since show-tz show-until story summary theme timeline-chart top",
    ),
];

/// What number parsers say, and what people read instead.
const WORDS: [(&str, &str); 4] = [
    ("invalid digit found in string", "expected a whole number"),
    ("cannot parse integer from empty string", "expected a whole number"),
    ("number too large to fit in target type", "the number is too large"),
    ("invalid float literal", "expected a number"),
];

/// The same error with a tip that helps, or none; `given` are the words behind the name of the program.
pub(crate) fn mend(program: &str, mut error: clap::Error, given: &[String]) -> clap::Error {
    let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg).filter(|_| error.kind() == ErrorKind::UnknownArgument) else {
        return error;
    };
    let tip = tip(program, flag, given);
    // That `--` would make a file of it is true, and of no use to who mistyped a flag.
    error.remove(ContextKind::Suggested);
    if let Some(tip) = tip {
        error.remove(ContextKind::SuggestedArg);
        error.remove(ContextKind::Usage);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(tip)]));
    }
    error
}

/// What was meant by `flag`, which the program does not have, as far as that can be told.
fn tip(program: &str, flag: &str, given: &[String]) -> Option<String> {
    let is_meant =
        |word: &&String| word.as_str() == flag || word.split('=').next() == Some(flag) || flag.len() == 2 && word.starts_with(flag);
    let place = given.iter().position(|word| is_meant(&word)).unwrap_or(0);
    let word = given.get(place).map_or(flag, |word| word);
    if Path::new(word).exists() {
        return Some(format!("{word} is also a file here: to read it, write ./{word}"));
    }
    let owners: Vec<_> = FLAGS
        .iter()
        .filter(|(_, flags)| flags.split(' ').any(|name| flag.strip_prefix("--") == Some(name)))
        .map(|(name, _)| *name)
        .collect();
    if !owners.is_empty() {
        return Some(format!("{flag} is a flag of {}, not of {program}", owners.join(" and ")));
    }
    // Of `-1d` clap names the first two characters.
    let before = place.checked_sub(1).and_then(|before| given.get(before)).filter(|word| word.starts_with("--") && !word.contains('='));
    let is_value = flag.starts_with('-') && flag[1..].starts_with(|c: char| c.is_ascii_digit());
    before.filter(|_| is_value).map(|name| format!("a value that begins with - stands behind a =: {name}={word}"))
}

/// `rendered`, what clap says of an error, as the other messages of `program` are.
pub(crate) fn reword(program: &str, rendered: &str) -> String {
    let named = rendered.replacen("error:", &format!("{program}:"), 1);
    // What stands before the last colon may be the user's own words.
    let Some(at) = named.lines().next().and_then(|line| line.rfind(": ")) else { return named };
    let (before, after) = named.split_at(at);
    let after = WORDS.iter().fold(after.to_owned(), |text, (jargon, words)| text.replacen(jargon, words, 1));
    format!("{before}{}", name_range(&after).unwrap_or(after))
}

/// `: 0 is not in 1..=256` in words.
fn name_range(text: &str) -> Option<String> {
    let (start, behind) = text.split_once(" is not in ")?;
    let (range, rest) = behind.split_at(behind.find('\n').unwrap_or(behind.len()));
    let (first, last) = range.split_once("..=")?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(first) && is_number(last)).then(|| format!("{start}: expected a number from {first} to {last}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tip_names_what_was_meant_or_there_is_none() {
        let said = |flag: &str, given: &str| tip("soar-parse", flag, &given.split(' ').map(ToOwned::to_owned).collect::<Vec<_>>());
        for (flag, given, words) in [
            ("--rules", "--rules strict a.log", Some("--rules is a flag of soar-score, not of soar-parse")),
            ("--html", "a.log --html=x", Some("--html is a flag of soar-report, not of soar-parse")),
            ("--accounts", "--accounts x", Some("--accounts is a flag of soar-score and soar-report, not of soar-parse")),
            ("-1", "--since -1d a.log", Some("a value that begins with - stands behind a =: --since=-1d")),
            ("-1", "a.log -1d", None),
            ("--nope", "--nope", None),
            ("-x", "-xy", None),
        ] {
            assert_eq!(said(flag, given).as_deref(), words, "{given}");
        }
    }

    #[test]
    fn errors_begin_with_the_program_and_say_no_jargon() {
        let text = "error: invalid value 'ten' for '--top <N>': invalid digit found in string\n";
        assert_eq!(reword("soar-report", text), "soar-report: invalid value 'ten' for '--top <N>': expected a whole number\n");
        let text = "error: invalid value '0' for '--top <N>': 0 is not in 1..=256\n\nFor more\n";
        let said = "soar-report: invalid value '0' for '--top <N>': 0: expected a number from 1 to 256\n\nFor more\n";
        assert_eq!(reword("soar-report", text), said);
        let own = "error: invalid value 'invalid float literal' for '--top <N>': invalid digit found in string\n";
        assert!(
            reword("soar-report", own).starts_with("soar-report: invalid value 'invalid float literal' for"),
            "{}",
            reword("soar-report", own)
        );
        assert_eq!(reword("soar-scan", "\u{1b}[1merror:\u{1b}[0m error: x"), "\u{1b}[1msoar-scan:\u{1b}[0m error: x");
    }
}
