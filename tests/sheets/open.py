"""usage: open.py LOCALE SEPARATOR FILE...

Opens each CSV file in LibreOffice, on a machine of that locale that takes special numbers for what they are, and prints its
cells as JSON: a line for each row, each cell its type, its value and what is shown of it.
"""
import json
import pathlib
import subprocess
import sys
from xml.etree import ElementTree

OFFICE, TABLE, TEXT = ("{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}" % name for name in ("office", "table", "text"))
# Beyond the last cell, one stands for all others of the row.
WIDEST = 64
ITEM = '<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="%s" oor:op="fuse"><value>%s</value></prop></item>'
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">%s</oor:items>
"""


def cell(node):
    values = (node.get(OFFICE + name) for name in ("value", "date-value", "time-value", "boolean-value"))
    shown = "\n".join("".join(line.itertext()) for line in node.iter(TEXT + "p"))
    kind = "formula" if node.get(TABLE + "formula") else node.get(OFFICE + "value-type") or ""
    return [kind, next((value for value in values if value), ""), shown]


def rows(file):
    for row in ElementTree.parse(file).getroot().iter(TABLE + "table-row"):
        yield [cell(node) for node in row.iter(TABLE + "table-cell") for _ in range(min(WIDEST, int(node.get(TABLE + "number-columns-repeated", 1))))]


locale, separator, *files = sys.argv[1:]
profile = pathlib.Path("profile-" + locale).resolve()
(profile / "user").mkdir(parents=True)
(profile / "user/registrymodifications.xcu").write_text(SETTINGS % (ITEM % ("ooSetupSystemLocale", locale) + ITEM % ("ooLocale", "en-US")))
# Separator, quote, UTF-8, from line 1, any columns, the machine's language, a quoted cell is like any other, special numbers.
options = f"CSV:{ord(separator)},34,76,1,,0,false,true"
command = ["soffice", "-env:UserInstallation=" + profile.as_uri(), "--headless", "--convert-to", "fods", f"--infilter={options}", *files]
subprocess.run(command, check=True, stdout=sys.stderr)
for file in files:
    for row in rows(pathlib.Path(file).stem + ".fods"):
        print(json.dumps([file, row]))
