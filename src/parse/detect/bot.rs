//! Which user agents are bots: by three keywords, by the extended knowledge, or by a file of regular expressions.
//!
//! Takes what `--bots` was given, gives yes or no for an agent whose log escapes are undone. Never looks at anything but
//! the agent, which its sender chose: a bot that calls itself a browser is none here.

use std::sync::LazyLock;

use regex::bytes::{Regex, RegexBuilder};

use crate::base::error::{Error, Result};
use crate::base::list_file;
use crate::base::simd::dispatch::Dispatch;
use crate::parse::detect::browser;

/// What crawlers, scanners and libraries call themselves, in the syntax of a file for `--bots`.
const NAMES: &str = include_str!("extended.txt");
/// The same, as far as people's apps are called so too.
const WORDS: &str = include_str!("words.txt");
/// How the agents of people's programs start that nothing else shows.
const PROGRAMS: &str = include_str!("programs.txt");

/// Size to which all patterns of one list together may compile, in bytes: enough for some ten thousand names.
const MAX_COMPILED_BYTES: usize = 64 << 20;

/// Room for the states that a matcher meets, in bytes for each thread: where it is short, matching falls back to a slow engine.
const MAX_STATES_BYTES: usize = 16 << 20;

/// The kinds of bot that a run knows; an agent is a bot when any of them says so.
#[derive(Debug, Clone)]
pub struct Bots {
    kinds: Vec<BotRule>,
    vectors: Dispatch,
}

#[derive(Debug, Clone)]
enum BotRule {
    Keywords,
    Extended(Box<Extended>),
    File(Regex),
}

/// What `--bots extended` knows.
#[derive(Debug, Clone)]
struct Extended {
    names: Regex,
    words: Regex,
    programs: Regex,
}

impl Extended {
    fn new() -> Result<Self> {
        // No letter stands before or behind what is found: CamScanner is no scanner.
        Ok(Self {
            names: compile("extended", NAMES, ["(?:^|[^a-z])", "(?:[^a-z]|$)"])?,
            words: compile("extended words", WORDS, ["(?:^|[^a-z])", "(?:[^a-z]|$)"])?,
            programs: compile("extended programs", PROGRAMS, ["^", "(?:[^a-z]|$)"])?,
        })
    }

    fn is_bot(&self, agent: &[u8]) -> bool {
        let is_tool =
            || self.names.is_match(agent) || !browser::looks_like_browser(agent) || !browser::is_app(agent) && self.words.is_match(agent);
        !self.programs.is_match(agent) && is_tool()
    }
}

impl Default for Bots {
    fn default() -> Self {
        Self { kinds: vec![BotRule::Keywords], vectors: Dispatch::default() }
    }
}

impl Bots {
    /// What the operands of `--bots` mean: `default`, `extended`, or a file with one regular expression a line.
    ///
    /// # Errors
    /// [`Error::Usage`] names the file, and the line whose expression is wrong.
    pub fn from_operands(operands: &[String]) -> Result<Self> {
        if operands.is_empty() {
            return Ok(Self::default());
        }
        let kind = |operand: &String| match operand.as_str() {
            "default" => Ok(BotRule::Keywords),
            "extended" => Extended::new().map(|extended| BotRule::Extended(Box::new(extended))),
            file => compile(file, &list_file::read_file("--bots", "default, extended,", file)?, ["", ""]).map(BotRule::File),
        };
        Ok(Self { kinds: operands.iter().map(kind).collect::<Result<_>>()?, ..Self::default() })
    }

    /// Whether `agent` may be a bot's: a prefilter that nearly no browser passes, where keywords alone are known.
    #[inline]
    pub(crate) fn prefilter(&self, agent: &[u8]) -> bool {
        /// Of each keyword two letters that stand in few other agents.
        const PAIRS: [[u8; 2]; 3] = [*b"bo", *b"wl", *b"pi"];
        !matches!(self.kinds[..], [BotRule::Keywords]) || self.vectors.contains_any_bigram(agent, PAIRS)
    }

