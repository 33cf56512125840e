//! Makes jaq evaluate a rule as jq does where the two differ and a rule would be judged wrongly.
//!
//! A term goes in, the same term with checked division, jq's remainder and slices of null comes out. It is compiled as a
//! definition, beside the functions of jq that jaq lacks.

use jaq_core::load::lex::StrPart;
use jaq_core::load::parse::{BinaryOp, Def, Pattern, Term};
use jaq_core::ops::Math;
use jaq_core::path::{Opt, Part, Path};

/// The name under which the term of a rule is compiled. jq reserves no such format, and [`crate::score::rules::termination`] refuses its use.
pub(crate) const RULE: &str = "@rule";

/// Functions of jq that jaq lacks, or that jaq defines more loosely (a number followed by text is no number; null joins as nothing).
const FUNCTIONS: &str = r#"
def jaq_number: tonumber;
def tonumber: if isnumber then .
  elif isstring and test("^-?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]+)?$") then jaq_number
  else error("\(type) (\(tojson)) cannot be parsed as a number") end;
def jaq_indices($of): indices($of);
def indices($of): if . == null then null else jaq_indices($of) end;
def index($of): indices($of) | if . then .[0] end;
def rindex($of): indices($of) | if . then .[-1] end;
def join($between): [.[] | if . == null then "" elif isstring then . else tojson end]
  | (.[0] // "") + (.[1:] | map($between + .) | add);
def IN(s): any(s == .; .);
def IN(source; s): any(source == s; .);
def INDEX(rows; key): reduce rows as $row ({}; .[$row | key | tostring] = $row);
def INDEX(key): INDEX(.[]; key);
def trimstr($end): ltrimstr($end) | rtrimstr($end);
def toarray: if isarray then . else [.] end;
def cell_text: if . == null then "" elif isboolean or isnumber then tostring elif isstring then .
  else error("\(type) is not valid in a csv row") end;
def @csv: map(if isstring then "\"" + gsub("\""; "\"\"") + "\"" else cell_text end) | join(",");
def @tsv: map(cell_text | gsub("\\\\"; "\\\\") | gsub("\t"; "\\t") | gsub("\r"; "\\r") | gsub("\n"; "\\n")) | join("\t");
"#;

/// What stands in place of operations that jaq defines otherwise. Each gets a name that no text can call.
const CHECKED: &[(&str, &str)] = &[
    (
        DIVIDE,
        r#"def f($a; $b): if $b == 0 and ($a | isnumber)
             then error("number (\($a)) and number (0) cannot be divided because the divisor is zero") else $a / $b end;"#,
    ),
    (
        REMAINDER,
        r#"def f($a; $b): if ($a | isnumber) and ($b | isnumber) then
               if ($a | isnan) or ($b | isnan) then nan else ($b | trunc) as $d
               | if $d == 0 then error("number (\($a)) and number (\($b)) cannot be divided because the divisor is zero")
                 else ($a | trunc) % $d end end
             else $a % $b end;"#,
    ),
    (
        MULTIPLY,
        r#"def f($a; $b):
             def size($text; $times): if ($text | isstring) and ($times | isnumber) then ($text | utf8bytelength) * $times else 0 end;
             if size($a; $b) > 1048576 or size($b; $a) > 1048576
             then error("Repeat string result too long") else $a * $b end;"#,
    ),
    (SLICE, "def f($value; $from; $to): $value | if . == null then null else .[$from:$to] end;"),
];
const DIVIDE: &str = "!divide";
const MULTIPLY: &str = "!multiply";
const REMAINDER: &str = "!remainder";
const SLICE: &str = "!slice";

/// The definitions that a rule needs beside jaq's own: the last one, [`RULE`], is `term`.
pub(crate) fn definitions<'c>(term: Term<&'c str>) -> Vec<Def<&'c str>> {
    let parse = |text: &'static str| jaq_core::load::parse(text, |parser| parser.defs()).unwrap_or_default();
    let checked = CHECKED.iter().flat_map(|(name, text)| parse(text).into_iter().map(|def| Def { name: *name, ..def }));
    let mut definitions: Vec<Def<&'c str>> = parse(FUNCTIONS).into_iter().chain(checked).collect();
    definitions.push(Def { name: RULE, args: Vec::new(), body: translate(term) });
    definitions
}

