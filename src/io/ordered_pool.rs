//! Work on blocks over several threads, results in the order of the input.
//!
//! Threads have no fixed roles: each hands on the result whose turn it is, else reads until enough is read for whoever is done next,
//! else works on a block. So all have something to do as long as there is something, they seldom wake each other, and a block is
//! mostly still in the cache of the processor that read it. What is under way is bounded, so memory is bounded however fast the
//! reader is and however many threads there are.

use std::collections::VecDeque;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::base::error::{Error, Result};
use crate::io::Run;
use crate::io::block::Block;
use crate::io::input::Reader;

/// Blocks under way for each thread: enough that none waits for the next, few enough to keep memory small.
const BLOCKS_PER_THREAD: usize = 3;
/// Blocks under way at the most, however many threads there are: with what comes of them, some 30 MiB. One thread reads at
/// a time and one hands on: they keep no more busy.
const MOST_BLOCKS: usize = 16;

/// Calls `work` on every block and `take` on every result, in order; an input that cannot be read is an `Err` in its turn.
///
/// # Errors
/// The first error that `take` gives ends the run and is passed on.
pub(crate) fn map_blocks<T, W, S>(reader: Reader<'_>, run: &Run, work: W, take: S) -> Result<()>
where
    T: Send,
    W: Fn(Block) -> T + Sync,
    S: FnMut(Result<T>) -> Result<()> + Send,
{
    if run.threads <= 1 {
        return reader.map(|item| item.map(&work)).try_for_each(take);
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(run.threads)
        .build()
        .map_err(|e| Error::System { what: "threads", source: std::io::Error::other(e) })?;
    let ordered = OrderedPool::new(reader, take, (run.threads * BLOCKS_PER_THREAD).min(MOST_BLOCKS));
    // Called off where it fails: a thread may be waiting for input that nobody wants any more.
    pool.broadcast(|_| ordered.work(&work, || run.shutdown.stop()));
    ordered.outcome()
}

/// So many blocks are read before a thread works on one, and one for each that waits: one that is done while another reads
/// finds the next. It matters for compressed logs, where reading is half of the work.
const READ_AHEAD: usize = 2;

/// What the threads of one run share.
struct OrderedPool<R, B, T, S> {
    state: Mutex<PoolState<R, B, T, S>>,
    /// Rung when there is something to do for a thread that waits.
    condvar: Condvar,
    /// How many blocks may be under way.
    most: usize,
}

struct PoolState<R, B, T, S> {
    /// Gives the blocks; a thread that reads has it.
    reader: Option<R>,
    /// Whether the reader gave all.
    is_read: bool,
    /// What was read and nobody works on yet, with its turn.
    read: VecDeque<(u64, B)>,
    /// What is under way, from `turn` on: a result, or none yet.
    results: VecDeque<Option<Result<T>>>,
    /// The turn of the first of them.
    turn: u64,
    /// Takes the results; a thread that hands one on has it.
    take: Option<S>,
    /// How many threads wait for the bell.
    waiting: usize,
    outcome: Result<()>,
}

impl<R, B, T, S> OrderedPool<R, B, T, S>
where
    R: Iterator<Item = Result<B>>,
    S: FnMut(Result<T>) -> Result<()>,
{
    fn new(reader: R, take: S, most: usize) -> Self {
        let state = PoolState {
            reader: Some(reader),
            is_read: false,
            read: VecDeque::new(),
            results: VecDeque::new(),
            turn: 0,
            take: Some(take),
            waiting: 0,
            outcome: Ok(()),
        };
        Self { state: Mutex::new(state), condvar: Condvar::new(), most }
    }

    fn outcome(self) -> Result<()> {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).outcome
    }

    fn lock(&self) -> MutexGuard<'_, PoolState<R, B, T, S>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What each thread does until there is nothing more to do for it.
    fn work(&self, work: impl Fn(B) -> T, stop: impl Fn()) {
        let _fuse = PanicGuard(|| {
            self.lock().outcome = Err(Error::ReaderLeft);
            stop();
            self.condvar.notify_all();
        });
        let mut state = self.lock();
        while state.outcome.is_ok() {
            if let Some((result, mut take)) = state.next_result() {
                // As many as may be were under way, and who found no room waits: there is some again.
                if state.waiting > 0 && state.results.len() == self.most / 2 {
                    self.condvar.notify_one();
                }
                drop(state);
                let outcome = take(result);
                state = self.lock();
                state.take = Some(take);
                if outcome.is_err() {
                    state.outcome = outcome;
                    stop();
                    self.condvar.notify_all();
                }
            } else if let Some(mut reader) = state.wanted_reader(self.most) {
                drop(state);
                let item = reader.next();
                state = self.lock();
                state.reader = Some(reader);
                state.put_item(item);
                if state.is_read {
                    self.condvar.notify_all();
                } else if state.waiting > 0 {
                    self.condvar.notify_one();
                }
            } else if let Some((turn, block)) = state.read.pop_front() {
                drop(state);
                let result = work(block);
                state = self.lock();
                state.put_result(turn, Ok(result));
            } else if state.is_read {
                // Who works on the rest hands it on.
                return;
            } else {
                state.waiting += 1;
                state = self.condvar.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.waiting -= 1;
            }
        }
    }
}

/// Where panics do not end the process at once, one ends the work of all threads: nobody hands on what this one worked on.
pub(crate) struct PanicGuard<F: Fn()>(pub(crate) F);

impl<F: Fn()> Drop for PanicGuard<F> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            (self.0)();
        }
    }
}

