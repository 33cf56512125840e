//! Directives that give a format of access logs, and those that include other files, in the configurations of nginx, Apache and lighttpd.
//!
//! Each language is read by its own rules: nginx's directives end at `;` wherever they stand, Apache's at the end of a line that does not go
//! on, lighttpd's with their strings. What cannot be read is passed over: this is no check of a configuration.

/// A directive that gives a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FormatDirective {
    /// What the configuration calls it; empty where it has no name.
    pub name: String,
    /// The directive, as `--log-format` takes it.
    pub text: String,
}

/// What a configuration says of formats.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Configuration {
    /// Its formats, in the order of the file.
    pub formats: Vec<FormatDirective>,
    /// The files that it includes, as it names them.
    pub includes: Vec<String>,
}

/// Every format and every included file of a configuration of any of the three.
pub(crate) fn read_configuration(text: &str) -> Configuration {
    let mut found = Configuration::default();
    read_nginx(text, &mut found);
    read_apache(text, &mut found);
    read_lighttpd(text, &mut found);
    // Two of them include files in the same words.
    let mut seen = std::collections::BTreeSet::new();
    found.includes.retain(|path| seen.insert(path.clone()));
    found
}

/// A word of nginx's: as it stands there, with its quotes.
fn nginx_words(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            at += bytes.get(at..)?.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            match *bytes.get(at)? {
                b'#' => at += text[at..].find('\n').unwrap_or(text.len() - at),
                b';' | b'{' | b'}' => {
                    at += 1;
                    return Some(&text[at - 1..at]);
                }
                quote @ (b'"' | b'\'') => {
                    // A quote that never ends is an apostrophe of a language inside (Lua).
                    let end = close(bytes, at + 1, quote).unwrap_or(at + 1);
                    return Some(&text[std::mem::replace(&mut at, end)..end]);
                }
                _ => {
                    let end = word_end(bytes, at);
                    return Some(&text[std::mem::replace(&mut at, end)..end]);
                }
            }
        }
    })
}

/// Where a word without quotes ends; `${name}` is part of one.
fn word_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'$' if bytes.get(at + 1) == Some(&b'{') => at += 1,
            b'}' if bytes[start..at].iter().rev().take_while(|byte| **byte != b'}').any(|byte| *byte == b'{') => {}
            b';' | b'{' | b'}' => break,
            _ if byte.is_ascii_whitespace() => break,
            _ => {}
        }
        at += 1;
    }
    at.min(bytes.len())
}

