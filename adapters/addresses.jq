# The addresses of suspicious hosts, one a line, for whatever takes a list.
#
#   jq -rf adapters/addresses.jq hosts.ndjson > suspects.txt

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

suspects(., inputs) | .ip
