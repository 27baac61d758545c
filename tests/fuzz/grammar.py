"""Grammar: JSON of every shape a reader may meet, and some that is nearly JSON."""

from random import Random

__all__ = ["NAMES", "any_text", "any_value"]

NAMES = (
    *("id", "type", "team_id", "data", "created_at", "flat", "ticket", "customer", "title", "a"),
    *("b", "a_b", "b_c", "", "_", "a_", "__proto__", "é", "e\u0301", "\u2028", "0", "k" * 40),
    *("data_id", "data_data_id", "changes", "from", "to", "custom_fields", "NaN", "\x7f", "😀"),
)
_NUMBERS = (
    *("0", "-0", "1", "-1", "7", "1.10", "0.0", "-0.0", "1e400", "-1E+400", "5e-324", "1e-9999"),
    *("9223372036854775807", "9223372036854775808", "18446744073709551616", "0.1e1", "2E-2"),
    *("1" * 40, "-" + "9" * 400, "9" * 4300, "1." + "0" * 300, "123456789.123456789"),
)
_NEARLY = (
    *("9" * 4301, "01", "+1", ".5", "1.", "1e", "NaN", "Infinity", "-Infinity", "nul", "True", ""),
    *("'a'", '"\\x41"', '"\\ud800"', '"\\udfff\\ud800"', '"\t"', '"\x00"', "[1,]", '{"a":1,}'),
    *('{"a" 1}', "[1 2]", "{1:2}", "/**/1", '"', "\ufeff1", '{"a":1}}', "0x1", "\u00a01"),
)
_TEXTS = (
    *("", "a", "é", "😀", "a_b", "\u2028", "\x7f", "\ufffe", "2026-04-27T18:42:11Z", "x" * 300),
    *("ticket.created", "customer.deleted", "../x", "evt_1", "\u202e", "team_1", "\x85", "a\u0308"),
)
_ESCAPES = ("\\u0000", "\\n", "\\/", "\\u00e9", "\\ud83d\\ude00", '\\"', "\\\\", "\\u2028", "\\b")
_BLANKS = ("", "", "", "", " ", "\n", "\t", "\r\n ")
_DEPTHS = (2, 5, 30, 31, 32, 33, 34, 60, 400, 1100)
_COLLIDING = ("a", "b", "c", "a_b", "b_c")


def any_text(rng: Random) -> str:
    """Return a string as JSON has it, quotes included."""
    text = rng.choice(_TEXTS) if rng.random() < 0.8 else chr(rng.randrange(0x20, 0xD7FF))
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    if rng.random() < 0.15:
        text += rng.choice(_ESCAPES)
    return f'"{text}"'


def any_value(rng: Random, room: int = 24, *, strict: float = 0.97) -> str:
    """Return a value; with a chance of `1 - strict` at each place, something that nearly is one.

    Args:
        rng: chooses.
        room: about how many values there may be in it.
        strict: how sure each place is to be JSON.
    """
    if rng.random() > strict:
        return rng.choice(_NEARLY)
    kind = rng.random()
    if room <= 1 or kind < 0.4:
        return _scalar(rng)
    if kind < 0.43:
        return _deep(rng)
    blank = rng.choice(_BLANKS)
    count = rng.randrange(min(room, 7))
    inner = [any_value(rng, room // (count + 1), strict=strict) for _ in range(count)]
    if kind < 0.6:
        return f"[{blank}{f',{blank}'.join(inner)}{blank}]"
    members = [f"{_name(rng)}{blank}:{value}" for value in inner]
    return f"{{{blank}{f'{blank},'.join(members)}{blank}}}"


def _scalar(rng: Random) -> str:
    kind = rng.random()
    if kind < 0.35:
        return rng.choice(_NUMBERS)
    if kind < 0.8:
        return any_text(rng)
    return rng.choice(("null", "true", "false", "{}", "[]", '{"":{}}'))


def _name(rng: Random) -> str:
    name = rng.choice(_COLLIDING if rng.random() < 0.5 else NAMES)
    if name and rng.random() < 0.1:
        return f'"\\u{ord(name[0]):04x}{name[1:]}"' if ord(name[0]) < 0xFFFF else f'"{name}"'
    return f'"{name}"'


def _deep(rng: Random) -> str:
    depth = rng.choice(_DEPTHS)
    if rng.random() < 0.3:
        return "[" * depth + "]" * depth
    names = [rng.choice(("a", "b", "a_b", "")) for _ in range(depth)]
    return "".join(f'{{"{name}":' for name in names) + "0" + "}" * depth
