//! Plain comparisons of a rule's expression: `.ssh_failed > 50 and .users >= 5`. Such a rule can be told in words, and of its numbers it is
//! known at which value it holds; any other expression is for jq alone.

/// How a value is compared with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// `>`.
    More,
    /// `>=`.
    Least,
    /// `<`.
    Fewer,
    /// `<=`.
    Most,
    /// `==`.
    Exactly,
}

/// A comparison of a key with a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Comparison<'w> {
    /// The key of the host.
    pub key: &'w str,
    /// How it is compared.
    pub sign: Sign,
    /// With what.
    pub number: u64,
}

impl<'w> Comparison<'w> {
    fn parse(text: &'w str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [key, sign, number] = words[..] else { return None };
        let key = key.strip_prefix('.')?;
        let is_name = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let sign = match sign {
            ">" => Sign::More,
            ">=" => Sign::Least,
            "<" => Sign::Fewer,
            "<=" => Sign::Most,
            "==" => Sign::Exactly,
            _ => return None,
        };
        let number = Some(number).filter(|number| is_name && number.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some(Self { key, sign, number: number.parse().ok()? })
    }

    /// Whether it holds for a value.
    pub(crate) const fn holds(&self, value: u64) -> bool {
        match self.sign {
            Sign::More => value > self.number,
            Sign::Least => value >= self.number,
            Sign::Fewer => value < self.number,
            Sign::Most => value <= self.number,
            Sign::Exactly => value == self.number,
        }
    }

    /// The nearest value for which it holds, seen from one for which it does not; `None`: there is none.
    pub(crate) const fn flips_at(&self) -> Option<u64> {
        match self.sign {
            Sign::More => self.number.checked_add(1),
            Sign::Fewer => self.number.checked_sub(1),
            Sign::Least | Sign::Most | Sign::Exactly => Some(self.number),
        }
    }
}

/// An expression that is nothing but comparisons, joined by `and`, and what must not be true besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlainRule<'w> {
    /// The comparisons with numbers.
    pub comparisons: Vec<Comparison<'w>>,
    /// The paths of `.enrich.crawler.verified != true`.
    pub unless: Vec<&'w str>,
}

impl<'w> PlainRule<'w> {
    /// The parts of `when`; `None` where it is anything else.
    pub(crate) fn parse(when: &'w str) -> Option<Self> {
        let mut plain = Self { comparisons: Vec::new(), unless: Vec::new() };
        for part in when.split(" and ") {
            match (part.trim().strip_suffix(" != true").and_then(|path| path.trim_end().strip_prefix('.')), Comparison::parse(part)) {
                (_, Some(comparison)) => plain.comparisons.push(comparison),
                (Some(path), None) if path.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')) => {
                    plain.unless.push(path);
                }
                _ => return None,
            }
        }
        Some(plain).filter(|plain| !plain.comparisons.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_plain_comparisons_or_none() {
        for (when, count) in [
            (".ssh_failed > 50", Some(1)),
            (" .a >= 1  and .b_2 <= 3 and .c == 0", Some(3)),
            (".a - .b > 5", None),
            (".a > 5 or .b > 5", None),
            (".a > .b", None),
            (".a>5", None),
            (".enrich.as > 5", None),
            (".a > -5", None),
            (".a > 1.5", None),
            (".a > 99999999999999999999", None),
            (". > 5", None),
            ("", None),
            (".a.b != true", None),
            (".a > 5 and .b != (true)", None),
        ] {
            assert_eq!(PlainRule::parse(when).map(|plain| plain.comparisons.len()), count, "{when}");
        }
        let plain = PlainRule::parse(".a > 5 and .b > 6 and .enrich.c.d != true").expect("plain");
        assert_eq!((plain.comparisons.len(), plain.unless), (2, vec!["enrich.c.d"]));
    }

    #[test]
    fn what_flips_a_comparison_is_the_nearest_value_that_does() {
        for sign in [">", ">=", "<", "<=", "=="] {
            for number in 0..5 {
                let when = format!(".a {sign} {number}");
                let comparison = PlainRule::parse(&when).expect("plain").comparisons[0];
                for value in (0..8).filter(|value| !comparison.holds(*value)) {
                    let nearest = (0..8).filter(|other| comparison.holds(*other)).min_by_key(|other| value.abs_diff(*other));
                    assert_eq!(comparison.flips_at(), nearest, "{when} {value}");
                }
            }
        }
    }
}
