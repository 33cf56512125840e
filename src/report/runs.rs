//! What runs knew about themselves: the records of `--run` read, and said in sentences for every report.
//!
//! Text of others stays as it came: each report escapes it at its own last door.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::value::RawValue;

use crate::base::error::{Error, Result};
use crate::io::diagnostics::MOST_DEFERRED;
use crate::io::source::file::STDIN;
use crate::io::source::file::open_error;
use crate::record::json::pairs::Pairs;
use crate::record::run::count::{Counter, LineClass};
use crate::record::run::{AssumptionRecord, InputRecord, OrderedCounts, RejectedLine, RunRecord};
use crate::report::lang;
use crate::report::lang::{Lang, Phrase, run as words, word_of};

/// How long a file of records may be, in bytes: over 10,000 inputs.
const MOST_BYTES: u64 = 16 << 20;
/// How many inputs and warnings of a run are told.
const TOLD: usize = MOST_DEFERRED;
/// What a report says itself: counts of addresses, and the warning about those that are out of scope.
const TOLD_ELSEWHERE: [Counter; 5] = [Counter::Addresses, Counter::Suspicious, Counter::OutOfScope, Counter::Reported, Counter::Unscored];
const WARNED_ELSEWHERE: &str = "out_of_scope";

/// Reads the records in the files at `paths`.
///
/// # Errors
/// [`Error::Read`] names a file that cannot be read or holds something else, [`Error::Usage`] stdin, which is of hosts.
pub(crate) fn read_runs(paths: &[PathBuf]) -> Result<Vec<RunRecord>> {
    let mut runs = Vec::new();
    for path in paths {
        runs.extend(read_file(path)?);
    }
    Ok(runs)
}

fn read_file(path: &Path) -> Result<Vec<RunRecord>> {
    if path.as_os_str() == STDIN {
        return Err(Error::Usage("--run needs a file that --stats wrote: stdin is for hosts".to_owned()));
    }
    let shown = path.display().to_string();
    let mut text = Vec::new();
    let file = File::open(path).map_err(|e| open_error(path, &e))?;
    file.take(MOST_BYTES + 1).read_to_end(&mut text).map_err(|e| Error::read(&shown, &e))?;
    let unfit = |reason: String| Error::Read { path: shown.clone(), reason: format!("--run: {reason}") };
    if text.len() as u64 > MOST_BYTES {
        return Err(unfit("longer than what --stats writes (16 MiB)".to_owned()));
    }
    let values = serde_json::Deserializer::from_slice(&text).into_iter::<Box<RawValue>>();
    let record = |value: serde_json::Result<Box<RawValue>>| match value {
        Ok(value) => RunRecord::from_line(value.get().as_bytes()).map_err(unfit),
        Err(_) => Err(unfit("not JSON: not what --stats wrote (soar.run/1)".to_owned())),
    };
    match values.map(record).collect::<Result<Vec<_>>>()? {
        runs if runs.is_empty() => Err(unfit("it is empty: not what --stats wrote (soar.run/1)".to_owned())),
        runs => Ok(runs),
    }
}

/// What reports show of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunSummary {
    pub heading: String,
    /// A name, and sentences.
    pub facts: Vec<(Phrase, Vec<String>)>,
}

/// What there is to say of `run`.
pub(crate) fn show(run: &RunRecord, lang: Lang) -> RunSummary {
    let heading = format!(
        "{} {}, {}",
        run.program,
        run.version,
        lang.fill(lang::PERIOD_TO, &[&lang.time_of(&run.started_at), &lang.time_of(&run.ended_at)])
    );
    let warnings = run.warnings.iter().map(|warning| lang.tell(&warning.text).into_owned()).collect::<Vec<_>>();
    let facts = [
        (words::ENDED, ending(run, lang)),
        (words::CLASSES, vec![lines(run, lang)]),
        (words::INPUTS, first(run.inputs.iter().map(|of| input(of, lang)).collect(), 0, lang)),
        (words::COUNTS, counts(&run.counts, Counter::label_of, lang)),
        (words::ASSUMED, run.guesses.iter().map(|of| guess(of, lang)).collect()),
        (words::PLACES, places(run, lang)),
        (words::WARNINGS, first(warnings, run.more_warnings, lang)),
    ];
    let facts = facts.into_iter().filter(|(_, sentences)| !sentences.is_empty());
    RunSummary { heading, facts: facts.collect() }
}

