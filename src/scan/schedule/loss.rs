//! What gets lost on the way to one host: how often a port is asked then, and how many may be in flight. Pure.
//!
//! A loss is proven by an answer that came to a later try and in less time than the earlier one had waited: a port that is merely
//! silent proves nothing. Where losses are proven, fewer are in flight, as TCP does (RFC 5681): half as many after a loss, one
//! more after each round without. A host that limits how many it answers a second is so asked as slowly as it answers.

/// The most tries of one port, whatever gets lost: what finds 999 of 1000 where half of the packets are lost.
pub(crate) const MOST_TRIES: u32 = 10;
/// Tries beyond `--retries` that a host is given (two for each of 512 silent ports), and how many more for each loss that was proven: they pay
/// for themselves.
const EXTRA_TRIES: u32 = 1024;
const EXTRA_TRIES_EACH: u32 = 16;
/// How many silent ports of a host are given one late look; each that is heard then makes room for so many more.
const LATE_LOOKS: u32 = 256;
const LATE_LOOKS_EACH: u32 = 16;
/// As few as this are always in flight.
const FEWEST: u32 = 2;
/// Packets get lost where it is one in so many at least; less is what the retry is for.
const LOSS_ONE_IN: u32 = 100;
/// So many more packets are taken for answered, so that one that was lost of three is not taken for a third of all.
const DOUBT: u32 = 5;
/// Of 1000 packets so many are lost at the most (its index, and 3) where that many tries leave one port in 1000 unheard.
const TRIES_FOR: [u32; 7] = [100, 178, 251, 316, 373, 422, 464];
/// From so many losses on, a port is asked once more than that: the share is known well then, and each port that stays silent has a
/// late look, which takes as long as up to ten tries.
const WELL_KNOWN: u32 = 8;

/// Packets of which something is known: those that were answered, and those that were lost before.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Losses {
    answered: u32,
    lost: u32,
}

impl Losses {
    /// Takes an answer before which `lost` tries of the same port were lost.
    pub(crate) const fn add(&mut self, lost: u32) {
        self.answered = self.answered.saturating_add(1);
        self.lost = self.lost.saturating_add(lost);
    }

    /// Whether anything answered.
    pub(crate) const fn has_answers(self) -> bool {
        self.answered > 0
    }

    /// Whether packets get lost.
    pub(crate) const fn are_proven(self) -> bool {
        self.lost > 0 && self.lost.saturating_mul(LOSS_ONE_IN) >= self.answered
    }

    /// How many tries find an open port nearly always, where losses are proven.
    pub(crate) fn tries(self) -> Option<u32> {
        let sum = u64::from(self.lost) + u64::from(self.answered) + u64::from(DOUBT);
        let is_enough = |most: &u32| u64::from(self.lost) * 1000 <= u64::from(*most) * sum;
        let tries = || TRIES_FOR.iter().zip(3..).find(|(most, _)| is_enough(most)).map_or(MOST_TRIES, |(_, tries)| tries);
        let more = u32::from(self.lost >= WELL_KNOWN);
        self.are_proven().then(|| (tries() + more).min(MOST_TRIES))
    }
}

/// What one host does to packets, and what that allows.
#[derive(Debug)]
pub(crate) struct PacketPath {
    /// What is known of its packets.
    pub losses: Losses,
    /// How many may be in flight.
    window: u32,
    /// Answers since the window grew.
    grown: u32,
    /// So many in flight were sent before the window was halved, and say nothing of it.
    hold: u32,
    extra_tries: u32,
    late_looks: u32,
}

impl PacketPath {
    /// A host of which nothing is known.
    pub(crate) const fn new() -> Self {
        Self {
            losses: Losses { answered: 0, lost: 0 },
            window: u32::MAX,
            grown: 0,
            hold: 0,
            extra_tries: EXTRA_TRIES,
            late_looks: LATE_LOOKS,
        }
    }

    /// How many may be in flight.
    pub(crate) const fn window(&self) -> usize {
        self.window as usize
    }

