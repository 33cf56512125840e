# Per address of soar-parse's events: each of the three signals that weigh. Split at quotes (-F'"').
{
    for (i = 1; i < NF; i++) if ($i == "ip") ip = $(i + 2)
    if (/"tags":\[.*"ssh_failed"/) ssh[ip]++
    if (/"tags":\[.*"http_404"/) missing[ip]++
    if (/"tags":\[.*"http_bot"/) bots[ip]++
}
END {
    for (ip in ssh) print ip, ssh[ip]
    for (ip in missing) print ip, missing[ip]
    for (ip in bots) print ip, bots[ip]
}
