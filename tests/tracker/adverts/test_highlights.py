"""The pieces of a text, joined, are the text; words that overlap are one piece."""

from tracker.adverts.highlights import pieces_of
from tracker.adverts.matching.reader import Found, Mention

TEXT = "We train and deploy models."
TITLES = {"serving": "Serving", "supervised": "Supervised learning"}


def found(skill: str, words: str) -> Found:
    start = TEXT.index(words)
    mention = Mention(skill, start, start + len(words), words, "required")
    return Found(skill, "required", (mention,))


def test_overlapping_words_are_one_piece_with_both_skills() -> None:
    both = [found("serving", "deploy models"), found("supervised", "train and deploy")]

    pieces = pieces_of(TEXT, both, TITLES)

    assert [(each.text, each.titles) for each in pieces] == [
        ("We ", ()),
        ("train and deploy models", ("Supervised learning", "Serving")),
        (".", ()),
    ]


def test_what_lies_apart_stays_apart() -> None:
    both = [found("serving", "deploy"), found("supervised", "train")]

    pieces = pieces_of(TEXT, both, TITLES)

    assert [each.text for each in pieces] == ["We ", "train", " and ", "deploy", " models."]


def test_a_skill_the_site_does_not_know_is_not_marked() -> None:
    [piece] = pieces_of(TEXT, [found("serving", "deploy")], {})

    assert (piece.text, piece.wish) == (TEXT, "")
