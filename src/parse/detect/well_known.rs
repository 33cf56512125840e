//! Paths whose absence says nothing about who asked for them: those of `--ignore-404`.
//!
//! Takes `common` and files of paths, gives membership of a request's path. Query and fragment never count; letters are
//! compared as they stand in the log, percent signs too.

use memchr::{memchr, memmem};
use regex::bytes::{RegexSet, RegexSetBuilder};

use crate::base::error::{Error, Result};
use crate::base::list_file;
use crate::base::wildcard::expression_of;

/// A path that programs ask for of their own accord, without any link to it.
#[derive(Debug, Clone, Copy)]
pub struct WellKnownPath {
    /// The path; `*` stands for any characters but `/`.
    pub path: &'static str,
    /// Who asks, and where that is written down.
    pub source: &'static str,
}

/// What `common` stands for: files at an address that a standard or a vendor fixed. Asking for one is no sign of looking
/// around. `/sitemap.xml` is not here, since `robots.txt` names it, and `/wp-login.php` is what scanners ask for.
pub const COMMON: &[WellKnownPath] = &[
    WellKnownPath { path: "/favicon.ico", source: "every browser; WHATWG HTML section 4.6.8.8, link type icon" },
    WellKnownPath {
        path: "/apple-touch-icon*.png",
        source: "Safari and iOS, all sizes, -precomposed too; Apple, Safari Web Content Guide",
    },
    WellKnownPath { path: "/browserconfig.xml", source: "Internet Explorer 11, Edge to 18; Microsoft, Browser configuration schema" },
    WellKnownPath { path: "/manifest.json", source: "browsers that offer to install a page; W3C Web Application Manifest" },
    WellKnownPath { path: "/site.webmanifest", source: "browsers that offer to install a page; W3C Web Application Manifest" },
    WellKnownPath { path: "/robots.txt", source: "well-behaved robots; RFC 9309 section 2.3" },
    WellKnownPath { path: "/ads.txt", source: "advertising exchanges; IAB Tech Lab, ads.txt 1.1" },
    WellKnownPath { path: "/app-ads.txt", source: "advertising exchanges; IAB Tech Lab, app-ads.txt 1.0" },
    WellKnownPath { path: "/apple-app-site-association", source: "iOS before 9.3; Apple, Supporting associated domains" },
    WellKnownPath { path: "/.well-known/apple-app-site-association", source: "iOS and macOS; Apple, Supporting associated domains" },
    WellKnownPath { path: "/.well-known/assetlinks.json", source: "Android; Google, Digital Asset Links" },
    WellKnownPath { path: "/.well-known/change-password", source: "password managers; W3C, A Well-Known URL for Changing Passwords" },
    WellKnownPath {
        path: "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200",
        source: "password managers; W3C, Detecting the Reliability of HTTP Status Codes",
    },
    WellKnownPath { path: "/.well-known/passkey-endpoints", source: "password managers; W3C, A Well-Known URL for Passkey Endpoints" },
    WellKnownPath { path: "/.well-known/security.txt", source: "people who report a vulnerability; RFC 9116 section 3" },
    WellKnownPath { path: "/.well-known/gpc.json", source: "privacy extensions; W3C, Global Privacy Control section 3.6" },
    WellKnownPath { path: "/.well-known/dnt-policy.txt", source: "Privacy Badger; EFF, Do Not Track Policy" },
    WellKnownPath { path: "/.well-known/traffic-advice", source: "Chrome's prefetch proxy; WICG, Traffic Advice" },
    WellKnownPath {
        path: "/.well-known/appspecific/com.chrome.devtools.json",
        source: "Chrome's developer tools; Chromium, DevTools workspaces",
    },
];

/// Size to which all paths of one set together may compile, in bytes: enough for some ten thousand.
const MAX_COMPILED_BYTES: usize = 64 << 20;

/// A set of paths; `*` in one stands for any characters but `/`, or none.
#[derive(Debug, Clone, Default)]
pub struct PathSet(RegexSet);

impl PathSet {
    /// The set that the operands of `--ignore-404` name together: `common`, or a file with one path a line (`#` starts a
    /// comment line).
    ///
    /// # Errors
    /// [`Error::Usage`] names the file, and the line that is no path, or says that there are too many.
    pub fn from_operands(operands: &[String]) -> Result<Self> {
        let mut patterns = Vec::new();
        for operand in operands {
            match operand.as_str() {
                "common" => patterns.extend(COMMON.iter().map(|routine| routine.path.to_owned())),
                file => read_file(file, &mut patterns)?,
            }
        }
        Self::new(&patterns).map_err(|error| Error::Usage(format!("--ignore-404: {error}")))
    }

    fn new<T: AsRef<str>>(patterns: &[T]) -> std::result::Result<Self, regex::Error> {
        let expressions = patterns.iter().map(|pattern| expression_of(pattern.as_ref(), "[^/]"));
        RegexSetBuilder::new(expressions).size_limit(MAX_COMPILED_BYTES).build().map(Self)
    }

