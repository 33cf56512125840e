"""The signals of README's table, the rule sets of docs/rules.md, and what weighs what."""

LARGEST = 2**53 - 1

# Name and weight, in the order of the table.
SIGNALS = {
    "ssh_failed": 1,
    "http_404": 1,
    "http_bot": 1,
    "ssh_accepted": 0,
    "ssh_invalid_user": 0,
    "ssh_probe": 0,
    "http_probe": 0,
    "ssh_refused": 0,
    "login_failed": 1,
    "login_accepted": 0,
    "service_denied": 0,
    "http_denied": 0,
    "http_error": 0,
    "http_login": 0,
    "http_attack": 0,
    "http_impostor": 0,
}
# A host carries these even when 0.
ALWAYS = ["ssh_failed", "http_404", "http_bot", "ssh_accepted"]
# Those that count logins at the service that the dataset names; a host tells so many services apart, beside ssh.
SERVICE_LOGINS = ["login_failed", "login_accepted"]
SERVICES = 64
FACTS = ["score", "first_seen", "last_seen", "failed_before_login", "users", "paths"]
# Names outside the table: so many are counted, of no more bytes than that.
OTHERS = 64
NAME_BYTES = 64

# Name, expression, window in seconds, what it is about and its technique: what `soar-score --list-rules` shows.
SETS = {
    "default": [
        ("ssh_bruteforce", ".ssh_failed > 50", None, "more than 50 failed SSH logins", "T1110.001"),
        ("login_bruteforce", ".login_failed > 50", None, "more than 50 failed logins at other services than sshd", "T1110.001"),
        ("ssh_hammering", ".ssh_refused - .ssh_failed > 50", None, "more than 50 SSH connections that named a user and ended before authentication", "T1110"),
        ("aggressive_bot", ".http_bot > 10 and .http_404 > 10 and .enrich.crawler.verified != true", None, "a bot that keeps asking for what is not there", "T1595"),
        ("ssh_breakin", ".failed_before_login > 10", None, "a login by password succeeded within an hour of more than 10 failed ones: they may be in", "T1078"),
    ],
    "strict": [
        ("ssh_bruteforce", ".ssh_failed > 10", 600, "more than 10 failed SSH logins in 10 minutes", "T1110.001"),
        ("ssh_slow_bruteforce", ".ssh_failed > 20", None, "more than 20 failed SSH logins in all, however slow", "T1110.001"),
        ("ssh_spray", ".users >= 5 and .ssh_failed <= 3 * .users", None, "at least 5 user names tried, at most 3 failed logins each", "T1110.003"),
        ("login_bruteforce", ".login_failed > 10", 600, "more than 10 failed logins at other services than sshd in 10 minutes", "T1110.001"),
        ("ssh_hammering", ".ssh_refused - .ssh_failed > 10", None, "more than 10 SSH connections that named a user and ended before authentication", "T1110"),
        ("ssh_user_guessing", ".ssh_invalid_user > 5", None, "more than 5 tries for users that do not exist", "T1110"),
        ("ssh_breakin", ".failed_before_login > 3", None, "a login by password succeeded within an hour of more than 3 failed ones: they may be in", "T1078"),
        ("ssh_scan", ".ssh_probe > 10", None, "more than 10 connections to sshd that tried no login", "T1595"),
        ("http_busting", ".paths > 20", None, "more than 20 different targets that are not there", "T1595.003"),
        ("aggressive_bot", ".http_bot > 5 and .http_404 > 5 and .enrich.crawler.verified != true", None, "a bot that keeps asking for what is not there", "T1595"),
        ("http_probe", ".http_probe > 0", None, "a request for a well-known hole", "T1595.002"),
        ("http_bruteforce", ".http_login > 10", 600, "more than 10 logins tried at web applications in 10 minutes", "T1110.001"),
        ("http_attack", ".http_attack > 0", None, "an attack in a request", "T1190"),
        ("http_impostor", ".http_impostor > 0", None, "it claims to be a crawler, and its address is none of that crawler's owner", "T1036"),
        ("ssh_new_origin", ".ssh_accepted > 0 and .new_network", None, "an SSH login from a network from which no login was accepted before", "T1078"),
    ],
    "fail2ban-like": [
        ("fail2ban_sshd", ".ssh_failed >= 5", 600, "5 failed SSH logins in 10 minutes", "T1110"),
    ],
    "web": [
        ("web_bruteforce", ".http_login > 10", 600, "more than 10 logins tried at web applications in 10 minutes", "T1110.001"),
        ("web_denied", ".http_denied > 20", 600, "more than 20 denied requests in 10 minutes", "T1110"),
        ("web_attack", ".http_attack > 0", None, "an attack in a request", "T1190"),
        ("web_probe", ".http_probe > 0", None, "a request for a well-known hole", "T1595.002"),
        ("web_busting", ".paths > 20", None, "more than 20 different targets that are not there", "T1595.003"),
        ("web_fuzzing", ".http_error > 50", 600, "more than 50 requests that failed in 10 minutes", "T1595.002"),
    ],
}


def add(one, other):
    """A counter stops at the largest integer that JSON readers agree on."""
    return min(one + other, LARGEST)


def rank(name):
    """Signals stand in the order of the table, others behind them by name, byte by byte."""
    names = list(SIGNALS)
    return (names.index(name), b"") if name in SIGNALS else (len(names), name.encode())


def ordered(names):
    return sorted(names, key=rank)
