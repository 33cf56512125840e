//! Sets of signals, in one word each.

use crate::base::error::{Error, Result};
use crate::record::signal::{LoginMeaning, SIGNALS, Value, index_of};

/// A set of signals of the table: bit `i` stands for `SIGNALS[i]`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SignalSet(u32);

impl SignalSet {
    /// No signal.
    pub(crate) const NONE: Self = Self(0);

    /// The signals that are on by default.
    pub fn defaults() -> Self {
        SIGNALS.iter().enumerate().filter(|(_, s)| s.on_by_default).fold(Self(0), |set, (index, _)| set.with(index))
    }

    /// This set and `SIGNALS[index]`.
    pub const fn with(self, index: usize) -> Self {
        Self(self.0 | 1 << index)
    }

    /// The signals of both sets.
    pub(crate) const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether `SIGNALS[index]` is in the set.
    pub const fn contains(self, index: usize) -> bool {
        self.0 & 1 << index != 0
    }

    /// The set as a number, bit `i` for `SIGNALS[i]`.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// How many signals are in the set.
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// How many signals of the set stand before `SIGNALS[index]`.
    pub const fn rank(self, index: usize) -> usize {
        (self.0 & ((1 << index) - 1)).count_ones() as usize
    }

    /// Whether no signal is in the set.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether a signal of the set counts `value` apart.
    pub(crate) fn counts_distinct(self, value: Value) -> bool {
        self.indexes().any(|index| SIGNALS[index].distinct == Some(value))
    }

    /// The signals that say this of a login whose order is kept.
    const fn of_login(login: LoginMeaning) -> Self {
        let (mut set, mut index) = (Self(0), 0);
        while index < SIGNALS.len() {
            // Enums are not compared in constants.
            set = match (SIGNALS[index].login, login) {
                (Some(LoginMeaning::Failed), LoginMeaning::Failed) | (Some(LoginMeaning::Accepted), LoginMeaning::Accepted)
                    if SIGNALS[index].is_ordered =>
                {
                    set.with(index)
                }
                _ => set,
            };
            index += 1;
        }
        set
    }

    /// The signals that tell of logins at services whose name `event.dataset` says.
    const fn of_services() -> Self {
        let (mut set, mut index) = (Self(0), 0);
        while index < SIGNALS.len() {
            set = if SIGNALS[index].login.is_some() && !SIGNALS[index].is_ordered { set.with(index) } else { set };
            index += 1;
        }
        set
    }

    /// The signals that `other` has not.
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The signals of both sets at once.
    pub(crate) const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The indexes into [`SIGNALS`], in table order.
    pub(crate) fn indexes(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let index = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(index)
        })
    }

    /// The set that a `--signals` list names: signal names, `default`, `all`, comma-separated.
    ///
    /// # Errors
    /// [`Error::Usage`] names an unknown signal and lists the known ones.
    pub fn from_names(list: &str) -> Result<Self> {
        let mut set = Self::default();
        for name in list.split(',').map(str::trim) {
            match (name, index_of(name)) {
                ("default", _) => set.0 |= Self::defaults().0,
                ("all", _) => set = (0..SIGNALS.len()).fold(set, Self::with),
                (_, Some(index)) => set = set.with(index),
                _ => {
                    let known: Vec<_> = SIGNALS.iter().map(|s| s.name).collect();
                    return Err(Error::Usage(format!(
                        "--signals: no signal is called {name:?}; there are: default, all, {}",
                        known.join(", ")
                    )));
                }
            }
        }
        Ok(set)
    }
}

/// The signals that say that a login was refused, and those that say that one was let in, where their order is kept.
pub(crate) const LOGIN_FAILED: SignalSet = SignalSet::of_login(LoginMeaning::Failed);
pub(crate) const LOGIN_ACCEPTED: SignalSet = SignalSet::of_login(LoginMeaning::Accepted);
/// The signals that tell of logins at sshd.
pub(crate) const SSH_LOGINS: SignalSet = LOGIN_FAILED.union(LOGIN_ACCEPTED);
/// The signals that tell of logins at other services: which one it is `event.dataset` says.
pub(crate) const SERVICE_LOGINS: SignalSet = SignalSet::of_services();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_names_is_a_set() {
        let names = |list: &str| SignalSet::from_names(list).map(|set| set.indexes().map(|i| SIGNALS[i].name).collect::<Vec<_>>());
        assert_eq!(
            names("default").ok(),
            Some(vec![
                "ssh_failed",
                "http_404",
                "http_bot",
                "ssh_accepted",
                "ssh_refused",
                "login_failed",
                "login_accepted",
                "service_denied"
            ])
        );
        assert_eq!(names("http_bot, ssh_failed").ok(), Some(vec!["ssh_failed", "http_bot"]));
        assert!(names("ssh_failed,").is_err());
    }
}
