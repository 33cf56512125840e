//! Counting with `--memory`: past it, the hosts of the table are spilled as a run of records, and runs are merged at the end.
//!
//! A spilled record is the host as `--partial` has it, written and read by what writes and reads host records, so merging
//! runs is the merge property once more. Merged hosts come by address, and are sorted by score in a second spill.

use std::net::IpAddr;

use crate::aggregate::options::AggregationOptions;
use crate::aggregate::read::ScoreRecords;
use crate::aggregate::sums::{MOST_BYTES, SumWriter, WRITE_BYTES};
use crate::aggregate::table::{AggregatedHost, SortKey, Table};
use crate::base::error::{Error, Result};
use crate::base::net::AddressSet;
use crate::io::spill::{Sorter, Spill};
use crate::record::host::HostRecord;
use crate::record::host::timeline::TimelineSpan;
use crate::score::Config;
use crate::score::groups::Groups;
use crate::score::write::{HostWriter, OutputKind, WriteStats, write_hosts};

/// How many bytes of records are merged in the table at a time.
const BATCH_BYTES: usize = 1 << 20;

/// A host in the order of output: the largest score first, then by address; a network behind the address that it is called by.
type RankKey = [u8; 41];

/// The table of a run, with what of it was spilled.
#[derive(Debug)]
pub struct SpillingTable {
    /// What is counted since the last spill.
    table: Table,
    limit_bytes: Option<usize>,
    /// What the table held when that was measured last, and the most that was added since.
    held_bytes: usize,
    spill: Option<Spill<{ size_of::<SortKey>() }>>,
    /// Where the timelines of the hosts lie that were written.
    span: TimelineSpan,
}

impl SpillingTable {
    /// Nothing counted yet; the table may hold so many bytes.
    pub fn new(keep: AggregationOptions, allow: &AddressSet, limit_bytes: Option<usize>) -> Self {
        Self { table: Table::new(keep, allow), limit_bytes, held_bytes: 0, spill: None, span: TimelineSpan::default() }
    }

    /// What is counted since the last spill.
    pub const fn table(&self) -> &Table {
        &self.table
    }

    /// Adds what a block said.
    pub fn add(&mut self, records: &ScoreRecords) -> Result<()> {
        self.table.add(records);
        let Some(limit) = self.limit_bytes else { return Ok(()) };
        self.held_bytes += records.growth_bytes();
        if self.held_bytes >= limit {
            self.table.add_deferred();
            self.held_bytes = self.table.heap_bytes();
            // Close to the limit it would be measured ever again.
            if self.held_bytes >= limit - limit / 4 {
                self.spill_table()?;
            }
        }
        Ok(())
    }

    fn spill_table(&mut self) -> Result<()> {
        self.table.settle();
        let indexes = (0_u32..).zip(self.table.hosts());
        let mut indexes: Vec<_> = indexes.map(|(index, host)| (self.table.sort_key(host), index)).collect();
        indexes.sort_unstable();
        let spill = match &mut self.spill {
            Some(spill) => spill,
            none => none.insert(Spill::create()?),
        };
        let mut writer = SumWriter::new(&self.table, OutputKind::Partial);
        let mut line = Vec::new();
        for (key, index) in indexes {
            writer.write_parts(&self.table.hosts()[index as usize], &mut line, |part| spill.put(&key, part))?;
        }
        spill.end_run()?;
        self.table.clear_hosts();
        self.held_bytes = self.table.heap_bytes();
        Ok(())
    }

