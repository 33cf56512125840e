//! Which keys of a host an expression reads, found in its syntax.
//!
//! Sound, not complete: what is not plainly a path from the root, a literal, an operator or a condition reads everything.
//! So a verdict that is remembered by the values of these keys is the verdict for every host that has them.

use std::sync::Arc;

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Pattern, Term};
use jaq_core::path::{Part, Path};

use crate::record::signal::{self, SIGNALS};
use crate::score::rules::member::MemberPath;

/// Functions that give the same whatever their input.
const CONSTANTS: &[&str] = &["true", "false", "null", "empty"];

/// Functions that run their argument on their own input; a key that is misspelt in it is worth a warning.
const ON_OWN_INPUT: &[&str] = &["select", "isempty", "first", "last"];

/// What a rule may read besides signals: the key, and what it is.
pub const FACTS: &[(&str, &str, InputKey)] = &[
    ("score", "sum over signals of weight x count", InputKey::Score),
    ("first_seen", "when the address was first seen, RFC 3339 in UTC", InputKey::FirstSeen),
    ("last_seen", "when the address was last seen, RFC 3339 in UTC", InputKey::LastSeen),
    (
        "failed_before_login",
        "the most failed logins in the hour before a login by password or keyboard-interactive",
        InputKey::FailedBeforeLogin,
    ),
    ("users", "how many different user names were tried", InputKey::Users),
    ("paths", "how many different URLs were not found (404)", InputKey::Paths),
    ("new", "with --against: whether no earlier host was of the address", InputKey::New),
    ("new_network", "with --against: whether no login was accepted from its /24 or /48 before", InputKey::NewNetwork),
    ("known_since", "with --against: when an earlier host first saw the address, RFC 3339 in UTC", InputKey::KnownSince),
];

/// One value that a rule reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputKey {
    /// `SIGNALS[index]`.
    Signal(u8),
    /// A signal outside the table.
    Other(Arc<str>),
    /// The score.
    Score,
    /// When it was first seen.
    FirstSeen,
    /// When it was last seen.
    LastSeen,
    /// The most failed logins before one that may have been guessed.
    FailedBeforeLogin,
    /// Distinct user names.
    Users,
    /// Distinct targets that were not found.
    Paths,
    /// Whether it was not known before.
    New,
    /// Whether nobody had logged in from its network before.
    NewNetwork,
    /// When it was first seen, as was known before.
    KnownSince,
}

impl InputKey {
    /// What the key `name` stands for.
    pub(crate) fn of(name: &str) -> Self {
        let fact = FACTS.iter().find(|(key, ..)| *key == name).map(|(.., slot)| slot.clone());
        fact.unwrap_or_else(|| match signal::index_of(name).map(u8::try_from) {
            Some(Ok(index)) => Self::Signal(index),
            _ => Self::Other(name.into()),
        })
    }

    /// The key.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Signal(index) => SIGNALS[usize::from(*index)].name,
            Self::Other(name) => name,
            fact => FACTS.iter().find(|(.., slot)| slot == fact).map_or("", |(key, ..)| key),
        }
    }

    /// Whether its value is a time.
    pub(crate) const fn is_time(&self) -> bool {
        matches!(self, Self::FirstSeen | Self::LastSeen | Self::KnownSince)
    }

    /// Whether its value is true or false.
    pub(crate) const fn is_flag(&self) -> bool {
        matches!(self, Self::New | Self::NewNetwork)
    }

    /// Whether only `--against` gives it a value.
    pub(crate) const fn needs_known_hosts(&self) -> bool {
        matches!(self, Self::New | Self::NewNetwork | Self::KnownSince)
    }

    /// Every slot that each host has: the signals of the table, then the facts.
    pub(crate) fn all() -> Vec<Self> {
        let signals = SIGNALS.iter().map(|signal| Self::of(signal.name));
        signals.chain(FACTS.iter().map(|(.., slot)| slot.clone())).collect()
    }
}

/// What an expression reads of its input.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Dependencies {
    /// The keys that it names, in the order in which they stand there.
    pub(crate) keys: Vec<String>,
    /// What it names of what other stages know, shorter paths first.
    pub(crate) members: Vec<MemberPath>,
    /// Whether it may read any other as well.
    pub(crate) any: bool,
}

impl Dependencies {
    /// What `term` reads.
    pub(crate) fn of(term: &Term<&str>) -> Self {
        let mut reads = Self::default();
        reads.walk(term);
        reads.members.sort_by_key(|member| member.name().len());
        reads
    }

    fn walk(&mut self, term: &Term<&str>) {
        match term {
            Term::Num(_) | Term::Var(_) | Term::Arr(None) => {}
            Term::Str(None, parts) => parts.iter().for_each(|part| self.walk_part(part)),
            // What handles an error (the rest of a `try`) looks at the error.
            Term::Arr(Some(inner)) | Term::Neg(inner) | Term::TryCatch(inner, _) => self.walk(inner),
            Term::BinOp(left, operator, right) => self.walk_operation(left, operator, right),
            Term::IfThenElse(branches, otherwise) => {
                branches.iter().flat_map(|(condition, then)| [condition, then]).for_each(|term| self.walk(term));
                match otherwise {
                    Some(term) => self.walk(term),
                    // The input itself comes out.
                    None => self.any = true,
                }
            }
            Term::Call(name, arguments) if arguments.is_empty() && CONSTANTS.contains(name) => {}
            Term::Call(name, arguments) => {
                self.any = true;
                if ON_OWN_INPUT.contains(name) {
                    for argument in arguments {
                        self.walk(argument);
                    }
                }
            }
            Term::Path(head, path) => self.walk_path(head, path),
            _ => self.any = true,
        }
    }

