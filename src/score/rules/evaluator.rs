//! Evaluates the plain part of jq without jaq's interpreter: paths, literals, comparisons, `and`, `or`, `not`, `//`, `if` and arithmetic.
//!
//! Values and their operators are jaq's own, so there is one meaning of `<` and `+`. What is not plain, and whatever ends in an
//! error, is left to jaq, which also has the words for the error. A property test holds the two against each other.

use jaq_core::ValT as _;
use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Term};
use jaq_core::ops::{Cmp, Math};
use jaq_core::path::{Opt, Part, Path};
use jaq_json::{Num, Val};

use crate::score::rules::cache::{Values, value_of};
use crate::score::rules::dependencies::{Dependencies, InputKey, plain_key};
use crate::score::rules::member::MemberPath;

/// An expression that gives one value for every host.
#[derive(Debug)]
pub(crate) enum Evaluator {
    Literal(Val),
    /// The value of a key, by its index among those that the rule reads.
    Key(usize),
    /// What a path into JSON leads to, by its index among those that the rule reads.
    Member(usize),
    Not(Box<Self>),
    Negate(Box<Self>),
    /// Both hold, or one does (`true`).
    Logic(Box<Self>, bool, Box<Self>),
    /// The first unless it is null or false.
    Alternative(Box<Self>, Box<Self>),
    Compare(Box<Self>, Cmp, Box<Self>),
    Compute(Box<Self>, Math, Box<Self>),
    /// Conditions with what they lead to, and what is left.
    Choose(Vec<(Self, Self)>, Box<Self>),
}

/// What a rule reads of a host, and the values that this one has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlainInput<'h> {
    pub(crate) keys: &'h [InputKey],
    pub(crate) members: &'h [MemberPath],
    pub(crate) values: &'h Values,
}

impl PlainInput<'_> {
    fn key(self, index: usize) -> Val {
        self.values.key(index).map_or(Val::Null, |value| value_of(&self.keys[index], value))
    }

    fn member(self, index: usize) -> Option<Val> {
        self.values.members()[index].to_value(&self.members[index])
    }
}

/// Only jaq can tell what comes of it.
#[derive(Debug)]
pub(crate) struct NotPlain;

impl Evaluator {
    /// The evaluator of `term`, which reads what `reads` says; `None` where a part of it is not plain.
    pub(crate) fn of(term: &Term<&str>, reads: &Dependencies) -> Option<Self> {
        if reads.any { None } else { Self::of_part(term, reads) }
    }

    fn of_part(term: &Term<&str>, reads: &Dependencies) -> Option<Self> {
        let boxed = |term: &Term<&str>| Self::of_part(term, reads).map(Box::new);
        Some(match term {
            Term::Num(digits) => Self::Literal(Val::from_num(digits).ok()?),
            Term::Str(None, parts) => Self::Literal(Val::from(text_of(parts)?)),
            Term::Call("true", arguments) if arguments.is_empty() => Self::Literal(Val::from(true)),
            Term::Call("false", arguments) if arguments.is_empty() => Self::Literal(Val::from(false)),
            Term::Call("null", arguments) if arguments.is_empty() => Self::Literal(Val::Null),
            Term::Neg(inner) => Self::Negate(boxed(inner)?),
            Term::Path(head, path) if matches!(**head, Term::Id) => Self::of_path(path, reads)?,
            Term::BinOp(left, operator, right) => match operator {
                BinaryOp::Pipe(None) if is_not(right) => Self::Not(boxed(left)?),
                BinaryOp::And => Self::Logic(boxed(left)?, false, boxed(right)?),
                BinaryOp::Or => Self::Logic(boxed(left)?, true, boxed(right)?),
                BinaryOp::Alt => Self::Alternative(boxed(left)?, boxed(right)?),
                BinaryOp::Cmp(compare) => Self::Compare(boxed(left)?, *compare, boxed(right)?),
                BinaryOp::Math(math) => Self::Compute(boxed(left)?, *math, boxed(right)?),
                _ => return None,
            },
            Term::IfThenElse(branches, Some(otherwise)) => {
                let branch = |(condition, then): &(_, _)| Some((Self::of_part(condition, reads)?, Self::of_part(then, reads)?));
                Self::Choose(branches.iter().map(branch).collect::<Option<_>>()?, boxed(otherwise)?)
            }
            _ => return None,
        })
    }

    fn of_path(Path(parts): &Path<Term<&str>>, reads: &Dependencies) -> Option<Self> {
        let key =
            |(part, optional): &(Part<Term<&str>>, Opt)| plain_key(part).filter(|_| matches!(optional, Opt::Essential)).map(str::to_owned);
        let keys: Vec<_> = parts.iter().map(key).collect::<Option<_>>()?;
        if let Some(path) = MemberPath::of(&keys) {
            return reads.members.iter().position(|member| *member == path).map(Self::Member);
        }
        let [key] = keys.as_slice() else { return None };
        reads.keys.iter().position(|read| read == key).map(Self::Key)
    }

