# Reports for AbuseIPDB, as the CSV of its bulk reporter, one for each suspicious host.
#
#   jq -rf adapters/abuseipdb.jq hosts.ndjson > report.csv
#   curl https://api.abuseipdb.com/api/v2/bulk-report -F csv=@report.csv -H "Key: $KEY" -H 'Accept: application/json'
#
# A report is public, so read it first: the comment counts what was seen and says when, and has no user name, path, rule or name
# of yours. The date is that of the last time. Categories are those of the signals with a tenth of the most frequent one or more:
# 18 Brute-Force, 22 SSH, 14 Port Scan, 19 Bad Web Bot, 21 Web App Attack; 15 Hacking where there is none of these. Private
# addresses are left out, since AbuseIPDB takes none, and so is what is past its 10,000 lines or 2 MB: the highest scores are
# first.
#
#   --arg local yes    report loopback, link-local and private addresses and the one that you are logged in from, too
#   -n                 write the heading even where hosts.ndjson is empty, for which jq runs no program
#
# Source: www.abuseipdb.com, "IP Bulk Reporter" and "Report Categories".

# What every adapter lets through: hosts that are suspicious, not allowed, and have the address of one host, which is all of
# a record that commands are made of; one spelling of each. Loopback, link-local addresses and the one that you are logged in
# from over ssh are let through with `--arg local yes` alone. What commands name is `.name`: the address, or with
# `--arg by network` the network of a host that stands for one, or with `--arg by group` the network of a group whose rule
# accuses the host, once. Of what is left out stderr names the first five; events are another stage's.
def is_v4: test("\\A(?!0\\.|22[4-9]|2[3-5][0-9])((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(?=[0-9])|\\z)){4}\\z");
# Most addresses, told at once: IPv6 as RFC 5952 writes it, with no meaning of its own.
def is_plain_v6:
    (startswith("::") or startswith("0") or startswith("64:") or startswith("2001:0:") or startswith("2001::") or startswith("2002:")
        or startswith("fe") or startswith("ff") or contains(":0:0") or contains(":0::") or contains("::0") | not)
    and test("\\A((0|[1-9a-f][0-9a-f]{0,3})::?){1,7}(0|[1-9a-f][0-9a-f]{0,3})\\z")
    and (split(":") as $parts | if contains("::") then ($parts | length) <= 7 and (split("::") | length) == 2 else ($parts | length) == 8 end);
def hex: "0123456789abcdef"[. % 16:. % 16 + 1] as $last | if . < 16 then $last else (. / 16 | floor | hex) + $last end;
def number: reduce explode[] as $digit (0; . * 16 + if $digit > 96 then $digit - 87 else $digit - 48 end);
# The eight numbers of an IPv6 address in any spelling; of any other text, nothing.
def groups: ascii_downcase
    | if contains(".") then
        capture("\\A(?<head>[0-9a-f:]*:)(?<tail>((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(?=[0-9])|\\z)){4})\\z")
        | (.tail | split(".") | map(tonumber)) as $octets
        | .head + ($octets[0] * 256 + $octets[1] | hex) + ":" + ($octets[2] * 256 + $octets[3] | hex)
      else . end
    | select(test("\\A([0-9a-f]{1,4}(:[0-9a-f]{1,4})*)?(::([0-9a-f]{1,4}(:[0-9a-f]{1,4})*)?)?\\z"))
    | split("::") | map(split(":") | map(select(. != "") | number))
    | if length == 1 then .[0] else select((map(length) | add) <= 7) | .[0] + [range(8 - (map(length) | add)) | 0] + .[1] end
    | select(length == 8);
def v6_text: ":" + (map(hex) | join(":")) + ":"
    | first((range(8; 1; -1) as $n | (":" + "0:" * $n) as $zeros | index($zeros) as $at | select($at != null)
        | .[:$at] + "::" + .[$at + 2 * $n + 1:]), .)
    | if startswith("::") then . else .[1:] end | if endswith("::") then . else .[:-1] end;