    fn walk_part(&mut self, part: &StrPart<&str, Term<&str>>) {
        if let StrPart::Term(term) = part {
            self.walk(term);
        }
    }

    fn walk_operation(&mut self, left: &Term<&str>, operator: &BinaryOp<&str>, right: &Term<&str>) {
        self.walk(left);
        match operator {
            // The right side sees what the left one gives.
            BinaryOp::Pipe(None) => {}
            BinaryOp::Pipe(Some(Pattern::Var(_)))
            | BinaryOp::Comma
            | BinaryOp::Alt
            | BinaryOp::Or
            | BinaryOp::And
            | BinaryOp::Math(_)
            | BinaryOp::Cmp(_) => self.walk(right),
            _ => self.any = true,
        }
    }

    fn walk_path(&mut self, head: &Term<&str>, Path(parts): &Path<Term<&str>>) {
        let mut parts = parts.as_slice();
        if let (Term::Id, [(Part::Index(Term::Str(None, key)), _), rest @ ..]) = (head, parts) {
            let names: Vec<_> = parts.iter().map_while(|(part, _)| plain_key(part)).map(str::to_owned).collect();
            parts = rest;
            match (key.as_slice(), MemberPath::of(&names)) {
                (_, Some(member)) => self.add_member(member),
                ([StrPart::Str(key)], None) => self.name(key),
                _ => self.any = true,
            }
        } else {
            self.walk(head);
        }
        for (part, _) in parts {
            match part {
                Part::Index(term) => self.walk(term),
                Part::Range(from, to) => from.iter().chain(to).for_each(|term| self.walk(term)),
            }
        }
    }

    fn add_member(&mut self, member: MemberPath) {
        if !self.members.contains(&member) {
            self.members.push(member);
        }
    }

    fn name(&mut self, key: &str) {
        if !self.keys.iter().any(|known| known == key) {
            self.keys.push(key.to_owned());
        }
    }
}

/// The key that a part of a path names, where it is a text without anything in it.
pub(crate) fn plain_key<'t>(part: &Part<Term<&'t str>>) -> Option<&'t str> {
    match part {
        Part::Index(Term::Str(None, key)) => match key.as_slice() {
            [StrPart::Str(key)] => Some(key),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(code: &str) -> String {
        let term = jaq_core::load::parse(code, |parser| parser.term()).unwrap_or_else(|| panic!("{code}"));
        let reads = Dependencies::of(&term);
        let keys = reads.keys.iter().map(|key| &**key).chain(reads.members.iter().map(MemberPath::name)).collect::<Vec<_>>();
        format!("{}{}", keys.join(" "), if reads.any { " *" } else { "" })
    }

    #[test]
    fn plain_expressions_read_what_they_name() {
        for (code, keys) in [
            (".a > 50", "a"),
            (".a > 1 and (.b.c | . > 2) or .a.d == .e", "a b e"),
            (r#".["a"] > 1 and ."b" > 2 and .c.["d"] == "e""#, "a b c"),
            ("if .a > 1 then .b elif .c then -.d else [.e] end", "a b c d e"),
            ("(.a // 0) + 1 > 2 | not", "a"),
            ("[.a, .b] | max > 3", "a b"),
            ("[.a, .b | select(. > 3)] | length > 1", "a b"),
            (".a as $n | .b > $n * 2", "a b"),
            (".a[.b:.c] and .d[.e]", "a b c d e"),
            (r#""\(.a)" == "1" and true"#, "a"),
            ("try .a.b catch .c", "a"),
            (".a? > 3", "a"),
            ("null, empty, false", ""),
            (r#".enrich.geo.country == "FR" and .a > 1"#, "a enrich.geo.country"),
            (r#".enrich["as"]?.number == 64496 and (.scan.open_ports | index(22))"#, "scan.open_ports enrich.as.number"),
            (".enrich.lists[0] or .enrich | .x", "enrich enrich.lists"),
        ] {
            assert_eq!(reads(code), keys, "{code}");
        }
    }

    #[test]
    fn whatever_is_not_plain_reads_everything() {
        for code in [
            ".",
            "..",
            ".[]",
            ".[]?",
            ".[0]",
            ".[1:]",
            "keys",
            "[.[]|numbers]|add > 10",
            "length > 3",
            "not",
            "to_entries | length",
            "map(1)",
            r#".["a", "b"]"#,
            r#"."\(.a)""#,
            r#"."\u0061""#,
            ".[.a]",
            "{a}",
            "{a: 1}",
            "if .a then 1 end",
            ".a = 1",
            ".a |= 1",
            ".a += 1",
            "reduce .a as $x (0; .)",
            "foreach .a as $x (0; .)",
            "def f: .a; f",
            "def true: .a; true",
            "label $l | .a",
            ". as $x | 1",
            ". as {a: $x} | $x",
            ".a as [$x] | $x",
            "path(.a)",
            r#"has("a")"#,
            "getpath([\"a\"])",
            "@json",
            r#"@json "\(.a)""#,
            "input_line_number?",
            "try error catch .",
            ". | .a",
            "first(.a)",
        ] {
            assert!(reads(code).ends_with('*'), "{code}");
        }
        assert_eq!(reads("select(.a > 1 and .b)"), "a b *");
    }

    #[test]
    fn a_key_is_a_signal_a_fact_or_foreign() {
        for slot in InputKey::all() {
            assert_eq!(InputKey::of(slot.name()), slot);
        }
        assert_eq!((InputKey::of("ssh_failed"), InputKey::of("zeta")), (InputKey::Signal(0), InputKey::Other("zeta".into())));
    }
}
