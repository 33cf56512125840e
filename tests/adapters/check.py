"""Gives what adapters wrote (FOLDER/stix.json, misp.json, scan.xml) to the libraries that other programs read such files with.

usage: check.py FOLDER DTD. Prints what they read, for tests/it/exchange.rs to compare; what they refuse ends the run.
"""

import json
import sys
from pathlib import Path

import pymisp
import stix2
import stix2validator
from libnmap.parser import NmapParser
from lxml import etree


def stix(text):
    bundle = stix2.parse(text)
    found = stix2validator.validate_string(text, stix2validator.ValidationOptions(version="2.1"))
    if not found.is_valid:
        sys.exit(f"stix2-validator: {[str(error) for error in found.errors]}")
    # {103}: the identifier is none of version 4, which is random.
    others = [str(warning) for warning in found.warnings if "{103}" not in str(warning)]
    if others:
        sys.exit(f"stix2-validator warns: {others}")
    kinds = {"ipv4-addr": stix2.IPv4Address, "ipv6-addr": stix2.IPv6Address}
    for item in bundle.objects:
        if item.type in kinds and item.id != kinds[item.type](value=item.value).id:
            sys.exit(f"stix2 has another identifier for {item.value}: {item.id}")
    given, read = json.loads(text), json.loads(bundle.serialize())
    for before, after in zip(given["objects"], read["objects"], strict=True):
        # It writes whole seconds of some keys without a fraction.
        whole = [{key: value.replace(".000Z", "Z") if isinstance(value, str) else value for key, value in each.items()} for each in (before, after)]
        changed = {key: (value, whole[1].get(key)) for key, value in whole[0].items() if whole[1].get(key) != value}
        if changed:
            sys.exit(f"stix2 changed {before['id']}: {changed}")
    ids = {item.id: item for item in bundle.objects}
    for sighting in (item for item in bundle.objects if item.type == "sighting"):
        indicator, observed = ids[sighting.sighting_of_ref], ids[sighting.observed_data_refs[0]]
        until = f" until {indicator.valid_until}" if "valid_until" in indicator else ""
        print(f"stix {ids[observed.object_refs[0]].value} {sighting.count} {indicator.pattern}{until}")


def misp(text):
    event = pymisp.MISPEvent()
    event.load(text)
    for attribute in event.attributes:
        stay = attribute.last_seen - attribute.first_seen
        print(f"misp {attribute.type} {attribute.value} {attribute.to_ids} {int(stay.total_seconds())}s")
    again = json.loads(event.to_json())
    if [each["uuid"] for each in again["Attribute"]] != [each["uuid"] for each in json.loads(text)["Event"]["Attribute"]]:
        sys.exit("pymisp gave attributes other UUIDs")


def nmap(text, grammar):
    if Path(grammar).is_file():
        dtd = etree.DTD(grammar)
        if not dtd.validate(etree.fromstring(text.encode())):
            sys.exit(f"nmap.dtd: {dtd.error_log}")
    else:
        print(f"no {grammar}")
    report = NmapParser.parse(text)
    for host in report.hosts:
        ports = [f"{port.port}/{port.state}/{port.reason}" for port in host.services]
        heard = [script["output"] for port in host.services for script in port.scripts_results]
        print(f"nmap {host.address} {host.status} {' '.join(ports)} {heard}")
    print(f"nmap {report.hosts_up} of {report.hosts_total}, {report.elapsed} s")


folder, grammar = Path(sys.argv[1]), sys.argv[2]
stix((folder / "stix.json").read_text())
misp((folder / "misp.json").read_text())
nmap((folder / "scan.xml").read_text(), grammar)
