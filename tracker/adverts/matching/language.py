"""Which language a text is in, told by its commonest little words."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.adverts.matching.text import Token

ENGLISH = "English"
LITTLE_WORDS = {
    ENGLISH: "the and of to in a with for you we our is are as on will your be or an this that at",
    "German": "und der die das mit von f\u00fcr wir du sie ist ein eine zu im den auf dich deine",
    "French": "le la les de des et en un une pour vous nous dans avec du sur est au votre nos",
    "Spanish": "el la los las de y en un una para con que del se nuestro por tu como su es",
    "Italian": "il lo gli le di e un una per con che del della siamo nel sono alla dei tuo",
    "Portuguese": "o os as de e em um uma para com que do da n\u00f3s nossa por seu como",
    "Dutch": "de het een en van met voor je wij in op ons is aan bij jij zijn te als onze",
    "Polish": "i w z na do dla si\u0119 oraz jest nie o od po przy jako twoje nasz lub ze praca",
}
WORDS = {language: frozenset(words.split()) for language, words in LITTLE_WORDS.items()}
# An English text has about every third word of these; a list of tools has few of any language.
LEAST_SHARE = 0.04


def language_of(tokens: Sequence[Token]) -> str | None:
    """Return the language of a text, or None where too few words give it away."""
    words = [token.exact.lower() for token in tokens]
    counts = {language: sum(word in little for word in words) for language, little in WORDS.items()}
    likeliest = max(counts, key=lambda language: counts[language])
    return likeliest if counts[likeliest] > LEAST_SHARE * len(words) else None
