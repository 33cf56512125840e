# Per address of an auth log: passwords that sshd refused.
/Failed password/ {
    for (i = NF; i > 1; i--) if ($i == "from") { failed[$(i + 1)]++; break }
}
END {
    for (ip in failed) print ip, failed[ip]
}
