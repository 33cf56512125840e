//! The table of signals: what can be wrong with a log line, how much it weighs and what a person calls it.
//!
//! Detectors (in `parse`), weights (in `score`) and labels (in `report`) all read this one table; its order breaks ties.

mod meaning;
mod set;

pub use meaning::{LoginMeaning, Value};
pub use set::SignalSet;
pub(crate) use set::{LOGIN_ACCEPTED, LOGIN_FAILED, SERVICE_LOGINS, SSH_LOGINS};

/// One thing that a log line can tell about the address behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signal {
    /// The tag on events and the key in a host's `signals`.
    pub name: &'static str,
    /// What reports call it.
    pub label: &'static str,
    /// What reports in French call it.
    pub label_fr: &'static str,
    /// What one occurrence and several are, behind a number, each in English and in French.
    pub counted: [[&'static str; 2]; 2],
    /// What an address did that caused one of them, and several, behind "it" and behind « elle a »; `{}` stands for the number.
    pub told: [[&'static str; 2]; 2],
    /// What one occurrence adds to the score, unless `--weight` says otherwise.
    pub weight: u64,
    /// Whether soar-parse looks for it unless `--signals` says otherwise.
    pub on_by_default: bool,
    /// Whether a host carries its count even where it is 0.
    pub is_always_written: bool,
    /// What of its events is counted apart by value, for rules over `users` and `paths`.
    pub distinct: Option<Value>,
    /// What it says of a login.
    pub login: Option<LoginMeaning>,
    /// Whether the order of its failures and logins is kept, for break-ins.
    pub is_ordered: bool,
    /// When it fires, in one sentence.
    pub about: &'static str,
    /// Where the meaning comes from.
    pub source: &'static str,
    /// A log line on which it fires.
    pub example: &'static str,
}

/// Every signal, in the order of ties, of `tags` and of `signals`. At most 32: a line's signals are one bit each.
pub const SIGNALS: &[Signal] = &[
    Signal {
        name: "ssh_failed",
        label: "SSH Failed",
        label_fr: "Échec SSH",
        counted: [["failed SSH login", "échec de connexion SSH"], ["failed SSH logins", "échecs de connexion SSH"]],
        told: [
            ["failed once to log in over SSH", "échoué une fois à se connecter en SSH"],
            ["failed {} times to log in over SSH", "échoué {} fois à se connecter en SSH"],
        ],
        weight: 1,
        on_by_default: true,
        is_always_written: true,
        distinct: Some(Value::User),
        login: Some(LoginMeaning::Failed),
        is_ordered: true,
        about: "sshd refused a password or a keyboard-interactive answer, for any user",
        source: "OpenSSH auth.c, auth_log()",
        example: "Dec 10 06:55:48 lab sshd[24200]: Failed password for invalid user webmaster from 192.0.2.10 port 38926 ssh2",
    },
    Signal {
        name: "http_404",
        label: "404",
        label_fr: "404",
        counted: [["page not found (404)", "page introuvable (404)"], ["pages not found (404)", "pages introuvables (404)"]],
        told: [
            ["asked once for a page that does not exist", "demandé une fois une page qui n’existe pas"],
            ["asked {} times for pages that do not exist", "demandé {} fois des pages qui n’existent pas"],
        ],
        weight: 1,
        on_by_default: true,
        is_always_written: true,
        distinct: Some(Value::Path),
        login: None,
        is_ordered: false,
        about: "the response status is 404",
        source: "RFC 9110 section 15.5.5",
        example: r#"192.0.2.11 - - [10/Oct/2000:13:55:36 -0700] "GET /wp-login.php HTTP/1.1" 404 209"#,
    },
    Signal {
        name: "http_bot",
        label: "Bot",
        label_fr: "Robot",
        counted: [["request by a bot", "requête de robot"], ["requests by bots", "requêtes de robots"]],
        told: [
            ["sent {} request as a bot", "envoyé {} requête en tant que robot"],
            ["sent {} requests as a bot", "envoyé {} requêtes en tant que robot"],
        ],
        weight: 1,
        on_by_default: true,
        is_always_written: true,
        distinct: None,
        login: None,
        is_ordered: false,
        about: "the user agent contains bot, crawler or spider in any case; \"cubot\" (a make of phone) does not count; --bots chooses otherwise",
        source: "the project's definition of a bot",
        example: r#"192.0.2.12 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 2326 "-" "ExampleBot/1.0""#,
    },
    Signal {
        name: "ssh_accepted",
        label: "SSH Accepted",
        label_fr: "Connexion SSH acceptée",
        counted: [["SSH login", "connexion SSH"], ["SSH logins", "connexions SSH"]],
        told: [["logged in once over SSH", "ouvert {} session SSH"], ["logged in {} times over SSH", "ouvert {} sessions SSH"]],
        weight: 0,
        on_by_default: true,
        is_always_written: true,
        distinct: Some(Value::User),
        login: Some(LoginMeaning::Accepted),
        is_ordered: true,
        about: "sshd let a login in: the answer to \"did they get in?\"",
        source: "OpenSSH auth.c, auth_log()",
        example: "Dec 10 09:32:20 lab sshd[24680]: Accepted password for alice from 192.0.2.13 port 49116 ssh2",
    },
    Signal {
        name: "ssh_invalid_user",
        label: "SSH Invalid User",
        label_fr: "Utilisateur SSH inconnu",
        counted: [
            ["try for a user that does not exist", "essai pour un compte inexistant"],
            ["tries for users that do not exist", "essais pour des comptes inexistants"],
        ],
        told: [
            ["tried once a user that does not exist", "essayé une fois un compte qui n’existe pas"],
            ["tried {} times users that do not exist", "essayé {} fois des comptes qui n’existent pas"],
        ],
        weight: 0,
        on_by_default: false,
        is_always_written: false,
        distinct: Some(Value::User),
        login: None,
        is_ordered: false,
        about: "a user was tried over SSH that does not exist; \"Failed password for invalid user\" is the same try once more, and not counted again",
        source: "OpenSSH auth.c, getpwnamallow()",
        example: "Dec 10 06:55:46 lab sshd[24200]: Invalid user webmaster from 192.0.2.14 port 38926",
    },
    Signal {
        name: "ssh_probe",
        label: "SSH Probe",
        label_fr: "Sonde SSH",
        counted: [
            ["connection to sshd that tried no login", "connexion à sshd sans essai de mot de passe"],
            ["connections to sshd that tried no login", "connexions à sshd sans essai de mot de passe"],
        ],
        told: [
            ["connected to sshd once without trying to log in", "contacté sshd une fois sans essayer de s’authentifier"],
            ["connected to sshd {} times without trying to log in", "contacté sshd {} fois sans essayer de s’authentifier"],
        ],
        weight: 0,
        on_by_default: false,
        is_always_written: false,
        distinct: None,
        login: None,
        is_ordered: false,
        about: "a connection to sshd that tried no login in earnest: no identification or a wrong one, failed negotiation, garbage, a timeout, too many attempts, refused or dropped by the server",
        source: "OpenSSH sshd.c, kex.c, packet.c, srclimit.c; see soar-parse --list-messages",
        example: "Dec 10 07:42:49 lab sshd[24318]: Did not receive identification string from 192.0.2.15 port 51820",
    },
    Signal {
        name: "http_probe",
        label: "HTTP Probe",
        label_fr: "Sonde HTTP",
        counted: [
            ["request for a well-known hole", "requête visant une faille connue"],
            ["requests for well-known holes", "requêtes visant des failles connues"],
        ],
        told: [
            ["looked once for a well-known hole", "cherché une fois une faille connue"],
            ["looked {} times for well-known holes", "cherché {} fois des failles connues"],
        ],
        weight: 0,
        on_by_default: false,
        is_always_written: false,
        distinct: None,
        login: None,
        is_ordered: false,
        about: "the request looks for a well-known hole: path traversal, Shellshock, Log4Shell, .env, .git/ ... (docs/signals.md lists them)",
        source: "the CVE or page of each, in docs/signals.md",
        example: r#"192.0.2.14 - - [10/Oct/2000:13:55:36 -0700] "GET /cgi-bin/.%2e/.%2e/bin/sh HTTP/1.1" 400 226"#,
    },
    Signal {
        name: "ssh_refused",
        label: "SSH Refused",
        label_fr: "Connexion SSH refusée",
        counted: [
            ["SSH connection refused a login", "connexion SSH sans authentification"],
            ["SSH connections refused a login", "connexions SSH sans authentification"],
        ],
        told: [
            [
                "opened {} SSH connection that ended before authentication",
                "ouvert {} connexion SSH qui s’est terminée avant l’authentification",
            ],
            [
                "opened {} SSH connections that ended before authentication",
                "ouvert {} connexions SSH qui se sont terminées avant l’authentification",
            ],
        ],
        weight: 0,
        on_by_default: true,
        is_always_written: false,
        distinct: Some(Value::User),
        login: None,
        is_ordered: false,
        about: "a connection to sshd that named a user ended before authentication: one line a connection, also where only keys are allowed; refused passwords end so too",
        source: "OpenSSH packet.c since 7.5, sshpkt_fmt_connection_id()",
        example: "Dec 10 07:13:43 lab sshd[24227]: Connection closed by authenticating user root 192.0.2.16 port 38926 [preauth]",
    },
    Signal {
        name: "login_failed",
        label: "Login Failed",
        label_fr: "Échec connexion",
        counted: [["failed login", "échec de connexion"], ["failed logins", "échecs de connexion"]],
        told: [
            ["failed once to log in to a service", "échoué une fois à se connecter à un service"],
            ["failed {} times to log in to services", "échoué {} fois à se connecter à des services"],
        ],
        weight: 1,
        on_by_default: true,
        is_always_written: false,
        distinct: Some(Value::User),
        login: Some(LoginMeaning::Failed),
        is_ordered: false,
        about: "a login service other than sshd refused a login: mail, FTP, databases, remote desktops, web applications (soar-parse --list-services)",
        source: "the source file of each message; see soar-parse --list-services",
        example: "Dec 10 07:20:11 lab dropbear[24300]: Bad password attempt for 'root' from 192.0.2.17:51820",
    },
    Signal {
        name: "login_accepted",
        label: "Login Accepted",
        label_fr: "Connexion acceptée",
        counted: [["login", "connexion"], ["logins", "connexions"]],
        told: [
            ["logged in once to a service", "ouvert {} session auprès d’un service"],
            ["logged in {} times to services", "ouvert {} sessions auprès de services"],
        ],
        weight: 0,
        on_by_default: true,
        is_always_written: false,
        distinct: Some(Value::User),
        login: Some(LoginMeaning::Accepted),
        is_ordered: false,
        about: "a login service other than sshd let a login in",
        source: "the source file of each message; see soar-parse --list-services",
        example: "Dec 10 07:21:11 lab dropbear[24301]: Password auth succeeded for 'alice' from 192.0.2.18:51821",
    },
    Signal {
        name: "service_denied",
        label: "Service Denied",
        label_fr: "Accès refusé",
        counted: [
            ["request that a service denied", "demande refusée par un service"],
            ["requests that services denied", "demandes refusées par un service"],
        ],
        told: [
            ["made {} request that a service denied", "fait {} demande qu’un service a refusée"],
            ["made {} requests that services denied", "fait {} demandes que des services ont refusées"],
        ],
        weight: 0,
        on_by_default: true,
        is_always_written: false,
        distinct: None,
        login: None,
        is_ordered: false,
        about: "a service other than sshd refused what a peer wanted for another reason than a failed login: an access rule, a limit, a protocol error, a relay denied",
        source: "the source file of each message; see soar-parse --list-services",
        example: "Dec 10 07:22:11 lab dropbear[24302]: Exit before auth from <192.0.2.19:51822>: Max auth tries reached - user 'root'",
    },
    Signal {
        name: "http_denied",
        label: "HTTP Denied",
        label_fr: "Accès HTTP refusé",
        counted: [["denied request", "requête refusée"], ["denied requests", "requêtes refusées"]],
        told: [
            ["sent {} request that the web server denied", "envoyé {} requête que le serveur web a refusée"],
            ["sent {} requests that the web server denied", "envoyé {} requêtes que le serveur web a refusées"],
        ],
        weight: 0,
        on_by_default: false,
        is_always_written: false,
        distinct: None,
        login: None,
        is_ordered: false,
        about: "the response status is 401, 403 or 407, or the server's error log says that a rule or a password denied the request",
        source: "RFC 9110 sections 15.5.2, 15.5.4 and 15.5.8",
        example: r#"192.0.2.20 - - [10/Oct/2000:13:55:36 -0700] "GET /private HTTP/1.1" 401 381"#,
    },
    Signal {
        name: "http_error",
        label: "HTTP Error",
        label_fr: "Erreur HTTP",
        counted: [["request that failed", "requête en erreur"], ["requests that failed", "requêtes en erreur"]],
        told: [
            ["sent {} request that failed", "envoyé {} requête en erreur"],
            ["sent {} requests that failed", "envoyé {} requêtes en erreur"],
        ],
        weight: 0,
        on_by_default: false,
        is_always_written: false,
        distinct: None,
        login: None,
        is_ordered: false,
        about: "the response status is 400 or above, and none of 401, 403, 404 and 407; nginx's 444 (closed without an answer) and 499 (the client left) too",
        source: "RFC 9110 sections 15.5 and 15.6; nginx ngx_http_request.h",
        example: r#"192.0.2.21 - - [10/Oct/2000:13:55:36 -0700] "GET /app HTTP/1.1" 500 170"#,
    },
    Signal {
        name: "http_login",
        label: "Web Login",
        label_fr: "Connexion web",
        counted: [
            ["login tried at a web application", "essai de connexion web"],
            ["logins tried at web applications", "essais de connexion web"],
        ],
        told: [
            ["tried once to log in to a web application", "essayé une fois de se connecter à une application web"],
            ["tried {} times to log in to web applications", "essayé {} fois de se connecter à des applications web"],
        ],
        weight: 0,
        on_by_default: false,
        is_always_written: false,
        distinct: None,
        login: None,
        is_ordered: false,
        about: "a POST to a login page of well-known software was not answered as a login that succeeds (docs/signals.md lists them)",
        source: "the page or source of each application, in docs/signals.md",
        example: r#"192.0.2.22 - - [10/Oct/2000:13:55:36 -0700] "POST /wp-login.php HTTP/1.1" 200 4521"#,
    },
    Signal {
        name: "http_attack",
        label: "Web Attack",
        label_fr: "Attaque web",
        counted: [["attack in a request", "attaque dans une requête"], ["attacks in requests", "attaques dans des requêtes"]],
        told: [
            ["sent {} request with an attack in it", "envoyé {} requête contenant une attaque"],
            ["sent {} requests with an attack in them", "envoyé {} requêtes contenant une attaque"],
        ],
        weight: 0,
        on_by_default: false,
        is_always_written: false,
        distinct: None,
        login: None,
        is_ordered: false,
        about: "target, referrer or user agent carries SQL, script, commands, templates or addresses of files where words are expected",
        source: "CWE-22, CWE-78, CWE-79, CWE-89, CWE-918 ...; see docs/signals.md",
        example: r#"192.0.2.23 - - [10/Oct/2000:13:55:36 -0700] "GET /item?id=1%27%20OR%20%271%27=%271 HTTP/1.1" 200 512"#,
    },
    Signal {
        name: "http_impostor",
        label: "Impostor",
        label_fr: "Imposteur",
        counted: [
            ["request under the name of another's crawler", "requête sous le nom du robot d’un autre"],
            ["requests under the name of another's crawler", "requêtes sous le nom du robot d’un autre"],
        ],
        told: [
            ["sent {} request under the name of another's crawler", "envoyé {} requête sous le nom du robot d’un autre"],
            ["sent {} requests under the name of another's crawler", "envoyé {} requêtes sous le nom du robot d’un autre"],
        ],
        weight: 0,
        on_by_default: false,
        is_always_written: false,
        distinct: None,
        login: None,
        is_ordered: false,
        about: "the user agent claims to be a crawler, and its owner's addresses do not include this one; soar-enrich --crawlers sets it, soar-parse never does",
        source: "the lists that owners of crawlers publish; see docs/enrich.md",
        example: r#"192.0.2.24 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" 200 512 "-" "Mozilla/5.0 (compatible; Googlebot/2.1)""#,
    },
];

/// The index of the signal `name` in [`SIGNALS`].
pub fn index_of(name: &str) -> Option<usize> {
    SIGNALS.iter().position(|s| s.name == name)
}

#[cfg(test)]
mod tests;
