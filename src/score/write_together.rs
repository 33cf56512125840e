//! Hosts written by several threads in the order of their rank: each judges some of them at a time, and hands on their lines in its turn.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;

use crate::aggregate::table::{AggregatedHost, Table};
use crate::base::error::{Error, Result};
use crate::io::ordered_pool::PanicGuard;
use crate::score::Config;
use crate::score::config::ConfigRecipe;
use crate::score::rules::STACK_BYTES;
use crate::score::write::{HostWriter, OutputKind, WriteStats, fetched};

/// How many hosts a thread writes in one turn.
const HOSTS_PER_TURN: usize = if cfg!(test) { 2 } else { 256 };
/// How many bytes of lines a thread holds at the most before it waits for its turn.
const MOST_HELD: usize = if cfg!(test) { 300 } else { 1 << 20 };
/// From how many hosts on it is worth while to compile the rules once more.
const FEWEST_HOSTS: usize = if cfg!(test) { 3 } else { 4096 };

/// What all threads write of.
#[derive(Clone, Copy)]
pub(super) struct HostList<'t> {
    pub(super) table: &'t Table,
    pub(super) form: OutputKind,
    /// How coarse timelines are.
    pub(super) timeline_level: Option<u8>,
    /// By rank.
    pub(super) hosts: &'t [&'t AggregatedHost],
}

/// Writes all hosts of `list` with so many threads, if that is worth while and can be; `None`: nothing was written.
pub(super) fn write_together(
    config: &Config,
    list: HostList<'_>,
    threads: usize,
    write: &mut (impl FnMut(&[u8]) -> Result<()> + Send),
) -> Option<Result<WriteStats>> {
    // Each that compiles the rules has thousands of hosts.
    let threads = threads.min(list.hosts.len() / FEWEST_HOSTS + 1);
    let recipe = if threads > 1 { config.recipe(threads - 1)? } else { return None };
    let turns = Turns {
        threads,
        next: AtomicUsize::new(0),
        state: Mutex::new(TurnState { turn: 0, write, judged: WriteStats::default(), outcome: Ok(()) }),
        bell: Condvar::new(),
    };
    std::thread::scope(|scope| {
        let (turns, recipe) = (&turns, &recipe);
        let help = |nth| {
            move || {
                let config = ConfigRecipe::make(recipe.clone());
                turns.end_where_failed(config.and_then(|config| turns.take_all(&config, list, nth).map(|()| config.rules.met())))
            }
        };
        let spawn = |nth| Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, help(nth)).ok();
        // Where no thread can be had, there is this one.
        let helpers: Vec<_> = (1..threads).map_while(spawn).collect();
        turns.end_where_failed(turns.take_all(config, list, 0));
        for helper in helpers {
            config.rules.add_met(&helper.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
    });
    let TurnState { judged, outcome, .. } = turns.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    Some(outcome.map(|()| judged))
}

/// Whose turn it is.
struct Turns<'w, W> {
    threads: usize,
    /// The first turn that nobody took.
    next: AtomicUsize,
    state: Mutex<TurnState<'w, W>>,
    /// Rung at the end of each turn.
    bell: Condvar,
}

struct TurnState<'w, W> {
    turn: usize,
    write: &'w mut W,
    /// What was counted in all turns before.
    judged: WriteStats,
    outcome: Result<()>,
}

impl<'w, W: FnMut(&[u8]) -> Result<()>> Turns<'w, W> {
    /// Takes turns until there are no more; `nth` is the number of the thread.
    fn take_all(&self, config: &Config, list: HostList<'_>, nth: usize) -> Result<()> {
        let _fuse = PanicGuard(|| self.end_where_failed(Err(Error::ReaderLeft)));
        let mut writer = HostWriter::new(config, list.table, list.form);
        writer.sums.timeline_level = list.timeline_level;
        let mut lines = Vec::with_capacity(MOST_HELD >> 2);
        for round in 0.. {
            // In tests each thread has turns of its own, however late it starts.
            let turn = if cfg!(test) { round * self.threads + nth } else { self.next.fetch_add(1, Ordering::Relaxed) };
            let Some(hosts) = list.hosts.chunks(HOSTS_PER_TURN).nth(turn) else { return Ok(()) };
            let mut judged = WriteStats::default();
            for host in fetched(hosts) {
                judged.write(&mut writer, host, &mut lines)?;
                if lines.len() >= MOST_HELD {
                    let Some(mut state) = self.wait_for(turn) else { return Ok(()) };
                    (state.write)(&lines)?;
                    lines.clear();
                }
            }
            judged.close(&mut writer);
            let Some(mut state) = self.wait_for(turn) else { return Ok(()) };
            (state.write)(&lines)?;
            lines.clear();
            state.judged.merge(judged);
            state.turn += 1;
            self.bell.notify_all();
        }
        Ok(())
    }

