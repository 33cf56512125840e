//! `--log-format @FILE` and `@FILE:NAME`: the format as nginx.conf, a configuration of Apache or one of lighttpd has it.
//!
//! Takes a file, gives the text of the one directive that is asked for, as `--log-format` takes it. Files that it includes are not read.

use crate::base::error::{Error, Result};

/// A directive that gives a format.
struct Directive {
    /// What the configuration calls it; empty where it has no name.
    name: String,
    text: String,
}

/// The directive that `given` (`FILE` or `FILE:NAME`) asks for.
///
/// # Errors
/// A usage error that names what there is.
pub fn find_format(given: &str) -> Result<String> {
    let (file, name) = match given.rsplit_once(':') {
        Some((file, name)) if !std::path::Path::new(given).exists() => (file, Some(name)),
        _ => (given, None),
    };
    let bytes = std::fs::read(file).map_err(|error| Error::Usage(format!("--log-format @{given}: {error}")))?;
    let directives = read_directives(&String::from_utf8_lossy(&bytes));
    let names = || directives.iter().map(|found| if found.name.is_empty() { "one without a name" } else { &found.name });
    let there = || names().collect::<Vec<_>>().join(", ");
    let error = |what: String| Err(Error::Usage(format!("--log-format @{given}: {what}").replace(|c: char| c.is_control(), " ")));
    match (name, directives.as_slice()) {
        (_, []) => {
            error("it has no log_format, LogFormat, CustomLog with a format or accesslog.format (included files are not read)".into())
        }
        (None, [only]) => Ok(only.text.clone()),
        (None, _) => error(format!("it has several formats ({}): name one with @{file}:NAME", there())),
        (Some(name), all) => match all.iter().filter(|found| found.name == name).collect::<Vec<_>>().as_slice() {
            [only] => Ok(only.text.clone()),
            [] => error(format!("it has no format {name}, only {}", there())),
            [first, more @ ..] if more.iter().all(|other| other.text == first.text) => Ok(first.text.clone()),
            _ => error(format!("it has several formats called {name}")),
        },
    }
}

/// Every directive that gives a format, in the order of the file.
fn read_directives(text: &str) -> Vec<Directive> {
    // Apache goes on in the next line behind a backslash.
    let text = text.replace("\\\r\n", " ").replace("\\\n", " ");
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let line_end = text[at..].find('\n').map_or(text.len(), |len| at + len);
        let line = text[at..line_end].trim();
        let word = line.split(|c: char| c.is_whitespace() || c == '=').next().unwrap_or_default();
        let mut next = line_end + 1;
        if word == "log_format" {
            let start = at + text[at..].find("log_format").unwrap_or_default();
            let end = nginx_end(&text[start..]).map_or(line_end, |len| start + len);
            let name = text[start..end].split_whitespace().nth(1).unwrap_or_default();
            found.push(Directive { name: name.to_owned(), text: text[start..end].to_owned() });
            next = end;
        } else if word.eq_ignore_ascii_case("LogFormat") {
            found.push(Directive { name: name_behind(line).to_owned(), text: line.to_owned() });
        } else if word.eq_ignore_ascii_case("CustomLog") && line.contains('%') || word == "accesslog.format" {
            found.push(Directive { name: String::new(), text: line.to_owned() });
        }
        at = next;
    }
    found
}

/// Where nginx's directive ends: behind the first `;` that is not in quotes.
fn nginx_end(text: &str) -> Option<usize> {
    let mut quote = None;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match (byte, quote) {
            (b'\\', _) => drop(bytes.next()),
            (b'"' | b'\'', None) => quote = Some(byte),
            (_, Some(open)) if byte == open => quote = None,
            (b';', None) => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// The nickname behind the last quote of `LogFormat "..." nickname`.
fn name_behind(line: &str) -> &str {
    line.rfind('"').map_or("", |quote| line[quote + 1..].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NGINX: &str = "http {\n  # log_format old '$x';\n  log_format main '$remote_addr; - $remote_user '\n      '\"$request\"'; log_format x 'y';\n  log_format  json escape=json '{\"a\":\"$remote_addr\"}';\n  access_log /x main;\n}\n";
    const APACHE: &str = "LogFormat \"%h %l %u %t \\\"%r\\\" \\\n  %>s %b\" common\n#LogFormat \"%h\" no\n<If x>\n  logformat \"%a\" short\n  CustomLog logs/x \"%h %u %t\"\n  CustomLog logs/y common\n</If>\n";

    fn all(text: &str) -> Vec<(String, String)> {
        read_directives(text).into_iter().map(|found| (found.name, found.text)).collect()
    }

    #[test]
    fn directives_of_all_servers_are_found_and_comments_are_not() {
        let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        assert_eq!(
            all(NGINX),
            [
                pair("main", "log_format main '$remote_addr; - $remote_user '\n      '\"$request\"';"),
                pair("x", "log_format x 'y';"),
                pair("json", "log_format  json escape=json '{\"a\":\"$remote_addr\"}';"),
            ]
        );
        assert_eq!(
            all(APACHE),
            [
                pair("common", "LogFormat \"%h %l %u %t \\\"%r\\\"    %>s %b\" common"),
                pair("short", "logformat \"%a\" short"),
                pair("", "CustomLog logs/x \"%h %u %t\""),
            ]
        );
        assert_eq!(all("accesslog.format = \"%h %V\"\n"), [pair("", "accesslog.format = \"%h %V\"")]);
    }
}