    /// Writes every host, highest score first, with so many threads where all are in memory, and says how many met a rule.
    pub fn write<'c>(
        &mut self,
        config: &'c Config,
        form: OutputKind,
        mut groups: Option<&mut Groups<'c>>,
        threads: usize,
        mut write: impl FnMut(&[u8]) -> Result<()> + Send,
    ) -> Result<WriteStats> {
        if self.spill.is_some() {
            self.spill_table()?;
        }
        let (Some(spill), Some(limit)) = (self.spill.take(), self.limit_bytes) else {
            self.table.settle();
            return write_hosts(config, &self.table, form, groups, threads, write);
        };
        self.table.free_hosts();
        self.table.close_names();
        let mut judged = WriteStats::default();
        let mut sorter = Sorter::new(limit);
        let (mut runs, mut line, mut last) = (spill.merge(limit)?, Vec::new(), None);
        let (mut records, mut bytes) = (ScoreRecords::default(), 0);
        while let Some(key) = runs.next_into(&mut line)? {
            if bytes >= BATCH_BYTES && last != Some(key) {
                self.rank_batch(config, form, groups.as_deref_mut(), &records, &mut sorter, &mut judged)?;
                (records, bytes) = (ScoreRecords::default(), 0);
            }
            last = Some(key);
            bytes += line.len();
            records.add_host_line(&line, self.table.keep())?;
        }
        self.rank_batch(config, form, groups.as_deref_mut(), &records, &mut sorter, &mut judged)?;
        drop(runs);
        if let Some(groups) = &mut groups {
            groups.judge();
        }
        let mut lines = Vec::with_capacity(WRITE_BYTES + (WRITE_BYTES >> 2));
        let level = config.keep.timeline.then(|| self.span.level());
        sorter.finish(|line| {
            match (&mut groups, level) {
                (None, None) => lines.extend_from_slice(line),
                (groups, level) => tell_line(groups.as_deref_mut(), config, line, level, &mut judged, &mut lines)?,
            }
            if lines.len() >= WRITE_BYTES {
                write(&lines)?;
                lines.clear();
            }
            Ok(())
        })?;
        write(&lines)?;
        Ok(judged)
    }

    /// Merges the hosts of some addresses, and hands them on as they are written.
    fn rank_batch(
        &mut self,
        config: &Config,
        form: OutputKind,
        mut groups: Option<&mut Groups<'_>>,
        records: &ScoreRecords,
        sorter: &mut Sorter<{ size_of::<RankKey>() }>,
        judged: &mut WriteStats,
    ) -> Result<()> {
        self.table.add(records);
        self.table.settle();
        let mut writer = HostWriter::new(config, &self.table, form);
        // Of a host whose timeline becomes coarser yet, more fits.
        writer.limit_bytes = if config.keep.timeline { usize::MAX } else { MOST_BYTES };
        let mut line = Vec::new();
        for host in self.table.hosts().iter().filter(|host| host.tally.is_counted()) {
            line.clear();
            if let Some(record) = judged.write(&mut writer, host, &mut line)? {
                record.timeline.cover(&mut self.span);
                if let Some(groups) = &mut groups {
                    groups.add(record);
                }
                sorter.push(rank_key(record.score, host), &line)?;
            }
        }
        judged.close(&mut writer);
        self.table.clear_hosts();
        Ok(())
    }

    /// The table, for what was met: its hosts may be gone.
    pub fn into_table(self) -> Table {
        self.table
    }
}

/// Appends the host that `line` is to `lines`, with its groups, and with a timeline as coarse as those of all hosts.
fn tell_line<'l, 'g: 'l>(
    groups: Option<&mut Groups<'g>>,
    config: &Config,
    line: &'l [u8],
    level: Option<u8>,
    judged: &mut WriteStats,
    lines: &mut Vec<u8>,
) -> Result<()> {
    let line = line.trim_ascii_end();
    let mut host = HostRecord::from_line(line).map_err(|reason| Error::Read { path: "temporary file".to_owned(), reason })?;
    if let Some(groups) = groups {
        let was_suspicious = host.suspicious;
        let verdict = groups.tell(&mut host, config.explain);
        judged.add_accused(&host, was_suspicious, &verdict);
    }
    let Some(level) = level else {
        host.write_line(lines);
        return Ok(());
    };
    host.timeline.coarsen(level);
    judged.write_fitting(&mut host, lines)
}

