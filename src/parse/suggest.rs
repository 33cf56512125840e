//! `--suggest`: with which flags a sample of a log is read best.
//!
//! Takes the first lines of each input, reads them with every format that a name stands for, and gives the flags of the one that reads
//! most. It never gives a flag that vouches for something: attackers write samples too. Such flags are only explained.

mod explain;

use crate::base::error::{Exit, Result};
use crate::base::net;
use crate::base::number::counted;
use crate::io::InputOverrides;
use crate::io::Run;
use crate::io::block::{Block, BlockKind};
use crate::io::diagnostics::Diagnostics;
use crate::io::entries::EntryLayout;
use crate::io::input::Inputs;
use crate::io::lines::{Line, LineIndex, Lines};
use crate::io::output::Output;
use crate::parse::Config;
use crate::parse::access::clients::Requests;
use crate::parse::access::guess::columns::guess_columns;
use crate::parse::access::guess::json::{guess_keys, guess_logfmt};
use crate::parse::access::guess::text::guess_string;
use crate::parse::access::log_format::{FormatOptions, LogFormat};
use crate::parse::access::named;
use crate::parse::candidate::Candidates;
use crate::parse::envelope::answer::split_answer;
use crate::parse::format::{Arena, ParsedLine};
use crate::parse::line::{LastFormats, LineParser, trim_end};
use crate::parse::run::entries::trim_entry;
use crate::parse::service::catalog::Services;
use crate::parse::suggest::explain::explain;

/// How much of each input is looked at, and of all of them, in bytes.
const SAMPLE_BYTES: usize = 1 << 20;
const MOST_BYTES: usize = 16 << 20;
/// How many rejects are looked at for what they may be.
const MOST_REJECTED: usize = 64;
/// How many suggestions people are shown beside the best one.
const SHOWN: usize = 3;

/// What reads the sample, and how well.
struct Proposal {
    /// What the user would write; nothing where no flag is needed.
    flags: Vec<String>,
    /// What they say of the access log.
    format: Option<LogFormat>,
    result: Sample,
}

/// What became of the lines of a sample.
#[derive(Debug, Default)]
struct Sample {
    /// Requests, and messages of known services.
    read: u64,
    /// Lines of other programs.
    passed: u64,
    /// Messages of known programs that are not known: nothing is read of them.
    unknown: u64,
    /// Whether a format was given, which takes lines that are refused without it.
    is_given: bool,
    /// Whether the line before was read, which a line that repeats it is then too.
    is_after_read: bool,
    /// Lines that count for nobody.
    untrusted: u64,
    rejects: u64,
    /// Of the rejects, those that are messages of a service without a header, or behind one that says nothing.
    bare: u64,
    /// The first rejects, and lines of other programs that may be requests.
    rejected: Vec<String>,
    /// The services of which messages were read.
    services: Vec<&'static str>,
    requests: Requests,
}

/// Reads a sample of `inputs`, writes the flags to stdout, and explains on stderr.
///
/// # Errors
/// A failed write. Unreadable inputs are said, and show in the exit.
pub fn run(config: &Config, inputs: Inputs, run: &Run, diagnostics: &mut Diagnostics) -> Result<Exit> {
    let (blocks, unreadable) = sample(inputs, run, diagnostics);
    let plain = Proposal { flags: Vec::new(), format: None, result: read_sample(config, &config.services, None, &blocks) };
    let lines = plain.result.total();
    let (services, contained) = if plain.result.rejects + plain.result.passed + plain.result.unknown > 0 {
        suggest_services(config, &plain.result, &blocks)?
    } else {
        (None, 0)
    };
    let mut candidates = vec![plain];
    // Where everything is read there is nothing to suggest. Lines of other programs may be requests in a format that begins like syslog.
    if candidates[0].result.rejects > 0 || !candidates[0].result.rejected.is_empty() {
        let guesses = guesses(&candidates[0].result.rejected);
        candidates.extend(others().chain(guesses).map(|(flags, format)| {
            let result = read_sample(config, &config.services, Some(&format), &blocks);
            Proposal { flags, format: Some(format), result }
        }));
    }
    if let Some(services) = services {
        candidates.extend(join_both(config, &candidates, &services, &blocks)?);
        candidates.insert(1, services);
    }
    // The first of several that read as much: without flags, then by services, which know the words of a line, then in the order of the table.
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.result.read));
    let best = &candidates[0];
    let shown = candidates.iter().enumerate().filter(|(index, c)| c.flags.is_empty() || *index < SHOWN && c.result.read > 0);
    diagnostics.info(&format!("{} looked at", counted(lines, "line")));
    shown.for_each(|(_, candidate)| diagnostics.info(&candidate.show()));
    show_files(config, best, &blocks, diagnostics)?;
    explain(best, contained, diagnostics);
    if !best.flags.is_empty() && best.result.read > 0 {
        let mut output = Output::stdout(run)?;
        let words: Vec<_> = best.flags.iter().map(|word| quote(word)).collect();
        output.write(format!("{}\n", words.join(" ")).as_bytes())?;
    }
    let Sample { read, passed, unknown, rejects, .. } = best.result;
    let is_read = read > 0 || passed + unknown > 0 && rejects == 0;
    Ok(Exit::after(unreadable, u64::from(lines == 0 || !is_read)))
}

