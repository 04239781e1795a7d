"""Plain text from what was pasted, and the words and sentences in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser

BLOCKS = {
    *{"p", "div", "br", "li", "ul", "ol", "tr", "table", "section", "article", "header", "footer"},
    *{"h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "td", "th", "pre", "blockquote", "hr"},
}
UNSEEN = {"script", "style", "head", "template", "noscript", "svg", "iframe", "object"}
MARKUP = re.compile(r"<(?:!--|/?[a-z][a-z0-9]*[\s/>])", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\ufeff\xad]")
SPACES = re.compile(r"[^\S\n]+")
EMPTY_LINES = re.compile(r"\n\s*\n\s*")

# An address is one token, so that nothing is found inside it.
TOKEN = re.compile(
    r"https?://\S+|www\.\S+|[\w.+-]{1,64}@[\w.-]+|[cC]\+\+\d*|[cCfF]#|(?<!\w)\.(?i:net)\b|[^\W_]+"
)
# Between the words of one phrase: nothing that ends a thought, as a comma or a full stop does.
INSIDE_A_PHRASE = re.compile(r"[^\S\n]*(?:[-\u2010-\u2015/&+.'\u2019_*`]|\s)?[^\S\n]*")
LIST_GAP = re.compile(r"\s*(?:[,/&+|\u2022\u00b7(]|\n)?\s*", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.!?](?=\s+[^\sa-z])|[;\u2022\u25cf\u25aa\n]|\s[-*]\s(?=[A-Z])")
FULL_LINE = 50
LONGEST_SENTENCE = 1500
BULLET = re.compile(r"\s*(?:[-*+\u2022\u25cf\u25aa\u2013\u2014\u00b7o]|\d{1,2}[.)])\s+")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self.unseen.append(tag)
        elif tag in BLOCKS:
            self.parts.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.unseen:
            del self.unseen[self.unseen.index(tag) :]
        elif tag in BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.parts.append(data)


def plain_text(pasted: str) -> str:
    """Return the words of a paste: no markup, no invisible characters, no runs of spaces."""
    text = _without_markup(pasted) if MARKUP.search(pasted) else unescape(pasted)
    text = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = [SPACES.sub(" ", line).strip() for line in text.split("\n")]
    return EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def _without_markup(pasted: str) -> str:
    reader = _Reader()
    reader.feed(pasted)
    reader.close()
    return "".join(reader.parts)


@dataclass(frozen=True, slots=True)
class Token:
    """A word where it stands; `joined` when no comma or full stop parts it from the one before."""

    start: int
    end: int
    exact: str
    plain: str
    stem: str
    joined: bool
    listed: bool


def tokens_of(text: str) -> list[Token]:
    return list(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    before = 0
    for found in TOKEN.finditer(text):
        start, end = found.span()
        exact = found.group()
        gap = text[before:start]
        joined = _joins(gap, exact)
        yield Token(
            start, end, exact, folded(exact), stem(exact), joined, bool(LIST_GAP.fullmatch(gap))
        )
        before = end


def _joins(gap: str, word: str) -> bool:
    if gap == " ":
        return True
    if "\n" in gap and not word[0].islower():
        return False
    if "." in gap and gap != ".":
        return False
    return bool(INSIDE_A_PHRASE.fullmatch(gap))


def sentences_of(text: str) -> list[tuple[int, int]]:
    """Return where each sentence or list item begins and ends."""
    ends = [found.end() for found in SENTENCE_END.finditer(text) if not _wraps(text, found)]
    spans = zip([0, *ends], [*ends, len(text)], strict=True)
    return [part for start, end in spans if text[start:end].strip() for part in _parts(start, end)]


def _parts(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut what has no full stop for pages, so that the work grows with the text, not its square."""
    for at in range(start, end, LONGEST_SENTENCE):
        yield at, min(at + LONGEST_SENTENCE, end)


def _wraps(text: str, found: re.Match[str]) -> bool:
    """Whether a line only breaks here because it was full."""
    at = found.start()
    if text[at] != "\n" or not text[at + 1 : at + 2].islower():
        return False
    return at - text.rfind("\n", max(0, at - FULL_LINE), at) - 1 >= FULL_LINE - 1


# --- one form for a word's inflections ---------------------------------------------------------

DOUBLED = re.compile(r"ll(?=ed$|ing$|er$|ers$)")
BRITISH = re.compile(r"is(?=e[drs]?$|es$|ers$|ing$|ation)")


@lru_cache(maxsize=20_000)
def folded(word: str) -> str:
    """Return a word in lower case and in one spelling, the American one.

    What it does to other words (resources, selling) does no harm: the lexicon goes through it.
    """
    plain = DOUBLED.sub("l", BRITISH.sub("iz", word.lower()))
    return plain.replace("our", "or") if len(plain) > 5 else plain


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return what the inflections of a word share: model for models, modelled and modelling."""
    plain = _singular(folded(word))
    for ending in ("ing", "ed"):
        if plain.endswith(ending) and len(plain) >= len(ending) + 3:
            plain = _undoubled(plain.removesuffix(ending))
            break
    return plain.removesuffix("e") if len(plain) > 3 else plain


def _singular(plain: str) -> str:
    if len(plain) < 4 or plain.endswith(("ss", "us")) or (plain.endswith("is") and len(plain) > 4):
        return plain
    if plain.endswith("ies") and len(plain) > 4:
        return plain[:-3] + "y"
    if plain.endswith(("sses", "xes", "ches", "shes")):
        return plain[:-2]
    return plain.removesuffix("s")


def _undoubled(plain: str) -> str:
    doubled = len(plain) > 3 and plain[-1] == plain[-2] and plain[-1] not in "aeiousz"
    return plain[:-1] if doubled else plain
