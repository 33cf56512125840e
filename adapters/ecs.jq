# Documents for the _bulk of Elasticsearch and OpenSearch, one for each suspicious host, named as in the Elastic Common Schema.
#
#   jq -rf adapters/ecs.jq hosts.ndjson |
#       curl -sS -H 'Content-Type: application/x-ndjson' --data-binary @- 'http://localhost:9200/logs-soar.host-default/_bulk'
#
# @timestamp is when the host was last seen; where no log said so, it is now. What ECS has no name for is below `soar`. curl
# says nothing of a document that was refused: its answer does ("errors":true).
#
#   --arg index NAME   name the index in each action, for a _bulk of no index

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

# Names that make fields of their own: a dot would make an object of one.
def counts: reduce (objects | to_entries[] | select(.value | type == "number")) as $signal ({}; .[$signal.key | split(".") | join("_") | .[0:64]] += $signal.value);

suspects(., inputs)
| ({create: (if $ARGS.named.index then {_index: $ARGS.named.index} else {} end)},
   {
     "@timestamp": (.last_seen // (now | floor | todate)),
     ecs: {version: "8.11.0"},
     event: {
       kind: "alert", category: ["intrusion_detection"], type: ["info"], module: "soar", dataset: "soar.host",
       start: .first_seen, end: .last_seen, risk_score: .score, reason: .reason
     },
     message: "\(.ip): score \(.score | numbers // 0), \([.rules[]? | tostring] | join(", "))",
     source: {address: .ip, ip: .ip},
     related: {ip: [.ip]},
     rule: {name: [.rules[]? | tostring]},
     observer: {vendor: "SOAR Light", product: "soar-score", type: "ids"},
     soar: {signals: (.signals | counts), scan: (.scan | if type == "object" then {status: .status, open_ports: .open_ports} else null end)}
   } | del(.. | select(. == null)))
| tojson
