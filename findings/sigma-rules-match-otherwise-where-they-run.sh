#!/usr/bin/env bash
# Guess: a Sigma rule means one thing: values are compared without regard to case, `endswith` is the end, `*` any text and `?` one character, `\?` a question
# mark, `re` is found anywhere in the value, '' is an empty value and null none. What runs it, or what pySigma makes of it, matches the same events.
# Seen: the rule for pandas finds `startswith` and `endswith` anywhere, takes `*` and `?` for those of a regular expression (of '/a?c' it finds neither /abc nor
# anything else that was meant, but /x/c), finds no value with a backslash, minds case where there is no wildcard, and fails at null. Panther's Python
# minds case, looks for a backslash in front of `?` and `*`, knows no `?`, finds `re` at the start alone, and takes no value for an empty one and an empty one
# for none. Loki's pattern for `\?` wants a backslash and any character. azuma, which runs rules itself, finds `re` at the start alone, and
# nothing for ''. No conversion warns. Loki's patterns are tried here with Python's `re`, Panther's rules with an event of the one method that they call.
#
# Needs python3 with venv; the packages are installed to a temporary folder, in an environment for each.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
make() {
    python3 -m venv "$1"
    "$1/bin/pip" install -q --disable-pip-version-check "${@:2}"
    "$1/bin/pip" list --disable-pip-version-check 2>/dev/null | grep -iE '^(pysigma|pandas|azuma)' | tr -s ' \n' ' ' | sed "s/^/$1: /; s/\$/\n/"
}
make azuma azuma==0.7.3 packaging
make pandas pysigma-backend-pd-df==0.6.0 pysigma==0.11.23 pandas==3.1.1 pyyaml
make panther pysigma-backend-panther==0.3.1 pysigma==1.5.1
make loki pysigma-backend-loki==0.15.1 pysigma==1.5.1
cat >try.py <<'END'
import re, sys
RULES = [
    ("agent|endswith: 'bot/1'", "agent", ["Goodbot/1", "Goodbot/1 (x)"], [0]),
    ("agent|startswith: 'Good'", "agent", ["Goodbot/1", "Not Good"], [0]),
    ("path: '/a?c'", "path", ["/abc", "/x/c"], [0]),
    ("path: '/shop*cart'", "path", ["/shop/1/cart", "/shopppcart"], [0, 1]),
    (r"path|contains: '\?id='", "path", ["/x?id=1"], [0]),
    (r"path: '/a\*c'", "path", ["/a*c"], [0]),
    (r"user: 'LAB\alice'", "user", [r"LAB\alice"], [0]),
    ("agent|re: 'bot/[0-9]'", "agent", ["bot/1", "Goodbot/1"], [0, 1]),
    ("user: root", "user", ["root", "ROOT"], [0, 1]),
    ("user: ''", "user", ["", None], [0]),
    ("user: null", "user", ["", None], [1]),
]
HEAD = "title: t\nid: 12345678-1234-4123-8123-123456789abc\nstatus: test\nlogsource:\n  category: webserver\ndetection:\n  s:\n    "
def converted(backend, rule):
    from sigma.collection import SigmaCollection
    out = backend().convert(SigmaCollection.from_yaml(rule))
    return out if isinstance(out, str) else out[0]
def azuma(rule, field, value):
    from azuma import Rule
    return Rule.model_validate_yaml(rule).match({field: value})
def pandas(rule, field, value):
    import pandas
    from sigma.backends.pd_df import PandasDataFramePythonBackend
    return len(eval(converted(PandasDataFramePythonBackend, rule), {"df": pandas.DataFrame([{field: value}], dtype=object)}))
class Event(dict):
    def deep_get(self, key, default=None):
        return default if self.get(key) is None else self[key]
def panther(rule, field, value):
    from sigma.backends.panther import PantherBackend
    names = {}
    exec(converted(PantherBackend, rule), names)
    return names["rule"](Event({field: value}))
def loki(rule, field, value):
    from sigma.backends.loki import LogQLBackend
    kind, pattern = re.search(r"\| \w+(=~?)`(.*)`$", converted(LogQLBackend, rule)).groups()
    return re.search(pattern, value or "") if kind == "=~" else (value or "") == pattern
# To Loki, a label that is not there is an empty one, as its manual says: the last two rules are not for it.
for rule, field, values, meant in RULES[:-2] if sys.argv[1] == "loki" else RULES:
    found = []
    for number, value in enumerate(values):
        try:
            if globals()[sys.argv[1]](HEAD + rule + "\n  condition: s\n", field, value):
                found.append(number)
        except Exception as error:
            found = [type(error).__name__]
            break
    names = [str(one) if isinstance(one, str) else repr(values[one]) for one in found]
    if found != meant:
        print(f"{sys.argv[1]}, {rule}: {' '.join(names) or 'nothing'}, not {' '.join(repr(values[number]) for number in meant)}")
END
for name in azuma pandas panther loki; do "$name/bin/python" -W ignore try.py "$name" 2>said; sed 's/^/said: /' said; done >seen
cat seen
cmp seen - <<'END' || { echo 'changed: a rule matches something else'; exit 1; }
azuma, agent|re: 'bot/[0-9]': 'bot/1', not 'bot/1' 'Goodbot/1'
azuma, user: '': nothing, not ''
pandas, agent|endswith: 'bot/1': 'Goodbot/1' 'Goodbot/1 (x)', not 'Goodbot/1'
pandas, agent|startswith: 'Good': 'Goodbot/1' 'Not Good', not 'Goodbot/1'
pandas, path: '/a?c': '/x/c', not '/abc'
pandas, path: '/shop*cart': '/shopppcart', not '/shop/1/cart' '/shopppcart'
pandas, path: '/a\*c': nothing, not '/a*c'
pandas, user: 'LAB\alice': nothing, not 'LAB\\alice'
pandas, user: root: 'root', not 'root' 'ROOT'
pandas, user: null: UndefinedVariableError, not None
panther, path: '/a?c': nothing, not '/abc'
panther, path|contains: '\?id=': nothing, not '/x?id=1'
panther, path: '/a\*c': nothing, not '/a*c'
panther, agent|re: 'bot/[0-9]': 'bot/1', not 'bot/1' 'Goodbot/1'
panther, user: root: 'root', not 'root' 'ROOT'
panther, user: '': '' None, not ''
panther, user: null: '' None, not None
loki, path|contains: '\?id=': nothing, not '/x?id=1'
loki, path: '/a\*c': nothing, not '/a*c'
END
