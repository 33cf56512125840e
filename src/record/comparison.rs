//! Plain comparisons of a rule's expression: `.ssh_failed > 50 and .users >= 5`. Such a rule can be told in words, and of its numbers it is
//! known at which value it holds; any other expression is for jq alone.

/// How a value is compared with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
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
pub struct Comparison<'w> {
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
    #[must_use]
    pub const fn holds(&self, value: u64) -> bool {
        match self.sign {
            Sign::More => value > self.number,
            Sign::Least => value >= self.number,
            Sign::Fewer => value < self.number,
            Sign::Most => value <= self.number,
            Sign::Exactly => value == self.number,
        }
    }

    /// The nearest value for which it holds, seen from one for which it does not; `None`: there is none.
    #[must_use]
    pub const fn flips_at(&self) -> Option<u64> {
        match self.sign {
            Sign::More => self.number.checked_add(1),
            Sign::Fewer => self.number.checked_sub(1),
            Sign::Least | Sign::Most | Sign::Exactly => Some(self.number),
        }
    }
}

/// The comparisons of an expression that is nothing but these, joined by `and`.
#[must_use]
pub fn comparisons(when: &str) -> Option<Vec<Comparison<'_>>> {
    when.split(" and ").map(Comparison::parse).collect()
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
        ] {
            assert_eq!(comparisons(when).map(|list| list.len()), count, "{when}");
        }
    }

    #[test]
    fn what_flips_a_comparison_is_the_nearest_value_that_does() {
        for sign in [">", ">=", "<", "<=", "=="] {
            for number in 0..5 {
                let when = format!(".a {sign} {number}");
                let comparison = comparisons(&when).expect("plain")[0];
                for value in (0..8).filter(|value| !comparison.holds(*value)) {
                    let nearest = (0..8).filter(|other| comparison.holds(*other)).min_by_key(|other| value.abs_diff(*other));
                    assert_eq!(comparison.flips_at(), nearest, "{when} {value}");
                }
            }
        }
    }
}
