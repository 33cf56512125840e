"""Checks Detection Findings of stdin, one a line, against the schema of OCSF 1.3.0, and prints how many there were."""

import importlib.resources
import json
import sys

import jsonschema
import ocsf_json_schema
from ocsf_json_schema.embedded import OcsfJsonSchemaEmbedded

files = importlib.resources.files(ocsf_json_schema)
known = OcsfJsonSchemaEmbedded(json.loads((files / "ocsf/1.3.0.json").read_text()))
schema = known.get_class_schema("detection_finding")
findings = [json.loads(line) for line in sys.stdin]
for finding in findings:
    jsonschema.validate(finding, schema)
print(len(findings), "findings")
