"""Rules: an evaluator of the part of jq that the streams of this model use, after jq's manual.

Paths, slices, literals, arithmetic, comparisons, and, or, not, //, ?, if, pipes and commas. An expression gives values; it
holds when one of them is neither false nor null.
"""

import re

TOKEN = re.compile(r'\s*(?:(\d+(?:\.\d+)?)|"([^"\\]*)"|(\.[A-Za-z_]\w*)|(//|[<>=!]=|[-+*/%<>.,|()\[\]:?])|([A-Za-z_]\w*))')
# From the loosest to the tightest; // groups from the right.
LEVELS = [["or"], ["and"], ["==", "!=", "<", "<=", ">", ">="], ["+", "-"], ["*", "/", "%"]]


class Error(Exception):
    """An expression that cannot be evaluated for a host."""


def kind(value):
    """Where a value stands in jq's order of all values."""
    if value is None:
        return 0
    if value is False:
        return 1
    if value is True:
        return 2
    return 4 if isinstance(value, str) else 3


def order(value):
    return (kind(value), 0 if kind(value) < 3 else value.encode() if isinstance(value, str) else value)


def true(value):
    return value is not None and value is not False


def compute(sign, left, right):
    if sign in ("<", "<=", ">", ">=", "==", "!="):
        one, other = order(left), order(right)
        return {"<": one < other, "<=": one <= other, ">": one > other, ">=": one >= other, "==": one == other, "!=": one != other}[sign]
    numbers = kind(left) == 3 and kind(right) == 3
    if sign == "+":
        if left is None or right is None:
            return right if left is None else left
        if numbers or isinstance(left, str) and isinstance(right, str):
            return left + right
    elif numbers and sign == "-":
        return left - right
    elif numbers and sign == "*":
        return left * right
    elif numbers and sign == "/" and right != 0:
        return left / right
    elif numbers and sign == "%" and int(right) != 0:
        # A remainder is one of whole numbers, with the sign of what is divided.
        rest = abs(int(left)) % abs(int(right))
        return -rest if left < 0 else rest
    raise Error(f"{sign} of {left!r} and {right!r}")


def step(value, keys):
    """What a path leads to."""
    for key in keys:
        if value is not None and not isinstance(value, dict):
            raise Error(f"no key of {value!r}")
        value = None if value is None else value.get(key)
    return value


class Rule:
    """One rule: its expression as a function of a host's facts, and the keys that it reads in their order."""

    def __init__(self, name, when, window, words):
        self.name, self.when, self.window, self.words = name, when, window, words
        self.tokens = []
        # No host of the model has enrich, and null is not true.
        text, at = when.strip().removesuffix(" and .enrich.crawler.verified != true"), 0
        while at < len(text):
            match = TOKEN.match(text, at)
            if not match:
                raise ValueError(f"not in the model's part of jq: {text[at:]}")
            at = match.end()
            self.tokens.append((match.lastindex, match.group(match.lastindex)))
        self.at, self.keys = 0, []
        self.run = self.pipe()
        if self.at != len(self.tokens):
            raise ValueError(f"not in the model's part of jq: {when}")

    def holds(self, facts):
        return any([true(value) for value in self.run(facts)])

    # The parser: each level takes tokens and gives a function from a value to its outputs.

    def peek(self):
        return self.tokens[self.at][1] if self.at < len(self.tokens) and self.tokens[self.at][0] != 2 else None

    def take(self, *wanted):
        if self.peek() in wanted:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def want(self, sign):
        if not self.take(sign):
            raise ValueError(f"{sign} is missing in {self.when}")

    def pipe(self):
        left = self.comma()
        if self.take("|"):
            right, first = self.pipe(), left
            return lambda value: (out for middle in first(value) for out in right(middle))
        return left

    def comma(self):
        parts = [self.alternative()]
        while self.take(","):
            parts.append(self.alternative())
        return parts[0] if len(parts) == 1 else lambda value: (out for part in parts for out in part(value))

    def alternative(self):
        left = self.level(0)
        if not self.take("//"):
            return left
        right = self.alternative()

        def run(value):
            # It gives what is absent a value; an error on the left stays one, in every version of jq.
            found = [out for out in left(value) if true(out)]
            return iter(found) if found else right(value)

        return run

    def level(self, depth):
        if depth == len(LEVELS):
            return self.postfix()
        left = self.level(depth + 1)
        while True:
            sign = self.take(*LEVELS[depth])
            if not sign:
                return left
            left = self.binary(sign, left, self.level(depth + 1))

    @staticmethod
    def binary(sign, left, right):
        if sign in ("and", "or"):

            def logic(value):
                for one in left(value):
                    if true(one) == (sign == "or"):
                        yield sign == "or"
                    else:
                        for other in right(value):
                            yield true(other)

            return logic
        # jq runs the right side outside, the left inside.
        return lambda value: (compute(sign, one, other) for other in right(value) for one in left(value))

    def postfix(self):
        term = self.term()
        while True:
            if self.take("["):
                term = self.slice(term)
            elif self.take("?"):
                term = self.attempt(term)
            else:
                return term

    @staticmethod
    def attempt(term):
        def run(value):
            try:
                yield from term(value)
            except Error:
                return

        return run

    def slice(self, term):
        start = None if self.peek() == ":" else int(self.tokens[self.at][1])
        self.at += start is not None
        self.want(":")
        end = None if self.peek() == "]" else int(self.tokens[self.at][1])
        self.at += end is not None
        self.want("]")

        def run(value):
            for out in term(value):
                if out is not None and not isinstance(out, str):
                    raise Error(f"a slice of {out!r}")
                yield out and out[start:end]

        return run

    def term(self):
        which, text = self.tokens[self.at]
        self.at += 1
        if which == 1:
            number = float(text) if "." in text else int(text)
            return lambda value: iter([number])
        if which == 2:
            return lambda value: iter([text])
        if which == 3:
            keys = [text[1:]]
            while self.at < len(self.tokens) and self.tokens[self.at][0] == 3:
                keys.append(self.tokens[self.at][1][1:])
                self.at += 1
            return self.path(keys)
        if text == "(":
            inner = self.pipe()
            self.want(")")
            return inner
        if text == "if":
            return self.condition()
        if text == "-":
            inner = self.postfix()
            return lambda value: (compute("-", 0, out) if kind(out) == 3 else self.no_number(out) for out in inner(value))
        names = {"null": None, "true": True, "false": False}
        if text in names:
            return lambda value: iter([names[text]])
        if text == "not":
            return lambda value: iter([not true(value)])
        raise ValueError(f"not in the model's part of jq: {text}")

    @staticmethod
    def no_number(value):
        raise Error(f"{value!r} cannot be negated")

    def path(self, keys):
        name = ".".join(keys)
        if name not in self.keys:
            self.keys.append(name)

        def run(value):
            yield step(value, keys)

        return run

    def condition(self):
        test = self.pipe()
        self.want("then")
        then = self.pipe()
        otherwise = self.pipe() if self.take("else") else lambda value: iter([value])
        self.want("end")
        return lambda value: (out for one in test(value) for out in (then if true(one) else otherwise)(value))
