# Per address of a combined access log: responses of status 404, and requests whose user agent names itself a robot.
# Split at quotes (-F'"'), as in mawk -F'"' -f bench/web.awk access.log.
{
    split($1, who, " ")
    split($3, code, " ")
    if (code[1] == 404) missing[who[1]]++
    if (tolower($6) ~ /bot|crawler|spider/) bots[who[1]]++
}
END {
    for (ip in missing) print ip, missing[ip]
    for (ip in bots) print ip, bots[ip]
}