/// Behind the quote that ends the string whose inside starts at `start`.
fn close(bytes: &[u8], start: usize, quote: u8) -> Option<usize> {
    let mut at = start;
    loop {
        match *bytes.get(at)? {
            b'\\' => at += 2,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// nginx: `log_format name [escape=...] '...' '...';`, anywhere behind `;`, `{` or `}`.
fn read_nginx(text: &str, found: &mut Configuration) {
    let mut directive: Vec<&str> = Vec::new();
    for word in nginx_words(text) {
        match word {
            "{" | "}" => directive.clear(),
            ";" => {
                match directive.as_slice() {
                    ["log_format", name, strings @ ..] if !strings.is_empty() => {
                        let strings: Vec<_> = strings.iter().map(|word| quote_word(word)).collect();
                        let text = format!("log_format {name} {};", strings.join(" "));
                        found.formats.push(FormatDirective { name: (*name).to_owned(), text });
                    }
                    ["include", path] => found.includes.push(path.trim_matches(['"', '\'']).to_owned()),
                    _ => {}
                }
                directive.clear();
            }
            _ => directive.push(word),
        }
    }
}

/// A string of `log_format` in quotes, which nginx does not ask for.
fn quote_word(word: &str) -> String {
    if word.starts_with(['"', '\'']) || word.starts_with("escape=") { word.to_owned() } else { format!("'{}'", word.replace('\'', "\\'")) }
}

/// Apache: a directive a line, which goes on behind a backslash at its end.
fn read_apache(text: &str, found: &mut Configuration) {
    let text = text.replace("\\\r\n", " ").replace("\\\n", " ");
    for line in text.lines().map(str::trim) {
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let is = |name: &str| word.eq_ignore_ascii_case(name);
        if is("LogFormat") {
            found.formats.push(FormatDirective { name: name_behind(line).to_owned(), text: line.to_owned() });
        } else if is("CustomLog") || is("GlobalLog") {
            // Behind the path stands a format in quotes, or its nickname.
            let (path, format) = split_argument(rest.trim_start());
            if format.trim_start().starts_with('"') && format.contains('%') {
                found.formats.push(FormatDirective { name: String::new(), text: format!("CustomLog {path} {}", format.trim_start()) });
            }
        } else if (is("Include") && word != "include" || is("IncludeOptional")) && !rest.is_empty() {
            found.includes.push(rest.trim().trim_matches('"').to_owned());
        }
    }
}

/// The first argument of Apache's, in quotes or not, and what stands behind it.
fn split_argument(text: &str) -> (&str, &str) {
    let end = match text.strip_prefix('"') {
        Some(_) => close(text.as_bytes(), 1, b'"').unwrap_or(text.len()),
        None => text.find(char::is_whitespace).unwrap_or(text.len()),
    };
    text.split_at(end)
}

/// The nickname behind the last quote of `LogFormat "..." nickname`.
fn name_behind(line: &str) -> &str {
    line.rfind('"').map_or("", |quote| line[quote + 1..].trim())
}

/// lighttpd: `accesslog.format = "..." + "..."`, anywhere outside of strings and comments.
fn read_lighttpd(text: &str, found: &mut Configuration) {
    const FORMAT: &str = "accesslog.format";
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let is_start = at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || matches!(bytes[at - 1], b'.' | b'-' | b'_'));
        match byte {
            b'#' => at += memchr::memchr(b'\n', &bytes[at..]).unwrap_or(bytes.len() - at),
            b'"' => at = close(bytes, at + 1, b'"').unwrap_or(at + 1),
            _ if is_start && bytes[at..].starts_with(FORMAT.as_bytes()) => {
                let (string, end) = lighttpd_string(text, at + FORMAT.len());
                if !string.is_empty() {
                    found.formats.push(FormatDirective { name: String::new(), text: format!("{FORMAT} = \"{string}\"") });
                }
                at = end;
            }
            _ if is_start && bytes[at..].starts_with(b"include ") => {
                let (path, end) = lighttpd_string(text, at + "include".len());
                found.includes.extend(Some(path).filter(|path| !path.is_empty()));
                at = end;
            }
            _ => at += 1,
        }
    }
}

/// The inside of the strings behind `=` and `+`, and where they end.
fn lighttpd_string(text: &str, start: usize) -> (String, usize) {
    let bytes = text.as_bytes();
    let (mut string, mut end) = (String::new(), start);
    loop {
        let is_between = |byte: &&u8| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'+');
        let open = end + bytes[end..].iter().take_while(is_between).count();
        let is_next = string.is_empty() || bytes[end..open].contains(&b'+');
        match (bytes.get(open), close(bytes, open + 1, b'"')) {
            (Some(b'"'), Some(behind)) if is_next => {
                string.push_str(&text[open + 1..behind - 1]);
                end = behind;
            }
            _ => return (string, end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NGINX: &str = "http {\n  # log_format old '$x';\n  log_format main '$remote_addr; - $remote_user '\n      '\"$request\"'; log_format x 'y';\n  log_format  json escape=json '{\"a\":\"$remote_addr\"}';\n  access_log /x main;\n}\n";
    const APACHE: &str = "LogFormat \"%h %l %u %t \\\"%r\\\" \\\n  %>s %b\" common\n#LogFormat \"%h\" no\n<IfModule x>\n  logformat \"%a\" short\n  CustomLog logs/x \"%h %u %t\"\n  CustomLog logs/y common\n</IfModule>\n";

    fn all(text: &str) -> Vec<(String, String)> {
        read_configuration(text).formats.into_iter().map(|found| (found.name, found.text)).collect()
    }

    fn pair(name: &str, text: &str) -> (String, String) {
        (name.to_owned(), text.to_owned())
    }

    #[test]
    fn directives_of_all_servers_are_found_and_comments_are_not() {
        assert_eq!(
            all(NGINX),
            [
                pair("main", "log_format main '$remote_addr; - $remote_user ' '\"$request\"';"),
                pair("x", "log_format x 'y';"),
                pair("json", "log_format json escape=json '{\"a\":\"$remote_addr\"}';"),
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

    #[test]
    fn directives_stand_where_the_language_of_a_server_allows_them() {
        for (text, found) in [
            ("server { access_log x main; log_format main '$remote_addr'; }", &[pair("main", "log_format main '$remote_addr';")][..]),
            ("log_format main '$a' # the client\n  '$b';", &[pair("main", "log_format main '$a' '$b';")]),
            ("log_format main '$a\n$b';", &[pair("main", "log_format main '$a\n$b';")]),
            ("log_format main $a\t${b}c;", &[pair("main", "log_format main '$a' '${b}c';")]),
            ("x_by_lua_block { -- don't\n }\nlog_format main '$a';", &[pair("main", "log_format main '$a';")]),
            ("map $x $y { default \"log_format no '$x';\"; }", &[]),
            ("x log_format main '$a';", &[]),
            (
                "GlobalLog \"logs/a b\" \"%h\" env=x\nCustomLog \"|rotatelogs a.%Y\" combined\n",
                &[pair("", "CustomLog \"logs/a b\" \"%h\" env=x")],
            ),
            ("$HTTP[\"host\"] == \"a\" { accesslog.format = \"%h \" +\n  \"%V\" }\n", &[pair("", "accesslog.format = \"%h %V\"")]),
            ("# accesslog.format = \"%h\"\nx = \"accesslog.format = %h\"\n", &[]),
        ] {
            assert_eq!(all(text), found, "{text}");
        }
    }

    #[test]
    fn included_files_are_named() {
        for (text, files) in [
            ("http { include mime.types; include \"/etc/nginx/conf.d/*.conf\"; }", &["mime.types", "/etc/nginx/conf.d/*.conf"][..]),
            ("Include \"conf/a.conf\"\nIncludeOptional sites-enabled/*.conf\n# Include x\n", &["conf/a.conf", "sites-enabled/*.conf"]),
            ("include \"conf-enabled/*.conf\"\n", &["conf-enabled/*.conf"]),
        ] {
            assert_eq!(read_configuration(text).includes, files, "{text}");
        }
    }
}
