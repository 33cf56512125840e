//! The `#Fields:` line of a W3C log of IIS that was cut off, from what one of its lines looks like.

use crate::base::net;
use crate::parse::access::server::words::is_number;

/// The columns that may stand before the method: the server's own, the last of which is its address.
const FRONT: [&[&str]; 4] = [&[], &["s-ip"], &["s-sitename", "s-ip"], &["s-sitename", "s-computername", "s-ip"]];
/// The columns behind the method, up to the client's address.
const ASKED: [&str; 6] = ["cs-method", "cs-uri-stem", "cs-uri-query", "s-port", "cs-username", "c-ip"];
/// What stands behind the status.
const RESULT: [&str; 3] = ["sc-status", "sc-substatus", "sc-win32-status"];

/// The header of a line as IIS writes it: it keeps one order, whichever columns are chosen, and blanks in none.
///
/// **Source:** Microsoft, IIS, `logExtFileFlags`; IIS 6 to 10.
pub(crate) fn guess_columns(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split(' ').collect();
    let is_time = |text: &str, mark: u8, places: [usize; 2], len: usize| {
        text.len() == len
            && text.bytes().enumerate().all(|(at, byte)| if places.contains(&at) { byte == mark } else { byte.is_ascii_digit() })
    };
    let [date, time, ..] = *words.as_slice() else { return None };
    if !is_time(date, b'-', [4, 7], 10) || !is_time(time, b':', [2, 5], 8) {
        return None;
    }
    let is_method = |word: &str| (3..=10).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_uppercase());
    let is_address = |word: &str| net::parse_address(word.as_bytes()).is_some();
    let method = (2..=5)
        .find(|&at| words.get(at).is_some_and(|word| is_method(word)) && words.get(at + 1).is_some_and(|path| path.starts_with('/')))?;
    let front = FRONT[method - 2];
    let [_, _, _, port, _, client, ..] = *words.get(method..)? else { return None };
    if !(front.is_empty() || is_address(words[method - 1])) || !is_number(port.as_bytes()) || !is_address(client) {
        return None;
    }
    let texts = method + ASKED.len();
    let is_number_at = |at: usize| words.get(at).is_some_and(|word| is_number(word.as_bytes()));
    let status = (texts..texts + 6).find(|&at| words.get(at).is_some_and(|word| word.len() == 3) && (at..at + 3).all(is_number_at))?;
    let has_version = words[texts].starts_with("HTTP/");
    let names = match status - texts - usize::from(has_version) {
        0 => &[][..],
        1 => &["cs(User-Agent)"],
        2 => &["cs(User-Agent)", "cs(Referer)"],
        // The cookie stands before the referrer, the host behind it: with one of them, which it is does not show.
        3 => &["cs(User-Agent)", "x-1", "x-2"],
        _ => &["cs(User-Agent)", "cs(Cookie)", "cs(Referer)", "cs-host"],
    };
    let version: &[&str] = if has_version { &["cs-version"] } else { &[] };
    let rest = words.len() - status - RESULT.len();
    let mut header = String::from("#Fields: date time");
    for name in [front, &ASKED, version, names, &RESULT].concat().into_iter().chain(std::iter::repeat_n("x-other", rest)) {
        header.push(' ');
        header.push_str(name);
    }
    Some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_iis_show_in_a_line() {
        const START: &str = "#Fields: date time ";
        for (line, header) in [
            (
                "2024-01-15 10:11:12 10.0.0.1 GET /no - 443 - 192.0.2.1 ExampleBot/1.0+(x) 404 0 2 15",
                Some(
                    "s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status sc-substatus sc-win32-status x-other",
                ),
            ),
            (
                "2014-06-03 05:14:44 W3SVC7 10.0.1.3 GET /no a=b 80 - 2001:db8::1 HTTP/1.1 x - 404 0 0 344",
                Some(
                    "s-sitename s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs-version cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status x-other",
                ),
            ),
            ("2024-01-15 10:11:12 192.0.2.1 GET /no - 404 0 2 15", None),
            ("2024-01-15 10:11:12 lab GET /no - 443 - 192.0.2.1 x 404 0 2 15", None),
            ("2024-01-15 10:11:12 10.0.0.1 GET /no - 443 - lab x 404 0 2 15", None),
            ("2024-01-15T10:11:12 10.0.0.1 GET /no - 443 - 192.0.2.1 x 404 0 2 15", None),
            ("2024-01-15 10:11:12 10.0.0.1 GET /no - 443 - 192.0.2.1 x", None),
            ("2024-01-15 10:11:12", None),
        ] {
            assert_eq!(guess_columns(line).as_deref().map(|header| &header[START.len()..]), header, "{line}");
        }
    }
}
