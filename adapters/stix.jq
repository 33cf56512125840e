# A STIX 2.1 bundle with an indicator of each suspicious host and what was observed of it, for threat intelligence platforms.
#
#   jq -rf adapters/stix.jq hosts.ndjson > bundle.json
#
# Of each host: its address, an indicator whose pattern is that address, what was observed and how often (signals, so that a
# request of a bot that was not found counts twice), and a sighting that binds these together. The same address has the same
# identifier in every bundle, as the standard wants; the rest has the one of an earlier run of the same producer while the host's
# `first_seen` stays, and is a new version of it. No user name and no path goes out.
#
#   --arg producer NAME  who says so (default SOAR Light); its identity and all that it says are other ones
#   --arg valid 30d      how long after the last time an indicator is valid (s, m, h, d, w), unless a record has expires_at
#   --arg at TIME        the time of this version (default now), as 2026-04-12T06:30:38Z
#   --arg by network     name the network of a host that stands for one (soar-score --group-v6, --group-v4), neighbours and all
#   --arg by group       name the network of a group whose rule accuses the host (docs/groups.md), neighbours and all
#   --arg local yes      name loopback, link-local addresses and the one that you are logged in from, too
#   -n                   write a bundle even where hosts.ndjson is empty, for which jq runs no program
#
# An identifier takes 6 ms of a processor, a host four of them. Source: STIX Version 2.1, OASIS Standard, 10 June 2021.

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

# UUIDs of version 5 (RFC 9562), so that the same thing has the same one in every run: 16 bytes of SHA-1 (RFC 3174). jq has no
# operations on bits, so $ands is a table of `and` of every two bytes.
def all_ands:
    [range(16) as $a | [range(16) as $b | reduce (8, 4, 2, 1) as $bit ({$a, $b, both: 0};
        if .a >= $bit and .b >= $bit then .both += $bit else . end | .a %= $bit | .b %= $bit) | .both]] as $nibbles
    | [$nibbles[] as $high | $nibbles[] as $low | $low[] + $high[] * 16];
def both($ands; $a; $b):
    $ands[($a / 16777216 | floor) * 256 + ($b / 16777216 | floor)] * 16777216
    + $ands[($a / 65536 | floor) % 256 * 256 + ($b / 65536 | floor) % 256] * 65536
    + $ands[($a / 256 | floor) % 256 * 256 + ($b / 256 | floor) % 256] * 256 + $ands[$a % 256 * 256 + $b % 256];
def either($ands; $a; $b): $a + $b - 2 * both($ands; $a; $b);
# By so many bits to the left, with $up two to their power and $down two to that of the others.
def rotate($up; $down): (. % $down) * $up + (. / $down | floor);
def sha1($ands): . + [128] + [range((119 - length % 64) % 64) | 0]
    + [0, 0, 0, 0, (length * 8 | (16777216, 65536, 256, 1) as $unit | . / $unit | floor | . % 256)]
    | . as $bytes
    | reduce range(0; $bytes | length; 64) as $at ([1732584193, 4023233417, 2562383102, 271733878, 3285377520];
        . as $before
        | (reduce range(16; 80) as $i
            ([range($at; $at + 64; 4) | $bytes[.] * 16777216 + $bytes[. + 1] * 65536 + $bytes[. + 2] * 256 + $bytes[. + 3]];
             . + [either($ands; either($ands; .[$i - 3]; .[$i - 8]); either($ands; .[$i - 14]; .[$i - 16])) | rotate(2; 2147483648)])) as $words
        | reduce range(80) as $i (.; . as [$a, $b, $c, $d, $e]
            | (if $i < 20 then both($ands; $b; $c) + $d - both($ands; $b; $d) + 1518500249
               elif $i < 40 then either($ands; either($ands; $b; $c); $d) + 1859775393
               elif $i < 60 then both($ands; $b; $c) as $bc | $bc + both($ands; $d; $b + $c - 2 * $bc) + 2400959708
               else either($ands; either($ands; $b; $c); $d) + 3395469782 end) as $mixed
            | [(($a | rotate(32; 134217728)) + $mixed + $e + $words[$i]) % 4294967296, $a, ($b | rotate(1073741824; 4)), $c, $d])
        | [range(5) as $i | ($before[$i] + .[$i]) % 4294967296]);
def hex8: [268435456, 16777216, 1048576, 65536, 4096, 256, 16, 1] as $units | . as $word
    | $units | map("0123456789abcdef"[($word / . | floor) % 16:][:1]) | join("");
# $name has ASCII characters alone.
def uuid($ands; $namespace; $name):
    ($namespace | gsub("-"; "") | [range(0; 32; 2) as $i | .[$i:$i + 2] | number]) + ($name | explode) | sha1($ands)
    | .[1] = .[1] - .[1] % 65536 + 20480 + .[1] % 4096 | .[2] = 2147483648 + .[2] % 1073741824
    | .[:4] | map(hex8) | join("") | "\(.[:8])-\(.[8:12])-\(.[12:16])-\(.[16:20])-\(.[20:])";
