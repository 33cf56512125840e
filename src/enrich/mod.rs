//! soar-enrich: events and hosts in, the same out, with what files know of their addresses in `enrich`.
//!
//! Nothing is resolved and nobody is asked: what is not in a file that the user gave is not known. No byte of a line changes but its `enrich`.

pub(crate) mod crawler;
pub(crate) mod line;
pub(crate) mod list;
pub(crate) mod mmdb;
pub(crate) mod rdns;
pub(crate) mod sources;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::error::{Error, Exit, Result};
use crate::base::issue_counter::IssueCounter;
use crate::base::number::counted;
use crate::enrich::crawler::{Claim, Crawlers};
use crate::enrich::line::RecordLine;
use crate::enrich::list::{ListId, NetworkTable};
use crate::enrich::mmdb::Database;
use crate::enrich::rdns::HostNames;
use crate::enrich::sources::{CRAWLER, LISTS, MemberList, NAMES, PLACE, RecordCache, SYSTEM, Sources, unite};
use crate::io::Run;
use crate::io::block::Block;
use crate::io::diagnostics::Diagnostics;
use crate::io::input::Inputs;
use crate::io::ordered_pool::map_blocks;
use crate::io::output::Output;
use crate::record::RecordKind;
use crate::record::reader::{Accepts, RecordReader};
use crate::record::run::count::{Counter, LineClass, LineCounts};

/// Where files of networks, systems and countries come from, and under which licence.
pub const FETCH_HELP: &str = include_str!("fetch-help.txt");

/// What is wrong with the lines of a file that was given.
type FileIssues = (String, IssueCounter<String>);

/// What a run was asked for.
#[derive(Debug)]
pub struct Config {
    /// What addresses are looked up in.
    pub(crate) sources: Sources,
    /// Crawlers that can be told from impostors.
    pub(crate) crawlers: Option<Crawlers>,
    /// The lines of these files that say nothing.
    issues: Vec<FileIssues>,
}

/// The tag of an event whose agent claims to be a crawler that its address is none of.
pub(crate) const IMPOSTOR: &str = "http_impostor";

/// A file, and the name that was given with it.
pub(crate) type NamedFile = (String, PathBuf);

impl Config {
    /// Reads the files that flags name: those of `--mmdb`, with or without a key, of `--list`, of `--rdns` and of `--crawlers`.
    ///
    /// # Errors
    /// [`Error::Usage`] for a name that is none, [`Error::Read`] for a file that is of no use.
    pub fn open(databases: &[String], lists: &[String], names: Option<&PathBuf>, crawlers: Option<&str>) -> Result<Self> {
        let crawlers = crawlers.map(Crawlers::open).transpose()?;
        let mut sources = Sources::default();
        let mut issues = Vec::new();
        for operand in databases {
            let (key, path) = split_name(operand);
            if let Some(key) = key.as_ref().filter(|key| [LISTS, NAMES, SYSTEM, PLACE, CRAWLER].contains(&&***key)) {
                let what = "is a key that soar-enrich writes itself: choose another name";
                return Err(Error::Usage(format!("--mmdb {operand}: {key} {what}")));
            }
            sources.databases.push(Database::open(&path, key)?);
        }
        (sources.networks, sources.lists) = read_lists(lists, &mut issues)?;
        if let Some(path) = names {
            let (names, wrong) = HostNames::open(path)?;
            sources.names = Some(names);
            issues.push((path.display().to_string(), wrong));
        }
        Ok(Self { sources, crawlers, issues })
    }
}

fn read_lists(operands: &[String], issues: &mut Vec<FileIssues>) -> Result<(NetworkTable, Vec<String>)> {
    let split = |operand: &String| match split_name(operand) {
        (Some(name), path) => Ok((name, path)),
        (None, _) => Err(Error::Usage(format!("--list {operand}: expected NAME=FILE, with NAME of letters, digits, _ and -"))),
    };
    let files: Vec<NamedFile> = operands.iter().map(split).collect::<Result<_>>()?;
    let names: BTreeSet<_> = files.iter().map(|(name, _)| name.clone()).collect();
    let names: Vec<_> = names.into_iter().collect();
    let mut table = NetworkTable::default();
    for (name, path) in &files {
        let place = names.binary_search(name).unwrap_or_default();
        let id = ListId::try_from(place).map_err(|_| Error::Usage("--list: more than 65536 names".to_owned()))?;
        let read = list::read::read_file(path, |network| table.push(network, id))?;
        issues.push((path.display().to_string(), read.lines));
    }
    table.close();
    Ok((table, names))
}

