"""usage: enrich_join.py MMDB MMDB LIST HOSTS: what soar-enrich adds, by polars: each address looked up once, joined to its hosts."""

import ipaddress
import sys

import maxminddb
import polars

first, second, networks, hosts = sys.argv[1:]
frame = polars.read_ndjson(hosts)
known = set()
with open(networks) as lines:
    known = {int(ipaddress.ip_network(line.strip(), strict=False).network_address) >> 8 for line in lines}
files = [maxminddb.open_database(name, maxminddb.MODE_MEMORY) for name in (first, second)]


def look(ip):
    address = ipaddress.ip_address(ip)
    found = [file.get(address) or {} for file in files]
    listed = address.version == 4 and int(address) >> 8 in known
    return {"ip": ip, "country": found[0].get("country_code"), "net": found[1].get("country_code"), "listed": listed}


table = polars.DataFrame([look(ip) for ip in frame["ip"].unique()])
frame.join(table, on="ip", how="left").write_ndjson(sys.stdout)