def own_namespace: "5d0c8a3e-7f0b-4c64-9a53-1c8f3c1c6e2b";

def instant: strings | select(test("\\A[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z\\z")) | fromdate | todate;
# The time of the run, which tests name.
def at: ($ARGS.named.at // (now | floor | todate)) | . as $text | [instant][0] // ("--arg at: not like 2026-04-12T06:30:38Z: \($text)" | give_up);
# Text of a record without what steers terminals or cannot be seen, and not without end.
def plain: tostring | gsub("[\\x00-\\x1f\\x7f-\\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud834\udd59\ud834\udd73-\ud834\udd7a\udb40\udc00-\udb43\udfff]"; " ") | .[:200];
def seen: [.signals | objects | to_entries[] | select(.value | type == "number" and . >= 1) | .value |= floor];
def rules: [.rules | arrays | .[] | plain | select(test("[^ ]"))];
def about: ["score \(.score | numbers // 0)", (seen[:20] | map("\(.key | plain) \(.value)") | select(. != []) | join(", ")),
    (rules[:20] | select(. != []) | "rules: " + join(", "))] | join("; ");
# The first and the last time of a host; where its record has none, that of the run.
def times($at): ([.first_seen | instant][0] // [.last_seen | instant][0] // $at) as $first
    | {$first, last: ([[.last_seen | instant][0] // $first, $first] | max)};
def of_version($at): {created: .first | sub("Z"; ".000Z"), modified: ([.first, $at] | max | sub("Z"; ".000Z"))};
def valid_until($valid): (if .host.expires_at then [.host.expires_at | strings | sub("\\.[0-9]+Z\\z"; "Z") | instant][0] else null end)
    // (if $valid then .times.last | fromdate + $valid | todate else null end)
    | if . then sub("Z"; ".000Z") else empty end;

at as $at
| ($ARGS.named.producer // "SOAR Light" | plain) as $producer
| (if $ARGS.named.valid then $ARGS.named.valid as $text
    | ($text | capture("\\A(?<n>[1-9][0-9]{0,6})(?<unit>[smhdw]?)\\z") // ("--arg valid: not like 30m, 12h, 1d: \($text)" | give_up))
    | (.n | tonumber) * {"": 1, s: 1, m: 60, h: 3600, d: 86400, w: 604800}[.unit] else null end) as $valid
| all_ands as $ands
| uuid($ands; own_namespace; $producer | @uri) as $ours
| def id($type; $of): "\($type)--\(uuid($ands; $ours; "\($type[:1])\($of)"))";
  "identity--\($ours)" as $us
| [., inputs] | [suspects(.[])] | unique_by(.name)
| map({host: ., times: times($at), address: .name, type: (if .name | contains(":") then "ipv6-addr" else "ipv4-addr" end)}
    | .of = "\(.address) \(.times.first)"
    | .ref = "\(.type)--\(uuid($ands; "00abedb4-aa42-466c-9c01-fed23315a9b7"; {value: .address} | tojson))"
    | .indicator = id("indicator"; .of) | .observed = id("observed-data"; .of)
    | .count = ([.host | seen[].value] | add // 1 | if . > 999999999 then 999999999 else . end)
    | .first = (.times.first | sub("Z"; ".000Z")) | .last = (.times.last | sub("Z"; ".000Z"))
    | .common = ({spec_version: "2.1", created_by_ref: $us} + (.times | of_version($at))))
| {
    type: "bundle",
    id: "bundle--\(uuid($ands; $ours; if . == [] then "" else "\($at) \(length) \(.[0].of) \(.[-1].of)" end))",
    objects: (
      [{type: "identity", spec_version: "2.1", id: $us, created: "2026-01-01T00:00:00.000Z", modified: "2026-01-01T00:00:00.000Z",
        name: $producer, identity_class: "system"}]
      + [.[] | {type, spec_version: "2.1", id: .ref, value: .address},
          ({type: "indicator", id: .indicator} + .common
            + {name: .address, description: (.host | about), indicator_types: ["malicious-activity"],
               pattern: "[\(.type):value \(if .address | contains("/") then "ISSUBSET" else "=" end) '\(.address)']",
               pattern_type: "stix", pattern_version: "2.1", valid_from: .first}
            + (.first as $first | [valid_until($valid)] | map(select(. > $first) | {valid_until: .}) | add // {})
            + (.host | [rules | unique[]] | if . == [] then {} else {labels: .} end)),
          ({type: "observed-data", id: .observed} + .common
            + {first_observed: .first, last_observed: .last, number_observed: .count, object_refs: [.ref]}),
          ({type: "sighting", id: id("sighting"; .of)} + .common
            + {first_seen: .first, last_seen: .last, count: .count, sighting_of_ref: .indicator, observed_data_refs: [.observed],
               where_sighted_refs: [$us]})])
  }
| tojson