/// `NAME=FILE`, or a file alone.
fn split_name(operand: &str) -> (Option<String>, PathBuf) {
    let is_name = |name: &&str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    match operand.split_once('=').filter(|(name, _)| is_name(name)) {
        Some((name, file)) => (Some(name.to_owned()), file.into()),
        None => (None, operand.into()),
    }
}

/// Reads events and hosts from `inputs`, writes them to stdout.
///
/// # Errors
/// A record of an unknown `soar.*` schema, a failed write, or no threads.
pub fn run(config: &Config, inputs: Inputs, run: &Run, diagnostics: &mut Diagnostics) -> Result<Exit> {
    let mut output = Output::stdout(run)?;
    run.shutdown.stop_on_closed_stdout();
    let mut seen = EnrichCounts::default();
    for (file, issues) in &config.issues {
        diagnostics.rejects(|_| LineClass::Malformed.name(), file, issues);
        seen.issues += issues.count();
    }
    let mut keys = config.sources.keys();
    keys.extend(config.crawlers.as_ref().map(|_| CRAWLER.to_owned()));
    let caches = Mutex::new(Vec::new());
    let outcome = map_blocks(
        inputs.reader(run),
        run,
        |block: Block| {
            let mut cache = lock(&caches).pop().unwrap_or_default();
            let mut enricher = Enricher { config, keys: &keys, cache: &mut cache, counts: BlockCounts::default() };
            let mut lines = run.results.get();
            let intake = enricher.enrich_block(&block, &mut lines);
            let counts = enricher.counts;
            run.blocks.put(block.bytes);
            lock(&caches).push(cache);
            (lines, intake, counts)
        },
        |answer| match answer {
            Ok((lines, intake, counts)) => {
                output.write(&lines)?;
                run.results.put(lines);
                seen.add(&counts);
                diagnostics.rejects(|_| LineClass::Malformed.name(), &intake.file, &intake.issues);
                intake.fatal.map_or(Ok(()), Err)
            }
            Err(error) => {
                diagnostics.error(&error);
                seen.failed += 1;
                Ok(())
            }
        },
    );
    seen.note(diagnostics);
    match outcome {
        Err(Error::ReaderLeft) => return Ok(seen.exit()),
        other => other?,
    }
    seen.tell_end(config, &caches.into_inner().unwrap_or_else(PoisonError::into_inner), diagnostics);
    Ok(seen.exit())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What one block had.
#[derive(Debug, Clone, Copy, Default)]
struct BlockCounts {
    lines: LineCounts,
    enriched: u64,
    nameless: u64,
    impostors: u64,
}

/// Works on the records of blocks, one after the other.
struct Enricher<'s> {
    config: &'s Config,
    keys: &'s [String],
    cache: &'s mut RecordCache,
    counts: BlockCounts,
}