    /// Takes an answer before which `lost` tries of the same port were lost, while `in_flight` were under way.
    pub(crate) fn add_banner(&mut self, lost: u32, in_flight: usize) {
        self.losses.add(lost);
        if lost > 0 {
            self.extra_tries = self.extra_tries.saturating_add(EXTRA_TRIES_EACH);
        }
        if self.hold > 0 {
            self.hold -= 1;
        } else if lost > 0 && self.losses.are_proven() {
            let in_flight = u32::try_from(in_flight).unwrap_or(u32::MAX);
            self.window = (self.window.min(in_flight) / 2).max(FEWEST);
            (self.hold, self.grown) = (in_flight.saturating_sub(1), 0);
        } else {
            self.grown = self.grown.saturating_add(1);
            if self.grown >= self.window {
                (self.window, self.grown) = (self.window.saturating_add(1), 0);
            }
        }
    }

    /// Takes a try that had no answer in its time.
    pub(crate) const fn miss(&mut self) {
        self.hold = self.hold.saturating_sub(1);
    }

    /// Whether one more try than `--retries` allows can be afforded.
    pub(crate) const fn can_try_more(&self) -> bool {
        self.extra_tries > 0
    }

    /// Counts such a try.
    pub(crate) const fn try_more(&mut self) {
        self.extra_tries = self.extra_tries.saturating_sub(1);
    }

    /// Counts a late look, if there may be one.
    pub(crate) const fn look_late(&mut self) -> bool {
        let may = self.late_looks > 0;
        self.late_looks = self.late_looks.saturating_sub(1);
        may
    }

    /// Says that a late look has heard something.
    pub(crate) const fn heard_late(&mut self) {
        self.late_looks = self.late_looks.saturating_add(LATE_LOOKS_EACH);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_follow_what_is_lost() {
        for (answered, lost, tries) in [
            (0, 0, None),
            (500, 0, None),
            (500, 4, None),
            (500, 5, Some(3)),
            (65, 7, Some(3)),
            (895, 100, Some(4)),
            (895, 102, Some(5)),
            (795, 200, Some(6)),
            (485, 515, Some(MOST_TRIES)),
            (1, 1, Some(4)),
            (1, u32::MAX, Some(MOST_TRIES)),
        ] {
            assert_eq!(Losses { answered, lost }.tries(), tries, "{answered} answered, {lost} lost");
        }
        for (tries, most) in (3..).zip(TRIES_FOR) {
            let unheard = (f64::from(most) / 1000.0).powi(tries);
            assert!((0.000_9..0.001_1).contains(&unheard), "{tries} tries, {most} of 1000 lost: {unheard}");
        }
    }

    #[test]
    fn a_loss_halves_what_is_in_flight_once_a_round_and_answers_add_to_it() {
        let mut line = PacketPath::new();
        for _ in 0..20 {
            line.add_banner(0, 16);
        }
        assert!(line.window() >= 16, "nothing is lost");
        line.add_banner(1, 16);
        assert_eq!(line.window(), 8);
        // The other 15 were sent before.
        for _ in 0..15 {
            line.add_banner(1, 8);
        }
        assert_eq!(line.window(), 8);
        line.add_banner(1, 8);
        assert_eq!(line.window(), 4);
        for _ in 0..7 {
            line.miss();
        }
        line.add_banner(3, 1);
        assert_eq!(line.window(), 2, "never fewer");
        for _ in 0..5 {
            line.add_banner(0, 2);
        }
        assert_eq!(line.window(), 4, "one more after two, another after three");
    }

    #[test]
    fn tries_and_late_looks_come_to_an_end() {
        let mut line = PacketPath::new();
        assert_eq!((0..1000).filter(|_| line.look_late()).count(), 256);
        line.heard_late();
        assert_eq!((0..1000).filter(|_| line.look_late()).count(), 16);
        let spend = |line: &mut PacketPath| {
            let mut count = 0;
            while line.can_try_more() {
                line.try_more();
                count += 1;
            }
            count
        };
        assert_eq!(spend(&mut line), 1024);
        line.add_banner(1, 1);
        assert_eq!(spend(&mut line), 16);
    }
}
