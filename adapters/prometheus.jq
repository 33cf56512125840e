# Metrics for Prometheus, as a file for node_exporter's textfile collector: how many suspicious hosts, why, and who leads.
#
#   jq -nrf adapters/prometheus.jq hosts.ndjson > soar.prom.$$ && mv soar.prom.$$ /var/lib/prometheus/node-exporter/soar.prom
#
# With -n an empty hosts.ndjson counts as no hosts; without it jq would run no program, and the metrics would be gone.
# Addresses are labels, so only the highest scores get one.
#
#   --arg top 25   how many (default 10)

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

# A label's value: `\`, `"` and line feeds are escaped, as the format has it; other control characters, and those that
# change the reading order, are for no one.
def value: tostring | gsub("\\\\"; "\\\\") | gsub("\""; "\\\"") | gsub("\n"; "\\n") | gsub("[\\x00-\\x1f\\x7f-\\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"; "\ufffd");
def metric($name; $about): "# HELP \($name) \($about)", "# TYPE \($name) gauge";
# Objects {label, value}, summed by label, as lines of the metric.
def sums($name; $key): group_by(.label | value)[] | "\($name){\($key)=\"\(.[0].label | value)\"} \(map(.value) | add)";
def amount: numbers // 0;
def instant: if test("\\A[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z\\z") then fromdate else empty end;

($ARGS.named.top // "10" | tostring | if test("\\A[0-9]{1,6}\\z") then tonumber else "--arg top: not a number: \(.)" | give_up end) as $top
| [., inputs] | [suspects(.[])] | unique_by(.ip)
| metric("soar_suspicious_hosts"; "Addresses that are highly suspicious."),
  "soar_suspicious_hosts \(length)",
  metric("soar_rule_hosts"; "Suspicious addresses by the rule that held."),
  ([.[] | .rules[]? | {label: ., value: 1}] | sums("soar_rule_hosts"; "rule")),
  metric("soar_signals"; "Occurrences of a signal, over all suspicious addresses."),
  ([.[] | .signals | objects | to_entries[] | {label: .key, value: (.value | amount)}] | sums("soar_signals"; "signal")),
  metric("soar_open_port_hosts"; "Suspicious addresses on which the port is open."),
  ([.[] | .scan.open_ports?[]? | {label: ., value: 1}] | sums("soar_open_port_hosts"; "port")),
  metric("soar_score"; "Score of the addresses with the highest scores."),
  (sort_by(-(.score | amount))[:$top][] | "soar_score{ip=\"\(.ip)\",reason=\"\(.reason // "" | value)\"} \(.score | amount)"),
  metric("soar_last_seen_timestamp_seconds"; "When a suspicious address was last seen."),
  ([.[].last_seen | strings | instant] | select(length > 0) | "soar_last_seen_timestamp_seconds \(max)")
