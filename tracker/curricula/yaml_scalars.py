"""Write texts and keys as YAML that reads as people would write it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import yaml

WIDTH = 100


def text_lines(lead: str, text: str, *, indent: int) -> Iterator[str]:
    """Write a text after its lead, `title:` or `-`; a long one below it, folded."""
    said = text.replace("\r\n", "\n").strip()
    in_one = f"{' ' * indent}{lead} {_in_one_line(said)}"
    # The first field of a list's item stands behind its dash; what it says, further in.
    below = indent + (4 if lead.startswith("- ") else 2)
    if "\n" not in said and (len(in_one) <= WIDTH or not _can_fold(said)):
        yield in_one
    elif _can_fold(said):
        yield f"{' ' * indent}{lead} >-"
        yield from _folded(said, below)
    elif _can_stand_literally(said):
        yield f"{' ' * indent}{lead} |-"
        yield from (f"{' ' * below}{line}".rstrip() for line in said.split("\n"))
    else:
        yield in_one


def keys_lines(name: str, keys: Iterable[str], *, indent: int) -> Iterator[str]:
    """Write keys as `name: [a, b]`, or one below the other when there are too many."""
    written = [_in_flow(key) for key in keys]
    in_one = f"{' ' * indent}{name}: [{', '.join(written)}]"
    if len(in_one) <= WIDTH:
        yield in_one
    else:
        yield f"{' ' * indent}{name}:"
        yield from (f"{' ' * (indent + 2)}- {key}" for key in written)


def numbers_lines(name: str, numbers: Mapping[str, int], *, indent: int) -> Iterator[str]:
    """Write numbers by key as `name: {a: 1, b: 2}`, or one below the other."""
    written = [f"{_in_flow(key)}: {number}" for key, number in numbers.items()]
    in_one = f"{' ' * indent}{name}: {{{', '.join(written)}}}"
    if len(in_one) <= WIDTH:
        yield in_one
    else:
        yield f"{' ' * indent}{name}:"
        yield from (f"{' ' * (indent + 2)}{pair}" for pair in written)


def _in_one_line(text: str) -> str:
    return _unquoted_if(text, _dumped(text, in_flow=False))


def _in_flow(text: str) -> str:
    return _unquoted_if(text, _dumped([text], in_flow=True)[1:-1])


def _unquoted_if(text: str, dumped: str) -> str:
    """Prefer “…” to '…' where quotes are needed: an apostrophe needs no doubling in it."""
    if dumped == text or not text.isprintable() or "\\" in text or '"' in text:
        return dumped
    return f'"{text}"'


def _dumped(value: object, *, in_flow: bool) -> str:
    dumped = yaml.safe_dump(
        value, allow_unicode=True, width=float("inf"), default_flow_style=in_flow
    )
    return str(dumped).removesuffix("...\n").rstrip("\n")


def _can_fold(text: str) -> bool:
    return text.isprintable() and "  " not in text and " " in text


def _can_stand_literally(text: str) -> bool:
    return all(line.isprintable() and line == line.rstrip() for line in text.split("\n"))


def _folded(text: str, indent: int) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        if line and indent + len(line) + 1 + len(word) > WIDTH:
            yield f"{' ' * indent}{line}"
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield f"{' ' * indent}{line}"