/// The same in a few lines: what was read, what was assumed, what was wrong; nothing where the report beside it says as much.
pub(crate) fn show_briefly(run: &RunRecord, lang: Lang) -> Option<RunSummary> {
    let warnings = run.warnings.iter().filter(|warning| warning.kind != WARNED_ELSEWHERE).cloned().collect();
    let mut shown = show(&RunRecord { warnings, ..run.clone() }, lang);
    let lines = shown.facts.iter().position(|(name, _)| *name == words::CLASSES).map(|place| shown.facts.remove(place).1.concat());
    // What came through a pipe from the stage before says no more than the lines there do: in its place stands what was counted.
    let is_plain_pipe = matches!(&*run.inputs, [input] if input.name == STDIN && input.complete) && !reads_logs(run);
    let is_told = |name: &str| TOLD_ELSEWHERE.iter().any(|counter| counter.name() == name);
    let told = Pairs(run.counts.0.iter().filter(|(name, _)| !is_told(name)).cloned().collect());
    let heading = if is_plain_pipe { counts(&told, Counter::label_of, lang).concat() } else { lines.unwrap_or_default() };
    shown.facts.retain(|(name, _)| !([words::COUNTS, words::PLACES].contains(name) || is_plain_pipe && *name == words::INPUTS));
    if is_plain_pipe && heading.is_empty() && shown.facts.is_empty() {
        return None;
    }
    shown.heading = if heading.is_empty() { run.program.clone() } else { lang.pair(&run.program, &heading) };
    Some(shown)
}

/// Whether the lines of a run are those of logs, or some of them were no records.
fn reads_logs(run: &RunRecord) -> bool {
    LineClass::NoSignal.programs().contains(&&*run.program) || run.lines.get(LineClass::Malformed.name()) > 0
}

/// The first sentences, and how many more there are besides `hidden` ones.
fn first(mut sentences: Vec<String>, hidden: u64, lang: Lang) -> Vec<String> {
    let more = sentences.len().saturating_sub(TOLD) as u64 + hidden;
    sentences.truncate(TOLD);
    if more > 0 {
        sentences.push(lang.fill(lang::AND_MORE, &[&lang.number(more)]));
    }
    sentences
}

/// How it ended, unless all was done.
fn ending(run: &RunRecord, lang: Lang) -> Vec<String> {
    let exit = &run.exit;
    if exit.code == 0 && exit.reason == "done" {
        return Vec::new();
    }
    let reason = lang.fill(words::WITH_CODE, &[word_of(lang, words::EXIT_REASONS, &exit.reason), &exit.code.to_string()]);
    vec![exit.error.as_ref().map_or_else(|| reason.clone(), |error| lang.pair(&reason, &lang.tell(error)))]
}

fn input(input: &InputRecord, lang: Lang) -> String {
    let mut parts = vec![lang.count(input.lines, words::LINES), lang.count(input.bytes, words::BYTES)];
    if let (Some(kind), Some(bytes)) = (&input.compression, input.compressed_bytes) {
        parts.push(format!("{kind} {}", lang.count(bytes, words::BYTES)));
    }
    parts.extend(input.first_line.map(|line| lang.fill(words::FROM_LINE, &[&lang.number(line)])));
    if !input.complete {
        parts.push(lang.say(words::NOT_WHOLE).to_owned());
    }
    parts.extend(input.error.as_ref().map(|error| lang.tell(error).into_owned()));
    let name = if input.name == STDIN { lang.say(words::STDIN_NAME) } else { &input.name };
    lang.pair(name, &parts.join(", "))
}

