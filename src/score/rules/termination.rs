//! Whether an expression ends, as far as its syntax tells: nothing that may go on for ever passes.
//!
//! A rule decides about counts, so it needs no loop but the one over them (`.[]`, `reduce`, `any` ...), which ends.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Def, Pattern, Term};
use jaq_core::path::{Part, Path};

use crate::score::rules::dialect::RULE;

/// Functions of jq that may go on for ever.
const ENDLESS: &[&str] = &["range", "recurse", "repeat", "until", "while"];

/// The first name in `term` at which it may go on for ever, with a sentence about it.
pub(crate) fn check_termination<'c>(term: &Term<&'c str>) -> Option<(&'c str, String)> {
    find(term, &mut vec![RULE])
}

fn find<'c>(term: &Term<&'c str>, inside: &mut Vec<&'c str>) -> Option<(&'c str, String)> {
    match term {
        Term::Call(name, _) if inside.contains(name) => return Some((name, format!("{name} calls itself, so it may never end"))),
        // Without an argument, `recurse` is `..`.
        Term::Call(name, arguments) if ENDLESS.contains(name) && !arguments.is_empty() => {
            return Some((name, format!("rules have no {name}, which may never end")));
        }
        Term::Def(definitions, rest) => return find_in_definitions(definitions, inside).or_else(|| find(rest, inside)),
        _ => {}
    }
    parts_of(term).into_iter().find_map(|part| find(part, inside))
}

fn find_in_definitions<'c>(definitions: &[Def<&'c str>], inside: &mut Vec<&'c str>) -> Option<(&'c str, String)> {
    definitions.iter().find_map(|definition| {
        inside.push(definition.name);
        let found = find(&definition.body, inside);
        inside.pop();
        found
    })
}

/// Whether a `=` stands in `term`.
pub(crate) fn has_assignment(term: &Term<&str>) -> bool {
    matches!(term, Term::BinOp(_, BinaryOp::Assign, _)) || parts_of(term).into_iter().any(has_assignment)
}

/// The terms that `term` is made of.
fn parts_of<'t, 'c>(term: &'t Term<&'c str>) -> Vec<&'t Term<&'c str>> {
    match term {
        Term::Id | Term::Recurse | Term::Num(_) | Term::Var(_) | Term::Break(_) | Term::Arr(None) => Vec::new(),
        Term::Str(_, parts) => parts.iter().filter_map(|part| if let StrPart::Term(term) = part { Some(term) } else { None }).collect(),
        Term::Arr(Some(inner)) | Term::Neg(inner) | Term::Label(_, inner) | Term::Def(_, inner) => vec![inner],
        Term::Obj(pairs) => pairs.iter().flat_map(|(key, value)| [Some(key), value.as_ref()]).flatten().collect(),
        Term::BinOp(left, operator, right) => {
            let mut parts = vec![&**left, right];
            if let BinaryOp::Pipe(Some(pattern)) = operator {
                parts.extend(parts_of_pattern(pattern));
            }
            parts
        }
        Term::Fold(_, source, pattern, steps) => std::iter::once(&**source).chain(parts_of_pattern(pattern)).chain(steps).collect(),
        Term::TryCatch(inner, handler) => std::iter::once(inner).chain(handler).map(|term| &**term).collect(),
        Term::IfThenElse(branches, otherwise) => {
            branches.iter().flat_map(|(condition, then)| [condition, then]).chain(otherwise.as_deref()).collect()
        }
        Term::Call(_, arguments) => arguments.iter().collect(),
        Term::Path(head, Path(parts)) => {
            let terms = parts.iter().flat_map(|(part, _)| match part {
                Part::Index(term) => [Some(term), None],
                Part::Range(from, to) => [from.as_ref(), to.as_ref()],
            });
            std::iter::once(&**head).chain(terms.flatten()).collect()
        }
    }
}

fn parts_of_pattern<'t, 'c>(pattern: &'t Pattern<&'c str>) -> Vec<&'t Term<&'c str>> {
    match pattern {
        Pattern::Var(_) => Vec::new(),
        Pattern::Arr(patterns) => patterns.iter().flat_map(parts_of_pattern).collect(),
        Pattern::Obj(pairs) => pairs.iter().flat_map(|(key, pattern)| std::iter::once(key).chain(parts_of_pattern(pattern))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(code: &str) -> Option<String> {
        let term = jaq_core::load::parse(code, |parser| parser.term()).unwrap_or_else(|| panic!("{code}"));
        check_termination(&term).map(|(_, what)| what)
    }

    #[test]
    fn what_may_never_end_is_refused_wherever_it_stands() {
        let itself = |name: &str| Some(format!("{name} calls itself, so it may never end"));
        let loops = |name: &str| Some(format!("rules have no {name}, which may never end"));
        for (code, what) in [
            ("def f: f; f", itself("f")),
            ("def f: def g: f; g; f", itself("f")),
            ("def f($n): if $n > 0 then f($n - 1) else 1 end; f(3)", itself("f")),
            ("[recurse(.)]", loops("recurse")),
            ("recurse(.; true)", loops("recurse")),
            (".a | repeat(1)", loops("repeat")),
            ("{a: [until(false; .)]}", loops("until")),
            (r#""\(while(true; .))""#, loops("while")),
            ("range(0; 1; 0)", loops("range")),
            (". as {(repeat(1)): $x} | $x", loops("repeat")),
            ("reduce repeat(1) as $x (0; .)", loops("repeat")),
            ("reduce 1 as $x (0; repeat(1))", loops("repeat")),
            (".[repeat(1)]", loops("repeat")),
            (".[1:repeat(1)]", loops("repeat")),
            ("try 1 catch repeat(1)", loops("repeat")),
            ("if 1 then 2 else repeat(1) end", loops("repeat")),
            ("label $l | -repeat(1)", loops("repeat")),
        ] {
            assert_eq!(found(code), what, "{code}");
        }
        for code in [
            "recurse",
            "..",
            "def f: . > 1; (.a | f) or (.b | f)",
            "def f(g): g; f(f(.))",
            "any(.[]; . > 1)",
            "reduce .[] as $x (0; . + $x)",
        ] {
            assert_eq!(found(code), None, "{code}");
        }
    }
}
