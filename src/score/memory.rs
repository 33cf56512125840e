//! How much of the past a live run remembers of an address: what its rules look back at, and no more.
//!
//! Where every rule has a window, an address that was quiet for so long that no rule looks back further starts anew with its next
//! event. That is decided by the times of its own events, so who else comes in between changes nothing.

use crate::aggregate::login_order::LoginOrderBuilder;
use crate::aggregate::options::STATE_REMEDY;
use crate::aggregate::table::AggregatedHost;
use crate::base::time::period::show_length;
use crate::record::host::Kept;
use crate::record::host::login_order::reach_seconds;
use crate::score::rules::Rules;

/// How much of the past the rules of a run look back at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memory {
    /// The longest window.
    window_seconds: Option<u32>,
    /// For how long an address is remembered after it was last seen; `None`: for ever, since a rule reads totals.
    idle_seconds: Option<u32>,
    /// Whether a rule reads how many failures came before a login, which looks back further than short windows do.
    reads_login_order: bool,
}

impl Memory {
    /// What `rules` look back at.
    pub(super) fn of(rules: &Rules) -> Self {
        let reads_login_order = rules.read_login_order();
        let reach = if reads_login_order { u32::try_from(reach_seconds(0)).unwrap_or(u32::MAX) } else { 0 };
        let window_seconds = rules.needs().windows.last().copied();
        let idle_seconds = window_seconds.filter(|_| rules.all_have_windows()).map(|window| window.max(reach));
        Self { window_seconds, idle_seconds, reads_login_order }
    }

    /// The longest window, in seconds.
    pub(super) fn window(&self) -> Option<i64> {
        self.window_seconds.map(i64::from)
    }

    /// For how many seconds an address is remembered after it was last seen, at the least.
    pub(crate) fn idle(&self) -> Option<i64> {
        self.idle_seconds.map(i64::from)
    }

    /// The same of `host`, of which buckets may be wider.
    pub(crate) fn idle_of(&self, host: &AggregatedHost) -> Option<i64> {
        let reach = host.tally.order().filter(|_| self.reads_login_order).map_or(0, LoginOrderBuilder::reach_seconds);
        self.idle().map(|idle| idle.max(reach))
    }

    /// What a state says of that.
    pub(super) const fn kept(&self) -> Kept {
        Kept { window_seconds: self.window_seconds, idle_seconds: self.idle_seconds }
    }

    /// Why a state that kept so much is too little for this run, if it is.
    pub(super) fn refuse(&self, kept: &Kept) -> Option<String> {
        let short = |kept: Option<u32>, own: Option<u32>| kept.zip(own).filter(|(kept, own)| kept < own);
        if let Some((kept, own)) = short(kept.window_seconds, self.window_seconds) {
            let [kept, own] = [kept, own].map(show_length);
            return Some(format!(
                "the state covers only the last {kept} of each address, but a rule has a window of {own}: {STATE_REMEDY}"
            ));
        }
        let idle = kept.idle_seconds.filter(|&kept| self.idle_seconds.is_none_or(|own| kept < own))?;
        let own = self.idle_seconds.map_or("totals".to_owned(), |own| format!("what happened in the last {}", show_length(own)));
        Some(format!("the state dropped addresses that were quiet for {}, but a rule reads {own}: {STATE_REMEDY}", show_length(idle)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::rules::RuleSources;
    use crate::score::rules::window::WindowOptions;

    fn memory(window: Option<&str>, rules: &[&str]) -> Memory {
        let rules: Vec<_> = rules.iter().map(|&rule| rule.to_owned()).collect();
        let timing = WindowOptions::new(window, "10s").expect("a window");
        Memory::of(&Rules::new(RuleSources { sets: &[], rules: &rules, timing }).expect("rules"))
    }

    #[test]
    fn a_state_is_enough_where_it_kept_no_less_than_the_rules_look_back_at() {
        let (short, long) = (memory(Some("10m"), &["a=.ssh_failed > 1"]), memory(Some("1h"), &["a=.ssh_failed > 1"]));
        let (login, totals) = (memory(Some("10m"), &["a=.failed_before_login > 1"]), memory(None, &["a=.ssh_failed > 1"]));
        assert_eq!((short.idle(), long.idle(), login.idle(), totals.idle()), (Some(600), Some(3600), Some(3620), None));
        for (kept, own, is_enough) in [
            (short, short, true),
            (short, long, false),
            (long, short, true),
            (short, login, false),
            (login, short, true),
            (login, long, false),
            (short, totals, false),
            (totals, totals, true),
        ] {
            assert_eq!(own.refuse(&kept.kept()).is_none(), is_enough, "{kept:?} {own:?}");
        }
        // What says nothing of it kept everything.
        assert_eq!(long.refuse(&Kept::default()), None);
    }
}
