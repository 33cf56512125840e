//! Logins tried at web applications: is somebody guessing passwords there?
//!
//! Takes a request, says whether it is a POST to a login page of [`PAGES`] that was not answered as a login that succeeds. An
//! access log does not say which application answered, so the page's address decides. Where an application answers both alike,
//! each try counts, good ones too; docs/signals.md says which do.

mod table;

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::bytes::RegexSet;

use crate::parse::access::request::Web;
use crate::parse::detect::normalize::{collapse_slashes, decode};
use crate::parse::detect::well_known::split_target;

pub(crate) use table::PAGES;

/// Where an application takes a login, and how it answers.
#[derive(Debug, Clone, Copy)]
#[allow(dead_code, reason = "what a page is called and where it is from is for readers and tests")]
pub(crate) struct LoginPage {
    /// What people call the application.
    pub name: &'static str,
    /// How the path ends, in any case; `*` stands for one segment, `/` at the end must be there.
    pub path: &'static str,
    /// What the query must be.
    pub query: Query,
    /// What the answer to a login that succeeds looks like.
    pub success: Success,
    /// Where this is written down.
    pub source: &'static str,
    /// The target of a login.
    pub example: &'static str,
}

/// What the query of a login is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Query {
    /// Anything, or none.
    Any,
    /// None, or this pair alone.
    NoneBut(&'static str),
    /// It holds this pair.
    Holds(&'static str),
    /// It holds none of these pairs: the same page does other things too.
    Lacks(&'static [&'static str]),
}

/// What the answer to a login that succeeds looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Success {
    /// It sends the browser on (302, 303); the login page once more (200) or an error is a failure.
    Redirect,
    /// The request succeeds (2xx); an error is a failure.
    Ok,
    /// It looks like that to a login that fails, so that each try counts.
    Alike,
}

impl Query {
    fn fits(self, query: &[u8]) -> bool {
        let holds = |pair: &str| query.split(|&byte| byte == b'&').any(|found| found == pair.as_bytes());
        match self {
            Self::Any => true,
            Self::NoneBut(pair) => query.is_empty() || query == pair.as_bytes(),
            Self::Holds(pair) => holds(pair),
            Self::Lacks(pairs) => !pairs.iter().any(|pair| holds(pair)),
        }
    }
}

impl Success {
    /// Whether `status` answers a login that may have failed. 301, 307 and 308 send the client elsewhere before any login is looked at.
    const fn is_missed_by(self, status: u16) -> bool {
        let is_moved = matches!(status, 301 | 307 | 308);
        let is_success = match self {
            Self::Redirect => matches!(status, 300..=399),
            Self::Ok => status < 400,
            Self::Alike => false,
        };
        !is_moved && !is_success
    }
}

/// Whether a request tried a login at one of [`PAGES`] and was not answered as one that succeeds.
pub(crate) fn is_refused_login(web: &Web<'_>) -> bool {
    if !web.request.is_some_and(|request| request.starts_with(b"POST ")) {
        return false;
    }
    let (Some(status), Some(target), Some(paths)) = (web.status, web.target(), PATHS.as_ref()) else { return false };
    let target = web.plain(target);
    let (path, query) = split_target(&target);
    let decoded = decode(path);
    let query = query.map_or(Cow::Borrowed(&b""[..]), decode);
    let found = paths.matches(&collapse_slashes(&decoded));
    found.iter().filter_map(|index| PAGES.get(index)).any(|page| page.query.fits(&query) && page.success.is_missed_by(status))
}

/// The paths of the table. `None` cannot be, and a test would say so.
static PATHS: LazyLock<Option<RegexSet>> = LazyLock::new(|| RegexSet::new(PAGES.iter().map(|page| pattern(page.path))).ok());

/// The regular expression that a path of the table stands for.
fn pattern(path: &str) -> String {
    let parts: Vec<_> = path.split('*').map(regex::escape).collect();
    let end = if path.ends_with('/') { "" } else { "/?" };
    format!("(?i-u){}{end}$", parts.join("[^/]+"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fires(method: &str, target: &str, status: u16) -> bool {
        let line = format!("{method} {target} HTTP/1.1");
        is_refused_login(&Web { request: Some(line.as_bytes()), status: Some(status), ..Web::of(b"192.0.2.1") })
    }

    #[test]
    fn every_page_counts_a_refused_login_and_no_accepted_one() {
        for page in PAGES {
            let own = RegexSet::new([pattern(page.path)]).expect("a pattern");
            let (path, query) = split_target(page.example.as_bytes());
            assert!(
                own.is_match(path) && page.query.fits(&decode(query.unwrap_or_default())),
                "{}: the example is of another page",
                page.name
            );
            let (refused, accepted): (&[u16], &[u16]) = match page.success {
                Success::Redirect => (&[200, 401, 403, 404, 422, 500], &[302, 303]),
                Success::Ok => (&[400, 401, 403, 404, 422, 500], &[200, 201, 204]),
                Success::Alike => (&[200, 302, 303, 401, 403, 500], &[]),
            };
            for &status in refused {
                assert!(fires("POST", page.example, status), "{} {status}", page.name);
                assert!(!fires("GET", page.example, status), "{} {status}", page.name);
            }
            for &status in accepted.iter().chain(&[301, 307, 308]) {
                assert!(!fires("POST", page.example, status), "{} {status}", page.name);
            }
            assert!(!page.source.is_empty() && page.path.starts_with(['/']), "{}", page.name);
        }
    }

    #[test]
    fn what_else_the_same_software_is_asked_is_none() {
        for target in [
            "/",
            "/wp-login.phpx",
            "/my-wp-login.php",
            "/wp-login.php?action=lostpassword",
            "/wp-login.php?x=1&action=postpass",
            "/wp-admin/admin-ajax.php",
            "/xmlrpc.php?for=jetpack",
            "/phpmyadmin/index.php?route=/sql",
            "/phpmyadmin/index.php?route=%2Fsql",
            "/phpmyadmin/sql.php",
            "/administrator/index.php?option=com_content",
            "/index.php?option=com_users&task=registration.register",
            "/user/password",
            "/user/login/history",
            "/users/sign_in/help",
            "/?_task=mail",
            "/owa/service.svc",
            "/remote/logout",
            "/login/index.php/x",
            "/api2/json/access/users",
            "/search?q=/wp-login.php",
            "/zabbix/index.php?page=2",
            "/service/soap/SearchRequest",
        ] {
            assert!(!fires("POST", target, 200), "{target}");
        }
    }

    #[test]
    fn a_page_is_found_however_its_address_is_written() {
        for target in [
            "//wp-login.php",
            "/a/./wp-login.php",
            "/%77p-login.php",
            "/WP-LOGIN.PHP",
            "http://host.example/wp-login.php",
            "/wp-login.php?x=1",
        ] {
            assert!(fires("POST", target, 200), "{target}");
        }
        assert!(fires("POST", "/phpmyadmin/index.php?route=%2F", 200));
        let line = b"POST /wp-login.php HTTP/1.1";
        assert!(!is_refused_login(&Web { request: Some(line), ..Web::of(b"192.0.2.1") }), "no status, no answer");
        assert!(!fires("post", "/wp-login.php", 200), "methods have a case");
    }
}