    /// Whether no path is in the set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the path of a request target, without the log's escapes, is in the set. The host of one with `scheme://host` is not
    /// compared: caches and proxies (Varnish, Squid, load balancers) log every target so, whoever asked.
    pub(crate) fn contains_target(&self, target: &[u8]) -> bool {
        let (path, _) = split_target(target);
        self.0.is_match(path)
    }
}

/// Splits a request target into its path and its query, without `scheme://host` and without the fragment.
///
/// **Source:** RFC 9112 section 3.2.2 (absolute-form), RFC 3986 section 3.
pub(crate) fn split_target(target: &[u8]) -> (&[u8], Option<&[u8]>) {
    let target = &target[..memchr(b'#', target).unwrap_or(target.len())];
    let end = memchr(b'?', target).unwrap_or(target.len());
    let query = target.get(end + 1..);
    let path = &target[..end];
    let is_scheme = |s: &[u8]| !s.is_empty() && s.iter().all(u8::is_ascii_alphanumeric);
    let path = match memmem::find(path, b"://").filter(|&at| is_scheme(&path[..at])) {
        Some(at) => memchr(b'/', &path[at + 3..]).map_or(&b"/"[..], |slash| &path[at + 3 + slash..]),
        None => path,
    };
    (path, query)
}

fn read_file(file: &str, patterns: &mut Vec<String>) -> Result<()> {
    for (line, path) in list_file::entries(&list_file::read_file("--ignore-404", "common", file)?) {
        if !path.starts_with('/') {
            return Err(Error::Usage(format!("--ignore-404 {file}:{line}: a path starts with /: {path}")));
        }
        if path.contains(['?', '#']) {
            return Err(Error::Usage(format!("--ignore-404 {file}:{line}: query and fragment are never compared: {path}")));
        }
        patterns.push(path.to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_has_a_path_and_a_query() {
        for (target, path, query) in [
            ("/a/b", "/a/b", None),
            ("/a?x=/b#c", "/a", Some("x=/b")),
            ("/a#b?c", "/a", None),
            ("http://host.example/a?b", "/a", Some("b")),
            ("HTTPS://host.example:8443", "/", None),
            ("http://host.example?b", "/", Some("b")),
            ("/go?to=http://host.example/", "/go", Some("to=http://host.example/")),
            ("/proxy/http://host.example/", "/proxy/http://host.example/", None),
            ("*", "*", None),
            ("", "", None),
        ] {
            assert_eq!(split_target(target.as_bytes()), (path.as_bytes(), query.map(str::as_bytes)), "{target}");
        }
    }

    #[test]
    fn a_star_stands_for_any_characters_but_a_slash() {
        for (pattern, path, matches) in [
            ("/favicon.ico", "/favicon.ico", true),
            ("/favicon.ico", "/favicon.ico/", false),
            ("/favicon.ico", "/x/favicon.ico", false),
            ("/*/favicon.ico", "/x/favicon.ico", true),
            ("/*/favicon.ico", "/favicon.ico", false),
            ("/*/favicon.ico", "/x/y/favicon.ico", false),
            ("/icon*.png", "/icon/..;/manager/html.png", false),
            ("/icon*.png", "/icon.png", true),
            ("/icon*.png", "/icon-120x120.png", true),
            ("/icon*.png", "/icon.jpg", false),
            ("/a*a", "/a", false),
            ("/a*b*c", "/abc", true),
            ("/a*b*c", "/axxc", false),
            ("/a*b*b", "/ab", false),
            ("/static/*", "/static/y.css", true),
            ("/static/*", "/static/", true),
            ("/static/*", "/static", false),
            ("/static/*", "/static/x/y.css", false),
            ("/static/*/*.css", "/static/x/y.css", true),
            ("/*", "/", true),
            ("/*", "", false),
            ("/x**y", "/xy", true),
        ] {
            assert_eq!(PathSet::new(&[pattern]).expect(pattern).contains_target(path.as_bytes()), matches, "{pattern} {path}");
        }
    }

    #[test]
    fn common_is_what_programs_ask_for_by_themselves() {
        let common = PathSet::from_operands(&["common".to_owned()]).expect("a set");
        for routine in COMMON {
            assert!(common.contains_target(routine.path.replace('*', "-120x120-precomposed").as_bytes()), "{}", routine.path);
        }
        for (target, inside) in [
            ("/apple-touch-icon.png", true),
            ("/favicon.ico?v=2", true),
            ("http://host.example/robots.txt", true),
            ("https://host.example:443/robots.txt?x", true),
            ("http://host.example/robots.txt/x", false),
            ("http://host.example", false),
            ("/apple-touch-icon/..;/manager/html.png", false),
            ("/robots.txt?to=http://host.example/", true),
            ("/FAVICON.ICO", false),
            ("/blog/favicon.ico", false),
            ("/sitemap.xml", false),
            ("/wp-login.php", false),
            ("/.well-known/acme-challenge/x", false),
            ("/.env", false),
        ] {
            assert_eq!(common.contains_target(target.as_bytes()), inside, "{target}");
        }
        assert!(PathSet::default().is_empty() && !PathSet::default().contains_target(b"/favicon.ico"));
    }
}
