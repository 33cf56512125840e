# Documents for the _bulk of Elasticsearch and OpenSearch, one for each suspicious host, named as in the Elastic Common Schema.
#
#   jq -rf adapters/ecs.jq hosts.ndjson |
#       curl -sS -H 'Content-Type: application/x-ndjson' --data-binary @- 'http://localhost:9200/logs-soar.host-default/_bulk'
#
# @timestamp is when the host was last seen; where no log said so, it is now. What ECS has no name for is below `soar`. curl
# says nothing of a document that was refused: its answer does ("errors":true). The _id is made of address, period and score, so
# what was sent before is refused as there already (status 409), and a second run changes nothing; a host that was seen
# again is a new document. In a data stream that holds until it rolls over: an _id is looked for in the newest index alone.
#
#   --arg index NAME   name the index in each action, for a _bulk of no index
#   --arg local yes    name loopback, link-local addresses and the one that you are logged in from, too

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

# Names that make fields of their own: a dot would make an object of one.
def counts: reduce (objects | to_entries[] | select(.value | type == "number")) as $signal ({}; .[$signal.key | split(".") | join("_") | .[0:64]] += $signal.value);

# What other stages know of the address, as far as ECS has names for it; the short names of a system and a country do, too.
def texts: if type == "string" and . != "" then . else null end;
def filled: with_entries(select(.value != null and .value != {}));
def known: if type != "object" then {} else
    (.["as"] | objects // {}) as $system | (.geo | objects // {}) as $geo
    | {"as": ({number: ($system.number | if type == "number" then . else null end),
               organization: ({name: ((try $system.organization.name catch null) // $system.name | texts)} | filled)} | filled),
       geo: ({country_iso_code: ($geo.country_iso_code // $geo.country | texts),
              country_name: ($geo.country_name | texts), continent_code: ($geo.continent_code | texts),
              region_iso_code: ($geo.region_iso_code | texts), region_name: ($geo.region_name | texts), city_name: ($geo.city_name | texts)} | filled),
       domain: (try .rdns.names[0] catch null | texts)} | filled
    end;

# The techniques of the rules that hold, which ECS lists by their ids.
def techniques: if type == "array" then [.[] | strings | select(test("\\AT[0-9]{4}([.][0-9]{3})?\\z"))] else [] end
    | if . == [] then null else {framework: "MITRE ATT&CK", technique: {id: .}} end;

suspects(., inputs)
| ({create: ({_id: ([.ip, .first_seen, .last_seen, .score] | map(tostring) | join(" ") | .[0:200])}
    + if $ARGS.named.index then {_index: $ARGS.named.index} else {} end)},
   {
     "@timestamp": (.last_seen // (now | floor | todate)),
     ecs: {version: "8.11.0"},
     event: {
       kind: "alert", category: ["intrusion_detection"], type: ["info"], module: "soar", dataset: "soar.host",
       start: .first_seen, end: .last_seen, risk_score: .score, reason: .reason
     },
     message: "\(.ip): score \(.score | numbers // 0), \([.rules[]? | tostring] | join(", "))",
     source: ({address: .ip, ip: .ip} + (.enrich | known)),
     related: {ip: [.ip]},
     rule: {name: [.rules[]? | tostring]},
     threat: (.attack | techniques),
     observer: {vendor: "SOAR Light", product: "soar-score", type: "ids"},
     soar: {network: (.network | if type == "string" then . else null end), signals: (.signals | counts), services: (.services | if type == "object" then counts else null end), scan: (.scan | if type == "object" then {status: .status, open_ports: .open_ports} else null end),
            lists: (try .enrich.lists catch null | if type == "array" then [.[] | texts | values] else null end)}
   } | del(.. | select(. == null)))
| tojson