fn lines(run: &RunRecord, lang: Lang) -> String {
    let total = lang.count(run.lines.get("total"), words::LINES);
    let classes = Pairs(run.lines.0.iter().filter(|(name, _)| name != "total").cloned().collect());
    match counts(&classes, LineClass::label_of, lang).first() {
        None => total,
        Some(classes) => format!("{total} ({classes})"),
    }
}

/// Those that are not 0, in one sentence.
fn counts(counts: &OrderedCounts, label_of: impl Fn(&str) -> Option<Phrase>, lang: Lang) -> Vec<String> {
    let pair = |(name, number): &(String, u64)| lang.pair(label_of(name).map_or(name, |label| lang.say(label)), &lang.number(*number));
    let pairs: Vec<_> = counts.0.iter().filter(|(_, number)| *number > 0).map(pair).collect();
    if pairs.is_empty() { Vec::new() } else { vec![pairs.join(", ")] }
}

fn guess(guess: &AssumptionRecord, lang: Lang) -> String {
    let what = word_of(lang, words::GUESSED, &guess.what);
    let from = word_of(lang, words::GUESSED_FROM, &guess.from);
    let suggested = guess.suggested.as_ref().map(|value| format!(", {}", lang.fill(words::SUGGESTED, &[value])));
    format!("{} ({from}, {}{})", lang.pair(what, &guess.values.join(", ")), guess.flag, suggested.unwrap_or_default())
}

