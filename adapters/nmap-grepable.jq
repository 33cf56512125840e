# Hosts with `scan` -> the lines of nmap's -oG, for tools that read those. Scanned hosts only.
#
#   soar-scan hosts.ndjson > scanned.ndjson
#   jq -rf adapters/nmap-grepable.jq scanned.ndjson
#
# Every port where soar-scan was asked for --reason, the open ones otherwise. A port is
# number/state/protocol/owner/service/rpc/version/: the service's name is left empty, the version is what --banner heard.
# A port that could not be asked has no word in nmap's language, and is left out.
# Source: the nmap book, "Grepable Output (-oG)".

select(.scan.open_ports)
| .ip as $ip
| .scan as $scan
| ([$scan.banners[]? | { key: (.port | tostring), value: (.text | gsub("[/,]"; "|")) }] | from_entries) as $heard
| ($scan.ports // [$scan.open_ports[] | { port: ., state: "open" }]
    | map(select(.state != "unknown") | "\(.port)/\(.state)/tcp/////" | . as $line
        | ($heard[$line | split("/")[0]] // "") as $version
        | ($line | rtrimstr("/")) + $version + "/")
    | join(", ")) as $ports
| "Host: \($ip) ()\tStatus: Up",
  (if $ports == "" then empty else "Host: \($ip) ()\tPorts: \($ports)" end)
  + (if $scan.ports then "" else
      ([["closed", $scan.closed], ["filtered", $scan.filtered]] | max_by(.[1])
        | if .[1] > 0 then "\tIgnored State: \(.[0]) (\(.[1]))" else "" end)
    end)