/// Says of each input how well the flags read it, where there are several: one line of flags is for all of them.
fn show_files(config: &Config, best: &Proposal, blocks: &[Block], diagnostics: &mut Diagnostics) -> Result<()> {
    let mut files: Vec<&str> = blocks.iter().map(|block| &*block.file).collect();
    files.dedup();
    if files.len() < 2 {
        return Ok(());
    }
    let given = match best.services() {
        Some(names) => Some(Services::from_operands(&[names.to_owned()])?),
        None => None,
    };
    let services = given.as_ref().unwrap_or(&config.services);
    let mut unread = Vec::new();
    for file in files {
        let of_file: Vec<_> = blocks.iter().filter(|block| &*block.file == file).collect();
        let result = read_sample(config, services, best.format.as_ref(), of_file);
        diagnostics.info(&format!("  {file}: {}", result.show()));
        if result.read == 0 && result.rejects > 0 {
            unread.push(file);
        }
    }
    if !unread.is_empty() && best.result.read > 0 {
        let shown = unread.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
        let more = if unread.len() > SHOWN { format!(" and {} more", unread.len() - SHOWN) } else { String::new() };
        diagnostics
            .info(&format!("nothing of {shown}{more} is read so; flags are for all logs of a run: --suggest each of them by itself"));
    }
    Ok(())
}

/// The first blocks of each input, and how many inputs could not be read.
fn sample(inputs: Inputs, run: &Run, diagnostics: &mut Diagnostics) -> (Vec<Block>, u64) {
    let (mut blocks, mut unreadable, mut total) = (Vec::new(), 0, 0);
    let mut take = |inputs: Inputs| {
        let mut bytes = 0;
        for block in inputs.with_entries().reader(run) {
            match block {
                Ok(block) => {
                    bytes += block.bytes.len();
                    total += block.bytes.len();
                    blocks.push(block);
                }
                Err(error) => {
                    diagnostics.error(&error);
                    unreadable += 1;
                }
            }
            if bytes >= SAMPLE_BYTES || total >= MOST_BYTES || run.shutdown.is_stopped() {
                return;
            }
        }
    };
    let paths = inputs.paths().to_vec();
    if paths.len() < 2 {
        take(inputs);
        return (blocks, unreadable);
    }
    // Each by itself, so that the first does not take all that is looked at.
    let each: Vec<_> = paths.into_iter().map(|path| Inputs::new(&[path], &InputOverrides::default())).collect();
    for inputs in each {
        inputs.into_iter().for_each(&mut take);
    }
    (blocks, unreadable)
}

/// The services, of those that are not read by default, which read more of the sample; and how many lines they would read if containers were believed.
fn suggest_services(config: &Config, plain: &Sample, blocks: &[Block]) -> Result<(Option<Proposal>, u64)> {
    let all = Services::from_operands(&["all".to_owned()])?;
    let result = read_sample(config, &all, None, blocks);
    let contained = result.untrusted.saturating_sub(plain.untrusted);
    let mut names: Vec<_> = result.services.iter().copied().filter(|name| !plain.services.contains(name)).collect();
    names.sort_unstable();
    if names.is_empty() {
        return Ok((None, contained));
    }
    let names = names.join(",");
    let result = read_sample(config, &Services::from_operands(std::slice::from_ref(&names))?, None, blocks);
    Ok((Some(Proposal { flags: vec!["--services".to_owned(), names], format: None, result }), contained))
}