    /// Whether it holds for the host of `values`.
    pub(crate) fn holds(&self, input: PlainInput<'_>) -> Result<bool, NotPlain> {
        Ok(match self {
            Self::Not(inner) => !inner.holds(input)?,
            Self::Logic(left, ends, right) => {
                if left.holds(input)? == *ends {
                    *ends
                } else {
                    right.holds(input)?
                }
            }
            Self::Compare(left, compare, right) => compare.run(&left.value(input)?, &right.value(input)?),
            other => other.value(input)?.as_bool(),
        })
    }

    fn value(&self, input: PlainInput<'_>) -> Result<Val, NotPlain> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Key(index) => Ok(input.key(*index)),
            Self::Member(index) => input.member(*index).ok_or(NotPlain),
            Self::Negate(inner) => (-inner.value(input)?).map_err(|_| NotPlain),
            Self::Alternative(first, second) => {
                let value = first.value(input)?;
                if value.as_bool() { Ok(value) } else { second.value(input) }
            }
            Self::Compute(left, math, right) => compute(left.value(input)?, *math, right.value(input)?),
            Self::Choose(branches, otherwise) => {
                for (condition, then) in branches {
                    if condition.holds(input)? {
                        return then.value(input);
                    }
                }
                otherwise.value(input)
            }
            Self::Not(_) | Self::Logic(..) | Self::Compare(..) => self.holds(input).map(Val::from),
        }
    }
}

/// A number that is known, or null, which jq sorts before all numbers.
pub(crate) type Integer = Option<isize>;

impl Evaluator {
    /// Whether it holds, worked out with integers alone: `read` gives those of the keys, by their index. `None`: a value is neither an
    /// integer nor null, or what comes of it is not; then [`Self::holds`] says.
    pub(crate) fn holds_of_integers(&self, read: &impl Fn(usize) -> Option<Integer>) -> Option<bool> {
        match self {
            Self::Not(inner) => Some(!inner.holds_of_integers(read)?),
            Self::Logic(left, ends, right) => match left.holds_of_integers(read)? {
                holds if holds == *ends => Some(holds),
                _ => right.holds_of_integers(read),
            },
            Self::Compare(left, compare, right) => Some(compare.run(&left.integer(read)?, &right.integer(read)?)),
            _ => None,
        }
    }

    fn integer(&self, read: &impl Fn(usize) -> Option<Integer>) -> Option<Integer> {
        let some = |number: Option<isize>| number.map(Some);
        match self {
            Self::Literal(Val::Num(Num::Int(number))) => Some(Some(*number)),
            Self::Literal(Val::Null) => Some(None),
            Self::Key(index) => read(*index),
            Self::Negate(inner) => some(inner.integer(read)??.checked_neg()),
            Self::Compute(left, math, right) => match (left.integer(read)?, math, right.integer(read)?) {
                (Some(left), Math::Add, Some(right)) => some(left.checked_add(right)),
                (Some(left), Math::Sub, Some(right)) => some(left.checked_sub(right)),
                (Some(left), Math::Mul, Some(right)) => some(left.checked_mul(right)),
                // Nothing and a number is that number; what else there is of null, and quotients, which may be none, are jaq's.
                (one, Math::Add, None) => Some(one),
                (None, Math::Add, other) => Some(other),
                _ => None,
            },
            _ => None,
        }
    }
}

/// What [`crate::score::rules::dialect`] checks is done here only where there is nothing to check: products of numbers, and division by
/// integers other than zero.
fn compute(left: Val, math: Math, right: Val) -> Result<Val, NotPlain> {
    if math == Math::Mul && !matches!((&left, &right), (Val::Num(_), Val::Num(_))) {
        return Err(NotPlain);
    }
    if matches!(math, Math::Div | Math::Rem) {
        let is_integer = |value: &Val| matches!(value, Val::Num(Num::Int(_)));
        if !is_integer(&left) || !is_integer(&right) || right == Val::from(0_usize) {
            return Err(NotPlain);
        }
    }
    math.run::<Val, Result<Val, _>>(left, right).map_err(|_| NotPlain)
}

fn is_not(term: &Term<&str>) -> bool {
    matches!(term, Term::Call("not", arguments) if arguments.is_empty())
}

/// The text of a string in which nothing is computed.
fn text_of(parts: &[StrPart<&str, Term<&str>>]) -> Option<String> {
    let mut text = String::new();
    for part in parts {
        match part {
            StrPart::Str(part) => text.push_str(part),
            StrPart::Char(char) => text.push(*char),
            StrPart::Term(_) => return None,
        }
    }
    Some(text)
}