def v4_text: "\(.[0] / 256 | floor).\(.[0] % 256).\(.[1] / 256 | floor).\(.[1] % 256)";
# An address as it is written, and the IPv4 addresses in it, where a translator or tunnel takes what is sent there; of what is
# not the address of one host, nothing. IPv4-mapped is IPv4.
def names:
    if contains(":") | not then select(is_v4) | [.]
    elif is_plain_v6 then [.]
    else groups
        | if .[:6] == [0, 0, 0, 0, 0, 65535] then .[6:] | v4_text | select(is_v4) | [.]
          else select(.[0] < 65280 and any(.[]; . > 0))
            | [(if .[:6] == [0, 0, 0, 0, 0, 0] and .[6] > 255 or .[:6] == [0, 0, 0, 0, 65535, 0] or .[:6] == [100, 65435, 0, 0, 0, 0]
                  or .[:3] == [100, 65435, 1] then .[6:] else empty end),
               (if .[0] == 8194 then .[1:3] elif .[:2] == [8193, 0] then .[2:4], (.[6:] | map(65535 - .)) else empty end)
               | v4_text] as $inside
            | [v6_text] + $inside
            end
    end;
# jq 1.6 goes on with the next input after a halt, so there must be none.
def give_up: "\(.)\n" | reduce inputs as $rest (.; .) | halt_error(2);
# Why an address is left out, of which these are the names and $own is the one that you are logged in from.
def flaw($own):
    if . == null or any(.[1:][]; is_v4 | not) then "not the address of a host"
    elif $ARGS.named.local == "yes" then null
    elif any(.[]; startswith("127.") or startswith("169.254.") or . == "::1" or (startswith("fe") and test("\\Afe[89ab].:"))) then
        "of this machine or its link (--arg local yes lets it through)"
    elif any($own[] == .[]; .) then "you are logged in from there (--arg local yes lets it through)"
    else null end;
def is_allowed: .allowed as $allowed
    | $allowed and (any(0, "", "0", "false", "no"; . == ($allowed | if type == "string" then ascii_downcase else . end)) | not);
def suspicious:
    select(type == "object")
    | if .schema | . != "soar.host/1" and type == "string" and startswith("soar.event/") then
        "these are events: soar-score is missing" | give_up
      else . end
    | select(.suspicious == true and (is_allowed | not));