/// The format that reads most with `services` beside it, where both read more than no flags do: one log may need the one, the next the other.
fn join_both(config: &Config, candidates: &[Proposal], services: &Proposal, blocks: &[Block]) -> Result<Option<Proposal>> {
    let plain = candidates.first().map_or(0, |plain| plain.result.read);
    let formats = candidates.iter().filter(|candidate| candidate.format.is_some() && candidate.result.read > plain);
    // Of several that read as much, the first.
    let best = formats.rev().max_by_key(|candidate| candidate.result.read);
    let (Some(best), Some(names)) = (best, services.services()) else { return Ok(None) };
    let [name, format, ..] = best.flags.as_slice() else { return Ok(None) };
    let again = if name == "--json" { LogFormat::from_json_keys(format, FormatOptions::default()) } else { LogFormat::compile(format) }?;
    let result = read_sample(config, &Services::from_operands(&[names.to_owned()])?, Some(&again), blocks);
    Ok(Some(Proposal { flags: [&*best.flags, &*services.flags].concat(), format: Some(again), result }))
}

/// Every format that a name stands for, with its flags, but those that vouch for the client.
fn others() -> impl Iterator<Item = (Vec<String>, LogFormat)> {
    let names = named::names().filter(|name| !named::vouches(name));
    names.filter_map(|name| Some((vec!["--log-format".to_owned(), name.to_owned()], LogFormat::compile(name).ok()?)))
}

/// Formats of which no name is known, as the first lines that nothing reads look.
fn guesses(rejected: &[String]) -> Vec<(Vec<String>, LogFormat)> {
    let mut guesses = Vec::new();
    // A line may stand behind a header of syslog.
    let behind = |line: &str, mark: &str| line.find(mark).map(|at| at + mark.len() - usize::from(mark == "{"));
    let inner = |line: &str| behind(line, "{").and_then(|at| guess_keys(&line.as_bytes()[at..]));
    if let Some(keys) = rejected.iter().find_map(|line| guess_keys(line.as_bytes()).or_else(|| inner(line)))
        && let Ok(format) = LogFormat::from_json_keys(&keys, FormatOptions::default())
    {
        guesses.push((vec!["--json".to_owned(), keys], format));
    }
    let lines: Vec<_> = rejected.iter().map(String::as_str).collect();
    let inside: Vec<_> = lines.iter().filter_map(|line| behind(line, ": ").map(|at| &line[at..])).collect();
    let keyed = lines.iter().chain(&inside).find_map(|line| guess_logfmt(line));
    let columns = lines.iter().find_map(|line| guess_columns(line));
    let strings = [guess_string(&lines).or_else(|| guess_string(&inside)), keyed, columns];
    guesses.extend(strings.into_iter().flatten().filter_map(|string| {
        let format = LogFormat::compile(&string).ok()?;
        Some((vec!["--log-format".to_owned(), string], format))
    }));
    guesses
}

fn read_sample<'b>(
    config: &Config,
    services: &Services,
    format: Option<&LogFormat>,
    blocks: impl IntoIterator<Item = &'b Block>,
) -> Sample {
    let candidates = Candidates::new(format).of_services(services).vouched(config.program.as_ref(), config.trusted_containers.as_ref());
    let mut result = Sample { is_given: format.is_some(), ..Sample::default() };
    let (mut index, mut arena) = (LineIndex::default(), Arena::default());
    let mut last = LastFormats::default();
    for block in blocks.into_iter().filter(|block| block.part == BlockKind::Lines) {
        let mut parser = LineParser::new(&candidates, &block.file, config.clock.with_reference(block.modified), last);
        if let Some(layout) = block.layout {
            for place in layout.entries(&block.bytes) {
                arena.clear();
                let line = Line::of(trim_entry(layout, &block.bytes[place]).text);
                match layout {
                    _ if line.text.is_empty() => {}
                    EntryLayout::Export | EntryLayout::Verbose => parser.read_entry(layout, line.text, &arena, |parser, parsed, _| {
                        result.add(&line, parsed.ok().as_deref(), parser, &arena);
                    }),
                    EntryLayout::Indented => result.read(&line, &mut parser, &arena),
                }
            }
            last = parser.last();
            continue;
        }
        for mut line in Lines::of(&block.bytes, &mut index).behind(block.header.as_deref()) {
            line.text = trim_end(line.text);
            arena.clear();
            result.read(&line, &mut parser, &arena);
        }
        last = parser.last();
    }
    result
}

