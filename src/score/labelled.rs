//! `--test`: events and hosts that say which rules are to hold (`expect`), judged by the rules of the run. What differs is told.
//!
//! All records are counted as in any run; the labels of one address must agree, since they are about the address and not about the line.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::aggregate::read::read_block;
use crate::aggregate::table::Table;
use crate::base::error::{Error, Exit, Result};
use crate::base::escape;
use crate::base::net::Address;
use crate::base::number::counted;
use crate::io::Run;
use crate::io::block::Block;
use crate::io::diagnostics::Diagnostics;
use crate::io::input::Inputs;
use crate::io::output::Output;
use crate::record::Text;
use crate::record::event::read::EventView;
use crate::record::host::HostRecord;
use crate::record::{EVENT_SCHEMA, HOST_SCHEMA};
use crate::score::groups::Groups;
use crate::score::rules::Rules;
use crate::score::write::{OutputKind, write_hosts};
use crate::score::{Config, InputCounts, know, tell_groups};

/// What a record says of itself.
#[derive(Deserialize)]
struct Labelled<'a> {
    #[serde(borrow)]
    schema: Text<'a>,
    #[serde(borrow)]
    expect: Option<&'a RawValue>,
}

/// Which rules are to hold for an address.
#[derive(Debug)]
struct Label {
    ip: Address,
    /// The file and the line.
    place: String,
    rules: BTreeSet<String>,
}

impl Label {
    /// The label of a record; `None`: it has none, or is no record, which its reader says.
    fn of(line: &[u8], place: &str, rules: &Rules) -> Result<Option<Self>> {
        let Ok(Labelled { schema, expect: Some(expect) }) = serde_json::from_slice(line) else { return Ok(None) };
        let wrong = |what: &str| Error::Usage(format!("{place}: {what}"));
        let ip = match &*schema.0 {
            EVENT_SCHEMA => {
                let Ok(event) = EventView::from_line(line) else { return Ok(None) };
                Some(event.ip.ok_or_else(|| wrong("an event without source.ip is of no host, so nothing can be expected of it"))?)
            }
            HOST_SCHEMA => HostRecord::from_line(line).ok().map(|host| host.ip),
            _ => None,
        };
        let Some(ip) = ip else { return Ok(None) };
        let names: BTreeSet<String> = serde_json::from_str(expect.get())
            .map_err(|_| wrong("expect: expected a list of names of rules, such as [\"ssh_bruteforce\"], or [] for none"))?;
        match names.iter().find(|name| !rules.has_name(name)) {
            Some(name) => {
                let known = rules.names().collect::<Vec<_>>().join(", ");
                Err(wrong(&format!("expect: no rule of this run is called {name:?}; there are: {known}")))
            }
            None => Ok(Some(Self { ip, place: place.to_owned(), rules: names })),
        }
    }
}

/// Which host a label is of: its index in the table or, where nothing was counted, the address.
type Subject = (Option<usize>, Option<Address>);