def setting($name; $first; $other):
    ($ARGS.named[$name] // $first) | if . == $first or . == $other then . else "--arg \($name): \($first) or \($other)" | give_up end;
# The first so many bits of eight numbers.
def cut($bits): [range(8) as $i | (16 * ($i + 1) - $bits | if . < 0 then 0 elif . > 16 then 16 else . end) as $free | .[$i] - .[$i] % pow(2; $free)];
# An address as eight numbers, IPv4 as a mapped one.
def eight: if contains(":") then groups
    else select(is_v4) | split(".") | map(tonumber) | [0, 0, 0, 0, 0, 65535, .[0] * 256 + .[1], .[2] * 256 + .[3]] end;
# The network that the text names, of 16 bits of IPv4 or 32 of IPv6 or more, so that no record bans a continent; nothing where it
# does not hold $ip, or holds one of $allowed.
def network($ip; $own; $allowed): ($ip | contains(":")) as $is_v6
    | strings | capture("\\A(?<start>[0-9A-Fa-f:.]+)/(?<bits>[0-9]{1,3})\\z") | (.bits | tonumber) as $bits | .start as $start
    | select(($start | contains(":")) == $is_v6 and (if $is_v6 then $bits >= 32 and $bits <= 128 else $bits >= 16 and $bits <= 32 end))
    | (if $is_v6 then $bits else $bits + 96 end) as $of | [$start | eight | cut($of)][0] as $first
    | select($first and ($ip | eight | cut($of)) == $first and all($allowed[] | cut($of); . != $first))
    | {name: "\(if $is_v6 then $first | v6_text else $first[6:] | v4_text end)/\($bits)",
       is_own: any($own[] | eight | cut($of); . == $first)};
# What $by has commands name in the place of the address $ip: the network that a host stands for, or that of a group whose rule
# accuses it.
def wider($by; $ip; $own; $allowed):
    if $by == "network" then .network | network($ip; $own; $allowed)
    elif $by == "group" then .rules as $rules
        | first(.groups | arrays | .[] | objects | select(.rule as $rule | any($rules[]?; . == $rule)) | .key | network($ip; $own; $allowed))
    else empty end;
def suspects(hosts):
    (setting("local"; "no"; "yes") == "yes") as $is_local
    | ($ARGS.named.by // "address" | if . == "address" or . == "network" or . == "group" then .
        else "--arg by: address, network or group" | give_up end) as $by
    | (if $is_local then [] else
        [env.SSH_CLIENT, env.SSH_CONNECTION | strings | split(" ")[0] // "" | split("%")[0] // "" | names | .[0]] end) as $own
    | (if $by != "address" then [hosts] else null end) as $all
    | [$all[]? | objects | select(is_allowed) | .ip | strings | eight] as $allowed
    | foreach ((if $all then $all[] else hosts end | suspicious | [.]), []) as $next ({left_out: 0, named: {}};
        .left_out as $left_out | .named as $named
        | if $next == [] then {say: (if $left_out > 5 then "and \($left_out - 5) more like these" else null end)}
          else $next[0] as $host | ([$host.ip | strings | names][0]) as $names
            | (if $names then [$host | wider($by; $names[0]; $own; $allowed)][0] else null end) as $network
            | ($names | flaw(if $network.is_own then $names else $own end)) as $flaw
            | if $flaw == null and $by == "group" and $network != null and $named[$network.name] then {left_out: $left_out, named: $named}
              elif $flaw == null then {left_out: $left_out, named: (if $by == "group" and $network != null then $named + {($network.name): true} else $named end),
                    suspect: ($host + {ip: $names[0], name: ($network.name // $names[0])})}
              else {left_out: ($left_out + 1), named: $named,
                    say: (if $left_out < 5 then "left out, \($flaw): \($host.ip | tostring | .[0:80] | @uri | gsub("%3A"; ":"))" else null end)} end
          end;
        (.say | strings | debug | empty), (.suspect | objects));

def instant: strings | select(test("\\A[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z\\z")) | fromdate | todate;
def kinds: {
    ssh_failed: {is: [18, 22], words: "failed SSH logins"},
    ssh_refused: {is: [18, 22], words: "SSH logins given up"},
    ssh_invalid_user: {is: [18, 22], words: "SSH logins as unknown users"},
    ssh_probe: {is: [14, 22], words: "SSH connections without a login"},
    login_failed: {is: [18], words: "failed logins"},
    http_login: {is: [18, 21], words: "web logins tried"},
    http_404: {is: [21], words: "requests for what is not there"},
    http_bot: {is: [19], words: "requests of a bot"},
    http_impostor: {is: [19], words: "requests under the name of a known crawler"},
    http_probe: {is: [21], words: "requests for well-known holes"},
    http_attack: {is: [15, 21], words: "injections"}
};
def private: test("\\A(10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.|100\\.(6[4-9]|[7-9][0-9]|1[01][0-9]|12[0-7])\\.|f[cd][0-9a-f]{2}:)");
# Other programs read a quote or a backslash in another way than CSV has it, so there is none.
def report: ([kinds as $kinds | .signals | objects | to_entries[] | select($kinds[.key] and (.value | type == "number" and . >= 1))
        | $kinds[.key] + {count: (.value | floor)}] | sort_by(-.count)) as $seen
    | ([$seen[] | select(.count * 10 >= $seen[0].count) | .is[]] | unique | if . == [] then [15] else . end | join(",")) as $categories
    | ([.first_seen | instant][0]) as $first | ([.last_seen | instant][0] // $first // (now | floor | todate)) as $last
    | "\(.ip),\"\($categories)\",\($last),\"SOAR Light: \($seen | map("\(.words) (\(if .count > 999999999 then "over 999999999" else .count end))") | if . == [] then ["suspicious"] else . end | join(", "))\(
        if $first and $first < $last then ", from \($first) to \($last)" else "" end)\"";

[., inputs] | [suspects(.[])] | unique_by(.ip) | sort_by(-(.score | numbers // 0))
| if $ARGS.named.local == "yes" then . else
    map(.ip | select(private)) as $private
    | (if $private == [] then empty else "left out, private (AbuseIPDB takes none): \($private[:5] | join(" "))\(
        if $private[5:] == [] then "" else " and \($private[5:] | length) more" end)" | debug | empty end),
      map(select(.ip | private | not))
  end
| map(report)
| [foreach .[] as $line ({lines: 1, bytes: 35}; .lines += 1 | .bytes += ($line | length) + 1;
    if .lines <= 10000 and .bytes < 2000000 then $line else empty end)] as $kept
| "IP,Categories,ReportDate,Comment",
  $kept[],
  (length - ($kept | length) | select(. > 0) | "left out, past the 10,000 lines or 2 MB that AbuseIPDB takes: \(.)" | debug | empty)
