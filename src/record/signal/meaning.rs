//! What the values of a signal's entry mean.

/// A value of an event of which it matters how many different ones an address has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// `user.name`: the users that were tried.
    User,
    /// The path of `url.original`, without its query.
    Path,
}

/// What a signal says of a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginMeaning {
    /// It was refused.
    Failed,
    /// It was let in.
    Accepted,
}
