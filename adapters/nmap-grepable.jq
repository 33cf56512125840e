# Scanned hosts in nmap's grepable format (-oG), for tools that read it.
#
#   soar-scan hosts.ndjson > scanned.ndjson
#   jq -rf adapters/nmap-grepable.jq scanned.ndjson
#
# Every port where soar-scan was asked for --reason, the open ones otherwise. A port is
# number/state/protocol/owner/service/rpc/version/: the service's name is left empty, the version is what --banner heard.
# A port that could not be asked has no word in nmap's language, and is left out.
# Source: the nmap book, "Grepable Output (-oG)".

# Whoever wrote the records, none makes lines of its own: only addresses, numbers, nmap's words and printable text go out.
def port: numbers | select(. == floor and . >= 1 and . <= 65535);

objects
| select(.scan | objects | .open_ports | arrays)
| if .ip | type == "string" and test("\\A[0-9A-Fa-f:.]+(%[0-9A-Za-z.@+~#_-]{1,15})?\\z") then .
  else ("left out, not an address: \(.ip | tostring | .[0:80] | @uri | gsub("%3A"; ":"))" | debug | empty) end
| .ip as $ip
| .scan as $scan
| ([$scan.banners[]? | { key: (.port | port | tostring), value: (.text | strings | gsub("[^ -~]"; "?") | gsub("[/,]"; "|")) }]
    | from_entries) as $heard
| ($scan.ports // [$scan.open_ports[] | { port: ., state: "open" }]
    | map(select((.port | port) and (.state | . == "open" or . == "closed" or . == "filtered")) | "\(.port)/\(.state)/tcp/////" | . as $line
        | ($heard[$line | split("/")[0]] // "") as $version
        | ($line | rtrimstr("/")) + $version + "/")
    | join(", ")) as $ports
| "Host: \($ip) ()\tStatus: Up",
  (if $ports == "" then empty else "Host: \($ip) ()\tPorts: \($ports)" end)
  + (if $scan.ports then "" else
      ([["closed", ($scan.closed | numbers) // 0], ["filtered", ($scan.filtered | numbers) // 0]] | max_by(.[1])
        | if .[1] > 0 then "\tIgnored State: \(.[0]) (\(.[1]))" else "" end)
    end)