fn rank_key(score: u64, host: &AggregatedHost) -> RankKey {
    let (family, bits) = match host.ip.ip {
        IpAddr::V4(v4) => (4, v4.to_bits().into()),
        IpAddr::V6(v6) => (6, v6.to_bits()),
    };
    let mut key = [0; size_of::<RankKey>()];
    key[..8].copy_from_slice(&(!score).to_be_bytes());
    key[8] = family;
    key[9..25].copy_from_slice(&u128::to_be_bytes(bits));
    key[25..40].copy_from_slice(&host.ip.zone().unwrap_or_default().to_bytes());
    key[40] = host.is_network.into();
    key
}

#[cfg(test)]
pub(crate) mod tests {
    use std::fmt::Write as _;
    use std::sync::Arc;

    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::aggregate::read::read_block;
    use crate::base::net::AddressSet;
    use crate::base::time::rfc3339;
    use crate::io::block::Block;
    use crate::record::signal::SignalSet;
    use crate::score::MaxAge;
    use crate::score::rules::window::WindowOptions;
    use crate::score::rules::{RuleSources, Rules};
    use crate::score::weight::Weights;

    /// What a run is asked for, by number, so that every flag meets every other.
    pub(crate) fn config(flags: u16) -> (Config, OutputKind) {
        let has = |flag: u16| flags & 1 << flag != 0;
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let timing = WindowOptions::new(has(0).then_some("30s"), "10s").expect("a window");
        let rules = texts(&["many=.ssh_failed > 3", "odd=.n07 > 1 or .score > 40", "users=.users > 2 and .paths >= 0"]);
        let rules = Rules::new(RuleSources { sets: &[], rules: &rules[..if has(1) { 3 } else { 2 }], timing }).expect("rules");
        let needs = rules.needs();
        let partial = has(2);
        let keep = AggregationOptions {
            evidence: [3, 0, 1, 50][usize::from(flags >> 3 & 3)],
            timeline: has(11),
            resolution_seconds: (partial || !needs.windows.is_empty()).then_some(timing.resolution_seconds),
            users: partial || needs.users,
            paths: partial || needs.paths,
            group_v6: has(5).then_some(64),
            accounts: false,
            group_v4: has(10).then_some(30),
        };
        let weights = Weights::from_texts(&texts(if has(6) { &["n07=5", "http_404=0"] } else { &[] })).expect("weights");
        let allow = AddressSet::from_operands("--allow", &texts(&["192.0.2.1"])).expect("a set");
        let config = Config {
            rules,
            weights,
            allow: Arc::new(allow),
            keep,
            partial,
            explain: if has(7) { crate::score::Explain::All } else { crate::score::Explain::None },
            memory_bytes: None,
            max_age: has(8).then_some(MaxAge { seconds: 40, now: 1_700_000_060 + i64::from(flags >> 9 & 1) * 1000 }),
            looked_for: SignalSet::default(),
            groups: None,
            accounts: None,
            near: has(9).then_some(2),
            against: Vec::new(),
        };
        (config, if partial { OutputKind::Partial } else { OutputKind::Host })
    }