/// Reads labelled records from `inputs` and writes to stdout what differs from the labels.
///
/// # Errors
/// A label that cannot be of this run, two that contradict each other, none at all; and as `run` of the module above.
pub fn run(config: &Config, inputs: Inputs, run: &Run, diagnostics: &mut Diagnostics) -> Result<Exit> {
    let mut output = Output::stdout(run)?;
    know(config, run, diagnostics)?;
    let mut table = Table::new(config.keep, &config.allow);
    let (mut seen, mut labels) = (InputCounts::default(), Vec::new());
    for block in inputs.reader(run) {
        let block = block?;
        let found = labels_of(&block, &config.rules)?;
        let (mut records, intake) = read_block(&block, &config.keep);
        // The label is no key of another stage.
        records.dropped_keys = records.dropped_keys.saturating_sub(found.of_hosts);
        labels.extend(found.labels);
        table.add(&records);
        seen.add(&records, intake, diagnostics)?;
    }
    table.settle();
    let labels = unite(labels, &table)?;
    if labels.is_empty() {
        return Err(Error::Usage("--test: no record has expect, the list of the rules that are to hold for its address".to_owned()));
    }
    let got = judge(config, &table, &mut seen, diagnostics)?;
    let none = BTreeSet::new();
    let mut differences = Vec::new();
    for (label, subject) in &labels {
        let got = subject.0.and_then(|index| got.get(&index)).unwrap_or(&none);
        if *got != label.rules {
            differences.push(format!(
                "{}: {}: expected {}, got {}\n",
                escape::terminal(&label.place),
                label.ip,
                list(&label.rules),
                list(got)
            ));
        }
    }
    output.write(differences.concat().as_bytes())?;
    let different = differences.len() as u64;
    let untested: Vec<_> = config.rules.names().filter(|name| labels.iter().all(|(label, _)| !label.rules.contains(*name))).collect();
    let untested = if untested.is_empty() { String::new() } else { format!("; expected nowhere: {}", untested.join(", ")) };
    let addresses = counted(table.host_count() as u64, "address");
    let outcome = format!("{} labelled, {different} different{untested}", labels.len());
    seen.note(&table, table.host_count() as u64, &mut diagnostics.stats);
    diagnostics.close();
    diagnostics.info(&format!("{addresses} counted, {outcome}"));
    Ok(if different > 0 { Exit::BadInput } else { seen.exit(&table) })
}

/// The labels of a block.
struct BlockLabels {
    labels: Vec<Label>,
    /// How many of them are of hosts.
    of_hosts: u64,
}

fn labels_of(block: &Block, rules: &Rules) -> Result<BlockLabels> {
    let mut found = BlockLabels { labels: Vec::new(), of_hosts: 0 };
    for (number, line) in block.records() {
        let Ok(line) = line else { continue };
        if let Some(label) = Label::of(line, &format!("{}:{number}", block.file), rules)? {
            found.of_hosts += u64::from(crate::record::kind_of(line) == crate::record::RecordKind::Host);
            found.labels.push(label);
        }
    }
    Ok(found)
}

/// One label for each host, in the order in which they came.
fn unite(labels: Vec<Label>, table: &Table) -> Result<Vec<(Label, Subject)>> {
    let mut united: Vec<(Label, Subject)> = Vec::new();
    let mut known: BTreeMap<Subject, usize> = BTreeMap::new();
    for label in labels {
        let index = table.index_of_ip(label.ip);
        let subject = (index, Some(label.ip).filter(|_| index.is_none()));
        match known.get(&subject).map(|&nth| &united[nth].0) {
            None => {
                known.insert(subject, united.len());
                united.push((label, subject));
            }
            Some(first) if first.rules == label.rules => {}
            Some(first) => {
                let what = format!(
                    "{}: {} is expected for {} here, but {} at {}: labels of one address must agree",
                    label.place,
                    list(&label.rules),
                    label.ip,
                    list(&first.rules),
                    first.place
                );
                return Err(Error::Usage(what));
            }
        }
    }
    Ok(united)
}

/// The rules that hold, by host.
fn judge(
    config: &Config,
    table: &Table,
    seen: &mut InputCounts,
    diagnostics: &mut Diagnostics,
) -> Result<BTreeMap<usize, BTreeSet<String>>> {
    let mut got = BTreeMap::new();
    let mut groups = Groups::of(&config.rules);
    let judged = write_hosts(config, table, OutputKind::Host, groups.as_mut(), 1, |lines| {
        for line in lines.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            let host = HostRecord::from_line(line).map_err(|reason| Error::Read { path: "a host".to_owned(), reason })?;
            if let Some(index) = table.index_of_ip(host.ip) {
                got.insert(index, host.rules.iter().map(|rule| rule.0.to_string()).collect());
            }
        }
        Ok(())
    })?;
    judged.failures.tell_from(0, &config.rules, diagnostics);
    judged.failures.tell_rest(diagnostics);
    seen.unjudged = judged.failures.count() + tell_groups(groups.as_ref(), diagnostics);
    Ok(got)
}

/// Names of rules for a person.
fn list(rules: &BTreeSet<String>) -> String {
    if rules.is_empty() { "none".to_owned() } else { rules.iter().map(String::as_str).collect::<Vec<_>>().join(" ") }
}