    /// Waits until it is that turn; `None`: the run ended.
    fn wait_for(&self, turn: usize) -> Option<MutexGuard<'_, TurnState<'w, W>>> {
        let mut state = self.lock();
        while state.outcome.is_ok() && state.turn != turn {
            state = self.bell.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.outcome.is_ok().then_some(state)
    }

    /// What came of a thread; an error ends the run of all.
    fn end_where_failed<T: Default>(&self, outcome: Result<T>) -> T {
        outcome.unwrap_or_else(|error| {
            let mut state = self.lock();
            // The first one is told.
            if state.outcome.is_ok() {
                state.outcome = Err(error);
            }
            self.bell.notify_all();
            T::default()
        })
    }

    fn lock(&self) -> MutexGuard<'_, TurnState<'w, W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::aggregate::options::AggregationOptions;
    use crate::aggregate::read::read_block;
    use crate::base::net::AddressSet;
    use crate::io::block::Block;
    use crate::record::signal::SignalSet;
    use crate::score::Explain;
    use crate::score::rules::{RuleSources, Rules};
    use crate::score::weight::Weights;
    use crate::score::write::write_hosts;

    /// A run with these rules.
    fn config(rules: &[&str]) -> Config {
        let rules: Vec<_> = rules.iter().map(|&rule| rule.to_owned()).collect();
        Config {
            rules: Rules::new(RuleSources { rules: &rules, ..RuleSources::default() }).expect("rules"),
            weights: Weights::from_texts(&[]).expect("weights"),
            allow: Arc::default(),
            keep: AggregationOptions::default(),
            partial: false,
            explain: Explain::Suspicious,
            memory_bytes: None,
            max_age: None,
            looked_for: SignalSet::default(),
            groups: None,
            accounts: None,
            near: Some(2),
            against: Vec::new(),
        }
    }

    /// 39 hosts that do not come by rank.
    fn table(keep: AggregationOptions) -> Table {
        let host =
            |n: u32| format!("{{\"schema\":\"soar.host/1\",\"ip\":\"192.0.2.{n}\",\"signals\":{{\"ssh_failed\":{}}}}}\n", n * 7 % 40);
        let block = Block::for_tests((1..40).map(host).collect::<String>().into_bytes());
        let mut table = Table::new(keep, &AddressSet::default());
        table.add(&read_block(&block, &keep).0);
        table.settle();
        table
    }

    #[test]
    fn several_threads_say_what_one_says_and_in_its_order() {
        let config = config(&["many=.ssh_failed > 30", "odd=if .ssh_failed % 2 == 1 then error(\"odd\") else false end"]);
        let table = table(config.keep);
        let written = |threads| {
            let mut out = Vec::new();
            let write = |lines: &[u8]| {
                out.extend_from_slice(lines);
                Ok(())
            };
            let judged = write_hosts(&config, &table, OutputKind::Host, None, threads, write).expect("written");
            (String::from_utf8(out).expect("UTF-8"), format!("{judged} {judged:?}"))
        };
        let one = written(1);
        assert!(one.1.starts_with("9 suspicious; 2 more nearly"), "{}", one.1);
        assert_eq!(one.0.lines().count(), 39);
        for threads in [2, 3, 7] {
            assert_eq!(written(threads), one, "{threads} threads");
        }
    }

    #[test]
    fn an_output_that_takes_no_more_ends_all_threads() {
        let config = config(&["many=.ssh_failed > 30"]);
        let table = table(config.keep);
        for threads in [1, 2, 5] {
            let mut left = 3;
            let write = |_: &[u8]| {
                left -= 1;
                if left == 0 { Err(Error::ReaderLeft) } else { Ok(()) }
            };
            let outcome = write_hosts(&config, &table, OutputKind::Host, None, threads, write);
            // One thread writes once.
            assert_eq!(outcome.is_err(), threads > 1, "{threads} threads");
        }
    }

    #[test]
    fn what_any_thread_met_is_known_in_the_end() {
        let (seen, left_out) = (|_: &str| true, |_: &str| false);
        for (nth, threads) in [(1, 1), (39, 1), (1, 4), (20, 4), (39, 4)] {
            let enrich = format!("{{\"schema\":\"soar.host/1\",\"ip\":\"192.0.2.{nth}\",\"enrich\":{{\"lists\":[\"drop\"]}}}}\n");
            let config = config(&["listed=.enrich.lists == \"drop\"", "other=.enrich.other == 1"]);
            let mut table = table(config.keep);
            table.add(&read_block(&Block::for_tests(enrich.into_bytes()), &config.keep).0);
            table.settle();
            write_hosts(&config, &table, OutputKind::Host, None, threads, |_| Ok(())).expect("written");
            assert_eq!(
                config.rules.warnings(seen, left_out),
                ["rule other: no host had enrich.other, so it is null"],
                "{nth}, {threads} threads"
            );
        }
    }
}
