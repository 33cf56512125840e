//! Work on blocks over several threads, results in the order of the input.
//!
//! A reader thread cuts blocks, a rayon pool works on them, the calling thread takes the results in turn. Queues are
//! bounded, so memory is bounded however fast the reader is and however many threads there are.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use super::Run;
use super::block::Block;
use super::input::Reader;
use crate::error::{Error, Result};

/// Blocks under way for each thread: enough that none waits for the next, few enough to keep memory small.
const BLOCKS_PER_THREAD: usize = 3;
/// Blocks under way at the most, however many threads there are: with what comes of them, some 30 MiB. The one thread that
/// reads and the one that writes keep no more busy.
const MOST_BLOCKS: usize = 16;

type Answer<T> = Result<T>;

/// Calls `work` on every block and `take` on every result, in order; an input that cannot be read is an `Err` in its turn.
///
/// # Errors
/// The first error that `take` gives ends the run and is passed on.
pub fn map_blocks<T, W, S>(reader: Reader<'_>, run: &Run, work: W, mut take: S) -> Result<()>
where
    T: Send,
    W: Fn(Block) -> T + Sync,
    S: FnMut(Answer<T>) -> Result<()>,
{
    if run.threads <= 1 {
        return reader.map(|item| item.map(&work)).try_for_each(take);
    }
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(run.threads)
        .build()
        .map_err(|e| Error::System { what: "threads", source: std::io::Error::other(e) })?;
    let (turns, results) = sync_channel((run.threads * BLOCKS_PER_THREAD).min(MOST_BLOCKS));
    std::thread::scope(|scope| {
        scope.spawn(|| pool.in_place_scope(|workers| hand_out(reader, workers, &work, turns)));
        let outcome = drain(&results, &mut take);
        // The reader may be waiting for input that nobody wants any more.
        drop(results);
        if outcome.is_err() {
            run.watch.stop();
        }
        outcome
    })
}

/// What a run that never ends is told.
#[derive(Debug)]
pub enum Turn {
    /// The next block, or that an input cannot be read (further).
    Block(Result<Box<Block>>),
    /// So much time went by, whether blocks came or not.
    Tick,
}

/// Calls `take` on every block as soon as it is there, and every so often in between.
///
/// # Errors
/// The first error that `take` gives ends the run and is passed on.
pub fn take_blocks(reader: Reader<'_>, run: &Run, every: Duration, mut take: impl FnMut(Turn) -> Result<()>) -> Result<()> {
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
                Ok(block) => take(Turn::Block(block.map(Box::new))),
                Err(RecvTimeoutError::Timeout) => {
                    next_tick = Instant::now() + every;
                    take(Turn::Tick)
                }
                Err(RecvTimeoutError::Disconnected) => break Ok(()),
            };
            if taken.is_err() {
                break taken;
            }
        };
        // The reader may be waiting for input that nobody wants any more.
        drop(results);
        if outcome.is_err() {
            run.watch.stop();
        }
        outcome
    })
}

// The sender is dropped at the end, which tells the receiver that there is no more.
#[allow(clippy::needless_pass_by_value)]
fn hand_out<'scope, T, W>(reader: Reader<'_>, workers: &rayon::Scope<'scope>, work: &'scope W, turns: SyncSender<Receiver<Answer<T>>>)
where
    T: Send + 'scope,
    W: Fn(Block) -> T + Sync,
{
    for item in reader {
        let (answer, turn) = sync_channel(1);
        if turns.send(turn).is_err() {
            return;
        }
        match item {
            Err(error) => drop(answer.send(Err(error))),
            Ok(block) => workers.spawn(move |_| drop(answer.send(Ok(work(block))))),
        }
    }
}

fn drain<T, S>(results: &Receiver<Receiver<Answer<T>>>, take: &mut S) -> Result<()>
where
    S: FnMut(Answer<T>) -> Result<()>,
{
    for turn in results {
        // A worker that panicked ends the process (panic = abort), so a closed channel cannot lose a block in silence.
        if let Ok(answer) = turn.recv() {
            take(answer)?;
        }
    }
    Ok(())
}