impl<R, B, T, S> PoolState<R, B, T, S> {
    /// The result whose turn it is, and who takes it, if both are there.
    fn next_result(&mut self) -> Option<(Result<T>, S)> {
        let (Some(Some(_)), Some(_)) = (self.results.front(), &self.take) else { return None };
        self.turn += 1;
        self.results.pop_front().flatten().zip(self.take.take())
    }

    /// The reader, if it is there and one more block is wanted.
    fn wanted_reader(&mut self, most: usize) -> Option<R> {
        let is_wanted = self.read.len() < self.waiting + READ_AHEAD;
        if is_wanted && !self.is_read && self.results.len() < most { self.reader.take() } else { None }
    }

    fn put_item(&mut self, item: Option<Result<B>>) {
        let turn = self.turn + self.results.len() as u64;
        match item {
            None => self.is_read = true,
            Some(Err(error)) => self.results.push_back(Some(Err(error))),
            Some(Ok(block)) => {
                self.results.push_back(None);
                self.read.push_back((turn, block));
            }
        }
    }

    fn put_result(&mut self, turn: u64, result: Result<T>) {
        // Fewer are under way than fit in any integer.
        let place = usize::try_from(turn - self.turn).unwrap_or(usize::MAX);
        if let Some(slot) = self.results.get_mut(place) {
            *slot = Some(result);
        }
    }
}

/// What a run that never ends is told.
#[derive(Debug)]
pub(crate) enum LiveInput {
    /// The next block, or that an input cannot be read (further).
    Block(Result<Box<Block>>),
    /// So much time went by, whether blocks came or not.
    Tick,
}

/// Calls `take` on every block as soon as it is there, and in between at times: a tick gives how long it is until the next.
///
/// # Errors
/// The first error that `take` gives ends the run and is passed on.
pub(crate) fn take_blocks(
    reader: Reader<'_>,
    run: &Run,
    every: Duration,
    mut take: impl FnMut(LiveInput) -> Result<Duration>,
) -> Result<()> {
    let (blocks, results) = sync_channel(1);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for block in reader {
                if blocks.send(block).is_err() {
                    return;
                }
            }
        });
        let mut next_tick = Instant::now() + every;
        let outcome = loop {
            let taken = match results.recv_timeout(next_tick.saturating_duration_since(Instant::now())) {
                Ok(block) => take(LiveInput::Block(block.map(Box::new))).map(|_| ()),
                Err(RecvTimeoutError::Timeout) => take(LiveInput::Tick).map(|wait| next_tick = Instant::now() + wait),
                Err(RecvTimeoutError::Disconnected) => break Ok(()),
            };
            if taken.is_err() {
                break taken;
            }
        };
        // The reader may be waiting for input that nobody wants any more.
        drop(results);
        if outcome.is_err() {
            run.shutdown.stop();
        }
        outcome
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Runs `threads` threads over `items`, of which work is worth what it is called; gives what was taken and the outcome.
    fn run(threads: usize, items: Vec<Result<u64>>, most: usize, fails_at: Option<usize>) -> (Vec<Option<u64>>, Result<()>, usize) {
        let (under_way, peak) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let mut taken = Vec::new();
        let read = items.into_iter().inspect(|item| {
            if item.is_ok() {
                peak.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            }
        });
        let take = |result: Result<u64>| {
            if result.is_ok() {
                under_way.fetch_sub(1, Ordering::SeqCst);
            }
            taken.push(result.ok());
            if Some(taken.len()) == fails_at { Err(Error::ReaderLeft) } else { Ok(()) }
        };
        let ordered = OrderedPool::new(read, take, most);
        let stops = AtomicUsize::new(0);
        let work = |item: u64| {
            std::thread::sleep(Duration::from_micros(item * 7919 % 300));
            item * 2
        };
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    ordered.work(work, || {
                        stops.fetch_add(1, Ordering::SeqCst);
                    });
                });
            }
        });
        let outcome = ordered.outcome();
        assert_eq!(stops.into_inner(), usize::from(outcome.is_err()));
        (taken, outcome, peak.into_inner())
    }

    #[test]
    fn every_result_comes_in_its_turn_and_no_more_is_under_way_than_may_be() {
        for threads in 1..6 {
            for most in [1, 2, 7] {
                let items = (0..200).map(|n| if n % 50 == 49 { Err(Error::ReaderLeft) } else { Ok(n) });
                let (taken, outcome, peak) = run(threads, items.collect(), most, None);
                let wanted: Vec<_> = (0..200).map(|n| (n % 50 != 49).then_some(n * 2)).collect();
                assert!(taken == wanted && outcome.is_ok(), "{threads} threads, {most} under way");
                // One more is being handed on.
                assert!(peak <= most + 1, "{threads} threads, {most} under way: {peak}");
            }
        }
    }

    #[test]
    fn a_failure_to_hand_on_ends_the_run_at_once() {
        for threads in 1..6 {
            let (taken, outcome, _) = run(threads, (0..200).map(Ok).collect(), 6, Some(5));
            assert_eq!(taken, [0, 2, 4, 6, 8].map(Some), "{threads} threads");
            assert!(matches!(outcome, Err(Error::ReaderLeft)));
        }
    }

    #[test]
    fn a_panic_ends_the_work_of_all() {
        let ordered = OrderedPool::new((0..200).map(Ok), |_: Result<u64>| Ok(()), 6);
        let work = |item| if item == 50 { panic!("on purpose") } else { item };
        let finished = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..3).map(|_| scope.spawn(|| ordered.work(work, || ()))).collect();
            threads.into_iter().filter_map(|thread| thread.join().ok()).count()
        });
        assert_eq!(finished, 2);
        assert!(ordered.outcome().is_err());
    }

    #[test]
    fn nothing_to_read_is_no_result() {
        assert!(run(3, Vec::new(), 6, None).0.is_empty());
    }
}
