# Scanned hosts in nmap's XML format (-oX), for tools that import it: DefectDojo, Metasploit, Faraday and others.
#
#   soar-scan --reason --banner hosts.ndjson > scanned.ndjson
#   jq -rf adapters/nmap-xml.jq scanned.ndjson > scan.xml
#
# Every port with the reason of its state where soar-scan was asked for --reason, otherwise the open ones and how many were
# closed and filtered. What --banner heard is the output of the script `banner`, as nmap's own. Hosts count as up, as with
# nmap's -Pn. A port that could not be asked (unknown) has no word in nmap's language, and is left out.
#
#   -n   write the document even where scanned.ndjson is empty, for which jq runs no program
#
# Source: nmap.dtd of nmap 7.93.

# Whoever wrote the records, only addresses, numbers, nmap's words and printable text go out.
def port: numbers | select(. == floor and . >= 1 and . <= 65535);
def count: numbers | select(. == floor and . >= 1 and . <= 65535);
def attribute: gsub("[^ -~]"; "?") | gsub("&"; "&amp;") | gsub("<"; "&lt;") | gsub(">"; "&gt;") | gsub("\""; "&quot;");
def instant: strings | select(test("\\A[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z\\z")) | fromdate;
def ctime: strftime("%a %b %d %H:%M:%S %Y");
def usual: {open: "syn-ack", closed: "conn-refused", filtered: "no-response"}[.];
def is_state: . == "open" or . == "closed" or . == "filtered";

[., inputs]
| [.[] | objects | select(.scan | objects | .open_ports | arrays)
  | if .ip | type == "string" and test("\\A[0-9A-Fa-f:.]+(%[0-9A-Za-z.@+~#_-]{1,15})?\\z") then .
    else ("left out, not an address: \(.ip | tostring | .[0:80] | @uri | gsub("%3A"; ":"))" | debug | empty) end
  | .ip as $ip
  | .scan
  | ([.started_at | instant][0]) as $start
  | (if $start then $start + ((.duration_ms | numbers | select(. >= 0 and . < 1e12)) // 0) / 1000 | ceil else null end) as $stop
  | ([.banners | arrays | .[] | objects | {key: (.port | port | tostring), value: (.text | strings | attribute)}] | from_entries) as $heard
  | ([if .ports | type == "array" then .ports[] | objects else .open_ports[] | {port: ., state: "open"} end
      | select((.port | port) and (.state | is_state))] | unique_by(.port)) as $ports
  | {$start, $stop, lines: [
      "<host\(if $start then " starttime=\"\($start)\" endtime=\"\($stop)\"" else "" end)><status state=\"up\" reason=\"user-set\" reason_ttl=\"0\"/>",
      "<address addr=\"\($ip)\" addrtype=\"\(if $ip | contains(":") then "ipv6" else "ipv4" end)\"/>",
      "<hostnames>", "</hostnames>",
      "<ports>" + (if .ports | type == "array" then "" else
          ([["closed", .closed], ["filtered", .filtered]] | map(select(.[1] | count)
            | "<extraports state=\"\(.[0])\" count=\"\(.[1])\"><extrareasons reason=\"\(.[0] | usual)\" count=\"\(.[1])\"/></extraports>") | join("")) end),
      ($ports[] | "<port protocol=\"tcp\" portid=\"\(.port)\"><state state=\"\(.state)\" reason=\"\(
          [.reason | strings | select(test("\\A[a-z][a-z-]{0,30}\\z"))][0] // (.state | usual))\" reason_ttl=\"0\"/>\(
          $heard[.port | tostring] | if . then "<script id=\"banner\" output=\"\(.)\"/>" else "" end)</port>"),
      "</ports>",
      "</host>"]}]
| ([.[].start | numbers] | min // 0) as $start | ([.[].stop | numbers] | max // 0) as $stop
| "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
  "<!DOCTYPE nmaprun>",
  "<nmaprun scanner=\"nmap\" args=\"soar-scan\" start=\"\($start)\" startstr=\"\($start | ctime)\" version=\"soar-light\" xmloutputversion=\"1.05\">",
  "<verbose level=\"0\"/>",
  "<debugging level=\"0\"/>",
  .[].lines[],
  "<runstats><finished time=\"\($stop)\" timestr=\"\($stop | ctime)\" elapsed=\"\($stop - $start)\" summary=\"\(length) scanned by soar-scan\" exit=\"success\"/><hosts up=\"\(length)\" down=\"0\" total=\"\(length)\"/>",
  "</runstats>",
  "</nmaprun>"
