# The columns of soar-report, without what it does besides: labels, formulas, hostile text.
[.ip, .score, .reason, (.scan.open_ports // [] | join(" ")), .scan.status, .suspicious, (.rules | join(" ")),
    .signals.ssh_failed, .signals.http_404, .signals.http_bot, .signals.ssh_accepted, .first_seen, .last_seen] | @csv
