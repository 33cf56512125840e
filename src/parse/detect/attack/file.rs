//! What traversal, inclusion of files and forged requests of servers look like.

use super::{Attack, Class, Place};

const fn file(name: &'static str, place: Place, pattern: &'static str, source: &'static str, example: &'static str) -> Attack {
    Attack { name, class: Class::File, place, pattern, source, example }
}

/// Patterns over the plain text of a value.
#[rustfmt::skip]
pub const FILE: &[Attack] = &[
    file("traversal", Place::Target, r"(?:\.{2,}[/\\]+){3}|\.{2,}[/\\]+(?:[^\s\x1f]{0,200}[/\\])?(?:etc|proc|windows|winnt|boot\.ini|win\.ini|web-inf|\.env|wp-config\.php|\.ssh|\.git|var/log)\b|\.\.;/|^[^?]*[/\\]\.\.[/\\]|^[^?]*[/\\]\.\.(?:$|\?)", "CWE-22; OWASP WSTG-ATHZ-01", "/a?file=../../../../x"),
    file("file of the system", Place::Target, r#"(?:[=:(?\s'"|`,<\x1f]|^|\.\.|\x00|file://)[/\\]+(?:etc[/\\]+(?:passwd|shadow|group|hosts|services|issue|motd|crontab|fstab|sudoers|resolv\.conf|mysql|apache2|httpd|nginx|ssh|init\.d|php)|proc[/\\]+(?:self|version|cmdline|cpuinfo|net|sys|\d+)|var[/\\]+(?:log|www|mail|lib)[/\\]|root[/\\]+\.|windows[/\\]+(?:win\.ini|system32|system\.ini|services)|winnt[/\\])|\b[a-z]:[/\\]+(?:windows|winnt|boot\.ini|inetpub|users|xampp|wamp)\b|(?:^|[=/\\\s])(?:win\.ini|boot\.ini|system32[/\\]drivers)\b|\betc/passwd\b|system32[/\\]+cmd|\\\\[\w.]+\\[\w$]+"#, "CWE-98; OWASP WSTG-INPV-11", "/a?file=/etc/passwd"),
    file("wrapper of a file", Place::Target, r"\b(?:php://(?:filter|input|fd|memory|temp|output|stdin)|expect://|phar://|zip://|glob://|ogg://|ssh2\.|rar://|compress\.\w+://|gopher://|dict://|netdoc:|jar:(?:http|file)|tftp://|ldaps?://|rmi://|data:(?:text/plain)?;base64)|[=\s]file:/+[\w%]", "CWE-98; CWE-918; PHP manual, Supported Protocols and Wrappers", "/a?file=php://filter/x"),
    file("address inside", Place::Target, r"[=/@]https?:[/\\]+(?:[\w.-]*@)?(?:169\.254\.169\.254|metadata\.(?:google\.internal|goog|nicve)|100\.100\.100\.200|192\.0\.0\.192|\[?(?:::1|0:0:0:0|::ffff:|fd00:ec2)|0x7f|2130706433|0177\.|017700000001|2852039166|0\.0\.0\.0|127\.\d{1,3}$|127\.1\b)|(?:[?\x1f])(?:url|uri|src|dest|target|file|page|path|feed|image|img|proxy|load|fetch|host|site|html|document|data|reference|domain|view|dir|show|out)=https?://(?:localhost|127\.|10\.\d|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)", "CWE-918; OWASP WSTG-INPV-19", "/a?url=http://169.254.169.254/latest/meta-data/"),
    file("file of another server", Place::Target, r"(?:[?\x1f])(?:file|page|include|inc|path|template|tpl|folder|root|root_path|dir|basedir|module|mosconfig_absolute_path|absolute_path|abspath|cmd|conf|config|lang|content|document_root|\w*_(?:path|root|dir))(?:\[\w*\])?=(?:https?|ftps?)://[^\x1f]+|=https?://[^\x1f]*\.(?:php|txt|asp|jsp|cgi)(?:\?$|\x00)", "CWE-98; OWASP WSTG-INPV-11.2", "/a?page=http://192.0.2.1/x.txt"),
    file("NUL", Place::Target, r"\x00", "CWE-158; CVE-2006-7243", "/a?file=x%00.png"),
];
