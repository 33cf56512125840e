"""Random rules in the part of jq that rule.py evaluates."""

from table import SIGNALS

NUMBERS = ["score", "users", "paths", "failed_before_login", *SIGNALS, *SIGNALS, "zeta", "alpha", "nobody", "services.ssh", "services.dovecot", "services.zz"]


def key(rng):
    return "." + rng.choice(NUMBERS)


def comparison(rng):
    sign = rng.choice([">", ">=", "<", "<=", "==", "!="])
    number = rng.choice([0, 1, 2, 3, 5, 10, 50, 59, 60])
    return rng.choice(
        [
            lambda: f"{key(rng)} {sign} {number}",
            lambda: f"{key(rng)}{sign}{number}",
            lambda: f"{key(rng)} {sign} {key(rng)}",
            lambda: f"{key(rng)} > 2",
            lambda: f"{key(rng)} + {key(rng)} {sign} {number}",
            lambda: f"{key(rng)} - {key(rng)} {sign} {number}",
            lambda: f"{key(rng)} {sign} {number} * {key(rng)}",
            lambda: f"{key(rng)} / {key(rng)} {sign} {rng.choice(['0.5', '1', '2', '0.1'])}",
            lambda: f"({key(rng)} / {key(rng)})? {sign} 2",
            lambda: f"{key(rng)} % {rng.choice([0, 2, 3])} == {rng.choice([0, 1])}",
            lambda: f"({key(rng)} // {number}) {sign} {number}",
            lambda: f'.{rng.choice(["first", "last"])}_seen[11:13] {sign} "{rng.randint(0, 23):02}"',
            lambda: f'.{rng.choice(["first", "last"])}_seen[:10] {sign} "2026-01-01"',
            lambda: ".first_seen != .last_seen",
            lambda: rng.choice([".new", ".new_network", ".known_since", ".new == false", ".known_since == .first_seen"]),
            lambda: ".last_seen",
            lambda: f"{key(rng)}[2:3] == null",
            lambda: f"{key(rng)} == null",
            lambda: f"if {key(rng)} then {key(rng)} {sign} {number} else {key(rng)} {sign} {number} end",
            lambda: f'(if {key(rng)} > {number} then "a" else null end) == "a"',
        ]
    )()


def random_rule(rng):
    roll = rng.random()
    if roll < 0.5:
        return comparison(rng)
    if roll < 0.75:
        return f"{comparison(rng)} {rng.choice(['and', 'or'])} {comparison(rng)}"
    if roll < 0.85:
        return f"({comparison(rng)} | not) {rng.choice(['and', 'or'])} {comparison(rng)}"
    if roll < 0.92:
        return f"({comparison(rng)}) // ({comparison(rng)})"
    return f"{key(rng)} > 3, {key(rng)} > 2"