/// `term` as jaq has to read it.
fn translate<'c>(term: Term<&'c str>) -> Term<&'c str> {
    let boxed = |term: Box<Term<&'c str>>| Box::new(translate(*term));
    match term {
        Term::BinOp(left, operator, right) => translate_operation(translate(*left), operator, translate(*right)),
        Term::Path(head, path) => translate_path(translate(*head), path),
        Term::Str(format, parts) => Term::Str(format, parts.into_iter().map(translate_part).collect()),
        Term::Arr(inner) => Term::Arr(inner.map(boxed)),
        Term::Obj(pairs) => Term::Obj(pairs.into_iter().map(|(key, value)| (translate(key), value.map(translate))).collect()),
        Term::Neg(inner) => Term::Neg(boxed(inner)),
        Term::Label(name, inner) => Term::Label(name, boxed(inner)),
        Term::Fold(kind, source, pattern, steps) => {
            Term::Fold(kind, boxed(source), translate_pattern(pattern), steps.into_iter().map(translate).collect())
        }
        Term::TryCatch(inner, handler) => Term::TryCatch(boxed(inner), handler.map(boxed)),
        Term::IfThenElse(branches, otherwise) => {
            let branches = branches.into_iter().map(|(condition, then)| (translate(condition), translate(then)));
            Term::IfThenElse(branches.collect(), otherwise.map(boxed))
        }
        Term::Def(definitions, rest) => {
            let definitions = definitions.into_iter().map(|def| Def { body: translate(def.body), ..def });
            Term::Def(definitions.collect(), boxed(rest))
        }
        Term::Call(name, arguments) => Term::Call(name, arguments.into_iter().map(translate).collect()),
        Term::Id | Term::Recurse | Term::Num(_) | Term::Var(_) | Term::Break(_) => term,
    }
}

fn translate_operation<'c>(left: Term<&'c str>, operator: BinaryOp<&'c str>, right: Term<&'c str>) -> Term<&'c str> {
    let checked = |operator: &BinaryOp<_>| match operator {
        BinaryOp::Math(Math::Div) | BinaryOp::UpdateMath(Math::Div) => Some(DIVIDE),
        BinaryOp::Math(Math::Mul) | BinaryOp::UpdateMath(Math::Mul) => Some(MULTIPLY),
        BinaryOp::Math(Math::Rem) | BinaryOp::UpdateMath(Math::Rem) => Some(REMAINDER),
        _ => None,
    };
    match (&operator, checked(&operator)) {
        (BinaryOp::UpdateMath(_), Some(name)) => {
            // `left /= right` is `right as $x | left |= . / $x`.
            const DIVISOR: &str = "$!divisor";
            let update = Term::Call(name, vec![Term::Id, Term::Var(DIVISOR)]);
            let update = Term::BinOp(left.into(), BinaryOp::Update, update.into());
            return Term::BinOp(right.into(), BinaryOp::Pipe(Some(Pattern::Var(DIVISOR))), update.into());
        }
        (_, Some(name)) => return Term::Call(name, vec![left, right]),
        (_, None) => {}
    }
    let operator = match operator {
        BinaryOp::Pipe(Some(pattern)) => BinaryOp::Pipe(Some(translate_pattern(pattern))),
        operator => operator,
    };
    Term::BinOp(left.into(), operator, right.into())
}

/// Cuts a path behind each slice: what the slice is taken of may be null.
fn translate_path<'c>(head: Term<&'c str>, Path(parts): Path<Term<&'c str>>) -> Term<&'c str> {
    let (mut head, mut path) = (head, Vec::new());
    for (part, optional) in parts {
        match part {
            Part::Index(index) => path.push((Part::Index(translate(index)), optional)),
            Part::Range(None, None) => path.push((Part::Range(None, None), optional)),
            Part::Range(from, to) => {
                let bound = |bound: Option<Term<&'c str>>| bound.map_or(Term::Call("null", Vec::new()), translate);
                head = Term::Call(SLICE, vec![path_of(head, std::mem::take(&mut path)), bound(from), bound(to)]);
                if matches!(optional, Opt::Optional) {
                    head = Term::TryCatch(head.into(), None);
                }
            }
        }
    }
    path_of(head, path)
}

fn path_of<'c>(head: Term<&'c str>, path: Vec<(Part<Term<&'c str>>, Opt)>) -> Term<&'c str> {
    if path.is_empty() { head } else { Term::Path(head.into(), Path(path)) }
}

fn translate_part<'c>(part: StrPart<&'c str, Term<&'c str>>) -> StrPart<&'c str, Term<&'c str>> {
    match part {
        StrPart::Term(term) => StrPart::Term(translate(term)),
        text => text,
    }
}

fn translate_pattern(pattern: Pattern<&str>) -> Pattern<&str> {
    match pattern {
        Pattern::Var(name) => Pattern::Var(name),
        Pattern::Arr(patterns) => Pattern::Arr(patterns.into_iter().map(translate_pattern).collect()),
        Pattern::Obj(pairs) => Pattern::Obj(pairs.into_iter().map(|(key, pattern)| (translate(key), translate_pattern(pattern))).collect()),
    }
}
