"""Measure the reading of job advertisements: `python -m bench.adverts`.

The floor of the same run is lower-casing the text and splitting it into words.  The figures to
compare are the ratios, and that they stay the same from 10 kB to 100 kB; the rest gives a feeling.
"""

import json
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import django

ADVERTISEMENTS = Path("tests/tracker/adverts/advertisements.jsonl")
SIZES = (1_000, 10_000, 100_000)
ROUNDS = 7


def text_of(size: int) -> str:
    """Return so many characters of our own advertisements, one after another."""
    lines = ADVERTISEMENTS.read_text(encoding="utf-8").splitlines()
    texts = "\n\n".join(json.loads(line)["text"] for line in lines)
    return (texts * (size // len(texts) + 1))[:size]


def best_of(work: Callable[[], object]) -> float:
    return min(seconds(work) for _ in range(ROUNDS))


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def words_of(text: str) -> list[str]:
    return text.lower().split()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("DEBUG", "true")
    django.setup()
    from tracker.adverts.matching.lexicon import default_lexicon
    from tracker.adverts.matching.reader import read_with

    lexicon = default_lexicon()
    for size in SIZES:
        text = text_of(size)
        floor = best_of(partial(words_of, text))
        reading = best_of(partial(read_with, lexicon, text))
        print(f"{size:>7} characters: {reading * 1000:7.1f} ms, {reading / floor:6.0f} x the floor")


if __name__ == "__main__":
    main()
