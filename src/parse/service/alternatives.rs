//! Alternatives in a template, `((a|b|))`: one template for each choice.

/// How many templates one may become.
const MOST: usize = 256;

/// What is wrong with a template, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TemplateFlaw {
    /// The byte.
    pub at: usize,
    /// What is wrong there.
    pub what: String,
}

impl TemplateFlaw {
    /// The template with a caret under the place.
    pub(crate) fn show(&self, template: &str) -> String {
        let before = template.get(..self.at).map_or(0, |before| before.chars().count());
        format!("template: {}\n    {template}\n    {}^", self.what, " ".repeat(before))
    }
}

/// The templates that `text` stands for, in order: `((a))` is a or nothing, `((a|b))` a or b, `((a|b|))` a, b or nothing.
///
/// # Errors
/// Where an alternative does not end, or there are too many.
pub(crate) fn expand(text: &str) -> Result<Vec<String>, TemplateFlaw> {
    let mut done = vec![String::new()];
    let mut at = 0;
    while let Some(open) = text[at..].find("((").map(|open| at + open) {
        let end = close(text, open).ok_or_else(|| TemplateFlaw { at: open, what: "'((' without '))'".to_owned() })?;
        let choices = split(&text[open + 2..end]);
        let mut inner = Vec::new();
        for choice in &choices {
            inner.extend(expand(choice).map_err(|issue| TemplateFlaw { at: open + 2 + issue.at, ..issue })?);
        }
        if choices.len() == 1 {
            inner.push(String::new());
        }
        done = done.iter().flat_map(|before| inner.iter().map(move |choice| format!("{before}{}{choice}", &text[at..open]))).collect();
        if done.len() > MOST {
            return Err(TemplateFlaw {
                at: open,
                what: format!("alternatives make more than {MOST} templates: use an array of templates"),
            });
        }
        at = end + 2;
    }
    for before in &mut done {
        before.push_str(&text[at..]);
    }
    Ok(done)
}

/// Where the `))` stands that closes the `((` at `open`.
fn close(text: &str, open: usize) -> Option<usize> {
    let (bytes, mut depth, mut at) = (text.as_bytes(), 0, open);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"((" => (depth, at) = (depth + 1, at + 2),
            b"))" if depth == 1 => {
                // `)))`: the text of the alternative ends in a parenthesis.
                let more = bytes[at + 2..].iter().take_while(|&&b| b == b')').count();
                return Some(at + usize::from(more == 1));
            }
            b"))" => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    None
}

/// The alternatives of `inside`, at the bars outside of inner ones.
fn split(inside: &str) -> Vec<&str> {
    let (bytes, mut depth, mut start, mut at, mut parts) = (inside.as_bytes(), 0_usize, 0, 0, Vec::new());
    while at < bytes.len() {
        match bytes.get(at..at + 2) {
            Some(b"((") => (depth, at) = (depth + 1, at + 2),
            Some(b"))") => (depth, at) = (depth.saturating_sub(1), at + 2),
            _ if bytes[at] == b'|' && depth == 0 => {
                parts.push(&inside[start..at]);
                (start, at) = (at + 1, at + 1);
            }
            _ => at += 1,
        }
    }
    parts.push(&inside[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_choice_is_a_template() {
        let all = |text: &str| expand(text).expect("a template");
        assert_eq!(all("a {addr} b"), ["a {addr} b"]);
        assert_eq!(all("a((, TLS)) b"), ["a, TLS b", "a b"]);
        assert_eq!(all("((x|y)){num}"), ["x{num}", "y{num}"]);
        assert_eq!(all("((x|y|))z"), ["xz", "yz", "z"]);
        assert_eq!(all("a((b((c))|d))"), ["abc", "ab", "ad"]);
        assert_eq!(all("a(( (x)))b"), ["a (x)b", "ab"]);
        assert_eq!(all("((a|b))((c|d))"), ["ac", "ad", "bc", "bd"]);
    }

    #[test]
    fn what_is_wrong_is_shown_where_it_is() {
        let issue = expand("a ((b").expect_err("open");
        assert_eq!(issue.show("a ((b"), "template: '((' without '))'\n    a ((b\n      ^");
        let many = "((a))".repeat(9);
        assert!(expand(&many).is_err(), "512 templates");
    }
}