impl Sample {
    /// Reads a line, or those that an object holds.
    fn read<'a>(&mut self, line: &Line<'a>, parser: &mut LineParser<'_>, arena: &'a Arena) {
        match split_answer(line.text, arena) {
            None => parser.read(line, arena, |parser, parsed, _| self.add(line, parsed.ok().as_deref(), parser, arena)),
            Some(lines) => {
                for line in lines.into_iter().map(Line::of) {
                    parser.read(&line, arena, |parser, parsed, _| self.add(&line, parsed.ok().as_deref(), parser, arena));
                }
            }
        }
    }

    fn add<'a>(&mut self, line: &Line<'a>, parsed: Option<&ParsedLine<'_>>, parser: &mut LineParser<'_>, arena: &'a Arena) {
        let read = self.read;
        self.sort(line, parsed);
        self.is_after_read = self.read > read;
        self.bare += u64::from(parsed.is_none() && parser.is_vouchable(line, arena));
    }

    fn sort(&mut self, line: &Line<'_>, parsed: Option<&ParsedLine<'_>>) {
        match parsed {
            // It is no reading to take the client for a part of another's name.
            Some(ParsedLine::Web(web)) if self.is_given && web.user.is_some_and(holds_client) => {
                self.rejects += 1;
                self.keep(line);
            }
            Some(ParsedLine::Web(web)) => {
                self.read += 1;
                self.requests.add(web.client);
            }
            Some(ParsedLine::Message(message)) => {
                self.read += 1;
                if !self.services.contains(&message.template().service) {
                    self.services.push(message.template().service);
                }
            }
            Some(ParsedLine::UnknownMessage(_)) => {
                self.unknown += 1;
                self.keep_request(line);
            }
            Some(ParsedLine::Repeated(_)) if self.is_after_read => self.read += 1,
            Some(ParsedLine::Repeated(_)) => self.passed += 1,
            Some(ParsedLine::OtherProgram(_)) => {
                self.passed += 1;
                self.keep_request(line);
            }
            Some(ParsedLine::Untrusted(_)) => self.untrusted += 1,
            Some(ParsedLine::Ambiguous(_)) => self.rejects += 1,
            None => {
                self.rejects += 1;
                self.keep(line);
            }
        }
    }

    /// Keeps a message that may be a request: a request line stands there, or a method and a status, whatever the keys are like.
    fn keep_request(&mut self, line: &Line<'_>) {
        let has = |part: &[u8]| memchr::memmem::find(line.text, part).is_some();
        if has(b" HTTP/") || has(b"ethod") && has(b"tatus") {
            self.keep(line);
        }
    }

    /// Keeps a line to look at what it may be.
    fn keep(&mut self, line: &Line<'_>) {
        if self.rejected.len() < MOST_REJECTED
            && let Ok(text) = std::str::from_utf8(line.text)
            && !text.is_empty()
        {
            self.rejected.push(text.to_owned());
        }
    }

    /// How many lines are what.
    fn show(&self) -> String {
        let Self { read, passed, unknown, untrusted, rejects, .. } = self;
        let mut text = format!("{read} read, {passed} of other programs, {}", counted(*rejects, "reject"));
        if *unknown > 0 {
            text.push_str(&format!(", {}", counted(*unknown, "unknown message")));
        }
        if *untrusted > 0 {
            text.push_str(&format!(", {untrusted} untrusted"));
        }
        text
    }

    const fn total(&self) -> u64 {
        self.read + self.passed + self.unknown + self.untrusted + self.rejects
    }
}

/// Whether a user of several words has an address among them, or the `-` that stands for an ident or a user.
fn holds_client(user: &[u8]) -> bool {
    let mut words = user.split(|byte| matches!(byte, b' ' | b','));
    memchr::memchr(b' ', user).is_some() && words.any(|word| word == b"-" || net::parse_address(word).is_some())
}

impl Proposal {
    /// The services that the flags name.
    fn services(&self) -> Option<&str> {
        let at = self.flags.iter().position(|flag| flag == "--services")?;
        self.flags.get(at + 1).map(String::as_str)
    }

    fn show(&self) -> String {
        let flags = if self.flags.is_empty() { "without flags".to_owned() } else { self.flags.join(" ") };
        format!("{flags}: {}", self.result.show())
    }
}

/// `word` as a shell takes it for one word.
fn quote(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,=@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}