    /// Whether `agent` is a bot's.
    pub fn is_bot(&self, agent: &[u8]) -> bool {
        self.kinds.iter().any(|kind| match kind {
            BotRule::Keywords => says_bot(agent),
            BotRule::Extended(extended) => says_bot(agent) || extended.is_bot(agent),
            BotRule::File(patterns) => patterns.is_match(agent),
        })
    }
}

/// Whether a user agent contains bot, crawler or spider; the `bot` of `CUBOT`, a make of phone, does not count.
fn says_bot(agent: &[u8]) -> bool {
    // The pattern is a constant; `expect` would be right, but a regex that cannot be built simply finds nothing, and a test would say so.
    static KEYWORDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("(?i-u)bot|crawler|spider").ok());
    let is_phone = |start: usize, end: usize| end - start == 3 && start >= 2 && agent[start - 2..start].eq_ignore_ascii_case(b"cu");
    KEYWORDS.as_ref().is_some_and(|k| k.find_iter(agent).any(|found| !is_phone(found.start(), found.end())))
}

/// One matcher for all patterns of a list, with `around` before and behind them. Each is tried alone first, so that a wrong one is named
/// by its line.
fn compile(name: &str, text: &str, around: [&str; 2]) -> Result<Regex> {
    let patterns: Vec<_> = list_file::entries(text).collect();
    if patterns.is_empty() {
        return Err(Error::Usage(format!("--bots {name}: it has no pattern")));
    }
    for (number, pattern) in &patterns {
        build(pattern).map_err(|e| Error::Usage(format!("--bots {name}:{number}: {}: {pattern}", reason_of(&e))))?;
    }
    let joined = patterns.iter().map(|(_, pattern)| format!("(?:{pattern})")).collect::<Vec<_>>().join("|");
    build(&format!("{}(?:{joined}){}", around[0], around[1]))
        .map_err(|e| Error::Usage(format!("--bots {name}: its patterns cannot be combined: {}", reason_of(&e))))
}

/// Over bytes, not letters: hostile text in an agent would drive Unicode's `\b` to the slow engine. `(?u)` asks for it.
fn build(pattern: &str) -> std::result::Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).case_insensitive(true).unicode(false).size_limit(MAX_COMPILED_BYTES).dfa_size_limit(MAX_STATES_BYTES).build()
}