    /// An event, by what its bits say; a count may be so large that two of them reach the largest integer.
    pub(crate) fn event(&(ip, at, tags, text, count): &Seen, names: u8) -> String {
        const KNOWN: [&str; 4] = ["ssh_failed", "http_404", "http_bot", "ssh_accepted"];
        let known = KNOWN.iter().enumerate().filter(|(nth, _)| tags & 1 << nth != 0).map(|(_, name)| format!("\"{name}\""));
        let others = (tags >> 4 & 1 != 0).then(|| format!("\"n{:02}\"", text % names));
        let logins = (tags >> 5 & 1 != 0).then(|| "\"login_failed\"".to_owned());
        let tags = known.chain(others).chain(logins).collect::<Vec<_>>().join(",");
        let at = at.map_or(String::new(), |at| format!("\"@timestamp\":\"{}\",", rfc3339(1_700_000_000 + at)));
        let dataset = format!(r#""event":{{"dataset":"s{}.auth"}},"#, text % 70);
        let mut line = format!(r#"{{"schema":"soar.event/1",{at}{dataset}"source":{{"ip":"{ip}"}},"user":{{"name":"u{}"}},"#, text % 7);
        let index = format!(r#""url":{{"original":"/{}"}},"log":{{"file":{{"path":"{}.log"}},"line":{text}}}"#, text % 5, text % 3);
        writeln!(
            line,
            r#"{index},"tags":[{tags}],"soar":{{"method":"{}","count":{count}}}}}"#,
            ["password", "publickey"][usize::from(text % 2)]
        )
        .expect("a String takes all");
        line
    }

    pub(crate) type Seen = (&'static str, Option<i64>, u8, u8, u64);

    pub(crate) fn events() -> impl Strategy<Value = Vec<Seen>> {
        let ips = select(&["192.0.2.1", "192.0.2.2", "2001:db8::3", "2001:db8::4", "2001:db8:0:1::3", "::1", "fe80::1%eth0"][..]);
        let counts = select(&[1, 1, 1, 7, 1 << 52][..]);
        vec((ips, proptest::option::of(-30_i64..120), any::<u8>(), any::<u8>(), counts), 0..300)
    }

    /// One run over the lines of `input`, some at a time; also what is said of counters and names.
    fn score(
        (config, form): &(Config, OutputKind),
        input: &str,
        limit_bytes: Option<usize>,
        threads: usize,
    ) -> (String, String, bool, u64) {
        let mut counting = SpillingTable::new(config.keep, &config.allow, limit_bytes);
        for lines in input.split_inclusive('\n').collect::<Vec<_>>().chunks(5) {
            let bytes = lines.concat().into_bytes();
            let block = Block::for_tests(bytes);
            let (records, intake) = read_block(&block, &config.keep);
            assert!(intake.fatal.is_none() && intake.issues.count() == 0);
            counting.add(&records).expect("room");
        }
        let mut out = Vec::new();
        let judged = counting
            .write(config, *form, Groups::of(&config.rules).as_mut(), threads, |lines| {
                out.extend_from_slice(lines);
                Ok(())
            })
            .expect("written");
        let table = counting.into_table();
        let told = format!("{} hosts, {} of v6: {judged}", judged.hosts, judged.v6);
        (String::from_utf8(out).expect("UTF-8"), told, table.is_saturated(), table.names().refused())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn little_memory_and_more_threads_change_no_byte(
            events in events(), flags in any::<u16>(), limit_bytes in 1..20_000_usize, threads in 2..5_usize, cut in 0..300_usize,
        ) {
            let config = config(flags);
            // More names outside the table than are counted; but that of a network is then called by any of its addresses.
            let names = if config.0.keep.group_v6.or(config.0.keep.group_v4).is_some() { 60 } else { 90 };
            let text = |events: &[Seen]| events.iter().map(|seen| event(seen, names)).collect::<String>();
            let whole = score(&config, &text(&events), None, 1);
            prop_assert_eq!(&score(&config, &text(&events), None, threads), &whole);
            prop_assert_eq!(&score(&config, &text(&events), Some(limit_bytes), 1), &whole);
            // Whatever the order, and where names are left out.
            let reversed: Vec<_> = events.iter().rev().copied().collect();
            prop_assert_eq!(&score(&config, &text(&reversed), Some(limit_bytes), threads), &whole);
            // Hosts and events in one input, where hosts have what the run needs.
            if !config.0.keep.needs_partial() || config.0.partial {
                let (early, late) = events.split_at(cut.min(events.len()));
                let mixed = score(&config, &text(early), None, 1).0 + &text(late);
                prop_assert_eq!(score(&config, &mixed, Some(limit_bytes), threads), score(&config, &mixed, None, threads));
            }
        }
    }
}