/// The first lines of each class, a class a sentence.
fn places(run: &RunRecord, lang: Lang) -> Vec<String> {
    let mut classes: Vec<&str> = Vec::new();
    for place in &run.places {
        if !classes.contains(&&*place.class) {
            classes.push(&place.class);
        }
    }
    let show = |place: &RejectedLine| match &place.reason {
        None => format!("{}:{}", place.file, place.line),
        Some(reason) => format!("{}:{} ({})", place.file, place.line, lang.tell(reason)),
    };
    let sentence = |class: &str| {
        let all: Vec<_> = run.places.iter().filter(|place| place.class == class).map(show).collect();
        lang.pair(LineClass::label_of(class).map_or(class, |label| lang.say(label)), &all.join(", "))
    };
    classes.into_iter().map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::run::ExitRecord;

    const RUN: &str = concat!(
        r#"{"schema":"soar.run/1","program":"soar-parse","version":"0.1.0","started_at":"2026-01-01T00:00:00Z","ended_at":"2026-01-01T00:00:09Z","#,
        r#""exit":{"code":2,"reason":"failed","error":"stdout: full"},"inputs":[{"name":"a.gz","bytes":5000,"compression":"gzip","#,
        r#""compressed_bytes":700,"lines":1,"first_line":8,"complete":false,"error":"damaged"}],"lines":{"total":7,"event":3,"reject":0,"new_class":4},"#,
        r#""counts":{"invalid_utf8":1,"break_ins":0},"guesses":[{"what":"zone","values":["UTC"],"from":"default","flag":"--tz","suggested":"+02:00"}],"#,
        r#""places":[{"class":"reject","file":"a","line":1,"reason":"why"},{"class":"other_program","file":"a","line":2},{"class":"reject","file":"a","line":3}],"#,
        r#""warnings":[{"kind":"zone","text":"text"}],"more_warnings":2}"#
    );

    fn done() -> ExitRecord {
        ExitRecord { code: 0, reason: "done".to_owned(), error: None }
    }

    fn of(counts: &[(&str, u64)]) -> OrderedCounts {
        Pairs(counts.iter().map(|&(name, count)| (name.to_owned(), count)).collect())
    }

    #[test]
    fn a_run_is_said_in_sentences() {
        let run = RunRecord::from_line(RUN.as_bytes()).expect("a record");
        let shown = show(&run, Lang::En);
        assert_eq!(shown.heading, "soar-parse 0.1.0, 2026-01-01T00:00:00Z to 2026-01-01T00:00:09Z");
        let facts: Vec<_> = shown.facts.iter().map(|(name, sentences)| format!("{} | {}", name[0], sentences.join(" | "))).collect();
        assert_eq!(
            facts,
            [
                "Ended | failed (exit 2): stdout: full",
                "Lines | 7 lines (events: 3, new_class: 4)",
                "Inputs | a.gz: 1 line, 5,000 bytes, gzip 700 bytes, from line 8, not read to its end, damaged",
                "Counted | lines that are not UTF-8: 1",
                "Assumed | zone: UTC (by default, --tz, the times of files suggest +02:00)",
                "First of these | rejects: a:1 (why), a:3 | of other programs: a:2",
                "Warnings | text | and 2 more",
            ]
        );
        let brief = show_briefly(&run, Lang::En).expect("its lines");
        assert_eq!(brief.heading, "soar-parse: 7 lines (events: 3, new_class: 4)");
        let names: Vec<_> = brief.facts.iter().map(|(name, _)| name[0]).collect();
        assert_eq!(names, ["Ended", "Inputs", "Assumed", "Warnings"]);
        // A stage behind another: what it counted, save what the report says itself, or nothing.
        let inputs = vec![InputRecord { name: "-".to_owned(), complete: true, ..run.inputs[0].clone() }];
        let scan = RunRecord { program: "soar-scan".to_owned(), inputs, lines: of(&[("total", 3), ("host", 3)]), ..run.clone() };
        let scan = RunRecord { guesses: vec![], warnings: vec![], more_warnings: 0, exit: done(), ..scan };
        let scan = |counts| show_briefly(&RunRecord { counts: of(counts), ..scan.clone() }, Lang::En);
        assert_eq!(
            scan(&[("out_of_scope", 2), ("scanned", 1), ("probes", 7)]).expect("counts").heading,
            "soar-scan: addresses scanned: 1, probes: 7"
        );
        assert_eq!(scan(&[("out_of_scope", 2)]), None);
        let french = show(&run, Lang::Fr);
        assert_eq!(french.facts[1], (words::CLASSES, vec!["7 lignes (événements\u{a0}: 3, new_class\u{a0}: 4)".to_owned()]));
        let done = RunRecord { exit: done(), ..run };
        assert!(show(&done, Lang::En).facts.iter().all(|(name, _)| *name != words::ENDED));
    }

    #[test]
    fn a_file_holds_records_and_nothing_else() {
        let read = |text: &str| {
            let file = tempfile::NamedTempFile::new().expect("a file");
            std::fs::write(file.path(), text).expect("written");
            let shown = file.path().display().to_string();
            read_runs(&[file.path().to_owned()]).map(|runs| runs.len()).map_err(|error| error.to_string().replace(&shown, "FILE"))
        };
        assert_eq!(read(&format!("{RUN}\n")), Ok(1));
        assert_eq!(read(&format!("\n{RUN}\n\n{}", RUN.replace(',', ",\n  "))), Ok(2));
        for (text, said) in [
            ("", "FILE: --run: it is empty: not what --stats wrote (soar.run/1)"),
            ("x", "FILE: --run: not JSON: not what --stats wrote (soar.run/1)"),
            (r#"{"schema":"soar.host/1"}"#, "FILE: --run: this is a soar.host/1 record, not one that --stats wrote (soar.run/1)"),
            (r#"{"schema":"soar.run/2"}"#, "FILE: --run: this is a soar.run/2 record, not one that --stats wrote (soar.run/1)"),
        ] {
            assert_eq!(read(text), Err(said.to_owned()));
        }
        assert!(matches!(read_runs(&["-".into()]), Err(Error::Usage(_))));
    }
}
