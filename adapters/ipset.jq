# Sets for ipset of suspicious hosts, who leave them after a day.
#
#   jq -rf adapters/ipset.jq hosts.ndjson | ipset restore
#
# The sets are `soar4` and `soar6`; a run that names an address again starts its time anew. What to do with them is for a
# rule of your own: iptables -I INPUT -m set --match-set soar4 src -j DROP, and the same with ip6tables and soar6.
#
#   --arg timeout 12h   how long an address stays (s, m, h, d, w; default 1d, at most 24d)
#   -n                  make the sets even where hosts.ndjson is empty, for which jq runs no program

# What every adapter lets through: hosts that are suspicious, not allowed, and have the address of one host, which is all of
# a record that commands are made of. What has none is left out, and stderr says so of the first five; events are
# another stage's.
def is_v4: test("\\A(?!0\\.|22[4-9]|2[3-5][0-9])((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(?=[0-9])|\\z)){4}\\z");
def is_v6: ([scan("[0-9A-Fa-f]+")] | length) as $groups
    | test("\\A(?![Ff]{2}[0-9A-Fa-f]{2}:)([0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4})*)?(::([0-9A-Fa-f]{1,4}(:[0-9A-Fa-f]{1,4})*)?)?\\z") and test("[1-9A-Fa-f]")
        and (if contains("::") then $groups <= 7 else $groups == 8 end);
# jq 1.6 goes on with the next input after a halt, so there must be none.
def give_up: "\(.)\n" | reduce inputs as $rest (.; .) | halt_error(2);
def suspicious:
    select(type == "object")
    | if .schema | type == "string" and startswith("soar.event/") then "these are events: soar-score is missing" | give_up else . end
    | select(.suspicious == true and .allowed != true);
def suspects(hosts):
    foreach ((hosts | suspicious | [.]), []) as $next ({left_out: 0};
        .suspect = null | .say = null | $next[0] as $host
        | if $next == [] then
            if .left_out > 5 then .say = "and \(.left_out - 5) more like these" else . end
          elif $host.ip | type == "string" and (if contains(":") then is_v6 else is_v4 end) then .suspect = $host
          elif .left_out < 5 then
            .left_out += 1 | .say = "left out, not the address of a host: \($host.ip | tostring | .[0:80] | @uri)"
          else .left_out += 1 end;
        (.say | strings | debug | empty), (.suspect | objects));

def seconds: ($ARGS.named.timeout // "1d") as $text
    | ($text | tostring | capture("\\A(?<n>[1-9][0-9]{0,6})(?<unit>[smhdw]?)\\z") // ("--arg timeout: not like 30m, 12h, 1d: \($text)" | give_up))
    | (.n | tonumber) * {"": 1, s: 1, m: 60, h: 3600, d: 86400, w: 604800}[.unit];

seconds as $timeout
# A set keeps milliseconds in 32 bits.
| if $timeout > 2147483 then "--arg timeout: ipset keeps an address for 2147483 seconds at most" | give_up else . end
| [., inputs] | [suspects(.[])] | unique_by(.ip)
| "create soar4 hash:ip family inet maxelem 1048576 timeout 0 -exist",
  "create soar6 hash:ip family inet6 maxelem 1048576 timeout 0 -exist",
  (.[] | "add \(if .ip | contains(":") then "soar6" else "soar4" end) \(.ip) timeout \($timeout) -exist")
