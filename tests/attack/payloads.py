"""Reads the payloads out of packages that other projects publish. Each reader gives strings as an attacker sends them, decoded."""

import ast
import configparser
import html
import pathlib
import re
import xml.etree.ElementTree as tree

# Package, version and licence; what is installed is only read and never kept in the repository.
PACKAGES = {
    "sqlmap": ("1.10.10", "GPL-2.0"),
    "wapiti3": ("3.2.3", "GPL-2.0"),
    "commonhuman-payloads": ("0.1.7", "AGPL-3.0"),
    "brs-kb": ("4.0.2", "MIT"),
}


def sqlmap(root):
    """The payloads of each technique, with placeholders filled, in a number and behind a quote."""
    numbers = {"RANDNUM": "4812", "RANDNUM1": "4813", "RANDNUM2": "9311", "RANDNUM3": "771", "RANDNUM4": "15", "RANDNUM5": "16", "SLEEPTIME": "5"}
    words = {"RANDSTR": "qkbx", "RANDSTR1": "zvpt", "RANDSTR2": "hjmw", "DELIMITER_START": "qzxvq", "DELIMITER_STOP": "qbvkq", "ORIGVALUE": "1", "QUERY": "SELECT 1", "INFERENCE": "1=1", "GENERIC_SQL_COMMENT": "-- qkbx", "ORIGINAL": "1"}

    def filled(text):
        return re.sub(r"\[([A-Z_]+\d?)\]", lambda found: numbers.get(found[1]) or words.get(found[1], "1"), text)

    for path in sorted((root / "sqlmap/data/xml/payloads").glob("*.xml")):
        for test in tree.parse(path).getroot().iter("test"):
            request = test.find("request")
            payload, comment = request.findtext("payload"), request.findtext("comment") or ""
            if payload:
                yield filled("1" + ("" if payload.startswith(";") else " ") + payload + comment)
                yield filled("1'" + ("" if payload.startswith(";") else " ") + payload + (comment or "-- qkbx"))


def wapiti(root):
    """The lists of its modules for SQL, commands, files and scripts."""
    for name in ("blindSQLPayloads", "execPayloads", "fileHandlingPayloads", "xssPayloads"):
        text = (root / f"wapitiCore/data/attacks/{name}.ini").read_text(encoding="utf-8")
        parser = configparser.RawConfigParser(interpolation=None, strict=False, comment_prefixes=(";",), inline_comment_prefixes=None)
        parser.read_string(text)
        for section in parser.sections():
            for payload in parser.get(section, "payload").splitlines():
                if payload and payload != "None":
                    names = {"VALUE": "1", "TIME": "7", "LF": "\n", "TAB": "\t", "NULL": "\0", "SPACE": " ", "EXTERNAL_ENDPOINT": "http://192.0.2.1/"}
                    yield re.sub(r"\[([A-Z_]+)\]", lambda found: names.get(found[1], "x"), payload)


def strings(path, least=4):
    """The strings of lists, tuples and dictionaries of a module, without running it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        values = node.elts if isinstance(node, (ast.List, ast.Tuple)) else node.values if isinstance(node, ast.Dict) else []
        for value in values:
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and len(value.value) >= least:
                yield value.value


def commonhuman(root):
    """Its lists for SQL and scripts."""
    for part in ("sqli", "xss"):
        for path in sorted((root / "commonhuman_payloads" / part).glob("*.py")):
            for text in strings(path):
                if re.search(r"\W", text):
                    yield text


def brs(root):
    """The field `payload` of its entries."""
    for path in sorted((root / "brs_kb/payloads").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "payload" and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
                yield node.value.value


READERS = {"sqlmap": sqlmap, "wapiti3": wapiti, "commonhuman-payloads": commonhuman, "brs-kb": brs}


def read(root):
    """Package and payloads, each once."""
    for package, reader in READERS.items():
        yield package, list(dict.fromkeys(reader(pathlib.Path(root))))