/// What is wrong with a pattern, without the drawing of it.
fn reason_of(error: &regex::Error) -> String {
    match error {
        regex::Error::Syntax(text) => text.rsplit("error: ").next().unwrap_or(text).trim().to_owned(),
        regex::Error::CompiledTooBig(bytes) => format!("it compiles to more than {} MiB", bytes >> 20),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bots(operand: &str) -> Bots {
        Bots::from_operands(&[operand.to_owned()]).expect("a kind of bots")
    }

    fn agents(text: &str) -> Vec<&str> {
        text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
    }

    #[test]
    fn a_bot_says_so() {
        for (agent, is_bot) in [
            ("Mozilla/5.0 (compatible; Googlebot/2.1)", true),
            ("SPIDER", true),
            ("my-Crawler/1", true),
            ("robot", true),
            ("CUBOT_X18", false),
            ("Mozilla/5.0 (Linux; Android; CUBOT NOTE 20)", false),
            ("CUBOT Googlebot", true),
            ("cubot bot", true),
            ("curl/8", false),
            ("bo", false),
            ("", false),
            ("bot", true),
            ("ubot", true),
        ] {
            assert_eq!(Bots::default().is_bot(agent.as_bytes()), is_bot, "{agent}");
            assert!(!is_bot || bots("extended").is_bot(agent.as_bytes()), "{agent}");
        }
    }

    #[test]
    fn a_glance_passes_over_no_bot() {
        for keyword in ["bot", "BOT", "Crawler", "cRAWLER", "spider", "sPIder"] {
            for before in 0..40 {
                for behind in [0, 1, 15, 16, 40] {
                    let agent = format!("{}{keyword}{}", "x".repeat(before), "-".repeat(behind));
                    assert!(Bots::default().is_bot(agent.as_bytes()) && Bots::default().prefilter(agent.as_bytes()), "{agent}");
                }
            }
        }
        assert!(bots("extended").prefilter(b"x"));
        let people = agents(include_str!("../../../tests/agents/people.txt"));
        let looked_at = people.iter().filter(|agent| Bots::default().prefilter(agent.as_bytes())).count();
        assert!(looked_at * 10 < people.len(), "{looked_at} of {} browsers are looked at twice", people.len());
    }

    #[test]
    fn no_program_of_a_person_is_a_bot() {
        let extended = bots("extended");
        let people = agents(include_str!("../../../tests/agents/people.txt"));
        assert!(people.len() >= 850, "{} agents", people.len());
        let caught: Vec<_> = people.into_iter().filter(|agent| extended.is_bot(agent.as_bytes())).collect();
        assert!(caught.is_empty(), "caught: {caught:#?}");
    }

    #[test]
    fn crawlers_that_do_not_say_so_are_known() {
        let extended = bots("extended");
        let crawlers = agents(include_str!("../../../tests/agents/crawlers.txt"));
        assert!(crawlers.len() >= 900, "{} agents", crawlers.len());
        assert!(crawlers.iter().all(|agent| !says_bot(agent.as_bytes())), "the keywords know some of them");
        let missed: Vec<_> = crawlers.iter().filter(|agent| !extended.is_bot(agent.as_bytes())).collect();
        // 97 of 100, the bar that the list was built for.
        assert!(missed.len() * 100 <= crawlers.len() * 3, "missed {} of {}: {missed:#?}", missed.len(), crawlers.len());
    }

    #[test]
    fn words_are_whole_tokens_and_none_of_an_app() {
        let extended = bots("extended");
        let desktop =
            |name: &str| format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) {name} Safari/537.36");
        for (agent, is_bot) in [
            (desktop("CamScanner/2.0"), false),
            (desktop("Scanner/2.0"), true),
            (desktop("Security-Scanner2"), true),
            (desktop("Prescreenshots/1"), false),
            (desktop("Nikto/2.5"), true),
            (desktop("Niktor/2.5"), false),
            ("CamScanner/6.5 (iPhone; iOS 17.4; Scale/3.00)".to_owned(), false),
            ("QR Scanner/6.5 (iPhone; iOS 17.4; Scale/3.00)".to_owned(), false),
            ("QR Scanner/6.5".to_owned(), true),
            ("Tracker/1 (Linux; Android 13) okhttp/4.9".to_owned(), false),
            ("okhttp/4.9".to_owned(), true),
            ("sqlmap/1.8 (Linux; Android 13)".to_owned(), true),
            ("VLC/3.0.20 LibVLC/3.0.20".to_owned(), false),
            ("VLCbot/3.0.20".to_owned(), true),
            ("x VLC/3.0.20".to_owned(), true),
            ("Vlcraft/1".to_owned(), true),
        ] {
            assert_eq!(extended.is_bot(agent.as_bytes()), is_bot, "{agent}");
        }
    }

    #[test]
    fn a_file_is_one_expression_a_line_in_any_case() {
        let patterns = compile("mine.txt", "# mine\n\n  ^acme/\\d  \r\n(?-i)Beta\nC#\n", ["", ""]).expect("patterns");
        for (agent, is_bot) in [("ACME/1", true), ("x acme/1", false), ("Beta", true), ("beta", false), ("c#", true), ("mine", false)] {
            assert_eq!(patterns.is_match(agent.as_bytes()), is_bot, "{agent}");
        }
    }

    #[test]
    fn a_wrong_expression_is_named_by_its_line() {
        for (text, message) in [
            ("ok\n# no\nfoo(\n", "--bots f:3: unclosed group: foo("),
            ("[z-a]", "--bots f:1: invalid character class range, the start must be <= the end: [z-a]"),
            ("x{9999999}", "--bots f:1: it compiles to more than 64 MiB: x{9999999}"),
            ("# nothing\n\n", "--bots f: it has no pattern"),
            (r"a\1", "--bots f:1: backreferences are not supported: a\\1"),
        ] {
            assert_eq!(compile("f", text, ["", ""]).err().map(|e| e.to_string()).as_deref(), Some(message));
        }
    }
}