impl Enricher<'_> {
    fn enrich_block(&mut self, block: &Block, out: &mut Vec<u8>) -> RecordReader {
        let mut intake = RecordReader::new("soar-enrich", Accepts::EventsAndHosts, Arc::clone(&block.file));
        out.reserve(block.bytes.len() + block.bytes.len() / 4);
        let mut taken = 0;
        for (number, line) in block.records() {
            taken += 1;
            intake.read(number, line, |kind, line| self.enrich_line(&kind, line, out));
        }
        self.counts.lines[LineClass::Malformed] = intake.issues.count();
        self.counts.lines[LineClass::Blank] = block.lines - taken;
        intake
    }

    fn enrich_line(&mut self, kind: &RecordKind, line: &[u8], out: &mut Vec<u8>) -> std::result::Result<(), String> {
        let record = RecordLine::read(kind, line)?;
        self.counts.lines[if *kind == RecordKind::Event { LineClass::Event } else { LineClass::Host }] += 1;
        let Some(ip) = record.ip else {
            self.counts.nameless += 1;
            out.extend_from_slice(line);
            out.push(b'\n');
            return Ok(());
        };
        let Config { sources, crawlers, .. } = self.config;
        let known = sources.find(ip, self.cache);
        let names = sources.names.as_ref().and_then(|names| names.to_json(ip));
        let claim = crawlers.as_ref().and_then(|crawlers| match kind {
            RecordKind::Event => {
                let index = self.cache.claimed(crawlers, record.agent.as_deref()?)?;
                let claim = crawlers.check(index, ip, sources);
                Some((claim, crawlers.to_json(index, claim)))
            }
            _ => crawlers.of_host(ip, record.enrich, sources),
        });
        self.counts.enriched += u64::from(!known.json.is_empty() || names.is_some() || claim.is_some());
        if names.is_none() && claim.is_none() && record.enrich.is_none() {
            record.splice(line, Some(&*known.json).filter(|json| !json.is_empty()), out);
            return Ok(());
        }
        let mut own = MemberList::clone(&known.members);
        own.extend(names.map(|names| (NAMES.to_owned(), names)));
        let is_impostor =
            claim.as_ref().is_some_and(|(claim, _)| *claim == Claim::Impostor) && *kind == RecordKind::Event && !record.has_tag(IMPOSTOR);
        self.counts.impostors += u64::from(is_impostor);
        own.extend(claim.map(|(_, json)| (CRAWLER.to_owned(), json)));
        let tag = is_impostor.then_some(IMPOSTOR);
        record.splice_with_tag(line, unite(&own, self.keys, record.enrich).as_deref(), tag, out);
        Ok(())
    }
}

/// What was read, and what became of it.
#[derive(Debug, Default)]
struct EnrichCounts {
    lines: LineCounts,
    enriched: u64,
    nameless: u64,
    impostors: u64,
    /// Inputs that could not be read.
    failed: u64,
    /// Lines of files that say nothing, and files that are damaged.
    issues: u64,
}

impl EnrichCounts {
    fn add(&mut self, block: &BlockCounts) {
        self.lines += block.lines;
        self.enriched += block.enriched;
        self.nameless += block.nameless;
        self.impostors += block.impostors;
    }

    fn note(&self, diagnostics: &mut Diagnostics) {
        diagnostics.stats.lines.extend(self.lines.of_program("soar-enrich"));
        diagnostics.stats.counts.extend([(Counter::Enriched.name(), self.enriched), (Counter::NoAddress.name(), self.nameless)]);
    }

    /// Says what there is to know at the end.
    fn tell_end(&mut self, config: &Config, caches: &[RecordCache], diagnostics: &mut Diagnostics) {
        diagnostics.close();
        let issues: BTreeSet<_> = caches.iter().flat_map(|cache| &cache.issues).collect();
        self.issues += issues.len() as u64;
        for issue in issues {
            diagnostics.warn("damaged_file", issue);
        }
        for file in config.sources.unknown(caches) {
            diagnostics.warn(
                "unknown_keys",
                &format!("{file}: its records have no key that is known (docs/enrich.md): --mmdb NAME={file} carries them as they are"),
            );
        }
        if config.sources.is_empty() && config.crawlers.is_none() {
            diagnostics.info("no --mmdb, --list or --rdns: nothing is added (--fetch-help says where such files come from)");
        }
        let (events, hosts) = (self.lines[LineClass::Event], self.lines[LineClass::Host]);
        let impostors =
            if config.crawlers.is_some() { format!(", {} of impostors", counted(self.impostors, "request")) } else { String::new() };
        diagnostics.info(&format!(
            "{} and {} read: {} enriched{impostors}",
            counted(events, "event"),
            counted(hosts, "host"),
            counted(self.enriched, "record")
        ));
    }

    fn exit(&self) -> Exit {
        Exit::after(self.failed, self.lines[LineClass::Malformed] + self.issues)
    }
}
